"""Pages as measured: sentences, cards and small print that say no more than was found."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest
from communities import Community, Told, days_later, plus

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import Scan, scan
from cop_metrics.measure.lists import Listed
from cop_metrics.measure.measurer import Measured, Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Counts, Exhibit, Metric
from cop_metrics.show.captions import difference_text
from cop_metrics.show.pagebook import (
    ANSWERS,
    CONNECTIONS,
    INSPIRATION,
    OVERVIEW,
    PARTICIPATION,
    STATUS,
    Page,
)
from cop_metrics.show.parts import Listing, listing
from cop_metrics.show.view import PageView, Viewer, with_lists
from cop_metrics.words import NO_ROWS, WINDOWS
from pages.parts.layout import all_rows

PERIOD = "2026-05-01..2026-06-29"


@pytest.fixture(scope="module")
def falling(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Return 60 days in which nine questions of ten are answered within the hour, then 60 with one of ten; no reads."""
    craft = Community()
    for number in range(40):
        craft.works(f"asker {number}", "Red", "junior")
    for day in range(130):
        asked = f"{days_later('2026-03-02', day)} 10:00"
        question = craft.ask(f"asker {day % 40}", asked)
        if (day * 7 + day // 40) % 10 in (range(9) if day < 60 else range(1)):
            craft.answer(question, "bo", plus(asked, minutes=30))
    return craft.tell(
        tmp_path_factory.mktemp("view"), since="2026-03-01 00:00", until="2026-07-10 12:00"
    )


def seen(told: Told, page: Page, scope: Scope, scanned: Scan | None = None) -> PageView:
    viewer = Viewer(version=7, cursor=told.cursor, catalogue=read_catalogue(told.cursor))
    return viewer.page(page, scope, (lambda *_: scanned) if scanned else scan)


def test_the_headline_tells_the_change_that_the_scan_found(falling: Told) -> None:
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    assert page.headline[0].startswith(
        "10 % of questions were answered within 7 days (1 May 2026 – 29 Jun 2026, 95 % interval "
    )
    assert page.headline[0].endswith(", clearly down (worse) from 90 % in the 60 days before.")
    assert (
        len(page.headline) == 1
    )  # all askers are of one team and seniority, of whom nothing more is to be told
    assert page.version == 7


def test_the_headline_calls_nothing_a_change_that_is_not_in_the_scan(falling: Told) -> None:
    """The same fall, but nothing was compared: the number stands alone, the one before beside it and no more."""
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD), Scan(changes=()))
    card = next(each for each in page.cards if each.metric.id == "answer_rate")
    assert len(page.headline) == 1
    assert card.change_text == "before: 90 %"
    told = " ".join([*page.headline, *(each.change_text for each in page.cards)])
    assert not any(
        word in told
        for word in ("clearly", "about the same", "cannot tell", "better", "worse", "points", "−80")
    )


def test_a_card_says_it_cannot_tell_yet_where_a_change_that_matters_is_possible(
    falling: Told,
) -> None:
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    questions = next(each for each in page.cards if each.metric.id == "questions")
    assert questions.compared
    between = difference_text(questions.compared)
    assert (questions.value, questions.change_text) == (
        "60",
        f"cannot tell yet: no clear change ({between} a member)",
    )


def test_what_cannot_be_measured_is_said_on_the_card_and_in_the_small_print(falling: Told) -> None:
    page = seen(falling, OVERVIEW, falling.scope(period=PERIOD))
    reading = next(each for each in page.cards if each.metric.id == "reading_rate")
    assert (reading.value, reading.remarks[0]) == (
        "–",
        "not measurable: the sources record no reads",
    )
    assert "Not measurable from this source: Reading rate and Recognition rate." in page.small_print
    charts = [chart for chart in page.charts if chart.title.startswith("Inspiration")]
    assert [(chart.note, chart.table.height) for chart in charts] == [
        ("not measurable: the sources record no reads", 0)
    ]


def test_levels_say_what_points_rest_on_where_nothing_is_thanked_or_accepted(falling: Told) -> None:
    page = seen(falling, STATUS, falling.scope(period=PERIOD))
    assert (
        "The sources record no thanks or votes and no accepted answers: points come from what is recorded only, "
        "and higher levels are harder to reach."
    ) in page.small_print


def test_a_line_over_time_leaves_out_the_numbers_that_cannot_be_measured(tmp_path: Path) -> None:
    """Nobody has a team: help across teams is not known, help both ways is."""
    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    charts = {chart.title: chart for chart in seen(told, CONNECTIONS, told.scope()).charts}
    chart = charts["Does help reach further than before?"]
    assert chart.note is None
    assert set(chart.table["series"]) == {
        METRICS["help_across_seniority"].title,
        METRICS["reciprocity"].title,
    }


