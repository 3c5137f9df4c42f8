"""The charts: each exhibit is drawn, colours can be told apart, and what is drawn and said is what was measured."""

from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest
from numpy.typing import NDArray

from cop_metrics.errors import UnknownName
from cop_metrics.measure.figures import FIGURE_SCHEMA
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Promise
from cop_metrics.metrics.topics import ACTIONS
from cop_metrics.show import charts
from cop_metrics.show.charts import (
    CHARTS,
    DARK,
    LIGHT,
    Look,
    canvas,
    describe,
    draw,
    groups,
    over_time,
    small_multiples,
    spark_svg,
    subtitle,
    team_colours,
)
from cop_metrics.show.charts.labels import date_ticks, distinct, safe, value_ticks
from cop_metrics.show.charts.look import MARK_CONTRAST, contrast, mixed, shades
from cop_metrics.show.kinds import OverTime
from cop_metrics.units import Unit

LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
EVERY_EXHIBIT = pytest.mark.parametrize(
    "id_", sorted(id_ for id_, each in EXHIBITS.items() if each.drawn)
)

ONE_ROW: dict[str, dict[str, object]] = {
    "people_by_act": {"month": date(2026, 9, 1), "did": "asked", "people": 3, "complete": True},
    "cohorts": {"month": date(2026, 1, 1), "members": 4, "months": 0, "active": 3, "share": 0.75},
    "lorenz": {"series": "among all members", "share_of_people": 0.5, "help": 0.1, "gini": 0.4},
    "giving": {"who": "core, 80 % of all help", "people": 3, "of_members": 0.1, "of_help": 0.8},
    "balance_by_team": {
        "member_team": "Sales",
        "members": 9,
        "got_help": 0.5,
        "watched": None,
        "recognised": 0.0,
    },
    "balance_by_seniority": {
        "member_seniority": "junior",
        "members": 9,
        "got_help": 0.5,
        "watched": 1.0,
        "recognised": 0.0,
    },
    "network": {
        "helper_name": "Ada",
        "helper_team": "Drives",
        "asker_name": "Bo",
        "asker_team": "Sales",
        "helps": 3,
        "helper_x": 0.5,
        "helper_y": 0.25,
        "asker_x": -1.0,
        "asker_y": 0.75,
        "helper_ties": 3,
        "asker_ties": 1,
    },
    "awake": {"weekday": 0, "hour": 9, "questions": 2, "helps": 1},
    "waiting_curve": {
        "seniority": "junior",
        "hours": 2.0,
        "waiting": 1.0,
        "low": 1.0,
        "high": 1.0,
        "at_risk": 1,
    },
    "waiting_curve_by_team": {
        "team": "Sales",
        "hours": 2.0,
        "waiting": 1.0,
        "low": 1.0,
        "high": 1.0,
        "at_risk": 1,
    },
    "outcomes": {
        "month": date(2026, 9, 1),
        "outcome": "unanswered",
        "questions": 4,
        "complete": True,
    },
    "topics": {
        "topic": "welding",
        "action": "watch",
        "questions": 7,
        "ripe": 6,
        "helps_per_question": 0.8,
        "answer_rate": 0.5,
    },
    "gaps": {
        "seniority": "junior",
        "answer_rate_24h": 0.5,
        "low_24h": 0.3,
        "high_24h": 0.7,
        "answer_rate": 0.8,
        "low": 0.6,
        "high": 0.9,
        "wait": 5.0,
        "questions": 12,
    },
    "newcomers_back": {
        "first_question": "not answered",
        "share": 0.3,
        "low": 0.1,
        "high": 0.6,
        "hits": 3,
        "newcomers": 10,
    },
    "newcomers_by_quarter": {
        "month": date(2026, 8, 1),
        "number": "came back",
        "share": 0.5,
        "low": 0.2,
        "high": 0.8,
        "newcomers": 10,
    },
    "help_by_team": {"asker_team": "Sales", "helper_team": "Drives", "helps": 5},
    "help_by_seniority": {"asker_seniority": "junior", "helper_seniority": "senior", "helps": 5},
    "read_to_ask": {
        "seniority": "junior",
        "days": 0.0,
        "share": 0.0,
        "low": 0.0,
        "high": 0.0,
        "at_risk": 8,
    },
    "read_to_answer": {
        "seniority": "junior",
        "days": 9.0,
        "share": 0.5,
        "low": 0.1,
        "high": 0.9,
        "at_risk": 9,
    },
    "whose_knowledge": {"seniority": "senior", "standing": "has left", "reads": 12},
    "levels": {"level": 2, "level_name": "Helper", "people": 4},
    "levels_over_time": {
        "month": date(2026, 9, 1),
        "level": 3,
        "level_name": "Expert",
        "people": 2,
    },
    "level_paths": {"before": "Participant", "after": "Helper", "people": 3},
    "recognition_by_seniority": {
        "giver_seniority": "junior",
        "member_seniority": "senior",
        "thanks": 5,
    },
    "milestones": {
        "milestone": "First help",
        "days": 30,
        "reached": 0.4,
        "low": 0.3,
        "high": 0.5,
        "followed": 80,
    },
    "asking_and_helping": {"seniority": "junior", "tendency": "mostly asks", "people": 7},
    "claims": {
        "claim": "A tool to perform",
        "number": "Asked or read",
        "seniority": "junior",
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 100,
        "helps_per_active": None,
        "note": None,
    },
    "rising": {
        "name": "Ada",
        "team": "Drives",
        "seniority": "junior",
        "points_before": 10,
        "points_now": 90,
        "gain": 80.0,
        "at_least": 12.5,
        "givers": 4,
        "kind": "rising",
    },
}


