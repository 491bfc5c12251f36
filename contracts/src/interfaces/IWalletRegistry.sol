// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "./ISignedMessages.sol";

/// @title Attested wallets and the slots of their layers
/// @notice A slot is a layer's pseudonymous owner; its id is the address of its first key for ever. Wallets show only as
/// salted commitments, persons only as nullifiers, so nothing here links two slots or a slot and a person.
interface IWalletRegistry is ISignedMessages {
    /// @notice The stored attestation of a wallet commitment.
    struct Attested {
        bytes32 nullifier;
        address institution;
        uint64 attestedAt;
        bool revoked;
    }

    struct Slot {
        address key;
        uint64 openedAt;
        bytes32 walletCommitment;
        bytes preKey;
    }

    struct PendingRecovery {
        address newKey;
        uint64 readyAt;
        bytes newPreKey;
    }

    struct Attestation {
        bytes32 commitment;
        bytes32 nullifier;
        address institution;
        uint256 nonce;
        uint64 deadline;
    }

    struct AttestationRevocation {
        bytes32 commitment;
        uint256 nonce;
        uint64 deadline;
    }

    struct SlotOpening {
        address slot;
        bytes32 walletCommitment;
        bytes preKey;
        uint256 nonce;
        uint64 deadline;
    }

    struct Document {
        address slot;
        uint8 kind;
        uint64 version;
        bytes32 hash;
        uint256 nonce;
        uint64 deadline;
    }

    struct KeyRotation {
        address slot;
        address newKey;
        bytes newPreKey;
        uint256 nonce;
        uint64 deadline;
    }

    struct Recovery {
        address slot;
        address newKey;
        bytes newPreKey;
        uint256 nonce;
        uint64 deadline;
    }

    struct Veto {
        address slot;
        uint256 nonce;
        uint64 deadline;
    }

    event WalletAttested(bytes32 indexed commitment, bytes32 indexed nullifier, address indexed institution);
    event AttestationRevoked(bytes32 indexed commitment, address indexed institution);
    event SlotOpened(address indexed slot, bytes32 indexed walletCommitment, bytes preKey);
    event DocumentSet(address indexed slot, uint8 indexed kind, uint64 version, bytes32 hash);
    event KeyRotated(address indexed slot, address key, bytes preKey);
    event RecoveryRequested(address indexed slot, address newKey, uint64 readyAt);
    event RecoveryVetoed(address indexed slot, address newKey);

    /// @notice The person already has a wallet.
    error NullifierUsed(bytes32 nullifier);
    error CommitmentUsed(bytes32 commitment);
    /// @notice `count` KYC institutions signed; `required` are needed.
    error NotEnoughAttestors(uint256 count, uint256 required);
    /// @notice `signer` is not the current key of an active institution with the KYC role.
    error NotAnAttestor(address signer);
    /// @notice The institution named in the attestation is not among its signers.
    error InstitutionDidNotSign(address institution);
    error UnknownAttestation(bytes32 commitment);
    error AlreadyRevoked(bytes32 commitment);
    error UnknownSlot(address slot);
    error SlotExists(address slot);
    /// @notice Kinds are 1 keyset, 2 keystore, 3 guardians, 4 emergency.
    error UnknownDocumentKind(uint8 kind);
    /// @notice The document's next version is `expected`.
    error StaleVersion(uint64 expected, uint64 actual);
    error InvalidSlotKey(address key);
    /// @notice The opened guardians do not hash to the slot's guardians document, or their threshold is impossible.
    error GuardiansMismatch(address slot);
    error NotAGuardian(address signer);
    error NotEnoughGuardians(uint256 count, uint256 required);
    error NoRecovery(address slot);
    error RecoveryNotReady(uint64 readyAt);
    /// @notice A constructor argument is impossible.
    error InvalidConfiguration();

    /// @notice Attests that a person with this nullifier stands behind a wallet commitment.
    /// @param signatures by at least `kycQuorum` active KYC institutions, ascending, `message.institution` among them
    function attest(Attestation calldata message, bytes[] calldata signatures) external;

    /// @notice The attesting institution revokes; the nullifier stays used.
    function revokeAttestation(AttestationRevocation calldata message, bytes calldata signature) external;

    /// @notice Opens a slot; signed by the key whose address is the slot.
    function openSlot(SlotOpening calldata message, bytes calldata signature) external;

    /// @notice Sets the next version of a slot's document; signed by the slot's current key.
    function setDocument(Document calldata message, bytes calldata signature) external;

    /// @notice Replaces the slot's keys at once; signed by the current key.
    function rotateKey(KeyRotation calldata message, bytes calldata signature) external;

    /// @notice Guardians ask for a new key; it counts after `recoveryDelay`. A later request replaces the one that waits
    /// and starts the delay anew.
    /// @param guardians the opening of the slot's guardians document (kind 3), with `threshold` and `salt`:
    /// keccak256(abi.encode(guardians, threshold, salt))
    /// @param signatures by at least `threshold` guardians, ascending
    function requestRecovery(
        Recovery calldata message,
        address[] calldata guardians,
        uint8 threshold,
        bytes32 salt,
        bytes[] calldata signatures
    ) external;

    /// @notice The current key stops the recovery that waits.
    function veto(Veto calldata message, bytes calldata signature) external;

    /// @notice Makes the recovery's key current once the delay has passed; anybody may call.
    function completeRecovery(address slot_) external;

    function attestation(bytes32 commitment) external view returns (Attested memory);

    function nullifierUsed(bytes32 nullifier) external view returns (bool);

    function slot(address id) external view returns (Slot memory);

    /// @notice The slot's current key; reverts with `UnknownSlot` for one that was never opened.
    function keyOf(address id) external view returns (address);

    /// @notice Version and hash of a slot's document; version 0 if there is none.
    function document(address id, uint8 kind) external view returns (uint64 version, bytes32 hash);

    /// @notice The recovery that waits; `readyAt` 0 if there is none.
    function recovery(address id) external view returns (PendingRecovery memory);
}
