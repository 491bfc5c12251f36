"""The sole reader of the process's environment.

Every variable begins with ``MEDIXAIN_``. A secret may be given by the path of a file instead
(``MEDIXAIN_SECRET_KEY_FILE``), which is how container engines hand them over and keeps it out of process lists.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from medixain.core.errors import MedixainError

PREFIX = "MEDIXAIN_"
PROFILES = ("demo", "test", "production")


class ConfigurationError(MedixainError):
    """A variable is missing or holds a value that cannot be used; ``variable`` is its full name."""

    code = "configuration"
    status = 500
    exit_code = 3

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable} {problem}.")
        self.variable = variable


class Environment:
    """Typed, read-only access to the ``MEDIXAIN_`` variables of ``values`` (the process's own by default)."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None) -> str:
        """Return the variable, or ``default``; raises :class:`ConfigurationError` when neither is there."""
        value = self._values.get(PREFIX + name, default)
        if value is None:
            raise ConfigurationError(PREFIX + name, "is not set and has no default")
        return value

    def secret(self, name: str, default: str | None = None) -> str:
        """Return a secret from ``NAME``, or from the file that ``NAME_FILE`` names, without the final line break."""
        file = self._values.get(f"{PREFIX}{name}_FILE")
        if file is None:
            return self.text(name, default)
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            problem = f"names a file that cannot be read ({error.strerror})"
            raise ConfigurationError(f"{PREFIX}{name}_FILE", problem) from error

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a truth value written as 1/0, true/false, yes/no or on/off."""
        value = self.text(name, "1" if default else "0").lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise ConfigurationError(PREFIX + name, f"must be true or false, not {value!r}")

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a decimal integer."""
        value = self.text(name, None if default is None else str(default))
        try:
            return int(value)
        except ValueError as error:
            raise ConfigurationError(PREFIX + name, f"must be an integer, not {value!r}") from error

    def words(self, name: str, default: str = "") -> list[str]:
        """Return the parts between commas, without empty ones."""
        return [part for part in (raw.strip() for raw in self.text(name, default).split(",")) if part]

    def path(self, name: str, default: Path) -> Path:
        """Return a path; a relative one counts from the working directory."""
        return Path(self.text(name, str(default)))

    def json(self, name: str, default: Any) -> Any:
        """Return the JSON document in ``NAME``, or in the file that ``NAME_FILE`` names."""
        text = self.secret(name, json.dumps(default))
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigurationError(PREFIX + name, f"holds no valid JSON ({error})") from error

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's settings for a database URL: ``sqlite:///path`` or ``postgresql://user:password@host/name``.

        SQLite runs in WAL mode with immediate transactions, so that a writer waits for its turn instead of failing
        when it upgrades a read lock; ``synchronous=FULL`` makes an acknowledged write survive a power cut.
        """
        return parse_database_url(self.secret(name, default), PREFIX + name)


def parse_database_url(url: str, variable: str) -> dict[str, Any]:
    """Return Django's ``DATABASES`` entry for ``url``; raises :class:`ConfigurationError` naming ``variable``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) or ":memory:",
            # Opening it, three pragmas and Django's functions were a sixth of a short request.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ConfigurationError(variable, "must begin with sqlite:/// or postgresql://")


def export(values: Mapping[str, str]) -> None:
    """Set variables (names without the prefix) for this process and the ones it starts; for the composition root."""
    for name, value in values.items():
        os.environ[PREFIX + name] = value


def child_environment(values: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with further variables (names without the prefix), for a program it starts."""
    return os.environ | {PREFIX + name: value for name, value in values.items()}


def select_settings(profile: str | None = None) -> str:
    """Point Django at the settings of ``profile`` (default ``MEDIXAIN_PROFILE``, else demo); returns the module.

    An explicit ``DJANGO_SETTINGS_MODULE`` wins over the variable, not over the argument.
    """
    chosen = profile or os.environ.get(PREFIX + "PROFILE", "demo")
    if chosen not in PROFILES:
        raise ConfigurationError(PREFIX + "PROFILE", f"must be one of {', '.join(PROFILES)}")
    module = f"medixain.settings.{chosen}"
    if profile is not None:
        os.environ["DJANGO_SETTINGS_MODULE"] = module
        return module
    return os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)
