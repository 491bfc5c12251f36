"""A patient's pages: what the server may know beside one frame of the vault, which shows the rest."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wallets.portals.framed import PATIENT_PAGES
from wallets.portals.selectors import PatientOverview, patient_record
from wallets.portals.sessions import for_patient


@require_safe
@never_cache
@for_patient
def home(request: HttpRequest, wallet: PatientOverview) -> HttpResponse:
    """Things to do, and the timeline."""
    return render(request, "portals/patient/home.html", {"wallet": wallet, "signed_in": True})


@require_safe
@never_cache
@for_patient
def tasks(request: HttpRequest, wallet: PatientOverview) -> HttpResponse:
    """The things to do alone, for the page that shows them already."""
    return render(request, "portals/parts/tasks.html", {"wallet": wallet})


@require_safe
@never_cache
@for_patient
def framed(request: HttpRequest, wallet: PatientOverview, page: str) -> HttpResponse:
    """A page of the table: a heading and a frame."""
    context = {"wallet": wallet, "page": PATIENT_PAGES[page], "signed_in": True}
    return render(request, "portals/patient/framed.html", context)


@require_safe
@never_cache
@for_patient
def record(request: HttpRequest, wallet: PatientOverview, record_id: str) -> HttpResponse:
    """One record: its state, and the vault's view of it."""
    found = patient_record(wallet, record_id)
    if found is None:
        raise Http404
    context = {
        "wallet": wallet, "record": found, "signed_in": True, "frame_route": f"#/record/{record_id}",
        "share_route": f"share?record={record_id}",
    }  # fmt: skip
    return render(request, "portals/patient/record.html", context)


@require_safe
@never_cache
@for_patient
def record_state(request: HttpRequest, wallet: PatientOverview, record_id: str) -> HttpResponse:
    """One record's state alone."""
    found = patient_record(wallet, record_id)
    if found is None:
        raise Http404
    return render(request, "portals/parts/record_state.html", {"record": found})
