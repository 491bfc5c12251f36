"""The governance contract rules the chain once it is deployed: parameters, checkpoints, senders, creators."""

from dataclasses import replace

import pytest

from consensus.node.errors import GovernanceUnreadable
from consensus.node.governance import ContractGovernance, GenesisGovernance
from consensus.rules.errors import CreationNotPermitted, SealMismatch, SenderNotRegistered
from consensus.rules.miners import Parameters
from contracts.bindings.abi import encode_arguments
from contracts.bindings.addresses import predict_addresses
from contracts.bindings.artefacts import load_artefact
from contracts.bindings.errors import ContractMissing
from contracts.bindings.governance import ConsensusGovernance
from contracts.bindings.messages import Miner as MinerStruct
from contracts.bindings.messages import Parameters as ParametersMessage
from contracts.bindings.messages import Role
from contracts.bindings.state import ConsensusParameters, Limits
from contracts.deploy.config import (
    DeploymentConfig,
    Founder,
    FoundingNode,
    GovernanceGenesis,
    VotingInstitution,
)
from tests.unit.consensus.support import CHAIN_ID, DEPLOYER, MINERS, VOTERS, address, key, raw_transaction

QUOTA = 30_000_000


def deployment(config):
    """The six constructors' arguments for a network of five partners, relay included."""
    roles = Role.KYC | Role.CLINICAL | Role.MINER
    institutions = [miner.institution for miner in MINERS]
    start = config.parameters
    return DeploymentConfig(
        founders=tuple(Founder(institution, roles, bytes(32)) for institution in institutions),
        node_threshold=1,
        nodes=(FoundingNode(address("node"), key("node").public_key.format(), institutions[0]),),
        kyc_quorum=1,
        recovery_delay=60,
        governance=GovernanceGenesis(
            parameters=ConsensusParameters(start.s, start.r, start.d),
            limits=Limits(3, 5, 10, 40, start.d - 4, start.d + 4),
            miners=tuple(MinerStruct(miner.id, miner.key, miner.institution, True) for miner in MINERS),
            voters=tuple(VotingInstitution(voter, institutions[i]) for i, voter in enumerate(VOTERS)),
            engine=address("engine"),
            senders=((address("relay"), QUOTA),),
        ),
    ).constructor_arguments(predict_addresses(DEPLOYER))


@pytest.fixture
def governed(bench):
    """A chain whose first block deploys the six contracts."""
    for nonce, (name, arguments) in enumerate(deployment(bench.config).items()):
        artefact = load_artefact(name)
        data = artefact.creation + encode_arguments(artefact.constructor_inputs, arguments)
        bench.execution.submit(raw_transaction("deployer", nonce=nonce, data=data, gas=12_000_000))
    bench.extend()
    return bench


def set_parameters(bench, s, r, d, nonce):
    """Has the relay deliver the engine's message in the next block."""
    contract = ConsensusGovernance(None, bench.config.governance, CHAIN_ID)
    message = ParametersMessage(s, r, d, nonce, bench.chain.head.timestamp + 1000)
    call = contract.build_call(message, [contract.sign(message, key("engine").secret)])
    relay = bench.execution.next_nonce(bytes.fromhex(address("relay")[2:]))
    bench.execution.submit(raw_transaction("relay", to=bench.config.governance, data=call, gas=1_000_000, nonce=relay))
    return bench.extend()


def finalise_head(bench):
    """Justifies the head and makes it final through a child; the child."""
    head = bench.chain.head
    bench.vote(bench.chain.justified, head)
    child = bench.extend()
    bench.vote(head, child)
    return child


def test_before_deployment_the_genesis_configuration_holds(bench):
    at = bench.chain.head.payload_hash
    plain = GenesisGovernance(bench.config)
    assert bench.reader.parameters(at) == plain.parameters(at) == bench.config.parameters
    assert bench.reader.active_miners(at) == plain.active_miners(at) == MINERS
    assert bench.reader.voters(at) == plain.voters(at) == VOTERS
    assert bench.reader.sender_quota(DEPLOYER, at) == bench.config.gas_limit
    assert bench.reader.sender_quota(address("relay"), at) == 0
    assert bench.reader.may_create(DEPLOYER, at)
    assert bench.reader.known_contracts([bench.config.governance, address("x")], at) == {bench.config.governance}


