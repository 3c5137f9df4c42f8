"""Reads a page as a leader does: which of its sentences claim something, and between which ends
each of its numbers is shown.

To read the intervals of another exhibit: its entry in `BANDS`. What a sentence claims is told by
its words alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

import polars as pl

from cop_metrics.measure.changes import Change, Standing
from cop_metrics.show.captions import NOT_KEPT, kept
from cop_metrics.show.kinds import OfNumbers, ShowExhibit
from cop_metrics.show.parts import ChartTable
from cop_metrics.show.sentences import MOST_CHANGES, change_sentence
from cop_metrics.show.view import PageView
from cop_metrics.units import Unit

DENIES = re.compile(
    r"\b(no|not|nobody|neither|cannot tell|too few|about the same|no clear)\b.*|beyond noise: none",
    re.IGNORECASE,
)
CLAIMS = re.compile(
    r"beyond noise|clearly|curves differ|came back (more|less)|stands? out|gave none|more than chance|less than chance",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=\.) +(?=[A-Z0-9])")
HOURS, A_WHILE = (1, 8, 24, 72), (30, 90, 180)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of a page and its place on it; `claims` says whether it tells of a change or a
    difference.
    """

    page: str
    place: str
    text: str
    claims: bool


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A number between two ends, as shown: `figure` and `key` name what it is of, `weight` of how
    many.

    `truth` stands there where it is the same for every null community: of what compares.
    """

    figure: str
    key: str
    value: float
    low: float
    high: float
    weight: float | None
    is_share: bool
    truth: float | None = None


@dataclass(frozen=True, kw_only=True)
class Band:
    """Where the table of an exhibit holds a number, its ends and its weight, by what its rows go,
    and along which curve.
    """

    value: str
    low: str = "low"
    high: str = "high"
    weight: str | None = None
    keys: tuple[str, ...] = ()
    along: str | None = None
    at: tuple[int, ...] = ()


BANDS: Mapping[str, tuple[Band, ...]] = {
    "waiting_curve": (
        Band(value="waiting", keys=("seniority",), along="hours", at=HOURS, weight="at_risk"),
    ),
    "waiting_curve_by_team": (
        Band(value="waiting", keys=("team",), along="hours", at=HOURS, weight="at_risk"),
    ),
    "gaps": (
        Band(value="answer_rate_24h", low="low_24h", high="high_24h", keys=("seniority",)),
        Band(value="answer_rate", keys=("seniority",)),
    ),
    "newcomers_back": (Band(value="share", keys=("first_question",), weight="newcomers"),),
    "newcomers_by_quarter": (Band(value="share", keys=("month", "number"), weight="newcomers"),),
    "read_to_ask": (
        Band(value="share", keys=("seniority",), along="days", at=A_WHILE, weight="at_risk"),
    ),
    "read_to_answer": (
        Band(value="share", keys=("seniority",), along="days", at=A_WHILE, weight="at_risk"),
    ),
    "milestones": (
        Band(value="reached", keys=("milestone",), along="days", at=A_WHILE, weight="followed"),
    ),
    "claims": (Band(value="value", keys=("number", "seniority"), weight="n"),),
}
"""By exhibit: the intervals of its table."""


def sentences(view: PageView) -> Iterator[Sentence]:
    """Yield each sentence of a page that tells what was found; what is counted, listed or left out
    is not among them.
    """
    for place, text in _told(view):
        for each in SENTENCE.split(text):
            yield Sentence(page=view.page.id, place=place, text=each, claims=claims(each))


def claims(text: str) -> bool:
    """Say whether a sentence tells of a change or a difference, by its words."""
    return bool(CLAIMS.search(DENIES.sub("", text)))


def _told(view: PageView) -> Iterator[tuple[str, str]]:
    yield from (("headline", text) for text in view.headline)
    yield from (
        ("card", f"{card.metric.title}: {card.change_text}")
        for card in view.cards
        if card.change_text
    )
    yield from (
        (f"chart {chart.chart.id}", chart.finding) for chart in view.charts if chart.finding
    )
    if view.page.id == "overview":
        for change in view.scan.beyond_noise[:MOST_CHANGES]:
            yield "list of changes", change_sentence(change, view.choices)


def advice(view: PageView) -> Iterator[Sentence]:
    """Yield what a page says beside its sentences: advice about topics, who is growing, and a
    promise that is not kept.
    """
    for chart in view.charts:
        match chart.chart:
            case ShowExhibit(id="topics_to_act_on"):
                told = [
                    f"{row['topic']}: {row['action']}" for row in chart.table.iter_rows(named=True)
                ]
            case ShowExhibit(id="rising"):
                told = [
                    f"{row['name']} is rising"
                    for row in chart.table.iter_rows(named=True)
                    if _rises(row)
                ]
            case _:
                continue
        yield from (
            Sentence(page=view.page.id, place=chart.chart.id, text=text, claims=True)
            for text in told
        )
    for card in view.cards if view.page.id == "overview" else ():
        if kept(card.figure, view.choices.targets.get(card.metric.id)) == NOT_KEPT:
            yield Sentence(
                page="overview",
                place="promise",
                text=f"{card.metric.title}: {NOT_KEPT}",
                claims=True,
            )


def _rises(row: Mapping[str, object]) -> bool:
    """Say whether a member is said to grow: surely more than nothing, where the table says how much
    at least.
    """
    least = row.get("at_least", 1.0)
    return row.get("kind", "rising") == "rising" and isinstance(least, int | float) and least > 0


def intervals(view: PageView) -> Iterator[Shown]:
    """Yield each interval that a page shows."""
    for card in view.cards:
        if card.figure.interval and card.figure.value is not None:
            yield Shown(
                figure=card.metric.id,
                key="",
                value=card.figure.value,
                low=card.figure.interval.low,
                high=card.figure.interval.high,
                weight=card.figure.sample_size,
                is_share=card.metric.unit is Unit.PERCENT,
            )
    for chart in view.charts:
        yield from _of_chart(chart)
    for change in view.scan.changes:
        yield _compared("change", change, change.now - change.before)
    for each in view.standings:
        yield _compared("difference", each, each.own - each.others)


def _compared(what: str, compared: Change | Standing, value: float) -> Shown:
    """Return the interval of a comparison, of which in truth there is nothing: the middle of what
    is about the same.
    """
    alike = compared.metric.measure.scale.margin(1.0)
    return Shown(
        figure=f"{what} of {compared.metric.id} by {compared.by or 'nothing'}",
        key=compared.group,
        value=value,
        low=compared.difference.low,
        high=compared.difference.high,
        weight=None,
        is_share=False,
        truth=(alike.low + alike.high) / 2,
    )


def _of_chart(chart: ChartTable) -> Iterator[Shown]:
    kind = chart.chart
    if isinstance(kind, OfNumbers):
        yield from _of_figures(kind, chart.table)
    else:
        for band in BANDS.get(kind.id, ()):
            yield from _of_exhibit(kind.id, band, chart.table)


def _of_figures(kind: OfNumbers, table: pl.DataFrame) -> Iterator[Shown]:
    for row in table.iter_rows(named=True):
        if row["low"] is not None:
            metric, groups = kind.place(row)
            yield Shown(
                figure=f"{metric.id} by {' and '.join(reversed(groups))}",
                key=" ".join(groups.values()),
                value=inf if row["value"] is None else row["value"],
                low=row["low"],
                high=row["high"],
                weight=row["sample_size"],
                is_share=metric.unit is Unit.PERCENT,
            )


def _of_exhibit(id_: str, band: Band, table: pl.DataFrame) -> Iterator[Shown]:
    if table.is_empty():
        return
    figure = f"{id_} {band.value}" if id_ == "gaps" else id_
    for key, rows in table.partition_by(*band.keys, as_dict=True).items():
        for name, row in _rows_at(rows, band, " ".join(str(each) for each in key)):
            if row[band.low] is not None and row[band.value] is not None:
                yield Shown(
                    figure=figure,
                    key=name,
                    value=row[band.value],
                    low=row[band.low],
                    high=row[band.high],
                    weight=row[band.weight] if band.weight else None,
                    is_share=True,
                )


def _rows_at(rows: pl.DataFrame, band: Band, name: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the rows to look at: all, or of a curve the last until each of its places that it
    reaches, of all who began it.
    """
    if band.along is None:
        yield from ((name, row) for row in rows.iter_rows(named=True))
        return
    begun = rows.row(0, named=True)
    for place in band.at:
        until = rows.filter(pl.col(band.along) <= place)
        if until.height and rows[band.along].max() >= place:  # type: ignore[operator]
            weight = {} if band.weight is None else {band.weight: begun[band.weight]}
            yield f"{name} at {place}", until.row(-1, named=True) | weight
