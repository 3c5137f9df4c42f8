"""What changed and which groups differ beyond noise: every comparison tested, and corrected for the
many tests.

Definition: metrics, 2.9. Nothing that is not in the result may be called a change or a difference
anywhere. To scan another number for changes, add its id to `SCANNED`.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cop_metrics.access.scope import Scope
from cop_metrics.measure.asking import AT_ONCE
from cop_metrics.measure.measurer import Measurer
from cop_metrics.measure.queries import Query
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.aggregates import Computed, Total
from cop_metrics.metrics.comparing import ENOUGH, MOST_DRAWN, Compared
from cop_metrics.metrics.metric import Better, Exhibit, Metric
from cop_metrics.statistics.comparing import Interval, Verdict, benjamini_hochberg, verdict
from cop_metrics.statistics.counts import Unsteadiness, rate_ratio, unsteadiness
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
DIMENSIONS = (None, "seniority", "team", "topic")
DAYS_OF_MONTH = 365.25 / 12
PRESENCE = replace(METRICS["contributor_rate"], measure=Total(of="sum(days_held)"))
"""How many days members were there, each counted: what counts are compared by."""
MOST_IN_ALL = 40_000
"""Waits of a dimension that has more questions to draw are left to the 24-hour rate: so many take a
few tenths of a second.
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
    def margin(self) -> Interval:
        """Return which differences from before are too small to matter."""
        return self.metric.measure.scale.margin(self.before)

    @property
    def rises(self) -> bool:
        return self.now > self.before

    @property
    def verdict(self) -> Verdict:
        """Return what may be said: clear, about the same, or neither yet."""
        return verdict(self.difference, self.margin, beyond_noise=self.beyond_noise)

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
    def margin(self) -> Interval:
        """Return which differences from the others are too small to matter."""
        return self.metric.measure.scale.margin(self.others)

    @property
    def verdict(self) -> Verdict:
        """Return what may be said: clear, about the same as the others, or neither yet."""
        return verdict(self.difference, self.margin, beyond_noise=self.beyond_noise)


@dataclass(frozen=True, kw_only=True)
class _Counted(Compared):
    """Two counts compared, as they are or a member and month."""

    per_member: bool
    counted: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class _OfGroup:
    """What of which group was compared."""

    metric: Metric
    by: str | None
    group: str
    compared: Compared


