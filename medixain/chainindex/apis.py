"""Endpoints of the outbox and the chain's state."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import Caller
from medixain.audit.services import ANYBODY
from medixain.chainindex.errors import UnknownTransaction
from medixain.chainindex.models import Transaction
from medixain.chainindex.selectors import chain_status
from medixain.chainindex.serializers import SignedMessageSerializer, TransactionSerializer, signed_message
from medixain.chainindex.services import transaction_submit


class TransactionsApi(APIView):
    """Relay a signed contract message."""

    permission_classes = (AllowAny,)
    throttle_scope = "open-write"

    @extend_schema(operation_id="transactions_create", request=SignedMessageSerializer,
                   responses={202: TransactionSerializer})  # fmt: skip
    def post(self, request: Request) -> Response:
        """Take a message in; the same message again answers the same row."""
        sent = SignedMessageSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        by = request.user.address if isinstance(request.user, Caller) else ANYBODY
        row = transaction_submit(signed_message(sent.validated_data), by=by)
        return Response(TransactionSerializer(row).data, status=202)


class TransactionApi(APIView):
    """Where a message stands."""

    permission_classes = (AllowAny,)
    throttle_scope = "transaction-state"

    @extend_schema(operation_id="transactions_retrieve", responses=TransactionSerializer)
    def get(self, request: Request, transaction_id: UUID) -> Response:
        """Answer state, block and error."""
        row = Transaction.objects.filter(id=transaction_id).first()
        if row is None:
            raise UnknownTransaction(transaction_id)
        return Response(TransactionSerializer(row).data)


class BlockSerializer(serializers.Serializer[Any]):
    """A block and how old it is, in seconds."""

    number = serializers.IntegerField()
    hash = serializers.CharField()
    time = serializers.IntegerField()
    age = serializers.IntegerField()


class ParametersSerializer(serializers.Serializer[Any]):
    """Active miners s, nonce bits r, difficulty d."""

    s = serializers.IntegerField()
    r = serializers.IntegerField()
    d = serializers.IntegerField()


class OutboxSerializer(serializers.Serializer[Any]):
    """Messages that are in no block yet."""

    waiting = serializers.IntegerField()
    oldest_seconds = serializers.IntegerField()
    refused = serializers.IntegerField()


class ChainStatusSerializer(serializers.Serializer[Any]):
    """Heights, ages, finality and parameters."""

    chain_id = serializers.IntegerField()
    head = BlockSerializer()
    final = BlockSerializer()
    indexed = serializers.IntegerField()
    parameters = ParametersSerializer(allow_null=True)
    outbox = OutboxSerializer()


class ChainStatusApi(APIView):
    """The chain as the platform sees it."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="chain_status", responses=ChainStatusSerializer)
    def get(self, request: Request) -> Response:
        """Answer heights, ages, finality, parameters and the outbox's backlog."""
        return Response(ChainStatusSerializer(chain_status()).data)
