"""The robust mining optimiser of whitepaper sections 6, 7 and 9, as a library that needs no Django.

>>> from engines.optimiser import preset, solve
>>> [(row.s, row.r, row.d) for row in solve(preset("paper-c1"), top=2).rows]
[(18, 49, 40), (18, 48, 39)]
"""

from engines.optimiser.errors import CertificateRefused, InvalidProblem, OptimiserError, Undecided
from engines.optimiser.presets import PRESETS, load, preset
from engines.optimiser.problem import Problem
from engines.optimiser.search import CostBasis
from engines.optimiser.semantics import Semantics
from engines.optimiser.solver import Objective, Row, Solution, solve
from engines.optimiser.verify import verify

__all__ = [
    "PRESETS",
    "CertificateRefused",
    "CostBasis",
    "InvalidProblem",
    "Objective",
    "OptimiserError",
    "Problem",
    "Row",
    "Semantics",
    "Solution",
    "Undecided",
    "load",
    "preset",
    "solve",
    "verify",
]
