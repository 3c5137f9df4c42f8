"""A worked example for each number and table of status, and the balance of level flows for any history."""

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import lifelines
import numpy as np
import polars as pl
import pytest
from communities import Community, Told, at, days_later, plus, tell_together
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.status import growth_bound, milestone_curves, rising_members, tendency
from cop_metrics.settings import CommunitySettings
from cop_metrics.show.kinds import ShowExhibit
from cop_metrics.show.pagebook import STATUS
from cop_metrics.show.parts import chart_table
from cop_metrics.show.view import Viewer
from cop_metrics.statistics.concentration import z_score
from cop_metrics.statistics.shares import wilson

NOON = "2026-03-02 12:00"
LATER = "2026-06-01 12:00"
YEAR = "2026-01-01..2026-12-31"
FLOWS = [
    "start",
    "joined",
    "transferred_in",
    "moved_in",
    "moved_out",
    "transferred_out",
    "left",
    "end",
]


def thanked_helps(
    craft: Community, helper: str, first: str, askers: tuple[str, ...] = ("ana", "ben", "cat")
) -> None:
    """Let the helper answer one question of each asker, a day apart, each thanked by the asker: 12 points each."""
    for number, asker in enumerate(askers):
        day = days_later(first, number)
        answer = craft.answer(craft.ask(asker, f"{day} 09:00"), helper, f"{day} 10:00")
        craft.react(answer, asker, f"{day} 11:00")


# Recognition


def test_recognition_rate_takes_thanks_upvotes_and_acceptance_within_30_days(
    tmp_path: Path,
) -> None:
    """Recognised: in the last second of 30 days, by an upvote, by acceptance. Not: a second later, by oneself, not at all."""
    craft = Community()
    answers = [craft.answer(craft.ask("ana", NOON), "bo", NOON) for _ in range(5)]
    craft.answer(craft.ask("ana", NOON), "bo", NOON, accepted=True)
    craft.react(answers[0], "ana", plus(NOON, days=30))
    craft.react(answers[1], None, None, kind="upvote")
    craft.react(answers[2], "ana", plus(NOON, days=30, seconds=1))
    craft.react(answers[3], "bo", plus(NOON, days=1))
    young = craft.answer(craft.ask("ana", plus(LATER, days=-29)), "bo", plus(LATER, days=-29))
    craft.react(young, "ana", plus(LATER, days=-28))
    figure = craft.tell(tmp_path, until=LATER).figure("recognition_rate")
    assert (figure.value, figure.sample_size) == (0.5, 6)


