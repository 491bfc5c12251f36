"""The demo's people: clerks of the five partners, synthetic patients and professionals; all use the SDK like anyone."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from medixain.demo.consortium import PARTNERS
from medixain.demo.founding import Founding
from medixain.demo.layout import Layout
from medixain.demo.operator import OPERATOR, operator_password
from medixain.demo.synthetic import bundle, person
from medixain.sdk import Client
from records.container import atomic_file

DOCUMENTS = "profile/documents"


@dataclass(frozen=True, slots=True)
class InstitutionLogIn:
    """A partner's clerk: the home folder whose signer keys act for the institution."""

    key: str
    name: str
    roles: list[str]
    institution: str
    home: str


@dataclass(frozen=True, slots=True)
class PersonLogIn:
    """A synthetic person's home folder and wallet."""

    name: str
    part: str
    wallet: str
    home: str


@dataclass(frozen=True, slots=True)
class TeamLogIn:
    """A care team that a partner published; patients share with it by its id."""

    name: str
    institution: str
    team: str


@dataclass
class LogIns:
    """What somebody who tries the demo has to know."""

    server: str
    operator: dict[str, str]
    institutions: list[InstitutionLogIn]
    people: list[PersonLogIn] = field(default_factory=list)
    teams: list[TeamLogIn] = field(default_factory=list)
    vault: str = ""

    def text(self) -> str:
        """The log-ins for the terminal."""
        lines = ["", f"medixain demo on {self.server}", "", "Homes for the command line (medixain … --home HOME):"]
        lines += [f"  {entry.name:<28} {', '.join(entry.roles):<32} {entry.home}" for entry in self.institutions]
        lines += [f"  {entry.name:<28} {entry.part:<32} {entry.home}" for entry in self.people]
        lines += [f"  {entry.name + ' (care team)':<28} {entry.institution:<32} {entry.team}" for entry in self.teams]
        lines += ["", f"Patients and practices in the browser: {self.server}/patient/ and {self.server}/practice/"]
        lines += [f"Their keys stay in the browser vault: {self.vault}/"]
        lines += ["", f"Operator: {self.server}/operator/  user {OPERATOR}, password {self.operator['password']}", ""]
        return "\n".join(lines) + "\n"


def settle_partners(layout: Layout, founding: Founding, server: str, signer: str) -> LogIns:
    """Give each partner's clerk a home that signs through the signer; at every start, since its address changes."""
    token = (layout.signers / "token").read_text(encoding="ascii").strip()
    roles = {partner.key: partner.roles for partner in founding.partners}
    institutions = []
    for partner in PARTNERS:
        home = layout.homes / partner.key
        with Client(home, server) as clerk:
            address = clerk.institution_settle(partner.name, url=signer, token=token, keyring=partner.key)
        institutions.append(InstitutionLogIn(partner.key, partner.name, roles[partner.key], address, str(home)))
    return LogIns(server, {"user": OPERATOR, "password": operator_password(layout)}, institutions)


def write_log_ins(layout: Layout, log_ins: LogIns) -> None:
    """Write `log-ins.json` for programs, readable by the owner only."""
    with atomic_file(layout.log_ins) as file:
        file.write(json.dumps(asdict(log_ins), indent=1).encode("utf-8"))


class Settlers:
    """Makes the synthetic people once; an interrupted run goes on where it stopped."""

    def __init__(self, layout: Layout, log_ins: LogIns) -> None:
        self._layout = layout
        self._log_ins = log_ins
        self._server = log_ins.server
        self._file = layout.homes / "people.json"
        self._known: dict[str, dict[str, Any]] = (
            json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        )

    def client(self, key: str) -> Client:
        """A client on somebody's home."""
        return Client(self._layout.homes / key, self._server)

    def clerk(self, key: str) -> InstitutionLogIn:
        """A partner's clerk."""
        return next(entry for entry in self._log_ins.institutions if entry.key == key)

    def done(self, key: str) -> dict[str, Any] | None:
        """What is known of somebody already settled."""
        return self._known.get(key)

    def settled(self, key: str, name: str, part: str, wallet: str) -> None:
        """Remember that somebody is settled."""
        self._known[key] = {"name": name, "part": part, "wallet": wallet}
        with atomic_file(self._file) as file:
            file.write(json.dumps(self._known).encode("utf-8"))

    def list(self) -> None:
        """Put everybody settled into the log-ins."""
        for key, facts in self._known.items():
            self._log_ins.people.append(PersonLogIn(home=str(self._layout.homes / key), **facts))

    def published(self, name: str, institution: str, team: str) -> None:
        """Put a care team into the log-ins."""
        self._log_ins.teams.append(TeamLogIn(name, institution, team))

    def wallet(self, client: Client, key: str) -> str:
        """The wallet of this home, made when there is none."""
        if (self._layout.homes / key / "keystore.json").exists():
            return client.wallet_show().wallet
        return client.wallet_create().wallet


