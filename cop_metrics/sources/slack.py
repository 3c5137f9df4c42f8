"""Slack: the official export of a workspace, a folder or .zip with users.json, channels.json and a
file a channel and day.

`SAYS` and `BOTS` hold the kinds of records that are messages; all other kinds are notices, such as
joins.
"""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import ijson
import msgspec
import numpy as np
import orjson
import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import TITLE_LENGTH, Conversations, notices
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import batch_of, hash_of, without
from cop_metrics.sources.inferred_replies import InferredReplies
from cop_metrics.sources.json_values import mapping, mappings, second, sequence, text
from cop_metrics.sources.slack_channels import (
    Channels,
    Kind,
    channel_id,
    channel_name,
    channels_of,
    is_private,
)
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.tables import TIME

BATCH_ROWS = 50_000
BATCH_SIGNS = 100_000_000
PIECE_ROWS = 1_000
LARGEST_WHOLE = (
    16 << 20
)  # bytes; a larger file is parsed piece by piece: its objects would take ten times its size
HEAD = 1 << 16
BOM = b"\xef\xbb\xbf"

USERS, ORG_USERS, CHANNELS, CANVASES = (
    "users.json",
    "org_users.json",
    "channels.json",
    "canvases.json",
)
ACCOUNTS = (USERS, ORG_USERS)
"""The lists of accounts: of a workspace, and of an organisation on Enterprise Grid."""
PRIVATE_LISTS = re.compile(
    r"(?:groups|dms|mpims|ims|private_channels|group_dms)(?:[^a-z].*)?\.json",
    re.IGNORECASE | re.DOTALL,
)
"""Lists of what is not public: groups.json, dms.json and mpims.json, also as a second download
calls them.
"""
NEVER_OPENED = {
    Kind.PRIVATE: "a day of a private channel or of direct messages (never opened)",
    Kind.LOOKS_PRIVATE: "a day of a folder that may be a private channel's (never opened)",
    Kind.CLOSED: f"a day of a folder that is no public channel of {CHANNELS} (never opened, as the export lists private ones)",
    Kind.CANVAS: "a canvas",
    Kind.UPLOADS: "a file that holds no messages",
}
ELSEWHERE = "a day in a folder that does not lie beside the others (never opened)"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_USER, _BOT = re.compile(r"[UW][0-9A-Z]+"), re.compile(r"B[0-9A-Z]{6,}")
DAY = re.compile(r"(?:(?P<root>.+)/)?(?P<channel>[^/]+)/\d{4}-\d\d-\d\d\.json", re.IGNORECASE)
_PERMALINK = re.compile(
    rb'"permalink"\s*:\s*"https:\\?/\\?/((?!files\b|app\b)[a-z0-9-]+(?:\.enterprise)?)\.slack\.com'
)
_CHANNEL_LIST = re.compile(rb'\[\s*(?:\]|\{[^\]}]*"id"\s*:\s*"[CG][0-9A-Z]+")', re.DOTALL)
_USER_LIST = re.compile(rb'\[\s*(?:\]|\{[^\]}]*"id"\s*:\s*"[UWB][0-9A-Z]+")', re.DOTALL)
_SHOWN = {
    r"<@[^>]*>": "@someone",
    r"<#(?:[^>|]*\|)?": "#",
    r"<!(?:[^>|]*\|@?)?": "@",
    r"<[^>|]*\|": "",
    "[<>]": "",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    r"\s\s+|[^\S ]": " ",
}
MOST_GIVERS = 100_000
_ABSENT = ("key", "thread", "author", "place", "channel", "ts")
"""What is known of a reply that the export lists and does not hold."""
ASKERS = (
    "user",
    "user_id",
    "submitter",
    "submitted_by",
    "requester",
    "requested_by",
    "created_by",
    "asked_by",
)
"""Fields of a message's metadata in which an app says on whose behalf it wrote."""

DAMAGED = "a day file that is damaged: no list of messages in JSON, or cut short"
NO_MESSAGE, NO_TIME = "a record that is no message", "a record without a readable time (ts)"
TWICE = "a message that is there twice"

SLACKBOT, A_BOT = "USLACKBOT", "bot"
NAMES = {SLACKBOT: "Slackbot", A_BOT: "a bot without an id"}
TOMBSTONE, BROADCAST = "tombstone", "thread_broadcast"
SAYS = (BROADCAST, "me_message", "file_share", "file_comment", TOMBSTONE)
BOTS = ("bot_message", "slackbot_response")
KNOWN_NOTICES = re.compile(
    r"(channel|group)_\w+|bot_(add|remove)|pinned_item|unpinned_item|reminder_\w+|welcome_party|huddle_thread|sh_room_\w+|file_mention"
)

THREADS_BEGAN = datetime(2017, 1, 18)
"""Slack got threads on this day; what was said before can only have been answered by the next
messages.
"""
LATEST = datetime(2100, 1, 1)
"""A change of an account that is dated later does not say when the export was made."""


def recognises(export: Export) -> bool:
    """Return whether the export holds a Slack workspace's day files, at any depth, or its lists and
    nothing said.

    Where there are lists no day file is looked into, as it may be a private channel's.
    """
    root, days = _root(export)
    lists = _lists(export, root)
    if not days:
        return _is_quiet(export, lists)
    if CHANNELS in lists and any(name in lists for name in ACCOUNTS):
        return all(_begins_as_list(export, name) for name in lists.values())
    unknown = Channels()
    one_a_channel = {
        folder: name for folder, name in days if unknown.folder(folder).kind is Kind.UNLISTED
    }
    try:
        heads = [export.head(name, HEAD) for name in list(one_a_channel.values())[:5]]
    except CopError:
        return False
    starts = all(head.removeprefix(BOM).lstrip().startswith(b"[") for head in heads)
    return starts and any(b'"ts"' in head and b'"type"' in head for head in heads)


