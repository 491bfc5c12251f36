// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AccessGrants} from "../../src/AccessGrants.sol";
import {AccessLog} from "../../src/AccessLog.sol";
import {ConsensusGovernance} from "../../src/ConsensusGovernance.sol";
import {InstitutionRegistry} from "../../src/InstitutionRegistry.sol";
import {RecordRegistry} from "../../src/RecordRegistry.sol";
import {WalletRegistry} from "../../src/WalletRegistry.sol";
import {IConsensusGovernance} from "../../src/interfaces/IConsensusGovernance.sol";
import {IInstitutionRegistry} from "../../src/interfaces/IInstitutionRegistry.sol";
import {IWalletRegistry} from "../../src/interfaces/IWalletRegistry.sol";
import {Messages} from "./Messages.sol";
import {vm} from "./Vm.sol";

/// @notice Five institutions with all six contracts, their votes, and slots.
abstract contract Consortium is Messages {
    uint256 internal constant N = 5;
    uint256 internal constant ENGINE = 0xE0001;
    uint64 internal constant DELAY = 3 days;
    bytes internal constant KEY = hex"02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// @dev The institutions' private keys, in ascending order of their addresses.
    uint256[] internal keys;
    uint256 private _nonce;

    function deployAll() internal {
        vm.warp(1_800_000_000);
        vm.roll(1);
        for (uint256 i = 0; i < N; ++i) {
            keys.push(0xA000 + i);
        }
        sortByAddress(keys);
        IInstitutionRegistry.Founder[] memory founders = new IInstitutionRegistry.Founder[](N);
        for (uint256 i = 0; i < N; ++i) {
            // All hold KYC and MINER, the first two CLINICAL.
            founders[i] = IInstitutionRegistry.Founder(vm.addr(keys[i]), i < 2 ? 1 | 2 | 16 : 1 | 16, bytes32(i));
        }
        institutions = new InstitutionRegistry(founders, 3, addresses(0xB000, N), publicKeys(N), ids(N));
        wallets = new WalletRegistry(institutions, 2, DELAY);
        records = new RecordRegistry(wallets);
        grants = new AccessGrants(institutions, wallets);
        accessLog = new AccessLog(institutions);
        governance = new ConsensusGovernance(institutions, genesis());
    }

    function genesis() internal view returns (IConsensusGovernance.Genesis memory state) {
        state.s = 4;
        state.r = 32;
        state.d = 10;
        state.limits = IConsensusGovernance.Limits(3, 6, 20, 40, 5, 20);
        state.miners = minerList(7, type(uint256).max);
        state.voters = addresses(0xD000, N);
        state.voterInstitutions = ids(N);
        state.engine = vm.addr(ENGINE);
        state.contracts = new address[](1);
        state.contracts[0] = address(grants);
    }

    /// @dev `count` miners spread over the institutions; bit i of `enabledBits` says whether miner i is enabled.
    function minerList(uint256 count, uint256 enabledBits)
        internal
        view
        returns (IConsensusGovernance.Miner[] memory list)
    {
        list = new IConsensusGovernance.Miner[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = IConsensusGovernance.Miner(
                bytes32(i + 1), vm.addr(0xC000 + i), vm.addr(keys[i % N]), (enabledBits >> i) & 1 == 1
            );
        }
    }

    function ids(uint256 count) internal view returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = vm.addr(keys[i]);
        }
    }

    function addresses(uint256 firstKey, uint256 count) internal pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = vm.addr(firstKey + i);
        }
    }

    function publicKeys(uint256 count) internal pure returns (bytes[] memory list) {
        list = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = KEY;
        }
    }

    function freshNonce() internal returns (uint256) {
        return uint256(keccak256(abi.encode("nonce", ++_nonce)));
    }

    function soon() internal view returns (uint64) {
        return uint64(block.timestamp) + 1 hours;
    }

    // ---- signatures -------------------------------------------------------------------------------------------------

    /// @dev Signatures of the first `count` institutions, ascending.
    function votesOf(uint256 count, bytes32 digest) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = signDigest(keys[i], digest);
        }
    }

    /// @dev Signatures of the first `count` institutions and of the private key `other`, ascending.
    function votesWith(uint256 other, uint256 count, bytes32 digest) internal view returns (bytes[] memory) {
        uint256[] memory signers = new uint256[](count + 1);
        for (uint256 i = 0; i < count; ++i) {
            signers[i] = keys[i];
        }
        signers[count] = other;
        return signAscending(signers, digest);
    }

    function sortByAddress(uint256[] storage list) internal {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(list[j]) < vm.addr(list[j - 1]); --j) {
                (list[j], list[j - 1]) = (list[j - 1], list[j]);
            }
        }
    }

    // ---- slots ------------------------------------------------------------------------------------------------------

    function openSlot(uint256 key) internal returns (address slot) {
        slot = vm.addr(key);
        IWalletRegistry.SlotOpening memory message =
            IWalletRegistry.SlotOpening(slot, bytes32("wallet"), KEY, freshNonce(), soon());
        wallets.openSlot(message, signDigest(key, slotOpeningDigest(message)));
    }
}
