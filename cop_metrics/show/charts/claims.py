"""Several numbers side by side for juniors, mid and seniors: a block of dots with whiskers for each
number.
"""

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
ROW_HEIGHT = 25
RIGHT = 134
NOTE_WIDTH = 34


def claims(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the numbers of both claims by seniority, each under its name; a number that is not known
    says why.
    """
    known = [row for row in table.to_dicts() if row["seniority"] != UNKNOWN] or table.to_dicts()
    lines = _lines(known, look)
    place = {index: len(lines) - 1 - index for index in range(len(lines))}
    rows = [
        (place[index], row)
        for index, (_, row) in enumerate(lines)
        if row and row["value"] is not None
    ]
    headings = [(place[index], text) for index, (text, row) in enumerate(lines) if row is None]
    names = [labels.short(row["seniority"], 18) if row else "" for _, row in reversed(lines)]
    return canvas.sheet(
        [
            *(_whisker(at, row, look) for at, row in rows if row["low"] is not None),
            _dots(rows, look),
        ],
        look,
        height=46 + ROW_HEIGHT * len(lines),
        description=" ".join(_told(row) for _, row in lines if row),
        subtitle="Not drawn: members of unknown seniority" if len(known) < table.height else "",
        margin={"l": 8, "r": RIGHT, "t": 8, "b": 34},
        xaxis=canvas.value_axis(look, labels.fewer(labels.value_ticks(Unit.PERCENT, 1.0))),
        yaxis=canvas.named_axis(
            look,
            names,
            tickfont={"size": canvas.LABEL_SIZE, "color": look.ink},
            ticklabelstandoff=6,
        ),
        annotations=[
            *(
                canvas.note(text, 0, at, look, yref="y", xanchor="left", bgcolor=look.surface)
                for at, text in headings
            ),
            *(_beside(place[index], row, look) for index, (_, row) in enumerate(lines) if row),
        ],
    )


def _lines(rows: list[Row], look: Look) -> list[tuple[str, Row | None]]:
    """Return the lines from top to bottom: a heading for each claim and number, and a row for each
    seniority.
    """
    order = {
        name: index for index, name in enumerate(look.in_order(row["seniority"] for row in rows))
    }
    lines: list[tuple[str, Row | None]] = []
    for claim in dict.fromkeys(row["claim"] for row in rows):
        own = [row for row in rows if row["claim"] == claim]
        lines.append((f"<b>{claim}</b>", None))
        for number in dict.fromkeys(row["number"] for row in own):
            lines.append((number, None))
            shown = sorted(
                (row for row in own if row["number"] == number),
                key=lambda row: order[row["seniority"]],
            )
            if all(row["value"] is None for row in shown):
                lines.append(("", {**shown[0], "seniority": ""}))
            else:
                lines += [("", row) for row in shown]
    return lines


def _colour(row: Row, look: Look) -> str:
    return look.colour(row["seniority"]) or look.promises[Promise.STATUS]


def _whisker(at: int, row: Row, look: Look) -> Row:
    stroke = {"color": _colour(row, look), "width": 2.5}
    ends = {"x": [row["low"], row["high"]], "y": [at, at]}
    return {"type": "scatter", "mode": "lines", **ends, "line": stroke, "hoverinfo": "skip"}


def _dots(rows: list[tuple[int, Row]], look: Look) -> Row:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["value"] for _, row in rows],
        "y": [at for at, _ in rows],
        "marker": {"size": 11, "color": [_colour(row, look) for _, row in rows]},
        "cliponaxis": False,
        "hovertext": [_hover(row) for _, row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover(row: Row) -> str:
    found = labels.spread(Unit.PERCENT, row["low"], row["high"])
    parts = [
        f"<b>{labels.safe(row['seniority'])}: {words.value(Unit.PERCENT, row['value'])}</b>",
        row["number"],
    ]
    return "<br>".join([*parts, *([f"95 % interval {found}"] if found else []), f"n {row['n']:,}"])


def _beside(at: int, row: Row, look: Look) -> Row:
    faint = f'<span style="color:{look.faint}">'
    if row["value"] is None:
        text = f"{faint}{labels.broken(row['note'] or words.NOTHING_COUNTED, NOTE_WIDTH)}</span>"
        return canvas.note(
            text, 0, at, look, yref="y", xanchor="left", xshift=4, bgcolor=look.surface
        )
    each = row["helps_per_active"]
    more = (
        f"{faint}n {row['n']:,}</span>" if each is None else f"{faint}{each:,.1f} helps each</span>"
    )
    return canvas.note(
        f"{words.value(Unit.PERCENT, row['value'])} {more}",
        1,
        at,
        look,
        yref="y",
        xanchor="left",
        xshift=8,
    )


def _told(row: Row) -> str:
    number = row["number"]
    if row["value"] is None:
        return f"{number}, {row['seniority'] or 'all'}: {row['note']}."
    each = (
        ""
        if row["helps_per_active"] is None
        else f", {row['helps_per_active']:,.1f} helps per active member"
    )
    return f"{number}, {row['seniority']}: {words.value(Unit.PERCENT, row['value'])} (n {row['n']:,}{each})."
