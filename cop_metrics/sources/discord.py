"""Discord, as DiscordChatExporter saves it in JSON: a file for each channel and thread, large ones
in parts.

Messages wait in a temporary folder until it is known which of them open the threads that others
belong to.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple, NoReturn, cast

import ijson
import numpy as np
import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import (
    REACTIONS,
    Rows,
    Schema,
    Spool,
    Waiting,
    batch_of,
    one_each,
)
from cop_metrics.sources.json_values import mapping, number, sequence, text, time
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.tables import MESSAGE, NOTICE, TIME

MESSAGES_A_BATCH = 20_000
LONGEST_TEXT = 20_000
MOST_REACTIONS = 10_000
LARGEST_ID = 1 << 62

SAID = (
    "default",
    "reply",
    "chatinputcommand",
    "applicationcommand",
    "contextmenucommand",
    "0",
    "19",
    "20",
    "23",
)
REPLIES = ("default", "reply", "0", "19")
JOINS = ("guildmemberjoin", "userjoin", "7")
STARTERS = ("threadstartermessage", "21")
CHANNELS = (
    *(
        "guildtextchat",
        "guildvoicechat",
        "guildnews",
        "guildannouncement",
        "guildstagevoice",
        "guildforum",
        "guildmedia",
    ),
    *("0", "2", "5", "13", "15", "16"),
)
THREADS = ("guildnewsthread", "guildannouncementthread", "guildpublicthread", "10", "11")
THREAD_BEGINS = ("threadcreated", "18")
PRIVATE = "a file of a private thread or conversation (never opened)"
UNKNOWN_KIND = "a file of a kind of channel that is not known, and so may be private (never opened)"
_KINDS = "channels of kinds that are not known (they may be private)"
NO_CHANNEL = "a JSON file that is no channel of Discord, or is empty"

_BEGINNING = re.compile(rb'\s*\{\s*"guild"\s*:\s*\{')
_CHANNEL = re.compile(rb'"channel"\s*:\s*\{')


def recognises(export: Export) -> bool:
    """Return whether a JSON file of the export begins as DiscordChatExporter's do: a guild, then a
    channel.
    """
    return any(_is_ours(export, name) for name in _json_files(export)[:50])


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield members, threads, posts and reactions; memory grows by some 50 bytes a message.

    Raises `CopError` when there is no channel, or a file is cut short or no JSON.
    """
    names = [name for name in _json_files(export) if _is_ours(export, name)]
    if not names:
        raise CopError(
            f"'{export.path.name}' holds no channel of Discord. Export with DiscordChatExporter in the format JSON, "
            "and give the folder of its files."
        )
    export.unpack(names)
    channels = _public(export, names, reading)
    _note_times(channels, reading)
    with Spool() as spool:
        guild = _Guild(export=export, reading=reading, spool=spool)
        for channel in channels:
            _read_channel(guild, channel)
        reading.is_quiet = reading.skipped.keys() <= {PRIVATE, UNKNOWN_KIND}
        _note_threads(guild, channels)
        yield from _conversations(guild)
    yield _members(guild)


SOURCE = Source(
    id="discord",
    title="Discord (DiscordChatExporter JSON)",
    how_to_export=(
        "With DiscordChatExporter, a tool of its own: choose those channels and threads of the server that everybody may "
        "see, as the files do not tell which others may not, the format JSON, and give the folder of files that it writes. "
        "On its command line: exportguild --format Json --include-threads All."
    ),
    personal_fields=(
        "author: id, name, nickname",
        "reactions.users: id, name, nickname",
        "channel.name of threads (their titles), content (first words)",
    ),
    records=Records(
        always=("member", "thread", "post", "reaction"),
        sometimes=("giver", "thanker", "acceptance"),
    ),
    cannot_measure=(
        "who reads",
        "members who neither wrote nor reacted, and when most joined",
        "when a reaction was given, and with older versions of the tool by whom",
        "what was deleted before the export",
    ),
    never_opens=(
        "private threads, direct messages and conversations of several: only the beginning of their files, which says so",
        "files that messages link to or that were downloaded with them",
    ),
    version=2,
    private_before=2,
    recognises=recognises,
    read=read,
)


