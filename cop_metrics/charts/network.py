"""The picture of who helps whom. To add one: a function that draws its table, and its entry in `BUILDERS`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.charts import canvas, labels
from cop_metrics.charts.look import Look, faded
from cop_metrics.metrics.metric import Promise
from cop_metrics.scope import UNKNOWN

HEIGHT = 460
MOST_NAMED = 3
OTHERS = "other teams"
SMALLEST, LARGEST = 6.0, 20.0
AWAY = (0.09, -0.09, 0.19, -0.19, 0.29, -0.29)
NAME_WIDE, NAME_HIGH = 0.75, 0.08
"""Of the picture, whose sides are 2.24: how far up or down a name may stand, and within what it would meet another."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One member of the picture: with how many others joined, and how many of these were helped."""

    name: str
    team: str
    place: tuple[float, float]
    ties: int
    helped: int


def network(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw members as dots in the colours of their teams, the bigger the more ties, and a line for each tie."""
    dots = _dots(table)
    teams = _by_colour(dots, look)
    foremost = sorted(dots, key=lambda dot: (-dot.ties, dot.name))[:MOST_NAMED]
    most = foremost[0].ties
    hidden: dict[str, Any] = {"visible": False, "range": [-1.12, 1.12], "fixedrange": True}
    return canvas.sheet(
        [_lines(table, look), *(_team(team, own, most, look) for team, own in teams.items())],
        look,
        height=HEIGHT + 18 * (len(teams) // 4),
        description=f"{words.counted(len(dots), 'member')} and {words.counted(_ties(table), 'tie')}. Most ties: "
        + "; ".join(f"{dot.name} ({dot.team}) {dot.ties}" for dot in foremost)
        + ".",
        subtitle=f"{words.counted(len(dots), 'member')}, {words.counted(_ties(table), 'tie')} between them",
        showlegend=True,
        legend=canvas.legend(look),
        xaxis=hidden,
        yaxis=hidden,
        annotations=_names(foremost, look),
    )


def _dots(table: pl.DataFrame) -> list[Dot]:
    """Return the members of a table of ties; those of one name stand at different places."""
    columns = ("helper_name", "helper_team", "helper_x", "helper_y", "asker_name", "asker_team", "asker_x", "asker_y")
    told: dict[tuple[float, float], tuple[str, str]] = {}
    helped: dict[tuple[float, float], set[tuple[float, float]]] = {}
    joined: dict[tuple[float, float], set[tuple[float, float]]] = {}
    for helper, helper_team, x, y, asker, asker_team, asker_x, asker_y in table.select(columns).iter_rows():
        one, other = (x, y), (asker_x, asker_y)
        told[one], told[other] = (helper, helper_team), (asker, asker_team)
        helped.setdefault(one, set()).add(other)
        joined.setdefault(one, set()).add(other)
        joined.setdefault(other, set()).add(one)
    return [
        Dot(name=name, team=team, place=place, ties=len(joined[place]), helped=len(helped.get(place, ())))
        for place, (name, team) in sorted(told.items(), key=lambda item: item[0])
    ]


def _by_colour(dots: list[Dot], look: Look) -> dict[str, list[Dot]]:
    """Return the members by team, in the order of the catalogue; teams without a colour of their own are one."""
    found: dict[str, list[Dot]] = {}
    rest: list[Dot] = []
    for team in look.in_order(dot.team for dot in dots):
        own = [dot for dot in dots if dot.team == team]
        if team != UNKNOWN and look.colour(team) == look.other:
            rest += own
        else:
            found[team] = own
    return {**found, OTHERS: rest} if rest else found


def _ties(table: pl.DataFrame) -> int:
    ends = table.select("helper_x", "helper_y", "asker_x", "asker_y").iter_rows()
    return len({frozenset(((x, y), (asker_x, asker_y))) for x, y, asker_x, asker_y in ends})


def _lines(table: pl.DataFrame, look: Look) -> dict[str, Any]:
    across, up = (
        [end for one, other in table.select(f"helper_{at}", f"asker_{at}").iter_rows() for end in (one, other, None)]
        for at in ("x", "y")
    )
    return {
        "type": "scatter",
        "mode": "lines",
        "x": across,
        "y": up,
        "line": {"color": faded(look.faint, 0.28), "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _team(team: str, dots: list[Dot], most: int, look: Look) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": labels.short(team),
        "x": [dot.place[0] for dot in dots],
        "y": [dot.place[1] for dot in dots],
        "marker": {
            "color": look.other if team == OTHERS else look.colour(team) or look.promises[Promise.HELP],
            "opacity": 1,
            "size": [SMALLEST + (LARGEST - SMALLEST) * (dot.ties / most) ** 0.5 for dot in dots],
            "line": {"width": 1, "color": look.surface},
        },
        "hovertext": [
            f"<b>{labels.safe(dot.name)}</b>, {labels.safe(dot.team)}<br>joined with {words.counted(dot.ties, 'member')} "
            f"of the picture<br>of whom {dot.helped:,} were helped"
            for dot in dots
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _names(foremost: Sequence[Dot], look: Look) -> canvas.Marks:
    """Return the names of the foremost, each above its dot or, where it would meet another, below or further away."""
    marks, taken = [], [dot.place for dot in foremost]
    for dot in foremost:
        x, y = dot.place
        others = [place for place in taken if place != dot.place]
        up = next((up for up in AWAY if not any(_near((x, y + up), place) for place in others)), AWAY[0])
        taken.append((x, y + up))
        marks.append(_name(dot, up, look))
    return marks


def _near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < NAME_WIDE and abs(one[1] - other[1]) < NAME_HIGH


def _name(dot: Dot, up: float, look: Look) -> dict[str, Any]:
    x, y = dot.place
    return canvas.note(
        labels.short(dot.name, 18),
        x,
        y + up,
        look,
        xref="x",
        yref="y",
        xanchor="center",
        yanchor="middle",
        bgcolor=faded(look.surface, 0.75),
        borderpad=1,
    )
