"""Stores by alias, configured as Django configures storages: ``{alias: {"BACKEND": path, "OPTIONS": {…}}}``."""

import threading
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from records.storage.base import RecordStore
from records.storage.errors import StoreConfigurationError


class StoreHandler:
    """Makes each store once, when it is first asked for; ``handler["default"]``."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        self._settings = settings
        self._stores: dict[str, RecordStore] = {}
        self._lock = threading.Lock()

    def __getitem__(self, alias: str) -> RecordStore:
        """Return the store called ``alias``; raises :class:`StoreConfigurationError`."""
        with self._lock:
            if alias not in self._stores:
                self._stores[alias] = self._make(alias)
            return self._stores[alias]

    def close(self) -> None:
        """Close every store made so far."""
        with self._lock:
            for store in self._stores.values():
                store.close()
            self._stores.clear()

    def _make(self, alias: str) -> RecordStore:
        if alias not in self._settings:
            known = ", ".join(sorted(self._settings)) or "none"
            raise StoreConfigurationError(f"There is no record store {alias!r}; configured are: {known}.")
        settings = self._settings[alias]
        unknown = set(settings) - {"BACKEND", "OPTIONS"}
        if unknown or "BACKEND" not in settings:
            raise StoreConfigurationError(f"Record store {alias!r} takes BACKEND and OPTIONS, not {sorted(settings)}.")
        backend = _backend(settings["BACKEND"])
        try:
            return backend(**settings.get("OPTIONS", {}))
        except TypeError as error:
            raise StoreConfigurationError(f"Record store {alias!r} has wrong OPTIONS: {error}.") from error


def _backend(path: str) -> type[RecordStore]:
    module, _, name = path.rpartition(".")
    try:
        backend = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise StoreConfigurationError(f"There is no record store backend {path!r}.") from error
    if not (isinstance(backend, type) and issubclass(backend, RecordStore)):
        raise StoreConfigurationError(f"{path!r} is no record store backend.")
    return backend
