"""The SQL of a relation's rows within a scope: the only place that cuts them, and no SQL runs over a
relation that is not cut.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import Sight
from cop_metrics.errors import CopError
from cop_metrics.measure.calendar import CALENDAR, after, begin, bounds, calendar, days
from cop_metrics.measure.queries import NOT_SPLIT, Query
from cop_metrics.metrics.metric import Counts, Declared, Exhibit, Metric
from cop_metrics.metrics.relation import PEOPLE_OF_DAYS, PEOPLE_OF_MONTHS, RELATIONS, Relation
from cop_metrics.period import FIRST, to_date, to_day
from cop_metrics.values import literal

MEMBER_DAY_COLUMNS = (
    "community, member, member_id, name, day, stretch_id, member_team, member_seniority, questions, answers, comments, "
    "reactions, threads_read, threads_watched, helps, posts, days, is_deleted"
)
_CALENDAR = """,
    cast(date_trunc('month', date '1970-01-01' + cast({day} as int)) as date) as month,
    cast(date_trunc('week', date '1970-01-01' + cast({day} as int)) as date) as week,
    month >= date '1970-01-01' + cast(greatest($first_day, {since}) as int)
        and month + interval 1 month <= date '1970-01-01' + cast(least($end_day, {as_of}) as int) as month_complete"""
_OF_TOPICS = (
    "{question} in (select question_id from question_topics where community = $community "
    "and topic in (select unnest($topics)))"
)
_EXPLICIT = (
    "{question} in (select question_id from questions where community = $community and is_explicit)"
)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """SQL over the rows that a viewer's scope lets in."""

    sight: Sight

    @property
    def scope(self) -> Scope:
        return self.sight.scope

    @property
    def choices(self) -> CommunityChoices:
        return self.sight.choices

    def rows(self, relation: Relation, declared: Declared, by: str | None = None) -> str:
        """Return the SELECT of a relation's rows within the scope; one without a day of its own
        reads `periods` (see `head`).
        """
        dated = _dated(relation, self.choices) if relation.day else ""
        inner = f"select *{self._merged(relation)}{dated} from ({self._source(relation, by)})"
        return f"select * from ({inner}) where {' and '.join(self._wheres(relation, declared))}"

    def _wheres(self, relation: Relation, declared: Declared) -> list[str]:
        scope, wheres = self.scope, ["true"]
        if relation.day and declared.counts is not Counts.STATE:
            wheres.append(f"{relation.day} >= $first_day and {relation.day} < $end_day")
        if scope.teams and "team" in declared.splits:
            wheres.append(f"{declared.whose}_team in (select unnest($teams))")
        if scope.seniorities and "seniority" in declared.splits:
            wheres.append(f"{declared.whose}_seniority in (select unnest($seniorities))")
        if scope.member is not None:
            wheres.append(f"{declared.whose}_id = $member")
        if scope.topics and relation.topic and "topic" in declared.splits:
            wheres.append(_OF_TOPICS.format(question=relation.topic))
        if left_out := self.sight.leaves_out(relation):
            wheres.append(f"not ({left_out})")
        if scope.explicit_only and relation.topic:
            wheres.append(_EXPLICIT.format(question=relation.topic))
        return wheres

    def _source(self, relation: Relation, by: str | None) -> str:
        """Return a relation's own SQL with what stands for days and people put in."""
        sql = relation.sql.replace("{start_of_day}", _start_of_day(by))
        sql = sql.replace("{member_days}", _member_days(self.scope, by))
        return sql.replace("{people}", f"({self.people(by)})") if "{people}" in sql else sql

    def _merged(self, relation: Relation) -> str:
        """Return the REPLACE clause that shows small teams, and few people of no known seniority,
        with others (metrics, 2.11).
        """
        roles = {"team": relation.roles, "seniority": (*relation.roles, *relation.seniority_of)}
        columns = [
            f"{_instead(f'{role}_{of}', shown)} as {role}_{of}"
            for of, shown in self.sight.merged.items()
            if shown
            for role in roles[of]
        ]
        return f" replace ({', '.join(columns)})" if columns else ""

    def head(self, metric: Metric, by: str | None) -> str:
        """Return the WITH clause of the cut: with the periods only where the relation reads them,
        so that heads are alike.
        """
        relation = RELATIONS[metric.relation]
        cut = f"cut as ({self.rows(relation, metric, by)})"
        return f"with {cut}" if relation.day else f"with {self.periods(by)}, {cut}"

    def _alone(self, metric: Metric, by: str | None) -> str:
        """Return the SELECT of the cut, with the periods that its relation reads."""
        relation = RELATIONS[metric.relation]
        cut = self.rows(relation, metric, by)
        return cut if relation.day else f"with {self.periods(by)} {cut}"

    def query(self, metric: Metric, by: str | None, series: str | None = None) -> Query:
        """Return the query of a number by group, and within each by another."""
        return Query(
            head=self.head(metric, by),
            source=self._with_topics() if "topic" in (by, series) else "cut",
            measure=metric.measure,
            groups=(_group_sql(metric, by), _group_sql(metric, series)),
        )

    def evidence(self, metric: Metric, by: str | None) -> Query:
        """Return the query of the rows that a comparison needs: totals by week too, shares as they
        stand.
        """
        query = self.query(metric, by)
        if not metric.measure.counts:
            return query
        return replace(query, groups=(query.groups[0], "week"))

    def pairs(self, metric: Metric, by: str | None) -> Query:
        """Return the query of a share in this period and the one before: the rows of both, each
        telling by `is_now` of which it is.
        """
        earlier = self.scope.earlier()
        if earlier is None:
            raise CopError(
                "There is no earlier period to compare with: choose a period that has one."
            )
        before = Cut(sight=replace(self.sight, scope=earlier))._alone(metric, by)
        for name in ("first_day", "end_day"):
            before = before.replace(f"${name}", f"$earlier_{name}")
        both = (
            f"select *, true as is_now from ({self._alone(metric, by)}) "
            f"union all by name select *, false as is_now from ({before})"
        )
        return replace(self.query(metric, by), head=f"with cut as ({both})", paired=True)

    def exhibit(self, exhibit: Exhibit) -> str:
        """Return the SQL of an exhibit behind its relations, each cut to the scope."""
        parts = [
            f"{name} as {_read_again(RELATIONS[name])}"
            f"({self.rows(RELATIONS[name], exhibit, 'month')})"
            for name in exhibit.relations
        ]
        return f"with {self.periods('month')}, {', '.join(parts)}{joined(exhibit.sql)}"

    def periods(self, by: str | None) -> str:
        """Return the table of the periods asked for: one, or each calendar month or week of the
        scope's period.
        """
        period, choices = self.scope.period, self.choices
        if by in CALENDAR:
            starts = calendar(period, by, choices)
            rows = [(str(each), *bounds(each, period, by, choices)) for each in starts]
        else:
            rows = [(str(FIRST), *days(period, choices))]
        values = ", ".join(f"(date '{start}', {first}, {end})" for start, first, end in rows)
        listed = f"values {values}" if rows else f"select date '{FIRST}', 0, 0 where false"
        return f"periods(start, first_day, end_day) as ({listed})"

    def _with_topics(self) -> str:
        """Return the rows of the cut once for each of their topics, or of those topics that the
        scope asks for.
        """
        chosen = "where bridge.topic in (select unnest($topics))" if self.scope.topics else ""
        return (
            "(select cut.*, bridge.topic from cut join question_topics as bridge "
            f"on bridge.question_id = cut.question_id {chosen}) as cut"
        )

    def people(self, by: str | None) -> str:
        """Return who held which group in each period: whole months from their sums, single days
        where a period begins or ends.
        """
        period, choices = self.scope.period, self.choices
        within = {
            month: bounds(month, period, "month", choices)
            for month in calendar(period, "month", choices)
        }
        whole = [
            month
            for month, found in within.items()
            if found == (to_day(month), to_day(after(month, "month")))
        ]
        first, end = days(period, choices)
        if by == "week" or not whole:
            return PEOPLE_OF_DAYS.format(
                pieces="select start, start, first_day, end_day, end_day - first_day from periods",
                piece_of_day=_start_of_day(by),
                within=f"day >= {first} and day < {end}",
            )
        monthly = by == "month"
        from_day, to_whole = within[whole[0]][0], within[whole[-1]][1]
        months = PEOPLE_OF_MONTHS.format(
            start=f"date '{FIRST}' + day" if monthly else f"date '{FIRST}'",
            days="days" if monthly else end - first,
            first_day=from_day,
            end_day=to_whole,
        )
        parts = [(month, *found) for month, found in within.items() if month not in whole]
        edges = parts if monthly else [(FIRST, first, from_day), (FIRST, to_whole, end)]
        edges = [(start, since, until) for start, since, until in edges if since < until]
        if not edges:
            return months
        return f"{months} union all by name ({_edges(edges, from_day, None if monthly else end - first)})"

    def values(self, sql: str) -> dict[str, object]:
        """Return the values of the parameters that a statement has."""
        scope = self.scope
        values = {
            "community": scope.community,
            "first_day": scope.period.first_day,
            "end_day": scope.period.end_day,
            "earlier_first_day": scope.compare.first_day if scope.compare else None,
            "earlier_end_day": scope.compare.end_day if scope.compare else None,
            "teams": list(scope.teams),
            "seniorities": list(scope.seniorities),
            "topics": list(scope.topics),
            "member": scope.member,
            "junior": self.choices.junior,
            "senior": self.choices.senior,
        }
        used = set(re.findall(r"\$(\w+)", sql))
        return {name: value for name, value in values.items() if name in used}