def _begins_as_list(export: Export, name: str) -> bool:
    try:
        return export.head(name, HEAD).removeprefix(BOM).lstrip().startswith(b"[")
    except CopError:
        return True


def _is_quiet(export: Export, lists: dict[str, str]) -> bool:
    """Return whether the lists are those of a workspace, of which an export in which nobody said
    anything has no more.
    """
    accounts = [lists[name] for name in ACCOUNTS if name in lists]
    if CHANNELS not in lists or not accounts:
        return False
    try:
        channels, users = (
            export.head(name, HEAD).removeprefix(BOM).strip()
            for name in (lists[CHANNELS], accounts[0])
        )
    except CopError:
        return False
    return bool(_CHANNEL_LIST.match(channels) and _USER_LIST.match(users))


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the workspace's rows in batches; memory holds one batch, the accounts, and 8 bytes a
    message of one channel.

    Raises `CopError` when there are no day files or several exports, or when a list of users or
    channels is damaged.
    """
    files = _files(export, reading)
    export.unpack((*files.lists.values(), *(day.name for day in files.days)))
    workspace = _Workspace(export=export, files=files, reading=reading)
    yield from _members(workspace)
    yield from _channels(workspace)
    yield from _said(workspace)
    yield _others(workspace)
    reading.is_quiet = not reading.skipped.keys() & {DAMAGED, NO_MESSAGE, NO_TIME}


SOURCE = Source(
    id="slack",
    title="Slack export",
    how_to_export=(
        "An owner or admin of the workspace opens Tools & settings > Workspace settings > Import/Export Data > Export, picks "
        "the entire history, and downloads the .zip from the link in the mail. Give the .zip as it is, or the folder that "
        "holds users.json and channels.json. It has the public channels; private ones are never read."
    ),
    personal_fields=(
        "users.json: id, name, real_name, profile.display_name, profile.real_name, profile.email (kept as a hash only)",
        "channels.json: members",
        "day files: user, bot_id, user_profile.display_name, user_profile.real_name, reactions.users",
        "the first 100 characters of a message that opens a conversation, as its title",
    ),
    records=Records(
        always=("member", "thread", "post", "reaction", "channel_member"),
        sometimes=("account", "giver", "thanker", "acceptance"),
    ),
    cannot_measure=(
        "who read what: no export has it",
        "when a reaction was given: it counts on the day of its message",
        "when somebody joined the workspace: the first message stands in",
        "what was said in private channels and direct messages: it is left out",
        "messages deleted before the export, unless others had replied to them",
    ),
    never_opens=(
        "private channels and direct messages: what groups.json, dms.json, mpims.json or channels.json call so, by name or id",
        "where one of the first three is there, or channels.json has a private one, every folder that is no public channel of it",
        "canvases and comments on them, and uploaded files",
    ),
    version=2,
    private_before=2,
    recognises=recognises,
    read=read,
    lasting_place="C[0-9A-Z]+|G[0-9A-Z]+",
)


# Which files


class _Day(NamedTuple):
    """A file that holds a channel's messages of one day: the channel's lasting key, its name, and
    the file's.
    """

    key: str
    channel: str
    name: str


@dataclass(frozen=True, kw_only=True)
class _Files:
    """The files of one workspace: its lists by their names, its channels, and its day files in
    order of channel and time.
    """

    lists: dict[str, str]
    channels: Channels
    days: list[_Day]


def _root(export: Export) -> tuple[str, list[tuple[str, str]]]:
    """Return the folder that holds the channels' folders ("" or ending in "/"), and its day files
    with their folder.
    """
    by_root: dict[str, list[tuple[str, str]]] = {}
    for name in export.names:
        found = DAY.fullmatch(name)
        if found:
            root = f"{found['root']}/" if found["root"] else ""
            by_root.setdefault(root, []).append((found["channel"], name))
    names = set(export.names)
    if not by_root:
        listed = export.find(CHANNELS)
        return (listed or "").removesuffix(PurePosixPath(listed or "").name), []
    root = min(by_root, key=lambda each: (not _has_lists(each, names), each.count("/"), each))
    return root, by_root[root]


def _has_lists(root: str, names: set[str]) -> bool:
    return any(f"{root}{name}" in names for name in (*ACCOUNTS, CHANNELS))


def _lists(export: Export, root: str) -> dict[str, str]:
    """Return the lists by their names: those beside the channels' folders, else in the folders
    above.
    """
    found: dict[str, str] = {}
    names = {name.casefold(): name for name in reversed(export.names)}
    above = [
        root,
        *(f"{folder}/" if str(folder) != "." else "" for folder in PurePosixPath(root).parents),
    ]
    for wanted in (*ACCOUNTS, CHANNELS, CANVASES):
        place = next(
            (names[each] for folder in above if (each := f"{folder}{wanted}".casefold()) in names),
            None,
        )
        if place:
            found[wanted] = place
    return found


def _files(export: Export, reading: Reading) -> _Files:
    root, days = _root(export)
    lists = _lists(export, root)
    if not days and not _is_quiet(export, lists):
        raise CopError(
            f"'{export.path.name}' holds no day of a Slack channel (channel/2024-01-31.json). "
            "Give the export of one workspace, as .zip or unpacked."
        )
    _refuse_several(export)
    reading.lists_accounts = any(name in lists for name in ACCOUNTS)
    private = [name for name in export.names if PRIVATE_LISTS.fullmatch(PurePosixPath(name).name)]
    channels = _channels_of(export, lists, private, reading)
    public = _public(days, channels, reading)
    _refuse_closed(export, days, public, channels)
    _count_others(export, root, {*lists.values(), *private, *(name for _, name in days)}, reading)
    return _Files(lists=lists, channels=channels, days=public)


def _refuse_several(export: Export) -> None:
    for lists in (
        ACCOUNTS,
        (CHANNELS,),
    ):  # an organisation's workspaces share the accounts, not the channels
        roots = sorted(
            {
                str(PurePosixPath(name).parent)
                for name in export.names
                if PurePosixPath(name).name in lists
            }
        )
        if len(roots) > 1:
            raise CopError(
                f"'{export.path.name}' holds {len(roots)} exports ({', '.join(roots[:3])}). "
                "Import each by itself: overlapping ones of one workspace as the same source, any order will do. Of workspaces "
                f"of one organisation, put {ORG_USERS} beside each."
            )


def _refuse_closed(
    export: Export, days: list[tuple[str, str]], public: list[_Day], channels: Channels
) -> None:
    if days and not public and channels.is_closed and not channels.has_list:
        raise CopError(
            f"'{export.path.name}' lists private channels and has no {CHANNELS}, so that none of its folders is known to be a "
            f"public channel, and none was opened. Give the whole export, {CHANNELS} included."
        )


def _channels_of(
    export: Export, lists: dict[str, str], private: list[str], reading: Reading
) -> Channels:
    listed = list(_listed(export, lists[CHANNELS], reading)) if CHANNELS in lists else []
    closed = [each for name in private for each in _listed(export, name, reading)]
    is_closed = bool(private) or any(map(is_private, listed))
    return channels_of(listed, closed, has_list=CHANNELS in lists, is_closed=is_closed)


def _public(days: list[tuple[str, str]], channels: Channels, reading: Reading) -> list[_Day]:
    """Return the days of public channels, channel by channel; all others are counted and never
    opened.

    What a private channel or a canvas is called is itself private, and so is not told.
    """
    folders = {folder: channels.folder(folder) for folder, _ in days}
    public = []
    for folder, name in days:
        kind, channel, key = folders[folder]
        if kind in (Kind.PUBLIC, Kind.UNLISTED):
            public.append(_Day(key, channel, name))
        else:
            reading.skip(NEVER_OPENED[kind], channel if kind is Kind.CLOSED else None)
    return sorted(public, key=lambda day: (day.key, PurePosixPath(day.name).name, day.name))


def _is_canvas(name: str) -> bool:
    return PurePosixPath(name).name.lower().startswith("canvas_")


def _count_others(export: Export, root: str, known: set[str], reading: Reading) -> None:
    """Count what else is there; only what lies beside the lists is named, as folders and files may
    be of private channels.
    """
    for name in export.names:
        if name not in known:
            is_day = DAY.fullmatch(name) is not None
            reason = (
                "a canvas"
                if _is_canvas(name)
                else ELSEWHERE
                if is_day
                else "a file that holds no messages"
            )
            reading.skip(
                reason, name if PurePosixPath(name).parent == PurePosixPath(root) else None
            )


# What the files hold


class _NotAListError(ValueError):
    """A file does not hold a list in JSON, or not to its end."""


def _pieces(export: Export, name: str) -> Iterator[list[Any]]:
    """Yield the items of a file that holds one JSON list, mostly as a whole; raises
    `_NotAListError`, perhaps after some.
    """
    content = export.whole(name, LARGEST_WHOLE)
    if content is None:
        yield from _streamed(export, name)
        return
    try:
        items = orjson.loads(content.removeprefix(BOM))
    except orjson.JSONDecodeError as problem:
        raise _NotAListError from problem
    if items is not None and not isinstance(items, list):
        raise _NotAListError
    yield items or []


def _streamed(export: Export, name: str) -> Iterator[list[Any]]:
    """Yield the items of a file that is too large to be parsed as a whole."""
    with export.open(name) as stream:
        items = ijson.items(stream, "item")
        while True:
            piece: list[Any] = []
            try:
                piece.extend(islice(items, PIECE_ROWS))
            except ijson.JSONError as problem:
                yield piece
                raise _NotAListError from problem
            if not piece:
                return
            yield piece


def _listed(export: Export, name: str, reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list of users or channels; raises `CopError` if it is damaged."""
    try:
        for item in chain.from_iterable(_pieces(export, name)):
            if isinstance(item, dict):
                yield item
            else:
                reading.skip(f"{PurePosixPath(name).name}: an entry that is no object", name)
    except _NotAListError as problem:
        raise CopError(
            f"'{name}' is damaged or cut short: it is no list in JSON. Unpack or export the workspace again."
        ) from problem


