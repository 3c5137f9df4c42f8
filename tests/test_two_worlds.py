"""Two communities that differ only in groups hidden without names: nothing that is shown without names may tell them apart.

In each, some acts are done in one world by the members of hidden groups, and in the other by their counterparts, so that the
totals of teams, of seniorities and of the groups shown stay the same (metrics, 2.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, days_later, plus
from polars.testing import assert_frame_equal

from cop_metrics.errors import CopError
from cop_metrics.measure import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Counts, Metric
from cop_metrics.scope import Scope
from cop_metrics.small_groups import EVERY, SMALL_TEAMS, Cell

TOLD = ("group", "value", "sample_size", "note", "complete")
"""Not the intervals: how far they reach depends on who did how much, which no sum tells."""
SINCE, UNTIL = "2025-01-01 00:00", "2026-02-01 00:00"
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


def world(data: Path, people: Mapping[Cell, int], actors: tuple[str, ...]) -> Told:
    """Tell of a year in which all groups ask, help, read and thank alike, and of what each of the actors does besides."""
    craft = Community()
    names = [f"{team} {seniority} {n}" for (team, seniority), number in people.items() for n in range(number)]
    for (team, seniority), number in people.items():
        for n in range(number):
            late = n == 0 and team in ("Pumps", "Tools")
            craft.works(
                craft.member(f"{team} {seniority} {n}", joined="2025-08-01" if late else "2025-01-01"), team, seniority
            )
    others = [name for name in names if not name.endswith((" 0", "Valves mid 1"))]
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
    for actor, other in zip(actors, ("Valves mid 0", "Valves mid 1"), strict=False):
        _acts(craft, actor, other)
    return craft.tell(data, since=SINCE, until=UNTIL)


def _acts(craft: Community, actor: str, other: str) -> None:
    """Let the actor ask, help, read, thank and be thanked, each time dealing with that other member."""
    asked = craft.ask(actor, "2025-09-01 10:00", topics=("pipes",))
    answer = craft.answer(asked, other, "2025-09-01 12:00", accepted=True)
    craft.react(answer, actor, "2025-09-02 12:00")
    craft.read(asked, other, "2025-09-03")
    helped = craft.ask(other, "2025-10-01 10:00", topics=("pipes",))
    help_ = craft.answer(helped, actor, "2025-10-01 11:00", accepted=True)
    craft.react(help_, other, "2025-10-01 12:00")
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


def worlds(folder: Path, people: Mapping[Cell, int], swapped: tuple[tuple[str, ...], tuple[str, ...]]) -> Worlds:
    one, other = (world(folder / str(n), people, actors) for n, actors in enumerate(swapped))
    filters = [("", ""), ("Pumps", ""), ("Valves", ""), ("", "senior")]
    hidden = one.choices.small_groups.hidden
    return Worlds(
        told=(one, other),
        measurers=(one.measurer, other.measurer),
        scopes=tuple(
            one.scope(names=False, team=team, seniority=name) for team, name in filters if (EVERY, name) not in hidden
        ),
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with three seniors in Pumps, whom three neighbours hide."""
    return worlds(tmp_path_factory.mktemp("company"), COMPANY, SWAPPED)


@pytest.fixture(scope="module")
def few_seniors(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with two seniors in all, hidden together with the mids."""
    return worlds(tmp_path_factory.mktemp("seniors"), FEW_SENIORS, (("Pumps senior 0",), ("Pumps mid 0",)))


@pytest.fixture(scope="module")
def few_juniors(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Return two worlds with two juniors in all, hidden together with the mids."""
    return worlds(tmp_path_factory.mktemp("juniors"), FEW_JUNIORS, (("Pumps junior 0",), ("Pumps mid 0",)))


def test_the_worlds_hide_what_they_should(company: Worlds, few_seniors: Worlds, few_juniors: Worlds) -> None:
    for told in company.told:
        groups = told.choices.small_groups
        assert groups.hidden == {(team, name) for team in ("Pumps", "Tools") for name in ("mid", "senior")}
        assert groups.shown_as == {"Crew": SMALL_TEAMS, "Dock": SMALL_TEAMS}
    for few, named in ((few_seniors, "senior"), (few_juniors, "junior")):
        for told in few.told:
            assert told.choices.small_groups.hidden == {
                (team, of) for team in ("Pumps", EVERY) for of in ("mid", named)
            }


def test_with_names_the_worlds_differ(company: Worlds) -> None:
    one, other = (told.split("questions", "seniority", team="Pumps") for told in company.told)
    assert one != other


def test_a_filter_to_a_hidden_group_is_refused(company: Worlds) -> None:
    for told in company.told:
        with pytest.raises(CopError, match="too small a group"):
            told.scope(names=False, team="Pumps", seniority="senior")


EACH_WORLD = pytest.mark.parametrize("which", ["company", "few_seniors", "few_juniors"])


@EACH_WORLD
@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_no_number_tells_hidden_groups(metric: Metric, which: str, request: pytest.FixtureRequest) -> None:
    both: Worlds = request.getfixturevalue(which)
    merged = set(both.told[0].choices.small_groups.shown_as)
    splits = [by for by in metric.splits if by != "topic"] + (["month"] if metric.counts is not Counts.STATE else [])
    for scope in both.scopes:
        for by in splits:
            one, other = (each.figures_by(metric, scope, by) for each in both.measurers)
            assert_frame_equal(one.select(TOLD), other.select(TOLD))
            assert not set(one["group"]) & merged
        if measured := both.measurers[0].unlisted(metric, scope) is None:
            one, other = (each.listed(metric, scope) for each in both.measurers)
            assert one.sort(pl.all()).rows() == other.sort(pl.all()).rows(), scope
        assert measured or both.measurers[1].unlisted(metric, scope)
        one, other = (each.figure(metric, scope) for each in both.measurers)
        assert (one.value, one.sample_size, one.note) == (pytest.approx(other.value), other.sample_size, other.note), (
            scope
        )


@EACH_WORLD
@pytest.mark.parametrize("id_", list(EXHIBITS))
def test_no_table_or_finding_tells_hidden_groups(id_: str, which: str, request: pytest.FixtureRequest) -> None:
    both: Worlds = request.getfixturevalue(which)
    merged = set(both.told[0].choices.small_groups.shown_as)
    for scope in both.scopes:
        (one, found), (other, found_there) = (each.table_and_finding(EXHIBITS[id_], scope) for each in both.measurers)
        assert_frame_equal(one, other)
        assert found == found_there, scope
        texts = {text for column in one.select(pl.col(pl.String)) for text in column}
        assert not texts & merged
        assert not any(team in (found or "") for team in merged)
