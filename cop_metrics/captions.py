"""What pages say beside their numbers: whether a promise is kept, how large a change is, and safe CSV."""

from collections.abc import Sequence
from datetime import date
from math import isfinite

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.changes import Change
from cop_metrics.metrics.metric import Computed, Figure, PeopleShare, Share, Unit
from cop_metrics.period import Period, to_date
from cop_metrics.scope import CommunityChoices
from cop_metrics.statistics import Interval

KEPT, NOT_KEPT, TOO_FEW, NO_TARGET, NOT_MEASURABLE = (
    "kept",
    "not kept",
    "too few to tell",
    "no target set",
    "not measurable",
)
NO_DATA = "no data"


def promise_word(value: float | None, interval: Interval | None, target: float | None) -> str:
    """Say whether a promise is kept: only where the whole 95 % interval lies on one side of the target (metrics, 1)."""
    if value is None:
        return NOT_MEASURABLE
    if target is None:
        return NO_TARGET
    if interval is None:
        return TOO_FEW
    if interval.low >= target:
        return KEPT
    return NOT_KEPT if interval.high < target else TOO_FEW


def kept(figure: Figure, target: float | None) -> str:
    """Say whether a number keeps its promise, or why that cannot be said: 'no data', 'not measurable'."""
    if figure.value is None and not (figure.note or "").startswith(NOT_MEASURABLE):
        return NO_DATA
    return promise_word(figure.value, figure.interval, target)


def difference_text(change: Change) -> str:
    """Write the 95 % interval of a change: points for shares, hours or days for waits, per cent for counts."""
    low, high = change.difference.low, change.difference.high
    match change.metric.measure:
        case Share() | PeopleShare():
            return f"{_signed(low * 100)} to {_signed(high * 100)} points"
        case Computed() if change.metric.unit is Unit.HOURS:
            return f"{_signed_duration(low)} to {_signed_duration(high)}"
    return f"{_signed((low - 1) * 100)} % to {_signed((high - 1) * 100)} %"


def _signed(number: float) -> str:
    return f"{'−' if number < 0 else '+'}{abs(number):,.0f}"


def _signed_duration(hours: float) -> str:
    amount = words.duration(abs(hours)) if isfinite(hours) else "more than is known"
    return f"{'−' if hours < 0 else '+'}{amount}"


def days_to_type(choices: CommunityChoices, period: Period) -> tuple[date, date]:
    """Return the first and last day of a period as far as there is data, to start typing other days from."""
    first, last = (
        max(choices.first_day, min(day, choices.as_of_day)) for day in (period.first_day, period.end_day - 1)
    )
    return to_date(first), to_date(last)


def whole_percent(table: pl.DataFrame, shares: Sequence[str]) -> pl.DataFrame:
    """Return a table to look at, in which the columns of shares are whole per cent; files keep them as they are."""
    return table.with_columns((pl.col(name) * 100).round(0) for name in shares)


def csv_bytes(table: pl.DataFrame) -> bytes:
    """Write a table as CSV in UTF-8 that a spreadsheet opens: no text of a member is taken for a formula."""
    guarded = [
        pl.when(pl.col(name).str.contains(r"^[=+\-@\t\r]")).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, kind in table.schema.items()
        if kind == pl.String
    ]
    return b"\xef\xbb\xbf" + table.with_columns(guarded).write_csv().encode()


def titles_off_scale(cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices) -> Sequence[tuple[str, int]]:
    """Return job titles and seniorities of the roster that no step of the scale answers to, with their rows."""
    rows = cursor.sql(
        "select coalesce(roster.seniority, roster.job_title) as title, count(distinct roster.row_number) as rows "
        "from roster join roster_matches as matched using (community, row_number) "
        "where roster.community = $community and coalesce(roster.seniority, roster.job_title) is not null "
        "and (matched.seniority is null or not list_contains($scale, matched.seniority)) "
        "group by title order by rows desc, title",
        params={"community": choices.community, "scale": [each for each in choices.seniorities if each != "Unknown"]},
    ).fetchall()
    return tuple((str(title), int(count)) for title, count in rows)