def table_of(id_: str, *changes: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{**ONE_ROW[id_], **change} for change in changes or ({},)])


def figures(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FIGURE_SCHEMA, orient="row")


def hovers(figure: go.Figure) -> str:
    return " ".join(str(trace.hovertext) for trace in figure.data if trace.hovertext is not None)


def shown_texts(figure: go.Figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


# Every exhibit


def test_every_exhibit_has_a_chart() -> None:
    assert set(CHARTS) == {id_ for id_, each in EXHIBITS.items() if each.drawn}


@EVERY_EXHIBIT
@LOOKS
def test_an_empty_table_is_a_sentence_and_no_marks(id_: str, look: Look) -> None:
    figure = draw(
        EXHIBITS[id_], pl.DataFrame(schema=dict.fromkeys(EXHIBITS[id_].titles, pl.String)), look
    )
    assert not figure.data
    assert describe(figure) == "There is nothing to draw: nothing was counted in this period."
    assert shown_texts(figure).replace("<br>", " ") == describe(figure)


@pytest.mark.parametrize("id_", sorted(ONE_ROW))
@LOOKS
def test_a_table_of_one_row_is_drawn_and_told(id_: str, look: Look) -> None:
    assert set(ONE_ROW[id_]) == set(EXHIBITS[id_].titles)
    figure = draw(EXHIBITS[id_], table_of(id_), look)
    assert figure.data
    assert describe(figure)
    assert {trace.type for trace in figure.data} <= {"scatter", "bar", "heatmap"}
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert "Infinity" not in figure.to_json()


def test_an_exhibit_that_nothing_draws_is_named() -> None:
    stranger = EXHIBITS["topics"].__class__(**{**vars(EXHIBITS["topics"]), "id": "topic"})
    with pytest.raises(UnknownName, match="Did you mean 'topics'"):
        draw(stranger, pl.DataFrame(), LIGHT)


def test_charts_use_neither_express_nor_streamlit() -> None:
    sources = [
        path.read_text(encoding="utf-8") for path in Path(charts.__file__).parent.glob("*.py")
    ]
    assert len(sources) > 5
    assert not [
        source for source in sources if "plotly.express" in source or "import streamlit" in source
    ]


# Colours


@LOOKS
def test_marks_and_text_stand_out_from_the_page(look: Look) -> None:
    ramps = [*look.promises.values(), look.seniority]
    marks = [
        *look.team_set,
        look.other,
        look.unknown,
        look.alert,
        look.good,
        *look.promises.values(),
    ]
    marks += [shade for hue in ramps for count in (2, 3, 5) for shade in shades(look, hue, count)]
    for page in (look.surface, look.panel):
        assert [mark for mark in marks if contrast(mark, page) < MARK_CONTRAST] == []
        assert min(contrast(text, page) for text in (look.ink, look.faint)) >= 4.5


@LOOKS
def test_counts_in_cells_can_be_read_on_every_shade(look: Look) -> None:
    rows = [
        {"asker_team": f"T{place}", "helper_team": "T1", "helps": place} for place in range(1, 12)
    ]
    figure = draw(EXHIBITS["help_by_team"], table_of("help_by_team", *rows), look)
    cells = {note.text: note.font.color for note in figure.layout.annotations}
    assert set(cells) == {str(place) for place in range(12)}
    assert (
        min(contrast(colour, mixed(*look.heat, int(count) / 11)) for count, colour in cells.items())
        >= 4.5
    )


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


COLOUR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
}
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_OKLAB = [
    [0.210454255, 0.793617785, -0.004072047],
    [1.977998495, -2.428592205, 0.45059371],
    [0.025904037, 0.782771766, -0.808675766],
]


def seen(colour: str, sight: str) -> NDArray[np.float64]:
    """Return a colour in OKLab as seen with a sight (Machado, Oliveira and Fernandes 2009)."""
    red_green_blue = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(
        red_green_blue <= 0.04045, red_green_blue / 12.92, ((red_green_blue + 0.055) / 1.055) ** 2.4
    )
    met = np.clip(np.array(COLOUR_BLINDNESS[sight]) @ linear, 0, 1)
    return np.asarray(np.array(TO_OKLAB) @ np.cbrt(np.array(TO_CONES) @ met))


@LOOKS
@pytest.mark.parametrize("sight", COLOUR_BLINDNESS)
def test_teams_can_be_distinct_by_the_colour_blind(look: Look, sight: str) -> None:
    distances = [
        float(np.linalg.norm(seen(one, sight) - seen(other, sight)))
        for one, other in combinations(look.team_set, 2)
    ]
    assert min(distances) > 0.09
    assert np.linalg.norm(seen("#d55e00", "deuteranopia") - seen("#6f8f00", "deuteranopia")) < 0.09


def test_a_team_keeps_its_colour_whatever_is_filtered() -> None:
    teams = ("Controls", "Drives", "Sales", "Unknown")
    look = LIGHT.for_groups(teams=teams, seniorities=())
    everyone = figures(*((team, 0.5, 9, 0.4, 0.6, None, True) for team in teams))
    filtered = everyone.filter(pl.col("group").is_in(["Sales", "Unknown"]))
    assert team_colours(teams, LIGHT)["Sales"] == LIGHT.team_set[2]
    for frame in (everyone, filtered):
        colours = groups(frame, Unit.PERCENT, look).data[-1].marker.color
        assert LIGHT.team_set[2] in colours
        assert LIGHT.unknown in colours