# Accounts and channels


@dataclass(kw_only=True)
class _Workspace:
    """The export that is being read, and what the later files need of the earlier ones."""

    export: Export
    files: _Files
    reading: Reading
    known: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=lambda: {SLACKBOT})
    authors: set[str] = field(default_factory=set)
    names: dict[str, str | None] = field(default_factory=dict)
    """Names that messages give for accounts that users.json does not have."""
    met_names: set[str | None] = field(default_factory=lambda: {None})
    """Accounts whose name was looked for; no account is one of them."""
    channel_ids: dict[str, str] = field(default_factory=dict)

    def name(self, key: str, name: str | None) -> None:
        """Remember what an account is called that users.json does not have."""
        self.names[key] = name
        self.met_names.add(key)

    def met(self, at: datetime | None) -> None:
        """Remember that the export was made no earlier than then."""
        if at is not None and at < LATEST:
            self.reading.exported_at = max(at, self.reading.exported_at or at)


def _name(account: dict[str, Any], profile: dict[str, Any]) -> str | None:
    """Return the name that Slack shows: the display name, else the real one."""
    shown = (
        profile.get("display_name"),
        profile.get("real_name"),
        account.get("real_name"),
        account.get("name"),
    )
    return next((name for name in map(text, shown) if name), None)


def _members(workspace: _Workspace) -> Iterator[Batch]:
    names = [workspace.files.lists[name] for name in ACCOUNTS if name in workspace.files.lists]
    if not names:
        workspace.reading.notes.append(
            f"There is no {USERS}: silent members are missing, and bots are told by their messages alone."
        )
        return
    rows: list[tuple[object, ...]] = []
    for account in chain.from_iterable(
        _listed(workspace.export, name, workspace.reading) for name in names
    ):
        key = text(account.get("id"))
        if key is None:
            workspace.reading.skip(f"{USERS}: an account without an id", str(account.get("name")))
            continue
        if key in workspace.known:
            continue
        rows.append(_member(workspace, key, account))
        if len(rows) >= BATCH_ROWS:
            yield batch_of("member", rows, *_MEMBER)
            rows = []
    yield batch_of("member", rows, *_MEMBER)


