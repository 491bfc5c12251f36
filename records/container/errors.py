"""What can be wrong with a record container, its sealed key or its envelope."""

from medixain.core.errors import InvalidInput, MedixainError


class ContainerError(MedixainError):
    """Base of the errors of the container format."""

    code = "container-error"
    exit_code = 6


class InvalidHeader(ContainerError, InvalidInput):
    """The first 177 bytes are not a version 1 header; ``field`` names the part that is wrong."""

    code = "invalid-header"
    exit_code = 6


class InvalidPreamble(ContainerError, InvalidInput):
    """Owner, file name or record type cannot be written, or what was decrypted holds none; ``field`` names it."""

    code = "invalid-preamble"
    exit_code = 2


class WrongRecordKey(ContainerError):
    """The key does not match the header's commitment; nothing was decrypted."""

    code = "wrong-record-key"

    def __init__(self) -> None:
        super().__init__("This key does not belong to this record; ask the owner to share the record again.")


class WrongRecord(ContainerError):
    """The container is of the record ``actual`` where ``expected`` was asked for."""

    code = "wrong-record"

    def __init__(self, expected: bytes, actual: bytes) -> None:
        super().__init__(
            f"The store answered with record 0x{actual.hex()} instead of 0x{expected.hex()}; "
            "fetch it again from another source."
        )
        self.expected = expected
        self.actual = actual


class ContainerDamaged(ContainerError):
    """Chunk ``chunk`` is cut short, altered, out of order or followed by further bytes.

    One error for all of these: telling them apart would tell an attacker more than it tells the reader.
    """

    code = "container-damaged"

    def __init__(self, chunk: int) -> None:
        super().__init__(
            f"The record's bytes were changed or cut short (chunk {chunk}); fetch it again from another source."
        )
        self.chunk = chunk


class ContainerTooLong(ContainerError):
    """The body needs more than 2^32 chunks."""

    code = "container-too-long"
    status = 413
    exit_code = 2

    def __init__(self) -> None:
        super().__init__("A record holds at most 256 TiB; split the file.")


class SealedBoxUnopenable(ContainerError):
    """A well-formed sealed key, envelope or provenance that this key does not open, or that holds something else."""

    code = "sealed-box-unopenable"

    def __init__(self, what: str) -> None:
        super().__init__(f"The {what} does not open with this key; it was made for another key or altered.")
        self.what = what
