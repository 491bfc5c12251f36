// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAccessGrants} from "../../src/interfaces/IAccessGrants.sol";
import {Consortium} from "../support/Consortium.sol";
import {vm} from "../support/Vm.sol";

/// @notice Owner, thief and relay at work on one slot's grants, and what should have come of it.
contract GrantsHandler is Consortium {
    uint256 private constant OWNER = 0x71;
    uint256 private constant THIEF = 0x72;
    uint256 private constant IDS = 6;

    address public slot;
    uint8[IDS] private _expected;
    bytes32 public expectedHead;
    uint64 public expectedCount;
    uint256 public wronglyAccepted;

    IAccessGrants.Grant[] private _delivered;
    bytes[] private _deliveredSignatures;

    constructor() {
        deployAll();
        slot = openSlot(OWNER);
    }

    function ownerGrants(uint256 which) external {
        IAccessGrants.Grant memory message = grantOf(which);
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        try grants.grant(message, signature) {
            if (_expected[which % IDS] != 0) ++wronglyAccepted;
            _expected[which % IDS] = 1;
            advance(keccak256(abi.encode(uint8(1), message.grantId, message.expiry, message.nodeSet)));
            _delivered.push(message);
            _deliveredSignatures.push(signature);
        } catch {
            if (_expected[which % IDS] == 0) ++wronglyAccepted;
        }
    }

    function thiefGrants(uint256 which) external {
        IAccessGrants.Grant memory message = grantOf(which);
        bytes memory signature = signDigest(THIEF, grantDigest(message));
        try grants.grant(message, signature) {
            ++wronglyAccepted;
        } catch {}
    }

    function relayReplays(uint256 which) external {
        if (_delivered.length == 0) return;
        which = which % _delivered.length;
        try grants.grant(_delivered[which], _deliveredSignatures[which]) {
            ++wronglyAccepted;
        } catch {}
    }

    function ownerWithdraws(uint256 first, uint256 second) external {
        bytes32[] memory list = new bytes32[](2);
        (list[0], list[1]) = (bytes32(first % IDS), bytes32(second % IDS));
        IAccessGrants.Withdrawal memory message = IAccessGrants.Withdrawal(slot, list, freshNonce(), soon());
        grants.withdraw(message, signDigest(OWNER, withdrawalDigest(message)));
        for (uint256 i = 0; i < list.length; ++i) {
            if (_expected[uint256(list[i])] == 2) continue;
            _expected[uint256(list[i])] = 2;
            advance(keccak256(abi.encode(uint8(2), list[i])));
        }
    }

    function timePasses(uint32 seconds_) external {
        vm.warp(block.timestamp + (seconds_ % 10 days));
    }

    /// @dev Whether every id stands as the owner's own messages left it.
    function allAsExpected() external view returns (bool) {
        for (uint256 i = 0; i < IDS; ++i) {
            if (grants.grantOf(slot, bytes32(i)).status != _expected[i]) return false;
        }
        return true;
    }

    function head() external view returns (bytes32) {
        return grants.head(slot);
    }

    function count() external view returns (uint64) {
        return grants.count(slot);
    }

    function grantOf(uint256 which) private returns (IAccessGrants.Grant memory) {
        uint64 expiry = uint64(block.timestamp) + 10_000 days;
        return IAccessGrants.Grant(slot, bytes32(which % IDS), expiry, 1, freshNonce(), soon());
    }

    function advance(bytes32 item) private {
        ++expectedCount;
        expectedHead = keccak256(abi.encode(expectedHead, item, expectedCount));
    }
}

/// @notice Nothing makes a grant permitted without the owner's live signature; heads move forward by what happened only.
contract GrantsInvariants {
    GrantsHandler private _handler;

    function setUp() public {
        _handler = new GrantsHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_GrantsAreTheOwnersOwn() public view {
        assert(_handler.wronglyAccepted() == 0);
        assert(_handler.allAsExpected());
    }

    function invariant_TheHeadIsTheHistory() public view {
        assert(_handler.count() == _handler.expectedCount());
        assert(_handler.head() == _handler.expectedHead());
    }
}
