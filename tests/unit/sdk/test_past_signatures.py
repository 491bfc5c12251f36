"""Who wrote a record is judged by the registration that stood when it was anchored, not by today's alone."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.keyset import first_keyset
from keymgmt.keys.messages import RecordStatement
from keymgmt.node.errors import NotEnoughNodes, UnknownRecord
from keymgmt.node.messages import ProfessionalStatement, RegistrationStatement
from keymgmt.pre import SecretKey
from medixain.core.addresses import Address, address_of_secret_key
from medixain.core.eip712 import off_chain_domain, sign
from medixain.sdk import records
from medixain.sdk.errors import Integrity
from medixain.sdk.reading import Authorship, Opened, authorship
from medixain.sdk.records import OwnRecords
from medixain.sdk.stored import StoredRecord
from records.container import Layer, Preamble, Provenance, RecordType, hash_of, new_header, seal_provenance
from tests.attacks.sdk.stub import CHAIN_ID, StubContext

KEYS = WalletKeys(bytes(range(32)))
OLD_KEY, NEW_KEY = b"\x21" * 32, b"\x22" * 32
DOCTOR = address_of_secret_key(b"\x20" * 32)
CLINIC, HOSPITAL = "0x" + "31" * 20, "0x" + "32" * 20
DATA_KEY = b"\x07" * 32


@dataclass
class Registry:
    """What the nodes attest: today's registration, and that of each record's anchor."""

    now: tuple[bytes, str] = (OLD_KEY, CLINIC)
    at_anchor: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    down: bool = False

    def professional(self, wallet: str, *, signer: Any) -> ProfessionalStatement:
        key, institution = self.now
        return ProfessionalStatement(
            CHAIN_ID,
            wallet,
            address_of_secret_key(key),
            b"\x02" * 33,
            institution,
            institution,
            bytes(32),
            3,
            True,
            9,
            bytes(32),
            1,
        )

    def registration(self, wallet: str, slot: str, record: bytes, *, signer: Any) -> RegistrationStatement:
        self.asked.append(record)
        if self.down:
            raise NotEnoughNodes(1, 3, {})
        if record not in self.at_anchor:
            raise UnknownRecord
        key, institution = self.at_anchor[record]
        return RegistrationStatement(
            CHAIN_ID, wallet, slot, record, 5, address_of_secret_key(key), institution, 9, bytes(32), 1
        )


class Home(StubContext):
    """A patient's home whose nodes are a :class:`Registry`."""

    unlocked = SimpleNamespace(device=None)  # type: ignore[assignment]
    meta = SimpleNamespace(chain_id=CHAIN_ID)  # type: ignore[assignment]

    def __init__(self, registry: Registry) -> None:
        super().__init__(KEYS)
        self.__dict__["nodes"] = registry

    def node_signer(self, key: Any) -> Any:
        return None


def written_by(key: bytes, institution: str) -> Opened:
    """A record that the doctor wrote under ``key`` for ``institution``."""
    header = new_header(
        chain_id=CHAIN_ID, slot=KEYS.slot_id("profile"), author=address_of_secret_key(b"\x41" * 32),
        layer=Layer.PROFILE, record_public_key=SecretKey.random().public_key, key=DATA_KEY, created=1,
    )  # fmt: skip
    record = StoredRecord(
        id=header.record_id, slot=header.slot, header=header, cid="b" + secrets.token_hex(8), size=10, kc=b"kc",
        tag=KEYS.section_tag("profile", "documents"), epoch=1, envelope=b"",
        envelope_signature=b"", provenance=None, statement_signature=b"",
        state="final", created=1, transaction="1",
    )  # fmt: skip
    statement = RecordStatement(record.id, record.cid, hash_of(record.kc), record.size, DOCTOR)
    provenance = Provenance(Address(DOCTOR), Address(institution), sign(off_chain_domain(CHAIN_ID), statement, key))
    sealed = seal_provenance(provenance, header=header, key=DATA_KEY)
    return Opened(replace(record, provenance=sealed), DATA_KEY, None, None, ())  # type: ignore[arg-type]


