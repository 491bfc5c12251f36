"""Which sections must leave an epoch: written down before anything else can fail, carried out by ``withdrawal``.

Three things ask for it (protocols.md, "Withdrawal and expiry queue a rotation"): access that was withdrawn, access
that has run out, and a record that its author sealed to an epoch just as the wallet left it. A plan names for each
section the newest epoch to leave, so planning again, after a crash or from two places, never rotates twice.
"""

from collections.abc import Iterable, Mapping, Sequence

from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.grants import Given, given_grants
from medixain.sdk.slots import own_keyset
from medixain.sdk.stored import StoredRecord, rows, section_of_tag


def plan_sections(context: Context, layer: str, leaving: Mapping[str, int]) -> None:
    """Write down that sections of a layer leave these epochs; an older plan for a section gives way."""
    if not leaving:
        return
    with context.changing("rotations") as rotations:
        row = rotations.setdefault(layer, {})
        for section, epoch in leaving.items():
            row[section] = max(epoch, row.get(section, 0))


def epochs_of(context: Context, layer: str, grants: Iterable[Given]) -> dict[str, int]:
    """Return the newest epoch of each section, by name, that ``grants`` of a layer open."""
    found: dict[str, int] = {}
    for section in (section for grant in grants for section in grant.opening.sections):
        name = section_of_tag(context.keys, layer, section.tag)
        found[name] = max(section.epoch, found.get(name, 0))
    return found


def plan_due(context: Context) -> None:
    """Plan all that is due: what expired, and what was sealed late in any layer. Asks the platform for the records."""
    plan_expired(context)
    for layer in RECORD_LAYERS:
        plan_late(context, layer, rows(context, context.account, slot=context.keys.slot_id(layer)))


def plan_expired(context: Context) -> None:
    """Plan a new epoch for each section whose live one a grant opened that has run out. Asks nobody."""
    over: dict[str, list[Given]] = {}
    for grant in given_grants(context):
        if grant.opening.sections and grant.opening.expiry <= context.now():
            over.setdefault(grant.layer, []).append(grant)
    for layer, grants in over.items():
        keyset = own_keyset(context, layer)
        leaving = epochs_of(context, layer, grants)
        live = {name: keyset.live(context.keys.section_tag(layer, name)).epoch for name in leaving}
        plan_sections(context, layer, {name: epoch for name, epoch in leaving.items() if epoch == live[name]})


def plan_late(context: Context, layer: str, stored: Sequence[StoredRecord]) -> None:
    """Plan to re-wrap those of a layer's records whose envelope is of an epoch the section has left.

    An author who read the keys just before a rotation seals to the old epoch just after it; the readers who remain
    hold keys for the new one only.
    """
    if not stored:
        return
    keyset = own_keyset(context, layer)
    late: dict[str, int] = {}
    for one in stored:
        if one.epoch < keyset.live(one.tag).epoch:
            name = section_of_tag(context.keys, layer, one.tag)
            late[name] = max(one.epoch, late.get(name, 0))
    plan_sections(context, layer, late)
