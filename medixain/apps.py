"""The composition root as a Django app: it brings the system checks."""

from django.apps import AppConfig

from medixain import checks


class MedixainConfig(AppConfig):
    """Registers :mod:`medixain.checks`."""

    name = "medixain"
    label = "medixain"

    def ready(self) -> None:
        """Register every check; nothing else happens at start-up."""
        checks.register_all()
