"""Charts of reading: does watching lead to taking part, whose knowledge is read. To add one: see
`BUILDERS`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.lines import BOTTOM, HEIGHT, TOP, filled
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit

Row = dict[str, Any]
LAST_DAY = 180
FEWEST = 5
"""A curve of fewer members than these would be a line through noise: it stands in the table only."""

DAY_TICKS = (0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0)
ROW_HEIGHT = 44
HERE, GONE = "still here", "has left"


def read_to_ask(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share who had asked by days since the first read, one curve with its band for each
    seniority.
    """
    return _step_curves(table, look, "asked")


def read_to_answer(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share who had answered by days since the first read, one curve with its band for
    each seniority.
    """
    return _step_curves(table, look, "answered")


def _step_curves(table: pl.DataFrame, look: Look, did: str) -> go.Figure:
    every = {
        group: table.filter(pl.col("seniority") == group)
        for group in look.in_order(table["seniority"].to_list())
    }
    followed = {group: int(part["at_risk"].max() or 0) for group, part in every.items()}  # type: ignore[arg-type]
    parts = {group: part.sort("days") for group, part in every.items() if followed[group] >= FEWEST}
    few = [group for group in every if group not in parts]
    if not parts:
        return canvas.nothing(
            f"There is nothing to draw: fewer than {FEWEST} members began by reading.", look
        )
    groups = list(parts)
    hues = shades(look, look.seniority, len(groups))
    colours = {group: look.colour(group) or hue for group, hue in zip(groups, hues, strict=True)}
    many = len(groups) > canvas.MANY_LINES
    ends = [
        (group, part["share"][-1] / labels.TOP_SHARE, colours[group])
        for group, part in parts.items()
    ]
    notes, right = canvas.end_labels([] if many else ends, look, HEIGHT - BOTTOM - TOP)
    last = max(LAST_DAY / 6, float(table["days"].max() or 0.0))  # type: ignore[arg-type]
    ticks = [day for day in DAY_TICKS if day <= last]
    return canvas.sheet(
        [
            *(_band(part, colours[group]) for group, part in parts.items()),
            *_curves(parts, colours, did),
        ],
        look,
        height=HEIGHT,
        description=" ".join(_curve_told(group, part, did) for group, part in parts.items()),
        subtitle="Days since the first read; "
        + ", ".join(f"{group} n {followed[group]:,}" for group in parts)
        + (f"; not drawn, fewer than {FEWEST}: {', '.join(few)}" if few else ""),
        margin={"l": 8, "r": 14 if many else right, "t": TOP, "b": BOTTOM},
        xaxis=canvas.axis(
            look,
            range=[0, last],
            tickmode="array",
            tickvals=ticks,
            ticktext=[f"{day:g} d" if day else "0" for day in ticks],
        ),
        yaxis=canvas.value_axis(look, labels.value_ticks(Unit.PERCENT, 1.0)),
        annotations=notes,
        showlegend=many,
        legend=canvas.legend(look),
    )


def _curves(parts: Mapping[str, pl.DataFrame], colours: Mapping[str, str], did: str) -> list[Row]:
    return [
        {
            "type": "scatter",
            "mode": "lines+markers" if part.height == 1 else "lines",
            "line": {"color": colours[group], "width": 2.2, "shape": "hv"},
            "x": part["days"].to_numpy(),
            "y": part["share"].to_numpy(),
            "name": labels.safe(group),
            "cliponaxis": False,
            "hovertext": [_hover(group, row, did) for row in part.iter_rows(named=True)],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for group, part in parts.items()
    ]


def _hover(group: str, row: Row, did: str) -> str:
    return (
        f"<b>{labels.safe(group)}: {words.value(Unit.PERCENT, row['share'])} had {did}</b><br>"
        f"{words.counted(int(row['days']), 'day')} after the first read<br>"
        f"95 % interval {labels.spread(Unit.PERCENT, row['low'], row['high'])}<br>"
        f"n {row['at_risk']:,} still followed"
    )


def _band(part: pl.DataFrame, colour: str) -> Row:
    """Return the band as one closed shape with the corners of its steps."""
    there = np.repeat(part["days"].to_numpy(), 2)[1:]
    highs, lows = (np.repeat(part[name].to_numpy(), 2)[:-1] for name in ("high", "low"))
    return filled(np.concatenate([there, there[::-1]]), np.concatenate([highs, lows[::-1]]), colour)


def _curve_told(group: str, part: pl.DataFrame, did: str) -> str:
    def by(days: float) -> str:
        reached = part.filter(pl.col("days") <= days)
        return words.value(Unit.PERCENT, float(reached["share"][-1]))

    last = float(part["days"][-1])
    days = [each for each in (30, 90) if each <= last] or [int(last)]
    told = ", ".join(
        f"{by(each)} had {did} {words.counted(each, 'day')} after the first read" for each in days
    )
    return f"{group}: {told} ({words.counted(int(part['at_risk'][0]), 'member')})."


def whose_knowledge(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw reads by the seniority of whose knowledge it is, those of people who have left in a
    colour of their own.
    """
    groups = look.in_order(table["seniority"].unique().to_list())
    counts = {(group, standing): int(reads) for group, standing, reads in table.iter_rows()}
    total = {
        group: sum(counts.get((group, standing), 0) for standing in (HERE, GONE))
        for group in groups
    }
    every = sum(total.values())
    colours = {HERE: look.promises[Promise.INSPIRATION], GONE: look.other}
    ticks = labels.fewer(labels.value_ticks(Unit.COUNT, float(max(total.values()))))
    names = [labels.short(group, 18) for group in reversed(groups)]
    return canvas.sheet(
        [
            _bars(
                standing,
                [(group, counts.get((group, standing), 0)) for group in reversed(groups)],
                total,
                colour,
            )
            for standing, colour in colours.items()
            if any(counts.get((group, standing)) for group in groups)
        ],
        look,
        height=84 + ROW_HEIGHT * len(groups),
        description=" ".join(
            _knowledge_told(group, counts, total[group], every) for group in groups
        ),
        subtitle=f"Reads, n {every:,}",
        barmode="stack",
        showlegend=any(standing == GONE for _, standing in counts),
        legend=canvas.legend(look),
        margin={"l": 8, "r": 56, "t": 12, "b": 34},
        xaxis=canvas.value_axis(look, ticks),
        yaxis=canvas.named_axis(
            look,
            names,
            tickfont={"size": canvas.LABEL_SIZE, "color": look.ink},
            ticklabelstandoff=6,
        ),
        annotations=[
            canvas.note(
                words.value(Unit.PERCENT, total[group] / every),
                1,
                place,
                look,
                yref="y",
                xanchor="left",
                yanchor="middle",
            )
            for place, group in enumerate(reversed(groups))
        ],
    )


def _bars(
    standing: str, numbers: list[tuple[str, int]], total: Mapping[str, int], colour: str
) -> Row:
    return {
        "type": "bar",
        "orientation": "h",
        "name": standing,
        "x": [number for _, number in numbers],
        "y": list(range(len(numbers))),
        "width": 0.62,
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertext": [
            f"<b>{labels.safe(group)}, {standing}: {number:,} reads</b><br>"
            f"{words.value(Unit.PERCENT, number / max(1, total[group]))} of n {total[group]:,}"
            for group, number in numbers
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _knowledge_told(
    group: str, counts: Mapping[tuple[str, str], int], total: int, every: int
) -> str:
    gone = counts.get((group, GONE), 0)
    left = f", {gone:,} of them of people who have left" if gone else ""
    return f"{group}: {total:,} reads ({words.value(Unit.PERCENT, total / every)}){left}."
