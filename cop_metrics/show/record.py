"""One member's record: people helped, teams, topics, thanks, levels and first steps, to take along
and raise a profile.

Only for viewers who may see names, where the setting individual_scores allows scores of single
people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import Sight
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.status import MILESTONES, tendency

MOST_MEMBERS = 200
MOST_ROWS = 10
MEASURED = ("people_helped", "teams_helped", "helps", "thankers", "points")

_MEMBERS = """
    select member, name
    from members
    where community = $community and not is_deleted and left_day > 0 and name ilike $pattern escape '\\'
        and member_id in (select member_id from points)
    order by name, member
    limit $most"""
_MEMBER = """
    select members.member_id, members.name, members.since_day, members.start_in_view, members.left_day,
        memberships.team, memberships.seniority, bars.name as level, expertise.rank
    from members
    join memberships on memberships.member_id = members.member_id and held_from <= $last_day and held_to > $last_day
    left join level_stretches as levels on levels.community = members.community and levels.member = members.member
        and levels.from_day <= $last_day and levels.to_day > $last_day
    left join level_bars as bars on bars.level = levels.level
    left join expertise on expertise.member_id = members.member_id
    where members.community = $community and members.member = $member and not members.is_deleted"""
_NAME = """
    select name from members
    where community = $community and member = $member and not is_deleted and left_day > 0"""
_NUMBERS = """
    select
        (select count(*) from helps
            where helper_id = $id and accepted and day >= $first_day and day < $end_day) as accepted,
        (select count(*) from recognitions where member_id = $id and reason <> 'accepted'
            and day >= $first_day and day < $end_day) as thanks,
        (select count(distinct helper_id) from helps where asker_id = $id and not helper_deleted
            and day >= $first_day and day < $end_day) as helped_by"""
_PEOPLE = """
    select askers.name as "Person", max(asker_team) as "Team", count(*) as "Helps"
    from helps join members as askers on askers.member_id = helps.asker_id
    where helper_id = $id and not asker_deleted and helps.day >= $first_day and helps.day < $end_day
    group by askers.member_id, askers.name order by 3 desc, 1, askers.member_id limit $most"""
_TEAMS = """
    select asker_team as "Team",
        count(distinct asker_id) filter (where not asker_deleted) as "People", count(*) as "Helps"
    from helps where helper_id = $id and day >= $first_day and day < $end_day
    group by all order by 3 desc, 1 limit $most"""
_TOPICS = """
    select topic as "Topic", count(*) as "Helps", count(*) filter (where accepted) as "Accepted"
    from helps join question_topics using (question_id)
    where helper_id = $id and helps.day >= $first_day and helps.day < $end_day
    group by all order by 2 desc, 1 limit $most"""
_LEVELS = """
    select date '1970-01-01' + cast(day as int) as "Since", after.name as "Level",
        before.name as "Before"
    from level_changes
    left join level_bars as before on before.level = from_level
    join level_bars as after on after.level = to_level
    where community = $community and member = $member order by day"""
_STEPS = """
    select since_day, days_to_post, days_to_help, days_to_thanks, days_to_accepted
    from milestones where member_id = $id"""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one member gave, and what they were recognised for.

    `about`, `numbers`: values in words by what they are; numbers and tables are those of the
    scope's period, `levels` (the last changes) and `steps` (the first of each kind) those of all
    data. Tables hold the first rows.
    """

    name: str
    about: Mapping[str, str]
    numbers: Mapping[str, str]
    people: pl.DataFrame
    teams: pl.DataFrame
    topics: pl.DataFrame
    levels: pl.DataFrame
    steps: pl.DataFrame


def members(
    cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices, scope: Scope, search: str = ""
) -> dict[str, str]:
    """Return names by key of the members who ever gained points and whose name holds `search`, the
    first 200 by name.

    Raises `CopError` where this viewer may not see them.
    """
    _refuse(scope, choices)
    plain = "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in search.strip())
    found = _rows(
        cursor, _MEMBERS, community=scope.community, pattern=f"%{plain}%", most=MOST_MEMBERS
    )
    return dict(found.iter_rows())


