"""The sheet that every chart is drawn on: transparent, without clutter, readable on a phone.

A figure carries what is said about it in words: `layout.meta` holds its description and its
subtitle.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from cop_metrics.show.charts import labels
from cop_metrics.show.charts.look import Look
from cop_metrics.show.charts.marks import Mark
from cop_metrics.units import Unit

Marks = list[Mark]
End = tuple[str, float, str | None]
"""The end of a line: its name, its height on the sheet (0 to 1), its colour, None without a dot."""
MANY_LINES = 4
LABEL_SIZE, SMALL_SIZE = 13, 12
LINE_HEIGHT = 16
NO_BREAK = "\u00a0"
FONT = '"Source Sans", "Source Sans Pro", system-ui, "DejaVu Sans", sans-serif'
"""The page's own: Plotly sets a font on its elements, so that a chart cannot inherit one."""


def sheet(
    traces: Sequence[Mapping[str, Any]],
    look: Look,
    *,
    height: int,
    description: str,
    subtitle: str = "",
    left: int = 8,
    right: int = 12,
    top: int = 12,
    bottom: int = 8,
    legend: Mapping[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """Return a figure of these traces; `description` is its text for those who cannot see it.

    `left` to `bottom` are the margins in pixels, `legend` is None where none is shown, and `layout`
    is Plotly's own.
    """
    base = {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": LABEL_SIZE, "color": look.ink},
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "showlegend": legend is not None,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": look.panel,
            "bordercolor": look.faint,
            "font": {"family": FONT, "size": LABEL_SIZE, "color": look.ink},
            "align": "left",
        },
        "meta": {"description": description, "subtitle": subtitle},
    }
    named = {} if legend is None else {"legend": legend}
    return go.Figure(data=list(traces), layout={**base, **named, **layout})


def font(colour: str, size: int = SMALL_SIZE) -> Mark:
    """Return the font of a text."""
    return {"size": size, "color": colour}


def nothing(sentence: str, look: Look) -> go.Figure:
    """Return a figure without marks that says in a sentence why."""
    text = "<br>".join(labels.safe(line) for line in wrap(sentence, 44))
    return sheet(
        [],
        look,
        height=160,
        description=sentence,
        xaxis={"visible": False},
        yaxis={"visible": False},
        annotations=[
            note(
                text,
                0.5,
                0.5,
                look,
                xanchor="center",
                yanchor="middle",
                font=font(look.faint, LABEL_SIZE),
            )
        ],
    )


def describe(figure: go.Figure) -> str:
    """Return what a chart shows, in words: the text for those who cannot see it."""
    return str(figure.layout.meta["description"])


def subtitle(figure: go.Figure) -> str:
    """Return the line to set under a chart's title, empty where there is nothing to add."""
    return str(figure.layout.meta["subtitle"])


def axis(look: Look, **more: Any) -> Mark:
    """Return an axis without a grid of its own."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickangle": 0,
        "tickfont": font(look.faint),
        **more,
    }


def value_axis(look: Look, ticks: labels.Ticks, **more: Any) -> Mark:
    """Return an axis of values from zero with faint lines at its ticks."""
    grid = {"showgrid": True, "gridcolor": look.grid}
    return ticked_axis(
        look, ticks, **{**grid, "zeroline": True, "zerolinecolor": look.grid, **more}
    )


def share_axis(look: Look, *, across: bool = False) -> Mark:
    """Return an axis of shares from 0 to 100 %; one across the sheet has room for few ticks."""
    ticks = labels.value_ticks(Unit.PERCENT, 1.0)
    return value_axis(look, labels.fewer(ticks) if across else ticks)


def quarters_axis(look: Look) -> Mark:
    """Return an axis of shares with a line at each quarter, for parts of a whole."""
    shares = labels.value_ticks(Unit.PERCENT, 1.0)
    return ticked_axis(look, shares, showgrid=True, gridcolor=look.grid)


def ticked_axis(look: Look, ticks: labels.Ticks, **more: Any) -> Mark:
    """Return an axis from zero with its ticks, without a grid."""
    ends = {"range": [0, ticks.end], **more}
    return axis(look, tickmode="array", tickvals=list(ticks.at), ticktext=list(ticks.texts), **ends)


def time_axis(look: Look, days: Sequence[date], room: timedelta) -> Mark:
    """Return an axis of time that shows these days, in order, with room on both sides."""
    at, texts = labels.date_ticks(days)
    ends = [(days[0] - room).isoformat(), (days[-1] + room).isoformat()]
    return axis(look, type="date", range=ends, tickmode="array", tickvals=at, ticktext=texts)


def named_axis(look: Look, names: Sequence[str], **more: Any) -> Mark:
    """Return an axis whose places 0, 1, 2 and so on have names."""
    return axis(
        look,
        type="linear",
        range=[-0.5, len(names) - 0.5],
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        **more,
    )


def rows_axis(look: Look, names: Sequence[str], **more: Any) -> Mark:
    """Return an axis of rows with the names before them, from the lowest upwards."""
    tickfont = font(look.ink, LABEL_SIZE)
    return named_axis(look, names, **{"tickfont": tickfont, "ticklabelstandoff": 6, **more})


def note(text: str, x: float, y: float, look: Look, **more: Any) -> Mark:
    """Return a text at a place of the sheet, both 0 to 1 unless `xref` or `yref` say otherwise."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "align": "left",
        "font": font(look.ink),
        **more,
    }


