"""Outbox and event index as a Django app."""

from django.apps import AppConfig


class ChainIndexConfig(AppConfig):
    """Holds transactions on their way to the chain and events that came back."""

    name = "medixain.chainindex"
    label = "chainindex"
    verbose_name = "Chain"
