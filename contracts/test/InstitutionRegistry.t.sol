// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {InstitutionRegistry} from "../src/InstitutionRegistry.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IVotedMessages} from "../src/interfaces/IVotedMessages.sol";
import {CompressedKey} from "../src/libraries/CompressedKey.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice Institutions come, go and change their keys by the rules; who acts for them is authorised while all holds.
contract InstitutionRegistryTest is Consortium {
    uint256 private constant NEWCOMER = 0x71;
    uint256 private constant WALLET = 0x72;
    uint256 private constant SIGNING = 0x73;
    uint8 private constant CLINICAL_INSTITUTION = 0;
    uint8 private constant OTHER_INSTITUTION = 3;
    bytes32 private constant PROFILE = bytes32("profile");
    bytes private constant BAD_KEY = hex"04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    address private wallet;

    function setUp() public {
        deployAll();
        wallet = vm.addr(WALLET);
    }

    // ---- institutions -----------------------------------------------------------------------------------------------

    function test_AMajorityAdmitsANewcomerThatSignsNothing() public {
        address newcomer = vm.addr(NEWCOMER);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.InstitutionAdmitted(newcomer, 32, PROFILE);
        admit(newcomer, 32);
        IInstitutionRegistry.Institution memory state = institutions.institution(newcomer);
        assert(state.key == newcomer && state.roles == 32 && !state.suspended);
        assert(state.admittedAt == block.timestamp && state.profile == PROFILE);
        assert(institutions.activeCount() == N + 1 && institutions.institutions()[N] == newcomer);
        assert(institutions.institutionOfKey(newcomer) == newcomer);
    }

    function test_AdmittingAgainChangesRolesAndProfileOnly() public {
        vm.warp(block.timestamp + 60);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.InstitutionAdmitted(id(0), 4, PROFILE);
        admit(id(0), 4);
        IInstitutionRegistry.Institution memory state = institutions.institution(id(0));
        assert(state.roles == 4 && state.profile == PROFILE && state.admittedAt == block.timestamp - 60);
        assert(institutions.activeCount() == N && institutions.institutions().length == N);
        assert(institutions.hasRoles(id(0), 4) && !institutions.hasRoles(id(0), 4 | 1));
    }

    function testFuzz_RolesAreSomeOfTheSixBits(uint8 roles) public {
        bool valid = roles != 0 && roles < 64;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidRoles.selector, roles));
        admit(vm.addr(NEWCOMER), roles);
    }

    function test_AKeyIsNeverReused() public {
        address newKey = vm.addr(NEWCOMER);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.InstitutionKeyRotated(id(4), newKey);
        rotate(keys[4], 4, newKey);
        // Not as a newcomer's, not by its former owner, not by anybody else.
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, newKey));
        admit(newKey, 1);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, id(4)));
        rotate(NEWCOMER, 4, id(4));
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, newKey));
        rotate(keys[1], 1, newKey);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, id(1)));
        rotate(keys[1], 1, id(1));
    }

    function test_TheZeroAddressIsNobodysKey() public {
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, address(0)));
        admit(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.KeyInUse.selector, address(0)));
        rotate(keys[0], 0, address(0));
    }

    function test_AfterARotationOnlyTheNewKeyActsAndVotes() public {
        address newKey = vm.addr(NEWCOMER);
        rotate(keys[0], 0, newKey);
        assert(institutions.institutionKey(id(0)) == newKey);
        assert(institutions.institutionOfKey(newKey) == id(0));
        assert(institutions.institutionOfKey(id(0)) == address(0));
        assert(institutions.isActiveInstitution(id(0)) && !institutions.isActiveInstitution(newKey));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, newKey, id(0)));
        rotate(keys[0], 0, vm.addr(0x74));
        vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotAnInstitution.selector, id(0)));
        suspend(4, true, 3);
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(id(4), true, freshNonce(), soon());
        bytes32 digest = institutionSuspensionDigest(message);
        uint256[] memory signers = new uint256[](3);
        (signers[0], signers[1], signers[2]) = (NEWCOMER, keys[1], keys[2]);
        institutions.suspendInstitution(message, signAscending(signers, digest));
        assert(!institutions.isActiveInstitution(id(4)));
    }

    function test_ASuspendedInstitutionDoesNothingUntilItIsBack() public {
        register(CLINICAL_INSTITUTION, 4);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.InstitutionSuspended(id(0), true);
        suspendByOthers(0, true);
        assert(!institutions.isActiveInstitution(id(0)) && !institutions.hasRoles(id(0), 1));
        assert(institutions.institutionOfKey(id(0)) == address(0) && institutions.institutionKey(id(0)) == id(0));
        assert(!authorised());
        bytes memory inactive = abi.encodeWithSelector(IInstitutionRegistry.InactiveInstitution.selector, id(0));
        vm.expectRevert(inactive);
        rotate(keys[0], 0, vm.addr(NEWCOMER));
        vm.expectRevert(inactive);
        register(CLINICAL_INSTITUTION, 1);
        vm.expectRevert(inactive);
        setSuspended(keys[0], true);
        vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotAnInstitution.selector, id(0)));
        suspend(4, true, 3);

        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.InstitutionSuspended(id(0), false);
        suspendByOthers(0, false);
        assert(authorised());
        rotate(keys[0], 0, vm.addr(NEWCOMER));
    }

    function test_SuspendingTwiceCountsOnce() public {
        suspend(4, true, 3);
        suspend(4, true, 3);
        assert(institutions.activeCount() == N - 1);
        suspend(4, false, 3);
        suspend(4, false, 3);
        assert(institutions.activeCount() == N);
    }

    function test_TheLastActiveInstitutionStays() public {
        // The majority falls with the number of those that may vote.
        suspend(4, true, 3);
        suspend(3, true, 3);
        suspend(2, true, 2);
        suspend(1, true, 2);
        assert(institutions.activeCount() == 1);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.LastInstitution.selector, id(0)));
        suspend(0, true, 1);
        suspend(1, false, 1);
        assert(institutions.activeCount() == 2);
    }

    function test_WhoWasNeverAdmittedIsUnknown() public {
        address stranger = vm.addr(NEWCOMER);
        bytes memory unknown = abi.encodeWithSelector(IInstitutionRegistry.UnknownInstitution.selector, stranger);
        vm.expectRevert(unknown);
        institutions.institution(stranger);
        IInstitutionRegistry.InstitutionSuspension memory suspension =
            IInstitutionRegistry.InstitutionSuspension(stranger, true, freshNonce(), soon());
        vm.expectRevert(unknown);
        institutions.suspendInstitution(suspension, votesOf(3, institutionSuspensionDigest(suspension)));
        IInstitutionRegistry.InstitutionKey memory rotation =
            IInstitutionRegistry.InstitutionKey(stranger, wallet, freshNonce(), soon());
        vm.expectRevert(unknown);
        institutions.rotateInstitutionKey(rotation, signDigest(NEWCOMER, institutionKeyDigest(rotation)));
        IInstitutionRegistry.Registration memory message = registration(0, 1);
        message.institution = stranger;
        vm.expectRevert(unknown);
        deliver(message, WALLET, NEWCOMER);
        assert(institutions.institutionKey(stranger) == address(0) && !institutions.hasRoles(stranger, 0));
    }

    // ---- professionals ----------------------------------------------------------------------------------------------

    function testFuzz_LevelsEndWhereTheInstitutionsRightsDo(uint8 level, bool clinical) public {
        level = level % 7;
        uint8 institution = clinical ? CLINICAL_INSTITUTION : OTHER_INSTITUTION;
        if (level == 0 || level > 4) {
            vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidLevel.selector, level));
        } else if (!clinical && level > 2) {
            vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.LevelAboveCeiling.selector, level, 2));
        } else {
            vm.expectEmit(address(institutions));
            emit IInstitutionRegistry.ProfessionalRegistered(
                wallet, id(institution), vm.addr(SIGNING), KEY, level, inAYear()
            );
        }
        register(institution, level);
    }

    function test_ARegistrationStandsAsItWasSigned() public {
        register(CLINICAL_INSTITUTION, 3);
        IInstitutionRegistry.Professional memory state = institutions.professional(wallet);
        assert(state.signingKey == vm.addr(SIGNING) && state.institution == id(0) && state.level == 3);
        assert(!state.suspended && !state.suspendedByVote && keccak256(state.umbralKey) == keccak256(KEY));
        assert(state.validUntil == inAYear() && state.registeredAt == block.timestamp);
        assert(institutions.isAuthorised(wallet, inAYear() - 1));
        assert(!institutions.isAuthorised(wallet, inAYear()));
    }

    function test_ARegistrationNeedsTheHolderAndTheInstitution() public {
        IInstitutionRegistry.Registration memory message = registration(CLINICAL_INSTITUTION, 3);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, wallet, vm.addr(NEWCOMER)));
        deliver(message, NEWCOMER, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, id(0), id(1)));
        deliver(message, WALLET, keys[1]);
        deliver(message, WALLET, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, wallet, message.nonce));
        deliver(message, WALLET, keys[0]);
    }

    function test_ARegistrationNeedsAPublicKey() public {
        IInstitutionRegistry.Registration memory message = registration(CLINICAL_INSTITUTION, 3);
        message.umbralKey = BAD_KEY;
        vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, BAD_KEY));
        deliver(message, WALLET, keys[0]);
    }

    function test_TheTwoSuspensionsAreLiftedByThoseWhoMadeThem() public {
        register(CLINICAL_INSTITUTION, 4);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.ProfessionalSuspended(wallet, true, true);
        suspendByVote(true);
        assert(!authorised());
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.ProfessionalSuspended(wallet, false, false);
        setSuspended(keys[0], false);
        assert(!authorised());
        setSuspended(keys[0], true);
        suspendByVote(false);
        assert(!authorised());
        setSuspended(keys[0], false);
        assert(authorised());
    }

    function test_ANewRegistrationLiftsNoSuspension() public {
        register(CLINICAL_INSTITUTION, 4);
        suspendByVote(true);
        setSuspended(keys[0], true);
        register(OTHER_INSTITUTION, 1);
        IInstitutionRegistry.Professional memory state = institutions.professional(wallet);
        assert(state.institution == id(OTHER_INSTITUTION) && state.suspended && state.suspendedByVote);
        assert(!authorised());
    }

    function test_OnlyTheProfessionalsOwnInstitutionSuspendsAlone() public {
        register(CLINICAL_INSTITUTION, 4);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, id(0), id(1)));
        setSuspended(keys[1], true);
        register(OTHER_INSTITUTION, 1);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, id(OTHER_INSTITUTION), id(0)));
        setSuspended(keys[0], true);
        setSuspended(keys[OTHER_INSTITUTION], true);
    }

    function test_AnInstitutionsOwnSuspensionIsNoVote() public {
        register(CLINICAL_INSTITUTION, 4);
        IInstitutionRegistry.Suspension memory own = IInstitutionRegistry.Suspension(wallet, true, freshNonce(), soon());
        IInstitutionRegistry.SuspensionVote memory vote =
            IInstitutionRegistry.SuspensionVote(wallet, true, own.nonce, own.deadline);
        bytes[] memory signatures = votesOf(3, suspensionDigest(own));
        // Which addresses the signatures yield under the other type is chance, and so is which check they fail.
        vm.expectRevert();
        institutions.suspendByVote(vote, signatures);
        assert(authorised());
    }

    function test_WhoLosesTheRightToRegisterALevelLosesItsProfessionals() public {
        register(CLINICAL_INSTITUTION, 3);
        admit(id(0), 1);
        assert(!authorised());
        admit(id(0), 1 | 2);
        assert(authorised());
    }

    function test_WhoWasNeverRegisteredIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(IInstitutionRegistry.UnknownProfessional.selector, wallet);
        vm.expectRevert(unknown);
        institutions.professional(wallet);
        vm.expectRevert(unknown);
        setSuspended(keys[0], true);
        vm.expectRevert(unknown);
        suspendByVote(true);
        assert(!authorised());
    }

    // ---- nodes ------------------------------------------------------------------------------------------------------

    function test_TheNextNodeSetIsVotedAndThePastOnesAreRemembered() public {
        address[] memory nodes = addresses(0xB900, 2);
        vm.expectEmit(address(institutions));
        emit IInstitutionRegistry.NodesSet(2, 2, nodes, publicKeys(2), ids(2));
        setNodes(nodeSet(2, 2, 2));
        IInstitutionRegistry.Nodes memory state = institutions.nodeSet(2);
        assert(state.threshold == 2 && state.since == block.timestamp && state.nodes.length == 2);
        assert(state.nodes[1] == nodes[1] && state.institutions[1] == id(1));
        assert(institutions.currentNodeSet() == 2 && institutions.nodeSet(1).nodes.length == N);
        assert(institutions.isNode(nodes[1]) && institutions.isNode(vm.addr(0xB000)));
        assert(!institutions.isNode(wallet));
    }

    function test_ANodeMayServeInTheNextSetToo() public {
        IInstitutionRegistry.NodeSet memory message = nodeSet(2, 1, 1);
        message.nodes = addresses(0xB000, 1);
        setNodes(message);
        assert(institutions.nodeSet(2).nodes[0] == vm.addr(0xB000));
    }

    function testFuzz_NodeSetsFollowEachOther(uint32 version) public {
        vm.assume(version != 2);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.StaleNodeSet.selector, 2, version));
        setNodes(nodeSet(version, 1, 1));
    }

    function testFuzz_ANodeSetHasOneToThirtyTwoNodesAndAThresholdAmongThem(uint8 threshold, uint8 count) public {
        (threshold, count) = (threshold % 36, count % 35);
        bool valid = threshold >= 1 && threshold <= count && count <= 32;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidNodeSet.selector));
        setNodes(nodeSet(2, threshold, count));
        assert(institutions.currentNodeSet() == (valid ? 2 : 1));
    }

    function test_ThirtyTwoNodesAreNotTooMany() public {
        setNodes(nodeSet(2, 32, 32));
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidNodeSet.selector));
        setNodes(nodeSet(3, 32, 33));
    }

    function test_EveryNodeHasItsKeyAndItsInstitution() public {
        IInstitutionRegistry.NodeSet memory message = nodeSet(2, 1, 2);
        message.keys = publicKeys(1);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidNodeSet.selector));
        setNodes(message);
        message = nodeSet(2, 1, 2);
        message.institutions = ids(3);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidNodeSet.selector));
        setNodes(message);
        message = nodeSet(2, 1, 2);
        message.keys[1] = BAD_KEY;
        vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, BAD_KEY));
        setNodes(message);
        message = nodeSet(2, 1, 2);
        message.institutions[1] = wallet;
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InactiveInstitution.selector, wallet));
        setNodes(message);
    }

    function testFuzz_AKeyHasTheShapeOfACompressedPoint(bytes1 prefix, uint8 length) public {
        IInstitutionRegistry.NodeSet memory message = nodeSet(2, 1, 1);
        // Near the fitting values, or they would hardly ever be met.
        bytes memory key = new bytes(32 + (length % 3));
        key[0] = bytes1(uint8(prefix) % 6);
        message.keys[0] = key;
        bool valid = key.length == 33 && (key[0] == 0x02 || key[0] == 0x03);
        if (!valid) vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, key));
        setNodes(message);
    }

    function test_ANodeStandsOnceInASet() public {
        IInstitutionRegistry.NodeSet memory message = nodeSet(2, 1, 2);
        message.nodes[1] = message.nodes[0];
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.DuplicateNode.selector, message.nodes[0]));
        setNodes(message);
        message.nodes[1] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.DuplicateNode.selector, address(0)));
        setNodes(message);
    }

    function testFuzz_OnlySetsThatWereVotedAreRead(uint32 version) public {
        vm.assume(version != 1);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.UnknownNodeSet.selector, version));
        institutions.nodeSet(version);
    }

    function test_TheFirstSetIsCheckedLikeTheNextOnes() public {
        IInstitutionRegistry.Founder[] memory founders = new IInstitutionRegistry.Founder[](1);
        founders[0] = IInstitutionRegistry.Founder(id(0), 1, PROFILE);
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidNodeSet.selector));
        new InstitutionRegistry(founders, 2, addresses(0xB000, 1), publicKeys(1), ids(1));
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InactiveInstitution.selector, id(1)));
        new InstitutionRegistry(founders, 1, addresses(0xB000, 2), publicKeys(2), ids(2));
        founders[0].roles = 64;
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InvalidRoles.selector, 64));
        new InstitutionRegistry(founders, 1, addresses(0xB000, 1), publicKeys(1), ids(1));
    }

    // ---- messages ---------------------------------------------------------------------------------------------------

    function id(uint256 index) private view returns (address) {
        return vm.addr(keys[index]);
    }

    function admit(address institution, uint8 roles) private {
        IInstitutionRegistry.Admission memory message =
            IInstitutionRegistry.Admission(institution, roles, PROFILE, freshNonce(), soon());
        institutions.admit(message, votesOf(3, admissionDigest(message)));
    }

    function suspend(uint256 index, bool suspended, uint256 votes) private {
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(id(index), suspended, freshNonce(), soon());
        institutions.suspendInstitution(message, votesOf(votes, institutionSuspensionDigest(message)));
    }

    /// @dev By the institutions 1, 2 and 3.
    function suspendByOthers(uint256 index, bool suspended) private {
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(id(index), suspended, freshNonce(), soon());
        uint256[] memory signers = new uint256[](3);
        (signers[0], signers[1], signers[2]) = (keys[1], keys[2], keys[3]);
        institutions.suspendInstitution(message, signAscending(signers, institutionSuspensionDigest(message)));
    }

    function rotate(uint256 signer, uint256 index, address newKey) private {
        IInstitutionRegistry.InstitutionKey memory message =
            IInstitutionRegistry.InstitutionKey(id(index), newKey, freshNonce(), soon());
        institutions.rotateInstitutionKey(message, signDigest(signer, institutionKeyDigest(message)));
    }

    function register(uint8 institution, uint8 level) private {
        deliver(registration(institution, level), WALLET, keys[institution]);
    }

    function registration(uint8 institution, uint8 level) private returns (IInstitutionRegistry.Registration memory) {
        return IInstitutionRegistry.Registration(
            wallet, vm.addr(SIGNING), KEY, id(institution), level, inAYear(), freshNonce(), soon()
        );
    }

    function deliver(IInstitutionRegistry.Registration memory message, uint256 holder, uint256 institution) private {
        bytes32 digest = registrationDigest(message);
        institutions.register(message, signDigest(holder, digest), signDigest(institution, digest));
    }

    function setSuspended(uint256 signer, bool suspended) private {
        IInstitutionRegistry.Suspension memory message =
            IInstitutionRegistry.Suspension(wallet, suspended, freshNonce(), soon());
        institutions.setSuspended(message, signDigest(signer, suspensionDigest(message)));
    }

    function suspendByVote(bool suspended) private {
        IInstitutionRegistry.SuspensionVote memory message =
            IInstitutionRegistry.SuspensionVote(wallet, suspended, freshNonce(), soon());
        institutions.suspendByVote(message, votesOf(3, suspensionVoteDigest(message)));
    }

    function nodeSet(uint32 version, uint8 threshold, uint256 count)
        private
        returns (IInstitutionRegistry.NodeSet memory)
    {
        address[] memory operators = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            operators[i] = id(i % N);
        }
        return IInstitutionRegistry.NodeSet(
            version, threshold, addresses(0xB900, count), publicKeys(count), operators, freshNonce(), soon()
        );
    }

    function setNodes(IInstitutionRegistry.NodeSet memory message) private {
        institutions.setNodes(message, votesOf(3, nodeSetDigest(message)));
    }

    function authorised() private view returns (bool) {
        return institutions.isAuthorised(wallet, uint64(block.timestamp));
    }

    function inAYear() private view returns (uint64) {
        return uint64(block.timestamp) + 365 days;
    }
}
