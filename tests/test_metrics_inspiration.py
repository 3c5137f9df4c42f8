"""A worked example for each number and table of inspiration, and what remains where reads are totals or not recorded."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, days_later

from cop_metrics.access.catalogue import Reading, read_catalogue
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import needed
from cop_metrics.settings import CommunitySettings
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.view import PageView, Viewer
from cop_metrics.statistics.people import People, TwoSided
from cop_metrics.statistics.shares import two_sided_wilson, wilson

MARCH = "2026-03-01..2026-03-31"


def page_of(told: Told, **filters: str) -> PageView:
    """Return the page of inspiration as measured."""
    viewer = Viewer(version=1, cursor=told.cursor, catalogue=read_catalogue(told.cursor))
    return viewer.page(PAGES["inspiration"], told.scope(**filters))


def test_readers_are_distinct_people_who_read(tmp_path: Path) -> None:
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    for day in ("2026-03-02", "2026-03-03"):
        craft.read(question, "bo", day)
    craft.read(question, None, None, reads=100)
    assert craft.tell(tmp_path, until="2026-06-01 12:00").value("readers") == 1


def test_readers_are_not_measurable_where_reads_are_not_recorded(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-03-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    for id_ in ("readers", "reading_rate", "silent", "readers_not_posting", "read_to_ask_90d"):
        figure = told.figure(id_)
        assert (figure.value, figure.note) == (None, "not measurable: the sources record no reads")


def test_reading_rate_counts_reading_where_one_had_not_written(tmp_path: Path) -> None:
    """Ana reads her own thread; bo reads it and answers later; cat only wrote. Bo alone watched and learned."""
    craft = Community()
    for who in ("ana", "bo", "cat"):
        craft.member(who, joined="2025-01-01 10:00")
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.read(question, "ana", "2026-03-02")
    craft.read(question, "bo", "2026-03-02")
    craft.answer(question, "bo", "2026-03-03 10:00")
    craft.answer(question, "cat", "2026-03-03 10:00")
    craft.read(question, "cat", "2026-03-04")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("reading_rate")
    assert figure.value == pytest.approx(1 / 3)
    assert figure.sample_size == 3


def test_readers_not_posting_read_in_the_period_and_wrote_nothing_in_it(tmp_path: Path) -> None:
    """Bo wrote in February and only reads in March; cat reads and comments; ana only writes; gone's account is deleted."""
    craft = Community()
    craft.member("gone", deleted="2026-04-01 10:00")
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.ask("bo", "2026-02-01 10:00")
    for who in ("bo", "cat", "gone"):
        craft.read(question, who, "2026-03-02")
    craft.answer(question, "cat", "2026-03-20 10:00", kind="comment")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("readers_not_posting", period=MARCH) == 1
    assert told.listed("readers_not_posting", period=MARCH)["Member"].to_list() == ["bo"]
    assert told.value("readers_not_posting", period="2026-03-01..2026-03-19") == 2


def test_readers_not_posting_go_by_what_they_did_in_the_whole_period_in_whatever_team(
    tmp_path: Path,
) -> None:
    """Jo reads in Red and writes in Blue, to which she goes on March 10: in all of March she does not only watch."""
    craft = Community()
    for who, moves in (("jo", True), ("bo", True), ("cat", False)):
        craft.works(craft.member(who), "Red", "mid", until="2026-03-10" if moves else None)
        if moves:
            craft.works(who, "Blue", "mid", since="2026-03-10")
    question = craft.ask("ana", "2026-03-01 10:00")
    for who in ("jo", "bo", "cat"):
        craft.read(question, who, "2026-03-02")
    craft.read(question, "bo", "2026-03-12")
    craft.answer(question, "jo", "2026-03-20 10:00", kind="comment")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.split("readers_not_posting", "team", period=MARCH) == {
        "Blue": 1,
        "Red": 2,
        "Unknown": 0,
    }
    assert told.value("readers_not_posting", period=MARCH) == 2
    assert told.listed("readers_not_posting", period=MARCH, team="Red")["Member"].to_list() == [
        "bo",
        "cat",
    ]
    assert told.value("readers_not_posting", period="2026-03-01..2026-03-09", team="Red") == 3