def test_a_share_of_all_that_is_not_between_its_groups_is_explained(tmp_path: Path) -> None:
    """Sam wrote as a junior in spring and not as a senior in summer; in all Sam wrote, so all is above both groups."""
    craft = Community()
    craft.works("sam", "Red", "junior", until="2026-05-01")
    craft.works("sam", "Red", "senior", since="2026-05-01")
    for who, step in (("kim", "junior"), ("sue", "senior")):
        craft.works(who, "Red", step)
        craft.member(who, joined="2026-03-01 10:00")
    craft.ask("sam", "2026-03-05 10:00")
    craft.ask("sue", "2026-06-05 10:00")
    told = craft.tell(tmp_path, since="2026-03-01 00:00", until="2026-07-01 12:00")
    chart = next(
        each
        for each in seen(told, PARTICIPATION, told.scope()).charts
        if each.title == "Who writes?"
    )
    assert (chart.average, chart.table["value"].to_list()) == (pytest.approx(2 / 3), [0.5, 0.5])
    assert chart.remarked.startswith(
        "All together is not between the groups: who changed group counts in each of them"
    )


def test_that_people_changed_group_is_no_reason_where_other_groups_are_filtered_out(
    tmp_path: Path,
) -> None:
    """Nobody of Red wrote, all of Blue did, and nobody moved: of Red alone the share of all is above for Blue's sake."""
    craft = Community()
    for number in range(6):
        for team in ("Red", "Blue"):
            craft.works(craft.member(f"{team} {number}", joined="2026-01-01"), team, "mid")
        craft.ask(f"Blue {number}", "2026-03-05 10:00")
    told = craft.tell(tmp_path, since="2026-01-01 00:00", until="2026-07-01 12:00")
    [chart] = [
        each
        for each in seen(told, PARTICIPATION, told.scope(team="Red")).charts
        if each.title == "Which teams write?"
    ]
    assert (chart.average, chart.table["value"].to_list()) == (0.5, [0.0])
    assert not any(each.startswith("all together") for each in chart.remarks)


def test_a_headline_without_data_says_why(falling: Told) -> None:
    page = seen(falling, INSPIRATION, falling.scope(period=PERIOD))
    assert page.headline[0].startswith(
        "The sources record no reading: who watches and learns cannot be told."
    )


def test_a_page_whose_number_cannot_be_measured_begins_with_the_first_that_can(
    falling: Told,
) -> None:
    page = seen(falling, STATUS, falling.scope(period=PERIOD))
    assert page.headline[0].startswith("The number of helpers, experts and mentors is 1")


def test_a_state_says_that_no_period_acts_on_it(falling: Told) -> None:
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    own = {
        "waiting_questions": "of the last 30 days of the data, whatever the period",
        "given_up": "of questions 30 to 365 days old as of the data, whatever the period",
    }
    for card in page.cards:
        state = card.metric.id in own
        assert (own.get(card.metric.id) in card.remarks) == state
        assert not (state and (card.before or card.trend is not None))
    lists = {listed.metric.id: listed.remarks for listed in page.lists}
    assert lists == {"answer_rate": (), "given_up": (own["given_up"],)}


def test_a_number_says_over_which_days_where_others_on_its_page_are_of_other_days(
    falling: Told,
) -> None:
    page = seen(falling, PARTICIPATION, falling.scope())
    assert page.headline[0].startswith("100 % of members wrote something (all data, 95 % interval ")
    monthly = {chart.title: "each month by itself" in chart.remarks for chart in page.charts}
    assert monthly["Is each team taking part?"]
    assert not monthly["Which teams write?"]


def test_every_number_as_of_the_data_says_of_which_days_it_is() -> None:
    assert set(WINDOWS) == {each.id for each in METRICS.values() if each.counts is Counts.STATE}


def test_a_filter_says_where_it_acts_on_another_side_than_in_the_first_number(
    falling: Told,
) -> None:
    """On the overview the first number is of questions, which Red asked; helps are Red's as helpers, and levels as members."""
    page = seen(falling, OVERVIEW, falling.scope(team="Red"))
    sides = {
        card.metric.id: [each for each in card.remarks if "Red" in each] for card in page.cards
    }
    assert sides["answer_rate"] == sides["questions"] == []
    assert (sides["recognition_rate"], sides["contributors"]) == (
        ["of helpers in Red"],
        ["of members in Red"],
    )
    charts = {chart.chart.id: chart.remarks for chart in page.charts}
    assert "of helpers in Red" in charts["hanging_topics"]
    assert not any("Red" in each for each in charts["waiting_list"])
    both = seen(falling, OVERVIEW, falling.scope(team="Red", seniority="junior"))
    [contributors] = [card for card in both.cards if card.metric.id == "contributors"]
    assert "of members in Red who are juniors" in contributors.remarks
    lists = {
        listed.metric.id: listed.remarks
        for listed in seen(falling, STATUS, falling.scope(team="Red")).lists
    }
    assert lists == {"recognition_rate": ("of helpers in Red",), "seniors_helping": ()}


