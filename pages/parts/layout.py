"""How a page is laid out: the line of its scope, headline, cards, charts, lists and small print,
the same on every page.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from cop_metrics import words
from cop_metrics.errors import CopError, NothingYet
from cop_metrics.metrics.aggregates import Scale
from cop_metrics.metrics.columns import Column, Role, titled
from cop_metrics.metrics.metric import Metric
from cop_metrics.show import charts
from cop_metrics.show.parts import Card, ChartTable, Listing, listing
from cop_metrics.show.sentences import source_name
from cop_metrics.show.tables import csv_bytes, to_look_at
from cop_metrics.show.view import PageView
from cop_metrics.units import Unit
from pages.parts.frame import Frame, figure_of, locale, plain, standing, view_of

MOST_ROWS = 1_000_000
CSV = "text/csv"
PERCENT = st.column_config.NumberColumn(format="%d %%")
WIDTHS = {Role.THREAD: 270, Role.TEXT: 250}
"""The columns of text that is read, each with its width in pixels."""
LONG_TEXT = 40
"""From how many characters on a text takes two lines."""
TWO_LINES, MOST_TALL, ROOM = 66, 7, 540
"""The pixels of a row of two lines, up to how many such rows are all shown, and the pixels of a
table of more.
"""
STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Put the pages' own style on the page."""
    st.html(STYLE)


def html(text: str) -> None:
    """Show HTML in which no line ends between a number and its per cent sign."""
    st.html(words.unbroken(text))


def no_store(problem: CopError, to_data: Any | None) -> None:
    """Say what to do where there is nothing to show yet; `to_data`: the page on which to do it,
    None on that page itself.
    """
    html('<h1 class="cop-headline">There is nothing to show yet.</h1>')
    if not isinstance(problem, NothingYet):
        st.info(plain(problem))
    if to_data:
        st.write("It fills with the export of a platform, or a table of questions and answers.")
        st.page_link(to_data, label="Bring in an export on the page Data", icon=":material/upload:")
    else:
        st.write("Bring in an export below.")
    st.write("Or on the command line of the server, with made-up samples to look at first:")
    st.code(
        "python -m cop_metrics import PATH --community NAME\npython -m cop_metrics demo",
        language="bash",
    )


def behind(told: str | None) -> None:
    """Say on every page that the store is behind, if it is."""
    if told:
        st.warning(plain(told))


def refused(problem: CopError) -> None:
    """Say which choice of the URL there is not, and lead back to all."""
    st.error(plain(problem))
    st.markdown(
        '<a href="?" target="_self">Start again with all teams and the usual period</a>',
        unsafe_allow_html=True,
    )


def header(frame: Frame) -> None:
    """Show whose numbers these are: community, period, what it is against, and as of when."""
    scope, choices = frame.scope, frame.choices
    against = (
        f"against {words.period(scope.compare, frame.locale)}" if scope.compare else "not compared"
    )
    if scope.compare_note:
        against = f"not compared: {scope.compare_note}"
    chosen = (*scope.teams, *scope.seniorities, *scope.topics)
    parts = [
        scope.community,
        words.period(scope.period, frame.locale),
        against,
        words.listing(list(chosen)) if chosen else None,
        "only questions marked as such" if scope.explicit_only else None,
        f"data as of {words.moment(choices.as_of, choices.time_zone, frame.locale)}",
    ]
    lags = [
        f"{source_name(source)} ends {words.moment(until, choices.time_zone, frame.locale)}"
        for source, until in choices.lagging.items()
    ]
    text = " · ".join(escape(part) for part in (*parts, *lags) if part)
    html(f'<p class="cop-scope" data-testid="scope">{text}</p>')


def show_page(frame: Frame, page: str) -> None:
    """Show a page in the order of all pages: headline, cards, charts, lists, small print."""
    with standing("This page"):
        view = view_of(frame, page)
        headline(view)
        cards(frame, view.cards)
        chart_rows(frame, view, range(len(view.charts)))
        for listed in view.lists:
            show_list(frame, listed)
        small_print(frame, view)


def headline(view: PageView) -> None:
    """Show the sentences of the finding under the question of the page."""
    title = f'<h1 class="cop-h1">{escape(view.page.title)}: {escape(view.page.question)}</h1>'
    html(title + "".join(f'<p class="cop-headline">{escape(each)}</p>' for each in view.headline))


def cards(frame: Frame, shown: Iterable[Card]) -> None:
    """Show numbers side by side, as many a row as there is room for."""
    html(f'<div class="cop-cards">{"".join(_card(frame, card) for card in shown)}</div>')


