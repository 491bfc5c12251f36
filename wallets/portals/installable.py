"""What makes the portals installable: the web app's manifest, the service worker at the root, the offline page."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

WORKER = "js/portal-worker.js"

ICONS = (
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("icon-maskable-512.png", "512x512", "image/png", "maskable"),
)
"""File below ``static/img``, sizes, type and purpose (https://www.w3.org/TR/appmanifest/#icons-member); the vault's
manifest names the same (``keymgmt/vault/static/app.webmanifest``)."""


@require_safe
def web_manifest(request: HttpRequest) -> JsonResponse:
    """The web app's manifest (https://www.w3.org/TR/appmanifest/)."""
    document = {
        "id": "/", "name": "medixain", "short_name": "medixain", "description": _("Your medical wallet"),
        "start_url": reverse("portals:patient"), "scope": "/", "display": "standalone",
        "background_color": "#ffffff", "theme_color": "#0b5a4e",
        "icons": [
            {"src": staticfiles_storage.url(f"img/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in ICONS
        ],
    }  # fmt: skip
    return JsonResponse(document, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; served at the root because its scope is where it stands."""
    path = finders.find(WORKER)
    if path is None:
        raise Http404
    script = Path(str(path)).read_text(encoding="utf-8")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows when a page cannot be fetched."""
    return render(request, "portals/offline.html")