def test_of_many_teams_the_largest_have_colours_of_their_own() -> None:
    teams = tuple(f"Team {letter}" for letter in "ABCDEFGHIJ")
    look = LIGHT.for_groups(
        teams=teams, seniorities=(), members={team: 1 + place for place, team in enumerate(teams)}
    )
    colours = team_colours(teams, look)
    assert colours["Team A"] == colours["Team B"] == LIGHT.other
    assert [colours[team] for team in teams[2:]] == list(LIGHT.team_set)
    assert look.colour("Team J") == LIGHT.team_set[7]


def test_the_ninth_team_is_grey() -> None:
    colours = team_colours([f"Team {number}" for number in range(1, 11)], LIGHT)
    assert len({colours[f"Team {number}"] for number in range(1, 9)}) == 8
    assert colours["Team 9"] == colours["Team 10"] == LIGHT.other


@LOOKS
def test_seniority_goes_from_light_to_dark(look: Look) -> None:
    colours = [look.colour(step) for step in ("junior", "mid", "senior")]
    lightness = [seen(colour, "none")[0] for colour in colours if colour]
    assert len(lightness) == 3
    assert lightness == sorted(lightness, reverse=True)


# Over time


RATES = figures(
    ("2026-06-01", 0.5, 20, 0.3, 0.7, None, True),
    ("2026-07-01", None, 0, None, None, "all are too young", True),
    ("2026-08-01", 0.8, 40, 0.65, 0.9, None, True),
    ("2026-09-01", 0.6, 5, 0.2, 0.9, None, False),
)


def test_one_line_has_its_band_and_its_cut_month_is_dashed() -> None:
    band, solid, dashed, points = over_time([("Answered", RATES)], Unit.PERCENT, LIGHT).data
    assert band.fill == "toself"
    assert list(solid.y) == [0.5, None, 0.8, None]
    assert dashed.line.dash
    assert [value for value in dashed.y if value is not None] == [0.8, 0.6]
    assert list(points.marker.symbol) == ["circle", "circle", "circle", "circle-open"]


def test_a_month_that_the_period_begins_within_is_left_out_of_a_line() -> None:
    first = figures(("2026-05-01", 0.0, 1, 0.0, 0.8, None, False))
    figure = over_time([("Answered", pl.concat([first, RATES]))], Unit.PERCENT, LIGHT)
    assert "May 2026" not in hovers(figure) + describe(figure)
    assert subtitle(figure) == "Begins with the first whole month"
    assert subtitle(over_time([("Answered", RATES)], Unit.PERCENT, LIGHT)) == ""
    assert over_time([("Answered", first)], Unit.PERCENT, LIGHT).data  # nothing else is known


def test_a_line_shows_value_interval_and_n_and_is_told_in_words() -> None:
    figure = over_time([("Answered", RATES)], Unit.PERCENT, LIGHT, target=0.7)
    assert "<b>Answered: 80 %</b><br>Aug 2026<br>95 % interval 65–90 %<br>n 40" in hovers(figure)
    assert "Sep 2026 (not complete)" in hovers(figure)
    assert describe(figure) == (
        "Answered: first 50 % (Jun 2026), last 60 % (Sep 2026, not complete), highest 80 % (Aug 2026), "
        "lowest 50 % (Jun 2026). 1 month without a value. The target is 70 %."
    )
    assert figure.layout.shapes[0].y0 == figure.layout.shapes[0].y1 == 0.7
    assert "target 70 %" in shown_texts(figure)


def test_several_lines_are_named_at_their_ends_without_bands_and_without_overlap() -> None:
    figure = over_time(
        [(name, RATES) for name in ("One", "Two", "Three", "Four")], Unit.PERCENT, LIGHT
    )
    assert not [trace for trace in figure.data if trace.fill]
    assert not figure.layout.showlegend
    assert all(name in shown_texts(figure) for name in ("One", "Two", "Three", "Four"))
    places = sorted(note.y for note in figure.layout.annotations)
    assert min(above - below for below, above in pairwise(places)) * figure.layout.height >= 16


def test_labels_of_one_and_of_two_lines_of_text_are_kept_apart() -> None:
    ends = [
        ("Answered within 30 days", 1.0, LIGHT.ink),
        ("target 70 %", 0.95, None),
        ("One", 0.9, None),
    ]
    (first, target, one), _ = canvas.end_labels(ends, LIGHT, 216)
    assert first["y"] - target["y"] == pytest.approx(24 / 216)
    assert target["y"] - one["y"] == pytest.approx(16 / 216)


def test_the_target_of_one_of_several_lines_is_named_after_it() -> None:
    named = [(name, RATES) for name in ("Answered within a day", "Answered within 7 days")]
    figure = over_time(named, Unit.PERCENT, LIGHT, target=0.7, aim="Answered within 7 days")
    assert figure.layout.shapes[0].y0 == figure.layout.shapes[0].y1 == 0.7
    assert "target 70 %" in shown_texts(figure)
    assert subtitle(figure) == "Dotted: the target for answered within 7 days"
    assert describe(figure).endswith("The target for answered within 7 days is 70 %.")


def test_a_page_draws_the_target_of_the_first_of_its_lines_that_has_one() -> None:
    ids = ("answer_rate_24h", "answer_rate", "answer_rate_30d")
    table = pl.concat(
        RATES.select(pl.lit(METRICS[id_].title).alias("series"), pl.all()) for id_ in ids
    )
    chart = OverTime(ids=ids, title="Is it getting better?")
    targets = {"answer_rate": 0.7, "answer_rate_30d": 0.9}
    figure = chart.draw(table, LIGHT, None, targets)
    assert [shape.y0 for shape in figure.layout.shapes] == [0.7]
    assert subtitle(figure) == "Dotted: the target for answered within 7 days"
    assert not chart.draw(table, LIGHT, None, {"wait": 4.0}).layout.shapes


