"""How sure a number is, what it is compared with, and how unevenly help is spread: pure functions
on arrays.

Every definition is that of the documentation of metrics. To add one: a pure function, its worked
case in `tests/test_statistics.py`, and its laws in `tests/test_statistics_properties.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cached_property
from math import ceil, hypot, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cop_metrics.errors import CopError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Z95 = float(special.ndtri(0.975))
ENOUGH_ANSWERED = 5
ENOUGH_ASKERS = 5
ENOUGH_OTHERS = 5
DRAWS = 1_000
SEED = 20_260_101
ROUNDING = 1e-9
CELLS_AT_ONCE = 1_000_000
SURELY = 1e6
STRETCH_WEEKS, SHORT_STRETCH_WEEKS = 8, 4
ENOUGH_STRETCHES, FEWEST_STRETCHES = 6, 4
ENOUGH_BLOCKS = 3
MOST_ALIKE = 0.9


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


# Rates


def wilson(hits: float, n: float) -> Interval:
    """Give Wilson's 95 % interval of the share hits / n; n may be a broken, effective size. Of
    nothing: 0 to 1.
    """
    if not (isfinite(n) and 0 <= hits <= n):
        raise CopError(f"There cannot be {hits:g} hits among {n:g}. Give 0 <= hits <= n.")
    return _wilson(hits, n, Z95)


def _wilson(hits: float, n: float, z: float) -> Interval:
    if n == 0:
        return Interval(low=0.0, high=1.0)
    share = hits / n
    spread = z * z / n
    middle = (share + spread / 2) / (1 + spread)
    arm = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    low = 0.0 if hits == 0 else min(max(middle - arm, 0.0), share)
    high = 1.0 if hits == n else max(min(middle + arm, 1.0), share)
    return Interval(low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class People:
    """Posts of people summed up as far as intervals need it: `n` posts, `hits` among them, and
    powers of each one's.

    `n_n`, `n_3` and `n_4` are the sums of each one's n to the second, third and fourth power,
    `hits_n` of hits x n. `likeness`: how alike one person's posts are in the whole community, as
    `likeness` finds it; 0 where that is not known.
    """

    people: float
    n: float
    hits: float
    hits_hits: float
    hits_n: float
    n_n: float
    n_3: float
    n_4: float
    likeness: float = 0.0

    @classmethod
    def of(
        cls, hits_per_person: ArrayLike, n_per_person: ArrayLike, likeness: float = 0.0
    ) -> "People":
        """Sum up two arrays, one place a person; people without a post are nobody. Raise `CopError`
        unless 0 <= hits <= n.
        """
        hits, n = _people(hits_per_person, n_per_person)
        squares = n * n
        return cls(
            people=len(n),
            n=float(n.sum()),
            hits=float(hits.sum()),
            hits_hits=float(hits @ hits),
            hits_n=float(hits @ n),
            n_n=float(n @ n),
            n_3=float(squares @ n),
            n_4=float(squares @ squares),
            likeness=likeness,
        )

    def __add__(self, other: "People") -> "People":
        sums = {name: getattr(self, name) + getattr(other, name) for name in SUMMED_UP}
        return People(**sums, likeness=max(self.likeness, other.likeness))

    @property
    def design_effect(self) -> float:
        """Return the variance of hits / n over that of independent posts, as people repeat
        themselves.

        The larger of what these people's own posts say and of what the likeness in the whole
        community lets expect of people who post as unequally: few people's own posts say too
        little. 1 if each has one post.
        """
        return max(self.own_design_effect, pooled_design_effect(self.n, self.n_n, self.likeness))

    @property
    def own_design_effect(self) -> float:
        """Return the cluster-robust variance of the ratio, with the usual factor for few people,
        over p (1 - p) / (n - 1).

        Never below 1. It is 1 where nothing can be learned: one person, none, or a share of 0 or 1.
        """
        if self.people < 2 or not 0 < self.hits < self.n:
            return 1.0
        share = self.hits / self.n
        robust = self.residuals(share) / self.n**2 * self.people / (self.people - 1)
        independent = share * (1 - share) / (self.n - 1) if self.n > 1 else inf
        return max(1.0, robust / independent)

    def residuals(self, share: float) -> float:
        """Return the sum of squares of each one's hits beyond that share of their posts."""
        return self.hits_hits - 2 * share * self.hits_n + share**2 * self.n_n

    @property
    def effective(self) -> tuple[float, float]:
        """Return (hits, n), both divided by the design effect: what `wilson` and `newcombe` take
        for rates over posts.
        """
        n = self.n / self.design_effect
        return min(self.hits / self.design_effect, n), n

    @property
    def freedom(self) -> float:
        """Return the effective number of people less one; each weighs by the variance that comes
        with the likeness found.
        """
        return self.freedom_at(self.design_effect)

    def freedom_at(self, design_effect: float) -> float:
        """Return the effective number of people less one at a design effect."""
        repeats = self.n_n / self.n - 1
        likeness = min(1.0, max(0.0, design_effect - 1) / repeats) if repeats > 0 else 0.0
        once = 1 - likeness
        variances = once * self.n + likeness * self.n_n
        squares = once**2 * self.n_n + 2 * once * likeness * self.n_3 + likeness**2 * self.n_4
        return max(1.0, variances**2 / squares - 1)


