"""Writes the vectors of nodes and their clients: ``python -m tests.vectors.node.make``.

``messages.json``: every message a person's client signs or reads, as JSON, hash and signature. ``wire.json``: what is
no message. ``merkle.json``: proofs. ``naming.json``: names and whether they are believed.
``teams.json``: care teams, and whom they hold. ``asking.json``: whole
conversations of one client with five nodes (3 of 5), each node's answers in turn, and what comes of them. Umbral's
fragments are random: a new run gives new, equally valid ones; the rest stays the same.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from contracts.bindings import messages as contract_messages
from keymgmt.keys.messages import CareTeam, Envelope, ProfessionalName, RecordStatement
from keymgmt.node import errors, messages
from keymgmt.node.merkle import MerkleTree, leaf_hash
from keymgmt.node.messages import (
    AccessRequest,
    DepositContent,
    DepositedKey,
    Fragment,
    LogEntry,
    ProfessionalStatement,
    RegistrationStatement,
    StateStatement,
)
from keymgmt.node.teams import believed_team
from keymgmt.pre import SecretKey, make_kfrags, reencrypt, seal
from medixain.core.addresses import address_of_secret_key, to_address
from medixain.core.eip712 import (
    AtomicType,
    Domain,
    TypedField,
    TypedStruct,
    digest,
    encode_type,
    hash_struct,
    off_chain_domain,
    sign,
    struct_fields,
)
from medixain.core.typed_json import message_to_json

HERE = Path(__file__).parent
CHAIN_ID = 20_261_122
NOW = 1_795_000_000
THRESHOLD = 3
DOMAIN = off_chain_domain(CHAIN_ID)
Json = dict[str, Any]

NODE_MESSAGES: Sequence[type[TypedStruct]] = (
    messages.KeyDeposit, messages.AccessRequest, messages.Look, messages.StateRequest, messages.ProfessionalRequest,
    messages.RegistrationRequest, messages.LogRequest, messages.LogLength, messages.LogEntry, messages.StateStatement,
    messages.ProfessionalStatement, messages.RegistrationStatement, messages.Fragment,
    Envelope, RecordStatement, ProfessionalName, CareTeam,
    contract_messages.WalletCommitment, contract_messages.SectionEpoch, contract_messages.GrantOpening,
)  # fmt: skip
CONTRACT_MESSAGES: dict[str, Sequence[type[TypedStruct]]] = {
    "InstitutionRegistry": (
        contract_messages.Admission, contract_messages.Registration, contract_messages.Suspension,
    ),
    "WalletRegistry": (
        contract_messages.Attestation, contract_messages.SlotOpening, contract_messages.Document,
        contract_messages.KeyRotation, contract_messages.Recovery, contract_messages.Veto,
    ),
    "RecordRegistry": (contract_messages.AuthorRight, contract_messages.Anchor, contract_messages.Removal),
    "AccessGrants": (contract_messages.Grant, contract_messages.Withdrawal, contract_messages.Cancellation),
}  # fmt: skip


def secret(label: str) -> bytes:
    return sha256(label.encode()).digest()


NODE_KEYS = [secret(f"node {number}") for number in range(5)]
EXCHANGE_KEYS = [SecretKey(secret(f"exchange {number}")) for number in range(5)]
ADDRESSES = [address_of_secret_key(key) for key in NODE_KEYS]
HOSPITAL = "Tarn University Hospital"
INSTITUTION = address_of_secret_key(secret("institution"))
SLOT, STRANGER = address_of_secret_key(secret("slot")), address_of_secret_key(secret("stranger"))
DOCTOR, SIGNING = address_of_secret_key(secret("doctor")), secret("signing")


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


# ---- messages ------------------------------------------------------------------------------------------------------


def sample(struct: type[TypedStruct]) -> TypedStruct:
    """A message with a value of its own in every field."""
    return struct(**{field.attribute: _field_value(struct, field) for field in struct_fields(struct)})


def _field_value(struct: type[TypedStruct], field: TypedField) -> Any:
    labels = [f"{struct.__name__}.{field.name}.{number}" for number in range(2 if field.is_array else 1)]
    values = [_item_value(field.item, label) for label in labels]
    return tuple(values) if field.is_array else values[0]


def _item_value(item: AtomicType | type[TypedStruct], label: str) -> Any:
    if not isinstance(item, AtomicType):
        return sample(item)
    random = sha256(label.encode()).digest()
    if item.name == "address":
        return random[:20]
    if item.name == "bool":
        return True
    if item.name == "string":
        return f"Überweisung „{label}“ 🩺"
    if item.name == "uint256":
        return int.from_bytes(random, "big")
    if item.name.startswith("uint"):
        return int.from_bytes(random, "big") % (1 << min(int(item.name[4:]), 53))
    return random[: int(item.name[5:] or 21)]


def make_messages() -> Json:
    rows = [_message_row(sample(struct), DOMAIN) for struct in NODE_MESSAGES]
    for contract, structs in CONTRACT_MESSAGES.items():
        domain = Domain(contract, "1", CHAIN_ID, address_of_secret_key(secret(contract)))
        rows += [_message_row(sample(struct), domain) for struct in structs]
    content = DepositContent(_opening(), tuple(DepositedKey(b"\x02" * 33, bytes([n]) * 310) for n in range(2)))
    request = AccessRequest(secret("record"), secret("grant"), DOCTOR, ADDRESSES[0], secret("nonce"), NOW)
    return {
        "chain_id": CHAIN_ID,
        "key": hexed(SIGNING),
        "messages": rows,
        "deposit": {"content": content.to_json(), "hash": hexed(content.hash)},
        "request_hash": {"request": message_to_json(request), "hash": hexed(request.request_hash)},
    }


def _opening() -> contract_messages.GrantOpening:
    return contract_messages.GrantOpening(
        SLOT, DOCTOR, b"\x03" * 33, 1, (secret("r1"), secret("r2")), (), "treatment", NOW + 90, 1, secret("salt")
    )


def _message_row(message: TypedStruct, domain: Domain) -> Json:
    return {
        "struct": type(message).__name__,
        "domain": {"name": domain.name, "contract": domain.verifying_contract},
        "message": message_to_json(message),
        "type": encode_type(type(message)),
        "hash_struct": hexed(hash_struct(message)),
        "digest": hexed(digest(domain, message)),
        "signature": hexed(sign(domain, message, SIGNING)),
    }


# ---- what is no message --------------------------------------------------------------------------------------------


def make_wire() -> Json:
    good = message_to_json(sample(contract_messages.Withdrawal))
    log = message_to_json(messages.LogRequest(SLOT, ADDRESSES[0], 7, NOW))
    wrong: dict[str, tuple[str, Any]] = {
        "no object": ("Withdrawal", []),
        "nothing": ("Withdrawal", None),
        "a field missing": ("Withdrawal", {key: value for key, value in good.items() if key != "nonce"}),
        "a field more": ("Withdrawal", {**good, "more": 1}),
        "no list": ("Withdrawal", {**good, "grantIds": "0x"}),
        "upper-case hex": ("Withdrawal", {**good, "grantIds": ["0x" + "AB" * 32]}),
        "odd hex": ("Withdrawal", {**good, "grantIds": ["0x" + "a" * 63]}),
        "hex without 0x": ("Withdrawal", {**good, "grantIds": ["ab" * 32]}),
        "31 bytes": ("Withdrawal", {**good, "grantIds": ["0x" + "ab" * 31]}),
        "a space in hex": ("Withdrawal", {**good, "grantIds": ["0x" + "ab" * 31 + " a"]}),
        "an address too short": ("Withdrawal", {**good, "slot": "0x" + "11" * 19}),
        "an address with a typing error": ("Withdrawal", {**good, "slot": good["slot"].swapcase().replace("X", "x")}),
        "2^256": ("Withdrawal", {**good, "nonce": str(1 << 256)}),
        "a number as true": ("LogRequest", {**log, "after": True}),
        "a negative number": ("LogRequest", {**log, "after": -1}),
        "a fraction": ("LogRequest", {**log, "after": 1.5}),
        "a leading zero": ("LogRequest", {**log, "after": "01"}),
        "a sign": ("LogRequest", {**log, "after": "+1"}),
        "an underscore": ("LogRequest", {**log, "after": "1_0"}),
        "other digits": ("LogRequest", {**log, "after": "٣"}),
        "no number": ("LogRequest", {**log, "after": ""}),
        "79 digits": ("LogRequest", {**log, "after": "9" * 79}),
        "2^64": ("LogRequest", {**log, "after": str(1 << 64)}),
    }
    bodies = {
        "empty": "",
        "cut short": "{",
        "a repeated key": '{"a":1,"a":2}',
        "a repeated key further in": '{"a":[{"b":{},"b":":"}]}',
        "NaN": "NaN",
        "Infinity": '{"a":Infinity}',
        "33 levels": "[" * 33 + "]" * 33,
    }
    fine = {"colons in texts": '{"a:b":":\\":\\\\","c":{"d":[":",{}]}}', "32 levels": "[" * 32 + "]" * 32}
    return {
        "malformed": [{"name": name, "struct": kind, "message": value} for name, (kind, value) in wrong.items()],
        "accepted": [
            {"name": "a decimal text", "struct": "LogRequest", "message": {**log, "after": "7"}, "same_as": log},
            {"name": "a lower-case address", "struct": "LogRequest",
             "message": {**log, "slot": log["slot"].lower()}, "same_as": log},
        ],
        "bad_bodies": [{"name": name, "body": body} for name, body in bodies.items()],
        "good_bodies": [{"name": name, "body": body} for name, body in fine.items()],
    }  # fmt: skip


# ---- Merkle --------------------------------------------------------------------------------------------------------


def make_merkle() -> Json:
    trees = []
    for size in (1, 2, 3, 7, 33):
        entries = [secret(f"entry {size}/{number}") for number in range(size)]
        tree = MerkleTree(entries)
        proofs = [{"entry": hexed(entry), "proof": [hexed(step) for step in tree.proof(entry)]} for entry in entries]
        trees.append({"root": hexed(tree.root), "proofs": proofs})
    entries = [secret(f"entry 7/{number}") for number in range(7)]
    tree = MerkleTree(entries)
    proof = tree.proof(entries[0])
    inner = leaf_hash(entries[0])
    wrong = [
        ("another entry", entries[1], proof, tree.root),
        ("another root", entries[0], proof, keccak(tree.root)),
        ("a step too few", entries[0], proof[:-1], tree.root),
        ("a step too many", entries[0], [*proof, proof[0]], tree.root),
        ("steps exchanged", entries[0], proof[::-1], tree.root),
        ("a short step", entries[0], [*proof, b"short"], tree.root),
        ("a leaf as an entry", inner, proof, tree.root),
    ]
    refused = [
        {"name": name, "entry": hexed(entry), "proof": [hexed(step) for step in steps], "root": hexed(root)}
        for name, entry, steps, root in wrong
    ]
    return {"trees": trees, "refused": refused}


# ---- asking --------------------------------------------------------------------------------------------------------

Answers = dict[str, list[Any]]
"""Each node's answers in turn by its address: {status, body}, or "down"."""


