"""What a signer must know of the chain: its id, the contracts' addresses, and where to ask about institutions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.bindings.addresses import ContractAddresses
from keymgmt.keys.encoding import Fields
from keymgmt.keys.errors import BadDocument
from keymgmt.signer.errors import HomeUnusable
from medixain.core import canonical
from medixain.core.errors import InvalidInput

KIND: Final = "signer configuration"
DEFAULT_DAILY_LIMIT: Final = 500
"""Evaluations of the nullifier per institution and 24 hours: a busy desk's, and far below any country's population."""


@dataclass(frozen=True, slots=True)
class SignerConfig:
    """Values every keyring of one signer shares. ``rpc_url`` is needed by institutions that evaluate nullifiers."""

    chain_id: int
    contracts: ContractAddresses
    rpc_url: str | None = None
    daily_limit: int = DEFAULT_DAILY_LIMIT

    def encode(self) -> bytes:
        """Return the canonical JSON."""
        return canonical.encode(
            {
                "v": 1,
                "chain_id": self.chain_id,
                "contracts": self.contracts.by_name(),
                "rpc_url": self.rpc_url,
                "daily_limit": self.daily_limit,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "SignerConfig":
        """Inverse of :meth:`encode`; raises :class:`HomeUnusable`."""
        try:
            fields = Fields.parse(
                KIND, data, frozenset({"chain_id", "contracts", "rpc_url", "daily_limit"}), limit=1 << 16
            )
            contracts = ContractAddresses.from_names(fields.mapping("contracts"))
            rpc_url = None if fields.raw("rpc_url") is None else fields.text("rpc_url")
            return cls(fields.integer("chain_id", 1), contracts, rpc_url, fields.integer("daily_limit", 1))
        except (BadDocument, InvalidInput) as error:
            raise HomeUnusable(error.message) from error

    @classmethod
    def load(cls, path: Path) -> "SignerConfig":
        """Read the configuration file; raises :class:`HomeUnusable`."""
        try:
            return cls.parse(path.read_bytes())
        except OSError as error:
            raise HomeUnusable(f"Cannot read the signer's configuration {path} ({error.strerror}).") from error
