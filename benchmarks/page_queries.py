"""Times every query that the pages make, warm, over the last 12 months of a store: `python -m
benchmarks.page_queries DATA`.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import polars as pl

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import parse_scope
from cop_metrics.measure.asking import Asking
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.view import Viewer
from cop_metrics.store import Store

ROUNDS = 3
SLOW = 0.050


Seconds = dict[str, list[float]]


@contextmanager
def timing(seconds: Seconds) -> Iterator[None]:
    """Keep how long each query takes, in seconds, by its first day and its SQL."""
    fetch = Asking.fetch

    def timed(asking: Asking, sql: str, values: Mapping[str, object]) -> pl.DataFrame:
        start = time.perf_counter()
        frame = fetch(asking, sql, values)
        key = f"{values.get('first_day')} {' '.join(sql.split())}"
        seconds.setdefault(key, []).append(time.perf_counter() - start)
        return frame

    with patch.object(Asking, "fetch", timed):
        yield


def main(data: Path) -> None:
    """Print, a page, the number of queries, their total and the slowest of them."""
    snapshot = Store(data).snapshot()
    catalogue = read_catalogue(snapshot.cursor)
    viewer = Viewer(version=snapshot.version, cursor=snapshot.cursor, catalogue=catalogue)
    biggest = max(catalogue, key=lambda name: len(catalogue[name].teams))
    scope = parse_scope({"community": [biggest], "period": ["last-12-months"]}, catalogue)
    for page in PAGES.values():
        seconds: Seconds = {}
        walls = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            with timing(seconds):
                viewer.page(page, scope)
            walls.append(time.perf_counter() - start)
        if not seconds:
            sys.exit("No query was seen: what asks the store goes by another name now.")
        warm = {sql: min(times) for sql, times in seconds.items()}
        slow = {sql: seconds for sql, seconds in warm.items() if seconds > SLOW}
        print(
            f"{page.id:15s} {len(warm):4d} queries {sum(warm.values()):7.3f} s, page {min(walls):7.3f} s, slow: {len(slow)}"
        )
        for sql, seconds in sorted(slow.items(), key=lambda each: -each[1])[:12]:
            print(f"    {seconds * 1000:6.0f} ms  {sql[:60]} … {sql[-150:]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
