"""Taking access back: withdrawal, and the rotation that makes it hold for what comes later (promises I3, I9, C12).

A withdrawal counts at every node at once and on chain for ever. The sections concerned then get a new epoch: every
envelope is re-wrapped to it and the old one deleted, and who keeps access gets a new grant for the new epoch. What a
reader has opened stays opened. Each step can be repeated, so an interrupted rotation is finished by running it again.
"""

import base64
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from contracts.bindings.messages import DocumentKind, GrantKind, Withdrawal
from keymgmt.keys.keyset import rotate
from keymgmt.keys.messages import Envelope
from medixain.core.addresses import InvalidAddress, to_address
from medixain.core.errors import MedixainError
from medixain.sdk import inbox
from medixain.sdk.context import Context
from medixain.sdk.errors import NotFound
from medixain.sdk.grants import Given, attested_grants, given_grants, issue, live_grants, section_item, set_author
from medixain.sdk.results import AccessWithdrawn, RotationProgress
from medixain.sdk.rotation_plan import epochs_of, plan_due, plan_expired, plan_sections
from medixain.sdk.slots import attested_professional, own_keyset, put_document, remember_keyset
from medixain.sdk.stored import StoredRecord, own_record_key, rows, section_of_tag
from medixain.sdk.transactions import Handed, Signed, hand_in, require_wait, sign, stamp, wait_for
from records.container import hash_of, seal_envelope

WITHDRAWN_AT_ONCE: Final = 480
"""Grants of one signed withdrawal. An id that the chain has never seen costs it 27,200 gas (measured in
tests/conformance/contracts), so this many stay, with the relay's quarter to spare, within the 2^24 gas that EIP-7825
allows a transaction, the relay's 30,000,000, and the 1,024 ids that a node takes."""


def withdraw(context: Context, what: str, *, wait: str, timeout: int) -> AccessWithdrawn:
    """Withdraw one grant by its id, or everything that a professional, or a care team as such, has from this wallet.

    The nodes are told of all of it first: from then on they refuse, whatever the platform does. The chain follows in
    as many transactions as its gas asks for; :func:`resume` sends what did not get there. Raises :class:`NotFound`.
    """
    require_wait(wait)
    inbox.sync(context)
    _forget_team(context, what)
    chosen, of_somebody = _choose(context, what)
    with context.changing("withdrawing") as withdrawing:
        withdrawing.update({grant.name: 1 for grant in chosen})
    by_layer = {layer: [one for one in chosen if one.layer == layer] for layer in sorted({one.layer for one in chosen})}
    signed = [one for layer, grants in by_layer.items() for one in _signed(context, layer, [g.id for g in grants])]
    taken = _tell_nodes(context, signed)
    for layer, grants in by_layer.items():
        _plan_rotation(context, layer, grants)
    transactions = [hand_in(context, one) for one in signed]
    if of_somebody:
        transactions += _end_authorship(context, chosen)
    state = wait_for(context, transactions, wait, timeout)
    plan_expired(context)
    progress, more = rotate_pending(context)
    if more and wait != "received":
        state = wait_for(context, more, wait, timeout)
    complete = progress.done == progress.total and not context.table("rotations")
    return AccessWithdrawn(
        grants=tuple(grant.name for grant in chosen),
        nodes=context.meta.node_set.named(taken),
        rotation=progress,
        state=state if complete else "withdrawal-incomplete",
    )


def resume(context: Context) -> AccessWithdrawn:
    """Finish what was interrupted: withdrawals that the chain does not show yet are sent again, then rotations.

    Sections whose readers' time has run out and records sealed to an epoch already left are seen to as well.
    """
    resent, taken = _resend(context)
    plan_due(context)
    progress, _ = rotate_pending(context)
    complete = progress.done == progress.total and not context.table("rotations") and not resent
    return AccessWithdrawn(
        tuple(grant.name for grant in resent),
        context.meta.node_set.named(taken) if resent else (),
        progress,
        "complete" if complete else "withdrawal-incomplete",
    )


def settle(context: Context) -> None:
    """Carry out the rotations that are known to be due, as far as they go now; called by the owner's other acts.

    What fails stays planned, shows as a pending rotation, and must not keep the owner from what she came for.
    """
    with suppress(MedixainError):
        plan_expired(context)
        if context.table("rotations"):
            rotate_pending(context)


