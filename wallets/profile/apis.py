"""Endpoints of a slot's documents."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import Caller
from medixain.api.fields import Base64Field, HexField
from medixain.api.permissions import HasSession
from medixain.chainindex.serializers import TransactionSerializer
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from wallets.profile.models import DocumentKind
from wallets.profile.selectors import document_get
from wallets.profile.services import MAX_DOCUMENT_BYTES, document_put


class SignedDocumentMessage(serializers.Serializer[Any]):
    """The contract's Document message with the slot's signature."""

    message = serializers.JSONField()
    signatures = serializers.ListField(child=HexField(size=65), min_length=1, max_length=1)


class DocumentRequest(serializers.Serializer[Any]):
    """The next version of a document."""

    version = serializers.IntegerField(min_value=1)
    blob = Base64Field(max_size=MAX_DOCUMENT_BYTES)
    transaction = SignedDocumentMessage()


class DocumentAnswer(serializers.Serializer[Any]):
    """A document and where its hash stands."""

    slot = serializers.CharField()
    kind = serializers.IntegerField()
    version = serializers.IntegerField()
    blob = Base64Field(max_size=MAX_DOCUMENT_BYTES)
    transaction = TransactionSerializer()


class DocumentApi(APIView):
    """One document of a slot, by kind."""

    throttle_scope = "default"

    def get_permissions(self) -> list[Any]:
        """Reading needs a session; writing is proved by the message's signature."""
        return [HasSession()] if self.request.method == "GET" else [AllowAny()]

    @extend_schema(operation_id="documents_retrieve", responses=DocumentAnswer)
    def get(self, request: Request, slot: str, kind: int) -> Response:
        """Answer the newest version."""
        return Response(DocumentAnswer(document_get(slot=to_address(slot), kind=kind)).data)

    @extend_schema(operation_id="documents_update", request=DocumentRequest, responses={202: DocumentAnswer})
    def put(self, request: Request, slot: str, kind: int) -> Response:
        """Store the next version and put its hash on the chain."""
        if kind not in DocumentKind.values:
            raise InvalidInput("A document's kind is 1 to 4.", field="kind")
        sent = DocumentRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        document = document_put(
            slot=to_address(slot), kind=kind, version=data["version"], blob=data["blob"],
            message=data["transaction"]["message"], signature=data["transaction"]["signatures"][0],
            by=request.user.address if isinstance(request.user, Caller) else to_address(slot),
        )  # fmt: skip
        return Response(DocumentAnswer(document).data, status=202)
