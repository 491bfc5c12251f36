"""Every way a re-encryption node refuses, and every way asking several nodes fails (docs/spec/nodes.md, "Errors").

A refusal travels as RFC 9457 problem+json; :func:`refusal_from_code` gives the client the same class the node raised.
"""

from collections.abc import Mapping

from keymgmt.errors import KeymgmtError


class NodeError(KeymgmtError):
    """Base of everything that a re-encryption node, or asking one, raises on purpose."""

    code = "node-error"
    status = 500
    exit_code = 1


class Refusal(NodeError):
    """A node understood and will not. ``default`` is the sentence shown when the raiser adds none of its own."""

    code = "refused"
    status = 403
    exit_code = 3
    default = "The node refused the request."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.default)


class Malformed(Refusal):
    """Not the shape, size or type that docs/spec/nodes.md fixes; ``field`` names the place when there is one."""

    code = "malformed"
    status = 400
    exit_code = 2
    default = "The request does not have the form a node expects; update the client."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class WrongNode(Refusal):
    """The message names another node, so somebody forwards what was not meant for this one."""

    code = "wrong-node"
    status = 421
    default = "This message is addressed to another node; send it there or sign a new one for this node."


class StaleRequest(Refusal):
    """The message's time lies outside the window, or its deadline has passed."""

    code = "stale-request"
    exit_code = 5
    status = 401
    default = "The request's time is too far from the node's clock; check this device's clock and try again."


class BadSignature(Refusal):
    """The message is not signed by the key it must be signed by."""

    code = "bad-signature"
    status = 401
    default = "The signature is not by the registered key; sign in again with the right wallet."


class Replayed(Refusal):
    """The nonce was seen before."""

    code = "replayed"
    exit_code = 7
    status = 409
    default = "This request was already made; sign a new one."


class NoGrant(Refusal):
    """What everybody who is not the grantee is told; ``reason`` is for the log alone and never travels."""

    code = "no-grant"
    default = "There is no grant for you to this record; ask the patient for access."

    def __init__(self, message: str | None = None, *, reason: str = "no-grant") -> None:
        super().__init__(message)
        self.reason = reason


class UnknownRecord(Refusal):
    """The record is not on chain, was removed, or is of another slot than the grant."""

    code = "unknown-record"
    exit_code = 4
    status = 404
    default = "This record does not exist or was deleted; refresh the list."


class Withdrawn(Refusal):
    """The patient has withdrawn the grant."""

    code = "withdrawn"
    default = "The patient has withdrawn this access; ask for a new grant."


class Expired(Refusal):
    """The grant's time has run out."""

    code = "expired"
    default = "This access has expired; ask the patient for a new grant."


class Suspended(Refusal):
    """The professional, or the institution behind them, is suspended."""

    code = "suspended"
    default = "Your registration is suspended; speak to your institution."


class NotAuthorised(Refusal):
    """The professional's registration has run out or does not count any more."""

    code = "not-authorised"
    default = "Your registration is not valid now; ask your institution to renew it."


class Ceiling(Refusal):
    """The grant exceeds what the professional's level may ever open (promise G4)."""

    code = "ceiling"
    default = "Your access level may not open this kind of record, even when it was granted."


class StaleKeys(Refusal):
    """The re-encryption key does not fit the present keys of owner or grantee, so only the owner can renew it."""

    code = "stale-keys"
    exit_code = 7
    status = 409
    default = "Keys have changed since this access was given; the patient's wallet must issue it again."


class WaitingForFinality(Refusal):
    """The grant is not final yet, or the chain stands still since before it was."""

    code = "waiting-for-finality"
    status = 409
    exit_code = 5
    default = "The grant is not final on the chain yet; try again in a few seconds."


class StaleChain(Refusal):
    """The node cannot see the chain, or what it sees contradicts its clock."""

    code = "stale-chain"
    exit_code = 5
    status = 503
    default = "This node has no current view of the chain; try again later or use other nodes."


class BadCapsule(Refusal):
    """What the platform delivered does not match what the chain anchors or the author signed."""

    code = "bad-capsule"
    exit_code = 6
    status = 502
    default = "The platform delivered a record key that does not match the chain; report this to the operator."


class RecordUnavailable(Refusal):
    """The platform does not deliver the record's sealed key."""

    code = "record-unavailable"
    exit_code = 5
    status = 503
    default = "The node cannot fetch the record's sealed key from the platform; try again later."


