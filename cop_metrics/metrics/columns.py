"""What the columns of lists and of exhibits' tables hold, said once for access, pages and reports.

To add a kind of column: a `Role`, and what it means to those who read roles.
"""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from enum import Enum

from cop_metrics.units import Unit


class Rows(Enum):
    """What single rows are, which decides who may see them: people, threads (questions among them)
    and topics one at a time, or groups, of which rows only count.
    """

    PEOPLE = "people"
    THREADS = "threads"
    TOPICS = "topics"
    GROUPS = "groups"


class Role(Enum):
    """What a column does in its table.

    Where a row belongs: TEAM, SENIORITY and TOPIC, which filters know; LEVEL, WEEKDAY and OUTCOME,
    which have an order or words of their own; any other GROUP; the calendar MONTH, the START of
    another stretch of time, any other TIME; how much time has ELAPSED along a curve. Of whom or
    what it is: PERSON, THREAD and its LINK, TEXT to read. How much: a VALUE, followed by its bounds
    LOW and HIGH; whether its month is COMPLETE. ORDER only sorts the names beside it, PLACE says
    where the picture puts its marks and how large they are, and is shown nowhere else.
    """

    TEAM = "team"
    SENIORITY = "seniority"
    TOPIC = "topic"
    LEVEL = "level"
    WEEKDAY = "weekday"
    OUTCOME = "outcome"
    GROUP = "group"
    MONTH = "month"
    START = "start"
    TIME = "time"
    ELAPSED = "elapsed"
    PERSON = "person"
    THREAD = "thread"
    LINK = "link"
    TEXT = "text"
    VALUE = "value"
    LOW = "low"
    HIGH = "high"
    COMPLETE = "complete"
    ORDER = "order"
    PLACE = "place"


AMOUNTS = frozenset({Role.VALUE, Role.LOW, Role.HIGH, Role.COMPLETE, Role.PLACE})
"""What says of a row how much it is or how it is drawn; all else says where it belongs."""
SAID_OF_PEOPLE = frozenset({Role.PERSON, Role.TEAM, Role.SENIORITY})


@dataclass(frozen=True)
class Column:
    """A column: its name in SQL and in files, its title in words, what it does, what it counts
    (None where it counts nothing), and whether it is empty for viewers who may not see names.

    Its fields go by their place, so that a table is declared a line a column.
    """

    name: str
    title: str
    role: Role
    unit: Unit | None = None
    _: KW_ONLY
    personal: bool = False


@dataclass(frozen=True)
class ListOf:
    """The columns of a list, in order, and what its rows are."""

    rows: Rows
    columns: tuple[Column, ...]


def person(of: str, title: str, *, name: str | None = None) -> tuple[Column, Column, Column]:
    """Return the columns of a person in a list: the name, and the team and seniority then."""
    return (
        Column(name or f"{of}_name", title, Role.PERSON, personal=True),
        Column(f"{of}_team", "Team", Role.TEAM, personal=True),
        Column(f"{of}_seniority", "Seniority", Role.SENIORITY, personal=True),
    )


def to_read(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns that one reads: all but those that only place the marks of a picture."""
    return tuple(column for column in columns if column.role is not Role.PLACE)


def titles(columns: Iterable[Column]) -> dict[str, str]:
    """Return the titles of columns by their names."""
    return {column.name: column.title for column in columns}


def with_bounds(columns: Iterable[Column]) -> dict[Column, list[Column]]:
    """Return each value with the bounds that follow it, none where it has no interval."""
    values = dict[Column, list[Column]]()
    for column in columns:
        if column.role is Role.VALUE:
            bounds = values[column] = []
        elif column.role in (Role.LOW, Role.HIGH):
            bounds.append(column)
    return values


def named(columns: Iterable[Column], *roles: Role) -> list[str]:
    """Return the names of the columns that have one of the roles."""
    return [column.name for column in columns if column.role in roles]


def titled(columns: Iterable[Column], *roles: Role) -> list[str]:
    """Return the titles of the columns that have one of the roles."""
    return [column.title for column in columns if column.role in roles]
