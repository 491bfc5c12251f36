"""One module per profile (demo, test, production) over :mod:`medixain.settings.base`, and one per integration."""