class LogDamaged(Refusal):
    """The node's access log does not continue what the chain holds, so it may not give anything out."""

    code = "log-damaged"
    exit_code = 5
    status = 503
    default = "This node's access log is damaged, so it gives nothing out; its operator must act."


class UnknownSlot(Refusal):
    """The slot is not registered on chain (slots are public there, so this tells nothing new)."""

    code = "unknown-slot"
    exit_code = 4
    status = 404
    default = "This slot is not registered on the chain yet; wait until its opening is anchored."


class UnknownProfessional(Refusal):
    """Nobody is registered under this wallet (the registry is public)."""

    code = "unknown-professional"
    exit_code = 4
    status = 404
    default = "No professional is registered under this wallet; check the address."


class TooManyRequests(Refusal):
    """A limit on failing or unauthenticated requests, or on stored deposits, is reached."""

    code = "too-many-requests"
    exit_code = 5
    status = 429
    default = "Too many requests; wait a minute and try again."


class NodeFault(Refusal):
    """The node failed in a way it did not foresee, or answered what no node answers."""

    code = "node-fault"
    exit_code = 1
    status = 500
    default = "The node failed inside; its operator finds the cause in its log."


REFUSALS: Mapping[str, type[Refusal]] = {
    kind.code: kind
    for kind in (
        Malformed, WrongNode, StaleRequest, BadSignature, Replayed, NoGrant, UnknownRecord, Withdrawn, Expired,
        Suspended, NotAuthorised, Ceiling, StaleKeys, WaitingForFinality, StaleChain, BadCapsule, RecordUnavailable,
        LogDamaged, UnknownSlot, UnknownProfessional, TooManyRequests, NodeFault,
    )
}  # fmt: skip
"""Each refusal by the ``code`` it has in problem+json."""


def refusal_from_code(code: str, detail: str | None = None) -> Refusal:
    """Return the refusal a node meant by ``code``; an unknown one becomes :class:`NodeFault`."""
    return REFUSALS.get(code, NodeFault)(detail)


class NodeDown(NodeError):
    """A node cannot be reached or does not answer in time."""

    code = "node-down"
    status = 503
    exit_code = 5

    def __init__(self, node: str, reason: str) -> None:
        super().__init__(f"The node {node} does not answer ({reason}); the others are asked instead.")
        self.node = node
        self.reason = reason


class BadAnswer(NodeError):
    """A node answered something that is not validly signed, or whose content does not verify."""

    code = "bad-answer"
    status = 502
    exit_code = 6

    def __init__(self, node: str, reason: str) -> None:
        super().__init__(f"The node {node} gave an answer that does not verify ({reason}); report it to its operator.")
        self.node = node
        self.reason = reason


class NotEnoughNodes(NodeError):
    """Fewer nodes than the threshold gave a valid answer; ``causes`` says why, by node address."""

    code = "not-enough-nodes"
    status = 503
    exit_code = 5

    def __init__(self, have: int, need: int, causes: Mapping[str, NodeError]) -> None:
        super().__init__(f"not enough nodes ({have} of {need}); try again when more nodes are up.")
        self.have = have
        self.need = need
        self.causes = dict(causes)


class StatementsDisagree(NodeError):
    """Enough nodes answered, but no ``need`` of them say the same; somebody lies or the state is just changing."""

    code = "statements-disagree"
    status = 503
    exit_code = 6

    def __init__(self, largest: int, need: int) -> None:
        super().__init__(f"Only {largest} nodes agree where {need} must; try again, and report it if it stays so.")
        self.largest = largest
        self.need = need


class RolledBack(NodeError):
    """Nodes attest an older state than this client has already seen; ``field`` says which part went back."""

    code = "rolled-back"
    status = 409
    exit_code = 6

    def __init__(self, field: str, seen: int, told: int) -> None:
        super().__init__(f"The nodes show an older state than before ({field} {told} after {seen}); do not go on.")
        self.field = field
        self.seen = seen
        self.told = told


class TeamNotAttested(NodeError):
    """A care team that does not follow from what m nodes attest; ``reason`` names the check that failed."""

    code = "team-not-attested"
    status = 409
    exit_code = 6

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"This care team does not follow from what the nodes attest ({reason}). Nothing was shared with it; ask "
            "the institution for the team's id."
        )
        self.reason = reason
