"""Lines over time and curves of waiting. To add a chart of lines: a function here and its entry in
`BUILDERS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, faded, shades
from cop_metrics.units import Unit

HEIGHT = 280
BOTTOM, TOP = 44, 20
BAND, BAND_OF_MANY = 0.16, 0.09


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line: its name as given, its colour, and the rows of `Measurer.figures_by` month or week."""

    name: str
    colour: str
    rows: list[dict[str, Any]]
    days: tuple[date, ...]

    @property
    def last(self) -> dict[str, Any] | None:
        """Return the last row that has a value."""
        return next((row for row in reversed(self.rows) if row["value"] is not None), None)


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
    lines = _lines(begun, look, promise)
    cut = any(
        frame.height < given.height
        for (_, frame), (_, given) in zip(begun, metrics_and_frames, strict=True)
    )
    if not any(line.last for line in lines):
        return canvas.nothing(_why_empty(lines), look)
    days = sorted({day for line in lines for day in line.days})
    ticks = labels.value_ticks(unit, _highest(lines, target, with_band=len(lines) == 1))
    traces = [
        mark for line in lines for mark in _line_marks(line, unit, len(lines) > canvas.MANY_LINES)
    ]
    if len(lines) == 1:
        traces.insert(0, _band(lines[0], ticks.end))
    notes, right = canvas.end_labels(
        _ends(lines, target, unit, ticks.end), look, HEIGHT - BOTTOM - TOP
    )
    whose = f" for {aim[:1].lower()}{aim[1:]}" if aim and len(lines) > 1 else ""
    at, texts = labels.date_ticks(days)
    return canvas.sheet(
        traces,
        look,
        height=HEIGHT,
        description=_told(lines, unit, target, whose),
        subtitle="; ".join(
            each
            for each in (
                f"Begins with the first whole {'month' if labels.is_monthly(days) else 'week'}"
                if cut
                else "",
                f"Dotted: the target{whose}" if whose and target is not None else "",
            )
            if each
        ),
        margin={"l": 8, "r": right, "t": TOP, "b": BOTTOM},
        xaxis=canvas.axis(
            look, type="date", range=_around(days), tickmode="array", tickvals=at, ticktext=texts
        ),
        yaxis=canvas.value_axis(look, ticks),
        annotations=notes,
        shapes=[] if target is None else [_level_line(target, look)],
        showlegend=len(lines) > canvas.MANY_LINES,
        legend=canvas.legend(look),
    )