def ok(body: Any) -> Json:
    return {"status": 200, "body": body}


def problem(kind: type[errors.Refusal]) -> Json:
    refusal = kind()
    return {"status": kind.status, "body": {"type": "about:blank", "code": kind.code, "detail": refusal.message}}


def stated(number: int, statement: StateStatement | ProfessionalStatement | RegistrationStatement) -> Json:
    return ok({"statement": message_to_json(statement), "signature": hexed(sign(DOMAIN, statement, NODE_KEYS[number]))})


def state(**changes: Any) -> StateStatement:
    statement = StateStatement(
        chain_id=CHAIN_ID, slot=SLOT, key=SLOT, pre_key=b"\x02" * 33, keyset_version=4, keyset_hash=secret("keyset"),
        keystore_version=2, keystore_hash=secret("keystore"), records_head=secret("records"), records_count=12,
        grants_head=secret("grants"), grants_count=5, final_height=1000, final_hash=secret("final"),
        final_time=NOW - 8, node_time=NOW - 1, node_set=1,
    )  # fmt: skip
    return replace(statement, **changes)


def professional(**changes: Any) -> ProfessionalStatement:
    statement = ProfessionalStatement(
        chain_id=CHAIN_ID, wallet=DOCTOR, signing_key=address_of_secret_key(SIGNING), umbral_key=b"\x03" * 33,
        institution=STRANGER, institution_key=INSTITUTION, institution_profile=keccak(HOSPITAL.encode()),
        level=3, authorised=True, final_height=1000, final_hash=secret("final"), node_time=NOW,
    )  # fmt: skip
    return replace(statement, **changes)


