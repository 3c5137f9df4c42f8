"""The record of one member on one page that prints well: what they gave, and what they were
recognised for.
"""

from html import escape

import polars as pl
import streamlit as st

from cop_metrics import words
from cop_metrics.access.sight import Sight
from cop_metrics.show.record import Record, members, record
from pages.parts.filters import choose_member, chosen_member
from pages.parts.frame import Frame, plain, standing
from pages.parts.layout import html

TABLES = {
    "people": "Whom did they help?",
    "teams": "Which teams?",
    "topics": "On what?",
    "levels": "How did their level change?",
    "steps": "When did they first …?",
}
NOTHING = {
    "people": "Nobody in this period.",
    "teams": "None in this period.",
    "topics": "The questions have no topics, or there were none in this period.",
    "levels": "No level yet.",
    "steps": "Not known: they joined before the data begins, or in its first 90 days; or there was none yet.",
}


def show(frame: Frame) -> None:
    """Show the page."""
    reason = Sight(scope=frame.scope, choices=frame.choices).record()
    if reason:
        _headline(
            "One member's record: what did they give, and what came back?",
            "There is no record to show.",
        )
        st.info(plain(reason.text))
        return
    with standing("The record"):
        top = st.container()
        chosen = _choose(frame)
        if chosen is None:
            with top:
                _headline(
                    "One member's record: what did they give, and what came back?",
                    "Choose a member.",
                )
            return
        found = record(frame.snapshot.cursor, frame.choices, frame.scope, chosen)
        with top:
            _headline("One member's record: what did they give, and what came back?", found.name)
        _show(frame, found)


def _choose(frame: Frame) -> str | None:
    """Show the choice of a member, which the URL holds, and return the one that is chosen."""
    left, right = st.columns(2)
    search = left.text_input("Search", placeholder="A part of the name", key="record-search")
    found = members(frame.snapshot.cursor, frame.choices, frame.scope, search)
    chosen = chosen_member()
    options = [*found] if chosen is None or chosen in found else [chosen, *found]
    with right:
        choose_member("Member", options, found, chosen)
    return chosen


def _headline(title: str, told: str) -> None:
    html(f'<h1 class="cop-h1">{escape(title)}</h1><p class="cop-headline">{escape(told)}</p>')


def _show(frame: Frame, found: Record) -> None:
    about = " · ".join(f"{name}: {value}" for name, value in found.about.items())
    period = words.period(frame.scope.period, frame.locale)
    html(
        f'<p class="cop-scope">{escape(about)}</p><dl class="cop-groups cop-record">'
        + "".join(
            f"<div><dt>{escape(name)}</dt><dd><b>{escape(told)}</b></dd></div>"
            for name, told in found.numbers.items()
        )
        + "</dl>"
    )
    parts = "".join(_table(id_, title, getattr(found, id_), frame) for id_, title in TABLES.items())
    html(
        f'<div class="cop-columns">{parts}</div><p class="cop-small cop-below">Numbers and the first rows of each table: '
        f"{escape(period)}, whatever team, seniority or topic is chosen. Levels (the last changes) and first steps: "
        "all data. Points, levels and ranks are explained in the glossary.</p>"
    )


def _table(id_: str, title: str, rows: pl.DataFrame, frame: Frame) -> str:
    heading = f'<section><h2 class="cop-q">{escape(title)}</h2>'
    if rows.is_empty():
        return f'{heading}<p class="cop-sub">{NOTHING[id_]}</p></section>'
    head = "".join(
        f'<th scope="col"{_right(kind)}>{escape(name)}</th>'
        for name, kind in zip(rows.columns, rows.dtypes, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_right(kind)}>{escape(_cell(value, frame))}</td>"
            for value, kind in zip(row, rows.dtypes, strict=True)
        )
        + "</tr>"
        for row in rows.iter_rows()
    )
    return f'{heading}<table class="cop-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></section>'


def _right(kind: pl.DataType) -> str:
    return ' class="n"' if kind.is_numeric() else ""


def _cell(value: object, frame: Frame) -> str:
    if value is None:
        return words.NOTHING
    if isinstance(value, int):
        return f"{value:,d}"
    return str(value) if isinstance(value, str) else words.day(value, frame.locale)  # type: ignore[arg-type]
