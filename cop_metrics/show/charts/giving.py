"""How unevenly help is given. To add a chart: a function of its table, and its entry in `BUILDERS`."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, shades
from cop_metrics.units import Unit

HEIGHT = 300
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
ROW = 64


def lorenz(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of help by share of people, a line for whom it is over, beside the straight
    line of all alike.
    """
    colours = shades(look, look.promises[Promise.HELP], 2)
    parts = [(str(name), part) for (name,), part in table.group_by("series", maintain_order=True)]
    told = [f"{words.value(Unit.RATIO, part['gini'][0])} {name}" for name, part in parts]
    return canvas.sheet(
        [
            _alike(look),
            *(
                _curve(name, part, colour)
                for (name, part), colour in zip(parts, reversed(colours), strict=False)
            ),
        ],
        look,
        height=HEIGHT,
        description=f"Gini's coefficient is {words.listing(told)}. "
        + " ".join(_told(name, part) for name, part in parts),
        subtitle="Across: share of people, those who gave least first; up: share of all help",
        showlegend=True,
        legend=canvas.legend(look),
        xaxis=_shares(look, range=[0, 1.02]),
        yaxis=_shares(look, range=[0, 1.02]),
    )


def _shares(look: Look, **more: Any) -> dict[str, Any]:
    texts = [words.value(Unit.PERCENT, share) for share in QUARTERS]
    return canvas.axis(
        look,
        tickmode="array",
        tickvals=list(QUARTERS),
        ticktext=texts,
        showgrid=True,
        gridcolor=look.grid,
        **more,
    )


def _alike(look: Look) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "if all gave alike",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": look.faint, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _curve(name: str, part: pl.DataFrame, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": labels.safe(name),
        "x": part["share_of_people"].to_list(),
        "y": part["help"].to_list(),
        "line": {"color": colour, "width": 2},
        "hovertext": [
            f"<b>{words.value(Unit.PERCENT, help_)} of all help</b><br>by the {words.value(Unit.PERCENT, people)} who gave "
            f"least<br>{labels.safe(name)}"
            for people, help_ in part.select("share_of_people", "help").iter_rows()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _told(name: str, part: pl.DataFrame) -> str:
    half = part.filter(pl.col("share_of_people") <= 0.5)["help"][-1]
    return f"{name.capitalize()}, the half who gave least gave {words.value(Unit.PERCENT, half)}."


def giving(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw two bars, all members and all help, each cut into the core, the regulars, the others and
    those who did not.
    """
    rows = table.to_dicts()
    *helped, not_helped = [
        *reversed(shades(look, look.promises[Promise.HELP], max(1, len(rows) - 1))),
        look.unknown,
    ]
    colours = [*helped, not_helped] if len(rows) > 1 else helped
    bars = (("of_members", "members"), ("of_help", "help"))
    return canvas.sheet(
        [_part(row, colour, bars, look) for row, colour in zip(rows, colours, strict=True)],
        look,
        height=ROW * len(bars) + 96,
        description=" ".join(
            f"{row['who'].capitalize()}: {words.counted(row['people'], 'member')}, "
            f"{words.value(Unit.PERCENT, row['of_members'])} of members, {words.value(Unit.PERCENT, row['of_help'])} of help."
            for row in rows
        ),
        barmode="stack",
        showlegend=True,
        legend=canvas.legend(look) | {"itemwidth": 30},
        xaxis=_shares(look, range=[0, 1.02]),
        yaxis=canvas.named_axis(
            look, [name for _, name in reversed(bars)], tickfont={"size": 13, "color": look.ink}
        ),
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
    )


def _part(
    row: dict[str, Any], colour: str, bars: Sequence[tuple[str, str]], look: Look
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": labels.safe(row["who"]),
        "y": list(range(len(bars) - 1, -1, -1)),
        "x": [row[column] for column, _ in bars],
        "width": 0.6,
        "marker": {"color": colour, "line": {"color": look.surface, "width": 0.8}},
        "hovertext": [
            f"<b>{words.value(Unit.PERCENT, row[column])} of {name}</b><br>{labels.safe(row['who'])}<br>"
            f"{words.counted(row['people'], 'member')}"
            for column, name in bars
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
