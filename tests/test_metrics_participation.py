"""A worked example for each number and table of participation."""

import json
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, at, days_later

from cop_metrics.build.inputs import gather
from cop_metrics.lake.lake import Lake
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.settings import CommunitySettings, Settings

YEAR = "2026-01-01..2026-12-31"
NEW_YEAR = "2027-01-01 12:00"


def test_members_are_people_with_an_account_at_the_last_moment_of_the_period(
    tmp_path: Path,
) -> None:
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
    assert told.split("active", "month") == {
        "2026-03-01": 3,
        "2026-04-01": 0,
        "2026-05-01": 0,
        "2026-06-01": 0,
    }


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


def test_returning_members_were_silent_for_more_than_90_days_and_there_before(
    tmp_path: Path,
) -> None:
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


def test_silent_members_neither_wrote_nor_read_in_the_period(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("writes", "2026-03-01 10:00")
    craft.member("reads later", joined="2026-03-01 10:00")
    craft.read(question, "reads later", "2026-04-01")
    craft.react(question, craft.member("only likes"), "2026-03-02 10:00")
    craft.member("nothing", joined="2026-03-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("silent", period="2026-03-01..2026-03-31") == 3
    assert told.value("silent", period="2026-05-01..2026-05-31") == 4
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


def test_contributor_rate_is_not_measurable_where_only_writers_are_known(tmp_path: Path) -> None:
    """A mailing list knows nobody but those who wrote: all of them would be a share of themselves."""
    craft = Community()
    craft.lists_accounts = False
    craft.ask("ana", "2026-02-01 10:00")
    craft.member("bo", joined="2026-01-10 10:00")  # as a notice of joining tells
    for gone in ("cy", "dee"):
        craft.member(gone, joined="2026-01-10 10:00", deleted="2026-05-01 10:00")
    told = craft.tell(tmp_path / "list", since="2026-01-01 00:00", until="2026-06-01 12:00")
    note = "not measurable: the sources know only people who took part"
    for id_ in OVER_MEMBERS:
        figure = told.figure(id_, period="2026-02-01..2026-05-31")
        assert (figure.value, figure.note) == (None, note), id_
    for id_ in ("milestones", "giving", "balance_by_team"):
        assert str(told.measurer.unmeasurable(EXHIBITS[id_])) == note
    craft.lists_accounts = True
    told = craft.tell(tmp_path / "accounts", since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.figure("contributor_rate", period="2026-02-01..2026-03-31").value == 0.25


OVER_MEMBERS = (
    "contributor_rate",
    "helpers_rate",
    "seniors_helping",
    "seniors_silent",
    "juniors_silent",
)


def test_every_source_has_to_list_its_accounts(tmp_path: Path) -> None:
    """A workspace lists its accounts, the mailing list beside it knows those who wrote: of all members nobody knows."""
    craft = Community()
    craft.ask("ana", "2026-02-01 10:00")
    craft.member("bo", joined="2026-01-10 10:00")
    lake = Lake(tmp_path)
    span = {"since": "2026-01-01 00:00", "until": "2026-06-01 12:00"}
    craft.export(lake, **span)
    assert accounts_known(lake)
    listed = Community()
    listed.lists_accounts = False
    listed.ask("cy", "2026-02-02 10:00")
    listed.export(lake, **span, source="list")
    assert not accounts_known(lake)
    listed.lists_accounts = True
    listed.export(lake, **span, source="list", exported="2026-06-02 12:00")
    assert accounts_known(lake)


def test_imports_that_do_not_say_whether_they_list_accounts_did_if_a_silent_one_is_there(
    tmp_path: Path,
) -> None:
    """An import of an older version: its accounts were listed if any that is not deleted did nothing at all."""
    craft = Community()
    craft.ask("ana", "2026-02-01 10:00")
    craft.member("gone", joined="2026-01-10 10:00", deleted="2026-05-01 10:00")
    lake = Lake(tmp_path)
    span = {"since": "2026-01-01 00:00", "until": "2026-06-01 12:00"}
    craft.export(lake, **span)
    forget_whether_accounts_are_listed(lake)
    assert not accounts_known(lake)
    craft.member("bo")
    craft.export(lake, **span, exported="2026-06-02 12:00")
    forget_whether_accounts_are_listed(lake)
    assert accounts_known(lake)


def accounts_known(lake: Lake) -> bool:
    return bool(gather(lake, Settings()).frames["communities"]["accounts_known"].all())


def forget_whether_accounts_are_listed(lake: Lake) -> None:
    for about in lake.root.rglob("import.json"):
        told = json.loads(about.read_text(encoding="utf-8"))
        told.pop("lists_accounts", None)
        about.write_text(json.dumps(told), encoding="utf-8")


def test_how_evenly_help_is_given_is_told_of_helpers_alone_where_members_are_not_known(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.lists_accounts = False
    question = craft.ask("ana", "2026-02-01 10:00")
    craft.answer(question, "bo", "2026-02-01 11:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.table("lorenz", period="2026-02-01..2026-05-31")["series"].unique().to_list() == [
        "among those who helped"
    ]


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
    craft.answer(craft.ask("asks", "2026-03-02 10:00"), "asks and answers", "2026-03-02 10:00")
    craft.answer(question, "comments", "2026-03-02 10:00", kind="comment")
    craft.read(question, "reads", "2026-03-02")
    craft.ask("reads", "2026-04-02 10:00")
    march, april = at("2026-03-01").date(), at("2026-04-01").date()
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-04-20 12:00")
    assert told.table("people_by_act").rows() == [
        (march, "answered", 1, True),
        (march, "asked", 1, True),
        (march, "only commented", 1, True),
        (march, "only read or reacted", 1, True),
        (april, "asked", 1, False),
    ]


def test_people_by_act_takes_a_message_that_helps_for_an_answer(tmp_path: Path) -> None:
    """In a chat nobody writes 'answers': bo's message under ana's question is a help, cy's under her own is not."""
    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-02 10:00"), "bo", "2026-03-02 11:00", kind="message")
    craft.answer(craft.ask("cy", "2026-03-03 10:00"), "cy", "2026-03-03 11:00", kind="message")
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-04-01 00:00")
    assert told.table("people_by_act").select("did", "people").rows() == [
        ("answered", 1),
        ("asked", 2),
    ]


def on_days(craft: Community, days: dict[str, str]) -> None:
    """Tell of people who ask at noon of a day: their names, with spaces between, by day."""
    for day, people in days.items():
        for who in people.split():
            craft.ask(who, f"{day} 12:00")


def test_retention_is_the_share_of_those_before_who_came_again(tmp_path: Path) -> None:
    """a, b and c in the ten days before, b to f in the ten after: b and c of three."""
    craft = Community()
    on_days(
        craft,
        {"2026-03-01": "a b", "2026-03-05": "a c", "2026-03-11": "b c d", "2026-03-20": "e f b"},
    )
    craft.works("a", "Red", "mid")
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-06-01 12:00")
    figure = told.figure("retention", period="2026-03-11..2026-03-20")
    assert (figure.value, figure.sample_size) == (pytest.approx(2 / 3), 3)
    assert told.split("retention", "team", period="2026-03-11..2026-03-20") == {
        "Red": 0,
        "Unknown": 1,
    }
    rows = told.listed("retention", period="2026-03-11..2026-03-20")
    assert dict(rows.select("Member", "Retention").rows()) == {"a": False, "b": True, "c": True}


def test_retention_is_not_known_without_anybody_before_or_where_before_is_not_in_the_data(
    tmp_path: Path,
) -> None:
    craft = Community()
    on_days(craft, {"2026-03-01": "a", "2026-03-11": "a", "2026-05-01": "a"})
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-06-01 12:00")
    assert told.value("retention", period="2026-03-11..2026-03-20") == 1
    assert (
        told.value("retention", period="2026-03-10..2026-03-20") is None
    )  # eleven days before reach into February
    assert (
        told.value("retention", period="2026-05-01..2026-05-10") is None
    )  # nobody came in late April
    by_month = told.split("retention", "month")
    assert by_month == {"2026-03-01": None, "2026-04-01": 0, "2026-05-01": None, "2026-06-01": None}


def nobody_writes(craft: Community, *days: str) -> None:
    """Tell of questions by authors of whom nothing is known, at noon of these days."""
    for day in days:
        craft.ask("nobody", f"{day} 12:00")
        craft.rows["post"][-1]["author"] = None
    craft.rows["member"] = [row for row in craft.rows["member"] if row["member"] != "nobody"]


def test_retention_leaves_out_deleted_accounts_and_the_unknown_author(tmp_path: Path) -> None:
    """Of a and b, who still have an account, both came again; c, d and e did not, nor does anybody know who wrote the rest."""
    craft = Community()
    for who in "abcde":
        craft.member(
            who, joined="2026-03-01 10:00", deleted="2026-05-20 10:00" if who in "cde" else None
        )
    on_days(craft, {"2026-04-10": "a b c d e", "2026-05-10": "a b"})
    nobody_writes(craft, "2026-04-11", "2026-05-11")
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-06-01 12:00")
    figure = told.figure("retention", period="2026-05-02..2026-05-31")
    assert (figure.value, figure.sample_size) == (1, 2)


def test_stickiness_leaves_out_deleted_accounts_and_the_unknown_author(tmp_path: Path) -> None:
    """April: ana comes on 3 of 30 days; gone came on all others, and on one nobody knows who did."""
    craft = Community()
    craft.member("gone", deleted="2026-05-02 10:00")
    on_days(
        craft, {"2026-03-20": "ana"} | {days_later("2026-04-01", day): "gone" for day in range(27)}
    )
    on_days(craft, {f"2026-04-{day}": "ana" for day in (28, 29, 30)})
    nobody_writes(craft, "2026-04-05")
    figure = craft.tell(tmp_path, until="2026-05-20 12:00").figure("stickiness")
    assert (figure.value, figure.sample_size) == (pytest.approx(0.1), 1)


def test_health_index_leaves_out_deleted_accounts_and_the_unknown_author(tmp_path: Path) -> None:
    """Of ana and bo bo came in December too; gone and an unknown came in neither and both."""
    craft = Community()
    craft.member("gone", deleted="2026-12-20 10:00")
    on_days(craft, {"2025-12-31": "old", "2026-03-05": "ana gone", "2026-12-05": "bo"})
    nobody_writes(craft, "2026-03-06", "2026-12-06")
    figure = craft.tell(tmp_path, since="2025-12-01 00:00", until="2027-01-20 12:00").figure(
        "health_index"
    )
    assert (figure.value, figure.sample_size) == (0.5, 2)


def leavers(tmp_path: Path) -> Told:
    """Ana and gone join in April and help, ana once and gone four times; gone's account is deleted in June."""
    craft = Community()
    craft.member("early", joined="2026-01-05 10:00")
    craft.member("ana", joined="2026-04-10 10:00")
    craft.member("gone", joined="2026-04-10 10:00", deleted="2026-06-15 10:00")
    for number in range(5):
        craft.answer(
            craft.ask("early", "2026-04-11 10:00"), "gone" if number else "ana", "2026-04-12 10:00"
        )
    return craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-07-10 12:00")


def test_who_has_left_since_stays_in_cohorts_and_in_what_was_given(tmp_path: Path) -> None:
    told = leavers(tmp_path)
    april = {"period": "2026-04-01..2026-04-30"}
    assert told.table("cohorts").select("members", "months", "active").rows() == [
        (2, 0, 2),
        (2, 1, 0),
        (2, 2, 0),
    ]
    assert told.value("new", **april) == 2
    assert told.table("giving", **april).select("people").to_series().to_list() == [1, 1, 0, 1]
    assert told.value("core_helpers", **april) == told.table("giving", **april)["people"][0]
    helpers = told.table("lorenz", **april).filter(series="among those who helped")
    assert helpers["gini"][0] == pytest.approx(0.3)


def test_new_members_are_those_of_whom_the_milestones_tell(tmp_path: Path) -> None:
    told = leavers(tmp_path)
    followed = told.table("milestones", period="all").filter(milestone="First help")["followed"][0]
    assert told.value("new") == followed == told.table("milestone_cohorts")["people"][0] == 2


def test_health_index_is_the_last_whole_month_against_its_twelve_months(tmp_path: Path) -> None:
    """a comes in March and December, b in June, c in December and January; old only before the twelve months: 2 of 3."""
    craft = Community()
    days = {
        "2025-12-31": "old",
        "2026-03-05": "a",
        "2026-06-05": "b",
        "2026-12-05": "a c",
        "2027-01-05": "c",
    }
    on_days(craft, days)
    craft.works("b", "Red", "mid")
    told = craft.tell(tmp_path, since="2025-12-01 00:00", until="2027-01-20 12:00")
    figure = told.figure("health_index")
    assert (figure.value, figure.sample_size) == (pytest.approx(2 / 3), 3)
    assert told.value("health_index", period="2026-12-01..2026-12-31") == pytest.approx(2 / 3)
    assert told.value("health_index", period="2026-12-05..2027-01-15") is None  # no whole month
    assert (
        told.value("health_index", period="2026-10-01..2026-10-31") is None
    )  # eleven months of data
    assert (
        told.value("health_index", period="2026-11-01..2026-11-30") == 0
    )  # old, a and b: none came in November
    assert told.split("health_index", "team", period="2026-12-01..2026-12-31") == {
        "Red": 0,
        "Unknown": 1,
    }


def test_health_index_counts_a_move_within_a_month_once(tmp_path: Path) -> None:
    craft = Community()
    craft.works("a", "Red", "mid", until="2026-12-10")
    craft.works("a", "Blue", "mid", since="2026-12-10")
    on_days(craft, {"2026-12-05": "a", "2026-12-20": "a"})
    told = craft.tell(tmp_path, since="2025-12-01 00:00", until="2027-01-01 12:00")
    assert told.split("health_index", "team") == {"Blue": 1}
    assert told.figure("health_index").sample_size == 1


def test_cohorts_leave_months_blank_that_are_not_over(tmp_path: Path) -> None:
    """April: ana and bo join; ana comes back in May. May: cat. June is not over, so it is nowhere, not zero."""
    craft = Community()
    on_days(
        craft,
        {"2026-01-10": "early", "2026-04-10": "ana bo", "2026-05-02": "ana", "2026-05-20": "cat"},
    )
    craft.member("silent", joined="2026-05-03 10:00")
    on_days(craft, {"2026-06-02": "ana bo cat"})
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-20 12:00")
    april, may = at("2026-04-01").date(), at("2026-05-01").date()
    assert told.table("cohorts").rows() == [
        (april, 2, 0, 2, 1),
        (april, 2, 1, 1, 0.5),
        (may, 2, 0, 1, 0.5),
    ]


def test_cohorts_begin_90_days_after_the_data(tmp_path: Path) -> None:
    craft = Community()
    on_days(craft, {"2026-03-31": "on day 89", "2026-04-01": "on day 90"})
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-05-20 12:00")
    assert told.table("cohorts")["members"].to_list() == [1]


def helping(tmp_path: Path, *helps: int) -> Told:
    """Tell of members who gave so many helps in March, each, to one who asked in February and is there no more."""
    craft = Community()
    craft.member("asker", joined="2026-01-01 10:00", deleted="2026-02-20 10:00")
    question = [craft.ask("asker", "2026-02-01 10:00") for _ in range(max(helps))]
    for number, count in enumerate(helps):
        craft.member(f"m{number}", joined="2026-01-01 10:00")
        for each in question[:count]:
            craft.answer(each, f"m{number}", "2026-03-10 10:00")
    return craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")


MARCH = "2026-03-01..2026-03-31"


@pytest.mark.parametrize(
    ("helps", "among_helpers", "among_all"),
    [((0, 0, 0, 8), 0, 0.75), ((1, 2, 3, 4), 0.25, 0.25), ((*[0] * 90, *[1] * 9, 91), 0.81, 0.981)],
)
def test_lorenz_has_gini_over_those_who_helped_and_over_all_members(
    tmp_path: Path, helps: tuple[int, ...], among_helpers: float, among_all: float
) -> None:
    told = helping(tmp_path, *helps)
    measured = told.measurer.measure(EXHIBITS["lorenz"], told.scope(period=MARCH))
    table, finding = measured.table, measured.finding
    ginis = dict(table.select("series", "gini").unique().rows())
    assert ginis == {
        "among those who helped": pytest.approx(among_helpers, abs=5e-4),
        "among all members": pytest.approx(among_all, abs=5e-4),
    }
    assert finding is not None
    assert f"{among_all:.2f} among all members" in finding
    ends = table.group_by("series").agg(pl.col("share_of_people").last(), pl.col("help").last())
    assert set(ends.select("share_of_people", "help").rows()) == {(1, 1)}


def test_lorenz_is_empty_and_says_nothing_where_nobody_helped(tmp_path: Path) -> None:
    told = helping(tmp_path, 1, 2)
    measured = told.measurer.measure(
        EXHIBITS["lorenz"], told.scope(period="2026-04-01..2026-04-30")
    )
    table, finding = measured.table, measured.finding
    assert (table.height, finding) == (0, None)


def test_giving_counts_the_help_of_who_has_left_the_roster_and_what_was_answered_before_the_question(
    tmp_path: Path,
) -> None:
    """Sam's roster ended in 2025 and sam still helps; mo's answer was moved under a question of the next day."""
    craft = Community()
    craft.works("sam", "Red", "senior", since="2024-01-01", until="2025-01-01")
    craft.answer(craft.ask("ana", "2026-03-02 10:00"), "sam", "2026-03-02 11:00")
    craft.answer(craft.ask("ana", "2026-03-10 10:00"), "mo", "2026-03-09 11:00")
    told = craft.tell(tmp_path, since="2024-01-01 00:00", until="2026-06-01 12:00")
    march = {"period": "2026-03-01..2026-03-31"}
    assert told.value("core_helpers", **march) == 2
    assert told.table("giving", **march).rows()[0][:2] == ("core, 80 % of all help", 2)


def test_giving_is_the_communitys_own_90_9_1(tmp_path: Path) -> None:
    """Of 100 members one gives 91 helps, nine give one each: the core is one person, four more make it 95 %."""
    told = helping(tmp_path, *[0] * 90, *[1] * 9, 91)
    measured = told.measurer.measure(EXHIBITS["giving"], told.scope(period=MARCH))
    table, finding = measured.table, measured.finding
    assert table.rows() == [
        ("core, 80 % of all help", 1, 0.01, 0.91),
        ("regulars, up to 95 %", 4, 0.04, 0.04),
        ("others who helped", 5, 0.05, 0.05),
        ("did not help", 90, 0.9, 0),
    ]
    assert finding == (
        "The 1 % of members who help most give 91 % of all help, the next 9 % give 9 %, the other 90 % give 0 %."
    )
    assert told.table("giving", period="2026-04-01..2026-04-30").is_empty()


def benefits(tmp_path: Path, *, reads: bool = True) -> Told:
    """Tell of the last 90 days before June 1, from March 3 on: who got what, in two teams."""
    craft = Community()
    for who, team in (
        ("asks", "Red"),
        ("helps", "Red"),
        ("watches", "Blue"),
        ("gets nothing", "Blue"),
        ("new", "Blue"),
    ):
        craft.member(who, joined="2026-03-04 10:00" if who == "new" else "2026-03-03 10:00")
        craft.works(who, team, "mid")
    craft.member("fresh", joined="2026-05-20 10:00")
    craft.works("fresh", "Red", "mid")
    craft.member("left", joined="2026-01-01 10:00", deleted="2026-04-01 10:00")
    question = craft.ask("asks", "2026-03-03 10:00")
    answer = craft.answer(question, "helps", "2026-03-03 11:00")
    craft.react(answer, "asks", "2026-03-04 10:00")
    craft.ask("gets nothing", "2026-04-10 10:00")
    if reads:
        craft.read(question, "watches", "2026-03-03")
        craft.read(question, "asks", "2026-03-03")
    return craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")


def test_balance_by_team_is_who_got_help_read_or_was_recognised(tmp_path: Path) -> None:
    """Red: one of two got help, one was thanked. Blue: one of three read. Fresh is not here for 30 days yet."""
    told = benefits(tmp_path)
    assert told.table("balance_by_team").rows() == [
        ("Blue", 3, 0, pytest.approx(1 / 3), 0),
        ("Red", 2, 0.5, 0, 0.5),
    ]


def test_balance_by_team_is_of_the_team_that_was_held_for_30_days_when_it_happened(
    tmp_path: Path,
) -> None:
    """Ana got help in Blue, and moved to Red two days before the end: it is Blue's, and Red has held her too short."""
    craft = Community()
    craft.member("ana", joined="2026-01-01 10:00")
    craft.works("ana", "Blue", "mid", until="2026-05-30")
    craft.works("ana", "Red", "mid", since="2026-05-30")
    craft.answer(craft.ask("ana", "2026-04-01 10:00"), "bo", "2026-04-01 11:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.table("balance_by_team").select("member_team", "members", "got_help").rows()[0] == (
        "Blue",
        1,
        1,
    )
    assert "Red" not in told.table("balance_by_team")["member_team"].to_list()


def test_balance_by_seniority_does_not_know_of_reading_where_reads_are_not_recorded(
    tmp_path: Path,
) -> None:
    assert benefits(tmp_path, reads=False).table("balance_by_seniority").rows() == [
        ("mid", 5, 0.2, None, 0.2)
    ]


def test_balance_does_not_know_of_recognition_without_reactions_and_accepted_answers(
    tmp_path: Path,
) -> None:
    for accepted in (False, True):
        craft = Community()
        craft.member("ana", joined="2026-01-01 10:00")
        craft.member("bo", joined="2026-01-01 10:00")
        craft.answer(
            craft.ask("ana", "2026-04-01 10:00"), "bo", "2026-04-01 11:00", accepted=accepted
        )
        table = craft.tell(tmp_path / str(accepted), until="2026-06-01 12:00").table(
            "balance_by_seniority"
        )
        assert table.select("got_help", "watched", "recognised").rows() == [
            (0.5, None, 0.5 if accepted else None)
        ]


def test_balance_knows_an_accepted_answer_beyond_the_most_points_of_a_thread(
    tmp_path: Path,
) -> None:
    """Bo had his fifty points from the thread in January; that his answer was accepted in May is recognition all the same."""
    craft = Community()
    craft.member("bo", joined="2026-01-01 10:00")
    answer = craft.answer(
        craft.ask("ana", "2026-01-10 10:00"),
        "bo",
        "2026-01-10 11:00",
        accepted=True,
        accepted_at=at("2026-05-20 10:00"),
    )
    for number in range(6):
        craft.react(answer, f"fan {number}", "2026-01-11 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.cursor.sql("select distinct name from benefits where recognised").fetchall() == [
        ("bo",)
    ]


def test_balance_and_no_benefit_are_of_the_90_whole_days_before_the_data_ends(
    tmp_path: Path,
) -> None:
    """The data ends on June 1 at noon: March 3 is the first of the 90 days before, and what came on June 1 is in none."""
    craft = Community()
    for who, when in (
        ("first", "2026-03-03 10:00"),
        ("before", "2026-03-02 23:00"),
        ("last day", "2026-06-01 09:00"),
    ):
        craft.member(who, joined="2026-01-01 10:00")
        craft.works(who, "Red", "mid")
        craft.answer(craft.ask(who, when), "helper", when)
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    rows = (
        told.table("balance_by_team").filter(member_team="Red").select("members", "got_help").rows()
    )
    assert rows == [(3, pytest.approx(1 / 3))]


def test_no_benefit_counts_who_moves_on_the_day_of_the_data_where_they_were(tmp_path: Path) -> None:
    craft = Community()
    craft.member("ana", joined="2026-01-01 10:00")
    craft.works("ana", "Red", "mid", until="2026-06-01")
    craft.works("ana", "Blue", "mid", since="2026-06-01")
    craft.read(craft.ask("bo", "2026-01-05 10:00"), "bo", "2026-01-05")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.split("no_benefit", "team")["Red"] == 1
    assert told.split("no_benefit", "team").get("Blue", 0) == 0


HELD_THEN = (
    ("questions", "asker_team"),
    ("questions", "first_helper_team"),
    ("helps", "asker_team"),
    ("helps", "helper_team"),
    ("posts", "member_team"),
    ("points", "member_team"),
    ("recognitions", "member_team"),
    ("recognitions", "giver_team"),
    ("reads", "member_team"),
    ("reach", "asker_team"),
    ("member_days", "member_team"),
)


def test_whatever_is_done_on_the_day_of_a_move_is_of_the_new_team(tmp_path: Path) -> None:
    """Everybody moves from Red to Blue on March 2; on the day before, on it and at the end each does the same."""
    craft = Community()
    days = {"2026-03-01": "Red", "2026-03-02": "Blue", "2026-03-20": "Blue"}
    for who in ("ana", "bo"):
        craft.member(who, joined="2026-01-01 10:00")
        craft.works(who, "Red", "mid", until="2026-03-02")
        craft.works(who, "Blue", "mid", since="2026-03-02")
    for day in days:
        answer = craft.answer(craft.ask("ana", f"{day} 10:00"), "bo", f"{day} 11:00", accepted=True)
        craft.react(answer, "ana", f"{day} 12:00")
        craft.read(craft.ask("bo", f"{day} 10:00"), "ana", day)
    store = craft.build(tmp_path, since="2026-01-01 00:00", until="2026-04-01 12:00")
    for table, role in HELD_THEN:
        found = store.sql(
            f"select distinct cast(date '1970-01-01' + cast(day as int) as varchar), {role} from {table} "
            f"where {role} is not null order by all"
        )
        assert [row for row in found.fetchall() if row[0] in days] == [*days.items()], (table, role)


def test_no_benefit_is_counted_by_group_and_never_listed(tmp_path: Path) -> None:
    """Who asked in vain got nothing; who joined 89 days ago is not judged yet. There is no list, so none to equal it."""
    told = benefits(tmp_path)
    assert told.value("no_benefit") == 1
    assert told.split("no_benefit", "team") == {"Blue": 1, "Red": 0, "Unknown": 0}
    assert told.split("no_benefit", "seniority") == {"mid": 1, "Unknown": 0}
    for names in (True, False):
        listed = told.measurer.listed(METRICS["no_benefit"], told.scope(names=names))
        assert listed.rows.is_empty()
        assert "never listed, whoever asks" in str(listed.reason)


def test_no_benefit_counts_who_is_in_the_roster_and_was_never_seen(tmp_path: Path) -> None:
    """The platform does not tell when kim joined; the roster has had her since 2024."""
    craft = Community()
    craft.member("kim")
    craft.works("kim", "Red", "junior", since="2024-01-01")
    craft.read(craft.ask("ana", "2026-01-10 10:00"), "bo", "2026-01-11")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.split("no_benefit", "team")["Red"] == 1


def test_no_benefit_is_not_measurable_where_reads_are_not_recorded(tmp_path: Path) -> None:
    figure = benefits(tmp_path, reads=False).figure("no_benefit")
    assert (figure.value, figure.note) == (None, "not measurable: the sources record no reads")


def test_awake_is_told_in_the_hours_of_the_community(tmp_path: Path) -> None:
    """Monday 09:30 UTC is half past ten in Berlin; Sunday 23:30 UTC in July is half past one on Monday.

    Bo's second answer is the same help, ana's own is none, and a message that helps in a chat is one.
    """
    craft = Community(settings=CommunitySettings(time_zone="Europe/Berlin"))
    question = craft.ask("ana", "2026-03-02 09:30")
    craft.answer(question, "bo", "2026-07-05 23:30", kind="message")
    craft.answer(question, "bo", "2026-07-06 10:00")
    craft.answer(question, "ana", "2026-07-06 12:00")
    told = craft.tell(tmp_path, until="2026-08-01 12:00")
    assert told.table("awake").rows() == [(0, 1, 0, 1), (0, 10, 1, 0)]


def test_authors_who_are_not_known_are_no_member_at_any_time(tmp_path: Path) -> None:
    """All whose accounts are gone share one pseudonym: what it wrote counts, it is nobody."""
    craft = Community()
    craft.member("ana", joined="2026-01-31 10:00")
    question = craft.ask("ana", "2026-02-01 10:00")
    craft.rows["post"].append(
        {
            "post": "p",
            "thread": question,
            "author": None,
            "kind": "answer",
            "created_at": at("2026-02-01 11:00"),
        }
    )
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-01 12:00")
    assert told.value("answers") == 1
    assert told.split("members", "month") == {
        f"2026-0{month}-01": 1 for month in (1, 2, 3, 4, 5, 6)
    }
    assert told.figure("contributor_rate", period="2026-02-01..2026-05-31").sample_size == 1
