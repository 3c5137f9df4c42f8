"""Words and ticks on charts: months, periods, names of groups, and round numbers along an axis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil, floor, isfinite, log2, log10
from textwrap import wrap
from typing import Any

from cop_metrics import words
from cop_metrics.show.charts.look import Look
from cop_metrics.statistics.comparing import Interval
from cop_metrics.units import Unit

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_TICKS = 7
TOP_SHARE = 1.02
WAIT_TICKS = {
    0.0: "0",
    1.0: "1 h",
    4.0: "4 h",
    24.0: "1 d",
    72.0: "3 d",
    168.0: "7 d",
    720.0: "30 d",
    4320.0: "180 d",
}


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """The places of an axis that are labelled, their labels, and the end of the axis."""

    at: tuple[float, ...]
    texts: tuple[str, ...]
    end: float


def safe(name: str) -> str:
    """Return a name that was typed by someone so that a chart shows it as it stands."""
    return escape(" ".join(name.split()), quote=False)


def short(name: str, width: int = 22) -> str:
    """Return a name cut to a width in characters, safe to show."""
    text = " ".join(name.split())
    return safe(text if len(text) <= width else text[: width - 1].rstrip() + "…")


def distinct(names: Sequence[str], width: int = 22) -> list[str]:
    """Return names cut to a width in characters, safe to show; those that would look alike keep
    their ends.
    """
    texts = [" ".join(name.split()) for name in names]
    cut = [short(text, width) for text in texts]
    return [
        each
        if cut.count(each) == 1 or len(text) <= width
        else safe(f"{text[: width // 2]}…{text[1 + width // 2 - width :]}")
        for each, text in zip(cut, texts, strict=True)
    ]


def broken(name: str, width: int = 15) -> str:
    """Return a name in at most three lines, safe to show."""
    lines = wrap(name, width) or [""]
    three = (*lines[:2], " ".join(lines[2:]))
    return "<br>".join(short(line, width + 3) for line in three if line)


def month(day: date) -> str:
    """Write a month: 'Sep 2026'."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def is_monthly(days: Sequence[date]) -> bool:
    """Say whether these first days are those of months, not of weeks."""
    return all(day.day == 1 for day in days)


def period(day: date, monthly: bool) -> str:
    """Write the month or the week that starts on a day."""
    return month(day) if monthly else f"week of {day.day} {month(day)}"


def faint(text: str, look: Look) -> str:
    """Return a text, which must be safe to show, in the faint colour."""
    return f'<span style="color:{look.faint}">{text}</span>'


def percent(share: float | None) -> str:
    """Write a share in whole per cent."""
    return words.value(Unit.PERCENT, share)


def interval(unit: Unit, low: float | None, high: float | None) -> str:
    """Write a 95 % interval as a line of what pointing shows, empty where there is none."""
    found = spread(unit, low, high)
    return f"95 % interval {found}" if found else ""


def share_interval(row: Mapping[str, Any], low: str = "low", high: str = "high") -> str:
    """Write the 95 % interval of a share whose ends stand in a row."""
    return interval(Unit.PERCENT, row[low], row[high])


def finite(rows: Iterable[Mapping[str, Any]], column: str) -> list[float]:
    """Return the numbers of a column that are known and have an end."""
    numbers = (row[column] for row in rows)
    return [number for number in numbers if number is not None and isfinite(number)]


def spread(unit: Unit, low: float | None, high: float | None) -> str:
    """Write a 95 % interval, empty where there is none."""
    return "" if low is None or high is None else words.interval(unit, Interval(low=low, high=high))


def date_ticks(days: Sequence[date]) -> tuple[list[str], list[str]]:
    """Return the days to label and their labels; the year stands under the first label and under
    each new year.

    The first goes without where the next one is of a new year: on a phone the two would meet.
    """
    ordered = sorted(set(days))
    if is_monthly(ordered):
        shown = _every_few_months(ordered)
    else:
        shown = ordered[:: ceil(len(ordered) / (MOST_TICKS - 1))]
    texts, year = [], 0
    if len(shown) > 1 and shown[1].year > shown[0].year:
        year = shown[0].year
    for day in shown:
        text = (
            MONTHS[day.month - 1] if is_monthly(ordered) else f"{day.day} {MONTHS[day.month - 1]}"
        )
        texts.append(text if day.year == year else f"{text}<br>{day.year}")
        year = day.year
    return [day.isoformat() for day in shown], texts


def _every_few_months(days: Sequence[date]) -> list[date]:
    numbers = [day.year * 12 + day.month - 1 for day in days]
    span = numbers[-1] - numbers[0] + 1
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if span <= step * MOST_TICKS)
    shown = [day for day, number in zip(days, numbers, strict=True) if number % step == 0]
    return shown or [days[0]]


def value_ticks(unit: Unit, highest: float) -> Ticks:
    """Return round ticks from zero for values up to `highest`; shares always go to 100 %."""
    if unit is Unit.PERCENT:
        shares = (0.0, 0.25, 0.5, 0.75, 1.0)
        return Ticks(
            at=shares, texts=tuple(words.value(unit, share) for share in shares), end=TOP_SHARE
        )
    if unit is not Unit.HOURS:
        at = _round_steps(highest, whole=unit in (Unit.COUNT, Unit.POINTS))
        mark = " h" if unit is Unit.HOURS_OF_WORK else ""
        texts = tuple(f"{place:,g}{mark if place else ''}" for place in at)
        return Ticks(at=at, texts=texts, end=max(at[-1], highest) * TOP_SHARE)
    scale, word = (24.0, "d") if highest >= words.DAYS_FROM else (1.0, "h")
    at = _round_steps(highest / scale, whole=False)
    texts = tuple(f"{place:g} {word}" if place else "0" for place in at)
    return Ticks(
        at=tuple(place * scale for place in at),
        texts=texts,
        end=max(at[-1] * scale, highest) * TOP_SHARE,
    )


def stretched(hours: float) -> float:
    """Return the place of a wait on an axis that starts at zero, as a logarithm cannot, and draws
    early hours wider.
    """
    return log2(1 + hours)


def wait_ticks(highest: float) -> Ticks:
    """Return the ticks of an axis of stretched hours that reaches `highest`."""
    ticks = {hours: text for hours, text in WAIT_TICKS.items() if hours <= max(highest * 1.1, 1.0)}
    end = stretched(max(highest, *ticks))
    return Ticks(
        at=tuple(stretched(hours) for hours in ticks), texts=tuple(ticks.values()), end=end
    )


def fewer(ticks: Ticks) -> Ticks:
    """Return every second tick where there are many: an axis across a phone has room for few."""
    step = 2 if len(ticks.at) > 4 else 1
    return Ticks(at=ticks.at[::step], texts=ticks.texts[::step], end=ticks.end)


def _round_steps(highest: float, *, whole: bool) -> tuple[float, ...]:
    """Return zero and three to five round numbers that reach `highest`."""
    top = highest if isfinite(highest) and highest > 0 else 1.0
    power = 10.0 ** floor(log10(top / 4))
    step = next(
        power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * 4 >= top * 0.999
    )
    if whole:
        step = max(1.0, float(ceil(step)))
    count = max(1, ceil(top / step - 1e-9))
    return tuple(round(step * number, 10) for number in range(count + 1))
