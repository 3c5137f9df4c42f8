"""Measures numbers and exhibits within a scope: what everything that shows one enters by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import Sight
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.measure.asking import Asking
from cop_metrics.measure.calendar import CALENDAR, calendar
from cop_metrics.measure.exhibits import sql_of, table_of, tested, why_empty
from cop_metrics.measure.figures import FIGURE_SCHEMA, figure_of, figures_by, figures_over
from cop_metrics.measure.figures import table_of as table_of_figures
from cop_metrics.measure.lists import Listed, listed
from cop_metrics.measure.queries import Query
from cop_metrics.measure.within import Within, label
from cop_metrics.metrics.aggregates import Computed, Figure, pairs_of
from cop_metrics.metrics.metric import Counts, Exhibit, Metric
from cop_metrics.metrics.relation import RELATIONS
from cop_metrics.period import Period
from cop_metrics.reasons import Reason, Why, nothing
from cop_metrics.statistics.people import Pairs
from cop_metrics.units import Unit

BY = (*CALENDAR, "team", "seniority", "topic")
SERIES: dict[str, type[pl.DataType]] = {"series": pl.String, **FIGURE_SCHEMA}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured of a number or an exhibit, with all that is to be said beside it.

    `figure`: a number that is not split; `table`: one that is, or an exhibit's. `reason`: why there
    is nothing to show; `ignored`: which filters do not act on it, in words; `lacking`: of which
    groups, of so many members, it has nothing; `finding`: what it shows in a sentence. `average`:
    the number of all groups together, None for counts. `unreached`: of how many months or groups a
    median is not reached.
    """

    table: pl.DataFrame
    figure: Figure | None = None
    reason: Reason | None = None
    ignored: str | None = None
    lacking: Mapping[str, int] = field(default_factory=dict)
    finding: str | None = None
    average: float | None = None
    unreached: int = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what is to be said beside it: `ignored` and `lacking` in words."""
        lacking = (_lacking_said(self.lacking),) if self.lacking else ()
        return (self.ignored, *lacking) if self.ignored else lacking


@dataclass(frozen=True)
class Number:
    """A number that will be measured: within a scope, by group, and within each by another."""

    metric: Metric
    scope: Scope
    by: str | None = None
    series: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measurer:
    """Measures over one snapshot of one store, from any number of threads; `choices` are those of
    the scope's community.

    It keeps what it measured: have one for a page, not one for ever.
    """

    cursor: duckdb.DuckDBPyConnection
    choices: CommunityChoices
    asking: Asking = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asking", Asking(cursor=self.cursor))

    def within(self, scope: Scope) -> Within:
        """Return what is measured, asked and seen within a scope."""
        return Within(self.asking, scope, self.choices)

    def measure(
        self, of: Metric | Exhibit, scope: Scope, by: str | None = None, each: str | None = None
    ) -> Measured:
        """Measure a number, whole or `by` month, week, team, seniority or topic, also by month
        within `each` team, seniority or topic; or an exhibit.

        The table of a split number has the columns of `FIGURE_SCHEMA` in the order of the groups
        (ISO days for months and weeks), before them `series` where it is of each group of another
        dimension. Groups too small for the viewer have a null value and say so. Raises `CopError`
        for a split that it does not have.
        """
        within = self.within(scope)
        if isinstance(of, Exhibit):
            return _exhibit(within, of, by)
        if by is None:
            figure = figure_of(within, of)
            reason = figure.reason if figure.value is None else None
            ignored = _ignored(within, of)
            return Measured(table=pl.DataFrame(), figure=figure, reason=reason, ignored=ignored)
        _refuse_split(within, of, by)
        if each is None:
            return _split(within, of, by)
        _refuse_split(within, of, each)
        return _series(within, of, each)

    def figure(self, metric: Metric, scope: Scope) -> Figure:
        """Measure one number. Where there is no data the value is None and the reason says why."""
        return figure_of(self.within(scope), metric)

    def listed(self, metric: Metric, scope: Scope, *, most: int | None = None) -> Listed:
        """Return the rows behind a number, the first so many, or why there are none."""
        within = self.within(scope)
        return replace(listed(within, metric, most), ignored=_ignored(within, metric))

    def tested(self, exhibit: Exhibit, scope: Scope) -> float | None:
        """Return the p-value of the test that the groups of an exhibit differ, None where none is
        made or there is too little.
        """
        return tested(self.within(scope), exhibit)

    def sight(self, scope: Scope) -> Sight:
        """Return what the viewer of a scope may see."""
        return self.within(scope).sight

    def unmeasurable(self, of: Metric | Exhibit) -> Reason | None:
        """Return why the community's sources cannot measure it, None where they can."""
        return self.choices.unrecorded(of.needs)

    def query(
        self, metric: Metric, scope: Scope, by: str | None, series: str | None = None
    ) -> Query:
        """Return the query of a number by group, and within each by another."""
        return self.within(scope).cut.query(metric, by, series)

    def evidence_query(self, metric: Metric, scope: Scope, by: str | None) -> Query:
        """Return the query of `evidence`: totals by week too, shares as they stand."""
        return self.within(scope).cut.evidence(metric, by)

    def paired_query(self, metric: Metric, scope: Scope, by: str | None) -> Query:
        """Return the query of `paired`."""
        return self.within(scope).cut.pairs(metric, by)

    def likeness(self, metric: Metric) -> float:
        """Return how alike one person's rows of a number are, 0 where that is not known."""
        return self.choices.alike(metric.id)

    def prepare(self, numbers: Iterable[Number]) -> list[Callable[[], None]]:
        """Return the work that answers together what measuring these numbers will ask."""
        known = (each for each in numbers if not self.unmeasurable(each.metric))
        return self.expect(
            (self.query(each.metric, each.scope, each.by, each.series), each.scope)
            for each in known
        )

    def expect(self, wanted: Iterable[tuple[Query, Scope]]) -> list[Callable[[], None]]:
        """Return the work that answers those queries which can be answered together; whoever asks
        one waits till it is done.
        """
        return self.asking.expect((query, self.within(scope).cut) for query, scope in wanted)

    def sql(self, of: Metric | Exhibit) -> str:
        """Return the SQL that measures it over all data, for the glossary."""
        last = self.choices.as_of_day + 1
        period = Period(first_day=self.choices.first_day, end_day=last, words="")
        within = self.within(Scope(community=self.choices.community, period=period))
        if isinstance(of, Exhibit):
            return sql_of(within, of)
        cut = within.cut.rows(RELATIONS[of.relation], of)
        select = of.measure.select(("true",))
        return f"with {within.cut.periods(None)}, cut as ({cut})\n{select}"

    def evidence(
        self,
        metric: Metric,
        scope: Scope,
        by: str | None,
        *,
        most: int | None = None,
        most_in_all: int | None = None,
    ) -> dict[str, pl.DataFrame]:
        """Return, by group ("" where `by` is None), the rows that a comparison of periods or groups
        needs.

        Shares: hits, n, and the rest of `statistics.People` where it has a person. Totals: week,
        value, weeks without any too. Computed: person and the columns that the metric declares, of
        no group with more than `most` rows, and of none at all where the others have more than
        `most_in_all`: rows are many, and nobody could compare so many.
        """
        if self.unmeasurable(metric):
            return {}
        within = self.within(scope)
        query = within.cut.evidence(metric, by)
        if isinstance(metric.measure, Computed) and metric.measure.person:
            query = _drawn(query, metric.measure, most, most_in_all)
        frame = within.ask(query.sql)
        if metric.measure.counts:
            frame = _with_empty_weeks(frame, calendar(scope.period, "week", self.choices))
        parts = frame.partition_by("group_value", maintain_order=True, as_dict=True)
        return {label(group): part for (group,), part in parts.items()}

    def paired(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, Pairs]:
        """Return, by group ("" where `by` is None), a share by person or of people in the scope's
        period and the one before.
        """
        within = self.within(scope)
        query, alike = within.cut.pairs(metric, by), within.choices.alike(metric.id)
        return {
            label(group): pairs_of(part, alike)
            for group, _, part in query.parts(within.ask(query.sql))
        }

    def totals(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, float]:
        """Return, by group ("" where `by` is None), a total that is not for showing, but for
        comparing others by it.
        """
        within = self.within(scope)
        query = within.cut.query(metric, by)
        return {
            label(group): float(part["value"][0] or 0)
            for group, _, part in query.parts(within.ask(query.sql))
        }

    def persons(self, metric: Metric, scope: Scope) -> pl.DataFrame | None:
        """Return each person's rows that count (`n`), with the `sums` of their values and of their
        `squares`.

        None for a number of which no interval rests on how alike one person's rows are, and where
        it is not measurable.
        """
        within = self.within(scope)
        sql = None if self.unmeasurable(metric) else metric.measure.persons()
        return None if sql is None else within.ask(f"{within.cut.head(metric, None)} {sql}")


