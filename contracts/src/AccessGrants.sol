// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessGrants} from "./interfaces/IAccessGrants.sol";
import {IInstitutionRegistry} from "./interfaces/IInstitutionRegistry.sol";
import {IWalletRegistry} from "./interfaces/IWalletRegistry.sol";
import {History} from "./libraries/History.sol";
import {SignedMessages} from "./SignedMessages.sol";

/// @title Implementation of IAccessGrants, where each function is described
contract AccessGrants is IAccessGrants, SignedMessages {
    using History for History.Head;

    uint8 private constant STATUS_ACTIVE = 1;
    uint8 private constant STATUS_WITHDRAWN = 2;
    uint8 private constant ITEM_GRANT = 1;
    uint8 private constant ITEM_WITHDRAWAL = 2;

    bytes32 private constant GRANT_TYPEHASH =
        keccak256("Grant(address slot,bytes32 grantId,uint64 expiry,uint32 nodeSet,uint256 nonce,uint64 deadline)");
    bytes32 private constant WITHDRAWAL_TYPEHASH =
        keccak256("Withdrawal(address slot,bytes32[] grantIds,uint256 nonce,uint64 deadline)");

    IInstitutionRegistry public immutable institutions;
    IWalletRegistry public immutable wallets;

    mapping(address slot => mapping(bytes32 grantId => GrantState)) private _grants;
    mapping(address slot => History.Head) private _heads;

    constructor(IInstitutionRegistry institutions_, IWalletRegistry wallets_) SignedMessages("AccessGrants") {
        institutions = institutions_;
        wallets = wallets_;
    }

    /// @inheritdoc IAccessGrants
    function grant(Grant calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(
                GRANT_TYPEHASH,
                message.slot,
                message.grantId,
                message.expiry,
                message.nodeSet,
                message.nonce,
                message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, wallets.keyOf(message.slot), signature);
        GrantState storage state = _grants[message.slot][message.grantId];
        if (state.status == STATUS_WITHDRAWN) revert AlreadyWithdrawn(message.slot, message.grantId);
        if (state.status == STATUS_ACTIVE) revert AlreadyGranted(message.slot, message.grantId);
        if (message.expiry <= block.timestamp) revert GrantExpired(message.expiry);
        uint32 current = institutions.currentNodeSet();
        if (message.nodeSet != current) revert StaleNodeSet(current, message.nodeSet);

        uint64 time = uint64(block.timestamp);
        _grants[message.slot][message.grantId] = GrantState(STATUS_ACTIVE, message.expiry, message.nodeSet, time, time);
        uint64 seq = _heads[message.slot].append(
            keccak256(abi.encode(ITEM_GRANT, message.grantId, message.expiry, message.nodeSet))
        );
        emit AccessGranted(message.slot, message.grantId, message.expiry, message.nodeSet, seq);
    }

    /// @inheritdoc IAccessGrants
    function withdraw(Withdrawal calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(
                WITHDRAWAL_TYPEHASH,
                message.slot,
                keccak256(abi.encodePacked(message.grantIds)),
                message.nonce,
                message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, wallets.keyOf(message.slot), signature);
        for (uint256 i = 0; i < message.grantIds.length; ++i) {
            _withdraw(message.slot, message.grantIds[i]);
        }
    }

    /// @inheritdoc IAccessGrants
    function grantOf(address slot, bytes32 grantId) external view returns (GrantState memory) {
        return _grants[slot][grantId];
    }

    /// @inheritdoc IAccessGrants
    function isActive(address slot, bytes32 grantId, uint64 time) external view returns (bool) {
        GrantState storage state = _grants[slot][grantId];
        return state.status == STATUS_ACTIVE && time < state.expiry;
    }

    /// @inheritdoc IAccessGrants
    function head(address slot) external view returns (bytes32) {
        return _heads[slot].hash;
    }

    /// @inheritdoc IAccessGrants
    function count(address slot) external view returns (uint64) {
        return _heads[slot].count;
    }

    function _withdraw(address slot, bytes32 grantId) private {
        GrantState storage state = _grants[slot][grantId];
        if (state.status == STATUS_WITHDRAWN) return;
        state.status = STATUS_WITHDRAWN;
        state.changedAt = uint64(block.timestamp);
        uint64 seq = _heads[slot].append(keccak256(abi.encode(ITEM_WITHDRAWAL, grantId)));
        emit AccessWithdrawn(slot, grantId, seq);
    }
}
