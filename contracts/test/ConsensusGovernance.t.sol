// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ConsensusGovernance} from "../src/ConsensusGovernance.sol";
import {IConsensusGovernance} from "../src/interfaces/IConsensusGovernance.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IVotedMessages} from "../src/interfaces/IVotedMessages.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice The engine moves the parameters a little inside voted bounds; everything else is voted, and kept in its shape.
/// The genesis has s 4, r 32, d 10 inside 3..6, 20..40, 5..20, and seven enabled miners.
contract ConsensusGovernanceTest is Consortium {
    uint256 private constant ALL = type(uint256).max;
    address private constant SOMEBODY = address(0x5);

    function setUp() public {
        deployAll();
    }

    // ---- parameters -------------------------------------------------------------------------------------------------

    function test_TheEngineMovesTheParameters() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.ParametersSet(5, 33, 11);
        move(5, 33, 11);
        requireParameters(5, 33, 11);
        assert(governance.activeMiners().length == 5);
    }

    function test_BothEndsOfTheBoundsAreInside() public {
        move(3, 20, 10);
        move(6, 40, 10);
        requireParameters(6, 40, 10);
    }

    function test_OutsideTheBoundsNothingMoves() public {
        requireOutOfBounds(2, 32, 10);
        requireOutOfBounds(7, 32, 10);
        requireOutOfBounds(4, 19, 10);
        requireOutOfBounds(4, 41, 10);
        requireOutOfBounds(4, 32, 4);
        requireOutOfBounds(4, 32, 21);
        requireParameters(4, 32, 10);
    }

    function test_NoMoreMinersAreActiveThanAreEnabled() public {
        setMiners(minerList(5, ALL));
        requireOutOfBounds(6, 32, 10);
        move(5, 32, 10);
    }

    function test_DifficultyMovesByOneFromTheEpochsStart() public {
        requireTooFast(10, 12);
        requireTooFast(10, 8);
        move(4, 32, 11);
        vm.roll(2);
        // Blocks 1 and 2 are one epoch: a second step in it would make two.
        requireTooFast(10, 12);
        move(4, 32, 9);
        vm.roll(3);
        requireTooFast(9, 11);
        move(4, 32, 8);
        vm.roll(5);
        move(4, 32, 7);
    }

    function test_OnlyTheCurrentEngineMoves() public {
        IConsensusGovernance.Parameters memory message =
            IConsensusGovernance.Parameters(5, 32, 10, freshNonce(), soon());
        bytes memory signature = signDigest(ENGINE, parametersDigest(message));
        bytes memory forged = signDigest(keys[0], parametersDigest(message));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(ENGINE), vm.addr(keys[0])));
        governance.setParameters(message, forged);
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.EngineSet(SOMEBODY);
        setEngine(SOMEBODY);
        assert(governance.engine() == SOMEBODY);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, SOMEBODY, vm.addr(ENGINE)));
        governance.setParameters(message, signature);
    }

    function test_TheEnginesMessageCountsOnce() public {
        IConsensusGovernance.Parameters memory message =
            IConsensusGovernance.Parameters(5, 32, 10, freshNonce(), soon());
        bytes memory signature = signDigest(ENGINE, parametersDigest(message));
        governance.setParameters(message, signature);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, vm.addr(ENGINE), message.nonce));
        governance.setParameters(message, signature);
    }

    function test_ThereIsAnEngine() public {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.InvalidEngine.selector));
        setEngine(address(0));
    }

    // ---- bounds -----------------------------------------------------------------------------------------------------

    function test_ParametersBelowNewBoundsRiseAtOnce() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.BoundsSet(5, 6, 34, 40, 13, 20);
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.ParametersSet(5, 34, 13);
        setBounds(5, 6, 34, 40, 13, 20);
        IConsensusGovernance.Limits memory limits = governance.bounds();
        assert(limits.sMin == 5 && limits.sMax == 6 && limits.rMin == 34 && limits.rMax == 40);
        assert(limits.dMin == 13 && limits.dMax == 20);
        requireParameters(5, 34, 13);
    }

    function test_ParametersAboveNewBoundsFallAtOnce() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.ParametersSet(2, 16, 4);
        setBounds(1, 2, 8, 16, 0, 4);
        requireParameters(2, 16, 4);
    }

    function test_BoundsAreInOrderAndInsideASeal() public {
        requireInvalidBounds(0, 6, 20, 40, 5, 20);
        requireInvalidBounds(4, 3, 20, 40, 5, 20);
        requireInvalidBounds(3, 6, 41, 40, 5, 20);
        requireInvalidBounds(3, 6, 20, 65, 5, 20);
        requireInvalidBounds(3, 6, 20, 40, 21, 20);
        setBounds(3, 3, 64, 64, 5, 5);
        requireParameters(3, 64, 5);
    }

    function test_TheLeastNumberOfMinersIsThere() public {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.TooFewMiners.selector, 7, 8));
        setBounds(8, 9, 20, 40, 5, 20);
        setBounds(7, 9, 20, 40, 5, 20);
        requireParameters(7, 32, 10);
    }

    // ---- miners -----------------------------------------------------------------------------------------------------

    function test_MinersAreVotedInTheirOrder() public {
        IConsensusGovernance.Miner[] memory list = minerList(6, 0x2F);
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.MinersSet(list);
        setMiners(list);
        IConsensusGovernance.Miner[] memory stored = governance.miners();
        assert(keccak256(abi.encode(stored)) == keccak256(abi.encode(list)));
    }

    function test_OneOfEachInstitutionIsActiveBeforeASecond() public {
        IConsensusGovernance.Miner[] memory list = minerList(6, ALL);
        // Institutions 0, 0, 0, 1, 1, 2; the very first miner is stopped.
        (list[1].institution, list[2].institution) = (list[0].institution, list[0].institution);
        (list[3].institution, list[4].institution) = (vm.addr(keys[1]), vm.addr(keys[1]));
        list[5].institution = vm.addr(keys[2]);
        list[0].enabled = false;
        setMiners(list);
        uint256[4] memory order = [uint256(1), 3, 5, 2];
        IConsensusGovernance.Miner[] memory active = governance.activeMiners();
        assert(active.length == 4);
        for (uint256 i = 0; i < 4; ++i) {
            assert(active[i].id == list[order[i]].id);
        }
    }

    function test_TheNumberOfActiveMinersFallsToTheEnabledOnes() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.ParametersSet(3, 32, 10);
        setMiners(minerList(7, 7));
        requireParameters(3, 32, 10);
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.TooFewMiners.selector, 2, 3));
        setMiners(minerList(7, 3));
        // More enabled miners raise nothing: that is the engine's to decide.
        setMiners(minerList(7, ALL));
        requireParameters(3, 32, 10);
    }

    function test_TwoHundredAndFiftySixMinersAreNotTooMany() public {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.TooManyMiners.selector, 257));
        setMiners(minerList(257, ALL));
        setMiners(minerList(256, ALL));
        assert(governance.miners().length == 256);
    }

    function test_EveryMinerHasAnIdAndAKeyOfItsOwn() public {
        IConsensusGovernance.Miner[] memory list = minerList(4, ALL);
        list[3].id = 0;
        requireInvalidMiner(list);
        list[3].id = list[0].id;
        requireInvalidMiner(list);
        list = minerList(4, ALL);
        list[3].key = address(0);
        requireInvalidMiner(list);
        list[3].key = list[1].key;
        requireInvalidMiner(list);
        // The set that stands keeps nobody from the next one.
        setMiners(minerList(4, ALL));
        setMiners(minerList(4, ALL));
    }

    function test_OnlyMiningInstitutionsHaveMiners() public {
        IConsensusGovernance.Miner[] memory list = minerList(4, ALL);
        list[3].institution = SOMEBODY;
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.NotAMiningInstitution.selector, SOMEBODY));
        setMiners(list);
        address withoutRole = vm.addr(keys[3]);
        IInstitutionRegistry.Admission memory admission =
            IInstitutionRegistry.Admission(withoutRole, 1, bytes32(0), freshNonce(), soon());
        institutions.admit(admission, votesOf(3, admissionDigest(admission)));
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.NotAMiningInstitution.selector, withoutRole));
        setMiners(minerList(4, ALL));
    }

    function test_ASuspendedInstitutionKeepsItsMinersAndVotersUntilTheNextVote() public {
        bytes32 before = keccak256(abi.encode(governance.miners(), governance.activeMiners(), governance.voters()));
        address suspended = vm.addr(keys[4]);
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(suspended, true, freshNonce(), soon());
        institutions.suspendInstitution(message, votesOf(3, institutionSuspensionDigest(message)));
        assert(keccak256(abi.encode(governance.miners(), governance.activeMiners(), governance.voters())) == before);
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.NotAMiningInstitution.selector, suspended));
        setMiners(minerList(5, ALL));
        requireInvalidVoter(addresses(0xD000, 5), ids(5), 4);
        setVoters(addresses(0xD000, 4), ids(4));
    }

    // ---- voters -----------------------------------------------------------------------------------------------------

    function test_VotersAreVotedWithTheirInstitutions() public {
        (address[] memory voters, address[] memory institutions_) = (addresses(0xD100, 4), ids(4));
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.VotersSet(voters, institutions_);
        setVoters(voters, institutions_);
        assert(keccak256(abi.encode(governance.voters())) == keccak256(abi.encode(voters)));
        assert(keccak256(abi.encode(governance.voterInstitutions())) == keccak256(abi.encode(institutions_)));
    }

    function test_FourVotersAreTheFewest() public {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.TooFewVoters.selector, 3));
        setVoters(addresses(0xD100, 3), ids(3));
    }

    function test_EveryVoterHasItsInstitution() public {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.LengthMismatch.selector));
        setVoters(addresses(0xD100, 5), ids(4));
    }

    function test_AnInstitutionHasOneVoterAndAVoterOneInstitution() public {
        (address[] memory voters, address[] memory institutions_) = (addresses(0xD100, 4), ids(4));
        voters[3] = voters[0];
        requireInvalidVoter(voters, institutions_, 3);
        voters[3] = address(0);
        requireInvalidVoter(voters, institutions_, 3);
        voters = addresses(0xD100, 4);
        institutions_[2] = institutions_[1];
        requireInvalidVoter(voters, institutions_, 2);
        institutions_[2] = SOMEBODY;
        requireInvalidVoter(voters, institutions_, 2);
    }

    // ---- senders, creators, contracts -------------------------------------------------------------------------------

    function test_AQuotaIsVotedAndTakenAway() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.SenderQuotaSet(SOMEBODY, 7);
        setSender(SOMEBODY, 7);
        assert(governance.senderQuota(SOMEBODY) == 7);
        setSender(SOMEBODY, 0);
        assert(governance.senderQuota(SOMEBODY) == 0);
    }

    function test_ACreatorsRightIsVotedAndTakenAway() public {
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.CreatorSet(SOMEBODY, true);
        setCreator(SOMEBODY, true);
        assert(governance.mayCreate(SOMEBODY));
        setCreator(SOMEBODY, false);
        assert(!governance.mayCreate(SOMEBODY));
    }

    function test_AContractIsMadeKnownAndUnknown() public {
        assert(!governance.isKnownContract(SOMEBODY));
        vm.expectEmit(address(governance));
        emit IConsensusGovernance.ContractSet(SOMEBODY, true);
        setContract(SOMEBODY, true);
        assert(governance.isKnownContract(SOMEBODY));
        setContract(SOMEBODY, false);
        assert(!governance.isKnownContract(SOMEBODY));
    }

    function test_TheDeploymentsContractsStayKnown() public {
        address[2] memory core = [address(grants), address(governance)];
        for (uint256 i = 0; i < core.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.CoreContract.selector, core[i]));
            setContract(core[i], false);
            vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.CoreContract.selector, core[i]));
            setContract(core[i], true);
            assert(governance.isKnownContract(core[i]));
        }
    }

    // ---- votes ------------------------------------------------------------------------------------------------------

    function test_NothingIsVotedByFewerThanAMajority() public {
        (uint256 nonce, uint64 deadline) = (freshNonce(), soon());
        bytes memory refusal = abi.encodeWithSelector(IVotedMessages.NotEnoughVotes.selector, 2, 3);
        IConsensusGovernance.Bounds memory bounds = IConsensusGovernance.Bounds(3, 6, 20, 40, 5, 20, nonce, deadline);
        vm.expectRevert(refusal);
        governance.setBounds(bounds, votesOf(2, boundsDigest(bounds)));
        IConsensusGovernance.MinerSet memory miners = IConsensusGovernance.MinerSet(minerList(4, ALL), nonce, deadline);
        vm.expectRevert(refusal);
        governance.setMiners(miners, votesOf(2, minersDigest(miners)));
        IConsensusGovernance.VoterSet memory voters =
            IConsensusGovernance.VoterSet(addresses(0xD100, 4), ids(4), nonce, deadline);
        vm.expectRevert(refusal);
        governance.setVoters(voters, votesOf(2, votersDigest(voters)));
        IConsensusGovernance.SenderQuota memory sender = IConsensusGovernance.SenderQuota(SOMEBODY, 1, nonce, deadline);
        vm.expectRevert(refusal);
        governance.setSender(sender, votesOf(2, senderDigest(sender)));
        IConsensusGovernance.CreatorRight memory creator =
            IConsensusGovernance.CreatorRight(SOMEBODY, true, nonce, deadline);
        vm.expectRevert(refusal);
        governance.setCreator(creator, votesOf(2, creatorDigest(creator)));
        IConsensusGovernance.KnownContract memory known =
            IConsensusGovernance.KnownContract(SOMEBODY, true, nonce, deadline);
        vm.expectRevert(refusal);
        governance.setContract(known, votesOf(2, knownContractDigest(known)));
    }

    // ---- the first state --------------------------------------------------------------------------------------------

    function test_AChainBeginsWithWhatItsFoundersWrote() public {
        IConsensusGovernance.Genesis memory first = genesis();
        first.senders = addresses(0xF000, 2);
        first.quotas = new uint64[](2);
        (first.quotas[0], first.quotas[1]) = (7, 8);
        first.creators = addresses(0xF100, 1);
        ConsensusGovernance created = new ConsensusGovernance(institutions, first);
        (uint16 s, uint8 r, uint8 d) = created.parameters();
        assert(s == 4 && r == 32 && d == 10 && created.engine() == vm.addr(ENGINE));
        assert(created.senderQuota(first.senders[1]) == 8 && created.mayCreate(first.creators[0]));
        assert(created.isKnownContract(address(grants)) && created.isKnownContract(address(created)));
    }

    function test_AGenesisOutsideItsOwnBoundsIsRefused() public {
        IConsensusGovernance.Genesis memory first = genesis();
        first.s = 7;
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.OutOfBounds.selector, 7, 32, 10));
        new ConsensusGovernance(institutions, first);
        first = genesis();
        first.d = 4;
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.OutOfBounds.selector, 4, 32, 4));
        new ConsensusGovernance(institutions, first);
    }

    function test_AGenesisGivesEverySenderItsQuota() public {
        IConsensusGovernance.Genesis memory first = genesis();
        first.senders = addresses(0xF000, 2);
        first.quotas = new uint64[](1);
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.LengthMismatch.selector));
        new ConsensusGovernance(institutions, first);
    }

    // ---- messages ---------------------------------------------------------------------------------------------------

    function requireParameters(uint16 s, uint8 r, uint8 d) private view {
        (uint16 nowS, uint8 nowR, uint8 nowD) = governance.parameters();
        assert(nowS == s && nowR == r && nowD == d);
    }

    function requireOutOfBounds(uint16 s, uint8 r, uint8 d) private {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.OutOfBounds.selector, s, r, d));
        move(s, r, d);
    }

    function requireTooFast(uint8 start, uint8 d) private {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.TooFast.selector, start, d));
        move(4, 32, d);
    }

    function requireInvalidBounds(uint16 sMin, uint16 sMax, uint8 rMin, uint8 rMax, uint8 dMin, uint8 dMax) private {
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.InvalidBounds.selector));
        setBounds(sMin, sMax, rMin, rMax, dMin, dMax);
    }

    /// @dev The last of `list` is the one that is wrong.
    function requireInvalidMiner(IConsensusGovernance.Miner[] memory list) private {
        IConsensusGovernance.Miner memory wrong = list[list.length - 1];
        vm.expectRevert(abi.encodeWithSelector(IConsensusGovernance.InvalidMiner.selector, wrong.id, wrong.key));
        setMiners(list);
    }

    function requireInvalidVoter(address[] memory voters, address[] memory institutions_, uint256 wrong) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsensusGovernance.InvalidVoter.selector, voters[wrong], institutions_[wrong])
        );
        setVoters(voters, institutions_);
    }

    function move(uint16 s, uint8 r, uint8 d) private {
        IConsensusGovernance.Parameters memory message = IConsensusGovernance.Parameters(s, r, d, freshNonce(), soon());
        governance.setParameters(message, signDigest(ENGINE, parametersDigest(message)));
    }

    function setBounds(uint16 sMin, uint16 sMax, uint8 rMin, uint8 rMax, uint8 dMin, uint8 dMax) private {
        IConsensusGovernance.Bounds memory message =
            IConsensusGovernance.Bounds(sMin, sMax, rMin, rMax, dMin, dMax, freshNonce(), soon());
        governance.setBounds(message, votesOf(3, boundsDigest(message)));
    }

    function setMiners(IConsensusGovernance.Miner[] memory list) private {
        IConsensusGovernance.MinerSet memory message = IConsensusGovernance.MinerSet(list, freshNonce(), soon());
        governance.setMiners(message, votesOf(3, minersDigest(message)));
    }

    function setVoters(address[] memory voters, address[] memory institutions_) private {
        IConsensusGovernance.VoterSet memory message =
            IConsensusGovernance.VoterSet(voters, institutions_, freshNonce(), soon());
        governance.setVoters(message, votesOf(3, votersDigest(message)));
    }

    function setEngine(address engine) private {
        IConsensusGovernance.EngineKey memory message = IConsensusGovernance.EngineKey(engine, freshNonce(), soon());
        governance.setEngine(message, votesOf(3, engineDigest(message)));
    }

    function setSender(address sender, uint64 quota) private {
        IConsensusGovernance.SenderQuota memory message =
            IConsensusGovernance.SenderQuota(sender, quota, freshNonce(), soon());
        governance.setSender(message, votesOf(3, senderDigest(message)));
    }

    function setCreator(address creator, bool allowed) private {
        IConsensusGovernance.CreatorRight memory message =
            IConsensusGovernance.CreatorRight(creator, allowed, freshNonce(), soon());
        governance.setCreator(message, votesOf(3, creatorDigest(message)));
    }

    function setContract(address target, bool known) private {
        IConsensusGovernance.KnownContract memory message =
            IConsensusGovernance.KnownContract(target, known, freshNonce(), soon());
        governance.setContract(message, votesOf(3, knownContractDigest(message)));
    }
}
