"""A chart's table as a workbook lays it out: named in words, empty columns left out, and wide where
wide reads better.

Exhibits of two dimensions become a matrix, months down and the other dimension across.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.metrics.columns import AMOUNTS, Column, Role, titled
from cop_metrics.metrics.metric import Better, Metric
from cop_metrics.metrics.status import CAME, WENT
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.parts import ChartTable
from cop_metrics.show.reports.cells import DAY, MONTH, NUMBER_FORMATS, Table
from cop_metrics.show.tables import in_words
from cop_metrics.units import Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DIMENSIONS = frozenset(
    {
        Role.TEAM,
        Role.SENIORITY,
        Role.TOPIC,
        Role.LEVEL,
        Role.WEEKDAY,
        Role.OUTCOME,
        Role.GROUP,
        Role.MONTH,
    }
)
"""What a matrix may have down and across: what has few values, each of which many rows share."""


class Form(Enum):
    """How a spreadsheet draws a table: by its first column and the one or two that follow it."""

    LINES = "a line for each name, by month"
    BARS = "a bar for each name"
    STACKS = "a stack for each month"
    CURVES = "a curve for each name, by days or hours"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A table of a chart: `matrix` when its columns after the first are the values of a dimension;
    `form`: how it may be drawn, None where the table says it better; `caption` names a part.
    """

    table: Table
    form: Form | None
    matrix: bool = False
    caption: str | None = None


def layouts(chart: ChartTable, choices: CommunityChoices) -> list[Layout]:
    """Return the tables of a chart, none where it has no rows."""
    if not chart.table.height:
        return []
    if chart.chart.exhibit:
        return _of_exhibit(chart, choices)
    form = Form.LINES if titled(chart.columns, Role.MONTH) else Form.BARS
    frame = chart.shown if form is Form.LINES else _sorted(chart)
    return [Layout(table=Table(frame=frame, formats=_formats(chart.columns)), form=form)]


def _sorted(chart: ChartTable) -> pl.DataFrame:
    """Return teams and topics from the one most in need on; seniorities keep the order of their
    scale.
    """
    if titled(chart.columns, Role.SENIORITY):
        return chart.shown
    value, *_ = titled(chart.columns, Role.VALUE)
    first = chart.chart.first
    lowest_first = isinstance(first, Metric) and first.better is Better.HIGHER
    return chart.shown.sort(
        value, descending=not lowest_first, nulls_last=True, maintain_order=True
    )


def _of_exhibit(chart: ChartTable, choices: CommunityChoices) -> list[Layout]:
    columns = [each for each in chart.shown_columns if each.role is not Role.ORDER]
    groups = [each for each in columns if each.role not in AMOUNTS]
    amounts = [each for each in columns if each.role in (Role.VALUE, Role.LOW, Role.HIGH)]
    counted = all(each.unit is Unit.COUNT for each in amounts)
    if len(groups) == 2 and counted and DIMENSIONS.issuperset(each.role for each in groups):
        return [
            Layout(
                table=_matrix(chart.table, groups, each, choices),
                form=Form.STACKS if groups[0].role is Role.MONTH else None,
                matrix=True,
                caption=each.title if len(amounts) > 1 else None,
            )
            for each in amounts
        ]
    frame = in_words(chart.table, columns)
    return [Layout(table=Table(frame=frame, formats=_formats(columns)), form=_form(columns))]


def _form(columns: Sequence[Column]) -> Form | None:
    if titled(columns, Role.ELAPSED):
        return Form.CURVES
    is_pair = [each.role in AMOUNTS for each in columns] == [False, True]
    return Form.BARS if is_pair else None


def _formats(columns: Sequence[Column]) -> dict[str, str]:
    """Return the number formats of columns by their titles, of those that have one."""
    formats = dict[str, str]()
    for each in columns:
        match each.role:
            case Role.MONTH:
                formats[each.title] = MONTH
            case Role.START | Role.TIME:
                formats[each.title] = DAY
            case Role.VALUE | Role.LOW | Role.HIGH | Role.ELAPSED if each.unit:
                formats[each.title] = NUMBER_FORMATS[each.unit]
    return formats


def _matrix(
    table: pl.DataFrame, groups: Sequence[Column], counted: Column, choices: CommunityChoices
) -> Table:
    """Return a table with the values of the first group down and those of the second across,
    weekdays always across.
    """
    down, across = groups if groups[0].role is not Role.WEEKDAY else groups[::-1]
    over = across.title.partition(" (")[0]
    corner = down.title if down.role is Role.MONTH else f"{down.title} ↓ {over} →"
    named = table.select(pl.col(down.name).alias(corner), _header(across), counted.name)
    wide = named.pivot(on=across.name, index=corner, values=counted.name, maintain_order=True)
    wide = wide.sort(_place(corner, _steps(down, choices)), nulls_last=True, maintain_order=True)
    known = [name for name in _steps(across, choices) if name in wide.columns]
    order = [*known, *(name for name in wide.columns[1:] if name not in known)]
    frame = wide.select(corner, *(pl.col(name).fill_null(0) for name in order))
    counts = dict.fromkeys(order, NUMBER_FORMATS[Unit.COUNT])
    return Table(frame=frame, formats=counts | _formats([replace(down, title=corner)]))


def _place(title: str, steps: tuple[str, ...]) -> pl.Expr:
    """Return by what a column is sorted: by its place among the steps, else by itself."""
    if not steps:
        return pl.col(title)
    places = {step: place for place, step in enumerate(steps)}
    return pl.col(title).replace_strict(places, default=None, return_dtype=pl.Int64)


def _steps(dimension: Column, choices: CommunityChoices) -> tuple[str, ...]:
    """Return the values of a dimension that has an order of its own, none where it has none."""
    match dimension.role:
        case Role.WEEKDAY:
            return WEEKDAYS
        case Role.SENIORITY:
            return tuple(choices.seniorities)
        case Role.LEVEL:
            return (CAME, *(level.name for level in LEVELS), WENT)
    return ()


def _header(dimension: Column) -> pl.Expr:
    """Return a dimension's values as they stand in a header."""
    values = pl.col(dimension.name)
    match dimension.role:
        case Role.WEEKDAY:
            return values.replace_strict(dict(enumerate(WEEKDAYS)), return_dtype=pl.String)
        case Role.OUTCOME:
            return values.replace(words.OUTCOMES)
    return values.cast(pl.String).fill_null("–")
