"""Exit codes by the stable code of an error (docs/spec/cli.md)."""

from medixain.core.errors import MedixainError

REFUSED = 3
NOT_FOUND = 4
UNREACHABLE = 5
INTEGRITY = 6
CONFLICT = 7

BY_CODE: dict[str, int] = {
    **dict.fromkeys(
        [
            "withdrawn",
            "expired",
            "suspended",
            "not-authorised",
            "no-grant",
            "ceiling",
            "not-an-author",
            "forbidden",
            "no-introduction",
        ],
        REFUSED,
    ),
    **dict.fromkeys(["not-found", "unknown-record", "unknown-wallet", "unknown-grant", "unknown-request"], NOT_FOUND),
    **dict.fromkeys(
        [
            "server-unreachable",
            "node-down",
            "not-enough-nodes",
            "stale-chain",
            "waiting-for-finality",
            "timeout",
            "too-many-requests",
        ],
        UNREACHABLE,
    ),
    **dict.fromkeys(["integrity", "rollback", "not-attested", "bad-capsule", "bad-signature", "tampered"], INTEGRITY),
    **dict.fromkeys(
        ["conflict", "already-exists", "nullifier-used", "already-anchored", "already-granted", "already-withdrawn"],
        CONFLICT,
    ),
}


def exit_code(error: MedixainError) -> int:
    """The exit code of an error: by its code, else what its class says."""
    return BY_CODE.get(error.code, error.exit_code)
