"""Django's entry for access."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Sealed messages between people, and kfrags on their way to nodes that were down."""

    name = "wallets.access"
    label = "access"
    verbose_name = "Access"
