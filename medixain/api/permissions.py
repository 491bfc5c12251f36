"""Who may call an endpoint at all; what is theirs is the services' business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from medixain.api.caller import Caller, NodeCaller, caller_of
from medixain.api.errors import NotAMember, NotSignedIn

if TYPE_CHECKING:  # rest_framework.views itself loads this module
    from rest_framework.views import APIView


class HasSession(BasePermission):
    """A wallet holder with a valid session on its own device."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotSignedIn` rather than answer a bare 403."""
        if not isinstance(request.user, Caller):
            raise NotSignedIn
        return True


class IsMember(HasSession):
    """A wallet holder that the platform or the chain knows."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotSignedIn` or :class:`NotAMember`."""
        super().has_permission(request, view)
        caller = caller_of(request)
        if not caller.is_member:
            raise NotAMember(caller.address)
        return True


class IsNode(BasePermission):
    """A re-encryption node that signed the request."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotSignedIn` for everybody else."""
        if not isinstance(request.user, NodeCaller):
            raise NotSignedIn("This is for re-encryption nodes: sign the request with the node key (Node-Proof).")
        return True


class HasSessionOrIsNode(BasePermission):
    """A wallet holder's session, or a node's signature."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise :class:`NotSignedIn` for everybody else."""
        if not isinstance(request.user, Caller | NodeCaller):
            raise NotSignedIn
        return True
