"""Django's entry for registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Institutions, professionals and nodes as the chain has them, with display names; applications and votes."""

    name = "wallets.registry"
    label = "registry"
    verbose_name = "Consortium"
