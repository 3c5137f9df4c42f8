"""The filters of the sidebar. The URL is the truth: it is read before any widget, and a changed
widget changes it first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from cop_metrics.access.catalogue import Catalogue, CommunityChoices, newest_first, opened_with
from cop_metrics.access.scope import ASKED, EXPLICIT, Scope, parse_scope
from cop_metrics.errors import UnknownName
from cop_metrics.people import UNKNOWN
from cop_metrics.period import ALL, DEFAULT, PRESETS, Compare
from cop_metrics.show.captions import days_to_type

MEMBER = "member"
KEYS = ("community", "period", "compare", "team", "seniority", "topic", "asked", "names", MEMBER)
HIDDEN = "hidden"
TYPED = "typed"
PERIODS = {
    **{each.id: each.title for each in PRESETS.values()},
    ALL: "All data",
    TYPED: "From day to day",
}
COMPARISONS = {
    Compare.BEFORE.value: "The period before",
    Compare.YEAR_EARLIER.value: "The same days a year earlier",
    Compare.NOTHING.value: "Nothing",
}

QUESTIONS = {ASKED[0]: "All, found by their words too", EXPLICIT: "Only those marked as questions"}

Query = dict[str, list[str]]


def read_query(page: str) -> Query:
    """Return the choices in the URL; those of the last page where going to another page has emptied
    it.
    """
    query = {key: st.query_params.get_all(key) for key in KEYS if st.query_params.get_all(key)}
    switched = st.session_state.get("page") not in (None, page)
    if not query and switched:
        query = st.session_state.get("query", {})
        _write(query)
    st.session_state["page"], st.session_state["query"] = page, query
    return query


def read_scope(query: Query, catalogue: Catalogue) -> Scope:
    """Return the scope that the URL asks for; raises `CopError` for a choice that there is not."""
    names = query.get("names") or []
    for asked in names:
        if asked != HIDDEN:
            raise UnknownName("choice of names", asked, [HIDDEN])
    return parse_scope(
        query, catalogue, names=not names, default_period=DEFAULT, locale=st.context.locale or None
    )


def query_string(changes: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the present choices, with changes, as they stand in a URL."""
    return urlencode({**st.session_state.get("query", {}), **(changes or {})}, doseq=True)


def _write(query: Query) -> None:
    st.query_params.from_dict({key: query[key] for key in KEYS if query.get(key)})


def _change(**changes: Sequence[str]) -> None:
    query = {key: st.query_params.get_all(key) for key in KEYS} | {
        key: list(to) for key, to in changes.items()
    }
    _write(query)


def _changed(key: str, widget: str, default: str) -> None:
    chosen = st.session_state[widget]
    _change(**{key: [] if chosen in (None, default) else [chosen]})


def _changed_groups(key: str, widget: str) -> None:
    _change(**{key: st.session_state[widget]})


def _changed_community(widget: str, default: str, usual: str) -> None:
    chosen = st.session_state[widget]
    period = st.query_params.get("period", usual)
    kept = [] if ".." in period or period == usual else [period]
    _change(
        community=[] if chosen == default else [chosen],
        period=kept,
        team=[],
        seniority=[],
        topic=[],
        asked=[],
        member=[],
    )


def _changed_period(widget: str, days: tuple[date, date], usual: str) -> None:
    chosen = st.session_state[widget]
    if chosen == TYPED:
        chosen = f"{days[0]}..{days[1]}"
    _change(period=[] if chosen == usual else [chosen])


def _changed_days(first: str, last: str) -> None:
    if st.session_state[first] and st.session_state[last]:
        _change(period=[f"{st.session_state[first]}..{st.session_state[last]}"])


