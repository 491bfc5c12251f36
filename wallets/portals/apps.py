"""Django's entry for portals."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """Server-rendered pages that show what the server may know."""

    name = "wallets.portals"
    label = "portals"
    verbose_name = "Pages"
