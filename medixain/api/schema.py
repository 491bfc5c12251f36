"""What every operation of the OpenAPI document has in common: how callers prove themselves, and how a refusal looks."""

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import AllowAny

from medixain.api.permissions import HasSession, HasSessionOrIsNode, IsNode
from medixain.api.problems import PROBLEM_SCHEMA, PROBLEM_TYPE

SCHEMES: Final[dict[str, dict[str, str]]] = {
    "session": {"type": "http", "scheme": "bearer"},
    "device": {"type": "apiKey", "in": "header", "name": "Device-Proof"},
    "node": {"type": "apiKey", "in": "header", "name": "Node-Proof"},
}
SESSION: Final[dict[str, list[str]]] = {"session": [], "device": []}
NODE: Final[dict[str, list[str]]] = {"node": []}
PROOFS: Final = {
    AllowAny: ({}, SESSION),
    HasSessionOrIsNode: (SESSION, NODE),
    IsNode: (NODE,),
    HasSession: (SESSION,),
}
"""What a request may carry, by the permission that looks at it; the first that fits counts."""


SIGNED_DELETION: Final = "signed_deletion"
"""Views with this attribute delete by a message of that form; drf-spectacular gives no DELETE a body."""


class ApiSchema(AutoSchema):
    """One operation; ``default`` is whatever the platform refuses, RFC 9457 (medixain.api.problems)."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Add the refusal that every operation may answer, and the body of a deletion that is signed."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            operation["responses"]["default"] = self._refusal()
            signed = getattr(self.view, SIGNED_DELETION, None)
            if signed is not None and self.method == "DELETE":
                schema = self.resolve_serializer(signed, "request").ref
                operation["requestBody"] = {"content": {"application/json": {"schema": schema}}, "required": True}
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The proofs that the view's permission asks for; none where nobody looks at any."""
        if not self.view.get_authenticators():
            return [{}]
        for name, definition in SCHEMES.items():
            self.registry.register_on_missing(
                ResolvedComponent(name, ResolvedComponent.SECURITY_SCHEMA, schema=definition, object=name)
            )
        (permission,) = self.view.get_permissions()
        return next(list(proofs) for kind, proofs in PROOFS.items() if isinstance(permission, kind))

    def _refusal(self) -> dict[str, Any]:
        shape = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, schema=PROBLEM_SCHEMA, object="Problem")
        self.registry.register_on_missing(shape)
        return {
            "description": "Refused; `code` says why and stays the same, `detail` says what to do.",
            "content": {PROBLEM_TYPE: {"schema": shape.ref}},
            "headers": {
                "Retry-After": {
                    "description": "Seconds to wait; with 429 only.", "schema": {"type": "integer", "minimum": 1},
                }
            },
        }  # fmt: skip