# Files


class _Channel(NamedTuple):
    """What a file says of itself before its messages; ids are 0 where it does not say."""

    file: str
    guild: int
    guild_name: str
    id: int
    kind: str
    name: str
    parent_name: str
    is_thread: bool
    is_partial: bool
    exported_at: datetime | None
    until: datetime | None

    @property
    def order(self) -> tuple[bool, datetime, int, int, str]:
        """Return what sorts threads behind channels, copies of a channel by age, and the parts of
        one by number.
        """
        part = re.search(r"\[part (\d{1,9})\]", self.file)
        return (
            self.is_thread,
            self.exported_at or datetime.min,
            self.id,
            int(part[1]) if part else 1,
            self.file,
        )

    @property
    def shown(self) -> str | None:
        """Return the channel that people know: a thread's is the one that it hangs on."""
        return (self.parent_name if self.is_thread else self.name) or None


def _public(export: Export, names: list[str], reading: Reading) -> list[_Channel]:
    """Return the channels and threads that are not private, in order; all others are counted, and
    no name of theirs is told.

    Raises `CopError` if there is none, or if they are of several servers.
    """
    others = [name for name in _json_files(export) if name not in set(names)]
    for name in others:
        reading.skip(NO_CHANNEL, None if _is_direct(name) else name)
    channels = []
    for channel in (_channel(export, name) for name in names):
        if channel.kind in (*CHANNELS, *THREADS) and not _is_direct(channel.guild_name):
            channels.append(channel)
        else:
            reading.skip(PRIVATE if _is_private(channel) else UNKNOWN_KIND, None)
    if not channels:
        kinds = {PRIVATE: "private threads and conversations", UNKNOWN_KIND: _KINDS}
        only = " or ".join(what for reason, what in kinds.items() if reading.skipped.get(reason))
        raise CopError(
            f"'{export.path.name}' holds {only} only, which are never opened. "
            "Export the channels of the server that everybody may see, with DiscordChatExporter in the format JSON."
        )
    _refuse_several(export, channels)
    return sorted(channels, key=lambda each: each.order)


def _is_private(channel: _Channel) -> bool:
    """Return whether a channel that is not read is known to be private, not of an unknown kind."""
    says = any(word in channel.kind for word in ("private", "direct", "group"))
    return says or channel.kind.isdigit() or _is_direct(channel.guild_name)


def _is_direct(name: str) -> bool:
    """Return whether a file or a server bears the name under which the tool keeps direct messages."""
    return PurePosixPath(name).name.casefold().startswith("direct messages")


def _refuse_several(export: Export, channels: list[_Channel]) -> None:
    servers = {
        channel.guild or channel.guild_name: channel.guild_name or str(channel.guild)
        for channel in channels
    }
    if len(servers) > 1:
        named = ", ".join(f"'{name}'" for name in sorted(servers.values())[:5])
        raise CopError(
            f"'{export.path.name}' holds channels of {len(servers)} servers ({named}), which are communities of their own. "
            "Put the files of each into a folder, and import one by one."
        )


def _note_threads(guild: "_Guild", channels: list[_Channel]) -> None:
    """Say how many threads begin in the channels without being in the export: what is answered
    there looks unanswered.
    """
    missing = guild.begun - {channel.id for channel in channels}
    if missing:
        guild.reading.notes.append(
            f"Threads that begin here and are not in the export: {len(missing):,}. What was answered there looks unanswered: "
            "export again with the threads, on the tool's command line with --include-threads All."
        )


def _json_files(export: Export) -> list[str]:
    return [name for name in export.names if PurePosixPath(name).suffix.lower() == ".json"]


