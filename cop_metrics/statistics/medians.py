"""Two median waits compared by drawing askers with all their questions."""

from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import ROUNDING, Booleans, Floats, Integers
from cop_metrics.statistics.comparing import Comparison, Interval, critical, two_sided_p
from cop_metrics.statistics.waits import checked_durations, survival

ENOUGH_ASKERS = 5
DRAWS = 1_000
SEED = 20_260_101
CELLS_AT_ONCE = 1_000_000


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
    outside = max(0, ceil(float(special.ndtr(-critical(freedom))) * (draws + 1)) - 2)
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
    p = two_sided_p(float(special.ndtri(min(0.5, (beyond + 1) / (len(differences) + 1)))), freedom)
    half = (interval.high - interval.low) / 2
    if beyond == 0 and half < inf:
        return min(
            p, two_sided_p(critical(freedom) * abs(difference) / half, freedom) if half else 0.0
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
    waited, answered = checked_durations(waits.durations, waits.observed)
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
