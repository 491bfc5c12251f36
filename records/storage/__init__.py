"""Record stores: content-addressed, interchangeable, the same CID from every backend. Knows no Django."""

from records.storage.base import Deletion, RecordStore, Stat
from records.storage.errors import (
    BlockDamaged,
    ContentMismatch,
    ContentMissing,
    InvalidRange,
    StoreConfigurationError,
    StoreError,
    StoreFull,
    StoreUnavailable,
    UploadTooLarge,
)
from records.storage.handler import StoreHandler

__all__ = [
    "BlockDamaged",
    "ContentMismatch",
    "ContentMissing",
    "Deletion",
    "InvalidRange",
    "RecordStore",
    "Stat",
    "StoreConfigurationError",
    "StoreError",
    "StoreFull",
    "StoreHandler",
    "StoreUnavailable",
    "UploadTooLarge",
]
