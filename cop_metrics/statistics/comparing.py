"""How sure a number is and what it is compared with: intervals, comparisons, what may be said of
them, and a scan of many.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import Booleans

Z95 = float(special.ndtri(0.975))
SURELY = 1e6


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A 95 % interval, both ends included; `value in interval` tells whether it holds a target."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """From b to a: the difference or ratio, its 95 % interval, and the two-sided p-value that goes
    into the scan.

    The p-value is below .05 just when the interval leaves out "no change".
    """

    estimate: float
    interval: Interval
    p: float


class Verdict(Enum):
    """What may be said of a comparison: it is clear, nothing that matters is there, or neither is
    known yet.
    """

    CLEAR = "clear"
    SAME = "about the same"
    OPEN = "cannot tell yet"


def verdict(interval: Interval, margin: Interval, *, beyond_noise: bool) -> Verdict:
    """Judge a comparison by its 95 % interval and by the differences (or ratios) too small to
    matter, the `margin`.

    Clear is what passed the tests of all that was compared with it; about the same only what lies
    wholly within the margin.
    """
    if beyond_noise:
        return Verdict.CLEAR
    return Verdict.SAME if interval.low in margin and interval.high in margin else Verdict.OPEN


def first_at_most_zero(falling: Callable[[float], float]) -> float:
    below, above = 0.0, SURELY
    for _ in range(60):
        middle = (below + above) / 2
        if falling(middle) > 0:
            below = middle
        else:
            above = middle
    return above


def turned_round(comparison: Comparison) -> Comparison:
    interval = Interval(low=-comparison.interval.high, high=-comparison.interval.low)
    return Comparison(estimate=-comparison.estimate, interval=interval, p=comparison.p)


def two_sided_p(score: float, freedom: float = inf) -> float:
    return min(1.0, 2 * float(special.stdtr(freedom, -abs(score))))


def welch(variance_a: float, freedom_a: float, variance_b: float, freedom_b: float) -> float:
    """Give the degrees of freedom of the sum of two variances, each found with its own (Welch)."""
    return (variance_a + variance_b) ** 2 / (variance_a**2 / freedom_a + variance_b**2 / freedom_b)


def critical(freedom: float) -> float:
    return float(special.stdtrit(freedom, 0.975))


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> Booleans:
    """Tell which of all p-values scanned are beyond noise at a false discovery rate: a boolean
    each, in order.
    """
    p = np.asarray(p_values, dtype=float)
    if not bool(np.all((p >= 0) & (p <= 1))):
        raise CopError(
            "A p-value is missing or not between 0 and 1. Scan only what could be compared."
        )
    ascending = np.sort(p)
    passing = ascending[ascending <= rate * np.arange(1, p.size + 1) / max(p.size, 1)]
    return p <= passing[-1] if passing.size else np.zeros(p.size, dtype=bool)
