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
import {ISignedMessages} from "../../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../../src/interfaces/IWalletRegistry.sol";
import {TypedData} from "./TypedData.sol";

/// @notice The six contracts, and what a signer of each of their messages signs. Types are written out again here, so that
/// a slip in a contract's type hash does not repeat itself in its test.
abstract contract Messages is TypedData {
    InstitutionRegistry internal institutions;
    WalletRegistry internal wallets;
    RecordRegistry internal records;
    AccessGrants internal grants;
    AccessLog internal accessLog;
    ConsensusGovernance internal governance;

    /// @dev Of any contract that takes signed messages, with the name it has in its domain.
    function cancellationDigest(address target, string memory name, ISignedMessages.Cancellation memory m)
        internal
        view
        returns (bytes32)
    {
        return digestOf(
            target, name, "Cancellation(address signer,uint256[] nonces,uint256 nonce,uint64 deadline)", abi.encode(m)
        );
    }

    // ---- WalletRegistry ---------------------------------------------------------------------------------------------

    function attestationDigest(IWalletRegistry.Attestation memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "Attestation(bytes32 commitment,bytes32 nullifier,address institution,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function revocationDigest(IWalletRegistry.AttestationRevocation memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "AttestationRevocation(bytes32 commitment,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function slotOpeningDigest(IWalletRegistry.SlotOpening memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "SlotOpening(address slot,bytes32 walletCommitment,bytes preKey,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function documentDigest(IWalletRegistry.Document memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "Document(address slot,uint8 kind,uint64 version,bytes32 hash,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function rotationDigest(IWalletRegistry.KeyRotation memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "KeyRotation(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function recoveryDigest(IWalletRegistry.Recovery memory m) internal view returns (bytes32) {
        return digestOf(
            address(wallets),
            "WalletRegistry",
            "Recovery(address slot,address newKey,bytes newPreKey,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function vetoDigest(IWalletRegistry.Veto memory m) internal view returns (bytes32) {
        return
            digestOf(
                address(wallets), "WalletRegistry", "Veto(address slot,uint256 nonce,uint64 deadline)", abi.encode(m)
            );
    }

    // ---- RecordRegistry ---------------------------------------------------------------------------------------------

    function authorDigest(IRecordRegistry.AuthorRight memory m) internal view returns (bytes32) {
        return digestOf(
            address(records),
            "RecordRegistry",
            "AuthorRight(address slot,address author,uint64 until,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function anchorDigest(IRecordRegistry.Anchor memory m) internal view returns (bytes32) {
        return digestOf(
            address(records),
            "RecordRegistry",
            "Anchor(bytes32 record,address slot,address originator,bytes ipfs,bytes32 kcHash,uint256 nonce,"
            "uint64 deadline)",
            abi.encode(m)
        );
    }

    function removalDigest(IRecordRegistry.Removal memory m) internal view returns (bytes32) {
        return digestOf(
            address(records),
            "RecordRegistry",
            "Removal(address slot,bytes32 record,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    // ---- AccessGrants -----------------------------------------------------------------------------------------------

    function grantDigest(IAccessGrants.Grant memory m) internal view returns (bytes32) {
        return digestOf(
            address(grants),
            "AccessGrants",
            "Grant(address slot,bytes32 grantId,uint64 expiry,uint32 nodeSet,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function withdrawalDigest(IAccessGrants.Withdrawal memory m) internal view returns (bytes32) {
        return digestOf(
            address(grants),
            "AccessGrants",
            "Withdrawal(address slot,bytes32[] grantIds,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    // ---- InstitutionRegistry ----------------------------------------------------------------------------------------

    function admissionDigest(IInstitutionRegistry.Admission memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "Admission(address institution,uint8 roles,bytes32 profile,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function institutionSuspensionDigest(IInstitutionRegistry.InstitutionSuspension memory m)
        internal
        view
        returns (bytes32)
    {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "InstitutionSuspension(address institution,bool suspended,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function institutionKeyDigest(IInstitutionRegistry.InstitutionKey memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "InstitutionKey(address institution,address newKey,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function registrationDigest(IInstitutionRegistry.Registration memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "Registration(address wallet,address signingKey,bytes umbralKey,address institution,uint8 level,"
            "uint64 validUntil,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function suspensionDigest(IInstitutionRegistry.Suspension memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "Suspension(address wallet,bool suspended,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function suspensionVoteDigest(IInstitutionRegistry.SuspensionVote memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "SuspensionVote(address wallet,bool suspended,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function nodeSetDigest(IInstitutionRegistry.NodeSet memory m) internal view returns (bytes32) {
        return digestOf(
            address(institutions),
            "InstitutionRegistry",
            "NodeSet(uint32 version,uint8 threshold,address[] nodes,bytes[] keys,address[] institutions,"
            "uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    // ---- ConsensusGovernance ----------------------------------------------------------------------------------------

    function parametersDigest(IConsensusGovernance.Parameters memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "Parameters(uint16 s,uint8 r,uint8 d,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function boundsDigest(IConsensusGovernance.Bounds memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "Bounds(uint16 sMin,uint16 sMax,uint8 rMin,uint8 rMax,uint8 dMin,uint8 dMax,uint256 nonce,"
            "uint64 deadline)",
            abi.encode(m)
        );
    }

    function minersDigest(IConsensusGovernance.MinerSet memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "MinerSet(Miner[] miners,uint256 nonce,uint64 deadline)"
            "Miner(bytes32 id,address key,address institution,bool enabled)",
            abi.encode(m)
        );
    }

    function votersDigest(IConsensusGovernance.VoterSet memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "VoterSet(address[] voters,address[] institutions,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function engineDigest(IConsensusGovernance.EngineKey memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "EngineKey(address engine,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function senderDigest(IConsensusGovernance.SenderQuota memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "SenderQuota(address sender,uint64 gasPerBlock,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function creatorDigest(IConsensusGovernance.CreatorRight memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "CreatorRight(address creator,bool allowed,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }

    function knownContractDigest(IConsensusGovernance.KnownContract memory m) internal view returns (bytes32) {
        return digestOf(
            address(governance),
            "ConsensusGovernance",
            "KnownContract(address target,bool known,uint256 nonce,uint64 deadline)",
            abi.encode(m)
        );
    }
}
