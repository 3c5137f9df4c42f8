"""A worked example for each number and table of help: small stories whose figures can be counted by hand."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from communities import Community, Told, at, days_later, plus, tell_together
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cop_metrics.measure.changes import differences
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.topics import NO_OTHER, TOO_FEW, with_action
from cop_metrics.settings import CommunitySettings
from cop_metrics.show.summary import moved_answers
from cop_metrics.statistics.waits import log_rank, survival

NOON = "2026-03-02 12:00"
LATER = "2026-06-01 12:00"


def finding(told: Told, id_: str) -> str | None:
    """Return what an exhibit shows in a sentence."""
    return told.measurer.measure(EXHIBITS[id_], told.scope()).finding


def waits(
    *hours: float,
    left: tuple[float, ...] = (),
    seniority: str = "junior",
    craft: Community | None = None,
) -> Community:
    """Tell of questions answered after so many hours, and of others withdrawn after so many."""
    craft = craft or Community()
    for number, wait in enumerate([*hours, *left]):
        asker = f"{seniority} {number}"
        closed_at = at(plus(NOON, hours=wait)) if number >= len(hours) else None
        question = craft.ask(asker, NOON, closed_at=closed_at)
        craft.works(asker, "Red", seniority)
        if number < len(hours):
            craft.answer(question, "bo", plus(NOON, hours=wait))
    return craft


# How much is asked and answered


def test_questions_count_those_of_people_withdrawn_ones_too(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-03-01 10:00")
    craft.ask("ana", "2026-03-02 10:00", closed_at=at("2026-03-02 11:00"))
    craft.member("robot", bot=True)
    craft.ask("robot", "2026-03-03 10:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("questions") == 2
    assert told.value("questions", period="2026-03-02..2026-03-31") == 1


def test_questions_asked_at_midnight_fall_in_one_period_only(tmp_path: Path) -> None:
    """It is March in Berlin, and still February by UTC."""
    craft = Community(settings=CommunitySettings(time_zone="Europe/Berlin"))
    craft.ask("ana", "2026-02-10 10:00")
    craft.ask("ana", "2026-02-28 23:00:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("questions", period="2026-02-01..2026-02-28") == 1
    assert told.value("questions", period="2026-03-01..2026-03-31") == 1
    assert told.split("questions", "month") == {
        "2026-02-01": 1,
        "2026-03-01": 1,
        "2026-04-01": 0,
        "2026-05-01": 0,
        "2026-06-01": 0,
    }


def test_questions_of_someone_who_changes_team_count_in_each_team_for_its_days(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.works("ana", "Red", "junior", until="2026-07-01")
    craft.works("ana", "Blue", "mid", since="2026-07-01")
    for day in ("2026-05-01 10:00", "2026-06-30 23:59", "2026-07-01 00:00"):
        craft.ask("ana", day)
    told = craft.tell(tmp_path, until="2026-12-31 12:00")
    assert told.split("questions", "team") == {"Red": 2, "Blue": 1}
    assert told.split("questions", "seniority") == {"junior": 2, "mid": 1}
    assert told.value("questions", team="Red", period="2026-06-01..2026-12-30") == 1


def test_answers_are_posts_of_people_on_the_day_they_were_written(tmp_path: Path) -> None:
    """Ana's own answer counts as one; the robot's, a deleted one and a comment do not."""
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.answer(question, "bo", "2026-03-05 10:00")
    craft.answer(question, "bo", "2026-03-05 11:00")
    craft.answer(question, "ana", "2026-03-06 10:00")
    craft.answer(question, "cat", "2026-03-06 11:00", deleted_at=at("2026-03-07 10:00"))
    craft.answer(question, "cat", "2026-03-06 12:00", kind="comment")
    craft.member("robot", bot=True)
    craft.answer(question, "robot", "2026-03-01 10:01")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("answers") == 3
    assert told.value("answers", period="2026-03-06..2026-03-31") == 1


def test_answerers_are_distinct_people_and_no_deleted_accounts(tmp_path: Path) -> None:
    craft = Community()
    craft.member("gone", deleted="2026-04-01 10:00")
    question = craft.ask("ana", "2026-03-01 10:00")
    for who in ("bo", "bo", "ana", "gone"):
        craft.answer(question, who, "2026-03-02 10:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("answerers") == 2
    assert sorted(told.listed("answerers")["Member"]) == ["ana", "bo"]


def test_answered_questions_do_not_need_the_answerer_to_be_there_still(tmp_path: Path) -> None:
    craft = Community()
    craft.member("gone", deleted="2026-04-01 10:00")
    craft.answer(craft.ask("ana", NOON), "gone", plus(NOON, hours=1))
    craft.ask("ana", NOON)
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("answered_questions") == 1
    assert told.value("answer_rate") == 0.5


def test_answered_questions_are_not_those_that_only_the_asker_or_a_bot_answered(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.member("robot", bot=True)
    craft.answer(craft.ask("ana", NOON), "robot", plus(NOON, hours=1))
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, hours=1))
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=40))
    assert craft.tell(tmp_path, until=LATER).value("answered_questions") == 1


def test_accepted_questions_count_the_askers_own_solution_too(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=1), accepted=True)
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, hours=1), accepted=True)
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=1))
    assert craft.tell(tmp_path, until=LATER).value("accepted_questions") == 2


# Answer rates: not yet known is not "no"


@pytest.mark.parametrize(
    ("id_", "hours"),
    [
        ("answer_rate_1h", 1),
        ("answer_rate_24h", 24),
        ("answer_rate", 7 * 24),
        ("answer_rate_30d", 30 * 24),
    ],
)
def test_the_answer_rates_take_in_the_last_second_and_leave_out_the_young(
    tmp_path: Path, id_: str, hours: int
) -> None:
    """Answered in the last second of the time, answered a second later, not answered, and one a second too young."""
    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-01 12:00"), "bo", plus("2026-03-01 12:00", hours=hours))
    craft.answer(
        craft.ask("ana", "2026-03-01 12:00"), "bo", plus("2026-03-01 12:00", hours=hours, seconds=1)
    )
    craft.ask("ana", plus("2026-05-31 12:00", hours=-hours))
    craft.ask("ana", plus("2026-05-31 12:00", hours=-hours, seconds=1))
    figure = craft.tell(tmp_path, until="2026-05-31 12:00").figure(id_)
    assert figure.value == pytest.approx(1 / 3)
    assert figure.sample_size == 3


def test_answer_rate_1h_counts_an_answer_that_was_moved_before_its_question_as_at_once(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=-3))
    told = craft.tell(tmp_path, until=LATER)
    assert (told.value("answer_rate_1h"), told.value("wait")) == (1, 0)
    assert moved_answers(told.cursor, "craft") == 1


def test_answer_rate_24h_is_not_hidden_by_a_bot_or_the_asker_who_came_first(tmp_path: Path) -> None:
    craft = Community()
    craft.member("robot", bot=True)
    question = craft.ask("ana", NOON)
    craft.answer(question, "robot", plus(NOON, seconds=1))
    craft.answer(question, "ana", plus(NOON, hours=1))
    craft.answer(question, "bo", plus(NOON, hours=5))
    told = craft.tell(tmp_path, until=LATER)
    assert (told.value("answer_rate_24h"), told.value("wait"), told.value("answer_rate_1h")) == (
        1,
        5,
        0,
    )


def test_answer_rate_of_a_question_closed_later_keeps_what_it_was(tmp_path: Path) -> None:
    """Closed after 20 days without help: unanswered within 7 days all the same, withdrawn before it was 30 days old."""
    craft = Community()
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=20)))
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=1))
    told = craft.tell(tmp_path, until=LATER)
    assert (
        told.value("answer_rate"),
        told.value("answer_rate_30d"),
        told.value("ever_answered"),
    ) == (0.5, 1, 1)


def test_answer_rate_leaves_out_what_was_withdrawn_before_help_and_before_7_days(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=2)))
    craft.answer(craft.ask("ana", NOON, closed_at=at(plus(NOON, days=2))), "bo", plus(NOON, days=1))
    figure = craft.tell(tmp_path, until=LATER).figure("answer_rate")
    assert (figure.value, figure.sample_size) == (1, 1)


def test_answer_rate_says_that_it_is_too_soon_to_tell_where_all_questions_are_too_young(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=1))
    told = craft.tell(tmp_path, until="2026-03-05 12:00")
    figure = told.figure("answer_rate")
    assert (figure.value, figure.sample_size, figure.note) == (
        None,
        0,
        "too soon to tell: 1 of this period, all younger than 7 days",
    )
    assert told.value("too_young") == 1


def test_months_of_the_answer_rate_are_whole_once_their_last_question_counts(
    tmp_path: Path,
) -> None:
    """On 20 June the questions of May are all a week old, and those of its second half are not yet 30 days old."""
    craft = Community()
    for asked in ("2026-04-10 12:00", "2026-05-10 12:00"):
        craft.answer(craft.ask("ana", asked), "bo", plus(asked, hours=1))
    told = craft.tell(tmp_path, since="2026-04-01 00:00", until="2026-06-20 12:00")
    whole = {
        id_: told.measurer.measure(METRICS[id_], told.scope(), "month").table["complete"].to_list()
        for id_ in ("answer_rate", "answer_rate_30d")
    }
    assert whole == {"answer_rate": [True, True, False], "answer_rate_30d": [True, False, False]}
    assert told.table("outcomes").select("month", "complete").rows() == [
        (at("2026-04-01").date(), True),
        (at("2026-05-01").date(), False),
    ]


def test_an_unknown_author_is_never_the_unknown_asker(tmp_path: Path) -> None:
    """Two posts without an author are two people, as far as anybody knows: the question is answered by another."""
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=1))
    told_rows = craft.rows["post"]
    told_rows[0]["author"] = told_rows[1]["author"] = None
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("answer_rate") == 1
    assert told.table("outcomes")["outcome"].to_list() == ["answered"]
    assert told.value("reciprocity") is None


def test_answer_rate_30d_of_a_steady_community_is_steady(tmp_path: Path) -> None:
    """Every question is answered after exactly 10 days, one a day on days 0 to 59, seen on day 60.

    So far 21 of the last 30 are answered, against 30 of the 30 before, though nothing has changed.
    """
    craft = Community()
    for day in range(60):
        asked = f"{days_later('2026-01-01', day)} 12:00"
        question = craft.ask(f"asker {day}", asked)
        if day <= 50:
            craft.answer(question, "bo", plus(asked, days=10))
    told = craft.tell(tmp_path, until="2026-03-02 12:00")
    now, before = {"period": "last-30-days"}, {"period": "2026-01-01..2026-01-30"}
    assert (told.value("ever_answered", **now), told.value("ever_answered", **before)) == (
        21 / 30,
        1,
    )
    assert (told.value("answer_rate_30d", **now), told.value("answer_rate_30d", **before)) == (1, 1)
    assert (told.value("wait", **now), told.value("wait", **before)) == (240, 240)
    assert (told.value("answer_rate", **now), told.value("answer_rate", **before)) == (0, 0)
    assert (told.value("too_young", **now), told.value("too_young", **before)) == (6, 0)


def test_too_young_are_the_questions_of_the_last_7_days(tmp_path: Path) -> None:
    craft = Community()
    for age in (6, 7, 8):
        craft.ask("ana", plus(LATER, days=-age))
    assert craft.tell(tmp_path, until=LATER).value("too_young") == 1


def test_ever_answered_leaves_withdrawn_questions_out(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=60))
    craft.ask("ana", NOON)
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=50)))
    figure = craft.tell(tmp_path, until=LATER).figure("ever_answered")
    assert (figure.value, figure.sample_size) == (0.5, 2)


# How long until someone helps


def test_wait_counts_those_still_waiting(tmp_path: Path) -> None:
    """Answered after 1, 2, 4 and 6 hours, withdrawn after 3 and 5: half are helped after 4 hours."""
    told = waits(1, 2, 4, 6, left=(3, 5)).tell(tmp_path, until=LATER)
    assert (told.value("wait"), told.value("wait_naive")) == (4, 3)


def test_wait_of_six_answered_questions_is_the_third(tmp_path: Path) -> None:
    assert waits(1, 2, 3, 4, 5, 6).tell(tmp_path, until=LATER).value("wait") == 3


def test_wait_that_half_never_reach_is_said_and_not_made_up(tmp_path: Path) -> None:
    """Four answered after 1 to 4 hours, six open after 720: the median of those answered would flatter."""
    craft = waits(1, 2, 3, 4)
    for number in range(6):
        craft.ask(f"open {number}", NOON)
    told = craft.tell(tmp_path, until=plus(NOON, hours=720))
    figure = told.figure("wait")
    assert (figure.value, figure.note) == (None, "not reached (60 % unanswered after 30 days)")
    assert told.value("wait_naive") == 2.5


def test_wait_of_a_topic_that_nobody_answered_is_null_and_not_0(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", NOON, topics=("pumps",))
    craft.answer(craft.ask("ana", NOON, topics=("welding",)), "bo", plus(NOON, hours=2))
    told = craft.tell(tmp_path, until=LATER)
    assert told.split("wait", "topic") == {"pumps": None, "welding": 2}
    assert told.value("wait_naive", topic="pumps") is None


def test_wait_ends_without_help_where_the_asker_solves_it(tmp_path: Path) -> None:
    """Ana finds the solution after 2 hours; bo's answer a day later cannot end a wait that was over."""
    craft = Community()
    question = craft.ask("ana", NOON)
    craft.answer(question, "ana", plus(NOON, hours=2), accepted=True)
    craft.answer(question, "bo", plus(NOON, days=1))
    figure = craft.tell(tmp_path, until=LATER).figure("wait")
    assert (figure.value, figure.note) == (None, "not reached (100 % unanswered after 0 days)")


