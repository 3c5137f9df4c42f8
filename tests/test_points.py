"""Points: what an act earns, when, from whom, and the two caps."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from communities import Community, at, days_later, plus

from cop_metrics.limits import POINTS, POINTS_A_THREAD, THANKS_A_MONTH
from cop_metrics.settings import CommunitySettings

UNTIL = "2026-12-01"


def earned(store: duckdb.DuckDBPyConnection, member: str = "bo") -> list[tuple[str, str, int]]:
    """Return (day, reason, points) of all that the member gained or lost, in time order."""
    rows = store.sql(
        f"select day, reason, points from points where member = 'src:{member}' order by second, reason, post"
    ).fetchall()
    return [
        ((date(1970, 1, 1) + timedelta(days=day)).isoformat(), reason, points)
        for day, reason, points in rows
    ]


def total(store: duckdb.DuckDBPyConnection, member: str = "bo") -> int:
    return sum(points for _, _, points in earned(store, member))


def helped(community: Community, when: str, *, asker: str = "ana", **answer: Any) -> str:
    """Let bo answer a new question an hour after it was asked; returns the answer."""
    return community.answer(community.ask(asker, when), "bo", plus(when, hours=1), **answer)


def test_each_act_earns_what_the_table_of_points_says(tmp_path: Path) -> None:
    craft = Community()
    solution = helped(craft, "2026-03-01 10:00", accepted=True)
    craft.react(solution, "cy", "2026-03-02 10:00", "upvote")
    craft.react(solution, "cy", "2026-03-03 10:00", "thanks")
    question = craft.ask("bo", "2026-03-04 10:00")
    craft.react(question, "cy", "2026-03-05 10:00", "thanks")
    craft.react(
        craft.answer(question, "bo", "2026-03-04 11:00"), "cy", "2026-03-06 10:00", "upvote"
    )
    craft.react(question, "di", "2026-03-07 10:00", "downvote")
    story = earned(craft.build(tmp_path, until=UNTIL))
    assert [(day, reason) for day, reason, _ in story] == [
        ("2026-03-01", "accepted"),
        ("2026-03-01", "help"),
        ("2026-03-02", "upvote on a help"),
        ("2026-03-03", "thanks on a help"),
        ("2026-03-05", "on a question"),
        ("2026-03-06", "on another post"),
        ("2026-03-07", "downvote"),
    ]
    assert {reason: points for _, reason, points in story} == POINTS


def test_a_comment_on_a_question_is_no_help(tmp_path: Path) -> None:
    craft = Community()
    craft.react(helped(craft, "2026-03-01 10:00", kind="comment"), "ana", "2026-03-02 10:00")
    assert earned(craft.build(tmp_path, until=UNTIL)) == [("2026-03-02", "on another post", 2)]


def test_one_question_helped_with_three_answers_is_one_help_on_the_day_of_the_first(
    tmp_path: Path,
) -> None:
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    for day in ("2026-03-02", "2026-03-03", "2026-03-09"):
        craft.answer(question, "bo", f"{day} 10:00")
    assert earned(craft.build(tmp_path, until=UNTIL)) == [("2026-03-02", "help", 2)]


def test_acceptance_counts_on_the_local_day_on_which_it_was_given(tmp_path: Path) -> None:
    craft = Community(settings=CommunitySettings(time_zone="Europe/Berlin"))
    helped(craft, "2026-03-01 10:00", accepted=True, accepted_at=at("2026-03-08 23:30"))
    story = earned(craft.build(tmp_path, until=UNTIL))
    assert story == [("2026-03-01", "help", 2), ("2026-03-09", "accepted", 15)]


def test_an_answer_to_two_questions_of_one_thread_is_accepted_and_thanked_once(
    tmp_path: Path,
) -> None:
    craft = Community()
    thread = craft.ask("ana", "2026-03-01 10:00")
    craft.answer(thread, "cat", "2026-03-01 10:05", kind="question")
    answer = craft.answer(thread, "bo", "2026-03-01 11:00", kind="message", accepted=True)
    craft.react(answer, "ana", "2026-03-02 10:00")
    assert [points for _, _, points in earned(craft.build(tmp_path, until=UNTIL))] == [15, 2, 2, 10]


def test_nobody_earns_from_oneself(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("bo", "2026-03-01 10:00")
    own = craft.answer(question, "bo", "2026-03-01 11:00", accepted=True)
    for kind in ("upvote", "thanks", "downvote"):
        craft.react(own, "bo", "2026-03-02 10:00", kind)
        craft.react(question, "bo", "2026-03-02 10:00", kind)
    assert earned(craft.build(tmp_path, until=UNTIL)) == []


def test_a_vote_without_giver_or_date_counts_on_the_day_of_the_post(tmp_path: Path) -> None:
    craft = Community()
    craft.react(helped(craft, "2026-03-01 10:00"), None, None, "upvote")
    assert earned(craft.build(tmp_path, until=UNTIL)) == [
        ("2026-03-01", "help", 2),
        ("2026-03-01", "upvote on a help", 10),
    ]


def test_a_reaction_that_means_nothing_earns_nothing(tmp_path: Path) -> None:
    craft = Community()
    answer = helped(craft, "2026-03-01 10:00")
    craft.react(answer, "ana", "2026-03-02 10:00", "bookmark")
    craft.react(answer, "ana", "2026-03-02 10:00", "tada-unheard-of")
    assert earned(craft.build(tmp_path, until=UNTIL)) == [("2026-03-01", "help", 2)]


def test_of_one_givers_thanks_in_a_month_only_the_first_five_count(tmp_path: Path) -> None:
    craft = Community()
    days = [days_later("2026-03-01", number) for number in range(7)]
    for day in reversed(days):
        craft.react(helped(craft, f"{day} 10:00"), "cy", f"{day} 20:00")
    late = helped(craft, "2026-03-20 10:00")
    craft.react(late, "di", "2026-03-20 20:00")
    craft.react(helped(craft, "2026-03-01 08:00"), "cy", "2026-03-01 09:30", "downvote")
    craft.react(late, "cy", "2026-04-01 10:00", "upvote")
    story = [act for act in earned(craft.build(tmp_path, until=UNTIL)) if act[1] != "help"]
    assert story == [
        ("2026-03-01", "downvote", -2),
        *((day, "thanks on a help", 10) for day in days[:THANKS_A_MONTH]),
        ("2026-03-20", "thanks on a help", 10),
        ("2026-04-01", "upvote on a help", 10),
    ]


def thanked(craft: Community, receiver: str, giver: str, when: str, times: int) -> None:
    """Let the giver thank the receiver so many times, each for a post of a thread of its own, worth 2 points each."""
    for _ in range(times):
        remark = craft.answer(craft.ask("somebody", when), receiver, when, kind="comment")
        craft.react(remark, giver, plus(when, hours=1))


def test_the_cap_of_a_month_is_of_one_giver_to_one_receiver(tmp_path: Path) -> None:
    """Ana thanks bo and cy four times each, and di thanks bo four times: twelve thanks count; of ana's two more to bo one."""
    craft = Community()
    for receiver, giver in (("bo", "ana"), ("cy", "ana"), ("bo", "di")):
        thanked(craft, receiver, giver, "2026-03-02 10:00", 4)
    thanked(craft, "bo", "ana", "2026-03-20 10:00", 2)
    store = craft.build(tmp_path, until=UNTIL)
    assert {who: total(store, who) for who in ("bo", "cy")} == {"bo": 2 * (4 + 4 + 1), "cy": 2 * 4}


