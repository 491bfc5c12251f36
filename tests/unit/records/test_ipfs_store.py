"""The kubo client against answers a good node would not give; the real node is in the stores' contract."""

import httpx
import pytest

from records.storage import BlockDamaged, ContentMismatch, ContentMissing, StoreError, StoreUnavailable
from records.storage.ipfs import IpfsStore

CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
OTHER = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def store_answering(answers: dict[str, httpx.Response | Exception], asked: list[str] | None = None) -> IpfsStore:
    def answer(request: httpx.Request) -> httpx.Response:
        command = request.url.path.removeprefix("/api/v0/")
        if asked is not None:
            asked.append(f"{command} {request.url.params.get('arg', '')}".strip())
        result = answers[command]
        if isinstance(result, Exception):
            raise result
        return result

    return IpfsStore(url="http://kubo.invalid:5001/", transport=httpx.MockTransport(answer))


def test_content_under_a_wrong_address_is_refused_and_unpinned() -> None:
    asked: list[str] = []
    store = store_answering(
        {"add": httpx.Response(200, json={"Hash": OTHER}), "pin/rm": httpx.Response(200, json={})}, asked
    )
    with pytest.raises(ContentMismatch) as refusal:
        store.put([b""])
    assert (refusal.value.expected, refusal.value.actual) == (CID, OTHER)
    assert asked == ["add", f"pin/rm {OTHER}"]


def test_wrongly_addressed_content_put_without_a_pin_needs_no_unpinning() -> None:
    asked: list[str] = []
    store = store_answering({"add": httpx.Response(200, json={"Hash": OTHER})}, asked)
    with pytest.raises(ContentMismatch):
        store.put([b""], pin=False)
    assert asked == ["add"]


@pytest.mark.parametrize("response", [httpx.Response(500, text="disk full"), httpx.Response(200, text="")])
def test_a_refused_upload_is_an_error(response: httpx.Response) -> None:
    with pytest.raises(StoreError):
        store_answering({"add": response}).put([b"x"])


@pytest.mark.parametrize("error", [httpx.ConnectError("down"), httpx.ReadTimeout("slow")])
def test_a_node_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable):
        store_answering({"add": error}).put([b"x"])
    with pytest.raises(StoreUnavailable):
        store_answering({"refs": error}).stat(CID)


def tree_of_one(size: int = 5) -> dict[str, httpx.Response | Exception]:
    return {
        "refs": httpx.Response(200, text=""),
        "block/stat": httpx.Response(200, json={"Size": size}),
        "files/stat": httpx.Response(200, json={"Size": size}),
        "pin/ls": httpx.Response(500, json={"Message": "not pinned"}),
    }


def test_content_that_ends_early_is_damaged() -> None:
    store = store_answering(tree_of_one() | {"cat": httpx.Response(200, content=b"four")})
    with pytest.raises(BlockDamaged):
        b"".join(store.get(CID))


def test_content_that_vanishes_between_stat_and_cat_is_missing() -> None:
    store = store_answering(tree_of_one() | {"cat": httpx.Response(500, text="gone")})
    with pytest.raises(ContentMissing):
        b"".join(store.get(CID))


def test_a_node_that_dies_while_reading_is_unavailable() -> None:
    store = store_answering(tree_of_one() | {"cat": httpx.ReadError("reset")})
    with pytest.raises(StoreUnavailable):
        b"".join(store.get(CID))


@pytest.mark.parametrize(
    "missing",
    [
        {"refs": httpx.Response(200, text='{"Ref":"","Err":"block was not found locally"}')},
        {"refs": httpx.Response(500, text="{}")},
        {"block/stat": httpx.Response(500, text="{}")},
        {"files/stat": httpx.Response(500, text="{}")},
    ],
)
def test_every_way_of_not_having_content_is_missing(missing: dict[str, httpx.Response | Exception]) -> None:
    store = store_answering(tree_of_one() | missing)
    with pytest.raises(ContentMissing):
        store.stat(CID)
    assert not store.has(CID)


def test_a_pin_the_node_refuses_is_missing_content() -> None:
    store = store_answering(tree_of_one() | {"pin/add": httpx.Response(500, text="{}")})
    with pytest.raises(ContentMissing):
        store.pin(CID)
    store.close()
