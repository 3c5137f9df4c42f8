"""What sources do alike: gather rows into frames, let frames wait on the disk, meet people, count what
is left out.

A source whose posts have kinds of their own hands them to `Gathering`; one whose messages are read
for their words keeps its rows in a `Spool` until their conversations are known.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import polars as pl

from cop_metrics.sources.conversations import Conversations
from cop_metrics.sources.source import Batch, Reading
from cop_metrics.tables import TABLES, TIME
from cop_metrics.tabular import email_hash

BATCH_ROWS = 20_000
MOST_REACTIONS = 10**5
Schema = Mapping[str, Any]

POSTS: Schema = {
    "key": pl.String,
    "thread": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "deleted_at": TIME,
    "kind": pl.String,
    "accepted": pl.Boolean,
    "accepted_at": TIME,
    "solved_by": pl.String,
}
REACTIONS: Schema = {**TABLES["reaction"].columns, "times": pl.UInt32}
"""One row some reactions of a kind by one giver, or by some who are not known."""


class Rows:
    """Rows that come one by one and are taken as a frame."""

    def __init__(self, schema: Schema) -> None:
        """Begin with none; `schema` are the columns in their order."""
        self._schema = dict(schema)
        self._names = frozenset(schema)
        self._rows = list[list[Any]]()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, **row: Any) -> None:
        """Add a row; columns that are left out are null, others than those of the schema an error."""
        if not row.keys() <= self._names:
            raise ValueError(f"there is no column {sorted(row.keys() - self._names)}")
        self._rows.append([row.get(name) for name in self._schema])

    def taken(self) -> pl.DataFrame:
        """Return the rows since the last time."""
        rows, self._rows = self._rows, []
        return pl.DataFrame(rows, schema=self._schema, orient="row")


def batch_of(table: str, rows: Iterable[Sequence[Any]], *columns: str) -> Batch:
    """Return rows of a lake table, whose values are in the order of `columns`, all of the table if
    none is named.
    """
    schema = {name: TABLES[table].columns[name] for name in columns or TABLES[table].columns}
    return Batch(table, pl.DataFrame(list(rows), schema=schema, orient="row"))


def one_each(reactions: pl.DataFrame) -> Batch:
    """Return the table of reactions of rows that each tell of as many as `times`."""
    each = reactions.with_columns(pl.int_ranges("times").alias("times")).explode("times")
    return Batch("reaction", each.drop("times"))


def without(
    rows: pl.DataFrame, wrong: pl.Expr, reason: str, reading: Reading, example: pl.Expr
) -> pl.DataFrame:
    """Return the rows that are not wrong; the others are counted, the first three named by
    `example`.
    """
    is_wrong = rows.select(wrong.fill_null(False).alias("wrong"))["wrong"]
    if not is_wrong.any():
        return rows
    bad = rows.filter(is_wrong)
    named = bad.head(3).select(example.cast(pl.String).alias("example"))["example"]
    reading.skip(reason, *named, rows=len(bad))
    return rows.filter(~is_wrong)


def hash_of(address: str | None) -> str | None:
    """Return the hash of an e-mail address, None where there is none."""
    return email_hash(address) if address else None


def hashes_of(addresses: pl.Series) -> pl.Series:
    """Return the hashes of a column of addresses, under the name of the lake's column."""
    return pl.Series("email_hash", [hash_of(each) for each in addresses], pl.String)


class Waiting(NamedTuple):
    """A frame that waits on the disk."""

    file: Path

    def look(self, *columns: str) -> pl.DataFrame:
        """Return some of its columns; it goes on waiting."""
        return pl.read_ipc(self.file.read_bytes(), columns=list(columns))

    def take(self) -> pl.DataFrame:
        """Return the frame, which is then no longer on the disk."""
        rows = pl.read_ipc(self.file.read_bytes())
        self.file.unlink()
        return rows