def _member(workspace: _Workspace, key: str, account: dict[str, Any]) -> tuple[object, ...]:
    """Return an account's row, of `_MEMBER`; older exports have neither `is_bot` nor `updated`."""
    profile = mapping(account.get("profile"))
    updated = second(account.get("updated"))
    is_deleted = account.get("deleted") is True
    workspace.met(updated)
    workspace.known.add(key)
    workspace.met_names.add(key)
    is_bot = (
        key == SLACKBOT
        or any(map(account.get, ("is_bot", "is_workflow_bot")))
        or "bot_id" in profile
    )
    if is_bot:
        workspace.bots.add(key)
    email = text(profile.get("email"))
    is_dated = is_deleted and updated is not None and updated < LATEST
    return (
        key,
        _name(account, profile),
        text(account.get("name")),
        hash_of(email),
        updated if is_dated else None,
        is_bot,
        is_deleted,
    )


_MEMBER = ("member", "name", "username", "email_hash", "deleted_at", "is_bot", "is_deleted")


def _others(workspace: _Workspace) -> Batch:
    """Return those who posted or reacted without being in users.json: integrations, and people of
    other workspaces.
    """
    names, bots = {**workspace.names, **NAMES}, workspace.bots
    others = sorted(workspace.authors - workspace.known)
    rows = [(key, names.get(key), key in bots) for key in others]
    return batch_of("member", rows, "member", "name", "is_bot")


def _channels(workspace: _Workspace) -> Iterator[Batch]:
    name = workspace.files.lists.get(CHANNELS)
    if name is None:
        workspace.reading.notes.append(
            f"There is no {CHANNELS}: who belongs to which channel is not known."
        )
        return
    rows: list[tuple[str, str]] = []
    for channel in _listed(workspace.export, name, workspace.reading):
        title, channels = channel_name(channel), workspace.files.channels
        if title is None:
            workspace.reading.skip(f"{CHANNELS}: a channel without a name", channel_id(channel))
            continue
        folder = channels.folder(channel_id(channel) or title)
        if is_private(channel) or folder.kind is not Kind.PUBLIC:
            workspace.reading.skip(f"{CHANNELS}: a private channel", None)
            continue
        workspace.met(second(channel.get("created")))
        workspace.channel_ids[folder.key] = str(channel.get("id"))
        rows += [(title, member) for member in sequence(channel.get("members")) if text(member)]
        if len(rows) >= BATCH_ROWS:
            yield batch_of("channel_member", rows)
            rows = []
    yield batch_of("channel_member", rows)


# Messages


TEXTS = ("ts", "thread_ts", "user", "bot_id", "subtype", "text")


class _Profile(msgspec.Struct, gc=False):
    """What a message says of the name of its author."""

    display_name: Any = None
    real_name: Any = None
    name: Any = None
    is_workflow_bot: Any = None


class _Record(msgspec.Struct, gc=False):
    """What is read of a record of a day file; all else is passed over without being made into
    objects.
    """

    ts: Any = None
    thread_ts: Any = None
    user: Any = None
    bot_id: Any = None
    subtype: Any = None
    text: Any = None
    reply_count: Any = None
    replies: Any = None
    reply_users: Any = None
    latest_reply: Any = None
    metadata: Any = None
    reactions: Any = None
    edited: Any = None
    root: Any = None
    comment: Any = None
    username: Any = None
    user_profile: _Profile | None = None
    bot_profile: _Profile | None = None


_RECORD_FIELDS, _PROFILE_FIELDS = _Record.__struct_fields__, _Profile.__struct_fields__
_DECODER = msgspec.json.Decoder(list[_Record])


def _day(workspace: _Workspace, day: _Day) -> Iterator[list[_Record]]:
    """Yield the records of a day file; raises `_NotAListError`, perhaps after some."""
    content = workspace.export.whole(day.name, LARGEST_WHOLE)
    whole = _decoded(content.removeprefix(BOM)) if content is not None else None
    if whole is not None:
        yield whole
        return
    for items in _pieces(workspace.export, day.name):
        records = [_record(item) for item in items if isinstance(item, dict)]
        if len(records) < len(items):
            workspace.reading.skip(NO_MESSAGE, day.name, rows=len(items) - len(records))
        yield records


def _decoded(content: bytes) -> list[_Record] | None:
    """Return the records of a file that holds nothing odd, None for any other."""
    try:
        return _DECODER.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _record(item: dict[str, Any]) -> _Record:
    """Return what is read of a record that holds something of another type than Slack writes."""
    profiles = {
        name: _Profile(*map(item[name].get, _PROFILE_FIELDS))
        if isinstance(item.get(name), dict)
        else None
        for name in ("user_profile", "bot_profile")
    }
    return _Record(**{name: item.get(name) for name in _RECORD_FIELDS} | profiles)


