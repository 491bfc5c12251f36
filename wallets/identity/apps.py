"""Django's entry for identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts, their slots, sign-in bound to a device, the directory by which inboxes are found."""

    name = "wallets.identity"
    label = "identity"
    verbose_name = "Identity"