def registration(**changes: Any) -> RegistrationStatement:
    statement = RegistrationStatement(
        chain_id=CHAIN_ID, wallet=DOCTOR, slot=SLOT, record=secret("record"), anchored_at=NOW - 1000,
        signing_key=address_of_secret_key(SIGNING), institution=STRANGER, final_height=1000,
        final_hash=secret("final"), node_time=NOW,
    )  # fmt: skip
    return replace(statement, **changes)


def answers(per_node: Sequence[Any]) -> Answers:
    return {
        address: answer if isinstance(answer, list) else [answer]
        for address, answer in zip(ADDRESSES, per_node, strict=True)
    }


def case(name: str, call: str, arguments: Json, per_node: Sequence[Any], **outcome: Any) -> Json:
    return {"name": name, "call": call, "arguments": arguments, "answers": answers(per_node), **outcome}


def state_cases() -> list[Json]:
    def case_of(name: str, per_node: Sequence[Any], *, seen: Json | None = None, **outcome: Any) -> Json:
        return case(name, "state", {"slot": SLOT, "seen": seen}, per_node, **outcome)

    def three(statements: Sequence[StateStatement]) -> list[Any]:
        return [stated(number, statement) for number, statement in enumerate(statements)] + ["down", "down"]

    newest = state(final_height=1003, final_hash=secret("later"), final_time=NOW - 1, node_time=NOW + 60)
    agreeing = [state(), newest, state(final_height=999, node_time=NOW - 60)]
    changed = [state(keyset_version=9), state(records_head=secret("other"))]
    seen = {
        "final_height": 1003, "keyset_version": 4, "keystore_version": 2, "records_count": 12, "grants_count": 5,
    }  # fmt: skip
    forged = {**stated(2, state())["body"], "signature": stated(1, state())["body"]["signature"]}
    cases = [
        case_of("three agree, the newest final block counts", three(agreeing), result=message_to_json(newest)),
        case_of("three agree though two say something else",
                [stated(0, changed[0]), *(stated(n, agreeing[n - 1]) for n in (1, 2, 3)), stated(4, changed[1])],
                result=message_to_json(newest)),
        case_of("what was seen is no limit", three(agreeing), seen=seen, result=message_to_json(newest)),
        case_of("two agree, three differ",
                [stated(0, state()), stated(1, state()), stated(2, changed[0]), stated(3, changed[1]),
                 stated(4, state(node_set=2))],
                error={"code": "statements-disagree", "largest": 2, "need": 3}),
        case_of("only two answer", [*three(agreeing)[:2], "down", "down", "down"],
                error={"code": "not-enough-nodes", "have": 2, "need": 3}),
        case_of("three refuse: the slot is unknown", [problem(errors.UnknownSlot)] * 3 + ["down", "down"],
                error={"code": "unknown-slot"}),
        case_of("what nobody knows is a fault", [{"status": 500, "body": {"code": "brand-new", "detail": 5}}] * 5,
                error={"code": "node-fault"}),
    ]  # fmt: skip
    for field in seen:
        above = {**seen, field: seen[field] + 1}
        told = getattr(newest, field)
        error = {"code": "rolled-back", "field": field, "seen": told + 1, "told": told}
        cases.append(case_of(f"{field} went back", three(agreeing), seen=above, error=error))
    worthless = {
        "61 seconds old": stated(2, state(node_time=NOW - 61)),
        "61 seconds ahead": stated(2, state(node_time=NOW + 61)),
        "of another chain": stated(2, state(chain_id=CHAIN_ID + 1)),
        "of another slot": stated(2, state(slot=STRANGER)),
        "signed by another node": ok(forged),
        "with a field more": ok({**forged, "statement": {**message_to_json(state()), "more": 1}}),
        "without a signature": ok({"statement": message_to_json(state())}),
        "that is a list": ok([]),
    }
    for name, answer in worthless.items():
        error = {"code": "not-enough-nodes", "have": 2, "need": 3, "cause": {ADDRESSES[2]: "bad-answer"}}
        cases.append(case_of(f"the third is {name}", [*three(agreeing)[:2], answer, "down", "down"], error=error))
    return cases


