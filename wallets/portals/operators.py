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

from wallets.portals.alarms import history
from wallets.portals.chain_page import chain_page
from wallets.portals.miners_page import miners_page


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
        """Add the chain's page, its changing part alone, and the miners' page."""
        page = path("chain/", self.admin_view(self.chain_health), name="chain-health")
        live = path("chain/live/", self.admin_view(self.chain_live), name="chain-live")
        miners = path("miners/", self.admin_view(self.chain_miners), name="chain-miners")
        return [page, live, miners, *super().get_urls()]

    def chain_health(self, request: HttpRequest) -> HttpResponse:
        """Blocks, parameters, miners, nodes, outbox and alarms on one page."""
        return render(request, "operator/chain.html", chain_page() | {"history": history()})

    def chain_miners(self, request: HttpRequest) -> HttpResponse:
        """Authorised miners, who sealed the last blocks, and what the parameters were."""
        return render(request, "operator/miners.html", miners_page())

    def chain_live(self, request: HttpRequest) -> HttpResponse:
        """What changes on that page, for htmx."""
        return render(request, "operator/chain_live.html", chain_page() | {"history": history()})


def _lacks_second_factor(request: HttpRequest) -> bool:
    if not settings.OPERATOR_SECOND_FACTOR_REQUIRED or isinstance(request.user, AnonymousUser):
        return False
    return not is_mfa_enabled(request.user)
