"""What the contracts do through their bindings, on whatever chain. Inherit and provide the ``chain`` fixture."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hexbytes import HexBytes

from contracts.bindings import (
    ContractAddresses,
    ContractMissing,
    ContractReverted,
    Contracts,
    LocalKey,
    Sender,
    UnknownMessage,
)
from contracts.bindings import messages as m
from contracts.bindings.events import (
    AccessGranted,
    AccessWithdrawn,
    LogRootCommitted,
    MinersSet,
    NoncesCancelled,
    ProfessionalRegistered,
    RecordAnchored,
    RecoveryRequested,
    SlotOpened,
)
from contracts.bindings.messages import DocumentKind, GrantStatus, Role
from contracts.bindings.registries import GuardiansOpening
from contracts.bindings.state import ConsensusParameters, DocumentState, Limits
from contracts.deploy import CodeMismatch, deploy
from keymgmt.signer.service import MAX_GAS
from medixain.chainindex.chain import GAS_MARGIN
from medixain.core.eip712 import hash_struct
from medixain.sdk.withdrawal import WITHDRAWN_AT_ONCE
from tests.conformance.contracts.chains import CHAIN_ID, Chain
from tests.conformance.contracts.consortium import (
    CONFIG,
    DEPLOYER,
    INSTITUTION_NAMES,
    INSTITUTIONS,
    MINERS,
    NODE_NAMES,
    PROFILE,
    RECOVERY_DELAY,
    ROLES,
    address_of,
    fresh_name,
    key_of,
    public_key,
)
from tests.conformance.contracts.world import HOUR, MAJORITY, World

CID = bytes.fromhex("01551220") + b"\x11" * 32
ZERO_HASH = bytes(32)
EIP_7825_GAS = 1 << 24


class BindingsContract:
    """The suite. The chain lives as long as the class, so each test brings new people."""

    @pytest.fixture(scope="class")
    @classmethod
    def chain(cls) -> Iterator[Chain]:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, chain: Chain) -> World:
        return World(chain, deploy(chain.web3, Sender(DEPLOYER, CHAIN_ID), CONFIG))

    # ---- deployment -------------------------------------------------------------------------------------------------

    def test_deploying_again_changes_nothing(self, world: World) -> None:
        height = world.height
        deployer = Sender(DEPLOYER, CHAIN_ID)
        assert deploy(world.web3, deployer, CONFIG, recorded=world.manifest) == world.manifest
        assert deploy(world.web3, deployer, CONFIG) == world.manifest
        assert world.height == height

    def test_a_deployment_set_up_otherwise_is_refused(self, world: World) -> None:
        other = replace(CONFIG, recovery_delay=RECOVERY_DELAY + 1)
        with pytest.raises(CodeMismatch):
            deploy(world.web3, Sender(DEPLOYER, CHAIN_ID), other)

    def test_the_founders_stand_as_configured(self, world: World) -> None:
        at = max(entry.block for entry in world.manifest.contracts.values())
        assert world.institutions.institutions(at=at) == INSTITUTIONS
        assert world.institutions.required_votes(at=at) == 3
        for institution, roles in zip(INSTITUTIONS, ROLES, strict=True):
            state = world.institutions.institution(institution, at=at)
            assert state is not None
            assert (state.key, state.roles, state.suspended, state.profile) == (institution, roles, False, PROFILE)
        nodes = world.institutions.node_set(1)
        assert nodes is not None
        assert nodes.threshold == 3
        assert nodes.nodes == tuple(address_of(name) for name in NODE_NAMES)
        assert nodes.keys == tuple(public_key(name) for name in NODE_NAMES)
        assert nodes.institutions == INSTITUTIONS
        assert world.governance.is_known_contract(world.governance.address)
        assert not world.governance.is_known_contract(address_of("nobody"))

    def test_before_the_deployment_there_is_no_contract(self, world: World) -> None:
        with pytest.raises(ContractMissing):
            world.governance.parameters(at=0)

    # ---- institutions and professionals -----------------------------------------------------------------------------

    def test_a_majority_admits_suspends_and_readmits_an_institution(self, world: World) -> None:
        newcomer = fresh_name("newcomer")
        address = address_of(newcomer)
        assert world.institutions.institution(address) is None
        admission = m.Admission(institution=address, roles=Role.RESEARCH, profile=PROFILE, **world.terms())
        with refused("NotEnoughVotes"):
            world.deliver(admission, *MAJORITY[:2])
        with refused("NotAnInstitution"):
            world.deliver(admission, *MAJORITY[:2], "stranger")
        with refused("SignersNotAscending"):
            world.deliver(admission, *MAJORITY[:2], MAJORITY[0])
        world.deliver(admission, *MAJORITY)
        with refused("NonceUsed"):
            world.deliver(admission, *INSTITUTION_NAMES[1:])
        assert world.institutions.active_count() == 6
        with refused("NotEnoughVotes"):  # six institutions need four
            world.deliver(suspension_of(world, address, True), *MAJORITY)
        world.deliver(suspension_of(world, address, True), *MAJORITY, INSTITUTION_NAMES[3])
        assert not world.institutions.is_active_institution(address)

    def test_a_professional_is_authorised_while_everything_holds(self, world: World) -> None:
        name = world.register_professional(institution=0, level=4)
        wallet, now = address_of(name), world.now
        state = world.institutions.professional(wallet)
        assert state is not None
        assert (state.signing_key, state.umbral_key) == (address_of(f"{name} signing"), public_key(name))
        assert world.institutions.is_authorised(wallet, now)
        assert not world.institutions.is_authorised(wallet, state.valid_until)

        world.deliver(m.Suspension(wallet=wallet, suspended=True, **world.terms()), INSTITUTION_NAMES[0])
        assert not world.institutions.is_authorised(wallet, now)
        world.deliver(m.Suspension(wallet=wallet, suspended=False, **world.terms()), INSTITUTION_NAMES[0])
        assert world.institutions.is_authorised(wallet, now)

        world.deliver(m.SuspensionVote(wallet=wallet, suspended=True, **world.terms()), *MAJORITY)
        world.deliver(m.Suspension(wallet=wallet, suspended=False, **world.terms()), INSTITUTION_NAMES[0])
        assert not world.institutions.is_authorised(wallet, now)
        event = world.last_event(ProfessionalRegistered)
        assert (event.wallet, event.level) == (wallet, 4)

    def test_a_registration_needs_both_signatures_and_the_level(self, world: World) -> None:
        name = fresh_name("professional")
        registration = world.registration(name, institution=0, level=3)
        with refused("BadSigner"):
            world.deliver(registration, name, INSTITUTION_NAMES[1])
        with refused("BadSigner"):
            world.deliver(registration, "stranger", INSTITUTION_NAMES[0])
        with refused("LevelAboveCeiling"):
            world.deliver(world.registration(name, institution=3, level=3), name, INSTITUTION_NAMES[3])
        assert world.institutions.professional(address_of(name)) is None
        assert not world.institutions.is_authorised(address_of(name), world.now)
        with pytest.raises(UnknownMessage):
            world.deliver(registration, name)

    def test_an_institution_changes_its_key_and_keeps_its_id(self, world: World) -> None:
        old, new = INSTITUTION_NAMES[4], fresh_name("institution key")
        message = m.InstitutionKey(institution=INSTITUTIONS[4], new_key=address_of(new), **world.terms())
        world.deliver(message, old)
        assert world.institutions.institution_key(INSTITUTIONS[4]) == address_of(new)
        assert world.institutions.institution_of_key(address_of(new)) == INSTITUTIONS[4]
        assert world.institutions.institution_of_key(address_of(old)) is None
        # The old key is gone for good, so the way back needs a third one.
        back = m.InstitutionKey(institution=INSTITUTIONS[4], new_key=address_of(old), **world.terms())
        with refused("KeyInUse"):
            world.deliver(back, new)

    def test_the_next_node_set_is_voted(self, world: World) -> None:
        current = world.institutions.current_node_set()
        node = fresh_name("node")

        def node_set(version: int) -> m.NodeSet:
            return m.NodeSet(
                version=version,
                threshold=1,
                nodes=(address_of(node),),
                keys=(public_key(node),),
                institutions=INSTITUTIONS[:1],
                **world.terms(),
            )

        with refused("StaleNodeSet"):
            world.deliver(node_set(current), *MAJORITY)
        world.deliver(node_set(current + 1), *MAJORITY)
        assert world.institutions.current_node_set() == current + 1
        assert world.institutions.is_node(address_of(node))
        assert world.institutions.is_node(address_of(NODE_NAMES[0]))
        assert world.institutions.node_set(current + 2) is None

    # ---- wallets and slots ------------------------------------------------------------------------------------------

    def test_a_person_gets_one_attested_wallet(self, world: World) -> None:
        wallet = m.WalletCommitment(wallet=address_of(fresh_name("wallet")), salt=b"\x05" * 32)
        commitment, nullifier = hash_struct(wallet), keccak(fresh_name("person").encode())
        attestors = INSTITUTION_NAMES[:2]
        attestation = m.Attestation(
            commitment=commitment, nullifier=nullifier, institution=INSTITUTIONS[0], **world.terms()
        )
        with refused("NotEnoughAttestors"):
            world.deliver(attestation, attestors[0])
        with refused("NotAnAttestor"):
            world.deliver(attestation, attestors[0], INSTITUTION_NAMES[3])
        with refused("InstitutionDidNotSign"):
            world.deliver(attestation, *INSTITUTION_NAMES[1:3])
        assert world.wallets.attestation(commitment) is None
        world.deliver(attestation, *attestors)
        assert world.wallets.nullifier_used(nullifier)
        again = m.Attestation(
            commitment=keccak(commitment), nullifier=nullifier, institution=INSTITUTIONS[0], **world.terms()
        )
        with refused("NullifierUsed"):
            world.deliver(again, *attestors)

        revocation = m.AttestationRevocation(commitment=commitment, **world.terms())
        with refused("BadSigner"):
            world.deliver(revocation, INSTITUTION_NAMES[1])
        world.deliver(revocation, INSTITUTION_NAMES[0])
        state = world.wallets.attestation(commitment)
        assert state is not None
        assert (state.institution, state.revoked) == (INSTITUTIONS[0], True)
        assert world.wallets.nullifier_used(nullifier)

    def test_a_slot_keeps_its_documents_in_order(self, world: World) -> None:
        name = world.open_slot()
        slot = address_of(name)
        assert world.last_event(SlotOpened).slot == slot
        assert world.wallets.document(slot, DocumentKind.KEYSET) == DocumentState(0, ZERO_HASH)
        for version in (1, 2):
            world.deliver(document(world, slot, DocumentKind.KEYSET, version, bytes([version]) * 32), name)
        with refused("StaleVersion"):
            world.deliver(document(world, slot, DocumentKind.KEYSET, 2, b"\x02" * 32), name)
        with refused("StaleVersion"):
            world.deliver(document(world, slot, DocumentKind.KEYSET, 4, b"\x04" * 32), name)
        with refused("BadSigner"):
            world.deliver(document(world, slot, DocumentKind.KEYSET, 3, b"\x03" * 32), "stranger")
        with refused("UnknownSlot"):
            world.deliver(document(world, address_of("stranger"), DocumentKind.KEYSET, 1, ZERO_HASH), "stranger")
        assert world.wallets.document(slot, DocumentKind.KEYSET) == DocumentState(2, b"\x02" * 32)
        assert world.wallets.document(slot, DocumentKind.KEYSTORE).version == 0

    def test_after_a_rotation_only_the_new_key_signs(self, world: World) -> None:
        old, new = world.open_slot(), fresh_name("slot key")
        slot = address_of(old)
        message = m.KeyRotation(slot=slot, new_key=address_of(new), new_pre_key=public_key(new), **world.terms())
        world.deliver(message, old)
        assert world.wallets.key_of(slot) == address_of(new)
        with refused("BadSigner"):
            world.deliver(document(world, slot, DocumentKind.KEYSET, 1, b"\x01" * 32), old)
        world.deliver(document(world, slot, DocumentKind.KEYSET, 1, b"\x01" * 32), new)
        state = world.wallets.slot(slot)
        assert state is not None
        assert (state.key, state.pre_key) == (address_of(new), public_key(new))

    def test_guardians_recover_a_slot_unless_its_key_vetoes(self, world: World) -> None:
        name, new = world.open_slot(), fresh_name("slot key")
        slot = address_of(name)
        guardians = tuple(fresh_name("guardian") for _ in range(3))
        opening = GuardiansOpening(tuple(address_of(guardian) for guardian in guardians), 2, b"\x09" * 32)
        committed = keccak(encode(["address[]", "uint8", "bytes32"], [opening.guardians, 2, opening.salt]))
        world.deliver(document(world, slot, DocumentKind.GUARDIANS, 1, committed), name)

        def request(*signers: str, disclosed: GuardiansOpening = opening) -> None:
            message = m.Recovery(slot=slot, new_key=address_of(new), new_pre_key=public_key(new), **world.terms())
            signatures = world.sign(message, *signers)
            world.send(world.wallets.address, world.wallets.build_recovery_call(message, disclosed, signatures))

        with refused("NotEnoughGuardians"):
            request(guardians[0])
        with refused("NotAGuardian"):
            request(guardians[0], "stranger")
        with refused("GuardiansMismatch"):
            request(guardians[0], disclosed=GuardiansOpening(opening.guardians, 1, opening.salt))
        request(*guardians[:2])
        assert world.last_event(RecoveryRequested).new_key == address_of(new)
        world.deliver(m.Veto(slot=slot, **world.terms()), name)
        assert world.wallets.recovery(slot) is None

        request(*guardians[1:])
        with refused("RecoveryNotReady"):
            world.send(world.wallets.address, world.wallets.build_completion_call(slot))
        world.chain.mine(RECOVERY_DELAY)
        world.send(world.wallets.address, world.wallets.build_completion_call(slot))
        assert world.wallets.key_of(slot) == address_of(new)

    # ---- records ----------------------------------------------------------------------------------------------------

    def test_the_history_of_records_can_be_recomputed(self, world: World) -> None:
        owner, author = world.open_slot(), fresh_name("author")
        slot, first, second = address_of(owner), b"\x01" * 32, b"\x02" * 32
        with refused("NotAnAuthor"):
            world.deliver(anchor(world, slot, first, author), author)
        until = world.now + HOUR
        world.deliver(m.AuthorRight(slot=slot, author=address_of(author), until=until, **world.terms()), owner)
        assert world.records.author_until(slot, address_of(author)) == until

        world.deliver(anchor(world, slot, first, author), author)
        world.deliver(anchor(world, slot, second, owner), owner)
        with refused("AlreadyAnchored"):
            world.deliver(anchor(world, slot, first, owner), owner)
        removal = m.Removal(slot=slot, record=first, **world.terms())
        with refused("BadSigner"):
            world.deliver(removal, author)
        world.deliver(removal, owner)
        with refused("AlreadyRemoved"):
            world.deliver(m.Removal(slot=slot, record=first, **world.terms()), owner)

        head = ZERO_HASH
        for seq, item in enumerate((anchor_item(first), anchor_item(second), removal_item(first)), start=1):
            head = keccak(encode(["bytes32", "bytes32", "uint64"], [head, item, seq]))
        assert (world.records.head(slot), world.records.count(slot)) == (head, 3)
        state = world.records.record(slot, first)
        assert state is not None
        assert (state.originator, state.ipfs, state.kc_hash, state.removed) == (
            address_of(author),
            CID,
            b"\x0c" * 32,
            True,
        )
        assert world.records.record(slot, b"\x03" * 32) is None
        event = world.last_event(RecordAnchored)
        assert (event.originator, event.record, event.slot, event.seq) == (slot, second, slot, 2)

    def test_an_author_whose_right_ended_appends_nothing(self, world: World) -> None:
        owner, author = world.open_slot(), fresh_name("author")
        slot = address_of(owner)
        for until in (world.now + HOUR, 0):
            world.deliver(m.AuthorRight(slot=slot, author=address_of(author), until=until, **world.terms()), owner)
        with refused("NotAnAuthor"):
            world.deliver(anchor(world, slot, b"\x01" * 32, author), author)

    def test_nobody_can_take_a_record_id_in_somebody_elses_slot(self, world: World) -> None:
        owner, squatter = world.open_slot(), world.open_slot()
        record = keccak(b"a record's header")
        world.deliver(anchor(world, address_of(squatter), record, squatter), squatter)
        world.deliver(anchor(world, address_of(owner), record, owner), owner)
        assert world.records.record(address_of(owner), record) is not None

    # ---- grants -----------------------------------------------------------------------------------------------------

    def test_as_many_withdrawals_as_clients_sign_at_once_fit_a_transaction(self, world: World) -> None:
        # Ids that were never granted cost the most: their state is written for the first time.
        owner = world.open_slot()
        ids = tuple(number.to_bytes(32, "big") for number in range(1, WITHDRAWN_AT_ONCE + 1))
        withdrawal = m.Withdrawal(slot=address_of(owner), grant_ids=ids, **world.terms())
        call = world.contracts.build_call(withdrawal, world.sign(withdrawal, owner))
        to = world.web3.to_checksum_address(call.to)
        gas = world.web3.eth.estimate_gas({"to": to, "data": HexBytes(call.data)})
        assert gas < 27_200 * len(ids)
        assert gas * GAS_MARGIN < min(EIP_7825_GAS, MAX_GAS)
        world.send(call.to, call.data, gas=gas)
        assert world.grants.count(address_of(owner)) == len(ids)

    def test_the_history_of_grants_can_be_recomputed(self, world: World) -> None:
        owner = world.open_slot()
        slot, granted, pending = address_of(owner), b"\x0a" * 32, b"\x0b" * 32
        version, expiry = world.institutions.current_node_set(), world.now + HOUR
        world.deliver(grant(world, slot, granted, expiry), owner)
        before = world.height
        assert world.grants.is_active(slot, granted, expiry - 1)
        assert not world.grants.is_active(slot, granted, expiry)
        with refused("AlreadyGranted"):
            world.deliver(grant(world, slot, granted, expiry), owner)

        withdrawal = m.Withdrawal(slot=slot, grant_ids=(granted, pending), **world.terms())
        with refused("BadSigner"):
            world.deliver(withdrawal, "stranger")
        world.deliver(withdrawal, owner)
        world.deliver(m.Withdrawal(slot=slot, grant_ids=(granted,), **world.terms()), owner)
        for grant_id in (granted, pending):
            assert world.grants.grant_of(slot, grant_id).status is GrantStatus.WITHDRAWN
            with refused("AlreadyWithdrawn"):
                world.deliver(grant(world, slot, grant_id, expiry), owner)

        items = (
            keccak(encode(["uint8", "bytes32", "uint64", "uint32"], [1, granted, expiry, version])),
            removal_item(granted),
            removal_item(pending),
        )
        head = ZERO_HASH
        for seq, item in enumerate(items, start=1):
            head = keccak(encode(["bytes32", "bytes32", "uint64"], [head, item, seq]))
        assert (world.grants.head(slot), world.grants.count(slot)) == (head, 3)
        assert world.last_event(AccessGranted).grant_id == granted
        assert world.last_event(AccessWithdrawn).seq == 3
        block_hash = bytes(world.web3.eth.get_block(before)["hash"])
        for past in (before, block_hash):
            assert world.grants.grant_of(slot, granted, at=past).status is GrantStatus.ACTIVE
            assert world.grants.count(slot, at=past) == 1

    def test_a_grant_must_suit_the_moment(self, world: World) -> None:
        owner = world.open_slot()
        slot = address_of(owner)
        with refused("GrantExpired"):
            world.deliver(grant(world, slot, b"\x0a" * 32, world.now), owner)
        stale = m.Grant(slot=slot, grant_id=b"\x0a" * 32, expiry=world.now + HOUR, node_set=99, **world.terms())
        with refused("StaleNodeSet"):
            world.deliver(stale, owner)
        assert world.grants.grant_of(slot, b"\x0a" * 32).status is GrantStatus.NONE

    # ---- messages in general ----------------------------------------------------------------------------------------

    def test_a_message_is_accepted_once_and_in_time(self, world: World) -> None:
        owner = world.open_slot()
        slot = address_of(owner)
        message = document(world, slot, DocumentKind.KEYSET, 1, b"\x01" * 32)
        (signature,) = world.sign(message, owner)
        world.deliver_signed(message, [signature])
        assert world.wallets.nonce_used(slot, message.nonce)
        with refused("NonceUsed"):
            world.deliver_signed(message, [signature])
        second = document(world, slot, DocumentKind.KEYSET, 2, b"\x02" * 32)
        with refused("MessageExpired"):
            world.deliver(replace(second, deadline=world.now), owner)
        with refused("DeadlineTooFar"):
            world.deliver(replace(second, deadline=world.now + m.MAX_LIFETIME + 1000), owner)

    def test_a_message_that_was_taken_back_is_refused(self, world: World) -> None:
        owner = world.open_slot()
        slot = address_of(owner)
        message = document(world, slot, DocumentKind.KEYSET, 1, b"\x01" * 32)
        cancellation = m.Cancellation(signer=slot, nonces=(message.nonce,), **world.terms())
        signature = world.wallets.sign(cancellation, key_of(owner))
        world.send(world.wallets.address, world.wallets.build_call(cancellation, [signature]))
        assert world.last_event(NoncesCancelled).nonces == (message.nonce,)
        with refused("NonceUsed"):
            world.deliver(message, owner)
        with pytest.raises(UnknownMessage):
            world.contracts.taking(m.Cancellation)

    def test_a_signature_for_another_contract_does_not_count(self, world: World) -> None:
        owner = world.open_slot()
        message = document(world, address_of(owner), DocumentKind.KEYSET, 1, b"\x01" * 32)
        moved = Contracts(None, ContractAddresses(*[world.grants.address] * 6), CHAIN_ID)  # type: ignore[arg-type]
        with refused("BadSigner"):
            world.deliver_signed(message, [moved.wallet_registry.sign(message, key_of(owner))])

    # ---- log --------------------------------------------------------------------------------------------------------

    def test_a_node_commits_its_log_without_gaps(self, world: World) -> None:
        name = NODE_NAMES[0]
        node, sender = address_of(name), Sender(LocalKey(key_of(name)), CHAIN_ID)
        assert world.log.last(node) is None
        with refused("NotANode"):
            world.send(world.log.address, world.log.build_commit_call(1, 2, b"\x01" * 32, b"\x02" * 32))
        world.send(world.log.address, world.log.build_commit_call(1, 3, b"\x01" * 32, b"\x02" * 32), sender)
        world.send(world.log.address, world.log.build_commit_call(4, 4, b"\x03" * 32, b"\x04" * 32), sender)
        last = world.log.last(node)
        assert last is not None
        assert (last.from_seq, last.to_seq, last.root, last.chain_hash) == (4, 4, b"\x03" * 32, b"\x04" * 32)
        first = world.log.root_at(node, 0)
        assert first is not None
        assert (first.from_seq, first.to_seq) == (1, 3)
        assert world.log.root_at(node, 2) is None
        assert world.log.count(node) == 2
        assert world.last_event(LogRootCommitted).index == 1

    # ---- governance -------------------------------------------------------------------------------------------------

    def test_the_engine_moves_inside_the_voted_bounds_only(self, world: World) -> None:
        assert world.governance.parameters() == ConsensusParameters(5, 32, 8)
        world.deliver(m.Parameters(s=6, r=33, d=9, **world.terms()), "engine")
        assert world.governance.parameters() == ConsensusParameters(6, 33, 9)
        world.chain.mine()
        world.chain.mine()
        with refused("TooFast"):
            world.deliver(m.Parameters(s=5, r=32, d=11, **world.terms()), "engine")
        for s, r, d in ((7, 32, 9), (2, 32, 9), (5, 41, 9), (5, 23, 9)):
            with refused("OutOfBounds"):
                world.deliver(m.Parameters(s=s, r=r, d=d, **world.terms()), "engine")
        with refused("BadSigner"):
            world.deliver(m.Parameters(s=5, r=32, d=9, **world.terms()), INSTITUTION_NAMES[0])

        # New bounds hold at once, also for what the engine set.
        bounds = m.Bounds(s_min=3, s_max=4, r_min=24, r_max=30, d_min=10, d_max=12, **world.terms())
        with refused("NotEnoughVotes"):
            world.deliver(bounds, *MAJORITY[:2])
        world.deliver(bounds, *MAJORITY)
        assert world.governance.bounds() == Limits(3, 4, 24, 30, 10, 12)
        assert world.governance.parameters() == ConsensusParameters(4, 30, 10)

    def test_miners_become_active_one_of_each_institution_first(self, world: World) -> None:
        order = [0, 2, 4, 5, 6, 1, 3]
        s = world.governance.parameters().s
        assert world.governance.miners() == MINERS
        assert world.governance.active_miners() == tuple(MINERS[index] for index in order[:s])
        stopped = tuple(
            m.Miner(miner.id, miner.key, miner.institution, index != 0) for index, miner in enumerate(MINERS)
        )
        world.deliver(m.MinerSet(miners=stopped, **world.terms()), *MAJORITY)
        assert world.governance.active_miners() == tuple(stopped[index] for index in [1, 2, 4, 5, 6, 3][:s])
        assert world.last_event(MinersSet).miners == stopped
        with refused("TooFewMiners"):
            world.deliver(m.MinerSet(miners=MINERS[:2], **world.terms()), *MAJORITY)

    def test_votes_set_voters_engine_senders_creators_and_contracts(self, world: World) -> None:
        voters = tuple(address_of(fresh_name("voter")) for _ in range(4))
        world.deliver(m.VoterSet(voters=voters, institutions=INSTITUTIONS[:4], **world.terms()), *MAJORITY)
        assert world.governance.voters() == voters
        assert world.governance.voter_institutions() == INSTITUTIONS[:4]
        with refused("TooFewVoters"):
            world.deliver(m.VoterSet(voters=voters[:3], institutions=INSTITUTIONS[:3], **world.terms()), *MAJORITY)

        somebody = address_of(fresh_name("somebody"))
        world.deliver(m.SenderQuota(sender=somebody, gas_per_block=7, **world.terms()), *MAJORITY)
        assert world.governance.sender_quota(somebody) == 7
        world.deliver(m.CreatorRight(creator=somebody, allowed=True, **world.terms()), *MAJORITY)
        assert world.governance.may_create(somebody)
        world.deliver(m.KnownContract(target=somebody, known=True, **world.terms()), *MAJORITY)
        assert world.governance.is_known_contract(somebody)
        with refused("CoreContract"):
            core = m.KnownContract(target=world.grants.address, known=False, **world.terms())
            world.deliver(core, *MAJORITY)

        world.deliver(m.EngineKey(engine=address_of("engine 2"), **world.terms()), *MAJORITY)
        assert world.governance.engine() == address_of("engine 2")
        world.deliver(m.EngineKey(engine=address_of("engine"), **world.terms()), *MAJORITY)


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The contract reverts with the custom error ``name``."""
    with pytest.raises(ContractReverted) as caught:
        yield
    assert caught.value.name == name, caught.value.message


def suspension_of(world: World, institution: str, suspended: bool) -> m.InstitutionSuspension:
    return m.InstitutionSuspension(institution=institution, suspended=suspended, **world.terms())


def document(world: World, slot: str, kind: DocumentKind, version: int, content: bytes) -> m.Document:
    return m.Document(slot=slot, kind=kind, version=version, hash=content, **world.terms())


def anchor(world: World, slot: str, record: bytes, originator: str) -> m.Anchor:
    return m.Anchor(
        record=record, slot=slot, originator=address_of(originator), ipfs=CID, kc_hash=b"\x0c" * 32, **world.terms()
    )


def grant(world: World, slot: str, grant_id: bytes, expiry: int) -> m.Grant:
    version = world.institutions.current_node_set()
    return m.Grant(slot=slot, grant_id=grant_id, expiry=expiry, node_set=version, **world.terms())


def anchor_item(record: bytes) -> bytes:
    return keccak(encode(["uint8", "bytes32", "bytes32", "bytes32"], [1, record, keccak(CID), b"\x0c" * 32]))


def removal_item(identifier: bytes) -> bytes:
    return keccak(encode(["uint8", "bytes32"], [2, identifier]))