def test_more_than_four_lines_have_a_legend() -> None:
    figure = over_time([(f"Line {number}", RATES) for number in range(5)], Unit.PERCENT, LIGHT)
    assert figure.layout.showlegend
    assert sum(bool(trace.showlegend) for trace in figure.data) == 5


def test_a_median_without_an_upper_end_stays_on_the_sheet() -> None:
    waits = figures(
        ("2026-08-01", 5.0, 20, 2.0, 9.0, None, True),
        ("2026-09-01", 6.0, 9, 3.0, float("inf"), None, True),
    )
    figure = over_time([("Median wait", waits)], Unit.HOURS, LIGHT)
    assert (
        max(value for value in figure.data[0].y if value is not None)
        == figure.layout.yaxis.range[1]
    )
    assert "95 % interval 3.0 h or more" in hovers(figure)


def test_lines_without_values_are_a_sentence_with_the_reason() -> None:
    nobody = figures(
        ("2026-09-01", None, 0, None, None, "not measurable: the sources record no reads", True)
    )
    assert describe(over_time([("Readers", nobody)], Unit.COUNT, LIGHT)) == (
        "There is nothing to draw: not measurable: the sources record no reads."
    )
    assert not over_time([], Unit.COUNT, LIGHT).data


def test_weeks_are_named_by_their_first_day() -> None:
    weeks = figures(
        ("2026-09-07", 4.0, 4, None, None, None, True),
        ("2026-09-14", 7.0, 7, None, None, None, True),
    )
    assert "first 4 (week of 7 Sep 2026)" in describe(
        over_time([("Questions", weeks)], Unit.COUNT, LIGHT)
    )


def test_small_charts_share_one_axis_and_leave_out_groups_without_data() -> None:
    empty = RATES.with_columns(pl.lit(None, pl.Float64).alias("value"))
    figure = small_multiples(
        [("Drives", RATES), ("Sales", RATES), ("Nobody", empty)], Unit.PERCENT, LIGHT
    )
    assert len(figure.data) == 2
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert describe(figure) == "Drives: first 50 %, last 80 %. Sales: first 50 %, last 80 %."
    assert subtitle(figure) == "Months that the period cuts are left out"


# Groups


TEAMS = figures(
    ("Controls", 0.4, 10, 0.2, 0.6, None, True),
    ("Drives", 0.9, 44, 0.8, 0.95, None, True),
    ("Sales", None, 0, None, None, "too small a group to be shown", True),
    ("Unknown", 0.6, 5, 0.2, 0.9, None, True),
)


def test_groups_stand_by_value_with_the_highest_on_top_and_reasons_in_words() -> None:
    figure = groups(TEAMS, Unit.PERCENT, LIGHT, average=0.72)
    assert list(figure.layout.yaxis.ticktext) == ["Unknown", "Sales", "Controls", "Drives"]
    assert "too small a group to be shown" in shown_texts(figure)
    assert "all 72 %" in shown_texts(figure)
    assert "<b>Drives: 90 %</b><br>95 % interval 80–95 %<br>n 44" in hovers(figure)
    assert describe(figure) == (
        "Highest first: Drives 90 % (n 44); Unknown 60 % (n 5); Controls 40 % (n 10). "
        "Sales: too small a group to be shown. All together: 72 %."
    )


def test_a_target_is_a_dashed_line_with_its_name_beside_the_average() -> None:
    figure = groups(TEAMS, Unit.PERCENT, LIGHT, average=0.72, target=0.7)
    assert [shape.line.dash for shape in figure.layout.shapes] == ["dot", "dash"]
    assert {"all 72 %", "target 70 %"} <= {note.text for note in figure.layout.annotations}
    assert "The target is 70 %." in describe(figure)


def test_whiskers_reach_from_low_to_high() -> None:
    figure = groups(TEAMS, Unit.PERCENT, LIGHT)
    ends = [
        (trace.x[place], trace.x[place + 1])
        for trace in figure.data[:-1]
        for place in range(0, len(trace.x), 3)
    ]
    assert sorted(ends) == [(0.2, 0.6), (0.2, 0.9), (0.8, 0.95)]


def test_seniority_keeps_its_order_with_unknown_last() -> None:
    rows = [
        (name, value, 9, 0.1, 0.9, None, True)
        for name, value in (("Unknown", 0.9), ("senior", 0.8), ("junior", 0.2))
    ]
    figure = groups(figures(*rows), Unit.PERCENT, LIGHT)
    assert list(reversed(figure.layout.yaxis.ticktext)) == ["junior", "senior", "Unknown"]


def test_counts_are_bars_from_zero() -> None:
    counts = figures(
        ("Drives", 5.0, 5, None, None, None, True), ("Sales", 8.0, 8, None, None, None, True)
    )
    figure = groups(counts, Unit.COUNT, LIGHT)
    assert figure.data[0].type == "bar"
    assert figure.layout.xaxis.range[0] == 0
    assert describe(figure) == "Highest first: Sales 8; Drives 5."


def test_groups_of_which_nothing_was_counted_stay_in_the_chart_with_their_members() -> None:
    rows = [
        (f"Team {n:02d}", 3.0 if n < 3 else 0.0, 3 if n < 3 else 9, None, None, None, True)
        for n in range(20)
    ]
    figure = groups(figures(*rows), Unit.COUNT, LIGHT)
    assert len(figure.layout.yaxis.ticktext) == 20
    assert "Team 19 0 (n 9)" in describe(figure)
    assert "Team 00 3;" in describe(figure)


