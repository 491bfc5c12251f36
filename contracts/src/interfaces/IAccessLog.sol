// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Merkle roots of the re-encryption nodes' access logs
/// @notice Each node numbers its log entries from 1 and commits them in order, without gaps; what was read by whom stays
/// off chain, but no entry can be changed or left out once its root stands here.
interface IAccessLog {
    struct LogRoot {
        uint64 fromSeq;
        uint64 toSeq;
        uint64 committedAt;
        bytes32 root;
        bytes32 chainHash;
    }

    event LogRootCommitted(
        address indexed node, uint64 indexed index, uint64 fromSeq, uint64 toSeq, bytes32 root, bytes32 chainHash
    );

    error NotANode(address sender);
    /// @notice The next entry to commit is `expected`.
    error LogGap(uint64 expected, uint64 actual);
    /// @notice A range ends before it begins.
    error EmptyRange(uint64 fromSeq, uint64 toSeq);
    error UnknownRoot(address node, uint64 index);

    /// @notice Commits the sender's entries `fromSeq` to `toSeq`, both included.
    /// @param root Merkle root of the entries
    /// @param chainHash hash of the node's log chain after entry `toSeq`
    function commitRoot(uint64 fromSeq, uint64 toSeq, bytes32 root, bytes32 chainHash) external;

    /// @notice The node's root number `index`, from 0.
    function rootAt(address node, uint64 index) external view returns (LogRoot memory);

    /// @notice The node's newest root; all zero if it committed none.
    function last(address node) external view returns (LogRoot memory);

    function count(address node) external view returns (uint64);
}