def professional_cases() -> list[Json]:
    arguments = {"wallet": DOCTOR}
    fine = [stated(number, professional(final_height=1000 + number)) for number in range(3)]
    swapped = [stated(number, professional(umbral_key=b"\x02" * 33)) for number in range(3)]
    other = stated(2, professional(wallet=STRANGER))
    return [
        case("three agree on a professional", "professional", arguments, [*fine, "down", "down"],
             result=message_to_json(professional(final_height=1002))),
        case("one says another key", "professional", arguments, [*fine[:2], swapped[2], "down", "down"],
             error={"code": "statements-disagree", "largest": 2, "need": 3}),
        case("one answers about somebody else", "professional", arguments, [*fine[:2], other, "down", "down"],
             error={"code": "not-enough-nodes", "have": 2, "need": 3, "cause": {ADDRESSES[2]: "bad-answer"}}),
    ]  # fmt: skip


def registration_cases() -> list[Json]:
    arguments = {"wallet": DOCTOR, "slot": SLOT, "record": hexed(secret("record"))}
    fine = [stated(number, registration(final_height=1000 + number)) for number in range(3)]
    worthless = {
        "another wallet": registration(wallet=STRANGER),
        "another slot": registration(slot=STRANGER),
        "another record": registration(record=secret("another")),
    }
    cases = [
        case("three agree on a registration", "registration", arguments, [*fine, "down", "down"],
             result=message_to_json(registration(final_height=1002))),
        case("one says another anchor time", "registration", arguments,
             [*fine[:2], stated(2, registration(anchored_at=NOW)), "down", "down"],
             error={"code": "statements-disagree", "largest": 2, "need": 3}),
        case("three refuse: nothing is anchored", "registration", arguments,
             [problem(errors.UnknownRecord)] * 3 + ["down", "down"], error={"code": "unknown-record"}),
    ]  # fmt: skip
    for name, statement in worthless.items():
        error = {"code": "not-enough-nodes", "have": 2, "need": 3, "cause": {ADDRESSES[2]: "bad-answer"}}
        per_node = [*fine[:2], stated(2, statement), "down", "down"]
        cases.append(case(f"one answers about {name}", "registration", arguments, per_node, error=error))
    return cases


