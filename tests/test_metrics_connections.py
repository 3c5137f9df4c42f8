"""A worked example for each number and table of connections: who helps whom, who is likely to know, on how few help rests."""

from datetime import date
from math import dist
from pathlib import Path

import networkx
import numpy as np
import polars as pl
import pytest
from communities import Community, Told, days_later, plus

from cop_metrics.lake.lake import Lake
from cop_metrics.metrics import EXHIBITS
from cop_metrics.metrics.connections import compare_own_team_odds
from cop_metrics.statistics.comparing import Interval, benjamini_hochberg
from cop_metrics.statistics.people import People
from cop_metrics.statistics.shares import clustered_newcombe, wilson

NOON = "2026-03-02 12:00"
LATER = "2026-06-01 12:00"
FIRST = "2026-01-01 00:00"


def helped(
    craft: Community,
    helper: str,
    days: int,
    *,
    topics: tuple[str, ...] = ("pumps",),
    asker: str = "ana",
    times: int = 1,
) -> None:
    """Tell of questions asked and answered so many days before `LATER`, at the same time of the day."""
    for _ in range(times):
        when = f"{days_later('2026-06-01', -days)} 10:00"
        craft.answer(craft.ask(asker, when, topics=topics), helper, plus(when, minutes=5))


# Who helps whom


def test_help_by_team_crosses_teams_and_shows_the_unknown(tmp_path: Path) -> None:
    craft = Community()
    for who, team in (("ana", "Red"), ("bo", "Blue"), ("cat", "Red")):
        craft.works(who, team, "mid")
    question = craft.ask("ana", NOON)
    for helper in ("bo", "bo", "cat", "stranger"):
        craft.answer(question, helper, plus(NOON, hours=1))
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("help_by_team").rows() == [
        ("Red", "Blue", 1),
        ("Red", "Red", 1),
        ("Red", "Unknown", 1),
    ]


