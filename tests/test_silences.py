"""Zero is a number: a group of people of whom nobody did anything is 0 of so many, in every number, chart and sentence."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from communities import Community, Told, at, days_later, plus

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope
from cop_metrics.measure.changes import scan
from cop_metrics.measure.silences import silence_sentence, silences
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.aggregates import Share, Total
from cop_metrics.show.captions import kept
from cop_metrics.show.charts import LIGHT, describe, draw, groups
from cop_metrics.show.kinds import Groups
from cop_metrics.show.pagebook import ANSWERS, CONNECTIONS, OVERVIEW
from cop_metrics.show.view import PageView, Viewer
from cop_metrics.units import Unit

YEAR = "2025-07-01..2026-06-30"
PEOPLE = {
    ("Service", "junior"): 30,
    ("Service", "senior"): 8,
    ("Drives", "junior"): 12,
    ("Drives", "senior"): 8,
}
NONE_ASKED = "none of the 30 juniors asked"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return a year in which all ask, help and read but the 30 juniors of Service, who only read; nobody reacts."""
    craft = Community()
    names = {
        cell: [craft.member(f"{cell[0]} {cell[1]} {n}", joined="2024-01-01") for n in range(people)]
        for cell, people in PEOPLE.items()
    }
    for (team, seniority), members in names.items():
        for who in members:
            craft.works(who, team, seniority)
    askers = [
        who for cell, members in names.items() if cell != ("Service", "junior") for who in members
    ]
    for day in range(0, 360, 2):
        asker, helper = askers[day // 2 % len(askers)], askers[(day // 2 + 5) % len(askers)]
        asked = f"{days_later('2025-07-01', day)} 10:00"
        question = craft.ask(asker, asked, topics=("pipes",))
        craft.answer(question, helper, plus(asked, hours=3))
        craft.read(question, names["Service", "junior"][day // 2 % 30], asked[:10])
        craft.read(question, askers[(day // 2 + 9) % len(askers)], asked[:10])
    return craft.tell(
        tmp_path_factory.mktemp("zero"), since="2025-01-01 00:00", until="2026-06-30 12:00"
    )


def row(
    told: Told, id_: str, by: str, group: str, scope: Scope
) -> tuple[float | None, int, str | None]:
    table = told.measurer.measure(METRICS[id_], scope, by).table
    [found] = table.filter(group=group).select("value", "sample_size", "note").rows()
    return found


@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
def test_a_group_that_did_not_ask_is_zero_of_its_members(told: Told, names: bool) -> None:
    juniors = told.scope(period=YEAR, seniority="junior", names=names)
    assert row(told, "questions", "team", "Service", juniors) == (0.0, 30, NONE_ASKED)
    service = told.scope(period=YEAR, team="Service", names=names)
    assert row(told, "questions", "seniority", "junior", service) == (0.0, 30, NONE_ASKED)
    both = told.scope(period=YEAR, team="Service", seniority="junior", names=names)
    figure = told.measurer.figure(METRICS["questions"], both)
    assert (figure.value, figure.sample_size, figure.note) == (0.0, 30, NONE_ASKED)


def test_what_there_is_nothing_to_divide_by_says_whose_and_why(told: Told) -> None:
    juniors = told.scope(period=YEAR, seniority="junior")
    assert row(told, "answer_rate", "team", "Service", juniors) == (
        None,
        0,
        f"{NONE_ASKED}, so there is nothing to answer",
    )
    assert (
        row(told, "wait", "team", "Service", juniors)[2]
        == f"{NONE_ASKED}, so there is nothing to answer"
    )
    helped = row(told, "help_across_seniority", "team", "Service", juniors)
    assert helped == (None, 0, "none of the 30 juniors helped, so there is nothing to divide")


def test_shares_of_people_are_zero_of_so_many_with_an_interval(told: Told) -> None:
    figure = told.figure("helpers_rate", period=YEAR, team="Service", seniority="junior")
    assert (figure.value, figure.sample_size) == (0.0, 30)
    assert figure.interval
    assert (figure.interval.low, round(figure.interval.high, 4)) == (0.0, 0.1135)
    assert told.split("reading_juniors_asking", "team", period=YEAR)["Service"] == 0.0


@pytest.mark.parametrize(
    "metric", [m for m in METRICS.values() if "team" in m.splits], ids=lambda each: each.id
)
@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
def test_every_team_with_people_stands_in_every_number_by_team(
    told: Told, metric, names: bool
) -> None:  # type: ignore[no-untyped-def]
    if told.measurer.unmeasurable(metric):
        pytest.skip("not measurable here")
    scope = told.scope(period=YEAR, seniority="junior", names=names)
    table = told.measurer.measure(metric, scope, "team").table
    assert {"Service", "Drives"} <= set(table["group"])
    for value, note in table.select("value", "note").iter_rows():
        assert value is not None or (note and note != "no data"), metric.id
        assert value is not None or not isinstance(metric.measure, Total)


def test_a_month_in_which_nothing_was_asked_is_zero(told: Told) -> None:
    months = told.split("questions", "month", period="2025-05-01..2025-08-31")
    assert months == {"2025-05-01": 0, "2025-06-01": 0, "2025-07-01": 16, "2025-08-01": 15}
    rates = told.measurer.measure(
        METRICS["answer_rate"], told.scope(period="2025-05-01..2025-07-31"), "month"
    ).table
    assert rates["value"].to_list() == [None, None, 1.0]
    assert rates["note"][0] == "none of the 58 members asked, so there is nothing to answer"


def test_a_topic_that_is_asked_for_and_was_not_asked_about_says_so(told: Told) -> None:
    figure = told.figure("questions", period="2025-05-01..2025-06-30", topic="pipes")
    assert (figure.value, figure.note) == (0.0, "none of the 58 members asked (pipes)")


def test_questions_that_are_all_too_young_are_not_said_not_to_be_asked(tmp_path: Path) -> None:
    """Red's only question is two days old, Blue's was withdrawn: both teams asked."""
    craft = Community()
    for team in ("Red", "Blue", "Gold"):
        for number in range(6):
            craft.works(craft.member(f"{team} {number}", joined="2026-01-01"), team, "mid")
    craft.ask("Red 0", "2026-06-28 10:00")
    craft.ask("Blue 0", "2026-05-01 10:00", closed_at=at("2026-05-01 11:00"))
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-30 12:00")
    rates = told.measurer.measure(METRICS["answer_rate"], told.scope(), "team").table
    assert dict(rates.select("group", "note").iter_rows()) == {
        "Blue": "every question of this period was withdrawn or is too young to tell",
        "Gold": "none of the 6 members asked, so there is nothing to answer",
        "Red": "too soon to tell: 1 of this period, all younger than 7 days",
    }


def test_a_period_without_data_gives_no_zero_for_a_reason(told: Told) -> None:
    figure = told.figure("answer_rate", period="2020-01-01..2020-03-31")
    assert (figure.value, figure.note) == (None, "the data does not reach into this period")


def seen(told: Told, page: object, scope: Scope) -> PageView:
    viewer = Viewer(version=1, cursor=told.cursor, catalogue=read_catalogue(told.cursor))
    return viewer.page(page, scope, scan)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
def test_that_none_of_a_team_asked_is_a_finding(told: Told, names: bool) -> None:
    scope = told.scope(period=YEAR, names=names)
    found = {each.act: silence_sentence(each) for each in silences(told.measurer, scope)}
    others = "while 100 % of all others did."
    assert found == {
        act: f"None of Service's 30 juniors {act}, {others}" for act in ("wrote", "asked", "helped")
    }
    # Who did not write did not ask either: it is said once on a page about everything, and of asking where that is the point.
    assert [each.act for each in seen(told, OVERVIEW, scope).silences] == ["wrote"]
    assert seen(told, OVERVIEW, scope).headline[1] == found["wrote"]
    assert seen(told, ANSWERS, scope).headline[1] == found["asked"]


def test_who_asked_elsewhere_is_no_silence_there_and_neither_is_a_group_of_four(
    tmp_path: Path,
) -> None:
    """Of Red's six one asked; Blue's four are fewer than a small group; none of Gold's five asked, nor of all five juniors."""
    craft = Community()
    for team, people in (("Red", 6), ("Blue", 4), ("Gold", 5), ("Teal", 9)):
        for number in range(people):
            craft.works(craft.member(f"{team} {number}", joined="2026-01-01"), team, "mid")
    craft.ask("Red 5", "2026-03-01 10:00")
    for number in range(9):
        craft.ask(f"Teal {number}", "2026-03-02 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-30 12:00")
    found = [each for each in silences(told.measurer, told.scope()) if each.act == "asked"]
    assert [silence_sentence(each) for each in found] == [
        "None of Gold's 5 members asked, while 53 % of all others did."
    ]
    assert not silences(told.measurer, told.scope(team="Red"))
    assert [each.act for each in silences(told.measurer, told.scope(team="Gold"))] == [
        "asked",
        "wrote",
    ]


def test_where_only_those_who_took_part_are_known_no_share_of_the_others_is_told(
    told: Told,
) -> None:
    found = silences(told.measurer, told.scope(period=YEAR))
    assert all(each.listed for each in found)
    sentence = silence_sentence(replace(found[0], listed=False))
    assert sentence.endswith(f"{found[0].act}, while others did.")


def test_where_nobody_at_all_asks_no_group_is_named(tmp_path: Path) -> None:
    craft = Community()
    for number in range(12):
        craft.works(
            craft.member(f"Red {number}", joined="2026-01-01"), ("Red", "Blue")[number % 2], "mid"
        )
    craft.answer("lost thread", "Red 0", "2026-03-01 10:00", kind="message")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-06-30 12:00")
    assert [each.act for each in silences(told.measurer, told.scope())] == [
        "wrote"
    ]  # by Blue, while one of Red did


def test_the_chart_of_a_group_with_nothing_shows_it(told: Told) -> None:
    juniors = told.scope(period=YEAR, seniority="junior")
    counts = told.measurer.measure(METRICS["questions"], juniors, "team").table
    assert "Service 0 (n 30)" in describe(groups(counts, Unit.COUNT, LIGHT))
    rates = told.measurer.measure(METRICS["answer_rate"], juniors, "team").table
    assert f"Service: {NONE_ASKED}, so there is nothing to answer." in describe(
        groups(rates, Unit.PERCENT, LIGHT)
    )


@pytest.mark.parametrize(("size", "named"), [(30, ["junior"]), (31, [])])
def test_a_group_is_named_as_lacking_from_as_many_people_as_a_group_must_have(
    told: Told, size: int, named: list[str]
) -> None:
    """None of the 30 juniors of Service asked, so that the curve of waits has no line for them."""
    choices = replace(told.choices, small_groups=replace(told.choices.small_groups, size=size))
    measurer = replace(told.measurer, choices=choices)
    service, curve = told.scope(period=YEAR, team="Service"), EXHIBITS["waiting_curve"]
    assert [*measurer.measure(curve, service).lacking] == named


def test_a_table_by_seniority_has_a_row_for_those_who_did_not_ask(told: Told) -> None:
    service = told.scope(period=YEAR, team="Service")
    table = told.measurer.measure(EXHIBITS["gaps"], service).table
    assert table.select("seniority", "answer_rate", "questions").rows() == [
        ("junior", None, 0),
        ("senior", 1.0, 56),
    ]
    assert "junior: no question asked." in describe(draw(EXHIBITS["gaps"], table, LIGHT))
    curve = next(
        each for each in seen(told, ANSWERS, service).charts if each.chart.id == "waiting_curve"
    )
    assert "nothing is counted of junior (30 members)" in curve.remarks


@pytest.fixture(scope="module")
def readers_only(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return half a year in which the six juniors, who are the team Blue, read, and all others ask, help and thank."""
    craft = Community()
    for number in range(6):
        craft.works(craft.member(f"Junior {number}", joined="2025-01-01"), "Blue", "junior")
        craft.works(craft.member(f"Senior {number}", joined="2025-01-01"), "Red", "senior")
    for number in range(12):
        asked = f"2026-02-{number + 1:02d} 10:00"
        question = craft.ask(f"Senior {number % 6}", asked)
        helped = craft.answer(question, f"Senior {(number + 1) % 6}", plus(asked, hours=1))
        craft.react(helped, f"Senior {number % 6}", plus(asked, hours=2))
        craft.read(question, f"Junior {number % 6}", "2026-02-20")
    return craft.tell(
        tmp_path_factory.mktemp("readers"), since="2025-06-01 00:00", until="2026-06-30 12:00"
    )


@pytest.mark.parametrize("names", [True, False], ids=["names", "no names"])
@pytest.mark.parametrize("id_", [each.id for each in EXHIBITS.values() if each.every_group])
def test_a_table_that_counts_by_group_has_zeros_for_a_group_with_nothing(
    readers_only: Told, id_: str, names: bool
) -> None:
    exhibit = EXHIBITS[id_]
    table = readers_only.measurer.measure(
        exhibit, readers_only.scope(period="2026-01-05..2026-06-28", names=names)
    ).table
    [by] = exhibit.shows
    group = {"team": "Blue", "seniority": "junior"}[by]
    [found] = table.filter(pl.any_horizontal(pl.col(pl.String) == group)).to_dicts()
    assert {name: cell for name, cell in found.items() if cell not in (group, None)} == {
        name: 0 for name, kind in table.schema.items() if kind.is_integer()
    }
    assert group in describe(draw(exhibit, table, LIGHT))


def test_whose_knowledge_is_not_read_is_told_whoever_reads(readers_only: Told) -> None:
    """The juniors read, and nothing of theirs is read; of readers of one team, too."""
    for filters in ({}, {"team": "Blue"}, {"seniority": "junior"}):
        table = readers_only.table("whose_knowledge", period="2026-01-05..2026-06-28", **filters)
        assert ("junior", None, 0) in table.rows()


def test_a_page_about_helps_names_who_did_not_help(readers_only: Told) -> None:
    view = seen(readers_only, CONNECTIONS, readers_only.scope(period="2026-01-05..2026-06-28"))
    assert {each.act for each in view.silences} == {"asked", "helped"}


@pytest.mark.parametrize("id_", ["returning", "away", "silent"])
def test_a_count_of_people_that_is_no_act_is_zero_of_the_members_too(
    readers_only: Told, id_: str
) -> None:
    scope = readers_only.scope(period="2026-01-05..2026-03-15")
    table = readers_only.measurer.measure(METRICS[id_], scope, "team").table
    assert ("Blue", 0.0, 6, None) in table.select("group", "value", "sample_size", "note").rows()


def test_a_page_of_those_who_did_not_ask_says_so_first(told: Told) -> None:
    view = seen(told, ANSWERS, told.scope(period=YEAR, team="Service", seniority="junior"))
    assert (
        view.headline[0]
        == f"Team Service and Juniors: {NONE_ASKED}, so there is nothing to answer."
    )
    [card] = [each for each in view.cards if each.metric.id == "answer_rate"]
    assert (card.value, kept(card.figure, 0.7)) == ("–", "nothing to judge")
    [chart] = [
        each
        for each in view.charts
        if isinstance(each.chart, Groups) and each.chart.id == "answer_rate-by-team"
    ]
    assert chart.note == f"{NONE_ASKED}, so there is nothing to answer."
    notes = {each.chart.id: each.note for each in view.charts}
    for id_ in ("waiting_curve", "outcomes", "topics", "gaps"):
        assert notes[id_] == (
            "Nobody asked within these filters; without them there is something to show: choose fewer filters."
        )


def test_an_empty_chart_tells_whether_other_days_would_fill_it(told: Told) -> None:
    early = seen(told, ANSWERS, told.scope(period="2025-05-01..2025-06-30"))
    notes = {each.chart.id: each.note for each in early.charts}
    assert notes["waiting_curve"] == (
        "Nobody asked in this period; in all of the data there is something to show: choose a longer period."
    )
    assert notes["topics"] == (
        "Nobody asked in this period; in all of the data there is something to show: choose a longer period."
    )
    assert all("topics or tags" not in str(note) for note in notes.values())


def test_shares_without_a_reason_are_none(told: Told) -> None:
    scope = told.scope(period=YEAR, seniority="junior")
    for metric in METRICS.values():
        if isinstance(metric.measure, Share) and not told.measurer.unmeasurable(metric):
            figure = told.measurer.figure(metric, scope)
            assert figure.value is not None or figure.note, metric.id
