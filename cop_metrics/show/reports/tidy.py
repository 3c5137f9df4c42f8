"""The long table of a report: one row a value, the same in CSV and Parquet, so that one file holds
every page.

A row says where it stands (`page`, `table`), what it is (`id`, `title`, `unit`), of whom or when
(`split` and `group`, up to four pairs: a month and a team, a weekday and an hour) and how much
(`value` unrounded, `n`, `low`, `high`). Rows of the cards are in the table 'numbers', their months
in 'numbers by month'; the rest is named after its chart. What was measured (community, period,
filters, data as of) stands in columns at the end of every row rather than in lines above, so that
the file parses. Lists have other columns and are left to the workbook.

To add another separated format: `csv_bytes` with its separator.
"""

import io
from collections.abc import Iterator, Mapping

import polars as pl

from cop_metrics.metrics.columns import AMOUNTS, with_bounds
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.show.kinds import OfNumbers
from cop_metrics.show.pagebook import Page
from cop_metrics.show.parts import Card, ChartTable
from cop_metrics.show.reports.contents import Contents
from cop_metrics.show.tables import csv_bytes
from cop_metrics.show.view import PageView

NUMBERS_TABLE, BY_MONTH_TABLE = "numbers", "numbers by month"
COMPLETE = "complete"
PAIRS = 4
GROUPS = tuple(
    f"{name}{'' if place == 1 else f'_{place}'}"
    for place in range(1, PAIRS + 1)
    for name in ("split", "group")
)
LONG: dict[str, type[pl.DataType]] = {
    "page": pl.String,
    "table": pl.String,
    "id": pl.String,
    "title": pl.String,
    "unit": pl.String,
    **dict.fromkeys(GROUPS, pl.String),
    "value": pl.Float64,
    "n": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "before": pl.Float64,
    "change": pl.Float64,
    "beyond_noise": pl.String,
    "complete": pl.Boolean,
    "note": pl.String,
}
Row = dict[str, object]


def csv(report: Contents) -> bytes:
    """Return the long table as CSV in UTF-8."""
    return csv_bytes(long_table(report))


def parquet(report: Contents) -> bytes:
    """Return the long table as Parquet, with days and times as such and texts as they are."""
    buffer = io.BytesIO()
    long_table(report).write_parquet(buffer)
    return buffer.getvalue()


def long_table(report: Contents) -> pl.DataFrame:
    """Return every number of a report: the columns of `LONG`, its definition, then the columns that
    say what was measured.
    """
    rows = [row for view in report.views for row in _rows(view, report.numbers)]
    defined = report.definitions.select("id", definition=pl.coalesce("formula", "description"))
    table = pl.DataFrame(rows, schema=LONG).join(
        defined, on="id", how="left", maintain_order="left"
    )
    return table.with_columns(_measured(report))


def _measured(report: Contents) -> list[pl.Expr]:
    scope, choices = report.scope, report.choices
    compare = scope.compare
    facts = {
        "community": pl.lit(choices.community),
        "period_from": pl.lit(scope.period.first),
        "period_to": pl.lit(scope.period.last),
        "compared_from": pl.lit(compare.first if compare else None, dtype=pl.Date),
        "compared_to": pl.lit(compare.last if compare else None, dtype=pl.Date),
        "as_of": pl.lit(choices.as_of).dt.replace_time_zone("UTC"),
        "teams": pl.lit("; ".join(scope.teams) or "all"),
        "seniorities": pl.lit("; ".join(scope.seniorities) or "all"),
        "topics": pl.lit("; ".join(scope.topics) or "all"),
        "names": pl.lit(scope.names),
        "smallest_group": pl.lit(choices.small_groups.size),
        "store_version": pl.lit(report.views[0].version),
    }
    return [value.alias(name) for name, value in facts.items()]


def _rows(view: PageView, numbers: pl.DataFrame) -> Iterator[Row]:
    own = numbers.filter(pl.col("page") == view.page.title).to_dicts()
    yield from ({**number, "table": NUMBERS_TABLE} for number in own)
    for card in view.cards:
        yield from _months(view.page, card)
    for chart in view.charts:
        yield from _of_chart(view.page, chart)


def _months(page: Page, card: Card) -> Iterator[Row]:
    for month in card.trend.to_dicts() if card.trend is not None else ():
        yield _figure(page, BY_MONTH_TABLE, card.metric, month, {"month": month["group"]})


def _of_chart(page: Page, chart: ChartTable) -> Iterator[Row]:
    kind = chart.chart
    if not isinstance(kind, OfNumbers):
        yield from _of_exhibit(page, chart, kind.exhibit)
        return
    for row in chart.table.to_dicts():
        metric, groups = kind.place(row)
        yield _figure(page, kind.id, metric, row, groups)


def _figure(
    page: Page, table: str, metric: Metric, row: Mapping[str, object], groups: Mapping[str, object]
) -> Row:
    names = ("value", "low", "high", "note", "complete")
    figure = {name: row[name] for name in names} | {"n": row["sample_size"]}
    about = {
        "page": page.title,
        "table": table,
        "id": metric.id,
        "title": metric.title,
        "unit": metric.unit.value,
    }
    return {**about, **paired(groups), **figure}


def _of_exhibit(page: Page, chart: ChartTable, exhibit: Exhibit) -> Iterator[Row]:
    columns = chart.shown_columns
    groups = [each.name for each in columns if each.role not in AMOUNTS]
    for row in chart.table.to_dicts():
        for value, bounds in with_bounds(columns).items():
            yield {
                "page": page.title,
                "table": exhibit.id,
                "id": exhibit.id,
                "title": value.title,
                "unit": value.unit.value if value.unit else None,
                **paired({group: row[group] for group in groups}),
                "value": row[value.name],
                **{bound.role.value: row[bound.name] for bound in bounds},
                COMPLETE: row.get(COMPLETE),
            }


def paired(groups: Mapping[str, object]) -> Row:
    """Return the splits and groups of a row under their column names; beyond four pairs, the last
    holds the rest.
    """
    pairs = [(name, str(value)) for name, value in groups.items() if value is not None]
    if len(pairs) > PAIRS:
        rest = pairs[PAIRS - 1 :]
        pairs = [
            *pairs[: PAIRS - 1],
            ("; ".join(name for name, _ in rest), "; ".join(value for _, value in rest)),
        ]
    return dict(zip(GROUPS, (part for pair in pairs for part in pair), strict=False))
