"""Start pages: they show what the server may know, which is routing, sizes, times and states."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from wallets.portals.selectors import overview, patient_overview, practice_overview
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
def patient(request: HttpRequest) -> HttpResponse:
    """A patient's start page: with a page session what the platform holds, without one how to begin."""
    address = request.session.get(SESSION_KEY)
    return render(request, "portals/patient.html", {"wallet": patient_overview(address) if address else None})


@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """A practice's start page, as for patients."""
    address = request.session.get(SESSION_KEY)
    return render(request, "portals/practice.html", {"practice": practice_overview(address) if address else None})


@require_safe
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Open a one-time link: the browser now shows this person's start page."""
    opened = page_link_open(secret)
    if opened is None:
        return render(request, "portals/link_used.html", status=410)
    request.session.cycle_key()
    request.session[SESSION_KEY] = opened.address
    return redirect("portals:patient" if opened.is_patient else "portals:practice")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget who this browser shows."""
    request.session.flush()
    return redirect("portals:home")
