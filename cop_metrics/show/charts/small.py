"""Small lines: one chart a group on equal axes, and the line of a card."""

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.lines import Line, symbols
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

MOST_GROUPS = 12
COLUMNS, ACROSS = 2, 0.14
NAME_ROOM, LINE_ROOM, TICK_ROOM = 30, 62, 42
"""The pixels of a small chart, from top to bottom."""

SPARK_WIDTH, SPARK_HEIGHT = 84, 24


def small_multiples(
    frames: Sequence[tuple[str, pl.DataFrame]], unit: Unit, look: Look
) -> go.Figure:
    """Draw a small line over time for each group, on equal axes: pairs of a group and its frame by
    month or week.
    """
    known = [(name, frame) for name, frame in frames if frame["value"].is_not_null().any()]
    found = [(name, whole(frame)) for name, frame in known]
    if not found:
        return canvas.nothing(f"There is nothing to draw: {words.NOTHING_COUNTED}.", look)
    lines = [
        Line(
            name=name,
            colour=look.colour(name) or look.promises[Promise.PARTICIPATION],
            unit=unit,
            rows=frame.to_dicts(),
        )
        for name, frame in _largest(found)
    ]
    rows = -(-len(lines) // COLUMNS)
    cells = [_cell(at, rows, min(COLUMNS, len(lines))) for at in range(len(lines))]
    placed = [*zip(lines, cells, strict=True)]
    traces = [_small_line(line, _suffix(at)) for at, line in enumerate(lines)]
    return canvas.sheet(
        traces,
        look,
        height=rows * (NAME_ROOM + LINE_ROOM + TICK_ROOM),
        description=" ".join(_small_in_words(line) for line in lines),
        subtitle=_subtitle(frames, len(lines), len(found)),
        left=46,
        right=30,
        top=0,
        bottom=0,
        annotations=[_small_name(line, wide[0], high[1], look) for line, (wide, high) in placed],
        **_axes(placed, unit, look),
    )


Cell = tuple[list[float], list[float]]
"""The stretches of the sheet, 0 to 1, across and upwards, of the line of one small chart."""


def _axes(placed: Sequence[tuple[Line, Cell]], unit: Unit, look: Look) -> marks.Mark:
    """Return the axes of all small charts: each its own months, all the same values."""
    top = max(float(row["value"]) for line, _ in placed for row in line.known)
    ticks = labels.value_ticks(unit, top)
    last, text = ticks.at[-1], ticks.texts[-1]
    ends = labels.Ticks(at=(0.0, last), texts=("", text), end=ticks.end)
    axes = {}
    for at, (line, (wide, high)) in enumerate(placed):
        suffix = _suffix(at)
        axes[f"xaxis{suffix}"] = _months_axis(line, look, domain=wide, anchor=f"y{suffix}")
        axes[f"yaxis{suffix}"] = canvas.value_axis(
            look, ends, domain=high, anchor=f"x{suffix}", automargin=False
        )
    return axes


def _suffix(at: int) -> str:
    return "" if at == 0 else str(at + 1)


def _largest(found: list[tuple[str, pl.DataFrame]]) -> list[tuple[str, pl.DataFrame]]:
    """Return the groups to draw, in the order given: all where they are few, else those with the
    most behind them.
    """
    sizes = [int(frame["sample_size"].sum()) for _, frame in found]
    largest = sorted(range(len(found)), key=lambda place: (-sizes[place], place))
    return [found[place] for place in sorted(largest[:MOST_GROUPS])]


def _subtitle(frames: Sequence[tuple[str, pl.DataFrame]], shown: int, of: int) -> str:
    is_whole = all(frame["complete"].all() for _, frame in frames)
    parts = [f"The {shown} largest of {of}"] if shown < of else []
    parts += [] if is_whole else ["Months that the period cuts are left out"]
    return ". ".join(parts)


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the months that the period does not cut, as a cut one would seem a fall; all where
    none has a value.
    """
    complete = frame.filter("complete")
    return complete if complete["value"].is_not_null().any() else frame


def _months_axis(line: Line, look: Look, **more: Any) -> marks.Mark:
    """Return an axis of time that names its two ends."""
    first, last = line.rows[0]["group"], line.rows[-1]["group"]
    ends = [first] if first == last else [first, last]
    texts = [labels.month(date.fromisoformat(end)).replace(" ", "<br>") for end in ends]
    return canvas.axis(look, type="date", tickmode="array", tickvals=ends, ticktext=texts, **more)


def _cell(index: int, rows: int, columns: int) -> Cell:
    column, row = index % columns, index // columns
    width = (1 - ACROSS * (columns - 1)) / columns
    left = column * (width + ACROSS)
    each = NAME_ROOM + LINE_ROOM + TICK_ROOM
    top, foot = (row * each + NAME_ROOM, row * each + NAME_ROOM + LINE_ROOM)
    return [left, left + width], [1 - foot / (rows * each), 1 - top / (rows * each)]


def _small_line(line: Line, suffix: str) -> marks.Mark:
    days, values = ([row[name] for row in line.rows] for name in ("group", "value"))
    return marks.line(
        days,
        values,
        line.colour,
        2,
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
        marker={"size": 4, "symbol": symbols(line.rows)},
        cliponaxis=False,
        **marks.pointed(line.hover(row) for row in line.rows),
    ) | {"mode": "lines+markers"}


def _small_name(line: Line, left: float, top: float, look: Look) -> marks.Mark:
    last = words.value(line.unit, line.known[-1]["value"])
    name = labels.short(line.name, 14)
    text = f'<span style="color:{line.colour}">●</span> {name} <b>{last}</b>'
    return canvas.note(text, left, top, look, xanchor="left", yanchor="bottom", yshift=4)


def _small_in_words(line: Line) -> str:
    first, last = (words.value(line.unit, line.known[at]["value"]) for at in (0, -1))
    return f"{line.name}: first {first}, last {last}."


def spark_svg(frame: pl.DataFrame, colour: str) -> str:
    """Return the small line of a card as SVG from a frame by month, its last point marked; empty
    below two values.

    The line starts at zero and breaks where there is no value.
    """
    values = whole(frame)["value"].to_list()
    known = {at: value for at, value in enumerate(values) if value is not None and isfinite(value)}
    top = max(known.values(), default=0.0)
    if len(known) < 2 or not top:
        return ""
    step = SPARK_WIDTH / (len(values) - 1)
    points = {at: (at * step, SPARK_HEIGHT * (1 - value / top)) for at, value in known.items()}
    path = " ".join(
        f"{'L' if at - 1 in points else 'M'}{x:.1f} {y:.1f}" for at, (x, y) in points.items()
    )
    x, y = points[max(points)]
    width, height = SPARK_WIDTH + 5, SPARK_HEIGHT + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -3 {width} {height}" '
        f'width="{width}" height="{height}">'
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8" '
        f'stroke-linejoin="round"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/></svg>'
    )
