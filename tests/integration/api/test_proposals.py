"""From an operator's requirements to the chain's bounds: the pages, the institutions' votes, the contract."""

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.bindings.contracts import Contracts
from contracts.bindings.messages import Bounds
from engines.optimiser import verify
from engines.proposals.models import OptimiserRun, Proposal
from engines.proposals.requirements import beginning_with
from engines.proposals.runs import run_ask, runs_compute
from engines.proposals.voting import proposals_relay
from keymgmt.keys.signing import SigningKey
from medixain.audit.models import AuditEvent
from medixain.core.typed_json import message_from_json
from tests.conformance.contracts.consortium import INSTITUTION_NAMES, INSTITUTIONS, key_of
from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import hexed

JSON = "application/json"
PAGE = "/operator/optimiser/"


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("operator", password="a long pass phrase"))
    return client


@pytest.fixture
def answered(db: None) -> OptimiserRun:
    run = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    runs_compute()
    run.refresh_from_db()
    return run


def proposed(operator: Client, run: OptimiserRun) -> Proposal:
    answer = operator.post(f"{PAGE}runs/{run.id}/propose/")
    assert answer.status_code == 302, answer.content
    proposal = Proposal.objects.get()
    assert answer["Location"] == f"{PAGE}proposals/{proposal.id}/"
    return proposal


def ballot(contracts: Contracts, key: SigningKey, message: dict[str, Any]) -> dict[str, str]:
    bounds = message_from_json(Bounds, message)
    return {"signature": hexed(key.sign(contracts.consensus_governance.domain, bounds))}


def vote(contracts: Contracts, proposal: dict[str, Any], name: str) -> Any:
    sent = ballot(contracts, SigningKey(key_of(name)), proposal["message"])
    return Client().post(f"/api/v1/proposals/{proposal['id']}/votes", sent, content_type=JSON)


def test_an_operators_requirements_become_the_chains_bounds(
    operator: Client, contracts: Contracts, settle: Settle
) -> None:
    form = operator.get(PAGE)
    assert "may be 3 to 6" in form.content.decode()
    asked = operator.post(PAGE, beginning_with("demo-cpu"))
    assert asked.status_code == 302
    waiting = operator.get(asked["Location"]).content.decode()
    assert 'http-equiv="refresh"' in waiting
    runs_compute()
    page = operator.get(asked["Location"]).content.decode()
    assert "Feasible" in page
    assert all(text in page for text in ("d = 22", "d = 21", "d = 20", "mean time to a block, at most"))
    proposed(operator, OptimiserRun.objects.get())
    [listed] = Client().get("/api/v1/proposals").json()["proposals"]
    assert (listed["state"], listed["votes"], listed["needed"]) == ("collecting", [], 3)
    assert listed["message"]["deadline"] <= time.time() + 7 * 86400
    tallies = [vote(contracts, listed, name).json() for name in INSTITUTION_NAMES[:3]]
    assert [len(tally["votes"]) for tally in tallies] == [1, 2, 3]
    assert [tally["transaction"] is None for tally in tallies] == [True, True, False]
    settle()
    bounds, parameters = contracts.consensus_governance.bounds(), contracts.consensus_governance.parameters()
    assert (bounds.s_min, bounds.s_max, bounds.r_min, bounds.r_max) == (4, 5, 28, 30)
    assert (bounds.d_min, bounds.d_max) == (19, 23)
    assert (parameters.s, parameters.r, parameters.d) == (5, 30, 19)
    assert Client().get("/api/v1/proposals").json()["proposals"][0]["state"] == "final"
    page = operator.get(f"{PAGE}proposals/{listed['id']}/").content.decode()
    assert "In force" in page
    assert page.count("Did not sign") == len(INSTITUTIONS) - 3
    again = run_ask(beginning_with("demo-cpu"), by="operator:ann")
    runs_compute()
    assert "These bounds are in force already" in operator.get(f"{PAGE}runs/{again.id}/").content.decode()
    actions = AuditEvent.objects.filter(subject=listed["id"]).values_list("action", "actor")
    assert sorted(actions) == sorted(
        [("bounds.proposed", "operator:operator"), *(("bounds.vote", address) for address in INSTITUTIONS[:3])]
    )