def test_wait_by_team_gives_the_medians_of_freireichs_trial(tmp_path: Path) -> None:
    """Remission in weeks, here hours: 23 with the drug, 8 with the placebo (Freireich and others 1963)."""
    drug = (6, 6, 6, 7, 10, 13, 16, 22, 23)
    ended = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    placebo = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
    craft = waits(*drug, left=ended, seniority="senior")
    told = waits(*placebo, seniority="junior", craft=craft).tell(tmp_path, until=LATER)
    assert told.split("wait", "seniority") == {"junior": 8, "senior": 23}


def test_wait_naive_is_the_plain_median_of_answered_questions(tmp_path: Path) -> None:
    figure = waits(1, 2, 9, left=(100,)).tell(tmp_path, until=LATER).figure("wait_naive")
    assert (figure.value, figure.sample_size) == (2, 3)


def test_waiting_curve_falls_with_each_answer_by_those_still_followed(tmp_path: Path) -> None:
    curve = waits(1, 2, 4, 6, left=(3, 5)).tell(tmp_path, until=LATER).table("waiting_curve")
    falls = curve.unique("waiting", keep="first", maintain_order=True)
    assert falls["hours"].to_list() == [0, 1, 2, 4, 6]
    assert falls["waiting"].to_list() == pytest.approx([1, 5 / 6, 2 / 3, 4 / 9, 0])
    assert falls["at_risk"].to_list() == [6, 6, 5, 3, 1]
    assert (curve["seniority"] == "junior").all()


