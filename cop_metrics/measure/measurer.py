"""Measures a metric or an exhibit within a scope: the only place that builds metric SQL, and no SQL
runs without a scope.

Every relation is cut to the viewer's community, days, teams, seniorities and topics before anything
is aggregated.
"""

import json
import logging
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, partial
from threading import Lock
from typing import Any, Protocol

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.access.scope import CommunityChoices, Reading, Scope
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.limits import HELD_DAYS
from cop_metrics.marts import MARTS
from cop_metrics.measure.queries import (
    HELD_LONG_ENOUGH,
    NOT_SPLIT,
    Query,
    Together,
    aggregate,
    persons,
    together,
)
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.columns import Column, ListOf, Role, Rows, named
from cop_metrics.metrics.metric import (
    EVERY_SENIORITY,
    NEWCOMER,
    PANEL,
    Computed,
    Counts,
    Exhibit,
    Figure,
    Metric,
    PeopleShare,
    PeopleWithout,
    Share,
    Total,
    Whose,
    needed,
)
from cop_metrics.metrics.relation import PEOPLE_OF_DAYS, PEOPLE_OF_MONTHS, RELATIONS, Relation
from cop_metrics.people import UNKNOWN
from cop_metrics.period import FEWEST_WEEKS, FIRST, Period, to_date, to_day
from cop_metrics.statistics.comparing import Interval
from cop_metrics.statistics.people import SUMMED_UP, Pairs, People, TwoSided
from cop_metrics.statistics.shares import clustered_wilson, two_sided_wilson, wilson
from cop_metrics.values import literal

LOG = logging.getLogger("cop_metrics.measure.measurer")
# DuckDB advises against what `_ask` does, as it copies the rows; `sql` binds each statement twice,
# which takes longer.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
BY = ("month", "week", "team", "seniority", "topic")
AT_ONCE = 3
"""How many queries are asked at a time: each waits for its plan and its rows as long as it
computes.
"""
SHORTEST_DAYS = 7 * FEWEST_WEEKS
CUT_OR_NAMED = frozenset({*RELATIONS, *(mart.name for mart in MARTS)})
"""What an exhibit must declare to read it cut to the scope; read as it is, it is named with its
schema: `main.members`.
"""
TOO_SMALL = "too small a group to be shown"
INDIVIDUAL = "Points and levels of single people are shown only where whoever runs the dashboard has allowed it in its settings."
UNRECORDED = {
    "reach": "record neither reads nor views",
    "giver": "do not record who reacted",
    "thanker": "do not record who upvoted or thanked",
    "acceptance": "tell of no accepted answer",
    "team": "know of no teams",
    "account": "know only people who took part",
}
"""What is said where a table is there and yet not all of it, or where one of several would do."""
BY_OWN_TEAMS = ("reads_from_other_teams", "teams")
"""The numbers and columns that are counted by teams as they are, without Unknown: they would tell
of few such people.
"""
BY_ALL_TEAMS = ("own_team_odds",)
"""The numbers that weigh each team by its size, also within a seniority: they would tell of cells
that are hidden or merged.
"""
TELLS_SENIORITY = "Without names this is not listed: it would tell the seniority of those who wrote, thread by thread."
_CALENDAR = """,
    cast(date_trunc('month', date '1970-01-01' + cast({day} as int)) as date) as month,
    cast(date_trunc('week', date '1970-01-01' + cast({day} as int)) as date) as week,
    month >= date '1970-01-01' + cast(greatest($first_day, {since}) as int)
        and month + interval 1 month <= date '1970-01-01' + cast(least($end_day, {as_of}) as int) as month_complete"""
FIGURE_SCHEMA: dict[str, type[pl.DataType]] = {
    "group": pl.String,
    "value": pl.Float64,
    "sample_size": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "note": pl.String,
    "complete": pl.Boolean,
}


