"""Two communities that differ only in groups hidden without names: nothing that is shown without names may tell them apart.

In each, some acts are done in one world by the members of hidden groups, and in the other by their counterparts, so that the
totals of teams, of seniorities and of the groups shown stay the same (metrics, 2.11).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, days_later, plus
from polars.testing import assert_frame_equal

from cop_metrics.access.catalogue import EXPERIENCE, read_catalogue
from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import TELLS_SENIORITY, TOO_SMALL
from cop_metrics.access.small_groups import EVERY, SMALL_TEAMS, Cell
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import scan
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.metric import NEWCOMER, Counts, Metric
from cop_metrics.people import UNKNOWN
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.parts import Card, ChartTable
from cop_metrics.show.view import PageView, Viewer

TOLD = ("group", "value", "sample_size", "note", "complete")
"""Not the intervals: how far they reach depends on who did how much, which no sum tells."""
SINCE, UNTIL = "2025-01-01 00:00", "2026-02-01 00:00"
METRICS_OF_NEWCOMERS = [metric for metric in METRICS.values() if metric.about == NEWCOMER]
EXHIBITS_OF_NEWCOMERS = [exhibit for exhibit in EXHIBITS.values() if exhibit.about == NEWCOMER]
SWAPPED = ("Pumps senior 0", "Tools mid 0"), ("Pumps mid 0", "Tools senior 0")
COMPANY = {
    ("Pumps", "junior"): 7,
    ("Pumps", "mid"): 6,
    ("Pumps", "senior"): 3,
    ("Tools", "junior"): 9,
    ("Tools", "mid"): 7,
    ("Tools", "senior"): 6,
    ("Valves", "junior"): 9,
    ("Valves", "mid"): 9,
    ("Valves", "senior"): 9,
    ("Crew", "junior"): 4,
    ("Dock", "junior"): 2,
}
FEW_SENIORS = {
    ("Pumps", "junior"): 20,
    ("Pumps", "mid"): 9,
    ("Pumps", "senior"): 2,
    ("Valves", "junior"): 20,
    ("Valves", "mid"): 8,
}
FEW_JUNIORS = {
    ("Pumps", "senior"): 20,
    ("Pumps", "mid"): 9,
    ("Pumps", "junior"): 2,
    ("Valves", "senior"): 20,
    ("Valves", "mid"): 8,
}
NO_ROSTER = {("Staff", "established"): 30, ("Staff", "newcomer"): 3}
FEW_UNKNOWN = {
    ("Pumps", "junior"): 12,
    ("Pumps", "mid"): 9,
    ("Valves", "junior"): 20,
    ("Valves", "mid"): 15,
    ("Unknown", "Unknown"): 3,
}
LEAVERS = 9
ALL, HALF_YEAR = ("", ""), "2025-08-04..2026-02-01"
PARTNERS = ("Valves mid 0", "Valves mid 1")


def world(
    data: Path, people: Mapping[Cell, int], actors: tuple[str, ...], partners: tuple[str, ...]
) -> Told:
    """Tell of a year in which all groups ask, help, read and thank alike, and of what each of the actors does besides.

    Newcomers and established members are in no roster: who is which follows from the day of joining. Newcomers but for
    an actor do nothing.
    """
    craft = Community()
    names = [
        f"{team} {seniority} {n}"
        for (team, seniority), number in people.items()
        for n in range(number)
    ]
    for (team, seniority), number in people.items():
        for n in range(number):
            late = (n == 0 and team in ("Pumps", "Tools", UNKNOWN)) or seniority == "newcomer"
            early = "2024-06-01" if seniority == "established" else "2025-01-01"
            who = craft.member(f"{team} {seniority} {n}", joined="2025-08-01" if late else early)
            if seniority not in EXPERIENCE and team != UNKNOWN:
                craft.works(who, team, seniority)
    others = [
        name
        for name in names
        if not name.endswith((" 0", "Valves mid 1")) and " newcomer " not in name
    ]
    for day in range(0, 380, 2):
        asked, asker, helper = (
            f"{days_later('2025-01-02', day)} 10:00",
            others[day % len(others)],
            others[(day + 1) % len(others)],
        )
        question = craft.ask(asker, asked, topics=("pipes",))
        if day % 7:
            answer = craft.answer(question, helper, plus(asked, hours=1), accepted=day % 3 == 0)
            craft.react(answer, asker, plus(asked, hours=3))
        craft.read(question, others[(day * 5 + 2) % len(others)], days_later("2025-01-03", day))
    if ("Unknown", "Unknown") in people:
        _leave(craft)
    for actor, other in zip(actors, partners, strict=False):
        _acts(craft, actor, other)
    return craft.tell(data, since=SINCE, until=UNTIL)


def _leave(craft: Community) -> None:
    """Let people help, leave, and be thanked afterwards, when nobody knows their team any more."""
    for number in range(LEAVERS):
        who = craft.member(f"Leaver {number}", joined="2025-01-01")
        craft.works(who, "Valves", "mid", until="2025-06-01")
        help_ = craft.answer(
            craft.ask("Valves mid 2", f"2025-03-{number + 1:02d} 10:00"),
            who,
            f"2025-03-{number + 1:02d} 11:00",
        )
        craft.react(help_, "Valves mid 2", f"2025-12-{number + 1:02d} 10:00")


def _acts(craft: Community, actor: str, other: str) -> None:
    """Let the actor ask, help, read, thank and be thanked, each time dealing with that other member."""
    craft.read(craft.ask(other, "2025-08-10 10:00", topics=("pipes",)), actor, "2025-08-12")
    asked = craft.ask(actor, "2025-09-01 10:00", topics=("pipes",))
    answer = craft.answer(asked, other, "2025-09-01 12:00", accepted=True)
    craft.react(answer, actor, "2025-09-02 12:00")
    craft.read(asked, other, "2025-09-03")
    helped = craft.ask(other, "2025-10-01 10:00", topics=("pipes",))
    help_ = craft.answer(helped, actor, "2025-10-01 11:00", accepted=True)
    craft.react(help_, other, "2025-10-01 12:00")
    craft.read(helped, f"{other.rpartition(' ')[0]} 2", "2025-10-03")
    craft.read(helped, other, "2025-12-30")
    watched = craft.ask(other, "2025-10-05 10:00", topics=("pipes",))
    craft.read(watched, actor, "2025-10-06")
    craft.react(watched, actor, "2025-10-06 10:00")
    craft.ask(actor, "2026-01-20 10:00", topics=("pipes",))


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """The two worlds, and scopes of a viewer without names: all, a team with hidden groups, one without, and a seniority."""

    told: tuple[Told, Told]
    measurers: tuple[Measurer, Measurer]
    scopes: tuple[Scope, ...]
    paged: tuple[Scope, ...]


def worlds(
    folder: Path,
    people: Mapping[Cell, int],
    swapped: tuple[tuple[str, ...], tuple[str, ...]],
    filters: tuple[Cell, ...],
    paged: tuple[Cell, ...],
    partners: tuple[str, ...] = PARTNERS,
) -> Worlds:
    """Tell two worlds; `filters`, and `paged` those of whole pages: teams and seniorities, "" for all."""
    one, other = (
        world(folder / str(n), people, actors, partners) for n, actors in enumerate(swapped)
    )
    both = Worlds(
        told=(one, other),
        measurers=(one.measurer, other.measurer),
        scopes=tuple(one.scope(names=False, team=team, seniority=name) for team, name in filters),
        paged=tuple(
            one.scope(names=False, team=team, seniority=name, period=HALF_YEAR)
            for team, name in paged
        ),
    )
    for measurer in both.measurers:
        _ask_together(measurer, both.scopes)
    return both


def _ask_together(measurer: Measurer, scopes: tuple[Scope, ...]) -> None:
    """Ask for what the tests below will ask, numbers over the same rows together, as a page does: it takes half the time."""
    metrics = [metric for metric in METRICS.values() if not measurer.unmeasurable(metric)]
    queries = [
        (measurer.query(metric, scope, by), scope)
        for scope in scopes
        for metric in metrics
        for by in (None, *splits_of(metric))
    ]
    for answer in measurer.expect(queries):
        answer()


def splits_of(metric: Metric) -> list[str]:
    return [by for by in metric.splits if by != "topic"] + (
        ["month"] if metric.counts is not Counts.STATE else []
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with three seniors in Pumps, whom three neighbours hide."""
    filters = (ALL, ("Pumps", ""), ("Valves", ""), ("", "senior"))
    return worlds(tmp_path_factory.mktemp("company"), COMPANY, SWAPPED, filters, (("Pumps", ""),))