def crossing(craft: Community) -> str:
    """Ana of Red asks; she reads it herself, bo of Red and cat of Blue read it on two days, an unrostered dan too."""
    for who, team in {"ana": "Red", "bo": "Red", "cat": "Blue"}.items():
        craft.works(craft.member(who, joined="2025-01-01 10:00"), team, "junior")
    question = craft.ask("ana", "2026-03-01 10:00")
    for who in ("ana", "bo", "cat", "dan"):
        for day in ("2026-03-02", "2026-03-03"):
            craft.read(question, who, day)
    return question


def test_reads_from_other_teams_are_those_by_members_of_another_team_than_the_askers(
    tmp_path: Path,
) -> None:
    """Four reads count: two of bo, of the asker's team, and two of cat. Ana's own and those of no known team do not."""
    craft = Community()
    craft.read(crossing(craft), "bo", "2026-03-04")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("reads_from_other_teams")
    assert (figure.value, figure.sample_size) == (0.4, 5)
    assert figure.interval is None  # of one asker nobody can tell what others would be like
    assert told.split("reads_from_other_teams", "team") == {"Blue": 1, "Red": 0}
    rows = told.listed("reads_from_other_teams")
    assert rows.height == 5
    assert rows.filter("Reads from other teams")["Member"].to_list() == ["cat", "cat"]


def test_reads_from_other_teams_keeps_the_askers_team_of_the_day_of_asking(tmp_path: Path) -> None:
    """Ana asks while in Red and is in Blue when cat of Blue reads it: the knowledge came from Red."""
    craft = Community()
    craft.works("ana", "Red", "mid", until="2026-04-01")
    craft.works("ana", "Blue", "mid", since="2026-04-01")
    craft.works(craft.member("cat"), "Blue", "mid")
    craft.read(craft.ask("ana", "2026-03-01 10:00"), "cat", "2026-05-01")
    assert craft.tell(tmp_path, until="2026-06-01 12:00").value("reads_from_other_teams") == 1


def test_learning_from_seniors_counts_what_juniors_read_after_a_senior_had_helped(
    tmp_path: Path,
) -> None:
    """Jo reads on the day before the senior helps, on the day itself and after; a mid-level help teaches nothing here."""
    craft = Community()
    for who, seniority in {"ana": "mid", "bo": "senior", "cat": "mid", "jo": "junior"}.items():
        craft.works(craft.member(who), "Red", seniority)
    question, other = craft.ask("ana", "2026-03-01 10:00"), craft.ask("ana", "2026-03-01 10:00")
    craft.answer(question, "bo", "2026-03-03 10:00")
    craft.answer(other, "cat", "2026-03-03 10:00")
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        craft.read(question, "jo", day)
    craft.read(other, "jo", "2026-03-05")
    craft.read(question, "cat", "2026-03-05")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("learning_from_seniors")
    assert (figure.value, figure.sample_size) == (0.5, 4)
    assert told.split("learning_from_seniors", "team") == {"Red": 0.5}
    assert set(told.listed("learning_from_seniors")["Member"]) == {"jo"}


def test_learning_from_seniors_is_as_sure_as_its_readers_and_its_helpers(tmp_path: Path) -> None:
    """Jo and ji, juniors, read once each what six helpers wrote, of whom three are seniors, and what nobody helped with."""
    craft = Community()
    people = {"ana": "mid", "jo": "junior", "ji": "junior"}
    for who, seniority in (
        people | {f"helper {number}": ("senior", "mid")[number % 2] for number in range(6)}
    ).items():
        craft.works(craft.member(who), "Red", seniority)
    craft.read(craft.ask("ana", "2026-03-01 10:00"), "jo", "2026-03-05")
    for number in range(6):
        question = craft.ask("ana", "2026-03-01 10:00")
        craft.answer(question, f"helper {number}", "2026-03-02 10:00")
        craft.answer(question, "helper 1", "2026-03-03 10:00")
        for who in ("jo", "ji"):
            craft.read(question, who, "2026-03-05")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("learning_from_seniors")
    rows = TwoSided(
        people=People.of([3, 3], [7, 6], told.choices.likeness["learning_from_seniors"]),
        others=People.of([2, 2, 2, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2, 1]),
        pairs=People.of([1] * 6 + [0] * 7, [1] * 13),
    )
    assert (figure.value, figure.sample_size) == (6 / 13, 13)
    assert rows.design_effect > rows.people.design_effect
    assert figure.interval == two_sided_wilson(rows)