def _is_ours(export: Export, name: str) -> bool:
    try:
        head = export.head(name).removeprefix(b"\xef\xbb\xbf")
    except CopError:
        return False
    return bool(_BEGINNING.match(head) and _CHANNEL.search(head))


def _channel(export: Export, name: str) -> _Channel:
    """Read what stands before a file's messages; raises `CopError` if that is no JSON."""
    told: dict[str, str] = {}
    with export.open(name) as stream:
        try:
            for prefix, event, value in ijson.parse(_without_mark(stream)):
                if prefix == "messages":
                    break
                if event in ("string", "number"):
                    told[prefix] = str(value)[:500]
        except (ijson.JSONError, ValueError) as problem:
            _damaged(name, problem)
    kind = told.get("channel.type", "").lower()
    return _Channel(
        file=name,
        guild=_id(told.get("guild.id")),
        guild_name=told.get("guild.name", ""),
        kind=kind,
        id=_id(told.get("channel.id")),
        name=told.get("channel.name", ""),
        parent_name=told.get("channel.category", ""),
        is_thread=kind in THREADS,
        is_partial="dateRange.after" in told,
        exported_at=time(told.get("exportedAt")),
        until=time(told.get("dateRange.before")),
    )


def _without_mark(stream: BinaryIO) -> BinaryIO:
    """Return a stream without the mark of UTF-8 that may stand at its beginning."""
    start = stream.read(3)
    return cast(BinaryIO, _Joined(start.removeprefix(b"\xef\xbb\xbf"), stream))


