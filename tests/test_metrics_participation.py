"""A worked example for each number and table of participation."""

from pathlib import Path

import pytest
from communities import Community, at, days_later

from cop_metrics.settings import CommunitySettings

YEAR = "2026-01-01..2026-12-31"
NEW_YEAR = "2027-01-01 12:00"


def test_members_are_people_with_an_account_at_the_last_moment_of_the_period(tmp_path: Path) -> None:
    """Ana and bo belong; cat joins later, dan's account is deleted, eva's roster ends, the robot is nobody."""
    craft = Community()
    craft.member("ana", joined="2026-01-05 10:00")
    craft.member("bo")
    craft.member("cat", joined="2026-04-01 00:00")
    craft.member("dan", joined="2026-01-05 10:00", deleted="2026-03-31 10:00")
    craft.member("eva", joined="2026-01-05 10:00")
    craft.works("eva", "Red", "mid", until="2026-03-15")
    craft.member("robot", bot=True)
    craft.ask("ana", "2026-01-06 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("members", period="2026-03-01..2026-03-31") == 2
    assert told.value("members", period="2026-03-01..2026-03-14") == 4
    assert told.value("members", period="2026-03-01..2026-04-01") == 3
    assert set(told.listed("members", period="2026-03-01..2026-03-31")["Member"]) == {"ana", "bo"}


def test_active_members_posted_reacted_or_read(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.react(question, "bo", "2026-03-02 10:00")
    craft.read(question, "cat", "2026-03-03")
    craft.member("dan", joined="2026-03-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("active") == 3
    assert told.split("active", "month") == {"2026-03-01": 3, "2026-04-01": 0, "2026-05-01": 0, "2026-06-01": 0}


def test_active_at_midnight_is_active_on_the_day_that_begins(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("bo", "2026-03-01 10:00")
    craft.ask("ana", "2026-04-01 00:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.listed("active", period="2026-03-01..2026-03-31")["Member"].to_list() == ["bo"]
    assert told.listed("active", period="2026-04-01..2026-04-30")["Member"].to_list() == ["ana"]


def test_contributors_are_distinct_people_who_wrote(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.ask("ana", "2026-03-02 10:00")
    craft.answer(question, "bo", "2026-03-02 10:00", kind="comment")
    craft.react(question, "cat", "2026-03-02 10:00")
    craft.member("robot", bot=True)
    craft.answer(question, "robot", "2026-03-02 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("contributors")
    assert (figure.value, figure.sample_size) == (2, 2)


def test_new_members_are_seen_from_the_90th_day_of_the_data_on(tmp_path: Path) -> None:
    """An export that begins mid-history makes nobody new: everyone's first act in it looks like a beginning."""
    craft = Community()
    craft.ask("old hand", "2026-01-01 10:00")
    craft.ask("seen on day 89", "2026-03-31 10:00")
    craft.ask("seen on day 90", "2026-04-01 10:00")
    craft.member("joined on day 90", joined="2026-04-01 10:00")
    craft.member("joined long ago", joined="2020-01-01 10:00")
    craft.ask("joined long ago", "2026-05-01 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.value("new") == 2
    assert set(told.listed("new")["Member"]) == {"seen on day 90", "joined on day 90"}
    assert told.value("new", period="2026-01-01..2026-03-31") is None
    assert told.value("new", period="2026-01-01..2026-04-01") == 2


def test_returning_members_were_silent_for_more_than_90_days_and_there_before(tmp_path: Path) -> None:
    """Seen in June. March 3 is 90 days before June 1: who was active on it had not gone, who was last on March 2 had."""
    craft = Community()
    for who, day in {"back": "2026-03-02", "steady": "2026-03-03"}.items():
        craft.ask(who, f"{day} 10:00")
    for who in ("back", "steady", "newcomer"):
        craft.ask(who, "2026-06-10 10:00")
    told = craft.tell(tmp_path, until="2026-07-01 12:00")
    june = {"period": "2026-06-01..2026-06-30"}
    assert told.value("returning", **june) == 1
    assert told.listed("returning", **june)["Member"].to_list() == ["back"]


def test_away_members_were_active_once_but_not_in_the_last_90_days(tmp_path: Path) -> None:
    """June ends on the 30th; April 2 is the first of its last 90 days."""
    craft = Community()
    craft.ask("away", "2026-04-01 10:00")
    craft.ask("here", "2026-04-02 10:00")
    craft.member("never", joined="2026-01-01 10:00")
    told = craft.tell(tmp_path, until="2026-07-01 12:00")
    june = {"period": "2026-06-01..2026-06-30"}
    assert told.listed("away", **june)["Member"].to_list() == ["away"]
    assert told.value("away", period="2026-05-01..2026-05-31") == 0


def test_silent_members_neither_wrote_nor_read_up_to_the_end_of_the_period(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("writes", "2026-03-01 10:00")
    craft.member("reads later", joined="2026-03-01 10:00")
    craft.read(question, "reads later", "2026-04-01")
    craft.react(question, craft.member("only likes"), "2026-03-02 10:00")
    craft.member("nothing", joined="2026-03-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("silent", period="2026-03-01..2026-03-31") == 3
    assert set(told.listed("silent")["Member"]) == {"only likes", "nothing"}


def test_contributor_rate_counts_who_changes_team_in_each_team_for_its_days(tmp_path: Path) -> None:
    """Ana writes in March, in Red; from July on she is in Blue and writes no more. Cat's last 20 days are too few."""
    craft = Community()
    craft.works("ana", "Red", "junior", until="2026-07-01")
    craft.works("ana", "Blue", "mid", since="2026-07-01")
    for who in ("ana", "bo"):
        craft.member(who, joined="2025-12-01 10:00")
    craft.works("bo", "Red", "mid")
    craft.member("cat", joined="2026-12-12 10:00")
    craft.works("cat", "Blue", "mid")
    craft.ask("ana", "2026-03-01 10:00")
    craft.ask("cat", "2026-12-20 10:00")
    told = craft.tell(tmp_path, since="2025-12-01 00:00", until=NEW_YEAR)
    assert told.split("contributor_rate", "team", period=YEAR) == {"Red": 0.5, "Blue": 0}
    assert told.split("contributor_rate", "seniority", period=YEAR) == {"junior": 1, "mid": 0}
    figure = told.figure("contributor_rate", period=YEAR)
    assert (figure.value, figure.sample_size) == (0.5, 2)


def test_contributor_rate_of_a_short_period_asks_for_all_of_it(tmp_path: Path) -> None:
    """Ten days: ana was there throughout, cat from the second day on."""
    craft = Community()
    craft.member("ana", joined="2026-01-01 10:00")
    craft.member("cat", joined="2026-03-02 10:00")
    craft.ask("cat", "2026-03-05 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    figure = told.figure("contributor_rate", period="2026-03-01..2026-03-10")
    assert (figure.value, figure.sample_size) == (0, 1)


def test_stickiness_counts_days_without_anybody_as_zero(tmp_path: Path) -> None:
    """April: ana comes on 15 of 30 days, bo on one: 16 visits of two people over 30 days. March and May are cut."""
    craft = Community()
    craft.ask("ana", "2026-03-20 10:00")
    for number in range(15):
        craft.ask("ana", f"{days_later('2026-04-01', 2 * number)} 10:00")
    craft.ask("bo", "2026-04-10 10:00")
    craft.ask("cat", "2026-05-02 10:00")
    told = craft.tell(tmp_path, until="2026-05-20 12:00")
    figure = told.figure("stickiness")
    assert figure.value == pytest.approx(16 / 30 / 2)
    assert figure.sample_size == 2  # two people in April
    assert told.value("stickiness", period="2026-05-01..2026-05-19") is None


def test_people_by_act_counts_each_person_once_a_month_by_the_most_they_did(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("asks and answers", "2026-03-01 10:00")
    craft.answer(question, "asks and answers", "2026-03-02 10:00")
    craft.ask("asks", "2026-03-02 10:00")
    craft.answer(question, "comments", "2026-03-02 10:00", kind="comment")
    craft.read(question, "reads", "2026-03-02")
    craft.ask("reads", "2026-04-02 10:00")
    march, april = at("2026-03-01").date(), at("2026-04-01").date()
    assert craft.tell(tmp_path, until="2026-06-01 12:00").table("people_by_act").rows() == [
        (march, "answered", 1),
        (march, "asked", 1),
        (march, "only commented", 1),
        (march, "only read or reacted", 1),
        (april, "asked", 1),
    ]


def test_awake_is_told_in_the_hours_of_the_community(tmp_path: Path) -> None:
    """Monday 09:30 UTC is half past ten in Berlin; Sunday 23:30 UTC in July is half past one on Monday."""
    craft = Community(settings=CommunitySettings(time_zone="Europe/Berlin"))
    question = craft.ask("ana", "2026-03-02 09:30")
    craft.answer(question, "bo", "2026-07-05 23:30")
    told = craft.tell(tmp_path, until="2026-08-01 12:00")
    assert told.table("awake").rows() == [(0, 1, 0, 1), (0, 10, 1, 0)]


def test_authors_who_are_not_known_are_no_member_at_any_time(tmp_path: Path) -> None:
    """All whose accounts are gone share one pseudonym: what it wrote counts, it is nobody."""
    craft = Community()
    question = craft.ask("ana", "2026-02-01 10:00")
    craft.rows["post"].append(
        {"post": "p", "thread": question, "author": None, "kind": "answer", "created_at": at("2026-02-01 11:00")}
    )
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.value("answers") == 1
    assert told.split("members", "month") == {"2026-01-01": 0} | {f"2026-0{month}-01": 1 for month in (2, 3, 4, 5, 6)}
    assert told.figure("contributor_rate", period="2026-02-01..2026-05-31").sample_size == 1
