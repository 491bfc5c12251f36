"""Running geth as a private execution client: initialise, start, stop."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from consensus.execution.errors import ExecutionUnavailable
from consensus.execution.genesis import Genesis
from consensus.execution.geth.auth import load_or_create_secret
from consensus.execution.geth.client import GethExecution
from consensus.execution.geth.setup import GethFolder, flags, init_arguments, prepare
from consensus.execution.geth.transport import IpcTransport

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 30.0


class GethProcess:
    """One geth with its data folder. Use as a context manager, or :meth:`start` and :meth:`stop`."""

    def __init__(self, binary: Path, folder: Path, genesis: Genesis) -> None:
        self._binary = binary
        self._folder = folder
        self._files = GethFolder(folder)
        self._genesis = genesis
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self.secret = load_or_create_secret(self._files.secret)
        self.ipc_path = self._files.ipc
        self.engine_port = 0
        self.http_port = 0

    @property
    def engine_url(self) -> str:
        """The authenticated Engine API."""
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def http_url(self) -> str:
        """The open eth_, net_ and web3_ endpoint, for :class:`~consensus.execution.rpc.forward.GethForward`."""
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> GethProcess:
        """Initialises the data folder when it is new, starts geth, and waits until it answers.

        Raises :class:`ExecutionUnavailable` with the end of geth's log when it does not.
        """
        prepare(self._files, self._genesis)
        if not (self._files.data / "geth" / "chaindata").exists():
            self._run_once(*init_arguments(self._files))
        self.engine_port, self.http_port = _free_ports(2)
        self.ipc_path.unlink(missing_ok=True)
        self._output = (self._folder / "geth.log").open("ab")
        self._process = subprocess.Popen(
            [str(self._binary), *self._flags()], stdout=self._output, stderr=subprocess.STDOUT
        )
        self._wait_until_ready()
        return self

    def client(self) -> GethExecution:
        """An execution client of this geth, its payload log beside the data."""
        return GethExecution(
            engine_url=self.engine_url,
            secret=self.secret,
            ipc_path=self.ipc_path,
            log_path=self._files.payloads,
            genesis=self._genesis,
        )

    def stop(self) -> None:
        """Asks geth to end, and kills it when it does not within :data:`STOP_SECONDS`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning("geth did not stop in %s seconds and is killed", STOP_SECONDS)
                self._process.kill()
                self._process.wait()
        self._ended()

    def kill(self) -> None:
        """SIGKILL, as a power cut would end it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._ended()

    def __enter__(self) -> GethProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _flags(self) -> list[str]:
        return flags(
            self._files,
            chain_id=self._genesis.chain_id,
            gas_limit=self._genesis.gas_limit,
            engine_port=self.engine_port,
            http_port=self.http_port,
        )

    def _run_once(self, *arguments: str) -> None:
        try:
            subprocess.run([str(self._binary), *arguments], check=True, capture_output=True, text=True)
        except OSError as error:
            raise ExecutionUnavailable(f"{self._binary} cannot be run: {error}; build it with make nodes") from error
        except subprocess.CalledProcessError as error:
            raise ExecutionUnavailable(f"geth {arguments[0]} failed: {error.stderr[-500:]}") from error

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        ipc = IpcTransport(self.ipc_path)
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                ipc.call("eth_chainId")
                with socket.create_connection(("127.0.0.1", self.engine_port), timeout=1):
                    return
            except (ExecutionUnavailable, OSError):
                time.sleep(0.05)
        self.kill()
        log = (self._folder / "geth.log").read_text(errors="replace")
        raise ExecutionUnavailable(f"geth did not start: {log[-800:]}")

    def _ended(self) -> None:
        self._process = None
        if self._output is not None:
            self._output.close()
            self._output = None


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago; geth needs fixed numbers and reports none that it chose."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for held in sockets:
        held.close()
    return ports