def beside(text: str, row: float, look: Look, **more: Any) -> Mark:
    """Return a text right of a row."""
    return note(text, 1, row, look, **{"yref": "y", "xanchor": "left", "xshift": 8, **more})


def within(text: str, row: float, look: Look, **more: Any) -> Mark:
    """Return a text that stands in a row instead of its marks."""
    return note(text, 0, row, look, yref="y", xanchor="left", bgcolor=look.surface, **more)


def level_name(text: str, at: float, look: Look) -> Mark:
    """Return the name of a line across the sheet, above its left end."""
    places = {"yref": "y", "xanchor": "left", "yanchor": "bottom"}
    return note(text, 0, at, look, **places, font=font(look.faint))


def more_legend(names: int) -> int:
    """Return how many pixels a legend of so many names is higher than one of a line."""
    return 18 * (names // MANY_LINES)


def legend(look: Look) -> Mark:
    """Return a legend above the chart, in the order of the traces."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "font": font(look.ink),
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
    }


def end_labels(
    ends: Sequence[End], look: Look, height: float, *, width: int = 15
) -> tuple[Marks, int]:
    """Return labels right of the ends of lines, kept apart, and the margin that they need in
    pixels.

    `height`: of the sheet in pixels; `width`: of a line in characters.
    """
    texts = [labels.broken(name, width) for name, _, _ in ends]
    gaps = [LINE_HEIGHT * (1 + text.count("<br>")) / height for text in texts]
    places = _kept_apart([at for _, at, _ in ends], gaps)
    marks = [
        note(_dotted(text, colour), 1, at, look, xanchor="left", yanchor="middle", xshift=4)
        for text, at, (_, _, colour) in zip(texts, places, ends, strict=True)
    ]
    if not ends:
        return [], 14
    widest = max(len(line) for text in texts for line in text.split("<br>"))
    return marks, 26 + 7 * widest


def _dotted(text: str, colour: str | None) -> str:
    return (
        text
        if colour is None
        else f'<span style="color:{colour}">●</span> ' + text.replace("<br>", "<br>" + 3 * NO_BREAK)
    )


def _kept_apart(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return places near those wanted, none nearer to another than half of both gaps, none above 1."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = list(wanted)
    for below, above in pairwise(order):
        places[above] = max(places[above], places[below] + (gaps[below] + gaps[above]) / 2)
    if order:
        places[order[-1]] = min(places[order[-1]], 1.0)
    for above, below in pairwise(reversed(order)):
        places[below] = min(places[below], places[above] - (gaps[below] + gaps[above]) / 2)
    return places
