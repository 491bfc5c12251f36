// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IVotedMessages} from "./IVotedMessages.sol";

/// @title What the consensus clients read: parameters, miners, voters, senders
/// @notice An engine moves s, r and d inside bounds that institutions voted; everything else needs a vote. s: active
/// miners; r: bits of the nonce space; d: leading zero bits of a seal.
interface IConsensusGovernance is IVotedMessages {
    struct Miner {
        bytes32 id;
        address key;
        address institution;
        bool enabled;
    }

    /// @notice Voted limits of the parameters, both ends included.
    struct Limits {
        uint16 sMin;
        uint16 sMax;
        uint8 rMin;
        uint8 rMax;
        uint8 dMin;
        uint8 dMax;
    }

    /// @notice The state a new chain begins with.
    struct Genesis {
        uint16 s;
        uint8 r;
        uint8 d;
        Limits limits;
        Miner[] miners;
        address[] voters;
        address[] voterInstitutions;
        address engine;
        address[] senders;
        uint64[] quotas;
        address[] creators;
        address[] contracts;
    }

    struct Parameters {
        uint16 s;
        uint8 r;
        uint8 d;
        uint256 nonce;
        uint64 deadline;
    }

    struct Bounds {
        uint16 sMin;
        uint16 sMax;
        uint8 rMin;
        uint8 rMax;
        uint8 dMin;
        uint8 dMax;
        uint256 nonce;
        uint64 deadline;
    }

    struct MinerSet {
        Miner[] miners;
        uint256 nonce;
        uint64 deadline;
    }

    struct VoterSet {
        address[] voters;
        address[] institutions;
        uint256 nonce;
        uint64 deadline;
    }

    struct EngineKey {
        address engine;
        uint256 nonce;
        uint64 deadline;
    }

    struct SenderQuota {
        address sender;
        uint64 gasPerBlock;
        uint256 nonce;
        uint64 deadline;
    }

    struct CreatorRight {
        address creator;
        bool allowed;
        uint256 nonce;
        uint64 deadline;
    }

    struct KnownContract {
        address target;
        bool known;
        uint256 nonce;
        uint64 deadline;
    }

    event ParametersSet(uint16 s, uint8 r, uint8 d);
    event BoundsSet(uint16 sMin, uint16 sMax, uint8 rMin, uint8 rMax, uint8 dMin, uint8 dMax);
    event MinersSet(Miner[] miners);
    event VotersSet(address[] voters, address[] institutions);
    event EngineSet(address indexed engine);
    event SenderQuotaSet(address indexed sender, uint64 gasPerBlock);
    event CreatorSet(address indexed creator, bool allowed);
    event ContractSet(address indexed target, bool known);

    /// @notice A parameter lies outside its voted bounds, or s is above the number of enabled miners.
    error OutOfBounds(uint16 s, uint8 r, uint8 d);
    /// @notice d moves by at most 1 from its value at the start of the epoch, `start`.
    error TooFast(uint8 start, uint8 d);
    error InvalidBounds();
    /// @notice Fewer enabled miners than the bounds' least s.
    error TooFewMiners(uint256 enabled, uint256 required);
    error TooManyMiners(uint256 count);
    /// @notice An id or key stands twice, or is zero.
    error InvalidMiner(bytes32 id, address key);
    /// @notice The institution is not active, or not admitted as a miner.
    error NotAMiningInstitution(address institution);
    error TooFewVoters(uint256 count);
    /// @notice The voter is zero or stands twice, or its institution has a voter already or is not active.
    error InvalidVoter(address voter, address institution);
    error InvalidEngine();
    /// @notice The contracts of the deployment stay known.
    error CoreContract(address target);
    /// @notice Lists that belong together differ in length.
    error LengthMismatch();

    /// @notice Sets the parameters inside the bounds; signed by the engine.
    function setParameters(Parameters calldata message, bytes calldata signature) external;

    /// @notice Votes new bounds; parameters outside them move to the nearest bound at once.
    function setBounds(Bounds calldata message, bytes[] calldata votes) external;

    /// @notice Votes the authorised miners in their fixed order; s falls to their enabled number if it was above.
    function setMiners(MinerSet calldata message, bytes[] calldata votes) external;

    /// @notice Votes the finality voters, four or more, one per institution.
    function setVoters(VoterSet calldata message, bytes[] calldata votes) external;

    /// @notice Votes the engine's key.
    function setEngine(EngineKey calldata message, bytes[] calldata votes) external;

    /// @notice Votes how much gas an account may use per block; 0 shuts it out.
    function setSender(SenderQuota calldata message, bytes[] calldata votes) external;

    /// @notice Votes whether an account may create contracts.
    function setCreator(CreatorRight calldata message, bytes[] calldata votes) external;

    /// @notice Votes whether transactions to an account are valid; those of the deployment always are.
    function setContract(KnownContract calldata message, bytes[] calldata votes) external;

    function parameters() external view returns (uint16 s, uint8 r, uint8 d);

    function bounds() external view returns (Limits memory);

    /// @notice All authorised miners in their fixed order.
    function miners() external view returns (Miner[] memory);

    /// @notice The first s enabled miners, taking one of each institution first, then the second of each, and so on.
    function activeMiners() external view returns (Miner[] memory);

    function voters() external view returns (address[] memory);

    /// @notice The voters' institutions, in the voters' order.
    function voterInstitutions() external view returns (address[] memory);

    function engine() external view returns (address);

    /// @notice Gas `sender` may use per block; 0 if it may not send.
    function senderQuota(address sender) external view returns (uint64);

    function mayCreate(address creator) external view returns (bool);

    function isKnownContract(address target) external view returns (bool);
}
