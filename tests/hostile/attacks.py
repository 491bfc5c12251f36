"""The attacks of a hostile platform by name: what it changes, and with which errors a client may refuse.

Each lie is told about answers of the real platform and its real nodes. A hostile platform also names the addresses of
the nodes, so that it can stand between a client and them; it has none of their keys.
"""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Exchange:
    """A request and its answer. ``host`` is ``platform`` or a node's address; JSON is parsed, anything else bytes."""

    host: str
    method: str
    path: str
    query: str = ""
    sent: Any = b""
    answer: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def at_platform(self) -> bool:
        """Whether it is the platform that is asked."""
        return self.host == "platform"

    def copy(self) -> "Exchange":
        """Return a copy that shares nothing."""
        return copy.deepcopy(self)

    def is_get(self, ending: str = "", *, containing: str = "") -> bool:
        """Whether this reads a path of the platform successfully that ends and contains as said."""
        found = self.at_platform and self.method == "GET" and self.status in (200, 206)
        return found and self.path.endswith(ending) and containing in self.path

    def is_node(self, path: str) -> bool:
        """Whether this is a successful call of a node."""
        return not self.at_platform and self.path == path and self.status == 200


class Tape:
    """Every true exchange that passed, in order."""

    def __init__(self) -> None:
        self._passed: list[Exchange] = []

    def keep(self, exchange: Exchange) -> None:
        """Append one."""
        self._passed.append(exchange.copy())

    def first(self, like: Exchange, wanted: Callable[[Exchange], bool]) -> Exchange | None:
        """Return the oldest exchange with the same host, method and path as ``like`` that is ``wanted``."""
        return next((one for one in self._passed if _same(one, like) and wanted(one)), None)

    def other(self, like: Exchange, wanted: Callable[[Exchange], bool]) -> Exchange | None:
        """Return the newest exchange of the same host and method that is ``wanted``, whatever its path."""
        same = (one for one in reversed(self._passed) if (one.host, one.method) == (like.host, like.method))
        return next((one for one in same if wanted(one)), None)


def _same(one: Exchange, other: Exchange) -> bool:
    return (one.host, one.method, one.path) == (other.host, other.method, other.path)


Rewrite = Callable[[Exchange, Tape], None]


@dataclass(frozen=True)
class Attack:
    """A lie. ``codes`` are the errors a client may refuse with; none of them: it must come to no harm unrefused."""

    name: str
    codes: frozenset[str]
    of_answer: Rewrite | None = None
    of_request: Rewrite | None = None


CHANGED_NAME = "Dr Tomasz Evil"
"""What the hostile platform calls people and institutions."""

ATTACKS: dict[str, Attack] = {}
"""All attacks by name."""


