"""What an exhibit counts in SQL of its own is what the number of the same thing says, in both samples, group by group.

To add one: a function named after the exhibit, as an entry of `AGREE`, that yields pairs of both.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from communities import Told

from cop_metrics.cli.importing import SAMPLE_COMMUNITY
from cop_metrics.metrics.newcomers import ANSWERED
from cop_metrics.samples.company import COMPANY
from cop_metrics.store import Store

PERIODS = ("all", "last-12-months")
Pairs = Iterator[tuple[object, object]]


@pytest.fixture(scope="module", params=[COMPANY, SAMPLE_COMMUNITY], ids=["company", "site"])
def told(request: pytest.FixtureRequest, demo_data: Path) -> Told:
    return Told(cursor=Store(demo_data).snapshot().cursor, community=request.param)


def known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {group: value for group, value in values.items() if value}


def summed(table: pl.DataFrame, by: str, of: str) -> dict[str, float]:
    sums = table.filter(pl.col(of) > 0).group_by(by).agg(pl.col(of).sum())
    return {str(group): float(total) for group, total in sums.iter_rows()}


def topics(told: Told, period: str) -> Pairs:
    table = told.table("topics", period=period)
    for id_ in ("questions", "answer_rate", "helps_per_question"):
        yield (
            known(dict(table.select("topic", id_).iter_rows())),
            known(told.split(id_, "topic", period=period)),
        )


def gaps(told: Told, period: str) -> Pairs:
    table = told.table("gaps", period=period)
    for id_ in ("questions", "answer_rate_24h", "answer_rate", "wait"):
        yield (
            known(dict(table.select("seniority", id_).iter_rows())),
            known(told.split(id_, "seniority", period=period)),
        )


def newcomers_by_quarter(told: Told, period: str) -> Pairs:
    of = {ANSWERED: "newcomers_first_answered", "came back": "newcomers_came_back"}
    for row in told.table("newcomers_by_quarter", period=period).iter_rows(named=True):
        figure = told.figure(of[row["number"]], period=_quarter(row))
        yield (row["share"], row["newcomers"]), (figure.value, figure.sample_size)


def _quarter(row: Mapping[str, date]) -> str:
    first = row["month"]
    after = date(first.year + (first.month + 2) // 12, (first.month + 2) % 12 + 1, 1)
    return f"{first}..{date.fromordinal(after.toordinal() - 1)}"


def newcomers_back(told: Told, period: str) -> Pairs:
    """Its counts are of quarters that have both groups, so that none is beyond the number's."""
    ids = {True: "newcomers_answered_came_back", False: "newcomers_unanswered_came_back"}
    for row in told.table("newcomers_back", period=period).iter_rows(named=True):
        figure = told.figure(ids[row["first_question"] == ANSWERED], period=period)
        yield row["newcomers"] <= figure.sample_size, True


def outcomes(told: Told, period: str) -> Pairs:
    table = told.table("outcomes", period=period).filter(pl.col("outcome") != "withdrawn")
    solved = table.filter(outcome="resolved")
    asked, resolved = summed(table, "month", "questions"), summed(solved, "month", "questions")
    yield (
        known({month: resolved.get(month, 0) / asked[month] for month in asked}),
        known(told.split("solved_rate", "month", period=period)),
    )


def awake(told: Told, period: str) -> Pairs:
    table = told.table("awake", period=period)
    for id_ in ("questions", "helps"):
        yield table[id_].sum(), told.value(id_, period=period)


def people_by_act(told: Told, period: str) -> Pairs:
    table = told.table("people_by_act", period=period)
    yield summed(table, "month", "people"), known(told.split("active", "month", period=period))


def cohorts(told: Told, period: str) -> Pairs:
    """The month that is not over yet has no cohort."""
    joined = summed(told.table("cohorts", period=period).unique("month"), "month", "members")
    new = known(told.split("new", "month", period=period))
    yield joined, {month: people for month, people in new.items() if month in joined}
    yield len(new) - len(joined) <= 1, True


