"""NIST's AES-256-GCM vectors through the primitive every chunk uses, and RFC 5869's property of HKDF labels."""

from collections.abc import Iterator

import cryptography_vectors
import pytest

from records.container.primitives import Aes256Gcm, AuthenticationFailed, derive


def nist_cases(name: str) -> Iterator[dict[str, str]]:
    """Cases of a NIST response file with a 96-bit IV and a 128-bit tag, the only sizes records use."""
    with cryptography_vectors.open_vector_file(f"ciphers/AES/GCM/{name}", "r") as file:
        section: dict[str, str] = {}
        case: dict[str, str] = {}
        for line in [*file.read().splitlines(), ""]:
            if line.startswith("["):
                key, _, value = line.strip("[]").partition(" = ")
                section[key] = value
            elif line and not line.startswith("#"):
                key, _, value = line.partition("=")
                case[key.strip()] = value.strip()
            elif case:
                if section["IVlen"] == "96" and section["Taglen"] == "128":
                    yield case
                case = {}


def test_nist_encryption_vectors() -> None:
    count = 0
    for case in nist_cases("gcmEncryptExtIV256.rsp"):
        key, iv, plaintext, aad, ciphertext, tag = (
            bytes.fromhex(case[field]) for field in ("Key", "IV", "PT", "AAD", "CT", "Tag")
        )
        assert Aes256Gcm(key).seal(iv, plaintext, aad) == ciphertext + tag
        count += 1
    assert count == 375


def test_nist_decryption_vectors() -> None:
    accepted = refused = 0
    for case in nist_cases("gcmDecrypt256.rsp"):
        key, iv, aad, ciphertext, tag = (bytes.fromhex(case[field]) for field in ("Key", "IV", "AAD", "CT", "Tag"))
        if "FAIL" in case:
            with pytest.raises(AuthenticationFailed):
                Aes256Gcm(key).open(iv, ciphertext + tag, aad)
            refused += 1
        else:
            assert Aes256Gcm(key).open(iv, ciphertext + tag, aad) == bytes.fromhex(case["PT"])
            accepted += 1
    assert accepted > 0
    assert refused > 0
    assert accepted + refused == 375


def test_wrong_sizes_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Aes256Gcm(bytes(16))
    with pytest.raises(ValueError, match="12 bytes"):
        Aes256Gcm(bytes(32)).seal(bytes(16), b"", b"")
    with pytest.raises(ValueError, match="12 bytes"):
        Aes256Gcm(bytes(32)).open(bytes(11), bytes(16), b"")


def test_labels_separate_keys() -> None:
    assert len({derive(bytes(32), label) for label in ("commit", "stream", "provenance")}) == 3
    assert derive(bytes(32), "commit", 16) == derive(bytes(32), "commit", 32)[:16]
