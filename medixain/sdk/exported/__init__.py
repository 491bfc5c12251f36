"""Checking an export of a whole wallet (docs/spec/export.md): offline from what is inside, and against the chain."""

from medixain.sdk.exported.archive import Archive, is_archive
from medixain.sdk.exported.verifying import verify_archive

__all__ = ["Archive", "is_archive", "verify_archive"]
