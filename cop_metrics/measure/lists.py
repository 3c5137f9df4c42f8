"""The rows behind a number within a scope: as many as the number's sample (metrics, 2.10)."""

from dataclasses import dataclass

import polars as pl

from cop_metrics import words
from cop_metrics.measure.figures import figure_of
from cop_metrics.measure.within import Within
from cop_metrics.metrics.aggregates import ListSql
from cop_metrics.metrics.columns import Column, Role
from cop_metrics.metrics.metric import Metric
from cop_metrics.metrics.relation import list_of, relation_of_list
from cop_metrics.reasons import Reason, nothing


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The first rows of a list, of so many in all, and their columns; `reason` says why there is
    none.
    """

    rows: pl.DataFrame
    total: int
    columns: tuple[Column, ...] = ()
    reason: Reason | None = None
    ignored: str | None = None
    """Which filters do not act on it, in words."""


def listed(within: Within, metric: Metric, most: int | None = None) -> Listed:
    """Return the rows behind a number; of a share, those to act on first, and a last column says of
    each row whether it counts. `most`: only so many rows, the first in order.
    """
    clearance = within.sight.list(metric)
    reason = within.choices.unrecorded(metric.needs) or clearance.reason
    if reason:
        return Listed(rows=pl.DataFrame(), total=0, reason=reason)
    shown = tuple(each for each in list_of(metric).columns if each.name not in clearance.hidden)
    found = within.ask(_sql(within, metric, shown, most))
    hit = Column(metric.title, metric.title, Role.GROUP)
    columns = (*shown, hit) if metric.measure.tells_hits else shown
    if most is None or found.height <= most:
        why = None if found.height else _why_none(within, metric)
        return Listed(rows=found, total=found.height, columns=columns, reason=why)
    total = metric.measure.listed_rows(figure_of(within, metric))
    return Listed(rows=found.head(most), total=total, columns=columns)


def _sql(within: Within, metric: Metric, shown: tuple[Column, ...], most: int | None) -> str:
    """Return the SELECT of the rows, one more than the most, so that one knows that there are more."""
    relation = relation_of_list(metric)
    rows = ListSql(
        columns=tuple(each.name for each in shown),
        order=relation.order,
        day=relation.day,
        outcome=metric.title,
    )
    cut = f"cut as ({within.cut.rows(relation, metric)})"
    limit = "" if most is None else f" limit {most + 1:d}"
    return f"with {within.cut.periods(None)}, {cut} {metric.measure.listing(rows)}{limit}"


def _why_none(within: Within, metric: Metric) -> Reason:
    """Return why there is nothing to list: the reason of the number, where it has one."""
    reason = figure_of(within, metric).reason
    return Reason(reason.why, f"{reason.text}.") if reason else nothing(words.NO_ROWS)
