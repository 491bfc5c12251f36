// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../src/interfaces/IWalletRegistry.sol";
import {CompressedKey} from "../src/libraries/CompressedKey.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice What a slot announces when it is opened, written to, re-keyed and recovered, and what it refuses.
contract WalletSlotsTest is Consortium {
    uint256 private constant OWNER = 0x63;
    uint256 private constant GUARDIAN = 0x64;
    uint256 private constant STRANGER = 0x65;
    uint8 private constant GUARDIANS = 3;
    bytes private constant OTHER_KEY = hex"03bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    bytes private constant BAD_KEY = hex"0411";
    bytes32 private constant SALT = bytes32("salt");
    address private slot;
    address private newKey;

    function setUp() public {
        deployAll();
        slot = openSlot(OWNER);
        newKey = vm.addr(0x66);
    }

    function test_ASlotIsOpenedOnceByTheKeyItIsNamedAfter() public {
        address opened = vm.addr(STRANGER);
        IWalletRegistry.SlotOpening memory message =
            IWalletRegistry.SlotOpening(opened, bytes32("wallet"), OTHER_KEY, freshNonce(), soon());
        bytes32 digest = slotOpeningDigest(message);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, opened, slot));
        wallets.openSlot(message, signDigest(OWNER, digest));
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.SlotOpened(opened, bytes32("wallet"), OTHER_KEY);
        wallets.openSlot(message, signDigest(STRANGER, digest));
        IWalletRegistry.Slot memory state = wallets.slot(opened);
        assert(state.key == opened && state.openedAt == block.timestamp && state.walletCommitment == "wallet");
        assert(keccak256(state.preKey) == keccak256(OTHER_KEY));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.SlotExists.selector, opened));
        openSlot(STRANGER);
    }

    function test_AnOldKeyDoesNotOpenItsSlotAgain() public {
        rotate(OWNER, newKey, OTHER_KEY);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.SlotExists.selector, slot));
        openSlot(OWNER);
    }

    function test_DocumentsAreAnnouncedAndNumbered() public {
        for (uint64 version = 1; version <= 2; ++version) {
            vm.expectEmit(address(wallets));
            emit IWalletRegistry.DocumentSet(slot, 2, version, bytes32(uint256(version)));
            setDocument(OWNER, 2, version, bytes32(uint256(version)));
        }
        (uint64 stored, bytes32 hash) = wallets.document(slot, 2);
        assert(stored == 2 && hash == bytes32(uint256(2)));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.StaleVersion.selector, 3, 2));
        setDocument(OWNER, 2, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.StaleVersion.selector, 3, 4));
        setDocument(OWNER, 2, 4, 0);
        // Every kind counts for itself.
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.StaleVersion.selector, 1, 3));
        setDocument(OWNER, 1, 3, 0);
    }

    function test_ThereAreFourKindsOfDocuments() public {
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownDocumentKind.selector, 0));
        setDocument(OWNER, 0, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownDocumentKind.selector, 5));
        setDocument(OWNER, 5, 1, 0);
        for (uint8 kind = 1; kind <= 4; ++kind) {
            setDocument(OWNER, kind, 1, 0);
        }
    }

    function test_ARotationReplacesBothKeys() public {
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.KeyRotated(slot, newKey, OTHER_KEY);
        rotate(OWNER, newKey, OTHER_KEY);
        IWalletRegistry.Slot memory state = wallets.slot(slot);
        assert(state.key == newKey && keccak256(state.preKey) == keccak256(OTHER_KEY));
        assert(state.walletCommitment == "wallet");
    }

    function test_NewKeysHaveTheShapeOfKeys() public {
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.InvalidSlotKey.selector, address(0)));
        rotate(OWNER, address(0), OTHER_KEY);
        vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, BAD_KEY));
        rotate(OWNER, newKey, BAD_KEY);
        IWalletRegistry.SlotOpening memory opening =
            IWalletRegistry.SlotOpening(vm.addr(STRANGER), bytes32("wallet"), BAD_KEY, freshNonce(), soon());
        vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, BAD_KEY));
        wallets.openSlot(opening, signDigest(STRANGER, slotOpeningDigest(opening)));
        commitGuardian(1);
        newKey = address(0);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.InvalidSlotKey.selector, address(0)));
        request(GUARDIAN, OTHER_KEY);
        newKey = vm.addr(0x66);
        vm.expectRevert(abi.encodeWithSelector(CompressedKey.InvalidPublicKey.selector, BAD_KEY));
        request(GUARDIAN, BAD_KEY);
    }

    function test_OnlyTheCurrentKeyWritesRotatesAndVetoes() public {
        bytes memory refusal = abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, vm.addr(STRANGER));
        vm.expectRevert(refusal);
        setDocument(STRANGER, 1, 1, 0);
        vm.expectRevert(refusal);
        rotate(STRANGER, newKey, OTHER_KEY);
        vm.expectRevert(refusal);
        veto(STRANGER);
    }

    function test_ARecoveryIsAnnouncedAndCompletedByAnybody() public {
        commitGuardian(1);
        uint64 readyAt = uint64(block.timestamp) + DELAY;
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.RecoveryRequested(slot, newKey, readyAt);
        request(GUARDIAN, OTHER_KEY);
        IWalletRegistry.PendingRecovery memory pending = wallets.recovery(slot);
        assert(pending.newKey == newKey && pending.readyAt == readyAt);
        assert(keccak256(pending.newPreKey) == keccak256(OTHER_KEY));
        vm.warp(readyAt);
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.KeyRotated(slot, newKey, OTHER_KEY);
        vm.prank(vm.addr(STRANGER));
        wallets.completeRecovery(slot);
        assert(wallets.recovery(slot).readyAt == 0 && wallets.keyOf(slot) == newKey);
    }

    function test_TheCurrentKeyStopsARecovery() public {
        commitGuardian(1);
        request(GUARDIAN, OTHER_KEY);
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.RecoveryVetoed(slot, newKey);
        veto(OWNER);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NoRecovery.selector, slot));
        wallets.completeRecovery(slot);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NoRecovery.selector, slot));
        veto(OWNER);
        assert(wallets.keyOf(slot) == slot);
    }

    function test_OnlyGuardiansAskAndEachRequestCountsOnce() public {
        commitGuardian(1);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotAGuardian.selector, vm.addr(STRANGER)));
        request(STRANGER, OTHER_KEY);
        IWalletRegistry.Recovery memory message = recovery(OTHER_KEY);
        bytes[] memory signatures = signed(GUARDIAN, recoveryDigest(message));
        wallets.requestRecovery(message, guardians(), 1, SALT, signatures);
        veto(OWNER);
        // What was vetoed is not asked for again with the same signatures.
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, slot, message.nonce));
        wallets.requestRecovery(message, guardians(), 1, SALT, signatures);
    }

    function test_GuardiansWhoCannotReachTheirThresholdRecoverNothing() public {
        commitGuardian(2);
        IWalletRegistry.Recovery memory message = recovery(OTHER_KEY);
        bytes[] memory signatures = signed(GUARDIAN, recoveryDigest(message));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotEnoughGuardians.selector, 1, 2));
        wallets.requestRecovery(message, guardians(), 2, SALT, signatures);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.GuardiansMismatch.selector, slot));
        wallets.requestRecovery(message, guardians(), 1, SALT, signatures);
    }

    function test_AThresholdOfZeroRecoversNothingEvenIfCommitted() public {
        commitGuardian(0);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.GuardiansMismatch.selector, slot));
        wallets.requestRecovery(recovery(OTHER_KEY), guardians(), 0, SALT, new bytes[](0));
    }

    function test_AfterARotationTheNewKeyVetoesAndTheDocumentsStay() public {
        commitGuardian(1);
        request(GUARDIAN, OTHER_KEY);
        rotate(OWNER, vm.addr(STRANGER), OTHER_KEY);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(STRANGER), slot));
        veto(OWNER);
        veto(STRANGER);
        (uint64 version,) = wallets.document(slot, GUARDIANS);
        assert(version == 1);
    }

    function test_ASlotThatWasNeverOpenedIsUnknown() public {
        slot = vm.addr(STRANGER);
        bytes memory unknown = abi.encodeWithSelector(IWalletRegistry.UnknownSlot.selector, slot);
        vm.expectRevert(unknown);
        wallets.slot(slot);
        vm.expectRevert(unknown);
        wallets.keyOf(slot);
        vm.expectRevert(unknown);
        setDocument(STRANGER, 1, 1, 0);
        vm.expectRevert(unknown);
        rotate(STRANGER, newKey, OTHER_KEY);
        vm.expectRevert(unknown);
        veto(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NoRecovery.selector, slot));
        wallets.completeRecovery(slot);
        assert(wallets.recovery(slot).readyAt == 0);
    }

    function setDocument(uint256 signer, uint8 kind, uint64 version, bytes32 hash) private {
        IWalletRegistry.Document memory message =
            IWalletRegistry.Document(slot, kind, version, hash, freshNonce(), soon());
        wallets.setDocument(message, signDigest(signer, documentDigest(message)));
    }

    function rotate(uint256 signer, address key, bytes memory preKey) private {
        IWalletRegistry.KeyRotation memory message =
            IWalletRegistry.KeyRotation(slot, key, preKey, freshNonce(), soon());
        wallets.rotateKey(message, signDigest(signer, rotationDigest(message)));
    }

    function veto(uint256 signer) private {
        IWalletRegistry.Veto memory message = IWalletRegistry.Veto(slot, freshNonce(), soon());
        wallets.veto(message, signDigest(signer, vetoDigest(message)));
    }

    function commitGuardian(uint8 threshold) private {
        setDocument(OWNER, GUARDIANS, 1, keccak256(abi.encode(guardians(), threshold, SALT)));
    }

    function request(uint256 signer, bytes memory preKey) private {
        IWalletRegistry.Recovery memory message = recovery(preKey);
        wallets.requestRecovery(message, guardians(), 1, SALT, signed(signer, recoveryDigest(message)));
    }

    function recovery(bytes memory preKey) private returns (IWalletRegistry.Recovery memory) {
        return IWalletRegistry.Recovery(slot, newKey, preKey, freshNonce(), soon());
    }

    function guardians() private pure returns (address[] memory) {
        return addresses(GUARDIAN, 1);
    }

    function signed(uint256 signer, bytes32 digest) private pure returns (bytes[] memory signatures) {
        signatures = new bytes[](1);
        signatures[0] = signDigest(signer, digest);
    }
}
