"""Endpoint by which a signed-in device opens its start page in a browser."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of
from wallets.portals.services import page_link_create


class PageLinkRequest(serializers.Serializer[Any]):
    """Which page to open; the start page without one."""

    next = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class PageLinkAnswer(serializers.Serializer[Any]):
    """A link that works once, within a minute."""

    url = serializers.CharField()
    expires = serializers.IntegerField()


class PageLinksApi(APIView):
    """Links to the start page."""

    @extend_schema(operation_id="page_links_create", request=PageLinkRequest, responses={201: PageLinkAnswer})
    def post(self, request: Request) -> Response:
        """Make a link to one's own start page, or to the page named."""
        sent = PageLinkRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        link = page_link_create(caller=caller_of(request), next_path=sent.validated_data["next"])
        return Response(PageLinkAnswer(link).data, status=201)
