// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IConsensusGovernance} from "../src/interfaces/IConsensusGovernance.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IVotedMessages} from "../src/interfaces/IVotedMessages.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice A vote is a majority of different active institutions, over one message, once.
contract VotedMessagesTest is Consortium {
    uint256 private constant STRANGER = 0x91;
    uint256 private constant REQUIRED = 3;
    IConsensusGovernance.EngineKey private message;
    bytes32 private digest;

    function setUp() public {
        deployAll();
        message = IConsensusGovernance.EngineKey(vm.addr(STRANGER), freshNonce(), soon());
        digest = engineDigest(message);
    }

    function testFuzz_AMajorityIsMoreThanHalf(uint8 count) public {
        count = count % 6;
        if (count < REQUIRED) {
            vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotEnoughVotes.selector, count, REQUIRED));
        }
        governance.setEngine(message, votesOf(count, digest));
    }

    function test_SixInstitutionsNeedFourVotes() public {
        IInstitutionRegistry.Admission memory sixth =
            IInstitutionRegistry.Admission(vm.addr(STRANGER), 1, bytes32("sixth"), freshNonce(), soon());
        institutions.admit(sixth, votesOf(3, admissionDigest(sixth)));
        vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotEnoughVotes.selector, 3, 4));
        governance.setEngine(message, votesOf(3, digest));
        governance.setEngine(message, votesWith(STRANGER, 3, digest));
    }

    function test_AStrangersVoteSpoilsTheMessageHoweverManyOthersCame() public {
        vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotAnInstitution.selector, vm.addr(STRANGER)));
        governance.setEngine(message, votesWith(STRANGER, 2, digest));
        vm.expectRevert(abi.encodeWithSelector(IVotedMessages.NotAnInstitution.selector, vm.addr(STRANGER)));
        governance.setEngine(message, votesWith(STRANGER, 5, digest));
    }

    function test_NobodyVotesTwice() public {
        bytes[] memory votes = votesOf(3, digest);
        votes[2] = votes[1];
        address second = vm.addr(keys[1]);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.SignersNotAscending.selector, second, second));
        governance.setEngine(message, votes);
    }

    function test_VotesComeInTheOrderOfTheirSigners() public {
        bytes[] memory votes = votesOf(3, digest);
        (votes[0], votes[1]) = (votes[1], votes[0]);
        vm.expectRevert(
            abi.encodeWithSelector(ISignedMessages.SignersNotAscending.selector, vm.addr(keys[1]), vm.addr(keys[0]))
        );
        governance.setEngine(message, votes);
    }

    function test_AVoteCountsOnceHoweverItIsSigned() public {
        governance.setEngine(message, votesOf(3, digest));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, address(governance), message.nonce));
        governance.setEngine(message, votesOf(5, digest));
    }

    function test_AnInstitutionTakesItsVoteBack() public {
        uint256[] memory nonces = new uint256[](1);
        nonces[0] = message.nonce;
        address first = vm.addr(keys[0]);
        ISignedMessages.Cancellation memory taken = ISignedMessages.Cancellation(first, nonces, freshNonce(), soon());
        vm.expectEmit(address(governance));
        emit ISignedMessages.NoncesCancelled(first, nonces);
        governance.cancel(
            taken, signDigest(keys[0], cancellationDigest(address(governance), "ConsensusGovernance", taken))
        );
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, first, message.nonce));
        governance.setEngine(message, votesOf(3, digest));
        // The others need not sign again: theirs is the same message still.
        bytes[] memory all = votesOf(5, digest);
        bytes[] memory others = new bytes[](3);
        (others[0], others[1], others[2]) = (all[1], all[2], all[3]);
        governance.setEngine(message, others);
        assert(governance.engine() == vm.addr(STRANGER));
    }

    function test_AVoteHasADeadlineToo() public {
        bytes[] memory votes = votesOf(3, digest);
        vm.warp(message.deadline);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.MessageExpired.selector, message.deadline));
        governance.setEngine(message, votes);
        message.deadline = uint64(block.timestamp) + 7 days + 1;
        votes = votesOf(3, engineDigest(message));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.DeadlineTooFar.selector, message.deadline));
        governance.setEngine(message, votes);
    }
}
