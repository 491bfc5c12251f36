"""The client: one public method for each command, on one home and one platform (docs/spec/cli.md)."""

from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import httpx

from medixain.sdk import (
    activity,
    erasing,
    governance,
    grants,
    identity,
    importing,
    institutions,
    looks,
    profile,
    records,
    restricting,
    team_grants,
    teams,
    verify,
    wallet,
    withdrawal,
)
from medixain.sdk.context import Context
from medixain.sdk.home import Home
from medixain.sdk.results import (
    AccessDeclined,
    AccessGranted,
    AccessProposed,
    AccessRequested,
    AccessShown,
    AccessWithdrawn,
    AppointmentWritten,
    BulkImported,
    Calendar,
    Check,
    DeletionReceipt,
    EventAdded,
    IdentityShown,
    IdentityWritten,
    InstitutionCreated,
    InstitutionRow,
    InstitutionVoted,
    KycAttested,
    LookRow,
    ProfessionalApplied,
    ProfessionalAuthorised,
    ProfessionalNamed,
    ProfessionalSuspended,
    ProfileShown,
    ProposalRow,
    ProposalVoted,
    RecordAdded,
    RecordOpened,
    RecordRestricted,
    RecordRow,
    TeamGranted,
    TeamPublished,
    TeamRow,
    WalletCreated,
    WalletShown,
)
from records.container import Progress

DEFAULT_SERVER: Final = "http://localhost:8000"
DEFAULT_TIMEOUT: Final = 60
"""Seconds a writing method waits for the state asked for."""