def test_help_by_seniority_takes_both_as_they_were_on_the_day_of_the_help(tmp_path: Path) -> None:
    craft = Community()
    craft.works("ana", "Red", "junior", until="2026-04-01")
    craft.works("ana", "Red", "mid", since="2026-04-01")
    craft.works("bo", "Red", "senior")
    for day in ("2026-03-31", "2026-04-01"):
        craft.answer(craft.ask("ana", f"{day} 10:00"), "bo", f"{day} 11:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("help_by_seniority").rows() == [("junior", "senior", 1), ("mid", "senior", 1)]


def test_help_by_team_finding_says_what_crosses_and_who_gives_none(tmp_path: Path) -> None:
    """Of 25 helps with both teams known, 20 go from Blue to Red, and 5 stay in Blue: Red got 20 and gave none."""
    craft = Community()
    for who, team in (("ana", "Red"), ("bo", "Blue"), ("cat", "Blue")):
        craft.works(who, team, "mid")
    helped(craft, "bo", 10, asker="ana", times=20)
    helped(craft, "bo", 10, asker="cat", times=5)
    helped(craft, "stranger", 10, asker="cat", times=7)
    told = craft.tell(tmp_path, until=LATER)
    measured = told.measurer.measure(EXHIBITS["help_by_team"], told.scope())
    finding = measured.finding
    assert finding == "80 % of 25 helps cross teams. Red got 20 helps and gave none."
    assert (
        told.measurer.measure(EXHIBITS["help_by_team"], told.scope(team="Unknown")).finding is None
    )


@pytest.mark.parametrize(
    "filters", [{}, {"team": "Red"}, {"team": ("Red", "Blue")}, {"seniority": "junior"}]
)
def test_help_by_team_says_nobody_gives_none_who_helps_somebody_left_out(
    tmp_path: Path, filters: dict[str, str | tuple[str, ...]]
) -> None:
    """Red is helped by Blue, and helps Green and a stranger: whatever the filter leaves out, it gives help."""
    craft = Community()
    for who, team, seniority in (
        ("ana", "Red", "junior"),
        ("bo", "Blue", "mid"),
        ("cy", "Green", "mid"),
    ):
        craft.works(who, team, seniority)
    helped(craft, "bo", 10, asker="ana", times=20)
    helped(craft, "ana", 10, asker="stranger")
    if filters:
        helped(craft, "ana", 10, asker="cy")
    told = craft.tell(tmp_path, until=LATER)
    measured = told.measurer.measure(EXHIBITS["help_by_team"], told.scope(**filters))
    finding = measured.finding
    assert finding is not None
    assert "gave none" not in finding


def test_help_across_teams_leaves_out_whose_team_is_unknown(tmp_path: Path) -> None:
    """Bo of Blue helps ana of Red twice and cat of Blue once; a stranger helps too, of no team that is known: 2 of 3."""
    craft = Community()
    for who, team in (("ana", "Red"), ("bo", "Blue"), ("cat", "Blue")):
        craft.works(who, team, "mid")
    helped(craft, "bo", 10, asker="ana", times=2)
    helped(craft, "bo", 10, asker="cat")
    helped(craft, "stranger", 10, asker="ana")
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("help_across_teams")
    assert (figure.value, figure.sample_size) == (pytest.approx(2 / 3), 3)
    assert told.split("help_across_teams", "team") == {"Blue": pytest.approx(2 / 3)}
    assert figure.interval is None  # two asked


def test_help_across_teams_is_as_sure_as_its_helpers_and_its_askers(tmp_path: Path) -> None:
    """Bo and cy of Blue help each of six askers once, three of them of Red: each asker's two helps have one fate."""
    craft = Community()
    for number in range(6):
        craft.works(f"asker {number}", ("Red", "Blue")[number % 2], "mid")
    for helper in ("bo", "cy"):
        craft.works(helper, "Blue", "mid")
        for number in range(6):
            helped(craft, helper, 10, asker=f"asker {number}")
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("help_across_teams")
    assert (figure.value, figure.sample_size) == (0.5, 12)
    # By asker 6 x 1 / 12^2 x 6 / 5 over 1/4 / 11, which is 2.2; helpers and pairs are worth no more than independent helps.
    by_hand = wilson(6 / 2.2, 12 / 2.2)
    assert isinstance(figure.interval, Interval)
    assert (figure.interval.low, figure.interval.high) == pytest.approx((by_hand.low, by_hand.high))


def test_own_team_odds_are_those_of_helps_within_over_those_that_who_was_helped_lets_expect(
    tmp_path: Path,
) -> None:
    """Half of all helps go to each team; rex of Red and bo of Blue help their own three times of four.

    With half a help more on either side that is 6.5 to 2.5, and 1 to 1 is expected: 2.6. What a stranger gave or got is in no
    team. One helper of a team says nothing about the team.
    """
    craft = Community()
    for who, team in (("ana", "Red"), ("rex", "Red"), ("ben", "Blue"), ("bo", "Blue")):
        craft.works(who, team, "mid")
    for helper, asker, times in (
        ("rex", "ana", 3),
        ("rex", "ben", 1),
        ("bo", "ben", 3),
        ("bo", "ana", 1),
    ):
        helped(craft, helper, 10, asker=asker, times=times)
    helped(craft, "stranger", 10, asker="ana", times=5)
    helped(craft, "rex", 10, asker="stranger", times=5)
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("own_team_odds")
    assert (figure.value, figure.sample_size) == (pytest.approx(2.6), 8)
    assert figure.interval is not None
    assert figure.interval.low < 1 < figure.interval.high
    assert told.listed("own_team_odds").height == 8
    assert told.split("own_team_odds", "team") == {"Blue": None, "Red": None}


def test_own_team_odds_expect_of_nobody_that_they_help_themselves(tmp_path: Path) -> None:
    """Rex of Red got two of ten helps himself: of the eight others four went to Red, so that half is expected of him."""
    craft = Community()
    for who, team in (("ana", "Red"), ("rex", "Red"), ("ben", "Blue"), ("bo", "Blue")):
        craft.works(who, team, "mid")
    for helper, asker, times in (
        ("rex", "ana", 3),
        ("rex", "ben", 1),
        ("bo", "ben", 3),
        ("bo", "ana", 1),
        ("bo", "rex", 2),
    ):
        helped(craft, helper, 10, asker=asker, times=times)
    expected = craft.tell(tmp_path, until=LATER).listed("own_team_odds")
    shares = expected.group_by("Helper").agg(pl.col("Expected share of own team").mean())
    assert dict(shares.rows()) == {"rex": pytest.approx(0.5), "bo": pytest.approx(0.4)}


def test_own_team_odds_are_not_known_where_there_is_one_team(tmp_path: Path) -> None:
    craft = Community()
    for who in ("ana", "bo", "cat"):
        craft.works(who, "Red", "mid")
    helped(craft, "bo", 10, times=3)
    helped(craft, "cat", 10, times=3)
    figure = craft.tell(tmp_path, until=LATER).figure("own_team_odds")
    assert (figure.value, figure.sample_size) == (None, 6)


def helps_at_random(
    draws: np.random.Generator, teams: list[int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (helper_id, asker_id) of 600 helps given at random, and the team of each person; some help more than others."""
    people = pl.DataFrame(
        {"person": range(sum(teams)), "team": np.repeat(range(len(teams)), teams)}
    )
    gives, asks = (draws.dirichlet(np.full(people.height, 0.7)) for _ in range(2))
    pairs = np.column_stack([draws.choice(people.height, 1200, p=share) for share in (gives, asks)])
    helps = pl.DataFrame(pairs[pairs[:, 0] != pairs[:, 1]][:600], schema=["helper", "asker"])
    return helps, people


def own_and_expected(helps: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return what `mixed_helps` says of each helper, counted on its own."""
    team = dict(people.iter_rows())
    of_team = np.array([team[asker] for asker in helps["asker"]])
    rows = []
    for (helper,), part in helps.group_by("helper", maintain_order=True):
        others = (helps["asker"] != helper).to_numpy()
        share = float((of_team[others] == team[helper]).mean())
        own = sum(team[asker] == team[helper] for asker in part["asker"])
        rows.append((team[helper], helper, float(part.height), float(own), share * part.height))
    return pl.DataFrame(rows, schema=["team", "person", "helps", "own", "expected"], orient="row")


def test_where_help_is_given_at_random_hardly_any_team_is_said_to_keep_to_itself() -> None:
    """Teams of 8 to 60: their plain shares differ by size alone, their odds in at most one of twenty communities."""
    draws = np.random.default_rng(20_260_101)
    found, plain = 0, 0
    for _ in range(60):
        rows = own_and_expected(*helps_at_random(draws, [60, 40, 25, 15, 10, 8]))
        parts = [(rows.filter(team=team), rows.filter(pl.col("team") != team)) for team in range(6)]
        compared = [each for part in parts if (each := compare_own_team_odds(*part))]
        assert len(compared) >= 4
        found += bool(benjamini_hochberg([comparison.p for _, _, comparison in compared]).any())
        shares = [
            clustered_newcombe(*(People.of(side["own"], side["helps"]) for side in part))
            for part in parts
        ]
        plain += bool(benjamini_hochberg([each.p for each in shares if each]).any())
    assert found <= 0.05 * 60 + 2 * (60 * 0.05 * 0.95) ** 0.5
    assert plain > 30


def test_help_across_seniority_takes_both_as_they_were(tmp_path: Path) -> None:
    """Bo helps ana as junior, then is promoted and helps her again: one of the two crosses."""
    craft = Community()
    craft.works("ana", "Red", "junior")
    craft.works("bo", "Red", "junior", until="2026-05-01")
    craft.works("bo", "Red", "mid", since="2026-05-01")
    helped(craft, "bo", 60)
    helped(craft, "bo", 5)
    assert craft.tell(tmp_path, until=LATER).value("help_across_seniority") == 0.5


def test_reciprocity_is_the_share_of_pairs_that_exist_both_ways(tmp_path: Path) -> None:
    """a and b help each other, often; b helps c, c helps d: two of four pairs, as the referee says."""
    craft = Community()
    ties = (("a", "b"), ("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"))
    for helper, asker in ties:
        helped(craft, helper, 10, asker=asker)
    helped(craft, "d", 80, asker="c")
    craft.works("c", "Red", "mid")
    told = craft.tell(tmp_path, until=LATER)
    may = {"period": "2026-05-01..2026-05-31"}
    assert (
        told.value("reciprocity", **may)
        == networkx.overall_reciprocity(networkx.DiGraph(ties))
        == 0.5
    )
    assert told.figure("reciprocity", **may).sample_size == 4
    assert told.value("reciprocity") == pytest.approx(4 / 5)
    assert told.split("reciprocity", "team", **may) == {"Red": 0, "Unknown": pytest.approx(2 / 3)}
    assert told.split("reciprocity", "month")["2026-05-01"] == 0.5
    assert told.figure("reciprocity", **may).interval is None  # three pairs, either way round
    assert told.listed("reciprocity", **may).filter(Helper="a").select(
        "Helped", "Helps"
    ).rows() == [("b", 2)]


def test_network_places_those_who_help_one_another_near_and_the_same_every_time(
    tmp_path: Path,
) -> None:
    """Two circles of four who help each other, joined by nobody: in the picture each stands apart."""
    craft = Community()
    for circle in ("red", "blue"):
        members = [f"{circle} {number}" for number in range(4)]
        for number, member in enumerate(members):
            craft.works(member, circle, "mid")
            for other in members[number + 1 :]:
                helped(craft, member, 10, asker=other)
    told = craft.tell(tmp_path, since=FIRST, until=LATER)
    table = told.table("network")
    assert table.height == 12
    assert table.equals(told.table("network"))
    places = {
        name: (x, y)
        for end in ("helper", "asker")
        for name, x, y in table.select(f"{end}_name", f"{end}_x", f"{end}_y").iter_rows()
    }
    own, other = dist(places["red 0"], places["red 3"]), dist(places["red 0"], places["blue 3"])
    assert own < other
    assert told.measurer.measure(EXHIBITS["network"], told.scope(names=False)).table.is_empty()


def test_network_is_of_the_80_with_the_most_ties_and_the_list_of_150(tmp_path: Path) -> None:
    """Bo is helped by 160 people, each of whom has this one tie: with him the picture holds 79 of them."""
    craft = Community()
    question = craft.ask("bo", "2026-05-20 10:00")
    for number in range(160):
        craft.answer(question, f"helper {number:03d}", "2026-05-20 11:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("network").height == 79
    assert told.table("best_connected").height == 150


def test_best_connected_counts_people_not_helps(tmp_path: Path) -> None:
    craft = Community()
    craft.works("bo", "Red", "mid", until="2026-05-10")
    craft.works("bo", "Blue", "mid", since="2026-05-10")
    helped(craft, "bo", 30, asker="ana", times=3)
    helped(craft, "bo", 10, asker="cat")
    helped(craft, "ana", 10, asker="bo")
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("best_connected").rows() == [
        ("bo", "Blue", 2, 1),
        ("ana", "Unknown", 1, 1),
        ("cat", "Unknown", 0, 1),
    ]


def test_network_and_best_connected_hold_no_deleted_account_and_nobody_unknown(
    tmp_path: Path,
) -> None:
    """Bo helped ana, one who is gone and one who is not known: one person that is known, as "People helped" says."""
    craft = Community()
    craft.member("gone", deleted="2026-05-31 10:00")
    for asker in ("ana", "gone", "nobody"):
        helped(craft, "bo", 10, asker=asker)
    for post in craft.rows["post"]:
        post["author"] = None if post["author"] == "nobody" else post["author"]
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("best_connected").rows() == [
        ("ana", "Unknown", 0, 1),
        ("bo", "Unknown", 1, 0),
    ]
    assert told.value("people_helped") == 1
    assert told.table("network").select("helper_name", "asker_name").rows() == [("bo", "ana")]


# Who is likely to know


def strengths(told: Told) -> list[tuple[str, str, float]]:
    """Return topic, member and how many helps of today the member's helps are worth, in the order of the list."""
    rows = told.cursor.sql(
        "select topic, name, strength / 2000 from likely_to_know order by topic, place"
    ).fetchall()
    return [(str(topic), str(name), float(worth)) for topic, name, worth in rows]


def test_likely_to_know_halves_a_help_every_180_days_and_adds_what_was_accepted_and_thanked(
    tmp_path: Path,
) -> None:
    """Bo: one help, 180 days old, accepted, and with four thanks, of which three count: (1 + 2 + 3) x .5. Cat: two, 2 x .5."""
    craft = Community()
    answer = craft.answer(
        craft.ask("ana", "2025-12-03 08:00", topics=("pumps",)),
        "bo",
        "2025-12-03 09:00",
        accepted=True,
    )
    for who in ("ana", "dan", "eva", "fay"):
        craft.react(answer, who, "2025-12-03 10:00")
    helped(craft, "cat", 180, times=2)
    for who in ("bo", "cat"):
        craft.ask(who, "2026-05-20 10:00")
    helped(craft, "old", 366)
    craft.ask("old", "2026-05-20 10:00")
    told = craft.tell(tmp_path, until=LATER)
    assert strengths(told) == [("pumps", "bo", 3), ("pumps", "cat", 1)]
    assert told.table("likely_to_know")["reason"].to_list() == [
        "1 question answered, 1 accepted, 4 thanks; last on 3 Dec 2025",
        "2 questions answered, 0 accepted, 0 thanks; last on 3 Dec 2025",
    ]


def test_likely_to_know_leaves_out_who_left_or_was_not_active_for_30_days(tmp_path: Path) -> None:
    craft = Community()
    for days, who in ((30, "here"), (31, "quiet"), (1, "gone"), (1, "ended")):
        helped(craft, who, days)
    craft.member("gone", deleted="2026-06-01 11:00")
    craft.works("ended", "Red", "mid", until="2026-06-01")
    assert craft.tell(tmp_path, until=LATER).table("likely_to_know")["name"].to_list() == ["here"]


def test_likely_to_know_counts_whole_days_before_the_data_ends(tmp_path: Path) -> None:
    """Early helped on the first of the 365 days. Today's help is of the day on which the data ends, which is not over."""
    craft = Community()
    for who, days in (("early", 365), ("today", 0)):
        helped(craft, who, days)
        craft.ask(who, "2026-05-20 10:00")
    helped(craft, "early", 0)
    helped(craft, "only active today", 200)
    craft.ask("only active today", "2026-06-01 09:00")
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("likely_to_know")["reason"].to_list() == [
        "1 question answered, 0 accepted, 0 thanks; last on 1 Jun 2025"
    ]


def test_likely_to_know_counts_topics_that_share_three_questions_by_half_and_a_help_once(
    tmp_path: Path,
) -> None:
    """Three questions are on pumps and valves: bo's two helps on valves, each worth half after 180 days, are worth .5 on pumps.
    Two questions share hoses and valves, which is too few."""
    craft = Community()
    for _ in range(3):
        craft.ask("ana", "2026-06-01 08:00", topics=("pumps", "valves"))
    for _ in range(2):
        craft.ask("ana", "2026-06-01 08:00", topics=("hoses", "valves"))
    helped(craft, "bo", 180, topics=("valves",), times=2)
    helped(craft, "cat", 180, topics=("pumps", "valves"))
    for who in ("bo", "cat"):
        craft.ask(who, "2026-05-20 10:00")
    told = craft.tell(tmp_path, until=LATER)
    assert strengths(told) == [
        ("pumps", "bo", 0.5),
        ("pumps", "cat", 0.5),
        ("valves", "bo", 1),
        ("valves", "cat", 0.5),
    ]
    assert told.table("likely_to_know", topic="pumps")["reason"].to_list() == [
        "2 on topics close to it; last on 3 Dec 2025",
        "1 question answered, 0 accepted, 0 thanks; last on 3 Dec 2025",
    ]


def test_help_both_ways_comes_in_twos_so_that_none_of_twenty_pairs_is_as_sure_as_none_of_ten(
    tmp_path: Path,
) -> None:
    craft = Community()
    for number in range(20):
        craft.answer(
            craft.ask(f"asker {number}", "2026-06-01 10:00"), f"helper {number}", "2026-06-01 11:00"
        )
    told = craft.tell(tmp_path, until="2026-06-20 12:00")
    figure = told.figure("reciprocity")
    assert (figure.value, figure.sample_size) == (0, 20)
    assert figure.interval == wilson(0, 10)


def test_likely_to_know_keeps_sixty_of_a_topic(tmp_path: Path) -> None:
    craft = Community()
    for number in range(61):
        craft.answer(
            craft.ask("ana", "2026-06-01 10:00", topics=("pumps",)),
            f"expert {number:02}",
            "2026-06-01 11:00",
        )
    store = craft.build(tmp_path, until="2026-06-20 12:00")
    assert store.sql("select count(*), max(place) from likely_to_know").fetchall() == [(60, 60)]


def test_likely_to_know_names_the_first_three_whom_the_filters_let_in(tmp_path: Path) -> None:
    craft = Community()
    for number in range(5):
        craft.works(f"expert {number}", "Red" if number < 3 else "Blue", "mid")
        helped(craft, f"expert {number}", 1, times=9 - number)
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("likely_to_know")["name"].to_list() == ["expert 0", "expert 1", "expert 2"]
    assert told.table("likely_to_know", team="Blue")["name"].to_list() == ["expert 3", "expert 4"]


def test_likely_to_know_names_the_first_three_of_each_topic_and_twenty_of_one(
    tmp_path: Path,
) -> None:
    craft = Community()
    for number in range(22):
        helped(craft, f"expert {number:02d}", 1, times=1 + (number == 21))
    told = craft.tell(tmp_path, since=FIRST, until=LATER)
    assert told.table("likely_to_know")["name"].to_list() == ["expert 21", "expert 00", "expert 01"]
    assert told.table("likely_to_know", topic="pumps").height == 20
    assert told.measurer.measure(
        EXHIBITS["likely_to_know"], told.scope(names=False)
    ).table.is_empty()


def test_waiting_list_suggests_nobody_more_than_three_times_and_never_the_asker(
    tmp_path: Path,
) -> None:
    """Bo knows pumps best, then cat; five questions wait. Bo asks the second, so cat alone is named for it."""
    craft = Community()
    helped(craft, "bo", 1, times=3)
    helped(craft, "cat", 1, times=2)
    for number, asker in enumerate(("ana", "bo", "ana", "ana", "ana")):
        craft.ask(asker, f"2026-05-{20 + number} 12:00", topics=("pumps",))
    craft.ask("ana", "2026-05-26 12:00", topics=("paint",), title=None)
    craft.ask("ana", "2026-06-01 10:00", topics=("pumps",))
    craft.ask("ana", "2026-05-01 10:00", topics=("pumps",))
    craft.works("ana", "Red", "junior")
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("waiting_questions") == 6
    assert told.table("waiting_list").select(
        "title", "topics", "asker_seniority", "days_waiting", "may_know"
    ).rows() == [
        ("Question q11", "pumps", "junior", 12, "bo, cat"),
        ("Question q12", "pumps", "Unknown", 11, "cat"),
        ("Question q13", "pumps", "junior", 10, "bo, cat"),
        ("Question q14", "pumps", "junior", 9, "bo"),
        ("Question q15", "pumps", "junior", 8, None),
        ("a question without a title", "paint", "junior", 6, None),
    ]
    unnamed = told.measurer.measure(EXHIBITS["waiting_list"], told.scope(names=False)).table
    assert unnamed["title"].to_list() == told.table("waiting_list")["title"].to_list()
    assert unnamed["may_know"].null_count() == unnamed["asker_seniority"].null_count() == 6


def test_waiting_list_has_the_questions_of_a_source_that_ended_long_before_the_others(
    tmp_path: Path,
) -> None:
    """A forum whose export ends in March: what waited there for 9 days is waiting as far as anybody knows."""
    forum = Community()
    forum.ask("ana", "2026-03-01 12:00")
    forum.export(Lake(tmp_path), since="2026-01-01 00:00", until="2026-03-10 12:00", source="forum")
    craft = Community()
    craft.ask("bo", "2026-05-20 12:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until=LATER)
    assert told.value("waiting_questions") == 2
    assert told.table("waiting_list")["days_waiting"].to_list() == [9, 12]


def test_waiting_list_takes_the_likeliest_of_all_topics_of_a_question(tmp_path: Path) -> None:
    """Bo knows pumps, cat and dan know valves better: a question on both goes to these two before him, each once."""
    craft = Community()
    for helper, topic, times in (
        ("bo", "pumps", 1),
        ("cat", "valves", 3),
        ("dan", "valves", 2),
        ("dan", "pumps", 2),
    ):
        helped(craft, helper, 1, topics=(topic,), times=times)
    craft.ask("ana", "2026-05-20 12:00", topics=("pumps", "valves"))
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("waiting_list").select("topics", "may_know").rows() == [
        ("pumps, valves", "cat, dan, bo")
    ]


# What hangs on one person


def test_hanging_topics_have_one_person_who_gives_half_of_ten_helps_on_five_questions(
    tmp_path: Path,
) -> None:
    """Pumps: bo gives 5 of 10. Valves: 5 of 11. Hoses: 9 of 9. Paint: all of it, but more than 365 days ago."""
    craft = Community()
    craft.works("bo", "Red", "senior", until="2026-05-25")
    for topic, of_others in (("pumps", 5), ("valves", 6)):
        helped(craft, "bo", 20, topics=(topic,), times=5)
        for number in range(of_others):
            helped(craft, f"other {number}", 10, topics=(topic,))
    helped(craft, "bo", 20, topics=("hoses",), times=9)
    helped(craft, "bo", 366, topics=("paint",), times=10)
    told = craft.tell(tmp_path, until=LATER)
    assert told.table("hanging_topics").rows() == [
        ("pumps", "bo", 50, "left", date(2026, 5, 12), 10, 10),
    ]
    scope = told.scope(names=False)
    measured = told.measurer.measure(EXHIBITS["hanging_topics"], scope)
    table, finding = measured.table, measured.finding
    assert table.select("topic", "helper_name", "last_helped").rows() == [("pumps", None, None)]
    assert finding == "1 topic hangs on one person; of 1 of them this person has left."


def test_hanging_topics_are_of_the_365_whole_days_before_the_data_ends(tmp_path: Path) -> None:
    """Pumps: bo gave ten of ten on the first of these days; valves: on the day on which the data ends, which is not over."""
    craft = Community()
    helped(craft, "bo", 365, topics=("pumps",), times=10)
    helped(craft, "bo", 0, topics=("valves",), times=10)
    assert craft.tell(tmp_path, until=LATER).table("hanging_topics")["topic"].to_list() == ["pumps"]


def test_hanging_topics_need_five_questions(tmp_path: Path) -> None:
    """Four questions with three helps each: twelve helps, and bo is in all of them, but that is one afternoon's talk."""
    craft = Community()
    for number in range(4):
        question = craft.ask("ana", f"2026-05-0{number + 1} 10:00", topics=("pumps",))
        for helper in ("bo", "bo's twin", "bo's aunt"):
            craft.answer(question, helper, f"2026-05-0{number + 1} 11:00")
    assert craft.tell(tmp_path, until=LATER).table("hanging_topics").is_empty()


def test_topics_on_one_person_lists_them_with_the_person_for_those_who_may_see_names(
    tmp_path: Path,
) -> None:
    craft = Community()
    craft.works("bo", "Red", "senior")
    helped(craft, "bo", 20, times=10)
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("topics_on_one_person") == 1
    assert told.value("topics_on_one_person", team="Unknown") == 0
    rows = told.listed("topics_on_one_person")
    assert rows.select(
        "Topic", "Helps", "Share of help by one person", "Person", "Team"
    ).rows() == [("pumps", 10, 1, "bo", "Red")]


# On how few help rests


def test_answer_concentration_is_the_fewest_who_give_half(tmp_path: Path) -> None:
    """Bo helps four times, cat twice, dan twice and three times in one thread: bo alone gives half."""
    craft = Community()
    for helper in ("bo", "bo", "bo", "bo", "cat", "cat", "dan", "dan"):
        craft.answer(craft.ask("ana", NOON), helper, plus(NOON, hours=1))
    for minutes in (1, 2, 3):
        craft.answer("q15", "dan", plus(NOON, hours=2, minutes=minutes))
    told = craft.tell(tmp_path, until=LATER)
    figure = told.figure("answer_concentration")
    assert (figure.value, figure.sample_size) == (1, 8)
    assert told.figure("answer_concentration", period="2026-04-01..2026-04-30").note is not None


def test_answer_concentration_takes_all_whom_nobody_knows_for_no_person(tmp_path: Path) -> None:
    """Six helps are by authors without a name; of the other six bo and cat gave three each."""
    craft = Community()
    for helper in ("nobody", "nobody", "bo", "cat") * 3:
        helped(craft, helper, 10)
    for post in craft.rows["post"]:
        post["author"] = None if post["author"] == "nobody" else post["author"]
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("helps") == 12
    assert (told.value("answer_concentration"), told.value("core_helpers")) == (1, 2)
    assert (
        told.listed("answer_concentration").height
        == told.figure("answer_concentration").sample_size
        == 6
    )


def test_core_helpers_give_80_percent_and_regular_helpers_the_rest_up_to_95(tmp_path: Path) -> None:
    """Of 20 helps bo gives 16, cat 2, dan and eva 1 each: bo alone is the core; cat and dan make it 19 of 20."""
    craft = Community()
    for helper, times in (("bo", 16), ("cat", 2), ("dan", 1), ("eva", 1)):
        helped(craft, helper, 10, times=times)
    told = craft.tell(tmp_path, until=LATER)
    assert told.value("core_helpers") == 1
    assert told.value("regular_helpers") == 2
    assert told.figure("core_helpers").sample_size == 20
    assert told.value("core_helpers", period="2026-04-01..2026-04-30") is None


def test_regular_helpers_are_none_where_the_core_gives_it_all(tmp_path: Path) -> None:
    craft = Community()
    helped(craft, "bo", 10, times=3)
    assert craft.tell(tmp_path, until=LATER).value("regular_helpers") == 0
