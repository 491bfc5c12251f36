"""Django's entry for profile."""

from django.apps import AppConfig


class ProfileConfig(AppConfig):
    """Each slot's documents (keyset, keystore, guardians, emergency), as ciphertext, versioned by the chain."""

    name = "wallets.profile"
    label = "profile"
    verbose_name = "Profile"
