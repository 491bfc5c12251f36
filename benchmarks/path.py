"""``make bench-path``: a record's way, each step beside a peer in the same run.

Writing and reading a record on the device beside plain ``cryptography`` and file I/O; the embedded store beside kubo,
where `make nodes` built it; grant-to-open of 3 of 5 nodes on the running demo beside a bare HTTP round trip to the same
nodes.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.grant_to_open import bench_grant_to_open
from benchmarks.timing import paired
from keymgmt.pre import SecretKey
from medixain.core.addresses import address_of_secret_key
from records.container import (
    Header,
    Layer,
    Preamble,
    RecordType,
    new_header,
    open_envelope,
    open_key,
    open_to_path,
    seal,
    seal_envelope,
    seal_key,
)
from records.storage.embedded import EmbeddedStore
from records.storage.ipfs import IpfsStore
from tests.conformance.storage.kubo import kubo_binary, running_kubo

SIZES = {"1 KiB": 1 << 10, "1 MiB": 1 << 20, "64 MiB": 64 << 20}
ADDRESS = address_of_secret_key(b"\x01" * 32)


class Record:
    """Writes and reads one body as a record: keys, container, sealed key and envelope, durable on disk."""

    def __init__(self, folder: Path, body: bytes) -> None:
        self.source = folder / "body"
        self.source.write_bytes(body)
        self.container = folder / "container"
        self.out = folder / "out"
        self.section = SecretKey.random()
        self.written: tuple[Header, bytes, bytes] | None = None

    def write(self) -> None:
        """Everything the SDK does on the device before it uploads."""
        key, record = secrets.token_bytes(32), SecretKey.random()
        header = new_header(
            chain_id=1, slot=ADDRESS, author=ADDRESS, layer=Layer.PROFILE, record_public_key=record.public_key, key=key,
            created=1,
        )  # fmt: skip
        preamble = Preamble(owner=ADDRESS, name="body", type=RecordType.OTHER)
        with self.source.open("rb") as body, self.container.open("wb") as sink:
            for piece in seal(body, header=header, key=key, preamble=preamble):
                sink.write(piece)
            sink.flush()
            os.fsync(sink.fileno())
        envelope = seal_envelope(self.section.public_key, record)
        self.written = header, seal_key(record.public_key, key), envelope

    def read(self) -> None:
        """Everything the owner's SDK does after the download."""
        if self.written is None:
            raise RuntimeError("write first")
        header, sealed_key, envelope = self.written
        record = open_envelope(envelope, self.section, record_public_key=header.record_public_key)
        key = open_key(sealed_key, record)
        with self.container.open("rb") as source:
            open_to_path(source, self.out, key=key, record=header.record_id)


class Plain:
    """The peer: AES-256-GCM of the whole body by ``cryptography`` and the same file I/O."""

    def __init__(self, folder: Path, body: bytes) -> None:
        self.source = folder / "body"
        self.source.write_bytes(body)
        self.sealed = folder / "sealed"
        self.out = folder / "out"
        self.key, self.nonce = secrets.token_bytes(32), secrets.token_bytes(12)

    def write(self) -> None:
        """Read, encrypt, write durably."""
        self._store(self.sealed, AESGCM(self.key).encrypt(self.nonce, self.source.read_bytes(), None))

    def read(self) -> None:
        """Read, decrypt, write durably."""
        self._store(self.out, AESGCM(self.key).decrypt(self.nonce, self.sealed.read_bytes(), None))

    @staticmethod
    def _store(path: Path, data: bytes) -> None:
        with path.open("wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())


def bench_records(folder: Path) -> None:
    """Write and read of every size."""
    for label, size in SIZES.items():
        body = secrets.token_bytes(size)
        ours_folder, peer_folder = folder / "ours", folder / "peer"
        ours_folder.mkdir(exist_ok=True)
        peer_folder.mkdir(exist_ok=True)
        ours, peer = Record(ours_folder, body), Plain(peer_folder, body)
        runs = 7 if size > 1 << 24 else 25
        print(paired(ours.write, peer.write, runs=runs).line(f"record write {label}", "cryptography + file"))
        print(paired(ours.read, peer.read, runs=runs).line(f"record read {label}", "cryptography + file"))


def bench_stores(folder: Path) -> None:
    """The embedded store beside kubo: put and get of every size, or a sentence that kubo is not here."""
    if kubo_binary() is None:
        print("embedded store: no kubo here to stand beside; run `make nodes`")
        return
    embedded = EmbeddedStore(root=folder / "blocks")
    with running_kubo(folder / "kubo") as url:
        kubo = IpfsStore(url=url)
        for label, size in SIZES.items():
            print(
                paired(lambda n=size: put(embedded, n), lambda n=size: put(kubo, n), runs=7).line(
                    f"store put {label}", "kubo"
                )
            )
            cid = embedded.put([body := secrets.token_bytes(size)])
            kubo.put([body])
            print(
                paired(lambda c=cid: drain(embedded.get(c)), lambda c=cid: drain(kubo.get(c)), runs=7).line(
                    f"store get {label}", "kubo"
                )
            )
        kubo.close()


def put(store: EmbeddedStore | IpfsStore, size: int) -> str:
    """Put fresh content, so that nothing is there already."""
    return store.put([secrets.token_bytes(size)])


def drain(pieces: Iterator[bytes]) -> int:
    """Read everything."""
    return sum(len(piece) for piece in pieces)


@contextmanager
def machine() -> Iterator[None]:
    """Say what is measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    print(f"commit {commit}, {os.cpu_count()} cores, Python {sys.version.split()[0]}: medians, ratio pair by pair")
    yield


def main() -> None:
    """Run all parts."""
    with machine(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_records(folder)
        bench_stores(folder)
        bench_grant_to_open(folder / "platform")


if __name__ == "__main__":
    main()
