"""What a number and an exhibit are: everything that a page, a report, the glossary, the command
line and the tests need to know.

To add one, see the recipe in CONTRIBUTING: a declaration in the module of its promise, and a worked
example named after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path
from typing import Protocol

import polars as pl

from cop_metrics.metrics.aggregates import Aggregate
from cop_metrics.metrics.columns import Column, Role, Rows, titles
from cop_metrics.reasons import Reason
from cop_metrics.sql import read_sql
from cop_metrics.units import Unit


class Promise(Enum):
    """The three promises, and participation, which is the base of all three."""

    PARTICIPATION = "participation"
    HELP = "help"
    INSPIRATION = "inspiration"
    STATUS = "status"


class Better(Enum):
    """The direction that serves the members; NEITHER where more is not better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Whose(StrEnum):
    """Whose team and seniority the filters act on; the value is the prefix of the relation's
    columns.
    """

    ASKER = "asker"
    HELPER = "helper"
    MEMBER = "member"


class Counts(Enum):
    """FLOW: what happened in the period. STOCK: what held at its last moment. STATE: what holds as
    of the data.
    """

    FLOW = "flow"
    STOCK = "stock"
    STATE = "state"


class Declared(Protocol):
    """What a number and an exhibit have in common for cutting their relations."""

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


EXHIBITS_SQL = Path(__file__).parent / "exhibits"
NOT_ASKED = "nobody asked"
NO_HELP = "nobody helped another member"
NOT_JOINED = "nobody joined in view of the data"
"""What there is none of where exhibits of it are empty."""
WHO_IS_NEW = (90, "Who is new is known")
"""From which day of the data on it is known who is new, and how that is said."""
EVERY_SENIORITY = "every"
NEWCOMER = "newcomer"


def likeness_of(metric_id: str) -> str:
    """Return SQL for how alike one person's rows of a number are in the whole community, in an
    exhibit's own SQL.
    """
    return f"coalesce((select likeness from likeness where community = $community and metric = '{metric_id}'), 0)"


def exhibit_sql(name: str) -> str:
    """Return the SQL of an exhibit that stands in a file, as one longer than some 15 lines does."""
    return read_sql(EXHIBITS_SQL / f"{name}.sql")


def needed(needs: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return what a number or an exhibit is not measurable without."""
    return (needs,) if isinstance(needs, str) else needs or ()


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number, declared once.

    `question` is what a leader asks; `description` says the definition in words and what is left
    out; `formula` in short; `source` where the definition comes from; `peers` what others do
    differently. `splits` are the dimensions that it can be filtered and split by; a filter on any
    other is ignored, and said. `needs` names what it
    is not measurable without, one lake table or several. `beside`: the metric that is told with it.
    A number that still grows for young posts is not `comparable` between periods; one of which a
    group's value follows from how large the group is (`follows_size`) is not compared between
    groups. `individual`: its list tells single people's levels. `never_listed`: why nobody is shown
    its rows, in a sentence. `no_rows`: why there is no value where there are no rows. `ripens_in`:
    after how many days a row counts at the latest, so that months which end later are not whole
    yet. `about`: the seniority ("junior", "senior", `EVERY_SENIORITY`, or `NEWCOMER`, which is one
    only where there is no roster) that it tells of those whom a filter by team lets in, and
    `about_others` of the people on the other side, of whatever team; both guard small groups.
    """

    id: str
    promise: Promise
    title: str
    question: str
    description: str
    formula: str
    source: str
    peers: str
    unit: Unit
    better: Better
    whose: Whose
    counts: Counts
    relation: str
    measure: Aggregate
    splits: tuple[str, ...]
    needs: str | tuple[str, ...] | None = None
    beside: str | None = None
    comparable: bool = True
    follows_size: bool = False
    individual: bool = False
    never_listed: str | None = None
    no_rows: Reason | None = None
    about: str | None = None
    about_others: str | None = None
    edge_days: int = 0
    ripens_in: int = 0


PANEL: dict[str, type[pl.DataType]] = {
    "number": pl.String,
    "group": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "note": pl.String,
}
"""What `shape` gets of the numbers of a panel: a row each number and group, with the reason as note
where it has no value.
"""


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A table and the chart drawn from it, declared once.

    `sql` reads the relations by their names, each already cut to the viewer's scope; `shape`
    finishes the table in Python. `columns` are those of the table, in order, and `rows` what its
    rows are. `empty`: what there is none of where the table is empty; one that is `of_topics` is so
    where no question has a topic, one `over_earlier` tells what grew since the period before, and
    one `known_from` a day of the data on, which it counts and words. `finding` says in a sentence
    what the rows of `sql` show, None where nothing can be said. What is not `drawn` is a list to
    act on, shown as a table. `tested`: the p-value of a test that its groups differ at all, None
    where there are too few; what it comes to is said only after the correction for all differences
    of a page. `every_group`: it counts by group, so that groups of which there is nothing have a
    row of zero too. `group_of`: whose groups its rows are, where not of those whom the filters let
    in. `about`: as of `Metric`.
    """

    id: str
    promise: Promise
    title: str
    description: str
    source: str
    empty: str
    unit: Unit
    whose: Whose
    counts: Counts
    relations: tuple[str, ...]
    sql: str
    rows: Rows
    columns: tuple[Column, ...]
    splits: tuple[str, ...]
    shape: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    needs: str | tuple[str, ...] | None = None
    individual: bool = False
    of_topics: bool = False
    known_from: tuple[int, str] | None = None
    over_earlier: bool = False
    finding: Callable[[pl.DataFrame], str | None] | None = None
    tested: Callable[[pl.DataFrame], float | None] | None = None
    panel: tuple[str, ...] = ()
    drawn: bool = True
    every_group: bool = False
    group_of: str | None = None
    about: str | None = None
    about_others: str | None = None

    @property
    def titles(self) -> dict[str, str]:
        """Return the titles of its columns by their names, in order."""
        return titles(self.columns)

    @property
    def shows(self) -> tuple[str, ...]:
        """Return the dimensions whose groups it shows, of those that filters know; none where its
        rows are people.
        """
        groups = [column.role for column in self.columns if not column.personal]
        known = [role for role in (Role.TEAM, Role.SENIORITY) if role in groups]
        return () if self.rows is Rows.PEOPLE else tuple(role.value for role in known)
