"""Django's entry for share links."""

from django.apps import AppConfig


class ShareLinksConfig(AppConfig):
    """Ciphertext that a SMART Health Link leads to, until it expires."""

    name = "wallets.sharelinks"
    label = "sharelinks"
    verbose_name = "Share links"
