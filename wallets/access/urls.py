"""Routes of inbox and deposits under /api/v1/."""

from django.urls import path

from wallets.access import apis

urlpatterns = [
    path("messages", apis.MessagesApi.as_view()),
    path("messages/<uuid:message_id>", apis.MessageApi.as_view()),
    path("node-deposits", apis.DepositsApi.as_view()),
    path("node-deposits/<uuid:deposit_id>", apis.DepositApi.as_view()),
]