class Declared(Protocol):
    """What a metric and an exhibit have in common for cutting their relations."""

    @property
    def whose(self) -> Whose: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def splits(self) -> tuple[str, ...]: ...
    @property
    def needs(self) -> str | tuple[str, ...] | None: ...
    @property
    def about(self) -> str | None: ...
    @property
    def about_others(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class _Holders:
    """Who held a group, cut by the filters that act on a number."""

    splits: tuple[str, ...]
    whose: Whose = Whose.MEMBER
    counts: Counts = Counts.STOCK
    needs: None = None
    about: None = None
    about_others: None = None


class Asked:
    """What was asked and its answer, so that nothing is asked twice, from whichever thread."""

    def __init__(self) -> None:
        self._answers: dict[str, Future[pl.DataFrame]] = {}
        self._lock = Lock()

    def knows(self, question: str) -> bool:
        """Say whether it was asked or promised."""
        return question in self._answers

    def promise(self, question: str) -> bool:
        """Say that an answer will be kept, for which all who ask wait; False where there is one or
        somebody is at it.
        """
        with self._lock:
            if question in self._answers:
                return False
            self._answers[question] = Future()
            return True

    def keep(self, question: str, ask: Callable[[], pl.DataFrame]) -> None:
        """Keep the promised answer, or what went wrong."""
        answer = self._answers[question]
        try:
            answer.set_result(ask())
        except BaseException as problem:  # noqa: BLE001 - whoever waits for the answer gets it too
            answer.set_exception(problem)

    def answer(self, question: str, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the answer to a question, asking it only where nobody has."""
        if self.promise(question):
            self.keep(question, ask)
        return self._answers[question].result()


@dataclass(frozen=True, kw_only=True)
class Measurer:
    """Measures over one snapshot of one store, from any number of threads; `choices` are those of
    the scope's community.

    It keeps what it measured: have one for a page, not one for ever.
    """

    cursor: duckdb.DuckDBPyConnection
    choices: CommunityChoices
    asked: Asked = field(default_factory=Asked, compare=False)

    def figure(self, metric: Metric, scope: Scope) -> Figure:
        """Measure one number. Where there is no data the value is None and the note says why."""
        unmeasurable = self.unmeasurable(metric)
        withheld = unmeasurable or self._untold(metric, scope, None, None)
        if withheld:
            return Figure(value=None, sample_size=0, note=withheld)
        return self._grouped(metric, scope, None).get("", {}).get("") or self._nothing(
            metric, scope, None, ""
        )

    def figures_by(self, metric: Metric, scope: Scope, by: str) -> pl.DataFrame:
        """Measure by month, week, team, seniority or topic.

        Returns group (ISO day for months and weeks), value, sample_size, low, high, note, complete
        (False for a first or last month or week that the period or the data cuts), in the order of
        the groups. Groups too small for the viewer have a null value and say so. Raises `CopError`
        for a split that the metric does not have.
        """
        if by not in BY:
            raise UnknownName("split", by, BY)
        if by not in ("month", "week") and by not in metric.splits:
            raise CopError(
                f"'{metric.title}' cannot be split by {by}; it can by {', '.join(metric.splits)}."
            )
        if by in ("month", "week") and metric.counts is Counts.STATE:
            raise CopError(f"'{metric.title}' is a state of now: it has no history by {by}.")
        if by == "week" and not scope.names:
            raise CopError(
                "A single week is shown only to viewers who may see names: choose months."
            )
        if self.unmeasurable(metric):
            return pl.DataFrame(schema=FIGURE_SCHEMA)
        pieces = self._grouped(metric, scope, by).get("", {})
        return self._rows(metric, pieces, scope, by)

    def figures_over(self, metric: Metric, scope: Scope, by: str) -> dict[str, pl.DataFrame]:
        """Measure by month within each group of a dimension that has a value: what `figures_by`
        returns for each.
        """
        told = self.figures_by(metric, scope, by).filter(pl.col("value").is_not_null())["group"]
        pieces = self._grouped(metric, scope, "month", by) if told.len() else {}
        return {
            group: self._rows(metric, pieces.get(group, {}), self.only(scope, by, group), "month")
            for group in told
        }

    def _rows(
        self, metric: Metric, pieces: Mapping[str, Figure], scope: Scope, by: str
    ) -> pl.DataFrame:
        rows = [
            self._row(metric, group, pieces.get(group), scope, by)
            for group in self._groups(metric, pieces, scope, by)
        ]
        return pl.DataFrame(rows, schema=FIGURE_SCHEMA, orient="row")

    def table(self, exhibit: Exhibit, scope: Scope) -> pl.DataFrame:
        """Return the table of an exhibit, with exactly its declared columns; empty where there is
        no data.
        """
        return self.table_and_finding(exhibit, scope)[0]

    def table_and_finding(self, exhibit: Exhibit, scope: Scope) -> tuple[pl.DataFrame, str | None]:
        """Return the table of an exhibit, and what it shows in a sentence, None where nothing can
        be said.
        """
        names = tuple(exhibit.titles)
        if self.withheld(exhibit, scope):
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String)), None
        frame = self._told_by(exhibit, scope)
        shaped = exhibit.shape(frame) if exhibit.shape else frame
        hidden = (
            () if scope.names else tuple(each.name for each in exhibit.columns if each.personal)
        )
        hidden += tuple(name for name in names if self.tells_of_few(name, scope))
        table = self._long_months(exhibit, shaped, scope).select(names)
        if exhibit.every_group:
            table = self._with_every_group(exhibit, table, scope)
        table = self._along_the_scale(exhibit, table)
        table = table.with_columns(
            pl.lit(None, dtype=table.schema[name]).alias(name) for name in hidden
        )
        return table, exhibit.finding(frame) if exhibit.finding and frame.height else None

    def tested(self, exhibit: Exhibit, scope: Scope) -> float | None:
        """Return the p-value of the test that the groups of an exhibit differ, None where none is
        made or there is too little.
        """
        if exhibit.tested is None or self.withheld(exhibit, scope):
            return None
        return exhibit.tested(self._told_by(exhibit, scope))

    def _told_by(self, exhibit: Exhibit, scope: Scope) -> pl.DataFrame:
        """Return what the SQL of an exhibit says."""
        rows = self._frame(self._sql_of(exhibit, scope), scope)
        return (
            pl.concat([self._panel(exhibit, scope), rows], how="diagonal_relaxed")
            if exhibit.panel
            else rows
        )

    def _panel(self, exhibit: Exhibit, scope: Scope) -> pl.DataFrame:
        """Return the numbers that an exhibit shows side by side: each of every group of which any
        of them has a row.
        """
        by = exhibit.shows[0]
        found = {id_: self.figures_by(METRICS[id_], scope, by) for id_ in exhibit.panel}
        groups = list(
            dict.fromkeys(group for figures in found.values() for group in figures["group"])
        )
        rows: list[tuple[object, ...]] = []
        for id_, figures in found.items():
            known = {row["group"]: row for row in figures.iter_rows(named=True)}
            for group in groups:
                if row := known.get(group):
                    cells = (row["value"], row["low"], row["high"], row["sample_size"], row["note"])
                else:
                    cells = (
                        None,
                        None,
                        None,
                        0,
                        self.figure(METRICS[id_], self.only(scope, by, group)).note,
                    )
                rows.append((id_, group, *cells))
        return pl.DataFrame(rows, schema=PANEL, orient="row")

    def _sql_of(self, exhibit: Exhibit, scope: Scope) -> str:
        """Return the SQL of an exhibit behind its relations, each cut to the scope."""
        _refuse_what_is_not_declared(exhibit.id, exhibit.sql, exhibit.relations)
        parts = [
            f"{name} as {_read_again(RELATIONS[name])}({self._cut(RELATIONS[name], exhibit, scope, 'month')})"
            for name in exhibit.relations
        ]
        return f"with {self._periods(scope, 'month')}, {', '.join(parts)}{_joined(exhibit.sql)}"

    def _along_the_scale(self, exhibit: Exhibit, table: pl.DataFrame) -> pl.DataFrame:
        """Return a table that begins with seniorities in their order, lowest first."""
        first = exhibit.columns[0]
        if first.role is not Role.SENIORITY:
            return table
        steps = {seniority: step for step, seniority in enumerate(self.choices.seniorities)}
        step = pl.col(first.name).replace_strict(steps, default=len(steps), return_dtype=pl.Int32)
        return table.sort(step, maintain_order=True)

    def _long_months(self, exhibit: Exhibit, table: pl.DataFrame, scope: Scope) -> pl.DataFrame:
        """Return a table without the months of which the period has too few days for this viewer."""
        starts = named(exhibit.columns, Role.MONTH, Role.START)
        if scope.names or not starts:
            return table
        short = [
            start
            for start in calendar(scope.period, "month", self.choices)
            if self._too_short(start, scope)
        ]
        return table.remove(pl.any_horizontal(pl.col(starts).is_in(short)))

    def _too_short(self, month: date, scope: Scope) -> bool:
        """Say whether the period has fewer days of a month than viewers without names may be shown
        (metrics, 2.11).
        """
        first, end = self._bounds(month, scope, "month")
        return not scope.names and end - first < SHORTEST_DAYS

    def listed(self, metric: Metric, scope: Scope, *, most: int | None = None) -> pl.DataFrame:
        """Return the rows behind a number, with a column for their outcome: as many as the number's
        sample (metrics, 2.10).

        Of a share, those to act on come first. `most`: only so many rows, the first in order. Lists
        of people need the right to see names, else `CopError`.
        """
        relation = relation_of_list(metric)
        unlisted = self.unlisted(metric, scope)
        if unlisted:
            raise CopError(unlisted)
        if self.unmeasurable(metric):
            return pl.DataFrame()
        columns = [each.name for each in _visible(metric, scope)]
        cut = f"with {self._periods(scope, None)}, cut as ({self._cut(relation, metric, scope)})"
        limit = "" if most is None else f" limit {most:d}"
        return self._frame(f"{cut} {_listing_sql(metric, relation, columns)}{limit}", scope)

    def columns_listed(self, metric: Metric, scope: Scope) -> tuple[Column, ...]:
        """Return the columns of the list behind a number that this viewer may see; of a share, the
        last says of each row whether it counts.
        """
        hit = Column(metric.title, metric.title, Role.GROUP)
        is_share = isinstance(metric.measure, Share | PeopleShare)
        return (*_visible(metric, scope), *([hit] if is_share else []))

    def unlisted(self, metric: Metric, scope: Scope) -> str | None:
        """Return why this viewer, or anybody, may not see the rows behind a number, None where they
        may (metrics, 2.11).
        """
        if metric.never_listed:
            return metric.never_listed
        if not scope.names and _lists_people(metric):
            return "Lists of people are for viewers who may see names."
        told_of = (*self._seniorities(metric.about), *self._seniorities(metric.about_others))
        if not scope.names and (scope.seniorities or told_of):
            return TELLS_SENIORITY
        if self.tells_of_few(metric.id, scope):
            return "Without names this is not listed: it would tell of too small a group."
        if metric.individual and not (scope.names and self.choices.individual_scores):
            return INDIVIDUAL
        return None

    def only(self, scope: Scope, by: str, group: str) -> Scope:
        """Return the scope cut down to one group of a dimension."""
        match by:
            case "team":
                return replace(scope, teams=(group,))
            case "seniority":
                return replace(scope, seniorities=(group,))
            case _:
                return replace(scope, topics=(group,))

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
        if isinstance(metric.measure, Computed) and metric.measure.person:
            columns = (f"{metric.measure.person} as person", *metric.measure.columns)
            alone = self.query(metric, scope, by)
            group = alone.groups[0]
            having = f" having count(*) <= {most}" if most else ""
            sizes = (
                f"(select {group} as name, count(*) as size from {alone.source} group by 1{having})"
            )
            few = [f"{group} in (select name from {sizes})"] if most else []
            few += [f"(select sum(size) from {sizes}) <= {most_in_all}"] if most_in_all else []
            measure = replace(
                metric.measure,
                columns=columns,
                where=" and ".join([f"({metric.measure.where})", *few]),
            )
            frame = self._frame(replace(alone, measure=measure).sql, scope)
        else:
            frame = self._frame(self.evidence_query(metric, scope, by).sql, scope)
        if isinstance(metric.measure, Total):
            frame = _with_empty_weeks(frame, calendar(scope.period, "week", self.choices))
        parts = frame.partition_by("group_value", maintain_order=True, as_dict=True)
        return {_label(group): part for (group,), part in parts.items()}

    def paired(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, Pairs]:
        """Return, by group ("" where `by` is None), a share by person or of people in the scope's
        period and the one before.
        """
        query, alike = self.paired_query(metric, scope, by), self.likeness(metric)
        parts = query.parts(self._frame(query.sql, scope))
        return {_label(group): pairs_of(part, alike) for group, _, part in parts}

    def totals(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, float]:
        """Return, by group ("" where `by` is None), a total that is not for showing, but for
        comparing others by it.
        """
        query = self.query(metric, scope, by)
        parts = query.parts(self._frame(query.sql, scope))
        return {_label(group): float(part["value"][0] or 0) for group, _, part in parts}

    def paired_query(self, metric: Metric, scope: Scope, by: str | None) -> Query:
        """Return the query of `paired`: the rows of both periods, each telling by `is_now` of which
        it is.
        """
        earlier = scope.earlier()
        if earlier is None:
            raise CopError(
                "There is no earlier period to compare with: choose a period that has one."
            )
        now, before = self._cut_alone(metric, scope, by), self._cut_alone(metric, earlier, by)
        for name in ("first_day", "end_day"):
            before = before.replace(f"${name}", f"$earlier_{name}")
        head = f"with cut as (select *, true as is_now from ({now}) union all by name select *, false as is_now from ({before}))"
        return replace(self.query(metric, scope, by), head=head, paired=True)

    def persons(self, metric: Metric, scope: Scope) -> pl.DataFrame | None:
        """Return each person's rows that count (`n`), with the `sums` of their values and of their
        `squares`.

        None for a number of which no interval rests on how alike one person's rows are, and where
        it is not measurable.
        """
        sql = None if self.unmeasurable(metric) else persons(metric.measure)
        return (
            None if sql is None else self._frame(f"{self._head(metric, scope, None)} {sql}", scope)
        )

    def evidence_query(self, metric: Metric, scope: Scope, by: str | None) -> Query:
        """Return the query of `evidence`: totals by week too, shares as they stand."""
        query = self.query(metric, scope, by)
        return (
            replace(query, groups=(query.groups[0], "week"))
            if isinstance(metric.measure, Total)
            else query
        )

    def query(
        self, metric: Metric, scope: Scope, by: str | None, series: str | None = None
    ) -> Query:
        """Return the query of a number by group, and within each by another."""
        return Query(
            head=self._head(metric, scope, by),
            source=self._with_topics(scope) if "topic" in (by, series) else "cut",
            measure=metric.measure,
            groups=(self._group_sql(metric, by), self._group_sql(metric, series)),
        )

    def _head(self, metric: Metric, scope: Scope, by: str | None) -> str:
        """Return the WITH clause of the cut: with the periods only where the relation reads them,
        so that heads are alike.
        """
        cut = f"cut as ({self._cut(RELATIONS[metric.relation], metric, scope, by)})"
        return (
            f"with {cut}"
            if RELATIONS[metric.relation].day
            else f"with {self._periods(scope, by)}, {cut}"
        )

    def _cut_alone(self, metric: Metric, scope: Scope, by: str | None) -> str:
        """Return the SELECT of the cut, with the periods that its relation reads."""
        relation = RELATIONS[metric.relation]
        cut = self._cut(relation, metric, scope, by)
        return cut if relation.day else f"with {self._periods(scope, by)} {cut}"

    def expect(self, asked: Iterable[tuple[Query, Scope]]) -> list[Callable[[], None]]:
        """Return the work that answers those queries which can be answered together; whoever asks
        one waits till it is done.
        """
        by_scope: dict[Scope, list[Query]] = {}
        for query, scope in asked:
            if not self.asked.knows(self._key(query.sql, scope)):
                by_scope.setdefault(scope, []).append(query)
        work: list[Callable[[], None]] = []
        for scope, queries in by_scope.items():
            for each in together(queries):
                promised = tuple(
                    query
                    for query in each.queries
                    if self.asked.promise(self._key(query.sql, scope))
                )
                work.append(partial(self._ask_together, replace(each, queries=promised), scope))
        return work

    def _ask_together(self, asked: Together, scope: Scope) -> None:
        try:
            answer = self._ask(asked.sql, self._values(asked.sql, scope))
        except duckdb.Error:
            LOG.exception(
                "several numbers could not be asked together, so that each is asked alone"
            )
            answer = None
        except BaseException as problem:  # whoever waits for an answer gets it too
            for query in asked.queries:
                self.asked.keep(self._key(query.sql, scope), partial(_fail, problem))
            raise
        for query in asked.queries:
            part = (
                partial(self._alone, query, scope)
                if answer is None
                else partial(asked.part, answer, query)
            )
            self.asked.keep(self._key(query.sql, scope), part)

    def _alone(self, query: Query, scope: Scope) -> pl.DataFrame:
        return self._ask(query.sql, self._values(query.sql, scope))

    def sql(self, metric: Metric | Exhibit) -> str:
        """Return the SQL that measures it over all data, for the glossary."""
        period = Period(
            first_day=self.choices.first_day, end_day=self.choices.as_of_day + 1, words=""
        )
        scope = Scope(community=self.choices.community, period=period)
        if isinstance(metric, Exhibit):
            return self._sql_of(metric, scope)
        cut = self._cut(RELATIONS[metric.relation], metric, scope)
        return f"with {self._periods(scope, None)}, cut as ({cut})\n{aggregate(metric.measure, ('true',))}"

    def unmeasurable(self, declared: Declared) -> str | None:
        """Return why the community's sources cannot measure it, None where they can."""
        for each in needed(declared.needs):
            if each not in self.choices.measured:
                counted = self.choices.reading is Reading.TOTALS and each == "read"
                missing = "count views, not who reads" if counted else UNRECORDED.get(each)
                return f"not measurable: the sources {missing or f'record no {each}s'}"
        return None

    def withheld(self, exhibit: Exhibit, scope: Scope) -> str | None:
        """Return why this viewer is not shown an exhibit, None where there is no reason."""
        unmeasurable = self.unmeasurable(exhibit)
        if unmeasurable:
            return unmeasurable
        if exhibit.rows is Rows.PEOPLE and not scope.names:
            return "Tables of people are for viewers who may see names."
        if not scope.names and scope.seniorities and exhibit.rows is not Rows.GROUPS:
            return TELLS_SENIORITY
        if not scope.names and (
            self._shows_too_small(exhibit, scope) or self._about_too_few(exhibit, scope)
        ):
            return "With these filters the table would show groups that are too small to be shown without names."
        if exhibit.individual and not self.choices.individual_scores:
            return INDIVIDUAL
        return None

    def _shows_too_small(self, exhibit: Exhibit, scope: Scope) -> bool:
        """Say whether a table shows groups that are too small; no filter cuts the other side of a
        help, a thanks or a read.
        """
        groups = {
            "team": self.choices.team_choices(scope.names),
            "seniority": self.choices.seniority_choices(scope.names),
        }
        cuts = (
            [scope, replace(scope, teams=(), seniorities=())]
            if {"helps", "recognitions", "reads"} & set(exhibit.relations)
            else [scope]
        )
        return any(
            self.too_small(group, cut, by)
            for cut in cuts
            for by in exhibit.shows
            for group in groups[by]
        )

    def ignored(self, declared: Declared, scope: Scope) -> str | None:
        """Return which of the scope's filters do not act on it, in words."""
        set_filters = {"team": scope.teams, "seniority": scope.seniorities, "topic": scope.topics}
        ignored = [
            name for name, values in set_filters.items() if values and name not in declared.splits
        ]
        if scope.explicit_only and not any(RELATIONS[name].topic for name in _relations(declared)):
            ignored.append("how questions are found")
        return f"not filtered by {words.listing(ignored)}" if ignored else None

    def _grouped(
        self, metric: Metric, scope: Scope, by: str | None, series: str | None = None
    ) -> dict[str, dict[str, Figure]]:
        """Return the figures by series and group; both are "" where nothing splits."""
        query = self.query(metric, scope, by, series)
        figures: dict[str, dict[str, Figure]] = {}
        for group, of, part in query.parts(self._frame(query.sql, scope)):
            if by is None or group is not None:
                figures.setdefault(_label(of), {})[_label(group)] = _figure(
                    metric, part, self.likeness(metric)
                )
        return figures

    def likeness(self, metric: Metric) -> float:
        """Return how alike one person's rows of a number are in the whole community, 0 where that
        is not known.
        """
        return self.choices.likeness.get(metric.id, 0.0)

    def _with_topics(self, scope: Scope) -> str:
        """Return the rows of the cut once for each of their topics, or of those topics that the
        scope asks for.
        """
        chosen = "where bridge.topic in (select unnest($topics))" if scope.topics else ""
        return (
            "(select cut.*, bridge.topic from cut join question_topics as bridge "
            f"on bridge.question_id = cut.question_id {chosen}) as cut"
        )

    def _group_sql(self, metric: Metric, by: str | None) -> str:
        if by is None:
            return NOT_SPLIT
        if by in ("team", "seniority"):
            return f"{metric.whose}_{by}"
        if by == "topic":
            return "topic"
        return "start" if RELATIONS[metric.relation].day is None else by

    def _cut(
        self, relation: Relation, declared: Declared, scope: Scope, by: str | None = None
    ) -> str:
        """Return the SELECT of a relation's rows within the scope."""
        wheres = ["true"]
        if relation.day and declared.counts is not Counts.STATE:
            wheres.append(f"{relation.day} >= $first_day and {relation.day} < $end_day")
        team, seniority = f"{declared.whose}_team", f"{declared.whose}_seniority"
        shown = "" if scope.names else self._merged_groups(relation)
        if scope.teams and "team" in declared.splits:
            wheres.append(f"{team} in (select unnest($teams))")
        if scope.seniorities and "seniority" in declared.splits:
            wheres.append(f"{seniority} in (select unnest($seniorities))")
        if scope.topics and relation.topic and "topic" in declared.splits:
            wheres.append(
                f"{relation.topic} in (select question_id from question_topics where community = $community "
                "and topic in (select unnest($topics)))"
            )
        if (
            relation.of_own_teams
            and not scope.names
            and UNKNOWN in self.choices.small_groups.shown_as
        ):
            wheres.append(f"not ({relation.of_own_teams})")
        if scope.explicit_only and relation.topic:
            wheres.append(
                f"{relation.topic} in (select question_id from questions where community = $community and is_explicit)"
            )
        calendar = ""
        if relation.day:
            calendar = _CALENDAR.format(
                day=relation.day, as_of=self.choices.as_of_day, since=self.choices.first_whole_day
            )
        sql = relation.sql.replace("{start_of_day}", _start_of_day(by))
        sql = sql.replace("{member_days}", _member_days(scope, by))
        if "{people}" in sql:
            sql = sql.replace("{people}", f"({self._people(scope, by)})")
        inner = f"select *{shown}{calendar} from ({sql})"
        return f"select * from ({inner}) where {' and '.join(wheres)}"

    def _people(self, scope: Scope, by: str | None) -> str:
        """Return who held which group in each period: whole months from their sums, single days
        where a period begins or ends.
        """
        first, end = self._days(scope)
        bounds = {
            month: self._bounds(month, scope, "month")
            for month in calendar(scope.period, "month", self.choices)
        }
        whole = [
            month
            for month, days in bounds.items()
            if days == (to_day(month), to_day(_next(month, "month")))
        ]
        if by == "week" or not whole:
            return PEOPLE_OF_DAYS.format(
                pieces="select start, start, first_day, end_day, end_day - first_day from periods",
                piece_of_day=_start_of_day(by),
                within=f"day >= {first} and day < {end}",
            )
        from_day, to_whole = bounds[whole[0]][0], bounds[whole[-1]][1]
        monthly = by == "month"
        months = PEOPLE_OF_MONTHS.format(
            start=f"date '{FIRST}' + day" if monthly else f"date '{FIRST}'",
            days="days" if monthly else end - first,
            first_day=from_day,
            end_day=to_whole,
        )
        parts = [(month, *days) for month, days in bounds.items() if month not in whole]
        edges = parts if monthly else [(FIRST, first, from_day), (FIRST, to_whole, end)]
        edges = [(start, since, until) for start, since, until in edges if since < until]
        if not edges:
            return months
        days_of = PEOPLE_OF_DAYS.format(
            pieces="values "
            + ", ".join(
                f"(date '{to_date(since)}', date '{start}', {since}, {until}, {until - since if monthly else end - first})"
                for start, since, until in edges
            ),
            piece_of_day=f"case when day < {from_day} then date '{to_date(edges[0][1])}' else date '{to_date(edges[-1][1])}' end",
            within=" or ".join(f"(day >= {since} and day < {until})" for _, since, until in edges),
        )
        return f"{months} union all by name ({days_of})"

    def _merged_groups(self, relation: Relation) -> str:
        """Return the REPLACE clause that shows small teams, and few people of no known seniority,
        with others (metrics, 2.11).
        """
        small = self.choices.small_groups
        merged = (
            ("team", small.shown_as, relation.roles),
            ("seniority", small.counted_as, (*relation.roles, *relation.seniority_of)),
        )
        columns = [
            f"{_instead(f'{role}_{of}', by)} as {role}_{of}"
            for of, by, roles in merged
            if by
            for role in roles
        ]
        return f" replace ({', '.join(columns)})" if columns else ""

    def _periods(self, scope: Scope, by: str | None) -> str:
        """Return the table of the periods asked for: one, or each calendar month or week of the
        scope's period.
        """
        if by in ("month", "week"):
            starts = calendar(scope.period, by, self.choices)
            rows = [(str(each), *self._bounds(each, scope, by)) for each in starts]
        else:
            rows = [(str(FIRST), *self._days(scope))]
        values = ", ".join(f"(date '{start}', {first}, {end})" for start, first, end in rows)
        listed = f"values {values}" if rows else f"select date '{FIRST}', 0, 0 where false"
        return f"periods(start, first_day, end_day) as ({listed})"

    def _days(self, scope: Scope) -> tuple[int, int]:
        """Return the first and the end day of the scope's period, as far as the data reaches."""
        return scope.period.first_day, min(scope.period.end_day, self.choices.as_of_day + 1)

    def _bounds(self, start: date, scope: Scope, by: str) -> tuple[int, int]:
        last = min(scope.period.end_day, self.choices.as_of_day + 1)
        return max(to_day(start), scope.period.first_day), min(to_day(_next(start, by)), last)

    def _groups(
        self, metric: Metric, pieces: Mapping[str, Figure], scope: Scope, by: str
    ) -> list[str]:
        """Return the groups to show, in order: of counts each that the scope lets in, else those
        with anything to count from.

        A group of as many people as a small group needs stands there with nothing too (2.6).

        Groups that are hidden stand there whether there is anything in them or not, which else
        would show.
        """
        if by in ("month", "week"):
            return [str(each) for each in calendar(scope.period, by, self.choices)]
        if by == "topic":
            return [
                topic for topic in self.choices.topics if topic in pieces or topic in scope.topics
            ]
        team = by == "team"
        known = (
            self.choices.team_choices(scope.names)
            if team
            else self.choices.seniority_choices(scope.names)
        )
        chosen = scope.teams if team else scope.seniorities
        counted = isinstance(metric.measure, Total)
        lacking = [group for group in chosen or known if group not in pieces]
        there = {
            group
            for group in lacking
            if counted or group in chosen or self.hides(metric, group, scope, by)
        }
        if len(there) < len(lacking):
            size = self.choices.small_groups.size
            there |= {
                group
                for group, people in self._members(metric, scope, by).items()
                if people >= size
            }
        return [
            group for group in known if group in pieces or (group in there and group in lacking)
        ]

    def _row(
        self, metric: Metric, group: str, found: Figure | None, scope: Scope, by: str
    ) -> tuple[Any, ...]:
        start = date.fromisoformat(group) if by in ("month", "week") else None
        one = self.only(scope, by, group) if start is None else scope
        untold = (
            TOO_SMALL if self.too_small(group, scope, by) else self._untold(metric, one, start, by)
        )
        if untold:
            figure = Figure(value=None, sample_size=0, note=untold)
        else:
            figure = found or self._nothing(metric, scope, by, group)
        low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
        complete = start is None or self._complete(metric, start, scope, by)
        return (group, figure.value, figure.sample_size, low, high, figure.note, complete)

    def _untold(
        self, metric: Metric, scope: Scope, start: date | None, by: str | None
    ) -> str | None:
        """Return why a number is not told for this viewer and these days, None where it is.

        `start`: the first day of one month or week (`by`); None for the scope's whole period.
        """
        if self._about_too_few(metric, scope) or self.tells_of_few(metric.id, scope):
            return TOO_SMALL
        _, end = (
            self._days(scope) if start is None or by is None else self._bounds(start, scope, by)
        )
        if metric.edge_days and end <= self.choices.first_day + metric.edge_days:
            return f"not known in the first {metric.edge_days} days of the data"
        if by == "month" and start is not None and self._too_short(start, scope):
            return "too short a time to be shown without names"
        return None

    def _about_too_few(self, declared: Declared, scope: Scope) -> bool:
        """Say whether what is about some seniority tells of too small a group for this viewer
        (metrics, 2.11).
        """
        if scope.names:
            return False
        groups, teams = self.choices.small_groups, self.choices.teams
        return any(
            groups.refuses(cut, (seniority,), teams)
            for about, cut in ((declared.about, scope.teams), (declared.about_others, ()))
            for seniority in self._seniorities(about)
        )

    def _seniorities(self, about: str | None) -> tuple[str, ...]:
        """Return the seniorities that a number is about; who is new is of one only where there is
        no roster.
        """
        named: dict[str | None, tuple[str, ...]] = {
            "junior": (self.choices.junior,),
            "senior": (self.choices.senior,),
            NEWCOMER: () if self.choices.has_roster else (self.choices.junior,),
            EVERY_SENIORITY: self.choices.seniority_choices(names=False),
        }
        return named.get(about, ())

    def hides(self, metric: Metric, group: str, scope: Scope, by: str) -> bool:
        """Say whether this viewer is not shown a number of a group (metrics, 2.11)."""
        about_few = self._about_too_few(metric, self.only(scope, by, group))
        return self.too_small(group, scope, by) or about_few or self.tells_of_few(metric.id, scope)

    def tells_of_few(self, name: str, scope: Scope) -> bool:
        """Say whether a number or a column would tell this viewer of few people of no known team,
        or of other small groups.
        """
        small = self.choices.small_groups
        if name in BY_ALL_TEAMS and (small.shown_as or small.hidden):
            return not scope.names
        return not scope.names and name in BY_OWN_TEAMS and UNKNOWN in small.shown_as

    def too_small(self, group: str, scope: Scope, by: str) -> bool:
        """Say whether a group may not be shown to this viewer (metrics, 2.11)."""
        if scope.names:
            return False
        teams = (group,) if by == "team" else scope.teams
        seniorities = (group,) if by == "seniority" else scope.seniorities
        return by in ("team", "seniority") and self.choices.small_groups.refuses(
            teams, seniorities, self.choices.teams
        )

    def _complete(self, metric: Metric, start: date, scope: Scope, by: str) -> bool:
        first, end = self._bounds(start, scope, by)
        ripe = end + metric.ripens_in <= self.choices.as_of_day
        whole = first == to_day(start) and end == to_day(_next(start, by)) and ripe
        return whole and (
            not metric.edge_days or first >= self.choices.first_day + metric.edge_days
        )

    def _nothing(self, metric: Metric, scope: Scope, by: str | None, group: str) -> Figure:
        """Return what is told where nothing was counted: 0 of so many members, or why there is
        nothing to divide (2.6).
        """
        if not isinstance(metric.measure, Total):
            return Figure(
                value=None, sample_size=0, note=self._why_nothing(metric, scope, by, group)
            )
        if by in ("month", "week", "topic") or not (_did(metric) or _lists_people(metric)):
            return Figure(value=0.0, sample_size=0)
        people = self._members(metric, scope, by).get(group, 0)
        note = self._none_of(metric, scope, by, group, people) if people else None
        return Figure(value=0.0, sample_size=people, note=note)

    def _why_nothing(self, metric: Metric, scope: Scope, by: str | None, group: str) -> str:
        first, end = self._days(scope)
        if end <= self.choices.first_day or first >= end:
            return words.OUTSIDE
        rows, all_young = self._behind(metric, scope, by).get(group, (0, False))
        if rows and all_young:
            return f"too soon to tell: {rows:,d} of this period, all younger than {metric.ripens_in} days"
        if rows:
            return (
                words.UNCOUNTED.get(metric.id)
                or metric.no_rows
                or f"none of {rows:,d} in this period counts here"
            )
        people = 0 if by == "topic" else self._members(metric, scope, by).get(group, 0)
        none = self._none_of(metric, scope, by, group, people)
        if not none:
            return metric.no_rows or words.NOTHING_COUNTED
        return f"{none}, so there is nothing to {words.DIVIDED.get(metric.id, 'divide')}"

    def _none_of(
        self, metric: Metric, scope: Scope, by: str | None, group: str, people: int
    ) -> str | None:
        """Say that none of a group's members did what is counted, None where that is no act."""
        did = _did(metric)
        if did is None:
            return None
        about = self._only_of(metric)
        chosen = (
            (group,)
            if by == "seniority"
            else scope.seniorities
            if "seniority" in metric.splits
            else ()
        )
        topics = ((group,) if by == "topic" else scope.topics) if "topic" in metric.splits else ()
        if scope.explicit_only and RELATIONS[metric.relation].topic:
            did += " in a way that is marked as a question"
        return words.none_of(people, about or chosen, did) + (
            f" ({words.listing(list(topics))})" if topics else ""
        )

    def _only_of(self, metric: Metric) -> tuple[str, ...]:
        """Return the one seniority of which a number is, whatever the filter; empty where it is of
        all.
        """
        return (
            self._seniorities(metric.about)
            if metric.about and "seniority" not in metric.splits
            else ()
        )

    def _members(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, int]:
        """Return by group how many members a number could be about: who held it for long enough
        (2.8), else at all.

        Of what holds at the last moment of a period: who was there then.
        """
        about = self._only_of(metric)
        splits = (*metric.splits, "seniority") if about else metric.splits
        at_the_end = isinstance(metric.measure, Total) and metric.counts is Counts.STOCK
        return self._held(
            replace(scope, seniorities=about) if about else scope, splits, by, at_the_end=at_the_end
        )

    def _held(
        self, scope: Scope, splits: tuple[str, ...], by: str | None, *, at_the_end: bool = False
    ) -> dict[str, int]:
        """Return by group how many members held it for long enough (2.8), else at all;
        `at_the_end`: at the last moment.
        """
        people = self._cut(
            RELATIONS["present" if at_the_end else "people"], _Holders(splits=splits), scope, by
        )
        group = f"member_{by}" if by in ("team", "seniority") else "start" if by else NOT_SPLIT
        held = "true" if at_the_end else f"sum(days_held) >= least({HELD_DAYS}, max(days))"
        found = self._frame(
            f"with {self._periods(scope, by)}, cut as ({people}) select name, "
            "coalesce(nullif(count(*) filter (where long_enough), 0), count(*)) as people from ("
            f"select {group} as name, {held} as long_enough from cut group by 1, member_id) group by 1",
            scope,
        )
        return {_label(name): people for name, people in found.iter_rows()}

    def lacking(self, exhibit: Exhibit, table: pl.DataFrame, scope: Scope) -> dict[str, int]:
        """Return the groups that a table splits by and that are not in it, though enough people
        were in them, with how many.
        """
        lacking, size = dict[str, int](), self.choices.small_groups.size
        for by in exhibit.shows if table.height else ():
            columns = named(exhibit.columns, Role(by))
            told = {group for name in columns for group in table[name].unique()}
            of_whom = replace(scope, teams=(), seniorities=()) if exhibit.group_of else scope
            held, rows = self._held(of_whom, exhibit.splits, by), self._rows_of(exhibit, scope, by)
            known = (
                self.choices.team_choices(scope.names)
                if by == "team"
                else self.choices.seniority_choices(scope.names)
            )
            lacking |= {
                group: held[group]
                for group in known
                if columns
                and held.get(group, 0) >= size
                and group not in told
                and group not in rows
            }
        return lacking

    def _rows_of(self, exhibit: Exhibit, scope: Scope, by: str) -> set[str]:
        """Return the groups that the rows are of which an exhibit is made of."""
        cut = self._cut(RELATIONS[exhibit.relations[0]], exhibit, scope)
        group = f"{exhibit.group_of or exhibit.whose}_{by}"
        found = self._frame(
            f"with {self._periods(scope, None)}, cut as ({cut}) select distinct {group} from cut",
            scope,
        )
        return {_label(group) for (group,) in found.iter_rows()}

    def _with_every_group(
        self, exhibit: Exhibit, table: pl.DataFrame, scope: Scope
    ) -> pl.DataFrame:
        """Return a table that counts by group with a row of zero for those of which there is
        nothing.
        """
        [by] = exhibit.shows
        groups = named(exhibit.columns, Role(by))
        zero = [name for name in table.columns if table.schema[name].is_integer()]
        rows = [
            {**dict.fromkeys(groups, group), **dict.fromkeys(zero, 0)}
            for group in self.lacking(exhibit, table, scope)
        ]
        return pl.concat([table, pl.DataFrame(rows, schema=table.schema)]) if rows else table

    def acts(self, scope: Scope) -> pl.DataFrame:
        """Return how many people held each group for long enough (2.8), and how many of them did
        what.

        Columns: team and seniority, each null for all of them; people; of these asked, helped,
        wrote and read; and any_asked to any_read, what all who held the group did, however short.
        Cut by the days of the scope alone.
        """
        everybody = replace(scope, teams=(), seniorities=(), topics=(), explicit_only=False)
        cut = self._cut(RELATIONS["people"], _Holders(splits=()), everybody)
        done = {
            "asked": "questions",
            "helped": "helps",
            "wrote": "posts",
            "read": "threads_watched",
        }
        groups = "member_team", "member_seniority"
        sets = ("", *groups, ", ".join(groups))
        each = (
            f"select {', '.join(groups)}, sum(days_held) >= least({HELD_DAYS}, max(days)) as long_enough, "
            f"{', '.join(f'sum({of}) as {did}' for did, of in done.items())} from cut "
            f"group by grouping sets ({', '.join(f'({of}, member_id)' if of else '(member_id)' for of in sets)})"
        )
        counted = ", ".join(
            f"count(*) filter (where long_enough and {did} > 0) as {did}, cast(sum({did}) as bigint) as any_{did}"
            for did in done
        )
        return self._frame(
            f"with {self._periods(everybody, None)}, cut as ({cut}) select member_team as team, member_seniority as seniority, "
            f"count(*) filter (where long_enough) as people, {counted} from ({each}) group by 1, 2 order by 1, 2",
            everybody,
        )

    def _behind(self, metric: Metric, scope: Scope, by: str | None) -> dict[str, tuple[int, bool]]:
        """Return by group how many rows there are to count from, and whether all of them are still
        too young for it.
        """
        day = RELATIONS[metric.relation].day
        ripe_until = self.choices.as_of_day - metric.ripens_in
        young = (
            f"coalesce(bool_and({day} > {ripe_until:d}), false)"
            if day and metric.ripens_in
            else "false"
        )
        query = self.query(metric, scope, by)
        found = self._frame(
            f"{query.head} select {query.groups[0]} as name, count(*) as n, {young} as all_young from {query.source} group by 1",
            scope,
        )
        return {_label(name): (n, all_young) for name, n, all_young in found.iter_rows()}

    def _frame(self, sql: str, scope: Scope) -> pl.DataFrame:
        return self.asked.answer(
            self._key(sql, scope), lambda: self._ask(sql, self._values(sql, scope))
        )

    def _key(self, sql: str, scope: Scope) -> str:
        return f"{self._values(sql, scope)} {sql}"

    def _values(self, sql: str, scope: Scope) -> dict[str, object]:
        """Return the values of the parameters that a statement has."""
        values = {
            "community": scope.community,
            "first_day": scope.period.first_day,
            "end_day": scope.period.end_day,
            "earlier_first_day": scope.compare.first_day if scope.compare else None,
            "earlier_end_day": scope.compare.end_day if scope.compare else None,
            "teams": list(scope.teams),
            "seniorities": list(scope.seniorities),
            "topics": list(scope.topics),
            "junior": self.choices.junior,
            "senior": self.choices.senior,
        }
        used = set(re.findall(r"\$(\w+)", sql))
        return {name: value for name, value in values.items() if name in used}

    def _ask(self, sql: str, values: Mapping[str, object]) -> pl.DataFrame:
        frame: pl.DataFrame = pl.from_arrow(
            self.cursor.cursor().execute(sql, dict(values)).to_arrow_table()
        )  # type: ignore[assignment]
        return frame


def calendar(period: Period, by: str, choices: CommunityChoices) -> Sequence[date]:
    """Return the first days of the months or weeks that the period has data in."""
    end = min(period.end_day, choices.as_of_day + 1)
    day, starts = _begin(to_date(max(period.first_day, choices.first_day)), by), []
    while to_day(day) < end:
        starts.append(day)
        day = _next(day, by)
    return starts


def _begin(day: date, by: str) -> date:
    return day.replace(day=1) if by == "month" else day - timedelta(days=day.weekday())


def _next(start: date, by: str) -> date:
    return (
        (start + timedelta(days=32)).replace(day=1) if by == "month" else start + timedelta(days=7)
    )


def _did(metric: Metric) -> str | None:
    """Return what people did that a number counts, None where it counts no act of theirs."""
    return words.DID[metric.id] if metric.id in words.DID else words.DID.get(metric.relation)


def _figure(metric: Metric, part: pl.DataFrame, likeness: float) -> Figure:
    measured = metric.measure
    if isinstance(measured, Computed):
        return measured.figure(
            part.with_columns(pl.lit(likeness).alias("likeness")) if measured.alike else part
        )
    if isinstance(measured, Total):
        value = part["value"][0]
        return Figure(
            value=value,
            sample_size=int(part["n"][0] or 0),
            note=measured.unknown if value is None else None,
        )
    hits, n = float(part["hits"][0]), int(part["n"][0])
    return Figure(value=hits / n, sample_size=n, interval=_interval(measured, part, likeness))


def _interval(
    measured: Share | PeopleShare, part: pl.DataFrame, likeness: float
) -> Interval | None:
    match measured:
        case Share(person=str(), other=str(), hits_at_once=at_once):
            sides = (
                people_of(part, likeness),
                people_of(part, 0.0, "_others"),
                people_of(part, 0.0, "_pairs"),
            )
            return two_sided_wilson(
                TwoSided(people=sides[0], others=sides[1], pairs=sides[2], hits_at_once=at_once)
            )
        case Share(person=str()):
            return clustered_wilson(people_of(part, likeness))
    return wilson(float(part["hits"][0]), int(part["n"][0]))


def people_of(part: pl.DataFrame, likeness: float, of: str = "") -> People:
    """Return the people of the one row of a share by person; `of` follows the names of its columns
    where it tells of several.
    """
    row = part.row(0, named=True)
    return People(**{name: row[f"{name}{of}"] for name in SUMMED_UP}, likeness=likeness)


def pairs_of(part: pl.DataFrame, likeness: float) -> Pairs:
    """Return the pairs of the one row of a share by person in two periods."""
    row = part.row(0, named=True)
    return Pairs(
        now=people_of(part, likeness, "_now"),
        before=people_of(part, likeness, "_before"),
        both=row["both"],
        hits_hits=row["pairs_hits_hits"],
        hits_n=row["pairs_hits_n"],
        n_hits=row["pairs_n_hits"],
        n_n=row["pairs_n_n"],
    )


def relation_of_list(metric: Metric) -> Relation:
    """Return the relation whose rows are the list behind a number: its own, unless another has them
    by name and title.
    """
    listed_from = metric.measure.listed_from if isinstance(metric.measure, Share) else None
    return RELATIONS[listed_from or metric.relation]


def _relations(declared: Declared) -> tuple[str, ...]:
    """Return the names of the relations that a number or an exhibit is made of."""
    return (
        declared.relations
        if isinstance(declared, Exhibit)
        else (declared.relation,)
        if isinstance(declared, Metric)
        else ()
    )


def _visible(metric: Metric, scope: Scope) -> tuple[Column, ...]:
    columns = list_of(metric).columns
    return tuple(each for each in columns if scope.names or not each.personal)


def list_of(metric: Metric) -> ListOf:
    """Return what the list behind a number shows."""
    own = metric.measure.listing if isinstance(metric.measure, Total) else None
    return own or relation_of_list(metric).listing


def _with_empty_weeks(counted: pl.DataFrame, starts: Sequence[date]) -> pl.DataFrame:
    """Return the value of each group in each week, in order, 0 where it has none."""
    weeks = pl.DataFrame({"week": starts}, schema={"week": pl.Date})
    every = counted.select(pl.col("group_value").unique(maintain_order=True)).join(
        weeks, how="cross"
    )
    named = counted.select("group_value", pl.col("series_value").alias("week"), "value")
    return every.join(
        named, on=("group_value", "week"), how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(pl.col("value").fill_null(0.0))


def _lists_people(metric: Metric) -> bool:
    """Say whether the rows behind a number are people or groups of them, not threads or topics."""
    return list_of(metric).rows not in (Rows.THREADS, Rows.TOPICS)


def _listing_sql(metric: Metric, relation: Relation, columns: Sequence[str]) -> str:
    names = ", ".join(columns)
    match metric.measure:
        case PeopleWithout(did=did):
            shown = ", ".join(
                f"any_value({name} order by days_held desc) as {name}" for name in columns
            )
            return (
                f"select {shown} from cut group by member_id {HELD_LONG_ENOUGH} and not bool_or({did}) "
                f"order by {names}, member_id"
            )
        case Total(listed=str(key), where=where) | Computed(listed=str(key), where=where):
            latest = f"{relation.day} desc, " if relation.day else ""
            shown = ", ".join(
                f"any_value({name} order by {latest}{name}) as {name}" for name in columns
            )
            without = metric.measure.without if isinstance(metric.measure, Total) else None
            kept = f"having not bool_or({without})" if without else ""
            return (
                f"select {shown} from cut where ({where}) and {key} is not null "
                f"group by {key} {kept} order by {names}, {key}"
            )
        case Total(where=where):
            return f"select {names} from cut where {where} order by {relation.order}"
        case Computed(where=where):
            return f"select {names} from cut where {where} order by {relation.order}"
        case Share(hit=hit):
            return (
                f'select {names}, {hit} as "{metric.title}" from cut where ({hit}) is not null '
                f"order by {hit}, {relation.order}"
            )
        case PeopleShare(did=did):
            shown = ", ".join(
                f"any_value({name} order by days_held desc) as {name}" for name in columns
            )
            return (
                f'select {shown}, bool_or({did}) as "{metric.title}" from cut group by member_id '
                f"{HELD_LONG_ENOUGH} order by bool_or({did}), {names}, member_id"
            )
    raise TypeError(f"{metric.measure} is no aggregate")


def _read_again(relation: Relation) -> str:
    """Return the words that stop DuckDB from keeping all rows of what is read more than once: a
    mart is faster read again.
    """
    return "not materialized " if relation.day else ""


@cache
def _refuse_what_is_not_declared(id_: str, sql: str, relations: tuple[str, ...]) -> None:
    """Raise `TypeError` where an exhibit would read a mart uncut for want of declaring it."""
    forgotten = sorted(
        (tables_read(f"with here as (select 1){_joined(sql)}") & CUT_OR_NAMED) - {*relations}
    )
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


def _joined(sql: str) -> str:
    """Return an exhibit's SQL as it follows the relations, which those that it names itself join."""
    own, with_, rest = sql.partition("with ")
    return f", {rest}" if with_ and not own.strip() else f" {sql}"


def _start_of_day(by: str | None) -> str:
    """Return SQL for the `start` of the period in which the local day number `day` lies."""
    if by not in ("month", "week"):
        return f"date '{FIRST}'"
    return f"cast(date_trunc('{by}', date '{FIRST}' + cast(day as int)) as date)"


MEMBER_DAY_COLUMNS = (
    "community, member, member_id, name, day, stretch_id, member_team, member_seniority, questions, answers, comments, "
    "reactions, threads_read, threads_watched, helps, posts, days, is_deleted"
)


def _member_days(scope: Scope, by: str | None) -> str:
    """Return what stands for `member_days`: whole months of the period summed up, single days where
    it begins and ends.

    People counted and sums are the same either way; weeks need the days themselves.
    """
    first, end = scope.period.first_day, scope.period.end_day
    first_whole = to_day(_next(_begin(to_date(first - 1), "month"), "month"))
    end_whole = to_day(_begin(to_date(end), "month"))
    if by == "week" or first_whole >= end_whole:
        return "member_days"
    return (
        f"(select {MEMBER_DAY_COLUMNS} from member_months where day >= {first_whole} and day < {end_whole} union all "
        f"select {MEMBER_DAY_COLUMNS} from member_days where day < {first_whole} or day >= {end_whole})"
    )


def _fail(problem: BaseException) -> pl.DataFrame:
    raise problem


def _label(value: object) -> str:
    return "" if value is None else str(value)


def _instead(column: str, by: Mapping[str, str]) -> str:
    """Return the SQL of a column with some of its values replaced."""
    cases = " ".join(
        f"when {literal(name)} then {literal(shown)}" for name, shown in sorted(by.items())
    )
    return f"case {column} {cases} else {column} end"
