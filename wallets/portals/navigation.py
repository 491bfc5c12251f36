"""What the portals' headers offer, as one table each; further pages of a portal add their entry here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the header: to the page of a route (``portals:…``), or to a page of the vault (``#/share``)."""

    title: Promise | str
    target: str

    @property
    def in_vault(self) -> bool:
        """Whether the page is the vault's own: what signs or unlocks is, and never stands in a frame."""
        return self.target.startswith("#/")


PATIENT = (
    Entry(_("Home"), "portals:patient"),
    Entry(_("Records"), "portals:patient-records"),
    Entry(_("Health profile"), "portals:patient-profile"),
    Entry(_("Who can see"), "portals:patient-access"),
    Entry(_("Who looked"), "portals:patient-looks"),
    Entry(_("Settings"), "#/settings"),
)

PRACTICE = (
    Entry(_("Today"), "portals:practice"),
    Entry(_("Patients"), "portals:practice-patients"),
    Entry(_("Requests"), "portals:practice-requests"),
    Entry(_("Colleagues"), "portals:practice-colleagues"),
)

PUBLIC = (
    Entry(_("What it is"), "portals:home"),
    Entry(_("My wallet"), "portals:patient"),
    Entry(_("Practice"), "portals:practice"),
    Entry(_("Institutions"), "portals:institutions"),
)

NAVIGATIONS = {"patient": PATIENT, "practice": PRACTICE, "public": PUBLIC}
