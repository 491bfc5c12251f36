"""Operators' accounts: made by the operator in charge, never by signing up, and shut until a second factor is set."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from unfold.sites import UnfoldAdminSite

from medixain.chainindex.errors import ChainError
from medixain.chainindex.models import ChainCursor, Transaction, TransactionState
from medixain.chainindex.selectors import chain_status
from wallets.registry.models import InstitutionVote
from wallets.registry.selectors import node_place, node_set_current


class OperatorAccountAdapter(DefaultAccountAdapter):
    """Closes signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an operator's account from outside."""
        return False


class OperatorSite(UnfoldAdminSite):
    """The admin site; it opens to staff with a second factor only, where the settings ask for one."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may see anything here."""
        return bool(super().has_permission(request)) and not _lacks_second_factor(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to allauth's sign-in, or to the set-up of the second factor that is missing."""
        if super().has_permission(request) and _lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), reverse("account_login"))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the chain's page."""
        health = path("chain/", self.admin_view(self.chain_health), name="chain-health")
        return [health, *super().get_urls()]

    def chain_health(self, request: HttpRequest) -> HttpResponse:
        """Heights, ages, outbox and nodes on one page (look/operator-chain)."""
        return render(request, "operator/chain.html", chain_health_context())


def _lacks_second_factor(request: HttpRequest) -> bool:
    if not settings.OPERATOR_SECOND_FACTOR_REQUIRED or isinstance(request.user, AnonymousUser):
        return False
    return not is_mfa_enabled(request.user)


STALE_SECONDS = 45
"""Age of the newest block from which nodes stop opening new grants (nodes.md, permission 9)."""


def chain_health_context() -> dict[str, Any]:
    """Return what the chain's page shows; ``chain`` is None while it does not answer."""
    chain, problem = None, ""
    try:
        chain = chain_status()
    except ChainError as error:
        problem = error.message
    version, threshold, nodes = node_set_current()
    waiting = Transaction.objects.filter(state=TransactionState.RECEIVED).order_by("sequence")
    return {
        "chain": chain, "problem": problem, "stale": chain is not None and chain["head"]["age"] > STALE_SECONDS,
        "cursor": ChainCursor.objects.filter(id=1).first(), "version": version, "threshold": threshold,
        "nodes": [(node, node_place(node.address)) for node in nodes],
        "refused": list(waiting.exclude(error_code="")[:10]),
        "failed": list(Transaction.objects.filter(state=TransactionState.FAILED).order_by("-sequence")[:10]),
        "votes": InstitutionVote.objects.filter(transaction=None).count(),
    }  # fmt: skip