def joined(sql: str) -> str:
    """Return an exhibit's SQL as it follows the relations, which those that it names itself join."""
    own, with_, rest = sql.partition("with ")
    return f", {rest}" if with_ and not own.strip() else f" {sql}"


def _edges(edges: list[tuple[date, int, int]], from_day: int, together: int | None) -> str:
    """Return who held which group in parts of months, each of its own days or all `together`."""
    pieces = [
        f"(date '{to_date(since)}', date '{start}', {since}, {until}, "
        f"{until - since if together is None else together})"
        for start, since, until in edges
    ]
    before, later = to_date(edges[0][1]), to_date(edges[-1][1])
    return PEOPLE_OF_DAYS.format(
        pieces=f"values {', '.join(pieces)}",
        piece_of_day=f"case when day < {from_day} then date '{before}' else date '{later}' end",
        within=" or ".join(f"(day >= {since} and day < {until})" for _, since, until in edges),
    )


def _dated(relation: Relation, choices: CommunityChoices) -> str:
    """Return the columns that tell of a row's month and week."""
    return _CALENDAR.format(
        day=relation.day, as_of=choices.as_of_day, since=choices.first_whole_day
    )


def _group_sql(metric: Metric, by: str | None) -> str:
    if by is None:
        return NOT_SPLIT
    if by in ("team", "seniority"):
        return f"{metric.whose}_{by}"
    if by == "topic":
        return "topic"
    return "start" if RELATIONS[metric.relation].day is None else by


