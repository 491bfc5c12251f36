"""The demo's operator: a password made once, and the account that it opens."""

import secrets

from medixain.demo.layout import Layout
from records.container import atomic_file

OPERATOR = "operator"


def operator_password(layout: Layout) -> str:
    """The operator's password, made once."""
    file = layout.data / "operator-password"
    if not file.exists():
        with atomic_file(file) as sink:
            sink.write(secrets.token_urlsafe(12).encode("ascii"))
    return file.read_text(encoding="ascii").strip()