@pytest.fixture(scope="module")
def few_seniors(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with two seniors in all, hidden together with the mids."""
    swapped = (("Pumps senior 0",), ("Pumps mid 0",))
    return worlds(
        tmp_path_factory.mktemp("seniors"),
        FEW_SENIORS,
        swapped,
        (ALL, ("Pumps", "")),
        (ALL, ("Valves", "mid")),
    )


@pytest.fixture(scope="module")
def few_juniors(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with two juniors in all, hidden together with the mids."""
    swapped = (("Pumps junior 0",), ("Pumps mid 0",))
    return worlds(
        tmp_path_factory.mktemp("juniors"), FEW_JUNIORS, swapped, (ALL, ("Pumps", "")), ()
    )


@pytest.fixture(scope="module")
def no_roster(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds without a roster, with three newcomers, hidden together with the established members."""
    swapped = (("Staff newcomer 0",), ("Staff established 0",))
    return worlds(
        tmp_path_factory.mktemp("newcomers"),
        NO_ROSTER,
        swapped,
        (ALL,),
        (ALL,),
        partners=("Staff established 1",),
    )


@pytest.fixture(scope="module")
def few_unknown(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with three people of no known team, who count with the mids, and many who left and were
    thanked later as such."""
    swapped = (("Unknown Unknown 0",), ("Pumps mid 0",))
    return worlds(
        tmp_path_factory.mktemp("unknown"), FEW_UNKNOWN, swapped, (ALL, ("Valves", "")), (ALL,)
    )


def test_the_worlds_hide_what_they_should(
    company: Worlds,
    few_seniors: Worlds,
    few_juniors: Worlds,
    no_roster: Worlds,
    few_unknown: Worlds,
) -> None:
    for told in few_unknown.told:
        groups = told.choices.small_groups
        assert groups.shown_as == {"Pumps": SMALL_TEAMS, "Unknown": SMALL_TEAMS}
        assert groups.counted_as == {UNKNOWN: "mid"}
        assert groups.hidden == frozenset()
    for told in company.told:
        groups = told.choices.small_groups
        assert groups.hidden == {
            (team, name) for team in ("Pumps", "Tools") for name in ("mid", "senior")
        }
        assert groups.shown_as == {"Crew": SMALL_TEAMS, "Dock": SMALL_TEAMS}
    for few, named in ((few_seniors, "senior"), (few_juniors, "junior")):
        for told in few.told:
            assert told.choices.small_groups.hidden == {
                (team, of) for team in ("Pumps", EVERY) for of in ("mid", named)
            }
    for told in no_roster.told:
        assert told.choices.small_groups.hidden == {
            (team, of) for team in ("Unknown", EVERY) for of in EXPERIENCE
        }


def test_with_names_the_worlds_differ(company: Worlds) -> None:
    one, other = (told.split("questions", "seniority", team="Pumps") for told in company.told)
    assert one != other


def test_a_filter_to_a_hidden_group_is_refused(company: Worlds) -> None:
    for told in company.told:
        with pytest.raises(CopError, match="too small a group"):
            told.scope(names=False, team="Pumps", seniority="senior")


EACH_WORLD = pytest.mark.parametrize(
    "which", ["company", "few_seniors", "few_juniors", "no_roster", "few_unknown"]
)


@EACH_WORLD
@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_no_number_tells_hidden_groups(
    metric: Metric, which: str, request: pytest.FixtureRequest
) -> None:
    both: Worlds = request.getfixturevalue(which)
    merged = set(both.told[0].choices.small_groups.shown_as)
    for scope in both.scopes:
        for by in splits_of(metric):
            one, other = (each.measure(metric, scope, by).table for each in both.measurers)
            assert_frame_equal(one.select(TOLD), other.select(TOLD))
            assert by == "seniority" or not set(one["group"]) & merged
        if measured := both.measurers[0].sight(scope).list(metric).reason is None:
            one, other = (each.listed(metric, scope).rows for each in both.measurers)
            assert one.sort(pl.all()).rows() == other.sort(pl.all()).rows(), scope
        assert measured or both.measurers[1].sight(scope).list(metric).reason
        one, other = (each.figure(metric, scope) for each in both.measurers)
        assert (one.value, one.sample_size, one.note) == (
            pytest.approx(other.value),
            other.sample_size,
            other.note,
        ), scope


@EACH_WORLD
@pytest.mark.parametrize("id_", list(EXHIBITS))
def test_no_table_or_finding_tells_hidden_groups(
    id_: str, which: str, request: pytest.FixtureRequest
) -> None:
    both: Worlds = request.getfixturevalue(which)
    merged = set(both.told[0].choices.small_groups.shown_as) - {UNKNOWN}  # which is a seniority too
    for scope in both.scopes:
        measured, there = (each.measure(EXHIBITS[id_], scope) for each in both.measurers)
        one, found = measured.table, measured.finding
        assert_frame_equal(one, there.table)
        assert found == there.finding, scope
        texts = {text for column in one.select(pl.col(pl.String)) for text in column}
        assert not texts & merged
        assert not any(team in (found or "") for team in merged)


@pytest.mark.parametrize("which", ["company", "few_seniors", "no_roster", "few_unknown"])
def test_no_page_tells_hidden_groups(which: str, request: pytest.FixtureRequest) -> None:
    both: Worlds = request.getfixturevalue(which)
    viewers = [
        Viewer(version=1, cursor=told.cursor, catalogue=read_catalogue(told.cursor))
        for told in both.told
    ]
    for scope in both.paged:
        assert scope.compare
        scans = [scan(measurer, scope) for measurer in both.measurers]
        for page in PAGES.values():
            one, other = (
                viewer.page(page, scope, lambda *_, found=found: found, measurer)
                for viewer, measurer, found in zip(viewers, both.measurers, scans, strict=True)
            )
            assert _sentences(one) == _sentences(other)
            for card, same in zip(one.cards, other.cards, strict=True):
                assert _of_card(card) == _of_card(same), card.metric.id
                assert (card.trend is None) == (same.trend is None)
                if card.trend is not None and same.trend is not None:
                    assert_frame_equal(card.trend.select(TOLD), same.trend.select(TOLD))
            for chart, same_chart in zip(one.charts, other.charts, strict=True):
                assert _of_chart(chart) == _of_chart(same_chart), chart.title
                assert_frame_equal(_without_intervals(chart), _without_intervals(same_chart))
            for listed, same_list in zip(one.lists, other.lists, strict=True):
                assert (listed.total, listed.note) == (same_list.total, same_list.note)
                assert listed.rows.sort(pl.all()).rows() == same_list.rows.sort(pl.all()).rows()
            assert _compared(one) == _compared(other)
            assert not _hidden_groups(one)


def _sentences(view: PageView) -> tuple[str, ...]:
    """Return the sentences of a page without intervals, which the tests of numbers leave out too."""
    return tuple(
        re.sub(r"95 % interval .*?, n", "n", each) for each in (*view.headline, *view.small_print)
    )


def _of_figure(figure: Figure | None) -> object:
    return figure and (
        figure.value and pytest.approx(figure.value),
        figure.sample_size,
        figure.note,
    )


def _of_card(card: Card) -> tuple[object, ...]:
    change = card.change and pytest.approx(card.change)
    # Between what a change may lie tells how alike people are, as intervals do, which stay out of this.
    said = (card.change_text or "").partition(" (")[0]
    return _of_figure(card.figure), _of_figure(card.before), change, said, card.remarks


def _of_chart(chart: ChartTable) -> tuple[object, ...]:
    average = chart.average and pytest.approx(chart.average)
    return chart.title, chart.subtitle, chart.columns, chart.note, chart.finding, average


def _without_intervals(chart: ChartTable) -> pl.DataFrame:
    return chart.table if chart.chart.exhibit else chart.table.drop("low", "high")


def _compared(view: PageView) -> list[tuple[object, ...]]:
    """Return what was compared with the period before, and groups with others: values, and what is beyond noise."""
    changes = [
        (each.metric.id, each.by or "", each.group, each.before, each.now)
        for each in view.scan.changes
    ]
    stood = [
        (each.metric.id, each.by, each.group, each.own, each.others) for each in view.standings
    ]
    beyond = [(each.metric.id, each.by or "", each.group) for each in view.scan.beyond_noise]
    return [*sorted(changes), *sorted(stood), *sorted(beyond)]


def _hidden_groups(view: PageView) -> list[tuple[str, str]]:
    """Return groups that were compared though they are hidden in the scope of the page."""
    small, scope = view.choices.small_groups, view.scope
    return [
        (each.metric.id, each.group)
        for each in (*view.scan.changes, *view.standings)
        if (
            each.by == "team"
            and small.refuses((each.group,), scope.seniorities, view.choices.teams)
        )
        or (
            each.by == "seniority" and small.refuses(scope.teams, (each.group,), view.choices.teams)
        )
    ]


def test_without_a_roster_what_is_about_newcomers_is_withheld_where_they_are_few(
    no_roster: Worlds,
) -> None:
    [measurer, _], [scope] = no_roster.measurers, no_roster.scopes
    large = replace(
        measurer,
        choices=replace(
            measurer.choices,
            small_groups=replace(measurer.choices.small_groups, hidden=frozenset()),
        ),
    )
    for metric in METRICS_OF_NEWCOMERS:
        assert measurer.figure(metric, scope).reason == TOO_SMALL
        assert large.figure(metric, scope).reason != TOO_SMALL
    for exhibit in EXHIBITS_OF_NEWCOMERS:
        assert "too small" in str(measurer.sight(scope).exhibit(exhibit).reason)
        assert large.sight(scope).exhibit(exhibit).reason is None
    assert large.sight(scope).list(METRICS["newcomers_first_answered"]).reason == TELLS_SENIORITY


def test_with_a_roster_a_newcomer_is_of_no_seniority_of_that_name(company: Worlds) -> None:
    measurer, scope = company.measurers[0], company.scopes[0]
    assert measurer.figure(METRICS["new"], scope).value == 6
    assert measurer.sight(scope).list(METRICS["newcomers_first_answered"]).reason is None


def test_all_that_counts_only_who_came_after_the_data_began_is_about_newcomers() -> None:
    counted = {"arrivals", "first_questions", "first_reads", "milestones"}
    assert {each.id for each in METRICS.values() if each.relation in counted} | {"first_helps"} == {
        each.id for each in METRICS_OF_NEWCOMERS
    }
    assert {each.id for each in EXHIBITS.values() if counted & {*each.relations}} == {
        each.id for each in EXHIBITS_OF_NEWCOMERS
    }
