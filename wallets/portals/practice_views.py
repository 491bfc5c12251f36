"""A practice's pages; further ones (appointments, workload) are :mod:`wallets.activity`'s."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wallets.portals.framed import PATIENT_OF_PRACTICE, PRACTICE_PAGES
from wallets.portals.measures import MEASURES
from wallets.portals.selectors import PracticeOverview
from wallets.portals.sessions import for_practice


@require_safe
@never_cache
@for_practice
def home(request: HttpRequest, practice: PracticeOverview) -> HttpResponse:
    """Today: patients who trust this professional, answers to requests, standing."""
    return render(request, "portals/practice/home.html", {"practice": practice, "signed_in": True})


@require_safe
@never_cache
@for_practice
def framed(request: HttpRequest, practice: PracticeOverview, page: str) -> HttpResponse:
    """A page of the table: a heading and a frame."""
    chosen = PRACTICE_PAGES[page]
    context = {"practice": practice, "page": chosen, "frame_route": chosen.view, "signed_in": True}
    return render(request, "portals/practice/framed.html", context)


@require_safe
@never_cache
@for_practice
def patient(request: HttpRequest, practice: PracticeOverview, patient: str) -> HttpResponse:
    """One patient's record; ``patient`` is a name that the professional's own device made up and alone can read."""
    context = {
        "practice": practice, "page": PATIENT_OF_PRACTICE, "frame_route": f"#/patient/{patient}", "signed_in": True,
    }  # fmt: skip
    return render(request, "portals/practice/framed.html", context)


@require_safe
@never_cache
@for_practice
def colleagues(request: HttpRequest, practice: PracticeOverview) -> HttpResponse:
    """Who else the institution has registered."""
    return render(request, "portals/practice/colleagues.html", {"practice": practice, "signed_in": True})


@require_safe
@never_cache
@for_practice
def measures(request: HttpRequest, practice: PracticeOverview) -> HttpResponse:
    """What the figures of the practice's pages mean."""
    context = {"practice": practice, "measures": MEASURES, "signed_in": True}
    return render(request, "portals/practice/measures.html", context)
