"""Routes of sign-in, accounts and directory under /api/v1/."""

from django.urls import path

from wallets.identity import apis

urlpatterns = [
    path("auth/challenges", apis.ChallengesApi.as_view()),
    path("auth/sessions", apis.SessionsApi.as_view()),
    path("auth/sessions/current", apis.CurrentSessionApi.as_view()),
    path("accounts", apis.AccountsApi.as_view()),
    path("directory/<str:lookup>", apis.DirectoryApi.as_view()),
]
