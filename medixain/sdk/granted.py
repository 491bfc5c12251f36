"""What a patient shares of one layer with this professional, opened through the nodes: each opening is in her log."""

from medixain.core.addresses import Address
from medixain.core.errors import MedixainError
from medixain.sdk import inbox
from medixain.sdk.context import Context
from medixain.sdk.reading import Opened, Received, open_granted, received_grants
from medixain.sdk.stored import StoredRecord, rows


def grants_of(context: Context, patient: Address, layer: str) -> list[Received]:
    """Return what ``patient`` has granted of a layer and has not run out, after looking for news."""
    inbox.sync(context)
    return [
        grant
        for grant in received_grants(context)
        if (grant.wallet, grant.layer) == (patient, layer) and grant.opening.expiry > context.now()
    ]


def opened_by(context: Context, grants: list[Received]) -> list[Opened | StoredRecord]:
    """Return the records that ``grants`` of one layer show, each opened, or as it is stored where it does not open."""
    found: dict[bytes, Opened | StoredRecord] = {}
    for grant in grants:
        for stored in rows(context, context.professional, grant.headers(), grant="0x" + grant.id.hex()):
            if stored.id in found:
                continue
            try:
                found[stored.id] = open_granted(context, stored, grants)
            except MedixainError:
                found[stored.id] = stored
    return list(found.values())
