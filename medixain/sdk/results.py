"""What the client's methods return: a frozen dataclass for each command (docs/spec/cli.md); times are Unix seconds."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class WalletCreated:
    """A new or restored wallet; ``phrase`` is shown once and to its owner only (None when restored)."""

    wallet: str
    account: str
    phrase: str | None
    state: str


@dataclass(frozen=True, slots=True)
class LayerState:
    """A layer's slot as m nodes attest it: keyset version, records and grants counted in its heads."""

    layer: str
    slot: str
    keyset_version: int
    records: int
    grants: int


@dataclass(frozen=True, slots=True)
class WalletShown:
    """Whose home this is. ``kyc`` is {"state", "institution"}; ``roles`` and ``institution`` in institutions' homes.

    ``pending_rotations`` are layers, ``pending_restrictions`` records with work that `access rotate` finishes.
    """

    wallet: str
    kyc: dict[str, str | None]
    layers: tuple[LayerState, ...]
    pending_rotations: tuple[str, ...]
    institution: str | None = None
    name: str | None = None
    roles: tuple[str, ...] = ()
    pending_restrictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstitutionCreated:
    """An application for admission."""

    institution: str
    state: str


@dataclass(frozen=True, slots=True)
class InstitutionVoted:
    """A vote given; ``needed`` votes admit."""

    institution: str
    votes: int
    needed: int
    state: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """Bounds put to the institutions' vote until a time. ``voted``: by this home's institution."""

    proposal: str
    s_min: int
    s_max: int
    r_min: int
    r_max: int
    d_min: int
    d_max: int
    votes: int
    needed: int
    voted: bool
    until: int
    state: str


@dataclass(frozen=True, slots=True)
class ProposalVoted:
    """A vote given for bounds; ``needed`` votes set them."""

    proposal: str
    s_min: int
    s_max: int
    r_min: int
    r_max: int
    d_min: int
    d_max: int
    votes: int
    needed: int
    state: str


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution the platform knows."""

    institution: str
    name: str
    roles: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class TeamPublished:
    """A care team as its institution published it; ``version`` counts from 1."""

    team: str
    name: str
    version: int
    members: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class TeamMemberRow:
    """A member of a care team. ``standing``: authorised, suspended or elsewhere (not with the institution any more).

    ``shared`` whether this wallet shares something with the member as one of this team now.
    """

    wallet: str
    name: str | None
    standing: str
    shared: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A care team on the word of m nodes; names that do not follow from that are null.

    ``joined`` are members whom the patient, who shares with the team, has not said yes to. Where ``problem`` is the
    code of why the team cannot be believed, nothing else of it is shown.
    """

    team: str
    institution: str
    institution_name: str | None
    name: str | None
    version: int
    members: tuple[TeamMemberRow, ...]
    joined: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProfessionalApplied:
    """An application that waits in the institution's inbox."""

    professional: str
    institution: str
    message: str


@dataclass(frozen=True, slots=True)
class ProfessionalAuthorised:
    """A registration on its way to the chain, and the name that the institution signed."""

    professional: str
    level: str
    until: int
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class ProfessionalNamed:
    """What a professional is called from now on."""

    professional: str
    name: str


@dataclass(frozen=True, slots=True)
class ProfessionalSuspended:
    """A suspension set or lifted."""

    professional: str
    suspended: bool
    state: str


@dataclass(frozen=True, slots=True)
class KycAttested:
    """An attestation that one person stands behind a wallet."""

    wallet: str
    institution: str
    state: str


