"""Model fields for what goes over the wire: fixed-length bytes and EIP-55 addresses."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from medixain.core.addresses import to_address


class FixedBytesField(models.BinaryField):
    """Exactly ``size`` bytes; comes back as ``bytes`` from every database."""

    _pyi_private_get_type: bytes  # what django-stubs reads for the attribute's type

    def __init__(self, *args: Any, size: int = 32, **kwargs: Any) -> None:
        self.size = size
        kwargs["max_length"] = size
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Keep the size in migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs | {"size": self.size}

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """Return ``bytes``, whatever buffer the driver gives."""
        return None if value is None else bytes(value)

    def get_prep_value(self, value: Any) -> Any:
        """Refuse a value of the wrong length before it reaches the database."""
        value = super().get_prep_value(value)
        if value is not None and len(value) != self.size:
            raise ValidationError(f"{self.name} takes {self.size} bytes, not {len(value)}.")
        return value


class BytesField(models.BinaryField):
    """Bytes of any length that come back as ``bytes`` from every database."""

    _pyi_private_get_type: bytes  # as above

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """Return ``bytes``, whatever buffer the driver gives."""
        return None if value is None else bytes(value)


class AddressField(models.CharField):
    """An EIP-55 address; whatever spelling is given or looked up is normalised first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 42
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """The length is the field's own."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        """Normalise to EIP-55; raises :class:`~medixain.core.addresses.InvalidAddress`."""
        return to_address(value) if value else super().get_prep_value(value)
