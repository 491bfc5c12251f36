"""JSON-RPC over HTTP, with the one repetition that every client of a keep-alive server needs."""

from typing import Final

import requests
from web3 import HTTPProvider, Web3
from web3.providers.rpc.utils import REQUEST_RETRY_ALLOWLIST, ExceptionRetryConfiguration

TRIES: Final = 3
PAUSE_SECONDS: Final = 0.1
ASKED_AGAIN: Final = [method for method in REQUEST_RETRY_ALLOWLIST if method != "eth_sendRawTransaction"]


def http_web3(url: str, *, timeout: float) -> Web3:
    """Return web3 at ``url``, ``timeout`` in seconds for each request.

    A server may close an idle connection in the very moment in which the next request is written to it, so reading
    methods are asked again over a new one. web3's default does not do that: it names the built-in ``ConnectionError``,
    which is none of requests' own. A transaction is sent once, since a second answer would be that it is known already;
    a server that is too slow is not asked again either.
    """
    again = ExceptionRetryConfiguration(
        (requests.ConnectionError,), retries=TRIES, backoff_factor=PAUSE_SECONDS, method_allowlist=ASKED_AGAIN
    )
    return Web3(HTTPProvider(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=again))
