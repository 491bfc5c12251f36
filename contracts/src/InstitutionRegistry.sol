// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInstitutionRegistry} from "./interfaces/IInstitutionRegistry.sol";
import {CompressedKey} from "./libraries/CompressedKey.sol";
import {VotedMessages} from "./VotedMessages.sol";
import {SignedMessages} from "./SignedMessages.sol";

/// @title Implementation of IInstitutionRegistry, where each function is described
contract InstitutionRegistry is IInstitutionRegistry, VotedMessages {
    uint8 public constant KYC = 1;
    uint8 public constant CLINICAL = 2;
    uint8 public constant INSURER = 4;
    uint8 public constant PHARMA = 8;
    uint8 public constant MINER = 16;
    uint8 public constant RESEARCH = 32;

    uint8 private constant ALL_ROLES = KYC | CLINICAL | INSURER | PHARMA | MINER | RESEARCH;
    uint8 private constant HIGHEST_LEVEL = 4;
    uint8 private constant HIGHEST_NON_CLINICAL_LEVEL = 2;
    uint256 private constant MAX_NODES = 32;

    bytes32 private constant ADMISSION_TYPEHASH =
        keccak256("Admission(address institution,uint8 roles,bytes32 profile,uint256 nonce,uint64 deadline)");
    bytes32 private constant INSTITUTION_SUSPENSION_TYPEHASH =
        keccak256("InstitutionSuspension(address institution,bool suspended,uint256 nonce,uint64 deadline)");
    bytes32 private constant INSTITUTION_KEY_TYPEHASH =
        keccak256("InstitutionKey(address institution,address newKey,uint256 nonce,uint64 deadline)");
    bytes32 private constant REGISTRATION_TYPEHASH = keccak256(
        "Registration(address wallet,address signingKey,bytes umbralKey,address institution,uint8 level,"
        "uint64 validUntil,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant SUSPENSION_TYPEHASH =
        keccak256("Suspension(address wallet,bool suspended,uint256 nonce,uint64 deadline)");
    bytes32 private constant SUSPENSION_VOTE_TYPEHASH =
        keccak256("SuspensionVote(address wallet,bool suspended,uint256 nonce,uint64 deadline)");
    bytes32 private constant NODE_SET_TYPEHASH = keccak256(
        "NodeSet(uint32 version,uint8 threshold,address[] nodes,bytes[] keys,address[] institutions,uint256 nonce,"
        "uint64 deadline)"
    );

    mapping(address id => Institution) private _institutions;
    /// @dev Which institution a key belongs or belonged to; an entry never changes, so a key is never reused.
    mapping(address key => address id) private _idOfKey;
    address[] private _ids;
    uint256 private _activeCount;

    mapping(address wallet => Professional) private _professionals;

    mapping(uint32 version => Nodes) private _nodeSets;
    mapping(address node => uint32 version) private _newestSetOfNode;
    uint32 private _nodeSetVersion;

    /// @param founders the founding institutions
    /// @param threshold how many nodes of the first set must answer
    /// @param nodes the first set's addresses, with their Umbral public `keys` and the `institutions` that run them
    constructor(
        Founder[] memory founders,
        uint8 threshold,
        address[] memory nodes,
        bytes[] memory keys,
        address[] memory institutions_
    ) SignedMessages("InstitutionRegistry") {
        for (uint256 i = 0; i < founders.length; ++i) {
            _admit(founders[i].institution, founders[i].roles, founders[i].profile);
        }
        _setNodes(1, threshold, nodes, keys, institutions_);
    }

    /// @inheritdoc IInstitutionRegistry
    function admit(Admission calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(
                ADMISSION_TYPEHASH, message.institution, message.roles, message.profile, message.nonce, message.deadline
            )
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        _admit(message.institution, message.roles, message.profile);
    }

    /// @inheritdoc IInstitutionRegistry
    function suspendInstitution(InstitutionSuspension calldata message, bytes[] calldata votes) external {
        bytes32 structHash = keccak256(
            abi.encode(
                INSTITUTION_SUSPENSION_TYPEHASH, message.institution, message.suspended, message.nonce, message.deadline
            )
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        Institution storage entry = _known(message.institution);
        if (entry.suspended != message.suspended) {
            if (message.suspended && _activeCount == 1) revert LastInstitution(message.institution);
            entry.suspended = message.suspended;
            _activeCount = message.suspended ? _activeCount - 1 : _activeCount + 1;
        }
        emit InstitutionSuspended(message.institution, message.suspended);
    }

    /// @inheritdoc IInstitutionRegistry
    function rotateInstitutionKey(InstitutionKey calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(INSTITUTION_KEY_TYPEHASH, message.institution, message.newKey, message.nonce, message.deadline)
        );
        _acceptFromInstitution(structHash, message.nonce, message.deadline, message.institution, signature);
        _claimKey(message.newKey, message.institution);
        _institutions[message.institution].key = message.newKey;
        emit InstitutionKeyRotated(message.institution, message.newKey);
    }

    /// @inheritdoc IInstitutionRegistry
    function register(
        Registration calldata message,
        bytes calldata holderSignature,
        bytes calldata institutionSignature
    ) external {
        bytes32 structHash = _hashRegistration(message);
        _accept(structHash, message.nonce, message.deadline, message.wallet, holderSignature);
        _acceptFromInstitution(structHash, message.nonce, message.deadline, message.institution, institutionSignature);
        CompressedKey.requireShape(message.umbralKey);
        if (message.level == 0 || message.level > HIGHEST_LEVEL) revert InvalidLevel(message.level);
        uint8 ceiling = _ceiling(_institutions[message.institution].roles);
        if (message.level > ceiling) revert LevelAboveCeiling(message.level, ceiling);

        Professional storage entry = _professionals[message.wallet];
        entry.signingKey = message.signingKey;
        entry.institution = message.institution;
        entry.level = message.level;
        entry.validUntil = message.validUntil;
        entry.registeredAt = uint64(block.timestamp);
        entry.umbralKey = message.umbralKey;
        emit ProfessionalRegistered(
            message.wallet,
            message.institution,
            message.signingKey,
            message.umbralKey,
            message.level,
            message.validUntil
        );
    }

    /// @inheritdoc IInstitutionRegistry
    function setSuspended(Suspension calldata message, bytes calldata signature) external {
        Professional storage entry = _registered(message.wallet);
        bytes32 structHash = keccak256(
            abi.encode(SUSPENSION_TYPEHASH, message.wallet, message.suspended, message.nonce, message.deadline)
        );
        _acceptFromInstitution(structHash, message.nonce, message.deadline, entry.institution, signature);
        entry.suspended = message.suspended;
        emit ProfessionalSuspended(message.wallet, message.suspended, false);
    }

    /// @inheritdoc IInstitutionRegistry
    function suspendByVote(SuspensionVote calldata message, bytes[] calldata votes) external {
        Professional storage entry = _registered(message.wallet);
        bytes32 structHash = keccak256(
            abi.encode(SUSPENSION_VOTE_TYPEHASH, message.wallet, message.suspended, message.nonce, message.deadline)
        );
        _acceptVote(structHash, message.nonce, message.deadline, votes);
        entry.suspendedByVote = message.suspended;
        emit ProfessionalSuspended(message.wallet, message.suspended, true);
    }

    /// @inheritdoc IInstitutionRegistry
    function setNodes(NodeSet calldata message, bytes[] calldata votes) external {
        _acceptVote(_hashNodeSet(message), message.nonce, message.deadline, votes);
        uint32 expected = _nodeSetVersion + 1;
        if (message.version != expected) revert StaleNodeSet(expected, message.version);
        _setNodes(message.version, message.threshold, message.nodes, message.keys, message.institutions);
    }

    /// @inheritdoc IInstitutionRegistry
    function institution(address id) external view returns (Institution memory) {
        return _known(id);
    }

    /// @inheritdoc IInstitutionRegistry
    function institutions() external view returns (address[] memory) {
        return _ids;
    }

    /// @inheritdoc IInstitutionRegistry
    function activeCount() external view returns (uint256) {
        return _activeCount;
    }

    /// @inheritdoc IInstitutionRegistry
    function isActiveInstitution(address id) external view returns (bool) {
        return _isActive(id);
    }

    /// @inheritdoc IInstitutionRegistry
    function institutionKey(address id) external view returns (address) {
        return _institutions[id].key;
    }

    /// @inheritdoc IInstitutionRegistry
    function institutionOfKey(address key) external view returns (address) {
        return _isInstitutionKey(key) ? _idOfKey[key] : address(0);
    }

    /// @inheritdoc IInstitutionRegistry
    function hasRoles(address id, uint8 roles) external view returns (bool) {
        return _isActive(id) && _institutions[id].roles & roles == roles;
    }

    /// @inheritdoc IInstitutionRegistry
    function professional(address wallet) external view returns (Professional memory) {
        return _registered(wallet);
    }

    /// @inheritdoc IInstitutionRegistry
    function isAuthorised(address wallet, uint64 time) external view returns (bool) {
        Professional storage entry = _professionals[wallet];
        return _isActive(entry.institution) && time < entry.validUntil && !entry.suspended && !entry.suspendedByVote
            && entry.level <= _ceiling(_institutions[entry.institution].roles);
    }

    /// @inheritdoc IInstitutionRegistry
    function nodeSet(uint32 version) external view returns (Nodes memory) {
        if (version == 0 || version > _nodeSetVersion) revert UnknownNodeSet(version);
        return _nodeSets[version];
    }

    /// @inheritdoc IInstitutionRegistry
    function currentNodeSet() external view returns (uint32) {
        return _nodeSetVersion;
    }

    /// @inheritdoc IInstitutionRegistry
    function isNode(address node) external view returns (bool) {
        return _newestSetOfNode[node] != 0;
    }

    function _activeInstitutions() internal view override returns (uint256) {
        return _activeCount;
    }

    function _isInstitutionKey(address key) internal view override returns (bool) {
        address id = _idOfKey[key];
        return _isActive(id) && _institutions[id].key == key;
    }

    function _admit(address id, uint8 roles, bytes32 profile) private {
        if (roles == 0 || roles & ~ALL_ROLES != 0) revert InvalidRoles(roles);
        Institution storage entry = _institutions[id];
        if (entry.admittedAt == 0) {
            _claimKey(id, id);
            entry.key = id;
            entry.admittedAt = uint64(block.timestamp);
            _ids.push(id);
            ++_activeCount;
        }
        entry.roles = roles;
        entry.profile = profile;
        emit InstitutionAdmitted(id, roles, profile);
    }

    function _claimKey(address key, address id) private {
        if (key == address(0) || _idOfKey[key] != address(0)) revert KeyInUse(key);
        _idOfKey[key] = id;
    }

    /// @dev Accepts a message of an institution that is active, under its current key.
    function _acceptFromInstitution(
        bytes32 structHash,
        uint256 nonce,
        uint64 deadline,
        address id,
        bytes calldata signature
    ) private {
        Institution storage entry = _known(id);
        if (entry.suspended) revert InactiveInstitution(id);
        _accept(structHash, nonce, deadline, entry.key, signature);
    }

    function _setNodes(
        uint32 version,
        uint8 threshold,
        address[] memory nodes,
        bytes[] memory keys,
        address[] memory institutions_
    ) private {
        uint256 n = nodes.length;
        if (threshold == 0 || threshold > n || n > MAX_NODES || keys.length != n || institutions_.length != n) {
            revert InvalidNodeSet();
        }
        for (uint256 i = 0; i < n; ++i) {
            if (nodes[i] == address(0) || _newestSetOfNode[nodes[i]] == version) revert DuplicateNode(nodes[i]);
            _newestSetOfNode[nodes[i]] = version;
            CompressedKey.requireShape(keys[i]);
            if (!_isActive(institutions_[i])) revert InactiveInstitution(institutions_[i]);
        }
        _nodeSets[version] = Nodes(threshold, uint64(block.timestamp), nodes, keys, institutions_);
        _nodeSetVersion = version;
        emit NodesSet(version, threshold, nodes, keys, institutions_);
    }

    function _known(address id) private view returns (Institution storage entry) {
        entry = _institutions[id];
        if (entry.admittedAt == 0) revert UnknownInstitution(id);
    }

    function _registered(address wallet) private view returns (Professional storage entry) {
        entry = _professionals[wallet];
        if (entry.registeredAt == 0) revert UnknownProfessional(wallet);
    }

    function _isActive(address id) private view returns (bool) {
        Institution storage entry = _institutions[id];
        return entry.admittedAt != 0 && !entry.suspended;
    }

    function _ceiling(uint8 roles) private pure returns (uint8) {
        return roles & CLINICAL != 0 ? HIGHEST_LEVEL : HIGHEST_NON_CLINICAL_LEVEL;
    }

    function _hashRegistration(Registration calldata message) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REGISTRATION_TYPEHASH,
                message.wallet,
                message.signingKey,
                keccak256(message.umbralKey),
                message.institution,
                message.level,
                message.validUntil,
                message.nonce,
                message.deadline
            )
        );
    }

    function _hashNodeSet(NodeSet calldata message) private pure returns (bytes32) {
        bytes32[] memory keyHashes = new bytes32[](message.keys.length);
        for (uint256 i = 0; i < message.keys.length; ++i) {
            keyHashes[i] = keccak256(message.keys[i]);
        }
        return keccak256(
            abi.encode(
                NODE_SET_TYPEHASH,
                message.version,
                message.threshold,
                keccak256(abi.encodePacked(message.nodes)),
                keccak256(abi.encodePacked(keyHashes)),
                keccak256(abi.encodePacked(message.institutions)),
                message.nonce,
                message.deadline
            )
        );
    }
}
