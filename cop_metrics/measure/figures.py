"""Figures within a scope: one, by group or month, or why there is none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from cop_metrics import words
from cop_metrics.measure.calendar import CALENDAR, after, bounds, calendar, days
from cop_metrics.measure.within import Within, label
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.metric import Metric
from cop_metrics.metrics.relation import RELATIONS, lists_people
from cop_metrics.period import to_day
from cop_metrics.reasons import Reason, nobody, nothing, too_young

FIGURE_SCHEMA: dict[str, type[pl.DataType]] = {
    "group": pl.String,
    "value": pl.Float64,
    "sample_size": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "note": pl.String,
    "complete": pl.Boolean,
}


def figure_of(within: Within, metric: Metric) -> Figure:
    """Measure one number. Where there is no data the value is None and the reason says why."""
    reason = within.choices.unrecorded(metric.needs) or _untold(within, metric, None, None)
    if reason:
        return Figure(value=None, sample_size=0, reason=reason)
    found = grouped(within, metric, None).get("", {}).get("")
    return found or _of_nothing(within, metric, None, "")


def figures_by(within: Within, metric: Metric, by: str) -> dict[str, Figure]:
    """Measure by month, week, team, seniority or topic, in the order of the groups."""
    if within.choices.unrecorded(metric.needs):
        return {}
    return _shown(within, metric, grouped(within, metric, by).get("", {}), by)


def figures_over(within: Within, metric: Metric, by: str) -> dict[str, dict[str, Figure]]:
    """Measure by month within each group of a dimension that has a value."""
    known = [
        group
        for group, figure in figures_by(within, metric, by).items()
        if figure.value is not None
    ]
    pieces = grouped(within, metric, "month", by) if known else {}
    return {
        group: _shown(
            within.other(within.scope.only(by, group)), metric, pieces.get(group, {}), "month"
        )
        for group in known
    }


def table_of(
    within: Within, metric: Metric, figures: Mapping[str, Figure], by: str
) -> pl.DataFrame:
    """Return figures as a table of `FIGURE_SCHEMA`; `complete` is False for a first or last month or
    week that the period or the data cuts.
    """
    rows: list[tuple[Any, ...]] = []
    for group, figure in figures.items():
        low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
        complete = by not in CALENDAR or _complete(within, metric, date.fromisoformat(group), by)
        rows.append((group, figure.value, figure.sample_size, low, high, figure.note, complete))
    return pl.DataFrame(rows, schema=FIGURE_SCHEMA, orient="row")


def grouped(
    within: Within, metric: Metric, by: str | None, series: str | None = None
) -> dict[str, dict[str, Figure]]:
    """Return the figures by series and group, as they are; both are "" where nothing splits."""
    query = within.cut.query(metric, by, series)
    figures: dict[str, dict[str, Figure]] = {}
    for group, of, part in query.parts(within.ask(query.sql)):
        if by is None or group is not None:
            figure = metric.measure.figure(part, within.choices.alike(metric.id))
            figures.setdefault(label(of), {})[label(group)] = figure
    return figures


def _shown(
    within: Within, metric: Metric, pieces: Mapping[str, Figure], by: str
) -> dict[str, Figure]:
    return {
        group: _of_group(within, metric, group, pieces.get(group), by)
        for group in _groups(within, metric, pieces, by)
    }


def _of_group(within: Within, metric: Metric, group: str, found: Figure | None, by: str) -> Figure:
    reason = within.sight.group(group, by)
    if by in CALENDAR:
        reason = reason or _untold(within, metric, date.fromisoformat(group), by)
    else:
        reason = reason or _untold(within.other(within.scope.only(by, group)), metric, None, None)
    if reason:
        return Figure(value=None, sample_size=0, reason=reason)
    return found or _of_nothing(within, metric, by, group)


def _untold(within: Within, metric: Metric, start: date | None, by: str | None) -> Reason | None:
    """Return why a number is not told for this viewer and these days, None where it is.

    `start`: the first day of one month or week (`by`); None for the scope's whole period.
    """
    if reason := within.sight.number(metric):
        return reason
    period, choices = within.scope.period, within.choices
    if start is None or by is None:
        first, end = days(period, choices)
    else:
        first, end = bounds(start, period, by, choices)
    if metric.edge_days and end <= choices.first_day + metric.edge_days:
        return too_young(f"not known in the first {metric.edge_days} days of the data")
    return within.sight.too_short(end - first) if by == "month" else None


def _complete(within: Within, metric: Metric, start: date, by: str) -> bool:
    """Say whether a month or week lies wholly in period and data, and all of it is ripe."""
    first, end = bounds(start, within.scope.period, by, within.choices)
    whole = (first, end) == bounds_of(start, by)
    ripe = end + metric.ripens_in <= within.choices.as_of_day
    known = not metric.edge_days or first >= within.choices.first_day + metric.edge_days
    return whole and ripe and known


def bounds_of(start: date, by: str) -> tuple[int, int]:
    """Return the first and the end day of a whole month or week."""
    return to_day(start), to_day(after(start, by))


def _groups(within: Within, metric: Metric, pieces: Mapping[str, Figure], by: str) -> list[str]:
    """Return the groups to show, in order: of counts each that the scope lets in, else those with
    anything to count from.

    A group of as many people as a small group needs stands there with nothing too (2.6). Groups
    that are hidden stand there whether there is anything in them or not, which else would show.
    """
    scope, choices = within.scope, within.choices
    if by in CALENDAR:
        return [str(each) for each in calendar(scope.period, by, choices)]
    if by == "topic":
        return [topic for topic in choices.topics if topic in pieces or topic in scope.topics]
    known = within.sight.groups(by)
    chosen = scope.teams if by == "team" else scope.seniorities
    lacking = [group for group in chosen or known if group not in pieces]
    there = {
        group
        for group in lacking
        if metric.measure.counts or group in chosen or within.sight.hides(metric, group, by)
    }
    if len(there) < len(lacking):
        size = choices.small_groups.size
        held = within.members(metric, by)
        there |= {group for group, people in held.items() if people >= size}
    return [group for group in known if group in pieces or (group in there and group in lacking)]


def _of_nothing(within: Within, metric: Metric, by: str | None, group: str) -> Figure:
    """Return what is said where nothing was counted: 0 of so many members, or why there is nothing
    to divide (2.6).
    """
    if not metric.measure.counts:
        return Figure(value=None, sample_size=0, reason=_why_none(within, metric, by, group))
    if by in (*CALENDAR, "topic") or not (_did(metric) or lists_people(metric)):
        return Figure(value=0.0, sample_size=0)
    people = within.members(metric, by).get(group, 0)
    reason = _none_of(within, metric, by, group, people) if people else None
    return Figure(value=0.0, sample_size=people, reason=reason)


def _why_none(within: Within, metric: Metric, by: str | None, group: str) -> Reason:
    """Return why there is nothing to divide: no data, too young, not of those who count, or none of
    so many people did it.
    """
    first, end = days(within.scope.period, within.choices)
    if end <= within.choices.first_day or first >= end:
        return nothing(words.OUTSIDE)
    rows, all_young = _behind(within, metric, by).get(group, (0, False))
    if rows and all_young:
        younger = f"all younger than {metric.ripens_in} days"
        return too_young(f"too soon to tell: {rows:,d} of this period, {younger}")
    if rows:
        uncounted = words.UNCOUNTED.get(metric.id) or metric.no_rows
        return uncounted or nothing(f"none of {rows:,d} in this period counts here")
    people = 0 if by == "topic" else within.members(metric, by).get(group, 0)
    none = _none_of(within, metric, by, group, people)
    if not none:
        return metric.no_rows or nothing(words.NOTHING_COUNTED)
    return nobody(f"{none}, so there is nothing to {words.DIVIDED.get(metric.id, 'divide')}")


def _behind(within: Within, metric: Metric, by: str | None) -> dict[str, tuple[int, bool]]:
    """Return by group how many rows there are to count from, and whether all of them are still too
    young for it.
    """
    day = RELATIONS[metric.relation].day
    ripe_until = within.choices.as_of_day - metric.ripens_in
    young = "false"
    if day and metric.ripens_in:
        young = f"coalesce(bool_and({day} > {ripe_until:d}), false)"
    query = within.cut.query(metric, by)
    found = within.ask(
        f"{query.head} select {query.groups[0]} as name, count(*) as n, {young} as all_young "
        f"from {query.source} group by 1"
    )
    return {label(name): (n, all_young) for name, n, all_young in found.iter_rows()}


def _none_of(
    within: Within, metric: Metric, by: str | None, group: str, people: int
) -> Reason | None:
    """Say that none of a group's members did what is counted, None where that is no act."""
    did = _did(metric)
    if did is None:
        return None
    scope = within.scope
    chosen = (group,) if by == "seniority" else scope.seniorities
    steps = chosen if "seniority" in metric.splits else ()
    topics = (group,) if by == "topic" else scope.topics
    asked = list(topics) if "topic" in metric.splits else []
    if scope.explicit_only and RELATIONS[metric.relation].topic:
        did += " in a way that is marked as a question"
    said = words.none_of(people, within.only_of(metric) or steps, did)
    return nobody(said + (f" ({words.listing(asked)})" if asked else ""))


def _did(metric: Metric) -> str | None:
    """Return what people did that a number counts, None where it counts no act of theirs."""
    return words.DID[metric.id] if metric.id in words.DID else words.DID.get(metric.relation)
