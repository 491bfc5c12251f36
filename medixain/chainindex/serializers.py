"""Messages for the chain and where they stand, as endpoints take and give them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from medixain.api.fields import HexField
from medixain.chainindex.models import Transaction
from medixain.chainindex.services import SignedMessage


class SignedMessageSerializer(serializers.Serializer[Any]):
    """One contract call: the message under its EIP-712 names, and the signatures in the contract's order."""

    contract = serializers.CharField(max_length=40)
    function = serializers.CharField(max_length=40)
    message = serializers.JSONField()
    signatures = serializers.ListField(child=HexField(size=65), min_length=1, max_length=64)
    extra = serializers.JSONField(required=False, default=dict)


class MessageWithSignatureSerializer(serializers.Serializer[Any]):
    """A contract message whose function the endpoint fixes."""

    message = serializers.JSONField()
    signature = HexField(size=65)


class TransactionErrorSerializer(serializers.Serializer[Any]):
    """Why a transaction failed, or why it waits."""

    code = serializers.CharField()
    detail = serializers.CharField()


class TransactionSerializer(serializers.Serializer[Any]):
    """Where a message stands."""

    id = serializers.UUIDField()
    contract = serializers.CharField()
    function = serializers.CharField()
    state = serializers.ChoiceField(choices=["received", "anchored", "final", "failed"])
    tx_hash = HexField(allow_null=True)
    block = serializers.IntegerField(allow_null=True, source="block_number")
    attempts = serializers.IntegerField()
    error = serializers.SerializerMethodField()

    @extend_schema_field(TransactionErrorSerializer(allow_null=True))
    def get_error(self, row: Transaction) -> dict[str, str] | None:
        """The error's code and sentence, None while there is none."""
        return {"code": row.error_code, "detail": row.error_detail} if row.error_code else None


def signed_message(data: dict[str, Any]) -> SignedMessage:
    """Return the validated data of :class:`SignedMessageSerializer` as a value."""
    return SignedMessage(data["contract"], data["function"], data["message"], data["signatures"], data["extra"])
