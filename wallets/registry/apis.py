"""Endpoints of the consortium: what everybody may know, applications, votes, registrations."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import Caller, caller_of
from medixain.api.fields import AddressField, HexField
from medixain.api.permissions import IsMember
from medixain.chainindex.chain import get_chain, get_signer
from medixain.chainindex.errors import SignerUnavailable
from medixain.chainindex.serializers import TransactionSerializer
from medixain.core.addresses import to_address
from wallets.registry.models import Professional
from wallets.registry.selectors import (
    colleague_list,
    institution_get,
    institution_list,
    node_place,
    node_set_current,
    professional_get,
    professional_is_authorised,
)
from wallets.registry.services import (
    SignedName,
    institution_apply,
    institution_vote,
    professional_register,
    professional_rename,
)


class InstitutionAnswer(serializers.Serializer[Any]):
    """An institution: name and key as it gave them, roles and standing as the chain has them."""

    id = serializers.CharField(source="address")
    name = serializers.CharField()
    roles = serializers.IntegerField(source="shown_roles")
    active = serializers.BooleanField(source="is_active")
    exchange_key = HexField()


class NodeAnswer(serializers.Serializer[Any]):
    """A re-encryption node of the current set."""

    address = serializers.CharField()
    key = HexField()
    institution = serializers.CharField()
    url = serializers.CharField()
    name = serializers.CharField()


class NodeSetAnswer(serializers.Serializer[Any]):
    """The current node set."""

    version = serializers.IntegerField()
    threshold = serializers.IntegerField()
    nodes = NodeAnswer(many=True)


class KycServiceAnswer(serializers.Serializer[Any]):
    """Where an institution takes KYC visits."""

    institution = serializers.CharField()
    url = serializers.CharField()


class MetaAnswer(serializers.Serializer[Any]):
    """What a client needs to begin."""

    chain_id = serializers.IntegerField()
    contracts = serializers.DictField(child=serializers.CharField())
    node_set = NodeSetAnswer()
    rpc_url = serializers.CharField()
    institutions = InstitutionAnswer(many=True)
    kyc = KycServiceAnswer(many=True)
    version = serializers.CharField()
    relay = serializers.CharField(allow_null=True)
    vault = serializers.CharField(allow_null=True)


class MetaApi(APIView):
    """The platform, its chain, its nodes and institutions."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="meta", responses=MetaAnswer)
    def get(self, request: Request) -> Response:
        """Answer what a client needs to begin; it checks all of it against the chain and signed statements."""
        chain = get_chain()
        version, threshold, nodes = node_set_current()
        answer = {
            "chain_id": chain.chain_id,
            "contracts": chain.addresses,
            "node_set": {
                "version": version,
                "threshold": threshold,
                "nodes": [
                    {"address": node.address, "key": node.exchange_key, "institution": node.institution}
                    | node_place(node.address)
                    for node in nodes
                ],
            },
            "rpc_url": settings.CHAIN_PUBLIC_RPC_URL,
            "institutions": institution_list(),
            "kyc": settings.KYC_SERVICES,
            "version": settings.PLATFORM_VERSION,
            "relay": settings.RELAY_ADDRESS or _relay_address(),
            "vault": settings.VAULT_URL or None,
        }
        return Response(MetaAnswer(answer).data)


def _relay_address() -> str | None:
    """The relay's account from its signer; None while that does not answer or none is configured."""
    try:
        signer = get_signer()
    except SignerUnavailable:
        return None
    return signer.address if signer is not None else None


class InstitutionRequest(serializers.Serializer[Any]):
    """An application."""

    institution = AddressField()
    name = serializers.CharField(max_length=200)
    roles = serializers.IntegerField(min_value=0, max_value=63)
    exchange_key = HexField(size=33)


class InstitutionsApi(APIView):
    """Apply to the consortium."""

    permission_classes = (AllowAny,)
    throttle_scope = "open-write"

    @extend_schema(operation_id="institutions_create", request=InstitutionRequest, responses={201: InstitutionAnswer})
    def post(self, request: Request) -> Response:
        """Keep the application until the institutions have voted."""
        sent = InstitutionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        row = institution_apply(
            address=data["institution"], name=data["name"], roles=data["roles"], exchange_key=data["exchange_key"],
            caller=request.user if isinstance(request.user, Caller) else None,
        )  # fmt: skip
        return Response(InstitutionAnswer(row).data, status=201)


class InstitutionApi(APIView):
    """One institution."""

    @extend_schema(operation_id="institutions_retrieve", responses=InstitutionAnswer)
    def get(self, request: Request, address: str) -> Response:
        """Answer its row."""
        return Response(InstitutionAnswer(institution_get(to_address(address))).data)


