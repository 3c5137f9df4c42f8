"""One number by group: dots with whiskers, or bars where there is no interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

Row = dict[str, Any]
ROW_HEIGHT = 30
TOP, BOTTOM = 26, 34
MOST_GROUPS = 20
WIDE = 6
RIGHT = 104
WIDEST_NOTE = 30


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

    `average` is that of all, `target` what the community aims at, both in the unit.

    Highest value on top; seniority keeps its order. More than 20 groups: the 20 with the largest
    samples, and said so.
    """
    rows = _shown(frame, unit, look)
    if not any(row["value"] is not None for row in rows):
        return canvas.nothing(
            f"There is nothing to draw: {_first_note(rows) or words.NOTHING_COUNTED}.", look
        )
    place = {row["group"]: len(rows) - 1 - index for index, row in enumerate(rows)}
    valued = [row for row in rows if row["value"] is not None]
    colours = [look.colour(row["group"]) or look.promises[promise] for row in valued]
    spans = any(row["low"] is not None for row in valued)
    lined = [
        (f"all {words.value(unit, each)}", each, "dot") for each in (average,) if each is not None
    ]
    lined += [
        (f"target {words.value(unit, each)}", each, "dash")
        for each in (target,)
        if each is not None
    ]
    across = _across(rows, unit, max((each for _, each, _ in lined), default=None), spans)
    marks = (
        _dots(valued, colours, place, unit, across)
        if spans
        else [_bars(valued, colours, place, unit)]
    )
    names = labels.told_apart([row["group"] for row in reversed(rows)], 18)
    left_out = _left_out(frame, rows)
    return canvas.sheet(
        marks,
        look,
        height=TOP + BOTTOM + ROW_HEIGHT * len(rows),
        description=_told(rows, unit, average, target, left_out.height),
        subtitle=_subtitle(len(rows), frame.height, left_out, across),
        margin={"l": 8, "r": RIGHT, "t": TOP, "b": BOTTOM},
        xaxis=canvas.value_axis(look, across.ticks),
        yaxis=canvas.named_axis(
            look,
            names,
            tickfont={"size": canvas.LABEL_SIZE, "color": look.ink},
            ticklabelstandoff=6,
        ),
        annotations=[*_notes(rows, place, unit, look), *_line_names(lined, across, look)],
        shapes=[_line(across.at(each), dash, look) for _, each, dash in lined],
    )


