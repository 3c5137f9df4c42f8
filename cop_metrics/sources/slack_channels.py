"""Which folders of a Slack export are public channels: told by channels.json, and closed where it
cannot be told.

A folder is known by the name or the id of its channel, however an unpacker spelled it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from cop_metrics.sources.export import readings
from cop_metrics.sources.json_values import sequence

DIRECT = re.compile(r"[dg][0-9a-z]{8,}|mpdm-.+", re.DOTALL)
"""Folders, in lower case, of direct messages, and of private channels that go by their id."""
CHANNEL_ID = re.compile(r"C[0-9A-Z]{8,}|[cdg]0[0-9a-z]{7,}")
"""Folders that go by an id, also where an unpacker wrote it in lower case."""
CANVAS = re.compile(
    r"FC(?:[^0-9A-Za-z]|%3A)*F[0-9A-Z]{6,}(?:[^0-9A-Za-z].*)?|(?i:f[a-z](?:[^0-9a-z]|%3a)+f0[0-9a-z]{6,}(?:[^0-9a-z].*)?)",
    re.DOTALL,
)
"""Folders of comments on canvases, lists and other files, which go by the file's id."""
UPLOADS = re.compile(r"__(?:uploads|avatars)", re.IGNORECASE)
_NAMES = ("name", "name_normalized")
_NO = (None, False, 0, "", "0", "false", "False", "FALSE", "no")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_NOT_ASCII = re.compile(r"[^a-z0-9]+")
FEWEST_LETTERS = 3
MOST_FOR_A_LETTER = 12
"""Signs that an unpacker writes for one or two letters that it cannot write: `ae`, `__`, `%C3%A4`,
`&auml;`.
"""


class Kind(Enum):
    """What a folder is: only a public channel is ever opened, and an unlisted one where there is no
    list of private ones.
    """

    PUBLIC = "public"
    PRIVATE = "private"
    CANVAS = "canvas"
    UPLOADS = "uploads"
    CLOSED = "closed"
    LOOKS_PRIVATE = "looks private"
    UNLISTED = "unlisted"


