"""Puts the operators' site in the place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """Django's admin with :class:`wallets.portals.operators.OperatorSite` as its default site."""

    default_site = "wallets.portals.operators.OperatorSite"
