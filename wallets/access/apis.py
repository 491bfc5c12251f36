"""Endpoints of the inbox and of deposits for nodes."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of, node_of
from medixain.api.errors import NotPermitted
from medixain.api.fields import AddressField, Base64Field
from medixain.api.pages import PageQuery, next_cursor
from medixain.api.permissions import HasSession, IsMember, IsNode
from wallets.access.models import Message, MessageKind, NodeDeposit
from wallets.access.services import deposit_delete, deposit_leave, message_delete, message_send

MAX_BLOB_BYTES = settings.MESSAGE_MAX_BYTES


class MessageRequest(serializers.Serializer[Any]):
    """A sealed message."""

    to = AddressField()
    kind = serializers.ChoiceField(choices=MessageKind.values)
    blob = Base64Field(max_size=MAX_BLOB_BYTES)
    reply_to = serializers.UUIDField(required=False, allow_null=True, default=None)


@extend_schema_field({"type": "integer"})
class UnixTimeField(serializers.Field[Any, Any, int, Any]):
    """A moment as Unix seconds."""

    def to_representation(self, value: Any) -> int:
        """Return whole seconds."""
        return int(value.timestamp())


class MessageAnswer(serializers.Serializer[Any]):
    """A message as it waits in an inbox."""

    id = serializers.UUIDField()
    sender = serializers.CharField(source="sender")
    to = serializers.CharField(source="recipient")
    kind = serializers.CharField()
    blob = Base64Field(max_size=MAX_BLOB_BYTES)
    reply_to = serializers.UUIDField(allow_null=True)
    created = UnixTimeField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Call the sender ``from``, which Python cannot."""
        return {"from" if name == "sender" else name: field for name, field in super().get_fields().items()}


class MessagePage(serializers.Serializer[Any]):
    """Messages and the next cursor."""

    messages = MessageAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class MessagesApi(APIView):
    """The inbox."""

    def get_permissions(self) -> list[Any]:
        """Sending needs somebody known."""
        return [IsMember()] if self.request.method == "POST" else [HasSession()]

    @extend_schema(operation_id="messages_create", request=MessageRequest, responses={201: MessageAnswer})
    def post(self, request: Request) -> Response:
        """Leave a sealed message."""
        sent = MessageRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(MessageAnswer(message_send(caller=caller_of(request), **sent.validated_data)).data, status=201)

    @extend_schema(operation_id="messages_list", parameters=[PageQuery], responses=MessagePage)
    def get(self, request: Request) -> Response:
        """List one's own inbox."""
        query = PageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        limit = query.validated_data["limit"]
        found = Message.objects.filter(recipient=caller_of(request).address, sequence__gt=query.validated_data["after"])
        rows = list(found.order_by("sequence")[:limit])
        return Response(MessagePage({"messages": rows, "next": next_cursor(rows, limit)}).data)


class MessageApi(APIView):
    """One message."""

    @extend_schema(operation_id="messages_delete", responses={204: None})
    def delete(self, request: Request, message_id: UUID) -> Response:
        """Delete a message of one's own inbox."""
        message_delete(caller=caller_of(request), message_id=message_id)
        return Response(status=204)


class DepositRequest(serializers.Serializer[Any]):
    """kfrags sealed to a node."""

    node = AddressField()
    blob = Base64Field(max_size=MAX_BLOB_BYTES)


class DepositAnswer(serializers.Serializer[Any]):
    """A deposit that waits for its node."""

    id = serializers.UUIDField()
    node = serializers.CharField()
    blob = Base64Field(max_size=MAX_BLOB_BYTES)
    created = UnixTimeField()


class DepositPage(serializers.Serializer[Any]):
    """Deposits and the next cursor."""

    deposits = DepositAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class DepositQuery(PageQuery):
    """For which node."""

    node = AddressField()


class DepositsApi(APIView):
    """Deposits for nodes that were down."""

    def get_permissions(self) -> list[Any]:
        """People leave, nodes take."""
        return [IsMember()] if self.request.method == "POST" else [IsNode()]

    @extend_schema(operation_id="deposits_create", request=DepositRequest, responses={201: DepositAnswer})
    def post(self, request: Request) -> Response:
        """Leave a sealed deposit."""
        sent = DepositRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        deposit = deposit_leave(caller=caller_of(request), **sent.validated_data)
        return Response(DepositAnswer(deposit).data, status=201)

    @extend_schema(operation_id="deposits_list", parameters=[DepositQuery], responses=DepositPage)
    def get(self, request: Request) -> Response:
        """List what waits for the node that asks."""
        query = DepositQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        node = node_of(request).address
        if query.validated_data["node"] != node:
            raise NotPermitted("A node takes its own deposits only.")
        limit = query.validated_data["limit"]
        found = NodeDeposit.objects.filter(node=node, sequence__gt=query.validated_data["after"])
        rows = list(found.order_by("sequence")[:limit])
        return Response(DepositPage({"deposits": rows, "next": next_cursor(rows, limit)}).data)


class DepositApi(APIView):
    """One deposit."""

    permission_classes = (IsNode,)

    @extend_schema(operation_id="deposits_delete", responses={204: None})
    def delete(self, request: Request, deposit_id: UUID) -> Response:
        """Forget a deposit after taking it."""
        deposit_delete(node=node_of(request).address, deposit_id=deposit_id)
        return Response(status=204)
