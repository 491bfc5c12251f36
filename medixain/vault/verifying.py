"""Is the vault that this origin serves the one that institutions signed? (`medixain verify bundle`)

A service worker cannot notice a first visit to another vault, its own replacement, a forced reload or cleared storage
(THREAT_MODEL.md). This looks from outside: it fetches every file as a browser would and believes nothing but hashes,
signatures and the chain.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from medixain.core import canonical
from medixain.core.errors import MedixainError
from medixain.sdk.results import Check
from medixain.vault.bundle import CONFIG, INDEX, MANIFEST, Bundle, load_bundle
from medixain.vault.config import asked_origins, config_of, origin_of
from medixain.vault.errors import BadConfig, VaultUnreachable
from medixain.vault.headers import FRAME, HeaderTable
from medixain.vault.manifest import SIGNATURES_NEEDED, Manifest

MAX_FILE_BYTES = 64 << 20
_CHECKED_HEADERS = (
    "content-security-policy",
    "cross-origin-opener-policy",
    "referrer-policy",
    "x-content-type-options",
)


@dataclass(frozen=True, slots=True)
class Consortium:
    """What the platform says of itself, and which institutions' keys the chain holds for active."""

    meta: Mapping[str, Any]
    active: Collection[str]


def verify_bundle(
    vault: str,
    consortium: Consortium,
    *,
    platform: str,
    build: Path | None = None,
    transport: httpx.BaseTransport | None = None,
) -> list[Check]:
    """Return what was checked of the vault at ``vault``; ``build`` is a folder built from the sources, to compare.

    Raises :class:`VaultUnreachable` when it does not answer at all, :class:`BadManifest` when its manifest is none.
    """
    with httpx.Client(base_url=origin_of(vault), timeout=30, trust_env=False, transport=transport) as http:
        manifest = Manifest.parse(_fetch(http, "/" + MANIFEST).content)
        checks = [_check("signatures", lambda: _signatures(manifest, consortium))]
        served, problems = _files(http, manifest)
        checks.append(Check("files", not problems, "; ".join(problems) or f"{len(served)} files, each as signed"))
        config = served.get(CONFIG, b"")
        checks.append(_check("configuration", lambda: _config(config, consortium.meta, platform)))
        checks.append(_check("headers", lambda: _headers(http, config)))
    if build is not None:
        checks.append(_check("sources", lambda: _sources(manifest, load_bundle(build))))
    return checks


def _check(name: str, test: Callable[[], str]) -> Check:
    """Run one check; its error is its result."""
    try:
        return Check(name, True, test())
    except VaultUnreachable:
        raise
    except MedixainError as error:
        return Check(name, False, error.message)


def _signatures(manifest: Manifest, consortium: Consortium) -> str:
    signers = manifest.require_signed(int(consortium.meta["chain_id"]), consortium.active)
    names = {row["id"]: row["name"] for row in consortium.meta["institutions"]}
    said = " and ".join(names.get(signer) or signer for signer in signers)
    return f"version {manifest.version}, signed by {said}; {SIGNATURES_NEEDED} are needed"


def _files(http: httpx.Client, manifest: Manifest) -> tuple[dict[str, bytes], list[str]]:
    """Every file of the manifest as it is served, and what is wrong with them; the index also at the bare origin."""
    served: dict[str, bytes] = {}
    problems: list[str] = []
    for path in [*manifest.files, "/"]:
        body = _fetch(http, path).content
        problem = manifest.problem_of("/" + INDEX if path == "/" else path, body)
        if problem is not None:
            problems.append(f"{path} {problem}")
        served[path.removeprefix("/")] = body
    return served, problems


def _config(body: bytes, meta: Mapping[str, Any], platform: str) -> str:
    config = _parsed(body)
    wanted = config_of(meta, platform=platform, languages=config.get("languages", ()))
    differing = sorted(name for name in wanted.keys() | config.keys() if wanted.get(name) != config.get(name))
    if differing:
        raise BadConfig(f"it differs from what {platform} says of itself in: {', '.join(differing)}")
    return f"names {platform}, its contracts, nodes, JSON-RPC door and institutions as the platform does"


def _headers(http: httpx.Client, body: bytes) -> str:
    config = _parsed(body)
    try:
        table = HeaderTable(str(config["platform"]), asked_origins(config))
    except (KeyError, TypeError) as error:
        raise BadConfig("it does not name the platform, the nodes and the JSON-RPC door") from error
    for path in ("/", f"/{FRAME}"):
        sent, wanted = _fetch(http, path).headers, table.of(path.removeprefix("/"))
        wrong = [name for name in _CHECKED_HEADERS if sent.get(name) != _value(wanted.items(), name)]
        if wrong:
            raise BadConfig(f"{path} is served with another {', '.join(wrong)} than docs/spec/vault.md demands")
    return "the page and the frame are served under the documented policies"


def _parsed(body: bytes) -> dict[str, Any]:
    config = canonical.parse(body)
    if not isinstance(config, dict):
        raise BadConfig("it is no JSON object")
    return config


def _value(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _sources(manifest: Manifest, bundle: Bundle) -> str:
    built = bundle.hashes()
    signed = {path: digest for path, digest in manifest.files.items() if path != f"/{CONFIG}"}
    differing = sorted({path for path, _ in built.items() ^ signed.items()})
    if differing:
        raise BadConfig(f"the build of the sources here differs in {', '.join(differing[:5])}")
    digest = hashlib.sha256(canonical.encode(built)).hexdigest()
    return f"byte for byte the build of the sources here (sha256 of all hashes {digest[:16]}…)"


def _fetch(http: httpx.Client, path: str) -> httpx.Response:
    try:
        response = http.get(path, headers={"Cache-Control": "no-cache"})
    except httpx.HTTPError as error:
        raise VaultUnreachable(str(http.base_url), type(error).__name__) from error
    if response.status_code != httpx.codes.OK or len(response.content) > MAX_FILE_BYTES:
        raise VaultUnreachable(str(http.base_url) + path, f"HTTP {response.status_code}")
    return response
