"""The HR roster: who was in which team, at which seniority, from when to when.

To accept another name of a column: one word in `ROSTER_COLUMNS`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.tabular import NOTHING, columns_by_name, email_hash, lines_of, listed, plain_name


@dataclass(frozen=True, kw_only=True)
class RosterColumn:
    """A column of the roster, the other names under which it is found, and what it means."""

    name: str
    also: tuple[str, ...]
    meaning: str


ROSTER_COLUMNS = (
    RosterColumn(
        name="who",
        also=("person", "employee", "member"),
        meaning="the person: an e-mail address if it holds an @, else a username, member id or display name",
    ),
    RosterColumn(
        name="email",
        also=("mail", "email address", "work email", "mail address"),
        meaning="the e-mail address; it is turned into a hash at once and never kept",
    ),
    RosterColumn(
        name="username",
        also=("user", "user name", "login", "handle", "account"),
        meaning="the name with which the person signs in on the platform",
    ),
    RosterColumn(
        name="member_id",
        also=("platform id", "user id", "account id"),
        meaning="the key of the person's account on the platform",
    ),
    RosterColumn(
        name="name",
        also=("display name", "full name", "employee name"),
        meaning="the name as the platform shows it",
    ),
    RosterColumn(
        name="team",
        also=(
            "department",
            "unit",
            "group",
            "division",
            "org unit",
            "organizational unit",
            "business unit",
        ),
        meaning="the team in that period",
    ),
    RosterColumn(
        name="seniority",
        also=("seniority level", "level", "grade", "career level"),
        meaning="the seniority in that period",
    ),
    RosterColumn(
        name="job_title",
        also=("title", "position", "job", "role"),
        meaning="the job title in that period, which the settings can map to a seniority",
    ),
    RosterColumn(
        name="from",
        also=("start", "start date", "from date", "valid from", "effective from", "since"),
        meaning="the first day of the period; empty means since ever",
    ),
    RosterColumn(
        name="to",
        also=("end", "end date", "to date", "valid to", "valid until", "until"),
        meaning="the first day that no longer belongs to the period; empty means still open",
    ),
)
NEVER = 2200
"""The year from which on a day means that there is none: 31.12.9999 is an open end."""
_FAR = re.compile(
    r"\d{1,2}[./ -]{1,2}(?:\d{1,2}|[^\W\d]{3,9})[./ -]{1,2}(?P<year>\d{4})(?!\d)|(?P<before>\d{4})[./ 年]\d{1,2}[./ 月]\d{1,2}"
    r"|[^\W\d]{3,9}\.? \d{1,2}, (?P<behind>\d{4})"
)
_NO_DAY = re.compile(r"0{1,4}[./-]0{1,2}[./-]0{1,4}(?:[T ][0:.]+)?")
"""What MySQL and SAP write where there is no day."""
_FAR_SERIAL = re.compile(r"29\d{5}(?:[.,]\d+)?")
"""The year 9999 as a spreadsheet counts days."""
OPEN = (
    *(
        "open",
        "ongoing",
        "current",
        "present",
        "today",
        "now",
        "indefinite",
        "unlimited",
        "∞",
        "offen",
        "laufend",
        "aktuell",
        "heute",
    ),
    *(
        "unbefristet",
        "bis heute",
        "bis auf weiteres",
        "en cours",
        "actuel",
        "ouvert",
        "aujourd'hui",
        "actual",
        "actualidad",
        "abierto",
    ),
    *(
        "in corso",
        "attuale",
        "heden",
        "lopend",
        "pågående",
        "nu",
        "obecnie",
        "至今",
        "現在",
        "по настоящее время",
    ),
)
"""What people write into `to` where a period is still open."""
IDENTITY = ("who", "email", "username", "member_id", "name")
GROUPS = ("team", "seniority", "job_title")

ROSTER_ROWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,
    "email_hash": pl.String,
    "username": pl.String,
    "platform_id": pl.String,
    "display_name": pl.String,
    "team": pl.String,
    "seniority": pl.String,
    "job_title": pl.String,
    "from_day": pl.Date,
    "to_day": pl.Date,
}


@dataclass(frozen=True, kw_only=True)
class Roster:
    """A roster as it was read.

    `rows` has the columns of `ROSTER_ROWS`, one row a period: `row` is the line in the file,
    `from_day` is null since ever, `to_day` is exclusive and null while open. `skipped` names the
    lines that were left out, by reason; `notes` are sentences for the person who handed the roster
    over.
    """

    rows: pl.DataFrame
    skipped: Mapping[str, tuple[int, ...]]
    notes: tuple[str, ...]


def described() -> str:
    """Return the columns of a roster as a Markdown table, for the docs."""
    rows = ["| column | also found as | meaning |", "|---|---|---|"]
    rows += [
        f"| `{column.name}` | {', '.join(column.also)} | {column.meaning} |"
        for column in ROSTER_COLUMNS
    ]
    return "\n".join(rows) + "\n"


def read_roster(path: Path) -> Roster:
    """Read a roster from a CSV or XLSX file.

    Raises `CopError` if it cannot be read as a table, names nobody or no group, holds no rows, a
    date that is no date, a period that ends before it begins, or two periods of one person at the
    same time.
    """
    lines = _lines(path)
    places = _places(path, lines[0][1])
    if len(lines) == 1:
        raise CopError(f"The roster {path.name} has a header but no rows. Add one row a person.")
    skipped: dict[str, list[int]] = {}
    kept = [
        row
        for row in (_row(path, places, line, cells, skipped) for line, cells in lines[1:])
        if row
    ]
    if not kept:
        reasons = "; ".join(
            f"{reason} (row {listed([str(line) for line in at], 3)})"
            for reason, at in skipped.items()
        )
        raise CopError(f"No row of the roster {path.name} can be used: {reasons}.")
    _refuse_overlaps(path, kept)
    rows = pl.DataFrame([row.values for row in kept], schema=ROSTER_ROWS, orient="row")
    return Roster(
        rows=rows, skipped={reason: tuple(at) for reason, at in skipped.items()}, notes=_notes(kept)
    )


@dataclass(frozen=True, kw_only=True)
class _Period:
    """One row of the roster, with the name by which its file calls the person."""

    line: int
    called: str
    identity: tuple[str | None, str | None, str | None, str | None]
    groups: tuple[str | None, str | None, str | None]
    start: date | None
    end: date | None

    @property
    def values(self) -> tuple[object, ...]:
        return (self.line, *self.identity, *self.groups, self.start, self.end)

    def __str__(self) -> str:
        return f"row {self.line}: from {self.start or 'ever'} to {self.end or 'ever'}"


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, each with its number in the file; the first is the
    header.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise CopError(
            f"The roster {path} cannot be read: {problem.strerror}. Name a CSV or XLSX file."
        ) from problem
    return lines_of(f"The roster {path.name}", content, sheet="roster")


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Return where each column of `ROSTER_COLUMNS` stands; its own name goes before the others, in
    their order.
    """
    found = columns_by_name(f"The roster {path.name}", header, ("who", "team", "seniority"))
    places: dict[str, int] = {}
    for column in ROSTER_COLUMNS:
        names = [plain_name(name) for name in (column.name, *column.also)]
        place = next((found[name] for name in names if name in found), None)
        if place is not None:
            places[column.name] = place
    for needed, what in ((IDENTITY, "says who a row is about"), (GROUPS, "gives a group")):
        if not set(needed) & set(places):
            raise CopError(
                f"The roster {path.name} has no column that {what}. "
                f"It has: {listed(header)}. Name one of them: {', '.join(needed)}."
            )
    return places