def test_learning_from_seniors_has_experience_for_seniority_where_there_is_no_roster(
    tmp_path: Path,
) -> None:
    """Bo, there since 2020, is established; jo joined in March and is a newcomer for 90 days."""
    craft = Community()
    for who, joined in {"ana": "2020-01-01", "bo": "2020-01-01", "jo": "2026-03-01"}.items():
        craft.member(who, joined=f"{joined} 10:00")
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.answer(question, "bo", "2026-03-03 10:00")
    craft.read(question, "jo", "2026-03-04")
    told = craft.tell(tmp_path, since="2025-06-01 00:00", until="2026-06-01 12:00")
    assert told.value("learning_from_seniors") == 1


def left_behind(craft: Community) -> str:
    """Eva helps ana and leaves on March 15; dan's help is of someone still here."""
    craft.works(craft.member("eva"), "Red", "senior", until="2026-03-15")
    for who, seniority in {"ana": "junior", "bo": "junior", "dan": "mid"}.items():
        craft.works(craft.member(who), "Red", seniority)
    question, other = craft.ask("ana", "2026-03-01 10:00"), craft.ask("ana", "2026-03-01 10:00")
    craft.answer(question, "eva", "2026-03-02 10:00")
    craft.answer(question, "dan", "2026-03-03 10:00")
    craft.answer(other, "dan", "2026-03-03 10:00")
    for day in ("2026-03-14", "2026-03-15", "2026-04-20"):
        craft.read(question, "bo", day)
    craft.read(other, "bo", "2026-04-20")
    craft.read(question, "ana", "2026-04-20")
    return question


def test_leavers_knowledge_counts_reads_after_the_helper_had_left(tmp_path: Path) -> None:
    """Of bo's four reads two are of eva's help after she left; the asker's own read does not count."""
    craft = Community()
    left_behind(craft)
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("leavers_knowledge")
    assert (figure.value, figure.sample_size) == (0.5, 4)
    assert told.value("leavers_knowledge", period="2026-03-01..2026-03-14") == 0


