// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IAccessGrants} from "../src/interfaces/IAccessGrants.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice Nobody but the owner, once, in time: whatever else the message, the signer or the delivery is.
contract SignedMessagesTest is Consortium {
    uint256 private constant OWNER = 0x51;
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    address private slot;

    function setUp() public {
        deployAll();
        slot = openSlot(OWNER);
    }

    function testFuzz_OnlyTheOwnersSignatureGrants(uint256 key, bytes32 grantId) public {
        key = 1 + (key % (ORDER - 1));
        vm.assume(key != OWNER);
        IAccessGrants.Grant memory message = grantMessage(grantId);
        bytes memory forged = signDigest(key, grantDigest(message));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, slot, vm.addr(key)));
        grants.grant(message, forged);
        assert(!grants.isActive(slot, grantId, uint64(block.timestamp)));
    }

    function testFuzz_AnyChangeToASignedMessageVoidsIt(bytes32 otherId, uint64 expiry, uint256 nonce) public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        vm.assume(otherId != message.grantId || expiry != message.expiry || nonce != message.nonce);
        (message.grantId, message.expiry, message.nonce) = (otherId, expiry, nonce);
        vm.expectPartialRevert(ISignedMessages.BadSigner.selector);
        grants.grant(message, signature);
    }

    function testFuzz_JunkIsNoSignature(bytes calldata junk) public {
        vm.expectRevert();
        grants.grant(grantMessage(bytes32("id")), junk);
    }

    function test_TheSecondFormOfASignatureIsRefused() public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(OWNER, grantDigest(message));
        bytes32 highS = bytes32(ORDER - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, highS));
        grants.grant(message, abi.encodePacked(r, highS, v == 27 ? uint8(28) : uint8(27)));
    }

    function testFuzz_ASignatureHasSixtyFiveBytes(uint8 length) public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        bytes memory junk = new bytes(length);
        vm.expectRevert(
            length == 65
                ? abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector)
                : abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, length)
        );
        grants.grant(message, junk);
    }

    function test_ASignatureNobodyCanHaveMadeIsRefused() public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        (, bytes32 r, bytes32 s) = vm.sign(OWNER, grantDigest(message));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        grants.grant(message, abi.encodePacked(r, s, uint8(2)));
    }

    function test_ASignatureForAnotherChainDoesNotCount() public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        vm.expectPartialRevert(ISignedMessages.BadSigner.selector);
        grants.grant(message, signature);
        vm.chainId(chainId);
        grants.grant(message, signature);
    }

    function testFuzz_AMessageIsAcceptedOnceAndInTime(uint64 deadline, uint32 later) public {
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        deadline = uint64(block.timestamp) - 1 days + (deadline % 9 days);
        later = later % 8 days;
        message.deadline = deadline;
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        if (deadline <= block.timestamp) {
            vm.expectRevert(abi.encodeWithSelector(ISignedMessages.MessageExpired.selector, deadline));
            grants.grant(message, signature);
            return;
        }
        if (deadline > block.timestamp + 7 days) {
            vm.expectRevert(abi.encodeWithSelector(ISignedMessages.DeadlineTooFar.selector, deadline));
            grants.grant(message, signature);
            return;
        }
        grants.grant(message, signature);
        vm.warp(block.timestamp + later);
        vm.expectRevert(
            block.timestamp < deadline
                ? abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, slot, message.nonce)
                : abi.encodeWithSelector(ISignedMessages.MessageExpired.selector, deadline)
        );
        grants.grant(message, signature);
    }

    function testFuzz_ACancelledMessageNeverCounts(uint256[] memory nonces, uint256 which) public {
        vm.assume(nonces.length > 0);
        IAccessGrants.Grant memory message = grantMessage(bytes32("id"));
        message.nonce = nonces[which % nonces.length];
        uint256 ownNonce = freshNonce();
        vm.assume(!contains(nonces, ownNonce));
        ISignedMessages.Cancellation memory taken = ISignedMessages.Cancellation(slot, nonces, ownNonce, soon());
        bytes32 digest = cancellationDigest(address(grants), "AccessGrants", taken);
        vm.expectEmit(address(grants));
        emit ISignedMessages.NoncesCancelled(slot, nonces);
        grants.cancel(taken, signDigest(OWNER, digest));
        bytes memory signature = signDigest(OWNER, grantDigest(message));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, slot, message.nonce));
        grants.grant(message, signature);
    }

    function test_AVoteIsNotAcceptedAgainWithTheSignaturesOfOthers() public {
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(vm.addr(keys[4]), true, freshNonce(), soon());
        bytes32 digest = institutionSuspensionDigest(message);
        institutions.suspendInstitution(message, votesOf(3, digest));
        bytes[] memory others = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            others[i] = signDigest(keys[i + 1], digest);
        }
        vm.expectRevert(
            abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, address(institutions), message.nonce)
        );
        institutions.suspendInstitution(message, others);
    }

    function testFuzz_FewerThanAMajorityDecideNothing(uint8 count, bool twice) public {
        count = count % 3;
        IInstitutionRegistry.InstitutionSuspension memory message =
            IInstitutionRegistry.InstitutionSuspension(vm.addr(keys[4]), true, freshNonce(), soon());
        bytes32 digest = institutionSuspensionDigest(message);
        bytes[] memory votes = votesOf(count, digest);
        if (twice && count > 0) {
            // The same institution again, as often as would make a majority.
            bytes[] memory repeated = new bytes[](3);
            for (uint256 i = 0; i < 3; ++i) {
                repeated[i] = votes[i % count];
            }
            votes = repeated;
        }
        vm.expectRevert();
        institutions.suspendInstitution(message, votes);
        assert(institutions.isActiveInstitution(vm.addr(keys[4])));
    }

    function grantMessage(bytes32 grantId) private returns (IAccessGrants.Grant memory) {
        return IAccessGrants.Grant(slot, grantId, uint64(block.timestamp) + 365 days, 1, freshNonce(), soon());
    }

    function contains(uint256[] memory list, uint256 element) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == element) return true;
        }
        return false;
    }
}