def _row(
    path: Path,
    places: Mapping[str, int],
    line: int,
    cells: Sequence[str],
    skipped: dict[str, list[int]],
) -> _Period | None:
    """Return a line as a period, or None if it says nothing, which is then counted in `skipped`."""
    values = {
        name: cells[place]
        for name, place in places.items()
        if place < len(cells) and _says(name, cells[place])
    }
    identity = _identity(values)
    if not any(identity):
        skipped.setdefault("names nobody", []).append(line)
        return None
    if not values.keys() & set(GROUPS):
        skipped.setdefault("has no team, seniority or job title", []).append(line)
        return None
    start, end = (_day(path, line, name, values.get(name)) for name in ("from", "to"))
    if start and start.year >= NEVER:
        skipped.setdefault(f"begins in {NEVER} or later", []).append(line)
        return None
    if end and end.year >= NEVER:
        end = None
    if start and end and start >= end:
        raise CopError(
            f"The roster {path.name}, row {line}: the period from {start} to {end} holds no day. "
            "`to` is the first day that no longer counts; correct the dates or leave `to` empty."
        )
    return _Period(
        line=line,
        called=next(
            values[name]
            for name in ("name", "who", "username", "email", "member_id")
            if name in values
        ),
        identity=identity,
        groups=(values.get("team"), values.get("seniority"), values.get("job_title")),
        start=start,
        end=end,
    )


