"""Operators' pages: Django admin in unfold's dress, signed in through allauth with a second factor."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "wallets.portals.operators.OperatorAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "medixain"

OPERATOR_SECOND_FACTOR_REQUIRED = True
"""Whether the operators' pages stay shut until the account has a second factor."""


def _link(title: Promise | str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


def _styles(request: HttpRequest) -> str:
    return static("css/operator.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("medixain operator"),
    "SITE_HEADER": "medixain",
    "SITE_SUBHEADER": _("Operator"),
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "STYLES": [_styles],
    "BORDER_RADIUS": "5px",
    "COLORS": {
        "primary": {
            "50": "#eef7f4", "100": "#d6ece6", "200": "#aedacd", "300": "#7fd1bd", "400": "#3f9f8b", "500": "#1b7565",
            "600": "#0b5a4e", "700": "#094a40", "800": "#083b34", "900": "#062e28", "950": "#031a17",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Chain"),
                "items": [
                    _link(_("Health"), "monitor_heart", "admin:chain-health"),
                    _link(_("Miners"), "memory", "admin:chain-miners"),
                    _link(_("Optimiser"), "tune", "proposals:runs"),
                    _link(_("Outbox"), "outbox", "admin:chainindex_transaction_changelist"),
                    _link(_("Events"), "receipt_long", "admin:chainindex_chainevent_changelist"),
                ],
            },
            {
                "title": _("Consortium"),
                "items": [
                    _link(_("Institutions"), "domain", "admin:registry_institution_changelist"),
                    _link(_("Votes"), "how_to_vote", "admin:registry_institutionvote_changelist"),
                    _link(_("Professionals"), "badge", "admin:registry_professional_changelist"),
                    _link(_("Care teams"), "groups", "admin:registry_careteam_changelist"),
                    _link(_("Nodes"), "hub", "admin:registry_node_changelist"),
                ],
            },
            {
                "title": _("Platform"),
                "items": [
                    _link(_("Audit"), "history", "admin:audit_auditevent_changelist"),
                    _link(_("Operators"), "person", "admin:auth_user_changelist"),
                    _link(_("Second factors"), "key", "admin:mfa_authenticator_changelist"),
                    _link(_("Own second factor"), "phonelink_lock", "mfa_index"),
                ],
            },
        ],
    },
}  # fmt: skip
