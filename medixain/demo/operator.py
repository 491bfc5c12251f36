"""The demo's operator: a password made once, and the account that it opens."""

import secrets

from medixain.demo.layout import Layout

OPERATOR = "operator"


def operator_password(layout: Layout) -> str:
    """The operator's password, made once."""
    file = layout.data / "operator-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12), encoding="ascii")
    return file.read_text(encoding="ascii").strip()
