"""Counts compared by the ratio of their rates, as unsteady as weeks and months are."""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import Floats
from cop_metrics.statistics.comparing import Comparison, Interval, critical, two_sided_p
from cop_metrics.statistics.shares import wilson_at

STRETCH_WEEKS, SHORT_STRETCH_WEEKS = 8, 4
ENOUGH_STRETCHES, FEWEST_STRETCHES = 6, 4
ENOUGH_BLOCKS = 3


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
    _refuse_what_is_no_rate(count_a, exposure_a)
    _refuse_what_is_no_rate(count_b, exposure_b)
    total, exposure = count_a + count_b, exposure_a + exposure_b
    if total == 0:
        return None
    a_week = total / (exposure if days is None else days) * 7
    extra, known = dispersion(weekly_a, weekly_b, months, a_week)
    freedom = known or inf
    hits, n = count_a / extra, total / extra
    part = wilson_at(min(hits, n), n, critical(freedom))
    ends = [_ratio_of(share, exposure_a, exposure_b) for share in (part.low, part.high)]
    even = exposure_a / exposure
    score = (hits / n - even) / sqrt(even * (1 - even) / n)
    estimate = _ratio_of(count_a / total, exposure_a, exposure_b)
    interval = Interval(low=min(ends[0], estimate), high=max(ends[1], estimate))
    return Comparison(estimate=estimate, interval=interval, p=two_sided_p(score, freedom))


def _refuse_what_is_no_rate(count: float, exposure: float) -> None:
    if count < 0 or not 0 < exposure < inf:
        raise CopError(
            "Counts to compare must be 0 or more, over 1 day or more. Choose a period with days in it."
        )


def _ratio_of(share: float, exposure_a: float, exposure_b: float) -> float:
    return inf if share >= 1 else share / (1 - share) * exposure_b / exposure_a
