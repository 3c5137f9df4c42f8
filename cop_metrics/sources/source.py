"""The contract of a source: one file a platform, which recognises its export and yields typed rows
of the lake.

To add one: write a module with a `Source` and name it in `cop_metrics/sources/__init__.py`
(CONTRIBUTING has the recipe). A source yields the platform's own keys; the lake puts `<source>:`
before them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from cop_metrics.sources.export import Export
from cop_metrics.tables import FACTS, TABLES, typed

MOST_GROWN = 3_600_000_000
"""Microseconds, an hour of them, that what an export counts may add to its time."""


class Batch(NamedTuple):
    """Some rows of one lake table; columns that are left out are null, others than the table's are
    an error.
    """

    table: str
    rows: pl.DataFrame


@dataclass
class Reading:
    """What a source tells about an export besides its rows.

    Times are naive UTC. What the export does not state stays None; the lake then takes the newest
    human event. `lists_accounts`: it holds a list of accounts, so that people who never did
    anything would be in it.
    """

    exported_at: datetime | None = None
    observed_from: datetime | None = None
    observed_until: datetime | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lists_accounts: bool = False
    is_quiet: bool = False
    """Whether the export is whole and nobody said anything in it."""

    def skip(self, reason: str, *examples: str | None, rows: int | None = None) -> None:
        """Count `rows` that are left out, else as many as there are examples, and keep three of
        these for each reason (a key or place, never text; None for none).
        """
        self.skipped[reason] += len(examples) if rows is None else rows
        kept = self.examples.setdefault(reason, [])
        named = [example[:200] for example in examples if example is not None]
        kept += named[: 3 - len(kept)]

    def date_by(self, newest_at: datetime | None, counted: int = 0) -> None:
        """Take the newest event for the time of an export that does not say when it was made.

        Of two with the same newest event the one that counts more votes, views or reads was made
        later: they only grow.
        """
        if newest_at is not None and newest_at.year < 9999:
            grown = timedelta(microseconds=min(max(counted, 0), MOST_GROWN))
            self.exported_at = newest_at + grown


def measured(*tables: str) -> Iterator[Batch]:
    """Yield lake tables with no rows, so that they count as measured."""
    for table in tables:
        yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))


@dataclass(frozen=True, kw_only=True)
class Records:
    """What a platform's exports record, in lake tables and in `FACTS`: every one of them, be it with
    no rows, or only some.

    What is named in neither is "not measurable" in all of its imports.
    """

    always: tuple[str, ...]
    sometimes: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the lake tables that some export fills."""
        return tuple(name for name in (*self.always, *self.sometimes) if name in TABLES)

    @property
    def facts(self) -> tuple[str, ...]:
        """Return what some export tells beside whole tables."""
        return tuple(name for name in (*self.always, *self.sometimes) if name in FACTS)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One platform's export.

    `recognises` looks at names and the first bytes only, and never raises for foreign input. `read`
    yields batches in bounded memory; it raises `CopError` with a sentence when the export is
    damaged beyond single rows, and reports single bad rows through `Reading.skip`. `records` are
    the tables that it may yield; one of `sometimes` that it yields, even with no rows, counts as
    measured in that import. `never_opens` says what is private and left alone, whatever the export holds.
    Imports by a version before `private_before` may hold some of that all the same (0 where none
    does). `lasting_place`: where keys of threads and posts are `<place>/<rest>`, what a place is
    called for good, as a regular expression; another spelling of it, such as a name that was
    changed since, is found by the rests that both have.
    """

    id: str
    title: str
    how_to_export: str
    personal_fields: tuple[str, ...]
    records: Records
    cannot_measure: tuple[str, ...]
    never_opens: tuple[str, ...]
    version: int
    private_before: int
    recognises: Callable[[Export], bool]
    read: Callable[[Export, Reading], Iterator[Batch]]
    lasting_place: str | None = None

    def batches(self, export: Export, reading: Reading) -> Iterator[Batch]:
        """Yield the export's rows with all columns of their tables, and every table that is always
        measured; raises what `read` does.

        Raises `ValueError` for a table that the source does not declare, which is a fault of its
        code.
        """
        yield from measured(*(name for name in self.records.always if name in TABLES))
        for batch in self.read(export, reading):
            if batch.table not in self.records.tables:
                raise ValueError(f"source '{self.id}' does not declare the table '{batch.table}'")
            yield Batch(batch.table, typed(*batch))
