"""Links to the vault's own pages, its frames in portals, and the portals' headers."""

from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from wallets.portals.navigation import NAVIGATIONS, Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def vault_page(context: dict[str, Any], route: str, back: str | None = None) -> str:
    """The address of a top-level page of the vault (``share``, ``unlock`` …) that returns to ``back`` or to this page.

    What stands in the fragment never reaches a server.
    """
    request: HttpRequest | None = context.get("request")
    here = back if back is not None else request.path if request else "/"
    return f"{settings.VAULT_URL}/#/{route}{'&' if '?' in route else '?'}return={quote(here)}"


@register.inclusion_tag("includes/vault_frame.html", takes_context=True)
def vault_frame(context: dict[str, Any], route: str, title: str) -> dict[str, Any]:
    """A frame of the vault that displays ``route``; ``title`` names it for those who do not see it."""
    return {
        "vault": settings.VAULT_URL, "route": route, "title": title, "request": context.get("request"),
    }  # fmt: skip


@register.inclusion_tag("includes/navigation.html", takes_context=True)
def navigation(context: dict[str, Any], portal: str) -> dict[str, Any]:
    """The entries of a portal's header, with the one that is current; the longest path that leads here wins."""
    request: HttpRequest | None = context.get("request")
    here = request.path if request else ""
    addresses = [_address(context, entry) for entry in NAVIGATIONS[portal]]
    leading = [address for address in addresses if here == address or (address != "/" and here.startswith(address))]
    best = max(leading, key=len, default=None)
    links = [
        {"title": entry.title, "url": url, "current": "" if url != best else "page" if url == here else "true"}
        for entry, url in zip(NAVIGATIONS[portal], addresses, strict=True)
    ]
    return {"links": links}


def _address(context: dict[str, Any], entry: Entry) -> str:
    return vault_page(context, entry.target.removeprefix("#/")) if entry.in_vault else reverse(entry.target)
