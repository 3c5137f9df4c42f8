"""What chance does in a community, as a build finds it from its whole history, and where it widens what is shown."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from communities import Community, Told, days_later, plus

from cop_metrics.measure.changes import SCANNED
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.aggregates import Computed, Share, Total
from cop_metrics.period import to_day
from cop_metrics.statistics.comparing import Interval
from cop_metrics.statistics.means import clustered_mean
from cop_metrics.statistics.people import People, likeness, pooled_design_effect
from cop_metrics.statistics.shares import clustered_wilson, wilson
from cop_metrics.statistics.waits import survival

HELPED = {"ana": (1, 1, 1, 1), "ben": (0, 0, 0), "cat": (1, 0), "dan": (1,)}
"""By asker: which of their questions were helped."""


def alike(
    tmp_path: Path,
    *,
    names: tuple[str, ...] = tuple(HELPED),
    since: str = "2026-03-01 00:00",
    until: str = "2026-07-06 12:00",
) -> Told:
    """Tell of a team a person, whose questions of March were helped in an hour by each, or never."""
    craft = Community()
    for who in names:
        craft.works(craft.member(who, joined="2026-02-01"), f"Team of {who}", "mid")
        for number, helped in enumerate(HELPED[who]):
            asked = f"{days_later('2026-03-02', number)} 10:00"
            question = craft.ask(who, asked)
            if helped:
                craft.answer(question, "bo", plus(asked, hours=1 + number))
                if who == "ana":
                    craft.answer(question, "bea", plus(asked, hours=9))
    return craft.tell(tmp_path, since=since, until=until)


def test_likeness_of_a_share_is_that_of_all_askers_and_is_the_same_whatever_is_looked_at(
    tmp_path: Path,
) -> None:
    """Four of four, none of three, one of two, one of one: between 1.9 / 3, within .25 / 3, and a typical size of 7 / 3."""
    told = alike(tmp_path)
    found = round(likeness([4, 3, 2, 1], [4, 0, 1, 1], [4, 0, 1, 1]), 6)
    assert found == pytest.approx(0.55 / (1.9 / 3 + 4 / 3 * 0.25 / 3), abs=1e-6)
    assert told.choices.likeness["answer_rate"] == found
    of_ana = told.figure("answer_rate", team="Team of ana")
    assert (of_ana.value, of_ana.sample_size) == (1, 4)
    assert of_ana.interval == clustered_wilson(People.of([4], [4], found))
    assert of_ana.interval.low < wilson(4, 4).low


def test_likeness_of_waits_is_that_of_their_logarithms_with_those_of_a_month_cut(
    tmp_path: Path,
) -> None:
    """Ana waited for one to four hours and cat one; three of ben's and one of cat's are followed for a month and more."""
    told = alike(tmp_path)
    hours = {"ana": (1, 2, 3, 4), "ben": (720, 720, 720), "cat": (1, 720), "dan": (1,)}
    logs = [np.round(1000 * np.log(1 + np.array(each) * 3600.0)) for each in hours.values()]
    found = likeness(
        [len(each) for each in logs],
        [each.sum() for each in logs],
        [(each**2).sum() for each in logs],
    )
    assert told.choices.likeness["wait"] == pytest.approx(found, abs=1e-6)
    wait = told.figure("wait")
    effect = pooled_design_effect(10, 16 + 9 + 4 + 1, told.choices.likeness["wait"])
    shown = survival(
        [1, 2, 3, 4, 1, 1, *[9999] * 4], [True] * 6 + [False] * 4, design_effect=effect
    )
    assert wait.value == shown.median == 3
    assert wait.interval is not None
    assert wait.interval.low == shown.times[np.flatnonzero(shown.low <= 0.5)[0]]
    band = told.table("waiting_curve").filter(hours=2)
    assert (band["low"][0], band["high"][0]) == pytest.approx((shown.low[1], shown.high[1]))


def test_a_question_followed_for_less_than_a_month_says_nothing_of_likeness(tmp_path: Path) -> None:
    """On March 20 nobody knows yet how long ben's questions wait, so that only those of ana, cat and dan count."""
    told = alike(tmp_path, until="2026-03-20 12:00")
    logs = [
        np.round(1000 * np.log(1 + np.array(each) * 3600.0)) for each in ((1, 2, 3, 4), (1,), (1,))
    ]
    found = likeness([4, 1, 1], [each.sum() for each in logs], [(each**2).sum() for each in logs])
    assert told.choices.likeness["wait"] == pytest.approx(found, abs=1e-6)