def _refuse_split(within: Within, metric: Metric, by: str) -> None:
    """Raise `CopError` for a split that a number, or its viewer, does not have."""
    if by not in BY:
        raise UnknownName("split", by, BY)
    if by not in CALENDAR and by not in metric.splits:
        raise CopError(
            f"'{metric.title}' cannot be split by {by}; it can by {', '.join(metric.splits)}."
        )
    if by in CALENDAR and metric.counts is Counts.STATE:
        raise CopError(f"'{metric.title}' is a state of now: it has no history by {by}.")
    if by == "week" and not within.scope.names:
        raise CopError("A single week is shown only to viewers who may see names: choose months.")


def _exhibit(within: Within, exhibit: Exhibit, by: str | None) -> Measured:
    if by:
        raise CopError(
            f"'{exhibit.id}' is a table of its own and cannot be split: leave --by away."
        )
    found = table_of(within, exhibit)
    empty = found.reason is None and found.rows.is_empty()
    return Measured(
        table=found.rows,
        reason=why_empty(within, exhibit) if empty else found.reason,
        ignored=_ignored(within, exhibit),
        lacking=found.lacking,
        finding=found.finding,
    )


def _split(within: Within, metric: Metric, by: str) -> Measured:
    figures = figures_by(within, metric, by)
    return Measured(
        table=table_of_figures(within, metric, figures, by),
        reason=_why_no_value(within, metric, by, figures.values()),
        ignored=_ignored(within, metric),
        average=None if by in CALENDAR else _average(within, metric, by),
        unreached=sum(_is_unreached(each) for each in figures.values()),
    )


