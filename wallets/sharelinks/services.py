"""Making, opening and forgetting share links."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from medixain.api.caller import Caller
from medixain.api.errors import NotFound
from medixain.audit.services import ANYBODY, PLATFORM, audit_record
from medixain.core.errors import InvalidInput
from wallets.sharelinks.errors import NoSuchLink, TooManyLinks, WrongPasscode
from wallets.sharelinks.models import ShareDownload, ShareLink, ShareOpening

MAX_LINKS = 100
MAX_DAYS = 365
KEPT_OPENINGS = 20
DOWNLOAD_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link, shown once: ``url`` opens it, ``id`` only names it."""

    id: uuid.UUID
    url: str
    expires: datetime


def share_link_create(*, caller: Caller, ciphertext: str, expires: datetime, passcode_hash: str) -> MadeLink:
    """Keep a JWE until ``expires``; raises :class:`InvalidInput` for a moment out of range, :class:`TooManyLinks`."""
    now = timezone.now()
    if not now < expires <= now + timedelta(days=MAX_DAYS):
        raise InvalidInput(f"A link ends within the next {MAX_DAYS} days.", field="expires")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        if ShareLink.objects.filter(owner=caller.address, expires__gt=now).count() >= MAX_LINKS:
            raise TooManyLinks(MAX_LINKS)
        link = ShareLink.objects.create(
            secret_hash=_hash(secret), owner=caller.address, ciphertext=ciphertext, expires=expires,
            passcode=make_password(passcode_hash) if passcode_hash else "",
        )  # fmt: skip
        audit_record(by=caller.address, action="share-link.made", subject=str(link.id))
    return MadeLink(link.id, f"{_base()}/open/{secret}", expires)


def share_link_delete(*, caller: Caller, link_id: uuid.UUID) -> None:
    """Forget one of the caller's links and its ciphertext; raises :class:`NotFound` for any other."""
    with transaction.atomic():
        deleted, _ = ShareLink.objects.filter(id=link_id, owner=caller.address).delete()
        if not deleted:
            raise NotFound("There is no such link of yours.")
        audit_record(by=caller.address, action="share-link.deleted", subject=str(link_id))


def share_link_open(*, secret: str, recipient: str) -> str:
    """Return the JWE of a link without a passcode and count the opening; raises :class:`NoSuchLink`."""
    with transaction.atomic():
        link = _live(secret)
        _count(link, recipient)
    return link.ciphertext


def share_link_unlock(*, secret: str, recipient: str, passcode: str, embedded_limit: int | None) -> tuple[str, str]:
    """Return (JWE, "") or, for a JWE longer than ``embedded_limit`` characters, ("", an address that gives it once).

    Raises :class:`NoSuchLink`; :class:`WrongPasscode` after counting the attempt, which is why it is raised outside of
    the transaction.
    """
    with transaction.atomic():
        link = _live(secret)
        left = _attempt(link, passcode)
        if left is None:
            _count(link, recipient)
            if embedded_limit is None or len(link.ciphertext) <= embedded_limit:
                return link.ciphertext, ""
            return "", _download(link)
    raise WrongPasscode(left)


def share_download(*, secret: str) -> str:
    """Return the JWE that an address of a manifest leads to, once; raises :class:`NoSuchLink`."""
    with transaction.atomic():
        now = timezone.now()
        rows = ShareDownload.objects.select_for_update().select_related("link")
        found = rows.filter(secret_hash=_hash(secret), expires__gt=now, link__expires__gt=now).first()
        if found is None:
            raise NoSuchLink
        found.delete()
        audit_record(by=ANYBODY, action="share-link.fetched", subject=str(found.link_id))
    return found.link.ciphertext


def needs_passcode(secret: str) -> bool:
    """Whether a link asks for a passcode; raises :class:`NoSuchLink`."""
    link = ShareLink.objects.filter(secret_hash=_hash(secret), expires__gt=timezone.now(), attempts_left__gt=0).first()
    if link is None:
        raise NoSuchLink
    return bool(link.passcode)


def share_links_erase() -> int:
    """Erase what has expired; return how many links that were."""
    with transaction.atomic():
        expired = list(ShareLink.objects.filter(expires__lte=timezone.now()).values_list("id", flat=True))
        for link_id in expired:
            ShareLink.objects.filter(id=link_id).delete()
            audit_record(by=PLATFORM, action="share-link.expired", subject=str(link_id))
        for download in ShareDownload.objects.filter(expires__lte=timezone.now()):
            download.delete()
            audit_record(by=PLATFORM, action="share-link.not-fetched", subject=str(download.link_id))
    return len(expired)


def _live(secret: str) -> ShareLink:
    rows = ShareLink.objects.select_for_update().filter(secret_hash=_hash(secret), expires__gt=timezone.now())
    link = rows.filter(attempts_left__gt=0).first()
    if link is None:
        raise NoSuchLink
    return link


def _attempt(link: ShareLink, passcode: str) -> int | None:
    """Check a passcode; return None when it fits, otherwise how many attempts are left after this one."""
    if not link.passcode or check_password(passcode_hash_of(passcode), link.passcode):
        return None
    link.attempts_left -= 1
    if link.attempts_left == 0:
        link.ciphertext = ""  # gone for good: nobody can open it any more, not even by mistake
    link.save(update_fields=["attempts_left", "ciphertext"])
    audit_record(by=ANYBODY, action="share-link.refused", subject=str(link.id), details={"left": link.attempts_left})
    return link.attempts_left


def _count(link: ShareLink, recipient: str) -> None:
    ShareLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened=timezone.now())
    ShareOpening.objects.create(link=link, recipient=recipient)
    kept = list(link.openings.values_list("pk", flat=True)[:KEPT_OPENINGS])
    link.openings.exclude(pk__in=kept).delete()
    audit_record(by=ANYBODY, action="share-link.opened", subject=str(link.id))


def _download(link: ShareLink) -> str:
    secret = secrets.token_urlsafe(32)
    expires = min(link.expires, timezone.now() + timedelta(seconds=DOWNLOAD_SECONDS))
    ShareDownload.objects.create(link=link, secret_hash=_hash(secret), expires=expires)
    return f"{_base()}/files/{secret}"


def passcode_hash_of(passcode: str) -> str:
    """What an owner's device hands in of a passcode: SHA-256 under a label, as hexadecimal digits."""
    return hashlib.sha256(f"medixain/share-link/v1\n{passcode}".encode()).hexdigest()


def _base() -> str:
    return f"{settings.SIGN_IN_URI.rstrip('/')}/api/v1/share-links"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8")).digest()
