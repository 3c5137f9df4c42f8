"""A community with two sources: each has its own beginning, and what one adds later is no growth of the other."""

from pathlib import Path

import duckdb
import pytest
from communities import Community, Told

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import gather
from cop_metrics.build.writer import silent
from cop_metrics.lake.lake import Lake
from cop_metrics.settings import Settings


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Tell of a forum since 2024 with one asker, and of a chat since June 2025 whose twenty have long been there."""
    forum, chat = Community(), Community()
    for month in range(1, 13):
        forum.ask("ana", f"2024-{month:02d}-10 10:00")
        forum.ask("ana", f"2025-{month:02d}-10 10:00")
    for month in range(6, 13):
        for number in range(20):
            chat.ask(f"steady {number}", f"2025-{month:02d}-{number + 1:02d} 12:00")
    lake = Lake(tmp_path)
    forum.export(lake, since="2024-01-01 00:00", until="2025-12-31 12:00", source="forum")
    chat.export(lake, since="2025-06-01 00:00", until="2025-12-31 12:00", source="chat")
    path = tmp_path / "store.duckdb"
    DuckDB().build(gather(lake, Settings()), path, silent)
    return Told(cursor=duckdb.connect(str(path), read_only=True), community="craft")


def test_nobody_is_new_because_a_source_begins(told: Told) -> None:
    assert told.value("new", period="2025-06-01..2025-08-31") == 0
    assert told.figure("newcomers_first_answered").sample_size == 0


def test_no_period_grows_because_a_source_begins(told: Told) -> None:
    later = told.scope(period="2025-07-01..2025-12-31")
    assert (later.compare, later.compare_note) == (
        None,
        "not all sources have data before 1 Jun 2025",
    )
    assert told.value("retention", period="2025-06-15..2025-07-14") is None
    assert told.scope(period="2025-09-01..2025-09-30").compare is not None
