"""Scopes: what is chosen in words, and what stops with a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from communities import Community, Told, at

from cop_metrics.access.catalogue import newest_first, read_catalogue
from cop_metrics.access.scope import parse_scope
from cop_metrics.errors import CopError
from cop_metrics.metrics import METRICS
from cop_metrics.period import DEFAULT
from cop_metrics.show.pagebook import ANSWERS
from cop_metrics.show.reports.contents import contents
from cop_metrics.show.shown import measured
from cop_metrics.show.view import Viewer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return six people in Red, six in Blue, two in Tiny and one in Mini; two juniors among those of Red."""
    craft = Community()
    for team, size in {"Red": 6, "Blue": 6, "Tiny": 2, "Mini": 1}.items():
        for number in range(size):
            who = f"{team} {number}"
            craft.works(
                who, team, "junior" if (team, number) in {("Red", 0), ("Red", 1)} else "mid"
            )
            craft.ask(who, "2026-01-05 10:00", topics=("pumps",))
            craft.ask(who, "2026-05-05 10:00")
    return craft.tell(
        tmp_path_factory.mktemp("scope"), since="2026-01-01 00:00", until="2026-06-01 12:00"
    )


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"team": "Rad"}, "There is no team called 'Rad'. Did you mean 'Red'?"),
        (
            {"seniority": "juniors"},
            "There is no seniority called 'juniors'. Did you mean 'junior'?",
        ),
        ({"topic": "xyz"}, "There is no topic called 'xyz'. There is: pumps."),
        ({"compare": "yaer"}, "There is no comparison called 'yaer'. Did you mean 'year'?"),
        ({"community": "kraft"}, "There is no community called 'kraft'. Did you mean 'craft'?"),
    ],
)
def test_what_is_unknown_stops_with_a_sentence_and_a_suggestion(
    told: Told, filters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CopError) as stopped:
        parse_scope({key: [value] for key, value in filters.items()}, read_catalogue(told.cursor))
    assert str(stopped.value) == sentence


def test_without_a_community_one_is_told_to_import() -> None:
    with pytest.raises(CopError, match="import an export first"):
        parse_scope({}, {})


def test_teams_can_be_chosen_together_and_each_counts_once(told: Told) -> None:
    scope = told.scope(team=("Red", "Blue", "Red"))
    assert scope.teams == ("Red", "Blue")
    assert told.value("questions", team=("Red", "Blue")) == 24


def test_without_names_small_teams_are_merged(told: Told) -> None:
    """Tiny and Mini are three together, fewer than five: they take in the next smallest team."""
    assert told.choices.team_choices(names=True) == ("Blue", "Mini", "Red", "Tiny")
    shown = told.choices.team_choices(names=False)
    assert shown[-1] == "small teams"
    assert not {"Tiny", "Mini"} & set(shown)
    with pytest.raises(CopError, match="There is no team called 'Tiny'"):
        told.scope(names=False, team="Tiny")


def test_without_names_the_groups_add_up_to_the_whole(told: Told) -> None:
    scope = told.scope(names=False)
    table = told.measurer.measure(METRICS["questions"], scope, "team").table
    assert table["value"].sum() == told.value("questions")


def test_without_names_a_small_cell_cannot_be_filtered_to(told: Told) -> None:
    with pytest.raises(CopError, match="too small a group to be shown without names"):
        told.scope(names=False, team="Red", seniority="junior")
    assert told.value("questions", team="Red", seniority="junior") == 4


def test_without_names_a_period_is_whole_weeks(told: Told) -> None:
    scope = told.scope(names=False, period="2026-05-05..2026-05-06")
    assert (str(scope.period.first), scope.period.days) == ("2026-05-04", 28)


def test_whole_weeks_within_a_period_are_compared_with_as_many_before_it(told: Told) -> None:
    """From 4 May, a Monday, to 1 June, the last day of the data, there are four whole weeks."""
    scope = told.scope(names=False, period="2026-05-04..2026-06-01")
    assert (str(scope.period.first), scope.period.days) == ("2026-05-04", 28)
    assert scope.compare is not None
    assert scope.compare.days == 28


def test_without_names_whole_weeks_are_widened_backwards_where_the_data_ends(told: Told) -> None:
    """The last day of the data, 1 June, is a Monday: the four whole weeks before it are shown."""
    scope = told.scope(names=False, period="2026-06-01..2026-06-01")
    assert (str(scope.period.first), str(scope.period.last)) == ("2026-05-04", "2026-05-31")
    assert (scope.period.words, scope.period.complete) == (
        "2026-06-01 to 2026-06-01, in whole weeks",
        True,
    )
    assert told.scope(names=False, period="2026-05-04..2026-12-31").period.days == 28