def sidebar(scope: Scope, query: Query, catalogue: Catalogue) -> None:
    """Show the filters as the scope has them; each writes its change into the URL."""
    choices = catalogue[scope.community]
    with st.sidebar:
        if len(catalogue) > 1:
            _community(scope, newest_first(catalogue), opened_with(DEFAULT, choices))
        _period(scope, query, choices)
        if scope.moved:
            st.caption(scope.moved)
        comparison = (query.get("compare") or [Compare.BEFORE.value])[-1]
        _select("Compare with", "compare", COMPARISONS, comparison, default=Compare.BEFORE.value)
        if set(choices.team_choices(scope.names)) - {UNKNOWN}:
            _groups("Teams", "team", choices.team_choices(scope.names), scope.teams, choices)
        _groups(
            choices.seniority_word, "seniority", choices.seniorities, scope.seniorities, choices
        )
        if choices.topics:
            _groups("Topics", "topic", choices.topics, scope.topics, choices)
        if choices.finds_questions:
            asked = EXPLICIT if scope.explicit_only else ASKED[0]
            _select("Questions", "asked", QUESTIONS, asked, default=ASKED[0])
        _names(scope)
        _share()


def _community(scope: Scope, communities: Sequence[str], usual: str) -> None:
    st.session_state["community"] = scope.community
    st.selectbox(
        "Community",
        communities,
        key="community",
        on_change=_changed_community,
        args=("community", communities[0], usual),
    )


def _select(label: str, key: str, titles: Mapping[str, str], chosen: str, default: str) -> None:
    st.session_state[key] = chosen
    st.selectbox(
        label,
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=_changed,
        args=(key, key, default),
    )


def _period(scope: Scope, query: Query, choices: CommunityChoices) -> None:
    usual = opened_with(DEFAULT, choices)
    text = (query.get("period") or [usual])[-1]
    st.session_state["period"] = TYPED if ".." in text else text
    days = days_to_type(choices, scope.period)
    st.selectbox(
        "Period",
        list(PERIODS),
        format_func=PERIODS.__getitem__,
        key="period",
        on_change=_changed_period,
        args=("period", days, usual),
    )
    if ".." not in text:
        return
    st.session_state["first"], st.session_state["last"] = scope.period.first, scope.period.last
    shared: dict[str, Any] = {
        "on_change": _changed_days,
        "args": ("first", "last"),
        "format": "YYYY-MM-DD",
    }
    st.date_input("From", key="first", min_value=date.min, max_value=scope.period.last, **shared)
    st.date_input("To", key="last", min_value=scope.period.first, max_value=date.max, **shared)


def _groups(
    label: str, key: str, options: Sequence[str], chosen: Sequence[str], choices: CommunityChoices
) -> None:
    widget = f"{key} of {choices.community}"
    st.session_state[widget] = list(chosen)
    st.multiselect(
        label,
        list(options),
        key=widget,
        placeholder="All",
        on_change=_changed_groups,
        args=(key, widget),
    )


def _changed_names(widget: str) -> None:
    """Write the choice of names; teams and seniorities go back to all, as small ones are merged
    without names.
    """
    hidden = st.session_state[widget]
    _change(names=[HIDDEN] if hidden else [], **({"team": [], "seniority": []} if hidden else {}))


def _names(scope: Scope) -> None:
    st.session_state["names"] = not scope.names
    told = "For presenting: lists of people disappear, and small groups are merged, here and in downloads and reports."
    st.toggle("Hide names", key="names", help=told, on_change=_changed_names, args=("names",))


def _share() -> None:
    with st.expander("Share this view"):
        st.write("Whoever opens this address sees this view:")
        address = (st.context.url or "").partition("?")[0]
        st.code(
            f"{address}?{query_string()}" if query_string() else address,
            language=None,
            wrap_lines=True,
        )


def chosen_member() -> str | None:
    """Return the member whose record the URL asks for."""
    return (st.session_state.get("query", {}).get(MEMBER) or [None])[-1]


def choose_member(
    label: str, options: Sequence[str], names: Mapping[str, str], chosen: str | None
) -> None:
    """Show the choice of one member, by key; a change goes into the URL."""
    st.session_state[MEMBER] = chosen
    st.selectbox(
        label,
        list(options),
        format_func=lambda key: names.get(key, key),
        key=MEMBER,
        index=None,
        placeholder="Choose one",
        on_change=_changed,
        args=(MEMBER, MEMBER, ""),
    )
