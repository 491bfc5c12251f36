"""One running platform for all tests that need it (tests/conftest.py); each test brings its own patient."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from medixain.demo.synthetic import nhs_number
from tests.demo.cast import Cast, Make, Professionals, professional, with_role
from tests.demo.harness import Person, Platform

SEEDS = itertools.count(1000)
"""Each patient is another person: the nullifier knows them all."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demo with the consortium only."""
    started = Platform(tmp_path_factory.mktemp("platform")).start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def partners(platform: Platform) -> list[Person]:
    """The five partner institutions of the consortium; ``facts`` as in log-ins.json."""
    return [Person(Path(found["home"]), platform.url, facts=found) for found in platform.log_ins()["institutions"]]


@pytest.fixture(scope="session")
def professionals(
    platform: Platform, partners: list[Person], tmp_path_factory: pytest.TempPathFactory
) -> Professionals:
    """Two clinicians and a researcher, authorised."""
    homes = tmp_path_factory.mktemp("professionals")
    clinical, pharma = with_role(partners, "clinical"), with_role(partners, "pharma")
    return Professionals(
        author=professional(Person(homes / "author", platform.url), clinical, "clinical"),
        reader=professional(Person(homes / "reader", platform.url), clinical, "clinical"),
        pharma=professional(Person(homes / "pharma", platform.url), pharma, "research"),
    )


@pytest.fixture
def newcomer(platform: Platform, tmp_path: Path) -> Make:
    """Make a person with an empty home; the argument names the folder."""
    return lambda name: Person(tmp_path / name, platform.url)


def new_cast(ada: Person, partners: list[Person], professionals: Professionals) -> Cast:
    """Make ``ada``, whose home is empty, an attested patient beside the professionals."""
    ada.facts = ada.must("wallet", "create")
    ada.facts["number"] = nhs_number(next(SEEDS))
    with_role(partners, "clinical").must("kyc", "attest", ada.facts["wallet"], "--number", ada.facts["number"])
    return Cast(ada, professionals.author, professionals.reader, professionals.pharma)


@pytest.fixture
def cast(newcomer: Make, partners: list[Person], professionals: Professionals) -> Cast:
    """A fresh patient, attested, and the professionals."""
    return new_cast(newcomer("ada"), partners, professionals)


@pytest.fixture(scope="module")
def family(
    platform: Platform, partners: list[Person], professionals: Professionals, tmp_path_factory: pytest.TempPathFactory
) -> Cast:
    """As ``cast``, one for all tests of a module: each works on records of its own."""
    return new_cast(Person(tmp_path_factory.mktemp("family") / "ada", platform.url), partners, professionals)
