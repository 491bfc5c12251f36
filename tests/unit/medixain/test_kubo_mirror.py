"""The mirror follows single deletions, and never a lost disk."""

import httpx
import pytest

from medixain.programs.kubo_mirror import DROPS_MAX, Kubo, SourceLost, mirror_once


class FakeKubo:
    """The pins of a kubo, over its RPC."""

    def __init__(self, pins: set[str]) -> None:
        self.pins = pins
        self.collected = 0

    def client(self) -> Kubo:
        return Kubo("http://kubo:5001", httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match request.url.path.removeprefix("/api/v0/"):
            case "pin/ls":
                return httpx.Response(200, json={"Keys": {pin: {} for pin in self.pins}})
            case "pin/add":
                self.pins.add(request.url.params["arg"])
            case "pin/rm":
                self.pins.remove(request.url.params["arg"])
            case "repo/gc":
                self.collected += 1
            case _:
                return httpx.Response(404)
        return httpx.Response(200, json={})


def test_pins_follow_both_ways_and_garbage_goes() -> None:
    source, copy = FakeKubo({"a", "b"}), FakeKubo({"b", "c"})
    mirror_once(source.client(), copy.client())
    assert copy.pins == {"a", "b"}
    assert copy.collected == 1
    mirror_once(source.client(), copy.client())
    assert copy.collected == 1


def test_a_lost_source_does_not_empty_the_copy() -> None:
    records = {str(number) for number in range(DROPS_MAX + 1)}
    source, copy = FakeKubo({"new"}), FakeKubo(set(records))
    with pytest.raises(SourceLost) as refused:
        mirror_once(source.client(), copy.client())
    assert refused.value.missing == len(records)
    assert copy.pins == records | {"new"}
    mirror_once(source.client(), copy.client(), drop_all=True)
    assert copy.pins == {"new"}
