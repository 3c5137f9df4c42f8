"""Items of Perceval (CHAOSS), as it prints them: what `collect` keeps, or anybody's own run of the
tool.

To read one more backend: an entry in `BACKENDS`, and how its data is read, here or beside the chats
or the issues.
"""

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple, cast
from urllib.parse import urlsplit

import orjson

from cop_metrics.errors import CopError
from cop_metrics.sources import discourse, mail_files, mailbox
from cop_metrics.sources.export import GIGABYTE, LARGEST_RATIO, Export
from cop_metrics.sources.gathering import BATCH_ROWS, Spool
from cop_metrics.sources.json_files import HEAD, LARGEST_VALUE, NoJsonError, values_in
from cop_metrics.sources.json_values import mapping, second, text
from cop_metrics.sources.perceval import chats, issues
from cop_metrics.sources.perceval.chats import Chat
from cop_metrics.sources.perceval.issues import Issues
from cop_metrics.sources.source import Batch, Reading, Records, Source, measured

ENDS = tuple(
    f"{kind}{packing}" for kind in (".json", ".jsonl", ".ndjson") for packing in ("", ".gz")
)
_COLLECTED = re.compile(r"(?:.*/)?([a-z]+)-\d{4}-\d\d-\d\d\.jsonl")
_MARKS = (b'"backend_name"', b'"backend_version"')


class Item(NamedTuple):
    """An item's own data, where it came from, and the place in the files that names it."""

    data: dict[str, Any]
    origin: str
    place: str