def test_waiting_curve_of_questions_that_nobody_answered_stays_at_all_until_they_leave_view(
    tmp_path: Path,
) -> None:
    """Two have waited for 100 and 200 hours, and two others for longer than the curve is drawn."""
    young = waits(left=(100, 200)).tell(tmp_path / "young", until=LATER)
    curve = young.table("waiting_curve")
    assert curve.select("hours", "waiting", "at_risk").rows() == [
        (0, 1, 2),
        (100, 1, 2),
        (200, 1, 1),
    ]
    assert finding(young, "waiting_curve") == "Not one of these questions has had help so far."
    old = waits(left=(900, 1000)).tell(tmp_path / "old", until=LATER).table("waiting_curve")
    assert old.select("hours", "waiting", "at_risk").rows() == [(0, 1, 2), (720, 1, 2)]


def test_waiting_curve_of_freireichs_trial_says_that_the_curves_differ(tmp_path: Path) -> None:
    """The log-rank test gives 16.79; it is said with five answered questions a group or more, and else nothing."""
    drug, ended = (6, 6, 6, 7, 10, 13, 16, 22, 23), (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    placebo = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
    craft = waits(*placebo, seniority="junior", craft=waits(*drug, left=ended, seniority="senior"))
    told = craft.tell(tmp_path, until=LATER)
    rows = told.cursor.sql(
        "select asker_seniority as seniority, waited_seconds, wait_ended from questions"
    ).pl()
    parts = [part for _, part in rows.group_by("seniority")]
    curves = [survival(part["waited_seconds"], part["wait_ended"]) for part in parts]
    tested = log_rank(*curves)
    assert tested
    assert tested.chi2 == pytest.approx(16.79, abs=0.005)
    p = told.measurer.tested(EXHIBITS["waiting_curve"], told.scope())
    assert p == pytest.approx(tested.p)
    found = differences(
        told.measurer, told.scope(), [], [EXHIBITS["waiting_curve"], EXHIBITS["outcomes"]]
    )
    assert found.exhibits == {"waiting_curve": True}


def test_waiting_curve_of_groups_that_wait_alike_is_tested_and_found_no_different(
    tmp_path: Path,
) -> None:
    craft = waits(1, 2, 3, 4, 6, seniority="senior", craft=waits(1, 2, 3, 4, 5, seniority="junior"))
    told = craft.tell(tmp_path, until=LATER)
    assert differences(told.measurer, told.scope(), [], [EXHIBITS["waiting_curve"]]).exhibits == {
        "waiting_curve": False
    }


def test_waiting_curve_says_nothing_of_a_group_with_four_answered_questions(tmp_path: Path) -> None:
    craft = waits(
        100,
        200,
        300,
        400,
        left=(500,),
        seniority="senior",
        craft=waits(1, 2, 3, 4, 5, seniority="junior"),
    )
    told = craft.tell(tmp_path, until=LATER)
    said = "Of all questions a quarter after 3.0 h, half after 5.0 h and three quarters after 12 days had help."
    assert finding(told, "waiting_curve") == said
    assert told.measurer.tested(EXHIBITS["waiting_curve"], told.scope()) is None


def test_waiting_curve_tells_only_the_quartiles_that_are_reached(tmp_path: Path) -> None:
    """Of eight questions three are helped, after one, two and three hours, so that half is never reached."""
    told = finding(waits(1, 2, 3, left=(500,) * 5).tell(tmp_path, until=LATER), "waiting_curve")
    assert told == "Of all questions a quarter after 2.0 h had help."


def test_waiting_curve_by_team_shows_the_eight_with_most_questions(tmp_path: Path) -> None:
    craft = Community()
    for team in range(9):
        craft.works(f"asker {team}", f"Team {team}", "mid")
        for _ in range(team + 1):
            craft.answer(craft.ask(f"asker {team}", NOON), "bo", plus(NOON, hours=2))
    curves = craft.tell(tmp_path, until=LATER).table("waiting_curve_by_team")
    assert sorted(set(curves["team"])) == [f"Team {team}" for team in range(1, 9)]
    assert curves.filter(team="Team 8").select("hours", "waiting", "at_risk").rows() == [
        (0, 1, 9),
        (2, 0, 9),
    ]


def test_waiting_curve_by_team_merges_small_teams_for_those_who_may_not_see_names(
    tmp_path: Path,
) -> None:
    craft = Community()
    for team, people in (("Red", 7), ("Blue", 6), ("Tiny", 3), ("Small", 3)):
        for number in range(people):
            name = f"{team} {number}"
            craft.works(name, team, "mid")
            craft.answer(
                craft.ask(name, NOON), "Red 0" if name != "Red 0" else "Red 1", plus(NOON, hours=2)
            )
    told = craft.tell(tmp_path, until=LATER)
    unnamed = told.measurer.measure(
        EXHIBITS["waiting_curve_by_team"], told.scope(names=False)
    ).table
    assert set(unnamed["team"]) == {"Red", "Blue", "small teams"}
    assert unnamed.filter(team="small teams")["at_risk"].max() == 6


@pytest.mark.parametrize(
    ("asked", "answered", "hours"),
    [
        ("2026-03-06 16:00", "2026-03-09 10:00", 2),  # from Friday to Monday: an hour on each
        ("2026-03-07 11:00", "2026-03-08 11:00", 0),  # from Saturday to Sunday
        ("2026-03-02 02:00", "2026-03-02 09:30", 0.5),  # asked at night: the clock starts at nine
        ("2026-03-02 16:00", "2026-03-02 23:00", 1),  # answered at night: it stopped at five
        ("2026-03-02 18:00", "2026-03-03 08:59", 0),  # both at night
        ("2026-03-02 10:00", "2026-03-02 10:00", 0),
        ("2026-03-02 09:00", "2026-03-09 09:00", 40),  # a week has five days of eight hours
        ("2026-03-31 16:00", "2026-04-02 10:00", 2),  # over a holiday, the first of April
        ("2026-04-01 10:00", "2026-04-02 10:00", 1),  # asked on it
        ("2026-03-31 16:00", "2026-04-01 12:00", 1),  # answered on it
    ],
)
def test_wait_in_hours_of_work_runs_from_9_to_17_on_working_days(
    tmp_path: Path, asked: str, answered: str, hours: float
) -> None:
    """The second holiday is a Saturday, on which the office is closed anyway."""
    craft = Community(settings=CommunitySettings(holidays=(date(2026, 4, 1), date(2026, 4, 4))))
    craft.answer(craft.ask("ana", asked), "bo", answered)
    assert craft.tell(tmp_path, until=LATER).value("wait_in_hours_of_work") == hours


def test_wait_in_hours_of_work_follows_the_clock_on_the_wall(tmp_path: Path) -> None:
    """Asked on a Friday at 16:00 in Berlin, answered on Monday at 10:00 by the clock that was put forward meanwhile."""
    craft = Community(settings=CommunitySettings(time_zone="Europe/Berlin"))
    craft.answer(craft.ask("ana", "2026-03-27 15:00"), "bo", "2026-03-30 08:00")
    told = craft.tell(tmp_path, until=LATER)
    assert (told.value("wait_in_hours_of_work"), told.value("wait")) == (2, 65)


def test_wait_in_hours_of_work_counts_those_still_waiting(tmp_path: Path) -> None:
    """Asked on Monday at noon, one answered after an hour, two open on Tuesday at noon, eight hours of work later."""
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=1))
    for who in ("ben", "cat"):
        craft.ask(who, NOON)
    figure = craft.tell(tmp_path, until=plus(NOON, days=1)).figure("wait_in_hours_of_work")
    assert (figure.value, figure.note) == (
        None,
        "not reached (67 % unanswered after 8 hours of work)",
    )


