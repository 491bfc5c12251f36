"""Routes of the outbox under /api/v1/."""

from django.urls import path

from medixain.chainindex import apis

urlpatterns = [
    path("transactions", apis.TransactionsApi.as_view()),
    path("transactions/<uuid:transaction_id>", apis.TransactionApi.as_view()),
    path("chain/status", apis.ChainStatusApi.as_view()),
]
