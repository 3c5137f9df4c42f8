"""Odds over those that are expected, and two of them compared."""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.statistics.arrays import ROUNDING
from cop_metrics.statistics.comparing import Comparison, Interval, critical, two_sided_p, welch


@dataclass(frozen=True, kw_only=True)
class Odds:
    """The logarithm of odds over those expected, its standard error, and the degrees of freedom of
    that.
    """

    log: float
    error: float
    freedom: float

    @property
    def ratio(self) -> float:
        return float(np.exp(self.log))

    @property
    def interval(self) -> Interval:
        """Give the 95 % interval of the ratio."""
        arm = critical(self.freedom) * self.error
        return Interval(low=float(np.exp(self.log - arm)), high=float(np.exp(self.log + arm)))


def odds_over_expected(hits: ArrayLike, n: ArrayLike, expected: ArrayLike) -> Odds | None:
    """Give the odds of a hit over the odds that `expected` hits would have, from arrays with one
    place a person.

    Half a hit and half a miss are added to what was seen, so that none and all have odds too. The
    error is cluster-robust by person, and at least that of independent hits. None where no hit, or
    nothing but hits, could be expected, of all or of each person by themselves, or where there is
    one person only.
    """
    found, sizes, due = (np.asarray(each, dtype=float) for each in (hits, n, expected))
    people, total, all_due = len(sizes), float(sizes.sum()), float(due.sum())
    if people < 2 or not ROUNDING < all_due < total - ROUNDING:
        return None
    odds = (float(found.sum()) + 0.5) / (total - float(found.sum()) + 0.5)
    log = float(np.log(odds) - np.log(all_due / (total - all_due)))
    shares = due / np.maximum(sizes, 1)
    raised = shares * np.exp(log) / (1 - shares + shares * np.exp(log))
    information = float((sizes * raised * (1 - raised)).sum())
    if information <= ROUNDING:
        return None
    scores = ((found - sizes * raised) ** 2).sum() * people / (people - 1)
    error = sqrt(max(1 / information, float(scores) / information**2))
    return Odds(log=log, error=error, freedom=max(1.0, total**2 / float(sizes @ sizes) - 1))


def compared_odds(a: Odds, b: Odds) -> Comparison:
    """Compare two odds over those expected by their ratio, a / b, with Student's t, its degrees of
    freedom after Welch.
    """
    error = hypot(a.error, b.error)
    freedom = welch(a.error**2, a.freedom, b.error**2, b.freedom)
    log, arm = a.log - b.log, critical(freedom) * error
    return Comparison(
        estimate=float(np.exp(log)),
        interval=Interval(low=float(np.exp(log - arm)), high=float(np.exp(log + arm))),
        p=two_sided_p(log / error, freedom),
    )
