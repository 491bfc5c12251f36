// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessLog} from "./interfaces/IAccessLog.sol";
import {IInstitutionRegistry} from "./interfaces/IInstitutionRegistry.sol";

/// @title Implementation of IAccessLog, where each function is described
contract AccessLog is IAccessLog {
    IInstitutionRegistry public immutable institutions;

    mapping(address node => LogRoot[]) private _roots;

    constructor(IInstitutionRegistry institutions_) {
        institutions = institutions_;
    }

    /// @inheritdoc IAccessLog
    function commitRoot(uint64 fromSeq, uint64 toSeq, bytes32 root, bytes32 chainHash) external {
        if (!institutions.isNode(msg.sender)) revert NotANode(msg.sender);
        uint256 index = _roots[msg.sender].length;
        uint64 expected = index == 0 ? 1 : _roots[msg.sender][index - 1].toSeq + 1;
        if (fromSeq != expected) revert LogGap(expected, fromSeq);
        if (toSeq < fromSeq) revert EmptyRange(fromSeq, toSeq);
        _roots[msg.sender].push(LogRoot(fromSeq, toSeq, uint64(block.timestamp), root, chainHash));
        emit LogRootCommitted(msg.sender, uint64(index), fromSeq, toSeq, root, chainHash);
    }

    /// @inheritdoc IAccessLog
    function rootAt(address node, uint64 index) external view returns (LogRoot memory) {
        if (index >= _roots[node].length) revert UnknownRoot(node, index);
        return _roots[node][index];
    }

    /// @inheritdoc IAccessLog
    function last(address node) external view returns (LogRoot memory root) {
        uint256 length = _roots[node].length;
        if (length != 0) root = _roots[node][length - 1];
    }

    /// @inheritdoc IAccessLog
    function count(address node) external view returns (uint64) {
        return uint64(_roots[node].length);
    }
}
