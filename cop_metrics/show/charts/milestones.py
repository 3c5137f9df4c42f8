"""How long the way is: the share of newcomers who have taken each first step, by days since
joining.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, faded, shades
from cop_metrics.units import Unit

HEIGHT, TOP, BOTTOM = 330, 14, 34
TICKS = (0, 90, 180, 365)
TOLD = (30, 90, 365)


def milestones(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share who had taken each step by the days since joining, one curve with its band for
    each step.
    """
    steps = table["milestone"].unique(maintain_order=True).to_list()
    parts = {step: table.filter(pl.col("milestone") == step).sort("days") for step in steps}
    colours = dict(
        zip(steps, shades(look, look.promises[Promise.STATUS], len(steps))[::-1], strict=True)
    )
    ends = [
        (step, part["reached"][-1] / labels.TOP_SHARE, colours[step])
        for step, part in parts.items()
    ]
    notes, right = canvas.end_labels(ends, look, HEIGHT - BOTTOM - TOP)
    last = max(30, *table["days"].to_list())
    ticks = [day for day in TICKS if day <= last]
    followed = int(parts[steps[0]]["followed"][0])
    return canvas.sheet(
        [
            *(_band(part, colours[step]) for step, part in parts.items()),
            *(_curve(s, p, colours[s]) for s, p in parts.items()),
        ],
        look,
        height=HEIGHT,
        description=" ".join(_told(step, part) for step, part in parts.items()),
        subtitle=f"Days since joining; n {followed:,} who joined in view of the data",
        margin={"l": 8, "r": right, "t": TOP, "b": BOTTOM},
        xaxis=canvas.axis(
            look,
            range=[0, last],
            tickmode="array",
            tickvals=ticks,
            ticktext=[f"{day} d" if day else "0" for day in ticks],
        ),
        yaxis=canvas.value_axis(look, labels.value_ticks(Unit.PERCENT, 1.0)),
        annotations=notes,
    )


def _curve(step: str, part: pl.DataFrame, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 2.2, "shape": "hv"},
        "x": part["days"].to_numpy(),
        "y": part["reached"].to_numpy(),
        "name": step,
        "hovertext": [
            f"<b>{step}: {words.value(Unit.PERCENT, row['reached'])}</b><br>"
            f"within {words.counted(row['days'], 'day')} of joining<br>"
            f"95 % interval {labels.spread(Unit.PERCENT, row['low'], row['high'])}<br>"
            f"n {row['followed']:,} still followed"
            for row in part.iter_rows(named=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _band(part: pl.DataFrame, colour: str) -> dict[str, Any]:
    """Return the band as one closed shape with the corners of its steps."""
    there = np.repeat(part["days"].to_numpy(), 2)[1:]
    highs, lows = (np.repeat(part[name].to_numpy(), 2)[:-1] for name in ("high", "low"))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([there, there[::-1]]),
        "y": np.concatenate([highs, lows[::-1]]),
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": faded(colour, 0.14),
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _told(step: str, part: pl.DataFrame) -> str:
    last = int(part["days"][-1])
    shown = [day for day in TOLD if day <= last] or [last]
    shares = [
        f"{words.value(Unit.PERCENT, part.filter(pl.col('days') <= day)['reached'][-1])} within {words.counted(day, 'day')}"
        for day in shown
    ]
    return f"{step}: {', '.join(shares)}."
