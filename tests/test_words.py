"""Numbers, changes, days and periods in words."""

from datetime import date, datetime
from math import inf

import pytest

from cop_metrics import words
from cop_metrics.metrics.metric import NOT_JOINED
from cop_metrics.period import Period, to_day
from cop_metrics.statistics.comparing import Interval
from cop_metrics.units import Unit


@pytest.mark.parametrize(
    ("unit", "number", "expected"),
    [
        (Unit.COUNT, None, "–"),
        (Unit.COUNT, 0, "0"),
        (Unit.COUNT, 12345.5, "12,346"),
        (Unit.POINTS, 1999, "1,999"),
        (Unit.PERCENT, 0.0, "0 %"),
        (Unit.PERCENT, 0.125, "13 %"),
        (Unit.PERCENT, 1.0, "100 %"),
        (Unit.RATIO, 0.333, "0.33"),
        (Unit.HOURS, 0.0, "0 min"),
        (Unit.HOURS, 0.5, "30 min"),
        (Unit.HOURS, 1.0, "1.0 h"),
        (Unit.HOURS, 12.34, "12 h"),
        (Unit.HOURS, 47.9, "48 h"),
        (Unit.HOURS, 48.0, "2.0 days"),
        (Unit.HOURS, 24 * 99.6, "100 days"),
        (Unit.HOURS, 24 * 1234, "1,200 days"),
        (Unit.HOURS, inf, "more than is known"),
    ],
)
def test_a_value_is_written_by_its_unit(unit: Unit, number: float | None, expected: str) -> None:
    assert words.value(unit, number) == expected


@pytest.mark.parametrize("hours", [0.99, 0.995, 0.9999, 9.95, 9.99, 47.99, 24 * 9.97, 24 * 99.49])
def test_a_duration_has_two_figures_and_no_60_minutes(hours: float) -> None:
    number, unit = words.duration(hours).split()
    assert len(number.replace(".", "")) == 2 or (number, unit) == ("1.0", "h")
    assert (number, unit) != ("60", "min")


@pytest.mark.parametrize(
    ("unit", "low", "high", "expected"),
    [
        (Unit.PERCENT, 0.0615, 0.7923, "6–79 %"),
        (Unit.HOURS, 2.0, 20.0, "2.0–20 h"),
        (Unit.HOURS, 2.0, 72.0, "2.0 h–3.0 days"),
        (Unit.HOURS, 2.0, inf, "2.0 h or more"),
    ],
)
def test_an_interval_names_its_unit_once(
    unit: Unit, low: float, high: float, expected: str
) -> None:
    assert words.interval(unit, Interval(low=low, high=high)) == expected
    assert words.interval(unit, None) == ""


def test_a_rate_changes_in_points_and_all_else_in_per_cent() -> None:
    assert words.change(Unit.PERCENT, 0.55, 0.5) == pytest.approx(0.05)
    assert words.change(Unit.COUNT, 55, 50) == pytest.approx(0.1)
    assert words.change(Unit.HOURS, 2, 4) == -0.5


def test_nothing_changes_from_zero_or_from_nothing() -> None:
    assert words.change(Unit.COUNT, 5, 0) is None
    assert words.change(Unit.PERCENT, 0.5, None) is None
    assert words.change(Unit.PERCENT, 0.5, None) is None
    assert words.change(Unit.PERCENT, 0.5, 0) == 0.5


@pytest.mark.parametrize(
    ("changed", "rate", "count"),
    [
        (0.034, "+3 points", "+3 %"),
        (-0.01, "−1 point", "−1 %"),
        (0.004, "±0 points", "±0 %"),
        (12.0, "+1,200 points", "+1,200 %"),
        (None, "", ""),
    ],
)
def test_a_change_has_its_sign(changed: float | None, rate: str, count: str) -> None:
    assert (words.change_text(Unit.PERCENT, changed), words.change_text(Unit.COUNT, changed)) == (
        rate,
        count,
    )


def test_days_are_written_as_the_reader_writes_them() -> None:
    assert words.day(date(2026, 3, 1)) == "1 Mar 2026"
    assert words.day(date(2026, 3, 1), "de-DE") == "01.03.2026"
    assert words.day(date(2026, 3, 1), "no such language") == "1 Mar 2026"
    period = Period(first_day=to_day(date(2026, 3, 1)), end_day=to_day(date(2026, 4, 1)), words="")
    assert words.period(period) == "1 Mar 2026 – 31 Mar 2026"


def test_tables_take_days_and_times_in_the_pattern_of_the_reader() -> None:
    assert words.patterns() == ("D MMM YYYY", "D MMM YYYY, HH:mm")
    assert words.patterns("en-US") == ("MMM D, YYYY", "MMM D, YYYY, h:mm A")
    assert words.patterns("de-DE") == ("DD.MM.YYYY", "DD.MM.YYYY, HH:mm")
    assert words.patterns("es-MX")[0] == "D MMM YYYY"
    assert words.patterns("pt-BR")[0] == "D [de] MMM [de] YYYY"


def test_september_is_written_as_on_charts() -> None:
    assert words.day(date(2026, 9, 30)) == "30 Sep 2026"
    assert words.day(date(2026, 9, 30), "en-US") == "Sep 30, 2026"


def test_no_line_ends_before_a_per_cent_sign() -> None:
    assert words.unbroken("95 % interval 5–7 %, n = 3") == "95\u00a0% interval 5–7\u00a0%, n = 3"
    assert words.unbroken("(day + 3) % 7, 5 % 7") == "(day + 3) % 7, 5 % 7"


def test_a_moment_is_told_in_the_time_of_the_community() -> None:
    assert words.moment(datetime(2026, 7, 1, 22, 30), "Europe/Berlin") == "2 Jul 2026, 00:30"


def test_names_are_joined_as_in_a_sentence() -> None:
    joined = [words.listing(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"]) if names]
    assert joined == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("the 365 days before", "the 12 months before"),
        ("the 30 days before", "the 30 days before"),
        ("2026-04-01 to 2026-06-30", "1 Apr 2026 – 30 Jun 2026"),
    ],
)
def test_the_earlier_period_is_named_as_in_a_sentence(told: str, expected: str) -> None:
    quarter = Period(
        first_day=to_day(date(2026, 4, 1)), end_day=to_day(date(2026, 7, 1)), words=told
    )
    assert words.before(quarter) == expected


@pytest.mark.parametrize(
    ("missing", "ever", "expected"),
    [
        ("nobody asked", False, "Nobody asked in all of the data."),
        ("nobody asked", True, "Nobody asked."),
        (NOT_JOINED, False, "Nobody joined in view of the data."),
    ],
)
def test_what_is_empty_names_the_data_once(missing: str, ever: bool, expected: str) -> None:
    assert words.why_empty(missing, filtered=False, earlier=False, ever=ever) == expected
