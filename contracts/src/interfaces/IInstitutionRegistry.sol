// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IVotedMessages} from "./IVotedMessages.sol";

/// @title Institutions, the professionals they answer for, and the sets of re-encryption nodes
/// @notice An institution's id is the address of its first key for ever; its key may change. Roles are bits: KYC 1,
/// CLINICAL 2, INSURER 4, PHARMA 8, MINER 16, RESEARCH 32. Levels of professionals: 1 administrative, 2 research, insurer
/// or pharma, 3 clinical, 4 senior clinical; an institution without CLINICAL is held to level 2.
interface IInstitutionRegistry is IVotedMessages {
    struct Institution {
        address key;
        uint8 roles;
        bool suspended;
        uint64 admittedAt;
        bytes32 profile;
    }

    struct Professional {
        address signingKey;
        address institution;
        uint8 level;
        bool suspended;
        bool suspendedByVote;
        uint64 validUntil;
        uint64 registeredAt;
        bytes umbralKey;
    }

    struct Nodes {
        uint8 threshold;
        uint64 since;
        address[] nodes;
        bytes[] keys;
        address[] institutions;
    }

    /// @notice An institution of the first hour, given to the constructor.
    struct Founder {
        address institution;
        uint8 roles;
        bytes32 profile;
    }

    struct Admission {
        address institution;
        uint8 roles;
        bytes32 profile;
        uint256 nonce;
        uint64 deadline;
    }

    struct InstitutionSuspension {
        address institution;
        bool suspended;
        uint256 nonce;
        uint64 deadline;
    }

    struct InstitutionKey {
        address institution;
        address newKey;
        uint256 nonce;
        uint64 deadline;
    }

    struct Registration {
        address wallet;
        address signingKey;
        bytes umbralKey;
        address institution;
        uint8 level;
        uint64 validUntil;
        uint256 nonce;
        uint64 deadline;
    }

    struct Suspension {
        address wallet;
        bool suspended;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice Same fields as `Suspension` under a type of its own, so that an institution's signature over its own
    /// professional's suspension never counts as a vote.
    struct SuspensionVote {
        address wallet;
        bool suspended;
        uint256 nonce;
        uint64 deadline;
    }

    struct NodeSet {
        uint32 version;
        uint8 threshold;
        address[] nodes;
        bytes[] keys;
        address[] institutions;
        uint256 nonce;
        uint64 deadline;
    }

    event InstitutionAdmitted(address indexed institution, uint8 roles, bytes32 profile);
    event InstitutionSuspended(address indexed institution, bool suspended);
    event InstitutionKeyRotated(address indexed institution, address key);
    event ProfessionalRegistered(
        address indexed wallet,
        address indexed institution,
        address signingKey,
        bytes umbralKey,
        uint8 level,
        uint64 validUntil
    );
    event ProfessionalSuspended(address indexed wallet, bool suspended, bool byVote);
    event NodesSet(uint32 indexed version, uint8 threshold, address[] nodes, bytes[] keys, address[] institutions);

    error InvalidRoles(uint8 roles);
    error InvalidLevel(uint8 level);
    /// @notice The institution may register professionals up to `ceiling` only.
    error LevelAboveCeiling(uint8 level, uint8 ceiling);
    error UnknownInstitution(address institution);
    error InactiveInstitution(address institution);
    error UnknownProfessional(address wallet);
    /// @notice The key is, or was, some institution's.
    error KeyInUse(address key);
    /// @notice Suspending the last active institution would leave nobody to vote.
    error LastInstitution(address institution);
    /// @notice The next node set must carry version `expected`.
    error StaleNodeSet(uint32 expected, uint32 actual);
    /// @notice A node set has 1 to 32 nodes, as many keys and institutions, and a threshold from 1 to their number.
    error InvalidNodeSet();
    error DuplicateNode(address node);
    error UnknownNodeSet(uint32 version);

    /// @notice Admits an institution or changes roles and profile of one that exists; the newcomer need not sign.
    function admit(Admission calldata message, bytes[] calldata votes) external;

    /// @notice Suspends an institution or ends its suspension, by vote.
    function suspendInstitution(InstitutionSuspension calldata message, bytes[] calldata votes) external;

    /// @notice Replaces an institution's key; signed by the current one.
    function rotateInstitutionKey(InstitutionKey calldata message, bytes calldata signature) external;

    /// @notice Registers a professional, or replaces the registration; a suspension stays in force.
    /// @param holderSignature by `message.wallet`
    /// @param institutionSignature by the institution's current key
    function register(
        Registration calldata message,
        bytes calldata holderSignature,
        bytes calldata institutionSignature
    ) external;

    /// @notice The professional's institution suspends, or ends a suspension of its own (never one by vote).
    function setSuspended(Suspension calldata message, bytes calldata signature) external;

    /// @notice Suspends a professional, or ends a suspension by vote, by vote.
    function suspendByVote(SuspensionVote calldata message, bytes[] calldata votes) external;

    /// @notice Sets the next node set, by vote.
    function setNodes(NodeSet calldata message, bytes[] calldata votes) external;

    function institution(address id) external view returns (Institution memory);

    /// @notice Ids of all institutions ever admitted, in order of admission.
    function institutions() external view returns (address[] memory);

    /// @notice How many institutions are not suspended.
    function activeCount() external view returns (uint256);

    function isActiveInstitution(address id) external view returns (bool);

    /// @notice The institution's current key; zero for an unknown id.
    function institutionKey(address id) external view returns (address);

    /// @notice The id of the active institution whose current key is `key`; zero if there is none.
    function institutionOfKey(address key) external view returns (address);

    /// @notice Whether the institution is active and holds all of `roles`.
    function hasRoles(address id, uint8 roles) external view returns (bool);

    function professional(address wallet) external view returns (Professional memory);

    /// @notice Whether a professional may act at Unix `time`: registered, valid, not suspended, of an active
    /// institution that may still register this level.
    function isAuthorised(address wallet, uint64 time) external view returns (bool);

    function nodeSet(uint32 version) external view returns (Nodes memory);

    function currentNodeSet() external view returns (uint32);

    /// @notice Whether `node` is in any node set, past ones included.
    function isNode(address node) external view returns (bool);
}
