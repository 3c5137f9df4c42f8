"""Reads rows of Stack Exchange's XML several times faster than a parser, where they are as its
dumps write them.

What is not of that plain form is left to the parser in `stack_exchange`, which knows all of XML. To
take one more entity as plain: one line in `CHARACTERS`.
"""

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Numbers = npt.NDArray[np.int64]

CHARACTERS = {  # the ampersand last: what it gives must not be replaced again
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#xA;": "\n",
    "&#xD;": "\r",
    "&#x9;": "\t",
    "&#39;": "'",
    "&amp;": "&",
}

_BEFORE_A_VALUE = re.compile(r"( ?/>((?:\r?\n| )*)<row)? ([A-Za-z]+)=")
_AFTER_ALL = re.compile(rb" ?/>")
_WORDS = 3  # of eight bytes: in a dump nothing between two values is longer
_PADDING = bytes(8 * _WORDS)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)
_SPREAD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_BUCKETS = 1 << 13


def _slot(words: npt.NDArray[np.uint64], spread: int = 0x2545F491) -> npt.NDArray[np.uint32]:
    """Return a number below 64 by the second to fourth byte; each of `CHARACTERS` has its own."""
    first = (words >> np.uint64(8)).astype(np.uint32) & np.uint32(0xFFFFFF)
    return (first * np.uint32(spread)) >> np.uint32(26)


