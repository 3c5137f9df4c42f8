"""How unevenly help is spread."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import Floats, Integers


def absence_factor(counts: ArrayLike, share: tuple[int, int] = (1, 2)) -> int | None:
    """Give the fewest people who together give at least `share` (numerator, denominator) of all;
    None if nobody gave.

    Exact in whole numbers. The core is (4, 5), the regulars (19, 20).
    """
    given = np.sort(whole_counts(counts))[::-1]
    total = int(given.sum())
    if total == 0:
        return None
    needed = -(-total * share[0] // share[1])
    return int(np.searchsorted(np.cumsum(given), needed)) + 1


def gini(counts: ArrayLike) -> float | None:
    """Give Gini's coefficient, from 0 (all the same) towards 1 (one gave all); None if nobody gave."""
    given = np.sort(whole_counts(counts)).astype(float)
    total = float(given.sum())
    if total == 0:
        return None
    n = len(given)
    return max(0.0, float((2 * np.arange(1, n + 1) - n - 1) @ given) / (n * total))


def lorenz(counts: ArrayLike) -> tuple[Floats, Floats] | None:
    """Give (share of people, share of all given), those who gave least first, from 0 to 1; None if
    nobody gave.
    """
    given = np.sort(whole_counts(counts))
    total = int(given.sum())
    if total == 0:
        return None
    people = np.arange(len(given) + 1) / len(given)
    return people, np.concatenate(([0], np.cumsum(given))) / total


def z_score(answered: int, asked: int) -> float | None:
    """Give (answered - asked) / sqrt(answered + asked) over distinct people; above 0 mostly helps;
    None at 0, 0.
    """
    if answered < 0 or asked < 0:
        raise CopError(
            "People helped and people asked cannot be fewer than none. Count distinct people."
        )
    return (answered - asked) / sqrt(answered + asked) if answered + asked else None


def whole_counts(counts: ArrayLike) -> Integers:
    given = np.asarray(counts)
    whole = given.astype(np.int64)
    if given.ndim != 1 or not bool(np.all(whole == given) and np.all(whole >= 0)):
        raise CopError(
            "Counts per person must be whole numbers of 0 or more. Give one count a person."
        )
    return whole
