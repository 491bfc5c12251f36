"""Endpoint of a slot's history."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.core.addresses import to_address
from wallets.activity.selectors import slot_history


class PlaceSerializer(serializers.Serializer[Any]):
    """Where an event stands."""

    block = serializers.IntegerField()
    time = serializers.IntegerField()
    final = serializers.BooleanField()


class RecordItem(PlaceSerializer):
    """An item of the slot's record head."""

    kind = serializers.ChoiceField(choices=["anchor", "remove"])
    record = serializers.CharField()
    ipfs = serializers.CharField(allow_null=True)
    kc_hash = serializers.CharField(allow_null=True)
    originator = serializers.CharField(allow_null=True)
    seq = serializers.IntegerField()


class GrantItem(PlaceSerializer):
    """An item of the slot's grant head."""

    kind = serializers.ChoiceField(choices=["grant", "withdraw"])
    grant_id = serializers.CharField()
    expiry = serializers.IntegerField(allow_null=True)
    node_set = serializers.IntegerField(allow_null=True)
    seq = serializers.IntegerField()


class AuthorItem(PlaceSerializer):
    """An author's right to append, 0 when it ended."""

    author = serializers.CharField()
    until = serializers.IntegerField()


class HistoryAnswer(serializers.Serializer[Any]):
    """Everything the chain says about a slot, in order."""

    records = RecordItem(many=True)
    grants = GrantItem(many=True)
    authors = AuthorItem(many=True)


class HistoryApi(APIView):
    """A slot's history from the chain's events."""

    @extend_schema(operation_id="slots_history", responses=HistoryAnswer)
    def get(self, request: Request, slot: str) -> Response:
        """Answer the events; the client folds the heads itself."""
        return Response(HistoryAnswer(slot_history(to_address(slot))).data)