def test_recognition_rate_is_not_measurable_without_reactions(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", NOON, accepted=True)
    figure = craft.tell(tmp_path, until=LATER).figure("recognition_rate")
    assert (figure.value, figure.note) == (None, "not measurable: the sources record no reactions")


def test_helps_are_pairs_of_a_question_and_a_helper_dated_by_the_first_answer(
    tmp_path: Path,
) -> None:
    craft = Community()
    question = craft.ask("ana", "2026-03-31 10:00")
    for when in ("2026-03-31 11:00", "2026-04-01 11:00", "2026-04-02 11:00"):
        craft.answer(question, "bo", when)
    craft.answer(question, "cat", "2026-04-01 11:00")
    craft.answer(question, "ana", "2026-04-01 11:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("helps") == 2
    assert told.split("helps", "month") == {
        "2026-03-01": 1,
        "2026-04-01": 1,
        "2026-05-01": 0,
        "2026-06-01": 0,
    }


def test_people_helped_are_distinct_askers(tmp_path: Path) -> None:
    craft = Community()
    for asker in ("ana", "ana", "ben"):
        craft.answer(craft.ask(asker, NOON), "bo", plus(NOON, hours=1))
    craft.ask("cat", NOON)
    figure = craft.tell(tmp_path, until=LATER).figure("people_helped")
    assert (figure.value, figure.sample_size) == (2, 2)


def test_first_helps_are_those_of_people_who_came_after_the_data_began(tmp_path: Path) -> None:
    """Old was there in the first 90 days; new came later and helped for the first time in May, again in June."""
    craft = Community()
    craft.ask("old", "2026-01-02 10:00")
    craft.ask("new", "2026-04-10 10:00")
    for day in ("2026-05-05", "2026-06-05"):
        question = craft.ask("ana", f"{day} 09:00")
        for helper in ("old", "new"):
            craft.answer(question, helper, f"{day} 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-07-01 12:00")
    assert told.value("first_helps") == 1
    assert told.listed("first_helps").select("Helper", "Question").rows() == [
        ("new", "Question q3")
    ]
    assert told.value("first_helps", period="2026-06-01..2026-06-30") == 0


def test_points_are_2_for_help_15_accepted_10_thanked_5_and_2_for_other_posts_minus_2_downvoted(
    tmp_path: Path,
) -> None:
    """Bo: 2 + 15 + 10 - 2 for the help and 2 for a remark, nothing from himself; ana: 5 for the question."""
    craft = Community(settings=open_about_people())
    question = craft.ask("ana", NOON)
    answer = craft.answer(question, "bo", NOON, accepted=True)
    remark = craft.answer(question, "bo", NOON, kind="comment")
    craft.react(answer, "ana", NOON)
    craft.react(answer, "bo", NOON)
    craft.react(answer, "cat", NOON, kind="downvote")
    craft.react(remark, "cat", NOON)
    craft.react(question, "cat", NOON, kind="upvote")
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("points")
    assert (figure.value, figure.sample_size) == (32, 6)
    assert told.listed("points")["Points"].sum() == 32


# Levels


def test_helpers_and_up_are_counted_at_the_last_moment_of_the_period(tmp_path: Path) -> None:
    """Bo is a Helper from March 3 to August 27, as three people on three days count for 180 days."""
    craft = Community()
    thanked_helps(craft, "bo", "2026-03-01")
    told = craft.tell(tmp_path, until="2026-10-01 12:00")
    counts = {
        day: told.value("helpers_and_up", period=f"2026-03-01..{day}")
        for day in ("2026-03-02", "2026-03-03")
    }
    counts |= {
        day: told.value("helpers_and_up", period=f"2026-03-01..{day}")
        for day in ("2026-08-27", "2026-08-28")
    }
    assert counts == {"2026-03-02": 0, "2026-03-03": 1, "2026-08-27": 1, "2026-08-28": 0}


def test_helpers_and_up_rate_is_their_share_of_all_members(tmp_path: Path) -> None:
    """Bo is a Helper; ana, ben and cat only asked, idle never did anything, and gone had left: one of five is 20 %."""
    craft = Community(settings=open_about_people())
    thanked_helps(craft, "bo", "2026-03-01")
    craft.member("idle", joined="2026-02-01")
    craft.member("gone", joined="2026-02-01", deleted="2026-03-04")
    told = craft.tell(tmp_path, until="2026-03-10 12:00")
    figure = told.figure("helpers_and_up_rate")
    assert (figure.value, figure.sample_size) == (1 / told.value("members"), told.value("members"))
    assert figure.interval == wilson(1, figure.sample_size)
    listed = told.listed("helpers_and_up_rate")
    assert dict(listed.select("Member", "Level").iter_rows())["idle"] == "no level yet"
    assert "gone" not in listed["Member"].to_list()
    assert listed.height == figure.sample_size
    craft.lists_accounts = False
    assert (
        craft.tell(tmp_path / "unlisted", until="2026-03-10 12:00").value("helpers_and_up_rate")
        is None
    )


def up_and_down(tmp_path: Path) -> Told:
    """Bo becomes a Helper on March 3, falls to Participant on August 28 and to Member on August 30; new joins in May."""
    craft = Community(settings=open_about_people())
    for who in ("first", "bo", "ana", "ben", "cat", "new"):
        craft.works(who, "Red", "mid")
    craft.ask("first", "2025-01-01 10:00")
    thanked_helps(craft, "bo", "2026-03-01")
    craft.ask("new", "2026-05-01 10:00")
    return craft.tell(tmp_path, until="2026-10-01 12:00")


def test_moved_up_counts_rises_and_no_joining(tmp_path: Path) -> None:
    told = up_and_down(tmp_path)
    assert told.value("moved_up") == 1
    assert told.listed("moved_up")["Member"].to_list() == ["bo"]
    assert told.value("moved_up", period="2026-04-01..2026-09-30") == 0


def test_moved_up_does_not_look_at_the_first_180_days_of_the_data(tmp_path: Path) -> None:
    craft = Community()
    thanked_helps(craft, "bo", "2026-03-01")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-10-01 12:00")
    assert (told.value("moved_up"), told.value("moved_down")) == (0, 4)


def test_moved_down_counts_people_and_not_steps(tmp_path: Path) -> None:
    """Bo falls twice; ana, ben and cat, who asked once each, and first in 2025 fall to Member after 180 days."""
    told = up_and_down(tmp_path)
    assert set(told.listed("moved_down")["Member"]) == {"ana", "ben", "bo", "cat", "first"}
    assert told.value("moved_down") == 5
    assert told.value("moved_down", period="2026-08-28..2026-08-28") == 2


def test_moves_up_count_each_rise_and_stand_beside_the_people_who_rose(tmp_path: Path) -> None:
    """Bo becomes a Helper in March, falls to Participant and Member in August, and climbs back by both steps in November."""
    craft = Community(settings=open_about_people())
    craft.ask("first", "2025-01-01 10:00")
    thanked_helps(craft, "bo", "2026-03-01")
    thanked_helps(craft, "bo", "2026-11-01")
    told = craft.tell(tmp_path, until="2026-12-01 12:00")
    year = {"period": "2026-03-02..2026-12-01"}
    of_bo = [
        told.listed(f"moves_{way}", **year).filter(Member="bo").height for way in ("up", "down")
    ]
    assert of_bo == [3, 2]
    assert told.listed("moved_up", **year)["Member"].to_list().count("bo") == 1
    assert told.value("moves_up", **year) == told.listed("moves_up", **year).height
    viewer = Viewer(version=1, cursor=told.cursor, catalogue=read_catalogue(told.cursor))
    cards = {card.metric.id: card for card in viewer.page(STATUS, told.scope(**year)).cards}
    assert cards["moved_up"].remarks[0] == f"Moves up: {told.value('moves_up', **year):.0f}"
    assert cards["moved_down"].remarks[0] == f"Moves down: {told.value('moves_down', **year):.0f}"


def test_moves_down_count_each_fall_of_those_who_fell(tmp_path: Path) -> None:
    """Bo falls twice; ana, ben, cat and first once each: six falls of five people."""
    told = up_and_down(tmp_path)
    assert (told.value("moves_down"), told.value("moved_down")) == (6, 5)
    assert told.listed("moves_down")["Member"].to_list().count("bo") == 2


@pytest.mark.parametrize("how", ["account deleted", "roster ended"])
def test_moved_down_leaves_out_whose_points_ran_out_after_leaving(tmp_path: Path, how: str) -> None:
    """Bo leaves as a Helper on June 1; that his level runs out in August is no fall of anybody who is there."""
    craft = Community(settings=open_about_people())
    craft.ask("first", "2025-01-01 10:00")
    if how == "account deleted":
        craft.member("bo", deleted="2026-06-01 10:00")
    else:
        craft.works("bo", "Red", "mid", until="2026-06-01")
    thanked_helps(craft, "bo", "2026-03-01")
    told = craft.tell(tmp_path, until="2026-10-01 12:00")
    assert set(told.listed("moved_down")["Member"]) == {"ana", "ben", "cat", "first"}
    assert (told.value("moves_down"), told.value("moved_down"), told.value("moves_up")) == (4, 4, 1)


def test_levels_count_those_present_with_an_act_so_far(tmp_path: Path) -> None:
    """At the end of April bo is a Helper, his three askers Participants, first has been silent for too long."""
    craft_levels = up_and_down(tmp_path).table("levels", period="2026-04-01..2026-04-30")
    assert craft_levels.rows() == [(0, "Member", 1), (1, "Participant", 3), (2, "Helper", 1)]


def test_levels_over_time_show_the_end_of_each_month(tmp_path: Path) -> None:
    table = up_and_down(tmp_path).table("levels_over_time", period="2026-02-01..2026-09-30")
    helpers = table.filter(pl.col("level_name") == "Helper")
    assert helpers["month"].to_list() == [at(f"2026-0{month}-01").date() for month in range(3, 8)]
    assert table.filter(pl.col("month") == at("2026-02-01").date()).select(
        "level_name", "people"
    ).rows() == [("Member", 1)]


def flows(told: Told, **filters: str | tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Return by level the eight figures of its row."""
    table = told.table("level_flows", **filters)
    return {name: tuple(row) for name, *row in table.select("level_name", *FLOWS).iter_rows()}


def test_level_flows_balance_from_the_start_to_the_end(tmp_path: Path) -> None:
    """April to September: new joins as a Participant; bo steps down twice, his three askers once."""
    assert flows(up_and_down(tmp_path), period="2026-04-01..2026-09-30") == {
        "Member": (1, 0, 0, 4, 0, 0, 0, 5),
        "Participant": (3, 1, 0, 1, 4, 0, 0, 1),
        "Helper": (1, 0, 0, 0, 1, 0, 0, 0),
    }


def test_level_flows_of_a_team_tell_who_changed_team_and_who_left(tmp_path: Path) -> None:
    """Bo goes from Red to Blue on April 1 as a Helper and leaves on May 1."""
    craft = Community()
    craft.ask("first", "2025-01-01 10:00")
    thanked_helps(craft, "bo", "2026-03-01")
    craft.works("bo", "Red", "mid", until="2026-04-01")
    craft.works("bo", "Blue", "mid", since="2026-04-01", until="2026-05-01")
    told = craft.tell(tmp_path, until="2026-10-01 12:00")
    year = {"period": "2026-01-01..2026-09-30"}
    assert flows(told, team="Red", **year) == {
        "Participant": (0, 1, 0, 0, 1, 0, 0, 0),
        "Helper": (0, 0, 0, 1, 0, 1, 0, 0),
    }
    assert flows(told, team="Blue", **year) == {"Helper": (0, 0, 1, 0, 0, 0, 1, 0)}


def test_level_flows_take_no_change_of_group_within_what_the_filters_let_in_for_a_transfer(
    tmp_path: Path,
) -> None:
    """Bo goes from Red to Blue on April 1, then to Green on May 1: for Red and Blue together he only went, in May."""
    craft = Community()
    craft.ask("first", "2025-01-01 10:00")
    thanked_helps(craft, "bo", "2026-03-01")
    craft.works("bo", "Red", "mid", until="2026-04-01")
    craft.works("bo", "Blue", "mid", since="2026-04-01", until="2026-05-01")
    craft.works("bo", "Green", "mid", since="2026-05-01")
    told = craft.tell(tmp_path, until="2026-07-01 12:00")
    spring = {"period": "2026-03-10..2026-06-30"}
    assert flows(told, team=("Red", "Blue"), **spring) == {
        "Participant": (0, 0, 0, 0, 0, 0, 0, 0),
        "Helper": (1, 0, 0, 0, 0, 1, 0, 0),
    }
    assert flows(told, team=("Red", "Blue", "Green"), **spring)["Helper"] == (
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
    )
    assert flows(told, team="Blue", **spring) == {"Helper": (0, 0, 1, 0, 0, 1, 0, 0)}
    assert all(row[2] == row[5] == 0 for row in flows(told, **spring).values())


HISTORY_DAYS = 500
TEAMS, SENIORITIES = ("Red", "Blue"), ("junior", "senior")
histories = st.lists(
    st.tuples(
        st.integers(0, HISTORY_DAYS - 1),  # day
        st.integers(0, 3),  # who asks
        st.integers(0, 3),  # who answers
        st.integers(0, 2),  # how many thank
    ),
    min_size=1,
    max_size=30,
)
careers = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.sampled_from(TEAMS),
        st.sampled_from(SENIORITIES),
        st.integers(0, HISTORY_DAYS),  # since
        st.integers(1, HISTORY_DAYS),  # for how many days
    ),
    max_size=6,
)


lives = st.tuples(histories, careers, st.none() | st.integers(0, HISTORY_DAYS - 1))
periods = st.tuples(
    st.integers(0, HISTORY_DAYS - 1),  # first day
    st.integers(1, HISTORY_DAYS),  # for how many days
)


@given(each=st.lists(st.tuples(lives, periods), min_size=4, max_size=4))
@settings(max_examples=3, deadline=None)
def test_level_flows_balance_for_any_history_roster_filter_and_period(
    each: list[tuple[Any, tuple[int, int]]],
) -> None:
    """Start and end are also what the levels of that day say, counted on their own."""
    begin, end = "2024-01-01", HISTORY_DAYS + 200
    crafts = [craft_of(f"craft {number}", begin, *life) for number, (life, _) in enumerate(each)]
    with TemporaryDirectory() as folder:
        until = f"{days_later(begin, end)} 12:00"
        all_told = tell_together(crafts, Path(folder), since=f"{begin} 00:00", until=until)
        for told, (_, (first, length)) in zip(all_told, each, strict=True):
            days = (days_later(begin, day) for day in (180, first, min(first + length, end)))
            check_flows(told, *days)


def craft_of(
    name: str,
    begin: str,
    acts: list[tuple[int, int, int, int]],
    stretches: list[tuple[int, str, str, int, int]],
    gone: int | None,
) -> Community:
    craft = Community(name)
    craft.member("m0", deleted=f"{days_later(begin, gone)} 10:00" if gone is not None else None)
    for who, team, seniority, since, days in stretches:
        craft.works(
            f"m{who}",
            team,
            seniority,
            since=days_later(begin, since),
            until=days_later(begin, since + days),
        )
    for day, asker, helper, thanks in acts:
        when = f"{days_later(begin, day)} 10:00"
        answer = craft.answer(craft.ask(f"m{asker}", when), f"m{helper}", when)
        for number in range(thanks):
            craft.react(answer, f"fan {number}", when)
    return craft


def check_flows(told: Told, earliest: str, first: str, last: str) -> None:
    starts = max(first, earliest)
    for team in ((), *combinations(told.choices.teams, 1), *combinations(told.choices.teams, 2)):
        for seniority in ((), *((each,) for each in told.choices.seniorities)):
            chosen = {"team": team, "seniority": seniority}
            rows = flows(told, period=f"{first}..{last}", **chosen)
            for start, joined, in_, up, down, out, left, end in rows.values():
                assert start + joined + in_ + up - down - out - left == end
            ends = {level: row[-1] for level, row in rows.items() if row[-1]}
            assert ends == (at_levels(told, last, **chosen) if starts <= last else {})
            check_paths(told.table("level_paths", period=f"{first}..{last}", **chosen), rows)
            moves = [
                told.value(f"moves_{way}", period=f"{first}..{last}", **chosen) or 0
                for way in ("up", "down")
            ]
            assert (
                sum(row[3] for row in rows.values())
                == sum(row[4] for row in rows.values())
                == sum(moves)
            )
            if starts <= last:
                before = {level: row[0] for level, row in rows.items() if row[0]}
                assert before == at_levels(told, days_later(starts, -1), **chosen)


def check_paths(paths: pl.DataFrame, rows: dict[str, tuple[int, ...]]) -> None:
    """The ribbons of a level add up to those there at the start and at the end, and those outside to the difference."""
    for side, place, outside in (("before", 0, "Came"), ("after", -1, "Went")):
        people = dict(paths.group_by(side).agg(pl.col("people").sum()).iter_rows())
        people.pop(outside, None)
        assert people == {level: row[place] for level, row in rows.items() if row[place]}


def test_level_paths_tell_from_where_to_where_people_went(tmp_path: Path) -> None:
    """April to September: bo falls from Helper to Member, his three askers from Participant; new came, first stayed."""
    told = up_and_down(tmp_path)
    scope = told.scope(period="2026-04-01..2026-09-30")
    measured = told.measurer.measure(EXHIBITS["level_paths"], scope)
    paths, finding = measured.table, measured.finding
    assert set(paths.rows()) == {
        ("Helper", "Member", 1),
        ("Participant", "Member", 3),
        ("Came", "Participant", 1),
        ("Member", "Member", 1),
    }
    assert finding == "Of those here at both ends, 0 rose, 4 fell and 1 are where they were."


def test_level_paths_of_a_team_tell_who_came_from_another_and_who_went(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("first", "2025-01-01 10:00")
    thanked_helps(craft, "bo", "2026-03-01")
    craft.works("bo", "Red", "mid", until="2026-04-01")
    craft.works("bo", "Blue", "mid", since="2026-04-01")
    told = craft.tell(tmp_path, until="2026-10-01 12:00")
    spring = {"period": "2026-03-10..2026-04-30"}
    assert told.table("level_paths", team="Red", **spring).rows() == [("Helper", "Went", 1)]
    assert told.table("level_paths", team="Blue", **spring).rows() == [("Came", "Helper", 1)]


def test_level_flows_and_paths_are_not_known_in_the_first_180_days_of_the_data(
    tmp_path: Path,
) -> None:
    """The data begins on January 1: its day 180 is June 30, so that a period tells from then on, also one that ends in 2027."""
    craft = Community(settings=open_about_people())
    thanked_helps(craft, "bo", "2026-03-01")
    told = craft.tell(tmp_path / "short", since="2026-01-01 00:00", until="2026-06-28 12:00")
    told_later = craft.tell(tmp_path / "long", since="2026-01-01 00:00", until="2026-10-01 12:00")
    for id_ in ("level_flows", "level_paths"):
        for measured, rather in (
            (told, "the data is not that long yet"),
            (told_later, "choose a longer period"),
        ):
            spring = measured.scope(period="2026-03-01..2026-05-31")
            chart = chart_table(measured.measurer, ShowExhibit(id=id_), spring)
            assert chart.table.is_empty()
            assert chart.finding is None
            assert (
                chart.note
                == f"Moves between levels are known from 180 days after the data begins: {rather}."
            )
        assert told.table(id_, period="2026-03-01..2027-03-31").is_empty()
        assert told_later.table(id_, period="2026-03-01..2026-06-29").is_empty()
        assert told_later.table(id_, period="2026-03-01..2026-06-30").height
    assert told.table("members_known", period="2026-03-01..2026-05-31")["level_name"].to_list() == [
        "Helper"
    ]


def at_levels(told: Told, day: str, **chosen: tuple[str, ...]) -> dict[str, int]:
    """Return the people at each level at the end of a day."""
    return {
        name: people
        for _, name, people in told.table("levels", period=f"{day}..{day}", **chosen).iter_rows()
    }


# Who rises


def open_about_people() -> CommunitySettings:
    return CommunitySettings(individual_scores=True)


def gaining(points: list[tuple[list[int], list[int]]]) -> pl.DataFrame:
    """Return what `gains` says of members who had so many points in each part of the period before, and of this one."""
    rows = [
        {
            "member": f"m{number}",
            "name": f"m{number}",
            "member_team": "Red",
            "member_seniority": "mid",
            "points_before": sum(before),
            "points_now": sum(now),
            "squares": float(sum(each * each for each in (*before, *now))),
            "blocks": len(now),
            "compared": len(points),
            "givers": 3,
            "was_present": True,
        }
        for number, (before, now) in enumerate(points)
    ]
    return pl.DataFrame(rows)


def test_rising_is_at_least_what_luck_would_not_give_any_of_those_compared() -> None:
    """In parts of 1 or 3 points before, 11 or 13 now: 40 more, give or take sqrt(8 * 8 / 6), and 1.943 of these for one.

    The squares within are 8 with 6 degrees of freedom, so that a part varies by 4 / 3, and a gain of eight of them by 32 / 3.
    """
    assert growth_bound(1, 4) == pytest.approx(1.943, abs=1e-3)
    grown, same = ([1, 3, 1, 3], [11, 13, 11, 13]), ([1, 3, 1, 3], [1, 3, 3, 3])
    alone = rising_members(gaining([grown])).select("gain", "at_least", "kind").row(0)
    assert alone == (40, pytest.approx(40 - 1.943 * (32 / 3) ** 0.5, abs=0.01), "rising")
    both = rising_members(gaining([grown, same]))
    assert both["name"].to_list() == ["m0"]
    assert both["at_least"][0] == pytest.approx(40 - growth_bound(2, 4) * (32 / 3) ** 0.5)


def test_rising_names_somebody_in_at_most_one_of_twenty_communities_in_which_nobody_changes() -> (
    None
):
    """150 members each, with points of one in several threads, and good and bad months of each member's own."""
    draws = np.random.default_rng(20_260_101)
    named = 0
    for _ in range(200):
        usual = draws.gamma(1.0, 2.0, size=(150, 1)) * draws.gamma(2.0, 0.5, size=(150, 24))
        parts = 12 * draws.poisson(usual)
        found = rising_members(
            gaining([(list(row[:12]), list(row[12:])) for row in parts.tolist()])
        )
        named += found.height > 0
    assert named <= 0.05 * 200 + 2 * (200 * 0.05 * 0.95) ** 0.5


def steadily_thanked(craft: Community, who: str, first: str, *, days: int, every: int) -> None:
    """Let a member be thanked for a help by six in turn, on one day of so many."""
    for number, day in enumerate(range(0, days, every)):
        thanked_helps(
            craft,
            who,
            days_later(first, day),
            (("ana", "ben", "cat", "dan", "eve", "flo")[number % 6],),
        )


def test_rising_shows_the_gain_over_ones_own_earlier_period_and_its_lower_bound(
    tmp_path: Path,
) -> None:
    """Bo is thanked every sixth day of May and every day of June; dee as often in both; new was not there in May.

    Of bo's twelve parts of 2 or 3 days in June each has 24 or 36 points.
    """
    craft = Community(settings=open_about_people())
    for who in ("bo", "dee", "fay"):
        craft.ask(who, "2026-01-01 10:00")
    steadily_thanked(craft, "bo", "2026-05-02", days=30, every=6)
    steadily_thanked(craft, "bo", "2026-06-01", days=30, every=1)
    steadily_thanked(craft, "dee", "2026-05-02", days=60, every=5)
    thanked_helps(craft, "fay", "2026-06-10", ("ana", "ben", "ana"))
    thanked_helps(craft, "new", "2026-06-15")
    table = craft.tell(tmp_path, until="2026-07-01 12:00").table(
        "rising", period="2026-06-01..2026-06-30"
    )
    shown = table.select("name", "points_before", "points_now", "gain", "givers", "kind").rows()
    assert shown == [("bo", 60, 360, 300, 6, "rising"), ("new", 0, 36, 36, 3, "new face")]
    assert 0 < table["at_least"][0] < 300
    assert table["at_least"][1] < 0


def test_rising_takes_no_downvote_for_recognition(tmp_path: Path) -> None:
    """Two thank bo, a third votes him down."""
    craft = Community(settings=open_about_people())
    craft.ask("first", "2026-01-01 10:00")
    thanked_helps(craft, "bo", "2026-06-10", ("ana", "ben"))
    craft.react("a3", "cat", "2026-06-12 12:00", kind="downvote")
    craft.react("a3", "ana", "2026-06-12 12:00")
    told = craft.tell(tmp_path / "two", until="2026-07-01 12:00")
    assert told.table("rising", period="2026-06-01..2026-06-30").is_empty()
    craft.react("a3", "cat", "2026-06-12 13:00")
    told = craft.tell(tmp_path / "three", until="2026-07-01 12:00")
    assert told.table("rising", period="2026-06-01..2026-06-30")["givers"].to_list() == [3]


def test_rising_is_not_known_where_the_period_before_reaches_back_before_the_data(
    tmp_path: Path,
) -> None:
    """Whoever had points before the data begins would seem to rise from none."""
    craft = Community(settings=open_about_people())
    thanked_helps(craft, "bo", "2026-05-10")
    told = craft.tell(tmp_path, since="2026-04-01 00:00", until="2026-06-01 12:00")
    assert told.table("rising", period="2026-05-01..2026-05-31").is_empty()
    assert told.table("rising", period="2026-05-01..2026-05-30")["name"].to_list() == ["bo"]


def test_rising_compares_a_period_that_has_only_begun_with_as_many_days_before(
    tmp_path: Path,
) -> None:
    """June has 10 days so far, in which bo gained 12 points each, and 12 in the last 10 days of May; May 5 is longer ago."""
    craft = Community(settings=open_about_people())
    craft.ask("bo", "2026-01-01 10:00")
    thanked_helps(craft, "bo", "2026-05-05", ("ana", "ben"))
    thanked_helps(craft, "bo", "2026-05-25", ("ana",))
    steadily_thanked(craft, "bo", "2026-06-01", days=10, every=1)
    told = craft.tell(tmp_path, since="2026-05-20 00:00", until="2026-06-10 12:00")
    table = told.table("rising", period="2026-06-01..2026-06-30")
    assert table.select("name", "points_before", "points_now").rows() == [("bo", 12, 120)]
    assert told.table("rising", period="2026-06-01..2026-06-10").equals(table)


def test_rising_is_not_shown_without_the_setting_or_without_names(tmp_path: Path) -> None:
    craft = Community()
    thanked_helps(craft, "bo", "2026-05-10")
    month = {"period": "2026-05-01..2026-05-31"}
    told = craft.tell(tmp_path / "closed", since="2026-01-01 00:00", until=LATER)
    assert told.table("rising", **month).is_empty()
    craft.settings = open_about_people()
    told = craft.tell(tmp_path / "open", since="2026-01-01 00:00", until=LATER)
    assert told.table("rising", **month).height == 1
    nameless = told.scope(names=False)
    reason = told.measurer.sight(nameless).exhibit(EXHIBITS["rising"]).reason
    assert str(reason) == "Tables of people are for viewers who may see names."


# The seniors' part


def seniors_and_juniors(tmp_path: Path) -> Told:
    """Sam helps in Red, then moves to Blue and rests; sue never helps; kim asks, lee does not; eva is mid."""
    craft = Community()
    for who in ("sam", "sue", "kim", "lee", "eva"):
        craft.member(who, joined="2025-01-01 10:00")
    craft.works("sam", "Red", "senior", until="2026-07-01")
    craft.works("sam", "Blue", "senior", since="2026-07-01")
    craft.works("sue", "Blue", "senior")
    craft.works("kim", "Red", "junior")
    craft.works("lee", "Red", "junior")
    craft.works("eva", "Red", "mid")
    first = craft.ask("kim", "2026-03-01 10:00")
    craft.answer(first, "sam", "2026-03-01 11:00")
    craft.answer(first, "eva", "2026-03-01 12:00")
    craft.answer(craft.ask("kim", "2026-03-02 10:00"), "eva", "2026-03-02 11:00")
    craft.ask("kim", "2026-03-03 10:00")
    craft.answer(craft.ask("eva", "2026-03-04 10:00"), "sam", "2026-03-04 11:00")
    return craft.tell(tmp_path, since="2025-01-01 00:00", until="2027-01-01 12:00")


def test_seniors_helping_is_the_share_of_seniors_who_helped_in_each_team_for_its_days(
    tmp_path: Path,
) -> None:
    told = seniors_and_juniors(tmp_path)
    figure = told.figure("seniors_helping", period=YEAR)
    assert (figure.value, figure.sample_size) == (0.5, 2)
    assert told.split("seniors_helping", "team", period=YEAR) == {"Red": 1, "Blue": 0}


def test_seniors_helping_ignores_the_seniority_filter_and_says_so(tmp_path: Path) -> None:
    told = seniors_and_juniors(tmp_path)
    scope = told.scope(period=YEAR, seniority="junior")
    assert told.value("seniors_helping", period=YEAR, seniority="junior") == 0.5
    assert (
        told.measurer.measure(METRICS["seniors_helping"], scope).ignored
        == "not filtered by seniority"
    )


def test_seniors_silent_does_not_count_who_helped_before_changing_team(tmp_path: Path) -> None:
    """Sam helped in Red and not in Blue: silent as one of Blue, but not as one of the whole community."""
    told = seniors_and_juniors(tmp_path)
    assert told.value("seniors_silent", period=YEAR) == 1
    assert told.listed("seniors_silent", period=YEAR)["Member"].to_list() == ["sue"]
    assert told.split("seniors_silent", "team", period=YEAR) == {"Red": 0, "Blue": 2}
    assert told.value("seniors_silent", period=YEAR, team="Blue") == 2


def test_juniors_silent_are_those_who_never_asked(tmp_path: Path) -> None:
    told = seniors_and_juniors(tmp_path)
    assert told.listed("juniors_silent", period=YEAR)["Member"].to_list() == ["lee"]
    assert told.value("juniors_silent", period="2026-04-01..2026-04-30") == 2


def test_silent_seniors_and_juniors_are_those_whom_the_shares_beside_them_take_in(
    tmp_path: Path,
) -> None:
    """Sid is a senior and jo a junior from December 10 on: for 22 days of the year, all of those days' own period."""
    craft = Community()
    for who, seniority, since in (
        ("sam", "senior", None),
        ("sue", "senior", None),
        ("sid", "senior", "2026-12-10"),
        ("kim", "junior", None),
        ("lee", "junior", None),
        ("jo", "junior", "2026-12-10"),
    ):
        craft.member(who, joined="2025-01-01 10:00")
        craft.works(who, "Red", seniority, since=since)
    craft.answer(craft.ask("kim", NOON), "sam", NOON)
    told = craft.tell(tmp_path, since="2025-01-01 00:00", until="2027-01-31 12:00")
    for period, silent in ((YEAR, ["sue"]), ("2026-12-10..2026-12-31", ["sam", "sid", "sue"])):
        share = told.figure("seniors_helping", period=period)
        assert share.value is not None
        figure = told.figure("seniors_silent", period=period)
        assert figure.value == share.sample_size - share.value * share.sample_size == len(silent)
        assert told.listed("seniors_silent", period=period)["Member"].to_list() == silent
        assert told.split("seniors_silent", "team", period=period)["Red"] == len(silent)
    assert told.split("seniors_silent", "month", period=YEAR)["2026-12-01"] == 2
    assert told.listed("juniors_silent", period=YEAR)["Member"].to_list() == ["lee"]
    assert told.value("juniors_silent", period="2026-12-10..2026-12-31") == 3


def test_juniors_helped_by_seniors_is_the_share_of_all_their_questions_that_are_seven_days_old(
    tmp_path: Path,
) -> None:
    """Of kim's three questions sam was first to one and eva to one; nobody answered the third."""
    figure = seniors_and_juniors(tmp_path).figure("juniors_helped_by_seniors", period=YEAR)
    assert (figure.value, figure.sample_size) == (pytest.approx(1 / 3), 3)


def test_juniors_helped_by_seniors_takes_help_within_seven_days_and_leaves_out_what_is_withdrawn_or_young(
    tmp_path: Path,
) -> None:
    """Sam answers one question in time and one a second too late; one is closed on the day after, one is a day old."""
    craft = Community()
    craft.works("sam", "Red", "senior")
    craft.works("kim", "Red", "junior")
    in_time, late = craft.ask("kim", NOON), craft.ask("kim", NOON)
    craft.answer(in_time, "sam", plus(NOON, days=7))
    craft.answer(late, "sam", plus(NOON, days=7, seconds=1))
    craft.ask("kim", NOON, closed_at=at(plus(NOON, days=1)))
    craft.answer(craft.ask("kim", "2026-05-31 10:00"), "sam", "2026-05-31 11:00")
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("juniors_helped_by_seniors")
    assert (figure.value, figure.sample_size) == (0.5, 2)
    assert told.listed("juniors_helped_by_seniors").height == 2


def test_teams_helped_counts_each_known_team_once(tmp_path: Path) -> None:
    """bo helps two people of Red, one of Blue and one whom no roster knows: two teams."""
    craft = Community()
    for who, team in (("ann", "Red"), ("al", "Red"), ("bea", "Blue")):
        craft.works(who, team, "junior")
    craft.works("bo", "Green", "senior")
    for day, who in enumerate(("ann", "al", "bea", "stranger"), 1):
        craft.answer(craft.ask(who, f"2026-03-0{day} 10:00"), "bo", f"2026-03-0{day} 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("teams_helped") == 2
    assert told.value("teams_helped", team="Green") == 2
    assert told.value("teams_helped", team="Red") == 0


def test_thankers_counts_people_not_thanks_and_leaves_out_oneself(tmp_path: Path) -> None:
    """ana thanks twice, cat once, bo only himself: two people. Votes without a name say nothing of people."""
    craft = Community()
    answer = craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    for giver in ("ana", "ana", "cat", "bo"):
        craft.react(answer, giver, "2026-03-02 10:00")
    assert craft.tell(tmp_path / "named", until="2026-06-01 12:00").value("thankers") == 2
    secret = Community()
    answer = secret.answer(
        secret.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00", accepted=True
    )
    secret.react(answer, None, None, "upvote")
    secret.react(
        answer, "cat", "2026-03-02 10:00", "bookmark"
    )  # as a site does that names the givers of bookmarks alone
    told = secret.tell(tmp_path / "secret", until="2026-06-01 12:00")
    for id_ in ("thankers", "recognised_by_juniors"):
        figure = told.figure(id_)
        assert (figure.value, figure.note) == (
            None,
            "not measurable: the sources do not record who upvoted or thanked",
        )


def test_thankers_are_none_where_nobody_of_a_team_was_thanked(tmp_path: Path) -> None:
    """The source does say who thanks: of Blue's posts it says that nobody did."""
    craft = Community()
    for who, team in (("bo", "Red"), ("cat", "Blue")):
        craft.works(who, team, "mid")
        answer = craft.answer(craft.ask("ana", NOON), who, NOON)
        if team == "Red":
            craft.react(answer, "ana", NOON)
    told = craft.tell(tmp_path, until=LATER)
    assert told.split("thankers", "team") == {"Blue": 0, "Red": 1, "Unknown": 0}
    assert (
        told.figure("thankers", team="Blue").note
        == "nobody was upvoted, thanked or accepted (1 member)"
    )


def test_counts_of_people_leave_out_deleted_accounts_whose_acts_still_count(tmp_path: Path) -> None:
    """Gone and lost (nobody knows since when) asked, helped and thanked like ana and bo: 8 helps, of 2 people."""
    craft = Community()
    craft.ask("early", "2025-11-01 10:00")
    people = ("ana", "bo", "gone", "lost")
    craft.member("gone", deleted="2026-05-20 10:00")
    craft.member("lost")
    craft.rows["member"][-1]["is_deleted"] = True
    for asker in people:
        question = craft.ask(asker, NOON)
        for helper in people:
            if (asker in people[:2]) != (helper in people[:2]):
                craft.react(craft.answer(question, helper, NOON), asker, NOON)
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("helps") == told.value("points", period="all") / 12 == 8
    for id_ in ("people_helped", "thankers", "first_helps", "contributors", "active", "answerers"):
        assert told.figure(id_, period="2026-03-01..2026-03-31").value == 2, id_
        assert not [
            row
            for row in told.listed(id_, period="2026-03-01..2026-03-31").rows()
            if "deleted account" in row
        ]


def test_lists_of_single_peoples_levels_and_points_need_the_setting(tmp_path: Path) -> None:
    """The numbers stay; who they are is listed only where individual_scores allows it."""
    for allowed in (False, True):
        craft = Community(settings=CommunitySettings(individual_scores=allowed))
        craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
        told = craft.tell(tmp_path / str(allowed), until="2026-06-01 12:00")
        for id_ in ("points", "helpers_and_up", "moved_up", "moved_down"):
            assert (told.measurer.sight(told.scope()).list(METRICS[id_]).reason is None) is allowed
        assert told.value("points") == 2


# Who recognises whom, and the load of those who help


def promoted_helper(tmp_path: Path) -> Told:
    """Sam, a senior, and mo, mid, are thanked by kim, a junior, eva, mid, and a stranger; a vote has no name."""
    craft = Community()
    for who, team, seniority in (
        ("sam", "Red", "senior"),
        ("mo", "Blue", "mid"),
        ("kim", "Red", "junior"),
        ("eva", "Blue", "mid"),
    ):
        craft.works(who, team, seniority)
    first = craft.answer(craft.ask("kim", "2026-03-01 10:00"), "sam", "2026-03-01 11:00")
    second = craft.answer(craft.ask("eva", "2026-03-02 10:00"), "mo", "2026-03-02 11:00")
    for post, giver in (
        (first, "kim"),
        (first, "eva"),
        (second, "kim"),
        (second, "stranger"),
        (second, None),
    ):
        craft.react(post, giver, "2026-03-03 10:00", "upvote")
    return craft.tell(tmp_path, until="2026-09-01 12:00")


def test_recognised_by_juniors_is_their_share_of_what_has_a_name(tmp_path: Path) -> None:
    told = promoted_helper(tmp_path)
    figure = told.figure("recognised_by_juniors")
    assert (figure.value, figure.sample_size) == (0.5, 4)
    assert told.split("recognised_by_juniors", "seniority") == {"mid": 0.5, "senior": 0.5}
    assert told.value("recognised_by_juniors", team="Blue") == 0.5


def test_recognised_by_juniors_takes_acceptances_and_has_no_interval_of_two_givers(
    tmp_path: Path,
) -> None:
    """Kim, a junior, accepts nine answers of bo; eva, mid, thanks cy once. Nobody knows who asked the eleventh question."""
    craft = Community()
    for who, seniority in (("kim", "junior"), ("eva", "mid"), ("bo", "senior"), ("cy", "senior")):
        craft.works(who, "Red", seniority)
    for _ in range(9):
        craft.answer(
            craft.ask("kim", NOON), "bo", NOON, accepted=True, accepted_at=at(plus(NOON, days=1))
        )
    craft.react(craft.answer(craft.ask("eva", NOON), "cy", NOON), "eva", plus(NOON, days=1))
    craft.answer(craft.ask(None, NOON), "cy", NOON, accepted=True)  # type: ignore[arg-type]
    own = craft.ask("kim", NOON)
    craft.answer(own, "kim", NOON, accepted=True)
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("recognised_by_juniors")
    assert (figure.value, figure.sample_size) == (0.9, 10)
    assert figure.interval is None  # two gave all of it
    assert told.split("recognised_by_juniors", "month")["2026-03-01"] == 0.9
    assert told.table("recognition_by_seniority").rows() == [
        ("junior", "senior", 9),
        ("mid", "senior", 1),
    ]
    assert set(told.listed("recognised_by_juniors")["For"]) == {"accepted", "thanks on a help"}
    assert told.value("thankers") == 1
    assert told.value("points") == 11 * 2 + 10 * 15 + 10


def test_recognition_by_seniority_counts_giver_against_receiver(tmp_path: Path) -> None:
    told = promoted_helper(tmp_path)
    assert told.table("recognition_by_seniority").rows() == [
        ("junior", "mid", 1),
        ("junior", "senior", 1),
        ("mid", "senior", 1),
        ("Unknown", "mid", 1),
    ]
    assert told.table("recognition_by_seniority", team="Red").rows() == [
        ("junior", "senior", 1),
        ("mid", "senior", 1),
    ]


def test_seniors_unrecognised_are_those_whose_ripe_helps_all_got_nothing_in_90_days(
    tmp_path: Path,
) -> None:
    """Sue got nothing; sam was thanked after 90 days and a second, too late; sid in time; su helped too lately to tell."""
    craft = Community()
    for who in ("sue", "sam", "sid", "su"):
        craft.works(who, "Red", "senior")
    craft.works("mo", "Red", "mid")
    craft.works("kim", "Red", "junior")
    answers = {
        who: craft.answer(craft.ask("kim", NOON), who, NOON) for who in ("sue", "sam", "sid", "mo")
    }
    craft.answer(craft.ask("kim", NOON), "sid", NOON)
    craft.react(answers["sam"], "kim", plus(NOON, days=90, seconds=1))
    craft.react(answers["sid"], "kim", plus(NOON, days=90))
    craft.answer(craft.ask("kim", "2026-06-20 10:00"), "su", "2026-06-20 11:00")
    told = craft.tell(tmp_path, until="2026-07-01 12:00")
    assert told.value("seniors_unrecognised") == 2
    assert told.listed("seniors_unrecognised")["Senior"].to_list() == ["sam", "sue"]
    assert told.value("seniors_unrecognised", seniority="junior") == 2
    young = told.figure("seniors_unrecognised", period="2026-06-01..2026-06-30")
    assert (young.value, young.note) == (
        None,
        "too soon to tell: none of these helps is 90 days old",
    )
    assert told.value("seniors_unrecognised", period="2026-01-01..2026-01-31") == 0


def load(tmp_path: Path, *, reads: bool = True) -> Told:
    """Sam gives 3 helps and sue 1 (thanked), sid only reads, su does nothing; kim asks and reads, lee reads, lou rests."""
    craft = Community()
    for who in ("sam", "sue", "sid", "su"):
        craft.member(who, joined="2025-01-01 10:00")
        craft.works(who, "Red", "senior")
    for who in ("kim", "lee", "lou"):
        craft.member(who, joined="2025-01-01 10:00")
        craft.works(who, "Blue", "junior")
    questions = [craft.ask("kim", f"2026-03-0{day} 10:00") for day in (1, 2, 3, 4)]
    for question in questions[:3]:
        craft.answer(question, "sam", "2026-03-05 11:00")
    craft.react(
        craft.answer(questions[3], "sue", "2026-03-05 11:00", accepted=True),
        "kim",
        "2026-03-06 10:00",
    )
    if reads:
        for who in ("sid", "lee", "kim"):
            craft.read(questions[0], who, "2026-03-07")
    return craft.tell(tmp_path, since="2025-01-01 00:00", until="2027-01-01 12:00")


def test_helpers_rate_is_the_share_of_members_who_helped(tmp_path: Path) -> None:
    told = load(tmp_path)
    assert told.split("helpers_rate", "seniority", period=YEAR) == {"junior": 0, "senior": 0.5}
    assert told.figure("helpers_rate", period=YEAR, seniority="senior").sample_size == 4


def test_asked_or_read_rate_needs_reads(tmp_path: Path) -> None:
    """Kim asked and lee read, of three juniors; without reads, who only asked would be another number."""
    told = load(tmp_path / "reads")
    assert told.split("asked_or_read_rate", "seniority", period=YEAR) == {
        "junior": 2 / 3,
        "senior": 0.25,
    }
    figure = load(tmp_path / "none", reads=False).figure("asked_or_read_rate", period=YEAR)
    assert (figure.value, figure.note) == (None, "not measurable: the sources record no reads")


def test_helps_per_active_leaves_out_who_did_nothing(tmp_path: Path) -> None:
    """Of the seniors sam, sue and sid were active: 4 helps over 3 people; kim and lee gave none."""
    told = load(tmp_path)
    figure = told.figure("helps_per_active", period=YEAR, seniority="senior")
    assert figure.value == pytest.approx(4 / 3)
    assert figure.sample_size == 3
    assert figure.interval is not None
    assert figure.interval.low == 0
    assert figure.interval.high == pytest.approx(4 / 3 + 4.3027 * (7 / 3) ** 0.5 / 3**0.5, abs=1e-3)
    assert told.value("helps_per_active", period=YEAR, team="Blue") == 0


def test_top_three_share_is_that_of_the_three_who_helped_most(tmp_path: Path) -> None:
    """Of ten helps in Red a gave 4, b 3, c 1, d 1 and e 1: 8 of 10; Blue's only helper gave all of Blue's."""
    craft = Community()
    for who in ("a", "b", "c", "d", "e"):
        craft.works(who, "Red", "mid")
    craft.works("f", "Blue", "mid")
    for who, helps in (("a", 4), ("b", 3), ("c", 1), ("d", 1), ("e", 1), ("f", 2)):
        for _ in range(helps):
            craft.answer(craft.ask("ana", NOON), who, NOON)
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("top_three_share", team="Red")
    assert (figure.value, figure.sample_size, figure.interval) == (0.8, 10, None)
    assert told.split("top_three_share", "team") == {"Blue": 1, "Red": 0.8}
    assert told.value("top_three_share") == 9 / 12


@pytest.mark.parametrize("days", [30, 90])
@pytest.mark.parametrize(("late", "young", "known"), [(0, 0, True), (1, 0, False), (0, 1, None)])
def test_recognition_counts_to_the_second(
    days: int, late: int, young: int, known: bool | None, tmp_path: Path
) -> None:
    """Thanked just 30 days after the help is thanked; a second later is not, and a help a second younger is not judged."""
    craft = Community()
    helped = "2026-01-01 10:00:00"
    answer = craft.answer(craft.ask("ana", "2026-01-01 09:00:00"), "bo", helped)
    craft.react(answer, "ana", plus(helped, days=days, seconds=late - young))
    store = craft.build(tmp_path, until=plus(helped, days=days, seconds=5 * late - young))
    assert store.sql(f"select recognised_in_{days}_days from helps").fetchall() == [(known,)]


def test_claims_stand_by_seniority_with_n_and_say_what_is_not_measurable(tmp_path: Path) -> None:
    told = load(tmp_path / "reads")
    table = told.table("claims", period=YEAR)
    shown = {
        (row["number"], row["seniority"]): (row["value"], row["n"])
        for row in table.iter_rows(named=True)
    }
    assert shown["Asked or read", "junior"] == (pytest.approx(2 / 3), 3)
    assert shown["Their questions resolved", "junior"] == (0.25, 4)
    assert shown["Helped", "senior"] == (0.5, 4)
    assert shown["Their help recognised", "senior"] == (0.25, 4)
    assert shown["Given by their team's top three", "senior"] == (1, 4)
    assert shown["Their help recognised", "junior"] == (None, 0)
    assert set(table.filter(pl.col("low").is_null() & pl.col("value").is_not_null())["number"]) == {
        "Given by their team's top three"
    }
    assert table["low"].is_null().equals(table["high"].is_null())
    loads = table.filter(number="Helped").select("seniority", "helps_per_active").rows()
    assert loads == [("junior", 0), ("senior", pytest.approx(4 / 3))]
    unread = (
        load(tmp_path / "none", reads=False)
        .table("claims", period=YEAR)
        .filter(number="Asked or read")
    )
    assert unread["value"].to_list() == [None, None]
    assert set(unread["note"]) == {"not measurable: the sources record no reads"}


def test_claims_do_not_take_views_for_reads(tmp_path: Path) -> None:
    """Totals tell how often a thread was opened, not by whom: who asked would stand in for who asked or read."""
    craft = Community()
    craft.read(craft.ask("kim", NOON), None, None, 5)
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("asked_or_read_rate") is None
    assert told.table("claims").filter(number="Asked or read")["value"].to_list() == [None]


def test_claims_say_what_the_sources_do_not_record_as_the_numbers_do(tmp_path: Path) -> None:
    """Nobody can accept an answer here: that no question was resolved is not 0 %, and that no help was thanked neither."""
    craft = Community()
    craft.works("kim", "Red", "junior")
    craft.answer(craft.ask("kim", NOON), "sue", NOON)
    told = craft.tell(tmp_path, until=LATER)
    claims = told.table("claims")
    for id_, name in CLAIMED.items():
        note = told.figure(id_).note
        rows = claims.filter(number=name)
        assert (note is None) == (id_ == "helpers_rate")
        assert note is None or set(rows.select("value", "note").rows()) == {(None, note)}


CLAIMED = {
    "asked_or_read_rate": "Asked or read",
    "solved_rate": "Their questions resolved",
    "helpers_rate": "Helped",
    "recognition_rate": "Their help recognised",
}


@pytest.mark.parametrize("filters", [{}, {"team": "Red"}], ids=["all", "team"])
@pytest.mark.parametrize("id_", CLAIMED)
def test_claims_are_the_metrics_of_the_same_name(
    tmp_path: Path, id_: str, filters: dict[str, str]
) -> None:
    """Sam is promoted in June and moves to Blue in September: each number holds for the group at the time."""
    craft = Community()
    craft.works("sam", "Red", "mid", until="2026-06-01")
    craft.works("sam", "Red", "senior", since="2026-06-01", until="2026-09-01")
    craft.works("sam", "Blue", "senior", since="2026-09-01")
    craft.works("sue", "Red", "senior", since="2026-12-15")
    craft.works("kim", "Red", "junior")
    for month in range(3, 13):
        question = craft.ask("kim" if month % 3 else "sam", f"2026-{month:02}-03 10:00")
        answer = craft.answer(
            question,
            "sam" if month % 3 else "sue",
            f"2026-{month:02}-04 10:00",
            accepted=month % 2 == 0,
        )
        if month % 4 == 0:
            craft.react(answer, "kim", f"2026-{month:02}-05 10:00")
        craft.read(question, "sue" if month < 6 else "kim", f"2026-{month:02}-06")
    told = craft.tell(tmp_path, since="2025-01-01 00:00", until="2027-01-01 12:00")
    of_metric = told.measurer.measure(
        METRICS[id_], told.scope(period=YEAR, **filters), "seniority"
    ).table
    of_claims = told.table("claims", period=YEAR, **filters).filter(
        pl.col("number") == CLAIMED[id_]
    )
    known = of_claims.filter(pl.col("value").is_not_null())
    assert known.select("seniority", "value", "low", "high", "n").rows() == [
        (group, pytest.approx(value), pytest.approx(low), pytest.approx(high), n)
        for group, value, low, high, n in of_metric.filter(pl.col("value").is_not_null())
        .select("group", "value", "low", "high", "sample_size")
        .rows()
    ]


# Milestones


def newcomers(tmp_path: Path) -> Told:
    """Nia posts at once, helps on day 10 and is thanked on day 12; ned never helps and leaves on day 40; nel joined in May.

    Old joined in the first 90 days of the data and is in no curve.
    """
    craft = Community()
    craft.member("old", joined="2025-02-01 10:00")
    craft.member("nia", joined="2025-07-01 10:00")
    craft.member("ned", joined="2025-08-01 10:00", deleted="2025-09-10 10:00")
    craft.member("nel", joined="2026-05-01 10:00")
    craft.works("nia", "Red", "junior")
    craft.ask("nia", "2025-07-01 12:00")
    answer = craft.answer(
        craft.ask("old", "2025-07-11 09:00"), "nia", "2025-07-11 10:00", accepted=True
    )
    craft.react(answer, "old", "2025-07-13 10:00")
    return craft.tell(tmp_path, since="2025-01-01 00:00", until="2026-06-15 12:00")


def test_milestones_are_shares_of_those_who_joined_in_view_censored_at_leaving(
    tmp_path: Path,
) -> None:
    """Of three followed at first, nia helps on day 10: a third; ned and nel leave view on days 40 and 44."""
    told = newcomers(tmp_path)
    table = told.table("milestones", period="all")
    helps = table.filter(milestone="First help").select("days", "reached", "followed").rows()
    assert helps == [
        (0, 0, 3),
        (10, pytest.approx(1 / 3), 3),
        (40, pytest.approx(1 / 3), 2),
        (44, pytest.approx(1 / 3), 1),
    ]
    assert table.filter(milestone="First post").row(0)[1:3] == (0, pytest.approx(1 / 3))
    first = {
        step: part.filter(pl.col("reached") > 0)["days"][0]
        for (step,), part in table.group_by("milestone")
    }
    assert first == {
        "First post": 0,
        "First help": 10,
        "First thanks": 12,
        "First accepted help": 10,
    }
    assert told.table("milestones", period="all", team="Red")["reached"].max() == 1


def test_milestones_leave_out_steps_of_which_the_source_does_not_tell(tmp_path: Path) -> None:
    """Nobody was ever accepted, and reactions are not recorded: a curve flat at zero would say that nobody gets there."""
    craft = Community()
    craft.member("old", joined="2025-02-01 10:00")
    craft.member("nia", joined="2025-07-01 10:00")
    craft.answer(craft.ask("old", "2025-07-11 09:00"), "nia", "2025-07-11 10:00")
    told = craft.tell(tmp_path, since="2025-01-01 00:00", until="2026-06-15 12:00")
    for exhibit in ("milestones", "milestone_cohorts"):
        assert told.table(exhibit, period="all")["milestone"].unique(
            maintain_order=True
        ).to_list() == [
            "First post",
            "First help",
        ]


def test_milestones_know_at_the_end_of_a_period_only_what_was_known_then(tmp_path: Path) -> None:
    """On July 10 nia had been there for nine days and had not helped."""
    table = newcomers(tmp_path).table("milestones", period="2025-07-01..2025-07-10")
    assert table.filter(milestone="First help").select("days", "reached", "followed").rows() == [
        (0, 0, 1),
        (9, 0, 1),
    ]


def test_milestone_cohorts_leave_empty_what_cannot_be_known_yet(tmp_path: Path) -> None:
    """Nel has been there for 45 days; nia and ned, had he stayed, for 318 to 349 days."""
    table = (
        newcomers(tmp_path).table("milestone_cohorts", period="all").filter(milestone="First help")
    )
    assert table.drop("milestone").rows() == [
        ("July to December 2025", 2, 0.5, 0.5, None),
        ("January to June 2026", 1, 0, None, None),
    ]


DAYS_OR_NONE = st.none() | st.integers(0, 400)


@given(st.lists(st.tuples(DAYS_OR_NONE, st.integers(1, 400)), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_milestone_curves_are_those_of_lifelines(people: list[tuple[int | None, int]]) -> None:
    rows = [
        {
            "step": 0,
            "days": min(days if days is not None else watched, watched),
            "people": 1,
            "youngest": watched,
        }
        | {"reached": days is not None and days <= watched}
        for days, watched in people
    ]
    curve = milestone_curves(pl.DataFrame(rows))
    fitted = lifelines.KaplanMeierFitter().fit(
        [row["days"] for row in rows], [row["reached"] for row in rows]
    )
    expected = 1 - fitted.survival_function_at_times(curve["days"].to_numpy())
    assert curve["reached"].to_list() == pytest.approx(expected.to_list())
    assert curve["reached"].is_sorted()
    assert (curve["low"] <= curve["reached"] + 1e-9).all()
    assert (curve["high"] >= curve["reached"] - 1e-9).all()


# Who helps, who asks, and who is known for it


@pytest.mark.parametrize(
    ("helped", "helped_by", "told"),
    [
        (10, 0, "mostly helps"),
        (0, 10, "mostly asks"),
        (5, 5, "both alike"),
        (9, 1, "mostly helps"),
        (100, 44, "mostly helps"),
        (1, 0, "mostly helps"),
        (2, 1, "both alike"),
        (1, 3, "mostly asks"),
        (0, 0, None),
    ],
)
def test_what_one_mostly_does_follows_the_z_score(
    helped: int, helped_by: int, told: str | None
) -> None:
    assert tendency(helped, helped_by) == told
    score = z_score(helped, helped_by)
    assert (score is None) == (told is None)
    assert score is None or (abs(score) >= 1) == (told != "both alike")


def known_people(tmp_path: Path) -> Told:
    """Bo helps ana, ben and cat (thrice) and is thanked by each; ana and bo help each other; cy helps bo."""
    craft = Community(settings=open_about_people())
    for who, team, seniority in (
        ("bo", "Red", "senior"),
        ("cy", "Blue", "senior"),
        ("ana", "Red", "junior"),
        ("ben", "Blue", "junior"),
        ("cat", "Blue", "junior"),
    ):
        craft.works(who, team, seniority)
    thanked_helps(craft, "bo", "2026-03-01", ("ana", "ben", "cat", "cat", "cat"))
    craft.answer(craft.ask("bo", "2026-03-10 09:00"), "ana", "2026-03-10 10:00")
    craft.answer(craft.ask("bo", "2026-03-11 09:00"), "cy", "2026-03-11 10:00", accepted=True)
    return craft.tell(tmp_path, until="2026-06-01 12:00")


def test_asking_and_helping_counts_members_by_what_they_mostly_do(tmp_path: Path) -> None:
    """Bo helped three people and two helped him; cy only helped; ana is even; ben and cat only asked."""
    told = known_people(tmp_path)
    measured = told.measurer.measure(EXHIBITS["asking_and_helping"], told.scope())
    table, finding = measured.table, measured.finding
    assert table.rows() == [
        ("junior", "mostly asks", 2),
        ("junior", "both alike", 1),
        ("senior", "both alike", 1),
        ("senior", "mostly helps", 1),
    ]
    assert finding == "Of 5 who helped or were helped, 2 mostly ask."
    assert told.table("asking_and_helping", team="Blue").rows() == [
        ("junior", "mostly asks", 2),
        ("senior", "mostly helps", 1),
    ]


def test_members_known_tells_level_points_and_whom_they_reached(tmp_path: Path) -> None:
    """Bo: five thanked helps of 12 points each, in the teams of ana, ben and cat. Cy and ana helped bo alike: one rank."""
    told = known_people(tmp_path)
    table = told.table("members_known")
    assert table.rows() == [
        ("bo", "Red", "senior", "Helper", 60, 3, 2, 5, "both alike", 1),
        ("cy", "Blue", "senior", "Participant", 17, 1, 1, 0, "mostly helps", 2),
        ("ana", "Red", "junior", "Participant", 2, 1, 1, 0, "both alike", 2),
    ]
    assert told.table("members_known", team="Blue")["name"].to_list() == ["cy"]
    assert told.table("members_known", period="2026-03-11..2026-03-31")["points"].to_list() == [17]


# This week


def test_to_thank_are_first_accepted_answers_new_levels_and_help_for_several_juniors_of_the_last_7_days(
    tmp_path: Path,
) -> None:
    """The data ends on 1 June. bo's first accepted answer was on 30 May, cy's on 1 May and again on 30 May; dee helped three
    juniors since 25 May, eli two."""
    craft = Community(settings=CommunitySettings(individual_scores=True))
    craft.ask("early", "2026-01-02 10:00")
    for number in range(3):
        craft.works(f"jo {number}", "Red", "junior")
    for name in ("bo", "cy", "dee", "eli"):
        craft.works(name, "Blue", "senior")
    for helper, days in (("cy", ("2026-05-01", "2026-05-30")), ("bo", ("2026-05-30",))):
        for day in days:
            craft.answer(craft.ask("jo 0", f"{day} 09:00"), helper, f"{day} 10:00", accepted=True)
    for helper, juniors in (("dee", 3), ("eli", 2)):
        for number in range(juniors):
            craft.answer(craft.ask(f"jo {number}", "2026-05-27 09:00"), helper, "2026-05-27 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    reasons = [(row["name"], row["reason"]) for row in told.table("to_thank").to_dicts()]
    assert reasons == [
        ("bo", "first accepted answer"),
        ("dee", "helped 3 of the least experienced"),
    ]


def test_to_thank_is_of_the_seven_whole_days_before_the_data_ends(tmp_path: Path) -> None:
    """The data ends on 1 June, at noon: 25 to 31 May count, the eighth day before it and the day itself do not."""
    craft = Community(settings=CommunitySettings(individual_scores=True))
    craft.ask("early", "2026-01-02 10:00")
    for number in range(3):
        craft.works(f"jo {number}", "Red", "junior")
    for helper, day in (
        ("first day", "2026-05-25"),
        ("too early", "2026-05-24"),
        ("too late", "2026-06-01"),
    ):
        craft.works(helper, "Blue", "senior")
        for number in range(3):
            craft.answer(craft.ask(f"jo {number}", f"{day} 09:00"), helper, f"{day} 10:00")
    for helper, day in (
        ("on the first", "2026-05-25"),
        ("before", "2026-05-24"),
        ("on the last", "2026-06-01"),
    ):
        craft.answer(craft.ask("ana", f"{day} 09:00"), helper, f"{day} 10:00", accepted=True)
    for helper, day in (("risen", "2026-05-25"), ("rising today", "2026-06-01")):
        thanked_helps(craft, helper, day)
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert [(row["name"], row["reason"]) for row in told.table("to_thank").to_dicts()] == [
        ("on the first", "first accepted answer"),
        ("risen", "reached the level Helper"),
        ("first day", "helped 3 of the least experienced"),
    ]


def test_to_thank_shows_the_answer_that_was_accepted_first_not_the_oldest(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("early", "2026-01-02 10:00")
    for day, accepted in (("2026-05-20", "2026-05-31 10:00"), ("2026-05-25", "2026-05-29 10:00")):
        craft.answer(
            craft.ask("ana", f"{day} 09:00"),
            "bo",
            f"{day} 10:00",
            accepted=True,
            accepted_at=at(accepted),
        )
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.table("to_thank").select("reason", "title").rows() == [
        ("first accepted answer", "Question q4")
    ]


@pytest.mark.parametrize("allowed", [True, False])
def test_to_thank_names_a_new_level_only_where_scores_of_single_people_are_allowed(
    tmp_path: Path, allowed: bool
) -> None:
    craft = Community(settings=CommunitySettings(individual_scores=allowed))
    craft.ask("early", "2026-01-02 10:00")
    thanked_helps(craft, "bo", "2026-05-27")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    reasons = [row["reason"] for row in told.table("to_thank").to_dicts() if row["name"] == "bo"]
    assert ("reached the level Helper" in reasons) is allowed
