"""Fixtures that several folders share: one running platform and one Chromium for tests/demo and tests/browser."""

from hypothesis import settings

# A busy machine is no property: speed belongs into benchmarks.
settings.register_profile("medixain", deadline=None)
settings.load_profile("medixain")

pytest_plugins = ["tests.demo.fixtures", "tests.browser.fixtures"]
