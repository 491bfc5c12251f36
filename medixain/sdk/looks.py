"""Who looked: the access log joined from all nodes, each entry proven (promises C5, C12; D4)."""

from contracts.bindings.contracts import Contracts
from keymgmt.node.client import ProvenLogEntry
from keymgmt.node.errors import NotEnoughNodes, UnknownProfessional
from medixain.core.eip712 import recover
from medixain.sdk import inbox
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.errors import ServerRefused
from medixain.sdk.grants import given_grants
from medixain.sdk.naming import names_of
from medixain.sdk.results import LookRow
from medixain.sdk.slots import agreed


def log(context: Context) -> list[LookRow]:
    """Return every look and try at this wallet's records, the newest first.

    Entries of all nodes asked for one look are one row. ``final`` says that each entry's root stands on the final
    chain, so that no node can deny it later. Raises ``NotEnoughNodes`` when fewer than m nodes show their log.
    """
    inbox.sync(context)
    looks: dict[bytes, list[ProvenLogEntry]] = {}
    for layer in RECORD_LAYERS:
        signer = context.node_signer(context.keys.slot(layer))
        answers, failed = context.nodes.log(context.keys.slot_id(layer), signer=signer)
        failed = {node: error for node, error in failed.items() if error.code != "unknown-slot"}
        if len(context.nodes.nodes) - len(failed) < context.nodes.threshold:
            raise NotEnoughNodes(len(answers), context.nodes.threshold, failed)
        for entries in answers.values():
            for entry in entries:
                looks.setdefault(entry.entry.request_hash, []).append(entry)
    people = _People(context)
    contracts = contracts_of(context) if looks else None
    found = [_row(context, entries, people, contracts) for entries in looks.values()]
    return sorted(found, key=lambda row: row.when, reverse=True)


class _People:
    """Names and institutions of requesters, asked once each."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, tuple[str | None, str | None, str | None]] = {}

    def find(self, wallet: str) -> tuple[str | None, str | None, str | None]:
        """Return the registered signing key, the name, and the institution's name; None for what is not known."""
        if wallet not in self._known:
            self._known[wallet] = self._ask(wallet)
        return self._known[wallet]

    def _ask(self, wallet: str) -> tuple[str | None, str | None, str | None]:
        signer = self._context.node_signer(self._context.unlocked.device)
        try:
            statement = agreed(lambda: self._context.nodes.professional(wallet, signer=signer))
        except UnknownProfessional:
            return None, None, None  # a stranger knocked: the log shows the address alone
        try:
            name, institution = names_of(self._context, statement)
        except ServerRefused:
            name = institution = None  # what the nodes attest stands without the platform's words for it
        return statement.signing_key, name, institution or statement.institution


def _row(context: Context, entries: list[ProvenLogEntry], people: _People, contracts: Contracts | None) -> LookRow:
    first = min(entries, key=lambda one: one.entry.time)
    entry = first.entry
    signing_key, name, institution = people.find(entry.requester)
    if signing_key is not None and recover(context.off_chain, first.request, first.signature) != signing_key:
        # The node kept a request that this professional's present key did not sign: an older key, or a stranger.
        name = institution = None
    record = "0x" + entry.record.hex()
    given = {grant.name: grant for grant in given_grants(context)}
    grant = "0x" + entry.grant_id.hex()
    outcomes = {one.entry.outcome for one in entries}
    return LookRow(
        when=entry.time,
        who=entry.requester,
        name=name,
        institution=institution,
        what=str(context.table("records").get(record, {}).get("name") or record),
        record=record,
        grant=grant,
        purpose=entry.purpose or (given[grant].opening.purpose if grant in given else ""),
        outcome="given" if "given" in outcomes else entry.outcome,
        nodes=context.meta.node_set.named(one.node for one in entries),
        final=contracts is not None and all(_is_final(one, contracts) for one in entries),
    )


def _is_final(entry: ProvenLogEntry, contracts: Contracts) -> bool:
    if entry.root is None or entry.root_index is None:
        return False
    root = contracts.access_log.root_at(entry.node, entry.root_index, at="finalized")
    return root is not None and root.root == entry.root
