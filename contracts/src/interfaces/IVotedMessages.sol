// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ISignedMessages} from "./ISignedMessages.sol";

/// @title Messages that institutions vote
/// @notice A vote passes with signatures by the current keys of at least floor(n/2)+1 of the n active institutions over
/// one message, in ascending order of the signers' addresses.
interface IVotedMessages is ISignedMessages {
    /// @notice `count` votes came; `required` are needed.
    error NotEnoughVotes(uint256 count, uint256 required);
    /// @notice `signer` is not the current key of an active institution.
    error NotAnInstitution(address signer);
}
