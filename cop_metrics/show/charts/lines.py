"""Lines over time: one or several numbers by month or week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit

Row = Mapping[str, Any]
HEIGHT = 280
BOTTOM, TOP = 44, 20
MANY_POINTS = 40


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: its name as given, its colour, and the rows of `Measurer.figures_by` month or week."""

    name: str
    colour: str
    unit: Unit
    rows: Sequence[Row]

    @property
    def days(self) -> list[date]:
        return [date.fromisoformat(row["group"]) for row in self.rows]

    @property
    def known(self) -> list[Row]:
        """Return the rows that have a value."""
        return [row for row in self.rows if row["value"] is not None]

    def hover(self, row: Row) -> str:
        """Return what pointing at a month or week shows."""
        cut = "" if row["complete"] else " (not complete)"
        return marks.hover(
            f"{labels.safe(self.name)}: {words.value(self.unit, row['value'])}",
            f"{self.when(row)}{cut}",
            labels.interval(self.unit, row["low"], row["high"]),
            f"n {row['sample_size']:,}",
        )

    def when(self, row: Row) -> str:
        """Return the month or week of a row in words."""
        return labels.period(date.fromisoformat(row["group"]), labels.is_monthly(self.days))


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the community aims at, and whose target it is, where there are several lines."""

    value: float
    whose: str
    unit: Unit

    @property
    def text(self) -> str:
        return words.value(self.unit, self.value)


def over_time(
    metrics_and_frames: Sequence[tuple[str, pl.DataFrame]],
    unit: Unit,
    look: Look,
    target: float | None = None,
    *,
    aim: str = "",
    promise: Promise = Promise.PARTICIPATION,
) -> go.Figure:
    """Draw lines by month or week, each a name and a frame of `Measurer.figures_by`; `target` in
    their unit.

    Of several lines `aim` names the one whose target it is. One line has its interval as a band. A
    month that the period begins within is left out, as its few days would seem a leap; at the end,
    periods that the data cuts are dashed. Teams and seniorities have their own colours, other names
    shades of the promise.
    """
    begun = [(name, _from_whole(frame)) for name, frame in metrics_and_frames]
    lines = _lines(begun, unit, look, look.promises[promise])
    if not any(line.known for line in lines):
        notes = [row["note"] for line in lines for row in line.rows if row["note"]]
        why = notes[0] if notes else words.NOTHING_COUNTED
        return canvas.nothing(f"There is nothing to draw: {why}.", look)
    several = len(lines) > 1
    whose = f" for {aim[:1].lower()}{aim[1:]}" if aim and several else ""
    aimed = None if target is None else Target(value=target, whose=whose, unit=unit)
    cut = any(
        frame.height < given.height
        for (_, frame), (_, given) in zip(begun, metrics_and_frames, strict=True)
    )
    return _drawn(lines, aimed, look, cut=cut)


def _drawn(lines: Sequence[Line], target: Target | None, look: Look, *, cut: bool) -> go.Figure:
    """Draw lines of which one has a value; `cut`: a first month or week is left out."""
    unit, many = lines[0].unit, len(lines) > canvas.MANY_LINES
    days = sorted({day for line in lines for day in line.days})
    ticks = labels.value_ticks(unit, _highest(lines, target))
    traces = [mark for line in lines for mark in _marks(line, many)]
    band = [_band(lines[0], ticks.end)] if len(lines) == 1 else []
    inner = HEIGHT - BOTTOM - TOP
    notes, right = canvas.end_labels(_ends(lines, target, ticks.end), look, inner)
    return canvas.sheet(
        [*band, *traces],
        look,
        height=HEIGHT,
        description=_in_words(lines, target),
        subtitle=_subtitle(target, days if cut else []),
        right=right,
        top=TOP,
        bottom=BOTTOM,
        xaxis=canvas.time_axis(look, days, _room(days)),
        yaxis=canvas.value_axis(look, ticks),
        annotations=notes,
        shapes=[marks.level_line(target.value, look)] if target else [],
        legend=canvas.legend(look) if many else None,
    )


def _from_whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the months or weeks without a first one that is cut, where a whole one follows it."""
    whole = frame["complete"].to_list()
    return frame.slice(1) if whole and not whole[0] and any(whole) else frame


def _lines(
    named: Sequence[tuple[str, pl.DataFrame]], unit: Unit, look: Look, hue: str
) -> list[Line]:
    hues = shades(look, hue, len(named)) if named else ()
    return [
        Line(name=name, colour=look.colour(name) or hue, unit=unit, rows=frame.to_dicts())
        for (name, frame), hue in zip(named, hues, strict=True)
    ]


def _highest(lines: Sequence[Line], target: Target | None) -> float:
    rows = [row for line in lines for row in line.known]
    top = max([target.value if target else 0.0, *labels.finite(rows, "value")])
    highs = labels.finite(rows, "high") if len(lines) == 1 else []
    return float(min(max([top, *highs]), 3 * top)) if top else 1.0


