// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {Consortium} from "../support/Consortium.sol";
import {vm} from "../support/Vm.sol";

/// @notice Two authors, one with a right that comes and goes, append to one slot.
contract RecordsHandler is Consortium {
    uint256 private constant OWNER = 0x81;
    uint256 private constant AUTHOR = 0x82;
    bytes private constant CID = hex"015512201111111111111111111111111111111111111111111111111111111111111111";

    address public slot;
    uint64 public authorUntil;
    bytes32 public expectedHead;
    uint64 public expectedCount;
    uint256 public wronglyAccepted;
    uint256 public wronglyRefused;
    mapping(bytes32 record => bool) private _anchored;

    constructor() {
        deployAll();
        slot = openSlot(OWNER);
    }

    function ownerSetsAuthor(uint32 duration) external {
        authorUntil = duration % 3 == 0 ? 0 : uint64(block.timestamp) + (duration % 30 days);
        IRecordRegistry.AuthorRight memory message =
            IRecordRegistry.AuthorRight(slot, vm.addr(AUTHOR), authorUntil, freshNonce(), soon());
        records.setAuthor(message, signDigest(OWNER, authorDigest(message)));
    }

    function anchor(uint8 which, bool byAuthor) external {
        bytes32 id = bytes32(uint256(which % 32));
        IRecordRegistry.Anchor memory message = IRecordRegistry.Anchor(
            id, slot, byAuthor ? vm.addr(AUTHOR) : slot, CID, bytes32("kc"), freshNonce(), soon()
        );
        bool entitled = !byAuthor || authorUntil > block.timestamp;
        bytes memory signature = signDigest(byAuthor ? AUTHOR : OWNER, anchorDigest(message));
        try records.anchor(message, signature) {
            if (!entitled || _anchored[id]) ++wronglyAccepted;
            _anchored[id] = true;
            ++expectedCount;
            bytes32 item = keccak256(abi.encode(uint8(1), id, keccak256(CID), bytes32("kc")));
            expectedHead = keccak256(abi.encode(expectedHead, item, expectedCount));
        } catch {
            if (entitled && !_anchored[id]) ++wronglyRefused;
        }
    }

    function timePasses(uint32 seconds_) external {
        vm.warp(block.timestamp + (seconds_ % 10 days));
    }

    function head() external view returns (bytes32) {
        return records.head(slot);
    }

    function count() external view returns (uint64) {
        return records.count(slot);
    }
}

/// @notice Only the owner and authors with a right append, each id once, and the head is exactly what they did.
contract RecordsInvariants {
    RecordsHandler private _handler;

    function setUp() public {
        _handler = new RecordsHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_OnlyTheEntitledAppend() public view {
        assert(_handler.wronglyAccepted() == 0);
        assert(_handler.wronglyRefused() == 0);
    }

    function invariant_TheHeadIsTheHistory() public view {
        assert(_handler.count() == _handler.expectedCount());
        assert(_handler.head() == _handler.expectedHead());
    }
}
