"""The glossary: every number in words, as a formula and as the SQL that measures it."""

from html import escape

import streamlit as st

from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Counts, Exhibit, Metric, needed
from pages.parts.frame import Frame, standing
from pages.parts.layout import html

COUNTS = {
    Counts.FLOW: "what happened in the period",
    Counts.STOCK: "what held at the last moment of the period",
    Counts.STATE: "what holds as of the data, whatever the period",
}

NEEDS = {
    "reach": "a source that records reads or views",
    "giver": "a source that says who reacted",
    "acceptance": "a source that tells of accepted answers",
    "team": "a roster that tells the teams",
    "account": "a source that lists accounts, those of people who never took part too",
}
"""What is needed where it is no table of its own."""


def show(frame: Frame) -> None:
    """Show the page."""
    declared = (*METRICS.values(), *EXHIBITS.values())
    html(
        '<h1 class="cop-h1">Glossary: What does every number mean?</h1>'
        f'<p class="cop-headline">{len(METRICS)} numbers and {len(EXHIBITS)} charts, each with what is counted and how.</p>'
    )
    wanted = (
        st.text_input("Search", placeholder="wait, expert, answered …", key="glossary-search")
        .casefold()
        .split()
    )
    found = [each for each in declared if all(word in _text(each) for word in wanted)]
    if not found:
        st.info("Nothing in the glossary holds these words. Try one word less.")
    for each in found:
        with st.container(border=True), standing(f"'{each.title}'"):
            _entry(each, frame.measurer)


def _text(each: Metric | Exhibit) -> str:
    formula = f"{each.question} {each.formula}" if isinstance(each, Metric) else ""
    return f"{each.id} {each.title} {each.description} {formula} {each.promise.value}".casefold()


def _entry(each: Metric | Exhibit, measurer: Measurer) -> None:
    facts = {
        "Whose team and seniority the filters mean": f"the {each.whose.value}'s",
        "Can be filtered by": ", ".join(each.splits) or "nothing",
        "Counts": COUNTS[each.counts],
        "After": each.source,
        "Needs": "; ".join(
            NEEDS.get(part, f"a source that records {part}s") for part in needed(each.needs)
        ),
    }
    question = ""
    if isinstance(each, Metric):
        facts = {"Formula": each.formula, **facts, "What others do differently": each.peers}
        question = f"<p><i>{escape(each.question)}</i></p>"
    told = "".join(f"<p><b>{name}:</b> {escape(fact)}</p>" for name, fact in facts.items() if fact)
    html(
        f'<article id="{each.id}" class="cop-more"><h2 class="cop-q">{escape(each.title)}</h2>{question}'
        f"<p>{escape(each.description)}</p>{told}<p><b>Name on the command line:</b> <code>{each.id}</code></p>"
        f"<details><summary>SQL</summary><pre style='white-space:pre-wrap;overflow-wrap:anywhere'>"
        f"{escape(measurer.sql(each))}</pre></details></article>"
    )