def _read_again(relation: Relation) -> str:
    """Return the words that stop DuckDB from keeping all rows of what is read more than once: a
    mart is faster read again.
    """
    return "not materialized " if relation.day else ""


def _start_of_day(by: str | None) -> str:
    """Return SQL for the `start` of the period in which the local day number `day` lies."""
    if by not in CALENDAR:
        return f"date '{FIRST}'"
    return f"cast(date_trunc('{by}', date '{FIRST}' + cast(day as int)) as date)"


def _member_days(scope: Scope, by: str | None) -> str:
    """Return what stands for `member_days`: whole months of the period summed up, single days where
    it begins and ends.

    People counted and sums are the same either way; weeks need the days themselves.
    """
    first, end = scope.period.first_day, scope.period.end_day
    first_whole = to_day(after(begin(to_date(first - 1), "month"), "month"))
    end_whole = to_day(begin(to_date(end), "month"))
    if by == "week" or first_whole >= end_whole:
        return "member_days"
    return (
        f"(select {MEMBER_DAY_COLUMNS} from member_months where day >= {first_whole} and day < {end_whole} union all "
        f"select {MEMBER_DAY_COLUMNS} from member_days where day < {first_whole} or day >= {end_whole})"
    )


def _instead(column: str, by: Mapping[str, str]) -> str:
    """Return the SQL of a column with some of its values replaced."""
    cases = " ".join(
        f"when {literal(name)} then {literal(shown)}" for name, shown in sorted(by.items())
    )
    return f"case {column} {cases} else {column} end"