def _card(frame: Frame, card: Card) -> str:
    metric, figure = card.metric, card.figure
    counted = metric.measure.scale is Scale.POINTS or metric.unit in (
        Unit.HOURS,
        Unit.PERCENT,
    )
    known = [
        card.interval,
        f"n = {figure.sample_size:,d}" if counted and figure.value is not None else "",
    ]
    remarks = [remark for remark in card.remarks if remark != frame.scope.compare_note]
    change = changed(card) or (escape(remarks.pop()) if remarks else "")
    first = ", ".join(part for part in known if part)
    return (
        f'<section class="cop-card" style="--accent:{frame.look.promises[metric.promise]}" data-metric="{metric.id}">'
        f'<h2>{escape(metric.title)}</h2><p class="cop-number"><span class="cop-value">{escape(card.value)}</span>'
        f"{trend(frame, card)}</p>"
        f"<p>{escape(first)}</p><p>{change}</p>{rest(card, remarks)}</section>"
    )


def trend(frame: Frame, card: Card) -> str:
    """Return the line of a number by month as a picture, empty where it has none or still grows for
    the last months.
    """
    if card.trend is None or not card.metric.comparable:
        return ""
    drawn = charts.spark_svg(card.trend, frame.look.promises[card.metric.promise])
    source = f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
    return (
        f'<img class="cop-spark" alt="{escape(card.metric.title)} by month" src="{source}">'
        if drawn
        else ""
    )


def changed(card: Card) -> str:
    """Return the change of a number in words, in bold where it is beyond noise."""
    found = card.compared is not None and card.compared.beyond_noise
    return f"<b>{escape(card.change_text)}</b>" if found else escape(card.change_text)


def rest(card: Card, remarks: Iterable[str]) -> str:
    """Return what stands at the foot of a card: its remarks and its definition."""
    told = "".join(f"<p>{escape(remark)}</p>" for remark in remarks)
    return f"<div>{told}<details><summary>What is this?</summary>{escape(card.metric.description)}</details></div>"


def chart_rows(frame: Frame, view: PageView, places: Iterable[int]) -> None:
    """Show charts two a row on a desk, one on a phone; a list to act on, and a chart that is left
    over, has its own row.
    """
    for row in _rows_of(view, places):
        for column, place in zip(st.columns(len(row)), row, strict=True):
            with column, st.container(border=True, height="stretch"):
                chart_panel(frame, view, place)


def _rows_of(view: PageView, places: Iterable[int]) -> list[tuple[int, ...]]:
    """Return the places by rows: lists alone, charts in pairs, also across a list between them."""
    rows: list[tuple[int, ...]] = []
    single: int | None = None
    for place in places:
        if not view.charts[place].drawn:
            rows.append((place,))
        elif single is None:
            single = len(rows)
            rows.append((place,))
        else:
            rows[single] += (place,)
            single = None
    return rows


@st.fragment
def chart_panel(frame: Frame, view: PageView, place: int, *, told: bool = True) -> None:
    """Show one chart under its question, with its table behind a toggle and as CSV; `told`: with
    what is counted.
    """
    chart = view.charts[place]
    with standing(f"The chart '{chart.title}'"):
        figure = None if chart.note or not chart.drawn else figure_of(frame, view, place)
        below = charts.subtitle(figure) if figure else ""
        html(
            f'<h2 class="cop-q">{escape(chart.title)}</h2>'
            + "".join(
                f'<p class="cop-sub">{escape(each)}</p>'
                for each in (chart.summary if told else chart.remarked, below)
                if each
            )
            + (f'<p class="cop-finding">{escape(chart.finding)}</p>' if chart.finding else "")
        )
        if chart.reason:
            st.info(plain(words.unbroken(words.sentence(chart.reason))))
            return
        key = f"{view.page.id}-{place}"
        if figure is None:
            _rows_to_act_on(chart, key)
            return
        st.plotly_chart(
            figure,
            key=f"chart-{key}",
            theme=None,
            config=charts.CONFIG,
            alt=charts.describe(figure),
        )
        _behind(chart, key)


def list_panel(chart: ChartTable, key: str) -> None:
    """Show a list to act on under its question: what is counted, and its rows or why there are
    none.
    """
    html(
        f'<h2 class="cop-q">{escape(chart.title)}</h2><p class="cop-sub">{escape(chart.summary)}</p>'
    )
    if chart.reason:
        st.info(plain(words.unbroken(words.sentence(chart.reason))))
    else:
        _rows_to_act_on(chart, key)


def _rows_to_act_on(chart: ChartTable, key: str) -> None:
    """Show a list to act on, with rows of two lines where a text needs them."""
    rows = to_look_at(chart.shown, chart.shown_columns)
    formats = _formats(rows, chart.shown_columns, decimals=1)
    long = any(
        (rows[name].str.len_chars().max() or 0) > LONG_TEXT
        for name in titled(chart.shown_columns, *WIDTHS)
        if name in rows.columns
    )
    tall = "content" if rows.height <= MOST_TALL else ROOM
    st.dataframe(
        rows,
        hide_index=True,
        column_config=formats,
        height=tall if long else _height(rows),
        row_height=TWO_LINES if long else None,
        placeholder=words.NOTHING,
    )
    _download(chart, key)


