"""Periods by name and by day, and what each is compared with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.period import (
    PRESETS,
    Compare,
    Period,
    earlier,
    read_period,
    to_date,
    to_day,
    weeks_a_year_earlier,
    whole_weeks,
)

AS_OF = to_day(date(2026, 5, 20))
BEGIN = to_day(date(2024, 1, 10))


def days(text: str, as_of: int = AS_OF) -> tuple[str, str]:
    """Return the first and the last day of a period."""
    period = read_period(text, first_day=BEGIN, as_of_day=as_of)
    return str(period.first), str(period.last)


def compared(
    text: str, compare: Compare = Compare.BEFORE, as_of: int = AS_OF
) -> tuple[str, str] | None:
    before = earlier(
        text, read_period(text, first_day=BEGIN, as_of_day=as_of), compare, as_of_day=as_of
    )
    return (str(before.first), str(before.last)) if before else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", ("2024-01-10", "2026-05-20")),
        ("last-12-months", ("2025-05-20", "2026-05-19")),
        ("last-90-days", ("2026-02-19", "2026-05-19")),
        ("last-30-days", ("2026-04-20", "2026-05-19")),
        ("this-month", ("2026-05-01", "2026-05-31")),
        ("last-month", ("2026-04-01", "2026-04-30")),
        ("this-quarter", ("2026-04-01", "2026-06-30")),
        ("last-quarter", ("2026-01-01", "2026-03-31")),
        ("this-year", ("2026-01-01", "2026-12-31")),
        ("last-year", ("2025-01-01", "2025-12-31")),
        ("2026-03-01..2026-03-31", ("2026-03-01", "2026-03-31")),
    ],
)
def test_a_period_is_read_from_its_name_or_its_days(text: str, expected: tuple[str, str]) -> None:
    assert days(text) == expected
    assert text in {*PRESETS, "all"} or ".." in text


def test_the_last_days_are_complete_ones_before_the_day_on_which_the_data_ends() -> None:
    assert read_period("last-30-days", first_day=BEGIN, as_of_day=AS_OF).days == 30
    assert days("last-30-days")[1] == str(to_date(AS_OF - 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last-30-days", ("2026-03-21", "2026-04-19")),
        ("last-month", ("2026-03-01", "2026-03-31")),
        ("last-quarter", ("2025-10-01", "2025-12-31")),
        ("last-year", ("2024-01-01", "2024-12-31")),
        ("2026-03-01..2026-03-10", ("2026-02-19", "2026-02-28")),
        ("all", None),
    ],
)
def test_calendar_periods_are_compared_with_those_before_others_with_as_many_days(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert compared(text) == expected


def test_an_incomplete_period_is_compared_with_as_many_days_of_the_earlier_one() -> None:
    period = read_period("this-month", first_day=BEGIN, as_of_day=AS_OF)
    assert not period.complete
    assert compared("this-month") == ("2026-04-01", "2026-04-20")
    assert compared("this-quarter") == ("2026-01-01", "2026-02-19")


def test_an_incomplete_month_is_never_compared_with_more_days_than_the_month_before_had() -> None:
    assert compared("this-month", as_of=to_day(date(2026, 3, 30))) == ("2026-02-01", "2026-02-28")


def test_a_year_earlier_is_the_same_days_even_of_a_leap_year() -> None:
    assert compared("last-month", Compare.YEAR_EARLIER) == ("2025-04-01", "2025-04-30")
    assert compared("2024-02-29..2024-03-05", Compare.YEAR_EARLIER) == ("2023-02-28", "2023-03-05")
    assert compared("last-month", Compare.NOTHING) is None


@pytest.mark.parametrize("compare", list(Compare))
def test_a_period_after_the_data_is_compared_with_nothing(compare: Compare) -> None:
    assert compared("2026-06-01..2026-06-30", compare) is None
    assert compared("2026-05-20..2026-06-30", Compare.BEFORE) == ("2026-05-19", "2026-05-19")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("last-moth", "There is no period called 'last-moth'. Did you mean 'last-month'?"),
        (
            "2026-03-31..2026-03-01",
            "The period ends on 2026-03-01, before it starts on 2026-03-31: swap the two days.",
        ),
        ("2026-02-30..2026-03-01", "'2026-02-30' is not a day: write it as 2026-03-31."),
        ("..2026-03-01", "'' is not a day: write it as 2026-03-31."),
        (
            "0001-01-01..2026-03-01",
            "0001-01-01 is no day of a community: choose one from 1900 to 2899.",
        ),
        (
            "2026-03-01..9999-12-31",
            "9999-12-31 is no day of a community: choose one from 1900 to 2899.",
        ),
    ],
)
def test_a_period_that_cannot_be_read_stops_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(CopError) as stopped:
        days(text)
    assert str(stopped.value) == sentence


def in_whole_weeks(first: int, length: int, *, begin: int = BEGIN, as_of: int = AS_OF) -> Period:
    period = Period(first_day=first, end_day=first + length, words="typed")
    return whole_weeks(period, first_day=begin, as_of_day=as_of)


@pytest.mark.parametrize("first", range(7))
@pytest.mark.parametrize("length", [1, 27, 28, 29, 90])
def test_whole_weeks_begin_on_monday_and_lie_within_the_period_unless_they_would_be_fewer_than_four(
    first: int, length: int
) -> None:
    begin = AS_OF - 200 + first
    whole = in_whole_weeks(begin, length)
    assert whole.first.weekday() == 0
    assert whole.days % 7 == 0
    assert whole.days >= 28
    within = begin <= whole.first_day and whole.end_day <= begin + length
    around = whole.first_day <= begin and begin + length <= whole.end_day
    assert within or (around and length < 28 + 13)
    assert abs(whole.first_day - begin) < 7
    assert in_whole_weeks(whole.first_day, whole.days) == Period(
        first_day=whole.first_day, end_day=whole.end_day, words="typed"
    )


@given(
    first=st.integers(-400, 400),
    length=st.integers(1, 500),
    begin=st.integers(-100, 0),
    as_of=st.integers(34, 100),
)
def test_whole_weeks_are_four_or_more_of_those_that_the_data_holds(
    first: int, length: int, begin: int, as_of: int
) -> None:
    """34 days and the first hold four whole weeks, whichever weekday they begin on."""
    whole = in_whole_weeks(first, length, begin=begin, as_of=as_of)
    assert whole.first.weekday() == 0
    assert whole.days % 7 == 0
    assert whole.days >= 28
    assert begin <= whole.first_day
    assert whole.end_day <= as_of + 1
    assert whole.complete
    held = min(first + length, as_of + 1) - max(first, begin)
    assert held < 28 + 13 or (first <= whole.first_day and whole.end_day <= first + length)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2026-05-20..2026-05-20",
            ("2026-04-20", "2026-05-17"),
        ),  # a Wednesday, the last day of the data
        ("2026-05-04..2026-05-20", ("2026-04-20", "2026-05-17")),
        ("2026-04-20..2026-06-30", ("2026-04-20", "2026-05-17")),
        ("2026-03-02..2026-03-02", ("2026-03-02", "2026-03-29")),
        ("2026-08-01..2026-08-31", ("2026-04-20", "2026-05-17")),
        ("2024-01-10..2024-01-12", ("2024-01-15", "2024-02-11")),  # the first Wednesday
        ("this-year", ("2026-01-05", "2026-05-17")),
    ],
)
def test_a_period_of_which_the_data_holds_fewer_than_four_whole_weeks_is_widened_backwards(
    text: str, expected: tuple[str, str]
) -> None:
    period = read_period(text, first_day=BEGIN, as_of_day=AS_OF)
    whole = whole_weeks(period, first_day=BEGIN, as_of_day=AS_OF)
    assert (str(whole.first), str(whole.last)) == expected


@pytest.mark.parametrize(("until", "held"), [("2026-03-28", False), ("2026-03-29", True)])
def test_data_without_four_whole_weeks_is_not_shown_in_weeks(until: str, held: bool) -> None:
    """From Monday 2 March, four weeks end on Sunday 29 March."""
    begin, as_of = to_day(date(2026, 3, 2)), to_day(date.fromisoformat(until))
    if held:
        assert in_whole_weeks(as_of, 1, begin=begin, as_of=as_of).days == 28
        return
    with pytest.raises(CopError) as stopped:
        in_whole_weeks(begin, 10, begin=begin, as_of=as_of)
    assert str(stopped.value) == (
        "Without names at least 4 whole weeks are shown, from Monday on, and the data from 2026-03-02 to 2026-03-28 does "
        "not hold them: import more, or ask with names."
    )


def test_whole_weeks_are_compared_with_as_many_a_year_earlier() -> None:
    before = weeks_a_year_earlier(
        read_period("2026-03-02..2026-03-29", first_day=BEGIN, as_of_day=AS_OF)
    )
    assert (str(before.first), before.first.weekday(), before.days) == ("2025-03-03", 0, 28)


def test_whole_weeks_are_compared_with_as_many_weeks() -> None:
    whole = whole_weeks(
        read_period("last-12-months", first_day=BEGIN, as_of_day=AS_OF),
        first_day=BEGIN,
        as_of_day=AS_OF,
    )
    before = earlier("typed", whole, Compare.BEFORE, as_of_day=AS_OF)
    assert before is not None
    assert before.words in ("the 51 weeks before", "the 52 weeks before")
