// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Messages that people sign and anybody may deliver
/// @notice Every change a person makes arrives as an EIP-712 message with its signatures beside it. A message carries a
/// random nonce, which its signer can use once, in any order, and a deadline at most seven days ahead.
interface ISignedMessages {
    /// @notice Takes back messages that were signed but not delivered yet, by their nonces.
    struct Cancellation {
        address signer;
        uint256[] nonces;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice `signer` took back the messages that carry `nonces`.
    event NoncesCancelled(address indexed signer, uint256[] nonces);

    /// @notice The message's deadline has passed.
    error MessageExpired(uint64 deadline);
    /// @notice The message's deadline lies more than seven days ahead.
    error DeadlineTooFar(uint64 deadline);
    /// @notice `signer` has used or cancelled `nonce`; the message was accepted before or was taken back.
    error NonceUsed(address signer, uint256 nonce);
    /// @notice The signature is by `actual`; only `expected` may sign this message.
    error BadSigner(address expected, address actual);
    /// @notice Signatures of several signers must come in ascending order of their addresses, each signer once.
    error SignersNotAscending(address previous, address next);

    /// @notice Marks nonces of the signer as used, so that messages that carry them are refused from now on.
    /// @param message what to cancel
    /// @param signature by `message.signer`
    function cancel(Cancellation calldata message, bytes calldata signature) external;

    /// @notice Whether `signer` has used or cancelled `nonce`.
    function nonceUsed(address signer, uint256 nonce) external view returns (bool);
}
