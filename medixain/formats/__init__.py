"""Dates and times as every page writes them, in Django's own pages, too."""
