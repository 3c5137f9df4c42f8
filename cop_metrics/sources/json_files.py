"""Files of JSON as exports hold them: read value by value, in bounded memory.

What each value should be is asked of `json_values`.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import ijson
import numpy as np
import orjson

from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export

WHOLE = 16 << 20
"""Bytes up to which a file is parsed at once, which is several times faster; longer ones are
streamed.
"""
LARGEST_VALUE = 64 << 20
DEEPEST = 1_000
"""How many levels one block of a streamed file may go down at most: exports nest by tens, and
thousands take for ever.
"""
HEAD = 1 << 16

_BLOCK = 1 << 16
_OPENING = np.frombuffer(b"[{", np.uint8)
_CLOSING = np.frombuffer(b"]}", np.uint8)


class NoJsonError(CopError):
    """A file that is no JSON, is cut short, or holds a value that is too large; values before that
    place were read.
    """


def heads(
    export: Export, most: int, *, ends: tuple[str, ...] = (".json", ".jsonl", ".ndjson")
) -> Iterator[bytes]:
    """Yield the beginnings of some of the export's JSON files, spread over all of them; unreadable
    ones are left out.
    """
    names = [name for name in export.names if name.lower().endswith(ends)]
    for name in names[:: max(len(names) // most, 1)][:most]:
        try:
            yield export.head(name, HEAD)
        except CopError:
            continue


def values(export: Export, name: str) -> Iterator[Any]:
    """Yield the file's values: the elements of a list, else each value of those that stand one
    after another.

    Raises `NoJsonError` at the place from which on the file cannot be read.
    """
    with export.open(name) as stream:
        yield from values_in(stream, name)


def values_in(stream: BinaryIO, name: str, begun: bytes = b"") -> Iterator[Any]:
    """Yield the values of a stream, as `values` does, of which `begun` was read already."""
    start = begun + stream.read(max(WHOLE + 1 - len(begun), 0))
    if len(start) <= WHOLE and (whole := _parsed(start)) is not _NOTHING:
        yield from whole if isinstance(whole, list) else [whole]
        return
    prefix = "item" if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[" else ""
    yield from _streamed(_Bounded(start, stream), prefix, name)


def elements(export: Export, name: str, key: str) -> Iterator[Any]:
    """Yield the elements of the list under `key` of the one object that the file holds; raises
    `NoJsonError`.
    """
    with export.open(name) as stream:
        start = stream.read(WHOLE + 1)
        if len(start) <= WHOLE and (whole := _parsed(start)) is not _NOTHING:
            found = whole.get(key) if isinstance(whole, dict) else None
            yield from found if isinstance(found, list) else []
            return
        yield from _streamed(_Bounded(start, stream), f"{key}.item", name)


_NOTHING = object()


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return _NOTHING


def _streamed(bounded: "_Bounded", prefix: str, name: str) -> Iterator[Any]:
    try:
        for value in ijson.items(
            cast(BinaryIO, bounded), prefix, multiple_values=True, use_float=True, buf_size=_BLOCK
        ):
            bounded.taken = 0
            yield value
    except (
        ijson.JSONError,
        UnicodeDecodeError,
        RecursionError,
        OverflowError,
        ValueError,
    ) as problem:
        raise NoJsonError(
            f"{name} is no JSON or is cut short. Export, copy or download it again."
        ) from problem


class _Bounded:
    """What was read of a stream, then the rest of it; refuses to go on where one value becomes too
    large.
    """

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start.removeprefix(b"\xef\xbb\xbf")
        self._at = 0
        self._stream = stream
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        size = _BLOCK if size < 0 else size
        chunk = (
            self._start[self._at : self._at + size]
            if self._at < len(self._start)
            else self._stream.read(size)
        )
        self._at += len(chunk)
        self.taken += len(chunk)
        if self.taken > LARGEST_VALUE:
            raise NoJsonError(
                f"A file holds {LARGEST_VALUE >> 20} MB or more in which nothing ends: it is not this export."
            )
        if _levels(chunk) > DEEPEST:
            raise NoJsonError(
                f"A file holds values nested deeper than {DEEPEST:,} levels: it is not this export."
            )
        return chunk


def _levels(chunk: bytes) -> int:
    """Return how many levels of lists and objects a piece of JSON goes down, brackets in texts
    included.
    """
    signs = np.frombuffer(chunk, np.uint8)
    steps = np.isin(signs, _OPENING).astype(np.int32) - np.isin(signs, _CLOSING)
    reached = np.concatenate(([0], np.cumsum(steps)))
    return int((reached - np.minimum.accumulate(reached)).max())
