"""One running platform for all tests of this folder; each test brings its own people."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.harness import Person, Platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demo with the consortium only."""
    started = Platform(tmp_path_factory.mktemp("platform")).start()
    yield started
    started.stop()


@pytest.fixture
def newcomer(platform: Platform, tmp_path: Path) -> Callable[[str], Person]:
    """Make a person with an empty home; the argument names the folder."""

    def make(name: str) -> Person:
        return Person(tmp_path / name, platform.url)

    return make


@pytest.fixture
def partners(platform: Platform) -> list[Person]:
    """The five partner institutions of the consortium."""
    return [Person(Path(found["home"]), platform.url) for found in platform.log_ins()["institutions"]]
