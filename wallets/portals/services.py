"""One-time links from a signed-in device to a browser."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from medixain.api.caller import Caller
from medixain.audit.services import audit_record
from wallets.identity.models import Account
from wallets.portals.models import PageLink

SESSION_KEY = "wallet"
LINK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link, shown once."""

    url: str
    expires: int


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whose page a link opened."""

    address: str
    is_patient: bool


def page_link_create(*, caller: Caller) -> MadeLink:
    """Return a link that opens the caller's start page once within a minute."""
    secret = secrets.token_urlsafe(32)
    expires = timezone.now() + timedelta(seconds=LINK_SECONDS)
    with transaction.atomic():
        PageLink.objects.filter(expires__lt=timezone.now()).delete()
        PageLink.objects.create(secret_hash=_hash(secret), address=caller.address, expires=expires)
        audit_record(by=caller.address, action="page-link.made", subject=caller.address)
    return MadeLink(f"{settings.SIGN_IN_URI.rstrip('/')}/open/{secret}/", int(expires.timestamp()))


def page_link_open(secret: str) -> OpenedLink | None:
    """Use a link up; None when it was used, has run out or never was."""
    with transaction.atomic():
        link = (
            PageLink.objects.select_for_update().filter(secret_hash=_hash(secret), expires__gt=timezone.now()).first()
        )
        if link is None:
            return None
        link.delete()
        audit_record(by=link.address, action="page-link.opened", subject=link.address)
    return OpenedLink(link.address, Account.objects.filter(pk=link.address).exists())


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8")).digest()