def _series(within: Within, metric: Metric, each: str) -> Measured:
    over = figures_over(within, metric, each)
    tables = [
        table_of_figures(within, metric, figures, "month").insert_column(
            0, pl.lit(group).alias("series")
        )
        for group, figures in over.items()
    ]
    found = [figure for figures in over.values() for figure in figures.values()]
    return Measured(
        table=pl.concat([pl.DataFrame(schema=SERIES), *tables]),
        reason=_why_no_value(within, metric, "month", found),
        ignored=_ignored(within, metric),
    )


def _is_unreached(figure: Figure) -> bool:
    return figure.reason is not None and figure.reason.why is Why.NOT_REACHED


def _ignored(within: Within, of: Metric | Exhibit) -> str | None:
    """Return which of the scope's filters do not act on it, in words."""
    scope = within.scope
    filters = {"team": scope.teams, "seniority": scope.seniorities, "topic": scope.topics}
    ignored = [name for name, values in filters.items() if values and name not in of.splits]
    relations = of.relations if isinstance(of, Exhibit) else (of.relation,)
    if scope.explicit_only and not any(RELATIONS[name].topic for name in relations):
        ignored.append("how questions are found")
    return f"not filtered by {words.listing(ignored)}" if ignored else None


def _lacking_said(groups: Mapping[str, int]) -> str:
    """Name the groups of which there is nothing, with how many they are."""
    named = [f"{group} ({words.counted(people, 'member')})" for group, people in groups.items()]
    return f"nothing is counted of {words.listing(named)}"


def _why_no_value(
    within: Within, metric: Metric, by: str, figures: Iterable[Figure]
) -> Reason | None:
    """Say why no group and no month has a value: the reason of all together, else that of the first
    of them; None where any has one.
    """
    if reason := within.choices.unrecorded(metric.needs):
        return reason
    found = [*figures]
    if any(each.value is not None for each in found):
        return None
    if by == "topic" and not within.choices.topics:
        return nothing(words.NO_TOPICS)
    whole = figure_of(within, metric)
    reasons = [whole.reason if whole.value is None else None, *(each.reason for each in found)]
    known = next((each for each in reasons if each), nothing(words.NOTHING_COUNTED))
    return replace(known, text=f"{known.text}.")


def _average(within: Within, metric: Metric, by: str) -> float | None:
    """Return the number of all groups together, None for counts and where it would show too small a
    group.
    """
    if metric.unit in (Unit.COUNT, Unit.POINTS):
        return None
    everybody = within.scope.all_of(by)
    if within.sight.refuses(everybody.teams, everybody.seniorities):
        return None
    return figure_of(within.other(everybody), metric).value


def _drawn(query: Query, measure: Computed, most: int | None, most_in_all: int | None) -> Query:
    """Return the query of the rows that a comparison draws from, of groups that are not too many."""
    group = query.groups[0]
    having = f" having count(*) <= {most}" if most else ""
    sizes = f"(select {group} as name, count(*) as size from {query.source} group by 1{having})"
    few = [f"{group} in (select name from {sizes})"] if most else []
    few += [f"(select sum(size) from {sizes}) <= {most_in_all}"] if most_in_all else []
    drawn = replace(
        measure,
        columns=(f"{measure.person} as person", *measure.columns),
        where=" and ".join([f"({measure.where})", *few]),
    )
    return replace(query, measure=drawn)


def _with_empty_weeks(counted: pl.DataFrame, starts: Sequence[date]) -> pl.DataFrame:
    """Return the value of each group in each week, in order, 0 where it has none."""
    weeks = pl.DataFrame({"week": starts}, schema={"week": pl.Date})
    every = counted.select(pl.col("group_value").unique(maintain_order=True)).join(
        weeks, how="cross"
    )
    named = counted.select("group_value", pl.col("series_value").alias("week"), "value")
    return every.join(
        named,
        on=("group_value", "week"),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(pl.col("value").fill_null(0.0))
