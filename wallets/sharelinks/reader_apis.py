"""Endpoints of whoever holds a link (HL7 "SMART Health Links", version 1): open to every origin, without session."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.errors import PlatformError
from wallets.sharelinks.errors import WrongPasscode
from wallets.sharelinks.services import needs_passcode, share_download, share_link_open, share_link_unlock

JOSE = "application/jose"
MAX_RECIPIENT = 120


class RecipientMissing(PlatformError):
    """A reader has to say who it is; nobody checks it, and the owner sees it."""

    code = "recipient-missing"
    status = 400

    def __init__(self) -> None:
        super().__init__(f"Say who opens the link: recipient, 1 to {MAX_RECIPIENT} characters.")


class ManifestRequest(serializers.Serializer[Any]):
    """Who opens the link, its passcode, and how long an embedded document may be."""

    recipient = serializers.CharField(required=False, default="", allow_blank=True)
    passcode = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    embeddedLengthMax = serializers.IntegerField(required=False, default=None, min_value=0, allow_null=True)  # noqa: N815 - the guide's name


class FileAnswer(serializers.Serializer[Any]):
    """The document, or where it can be fetched once."""

    contentType = serializers.CharField()  # noqa: N815 - the guide's name
    embedded = serializers.CharField(required=False)
    location = serializers.CharField(required=False)


class ManifestAnswer(serializers.Serializer[Any]):
    """A link's manifest."""

    files = FileAnswer(many=True)


class AttemptsAnswer(serializers.Serializer[Any]):
    """How often a passcode may still be tried: the guide's own form of a refusal."""

    remainingAttempts = serializers.IntegerField()  # noqa: N815 - the guide's name


class OpenLinkApi(APIView):
    """What a link leads to."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="share_links_open", responses={(200, JOSE): OpenApiTypes.STR},
        parameters=[OpenApiParameter("recipient", OpenApiTypes.STR, required=True)],
    )  # fmt: skip
    def get(self, request: Request, secret: str) -> HttpResponse:
        """Answer the JWE of a link without a passcode (flag U)."""
        if needs_passcode(secret):
            raise MethodNotAllowed("GET")
        return HttpResponse(
            share_link_open(secret=secret, recipient=_recipient(request.query_params.get("recipient", ""))), JOSE
        )

    @extend_schema(
        operation_id="share_links_manifest", request=ManifestRequest,
        responses={200: ManifestAnswer, 401: AttemptsAnswer},
    )  # fmt: skip
    def post(self, request: Request, secret: str) -> Response:
        """Answer the manifest; a wrong passcode is answered in the guide's own form."""
        sent = ManifestRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        try:
            embedded, location = share_link_unlock(
                secret=secret, recipient=_recipient(given["recipient"]), passcode=given["passcode"],
                embedded_limit=given["embeddedLengthMax"],
            )  # fmt: skip
        except WrongPasscode as error:
            return Response({"remainingAttempts": error.attempts_left}, status=error.status)
        place = {"embedded": embedded} if embedded else {"location": location}
        return Response({"files": [{"contentType": "application/fhir+json", **place}]})


class FileApi(APIView):
    """A document that a manifest gave the address of."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="share_links_file", responses={(200, JOSE): OpenApiTypes.STR})
    def get(self, request: Request, secret: str) -> HttpResponse:
        """Answer the JWE, once."""
        return HttpResponse(share_download(secret=secret), JOSE)


def _recipient(given: str) -> str:
    name = given.strip()
    if not 1 <= len(name) <= MAX_RECIPIENT:
        raise RecipientMissing
    return name
