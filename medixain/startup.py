"""How a program of the platform comes up: Django set up, and an unsound configuration refused."""

import django
from django.core.checks import run_checks
from django.core.management.base import SystemCheckError

from medixain.env import select_settings


def set_up(profile: str | None = None) -> None:
    """Choose the settings (``MEDIXAIN_PROFILE`` unless ``profile`` is given), set Django up, refuse what is unsound.

    Raises ``SystemCheckError`` as a management command does.
    """
    select_settings(profile)
    django.setup()
    refuse_unsound_configuration()


def refuse_unsound_configuration() -> None:
    """Raise ``SystemCheckError``, naming each id and what to do, when a system check finds an error.

    Servers do not come up through ``manage.py``, which alone runs the checks by itself.
    """
    found = [message for message in run_checks() if message.is_serious() and not message.is_silenced()]
    if found:
        raise SystemCheckError("medixain does not start:\n" + "\n".join(str(message) for message in found))
