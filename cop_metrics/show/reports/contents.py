"""What every report holds, whatever its format: about, numbers, tables, lists and definitions, all
taken from the page views.

A format never measures and never looks anything up: a page view is already cut to what its viewer
may see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.errors import CopError
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.show.captions import change_size, change_word
from cop_metrics.show.pagebook import PAGES, Page
from cop_metrics.show.parts import Card, Listing
from cop_metrics.show.view import PageView

NUMBERS: dict[str, type[pl.DataType]] = {
    "page": pl.String,
    "id": pl.String,
    "title": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "n": pl.Int64,
    "low": pl.Float64,
    "high": pl.Float64,
    "before": pl.Float64,
    "change": pl.Float64,
    "beyond_noise": pl.String,
    "note": pl.String,
}
DEFINITIONS = ("id", "title", "description", "formula", "source")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The parts of a report.

    `about`: what was measured, as (word, text). `numbers`: one row a card, with the columns of
    `NUMBERS`, values unrounded in the metric's unit; `beyond_noise` is the scan's word, null where
    nothing was compared. `lists`: each once, though several pages show it. `definitions`: columns
    `DEFINITIONS`, one row for every number, chart and list in the report.
    """

    views: tuple[PageView, ...]
    scope: Scope
    choices: CommunityChoices
    about: tuple[tuple[str, str], ...]
    numbers: pl.DataFrame
    lists: tuple[Listing, ...]
    definitions: pl.DataFrame


def contents(views: Sequence[PageView]) -> Contents:
    """Gather the parts of a report; raises `CopError` for no page, and for pages of different
    filters or data.
    """
    if not views:
        raise CopError(
            f"A report needs a page: choose from {words.listing([page.title for page in PAGES.values()])}."
        )
    first = views[0]
    if any((view.scope, view.version) != (first.scope, first.version) for view in views):
        raise CopError(
            "A report shows one choice of filters and one version of the data: make one report for each."
        )
    return Contents(
        views=tuple(views),
        scope=first.scope,
        choices=first.choices,
        about=_about(first),
        numbers=pl.DataFrame(
            [_number(view.page, card) for view in views for card in view.cards], schema=NUMBERS
        ),
        lists=tuple({each.metric.id: each for view in views for each in view.lists}.values()),
        definitions=_definitions(views),
    )


def _about(view: PageView) -> tuple[tuple[str, str], ...]:
    scope, choices = view.scope, view.choices
    compared = (
        f"{words.period(scope.compare)} ({scope.compare.words})"
        if scope.compare
        else scope.compare_note
    )
    return (
        ("Community", choices.community),
        ("Period", f"{words.period(scope.period)} ({scope.period.words})"),
        *([("Period moved", scope.moved)] if scope.moved else []),
        ("Compared with", compared or "nothing"),
        ("Data as of", f"{words.moment(choices.as_of, choices.time_zone)} ({choices.time_zone})"),
        ("Teams", words.listing(list(scope.teams)) or "all"),
        (choices.seniority_word, words.listing(list(scope.seniorities)) or "all"),
        ("Topics", words.listing(list(scope.topics)) or "all"),
        ("Names", "shown" if scope.names else "not shown"),
        ("Small groups", f"fewer than {choices.small_groups.size} people" + _small_groups(scope)),
        ("Store version", str(view.version)),
    )


def _small_groups(scope: Scope) -> str:
    return "; shown, as names are" if scope.names else "; merged or not shown"


def _number(page: Page, card: Card) -> dict[str, object]:
    figure, interval = card.figure, card.figure.interval
    return {
        "page": page.title,
        "id": card.metric.id,
        "title": card.metric.title,
        "value": figure.value,
        "unit": card.metric.unit.value,
        "n": figure.sample_size,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "before": card.before.value if card.before else None,
        "change": change_size(card.compared) if card.compared else card.change,
        "beyond_noise": change_word(card.compared) if card.compared else None,
        "note": "; ".join(card.remarks) or None,
    }


def _definitions(views: Sequence[PageView]) -> pl.DataFrame:
    shown = {each.id: each for view in views for each in _declared(view)}
    rows = [
        (
            each.id,
            each.title,
            each.description,
            each.formula if isinstance(each, Metric) else None,
            each.source,
        )
        for each in shown.values()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(DEFINITIONS, pl.String), orient="row")


def _declared(view: PageView) -> Iterator[Metric | Exhibit]:
    """Yield what a page shows: its cards, the number of its headline, its charts, its lists."""
    yield from (card.metric for card in view.cards)
    yield METRICS[view.page.headline]
    for chart in view.page.charts:
        yield from chart.shows
    yield from (each.metric for each in view.lists)
