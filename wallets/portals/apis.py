"""Endpoint by which a signed-in device opens its start page in a browser."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of
from wallets.portals.services import page_link_create


class PageLinkAnswer(serializers.Serializer[Any]):
    """A link that works once, within a minute."""

    url = serializers.CharField()
    expires = serializers.IntegerField()


class PageLinksApi(APIView):
    """Links to the start page."""

    @extend_schema(operation_id="page_links_create", request=None, responses={201: PageLinkAnswer})
    def post(self, request: Request) -> Response:
        """Make a link to one's own start page."""
        return Response(PageLinkAnswer(page_link_create(caller=caller_of(request))).data, status=201)
