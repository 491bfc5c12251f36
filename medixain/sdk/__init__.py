"""The Python client of everything: ``Client(home, server)`` with one method for each command, and typed results.

    with Client(Path("~/.medixain").expanduser(), "http://localhost:8000") as client:
        created = client.wallet_create()
        added = client.record_add(Path("report.pdf"), wait="final")
        client.access_grant(professional, records=[added.record], purpose="second opinion")

What the platform says is checked against signatures and the word of m re-encryption nodes before it is believed, and
nothing is encrypted to a key they do not attest. Imports no server code.
"""

from medixain.sdk.client import Client
from medixain.sdk.errors import (
    BadServerAnswer,
    FhirRefused,
    Integrity,
    NoIntroduction,
    NotAttested,
    NotFound,
    NoWallet,
    PasswordNeeded,
    Rollback,
    SdkError,
    ServerRefused,
    ServerUnreachable,
    TransactionFailed,
    UnknownWallet,
    WaitedTooLong,
    WalletExists,
)

__all__ = [
    "BadServerAnswer",
    "Client",
    "FhirRefused",
    "Integrity",
    "NoIntroduction",
    "NoWallet",
    "NotAttested",
    "NotFound",
    "PasswordNeeded",
    "Rollback",
    "SdkError",
    "ServerRefused",
    "ServerUnreachable",
    "TransactionFailed",
    "UnknownWallet",
    "WaitedTooLong",
    "WalletExists",
]