def _left_out(frame: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
    """Return the groups that are not drawn, as there are too many of them."""
    return frame.remove(pl.col("group").is_in([row["group"] for row in rows]))


def _subtitle(shown: int, of: int, left_out: pl.DataFrame, across: Across) -> str:
    without = left_out.filter(pl.col("value") == 0).height
    parts = [f"the {shown} largest of {of}"] if shown < of else []
    parts += [f"0 in {words.counted(without, 'other')}"] if without else []
    parts += ["early hours drawn wider"] if across.stretched else []
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _shown(frame: pl.DataFrame, unit: Unit, look: Look) -> list[Row]:
    """Return the rows from top to bottom, what is of no known group last."""
    rows = frame.to_dicts()
    names = [row["group"] for row in rows]
    if look.scale(names):
        place = {name: index for index, name in enumerate(look.in_order(names))}
        return sorted(rows, key=lambda row: place[row["group"]])
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


def _first_note(rows: Sequence[Row]) -> str | None:
    return next((row["note"] for row in rows if row["note"]), None)


def _highest(rows: Sequence[Row], average: float | None) -> float:
    """Return how far the axis goes: to the highest whisker, but not beyond twice the highest value."""
    values = [row["value"] for row in rows if row["value"] is not None and isfinite(row["value"])]
    top = max([average or 0.0, *values])
    highs = [row["high"] for row in rows if row["high"] is not None and isfinite(row["high"])]
    return float(min(max([top, *highs]), 2 * top)) if top else 1.0


def _across(rows: Sequence[Row], unit: Unit, average: float | None, spans: bool) -> Across:
    highest = _highest(rows, average)
    values = [row["value"] for row in rows if row["value"] is not None]
    if unit is Unit.HOURS and spans and max(values) > WIDE * median(values):
        return Across(ticks=labels.fewer(labels.wait_ticks(highest)), stretched=True)
    return Across(ticks=labels.fewer(labels.value_ticks(unit, highest)), stretched=False)


def _dots(
    rows: Sequence[Row], colours: Sequence[str], place: dict[str, int], unit: Unit, across: Across
) -> list[Row]:
    """Return the whiskers, one trace for each colour, and above them the dots."""
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [across.at(row["value"]) for row in rows],
        "y": [place[row["group"]] for row in rows],
        "marker": {"size": 11, "color": list(colours)},
        "cliponaxis": False,
        "hovertext": [_hover(row, unit) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    whiskers: dict[str, Row] = {}
    for row, colour in zip(rows, colours, strict=True):
        if row["low"] is not None and row["high"] is not None:
            trace = whiskers.setdefault(colour, _whisker_trace(colour))
            trace["x"] += [across.at(row["low"]), across.at(row["high"]), None]
            trace["y"] += [place[row["group"]], place[row["group"]], None]
    return [*whiskers.values(), dots]


def _whisker_trace(colour: str) -> Row:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [],
        "y": [],
        "line": {"color": colour, "width": 2.5},
        "hoverinfo": "skip",
    }


def _bars(rows: Sequence[Row], colours: Sequence[str], place: dict[str, int], unit: Unit) -> Row:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [row["value"] for row in rows],
        "y": [place[row["group"]] for row in rows],
        "width": 0.62,
        "marker": {"color": list(colours), "line": {"width": 0}},
        "hovertext": [_hover(row, unit) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover(row: Row, unit: Unit) -> str:
    found = labels.spread(unit, row["low"], row["high"])
    parts = [f"<b>{labels.safe(row['group'])}: {words.value(unit, row['value'])}</b>"]
    parts += [f"95 % interval {found}"] if found else []
    return "<br>".join([*parts, f"n {row['sample_size']:,}"])


def _notes(rows: Sequence[Row], place: dict[str, int], unit: Unit, look: Look) -> list[Row]:
    return [_value_note(row, place, unit, look) for row in rows]


def _value_note(row: Row, place: dict[str, int], unit: Unit, look: Look) -> Row:
    """Return what stands beside a group: its value and n, or the reason why there is none, across
    the row.
    """
    at = place[row["group"]]
    faint = f'<span style="color:{look.faint}">'
    if row["value"] is None:
        why, _, _ = (row["note"] or words.NOTHING_COUNTED).partition(" (")
        n = f", n {row['sample_size']:,}" if row["sample_size"] else ""
        text = f"{faint}{labels.broken(why, WIDEST_NOTE)}{n}</span>"
        return canvas.note(
            text, 0, at, look, yref="y", xanchor="left", xshift=4, bgcolor=look.surface
        )
    n = f" {faint}n {row['sample_size']:,}</span>" if _tells_n(row, unit) else ""
    text = f"{words.value(unit, row['value'])}{n}"
    return canvas.note(text, 1, at, look, yref="y", xanchor="left", xshift=8)


def _tells_n(row: Row, unit: Unit) -> bool:
    """Say whether n stands beside a value: not of counts, which are it, but of 0 of so many
    members.
    """
    return unit is not Unit.COUNT or bool(not row["value"] and row["sample_size"])


def _line(at: float, dash: str, look: Look) -> Row:
    stroke = {"color": look.faint, "width": 1.4, "dash": dash}
    return {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": at,
        "x1": at,
        "line": stroke,
        "layer": "below",
    }


def _line_names(lined: Sequence[tuple[str, float, str]], across: Across, look: Look) -> list[Row]:
    """Return the names of the lines above them: of two, each on its own side, so that neither
    covers the other.
    """
    faint = {"size": canvas.SMALL_SIZE, "color": look.faint}
    names = []
    for number, (text, value, _) in enumerate(sorted(lined, key=lambda each: each[1])):
        at = across.at(value)
        side = "right" if at > across.ticks.end / 2 else "left"
        if len(lined) > 1:
            side = "right" if number == 0 else "left"
        names.append(
            canvas.note(text, at, 1, look, xref="x", xanchor=side, yanchor="bottom", font=faint)
        )
    return names


def _told(
    rows: Sequence[Row], unit: Unit, average: float | None, target: float | None, left_out: int
) -> str:
    valued = sorted(
        (row for row in rows if row["value"] is not None), key=lambda row: -row["value"]
    )
    told = "; ".join(_row_told(row, unit) for row in valued)
    sentences = [f"{'Highest first: ' if len(valued) > 1 else ''}{told}."]
    sentences += [
        f"{row['group']}: {row['note'] or words.NOTHING_COUNTED}."
        for row in rows
        if row["value"] is None
    ]
    sentences += [f"All together: {words.value(unit, average)}."] if average is not None else []
    sentences += [f"The target is {words.value(unit, target)}."] if target is not None else []
    sentences += (
        [f"{words.counted(left_out, 'group')} with smaller n left out."] if left_out else []
    )
    return " ".join(sentences)


def _row_told(row: Row, unit: Unit) -> str:
    n = f" (n {row['sample_size']:,})" if _tells_n(row, unit) else ""
    return f"{row['group']} {words.value(unit, row['value'])}{n}"
