// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInstitutionRegistry} from "./interfaces/IInstitutionRegistry.sol";
import {IWalletRegistry} from "./interfaces/IWalletRegistry.sol";
import {CompressedKey} from "./libraries/CompressedKey.sol";
import {SignedMessages} from "./SignedMessages.sol";

/// @title Implementation of IWalletRegistry, where each function is described
contract WalletRegistry is IWalletRegistry, SignedMessages {
    uint8 private constant KYC = 1;
    uint8 private constant GUARDIANS = 3;
    uint8 private constant LAST_DOCUMENT_KIND = 4;

    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(bytes32 commitment,bytes32 nullifier,address institution,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant ATTESTATION_REVOCATION_TYPEHASH =
        keccak256("AttestationRevocation(bytes32 commitment,uint256 nonce,uint64 deadline)");
    bytes32 private constant SLOT_OPENING_TYPEHASH =
        keccak256("SlotOpening(address slot,bytes32 walletCommitment,bytes preKey,uint256 nonce,uint64 deadline)");
    bytes32 private constant DOCUMENT_TYPEHASH =
        keccak256("Document(address slot,uint8 kind,uint64 version,bytes32 hash,uint256 nonce,uint64 deadline)");
    bytes32 private constant KEY_ROTATION_TYPEHASH =
        keccak256("KeyRotation(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)");
    bytes32 private constant RECOVERY_TYPEHASH =
        keccak256("Recovery(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)");
    bytes32 private constant VETO_TYPEHASH = keccak256("Veto(address slot,uint256 nonce,uint64 deadline)");

    struct VersionedHash {
        uint64 version;
        bytes32 hash;
    }

    IInstitutionRegistry public immutable institutions;
    /// @notice How many KYC institutions must sign an attestation.
    uint8 public immutable kycQuorum;
    /// @notice Seconds between a recovery's request and its completion.
    uint64 public immutable recoveryDelay;

    mapping(bytes32 commitment => Attested) private _attestations;
    mapping(bytes32 nullifier => bool used) private _nullifiers;
    mapping(address id => Slot) private _slots;
    mapping(address id => mapping(uint8 kind => VersionedHash)) private _documents;
    mapping(address id => PendingRecovery) private _recoveries;

    constructor(IInstitutionRegistry institutions_, uint8 kycQuorum_, uint64 recoveryDelay_)
        SignedMessages("WalletRegistry")
    {
        if (kycQuorum_ == 0) revert InvalidConfiguration();
        institutions = institutions_;
        kycQuorum = kycQuorum_;
        recoveryDelay = recoveryDelay_;
    }

    /// @inheritdoc IWalletRegistry
    function attest(Attestation calldata message, bytes[] calldata signatures) external {
        if (signatures.length < kycQuorum) revert NotEnoughAttestors(signatures.length, kycQuorum);
        bytes32 structHash = keccak256(
            abi.encode(
                ATTESTATION_TYPEHASH,
                message.commitment,
                message.nullifier,
                message.institution,
                message.nonce,
                message.deadline
            )
        );
        address[] memory signers = _acceptJoint(address(this), structHash, message.nonce, message.deadline, signatures);
        _requireAttestors(signers, message.institution);
        if (_nullifiers[message.nullifier]) revert NullifierUsed(message.nullifier);
        if (_attestations[message.commitment].attestedAt != 0) revert CommitmentUsed(message.commitment);

        _nullifiers[message.nullifier] = true;
        _attestations[message.commitment] =
            Attested(message.nullifier, message.institution, uint64(block.timestamp), false);
        emit WalletAttested(message.commitment, message.nullifier, message.institution);
    }

    /// @inheritdoc IWalletRegistry
    function revokeAttestation(AttestationRevocation calldata message, bytes calldata signature) external {
        Attested storage entry = _attestations[message.commitment];
        if (entry.attestedAt == 0) revert UnknownAttestation(message.commitment);
        if (entry.revoked) revert AlreadyRevoked(message.commitment);
        address id = entry.institution;
        if (!institutions.isActiveInstitution(id)) revert IInstitutionRegistry.InactiveInstitution(id);
        bytes32 structHash =
            keccak256(abi.encode(ATTESTATION_REVOCATION_TYPEHASH, message.commitment, message.nonce, message.deadline));
        _accept(structHash, message.nonce, message.deadline, institutions.institutionKey(id), signature);
        entry.revoked = true;
        emit AttestationRevoked(message.commitment, id);
    }

    /// @inheritdoc IWalletRegistry
    function openSlot(SlotOpening calldata message, bytes calldata signature) external {
        CompressedKey.requireShape(message.preKey);
        bytes32 structHash = keccak256(
            abi.encode(
                SLOT_OPENING_TYPEHASH,
                message.slot,
                message.walletCommitment,
                keccak256(message.preKey),
                message.nonce,
                message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, message.slot, signature);
        if (_slots[message.slot].openedAt != 0) revert SlotExists(message.slot);
        _slots[message.slot] = Slot(message.slot, uint64(block.timestamp), message.walletCommitment, message.preKey);
        emit SlotOpened(message.slot, message.walletCommitment, message.preKey);
    }

    /// @inheritdoc IWalletRegistry
    function setDocument(Document calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(
                DOCUMENT_TYPEHASH,
                message.slot,
                message.kind,
                message.version,
                message.hash,
                message.nonce,
                message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, _opened(message.slot).key, signature);
        if (message.kind == 0 || message.kind > LAST_DOCUMENT_KIND) revert UnknownDocumentKind(message.kind);
        VersionedHash storage entry = _documents[message.slot][message.kind];
        uint64 expected = entry.version + 1;
        if (message.version != expected) revert StaleVersion(expected, message.version);
        entry.version = message.version;
        entry.hash = message.hash;
        emit DocumentSet(message.slot, message.kind, message.version, message.hash);
    }

    /// @inheritdoc IWalletRegistry
    function rotateKey(KeyRotation calldata message, bytes calldata signature) external {
        bytes32 structHash = _hashKeyChange(
            KEY_ROTATION_TYPEHASH, message.slot, message.newKey, message.newPreKey, message.nonce, message.deadline
        );
        _accept(structHash, message.nonce, message.deadline, _opened(message.slot).key, signature);
        _requireNewKeys(message.newKey, message.newPreKey);
        _setKeys(message.slot, message.newKey, message.newPreKey);
    }

    /// @inheritdoc IWalletRegistry
    function requestRecovery(
        Recovery calldata message,
        address[] calldata guardians,
        uint8 threshold,
        bytes32 salt,
        bytes[] calldata signatures
    ) external {
        bytes32 opening = keccak256(abi.encode(guardians, threshold, salt));
        if (threshold == 0 || opening != _documents[message.slot][GUARDIANS].hash) {
            revert GuardiansMismatch(message.slot);
        }
        if (signatures.length < threshold) revert NotEnoughGuardians(signatures.length, threshold);
        address[] memory signers = _acceptRecovery(message, signatures);
        for (uint256 i = 0; i < signers.length; ++i) {
            if (!_contains(guardians, signers[i])) revert NotAGuardian(signers[i]);
        }
        _requireNewKeys(message.newKey, message.newPreKey);
        uint64 readyAt = uint64(block.timestamp) + recoveryDelay;
        _recoveries[message.slot] = PendingRecovery(message.newKey, readyAt, message.newPreKey);
        emit RecoveryRequested(message.slot, message.newKey, readyAt);
    }

    /// @inheritdoc IWalletRegistry
    function veto(Veto calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(abi.encode(VETO_TYPEHASH, message.slot, message.nonce, message.deadline));
        _accept(structHash, message.nonce, message.deadline, _opened(message.slot).key, signature);
        PendingRecovery storage pending = _recoveries[message.slot];
        if (pending.readyAt == 0) revert NoRecovery(message.slot);
        emit RecoveryVetoed(message.slot, pending.newKey);
        delete _recoveries[message.slot];
    }

    /// @inheritdoc IWalletRegistry
    function completeRecovery(address slot_) external {
        PendingRecovery memory pending = _recoveries[slot_];
        // Zero is not a time here but the mark of "none": a request sets a time above it, nothing else does.
        // slither-disable-next-line incorrect-equality
        if (pending.readyAt == 0) revert NoRecovery(slot_);
        if (block.timestamp < pending.readyAt) revert RecoveryNotReady(pending.readyAt);
        delete _recoveries[slot_];
        _setKeys(slot_, pending.newKey, pending.newPreKey);
    }

    /// @inheritdoc IWalletRegistry
    function attestation(bytes32 commitment) external view returns (Attested memory) {
        return _attestations[commitment];
    }

    /// @inheritdoc IWalletRegistry
    function nullifierUsed(bytes32 nullifier) external view returns (bool) {
        return _nullifiers[nullifier];
    }

    /// @inheritdoc IWalletRegistry
    function slot(address id) external view returns (Slot memory) {
        return _opened(id);
    }

    /// @inheritdoc IWalletRegistry
    function keyOf(address id) external view returns (address) {
        return _opened(id).key;
    }

    /// @inheritdoc IWalletRegistry
    function document(address id, uint8 kind) external view returns (uint64 version, bytes32 hash) {
        VersionedHash storage entry = _documents[id][kind];
        return (entry.version, entry.hash);
    }

    /// @inheritdoc IWalletRegistry
    function recovery(address id) external view returns (PendingRecovery memory) {
        return _recoveries[id];
    }

    /// @dev The slot is the scope of the nonce: a guardian of one slot cannot spend the nonce of another's recovery.
    function _acceptRecovery(Recovery calldata message, bytes[] calldata signatures)
        private
        returns (address[] memory)
    {
        bytes32 structHash = _hashKeyChange(
            RECOVERY_TYPEHASH, message.slot, message.newKey, message.newPreKey, message.nonce, message.deadline
        );
        return _acceptJoint(message.slot, structHash, message.nonce, message.deadline, signatures);
    }

    function _setKeys(address id, address key, bytes memory preKey) private {
        _slots[id].key = key;
        _slots[id].preKey = preKey;
        emit KeyRotated(id, key, preKey);
    }

    /// @dev Every signer must be the current key of an active KYC institution, one of them that of `named`.
    function _requireAttestors(address[] memory signers, address named) private view {
        bool namedSigned = false;
        for (uint256 i = 0; i < signers.length; ++i) {
            address id = institutions.institutionOfKey(signers[i]);
            if (!institutions.hasRoles(id, KYC)) revert NotAnAttestor(signers[i]);
            if (id == named) namedSigned = true;
        }
        if (!namedSigned) revert InstitutionDidNotSign(named);
    }

    function _opened(address id) private view returns (Slot storage entry) {
        entry = _slots[id];
        if (entry.openedAt == 0) revert UnknownSlot(id);
    }

    function _requireNewKeys(address key, bytes calldata preKey) private pure {
        if (key == address(0)) revert InvalidSlotKey(key);
        CompressedKey.requireShape(preKey);
    }

    function _contains(address[] calldata list, address element) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == element) return true;
        }
        return false;
    }

    /// @dev Rotation and recovery have the same fields under different types.
    function _hashKeyChange(
        bytes32 typeHash,
        address id,
        address newKey,
        bytes calldata newPreKey,
        uint256 nonce,
        uint64 deadline
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(typeHash, id, newKey, keccak256(newPreKey), nonce, deadline));
    }
}
