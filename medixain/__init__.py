"""medixain: a layered medical wallet whose owner alone opens and shares it."""

import os

# Before the first hash of a process, where eth-hash makes its choice (ADR 74).
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