def test_of_more_groups_than_are_drawn_it_says_how_many_are_zero() -> None:
    rows = [(f"Team {n:02d}", 3.0 if n < 3 else 0.0, 3, None, None, None, True) for n in range(60)]
    assert (
        subtitle(groups(figures(*rows), Unit.COUNT, LIGHT))
        == "The 20 largest of 60; 0 in 40 others"
    )


def test_of_many_topics_the_twenty_largest_are_drawn_and_it_says_so() -> None:
    topics = figures(*((f"topic {n}", 0.5, n, 0.2, 0.8, None, True) for n in range(1, 31)))
    figure = groups(topics, Unit.PERCENT, LIGHT)
    assert len(figure.layout.yaxis.ticktext) == 20
    assert "topic 10" not in figure.layout.yaxis.ticktext
    assert subtitle(figure) == "The 20 largest of 30"
    assert "10 groups with smaller n left out." in describe(figure)


def test_one_long_wait_does_not_press_the_others_to_zero() -> None:
    waits = figures(
        ("a", 2.0, 9, 1.0, 3.0, None, True),
        ("b", 3.0, 9, 2.0, 4.0, None, True),
        ("c", 900.0, 9, 3.0, 999.0, None, True),
    )
    figure = groups(waits, Unit.HOURS, LIGHT)
    dots = figure.data[-1]
    assert min(dots.x) > 0.1 * figure.layout.xaxis.range[1]
    assert subtitle(figure) == "Early hours drawn wider"


def test_a_wait_that_is_not_reached_stands_on_top_with_its_reason() -> None:
    waits = figures(
        ("plc", 14.0, 94, 12.0, 17.0, None, True),
        (
            "sensor-drift",
            None,
            361,
            None,
            None,
            "not reached (68 % unanswered after 730 days)",
            True,
        ),
        ("small", None, 0, None, None, "too small a group to be shown", True),
    )
    figure = groups(waits, Unit.HOURS, LIGHT)
    assert list(reversed(figure.layout.yaxis.ticktext)) == ["sensor-drift", "plc", "small"]
    assert "not reached, n 361" in shown_texts(figure)
    assert "sensor-drift: not reached (68 % unanswered after 730 days)." in describe(figure)


def test_groups_without_any_value_are_a_sentence() -> None:
    figure = groups(TEAMS.filter(pl.col("value").is_null()), Unit.PERCENT, LIGHT)
    assert not figure.data
    assert describe(figure) == "There is nothing to draw: too small a group to be shown."


# Names and axes


def test_a_name_with_markup_is_shown_as_it_stands() -> None:
    nasty = '<b onclick="x()">%{y}\nSales</b>'
    figure = groups(figures((nasty, 0.5, 9, 0.2, 0.8, None, True)), Unit.PERCENT, LIGHT)
    assert safe(nasty) == '&lt;b onclick="x()"&gt;%{y} Sales&lt;/b&gt;'
    assert safe(nasty) in hovers(figure)
    assert not [text for text in figure.layout.yaxis.ticktext if "<" in text]
    assert figure.data[-1].hovertemplate == "%{hovertext}<extra></extra>"


@pytest.mark.parametrize(
    ("unit", "highest", "texts"),
    [
        (Unit.PERCENT, 0.3, ("0 %", "25 %", "50 %", "75 %", "100 %")),
        (Unit.COUNT, 3, ("0", "1", "2", "3")),
        (Unit.COUNT, 4300, ("0", "2,000", "4,000", "6,000")),
        (Unit.HOURS, 20, ("0", "5 h", "10 h", "15 h", "20 h")),
        (Unit.HOURS, 96, ("0", "1 d", "2 d", "3 d", "4 d")),
        (Unit.COUNT, 0, ("0", "1")),
    ],
)
def test_axes_have_round_ticks_from_zero(
    unit: Unit, highest: float, texts: tuple[str, ...]
) -> None:
    ticks = value_ticks(unit, highest)
    assert ticks.texts == texts
    assert ticks.end >= highest


# Single exhibits


def test_outcomes_stand_in_their_order_and_add_up() -> None:
    months = [
        {"month": month, "outcome": outcome, "questions": number, "complete": True}
        for month in (date(2026, 8, 1), date(2026, 9, 1))
        for outcome, number in (
            ("withdrawn", 1),
            ("answered", 2),
            ("resolved", 5),
            ("unanswered", 2),
            ("merged", 1),
        )
    ]
    figure = draw(EXHIBITS["outcomes"], table_of("outcomes", *months), LIGHT)
    assert [trace.name for trace in figure.data] == [
        "resolved",
        "answered",
        "unanswered",
        "withdrawn",
        "merged",
    ]
    assert sum(sum(trace.y) for trace in figure.data) == 22
    assert figure.layout.barmode == "stack"
    assert "<b>resolved: 5</b><br>50 % of n 10 questions<br>Aug 2026" in hovers(figure)
    assert "<b>withdrawn: 1</b><br>Aug 2026" in hovers(figure)
    assert subtitle(figure) == "2 withdrawn, not in the shares"


def test_the_waiting_curve_holds_at_risk_and_readable_hours() -> None:
    rows = [
        {
            "seniority": name,
            "hours": hours,
            "waiting": waiting,
            "low": waiting - 0.1,
            "high": waiting,
            "at_risk": 10,
        }
        for name, last in (("senior", 0.5), ("junior", 0.25))
        for hours, waiting in ((0.0, 1.0), (24.0, 0.6), (700.0, last))
    ]
    figure = draw(EXHIBITS["waiting_curve"], table_of("waiting_curve", *rows), LIGHT)
    assert list(figure.layout.xaxis.ticktext) == ["0", "1 h", "4 h", "1 d", "3 d", "7 d", "30 d"]
    assert [trace.name for trace in figure.data if trace.name] == ["junior", "senior"]
    assert figure.data[-1].line.shape == "hv"
    assert "<b>junior: 60 % still waiting</b><br>24 h after asking" in hovers(figure)
    assert "n 10 still followed" in hovers(figure)
    assert describe(figure).startswith(
        "junior: half had an answer after 29 days; 60 % still waited after 1 day;"
    )


