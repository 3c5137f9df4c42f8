"""The record of one member: what stands in it, and who may see it."""

from datetime import date
from pathlib import Path

import pytest
from communities import Community, Told

from cop_metrics import words
from cop_metrics.access.sight import Sight
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.settings import CommunitySettings
from cop_metrics.show.record import Record, members, record


def told_of_bo(tmp_path: Path, *, allowed: bool = True) -> Told:
    """Bo joins in June 2025, helps ana twice and ben once on pumps and gears, is thanked by both, and is accepted once."""
    craft = Community(settings=CommunitySettings(individual_scores=allowed))
    craft.member("first", joined="2025-01-01 10:00")
    craft.member("bo", joined="2025-06-01 10:00")
    for who, team, seniority in (
        ("bo", "Red", "mid"),
        ("ana", "Red", "junior"),
        ("ben", "Blue", "junior"),
    ):
        craft.works(who, team, seniority)
    for day, asker, topics in (
        ("05", "ana", ("pumps",)),
        ("06", "ana", ("pumps", "gears")),
        ("07", "ben", ("gears",)),
    ):
        question = craft.ask(asker, f"2025-06-{day} 10:00", topics=topics)
        answer = craft.answer(question, "bo", f"2025-06-{day} 11:00", accepted=day == "07")
        craft.react(answer, asker, f"2025-06-{day} 12:00")
    craft.answer(craft.ask("bo", "2025-08-01 10:00"), "ana", "2025-08-01 11:00")
    return craft.tell(tmp_path, since="2025-01-01 00:00", until="2025-12-31 12:00")


def of_bo(told: Told, **filters: str) -> Record:
    return record(told.cursor, told.choices, told.scope(**filters), "src:bo")


def test_a_record_tells_whom_a_member_helped_and_what_came_back(tmp_path: Path) -> None:
    """Three helps of 12 points and 15 for the accepted one; he helped two people and one helped him: alike."""
    found = of_bo(told_of_bo(tmp_path), period="all")
    assert found.name == "bo"
    assert found.about == {"Team": "Red", "Seniority": "mid", "Level": "Participant"}
    assert found.numbers == {
        "People helped": "2",
        "Teams helped": "2",
        "Helps": "3",
        "Accepted": "1",
        "Upvotes and thanks": "3",
        "From people": "2",
        "Points": "51",
        "On balance": "both alike",
        "Rank, last 12 months": "1",
    }
    assert found.people.rows() == [("ana", "Red", 2), ("ben", "Blue", 1)]
    assert found.teams.rows() == [("Red", 1, 2), ("Blue", 1, 1)]
    assert found.topics.rows() == [("gears", 2, 1), ("pumps", 2, 0)]
    assert found.steps.rows() == [
        ("First help", date(2025, 6, 5), 4),
        ("First post", date(2025, 6, 5), 4),
        ("First thanks", date(2025, 6, 5), 4),
        ("First accepted help", date(2025, 6, 7), 6),
    ]


def test_a_record_counts_as_the_numbers_of_a_team_of_one_do(tmp_path: Path) -> None:
    """Bo is all of team Red. He helps ana, whose account was deleted since, and ben; he asks twice, and dan is deleted, too."""
    craft = Community(settings=CommunitySettings(individual_scores=True))
    craft.member("first", joined="2025-01-01 10:00")
    for who in ("ana", "dan"):
        craft.member(who, joined="2025-02-01 10:00", deleted="2025-12-01 10:00")
    craft.works("bo", "Red", "mid")
    craft.works("ben", "Blue", "mid")
    for number, asker in enumerate(("ana", "ben", "ana")):
        answer = craft.answer(
            craft.ask(asker, f"2025-06-0{number + 1} 10:00"), "bo", f"2025-06-0{number + 1} 11:00"
        )
        craft.react(answer, asker, f"2025-06-0{number + 1} 12:00")
    for number, helper in enumerate(("dan", "ben")):
        craft.answer(
            craft.ask("bo", f"2025-07-0{number + 1} 10:00"), helper, f"2025-07-0{number + 1} 11:00"
        )
    told = craft.tell(tmp_path, since="2025-01-01 00:00", until="2025-12-31 12:00")
    found = of_bo(told, period="all")
    numbers = {
        "People helped": "people_helped",
        "Teams helped": "teams_helped",
        "Helps": "helps",
        "From people": "thankers",
        "Points": "points",
    }
    assert {name: found.numbers[name] for name in numbers} == {
        name: words.value(METRICS[id_].unit, told.value(id_, period="all", team="Red"))
        for name, id_ in numbers.items()
    }
    assert (
        found.numbers["People helped"],
        found.numbers["Helps"],
        found.numbers["From people"],
    ) == ("1", "3", "1")
    assert found.numbers["On balance"] == "both alike"
    assert found.people.rows() == [("ben", "Blue", 1)]
    assert found.teams.rows() == [("Unknown", 0, 2), ("Blue", 1, 1)]
    scope = told.scope(period="all")
    board = told.measurer.measure(EXHIBITS["members_known"], scope).table.row(0, named=True)
    assert (board["name"], board["helped"], board["tendency"]) == ("bo", 1, "both alike")
    assert told.measurer.measure(EXHIBITS["best_connected"], scope).table.rows() == [
        ("ben", "Blue", 1, 1),
        ("bo", "Red", 1, 1),
    ]


