"""Two shares beside each other with their whiskers: by seniority, by what became of a question, by
quarter.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit

Row = dict[str, Any]
ROW_HEIGHT, TOP, BOTTOM, RIGHT = 52, 30, 34, 120
HEIGHT = 280
APART = 0.17
DAYS_APART = 5
RATES = {
    "answer_rate_24h": ("within 24 hours", "low_24h", "high_24h"),
    "answer_rate": ("within 7 days", "low", "high"),
}


def gaps(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the shares answered within a day and within 7 days of each seniority, its median wait
    beside.
    """
    rows = {row["seniority"]: row for row in table.to_dicts()}
    groups = look.in_order(rows)
    place = {group: len(groups) - 1 - index for index, group in enumerate(groups)}
    traces: list[Row] = []
    for (column, (name, low, high)), colour, side in zip(
        RATES.items(), _two(look), (APART, -APART), strict=True
    ):
        known = [rows[group] for group in groups if rows[group][column] is not None]
        at = [place[row["seniority"]] + side for row in known]
        hovers = [
            _hover(f"{row['seniority']}, {name}", row[column], row[low], row[high], None)
            for row in known
        ]
        traces += _whiskered(
            [row[column] for row in known], at, known, (low, high), name, colour, hovers
        )
    faint = f'<span style="color:{look.faint}">'
    waits = [
        canvas.note(
            f"{_half(row, faint)}<br>{faint}n {row['questions']:,}</span>",
            1,
            place[group],
            look,
            yref="y",
            xanchor="left",
            xshift=8,
        )
        for group, row in rows.items()
    ]
    return canvas.sheet(
        traces,
        look,
        height=TOP + BOTTOM + ROW_HEIGHT * len(groups),
        description=" ".join(_gap_told(rows[group]) for group in groups),
        margin={"l": 8, "r": RIGHT, "t": TOP, "b": BOTTOM},
        xaxis=canvas.value_axis(look, labels.value_ticks(Unit.PERCENT, 1.0)),
        yaxis=canvas.named_axis(
            look,
            [labels.short(group, 18) for group in reversed(groups)],
            tickfont={"size": canvas.LABEL_SIZE, "color": look.ink},
        ),
        annotations=waits,
        showlegend=True,
        legend=canvas.legend(look),
    )


