"""The operators' figures, held against a chain whose blocks, miners and parameters are known."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from consensus.rules.seal import prev_randao
from medixain.chainindex.chain import AuthorisedMiner, BlockRef
from medixain.chainindex.models import ChainEvent
from medixain.chainindex.seals import ATTEMPTS, sealed_by
from wallets.portals import alarms, chain_page, miners_page, parameter_history
from wallets.portals.models import Alarm, AlarmKind
from wallets.portals.parameter_history import Change

START = 1_800_000_000
TARN, BRANNOC, CALDER = (f"0x{digit * 40}" for digit in "abc")
MINERS = [
    AuthorisedMiner(bytes([1]) * 32, "0x01", TARN, enabled=True, active=True),
    AuthorisedMiner(bytes([2]) * 32, "0x02", TARN, enabled=True, active=True),
    AuthorisedMiner(bytes([3]) * 32, "0x03", BRANNOC, enabled=True, active=True),
    AuthorisedMiner(bytes([4]) * 32, "0x04", CALDER, enabled=True, active=False),
    AuthorisedMiner(bytes([5]) * 32, "0x05", CALDER, enabled=False, active=False),
]
STRANGER = bytes([9]) * 32
SEALED = [0, 0, 1, 2, 0, 1, 2, 2, 0, 1]
"""Which of the miners sealed blocks 1 to 10."""
SECONDS = [4, 6, 10, 10, 2, 8, 30, 10, 10]
"""Between block 1 and 2, and so on."""


class KnownChain:
    """Ten blocks, each sealed by a miner of the list."""

    chain_id = 7

    def __init__(self, sealers: list[bytes]) -> None:
        self.sealers = sealers
        self.asked: list[int] = []

    def head(self) -> BlockRef:
        return BlockRef(len(self.sealers), bytes(32), START)

    def finalized(self) -> BlockRef:
        return BlockRef(len(self.sealers) - 2, bytes(32), START)

    def block_time(self, number: int) -> int:
        return START + sum(SECONDS[: number - 1])

    def miners(self) -> list[AuthorisedMiner]:
        return MINERS

    def active_miners(self) -> list[str]:
        return [miner.institution for miner in MINERS if miner.active]

    def parameters(self) -> tuple[int, int, int]:
        return 3, 40, 20

    def bounds(self) -> dict[str, int]:
        return {"s_min": 1, "s_max": 5, "r_min": 40, "r_max": 40, "d_min": 16, "d_max": 26}

    def block_sealer(self, number: int, miners: list[bytes]) -> bytes | None:
        self.asked.append(number)
        parent = bytes([number]) * 32
        return sealed_by(prev_randao(parent, self.sealers[number - 1], number % 3), parent, miners)


@pytest.fixture(autouse=True)
def no_memory(db: None) -> None:
    cache.clear()


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> KnownChain:
    known = KnownChain([MINERS[index].id for index in SEALED])
    monkeypatch.setattr(miners_page, "get_chain", lambda: known)
    monkeypatch.setattr(miners_page, "institution_names", lambda: {TARN: "Tarn", BRANNOC: "Brannoc"})
    return known


def test_a_block_names_its_miner_as_the_rules_bind_it() -> None:
    parent, ids = bytes([8]) * 32, [miner.id for miner in MINERS]
    for attempt in (0, 1, ATTEMPTS - 1):
        assert sealed_by(prev_randao(parent, ids[2], attempt), parent, ids) == ids[2]
    assert sealed_by(prev_randao(parent, STRANGER, 0), parent, ids) is None
    assert sealed_by(prev_randao(parent, ids[2], 0), bytes(32), ids) is None


def test_blocks_are_counted_for_the_miner_that_sealed_them_and_for_its_partner(chain: KnownChain) -> None:
    shown = miners_page.miners_page()
    assert [row.blocks for row in shown["miners"]] == [4, 3, 3, 0, 0]
    assert [(one.name, one.miners, one.blocks, one.percent) for one in shown["partners"]] == [
        ("Tarn", 2, 7, 70.0), ("Brannoc", 1, 3, 30.0), (CALDER, 0, 0, 0.0),
    ]  # fmt: skip
    assert (shown["counted"], shown["unknown"], shown["problem"]) == (10, 0, "")


def test_a_partner_is_above_a_third_only_where_chance_does_not_explain_it(chain: KnownChain) -> None:
    tarn, brannoc, calder = miners_page.miners_page()["partners"]
    assert (tarn.above, brannoc.above, calder.above) == (True, False, False)
    assert all(one.low <= one.percent <= one.high for one in (tarn, brannoc, calder))
    chain.sealers[:] = [MINERS[index].id for index in (0, 0, 0, 0, 1, 2, 2, 2, 2, 2)]
    cache.clear()
    assert [one.above for one in miners_page.miners_page()["partners"]] == [False, False, False]


def test_the_interval_is_wilson_s() -> None:
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662 at 95 %.
    assert [round(one, 4) for one in miners_page.share(81, 263)[1:]] == [0.2553, 0.3662]
    assert miners_page.share(0, 0) == (0.0, 0.0, 1.0)


def test_a_block_of_somebody_who_is_not_authorised_any_more_is_told_and_asked_for_again(chain: KnownChain) -> None:
    chain.sealers[3] = STRANGER
    assert miners_page.miners_page()["unknown"] == 1
    chain.asked.clear()
    miners_page.miners_page()
    assert chain.asked == [4, 9, 10], "what is final and known is not asked for again"


def test_changes_are_listed_with_the_bounds_that_were_voted(chain: KnownChain) -> None:
    event(3, "ParametersSet", {"s": 3, "r": 40, "d": 20})
    event(5, "BoundsSet", {"s_min": 1, "s_max": 5, "r_min": 40, "r_max": 40, "d_min": 16, "d_max": 26})
    event(6, "MinersSet", {"miners": []})
    assert miners_page.miners_page()["changes"] == [
        Change(5, at(5), "bounds", (1, 5), (40, 40), (16, 26)),
        Change(3, at(3), "parameters", (3,), (40,), (20,)),
    ]


def test_a_picture_has_the_value_as_steps_between_the_bounds_of_each_time() -> None:
    changes = [
        Change(7, at(60), "parameters", (3,), (40,), (22,)),
        Change(6, at(50), "bounds", (1, 5), (40, 40), (18, 24)),
        Change(5, at(20), "parameters", (3,), (40,), (21,)),
        Change(1, at(0), "parameters", (3,), (40,), (20,)),
        Change(1, at(0), "bounds", (1, 5), (40, 40), (16, 26)),
    ]
    d, s = parameter_history.histories(changes, at(100))
    assert (d.symbol, d.first, d.now, d.changes, d.low, d.high) == ("d", 20, 22, 2, 18, 24)
    assert (s.symbol, s.first, s.now, s.changes, s.low, s.high) == ("s", 3, 3, 0, 1, 5)
    wide = d.pictures[0]
    span = wide.right - wide.left
    assert [x for x, _ in wide.points] == [
        wide.left,
        round(wide.left + span / 5, 1),
        round(wide.left + 3 * span / 5, 1),
    ]
    heights = [y for _, y in wide.points]
    assert heights == sorted(heights, reverse=True), "d rose"
    assert wide.line.endswith(f"H{float(wide.right)}"), "what was set last holds until now"
    wider, narrower = wide.bands
    assert (wider.x, narrower.x) == (wide.left, wide.left + span / 2)
    assert (wider.x + wider.width, narrower.x + narrower.width) == (narrower.x, wide.right)
    assert wider.height > narrower.height
    assert all(band.y < y < band.y + band.height for band in wide.bands for y in heights)
    assert dict(wide.scale)[22] == heights[-1]
    assert parameter_history.histories([], at(100)) == []


def test_bounds_from_before_the_first_step_that_is_shown_take_no_room_in_the_picture() -> None:
    changes = [
        Change(9, at(60), "parameters", (3,), (40,), (20,)),
        Change(2, at(10), "bounds", (1, 5), (40, 40), (18, 24)),
        Change(1, at(0), "bounds", (1, 5), (40, 40), (1, 99)),
    ]
    d = parameter_history.histories(changes, at(100))[0]
    (band,) = d.pictures[0].bands
    assert (band.x, band.x + band.width) == (d.pictures[0].left, d.pictures[0].right)
    assert set(dict(d.pictures[0].scale)) == {18, 20, 24}


def test_the_miners_page_draws_the_parameters_and_keeps_their_table(
    chain: KnownChain, admin_client: Client, settings: LazySettings
) -> None:
    settings.OPERATOR_SECOND_FACTOR_REQUIRED = False
    event(3, "BoundsSet", {"s_min": 1, "s_max": 5, "r_min": 40, "r_max": 40, "d_min": 16, "d_max": 26})
    event(4, "ParametersSet", {"s": 3, "r": 40, "d": 20})
    page = admin_client.get("/operator/miners/").content.decode()
    assert "0 changes, from 20 to 20. The institutions allow 16 to 26." in page
    assert page.count('<rect class="bd"') == 4, "two parameters at two widths"
    assert '<td class="num" data-l="d">16–26</td>' in page


def test_the_chain_s_page_shows_the_times_between_blocks_and_where_parameters_stand(
    chain: KnownChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    status: dict[str, Any] = {
        "head": {"number": 10, "age": 3}, "final": {"number": 8, "age": 9}, "parameters": None, "outbox": {},
    }  # fmt: skip
    monkeypatch.setattr(chain_page, "get_chain", lambda: chain)
    monkeypatch.setattr(chain_page, "chain_status", lambda: status)
    shown = chain_page.chain_page()
    assert (shown["mean"], shown["longest"], shown["stale"]) == (10.0, 30, False)
    assert [bar.seconds for bar in shown["pictures"][0]["points"]] == SECONDS
    assert [bar.number for bar in shown["pictures"][0]["points"]] == list(range(2, 11))
    assert [(one.symbol, one.value, one.position) for one in shown["bounded"]] == [
        ("s", 3, 50.0), ("r", 40, 50.0), ("d", 20, 40.0),
    ]  # fmt: skip
    assert [(one.miners, one.too_strong) for one in shown["partners"]] == [(2, True), (1, False)]
    assert shown["few_partners"]
    assert shown["alarms"] == 2
    status["head"]["age"] = chain_page.STALE_SECONDS + 1
    assert (chain_page.chain_page()["stale"], chain_page.chain_page()["alarms"]) == (True, 3)
    five = [MINERS[0].institution, *(f"0x{digit * 40}" for digit in "bcde")]
    monkeypatch.setattr(chain, "active_miners", lambda: five)
    assert not chain_page.chain_page()["few_partners"], "five may lose one"


def shown_alarms() -> list[tuple[str, str, bool]]:
    return [(alarm.kind, alarm.subject, alarm.cleared is None) for alarm in alarms.history()]


def test_an_alarm_is_told_from_when_it_came_until_it_was_over_and_anew_when_it_comes_back(db: None) -> None:
    for silent in ({"Calder"}, {"Calder", "Tarn"}, {"Tarn"}, {"Calder", "Tarn"}):
        alarms.note({AlarmKind.NODE_SILENT: silent})
    assert shown_alarms() == [
        ("node-silent", "Calder", True), ("node-silent", "Tarn", True), ("node-silent", "Calder", False),
    ]  # fmt: skip
    first = Alarm.objects.earliest("id")
    assert first.cleared is not None
    assert first.since <= first.cleared


def test_a_silent_chain_clears_nothing_that_only_the_chain_can_tell(
    chain: KnownChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: dict[str, Any] = {
        "problem": "", "stale": True, "silent": [], "few_partners": True,
        "partners": [chain_page.Partner("Tarn", 2, 3)],
    }  # fmt: skip
    alarms.note(alarms.alarms_of(page))
    alarms.note(alarms.alarms_of({"problem": "no answer", "stale": False, "silent": []}))
    assert sorted(shown_alarms()) == [
        ("chain-silent", "", True), ("few-partners", "", True), ("no-blocks", "", True),
        ("partner-strong", "Tarn", True),
    ]  # fmt: skip
    alarms.note(alarms.alarms_of(page | {"stale": False, "few_partners": False, "partners": []}))
    assert not any(still_there for _, _, still_there in shown_alarms())


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def event(block: int, name: str, arguments: dict[str, Any]) -> None:
    ChainEvent.objects.create(
        contract="ConsensusGovernance", name=name, arguments=arguments, block_number=block, block_time=START + block,
        block_hash=bytes([block]) * 32, tx_hash=bytes(32), log_index=0,
    )  # fmt: skip