def test_a_record_says_no_zero_of_what_the_sources_do_not_tell(tmp_path: Path) -> None:
    """Nobody is on a roster, and the source knows neither reactions nor accepted answers: teams, thanks and accepted
    answers are unknown, not none.
    """
    craft = Community(settings=CommunitySettings(individual_scores=True))
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert set(of_bo(told).numbers) == {
        *("People helped", "Helps", "Points", "On balance", "Rank, last 12 months")
    }


def test_a_record_dates_each_level(tmp_path: Path) -> None:
    """From his first post on June 5 he is a Participant; it takes three people helped to be a Helper."""
    assert of_bo(told_of_bo(tmp_path), period="all").levels.rows() == [
        (date(2025, 6, 5), "Participant", None)
    ]


def test_the_numbers_of_a_record_are_those_of_the_period_and_its_levels_of_all_data(
    tmp_path: Path,
) -> None:
    told = told_of_bo(tmp_path)
    june, july = (
        of_bo(told, period=period)
        for period in ("2025-06-07..2025-06-30", "2025-07-01..2025-07-31")
    )
    assert (june.numbers["Helps"], june.numbers["Points"]) == ("1", "27")
    assert (july.numbers["Helps"], "On balance" in july.numbers) == ("0", False)
    assert july.people.is_empty()
    assert july.levels.equals(june.levels)


def test_a_record_needs_names_and_the_setting(tmp_path: Path) -> None:
    told, closed = told_of_bo(tmp_path / "open"), told_of_bo(tmp_path / "closed", allowed=False)
    for each, names in ((told, False), (closed, True)):
        scope = each.scope(names=names)
        assert Sight(scope=scope, choices=each.choices).record()
        with pytest.raises(CopError, match=r"names|allowed it in its settings"):
            record(each.cursor, each.choices, scope, "src:bo")
        with pytest.raises(CopError):
            members(each.cursor, each.choices, scope)
    assert Sight(scope=told.scope(), choices=told.choices).record() is None


def test_members_are_found_by_a_part_of_their_name(tmp_path: Path) -> None:
    told = told_of_bo(tmp_path)
    scope = told.scope()
    assert members(told.cursor, told.choices, scope) == {"src:ana": "ana", "src:bo": "bo"}
    assert members(told.cursor, told.choices, scope, " B") == {"src:bo": "bo"}
    assert members(told.cursor, told.choices, scope, "%") == {}


def test_a_record_of_one_who_left_is_that_of_a_period_which_ends_while_they_were_there(
    tmp_path: Path,
) -> None:
    craft = Community(settings=CommunitySettings(individual_scores=True))
    craft.works("bo", "Red", "mid", until="2026-04-01")
    craft.member("gone", deleted="2026-03-20 10:00")
    craft.member("robot", bot=True)
    for helper in ("bo", "gone", "robot"):
        craft.answer(craft.ask("ana", "2026-03-02 10:00"), helper, "2026-03-02 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert of_bo(told, period="2026-03-01..2026-03-31").about["Team"] == "Red"
    with pytest.raises(
        CopError,
        match="bo was no member at the end of this period: choose one that ends while they were",
    ):
        of_bo(told, period="all")
    for key in ("src:gone", "src:robot", "src:unknown", "elsewhere:bo", "' or true --"):
        with pytest.raises(UnknownName, match="There is no member called"):
            record(told.cursor, told.choices, told.scope(period="2026-03-01..2026-03-31"), key)


def test_a_member_that_there_is_not_is_named(tmp_path: Path) -> None:
    told = told_of_bo(tmp_path)
    with pytest.raises(UnknownName, match="Did you mean 'src:bo'"):
        record(told.cursor, told.choices, told.scope(), "src:bu")
