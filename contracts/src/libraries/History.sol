// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title An append-only history as one hash
/// @notice Whoever knows head and count can check a list of items against them; nobody can reorder or leave out one.
library History {
    struct Head {
        bytes32 hash;
        uint64 count;
    }

    /// @notice Appends `item` and returns its sequence number, the first being 1.
    function append(Head storage self, bytes32 item) internal returns (uint64 seq) {
        seq = self.count + 1;
        self.count = seq;
        self.hash = keccak256(abi.encode(self.hash, item, seq));
    }
}
