"""Files by which a person stops a part of the running demo and starts it again, to see what the rest does.

``touch DATA/nodes/node-3/stopped`` stops that re-encryption node; ``touch DATA/chain/tarn-voter.stopped`` silences that
partner's voter. Removing the file starts it again. Both survive a restart.
"""

from collections.abc import Collection

from consensus.node.signer import SealSigner
from medixain.demo.founding import Founding
from medixain.demo.layout import Layout


def node_is_stopped(layout: Layout, index: int) -> bool:
    """Whether somebody has stopped this re-encryption node."""
    return (layout.node(index) / "stopped").exists()


class SwitchedKeys:
    """Consensus keys without those of voters that somebody has silenced."""

    def __init__(self, keys: SealSigner, layout: Layout, founding: Founding) -> None:
        self._keys = keys
        self._switches = {partner.voter: layout.chain / f"{partner.key}-voter.stopped" for partner in founding.partners}

    def addresses(self) -> Collection[str]:
        """EIP-55 addresses whose keys are held and may be used."""
        return [address for address in self._keys.addresses() if not self._is_silenced(address)]

    def sign_digest(self, address: str, digest: bytes) -> bytes:
        """See :class:`SealSigner`."""
        return self._keys.sign_digest(address, digest)

    def _is_silenced(self, address: str) -> bool:
        switch = self._switches.get(address)
        return switch is not None and switch.exists()