def _entities() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return by slot the entity that belongs there as a word, and the mask of its bytes; no word
    matches elsewhere.
    """
    words = np.ones(64, dtype=np.uint64)
    masks = np.zeros(64, dtype=np.uint64)
    for entity in CHARACTERS:
        word = np.array([int.from_bytes(entity.encode(), "little")], dtype=np.uint64)
        assert not masks[_slot(word)].any(), (
            "two entities share a slot: take another factor in _slot"
        )
        words[_slot(word)] = word
        masks[_slot(word)] = _MASKS[len(entity)]
    return words, masks


_ENTITIES, _ENTITY_MASKS = _entities()


class PlainRows(NamedTuple):
    """The wanted attributes as text columns, null where a row lacks one, and the number of line
    ends in the piece.
    """

    rows: pl.DataFrame
    lines: int


def plain_rows(piece: bytes, wanted: tuple[str, ...]) -> PlainRows | None:
    """Return the rows of a piece of XML that holds whole rows in plain form and nothing else; None
    for any other piece.

    Plain is `<row Name="value" ... />`, again and again: names of letters, none twice in a row, and
    no quote in a value, so that quotes part values and markup. The wanted values are UTF-8 without
    control signs and without entities but `CHARACTERS`. Nothing else of the others is looked at:
    they are most of a dump, and none of its figures.
    """
    padded = b"".join(
        (b"/>", piece, _PADDING)
    )  # so all rows begin alike, and words can be taken beyond the end
    quotes = np.flatnonzero(np.frombuffer(padded, dtype=np.uint8, count=len(piece) + 2) == ord('"'))
    if not len(quotes) or len(quotes) % 2 or not _AFTER_ALL.fullmatch(piece, int(quotes[-1]) - 1):
        return None
    markup = _markup(padded, quotes)
    if markup is None:
        return None
    row = np.cumsum(markup.begins_row) - 1
    places = np.full((len(markup.names), int(row[-1]) + 1), -1, dtype=np.int64)
    places[markup.name, row] = np.arange(len(row))
    if np.count_nonzero(places >= 0) < len(row):
        return None
    edges = quotes.copy()
    edges[::2] += 1  # pieces are now a value, the markup after it, a value, ...
    pieces = pa.LargeStringArray.from_buffers(
        len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(padded)
    )
    absent = np.full(places.shape[1], -1, dtype=np.int64)
    rows = _texts(
        pieces,
        {name: places[markup.names[name]] if name in markup.names else absent for name in wanted},
    )
    return None if rows is None else PlainRows(rows, markup.lines)


class _Markup(NamedTuple):
    """What stands before each value: which of `names`, and whether a row begins; and the line ends
    in all of it.
    """

    names: dict[str, int]
    name: Numbers
    begins_row: npt.NDArray[np.bool_]
    lines: int


def _markup(padded: bytes, quotes: Numbers) -> _Markup | None:
    """Return what stands before the values; None where some of it is not plain.

    The few different texts are told apart by a hash, and each is compared in full with the one
    looked at.
    """
    begin = np.concatenate([[0], quotes[1:-1:2] + 1])
    length = quotes[::2] - begin
    if length.max() > len(_PADDING):
        return None
    eights = _at_every_byte(padded, "<u8")
    words = [eights[begin + 8 * n] & _MASKS[np.clip(length - 8 * n, 0, 8)] for n in range(_WORDS)]
    mixed = (words[0] * _SPREAD[0]) ^ (words[1] * _SPREAD[1]) ^ (words[2] * _SPREAD[2])
    kind = (mixed >> np.uint64(51)).astype(np.int64)
    example = np.empty(_BUCKETS, dtype=np.int64)
    example[kind] = np.arange(len(kind))
    alike = example[kind]
    if any((word != word[alike]).any() for word in (*words, length)):
        return None
    names: dict[str, int] = {}
    name_of = np.zeros(_BUCKETS, dtype=np.int64)
    begins_row = np.zeros(_BUCKETS, dtype=bool)
    lines = 0
    times = np.bincount(kind)
    for each in np.flatnonzero(times).tolist():
        start = int(begin[example[each]])
        end = int(quotes[2 * example[each]])
        match = _BEFORE_A_VALUE.fullmatch(padded[start:end].decode("latin-1"))
        if not match:
            return None
        name_of[each] = names.setdefault(match[3], len(names))
        begins_row[each] = match[1] is not None
        lines += (match[2] or "").count("\n") * int(times[each])
    return _Markup(names, name_of[kind], begins_row[kind], lines)


def _at_every_byte(padded: bytes, kind: str) -> npt.NDArray[Any]:
    """Return the little-endian numbers that begin at each byte."""
    return np.ndarray((len(padded) - np.dtype(kind).itemsize + 1,), kind, padded, 0, (1,))


def _texts(pieces: pa.LargeStringArray, values: dict[str, Numbers]) -> pl.DataFrame | None:
    """Return a column of each of the lists of values, all of one length, null where the number is
    below zero.

    None where a text holds what XML forbids, changes or replaces, but for the plain entities.
    """
    numbers = np.concatenate(list(values.values()))
    length = len(numbers) // len(values)
    is_there = np.packbits(numbers >= 0, bitorder="little")  # pa.array would import pandas first
    taken = pieces.take(
        pa.Int64Array.from_buffers(
            pa.int64(), len(numbers), [pa.py_buffer(is_there), pa.py_buffer(2 * numbers)]
        )
    )
    content = (taken.buffers()[2] or pa.py_buffer(b"")).to_pybytes()
    ampersands = _plain_entities(content)
    if ampersands is None or not _is_text(taken, content):
        return None
    texts = pl.Series(values=taken, dtype=pl.String)
    rows = pl.DataFrame({name: texts.slice(n * length, length) for n, name in enumerate(values)})
    edges = np.frombuffer(taken.buffers()[1], dtype=np.int64)[: len(numbers) + 1 : length]
    with_entities = [
        name
        for name, has in zip(values, np.diff(np.searchsorted(ampersands, edges)), strict=True)
        if has
    ]
    return (
        rows.with_columns(pl.col(with_entities).str.replace_many(CHARACTERS))
        if with_entities
        else rows
    )


def _plain_entities(content: bytes) -> Numbers | None:
    """Return where the ampersands are if each begins one of `CHARACTERS`: its next signs say which
    one it should be.
    """
    ampersands = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == ord("&"))
    following = _at_every_byte(content + _PADDING, "<u8")[ampersands]
    slot = _slot(following)
    return ampersands if ((following & _ENTITY_MASKS[slot]) == _ENTITIES[slot]).all() else None


def _is_text(texts: pa.LargeStringArray, content: bytes) -> bool:
    """Return whether it is UTF-8 without tags and without what XML forbids: control signs, U+FFFE
    and U+FFFF.
    """
    signs = np.frombuffer(content, dtype=np.uint8)
    if (signs < ord(" ")).any() or b"<" in content:
        return False
    if content.isascii():
        return True
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return b"\xef\xbf\xbe" not in content and b"\xef\xbf\xbf" not in content
