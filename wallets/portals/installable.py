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


@require_safe
def web_manifest(request: HttpRequest) -> JsonResponse:
    """The web app's manifest (https://www.w3.org/TR/appmanifest/)."""
    logo, icon = staticfiles_storage.url("img/logo.svg"), staticfiles_storage.url("img/icon.svg")
    document = {
        "id": "/", "name": "medixain", "short_name": "medixain", "description": _("Your medical wallet"),
        "start_url": reverse("portals:patient"), "scope": "/", "display": "standalone",
        "background_color": "#ffffff", "theme_color": "#0b5a4e",
        "icons": [
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": logo, "sizes": "any", "type": "image/svg+xml", "purpose": "monochrome"},
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
