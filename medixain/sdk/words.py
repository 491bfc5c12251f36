"""What people call the roles of an institution and the levels of a professional: on the command line and in results."""

from collections.abc import Mapping
from typing import Final

from contracts.bindings.messages import AccessLevel, Role

ROLES: Final[Mapping[str, Role]] = {role.name.lower(): role for role in Role if role.name is not None}
"""In the order of the bits."""

LEVELS: Final[Mapping[str, AccessLevel]] = {
    "administrative": AccessLevel.ADMINISTRATIVE,
    "research": AccessLevel.RESEARCH,
    "clinical": AccessLevel.CLINICAL,
    "senior": AccessLevel.SENIOR_CLINICAL,
}
"""From the least upwards."""


def role_names(roles: int) -> tuple[str, ...]:
    """Return the names of an institution's role bits, in their order."""
    return tuple(name for name, role in ROLES.items() if role & roles)