def test_leavers_knowledge_takes_a_deleted_account_for_left_and_an_unknown_author_for_nobody(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.member("gone", deleted="2026-03-10 10:00")
    question, other = craft.ask("ana", "2026-03-01 10:00"), craft.ask("ana", "2026-03-01 10:00")
    craft.answer(question, "gone", "2026-03-02 10:00")
    craft.rows["post"].append(
        {**craft.rows["post"][-1], "post": "x", "thread": other, "author": None}
    )
    for thread in (question, other):
        craft.read(thread, "bo", "2026-04-01")
    assert craft.tell(tmp_path, until="2026-06-01 12:00").value("leavers_knowledge") == 0.5


def test_leavers_threads_lists_what_is_read_with_the_names_of_those_who_left(
    tmp_path: Path,
) -> None:
    craft = Community()
    question = left_behind(craft)
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.table("leavers_threads").rows() == [(f"Question {question}", None, 2, 1, "eva")]
    without_names = told.measurer.measure(
        EXHIBITS["leavers_threads"], told.scope(names=False)
    ).table
    assert without_names["helped_by"].to_list() == [None]
    assert without_names["reads"].to_list() == [2]


def test_whose_knowledge_is_that_of_the_first_helper_else_of_the_author(tmp_path: Path) -> None:
    """Eva, a senior, helped first: one read while she is here and two after. The other thread is a mid-level member's."""
    craft = Community()
    left_behind(craft)
    silent = craft.ask("ana", "2026-04-01 10:00")
    craft.read(silent, "bo", "2026-04-20")
    table = craft.tell(tmp_path, until="2026-06-01 12:00").table("whose_knowledge")
    assert set(table.rows()) == {
        ("senior", "still here", 1),
        ("senior", "has left", 2),
        ("mid", "still here", 1),
        ("junior", "still here", 1),
    }


def beginners(craft: Community) -> None:
    """All joined on June 1, 2026, 151 days after the data begins, and first read on June 10; it ends on October 8, day 120.

    Ana asks on day 20, bo on day 60 and answers on day 100, cat leaves on day 40, dan only reads. Eva asks on the very day of
    her first read and fay had asked before: they are not followed. Old hand was there when the data begins.
    """
    craft.member("old hand", joined="2020-01-01 10:00")
    question = craft.ask("old hand", "2026-01-01 10:00")
    for who in ("ana", "bo", "cat", "dan", "eva", "fay"):
        craft.member(
            who, joined="2026-06-01 10:00", deleted="2026-07-20 10:00" if who == "cat" else None
        )
    craft.ask("fay", "2026-06-05 10:00")
    for who in ("old hand", "ana", "bo", "cat", "dan", "eva", "fay"):
        craft.read(question, who, "2026-06-10")
    for who, day in {"eva": 0, "ana": 20, "bo": 60}.items():
        craft.ask(who, f"{days_later('2026-06-10', day)} 10:00")
    craft.answer(question, "bo", f"{days_later('2026-06-10', 100)} 10:00")


def told_of_beginners(tmp_path: Path) -> Told:
    craft = Community()
    beginners(craft)
    return craft.tell(
        tmp_path, since="2026-01-01 00:00", until=f"{days_later('2026-06-10', 120)} 12:00"
    )


def test_read_to_ask_30d_is_the_share_who_asked_by_day_30(tmp_path: Path) -> None:
    """Ana of four."""
    told = told_of_beginners(tmp_path)
    figure = told.figure("read_to_ask_30d")
    assert (figure.value, figure.sample_size) == (0.25, 4)
    assert set(told.listed("read_to_ask_30d")["Member"]) == {"ana", "bo", "deleted account", "dan"}


def test_read_to_ask_90d_follows_who_left_until_then(tmp_path: Path) -> None:
    """3/4 had not asked after day 20; cat leaves on day 40; bo is one of two left on day 60: 1 - 3/4 x 1/2."""
    told = told_of_beginners(tmp_path)
    figure = told.figure("read_to_ask_90d")
    assert figure.value == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert figure.interval is not None
    assert figure.value in figure.interval
    assert told.listed("read_to_ask_90d")["Days to first question"].to_list() == [
        20,
        60,
        None,
        None,
    ]


def test_read_to_ask_90d_is_not_known_until_someone_has_been_followed_for_so_long(
    tmp_path: Path,
) -> None:
    craft = Community()
    beginners(craft)
    told = craft.tell(
        tmp_path, since="2026-01-01 00:00", until=f"{days_later('2026-06-10', 50)} 12:00"
    )
    assert told.value("read_to_ask_30d") == 0.25
    figure = told.figure("read_to_ask_90d")
    assert (figure.value, figure.note) == (None, "nobody has been followed for 90 days yet")
    figure = told.figure("read_to_ask_90d", period="2026-07-01..2026-07-20")
    assert (figure.value, figure.note) == (
        None,
        "none of the 6 members joined and began by reading, so there is nothing to divide",
    )


def test_read_to_answer_30d_is_zero_where_nobody_has_answered_yet(tmp_path: Path) -> None:
    """Four were followed beyond day 30: nobody of four may be up to half of all by luck alone."""
    figure = told_of_beginners(tmp_path).figure("read_to_answer_30d")
    assert (figure.value, figure.interval) == (0, wilson(0, 4))


def test_read_to_answer_90d_is_a_help_and_not_an_answer_to_oneself(tmp_path: Path) -> None:
    """Bo helps on day 100; ana answers her own question on day 21."""
    craft = Community()
    beginners(craft)
    craft.answer("q4", "ana", f"{days_later('2026-06-10', 21)} 10:00")
    asker = next(post["author"] for post in craft.rows["post"] if post["post"] == "q4")
    assert asker == "ana"
    told = craft.tell(
        tmp_path, since="2026-01-01 00:00", until=f"{days_later('2026-06-10', 120)} 12:00"
    )
    assert told.value("read_to_answer_90d") == 0


def test_read_to_ask_is_a_curve_with_how_many_are_still_followed(tmp_path: Path) -> None:
    told = told_of_beginners(tmp_path)
    measured = told.measurer.measure(EXHIBITS["read_to_ask"], told.scope())
    table, finding = measured.table, measured.finding
    curve = table.select("seniority", "days", "share", "at_risk").rows()
    assert curve == [
        ("newcomer", 0.0, 0.0, 4),
        ("newcomer", 20.0, 0.25, 4),
        ("newcomer", 40.0, 0.25, 3),
        ("newcomer", 60.0, 0.625, 2),
        ("newcomer", 120.0, 0.625, 1),
    ]
    assert (
        finding
        == "Of 4 members who began by reading, 25 % had asked within 30 days and 62 % had asked within 90 days."
    )


def test_read_to_answer_is_a_curve_by_the_seniority_at_the_first_read(tmp_path: Path) -> None:
    """Bo, a junior when first reading, is mid-level when answering on day 100."""
    craft = Community()
    beginners(craft)
    craft.works("bo", "Red", "junior", until="2026-08-01")
    craft.works("bo", "Red", "mid", since="2026-08-01")
    told = craft.tell(
        tmp_path, since="2026-01-01 00:00", until=f"{days_later('2026-06-10', 120)} 12:00"
    )
    table = told.table("read_to_answer")
    assert table.filter(seniority="junior").select("days", "share").rows() == [
        (0.0, 0.0),
        (100.0, 1.0),
    ]
    assert table.filter(pl.col("seniority") != "junior")["share"].max() == 0


def test_reading_juniors_asking_is_the_share_of_juniors_who_read_that_also_asked(
    tmp_path: Path,
) -> None:
    """Ana reads and asks, bo only reads; cat only asks; dan, who reads and asks, is no junior."""
    craft = Community()
    for who, seniority in {"ana": "junior", "bo": "junior", "cat": "junior", "dan": "mid"}.items():
        craft.works(craft.member(who, joined="2025-01-01 10:00"), "Red", seniority)
    first = craft.ask("cat", "2026-03-01 10:00")
    for who in ("ana", "bo", "dan"):
        craft.read(first, who, "2026-03-02")
    for who in ("ana", "dan"):
        craft.ask(who, "2026-03-03 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    figure = told.figure("reading_juniors_asking")
    assert (figure.value, figure.sample_size) == (0.5, 2)


def long_read(craft: Community) -> tuple[str, str]:
    """Two threads of January 1: one is read by three at first and by three from day 90 to 179, the other by fewer."""
    loved, forgotten = (craft.ask("ana", "2026-01-01 10:00") for _ in range(2))
    for who in ("bo", "cat", "dan"):
        craft.read(loved, who, "2026-01-02")
    for who, day in {"bo": 90, "cat": 120, "eva": 179}.items():
        craft.read(loved, who, days_later("2026-01-01", day))
    for who, day in {"bo": 89, "cat": 90, "dan": 100, "eva": 180}.items():
        craft.read(forgotten, who, days_later("2026-01-01", day))
    return loved, forgotten


def test_evergreen_threads_have_a_group_of_readers_between_day_90_and_180(tmp_path: Path) -> None:
    """A group is three here. Both threads turn 180 days old on June 30: known from then on, and counted then."""
    craft = Community(settings=CommunitySettings(small_group=3))
    loved, _ = long_read(craft)
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-08-01 12:00")
    assert told.value("evergreen_threads") == 1
    rows = told.listed("evergreen_threads", period="2026-06-30..2026-06-30")
    assert rows.select("Thread", "Readers in 30 days", "Readers from day 90 to 180").rows() == [
        (f"Question {loved}", 3, 3)
    ]
    assert told.value("evergreen_threads", period="2026-07-01..2026-07-31") == 0
    assert told.value("evergreen_threads", period="2026-01-01..2026-03-31") is None


def test_worth_reading_ranks_threads_by_readers_and_teams_in_30_days(tmp_path: Path) -> None:
    """The last thread is not yet 30 days old; the reader on day 30 came too late; a second read is not a second reader."""
    craft = Community(settings=CommunitySettings(small_group=3))
    loved, forgotten = long_read(craft)
    for who, team in {"bo": "Red", "cat": "Blue", "dan": "Blue"}.items():
        craft.works(who, team, "mid")
        craft.member(who)
    late = craft.ask("ana", "2026-07-20 10:00")
    fresh = craft.ask("ana", "2026-05-01 10:00", url="https://craft.example/5", views=70)
    for day in (0, 1, 29, 30):
        craft.read(fresh, "bo" if day < 30 else "cat", days_later("2026-05-01", day))
    for who in ("bo", "cat", "dan", "eva"):
        craft.read(late, who, "2026-07-21")
    table = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-08-01 12:00").table(
        "worth_reading"
    )
    assert table.rows() == [
        (f"Question {loved}", None, date(2026, 1, 1), 3, 2, "yes", None),
        (
            f"Question {fresh}",
            "https://craft.example/5",
            date(2026, 5, 1),
            1,
            1,
            "not known yet",
            70,
        ),
    ]
    assert forgotten not in str(table)


def test_echo_counts_reactions_of_those_who_had_not_written_in_the_thread_by_then(
    tmp_path: Path,
) -> None:
    """Bo bookmarks before he answers, cat after; the asker's thanks, a downvote and an unknown giver are no echo."""
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.react(question, "bo", "2026-03-01 11:00", "bookmark")
    craft.answer(question, "bo", "2026-03-01 12:00")
    answer = craft.answer(question, "cat", "2026-03-01 13:00")
    craft.react(question, "cat", "2026-03-02 10:00")
    craft.react(answer, "ana", "2026-03-02 10:00")
    craft.react(answer, craft.member("dan"), "2026-03-02 10:00", "downvote")
    craft.react(answer, None, "2026-03-02 10:00")
    craft.react(answer, craft.member("eva"), "2026-03-02 10:00", "like")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert told.value("echo") == 2
    assert told.listed("echo").select("Member", "Reaction").rows() == [
        ("bo", "bookmark"),
        ("eva", "like"),
    ]


def test_echo_is_not_measurable_where_it_is_not_known_who_reacted(tmp_path: Path) -> None:
    """A zero would say that nobody outside the conversation cared."""
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.react(question, None, "2026-03-02 10:00", "upvote")
    figure = craft.tell(tmp_path, until="2026-06-01 12:00").figure("echo")
    assert (figure.value, figure.note) == (
        None,
        "not measurable: the sources do not record who reacted",
    )


def test_echoed_threads_are_sorted_by_reactions_from_outside(tmp_path: Path) -> None:
    craft = Community()
    first, second = craft.ask("ana", "2026-03-01 10:00"), craft.ask("ana", "2026-03-01 10:00")
    for who in ("bo", "cat"):
        craft.react(second, craft.member(who), "2026-03-02 10:00")
    craft.react(first, "bo", "2026-03-02 10:00")
    craft.react(first, "ana", "2026-03-02 10:00")
    table = craft.tell(tmp_path, until="2026-06-01 12:00").table("echoed_threads")
    assert table.rows() == [(f"Question {second}", None, 2, 2), (f"Question {first}", None, 1, 1)]


# What the sources tell of reading


def spoken_of(craft: Community) -> str:
    """A thread with views that bo, who is not in it, likes."""
    question = craft.ask("ana", "2026-03-01 10:00", views=40)
    craft.react(question, craft.member("bo"), "2026-03-02 10:00")
    return question


def titles(view: PageView) -> list[str]:
    return [chart.title for chart in view.charts]


def test_the_page_shows_readers_where_the_source_records_who_reads(tmp_path: Path) -> None:
    craft = Community()
    craft.read(spoken_of(craft), "bo", "2026-03-02")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    view = page_of(told)
    assert told.choices.reading is Reading.PEOPLE
    assert view.headline[0].startswith("50 % of members")
    assert [card.metric.id for card in view.cards] == list(PAGES["inspiration"].cards)


@pytest.mark.parametrize("undated", [False, True], ids=["views", "undated reads"])
def test_the_page_says_first_that_only_views_are_counted_and_shows_them(
    tmp_path: Path, undated: bool
) -> None:
    """Undated reads of nobody in particular are a total too: they make no reader, and no reader is not zero readers."""
    craft = Community()
    if undated:
        question = craft.ask("ana", "2026-03-01 10:00")
        craft.react(question, craft.member("bo"), "2026-03-02 10:00")
        craft.read(question, None, None, reads=25)
        craft.read(question, "bo", None, reads=15)
    else:
        question = spoken_of(craft)
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    view = page_of(told)
    assert told.choices.reading is Reading.TOTALS
    assert view.headline[0].startswith("The sources count views of threads, not who reads")
    assert [card.metric.id for card in view.cards] == ["echo"]
    assert titles(view) == ["What is worth reading?", "What finds an echo?"]
    table = told.table("worth_reading")
    assert table.select("title", "readers", "teams", "views").rows() == [
        (f"Question {question}", None, None, 40)
    ]
    assert told.figure("readers").note == "not measurable: the sources count views, not who reads"
    assert any("Readers" in each for each in view.small_print)


def test_without_teams_nothing_is_read_across_them(tmp_path: Path) -> None:
    craft = Community()
    craft.read(spoken_of(craft), "bo", "2026-03-02")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert (
        told.figure("reads_from_other_teams").note == "not measurable: the sources know of no teams"
    )
    assert told.table("worth_reading").select("readers", "teams").rows() == [(1, None)]


def test_reads_of_own_threads_are_no_reads_of_what_others_wrote(tmp_path: Path) -> None:
    craft = Community()
    craft.works("ana", "Red", "junior")
    craft.read(craft.ask("ana", "2026-03-01 10:00"), "ana", "2026-03-02")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    assert (
        told.figure("reads_from_other_teams").note
        == "nobody read a thread that somebody else of a known team began"
    )


def test_the_page_says_first_that_nothing_is_recorded_and_what_would_fill_it(
    tmp_path: Path,
) -> None:
    """Posts never stand in for reads: only the echo remains."""
    craft = Community()
    question = craft.ask("ana", "2026-03-01 10:00")
    craft.react(question, craft.member("bo"), "2026-03-02 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    view = page_of(told)
    assert told.choices.reading is Reading.NOTHING
    assert view.headline[0] == dict(PAGES["inspiration"].told_first)[Reading.NOTHING]
    assert [card.metric.id for card in view.cards] == ["echo"]
    assert titles(view) == ["What finds an echo?"]
    assert view.lists == ()
    unmeasured = [each.id for each in METRICS.values() if "read" in needed(each.needs)]
    assert all(told.value(id_) is None for id_ in unmeasured)
    note = told.measurer.unmeasurable(EXHIBITS["worth_reading"])
    assert str(note) == "not measurable: the sources record neither reads nor views"


def test_views_of_threads_never_stand_beside_readers_of_the_same_source(tmp_path: Path) -> None:
    """A thread too young to be known by its readers is not listed by its views instead."""
    craft = Community()
    craft.read(craft.ask("ana", "2026-05-20 10:00", views=500), "bo", "2026-05-21")
    assert craft.tell(tmp_path, until="2026-06-01 12:00").table("worth_reading").is_empty()
