"""What changed and which groups differ beyond noise: every comparison tested, and corrected for the many tests.

Definition: metrics, 2.9. Nothing that is not in the result may be called a change or a difference anywhere. To scan another
number for changes, add its id to `SCANNED`.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from cop_metrics.measure import AT_ONCE, Measurer, people_of
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Better, Computed, Metric, PeopleShare, Share, Total, Unit
from cop_metrics.scope import Scope
from cop_metrics.statistics import (
    Comparison,
    Interval,
    Verdict,
    Waits,
    benjamini_hochberg,
    bootstrap_median_difference,
    clustered_newcombe,
    newcombe,
    rate_ratio,
    verdict,
)

SCANNED = (
    "answer_rate",
    "answer_rate_24h",
    "wait",
    "recognition_rate",
    "reading_rate",
    "contributor_rate",
    "questions",
    "helps",
    "help_across_teams",
)
POINTS_ALIKE, PART_ALIKE = 0.05, 0.25
"""Differences of shares, and parts of a wait or a count, that are too small to matter (metrics, 10.1)."""
DIMENSIONS = (None, "seniority", "team", "topic")
ENOUGH = 20
MOST_DRAWN, MOST_IN_ALL = 5_000, 40_000
"""Waits of groups with more questions are left to the 24-hour rate, and all those of a dimension that has more of them to draw.

