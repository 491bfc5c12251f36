// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AccessGrants} from "../../src/AccessGrants.sol";
import {AccessLog} from "../../src/AccessLog.sol";
import {ConsensusGovernance} from "../../src/ConsensusGovernance.sol";
import {InstitutionRegistry} from "../../src/InstitutionRegistry.sol";
import {RecordRegistry} from "../../src/RecordRegistry.sol";
import {WalletRegistry} from "../../src/WalletRegistry.sol";
import {IAccessGrants} from "../../src/interfaces/IAccessGrants.sol";
import {IConsensusGovernance} from "../../src/interfaces/IConsensusGovernance.sol";
import {IInstitutionRegistry} from "../../src/interfaces/IInstitutionRegistry.sol";
import {IRecordRegistry} from "../../src/interfaces/IRecordRegistry.sol";
import {IWalletRegistry} from "../../src/interfaces/IWalletRegistry.sol";
import {vm} from "./Vm.sol";

/// @notice Five institutions with all six contracts, and the signatures of everybody. Types are written out again here,
/// so that a slip in a contract's type hash does not repeat itself in its test.
abstract contract Consortium {
    uint256 internal constant N = 5;
    uint256 internal constant ENGINE = 0xE0001;
    uint64 internal constant DELAY = 3 days;
    bytes internal constant KEY = hex"02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    InstitutionRegistry internal institutions;
    WalletRegistry internal wallets;
    RecordRegistry internal records;
    AccessGrants internal grants;
    AccessLog internal accessLog;
    ConsensusGovernance internal governance;

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

    // ---- signatures ---------------------------------------------------------------------------------------------------

    function digestFor(address target, string memory name, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Signatures of the first `count` institutions, ascending.
    function votesOf(uint256 count, bytes32 digest) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = signDigest(keys[i], digest);
        }
    }

    function one(bytes memory signature) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = signature;
    }

    function sortByAddress(uint256[] storage list) internal {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(list[j]) < vm.addr(list[j - 1]); --j) {
                (list[j], list[j - 1]) = (list[j - 1], list[j]);
            }
        }
    }

    // ---- slots --------------------------------------------------------------------------------------------------------

    function openSlot(uint256 key) internal returns (address slot) {
        slot = vm.addr(key);
        IWalletRegistry.SlotOpening memory message =
            IWalletRegistry.SlotOpening(slot, bytes32("wallet"), KEY, freshNonce(), soon());
        wallets.openSlot(message, signDigest(key, slotOpeningDigest(message)));
    }

    function slotOpeningDigest(IWalletRegistry.SlotOpening memory m) internal view returns (bytes32) {
        return digestFor(
            address(wallets),
            "WalletRegistry",
            keccak256(
                abi.encode(
                    keccak256(
                        "SlotOpening(address slot,bytes32 walletCommitment,bytes preKey,uint256 nonce,"
                        "uint64 deadline)"
                    ),
                    m.slot,
                    m.walletCommitment,
                    keccak256(m.preKey),
                    m.nonce,
                    m.deadline
                )
            )
        );
    }

    function documentDigest(IWalletRegistry.Document memory m) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("Document(address slot,uint8 kind,uint64 version,bytes32 hash,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(wallets),
            "WalletRegistry",
            keccak256(abi.encode(typeHash, m.slot, m.kind, m.version, m.hash, m.nonce, m.deadline))
        );
    }

    function rotationDigest(IWalletRegistry.KeyRotation memory m) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("KeyRotation(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(wallets),
            "WalletRegistry",
            keccak256(abi.encode(typeHash, m.slot, m.newKey, keccak256(m.newPreKey), m.nonce, m.deadline))
        );
    }

    function recoveryDigest(IWalletRegistry.Recovery memory m) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("Recovery(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(wallets),
            "WalletRegistry",
            keccak256(abi.encode(typeHash, m.slot, m.newKey, keccak256(m.newPreKey), m.nonce, m.deadline))
        );
    }

    // ---- grants and records -------------------------------------------------------------------------------------------

    function grantDigest(IAccessGrants.Grant memory m) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("Grant(address slot,bytes32 grantId,uint64 expiry,uint32 nodeSet,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(grants),
            "AccessGrants",
            keccak256(abi.encode(typeHash, m.slot, m.grantId, m.expiry, m.nodeSet, m.nonce, m.deadline))
        );
    }

    function withdrawalDigest(IAccessGrants.Withdrawal memory m) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Withdrawal(address slot,bytes32[] grantIds,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(grants),
            "AccessGrants",
            keccak256(abi.encode(typeHash, m.slot, keccak256(abi.encodePacked(m.grantIds)), m.nonce, m.deadline))
        );
    }

    function anchorDigest(IRecordRegistry.Anchor memory m) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Anchor(bytes32 record,address slot,address originator,bytes ipfs,bytes32 kcHash,uint256 nonce,"
            "uint64 deadline)"
        );
        return digestFor(
            address(records),
            "RecordRegistry",
            keccak256(
                abi.encode(typeHash, m.record, m.slot, m.originator, keccak256(m.ipfs), m.kcHash, m.nonce, m.deadline)
            )
        );
    }

    function authorDigest(IRecordRegistry.AuthorRight memory m) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("AuthorRight(address slot,address author,uint64 until,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(records),
            "RecordRegistry",
            keccak256(abi.encode(typeHash, m.slot, m.author, m.until, m.nonce, m.deadline))
        );
    }

    // ---- institutions and governance ----------------------------------------------------------------------------------

    function institutionSuspensionDigest(IInstitutionRegistry.InstitutionSuspension memory m)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash =
            keccak256("InstitutionSuspension(address institution,bool suspended,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(institutions),
            "InstitutionRegistry",
            keccak256(abi.encode(typeHash, m.institution, m.suspended, m.nonce, m.deadline))
        );
    }

    function parametersDigest(IConsensusGovernance.Parameters memory m) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Parameters(uint16 s,uint8 r,uint8 d,uint256 nonce,uint64 deadline)");
        return digestFor(
            address(governance),
            "ConsensusGovernance",
            keccak256(abi.encode(typeHash, m.s, m.r, m.d, m.nonce, m.deadline))
        );
    }

    function boundsDigest(IConsensusGovernance.Bounds memory m) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Bounds(uint16 sMin,uint16 sMax,uint8 rMin,uint8 rMax,uint8 dMin,uint8 dMax,uint256 nonce,"
            "uint64 deadline)"
        );
        return digestFor(
            address(governance),
            "ConsensusGovernance",
            keccak256(abi.encode(typeHash, m.sMin, m.sMax, m.rMin, m.rMax, m.dMin, m.dMax, m.nonce, m.deadline))
        );
    }

    function minersDigest(IConsensusGovernance.MinerSet memory m) internal view returns (bytes32) {
        bytes32 minerType = keccak256("Miner(bytes32 id,address key,address institution,bool enabled)");
        bytes32 typeHash = keccak256(
            "MinerSet(Miner[] miners,uint256 nonce,uint64 deadline)"
            "Miner(bytes32 id,address key,address institution,bool enabled)"
        );
        bytes memory hashes;
        for (uint256 i = 0; i < m.miners.length; ++i) {
            IConsensusGovernance.Miner memory miner = m.miners[i];
            hashes = bytes.concat(
                hashes, keccak256(abi.encode(minerType, miner.id, miner.key, miner.institution, miner.enabled))
            );
        }
        return digestFor(
            address(governance),
            "ConsensusGovernance",
            keccak256(abi.encode(typeHash, keccak256(hashes), m.nonce, m.deadline))
        );
    }
}
