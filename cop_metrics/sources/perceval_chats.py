"""Messages of chats as Perceval fetches them: Slack, Mattermost and Rocket.Chat.

To read one more chat: a function `take_...` that hands its messages, people and reactions to
`Chat`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from cop_metrics.sources.conversations import TITLE_LENGTH, Conversations
from cop_metrics.sources.json_values import (
    count,
    mapping,
    millisecond,
    second,
    sequence,
    text,
    time,
)
from cop_metrics.sources.slack_channels import is_private
from cop_metrics.sources.source import Batch, Reading
from cop_metrics.tables import MESSAGE, NOTICE, TABLES, TIME, typed
from cop_metrics.tabular import email_hash

BATCH_ROWS = 20_000
MOST_REACTIONS = 10**4
PRIVATE = "a message of a private channel or conversation, which is nobody else's"
LONGEST_TEXT = 20_000

_SPOOLED: dict[str, Any] = {
    "key": pl.String,
    "thread": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "channel": pl.String,
    "deleted_at": TIME,
    "is_notice": pl.Boolean,
}
_REACTED: dict[str, Any] = {
    "post": pl.String,
    "giver": pl.String,
    "kind": pl.String,
    "given_at": TIME,
    "times": pl.UInt32,
}


class Person(NamedTuple):
    """What is known of an account."""

    name: str | None
    username: str | None
    email_hash: str | None
    joined_at: datetime | None
    is_bot: bool
    is_deleted: bool


NOBODY = Person(None, None, None, None, False, False)


@dataclass(kw_only=True)
class Chat:
    """Gathers messages in any order; they wait on the disk by month, since conversations are read
    in the order of time.
    """

    reading: Reading
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    by_username: dict[str, str] = field(default_factory=dict)
    told_replies: Counter[str] = field(default_factory=Counter)
    _months: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    _reactions: list[tuple[Any, ...]] = field(default_factory=list)
    _files: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    _reaction_files: list[Path] = field(default_factory=list)
    _openers: set[str] = field(default_factory=set)
    _replied: dict[str, str | None] = field(default_factory=dict)
    _replies: Counter[str] = field(default_factory=Counter)
    _waiting: int = 0

    def say(
        self,
        key: str,
        *,
        thread: str | None,
        author: str | None,
        at: datetime,
        words: str | None,
        channel: str | None,
        deleted_at: datetime | None = None,
        is_notice: bool = False,
    ) -> None:
        """Take a message; `thread` is the key of the message that opens its conversation, None for
        that one.
        """
        if thread is None or thread == key:
            self._openers.add(key)
        else:
            self._replied.setdefault(thread, channel)
            self._replies[thread] += 1
        row = (
            key,
            thread or key,
            author,
            at,
            (words or "")[:LONGEST_TEXT],
            channel,
            deleted_at,
            is_notice,
        )
        self._months[f"{at:%Y-%m}"].append(row)
        self._waiting += 1
        if self._waiting + len(self._reactions) >= BATCH_ROWS:
            self._spool()

    def meet(self, key: str, person: Person) -> None:
        """Remember an account; what an item does not tell stays as it was known."""
        known = self.people.get(key, NOBODY)
        self.people[key] = Person(
            name=person.name or known.name,
            username=person.username or known.username,
            email_hash=person.email_hash or known.email_hash,
            joined_at=person.joined_at or known.joined_at,
            is_bot=person.is_bot or known.is_bot,
            is_deleted=person.is_deleted or known.is_deleted,
        )
        if person.username:
            self.by_username[person.username] = key

    def react(
        self,
        post: str,
        kind: str | None,
        giver: str | None,
        at: datetime | None = None,
        times: int = 1,
    ) -> None:
        """Take a reaction; `giver` is a key or, behind '@', a username."""
        bare = re.sub(r"::?skin-tone-\d|:|_tone\d(?:-\d)?$", "", kind or "")[:100]
        if bare and times > 0:
            self._reactions.append((post, giver, bare, at, times))
            if giver is not None and not giver.startswith("@"):
                self.people.setdefault(giver, NOBODY)

    def tables(self) -> Iterator[Batch]:
        """Yield the threads, posts, reactions and members of all that was said."""
        self._spool()
        for table in ("member", "thread", "post", "reaction"):
            yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))
        conversations = Conversations(joins_messages=True)
        for month in sorted(self._files):
            told = pl.concat([pl.read_ipc(file.read_bytes()) for file in self._files[month]]).sort(
                "at", "key"
            )
            for start in range(0, len(told), BATCH_ROWS):
                part = told[start : start + BATCH_ROWS]
                yield from _notices(part.filter("is_notice"))
                yield from conversations.batches(_titled(part.filter(~pl.col("is_notice"))))
        yield Batch("thread", self._unopened())
        for file in self._reaction_files:
            yield Batch("reaction", self._given(pl.read_ipc(file.read_bytes())))
        yield Batch("member", self._members())
        self._note()

    def _spool(self) -> None:
        for month, rows in self._months.items():
            file = self.folder / f"{month}-{len(self._files[month])}.arrow"
            pl.DataFrame(rows, schema=_SPOOLED, orient="row").write_ipc(file)
            self._files[month].append(file)
        if self._reactions:
            file = self.folder / f"reactions-{len(self._reaction_files)}.arrow"
            pl.DataFrame(self._reactions, schema=_REACTED, orient="row").write_ipc(file)
            self._reaction_files.append(file)
        self._months.clear()
        self._reactions, self._waiting = [], 0

    def _unopened(self) -> pl.DataFrame:
        """Return the threads of replies whose first message is not there, which are never
        questions.
        """
        lost = [
            (thread, MESSAGE, channel)
            for thread, channel in self._replied.items()
            if thread not in self._openers
        ]
        if lost:
            self.reading.notes.append(
                f"Conversations whose first message is not in the items, and so are never questions: {len(lost):,}."
            )
        names = ("thread", "kind", "channel")
        return typed(
            "thread", pl.DataFrame(lost, schema=dict.fromkeys(names, pl.String), orient="row")
        )

    def _given(self, reactions: pl.DataFrame) -> pl.DataFrame:
        """Return one row a reaction, usernames as keys; whom nothing else tells of is nobody known."""
        named = pl.DataFrame(
            [(f"@{username}", key) for username, key in self.by_username.items()],
            schema={"giver": pl.String, "key": pl.String},
            orient="row",
        )
        known = reactions.join(named, on="giver", how="left", maintain_order="left")
        giver = (
            pl.when(pl.col("giver").str.starts_with("@"))
            .then("key")
            .otherwise("giver")
            .alias("giver")
        )
        once = known.select("post", giver, "kind", "given_at", pl.int_ranges("times").alias("each"))
        return typed("reaction", once.explode("each").drop("each"))

    def _members(self) -> pl.DataFrame:
        schema = {
            name: TABLES["member"].columns[name]
            for name in (
                "member",
                "name",
                "username",
                "email_hash",
                "joined_at",
                "is_bot",
                "is_deleted",
            )
        }
        rows = [(key, *person) for key, person in sorted(self.people.items())]
        return typed("member", pl.DataFrame(rows, schema=schema, orient="row"))

    def _note(self) -> None:
        missing = sum(
            max(told - self._replies[thread], 0) for thread, told in self.told_replies.items()
        )
        if missing:
            self.reading.notes.append(
                f"{missing:,} replies in threads are counted in the items and not in them: Perceval does not fetch replies "
                "of Slack's threads, so that questions answered there look unanswered. Slack's own export has them."
            )


def _titled(messages: pl.DataFrame) -> pl.DataFrame:
    """Return the messages with the first words as title, without the ids of people and channels
    that Slack writes.
    """
    said = (
        pl.col("text")
        .str.slice(0, 5 * TITLE_LENGTH)
        .str.replace_all(r"<@[^>]*>", "@someone")
        .str.replace_all(r"<[#!](?:[^>|]*\|)?([^>]*)>", "#$1")
        .str.replace_all(r"<(?:[^>|\s]*\|)?([^>\s]*)>", "$1")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.slice(0, TITLE_LENGTH)
    )
    return messages.with_columns(pl.when(said != "").then(said).alias("title"))


def _notices(messages: pl.DataFrame) -> Iterator[Batch]:
    """Yield what the service itself says; people may reply to it, so it opens a thread."""
    kind, created = pl.lit(NOTICE).alias("kind"), pl.col("at").alias("created_at")
    opening = messages.filter(pl.col("key") == pl.col("thread"))
    yield Batch("thread", typed("thread", opening.select("thread", kind, "channel", created)))
    posts = messages.select(
        pl.col("key").alias("post"), "thread", "author", kind, created, "deleted_at"
    )
    yield Batch("post", typed("post", posts))


# Slack

SAYS = (
    "thread_broadcast",
    "me_message",
    "file_share",
    "file_comment",
    "bot_message",
    "slackbot_response",
    "tombstone",
)
SLACKBOT = "USLACKBOT"


def take_slack(chat: Chat, told: dict[str, Any], place: str) -> None:
    """Take a message of a channel's history; replies in threads are there only where they were sent
    to the channel too.
    """
    info = mapping(told.get("channel_info"))
    ts, at = text(told.get("ts")), second(told.get("ts"))
    if ts is None or at is None:
        chat.reading.skip("a message whose time cannot be read", place)
        return
    if is_private(info):
        chat.reading.skip(PRIVATE, place)
        return
    channel_id, subtype = text(info.get("id")) or "", text(told.get("subtype"))
    key, opener = f"{channel_id}:{ts}", text(told.get("thread_ts"))
    is_deleted = subtype == "tombstone"
    chat.say(
        key,
        thread=f"{channel_id}:{opener}" if opener else None,
        author=_slack_author(chat, told, subtype),
        at=at,
        words=text(told.get("text")),
        channel=text(info.get("name")) or channel_id or None,
        deleted_at=at if is_deleted else None,
        is_notice=subtype is not None and subtype not in SAYS,
    )
    chat.told_replies[key] += count(told.get("reply_count"), 10**6) if opener in (None, ts) else 0
    for each in sequence(told.get("reactions")):
        reaction = mapping(each)
        givers = dict.fromkeys(
            giver for user in sequence(reaction.get("users")) if (giver := text(user))
        )
        for giver in givers:
            chat.react(key, text(reaction.get("name")), giver)
        more = count(reaction.get("count"), MOST_REACTIONS) - len(givers)
        chat.react(key, text(reaction.get("name")), None, times=more)


def _slack_author(chat: Chat, told: dict[str, Any], subtype: str | None) -> str | None:
    """Remember who wrote it and return their key: an app where an app wrote it, be it in somebody's
    name.
    """
    user = text(told.get("user")) or text(mapping(told.get("comment")).get("user"))
    profile = mapping(mapping(told.get("user_data")).get("profile"))
    data, email = mapping(told.get("user_data")), text(profile.get("email"))
    is_bot = data.get("is_bot") is True or user == SLACKBOT
    by_app = subtype in ("bot_message", "slackbot_response") or text(told.get("bot_id")) is not None
    if by_app and not is_bot:
        app = text(told.get("bot_id")) or "bot"
        chat.meet(app, NOBODY._replace(name=text(told.get("username")), is_bot=True))
        return app
    if user is not None:
        name = (
            text(profile.get("display_name"))
            or text(data.get("real_name"))
            or text(profile.get("real_name"))
        )
        chat.meet(
            user,
            Person(
                name=name or text(data.get("name")),
                username=text(data.get("name")),
                email_hash=email_hash(email) if email else None,
                joined_at=None,
                is_bot=is_bot,
                is_deleted=data.get("deleted") is True,
            ),
        )
    return user


# Mattermost


def take_mattermost(chat: Chat, told: dict[str, Any], place: str) -> None:
    """Take a post of a channel."""
    info, key, at = (
        mapping(told.get("channel_data")),
        text(told.get("id")),
        millisecond(told.get("create_at")),
    )
    if key is None or at is None:
        chat.reading.skip("a message without an id or a readable time", place)
        return
    if info.get("type") in ("D", "G", "P"):
        chat.reading.skip(PRIVATE, place)
        return
    kind, props = text(told.get("type")), mapping(told.get("props"))
    chat.say(
        key,
        thread=text(told.get("root_id")),
        author=_mattermost_author(chat, told, props),
        at=at,
        words=text(told.get("message")),
        channel=text(info.get("display_name"))
        or text(info.get("name"))
        or text(told.get("channel_id")),
        deleted_at=millisecond(told.get("delete_at")),
        is_notice=kind is not None and kind.startswith("system_"),
    )
    for each in sequence(mapping(told.get("metadata")).get("reactions")):
        reaction = mapping(each)
        given_at = millisecond(reaction.get("create_at"))
        chat.react(key, text(reaction.get("emoji_name")), text(reaction.get("user_id")), given_at)


def _mattermost_author(chat: Chat, told: dict[str, Any], props: dict[str, Any]) -> str | None:
    user, data = text(told.get("user_id")), mapping(told.get("user_data"))
    if user is None:
        return None
    full = " ".join(part for name in ("first_name", "last_name") if (part := text(data.get(name))))
    email = text(data.get("email"))
    chat.meet(
        user,
        Person(
            name=text(data.get("nickname")) or full or text(data.get("username")),
            username=text(data.get("username")),
            email_hash=email_hash(email) if email else None,
            joined_at=millisecond(data.get("create_at")),
            is_bot=data.get("is_bot") is True,
            is_deleted=millisecond(data.get("delete_at")) is not None,
        ),
    )
    if _says_yes(props.get("from_webhook")) or _says_yes(props.get("from_bot")):
        app = f"{user}:app"
        chat.meet(app, NOBODY._replace(name=text(props.get("override_username")), is_bot=True))
        return app
    return user


def _says_yes(value: object) -> bool:
    return value is True or value == "true"


# Rocket.Chat


def take_rocketchat(chat: Chat, told: dict[str, Any], place: str) -> None:
    """Take a message of a channel."""
    info, key, at = mapping(told.get("channel_info")), text(told.get("_id")), time(told.get("ts"))
    if key is None or at is None:
        chat.reading.skip("a message without an id or a readable time", place)
        return
    if info.get("t") in ("d", "p", "l", "v"):
        chat.reading.skip(PRIVATE, place)
        return
    if told.get("_hidden") is True and text(told.get("parent")):
        chat.reading.skip("an older version of a message that was edited", place)
        return
    kind = text(told.get("t"))
    is_removed, is_encrypted = kind == "rm", kind == "e2e"
    chat.say(
        key,
        thread=text(told.get("tmid")),
        author=_rocketchat_author(chat, told),
        at=at,
        words=None if is_encrypted else text(told.get("msg")),
        channel=text(info.get("fname")) or text(info.get("name")) or text(told.get("rid")),
        deleted_at=(time(told.get("editedAt")) or time(told.get("_updatedAt")) or at)
        if is_removed
        else None,
        is_notice=kind is not None and not is_removed and not is_encrypted,
    )
    for name, each in mapping(told.get("reactions")).items():
        givers = dict.fromkeys(
            giver for user in sequence(mapping(each).get("usernames")) if (giver := text(user))
        )
        for giver in givers:
            chat.react(key, text(name), f"@{giver}")


def _rocketchat_author(chat: Chat, told: dict[str, Any]) -> str | None:
    by = mapping(told.get("u"))
    user, username = text(by.get("_id")), text(by.get("username"))
    if user is None:
        return None
    is_bot = bool(told.get("bot")) or user == "rocket.cat" or (username or "").endswith(".bot")
    if text(told.get("alias")) and text(mapping(told.get("bot")).get("i")):
        app = f"{user}:app"
        chat.meet(app, NOBODY._replace(name=text(told.get("alias")), is_bot=True))
        return app
    chat.meet(
        user,
        NOBODY._replace(name=text(by.get("name")) or username, username=username, is_bot=is_bot),
    )
    return user
