"""The chain as the platform sees it: a JSON-RPC address, six contracts, a relay account and the re-encryption nodes."""

from typing import Any

from medixain.env import Environment

_ENV = Environment()

CHAIN_RPC_URL = _ENV.text("CHAIN_RPC_URL", "")
"""JSON-RPC address the platform itself uses."""

CHAIN_PUBLIC_RPC_URL = _ENV.text("CHAIN_PUBLIC_RPC_URL", CHAIN_RPC_URL)
"""JSON-RPC address named to clients in ``/meta``; the browser vault asks it, so the door's origins name the vault."""

CHAIN_MANIFEST = _ENV.text("CHAIN_MANIFEST", "")
"""Path of the deployment's manifest (contracts.md): chain id and the contracts' addresses."""

RELAY_SIGNER: dict[str, Any] = _ENV.json("RELAY_SIGNER", {})
"""``{"BACKEND": dotted path, "OPTIONS": {...}}`` of the client that reaches the relay's signer process."""

REENCRYPTION_NODES: list[dict[str, str]] = _ENV.json("REENCRYPTION_NODES", [])
"""``[{"address", "url", "name"}]``: where the nodes of the chain's node set are reached."""

KYC_SERVICES: list[dict[str, str]] = _ENV.json("KYC_SERVICES", [])
"""``[{"institution", "url"}]``: where KYC institutions take visits."""

SIGN_IN_DOMAIN = _ENV.text("SIGN_IN_DOMAIN", "localhost")
"""The EIP-4361 domain: host, and port unless it is the scheme's own."""

SIGN_IN_URI = _ENV.text("SIGN_IN_URI", f"http://{SIGN_IN_DOMAIN}")

RELAY_MAX_GAS = 30_000_000
"""Gas limit of one transaction at most: what the relay's signer signs for (docs/spec/signer.md)."""

RELAY_MAX_IN_FLIGHT = 64
"""Transactions sent but not in a block yet; bounds what has to be signed again after a lost nonce."""

RELAY_RESEND_SECONDS = 10
"""After how long a transaction that is still in no block is offered again."""

CHAIN_PROJECTORS = ["wallets.registry.projections.project"]
"""Functions that refresh derived rows when events come or go (medixain.chainindex.indexer.Projector)."""

CHAIN_LOOP_CHORES = [
    "records.anchors.tasks.housekeeping",
    "engines.proposals.tasks.housekeeping",
    "wallets.sharelinks.tasks.housekeeping",
]
"""What the loop's thread also does, at its start and every hour."""

CHAIN_LOOP_WATCHES = ["wallets.portals.alarms.watch"]
"""What it does every minute."""

INSTITUTION_NAMES = "wallets.registry.selectors.institution_names"
"""Who knows the institutions' names, for pages of packages that may not import it."""

OPTIMISER_COMPUTE = "engines.proposals.computing.compute"
"""What a worker answers the optimiser's questions with."""

CHAIN_PASS = "medixain.chainindex.loop.chain_pass_once"
"""What a wake-up task runs."""

RELAY_ADDRESS = _ENV.text("RELAY_ADDRESS", "")
"""The relay's account, named to clients in ``/meta``: deletion receipts are signed by it."""