# What becomes of questions


def test_waiting_questions_are_from_a_day_to_30_days_old_whatever_the_period(
    tmp_path: Path,
) -> None:
    craft = Community()
    for days in (0.5, 2, 29, 31):
        craft.ask("ana", plus(LATER, days=-days))
    craft.answer(craft.ask("ana", plus(LATER, days=-2)), "bo", plus(LATER, days=-1))
    craft.ask("ana", plus(LATER, days=-2), closed_at=at(plus(LATER, days=-1)))
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("waiting_questions") == 2
    assert told.value("waiting_questions", period="2026-05-31..2026-05-31") == 2
    assert told.value("given_up") == 1


def test_waiting_questions_are_those_that_only_a_bot_answered_too(tmp_path: Path) -> None:
    craft = Community()
    craft.member("robot", bot=True)
    craft.answer(craft.ask("ana", plus(LATER, days=-2)), "robot", plus(LATER, days=-2, seconds=1))
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-02 10:00")
    assert craft.tell(tmp_path, until=LATER).value("waiting_questions") == 1


def test_given_up_is_every_question_that_has_waited_for_30_to_365_days(tmp_path: Path) -> None:
    """Not those of 30 days to the second, which are still waited for, and of over 365 days, which nobody comes back for."""
    craft = Community()
    for ago in (
        timedelta(days=30),
        timedelta(days=30, seconds=1),
        timedelta(days=365),
        timedelta(days=365, seconds=1),
    ):
        craft.ask("ana", (at(LATER) - ago).isoformat(sep=" "))
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-05-31 10:00")
    told = craft.tell(tmp_path, until=LATER)
    assert (told.value("given_up"), told.value("waiting_questions")) == (2, 1)
    assert set(told.listed("given_up")["Question"]) == {"Question q2", "Question q3"}


