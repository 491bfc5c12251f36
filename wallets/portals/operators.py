"""Operators' accounts: made by the operator in charge, never by signing up, and shut until a second factor is set."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class OperatorAccountAdapter(DefaultAccountAdapter):
    """Closes signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an operator's account from outside."""
        return False


class OperatorSite(UnfoldAdminSite):
    """The admin site; it opens to staff with a second factor only, where the settings ask for one."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may see anything here."""
        if not super().has_permission(request):
            return False
        return not settings.OPERATOR_SECOND_FACTOR_REQUIRED or is_mfa_enabled(request.user)
