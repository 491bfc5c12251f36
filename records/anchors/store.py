"""The platform's record stores, as the settings name them."""

from functools import cache

from django.conf import settings

from records.storage import RecordStore, StoreHandler


@cache
def _handler(configuration: str) -> StoreHandler:
    # The settings' text is the cache's key, so that a test that overrides them gets stores of its own.
    del configuration
    return StoreHandler(settings.RECORD_STORES)


def record_store(alias: str = "default") -> RecordStore:
    """Return the store called ``alias``; raises :class:`~records.storage.StoreConfigurationError`."""
    return _handler(repr(settings.RECORD_STORES))[alias]