def test_questions_that_have_only_just_come_have_no_curve_yet() -> None:
    figure = draw(EXHIBITS["waiting_curve"], table_of("waiting_curve", {"hours": 0.0}), LIGHT)
    assert not figure.data
    assert describe(figure).startswith("There is nothing to draw yet")


def test_the_topic_that_lacks_help_most_is_named_in_the_corner_of_its_quadrant() -> None:
    """Under zero a strip is kept free for the actions, so that they take no room from the topics at zero."""
    lacking = {
        "topic": "worst",
        "questions": 90,
        "helps_per_question": 0.0,
        "action": "find an expert or research it",
    }
    rows = [
        lacking,
        *(
            {"topic": f"t{n}", "questions": 10 + n, "helps_per_question": 1.0 + n / 9}
            for n in range(9)
        ),
    ]
    figure = draw(EXHIBITS["topics"], table_of("topics", *rows), LIGHT)
    assert "worst" in [note.text for note in figure.layout.annotations]
    assert figure.layout.yaxis.range[0] < 0


def test_topics_are_split_at_the_medians_and_labelled_with_what_to_do() -> None:
    rows = [
        {
            "topic": "sensor-drift",
            "questions": 90,
            "helps_per_question": 0.3,
            "action": "find an expert or research it",
        },
        {
            "topic": "plc",
            "questions": 80,
            "helps_per_question": 2.0,
            "action": "exchange knowledge",
        },
        {
            "topic": "bolts",
            "questions": 10,
            "helps_per_question": 3.0,
            "action": "write guidance or an FAQ",
        },
        {"topic": "paint", "questions": 10, "helps_per_question": 0.5, "action": "watch"},
        {"topic": "young", "questions": 500, "ripe": 4, "helps_per_question": 9.0},
    ]
    figure = draw(EXHIBITS["topics"], table_of("topics", *rows), LIGHT)
    assert describe(figure) == (
        "4 topics, split at 45 questions and 1.25 helps per question. find an expert or research it: sensor-drift; "
        "exchange knowledge: plc; write guidance or an FAQ: bolts; watch: paint. 1 topic with fewer than 5 left out."
    )
    assert {"<i>watch</i>", "<i>find an expert or research it</i>"} <= {
        note.text for note in figure.layout.annotations
    }
    assert "sensor-drift" in shown_texts(figure)
    assert list(figure.data[0].marker.color).count(LIGHT.alert) == 1


def test_only_unripe_topics_are_a_sentence() -> None:
    figure = draw(EXHIBITS["topics"], table_of("topics", {"ripe": 4}), LIGHT)
    assert describe(figure) == "No topic has 5 or more questions that are at least 30 days old."


def test_the_help_matrix_tells_what_crosses_and_puts_unknown_last() -> None:
    rows = [
        {"asker_team": asker, "helper_team": helper, "helps": helps}
        for asker, helper, helps in (
            ("Unknown", "Drives", 2),
            ("Sales", "Drives", 6),
            ("Drives", "Drives", 2),
        )
    ]
    figure = draw(EXHIBITS["help_by_team"], table_of("help_by_team", *rows), LIGHT)
    assert (
        list(figure.layout.yaxis.ticktext)
        == list(figure.layout.xaxis.ticktext)
        == ["Drives", "Sales", "Unknown"]
    )
    assert [list(row) for row in figure.data[0].z] == [[2, 0, 0], [6, 0, 0], [2, 0, 0]]
    assert describe(figure).startswith("75 % of 8 helps cross teams; 2 more have one unknown.")


def test_of_many_teams_the_smallest_are_one_row_and_no_help_is_lost() -> None:
    rows = [
        {"asker_team": f"T{n:02d}", "helper_team": f"T{n:02d}", "helps": n} for n in range(1, 21)
    ]
    figure = draw(EXHIBITS["help_by_team"], table_of("help_by_team", *rows), LIGHT)
    assert len(figure.layout.yaxis.ticktext) == 12
    assert figure.layout.yaxis.ticktext[-1] == "9 others"
    assert sum(map(sum, figure.data[0].z)) == 210


def test_hours_without_posts_are_zero_in_the_week() -> None:
    figure = draw(
        EXHIBITS["awake"], table_of("awake", {}, {"weekday": 4, "hour": 23, "helps": 7}), LIGHT
    )
    questions, helps = figure.data
    assert (len(questions.z), len(questions.z[0])) == (7, 24)
    assert helps.z[4][23] == 7
    assert helps.z[6][0] == 0
    assert questions.zmax == helps.zmax == 7
    assert (
        "8 helps, most on Friday (7) and between 23:00 and 24:00 (7); 0 % at the weekend."
        in describe(figure)
    )


def test_the_first_level_is_told_and_not_drawn() -> None:
    rows = [
        {"month": month, "level": level, "level_name": name, "people": people}
        for month in (date(2026, 8, 1), date(2026, 9, 1))
        for level, name, people in ((0, "Member", 200), (1, "Participant", 9), (3, "Expert", 2))
    ]
    figure = draw(EXHIBITS["levels_over_time"], table_of("levels_over_time", *rows), LIGHT)
    assert [trace.name for trace in figure.data] == ["Expert", "Participant"]
    assert subtitle(figure) == "Not drawn: 200 members at level Member at the end"
    only_members = table_of("levels_over_time", {"level": 0, "level_name": "Member", "people": 200})
    assert describe(draw(EXHIBITS["levels_over_time"], only_members, LIGHT)) == (
        "Nobody has risen above level Member yet: 200 members there."
    )


