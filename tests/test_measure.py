"""What is withheld from viewers without names, and what is not known at the edge of the data, whatever the number."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, days_later

from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import TOO_SMALL
from cop_metrics.errors import CopError
from cop_metrics.measure.asking import Asking
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.metric import EVERY_SENIORITY, NEWCOMER, Metric
from cop_metrics.reasons import Reason, Why

START = "2025-01-06"
ABOUT_ONE_SENIORITY = [each for each in METRICS.values() if each.about not in (None, NEWCOMER)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return three teams of six juniors, with six seniors in Red and Blue and two in Gold, who help their team's juniors.

    Those who asked thank for it, and read what the team before theirs asked.
    """
    craft = Community()
    for team, seniors in {"Red": 6, "Blue": 6, "Gold": 2}.items():
        for number in range(6):
            craft.works(craft.member(f"{team} junior {number}"), team, "junior")
        for number in range(seniors):
            craft.works(craft.member(f"{team} senior {number}"), team, "senior")
    question = craft.ask("Gold junior 5", "2025-03-02 10:00")
    craft.answer(question, "Gold senior 1", "2025-03-02 11:00")
    for number, team in enumerate(("Red", "Blue", "Gold")):
        craft.read(question, f"{team} junior {number}", "2025-03-10")
        for helper in range(2):
            question = craft.ask(f"{team} junior {number}", f"2025-03-0{number + 3} 10:00")
            answer = craft.answer(
                question, f"{team} senior {helper}", f"2025-03-0{number + 3} 11:00"
            )
            craft.react(answer, f"{team} junior {number}", f"2025-03-0{number + 3} 12:00")
    return craft.tell(
        tmp_path_factory.mktemp("measure"), since=f"{START} 00:00", until="2025-07-06 23:00"
    )


@pytest.mark.parametrize("metric", ABOUT_ONE_SENIORITY, ids=lambda each: each.id)
def test_a_number_about_seniors_or_juniors_is_withheld_where_their_group_in_the_team_is(
    told: Told, metric: Metric
) -> None:
    """Gold has two seniors; a neighbour is hidden with them, and with it a group of juniors, so that nothing follows."""
    named = {
        "junior": [told.choices.junior],
        "senior": [told.choices.senior],
        EVERY_SENIORITY: told.choices.seniorities,
    }
    cells = {
        (team, about) for team in ("Red", "Blue", "Gold") for about in named[metric.about or ""]
    }
    hidden = {team for team, _ in cells & told.choices.small_groups.hidden}
    assert len(hidden) == 2
    without, table = (
        told.scope(names=False),
        told.measurer.measure(metric, told.scope(names=False), "team").table,
    )
    for team in ("Red", "Blue", "Gold"):
        one = told.scope(names=False, team=team)
        [row] = table.filter(group=team).to_dicts()
        found = told.measurer.figure(metric, one)
        assert (found.value, found.note) == (row["value"], row["note"])
        assert (found.reason == TOO_SMALL) == (team in hidden)
        assert told.value(metric.id, team=team) is not None
    assert told.measurer.figure(metric, without).value is not None


