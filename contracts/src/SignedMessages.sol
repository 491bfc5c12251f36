// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ISignedMessages} from "./interfaces/ISignedMessages.sol";

/// @title Base of every contract that takes signed messages
/// @notice Checks deadline, signer and nonce. msg.sender never matters here: a relay can deliver or withhold a message,
/// and nothing else. Signatures are 65 bytes with low s; contracts as signers (ERC-1271) are not supported.
abstract contract SignedMessages is EIP712, ISignedMessages {
    /// @notice How far ahead a deadline may lie. It bounds how long a withheld message stays a threat.
    uint64 public constant MAX_LIFETIME = 7 days;

    bytes32 private constant CANCELLATION_TYPEHASH =
        keccak256("Cancellation(address signer,uint256[] nonces,uint256 nonce,uint64 deadline)");

    mapping(address signer => mapping(uint256 nonce => bool used)) private _nonceUsed;

    constructor(string memory name) EIP712(name, "1") {}

    /// @inheritdoc ISignedMessages
    function cancel(Cancellation calldata message, bytes calldata signature) external {
        bytes32 structHash = keccak256(
            abi.encode(
                CANCELLATION_TYPEHASH,
                message.signer,
                keccak256(abi.encodePacked(message.nonces)),
                message.nonce,
                message.deadline
            )
        );
        _accept(structHash, message.nonce, message.deadline, message.signer, signature);
        // A nonce may be used already, because the message was delivered first: that is no reason to spare the others.
        for (uint256 i = 0; i < message.nonces.length; ++i) {
            _nonceUsed[message.signer][message.nonces[i]] = true;
        }
        emit NoncesCancelled(message.signer, message.nonces);
    }

    /// @inheritdoc ISignedMessages
    function nonceUsed(address signer, uint256 nonce) external view returns (bool) {
        return _nonceUsed[signer][nonce];
    }

    /// @dev Accepts a message of one signer, or reverts.
    function _accept(bytes32 structHash, uint256 nonce, uint64 deadline, address signer, bytes calldata signature)
        internal
    {
        _requireLive(deadline);
        _requireSigner(structHash, signer, signature);
        _useNonce(signer, nonce);
    }

    /// @dev Accepts a message of several signers, or reverts. Whether they are entitled is for the caller to check. The
    /// nonce is spent once for `scope` too: otherwise the same message could be delivered a second time with the
    /// signatures of others. Messages that different people can start need different scopes, or one could spend the
    /// nonce of another's.
    function _acceptJoint(
        address scope,
        bytes32 structHash,
        uint256 nonce,
        uint64 deadline,
        bytes[] calldata signatures
    ) internal returns (address[] memory signers) {
        _requireLive(deadline);
        _useNonce(scope, nonce);
        bytes32 digest = _hashTypedDataV4(structHash);
        signers = new address[](signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            _useNonce(signer, nonce);
            signers[i] = signer;
            previous = signer;
        }
    }

    function _requireLive(uint64 deadline) internal view {
        if (deadline <= block.timestamp) revert MessageExpired(deadline);
        if (deadline > block.timestamp + MAX_LIFETIME) revert DeadlineTooFar(deadline);
    }

    function _requireSigner(bytes32 structHash, address signer, bytes calldata signature) internal view {
        address actual = ECDSA.recoverCalldata(_hashTypedDataV4(structHash), signature);
        if (actual != signer) revert BadSigner(signer, actual);
    }

    function _useNonce(address signer, uint256 nonce) internal {
        if (_nonceUsed[signer][nonce]) revert NonceUsed(signer, nonce);
        _nonceUsed[signer][nonce] = true;
    }
}
