"""What is called a change: a planted fall is, luck is not, and nothing is that was not compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from communities import Community, Told, days_later, plus

from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import TOO_SMALL, Sight
from cop_metrics.measure.changes import (
    SCANNED,
    Change,
    Standing,
    _compare_counts,
    _months,
    differences,
    scan,
)
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.aggregates import Computed, PeopleShare, Share, Total
from cop_metrics.metrics.comparing import ENOUGH
from cop_metrics.metrics.metric import Better, Metric
from cop_metrics.period import Period
from cop_metrics.show.pagebook import PAGES, Page
from cop_metrics.statistics.comparing import Interval, Verdict
from cop_metrics.statistics.counts import Unsteadiness, rate_ratio
from cop_metrics.statistics.people import Pairs, People
from cop_metrics.statistics.shares import newcombe, paired_newcombe, paired_people
from cop_metrics.units import Unit

MAY_AND_JUNE = "2026-05-02..2026-06-30"


def two_halves(tmp_path: Path, *, red_falls: bool = False, days: int = 140) -> Told:
    """Tell of March and April, then May and June, 60 days each: Red and Blue ask once a day, and bo answers 3 of 4.

    Red's askers, if it falls, are answered on 1 day of 4 in the second half.
    """
    craft = Community()
    for number in range(20):
        craft.works(f"Red {number}", "Red", "junior")
        craft.works(f"Blue {number}", "Blue", "mid")
    for day in range(days):
        for team in ("Red", "Blue"):
            asked = f"{days_later('2026-03-03', day)} 10:00"
            question = craft.ask(f"{team} {day % 20}", asked)
            seldom = team == "Red" and red_falls and day >= 60
            if (day // 20 + day) % 4 in ((0,) if seldom else (0, 1, 2)):
                answer = craft.answer(question, f"bo {day % 7}", plus(asked, hours=1 + day % 5))
                craft.react(answer, f"Blue {day % 20}", plus(asked, hours=9))
    return craft.tell(
        tmp_path, since="2026-03-01 00:00", until=f"{days_later('2026-03-03', days - 1)} 23:00"
    )


def test_the_change_of_a_number_that_is_withheld_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = two_halves(tmp_path)
    scope = told.scope(period=MAY_AND_JUNE)
    assert scan(told.measurer, scope).of("answer_rate")
    monkeypatch.setattr(
        Sight, "number", lambda _, metric: TOO_SMALL if metric.id == "answer_rate" else None
    )
    compared = {each.metric.id for each in scan(told.measurer, scope).changes}
    assert "answer_rate" not in compared
    assert "answer_rate_24h" in compared


def test_identical_halves_show_no_change(tmp_path: Path) -> None:
    told = two_halves(tmp_path)
    scanned = scan(told.measurer, told.scope(period=MAY_AND_JUNE))
    assert scanned.compared > 10
    assert scanned.beyond_noise == ()
    assert {each.word for each in scanned.changes} == {"no clear change"}


def test_a_planted_fall_is_found_where_it_is_and_called_worse(tmp_path: Path) -> None:
    told = two_halves(tmp_path, red_falls=True)
    scanned = scan(told.measurer, told.scope(period=MAY_AND_JUNE))
    fall = scanned.of("answer_rate", "team", "Red")
    assert fall is not None
    assert (fall.before, fall.now, fall.word) == (0.75, 0.25, "worse")
    assert fall.difference.high < 0
    blue = scanned.of("answer_rate", "team", "Blue")
    assert blue is not None
    assert blue.word == "no clear change"
    assert [each.p for each in scanned.changes] == sorted(each.p for each in scanned.changes)


def test_a_month_that_has_only_begun_is_not_called_fewer(tmp_path: Path) -> None:
    """On the 20th of July, a steady month, there are 20 days of questions, and as many in 20 days of the month before."""
    told = two_halves(tmp_path, days=140)
    questions = scan(told.measurer, told.scope(period="this-month")).of("questions")
    assert questions is not None
    assert questions.counted == (40, 40)
    assert questions.difference.low < 1 < questions.difference.high
    assert questions.p == pytest.approx(1)


def test_without_an_earlier_period_nothing_is_compared(tmp_path: Path) -> None:
    told = two_halves(tmp_path)
    assert scan(told.measurer, told.scope()).changes == ()


def test_fewer_than_20_in_either_period_are_not_compared(tmp_path: Path) -> None:
    told = two_halves(tmp_path)
    scanned = scan(told.measurer, told.scope(period="2026-05-01..2026-05-19", team="Red"))
    assert scanned.of("answer_rate") is None
    assert scanned.of("questions") is None
    assert (
        scan(told.measurer, told.scope(period="2026-05-01..2026-05-20", team="Red")).of("questions")
        is not None
    )


@pytest.mark.parametrize(
    ("id_", "now", "beyond", "word"),
    [
        ("answer_rate", 2, True, "better"),
        ("answer_rate", 0, True, "worse"),
        ("wait", 2, True, "worse"),
        ("wait", 0, True, "better"),
        ("questions", 2, True, "more"),
        ("questions", 0, True, "fewer"),
        ("answer_rate", 2, False, "no clear change"),
    ],
)
def test_a_change_is_better_or_worse_by_what_serves_the_members(
    id_: str, now: float, beyond: bool, word: str
) -> None:
    nothing = Interval(low=0, high=0)
    metric = METRICS[id_]
    change = Change(
        metric=metric,
        by=None,
        group="",
        before=1,
        now=now,
        difference=nothing,
        p=0,
        beyond_noise=beyond,
    )
    assert change.word == word
    assert (metric.better is Better.NEITHER) == (id_ == "questions")


@pytest.mark.parametrize(
    ("id_", "low", "high", "beyond", "said"),
    [
        ("answer_rate", -0.05, 0.05, False, Verdict.SAME),
        ("answer_rate", -0.051, 0.02, False, Verdict.OPEN),
        ("answer_rate", -0.02, 0.051, False, Verdict.OPEN),
        ("answer_rate", 0.01, 0.04, True, Verdict.CLEAR),
        ("wait", -2, 2, False, Verdict.SAME),
        ("wait", -2, 2.1, False, Verdict.OPEN),
        ("wait", -2, float("inf"), False, Verdict.OPEN),
        ("questions", 0.75, 1.25, False, Verdict.SAME),
        ("questions", 0.74, 1.2, False, Verdict.OPEN),
        ("questions", 0.9, 1.26, False, Verdict.OPEN),
    ],
)
def test_about_the_same_is_only_what_lies_within_the_margin(
    id_: str, low: float, high: float, beyond: bool, said: Verdict
) -> None:
    """5 points; a quarter of a wait of 8 hours is 2; a count three quarters to five quarters as large."""
    between = Interval(low=low, high=high)
    metric = METRICS[id_]
    change = Change(
        metric=metric,
        by=None,
        group="",
        before=8,
        now=8,
        difference=between,
        p=0.5,
        beyond_noise=beyond,
    )
    stands = Standing(
        metric=metric,
        by="team",
        group="",
        own=8,
        others=8,
        difference=between,
        p=1,
        beyond_noise=beyond,
    )
    assert change.verdict is stands.verdict is said


def test_scanned_numbers_exist_and_may_be_compared_between_periods() -> None:
    assert all(METRICS[id_].comparable for id_ in SCANNED)


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_the_number_that_a_page_begins_with_is_scanned(page: Page) -> None:
    assert page.headline in SCANNED


def test_waits_of_more_questions_than_are_drawn_are_left_to_the_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each team has 60 questions in each half, both together 120."""
    told, scope = two_halves(tmp_path), {"period": MAY_AND_JUNE}
    monkeypatch.setattr("cop_metrics.measure.changes.MOST_DRAWN", 60)
    scanned = scan(told.measurer, told.scope(**scope))
    assert scanned.of("wait", "team", "Red") is not None
    assert (scanned.of("wait"), scanned.of("answer_rate_24h") is None) == (None, False)
    assert (
        differences(told.measurer, told.scope(**scope), [(METRICS["wait"], "team")]).standings != ()
    )
    monkeypatch.setattr("cop_metrics.measure.changes.MOST_DRAWN", 59)
    assert scan(told.measurer, told.scope(**scope)).of("wait", "team", "Red") is None
    assert (
        differences(told.measurer, told.scope(**scope), [(METRICS["wait"], "team")]).standings == ()
    )


