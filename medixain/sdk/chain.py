"""The chain through its JSON-RPC address, for what the nodes do not attest: KYC commitments and log roots.

The address is the platform's unless the home's configuration names another (``rpc_url``), which whoever distrusts the
platform sets to a chain node of its own.
"""

from typing import Final

from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.caller import Web3Caller
from contracts.bindings.contracts import Contracts
from contracts.bindings.transport import http_web3
from medixain.sdk.context import Context, Meta

TIMEOUT_SECONDS: Final = 15


def contracts_of(context: Context) -> Contracts:
    """Return typed views of the pinned contracts."""
    return contracts_by(context.meta, context.home.config().get("rpc_url"))


def contracts_by(meta: Meta, rpc_url: str | None) -> Contracts:
    """Return typed views of the contracts that ``meta`` names, through ``rpc_url`` or the platform's own door."""
    web3 = http_web3(rpc_url or meta.rpc_url, timeout=TIMEOUT_SECONDS)
    return Contracts(Web3Caller(web3), ContractAddresses.from_names(meta.contracts), meta.chain_id)
