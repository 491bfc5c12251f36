// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../src/interfaces/IWalletRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice A slot's key changes by its key, or by its guardians after the delay; by nothing else.
contract WalletRegistryTest is Consortium {
    uint256 private constant OWNER = 0x61;
    uint256 private constant FIRST_GUARDIAN = 0x6000;
    bytes32 private constant SALT = bytes32("salt");
    address private slot;
    uint256[] private guardianKeys;

    function setUp() public {
        deployAll();
        slot = openSlot(OWNER);
        for (uint256 i = 0; i < 5; ++i) {
            guardianKeys.push(FIRST_GUARDIAN + i);
        }
        sortByAddress(guardianKeys);
    }

    function testFuzz_RecoveryTakesGuardiansAndTime(uint8 threshold, uint8 signers, uint64 wait) public {
        threshold = 1 + (threshold % 5);
        signers = signers % 6;
        commitGuardians(threshold);
        IWalletRegistry.Recovery memory message = recovery();
        bytes[] memory signatures = guardianSignatures(signers, recoveryDigest(message));
        if (signers < threshold) {
            vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotEnoughGuardians.selector, signers, threshold));
            wallets.requestRecovery(message, guardians(), threshold, SALT, signatures);
            return;
        }
        uint256 requestedAt = block.timestamp;
        wallets.requestRecovery(message, guardians(), threshold, SALT, signatures);
        vm.warp(requestedAt + (wait % (2 * DELAY)));
        if (block.timestamp < requestedAt + DELAY) {
            vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.RecoveryNotReady.selector, requestedAt + DELAY));
            wallets.completeRecovery(slot);
            assert(wallets.keyOf(slot) == slot);
        } else {
            wallets.completeRecovery(slot);
            assert(wallets.keyOf(slot) == message.newKey);
            vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NoRecovery.selector, slot));
            wallets.completeRecovery(slot);
        }
    }

    function testFuzz_OtherGuardiansThanThoseCommittedDoNothing(address stranger, uint8 threshold) public {
        commitGuardians(3);
        IWalletRegistry.Recovery memory message = recovery();
        address[] memory list = guardians();
        list[0] = stranger;
        vm.assume(threshold != 3 || stranger != guardians()[0]);
        bytes[] memory signatures = guardianSignatures(5, recoveryDigest(message));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.GuardiansMismatch.selector, slot));
        wallets.requestRecovery(message, list, threshold, SALT, signatures);
    }

    function test_WithoutGuardiansThereIsNoRecovery() public {
        IWalletRegistry.Recovery memory message = recovery();
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.GuardiansMismatch.selector, slot));
        wallets.requestRecovery(message, new address[](0), 0, bytes32(0), new bytes[](0));
    }

    function test_ALaterRequestStartsTheDelayAnew() public {
        commitGuardians(1);
        request();
        vm.warp(block.timestamp + DELAY - 1);
        request();
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IWalletRegistry.RecoveryNotReady.selector);
        wallets.completeRecovery(slot);
    }

    function testFuzz_ARotatedKeyIsDeadAtOnce(uint256 newKey) public {
        newKey = 1 + (newKey % type(uint128).max);
        vm.assume(newKey != OWNER);
        IWalletRegistry.KeyRotation memory message =
            IWalletRegistry.KeyRotation(slot, vm.addr(newKey), KEY, freshNonce(), soon());
        wallets.rotateKey(message, signDigest(OWNER, rotationDigest(message)));
        IWalletRegistry.Document memory document = IWalletRegistry.Document(slot, 1, 1, 0, freshNonce(), soon());
        bytes32 digest = documentDigest(document);
        bytes memory old = signDigest(OWNER, digest);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(newKey), slot));
        wallets.setDocument(document, old);
        wallets.setDocument(document, signDigest(newKey, digest));
    }

    function testFuzz_DocumentVersionsHaveNoGaps(uint8 kind, uint64 version) public {
        (kind, version) = (kind % 6, version % 3);
        IWalletRegistry.Document memory document =
            IWalletRegistry.Document(slot, kind, version, bytes32("document"), freshNonce(), soon());
        bytes memory signature = signDigest(OWNER, documentDigest(document));
        bool valid = kind >= 1 && kind <= 4 && version == 1;
        if (!valid) vm.expectRevert();
        wallets.setDocument(document, signature);
        (uint64 stored,) = wallets.document(slot, kind);
        assert(stored == (valid ? 1 : 0));
    }

    function request() private {
        IWalletRegistry.Recovery memory message = recovery();
        bytes[] memory signatures = guardianSignatures(1, recoveryDigest(message));
        wallets.requestRecovery(message, guardians(), 1, SALT, signatures);
    }

    function commitGuardians(uint8 threshold) private {
        IWalletRegistry.Document memory document = IWalletRegistry.Document(
            slot, 3, 1, keccak256(abi.encode(guardians(), threshold, SALT)), freshNonce(), soon()
        );
        wallets.setDocument(document, signDigest(OWNER, documentDigest(document)));
    }

    function recovery() private returns (IWalletRegistry.Recovery memory) {
        return IWalletRegistry.Recovery(slot, vm.addr(0x6FFF), KEY, freshNonce(), soon());
    }

    function guardians() private view returns (address[] memory list) {
        list = new address[](guardianKeys.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = vm.addr(guardianKeys[i]);
        }
    }

    function guardianSignatures(uint256 count, bytes32 digest) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = signDigest(guardianKeys[i], digest);
        }
    }
}
