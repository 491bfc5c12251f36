"""Endpoints of the proposals."""

from django.urls import path

from engines.proposals import apis

urlpatterns = [
    path("proposals", apis.ProposalsApi.as_view()),
    path("proposals/<uuid:proposal_id>/votes", apis.ProposalVotesApi.as_view()),
]
