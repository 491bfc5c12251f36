"""The five fictional partners that run the demo's chain, its nodes and its OPRF."""

from dataclasses import dataclass

from contracts.bindings.messages import Role

CHAIN_ID = 7_174_254
"""0x6d786e, "mxn"; registered by nobody."""

THRESHOLD = 3
"""Of five: fragments of nodes, OPRF partials, votes."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner institution: short name (folder, signer keyring), name people read, roles."""

    key: str
    name: str
    roles: Role


PARTNERS = (
    Partner("lindenhof", "Lindenhof Family Practice", Role.KYC | Role.CLINICAL | Role.MINER),
    Partner("tarn", "Tarn University Hospital", Role.KYC | Role.CLINICAL | Role.RESEARCH | Role.MINER),
    Partner("saltby", "Saltby General Hospital", Role.KYC | Role.CLINICAL | Role.MINER),
    Partner("oldmarsh", "Oldmarsh Health Insurance", Role.KYC | Role.INSURER | Role.MINER),
    Partner("quill", "Quill Pharmaceuticals", Role.KYC | Role.PHARMA | Role.MINER),
)