def settle_people(layout: Layout, log_ins: LogIns) -> None:
    """Two clinicians, a patient whose records one of them wrote, a patient who has just begun, a researcher."""
    settlers = Settlers(layout, log_ins)
    professional(settlers, "halloran", "Dr Ines Halloran", "lindenhof", "clinical")
    professional(settlers, "sandoval", "Nurse Priya Sandoval", "lindenhof", "clinical")
    professional(settlers, "ferreira", "Dr Tomas Ferreira", "quill", "research")
    patient(settlers, "ada", seed=0)
    patient(settlers, "bruno", seed=1)
    first_records(settlers, layout, "ada", seed=0, author="halloran")
    care_team(settlers, layout, "lindenhof", "Practice team", ("halloran", "sandoval"))
    settlers.list()


def professional(settlers: Settlers, key: str, name: str, institution: str, level: str) -> None:
    """Somebody whom an institution authorises."""
    if settlers.done(key):
        return
    clerk = settlers.clerk(institution)
    with settlers.client(key) as client:
        wallet = settlers.wallet(client, key)
        client.professional_apply(clerk.institution, level, name)
    with settlers.client(institution) as desk:
        desk.professional_authorise(wallet, None, None, wait="anchored")
    settlers.settled(key, name, f"{level}, {clerk.name}", wallet)


def patient(settlers: Settlers, key: str, *, seed: int) -> None:
    """Somebody whose wallet a practice attests."""
    if settlers.done(key):
        return
    who = person(seed)
    with settlers.client(key) as client:
        wallet = settlers.wallet(client, key)
    with settlers.client("lindenhof") as desk:
        desk.kyc_attest(wallet, who.number, "GB", wait="anchored")
    settlers.settled(key, who.name, "patient", wallet)


def care_team(settlers: Settlers, layout: Layout, institution: str, name: str, members: tuple[str, ...]) -> None:
    """A team that patients of the practice can share with in one act."""
    file = layout.homes / institution / "care-team"
    if not file.exists():
        wallets = [str((settlers.done(key) or {})["wallet"]) for key in members]
        with settlers.client(institution) as desk:
            team = desk.institution_team(name, wallets, wait="anchored").team
        file.write_text(team, encoding="ascii")
    settlers.published(name, settlers.clerk(institution).name, file.read_text(encoding="ascii"))


def first_records(settlers: Settlers, layout: Layout, key: str, *, seed: int, author: str) -> None:
    """The patient lets a clinician write; she imports what her practice has and notes an allergy."""
    marker = layout.homes / key / "first-records"
    if marker.exists():
        return
    facts, writer = settlers.done(key), settlers.done(author)
    if facts is None or writer is None:
        raise LookupError(f"{key} or {author} has not been settled")
    wishes = [DOCUMENTS, "profile/allergies", "profile/results"]
    with settlers.client(author) as clinician, settlers.client(key) as owner:
        asked = clinician.access_request(facts["wallet"], wishes, append=True, purpose="family practice", until=None)
        owner.access_grant(asked.request, records=[], sections=[], append=True, purpose=None, expiry=None, wait="final")
        file = layout.homes / author / "export.json"
        file.write_bytes(bundle(seed))
        clinician.record_add(file, patient=facts["wallet"], section=DOCUMENTS, wait="anchored")
        clinician.profile_append("allergies", {"text": "Penicillin: rash in 2014"}, patient=facts["wallet"])
    Path(marker).touch()