def log_rows(number: int, outcomes: Sequence[str], *, rooted: int) -> list[Json]:
    """A node's rows of the slot, the first ``rooted`` of them under the root with index 4."""
    entries: list[LogEntry] = []
    requests: list[AccessRequest] = []
    for place, outcome in enumerate(outcomes):
        request = AccessRequest(
            secret("record"), secret("grant"), DOCTOR, ADDRESSES[number], secret(f"nonce {place}"), NOW + place
        )
        previous = hash_struct(entries[-1]) if entries else bytes(32)
        requests.append(request)
        entries.append(
            LogEntry(place + 1, previous, place + 1, SLOT, request.record, request.grant_id, DOCTOR, "treatment",
                     outcome, NOW + 10 * place + number, request.request_hash)
        )  # fmt: skip
    hashes = [hash_struct(entry) for entry in entries[:rooted]]
    tree = MerkleTree(hashes) if hashes else None
    rows = []
    for place, (entry, request) in enumerate(zip(entries, requests, strict=True)):
        under = tree if place < rooted else None
        rows.append({
            "entry": message_to_json(entry),
            "request": message_to_json(request),
            "signature": hexed(sign(DOMAIN, request, SIGNING)),
            "proof": [hexed(step) for step in under.proof(hashes[place])] if under else [],
            "root": {"index": 4, "from": 1, "to": rooted, "root": hexed(under.root)} if under else None,
        })  # fmt: skip
    return rows


def log_cases() -> list[Json]:
    def page(number: int, rows: Any, length: int) -> Any:
        word = messages.LogLength(SLOT, ADDRESSES[number], length, NOW)
        signature = hexed(sign(DOMAIN, word, NODE_KEYS[number]))
        return ok({"entries": rows, "length": {"statement": message_to_json(word), "signature": signature}})

    def pages(number: int, rows: list[Json], size: int = 2) -> list[Any]:
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        return [page(number, part, len(rows)) for part in [*parts, []]]

    first, second = (log_rows(number, ["given", "no-grant", "given"], rooted=2 + number) for number in range(2))
    third = log_rows(2, ["given"], rooted=0)
    whole = {ADDRESSES[0]: 3, ADDRESSES[1]: 3, ADDRESSES[2]: 1}
    looks = [
        {"request_hash": first[2]["entry"]["requestHash"], "nodes": [0, 1], "time": NOW + 20, "rooted": [1]},
        {"request_hash": first[1]["entry"]["requestHash"], "nodes": [0, 1], "time": NOW + 10, "rooted": [0, 1]},
        {"request_hash": first[0]["entry"]["requestHash"], "nodes": [0, 1, 2], "time": NOW, "rooted": [0, 1]},
    ]
    honest = [pages(0, first), pages(1, second), pages(2, third), "down", problem(errors.LogDamaged)]
    failed = {ADDRESSES[3]: "node-down", ADDRESSES[4]: "log-damaged"}
    cases = [
        case("three logs joined", "log", {"slot": SLOT}, honest,
             result={"entries": whole, "failed": failed, "looks": looks}),
    ]  # fmt: skip
    lies: dict[str, Callable[[list[Json]], Any]] = {
        "hides its first entry": lambda rows: rows[1:],
        "hides its newest entry": lambda rows: rows[:-1],
        "hides an entry between": lambda rows: [rows[0], rows[2]],
        "repeats an entry": lambda rows: [rows[0], rows[0]],
        "changes an outcome under a root": lambda rows: [changed_row(rows[0], "entry", outcome="no-grant")],
        "changes a slot": lambda rows: [changed_row(rows[2], "entry", slot=STRANGER, slotSeq=1)],
        "changes the request": lambda rows: [changed_row(rows[0], "request", nonce="0x" + "00" * 32)],
        "shows another node's request": lambda rows: [changed_row(rows[0], "request", node=ADDRESSES[1])],
        "names another root": lambda rows: [changed_row(rows[0], "root", root="0x" + "00" * 32)],
        "names no index": lambda rows: [{**rows[0], "root": {"root": rows[0]["root"]["root"]}}],
        "shows no proof": lambda rows: [{**rows[0], "proof": None}],
        "shows a row more": lambda rows: [{**rows[0], "more": 1}],
        "shows nothing": lambda rows: None,
    }
    for name, lie in lies.items():
        rest = ["down"] * 4
        outcome = {"entries": {}, "failed": {**dict.fromkeys(ADDRESSES[1:], "node-down"), ADDRESSES[0]: "bad-answer"}}
        per_node = [[page(0, lie(first), 3), page(0, [], 3)], *rest]
        cases.append(case(f"a node {name}", "log", {"slot": SLOT}, per_node, result={**outcome, "looks": []}))
    return [*cases, *log_length_cases()]