def _says(column: str, cell: str) -> bool:
    """Tell whether a cell holds anything; a team may be called NA, such as that of North America."""
    return bool(cell) and (cell not in NOTHING or (column in GROUPS and cell == "NA"))


def _identity(values: Mapping[str, str]) -> tuple[str | None, str | None, str | None, str | None]:
    """Return hash of the e-mail, username, platform id and display name, as far as the row gives
    them.
    """
    who = values.get("who", "").removeprefix("@") or None
    address = values.get("email", "")
    if who and "@" in who:
        address, who = address or who, None
    hashed = email_hash(address) if "@" in address else None
    username = values.get("username", "").removeprefix("@") or who
    return hashed, username, values.get("member_id", who), values.get("name", who)


def _day(path: Path, line: int, column: str, value: str | None) -> date | None:
    value = (value or "").strip("' ")
    if not value or _NO_DAY.fullmatch(value) or (column == "to" and value.casefold() in OPEN):
        return None
    if _FAR_SERIAL.fullmatch(value):
        return date(9999, 12, 31)
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"):
        try:
            return datetime.strptime(value, form).date()
        except ValueError:
            continue
    far = _FAR.match(value)
    year = int(far["year"] or far["before"] or far["behind"]) if far else 0
    if year >= NEVER:  # which of the others is the month makes no difference
        return date(year, 12, 31)
    try:
        return datetime.fromisoformat(value).date()
    except ValueError as problem:
        raise CopError(
            f"The roster {path.name}, row {line}: '{value[:40]}' in column '{column}' is no date. "
            "Write dates as 2024-03-31."
        ) from problem


_PLATFORM_ID = 2
"""Where in an identity the key of the platform stands: platforms may have keys that differ in case
only.
"""


def _same_person(periods: Iterable[_Period]) -> list[list[_Period]]:
    """Return each person's periods in time order; by name alone only where a row gives nothing
    better.
    """
    people: dict[tuple[int, str], list[_Period]] = {}
    for period in periods:
        for kind, key in enumerate(period.identity):
            if key and (kind < 3 or not any(period.identity[:3])):
                people.setdefault((kind, key if kind == _PLATFORM_ID else key.lower()), []).append(
                    period
                )
    return [
        sorted(rows, key=lambda period: (period.start or date.min, period.line))
        for rows in people.values()
        if len(rows) > 1
    ]


def _refuse_overlaps(path: Path, periods: list[_Period]) -> None:
    overlaps: dict[str, str] = {}
    for rows in _same_person(periods):
        for before, after in pairwise(rows):
            if before.end is None or after.start is None or before.end > after.start:
                overlaps.setdefault(after.called, f"{after.called} ({before}; {after})")
    if overlaps:
        people = "; ".join(list(overlaps.values())[:5])
        more = f"; and {len(overlaps) - 5:,} more" if len(overlaps) > 5 else ""
        raise CopError(
            f"The roster {path.name} has people in two rows at the same time: {people}{more}. "
            "Put into `to` of the earlier row the day on which the next row begins, or delete the row that is wrong."
        )


def _notes(periods: list[_Period]) -> tuple[str, ...]:
    """Say it where `to` looks like a last day, since that day would then belong to no team."""
    gaps = {
        after.line
        for rows in _same_person(periods)
        for before, after in pairwise(rows)
        if before.end and after.start and (after.start - before.end).days == 1
    }
    if not gaps:
        return ()
    at = listed([str(line) for line in sorted(gaps)], 3)
    return (
        f"{len(gaps):,} periods begin one day after the one before ends (row {at}). "
        "`to` is the first day that no longer counts: on that one day these people are in no team.",
    )