def test_solved_rate_counts_anothers_answer_accepted_within_30_days(tmp_path: Path) -> None:
    """Of the five ripe questions one is resolved: the others by the asker, too late, not at all, and by nobody."""
    craft = Community()
    craft.answer(
        craft.ask("ana", NOON),
        "bo",
        plus(NOON, days=1),
        accepted=True,
        accepted_at=at(plus(NOON, days=29)),
    )
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, days=1), accepted=True)
    craft.answer(
        craft.ask("ana", NOON),
        "bo",
        plus(NOON, days=1),
        accepted=True,
        accepted_at=at(plus(NOON, days=31)),
    )
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=1))
    craft.ask("ana", NOON)
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=3)))
    craft.answer(
        craft.ask("ana", plus(LATER, days=-20)), "bo", plus(LATER, days=-19), accepted=True
    )
    figure = craft.tell(tmp_path, until=LATER).figure("solved_rate")
    assert (figure.value, figure.sample_size) == (0.2, 5)


def test_outcomes_are_the_first_that_applies_within_30_days(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=2)))
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=1), accepted=True)
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, days=1), accepted=True)
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=1))
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, days=1))
    craft.ask("ana", NOON)
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("outcomes").rows() == [
        (at("2026-03-01").date(), outcome, 1, False)
        for outcome in (
            "answered",
            "resolved",
            "resolved_by_self",
            "self_answered",
            "unanswered",
            "withdrawn",
        )
    ]


def test_withdrawn_is_counted_beside_the_shares(tmp_path: Path) -> None:
    """Closed or deleted before help and within 30 days; one closed after help, one closed late and a young one are not."""
    craft = Community()
    for days in (2, 29, 31):
        craft.ask("ana", NOON, closed_at=at(plus(NOON, days=days)))
    craft.answer(
        craft.ask("ana", NOON, closed_at=at(plus(NOON, days=3))),
        "bo",
        plus(NOON, days=1),
        accepted=True,
    )
    craft.ask("ana", plus(LATER, days=-20), closed_at=at(plus(LATER, days=-19)))
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("withdrawn") == 2
    assert told.figure("solved_rate").sample_size == 2


def helped_by(*helpers: int) -> Community:
    """Tell of questions that so many people helped, each twice, and of help that came too late."""
    craft = Community()
    for number, count in enumerate(helpers):
        question = craft.ask(f"asker {number}", NOON)
        for helper in range(count):
            for hour in (1, 2):
                craft.answer(question, f"helper {helper}", plus(NOON, hours=hour))
        craft.answer(question, f"asker {number}", plus(NOON, hours=3))
        craft.answer(question, "late", plus(NOON, days=31))
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=3)))
    craft.answer(craft.ask("ana", plus(LATER, days=-29)), "bo", plus(LATER, days=-28))
    return craft


def test_helps_per_question_counts_people_within_30_days_and_those_nobody_helped(
    tmp_path: Path,
) -> None:
    """Three, one and no helpers: 4 / 3. The withdrawn question and the young one are left out."""
    figure = helped_by(3, 1, 0).tell(tmp_path, until=LATER).figure("helps_per_question")
    assert (figure.value, figure.sample_size) == (pytest.approx(4 / 3), 3)
    assert figure.interval is not None
    assert figure.interval.low < 4 / 3 < figure.interval.high