def test_the_cap_begins_anew_with_each_month_of_each_year(tmp_path: Path) -> None:
    craft = Community()
    for when in ("2025-03-02 10:00", "2026-03-02 10:00", "2026-04-02 10:00"):
        thanked(craft, "bo", "ana", when, 7)
    assert total(craft.build(tmp_path, until=UNTIL)) == 3 * 2 * THANKS_A_MONTH


def test_a_downvote_uses_up_no_thanks_of_the_month(tmp_path: Path) -> None:
    craft = Community()
    remark = craft.answer(
        craft.ask("somebody", "2026-03-02 10:00"), "bo", "2026-03-02 10:00", kind="comment"
    )
    for hour in range(11, 14):
        craft.react(remark, "ana", f"2026-03-02 {hour}:00", "downvote")
    thanked(craft, "bo", "ana", "2026-03-03 10:00", 5)
    assert total(craft.build(tmp_path, until=UNTIL)) == 5 * 2 - 3 * 2


def test_the_givers_month_is_the_communitys_own(tmp_path: Path) -> None:
    """In Berlin the last of six thanks is given in April already; in UTC it is the sixth of March."""
    totals = {}
    for zone in ("UTC", "Europe/Berlin"):
        craft = Community(settings=CommunitySettings(time_zone=zone))
        for day in range(10, 15):
            craft.react(helped(craft, f"2026-03-{day} 10:00"), "cy", f"2026-03-{day} 20:00")
        craft.react(helped(craft, "2026-03-31 10:00"), "cy", "2026-03-31 22:30")
        totals[zone] = total(craft.build(tmp_path / zone.replace("/", "-"), until=UNTIL))
    assert totals == {"UTC": 6 * 2 + 5 * 10, "Europe/Berlin": 6 * 2 + 6 * 10}