def _resend(context: Context) -> tuple[list[Given], set[str]]:
    """Withdraw again what this home has withdrawn and the attested history still shows active.

    The message may have been lost with a platform that was killed, or was never handed over. Nodes and contract take a
    second withdrawal of a grant without effect. Returns the grants and the nodes that took all of them.
    """
    wanted = context.table("withdrawing")
    due: dict[str, list[Given]] = {}
    for grant in given_grants(context):
        if grant.name in wanted:
            due.setdefault(grant.layer, []).append(grant)
    resent: list[Given] = []
    taken: set[str] = set(context.meta.node_set.names) if due else set()
    for layer, grants in sorted(due.items()):
        still_active = attested_grants(context, grants)
        if still_active:
            nodes, _ = revoke(context, layer, [grant.id for grant in still_active])
            taken &= nodes
            resent += still_active
        with context.changing("withdrawing") as withdrawing:
            for settled in (grant for grant in grants if grant not in still_active):
                withdrawing.pop(settled.name, None)
    return resent, taken


def _choose(context: Context, what: str) -> tuple[list[Given], bool]:
    """The grants meant by a grant id, or (then True) all that the address of a professional or a care team means."""
    given = given_grants(context)
    named = [grant for grant in given if grant.name == what.lower()]
    if named:
        return named, False
    try:
        address = to_address(what)
    except InvalidAddress as error:
        raise NotFound("grant", what) from error
    meant = [grant for grant in given if address in (grant.team, grant.opening.grantee)]
    chosen = attested_grants(context, meant)
    if not chosen:
        raise NotFound("access given to", what)
    return chosen, True


def _forget_team(context: Context, what: str) -> None:
    """Give up what is still to be given to a care team, or to one of its members, before anything is taken back."""
    with context.changing("teaming") as teaming:
        for team in list(teaming):
            left = [wallet for wallet in teaming[team]["waiting"] if wallet.lower() != what.lower()]
            if team.lower() == what.lower() or not left:
                del teaming[team]
            else:
                teaming[team] = {**teaming[team], "waiting": left}


def revoke(context: Context, layer: str, grants: Sequence[bytes]) -> tuple[set[str], list[Handed]]:
    """Tell every node, then the chain, that grants of a layer are withdrawn; return the nodes that took all of it."""
    signed = _signed(context, layer, grants)
    return _tell_nodes(context, signed), [hand_in(context, one) for one in signed]


def _signed(context: Context, layer: str, grants: Sequence[bytes]) -> list[Signed]:
    """Sign the withdrawal of grants of a layer, in as many messages as transactions are needed for it."""
    slot, key = context.keys.slot_id(layer), context.keys.slot(layer)
    batches = [tuple(grants[at : at + WITHDRAWN_AT_ONCE]) for at in range(0, len(grants), WITHDRAWN_AT_ONCE)]
    messages = [Withdrawal(slot, ids, **stamp(context)) for ids in batches]
    return [sign(context, "AccessGrants", "withdraw", message, key) for message in messages]


def _tell_nodes(context: Context, withdrawals: Sequence[Signed]) -> set[str]:
    """Tell every node of withdrawals, where they count at once; return the nodes that took all of them."""
    taken = set(context.meta.node_set.names)
    for signed in withdrawals:
        assert isinstance(signed.message, Withdrawal)
        taken &= set(context.nodes.withdraw(signed.message, signed.signatures[0]).taken)
    return taken


def _end_authorship(context: Context, withdrawn: Sequence[Given]) -> list[Handed]:
    """End the right to add to a layer for whom nothing of it stays open: a member may have more than the team gave."""
    authors = context.table("authors")
    ended = {(grant.layer, grant.opening.grantee) for grant in withdrawn}
    ended = {(layer, grantee) for layer, grantee in ended if layer in authors.get(grantee, {})}
    held = [grant for grant in given_grants(context) if (grant.layer, grant.opening.grantee) in ended] if ended else []
    ended -= {(grant.layer, grant.opening.grantee) for grant in live_grants(context, held)}
    return [set_author(context, layer, authors[grantee][layer], 0) for layer, grantee in sorted(ended)]


def _plan_rotation(context: Context, layer: str, grants: Sequence[Given]) -> None:
    """Write down which sections need a new epoch, before anything else can fail."""
    plan_sections(context, layer, epochs_of(context, layer, grants))


