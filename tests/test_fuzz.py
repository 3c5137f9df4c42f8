"""Damaged and hostile exports of every source: a sentence or an import, within seconds, and no change when refused.

`make fuzz` reads some thousands a source; the ordinary run a handful. One more kind of damage is one more entry of
`DAMAGE`.
"""

import json
import os
import random
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exports import packed
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_sources import EACH, SAMPLES

from cop_metrics import intake
from cop_metrics.errors import CopError
from cop_metrics.intake import Request, take_in
from cop_metrics.lake import Lake

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


def one_of(files: Files, luck: random.Random) -> str:
    return luck.choice(sorted(files))


def on_bytes(change: Callable[[bytes, random.Random], bytes]) -> Callable[[Files, random.Random], None]:
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
    return content[: chosen.start()] + luck.choice([*TOKENS, other[0], other[0]]) + content[chosen.end() :]


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
        inside = each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
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


def rename(files: Files, luck: random.Random) -> None:
    name = one_of(files, luck)
    other = luck.choice(
        [name.upper(), "x/" + name, name + ".bak", "a b.json", "posts.csv", "Posts.xml", "é.mbox", "1.json"]
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
        self.files = {
            file.relative_to(sample).as_posix(): file.read_bytes()
            for file in sorted(sample.rglob("*"))
            if file.is_file()
        }
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
        path = packed(export) if is_packed else export
        if is_packed and luck.random() < 0.5:
            path.write_bytes(flip(path.read_bytes(), luck))
        self._import(path, self.source if is_named else None)

    def _import(self, path: Path, platform: str | None) -> None:
        self.inputs += 1
        before, started = self.state(), time.monotonic()
        with pytest.MonkeyPatch.context() as patch:
            if self.inputs % BUILD_EVERY:
                patch.setattr(intake, "rebuild_locked", lambda *_, **__: 0)
            try:
                written = take_in(self.data, Request(path=path, community="craft", source="other", platform=platform))
            except CopError:
                self.refused += 1
                assert self.state() == before, "a refused import left something"
            else:
                if written[0].is_new:
                    Lake(self.data).undo(written[0].imported.id)
        assert time.monotonic() - started < SECONDS


def fuzz(source: str, number: int, folder: Path, inputs: int) -> None:
    ground = Ground(source, number, folder)

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
    print(f"{source} {number}: {ground.inputs:,} inputs, {ground.refused:,} refused")


each_sample = pytest.mark.parametrize(("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH])


@each_sample
def test_a_few_damaged_exports(source: str, number: int, tmp_path: Path) -> None:
    fuzz(source, number, tmp_path, 10)


@pytest.mark.slow
@each_sample
def test_many_damaged_exports(source: str, number: int, tmp_path: Path) -> None:
    fuzz(source, number, tmp_path, INPUTS)
