"""Stacked bars by month with a fixed order and fixed colours. To add one: a `Stack` and its entry
in `BUILDERS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, mixed, shades
from cop_metrics.units import Unit

HEIGHT = 300
WITHDRAWN = "withdrawn"
BAR_MILLISECONDS = 25 * 86_400_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """One colour of a stack: the value in the table, its name in words, and its colour."""

    key: str
    name: str
    colour: str


def people_by_act(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw people by month and by the most that they did, each act in the colour of its promise."""
    colours = look.promises
    parts = (
        Part(key="answered", name="answered", colour=colours[Promise.STATUS]),
        Part(key="asked", name="asked", colour=colours[Promise.HELP]),
        Part(key="only commented", name="commented", colour=colours[Promise.PARTICIPATION]),
        Part(
            key="only read or reacted", name="read or reacted", colour=colours[Promise.INSPIRATION]
        ),
    )
    return _stacked(
        table, ("month", "did", "people"), parts, look, "people", cut=_cut_months(table)
    )


def _cut_months(table: pl.DataFrame) -> frozenset[Any]:
    """Return the months that are not whole."""
    return frozenset(table.filter(~pl.col("complete"))["month"].to_list())


def outcomes(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw questions by month and outcome: another's help first, then the asker's own, then none,
    then withdrawn.
    """
    help_, own = (
        shades(look, look.promises[Promise.HELP], 3),
        shades(look, look.promises[Promise.STATUS], 3),
    )
    parts = (
        Part(key="resolved", name="resolved", colour=help_[2]),
        Part(key="answered", name="answered", colour=help_[0]),
        Part(key="resolved_by_self", name=words.OUTCOMES["resolved_by_self"], colour=own[2]),
        Part(key="self_answered", name=words.OUTCOMES["self_answered"], colour=own[0]),
        Part(key="unanswered", name="unanswered", colour=look.alert),
        Part(key=WITHDRAWN, name="withdrawn", colour=look.unknown),
    )
    withdrawn = int(table.filter(pl.col("outcome") == WITHDRAWN)["questions"].sum())
    beside = f"{withdrawn:,} withdrawn, not in the shares" if withdrawn else ""
    columns = ("month", "outcome", "questions")
    return _stacked(
        table,
        columns,
        parts,
        look,
        "questions",
        subtitle=beside,
        apart=WITHDRAWN,
        cut=_cut_months(table),
    )


def levels_over_time(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw people above the first level by month, the highest at the foot; the first would dwarf
    them and is told.
    """
    lowest = LEVELS[0]
    last = table.filter(
        (pl.col("month") == table["month"].max()) & (pl.col("level") == lowest.number)
    )
    members = words.counted(int(last["people"].sum()), "member")
    above = table.filter(pl.col("level") != lowest.number)
    if not above["people"].sum():
        return canvas.nothing(
            f"Nobody has risen above level {lowest.name} yet: {members} there.", look
        )
    parts = [
        Part(key=name, name=name, colour=colour) for name, colour in level_colours(look).items()
    ]
    rest = f"Not drawn: {members} at level {lowest.name} at the end"
    columns = ("month", "level_name", "people")
    return _stacked(above, columns, tuple(reversed(parts)), look, "people", subtitle=rest)


def level_colours(look: Look) -> dict[str, str]:
    """Return the colour of each level above the first, light to dark, in their order."""
    risen = [level.name for level in LEVELS[1:]]
    return dict(zip(risen, shades(look, look.promises[Promise.STATUS], len(risen)), strict=True))


def _stacked(
    table: pl.DataFrame,
    columns: tuple[str, str, str],
    parts: Sequence[Part],
    look: Look,
    noun: str,
    subtitle: str = "",
    apart: str = "",
    cut: frozenset[date] = frozenset(),
) -> go.Figure:
    """Return stacked bars by month; those that the period or the data cuts are hatched.

    The part `apart` has no share, and is in no total that shares are taken of.
    """
    month, part, count = columns
    counted = table.group_by(
        pl.col(month).cast(pl.Date).alias("month"), pl.col(part).alias("part")
    ).agg(pl.col(count).sum().alias("count"))
    totals = dict(counted.group_by("month").agg(pl.col("count").sum()).iter_rows())
    shared = counted.filter(pl.col("part") != apart)
    bases = {
        **dict.fromkeys(totals, 0),
        **dict(shared.group_by("month").agg(pl.col("count").sum()).iter_rows()),
    }
    days = sorted(totals)
    counts = {(day, key): number for day, key, number in counted.iter_rows()}
    known = [*parts, *_unforeseen(counted, parts, look)]
    shown = [each for each in known if any(counts.get((day, each.key)) for day in days)]
    ticks = labels.value_ticks(Unit.COUNT, float(max(totals.values())))
    at, texts = labels.date_ticks(days)
    return canvas.sheet(
        [
            _bars(each, days, counts, {} if each.key == apart else bases, look, noun, cut)
            for each in shown
        ],
        look,
        height=HEIGHT + 18 * (len(shown) // 4),
        description=_told(shown, days, counts, totals, noun),
        subtitle="Hatched: months that are not complete" if cut & set(days) else subtitle,
        barmode="stack",
        showlegend=True,
        legend=canvas.legend(look),
        margin={"l": 8, "r": 12, "t": 12, "b": 40},
        xaxis=canvas.axis(
            look, type="date", range=_around(days), tickmode="array", tickvals=at, ticktext=texts
        ),
        yaxis=canvas.value_axis(look, ticks),
    )


def _unforeseen(counted: pl.DataFrame, parts: Sequence[Part], look: Look) -> list[Part]:
    """Return parts for values that the fixed order does not hold, so that nothing is left out of a
    stack.
    """
    keys = sorted(set(counted["part"].to_list()) - {part.key for part in parts})
    return [
        Part(key=key, name=key, colour=mixed(look.other, look.ink, 0.3 * (index % 2)))
        for index, key in enumerate(keys)
    ]


def _bars(
    part: Part,
    days: Sequence[date],
    counts: dict[tuple[date, str], int],
    bases: dict[date, int],
    look: Look,
    noun: str,
    cut: frozenset[date],
) -> dict[str, Any]:
    """Return the bars of a part; `bases` is what its shares are of, empty for a part that has none."""
    numbers = [counts.get((day, part.key), 0) for day in days]
    return {
        "type": "bar",
        "name": labels.safe(part.name),
        "x": [day.isoformat() for day in days],
        "y": numbers,
        "width": BAR_MILLISECONDS,
        "marker": {
            "color": part.colour,
            "line": {"color": look.surface, "width": 0.8},
            "pattern": {
                "shape": ["/" if day in cut else "" for day in days],
                "fillmode": "overlay",
                "fgcolor": look.surface,
                "size": 6,
            },
        },
        "hovertext": [
            f"<b>{labels.safe(part.name)}: {number:,}</b><br>{_share(number, bases.get(day), noun)}{labels.month(day)}"
            f"{' (not complete)' if day in cut else ''}"
            for day, number in zip(days, numbers, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _share(number: int, base: int | None, noun: str) -> str:
    return (
        ""
        if base is None
        else f"{words.value(Unit.PERCENT, number / (base or 1))} of n {base:,} {noun}<br>"
    )


def _around(days: Sequence[date]) -> list[str]:
    """Return the ends of the time axis: room for half a bar on both sides, more for a single month."""
    room = timedelta(days=20 if len(days) > 1 else 60)
    return [(days[0] - room).isoformat(), (days[-1] + room).isoformat()]


def _told(
    parts: Sequence[Part],
    days: Sequence[date],
    counts: dict[tuple[date, str], int],
    totals: dict[date, int],
    noun: str,
) -> str:
    def month_told(day: date) -> str:
        inside = ", ".join(
            f"{counts[day, part.key]:,} {part.name}"
            for part in parts
            if counts.get((day, part.key))
        )
        return f"{labels.month(day)} {totals[day]:,} {noun} ({inside})"

    if len(days) == 1:
        return f"{month_told(days[0])}."
    highest, lowest = max(days, key=lambda day: totals[day]), min(days, key=lambda day: totals[day])
    return (
        f"First month: {month_told(days[0])}. Last month: {month_told(days[-1])}. "
        f"Most in {labels.month(highest)} ({totals[highest]:,}), fewest in {labels.month(lowest)} ({totals[lowest]:,})."
    )
