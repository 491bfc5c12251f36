"""The form of the optimiser's page: text as an operator writes it, checked by the optimiser itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engines.optimiser import PRESETS, InvalidProblem
from engines.proposals.requirements import FIELDS, question_of


def _text(label: Any, hint: Any, *, required: bool = True) -> forms.CharField:
    entry = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, max_length=40, required=required, widget=entry)


class RequirementsForm(forms.Form):
    """Requirements in an operator's words; the preset gives every constant that is not among them."""

    preset = forms.ChoiceField(
        label=_("Begin from"), choices=[(name, name) for name in PRESETS], widget=forms.HiddenInput
    )  # fmt: skip
    tau_l = _text(_("Shortest mean block time"), _("For example 0.25 s."))
    tau_u = _text(_("Longest mean block time"), _("For example 6 s, or 1454/7."))
    s_l = _text(_("Fewest miners"), _("A whole number."))
    s_u = _text(_("Most miners"), _("Those the consortium could run."))
    u_s = _text(_("Miners that may fail"), _("All holds while up to this many are lost."))
    u_d = _text(_("Difficulty may be off by"), _("Levels, above or below."))
    l = _text(_("Corrupted miners"), _("That may pool their power."))  # noqa: E741 - the paper's symbol
    hash_rate = _text(_("Hash rate of a miner"), _("For example 0.4 MH/s or 50 GH/s."))
    energy_per_hash = _text(
        _("Energy of a hash"), _("For example 5 uJ/hash. Blank: the preset’s cost."), required=False
    )
    tariff = _text(_("Tariff"), _("For example 0.30 USD/kWh. Needs the energy."), required=False)
    TFC = _text(_("Fixed cost of a miner"), _("For example 200 USD."))
    budget = _text(_("Budget"), _("Blank: least cost. Given: greatest difficulty within it."), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask the optimiser whether the values make a problem; its refusal stands beside the field it names."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                question_of({name: str(values.get(name, "")) for name in FIELDS})
            except InvalidProblem as error:
                self.add_error(error.field if error.field in self.fields else None, _sentence(error))
        return values

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        return [
            (_("Blocks and miners"), [self[name] for name in ("tau_l", "tau_u", "s_l", "s_u")]),
            (_("Resilience"), [self[name] for name in ("u_s", "u_d", "l")]),
            (_("Cost"), [self[name] for name in ("hash_rate", "energy_per_hash", "tariff", "TFC", "budget")]),
        ]


def _sentence(error: InvalidProblem) -> str:
    return str(_("%(value)s is refused: it must be %(bound)s.") % {"value": error.value, "bound": error.bound})
