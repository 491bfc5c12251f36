"""Who sends a request, as far as a signature proves it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from rest_framework.request import Request

from medixain.api.errors import NotSignedIn

Standing = Literal["account", "professional", "institution", "author", "stranger"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An address that proved its key, and what the platform or the chain knows about it.

    ``address`` is an account slot, a professional's wallet, an institution's id or an author pseudonym; ``slots`` are
    those that an account has claimed. It stands where Django has a user.
    """

    address: str
    standing: Standing = "stranger"
    slots: frozenset[str] = field(default_factory=frozenset)
    session: int | None = None
    is_authenticated: bool = True

    @property
    def is_member(self) -> bool:
        """Whether the platform or the chain knows this address."""
        return self.standing != "stranger"

    def owns(self, slot: str) -> bool:
        """Whether ``slot`` belongs to the caller's account."""
        return slot in self.slots

    @property
    def pk(self) -> str:
        """What throttles count by."""
        return self.address


@dataclass(frozen=True, slots=True)
class NodeCaller:
    """A re-encryption node of one of the chain's node sets that signed its request."""

    address: str
    is_authenticated: bool = True
    is_member: bool = True

    @property
    def pk(self) -> str:
        """What throttles count by."""
        return self.address


def node_of(request: Request) -> NodeCaller:
    """Return the node behind ``request``; raises :class:`NotSignedIn`."""
    user: Any = request.user
    if not isinstance(user, NodeCaller):
        raise NotSignedIn("This is for re-encryption nodes: sign the request with the node key (Node-Proof).")
    return user


def caller_of(request: Request) -> Caller:
    """Return the wallet holder behind ``request``; raises :class:`NotSignedIn`."""
    user: Any = request.user
    if not isinstance(user, Caller):
        raise NotSignedIn
    return user
