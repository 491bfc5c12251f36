// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IVotedMessages} from "./interfaces/IVotedMessages.sol";
import {SignedMessages} from "./SignedMessages.sol";

/// @title Base of the contracts whose rules institutions vote
abstract contract VotedMessages is SignedMessages, IVotedMessages {
    /// @dev Accepts a message that a majority of the active institutions signed, or reverts.
    function _acceptVote(bytes32 structHash, uint256 nonce, uint64 deadline, bytes[] calldata votes) internal {
        uint256 required = _activeInstitutions() / 2 + 1;
        if (votes.length < required) revert NotEnoughVotes(votes.length, required);
        address[] memory signers = _acceptJoint(address(this), structHash, nonce, deadline, votes);
        for (uint256 i = 0; i < signers.length; ++i) {
            if (!_isInstitutionKey(signers[i])) revert NotAnInstitution(signers[i]);
        }
    }

    /// @dev How many institutions may vote.
    function _activeInstitutions() internal view virtual returns (uint256);

    /// @dev Whether `key` is the current key of an active institution. Different keys mean different institutions.
    function _isInstitutionKey(address key) internal view virtual returns (bool);
}
