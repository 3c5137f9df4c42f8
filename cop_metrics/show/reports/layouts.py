"""A chart's table as a workbook lays it out: named in words, empty columns left out, and wide where
wide reads better.

Exhibits of two dimensions become a matrix, months down and the other dimension across.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import polars as pl

from cop_metrics.access.scope import CommunityChoices
from cop_metrics.metrics.columns import Rows
from cop_metrics.metrics.metric import Better, Exhibit, Metric
from cop_metrics.metrics.status import CAME, WENT
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.kinds import FIGURE_COLUMNS
from cop_metrics.show.reports.cells import DAY, MONTH, NUMBER_FORMATS, Table
from cop_metrics.show.reports.tidy import column_unit, coordinates
from cop_metrics.show.view import ChartTable
from cop_metrics.units import Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TIME_AXES = frozenset({"hours", "days"})
"""Columns along which a curve is drawn."""

LOW, HIGH, COMPLETE = (FIGURE_COLUMNS[name] for name in ("low", "high", "complete"))


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
        return _of_exhibit(chart, chart.chart.exhibit, choices)
    form = Form.LINES if "series" in chart.columns else Form.BARS
    return [Layout(table=_of_numbers(chart), form=form)]


def _of_numbers(chart: ChartTable) -> Table:
    columns = chart.columns
    unit, count = NUMBER_FORMATS[chart.chart.first.unit], NUMBER_FORMATS[Unit.COUNT]
    values = dict.fromkeys((columns["value"], columns["low"], columns["high"]), unit)
    formats = values | {columns["sample_size"]: count}
    if "series" in columns:
        return Table(frame=chart.shown, formats=formats | {columns["group"]: MONTH})
    return Table(frame=_sorted(chart), formats=formats)


def _sorted(chart: ChartTable) -> pl.DataFrame:
    """Return teams and topics from the one most in need on; seniorities keep the order of their
    scale.
    """
    if "seniority" in chart.chart.groups:
        return chart.shown
    lowest_first = (
        isinstance(chart.chart.first, Metric) and chart.chart.first.better is Better.HIGHER
    )
    return chart.shown.sort(
        chart.columns["value"], descending=not lowest_first, nulls_last=True, maintain_order=True
    )


def _of_exhibit(chart: ChartTable, exhibit: Exhibit, choices: CommunityChoices) -> list[Layout]:
    table = _without_order(exhibit.told(chart.table))
    groups = [name for name in coordinates(table) if name not in TIME_AXES]
    measures = [
        name for name in table.columns if name not in groups and table[name].dtype != pl.Boolean
    ]
    counted = all(table[name].dtype.is_integer() for name in measures)
    if (
        len(groups) == 2
        and counted
        and exhibit.rows is not Rows.PEOPLE
        and not TIME_AXES & set(measures)
    ):
        parts = [_matrix(table, exhibit, groups, measure, choices) for measure in measures]
        named = [exhibit.titles[measure] if len(measures) > 1 else None for measure in measures]
        return [
            Layout(table=part, form=_form_of_matrix(part.frame), matrix=True, caption=caption)
            for part, caption in zip(parts, named, strict=True)
        ]
    formats = {
        exhibit.titles[name]: NUMBER_FORMATS[column_unit(exhibit, name, table[name].dtype)]
        for name in _measured_with_bounds(table, groups)
    }
    days = {exhibit.titles[name]: DAY for name, kind in table.schema.items() if kind == pl.Date}
    frame = table.rename(_titles(exhibit.titles, table))
    return [Layout(table=Table(frame=frame, formats=formats | days), form=_form(exhibit, frame))]


def _form_of_matrix(frame: pl.DataFrame) -> Form | None:
    return Form.STACKS if frame.dtypes[0] == pl.Date else None


def _form(exhibit: Exhibit, frame: pl.DataFrame) -> Form | None:
    if TIME_AXES & set(exhibit.titles):
        return Form.CURVES
    first, *others = frame.dtypes
    is_pair = first == pl.String and len(others) == 1 and others[0].is_numeric()
    return Form.BARS if is_pair else None


def _measured_with_bounds(table: pl.DataFrame, groups: list[str]) -> list[str]:
    return [name for name in table.columns if name not in groups and table[name].dtype.is_numeric()]


def _titles(columns: Mapping[str, str], table: pl.DataFrame) -> dict[str, str]:
    return {name: columns[name] for name in table.columns}


def _without_order(table: pl.DataFrame) -> pl.DataFrame:
    """Leave out a number that only orders the names beside it, such as a level and its name."""
    return table.drop([name for name in table.columns if f"{name}_name" in table.columns])


def _matrix(
    table: pl.DataFrame,
    exhibit: Exhibit,
    groups: list[str],
    measure: str,
    choices: CommunityChoices,
) -> Table:
    down, across = groups if groups != ["weekday", "hour"] else groups[::-1]
    title, over = exhibit.titles[down], exhibit.titles[across].partition(" (")[0]
    corner = title if table[down].dtype == pl.Date else f"{title} ↓ {over} →"
    named = table.select(pl.col(down).alias(corner), _words(across), measure)
    wide = named.pivot(on=across, index=corner, values=measure, maintain_order=True)
    if _steps(down, choices):
        steps = pl.Enum([name for name in _steps(down, choices) if name in wide[corner]])
        wide = wide.sort(
            pl.col(corner).cast(steps, strict=False), nulls_last=True, maintain_order=True
        )
    else:
        wide = wide.sort(corner, maintain_order=True)
    known = [name for name in _steps(across, choices) if name in wide.columns]
    order = [*known, *(name for name in wide.columns[1:] if name not in known)]
    frame = wide.select(corner, *(pl.col(name).fill_null(0) for name in order))
    whole = dict.fromkeys(order, NUMBER_FORMATS[Unit.COUNT])
    return Table(
        frame=frame, formats=whole | ({corner: MONTH} if table[down].dtype == pl.Date else {})
    )


def _steps(dimension: str, choices: CommunityChoices) -> tuple[str, ...]:
    """Return the values of a dimension that has an order of its own, none where it has none."""
    match dimension.rpartition("_")[2]:
        case "weekday":
            return WEEKDAYS
        case "seniority":
            return tuple(choices.seniorities)
        case "before" | "after":
            return (CAME, *(level.name for level in LEVELS), WENT)
    return ()


def _words(dimension: str) -> pl.Expr:
    """Return a dimension's values as they stand in a header."""
    if dimension == "weekday":
        return pl.col(dimension).replace_strict(dict(enumerate(WEEKDAYS)), return_dtype=pl.String)
    return pl.col(dimension).cast(pl.String).fill_null("–")
