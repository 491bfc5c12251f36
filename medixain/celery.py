"""Celery carries wake-ups only: the outbox table is the truth, and a lost task costs at most a second."""

from celery import Celery

from medixain.env import select_settings

select_settings()
app = Celery("medixain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["medixain.chainindex", "records.anchors"])