Items = Iterator[Item]
Read = Callable[[Items, Reading, Spool], Iterator[Batch]]


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A backend of Perceval that is read: `category` is the kind of its items that tell of
    questions and messages, `records` are the lake tables that they always fill.

    `is_one_server`: its keys are one server's, so that items of two do not go together.
    `look_back`: how long before the newest item a new run fetches again, since edits, reactions and
    late mails do not make an item newer. `newest_first`: an interrupted run lacks the older items
    (Perceval's own `has_resuming`).
    """

    name: str
    category: str
    records: tuple[str, ...]
    read: Read
    is_one_server: bool = True
    newest_first: bool = False
    look_back: timedelta = timedelta(0)


def recognises(export: Export) -> bool:
    """Return whether one of the export's JSON files begins as an item of Perceval does."""
    names = _names(export)
    some = names[:: max(len(names) // 20, 1)][:20]
    return any(
        all(mark in _head(export, name) for mark in _MARKS) for name in some
    ) or _collected_nothing(export)


def _collected_nothing(export: Export) -> bool:
    """Return whether all that is there are files of 'collect', by their names, into which nothing
    came.
    """
    named = [_COLLECTED.fullmatch(name) for name in export.names]
    return all(each and each[1] in BACKENDS for each in named) and not any(
        _head(export, name) for name in export.names
    )


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the rows of the newest state of each item; the files are read twice, first for which
    that is.

    Memory grows by some 300 bytes an item. Raises `CopError` when there is no item, or items of
    several backends, of an unknown one or of servers whose keys would mix.
    """
    names = _names(export)
    if len(names) < len(export.names):
        reading.notes.append(
            f"{len(export.names) - len(names):,} files are no JSON, and were left alone."
        )
    export.unpack(names)
    survey = _survey(export, names, reading)
    if not survey.backends and _collected_nothing(export):
        reading.is_quiet = True
        return
    backend = _backend(export, survey)
    yield from measured(*backend.records)
    with Spool() as spool:
        yield from backend.read(_chosen(export, names, survey), reading, spool)
    reading.exported_at = survey.fetched_at or reading.exported_at
    if survey.repeated:
        reading.notes.append(
            f"{survey.repeated:,} items were fetched once more; the newest state of each counts."
        )


# Which items


@dataclass(kw_only=True)
class _Survey:
    """What the files hold: the backends, the servers, and of each item the newest state with its
    place.
    """

    backends: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    servers: set[str] = field(default_factory=set)
    newest: dict[str, tuple[datetime, datetime, int]] = field(default_factory=dict)
    fetched_at: datetime | None = None
    repeated: int = 0

    def take(self, told: dict[str, Any], uuid: str, place: int) -> None:
        fetched = second(told.get("timestamp"))
        updated = second(told.get("updated_on"))
        if fetched:
            self.fetched_at = max(fetched, self.fetched_at or fetched)
        origin = str(text(told.get("origin")) or "")
        self.servers.add(_server(origin))
        state = (fetched or datetime.min, updated or datetime.min, place)
        known = self.newest.get(uuid)
        self.repeated += known is not None
        self.newest[uuid] = max(state, known or state)


def _survey(export: Export, names: list[str], reading: Reading) -> _Survey:
    survey = _Survey()
    for place, name, told in _values(export, names, reading):
        backend = text(told.get("backend_name"))
        uuid = text(told.get("uuid"))
        if backend is None or not isinstance(told.get("data"), dict):
            reading.skip("a JSON value that is no item of Perceval", name)
            continue
        survey.backends[backend] += 1
        survey.example.setdefault(backend, name)
        of = BACKENDS.get(backend.lower())
        category = text(told.get("category"))
        if uuid is None:
            reading.skip("an item without a uuid", name)
        elif of is None or category == of.category:
            survey.take(told, uuid, place)
        else:
            reading.skip(
                f"an item of the category '{str(category)[:50]}', which is not read",
                f"{name}: {uuid}",
            )
    return survey


def _backend(export: Export, survey: _Survey) -> Backend:
    """Return the one backend of the items; raises `CopError` where there is none, several or one
    that is not read.
    """
    found = ", ".join(sorted(survey.backends))
    known = ", ".join(each.name for each in BACKENDS.values())
    if not survey.backends:
        raise CopError(
            f"'{export.path.name}' holds no item of Perceval. Give what 'perceval ... --json-line' printed, "
            "or the folder of 'collect'."
        )
    if len(survey.backends) > 1:
        raise CopError(
            f"'{export.path.name}' holds items of several backends ({found}). Each is a source of its own: "
            "give them one by one, each with its --source."
        )
    backend = BACKENDS.get(found.lower())
    if backend is None:
        raise CopError(
            f"'{survey.example[found]}' holds items of Perceval's backend {found[:50]}, which is not read here. "
            f"Known are: {known}."
        )
    if backend.is_one_server and len(survey.servers) > 1:
        raise CopError(
            f"'{export.path.name}' holds items of several servers ({', '.join(sorted(survey.servers))[:200]}), which number "
            "their posts and people alike. Give them one by one, each with its --source."
        )
    return backend


def _chosen(export: Export, names: list[str], survey: _Survey) -> Items:
    wanted = {place for _, _, place in survey.newest.values()}
    for place, name, told in _values(export, names):
        if place in wanted:
            origin = text(told.get("origin")) or ""
            yield Item(
                data=mapping(told.get("data")),
                origin=origin,
                place=f"{name}: {text(told.get('uuid'))}",
            )


def _server(origin: str) -> str:
    """Return the server that an origin names: its host, else all of it, such as the site of Stack
    Exchange.
    """
    try:
        return urlsplit(origin).netloc or origin
    except ValueError:
        return origin


# The files


def _names(export: Export) -> list[str]:
    return [name for name in export.names if name.lower().endswith(ENDS)]


def _head(export: Export, name: str) -> bytes:
    try:
        head = export.head(name, HEAD)
        return (
            zlib.decompressobj(31).decompress(head, HEAD) if name.lower().endswith(".gz") else head
        )
    except (CopError, zlib.error):
        return b""


def _values(
    export: Export, names: list[str], reading: Reading | None = None
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield every value of the files with its place among all and its file; `reading` is told of
    what is no JSON.
    """
    place = 0
    for name in names:
        try:
            for value in _values_of(export, name, reading):
                yield place, name, mapping(value)
                place += 1
        except NoJsonError:
            if reading is not None:
                reading.skip("a file that is no readable JSON or is cut short", name)


def _values_of(export: Export, name: str, reading: Reading | None) -> Iterator[Any]:
    """Yield the values of a file: one a line, as `--json-line` prints them, else one after the
    other, or of a list.
    """
    with _opened(export, name) as stream:
        line = stream.readline(LARGEST_VALUE)
        value = _parsed(line)
        if not isinstance(value, dict):
            yield from values_in(stream, name, begun=line)
            return
        number = 1
        while line:
            if value is not None:
                yield value
            elif line.strip() and reading is not None:
                reading.skip("a line that is no JSON or is cut short", f"{name} line {number}")
            line = stream.readline(LARGEST_VALUE)
            value = _parsed(line)
            number += 1


def _parsed(line: bytes) -> Any:
    """Return the value of a line, None where it is none; Perceval writes bytes that are no UTF-8 as
    half characters.
    """
    try:
        return orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        if b"\\ud" not in line:
            return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


@contextmanager
def _opened(export: Export, name: str) -> Iterator[BinaryIO]:
    with export.open(name) as stream:
        if name.lower().endswith(".gz"):
            yield cast(BinaryIO, io.BufferedReader(_Unpacked(stream, name), 1 << 20))
        else:
            yield stream


class _Unpacked(io.RawIOBase):
    """What a .gz holds; refuses one that is damaged, or that unpacks to far more than items do."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed, self._name = mail_files.Measured(packed), name
        self._unpacked = gzip.GzipFile(fileobj=cast(BinaryIO, self._packed), mode="rb")
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            read = self._unpacked.read(len(buffer))
        except (OSError, EOFError, zlib.error) as problem:
            raise CopError(
                f"'{self._name}' is damaged or cut short. Copy or download it again."
            ) from problem
        buffer[: len(read)] = read
        self._done += len(read)
        if self._done > GIGABYTE and self._done > LARGEST_RATIO * self._packed.taken:
            raise CopError(
                f"'{self._name}' unpacks to far more than items do. Unpack it yourself if it is right."
            )
        return len(read)


# The backends


def _read_topics(items: Items, reading: Reading, spool: Spool) -> Iterator[Batch]:
    """Yield the tables of Discourse's topics, which are what /t/ID.json answers."""
    forum = discourse.Forum(reading=reading, spool=spool)
    for item in items:
        if not isinstance(item.data.get("post_stream"), dict):
            reading.skip("a topic without posts", item.place)
            continue
        forum.take_topic(item.data)
        forum.flush_when_full()
    forum.finish()
    yield from discourse.tables(forum)


def _read_mails(items: Items, reading: Reading, spool: Spool) -> Iterator[Batch]:
    """Yield the tables of mails, whose headers Perceval has decoded and whose texts it has put
    together.
    """
    archive = mailbox.Archive(reading=reading, spool=spool)
    for item in items:
        kind, words = _words_of(mapping(item.data.get("body")))
        headers = _headers_of(item.data) | {"content-type": f"text/{kind}"}
        # Mails without an id are told apart by a hash of all that they hold.
        all_headers = repr(sorted(headers.items())).encode("utf-8", "replace")
        mail = mail_files.Raw(0, all_headers, words[: mail_files.LARGEST_BODY])
        mailbox.take(archive, headers, mail, item.place, _list_name(item.origin))
    yield from mailbox.tables(archive)


def _headers_of(data: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a mail by lower-case name; its text is no longer encoded."""
    headers = {str(name).lower(): value for name, value in data.items() if isinstance(value, str)}
    headers.pop("content-transfer-encoding", None)
    return {name: _bytes(value).decode("utf-8", "replace") for name, value in headers.items()}


def _words_of(body: dict[str, Any]) -> tuple[str, bytes]:
    """Return in which form a mail's text is taken, and the text: the plain one where there is one."""
    is_html = isinstance(body.get("html"), str) and not isinstance(body.get("plain"), str)
    kind = "html" if is_html else "plain"
    return kind, _bytes(body[kind]) if isinstance(body.get(kind), str) else b""


def _list_name(origin: str) -> str:
    """Return the list's name as its address ends, for mails that do not name their list."""
    try:
        return PurePosixPath(urlsplit(origin).path).name
    except ValueError:
        return ""


def _bytes(value: str) -> bytes:
    """Return the bytes that a mail's text was made of, which need not be UTF-8."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def _chat(take: Callable[[Chat, dict[str, Any], str], None]) -> Read:
    def read_chat(items: Items, reading: Reading, spool: Spool) -> Iterator[Batch]:
        chat = Chat(reading=reading, spool=spool)
        for item in items:
            take(chat, item.data, item.place)
        yield from chat.tables()

    return read_chat


def _issues(take: Callable[[Issues, dict[str, Any], str, str], None]) -> Read:
    def read_issues(items: Items, reading: Reading, _spool: Spool) -> Iterator[Batch]:
        gathered = Issues(reading=reading)
        for item in items:
            take(gathered, item.data, item.origin, item.place)
            yield from gathered.batches(least=BATCH_ROWS)
        yield from gathered.batches()
        gathered.tell_what_is_lacking()
        yield gathered.people.members("name", "username", "email_hash", "is_bot", "is_deleted")

    return read_issues


_CHAT = ("member", "thread", "post", "reaction")
_ISSUES = ("member", "thread", "post", "topic", "reaction")
_MAILS: dict[str, Any] = {
    "category": "message",
    "records": ("member", "thread", "post"),
    "is_one_server": False,
    "look_back": timedelta(days=7),
    "read": _read_mails,
}

BACKENDS: dict[str, Backend] = {
    each.name.lower(): each
    for each in (
        Backend(
            name="Discourse",
            category="topic",
            records=("member", "thread", "post", "reaction", "read"),
            read=_read_topics,
        ),
        Backend(
            name="Slack",
            category="message",
            records=_CHAT,
            newest_first=True,
            look_back=timedelta(days=7),
            read=_chat(chats.take_slack),
        ),
        Backend(
            name="StackExchange",
            category="question",
            records=_ISSUES,
            read=_issues(issues.take_stack_exchange),
        ),
        Backend(name="MBox", **_MAILS),
        Backend(name="Pipermail", **_MAILS),
        Backend(name="HyperKitty", **_MAILS),
        Backend(
            name="Mattermost",
            category="post",
            records=_CHAT,
            newest_first=True,
            look_back=timedelta(days=7),
            read=_chat(chats.take_mattermost),
        ),
        Backend(
            name="RocketChat",
            category="message",
            records=_CHAT,
            read=_chat(chats.take_rocketchat),
        ),
        Backend(name="GitHub", category="issue", records=_ISSUES, read=_issues(issues.take_github)),
        Backend(name="GitLab", category="issue", records=_ISSUES, read=_issues(issues.take_gitlab)),
    )
}
"""The backends that are read, by the name that Perceval's command line gives them."""

SOURCE = Source(
    id="perceval",
    title=f"Perceval items ({', '.join(each.name for each in BACKENDS.values())})",
    how_to_export=(
        "With the tool Perceval installed (pip install perceval): python -m cop_metrics collect BACKEND ... --into FOLDER, "
        "again each night; or your own run of 'perceval BACKEND ... --json-line > items.jsonl'. Give the folder or file; "
        "docs/sources.md has an example for each service."
    ),
    personal_fields=(
        "people: id, username, name, e-mail (kept as a hash) as the service gives them",
        "messages, mails, issues and their comments: author, text (read for its rules, not kept), title",
        "reactions: who gave them, where the service names them",
    ),
    records=Records(
        always=("member", "thread", "post"),
        sometimes=("topic", "reaction", "read", "reach", "giver", "thanker", "acceptance"),
    ),
    cannot_measure=(
        "who read what, and who came without writing: no backend fetches that",
        "replies in threads of Slack: Perceval does not fetch them; Slack's own export has them",
        "who voted on Stack Exchange or liked on Discourse, and when: these are counts",
        "what was deleted at the service before it was fetched",
    ),
    never_opens=(
        "private channels and conversations of Slack, Mattermost and Rocket.Chat, private messages of Discourse",
        "confidential issues and internal comments of GitLab",
    ),
    version=2,
    private_before=2,
    recognises=recognises,
    read=read,
)