def test_without_names_a_year_earlier_is_whole_weeks_too(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2024-01-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    scope = told.scope(names=False, period="2026-05-04..2026-05-31", compare="year")
    assert scope.compare is not None
    assert (str(scope.compare.first), scope.compare.first.weekday(), scope.compare.days) == (
        "2025-05-05",
        0,
        28,
    )
    with_names = told.scope(period="2026-05-04..2026-05-31", compare="year")
    assert with_names.compare is not None
    assert str(with_names.compare.first) == "2025-05-04"
    early = told.scope(names=False, period="2024-06-03..2024-06-30", compare="year")
    assert (early.compare, early.compare_note) == (None, "no whole days of data before 2 Jan 2024")


def test_without_names_data_of_less_than_four_whole_weeks_is_refused(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-05-06 10:00")
    told = craft.tell(tmp_path, until="2026-06-05 12:00")
    assert told.scope().period.days == 31
    with pytest.raises(CopError, match="Without names at least 4 whole weeks are shown"):
        told.scope(names=False)


def test_a_comparison_needs_data_from_the_first_day_of_the_earlier_period_on(told: Told) -> None:
    """May has 31 days: the 31 before it are in the data; the 60 before March are not."""
    assert told.scope(period="2026-05-01..2026-05-31").compare is not None
    early = told.scope(period="2026-02-01..2026-03-31")
    assert (early.compare, early.compare_note) == (None, "no data before 1 Jan 2026")
    assert early.earlier() is None


def test_a_day_that_the_data_begins_in_the_middle_of_is_no_day_to_compare_with(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.ask("ana", "2026-01-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.scope(period="2026-01-03..2026-01-04").compare is None
    assert told.scope(period="2026-01-04..2026-01-05").compare is not None
    assert told.choices.observed_from == at("2026-01-01 10:00")


def test_data_that_begins_after_the_usual_period_is_opened_as_a_whole(
    told: Told, tmp_path: Path
) -> None:
    """The last twelve months end yesterday, when a community of one question did not exist yet."""
    craft = Community()
    craft.ask("ann", "2026-06-01 10:00")
    young = craft.tell(tmp_path, until="2026-06-01 12:00")
    catalogue = read_catalogue(young.cursor)
    assert parse_scope({}, catalogue, default_period=DEFAULT).period.words == "All data"
    assert parse_scope({"period": [DEFAULT]}, catalogue).period.words == "Last 12 months"
    assert (
        parse_scope({}, read_catalogue(told.cursor), default_period=DEFAULT).period.words
        == "Last 12 months"
    )


def test_without_a_roster_experience_stands_in_for_seniority(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("old", "2026-01-01 10:00")
    craft.ask("new", "2026-05-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert (told.choices.seniority_word, told.choices.junior, told.choices.senior) == (
        "Experience",
        "newcomer",
        "established",
    )
    assert told.split("questions", "seniority") == {"newcomer": 1, "established": 0, "Unknown": 1}


@pytest.mark.parametrize(
    ("joined", "asked", "experience"),
    [
        ("2026-01-11", "2026-01-20", "newcomer"),
        ("2026-01-11", "2026-04-10", "newcomer"),
        ("2026-01-11", "2026-04-11", "established"),
        ("2025-11-01", "2026-01-20", "newcomer"),
        ("2025-09-01", "2026-01-20", "established"),
        ("2026-02-01", "2026-01-20", "Unknown"),
        (None, "2026-01-20", "Unknown"),
        (None, "2026-03-31", "Unknown"),
        (None, "2026-04-01", "newcomer"),
    ],
    ids=[
        "joined in the first 90 days",
        "89 days after joining",
        "90 days after joining",
        "joined shortly before the data",
        "joined long before the data",
        "posted before joining, so that nobody knows when",
        "first seen in the first 90 days",
        "first seen on the last of them",
        "first seen in view",
    ],
)
def test_at_the_edge_of_the_data_experience_is_known_of_whom_joining_is_known(
    tmp_path: Path, joined: str | None, asked: str, experience: str
) -> None:
    craft = Community()
    craft.member("ana", joined=f"{joined} 09:00" if joined else None)
    craft.ask("ana", f"{asked} 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert [group for group, count in told.split("questions", "seniority").items() if count] == [
        experience
    ]


def test_who_was_first_seen_at_the_edge_is_established_90_days_later(tmp_path: Path) -> None:
    craft = Community()
    for day in ("2026-01-20", "2026-04-19", "2026-04-20"):
        craft.ask("ana", f"{day} 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.split("questions", "seniority") == {"established": 1, "Unknown": 2}


def test_who_is_listed_without_a_day_of_joining_and_did_nothing_is_of_unknown_experience(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.member("nobody has seen her")
    craft.ask("ana", "2026-05-01 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.split("members", "seniority") == {"newcomer": 1, "Unknown": 1}


def test_the_community_with_the_newest_data_is_opened_first_those_alike_by_name(told: Told) -> None:
    craft = read_catalogue(told.cursor)["craft"]
    older = replace(craft, community="a", as_of=at("2026-05-01 10:00"))
    catalogue = {"a": older, "craft": craft, "bees": replace(craft, community="bees")}
    assert newest_first(catalogue) == ("bees", "craft", "a")
    assert parse_scope({}, catalogue).community == "bees"


def test_a_viewer_without_names_is_told_that_the_period_was_moved(told: Told) -> None:
    """5 May is a Tuesday: four whole weeks around it are from Monday, 4 May."""
    moved = told.scope(names=False, period="2026-05-05..2026-05-31")
    assert str(moved.period.first) == "2026-05-04"
    assert moved.moved == (
        "Without names only whole weeks are shown, 4 at least: these are 4 May 2026 – 31 May 2026, not the "
        "5 May 2026 – 31 May 2026 that was asked for."
    )
    assert told.scope(period="2026-05-05..2026-05-31").moved is None
    assert told.scope(names=False, period="2026-05-04..2026-05-31").moved is None


def test_that_a_period_was_moved_is_said_on_pages_in_reports_and_on_the_command_line(
    told: Told,
) -> None:
    scope = told.scope(names=False, period="2026-05-05..2026-05-31")
    assert scope.moved
    view = Viewer(version=1, cursor=told.cursor, catalogue=read_catalogue(told.cursor)).page(
        ANSWERS, scope
    )
    assert scope.moved in view.headline
    assert ("Period moved", scope.moved) in contents([view]).about
    assert scope.moved in str(measured(METRICS["questions"], scope, told.measurer, None).note)
