"""Pages that are a heading beside one frame of the vault, as two tables."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class FramedPage:
    """``view`` is the frame's route; ``act`` a page of the vault's own that the heading offers; ``back`` a route.

    The titles say where these lead.
    """

    title: Promise | str
    lede: Promise | str
    view: str
    act: str = ""
    act_title: Promise | str = ""
    back: str = ""
    back_title: Promise | str = ""


PATIENT_PAGES = {
    "records": FramedPage(
        _("Your records"), _("Everything added to your wallet, by you and by those you allowed."), "#/timeline",
        "add", _("Add a record"),
    ),
    "profile": FramedPage(
        _("Your health profile"),
        _("Each entry with who said it and when. You can confirm it or say that it is wrong."),
        "#/profile",
    ),
    "access": FramedPage(
        _("Who can see"), _("Everybody you gave access to, what they can open, and until when."), "#/access",
        "share", _("Share"),
    ),
    "looks": FramedPage(
        _("Who looked"),
        _("Every time someone was given the key to one of your records, and every time someone was refused."),
        "#/looks",
    ),
}  # fmt: skip

PRACTICE_PAGES = {
    "patients": FramedPage(
        _("Patients who trust you"), _("Each patient decides what you may open, and for how long."), "#/patients",
        "request", _("Request access"),
    ),
    "requests": FramedPage(
        _("Requests"), _("What you asked patients for, and their answers."), "#/requests",
        "request", _("Request access"),
    ),
}  # fmt: skip

PATIENT_OF_PRACTICE = FramedPage(
    _("A patient’s record"), _("What this patient lets you see. Each opening is written down for the patient."), "",
    back="portals:practice-patients", back_title=_("Back to your patients"),
)  # fmt: skip