def rotate_pending(context: Context) -> tuple[RotationProgress, list[Handed]]:
    """Carry every planned rotation as far as it goes; return how many envelopes were to be re-wrapped and are.

    What fails stays planned. A second run continues where this one stopped.
    """
    done = total = 0
    transactions: list[Handed] = []
    for layer, plan in sorted(context.table("rotations").items()):
        transactions += _new_epochs(context, layer, plan)
        old = _old_envelopes(context, layer, plan)
        total += len(old)
        failed = 0
        for stored in old:
            try:
                _rewrap(context, layer, stored)
                done += 1
            except MedixainError:
                # Counted as not done and shown as "withdrawal incomplete"; the plan stays.
                failed += 1
        transactions += _reissue(context, layer, plan)
        if not failed:
            _settle_plan(context, layer, plan)
    return RotationProgress(done, total), transactions


def _settle_plan(context: Context, layer: str, plan: dict[str, int]) -> None:
    """Strike out what was carried through; what was planned meanwhile stays."""
    with context.changing("rotations") as rotations:
        left = {section: epoch for section, epoch in rotations.get(layer, {}).items() if plan.get(section) != epoch}
        rotations[layer] = left
        if not left:
            del rotations[layer]


def _new_epochs(context: Context, layer: str, plan: dict[str, int]) -> list[Handed]:
    """Publish the keyset in which each planned section has left its old epoch, if that has not happened yet."""
    keyset = own_keyset(context, layer)
    due = [
        section
        for section, epoch in plan.items()
        if keyset.live(context.keys.section_tag(layer, section)).epoch == epoch
    ]
    if not due:
        return []
    following = rotate(keyset, context.keys, layer, due)
    transaction = put_document(context, layer, DocumentKind.KEYSET, following.version, following.encode())
    remember_keyset(context, layer, following)
    return [transaction]


def _old_envelopes(context: Context, layer: str, plan: dict[str, int]) -> list[StoredRecord]:
    keyset = own_keyset(context, layer)
    tags = {context.keys.section_tag(layer, section) for section in plan}
    found = rows(context, context.account, slot=context.keys.slot_id(layer))
    return [one for one in found if one.tag in tags and one.epoch < keyset.live(one.tag).epoch]


def _rewrap(context: Context, layer: str, stored: StoredRecord) -> None:
    """Seal the record's key to the live epoch and replace the envelope; the platform deletes the old one."""
    record_secret = own_record_key(context.keys, stored)
    live = own_keyset(context, layer).live(stored.tag)
    envelope = seal_envelope(live.key, record_secret)
    placed = Envelope(stored.id, stored.slot, live.tag, live.epoch, hash_of(envelope))
    context.api.put(
        f"/records/{stored.name}/envelope",
        {
            "section": "0x" + live.tag.hex(),
            "epoch": live.epoch,
            "blob": base64.b64encode(envelope).decode("ascii"),
            "signature": "0x" + context.keys.slot(layer).sign(context.off_chain, placed).hex(),
        },
        by=context.account,
    )


def _reissue(context: Context, layer: str, plan: dict[str, int]) -> list[Handed]:
    """Give everybody who keeps access to a rotated section a grant of its live epoch, and end the old one."""
    tags = {context.keys.section_tag(layer, section): section for section in plan}
    keyset = own_keyset(context, layer)
    stale = [
        grant
        for grant in given_grants(context)
        if grant.layer == layer
        and grant.opening.kind == GrantKind.SECTIONS
        and any(one.tag in tags and one.epoch < keyset.live(one.tag).epoch for one in grant.opening.sections)
    ]
    transactions: list[Handed] = []
    for grant in live_grants(context, stale):
        opening = grant.opening
        names = [section_of_tag(context.keys, layer, section.tag) for section in opening.sections]
        items = [section_item(context, layer, name) for name in names]
        professional = attested_professional(context, opening.grantee)
        issued = issue(
            context, layer, professional, items, purpose=opening.purpose, expiry=opening.expiry, team=grant.team
        )
        _, ended = revoke(context, layer, [grant.id])
        with context.changing("replaced") as table:
            table[grant.name] = "0x" + issued.id.hex()
        transactions += [issued.transaction, *ended]
    return transactions