def test_after_deployment_the_contract_rules_at_that_block_and_not_before(governed):
    before, after = governed.execution.genesis().hash, governed.chain.head.payload_hash
    reader = governed.reader
    assert reader.parameters(after) == governed.config.parameters
    assert reader.active_miners(after) == MINERS
    assert reader.voters(after) == VOTERS
    assert (reader.sender_quota(address("relay"), before), reader.sender_quota(address("relay"), after)) == (0, QUOTA)
    assert (reader.sender_quota(DEPLOYER, before) > 0, reader.sender_quota(DEPLOYER, after)) == (True, 0)
    assert (reader.may_create(DEPLOYER, before), reader.may_create(DEPLOYER, after)) == (True, False)
    known = set(governed.config.contracts)
    assert reader.known_contracts([*known, address("x")], after) == known


def test_the_deployer_loses_its_rights_and_the_relay_gains_them(governed):
    root = governed.chain.head
    governed.execution.submit(raw_transaction("deployer", nonce=6, to=governed.config.contracts[0]))
    with pytest.raises(SenderNotRegistered):
        governed.chain.import_block(governed.build())
    creation = raw_transaction("relay", data=b"\x00", gas=100_000)
    with pytest.raises(CreationNotPermitted):
        governed.chain.import_block(governed.build(rank=2, transactions=(creation,)))
    assert governed.chain.head == root


def test_d_changes_with_the_next_epoch_of_the_branch(governed):
    """Block 2 raises d; it is the last of its epoch, so block 3 must show the new d, and work follows it."""
    old = governed.config.parameters
    two = set_parameters(governed, old.s, old.r, old.d + 1, nonce=1)
    with pytest.raises(SealMismatch):
        governed.chain.import_block(governed.build(header=lambda header: replace(header, d=old.d)))
    three = governed.extend()
    assert three.node.work - two.node.work == 2 ** (old.d + 1)
    four = set_parameters(governed, old.s, old.r, old.d, nonce=2)
    assert four.node.work - three.node.work == 2 ** (old.d + 1)
    assert governed.extend().node.work - four.node.work == 2**old.d


def test_a_change_in_mid_epoch_waits_for_its_end(governed):
    old = governed.config.parameters
    governed.extend()
    three = set_parameters(governed, old.s, old.r, old.d + 1, nonce=1)
    four = governed.extend()
    assert four.node.work - three.node.work == 2**old.d
    assert governed.extend().node.work - four.node.work == 2 ** (old.d + 1)


def test_s_and_r_and_the_miners_change_only_once_their_block_is_final(governed):
    old = governed.config.parameters
    changed = set_parameters(governed, 3, old.r + 2, old.d, nonce=1)
    context, _ = governed.chain.proposal_context(changed)
    assert context.parameters == old
    child = finalise_head(governed)
    assert governed.chain.final == changed
    context, checkpoint = governed.chain.proposal_context(child)
    assert checkpoint == changed.seal
    assert context.parameters == Parameters(3, old.r + 2, old.d)
    assert context.active == MINERS[:3]
    with pytest.raises(SealMismatch):
        governed.chain.import_block(governed.build(header=lambda header: replace(header, s=old.s, r=old.r)))
    governed.extend(rank=3)


def test_a_miner_may_cite_an_older_final_checkpoint_but_never_go_back(governed):
    """The checkpoint stands in the header, so nodes that saw finality at different times still judge alike."""
    first = governed.chain.head
    old = finalise_head(governed)
    assert governed.chain.final == first
    late = governed.build(header=lambda header: replace(header, checkpoint=governed.config.seal))
    assert governed.chain.import_block(late)
    assert governed.chain.entry(late.seal).checkpoint.seal == governed.config.seal
    cited = governed.extend(governed.chain.entry(late.seal))
    assert cited.checkpoint.seal == first.seal != old.seal
    back = governed.build(header=lambda header: replace(header, checkpoint=governed.config.seal))
    with pytest.raises(SealMismatch):
        governed.chain.import_block(back)


def test_other_code_at_the_governance_address_is_an_error(bench):
    junk = replace(bench.config, governance=bench.config.contracts[0])
    returns_nothing_useful = bytes.fromhex("60016000f3")  # The contract's code will be one zero byte: STOP.
    bench.execution.submit(raw_transaction("deployer", data=returns_nothing_useful, gas=1_000_000))
    at = bench.extend().payload_hash
    with pytest.raises((GovernanceUnreadable, ContractMissing)):
        ContractGovernance(junk, bench.execution).parameters(at)