def record(
    cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices, scope: Scope, member: str
) -> Record:
    """Measure the record of one member, given by key; raises `CopError` where this viewer may not
    see it or there is none.
    """
    _refuse(scope, choices)
    who = {"community": scope.community, "member": member}
    last_day = min(scope.period.end_day - 1, choices.as_of_day)
    own = next(_rows(cursor, _MEMBER, **who, last_day=last_day).iter_rows(named=True), None)
    if own is None:
        elsewhen = _rows(cursor, _NAME, **who)["name"].to_list()
        raise _no_member(member, elsewhen, members(cursor, choices, scope))
    period = {
        "id": own["member_id"],
        "first_day": scope.period.first_day,
        "end_day": scope.period.end_day,
    }
    top = {**period, "most": MOST_ROWS}
    return Record(
        name=own["name"],
        about=_about(own, choices),
        numbers=_numbers(
            _measured(Measurer(cursor=cursor, choices=choices), scope, own["member_id"]),
            _rows(cursor, _NUMBERS, **period).row(0, named=True),
            own["rank"],
            choices,
        ),
        people=_rows(cursor, _PEOPLE, **top),
        teams=_rows(cursor, _TEAMS, **top),
        topics=_rows(cursor, _TOPICS, **top),
        levels=_rows(cursor, _LEVELS, **who).tail(MOST_ROWS),
        steps=_steps(_rows(cursor, _STEPS, id=own["member_id"])),
    )


def _no_member(member: str, elsewhen: list[str], known: Iterable[str]) -> CopError:
    if elsewhen:
        return CopError(
            f"{elsewhen[0]} was no member at the end of this period: choose one that ends while they were."
        )
    return UnknownName("member", member, known)


def _refuse(scope: Scope, choices: CommunityChoices) -> None:
    reason = Sight(scope=scope, choices=choices).record()
    if reason:
        raise CopError(reason.text)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, **values: object) -> pl.DataFrame:
    rows: pl.DataFrame = cursor.cursor().sql(sql, params=values).pl()
    return rows


def _about(own: Mapping[str, object], choices: CommunityChoices) -> dict[str, str]:
    told = {"Team": own["team"], choices.seniority_word: own["seniority"], "Level": own["level"]}
    return {
        name: str(value) for name, value in told.items() if value is not None and value != "Unknown"
    }


def _measured(measurer: Measurer, scope: Scope, member: int) -> dict[str, float | None]:
    """Return the numbers that are measured of members, with this one in the scope and no filter
    but the period; None where the sources do not tell.
    """
    own = Scope(community=scope.community, period=scope.period, member=member)
    figures = {id_: measurer.measure(METRICS[id_], own).figure for id_ in MEASURED}
    return {id_: figure.value if figure else None for id_, figure in figures.items()}


def _numbers(
    measured: Mapping[str, float | None],
    counted: Mapping[str, int],
    rank: int | None,
    choices: CommunityChoices,
) -> dict[str, str]:
    """Return the numbers in words, without those that the sources do not tell of: none is no 0."""
    named = {
        "People helped": measured["people_helped"],
        "Teams helped": measured["teams_helped"],
        "Helps": measured["helps"],
        "Accepted": None if choices.unrecorded("acceptance") else counted["accepted"],
        "Upvotes and thanks": None if choices.unrecorded("reaction") else counted["thanks"],
        "From people": measured["thankers"],
        "Points": measured["points"],
    }
    told = {name: f"{value:,.0f}" for name, value in named.items() if value is not None}
    does = tendency(int(measured["people_helped"] or 0), counted["helped_by"])
    if does:
        told["On balance"] = does
    if rank is not None:
        told["Rank, last 12 months"] = f"{rank:,d}"
    return told


def _steps(counted: pl.DataFrame) -> pl.DataFrame:
    """Return the day of each first step and the days since joining; empty for who joined before
    they could be known.
    """
    rows = [
        (step, own["since_day"] + own[column], own[column])
        for own in counted.iter_rows(named=True)
        for step, column in MILESTONES.items()
        if own[column] is not None
    ]
    schema = {"Step": pl.String, "Day": pl.Int32, "Days after joining": pl.Int32}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .with_columns(pl.col("Day").cast(pl.Date))
        .sort("Day", "Step")
    )
