"""What sources share: rows become batches, frames wait on the disk, and what is left out is counted."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from cop_metrics.sources.gathering import (
    Gathering,
    People,
    Person,
    Rows,
    Spool,
    batch_of,
    one_each,
    without,
)
from cop_metrics.sources.source import Batch, Reading
from cop_metrics.tables import ANSWER, QUESTION, TABLES

ASKED = datetime(2026, 3, 1, 9)


def test_rows_are_taken_once_and_lack_what_was_not_said() -> None:
    rows = Rows({"key": pl.String, "times": pl.Int64})
    rows.add(times=2, key="a")
    rows.add(key="b")
    assert len(rows) == 2
    assert rows.taken().rows() == [("a", 2), ("b", None)]
    assert rows.taken().schema == {"key": pl.String, "times": pl.Int64}
    assert not rows


def test_a_column_that_no_row_has_is_a_fault_of_the_code() -> None:
    with pytest.raises(ValueError, match="colour"):
        Rows({"key": pl.String}).add(key="a", colour="red")


def test_a_batch_has_the_columns_that_are_named_or_all() -> None:
    assert batch_of("topic", [("t", "x")]).rows.columns == list(TABLES["topic"].columns)
    named = batch_of("member", [(True, "ana")], "is_bot", "member")
    assert named.rows.rows() == [(True, "ana")]


def test_reactions_are_counted_out() -> None:
    several = pl.DataFrame({"post": ["p", "q"], "kind": ["like", "like"], "times": [3, 0]})
    told = one_each(several.filter(pl.col("times") > 0))
    assert told.table == "reaction"
    assert told.rows.rows() == [("p", "like")] * 3


def test_what_is_left_out_is_counted_with_three_examples() -> None:
    reading, rows = Reading(), pl.DataFrame({"key": range(10)})
    kept = without(rows, pl.col("key") > 4, "too high", reading, pl.col("key"))
    assert kept["key"].to_list() == [0, 1, 2, 3, 4]
    assert reading.skipped == {"too high": 5}
    assert reading.examples == {"too high": ["5", "6", "7"]}
    reading.skip("too high", "11")
    assert reading.examples["too high"] == ["5", "6", "7"]


def test_what_cannot_be_told_is_not_wrong() -> None:
    reading, rows = Reading(), pl.DataFrame({"key": [None, 1]})
    assert without(rows, pl.col("key") > 4, "too high", reading, pl.col("key")).equals(rows)
    assert not reading.skipped


def test_an_example_that_may_not_be_named_is_counted_alone() -> None:
    reading = Reading()
    reading.skip("private", None)
    reading.skip("private", rows=7)
    assert reading.skipped == {"private": 8}
    assert reading.examples == {"private": []}


@pytest.mark.parametrize(("counted", "microseconds"), [(5, 5), (-1, 0), (10**12, 3_600_000_000)])
def test_an_export_is_as_old_as_its_newest_event_and_newer_the_more_it_counts(
    counted: int, microseconds: int
) -> None:
    reading = Reading()
    reading.date_by(ASKED, counted)
    assert reading.exported_at is not None
    past = reading.exported_at - ASKED
    assert past.total_seconds() * 1_000_000 == microseconds


def test_the_end_of_time_dates_nothing() -> None:
    reading = Reading()
    reading.date_by(datetime(9999, 12, 31, 23, 59), 10**9)
    reading.date_by(None)
    assert reading.exported_at is None


def test_frames_wait_on_the_disk_until_they_are_taken_or_all_is_over() -> None:
    rows = pl.DataFrame({"key": ["a"], "at": [1]})
    with Spool() as spool:
        one, other = spool.put(rows), spool.put(rows)
        assert one.look("key").columns == ["key"]
        assert one.take().equals(rows)
        assert not one.file.exists()
        folder = Path(other.file).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_what_is_known_of_somebody_stays_where_it_is_not_told_again() -> None:
    people = People()
    people.meet("1", Person(name="Ana", is_bot=True))
    people.meet("1", Person(username="ana"))
    people.meet("2", Person(username="bo"))
    told = people.members("name", "username", "is_bot")
    assert told.rows.rows() == [("1", "Ana", "ana", True), ("2", "bo", "bo", False)]


def gathered(*, text: str | None) -> dict[str, pl.DataFrame]:
    gathering = Gathering(reading=Reading())
    gathering.open(["welding"], thread="q", kind=QUESTION, title="How?", created_at=ASKED)
    gathering.add(key="q", thread="q", author="ana", at=ASKED, text=text, kind=QUESTION)
    gathering.add(key="a", thread="q", author="bo", at=ASKED, text=text, kind=ANSWER, accepted=True)
    gathering.react("a", "like", None, times=2)
    gathering.react("a", None, "ana")
    assert list(gathering.batches(least=3)) == []
    batches: list[Batch] = list(gathering.batches())
    assert list(gathering.batches()) == []
    assert gathering.reacted == 2
    return dict(batches)


def test_a_gathering_yields_all_that_was_said_at_once() -> None:
    told = gathered(text="Does anybody know how?")
    assert told["thread"]["title"].to_list() == ["How?"]
    assert told["topic"].rows() == [("q", "welding")]
    assert told["post"].select("post", "kind", "accepted").rows() == [
        ("q", QUESTION, None),
        ("a", ANSWER, True),
    ]
    assert told["post"]["rules"].to_list()[0]
    assert told["reaction"].select("post", "kind").rows() == [("a", "like")] * 2


def test_without_a_text_no_rule_is_looked_for() -> None:
    assert gathered(text=None)["post"]["rules"].to_list() == [None, None]
