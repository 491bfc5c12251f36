"""Signed statements of what the chain finally says, for clients that believe no platform (nodes.md)."""

from typing import Any

from contracts.bindings.messages import DocumentKind
from keymgmt.node.errors import (
    BadSignature,
    UnknownProfessional,
    UnknownRecord,
)
from keymgmt.node.messages import (
    ProfessionalRequest,
    ProfessionalStatement,
    RegistrationRequest,
    RegistrationStatement,
    StateRequest,
    StateStatement,
)
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.permission import (
    Moment,
    check_time,
)
from keymgmt.node.server.requests import parse_signed
from medixain.core.eip712 import TypedStruct, recover
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import message_to_json


class Statements:
    """Signs statements. Anybody may ask: they say nothing that the chain does not say to everybody."""

    def __init__(self, node: NodeContext) -> None:
        self._node = node

    def state(self, document: object) -> dict[str, Any]:
        """State what the chain finally says of a slot, signed."""
        request, signature = parse_signed(StateRequest, document)
        moment = self._statement_moment(request, signature, request.node, request.time)
        at, chain = moment.final.hash, self._node.chain
        chain.together(
            lambda: chain.slot(request.slot, at),
            lambda: chain.document(request.slot, DocumentKind.KEYSET, at),
            lambda: chain.document(request.slot, DocumentKind.KEYSTORE, at),
            lambda: chain.heads(request.slot, at),
            lambda: chain.current_node_set(at),
        )
        slot = self._node.slot(request.slot, at)
        keyset = self._node.chain.document(request.slot, DocumentKind.KEYSET, at)
        keystore = self._node.chain.document(request.slot, DocumentKind.KEYSTORE, at)
        heads = self._node.chain.heads(request.slot, at)
        return self._stated(
            StateStatement(
                chain_id=self._node.chain.chain_id,
                slot=request.slot,
                key=slot.key,
                pre_key=slot.pre_key,
                keyset_version=keyset.version,
                keyset_hash=keyset.hash,
                keystore_version=keystore.version,
                keystore_hash=keystore.hash,
                records_head=heads.records_head,
                records_count=heads.records_count,
                grants_head=heads.grants_head,
                grants_count=heads.grants_count,
                final_height=moment.final.number,
                final_hash=at,
                final_time=moment.final.timestamp,
                node_time=moment.now,
                node_set=self._node.chain.current_node_set(at),
            )
        )

    def professional(self, document: object) -> dict[str, Any]:
        """State what the chain finally says of a professional, signed."""
        request, signature = parse_signed(ProfessionalRequest, document)
        moment = self._statement_moment(request, signature, request.node, request.time)
        facts = self._node.chain.professional(request.wallet, moment.final.hash)
        if facts is None:
            raise UnknownProfessional
        authorised = not facts.suspended and facts.institution_active and facts.valid_until > moment.latest
        return self._stated(
            ProfessionalStatement(
                chain_id=self._node.chain.chain_id,
                wallet=request.wallet,
                signing_key=facts.signing_key,
                umbral_key=facts.umbral_key,
                institution=facts.institution,
                institution_key=facts.institution_key,
                institution_profile=facts.institution_profile,
                level=facts.level,
                authorised=authorised,
                final_height=moment.final.number,
                final_hash=moment.final.hash,
                node_time=moment.now,
            )
        )

    def registration(self, document: object) -> dict[str, Any]:
        """State which registration of a professional stood when a record was anchored, signed."""
        request, signature = parse_signed(RegistrationRequest, document)
        moment = self._statement_moment(request, signature, request.node, request.time)
        chain, final = self._node.chain, moment.final
        anchored_at = chain.anchored_at(request.slot, request.record, final.hash)
        if anchored_at is None:
            raise UnknownRecord
        if chain.professional(request.wallet, final.hash) is None:
            raise UnknownProfessional
        stood = [one for one in chain.registrations(request.wallet, final) if one.since <= anchored_at]
        if not stood:
            raise UnknownProfessional
        return self._stated(
            RegistrationStatement(
                chain_id=chain.chain_id,
                wallet=request.wallet,
                slot=request.slot,
                record=request.record,
                anchored_at=anchored_at,
                signing_key=stood[-1].signing_key,
                institution=stood[-1].institution,
                final_height=final.number,
                final_hash=final.hash,
                node_time=moment.now,
            )
        )

    def _statement_moment(self, request: TypedStruct, signature: bytes, node: str, time: int) -> Moment:
        self._node.require_addressed(node)
        check_time(time, self._node.clock())
        try:
            # Anybody may ask what anybody may read on the chain; the signature ties the request to this node.
            recover(self._node.domain, request, signature)
        except SignatureError as error:
            raise BadSignature from error
        return self._node.moment()

    def _stated(self, statement: TypedStruct) -> dict[str, Any]:
        return {"statement": message_to_json(statement), "signature": self._node.signature(statement)}