def newcomers_back(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of newcomers who came back, by whether their first question was answered."""
    rows = table.to_dicts()
    names = [row["first_question"] for row in reversed(rows)]
    at = [names.index(row["first_question"]) for row in rows]
    hovers = [
        _hover(row["first_question"], row["share"], row["low"], row["high"], row["newcomers"])
        for row in rows
    ]
    colour = look.promises[Promise.HELP]
    notes = [
        canvas.note(
            f'{words.value(Unit.PERCENT, row["share"])} <span style="color:{look.faint}">n {row["newcomers"]:,}</span>',
            1,
            place,
            look,
            yref="y",
            xanchor="left",
            xshift=8,
        )
        for row, place in zip(rows, at, strict=True)
    ]
    return canvas.sheet(
        _whiskered(
            [row["share"] for row in rows], at, rows, ("low", "high"), "came back", colour, hovers
        ),
        look,
        height=TOP + BOTTOM + ROW_HEIGHT * len(rows),
        description=" ".join(
            f"First question {row['first_question']}: {words.value(Unit.PERCENT, row['share'])} of "
            f"{words.counted(row['newcomers'], 'newcomer')} came back."
            for row in rows
        ),
        margin={"l": 8, "r": RIGHT, "t": TOP, "b": BOTTOM},
        xaxis=canvas.value_axis(look, labels.fewer(labels.value_ticks(Unit.PERCENT, 1.0))),
        yaxis=canvas.named_axis(
            look, names, tickfont={"size": canvas.LABEL_SIZE, "color": look.ink}
        ),
        annotations=notes,
    )


def newcomers_by_quarter(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw by quarter the shares of newcomers who were answered and who came back, each with its
    whiskers.
    """
    rows = [{**row, "month": _quarter(row["month"])} for row in table.to_dicts()]
    numbers = sorted({row["number"] for row in rows})
    colours = dict(zip(numbers, _two(look), strict=False))
    traces: list[Row] = []
    for number, side in zip(numbers, (-DAYS_APART, DAYS_APART), strict=False):
        own = [row for row in rows if row["number"] == number]
        days = [(row["month"] + timedelta(days=45 + side)).isoformat() for row in own]
        hovers = [
            _hover(
                f"{_quarter_name(row['month'])}, {number}",
                row["share"],
                row["low"],
                row["high"],
                row["newcomers"],
            )
            for row in own
        ]
        shares = [row["share"] for row in own]
        traces += _whiskered(
            days, shares, own, ("low", "high"), number, colours[number], hovers, upright=True
        )
    quarters = sorted({row["month"] for row in rows})
    step = 1 if len(quarters) <= labels.MOST_TICKS else 2
    return canvas.sheet(
        traces,
        look,
        height=HEIGHT,
        description=" ".join(_quarters_told(number, rows) for number in numbers),
        margin={"l": 8, "r": 14, "t": TOP, "b": 40},
        xaxis=canvas.axis(
            look,
            type="date",
            range=[quarters[0].isoformat(), (quarters[-1] + timedelta(days=92)).isoformat()],
            tickmode="array",
            tickvals=[(quarter + timedelta(days=45)).isoformat() for quarter in quarters[::step]],
            ticktext=[_quarter_name(quarter).replace(" ", "<br>") for quarter in quarters[::step]],
        ),
        yaxis=canvas.value_axis(look, labels.value_ticks(Unit.PERCENT, 1.0)),
        showlegend=True,
        legend=canvas.legend(look),
    )


def _two(look: Look) -> tuple[str, ...]:
    light, _, dark = shades(look, look.promises[Promise.HELP], 3)
    return light, dark


def _whiskered(
    xs: Sequence[Any],
    ys: Sequence[Any],
    rows: Sequence[Row],
    ends: tuple[str, str],
    name: str,
    colour: str,
    hovers: Sequence[str],
    *,
    upright: bool = False,
) -> list[Row]:
    """Return whiskers and, above them, dots that carry what hovering shows; upright ones are joined
    by a line.
    """
    spans: tuple[list[Any], list[Any]] = ([], [])
    for x, y, row in zip(xs, ys, rows, strict=True):
        low, high = row[ends[0]], row[ends[1]]
        spans[0].extend([x, x, None] if upright else [low, high, None])
        spans[1].extend([low, high, None] if upright else [y, y, None])
    common = {"type": "scatter", "name": name, "legendgroup": name, "cliponaxis": False}
    return [
        {
            **common,
            "mode": "lines",
            "x": spans[0],
            "y": spans[1],
            "line": {"color": colour, "width": 2.5},
            "hoverinfo": "skip",
            "showlegend": False,
        },
        {
            **common,
            "mode": "lines+markers" if upright else "markers",
            "x": list(xs),
            "y": list(ys),
            "line": {"color": colour, "width": 1.2},
            "marker": {"size": 10, "color": colour},
            "hovertext": list(hovers),
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]


def _hover(name: str, share: float, low: float, high: float, n: int | None) -> str:
    parts = [f"<b>{labels.safe(name)}: {words.value(Unit.PERCENT, share)}</b>"]
    parts += [f"95 % interval {labels.spread(Unit.PERCENT, low, high)}"]
    return "<br>".join([*parts, f"n {n:,}"] if n is not None else parts)


def _half(row: Row, faint: str) -> str:
    """Return within which time half of the questions had an answer, or that most still wait, or
    that none was asked.
    """
    if not row["questions"]:
        return f"{faint}no question asked</span>"
    if row["wait"] is None:
        return f"{faint}most still wait</span>"
    return f"{faint}half within</span> {words.value(Unit.HOURS, row['wait'])}"


def _gap_told(row: Row) -> str:
    if not row["questions"]:
        return f"{row['seniority']}: no question asked."
    rates = " and ".join(
        f"{words.value(Unit.PERCENT, row[column])} answered {name}"
        for column, (name, _, _) in RATES.items()
    )
    wait = (
        "the median wait is not reached"
        if row["wait"] is None
        else f"half within {words.duration(row['wait'])}"
    )
    return f"{row['seniority']}: {rates}; {wait} ({words.counted(row['questions'], 'question')})."


def _quarter(day: date) -> date:
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _quarter_name(day: date) -> str:
    return f"Q{(day.month + 2) // 3} {day.year}"


def _quarters_told(number: str, rows: Sequence[Row]) -> str:
    own = [row for row in rows if row["number"] == number]
    told = ", ".join(
        f"{_quarter_name(row['month'])} {words.value(Unit.PERCENT, row['share'])} of {row['newcomers']:,}"
        for row in own
    )
    return f"{number[:1].upper()}{number[1:]}: {told}."
