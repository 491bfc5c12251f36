"""Every place of platform and vault that is a page, by the tables of addresses themselves."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, URLResolver, get_resolver, resolve

from tests.demo.harness import ROOT

VAULT = ROOT / "keymgmt" / "vault"
TABLES = {"vault": "routes-top.ts", "frame": "routes-frame.ts"}
DOCUMENTS = {"/": "vault", "/frame.html": "frame"}
LINK = "link.html"
"""The vault's page for who opens a SMART Health Link."""
NO_PAGES = {
    "what programs fetch": r"^api/|\.(svg|json|js|webmanifest)$|^operator/jsi18n/$|recovery-codes/download/$",
    "what only takes a form": r"^(language|leave)/|/propose/$|^operator/logout/$",
    "a part of a page": r"^patient/(tasks|records/.*/state)/$|^operator/(chain/live|search|autocomplete)/$",
    "what only leads elsewhere": r"^operator/(login/$|r/|\(\?P<url>|.*<path:object_id>/$)",
    "of accounts with an e-mail address": r"/accounts/(\(|confirm-|email|inactive|login/code|password/(re)?set|signup)",
    "switched off": r"/history/$",
    "refused, since nobody edits it": r"^operator/(audit|chainindex|proposals|registry)/\w+/(add|.*/delete)/$"
    r"|authenticator/add/$",
}
"""Addresses that are no page of their own, or no page here, by the reason."""
NO_VAULT_PAGES = {"lock"}
"""Routes of the vault that only lead elsewhere."""


def places() -> set[str]:
    """Every page there is: ``platform patient/access/``, ``vault share``, ``frame record/:record``, ``error 404``."""
    no_page = re.compile("|".join(NO_PAGES.values()))
    platform = {f"platform {route}" for route in _routes(get_resolver()) if not no_page.search(route)}
    vault = {
        f"{document} {pattern}"
        for document, table in TABLES.items()
        for pattern in patterns(table)
        if pattern not in NO_VAULT_PAGES
    }
    errors = {f"error {template.stem}" for template in (ROOT / "templates").glob("[45]*.html")}
    return platform | vault | errors | {f"vault {LINK}"}


def place(address: str, platform: str) -> str | None:
    """The page that an address leads to, None for what is none; ``platform`` is where the platform is."""
    url = urlsplit(address)
    if address.startswith(platform):
        try:
            return f"platform {resolve(url.path).route}"
        except Resolver404:
            return None
    if url.path == f"/{LINK}":
        return f"vault {LINK}"
    document = DOCUMENTS.get(url.path)
    if document is None:
        return None
    path = url.fragment.partition("?")[0].strip("/").split("/")
    found = [pattern for pattern in patterns(TABLES[document]) if _matches(pattern.split("/"), path)]
    return f"{document} {found[0]}" if found else None


def patterns(table: str) -> list[str]:
    """The routes of one of the vault's tables and of the practice's beside it, as the source has them."""
    ui = VAULT / "src" / "ui"
    return [found for file in (ui / table, ui / "practice" / table) for found in _patterns(file)]


def _patterns(file: Path) -> list[str]:
    return re.findall(r"pattern: '([^']+)'", file.read_text(encoding="utf-8"))


def _matches(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(
        want.startswith(":") or want == given for want, given in zip(pattern, path, strict=True)
    )


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^")  # As a match joins them.
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        else:
            yield route
