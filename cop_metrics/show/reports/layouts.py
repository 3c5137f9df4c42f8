"""A chart's table as a workbook lays it out: named in words, empty columns left out, and wide where
wide reads better.

Exhibits of two dimensions become a matrix, months down and the other dimension across.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cop_metrics.access.scope import CommunityChoices
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Better, Exhibit
from cop_metrics.metrics.status import CAME, WENT
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.pagebook import Groups, GroupsOverTime, OverTime, ShowExhibit
from cop_metrics.show.reports.cells import DAY, MONTH, NUMBER_FORMATS, Table
from cop_metrics.show.reports.tidy import column_unit, coordinates
from cop_metrics.show.view import ChartTable, group_word, unit_of
from cop_metrics.units import Unit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TIME_AXES = frozenset({"hours", "days"})
"""Columns along which a curve is drawn."""

VALUE, COUNTED, LOW, HIGH, COMPLETE = "Value", "n", "Low", "High", "Complete"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A table of a chart: `matrix` when its columns after the first are the values of a dimension;
    `caption` names a part.
    """

    table: Table
    matrix: bool = False
    caption: str | None = None


def layouts(chart: ChartTable, choices: CommunityChoices) -> list[Layout]:
    """Return the tables of a chart, none where it has no rows."""
    if not chart.table.height:
        return []
    if isinstance(chart.chart, ShowExhibit):
        return _of_exhibit(chart, EXHIBITS[chart.chart.id], choices)
    return [Layout(table=_of_metric(chart, chart.chart, choices))]


def value_title(chart: OverTime | GroupsOverTime | Groups) -> str:
    """Return what the column of values is called: the metric, unless the table holds several."""
    match chart:
        case OverTime(ids=(id_,)) | GroupsOverTime(id_=id_) | Groups(id_=id_):
            return METRICS[id_].title
    return VALUE


def group_title(chart: OverTime | GroupsOverTime | Groups, choices: CommunityChoices) -> str:
    """Return what the column of lines or bars is called."""
    return "Number" if isinstance(chart, OverTime) else group_word(chart.by, choices)


def _of_metric(
    chart: ChartTable, kind: OverTime | GroupsOverTime | Groups, choices: CommunityChoices
) -> Table:
    unit, value, group = (
        NUMBER_FORMATS[unit_of(kind)],
        value_title(kind),
        group_title(kind, choices),
    )
    if isinstance(kind, Groups):
        named = _sorted(chart.table, kind).rename({"group": group})
    else:
        months = pl.col("group").str.to_date().alias("Month")
        named = chart.table.with_columns(months).drop("group").rename({"series": group})
        named = named.select(group, "Month", pl.exclude(group, "Month"))
    titles = {
        "value": value,
        "sample_size": COUNTED,
        "low": LOW,
        "high": HIGH,
        "note": "Note",
        "complete": COMPLETE,
    }
    empty = [name for name in ("low", "high", "note") if named[name].is_null().all()]
    empty += ["complete"] if named["complete"].all() else []
    formats = {
        value: unit,
        LOW: unit,
        HIGH: unit,
        COUNTED: NUMBER_FORMATS[Unit.COUNT],
        "Month": MONTH,
    }
    return Table(
        frame=named.drop(empty).rename(
            {old: new for old, new in titles.items() if old not in empty}
        ),
        formats=formats,
    )


def _sorted(table: pl.DataFrame, kind: Groups) -> pl.DataFrame:
    """Return teams and topics from the one most in need on; seniorities keep the order of their
    scale.
    """
    if kind.by == "seniority":
        return table
    return table.sort(
        "value",
        descending=METRICS[kind.id_].better is not Better.HIGHER,
        nulls_last=True,
        maintain_order=True,
    )


def _of_exhibit(chart: ChartTable, exhibit: Exhibit, choices: CommunityChoices) -> list[Layout]:
    table = _without_order(exhibit.told(chart.table))
    groups = [name for name in coordinates(table) if name not in TIME_AXES]
    measures = [
        name for name in table.columns if name not in groups and table[name].dtype != pl.Boolean
    ]
    counted = all(table[name].dtype.is_integer() for name in measures)
    if len(groups) == 2 and counted and not exhibit.people and not TIME_AXES & set(measures):
        parts = [_matrix(table, exhibit, groups, measure, choices) for measure in measures]
        named = [exhibit.columns[measure] if len(measures) > 1 else None for measure in measures]
        return [
            Layout(table=part, matrix=True, caption=caption)
            for part, caption in zip(parts, named, strict=True)
        ]
    formats = {
        exhibit.columns[name]: NUMBER_FORMATS[column_unit(exhibit, name, table[name].dtype)]
        for name in _measured_with_bounds(table, groups)
    }
    days = {exhibit.columns[name]: DAY for name, kind in table.schema.items() if kind == pl.Date}
    return [
        Layout(
            table=Table(frame=table.rename(_titles(exhibit.columns, table)), formats=formats | days)
        )
    ]


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
    title, over = exhibit.columns[down], exhibit.columns[across].partition(" (")[0]
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
