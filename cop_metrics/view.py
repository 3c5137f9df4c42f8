"""One page measured for one scope: the figures, tables and sentences that a page shows and a report prints, without any drawing.

Everything that shows a number takes it from here, so that a page, its lists, its files and its sentences cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.changes import Change, Scan, scan
from cop_metrics.measure import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Counts, Figure, Metric, Total, Unit
from cop_metrics.pagebook import Chart, Groups, GroupsOverTime, OverTime, Page, ShowExhibit
from cop_metrics.scope import Catalogue, CommunityChoices, Scope

MOST_CHANGES = 8
MOST_ROWS = 5_000


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number: its figure, the one before (None without comparison), the change, and what was scanned of it."""

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
        """Return what the scan says of the change; a number that was not tested only says what it was before."""
        if self.before is None or self.before.value is None:
            return ""
        if self.compared is None:
            return f"{words.value(self.metric.unit, self.before.value)} in the period before"
        text = words.change_text(self.metric, self.change)
        return (
            f"{text}, beyond noise: {self.compared.word}" if self.compared.beyond_noise else f"about the same ({text})"
        )


@dataclass(frozen=True, kw_only=True)
class ChartTable:
    """What a chart is drawn from: one table, its columns in words, and the share of it that is measurable."""

    chart: Chart
    title: str
    subtitle: str
    table: pl.DataFrame
    columns: dict[str, str]
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The rows behind a number, the first `MOST_ROWS` of `total`; `note` says why there are none or not all."""

    metric: Metric
    rows: pl.DataFrame
    total: int
    note: str | None


@dataclass(frozen=True, kw_only=True)
class PageView:
    """A page as measured; `version` is that of the store."""

    page: Page
    scope: Scope
    choices: CommunityChoices
    version: int
    headline: tuple[str, ...]
    cards: tuple[Card, ...]
    charts: tuple[ChartTable, ...]
    lists: tuple[Listing, ...]
    scan: Scan
    small_print: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Measures pages over one snapshot of the store; `scan_of` may be a cached `changes.scan`, as all pages share it."""

    version: int
    cursor: duckdb.DuckDBPyConnection
    catalogue: Catalogue

    def page(
        self,
        page: Page,
        scope: Scope,
        scan_of: Callable[[Scope], Scan] | None = None,
        measurer: Measurer | None = None,
    ) -> PageView:
        """Measure a page; raises nothing that the data can cause: what cannot be measured says so in its place."""
        choices = self.catalogue[scope.community]
        measurer = measurer or Measurer(cursor=self.cursor, choices=choices)
        scanned = (scan_of or partial(scan, measurer))(scope)
        cards = tuple(_card(measurer, METRICS[id_], scope, scanned) for id_ in page.cards)
        return PageView(
            page=page,
            scope=scope,
            choices=choices,
            version=self.version,
            headline=_headline(page, cards, measurer, scope, scanned),
            cards=cards,
            charts=tuple(_chart(measurer, chart, scope) for chart in page.charts),
            lists=tuple(listing(measurer, METRICS[id_], scope) for id_ in page.lists),
            scan=scanned,
            small_print=_small_print(choices, scope, cards),
        )


def _card(measurer: Measurer, metric: Metric, scope: Scope, scanned: Scan) -> Card:
    figure = measurer.figure(metric, scope)
    earlier = scope.earlier()
    state = metric.counts is Counts.STATE
    compared = earlier is not None and metric.comparable and not state and figure.value is not None
    before = measurer.figure(metric, earlier) if earlier and compared else None
    remarks = [remark for remark in (figure.note, measurer.ignored(metric, scope)) if remark]
    if state:
        remarks.append("as of the data, whatever the period")
    elif earlier is None and scope.compare_note:
        remarks.append(scope.compare_note)
    trended = not state and not measurer.unmeasurable(metric)
    return Card(
        metric=metric,
        figure=figure,
        before=before,
        change=words.change(metric, figure, before),
        compared=scanned.of(metric.id),
        trend=measurer.figures_by(metric, scope, "month") if trended else None,
        remarks=tuple(remarks),
    )