def log_length_cases() -> list[Json]:
    """An empty log under a word on its length that is not worth anything."""

    def said(key: bytes = NODE_KEYS[0], **changes: Any) -> Json:
        word = replace(messages.LogLength(SLOT, ADDRESSES[0], 0, NOW), **changes)
        return {"statement": message_to_json(word), "signature": hexed(sign(DOMAIN, word, key))}

    lengths = {
        "missing": None,
        "not signed": {"statement": said()["statement"]},
        "signed by another node": said(NODE_KEYS[1]),
        "of another slot": said(slot=STRANGER),
        "of another node": said(node=ADDRESSES[1]),
        "61 seconds old": said(time=NOW - 61),
        "above what is shown": said(slot_seq=1),
    }
    failed = {**dict.fromkeys(ADDRESSES[1:], "node-down"), ADDRESSES[0]: "bad-answer"}
    result = {"entries": {}, "failed": failed, "looks": []}
    return [
        case(f"a length {name}", "log", {"slot": SLOT}, [ok({"entries": [], "length": length}), *["down"] * 4],
             result=result)
        for name, length in lengths.items()
    ]  # fmt: skip


def changed_row(row: Json, part: str, **changes: Any) -> Json:
    return {**row, part: {**row[part], **changes}}


def fragment_cases() -> list[Json]:
    owner, section, reader = (SecretKey(secret(label)) for label in ("pre-sign", "section", "reader"))
    plaintext, nonce = secret("record secret"), secret("nonce")
    sealed = seal(section.public_key, plaintext)
    kfrags = make_kfrags(section, reader.public_key, owner, threshold=THRESHOLD, shares=5)
    record, grant = secret("record"), secret("grant")

    def given(number: int, *, cfrag: bytes | None = None, seq: Any = 7, **changes: Any) -> Json:
        encoded = cfrag or bytes(reencrypt(sealed.capsule, kfrags[number]))
        statement = Fragment(record, grant, DOCTOR, nonce, keccak(encoded), 7)
        body = {"of": "envelope", "cfrag": hexed(encoded), "seq": seq,
                "signature": hexed(sign(DOMAIN, statement, NODE_KEYS[number]))}  # fmt: skip
        return ok({**body, **changes})

    arguments = {
        "record": hexed(record), "grant": hexed(grant), "requester": DOCTOR, "nonce": hexed(nonce),
        "sealed": hexed(bytes(sealed)), "verifying": hexed(bytes(owner.public_key)),
        "delegating": hexed(bytes(section.public_key)), "reader": hexed(reader.secret_bytes()),
    }  # fmt: skip

    def case_of(name: str, third: Any, **outcome: Any) -> Json:
        return case(name, "fragments", arguments, [given(0), given(1), third, "down", "down"], **outcome)

    other = seal(section.public_key, plaintext)
    stranger = make_kfrags(section, reader.public_key, SecretKey(secret("stranger")), threshold=3, shares=5)[2]
    liars = {
        "of another capsule": given(2, cfrag=bytes(reencrypt(other.capsule, kfrags[2]))),
        "made with a kfrag the owner did not sign": given(2, cfrag=bytes(reencrypt(sealed.capsule, stranger))),
        "that is junk": given(2, cfrag=b"\x00" * 359),
        "under another number than it signed": given(2, seq=8),
        "under no number": given(2, seq="7"),
        "that is not signed": given(2, signature="0x" + "11" * 65),
    }
    look = AccessRequest(record, grant, DOCTOR, ADDRESSES[0], nonce, NOW).request_hash
    cases = [
        case_of("three fragments open", given(2), result={"plaintext": hexed(plaintext), "request_hash": hexed(look)}),
        case("three refuse: withdrawn", "fragments", arguments, [problem(errors.Withdrawn)] * 3 + [given(3), given(4)],
             error={"code": "withdrawn"}),
        case("most refusals count", "fragments", arguments,
             [problem(errors.WaitingForFinality), problem(errors.NoGrant), problem(errors.NoGrant), "down", "down"],
             error={"code": "no-grant"}),
        case("two refuse and one is down: not enough", "fragments", arguments,
             [problem(errors.StaleChain), problem(errors.StaleChain), "down", given(3), given(4)],
             error={"code": "not-enough-nodes", "have": 2, "need": 3}),
    ]  # fmt: skip
    for name, answer in liars.items():
        error = {"code": "not-enough-nodes", "have": 2, "need": 3, "cause": {ADDRESSES[2]: "bad-answer"}}
        cases.append(case_of(f"a fragment {name}", answer, error=error))
    return cases