def test_waits_are_compared_by_topic_too_unless_there_are_too_many_to_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question in both topics counts in each: 60 of pumps and 30 of gears in each half; gears wait five times as long."""
    craft = Community()
    for day in range(120):
        asked = f"{days_later('2026-03-03', day)} 10:00"
        question = craft.ask(
            f"ana {day % 20}", asked, topics=("pumps", "gears") if day % 2 else ("pumps",)
        )
        craft.answer(
            question, "bo", plus(asked, hours=(1 + day % 3) * (5 if day % 2 and day >= 60 else 1))
        )
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-07-10 12:00")
    scope = told.scope(period=MAY_AND_JUNE)
    gears = scan(told.measurer, scope).of("wait", "topic", "gears")
    assert gears is not None
    assert (gears.before, gears.now, gears.word) == (2, 10, "worse")
    assert scan(told.measurer, scope) == scan(told.measurer, scope)
    monkeypatch.setattr("cop_metrics.measure.changes.MOST_IN_ALL", 180)
    assert scan(told.measurer, scope).of("wait", "topic", "gears") is not None
    monkeypatch.setattr("cop_metrics.measure.changes.MOST_IN_ALL", 178)
    scanned = scan(told.measurer, scope)
    assert scanned.of("wait", "topic", "gears") is scanned.of("wait", "topic", "pumps") is None
    assert scanned.of("answer_rate_24h", "topic", "gears") is not None


def test_waits_of_several_thousand_questions_are_compared() -> None:
    """The made-up company asks 1,634 questions in the 12 months that a page begins with."""
    random = np.random.default_rng(5)
    now, before = (
        pl.DataFrame(
            {"waited_seconds": random.exponential(hours * 3600, 4_000), "wait_ended": True}
        )
        .with_columns(pl.Series("person", random.integers(0, 900, 4_000)))
        .cast({"waited_seconds": pl.Float64})
        for hours in (8, 6)
    )
    compared = METRICS["wait"].measure.compare(now, before, 0.0)
    assert compared is not None
    assert compared.comparison.interval.low > 0
    assert METRICS["wait"].measure.compare(pl.concat([now, now]), before, 0.0) is None


def test_a_share_is_compared_person_by_person_over_both_periods(tmp_path: Path) -> None:
    """Ana has 15 of 20 after 10 of 20, Ben 10 of 20 after 5 of 20: each gained five, whatever both differ in."""
    told = told_twice(tmp_path)
    pairs = told.measurer.paired(METRICS["answer_rate"], told.scope(period=MAY_AND_JUNE), None)[""]
    now, before = pairs.now, pairs.before
    assert (now.people, now.n, now.hits, before.people, before.n, before.hits) == (
        2,
        40,
        25,
        2,
        40,
        15,
    )
    assert (pairs.both, pairs.n_n, pairs.hits_n, pairs.n_hits) == (2, 800, 500, 300)
    assert pairs.hits_hits == 15 * 10 + 10 * 5
    assert now.likeness == told.choices.likeness["answer_rate"]
    change = scan(told.measurer, told.scope(period=MAY_AND_JUNE)).of("answer_rate")
    compared = paired_newcombe(pairs)
    assert change is not None
    assert compared is not None
    assert (change.before, change.now) == (15 / 40, 25 / 40)
    assert (change.difference, change.p) == (compared.interval, compared.p)
    assert change.verdict is Verdict.OPEN


def told_twice(tmp_path: Path) -> Told:
    """Tell of Ana and Ben, who ask 20 questions each in March and April, and in May and June."""
    craft = Community()
    helped = {("ana", 0): 10, ("ben", 0): 5, ("ana", 1): 15, ("ben", 1): 10}
    for (who, half), answered in helped.items():
        for number in range(20):
            asked = f"{days_later('2026-03-05', 60 * half + 2 * number)} 10:00"
            question = craft.ask(
                who, asked, topics=("pumps",) if who == "ana" else ("gears", "pumps")
            )
            if number < answered:
                craft.answer(question, "bo", plus(asked, hours=1))
    return craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-07-20 23:00")


def test_a_share_of_people_is_compared_by_those_who_changed(tmp_path: Path) -> None:
    """Of 24 members eight write in both periods, six in the second only, two in the first only; four come for the second."""
    craft = Community()
    for number in range(28):
        craft.works(
            craft.member(f"m{number}", joined="2026-05-02" if number >= 24 else "2026-02-01"),
            "Red",
            "mid",
            since="2026-05-02" if number >= 24 else "2026-02-01",
        )
    for number in (*range(8), 8, 9):
        craft.ask(f"m{number}", "2026-04-01 10:00")
    for number in (*range(8), *range(10, 16), 24):
        craft.ask(f"m{number}", "2026-06-01 10:00")
    told = craft.tell(tmp_path, since="2026-02-01 00:00", until="2026-07-20 23:00")
    scope = told.scope(period=MAY_AND_JUNE)
    pairs = told.measurer.paired(METRICS["contributor_rate"], scope, None)[""]
    now, before = pairs.now, pairs.before
    assert (now.people, now.hits, before.people, before.hits) == (28, 15, 24, 10)
    assert (pairs.both, pairs.n_n, pairs.hits_hits, pairs.hits_n, pairs.n_hits) == (
        24,
        24,
        8,
        14,
        10,
    )
    assert told.measurer.paired(METRICS["contributor_rate"], scope, "team")["Red"] == pairs
    change = scan(told.measurer, scope).of("contributor_rate")
    compared, strangers = paired_people(pairs), newcombe(15, 28, 10, 24)
    assert change is not None
    assert compared is not None
    assert strangers is not None
    assert (change.before, change.now) == (10 / 24, 15 / 28)
    assert (change.difference, change.p) == (compared.interval, compared.p)
    assert change.p < strangers.p


def test_pairs_are_the_same_asked_alone_and_together(tmp_path: Path) -> None:
    """Both rates and all dimensions in one query, and each by itself."""
    told = told_twice(tmp_path)
    scope, together, alone = told.scope(period=MAY_AND_JUNE), told.measurer, told.measurer
    rates = [METRICS[id_] for id_ in ("answer_rate", "answer_rate_24h")]
    asked = [
        (together.paired_query(metric, scope, by), scope)
        for metric in rates
        for by in (None, "seniority")
    ]
    asked += [(together.paired_query(metric, scope, "topic"), scope) for metric in rates]
    work = together.expect(asked)
    assert len(work) == 2
    for each in work:
        each()
    for metric in rates:
        for by in (None, "seniority", "topic"):
            found = together.paired(metric, scope, by)
            assert found == alone.paired(metric, scope, by)
            assert found
    assert together.paired(rates[0], scope, "topic")["gears"].now.people == 1


def twice_the_juniors(
    tmp_path: Path, *, until: str = "2026-07-20 23:00", lists_accounts: bool = True
) -> Told:
    """Tell of 20 juniors who ask a question every four days each, and of 20 more who do from May on; seniors stay 20."""
    craft = Community()
    craft.lists_accounts = lists_accounts
    for number in range(20):
        craft.works(craft.member(f"junior {number}", joined="2026-01-01"), "Red", "junior")
        craft.works(craft.member(f"senior {number}", joined="2026-01-01"), "Red", "senior")
        craft.works(
            craft.member(f"new {number}", joined="2026-05-02"), "Red", "junior", since="2026-05-02"
        )
    for day in range(140):
        on = f"{days_later('2026-03-03', day)} 10:00"
        for number in range(day % 4, 20, 4):
            craft.ask(f"junior {number}", on)
            craft.ask(f"senior {number}", on)
            if day >= 60:
                craft.ask(f"new {number}", on)
    return craft.tell(tmp_path, since="2026-03-01 00:00", until=until)


def test_twice_the_questions_of_twice_the_members_are_no_change(tmp_path: Path) -> None:
    """300 and 600 questions of juniors in 60 days: 7.6 a member and month in both, as one in four days is."""
    told = twice_the_juniors(tmp_path)
    juniors = scan(told.measurer, told.scope(period=MAY_AND_JUNE)).of(
        "questions", "seniority", "junior"
    )
    assert juniors is not None
    assert juniors.counted == (300, 600)
    assert juniors.per_member
    assert juniors.unit is Unit.RATIO
    assert (juniors.before, juniors.now) == (pytest.approx(30.4375 / 4), pytest.approx(30.4375 / 4))
    assert not juniors.beyond_noise
    assert juniors.p == pytest.approx(1)
    assert 1 in juniors.difference


def test_where_members_are_not_known_counts_are_compared_by_the_day(tmp_path: Path) -> None:
    told = twice_the_juniors(tmp_path, lists_accounts=False)
    juniors = scan(told.measurer, told.scope(period=MAY_AND_JUNE)).of(
        "questions", "seniority", "junior"
    )
    assert juniors is not None
    assert (juniors.before, juniors.now, juniors.counted, juniors.per_member) == (
        300,
        600,
        (300, 600),
        False,
    )
    assert juniors.unit is Unit.COUNT
    assert juniors.difference.low < 2 < juniors.difference.high


def test_counts_are_not_compared_before_four_months_show_how_unsteady_a_community_is(
    tmp_path: Path,
) -> None:
    """Fifteen whole weeks from Monday, 2 March on end with Sunday, 14 June; sixteen a week later."""
    for until, known in (("2026-06-21 12:00", False), ("2026-06-22 12:00", True)):
        told = twice_the_juniors(tmp_path / until[:10], until=until)
        scope = told.scope(period="2026-05-10..2026-06-08")
        assert len(told.choices.weekly_counts["questions"]) == (16 if known else 15)
        assert (scan(told.measurer, scope).of("questions") is not None) == known


def test_the_first_and_last_week_of_a_period_do_not_count_as_weeks() -> None:
    """They may be cut; of five weeks the three between say how much weeks differ, and all five how much was asked."""
    months = Unsteadiness(variance=0.0, weeks=4, freedom=100)
    now, before = ([9.0, 20.0, 10.0, 30.0, 1.0], [0.0, 12.0, 14.0, 10.0, 40.0])
    frames = [pl.DataFrame({"value": values}) for values in (now, before)]
    found = _compare_counts(*frames, (33.0, 33.0), (33, 33), months, False)
    expected = rate_ratio(70, 33, 76, 33, now[1:4], before[1:4], months=months)
    assert found is not None
    assert found.comparison == expected
    assert (found.before, found.now, found.counted) == (76, 70, (76, 70))


def test_what_is_new_in_a_period_does_not_speak_for_the_communitys_unsteadiness() -> None:
    """Sixteen steady weeks, then four of ten times as much: known from the sixteen; by all twenty all months would be wild."""
    weeks = [(7 * week, 10 if week < 16 else 100, 70) for week in range(20)]
    measurer = SimpleNamespace(
        choices=SimpleNamespace(weekly_counts={"questions": weeks}), unmeasurable=lambda _: None
    )
    period = Period(first_day=7 * 16, end_day=7 * 20, words="")
    found = _months(measurer, METRICS["questions"], Scope(community="craft", period=period))  # type: ignore[arg-type]
    assert found == Unsteadiness(variance=0.0, weeks=4, freedom=3)
    longer = Period(first_day=7 * 15 + 1, end_day=7 * 20, words="")
    of_all = _months(measurer, METRICS["questions"], Scope(community="craft", period=longer))  # type: ignore[arg-type]
    assert of_all is not None
    assert of_all.freedom == 4
    assert of_all.variance > 0.5


# Groups against all others


def test_a_team_that_is_answered_less_than_all_others_is_found_and_no_other(tmp_path: Path) -> None:
    """Nine teams ask once a day; Red is answered on 1 day of 4, the others on 3 of 4."""
    craft = Community()
    teams = ("Red", *(f"Blue {number}" for number in range(8)))
    for team in teams:
        for number in range(20):
            craft.works(f"{team} {number}", team, "junior")
    for day in range(60):
        for team in teams:
            asked = f"{days_later('2026-03-03', day)} 10:00"
            question = craft.ask(f"{team} {day % 20}", asked)
            if (day // 20 + day) % 4 in ((0,) if team == "Red" else (0, 1, 2)):
                craft.answer(question, f"bo {day % 7}", plus(asked, hours=1))
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-06-01 12:00")
    found = differences(told.measurer, told.scope(), [(METRICS["answer_rate"], "team")]).standings
    assert {each.group: each.beyond_noise for each in found} == dict.fromkeys(teams, False) | {
        "Red": True
    }
    assert (found[0].group, found[0].own, found[0].others) == ("Red", 0.25, 0.75)
    assert found[0].difference.high < 0


def test_groups_of_fewer_than_20_are_not_compared(tmp_path: Path) -> None:
    told = two_halves(tmp_path)
    asked = [(METRICS["answer_rate"], "team")]
    assert (
        differences(told.measurer, told.scope(period="2026-05-01..2026-05-19"), asked).standings
        == ()
    )
    both = differences(told.measurer, told.scope(period="2026-05-01..2026-05-20"), asked).standings
    assert sorted(each.group for each in both) == ["Blue", "Red"]


def test_counts_and_topics_are_not_compared_with_others(tmp_path: Path) -> None:
    told = two_halves(tmp_path)
    assert (
        differences(
            told.measurer,
            told.scope(),
            [(METRICS["questions"], "team"), (METRICS["wait"], "topic")],
        ).standings
        == ()
    )


# Luck


TEAMS = [f"team {number:02d}" for number in range(15)]
DRAWS, STATED_SHARE, THREE_SIGMA = 120, 0.05, 0.06
WEEKLY = np.random.default_rng(4).negative_binomial(60, 0.4, size=52)
CHOICES = SimpleNamespace(
    as_of_day=400,
    weekly_counts={
        id_: [(7 * week, int(n), 600 * 7) for week, n in enumerate(WEEKLY)]
        for id_ in ("questions", "helps")
    },
)
LIKENESS = 1 / 6
"""That of hits drawn with shares of beta(3, 2)."""


@dataclass(frozen=True)
class Luck:
    """Stands in for the measurer of a community in which both periods are drawn from the same rates."""

    random: np.random.Generator
    choices: SimpleNamespace

    def evidence(
        self, metric: Metric, _scope: Scope, by: str | None, **_most: int
    ) -> dict[str, pl.DataFrame]:
        return {team: self.drawn(metric) for team in TEAMS} if by == "team" else {}

    def hides(self, *_asked: object) -> bool:
        return False

    unmeasurable = hides

    def sight(self, _scope: Scope) -> "Luck":
        """Return who hides nothing, which is itself."""
        return self

    def number(self, _metric: Metric) -> None:
        """Return no reason to hide a number."""

    def evidence_query(self, *_asked: object) -> None:
        return None

    query = paired_query = evidence_query

    def likeness(self, metric: Metric) -> float:
        return LIKENESS if isinstance(metric.measure, Share) else 0.0

    def totals(self, _metric: Metric, _scope: Scope, _by: str | None) -> dict[str, float]:
        return dict.fromkeys(TEAMS, 40 * 91.0)

    def paired(self, metric: Metric, _scope: Scope, by: str | None) -> dict[str, Pairs]:
        return {team: self.drawn_twice(metric) for team in TEAMS} if by == "team" else {}

    def drawn_twice(self, metric: Metric) -> Pairs:
        """Return 40 people who differ, three quarters of whom are there in both periods."""
        shares = self.random.beta(3, 2, size=40)
        sizes = [
            (self.random.poisson(3, size=40) + 1) * (self.random.random(40) < 0.87)
            for _ in range(2)
        ]
        hits = [self.random.binomial(n, shares) for n in sizes]
        (now, before), (n, n_before) = np.array(hits, dtype=float), np.array(sizes, dtype=float)
        return Pairs(
            now=People.of(now, n, self.likeness(metric)),
            before=People.of(before, n_before, self.likeness(metric)),
            both=float(((n > 0) & (n_before > 0)).sum()),
            hits_hits=float(now @ before),
            hits_n=float(now @ n_before),
            n_hits=float(n @ before),
            n_n=float(n @ n_before),
        )

    def expect(self, _asked: object) -> list[Callable[[], None]]:
        return []

    def drawn(self, metric: Metric) -> pl.DataFrame:
        match metric.measure:
            case Total():
                weekly = self.random.negative_binomial(4, 0.4, size=13)
                return pl.DataFrame({"week": range(13), "value": weekly.astype(float)})
            case PeopleShare():
                return pl.DataFrame({"hits": [float(self.random.binomial(40, 0.6))], "n": [40]})
            case Share():
                sizes = self.random.poisson(3, size=40) + 1
                hits = self.random.binomial(sizes, self.random.beta(3, 2, size=40))
                return pl.DataFrame([vars(People.of(hits, sizes))])
        if isinstance(metric.measure, Computed) and metric.measure.compared:
            return self.mixing()
        return self.waits()

    def mixing(self) -> pl.DataFrame:
        """Return the helps of 15 helpers, some of whom like their own team more than others do."""
        helps = self.random.poisson(4, size=15) + 1
        own = self.random.binomial(helps, self.random.beta(3, 9, size=15))
        return pl.DataFrame(
            {"person": range(15), "helps": helps, "own": own, "expected": helps * 0.25}
        ).cast({"helps": pl.Float64, "own": pl.Float64})

    def waits(self) -> pl.DataFrame:
        """Return the questions of 15 askers, some of whom wait longer than others, followed for ten days."""
        sizes = self.random.poisson(1, size=15) + 1
        hours = np.exp(
            self.random.normal(2, 1.5, sizes.sum())
            + np.repeat(self.random.normal(0, 0.7, 15), sizes)
        )
        person = self.random.permutation(10_000)[:15].repeat(sizes)
        return pl.DataFrame(
            {
                "waited_seconds": np.minimum(hours, 240) * 3600,
                "wait_ended": hours < 240,
                "person": person,
            }
        )


def test_identical_teams_stand_out_in_at_most_the_stated_share_of_draws() -> None:
    luck = Luck(np.random.default_rng(20260302), CHOICES)
    scope = Scope(community="craft", period=Period(first_day=91, end_day=182, words=""))
    asked = [(METRICS[id_], "team") for id_ in SCANNED]
    draws = [differences(luck, scope, asked).standings for _ in range(DRAWS)]  # type: ignore[arg-type]
    assert min(len(each) for each in draws) > 6 * len(TEAMS)
    found = sum(any(standing.beyond_noise for standing in each) for each in draws)
    assert found / len(draws) <= STATED_SHARE + THREE_SIGMA
    uncorrected = sum(sum(standing.p < 0.05 for standing in each) for each in draws)
    assert 0.01 < uncorrected / sum(len(each) for each in draws) < 0.07


def test_identical_groups_are_called_different_in_at_most_the_stated_share_of_draws() -> None:
    """Fifteen teams, nine numbers each, people who differ and weeks that cluster: in 5 % of scans a false alarm."""
    period = Period(first_day=91, end_day=182, words="")
    scope = Scope(
        community="craft", period=period, compare=Period(first_day=0, end_day=91, words="")
    )
    luck = Luck(np.random.default_rng(20260301), CHOICES)
    scans = [scan(luck, scope) for _ in range(DRAWS)]  # type: ignore[arg-type]
    assert min(each.compared for each in scans) > 8 * len(TEAMS)
    assert all(each.of("wait", "team", TEAMS[0]) for each in scans[:3])
    assert sum(bool(each.beyond_noise) for each in scans) / DRAWS <= STATED_SHARE + THREE_SIGMA
    uncorrected = sum(sum(change.p < 0.05 for change in each.changes) for each in scans)
    assert 0.01 < uncorrected / sum(each.compared for each in scans) < 0.07
    assert ENOUGH == 20


def test_groups_are_not_compared_by_what_follows_from_their_size() -> None:
    assert {each.id for each in METRICS.values() if each.follows_size} == {
        "help_across_teams",
        "help_across_seniority",
        "reads_from_other_teams",
    }


def test_a_small_team_does_not_stand_out_as_it_reads_other_teams_more(tmp_path: Path) -> None:
    """Each of 3 and of 27 reads a thread of everybody else: 27 of the 29 that one of the small team reads are of the other."""
    craft = Community()
    teams = {f"P{number}": "Small" if number < 3 else "Large" for number in range(30)}
    threads = {}
    for who, team in teams.items():
        craft.works(craft.member(who, joined="2026-01-01 00:00"), team, "mid")
        threads[who] = craft.ask(who, "2026-03-01 10:00")
    for reader in teams:
        for author, thread in threads.items():
            if author != reader:
                craft.read(thread, reader, "2026-03-02")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    shares = told.split("reads_from_other_teams", "team")
    assert shares == {"Small": pytest.approx(27 / 29), "Large": pytest.approx(3 / 29)}
    asked = [(METRICS["reads_from_other_teams"], "team"), (METRICS["reading_rate"], "seniority")]
    assert differences(told.measurer, told.scope(), asked).standings == ()
