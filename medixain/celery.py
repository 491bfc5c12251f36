"""Celery carries wake-ups only: the outbox table is the truth, and a lost task costs at most a second."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from medixain.env import select_settings

select_settings()
app = Celery("medixain")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A server's request threads look for the default application, not for the one of the thread that made it.
app.set_default()
app.autodiscover_tasks(["medixain.chainindex", "records.anchors", "engines.proposals"])


@setup_logging.connect
def keep_the_settings_logging(**_: Any) -> None:
    """Leave logging as the settings configured it: without a receiver a worker sets the whole process's level."""
