"""Group-based mining: several miner types, partners who own them, one robust answer (whitepaper section 7)."""

from engines.optimiser.groups.files import GROUP_PRESETS, group_preset, load_group
from engines.optimiser.groups.model import GroupProblem, HashPower, MinerType, Partner
from engines.optimiser.groups.solver import GroupRow, GroupSemantics, GroupSolution, solve_groups
from engines.optimiser.groups.verify import verify_groups

__all__ = [
    "GROUP_PRESETS",
    "GroupProblem",
    "GroupRow",
    "GroupSemantics",
    "GroupSolution",
    "HashPower",
    "MinerType",
    "Partner",
    "group_preset",
    "load_group",
    "solve_groups",
    "verify_groups",
]
