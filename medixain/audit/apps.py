"""The audit log as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Holds :class:`medixain.audit.models.AuditEvent`."""

    name = "medixain.audit"
    label = "audit"
    verbose_name = "Audit"
