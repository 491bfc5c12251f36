"""What can go wrong in a record store."""

from medixain.core.errors import InvalidInput, MedixainError


class StoreError(MedixainError):
    """Base of the errors of record stores."""

    code = "store-error"
    status = 502


class StoreConfigurationError(StoreError):
    """The store's settings name no usable backend, alias or option."""

    code = "store-configuration"
    status = 500


class ContentMissing(StoreError):
    """The store does not hold ``cid``, or not all of its blocks."""

    code = "content-missing"
    status = 404

    def __init__(self, cid: str) -> None:
        super().__init__(f"The record store does not hold {cid}; it was deleted or never stored here.")
        self.cid = cid


class BlockDamaged(StoreError):
    """Block ``cid`` as stored no longer hashes to its address."""

    code = "block-damaged"

    def __init__(self, cid: str) -> None:
        super().__init__(f"Block {cid} is damaged on disk; restore it from another store or a backup.")
        self.cid = cid


class ContentMismatch(StoreError):
    """A backend addressed content as ``actual`` where its bytes have the address ``expected``."""

    code = "content-mismatch"

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"The record store answered {actual} for content whose address is {expected}; nothing was kept."
        )
        self.expected = expected
        self.actual = actual


class UploadTooLarge(StoreError):
    """The content has more than ``limit`` bytes; nothing was kept."""

    code = "upload-too-large"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"A stored object has at most {limit} bytes; split the file.")
        self.limit = limit


class InvalidRange(StoreError, InvalidInput):
    """The offset or length asked for lies outside the content."""

    code = "invalid-range"
    status = 416


class StoreFull(StoreError):
    """The disk has no room; nothing was kept."""

    code = "store-full"
    status = 507

    def __init__(self) -> None:
        super().__init__(
            "The record store has no room left; nothing was kept. Try again when the operator has made room."
        )


class StoreUnavailable(StoreError):
    """The backend does not answer."""

    code = "store-unavailable"
    status = 503
