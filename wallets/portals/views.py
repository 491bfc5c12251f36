"""Pages for everybody, and the door: they show what the server may know, which is routing, sizes, times and states."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wallets.portals.selectors import overview
from wallets.portals.services import SESSION_KEY, page_link_open
from wallets.registry.selectors import institution_list


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What medixain is."""
    return render(request, "portals/home.html", {"overview": overview()})


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """The consortium."""
    return render(request, "portals/institutions.html", {"institutions": institution_list()})


@require_safe
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Open a one-time link: the browser now shows this person's pages, beginning with the one that the link names."""
    opened = page_link_open(secret)
    if opened is None:
        return render(request, "portals/link_used.html", status=410)
    request.session.flush()
    request.session[SESSION_KEY] = opened.address
    if opened.next:
        return HttpResponseRedirect(opened.next)
    return redirect("portals:patient" if opened.is_patient else "portals:practice")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget whose pages this browser shows, then let the vault forget its keys."""
    request.session.flush()
    if settings.VAULT_URL:
        return HttpResponseRedirect(f"{settings.VAULT_URL}/#/lock?return=/")
    return redirect("portals:home")
