"""The reports: the pages of one's choice in the filters of the view, as a file to take along."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from cop_metrics import words
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.reports import FORMATS, MOST_ROWS, Format
from cop_metrics.show.view import PageView, with_lists
from pages.parts.frame import Frame, standing, view_of
from pages.parts.layout import html


def show(frame: Frame) -> None:
    """Show the page."""
    html(
        '<h1 class="cop-h1">Reports: What do I take along?</h1>'
        '<p class="cop-headline">Choose pages and a format; the filters are those of the sidebar.</p>'
    )
    titles = {each.id: each.title for each in PAGES.values()}
    chosen = st.multiselect(
        "Pages",
        list(titles),
        default=list(titles),
        format_func=titles.__getitem__,
        key="report-pages",
    )
    format_id = st.radio(
        "Format",
        list(FORMATS),
        format_func=lambda id_: FORMATS[id_].title,
        horizontal=True,
        key="report-format",
    )
    if not chosen:
        st.info("Choose one page at least.")
        return
    with standing("The report"):
        views = [view_of(frame, id_) for id_ in titles if id_ in chosen]
        _download(frame, format_id, views)
        _preview(frame, views)


def _written(frame: Frame, chosen: Format, views: Sequence[PageView]) -> bytes:
    measurer = frame.measurer
    return chosen.write([with_lists(view, measurer, most=MOST_ROWS) for view in views])


def _download(frame: Frame, format_id: str, views: Sequence[PageView]) -> None:
    chosen = FORMATS[format_id]
    name = f"{frame.scope.community} {frame.scope.period.first} {frame.scope.period.last}".replace(
        " ", "-"
    ).lower()
    plain = "".join(sign for sign in name if sign.isalnum() or sign in "-_.")
    st.download_button(
        f"Download as {chosen.title}",
        partial(_written, frame, chosen, views),
        f"{plain}.{chosen.suffix.lstrip('.')}",
        chosen.mime,
        key="report",
        on_click="ignore",
        type="primary",
    )


def _preview(frame: Frame, views: Sequence[PageView]) -> None:
    scope = frame.scope
    facts = {
        "Community": scope.community,
        "Period": words.period(scope.period, frame.locale),
        **({"Period moved": scope.moved} if scope.moved else {}),
        "Against": words.period(scope.compare, frame.locale)
        if scope.compare
        else (scope.compare_note or "nothing"),
        "Teams": words.listing(list(scope.teams)) or "all",
        frame.choices.seniority_word: words.listing(list(scope.seniorities)) or "all",
        "Topics": words.listing(list(scope.topics)) or "all",
        "Data as of": words.moment(frame.choices.as_of, frame.choices.time_zone, frame.locale),
    }
    with st.container(border=True):
        rows = "".join(
            f"<tr><th scope='row'>{name}</th><td>{escape(fact)}</td></tr>"
            for name, fact in facts.items()
        )
        html(
            f'<h2 class="cop-q">What is inside</h2><table class="cop-table"><tbody>{rows}</tbody></table>'
        )
        for view in views:
            held = f"Numbers: {len(view.cards)} · charts: {len(view.charts)} · lists: {len(view.lists)}"
            told = "".join(f"<p>{escape(sentence)}</p>" for sentence in view.headline)
            html(
                f'<h3 class="cop-q">{escape(view.page.title)}</h3><p class="cop-sub">{held}</p>{told}'
            )
