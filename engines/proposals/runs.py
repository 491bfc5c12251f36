"""Asking the optimiser and keeping its answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction as database
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from engines.optimiser import OptimiserError
from engines.proposals.errors import ProposalError, TookTooLong
from engines.proposals.models import OptimiserRun, RunState
from engines.proposals.requirements import FIELDS, question_of
from engines.proposals.wake import wake_optimiser
from medixain.audit.services import PLATFORM, audit_record

log = structlog.get_logger(__name__)

STALE_SECONDS: Final = 180
"""After how long a running run is taken to be its dead worker's: three times what one may last."""

MAX_ATTEMPTS: Final = 3


def run_ask(values: Mapping[str, str], *, by: str) -> OptimiserRun:
    """Keep the requirements as a queued run and wake a worker.

    Raises :class:`engines.optimiser.InvalidProblem` naming the field of the form.
    """
    requirements = {name: values.get(name, "").strip() for name in FIELDS}
    question = question_of(requirements)
    with database.atomic():
        run = OptimiserRun.objects.create(
            asked_by=by, requirements=requirements, problem=question.problem.as_text()
        )  # fmt: skip
        audit_record(by=by, action="optimiser.asked", subject=str(run.id), details=requirements)
        database.on_commit(wake_optimiser)
    return run


def runs_waiting() -> Q:
    """Queued runs, and running ones whose worker must be dead."""
    stale = timezone.now() - timedelta(seconds=STALE_SECONDS)
    return Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, started__lt=stale)


def runs_compute() -> int:
    """Compute the runs that wait, oldest first; return how many."""
    count = 0
    while (run := _claim()) is not None:
        _compute(run)
        count += 1
    return count


def _claim() -> OptimiserRun | None:
    """Take one waiting run for this process; another process that saw the same row goes away empty-handed."""
    for run in OptimiserRun.objects.filter(runs_waiting()).order_by("sequence"):
        mine = OptimiserRun.objects.filter(runs_waiting(), pk=run.pk, attempts=run.attempts)
        with database.atomic():
            taken = mine.update(state=RunState.RUNNING, started=timezone.now(), attempts=F("attempts") + 1)
            if taken:
                audit_record(by=PLATFORM, action="optimiser.started", subject=str(run.id))
        if taken:
            run.refresh_from_db()
            return run
    return None


def _compute(run: OptimiserRun) -> None:
    if run.attempts > MAX_ATTEMPTS:
        _finish(run, state=RunState.FAILED, error_code="gave-up", error_detail=f"Its worker died {MAX_ATTEMPTS} times.")
        return
    try:
        # The composition root names who computes: with it comes matplotlib, which the other processes need not load.
        answer = import_string(settings.OPTIMISER_COMPUTE)(question_of(run.requirements))
    except (OptimiserError, ProposalError) as error:
        log.info("optimiser-failed", run=str(run.id), error=error, late=isinstance(error, TookTooLong))
        _finish(run, state=RunState.FAILED, error_code=error.code, error_detail=error.message)
        return
    _finish(
        run, state=RunState.DONE, verdict=answer.verdict, rows=answer.rows, explanations=answer.explanations,
        certificate=answer.certificate, plots=answer.plots,
    )  # fmt: skip


def _finish(run: OptimiserRun, **values: object) -> None:
    """Write the end of this claim, unless a later claim took the run over."""
    with database.atomic():
        mine = OptimiserRun.objects.filter(pk=run.pk, state=RunState.RUNNING, attempts=run.attempts)
        if not mine.update(finished=timezone.now(), **values):
            log.warning("optimiser-superseded", run=str(run.id), attempt=run.attempts)
            return
        details = {"state": str(values["state"]), "verdict": str(values.get("verdict", ""))}
        audit_record(by=PLATFORM, action="optimiser.finished", subject=str(run.id), details=details)
