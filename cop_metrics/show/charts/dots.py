"""One number by group: dots with whiskers, or bars where there is no interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

Row = Mapping[str, Any]
Placed = tuple[int, Row]
"""A row of the frame and its row of the sheet, from the lowest upwards."""
ROW_HEIGHT = 30
TOP, BOTTOM = 26, 34
MOST_GROUPS = 20
WIDE = 6
RIGHT = 104
NAME_WIDTH, NOTE_WIDTH = 18, 30


@dataclass(frozen=True, kw_only=True)
class Level:
    """A line across all rows: what all are together, or what the community aims at."""

    name: str
    value: float
    dash: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Across:
    """The axis of values; hours that differ widely are stretched, as one long wait would press all
    others to zero.
    """

    ticks: labels.Ticks
    stretched: bool

    def at(self, value: float) -> float:
        """Return the place of a value on the axis, at most its end."""
        return min(labels.stretched(value) if self.stretched else value, self.ticks.end)


def groups(
    frame: pl.DataFrame,
    unit: Unit,
    look: Look,
    average: float | None = None,
    *,
    target: float | None = None,
    promise: Promise = Promise.PARTICIPATION,
) -> go.Figure:
    """Draw one number by team, seniority or topic from a frame of `Measurer.figures_by`.

    `average` is that of all, `target` what the community aims at, both in the unit. Highest value on
    top; seniority keeps its order. Of more than 20 groups the 20 with the largest samples.
    """
    rows = _shown(frame, unit, look)
    if all(row["value"] is None for row in rows):
        return canvas.nothing(_why_nothing(rows), look)
    levels = _levels(unit, average, target)
    across = _across(rows, unit, levels)
    placed = [(len(rows) - 1 - at, row) for at, row in enumerate(rows)]
    names = labels.distinct([row["group"] for row in rows], NAME_WIDTH)
    left_out = frame.remove(pl.col("group").is_in([row["group"] for row in rows]))
    beside = [_beside(at, row, unit, look) for at, row in placed]
    return canvas.sheet(
        _marks(placed, unit, across, look, look.promises[promise]),
        look,
        height=TOP + BOTTOM + ROW_HEIGHT * len(rows),
        description=_in_words(rows, unit, levels, left_out.height),
        subtitle=_subtitle(len(rows), frame.height, left_out, across),
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        xaxis=canvas.value_axis(look, across.ticks),
        yaxis=canvas.rows_axis(look, names[::-1]),
        annotations=[*beside, *_level_names(levels, across, look)],
        shapes=[_level_line(across.at(each.value), each.dash, look) for each in levels],
    )


def _why_nothing(rows: Sequence[Row]) -> str:
    why = next((row["note"] for row in rows if row["note"]), words.NOTHING_COUNTED)
    return f"There is nothing to draw: {why}."


def _shown(frame: pl.DataFrame, unit: Unit, look: Look) -> list[Row]:
    """Return the rows from top to bottom, what is of no known group last."""
    rows: list[Row] = [*frame.iter_rows(named=True)]
    names = [row["group"] for row in rows]
    if look.scale(names):
        order = look.in_order(names)
        return sorted(rows, key=lambda row: order.index(row["group"]))
    largest = sorted(rows, key=lambda row: -row["sample_size"])[:MOST_GROUPS]
    return sorted(
        largest, key=lambda row: (row["group"] == UNKNOWN, -_height(row, unit), row["group"])
    )


def _height(row: Row, unit: Unit) -> float:
    """Return what a row is sorted by: a median wait that questions did not reach is longer than any
    other.
    """
    if row["value"] is None:
        return inf if unit is Unit.HOURS and row["sample_size"] else -inf
    return float(row["value"])


def _levels(unit: Unit, average: float | None, target: float | None) -> list[Level]:
    found = []
    if average is not None:
        text = words.value(unit, average)
        name, sentence = f"all {text}", f"All together: {text}."
        found.append(Level(name=name, value=average, dash="dot", sentence=sentence))
    if target is not None:
        text = words.value(unit, target)
        name, sentence = f"target {text}", f"The target is {text}."
        found.append(Level(name=name, value=target, dash="dash", sentence=sentence))
    return found


def _has_intervals(rows: Sequence[Row]) -> bool:
    return any(row["low"] is not None for row in rows)


def _across(rows: Sequence[Row], unit: Unit, levels: Sequence[Level]) -> Across:
    highest = _highest(rows, levels)
    valued = [row for row in rows if row["value"] is not None]
    values = [row["value"] for row in valued]
    if unit is Unit.HOURS and _has_intervals(valued) and max(values) > WIDE * median(values):
        return Across(ticks=labels.fewer(labels.wait_ticks(highest)), stretched=True)
    return Across(ticks=labels.fewer(labels.value_ticks(unit, highest)), stretched=False)


def _highest(rows: Sequence[Row], levels: Sequence[Level]) -> float:
    """Return how far the axis goes: to the highest whisker, but not beyond twice the highest value."""
    top = max([0.0, *(level.value for level in levels), *labels.finite(rows, "value")])
    highest = max([top, *labels.finite(rows, "high")])
    return float(min(highest, 2 * top)) if top else 1.0


def _marks(
    placed: Sequence[Placed], unit: Unit, across: Across, look: Look, plain: str
) -> list[marks.Mark]:
    """Return dots with whiskers, or bars where no group has an interval; `plain` is the colour of
    groups that have none of their own.
    """
    valued = [(at, row) for at, row in placed if row["value"] is not None]
    shown = [
        marks.Dot(
            place=at,
            value=row["value"],
            low=row["low"],
            high=row["high"],
            colour=look.colour(row["group"]) or plain,
            hover=_hover(row, unit),
        )
        for at, row in valued
    ]
    if _has_intervals([row for _, row in valued]):
        return marks.whiskered([dot.along(across.at) for dot in shown], cliponaxis=False)
    values, colours = [dot.value for dot in shown], [dot.colour for dot in shown]
    bars = marks.row_bars(values, colours, [dot.hover for dot in shown])
    return [bars | {"y": [dot.place for dot in shown]}]


def _hover(row: Row, unit: Unit) -> str:
    head = f"{labels.safe(row['group'])}: {words.value(unit, row['value'])}"
    found = labels.interval(unit, row["low"], row["high"])
    return marks.hover(head, found, f"n {row['sample_size']:,}")


def _beside(at: int, row: Row, unit: Unit, look: Look) -> marks.Mark:
    """Return what stands beside a group: its value and n, or the reason why there is none, across
    the row.
    """
    n = f"n {row['sample_size']:,}"
    if row["value"] is None:
        why, _, _ = (row["note"] or words.NOTHING_COUNTED).partition(" (")
        text = labels.broken(why, NOTE_WIDTH) + (f", {n}" if row["sample_size"] else "")
        return canvas.within(labels.faint(text, look), at, look, xshift=4)
    text = words.value(unit, row["value"])
    return canvas.beside(
        f"{text} {labels.faint(n, look)}" if _tells_n(row, unit) else text, at, look
    )


def _tells_n(row: Row, unit: Unit) -> bool:
    """Say whether n stands beside a value: not of counts, which are it, but of 0 of so many
    members.
    """
    return unit is not Unit.COUNT or bool(not row["value"] and row["sample_size"])


def _level_line(at: float, dash: str, look: Look) -> marks.Mark:
    stroke = {"color": look.faint, "width": 1.4, "dash": dash}
    ends = {"yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at}
    return {"type": "line", **ends, "line": stroke, "layer": "below"}


def _level_names(levels: Sequence[Level], across: Across, look: Look) -> canvas.Marks:
    """Return the names of the lines above them: of two, each on its own side, so that neither
    covers the other.
    """
    faint = canvas.font(look.faint)
    names = []
    for number, level in enumerate(sorted(levels, key=lambda each: each.value)):
        at = across.at(level.value)
        is_left_of_it = number == 0 if len(levels) > 1 else at > across.ticks.end / 2
        side = "right" if is_left_of_it else "left"
        names.append(
            canvas.note(
                level.name, at, 1, look, xref="x", xanchor=side, yanchor="bottom", font=faint
            )
        )
    return names


def _subtitle(shown: int, of: int, left_out: pl.DataFrame, across: Across) -> str:
    without = left_out.filter(pl.col("value") == 0).height
    parts = [f"the {shown} largest of {of}"] if shown < of else []
    parts += [f"0 in {words.counted(without, 'other')}"] if without else []
    parts += ["early hours drawn wider"] if across.stretched else []
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _in_words(rows: Sequence[Row], unit: Unit, levels: Sequence[Level], left_out: int) -> str:
    valued = [row for row in rows if row["value"] is not None]
    valued.sort(key=lambda row: -row["value"])
    values = "; ".join(_row_in_words(row, unit) for row in valued)
    sentences = [f"{'Highest first: ' if len(valued) > 1 else ''}{values}."]
    sentences += [
        f"{row['group']}: {row['note'] or words.NOTHING_COUNTED}."
        for row in rows
        if row["value"] is None
    ]
    sentences += [level.sentence for level in levels]
    if left_out:
        sentences.append(f"{words.counted(left_out, 'group')} with smaller n left out.")
    return " ".join(sentences)


def _row_in_words(row: Row, unit: Unit) -> str:
    n = f" (n {row['sample_size']:,})" if _tells_n(row, unit) else ""
    return f"{row['group']} {words.value(unit, row['value'])}{n}"
