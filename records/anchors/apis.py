"""Endpoints of uploads, records, their content, envelopes and deletion."""

import re
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import Caller, caller_of
from medixain.api.fields import AddressField, Base64Field, HexField
from medixain.api.pages import PageQuery, next_cursor
from medixain.api.permissions import HasSession, HasSessionOrIsNode, IsMember
from medixain.chainindex.serializers import MessageWithSignatureSerializer, TransactionSerializer
from medixain.core.errors import InvalidInput
from records.anchors.deletion import deletion_complete
from records.anchors.models import Record
from records.anchors.selectors import ShownGrant, grant_show, record_for_content, record_get, record_list
from records.anchors.services import EnvelopeInput, RecordInput, envelope_rotate, record_create, record_remove
from records.anchors.uploads import content_open, upload_create
from records.storage import InvalidRange

MAX_BOX_BYTES = 4096
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
GRANT_PARAMETERS = [
    OpenApiParameter("grant", OpenApiTypes.STR, description="Grant id, for a grantee."),
    OpenApiParameter("Grant-Opening", OpenApiTypes.STR, OpenApiParameter.HEADER,
                     description="base64 of the canonical JSON of the GrantOpening; needed with grant."),
]  # fmt: skip


class RawParser(BaseParser):
    """Leaves the body alone: the view streams it."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the stream itself."""
        return stream


class UploadAnswer(serializers.Serializer[Any]):
    """Content address and size of what was stored."""

    cid = serializers.CharField()
    size = serializers.IntegerField()


class UploadsApi(APIView):
    """Store ciphertext."""

    permission_classes = (IsMember,)
    parser_classes = (RawParser,)
    throttle_scope = "upload"
    streams_body = True

    @extend_schema(operation_id="uploads_create", request={"application/octet-stream": OpenApiTypes.BINARY},
                   responses={201: UploadAnswer})  # fmt: skip
    def post(self, request: Request) -> Response:
        """Stream the body into the record store; it is kept a day unless a record names it."""
        length = request.META.get("CONTENT_LENGTH") or None
        upload = upload_create(
            caller=caller_of(request), body=request._request, announced=int(length) if length else None
        )
        return Response(UploadAnswer(upload).data, status=201)


class EnvelopeSerializer(serializers.Serializer[Any]):
    """The owner's envelope: an opaque section tag, its epoch, the sealed key and the signature over both."""

    section = HexField(size=16)
    epoch = serializers.IntegerField(min_value=0, max_value=2**32 - 1)
    blob = Base64Field(max_size=MAX_BOX_BYTES)
    signature = HexField(size=65)


class RecordRequest(serializers.Serializer[Any]):
    """A record with its signed anchor."""

    header = HexField(size=177)
    cid = serializers.CharField(max_length=100)
    size = serializers.IntegerField(min_value=177)
    kc = Base64Field(max_size=MAX_BOX_BYTES)
    envelope = EnvelopeSerializer()
    provenance = Base64Field(max_size=MAX_BOX_BYTES, required=False, allow_null=True, default=None)
    statement_signature = HexField(size=65)
    anchor = MessageWithSignatureSerializer()


class RecordAnswer(serializers.Serializer[Any]):
    """A record as held; everything but routing is ciphertext."""

    id = HexField()
    slot = AddressField()
    header = HexField()
    cid = serializers.CharField()
    size = serializers.IntegerField()
    kc = Base64Field(max_size=MAX_BOX_BYTES)
    envelope = EnvelopeSerializer()
    provenance = Base64Field(max_size=MAX_BOX_BYTES, allow_null=True)
    statement_signature = HexField()
    state = serializers.CharField(source="transaction.state")
    transaction = serializers.UUIDField(source="transaction.id")
    created = serializers.SerializerMethodField()

    def get_created(self, record: Record) -> int:
        """When the platform took it in, Unix seconds."""
        return int(record.created.timestamp())


class RecordPage(serializers.Serializer[Any]):
    """Records and the next cursor."""

    records = RecordAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class RecordQuery(PageQuery):
    """Whose records."""

    slot = AddressField(required=False, default=None)


class RecordsApi(APIView):
    """Take records in, list them."""

    permission_classes = (HasSession,)

    @extend_schema(operation_id="records_create", request=RecordRequest, responses={201: RecordAnswer})
    def post(self, request: Request) -> Response:
        """Take a record in; the same record again answers the same row."""
        sent = RecordRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        data = dict(sent.validated_data)
        anchor, envelope = data.pop("anchor"), EnvelopeInput(**data.pop("envelope"))
        record = record_create(
            sent=RecordInput(**data, envelope=envelope, anchor=anchor["message"], anchor_signature=anchor["signature"])
        )
        return Response(RecordAnswer(record).data, status=201)

    @extend_schema(operation_id="records_list", parameters=[RecordQuery, *GRANT_PARAMETERS], responses=RecordPage)
    def get(self, request: Request) -> Response:
        """List an own slot's records, or those that a grant covers."""
        query = RecordQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = record_list(caller=caller_of(request), grant=shown_grant(request), **query.validated_data)
        answer = {"records": rows, "next": next_cursor(rows, query.validated_data["limit"])}
        return Response(RecordPage(answer).data)