SUMMED_UP = tuple(each.name for each in fields(People) if each.name != "likeness")
"""The sums that make `People`, by name."""


def pooled_design_effect(n: float, n_n: float, likeness: float) -> float:
    """Return the design effect of `n` posts by people of whom the squares of numbers of posts add
    up to `n_n`; 1 or more.
    """
    return 1 + (n_n / n - 1) * likeness if n > 0 else 1.0


def likeness(
    n_per_person: ArrayLike, sums_per_person: ArrayLike, squares_per_person: ArrayLike
) -> float:
    """Return how alike the values of one person are, from 0 (as those of strangers) to 1: the
    intraclass correlation.

    By analysis of variance (Donner 1986), from the number of values of each person, their sum, and
    the sum of their squares; of hits, both sums are the hits. 0 where nothing can be learned: one
    person, or nobody with two values.
    """
    n, sums, squares = (
        np.asarray(each, dtype=float)
        for each in (n_per_person, sums_per_person, squares_per_person)
    )
    people, total = len(n), float(n.sum())
    if people < 2 or total <= people:
        return 0.0
    own = float((sums**2 / n).sum())
    between = (own - float(sums.sum()) ** 2 / total) / (people - 1)
    within = (float(squares.sum()) - own) / (total - people)
    size = (total - float(n @ n) / total) / (people - 1)
    spread = between + (size - 1) * within
    return min(1.0, max(0.0, (between - within) / spread)) if spread > 0 else 0.0


def clustered_wilson(people: People) -> Interval:
    """Give Wilson's 95 % interval of the share of hits among posts that come from people."""
    return wilson(*people.effective)


@dataclass(frozen=True, kw_only=True)
class TwoSided:
    """The same rows summed up by the `people` on one side, by the `others` on the other side, and
    by `pairs` of both.

    A read has a reader and the one whose knowledge is read: each of both repeats themselves, and
    each may be few. `hits_at_once`: how many hits come together at least. What comes in twos varies
    twice as much as what comes alone, which rows with few hits, or none, do not show.
    """

    people: People
    others: People
    pairs: People
    hits_at_once: int = 1

    @property
    def enough_others(self) -> bool:
        """Say whether rows come from effectively five others or more: of fewer nobody can tell what
        others would be like.
        """
        return _effective_number(self.others.n, self.others.n_n) >= ENOUGH_OTHERS

    @property
    def design_effect(self) -> float:
        """Return the variance of hits / n over that of independent rows, as people on both sides
        repeat themselves.

        The variance over one side and that over the other, less that over pairs, which both count
        (Cameron, Gelbach and Miller 2011); never below that over either side. Where hits or misses
        come from effectively fewer than five others, rows say too little of how alike those of one
        other are: each other then counts as one row.
        """
        people, others, pairs = self.people, self.others, self.pairs
        effect = max(
            float(self.hits_at_once),
            people.design_effect,
            others.design_effect,
            people.own_design_effect + others.own_design_effect - pairs.own_design_effect,
        )
        return max(effect, others.n_n / others.n) if self._few_tell else effect

    @property
    def _few_tell(self) -> bool:
        others = self.others
        misses_misses = others.n_n - 2 * others.hits_n + others.hits_hits
        behind_hits = _effective_number(others.hits, others.hits_hits)
        return (
            min(behind_hits, _effective_number(others.n - others.hits, misses_misses))
            < ENOUGH_OTHERS
        )


def _effective_number(total: float, squares: float) -> float:
    """Return of how many equal parts as unequal ones of this total and sum of squares are worth."""
    return total**2 / squares if squares > 0 else 0.0


def two_sided_wilson(rows: TwoSided) -> Interval | None:
    """Give Wilson's 95 % interval of the share of hits among rows with people on both sides; None
    of too few others.
    """
    if not rows.enough_others:
        return None
    n = rows.people.n / rows.design_effect
    return wilson(min(rows.people.hits / rows.design_effect, n), n)