def test_a_mean_of_few_people_takes_the_likeness_of_all(tmp_path: Path) -> None:
    told = alike(tmp_path)
    helps, questions, squares = [8, 0, 1, 1], [4, 3, 2, 1], [16, 0, 1, 1]
    found = round(likeness(questions, helps, squares), 6)
    assert told.choices.likeness["helps_per_question"] == found
    mean, interval = clustered_mean(helps, questions, squares, found)
    figure = told.figure("helps_per_question")
    assert figure.value == mean == 1
    assert isinstance(figure.interval, Interval)
    assert (figure.interval.low, figure.interval.high) == pytest.approx(
        (interval.low, interval.high)
    )  # type: ignore[union-attr]


def test_every_share_of_rows_of_people_that_can_be_measured_has_a_likeness(tmp_path: Path) -> None:
    told = alike(tmp_path)
    measured = {
        metric.id
        for metric in METRICS.values()
        if not told.measurer.unmeasurable(metric)
        and (
            (isinstance(metric.measure, Share) and metric.measure.person)
            or (isinstance(metric.measure, Computed) and metric.measure.alike)
        )
    }
    assert set(told.choices.likeness) == measured
    assert {
        "answer_rate",
        "wait",
        "wait_in_hours_of_work",
        "helpers_per_question",
        "help_across_teams",
    } <= measured


def test_each_community_has_its_own_likeness(tmp_path: Path) -> None:
    """Without ana and ben, who differ most, there is less of it."""
    apart = alike(tmp_path, names=("cat", "dan"))
    assert apart.choices.likeness["answer_rate"] == round(likeness([2, 1], [1, 1], [1, 1]), 6)


@pytest.mark.parametrize(("since", "first"), [("2026-03-02 00:00", 2), ("2026-03-02 09:00", 9)])
def test_the_first_week_counts_from_a_monday_of_which_the_data_has_the_whole_day(
    since: str, first: int, tmp_path: Path
) -> None:
    told = alike(tmp_path, since=since, until="2026-03-31 12:00")
    assert told.choices.weekly_counts["questions"][0][0] == to_day(date(2026, 3, first))


def test_weekly_counts_are_those_of_whole_weeks_with_the_days_of_members(tmp_path: Path) -> None:
    """Monday, 2 March on: ten questions in the first week, none after; seven members then, bea from the day she first posted."""
    told = alike(tmp_path, until="2026-03-31 12:00")
    weeks = told.choices.weekly_counts["questions"]
    assert [(day, counted) for day, counted, _ in weeks] == [
        (to_day(date(2026, 3, 2 + 7 * week)), 10 if week == 0 else 0) for week in range(4)
    ]
    scope = told.scope(period="2026-03-09..2026-03-15")
    people = told.measurer.figure(METRICS["members"], scope).value
    assert weeks[1][2] == 7 * people
    assert set(told.choices.weekly_counts) == {
        id_
        for id_ in SCANNED
        if isinstance(METRICS[id_].measure, Total) and not told.measurer.unmeasurable(METRICS[id_])
    }


def test_gaps_show_the_interval_of_the_number_of_the_same_name(tmp_path: Path) -> None:
    told = alike(tmp_path)
    gap = told.measurer.measure(EXHIBITS["gaps"], told.scope()).table.filter(seniority="mid")
    figure = told.figure("answer_rate", seniority="mid")
    assert figure.interval is not None
    assert (gap["low"][0], gap["high"][0]) == pytest.approx(
        (figure.interval.low, figure.interval.high)
    )
