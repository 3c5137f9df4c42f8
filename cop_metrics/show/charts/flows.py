"""Flows: from where people were to where they are, as ribbons as wide as the people in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.status import CAME, WENT
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas, marks
from cop_metrics.show.charts.look import Look, mixed

HEIGHT, TOP, BOTTOM = 400, 36, 12
LINE, SLACK = 12, 18
GAP = 0.035
NODE = 0.012
BEND = np.linspace(0, 1, 24)
STEP = {level.name: level.number for level in LEVELS}
ORDER = (*reversed(STEP), CAME, WENT)
ON_THE_LEFT = {"x": 0, "xanchor": "right", "xshift": -4, "align": "right"}
"""Where a name stands left of the sheet that is laid out for the right of it."""
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
        steps = STEP[self.after] - STEP[self.before]
        if steps == 0:
            return SAME
        return ROSE if steps > 0 else FELL


@dataclass(frozen=True, kw_only=True)
class Node:
    """The people of one level on a side, and what of the sheet they take: from `top` down."""

    name: str
    people: int
    top: float
    height: float


Moves = Mapping[tuple[str, str], int]
"""How many went from one level to another."""


def level_paths(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw from which level to which people went; those never above the lowest would dwarf the rest
    and are counted below.
    """
    lowest = LEVELS[0].name
    low = {CAME, lowest, WENT}
    every = {(before, after): int(people) for before, after, people in table.iter_rows()}
    moves = {ends: people for ends, people in every.items() if not low.issuperset(ends)}
    left_out = sum(every.values()) - sum(moves.values())
    members = words.counted(left_out, "member")
    not_drawn = f"Not drawn: {members} above level {lowest} at neither end" if left_out else ""
    if not moves:
        return canvas.nothing(f"Nobody was above level {lowest} at either end. {not_drawn}", look)
    smaller = f"so {lowest} is smaller here than in the table of moves, which counts everybody"
    return _paths(moves, f"{not_drawn}, {smaller}." if not_drawn else "", look)


def _paths(moves: Moves, not_drawn: str, look: Look) -> go.Figure:
    """Draw moves; `not_drawn`: who is not drawn."""
    left, right = _nodes(moves, 0), _nodes(moves, 1)
    ribbons, colours = _ribbons(moves, left, right), _colours(look)
    inner = HEIGHT - TOP - BOTTOM
    before, margin_left = canvas.end_labels(_names(left), look, inner, width=LINE)
    after, margin_right = canvas.end_labels(_names(right), look, inner, width=LINE)
    names = [*(name | ON_THE_LEFT for name in before), *after]
    hidden = {"visible": False, "range": [0, 1]}
    return canvas.sheet(
        _drawn(ribbons, colours),
        look,
        height=HEIGHT,
        description=f"{_in_words(moves)} {not_drawn}".strip(),
        subtitle=f"Left: at the start, right: at the end. {not_drawn}".strip(),
        left=margin_left - SLACK,
        right=margin_right - SLACK,
        top=TOP,
        bottom=BOTTOM,
        xaxis=hidden,
        yaxis=hidden,
        shapes=[*_bars(left, 0.0, look), *_bars(right, 1.0 - NODE, look)],
        annotations=[*names, _legend({each.way for each in ribbons}, colours, look)],
    )


def _colours(look: Look) -> dict[str, str]:
    return {
        ROSE: mixed(look.good, look.surface, 0.35),
        FELL: mixed(look.alert, look.surface, 0.35),
        SAME: mixed(look.faint, look.surface, 0.62),
        OUTSIDE: mixed(look.unknown, look.surface, 0.4),
    }


def _nodes(moves: Moves, side: int) -> dict[str, Node]:
    """Return the levels on a side, the highest on top."""
    starts, ends = ({way[end] for way in moves} for end in (0, 1))
    most = max(len(starts), len(ends))
    scale = (1 - GAP * (most - 1)) / sum(moves.values())
    nodes, top = {}, 1.0
    for name in ORDER:
        people = sum(count for way, count in moves.items() if way[side] == name)
        if people:
            nodes[name] = Node(name=name, people=people, top=top, height=people * scale)
            top -= people * scale + GAP
    return nodes


def _ribbons(moves: Moves, left: Mapping[str, Node], right: Mapping[str, Node]) -> list[Ribbon]:
    starts = {name: node.top for name, node in left.items()}
    ends = {name: node.top for name, node in right.items()}
    first = next(iter(left.values()))
    scale = first.height / first.people
    ribbons = []
    for before, after in sorted(moves, key=lambda way: [ORDER.index(name) for name in way]):
        people, width = moves[before, after], moves[before, after] * scale
        ribbons.append(
            Ribbon(
                before=before,
                after=after,
                people=people,
                left=starts[before],
                right=ends[after],
                width=width,
            )
        )
        starts[before] -= width
        ends[after] -= width
    return ribbons


def _drawn(ribbons: Sequence[Ribbon], colours: dict[str, str]) -> list[marks.Mark]:
    return [
        _shape(each, colours[way])
        for way in (SAME, OUTSIDE, FELL, ROSE)
        for each in ribbons
        if each.way == way
    ]


def _legend(ways: set[str], colours: dict[str, str], look: Look) -> marks.Mark:
    """Return the names of the colours in one line across the sheet: a legend would be as narrow as
    the ribbons.
    """
    text = "  ".join(
        f'<span style="color:{colour}">■</span> {way}'
        for way, colour in colours.items()
        if way in ways
    )
    return canvas.note(text, 0.5, 1, look, xanchor="center", yanchor="bottom", yshift=10)


def _shape(ribbon: Ribbon, colour: str) -> marks.Mark:
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


def _bars(nodes: Mapping[str, Node], at: float, look: Look) -> list[marks.Mark]:
    """Return the nodes of a side as bars that begin there."""
    across = {"type": "rect", "x0": at, "x1": at + NODE}
    filled = {"fillcolor": look.faint, "line": {"width": 0}}
    return [
        {**across, "y0": node.top - node.height, "y1": node.top, **filled}
        for node in nodes.values()
    ]


def _names(nodes: Mapping[str, Node]) -> list[canvas.End]:
    """Return each level with its people, in the middle of its node."""
    return [
        (f"{node.name} {node.people:,}", node.top - node.height / 2, None)
        for node in nodes.values()
    ]


def _in_words(moves: Moves) -> str:
    most = sorted(moves.items(), key=lambda item: (-item[1], item[0]))
    found = [f"{count:,} from {before} to {after}" for (before, after), count in most]
    return f"{'; '.join(found)}."
