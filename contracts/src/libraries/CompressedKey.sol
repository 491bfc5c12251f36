// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Shape of a compressed secp256k1 public key
library CompressedKey {
    /// @notice Not 33 bytes that begin with 0x02 or 0x03.
    error InvalidPublicKey(bytes key);

    /// @notice Reverts unless `key` has the shape of a compressed point. Whether x lies on the curve is not checked: a
    /// wrong key harms only whom it belongs to, and clients check it before they encrypt.
    function requireShape(bytes memory key) internal pure {
        if (key.length != 33 || (key[0] != 0x02 && key[0] != 0x03)) revert InvalidPublicKey(key);
    }
}
