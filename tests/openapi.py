"""Hold exchanges with the platform's HTTP interface against its own OpenAPI document."""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qs

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PREFIX = "/api/v1/"
UNDOCUMENTED = PREFIX + "schema/"
"""The document itself."""
_DOCUMENT = "urn:medixain:openapi"
_PROOFS = {"session": "authorization", "device": "device-proof", "node": "node-proof"}
_JSON = re.compile(r"application/(problem\+)?json")


class NotAsDocumented(AssertionError):
    """An exchange that the document does not allow."""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; ``answer`` is None where its bytes were streamed and not kept."""

    method: str
    path: str
    query: str
    sent_type: str
    sent: bytes
    status: int
    answer_type: str
    answer: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the platform did what was asked."""
        return self.status < 400


class Document:
    """The OpenAPI document, in which an object has the properties that are named and no others."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = _closed(copy.deepcopy(dict(document)))
        self._registry = Registry().with_resource(
            _DOCUMENT, Resource.from_contents(self.document, default_specification=DRAFT202012)
        )  # fmt: skip

    @cached_property
    def operations(self) -> dict[str, tuple[str, str]]:
        """Path template and method by operation id."""
        return {
            operation["operationId"]: (path, method)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def check(self, exchange: Exchange, *, made_up: bool = False) -> str | None:
        """Raise :class:`NotAsDocumented`, or return the operation's id; None for an address that has none.

        Of a request that was ``made_up`` the answer alone counts: the platform may overlook what it does not know.
        """
        path = self._template(exchange.path)
        method = exchange.method.lower()
        operation = self.document["paths"].get(path, {}).get(method)
        if operation is None:
            if exchange.status not in {404, 405, 429}:
                raise NotAsDocumented(f"{exchange.method} {exchange.path} answered {exchange.status} unannounced")
            return None
        name: str = operation["operationId"]
        place = ("paths", path, method)
        if exchange.accepted and not made_up:
            self._check_proof(name, operation, exchange)
            self._check_query(name, operation, exchange)
            self._check_request(name, operation, place, exchange)
        self._check_answer(name, operation, place, exchange)
        return name

    def _template(self, path: str) -> str:
        """The most literal template that ``path`` fits, or the path itself."""
        fitting = [
            template
            for template in self.document["paths"]
            if re.fullmatch(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)), path)
        ]
        return min(fitting, key=lambda template: template.count("{"), default=path)

    def _check_proof(self, name: str, operation: Any, exchange: Exchange) -> None:
        given = {header.lower() for header in exchange.headers}
        if not any({_PROOFS[scheme] for scheme in wanted} <= given for wanted in operation["security"]):
            raise NotAsDocumented(f"{name} was accepted without any proof of {operation['security']}")

    def _check_query(self, name: str, operation: Any, exchange: Exchange) -> None:
        known = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
        given = set(parse_qs(exchange.query, keep_blank_values=True))
        required = {key for key, one in known.items() if one.get("required")}
        if given - set(known) or required - given:
            raise NotAsDocumented(f"{name} has the query {sorted(known)}, not {sorted(given)}")

    def _check_request(self, name: str, operation: Any, place: tuple[str, ...], exchange: Exchange) -> None:
        body = operation.get("requestBody")
        if body is None:
            if exchange.sent:
                raise NotAsDocumented(f"{name} takes no body")
            return
        if not exchange.sent and not body.get("required"):
            return
        where = (*place, "requestBody", "content")
        self._check_body(f"{name}, request", body["content"], where, exchange.sent_type, exchange.sent)

    def _check_answer(self, name: str, operation: Any, place: tuple[str, ...], exchange: Exchange) -> None:
        status = str(exchange.status)
        if status not in operation["responses"]:
            if exchange.accepted:
                raise NotAsDocumented(f"{name} answered {status}, which is not among {sorted(operation['responses'])}")
            status = "default"
        content = operation["responses"][status].get("content", {})
        what = f"{name}, {exchange.status}"
        if not content:
            if exchange.answer:
                raise NotAsDocumented(f"{what}: a body where none is announced")
            return
        where = (*place, "responses", status, "content")
        self._check_body(what, content, where, exchange.answer_type, exchange.answer)

    def _check_body(self, what: str, content: Any, where: tuple[str, ...], announced: str, body: bytes | None) -> None:
        media_type = announced.split(";")[0].strip().lower()
        if media_type not in content:
            raise NotAsDocumented(f"{what}: {media_type!r} is not among {sorted(content)}")
        if body is None or not _JSON.fullmatch(media_type):
            return
        pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in (*where, media_type, "schema"))
        validator = Draft202012Validator(
            {"$ref": f"{_DOCUMENT}#{pointer}"}, registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )  # fmt: skip
        for error in validator.iter_errors(json.loads(body)):
            raise NotAsDocumented(f"{what}: {error.json_path}: {error.message}")


@cache
def platform_document() -> Document:
    """The document that this checkout's platform serves."""
    return Document(SchemaGenerator().get_schema(request=None, public=True))


def _closed(node: Any) -> Any:
    if isinstance(node, dict):
        for value in node.values():
            _closed(value)
        if "properties" in node and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        for value in node:
            _closed(value)
    return node
