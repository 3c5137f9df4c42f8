"""The parts of a page as measured: cards, charts and lists, each with what is said beside it."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import Change
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.columns import Column, to_read
from cop_metrics.metrics.metric import Counts, Metric
from cop_metrics.reasons import Reason, Why
from cop_metrics.show.captions import change_text
from cop_metrics.show.kinds import Chart
from cop_metrics.show.tables import as_called, in_words, says

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cop_metrics.show.charts.look import Look

MOST_ROWS = 1_000
FAILED = "This could not be measured. The log of the server says why; the rest of the page is not affected."
FAILURES = (CopError, duckdb.Error, pl.exceptions.PolarsError)
LOG = logging.getLogger("cop_metrics.show.view")


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number: its figure, the one before (None without comparison), the change, and what was
    scanned of it.
    """

    metric: Metric
    figure: Figure
    before: Figure | None
    change: float | None
    compared: Change | None
    trend: pl.DataFrame | None
    remarks: tuple[str, ...]

    @property
    def value(self) -> str:
        return words.value(self.metric.unit, self.figure.value)

    @property
    def interval(self) -> str:
        return words.interval(self.metric.unit, self.figure.interval)

    @property
    def change_text(self) -> str:
        """Return what may be said of the change; a number that was not compared only says what it
        was before.
        """
        if self.before is None or self.before.value is None:
            return ""
        if self.compared is None:
            return f"before: {words.value(self.metric.unit, self.before.value)}"
        return change_text(self.compared)


@dataclass(frozen=True, kw_only=True)
class ChartTable:
    """What a chart is drawn from: one table, its columns in words, and `reason` where there is
    nothing to draw.

    `description` says what is counted; `remarks` which filters do not act on it; `finding` what it
    shows in a sentence; `average` is the community's own number beside its groups, None where
    groups add up instead.
    """

    chart: Chart
    title: str
    description: str
    remarks: tuple[str, ...]
    table: pl.DataFrame
    columns: tuple[Column, ...]
    reason: Reason | None
    average: float | None = None
    finding: str | None = None

    @property
    def note(self) -> str | None:
        """Return the reason in words."""
        return self.reason.text if self.reason else None

    @property
    def drawn(self) -> bool:
        """Say whether it is a chart; else it is a list to act on."""
        return self.chart.drawn

    @property
    def subtitle(self) -> str:
        return " ".join([self.description, *self.remarks]).strip()

    @property
    def summary(self) -> str:
        """Return the first sentence of what is counted, and the remarks."""
        first, dot, _ = self.description.partition(". ")
        return " ".join([first + dot.strip(), self.remarked]).strip()

    @property
    def remarked(self) -> str:
        """Return the remarks as sentences."""
        return " ".join(_as_sentences(self.remarks))

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """Return the columns that one reads, of figures only those that say something."""
        read, whole = to_read(self.columns), self.chart.exhibit is not None
        return tuple(each for each in read if whole or says(each, self.table[each.name]))

    @property
    def shown(self) -> pl.DataFrame:
        """Return the table as one reads it."""
        return in_words(self.table, self.shown_columns)

    def draw(self, look: "Look", targets: Mapping[str, float]) -> "go.Figure":
        """Draw it; `targets`: what the community aims at, by metric."""
        return self.chart.draw(self.table, look, self.average, targets)


def _as_sentences(remarks: Iterable[str]) -> list[str]:
    return [f"{each[:1].upper()}{each[1:]}." for each in remarks]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The rows behind a number in words, the first of `total`, and what their columns hold;
    `reason` says why there are none, `remarks` of whom and of which days.
    """

    metric: Metric
    rows: pl.DataFrame
    total: int
    reason: Reason | None
    columns: tuple[Column, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def note(self) -> str | None:
        """Return the reason in words."""
        return self.reason.text if self.reason else None

    @property
    def about(self) -> str:
        """Return what is listed: the definition of the number and the remarks."""
        return " ".join([self.metric.description, *_as_sentences(self.remarks)])


def card(measurer: Measurer, metric: Metric, scope: Scope) -> Card:
    """Measure a number, the one before, and its months."""
    measured = measurer.measure(metric, scope)
    figure = measured.figure or Figure(value=None, sample_size=0)
    earlier = compared_with(metric, scope, measurer.choices)
    state = metric.counts is Counts.STATE
    before = measurer.figure(metric, earlier) if earlier and figure.value is not None else None
    remarks = [remark for remark in (figure.note, measured.ignored) if remark]
    if state:
        remarks.append(words.WINDOWS[metric.id])
    elif scope.earlier() is None and scope.compare_note:
        remarks.append(scope.compare_note)
    if metric.beside and figure.value is not None:
        other = METRICS[metric.beside]
        beside = words.value(other.unit, measurer.figure(other, scope).value)
        remarks.insert(0, f"{other.title}: {beside}")
    trended = not state and not measurer.unmeasurable(metric)
    return Card(
        metric=metric,
        figure=figure,
        before=before,
        change=words.change(metric.unit, figure.value, before.value if before else None),
        compared=None,
        trend=measurer.measure(metric, scope, "month").table if trended else None,
        remarks=tuple(remarks),
    )


def compared_with(metric: Metric, scope: Scope, choices: CommunityChoices) -> Scope | None:
    """Return the earlier scope that a number is compared with, None where it is not."""
    earlier = scope.earlier()
    if earlier is None or not metric.comparable or metric.counts is Counts.STATE:
        return None
    # Some numbers need days of data before the period (metrics, 2.5).
    known = earlier.period.first_day >= choices.first_day + metric.edge_days
    return earlier if known else None


def chart_table(measurer: Measurer, chart: Chart, scope: Scope) -> ChartTable:
    """Return a chart's table, or a reason in its place where measuring it fails."""
    try:
        measured = chart.measure(measurer, scope)
    except FAILURES as problem:
        return ChartTable(
            chart=chart,
            title=chart.title,
            description="",
            remarks=(),
            table=pl.DataFrame(),
            columns=(),
            reason=_failed(problem, chart.title),
        )
    return ChartTable(
        chart=chart,
        title=chart.title,
        description=chart.description or chart.first.description,
        remarks=(*measured.remarks, *chart.remarks(measured, scope)),
        table=measured.table,
        columns=chart.columns(measurer.choices),
        reason=measured.reason,
        average=measured.average,
        finding=measured.finding,
    )


def listing(measurer: Measurer, metric: Metric, scope: Scope, *, most: int = MOST_ROWS) -> Listing:
    """Return the list behind a number, or a reason in its place where this viewer may not see it or
    reading it fails.
    """
    try:
        found = measurer.listed(metric, scope, most=most)
    except FAILURES as problem:
        reason = _failed(problem, metric.title)
        return Listing(metric=metric, rows=pl.DataFrame(), total=0, reason=reason)
    columns = as_called(found.columns, measurer.choices)
    rows = in_words(found.rows, columns)
    return Listing(
        metric=metric,
        rows=rows,
        total=found.total,
        columns=columns,
        reason=found.reason,
        remarks=(found.ignored,) if found.ignored else (),
    )


def _failed(problem: Exception, title: str) -> Reason:
    if isinstance(problem, CopError):
        return Reason(Why.FAILED, str(problem))
    LOG.exception("'%s' could not be measured", title)
    return Reason(Why.FAILED, FAILED)
