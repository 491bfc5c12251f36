"""A run is asked once, computed once, in a bounded time, and survives the death of its worker."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from engines.optimiser import verify
from engines.proposals.computing import Answer, compute
from engines.proposals.errors import TookTooLong
from engines.proposals.models import OptimiserRun, RunState
from engines.proposals.requirements import Question, beginning_with, question_of
from engines.proposals.runs import MAX_ATTEMPTS, STALE_SECONDS, run_ask, runs_compute
from engines.proposals.tasks import compute_runs
from medixain.audit.models import AuditEvent
from medixain.audit.services import audit_verify

pytestmark = pytest.mark.django_db
HERE = "tests.unit.engines.proposals.test_runs"


def no_plots(question: Question) -> Answer:
    return Answer("feasible", [{"s": 5, "r": 28, "d": 20, "cost": 1000.0}], [], {"rows": []}, {})


def too_long(question: Question) -> Answer:
    raise TookTooLong(60)


def loses_its_claim(question: Question) -> Answer:
    OptimiserRun.objects.update(attempts=9)
    return no_plots(question)


def test_the_answer_is_certified_drawn_and_audited() -> None:
    run = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    assert run.state == RunState.QUEUED
    compute_runs()
    run.refresh_from_db()
    assert (run.state, run.verdict) == (RunState.DONE, "feasible")
    assert [(row["s"], row["r"], row["d"]) for row in run.rows] == [(5, 29, 22), (5, 28, 21), (5, 28, 20)]
    assert verify(run.certificate) > 0
    assert set(run.plots) == {"excluded", "cost", "nonces", "boundary"}
    assert all(document.startswith("<?xml") and "</svg>" in document for document in run.plots.values())
    actions = AuditEvent.objects.filter(subject=str(run.id)).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["optimiser.asked", "optimiser.started", "optimiser.finished"]
    assert audit_verify() == 3


def test_a_run_whose_worker_died_is_taken_up_again_but_not_for_ever(settings: LazySettings) -> None:
    settings.OPTIMISER_COMPUTE = f"{HERE}.no_plots"
    run = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    OptimiserRun.objects.update(state=RunState.RUNNING, attempts=1, started=timezone.now())
    assert runs_compute() == 0
    dead = timezone.now() - timedelta(seconds=STALE_SECONDS + 1)
    OptimiserRun.objects.update(started=dead)
    assert runs_compute() == 1
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 2)
    OptimiserRun.objects.update(state=RunState.RUNNING, attempts=MAX_ATTEMPTS, started=dead)
    assert runs_compute() == 1
    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "gave-up")


def test_a_run_that_takes_too_long_fails_and_says_what_to_narrow(settings: LazySettings) -> None:
    settings.OPTIMISER_COMPUTE = f"{HERE}.too_long"
    run = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    runs_compute()
    run.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, "took-too-long")
    assert "narrow" in run.error_detail
    with pytest.raises(TookTooLong):
        compute(question_of(beginning_with("demo-cpu")), seconds=0)


def test_a_worker_that_was_given_up_does_not_overwrite_its_successor(settings: LazySettings) -> None:
    settings.OPTIMISER_COMPUTE = f"{HERE}.loses_its_claim"
    run = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    runs_compute()
    run.refresh_from_db()
    assert (run.state, run.verdict) == (RunState.RUNNING, "")