def test_helpers_per_question_is_over_the_questions_that_anyone_helped(tmp_path: Path) -> None:
    figure = helped_by(3, 1, 0).tell(tmp_path, until=LATER).figure("helpers_per_question")
    assert (figure.value, figure.sample_size) == (2, 2)
    nobody = helped_by(0).tell(tmp_path / "none", until=LATER).figure("helpers_per_question")
    assert (nobody.value, nobody.note) == (
        None,
        "no question of this period that is 30 days old was answered within 30 days",
    )


def test_a_helper_is_another_who_answered_and_not_who_commented_or_asked(tmp_path: Path) -> None:
    """Bo answers twice, cat comments, and ana adds an answer of her own: one helper."""
    craft = Community()
    question = craft.ask("ana", "2026-05-01 10:00")
    for who, kind in (("bo", "answer"), ("bo", "answer"), ("cat", "comment"), ("ana", "answer")):
        craft.answer(question, who, "2026-05-01 11:00", kind=kind)
    store = craft.build(tmp_path, until=LATER)
    assert store.sql("select helpers, helps_in_30_days from questions").fetchall() == [(1, 1)]


def test_gaps_compares_seniorities_by_both_shares_with_the_median_beside(tmp_path: Path) -> None:
    """A junior's questions are answered after 2 hours, 2 days and never; a senior's after 1 hour, and one is too young."""
    craft = Community()
    craft.works("ana", "Red", "junior")
    craft.works("sue", "Red", "senior")
    for hours in (2, 48):
        craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, hours=hours))
    craft.ask("ana", NOON)
    craft.answer(craft.ask("sue", NOON), "bo", plus(NOON, hours=1))
    craft.ask("sue", plus(LATER, hours=-1))
    told = craft.tell(tmp_path, until=LATER)
    table = told.table("gaps")
    assert table.select(
        "seniority", "answer_rate_24h", "answer_rate", "wait", "questions"
    ).rows() == [
        ("junior", pytest.approx(1 / 3), pytest.approx(2 / 3), 48, 3),
        ("senior", 1, 1, 1, 2),
    ]
    by_metric = told.measurer.measure(METRICS["answer_rate"], told.scope(), "seniority").table
    assert table["low"].to_list() == pytest.approx(by_metric["low"].to_list())
    assert table["high"].to_list() == pytest.approx(by_metric["high"].to_list())


def test_gaps_of_questions_that_are_all_too_young_are_null_and_not_0(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", plus(LATER, hours=-1))
    row = craft.tell(tmp_path, until=LATER).table("gaps").row(0, named=True)
    assert (row["answer_rate_24h"], row["answer_rate"], row["low"], row["wait"]) == (
        None,
        None,
        None,
        None,
    )


def test_outcomes_do_not_change_any_more_after_30_days(tmp_path: Path) -> None:
    """Helped, answered by the asker, solved and closed, each after 31 days: unanswered within 30."""
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=31))
    craft.answer(craft.ask("ana", NOON), "ana", plus(NOON, days=31))
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=31), accepted=True)
    craft.ask("ana", NOON, closed_at=at(plus(NOON, days=31)))
    craft.ask("ana", plus(LATER, days=-29))
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("outcomes").rows() == [(at("2026-03-01").date(), "unanswered", 4, False)]


# Topics, people and teams


def test_topics_each_count_a_question_that_has_two(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON, topics=("pumps", "welding")), "bo", plus(NOON, hours=1))
    craft.ask("ana", NOON, topics=("pumps",))
    craft.ask("ana", plus(LATER, days=-1), topics=("pumps",))
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("topics").rows() == [
        ("pumps", "too few questions to tell", 3, 2, 0.5, 0.5),
        ("welding", "too few questions to tell", 1, 1, 1, 1),
    ]
    assert told.split("questions", "topic") == {"pumps": 3, "welding": 1}
    assert told.value("questions", topic=("pumps", "welding")) == 3


def ask_about(craft: Community, topic: str, questions: int, helpers: int) -> None:
    """Tell of so many questions about a topic, each asked by somebody else and helped by so many."""
    for asker in range(questions):
        question = craft.ask(f"asker {asker}", NOON, topics=(topic,))
        for number in range(helpers):
            craft.answer(question, f"helper {number}", plus(NOON, hours=number + 1))


def test_topics_are_split_at_the_medians_of_those_with_five_ripe_questions(tmp_path: Path) -> None:
    """The medians of the five topics are 21 questions and 2 helps each; what lies on them is few, and no other than the rest."""
    craft = Community()
    topics = {
        "drift": (27, 0),
        "plc": (24, 4),
        "bolts": (15, 3),
        "paint": (18, 1),
        "middle": (21, 2),
        "rare": (4, 9),
    }
    for topic, (questions, helpers) in topics.items():
        ask_about(craft, topic, questions, helpers)
    for _ in range(3):  # young ones make a topic no riper, withdrawn ones neither
        craft.ask("ana", plus(LATER, days=-29), topics=("rare",))
        craft.ask("ana", NOON, topics=("rare",), closed_at=at(plus(NOON, hours=1)))
    table = craft.tell(tmp_path, until=LATER).table("topics")
    assert dict(table.select("topic", "action").rows()) == {
        "drift": "find an expert or research it",
        "plc": "exchange knowledge",
        "bolts": "write guidance or an FAQ",
        "paint": "watch",
        "middle": "no other than the rest",
        "rare": "too few questions to tell",
    }
    assert dict(table.select("topic", "ripe").rows())["rare"] == 4


