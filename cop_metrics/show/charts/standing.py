"""Members' standing: how many are at each level, and who is growing.

To add one: a function here and its entry in `BUILDERS`.
"""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.metrics.status import TENDENCIES
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look
from cop_metrics.show.charts.stacks import level_colours
from cop_metrics.units import Unit

Row = dict[str, Any]
ROW_HEIGHT = 38
RIGHT, RIGHT_OF_GAINS = 84, 108
MOST_MEMBERS = 15
NAME_WIDTH = 18


def levels(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw people at each level above the first, the highest on top; the first would dwarf them and
    is told.
    """
    people = {row["level_name"]: int(row["people"]) for row in table.iter_rows(named=True)}
    lowest = LEVELS[0].name
    colours = level_colours(look)
    names = [name for name in colours if people.get(name)]
    if not names:
        return canvas.nothing(
            f"Nobody has risen above level {lowest} yet: {words.counted(people.get(lowest, 0), 'member')} there.",
            look,
        )
    total = sum(people.values())
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [people[name] for name in names],
        "y": list(range(len(names))),
        "width": 0.62,
        "marker": {"color": [colours[name] for name in names], "line": {"width": 0}},
        "hovertext": [
            f"<b>{name}: {people[name]:,} people</b><br>"
            f"{words.value(Unit.PERCENT, people[name] / total)} of n {total:,}"
            for name in names
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    told = "; ".join(f"{name} {people[name]:,}" for name in reversed(names))
    return canvas.sheet(
        [bars],
        look,
        height=50 + ROW_HEIGHT * len(names),
        description=f"{told}; {lowest} {people.get(lowest, 0):,}.",
        subtitle=f"Not drawn: {words.counted(people.get(lowest, 0), 'member')} at level {lowest}",
        margin={"l": 8, "r": RIGHT, "t": 12, "b": 34},
        xaxis=canvas.value_axis(
            look, labels.value_ticks(Unit.COUNT, max(people[name] for name in names))
        ),
        yaxis=_names(names, look),
        annotations=[_beside(f"{people[name]:,}", place, look) for place, name in enumerate(names)],
    )


def _names(names: Sequence[str], look: Look) -> Row:
    return canvas.named_axis(
        look, names, tickfont={"size": canvas.LABEL_SIZE, "color": look.ink}, ticklabelstandoff=6
    )


def _beside(text: str, place: int, look: Look) -> Row:
    return canvas.note(text, 1, place, look, yref="y", xanchor="left", xshift=8)


def asking_and_helping(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw for each seniority the shares of those who mostly ask, do both alike, and mostly help,
    side by side.
    """
    groups = look.in_order(table["seniority"].unique().to_list())[::-1]
    people = {(seniority, told): int(count) for seniority, told, count in table.iter_rows()}
    totals = {group: sum(people.get((group, told), 0) for told in TENDENCIES) for group in groups}
    colours = (look.promises[Promise.HELP], look.unknown, look.promises[Promise.STATUS])
    return canvas.sheet(
        [
            {
                "type": "bar",
                "orientation": "h",
                "name": told,
                "x": [people.get((group, told), 0) / max(1, totals[group]) for group in groups],
                "y": list(range(len(groups))),
                "width": 0.62,
                "marker": {"color": colour, "line": {"width": 0}},
                "hovertext": [
                    f"<b>{labels.safe(group)}: {people.get((group, told), 0):,} {told}</b><br>n {totals[group]:,}"
                    for group in groups
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
            for told, colour in zip(TENDENCIES, colours, strict=True)
        ],
        look,
        height=90 + ROW_HEIGHT * len(groups),
        description=" ".join(
            f"{group}: "
            + ", ".join(f"{people.get((group, told), 0):,} {told}" for told in TENDENCIES)
            + "."
            for group in reversed(groups)
        ),
        barmode="stack",
        showlegend=True,
        legend=canvas.legend(look),
        margin={"l": 8, "r": RIGHT, "t": 12, "b": 34},
        xaxis=canvas.value_axis(look, labels.fewer(labels.value_ticks(Unit.PERCENT, 1.0))),
        yaxis=_names([labels.short(group, NAME_WIDTH) for group in groups], look),
        annotations=[
            _beside(f"n {totals[group]:,}", place, look) for place, group in enumerate(groups)
        ],
    )


def rising(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw members by their gain of points, surest first, with a line down to what the gain is at
    least.
    """
    rows = table.head(MOST_MEMBERS).to_dicts()
    colours = {
        "rising": look.promises[Promise.STATUS],
        "new face": look.promises[Promise.INSPIRATION],
    }
    place = {index: len(rows) - 1 - index for index in range(len(rows))}
    highest = max(row["gain"] for row in rows)
    ticks = labels.value_ticks(Unit.POINTS, highest)
    lowest = min(0.0, *(max(row["at_least"], -highest) for row in rows))
    left_out = table.height - len(rows)
    several = len({row["kind"] for row in rows}) > 1
    return canvas.sheet(
        [
            mark
            for kind, colour in colours.items()
            for mark in _gains(
                [(place[at], row) for at, row in enumerate(rows) if row["kind"] == kind],
                kind,
                colour,
                lowest,
            )
        ],
        look,
        height=70 + 30 * len(rows),
        description=" ".join(_gain_told(row) for row in rows[:5])
        + f" {words.counted(table.height, 'member')} in all.",
        subtitle="Points gained and, sorted by this, what the gain is at least (≥)"
        + ("; new faces below" if several else "")
        + (f"; the first {len(rows)} of {table.height:,}" if left_out else ""),
        showlegend=several,
        legend=canvas.legend(look),
        margin={"l": 8, "r": RIGHT_OF_GAINS, "t": 12, "b": 34},
        xaxis=canvas.value_axis(look, labels.fewer(ticks))
        | {"range": [lowest * 1.05, ticks.end], "zeroline": True, "zerolinecolor": look.faint},
        yaxis=_names(
            [labels.short(row["name"] or "no name", NAME_WIDTH) for row in reversed(rows)], look
        ),
        annotations=[
            _beside(f"+{words.value(Unit.POINTS, row['gain'])} (≥ {_least(row)})", place[at], look)
            for at, row in enumerate(rows)
        ],
    )


def _least(row: Row) -> str:
    return f"{round(row['at_least']):,d}".replace("-", "−")


def _gains(placed: Sequence[tuple[int, Row]], kind: str, colour: str, lowest: float) -> list[Row]:
    if not placed:
        return []
    xs = [x for _, row in placed for x in (max(row["at_least"], lowest), row["gain"], None)]
    ys = [y for at, _ in placed for y in (at, at, None)]
    stroke = {"color": colour, "width": 2.5}
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "line": stroke,
            "hoverinfo": "skip",
            "showlegend": False,
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": kind,
            "x": [row["gain"] for _, row in placed],
            "y": [at for at, _ in placed],
            "marker": {"size": 11, "color": colour},
            "hovertext": [_gain_hover(row) for _, row in placed],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]


def _gain_hover(row: Row) -> str:
    where = ", ".join(labels.safe(part) for part in (row["team"], row["seniority"]) if part)
    return (
        f"<b>{labels.safe(row['name'] or 'no name')}: +{words.value(Unit.POINTS, row['gain'])} points</b><br>"
        f"{where}<br>{int(row['points_before']):,} before, {int(row['points_now']):,} now; "
        f"the gain is at least {row['at_least']:,.0f}<br>"
        f"n {int(row['givers']):,} people recognised them"
    )


def _gain_told(row: Row) -> str:
    gain = words.value(Unit.POINTS, row["gain"])
    return f"{row['name'] or 'No name'}: {gain} points gained, recognised by {int(row['givers']):,} people."
