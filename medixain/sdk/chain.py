"""The chain through its JSON-RPC address, for what the nodes do not attest: KYC commitments and log roots.

The address is the platform's unless the home's configuration names another (``rpc_url``), which whoever distrusts the
platform sets to a chain node of its own.
"""

from typing import Final

from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.caller import Web3Caller
from contracts.bindings.contracts import Contracts
from contracts.bindings.transport import http_web3
from medixain.sdk.context import Context

TIMEOUT_SECONDS: Final = 15


def contracts_of(context: Context) -> Contracts:
    """Return typed views of the pinned contracts."""
    url = str(context.home.config().get("rpc_url") or context.meta.rpc_url)
    web3 = http_web3(url, timeout=TIMEOUT_SECONDS)
    addresses = ContractAddresses.from_names(context.meta.contracts)
    return Contracts(Web3Caller(web3), addresses, context.meta.chain_id)
