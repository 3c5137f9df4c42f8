"""What changed and which groups differ beyond noise: every comparison tested, and corrected for the
many tests.

Definition: metrics, 2.9. Nothing that is not in the result may be called a change or a difference
anywhere. To scan another number for changes, add its id to `SCANNED`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cop_metrics.access.scope import Scope
from cop_metrics.measure.measurer import AT_ONCE, Measurer, people_of
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Better, Computed, Exhibit, Metric, PeopleShare, Share, Total
from cop_metrics.statistics.comparing import (
    Comparison,
    Interval,
    Verdict,
    benjamini_hochberg,
    verdict,
)
from cop_metrics.statistics.counts import Unsteadiness, rate_ratio, unsteadiness
from cop_metrics.statistics.medians import Waits, bootstrap_median_difference
from cop_metrics.statistics.people import Pairs, People
from cop_metrics.statistics.shares import (
    clustered_newcombe,
    newcombe,
    paired_newcombe,
    paired_people,
)
from cop_metrics.statistics.waits import survival
from cop_metrics.units import Unit

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
    "own_team_odds",
)
POINTS_ALIKE, PART_ALIKE = 0.05, 0.25
"""Differences of shares, and parts of a wait or a count, that are too small to matter (metrics,
10.1).
"""
DIMENSIONS = (None, "seniority", "team", "topic")
ENOUGH = 20
DAYS_OF_MONTH = 365.25 / 12
PRESENCE = replace(METRICS["contributor_rate"], measure=Total(of="sum(days_held)"))
"""How many days members were there, each counted: what counts are compared by."""
MOST_DRAWN, MOST_IN_ALL = 5_000, 40_000
"""Waits of groups with more questions are left to the 24-hour rate, and all those of a dimension
that has more of them to draw.

A group of the most takes a few hundredths of a second, a dimension of the most a few tenths.
"""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One comparison: `before` and `now` as compared, `difference` now minus before (counts: now /
    before).

    Shares and waits stand in the metric's unit. Counts that are compared `per_member` are counts a
    member and month (`unit` is then `Unit.RATIO`), as more members alone are no change; `counted`
    are the counts themselves, before and now.
    """

    metric: Metric
    by: str | None
    group: str
    before: float
    now: float
    difference: Interval
    p: float
    beyond_noise: bool
    per_member: bool = False
    counted: tuple[float, float] | None = None

    @property
    def unit(self) -> Unit:
        """Return the unit of `before` and `now`."""
        return Unit.RATIO if self.per_member else self.metric.unit

    @property
    def rises(self) -> bool:
        return self.now > self.before

    @property
    def verdict(self) -> Verdict:
        """Return what may be said: clear, about the same, or neither yet."""
        return verdict(
            self.difference, margin(self.metric, self.before), beyond_noise=self.beyond_noise
        )

    @property
    def word(self) -> str:
        """Return 'better' or 'worse' beyond noise, 'more' or 'fewer' where neither is better, else
        'no clear change'.
        """
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
    """One group against all others of its dimension in one period; `difference` is own minus others
    (2.9).
    """

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
        return verdict(
            self.difference, margin(self.metric, self.others), beyond_noise=self.beyond_noise
        )


def margin(metric: Metric, base: float) -> Interval:
    """Return which comparisons with `base` are too small to matter, on the scale on which the
    number is compared.

    Shares: differences of 5 points; waits: of a quarter of `base`, in its unit; counts and odds:
    ratios that far from 1.
    """
    match metric.measure:
        case Share() | PeopleShare():
            return Interval(low=-POINTS_ALIKE, high=POINTS_ALIKE)
        case Total() | Computed(person=None):
            return Interval(low=1 - PART_ALIKE, high=1 + PART_ALIKE)
    return Interval(low=-PART_ALIKE * base, high=PART_ALIKE * base)


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """Two numbers compared: `now` with `before`, or a group's with that of all others."""

    before: float
    now: float
    comparison: Comparison
    per_member: bool = False
    counted: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """What of which group was compared."""

    metric: Metric
    by: str | None
    group: str
    measured: _Measured


