"""One `go.Figure` for each exhibit, and those of numbers: over time, by group, the line of a card.

How an exhibit is drawn stands in `exhibits.py`. A figure brings its own colours and fonts: show it
without a theme, with `CONFIG`.
"""

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.errors import UnknownName
from cop_metrics.metrics.metric import Exhibit
from cop_metrics.show.charts.canvas import describe, nothing, subtitle
from cop_metrics.show.charts.dots import groups
from cop_metrics.show.charts.exhibits import CHARTS
from cop_metrics.show.charts.lines import over_time
from cop_metrics.show.charts.look import DARK, LIGHT, Look, team_colours
from cop_metrics.show.charts.small import small_multiples, spark_svg

__all__ = [
    "CHARTS",
    "CONFIG",
    "DARK",
    "LIGHT",
    "Look",
    "describe",
    "draw",
    "groups",
    "nothing",
    "over_time",
    "small_multiples",
    "spark_svg",
    "subtitle",
    "team_colours",
]

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
"""What a page or a report gives to Plotly with each figure."""


def draw(exhibit: Exhibit, table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the table of an exhibit, as `Measurer.table` returns it; an empty one is a sentence, not
    a chart.

    Raises `UnknownName` for an exhibit that nothing draws.
    """
    if exhibit.id not in CHARTS:
        raise UnknownName("chart", exhibit.id, CHARTS)
    if table.is_empty():
        return nothing(f"There is nothing to draw: {words.NOTHING_COUNTED}.", look)
    return CHARTS[exhibit.id](table, look)
