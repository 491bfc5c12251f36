"""The record of a deployment, as a JSON file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from contracts.bindings.addresses import ContractAddresses
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """Where a contract stands, keccak256 of its code there, and the block that created it."""

    address: str
    code_hash: bytes
    block: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A deployment: the chain, and each contract by name."""

    chain_id: int
    contracts: dict[str, DeployedContract]

    @property
    def addresses(self) -> ContractAddresses:
        """The six addresses; raises :class:`InvalidInput` if the manifest names other contracts."""
        return ContractAddresses.from_names({name: entry.address for name, entry in self.contracts.items()})

    def to_json(self) -> dict[str, Any]:
        """Return ``{chainId, contracts: {name: {address, codeHash, block}}}``."""
        return {
            "chainId": self.chain_id,
            "contracts": {
                name: {"address": entry.address, "codeHash": "0x" + entry.code_hash.hex(), "block": entry.block}
                for name, entry in self.contracts.items()
            },
        }

    @classmethod
    def from_json(cls, document: Any) -> Self:
        """Inverse of :meth:`to_json`; raises :class:`InvalidInput`."""
        try:
            contracts = {
                str(name): DeployedContract(
                    address=to_address(entry["address"]),
                    code_hash=bytes.fromhex(entry["codeHash"].removeprefix("0x")),
                    block=int(entry["block"]),
                )
                for name, entry in document["contracts"].items()
            }
            return cls(int(document["chainId"]), contracts)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput("This is no deployment manifest; deploy again to write it anew.") from error


def read_manifest(path: Path) -> Manifest | None:
    """Return the manifest in ``path``, None if there is no file; raises :class:`InvalidInput` for a damaged one."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{path} is no JSON; delete it and deploy again, which only reads the chain.") from error
    return Manifest.from_json(document)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write ``manifest`` to ``path`` in one step, so that a crash leaves the old file or the new one."""
    temporary = path.with_suffix(path.suffix + ".new")
    temporary.write_text(json.dumps(manifest.to_json(), indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
