"""Routes of a slot's history under /api/v1/."""

from django.urls import path

from wallets.activity import apis

urlpatterns = [path("slots/<str:slot>/history", apis.HistoryApi.as_view())]
