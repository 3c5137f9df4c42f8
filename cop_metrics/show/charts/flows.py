"""Flows: from where people were to where they are, as ribbons as wide as the people in them.

To add one: a function here that puts its table into `Ribbon`s, and its entry in `BUILDERS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.status import CAME, WENT
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas
from cop_metrics.show.charts.look import Look, mixed

HEIGHT, TOP, BOTTOM = 400, 36, 12
LINE, SLACK = 12, 18
GAP = 0.035
NODE = 0.012
BEND = np.linspace(0, 1, 24)
STEP = {level.name: level.number for level in LEVELS}
ORDER = (*reversed(STEP), CAME, WENT)
ROSE, SAME, FELL, OUTSIDE = "rose", "same level", "fell", "came or went"


@dataclass(frozen=True, kw_only=True)
class Ribbon:
    """People who went from one level to another, and the tops of their ribbon on both sides, 0 to 1
    of the sheet.
    """

    before: str
    after: str
    people: int
    left: float
    right: float
    width: float

    @property
    def way(self) -> str:
        if CAME in (self.before, self.after) or WENT in (self.before, self.after):
            return OUTSIDE
        return {1: ROSE, 0: SAME, -1: FELL}[int(np.sign(STEP[self.after] - STEP[self.before]))]


def level_paths(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw from which level to which people went; those never above the lowest would dwarf the rest
    and are told.
    """
    lowest = LEVELS[0].name
    low = {CAME, lowest, WENT}
    rows = [(before, after, int(people)) for before, after, people in table.iter_rows()]
    people = {(before, after): count for before, after, count in rows if not {before, after} <= low}
    left_out = sum(count for before, after, count in rows if {before, after} <= low)
    told = (
        f"Not drawn: {words.counted(left_out, 'member')} above level {lowest} at neither end"
        if left_out
        else ""
    )
    if not people:
        return canvas.nothing(f"Nobody was above level {lowest} at either end. {told}", look)
    told += (
        f", so {lowest} is smaller here than in the table of moves, which counts everybody"
        if told
        else ""
    )
    left, right = (_places(people, side) for side in (0, 1))
    ribbons = _ribbons(people, left, right)
    colours = {
        ROSE: mixed(look.good, look.surface, 0.35),
        FELL: mixed(look.alert, look.surface, 0.35),
        SAME: mixed(look.faint, look.surface, 0.62),
        OUTSIDE: mixed(look.unknown, look.surface, 0.4),
    }
    inner = HEIGHT - TOP - BOTTOM
    before, margin_left = canvas.end_labels(_ends(left, people, 0), look, inner, width=LINE)
    after, margin_right = canvas.end_labels(_ends(right, people, 1), look, inner, width=LINE)
    return canvas.sheet(
        _drawn(ribbons, colours),
        look,
        height=HEIGHT,
        description=_told(people) + (f" {told}." if told else ""),
        subtitle=f"Left: at the start, right: at the end. {told}{'.' if told else ''}".strip(),
        margin={"l": margin_left - SLACK, "r": margin_right - SLACK, "t": TOP, "b": BOTTOM},
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"visible": False, "range": [0, 1]},
        shapes=[*_nodes(left, 0.0, look), *_nodes(right, 1.0 - NODE, look)],
        annotations=[
            *(
                each | {"x": 0, "xanchor": "right", "xshift": -4, "align": "right"}
                for each in before
            ),
            *after,
            _legend({each.way for each in ribbons}, colours, look),
        ],
    )


def _places(people: dict[tuple[str, str], int], side: int) -> dict[str, tuple[float, float]]:
    """Return by level the top and the height of its node on a side, the highest level on top."""
    sizes = {
        name: sum(count for pair, count in people.items() if pair[side] == name) for name in ORDER
    }
    present = [name for name in ORDER if sizes[name]]
    scale = (1 - GAP * (max(_many(people, 0), _many(people, 1)) - 1)) / sum(people.values())
    places, top = {}, 1.0
    for name in present:
        places[name] = (top, sizes[name] * scale)
        top -= sizes[name] * scale + GAP
    return places


def _many(people: dict[tuple[str, str], int], side: int) -> int:
    return len({pair[side] for pair in people})


def _ribbons(
    people: dict[tuple[str, str], int],
    left: dict[str, tuple[float, float]],
    right: dict[str, tuple[float, float]],
) -> list[Ribbon]:
    tops = [{name: top for name, (top, _) in side.items()} for side in (left, right)]
    scale = next(iter(left.values()))[1] / sum(
        n for (before, _), n in people.items() if before == next(iter(left))
    )
    ribbons = []
    for before, after in sorted(
        people, key=lambda pair: (ORDER.index(pair[0]), ORDER.index(pair[1]))
    ):
        count = people[before, after]
        start, end = tops[0][before], tops[1][after]
        ribbons.append(
            Ribbon(
                before=before, after=after, people=count, left=start, right=end, width=count * scale
            )
        )
        tops[0][before] -= count * scale
        tops[1][after] -= count * scale
    return ribbons


def _drawn(ribbons: Sequence[Ribbon], colours: dict[str, str]) -> list[dict[str, Any]]:
    return [
        _shape(each, colours[way])
        for way in (SAME, OUTSIDE, FELL, ROSE)
        for each in ribbons
        if each.way == way
    ]


def _legend(ways: set[str], colours: dict[str, str], look: Look) -> dict[str, Any]:
    """Return the names of the colours in one line across the sheet: a legend would be as narrow as
    the ribbons.
    """
    text = "  ".join(
        f'<span style="color:{colour}">■</span> {way}'
        for way, colour in colours.items()
        if way in ways
    )
    return canvas.note(text, 0.5, 1, look, xanchor="center", yanchor="bottom", yshift=10)


def _shape(ribbon: Ribbon, colour: str) -> dict[str, Any]:
    bend = BEND**2 * (3 - 2 * BEND)
    across = NODE + BEND * (1 - 2 * NODE)
    top = ribbon.left + (ribbon.right - ribbon.left) * bend
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([across, across[::-1]]),
        "y": np.concatenate([top, (top - ribbon.width)[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.85,
        "line": {"width": 0.5, "color": colour},
        "name": ribbon.way,
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": f"{ribbon.people:,}: {ribbon.before} → {ribbon.after}",
    }


def _nodes(places: dict[str, tuple[float, float]], at: float, look: Look) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "x0": at,
            "x1": at + NODE,
            "y0": top - height,
            "y1": top,
            "fillcolor": look.faint,
            "line": {"width": 0},
        }
        for top, height in places.values()
    ]


def _ends(
    places: dict[str, tuple[float, float]], people: dict[tuple[str, str], int], side: int
) -> list[tuple[str, float, str | None]]:
    """Return what `canvas.end_labels` takes: each level with its people, in the middle of its node."""
    return [
        (
            f"{name} {sum(count for pair, count in people.items() if pair[side] == name):,}",
            top - height / 2,
            None,
        )
        for name, (top, height) in places.items()
    ]


def _told(people: dict[tuple[str, str], int]) -> str:
    most = sorted(people.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{count:,} from {before} to {after}" for (before, after), count in most) + "."
