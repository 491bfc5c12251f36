"""The vectors that this client and the browser's share (tests/vectors/node): the same answers, the same outcome."""

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.bindings import messages as contract_messages
from keymgmt.keys import messages as key_messages
from keymgmt.node import asking, client, messages
from keymgmt.node.client import Delegation, NodeRef, Nodes, ProvenLogEntry, SeenState, key_signer
from keymgmt.node.errors import Malformed, NodeError, NotEnoughNodes, TeamNotAttested
from keymgmt.node.merkle import MerkleTree, verify_proof
from keymgmt.node.messages import AccessRequest, DepositContent, ProfessionalStatement, StateStatement
from keymgmt.node.naming import institution_name, professional_name
from keymgmt.node.teams import believed_team
from keymgmt.node.wire import from_json, parse_hex, parse_json
from keymgmt.pre import PublicKey, Sealed, SecretKey, unseal_reencrypted
from medixain.core.addresses import address_of_secret_key
from medixain.core.eip712 import Domain, TypedStruct, digest, encode_type, hash_struct, sign, verify
from medixain.core.typed_json import message_to_json
from tests.vectors.node import make

HERE = Path(make.__file__).parent
MESSAGES, WIRE, MERKLE, ASKING, NAMING, TEAMS = (
    json.loads((HERE / f"{name}.json").read_text("utf-8"))
    for name in ("messages", "wire", "merkle", "asking", "naming", "teams")
)
Json = dict[str, Any]


def struct_named(name: str) -> type[TypedStruct]:
    modules = (messages, key_messages, contract_messages)
    found: type[TypedStruct] = next(getattr(module, name) for module in modules if hasattr(module, name))
    return found


def unhex(text: str) -> bytes:
    return parse_hex(text, "vector")


def test_the_files_are_what_the_generator_writes() -> None:
    assert make.make_messages() == MESSAGES
    assert make.make_wire() == WIRE
    assert make.make_merkle() == MERKLE
    assert make.make_naming() == NAMING
    assert make.make_teams() == TEAMS
    made = json.loads(json.dumps(make.make_asking()))
    assert [(case["name"], case.get("error")) for case in made["cases"]] == [
        (case["name"], case.get("error")) for case in ASKING["cases"]
    ]
    fixed = [(a, b) for a, b in zip(made["cases"], ASKING["cases"], strict=True) if a["call"] != "fragments"]
    assert all(a == b for a, b in fixed)


@pytest.mark.parametrize("vector", MESSAGES["messages"], ids=lambda vector: vector["struct"])
def test_messages(vector: Json) -> None:
    struct = struct_named(vector["struct"])
    message = from_json(struct, vector["message"])
    domain = Domain(vector["domain"]["name"], "1", MESSAGES["chain_id"], vector["domain"]["contract"])
    assert message_to_json(message) == vector["message"]
    assert encode_type(struct) == vector["type"]
    assert hash_struct(message) == unhex(vector["hash_struct"])
    assert digest(domain, message) == unhex(vector["digest"])
    assert sign(domain, message, unhex(MESSAGES["key"])) == unhex(vector["signature"])


@pytest.mark.parametrize("vector", NAMING["professionals"], ids=lambda vector: vector["name"])
def test_a_professionals_name_is_believed_if_the_attested_institution_signed_it(vector: Json) -> None:
    statement = from_json(ProfessionalStatement, vector["statement"])
    assert professional_name(statement, vector["row"]) == vector["believed"]


@pytest.mark.parametrize("vector", TEAMS["cases"], ids=lambda vector: vector["name"])
def test_a_care_team_is_believed_as_the_nodes_attest_it_and_its_institution_signed_it(vector: Json) -> None:
    state = from_json(StateStatement, vector["state"])
    told = {
        wallet: None if one is None else from_json(ProfessionalStatement, one)
        for wallet, one in vector["professionals"].items()
    }
    if "error" in vector:
        with pytest.raises(TeamNotAttested) as refused:
            believed_team(state, vector["row"], told)
        assert refused.value.reason == vector["error"]
        return
    team = believed_team(state, vector["row"], told)
    assert (team.name, team.version) == (vector["team"], vector["version"])
    assert [{"wallet": one.wallet, "standing": one.standing} for one in team.members] == vector["believed"]


@pytest.mark.parametrize("vector", NAMING["institutions"], ids=lambda vector: vector["name"])
def test_an_institutions_name_is_believed_if_it_was_admitted_under_it(vector: Json) -> None:
    statement = from_json(ProfessionalStatement, vector["statement"])
    assert institution_name(statement, vector["told"]) == vector["believed"]


def test_the_hash_of_a_deposit_and_of_a_request() -> None:
    deposit, request = MESSAGES["deposit"], MESSAGES["request_hash"]
    assert DepositContent.from_json(deposit["content"]).hash == unhex(deposit["hash"])
    assert from_json(AccessRequest, request["request"]).request_hash == unhex(request["hash"])


@pytest.mark.parametrize("vector", WIRE["malformed"], ids=lambda vector: vector["name"])
def test_what_is_no_message(vector: Json) -> None:
    with pytest.raises(Malformed):
        from_json(struct_named(vector["struct"]), vector["message"])


@pytest.mark.parametrize("vector", WIRE["accepted"], ids=lambda vector: vector["name"])
def test_what_means_the_same(vector: Json) -> None:
    assert message_to_json(from_json(struct_named(vector["struct"]), vector["message"])) == vector["same_as"]


def test_bodies() -> None:
    for vector in WIRE["good_bodies"]:
        assert parse_json(vector["body"].encode()) == json.loads(vector["body"])
    for vector in WIRE["bad_bodies"]:
        with pytest.raises(Malformed):
            parse_json(vector["body"].encode())


