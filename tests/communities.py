"""Small communities told as stories: who asked, who answered and when, built into a real store."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import polars as pl

from cop_metrics.access.catalogue import Catalogue, CommunityChoices, read_catalogue
from cop_metrics.access.scope import Scope, parse_scope
from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import gather
from cop_metrics.build.writer import silent
from cop_metrics.lake.lake import Lake, Written
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.columns import titles
from cop_metrics.people.roster import ROSTER_ROWS
from cop_metrics.settings import CommunitySettings, Settings
from cop_metrics.sources.export import Export
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.tables import TABLES, typed

NOW = datetime(2030, 1, 1)
_BUILT: dict[bytes, Path] = {}
"""The stores of stories told before in this process, by all that makes them."""


def at(text: str) -> datetime:
    """Read a time such as '2026-03-01 10:00'."""
    return datetime.fromisoformat(text)


class Community:
    """A community under construction; `build` makes it a store and returns a connection to it."""

    def __init__(self, name: str = "craft", *, settings: CommunitySettings | None = None) -> None:
        self.name = name
        self.settings = settings or CommunitySettings()
        self.rows: dict[str, list[dict[str, object]]] = {
            "member": [],
            "thread": [],
            "post": [],
            "topic": [],
        }
        self.roster: list[dict[str, object]] = []
        self.seen: set[str] = set()
        self.lists_accounts = True
        self._number = 0

    def member(
        self, name: str, *, joined: str | None = None, deleted: str | None = None, bot: bool = False
    ) -> str:
        self.seen.add(name)
        self.rows["member"].append(
            {
                "member": name,
                "name": name,
                "username": name,
                "joined_at": at(joined) if joined else None,
                "deleted_at": at(deleted) if deleted else None,
                "is_bot": bot,
            }
        )
        return name

    def works(
        self,
        name: str,
        team: str,
        seniority: str,
        *,
        since: str | None = None,
        until: str | None = None,
    ) -> None:
        """Put a stretch of the roster: `until` is the first day no longer in it."""
        self.roster.append(
            {
                "username": name,
                "team": team,
                "seniority": seniority,
                "from_day": date.fromisoformat(since) if since else None,
                "to_day": date.fromisoformat(until) if until else None,
            }
        )

    def ask(self, who: str, when: str, *, topics: tuple[str, ...] = (), **thread: object) -> str:
        key = self._next("q")
        self._meet(who)
        self.rows["thread"].append(
            {
                "thread": key,
                "kind": "question",
                "title": f"Question {key}",
                "created_at": at(when),
                **thread,
            }
        )
        self.rows["post"].append(
            {"post": key, "thread": key, "author": who, "kind": "question", "created_at": at(when)}
        )
        self.rows["topic"] += [{"thread": key, "topic": topic} for topic in topics]
        return key

    def answer(
        self, question: str, who: str, when: str, *, kind: str = "answer", **post: object
    ) -> str:
        key = self._next("a")
        self._meet(who)
        self.rows["post"].append(
            {
                "post": key,
                "thread": question,
                "author": who,
                "kind": kind,
                "created_at": at(when),
                **post,
            }
        )
        return key

    def react(self, post: str, who: str | None, when: str | None, kind: str = "thanks") -> None:
        self.rows.setdefault("reaction", []).append(
            {"post": post, "giver": who, "kind": kind, "given_at": at(when) if when else None}
        )

    def read(self, thread: str, who: str | None, day: str | None, reads: int = 1) -> None:
        self.rows.setdefault("read", []).append(
            {
                "thread": thread,
                "reader": who,
                "day": date.fromisoformat(day) if day else None,
                "reads": reads,
            }
        )

    def build(
        self, data: Path, *, until: str, since: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Write the lake under `data`, build the store, and return a read-only connection to it."""
        stated = SimpleNamespace(since=at(since) if since else None, until=at(until))
        lake = Lake(data)
        source = self._source(stated)
        lake.write(community=self.name, source_name="src", source=source, export=_export(), now=NOW)
        self.hand_over_roster(lake)
        path = data / f"store-{self._next('v')}.duckdb"
        DuckDB().build(gather(lake, Settings(default=self.settings)), path, silent)
        return duckdb.connect(str(path), read_only=True)

    def tell(self, data: Path, *, until: str, since: str | None = None) -> "Told":
        """Return what can be measured of it, in a store built under `data` unless this process was told the same before."""
        story = pickle.dumps(
            (self.name, self.settings, self.rows, self.roster, self.lists_accounts, since, until)
        )
        path = _BUILT.get(story)
        if path is None or not path.exists():
            self.build(data, until=until, since=since).close()
            path = _BUILT[story] = data / f"store-v{self._number}.duckdb"
        return Told(cursor=duckdb.connect(str(path), read_only=True), community=self.name)

    def export(
        self,
        lake: Lake,
        *,
        until: str,
        since: str,
        exported: str | None = None,
        source: str = "src",
    ) -> Written:
        """Write what has been told so far into the lake, as an export made at that time (else at its end)."""
        stated = SimpleNamespace(since=at(since), until=at(until), exported=at(exported or until))
        return lake.write(
            community=self.name,
            source_name=source,
            source=self._source(stated),
            export=_export(),
            now=NOW,
        )

    def hand_over_roster(self, lake: Lake) -> None:
        """Write the roster that was told into the lake, if there is one."""
        if self.roster:
            lake.write_roster(
                community=self.name, rows=self._roster(), file_name="roster", now=NOW, skipped={}
            )

    def _source(self, stated: SimpleNamespace) -> Source:
        def read(_export: object, reading: Reading) -> Iterator[Batch]:
            reading.observed_from, reading.observed_until = stated.since, stated.until
            reading.exported_at = getattr(stated, "exported", None)
            reading.lists_accounts = self.lists_accounts
            for table, rows in self.rows.items():
                frame = pl.DataFrame(
                    rows, schema_overrides=dict(TABLES[table].columns), infer_schema_length=None
                )
                yield Batch(
                    table,
                    typed(
                        table, frame.select(c for c in frame.columns if c in TABLES[table].columns)
                    ),
                )

        return Source(
            id="story",
            title="A story",
            how_to_export="Tell one.",
            personal_fields=(),
            records=Records(always=(), sometimes=tuple(TABLES)),
            cannot_measure=(),
            never_opens=("what is private",),
            private_before=0,
            version=1,
            recognises=lambda _: True,
            read=read,
        )

    def _roster(self) -> pl.DataFrame:
        return pl.DataFrame(
            [{"row": n, **row} for n, row in enumerate(self.roster, 2)], schema=ROSTER_ROWS
        )

    def _meet(self, who: str) -> None:
        if who not in self.seen:
            self.member(who)

    def _next(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self._number}"