def clustered_mean(
    sums_per_person: ArrayLike,
    n_per_person: ArrayLike,
    squares_per_person: ArrayLike | None = None,
    likeness: float = 0.0,
) -> tuple[float, Interval | None]:
    """Give sum(sums) / sum(n), a mean over posts that come from people, and its 95 % interval.

    Its variance is the larger of the cluster-robust one and, where each one's sum of squares is
    given, of that with the design effect that the likeness in the whole community lets expect. With
    one post each it is `mean_interval`. Sums are 0 or more, so it is cut at 0; None where one
    person says nothing about others.
    """
    sums, sizes = np.asarray(sums_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    people, n = len(sizes), float(sizes.sum())
    if n <= 0:
        raise CopError("There is no mean of nothing. Choose a period with questions in it.")
    mean = float(sums.sum()) / n
    if people < 2:
        return mean, None
    variance = float(((sums - mean * sizes) ** 2).sum()) * people / (people - 1) / n**2
    if squares_per_person is not None:
        spread = max(0.0, float(np.asarray(squares_per_person, dtype=float).sum()) / n - mean**2)
        variance = max(
            variance, spread / (n - 1) * pooled_design_effect(n, float(sizes @ sizes), likeness)
        )
    arm = _critical(people - 1) * sqrt(variance)
    return mean, Interval(low=max(0.0, mean - arm), high=mean + arm)


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
        return _reversed(_newcombe_of_larger(hits_b, n_b, hits_a, n_a, freedom))
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
    freedom = (variance_a + variance_b) ** 2 / (
        variance_a**2 / a.freedom + variance_b**2 / b.freedom
    )
    return newcombe(*a.effective, *b.effective, freedom)


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The same people's posts in two periods, `now` and `before`, and what joins them.

    `both`: people with posts in both. `hits_hits`, `hits_n`, `n_hits`, `n_n`: the sums over people
    of the product of their hits or number of posts now (named first) with that before.
    """

    now: People
    before: People
    both: float
    hits_hits: float
    hits_n: float
    n_hits: float
    n_n: float

    @property
    def design_effect(self) -> float:
        """Return the variance of the difference of both rates over that of independent posts.

        Each person adds to the difference what both their residuals come to, so that what is the
        same in both periods cancels out: it can be below 1, though never below a tenth. As in one
        period, it is the larger of their own (cluster-robust, over all people of either period) and
        of the one expected by the likeness in the whole community.
        """
        now, before = self.now, self.before
        alike = min(MOST_ALIKE, max(now.likeness, before.likeness))
        once = 1 / now.n + 1 / before.n
        squares = now.n_n / now.n**2 + before.n_n / before.n**2 - 2 * self.n_n / (now.n * before.n)
        return max(self._own_design_effect, 1 - alike + alike * max(0.0, squares) / once)

    @property
    def _own_design_effect(self) -> float:
        now, before = self.now, self.before
        shares = share, share_before = now.hits / now.n, before.hits / before.n
        independent = sum(
            p * (1 - p) / (n - 1) if n > 1 else inf
            for p, n in zip(shares, (now.n, before.n), strict=True)
        )
        people = now.people + before.people - self.both
        if people < 2 or independent == 0:
            return 0.0
        product = (
            self.hits_hits
            - share_before * self.hits_n
            - share * self.n_hits
            + share * share_before * self.n_n
        )
        residuals = (
            now.residuals(share) / now.n**2
            + before.residuals(share_before) / before.n**2
            - 2 * product / (now.n * before.n)
        )
        return max(0.0, residuals) * people / (people - 1) / independent


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
    sizes = (now.hits / effect, now.n / effect, before.hits / effect, before.n / effect)
    variances = _smoothed_variance(*sizes[:2]), _smoothed_variance(*sizes[2:])
    freedoms = now.freedom_at(effect), before.freedom_at(effect)
    freedom = sum(variances) ** 2 / (
        variances[0] ** 2 / freedoms[0] + variances[1] ** 2 / freedoms[1]
    )
    return newcombe(*sizes, freedom)


def _smoothed_variance(hits: float, n: float) -> float:
    share = (hits + 1) / (n + 2)
    return share * (1 - share) / n


def _newcombe_of_larger(
    hits_a: float, n_a: float, hits_b: float, n_b: float, freedom: float
) -> Comparison:
    def interval(z: float) -> Interval:
        a, b = _wilson(hits_a, n_a, z), _wilson(hits_b, n_b, z)
        return Interval(
            low=difference - hypot(share_a - a.low, b.high - share_b),
            high=difference + hypot(a.high - share_a, share_b - b.low),
        )

    share_a, share_b = hits_a / n_a, hits_b / n_b
    difference = share_a - share_b
    touching = _first_at_most_zero(lambda z: interval(z).low) if difference > 0 else 0.0
    return Comparison(
        estimate=difference, interval=interval(_critical(freedom)), p=_two_sided(touching, freedom)
    )


def _first_at_most_zero(falling: Callable[[float], float]) -> float:
    below, above = 0.0, SURELY
    for _ in range(60):
        middle = (below + above) / 2
        if falling(middle) > 0:
            below = middle
        else:
            above = middle
    return above


def _reversed(comparison: Comparison) -> Comparison:
    interval = Interval(low=-comparison.interval.high, high=-comparison.interval.low)
    return Comparison(estimate=-comparison.estimate, interval=interval, p=comparison.p)


def _two_sided(score: float, freedom: float = inf) -> float:
    return min(1.0, 2 * float(special.stdtr(freedom, -abs(score))))


def _critical(freedom: float) -> float:
    return float(special.stdtrit(freedom, 0.975))


def _people(hits_per_person: ArrayLike, n_per_person: ArrayLike) -> tuple[Floats, Floats]:
    """Give both arrays without the people who have no post; raise `CopError` unless 0 <= hits <= n
    for each.
    """
    hits, sizes = np.asarray(hits_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    if hits.shape != sizes.shape or hits.ndim != 1:
        raise CopError(
            "Hits and sizes must be two lists of the same people. Give one number of each a person."
        )
    if not bool(np.all((hits >= 0) & (hits <= sizes) & np.isfinite(sizes))):
        raise CopError(
            "Someone has more hits than posts, or fewer than none. Give 0 <= hits <= n for each person."
        )
    present = sizes > 0
    return hits[present], sizes[present]


# Rates within strata


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


# A part against the rest


def against_the_rest(
    sums_per_person: ArrayLike, n_per_person: ArrayLike, other_sums: ArrayLike, other_n: ArrayLike
) -> tuple[float, float] | None:
    """Give (difference, p) of the mean of a part of all posts, less that of the rest; arrays with
    one place a person.

    Each may have posts in both. The variance is cluster-robust by person, and at least that which
    all posts together have around their mean, so that a part in which nothing varies is not taken
    for certain. With Student's t, its degrees of freedom from how many people weigh in the part.
    None where either is of nothing, or the part is one person's.
    """
    sums, n, others, m = (
        np.asarray(each, dtype=float)
        for each in (sums_per_person, n_per_person, other_sums, other_n)
    )
    size, rest = float(n.sum()), float(m.sum())
    people = int((n > 0).sum())
    if rest <= 0 or people < 2:
        return None
    own, mean = float(sums.sum()) / size, float(others.sum()) / rest
    difference, overall = own - mean, float((sums + others).sum()) / (size + rest)
    parts = (sums - own * n) / size - (others - mean * m) / rest
    pooled = (
        float(((sums + others - overall * (n + m)) ** 2).sum())
        / (size + rest)
        * (1 / size + 1 / rest)
    )
    error = sqrt(max(float((parts**2).sum()) * people / (people - 1), pooled))
    freedom = max(1.0, size**2 / float(n @ n) - 1)
    if error == 0:
        return difference, 1.0
    return difference, _two_sided(difference / error, freedom)


# Odds over those that are expected


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
        arm = _critical(self.freedom) * self.error
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
    freedom = error**4 / (a.error**4 / a.freedom + b.error**4 / b.freedom)
    log, arm = a.log - b.log, _critical(freedom) * error
    return Comparison(
        estimate=float(np.exp(log)),
        interval=Interval(low=float(np.exp(log - arm)), high=float(np.exp(log + arm))),
        p=_two_sided(log / error, freedom),
    )


# Counts


@dataclass(frozen=True, kw_only=True)
class Unsteadiness:
    """How much a community's counts differ from one stretch of weeks to the next, beyond chance:
    its good and bad months.

    `variance`: of a stretch of `weeks` weeks, relative to its mean squared. `freedom`: stretches
    seen, less one.
    """

    variance: float
    weeks: int
    freedom: int


def unsteadiness(weekly_counts: ArrayLike, weekly_exposures: ArrayLike) -> Unsteadiness | None:
    """Find how unsteady a community is, from its whole weeks in order and how much of its members
    each one had.

    Stretches of 8 weeks, of 4 where there are fewer than 6 of 8; None with fewer than 4 of 4, or
    where nothing was counted.
    """
    counts, exposures = (
        np.asarray(weekly_counts, dtype=float),
        np.asarray(weekly_exposures, dtype=float),
    )
    weeks = (
        STRETCH_WEEKS if len(counts) >= ENOUGH_STRETCHES * STRETCH_WEEKS else SHORT_STRETCH_WEEKS
    )
    stretches = len(counts) // weeks
    if stretches < FEWEST_STRETCHES:
        return None
    latest = slice(len(counts) - stretches * weeks, None)
    counts, exposures = (
        counts[latest].reshape(stretches, weeks),
        exposures[latest].reshape(stretches, weeks),
    )
    if counts.sum() == 0 or exposures.sum() <= 0:
        return None
    expected = counts.sum() / exposures.sum() * exposures.sum(axis=1)
    within = [_pearson(each) for each in counts]
    chance = max(
        1.0, sum(squares for squares, _ in within) / max(1, sum(freedom for _, freedom in within))
    )
    between = ((counts.sum(axis=1) - expected) ** 2).sum() * stretches / (stretches - 1)
    variance = max(0.0, float((between - chance * expected.sum()) / (expected**2).sum()))
    return Unsteadiness(variance=variance, weeks=weeks, freedom=stretches - 1)


def dispersion(
    weekly_a: ArrayLike,
    weekly_b: ArrayLike,
    months: Unsteadiness | None = None,
    a_week: float = 0.0,
) -> tuple[float, float]:
    """Give (dispersion, degrees of freedom) of weekly counts around the mean of their own period.

    The dispersion is variance over that of Poisson counts, at least 1; 0 degrees of freedom mean
    that it is not known. It is the largest of that of weeks, with what the community's good and bad
    `months` add to a mean of `a_week`, and of that of blocks of four weeks, where both periods have
    three or more: a month's luck lasts longer than a week.
    """
    weekly, weeks = _dispersed(weekly_a, weekly_b)
    found = weekly, float(weeks)
    if months:
        lasting = months.variance * months.weeks * a_week
        parts = (weekly**2 / weeks if weeks else 0.0) + lasting**2 / months.freedom
        found = weekly + lasting, (weekly + lasting) ** 2 / parts if parts else 0.0
    blocks = [_in_blocks(weekly_a), _in_blocks(weekly_b)]
    if min(len(each) for each in blocks) >= ENOUGH_BLOCKS:
        found = max(found, _dispersed(*blocks))
    return found


def _dispersed(weekly_a: ArrayLike, weekly_b: ArrayLike) -> tuple[float, int]:
    found = [_pearson(np.asarray(weekly, dtype=float)) for weekly in (weekly_a, weekly_b)]
    squares, freedom = (sum(each) for each in zip(*found, strict=True))
    return (max(1.0, squares / freedom) if freedom else 1.0), int(freedom)


def _pearson(counts: Floats) -> tuple[float, int]:
    """Give the sum of squares of counts around their mean over that mean, and its degrees of
    freedom.
    """
    if counts.size < 2 or counts.sum() <= 0:
        return 0.0, 0
    return float(((counts - counts.mean()) ** 2).sum() / counts.mean()), counts.size - 1


def _in_blocks(weekly: ArrayLike) -> Floats:
    """Give the counts of blocks of four weeks, the latest weeks first of all."""
    counts = np.asarray(weekly, dtype=float)
    latest = counts[counts.size % SHORT_STRETCH_WEEKS :]
    sums: Floats = latest.reshape(-1, SHORT_STRETCH_WEEKS).sum(axis=1)
    return sums


def rate_ratio(
    count_a: float,
    exposure_a: float,
    count_b: float,
    exposure_b: float,
    weekly_a: ArrayLike,
    weekly_b: ArrayLike,
    *,
    months: Unsteadiness | None = None,
    days: float | None = None,
) -> Comparison | None:
    """Compare two counts by the ratio of their rates, a / b, dispersed as the weekly counts are
    (quasi-Poisson).

    Exposures: days, or days of members; `days`: those of both periods together, where they are not.
    `months`: the community's good and bad ones, by which counts are dispersed too. Given the total,
    a's part is a share: its Wilson interval at total / dispersion, with Student's t as dispersion
    is estimated, is turned into the ratio; the p-value is that of the same score. Without two weeks
    in either period the dispersion is taken as 1. None if both counts are 0; infinite if only b's
    is.
    """
    if min(count_a, count_b) < 0 or not (0 < exposure_a < inf and 0 < exposure_b < inf):
        raise CopError(
            "Counts to compare must be 0 or more, over 1 day or more. Choose a period with days in it."
        )
    if count_a + count_b == 0:
        return None
    a_week = (count_a + count_b) / (exposure_a + exposure_b if days is None else days) * 7
    extra, known = dispersion(weekly_a, weekly_b, months, a_week)
    freedom = known or inf
    hits, n = count_a / extra, (count_a + count_b) / extra
    part = _wilson(min(hits, n), n, _critical(freedom))
    ends = [_ratio_of(share, exposure_a, exposure_b) for share in (part.low, part.high)]
    even = exposure_a / (exposure_a + exposure_b)
    score = (hits / n - even) / sqrt(even * (1 - even) / n)
    estimate = _ratio_of(count_a / (count_a + count_b), exposure_a, exposure_b)
    interval = Interval(low=min(ends[0], estimate), high=max(ends[1], estimate))
    return Comparison(estimate=estimate, interval=interval, p=_two_sided(score, freedom))


def _ratio_of(share: float, exposure_a: float, exposure_b: float) -> float:
    return inf if share >= 1 else share / (1 - share) * exposure_b / exposure_a


# Times


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve:
    """The share still waiting after each distinct duration, as Kaplan and Meier estimate it: arrays
    of one length.

    `times`: distinct durations, ascending, in the unit given, those of the censored too. `at_risk`:
    still waiting just before. `answered`: answered then. `survival`: the share waiting after, `low`
    to `high` its log-log Greenwood band, of which the variance is `design_effect` times as large,
    as one person's waits are alike.
    """

    times: Floats
    at_risk: Integers
    answered: Integers
    survival: Floats
    design_effect: float = 1.0

    @property
    def low(self) -> Floats:
        return self.band[0]

    @property
    def high(self) -> Floats:
        return self.band[1]

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """Give the lower and the upper end, found when first asked for, as it takes longer than the
        rest.
        """
        return _log_log_band(self.survival, self.at_risk, self.answered, self.design_effect)

    def quantile(self, q: float) -> float | None:
        """Give the shortest time by which a share q is answered, 0 < q < 1; None if that was not
        reached.
        """
        if not 0 < q < 1:
            raise CopError(
                f"There is no quantile {q:g}. Give one between 0 and 1, such as 0.5 for the median."
            )
        reached = np.flatnonzero(self.survival <= 1 - q + ROUNDING)
        return float(self.times[reached[0]]) if reached.size else None

    @property
    def median(self) -> float | None:
        """Give the time by which half are answered, or None if that was not reached."""
        return self.quantile(0.5)

    def at(self, times: ArrayLike) -> Floats:
        """Give the share still waiting after each of `times`; past the last duration it stays as it
        was.
        """
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        return np.concatenate(([1.0], self.survival))[steps]

    @property
    def low_at_first(self) -> float:
        """Give the lower end before the first duration: that of none of all."""
        return float(_low_of_none(self.at_risk[:1], self.design_effect)[0])

    def band_at(self, times: ArrayLike) -> tuple[Floats, Floats]:
        """Give the lower and the upper end after each of `times`."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        return np.append(self.low_at_first, self.low)[steps], np.append(1.0, self.high)[steps]

    def at_risk_at(self, times: ArrayLike) -> Integers:
        """Give how many were still waiting, and watched, just before each of `times`."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="left")
        return np.append(self.at_risk, 0)[steps]


def survival(
    durations: ArrayLike,
    observed: ArrayLike,
    counts: ArrayLike | None = None,
    *,
    design_effect: float = 1.0,
) -> SurvivalCurve:
    """Give the Kaplan-Meier curve: `durations` until the answer where `observed`, else until one
    stopped looking.

    `counts`: how many questions each row stands for, one where there are none. `design_effect`:
    that of the waits.
    """
    waited, ended = _durations(durations, observed)
    if counts is None:
        times, at_risk, answered = _table_of_waits(waited, ended)
    else:
        times, at_risk, answered = _table_of_counted_waits(waited, ended, _counts(counts))
    waiting: Floats = np.cumprod(1 - answered / at_risk, dtype=np.float64)
    return SurvivalCurve(
        times=times,
        at_risk=at_risk,
        answered=answered,
        survival=waiting,
        design_effect=design_effect,
    )


def _table_of_waits(waited: Floats, answered: Booleans) -> tuple[Floats, Integers, Integers]:
    """Give distinct durations, ascending, with how many still waited just before and how many were
    answered then.
    """
    # Without the sign, the bits of floats sort as the floats do: duration and outcome need only one
    # sort together.
    keys = np.sort((waited.view(np.uint64) << np.uint64(1)) | answered.astype(np.uint64))
    ascending = (keys >> np.uint64(1)).view(np.float64)
    first = np.ones(len(keys), dtype=bool)
    first[1:] = ascending[1:] != ascending[:-1]
    starts = np.flatnonzero(first).astype(np.int64)
    answered_up_to = np.append(0, np.cumsum(keys & np.uint64(1), dtype=np.int64))
    return (
        ascending[starts],
        len(keys) - starts,
        np.diff(answered_up_to[np.append(starts, len(keys))]),
    )


def _table_of_counted_waits(
    waited: Floats, answered: Booleans, counts: Integers
) -> tuple[Floats, Integers, Integers]:
    """Give the table of waits whose rows stand for several questions each."""
    if len(counts) != len(waited):
        raise CopError(
            "Durations and counts must be two lists of the same questions. Give one count a duration."
        )
    times, places = np.unique(waited, return_inverse=True)
    followed, ended = np.zeros(len(times), dtype=np.int64), np.zeros(len(times), dtype=np.int64)
    np.add.at(followed, places, counts)
    np.add.at(ended, places, counts * answered)
    return times, followed[::-1].cumsum()[::-1], ended


def _log_log_band(
    waiting: Floats, at_risk: Integers, answered: Integers, design_effect: float
) -> tuple[Floats, Floats]:
    """Give Greenwood's band on the log(-log) scale; where nobody waits any more, from 0 to the last
    upper end.

    As long as nobody is answered that has no width: there it reaches down to Wilson's interval of
    none of those still followed.
    """
    between = slice(np.count_nonzero(waiting >= 1), np.count_nonzero(waiting > 0))
    survivors = at_risk[between] - answered[between]
    variance = np.cumsum(answered[between] / (at_risk[between] * survivors)) * design_effect
    logs = np.log(waiting[between])
    width = np.exp(-Z95 * np.sqrt(variance) / logs)
    low, high = np.ones(len(waiting)), np.ones(len(waiting))
    low[: between.start] = _low_of_none(at_risk[: between.start], design_effect)
    low[between], high[between] = np.exp(logs * width), np.exp(logs / width)
    low[between.stop :] = 0.0
    if between.stop > between.start:
        high[between.stop :] = high[between.stop - 1]
    return low, high


def _low_of_none(at_risk: Integers, design_effect: float) -> Floats:
    """Give the lower end of the share still waiting where none of so many was answered."""
    low: Floats = at_risk / (at_risk + Z95**2 * design_effect)
    return low


def _durations(durations: ArrayLike, observed: ArrayLike) -> tuple[Floats, Booleans]:
    waited, answered = np.asarray(durations, dtype=float), np.asarray(observed, dtype=bool)
    if waited.shape != answered.shape or waited.ndim != 1:
        raise CopError(
            "Durations and outcomes must be two lists of the same questions. Give one of each a question."
        )
    if not bool(np.all(waited >= 0) and np.all(np.isfinite(waited))):
        raise CopError(
            "A duration is negative or missing. Give seconds from the question on, 0 or more."
        )
    return waited, answered


@dataclass(frozen=True, kw_only=True)
class LogRank:
    """Whether curves differ at all: the statistic `chi2` and its p-value. It does not say which is
    faster, or when.
    """

    chi2: float
    p: float


def log_rank(*curves: SurvivalCurve) -> LogRank | None:
    """Test whether two or more curves differ; None with fewer than two, or fewer than 5 answered in
    any of them.

    Chi-square is divided by the mean design effect of the contrasts between the curves (Rao and
    Scott 1981): that of a small group weighs most, as its curve is the least sure.
    """
    if len(curves) < 2 or min(int(curve.answered.sum()) for curve in curves) < ENOUGH_ANSWERED:
        return None
    times = np.unique(np.concatenate([curve.times[curve.answered > 0] for curve in curves]))
    at_risk = np.stack([curve.at_risk_at(times) for curve in curves]).astype(float)
    all_at_risk = at_risk.sum(axis=0)
    answered = np.zeros(len(times))
    for curve in curves:
        answered[np.searchsorted(times, curve.times[curve.answered > 0])] += curve.answered[
            curve.answered > 0
        ]
    share = at_risk / all_at_risk
    excess = np.array([curve.answered.sum() for curve in curves]) - share @ answered
    weight = answered * (all_at_risk - answered) / np.maximum(all_at_risk - 1, 1)
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    # The excesses add up to 0, so that the last group follows from the others.
    others = slice(len(curves) - 1)
    chi2 = float(
        excess[others] @ np.linalg.pinv(covariance[others, others], hermitian=True) @ excess[others]
    )
    chi2 /= _mean_design_effect(curves)
    return LogRank(chi2=chi2, p=float(special.chdtrc(len(curves) - 1, chi2)))


def _mean_design_effect(curves: Sequence[SurvivalCurve]) -> float:
    sizes = np.array([curve.at_risk[0] for curve in curves], dtype=float)
    effects = np.array([curve.design_effect for curve in curves])
    return float((1 - sizes / sizes.sum()) @ effects) / (len(curves) - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Waits:
    """The questions of one group, a row each: how long, whether answered then, and by whom asked (a
    sortable key).
    """

    durations: ArrayLike
    observed: ArrayLike
    askers: ArrayLike


def bootstrap_median_difference(
    a: Waits, b: Waits, *, draws: int = DRAWS, seed: int = SEED
) -> Comparison | None:
    """Compare two median waits, a - b, in the unit given, by drawing askers with all their
    questions.

    None where either median is not reached, or either group has effectively fewer than five askers.
    Askers of both groups are drawn together, so that one who is in both counts in both. In a draw,
    "not reached" is infinite, and a group that is empty, or both not reached, speaks for no
    difference. The interval is the percentile interval, expanded by Student's t for few askers
    (Hesterberg 2015); the p-value is that of the draws beyond zero. Where no draw is there, it is
    the tail for the interval's half width, if smaller: 1,000 draws alone could never pass a long
    scan.
    """
    median_a = survival(a.durations, a.observed).median
    median_b = survival(b.durations, b.observed).median
    freedom = min(_effective_askers(a), _effective_askers(b)) - 1
    if median_a is None or median_b is None or freedom < ENOUGH_ASKERS - 1:
        return None
    difference = median_a - median_b
    differences = np.sort(_drawn_differences(a, b, draws, seed))
    outside = max(0, ceil(float(special.ndtr(-_critical(freedom))) * (draws + 1)) - 2)
    interval = Interval(
        low=min(float(differences[outside]), difference),
        high=max(float(differences[-1 - outside]), difference),
    )
    return Comparison(
        estimate=difference,
        interval=interval,
        p=_drawn_p(differences, difference, interval, freedom),
    )


def _effective_askers(waits: Waits) -> float:
    questions = np.unique(np.asarray(waits.askers), return_counts=True)[1]
    return float(questions.sum() ** 2 / (questions**2).sum()) if questions.size else 0.0


def _drawn_p(differences: Floats, difference: float, interval: Interval, freedom: float) -> float:
    beyond = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    p = _two_sided(float(special.ndtri(min(0.5, (beyond + 1) / (len(differences) + 1)))), freedom)
    half = (interval.high - interval.low) / 2
    if beyond == 0 and half < inf:
        return min(
            p, _two_sided(_critical(freedom) * abs(difference) / half, freedom) if half else 0.0
        )
    return p


def _drawn_differences(a: Waits, b: Waits, draws: int, seed: int) -> Floats:
    askers, places = np.unique(
        np.concatenate([np.asarray(a.askers), np.asarray(b.askers)]), return_inverse=True
    )
    groups = [
        _in_order_of_time(waits, places_of_group)
        for waits, places_of_group in zip(
            (a, b), np.split(places, [len(np.asarray(a.askers))]), strict=True
        )
    ]
    random = np.random.default_rng(seed)
    rows = max(1, CELLS_AT_ONCE // len(places))
    differences = []
    for start in range(0, draws, rows):
        times_drawn = _times_drawn(random, min(rows, draws - start), len(askers))
        median_a, median_b = (_drawn_medians(times_drawn, *group) for group in groups)
        known = ~(
            np.isnan(median_a) | np.isnan(median_b) | (np.isinf(median_a) & np.isinf(median_b))
        )
        differences.append(np.subtract(median_a, median_b, out=np.zeros(len(known)), where=known))
    return np.concatenate(differences)


def _in_order_of_time(waits: Waits, askers: Integers) -> tuple[Floats, Booleans, Integers]:
    waited, answered = _durations(waits.durations, waits.observed)
    if len(waited) != len(askers):
        raise CopError(
            "Durations and askers must be two lists of the same questions. Give one of each a question."
        )
    order = np.lexsort((~answered, waited))
    return waited[order], answered[order], askers[order]


def _times_drawn(random: np.random.Generator, draws: int, askers: int) -> Integers:
    """Give how many times each asker is drawn: draws x askers."""
    drawn = random.integers(askers, size=(draws, askers)) + np.arange(draws)[:, None] * askers
    return np.bincount(drawn.ravel(), minlength=draws * askers).reshape(draws, askers)


def _drawn_medians(
    times_drawn: Integers, waited: Floats, answered: Booleans, askers: Integers
) -> Floats:
    """Give the median of each draw, infinite where not reached, nan where nobody of the group was
    drawn.

    Between two questions that nobody followed to an answer the factors of Kaplan and Meier cancel,
    so that the share still waiting is that before such a stretch times those left over those at
    risk at its start. Each draw is followed from stretch to stretch, and only within the one in
    which half are answered from question to question.
    """
    first, last = _stretches(answered)
    up_to = np.cumsum(np.take(times_drawn.astype(np.int32), askers, axis=1), axis=1, dtype=np.int32)
    total = up_to[:, -1]
    at_risk = total[:, None] - np.where(first > 0, up_to[:, first - 1], 0)
    # Behind the last question drawn nobody is at risk, and the share stays as it is.
    kept = np.where(at_risk > 0, (total[:, None] - up_to[:, last]) / np.maximum(at_risk, 1), 1.0)
    waiting = np.cumprod(kept, axis=1)
    below = waiting <= 0.5 + ROUNDING
    draw, stretch = np.arange(len(total)), below.argmax(axis=1)
    before = np.where(stretch > 0, waiting[draw, stretch - 1], 1.0)
    answered_by_then = np.ceil(total - (0.5 + ROUNDING) * at_risk[draw, stretch] / before).astype(
        np.int32
    )
    place = np.count_nonzero(up_to < answered_by_then[:, None], axis=1)
    medians = np.where(below[draw, stretch], waited[np.minimum(place, len(waited) - 1)], inf)
    return np.where(total > 0, medians, np.nan)


def _stretches(answered: Booleans) -> tuple[Integers, Integers]:
    """Give the places of the first and the last of each stretch of questions that were answered."""
    edges = np.diff(np.concatenate(([0], answered.astype(np.int8), [0])))
    return np.flatnonzero(edges > 0), np.flatnonzero(edges < 0) - 1


# Scans


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


# Concentration


def absence_factor(counts: ArrayLike, share: tuple[int, int] = (1, 2)) -> int | None:
    """Give the fewest people who together give at least `share` (numerator, denominator) of all;
    None if nobody gave.

    Exact in whole numbers. The core is (4, 5), the regulars (19, 20).
    """
    given = np.sort(_counts(counts))[::-1]
    total = int(given.sum())
    if total == 0:
        return None
    needed = -(-total * share[0] // share[1])
    return int(np.searchsorted(np.cumsum(given), needed)) + 1


def gini(counts: ArrayLike) -> float | None:
    """Give Gini's coefficient, from 0 (all the same) towards 1 (one gave all); None if nobody gave."""
    given = np.sort(_counts(counts)).astype(float)
    total = float(given.sum())
    if total == 0:
        return None
    n = len(given)
    return max(0.0, float((2 * np.arange(1, n + 1) - n - 1) @ given) / (n * total))


def lorenz(counts: ArrayLike) -> tuple[Floats, Floats] | None:
    """Give (share of people, share of all given), those who gave least first, from 0 to 1; None if
    nobody gave.
    """
    given = np.sort(_counts(counts))
    total = int(given.sum())
    if total == 0:
        return None
    people = np.arange(len(given) + 1) / len(given)
    return people, np.concatenate(([0], np.cumsum(given))) / total


def mean_interval(values: ArrayLike) -> Interval | None:
    """Give Student's 95 % interval of the mean of one number a person, of 0 or more each; None of
    fewer than two people.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.size < 2:
        return None
    arm = _critical(numbers.size - 1) * float(numbers.std(ddof=1)) / sqrt(numbers.size)
    mean = float(numbers.mean())
    return Interval(low=max(0.0, mean - arm), high=mean + arm)


def z_score(answered: int, asked: int) -> float | None:
    """Give (answered - asked) / sqrt(answered + asked) over distinct people; above 0 mostly helps;
    None at 0, 0.
    """
    if answered < 0 or asked < 0:
        raise CopError(
            "People helped and people asked cannot be fewer than none. Count distinct people."
        )
    return (answered - asked) / sqrt(answered + asked) if answered + asked else None


def _counts(counts: ArrayLike) -> Integers:
    given = np.asarray(counts)
    whole = given.astype(np.int64)
    if given.ndim != 1 or not bool(np.all(whole == given) and np.all(whole >= 0)):
        raise CopError(
            "Counts per person must be whole numbers of 0 or more. Give one count a person."
        )
    return whole
