"""Exports made for tests: read to tables, packed as people pack them, imported in any order."""

import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from test_equal_stores import OF_THE_IMPORTS, built, differing

from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Reading, Source
from cop_metrics.tables import TABLES

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NOW = datetime(2030, 1, 1)
MARK = "Zzprivate"
"""Stands in every text, title, name, key and file name of an export that is private."""
Makers = tuple[Callable[[Path], Path], ...]
"""Each writes an export into a folder and returns it."""


def shared(name: str) -> Path:
    """Return the folder of a real export; the test is skipped where it is not here."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"shared/data/{name} is not here")
    return SHARED / name


class Read:
    """An export that was read: its tables as one frame each, and what was told about it."""

    def __init__(self, source: Source, path: Path) -> None:
        self.reading = Reading()
        batches: dict[str, list[pl.DataFrame]] = {}
        with open_export(path) as export:
            self.recognised = source.recognises(export)
            for table, rows in source.batches(export, self.reading):
                batches.setdefault(table, []).append(rows)
        self.tables = {table: pl.concat(frames) for table, frames in batches.items()}
        self.skipped = dict(self.reading.skipped)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        return self.tables[table].select(columns).rows()

    def rules(self) -> dict[str, list[str]]:
        """Return the rules that each post fired."""
        return {post: (rules or "").split() for post, rules in self.rows("post", "post", "rules")}

    def threads(self) -> dict[str, str]:
        return dict(self.rows("post", "post", "thread"))


def refusal(source: Source, path: Path) -> str:
    with pytest.raises(CopError) as caught:
        Read(source, path)
    return str(caught.value)


def without_rows(folder: Path) -> Path:
    for path in folder.rglob("*.csv"):
        path.write_text(
            path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8"
        )
    return folder


def held(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def in_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def packed(folder: Path, *, within: str = "") -> Path:
    """Return the folder as a .zip beside it, its files below the folders `within`."""
    path = folder.parent / f"{folder.name}-{within.replace('/', '-')}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(
                    file,
                    f"{within}/{file.relative_to(folder)}" if within else file.relative_to(folder),
                )
    return path


def in_a_tar(folder: Path) -> Path:
    """Return the folder as a .tar.gz beside it, as Zulip hands it over."""
    path = folder.parent / f"{folder.name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, folder.name)
    return path


def same_tables(one: Read, other: Read) -> bool:
    """Say whether two readings hold the same rows, in whatever order."""
    assert one.tables.keys() == other.tables.keys()
    return all(
        one.tables[table].sort(pl.all()).equals(other.tables[table].sort(pl.all()))
        for table in one.tables
    )


def imported(source: Source, exports: Sequence[Path], data: Path) -> Path:
    """Import exports one after the other and build; returns the store's file."""
    lake = Lake(data)
    for path in exports:
        with open_export(path) as export:
            lake.write(community="craft", source_name="src", source=source, export=export, now=NOW)
    return built(lake, data / "store.duckdb")


def written(source: Source, path: Path, data: Path) -> None:
    """Write an export into a lake, without building a store."""
    with open_export(path) as export:
        Lake(data).write(
            community="craft", source_name="src", source=source, export=export, now=NOW
        )


def converges(
    source: Source, older: Path, newer: Path, folder: Path, *, newer_holds_all: bool = True
) -> None:
    """Check that two overlapping exports give one store in either order: that of the newer, where it holds all."""
    forth = imported(source, [older, newer], folder / "forth")
    assert differing(forth, imported(source, [newer, older], folder / "back")) == []
    if newer_holds_all:
        alone = imported(source, [newer], folder / "alone")
        assert differing(forth, alone, but_for=OF_THE_IMPORTS) == []


def asked(store: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def everything_kept(data: Path) -> str:
    """Return every value of the lake's tables and every word of its imports' own files."""
    values = [path.read_text(encoding="utf-8") for path in sorted((data / "lake").rglob("*.json"))]
    for path in sorted((data / "lake").rglob("*.parquet")):
        values += [str(row) for row in pl.read_parquet(path, glob=False).rows()]
    return "\n".join(values)


def has_exact_columns(read: Read) -> bool:
    return all(
        dict(rows.schema) == dict(TABLES[table].columns) for table, rows in read.tables.items()
    )
