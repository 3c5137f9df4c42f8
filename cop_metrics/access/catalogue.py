"""What there is to choose from in one store, by community, and what its data covers.

`Catalogue` is read once a store version; a choice that is not in it stops with a sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import duckdb

from cop_metrics.access.small_groups import SMALL_TEAMS, SmallGroups, read_small_groups
from cop_metrics.errors import CopError
from cop_metrics.marts import marts_digest
from cop_metrics.metrics.metric import needed
from cop_metrics.people import UNKNOWN
from cop_metrics.period import ALL, read_period
from cop_metrics.reasons import Reason, Why
from cop_metrics.tables import FACTS

NO_TEAMS = "know of no teams"
"""What is said of a roster without teams; `FACTS` say it of what sources do not tell."""
EXPERIENCE = ("newcomer", "established")


def _lacking(need: str) -> str:
    """Return what is said of sources that do not record what a number needs: a table or a fact."""
    if need == "team":
        return NO_TEAMS
    return FACTS[need].lacking if need in FACTS else f"record no {need}s"


class Reading(Enum):
    """What a community's sources tell of reading: who read what and when, totals of views only, or
    nothing.
    """

    PEOPLE = "people"
    TOTALS = "totals"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class CommunityChoices:
    """What can be chosen within one community, and what its data covers; days are local day
    numbers.

    `finds_questions`: whether questions were found in messages by what they say. `first_whole_day`
    is the first that any source covers wholly, `all_sources_day` the first that all do. `measured`:
    the lake tables that the sources fill, 'read' only where it says who read; beside them 'reach',
    where reads or views are known, 'giver', where it is known who reacted, 'thanker', where it is
    known who upvoted or thanked, 'acceptance', where any answer was accepted, 'team', where anybody
    is of a known team, and 'account', where every source lists its accounts, so that people who
    never did anything are known. `members`: how many each team has as of the data. `likeness`: by
    metric, how alike one person's rows are. `weekly_counts`: by metric, of each whole week its
    first day, what was counted, and the days that members were there.
    """

    community: str
    time_zone: str
    observed_from: datetime
    as_of: datetime
    first_day: int
    first_whole_day: int
    all_sources_day: int
    as_of_day: int
    has_roster: bool
    measured: frozenset[str]
    lagging: Mapping[str, datetime]
    teams: tuple[str, ...]
    members: Mapping[str, int]
    scale: tuple[str, ...]
    seniorities: tuple[str, ...]
    topics: tuple[str, ...]
    targets: Mapping[str, float]
    individual_scores: bool
    finds_questions: bool
    small_groups: SmallGroups
    likeness: Mapping[str, float]
    weekly_counts: Mapping[str, tuple[tuple[int, int, int], ...]]

    @property
    def reading(self) -> Reading:
        """Return what the sources tell of reading."""
        if "read" in self.measured:
            return Reading.PEOPLE
        return Reading.TOTALS if "reach" in self.measured else Reading.NOTHING

    def unrecorded(self, needs: str | tuple[str, ...] | None) -> Reason | None:
        """Return why the sources cannot measure what needs these, None where they can."""
        for each in needed(needs):
            if each not in self.measured:
                counted = self.reading is Reading.TOTALS and each == "read"
                missing = _lacking("reader" if counted else each)
                return Reason(Why.NOT_MEASURABLE, f"not measurable: the sources {missing}")
        return None

    def alike(self, metric_id: str) -> float:
        """Return how alike one person's rows of a number are in the whole community, 0 where that
        is not known.
        """
        return self.likeness.get(metric_id, 0.0)

    @property
    def seniority_word(self) -> str:
        """Return what the scale is: seniority by roster, else experience, which stands in for it."""
        return "Seniority" if self.has_roster else "Experience"

    def called(self, title: str) -> str:
        """Return the title of a column, in which experience stands in for seniority where there is
        no roster.
        """
        return (
            title
            if self.has_roster
            else title.replace("Seniority", "Experience").replace("seniority", "experience")
        )

    @property
    def junior(self) -> str:
        """Return the lowest step of the scale, newcomers where there is no roster."""
        return self.scale[0]

    @property
    def senior(self) -> str:
        """Return the highest step of the scale, established members where there is no roster."""
        return self.scale[-1]

    def team_choices(self, names: bool) -> tuple[str, ...]:
        """Return the teams a viewer may choose from, small ones merged for those who may not see
        names.
        """
        if names:
            return self.teams
        shown = {self.small_groups.shown_as.get(team, team) for team in self.teams}
        return tuple(sorted(shown, key=lambda team: (team in (SMALL_TEAMS, UNKNOWN), team)))

    def seniority_choices(self, names: bool) -> tuple[str, ...]:
        """Return the seniorities a viewer may choose from, without one that counts as another for
        those who may not see names.
        """
        return tuple(
            name for name in self.seniorities if names or name not in self.small_groups.counted_as
        )


Catalogue = Mapping[str, CommunityChoices]


def read_catalogue(cursor: duckdb.DuckDBPyConnection) -> dict[str, CommunityChoices]:
    """Read from a store what there is to choose from, by community.

    Raises `CopError` for a store that another version of the program made.
    """
    made_by = cursor.sql("select * from meta").pl().to_dicts()[0].get("marts_digest")
    if made_by != marts_digest():
        raise CopError(
            "The store was made by another version of the program: run 'python -m cop_metrics build'."
        )
    rows = cursor.sql("select * from communities order by community").pl().to_dicts()
    return {row["community"]: _choices(cursor, row) for row in rows}


def _choices(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> CommunityChoices:
    community, settings = row["community"], json.loads(row["settings"])
    days = {"first_day": row["first_day"], "as_of_day": row["as_of_day"]}
    held = _rows(cursor, _HELD, community, **days)
    scale = tuple(settings["seniorities"]) if row["has_roster"] else EXPERIENCE
    seniorities = {seniority for _, seniority in held}
    ((found,),) = _rows(cursor, _FINDS_QUESTIONS, community)
    return CommunityChoices(
        community=community,
        time_zone=row["time_zone"],
        observed_from=row["observed_from"],
        as_of=row["as_of"],
        first_whole_day=row["first_whole_day"],
        all_sources_day=row["all_sources_day"],
        **days,
        has_roster=row["has_roster"],
        measured=_measured(cursor, community),
        lagging={
            source: until
            for source, until in _rows(cursor, _SOURCES, community)
            if row["as_of"] - until > timedelta(days=1)
        },
        teams=tuple(sorted({team for team, _ in held}, key=lambda team: (team == UNKNOWN, team))),
        members=dict(_rows(cursor, _MEMBERS, community, as_of_day=row["as_of_day"])),
        scale=scale,
        seniorities=tuple(name for name in (*scale, UNKNOWN) if name in seniorities),
        topics=tuple(topic for (topic,) in _rows(cursor, _TOPICS, community)),
        targets=settings["targets"],
        individual_scores=settings["individual_scores"],
        finds_questions=bool(found),
        small_groups=read_small_groups(cursor, community, settings["small_group"]),
        likeness=dict(_rows(cursor, _LIKENESS, community)),
        weekly_counts=_weekly_counts(cursor, community),
    )


_HELD = """
    select distinct team, seniority from memberships
    where community = $community and to_day > $first_day and from_day <= $as_of_day"""
_MEMBERS = """
    select team, count(distinct member) from memberships
    where community = $community and from_day <= $as_of_day and to_day > $as_of_day
    group by team"""
_TOPICS = """
    select topic from question_topics where community = $community
    group by topic order by count(*) desc, topic"""
_SOURCES = """
    select source, observed_until from sources where community = $community order by source"""
_FINDS_QUESTIONS = """
    select exists(from questions where community = $community and not is_explicit)"""
_LIKENESS = "select metric, likeness from likeness where community = $community"
_WEEKLY_COUNTS = """
    select metric, day, counted, member_days from weekly_counts
    where community = $community order by metric, day"""
_TABLES = "select distinct table_name from measured where community = $community"


def _rows(
    cursor: duckdb.DuckDBPyConnection, sql: str, community: str, **days: int
) -> list[tuple[Any, ...]]:
    return cursor.sql(sql, params={"community": community, **days}).fetchall()


def _weekly_counts(
    cursor: duckdb.DuckDBPyConnection, community: str
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    rows = _rows(cursor, _WEEKLY_COUNTS, community)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for metric, *week in rows:
        found.setdefault(metric, []).append((week[0], week[1], week[2]))
    return {metric: tuple(weeks) for metric, weeks in found.items()}


def _measured(cursor: duckdb.DuckDBPyConnection, community: str) -> frozenset[str]:
    """Return what is measured; a table of reads without readers or days, or of reactions without
    givers, tells of nobody.
    """
    tables = {table for (table,) in _rows(cursor, _TABLES, community)}
    ((viewed, read, reacted, recognised, thanked, accepted, teamed, listed),) = cursor.sql(
        """
        select exists(from reach where community = $community and views is not null),
            exists(from reads where community = $community),
            exists(from member_days where community = $community and reactions > 0),
            exists(from recognitions where community = $community and reason <> 'accepted'),
            exists(from recognitions where community = $community and reason <> 'accepted' and giver is not null),
            exists(from questions where community = $community and (accepted or solved)),
            exists(from memberships where community = $community and team <> 'Unknown'),
            (select accounts_known from communities where community = $community)""",
        params={"community": community},
    ).fetchall()
    if viewed and not read:
        tables.discard("read")
    if viewed or "read" in tables:
        tables.add("reach")
    if "reaction" in tables and (reacted or not recognised):
        tables.add("giver")
    if "reaction" in tables and (thanked or not recognised):
        tables.add("thanker")
    tables |= {"acceptance"} if accepted else set()
    tables |= {"team"} if teamed else set()
    tables |= {"account"} if listed else set()
    return frozenset(tables)


def newest_first(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the communities, that with the newest data first, those alike by name; the first is
    opened unless said.
    """
    return tuple(sorted(sorted(catalogue), key=lambda name: catalogue[name].as_of, reverse=True))


def opened_with(period: str, choices: CommunityChoices) -> str:
    """Return the period that is shown unless one is chosen: all data where that one ends before the
    data begins.
    """
    days = read_period(period, first_day=choices.first_day, as_of_day=choices.as_of_day)
    return ALL if days.end_day <= choices.first_day else period
