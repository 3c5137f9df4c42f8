"""One page measured for one scope: the figures, tables and sentences that a page shows and a report
prints, without any drawing.

Everything that shows a number takes it from here, so that a page, its lists, its files and its
sentences cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import duckdb

from cop_metrics import words
from cop_metrics.access.catalogue import Catalogue, CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.measure.asking import AT_ONCE
from cop_metrics.measure.changes import Scan, Standing, differences, scan
from cop_metrics.measure.measurer import Measurer, Number
from cop_metrics.measure.silences import Silence, distinct, silences
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Counts, Exhibit, Metric, Promise
from cop_metrics.people import UNKNOWN
from cop_metrics.show.kinds import Chart
from cop_metrics.show.pagebook import Page
from cop_metrics.show.parts import (
    Card,
    ChartTable,
    Listing,
    card,
    chart_table,
    compared_with,
    listing,
)
from cop_metrics.show.sentences import headline, sided, small_print, with_standing, with_test


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
    standings: tuple[Standing, ...]
    silences: tuple[Silence, ...]
    small_print: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Measures pages over one snapshot of the store; `scan_of` may keep what `changes.scan` finds,
    as all pages share it.
    """

    version: int
    cursor: duckdb.DuckDBPyConnection
    catalogue: Catalogue

    def page(
        self,
        page: Page,
        scope: Scope,
        scan_of: Callable[[Measurer, Scope], Scan] = scan,
        measurer: Measurer | None = None,
    ) -> PageView:
        """Measure a page; raises nothing that the data can cause: what cannot be measured says so
        in its place.
        """
        choices = self.catalogue[scope.community]
        measurer = measurer or Measurer(cursor=self.cursor, choices=choices)
        first = _first(page, measurer)
        parts = _measured(page, first, measurer, scope, scan_of)
        silent = _silent(silences(measurer, scope), page)
        found = differences(
            measurer,
            scope,
            [each.chart.compared for each in parts.charts if each.chart.compared],
            [each.chart.exhibit for each in parts.charts if each.chart.exhibit],
        )
        stood = found.standings
        cards = tuple(parts.cards[id_] for id_ in page.cards)
        told = parts.cards[first.id]
        return PageView(
            page=page,
            scope=scope,
            choices=choices,
            version=self.version,
            headline=headline(told, cards, scope, choices, parts.scan, page, silent),
            cards=tuple(
                replace(each, remarks=sided(each.remarks, each.metric, first, scope))
                for each in cards
                if _belongs(page, each.metric, measurer)
            ),
            charts=tuple(
                replace(
                    with_standing(with_test(each, found.exhibits), stood, choices),
                    remarks=sided(each.remarks, each.chart.first, first, scope),
                )
                for each in parts.charts
            ),
            lists=tuple(_remarked(each, first, scope) for each in parts.lists),
            scan=parts.scan,
            standings=stood,
            silences=silent,
            small_print=small_print(choices, scope, cards, stood),
        )


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The parts of a page, as measured at the same time; cards by metric."""

    cards: Mapping[str, Card]
    charts: tuple[ChartTable, ...]
    lists: tuple[Listing, ...]
    scan: Scan


def _measured(
    page: Page,
    first: Metric,
    measurer: Measurer,
    scope: Scope,
    scan_of: Callable[[Measurer, Scope], Scan],
) -> _Parts:
    """Measure the parts that stand on a page, and the number of its first sentence."""
    choices = measurer.choices
    charts = [
        chart
        for chart in page.charts
        if _has_groups(chart, choices) and _belongs(page, chart.first, measurer)
    ]
    numbers = [METRICS[id_] for id_ in dict.fromkeys((*page.cards, first.id))]
    listings = [METRICS[id_] for id_ in page.lists if _belongs(page, METRICS[id_], measurer)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in measurer.prepare(_numbers(choices, numbers, charts, scope)):
            pool.submit(work)
        drawn = pool.map(lambda chart: chart_table(measurer, chart, scope), charts)
        listed = pool.map(lambda metric: listing(measurer, metric, scope), listings)
        measured = pool.map(lambda metric: card(measurer, metric, scope), numbers)
        scanned = scan_of(measurer, scope)
        of = {
            each.metric.id: replace(each, compared=scanned.of(each.metric.id)) for each in measured
        }
        return _Parts(cards=of, charts=tuple(drawn), lists=tuple(listed), scan=scanned)


def _first(page: Page, measurer: Measurer) -> Metric:
    """Return the number of the first sentence: the page's own, else the first of its cards that can
    be measured.
    """
    own = (METRICS[id_] for id_ in (page.headline, *page.cards))
    known = (metric for metric in own if not measurer.unmeasurable(metric))
    return next(known, METRICS[page.headline])


def _numbers(
    choices: CommunityChoices, cards: Iterable[Metric], charts: Iterable[Chart], scope: Scope
) -> Iterator[Number]:
    """Yield the numbers that a page will measure, so that those over the same rows are asked
    together.
    """
    for metric in cards:
        yield Number(metric, scope)
        if earlier := compared_with(metric, scope, choices):
            yield Number(metric, earlier)
        if metric.counts is not Counts.STATE:
            yield Number(metric, scope, "month")
        if metric.beside:
            yield Number(METRICS[metric.beside], scope)
    for chart in charts:
        yield from (Number(metric, scope, by, series) for metric, by, series in chart.asks())


def _remarked(listed: Listing, first: Metric, scope: Scope) -> Listing:
    """Return a list with what is said of its number: whose it is, which filters do not act on it,
    of which days it is.
    """
    said = (*listed.remarks, words.WINDOWS.get(listed.metric.id))
    remarks = tuple(each for each in said if each)
    return replace(listed, remarks=sided(remarks, listed.metric, first, scope))


def _belongs(page: Page, told: Metric | Exhibit, measurer: Measurer) -> bool:
    """Say whether a part stands on a page: where it says first what its sources lack, it leaves out
    what needs it.
    """
    said = measurer.choices.reading in dict(page.told_first)
    return not said or measurer.unmeasurable(told) is None


def _has_groups(chart: Chart, choices: CommunityChoices) -> bool:
    """Say whether a chart tells anything of this community: one by team does not where no team is
    known.
    """
    return "team" not in chart.groups or bool(set(choices.teams) - {UNKNOWN})


def _silent(found: tuple[Silence, ...], page: Page) -> tuple[Silence, ...]:
    """Return the silences that a page is about: of its promise, its cards or its first number; the
    base of all is about each.
    """
    about_all = page.promise is Promise.PARTICIPATION
    return distinct(
        [
            each
            for each in found
            if about_all
            or each.metric.promise is page.promise
            or each.metric.id in page.cards
            or each.metric.relation == METRICS[page.headline].relation
        ]
    )


def with_lists(view: PageView, measurer: Measurer, *, most: int) -> PageView:
    """Return a page whose lists hold up to so many rows, as a report has them."""
    longer = (
        each
        if each.rows.height == each.total
        else replace(listing(measurer, each.metric, view.scope, most=most), remarks=each.remarks)
        for each in view.lists
    )
    return replace(view, lists=tuple(longer))