def _marks(line: Line, in_legend: bool) -> canvas.Marks:
    """Return the solid and the dashed stretch of a line, and its points, which carry what hovering
    shows.
    """
    days = [row["group"] for row in line.rows]
    values = [row["value"] for row in line.rows]
    cut = [not row["complete"] for row in line.rows]
    named = {"name": labels.safe(line.name)}
    silent = {"hoverinfo": "skip", "legendgroup": line.name, **named}
    solid = [None if dashed else value for value, dashed in zip(values, cut, strict=True)]
    dashes = marks.line(*_joints(days, values, cut), line.colour, 2.2, showlegend=False, **silent)
    dashes["line"]["dash"] = "5px,4px"
    points = marks.dots(
        days,
        values,
        line.colour,
        [line.hover(row) for row in line.rows],
        showlegend=False,
        cliponaxis=False,
        **named,
    )
    size = 5 if len(days) <= MANY_POINTS else 3
    points["marker"] |= {"size": size, "symbol": symbols(line.rows)}
    return [
        marks.line(days, solid, line.colour, 2.2, showlegend=in_legend, **silent),
        dashes,
        points,
    ]


def symbols(rows: Sequence[Row]) -> list[str]:
    """Return the symbols of points: hollow where the month or week is not whole."""
    return ["circle" if row["complete"] else "circle-open" for row in rows]


def _joints(
    days: Sequence[str], values: Sequence[float | None], dashed: Sequence[bool]
) -> tuple[list[str | None], list[float | None]]:
    """Return the stretches that begin or end in a cut period, with breaks between them."""
    xs: list[str | None] = []
    ys: list[float | None] = []
    for at in range(1, len(days)):
        if dashed[at - 1] or dashed[at]:
            xs += [days[at - 1], days[at], None]
            ys += [values[at - 1], values[at], None]
    return xs, ys


def _band(line: Line, ceiling: float) -> marks.Mark:
    """Return the interval as a closed shape per unbroken stretch; one without an upper end reaches
    the top.
    """
    xs: list[str | None] = []
    ys: list[float | None] = []
    for stretch in _unbroken(line.rows):
        there = [row["group"] for row in stretch]
        highs = [min(row["high"], ceiling) for row in stretch]
        xs += [*there, *reversed(there), None]
        ys += [*highs, *(row["low"] for row in reversed(stretch)), None]
    return marks.filled(xs, ys, line.colour)


def _unbroken(rows: Sequence[Row]) -> list[list[Row]]:
    stretches: list[list[Row]] = [[]]
    for row in rows:
        if row["value"] is None or row["low"] is None or row["high"] is None:
            stretches.append([])
        else:
            stretches[-1].append(row)
    return [stretch for stretch in stretches if stretch]


def _ends(lines: Sequence[Line], target: Target | None, end: float) -> list[canvas.End]:
    """Return what stands at the right: the names of up to four lines, and the target."""
    named = lines if 1 < len(lines) <= canvas.MANY_LINES else ()
    ends: list[canvas.End] = [
        (line.name, line.known[-1]["value"] / end, line.colour) for line in named if line.known
    ]
    aim: list[canvas.End] = [(f"target {target.text}", target.value / end, None)] if target else []
    return [*ends, *aim]


def _room(days: Sequence[date]) -> timedelta:
    """Return how much longer than the days the axis is on both sides, so that a single one stands
    in the middle.
    """
    if len(days) == 1:
        return timedelta(days=20)
    return max(timedelta(days=2), (days[-1] - days[0]) * 0.02)


def _subtitle(target: Target | None, begins_with: Sequence[date]) -> str:
    step = "month" if labels.is_monthly(begins_with) else "week"
    parts = [f"Begins with the first whole {step}"] if begins_with else []
    parts += [f"Dotted: the target{target.whose}"] if target and target.whose else []
    return "; ".join(parts)


def _in_words(lines: Sequence[Line], target: Target | None) -> str:
    sentences = [_line_in_words(line) for line in lines]
    if target:
        sentences.append(f"The target{target.whose} is {target.text}.")
    return " ".join(sentences)


def _line_in_words(line: Line) -> str:
    rows = line.known
    if not rows:
        return f"{line.name}: no values."

    def at(row: Row) -> str:
        cut = "" if row["complete"] else ", not complete"
        return f"{words.value(line.unit, row['value'])} ({line.when(row)}{cut})"

    if len(rows) == 1:
        return f"{line.name}: {at(rows[0])}."
    whole = [row for row in rows if row["complete"]] or rows
    lowest, highest = (choose(whole, key=lambda row: row["value"]) for choose in (min, max))
    sentence = (
        f"first {at(rows[0])}, last {at(rows[-1])}, highest {at(highest)}, lowest {at(lowest)}"
    )
    return f"{line.name}: {sentence}.{_missing_in_words(line)}"


def _missing_in_words(line: Line) -> str:
    missing = len(line.rows) - len(line.known)
    step = "month" if labels.is_monthly(line.days) else "week"
    return f" {words.counted(missing, step)} without a value." if missing else ""