BY_MONTH = {"group": "Month", "value": "Value", "sample_size": "n", "low": "Low", "high": "High", "note": "Note"}


def _chart(measurer: Measurer, chart: Chart, scope: Scope) -> ChartTable:
    match chart:
        case ShowExhibit(id=id_):
            exhibit = EXHIBITS[id_]
            table = measurer.table(exhibit, scope)
            note = measurer.withheld(exhibit, scope) or (None if table.height else "No data in this period.")
            remarks = [exhibit.description, measurer.ignored(exhibit, scope)]
            subtitle = " ".join(remark for remark in remarks if remark)
            return ChartTable(
                chart=chart,
                title=exhibit.title,
                subtitle=subtitle,
                table=table,
                columns=dict(exhibit.columns),
                note=note,
            )
        case OverTime(ids=ids):
            frames = [_named(measurer, METRICS[id_], scope, "month") for id_ in ids]
            return _composed(measurer, chart, chart.title, pl.concat(frames), METRICS[ids[0]], scope, "Month")
        case GroupsOverTime(id_=id_, by=by):
            table = _over_groups(measurer, METRICS[id_], scope, by)
            return _composed(measurer, chart, chart.title, table, METRICS[id_], scope, "Month")
        case Groups(id_=id_, by=by):
            table = _named(measurer, METRICS[id_], scope, by)
            return _composed(measurer, chart, chart.title, table, METRICS[id_], scope, group_word(by, measurer.choices))


def group_word(by: str, choices: CommunityChoices) -> str:
    """Return the word for a dimension in this community: seniority is experience where there is no roster."""
    return {"team": "Team", "seniority": choices.seniority_word, "topic": "Topic"}[by]


def _named(measurer: Measurer, metric: Metric, scope: Scope, by: str) -> pl.DataFrame:
    return measurer.figures_by(metric, scope, by).insert_column(0, pl.lit(metric.title).alias("series"))


def _over_groups(measurer: Measurer, metric: Metric, scope: Scope, by: str) -> pl.DataFrame:
    groups = measurer.figures_by(metric, scope, by).filter(pl.col("value").is_not_null())["group"].to_list()
    frames = []
    for group in groups:
        one = measurer.only(scope, by, group)
        frames.append(measurer.figures_by(metric, one, "month").insert_column(0, pl.lit(group).alias("series")))
    empty = measurer.figures_by(metric, scope, "month").head(0).insert_column(0, pl.lit("").alias("series"))
    return pl.concat(frames or [empty])


def _composed(
    measurer: Measurer, chart: Chart, title: str, table: pl.DataFrame, metric: Metric, scope: Scope, group: str
) -> ChartTable:
    unmeasurable = measurer.unmeasurable(metric)
    remarks = [metric.description, measurer.ignored(metric, scope)]
    columns = {
        "series": "Number",
        "group": group,
        "value": metric.title,
        "sample_size": "n",
        "low": "Low",
        "high": "High",
    }
    return ChartTable(
        chart=chart,
        title=title,
        subtitle=" ".join(remark for remark in remarks if remark),
        table=table,
        columns=columns | {"note": "Note", "complete": "Complete"},
        note=unmeasurable or (None if table["value"].is_not_null().any() else "No data in this period."),
    )


