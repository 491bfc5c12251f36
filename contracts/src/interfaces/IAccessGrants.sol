// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "./ISignedMessages.sol";

/// @title Grants, by the hash of their opening
/// @notice The chain sees who granted (a slot), never who may read what. A withdrawn id is withdrawn for ever, also one
/// that was never granted. History as in the record registry, with the items keccak256(abi.encode(uint8(1), grantId,
/// expiry, nodeSet)) and keccak256(abi.encode(uint8(2), grantId)).
interface IAccessGrants is ISignedMessages {
    /// @notice Status: 0 none, 1 active, 2 withdrawn.
    struct GrantState {
        uint8 status;
        uint64 expiry;
        uint32 nodeSet;
        uint64 grantedAt;
        uint64 changedAt;
    }

    struct Grant {
        address slot;
        bytes32 grantId;
        uint64 expiry;
        uint32 nodeSet;
        uint256 nonce;
        uint64 deadline;
    }

    struct Withdrawal {
        address slot;
        bytes32[] grantIds;
        uint256 nonce;
        uint64 deadline;
    }

    event AccessGranted(address indexed slot, bytes32 indexed grantId, uint64 expiry, uint32 nodeSet, uint64 seq);
    event AccessWithdrawn(address indexed slot, bytes32 indexed grantId, uint64 seq);

    error AlreadyGranted(address slot, bytes32 grantId);
    error AlreadyWithdrawn(address slot, bytes32 grantId);
    /// @notice The grant's own end lies in the past.
    error GrantExpired(uint64 expiry);
    /// @notice Key fragments must be made for the current node set.
    error StaleNodeSet(uint32 expected, uint32 actual);

    /// @notice Makes a grant active; signed by the slot's current key.
    function grant(Grant calldata message, bytes calldata signature) external;

    /// @notice Withdraws grants for good, pending ones too; repeating is harmless. Signed by the slot's current key.
    function withdraw(Withdrawal calldata message, bytes calldata signature) external;

    function grantOf(address slot, bytes32 grantId) external view returns (GrantState memory);

    /// @notice Whether the grant is granted, not withdrawn, and not expired at Unix `time`.
    function isActive(address slot, bytes32 grantId, uint64 time) external view returns (bool);

    function head(address slot) external view returns (bytes32);

    function count(address slot) external view returns (uint64);
}
