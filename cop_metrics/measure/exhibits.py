"""Tables of exhibits within a scope, what they show in a sentence, and why one is empty."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.marts import MARTS
from cop_metrics.measure.calendar import bounds, calendar
from cop_metrics.measure.cut import joined
from cop_metrics.measure.figures import figure_of, figures_by
from cop_metrics.measure.within import Within
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.columns import AMOUNTS, Role, named
from cop_metrics.metrics.metric import NOT_ASKED, PANEL, Counts, Exhibit
from cop_metrics.metrics.relation import RELATIONS
from cop_metrics.period import ALL, Period, read_period, whole_weeks
from cop_metrics.reasons import Reason, nothing, too_young

CUT_OR_NAMED = frozenset({*RELATIONS, *(mart.name for mart in MARTS)})
"""What an exhibit must declare to read it cut to the scope; read as it is, it is named with its
schema: `main.members`.
"""


@dataclass(frozen=True, kw_only=True)
class ExhibitTable:
    """An exhibit's table, what it shows in a sentence, and of which groups it lacks rows; `reason`:
    why it is not shown, whatever is in it.
    """

    rows: pl.DataFrame
    finding: str | None = None
    lacking: Mapping[str, int] = field(default_factory=dict)
    reason: Reason | None = None


def table_of(within: Within, exhibit: Exhibit) -> ExhibitTable:
    """Return the table of an exhibit with exactly its declared columns; empty where there is no data
    or the viewer is not shown it.
    """
    names = tuple(exhibit.titles)
    clearance = within.sight.exhibit(exhibit)
    if reason := within.choices.unrecorded(exhibit.needs) or clearance.reason:
        return ExhibitTable(
            rows=pl.DataFrame(schema=dict.fromkeys(names, pl.String)), reason=reason
        )
    found = _found(within, exhibit)
    shaped = exhibit.shape(found) if exhibit.shape else found
    rows = _long_months(within, exhibit, shaped).select(names)
    lacking = _lacking(within, exhibit, rows)
    if exhibit.every_group:
        rows, lacking = _with_every_group(exhibit, rows, lacking), {}
    rows = _along_the_scale(within, exhibit, rows)
    return ExhibitTable(
        rows=rows.with_columns(
            pl.lit(None, dtype=rows.schema[name]).alias(name)
            for name in names
            if name in clearance.hidden
        ),
        finding=_finding(exhibit, found, clearance.hidden),
        lacking=lacking,
    )


def _finding(exhibit: Exhibit, found: pl.DataFrame, hidden: frozenset[str]) -> str | None:
    """Return what an exhibit shows, None where that would tell of an amount that is hidden."""
    amounts = {each.name for each in exhibit.columns if each.role in AMOUNTS}
    if exhibit.finding is None or found.is_empty() or hidden & amounts:
        return None
    return exhibit.finding(found)


def tested(within: Within, exhibit: Exhibit) -> float | None:
    """Return the p-value of the test that the groups of an exhibit differ, None where none is made
    or there is too little.
    """
    unseen = within.choices.unrecorded(exhibit.needs) or within.sight.exhibit(exhibit).reason
    return None if exhibit.tested is None or unseen else exhibit.tested(_found(within, exhibit))


def sql_of(within: Within, exhibit: Exhibit) -> str:
    """Return the SQL of an exhibit; raises `TypeError` where it would read a mart uncut."""
    refuse_what_is_not_declared(exhibit.id, exhibit.sql, exhibit.relations)
    return within.cut.exhibit(exhibit)


def _found(within: Within, exhibit: Exhibit) -> pl.DataFrame:
    """Return what the SQL of an exhibit finds, behind the numbers of its panel."""
    rows = within.ask(sql_of(within, exhibit))
    if not exhibit.panel:
        return rows
    return pl.concat([_panel(within, exhibit), rows], how="diagonal_relaxed")


def _panel(within: Within, exhibit: Exhibit) -> pl.DataFrame:
    """Return the numbers that an exhibit shows side by side: each of every group of which any of
    them has a row.
    """
    by = exhibit.shows[0]
    found = {id_: figures_by(within, METRICS[id_], by) for id_ in exhibit.panel}
    groups = list(dict.fromkeys(group for figures in found.values() for group in figures))
    rows = [
        _panel_row(id_, group, figures.get(group) or _alone(within, id_, by, group))
        for id_, figures in found.items()
        for group in groups
    ]
    return pl.DataFrame(rows, schema=PANEL, orient="row")


def _alone(within: Within, id_: str, by: str, group: str) -> Figure:
    """Return that there is no number of a group, and why."""
    one = within.other(within.scope.only(by, group))
    return Figure(value=None, sample_size=0, reason=figure_of(one, METRICS[id_]).reason)


def _panel_row(id_: str, group: str, figure: Figure) -> tuple[object, ...]:
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
    return (id_, group, figure.value, low, high, figure.sample_size, figure.note)


def _along_the_scale(within: Within, exhibit: Exhibit, table: pl.DataFrame) -> pl.DataFrame:
    """Return a table that begins with seniorities in their order, lowest first."""
    first = exhibit.columns[0]
    if first.role is not Role.SENIORITY:
        return table
    steps = {seniority: step for step, seniority in enumerate(within.choices.seniorities)}
    step = pl.col(first.name).replace_strict(steps, default=len(steps), return_dtype=pl.Int32)
    return table.sort(step, maintain_order=True)


def _long_months(within: Within, exhibit: Exhibit, table: pl.DataFrame) -> pl.DataFrame:
    """Return a table without the months of which the period has too few days for this viewer."""
    starts = named(exhibit.columns, Role.MONTH, Role.START)
    if not starts:
        return table
    period, choices = within.scope.period, within.choices
    short = []
    for month in calendar(period, "month", choices):
        first, end = bounds(month, period, "month", choices)
        if within.sight.too_short(end - first):
            short.append(month)
    return table.remove(pl.any_horizontal(pl.col(starts).is_in(short))) if short else table


def _lacking(within: Within, exhibit: Exhibit, table: pl.DataFrame) -> dict[str, int]:
    """Return the groups that a table splits by and that are not in it, though enough people were in
    them, with how many.
    """
    lacking, size = dict[str, int](), within.choices.small_groups.size
    for by in exhibit.shows if table.height else ():
        columns = named(exhibit.columns, Role(by))
        if not columns:
            continue
        there = {group for name in columns for group in table[name].unique()}
        there |= within.groups_of(exhibit, by)
        of_whom = within
        if exhibit.group_of:
            of_whom = within.other(replace(within.scope, teams=(), seniorities=()))
        held = of_whom.held(exhibit.splits, by)
        lacking |= {
            group: held[group]
            for group in within.sight.groups(by)
            if held.get(group, 0) >= size and group not in there
        }
    return lacking


def _with_every_group(
    exhibit: Exhibit, table: pl.DataFrame, lacking: Mapping[str, int]
) -> pl.DataFrame:
    """Return a table that counts by group with a row of zero for those of which there is nothing."""
    [by] = exhibit.shows
    groups = named(exhibit.columns, Role(by))
    zero = [name for name in table.columns if table.schema[name].is_integer()]
    rows = [{**dict.fromkeys(groups, group), **dict.fromkeys(zero, 0)} for group in lacking]
    return pl.concat([table, pl.DataFrame(rows, schema=table.schema)]) if rows else table


def why_empty(within: Within, exhibit: Exhibit) -> Reason:
    """Say why an exhibit is empty: what there is none of, and whether fewer filters or more days
    would show any.
    """
    scope, choices = within.scope, within.choices
    first, end = scope.period.first_day, min(scope.period.end_day, choices.as_of_day + 1)
    state = exhibit.counts is Counts.STATE
    if not state and scope.outside(choices):
        return nothing(f"{words.OUTSIDE}.")
    if exhibit.of_topics and not choices.topics:
        return nothing(words.NO_TOPICS)
    edge, known = exhibit.known_from or (0, "")
    if edge and end <= choices.first_day + edge:
        reached = choices.as_of_day >= choices.first_day + edge
        longer = "choose a longer period" if reached else "the data is not that long yet"
        return too_young(f"{known} from {edge} days after the data begins: {longer}.")
    if exhibit.over_earlier and first - scope.period.days < choices.first_day:
        return too_young(words.NO_EARLIER)
    unfiltered = replace(scope, teams=(), seniorities=(), topics=(), explicit_only=False)
    filtered = unfiltered != scope and _shows(within.other(unfiltered), exhibit)
    always = replace(scope, period=_all_days(within))
    earlier = not (filtered or state or always == scope) and _shows(within.other(always), exhibit)
    missing = NOT_ASKED if _nobody_asked(within, exhibit) else exhibit.empty
    return nothing(words.why_empty(missing, filtered=filtered, earlier=earlier, ever=state))


def _nobody_asked(within: Within, exhibit: Exhibit) -> bool:
    """Say whether an exhibit of questions is empty as none was asked: then nothing else of them is
    worth saying.
    """
    questions = METRICS["questions"]
    of_period = exhibit.counts is not Counts.STATE and exhibit.relations[0] == questions.relation
    return of_period and not figure_of(within, questions).value


def _shows(within: Within, exhibit: Exhibit) -> bool:
    return not table_of(within, exhibit).rows.is_empty()


def _all_days(within: Within) -> Period:
    """Return all days of the data; for viewers without names its whole weeks."""
    days = {"first_day": within.choices.first_day, "as_of_day": within.choices.as_of_day}
    period = read_period(ALL, **days)
    return period if within.scope.names else whole_weeks(period, **days)


@cache
def refuse_what_is_not_declared(id_: str, sql: str, relations: tuple[str, ...]) -> None:
    """Raise `TypeError` where an exhibit would read a mart uncut for want of declaring it."""
    read = tables_read(f"with here as (select 1){joined(sql)}")
    forgotten = sorted((read & CUT_OR_NAMED) - {*relations})
    if forgotten:
        raise TypeError(
            f"The exhibit '{id_}' reads {', '.join(forgotten)} as if no filter were set. Name it in `relations`, which cuts it "
            f"to the scope, or write main.{forgotten[0]} to read all of it."
        )


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def tables_read(sql: str) -> set[str]:
    """Return the tables that a SELECT reads by their bare names, without those that it makes itself
    (WITH).
    """
    [(tree,)] = (
        _parser().cursor().execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()
    )
    nodes = [json.loads(tree)]
    read: set[str] = set()
    made: set[str] = set()
    for node in nodes:  # grows while it is walked
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE" and not node["schema_name"]:
                read.add(node["table_name"])
            made |= {each["key"] for each in node.get("cte_map", {}).get("map", ())}
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
    return read - made
