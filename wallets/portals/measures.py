"""What the figures of a practice's pages mean; docs/measures.md is the same table (promises C21, C23, F5).

The figures themselves are worked out in the vault (keymgmt/vault/src/sdk/practice), from activity metadata only.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: how it is counted, from what, and what it does not say."""

    name: Promise | str
    definition: Promise | str
    source: Promise | str
    limits: Promise | str


CALENDAR = _("Your own calendar")

MEASURES = (
    Measure(
        _("Visits planned"),
        _("Visits that begin from Monday to Sunday of this week and are not cancelled."),
        CALENDAR,
        _("Visits that stand in another system are not counted."),
    ),
    Measure(
        _("Day over the limit"),
        _("A day, by this device’s clock, on which more than eight visits begin."),
        CALENDAR,
        _("Eight is a convention, not a finding; how long or hard a visit is does not count."),
    ),
    Measure(
        _("Visits by week"),
        _("Visits that begin in each of the last eight weeks, from Monday to Sunday, and are not cancelled."),
        CALENDAR,
        _("This week counts what is still planned, so that it can shrink."),
    ),
    Measure(
        _("Cancelled by week"),
        _("Visits of the week whose newest entry says that they are cancelled."),
        CALENDAR,
        _("A visit nobody came to, and nobody cancelled, counts as planned."),
    ),
    Measure(
        _("Median wait"),
        _(
            "The middle of the times from planning a visit to its start, over visits planned in the last 28 days, "
            "or in the week of the row."
        ),
        CALENDAR,
        _(
            "Says nothing of urgency, nor of people who were given no visit. A moved visit counts from when it was "
            "first planned."
        ),
    ),
    Measure(
        _("Requests sent"),
        _("Requests for access sent in the week."),
        _("Requests that this device keeps"),
        _("Requests sent from another device are not counted."),
    ),
    Measure(
        _("Requests not answered"),
        _("Requests after which no access was given and whose end has not come."),
        _("Requests that this device keeps, and the grants you hold"),
        _("Declining tells nobody, so that a declined request counts as not answered."),
    ),
    Measure(
        _("Access that ends"),
        _("Patients whose last grant ends within seven days."),
        _("The grants you hold"),
        _("A patient may have decided already to give access again, or not to."),
    ),
    Measure(
        _("Checks due"),
        _("Checks that a code on record calls for and that no result on record, young enough, answers."),
        _("Patients’ records as this device last opened them"),
        _("A reminder: only what you may see counts, and your own guideline goes before it."),
    ),
)
