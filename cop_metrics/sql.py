"""SQL in files, one relation a file, whose first line says what one row is.

A place in braces is a limit, `{AWAY_DAYS}`, or a condition or value that many files need, as
`{held_at(askers, questions.asker, questions.day)}`. To add one of these: a function here, named in
`MACROS`. `{topics.sql}` is the statement of that file beside it. Other places are left for whoever
asks.
"""

import re
from collections.abc import Callable
from functools import cache, partial
from inspect import signature
from pathlib import Path

from cop_metrics import limits

_PLACE = re.compile(r"\{([\w.]+)(?:\((.*?)\))?\}", re.DOTALL)


def held_at(groups: str, member: str, day: str) -> str:
    """Return what joins the `groups`, of memberships, that a member held on a day."""
    whose = member.partition(".")[0]
    return (
        f"{groups}.community = {whose}.community and {groups}.member = {member} "
        f"and {day} >= {groups}.from_day and {day} < {groups}.to_day"
    )


def present_at(end_day: str) -> str:
    """Return what joins the memberships of who is present at the last moment before a day."""
    return f"memberships.community = $community and held_from < {end_day} and held_to >= {end_day}"


def level_at(end_day: str) -> str:
    """Return what joins the level stretches at the last moment before a day."""
    return (
        f"stretches.community = $community and stretches.from_day < {end_day} "
        f"and stretches.to_day >= {end_day}"
    )


def date_of(day: str) -> str:
    """Return the date of a day number."""
    return f"date '1970-01-01' + cast({day} as int)"


def day_of(date: str) -> str:
    """Return the day number of a date."""
    return f"date_diff('day', date '1970-01-01', {date})"


def local_day(moment: str, time_zone: str) -> str:
    """Return the number of the local day on which a moment of UTC lies."""
    return day_of(f"cast({moment} at time zone 'UTC' at time zone {time_zone} as date)")


def points_for(reason: str) -> str:
    """Return the points of an act, before the caps."""
    worth = " ".join(f"when '{each}' then {points}" for each, points in limits.POINTS.items())
    return f"case {reason} {worth} end"


def measured(table: str) -> str:
    """Return whether the community's sources record that table of the lake."""
    return (
        f"exists (select 1 from measured where community = $community and table_name = '{table}')"
    )


MACROS: dict[str, Callable[..., str]] = {
    each.__name__: each
    for each in (held_at, present_at, level_at, date_of, day_of, local_day, points_for, measured)
}


@cache
def read_sql(path: Path) -> str:
    """Return the statement in a file, without the comment that it begins with, its places filled."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return _PLACE.sub(partial(_filled, path.parent), "\n".join(lines[first:]))


def _filled(folder: Path, place: re.Match[str]) -> str:
    name, arguments = place.groups()
    if name.endswith(".sql"):
        return read_sql(folder / name)
    if name in MACROS and arguments:
        commas = len(signature(MACROS[name]).parameters) - 1
        return MACROS[name](*arguments.split(", ", commas))
    return str(getattr(limits, name, place[0]))