def test_todays_registration_needs_no_further_question() -> None:
    registry = Registry()
    assert authorship(Home(registry), written_by(OLD_KEY, CLINIC), "") == Authorship(DOCTOR, CLINIC)
    assert registry.asked == []


@pytest.mark.parametrize("now", [(NEW_KEY, CLINIC), (OLD_KEY, HOSPITAL), (NEW_KEY, HOSPITAL)])
def test_records_of_before_stay_hers_when_she_registers_anew(now: tuple[bytes, str]) -> None:
    opened = written_by(OLD_KEY, CLINIC)
    registry = Registry(now=now, at_anchor={opened.stored.id: (OLD_KEY, CLINIC)})
    assert authorship(Home(registry), opened, "") == Authorship(DOCTOR, CLINIC)


def test_a_key_that_was_given_up_signs_nothing_anchored_later() -> None:
    opened = written_by(OLD_KEY, CLINIC)
    registry = Registry(now=(NEW_KEY, HOSPITAL), at_anchor={opened.stored.id: (NEW_KEY, HOSPITAL)})
    with pytest.raises(Integrity):
        authorship(Home(registry), opened, "")


def test_a_record_that_is_not_anchored_counts_under_todays_registration_only() -> None:
    with pytest.raises(Integrity):
        authorship(Home(Registry(now=(NEW_KEY, CLINIC))), written_by(OLD_KEY, CLINIC), "")


def test_nodes_that_do_not_answer_are_said_so() -> None:
    with pytest.raises(NotEnoughNodes):
        authorship(Home(Registry(now=(NEW_KEY, CLINIC), down=True)), written_by(OLD_KEY, CLINIC), "")


class Reader:
    """A container's reader with one chunk."""

    preamble = Preamble(KEYS.wallet_id, "letter.txt", RecordType.TEXT)

    def chunks(self, _progress: Any = None) -> Iterator[bytes]:
        yield b"words"


@contextmanager
def no_content(_opened: Opened, _context: Any) -> Iterator[Iterator[bytes]]:
    yield iter(())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    opened = written_by(OLD_KEY, CLINIC)
    monkeypatch.setattr("medixain.sdk.inbox.sync", lambda _context: None)
    monkeypatch.setattr(records, "open_record", lambda _context, _record: opened)
    monkeypatch.setattr(Opened, "content", no_content)
    monkeypatch.setattr(Opened, "reader", lambda _self, _pieces: Reader())
    return opened


def test_no_file_is_left_of_a_record_whose_author_does_not_verify(opened: Opened, tmp_path: Path) -> None:
    registry = Registry(now=(NEW_KEY, HOSPITAL))
    with pytest.raises(Integrity):
        records.get(Home(registry), opened.stored.name, tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Integrity), (tmp_path / "stream").open("wb") as file:
        records.stream(Home(registry), opened.stored.name, file)
    assert (tmp_path / "stream").read_bytes() == b""
    registry.at_anchor[opened.stored.id] = (OLD_KEY, CLINIC)
    records.get(Home(registry), opened.stored.name, tmp_path)
    assert (tmp_path / "letter.txt").read_bytes() == b"words"


def test_a_list_marks_the_record_that_does_not_verify_and_shows_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = written_by(OLD_KEY, CLINIC), written_by(NEW_KEY, CLINIC)
    stored = {"profile": [good.stored, bad.stored]}
    monkeypatch.setattr(records, "own_records", lambda _context, layer: OwnRecords(stored.get(layer, []), []))
    monkeypatch.setattr(records, "given_grants", lambda _context: [])
    monkeypatch.setattr(records, "own_data_key", lambda *_: DATA_KEY)
    monkeypatch.setattr(Opened, "metadata", lambda _self, _context: Reader.preamble)
    home = Home(Registry())
    with home.changing("keysets") as table:
        table["profile"] = first_keyset(KEYS, "profile").encode().decode("utf-8")
    listed = records.list_records(home, None)
    assert [(row.record, row.author, row.problem) for row in listed] == [
        (good.stored.name, DOCTOR, None),
        (bad.stored.name, bad.stored.header.author, "integrity"),
    ]