class _Gathered:
    """The records of some day files, column by column; of what few records have, pairs of a row and
    the value.
    """

    def __init__(self) -> None:
        self.texts: dict[str, list[Any]] = {name: [] for name in TEXTS}
        self.days: list[tuple[_Day, int]] = []
        self.reply_counts: list[tuple[int, Any]] = []
        self.reactions: list[tuple[int, str, str | None]] = []
        self.replies: list[tuple[int, str, str | None]] = []
        self.askers: list[tuple[int, str]] = []
        self.rows = 0
        self.signs = 0

    def is_full(self) -> bool:
        return self.rows >= BATCH_ROWS or self.signs >= BATCH_SIGNS

    def take(self, workspace: _Workspace, day: _Day, records: list[_Record]) -> None:
        """Add the records of a channel, which is fastest a column at a time."""
        if not records:
            return
        first = self.rows
        values = zip(*map(msgspec.structs.astuple, records), strict=True)
        columns = dict(zip(_RECORD_FIELDS, values, strict=True))
        for name, texts in self.texts.items():
            texts += columns[name]
        self.rows += len(records)
        self.days.append((day, len(records)))
        self.signs += sum(map(len, map(str, columns["text"])))
        self.reply_counts += _given_by(first, columns["reply_count"])
        for row, reactions in _given_by(first, columns["reactions"]):
            self.reactions += _given(row, reactions)
        for row, replies in _given_by(first, columns["replies"]):
            self.replies += _listed_replies(row, replies)
        for row, latest in _given_by(first, columns["latest_reply"]):
            if not columns["replies"][row - first]:
                self.replies += _latest_reply(
                    row, latest, columns["reply_users"][row - first], columns["user"][row - first]
                )
        for row, metadata in _given_by(first, columns["metadata"]):
            self.askers += [(row, asker) for asker in _asker(metadata)]
        for row, profile in _given_by(first, columns["bot_profile"]):
            if (
                profile.is_workflow_bot is True
                and type(user := columns["user"][row - first]) is str
            ):
                self.askers.append((row, user))
        for _, edited in _given_by(first, columns["edited"]):
            workspace.met(second(mapping(edited).get("ts")))
        self._complete(first, columns)
        _name_others(workspace, records, columns["user"] + columns["bot_id"])

    def frame(self) -> pl.DataFrame:
        """Return the records as text columns and the stated number of replies; what is of another
        type is null.
        """
        days, lengths = zip(*self.days, strict=True)
        rows = np.repeat(np.arange(len(days)), lengths)
        told = {"channel": [day.key for day in days], "shown": [day.channel for day in days]}
        channels = [
            pl.Series(name, each, dtype=pl.String).gather(rows) for name, each in told.items()
        ]
        counts: list[int | None] = [None] * self.rows
        for row, count in self.reply_counts:
            counts[row] = count if type(count) is int and 0 <= count < 1 << 40 else None
        texts = [_texts(name, values) for name, values in self.texts.items()]
        askers: list[str | None] = [None] * self.rows
        for row, asker in self.askers:
            askers[row] = asker
        texts.append(_texts("asked_by", askers))
        stated = pl.Series("reply_count", counts, dtype=pl.Int64)
        return pl.DataFrame([*channels, *texts, stated]).with_row_index("row")

    def _complete(self, first: int, columns: dict[str, tuple[Any, ...]]) -> None:
        """Fill in what older exports keep elsewhere: the thread of a broadcast reply, and who
        commented on a file.
        """
        texts = self.texts
        for row, root in _given_by(first, columns["root"]):
            if texts["thread_ts"][row] is None:
                texts["thread_ts"][row] = mapping(root).get("thread_ts") or mapping(root).get("ts")
        for row, comment in _given_by(first, columns["comment"]):
            if texts["user"][row] is None:
                texts["user"][row] = mapping(comment).get("user")


def _given_by(first: int, column: tuple[Any, ...]) -> list[tuple[int, Any]]:
    """Return the row and the value of those records that give one; the first record is in row
    `first`.
    """
    return (
        [(row, value) for row, value in enumerate(column, first) if value is not None]
        if any(column)
        else []
    )


def _gathered(workspace: _Workspace) -> Iterator[_Gathered]:
    """Yield the records of all day files, some 50,000 at a time; of a damaged file what could be
    read of it is kept.
    """
    gathered = _Gathered()
    for day in workspace.files.days:
        try:
            for records in _day(workspace, day):
                gathered.take(workspace, day, records)
                if gathered.is_full():
                    yield gathered
                    gathered = _Gathered()
        except _NotAListError:
            workspace.reading.skip(DAMAGED, day.name)
    if gathered.rows:
        yield gathered


def _name_others(workspace: _Workspace, records: list[_Record], accounts: tuple[Any, ...]) -> None:
    """Remember the names that messages give of accounts that users.json does not have."""
    met = workspace.met_names
    try:
        if met.issuperset(accounts):
            return
    except TypeError:  # an account that is a list or an object, as no export has it
        pass
    for record in records:
        if isinstance(record.user, str) and record.user not in met:
            profile = record.user_profile or _Profile()
            workspace.name(record.user, text(profile.display_name) or text(profile.real_name))
        if isinstance(record.bot_id, str) and record.bot_id not in met:
            named = text(record.username) or text((record.bot_profile or _Profile()).name)
            workspace.name(record.bot_id, named)


def _said(workspace: _Workspace) -> Iterator[Batch]:
    """Yield the threads, posts and reactions of all day files; while the next ones are parsed, a
    thread makes batches.
    """
    messages = _Messages(workspace)
    with ThreadPoolExecutor(max_workers=1) as worker:
        ahead: Future[list[Batch]] | None = None
        for gathered in _gathered(workspace):
            if ahead is not None:
                yield from ahead.result()
            ahead = worker.submit(
                messages.batches, gathered.frame(), gathered.reactions, gathered.replies
            )
        if ahead is not None:
            yield from ahead.result()
    yield from messages.absent()
    messages.tell()