def shown_grant(request: Request) -> ShownGrant | None:
    """Return the grant that the request names and opens, None when it names none."""
    grant_id = request.query_params.get("grant")
    if grant_id is None:
        return None
    return grant_show(
        caller=caller_of(request), grant_id=record_id_bytes(grant_id), opening=request.headers.get("Grant-Opening", "")
    )


def record_id_bytes(text: str) -> bytes:
    """Return the 32 bytes of an id, with or without 0x; raises :class:`InvalidInput`."""
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise InvalidInput("An id is 32 bytes in hex.", field="id") from error
    if len(value) != 32:
        raise InvalidInput("An id is 32 bytes in hex.", field="id")
    return value


class DeletionReceiptAnswer(serializers.Serializer[Any]):
    """What is gone, what cannot be reached, signed by the relay as EIP-712 `DeletionReceipt` (docs/spec/api.md)."""

    record = serializers.CharField()
    cid = serializers.CharField()
    envelope_deleted = serializers.BooleanField()
    store_deleted = serializers.BooleanField()
    copies = serializers.ListField(child=serializers.CharField())
    at = serializers.IntegerField()
    signature = HexField()
    transaction = TransactionSerializer()


class RecordApi(APIView):
    """One record."""

    permission_classes = (HasSessionOrIsNode,)
    signed_deletion = MessageWithSignatureSerializer

    @extend_schema(operation_id="records_retrieve", responses=RecordAnswer)
    def get(self, request: Request, record_id: str) -> Response:
        """Answer the record without its bytes."""
        return Response(RecordAnswer(record_get(record_id_bytes(record_id))).data)

    @extend_schema(operation_id="records_delete", responses={202: DeletionReceiptAnswer})
    def delete(self, request: Request, record_id: str) -> Response:
        """Erase an own record; answers the receipt."""
        sent = MessageWithSignatureSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        record = record_remove(caller=caller_of(request), record_id=record_id_bytes(record_id), **sent.validated_data)
        receipt = deletion_complete(record)
        answer = receipt.body | {"signature": receipt.signature, "transaction": record.removal}
        return Response(DeletionReceiptAnswer(answer).data, status=202)


class EnvelopeApi(APIView):
    """The owner's envelope of a record."""

    permission_classes = (HasSession,)

    @extend_schema(operation_id="records_envelope_update", request=EnvelopeSerializer, responses=RecordAnswer)
    def put(self, request: Request, record_id: str) -> Response:
        """Replace it by one under a newer epoch."""
        sent = EnvelopeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        record = envelope_rotate(
            caller=caller_of(request), record_id=record_id_bytes(record_id), sent=EnvelopeInput(**sent.validated_data)
        )
        return Response(RecordAnswer(record).data)


class ContentApi(APIView):
    """The ciphertext of a record."""

    permission_classes = (HasSession,)

    @extend_schema(
        operation_id="records_content", parameters=GRANT_PARAMETERS,
        responses={(status, "application/octet-stream"): OpenApiTypes.BINARY for status in (200, 206)},
    )  # fmt: skip
    def get(self, request: Request, record_id: str) -> StreamingHttpResponse:
        """Stream the container, or the one range that the Range header asks for."""
        caller: Caller = caller_of(request)
        record = record_for_content(caller=caller, record_id=record_id_bytes(record_id), grant=shown_grant(request))
        asked = requested_range(request.headers.get("Range"), record.size)
        start, end = asked or (0, record.size)
        response = StreamingHttpResponse(
            content_open(record, start=start, end=end), content_type="application/octet-stream",
            status=200 if asked is None else 206,
        )  # fmt: skip
        response["Content-Length"] = str(end - start)
        response["Accept-Ranges"] = "bytes"
        response["ETag"] = f'"{record.cid}"'
        if asked is not None:
            response["Content-Range"] = f"bytes {start}-{end - 1}/{record.size}"
        return response


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return [start, end) of a single-range header (RFC 9110, 14.1), None for the whole.

    A header of another form is ignored, as the standard asks; raises :class:`InvalidRange` when it lies outside.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= end or start >= size:
        raise InvalidRange(f"The record has {size} bytes; ask for a range inside them.")
    return start, end
