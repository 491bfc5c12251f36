"""Words for the numbers of the registry."""

from django.utils.translation import gettext as _

from contracts.bindings.messages import AccessLevel, Role


def role_names(roles: int) -> str:
    """Name the roles in a bit mask."""
    names = {
        Role.KYC: _("identity checks"), Role.CLINICAL: _("care"), Role.INSURER: _("insurance"),
        Role.PHARMA: _("medicines"), Role.MINER: _("keeps the ledger"), Role.RESEARCH: _("research"),
    }  # fmt: skip
    return ", ".join(name for role, name in names.items() if roles & role) or _("none")


def level_name(level: int) -> str:
    """Name a professional's access level."""
    names = {
        AccessLevel.ADMINISTRATIVE: _("administrative"), AccessLevel.RESEARCH: _("research or insurance"),
        AccessLevel.CLINICAL: _("clinical"), AccessLevel.SENIOR_CLINICAL: _("senior clinical"),
    }  # fmt: skip
    return next((name for known, name in names.items() if known == level), str(level))
