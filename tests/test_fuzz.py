"""Damaged and hostile exports of every source, and rosters: a sentence or an import, within seconds, and no change when refused.

`make fuzz` reads some thousands a source; the ordinary run a handful. One more kind of damage is one more entry of
`DAMAGE`.
"""

import io
import json
import os
import random
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from exports import packed
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_sources import EACH, SAMPLES
from test_spreadsheet import as_csv, as_xlsx, folder_of

from cop_metrics.build import intake
from cop_metrics.build.intake import Request, take_in
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake

INPUTS = int(os.environ.get("COP_FUZZ_INPUTS", "2000"))
SECONDS = 10
BUILD_EVERY = 50
Files = dict[str, bytes]

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**18,
    10**30,
    -(10**400),
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    "\ud800",
    "é" * 3000,
    "9999-99-99T99:99:99Z",
    "-0001-01-01",
    "99999999999999999999",
    [],
    {},
    [None],
    {"": None},
    [[[[]]]],
)
TOKENS = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
    b'"',
    b"'",
    b"<",
    b"&#0;",
    b"]]>",
    b"\r",
    b",,,,",
    b";",
    b"\n\n",
    b"From x\n",
    b"=?utf-8?b?/////?=",
    b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00",
    b"{",
    b"[",
    b"null",
    b"\xed\xa0\x80",
    b"a" * 70_000,
)
CELLS = (
    b'r="XFD1048576"',
    b'r="A1048576"',
    b'r="CV9999"',
    b'r="A0"',
    b'r="5A"',
    b'r="A99999999999"',
    b'r=""',
    b't="s"',
    b't="str"',
    b't="inlineStr"',
    b't="b"',
    b't="e"',
    b't="d"',
    b't="x"',
    b's="99999"',
    b"<v>-1</v>",
    b"<v>1e308</v>",
    b"<v>99999999999999999999</v>",
    b"<v>2958466</v>",
    b"<v>0.5</v>",
    b"<v>nan</v>",
    b"<v>#REF!</v>",
    b"<v/>",
    b"<v>2024-13-99T25:00:00</v>",
    b"<f>1/0</f>",
    b"<is><t>x</t></is>",
)
COLUMNS: tuple[pl.Series, ...] = (
    pl.Series([None]),
    pl.Series([True]),
    pl.Series([-1]),
    pl.Series([2**64 - 1]),
    pl.Series([1.5]),
    pl.Series([1e308]),
    pl.Series([float("nan")]),
    pl.Series([float("inf")]),
    pl.Series(["\0"]),
    pl.Series(["9999-99-99"]),
    pl.Series([b"\xff\xfe"]),
    pl.Series([["x", None]]),
    pl.Series([[[1]]]),
    pl.Series([{"a": 1}]),
    pl.Series([{"a": ["x"]}]),
    pl.Series([1, 2]).reshape((1, 2)),
    pl.Series(["x"], dtype=pl.Categorical),
    pl.Series(["x"], dtype=pl.Enum(["x"])),
    pl.Series(["1.50"]).cast(pl.Decimal(38, 2)),
    pl.Series([0], dtype=pl.Time),
    pl.Series([2**62], dtype=pl.Duration("ms")),
    pl.Series([2**31 - 1], dtype=pl.Date),
    pl.Series([-(2**31)], dtype=pl.Date),
    pl.Series([2**62], dtype=pl.Datetime("ms")),
    pl.Series([-(2**63)], dtype=pl.Datetime("ms", "UTC")),
    pl.Series([2**62], dtype=pl.Datetime("ns", "Europe/Berlin")),
)


def one_of(files: Files, luck: random.Random) -> str:
    return luck.choice(sorted(files))


def on_bytes(
    change: Callable[[bytes, random.Random], bytes],
) -> Callable[[Files, random.Random], None]:
    def damage(files: Files, luck: random.Random) -> None:
        name = one_of(files, luck)
        files[name] = change(files[name], luck)

    return damage