def levels(told: Told, period: str) -> Pairs:
    helpers = told.table("levels", period=period).filter(pl.col("level") >= 2)
    yield helpers["people"].sum(), told.value("helpers_and_up", period=period)


def level_flows(told: Told, period: str) -> Pairs:
    flows, levels = (told.table(id_, period=period) for id_ in ("level_flows", "levels"))
    yield summed(flows, "level_name", "end"), summed(levels, "level_name", "people")


def giving(told: Told, period: str) -> Pairs:
    people = dict(told.table("giving", period=period).select("who", "people").iter_rows())
    core, regulars = list(people.values())[:2] or (None, None)
    yield core, told.value("core_helpers", period=period)
    yield regulars, told.value("regular_helpers", period=period)


def help_by_team(told: Told, period: str) -> Pairs:
    yield from _crossing(told, period, "team", "help_across_teams")


def help_by_seniority(told: Told, period: str) -> Pairs:
    yield from _crossing(told, period, "seniority", "help_across_seniority")


def _crossing(told: Told, period: str, by: str, id_: str) -> Pairs:
    table = told.table(f"help_by_{by}", period=period)
    yield table["helps"].sum(), told.value("helps", period=period)
    both = table.filter(pl.all_horizontal(pl.col(f"asker_{by}", f"helper_{by}") != "Unknown"))
    crossing = both.filter(pl.col(f"asker_{by}") != pl.col(f"helper_{by}"))
    figure = told.figure(id_, period=period)
    yield both["helps"].sum(), figure.sample_size
    if both.height:
        yield crossing["helps"].sum() / both["helps"].sum(), figure.value


def recognition_by_seniority(told: Told, period: str) -> Pairs:
    """Members by what juniors gave them; who gave without a name has no seniority, and no row."""
    table = told.table("recognition_by_seniority", period=period)
    figure = told.figure("recognised_by_juniors", period=period)
    if figure.value is not None:
        juniors = table.filter(giver_seniority=told.choices.junior)["thanks"].sum()
        yield juniors, round(figure.value * figure.sample_size)


def read_to_ask(told: Told, period: str) -> Pairs:
    yield from _reached(told, period, "read_to_ask")


def read_to_answer(told: Told, period: str) -> Pairs:
    yield from _reached(told, period, "read_to_answer")


def _reached(told: Told, period: str, id_: str) -> Pairs:
    table = told.table(id_, period=period)
    for days in (30, 90) if table.height else ():
        last = table.filter(pl.col("days") <= days).group_by("seniority").agg(pl.col("share").max())
        shares = told.split(f"{id_}_{days}d", "seniority", period=period)
        for seniority, share in last.iter_rows():
            if shares[seniority] is not None:
                yield share, shares[seniority]


def waiting_list(told: Told, period: str) -> Pairs:
    yield told.table("waiting_list").height, told.value("waiting_questions")


def hanging_topics(told: Told, period: str) -> Pairs:
    yield told.table("hanging_topics").height, told.value("topics_on_one_person")


AGREE: tuple[Callable[[Told, str], Pairs], ...] = (
    topics,
    gaps,
    newcomers_by_quarter,
    newcomers_back,
    outcomes,
    awake,
    people_by_act,
    cohorts,
    levels,
    level_flows,
    giving,
    help_by_team,
    help_by_seniority,
    recognition_by_seniority,
    read_to_ask,
    read_to_answer,
    waiting_list,
    hanging_topics,
)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("pairs", AGREE, ids=lambda pairs: pairs.__name__)
def test_an_exhibit_and_the_number_of_the_same_thing_agree(
    pairs: Callable[[Told, str], Pairs], period: str, told: Told
) -> None:
    for shown, measured in pairs(told, period):
        assert shown == pytest.approx(measured)
