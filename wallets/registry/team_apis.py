"""Endpoints of care teams: what institutions publish, for patients' devices to check and show."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from medixain.api.caller import caller_of
from medixain.api.fields import HexField
from medixain.api.permissions import HasSession, IsMember
from medixain.chainindex.serializers import SignedMessageSerializer, TransactionSerializer, signed_message
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput
from wallets.registry.selectors import team_get, team_list
from wallets.registry.team_services import team_put


class TeamRequest(serializers.Serializer[Any]):
    """A care team signed by its institution, and the messages that put its hash on the chain."""

    document = serializers.JSONField()
    signature = HexField(size=65)
    transactions = serializers.ListField(child=SignedMessageSerializer(), max_length=3)


class TeamAnswer(serializers.Serializer[Any]):
    """A care team as its institution signed it; clients hold it against what m nodes attest of its slot."""

    team = serializers.CharField()
    institution = serializers.CharField()
    version = serializers.IntegerField()
    document = serializers.JSONField()
    signature = HexField()
    transaction = TransactionSerializer()


class TeamsAnswer(serializers.Serializer[Any]):
    """The care teams of one institution."""

    teams = TeamAnswer(many=True)


class TeamsApi(APIView):
    """The care teams of an institution."""

    permission_classes = (HasSession,)

    @extend_schema(operation_id="institutions_teams", responses=TeamsAnswer)
    def get(self, request: Request, address: str) -> Response:
        """List them in their newest version, without those that were dissolved."""
        return Response(TeamsAnswer({"teams": team_list(to_address(address))}).data)


class TeamApi(APIView):
    """One care team."""

    def get_permissions(self) -> list[BasePermission]:
        """Whoever was given a team's id may look at it; institutions publish."""
        return [HasSession()] if self.request.method == "GET" else [IsMember()]

    @extend_schema(operation_id="teams_retrieve", responses=TeamAnswer,
                   parameters=[OpenApiParameter("version", int, required=False)])  # fmt: skip
    def get(self, request: Request, team: str) -> Response:
        """Answer the newest version, or the one that the nodes attest."""
        return Response(TeamAnswer(team_get(to_address(team), _version(request))).data)

    @extend_schema(operation_id="teams_update", request=TeamRequest, responses={202: TeamAnswer})
    def put(self, request: Request, team: str) -> Response:
        """Keep a version and put its hash on the chain."""
        sent = TeamRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        row = team_put(
            caller=caller_of(request), team=to_address(team), document=data["document"],
            signature=data["signature"], transactions=[signed_message(one) for one in data["transactions"]],
        )  # fmt: skip
        return Response(TeamAnswer(row).data, status=202)


def _version(request: Request) -> int | None:
    text = request.query_params.get("version")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InvalidInput("A version is a number from 1.", field="version")
    return int(text)
