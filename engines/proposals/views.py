"""The operators' pages: state requirements, see the answer, propose it, watch the votes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engines.optimiser import PRESETS
from engines.proposals.errors import NothingToPropose, UnknownProposal
from engines.proposals.forms import RequirementsForm
from engines.proposals.models import OptimiserRun, Proposal
from engines.proposals.reading import constraints, levels, pictures, rows_of
from engines.proposals.requirements import DEFAULT_PRESET, FIELDS, beginning_with
from engines.proposals.runs import run_ask
from engines.proposals.selectors import (
    ballots,
    present,
    proposal_get,
    proposal_list,
    run_get,
    run_list,
    tally_or_none,
)
from engines.proposals.voting import bounds_of, proposal_create
from engines.proposals.wake import wake_optimiser
from medixain.core.errors import MedixainError

View = Callable[..., HttpResponse]


def operators(permission: str) -> Callable[[View], View]:
    """Open a page to the operators' site's own people (second factor included) who have ``permission``."""

    def decorate(view: View) -> View:
        allowed: View = permission_required(f"proposals.{permission}", raise_exception=True)(view)
        guarded: View = admin.site.admin_view(allowed)
        return guarded

    return decorate


def _operator(request: HttpRequest) -> str:
    return f"operator:{request.user.get_username()}"[:64]


@operators("view_optimiserrun")
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The form and what came of it before; a POST asks the optimiser."""
    if request.method == "POST":
        if not request.user.has_perm("proposals.add_optimiserrun"):
            return render(request, "403.html", status=403)
        form = RequirementsForm(request.POST)
        if form.is_valid():
            run = run_ask({name: str(form.cleaned_data.get(name, "")) for name in FIELDS}, by=_operator(request))
            return redirect("proposals:run", run.id)
    else:
        chosen = request.GET.get("preset", DEFAULT_PRESET)
        form = RequirementsForm(initial=beginning_with(chosen if chosen in PRESETS else DEFAULT_PRESET))
    now, problem = present()
    context = {
        "form": form, "presets": PRESETS, "chosen": form["preset"].value(), "present": now, "problem": problem,
        "runs": run_list(), "proposals": proposal_list(5),
    }  # fmt: skip
    return render(request, "operator/optimiser_runs.html", context, status=422 if form.errors else 200)


@operators("view_optimiserrun")
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, then its answer and what may be proposed."""
    found = _run(run_id)
    if not found.is_over:
        # Whoever looks asks again, so a wake-up that was lost costs no more than a look.
        wake_optimiser()
        return render(request, "operator/optimiser_run.html", {"run": found})
    now, problem = present()
    changes, proposals = _changes(found, now), list(found.proposals.select_related("transaction"))
    context = {
        "run": found, "rows": rows_of(found), "levels": levels(found.explanations), "present": now, "problem": problem,
        "changes": changes, "nothing_new": changes is not None and all(change["same"] for change in changes),
        "proposals": proposals, "open": any(made.state == "collecting" for made in proposals),
        "requirements": _requirements(found), "constraints": constraints(found), "plots": pictures(found),
    }  # fmt: skip
    return render(request, "operator/optimiser_run.html", context)


def _requirements(found: OptimiserRun) -> list[tuple[Any, str]]:
    fields = RequirementsForm.base_fields
    return [(fields[name].label, value) for name, value in found.requirements.items() if value and name in fields]


def _changes(found: OptimiserRun, now: Any) -> list[dict[str, Any]] | None:
    """Each bound as it is and as it would be, None when there is nothing to propose."""
    try:
        box = bounds_of(found)
    except NothingToPropose:
        return None
    return compared(box.as_dict(), now.box.as_dict() if now else None)


def compared(proposed: dict[str, int], has: dict[str, int] | None) -> list[dict[str, Any]]:
    """Return s, r and d with the range proposed and the range the chain has (None while it does not answer)."""
    titles = {"s": _("Active miners"), "r": _("Nonce bits"), "d": _("Difficulty")}
    return [
        {
            "name": name, "title": title, "low": proposed[f"{name}_min"], "high": proposed[f"{name}_max"],
            "now": (has[f"{name}_min"], has[f"{name}_max"]) if has else None,
            "same": has is not None and all(has[end] == proposed[end] for end in (f"{name}_min", f"{name}_max")),
        }
        for name, title in titles.items()
    ]  # fmt: skip


@operators("view_optimiserrun")
@require_safe
def plot(request: HttpRequest, run_id: UUID, name: str) -> HttpResponse:
    """One plot as SVG; it styles its own parts and holds its raster as data, which the page's policy forbids."""
    document = _run(run_id).plots.get(name)
    if document is None:
        raise Http404
    answer = HttpResponse(document, content_type="image/svg+xml")
    # django-csp reads this attribute when it writes the header.
    answer._csp_update = {"style-src": ["'unsafe-inline'"], "img-src": ["data:"]}  # type: ignore[attr-defined]
    return answer


@operators("view_optimiserrun")
@require_safe
def certificate(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The certificate as a file that ``medixain optimise verify`` checks."""
    found = _run(run_id)
    if found.certificate is None:
        raise Http404
    answer = HttpResponse(json.dumps(found.certificate, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="certificate-{found.id}.json"'
    return answer


@operators("add_proposal")
@require_POST
def propose(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Put the run's bounds to the vote; a refusal is said on the run's page."""
    found = _run(run_id)
    try:
        made = proposal_create(found, by=_operator(request))
    except MedixainError as error:
        messages.error(request, error.message)
        return redirect("proposals:run", found.id)
    return redirect("proposals:proposal", made.id)


@operators("view_proposal")
@require_safe
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal: the bounds, and who has voted."""
    found = _proposal(proposal_id)
    now, problem = present()
    sides = ("s_min", "s_max", "r_min", "r_max", "d_min", "d_max")
    wanted = {side: int(found.message[_camel(side)]) for side in sides}
    context = {
        "proposal": found, "tally": tally_or_none(found), "ballots": ballots(found), "present": now,
        "problem": problem, "changes": compared(wanted, now.box.as_dict() if now else None),
        "deadline": datetime.fromtimestamp(found.deadline, UTC), "digest": "0x" + found.message_hash.hex(),
    }  # fmt: skip
    return render(request, "operator/optimiser_proposal.html", context)


def _camel(name: str) -> str:
    head, tail = name.split("_")
    return head + tail.capitalize()


def _run(run_id: UUID) -> OptimiserRun:
    try:
        return run_get(run_id)
    except UnknownProposal as error:
        raise Http404(error.message) from error


def _proposal(proposal_id: UUID) -> Proposal:
    try:
        return proposal_get(proposal_id)
    except UnknownProposal as error:
        raise Http404(error.message) from error
