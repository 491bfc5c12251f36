// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessGrants} from "../src/interfaces/IAccessGrants.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../src/interfaces/IWalletRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice What an owner grants counts until it ends or is withdrawn; what is withdrawn never counts again.
contract AccessGrantsTest is Consortium {
    uint256 private constant OWNER = 0x41;
    uint256 private constant STRANGER = 0x42;
    bytes32 private constant ID = bytes32("grant");
    bytes32 private constant OTHER = bytes32("other");
    address private slot;

    function setUp() public {
        deployAll();
        slot = openSlot(OWNER);
    }

    function test_AGrantCountsUntilItEnds() public {
        uint64 expiry = inAnHour();
        vm.expectEmit(address(grants));
        emit IAccessGrants.AccessGranted(slot, ID, expiry, 1, 1);
        grant(ID);
        IAccessGrants.GrantState memory state = grants.grantOf(slot, ID);
        assert(state.status == 1 && state.expiry == expiry && state.nodeSet == 1);
        assert(state.grantedAt == block.timestamp && state.changedAt == block.timestamp);
        assert(grants.isActive(slot, ID, expiry - 1));
        assert(!grants.isActive(slot, ID, expiry));
    }

    function test_AnIdIsGrantedOnce() public {
        grant(ID);
        vm.expectRevert(abi.encodeWithSelector(IAccessGrants.AlreadyGranted.selector, slot, ID));
        grant(ID);
    }

    function test_AWithdrawnGrantIsWithdrawnForEver() public {
        grant(ID);
        uint64 grantedAt = uint64(block.timestamp);
        vm.warp(grantedAt + 60);
        vm.expectEmit(address(grants));
        emit IAccessGrants.AccessWithdrawn(slot, ID, 2);
        withdraw(ID);
        IAccessGrants.GrantState memory state = grants.grantOf(slot, ID);
        assert(state.status == 2 && state.grantedAt == grantedAt && state.changedAt == grantedAt + 60);
        assert(!grants.isActive(slot, ID, grantedAt));
        vm.expectRevert(abi.encodeWithSelector(IAccessGrants.AlreadyWithdrawn.selector, slot, ID));
        grant(ID);
    }

    function test_AnIdIsWithdrawnBeforeItIsGranted() public {
        vm.expectEmit(address(grants));
        emit IAccessGrants.AccessWithdrawn(slot, ID, 1);
        withdraw(ID);
        vm.expectRevert(abi.encodeWithSelector(IAccessGrants.AlreadyWithdrawn.selector, slot, ID));
        grant(ID);
    }

    function test_WithdrawingAgainIsHarmlessAndLeavesNoTrace() public {
        withdraw(ID);
        bytes32 head = grants.head(slot);
        uint64 changedAt = grants.grantOf(slot, ID).changedAt;
        vm.warp(block.timestamp + 60);
        withdraw(ID);
        assert(grants.head(slot) == head && grants.count(slot) == 1);
        assert(grants.grantOf(slot, ID).changedAt == changedAt);
    }

    function test_OneMessageWithdrawsSeveralInItsOrder() public {
        IAccessGrants.Withdrawal memory message = withdrawal(ID);
        message.grantIds = new bytes32[](2);
        (message.grantIds[0], message.grantIds[1]) = (OTHER, ID);
        bytes memory signature = signDigest(OWNER, withdrawalDigest(message));
        vm.expectEmit(address(grants));
        emit IAccessGrants.AccessWithdrawn(slot, OTHER, 1);
        vm.expectEmit(address(grants));
        emit IAccessGrants.AccessWithdrawn(slot, ID, 2);
        grants.withdraw(message, signature);
    }

    function test_TheSameIdInAnotherSlotIsAnother() public {
        withdraw(ID);
        address other = openSlot(STRANGER);
        IAccessGrants.Grant memory message = IAccessGrants.Grant(other, ID, inAnHour(), 1, freshNonce(), soon());
        grants.grant(message, signDigest(STRANGER, grantDigest(message)));
        assert(grants.isActive(other, ID, uint64(block.timestamp)));
        assert(!grants.isActive(slot, ID, uint64(block.timestamp)));
    }

    function testFuzz_AGrantEndsInTheFuture(uint64 expiry) public {
        expiry = uint64(block.timestamp) - 5 + (expiry % 10);
        IAccessGrants.Grant memory message = IAccessGrants.Grant(slot, ID, expiry, 1, freshNonce(), soon());
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        if (expiry <= block.timestamp) {
            vm.expectRevert(abi.encodeWithSelector(IAccessGrants.GrantExpired.selector, expiry));
        }
        grants.grant(message, signature);
    }

    function testFuzz_FragmentsAreForTheCurrentNodeSetOnly(uint32 nodeSet) public {
        vm.assume(nodeSet != 1);
        IAccessGrants.Grant memory message = IAccessGrants.Grant(slot, ID, inAnHour(), nodeSet, freshNonce(), soon());
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        vm.expectRevert(abi.encodeWithSelector(IAccessGrants.StaleNodeSet.selector, 1, nodeSet));
        grants.grant(message, signature);
    }

    function test_ANewNodeSetEndsNoGrantButTakesTheNextOnes() public {
        grant(ID);
        IInstitutionRegistry.NodeSet memory nodes =
            IInstitutionRegistry.NodeSet(2, 1, addresses(0xB900, 1), publicKeys(1), ids(1), freshNonce(), soon());
        institutions.setNodes(nodes, votesOf(3, nodeSetDigest(nodes)));
        assert(grants.isActive(slot, ID, uint64(block.timestamp)));
        vm.expectRevert(abi.encodeWithSelector(IAccessGrants.StaleNodeSet.selector, 2, 1));
        grant(OTHER);
    }

    function test_OnlyTheOwnerWithdrawsAndEachMessageOnce() public {
        IAccessGrants.Withdrawal memory message = withdrawal(ID);
        bytes32 digest = withdrawalDigest(message);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, vm.addr(STRANGER)));
        grants.withdraw(message, signDigest(STRANGER, digest));
        grants.withdraw(message, signDigest(OWNER, digest));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, slot, message.nonce));
        grants.withdraw(message, signDigest(OWNER, digest));
    }

    function test_ASlotThatWasNeverOpenedHasNoGrants() public {
        slot = vm.addr(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownSlot.selector, slot));
        grant(ID);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownSlot.selector, slot));
        withdraw(ID);
    }

    function test_AfterARotationOnlyTheNewKeyGrantsAndWithdraws() public {
        IWalletRegistry.KeyRotation memory rotation =
            IWalletRegistry.KeyRotation(slot, vm.addr(STRANGER), KEY, freshNonce(), soon());
        wallets.rotateKey(rotation, signDigest(OWNER, rotationDigest(rotation)));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(STRANGER), slot));
        grant(ID);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(STRANGER), slot));
        withdraw(ID);
        IAccessGrants.Withdrawal memory message = withdrawal(ID);
        grants.withdraw(message, signDigest(STRANGER, withdrawalDigest(message)));
    }

    function grant(bytes32 id) private {
        IAccessGrants.Grant memory message = IAccessGrants.Grant(slot, id, inAnHour(), 1, freshNonce(), soon());
        grants.grant(message, signDigest(OWNER, grantDigest(message)));
    }

    function withdraw(bytes32 id) private {
        IAccessGrants.Withdrawal memory message = withdrawal(id);
        grants.withdraw(message, signDigest(OWNER, withdrawalDigest(message)));
    }

    function withdrawal(bytes32 id) private returns (IAccessGrants.Withdrawal memory) {
        bytes32[] memory list = new bytes32[](1);
        list[0] = id;
        return IAccessGrants.Withdrawal(slot, list, freshNonce(), soon());
    }

    function inAnHour() private view returns (uint64) {
        return uint64(block.timestamp) + 1 hours;
    }
}
