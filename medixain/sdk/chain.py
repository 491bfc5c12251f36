"""The chain through its JSON-RPC address, for what the nodes do not attest: KYC commitments and log roots.

The address is the platform's unless the home's configuration names another (``rpc_url``), which whoever distrusts the
platform sets to a chain node of its own.
"""

from web3 import HTTPProvider, Web3

from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.caller import Web3Caller
from contracts.bindings.contracts import Contracts
from medixain.sdk.context import Context


def contracts_of(context: Context) -> Contracts:
    """Return typed views of the pinned contracts."""
    url = str(context.home.config().get("rpc_url") or context.meta.rpc_url)
    web3 = Web3(HTTPProvider(url, request_kwargs={"timeout": 15}))
    addresses = ContractAddresses.from_names(context.meta.contracts)
    return Contracts(Web3Caller(web3), addresses, context.meta.chain_id)
