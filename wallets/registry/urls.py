"""Routes of the consortium under /api/v1/."""

from django.urls import path

from wallets.registry import apis, team_apis

urlpatterns = [
    path("meta", apis.MetaApi.as_view()),
    path("institutions", apis.InstitutionsApi.as_view()),
    path("institutions/<str:address>", apis.InstitutionApi.as_view()),
    path("institutions/<str:address>/votes", apis.VotesApi.as_view()),
    path("institutions/<str:address>/teams", team_apis.TeamsApi.as_view()),
    path("teams/<str:team>", team_apis.TeamApi.as_view()),
    path("professionals", apis.ProfessionalsApi.as_view()),
    path("professionals/<str:wallet>", apis.ProfessionalApi.as_view()),
    path("professionals/<str:wallet>/name", apis.ProfessionalNameApi.as_view()),
]
