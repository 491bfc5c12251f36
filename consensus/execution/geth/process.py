"""Running geth as a private execution client: initialise, start, stop."""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from consensus.execution.errors import ExecutionUnavailable
from consensus.execution.genesis import Genesis, geth_genesis
from consensus.execution.geth.auth import load_or_create_secret
from consensus.execution.geth.client import GethExecution
from consensus.execution.geth.transport import IpcTransport

logger = logging.getLogger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 30.0
BATCH_LIMIT = 5_000

CONFIG = '[Node.P2P]\nListenAddr = ""\nNoDiscovery = true\nMaxPeers = 0\n'
"""``--maxpeers 0`` alone still listens on *:30303; only a configuration file can take the listener away."""


class GethProcess:
    """One geth with its data folder. Use as a context manager, or :meth:`start` and :meth:`stop`."""

    def __init__(self, binary: Path, folder: Path, genesis: Genesis) -> None:
        self._binary = binary
        self._folder = folder
        self._genesis = genesis
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None
        self.secret = load_or_create_secret(folder / "jwt.hex")
        self.ipc_path = folder / "geth.ipc"
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
        data = self._folder / "data"
        if not (data / "geth" / "chaindata").exists():
            genesis_path = self._folder / "genesis.json"
            genesis_path.write_text(json.dumps(geth_genesis(self._genesis)))
            self._run_once("init", "--datadir", str(data), "--state.scheme", "hash", str(genesis_path))
        config = self._folder / "geth.toml"
        config.write_text(CONFIG)
        self.engine_port, self.http_port = _free_ports(2)
        self.ipc_path.unlink(missing_ok=True)
        self._output = (self._folder / "geth.log").open("ab")
        self._process = subprocess.Popen(
            [str(self._binary), *self._flags(data, config)], stdout=self._output, stderr=subprocess.STDOUT
        )
        self._wait_until_ready()
        return self

    def client(self) -> GethExecution:
        """An execution client of this geth, its payload log beside the data."""
        return GethExecution(
            engine_url=self.engine_url,
            secret=self.secret,
            ipc_path=self.ipc_path,
            log_path=self._folder / "payloads.sqlite",
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

    def _flags(self, data: Path, config: Path) -> list[str]:
        return [
            "--config", str(config),
            "--datadir", str(data),
            "--networkid", str(self._genesis.chain_id),
            "--syncmode", "full",
            "--state.scheme", "hash",
            "--gcmode", "archive",
            "--nodiscover",
            "--maxpeers", "0",
            "--nat", "none",
            "--discovery.dns=",
            "--ipcpath", str(self.ipc_path),
            "--authrpc.addr", "127.0.0.1",
            "--authrpc.port", str(self.engine_port),
            "--authrpc.vhosts", "localhost",
            "--authrpc.jwtsecret", str(self._folder / "jwt.hex"),
            "--http",
            "--http.addr", "127.0.0.1",
            "--http.port", str(self.http_port),
            "--http.api", "eth,net,web3",
            "--rpc.batch-request-limit", str(BATCH_LIMIT),
            "--txpool.pricelimit", "0",
            "--txpool.nolocals",
            "--miner.gaslimit", str(self._genesis.gas_limit),
            "--miner.gasprice", "0",
        ]  # fmt: skip

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
