// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "./ISignedMessages.sol";

/// @title Anchors of encrypted records, per slot, in an order nobody can change
/// @notice head' = keccak256(abi.encode(head, item, seq)), seq from 1. The item of an anchor is keccak256(abi.encode(
/// uint8(1), record, keccak256(ipfs), kcHash)), of a removal keccak256(abi.encode(uint8(2), record)). Records are kept
/// under their slot, so nobody can take a record id that belongs to another slot.
interface IRecordRegistry is ISignedMessages {
    /// @notice The struct of the whitepaper's metadata contract.
    struct Record {
        address originator;
        bytes ipfs;
        uint64 lastUpdate;
    }

    struct AuthorRight {
        address slot;
        address author;
        uint64 until;
        uint256 nonce;
        uint64 deadline;
    }

    struct Anchor {
        bytes32 record;
        address slot;
        address originator;
        bytes ipfs;
        bytes32 kcHash;
        uint256 nonce;
        uint64 deadline;
    }

    struct Removal {
        address slot;
        bytes32 record;
        uint256 nonce;
        uint64 deadline;
    }

    event AuthorSet(address indexed slot, address indexed author, uint64 until);
    event RecordAnchored(
        address indexed originator, bytes32 indexed record, address indexed slot, bytes ipfs, bytes32 kcHash, uint64 seq
    );
    event RecordRemoved(bytes32 indexed record, address indexed slot, uint64 seq);

    /// @notice `author` has no right, or no longer one, to append to `slot`.
    error NotAnAuthor(address slot, address author);
    error AlreadyAnchored(address slot, bytes32 record);
    error UnknownRecord(address slot, bytes32 record);
    error AlreadyRemoved(address slot, bytes32 record);
    /// @notice A binary CIDv1 has 4 to 96 bytes and begins with 0x01.
    error InvalidCid(bytes cid);

    /// @notice Lets an author append until a time, or ends that right (`until` 0); signed by the slot's current key.
    function setAuthor(AuthorRight calldata message, bytes calldata signature) external;

    /// @notice Anchors a record once; signed by the author, or by the slot's current key where originator is the slot.
    function anchor(Anchor calldata message, bytes calldata signature) external;

    /// @notice Marks a record removed; signed by the slot's current key.
    function remove(Removal calldata message, bytes calldata signature) external;

    /// @notice Reverts with `UnknownRecord` for a record that was never anchored in `slot`.
    function record(address slot, bytes32 id)
        external
        view
        returns (Record memory metadata, bytes32 kcHash, bool removed);

    /// @notice Unix time until which `author` may append to `slot`; 0 for never.
    function authorUntil(address slot, address author) external view returns (uint64);

    function head(address slot) external view returns (bytes32);

    function count(address slot) external view returns (uint64);
}
