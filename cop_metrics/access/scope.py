"""The scope: which community, days, teams, seniorities and topics a viewer looks at, parsed once
and trusted afterwards.

`Catalogue` says what there is to choose from in one store; a choice that is not in it stops with a
sentence.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

import duckdb

from cop_metrics import words
from cop_metrics.access.small_groups import SMALL_TEAMS, SmallGroups, read_small_groups
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.marts import marts_digest
from cop_metrics.people import UNKNOWN
from cop_metrics.period import (
    ALL,
    FEWEST_WEEKS,
    Compare,
    Period,
    earlier,
    read_period,
    to_date,
    weeks_a_year_earlier,
    whole_weeks,
)

EXPLICIT = "explicit"
ASKED = ("found", EXPLICIT)
"""Which questions count: those found in messages by their words too, or only those that are marked
as such.
"""
EXPERIENCE = ("newcomer", "established")


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


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One viewer's cut of the data; empty tuples mean all. `compare` is None where there is nothing
    to compare with.

    `explicit_only`: only questions that the platform, a channel or a reaction marks as such, none
    found by their words. `moved`: how the period differs from that asked for, in a sentence; None
    where it is that. `locale`: the reader's own, in which its sentences write days.
    """

    community: str
    period: Period
    moved: str | None = None
    compare: Period | None = None
    compare_note: str | None = None
    teams: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    explicit_only: bool = False
    names: bool = True
    locale: str | None = None

    def earlier(self) -> "Scope | None":
        """Return the same cut over the period compared with."""
        return replace(self, period=self.compare, compare=None) if self.compare else None


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
    community = row["community"]
    settings = json.loads(row["settings"])
    held = cursor.sql(
        "select distinct team, seniority from memberships where community = $community "
        "and to_day > $first_day and from_day <= $as_of_day",
        params={
            "community": community,
            "first_day": row["first_day"],
            "as_of_day": row["as_of_day"],
        },
    ).fetchall()
    members = cursor.sql(
        "select team, count(distinct member) from memberships where community = $community "
        "and from_day <= $as_of_day and to_day > $as_of_day group by team",
        params={"community": community, "as_of_day": row["as_of_day"]},
    ).fetchall()
    topics = cursor.sql(
        "select topic from question_topics where community = $community group by topic order by count(*) desc, topic",
        params={"community": community},
    ).fetchall()
    sources = cursor.sql(
        "select source, observed_until from sources where community = $community order by source",
        params={"community": community},
    ).fetchall()
    ((found,),) = cursor.sql(
        "select exists(from questions where community = $community and not is_explicit)",
        params={"community": community},
    ).fetchall()
    scale = tuple(settings["seniorities"]) if row["has_roster"] else EXPERIENCE
    seniorities = {seniority for _, seniority in held}
    return CommunityChoices(
        community=community,
        time_zone=row["time_zone"],
        observed_from=row["observed_from"],
        as_of=row["as_of"],
        first_day=row["first_day"],
        first_whole_day=row["first_whole_day"],
        all_sources_day=row["all_sources_day"],
        as_of_day=row["as_of_day"],
        has_roster=row["has_roster"],
        measured=_measured(cursor, community),
        lagging={
            source: until
            for source, until in sources
            if (row["as_of"] - until).total_seconds() > 86400
        },
        teams=tuple(sorted({team for team, _ in held}, key=lambda team: (team == UNKNOWN, team))),
        members=dict(members),
        scale=scale,
        seniorities=tuple(name for name in (*scale, UNKNOWN) if name in seniorities),
        topics=tuple(topic for (topic,) in topics),
        targets=settings["targets"],
        individual_scores=settings["individual_scores"],
        finds_questions=bool(found),
        small_groups=read_small_groups(cursor, community, settings["small_group"]),
        likeness=dict(
            cursor.sql(
                "select metric, likeness from likeness where community = $community",
                params={"community": community},
            ).fetchall()
        ),
        weekly_counts=_weekly_counts(cursor, community),
    )


def _weekly_counts(
    cursor: duckdb.DuckDBPyConnection, community: str
) -> dict[str, tuple[tuple[int, int, int], ...]]:
    rows = cursor.sql(
        "select metric, day, counted, member_days from weekly_counts where community = $community order by metric, day",
        params={"community": community},
    ).fetchall()
    found: dict[str, list[tuple[int, int, int]]] = {}
    for metric, *week in rows:
        found.setdefault(metric, []).append((week[0], week[1], week[2]))
    return {metric: tuple(weeks) for metric, weeks in found.items()}


