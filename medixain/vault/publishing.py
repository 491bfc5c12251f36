"""A vault that is ready to be served: bundle, configuration and signed manifest, kept in one folder and renewed."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import httpx

from medixain.core import canonical
from medixain.core.errors import MedixainError
from medixain.vault.app import Site
from medixain.vault.bundle import CONFIG, MANIFEST, Bundle, load_bundle
from medixain.vault.config import asked_origins, config_of, encode_config
from medixain.vault.errors import VaultUnreachable
from medixain.vault.headers import HeaderTable
from medixain.vault.manifest import Desk, Manifest, sign_manifest
from records.container import atomic_file

logger = logging.getLogger("medixain.vault")


def fetch_meta(platform: str, *, transport: httpx.BaseTransport | None = None) -> Mapping[str, Any]:
    """Return the platform's ``/meta``; raises :class:`VaultUnreachable`."""
    try:
        with httpx.Client(timeout=15, trust_env=False, transport=transport) as http:
            response = http.get(f"{platform}/api/v1/meta")
            response.raise_for_status()
            answer: Mapping[str, Any] = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise VaultUnreachable(platform, str(error) or type(error).__name__) from error
    return answer


def read_site(folder: Path, data: Path) -> Site:
    """The site of a build in ``folder`` whose configuration and manifest an operator has put into ``data``.

    Raises the errors of :func:`load_bundle` and :class:`BadManifest`; a build that was not signed is not served.
    """
    config = (data / CONFIG).read_bytes()
    bundle = load_bundle(folder).with_file(CONFIG, config)
    manifest = Manifest.parse((data / MANIFEST).read_bytes())
    manifest.require_files(bundle)
    return _site(bundle, manifest, canonical.parse(config))


class SelfSigned:
    """A vault whose institutions sign at hand, for the demonstration: a changed build is signed when it is seen."""

    def __init__(self, folder: Path, data: Path, platform: str, desks: Collection[Desk]) -> None:
        self._folder, self._data, self._platform, self._desks = folder, data, platform, desks
        self._current: tuple[Manifest, Site] | None = None
        self._ended = threading.Event()

    def site(self) -> Site:
        """What is served now; renewed first when there is nothing yet."""
        if self._current is None:
            self.renew()
        if self._current is None:
            raise VaultUnreachable(self._platform, "nothing could be signed")
        return self._current[1]

    def renew(self) -> None:
        """Read the build and the platform's pins, and sign them if they differ from what was signed last."""
        config = config_of(fetch_meta(self._platform), platform=self._platform)
        bundle = load_bundle(self._folder).with_file(CONFIG, encode_config(config))
        manifest = sign_manifest(bundle, self._desks, previous=self._previous())
        if self._current is not None and self._current[0] == manifest:
            return
        self._data.mkdir(parents=True, exist_ok=True)
        for name, body in ((CONFIG, bundle.files[CONFIG]), (MANIFEST, manifest.encode())):
            with atomic_file(self._data / name) as file:
                file.write(body)
        self._current = manifest, _site(bundle, manifest, config)
        logger.info("vault.signed version=%d files=%d", manifest.version, len(manifest.files))

    def follow(self, *, every: float, wake: Callable[[float], bool] | None = None) -> None:
        """Renew every few seconds until :meth:`stop`; what fails once is tried again, and the old build stays."""
        wait = wake or self._ended.wait
        while not wait(every):
            try:
                self.renew()
            except (MedixainError, OSError) as error:
                # A build that is being replaced lacks files for a moment.
                logger.warning("vault.not-renewed %s", error)

    def stop(self) -> None:
        """End :meth:`follow`."""
        self._ended.set()

    def _previous(self) -> Manifest | None:
        if self._current is not None:
            return self._current[0]
        file = self._data / MANIFEST
        return Manifest.parse(file.read_bytes()) if file.exists() else None


def _site(bundle: Bundle, manifest: Manifest, config: Mapping[str, Any]) -> Site:
    table = HeaderTable(config["platform"], asked_origins(config))
    return Site(bundle, manifest.encode(), table)