def test_who_thanked_a_team_is_told_of_those_recognised(tmp_path: Path) -> None:
    """Three of Blue thanked bo of Red: people who thanked are no members of Red."""
    craft = Community()
    craft.works("bo", "Red", "senior")
    answer = craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    for who in ("ana", "ben", "cat"):
        craft.react(answer, who, "2026-03-01 12:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    [card] = [
        each
        for each in seen(told, STATUS, told.scope(team="Red")).cards
        if each.metric.id == "thankers"
    ]
    assert (card.value, card.remarks[0]) == ("3", "of those recognised in Red")


@pytest.mark.parametrize("filters", [{}, {"topic": ()}, {"period": PERIOD}])
def test_without_a_filter_by_group_no_side_is_told(falling: Told, filters: dict[str, str]) -> None:
    page = seen(falling, OVERVIEW, falling.scope(**filters))
    assert not any(
        "of helpers" in each for part in (*page.cards, *page.charts) for each in part.remarks
    )


def test_numbers_that_still_grow_are_compared_with_nothing(falling: Told) -> None:
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    compared = {card.metric.id for card in page.cards if card.before}
    assert compared == {"questions", "answer_rate"}
    median = next(card for card in page.cards if card.metric.id == "wait")
    assert (median.value, median.change_text) == ("–", "")


def test_a_period_without_earlier_data_says_so_on_each_card(falling: Told) -> None:
    page = seen(falling, PARTICIPATION, falling.scope(period="2026-03-01..2026-04-30"))
    assert page.scan == scan(falling.measurer, page.scope) == Scan(changes=())
    dated = [card for card in page.cards if card.metric.counts is not Counts.STATE]
    assert all("no data before 1 Mar 2026" in card.remarks for card in dated)
    assert all(card.change_text == "" for card in page.cards)


def test_small_print_says_when_the_period_has_only_begun_and_when_names_are_hidden(
    falling: Told,
) -> None:
    begun = seen(falling, ANSWERS, falling.scope(period="this-month"))
    assert any("The data ends within this period" in line for line in begun.small_print)
    hidden = seen(falling, ANSWERS, falling.scope(names=False))
    assert any(
        "groups of fewer than 5 people are merged or not shown." in line
        for line in hidden.small_print
    )


def test_lists_of_people_are_not_for_viewers_without_names(falling: Told) -> None:
    page = seen(falling, PARTICIPATION, falling.scope(names=False))
    assert [(each.rows.height, each.note) for each in page.lists] == [
        (0, "Lists of people are for viewers who may see names.")
    ]