class _Joined:
    """Bytes that were read already, and the stream that they come from."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int = -1) -> bytes:
        if not self._start:
            return self._rest.read(size)
        if size < 0:
            size = len(self._start)
        taken, self._start = self._start[:size], self._start[size:]
        return taken


def _messages(export: Export, name: str) -> Iterator[Any]:
    """Yield the messages of a file, whatever they are; raises `CopError` if it is cut short or no
    JSON.

    Streamed, since that takes no longer than parsing a file at once, and no memory.
    """
    with export.open(name) as stream:
        try:
            yield from ijson.items(_without_mark(stream), "messages.item")
        except (ijson.JSONError, ValueError) as problem:
            _damaged(name, problem)


def _damaged(name: str, problem: Exception) -> NoReturn:
    raise CopError(
        f"'{name}' is cut short or not readable as JSON. Export that channel again, and let the export finish."
    ) from problem


def _note_times(channels: list[_Channel], reading: Reading) -> None:
    """Say when the export was made; it reaches to then if all channels were exported on one day, to
    their end.
    """
    times = [channel.exported_at for channel in channels if channel.exported_at]
    if not times:
        return
    reading.exported_at = max(times)
    whole = len(times) == len(channels) and not any(channel.until for channel in channels)
    if whole and max(times) - min(times) <= timedelta(days=1):
        reading.observed_until = max(times)


def _id(value: object) -> int:
    """Return an id as a number, 0 where it is none."""
    id_ = number(value) or 0
    return id_ if 0 < id_ < LARGEST_ID else 0


# What is kept of each message


SPOOLED: Schema = {
    "id": pl.Int64,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "is_notice": pl.Boolean,
}
REACTED: Schema = {"row": pl.Int64, **REACTIONS}


@dataclass
class _Member:
    """What is known of an author, as the newest file tells it."""

    name: str | None
    username: str | None
    is_bot: bool
    is_deleted: bool
    rank: tuple[bool, datetime]
    """Whether it is told as the author of a message, and when: who reacted is told by the name of
    their account alone.
    """
    joined_at: datetime | None = None


@dataclass
class _Thread:
    """A thread with a file of its own; `first` is the id of its first message, 0 where it has none."""

    name: str
    channel: str | None
    first: int = 0
    has_starter: bool = False
    is_partial: bool = False


class _Part(NamedTuple):
    """Messages of one channel that wait, their rows among all, and the reactions to them."""

    channel: _Channel
    rows: range
    messages: Waiting
    reactions: Waiting


@dataclass(kw_only=True)
class _Guild:
    """All messages, by their row: ids and what they reply to in memory, the rest on the disk."""

    export: Export
    reading: Reading
    spool: Spool
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    parents: "array[int]" = field(default_factory=lambda: array("q"))
    members: dict[str, _Member] = field(default_factory=dict)
    threads: dict[int, _Thread] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)
    begun: set[int] = field(default_factory=set)
    """Ids of the threads that messages of channels say began there."""
    announced: set[int] = field(default_factory=set)
    """Ids of those messages, which say no more than that."""
    _messages: Rows = field(default_factory=lambda: Rows(SPOOLED))
    _reactions: Rows = field(default_factory=lambda: Rows(REACTED))

    def take(self, told: dict[str, Any], channel: _Channel, thread: _Thread | None) -> None:
        """Take a message that has an id and a time."""
        id_ = _id(told.get("id"))
        at = time(told.get("timestamp"))
        kind = _kind(told)
        joined_at = at if kind in JOINS else None
        author = _meet(self, told.get("author"), channel, is_author=True, joined_at=joined_at)
        if kind in THREAD_BEGINS:
            self.announced.add(id_)
            self.begun |= {_id(_reference(told).get("channelId"))} - {0}
        content = told.get("content")
        text = content[:LONGEST_TEXT] if isinstance(content, str) else ""
        self._messages.add(id=id_, author=author, at=at, text=text, is_notice=kind not in SAID)
        for reaction in sequence(told.get("reactions")):
            self._take_reaction(mapping(reaction), channel, str(id_))
        self.ids.append(id_)
        self.parents.append(_parent(told, kind, id_, channel, thread))
        if len(self._messages) >= MESSAGES_A_BATCH:
            self.put(channel)

    def _take_reaction(self, told: dict[str, Any], channel: _Channel, post: str) -> None:
        """Take a row for each giver who is named, and one for the rest of the count."""
        kind = _emoji(told.get("emoji"))
        if kind is None:
            self.reading.skip("a reaction without a name", f"message {post}")
            return
        met = (_meet(self, user, channel, is_author=False) for user in sequence(told.get("users")))
        givers = dict.fromkeys(giver for giver in met if giver)
        row = {"row": len(self.ids), "post": post, "kind": kind}
        for giver in givers:
            self._reactions.add(**row, giver=giver, times=1)
        more = (number(told.get("count")) or 0) - len(givers)
        if more > MOST_REACTIONS:
            reason = f"reactions to a message that counts more than {MOST_REACTIONS:,}"
            self.reading.skip(reason, f"message {post}", rows=more)
        elif more > 0:
            self._reactions.add(**row, times=more)

    def put(self, channel: _Channel) -> None:
        """Put the messages and reactions that were gathered of a channel on the disk."""
        rows = range(len(self.ids) - len(self._messages), len(self.ids))
        messages = self.spool.put(self._messages.taken())
        reactions = self.spool.put(self._reactions.taken())
        self.parts.append(_Part(channel, rows, messages, reactions))


def _read_channel(guild: _Guild, channel: _Channel) -> None:
    thread = _thread_of(guild, channel) if channel.is_thread and channel.id else None
    first_part, first_row = len(guild.parts), len(guild.ids)
    for nth, value in enumerate(_messages(guild.export, channel.file), 1):
        told = mapping(value)
        if not (id_ := _id(told.get("id"))):
            place = f"{channel.file} message {nth}"
            guild.reading.skip("a message without a readable id", place)
        elif time(told.get("timestamp")) is None:
            place = f"{channel.file} message {id_}"
            guild.reading.skip("a message whose time cannot be read", place)
        else:
            guild.take(told, channel, thread)
    guild.put(channel)
    ids = guild.ids[first_row:]
    if ids and ids[0] > ids[-1]:  # newest first, which the tool offers too
        guild.parts[first_part:] = reversed(guild.parts[first_part:])


def _kind(told: dict[str, Any]) -> str:
    return str(told.get("type", "")).lower()


def _thread_of(guild: _Guild, channel: _Channel) -> _Thread:
    thread = guild.threads.setdefault(channel.id, _Thread(channel.name, channel.shown))
    thread.name = channel.name or thread.name
    thread.channel = channel.shown or thread.channel
    thread.is_partial = thread.is_partial or channel.is_partial
    return thread


def _reference(told: dict[str, Any]) -> dict[str, Any]:
    return mapping(told.get("reference"))


def _parent(
    told: dict[str, Any], kind: str, id_: int, channel: _Channel, thread: _Thread | None
) -> int:
    """Return the id of what a message replies to, 0 if it opens a conversation; in a thread that is
    its beginning.

    A thread has the id of the message that it began with. What is replied to is older and so has a
    smaller id.
    """
    if kind in STARTERS and thread:
        thread.has_starter = True
    if kind not in SAID:
        return 0
    if thread:
        thread.first = min(thread.first or id_, id_)
        return channel.id if channel.id < id_ else 0
    reference = _reference(told)
    if kind not in REPLIES or reference.get("type") in ("Forward", "1", 1):
        return 0
    of_other_channel = _id(reference.get("channelId")) not in (0, channel.id)
    parent = 0 if of_other_channel else _id(reference.get("messageId"))
    return parent if parent < id_ else 0


def _meet(
    guild: _Guild,
    told: object,
    channel: _Channel,
    *,
    is_author: bool,
    joined_at: datetime | None = None,
) -> str | None:
    """Remember a member and return their key, None where the file names nobody."""
    account = mapping(told)
    id_ = _id(account.get("id"))
    if not id_:
        return None
    key = str(id_)
    name = text(account.get("name"))
    nickname = text(account.get("nickname"))
    known = guild.members.get(key)
    rank = (is_author, channel.exported_at or datetime.min)
    times = (joined_at, known.joined_at if known else None)
    joined = min(filter(None, times), default=None)
    if known and rank < known.rank:
        known.joined_at = joined
        return key
    guild.members[key] = _Member(
        name=(nickname or name or "")[:200] or None,
        username=(name or "")[:200] or None,
        is_bot=account.get("isBot") is True,
        is_deleted=bool(name and (name == "Deleted User" or name.startswith("deleted_user_"))),
        rank=rank,
        joined_at=joined,
    )
    return key


def _emoji(value: object) -> str | None:
    """Return the name of an emoji, without the tone of a skin: its code (`thumbsup`), else itself."""
    told = mapping(value)
    names = (told.get("code"), told.get("name"))
    name = next((each for each in names if isinstance(each, str) and each), "")
    return re.sub(r"_tone\d(?:-\d)?$|[\U0001f3fb-\U0001f3ff]", "", name.strip(":"))[:100] or None


# Threads


class _Found(NamedTuple):
    """For each row of messages: whether it is the newest copy, and the id of the message that opens
    its thread.
    """

    counts: np.ndarray
    threads: np.ndarray


def _find_threads(guild: _Guild) -> _Found:
    ids, parents = (
        np.frombuffer(each, dtype=np.int64) if each else np.zeros(0, np.int64)
        for each in (guild.ids, guild.parents)
    )
    if not len(ids):
        return _Found(counts=np.zeros(0, bool), threads=ids)
    rows = np.arange(len(ids))
    known, at = np.unique(ids, return_inverse=True)
    last = np.zeros(len(known), dtype=np.int64)
    np.maximum.at(last, at, rows)
    parent = _of_threads(guild, known, parents[last])
    place = np.minimum(np.searchsorted(known, parent), len(known) - 1)
    found = (known[place] == parent) & (parent > 0)
    up = np.where(found, place, np.arange(len(known)))
    while not np.array_equal(up, up[up]):  # parents have smaller ids, so that there are no rings
        up = up[up]
    missing = np.where(found, 0, parent)
    threads = np.where(missing[up] > 0, missing[up], known[up])
    return _Found(counts=last[at] == rows, threads=threads[at])


def _of_threads(guild: _Guild, known: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Return parents in which the first message stands for a thread that began with no message of a
    channel.

    Where the file does not begin with the thread, or says that a message elsewhere began it, that
    message stays.
    """
    first = {
        id_: thread.first
        for id_, thread in guild.threads.items()
        if thread.first and not thread.has_starter and not thread.is_partial
    }
    said = set(known[np.isin(known, list(first))].tolist()) - guild.announced
    keys = np.array(sorted(set(first) - said), dtype=np.int64)
    if not len(keys):
        return parent
    values = np.array([first[key] for key in keys.tolist()], dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, parent), len(keys) - 1)
    moved = np.where(keys[place] == parent, values[place], parent)
    return np.where(moved == known, 0, moved)