def _download(chart: ChartTable, key: str) -> None:
    csv = partial(csv_bytes, chart.shown)
    st.download_button(
        "CSV", csv, _file_name(chart), CSV, key=f"csv-{key}", on_click="ignore", type="tertiary"
    )


def _file_name(chart: ChartTable) -> str:
    return f"{chart.title.rstrip('?').replace(' ', '-').replace(':', '').lower()}.csv"


def _behind(chart: ChartTable, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle("Show as a table", key=f"table-{key}")
        _download(chart, key)
    if as_table:
        html(f'<p class="cop-sub">{escape(chart.subtitle)}</p>')
        rows = to_look_at(chart.shown, chart.shown_columns)
        st.dataframe(
            rows,
            hide_index=True,
            column_config=_formats(rows, chart.shown_columns, decimals=2),
            placeholder=words.NOTHING,
        )


def show_list(frame: Frame, listed: Listing) -> None:
    """Show the rows behind a number with their links, and as CSV; a note in their place where there
    are none to show.
    """
    metric, rows = listed.metric, listed.rows
    with st.container(border=True), standing(f"The list of '{metric.title}'"):
        count = "" if listed.reason else f" ({listed.total:,d})"
        html(
            f'<h2 class="cop-q">The list behind: {escape(metric.title)}{count}</h2>'
            f'<p class="cop-sub">{escape(listed.about)}</p>'
        )
        if listed.reason:
            st.info(plain(words.unbroken(words.sentence(listed.reason))))
            return
        shown = to_look_at(rows, listed.columns)
        st.dataframe(
            shown,
            hide_index=True,
            column_config=_formats(shown, listed.columns, decimals=1),
            height=_height(shown),
            placeholder=words.NOTHING,
        )
        if shown.height < listed.total:
            st.write(
                f"The first {shown.height:,d} of {listed.total:,d} rows; the CSV holds all of them."
            )
        _download_all(frame, listed)


def _download_all(frame: Frame, listed: Listing) -> None:
    metric = listed.metric
    st.download_button(
        f"All rows as CSV ({listed.total:,d})",
        partial(all_rows, frame, metric),
        f"{metric.id}.csv",
        CSV,
        key=f"list-{metric.id}",
        on_click="ignore",
    )


def all_rows(frame: Frame, metric: Metric) -> bytes:
    """Return the file of a list; raises `CopError` where there is none, rather than an empty file."""
    listed = listing(frame.measurer, metric, frame.scope, most=MOST_ROWS)
    if listed.reason:
        raise CopError(listed.reason.text)
    return csv_bytes(listed.rows)


def _height(rows: pl.DataFrame) -> Any:
    return "content" if rows.height <= 10 else 400


def _formats(rows: pl.DataFrame, columns: Iterable[Column], *, decimals: int) -> Mapping[str, Any]:
    """Return how the columns of a table are written, by title; `decimals`: of numbers that are no
    counts.
    """
    shown = [each for each in columns if each.title in rows.columns]
    written = {each.title: _format(each, rows[each.title], decimals) for each in shown}
    return {title: format_ for title, format_ in written.items() if format_}


def _format(column: Column, cells: pl.Series, decimals: int) -> Any:
    day, moment = words.patterns(locale())
    match column.role, cells.dtype:
        case Role.LINK, _:
            return st.column_config.LinkColumn(display_text="open")
        case (Role.THREAD | Role.TEXT) as role, _:
            return st.column_config.TextColumn(width=WIDTHS[role])
        case Role.MONTH, _:
            return st.column_config.DateColumn(format="MMM YYYY")
        case _, pl.Date():
            return st.column_config.DateColumn(format=day)
        case _, pl.Datetime():
            return st.column_config.DatetimeColumn(format=moment)
        case _, kind if kind.is_numeric():
            return _number_format(column, cells, decimals)
    return None


def _number_format(column: Column, cells: pl.Series, decimals: int) -> Any:
    if column.unit is Unit.PERCENT and cells.dtype.is_float():
        return PERCENT
    counts = column.unit in (Unit.COUNT, Unit.POINTS) and (cells == cells.round(0)).all()
    whole = cells.dtype.is_integer() or counts
    return st.column_config.NumberColumn(format="localized" if whole else f"%.{decimals}f")


def small_print(frame: Frame, view: PageView) -> None:
    """Show what limits the numbers, and the way to what they mean."""
    if view.small_print:
        html("".join(f'<p class="cop-small">{escape(each)}</p>' for each in view.small_print))
    st.page_link(frame.links["glossary"], label="What every number means")
