"""Whose pages a browser shows, and what it is shown when it shows nobody's."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from wallets.portals.selectors import PatientOverview, PracticeOverview, patient_overview, practice_overview
from wallets.portals.services import SESSION_KEY

P = ParamSpec("P")

_PATIENT_STEPS = (
    _("Make a wallet and write its 24 words down on paper. They are the only way back to it."),
    _("Visit an institution that checks who you are. It learns your name; the servers do not."),
    _("Add a first record, or let your practice send what it has."),
    _("Share a section with one person, until a day you choose, and see each look."),
)
_PRACTICE_STEPS = (
    _("Make a wallet of your own: it signs what you write."),
    _("Your institution registers you at a level and signs for it."),
    _("Ask a patient, saying what for and until when. The patient decides."),
    _("Read and add records. Each look is written down for the patient."),
)


def for_patient(
    view: Callable[Concatenate[HttpRequest, PatientOverview, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Call ``view`` with the wallet whose pages this browser shows; without one show how to open a wallet."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        address = request.session.get(SESSION_KEY)
        wallet = patient_overview(address) if address else None
        if wallet is None:
            return _sign_in(request, practice_side=False)
        return view(request, wallet, *args, **kwargs)

    return guarded


def for_practice(
    view: Callable[Concatenate[HttpRequest, PracticeOverview, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """As :func:`for_patient`, for a professional or an institution."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        address = request.session.get(SESSION_KEY)
        practice = practice_overview(address) if address else None
        if practice is None:
            return _sign_in(request, practice_side=True)
        return view(request, practice, *args, **kwargs)

    return guarded


def _sign_in(request: HttpRequest, *, practice_side: bool) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "portals/parts/ended.html")
    context: dict[str, Any] = {
        "practice_side": practice_side, "here": request.path,
        "heading": _("For practices and hospitals") if practice_side else _("Your wallet"),
        "lede": _("Read what a patient grants you, and add signed records. Your keys stay on your device.")
        if practice_side
        else _("This browser does not show a wallet. Your keys stay on your device."),
        "steps": _PRACTICE_STEPS if practice_side else _PATIENT_STEPS,
    }  # fmt: skip
    return render(request, "portals/sign_in.html", context)
