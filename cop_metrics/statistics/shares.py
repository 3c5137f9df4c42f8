"""Shares of posts and of people with their intervals (Wilson), two of them compared (Newcombe), and
within strata.
"""

from dataclasses import dataclass, replace
from math import hypot, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.errors import CopError
from cop_metrics.statistics.comparing import (
    Z95,
    Comparison,
    Interval,
    critical,
    first_at_most_zero,
    turned_round,
    two_sided_p,
    welch,
)
from cop_metrics.statistics.people import Pairs, People, TwoSided


def wilson(hits: float, n: float) -> Interval:
    """Give Wilson's 95 % interval of the share hits / n; n may be a broken, effective size. Of
    nothing: 0 to 1.
    """
    if not (isfinite(n) and 0 <= hits <= n):
        raise CopError(f"There cannot be {hits:g} hits among {n:g}. Give 0 <= hits <= n.")
    return wilson_at(hits, n, Z95)


def wilson_at(hits: float, n: float, z: float) -> Interval:
    if n == 0:
        return Interval(low=0.0, high=1.0)
    share = hits / n
    spread = z * z / n
    middle = (share + spread / 2) / (1 + spread)
    arm = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    low = 0.0 if hits == 0 else min(max(middle - arm, 0.0), share)
    high = 1.0 if hits == n else max(min(middle + arm, 1.0), share)
    return Interval(low=low, high=high)


def clustered_wilson(people: People) -> Interval:
    """Give Wilson's 95 % interval of the share of hits among posts that come from people."""
    return wilson(*people.effective)


def two_sided_wilson(rows: TwoSided) -> Interval | None:
    """Give Wilson's 95 % interval of the share of hits among rows with people on both sides; None
    of too few others.
    """
    if not rows.enough_others:
        return None
    n = rows.people.n / rows.design_effect
    return wilson(min(rows.people.hits / rows.design_effect, n), n)


def newcombe(
    hits_a: float, n_a: float, hits_b: float, n_b: float, freedom: float = inf
) -> Comparison | None:
    """Compare two rates, a - b, by Newcombe's interval (sizes may be effective); None if either is
    of nothing.

    The p-value is the interval turned around: 1 minus the confidence at which it would just touch
    zero. `freedom` is that of Student's t, for design effects estimated from few people.
    """
    wilson(hits_a, n_a), wilson(hits_b, n_b)
    if n_a == 0 or n_b == 0:
        return None
    if hits_a / n_a < hits_b / n_b:
        return turned_round(_newcombe_of_larger(hits_b, n_b, hits_a, n_a, freedom))
    return _newcombe_of_larger(hits_a, n_a, hits_b, n_b, freedom)


def clustered_newcombe(a: People, b: People) -> Comparison | None:
    """Compare two rates over posts, a - b, each at its effective size.

    With Student's t, its degrees of freedom after Welch from the effective number of people:
    without it, scans over groups of few people who post much call noise a change far too often.
    None unless each group has two people or more.
    """
    if min(a.people, b.people) < 2:
        return None
    variance_a, variance_b = _smoothed_variance(*a.effective), _smoothed_variance(*b.effective)
    freedom = welch(variance_a, a.freedom, variance_b, b.freedom)
    return newcombe(*a.effective, *b.effective, freedom)


def paired_people(pairs: Pairs) -> Comparison | None:
    """Compare two shares of people, now - before, most of whom are the same: `paired_newcombe` with
    a row a person and period.

    How alike one person's two rows are is told by those in both periods alone: the correlation of
    their four kinds (did it in both, in one, in the other, in neither), each of one person more, so
    that few people do not seem certain; 0 or more.
    """
    both = (
        1 + pairs.hits_hits,
        1 + pairs.hits_n - pairs.hits_hits,
        1 + pairs.n_hits - pairs.hits_hits,
    )
    did, only_now, only_before = both
    neither = pairs.n_n + 4 - sum(both)
    spread = (did + only_now) * (only_before + neither) * (did + only_before) * (only_now + neither)
    alike = max(0.0, (did * neither - only_now * only_before) / sqrt(spread))
    now, before = (replace(each, likeness=alike) for each in (pairs.now, pairs.before))
    return paired_newcombe(replace(pairs, now=now, before=before))


def paired_newcombe(pairs: Pairs) -> Comparison | None:
    """Compare two rates over posts of two periods, now - before, each at n over the design effect
    of their difference.

    As `clustered_newcombe`, with which it agrees in kind where nobody has posts in both periods.
    """
    now, before = pairs.now, pairs.before
    if min(now.people, before.people) < 2:
        return None
    effect = pairs.design_effect
    size, size_before = ((each.hits / effect, each.n / effect) for each in (now, before))
    freedom = welch(
        _smoothed_variance(*size),
        now.freedom_at(effect),
        _smoothed_variance(*size_before),
        before.freedom_at(effect),
    )
    return newcombe(*size, *size_before, freedom)


def _smoothed_variance(hits: float, n: float) -> float:
    share = (hits + 1) / (n + 2)
    return share * (1 - share) / n


def _newcombe_of_larger(
    hits_a: float, n_a: float, hits_b: float, n_b: float, freedom: float
) -> Comparison:
    def interval(z: float) -> Interval:
        a, b = wilson_at(hits_a, n_a, z), wilson_at(hits_b, n_b, z)
        return Interval(
            low=difference - hypot(share_a - a.low, b.high - share_b),
            high=difference + hypot(a.high - share_a, share_b - b.low),
        )

    share_a, share_b = hits_a / n_a, hits_b / n_b
    difference = share_a - share_b
    touching = first_at_most_zero(lambda z: interval(z).low) if difference > 0 else 0.0
    return Comparison(
        estimate=difference, interval=interval(critical(freedom)), p=two_sided_p(touching, freedom)
    )


@dataclass(frozen=True, kw_only=True)
class Standardised:
    """Two rates as they would be if both had the same mix of strata: `hits` of `n` of each, n at
    its effective size.
    """

    hits_a: float
    n_a: float
    hits_b: float
    n_b: float


def standardised(
    hits_a: ArrayLike, n_a: ArrayLike, hits_b: ArrayLike, n_b: ArrayLike
) -> Standardised | None:
    """Give two rates alike in their strata, from arrays with one place a stratum; None where no
    stratum has both.

    Each stratum weighs n_a n_b / (n_a + n_b), so that the difference is that of Mantel and
    Haenszel. Strata of which one is missing say nothing and are left out.
    """
    hits, sizes = np.array([hits_a, hits_b], dtype=float), np.array([n_a, n_b], dtype=float)
    both = (sizes > 0).all(axis=0)
    if not both.any():
        return None
    hits, sizes = hits[:, both], sizes[:, both]
    weights = sizes.prod(axis=0) / sizes.sum(axis=0)
    weights /= weights.sum()
    shares = np.minimum((hits / sizes) @ weights, 1.0)
    effective = 1 / (weights**2 / sizes).sum(axis=1)
    return Standardised(
        hits_a=float(shares[0] * effective[0]),
        n_a=float(effective[0]),
        hits_b=float(shares[1] * effective[1]),
        n_b=float(effective[1]),
    )
