"""The mining calculus of whitepaper section 6 (equations 1-18) in double precision, vectorised over NumPy arrays.

Every function keeps full relative accuracy over the whole range of use (d up to 256, r up to 128, T down to 1e-15 s),
where the formulas as printed lose everything: ``1 - 2**-60`` *is* 1.0 in doubles. Two ideas do all the work.

* Survival is carried as its logarithm, ``log y = s * log1p(-2**-d)``.
* A difference that cancels is rewritten as a sum of positive terms around the two functions below::

      tail(z)     = 1 - (1 + z) * exp(-z)        the chance of two or more events where z are expected
      shortfall(x) = x - (1 - exp(-x))           what linearising 1 - exp(-x) overstates

The relative error of a result v is a few units in the last place times ``max(1, |log v|)``: the second factor is the
condition of exp and no evaluation in doubles can be without it. Nothing here decides a verdict; see :mod:`.intervals`.

Symbols: s miners, r bits of shared nonce space, d level of difficulty, lam = floor(2**r / s) nonces in a slice.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_SERIES_TERMS = 22
"""Terms of both series: below 1 the 23rd is under 2**-74 of the first."""


def tail(z: ArrayLike) -> FloatArray:
    """Return ``1 - (1 + z) exp(-z)`` for z >= 0, the probability that a Poisson(z) variable is at least 2."""
    z = np.asarray(z, dtype=np.float64)
    small = np.minimum(z, 1.0)
    factor = np.ones_like(small)
    for n in range(_SERIES_TERMS, 2, -1):
        factor = 1.0 + factor * small / n
    direct = -np.expm1(-z) - z * np.exp(-z)
    result: FloatArray = np.where(z < 1.0, np.exp(-small) * factor * small * small / 2.0, direct)
    return result


def shortfall(x: ArrayLike) -> FloatArray:
    """Return ``x - (1 - exp(-x))`` for x >= 0."""
    x = np.asarray(x, dtype=np.float64)
    small = np.minimum(x, 1.0)
    factor = np.ones_like(small)
    for n in range(_SERIES_TERMS, 2, -1):
        factor = 1.0 - factor * small / n
    result: FloatArray = np.where(x < 1.0, factor * small * small / 2.0, x + np.expm1(-x))
    return result


def nonce_slice(s: int, r: int) -> int:
    """Return ``lam = floor(2**r / s)``, the nonces each of s miners searches (whitepaper 6.2)."""
    return (1 << r) // s


def rounds_to_reach(time: Fraction, T: Fraction) -> int:
    """Return ``ceil(time/T - 1) + 1``: the exponent of y in equations 10 and 11. Both times in seconds."""
    return -((-time) // T)


def rounds_within(mu: Fraction, T: Fraction) -> int:
    """Return ``floor(mu/T) + 1``: the exponent of ``1 - 2**-d`` in equation 12. Both times in seconds."""
    return mu // T + 1


def hazard(s: ArrayLike, d: ArrayLike) -> FloatArray:
    """Return ``-log y`` with ``y = (1 - 2**-d)**s``, the logarithm of equation 8: how strongly a round ends the
    race."""
    return -np.asarray(s, dtype=np.float64) * np.log1p(-np.exp2(-np.asarray(d, dtype=np.float64)))


def log_survival(s: ArrayLike, d: ArrayLike, rounds: ArrayLike) -> FloatArray:
    """Return ``log y**rounds``: the log-probability that no miner has found a block after so many rounds."""
    return -np.asarray(rounds, dtype=np.float64) * hazard(s, d)


def success_probability(s: ArrayLike, d: ArrayLike, k: ArrayLike) -> FloatArray:
    """Return ``prob^s`` of the race ending in round k + 1 (equation 3)."""
    return np.exp(log_survival(s, d, k)) * -np.expm1(-hazard(s, d))


def failure_probability(s: ArrayLike, d: ArrayLike, lam: ArrayLike) -> FloatArray:
    """Return ``prob^s(failure) = y**(lam + 1)`` (equation 4).

    The paper counts lam + 1 attempts where a slice holds lam nonces; the printed form is kept (ADR 0044).
    """
    return np.exp(log_survival(s, d, np.asarray(lam, dtype=np.float64) + 1.0))


def expected_rounds(s: ArrayLike, d: ArrayLike, lam: ArrayLike) -> FloatArray:
    """Return ``E^s(noR)`` (equation 7), which is not conditioned on success: a failed race counts as zero rounds."""
    x = hazard(s, d)
    a = np.asarray(lam, dtype=np.float64) + 1.0
    z = a * x
    return (tail(z) + a * shortfall(x) * np.exp(-z)) / -np.expm1(-x)


def expected_time(s: ArrayLike, d: ArrayLike, lam: ArrayLike, T: float) -> FloatArray:
    """Return ``E^s(poW) = T * E^s(noR)`` in seconds (equation 9)."""
    return T * expected_rounds(s, d, lam)


def slow_probability(s: ArrayLike, d: ArrayLike, lam: ArrayLike, rounds: int) -> FloatArray:
    """Return ``prob^s(PoWTime > th)`` (equation 10) for ``rounds = rounds_to_reach(th, T)``; 0 where rounds > lam."""
    x = hazard(s, d)
    extra = np.maximum((np.asarray(lam, dtype=np.float64) - rounds) + 1.0, 0.0)
    return np.exp(-rounds * x) * -np.expm1(-extra * x)


def fast_probability(s: ArrayLike, d: ArrayLike, rounds: int) -> FloatArray:
    """Return ``prob^s(PoWTime < th')`` (equation 11) for ``rounds = rounds_to_reach(th', T)``."""
    return -np.expm1(log_survival(s, d, rounds))


def miner_silence(d: ArrayLike, rounds: int) -> FloatArray:
    """Return ``w``, the probability that one miner finds nothing within mu (equations 12-13)."""
    return np.exp(log_survival(1, d, rounds))


def silence_probability(s: ArrayLike, d: ArrayLike, rounds: int) -> FloatArray:
    """Return ``prob^s(0 PoW within mu) = w**s`` (equation 14) for ``rounds = rounds_within(mu, T)``."""
    return np.exp(log_survival(s, d, rounds))


def single_probability(s: ArrayLike, d: ArrayLike, rounds: int) -> FloatArray:
    """Return ``prob^s(1 PoW within mu) = s * w**(s-1) * (1-w)`` (equation 15)."""
    s = np.asarray(s, dtype=np.float64)
    return s * np.exp(log_survival(s - 1.0, d, rounds)) * -np.expm1(log_survival(1, d, rounds))


def dispute_probability(s: ArrayLike, d: ArrayLike, rounds: int) -> FloatArray:
    """Return ``prob^s(disputes within mu)`` (equation 16): two or more of s miners find a block within mu.

    With theta = -log w this is ``tail(s*theta) - s * exp(-(s-1)*theta) * tail(theta)``, whose two terms differ by a
    factor of at least s, so the subtraction loses less than two bits.
    """
    s = np.asarray(s, dtype=np.float64)
    theta = rounds * hazard(1, d)
    result: FloatArray = tail(s * theta) - s * np.exp(-(s - 1.0) * theta) * tail(theta)
    return result


def pool_power(l: int, s: int, c: int) -> Fraction:  # noqa: E741 - the paper's symbol
    """Return ``(l/s)**c``: the probability that l corrupted miners of s win c races in a row (whitepaper 6.4)."""
    return Fraction(l, s) ** c


def cost(s: ArrayLike, d: ArrayLike, lam: ArrayLike, TVC: float, TFC: float) -> FloatArray:
    """Return ``Cost(s, r, d) = TVC * E^s(noR) * s + TFC * s`` (equation 5), in the currency of TVC and TFC."""
    s = np.asarray(s, dtype=np.float64)
    result: FloatArray = TVC * expected_rounds(s, d, lam) * s + TFC * s
    return result


def robust_cost(s: int, r: int, d: int, *, u_s: int, u_d: int, TVC: float, TFC: float) -> float:
    """Return the largest cost over ``s - u_s <= s' <= s`` and ``|d - d'| <= u_d`` (equation 18)."""
    miners = np.arange(max(1, s - u_s), s + 1)
    lam = np.array([float(nonce_slice(int(n), r)) for n in miners])
    difficulty = np.arange(max(1, d - u_d), d + u_d + 1)
    return float(np.max(cost(miners[:, None], difficulty[None, :], lam[:, None], TVC, TFC)))
