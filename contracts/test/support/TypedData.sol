// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @notice EIP-712 signatures. Structs are hashed by forge, so that a slip in a contract's hashing does not repeat itself
/// in its test.
abstract contract TypedData {
    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev `signers` are private keys; the signatures come in ascending order of the signers' addresses.
    function signAscending(uint256[] memory signers, bytes32 digest) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(signers[j]) < vm.addr(signers[j - 1]); --j) {
                (signers[j], signers[j - 1]) = (signers[j - 1], signers[j]);
            }
        }
        for (uint256 i = 0; i < signers.length; ++i) {
            signatures[i] = signDigest(signers[i], digest);
        }
    }

    /// @dev `encoded` is abi.encode of a struct of the type `definition`.
    function digestOf(address target, string memory name, string memory definition, bytes memory encoded)
        internal
        view
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, vm.eip712HashStruct(definition, encoded)));
    }
}
