"""Heat maps: counts by pairs of groups, shares by row and column, and the hours of a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.people import UNKNOWN
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, text_on_heat

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 24
MOST_GROUPS, MOST_ROWS, MOST_TEXTS = 12, 20, 14
CELL, LOW_CELL = 34, 24
PAIR_WIDTH, NAME_WIDTH = 12, 14
UNRECORDED = {"watched": "who reads", "recognised": "thanks, votes or accepted answers"}

Pair = tuple[str, str]


def _heat(
    values: Sequence[Sequence[Any]], hovers: Sequence[Sequence[str]], top: float, look: Look
) -> marks.Mark:
    """Return cells from nothing to the strongest colour at `top`, with what each shows."""
    return {
        "type": "heatmap",
        "z": [list(row) for row in values],
        "zmin": 0,
        "zmax": top,
        "colorscale": [[0, look.heat[0]], [1, look.heat[1]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        **marks.pointed([list(row) for row in hovers]),
    }


def _cell_text(text: str, row: int, column: int, share: float, look: Look) -> marks.Mark:
    """Return the text of a cell in the colour that stands out from it."""
    font = canvas.font(text_on_heat(share, look))
    return canvas.note(text, column, row, look, xref="x", yref="y", font=font)


def _downwards(look: Look, names: Sequence[str], **more: Any) -> marks.Mark:
    """Return an axis of rows with the first name on top."""
    return canvas.named_axis(look, names, **more) | {"range": [len(names) - 0.5, -0.5]}


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Counts by pairs of groups; the same names, in the same order, stand at the rows and the
    columns.
    """

    names: tuple[str, ...]
    counts: Mapping[Pair, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def crossing(self) -> float:
        """Return the share that goes to another group."""
        same = sum(count for (one, other), count in self.counts.items() if one == other)
        return 1 - same / self.total

    @property
    def known(self) -> "Grid":
        """Return the counts of which both groups are known."""
        known = {pair: count for pair, count in self.counts.items() if UNKNOWN not in pair}
        return Grid(names=self.names, counts=known)

    def row(self, name: str) -> list[int]:
        return [self.counts.get((name, column), 0) for column in self.names]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """How a table of two groups and a count is drawn: the first group down, the second across; the
    own group is the diagonal.

    `noun`: what is counted. `row` and `column` word a group where one points, `most` both, as {0}
    and {1}. `crosses` tells the {share} of {total} that goes to another group, `unknown` that
    groups are not known, of how many as {total}; `below_title`: this stands there too.
    """

    noun: str
    row: str
    column: str
    most: str
    crosses: str
    unknown: str
    subtitle: str
    below_title: bool = False

    def __call__(self, table: pl.DataFrame, look: Look) -> go.Figure:
        """Draw the table."""
        grid = _grid(table.rows(), look)
        names, size = grid.names, len(grid.names)
        sentence = self._crossing(grid)
        top = max(1, *(max(grid.row(name)) for name in names))
        texts = [
            _cell_text(f"{count:,}", row, column, count / top, look)
            for row, name in enumerate(names)
            for column, count in enumerate(grid.row(name))
        ]
        short = labels.distinct(names, PAIR_WIDTH)
        font = {"tickfont": canvas.font(look.ink)}
        values = [grid.row(name) for name in names]
        return canvas.sheet(
            [_heat(values, self._hovers(grid), top, look)],
            look,
            height=70 + CELL * size + (40 if size > 5 else 0),
            description=f"{sentence} {self._largest(grid)}{_idle(grid)}",
            subtitle=f"{self.subtitle}. {sentence}" if self.below_title else self.subtitle,
            xaxis=canvas.named_axis(
                look, short, side="top", tickangle=-45 if size > 4 else 0, **font
            ),
            yaxis=_downwards(look, short, **font),
            right=46 if size > 4 else 12,
            top=8,
            shapes=[_outline(place, look) for place in range(size)] if size > 1 else [],
            annotations=texts,
        )

    def _crossing(self, grid: Grid) -> str:
        known = grid.known
        if not known.total:
            return self.unknown.format(total=f"{grid.total:,}")
        rest = grid.total - known.total
        return self.crosses.format(
            share=labels.percent(known.crossing),
            total=f"{known.total:,}",
            rest=f"; {rest:,} more have one unknown" if rest else "",
        )

    def _largest(self, grid: Grid) -> str:
        by_size = sorted(grid.counts.items(), key=lambda item: (-item[1], item[0]))
        largest = "; ".join(
            f"{count:,} {self.most.format(*pair)}" for pair, count in by_size[:3] if count
        )
        return f"Most: {largest}."

    def _hovers(self, grid: Grid) -> list[list[str]]:
        return [
            [
                marks.hover(
                    f"{count:,} {self.noun}",
                    f"{self.row} {labels.safe(row)}",
                    f"{self.column} {labels.safe(column)}",
                )
                for column, count in zip(grid.names, grid.row(row), strict=True)
            ]
            for row in grid.names
        ]


def _grid(rows: Sequence[tuple[str, str, int]], look: Look) -> Grid:
    """Return the counts by pair; of more than twelve groups the smallest are one."""
    sizes: dict[str, int] = {}
    for one, other, count in rows:
        for name in (one, other):
            sizes[name] = sizes.get(name, 0) + count
    kept = sorted(sizes, key=lambda name: (name != UNKNOWN, -sizes[name], name))
    shown = set(kept if len(kept) <= MOST_GROUPS else kept[: MOST_GROUPS - 1])
    rest = f"{len(kept) - len(shown)} others"
    counts: dict[Pair, int] = {}
    for one, other, count in rows:
        pair = (one if one in shown else rest, other if other in shown else rest)
        counts[pair] = counts.get(pair, 0) + int(count)
    names = [name for name in look.in_order(shown) if name != UNKNOWN]
    last = [name for name in (rest, UNKNOWN) if any(name in pair for pair in counts)]
    return Grid(names=(*names, *last), counts=counts)


def _idle(grid: Grid) -> str:
    """Name the groups of which there is nothing."""
    busy = {name for pair, count in grid.counts.items() if count for name in pair}
    idle = [name for name in grid.names if name not in busy]
    return f" Nothing of {words.listing(idle)}." if idle else ""


def _outline(place: int, look: Look) -> marks.Mark:
    begin, end = place - 0.46, place + 0.46
    edges = {"x0": begin, "x1": end, "y0": begin, "y1": end}
    return {"type": "rect", **edges, "line": {"color": look.faint, "width": 1.4}}


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares from 0 to 1 by row and column, None where nothing is known, each with what it shows
    when pointed at.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    shares: Sequence[Sequence[float | None]]
    hovers: Sequence[Sequence[str]]

    def draw(self, look: Look, description: str, subtitle: str) -> go.Figure:
        """Draw the cells with their shares in per cent; of many columns every third is named."""
        across, down = len(self.columns), len(self.rows)
        shown = range(0, across, 1 if across <= MOST_TEXTS else 3)
        font = {"tickfont": canvas.font(look.ink)}
        named = {
            "tickvals": list(shown),
            "ticktext": [self.columns[place] for place in shown],
        }
        return canvas.sheet(
            [_heat(self.shares, self.hovers, 1, look) | {"hoverongaps": False}],
            look,
            height=56 + (CELL if down < 10 else LOW_CELL) * down,
            description=description,
            subtitle=subtitle,
            xaxis=canvas.named_axis(look, self.columns, side="top", **font) | named,
            yaxis=_downwards(look, self.rows, **font),
            top=8,
            annotations=self._texts(look) if across <= MOST_TEXTS else [],
        )

    def _texts(self, look: Look) -> canvas.Marks:
        unit = slice(None) if len(self.columns) < 8 else slice(-2)
        return [
            _cell_text(labels.percent(share)[unit], row, column, share, look)
            for row, line in enumerate(self.shares)
            for column, share in enumerate(line)
            if share is not None
        ]


def cohorts(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw the share of each month's newcomers who were active in each month since; blank where it
    is not over.
    """
    known = {(row["month"], row["months"]): row for row in table.iter_rows(named=True)}
    sizes = dict(table.select("month", "members").unique().sort("month").iter_rows())
    since = range(int(table["months"].max()) + 1)  # type: ignore[arg-type]
    rows = [[known.get((month, months)) for months in since] for month in sizes]
    cells = Shares(
        rows=[f"{labels.month(month)} ({size:,})" for month, size in sizes.items()],
        columns=[str(months) for months in since],
        shares=[[cell["share"] if cell else None for cell in row] for row in rows],
        hovers=[[_cohort_hover(cell) if cell else "" for cell in row] for row in rows],
    )
    subtitle = "Rows: month of joining (how many), columns: months since"
    return cells.draw(look, _cohorts_in_words(table), subtitle)


def _cohort_hover(cell: Mapping[str, Any]) -> str:
    return marks.hover(
        f"{labels.percent(cell['share'])} active",
        f"{cell['active']:,} of {cell['members']:,} who joined in {labels.month(cell['month'])}",
        f"{words.counted(cell['months'], 'month')} after",
    )


def _cohorts_in_words(table: pl.DataFrame) -> str:
    counted = pl.col("members", "active").sum()
    totals = table.group_by("months").agg(counted).sort("months")
    shares = [
        f"{labels.percent(active / members)} after {words.counted(months, 'month')}"
        for months, members, active in totals.iter_rows()
        if months in (0, 1, 3, 6, 12) and members
    ]
    months = words.counted(table["month"].n_unique(), "month")
    return f"Active, of {months} of newcomers: {'; '.join(shares)}."


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Draws by the groups of the column `by` the share of members who got help, read, and were
    recognised; what the sources do not record is no column.
    """

    by: str

    def __call__(self, table: pl.DataFrame, look: Look) -> go.Figure:
        """Draw the table."""
        every = {"got_help": "got help", "watched": "read", "recognised": "recognised"}
        known = [column for column in every if table[column].is_not_null().any()]
        got = {column: every[column] for column in known}
        found = {row[self.by]: row for row in table.to_dicts()}
        largest = sorted(found, key=lambda name: (-found[name]["members"], name))[:MOST_ROWS]
        groups = [found[name] for name in look.in_order(largest)]
        names = [row[self.by] for row in groups]
        cells = Shares(
            rows=[
                f"{short} ({row['members']:,})"
                for short, row in zip(labels.distinct(names, NAME_WIDTH), groups, strict=True)
            ],
            columns=list(got.values()),
            shares=[[row[column] for column in got] for row in groups],
            hovers=[[self._hover(row, column, got[column]) for column in got] for row in groups],
        )
        shares = ". ".join(f"{row[self.by]}: {_balance_in_words(row, got)}" for row in groups)
        return cells.draw(look, f"{shares}.", _balance_subtitle(got, len(names), len(found)))

    def _hover(self, row: Mapping[str, Any], column: str, what: str) -> str:
        head = f"{labels.percent(row[column])} {what}"
        return marks.hover(head, f"of {row['members']:,} in {labels.safe(row[self.by])}")


def _balance_in_words(row: Mapping[str, Any], got: Mapping[str, str]) -> str:
    return ", ".join(f"{labels.percent(row[column])} {what}" for column, what in got.items())


def _balance_subtitle(got: Mapping[str, str], shown: int, of: int) -> str:
    unknown = [what for column, what in UNRECORDED.items() if column not in got]
    few = f"; the {shown} largest of {of}" if shown < of else ""
    left_out = f". The sources do not record {words.listing(unknown)}" if unknown else ""
    return f"Share of members (how many) in the last 90 days of the data{few}{left_out}"


def awake(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw questions above helps by weekday and hour, both in the same colours."""
    weeks = {name: _week(table, name) for name in ("questions", "helps")}
    heights = dict(zip(weeks, ((0.56, 0.95), (0.0, 0.39)), strict=True))
    suffixes = dict(zip(weeks, ("", "2"), strict=True))
    top = max(1, *(max(map(max, week)) for week in weeks.values()))
    axes: dict[str, Any] = {}
    for name, suffix in suffixes.items():
        axes |= _week_axes(look, suffix, heights[name])
    return canvas.sheet(
        [_week_heat(week, name, top, suffixes[name], look) for name, week in weeks.items()],
        look,
        height=380,
        description=" ".join(_week_in_words(name, week) for name, week in weeks.items()),
        subtitle=f"The {'brightest' if look.dark else 'darkest'} cell is {top:,}",
        top=8,
        bottom=30,
        annotations=[_week_name(name, high, look) for name, (_, high) in heights.items()],
        **axes,
    )


def _week(table: pl.DataFrame, name: str) -> list[list[int]]:
    week = [[0] * HOURS for _ in WEEKDAYS]
    for day, hour, count in table.select("weekday", "hour", name).iter_rows():
        week[day][hour] += int(count)
    return week


def _week_heat(
    week: Sequence[Sequence[int]], name: str, top: int, suffix: str, look: Look
) -> marks.Mark:
    hovers = [
        [
            marks.hover(f"{count:,} {name}", f"{LONG_WEEKDAYS[day]}, {hour}:00 to {hour + 1}:00")
            for hour, count in enumerate(hours)
        ]
        for day, hours in enumerate(week)
    ]
    narrow = {"xgap": 1, "ygap": 1, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    return _heat(week, hovers, top, look) | narrow


def _week_axes(look: Look, suffix: str, heights: Sequence[float]) -> dict[str, Any]:
    hours = [0, 6, 12, 18, 23]
    across = canvas.axis(
        look,
        anchor=f"y{suffix}",
        range=[-0.5, HOURS - 0.5],
        tickmode="array",
        tickvals=hours,
        ticktext=[f"{hour}:00" for hour in hours],
    )
    down = _downwards(look, WEEKDAYS, anchor=f"x{suffix}", domain=list(heights))
    return {f"xaxis{suffix}": across, f"yaxis{suffix}": down}


def _week_name(name: str, top: float, look: Look) -> marks.Mark:
    text = f"<b>{name.capitalize()}</b>"
    return canvas.note(text, 0, top, look, xanchor="left", yanchor="bottom", yshift=3)


def _week_in_words(name: str, week: Sequence[Sequence[int]]) -> str:
    total = sum(map(sum, week))
    if not total:
        return f"No {name}."
    days = [sum(hours) for hours in week]
    hours = [sum(day) for day in zip(*week, strict=True)]
    day, hour = days.index(max(days)), hours.index(max(hours))
    weekend = labels.percent((days[5] + days[6]) / total)
    return (
        f"{total:,} {name}, most on {LONG_WEEKDAYS[day]} ({days[day]:,}) and between {hour}:00 and {hour + 1}:00 "
        f"({hours[hour]:,}); {weekend} at the weekend."
    )