class Spool:
    """A folder of ours, which nobody else may read, for frames that wait until all of an export is
    known.
    """

    def __init__(self) -> None:
        """Make the folder; it is gone when the `with` is over."""
        self._folder = tempfile.TemporaryDirectory(prefix="cop-metrics-")
        self._frames = 0

    def put(self, rows: pl.DataFrame) -> Waiting:
        """Write a frame down."""
        waiting = Waiting(Path(self._folder.name) / f"{self._frames}.arrow")
        rows.write_ipc(waiting.file)
        self._frames += 1
        return waiting

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


class Person(NamedTuple):
    """What is known of an account."""

    name: str | None = None
    username: str | None = None
    email_hash: str | None = None
    joined_at: datetime | None = None
    is_bot: bool = False
    is_deleted: bool = False


NOBODY = Person()


class People(dict[str, Person]):
    """Everybody whom an export names, by the platform's own key."""

    def meet(self, key: str, person: Person) -> str:
        """Remember an account and return its key; what is not told this time stays as it was known."""
        known = self.get(key, NOBODY)
        self[key] = Person._make(new or old for new, old in zip(person, known, strict=True))
        return key

    def members(self, *known: str) -> Batch:
        """Return the accounts as rows, in the order of their keys: what the platform tells of them,
        by the names of `Person`. Who has no name goes by the username.
        """
        rows = []
        for key, person in sorted(self.items()):
            told = person._replace(name=person.name or person.username)
            rows.append((key, *(getattr(told, each) for each in known)))
        return batch_of("member", rows, "member", *known)


@dataclass(kw_only=True)
class Gathering:
    """Threads of posts that the platform itself calls questions, answers and comments; texts are
    read for their rules and dropped.
    """

    reading: Reading
    people: People = field(default_factory=People)
    reacted: int = 0
    """How many reactions were handed over."""
    _threads: Rows = field(default_factory=lambda: Rows(TABLES["thread"].columns))
    _topics: Rows = field(default_factory=lambda: Rows(TABLES["topic"].columns))
    _posts: Rows = field(default_factory=lambda: Rows(POSTS))
    _reactions: Rows = field(default_factory=lambda: Rows(REACTIONS))
    _conversations: Conversations = field(
        default_factory=lambda: Conversations(joins_messages=False)
    )

    def open(self, topics: Iterable[str], **thread: Any) -> None:
        """Take a thread, a row of the lake's table, and its topics."""
        self._threads.add(**thread)
        for topic in topics:
            self._topics.add(thread=thread["thread"], topic=topic)

    def add(self, **post: Any) -> None:
        """Take a post, a row of `POSTS`; without a text no rule is looked for."""
        self._posts.add(**post)

    def react(
        self,
        post: str,
        kind: str | None,
        giver: str | None,
        at: datetime | None = None,
        times: int = 1,
    ) -> None:
        """Take a reaction, or several of givers who are not known; none where it has no kind."""
        if kind and times > 0:
            self._reactions.add(
                post=post,
                giver=giver,
                kind=kind[:100],
                given_at=at,
                times=min(times, MOST_REACTIONS),
            )

    def batches(self, *, least: int = 1) -> Iterator[Batch]:
        """Yield what was gathered if there are `least` posts or more."""
        if len(self._posts) < max(least, 1):
            return
        posts, reactions = self._posts.taken(), self._reactions.taken()
        self.reacted += int(reactions["times"].sum())
        yield Batch("thread", self._threads.taken())
        yield Batch("post", self._ruled(posts))
        if self._topics:
            yield Batch("topic", self._topics.taken())
        if len(reactions):
            yield one_each(reactions)

    def _ruled(self, posts: pl.DataFrame) -> pl.DataFrame:
        """Return the posts as the lake keeps them, with the rules that their texts fire."""
        messages = posts.select("key", "thread", "author", "at", "text", "deleted_at")
        by_table = dict(self._conversations.batches(messages))
        own = posts.select("kind", "accepted", "accepted_at", "solved_by")
        rules = pl.when(posts["text"].is_not_null()).then(pl.col("rules")).alias("rules")
        return by_table["post"].with_columns(own).with_columns(rules)