def make_asking() -> Json:
    return {
        "chain_id": CHAIN_ID,
        "threshold": THRESHOLD,
        "now": NOW,
        "key": hexed(SIGNING),
        "nodes": [
            {"address": address, "url": f"https://node{number}.example", "exchange_key": hexed(bytes(key.public_key))}
            for number, (address, key) in enumerate(zip(ADDRESSES, EXCHANGE_KEYS, strict=True))
        ],
        "cases": [*state_cases(), *professional_cases(), *registration_cases(), *log_cases(), *fragment_cases()],
    }


# ---- names ---------------------------------------------------------------------------------------------------------


def make_naming() -> Json:
    """Rows of the platform beside what m nodes attest; ``believed`` is the name a client shows, or null."""
    statement = professional()
    name = "Dr. Inês „Ina“ Halloran 🩺"

    def row(key: bytes = secret("institution"), domain: Domain = DOMAIN, **said: Any) -> Json:
        message = replace(ProfessionalName(DOCTOR, statement.institution, name, NOW), **said)
        signature = hexed(sign(domain, message, key))
        return {"name": message.name, "name_time": message.time, "name_signature": signature}

    true = row()
    rows: dict[str, tuple[Json, Any, str | None]] = {
        "signed by the institution": ({}, true, name),
        "changed by the platform": ({}, {**true, "name": "Dr Evil"}, None),
        "with another time": ({}, {**true, "name_time": NOW + 1}, None),
        "signed by nobody": ({}, {**true, "name_signature": None, "name_time": None}, None),
        "without a signature": ({}, {"name": name}, None),
        "with a short signature": ({}, {**true, "name_signature": true["name_signature"][:-2]}, None),
        "with a time that is text": ({}, {**true, "name_time": "soon"}, None),
        "with a name that is no text": ({}, {**true, "name": 5}, None),
        "empty": ({}, row(name=""), None),
        "signed by the professional": ({}, row(SIGNING), None),
        "of another professional": ({}, row(wallet=STRANGER), None),
        "of another institution": ({}, row(institution=INSTITUTION), None),
        "of another chain": ({}, row(domain=off_chain_domain(CHAIN_ID + 1)), None),
        "signed by a key that was rotated": ({"institution_key": STRANGER}, true, None),
        "no object": ({}, [], None),
    }
    institutions = {"as admitted": (HOSPITAL, HOSPITAL), "another": ("Tarn Hospital", None), "none": (None, None)}
    return {
        "chain_id": CHAIN_ID,
        "professionals": [
            {
                "name": case_name,
                "statement": message_to_json(professional(**changes)),
                "row": served,
                "believed": believed,
            }
            for case_name, (changes, served, believed) in rows.items()
        ],
        "institutions": [
            {"name": case_name, "statement": message_to_json(statement), "told": told, "believed": believed}
            for case_name, (told, believed) in institutions.items()
        ],
    }


