"""What a user of any record store relies on. A backend's test class inherits it and provides ``store``."""

import io
import random
import time

import pytest

from records.container import InvalidCid, add_tree, cid_to_text
from records.container.content_address import LEAF_SIZE
from records.storage import ContentMissing, InvalidRange, RecordStore, UploadTooLarge

EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
ABSENT = cid_to_text(add_tree(io.BytesIO(b"never stored"))[0])
SIZES = [0, 1, LEAF_SIZE - 1, LEAF_SIZE, LEAF_SIZE + 1, 3 * LEAF_SIZE + 5]


def content(size: int, seed: int = 0) -> bytes:
    return random.Random(seed * 1_000_003 + size).randbytes(size)


class RecordStoreContract:
    @pytest.fixture
    def store(self) -> RecordStore:
        raise NotImplementedError

    @pytest.fixture
    def small_store(self) -> RecordStore:
        """A store whose max_size is LEAF_SIZE + 10."""
        raise NotImplementedError

    @pytest.mark.parametrize("size", SIZES)
    def test_content_comes_back_under_the_address_everybody_computes(self, store: RecordStore, size: int) -> None:
        data = content(size)
        cid = store.put(io.BytesIO(data))
        assert cid == cid_to_text(add_tree([data])[0])
        assert b"".join(store.get(cid)) == data
        stat = store.stat(cid)
        assert (stat.cid, stat.size, stat.pinned) == (cid, size, True)

    def test_the_empty_file_has_its_known_address(self, store: RecordStore) -> None:
        assert store.put(io.BytesIO(b"")) == EMPTY
        assert b"".join(store.get(EMPTY)) == b""

    def test_pieces_of_any_size_are_the_same_content(self, store: RecordStore) -> None:
        data = content(LEAF_SIZE + 77)
        pieces = [data[start : start + 10_007] for start in range(0, len(data), 10_007)]
        assert store.put(iter(pieces)) == store.put(io.BytesIO(data))

    @pytest.mark.parametrize(
        ("offset", "length"),
        [
            (0, 0),
            (0, 1),
            (5, None),
            (LEAF_SIZE - 1, 2),
            (LEAF_SIZE, LEAF_SIZE),
            (2 * LEAF_SIZE + 4, 1),
            (2 * LEAF_SIZE + 5, 0),
        ],
    )
    def test_a_range_is_the_slice(self, store: RecordStore, offset: int, length: int | None) -> None:
        data = content(2 * LEAF_SIZE + 5)
        cid = store.put(io.BytesIO(data))
        expected = data[offset:] if length is None else data[offset : offset + length]
        assert b"".join(store.get(cid, offset=offset, length=length)) == expected

    @pytest.mark.parametrize(("offset", "length"), [(-1, None), (11, None), (0, 11), (5, -1)])
    def test_a_range_outside_the_content_is_refused_at_once(
        self, store: RecordStore, offset: int, length: int | None
    ) -> None:
        cid = store.put(io.BytesIO(content(10)))
        with pytest.raises(InvalidRange):
            store.get(cid, offset=offset, length=length)

    def test_what_is_not_there_is_missing(self, store: RecordStore) -> None:
        assert not store.has(ABSENT)
        for call in (store.get, store.stat, store.pin):
            with pytest.raises(ContentMissing):
                call(ABSENT)

    @pytest.mark.parametrize(
        "cid", ["", "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n", EMPTY.upper(), EMPTY + "a", "b", "../x"]
    )
    def test_only_the_one_form_of_an_address_is_taken(self, store: RecordStore, cid: str) -> None:
        for call in (store.get, store.stat, store.has, store.pin, store.unpin, store.delete):
            with pytest.raises(InvalidCid):
                call(cid)

    def test_content_over_the_limit_is_refused_and_leaves_nothing(self, small_store: RecordStore) -> None:
        fits, too_long = content(LEAF_SIZE + 10), content(LEAF_SIZE + 11)
        small_store.put(io.BytesIO(fits))
        with pytest.raises(UploadTooLarge) as refusal:
            small_store.put(io.BytesIO(too_long))
        assert refusal.value.limit == LEAF_SIZE + 10
        assert not small_store.has(cid_to_text(add_tree([too_long])[0]))

    def test_a_source_that_fails_leaves_nothing(self, store: RecordStore) -> None:
        data = content(LEAF_SIZE)

        def broken() -> object:
            yield data
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            store.put(broken())  # type: ignore[arg-type]
        # A remote backend may notice only a moment later that its client is gone.
        cid = cid_to_text(add_tree([data])[0])
        deadline = time.monotonic() + 120
        store.gc()
        while store.has(cid) and time.monotonic() < deadline:
            time.sleep(0.1)
            store.gc()
        assert not store.has(cid)

    def test_gc_takes_what_is_not_pinned_and_nothing_else(self, store: RecordStore) -> None:
        kept, unpinned, never = (store.put(io.BytesIO(content(LEAF_SIZE + seed, seed))) for seed in (1, 2, 3))
        loose = store.put(io.BytesIO(content(50, 4)), pin=False)
        store.unpin(unpinned)
        store.unpin(never)
        store.pin(never)
        assert store.gc() >= 4
        assert [store.has(cid) for cid in (kept, unpinned, never, loose)] == [True, False, True, False]
        assert b"".join(store.get(kept)) == content(LEAF_SIZE + 1, 1)

    def test_pinning_and_unpinning_may_be_repeated(self, store: RecordStore) -> None:
        cid = store.put(io.BytesIO(content(10)))
        store.pin(cid)
        assert store.stat(cid).pinned
        store.unpin(cid)
        store.unpin(cid)
        store.unpin(ABSENT)
        assert not store.stat(cid).pinned

    def test_deleted_content_is_gone_at_once(self, store: RecordStore) -> None:
        cid = store.put(io.BytesIO(content(2 * LEAF_SIZE)))
        deletion = store.delete(cid)
        assert (deletion.cid, deletion.removed, deletion.shared) == (cid, 3, 0)
        assert not store.has(cid)
        with pytest.raises(ContentMissing):
            store.get(cid)
        assert store.delete(cid).removed == 0

    def test_deleting_spares_blocks_other_content_needs(self, store: RecordStore) -> None:
        common = content(LEAF_SIZE)
        first = store.put([common, b"first"])
        second = store.put([common, b"second"])
        deletion = store.delete(first)
        assert (deletion.removed, deletion.shared) == (2, 1)
        assert b"".join(store.get(second)) == common + b"second"

    def test_deleted_content_can_be_stored_again(self, store: RecordStore) -> None:
        cid = store.put(io.BytesIO(content(9)))
        store.delete(cid)
        assert store.put(io.BytesIO(content(9))) == cid
        assert store.stat(cid).pinned