def counted(
    helps: NDArray[np.int64], topics: NDArray[np.int64], askers: NDArray[np.int64]
) -> pl.DataFrame:
    """Return what is counted of questions with so many helps each, of these topics and askers; any help came in 7 days."""
    questions = pl.DataFrame({"topic": topics, "asker_id": askers, "helps": helps})
    questions = questions.with_columns(
        pl.format("topic {}", "topic"), answered=(pl.col("helps") > 0).cast(pl.Int64)
    )
    each = pl.concat([questions, questions.with_columns(pl.lit(None, pl.String).alias("topic"))])
    size = [pl.len().alias(name) for name in ("questions", "ripe", "old")]
    return (
        each.group_by("topic", "asker_id")
        .agg(*size, pl.col("helps", "answered").sum())
        .sort("topic", "asker_id")
    )


def test_topics_that_are_all_alike_are_told_to_do_nothing_in_nineteen_of_twenty_communities() -> (
    None
):
    """30 topics with the same help to come; who asks more is helped more or less, whatever the topic."""
    draws = np.random.default_rng(20_260_101)
    advised = 0
    for _ in range(100):
        askers = draws.integers(0, 120, size=900)
        liked = draws.gamma(4.0, 0.3, size=120)
        rows = counted(draws.poisson(liked[askers]), draws.integers(0, 30, size=900), askers)
        advised += not set(with_action(rows)["action"]) <= {NO_OTHER, TOO_FEW}
    assert advised <= 0.05 * 100 + 2 * (100 * 0.05 * 0.95) ** 0.5


def test_no_expert_is_to_be_found_for_a_topic_that_is_answered_as_well_as_the_others() -> None:
    """All questions are answered; those of topic 0 by one each, the others by two: less help, and nobody waits for long."""
    topics = np.repeat(np.arange(5), [40, 20, 20, 20, 10])
    helps = np.where(topics == 0, 1, 2)
    actions = dict(
        with_action(counted(helps, topics, np.arange(110))).select("topic", "action").rows()
    )
    assert actions["topic 0"] == NO_OTHER
    unanswered = np.where((topics == 0) & (np.arange(110) % 2 == 0), 0, helps)
    actions = dict(
        with_action(counted(unanswered, topics, np.arange(110))).select("topic", "action").rows()
    )
    assert actions["topic 0"] == "find an expert or research it"


def test_topics_to_act_on_begin_with_those_short_of_help_and_link_what_waits(
    tmp_path: Path,
) -> None:
    craft = Community()
    for topic, questions, helpers in (
        ("drift", 27, 0),
        ("plc", 24, 4),
        ("bolts", 15, 3),
        ("paint", 18, 1),
        ("middle", 21, 2),
    ):
        ask_about(craft, topic, questions, helpers)
    for days in (5, 3):
        craft.ask(
            "ana",
            plus(LATER, days=-days),
            topics=("plc",),
            title=f"Open for {days} days",
            url=f"https://x.y/{days}",
        )
    told = craft.tell(tmp_path, until=LATER)
    for period in ("all", "2026-03-01..2026-03-31"):  # what waits now is so whatever the period
        rows = told.table("topics_to_act_on", period=period)
        assert rows["topic"].to_list() == ["drift", "plc", "bolts"]
        row = rows.filter(topic="plc").row(0, named=True)
        assert (row["quadrant"], row["action"]) == (
            "many questions, much help",
            "exchange knowledge",
        )
        assert (row["waiting_now"], row["title"], row["url"]) == (
            2,
            "Open for 5 days",
            "https://x.y/5",
        )
        assert rows.filter(topic="drift").row(0)[6:] == (0, None, None)


def test_a_question_that_a_comment_solved_is_not_waiting(tmp_path: Path) -> None:
    """A comment is no answer, so nobody helped; but the asker marked it as the solution."""
    craft = Community()
    for when in ("2026-01-02 10:00", "2026-03-02 10:00"):
        craft.answer(
            craft.ask("ana", when), "bo", "2026-03-03 10:00", kind="comment", accepted=True
        )
    told = craft.tell(tmp_path, since="2025-12-01 00:00", until="2026-03-20 12:00")
    assert set(told.listed("questions")["Outcome"]) == {"resolved"}
    assert (told.value("waiting_questions"), told.value("given_up")) == (0, 0)


def test_solved_rate_is_not_measurable_where_no_answer_was_ever_accepted(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", NOON), "bo", plus(NOON, days=1))
    figure = craft.tell(tmp_path, until=LATER).figure("solved_rate")
    assert (figure.value, figure.note) == (
        None,
        "not measurable: the sources tell of no accepted answer",
    )


# What must hold of every history


def test_questions_of_an_export_that_begins_in_the_middle_make_nobody_new_and_no_period_grow(
    tmp_path: Path,
) -> None:
    """The export holds April to June of a community that is as it always was: nobody is new, and nothing is compared."""
    craft = Community()
    for day in range(91):
        asked = f"{days_later('2026-04-01', day)} 10:00"
        craft.answer(craft.ask(f"asker {day % 30}", asked), "bo", plus(asked, hours=1))
    told = craft.tell(tmp_path, since="2026-04-01 00:00", until="2026-07-01 00:00")
    assert told.figure("new", period="2026-04-01..2026-06-29").note is not None
    assert told.figure("newcomers_first_answered").value is None
    assert told.listed("new").is_empty()
    scope = told.scope(period="last-90-days", compare="before")
    assert (scope.compare, scope.compare_note) == (None, "no data before 1 Apr 2026")


@pytest.mark.parametrize("younger", [0, 1])
@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        ("helped_in_1_hour", 3_600),
        ("helped_in_24_hours", 86_400),
        ("helped_in_7_days", 7 * 86_400),
        ("helped_in_30_days", 30 * 86_400),
        ("outcome_in_30_days", 30 * 86_400),
        ("helps_in_30_days", 30 * 86_400),
    ],
)
def test_a_question_is_ripe_from_the_second_it_is_old_enough(
    known: str, seconds: int, younger: int, tmp_path: Path
) -> None:
    asked = "2026-01-01 10:00"
    craft = Community()
    craft.ask("ana", asked)
    store = craft.build(tmp_path, until=plus(asked, seconds=seconds - younger))
    assert store.sql(f"select {known} is null from questions").fetchall() == [(bool(younger),)]


