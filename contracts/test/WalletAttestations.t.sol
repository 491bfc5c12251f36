// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {WalletRegistry} from "../src/WalletRegistry.sol";
import {IInstitutionRegistry} from "../src/interfaces/IInstitutionRegistry.sol";
import {ISignedMessages} from "../src/interfaces/ISignedMessages.sol";
import {IWalletRegistry} from "../src/interfaces/IWalletRegistry.sol";
import {Consortium} from "./support/Consortium.sol";
import {vm} from "./support/Vm.sol";

/// @notice A person has one attested wallet, which two KYC institutions vouch for and one of them may revoke.
contract WalletAttestationsTest is Consortium {
    uint256 private constant STRANGER = 0x62;
    bytes32 private constant WALLET = bytes32("commitment");
    bytes32 private constant PERSON = bytes32("nullifier");
    address private institution;

    function setUp() public {
        deployAll();
        institution = vm.addr(keys[0]);
    }

    function test_TwoInstitutionsAttestAWallet() public {
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.WalletAttested(WALLET, PERSON, institution);
        attest(WALLET, PERSON);
        IWalletRegistry.Attested memory state = wallets.attestation(WALLET);
        assert(state.nullifier == PERSON && state.institution == institution && !state.revoked);
        assert(state.attestedAt == block.timestamp && wallets.nullifierUsed(PERSON));
    }

    function test_APersonHasOneWalletAndAWalletOnePerson() public {
        attest(WALLET, PERSON);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NullifierUsed.selector, PERSON));
        attest(bytes32("second wallet"), PERSON);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.CommitmentUsed.selector, WALLET));
        attest(WALLET, bytes32("second person"));
    }

    function test_OneInstitutionIsNotEnough() public {
        IWalletRegistry.Attestation memory message = attestation(WALLET, PERSON);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotEnoughAttestors.selector, 1, 2));
        wallets.attest(message, votesOf(1, attestationDigest(message)));
    }

    function test_OnlyInstitutionsWithTheKycRoleAttest() public {
        IWalletRegistry.Attestation memory message = attestation(WALLET, PERSON);
        bytes32 digest = attestationDigest(message);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotAnAttestor.selector, vm.addr(STRANGER)));
        wallets.attest(message, votesWith(STRANGER, 2, digest));
        address second = vm.addr(keys[1]);
        IInstitutionRegistry.Admission memory admission =
            IInstitutionRegistry.Admission(second, 2 | 16, bytes32(0), freshNonce(), soon());
        institutions.admit(admission, votesOf(3, admissionDigest(admission)));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotAnAttestor.selector, second));
        wallets.attest(message, votesOf(2, digest));
    }

    function test_ASuspendedInstitutionAttestsAndRevokesNothing() public {
        attest(WALLET, PERSON);
        IInstitutionRegistry.InstitutionSuspension memory suspension =
            IInstitutionRegistry.InstitutionSuspension(institution, true, freshNonce(), soon());
        institutions.suspendInstitution(suspension, votesOf(3, institutionSuspensionDigest(suspension)));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NotAnAttestor.selector, institution));
        attest(bytes32("another wallet"), bytes32("another person"));
        vm.expectRevert(abi.encodeWithSelector(IInstitutionRegistry.InactiveInstitution.selector, institution));
        revoke(keys[0]);
    }

    function test_TheNamedInstitutionIsAmongTheSigners() public {
        IWalletRegistry.Attestation memory message = attestation(WALLET, PERSON);
        message.institution = vm.addr(keys[2]);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.InstitutionDidNotSign.selector, message.institution));
        wallets.attest(message, votesOf(2, attestationDigest(message)));
    }

    function test_AnAttestationIsNotDeliveredAgainWithOtherSigners() public {
        IWalletRegistry.Attestation memory message = attestation(WALLET, PERSON);
        bytes32 digest = attestationDigest(message);
        wallets.attest(message, votesOf(2, digest));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.NonceUsed.selector, address(wallets), message.nonce));
        wallets.attest(message, votesOf(3, digest));
    }

    function test_TheAttestingInstitutionRevokesAndTheNullifierStaysUsed() public {
        attest(WALLET, PERSON);
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, institution, vm.addr(keys[1])));
        revoke(keys[1]);
        vm.expectEmit(address(wallets));
        emit IWalletRegistry.AttestationRevoked(WALLET, institution);
        revoke(keys[0]);
        assert(wallets.attestation(WALLET).revoked && wallets.nullifierUsed(PERSON));
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.AlreadyRevoked.selector, WALLET));
        revoke(keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.NullifierUsed.selector, PERSON));
        attest(bytes32("second wallet"), PERSON);
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.CommitmentUsed.selector, WALLET));
        attest(WALLET, bytes32("second person"));
    }

    function test_AnInstitutionRevokesWithItsCurrentKey() public {
        attest(WALLET, PERSON);
        address newKey = vm.addr(STRANGER);
        IInstitutionRegistry.InstitutionKey memory rotation =
            IInstitutionRegistry.InstitutionKey(institution, newKey, freshNonce(), soon());
        institutions.rotateInstitutionKey(rotation, signDigest(keys[0], institutionKeyDigest(rotation)));
        vm.expectRevert(abi.encodeWithSelector(ISignedMessages.BadSigner.selector, newKey, institution));
        revoke(keys[0]);
        revoke(STRANGER);
        assert(wallets.attestation(WALLET).revoked);
    }

    function test_WhatWasNeverAttestedIsNotRevoked() public {
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.UnknownAttestation.selector, WALLET));
        revoke(keys[0]);
        assert(wallets.attestation(WALLET).attestedAt == 0);
    }

    function test_ARegistryWithoutAQuorumIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IWalletRegistry.InvalidConfiguration.selector));
        new WalletRegistry(institutions, 0, DELAY);
    }

    /// @dev By the institutions 0 and 1, in the name of the first.
    function attest(bytes32 commitment, bytes32 nullifier) private {
        IWalletRegistry.Attestation memory message = attestation(commitment, nullifier);
        wallets.attest(message, votesOf(2, attestationDigest(message)));
    }

    function attestation(bytes32 commitment, bytes32 nullifier) private returns (IWalletRegistry.Attestation memory) {
        return IWalletRegistry.Attestation(commitment, nullifier, institution, freshNonce(), soon());
    }

    function revoke(uint256 signer) private {
        IWalletRegistry.AttestationRevocation memory message =
            IWalletRegistry.AttestationRevocation(WALLET, freshNonce(), soon());
        wallets.revokeAttestation(message, signDigest(signer, revocationDigest(message)));
    }
}
