"""Django's entry for activity."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """A slot's history as the chain tells it: what was anchored, granted and withdrawn, and who may append."""

    name = "wallets.activity"
    label = "activity"
    verbose_name = "Activity"
