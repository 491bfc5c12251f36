"""Endpoints of sign-in, accounts and the directory."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of
from medixain.api.errors import NotFound
from medixain.api.fields import AddressField, Base64Field, HexField
from medixain.api.permissions import HasSession
from medixain.chainindex.chain import get_chain
from medixain.chainindex.serializers import SignedMessageSerializer, TransactionSerializer, signed_message
from medixain.core.errors import InvalidInput
from wallets.identity.models import DirectoryCard
from wallets.identity.services import Card, account_open, directory_put
from wallets.identity.sign_in import challenge_create, session_close, session_open

MAX_CARD_BYTES = 4096
MAX_TRANSACTIONS = 32


class ChallengeRequest(serializers.Serializer[Any]):
    """Who wants to sign in."""

    address = AddressField()


class ChallengeAnswer(serializers.Serializer[Any]):
    """What the sign-in text has to hold."""

    nonce = serializers.CharField()
    domain = serializers.CharField()
    uri = serializers.CharField()
    chain_id = serializers.IntegerField()
    expires = serializers.IntegerField()


class ChallengesApi(APIView):
    """Ask for a nonce."""

    permission_classes = (AllowAny,)
    throttle_scope = "sign-in"

    @extend_schema(operation_id="auth_challenge", request=ChallengeRequest, responses={201: ChallengeAnswer})
    def post(self, request: Request) -> Response:
        """Answer a nonce for one sign-in within five minutes."""
        sent = ChallengeRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        challenge = challenge_create(address=sent.validated_data["address"])
        answer = {
            "nonce": challenge.nonce, "domain": settings.SIGN_IN_DOMAIN, "uri": settings.SIGN_IN_URI,
            "chain_id": get_chain().chain_id, "expires": int(challenge.expires.timestamp()),
        }  # fmt: skip
        return Response(answer, status=201)


class SessionRequest(serializers.Serializer[Any]):
    """A signed EIP-4361 text and the device that the session belongs to."""

    message = serializers.CharField(max_length=2000, trim_whitespace=False)
    signature = HexField(size=65)
    device = AddressField()


class SessionAnswer(serializers.Serializer[Any]):
    """The bearer token, shown once."""

    token = serializers.CharField()
    expires = serializers.IntegerField()
    account = serializers.CharField()
    standing = serializers.ChoiceField(choices=["account", "professional", "institution", "author", "stranger"])


class SessionsApi(APIView):
    """Sign in."""

    permission_classes = (AllowAny,)
    throttle_scope = "sign-in"

    @extend_schema(operation_id="auth_session", request=SessionRequest, responses={201: SessionAnswer})
    def post(self, request: Request) -> Response:
        """Open a session for whoever signed the text."""
        sent = SessionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        opened = session_open(**sent.validated_data)
        answer = {
            "token": opened.token, "expires": int(opened.expires.timestamp()), "account": opened.caller.address,
            "standing": opened.caller.standing,
        }  # fmt: skip
        return Response(answer, status=201)


class CurrentSessionApi(APIView):
    """Sign out."""

    @extend_schema(operation_id="auth_session_end", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End this session."""
        session_close(caller=caller_of(request))
        return Response(status=204)


class CardSerializer(serializers.Serializer[Any]):
    """A directory card in an account's opening."""

    lookup = HexField(size=32)
    ciphertext = Base64Field(max_size=MAX_CARD_BYTES)
    version = serializers.IntegerField(min_value=1, default=1)


@extend_schema_field({"type": "string", "const": None})
class NothingField(serializers.Field[None, Any, None, Any]):
    """Null and nothing else: what could stand here the platform must not learn."""

    default_error_messages = {"not_nothing": "Send null here."}  # noqa: RUF012 - declared so by the framework

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> None:
        """Refuse: null does not come this far."""
        self.fail("not_nothing")

    def to_representation(self, value: None) -> None:
        """Return nothing."""


