"""One `go.Figure` for each exhibit, and those of single numbers: over time, by group, the line of a
card.

To add the chart of an exhibit: a function of its table and a look in the module of its kind, an
entry in `BUILDERS`. A figure brings its own colours and fonts: show it without a theme, with
`CONFIG`.
"""

from collections.abc import Callable

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.errors import UnknownName
from cop_metrics.metrics.metric import Exhibit
from cop_metrics.show.charts.canvas import describe, nothing, subtitle
from cop_metrics.show.charts.claims import claims
from cop_metrics.show.charts.dots import groups
from cop_metrics.show.charts.flows import level_paths
from cop_metrics.show.charts.giving import giving, lorenz
from cop_metrics.show.charts.lines import over_time, waiting_curve, waiting_curve_by_team
from cop_metrics.show.charts.look import DARK, LIGHT, Look, team_colours
from cop_metrics.show.charts.matrices import (
    awake,
    help_by_seniority,
    help_by_team,
    recognition_by_seniority,
)
from cop_metrics.show.charts.milestones import milestones
from cop_metrics.show.charts.network import network
from cop_metrics.show.charts.pairs import gaps, newcomers_back, newcomers_by_quarter
from cop_metrics.show.charts.reading import read_to_answer, read_to_ask, whose_knowledge
from cop_metrics.show.charts.shares import balance_by_seniority, balance_by_team, cohorts
from cop_metrics.show.charts.small import small_multiples, spark_svg, sparkline
from cop_metrics.show.charts.stacks import levels_over_time, outcomes, people_by_act
from cop_metrics.show.charts.standing import asking_and_helping, levels, rising
from cop_metrics.show.charts.topics import topics

__all__ = [
    "BUILDERS",
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
    "sparkline",
    "subtitle",
    "team_colours",
]

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
"""What a page or a report gives to Plotly with each figure."""

BUILDERS: dict[str, Callable[[pl.DataFrame, Look], go.Figure]] = {
    "people_by_act": people_by_act,
    "cohorts": cohorts,
    "awake": awake,
    "lorenz": lorenz,
    "giving": giving,
    "balance_by_team": balance_by_team,
    "balance_by_seniority": balance_by_seniority,
    "waiting_curve": waiting_curve,
    "waiting_curve_by_team": waiting_curve_by_team,
    "gaps": gaps,
    "newcomers_back": newcomers_back,
    "newcomers_by_quarter": newcomers_by_quarter,
    "outcomes": outcomes,
    "topics": topics,
    "help_by_team": help_by_team,
    "help_by_seniority": help_by_seniority,
    "read_to_ask": read_to_ask,
    "read_to_answer": read_to_answer,
    "whose_knowledge": whose_knowledge,
    "network": network,
    "levels": levels,
    "levels_over_time": levels_over_time,
    "level_paths": level_paths,
    "recognition_by_seniority": recognition_by_seniority,
    "asking_and_helping": asking_and_helping,
    "claims": claims,
    "milestones": milestones,
    "rising": rising,
}
"""By exhibit: what draws its table."""


def draw(exhibit: Exhibit, table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the table of an exhibit, as `Measurer.table` returns it; an empty one is a sentence, not
    a chart.

    Raises `UnknownName` for an exhibit that nothing draws.
    """
    if exhibit.id not in BUILDERS:
        raise UnknownName("chart", exhibit.id, BUILDERS)
    if table.is_empty():
        return nothing(f"There is nothing to draw: {words.NOTHING_COUNTED}.", look)
    return BUILDERS[exhibit.id](table, look)
