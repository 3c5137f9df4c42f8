"""The contract of a source: one file a platform, which recognises its export and yields typed rows
of the lake.

To add one: write a module with a `Source` and name it in `cop_metrics/sources/__init__.py`
(CONTRIBUTING has the recipe). A source yields the platform's own keys; the lake puts `<source>:`
before them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import polars as pl

from cop_metrics.sources.export import Export


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

    def skip(self, reason: str, example: str | None, rows: int = 1) -> None:
        """Count rows that are left out, by reason, and keep three examples (a key or place, never
        text; None for none).
        """
        self.skipped[reason] += rows
        kept = self.examples.setdefault(reason, [])
        if len(kept) < 3 and example is not None:
            kept.append(example[:200])


@dataclass(frozen=True, kw_only=True)
class Source:
    """One platform's export.

    `recognises` looks at names and the first bytes only, and never raises for foreign input. `read`
    yields batches in bounded memory; it raises `CopError` with a sentence when the export is
    damaged beyond single rows, and reports single bad rows through `Reading.skip`. A table that it
    yields, even with no rows, counts as measured; a table that it never yields is "not measurable"
    in that import. `never_opens` says what is private and left alone, whatever the export holds.
    Imports by a version before `private_before` may hold some of that all the same (0 where none
    does). `lasting_place`: where keys of threads and posts are `<place>/<rest>`, what a place is
    called for good, as a regular expression; another spelling of it, such as a name that was
    changed since, is found by the rests that both have.
    """

    id: str
    title: str
    how_to_export: str
    personal_fields: tuple[str, ...]
    cannot_measure: tuple[str, ...]
    never_opens: tuple[str, ...]
    version: int
    private_before: int
    recognises: Callable[[Export], bool]
    read: Callable[[Export, Reading], Iterator[Batch]]
    lasting_place: str | None = None
