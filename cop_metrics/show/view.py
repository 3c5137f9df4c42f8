"""One page measured for one scope: the figures, tables and sentences that a page shows and a report
prints, without any drawing.

Everything that shows a number takes it from here, so that a page, its lists, its files and its
sentences cannot disagree.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from cop_metrics import words
from cop_metrics.access.scope import Catalogue, CommunityChoices, Scope
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import Change, Scan, Standing, differences, scan
from cop_metrics.measure.measurer import AT_ONCE, FIGURE_SCHEMA, Measurer
from cop_metrics.measure.queries import Query
from cop_metrics.measure.silences import Silence, distinct, silence_sentence, silences
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.columns import Column, to_read
from cop_metrics.metrics.metric import (
    NOT_ASKED,
    Counts,
    Exhibit,
    Figure,
    Metric,
    PeopleShare,
    Promise,
    Total,
)
from cop_metrics.people import UNKNOWN
from cop_metrics.period import ALL, Period, read_period, to_date, whole_weeks
from cop_metrics.show.captions import ALIKE, change_text, change_word, stated
from cop_metrics.show.kinds import (
    Chart,
    Groups,
    GroupsOverTime,
    OverTime,
    ShowExhibit,
    group_word,
)
from cop_metrics.show.pagebook import Page
from cop_metrics.show.tables import as_called, in_words, says
from cop_metrics.sources import SOURCES
from cop_metrics.units import Unit

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cop_metrics.show.charts.look import Look

MOST_CHANGES = 8
MOST_STANDING = 4
MOST_SILENT = 2
"""How many groups of which nobody did something a headline names."""
MOST_ROWS = 1_000
SEEN = 0.005
"""From which difference on two shares look different in whole per cent."""
FAILED = "This could not be measured. The log of the server says why; the rest of the page is not affected."
FAILURES = (CopError, duckdb.Error, pl.exceptions.PolarsError)
NOT_MEASURABLE = "not measurable"
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
    """What a chart is drawn from: one table, its columns in words, and `note` where there is
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
    note: str | None
    average: float | None = None
    finding: str | None = None

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
    """The rows behind a number in words, the first of `total`, and what their columns hold; `note`
    says why there are none, `remarks` of whom and of which days.
    """

    metric: Metric
    rows: pl.DataFrame
    total: int
    note: str | None
    columns: tuple[Column, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """Return what is listed: the definition of the number and the remarks."""
        return " ".join([self.metric.description, *_as_sentences(self.remarks)])


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
        first = _first_told(page, measurer)
        asked = [METRICS[id_] for id_ in dict.fromkeys((*page.cards, first))]
        charts = [
            chart
            for chart in page.charts
            if _tells(chart, choices) and _belongs(page, chart.first, measurer)
        ]
        listings = [METRICS[id_] for id_ in page.lists if _belongs(page, METRICS[id_], measurer)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for work in measurer.expect(_asked(measurer, asked, charts, scope)):
                pool.submit(work)
            charted = pool.map(lambda chart: chart_table(measurer, chart, scope), charts)
            listed = pool.map(lambda metric: _standing_list(measurer, metric, scope), listings)
            measured = pool.map(lambda metric: _card(measurer, metric, scope), asked)
            scanned = scan_of(measurer, scope)
            told_of = {
                card.metric.id: replace(card, compared=scanned.of(card.metric.id))
                for card in measured
            }
            drawn, lists = tuple(charted), tuple(listed)
        silent = _silent(silences(measurer, scope), page)
        compared = [chart.compared for chart in charts if chart.compared]
        tested = [chart.exhibit for chart in charts if chart.exhibit]
        found = differences(measurer, scope, compared, tested)
        stood = found.standings
        cards = tuple(told_of[id_] for id_ in page.cards)
        return PageView(
            page=page,
            scope=scope,
            choices=choices,
            version=self.version,
            headline=_headline(told_of[first], cards, scope, choices, scanned, page, silent),
            cards=tuple(
                replace(card, remarks=_sided(card.remarks, card.metric, METRICS[first], scope))
                for card in cards
                if _belongs(page, card.metric, measurer)
            ),
            charts=tuple(
                _with_standing(
                    _with_test(_with_side(chart, METRICS[first], scope), found.exhibits),
                    stood,
                    choices,
                )
                for chart in drawn
            ),
            lists=tuple(_remarked(each, METRICS[first], scope, measurer) for each in lists),
            scan=scanned,
            standings=stood,
            silences=silent,
            small_print=_small_print(choices, scope, cards, stood),
        )


def _first_told(page: Page, measurer: Measurer) -> str:
    """Return the number of the first sentence: the page's own, else the first of its cards that can
    be measured.
    """
    known = (id_ for id_ in (page.headline, *page.cards) if not measurer.unmeasurable(METRICS[id_]))
    return next(known, page.headline)


def _asked(
    measurer: Measurer, told: Iterable[Metric], charts: Iterable[Chart], scope: Scope
) -> Iterator[tuple[Query, Scope]]:
    """Yield what a page will ask of its numbers, so that numbers over the same rows are asked
    together.
    """
    for metric in told:
        if measurer.unmeasurable(metric):
            continue
        earlier = _compared_with(metric, scope, measurer.choices)
        yield from ((measurer.query(metric, each, None), each) for each in (scope, earlier) if each)
        if metric.counts is not Counts.STATE:
            yield measurer.query(metric, scope, "month"), scope
        if metric.beside:
            yield measurer.query(METRICS[metric.beside], scope, None), scope
    for chart in charts:
        for metric, by, series in chart.asks():
            if not measurer.unmeasurable(metric):
                yield measurer.query(metric, scope, by, series), scope


def _compared_with(metric: Metric, scope: Scope, choices: CommunityChoices) -> Scope | None:
    """Return the earlier scope that a number is compared with, None where it is not."""
    earlier = scope.earlier()
    if earlier is None or not metric.comparable or metric.counts is Counts.STATE:
        return None
    return earlier if _past_the_edge(metric, earlier, choices) else None


def _card(measurer: Measurer, metric: Metric, scope: Scope) -> Card:
    figure = measurer.figure(metric, scope)
    earlier = _compared_with(metric, scope, measurer.choices)
    state = metric.counts is Counts.STATE
    before = measurer.figure(metric, earlier) if earlier and figure.value is not None else None
    remarks = [remark for remark in (figure.note, measurer.ignored(metric, scope)) if remark]
    if state:
        remarks.append(words.WINDOWS[metric.id])
    elif scope.earlier() is None and scope.compare_note:
        remarks.append(scope.compare_note)
    if metric.beside and figure.value is not None:
        other = METRICS[metric.beside]
        remarks.insert(
            0, f"{other.title}: {words.value(other.unit, measurer.figure(other, scope).value)}"
        )
    trended = not state and not measurer.unmeasurable(metric)
    return Card(
        metric=metric,
        figure=figure,
        before=before,
        change=words.change(metric.unit, figure.value, before.value if before else None),
        compared=None,
        trend=measurer.figures_by(metric, scope, "month") if trended else None,
        remarks=tuple(remarks),
    )


def _remarked(listed: Listing, first: Metric, scope: Scope, measurer: Measurer) -> Listing:
    """Return a list with what is said of its number: whose it is, which filters do not act on it,
    of which days it is.
    """
    metric = listed.metric
    remarks = _remarks(measurer.ignored(metric, scope), words.WINDOWS.get(metric.id))
    return replace(listed, remarks=_sided(remarks, metric, first, scope))


def _with_side(told: ChartTable, first: Metric, scope: Scope) -> ChartTable:
    return replace(told, remarks=_sided(told.remarks, told.chart.first, first, scope))


def _sided(
    remarks: tuple[str, ...], of: Metric | Exhibit, first: Metric, scope: Scope
) -> tuple[str, ...]:
    """Return the remarks of a part after whose groups the filters let in, where that is another
    side than in the first number.
    """
    if of.whose is first.whose:
        return remarks
    teams = list(scope.teams) if "team" in of.splits else []
    steps = [words.plural(step) for step in scope.seniorities] if "seniority" in of.splits else []
    within = f" in {words.listing(teams)}" if teams else ""
    who = f" who are {words.listing(steps)}" if steps else ""
    relations = of.relations if isinstance(of, Exhibit) else (of.relation,)
    side = "those recognised" if relations == ("recognitions",) else f"{of.whose}s"
    return (f"of {side}{within}{who}", *remarks) if within or who else remarks


def _belongs(page: Page, told: Metric | Exhibit, measurer: Measurer) -> bool:
    """Say whether a part stands on a page: where it says first what its sources lack, it leaves out
    what needs it.
    """
    said = measurer.choices.reading in dict(page.told_first)
    return not said or measurer.unmeasurable(told) is None


def _tells(chart: Chart, choices: CommunityChoices) -> bool:
    """Say whether a chart tells anything of this community: one by team does not where no team is
    known.
    """
    return "team" not in chart.groups or bool(set(choices.teams) - {UNKNOWN})


def _past_the_edge(metric: Metric, scope: Scope, choices: CommunityChoices) -> bool:
    """Say whether the whole period lies where the number is known: some need days of data before it
    (metrics, 2.5).
    """
    return scope.period.first_day >= choices.first_day + metric.edge_days


def chart_table(measurer: Measurer, chart: Chart, scope: Scope) -> ChartTable:
    """Return a chart's table, or a note in its place where measuring it fails."""
    try:
        return _chart(measurer, chart, scope)
    except FAILURES as problem:
        note = _told(problem, chart.title)
    return ChartTable(
        chart=chart,
        title=chart.title,
        description="",
        remarks=(),
        table=pl.DataFrame(),
        columns=(),
        note=note,
    )


def _standing_list(measurer: Measurer, metric: Metric, scope: Scope) -> Listing:
    """Return the list behind a number, or a note in its place where reading it fails."""
    try:
        return listing(measurer, metric, scope)
    except FAILURES as problem:
        return Listing(
            metric=metric, rows=pl.DataFrame(), total=0, note=_told(problem, metric.title)
        )


def _told(problem: Exception, title: str) -> str:
    if isinstance(problem, CopError):
        return str(problem)
    LOG.exception("'%s' could not be measured", title)
    return FAILED


def _chart(measurer: Measurer, chart: Chart, scope: Scope) -> ChartTable:
    match chart:
        case ShowExhibit(id=id_):
            exhibit = EXHIBITS[id_]
            table, finding = measurer.table_and_finding(exhibit, scope)
            return ChartTable(
                chart=chart,
                title=exhibit.title,
                description=exhibit.description,
                remarks=_remarks(
                    measurer.ignored(exhibit, scope),
                    _lacking(measurer.lacking(exhibit, table, scope)),
                ),
                table=table,
                columns=chart.columns(measurer.choices),
                note=measurer.withheld(exhibit, scope)
                or (None if table.height else _why_empty(measurer, exhibit, scope)),
                finding=finding,
            )
        case OverTime(ids=ids):
            known = [METRICS[id_] for id_ in ids if not measurer.unmeasurable(METRICS[id_])] or [
                METRICS[ids[0]]
            ]
            frames = [_named(measurer, metric, scope, "month") for metric in known]
            return _composed(measurer, chart, pl.concat(frames), known[0], scope)
        case GroupsOverTime(id_=id_, by=by):
            return _composed(
                measurer,
                chart,
                _over_groups(measurer, METRICS[id_], scope, by),
                METRICS[id_],
                scope,
            )
        case Groups(id_=id_, by=by):
            table = measurer.figures_by(METRICS[id_], scope, by)
            composed = _composed(measurer, chart, table, METRICS[id_], scope)
            average = _average(measurer, METRICS[id_], scope, by)
            all_shown = not {"team": scope.teams, "seniority": scope.seniorities}.get(by)
            beyond = _beyond_its_groups(METRICS[id_], table, average) if all_shown else None
            return replace(
                composed, average=average, remarks=(*composed.remarks, *_remarks(beyond))
            )


def _with_test(told: ChartTable, tested: Mapping[str, bool]) -> ChartTable:
    """Return the chart of curves with whether these differ beyond noise, where that was tested
    (metrics, 4).
    """
    differ = tested.get(told.chart.id)
    if differ is None:
        return told
    said = "The curves differ." if differ else "No clear difference between the curves."
    return replace(told, finding=" ".join(each for each in (told.finding, said) if each))


def _with_standing(
    told: ChartTable, stood: tuple[Standing, ...], choices: CommunityChoices
) -> ChartTable:
    """Return the chart of a number by group with the groups that differ from all others beyond
    noise (metrics, 2.9).
    """
    compared = [each for each in stood if (each.metric, each.by) == told.chart.compared]
    if not compared:
        return told
    beyond = [_stands(each) for each in compared if each.beyond_noise]
    if not beyond:
        return replace(
            told, finding=_alike(compared[0].by, {each.group for each in compared}, choices)
        )
    more = f", and {len(beyond) - MOST_STANDING} more" if len(beyond) > MOST_STANDING else ""
    return replace(told, finding=f"Beyond noise: {'; '.join(beyond[:MOST_STANDING])}{more}.")


def _alike(by: str, compared: set[str], choices: CommunityChoices) -> str:
    """Say that no group differs beyond noise; steps of seniority are few enough to be named."""
    if by != "seniority":
        return f"No {group_word(by, choices).lower()} differs beyond noise."
    steps = [
        words.PLURALS.get(step, step)
        for step in choices.seniorities
        if step in compared and step != UNKNOWN
    ]
    others = "" if len(steps) > 1 else "from all others "
    named = (
        words.listing([step[:1].lower() + step[1:] for step in steps])
        or "those of unknown seniority"
    )
    return f"{named[:1].upper()}{named[1:]} do not differ {others}beyond noise."


def _stands(standing: Standing) -> str:
    own, others = (
        words.value(standing.metric.unit, value) for value in (standing.own, standing.others)
    )
    return f"{standing.group} {own}, all others {others}"


def _remarks(*found: str | None) -> tuple[str, ...]:
    return tuple(each for each in found if each)


def _average(measurer: Measurer, metric: Metric, scope: Scope, by: str) -> float | None:
    """Return the number of all groups together, None for counts and where it would show too small a
    group.
    """
    if metric.unit in (Unit.COUNT, Unit.POINTS):
        return None
    match by:
        case "team":
            everybody = replace(scope, teams=())
        case "seniority":
            everybody = replace(scope, seniorities=())
        case _:
            everybody = replace(scope, topics=())
    small, teams = measurer.choices.small_groups, measurer.choices.teams
    if not scope.names and small.refuses(everybody.teams, everybody.seniorities, teams):
        return None
    return measurer.figure(metric, everybody).value


def _beyond_its_groups(metric: Metric, table: pl.DataFrame, average: float | None) -> str | None:
    """Say why the share of all may lie beyond those of its groups, where one sees that it does."""
    counted = table.filter(pl.col("value").is_not_null() & (pl.col("sample_size") > 0))
    known = counted.filter(pl.col("group") != UNKNOWN)["value"].to_list()
    if average is None or not known or not isinstance(metric.measure, PeopleShare):
        return None
    together = float((counted["value"] * counted["sample_size"]).sum()) / int(
        counted["sample_size"].sum()
    )
    between = min(known) - SEEN <= average <= max(known) + SEEN
    if between or abs(average - together) < SEEN:
        return None
    return (
        "all together is not between the groups: who changed group counts in each of them, "
        "by what they did there, and once in all"
    )


def _named(measurer: Measurer, metric: Metric, scope: Scope, by: str) -> pl.DataFrame:
    return measurer.figures_by(metric, scope, by).insert_column(
        0, pl.lit(metric.title).alias("series")
    )


def _over_groups(measurer: Measurer, metric: Metric, scope: Scope, by: str) -> pl.DataFrame:
    over = measurer.figures_over(metric, scope, by)
    empty = pl.DataFrame(schema={"series": pl.String, **FIGURE_SCHEMA})
    return pl.concat(
        [
            empty,
            *(rows.insert_column(0, pl.lit(group).alias("series")) for group, rows in over.items()),
        ]
    )


def _composed(
    measurer: Measurer,
    chart: OverTime | GroupsOverTime | Groups,
    table: pl.DataFrame,
    metric: Metric,
    scope: Scope,
) -> ChartTable:
    unreached = table.filter(pl.col("note").str.starts_with("not reached")).height
    own = chart.description if isinstance(chart, OverTime) else ""
    return ChartTable(
        chart=chart,
        title=chart.title,
        description=own or metric.description,
        remarks=_remarks(measurer.ignored(metric, scope), _monthly(chart)),
        table=table,
        columns=chart.columns(measurer.choices),
        note=measurer.unmeasurable(metric)
        or (
            None
            if table["value"].is_not_null().any()
            else _why_no_value(measurer, chart, table, metric, scope)
        ),
        finding=_unreached(unreached) if isinstance(chart, OverTime) else None,
    )


def _monthly(chart: OverTime | GroupsOverTime | Groups) -> str | None:
    """Say that the points of a line are of other days than the period, where the line's own words
    do not.
    """
    told = isinstance(chart, Groups) or (isinstance(chart, OverTime) and chart.description)
    return None if told else "each month by itself"


def _why_empty(measurer: Measurer, exhibit: Exhibit, scope: Scope) -> str:
    """Say why an exhibit is empty: what there is none of, and whether fewer filters or more days
    would show any.
    """
    choices = measurer.choices
    first, end = scope.period.first_day, min(scope.period.end_day, choices.as_of_day + 1)
    state = exhibit.counts is Counts.STATE
    if not state and _outside(scope, choices):
        return words.sentence(f"{words.OUTSIDE}.")
    if exhibit.of_topics and not choices.topics:
        return words.NO_TOPICS
    days, known = exhibit.known_from or (0, "")
    if days and end <= choices.first_day + days:
        longer = (
            "choose a longer period"
            if choices.as_of_day >= choices.first_day + days
            else "the data is not that long yet"
        )
        return f"{known} from {days} days after the data begins: {longer}."
    if exhibit.over_earlier and first - scope.period.days < choices.first_day:
        return words.NO_EARLIER
    unfiltered = replace(scope, teams=(), seniorities=(), topics=(), explicit_only=False)
    filtered = unfiltered != scope and _shows(measurer, exhibit, unfiltered)
    always = replace(scope, period=_all_days(scope, choices))
    earlier = not (filtered or state or always == scope) and _shows(measurer, exhibit, always)
    missing = NOT_ASKED if _of_no_question(measurer, exhibit, scope) else exhibit.empty
    return words.why_empty(missing, filtered=filtered, earlier=earlier, ever=state)


def _of_no_question(measurer: Measurer, exhibit: Exhibit, scope: Scope) -> bool:
    """Say whether an exhibit of questions is empty as none was asked: then nothing else of them is
    worth telling.
    """
    questions = METRICS["questions"]
    of_period = exhibit.counts is not Counts.STATE and exhibit.relations[0] == questions.relation
    return of_period and not measurer.figure(questions, scope).value


def _shows(measurer: Measurer, exhibit: Exhibit, scope: Scope) -> bool:
    return not measurer.withheld(exhibit, scope) and not measurer.table(exhibit, scope).is_empty()


def _all_days(scope: Scope, choices: CommunityChoices) -> Period:
    """Return all days of the data; for viewers without names its whole weeks."""
    days = {"first_day": choices.first_day, "as_of_day": choices.as_of_day}
    period = read_period(ALL, **days)
    return period if scope.names else whole_weeks(period, **days)


def _why_no_value(
    measurer: Measurer, chart: Chart, table: pl.DataFrame, metric: Metric, scope: Scope
) -> str:
    """Say why no group and no month of a chart has a value: the reason of all together, else that
    of the first of them.
    """
    if isinstance(chart, Groups) and chart.by == "topic" and not measurer.choices.topics:
        return words.NO_TOPICS
    figure = measurer.figure(metric, scope)
    notes = [figure.note] if figure.value is None else []
    found = next((note for note in (*notes, *table["note"]) if note), words.NOTHING_COUNTED)
    return f"{found}."


def _no_rows(measurer: Measurer, metric: Metric, scope: Scope) -> str:
    """Say why there is nothing to list: the reason of the number, where it has one."""
    note = measurer.figure(metric, scope).note
    return f"{note}." if note else words.NO_ROWS


def _lacking(groups: Mapping[str, int]) -> str | None:
    """Name the groups of which a chart has nothing to draw, with how many they are; None where
    there is none.
    """
    if not groups:
        return None
    named = [f"{group} ({words.counted(people, 'member')})" for group, people in groups.items()]
    return f"nothing is counted of {words.listing(named)}"


def _unreached(months: int) -> str | None:
    """Say in how many months a median was not reached, as a line has nothing to show for them."""
    if not months:
        return None
    return f"In {words.counted(months, 'month')} most questions still waited when the data ended: no median to draw."


def listing(measurer: Measurer, metric: Metric, scope: Scope, *, most: int = MOST_ROWS) -> Listing:
    """Return the list behind a number, or a note in its place where this viewer may not see it."""
    unmeasurable = measurer.unmeasurable(metric)
    if unmeasurable:
        return Listing(metric=metric, rows=pl.DataFrame(), total=0, note=unmeasurable)
    unlisted = measurer.unlisted(metric, scope)
    if unlisted:
        return Listing(metric=metric, rows=pl.DataFrame(), total=0, note=unlisted)
    columns = as_called(measurer.columns_listed(metric, scope), measurer.choices)
    rows = in_words(measurer.listed(metric, scope, most=most + 1), columns)
    if rows.height <= most:
        return Listing(
            metric=metric,
            columns=columns,
            rows=rows,
            total=rows.height,
            note=None if rows.height else _no_rows(measurer, metric, scope),
        )
    figure = measurer.figure(metric, scope)
    total = (
        int(figure.value or 0)
        if isinstance(metric.measure, Total) and metric.measure.listed
        else figure.sample_size
    )
    return Listing(metric=metric, columns=columns, rows=rows.head(most), total=total, note=None)


def with_lists(view: PageView, measurer: Measurer, *, most: int) -> PageView:
    """Return a page whose lists hold up to so many rows, as a report has them."""
    longer = (
        each
        if each.rows.height == each.total
        else replace(listing(measurer, each.metric, view.scope, most=most), remarks=each.remarks)
        for each in view.lists
    )
    return replace(view, lists=tuple(longer))


def _headline(
    first: Card,
    cards: tuple[Card, ...],
    scope: Scope,
    choices: CommunityChoices,
    scanned: Scan,
    page: Page,
    silent: tuple[Silence, ...],
) -> tuple[str, ...]:
    """Return the first sentences: the page's number, who did nothing of it, and its greatest clear
    change.
    """
    said_first = dict(page.told_first).get(choices.reading)
    unmeasurable = (first.figure.note or "").startswith(NOT_MEASURABLE)
    sentences = [said_first] if said_first else []
    sentences += [] if said_first and unmeasurable else [sentence(first, scope, choices)]
    own = {each.metric.id for each in (*cards, first)}
    sentences += (
        [" ".join(silence_sentence(each) for each in silent[:MOST_SILENT])] if silent else []
    )
    found = [each for each in scanned.beyond_noise if each.metric.id in own and each.by]
    if found:
        sentences.append(change_sentence(found[0], choices))
    if scope.moved:
        sentences.append(scope.moved)
    if _outside(scope, choices):
        since, until = to_date(choices.first_day), to_date(choices.as_of_day)
        sentences.append(
            f"The data reaches from {words.day(since, scope.locale)} to {words.day(until, scope.locale)}: "
            "choose a period within, or all data."
        )
    return tuple(sentences)


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


def _outside(scope: Scope, choices: CommunityChoices) -> bool:
    return scope.period.end_day <= choices.first_day or scope.period.first_day > choices.as_of_day


def sentence(card: Card, scope: Scope, choices: CommunityChoices) -> str:
    """Return a number in a sentence: whose, how much, how sure, and whether it changed beyond
    noise.
    """
    metric, figure = card.metric, card.figure
    chosen = {"team": scope.teams, "seniority": scope.seniorities, "topic": scope.topics}
    acting = [
        group_name(by, group, choices)
        for by, groups in chosen.items()
        for group in groups
        if by in metric.splits
    ]
    whose = f"{words.listing(acting)}: " if acting else ""
    if figure.value is None and figure.note and figure.note.startswith(NOT_MEASURABLE):
        return f"{whose}{metric.title} is {figure.note}."
    if figure.note and _nothing_done(figure):
        note = figure.note if whose else f"{figure.note[:1].upper()}{figure.note[1:]}"
        return f"{whose}{note}."
    if figure.value is None:
        return f"{whose}{metric.title}: {figure.note or words.NOTHING_COUNTED}."
    told = stated(metric, figure.value)
    told = f"{whose}{told}" if whose else f"{told[:1].upper()}{told[1:]}"
    window = (
        "as of the data"
        if metric.counts is Counts.STATE
        else words.during(scope.period, scope.locale)
    )
    sure = (
        [f"95 % interval {card.interval}", f"n = {figure.sample_size:,d}"] if card.interval else []
    )
    told += f" ({', '.join([window, *sure])})"
    if card.compared is None or card.before is None or scope.compare is None:
        return f"{told}."
    change, compared = card.compared, words.before(scope.compare, scope.locale)
    said = change_word(change)
    now, before = (words.value(change.unit, value) for value in (change.now, change.before))
    if said.startswith(ALIKE):
        return f"{told}, {said} as in {compared}."
    if change.beyond_noise:
        own = f"; {now} a member and month" if change.per_member else ""
        return f"{told}{own}, {said} from {before} in {compared}."
    whether = f"whether {now} a member and month" if change.per_member else "whether that"
    return f"{told}; {said} {whether} differs from {before} in {compared}."


def _nothing_done(figure: Figure) -> bool:
    """Say whether the note of a number already says that nobody did what it counts."""
    return not figure.value and (figure.note or "").startswith(("none of the ", "nobody "))


def change_sentence(change: Change, choices: CommunityChoices) -> str:
    """Word one clear change: the group, the number, the direction, the size."""
    whose = group_name(change.by, change.group, choices) if change.by else "All"
    now, before = (words.value(change.unit, value) for value in (change.now, change.before))
    if change.per_member:
        counts = [words.value(change.metric.unit, value) for value in change.counted or ()]
        in_all = f" (in all {counts[1]}, {counts[0]} before)" if counts else ""
        title = f"{change.metric.title[:1].lower()}{change.metric.title[1:]}"
        return f"{whose}: {now} {title} a member and month, {change_word(change)} from {before}{in_all}."
    return f"{whose}: {stated(change.metric, change.now)}, {change_word(change)} from {before}."


def group_name(by: str, group: str, choices: CommunityChoices) -> str:
    """Name a group as a sentence does: 'Juniors', 'Team Service', 'Topic hydraulics'."""
    if group == UNKNOWN:
        return f"{group_word(by, choices)} unknown"
    return (
        words.PLURALS.get(group, f"Seniority {group}")
        if by == "seniority"
        else f"{group_word(by, choices)} {group}"
    )


def _small_print(
    choices: CommunityChoices, scope: Scope, cards: tuple[Card, ...], stood: tuple[Standing, ...]
) -> tuple[str, ...]:
    prints = [
        f"The source {source_name(source)} ends on {words.moment(until, choices.time_zone, scope.locale)}, "
        "earlier than the others."
        for source, until in choices.lagging.items()
    ]
    unmeasurable = [
        card.metric.title
        for card in cards
        if card.figure.note and card.figure.note.startswith(NOT_MEASURABLE)
    ]
    if unmeasurable:
        prints.append(f"Not measurable from this source: {words.listing(unmeasurable)}.")
    if stood:
        beyond = sum(each.beyond_noise for each in stood)
        prints.append(
            f"Differences between a group and all others: {len(stood):,d} compared, {beyond:,d} beyond noise."
        )
    unrewarded = _unrewarded(choices)
    if unrewarded and any(
        card.metric.relation in ("levels", "level_moves", "points") for card in cards
    ):
        prints.append(
            f"The sources record {unrewarded}: points come from what is recorded only, and higher levels are harder to reach."
        )
    if not choices.has_roster:
        prints.append(
            "There is no roster: experience (newcomer for 90 days, then established) stands in for seniority. It is unknown of "
            "those who were there in the first 90 days of the data, until 90 days after, where nobody knows when they joined."
        )
    if not scope.names:
        prints.append(
            "Names are hidden: there are no lists of people, periods are whole weeks, and groups of fewer than "
            f"{choices.small_groups.size} people are merged or not shown."
        )
    if not scope.names and choices.small_groups.counted_as:
        [counted_as] = choices.small_groups.counted_as.values()
        of = "seniority" if choices.has_roster else "experience"
        prints.append(
            f"Fewer than {choices.small_groups.size} people are of no known {of}: without names what they did counts with the "
            f"largest group, '{counted_as}', since it would tell of them by itself."
        )
    if not scope.period.complete:
        prints.append(
            "The data ends within this period; it is compared with as many days of the earlier one."
        )
    return tuple(prints)


def source_name(source: str) -> str:
    """Return a source as one calls it: the platform's title, where the source goes by the
    platform's id.
    """
    return SOURCES[source].title if source in SOURCES else source


def _unrewarded(choices: CommunityChoices) -> str:
    """Return which recognition, that points are given for, the sources do not tell of."""
    missing = {"reaction": "thanks or votes", "acceptance": "accepted answers"}
    absent = [what for table, what in missing.items() if table not in choices.measured]
    return f"no {' and no '.join(absent)}" if absent else ""
