"""One page measured for one scope: the figures, tables and sentences that a page shows and a report
prints, without any drawing.

Everything that shows a number takes it from here, so that a page, its lists, its files and its
sentences cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import duckdb

from cop_metrics import words
from cop_metrics.access.catalogue import Catalogue, CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.measure.asking import AT_ONCE
from cop_metrics.measure.changes import Scan, Standing, differences, scan
from cop_metrics.measure.measurer import Measurer
from cop_metrics.measure.queries import Query
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
        charts = [
            chart
            for chart in page.charts
            if _has_groups(chart, choices) and _belongs(page, chart.first, measurer)
        ]
        numbers = [METRICS[id_] for id_ in dict.fromkeys((*page.cards, first.id))]
        listings = [METRICS[id_] for id_ in page.lists if _belongs(page, METRICS[id_], measurer)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for work in measurer.expect(_asked(measurer, numbers, charts, scope)):
                pool.submit(work)
            drawn = pool.map(lambda chart: chart_table(measurer, chart, scope), charts)
            listed = pool.map(lambda metric: listing(measurer, metric, scope), listings)
            measured = pool.map(lambda metric: card(measurer, metric, scope), numbers)
            scanned = scan_of(measurer, scope)
            of = {
                each.metric.id: replace(each, compared=scanned.of(each.metric.id))
                for each in measured
            }
        silent = _silent(silences(measurer, scope), page)
        compared = [chart.compared for chart in charts if chart.compared]
        tested = [chart.exhibit for chart in charts if chart.exhibit]
        found = differences(measurer, scope, compared, tested)
        stood = found.standings
        cards = tuple(of[id_] for id_ in page.cards)
        return PageView(
            page=page,
            scope=scope,
            choices=choices,
            version=self.version,
            headline=headline(of[first.id], cards, scope, choices, scanned, page, silent),
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
                for each in drawn
            ),
            lists=tuple(_remarked(each, first, scope, measurer) for each in listed),
            scan=scanned,
            standings=stood,
            silences=silent,
            small_print=small_print(choices, scope, cards, stood),
        )


def _first(page: Page, measurer: Measurer) -> Metric:
    """Return the number of the first sentence: the page's own, else the first of its cards that can
    be measured.
    """
    own = (METRICS[id_] for id_ in (page.headline, *page.cards))
    known = (metric for metric in own if not measurer.unmeasurable(metric))
    return next(known, METRICS[page.headline])


def _asked(
    measurer: Measurer, numbers: Iterable[Metric], charts: Iterable[Chart], scope: Scope
) -> Iterator[tuple[Query, Scope]]:
    """Yield what a page will ask of its numbers, so that numbers over the same rows are asked
    together.
    """
    for metric in numbers:
        if measurer.unmeasurable(metric):
            continue
        earlier = compared_with(metric, scope, measurer.choices)
        yield from ((measurer.query(metric, each, None), each) for each in (scope, earlier) if each)
        if metric.counts is not Counts.STATE:
            yield measurer.query(metric, scope, "month"), scope
        if metric.beside:
            yield measurer.query(METRICS[metric.beside], scope, None), scope
    for chart in charts:
        for metric, by, series in chart.asks():
            if not measurer.unmeasurable(metric):
                yield measurer.query(metric, scope, by, series), scope


def _remarked(listed: Listing, first: Metric, scope: Scope, measurer: Measurer) -> Listing:
    """Return a list with what is said of its number: whose it is, which filters do not act on it,
    of which days it is.
    """
    metric = listed.metric
    said = (measurer.measure(metric, scope).ignored, words.WINDOWS.get(metric.id))
    remarks = tuple(each for each in said if each)
    return replace(listed, remarks=sided(remarks, metric, first, scope))


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