def scan(measurer: Measurer, scope: Scope) -> Scan:
    """Compare every scanned number with the earlier period of the scope; empty where there is no
    earlier period.
    """
    earlier = scope.earlier()
    if earlier is None:
        return Scan(changes=())
    sight = measurer.sight(scope)
    scanned = [
        (metric, by)
        for metric in (METRICS[id_] for id_ in SCANNED)
        if not measurer.unmeasurable(metric) and not sight.number(metric)
        for by in DIMENSIONS
        if by is None or by in metric.splits
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in measurer.expect(_asked(measurer, scanned, scope, earlier)):
            pool.submit(work)
        parts = pool.map(
            lambda each: _compared(measurer, each[0], each[1], scope, earlier), scanned
        )
        found = [compared for part in parts for compared in part]
    beyond = benjamini_hochberg([each.compared.comparison.p for each in found])
    changes = [_change(*each) for each in zip(found, beyond, strict=True)]
    return Scan(changes=tuple(sorted(changes, key=lambda each: each.p)))


def _change(of: _OfGroup, beyond: bool) -> Change:
    compared = of.compared
    counted = compared if isinstance(compared, _Counted) else None
    return Change(
        metric=of.metric,
        by=of.by,
        group=of.group,
        before=compared.before,
        now=compared.now,
        difference=compared.comparison.interval,
        p=compared.comparison.p,
        beyond_noise=bool(beyond),
        per_member=counted is not None and counted.per_member,
        counted=counted.counted if counted else None,
    )


def _asked(
    measurer: Measurer,
    scanned: Iterable[tuple[Metric, str | None]],
    scope: Scope,
    earlier: Scope,
) -> Iterator[tuple[Query, Scope]]:
    """Yield what comparing will ask, so that numbers over the same rows are asked together."""
    for metric, by in scanned:
        if metric.measure.paired:
            yield measurer.paired_query(metric, scope, by), scope
        elif not isinstance(metric.measure, Computed):
            yield from (
                (measurer.evidence_query(metric, each, by), each) for each in (scope, earlier)
            )
    for by in (None, *PRESENCE.splits):
        yield from ((measurer.query(PRESENCE, each, by), each) for each in (scope, earlier))


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
    beyond = benjamini_hochberg([*(each.compared.comparison.p for each in found), *tested.values()])
    standing = [_standing(*each) for each in zip(found, beyond[: len(found)], strict=True)]
    return Differences(
        standings=tuple(sorted(standing, key=lambda each: each.p)),
        exhibits={id_: bool(past) for id_, past in zip(tested, beyond[len(found) :], strict=True)},
    )


def _standing(of: _OfGroup, beyond: bool) -> Standing:
    return Standing(
        metric=of.metric,
        by=of.by or "",
        group=of.group,
        own=of.compared.now,
        others=of.compared.before,
        difference=of.compared.comparison.interval,
        p=of.compared.comparison.p,
        beyond_noise=bool(beyond),
    )


def _against_others(
    measurer: Measurer, metric: Metric, by: str, scope: Scope
) -> Iterator[_OfGroup]:
    measure, sight = metric.measure, measurer.sight(scope)
    if metric.follows_size or not measure.between_groups:
        return
    found = measurer.evidence(metric, scope, by, most_in_all=2 * MOST_DRAWN)
    shown = {group: rows for group, rows in found.items() if not sight.hides(metric, group, by)}
    too_many = len(shown) * sum(rows.height for rows in shown.values()) > MOST_IN_ALL
    if len(shown) < 2 or (measure.drawn_by and too_many):
        return
    for group, own in shown.items():
        others = measure.together([rows for name, rows in shown.items() if name != group])
        compared = measure.compare(own, others, measurer.likeness(metric))
        if compared:
            yield _OfGroup(metric=metric, by=by, group=group, compared=compared)


def _compared(
    measurer: Measurer, metric: Metric, by: str | None, scope: Scope, earlier: Scope
) -> list[_OfGroup]:
    """Compare a number with the earlier period, all together or each group of a dimension that may
    be shown.
    """
    found: Mapping[str, Compared | None]
    if metric.measure.paired:
        pairs = measurer.paired(metric, scope, by)
        found = {group: metric.measure.compare_pairs(each) for group, each in pairs.items()}
    elif metric.measure.counts:
        found = _compare_totals(measurer, metric, by, scope, earlier)
    else:
        limits = {"most": MOST_DRAWN, "most_in_all": MOST_IN_ALL // 2}
        now, before = (measurer.evidence(metric, each, by, **limits) for each in (scope, earlier))
        likeness = measurer.likeness(metric)
        found = {
            group: metric.measure.compare(now[group], before[group], likeness)
            for group in now.keys() & before.keys()
        }
        found |= dict.fromkeys(now.keys() ^ before.keys())
    if by and len(found) < 2:
        return []  # one group alone is everybody
    sight = measurer.sight(scope)
    return [
        _OfGroup(metric=metric, by=by, group=group, compared=compared)
        for group, compared in sorted(found.items())
        if compared and not (by and sight.hides(metric, group, by))
    ]


def _compare_totals(
    measurer: Measurer, metric: Metric, by: str | None, scope: Scope, earlier: Scope
) -> dict[str, Compared | None]:
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
    found: dict[str, Compared | None] = {}
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
) -> _Counted | None:
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
    return _Counted(
        before=shown[1],
        now=shown[0],
        comparison=comparison,
        per_member=per_member,
        counted=(counts[1], counts[0]),
    )