def test_votes_of_unknown_givers_are_not_taken_for_one_person(tmp_path: Path) -> None:
    craft = Community()
    for day in range(10, 18):
        craft.react(helped(craft, f"2026-03-{day} 10:00"), None, f"2026-03-{day} 20:00", "upvote")
    assert total(craft.build(tmp_path, until=UNTIL)) == 8 * (2 + 10)


def test_a_thread_gives_fifty_points_at_most_and_the_last_gain_is_cut_to_fit(
    tmp_path: Path,
) -> None:
    craft = Community()
    answer = helped(craft, "2026-03-01 10:00")
    for number in range(7):
        craft.react(answer, f"fan {number}", f"2026-03-{number + 2:02} 10:00", "upvote")
    store = craft.build(tmp_path, until=UNTIL)
    assert [points for _, _, points in earned(store)] == [2, 10, 10, 10, 10, 8]
    assert total(store) == POINTS_A_THREAD


def test_the_cap_of_a_thread_is_each_members_own_and_each_threads_own(tmp_path: Path) -> None:
    craft = Community()
    for day in ("2026-03-01", "2026-04-01"):
        question = craft.ask("ana", f"{day} 10:00")
        for who in ("bo", "ed"):
            answer = craft.answer(question, who, f"{day} 11:00")
            for number in range(7):
                craft.react(answer, f"fan {number}", f"{day} 12:00", "upvote")
    store = craft.build(tmp_path, until=UNTIL)
    assert (total(store, "bo"), total(store, "ed")) == (100, 100)


def test_a_downvote_takes_from_what_a_thread_would_give_without_the_cap(tmp_path: Path) -> None:
    """Six upvotes and the help are worth 62: six downvotes leave the thread at 50, the seventh brings it to 48."""
    craft = Community()
    answer = helped(craft, "2026-03-01 10:00")
    for number in range(6):
        craft.react(answer, f"fan {number}", "2026-03-02 10:00", "upvote")
    for number in range(7):
        craft.react(answer, f"critic {number}", f"2026-03-{number + 3:02} 10:00", "downvote")
    story = earned(craft.build(tmp_path, until=UNTIL))
    assert [act for act in story if act[1] == "downvote"] == [("2026-03-09", "downvote", -2)]
    assert sum(points for _, _, points in story) == 48


def test_giver_and_receiver_are_shown_in_the_groups_they_held_at_the_time(tmp_path: Path) -> None:
    craft = Community()
    craft.works("bo", "Red", "mid", until="2026-03-05")
    craft.works("bo", "Blue", "senior", since="2026-03-05")
    craft.works("ana", "Green", "junior")
    craft.react(helped(craft, "2026-03-01 10:00"), "ana", "2026-03-06 10:00")
    store = craft.build(tmp_path, until=UNTIL)
    columns = "reason, member_team, member_seniority, giver, giver_team, giver_seniority, title"
    assert store.sql(f"select {columns} from points order by day").fetchall() == [
        ("help", "Red", "mid", None, None, None, "Question q1"),
        ("thanks on a help", "Blue", "senior", "src:ana", "Green", "junior", "Question q1"),
    ]


def test_the_store_has_one_help_worth_two_points_for_every_row_of_helps(tmp_path: Path) -> None:
    craft = Community()
    for day in range(1, 9):
        question = craft.ask(f"asker {day % 3}", f"2026-03-{day:02} 10:00")
        for who in ("bo", "ed", "bo", f"asker {day % 3}"):
            craft.answer(question, who, f"2026-03-{day:02} 11:00")
    store = craft.build(tmp_path, until=UNTIL)
    columns = "community, question, {}, day, second"
    told = store.sql(f"select {columns.format('helper')} from helps order by all").fetchall()
    assert len(told) == 16
    worth = store.sql(
        f"select {columns.format('member')}, points from points where reason = 'help' order by all"
    ).fetchall()
    assert worth == [(*each, POINTS["help"]) for each in told]
