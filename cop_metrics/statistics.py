"""How sure a number is, what it is compared with, and how unevenly help is spread: pure functions on arrays.

Every definition is that of the documentation of metrics. To add one: a pure function, its worked case in
`tests/test_statistics.py`, and its laws in `tests/test_statistics_properties.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
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
DRAWS = 1_000
SEED = 20_260_101
ROUNDING = 1e-9
CELLS_AT_ONCE = 1_000_000
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
    """From b to a: the difference or ratio, its 95 % interval, and the two-sided p-value that goes into the scan.

    The p-value is below .05 just when the interval leaves out "no change".
    """

    estimate: float
    interval: Interval
    p: float


class Verdict(Enum):
    """What may be said of a comparison: it is clear, nothing that matters is there, or neither is known yet."""

    CLEAR = "clear"
    SAME = "about the same"
    OPEN = "cannot tell yet"


def verdict(interval: Interval, margin: Interval, *, beyond_noise: bool) -> Verdict:
    """Judge a comparison by its 95 % interval and by the differences (or ratios) too small to matter, the `margin`.

    Clear is what passed the tests of all that was compared with it; about the same only what lies wholly within the margin.
    """
    if beyond_noise:
        return Verdict.CLEAR
    return Verdict.SAME if interval.low in margin and interval.high in margin else Verdict.OPEN


# Rates


def wilson(hits: float, n: float) -> Interval:
    """Give Wilson's 95 % interval of the share hits / n; n may be a broken, effective size. Of nothing: 0 to 1."""
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
    """Posts of people summed up as far as intervals need it: `n` posts, `hits` among them, and powers of each one's.

    `n_n`, `n_3` and `n_4` are the sums of each one's n to the second, third and fourth power, `hits_n` of hits x n.
    """

    people: float
    n: float
    hits: float
    hits_hits: float
    hits_n: float
    n_n: float
    n_3: float
    n_4: float

    @classmethod
    def of(cls, hits_per_person: ArrayLike, n_per_person: ArrayLike) -> "People":
        """Sum up two arrays, one place a person; people without a post are nobody. Raise `CopError` unless 0 <= hits <= n."""
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
        )

    def __add__(self, other: "People") -> "People":
        return People(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def design_effect(self) -> float:
        """Return the variance of hits / n over that of independent posts, as people repeat themselves.

        Cluster-robust variance of the ratio, with the usual factor for few people, over p (1 - p) / n; never below 1, and
        1 if each person has one post. It is 1 where nothing can be learned: one person, none, or a share of 0 or 1.
        """
        if self.people < 2 or not 0 < self.hits < self.n:
            return 1.0
        share = self.hits / self.n
        residuals = self.hits_hits - 2 * share * self.hits_n + share**2 * self.n_n
        robust = residuals / self.n**2 * self.people / (self.people - 1)
        independent = share * (1 - share) / (self.n - 1) if self.n > 1 else inf
        return max(1.0, robust / independent)

    @property
    def effective(self) -> tuple[float, float]:
        """Return (hits, n), both divided by the design effect: what `wilson` and `newcombe` take for rates over posts."""
        n = self.n / self.design_effect
        return min(self.hits / self.design_effect, n), n

    @property
    def freedom(self) -> float:
        """Return the effective number of people less one; each weighs by the variance that comes with the likeness found."""
        repeats = self.n_n / self.n - 1
        likeness = min(1.0, (self.design_effect - 1) / repeats) if repeats > 0 else 0.0
        once = 1 - likeness
        variances = once * self.n + likeness * self.n_n
        squares = once**2 * self.n_n + 2 * once * likeness * self.n_3 + likeness**2 * self.n_4
        return max(1.0, variances**2 / squares - 1)


def clustered_wilson(people: People) -> Interval:
    """Give Wilson's 95 % interval of the share of hits among posts that come from people."""
    return wilson(*people.effective)


def clustered_mean(sums_per_person: ArrayLike, n_per_person: ArrayLike) -> tuple[float, Interval | None]:
    """Give sum(sums) / sum(n), a mean over posts that come from people, and its cluster-robust 95 % interval.

    With one post each it is `mean_interval`. Sums are 0 or more, so it is cut at 0; None where one person says nothing
    about others.
    """
    sums, sizes = np.asarray(sums_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    people, n = len(sizes), float(sizes.sum())
    if n <= 0:
        raise CopError("There is no mean of nothing. Choose a period with questions in it.")
    mean = float(sums.sum()) / n
    if people < 2:
        return mean, None
    arm = _critical(people - 1) * sqrt(float(((sums - mean * sizes) ** 2).sum()) * people / (people - 1)) / n
    return mean, Interval(low=max(0.0, mean - arm), high=mean + arm)


def newcombe(hits_a: float, n_a: float, hits_b: float, n_b: float, freedom: float = inf) -> Comparison | None:
    """Compare two rates, a - b, by Newcombe's interval (sizes may be effective); None if either is of nothing.

    The p-value is the interval turned around: 1 minus the confidence at which it would just touch zero. `freedom` is
    that of Student's t, for design effects estimated from few people.
    """
    wilson(hits_a, n_a), wilson(hits_b, n_b)
    if n_a == 0 or n_b == 0:
        return None
    if hits_a / n_a < hits_b / n_b:
        return _reversed(_newcombe_of_larger(hits_b, n_b, hits_a, n_a, freedom))
    return _newcombe_of_larger(hits_a, n_a, hits_b, n_b, freedom)


def clustered_newcombe(a: People, b: People) -> Comparison | None:
    """Compare two rates over posts, a - b, each at its effective size.

    With Student's t, its degrees of freedom after Welch from the effective number of people: without it, scans over
    groups of few people who post much call noise a change far too often. None unless each group has two people or more.
    """
    if min(a.people, b.people) < 2:
        return None
    variance_a, variance_b = _smoothed_variance(*a.effective), _smoothed_variance(*b.effective)
    freedom = (variance_a + variance_b) ** 2 / (variance_a**2 / a.freedom + variance_b**2 / b.freedom)
    return newcombe(*a.effective, *b.effective, freedom)


def _smoothed_variance(hits: float, n: float) -> float:
    share = (hits + 1) / (n + 2)
    return share * (1 - share) / n


def _newcombe_of_larger(hits_a: float, n_a: float, hits_b: float, n_b: float, freedom: float) -> Comparison:
    def interval(z: float) -> Interval:
        a, b = _wilson(hits_a, n_a, z), _wilson(hits_b, n_b, z)
        return Interval(
            low=difference - hypot(share_a - a.low, b.high - share_b),
            high=difference + hypot(a.high - share_a, share_b - b.low),
        )

    share_a, share_b = hits_a / n_a, hits_b / n_b
    difference = share_a - share_b
    touching = _first_at_most_zero(lambda z: interval(z).low) if difference > 0 else 0.0
    return Comparison(estimate=difference, interval=interval(_critical(freedom)), p=_two_sided(touching, freedom))


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
    """Give both arrays without the people who have no post; raise `CopError` unless 0 <= hits <= n for each."""
    hits, sizes = np.asarray(hits_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    if hits.shape != sizes.shape or hits.ndim != 1:
        raise CopError("Hits and sizes must be two lists of the same people. Give one number of each a person.")
    if not bool(np.all((hits >= 0) & (hits <= sizes) & np.isfinite(sizes))):
        raise CopError("Someone has more hits than posts, or fewer than none. Give 0 <= hits <= n for each person.")
    present = sizes > 0
    return hits[present], sizes[present]


# Counts


def dispersion(weekly_a: ArrayLike, weekly_b: ArrayLike) -> tuple[float, int]:
    """Give (dispersion, degrees of freedom) of weekly counts around the mean of their own period.

    The dispersion is variance over that of Poisson counts, at least 1; 0 degrees of freedom mean that it is not known.
    """
    squares, freedom = 0.0, 0
    for weekly in (weekly_a, weekly_b):
        counts = np.asarray(weekly, dtype=float)
        if counts.size > 1 and counts.sum() > 0:
            squares += float(((counts - counts.mean()) ** 2).sum() / counts.mean())
            freedom += counts.size - 1
    return (max(1.0, squares / freedom) if freedom else 1.0), freedom


def rate_ratio(
    count_a: int, days_a: float, count_b: int, days_b: float, weekly_a: ArrayLike, weekly_b: ArrayLike
) -> Comparison | None:
    """Compare two counts by the ratio of their daily rates, a / b, dispersed as the weekly counts are (quasi-Poisson).

    Given the total, a's part is a share: its Wilson interval at total / dispersion, with Student's t as dispersion
    is estimated, is turned into the ratio; the p-value is that of the same score. Without two weeks in either period
    the dispersion is taken as 1. None if both counts are 0; infinite if only b's is.
    """
    if min(count_a, count_b) < 0 or not (0 < days_a < inf and 0 < days_b < inf):
        raise CopError("Counts to compare must be 0 or more, over 1 day or more. Choose a period with days in it.")
    if count_a + count_b == 0:
        return None
    extra, weeks = dispersion(weekly_a, weekly_b)
    freedom = weeks or inf
    hits, n = count_a / extra, (count_a + count_b) / extra
    part = _wilson(min(hits, n), n, _critical(freedom))
    ends = [_ratio_of(share, days_a, days_b) for share in (part.low, part.high)]
    even = days_a / (days_a + days_b)
    score = (hits / n - even) / sqrt(even * (1 - even) / n)
    estimate = _ratio_of(count_a / (count_a + count_b), days_a, days_b)
    interval = Interval(low=min(ends[0], estimate), high=max(ends[1], estimate))
    return Comparison(estimate=estimate, interval=interval, p=_two_sided(score, freedom))


def _ratio_of(share: float, days_a: float, days_b: float) -> float:
    return inf if share >= 1 else share / (1 - share) * days_b / days_a


# Times


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve:
    """The share still waiting after each distinct duration, as Kaplan and Meier estimate it: arrays of one length.

    `times`: distinct durations, ascending, in the unit given, those of the censored too. `at_risk`: still waiting just
    before. `answered`: answered then. `survival`: the share waiting after, `low` to `high` its log-log Greenwood band.
    """

    times: Floats
    at_risk: Integers
    answered: Integers
    survival: Floats

    @property
    def low(self) -> Floats:
        return self.band[0]

    @property
    def high(self) -> Floats:
        return self.band[1]

    @cached_property
    def band(self) -> tuple[Floats, Floats]:
        """Give the lower and the upper end, found when first asked for, as it takes longer than the rest."""
        return _log_log_band(self.survival, self.at_risk, self.answered)

    def quantile(self, q: float) -> float | None:
        """Give the shortest time by which a share q is answered, 0 < q < 1; None if that was not reached."""
        if not 0 < q < 1:
            raise CopError(f"There is no quantile {q:g}. Give one between 0 and 1, such as 0.5 for the median.")
        reached = np.flatnonzero(self.survival <= 1 - q + ROUNDING)
        return float(self.times[reached[0]]) if reached.size else None

    @property
    def median(self) -> float | None:
        """Give the time by which half are answered, or None if that was not reached."""
        return self.quantile(0.5)

    def at(self, times: ArrayLike) -> Floats:
        """Give the share still waiting after each of `times`; past the last duration it stays as it was."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        return np.concatenate(([1.0], self.survival))[steps]

    def at_risk_at(self, times: ArrayLike) -> Integers:
        """Give how many were still waiting, and watched, just before each of `times`."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="left")
        return np.append(self.at_risk, 0)[steps]


def survival(durations: ArrayLike, observed: ArrayLike, counts: ArrayLike | None = None) -> SurvivalCurve:
    """Give the Kaplan-Meier curve: `durations` until the answer where `observed`, else until one stopped looking.

    `counts`: how many questions each row stands for, one where there are none.
    """
    waited, ended = _durations(durations, observed)
    if counts is None:
        times, at_risk, answered = _table_of_waits(waited, ended)
    else:
        times, at_risk, answered = _table_of_counted_waits(waited, ended, _counts(counts))
    waiting: Floats = np.cumprod(1 - answered / at_risk, dtype=np.float64)
    return SurvivalCurve(times=times, at_risk=at_risk, answered=answered, survival=waiting)


def _table_of_waits(waited: Floats, answered: Booleans) -> tuple[Floats, Integers, Integers]:
    """Give distinct durations, ascending, with how many still waited just before and how many were answered then."""
    # Without the sign, the bits of floats sort as the floats do: duration and outcome need only one sort together.
    keys = np.sort((waited.view(np.uint64) << np.uint64(1)) | answered.astype(np.uint64))
    ascending = (keys >> np.uint64(1)).view(np.float64)
    first = np.ones(len(keys), dtype=bool)
    first[1:] = ascending[1:] != ascending[:-1]
    starts = np.flatnonzero(first).astype(np.int64)
    answered_up_to = np.append(0, np.cumsum(keys & np.uint64(1), dtype=np.int64))
    return ascending[starts], len(keys) - starts, np.diff(answered_up_to[np.append(starts, len(keys))])


def _table_of_counted_waits(waited: Floats, answered: Booleans, counts: Integers) -> tuple[Floats, Integers, Integers]:
    """Give the table of waits whose rows stand for several questions each."""
    if len(counts) != len(waited):
        raise CopError("Durations and counts must be two lists of the same questions. Give one count a duration.")
    times, places = np.unique(waited, return_inverse=True)
    followed, ended = np.zeros(len(times), dtype=np.int64), np.zeros(len(times), dtype=np.int64)
    np.add.at(followed, places, counts)
    np.add.at(ended, places, counts * answered)
    return times, followed[::-1].cumsum()[::-1], ended


def _log_log_band(waiting: Floats, at_risk: Integers, answered: Integers) -> tuple[Floats, Floats]:
    """Give Greenwood's band on the log(-log) scale; where nobody waits any more, from 0 to the last upper end."""
    between = slice(np.count_nonzero(waiting >= 1), np.count_nonzero(waiting > 0))
    survivors = at_risk[between] - answered[between]
    variance = np.cumsum(answered[between] / (at_risk[between] * survivors))
    logs = np.log(waiting[between])
    width = np.exp(-Z95 * np.sqrt(variance) / logs)
    low, high = np.ones(len(waiting)), np.ones(len(waiting))
    low[between], high[between] = np.exp(logs * width), np.exp(logs / width)
    low[between.stop :] = 0.0
    if between.stop > between.start:
        high[between.stop :] = high[between.stop - 1]
    return low, high


def _durations(durations: ArrayLike, observed: ArrayLike) -> tuple[Floats, Booleans]:
    waited, answered = np.asarray(durations, dtype=float), np.asarray(observed, dtype=bool)
    if waited.shape != answered.shape or waited.ndim != 1:
        raise CopError("Durations and outcomes must be two lists of the same questions. Give one of each a question.")
    if not bool(np.all(waited >= 0) and np.all(np.isfinite(waited))):
        raise CopError("A duration is negative or missing. Give seconds from the question on, 0 or more.")
    return waited, answered


@dataclass(frozen=True, kw_only=True)
class LogRank:
    """Whether curves differ at all: the statistic `chi2` and its p-value. It does not say which is faster, or when."""

    chi2: float
    p: float


def log_rank(*curves: SurvivalCurve) -> LogRank | None:
    """Test whether two or more curves differ; None with fewer than two, or fewer than 5 answered in any of them."""
    if len(curves) < 2 or min(int(curve.answered.sum()) for curve in curves) < ENOUGH_ANSWERED:
        return None
    times = np.unique(np.concatenate([curve.times[curve.answered > 0] for curve in curves]))
    at_risk = np.stack([curve.at_risk_at(times) for curve in curves]).astype(float)
    all_at_risk = at_risk.sum(axis=0)
    answered = np.zeros(len(times))
    for curve in curves:
        answered[np.searchsorted(times, curve.times[curve.answered > 0])] += curve.answered[curve.answered > 0]
    share = at_risk / all_at_risk
    excess = np.array([curve.answered.sum() for curve in curves]) - share @ answered
    weight = answered * (all_at_risk - answered) / np.maximum(all_at_risk - 1, 1)
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    # The excesses add up to 0, so that the last group follows from the others.
    others = slice(len(curves) - 1)
    chi2 = float(excess[others] @ np.linalg.pinv(covariance[others, others], hermitian=True) @ excess[others])
    return LogRank(chi2=chi2, p=float(special.chdtrc(len(curves) - 1, chi2)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Waits:
    """The questions of one group, a row each: how long, whether answered then, and by whom asked (a sortable key)."""

    durations: ArrayLike
    observed: ArrayLike
    askers: ArrayLike


def bootstrap_median_difference(a: Waits, b: Waits, *, draws: int = DRAWS, seed: int = SEED) -> Comparison | None:
    """Compare two median waits, a - b, in the unit given, by drawing askers with all their questions.

    None where either median is not reached, or either group has effectively fewer than five askers.
    Askers of both groups are drawn together, so that one who is in both counts in both. In a draw, "not reached" is
    infinite, and a group that is empty, or both not reached, speaks for no difference. The interval is the percentile
    interval, expanded by Student's t for few askers (Hesterberg 2015); the p-value is that of the draws beyond zero.
    Where no draw is there, it is the tail for the interval's half width, if smaller: 1,000 draws alone could never pass
    a long scan.
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
        low=min(float(differences[outside]), difference), high=max(float(differences[-1 - outside]), difference)
    )
    return Comparison(estimate=difference, interval=interval, p=_drawn_p(differences, difference, interval, freedom))


def _effective_askers(waits: Waits) -> float:
    questions = np.unique(np.asarray(waits.askers), return_counts=True)[1]
    return float(questions.sum() ** 2 / (questions**2).sum()) if questions.size else 0.0


def _drawn_p(differences: Floats, difference: float, interval: Interval, freedom: float) -> float:
    beyond = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    p = _two_sided(float(special.ndtri(min(0.5, (beyond + 1) / (len(differences) + 1)))), freedom)
    half = (interval.high - interval.low) / 2
    if beyond == 0 and half < inf:
        return min(p, _two_sided(_critical(freedom) * abs(difference) / half, freedom) if half else 0.0)
    return p


def _drawn_differences(a: Waits, b: Waits, draws: int, seed: int) -> Floats:
    askers, places = np.unique(np.concatenate([np.asarray(a.askers), np.asarray(b.askers)]), return_inverse=True)
    groups = [
        _in_order_of_time(waits, places_of_group)
        for waits, places_of_group in zip((a, b), np.split(places, [len(np.asarray(a.askers))]), strict=True)
    ]
    random = np.random.default_rng(seed)
    rows = max(1, CELLS_AT_ONCE // len(places))
    differences = []
    for start in range(0, draws, rows):
        times_drawn = _times_drawn(random, min(rows, draws - start), len(askers))
        median_a, median_b = (_drawn_medians(times_drawn, *group) for group in groups)
        known = ~(np.isnan(median_a) | np.isnan(median_b) | (np.isinf(median_a) & np.isinf(median_b)))
        differences.append(np.subtract(median_a, median_b, out=np.zeros(len(known)), where=known))
    return np.concatenate(differences)


def _in_order_of_time(waits: Waits, askers: Integers) -> tuple[Floats, Booleans, Integers]:
    waited, answered = _durations(waits.durations, waits.observed)
    if len(waited) != len(askers):
        raise CopError("Durations and askers must be two lists of the same questions. Give one of each a question.")
    order = np.lexsort((~answered, waited))
    return waited[order], answered[order], askers[order]


def _times_drawn(random: np.random.Generator, draws: int, askers: int) -> Integers:
    """Give how many times each asker is drawn: draws x askers."""
    drawn = random.integers(askers, size=(draws, askers)) + np.arange(draws)[:, None] * askers
    return np.bincount(drawn.ravel(), minlength=draws * askers).reshape(draws, askers)


def _drawn_medians(times_drawn: Integers, waited: Floats, answered: Booleans, askers: Integers) -> Floats:
    """Give the median of each draw, infinite where not reached, nan where nobody of the group was drawn.

    Between two questions that nobody followed to an answer the factors of Kaplan and Meier cancel, so that the share still
    waiting is that before such a stretch times those left over those at risk at its start. Each draw is followed from
    stretch to stretch, and only within the one in which half are answered from question to question.
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
    answered_by_then = np.ceil(total - (0.5 + ROUNDING) * at_risk[draw, stretch] / before).astype(np.int32)
    place = np.count_nonzero(up_to < answered_by_then[:, None], axis=1)
    medians = np.where(below[draw, stretch], waited[np.minimum(place, len(waited) - 1)], inf)
    return np.where(total > 0, medians, np.nan)


def _stretches(answered: Booleans) -> tuple[Integers, Integers]:
    """Give the places of the first and the last of each stretch of questions that were answered."""
    edges = np.diff(np.concatenate(([0], answered.astype(np.int8), [0])))
    return np.flatnonzero(edges > 0), np.flatnonzero(edges < 0) - 1


# Scans


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> Booleans:
    """Tell which of all p-values scanned are beyond noise at a false discovery rate: a boolean each, in order."""
    p = np.asarray(p_values, dtype=float)
    if not bool(np.all((p >= 0) & (p <= 1))):
        raise CopError("A p-value is missing or not between 0 and 1. Scan only what could be compared.")
    ascending = np.sort(p)
    passing = ascending[ascending <= rate * np.arange(1, p.size + 1) / max(p.size, 1)]
    return p <= passing[-1] if passing.size else np.zeros(p.size, dtype=bool)


# Concentration


def absence_factor(counts: ArrayLike, share: tuple[int, int] = (1, 2)) -> int | None:
    """Give the fewest people who together give at least `share` (numerator, denominator) of all; None if nobody gave.

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
    """Give (share of people, share of all given), those who gave least first, from 0 to 1; None if nobody gave."""
    given = np.sort(_counts(counts))
    total = int(given.sum())
    if total == 0:
        return None
    people = np.arange(len(given) + 1) / len(given)
    return people, np.concatenate(([0], np.cumsum(given))) / total


def mean_interval(values: ArrayLike) -> Interval | None:
    """Give Student's 95 % interval of the mean of one number a person, of 0 or more each; None of fewer than two people."""
    numbers = np.asarray(values, dtype=float)
    if numbers.size < 2:
        return None
    arm = _critical(numbers.size - 1) * float(numbers.std(ddof=1)) / sqrt(numbers.size)
    mean = float(numbers.mean())
    return Interval(low=max(0.0, mean - arm), high=mean + arm)


def z_score(answered: int, asked: int) -> float | None:
    """Give (answered - asked) / sqrt(answered + asked) over distinct people; above 0 mostly helps; None at 0, 0."""
    if answered < 0 or asked < 0:
        raise CopError("People helped and people asked cannot be fewer than none. Count distinct people.")
    return (answered - asked) / sqrt(answered + asked) if answered + asked else None


def _counts(counts: ArrayLike) -> Integers:
    given = np.asarray(counts)
    whole = given.astype(np.int64)
    if given.ndim != 1 or not bool(np.all(whole == given) and np.all(whole >= 0)):
        raise CopError("Counts per person must be whole numbers of 0 or more. Give one count a person.")
    return whole