class VoteRequest(serializers.Serializer[Any]):
    """One institution's signature over an Admission or a suspension."""

    function = serializers.ChoiceField(choices=["admit", "suspendInstitution"], default="admit")
    message = serializers.JSONField()
    signature = HexField(size=65)


class VoteAnswer(serializers.Serializer[Any]):
    """How the vote stands."""

    votes = serializers.IntegerField()
    needed = serializers.IntegerField()
    transaction = serializers.UUIDField(source="transaction.id", allow_null=True)


class VotesApi(APIView):
    """Vote on an institution."""

    permission_classes = (AllowAny,)
    throttle_scope = "open-write"

    @extend_schema(operation_id="institutions_vote", request=VoteRequest, responses={202: VoteAnswer})
    def post(self, request: Request, address: str) -> Response:
        """Collect one vote; when they suffice the message is relayed."""
        sent = VoteRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        tally = institution_vote(address=to_address(address), **sent.validated_data)
        return Response(VoteAnswer(tally).data, status=202)


class ProfessionalAnswer(serializers.Serializer[Any]):
    """A professional as the chain has it, and the name with its institution's signature, null where none was signed."""

    wallet = serializers.CharField()
    name = serializers.CharField()
    name_time = serializers.IntegerField(allow_null=True)
    name_signature = HexField(allow_null=True)
    signing_key = serializers.CharField()
    umbral_key = HexField()
    institution = serializers.CharField()
    level = serializers.IntegerField()
    valid_until = serializers.IntegerField()
    suspended = serializers.BooleanField()
    authorised = serializers.SerializerMethodField()

    def get_authorised(self, professional: Professional) -> bool:
        """Whether the professional may act now."""
        return professional_is_authorised(professional)


class NameRequest(serializers.Serializer[Any]):
    """A professional's name, signed by the institution (``ProfessionalName``)."""

    # What was signed is kept as it is: a client would find a trimmed name unsigned.
    name = serializers.CharField(max_length=200, trim_whitespace=False)
    name_time = serializers.IntegerField(min_value=0, max_value=2**53 - 1)
    name_signature = HexField(size=65)

    def signed_name(self) -> SignedName:
        """The name as it was sent."""
        sent = self.validated_data
        return SignedName(sent["name"], sent["name_time"], sent["name_signature"])


class ProfessionalRequest(NameRequest):
    """A registration signed by holder and institution, and the professional's name."""

    message = serializers.JSONField()
    signatures = serializers.ListField(child=HexField(size=65), min_length=2, max_length=2)


class RegistrationAnswer(serializers.Serializer[Any]):
    """The registration on its way."""

    wallet = serializers.CharField()
    name = serializers.CharField()
    transaction = TransactionSerializer()


class ColleaguesAnswer(serializers.Serializer[Any]):
    """Who is registered with one institution."""

    professionals = ProfessionalAnswer(many=True)


class ProfessionalsApi(APIView):
    """The professionals of the caller's institution."""

    permission_classes = (IsMember,)

    @extend_schema(operation_id="professionals_list", responses=ColleaguesAnswer)
    def get(self, request: Request) -> Response:
        """List the caller's colleagues; whoever is at no institution has none."""
        return Response(ColleaguesAnswer({"professionals": colleague_list(caller_of(request).address)}).data)

    @extend_schema(operation_id="professionals_create", request=ProfessionalRequest,
                   responses={202: RegistrationAnswer})  # fmt: skip
    def post(self, request: Request) -> Response:
        """Relay the registration."""
        sent = ProfessionalRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        professional, row = professional_register(
            caller=caller_of(request), message=sent.validated_data["message"],
            signatures=sent.validated_data["signatures"], name=sent.signed_name(),
        )  # fmt: skip
        answer = {"wallet": professional.wallet, "name": professional.name, "transaction": row}
        return Response(RegistrationAnswer(answer).data, status=202)


class ProfessionalApi(APIView):
    """One professional."""

    @extend_schema(operation_id="professionals_retrieve", responses=ProfessionalAnswer)
    def get(self, request: Request, wallet: str) -> Response:
        """Answer the row; patients check it against m nodes before they encrypt to its key or show its name."""
        return Response(ProfessionalAnswer(professional_get(to_address(wallet))).data)


class ProfessionalNameApi(APIView):
    """What a professional is called."""

    permission_classes = (IsMember,)

    @extend_schema(operation_id="professionals_rename", request=NameRequest, responses=ProfessionalAnswer)
    def put(self, request: Request, wallet: str) -> Response:
        """Keep another name, signed by the professional's institution."""
        sent = NameRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        professional = professional_rename(
            caller=caller_of(request), wallet=to_address(wallet), name=sent.signed_name()
        )
        return Response(ProfessionalAnswer(professional).data)