def listing(measurer: Measurer, metric: Metric, scope: Scope, *, most: int = MOST_ROWS) -> Listing:
    """Return the list behind a number, or a note in its place where this viewer may not see it."""
    unmeasurable = measurer.unmeasurable(metric)
    if unmeasurable:
        return Listing(metric=metric, rows=pl.DataFrame(), total=0, note=unmeasurable)
    if not measurer.may_list(metric, scope):
        note = "Lists of people are for viewers who may see names."
        return Listing(metric=metric, rows=pl.DataFrame(), total=0, note=note)
    rows = measurer.listed(metric, scope, most=most + 1)
    if rows.height <= most:
        return Listing(metric=metric, rows=rows, total=rows.height, note=None if rows.height else "Nothing to list.")
    figure = measurer.figure(metric, scope)
    total = (
        int(figure.value or 0) if isinstance(metric.measure, Total) and metric.measure.listed else figure.sample_size
    )
    note = f"The first {most:,d} of {total:,d} rows; the download holds them all."
    return Listing(metric=metric, rows=rows.head(most), total=total, note=note)


def _headline(page: Page, cards: tuple[Card, ...], measurer: Measurer, scope: Scope, scanned: Scan) -> tuple[str, ...]:
    """Return the first sentences: the page's number, and the greatest change beyond noise among its numbers."""
    card = next((each for each in cards if each.metric.id == page.headline), None)
    card = card or _card(measurer, METRICS[page.headline], scope, scanned)
    sentences = [_sentence(card, scope)]
    own = {each.metric.id for each in cards} | {page.headline}
    found = [each for each in scanned.beyond_noise if each.metric.id in own and each.by]
    if found:
        sentences.append(change_sentence(found[0], measurer.choices))
    return tuple(sentences)


def _sentence(card: Card, scope: Scope) -> str:
    metric, figure = card.metric, card.figure
    if figure.value is None:
        return f"{metric.title}: {figure.note or 'no data in this period'}."
    where = f" ({words.listing([*scope.teams, *scope.seniorities, *scope.topics])})" if _filtered(scope) else ""
    stated = f"{metric.title}{where}: {card.value}"
    stated += f" (95 % interval {card.interval}, n = {figure.sample_size:,d})" if card.interval else ""
    if card.compared is None:
        return f"{stated}."
    if not card.compared.beyond_noise:
        return f"{stated}, about the same as the period before."
    return f"{stated}, {words.change_text(metric, card.change)} against the period before, beyond noise: {card.compared.word}."


def change_sentence(change: Change, choices: CommunityChoices) -> str:
    """Word one change beyond noise: the group, the direction, the size."""
    metric = change.metric
    by = f"{group_word(change.by, choices)} {change.group}" if change.by else "All"
    before, now = words.value(metric.unit, change.before), words.value(metric.unit, change.now)
    return f"{by}: {metric.title.lower()} went from {before} to {now} (beyond noise, {change.word})."


def _filtered(scope: Scope) -> bool:
    return bool(scope.teams or scope.seniorities or scope.topics)


def _small_print(choices: CommunityChoices, scope: Scope, cards: tuple[Card, ...]) -> tuple[str, ...]:
    prints = [
        f"The source {source} ends on {words.moment(until, choices.time_zone)}, earlier than the others."
        for source, until in choices.lagging.items()
    ]
    unmeasurable = [
        card.metric.title for card in cards if card.figure.note and card.figure.note.startswith("not measurable")
    ]
    if unmeasurable:
        prints.append(f"Not measurable from this source: {words.listing(unmeasurable)}.")
    if not choices.has_roster:
        prints.append(
            "There is no roster: experience (newcomer for 90 days, then established) stands in for seniority."
        )
    if not scope.names:
        prints.append(f"Groups of fewer than {choices.small_groups.size} people are merged or not shown.")
    if not scope.period.complete:
        prints.append("The data ends within this period; it is compared with as many days of the earlier one.")
    return tuple(prints)


def unit_of(chart: Chart) -> Unit:
    """Return the unit of a chart's values."""
    match chart:
        case ShowExhibit(id=id_):
            return EXHIBITS[id_].unit
        case OverTime(ids=ids):
            return METRICS[ids[0]].unit
        case GroupsOverTime(id_=id_) | Groups(id_=id_):
            return METRICS[id_].unit
