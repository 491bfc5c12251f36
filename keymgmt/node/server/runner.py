"""Runs a node: HTTP server and upkeep, in threads of a larger program or as a program of its own."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable

import uvicorn

from keymgmt.node.server.app import create_app
from keymgmt.node.server.chain import RpcChainView
from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.facts import ChainView, Clock, DepositBox, RecordSource
from keymgmt.node.server.limits import Buckets, Rate
from keymgmt.node.server.platform import PlatformClient
from keymgmt.node.server.service import NodeService
from keymgmt.node.server.state import NodeState
from keymgmt.node.server.storage import Store
from keymgmt.node.server.upkeep import Upkeep
from medixain.core.listening import listen

logger = logging.getLogger("medixain.node")

FAILURES = Rate(burst=300, per_second=5)
"""Failing requests of one client address."""
REFUSALS = Rate(burst=120, per_second=1)
"""Refused requests of one registered professional, each of which costs a log entry."""
STATEMENTS = Rate(burst=1200, per_second=20)
"""Requests for signed statements of one client address."""


def system_clock() -> int:
    """Return Unix seconds."""
    return int(time.time())


class NodeServer:
    """One running node. ``chain``, ``records``, ``deposits`` and ``clock`` replace the real ones in tests."""

    def __init__(
        self,
        config: NodeConfig,
        *,
        chain: ChainView | None = None,
        records: RecordSource | None = None,
        deposits: DepositBox | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._config = config
        self._clock = clock
        self._platform: PlatformClient | None = None
        if config.platform_url is not None:
            self._platform = PlatformClient(config.platform_url, keys=config.keys, clock=clock)
        self._chain = chain or RpcChainView(config.rpc_url, config.contracts, config.chain_id, config.keys)
        self._records = records or self._platform
        self._deposits = deposits or self._platform
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None
        self._store: Store | None = None
        self.url = ""

    def start(self) -> str:
        """Open the database, bind the port, begin to serve; return the node's URL.

        Raises what :class:`Store` raises, and OSError when the port is taken.
        """
        config = self._config
        if self._records is None:
            raise ValueError("a node needs a platform_url or a record source")
        keys = config.keys
        store = Store(config.database, node=keys.address, chain_id=config.chain_id, seal=keys.row_seal)
        state = NodeState()
        node = NodeContext(keys=keys, store=store, chain=self._chain, clock=self._clock, state=state)
        service = NodeService(node, records=self._records, requesters=Buckets(REFUSALS, time.monotonic))
        upkeep = Upkeep(node, service=service, deposits=self._deposits, accept_log_loss=config.accept_log_loss)
        try:
            listener = listen(config.host, config.port)
        except OSError:
            store.close()
            raise
        self._store = store
        self._serve(service, listener)
        self._spawn("upkeep", lambda: self._keep_up(upkeep, state))
        return self.url

    def stop(self) -> None:
        """Finish the requests in progress and close everything; the node can be started again."""
        self._stopping.set()
        if self._server is not None:
            self._server.should_exit = True
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._store is not None:
            self._store.close()
        self._stopping.clear()

    def wait(self) -> None:
        """Block until the HTTP server ends."""
        self._threads[0].join()

    def _serve(self, service: NodeService, listener: socket.socket) -> None:
        config = self._config
        app = create_app(
            service,
            failures=Buckets(FAILURES, time.monotonic),
            statements=Buckets(STATEMENTS, time.monotonic),
            origins=config.origins,
        )
        tls = config.tls_certificate is not None
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                limit_concurrency=128,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=5,
                ssl_certfile=config.tls_certificate,
                ssl_keyfile=config.tls_key,
            )
        )
        server = self._server
        self._spawn("http", lambda: server.run(sockets=[listener]))
        host, port = listener.getsockname()[:2]
        self.url = f"{'https' if tls else 'http'}://{host}:{port}"

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=f"node-{name}-{self._config.keys.address[:8]}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def _keep_up(self, upkeep: Upkeep, state: NodeState) -> None:
        while not self._stopping.is_set():
            try:
                upkeep.tick()
            except Exception as error:  # noqa: BLE001 - the thread's outermost edge: roots must go on being sent
                place = traceback.extract_tb(error.__traceback__)[-1]
                state.raise_alarm("upkeep", f"{type(error).__name__} at {place.filename}:{place.lineno}")
                logger.critical("node.upkeep_failed", extra={"reason": type(error).__name__, "place": place.lineno})
            self._stopping.wait(self._config.tick)
