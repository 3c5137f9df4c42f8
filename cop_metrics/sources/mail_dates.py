"""When a mail was written: its Date, unless servers that passed it on say that the clock was wrong.

On import a mail's `dated` is what its Date says, `received` what others say, `is_far` whether the
two cannot both be right.
"""

import email.utils
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from cop_metrics.tables import TIME

EARLIEST = datetime(1990, 1, 1)
FAR_FROM_SERVERS = timedelta(days=90)
FAR_FROM_LINE = YEARS = timedelta(days=730)
AHEAD = timedelta(days=1)
NEIGHBOURS = 21
FEW = 100  # one in so many mails may lie years before, or after, all others

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WRITTEN = re.compile(
    r"\b(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}),? +(?:(?P<early>\d{4}) +)?(?P<clock>\d{1,2}:\d\d(?::\d\d)?)"
    r"(?: +(?P<zone>[+-]\d{4}|[A-Za-z]{1,5}))?(?: +(?P<late>\d{4})\b)?"
)
_ZONE = re.compile(r"([+-]\d\d):(\d\d)\b")
_ISO = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")


class How(Enum):
    """What a mail's time was taken from, or why it has none."""

    DATE = "date"
    RECEIVED = "received"
    UNREADABLE = "unreadable"
    APART = "apart"


class Dated(NamedTuple):
    """What a mail says of its time: its Date, the time that others say, and whether they differ too
    much.
    """

    dated: datetime | None
    received: datetime | None
    is_far: bool | None


def time_of_header(value: str) -> datetime | None:
    """Return the UTC time of a Date header, None where it cannot be read."""
    try:
        told = email.utils.parsedate_tz(_ZONE.sub(r"\1\2", value))
        if told is not None:
            return datetime(*told[:6]) - timedelta(seconds=told[9] or 0)
        at = datetime.fromisoformat(value.strip())
        return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def time_of_divider(line: str) -> datetime | None:
    """Return the time in a line that divides mails, None where it tells none; without a zone it is
    taken for UTC.
    """
    line = line[-120:]
    try:
        if found := _WRITTEN.search(line):
            year = found["early"] or found["late"]
            if year is None or found["month"] not in _MONTHS:
                return None
            hour, minute, second = (int(each) for each in f"{found['clock']}:0".split(":")[:3])
            at = datetime(
                int(year),
                _MONTHS.index(found["month"]) + 1,
                int(found["day"]),
                hour,
                minute,
                second,
            )
            zone = found["zone"] or ""
            minutes = int(zone[1:3]) * 60 + int(zone[3:]) if zone[:1] in ("+", "-") else 0
            return at - timedelta(minutes=-minutes if zone[:1] == "-" else minutes)
        if found := _ISO.search(line):
            return datetime.fromisoformat(f"{found[1]} {found[2] or '12:00'}")
    except (ValueError, OverflowError):
        return None
    return None


def dated(date: str, received: Sequence[str], divider: str) -> Dated:
    """Return what a mail says of its time, by its headers Date and Received, as they stand, and the
    line that divides it.

    The line counts only where no server says when it received the mail: many programs copy it from
    the Date.
    """
    told = _possible(time_of_header(date))
    hops = [
        at for at in (_possible(time_of_header(hop.rpartition(";")[2])) for hop in received) if at
    ]
    if hops:
        if told is None:
            return Dated(None, hops[-1], None)
        return Dated(
            told,
            hops[-1],
            min(abs(told - hop) for hop in hops) > FAR_FROM_SERVERS or told - max(hops) > AHEAD,
        )
    by_line = _possible(time_of_divider(divider))
    return Dated(told, by_line, abs(told - by_line) > FAR_FROM_LINE if told and by_line else None)


def _possible(at: datetime | None) -> datetime | None:
    return at if at and at >= EARLIEST else None


def settled(mails: pl.DataFrame) -> pl.DataFrame:
    """Return `at` and `how` for mails with the columns of `Dated`, in their order; `at` is null
    where no time can be right.

    Others are believed against a Date where they agree with most of the Dates around: a mailbox
    that was moved or exported in one go has them wrong for many mails together, a clock that was
    reset for one.
    """
    told = mails.with_row_index("row").sort("received", "row", nulls_last=True)
    differ = pl.col("is_far").cast(pl.Float64).rolling_mean(NEIGHBOURS, min_samples=1, center=True)
    believed = pl.col("received").is_not_null() & (differ.fill_null(0.0) <= 0.5)
    is_right = pl.col("dated").is_not_null() & ~(pl.col("is_far").fill_null(False) & believed)
    told = told.with_columns(
        pl.when(is_right).then("dated").when(believed).then("received").cast(TIME).alias("at"),
        pl.when(is_right)
        .then(pl.lit(How.DATE.value))
        .when(believed)
        .then(pl.lit(How.RECEIVED.value))
        .otherwise(pl.lit(How.UNREADABLE.value))
        .alias("how"),
    ).sort("row")
    first, last = _ends_of_the_others(told["at"])
    is_apart = (~pl.col("at").is_between(first, last)).fill_null(False)
    return told.select(
        pl.when(~is_apart).then("at"),
        pl.when(is_apart).then(pl.lit(How.APART.value)).otherwise("how").alias("how"),
    )


def _ends_of_the_others(at: pl.Series) -> tuple[datetime, datetime]:
    """Return the times of the first and the last mail but for a few that lie years before or after
    all others.
    """
    times = at.drop_nulls().sort()
    few = max(1, len(times) // FEW)
    if len(times) < 3:
        return datetime.min, datetime.max
    firsts = times.head(few + 1).to_list()
    lasts = times.tail(few + 1).to_list()
    begins = [later for before, later in pairwise(firsts) if later - before >= YEARS]
    ends = [before for before, later in pairwise(lasts) if later - before >= YEARS]
    return max(begins, default=datetime.min), min(ends, default=datetime.max)
