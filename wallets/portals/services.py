"""One-time links from a signed-in device to a browser."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from medixain.api.caller import Caller
from medixain.audit.services import audit_record
from medixain.core.errors import InvalidInput
from wallets.identity.models import Account
from wallets.portals.models import PageLink

SESSION_KEY = "wallet"
LINK_SECONDS = 60
MAX_PATH = 200
_PORTAL_PATH = re.compile(r"/(?:patient|practice)/(?:[A-Za-z0-9._~-]+/)*")


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
    next: str


def page_link_create(*, caller: Caller, next_path: str = "") -> MadeLink:
    """Return a link that opens the caller's page at ``next_path`` (its start page if empty) once within a minute.

    Raises :class:`InvalidInput` for anything but a path of the platform's own portals.
    """
    if next_path and not is_portal_path(next_path):
        raise InvalidInput("The page to open is not one of this platform's: give a path of it.", field="next")
    secret = secrets.token_urlsafe(32)
    expires = timezone.now() + timedelta(seconds=LINK_SECONDS)
    with transaction.atomic():
        PageLink.objects.filter(expires__lt=timezone.now()).delete()
        PageLink.objects.create(secret_hash=_hash(secret), address=caller.address, next=next_path, expires=expires)
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
    return OpenedLink(link.address, Account.objects.filter(pk=link.address).exists(), link.next)


def is_portal_path(path: str) -> bool:
    """Whether ``path`` names a page of the portals: absolute, without host, query, fragment or ways around them."""
    return len(path) <= MAX_PATH and bool(_PORTAL_PATH.fullmatch(path)) and ".." not in path.split("/")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8")).digest()