class _Messages:
    """Makes batches of gathered records, and knows what earlier ones held; in a thread of its own,
    so it shares nothing.
    """

    def __init__(self, workspace: _Workspace) -> None:
        self._workspace = workspace
        self._conversations = Conversations(joins_messages=True)
        self._inferred = InferredReplies()
        self._without_threads = not _has_threads(workspace)
        self._address = _address(workspace)
        self._channel: str | None = None
        self._moments: list[np.ndarray] = []
        self._skipped = Reading()
        self._newest: datetime | None = None
        self._notices: Counter[str] = Counter()
        self._missing_replies: Counter[str] = Counter()
        self._guesses = 0
        self._absent: dict[str, dict[str, Any]] = {}
        self._without_replies: set[str] = set()
        self._opened_by_app: set[str] = set()
        self._helped_in_app: set[str] = set()
        self._asked_by_form = 0

    def batches(
        self,
        gathered: pl.DataFrame,
        reactions: list[tuple[int, str, str | None]],
        replies: list[tuple[int, str, str | None]],
    ) -> list[Batch]:
        """Return the threads, posts and reactions of these records."""
        records = self._once(_dated(gathered, self._skipped))
        records = _of_kinds(
            records.sort("channel", "at"), self._workspace.bots, self._workspace.known
        )
        self._remember(records)
        self._look_for(replies, records)
        self._remember_apps(records)
        told = self._placed(records.filter(~pl.col("is_notice")))
        place = pl.col("channel").alias("place")
        channel = pl.col("shown").alias("channel")
        return [
            *notices(records.filter("is_notice").with_columns(channel)),
            *self._conversations.batches(told.with_columns(place, channel)),
            self._reactions(reactions, records),
        ]

    def absent(self) -> Iterator[Batch]:
        """Yield the replies that the export lists and does not hold: who replied and when, without
        what was said.
        """
        if not self._absent:
            return
        told = pl.DataFrame(list(self._absent.values()), schema=dict.fromkeys(_ABSENT, pl.String))
        told = told.with_columns(_time("ts").alias("at"), pl.lit(None, pl.String).alias("text"))
        authors = told["author"].drop_nulls().unique().to_list()
        self._workspace.authors.update(authors)
        self._workspace.bots.update(author for author in authors if _BOT.match(author))
        yield from self._conversations.batches(told.drop("ts").sort("place", "at"))

    def _look_for(self, replies: list[tuple[int, str, str | None]], records: pl.DataFrame) -> None:
        """Remember which listed replies have not come yet, and forget those that have."""
        schema: dict[str, Any] = {"row": pl.UInt32, "ts": pl.String, "author": pl.String}
        opened = records.select(
            "row", "thread", pl.col("channel").alias("place"), pl.col("shown").alias("channel")
        )
        listed = pl.DataFrame(replies, schema=schema, orient="row").join(opened, on="row")
        listed = listed.filter(_time("ts").is_not_null()).with_columns(
            (pl.col("place") + "/" + pl.col("ts")).alias("key")
        )
        self._absent.update((each["key"], each) for each in listed.select(_ABSENT).to_dicts())
        for key in records["key"].filter(records["key"].is_in(list(self._absent))):
            del self._absent[key]

    def _remember_apps(self, records: pl.DataFrame) -> None:
        """Remember what apps opened, and where people replied to that: a form's questions are
        opened so.
        """
        opens = pl.col("key") == pl.col("thread")
        of_people = ~pl.col("is_bot") & ~pl.col("is_notice")
        begun = pl.col("thread_ts").is_not_null() | (pl.col("reply_count") > 0)
        of_app = (
            pl.col("is_bot")
            & pl.col("subtype").ne_missing(TOMBSTONE)
            & pl.col("author").ne_missing(SLACKBOT)
        )
        self._opened_by_app.update(records.filter(opens & begun & of_app)["key"])
        replied = set(records.filter(~opens & of_people)["thread"])
        self._helped_in_app |= replied & self._opened_by_app
        self._asked_by_form += records.filter(
            opens & of_people & pl.col("asked_by").is_not_null()
        ).height

    def tell(self) -> None:
        """Report what was left out and what a leader should know; to be called after the last
        batch.
        """
        reading = self._workspace.reading
        for reason, rows in self._skipped.skipped.items():
            reading.skip(reason, *self._skipped.examples[reason], rows=rows)
        if self._newest is not None:
            self._workspace.met(self._newest)
        reading.notes.extend(self._notes())

    def _notes(self) -> Iterator[str]:
        without = {each["thread"] for each in self._absent.values()}
        if without:
            yield (
                f"THREADS WITHOUT THEIR REPLIES: {len(without):,}. The export lists {len(self._absent):,} replies that it does "
                "not hold: who replied and when is taken from those lists, and what was said is not known. Export again with "
                "the threads to have it."
            )
        yield from self._notes_on_apps()
        bare = self._without_replies - without
        if bare:
            yield (
                f"THREADS WITHOUT THEIR REPLIES: {len(bare):,} of which the export says only how many there are. What was "
                "answered there looks unanswered: export again with the threads."
            )
        uneven = {thread for thread, count in self._missing_replies.items() if count}
        missing = len(uneven - without - bare)
        if missing:
            yield f"Threads with more or fewer replies than Slack counts, as some are deleted or not there: {missing:,}."
        yield from self._notes_on_kinds()

    def _notes_on_apps(self) -> Iterator[str]:
        if self._helped_in_app:
            yield (
                f"Conversations opened by an app in which people replied: {len(self._helped_in_app):,}. They are no questions "
                "and in no number, as the export does not say who asked; a channel whose questions come from a form has them."
            )
        if self._asked_by_form:
            yield f"Conversations that people opened through an app, and that count as theirs: {self._asked_by_form:,}."

    def _notes_on_kinds(self) -> Iterator[str]:
        if self._guesses:
            yield (
                f"Replies that are inferred, since there were no threads: {self._guesses:,}. They begin with the name of "
                "who asked, or follow a question within 15 minutes; each is marked 'inferred reply'."
            )
        unknown = [
            f"{kind} ({count:,})"
            for kind, count in self._notices.most_common()
            if not KNOWN_NOTICES.fullmatch(kind)
        ]
        if unknown:
            yield f"Kinds of records that are not known, taken for notices: {', '.join(unknown[:10])}."

    def _once(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return the records without those that were there before: one message may stand in two
        files of a channel.
        """
        twice = records.select((~pl.struct("channel", "at").is_first_distinct()).alias("twice"))[
            "twice"
        ]
        if any(map(len, self._moments)) and records.height:
            before, now = np.concatenate(self._moments), _moments(records)
            goes_on = (records["channel"] == self._channel).to_numpy() & (now <= before.max())
            twice = twice | pl.Series(goes_on & np.isin(now, before)) if goes_on.any() else twice
        last = records["channel"][-1] if records.height else self._channel
        if last != self._channel:
            self._channel, self._moments = last, []
        kept = without(records, pl.lit(twice), TWICE, self._skipped, _MESSAGE)
        self._moments.append(_moments(kept.filter(pl.col("channel").eq_missing(last))))
        return kept

    def _remember(self, records: pl.DataFrame) -> None:
        """Keep who spoke, when the export was made at the earliest, kinds of notices, and how many
        replies are missing.
        """
        workspace = self._workspace
        workspace.bots.update(records.filter("is_bot")["author"].unique().to_list())
        workspace.authors.update(records["author"].drop_nulls().unique().to_list())
        times = [time for time in (self._newest, records["at"].max()) if isinstance(time, datetime)]
        self._newest = max(times, default=None)
        self._notices.update(
            dict(records.filter("is_notice")["subtype"].value_counts().iter_rows())
        )
        opens = pl.col("key") == pl.col("thread")
        replied = records.group_by("thread").agg(
            pl.col("reply_count").filter(opens).first().alias("stated"),
            (~opens).sum().cast(pl.Int64).alias("present"),
        )
        uneven = replied.filter(pl.col("stated").fill_null(0) != pl.col("present"))
        for thread, stated, present in uneven.iter_rows():
            if stated is not None or thread in self._missing_replies:
                self._missing_replies[thread] += (stated or 0) - present
            if present:
                self._without_replies.discard(thread)
            elif stated:
                self._without_replies.add(thread)

    def _placed(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return the messages as conversations take them, with titles, addresses and replies that
        had to be guessed.
        """
        is_person = ~pl.col("is_bot") & pl.col("subtype").ne_missing(TOMBSTONE)
        opens = records.select((is_person & (pl.col("key") == pl.col("thread"))).alias("opens"))[
            "opens"
        ]
        address = pl.col("channel").replace_strict(
            self._address, default=None, return_dtype=pl.String
        )
        told = records.with_columns(
            _scattered(opens, _titles(records.filter(opens)["text"])).alias("title"),
            (address + pl.col("ts").str.replace(".", "", literal=True)).alias("url"),
            pl.when(pl.col("subtype") == TOMBSTONE).then("at").alias("deleted_at"),
            pl.when(is_person).then(_words()).alias("text"),
            pl.lit(False).alias("is_inferred"),
        )
        is_guessed = opens if self._without_threads else opens & (records["at"] < THREADS_BEGAN)
        if not is_guessed.any():
            return told
        thread = _scattered(is_guessed, self._inferred.threads(told.filter(is_guessed)))
        self._guesses += thread.count()
        return told.with_columns(
            thread.is_not_null().alias("is_inferred"), pl.coalesce(thread, "thread").alias("thread")
        )

    def _reactions(
        self, reactions: list[tuple[int, str, str | None]], records: pl.DataFrame
    ) -> Batch:
        schema: dict[str, Any] = {"row": pl.UInt32, "kind": pl.String, "giver": pl.String}
        given = pl.DataFrame(reactions, schema=schema, orient="row").join(
            records.select("row", "key"), on="row"
        )
        once = given.filter(
            pl.col("giver").is_null() | pl.struct("key", "kind", "giver").is_first_distinct()
        )
        self._workspace.authors.update(once["giver"].drop_nulls().unique().to_list())
        return Batch("reaction", once.select(pl.col("key").alias("post"), "giver", "kind"))


def _has_threads(workspace: _Workspace) -> bool:
    """Return whether any message belongs to a thread; the newest days come first, since the answer
    mostly lies there.
    """
    newest_first = sorted(
        workspace.files.days, key=lambda day: PurePosixPath(day.name).name, reverse=True
    )
    return any(_holds(workspace.export, day.name, b'"thread_ts"') for day in newest_first)


def _holds(export: Export, name: str, wanted: bytes) -> bool:
    content = export.whole(name, LARGEST_WHOLE)
    if content is not None:
        return wanted in content
    with export.open(name) as stream:
        end = b""
        while piece := stream.read(LARGEST_WHOLE):
            if wanted in end + piece:
                return True
            end = piece[-len(wanted) :]
    return False


def _address(workspace: _Workspace) -> dict[str, str]:
    """Return how the address of a message begins, by channel; only canvases tell the workspace's
    own.
    """
    lists = [workspace.files.lists[CANVASES]] if CANVASES in workspace.files.lists else []
    for name in lists:
        found = _PERMALINK.search(workspace.export.head(name, HEAD))
        if found:
            site = f"https://{found[1].decode()}.slack.com/archives/"
            return {channel: f"{site}{id_}/p" for channel, id_ in workspace.channel_ids.items()}
    return {}


def _given(row: int, reactions: object) -> list[tuple[int, str, str | None]]:
    """Return the row, kind and giver of each reaction to a record; where many reacted, Slack names
    only some of them.
    """
    given: list[tuple[int, str, str | None]] = []
    for reaction in mappings(reactions):
        name = reaction.get("name")
        users = reaction.get("users")
        count = reaction.get("count")
        if type(name) is not str:
            continue
        kind = name.strip(":").partition("::")[0]
        givers = (
            [user for user in users if type(user) is str and user]
            if isinstance(users, list)
            else []
        )
        given += [(row, kind, giver) for giver in givers]
        if type(count) is int and len(givers) < count < MOST_GIVERS:
            given += [(row, kind, None)] * (count - len(givers))
    return given


def _listed_replies(row: int, replies: object) -> list[tuple[int, str, str | None]]:
    """Return the row, time and author of each reply that a thread's first message lists."""
    listed = mappings(replies)
    told = ((text(reply.get("ts")), text(reply.get("user"))) for reply in listed)
    return [(row, ts, user) for ts, user in told if ts]


def _latest_reply(
    row: int, latest: object, users: object, asker: object
) -> list[tuple[int, str, str | None]]:
    """Return the one reply that is known where replies are not listed; its author only if nobody
    else can be it.
    """
    ts = text(latest)
    if ts is None or second(ts) is None:
        return []
    named = [user for user in sequence(users) if type(user) is str]
    others = [user for user in named if user != asker] or named
    return [(row, ts, others[0] if len(others) == 1 else None)]


def _asker(metadata: object) -> list[str]:
    """Return on whose behalf an app says that it wrote: `user_id` or `userId`, by itself or as an
    object with an id.
    """
    payload = mapping(mapping(metadata).get("event_payload"))
    told = {_CAPITAL.sub("_", name).lower(): value for name, value in payload.items()}
    named = (mapping(value).get("id", value) for value in map(told.get, ASKERS))
    return [user for user in named if type(user) is str and _USER.fullmatch(user)][:1]


def _texts(name: str, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=pl.String, strict=True)
    except (TypeError, OverflowError, UnicodeEncodeError, pl.exceptions.PolarsError):
        texts = [
            value.encode("utf-8", "replace").decode() if type(value) is str else None
            for value in values
        ]
        return pl.Series(name, texts, dtype=pl.String)


_MESSAGE = pl.col("shown") + "/" + pl.col("ts").fill_null("None")
"""What names a message that is left out."""


def _moments(records: pl.DataFrame) -> np.ndarray:
    return records["at"].to_physical().to_numpy()


def _dated(records: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Return the records with `at`, their `key` and the key of their `thread`."""
    is_reply = _time("thread_ts").is_not_null() & (pl.col("thread_ts") != pl.col("ts"))
    opener = pl.when(is_reply).then("thread_ts").otherwise("ts")
    place = pl.col("channel") + "/"
    dated = records.with_columns(
        _time("ts").alias("at"),
        (place + pl.col("ts")).alias("key"),
        (place + opener).alias("thread"),
    )
    return without(dated, pl.col("at").is_null(), NO_TIME, reading, _MESSAGE)


def _time(column: str) -> pl.Expr:
    """Return the time of a `ts`, seconds since 1970 and a fraction, to the microsecond."""
    parts = pl.col(column).str.extract_groups(r"^(\d{9,11})(?:\.(\d{1,6}))?$")
    second = parts.struct[0].cast(pl.Int64) * 1_000_000
    fraction = parts.struct[1].str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    return (second + fraction).cast(TIME)


def _of_kinds(records: pl.DataFrame, bots: set[str], accounts: set[str]) -> pl.DataFrame:
    """Return the records with `is_notice`, `is_bot` and `author`; what an app says in somebody's
    name is the app's.

    Only where the app's own record says who asked through it (`asked_by`) is that person the
    author, one of the accounts where these are listed: an app may name its own.
    """
    is_plain = pl.col("subtype").is_null() | pl.col("subtype").is_in(SAYS)
    is_person = pl.col("asked_by").is_in(list(accounts)) if accounts else pl.lit(True)
    people = pl.when(is_person & ~pl.col("asked_by").is_in(list(bots))).then("asked_by")
    by_app = pl.col("subtype").is_in(BOTS).fill_null(False)
    is_form = people.is_not_null() & (by_app | pl.col("bot_id").is_not_null())
    records = records.with_columns(pl.when(is_form).then(people).alias("asked_by"))
    user = pl.when(pl.col("user") != "").then("user")
    by_bot = user.is_in(list(bots)).fill_null(False)
    is_bot = by_app | by_bot | (is_plain & pl.col("bot_id").is_not_null())
    records = records.with_columns(
        (~is_plain & ~by_app).alias("is_notice"),
        (is_bot & pl.col("asked_by").is_null()).alias("is_bot"),
        by_bot.alias("by_bot"),
        user.alias("user"),
    )
    return records.with_columns(_author().alias("author"))


def _author() -> pl.Expr:
    """Return whose a record is, by its kind: Slack's own, a person's or an app's."""
    return (
        pl.when("is_notice")
        .then(pl.coalesce("user", "bot_id", pl.lit(SLACKBOT)))
        .when(pl.col("asked_by").is_not_null())
        .then("asked_by")
        .when(pl.col("is_bot") & ~pl.col("by_bot"))
        .then(pl.coalesce("bot_id", pl.lit(A_BOT)))
        .when(pl.col("subtype") == TOMBSTONE)
        .then(pl.lit(SLACKBOT))
        .otherwise("user")
    )


def _scattered(chosen: pl.Series, values: pl.Series) -> pl.Series:
    """Return the values in the places that are chosen, null elsewhere."""
    return (
        pl.Series([None], dtype=pl.String)
        .new_from_index(0, len(chosen))
        .scatter(chosen.arg_true(), values)
    )


def _words() -> pl.Expr:
    """Return what somebody wrote: of a file shared before 2018, the comment behind Slack's own
    words.
    """
    shared = (pl.col("subtype") == "file_share") & pl.col("text").str.contains(
        r"^<@[^>]*> (?:uploaded|shared) a file"
    )
    return (
        pl.when(shared)
        .then(pl.col("text").str.extract(r"(?s) and commented: (.*)$"))
        .otherwise("text")
    )


def _titles(texts: pl.Series) -> pl.Series:
    """Return the first characters of messages as Slack shows them, without anybody's name; empty
    ones are null.
    """
    titles = texts.str.slice(0, 5 * TITLE_LENGTH).fill_null("")
    odd = titles.str.contains(r"[<&]|\s\s|[^\S ]")
    shown = titles.filter(odd)
    for pattern, instead in _SHOWN.items():
        shown = shown.str.replace_all(pattern, instead)
    titles = titles.scatter(odd.arg_true(), shown).str.strip_chars().str.slice(0, TITLE_LENGTH)
    return titles.set(titles == "", None)
