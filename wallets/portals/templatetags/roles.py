"""Words for the numbers of the registry, in templates."""

from django import template

from wallets.registry.words import level_name, role_names

register = template.Library()
register.filter(role_names)
register.filter(level_name)