PATHS = (
    ("Helper", "Expert", 4),
    ("Helper", "Helper", 20),
    ("Expert", "Participant", 2),
    ("Helper", "Went", 1),
)


def ribbon_width(trace: go.Scatter) -> float:
    return float(trace.y[0] - trace.y[-1])


@LOOKS
def test_level_paths_are_as_wide_as_the_people_in_them(look: Look) -> None:
    rows = [{"before": before, "after": after, "people": people} for before, after, people in PATHS]
    idle = [
        {"before": "Member", "after": "Member", "people": 90},
        {"before": "Came", "after": "Member", "people": 9},
    ]
    figure = draw(EXHIBITS["level_paths"], table_of("level_paths", *rows, *idle), look)
    widths = {trace.text: ribbon_width(trace) for trace in figure.data}
    assert set(widths) == {
        "4: Helper → Expert",
        "20: Helper → Helper",
        "2: Expert → Participant",
        "1: Helper → Went",
    }
    assert widths["20: Helper → Helper"] == pytest.approx(5 * widths["4: Helper → Expert"])
    assert {trace.name: trace.fillcolor for trace in figure.data}.keys() == {
        "rose",
        "same level",
        "fell",
        "came or went",
    }
    assert "99 members above level Member at neither end" in subtitle(figure)
    assert "Helper 25" in shown_texts(figure).replace("<br>", " ")
    ends = [float(end) for trace in figure.data for end in trace.y]
    assert min(ends) > -1e-9
    assert max(ends) <= 1


def test_claims_say_why_a_number_is_not_known_and_how_many_helps_each_gave() -> None:
    number = {
        "number": "Helped",
        "claim": "A responsibility and a profile",
        "helps_per_active": 2.25,
    }
    unknown = {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "note": "not measurable: the sources record no reads",
    }
    figure = draw(
        EXHIBITS["claims"],
        table_of("claims", unknown, number, {**number, "seniority": "senior"}),
        LIGHT,
    )
    assert "not measurable: the sources" in shown_texts(figure).replace("<br>", " ")
    assert "2.2 helps each" in shown_texts(figure)
    assert "Helped, senior: 50 % (n 100, 2.2 helps per active member)." in describe(figure)
    assert "Asked or read, all: not measurable: the sources record no reads." in describe(figure)


def test_a_claim_without_an_interval_is_a_dot_alone() -> None:
    top = {"number": "Given by their team's top three", "low": None, "high": None}
    figure = draw(EXHIBITS["claims"], table_of("claims", {}, top), LIGHT)
    assert [trace.mode for trace in figure.data] == ["lines", "markers"]
    with_interval, without = figure.data[1].hovertext
    assert "95 % interval 40–60 %" in with_interval
    assert without.endswith("Given by their team's top three<br>n 100")


def test_rising_members_show_what_the_gain_is_at_least() -> None:
    figure = draw(
        EXHIBITS["rising"],
        table_of("rising", {}, {"name": "Bo", "at_least": -4.0, "kind": "new face"}),
        LIGHT,
    )
    assert list(reversed(figure.layout.yaxis.ticktext)) == ["Ada", "Bo"]
    assert figure.layout.xaxis.range[0] < 0
    assert "the gain is at least 12" in hovers(figure)
    assert [trace.name for trace in figure.data if trace.name] == ["rising", "new face"]


def test_the_line_of_a_card_breaks_where_there_is_no_value_and_marks_its_end() -> None:
    months = pl.DataFrame(
        {"value": [0.2, 0.4, None, 0.1, 0.4, 0.0], "complete": [True] * 5 + [False]}
    )
    drawn = spark_svg(months, "#123456")
    assert drawn.count("M") == 2
    assert 'cx="84.0" cy="0.0"' in drawn
    assert spark_svg(months.head(1), "#123456") == ""
    assert spark_svg(pl.DataFrame({"value": [0.0, 0.0], "complete": [True, True]}), "#123456") == ""


def test_groups_that_are_all_zero_are_drawn_as_such() -> None:
    frame = pl.DataFrame(
        {
            "group": ["Drives", "Sales"],
            "value": [0.0, 0.0],
            "sample_size": [0, 0],
            "low": [None] * 2,
            "high": [None] * 2,
            "note": [None] * 2,
            "complete": [True] * 2,
        }
    )
    assert list(groups(frame, Unit.COUNT, LIGHT).data[0].x) == [0, 0]
    assert describe(groups(frame, Unit.COUNT, LIGHT)) == "Highest first: Drives 0; Sales 0."


# Many groups


def test_of_many_groups_the_twelve_small_charts_with_the_most_behind_them_are_drawn() -> None:
    frames = [
        (f"Team {number}", RATES.with_columns(pl.lit(number).alias("sample_size")))
        for number in range(60)
    ]
    figure = small_multiples(frames, Unit.PERCENT, LIGHT)
    assert [each.split(":")[0] for each in describe(figure).split(". ")] == [
        f"Team {number}" for number in range(48, 60)
    ]
    assert subtitle(figure) == "The 12 largest of 60. Months that the period cuts are left out"


def test_names_that_would_look_alike_when_cut_keep_their_ends() -> None:
    names = ["Crane design north", "Crane design south", "Sales"]
    assert distinct(names, 12) == ["Crane …north", "Crane …south", "Sales"]


