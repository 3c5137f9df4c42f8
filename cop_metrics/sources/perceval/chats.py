"""Messages of chats as Perceval fetches them: Slack, Mattermost and Rocket.Chat.

To read one more chat: a function `take_...` that hands its messages, people and reactions to
`Chat`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from cop_metrics.sources.conversations import TITLE_LENGTH, Conversations, notices
from cop_metrics.sources.gathering import (
    NOBODY,
    REACTIONS,
    People,
    Person,
    Rows,
    Spool,
    Waiting,
    batch_of,
    hash_of,
    one_each,
)
from cop_metrics.sources.json_values import (
    count,
    mapping,
    mappings,
    millisecond,
    second,
    text,
    texts,
    time,
)
from cop_metrics.sources.slack_channels import is_private
from cop_metrics.sources.source import Batch, Reading
from cop_metrics.tables import MESSAGE, TIME

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


@dataclass(kw_only=True)
class Chat:
    """Gathers messages in any order; they wait on the disk by month, since conversations are read
    in the order of time.
    """

    reading: Reading
    spool: Spool
    people: People = field(default_factory=People)
    by_username: dict[str, str] = field(default_factory=dict)
    told_replies: Counter[str] = field(default_factory=Counter)
    _months: dict[str, Rows] = field(default_factory=lambda: defaultdict(lambda: Rows(_SPOOLED)))
    _reactions: Rows = field(default_factory=lambda: Rows(REACTIONS))
    _waiting_months: dict[str, list[Waiting]] = field(default_factory=lambda: defaultdict(list))
    _waiting_reactions: list[Waiting] = field(default_factory=list)
    _openers: set[str] = field(default_factory=set)
    _replied: dict[str, str | None] = field(default_factory=dict)
    _replies: Counter[str] = field(default_factory=Counter)
    _gathered: int = 0

    def say(self, key: str, *, thread: str | None, at: datetime, **message: Any) -> None:
        """Take a message, a row of `_SPOOLED`; `thread` is the key of the message that opens its
        conversation, None for that one.
        """
        if thread is None or thread == key:
            self._openers.add(key)
        else:
            self._replied.setdefault(thread, message["channel"])
            self._replies[thread] += 1
        words = (message["text"] or "")[:LONGEST_TEXT]
        row = message | {"key": key, "thread": thread or key, "at": at, "text": words}
        self._months[f"{at:%Y-%m}"].add(**row)
        self._gathered += 1
        if self._gathered + len(self._reactions) >= BATCH_ROWS:
            self._put()

    def meet(self, key: str, person: Person) -> str:
        """Remember an account, also by its username, and return its key."""
        if person.username:
            self.by_username[person.username] = key
        return self.people.meet(key, person)

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
            self._reactions.add(post=post, giver=giver, kind=bare, given_at=at, times=times)
            if giver is not None and not giver.startswith("@"):
                self.people.setdefault(giver, NOBODY)

    def tables(self) -> Iterator[Batch]:
        """Yield the threads, posts, reactions and members of all that was said."""
        self._put()
        conversations = Conversations(joins_messages=True)
        for _, waiting in sorted(self._waiting_months.items()):
            told = pl.concat([each.take() for each in waiting]).sort("at", "key")
            for part in told.iter_slices(BATCH_ROWS):
                yield from notices(part.filter("is_notice"))
                yield from conversations.batches(_titled(part.filter(~pl.col("is_notice"))))
        yield self._unopened()
        for reactions in self._waiting_reactions:
            yield one_each(self._given(reactions.take()))
        yield self.people.members(*Person._fields)
        self._note()

    def _put(self) -> None:
        for month, rows in self._months.items():
            self._waiting_months[month].append(self.spool.put(rows.taken()))
        if self._reactions:
            self._waiting_reactions.append(self.spool.put(self._reactions.taken()))
        self._months.clear()
        self._gathered = 0

    def _unopened(self) -> Batch:
        """Return the threads of replies whose first message is not there, which are never
        questions.
        """
        lost = [each for each in self._replied.items() if each[0] not in self._openers]
        if lost:
            self.reading.notes.append(
                f"Conversations whose first message is not in the items, and so are never questions: {len(lost):,}."
            )
        rows = [(thread, MESSAGE, channel) for thread, channel in lost]
        return batch_of("thread", rows, "thread", "kind", "channel")

    def _given(self, reactions: pl.DataFrame) -> pl.DataFrame:
        """Return reactions with usernames as keys; whom nothing else tells of is nobody known."""
        named = {f"@{username}": key for username, key in self.by_username.items()}
        by_name = pl.col("giver").replace_strict(named, default=None, return_dtype=pl.String)
        is_named = pl.col("giver").str.starts_with("@")
        return reactions.with_columns(giver=pl.when(is_named).then(by_name).otherwise("giver"))

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
    ts = text(told.get("ts"))
    at = second(told.get("ts"))
    if ts is None or at is None:
        chat.reading.skip("a message whose time cannot be read", place)
        return
    if is_private(info):
        chat.reading.skip(PRIVATE, place)
        return
    channel_id = text(info.get("id")) or ""
    subtype = text(told.get("subtype"))
    key, opener = f"{channel_id}:{ts}", text(told.get("thread_ts"))
    is_deleted = subtype == "tombstone"
    chat.say(
        key,
        thread=f"{channel_id}:{opener}" if opener else None,
        author=_slack_author(chat, told, subtype),
        at=at,
        text=text(told.get("text")),
        channel=text(info.get("name")) or channel_id or None,
        deleted_at=at if is_deleted else None,
        is_notice=subtype is not None and subtype not in SAYS,
    )
    chat.told_replies[key] += count(told.get("reply_count"), 10**6) if opener in (None, ts) else 0
    for reaction in mappings(told.get("reactions")):
        givers = texts(reaction.get("users"))
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
    data = mapping(told.get("user_data"))
    email = text(profile.get("email"))
    is_bot = data.get("is_bot") is True or user == SLACKBOT
    by_app = subtype in ("bot_message", "slackbot_response") or text(told.get("bot_id")) is not None
    if by_app and not is_bot:
        app = text(told.get("bot_id")) or "bot"
        chat.meet(app, Person(name=text(told.get("username")), is_bot=True))
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
                email_hash=hash_of(email),
                joined_at=None,
                is_bot=is_bot,
                is_deleted=data.get("deleted") is True,
            ),
        )
    return user


# Mattermost


def take_mattermost(chat: Chat, told: dict[str, Any], place: str) -> None:
    """Take a post of a channel."""
    info = mapping(told.get("channel_data"))
    key = text(told.get("id"))
    at = millisecond(told.get("create_at"))
    if key is None or at is None:
        chat.reading.skip("a message without an id or a readable time", place)
        return
    if info.get("type") in ("D", "G", "P"):
        chat.reading.skip(PRIVATE, place)
        return
    kind = text(told.get("type"))
    props = mapping(told.get("props"))
    chat.say(
        key,
        thread=text(told.get("root_id")),
        author=_mattermost_author(chat, told, props),
        at=at,
        text=text(told.get("message")),
        channel=text(info.get("display_name"))
        or text(info.get("name"))
        or text(told.get("channel_id")),
        deleted_at=millisecond(told.get("delete_at")),
        is_notice=kind is not None and kind.startswith("system_"),
    )
    for reaction in mappings(mapping(told.get("metadata")).get("reactions")):
        given_at = millisecond(reaction.get("create_at"))
        chat.react(key, text(reaction.get("emoji_name")), text(reaction.get("user_id")), given_at)


def _mattermost_author(chat: Chat, told: dict[str, Any], props: dict[str, Any]) -> str | None:
    user = text(told.get("user_id"))
    data = mapping(told.get("user_data"))
    if user is None:
        return None
    full = " ".join(filter(None, (text(data.get("first_name")), text(data.get("last_name")))))
    email = text(data.get("email"))
    chat.meet(
        user,
        Person(
            name=text(data.get("nickname")) or full,
            username=text(data.get("username")),
            email_hash=hash_of(email),
            joined_at=millisecond(data.get("create_at")),
            is_bot=data.get("is_bot") is True,
            is_deleted=millisecond(data.get("delete_at")) is not None,
        ),
    )
    if _says_yes(props.get("from_webhook")) or _says_yes(props.get("from_bot")):
        app = f"{user}:app"
        chat.meet(app, Person(name=text(props.get("override_username")), is_bot=True))
        return app
    return user


def _says_yes(value: object) -> bool:
    return value is True or value == "true"


# Rocket.Chat


def take_rocketchat(chat: Chat, told: dict[str, Any], place: str) -> None:
    """Take a message of a channel."""
    info = mapping(told.get("channel_info"))
    key = text(told.get("_id"))
    at = time(told.get("ts"))
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
        text=None if is_encrypted else text(told.get("msg")),
        channel=text(info.get("fname")) or text(info.get("name")) or text(told.get("rid")),
        deleted_at=(time(told.get("editedAt")) or time(told.get("_updatedAt")) or at)
        if is_removed
        else None,
        is_notice=kind is not None and not is_removed and not is_encrypted,
    )
    for name, each in mapping(told.get("reactions")).items():
        for giver in texts(mapping(each).get("usernames")):
            chat.react(key, text(name), f"@{giver}")


def _rocketchat_author(chat: Chat, told: dict[str, Any]) -> str | None:
    by = mapping(told.get("u"))
    user = text(by.get("_id"))
    username = text(by.get("username"))
    if user is None:
        return None
    is_bot = bool(told.get("bot")) or user == "rocket.cat" or (username or "").endswith(".bot")
    if text(told.get("alias")) and text(mapping(told.get("bot")).get("i")):
        app = f"{user}:app"
        chat.meet(app, Person(name=text(told.get("alias")), is_bot=True))
        return app
    chat.meet(
        user,
        Person(name=text(by.get("name")), username=username, is_bot=is_bot),
    )
    return user
