"""Django's entry for proposals."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """Runs of the optimiser, and proposals of bounds to ConsensusGovernance."""

    name = "engines.proposals"
    label = "proposals"
    verbose_name = "Optimiser and proposals"