class Folder(NamedTuple):
    """A folder: what it is, the channel's name, and its lasting key, the id where channels.json has
    one.
    """

    kind: Kind
    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The channels of an export as its lists tell them.

    `public`: name and key by each spelling that names the channel. `private`: spellings of all that
    are not public. `is_closed`: the export says which channels are private, so that a folder which
    no list explains may be one.
    """

    public: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    has_list: bool = False
    is_closed: bool = False

    def folder(self, name: str) -> Folder:
        """Return what the folder of this name is."""
        shown = unicodedata.normalize("NFC", name).encode("utf-8", "replace").decode()
        spellings = {_folded(reading) for reading in readings(name)}
        if spellings & self.private:
            return Folder(Kind.PRIVATE, shown, shown)
        found = {self.public[each] for each in spellings if each in self.public}
        if len(found) == 1 and not any(each.startswith("mpdm-") for each in spellings):
            return Folder(Kind.PUBLIC, *found.pop())
        if any(CANVAS.fullmatch(reading) for reading in readings(name)):
            return Folder(Kind.CANVAS, shown, shown)
        if UPLOADS.fullmatch(name):
            return Folder(Kind.UPLOADS, shown, shown)
        if any(DIRECT.fullmatch(each) for each in spellings if _is_id_or_direct(each, name)):
            return Folder(Kind.PRIVATE, shown, shown)
        if self.is_closed or (self.has_list and CHANNEL_ID.fullmatch(name)):
            return Folder(
                Kind.LOOKS_PRIVATE if self._resembles_private(spellings) else Kind.CLOSED,
                shown,
                shown,
            )
        return Folder(Kind.UNLISTED, shown, shown)

    def _resembles_private(self, spellings: set[str]) -> bool:
        """Return whether a folder may bear the name of a private channel, shortened, lengthened or
        with letters lost.
        """
        return any(
            _are_alike(spelling, private) for spelling in spellings for private in self.private
        )


def channels_of(
    listed: Iterable[Mapping[str, Any]], private: Iterable[Mapping[str, Any]], **flags: bool
) -> Channels:
    """Return the channels that channels.json lists, and those that the lists of private ones do;
    `flags` as in `Channels`.
    """
    listed, private = list(listed), list(private)
    closed = {spelling for each in private for spelling in _spellings(each, with_previous=True)}
    is_open: list[tuple[str, str | None]] = []
    private_ids = {id_ for each in private if (id_ := channel_id(each))}
    for each in listed:
        if is_private(each) or channel_id(each) in private_ids:
            closed |= _spellings(each, with_previous=True)
        elif name := channel_name(each):
            is_open.append((name, channel_id(each)))
    times = Counter(_folded(name) for name, _ in is_open)
    public = {} if flags["is_closed"] else _by_previous_names(listed, closed, times)
    for name, id_ in is_open:
        is_one = times[_folded(name)] == 1
        public[_folded(name)] = name, id_ if id_ and is_one else name
        if id_:
            public[_folded(id_)] = name, id_ if is_one else name
    return Channels(public=public, private=frozenset(closed), **flags)


def _by_previous_names(
    listed: Iterable[Mapping[str, Any]], closed: set[str], times: Mapping[str, int]
) -> dict[str, tuple[str, str]]:
    """Return name and key of renamed channels by what they were called, where no other channel is
    or was called so.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for each in listed:
        name = channel_name(each)
        id_ = channel_id(each)
        previous = each.get("previous_names")
        if name and id_ and not is_private(each) and times[_folded(name)] == 1:
            for old in sequence(previous):
                if isinstance(old, str) and old.strip():
                    found.setdefault(_folded(old), set()).add((name, id_))
    return {
        old: channels.copy().pop()
        for old, channels in found.items()
        if len(channels) == 1 and old not in closed and not times[old]
    }


def is_private(channel: Mapping[str, Any]) -> bool:
    """Return whether a list itself says that a channel is not public."""
    says = any(
        channel.get(flag) not in _NO for flag in ("is_private", "is_im", "is_mpim", "is_group")
    )
    id_ = channel_id(channel)
    return says or (id_ is not None and id_.startswith("D"))


def channel_name(channel: Mapping[str, Any]) -> str | None:
    """Return the name of a channel, None where it has none."""
    name = channel.get("name")
    return (
        unicodedata.normalize("NFC", name.strip())
        if isinstance(name, str) and name.strip()
        else None
    )


def channel_id(channel: Mapping[str, Any]) -> str | None:
    """Return the id of a channel, None where it has none."""
    id_ = channel.get("id")
    return id_.strip() if isinstance(id_, str) and id_.strip() else None


def _spellings(channel: Mapping[str, Any], *, with_previous: bool) -> set[str]:
    previous = channel.get("previous_names") if with_previous else None
    names = [*(channel.get(key) for key in ("id", *_NAMES)), *sequence(previous)]
    return {_folded(name) for name in names if isinstance(name, str) and name.strip()}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip(" .")


def _is_id_or_direct(spelling: str, folder: str) -> bool:
    """Return whether a spelling may be an id, which is in capitals: names of channels never are."""
    return spelling.startswith("mpdm-") or folder.isupper()


def _are_alike(one: str, private: str) -> bool:
    for lost in (_NOT_A_LETTER, _NOT_ASCII):
        here, there = lost.sub("", one), lost.sub("", private)
        if (
            len(there) >= FEWEST_LETTERS
            and len(here) >= FEWEST_LETTERS
            and (there in here or here in there)
        ):
            return True
    kept = [run for run in _NOT_ASCII.split(private) if run]
    spelled = f".{{0,{MOST_FOR_A_LETTER}}}".join(kept)
    return len("".join(kept)) >= FEWEST_LETTERS and re.search(spelled, one, re.DOTALL) is not None
