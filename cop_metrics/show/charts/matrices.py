"""Heat maps: who helps whom, and when the community is awake.

To add one: a function that puts its table into a grid, and its entry in `BUILDERS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, text_on_heat
from cop_metrics.units import Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 24
MOST_GROUPS = 12
CELL = 34
NAME_WIDTH = 12

Pairs = dict[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Counts by pairs of groups; the same names, in the same order, stand at the rows and the
    columns.
    """

    names: tuple[str, ...]
    counts: Pairs

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def same(self) -> int:
        """Return what stays within one group."""
        return sum(count for (one, other), count in self.counts.items() if one == other)


def help_by_team(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw helps by the asker's team (rows) and the helper's (columns); the own team is the
    diagonal.
    """
    return _help(table, look, "team", "teams")


def help_by_seniority(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw helps by the asker's seniority (rows) and the helper's (columns); the own seniority is
    the diagonal.
    """
    return _help(table, look, "seniority", "seniorities")


def _help(table: pl.DataFrame, look: Look, group: str, plural: str) -> go.Figure:
    grid = _grid(table.rows(), look)
    crossing = _crossing(grid, plural)
    return _matrix(
        grid,
        look,
        hover=lambda asker, helper, count: (
            f"<b>{count:,} helps</b><br>asked by {asker}<br>helped by {helper}"
        ),
        description=f"{crossing} {_largest(grid, 'asked by {0} and helped by {1}')}",
        subtitle=f"Rows: the asker's {group}, columns: the helper's",
    )


def recognition_by_seniority(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw upvotes, thanks and acceptances by the giver's seniority (rows) and the receiver's
    (columns).
    """
    grid = _grid(table.rows(), look)
    known = Grid(
        names=grid.names,
        counts={pair: count for pair, count in grid.counts.items() if UNKNOWN not in pair},
    )
    crossing = words.value(Unit.PERCENT, 1 - known.same / known.total) if known.total else ""
    told = (
        f"{crossing} of {known.total:,} go to another seniority."
        if crossing
        else "Seniorities are not known."
    )
    return _matrix(
        grid,
        look,
        hover=lambda giver, receiver, count: (
            f"<b>{count:,} upvotes, thanks and acceptances</b><br>by {giver}<br>to {receiver}"
        ),
        description=f"{told} {_largest(grid, 'given by {0} and received by {1}')}",
        subtitle=f"Rows: who gave, columns: who received. {told}",
    )


def _grid(rows: Sequence[tuple[str, str, int]], look: Look) -> Grid:
    """Return the counts by pair; of more than twelve groups the smallest are one."""
    sizes: dict[str, int] = {}
    for one, other, count in rows:
        for name in (one, other):
            sizes[name] = sizes.get(name, 0) + count
    kept = sorted(sizes, key=lambda name: (name != UNKNOWN, -sizes[name], name))
    shown = {name: name for name in (kept if len(kept) <= MOST_GROUPS else kept[: MOST_GROUPS - 1])}
    rest = f"{len(kept) - len(shown)} others"
    counts: Pairs = {}
    for one, other, count in rows:
        pair = (shown.get(one, rest), shown.get(other, rest))
        counts[pair] = counts.get(pair, 0) + int(count)
    names = [name for name in look.in_order(shown) if name != UNKNOWN]
    last = [name for name in (rest, UNKNOWN) if any(name in pair for pair in counts)]
    return Grid(names=(*names, *last), counts=counts)


def _crossing(grid: Grid, plural: str) -> str:
    """Say which share of helps goes to another group, of those where both groups are known."""
    known = Grid(
        names=grid.names,
        counts={pair: count for pair, count in grid.counts.items() if UNKNOWN not in pair},
    )
    if not known.total:
        return f"{grid.total:,} helps; {plural} are not known."
    share = words.value(Unit.PERCENT, 1 - known.same / known.total)
    unknown = (
        f"; {grid.total - known.total:,} more have one unknown" if grid.total > known.total else ""
    )
    return f"{share} of {known.total:,} helps cross {plural}{unknown}."


def _largest(grid: Grid, wording: str) -> str:
    top = sorted(grid.counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    return (
        "Most: "
        + "; ".join(f"{count:,} {wording.format(*pair)}" for pair, count in top if count)
        + "."
    )


def _matrix(grid: Grid, look: Look, *, hover: Any, description: str, subtitle: str) -> go.Figure:
    """Return a heat map with its counts in the cells, the first name on top; the diagonal is
    outlined.
    """
    names = grid.names
    counts = [[grid.counts.get((row, column), 0) for column in names] for row in names]
    top = max(1, max(max(row) for row in counts))
    idle = [
        name
        for name in names
        if not any(grid.counts.get(pair) for pair in grid.counts if name in pair)
    ]
    short = labels.told_apart(names, NAME_WIDTH)
    size = len(names)
    axes = {"tickfont": {"size": canvas.SMALL_SIZE, "color": look.ink}}
    return canvas.sheet(
        [
            _heat(
                counts,
                look,
                top,
                [
                    [
                        hover(
                            labels.safe(row), labels.safe(column), grid.counts.get((row, column), 0)
                        )
                        for column in names
                    ]
                    for row in names
                ],
            )
        ],
        look,
        height=70 + CELL * size + (40 if size > 5 else 0),
        description=f"{description} Nothing of {words.listing(idle)}." if idle else description,
        subtitle=subtitle,
        xaxis=canvas.named_axis(look, short, side="top", tickangle=-45 if size > 4 else 0, **axes),
        yaxis=canvas.named_axis(look, short, **axes) | {"range": [size - 0.5, -0.5]},
        margin={"l": 8, "r": 46 if size > 4 else 12, "t": 8, "b": 8},
        shapes=[_outline(place, look) for place in range(size)] if size > 1 else [],
        annotations=_cell_texts(counts, top, look),
    )


def _heat(
    counts: Sequence[Sequence[int]], look: Look, top: float, hovers: Sequence[Sequence[str]]
) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": [list(row) for row in counts],
        "zmin": 0,
        "zmax": top,
        "colorscale": [[0, look.heat[0]], [1, look.heat[1]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertext": [list(row) for row in hovers],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _cell_texts(counts: Sequence[Sequence[int]], top: float, look: Look) -> canvas.Marks:
    """Return the count of each cell, also of those with none, in the text colour that stands out
    from the cell.
    """
    return [
        canvas.note(
            f"{count:,}",
            column,
            row,
            look,
            xref="x",
            yref="y",
            font={"size": canvas.SMALL_SIZE, "color": text_on_heat(count / top, look)},
        )
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
    ]


def _outline(place: int, look: Look) -> dict[str, Any]:
    edges = {"x0": place - 0.46, "x1": place + 0.46, "y0": place - 0.46, "y1": place + 0.46}
    return {"type": "rect", **edges, "line": {"color": look.faint, "width": 1.4}}


def awake(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw questions above helps by weekday and hour, both in the same colours."""
    panels = {name: _week(table, name) for name in ("questions", "helps")}
    top = max(1, *(max(map(max, week)) for week in panels.values()))
    traces, notes = [], []
    layout: dict[str, Any] = {}
    for index, (name, week) in enumerate(panels.items()):
        suffix, high = ("", [0.56, 0.95]) if index == 0 else ("2", [0.0, 0.39])
        hovers = [
            [_hour_told(day, hour, week[day][hour], name) for hour in range(HOURS)]
            for day in range(len(week))
        ]
        traces.append(
            {
                **_heat(week, look, top, hovers),
                "xgap": 1,
                "ygap": 1,
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
            }
        )
        layout |= _week_axes(look, suffix, high)
        notes.append(
            canvas.note(
                f"<b>{name.capitalize()}</b>",
                0,
                high[1],
                look,
                xanchor="left",
                yanchor="bottom",
                yshift=3,
            )
        )
    return canvas.sheet(
        traces,
        look,
        height=380,
        description=_week_told(panels),
        subtitle=f"The {'brightest' if look.dark else 'darkest'} cell is {top:,}",
        margin={"l": 8, "r": 12, "t": 8, "b": 30},
        annotations=notes,
        **layout,
    )


def _week(table: pl.DataFrame, name: str) -> list[list[int]]:
    week = [[0] * HOURS for _ in WEEKDAYS]
    for day, hour, count in table.select("weekday", "hour", name).iter_rows():
        week[day][hour] += int(count)
    return week


def _week_axes(look: Look, suffix: str, high: list[float]) -> dict[str, Any]:
    hours = [0, 6, 12, 18, 23]
    across = canvas.axis(
        look,
        anchor=f"y{suffix}",
        range=[-0.5, HOURS - 0.5],
        tickmode="array",
        tickvals=hours,
        ticktext=[f"{hour}:00" for hour in hours],
    )
    down = canvas.named_axis(look, WEEKDAYS, anchor=f"x{suffix}", domain=high) | {
        "range": [6.5, -0.5]
    }
    return {f"xaxis{suffix}": across, f"yaxis{suffix}": down}


def _hour_told(day: int, hour: int, count: int, name: str) -> str:
    return f"<b>{count:,} {name}</b><br>{LONG_WEEKDAYS[day]}, {hour}:00 to {hour + 1}:00"


def _week_told(panels: dict[str, list[list[int]]]) -> str:
    sentences = []
    for name, week in panels.items():
        total = sum(map(sum, week))
        if not total:
            sentences.append(f"No {name}.")
            continue
        days = [sum(day) for day in week]
        hours = [sum(day[hour] for day in week) for hour in range(HOURS)]
        day, hour = days.index(max(days)), hours.index(max(hours))
        weekend = words.value(Unit.PERCENT, (days[5] + days[6]) / total)
        sentences.append(
            f"{total:,} {name}, most on {LONG_WEEKDAYS[day]} ({days[day]:,}) and between {hour}:00 and {hour + 1}:00 "
            f"({hours[hour]:,}); {weekend} at the weekend."
        )
    return " ".join(sentences)
