"""Routes of documents under /api/v1/."""

from django.urls import path

from wallets.profile import apis

urlpatterns = [path("slots/<str:slot>/documents/<int:kind>", apis.DocumentApi.as_view())]
