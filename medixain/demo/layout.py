"""Where the demo keeps what: one folder, each program its own part."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medixain.demo.errors import DataInUse


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the demo's data folder."""

    data: Path

    @property
    def consortium(self) -> Path:
        """Public facts of the founding: partners, genesis, node set, OPRF public keys."""
        return self.data / "consortium.json"

    @property
    def genesis(self) -> Path:
        """Genesis configuration every consensus client shares (docs/spec/consensus.md)."""
        return self.data / "genesis.json"

    @property
    def manifest(self) -> Path:
        """Record of the contracts' deployment."""
        return self.data / "contracts.json"

    @property
    def deployer_key(self) -> Path:
        """The deployer's key; deleted once the deployment is final."""
        return self.data / "deployer.key"

    @property
    def chain(self) -> Path:
        """Databases of execution and consensus."""
        return self.data / "chain"

    @property
    def signers(self) -> Path:
        """Sealed keys of institutions, miners, voters, relay, engine and deployer."""
        return self.data / "signers"

    @property
    def web(self) -> Path:
        """The platform's database, blocks and uploads."""
        return self.data / "web"

    @property
    def vault(self) -> Path:
        """The browser vault's port, configuration and signed manifest."""
        return self.data / "vault"

    @property
    def homes(self) -> Path:
        """Devices of the synthetic people and of the partners' clerks."""
        return self.data / "homes"

    @property
    def log_ins(self) -> Path:
        """What a person who tries the demo needs to know, as JSON."""
        return self.data / "log-ins.json"

    def node(self, index: int) -> Path:
        """One re-encryption node's keys and database."""
        return self.data / "nodes" / f"node-{index}"

    def log(self, program: str) -> Path:
        """What a program writes."""
        return self.data / "logs" / f"{program}.log"


@contextmanager
def owned(layout: Layout) -> Iterator[None]:
    """Hold the data folder for this process; raises :class:`DataInUse` when another holds it.

    The lock is the kernel's, so a killed demo leaves none behind.
    """
    layout.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (layout.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataInUse(os.fspath(layout.data)) from error
        yield
