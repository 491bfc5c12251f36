"""Institutions that sign builds, and builds, all made up."""

from dataclasses import dataclass

from keymgmt.keys.signing import SigningKey
from medixain.core.addresses import Address
from medixain.core.eip712 import TypedStruct, off_chain_domain
from medixain.vault.bundle import Bundle

CHAIN_ID = 7_174_254


@dataclass(frozen=True)
class Desk:
    """An institution with its key at hand."""

    key: SigningKey
    chain_id: int = CHAIN_ID

    @property
    def address(self) -> Address:
        """The institution."""
        return self.key.address

    def sign(self, message: TypedStruct) -> bytes:
        """Sign as a signer process would."""
        return self.key.sign(off_chain_domain(self.chain_id), message)


def desk(number: int) -> Desk:
    """One of the institutions."""
    return Desk(SigningKey(number.to_bytes(32, "big")))


TARN, SALTBY, QUILL, STRANGER = desk(11), desk(12), desk(13), desk(99)


def build(text: str = "one") -> Bundle:
    """A small build."""
    return Bundle(
        {
            "index.html": b"<!doctype html><title>vault</title>",
            "frame.html": b"<!doctype html><title>frame</title>",
            "app.js": f"console.log({text!r})".encode() * 50,
            "umbral.wasm": b"\0asm",
        }
    )
