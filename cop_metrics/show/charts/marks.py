"""The marks that charts are made of: lines, bands, dots, whiskers, bars, and what pointing at them
shows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cop_metrics.show.charts.look import Look, faded

Mark = dict[str, Any]
SILENT: Mark = {"hoverinfo": "skip", "showlegend": False}
"""A mark that says nothing of its own, as another beside it does."""
BAND, BAND_OF_MANY = 0.16, 0.09
"""How opaque the band of a line is."""


def hover(head: str, *rest: str) -> str:
    """Return what pointing at a mark shows: its head in bold, and each line that says something."""
    return "<br>".join([f"<b>{head}</b>", *(each for each in rest if each)])


def pointed(texts: Iterable[Any]) -> Mark:
    """Return the part of a trace that shows a text for each of its marks."""
    return {"hovertext": list(texts), "hovertemplate": "%{hovertext}<extra></extra>"}


def line(xs: Any, ys: Any, colour: str, width: float, **more: Any) -> Mark:
    """Return a line; `more` is the trace's own."""
    stroke = {"color": colour, "width": width}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": stroke, **more}


def dots(xs: Any, ys: Any, colour: Any, texts: Iterable[str], **more: Any) -> Mark:
    """Return dots of one colour or of one each, with what each shows."""
    marker = {"size": 11, "color": colour}
    places = {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker}
    return {**places, **pointed(texts), **more}


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A value with its whisker, from `low` to `high`, where these are known; `place` is its row, or
    its day where whiskers stand upright.
    """

    place: Any
    value: float
    low: float | None
    high: float | None
    colour: str
    hover: str

    def along(self, at: Callable[[float], float]) -> "Dot":
        """Return it where an axis has its values."""
        low, high = (None if end is None else at(end) for end in (self.low, self.high))
        return replace(self, value=at(self.value), low=low, high=high)


def whiskered(shown: Sequence[Dot], *, upright: bool = False, **more: Any) -> list[Mark]:
    """Return dots of one trace above their whiskers; `more` is the trace's own."""
    values, places = [dot.value for dot in shown], [dot.place for dot in shown]
    xs, ys = (places, values) if upright else (values, places)
    colours = [dot.colour for dot in shown]
    colour = colours[0] if len(set(colours)) == 1 else colours
    above = dots(xs, ys, colour, [dot.hover for dot in shown], **more)
    return [*_whiskers(shown, upright), above]


def _whiskers(shown: Sequence[Dot], upright: bool) -> list[Mark]:
    """Return a broken line for each colour."""
    lines: dict[str, tuple[list[Any], list[Any]]] = {}
    for dot in shown:
        if dot.low is not None and dot.high is not None:
            along, across = lines.setdefault(dot.colour, ([], []))
            along += [dot.low, dot.high, None]
            across += [dot.place, dot.place, None]
    return [
        line(*(ends[::-1] if upright else ends), colour, 2.5, **SILENT)
        for colour, ends in lines.items()
    ]


def row_bars(values: Sequence[float], colour: Any, texts: Iterable[str], **more: Any) -> Mark:
    """Return bars from left to right, in rows from the lowest upwards."""
    places = list(range(len(values)))
    marker = {"color": colour, "line": {"width": 0}}
    bars = {"type": "bar", "orientation": "h", "x": list(values), "y": places, "width": 0.62}
    return {**bars, "marker": marker, **pointed(texts), **more}


def filled(xs: Any, ys: Any, colour: str, opacity: float = BAND) -> Mark:
    """Return a closed shape in a faint colour: the band of a line."""
    shade = {"fill": "toself", "fillcolor": faded(colour, opacity)}
    return line(xs, ys, colour, 0, **shade, **SILENT)


def step_band(xs: Any, lows: Any, highs: Any, colour: str, opacity: float) -> Mark:
    """Return the band of a curve of steps as one closed shape with its corners."""
    there = np.repeat(xs, 2)[1:]
    below, above = (np.repeat(ends, 2)[:-1] for ends in (lows, highs))
    around = np.concatenate([there, there[::-1]]), np.concatenate([above, below[::-1]])
    return filled(*around, colour, opacity)


def level_line(at: float, look: Look) -> Mark:
    """Return a dotted line across the sheet, at a height on the axis."""
    stroke = {"color": look.faint, "width": 1.4, "dash": "dot"}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at}
    return {"type": "line", **ends, "line": stroke}