def test_only_current_keys_of_active_institutions_count_and_each_once(
    operator: Client, contracts: Contracts, answered: OptimiserRun
) -> None:
    proposal = proposed(operator, answered)
    listed = {"id": str(proposal.id), "message": proposal.message}
    stranger = ballot(contracts, SigningKey.random(), proposal.message)
    refused = Client().post(f"/api/v1/proposals/{proposal.id}/votes", stranger, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-a-voter")
    other = ballot(contracts, SigningKey(key_of(INSTITUTION_NAMES[0])), proposal.message | {"dMax": 200})
    refused = Client().post(f"/api/v1/proposals/{proposal.id}/votes", other, content_type=JSON)
    assert refused.status_code == 403
    for _ in range(3):
        tally = vote(contracts, listed, INSTITUTION_NAMES[0]).json()
        assert (tally["votes"], tally["transaction"]) == ([INSTITUTIONS[0]], None)
    short = Client().post(f"/api/v1/proposals/{proposal.id}/votes", {"signature": "0x00"}, content_type=JSON)
    assert (short.status_code, list(short.json()["fields"])) == (400, ["signature"])
    Proposal.objects.update(deadline=int(time.time()) - 1)
    late = vote(contracts, listed, INSTITUTION_NAMES[1])
    assert (late.status_code, late.json()["code"]) == (409, "proposal-expired")
    assert "Expired" in operator.get(f"{PAGE}proposals/{proposal.id}/").content.decode()
    missing = Client().post(f"/api/v1/proposals/{answered.id}/votes", stranger, content_type=JSON)
    assert missing.status_code == 404


def test_votes_that_sufficed_before_a_crash_are_relayed_by_the_chores(
    operator: Client, contracts: Contracts, answered: OptimiserRun
) -> None:
    proposal = proposed(operator, answered)
    listed = {"id": str(proposal.id), "message": proposal.message}
    for name in INSTITUTION_NAMES[:3]:
        vote(contracts, listed, name)
    Proposal.objects.update(transaction=None)
    proposals_relay()
    proposal.refresh_from_db()
    assert proposal.state == "received"


def test_proposing_twice_does_not_divide_the_votes(operator: Client, chain: TestChain, answered: OptimiserRun) -> None:
    first = proposed(operator, answered)
    assert proposed(operator, answered) == first
    assert AuditEvent.objects.filter(action="bounds.proposed").count() == 1


def test_bounds_that_need_more_miners_than_there_are_are_not_put_to_the_vote(
    operator: Client, chain: TestChain, answered: OptimiserRun
) -> None:
    OptimiserRun.objects.update(rows=[{**row, "s": 200} for row in answered.rows])
    answer = operator.post(f"{PAGE}runs/{answered.id}/propose/", follow=True)
    assert "enabled miners" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_an_infeasible_answer_says_what_excludes_and_offers_nothing_to_propose(
    operator: Client, chain: TestChain
) -> None:
    run = run_ask(beginning_with("demo-cpu") | {"tau_u": "0.3 s"}, by="operator:ann")
    runs_compute()
    html = operator.get(f"{PAGE}runs/{run.id}/").content.decode()
    assert "No parameters meet these requirements" in html
    assert "Put these bounds to the vote" not in html
    answer = operator.post(f"{PAGE}runs/{run.id}/propose/", follow=True)
    assert "no certified row" in answer.content.decode()


def test_a_bad_value_stands_beside_its_field_and_nothing_is_asked(operator: Client, chain: TestChain) -> None:
    answer = operator.post(PAGE, beginning_with("demo-cpu") | {"tau_u": "soon"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_tau_u"' in html
    assert re.search(r'id="id_tau_u_error">[^<]*soon is refused', html)
    assert re.search(r'<input[^>]*name="tau_u"[^>]*aria-invalid="true"', html)
    assert not OptimiserRun.objects.exists()


def test_certificate_and_plots_come_as_files(operator: Client, answered: OptimiserRun) -> None:
    found = operator.get(f"{PAGE}runs/{answered.id}/certificate.json")
    assert "attachment" in found["Content-Disposition"]
    assert verify(found.json()) > 0
    picture = operator.get(f"{PAGE}runs/{answered.id}/plots/excluded.svg")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/svg+xml")
    assert "script-src 'self'" in picture["Content-Security-Policy"]
    assert operator.get(f"{PAGE}runs/{answered.id}/plots/nothing.svg").status_code == 404


def test_the_pages_are_for_staff_with_the_right_only(client: Client, answered: OptimiserRun) -> None:
    assert client.get(PAGE).status_code == 302
    reader = User.objects.create_user("reader", password="a long pass phrase", is_staff=True)
    client.force_login(reader)
    assert client.get(PAGE).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_optimiserrun"))
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, beginning_with("demo-cpu")).status_code == 403
    assert client.post(f"{PAGE}runs/{answered.id}/propose/").status_code == 403


def test_the_pages_stand_without_a_chain_and_run_nothing_inline(operator: Client, answered: OptimiserRun) -> None:
    for path in (PAGE, f"{PAGE}runs/{answered.id}/"):
        answer = operator.get(path)
        assert answer.status_code == 200
        assert "unsafe" not in answer["Content-Security-Policy"]
        html = answer.content.decode()
        assert not re.search(r'(src|href)="https?://|\sstyle="|<style|<script(?![^>]*src)', html)
        assert html.count("<h1") == 1
