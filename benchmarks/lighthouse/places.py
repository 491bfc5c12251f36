"""The pages that are held to the figures, and in which state of a browser profile each is measured."""

import enum
from dataclasses import dataclass


class State(enum.Enum):
    """What the browser profile is when a page is measured."""

    FRESH = "a first visit: no wallet, no service worker"
    PATIENT = "a patient's open vault, signed in to the portal"
    CLINICIAN = "a clinician's open vault, signed in to the portal"
    LOCKED = "a patient's locked vault"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: ``address`` is a path of the platform, or a fragment of the vault's own page.

    ``heading`` stands on it, in the frame of a portal's page, when the state is the intended one.
    """

    name: str
    address: str
    state: State
    heading: str

    @property
    def in_vault(self) -> bool:
        """Whether the vault's origin serves it."""
        return self.address.startswith("#")

    @property
    def has_frame(self) -> bool:
        """Whether it is a portal's page around a frame of the vault."""
        return not self.in_vault and self.state in {State.PATIENT, State.CLINICIAN}


PLACES = (
    Place("public home", "/", State.FRESH, "Your medical records, opened by you alone"),
    Place("institutions", "/institutions/", State.FRESH, "Institutions"),
    Place("vault welcome", "#/welcome", State.FRESH, "Your health records, held by you"),
    Place("patient home", "/patient/", State.PATIENT, "Timeline"),
    Place("profile", "/patient/profile/", State.PATIENT, "Health profile"),
    Place("access", "/patient/access/", State.PATIENT, "Who can see your records now"),
    Place("looks", "/patient/looks/", State.PATIENT, "Who looked"),
    Place("vault add", "#/add", State.PATIENT, "Add a record"),
    Place("vault share", "#/share", State.PATIENT, "Share your records"),
    Place("practice home", "/practice/", State.CLINICIAN, "Appointments"),
    Place("patients", "/practice/patients/", State.CLINICIAN, "Patients who trust you"),
    Place("vault unlock", "#/unlock", State.LOCKED, "Unlock your vault"),
)
