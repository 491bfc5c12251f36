"""Django's entry for anchors."""

from django.apps import AppConfig


class AnchorsConfig(AppConfig):
    """Record rows, uploads, ciphertext in and out, deletion with a receipt."""

    name = "records.anchors"
    label = "anchors"
    verbose_name = "Records"