def of_answer(name: str, *codes: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a function that rewrites answers into the table."""

    def enter(rewrite: Rewrite) -> Rewrite:
        ATTACKS[name] = Attack(name, frozenset(codes), of_answer=rewrite)
        return rewrite

    return enter


def of_request(name: str, *codes: str) -> Callable[[Rewrite], Rewrite]:
    """Enter a function that rewrites requests, or answers them itself, into the table."""

    def enter(rewrite: Rewrite) -> Rewrite:
        ATTACKS[name] = Attack(name, frozenset(codes), of_request=rewrite)
        return rewrite

    return enter


def flipped(hexadecimal: str) -> str:
    """Return 0x hex with its last digit changed."""
    return hexadecimal[:-1] + ("0" if hexadecimal[-1] != "0" else "1")


def _rows(exchange: Exchange) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = exchange.answer["records"] if exchange.is_get("/records") else []
    return rows


# ---- who is who ----------------------------------------------------------------------------------------------------


@of_answer("sign-in elsewhere", "integrity", "sign-in-refused")
def sign_in_elsewhere(exchange: Exchange, tape: Tape) -> None:
    """Has the client sign in to another site, whose session it would use."""
    if exchange.at_platform and exchange.path.endswith("/auth/challenges"):
        exchange.answer["domain"] = "bank.example"


@of_answer("another contract", "integrity")
def another_contract(exchange: Exchange, tape: Tape) -> None:
    """Names a contract of its own, where a signature would mean something else."""
    if exchange.is_get("/meta"):
        exchange.answer["contracts"]["AccessGrants"] = exchange.answer["contracts"]["RecordRegistry"]


@of_answer("another node set", "integrity")
def another_node_set(exchange: Exchange, tape: Tape) -> None:
    """Names a node with a key of its own in place of one of the set."""
    if exchange.is_get("/meta"):
        nodes = exchange.answer["node_set"]["nodes"]
        nodes[0]["address"] = "0x000000000000000000000000000000000000dEaD"


@of_answer("lower threshold", "integrity")
def lower_threshold(exchange: Exchange, tape: Tape) -> None:
    """Says that one node's word is enough."""
    if exchange.is_get("/meta"):
        exchange.answer["node_set"]["threshold"] = 1


# ---- keys ----------------------------------------------------------------------------------------------------------


@of_answer("substituted slot key", "not-enough-nodes")
def substituted_slot_key(exchange: Exchange, tape: Tape) -> None:
    """Puts a key of its own into the nodes' statements about a slot."""
    if exchange.is_node("/v1/state"):
        exchange.answer["statement"]["preKey"] = flipped(exchange.answer["statement"]["preKey"])


@of_answer("substituted professional's key", "not-enough-nodes")
def substituted_professional_key(exchange: Exchange, tape: Tape) -> None:
    """Has the patient encrypt to a key of its own."""
    if exchange.is_node("/v1/professional"):
        exchange.answer["statement"]["umbralKey"] = flipped(exchange.answer["statement"]["umbralKey"])


@of_answer("changed name")
def changed_name(exchange: Exchange, tape: Tape) -> None:
    """Calls a professional, and the institution that answers for her, what it likes."""
    if exchange.is_get(containing="/professionals/"):
        exchange.answer["name"] = CHANGED_NAME
    if exchange.is_get("/meta"):
        for row in exchange.answer["institutions"]:
            row["name"] = CHANGED_NAME


@of_answer("grown care team", "team-not-attested")
def grown_care_team(exchange: Exchange, tape: Tape) -> None:
    """Adds itself to a team that a patient is about to share with."""
    if exchange.is_get(containing="/teams/"):
        document = exchange.answer["document"]
        document["members"] = sorted([*document["members"], "0x" + "11" * 20], key=str.lower)


@of_answer("older care team", "team-not-attested")
def older_care_team(exchange: Exchange, tape: Tape) -> None:
    """Brings back the version of a team in which somebody still stands who has left it."""
    if exchange.is_get(containing="/teams/"):
        before = tape.first(exchange, lambda one: one.answer["version"] < exchange.answer["version"])
        if before is not None:
            exchange.answer = before.answer


@of_answer("substituted keyset", "not-attested")
def substituted_keyset(exchange: Exchange, tape: Tape) -> None:
    """Shows other section keys than the patient's, which it might have made itself."""
    if exchange.is_get("/documents/1"):
        keyset = bytearray(base64.b64decode(exchange.answer["blob"]))
        place = keyset.rindex(b'"0x') + 8
        keyset[place] = ord("1") if keyset[place] != ord("1") else ord("2")
        exchange.answer["blob"] = base64.b64encode(keyset).decode()


# ---- statements ----------------------------------------------------------------------------------------------------


@of_answer("foreign statement", "not-enough-nodes")
def foreign_statement(exchange: Exchange, tape: Tape) -> None:
    """Answers with what the node truly said, but of another slot."""
    if exchange.is_node("/v1/state"):
        slot = exchange.answer["statement"]["slot"]
        found = tape.other(exchange, lambda one: one.is_node("/v1/state") and one.answer["statement"]["slot"] != slot)
        if found is not None:
            exchange.answer = found.answer


@of_answer("replayed statements", "rollback", "not-enough-nodes")
def replayed_statements(exchange: Exchange, tape: Tape) -> None:
    """Answers with what every node truly said of this slot some time ago: the oldest with fewer records."""
    if exchange.is_node("/v1/state"):
        now = exchange.answer["statement"]

        def older(one: Exchange) -> bool:
            statement = one.answer["statement"] if one.is_node("/v1/state") else {}
            return bool(statement.get("slot") == now["slot"] and statement["recordsCount"] < now["recordsCount"])

        found = tape.first(exchange, older)
        if found is not None:
            exchange.answer = found.answer


# ---- records and events --------------------------------------------------------------------------------------------


@of_answer("hidden record", "integrity")
def hidden_record(exchange: Exchange, tape: Tape) -> None:
    """Leaves the last record out of a list."""
    if rows := _rows(exchange):
        rows.pop()


@of_answer("swapped sealed key", "integrity", "bad-server-answer")
def swapped_sealed_key(exchange: Exchange, tape: Tape) -> None:
    """Gives a record the sealed key of another."""
    rows = _rows(exchange)
    if len(rows) > 1:
        rows[0]["kc"] = rows[1]["kc"]


@of_answer("swapped record", "integrity")
def swapped_record(exchange: Exchange, tape: Tape) -> None:
    """Gives a record the header of another, under the id that was asked for."""
    rows = _rows(exchange)
    if len(rows) > 1:
        rows[0]["header"] = rows[1]["header"]


@of_answer("swapped ciphertext", "wrong-record", "container-damaged", "wrong-record-key", "invalid-header")
def swapped_ciphertext(exchange: Exchange, tape: Tape) -> None:
    """Sends another record's container."""
    if exchange.is_get("/content"):
        found = tape.other(exchange, lambda one: one.is_get("/content") and one.path != exchange.path)
        if found is not None:
            exchange.answer = found.answer
            exchange.headers["Content-Length"] = str(len(found.answer))


@of_answer("damaged ciphertext", "container-damaged")
def damaged_ciphertext(exchange: Exchange, tape: Tape) -> None:
    """Changes one bit of the last chunk."""
    if exchange.is_get("/content"):
        exchange.answer = exchange.answer[:-1] + bytes([exchange.answer[-1] ^ 1])


@of_answer("truncated ciphertext", "container-damaged")
def truncated_ciphertext(exchange: Exchange, tape: Tape) -> None:
    """Sends the beginning of a record as if it were all."""
    if exchange.is_get("/content"):
        exchange.answer = exchange.answer[: len(exchange.answer) // 2]


@of_answer("hidden event", "integrity")
def hidden_event(exchange: Exchange, tape: Tape) -> None:
    """Leaves out the newest event of the record history that has two or more."""
    if exchange.is_get("/history") and exchange.answer["records"]:
        exchange.answer["records"].pop()


@of_answer("reordered events", "integrity")
def reordered_events(exchange: Exchange, tape: Tape) -> None:
    """Tells the history in another order, numbered as if it were the true one."""
    if exchange.is_get("/history") and len(exchange.answer["records"]) > 1:
        rows = exchange.answer["records"]
        rows[0], rows[1] = rows[1] | {"seq": rows[0]["seq"]}, rows[0] | {"seq": rows[1]["seq"]}


@of_answer("hidden withdrawal", "integrity")
def hidden_withdrawal(exchange: Exchange, tape: Tape) -> None:
    """Leaves out that a grant was withdrawn."""
    if exchange.is_get("/history"):
        grants = exchange.answer["grants"]
        exchange.answer["grants"] = [row for row in grants if row["kind"] != "withdraw"]


@of_request("swallowed withdrawal", "timeout", "server-refused")
def swallowed_withdrawal(exchange: Exchange, tape: Tape) -> None:
    """Says that a withdrawal is received, and relays nothing."""
    if exchange.at_platform and exchange.method == "POST" and exchange.path.endswith("/transactions"):
        if exchange.sent.get("function") == "withdraw":
            exchange.status = 202
            exchange.answer = {"id": "00000000-0000-4000-8000-000000000000", "state": "received"}
    elif exchange.at_platform and exchange.path.endswith("00000000-0000-4000-8000-000000000000"):
        exchange.answer = {"id": exchange.path.rsplit("/", 1)[1], "state": "received", "tx_hash": None, "block": None}
        exchange.answer["error"] = None


# ---- the nodes' work -----------------------------------------------------------------------------------------------


@of_request("substituted kfrags", "not-enough-nodes", "bad-signature", "malformed")
def substituted_kfrags(exchange: Exchange, tape: Tape) -> None:
    """Gives the nodes kfrags of its own in a deposit."""
    if not exchange.at_platform and exchange.path == "/v1/deposits":
        for row in exchange.sent["content"]["kfrags"]:
            row["kfrag"] = flipped(row["kfrag"])


@of_answer("substituted fragments", "not-enough-nodes")
def substituted_fragments(exchange: Exchange, tape: Tape) -> None:
    """Answers with the fragments of another record."""
    if exchange.is_node("/v1/reencrypt"):
        found = tape.other(exchange, lambda one: one.is_node("/v1/reencrypt"))
        if found is not None:
            exchange.answer = found.answer


@of_request("replayed requests", "not-enough-nodes", "bad-signature", "replayed", "stale-request")
def replayed_requests(exchange: Exchange, tape: Tape) -> None:
    """Sends the nodes an earlier request in place of this one, to have its record opened again."""
    if not exchange.at_platform and exchange.path == "/v1/reencrypt":
        found = tape.other(exchange, lambda one: one.is_node("/v1/reencrypt"))
        if found is not None:
            exchange.sent = found.sent


@of_answer("log without its beginning", "not-enough-nodes")
def log_without_its_beginning(exchange: Exchange, tape: Tape) -> None:
    """Leaves out the oldest look."""
    if exchange.is_node("/v1/log") and exchange.answer["entries"]:
        del exchange.answer["entries"][0]


@of_answer("log without its end", "not-enough-nodes")
def log_without_its_end(exchange: Exchange, tape: Tape) -> None:
    """Leaves out the newest look."""
    if exchange.is_node("/v1/log") and exchange.answer["entries"]:
        exchange.answer["entries"].pop()


@of_answer("altered log", "not-enough-nodes")
def altered_log(exchange: Exchange, tape: Tape) -> None:
    """Says that somebody else looked."""
    if exchange.is_node("/v1/log"):
        for row in exchange.answer["entries"]:
            row["entry"]["requester"] = "0x000000000000000000000000000000000000dEaD"


# ---- mail ----------------------------------------------------------------------------------------------------------


@of_answer("altered card", "integrity", "unknown-wallet", "bad-document", "wrong-unlocker")
def altered_card(exchange: Exchange, tape: Tape) -> None:
    """Changes a wallet's card, which says where its inbox is and to which key mail is sealed."""
    if exchange.is_get(containing="/directory/"):
        ciphertext = bytearray(base64.b64decode(exchange.answer["ciphertext"]))
        ciphertext[-1] ^= 1
        exchange.answer["ciphertext"] = base64.b64encode(ciphertext).decode()
