"""Small lines: one chart a group on equal axes, and the line of a card."""

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

Row = dict[str, Any]
MOST_GROUPS = 12
SMALL_COLUMNS, ACROSS = 2, 0.14
NAME_ROOM, LINE_ROOM, TICK_ROOM = 30, 62, 42
"""The pixels of a small chart, from top to bottom."""

SPARK_WIDTH, SPARK_HEIGHT = 84, 24


def small_multiples(
    frames: Sequence[tuple[str, pl.DataFrame]], unit: Unit, look: Look
) -> go.Figure:
    """Draw a small line over time for each group, on equal axes: pairs of a group and its frame by
    month or week.
    """
    found = [(name, whole(frame)) for name, frame in frames if frame["value"].is_not_null().any()]
    if not found:
        return canvas.nothing(f"There is nothing to draw: {words.NOTHING_COUNTED}.", look)
    shown = _largest(found)
    top = max(float(frame["value"].max() or 0.0) for _, frame in shown)  # type: ignore[arg-type]
    ticks = labels.value_ticks(unit, top)
    ends = labels.Ticks(at=(0.0, ticks.at[-1]), texts=("", ticks.texts[-1]), end=ticks.end)
    rows = -(-len(shown) // SMALL_COLUMNS)
    layout: dict[str, Any] = {}
    traces, notes = [], []
    for index, (name, frame) in enumerate(shown):
        suffix = "" if index == 0 else str(index + 1)
        wide, high = _cell(index, rows, min(SMALL_COLUMNS, len(shown)))
        layout[f"xaxis{suffix}"] = _months_axis(frame, look, domain=wide, anchor=f"y{suffix}")
        layout[f"yaxis{suffix}"] = canvas.value_axis(
            look, ends, domain=high, anchor=f"x{suffix}", automargin=False
        )
        colour = look.colour(name) or look.promises[Promise.PARTICIPATION]
        traces.append(_small_line(name, frame, unit, colour, suffix))
        notes.append(_small_name(name, frame, unit, colour, (wide[0], high[1]), look))
    return canvas.sheet(
        traces,
        look,
        height=rows * (NAME_ROOM + LINE_ROOM + TICK_ROOM),
        description=" ".join(_small_told(name, frame, unit) for name, frame in shown),
        subtitle=_subtitle(frames, len(shown), len(found)),
        margin={"l": 46, "r": 30, "t": 0, "b": 0},
        annotations=notes,
        **layout,
    )


def _largest(found: list[tuple[str, pl.DataFrame]]) -> list[tuple[str, pl.DataFrame]]:
    """Return the groups to draw, in the order given: all where they are few, else those with the
    most behind them.
    """
    order = sorted(
        range(len(found)), key=lambda place: (-int(found[place][1]["sample_size"].sum()), place)
    )
    return [found[place] for place in sorted(order[:MOST_GROUPS])]


def _subtitle(frames: Sequence[tuple[str, pl.DataFrame]], shown: int, of: int) -> str:
    parts = [f"The {shown} largest of {of}"] if shown < of else []
    parts += (
        []
        if all(frame["complete"].all() for _, frame in frames)
        else ["Months that the period cuts are left out"]
    )
    return ". ".join(parts)


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the months that the period does not cut, as a cut one would seem a fall; all where
    none has a value.
    """
    complete = frame.filter("complete")
    return complete if complete["value"].is_not_null().any() else frame


def _months_axis(frame: pl.DataFrame, look: Look, **more: Any) -> Row:
    """Return an axis of time that names its two ends."""
    ends = list(dict.fromkeys((frame["group"][0], frame["group"][-1])))
    texts = [labels.month(date.fromisoformat(end)).replace(" ", "<br>") for end in ends]
    return canvas.axis(look, type="date", tickmode="array", tickvals=ends, ticktext=texts, **more)


def _cell(index: int, rows: int, columns: int) -> tuple[list[float], list[float]]:
    """Return the stretches of the sheet, 0 to 1, across and upwards, of the line of one small
    chart.
    """
    column, row = index % columns, index // columns
    width = (1 - ACROSS * (columns - 1)) / columns
    left = column * (width + ACROSS)
    each = NAME_ROOM + LINE_ROOM + TICK_ROOM
    top, foot = (row * each + NAME_ROOM, row * each + NAME_ROOM + LINE_ROOM)
    return [left, left + width], [1 - foot / (rows * each), 1 - top / (rows * each)]


def _small_line(name: str, frame: pl.DataFrame, unit: Unit, colour: str, suffix: str) -> Row:
    rows = frame.to_dicts()
    days = [date.fromisoformat(row["group"]) for row in rows]
    monthly = labels.is_monthly(days)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": frame["group"].to_list(),
        "y": frame["value"].to_list(),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "line": {"color": colour, "width": 2},
        "marker": {
            "size": 4,
            "symbol": ["circle" if row["complete"] else "circle-open" for row in rows],
        },
        "cliponaxis": False,
        "hovertext": [
            _hover(name, row, unit, labels.period(day, monthly))
            for row, day in zip(rows, days, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover(name: str, row: Row, unit: Unit, when: str) -> str:
    cut = "" if row["complete"] else " (not complete)"
    found = labels.spread(unit, row["low"], row["high"])
    parts = [f"<b>{labels.safe(name)}: {words.value(unit, row['value'])}</b>", f"{when}{cut}"]
    parts += [f"95 % interval {found}"] if found else []
    return "<br>".join([*parts, f"n {row['sample_size']:,}"])


def _small_name(
    name: str, frame: pl.DataFrame, unit: Unit, colour: str, corner: tuple[float, float], look: Look
) -> Row:
    last = frame["value"].drop_nulls()[-1]
    text = f'<span style="color:{colour}">●</span> {labels.short(name, 14)} <b>{words.value(unit, last)}</b>'
    return canvas.note(text, corner[0], corner[1], look, xanchor="left", yanchor="bottom", yshift=4)


def _small_told(name: str, frame: pl.DataFrame, unit: Unit) -> str:
    values = frame["value"].drop_nulls()
    return f"{name}: first {words.value(unit, values[0])}, last {words.value(unit, values[-1])}."


def spark_svg(frame: pl.DataFrame, colour: str) -> str:
    """Return the small line of a card as SVG from a frame by month, its last point marked; empty
    below two values.

    The line starts at zero and breaks where there is no value.
    """
    frame = whole(frame)
    rows = [(place, row) for place, row in enumerate(frame.to_dicts()) if row["value"] is not None]
    known = [(place, row["value"]) for place, row in rows if isfinite(row["value"])]
    top = max((value for _, value in known), default=0.0)
    if len(known) < 2 or not top:
        return ""
    step = SPARK_WIDTH / (frame.height - 1)
    points = [
        (place, place * step, SPARK_HEIGHT - value / top * SPARK_HEIGHT) for place, value in known
    ]
    before = [None, *(place for place, _, _ in points)]
    path = " ".join(
        f"{'L' if place - 1 == last else 'M'}{x:.1f} {y:.1f}"
        for (place, x, y), last in zip(points, before, strict=False)
    )
    end = points[-1]
    box = f'viewBox="-2 -3 {SPARK_WIDTH + 5} {SPARK_HEIGHT + 6}" width="{SPARK_WIDTH + 5}" height="{SPARK_HEIGHT + 6}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path d="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="1.8" stroke-linejoin="round"/><circle cx="{end[1]:.1f}" cy="{end[2]:.1f}" r="2.6" fill="{colour}"/></svg>'
    )


def sparkline(frame: pl.DataFrame, unit: Unit, look: Look, *, promise: Promise) -> go.Figure:
    """Draw the small line of a card from a frame by month or week: no axes, the last point marked."""
    colour = look.promises[promise]
    values = frame["value"].to_list()
    last = next(
        (index for index in reversed(range(len(values))) if values[index] is not None), None
    )
    if last is None:
        return canvas.nothing(words.NOTHING_COUNTED, look).update_layout(height=48)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(values))),
        "y": values,
        "line": {"color": colour, "width": 1.8},
        "hoverinfo": "skip",
    }
    point = {
        **line,
        "mode": "markers",
        "x": [last],
        "y": [values[last]],
        "marker": {"size": 6, "color": colour},
        "cliponaxis": False,
    }
    top = max(value for value in values if value is not None and isfinite(value))
    return canvas.sheet(
        [line, point],
        look,
        height=48,
        description=_small_told("Over time", frame, unit),
        margin={"l": 2, "r": 6, "t": 6, "b": 4},
        xaxis=canvas.axis(look, visible=False, range=[-0.2, max(len(values) - 1, 1)]),
        yaxis=canvas.axis(look, visible=False, range=[0, (top or 1.0) * 1.05]),
    )
