"""Which months and weeks a period has data in, and from which day to which."""

from collections.abc import Sequence
from datetime import date, timedelta

from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.period import Period, to_date, to_day

CALENDAR = ("month", "week")
"""By what numbers are split in time."""


def calendar(period: Period, by: str, choices: CommunityChoices) -> Sequence[date]:
    """Return the first days of the months or weeks that the period has data in."""
    end = min(period.end_day, choices.as_of_day + 1)
    day, starts = begin(to_date(max(period.first_day, choices.first_day)), by), []
    while to_day(day) < end:
        starts.append(day)
        day = after(day, by)
    return starts


def begin(day: date, by: str) -> date:
    """Return the first day of the month or week of a day."""
    return day.replace(day=1) if by == "month" else day - timedelta(days=day.weekday())


def after(start: date, by: str) -> date:
    """Return the first day of the month or week after that which begins at `start`."""
    if by == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7)


def days(period: Period, choices: CommunityChoices) -> tuple[int, int]:
    """Return the first and the end day of a period, as far as the data reaches."""
    return period.first_day, min(period.end_day, choices.as_of_day + 1)


def bounds(start: date, period: Period, by: str, choices: CommunityChoices) -> tuple[int, int]:
    """Return the first and the end day of a month or week, as far as period and data reach."""
    first, end = days(period, choices)
    return max(to_day(start), first), min(to_day(after(start, by)), end)
