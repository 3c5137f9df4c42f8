"""The overview: are the three promises kept, what stands out, and what to do this week."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cop_metrics import words
from cop_metrics.measure.changes import Change
from cop_metrics.measure.silences import silence_sentence
from cop_metrics.show.captions import change_word, compared_title, difference_text, kept
from cop_metrics.show.kinds import group_word
from cop_metrics.show.parts import Card, ChartTable
from cop_metrics.show.sentences import MOST_CHANGES, group_name, sentence
from cop_metrics.show.view import PageView
from cop_metrics.statistics.comparing import Interval
from pages.parts.filters import query_string
from pages.parts.frame import Frame, standing, view_of
from pages.parts.layout import (
    cards,
    chart_panel,
    headline,
    html,
    rest,
    show_list,
    small_print,
    trend,
)

MOST_SILENCES = 5


def show(frame: Frame) -> None:
    """Show the page."""
    with standing("The overview"):
        view = view_of(frame, "overview")
        headline(view)
        promised = _promises(frame, view)
        others = [place for place in range(len(view.charts)) if place not in promised]
        _claims(frame, view, [place for place in others if view.charts[place].drawn])
        with standing("What stands out"):
            _stands_out(frame, view)
        html('<h2 class="cop-h2">This week</h2>')
        for place in others:
            if not view.charts[place].drawn:
                with st.container(border=True):
                    chart_panel(frame, view, place)
        for listed in view.lists:
            show_list(frame, listed)
        small_print(frame, view)


def _claims(frame: Frame, view: PageView, places: Sequence[int]) -> None:
    """Show the claims, which are tall, and beside them one below the other what else is drawn."""
    for column, stood in zip(st.columns(2), (places[:1], places[1:]), strict=True):
        with column:
            for place in stood:
                with st.container(border=True):
                    chart_panel(frame, view, place)


def _promises(frame: Frame, view: PageView) -> set[int]:
    """Show each promise in a column, and return the places of the charts that were shown there."""
    led = {
        chart.chart.first.id: place
        for place, chart in enumerate(view.charts)
        if chart.chart.compared and chart.chart.groups == ("seniority",)
    }
    leads = [card for card in view.cards if card.metric.id in led]
    promised = "".join(_promise(frame, card, view.charts[led[card.metric.id]]) for card in leads)
    html(f'<div class="cop-cards cop-promises">{promised}</div>')
    for column, card in zip(st.columns(max(1, len(leads))), leads, strict=False):
        with column, st.container(border=True, height="stretch"):
            chart_panel(frame, view, led[card.metric.id], told=False)
    others = [card for card in view.cards if card not in leads]
    if others:
        cards(frame, others)
    return {led[card.metric.id] for card in leads}


def _promise(frame: Frame, card: Card, by_seniority: ChartTable) -> str:
    metric, figure = card.metric, card.figure
    colour, target = frame.look.promises[metric.promise], frame.choices.targets.get(metric.id)
    word = kept(figure, target)
    aim = f" The target is {words.value(metric.unit, target)}." if target is not None else ""
    told = sentence(card, frame.scope, frame.choices) + aim
    remarks = [each for each in card.remarks if each not in (figure.note, frame.scope.compare_note)]
    return (
        f'<section class="cop-card" style="--accent:{colour}" data-metric="{metric.id}">'
        f'<h2 class="cop-q">{metric.promise.value.capitalize()}: {escape(metric.title[:1].lower() + metric.title[1:])}</h2>'
        f'<p class="cop-number"><span class="cop-value">{escape(card.value)}</span><span class="cop-badge">{word}</span>'
        f"{trend(frame, card)}</p>"
        f"<p>{escape(told)}</p>{_by_group(frame, card, by_seniority)}{rest(card, remarks)}</section>"
    )


def _by_group(frame: Frame, card: Card, chart: ChartTable) -> str:
    """Return the number of each seniority side by side, empty where there is none."""
    if chart.note or chart.table.is_empty():
        return "<p></p>"
    unit, cells = card.metric.unit, []
    for row in chart.table.iter_rows(named=True):
        known = Interval(low=row["low"], high=row["high"]) if row["low"] is not None else None
        told = words.interval(unit, known) or row["note"] or ""
        cells.append(
            f"<div><dt>{escape(row['group'])}</dt><dd><b>{escape(words.value(unit, row['value']))}</b>"
            f"<span>{escape(told)}</span></dd></div>"
        )
    return f'<dl class="cop-groups" aria-label="By {group_word("seniority", frame.choices).lower()}">{"".join(cells)}</dl>'


def _stands_out(frame: Frame, view: PageView) -> None:
    """Show which groups did nothing of what others did, and what changed clearly."""
    found = view.scan.beyond_noise[:MOST_CHANGES]
    silent = "".join(
        f"<li>{escape(silence_sentence(each))}</li>" for each in view.silences[:MOST_SILENCES]
    )
    listed = f'<ul data-testid="silences">{silent}</ul>' if silent else ""
    more = len(view.silences) - MOST_SILENCES
    listed += f'<p class="cop-sub">And {words.counted(more, "group")} more.</p>' if more > 0 else ""
    with st.container(border=True):
        html(
            '<h2 class="cop-q">What stands out?</h2>'
            + listed
            + _changes_table(frame, found)
            + _counted(view)
        )


def _counted(view: PageView) -> str:
    if view.scope.compare is None:
        reason = view.scope.compare_note or "no comparison is chosen"
        return f'<p class="cop-sub">Nothing was compared: {escape(reason)}.</p>'
    compared, beyond = view.scan.compared, len(view.scan.beyond_noise)
    more = f" The {MOST_CHANGES} clearest are shown." if beyond > MOST_CHANGES else ""
    return f'<p class="cop-sub">{compared:,d} compared, {beyond:,d} beyond noise.{more}</p>'


def _changes_table(frame: Frame, found: tuple[Change, ...]) -> str:
    if not found:
        return ""
    names = ("Group", "Number", "Before", "Now", "Change, 95 % interval", "In words")
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return (
        f'<table class="cop-table cop-stack" data-testid="changes"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(_change(frame, each) for each in found)}</tbody></table>"
    )


def _change(frame: Frame, change: Change) -> str:
    unit = change.unit
    group = group_name(change.by, change.group, frame.choices) if change.by else "All"
    link = f'<a href="?{escape(query_string({change.by: [change.group]}))}" target="_self">{escape(group)}</a>'
    cells = {
        "Number": compared_title(change),
        "Before": words.value(unit, change.before),
        "Now": words.value(unit, change.now),
        "Change": f"{difference_text(change)}: {change_word(change)}",
    }
    told = "".join(
        f'<td data-name="{name}">{escape(cell)}</td>'
        for name, cell in cells.items()
        if name != "Change"
    )
    named, _, word = cells["Change"].rpartition(": ")
    told += f'<td data-name="Change">{escape(named)}</td><td><b>{escape(word)}</b></td>'
    return f"<tr><td>{link if change.by else escape(group)}</td>{told}</tr>"