A group of the most takes a few hundredths of a second, a dimension of the most a few tenths.
"""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One comparison: `before` and `now` in the metric's unit, `difference` now minus before (counts: now / before)."""

    metric: Metric
    by: str | None
    group: str
    before: float
    now: float
    difference: Interval
    p: float
    beyond_noise: bool

    @property
    def rises(self) -> bool:
        return self.now > self.before

    @property
    def verdict(self) -> Verdict:
        """Return what may be said: clear, about the same, or neither yet."""
        return verdict(self.difference, margin(self.metric, self.before), beyond_noise=self.beyond_noise)

    @property
    def word(self) -> str:
        """Return 'better' or 'worse' beyond noise, 'more' or 'fewer' where neither is better, else 'no clear change'."""
        if not self.beyond_noise:
            return "no clear change"
        if self.metric.better is Better.NEITHER:
            return "more" if self.rises else "fewer"
        return "better" if self.rises == (self.metric.better is Better.HIGHER) else "worse"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """All comparisons of one scope with the period before; `changes` in the order of surprise."""

    changes: tuple[Change, ...]

    @property
    def compared(self) -> int:
        return len(self.changes)

    @property
    def beyond_noise(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.beyond_noise)

    def of(self, metric_id: str, by: str | None = None, group: str = "") -> Change | None:
        """Return one comparison, None where there was too little to compare."""
        for each in self.changes:
            if (each.metric.id, each.by, each.group) == (metric_id, by, group):
                return each
        return None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One group against all others of its dimension in one period; `difference` is own minus others (2.9)."""

    metric: Metric
    by: str
    group: str
    own: float
    others: float
    difference: Interval
    p: float
    beyond_noise: bool

    @property
    def verdict(self) -> Verdict:
        """Return what may be said: clear, about the same as the others, or neither yet."""
        return verdict(self.difference, margin(self.metric, self.others), beyond_noise=self.beyond_noise)


def margin(metric: Metric, base: float) -> Interval:
    """Return which comparisons with `base` are too small to matter, on the scale on which the number is compared.

    Shares: differences of 5 points; waits: of a quarter of `base`, in its unit; counts: ratios that far from 1.
    """
    match metric.measure:
        case Share() | PeopleShare():
            return Interval(low=-POINTS_ALIKE, high=POINTS_ALIKE)
        case Total():
            return Interval(low=1 - PART_ALIKE, high=1 + PART_ALIKE)
    return Interval(low=-PART_ALIKE * base, high=PART_ALIKE * base)


@dataclass(frozen=True, kw_only=True)
class _Compared:
    metric: Metric
    by: str | None
    group: str
    before: float
    now: float
    comparison: Comparison


def scan(measurer: Measurer, scope: Scope) -> Scan:
    """Compare every scanned number with the earlier period of the scope; empty where there is no earlier period."""
    earlier = scope.earlier()
    if earlier is None:
        return Scan(changes=())
    scanned = [
        (metric, by)
        for metric in (METRICS[id_] for id_ in SCANNED)
        if not measurer.unmeasurable(metric)
        for by in DIMENSIONS
        if by is None or by in metric.splits
    ]
    asked = [
        (measurer.evidence_query(metric, each, by), each)
        for metric, by in scanned
        if not isinstance(metric.measure, Computed)
        for each in (scope, earlier)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in measurer.expect(asked):
            pool.submit(work)
        parts = pool.map(lambda each: _compared(measurer, each[0], each[1], scope, earlier), scanned)
        found = [compared for part in parts for compared in part]
    beyond = benjamini_hochberg([each.comparison.p for each in found])
    changes = [
        Change(
            metric=each.metric,
            by=each.by,
            group=each.group,
            before=each.before,
            now=each.now,
            difference=each.comparison.interval,
            p=each.comparison.p,
            beyond_noise=bool(past),
        )
        for each, past in zip(found, beyond, strict=True)
    ]
    return Scan(changes=tuple(sorted(changes, key=lambda each: each.p)))


def standings(measurer: Measurer, scope: Scope, asked: Iterable[tuple[Metric, str]]) -> tuple[Standing, ...]:
    """Compare each group of each metric and dimension asked for with all others, the clearest first.

    Rates and medians by team or seniority; a question has several topics, so that no topic has others apart from it.
    """
    found = [
        (metric, by, group, compared)
        for metric, by in asked
        if by in ("team", "seniority")
        for group, compared in _against_others(measurer, metric, by, scope)
    ]
    beyond = benjamini_hochberg([compared[2].p for *_, compared in found])
    standing = [
        Standing(
            metric=metric,
            by=by,
            group=group,
            own=own,
            others=others,
            difference=comparison.interval,
            p=comparison.p,
            beyond_noise=bool(past),
        )
        for (metric, by, group, (others, own, comparison)), past in zip(found, beyond, strict=True)
    ]
    return tuple(sorted(standing, key=lambda each: each.p))


def _against_others(
    measurer: Measurer, metric: Metric, by: str, scope: Scope
) -> Iterator[tuple[str, tuple[float, float, Comparison]]]:
    if isinstance(metric.measure, Total) or (isinstance(metric.measure, Computed) and metric.measure.person is None):
        return
    found = measurer.evidence(metric, scope, by, most_in_all=2 * MOST_DRAWN)
    shown = {group: rows for group, rows in found.items() if not measurer.hides(metric, group, scope, by)}
    if isinstance(metric.measure, Computed) and len(shown) * sum(rows.height for rows in shown.values()) > MOST_IN_ALL:
        return
    for group, own in shown.items():
        others = [rows for name, rows in shown.items() if name != group]
        compared = _compare(metric, own, _together(metric, others), 1, 1) if others else None
        if compared:
            yield group, compared


def _together(metric: Metric, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    rows = pl.concat(parts)
    return rows if isinstance(metric.measure, Computed) else rows.select(pl.selectors.numeric().sum())


def _compared(measurer: Measurer, metric: Metric, by: str | None, scope: Scope, earlier: Scope) -> list[_Compared]:
    limits = {"most": MOST_DRAWN, "most_in_all": MOST_IN_ALL // 2}
    now, before = (measurer.evidence(metric, each, by, **limits) for each in (scope, earlier))
    if by and len(now.keys() | before.keys()) < 2:
        return []  # one group alone is everybody
    days = min(scope.period.end_day, measurer.choices.as_of_day + 1) - scope.period.first_day
    found = []
    for group in sorted(now.keys() & before.keys()):
        if by and measurer.hides(metric, group, scope, by):
            continue
        compared = _compare(metric, now[group], before[group], days, earlier.period.days)
        if compared:
            found.append(
                _Compared(
                    metric=metric, by=by, group=group, before=compared[0], now=compared[1], comparison=compared[2]
                )
            )
    return found


def _compare(
    metric: Metric, now: pl.DataFrame, before: pl.DataFrame, days: int, days_before: int
) -> tuple[float, float, Comparison] | None:
    """Return (before, now, comparison) of two periods, None where either is below 20 or cannot be compared.

    `days`: how many of the period the data has.
    """
    match metric.measure:
        case Share(person=str()):
            return _compare_shares(now, before)
        case Share() | PeopleShare():
            return _compare_people(now, before)
        case Total():
            return _compare_counts(now, before, days, days_before)
        case Computed() if metric.unit is Unit.HOURS:
            return _compare_waits(metric, now, before)
    return None


def _compare_shares(now: pl.DataFrame, before: pl.DataFrame) -> tuple[float, float, Comparison] | None:
    people, people_before = people_of(now), people_of(before)
    if min(people.n, people_before.n) < ENOUGH:
        return None
    comparison = clustered_newcombe(people, people_before)
    return None if comparison is None else (people_before.hits / people_before.n, people.hits / people.n, comparison)


def _compare_people(now: pl.DataFrame, before: pl.DataFrame) -> tuple[float, float, Comparison] | None:
    hits_before, n_before, hits, n = (float(part[name][0]) for part in (before, now) for name in ("hits", "n"))
    comparison = newcombe(hits, n, hits_before, n_before) if min(n, n_before) >= ENOUGH else None
    return None if comparison is None else (hits_before / n_before, hits / n, comparison)


def _compare_counts(
    now: pl.DataFrame, before: pl.DataFrame, days: int, days_before: int
) -> tuple[float, float, Comparison] | None:
    counts = [round(float(part["value"].sum())) for part in (before, now)]
    if min(counts) < ENOUGH:
        return None
    weekly = [part["value"].to_numpy()[1:-1] for part in (now, before)]
    comparison = rate_ratio(counts[1], days, counts[0], days_before, *weekly)
    return None if comparison is None else (counts[0], counts[1], comparison)


def _compare_waits(metric: Metric, now: pl.DataFrame, before: pl.DataFrame) -> tuple[float, float, Comparison] | None:
    sizes = now.height, before.height
    if min(sizes) < ENOUGH or max(sizes) > MOST_DRAWN or not isinstance(metric.measure, Computed):
        return None
    medians = [metric.measure.figure(part).value for part in (before, now)]
    comparison = bootstrap_median_difference(*(_waits(part) for part in (now, before)))
    if comparison is None or medians[0] is None or medians[1] is None:
        return None
    return medians[0], medians[1], comparison


def _waits(rows: pl.DataFrame) -> Waits:
    askers = np.unique(rows["person"].to_numpy(), return_inverse=True)[1]
    return Waits(
        durations=rows["waited_seconds"].to_numpy() / 3600.0, observed=rows["wait_ended"].to_numpy(), askers=askers
    )
