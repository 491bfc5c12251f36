// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IConsensusGovernance} from "./interfaces/IConsensusGovernance.sol";
import {IInstitutionRegistry} from "./interfaces/IInstitutionRegistry.sol";
import {SignedMessages} from "./SignedMessages.sol";
import {VotedMessages} from "./VotedMessages.sol";

/// @title Implementation of IConsensusGovernance, where each function is described
contract ConsensusGovernance is IConsensusGovernance, VotedMessages {
    uint8 private constant MINER_ROLE = 16;
    /// @dev Blocks 2e + 1 and 2e + 2 form parameter epoch e (docs/spec/consensus.md).
    uint256 private constant EPOCH_BLOCKS = 2;
    uint256 private constant MIN_VOTERS = 4;
    /// @dev Ordering compares each miner with those before it; the limit keeps that inside a block's gas.
    uint256 private constant MAX_MINERS = 256;
    /// @dev The seal's nonce has 8 bytes, its hash 32.
    uint8 private constant MAX_NONCE_BITS = 64;

    bytes32 private constant PARAMETERS_TYPEHASH =
        keccak256("Parameters(uint16 s,uint8 r,uint8 d,uint256 nonce,uint64 deadline)");
    bytes32 private constant BOUNDS_TYPEHASH = keccak256(
        "Bounds(uint16 sMin,uint16 sMax,uint8 rMin,uint8 rMax,uint8 dMin,uint8 dMax,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant MINER_TYPEHASH =
        keccak256("Miner(bytes32 id,address key,address institution,bool enabled)");
    bytes32 private constant MINER_SET_TYPEHASH = keccak256(
        "MinerSet(Miner[] miners,uint256 nonce,uint64 deadline)"
        "Miner(bytes32 id,address key,address institution,bool enabled)"
    );
    bytes32 private constant VOTER_SET_TYPEHASH =
        keccak256("VoterSet(address[] voters,address[] institutions,uint256 nonce,uint64 deadline)");
    bytes32 private constant ENGINE_KEY_TYPEHASH = keccak256("EngineKey(address engine,uint256 nonce,uint64 deadline)");
    bytes32 private constant SENDER_QUOTA_TYPEHASH =
        keccak256("SenderQuota(address sender,uint64 gasPerBlock,uint256 nonce,uint64 deadline)");
    bytes32 private constant CREATOR_RIGHT_TYPEHASH =
        keccak256("CreatorRight(address creator,bool allowed,uint256 nonce,uint64 deadline)");
    bytes32 private constant KNOWN_CONTRACT_TYPEHASH =
        keccak256("KnownContract(address target,bool known,uint256 nonce,uint64 deadline)");

    IInstitutionRegistry public immutable institutions;

    uint16 private _s;
    uint8 private _r;
    uint8 private _d;
    uint8 private _dAtEpochStart;
    uint64 private _epoch;
    Limits private _limits;

    Miner[] private _miners;
    /// @dev Indices into `_miners` of the enabled ones, in order of activation.
    uint16[] private _activationOrder;
    /// @dev Ids and keys that stand in set number `_minerSet`, to find duplicates without comparing all pairs.
    mapping(uint256 set => mapping(bytes32 idOrKey => bool)) private _inMinerSet;
    uint256 private _minerSet;

    address[] private _voters;
    address[] private _voterInstitutions;
    address private _engine;
    mapping(address sender => uint64 gasPerBlock) private _quotas;
    mapping(address creator => bool) private _creators;
    mapping(address target => bool) private _known;
    mapping(address target => bool) private _core;

    /// @param institutions_ who votes
    /// @param genesis the first state; its `contracts` are those deployed before this one
    constructor(IInstitutionRegistry institutions_, Genesis memory genesis) SignedMessages("ConsensusGovernance") {
        if (genesis.senders.length != genesis.quotas.length) revert LengthMismatch();
        institutions = institutions_;
        (_s, _r, _d, _dAtEpochStart) = (genesis.s, genesis.r, genesis.d, genesis.d);
        _setMiners(genesis.miners);
        _setLimits(genesis.limits);
        // Moving the founders' values into their own bounds would hide a mistake in the configuration.
        if (_s != genesis.s || _r != genesis.r || _d != genesis.d) revert OutOfBounds(genesis.s, genesis.r, genesis.d);
        _setVoters(genesis.voters, genesis.voterInstitutions);
        _setEngine(genesis.engine);
        for (uint256 i = 0; i < genesis.senders.length; ++i) {
            _setSender(genesis.senders[i], genesis.quotas[i]);
        }
        for (uint256 i = 0; i < genesis.creators.length; ++i) {
            _setCreator(genesis.creators[i], true);
        }
        for (uint256 i = 0; i < genesis.contracts.length; ++i) {
            _setCore(genesis.contracts[i]);
        }
        _setCore(address(this));
    }

    /// @inheritdoc IConsensusGovernance
    function setParameters(Parameters calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(PARAMETERS_TYPEHASH, message.s, message.r, message.d, message.nonce, message.deadline)
        );
        _accept(structHash, message.nonce, message.deadline, _engine, signature);
        if (
            message.s < _limits.sMin || message.s > _limits.sMax || message.s > _activationOrder.length
                || message.r < _limits.rMin || message.r > _limits.rMax || message.d < _limits.dMin
                || message.d > _limits.dMax
        ) revert OutOfBounds(message.s, message.r, message.d);
        _enterEpoch();
        uint8 start = _dAtEpochStart;
        if (message.d > start ? message.d - start > 1 : start - message.d > 1) revert TooFast(start, message.d);
        _setParameters(message.s, message.r, message.d);
    }

    /// @inheritdoc IConsensusGovernance
    function setBounds(Bounds calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(
                BOUNDS_TYPEHASH,
                message.sMin,
                message.sMax,
                message.rMin,
                message.rMax,
                message.dMin,
                message.dMax,
                message.nonce,
                message.deadline
            )
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setLimits(Limits(message.sMin, message.sMax, message.rMin, message.rMax, message.dMin, message.dMax));
    }

    /// @inheritdoc IConsensusGovernance
    function setMiners(MinerSet calldata message, bytes[] calldata votes) external {
        bytes32[] memory hashes = new bytes32[](message.miners.length);
        for (uint256 i = 0; i < message.miners.length; ++i) {
            Miner calldata miner = message.miners[i];
            hashes[i] = keccak256(abi.encode(MINER_TYPEHASH, miner.id, miner.key, miner.institution, miner.enabled));
        }
        bytes32 structHash = keccak256(
            abi.encode(MINER_SET_TYPEHASH, keccak256(abi.encodePacked(hashes)), message.nonce, message.deadline)
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setMiners(message.miners);
        uint256 enabled = _activationOrder.length;
        if (enabled < _limits.sMin) revert TooFewMiners(enabled, _limits.sMin);
        if (_s > enabled) _setParameters(uint16(enabled), _r, _d);
    }

    /// @inheritdoc IConsensusGovernance
    function setVoters(VoterSet calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(
                VOTER_SET_TYPEHASH,
                keccak256(abi.encodePacked(message.voters)),
                keccak256(abi.encodePacked(message.institutions)),
                message.nonce,
                message.deadline
            )
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setVoters(message.voters, message.institutions);
    }

    /// @inheritdoc IConsensusGovernance
    function setEngine(EngineKey calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(abi.encode(ENGINE_KEY_TYPEHASH, message.engine, message.nonce, message.deadline));
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setEngine(message.engine);
    }

    /// @inheritdoc IConsensusGovernance
    function setSender(SenderQuota calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(SENDER_QUOTA_TYPEHASH, message.sender, message.gasPerBlock, message.nonce, message.deadline)
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setSender(message.sender, message.gasPerBlock);
    }

    /// @inheritdoc IConsensusGovernance
    function setCreator(CreatorRight calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(CREATOR_RIGHT_TYPEHASH, message.creator, message.allowed, message.nonce, message.deadline)
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _setCreator(message.creator, message.allowed);
    }

    /// @inheritdoc IConsensusGovernance
    function setContract(KnownContract calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(KNOWN_CONTRACT_TYPEHASH, message.target, message.known, message.nonce, message.deadline)
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        if (_core[message.target]) revert CoreContract(message.target);
        _known[message.target] = message.known;
        emit ContractSet(message.target, message.known);
    }

    /// @inheritdoc IConsensusGovernance
    function parameters() external view returns (uint16 s, uint8 r, uint8 d) {
        return (_s, _r, _d);
    }

    /// @inheritdoc IConsensusGovernance
    function bounds() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IConsensusGovernance
    function miners() external view returns (Miner[] memory) {
        return _miners;
    }

    /// @inheritdoc IConsensusGovernance
    function activeMiners() external view returns (Miner[] memory active) {
        active = new Miner[](_s);
        for (uint256 i = 0; i < active.length; ++i) {
            active[i] = _miners[_activationOrder[i]];
        }
    }

    /// @inheritdoc IConsensusGovernance
    function voters() external view returns (address[] memory) {
        return _voters;
    }

    /// @inheritdoc IConsensusGovernance
    function voterInstitutions() external view returns (address[] memory) {
        return _voterInstitutions;
    }

    /// @inheritdoc IConsensusGovernance
    function engine() external view returns (address) {
        return _engine;
    }

    /// @inheritdoc IConsensusGovernance
    function senderQuota(address sender) external view returns (uint64) {
        return _quotas[sender];
    }

    /// @inheritdoc IConsensusGovernance
    function mayCreate(address creator) external view returns (bool) {
        return _creators[creator];
    }

    /// @inheritdoc IConsensusGovernance
    function isKnownContract(address target) external view returns (bool) {
        return _known[target];
    }

    function _activeInstitutions() internal view override returns (uint256) {
        return institutions.activeCount();
    }

    function _isInstitutionKey(address key) internal view override returns (bool) {
        return institutions.institutionOfKey(key) != address(0);
    }

    /// @dev Remembers d as it was when the current epoch began.
    function _enterEpoch() private {
        uint64 current = uint64((block.number - 1) / EPOCH_BLOCKS);
        if (current != _epoch) {
            _epoch = current;
            _dAtEpochStart = _d;
        }
    }

    function _setParameters(uint16 s, uint8 r, uint8 d) private {
        (_s, _r, _d) = (s, r, d);
        emit ParametersSet(s, r, d);
    }

    function _setLimits(Limits memory limits) private {
        if (
            limits.sMin == 0 || limits.sMin > limits.sMax || limits.rMin > limits.rMax || limits.rMax > MAX_NONCE_BITS
                || limits.dMin > limits.dMax
        ) revert InvalidBounds();
        uint256 enabled = _activationOrder.length;
        if (enabled < limits.sMin) revert TooFewMiners(enabled, limits.sMin);
        _enterEpoch();
        _limits = limits;
        emit BoundsSet(limits.sMin, limits.sMax, limits.rMin, limits.rMax, limits.dMin, limits.dMax);
        uint16 s = uint16(_clamp(_s, limits.sMin, limits.sMax < enabled ? limits.sMax : enabled));
        uint8 r = uint8(_clamp(_r, limits.rMin, limits.rMax));
        uint8 d = uint8(_clamp(_d, limits.dMin, limits.dMax));
        _setParameters(s, r, d);
    }

    function _setMiners(Miner[] memory list) private {
        if (list.length > MAX_MINERS) revert TooManyMiners(list.length);
        delete _miners;
        uint256 set = ++_minerSet;
        for (uint256 i = 0; i < list.length; ++i) {
            Miner memory miner = list[i];
            bytes32 key = bytes32(uint256(uint160(miner.key)));
            if (miner.id == 0 || key == 0 || _inMinerSet[set][miner.id] || _inMinerSet[set][key]) {
                revert InvalidMiner(miner.id, miner.key);
            }
            _inMinerSet[set][miner.id] = true;
            _inMinerSet[set][key] = true;
            if (!institutions.hasRoles(miner.institution, MINER_ROLE)) {
                revert NotAMiningInstitution(miner.institution);
            }
            _miners.push(miner);
        }
        _orderActivation(list);
        emit MinersSet(list);
    }

    /// @dev A miner's round is how many enabled miners of its institution stand before it. Miners become active by round,
    /// and within a round in their fixed order, so stopping some never leaves an institution out while another has two.
    function _orderActivation(Miner[] memory list) private {
        delete _activationOrder;
        uint256[] memory rounds = new uint256[](list.length);
        uint256 lastRound = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                if (list[j].enabled && list[j].institution == list[i].institution) ++rounds[i];
            }
            if (rounds[i] > lastRound) lastRound = rounds[i];
        }
        for (uint256 round = 0; round <= lastRound; ++round) {
            for (uint256 i = 0; i < list.length; ++i) {
                if (list[i].enabled && rounds[i] == round) _activationOrder.push(uint16(i));
            }
        }
    }

    function _setVoters(address[] memory list, address[] memory ids) private {
        if (list.length != ids.length) revert LengthMismatch();
        if (list.length < MIN_VOTERS) revert TooFewVoters(list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            bool valid = list[i] != address(0) && institutions.isActiveInstitution(ids[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (list[j] == list[i] || ids[j] == ids[i]) valid = false;
            }
            if (!valid) revert InvalidVoter(list[i], ids[i]);
        }
        _voters = list;
        _voterInstitutions = ids;
        emit VotersSet(list, ids);
    }

    function _setEngine(address engine_) private {
        if (engine_ == address(0)) revert InvalidEngine();
        _engine = engine_;
        emit EngineSet(engine_);
    }

    function _setSender(address sender, uint64 gasPerBlock) private {
        _quotas[sender] = gasPerBlock;
        emit SenderQuotaSet(sender, gasPerBlock);
    }

    function _setCreator(address creator, bool allowed) private {
        _creators[creator] = allowed;
        emit CreatorSet(creator, allowed);
    }

    function _setCore(address target) private {
        _core[target] = true;
        _known[target] = true;
        emit ContractSet(target, true);
    }

    function _clamp(uint256 value, uint256 low, uint256 high) private pure returns (uint256) {
        if (value < low) return low;
        return value > high ? high : value;
    }
}
