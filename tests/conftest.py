"""Fixtures that several folders share: one running platform and one Chromium for tests/demo and tests/browser."""

pytest_plugins = ["tests.demo.fixtures", "tests.browser.fixtures"]
