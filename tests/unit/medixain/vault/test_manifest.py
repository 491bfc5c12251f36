"""A build counts when two institutions signed exactly it, and its version only grows."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.vault.bundle import load_bundle
from medixain.vault.errors import BadManifest, UnservableFile, VaultNotBuilt
from medixain.vault.manifest import Manifest, sign_manifest
from tests.unit.medixain.vault import vectors
from tests.unit.medixain.vault.desks import CHAIN_ID, QUILL, SALTBY, STRANGER, TARN, build

KNOWN = [TARN.address, SALTBY.address, QUILL.address]


def test_two_known_institutions_make_a_build_count() -> None:
    manifest = sign_manifest(build(), [TARN, SALTBY], previous=None)
    assert sorted(Manifest.parse(manifest.encode()).require_signed(CHAIN_ID, KNOWN)) == sorted(
        [TARN.address, SALTBY.address]
    )


@pytest.mark.parametrize("desks", [[TARN], [TARN, STRANGER], [STRANGER], []])
def test_fewer_do_not(desks: list[object]) -> None:
    manifest = sign_manifest(build(), desks, previous=None)  # type: ignore[arg-type]
    with pytest.raises(BadManifest):
        manifest.require_signed(CHAIN_ID, KNOWN)


def test_a_signature_is_over_these_files_this_version_and_this_chain() -> None:
    signed = sign_manifest(build(), [TARN, SALTBY], previous=None)
    others = [
        Manifest(signed.version + 1, signed.files, signed.signatures),
        Manifest(signed.version, build("two").hashes(), signed.signatures),
    ]
    for other in others:
        with pytest.raises(BadManifest):
            other.require_signed(CHAIN_ID, KNOWN)
    with pytest.raises(BadManifest):
        signed.require_signed(CHAIN_ID + 1, KNOWN)


def test_the_version_grows_with_every_change_and_only_then() -> None:
    first = sign_manifest(build(), [TARN, SALTBY], previous=None)
    again = sign_manifest(build(), [TARN, SALTBY], previous=first)
    changed = sign_manifest(build("two"), [TARN, SALTBY], previous=again)
    back = sign_manifest(build(), [TARN, SALTBY], previous=changed)
    assert [first.version, again.version, changed.version, back.version] == [1, 1, 2, 3]


def test_a_file_is_the_signed_one_or_named() -> None:
    manifest = sign_manifest(build(), [TARN, SALTBY], previous=None)
    assert manifest.problem_of("/app.js", build().files["app.js"]) is None
    assert "hash" in (manifest.problem_of("/app.js", b"steal()") or "")
    assert "not in" in (manifest.problem_of("/extra.js", b"") or "")
    with pytest.raises(BadManifest, match=r"/app\.js"):
        manifest.require_files(build("two"))


def test_anything_but_a_canonical_manifest_is_refused() -> None:
    good = sign_manifest(build(), [TARN, SALTBY], previous=None).encode().decode()
    document = json.loads(good)
    bad = [
        "", "null", "[]", "{}", " " + good, good.replace('"v":1', '"v":2'), good.replace('"version":1', '"version":0'),
        good.replace("/app.js", "app.js"), good.replace("/app.js", "/../app.js"), good.replace("/app.js", "//app.js"),
        good.replace('"0x', '"0X'), good.replace('"signature":"0x', '"signature":"0x00'),
        canonical.encode(document | {"signatures": document["signatures"] + document["signatures"]}).decode(),
        canonical.encode(document | {"files": {}}).decode(),
    ]  # fmt: skip
    for text in bad:
        with pytest.raises(BadManifest):
            Manifest.parse(text.encode())


def test_the_vectors_are_what_this_code_makes() -> None:
    for name, vector in (("manifest", vectors.manifest_vector()), ("headers", vectors.header_vector())):
        assert json.loads((vectors.FOLDER / f"{name}.json").read_text(encoding="utf-8")) == vector


def test_a_folder_without_a_build_or_with_a_stray_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultNotBuilt, match="make vault"):
        load_bundle(tmp_path)
    (tmp_path / "index.html").write_bytes(b"x")
    (tmp_path / "core").write_bytes(b"x")
    with pytest.raises(UnservableFile):
        load_bundle(tmp_path)


paths = st.lists(st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,12}", fullmatch=True), min_size=1, max_size=4)
hashes = st.binary(min_size=32, max_size=32).map(lambda raw: "0x" + raw.hex())
institutions = st.binary(min_size=20, max_size=20).map(lambda raw: to_address("0x" + raw.hex()))


@given(
    st.integers(1, 2**53 - 1),
    st.dictionaries(paths.map(lambda parts: "/" + "/".join(parts)), hashes, min_size=1, max_size=6),
    st.dictionaries(institutions, st.binary(min_size=65, max_size=65), max_size=4),
)
def test_any_manifest_is_read_as_it_was_written(
    version: int, files: dict[str, str], signatures: dict[str, bytes]
) -> None:
    manifest = Manifest(version, files, signatures)
    assert Manifest.parse(manifest.encode()) == manifest
