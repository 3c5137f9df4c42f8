"""Makes threads and posts of the messages of a chat, or of the mails of a list: what every source
without typed questions shares.

A source hands over frames of messages, in the order of time within each channel; the text is read
for its rules and dropped.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from cop_metrics.sources import questions
from cop_metrics.sources.source import Batch
from cop_metrics.tables import MESSAGE, NOTICE, TIME

MESSAGES: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.String,
    "thread": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "channel": pl.String,
    "place": pl.String,
    "title": pl.String,
    "url": pl.String,
    "deleted_at": TIME,
    "is_inferred": pl.Boolean,
}
"""One row a message: `thread` is the key of the message that opens its conversation, its own for
that one.

`channel` is shown; `place` is the lasting key of where messages follow one another, a channel or a
thread of it, and the channel where it is not given. `title` and `url` are those of the thread, on
its opening message; without a title, the first words of the text stand in. `is_inferred`: the
source took it for a reply, as the export does not say.
"""
TITLE_LENGTH = 100
ONE_MESSAGE = timedelta(minutes=2)
MORE = "more"


class _Said(NamedTuple):
    """The last opening message of a place, and the thread that it belongs to."""

    author: str | None
    at: datetime | None
    thread: str


class Conversations:
    """Reads the messages of one export, however they are cut into frames.

    `joins_messages`: consecutive opening messages of one author in a place within two minutes are
    one (metrics, 8).
    """

    def __init__(self, *, joins_messages: bool) -> None:
        """Begin; nothing has been said yet."""
        self._joins = joins_messages
        self._last: dict[str | None, _Said] = {}
        self._begun_before: dict[str, str] = {}

    def batches(self, messages: pl.DataFrame) -> Iterator[Batch]:
        """Yield the threads that the messages open, and their posts."""
        told = messages.select(
            pl.col(name).cast(kind)
            if name in messages.columns
            else pl.lit(None, dtype=kind).alias(name)
            for name, kind in MESSAGES.items()
        ).with_columns(pl.coalesce("place", "channel").alias("place"))
        told = self._joined(told) if self._joins else told.with_columns(pl.lit(False).alias(MORE))
        yield Batch("thread", _threads(told))
        yield Batch("post", _posts(told))

    def _joined(self, told: pl.DataFrame) -> pl.DataFrame:
        """Return the messages with those that go on put into the thread of the first, and `more`
        for them.
        """
        opens = told["thread"] == told["key"]
        openers = self._gone_on(told.filter(opens).select("place", "key", "author", "at"))
        self._begun_before.update(openers.filter(MORE).select("key", "thread").iter_rows())
        threads = [
            self._begun_before.get(thread, thread) for thread in told.filter(~opens)["thread"]
        ]
        goes_on = (
            pl.Series(MORE, [False])
            .new_from_index(0, told.height)
            .scatter(opens.arg_true(), openers[MORE])
        )
        placed = told["thread"].scatter(opens.arg_true(), openers["thread"])
        return told.with_columns(
            placed.scatter((~opens).arg_true(), pl.Series(threads, dtype=pl.String)), goes_on
        )

    def _gone_on(self, openers: pl.DataFrame) -> pl.DataFrame:
        """Return opening messages with `more`, whether each goes on with the one before, and the
        thread it belongs to.
        """
        kinds = {name: MESSAGES[name] for name in openers.columns}
        known = [(place, last.thread, last.author, last.at) for place, last in self._last.items()]
        before = pl.DataFrame(known, schema=kinds, orient="row").filter(
            pl.col("place").is_in(openers["place"].unique().implode(), nulls_equal=True)
        )
        same = pl.col("author") == pl.col("author").shift(1)
        soon = (pl.col("at") - pl.col("at").shift(1)).is_between(timedelta(0), ONE_MESSAGE)
        told = pl.concat([before, openers]).with_columns(
            (same & soon).over("place").fill_null(False).alias(MORE)
        )
        begun = pl.when(~pl.col(MORE)).then("key").forward_fill().over("place").alias("thread")
        told = told.with_columns(begun)
        for place, author, at, thread in (
            told.group_by("place").last().select("place", "author", "at", "thread").iter_rows()
        ):
            self._last[place] = _Said(author=author, at=at, thread=thread)
        return told.slice(before.height)


def notices(messages: pl.DataFrame) -> Iterator[Batch]:
    """Yield what the platform itself says of people and channels; people may reply to it, so it
    opens a thread.
    """
    notice = messages.with_columns(pl.lit(NOTICE).alias("kind"), pl.col("at").alias("created_at"))
    opening = notice.filter(pl.col("key") == pl.col("thread"))
    yield Batch("thread", opening.select("thread", "kind", "channel", "created_at"))
    gone = [name for name in ("deleted_at",) if name in notice.columns]
    post = pl.col("key").alias("post")
    yield Batch("post", notice.select(post, "thread", "author", "kind", "created_at", *gone))


def from_html(text: pl.Expr) -> pl.Expr:
    """Return text that a platform gives as HTML as `questions.fired` reads it: code and quotations
    marked, tags gone.
    """
    return (
        text.str.replace_all(r"(?is)<(?:pre|code)[^>]*>.*?</(?:pre|code)>", " ``` ``` ")
        .str.replace_all(
            r"(?is)<(?:blockquote|aside)[^>]*>.*?</(?:blockquote|aside)>", "\n> quoted\n"
        )
        .str.replace_all(r"(?is)<a [^>]*href=[^>]*>\s*https?://[^<]*</a>", " https://link ")
        .str.replace_all(r"(?i)<br\s*/?>|</p>|</li>|</h\d>", "\n")
        .str.replace_all(r"<[^>]*>", " ")
        .str.replace_all("&quot;", '"')
        .str.replace_all("&#39;|&rsquo;|&apos;", "'")
        .str.replace_all("&nbsp;", " ")
    )


def _threads(told: pl.DataFrame) -> pl.DataFrame:
    said = (
        pl.col("text")
        .str.replace_all(r"\s\s+|[^\S ]", " ")
        .str.strip_chars()
        .str.slice(0, TITLE_LENGTH)
    )
    opened = told.filter((pl.col("key") == pl.col("thread")) & ~pl.col(MORE))
    return opened.with_columns(
        pl.when(pl.col("title").is_null())
        .then(pl.col("text").fill_null(""))
        .otherwise(pl.lit(""))
        .alias("text")
    ).select(
        "thread",
        pl.lit(MESSAGE).alias("kind"),
        pl.coalesce("title", pl.when(said != "").then(said)).alias("title"),
        "url",
        "channel",
        pl.col("at").alias("created_at"),
    )


def _posts(told: pl.DataFrame) -> pl.DataFrame:
    is_reply = (pl.col("key") != pl.col("thread")) & ~pl.col(MORE)
    of_itself = (
        pl.when(pl.col(MORE))
        .then(pl.lit(f"{questions.CONTINUES} "))
        .when(is_reply & pl.col("is_inferred").fill_null(False))
        .then(pl.lit(f"{questions.INFERRED} "))
        .when(is_reply)
        .then(pl.lit(f"{questions.REPLY} "))
        .otherwise(pl.lit(""))
    )
    fired = questions.fired(told["text"], told.select(~is_reply)["key"])
    return told.with_columns(fired.alias("rules")).select(
        pl.col("key").alias("post"),
        "thread",
        "author",
        pl.lit(MESSAGE).alias("kind"),
        pl.col("at").alias("created_at"),
        "deleted_at",
        pl.concat_str(pl.col("rules"), of_itself).alias("rules"),
    )
