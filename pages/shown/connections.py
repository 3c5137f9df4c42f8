"""The page of connections: what every page shows, and a search for who may know a topic."""

from dataclasses import replace

import streamlit as st

from cop_metrics.show.kinds import ShowExhibit
from cop_metrics.show.parts import chart_table
from cop_metrics.show.view import PageView
from pages.parts.frame import Frame, standing, view_of
from pages.parts.layout import cards, chart_rows, headline, list_panel, small_print

LIKELY = ShowExhibit(id="likely_to_know")


def show(frame: Frame) -> None:
    """Show the page."""
    with standing("This page"):
        view = view_of(frame, "connections")
        headline(view)
        cards(frame, view.cards)
        _who_may_know(frame, view)
        chart_rows(
            frame, view, [place for place, chart in enumerate(view.charts) if chart.chart != LIKELY]
        )
        small_print(frame, view)


@st.fragment
def _who_may_know(frame: Frame, view: PageView) -> None:
    """Show who is likely to know the topic that is asked for, else the first of every topic."""
    with st.container(border=True), standing("Who may know"):
        topic = st.selectbox(
            "Who may know a topic?",
            frame.choices.topics,
            index=None,
            placeholder="Type a topic",
            key="who-may-know",
        )
        if topic is None:
            shown = next(chart for chart in view.charts if chart.chart == LIKELY)
        else:
            shown = chart_table(frame.measurer, LIKELY, replace(frame.scope, topics=(topic,)))
        list_panel(shown, "who-may-know-list")