def _from_whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the months or weeks without a first one that is cut, where a whole one follows it."""
    whole = frame["complete"].to_list()
    return frame.slice(1) if whole and not whole[0] and any(whole) else frame


def _lines(named: Sequence[tuple[str, pl.DataFrame]], look: Look, promise: Promise) -> list[Line]:
    hues = shades(look, look.promises[promise], len(named)) if named else ()
    lines = []
    for (name, frame), hue in zip(named, hues, strict=True):
        rows = frame.to_dicts()
        days = tuple(date.fromisoformat(row["group"]) for row in rows)
        lines.append(Line(name=name, colour=look.colour(name) or hue, rows=rows, days=days))
    return lines


def _why_empty(lines: Sequence[Line]) -> str:
    notes = [row["note"] for line in lines for row in line.rows if row["note"]]
    return f"There is nothing to draw: {notes[0] if notes else words.NOTHING_COUNTED}."


def _highest(lines: Sequence[Line], target: float | None, *, with_band: bool) -> float:
    rows = [row for line in lines for row in line.rows if row["value"] is not None]
    top = max([target or 0.0, *(row["value"] for row in rows if isfinite(row["value"]))])
    highs = [
        row["high"]
        for row in rows
        if with_band and row["high"] is not None and isfinite(row["high"])
    ]
    return float(min(max([top, *highs]), 3 * top)) if top else 1.0


def _line_marks(line: Line, unit: Unit, in_legend: bool) -> canvas.Marks:
    """Return the solid and the dashed stretch of a line, and its points, which carry what hovering
    shows.
    """
    days = [row["group"] for row in line.rows]
    values = [row["value"] for row in line.rows]
    dashed = [not row["complete"] for row in line.rows]
    stroke = {"color": line.colour, "width": 2.2}
    common = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "name": labels.safe(line.name),
        "legendgroup": line.name,
    }
    xs, ys = _joints(days, values, dashed)
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": days,
        "y": values,
        "name": labels.safe(line.name),
        "showlegend": False,
        "cliponaxis": False,
        "marker": {
            "size": 5 if len(days) <= 40 else 3,
            "color": line.colour,
            "symbol": ["circle-open" if cut else "circle" for cut in dashed],
        },
        "hovertext": [_hover(line, row, unit) for row in line.rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return [
        {**common, "x": days, "y": _solid(values, dashed), "line": stroke, "showlegend": in_legend},
        {**common, "x": xs, "y": ys, "line": {**stroke, "dash": "5px,4px"}, "showlegend": False},
        points,
    ]


def _solid(values: Sequence[float | None], dashed: Sequence[bool]) -> list[float | None]:
    return [None if cut else value for value, cut in zip(values, dashed, strict=True)]


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


def _hover(line: Line, row: dict[str, Any], unit: Unit) -> str:
    when = labels.period(date.fromisoformat(row["group"]), labels.is_monthly(line.days))
    cut = "" if row["complete"] else " (not complete)"
    found = labels.spread(unit, row["low"], row["high"])
    parts = [f"<b>{labels.safe(line.name)}: {words.value(unit, row['value'])}</b>", f"{when}{cut}"]
    parts += [f"95 % interval {found}"] if found else []
    return "<br>".join([*parts, f"n {row['sample_size']:,}"])


def _band(line: Line, ceiling: float) -> dict[str, Any]:
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
    return filled(xs, ys, line.colour)


def _unbroken(rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    stretches: list[list[dict[str, Any]]] = [[]]
    for row in rows:
        if row["value"] is None or row["low"] is None or row["high"] is None:
            stretches.append([])
        else:
            stretches[-1].append(row)
    return [stretch for stretch in stretches if stretch]


def filled(xs: Any, ys: Any, colour: str, opacity: float = BAND) -> dict[str, Any]:
    """Return a closed shape in a faint colour: the band of a line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": faded(colour, opacity),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _ends(
    lines: Sequence[Line], target: float | None, unit: Unit, end: float
) -> list[tuple[str, float, str | None]]:
    """Return what stands at the right: the names of up to four lines, and the target."""
    named = lines if 1 < len(lines) <= canvas.MANY_LINES else ()
    ends: list[tuple[str, float, str | None]] = [
        (line.name, line.last["value"] / end, line.colour) for line in named if line.last
    ]
    return (
        ends
        if target is None
        else [*ends, (f"target {words.value(unit, target)}", target / end, None)]
    )


def _level_line(at: float, look: Look) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": at,
        "y1": at,
        "line": {"color": look.faint, "width": 1.4, "dash": "dot"},
    }


def _level_name(text: str, at: float, look: Look) -> dict[str, Any]:
    faint = {"size": canvas.SMALL_SIZE, "color": look.faint}
    return canvas.note(text, 0, at, look, yref="y", xanchor="left", yanchor="bottom", font=faint)


def _around(days: Sequence[date]) -> list[str]:
    """Return the ends of the time axis: a little more than the days, so that a single one stands in
    the middle.
    """
    margin = (
        max(timedelta(days=2), (days[-1] - days[0]) * 0.02) if len(days) > 1 else timedelta(days=20)
    )
    return [(days[0] - margin).isoformat(), (days[-1] + margin).isoformat()]


def _told(lines: Sequence[Line], unit: Unit, target: float | None, whose: str) -> str:
    sentences = [_line_told(line, unit) for line in lines]
    if target is not None:
        sentences.append(f"The target{whose} is {words.value(unit, target)}.")
    return " ".join(sentences)


def _line_told(line: Line, unit: Unit) -> str:
    rows = [row for row in line.rows if row["value"] is not None]
    if not rows:
        return f"{line.name}: no values."
    monthly = labels.is_monthly(line.days)

    def at(row: dict[str, Any]) -> str:
        cut = "" if row["complete"] else ", not complete"
        return f"{words.value(unit, row['value'])} ({labels.period(date.fromisoformat(row['group']), monthly)}{cut})"

    if len(rows) == 1:
        return f"{line.name}: {at(rows[0])}."
    whole = [row for row in rows if row["complete"]]
    lowest, highest = (choose(whole or rows, key=lambda row: row["value"]) for choose in (min, max))
    missing = len(line.rows) - len(rows)
    gaps = (
        f" {words.counted(missing, 'month' if monthly else 'week')} without a value."
        if missing
        else ""
    )
    return f"{line.name}: first {at(rows[0])}, last {at(rows[-1])}, highest {at(highest)}, lowest {at(lowest)}.{gaps}"