def flip(content: bytes, luck: random.Random) -> bytes:
    flipped = bytearray(content)
    for _ in range(luck.choice([1, 1, 3, 50])):
        if flipped:
            flipped[luck.randrange(len(flipped))] ^= 1 << luck.randrange(8)
    return bytes(flipped)


def cut(content: bytes, luck: random.Random) -> bytes:
    start, end = sorted(luck.randint(0, len(content)) for _ in range(2))
    return luck.choice([content[:end], content[start:], content[:start] + content[end:]])


def repeat(content: bytes, luck: random.Random) -> bytes:
    start, end = sorted(luck.randint(0, len(content)) for _ in range(2))
    return content[:end] + content[start:end] * luck.choice([1, 3, 20]) + content[end:]


def insert(content: bytes, luck: random.Random) -> bytes:
    at = luck.randint(0, len(content))
    return content[:at] + luck.choice(TOKENS) + content[at:]


def swap_lines(content: bytes, luck: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def replace_value(content: bytes, luck: random.Random) -> bytes:
    """Put something odd in place of a number, a word, a quoted text or a time."""
    found = list(re.finditer(rb"\d[\d:.TZ-]*|\"[^\"]*\"|\w+", content[:200_000]))
    if not found:
        return content
    chosen, other = luck.choice(found), luck.choice(found)
    return (
        content[: chosen.start()]
        + luck.choice([*TOKENS, other[0], other[0]])
        + content[chosen.end() :]
    )


def nest(content: bytes, luck: random.Random) -> bytes:
    depth, (begin, end) = (
        luck.choice([1, 100, 20_000]),
        luck.choice([(b"[", b"]"), (b'{"a":', b"}"), (b"<row>", b"</row>")]),
    )
    return begin * depth + content + end * depth


def in_json(content: bytes, luck: random.Random) -> bytes:
    """Change a value somewhere in JSON, or in a line of JSON lines: of another type, gone, or swapped with another."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return replace_value(content, luck)
    places: list[tuple[Any, Any]] = []
    waiting = [whole]
    while waiting:
        each = waiting.pop()
        inside = (
            each.items()
            if isinstance(each, dict)
            else enumerate(each)
            if isinstance(each, list)
            else ()
        )
        for key, value in inside:
            places.append((each, key))
            waiting.append(value)
    if not places:
        return json.dumps(luck.choice(ODD)).encode()
    for _ in range(luck.choice([1, 1, 4])):
        (holder, key), (other, name) = luck.choice(places), luck.choice(places)
        try:
            if luck.random() < 0.2:
                del holder[key]
            elif luck.random() < 0.2:
                holder[key] = json.loads(json.dumps(other[name]))
            else:
                holder[key] = luck.choice(ODD)
        except (LookupError, RecursionError):
            continue
    return json.dumps(whole).encode()


def in_workbook(content: bytes, luck: random.Random) -> bytes:
    """Change the parts of a workbook, mostly the cells of its sheets, and pack them again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = {name: book.read(name) for name in book.namelist()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ):
        return replace_value(content, luck)
    sheets = [name for name in parts if re.match(r"xl/(worksheets|sharedStrings)", name)]
    for _ in range(luck.choice([1, 1, 4])):
        if sheets and luck.random() < 0.7:
            name = luck.choice(sheets)
            parts[name] = luck.choice([in_cell, in_cell, replace_value, cut, repeat, flip])(
                parts[name], luck
            )
        elif parts:
            luck.choice(
                [drop, exchange, foreign, *map(on_bytes, (flip, cut, insert, replace_value, nest))]
            )(parts, luck)
        sheets = [name for name in sheets if name in parts]
    packed_again = io.BytesIO()
    with zipfile.ZipFile(packed_again, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return packed_again.getvalue()


def in_cell(content: bytes, luck: random.Random) -> bytes:
    """Put something odd in place of what a cell of a sheet says of its place, its kind or its value."""
    found = list(re.finditer(rb"\b[rst]=\"[^\"]*\"|<v>[^<]*</v>", content))
    if not found:
        return content
    chosen = luck.choice(found)
    return content[: chosen.start()] + luck.choice(CELLS) + content[chosen.end() :]


def in_parquet(content: bytes, luck: random.Random) -> bytes:
    """Change columns of a Parquet file: of another type, with another name, gone, or without rows."""
    if not content.startswith(b"PAR1"):
        return replace_value(content, luck)
    try:
        rows = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException):
        return replace_value(content, luck)
    for _ in range(luck.choice([1, 1, 4])):
        if not rows.columns:
            break
        name, other = luck.choice(rows.columns), luck.choice(["", "x", "é" * 300, *rows.columns])
        changed = luck.choice(
            [
                luck.choice(COLUMNS),
                luck.choice(COLUMNS),
                rows[other] if other in rows else rows[name],
            ]
        )
        if luck.random() < 0.8 and len(changed):
            rows = rows.with_columns(
                changed.alias(name).gather([luck.randrange(len(changed))] * rows.height)
            )
        elif luck.random() < 0.5 and other not in rows:
            rows = rows.rename({name: other})
        else:
            rows = luck.choice([rows.drop(name), rows.clear()])
    written = io.BytesIO()
    rows.write_parquet(
        written,
        row_group_size=luck.choice([1, None]),
        compression=luck.choice(["zstd", "uncompressed"]),
    )
    return written.getvalue()


def rename(files: Files, luck: random.Random) -> None:
    name = one_of(files, luck)
    other = luck.choice(
        [
            name.upper(),
            "x/" + name,
            name + ".bak",
            "a b.json",
            "posts.csv",
            "posts.parquet",
            "Posts.xlsx",
            "Posts.xml",
            "é.mbox",
            "1.json",
        ]
    )
    files[other] = files.pop(name)


def drop(files: Files, luck: random.Random) -> None:
    if len(files) > 1:
        del files[one_of(files, luck)]


def exchange(files: Files, luck: random.Random) -> None:
    one, other = one_of(files, luck), one_of(files, luck)
    files[one], files[other] = files[other], files[one]


def foreign(files: Files, luck: random.Random) -> None:
    files[one_of(files, luck)] = luck.choice(
        [b"", b"[]", b"{}", b"null", b"\0" * 5000, b"<html/>", luck.randbytes(3000), b"PK"]
    )


DAMAGE: tuple[Callable[[Files, random.Random], None], ...] = (
    on_bytes(flip),
    on_bytes(cut),
    on_bytes(repeat),
    on_bytes(insert),
    on_bytes(swap_lines),
    on_bytes(replace_value),
    on_bytes(replace_value),
    on_bytes(nest),
    on_bytes(in_json),
    on_bytes(in_json),
    on_bytes(in_json),
    on_bytes(in_workbook),
    on_bytes(in_workbook),
    on_bytes(in_parquet),
    on_bytes(in_parquet),
    rename,
    drop,
    exchange,
    foreign,
)


class Ground:
    """A data folder with a store, into which damaged exports are imported."""

    def __init__(self, source: str, number: int, folder: Path) -> None:
        self.source, self.folder, self.data = source, folder, folder / "data"
        sample = SAMPLES[source][number](folder / "sample" / "export")
        self.files = files_in(sample)
        take_in(self.data, Request(path=sample, community="craft"))
        self.inputs = self.refused = 0

    def state(self) -> tuple[Any, ...]:
        stored = [
            (file.relative_to(self.data).as_posix(), file.stat().st_size)
            for file in sorted(self.data.rglob("*"))
            if file.is_file() and "lock" not in file.name
        ]
        return (self.data / "store" / "CURRENT").read_text(), Lake(self.data).imports(), stored

    def take(self, seed: int, damage: list[int], is_named: bool, is_packed: bool) -> None:
        luck, files = random.Random(seed), dict(self.files)
        for each in damage:
            DAMAGE[each](files, luck)
        export = self.folder / "export"
        shutil.rmtree(export, ignore_errors=True)
        for name, content in files.items():
            (export / name).parent.mkdir(parents=True, exist_ok=True)
            (export / name).write_bytes(content)
        self._import(self.request(export, is_named=is_named, is_packed=is_packed, luck=luck))

    def request(
        self, export: Path, *, is_named: bool, is_packed: bool, luck: random.Random
    ) -> Request:
        """Return what asks for the import of a folder, packed or not."""
        path = packed(export) if is_packed else export
        if is_packed and luck.random() < 0.5:
            path.write_bytes(flip(path.read_bytes(), luck))
        return Request(
            path=path, community="craft", source="other", platform=self.source if is_named else None
        )

    def _import(self, request: Request) -> None:
        self.inputs += 1
        before, started = self.state(), time.monotonic()
        with pytest.MonkeyPatch.context() as patch:
            if self.inputs % BUILD_EVERY:
                patch.setattr(intake, "rebuild_locked", lambda *_, **__: 0)
            try:
                written = take_in(self.data, request)
            except CopError:
                self.refused += 1
                assert self.state() == before, "a refused import left something"
            else:
                if written[0].is_new:
                    intake.undo(self.data, written[0].imported.id)
        assert time.monotonic() - started < SECONDS


class RosterGround(Ground):
    """A data folder with an export and a roster, into which damaged rosters are imported."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__("spreadsheet", 0, folder)
        sample = folder_of(folder / "roster", {name: ROSTERS[name]})
        self.files = files_in(sample)
        take_in(self.data, Request(roster=sample / name, community="craft"))

    def request(
        self, export: Path, *, is_named: bool, is_packed: bool, luck: random.Random
    ) -> Request:
        """Return what asks for the import of the one file in a folder."""
        (roster,) = (file for file in export.rglob("*") if file.is_file())
        return Request(roster=roster, community="craft")


def files_in(folder: Path) -> Files:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


PEOPLE: list[dict[str, object]] = [
    {
        "who": "ada@example.org",
        "team": "Hydraulics",
        "level": "junior",
        "from": date(2022, 4, 1),
        "to": date(2024, 1, 1),
    },
    {"who": "ada@example.org", "team": "Hydraulics", "level": "mid", "from": date(2024, 1, 1)},
    {"who": "Ada", "team": "Welding", "level": 3, "from": date(2023, 1, 1)},
]
ROSTERS = {"roster.csv": as_csv(PEOPLE), "roster.xlsx": as_xlsx({"Roster": PEOPLE})}


def fuzz(ground: Ground, inputs: int, called: str) -> None:
    @settings(
        max_examples=inputs,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        seed=st.integers(0, 2**32),
        damage=st.lists(st.integers(0, len(DAMAGE) - 1), min_size=1, max_size=4),
        is_named=st.booleans(),
        is_packed=st.sampled_from([False, False, False, True]),
    )
    def take(seed: int, damage: list[int], is_named: bool, is_packed: bool) -> None:
        ground.take(seed, damage, is_named, is_packed)

    take()
    assert ground.inputs >= inputs
    print(f"{called}: {ground.inputs:,} inputs, {ground.refused:,} refused")


each_sample = pytest.mark.parametrize(
    ("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH]
)
each_roster = pytest.mark.parametrize("name", ROSTERS)


@each_sample
def test_a_few_damaged_exports(source: str, number: int, tmp_path: Path) -> None:
    fuzz(Ground(source, number, tmp_path), 10, f"{source} {number}")


@each_roster
def test_a_few_damaged_rosters(name: str, tmp_path: Path) -> None:
    fuzz(RosterGround(name, tmp_path), 10, name)


@pytest.mark.slow
@each_sample
def test_many_damaged_exports(source: str, number: int, tmp_path: Path) -> None:
    fuzz(Ground(source, number, tmp_path), INPUTS, f"{source} {number}")


@pytest.mark.slow
@each_roster
def test_many_damaged_rosters(name: str, tmp_path: Path) -> None:
    fuzz(RosterGround(name, tmp_path), INPUTS, name)