# The tables


def _conversations(guild: _Guild) -> Iterator[Batch]:
    found = _find_threads(guild)
    known = (set(guild.threads) & set(guild.ids)) - guild.announced if guild.threads else set()
    titles = {
        (id_ if id_ in known else thread.first): thread.name
        for id_, thread in guild.threads.items()
        if thread.name
    }
    yield _unopened(guild, known)
    conversations = Conversations(joins_messages=True)
    for part in guild.parts:
        messages, reactions = part.messages.take(), part.reactions.take()
        rows = slice(part.rows.start, part.rows.stop)
        thread = pl.Series("thread", found.threads[rows]).cast(pl.String)
        told = messages.with_columns(pl.col("id").cast(pl.String).alias("key"), thread)
        told = told.filter(pl.Series(found.counts[rows])).sort("id")
        said = told.filter(~pl.col("is_notice"))
        yield Batch("post", _notices(told.filter("is_notice")))
        yield from conversations.batches(_said(said, part.channel, titles))
        is_newest = pl.Series(found.counts[reactions["row"].to_numpy()], dtype=pl.Boolean)
        yield one_each(reactions.filter(is_newest).drop("row"))


def _said(messages: pl.DataFrame, channel: _Channel, titles: dict[int, str]) -> pl.DataFrame:
    address = pl.lit(f"https://discord.com/channels/{channel.guild}/{channel.id}/") + pl.col("key")
    return messages.select(
        "key",
        "thread",
        "author",
        "at",
        "text",
        pl.lit(channel.shown).alias("channel"),
        pl.lit(str(channel.id or channel.file)).alias("place"),
        pl.Series("title", [titles.get(id_) for id_ in messages["id"]], pl.String),
        (address if channel.guild and channel.id else pl.lit(None, pl.String)).alias("url"),
    )


def _notices(messages: pl.DataFrame) -> pl.DataFrame:
    return messages.select(
        pl.col("key").alias("post"),
        "thread",
        "author",
        pl.lit(NOTICE).alias("kind"),
        pl.col("at").alias("created_at"),
    )


def _unopened(guild: _Guild, known: set[int]) -> Batch:
    """Return the threads whose first message is not there, with the name and channel that their
    files tell.
    """
    lost = [
        (str(id_), MESSAGE, thread.name or None, thread.channel)
        for id_, thread in sorted(guild.threads.items())
        if id_ not in known and thread.first and (thread.has_starter or thread.is_partial)
    ]
    if lost:
        guild.reading.notes.append(
            f"Threads whose first message is not in the export, and so are never questions: {len(lost):,}."
        )
    return batch_of("thread", lost, "thread", "kind", "title", "channel")


def _members(guild: _Guild) -> Batch:
    rows = [
        (key, known.name, known.username, known.is_bot, known.is_deleted, known.joined_at)
        for key, known in sorted(guild.members.items())
    ]
    columns = ("member", "name", "username", "is_bot", "is_deleted", "joined_at")
    return batch_of("member", rows, *columns)