def make_teams() -> Json:
    """Documents of care teams beside what m nodes attest; ``believed`` is who may be given something, or the error."""
    key, slot = secret("institution"), address_of_secret_key(secret("team"))
    wallets = sorted((address_of_secret_key(secret(f"member {number}")) for number in range(4)), key=str.lower)
    house = professional().institution
    members = {wallet: professional(wallet=wallet) for wallet in wallets}
    message = CareTeam(slot, house, "Ward 3 – Ärztinnen", tuple(wallets[:3]), 4, secret("salt"))

    def team_case(
        name: str, served: CareTeam = message, signer: bytes = key, domain: Domain = DOMAIN, *,
        attested: CareTeam | None = None, professionals: Json | None = None, of_slot: Json | None = None,
        row: Any = None, error: str | None = None,
    ) -> Json:  # fmt: skip
        on_chain = attested or message
        seen = {"slot": slot, "keyset_version": on_chain.version, "keyset_hash": hash_struct(on_chain)} | (
            of_slot or {}
        )
        told = {**members, **(professionals or {})}
        if row is None:
            row = {"document": message_to_json(served), "signature": hexed(sign(domain, served, signer))}
        statements = {wallet: None if one is None else message_to_json(one) for wallet, one in told.items()}
        found = {"name": name, "state": message_to_json(state(**seen)), "row": row, "professionals": statements}
        if error is not None:
            return {**found, "error": error}
        team = believed_team(state(**seen), row, told)
        believed = [{"wallet": one.wallet, "standing": one.standing.value} for one in team.members]
        return {**found, "team": team.name, "version": team.version, "believed": believed}

    def changed(**changes: Any) -> CareTeam:
        return replace(message, **changes)

    true = {"document": message_to_json(message), "signature": hexed(sign(DOMAIN, message, key))}
    added = changed(members=tuple(wallets))
    older = changed(version=3, members=tuple(wallets[:2]))
    backwards = changed(members=tuple(reversed(message.members)))
    twice = changed(members=(wallets[0], wallets[0]))
    unnamed, crowd = (
        changed(name=" "),
        changed(members=tuple(to_address(f"0x{number:040x}") for number in range(1, 66))),
    )
    elsewhere = {wallet: professional(wallet=wallet, institution=INSTITUTION) for wallet in wallets}
    rotated = {wallet: professional(wallet=wallet, institution_key=STRANGER) for wallet in wallets}
    foreign = changed(institution=INSTITUTION)
    content, shape = "other content than what is on the chain", "its document is no list of members"
    left = "no member is with the institution any more"
    read, signed = "its document cannot be read", "not signed by its institution"
    return {
        "chain_id": CHAIN_ID,
        "cases": [
            team_case("all authorised"),
            team_case("one suspended", professionals={wallets[0]: professional(wallet=wallets[0], authorised=False)}),
            team_case("one at another institution", professionals={wallets[1]: elsewhere[wallets[1]]}),
            team_case("one nobody's professional", professionals={wallets[2]: None}),
            team_case("dissolved", changed(members=()), attested=changed(members=())),
            team_case("a member added by the platform", added, error=content),
            team_case("a member added, the signature kept",
                 row={**true, "document": message_to_json(added)}, error=content),
            team_case("an older version", older, error="version 3 where 4 is on the chain"),
            team_case("an older version said to be the newest", changed(members=older.members), error=content),
            team_case("nothing on the chain", of_slot={"keyset_version": 0, "keyset_hash": bytes(32)},
                 error="version 4 where 0 is on the chain"),
            team_case("another team's document", of_slot={"slot": STRANGER}, error="another team's document"),
            team_case("signed by another institution", signer=secret("another institution"), error=signed),
            team_case("signed by a member", signer=SIGNING, error=signed),
            team_case("signed for another chain", domain=off_chain_domain(CHAIN_ID + 1), error=signed),
            team_case("put on the chain by whoever holds the slot, signed by nobody", added, secret("mallory"),
                 attested=added, error=signed),
            team_case("another institution's, of these members", foreign, attested=foreign, error=left),
            team_case("everybody has left", professionals=elsewhere, error=left),
            team_case("signed by a key that was rotated", professionals=rotated, error=signed),
            team_case("members in another order", backwards, attested=backwards, error=shape),
            team_case("a member twice", twice, attested=twice, error=shape),
            team_case("too many members", crowd, attested=crowd, error=shape),
            team_case("without a name", unnamed, attested=unnamed, error=shape),
            team_case("without a signature", row={"document": message_to_json(message)}, error=read),
            team_case("with a short signature", row={**true, "signature": true["signature"][:-2]}, error=read),
            team_case("with a field too many",
                 row={**true, "document": {**message_to_json(message), "note": ""}}, error=read),
            team_case("no object", row=[], error=read),
        ],
    }  # fmt: skip


def main() -> None:
    made = {
        "messages.json": make_messages(), "wire.json": make_wire(), "merkle.json": make_merkle(),
        "asking.json": make_asking(), "naming.json": make_naming(), "teams.json": make_teams(),
    }  # fmt: skip
    for name, document in made.items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
