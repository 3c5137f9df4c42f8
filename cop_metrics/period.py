"""Periods: half-open stretches of a community's local days, by preset or typed, and the earlier one
each is compared with.

Definitions: metrics, 2.2. To add a preset: an entry in `PRESETS`. Days are numbers since
1970-01-01.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cop_metrics.errors import CopError, UnknownName

FIRST = date(1970, 1, 1)
YEARS = range(1900, 2900)
"""The years in which a typed period may lie, so that a period around it lies in the calendar too."""


def to_day(day: date) -> int:
    """Return the day number of a date."""
    return (day - FIRST).days


def to_date(day: int) -> date:
    """Return the date of a day number."""
    return FIRST + timedelta(days=day)


class Compare(StrEnum):
    """What a period is compared with."""

    BEFORE = "before"
    YEAR_EARLIER = "year"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local days `first_day` to `end_day`, the end left out; `complete` is False when the data ends
    within it.
    """

    first_day: int
    end_day: int
    words: str
    complete: bool = True

    @property
    def days(self) -> int:
        return self.end_day - self.first_day

    @property
    def first(self) -> date:
        return to_date(self.first_day)

    @property
    def last(self) -> date:
        return to_date(self.end_day - 1)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A period that can be chosen by name; `calendar` is its length in months, None for a number of
    days.
    """

    id: str
    title: str
    of: Callable[[date], tuple[date, date]]
    calendar: int | None = None


def _months(start: date, months: int) -> date:
    index = start.year * 12 + start.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _start(today: date, length: int) -> date:
    """Return the first day of the calendar month, quarter or year (of `length` months) that `today`
    lies in.
    """
    return date(today.year, (today.month - 1) // length * length + 1, 1)


def _last_days(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days), today)


def _this(length: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (_start(today, length), _months(_start(today, length), length))


def _last(length: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (_months(_start(today, length), -length), _start(today, length))


PRESETS = {
    each.id: each
    for each in (
        Preset(id="last-12-months", title="Last 12 months", of=_last_days(365)),
        Preset(id="last-90-days", title="Last 90 days", of=_last_days(90)),
        Preset(id="last-30-days", title="Last 30 days", of=_last_days(30)),
        Preset(id="this-month", title="This month", of=_this(1), calendar=1),
        Preset(id="last-month", title="Last month", of=_last(1), calendar=1),
        Preset(id="this-quarter", title="This quarter", of=_this(3), calendar=3),
        Preset(id="last-quarter", title="Last quarter", of=_last(3), calendar=3),
        Preset(id="this-year", title="This year", of=_this(12), calendar=12),
        Preset(id="last-year", title="Last year", of=_last(12), calendar=12),
    )
}
ALL = "all"
FEWEST_WEEKS = 4
WEEKS_A_YEAR = 52
MONDAY = 4
"""What the days of a Monday leave over when divided by seven."""
DEFAULT = "last-12-months"


def read_period(text: str, *, first_day: int, as_of_day: int) -> Period:
    """Return the period that `text` names: a preset, 'all', or 'YYYY-MM-DD..YYYY-MM-DD', both days
    included.

    `first_day` and `as_of_day` are the days of the data. Raises `CopError` in a sentence for
    anything else.
    """
    end = as_of_day + 1
    if text == ALL:
        return Period(first_day=first_day, end_day=end, words="All data")
    if ".." in text:
        first, last = (_read_date(part) for part in text.split("..", 1))
        if last < first:
            raise CopError(
                f"The period ends on {last}, before it starts on {first}: swap the two days."
            )
        return _bounded(to_day(first), to_day(last) + 1, f"{first} to {last}", end)
    if text not in PRESETS:
        raise UnknownName("period", text, [*PRESETS, ALL])
    since, until = PRESETS[text].of(to_date(as_of_day))
    return _bounded(to_day(since), to_day(until), PRESETS[text].title, end)


def _bounded(first_day: int, end_day: int, words: str, data_end: int) -> Period:
    return Period(first_day=first_day, end_day=end_day, words=words, complete=end_day <= data_end)


def _read_date(text: str) -> date:
    try:
        read = date.fromisoformat(text.strip())
    except ValueError:
        raise CopError(f"'{text.strip()}' is not a day: write it as 2026-03-31.") from None
    if read.year not in YEARS:
        raise CopError(
            f"{read} is no day of a community: choose one from {YEARS[0]} to {YEARS[-1]}."
        )
    return read


def whole_weeks(period: Period, *, first_day: int, as_of_day: int) -> Period:
    """Return the whole weeks, from Monday on, of the data within the period: what viewers without
    names may ask for.

    Where those are fewer than four it is widened to four or more, backwards where the data ends, so
    that some are always shown. `first_day` and `as_of_day` are the days of the data. Raises
    `CopError` where it does not hold four.
    """
    begin, finish = _monday(first_day + 6), _monday(as_of_day + 1)
    fewest = 7 * FEWEST_WEEKS
    if finish - begin < fewest:
        raise CopError(
            f"Without names at least {FEWEST_WEEKS} whole weeks are shown, from Monday on, and the data from "
            f"{to_date(first_day)} to {to_date(as_of_day)} does not hold them: import more, or ask with names."
        )
    first, end = max(_monday(period.first_day + 6), begin), min(_monday(period.end_day), finish)
    if end - first < fewest:
        first = max(min(_monday(period.first_day), finish - fewest), begin)
        end = max(min(_monday(period.end_day + 6), finish), first + fewest)
    if (first, end) == (period.first_day, period.end_day):
        return period
    return Period(first_day=first, end_day=end, words=f"{period.words}, in whole weeks")


def weeks_a_year_earlier(period: Period) -> Period:
    """Return as many whole weeks a year, which is 52 weeks, before: what viewers without names may
    compare with.
    """
    return Period(
        first_day=period.first_day - WEEKS_A_YEAR * 7,
        end_day=period.end_day - WEEKS_A_YEAR * 7,
        words="the same weeks a year earlier",
    )


def _monday(day: int) -> int:
    """Return the last Monday until a day."""
    return day - (day + 3) % 7


def earlier(text: str, period: Period, compare: Compare, *, as_of_day: int) -> Period | None:
    """Return the period that `period` (read from `text`) is compared with, None for no comparison.

    Calendar periods go back by their own length; an incomplete one is cut to the same number of
    days. One that begins after the data has none.
    """
    if (
        compare is Compare.NOTHING
        or (text == ALL and compare is Compare.BEFORE)
        or period.first_day > as_of_day
    ):
        return None
    days = (
        min(period.days, as_of_day + 1 - period.first_day) if not period.complete else period.days
    )
    preset = PRESETS.get(text)
    if compare is Compare.YEAR_EARLIER:
        first = to_day(_year_before(period.first))
        end = to_day(_year_before(to_date(period.first_day + days)))
        return Period(first_day=first, end_day=end, words="the same days a year earlier")
    if preset and preset.calendar:
        start = _months(period.first, -preset.calendar)
        length = (
            (period.first - start).days
            if period.complete
            else min(days, (period.first - start).days)
        )
        return Period(
            first_day=to_day(start),
            end_day=to_day(start) + length,
            words=_words(start, length, period),
        )
    weekly = period.first_day % 7 == MONDAY and days % 7 == 0 and days >= 7 * FEWEST_WEEKS
    told = f"the {days // 7} weeks before" if weekly else f"the {days} days before"
    return Period(first_day=period.first_day - days, end_day=period.first_day, words=told)


def _words(start: date, length: int, period: Period) -> str:
    return f"{start} to {start + timedelta(days=length - 1)}" + (
        "" if period.complete else ", as many days"
    )


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)
