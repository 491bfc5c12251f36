"""Who takes part in the stories: Ada, whose records they are; two clinicians; a researcher of a pharma company."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.demo.harness import Person

Make = Callable[[str], Person]


@dataclass(frozen=True)
class Professionals:
    """Authorised once for the whole run."""

    author: Person
    reader: Person
    pharma: Person


@dataclass(frozen=True)
class Cast:
    """A patient of one test, and the professionals."""

    ada: Person
    author: Person
    reader: Person
    pharma: Person


def with_role(partners: list[Person], role: str) -> Person:
    """The first partner of the consortium with a role."""
    return next(partner for partner in partners if role in partner.facts["roles"])


def professional(person: Person, institution: Person, level: str) -> Person:
    """Make a wallet and have the institution authorise it."""
    person.facts = person.must("wallet", "create")
    name = f"Dr {person.home.name}"
    person.must("professional", "apply", institution.facts["institution"], "--level", level, "--name", name)
    institution.must("professional", "authorise", person.facts["wallet"])
    return person


def introduce(ada: Person, who: Person, *wish: str) -> str:
    """``who`` asks and Ada grants; the grant's id."""
    asked = who.must("access", "request", ada.facts["wallet"], *wish)
    return str(ada.must("access", "grant", asked["request"])["grant"])