MONTH = 30 * 86_400


@pytest.mark.parametrize("seconds", [MONTH - 1, MONTH, MONTH + 1])
@pytest.mark.parametrize(
    "deed", ["withdrawn", "resolved", "resolved_by_self", "answered", "self_answered"]
)
def test_what_happens_to_the_second_after_30_days_still_counts(
    deed: str, seconds: int, tmp_path: Path
) -> None:
    """Deeds up to that second make the outcome; what is withdrawn at it is still whole for rates, and has no helps."""
    asked = "2026-01-01 10:00"
    when = plus(asked, seconds=seconds)
    craft = Community()
    question = craft.ask("ana", asked)
    if deed == "withdrawn":
        craft.rows["post"][-1]["deleted_at"] = at(when)
    else:
        who = "ana" if deed in ("self_answered", "resolved_by_self") else "bo"
        craft.answer(question, who, when, accepted=deed in ("resolved", "resolved_by_self"))
    store = craft.build(tmp_path, until="2026-06-01 10:00")
    [(outcome, helped, helps)] = store.sql(
        "select outcome_in_30_days, helped_in_30_days, helps_in_30_days from questions"
    ).fetchall()
    in_time = seconds <= MONTH
    assert outcome == (deed if in_time else "unanswered")
    assert helped == (
        None
        if deed == "withdrawn" and seconds < MONTH
        else in_time and deed in ("resolved", "answered")
    )
    assert helps == (
        None
        if deed == "withdrawn" and in_time
        else int(in_time and deed in ("resolved", "answered"))
    )


WAITS = st.floats(min_value=0, max_value=80, allow_nan=False)
DEEDS = st.tuples(
    st.sampled_from(
        ("help", "own answer", "accepted help", "own solution", "close", "delete", "bot")
    ),
    WAITS,
)
HISTORIES = st.lists(
    st.tuples(st.integers(0, 90), st.lists(DEEDS, max_size=4)), min_size=1, max_size=12
)
OUTCOMES = {"withdrawn", "resolved", "resolved_by_self", "answered", "self_answered", "unanswered"}


@settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(each=st.lists(HISTORIES, min_size=4, max_size=4))
def test_outcomes_of_any_history_are_exclusive_and_add_up(
    each: list[list[tuple[int, list[tuple[str, float]]]]],
) -> None:
    """Whatever happens to questions: each has one outcome, ripe ones one within 30 days, and the numbers of help agree."""
    end = "2026-06-30 12:00"
    crafts = [told_of(histories, f"craft {number}", end) for number, histories in enumerate(each)]
    with TemporaryDirectory() as folder:
        all_told = tell_together(crafts, Path(folder), since="2026-01-01 00:00", until=end)
        for histories, told in zip(each, all_told, strict=True):
            check_outcomes(told, histories)


def told_of(histories: list[tuple[int, list[tuple[str, float]]]], name: str, end: str) -> Community:
    craft = Community(name)
    craft.member("robot", bot=True)
    for number, (age, deeds) in enumerate(histories):
        asked = plus(end, days=-age)
        happened = [(deed, min(at(plus(asked, days=after)), at(end))) for deed, after in deeds]
        closed, deleted = (
            min((when for deed, when in happened if deed == what), default=None)
            for what in ("close", "delete")
        )
        question = craft.ask(f"asker {number}", asked, closed_at=closed)
        craft.rows["post"][-1]["deleted_at"] = deleted
        for deed, when in happened:
            who = {"help": "bo", "accepted help": "cat", "bot": "robot"}.get(
                deed, f"asker {number}"
            )
            if deed not in ("close", "delete"):
                craft.answer(
                    question, who, str(when), accepted=deed in ("accepted help", "own solution")
                )
    return craft


def check_outcomes(told: Told, histories: list[tuple[int, list[tuple[str, float]]]]) -> None:
    listed, ripe = told.listed("questions"), sum(age >= 30 for age, _ in histories)
    counted = dict(
        told.table("outcomes").group_by("outcome").agg(pl.col("questions").sum()).iter_rows()
    )
    assert listed.height == len(histories)
    assert set(listed["Outcome"]) <= OUTCOMES
    assert set(counted) <= OUTCOMES
    assert sum(counted.values()) == ripe
    assert (told.value("withdrawn") or 0) == counted.get("withdrawn", 0)
    shared = ripe - counted.get("withdrawn", 0)
    solved = shared if "acceptance" in told.choices.measured else 0
    assert told.figure("solved_rate").sample_size == solved
    assert (told.value("solved_rate") or 0) * shared == pytest.approx(counted.get("resolved", 0))
    rates = [
        told.figure(id_)
        for id_ in ("answer_rate_1h", "answer_rate_24h", "answer_rate", "answer_rate_30d")
    ]
    assert all(figure.value is None or 0 <= figure.value <= 1 for figure in rates)
    helped = told.cursor.sql(
        "select count(*) filter (helped and not withdrawn), count(*) filter (not withdrawn) from questions "
        "where community = $community",
        params={"community": told.community},
    )
    answered, kept = helped.fetchall()[0]
    assert (told.value("ever_answered") or 0) * kept == pytest.approx(answered)