def _measured(cursor: duckdb.DuckDBPyConnection, community: str) -> frozenset[str]:
    """Return what is measured; a table of reads without readers or days, or of reactions without
    givers, tells of nobody.
    """
    found = cursor.sql(
        "select distinct table_name from measured where community = $community",
        params={"community": community},
    ).fetchall()
    tables = {table for (table,) in found}
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


def parse_scope(
    params: Mapping[str, Sequence[str]],
    catalogue: Catalogue,
    *,
    names: bool = True,
    default_period: str = ALL,
    locale: str | None = None,
) -> Scope:
    """Read a scope from named choices as they stand in a URL or on the command line.

    Keys: community, period, compare, asked, and repeated team, seniority, topic. Raises `CopError`
    for a value that is unknown.
    """
    if not catalogue:
        raise CopError("There is no community yet: import an export first.")
    community = _one(params, "community") or newest_first(catalogue)[0]
    if community not in catalogue:
        raise UnknownName("community", community, catalogue)
    choices = catalogue[community]
    text = _one(params, "period") or opened_with(default_period, choices)
    period = read_period(text, first_day=choices.first_day, as_of_day=choices.as_of_day)
    moved = None
    if not names:
        asked = period
        text, period = (
            "typed",
            whole_weeks(asked, first_day=choices.first_day, as_of_day=choices.as_of_day),
        )
        moved = _moved(asked, period, locale)
    compare, note = _compare(params, text, period, choices, names, locale)
    teams = _known(params, "team", choices.team_choices(names))
    seniorities = _known(params, "seniority", choices.seniority_choices(names))
    if not names and choices.small_groups.refuses(teams, seniorities, choices.teams):
        raise CopError(
            f"{', '.join(seniorities)} in {', '.join(teams) or 'all teams'} is too small a group to be shown without names "
            f"(fewer than {choices.small_groups.size} people, or a neighbour of such a group): choose a wider filter."
        )
    return Scope(
        community=community,
        period=period,
        moved=moved,
        compare=compare,
        compare_note=note,
        teams=teams,
        seniorities=seniorities,
        topics=_known(params, "topic", choices.topics),
        explicit_only=_explicit_only(params),
        names=names,
        locale=locale,
    )


def _moved(asked: Period, shown: Period, locale: str | None) -> str | None:
    """Say that a viewer without names sees other days than those asked for, None where they are the
    same.
    """
    if (asked.first_day, asked.end_day) == (shown.first_day, shown.end_day):
        return None
    return (
        f"Without names only whole weeks are shown, {FEWEST_WEEKS} at least: these are {words.period(shown, locale)}, not the "
        f"{words.period(asked, locale)} that was asked for."
    )


def _compare(
    params: Mapping[str, Sequence[str]],
    text: str,
    period: Period,
    choices: CommunityChoices,
    names: bool,
    locale: str | None,
) -> tuple[Period | None, str | None]:
    wanted = _one(params, "compare") or Compare.BEFORE
    if wanted not in list(Compare):
        raise UnknownName("comparison", wanted, list(Compare))
    if wanted == Compare.YEAR_EARLIER and not names:
        before: Period | None = weeks_a_year_earlier(period)
    else:
        before = earlier(text, period, Compare(wanted), as_of_day=choices.as_of_day)
    if before is None:
        return None, None
    if before.first_day < choices.first_whole_day:
        whole = "" if choices.first_day == choices.first_whole_day else "whole days of "
        return None, f"no {whole}data before {words.day(to_date(choices.first_whole_day), locale)}"
    if before.first_day < choices.all_sources_day:
        return (
            None,
            f"not all sources have data before {words.day(to_date(choices.all_sources_day), locale)}",
        )
    return before, None


def _explicit_only(params: Mapping[str, Sequence[str]]) -> bool:
    wanted = _one(params, "asked") or ASKED[0]
    if wanted not in ASKED:
        raise UnknownName("choice of questions", wanted, ASKED)
    return wanted == EXPLICIT


def _one(params: Mapping[str, Sequence[str]], key: str) -> str | None:
    values = [value for value in params.get(key, ()) if value]
    return values[-1] if values else None


def _known(params: Mapping[str, Sequence[str]], key: str, known: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(value for value in params.get(key, ()) if value))
    for value in chosen:
        if value not in known:
            raise UnknownName(key, value, known)
    return chosen