def waiting_curve(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share still waiting by time since asking, one curve with its band for each
    seniority.
    """
    return _waiting_curves(table, "seniority", look)


def waiting_curve_by_team(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share still waiting by time since asking, one curve with its band for each team."""
    return _waiting_curves(table, "team", look)


def _waiting_curves(table: pl.DataFrame, by: str, look: Look) -> go.Figure:
    """Draw the curves of groups; hours lie along log2(1 + hours).

    That starts at zero, as a logarithm cannot, and gives the first day half the width.
    """
    last = float(table["hours"].max() or 0.0)  # type: ignore[arg-type]
    if not last:
        return canvas.nothing(
            "There is nothing to draw yet: the data ends with the questions.", look
        )
    groups = look.in_order(table[by].to_list())
    parts = {group: table.filter(pl.col(by) == group).sort("hours") for group in groups}
    hues = shades(look, look.seniority, len(groups))
    colours = {group: look.colour(group) or hue for group, hue in zip(groups, hues, strict=True)}
    many = len(groups) > canvas.MANY_LINES
    bands = [
        _step_band(part, colours[group], BAND_OF_MANY if many else BAND)
        for group, part in parts.items()
    ]
    curves = [_steps(group, part, colours[group]) for group, part in parts.items()]
    ends = [
        (group, part["waiting"][-1] / labels.TOP_SHARE, colours[group])
        for group, part in parts.items()
    ]
    notes, right = canvas.end_labels([] if many else ends, look, HEIGHT - BOTTOM - TOP)
    ticks = labels.wait_ticks(last)
    return canvas.sheet(
        [*bands, *curves],
        look,
        height=HEIGHT + 18 * (len(groups) // 4 if many else 0),
        description=_waits_told(parts),
        subtitle="Early hours drawn wider; "
        + ", ".join(f"{group} n {int(part['at_risk'][0]):,}" for group, part in parts.items()),
        margin={"l": 8, "r": 14 if many else right, "t": TOP, "b": BOTTOM},
        xaxis=canvas.axis(
            look,
            range=[0, ticks.end],
            tickmode="array",
            tickvals=list(ticks.at),
            ticktext=list(ticks.texts),
        ),
        yaxis=canvas.value_axis(look, labels.value_ticks(Unit.PERCENT, 1.0)),
        shapes=[_level_line(0.5, look)],
        annotations=[*notes, _level_name("half", 0.5, look)],
        showlegend=many,
        legend=canvas.legend(look),
    )


def _steps(group: str, part: pl.DataFrame, colour: str) -> dict[str, Any]:
    name = labels.safe(group)
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 2.2, "shape": "hv"},
        "x": np.log2(1 + part["hours"].to_numpy()),
        "y": part["waiting"].to_numpy(),
        "name": name,
        "hovertext": [
            f"<b>{name}: {words.value(Unit.PERCENT, row['waiting'])} still waiting</b><br>"
            f"{words.duration(row['hours']) if row['hours'] else '0 h'} after asking<br>"
            f"95 % interval {labels.spread(Unit.PERCENT, row['low'], row['high'])}<br>"
            f"n {row['at_risk']:,} still followed"
            for row in part.iter_rows(named=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _step_band(part: pl.DataFrame, colour: str, opacity: float) -> dict[str, Any]:
    """Return the band as one closed shape with the corners of its steps."""
    there = np.repeat(np.log2(1 + part["hours"].to_numpy()), 2)[1:]
    highs, lows = (np.repeat(part[name].to_numpy(), 2)[:-1] for name in ("high", "low"))
    return filled(
        np.concatenate([there, there[::-1]]), np.concatenate([highs, lows[::-1]]), colour, opacity
    )


def _waits_told(parts: dict[str, pl.DataFrame]) -> str:
    return " ".join(_wait_told(group, part) for group, part in parts.items())


def _wait_told(group: str, part: pl.DataFrame) -> str:
    def waiting(hours: float) -> str:
        reached = part.filter(pl.col("hours") <= hours)
        return words.value(Unit.PERCENT, float(reached["waiting"][-1]))

    half = part.filter(pl.col("waiting") <= 0.5 + 1e-9)
    median = (
        f"half had an answer after {words.duration(half['hours'][0])}"
        if half.height
        else "half is not reached"
    )
    last = float(part["hours"][-1])
    shown = (
        [(24.0, "1 day"), (168.0, "7 days")]
        if last >= 168
        else [(last, words.duration(last))]
        if last
        else []
    )
    still = "; ".join(f"{waiting(hours)} still waited after {text}" for hours, text in shown)
    followed = f"{int(part['at_risk'][0]):,} questions"
    return f"{group}: {median}{'; ' if still else ''}{still} ({followed})."
