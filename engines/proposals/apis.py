"""Endpoints by which institutions read proposals and vote on them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.proposals.models import Proposal
from engines.proposals.selectors import proposal_get, proposal_list
from engines.proposals.voting import Tally, proposal_tallies, proposal_vote
from medixain.api.fields import HexField
from medixain.chainindex.serializers import TransactionSerializer


class ProposalAnswer(serializers.Serializer[Any]):
    """A proposal: the exact ``Bounds`` message to sign in ConsensusGovernance's domain, and how the vote stands."""

    id = serializers.UUIDField(source="proposal.id")
    contract = serializers.CharField()
    function = serializers.CharField()
    message = serializers.JSONField(source="proposal.message")
    digest = HexField(source="proposal.message_hash")
    created = serializers.DateTimeField(source="proposal.created")
    state = serializers.ChoiceField(
        choices=["collecting", "expired", "received", "anchored", "final", "failed"], source="proposal.state"
    )  # fmt: skip
    votes = serializers.ListField(child=serializers.CharField(), source="tally.voters")
    needed = serializers.IntegerField(source="tally.needed")
    rows = serializers.JSONField(source="proposal.run.rows")
    transaction = TransactionSerializer(source="proposal.transaction", allow_null=True)


class ProposalsAnswer(serializers.Serializer[Any]):
    """The newest proposals, newest first."""

    proposals = ProposalAnswer(many=True)


def _answer(proposal: Proposal, tally: Tally) -> dict[str, Any]:
    return {"proposal": proposal, "tally": tally, "contract": "ConsensusGovernance", "function": "setBounds"}


class ProposalsApi(APIView):
    """Bounds that operators put to the vote."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="proposals_list", responses=ProposalsAnswer)
    def get(self, request: Request) -> Response:
        """Answer the 20 newest; bounds and votes are public on the chain anyway."""
        proposals = proposal_list(20)
        found = [
            _answer(proposal, tally) for proposal, tally in zip(proposals, proposal_tallies(proposals), strict=True)
        ]
        return Response(ProposalsAnswer({"proposals": found}).data)


class ProposalVoteRequest(serializers.Serializer[Any]):
    """One institution's signature over the proposal's message."""

    signature = HexField(size=65)


class ProposalVotesApi(APIView):
    """Vote on bounds."""

    permission_classes = (AllowAny,)
    throttle_scope = "open-write"

    @extend_schema(operation_id="proposals_vote", request=ProposalVoteRequest, responses={202: ProposalAnswer})
    def post(self, request: Request, proposal_id: UUID) -> Response:
        """Collect one vote; when they suffice the message is relayed."""
        sent = ProposalVoteRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        proposal = proposal_get(proposal_id)
        tally = proposal_vote(proposal, sent.validated_data["signature"])
        return Response(ProposalAnswer(_answer(proposal, tally)).data, status=202)