class Client:
    """Works for whoever owns ``home``: a patient, a professional, or an institution.

    ``server`` is the platform's address; without one it is the address the home was made with, else
    ``default_server``. ``password`` opens (and seals) the keystore; without one a file in the home does. Every method
    may raise the typed errors of ``medixain.sdk.errors``, ``keymgmt`` and ``records.container``; ``wait`` is
    ``received``, ``anchored`` or ``final``, ``timeout`` in seconds; times are Unix seconds.
    """

    def __init__(
        self,
        home: Path,
        server: str | None = None,
        *,
        password: str | None = None,
        default_server: str = DEFAULT_SERVER,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        folder = Home(home)
        stored = folder.config().get("server")
        self._context = Context(folder, server or stored or default_server, password=password, transport=transport)
        self._password = password

    def close(self) -> None:
        """Close every connection."""
        self._context.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- wallet ----------------------------------------------------------------------------------------------------

    def wallet_create(self, password: str | None = None) -> WalletCreated:
        """Make a wallet in the empty home; the result holds its phrase, once."""
        return wallet.create(self._context, password=password or self._password)

    def wallet_show(self) -> WalletShown:
        """Return whose home this is, who attested it, and its layers as m nodes attest them."""
        return wallet.show(self._context)

    def wallet_restore(self, phrase: str, password: str | None = None) -> WalletCreated:
        """Bring a wallet back into the empty home from its 24 words."""
        return wallet.restore(self._context, phrase, password=password or self._password)

    # ---- institutions and professionals ----------------------------------------------------------------------------

    def institution_create(self, name: str, roles: list[str]) -> InstitutionCreated:
        """Make an institution's key in the empty home and apply for admission."""
        return institutions.create(self._context, name, roles, password=self._password)

    def institution_settle(self, name: str, *, url: str, token: str, keyring: str) -> str:
        """Make (or point anew) a home for an institution whose keys the signer at ``url`` holds; returns its id."""
        return institutions.settle(self._context, name, url=url, token=token, keyring=keyring)

    def institution_admit(self, institution: str) -> InstitutionVoted:
        """Vote, as the institution of this home, to admit an applicant."""
        return institutions.admit(self._context, institution)

    def institution_list(self) -> list[InstitutionRow]:
        """Return the institutions the platform knows; needs no home."""
        return institutions.list_institutions(self._context)

    def institution_proposals(self) -> list[ProposalRow]:
        """Return the bounds that operators put to the institutions' vote, newest first."""
        return governance.proposals(self._context)

    def institution_vote(self, proposal: str) -> ProposalVoted:
        """Vote, as the institution of this home, for the bounds of a proposal."""
        return governance.vote(self._context, proposal)

    def institution_team(
        self,
        name: str,
        members: list[str],
        *,
        dissolve: bool = False,
        wait: str = "received",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> TeamPublished:
        """Publish a care team of this home's institution, or the next version of the one called ``name``."""
        return teams.publish(self._context, name, members, dissolve=dissolve, wait=wait, timeout=timeout)

    def institution_teams(self, institution: str | None = None) -> list[TeamRow]:
        """Return care teams on the word of m nodes: the own institution's, the named one's, else everybody's."""
        return teams.show(self._context, institution)

    def professional_apply(
        self, institution: str, level: str = "clinical", name: str | None = None
    ) -> ProfessionalApplied:
        """Ask an institution to authorise the wallet of this home."""
        return institutions.apply(self._context, institution, level, name)

    def professional_authorise(
        self,
        wallet: str,
        level: str | None = None,
        until: int | None = None,
        name: str | None = None,
        *,
        wait: str = "received",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> ProfessionalAuthorised:
        """Countersign a professional's application and sign the name, as the institution of this home."""
        return institutions.authorise(self._context, wallet, level, until, name, wait=wait, timeout=timeout)

    def professional_rename(self, wallet: str, name: str) -> ProfessionalNamed:
        """Sign another name of a professional of this institution."""
        return institutions.rename(self._context, wallet, name)

    def professional_suspend(
        self, wallet: str, *, lift: bool = False, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> ProfessionalSuspended:
        """Suspend a professional of this institution, or end the suspension."""
        return institutions.suspend(self._context, wallet, lift=lift, wait=wait, timeout=timeout)

    def kyc_attest(
        self, wallet: str, number: str, country: str = "GB", *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> KycAttested:
        """Attest that one person stands behind a wallet, as the institution of this home."""
        return institutions.attest(self._context, wallet, number, country, wait=wait, timeout=timeout)

    # ---- records ---------------------------------------------------------------------------------------------------

    def record_add(
        self,
        path: Path,
        patient: str | None = None,
        section: str | None = None,
        type: str | None = None,  # noqa: A002  the word people use; docs/spec/cli.md names it so
        *,
        wait: str = "received",
        timeout: int = DEFAULT_TIMEOUT,
        progress: Progress | None = None,
    ) -> RecordAdded:
        """Encrypt a file on this machine and add it to the own wallet or to a patient's."""
        return records.add(
            self._context,
            path,
            patient=patient,
            section=section,
            kind=type,
            wait=wait,
            timeout=timeout,
            progress=progress,
        )

    def record_import(self, files: list[Path], wallets: dict[str, str], *, section: str | None = None) -> BulkImported:
        """Import Bulk NDJSON of many patients; ``wallets`` maps a patient's id in the files to a wallet."""
        return importing.bulk_import(self._context, files, wallets, section=section)

    def record_list(self, patient: str | None = None) -> list[RecordRow]:
        """Return the own records, or those a patient shares with this professional."""
        found = records.list_records(self._context, patient)
        self._settle()
        return found

    def record_get(self, record: str, out: Path | None = None, progress: Progress | None = None) -> RecordOpened:
        """Open a record and write it to ``out`` (a file, a folder; its own name here when None)."""
        return records.get(self._context, record, out, progress)

    def record_stream(self, record: str, file: BinaryIO) -> None:
        """Open a record into an open binary file."""
        records.stream(self._context, record, file)

    def record_delete(self, record: str, *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT) -> DeletionReceipt:
        """Erase an own record for good; the receipt names the copies beyond control."""
        return erasing.delete(self._context, record, wait=wait, timeout=timeout)

    # ---- identity --------------------------------------------------------------------------------------------------

    def identity_set(
        self, field: str, values: list[str], *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> IdentityWritten:
        """Write a field of the own identity; several values where the field takes several."""
        return identity.set_field(self._context, field, values, wait=wait, timeout=timeout)

    def identity_show(self, patient: str | None = None) -> IdentityShown:
        """Return the own identity as last written, or what a patient shares of hers."""
        return identity.show(self._context, patient)

    # ---- profile ---------------------------------------------------------------------------------------------------

    def profile_append(
        self,
        section: str,
        entry: Any,
        patient: str | None = None,
        *,
        corrects: str | None = None,
        wait: str = "received",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> EventAdded:
        """Append a signed entry to a section of the profile."""
        return profile.append(
            self._context, section, entry, patient=patient, corrects=corrects, wait=wait, timeout=timeout
        )

    def profile_show(self, patient: str | None = None) -> ProfileShown:
        """Return the profile as its events fold."""
        return profile.show(self._context, patient)

    def profile_confirm(self, event: str, *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT) -> EventAdded:
        """Confirm an entry of the own profile."""
        return profile.confirm(self._context, event, wait=wait, timeout=timeout)

    def profile_dispute(
        self, event: str, reason: str, *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> EventAdded:
        """Dispute an entry of the own profile."""
        return profile.dispute(self._context, event, reason, wait=wait, timeout=timeout)

    def profile_answer(
        self, patient: str, event: str, reason: str, *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> EventAdded:
        """Answer for an entry of a patient's profile that the patient disputes."""
        return profile.answer(self._context, patient, event, reason, wait=wait, timeout=timeout)

    # ---- activity --------------------------------------------------------------------------------------------------

    def activity_list(self) -> Calendar:
        """Return the visits of this wallet, the earliest first, and the events that could not be read."""
        return activity.show(self._context)

    def activity_plan(
        self,
        start: int,
        minutes: int = 20,
        place: str = "",
        reason: str = "",
        patient: str | None = None,
        *,
        wait: str = "received",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> AppointmentWritten:
        """Plan a visit; it is written into the patient's wallet too where she lets this professional append."""
        return activity.plan(
            self._context,
            start=start,
            minutes=minutes,
            place=place,
            reason=reason,
            patient=patient,
            wait=wait,
            timeout=timeout,
        )

    def activity_cancel(
        self, event: str, *, wait: str = "received", timeout: int = DEFAULT_TIMEOUT
    ) -> AppointmentWritten:
        """Cancel a visit that this wallet planned."""
        return activity.cancel(self._context, event, wait=wait, timeout=timeout)

    # ---- access ----------------------------------------------------------------------------------------------------

    def access_request(
        self,
        wallet: str,
        sections: list[str],
        append: bool = False,
        purpose: str = "care",
        until: int | None = None,
    ) -> AccessRequested:
        """Ask a patient for access, as a professional."""
        return grants.request(self._context, wallet, sections, append=append, purpose=purpose, until=until)

    def access_propose(
        self,
        wallet: str,
        colleague: str,
        sections: list[str],
        reason: str,
        append: bool = False,
        purpose: str = "care",
        until: int | None = None,
    ) -> AccessProposed:
        """Ask a patient to let a colleague see sections that are open to this professional."""
        return grants.propose(
            self._context, wallet, colleague, sections, reason=reason, append=append, purpose=purpose, until=until
        )

    def access_decline(self, request: str) -> AccessDeclined:
        """Refuse a request; only the writer of a referral is told, and no reason."""
        return grants.decline(self._context, request)

    def access_list(self) -> AccessShown:
        """Return requests that wait, grants given and received, and referrals sent."""
        found = grants.show(self._context)
        self._settle()
        return found

    def access_grant(
        self,
        who: str,
        records: list[str] | None = None,
        sections: list[str] | None = None,
        append: bool = False,
        purpose: str | None = None,
        expiry: int | None = None,
        *,
        wait: str = "final",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> AccessGranted:
        """Share records or sections with a request's sender or a professional."""
        self._settle()
        return grants.grant(
            self._context,
            who,
            records=records or [],
            sections=sections or [],
            append=append,
            purpose=purpose,
            expiry=expiry,
            wait=wait,
            timeout=timeout,
        )

    def access_grant_team(
        self,
        team: str,
        *,
        records: list[str],
        sections: list[str],
        append: bool = False,
        purpose: str | None = None,
        expiry: int | None = None,
        wait: str = "final",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> TeamGranted:
        """Share records or sections with every member of a care team, in one act that can be repeated."""
        return team_grants.grant_team(
            self._context,
            team,
            records=records,
            sections=sections,
            append=append,
            purpose=purpose,
            expiry=expiry,
            wait=wait,
            timeout=timeout,
        )

    def access_withdraw(self, what: str, *, wait: str = "final", timeout: int = DEFAULT_TIMEOUT) -> AccessWithdrawn:
        """Withdraw a grant, or everything a professional has; then rotate the sections concerned."""
        return withdrawal.withdraw(self._context, what, wait=wait, timeout=timeout)

    def access_rotate(self) -> AccessWithdrawn:
        """Finish withdrawals, rotations and restrictions that were interrupted."""
        restricting.settle(self._context, DEFAULT_TIMEOUT)
        return withdrawal.resume(self._context)

    def access_restrict(self, record: str, *, wait: str = "final", timeout: int = DEFAULT_TIMEOUT) -> RecordRestricted:
        """Move an own record to the sealed layer, or finish a move that was interrupted."""
        return restricting.restrict(self._context, record, wait=wait, timeout=timeout)

    def _settle(self) -> None:
        """Finish what was interrupted, as far as it goes now; it must not keep the owner from what she came for."""
        restricting.settle(self._context)
        team_grants.settle(self._context)
        withdrawal.settle(self._context)

    def access_log(self) -> list[LookRow]:
        """Return who looked or tried to, the newest first."""
        return looks.log(self._context)

    # ---- verifying -------------------------------------------------------------------------------------------------

    def verify_file(self, path: Path) -> list[Check]:
        """Check a file against records, signatures, nodes and chain."""
        return verify.verify_file(self._context, path)

    def verify_wallet(self, wallet: str) -> list[Check]:
        """Check that a wallet exists and who attested it."""
        return verify.verify_wallet(self._context, wallet)
