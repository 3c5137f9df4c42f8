"""Builds a store of random activity and prints the seconds of each mart: `python -m
benchmarks.levels [POSTS]`.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import numpy as np
import polars as pl

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import gather
from cop_metrics.lake.lake import Lake
from cop_metrics.settings import Settings
from cop_metrics.sources.export import Export
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.tables import typed

START = datetime(2020, 1, 1)
SECONDS = 5 * 365 * 86400
OURS = ("thanks", "points", "level_spells", "level_changes")


def activity(posts: int) -> dict[str, pl.DataFrame]:
    """Return lake tables: a quarter of the posts asks, few members answer most of the rest; one
    vote a post.
    """
    luck = np.random.default_rng(1)
    questions, answers, members = posts // 4, posts - posts // 4, posts // 50
    asked = np.sort(luck.integers(0, SECONDS, questions))
    about = luck.integers(0, questions, answers)
    answered = asked[about] + luck.exponential(86400, answers).astype(int)
    voted_on = luck.integers(0, posts, posts)
    written = np.concatenate([asked, answered])
    threads = numbered("q", np.arange(questions))
    askers, helpers = (
        luck.integers(0, members, questions),
        (members * luck.power(0.25, answers)).astype(int),
    )
    post = pl.DataFrame(
        {
            "post": pl.concat([threads, numbered("a", np.arange(answers))]),
            "thread": pl.concat([threads, numbered("q", about)]),
            "author": numbered("m", np.concatenate([askers, helpers])),
            "kind": ["question"] * questions + ["answer"] * answers,
            "created_at": times(written),
            "accepted": np.concatenate(
                [np.zeros(questions, dtype=bool), luck.random(answers) < 0.2]
            ),
        }
    )
    reaction = pl.DataFrame(
        {
            "post": post["post"].gather(voted_on),
            "giver": numbered("m", luck.integers(0, members, posts)),
            "kind": luck.choice(["upvote", "thanks", "downvote"], posts, p=[0.6, 0.3, 0.1]),
            "given_at": times(written[voted_on] + luck.exponential(3 * 86400, posts).astype(int)),
        }
    )
    return {"thread": pl.DataFrame({"thread": threads}), "post": post, "reaction": reaction}


def numbered(letter: str, numbers: np.ndarray[Any, Any]) -> pl.Series:
    """Return keys such as 'q17'."""
    return pl.select(pl.lit(letter) + pl.Series(numbers).cast(pl.String)).to_series()


def times(seconds: np.ndarray[Any, Any]) -> pl.Series:
    """Return times that many seconds after the start."""
    return pl.Series(np.datetime64(START, "us") + seconds.astype("timedelta64[s]"))


def source_of(tables: dict[str, pl.DataFrame]) -> Source:
    """Return a source that yields the tables."""

    def read(_export: Export, _reading: Reading) -> Iterator[Batch]:
        for name, rows in tables.items():
            yield Batch(name, typed(name, rows))

    return Source(
        id="random",
        title="Random activity",
        how_to_export="Draw it.",
        personal_fields=(),
        cannot_measure=(),
        never_opens=("what is private",),
        private_before=0,
        version=1,
        recognises=lambda _: True,
        read=read,
    )


class Watch:
    """A progress that notes the seconds from one step to the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._step, self._since = "reading the inputs", time.perf_counter()

    def __call__(self, step: str, _share: float) -> None:
        now = time.perf_counter()
        self.seconds[self._step] = now - self._since
        self._step, self._since = step, now


def main(posts: int) -> None:
    """Build once and print what was built and how long each mart took."""
    with tempfile.TemporaryDirectory() as folder:
        lake, store, watch = Lake(Path(folder)), Path(folder) / "store.duckdb", Watch()
        export = cast(Export, SimpleNamespace(path=Path("random")))
        now = datetime(2030, 1, 1)
        lake.write(
            community="c",
            source_name="s",
            source=source_of(activity(posts)),
            export=export,
            now=now,
        )
        watch("lake", 0)
        DuckDB().build(gather(lake, Settings()), store, watch)
        for step, seconds in watch.seconds.items():
            print(f"{step:20}{seconds:8.2f} s")
        print(f"{'points and levels':20}{sum(watch.seconds[each] for each in OURS):8.2f} s")
        with duckdb.connect(str(store), read_only=True) as connection:
            for mart in ("posts", "helps", "points", "level_changes"):
                print(
                    f"{mart:20}{connection.execute(f'select count(*) from {mart}').fetchall()[0][0]:10,}"
                )
            print(
                connection.execute(
                    "select to_level, count(*) from level_changes group by 1 order by 1"
                ).fetchall()
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
