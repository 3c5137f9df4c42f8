"""Waiting times, of which not all have ended: curves (Kaplan and Meier), their bands, and whether
they differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import ROUNDING, Booleans, Floats, Integers
from cop_metrics.statistics.comparing import Z95
from cop_metrics.statistics.concentration import whole_counts

ENOUGH_ANSWERED = 5


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
    waited, ended = checked_durations(durations, observed)
    if counts is None:
        times, at_risk, answered = _table_of_waits(waited, ended)
    else:
        times, at_risk, answered = _table_of_counted_waits(waited, ended, whole_counts(counts))
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


def checked_durations(durations: ArrayLike, observed: ArrayLike) -> tuple[Floats, Booleans]:
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
