"""The kinds of chart: each says what it shows, asks for and is called, and where its rows belong."""

import pytest

from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.show.kinds import Chart, Groups, GroupsOverTime, OverTime, ShowExhibit
from cop_metrics.show.pagebook import PAGES

LINES = OverTime(ids=("answer_rate_24h", "answer_rate"), title="Is it getting better?")
SMALL = GroupsOverTime(id_="contributor_rate", by="team", title="Is each team taking part?")
DOTS = Groups(id_="answer_rate", by="seniority", title="Is everyone answered alike?")
CURVES = ShowExhibit(id="waiting_curve")
CHARTS = [*(chart for page in PAGES.values() for chart in page.charts), LINES, SMALL, DOTS, CURVES]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_a_chart_is_about_the_first_that_it_shows_and_asks_for_numbers_only(chart: Chart) -> None:
    assert chart.first is chart.shows[0]
    assert chart.title
    assert {metric.id for metric, _, _ in chart.asks()} <= set(METRICS)
    assert all(each in ("team", "seniority", "topic") for each in chart.groups)


def test_a_chart_asks_for_what_it_will_measure() -> None:
    assert [(metric.id, by, series) for metric, by, series in LINES.asks()] == [
        ("answer_rate_24h", "month", None),
        ("answer_rate", "month", None),
    ]
    assert [(by, series) for _, by, series in SMALL.asks()] == [("team", None), ("month", "team")]
    assert [by for _, by, _ in DOTS.asks()] == ["seniority"]
    assert not [*CURVES.asks()]
    panel = EXHIBITS["claims"].panel
    assert [metric.id for metric, _, _ in ShowExhibit(id="claims").asks()] == list(panel)


def test_only_groups_side_by_side_are_compared_with_all_others() -> None:
    assert DOTS.compared == (METRICS["answer_rate"], "seniority")
    assert LINES.compared is SMALL.compared is CURVES.compared is None


def test_a_row_says_of_which_number_and_of_whom_and_when_it_is() -> None:
    month = {"series": METRICS["answer_rate"].title, "group": "2026-05-01"}
    assert LINES.place(month) == (METRICS["answer_rate"], {"month": "2026-05-01"})
    team = {"series": "Sales", "group": "2026-05-01"}
    assert SMALL.place(team)[1] == {"team": "Sales", "month": "2026-05-01"}
    assert DOTS.place({"group": "junior"})[1] == {"seniority": "junior"}