def test_a_hidden_amount_is_in_no_column_no_finding_and_no_picture(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amounts that are hidden from those without names: a list keeps its other columns, a picture is withheld."""
    listed = replace(EXHIBITS["help_by_team"], drawn=False)
    before = told.measurer.measure(listed, told.scope(names=False))
    assert before.finding
    assert before.table["helps"].is_not_null().all()
    monkeypatch.setattr("cop_metrics.access.sight.BY_ALL_TEAMS", ("helps",))
    hidden = told.measurer.measure(listed, told.scope(names=False))
    assert hidden.table["helps"].is_null().all()
    assert hidden.table["asker_team"].is_not_null().all()
    assert (hidden.finding, hidden.reason) == (None, None)
    drawn = told.measurer.measure(EXHIBITS["help_by_team"], told.scope(names=False))
    assert (drawn.table.height, drawn.finding) == (0, None)
    assert drawn.reason
    seen = told.measurer.measure(EXHIBITS["help_by_team"], told.scope())
    assert seen.finding
    assert seen.table["helps"].is_not_null().all()


def test_a_number_that_is_withheld_has_no_list(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cop_metrics.access.sight.BY_ALL_TEAMS", ("questions",))
    scope = told.scope(names=False)
    assert told.measurer.figure(METRICS["questions"], scope).reason == TOO_SMALL
    assert told.measurer.listed(METRICS["questions"], scope).reason
    assert told.listed("questions").height


def test_without_names_no_list_of_threads_tells_the_seniority_of_those_who_wrote(
    told: Told,
) -> None:
    """Threads of a team, and threads of seniors, would be those of the team's seniors where they are the same."""
    for id_, filters in (("juniors_helped_by_seniors", {}), ("questions", {"seniority": "junior"})):
        hidden = told.measurer.listed(METRICS[id_], told.scope(names=False, **filters))
        assert hidden.rows.is_empty()
        assert "would tell the seniority" in str(hidden.reason)
        assert told.listed(id_, **filters).height
    assert told.measurer.listed(
        METRICS["questions"], told.scope(names=False, team="Red")
    ).rows.height
    waiting = EXHIBITS["waiting_list"]
    assert told.measurer.sight(told.scope(names=False)).exhibit(waiting).reason is None
    assert told.measurer.sight(told.scope(names=False, seniority="junior")).exhibit(waiting).reason


def test_a_hidden_group_stands_in_the_table_whether_there_is_anything_in_it_or_not(
    told: Told,
) -> None:
    """Nothing was asked in July: a row only for groups with questions would tell which hidden group had any."""
    scope = told.scope(names=False, team="Gold")
    both = told.measurer.measure(METRICS["recognition_rate"], scope, "seniority").table
    assert both["group"].to_list() == ["junior", "senior"]
    assert set(both["note"]) == {TOO_SMALL.text}
    assert told.split("recognition_rate", "seniority", team="Gold") == {
        "junior": None,
        "senior": pytest.approx(2 / 3),
    }


def test_without_names_no_month_is_shown_of_which_the_period_has_fewer_than_four_weeks(
    told: Told,
) -> None:
    """The weeks from 3 March to 4 May have 29 days of March, all of April and four of May."""
    scope = told.scope(names=False, period="2025-03-03..2025-05-04")
    months = told.measurer.measure(METRICS["questions"], scope, "month").table
    assert months["value"].to_list() == [6, 0, None]
    assert months["note"].to_list() == [None, None, "too short a time to be shown without names"]
    assert told.split("questions", "month", period="2025-05-01..2025-05-04") == {"2025-05-01": 0}


def test_without_names_tables_by_month_leave_out_short_ones_too(told: Told) -> None:
    exhibit = EXHIBITS["levels_over_time"]

    def months(scope: Scope) -> list[date]:
        return sorted(set(told.measurer.measure(exhibit, scope).table["month"]))

    assert months(told.scope(period="2025-03-03..2025-05-04")) == [
        date(2025, month, 1) for month in (3, 4, 5)
    ]
    assert months(told.scope(names=False, period="2025-03-03..2025-05-04")) == [
        date(2025, 3, 1),
        date(2025, 4, 1),
    ]


def test_without_names_the_helpers_of_a_filtered_team_are_not_split_into_groups_that_are_hidden(
    tmp_path: Path,
) -> None:
    """Two seniors are all there are: nobody may see what they did, not even by choosing a team that has none of them."""
    craft = Community()
    for team in ("Red", "Blue"):
        for number in range(8):
            who = craft.member(f"{team} {number}", joined=START)
            craft.works(who, team, "senior" if team == "Blue" and number < 2 else "junior")
    for number in range(2):
        craft.answer(craft.ask("Red 0", "2025-03-01 10:00"), f"Blue {number}", "2025-03-01 11:00")
    told = craft.tell(tmp_path, since=f"{START} 00:00", until="2025-07-01 12:00")
    exhibit = EXHIBITS["help_by_seniority"]
    assert told.table("help_by_seniority", team="Red").rows() == [("junior", "senior", 2)]
    assert told.measurer.sight(told.scope(names=False, team="Red")).exhibit(exhibit).reason
    assert told.measurer.measure(exhibit, told.scope(names=False, team="Red")).table.is_empty()


@pytest.mark.parametrize(
    "metric", [each for each in METRICS.values() if each.edge_days], ids=lambda each: each.id
)
def test_what_needs_days_before_it_is_not_known_at_the_edge_of_the_data(
    told: Told, metric: Metric
) -> None:
    """Not known is not zero: in the first 90 days everyone would look new, in the first 180 levels have not settled.

    A day later the edge is no reason any more, though there may be others.
    """
    edge = f"{START}..{days_later(START, metric.edge_days - 1)}"
    note = f"not known in the first {metric.edge_days} days of the data"
    assert told.figure(metric.id, period=edge) == Figure(
        value=None, sample_size=0, reason=Reason(Why.TOO_YOUNG, note)
    )
    assert (
        told.figure(metric.id, period=f"{START}..{days_later(START, metric.edge_days)}").note
        != note
    )
    months = told.measurer.measure(metric, told.scope(), "month").table
    assert (months["value"][0], months["note"][0]) == (None, note)
    assert months["note"][-1] != note
    split = told.measurer.measure(metric, told.scope(period=edge), "team").table
    assert split["value"].is_null().all()


def test_weeks_in_which_nothing_happened_count_in_what_two_periods_are_compared_by(
    told: Told,
) -> None:
    """All six questions lie in one week of nine."""
    scope = told.scope(period="2025-03-03..2025-05-04")
    [weeks] = told.measurer.evidence(METRICS["questions"], scope, None).values()
    assert weeks["value"].to_list() == [6, 0, 0, 0, 0, 0, 0, 0, 0]


def test_what_fails_for_several_numbers_at_once_fails_for_each_instead_of_letting_them_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page asks numbers over the same rows together; those who wait for one of them must hear what went wrong."""

    def fails(_asking: Asking, _sql: str, _values: Mapping[str, object]) -> pl.DataFrame:
        raise MemoryError

    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    monkeypatch.setattr(Asking, "fetch", fails)
    failing, scope = Measurer(cursor=told.cursor, choices=told.choices), told.scope()
    asked = [METRICS["answer_rate"], METRICS["answer_rate_24h"]]
    (work,) = failing.expect((failing.query(each, scope, None), scope) for each in asked)
    with pytest.raises(MemoryError):
        work()
    for each in asked:
        with pytest.raises(MemoryError):
            failing.figure(each, scope)


@pytest.mark.parametrize(
    ("until", "complete"), [("2026-06-08 12:00", True), ("2026-06-07 12:00", False)]
)
def test_a_month_is_whole_on_the_day_its_last_question_is_ripe(
    tmp_path: Path, until: str, complete: bool
) -> None:
    """May ends with 31 May; a question of that day is seven days old once 7 June is over, on the 8th."""
    craft = Community()
    craft.ask("ana", "2026-05-10 10:00")
    told = craft.tell(tmp_path, since="2026-04-01 00:00", until=until)
    months = told.measurer.measure(METRICS["answer_rate"], told.scope(), "month").table
    assert dict(months.select("group", "complete").iter_rows())["2026-05-01"] == complete


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ("2026-06-08 10:00", "too soon to tell: 1 of this period, all younger than 7 days"),
        ("2026-06-07 13:00", "every question of this period was withdrawn or is too young to tell"),
    ],
)
def test_only_questions_too_young_by_days_are_too_soon_to_tell(
    tmp_path: Path, asked: str, note: str
) -> None:
    """The data ends on 14 June: from 8 June on all are younger than seven days, on the 7th it hangs on the hour."""
    craft = Community()
    craft.ask("ana", asked)
    told = craft.tell(tmp_path, since="2026-04-01 00:00", until="2026-06-14 12:00")
    assert told.figure("answer_rate").note == note


def test_without_names_a_month_of_exactly_four_weeks_is_shown_and_one_of_a_day_less_is_not(
    told: Told,
) -> None:
    """3 to 30 March are 28 days, and from 5 May to the end of that month there are 27."""
    for period, shown in (
        ("2025-03-03..2025-03-30", {"2025-03-01": 6}),
        ("2025-05-05..2025-06-29", {"2025-06-01": 0}),
    ):
        months = told.measurer.measure(
            METRICS["questions"], told.scope(names=False, period=period), "month"
        ).table
        known = months.filter(pl.col("value").is_not_null())
        assert dict(known.select("group", "value").iter_rows()) == shown


def test_a_single_week_is_shown_only_to_those_who_may_see_names(told: Told) -> None:
    weeks = told.measurer.measure(
        METRICS["questions"], told.scope(period="2025-03-03..2025-03-30"), "week"
    ).table
    assert weeks["value"].sum() == 6
    with pytest.raises(CopError, match="A single week is shown only to viewers who may see names"):
        told.measurer.measure(
            METRICS["questions"], told.scope(names=False, period="2025-03-03..2025-03-30"), "week"
        )


def test_without_names_few_people_of_no_known_team_are_shown_nowhere(tmp_path: Path) -> None:
    """Three are on no roster; nine left and are thanked afterwards, as Unknown: a community of 12 unknown people it seems."""
    craft = Community()
    for number in range(28):
        craft.works(
            craft.member(f"Red {number}", joined=START),
            ("Red", "Blue")[number % 2],
            ("mid", "senior")[number // 2 % 2],
        )
    for number in range(9):
        who = craft.member(f"Gone {number}", joined=START)
        craft.works(who, "Red", "mid", until="2025-04-01")
        answer = craft.answer(
            craft.ask("Red 0", f"2025-02-0{number + 1} 10:00"), who, f"2025-02-0{number + 1} 11:00"
        )
        craft.react(answer, "Red 0", f"2025-06-0{number + 1} 10:00")
    for number in range(3):
        craft.ask(craft.member(f"Stray {number}", joined=START), f"2025-03-1{number} 10:00")
    told = craft.tell(tmp_path, since=f"{START} 00:00", until="2025-07-06 23:00")
    assert told.split("members", "team")["Unknown"] == 3
    hidden = told.scope(names=False)
    for id_ in ("members", "questions", "contributor_rate", "answer_rate"):
        teams = told.measurer.measure(METRICS[id_], hidden, "team").table
        assert "Unknown" not in set(teams["group"])
        seniorities = told.measurer.measure(METRICS[id_], hidden, "seniority").table
        assert "Unknown" not in set(seniorities["group"])
    seniorities = told.measurer.measure(METRICS["members"], hidden, "seniority").table
    assert dict(seniorities.select("group", "value").iter_rows()) == {"mid": 14 + 3, "senior": 14}
    for filters in ({"team": "Unknown"}, {"seniority": "Unknown"}):
        with pytest.raises(CopError):
            told.scope(names=False, **filters)
