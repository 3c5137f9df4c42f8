"""Values of JSON: whatever an export holds, each is what was asked for, or nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop_metrics.sources import json_values
from cop_metrics.sources.json_values import count, millisecond, number, second, text, texts, time

HALF = "\ud800"
LIKELY = st.sampled_from(
    [
        HALF,
        "9" * 400,
        10**400,
        "2024-03-01T09:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "1709283600.123456",
        1e308,
        float("nan"),
        float("-inf"),
        (1 << 63) - 1,
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | LIKELY,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ONE_VALUE: dict[str, tuple[Callable[[object], Any], type]] = {
    "text": (text, str),
    "number": (number, int),
    "time": (time, datetime),
    "second": (second, datetime),
    "millisecond": (millisecond, datetime),
}


@pytest.mark.parametrize("kind", ONE_VALUE)
@given(value=ANYTHING)
def test_a_value_is_what_was_asked_for_or_nothing(kind: str, value: object) -> None:
    read, of = ONE_VALUE[kind]
    found = read(value)
    assert found is None or type(found) is of


@pytest.mark.parametrize("name", ["mapping", "sequence", "mappings", "texts"])
@given(value=ANYTHING)
def test_what_holds_several_is_empty_where_there_are_none(name: str, value: object) -> None:
    found = getattr(json_values, name)(value)
    assert type(found) is (dict if name == "mapping" else list)
    if not isinstance(value, dict | list):
        assert not found


@given(value=ANYTHING)
def test_what_is_read_can_be_written_down(value: object) -> None:
    """Neither half of a character, nor a number or a time that no column holds."""
    row = {
        "text": [text(value)],
        "texts": [texts(value)],
        "number": [number(value)],
        "time": [time(value)],
    }
    schema = {
        "text": pl.String,
        "texts": pl.List(pl.String),
        "number": pl.Int64,
        "time": pl.Datetime,
    }
    assert pl.DataFrame(row, schema=schema).height == 1


@given(value=ANYTHING, most=st.integers(0, 10**6))
def test_a_count_is_never_below_zero_and_never_beyond_its_most(value: object, most: int) -> None:
    assert 0 <= count(value, most) <= most


@given(st.text())
def test_a_text_once_read_stays_as_it_is(value: str) -> None:
    found = text(value)
    assert found is None or (text(found) == found and found == found.strip())


@given(st.integers(-(1 << 63) + 1, (1 << 63) - 1))
def test_a_number_may_be_written_in_digits(value: int) -> None:
    assert number(value) == number(str(value)) == number(f" {value} ") == value


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))
def test_a_time_may_be_a_text_or_seconds_since_1970(moment: datetime) -> None:
    """To the microsecond, also in digits with a fraction, as Slack writes them."""
    since = moment - datetime(1970, 1, 1)
    digits = f"{since // timedelta(seconds=1)}.{since.microseconds:06d}"
    assert time(moment.isoformat()) == time(f"{moment.isoformat()}Z") == second(digits) == moment
    assert time(f"{moment.isoformat()}+00:00") == time(f"{moment.isoformat(sep=' ')} UTC") == moment


def test_a_time_of_a_zone_is_told_in_utc() -> None:
    assert time("2024-03-01T09:00:00+02:00") == datetime(2024, 3, 1, 7)


@pytest.mark.parametrize("never", [0, 0.0, -5, "0", True, "1e9", "x", "1709283600 ", None])
def test_what_is_no_second_after_1970_is_none(never: object) -> None:
    assert second(never) is None


def test_milliseconds_are_a_thousandth() -> None:
    assert millisecond(1_709_283_600_500) == second(1_709_283_600.5)
    assert millisecond("1709283600500") is None


def test_texts_are_told_once_each() -> None:
    assert texts(["b", " a ", None, 7, "b", ""]) == ["b", "a"]
