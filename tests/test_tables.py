"""Tables as they are read: words for codes, what a page leaves out, and texts that no spreadsheet runs."""

from datetime import date

import polars as pl

from cop_metrics.metrics.columns import Column, Role
from cop_metrics.show.tables import csv_bytes, in_words, says, separated, to_look_at
from cop_metrics.units import Unit

ANSWERED = Column("answer_rate", "Answered", Role.VALUE, Unit.PERCENT)
TOPIC = Column("topic", "Topic", Role.TOPIC)


def test_a_title_that_looks_like_a_formula_is_written_as_text() -> None:
    table = pl.DataFrame({"Question": ["=1+1", "@sum", "How?", "-2", None], "n": [-1, 2, 3, 4, 5]})
    lines = csv_bytes(table).decode("utf-8-sig").splitlines()
    assert lines == ["Question,n", "'=1+1,-1", "'@sum,2", "How?,3", "'-2,4", ",5"]
    assert csv_bytes(table).startswith(b"\xef\xbb\xbf")
    assert separated(table.select("n")) == "n\n-1\n2\n3\n4\n5\n"
    assert separated(pl.DataFrame({"Question": ["\n=1"]})) == 'Question\n"\'\n=1"\n'


def test_a_table_stands_in_words_with_those_columns_that_it_has() -> None:
    outcome, month = Column("outcome", "Outcome", Role.OUTCOME), Column("m", "Month", Role.MONTH)
    table = pl.DataFrame({"m": ["2026-03-01"], "outcome": ["resolved_by_self"], "topic": ["glue"]})
    read = in_words(table, (month, outcome, ANSWERED))
    assert read.rows(named=True) == [{"Month": date(2026, 3, 1), "Outcome": "self-solved"}]


def test_shares_are_shown_as_whole_per_cent_and_all_else_as_it_is() -> None:
    helps = Column("helps", "Helps", Role.VALUE, Unit.RATIO)
    table = pl.DataFrame(
        {"Topic": ["glue", "rope"], "Answered": [0.8333, None], "Helps": [1.5, 2.0]}
    )
    shown = to_look_at(table, (TOPIC, ANSWERED, helps))
    assert shown.rows() == [("glue", 83.0, 1.5), ("rope", None, 2.0)]


def test_a_page_leaves_out_empty_columns_teams_of_nobody_and_links_that_are_none() -> None:
    team, other = Column("team", "Team", Role.TEAM), Column("other", "Other", Role.TEAM)
    link, note = Column("url", "Link", Role.LINK), Column("note", "Note", Role.TEXT)
    cells = {
        "Team": ["Unknown", "Unknown"],
        "Other": ["Unknown", "Red"],
        "Link": ["https://craft.example/1", "javascript:alert(1)"],
        "Note": pl.Series([None, None], dtype=pl.String),
    }
    shown = to_look_at(pl.DataFrame(cells), (team, other, link, note))
    assert shown.columns == ["Other", "Link"]
    assert shown["Link"].to_list() == ["https://craft.example/1", None]


def test_figures_are_told_without_bounds_notes_and_whole_months_that_say_nothing() -> None:
    low, note = Column("low", "Low", Role.LOW, Unit.PERCENT), Column("note", "Note", Role.TEXT)
    complete = Column("complete", "Complete", Role.COMPLETE)
    nothing, something = pl.Series([None, None]), pl.Series([None, 0.5])
    assert [says(each, nothing) for each in (low, note, ANSWERED)] == [False, False, True]
    assert [says(each, something) for each in (low, note, ANSWERED)] == [True, True, True]
    assert says(complete, pl.Series([True, False]))
    assert not says(complete, pl.Series([True, True]))