def test_the_names_in_the_network_do_not_meet() -> None:
    near = {"helper_x": 0.0, "helper_y": 0.0, "asker_x": 0.1, "asker_y": -0.02}
    figure = draw(EXHIBITS["network"], table_of("network", near), LIGHT)
    one, other = (on_a_phone(each) for each in figure.layout.annotations)
    assert abs(one[1] - other[1]) >= 18


def on_a_phone(name: go.layout.Annotation) -> tuple[float, float]:
    """Return the middle of a name in the network, in pixels from that of the smallest sheet."""
    return name.x / 1.12 * 165 + name.ax, name.y / 1.12 * 215 - name.ay


def test_the_network_names_those_with_the_most_ties_of_all_where_no_dot_is_covered() -> None:
    """Ada is joined to one in the picture and has nine ties in all; around her stand ten others, one of them near above."""
    ring = [
        {"asker_name": f"P{n}", "asker_x": np.cos(n), "asker_y": np.sin(n), "helper_name": "Ada"}
        for n in range(1, 10)
    ]
    near = {"asker_name": "Near", "helper_name": "Ada", "asker_x": 0.02, "asker_y": 0.09}
    ties = [{**each, "helper_x": 0.0, "helper_y": 0.0, "helper_ties": 9} for each in (*ring, near)]
    others = [
        {"helper_name": "P1", "helper_x": np.cos(1), "helper_y": np.sin(1), "asker_name": "P2"}
    ]
    others = [
        {**each, "asker_x": np.cos(2), "asker_y": np.sin(2), "asker_ties": 1} for each in others
    ]
    figure = draw(EXHIBITS["network"], table_of("network", *ties, *others), LIGHT)
    assert describe(figure).split("Most ties: ")[1].startswith("Ada (Drives) 9; ")
    name = next(each for each in figure.layout.annotations if each.text == "Ada")
    x, y = on_a_phone(name)
    dots = [
        (dot_x / 1.12 * 165, dot_y / 1.12 * 215)
        for each in figure.data[1:]
        for dot_x, dot_y in zip(each.x, each.y, strict=True)
    ]
    assert not [dot for dot in dots if abs(dot[0] - x) < 12 and abs(dot[1] - y) < 11]


def test_a_network_without_teams_has_neither_a_legend_nor_a_team_behind_names() -> None:
    figure = draw(
        EXHIBITS["network"],
        table_of("network", {"helper_team": "Unknown", "asker_team": "Unknown"}),
        LIGHT,
    )
    assert not figure.layout.showlegend
    assert figure.data[1].marker.color == LIGHT.promises[Promise.HELP]
    assert "Unknown" not in describe(figure) + hovers(figure)


def test_teams_without_a_colour_of_their_own_are_one_in_the_network() -> None:
    teams = tuple(f"Team {number}" for number in range(12))
    ties = [{"helper_team": team, "helper_x": place / 12} for place, team in enumerate(teams)]
    look = LIGHT.for_groups(teams=teams, seniorities=())
    figure = draw(EXHIBITS["network"], table_of("network", *ties), look)
    assert [each.name for each in figure.data[1:]] == [*teams[:8], "Sales", "other teams"]


def test_a_month_that_is_cut_is_hatched_over_its_own_colour() -> None:
    figure = draw(EXHIBITS["people_by_act"], table_of("people_by_act", {"complete": False}), LIGHT)
    assert figure.data[0].marker.pattern.fillmode == "overlay"
    assert list(figure.data[0].marker.pattern.shape) == ["/"]


def test_a_topic_far_from_all_others_is_named_however_few_its_questions() -> None:
    crowd = [
        {"topic": f"topic {number}", "questions": 40 + number, "helps_per_question": 1.0}
        for number in range(30)
    ]
    alone = {
        "topic": "bolt-torque",
        "questions": 6,
        "ripe": 6,
        "helps_per_question": 4.0,
        "action": ACTIONS[False, True],
    }
    figure = draw(EXHIBITS["topics"], table_of("topics", *crowd, alone), LIGHT)
    assert "bolt-torque" in {each.text for each in figure.layout.annotations}


def test_a_year_does_not_stand_under_two_labels_side_by_side() -> None:
    assert date_ticks([date(2025, month, 1) for month in (11, 12)] + [date(2026, 1, 1)])[1] == [
        "Nov<br>2025",
        "Dec",
        "Jan<br>2026",
    ]
    months = [date(2025 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(11, 22)]
    assert date_ticks(months)[1][:2] == ["Nov", "Jan<br>2026"]


def test_who_grows_is_sorted_by_what_is_shown_and_one_kind_needs_no_legend() -> None:
    rows = [
        {"name": "Ada", "gain": 80.0, "at_least": 12.5},
        {"name": "Bo", "gain": 90.0, "at_least": -3.2},
    ]
    figure = draw(EXHIBITS["rising"], table_of("rising", *rows), LIGHT)
    assert "+80 (≥ 12)" in shown_texts(figure)
    assert "+90 (≥ −3)" in shown_texts(figure)
    assert not figure.layout.showlegend
    both = draw(
        EXHIBITS["rising"], table_of("rising", rows[0], {**rows[1], "kind": "new face"}), LIGHT
    )
    assert both.layout.showlegend
    assert "new faces below" in subtitle(both)


def test_what_the_sources_do_not_record_is_no_column_of_the_balance() -> None:
    figure = draw(EXHIBITS["balance_by_team"], table_of("balance_by_team"), LIGHT)
    assert list(figure.layout.xaxis.ticktext) == ["got help", "recognised"]
    assert subtitle(figure).endswith("The sources do not record who reads")