def test_a_chart_by_group_says_which_group_differs_from_all_others(tmp_path: Path) -> None:
    craft = Community()
    for number in range(20):
        for team in ("Red", "Blue", "Green"):
            craft.works(f"{team} {number}", team, "junior")
    for day in range(60):
        for team in ("Red", "Blue", "Green"):
            question = craft.ask(f"{team} {day % 20}", f"{days_later('2026-03-02', day)} 10:00")
            if team != "Red":
                craft.answer(question, "bo", f"{days_later('2026-03-02', day)} 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    page = seen(told, ANSWERS, told.scope())
    findings = {chart.chart.id: chart.finding for chart in page.charts}
    assert str(findings["answer_rate-by-team"]).startswith(
        "Beyond noise: Red 0 %, all others 100 %"
    )
    assert any(
        each.startswith("Differences between a group and all others:") for each in page.small_print
    )


def test_where_no_step_of_seniority_differs_they_are_named(tmp_path: Path) -> None:
    craft = Community()
    for day in range(60):
        who = craft.member(
            f"{(day % 2 and 'old') or 'new'} {day}", joined="2026-02-01 10:00" if day % 2 else None
        )
        craft.answer(
            craft.ask(who, f"{days_later('2026-06-01', day)} 10:00"),
            "bo",
            f"{days_later('2026-06-01', day)} 11:00",
        )
    told = craft.tell(tmp_path, since="2025-01-01 00:00", until="2026-09-01 12:00")
    findings = {
        chart.chart.id: chart.finding for chart in seen(told, OVERVIEW, told.scope()).charts
    }
    assert (
        findings["answer_rate-by-seniority"]
        == "Newcomers and established members do not differ beyond noise."
    )


def test_lists_have_words_for_what_became_of_a_question_and_for_experience(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "ana", "2026-03-01 11:00")
    craft.answer(craft.ask("ana", "2026-03-02 10:00"), "bo", "2026-03-02 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    rows = listing(told.measurer, METRICS["questions"], told.scope()).rows
    assert set(rows["Outcome"]) == {"self-answered", "answered"}
    assert "Experience" in rows.columns
    charts = {chart.chart.id: chart for chart in seen(told, ANSWERS, told.scope()).charts}
    assert "self-answered" in set(charts["outcomes"].shown["Outcome"])
    assert "Seniority" not in charts["gaps"].shown.columns


def test_where_no_group_differs_a_chart_says_so(falling: Told) -> None:
    page = seen(falling, ANSWERS, falling.scope())
    findings = {chart.chart.id: chart.finding for chart in page.charts}
    assert findings["answer_rate-by-team"] is None  # one team has no others


def test_a_long_list_is_shown_from_its_start_and_a_report_has_more_of_it(falling: Told) -> None:
    scope, measurer = falling.scope(), falling.measurer
    short = listing(measurer, METRICS["questions"], scope, most=10)
    assert (short.rows.height, short.total, short.note) == (10, 130, None)
    page = replace(seen(falling, ANSWERS, scope), lists=(short,))
    [longer] = with_lists(page, measurer, most=100).lists
    assert (longer.rows.height, longer.total) == (100, 130)
    assert longer.rows.head(10).equals(short.rows)


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    craft = Community()
    craft.answer(craft.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    shown: Listing = listing(told.measurer, METRICS["waiting_questions"], told.scope())
    assert (shown.rows.height, shown.note) == (0, NO_ROWS)


def test_a_chart_or_a_list_that_fails_leaves_the_rest_standing(
    falling: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    measure = Measurer.measure

    def breaks(
        self: Measurer, of: Metric | Exhibit, scope: Scope, *split: str | None, **more: str | None
    ) -> Measured:
        if of.id == "outcomes":
            raise duckdb.BinderException("secret column")
        return measure(self, of, scope, *split, **more)

    def refuses(*_: object, **__: object) -> pl.DataFrame:
        raise CopError("There is no list today.")

    monkeypatch.setattr(Measurer, "measure", breaks)
    monkeypatch.setattr(Measurer, "listed", refuses)
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    notes = {chart.title: chart.note for chart in page.charts}
    assert "log of the server" in str(notes["What becomes of questions?"])
    assert notes["How long until someone helps?"] is None
    assert {each.note for each in page.lists} == {"There is no list today."}
    assert "secret column" in caplog.text


def test_a_list_that_fails_is_no_empty_file(falling: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    frame: Any = SimpleNamespace(measurer=falling.measurer, scope=falling.scope())
    rows = falling.listed("questions").height
    assert all_rows(frame, METRICS["questions"]).decode().count("\n") == rows + 1

    def breaks(*_: object, **__: object) -> Listed:
        raise duckdb.BinderException("secret column")

    monkeypatch.setattr(Measurer, "listed", breaks)
    with pytest.raises(CopError, match="log of the server"):
        all_rows(frame, METRICS["questions"])


def test_a_table_behind_a_chart_names_its_columns_and_leaves_out_what_says_nothing(
    falling: Told,
) -> None:
    page = seen(falling, ANSWERS, falling.scope(period=PERIOD))
    tables = {chart.title: chart.shown for chart in page.charts}
    assert tables["Does every team get help alike?"].columns[:5] == [
        "Team",
        "Answered within 7 days",
        "n",
        "Low",
        "High",
    ]
    assert "Complete" not in tables["Does every team get help alike?"].columns
    assert tables["Is it getting better?"].columns[:3] == ["Number", "Month", "Value"]


def test_groups_are_shown_beside_the_number_of_all_but_counts_are_not(falling: Told) -> None:
    pages = [seen(falling, page, falling.scope(period=PERIOD)) for page in (ANSWERS, STATUS)]
    averages = {chart.title: chart.average for page in pages for chart in page.charts}
    assert averages["Does every team get help alike?"] == pytest.approx(0.1)
    assert averages["Where do juniors not ask?"] is None


def test_a_period_without_any_data_says_which_days_there_are(falling: Told) -> None:
    page = seen(falling, ANSWERS, falling.scope(period="1991-01-01..1991-02-01"))
    assert (
        page.headline[-1]
        == "The data reaches from 1 Mar 2026 to 10 Jul 2026: choose a period within, or all data."
    )


def test_charts_by_team_are_left_out_where_no_team_is_known(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-03-01 10:00")
    told = craft.tell(tmp_path, until="2026-06-01 12:00")
    titles = {chart.title for chart in seen(told, ANSWERS, told.scope()).charts}
    assert "Does every seniority get help alike?" in titles
    assert (
        not {
            "Does every team get help alike?",
            "Does help cross teams?",
            "Which teams wait longest?",
        }
        & titles
    )
