// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IRecordRegistry} from "../src/interfaces/IRecordRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../src/interfaces/IWalletRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice Owners and their authors append to a slot; nothing that stands there changes, but an owner marks it removed.
contract RecordRegistryTest is Consortium {
    uint256 private constant OWNER = 0x51;
    uint256 private constant AUTHOR = 0x52;
    bytes private constant CID = hex"015512201111111111111111111111111111111111111111111111111111111111111111";
    bytes32 private constant ID = bytes32("record");
    bytes32 private constant KC = bytes32("kc");
    address private slot;
    address private author;

    function setUp() public {
        deployAll();
        slot = openSlot(OWNER);
        author = vm.addr(AUTHOR);
    }

    function test_AnOwnersRecordStandsAsItWasAnchored() public {
        vm.expectEmit(address(records));
        emit IRecordRegistry.RecordAnchored(slot, ID, slot, CID, KC, 1);
        anchor(OWNER, slot, CID);
        (IRecordRegistry.Record memory metadata, bytes32 kcHash, bool removed) = records.record(slot, ID);
        assert(metadata.originator == slot && metadata.lastUpdate == block.timestamp);
        assert(keccak256(metadata.ipfs) == keccak256(CID) && kcHash == KC && !removed);
    }

    function test_AnAuthorAppendsUntilTheRightEnds() public {
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotAnAuthor.selector, slot, author));
        anchor(AUTHOR, author, CID);
        uint64 until = uint64(block.timestamp) + 60;
        vm.expectEmit(address(records));
        emit IRecordRegistry.AuthorSet(slot, author, until);
        setAuthor(until);
        assert(records.authorUntil(slot, author) == until);

        uint256 start = block.timestamp;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotAnAuthor.selector, slot, author));
        anchor(AUTHOR, author, CID);
        vm.warp(start + 59);
        vm.expectEmit(address(records));
        emit IRecordRegistry.RecordAnchored(author, ID, slot, CID, KC, 1);
        anchor(AUTHOR, author, CID);
    }

    function test_AnOwnerEndsARightAtOnce() public {
        setAuthor(uint64(block.timestamp) + 1 days);
        setAuthor(0);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.NotAnAuthor.selector, slot, author));
        anchor(AUTHOR, author, CID);
    }

    function test_NobodyAnchorsInAnothersName() public {
        setAuthor(uint64(block.timestamp) + 1 days);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, author, slot));
        anchor(OWNER, author, CID);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, author));
        anchor(AUTHOR, slot, CID);
    }

    function test_ARecordIsAnchoredOnceRemovedOrNot() public {
        setAuthor(uint64(block.timestamp) + 1 days);
        anchor(AUTHOR, author, CID);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.AlreadyAnchored.selector, slot, ID));
        anchor(OWNER, slot, CID);
        remove();
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.AlreadyAnchored.selector, slot, ID));
        anchor(AUTHOR, author, CID);
    }

    function test_ARemovedRecordStaysToBeReadAndIsRemovedOnce() public {
        anchor(OWNER, slot, CID);
        vm.warp(block.timestamp + 60);
        vm.expectEmit(address(records));
        emit IRecordRegistry.RecordRemoved(ID, slot, 2);
        remove();
        (IRecordRegistry.Record memory metadata, bytes32 kcHash, bool removed) = records.record(slot, ID);
        assert(removed && metadata.lastUpdate == block.timestamp);
        assert(metadata.originator == slot && keccak256(metadata.ipfs) == keccak256(CID) && kcHash == KC);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.AlreadyRemoved.selector, slot, ID));
        remove();
    }

    function test_WhatWasNeverAnchoredIsNeitherReadNorRemoved() public {
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.UnknownRecord.selector, slot, ID));
        records.record(slot, ID);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.UnknownRecord.selector, slot, ID));
        remove();
        anchor(OWNER, slot, CID);
        address other = openSlot(AUTHOR);
        vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.UnknownRecord.selector, other, ID));
        records.record(other, ID);
    }

    function testFuzz_OnlyABinaryCidIsAnchored(bytes1 first, uint8 length) public {
        bytes memory cid = new bytes(length % 100);
        // Half of the runs begin as a CID does, or the length would hardly ever decide.
        first = uint8(first) % 2 == 0 ? bytes1(0x01) : first;
        if (cid.length > 0) cid[0] = first;
        bool valid = cid.length >= 4 && cid.length <= 96 && first == 0x01;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.InvalidCid.selector, cid));
        anchor(OWNER, slot, cid);
    }

    function test_TheShortestAndTheLongestCidAreAnchored() public {
        requireCid(3, false);
        requireCid(97, false);
        requireCid(4, true);
        slot = openSlot(AUTHOR);
        bytes memory longest = new bytes(96);
        longest[0] = 0x01;
        anchor(AUTHOR, slot, longest);
    }

    function test_OnlyTheOwnerSetsAuthorsAndRemoves() public {
        setAuthor(uint64(block.timestamp) + 1 days);
        anchor(AUTHOR, author, CID);
        IRecordRegistry.Removal memory removal = IRecordRegistry.Removal(slot, ID, freshNonce(), soon());
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, author));
        records.remove(removal, signDigest(AUTHOR, removalDigest(removal)));
        IRecordRegistry.AuthorRight memory right =
            IRecordRegistry.AuthorRight(slot, author, type(uint64).max, freshNonce(), soon());
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, author));
        records.setAuthor(right, signDigest(AUTHOR, authorDigest(right)));
    }

    function test_ARightThatEndedIsNotDeliveredAgain() public {
        IRecordRegistry.AuthorRight memory right =
            IRecordRegistry.AuthorRight(slot, author, uint64(block.timestamp) + 1 days, freshNonce(), soon());
        bytes memory signature = signDigest(OWNER, authorDigest(right));
        records.setAuthor(right, signature);
        setAuthor(0);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, slot, right.nonce));
        records.setAuthor(right, signature);
    }

    function test_AfterARotationTheNewKeySignsForTheSlot() public {
        uint256 next = 0x53;
        IWalletRegistry.KeyRotation memory rotation =
            IWalletRegistry.KeyRotation(slot, vm.addr(next), KEY, freshNonce(), soon());
        wallets.rotateKey(rotation, signDigest(OWNER, rotationDigest(rotation)));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, vm.addr(next), slot));
        anchor(OWNER, slot, CID);
        // The originator is the slot still, whatever key signs.
        vm.expectEmit(address(records));
        emit IRecordRegistry.RecordAnchored(slot, ID, slot, CID, KC, 1);
        anchor(next, slot, CID);
    }

    function test_ASlotThatWasNeverOpenedHasNoRecords() public {
        slot = author;
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownSlot.selector, slot));
        anchor(AUTHOR, slot, CID);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownSlot.selector, slot));
        setAuthor(1);
    }

    function requireCid(uint256 length, bool valid) private {
        bytes memory cid = new bytes(length);
        cid[0] = 0x01;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IRecordRegistry.InvalidCid.selector, cid));
        anchor(OWNER, slot, cid);
    }

    function anchor(uint256 signer, address originator, bytes memory cid) private {
        IRecordRegistry.Anchor memory message =
            IRecordRegistry.Anchor(ID, slot, originator, cid, KC, freshNonce(), soon());
        records.anchor(message, signDigest(signer, anchorDigest(message)));
    }

    function setAuthor(uint64 until) private {
        IRecordRegistry.AuthorRight memory message =
            IRecordRegistry.AuthorRight(slot, author, until, freshNonce(), soon());
        records.setAuthor(message, signDigest(OWNER, authorDigest(message)));
    }

    function remove() private {
        IRecordRegistry.Removal memory message = IRecordRegistry.Removal(slot, ID, freshNonce(), soon());
        records.remove(message, signDigest(OWNER, removalDigest(message)));
    }
}
