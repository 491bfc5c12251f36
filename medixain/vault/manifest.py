"""``/manifest.json``: the hash of every file, signed by two institutions (docs/spec/vault.md)."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from eth_hash.auto import keccak

from keymgmt.keys.messages import VaultManifest
from medixain.core import canonical
from medixain.core.addresses import Address, to_address
from medixain.core.eip712 import TypedStruct, off_chain_domain, verify
from medixain.core.errors import MedixainError
from medixain.vault.bundle import Bundle
from medixain.vault.errors import BadManifest

SIGNATURES_NEEDED: Final = 2
MAX_BYTES: Final = 1 << 20
_HASH = re.compile(r"0x[0-9a-f]{64}")
_SIGNATURE = re.compile(r"0x[0-9a-f]{130}")
_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)+")


class Desk(Protocol):
    """An institution's signing key, here or in a signer process."""

    @property
    def address(self) -> Address: ...

    def sign(self, message: TypedStruct) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """Files by path with their SHA-256 (``0x`` hex), a version that only grows, and signatures by institution."""

    version: int
    files: Mapping[str, str]
    signatures: Mapping[str, bytes]

    def message(self) -> VaultManifest:
        """What the institutions sign: the version and the hash of the canonical JSON of ``files``."""
        return VaultManifest(self.version, keccak(canonical.encode(dict(self.files))))

    def encode(self) -> bytes:
        """The bytes of ``/manifest.json``."""
        signatures = [
            {"institution": institution, "signature": "0x" + signature.hex()}
            for institution, signature in sorted(self.signatures.items())
        ]
        return canonical.encode({"v": 1, "version": self.version, "files": dict(self.files), "signatures": signatures})

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a manifest; raises :class:`BadManifest` for anything but one in its canonical form."""
        if len(data) > MAX_BYTES:
            raise BadManifest(f"it has more than {MAX_BYTES} bytes")
        try:
            document = canonical.parse_object(data, frozenset({"v", "version", "files", "signatures"}))
            return cls(_version(document), _files(document["files"]), _signatures(document["signatures"]))
        except BadManifest:
            raise
        except (MedixainError, KeyError, TypeError, ValueError) as error:
            raise BadManifest(f"it is malformed ({error})") from error

    def signers(self, chain_id: int, trusted: Collection[str]) -> list[str]:
        """Institutions of ``trusted`` whose signature holds, each once; a signature that does not hold is an error.

        Raises :class:`BadManifest`.
        """
        found: list[str] = []
        for institution, signature in self.signatures.items():
            try:
                verify(off_chain_domain(chain_id), self.message(), signature, signer=institution)
            except MedixainError as error:
                raise BadManifest(f"the signature of {institution} does not hold") from error
            if institution in trusted:
                found.append(institution)
        return found

    def require_signed(self, chain_id: int, trusted: Collection[str]) -> list[str]:
        """As :meth:`signers`; raises :class:`BadManifest` for fewer than two of them."""
        signers = self.signers(chain_id, trusted)
        if len(signers) < SIGNATURES_NEEDED:
            raise BadManifest(f"{len(signers)} known institutions signed it, and {SIGNATURES_NEEDED} must")
        return signers

    def require_files(self, bundle: Bundle) -> None:
        """Raise :class:`BadManifest` unless the bundle is, file by file, the one that was signed."""
        wrong = {path for path, _ in bundle.hashes().items() ^ self.files.items()}
        if wrong:
            raise BadManifest(f"the build differs from what was signed: {', '.join(sorted(wrong)[:5])}")

    def problem_of(self, path: str, body: bytes) -> str | None:
        """What is wrong with the file at a path of the origin, None when it is the one that was signed."""
        wanted = self.files.get(path)
        if wanted is None:
            return "is not in the manifest"
        return None if wanted == "0x" + hashlib.sha256(body).hexdigest() else "has another hash than the manifest says"


def sign_manifest(bundle: Bundle, desks: Collection[Desk], *, previous: Manifest | None) -> Manifest:
    """Return the manifest of a bundle signed by ``desks``; ``previous`` itself when it says the same already.

    The version is one more than the last one's, so a browser that has seen a later one refuses an earlier one.
    """
    files = bundle.hashes()
    if previous is not None and previous.files == files and set(previous.signatures) == {d.address for d in desks}:
        return previous
    unsigned = Manifest(1 if previous is None else previous.version + 1, files, {})
    message = unsigned.message()
    return Manifest(unsigned.version, files, {desk.address: desk.sign(message) for desk in desks})


def _version(document: Mapping[str, Any]) -> int:
    version = document["version"]
    if document["v"] != 1 or type(version) is not int or version < 1:
        raise BadManifest("its version is no number of this format")
    return version


def _files(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise BadManifest("it lists no files")
    for path, digest in value.items():
        if not _PATH.fullmatch(path) or ".." in path.split("/") or not _HASH.fullmatch(str(digest)):
            raise BadManifest(f"its entry {path!r} is malformed")
    return value


def _signatures(value: Any) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in value:
        if set(entry) != {"institution", "signature"} or not _SIGNATURE.fullmatch(str(entry["signature"])):
            raise BadManifest("one of its signatures is malformed")
        institution = to_address(entry["institution"])
        if institution in found:
            raise BadManifest(f"{institution} stands in it twice")
        found[institution] = bytes.fromhex(entry["signature"][2:])
    return found
