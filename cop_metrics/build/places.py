"""Places that exports of one source call differently, such as a channel before and after it got
another name.

Rows keep the keys of their import; a build reads those of an older spelling as the lasting one
(`Source.lasting_place`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from cop_metrics.sources import SOURCES
from cop_metrics.values import literal

PLACED = ("thread", "post")
"""Columns whose keys may begin with a place."""
Spellings = Mapping[str, str]
"""By the prefix of a key as an import has it, the lasting one."""


class LakeFile(NamedTuple):
    """A Parquet file of a lake's table: the rank of its import, newest last, and whose rows it
    holds.
    """

    rank: int
    community: str
    source: str
    path: Path


def lasting_places(files: Iterable[LakeFile], platforms: Mapping[int, str]) -> dict[int, Spellings]:
    """Return by import rank which prefixes of keys stand for which lasting ones, given the files of
    posts.

    Of several lasting places that hold posts of the same rests, such as times, the one that shares
    most is the same place.
    """
    by_source: dict[tuple[str, str], list[tuple[int, Path]]] = defaultdict(list)
    for rank, community, source, path in files:
        if SOURCES[platforms[rank]].lasting_place if platforms[rank] in SOURCES else None:
            by_source[community, source].append((rank, path))
    found: dict[int, Spellings] = {}
    for (_, source), imports in by_source.items():
        found |= dict(
            _of_source(source, imports, SOURCES[platforms[imports[0][0]]].lasting_place or "")
        )
    return found


def _of_source(
    source: str, imports: list[tuple[int, Path]], lasting: str
) -> Iterator[tuple[int, Spellings]]:
    posts = {rank: pl.scan_parquet(path, glob=False).select(_parts()) for rank, path in imports}
    places = {
        rank: set(each.select("place").unique().collect()["place"].drop_nulls())
        for rank, each in posts.items()
    }
    prefix = re.compile(f"{re.escape(source)}:(?:{lasting})")
    older = {
        rank: names
        for rank, each in places.items()
        if (names := {name for name in each if not prefix.fullmatch(name)})
    }
    if not older or all(older.get(rank) == each for rank, each in places.items()):
        return
    told = pl.concat(posts.values()).unique()
    is_lasting = pl.col("place").str.contains(f"^{prefix.pattern}$")
    shared = (
        told.filter(~is_lasting)
        .join(told.filter(is_lasting), on=("rest", "author"), nulls_equal=True, suffix="_for_good")
        .group_by("place", "place_for_good")
        .len()
        .sort("len", "place_for_good", descending=(True, False))
        .unique("place", keep="first", maintain_order=True)
        .select("place", "place_for_good")
    )
    spellings = dict(shared.collect(engine="streaming").iter_rows())
    for rank, names in older.items():
        if known := {name: spellings[name] for name in sorted(names) if name in spellings}:
            yield rank, known


def _parts() -> list[pl.Expr]:
    """Return the place and the rest of a post's key, and its author, by whom one time in two places
    is told apart.
    """
    parts = pl.col("post").str.extract_groups(r"^(.*)/([^/]*)$")
    return [parts.struct[0].alias("place"), parts.struct[1].alias("rest"), pl.col("author")]


def spelled_sql(column: str, spellings: Spellings | None) -> str:
    """Return SQL for a column of keys in which places go by their lasting names; DuckDB and Spark
    run it.
    """
    if column not in PLACED or not spellings:
        return column
    cases = " ".join(
        f"when starts_with({column}, {literal(old + '/')}) then concat({literal(new)}, substr({column}, {len(old) + 1}))"
        for old, new in spellings.items()
    )
    return f"case {cases} else {column} end"
