"""Shares in cells: who stays by month of joining, and who got what. To add one: rows of cells, and
its entry in `BUILDERS`.
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look, text_on_heat
from cop_metrics.units import Unit

CELL = 34
MOST_TEXTS = 14
MOST_GROUPS = 20
NAME_WIDTH = 14
UNRECORDED = {"watched": "who reads", "recognised": "thanks, votes or accepted answers"}


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Shares from 0 to 1 by row and column, None where nothing is known, each with what it says
    when pointed at.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shares: list[list[float | None]]
    hovers: list[list[str]]


def cohorts(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of each month's newcomers who were active in each month since; blank where it
    is not over.
    """
    known = {
        (month, since): (active, share) for month, _, since, active, share in table.iter_rows()
    }
    sizes = dict(table.select("month", "members").unique().sort("month").iter_rows())
    since = range(int(table["months"].max()) + 1)  # type: ignore[arg-type]
    cells = Cells(
        rows=tuple(f"{labels.month(month)} ({size:,})" for month, size in sizes.items()),
        columns=tuple(str(months) for months in since),
        shares=[
            [known[month, months][1] if (month, months) in known else None for months in since]
            for month in sizes
        ],
        hovers=[
            [
                f"<b>{words.value(Unit.PERCENT, known[month, months][1])} active</b><br>{known[month, months][0]:,} of "
                f"{size:,} who joined in {labels.month(month)}<br>{words.counted(months, 'month')} after"
                if (month, months) in known
                else ""
                for months in since
            ]
            for month, size in sizes.items()
        ],
    )
    return _drawn(
        cells,
        look,
        _cohorts_told(table),
        "Rows: month of joining (how many), columns: months since",
    )


def _cohorts_told(table: pl.DataFrame) -> str:
    totals = (
        table.group_by("months").agg(pl.col("members").sum(), pl.col("active").sum()).sort("months")
    )
    told = [
        f"{words.value(Unit.PERCENT, active / members)} after {words.counted(months, 'month')}"
        for months, members, active in totals.iter_rows()
        if months in (0, 1, 3, 6, 12) and members
    ]
    return f"Active, of {words.counted(table['month'].n_unique(), 'month')} of newcomers: {'; '.join(told)}."


def balance_by_team(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw by team the share of members who got help, read, and were recognised."""
    return _balance(table, look, "member_team")


def balance_by_seniority(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw by seniority the share of members who got help, read, and were recognised."""
    return _balance(table, look, "member_seniority")


def _balance(table: pl.DataFrame, look: Look, by: str) -> go.Figure:
    every = {"got_help": "got help", "watched": "read", "recognised": "recognised"}
    got = {column: told for column, told in every.items() if table[column].is_not_null().any()}
    unknown = [told for column, told in UNRECORDED.items() if column not in got]
    found = {row[by]: row for row in table.to_dicts()}
    largest = sorted(found, key=lambda name: (-found[name]["members"], name))[:MOST_GROUPS]
    names = look.in_order(largest)
    short = labels.told_apart(names, NAME_WIDTH)
    cells = Cells(
        rows=tuple(
            f"{cut} ({found[name]['members']:,})" for cut, name in zip(short, names, strict=True)
        ),
        columns=tuple(got.values()),
        shares=[[found[name][column] for column in got] for name in names],
        hovers=[
            [
                f"<b>{words.value(Unit.PERCENT, found[name][column])} {told}</b><br>of {found[name]['members']:,} in "
                f"{labels.safe(name)}"
                for column, told in got.items()
            ]
            for name in names
        ],
    )
    sentences = (
        f"{name}: "
        + ", ".join(
            f"{words.value(Unit.PERCENT, found[name][column])} {told}"
            for column, told in got.items()
        )
        for name in names
    )
    few = f"; the {len(names)} largest of {len(found)}" if len(names) < len(found) else ""
    left_out = f". The sources do not record {words.listing(unknown)}" if unknown else ""
    subtitle = f"Share of members (how many) in the last 90 days of the data{few}{left_out}"
    return _drawn(cells, look, ". ".join(sentences) + ".", subtitle)


def _drawn(cells: Cells, look: Look, description: str, subtitle: str) -> go.Figure:
    across, down = len(cells.columns), len(cells.rows)
    shown = range(0, across, 1 if across <= MOST_TEXTS else 3)
    top: dict[str, Any] = {
        "side": "top",
        "tickfont": {"size": canvas.SMALL_SIZE, "color": look.ink},
    }
    xaxis = canvas.named_axis(look, cells.columns, **top) | {
        "tickvals": list(shown),
        "ticktext": [cells.columns[place] for place in shown],
    }
    return canvas.sheet(
        [_heat(cells, look)],
        look,
        height=56 + (CELL if down < 10 else 24) * down,
        description=description,
        subtitle=subtitle,
        xaxis=xaxis,
        yaxis=canvas.named_axis(
            look, cells.rows, tickfont={"size": canvas.SMALL_SIZE, "color": look.ink}
        )
        | {"range": [down - 0.5, -0.5]},
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
        annotations=_texts(cells, look) if across <= MOST_TEXTS else [],
    )


def _heat(cells: Cells, look: Look) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": cells.shares,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, look.heat[0]], [1, look.heat[1]]],
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "hovertext": cells.hovers,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _texts(cells: Cells, look: Look) -> canvas.Marks:
    """Return the per cent of each cell that is known, in the text colour that stands out from the
    cell.
    """
    few = len(cells.columns) < 8
    return [
        canvas.note(
            words.value(Unit.PERCENT, share) if few else words.value(Unit.PERCENT, share)[:-2],
            column,
            row,
            look,
            xref="x",
            yref="y",
            font={"size": canvas.SMALL_SIZE, "color": text_on_heat(share, look)},
        )
        for row, line in enumerate(cells.shares)
        for column, share in enumerate(line)
        if share is not None
    ]