class SlotSerializer(serializers.Serializer[Any]):
    """A slot to claim; what layer it is, the platform does not learn."""

    slot = AddressField()
    layer_hint = NothingField()


class AccountRequest(serializers.Serializer[Any]):
    """An account slot, the other slots, the card, and the slots' signed openings."""

    account = AddressField()
    slots = SlotSerializer(many=True, required=False, default=list)
    card = CardSerializer(required=False, allow_null=True, default=None)
    transactions = SignedMessageSerializer(many=True)

    def validate_transactions(self, value: list[Any]) -> list[Any]:
        """Bound the work of one request."""
        if len(value) > MAX_TRANSACTIONS:
            raise serializers.ValidationError(f"Send at most {MAX_TRANSACTIONS} transactions at once.")
        return value


class AccountAnswer(serializers.Serializer[Any]):
    """The account and its messages on their way."""

    account = serializers.CharField()
    slots = serializers.ListField(child=serializers.CharField())
    transactions = TransactionSerializer(many=True)


class AccountsApi(APIView):
    """Open an account."""

    permission_classes = (AllowAny,)
    throttle_scope = "open-write"

    @extend_schema(operation_id="accounts_create", request=AccountRequest, responses={201: AccountAnswer})
    def post(self, request: Request) -> Response:
        """Open an account, or add slots to one; the same request again changes nothing."""
        sent = AccountRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        opened = account_open(
            account=data["account"],
            slots=[slot["slot"] for slot in data["slots"]],
            card=Card(**data["card"]) if data["card"] else None,
            transactions=[signed_message(item) for item in data["transactions"]],
        )
        answer = {
            "account": opened.account.slot,
            "slots": sorted(opened.account.slots.values_list("address", flat=True)),
            "transactions": TransactionSerializer(opened.transactions, many=True).data,
        }
        return Response(answer, status=201)


class DirectoryWrite(serializers.Serializer[Any]):
    """A newer card."""

    ciphertext = Base64Field(max_size=MAX_CARD_BYTES)
    version = serializers.IntegerField(min_value=1)


class DirectoryAnswer(serializers.Serializer[Any]):
    """A card as stored."""

    lookup = HexField()
    account = serializers.CharField(source="account_id")
    ciphertext = Base64Field(max_size=MAX_CARD_BYTES)
    version = serializers.IntegerField()


class DirectoryApi(APIView):
    """The card of one lookup value."""

    @property
    def permission_classes(self) -> Any:  # type: ignore[override]
        """Reading is open: the lookup value is as hard to guess as a wallet id."""
        return (AllowAny,) if self.request.method == "GET" else (HasSession,)

    @extend_schema(operation_id="directory_retrieve", responses=DirectoryAnswer)
    def get(self, request: Request, lookup: str) -> Response:
        """Answer the card."""
        card = DirectoryCard.objects.filter(lookup=lookup_bytes(lookup)).first()
        if card is None:
            raise NotFound("Nobody with this wallet id receives messages here.")
        return Response(DirectoryAnswer(card).data)

    @extend_schema(operation_id="directory_update", request=DirectoryWrite, responses=DirectoryAnswer)
    def put(self, request: Request, lookup: str) -> Response:
        """Store a newer version of one's own card."""
        sent = DirectoryWrite(data=request.data)
        sent.is_valid(raise_exception=True)
        card = directory_put(caller=caller_of(request), card=Card(lookup=lookup_bytes(lookup), **sent.validated_data))
        return Response(DirectoryAnswer(card).data)


def lookup_bytes(text: str) -> bytes:
    """Return the 32 bytes of a lookup value in a path, with or without 0x; raises :class:`InvalidInput`."""
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError as error:
        raise InvalidInput("A lookup value is 32 bytes in hex.", field="lookup") from error
    if len(value) != 32:
        raise InvalidInput("A lookup value is 32 bytes in hex.", field="lookup")
    return value