@dataclass(frozen=True, slots=True)
class RecordAdded:
    """A record taken in; ``report`` is the FHIR import's, None for other files."""

    record: str
    cid: str
    section: str
    type: str
    size: int
    report: Any
    state: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record in a list; name, type and size are None until this device has opened it once (a grantee's look).

    ``problem`` says, by its error's code, why what the record says of itself could not be verified; None when it was.
    ``removal-not-attested``: the platform shows it no more and says it was removed, which no m nodes attest.
    """

    record: str
    name: str | None
    type: str | None
    section: str
    size: int | None
    created: int
    author: str
    institution: str | None
    state: str
    readers: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RecordOpened:
    """A record written to ``path``; ``nodes`` re-encrypted it (none for its owner), ``author`` vouches for it."""

    record: str
    name: str
    type: str
    size: int
    path: str
    nodes: tuple[str, ...]
    author: str
    institution: str | None


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What was erased, signed by the relay, and which copies are beyond control."""

    record: str
    cid: str
    envelope_deleted: bool
    store_deleted: bool
    copies: tuple[str, ...]
    at: int
    signature: str
    state: str


@dataclass(frozen=True, slots=True)
class EventAdded:
    """A profile event taken in."""

    event: str
    section: str
    state: str


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """An entry as the events fold; its ``state`` is current, corrected, disputed, confirmed or answered.

    ``corrects`` is the entry it is a correction of, whether or not it has taken that one's place; ``conflicts`` are the
    entries that it does not agree with while nobody entitled to it has decided.
    """

    event: str
    section: str
    entry: Any
    author: str
    institution: str | None
    at: int
    state: str
    marks: tuple[dict[str, Any], ...]
    corrects: str | None
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileShown:
    """A profile by section name; ``unreadable`` events exist but do not open or verify."""

    sections: dict[str, tuple[ProfileEntry, ...]]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityWritten:
    """A field's new value taken in, as the record ``record``."""

    field: str
    section: str
    record: str
    state: str


@dataclass(frozen=True, slots=True)
class IdentityValue:
    """A field as it stands. ``value`` is text, or a list of texts; ``fhir`` its FHIR R4 path; ``at`` when written."""

    field: str
    section: str
    title: str
    value: str | tuple[str, ...]
    fhir: str
    at: int
    record: str


@dataclass(frozen=True, slots=True)
class IdentityShown:
    """The own identity: ``kyc`` as the chain has it, ``missing`` required fields of sections begun.

    ``unreadable`` records of the layer do not open, do not verify or hold a value that the field's check refuses.
    """

    kyc: dict[str, str | None]
    fields: tuple[IdentityValue, ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Appointment:
    """A visit of the calendar: planned or cancelled (``status``) by whom, ``start`` and ``made`` in Unix seconds."""

    event: str
    patient: str | None
    start: int
    minutes: int
    place: str
    reason: str
    status: str
    made: int
    by: str
    institution: str | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The own visits, the earliest first; each of ``unreadable`` may be a visit, or move or cancel one of them."""

    visits: tuple[Appointment, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppointmentWritten:
    """A visit planned or cancelled; ``told`` whether it stands in the patient's wallet, too."""

    event: str
    status: str
    told: bool
    state: str


@dataclass(frozen=True, slots=True)
class AccessRequested:
    """A request left in the patient's inbox; ``request`` is its id."""

    request: str
    wallet: str


@dataclass(frozen=True, slots=True)
class AccessProposed:
    """A referral left in the patient's inbox; ``request`` is its id."""

    request: str
    wallet: str
    colleague: str


@dataclass(frozen=True, slots=True)
class ReferralShown:
    """For whom a request asks when not for its sender, and why.

    ``beyond`` are sections that the sender may not see herself; ``signs`` whether the colleague's pseudonyms are known,
    without which nobody can let him append.
    """

    colleague: str
    reason: str
    written: int
    beyond: tuple[str, ...]
    signs: bool


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request that waits for the patient's decision; ``referral`` when it is made for a colleague."""

    request: str
    professional: str
    sections: tuple[str, ...]
    append: bool
    purpose: str
    until: int
    received: int
    referral: ReferralShown | None = None


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral that this home sent. ``state``: waiting, given, declined or expired."""

    request: str
    wallet: str
    colleague: str
    sections: tuple[str, ...]
    append: bool
    purpose: str
    reason: str
    until: int
    sent: int
    state: str


@dataclass(frozen=True, slots=True)
class LetterShown:
    """Who asked the patient to let this professional in, and why: a letter signed by ``referrer``."""

    referrer: str
    reason: str
    written: int


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant given or received. ``other`` is the grantee or the patient; ``team`` the care team it was given through.

    ``state``: active, expired, withdrawn, or withdrawing: this device withdrew it, and no m nodes attest that yet.
    """

    grant: str
    direction: str
    other: str
    layer: str
    records: tuple[str, ...]
    sections: tuple[str, ...]
    purpose: str
    expiry: int
    state: str
    letter: LetterShown | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class AccessShown:
    """Requests that wait, grants given and received, and referrals sent."""

    requests: tuple[RequestRow, ...]
    grants: tuple[GrantRow, ...]
    referrals: tuple[ReferralRow, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessDeclined:
    """A request that was declined; ``told`` whether its sender learns of it."""

    request: str
    told: bool


@dataclass(frozen=True, slots=True)
class AccessGranted:
    """``grant`` is the first of ``grants`` (one per layer); ``nodes`` hold the keys now, ``waiting_nodes`` will."""

    grant: str
    grants: tuple[str, ...]
    grantee: str
    expiry: int
    nodes: tuple[str, ...]
    waiting_nodes: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class TeamLeftOut:
    """A listed member who was given nothing; ``standing`` says why: suspended, elsewhere, or stopped by the owner."""

    wallet: str
    standing: str


@dataclass(frozen=True, slots=True)
class TeamGranted:
    """What one act gave a care team: a set of grants for each of ``members``, and whom it left out.

    Where the act was to let them add records, ``may_append`` can, and ``must_ask`` only read until they have asked.
    """

    team: str
    name: str
    version: int
    members: tuple[str, ...]
    may_append: tuple[str, ...]
    must_ask: tuple[str, ...]
    left_out: tuple[TeamLeftOut, ...]
    grants: tuple[str, ...]
    expiry: int
    nodes: tuple[str, ...]
    waiting_nodes: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class RotationProgress:
    """Records re-wrapped of those a withdrawal concerns; a withdrawal is complete when the two are equal."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AccessWithdrawn:
    """``state`` is complete, or incomplete while envelopes are still to be re-wrapped; then run it again."""

    grants: tuple[str, ...]
    nodes: tuple[str, ...]
    rotation: RotationProgress
    state: str


@dataclass(frozen=True, slots=True)
class RecordRestricted:
    """``record`` is gone; its content is the record ``sealed`` in the sealed layer."""

    record: str
    sealed: str
    state: str


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look, or try: ``nodes`` that wrote it down, ``final`` when all their roots are on the final chain."""

    when: int
    who: str
    name: str | None
    institution: str | None
    what: str
    record: str
    grant: str
    purpose: str
    outcome: str
    nodes: tuple[str, ...]
    final: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified; ``ok`` is None for what could not be here, ``detail`` says why or how."""

    check: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class ImportedPatient:
    """What a bulk import did for one patient: ``resources`` (``counts`` by type) are in ``record``.

    ``refused`` are the reports of resources that are no valid FHIR. When nothing was added, ``record`` is None and
    ``problem`` and ``reason`` say why, by the error's code and in words.
    """

    patient: str
    wallet: str
    resources: int
    record: str | None
    counts: dict[str, int]
    refused: tuple[Any, ...]
    problem: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class BulkImported:
    """A bulk import: what was added for whom, patients without a wallet, and what is about no patient or no FHIR."""

    imported: tuple[ImportedPatient, ...]
    unmatched: tuple[str, ...]
    left_out: tuple[Any, ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether everything for these wallets was taken: no patient and no resource was refused."""
        refused = any(patient.record is None or patient.refused for patient in self.imported)
        return not refused and not any(report.issues for report in self.left_out)