def scan(measurer: Measurer, scope: Scope) -> Scan:
    """Compare every scanned number with the earlier period of the scope; empty where there is no
    earlier period.
    """
    earlier = scope.earlier()
    if earlier is None:
        return Scan(changes=())
    scanned = [
        (metric, by)
        for metric in (METRICS[id_] for id_ in SCANNED)
        if not measurer.unmeasurable(metric) and not measurer.tells_of_few(metric.id, scope)
        for by in DIMENSIONS
        if by is None or by in metric.splits
    ]
    asked = [
        (measurer.paired_query(metric, scope, by), scope)
        for metric, by in scanned
        if _paired(metric)
    ]
    asked += [
        (measurer.evidence_query(metric, each, by), each)
        for metric, by in scanned
        if not isinstance(metric.measure, Computed) and not _paired(metric)
        for each in (scope, earlier)
    ]
    asked += [
        (measurer.query(PRESENCE, each, by), each)
        for by in (None, *PRESENCE.splits)
        for each in (scope, earlier)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in measurer.expect(asked):
            pool.submit(work)
        parts = pool.map(
            lambda each: _compared(measurer, each[0], each[1], scope, earlier), scanned
        )
        found = [compared for part in parts for compared in part]
    beyond = benjamini_hochberg([each.measured.comparison.p for each in found])
    changes = [
        Change(
            metric=each.metric,
            by=each.by,
            group=each.group,
            before=each.measured.before,
            now=each.measured.now,
            difference=each.measured.comparison.interval,
            p=each.measured.comparison.p,
            beyond_noise=bool(past),
            per_member=each.measured.per_member,
            counted=each.measured.counted,
        )
        for each, past in zip(found, beyond, strict=True)
    ]
    return Scan(changes=tuple(sorted(changes, key=lambda each: each.p)))


@dataclass(frozen=True, kw_only=True)
class Differences:
    """The standings of groups, the clearest first, and of each exhibit whose groups were tested
    together whether they differ.
    """

    standings: tuple[Standing, ...]
    exhibits: Mapping[str, bool]


def differences(
    measurer: Measurer,
    scope: Scope,
    asked: Iterable[tuple[Metric, str]],
    exhibits: Iterable[Exhibit] = (),
) -> Differences:
    """Compare each group of each metric and dimension asked for with all others, and test the
    exhibits: one list of tests.

    Rates and medians by team or seniority; a question has several topics, so that no topic has
    others apart from it. What follows from the size of a group is not compared: a small team reads
    and helps others more, whatever it prefers.
    """
    found = [
        compared
        for metric, by in asked
        if by in ("team", "seniority")
        for compared in _against_others(measurer, metric, by, scope)
    ]
    tested = {each.id: p for each in exhibits if (p := measurer.tested(each, scope)) is not None}
    beyond = benjamini_hochberg([*(each.measured.comparison.p for each in found), *tested.values()])
    standing = [
        Standing(
            metric=each.metric,
            by=each.by or "",
            group=each.group,
            own=each.measured.now,
            others=each.measured.before,
            difference=each.measured.comparison.interval,
            p=each.measured.comparison.p,
            beyond_noise=bool(past),
        )
        for each, past in zip(found, beyond[: len(found)], strict=True)
    ]
    return Differences(
        standings=tuple(sorted(standing, key=lambda each: each.p)),
        exhibits={id_: bool(past) for id_, past in zip(tested, beyond[len(found) :], strict=True)},
    )


def _against_others(
    measurer: Measurer, metric: Metric, by: str, scope: Scope
) -> Iterator[_Compared]:
    drawn = isinstance(metric.measure, Computed) and metric.measure.person is not None
    if (
        metric.follows_size
        or isinstance(metric.measure, Total)
        or (isinstance(metric.measure, Computed) and not drawn and metric.measure.compared is None)
    ):
        return
    found = measurer.evidence(metric, scope, by, most_in_all=2 * MOST_DRAWN)
    shown = {
        group: rows for group, rows in found.items() if not measurer.hides(metric, group, scope, by)
    }
    if drawn and len(shown) * sum(rows.height for rows in shown.values()) > MOST_IN_ALL:
        return
    for group, own in shown.items():
        others = [rows for name, rows in shown.items() if name != group]
        compared = (
            _compare(metric, own, _together(metric, others), measurer.likeness(metric))
            if others
            else None
        )
        if compared:
            yield _Compared(metric=metric, by=by, group=group, measured=compared)


def _together(metric: Metric, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    rows = pl.concat(parts)
    return (
        rows if isinstance(metric.measure, Computed) else rows.select(pl.selectors.numeric().sum())
    )


def _paired(metric: Metric) -> bool:
    """Say whether a number is compared person by person over both periods."""
    return isinstance(metric.measure, PeopleShare) or (
        isinstance(metric.measure, Share) and metric.measure.person is not None
    )


def _compared(
    measurer: Measurer, metric: Metric, by: str | None, scope: Scope, earlier: Scope
) -> list[_Compared]:
    """Compare a number with the earlier period, all together or each group of a dimension that may
    be shown.
    """
    found: dict[str, _Measured | None]
    if _paired(metric):
        compare = paired_people if isinstance(metric.measure, PeopleShare) else paired_newcombe
        found = {
            group: _compare_pairs(pairs, compare)
            for group, pairs in measurer.paired(metric, scope, by).items()
        }
    elif isinstance(metric.measure, Total):
        found = _compare_totals(measurer, metric, by, scope, earlier)
    else:
        limits = {"most": MOST_DRAWN, "most_in_all": MOST_IN_ALL // 2}
        now, before = (measurer.evidence(metric, each, by, **limits) for each in (scope, earlier))
        found = {
            group: _compare(metric, now[group], before[group], measurer.likeness(metric))
            if group in now and group in before
            else None
            for group in now.keys() | before.keys()
        }
    if by and len(found) < 2:
        return []  # one group alone is everybody
    return [
        _Compared(metric=metric, by=by, group=group, measured=compared)
        for group, compared in sorted(found.items())
        if compared and not (by and measurer.hides(metric, group, scope, by))
    ]


def _compare(
    metric: Metric, own: pl.DataFrame, others: pl.DataFrame, likeness: float
) -> _Measured | None:
    """Compare the rows of two periods, or of a group and all others; None where either is below 20
    or cannot be compared.
    """
    match metric.measure:
        case Share(person=str()):
            return _compare_shares(
                people_of(own, likeness), people_of(others, likeness), clustered_newcombe
            )
        case Share() | PeopleShare():
            return _compare_people(own, others)
        case Computed(compared=compared) if compared:
            found = compared(own, others)
            return found and _Measured(before=found[0], now=found[1], comparison=found[2])
        case Computed() if metric.unit is Unit.HOURS:
            return _compare_waits(own, others)
    return None


def _compare_pairs(pairs: Pairs, compare: Callable[[Pairs], Comparison | None]) -> _Measured | None:
    return _compare_shares(pairs.now, pairs.before, lambda _now, _before: compare(pairs))


def _compare_shares(
    now: People, before: People, compare: Callable[[People, People], Comparison | None]
) -> _Measured | None:
    comparison = compare(now, before) if min(now.n, before.n) >= ENOUGH else None
    if comparison is None:
        return None
    return _Measured(before=before.hits / before.n, now=now.hits / now.n, comparison=comparison)


def _compare_people(now: pl.DataFrame, before: pl.DataFrame) -> _Measured | None:
    hits_before, n_before, hits, n = (
        float(part[name][0]) for part in (before, now) for name in ("hits", "n")
    )
    comparison = newcombe(hits, n, hits_before, n_before) if min(n, n_before) >= ENOUGH else None
    if comparison is None:
        return None
    return _Measured(before=hits_before / n_before, now=hits / n, comparison=comparison)


def _compare_waits(now: pl.DataFrame, before: pl.DataFrame) -> _Measured | None:
    if min(now.height, before.height) < ENOUGH or max(now.height, before.height) > MOST_DRAWN:
        return None
    waits, waits_before = _waits(now), _waits(before)
    comparison = bootstrap_median_difference(waits, waits_before)
    medians = [survival(each.durations, each.observed).median for each in (waits_before, waits)]
    if comparison is None or medians[0] is None or medians[1] is None:
        return None
    return _Measured(before=medians[0], now=medians[1], comparison=comparison)


def _compare_totals(
    measurer: Measurer, metric: Metric, by: str | None, scope: Scope, earlier: Scope
) -> dict[str, _Measured | None]:
    """Compare counts a member-month, or a day where members are not known; a topic has no members
    but those of all.
    """
    now, before = (measurer.evidence(metric, each, by) for each in (scope, earlier))
    days = (
        min(scope.period.end_day, measurer.choices.as_of_day + 1) - scope.period.first_day,
        earlier.period.days,
    )
    months = _months(measurer, metric, scope)
    known = not measurer.unmeasurable(PRESENCE)
    of_members = by if by in PRESENCE.splits else None
    present = [
        measurer.totals(PRESENCE, each, of_members) if known else {} for each in (scope, earlier)
    ]
    found: dict[str, _Measured | None] = {}
    for group in now.keys() | before.keys():
        held, held_before = (each.get(group if of_members else "", 0.0) for each in present)
        exposures = (held, held_before) if known else days
        enough = group in now and group in before and months is not None and min(exposures) > 0
        found[group] = (
            _compare_counts(now[group], before[group], exposures, days, months, known)
            if enough
            else None
        )
    return found


def _months(measurer: Measurer, metric: Metric, scope: Scope) -> Unsteadiness | None:
    """Return how unsteady the community's counts were in the weeks that are not of the period, in
    all where those are few.

    What is new in the period would else speak against itself.
    """
    weeks = np.array(measurer.choices.weekly_counts.get(metric.id, ()), dtype=float).reshape(-1, 3)
    known = measurer.unmeasurable(PRESENCE) is None
    outside = (weeks[:, 0] + 7 <= scope.period.first_day) | (weeks[:, 0] >= scope.period.end_day)
    for chosen in (weeks[outside], weeks):
        found = unsteadiness(chosen[:, 1], chosen[:, 2] if known else np.full(len(chosen), 7.0))
        if found:
            return found
    return None


def _compare_counts(
    now: pl.DataFrame,
    before: pl.DataFrame,
    exposures: tuple[float, float],
    days: tuple[int, int],
    months: Unsteadiness | None,
    per_member: bool,
) -> _Measured | None:
    counts = [round(float(part["value"].sum())) for part in (now, before)]
    if min(counts) < ENOUGH:
        return None
    weekly = [part["value"].to_numpy()[1:-1] for part in (now, before)]
    comparison = rate_ratio(
        counts[0],
        exposures[0],
        counts[1],
        exposures[1],
        *weekly,
        months=months,
        days=float(sum(days)),
    )
    rates = [
        count / days_of * DAYS_OF_MONTH for count, days_of in zip(counts, exposures, strict=True)
    ]
    shown = rates if per_member else counts
    if comparison is None:
        return None
    return _Measured(
        before=shown[1],
        now=shown[0],
        comparison=comparison,
        per_member=per_member,
        counted=(counts[1], counts[0]),
    )


def _waits(rows: pl.DataFrame) -> Waits:
    askers = np.unique(rows["person"].to_numpy(), return_inverse=True)[1]
    return Waits(
        durations=rows["waited_seconds"].to_numpy() / 3600.0,
        observed=rows["wait_ended"].to_numpy(),
        askers=askers,
    )
