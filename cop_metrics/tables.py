"""The tables of the lake: what one row is, its columns, and how a newer import replaces an older
one.

To add a table: one entry in `TABLES`; what an export may tell beside whole tables is in `FACTS`.
Times are naive UTC, `Date` columns are UTC days, keys are `<source>:<native key>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

TIME = pl.Datetime("us")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A lake table.

    `key`: its own row is replaced by the newest import that holds the same key. `parent` (a table,
    and the column that names its row): all rows of a parent are replaced together. `keys`: columns
    that hold keys and get the source's prefix. `event`: the column that dates a human act, checked
    against the clock of the import.
    """

    one_row: str
    columns: Mapping[str, pl.DataType | type[pl.DataType]]
    keys: tuple[str, ...]
    key: str | None = None
    parent: tuple[str, str] | None = None
    event: str | None = None


TABLES: dict[str, Table] = {
    "member": Table(
        one_row="an account",
        columns={
            "member": pl.String,
            "name": pl.String,
            "username": pl.String,
            "email_hash": pl.String,
            "joined_at": TIME,
            "deleted_at": TIME,
            "is_bot": pl.Boolean,
            "is_deleted": pl.Boolean,
        },
        keys=("member",),
        key="member",
    ),
    "thread": Table(
        one_row="a conversation",
        columns={
            "thread": pl.String,
            "kind": pl.String,
            "title": pl.String,
            "url": pl.String,
            "channel": pl.String,
            "created_at": TIME,
            "closed_at": TIME,
            "closed_as": pl.String,
            "views": pl.Int64,
        },
        keys=("thread",),
        key="thread",
    ),
    "post": Table(
        one_row="a post: question, answer, comment, message or notice",
        columns={
            "post": pl.String,
            "thread": pl.String,
            "author": pl.String,
            "kind": pl.String,
            "created_at": TIME,
            "deleted_at": TIME,
            "accepted": pl.Boolean,
            "accepted_at": TIME,
            "solved_by": pl.String,
            "rules": pl.String,
        },
        keys=("post", "thread", "author", "solved_by"),
        key="post",
        event="created_at",
    ),
    "topic": Table(
        one_row="a thread's topic",
        columns={"thread": pl.String, "topic": pl.String},
        keys=("thread",),
        parent=("thread", "thread"),
    ),
    "reaction": Table(
        one_row="a vote, like or reaction to a post",
        columns={"post": pl.String, "giver": pl.String, "kind": pl.String, "given_at": TIME},
        keys=("post", "giver"),
        parent=("post", "post"),
        event="given_at",
    ),
    "read": Table(
        one_row="a reader's reads of a thread on a day, or their undated total",
        columns={"thread": pl.String, "reader": pl.String, "day": pl.Date, "reads": pl.Int64},
        keys=("thread", "reader"),
        parent=("thread", "thread"),
        event="day",
    ),
    "visit": Table(
        one_row="a member's day on the platform",
        columns={"member": pl.String, "day": pl.Date},
        keys=("member",),
        parent=("member", "member"),
        event="day",
    ),
    "channel_member": Table(
        one_row="a member of a channel",
        columns={"channel": pl.String, "member": pl.String},
        keys=("member",),
        parent=("member", "member"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What an export may tell beside whole tables; `lacking` completes "the sources ..." where none
    of a community's tells it.
    """

    tells: str
    lacking: str


FACTS: dict[str, Fact] = {
    "account": Fact(tells="every account", lacking="know only people who took part"),
    "reach": Fact(tells="reads or views", lacking="record neither reads nor views"),
    "reader": Fact(tells="who read what", lacking="count views, not who reads"),
    "giver": Fact(tells="who reacted", lacking="do not record who reacted"),
    "thanker": Fact(tells="who upvoted or thanked", lacking="do not record who upvoted or thanked"),
    "acceptance": Fact(tells="accepted answers", lacking="tell of no accepted answer"),
}
"""By the name that metrics need them by. A source declares which of them its exports tell."""

QUESTION, ANSWER, COMMENT, MESSAGE, NOTICE = "question", "answer", "comment", "message", "notice"


def typed(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with exactly the table's columns, in order and type; missing ones are null.

    Raises `ValueError` for a column that the table does not have, which is a fault of the source's
    code.
    """
    columns = TABLES[table].columns
    foreign = set(rows.columns) - set(columns)
    if foreign:
        raise ValueError(f"table '{table}' has no column {sorted(foreign)}")
    known = rows.with_row_index("row").select(
        (pl.col(name) if name in rows.columns else pl.lit(None, dtype=kind)).cast(kind).alias(name)
        for name, kind in columns.items()
    )
    return known.head(rows.height)  # one without columns would come back as one row of nulls
