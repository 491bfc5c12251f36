// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IRecordRegistry} from "./interfaces/IRecordRegistry.sol";
import {IWalletRegistry} from "./interfaces/IWalletRegistry.sol";
import {History} from "./libraries/History.sol";
import {SignedMessages} from "./SignedMessages.sol";

/// @title Implementation of IRecordRegistry, where each function is described
contract RecordRegistry is IRecordRegistry, SignedMessages {
    using History for History.Head;

    uint8 private constant ITEM_ANCHOR = 1;
    uint8 private constant ITEM_REMOVAL = 2;
    uint256 private constant MIN_CID_LENGTH = 4;
    uint256 private constant MAX_CID_LENGTH = 96;

    bytes32 private constant AUTHOR_RIGHT_TYPEHASH =
        keccak256("AuthorRight(address slot,address author,uint64 until,uint256 nonce,uint64 deadline)");
    bytes32 private constant ANCHOR_TYPEHASH = keccak256(
        "Anchor(bytes32 record,address slot,address originator,bytes ipfs,bytes32 kcHash,uint256 nonce,"
        "uint64 deadline)"
    );
    bytes32 private constant REMOVAL_TYPEHASH =
        keccak256("Removal(address slot,bytes32 record,uint256 nonce,uint64 deadline)");

    struct Entry {
        Record metadata;
        bytes32 kcHash;
        bool removed;
    }

    IWalletRegistry public immutable wallets;

    mapping(address slot => mapping(bytes32 record => Entry)) private _records;
    mapping(address slot => mapping(address author => uint64 until)) private _authors;
    mapping(address slot => History.Head) private _heads;

    constructor(IWalletRegistry wallets_) SignedMessages("RecordRegistry") {
        wallets = wallets_;
    }

    /// @inheritdoc IRecordRegistry
    function setAuthor(AuthorRight calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(
                AUTHOR_RIGHT_TYPEHASH, message.slot, message.author, message.until, message.nonce, message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, wallets.keyOf(message.slot), signature);
        _authors[message.slot][message.author] = message.until;
        emit AuthorSet(message.slot, message.author, message.until);
    }

    /// @inheritdoc IRecordRegistry
    function anchor(Anchor calldata message, bytes calldata signature) external {
        bytes32 ipfsHash = keccak256(message.ipfs);
        bytes32 structHash = keccak256(
            abi.encode(
                ANCHOR_TYPEHASH,
                message.record,
                message.slot,
                message.originator,
                ipfsHash,
                message.kcHash,
                message.nonce,
                message.deadline
            )
        );
        address signer = _signerOf(message.slot, message.originator);
        _accept(structHash, message.nonce, message.deadline, signer, signature);
        _requireCid(message.ipfs);
        Entry storage entry = _records[message.slot][message.record];
        if (entry.metadata.originator != address(0)) revert AlreadyAnchored(message.slot, message.record);

        entry.metadata = Record(message.originator, message.ipfs, uint64(block.timestamp));
        entry.kcHash = message.kcHash;
        uint64 seq =
            _heads[message.slot].append(keccak256(abi.encode(ITEM_ANCHOR, message.record, ipfsHash, message.kcHash)));
        emit RecordAnchored(message.originator, message.record, message.slot, message.ipfs, message.kcHash, seq);
    }

    /// @inheritdoc IRecordRegistry
    function remove(Removal calldata message, bytes calldata signature) external {
        bytes32 structHash =
            keccak256(abi.encode(REMOVAL_TYPEHASH, message.slot, message.record, message.nonce, message.deadline));
        _accept(structHash, message.nonce, message.deadline, wallets.keyOf(message.slot), signature);
        Entry storage entry = _anchored(message.slot, message.record);
        if (entry.removed) revert AlreadyRemoved(message.slot, message.record);

        entry.removed = true;
        entry.metadata.lastUpdate = uint64(block.timestamp);
        uint64 seq = _heads[message.slot].append(keccak256(abi.encode(ITEM_REMOVAL, message.record)));
        emit RecordRemoved(message.record, message.slot, seq);
    }

    /// @inheritdoc IRecordRegistry
    function record(address slot, bytes32 id)
        external
        view
        returns (Record memory metadata, bytes32 kcHash, bool removed)
    {
        Entry storage entry = _anchored(slot, id);
        return (entry.metadata, entry.kcHash, entry.removed);
    }

    /// @inheritdoc IRecordRegistry
    function authorUntil(address slot, address author) external view returns (uint64) {
        return _authors[slot][author];
    }

    /// @inheritdoc IRecordRegistry
    function head(address slot) external view returns (bytes32) {
        return _heads[slot].hash;
    }

    /// @inheritdoc IRecordRegistry
    function count(address slot) external view returns (uint64) {
        return _heads[slot].count;
    }

    /// @dev Whose signature an anchor needs: the slot's current key, or the author's own while the right lasts.
    function _signerOf(address slot, address originator) private view returns (address) {
        if (originator == slot) return wallets.keyOf(slot);
        if (_authors[slot][originator] <= block.timestamp) revert NotAnAuthor(slot, originator);
        return originator;
    }

    function _anchored(address slot, bytes32 id) private view returns (Entry storage entry) {
        entry = _records[slot][id];
        if (entry.metadata.originator == address(0)) revert UnknownRecord(slot, id);
    }

    function _requireCid(bytes calldata cid) private pure {
        if (cid.length < MIN_CID_LENGTH || cid.length > MAX_CID_LENGTH || cid[0] != 0x01) revert InvalidCid(cid);
    }
}