@dataclass(frozen=True, kw_only=True)
class Told:
    """A community as measured. Filters are those of a URL, such as team="Red" or period="2026-03-01..2026-03-31"."""

    cursor: duckdb.DuckDBPyConnection
    community: str

    @cached_property
    def catalogue(self) -> Catalogue:
        return read_catalogue(self.cursor)

    @property
    def choices(self) -> CommunityChoices:
        return self.catalogue[self.community]

    @property
    def measurer(self) -> Measurer:
        return Measurer(cursor=self.cursor, choices=self.choices)

    def scope(self, *, names: bool = True, **filters: str | tuple[str, ...]) -> Scope:
        return self._cut(filters, names)

    def _cut(self, filters: Mapping[str, str | tuple[str, ...]], names: bool = True) -> Scope:
        params = {
            key: (value,) if isinstance(value, str) else value for key, value in filters.items()
        }
        return parse_scope({"community": (self.community,), **params}, self.catalogue, names=names)

    def figure(self, id_: str, **filters: str | tuple[str, ...]) -> Figure:
        return self.measurer.figure(METRICS[id_], self._cut(filters))

    def value(self, id_: str, **filters: str | tuple[str, ...]) -> float | None:
        return self.measurer.figure(METRICS[id_], self._cut(filters)).value

    def split(self, id_: str, by: str, **filters: str | tuple[str, ...]) -> dict[str, float | None]:
        """Return the value of each group."""
        groups = self.measurer.measure(METRICS[id_], self._cut(filters), by).table
        return dict(groups.select("group", "value").iter_rows())

    def table(self, id_: str, **filters: str | tuple[str, ...]) -> pl.DataFrame:
        return self.measurer.measure(EXHIBITS[id_], self._cut(filters)).table

    def listed(self, id_: str, **filters: str | tuple[str, ...]) -> pl.DataFrame:
        listed = self.measurer.listed(METRICS[id_], self._cut(filters))
        return listed.rows.rename(titles(listed.columns))


def tell_together(
    communities: Sequence[Community], data: Path, *, since: str, until: str
) -> list[Told]:
    """Return what can be measured of each of several communities, which need names of their own, from one store: it
    takes hardly longer to build than that of one.
    """
    lake = Lake(data)
    for community in communities:
        community.export(lake, since=since, until=until)
        community.hand_over_roster(lake)
    own = {community.name: community.settings for community in communities}
    path = data / "together.duckdb"
    DuckDB().build(gather(lake, Settings(communities=own)), path, silent)
    return [Told(cursor=duckdb.connect(str(path), read_only=True), community=name) for name in own]


def _export() -> Export:
    return cast(Export, SimpleNamespace(path=Path("story")))


def plus(when: str, **delta: float) -> str:
    """Return the time that much later: plus('2026-03-01 10:00', hours=5)."""
    return (at(when) + timedelta(**delta)).isoformat(sep=" ")


def days_later(day: str, days: int) -> str:
    """Return the ISO day that many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


__all__ = ["NOW", "UTC", "Community", "Told", "at", "days_later", "plus"]
