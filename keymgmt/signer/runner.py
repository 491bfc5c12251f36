"""Runs a signer: in threads of a larger program, or as the program ``python -m keymgmt.signer``. On loopback unless
told otherwise."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from keymgmt.signer.app import create_app
from keymgmt.signer.attesting import ChainDirectory, Clock, KycDirectory
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.home import SignerHome
from keymgmt.signer.service import SignerService
from keymgmt.signer.sessions import SessionStore
from medixain.core.listening import listen

DATABASE: Final = "sessions.sqlite3"
KEEP_ALIVE_SECONDS: Final = 30
"""How long a connection may lie idle: longer than clients keep one (httpx: 5 s), because a server that closes first
takes along the request that is just arriving."""

PARENT_INTERVAL: Final = 0.25
"""Seconds between two looks at whether the parent still lives."""


def system_clock() -> int:
    """Return Unix seconds."""
    return int(time.time())


class SignerServer:
    """One running signer; ``directory`` and ``clock`` replace the real ones in tests.

    It speaks plain HTTP: a ``host`` other than loopback belongs on a network that its few clients alone are on.
    """

    def __init__(
        self,
        home: SignerHome,
        config: SignerConfig,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        directory: KycDirectory | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._sessions = SessionStore(Path(home.path) / DATABASE)
        service = SignerService(
            home.keyrings(),
            config=config,
            sessions=self._sessions,
            directory=directory or ChainDirectory(config),
            public_shares=home.public_shares,
            clock=clock,
        )
        self._listener = listen(host, port)
        self.url = f"http://{host}:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(service, home.token),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=5,
            )
        )
        self._thread = threading.Thread(
            target=lambda: self._server.run(sockets=[self._listener]), name="signer-http", daemon=True
        )

    def start(self) -> str:
        """Begin to serve; return the URL."""
        self._thread.start()
        return self.url

    def wait(self) -> None:
        """Block until the server ends."""
        self._thread.join()

    def stop(self) -> None:
        """Finish the requests in progress and close everything."""
        self._server.should_exit = True
        self._thread.join()
        self._sessions.close()


def watch_parent(stop: Callable[[], None]) -> threading.Thread:
    """Call ``stop`` once the process that started this one is gone, however it ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_INTERVAL)
        stop()

    thread = threading.Thread(target=watch, name="signer-parent", daemon=True)
    thread.start()
    return thread
