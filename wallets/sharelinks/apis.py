"""Endpoints of a link's owner."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of
from medixain.api.permissions import HasSession, IsMember
from medixain.core.errors import InvalidInput
from wallets.sharelinks.models import ShareLink
from wallets.sharelinks.services import KEPT_OPENINGS, share_link_create, share_link_delete

MAX_CIPHERTEXT = 8 * 1024 * 1024
_JWE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_MAX_SECONDS = 253_402_300_799


class ShareLinkRequest(serializers.Serializer[Any]):
    """A document under a key that the platform does not have."""

    ciphertext = serializers.CharField(max_length=MAX_CIPHERTEXT)
    expires = serializers.IntegerField(min_value=0, max_value=_MAX_SECONDS)
    passcode_hash = serializers.RegexField(r"^[0-9a-f]{64}$", required=False, default="")


class ShareLinkAnswer(serializers.Serializer[Any]):
    """A link, shown once."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    expires = serializers.IntegerField()


class OpeningAnswer(serializers.Serializer[Any]):
    """Who fetched the document, by its own words, and when."""

    recipient = serializers.CharField()
    at = serializers.IntegerField()


class ShareLinkRow(serializers.Serializer[Any]):
    """One of the caller's links; its secret is not kept, so it cannot be shown again."""

    id = serializers.UUIDField()
    expires = serializers.IntegerField()
    opened = serializers.IntegerField()
    last_opened = serializers.IntegerField(allow_null=True)
    openings = OpeningAnswer(many=True)
    passcode = serializers.BooleanField()
    attempts_left = serializers.IntegerField()


class ShareLinkList(serializers.Serializer[Any]):
    """The caller's live links, the newest first."""

    links = ShareLinkRow(many=True)


class ShareLinksApi(APIView):
    """The caller's links."""

    def get_permissions(self) -> list[Any]:
        """Making one needs somebody known."""
        return [IsMember()] if self.request.method == "POST" else [HasSession()]

    @extend_schema(operation_id="share_links_create", request=ShareLinkRequest, responses={201: ShareLinkAnswer})
    def post(self, request: Request) -> Response:
        """Keep ciphertext for a link."""
        sent = ShareLinkRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        if not _JWE.fullmatch(given["ciphertext"]):
            raise InvalidInput("The ciphertext is no compact JWE: five parts in base64url.", field="ciphertext")
        made = share_link_create(
            caller=caller_of(request), ciphertext=given["ciphertext"], passcode_hash=given["passcode_hash"],
            expires=datetime.fromtimestamp(given["expires"], UTC),
        )  # fmt: skip
        answer = {"id": made.id, "url": made.url, "expires": int(made.expires.timestamp())}
        return Response(ShareLinkAnswer(answer).data, status=201)

    @extend_schema(operation_id="share_links_list", responses=ShareLinkList)
    def get(self, request: Request) -> Response:
        """List the caller's live links with their openings."""
        links = ShareLink.objects.filter(owner=caller_of(request).address, expires__gt=timezone.now())
        rows = [_row(link) for link in links.defer("ciphertext").prefetch_related("openings")]
        return Response(ShareLinkList({"links": rows}).data)


class ShareLinkApi(APIView):
    """One of the caller's links."""

    @extend_schema(operation_id="share_links_destroy", responses={204: None})
    def delete(self, request: Request, link_id: UUID) -> Response:
        """Forget the link and its ciphertext."""
        share_link_delete(caller=caller_of(request), link_id=link_id)
        return Response(status=204)


def _row(link: ShareLink) -> dict[str, Any]:
    openings = [{"recipient": one.recipient, "at": int(one.at.timestamp())} for one in link.openings.all()]
    return {
        "id": link.id, "expires": int(link.expires.timestamp()), "opened": link.opened,
        "last_opened": int(link.last_opened.timestamp()) if link.last_opened else None,
        "openings": openings[:KEPT_OPENINGS], "passcode": bool(link.passcode), "attempts_left": link.attempts_left,
    }  # fmt: skip