def test_merkle_proofs() -> None:
    for tree in MERKLE["trees"]:
        rows = [(unhex(row["entry"]), [unhex(step) for step in row["proof"]]) for row in tree["proofs"]]
        assert MerkleTree([entry for entry, _ in rows]).root == unhex(tree["root"])
        assert all(verify_proof(entry, proof, unhex(tree["root"])) for entry, proof in rows)
    for row in MERKLE["refused"]:
        proof = [unhex(step) for step in row["proof"]]
        assert not verify_proof(unhex(row["entry"]), proof, unhex(row["root"])), row["name"]


# ---- asking --------------------------------------------------------------------------------------------------------


def transport(answers: Mapping[str, list[Any]]) -> httpx.MockTransport:
    """Five nodes that give the answers of a vector in turn, the last one for ever."""
    hosts = {httpx.URL(node["url"]).host: itertools.count() for node in ASKING["nodes"]}
    by_host = {httpx.URL(node["url"]).host: answers[node["address"]] for node in ASKING["nodes"]}

    def answer(request: httpx.Request) -> httpx.Response:
        mine = by_host[request.url.host]
        found = mine[min(next(hosts[request.url.host]), len(mine) - 1)]
        if found == "down":
            raise httpx.ConnectError("down")
        return httpx.Response(found["status"], json=found["body"])

    return httpx.MockTransport(answer)


def ask_state(nodes: Nodes, arguments: Json) -> Any:
    seen = arguments["seen"] and SeenState(**arguments["seen"])
    return message_to_json(nodes.state(arguments["slot"], signer=signer(), seen=seen))


def ask_professional(nodes: Nodes, arguments: Json) -> Any:
    return message_to_json(nodes.professional(arguments["wallet"], signer=signer()))


def ask_registration(nodes: Nodes, arguments: Json) -> Any:
    slot, record = arguments["slot"], unhex(arguments["record"])
    return message_to_json(nodes.registration(arguments["wallet"], slot, record, signer=signer()))


def ask_log(nodes: Nodes, arguments: Json) -> Any:
    answers, failed = nodes.log(arguments["slot"], signer=signer())
    looks: dict[bytes, list[ProvenLogEntry]] = {}
    for proven in itertools.chain.from_iterable(answers.values()):
        looks.setdefault(proven.entry.request_hash, []).append(proven)
        verify(make.DOMAIN, proven.request, proven.signature, signer=address_of_secret_key(make.SIGNING))
    rows = [
        {
            "request_hash": "0x" + request_hash.hex(),
            "nodes": sorted(make.ADDRESSES.index(proven.node) for proven in look),
            "time": min(proven.entry.time for proven in look),
            "rooted": sorted(make.ADDRESSES.index(proven.node) for proven in look if proven.root_index == 4),
        }
        for request_hash, look in looks.items()
    ]
    return {
        "entries": {node: len(entries) for node, entries in answers.items()},
        "failed": {node: error.code for node, error in failed.items()},
        "looks": sorted(rows, key=lambda row: row["time"], reverse=True),
    }


def ask_fragments(nodes: Nodes, arguments: Json) -> Any:
    sealed, delegating = Sealed.parse(unhex(arguments["sealed"])), PublicKey(unhex(arguments["delegating"]))
    reader = SecretKey(unhex(arguments["reader"]))
    verifying = PublicKey(unhex(arguments["verifying"]))
    found = nodes.fragments(
        record=unhex(arguments["record"]),
        grant=unhex(arguments["grant"]),
        requester=arguments["requester"],
        signer=signer(),
        delegation=lambda: Delegation(sealed.capsule, verifying, delegating, reader.public_key),
    )
    plaintext = unseal_reencrypted(reader, delegating, sealed, found.cfrags)
    return {"plaintext": "0x" + plaintext.hex(), "request_hash": "0x" + found.request_hash.hex()}


CALLS: dict[str, Callable[[Nodes, Json], Any]] = {
    "state": ask_state,
    "professional": ask_professional,
    "registration": ask_registration,
    "log": ask_log,
    "fragments": ask_fragments,
}


def signer() -> client.Signer:
    return key_signer(unhex(ASKING["key"]), ASKING["chain_id"])


def shown(error: NodeError, wanted: Json) -> Json:
    """What a vector says of an error, of this one."""
    named = {name: getattr(error, name) for name in wanted if name not in ("code", "cause")}
    if isinstance(error, NotEnoughNodes) and "cause" in wanted:
        named["cause"] = {node: error.causes[node].code for node in wanted["cause"]}
    return {"code": error.code, **named}


@pytest.mark.parametrize("vector", ASKING["cases"], ids=lambda vector: vector["call"] + ": " + vector["name"])
def test_a_conversation_ends_as_it_must(vector: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "GRACE", 5.0)
    nonce = vector["arguments"].get("nonce")
    if nonce is not None:
        monkeypatch.setattr(client.secrets, "token_bytes", lambda _length: unhex(nonce))
    refs = [NodeRef(node["address"], node["url"], unhex(node["exchange_key"])) for node in ASKING["nodes"]]
    with Nodes(
        refs,
        threshold=ASKING["threshold"],
        chain_id=ASKING["chain_id"],
        clock=lambda: ASKING["now"],
        http=httpx.Client(transport=transport(vector["answers"])),
    ) as nodes:
        try:
            outcome = {"result": CALLS[vector["call"]](nodes, vector["arguments"])}
        except NodeError as error:
            outcome = {"error": shown(error, vector.get("error", {}))}
    assert outcome == {name: vector[name] for name in ("result", "error") if name in vector}
