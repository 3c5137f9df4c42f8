"""What pages say beside their numbers: each word by a worked example."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from communities import Community

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.measure.changes import SCANNED, Change
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.period import Period, to_day
from cop_metrics.reasons import Reason, Why, nothing
from cop_metrics.show.captions import (
    STATED,
    change_text,
    change_word,
    days_to_type,
    difference_text,
    kept,
    promise_word,
    stated,
)
from cop_metrics.statistics.comparing import Interval


@pytest.mark.parametrize(
    ("value", "interval", "target", "word"),
    [
        (0.8, (0.75, 0.85), 0.7, "kept"),
        (0.6, (0.55, 0.65), 0.7, "not kept"),
        (0.7, (0.65, 0.75), 0.7, "cannot tell yet"),
        (0.8, (0.7, 0.85), 0.7, "kept"),
        (0.0, (0.0, 0.79), 0.7, "cannot tell yet"),
        (0.8, None, 0.7, "cannot tell yet"),
        (0.8, (0.75, 0.85), None, "no target set"),
        (None, None, 0.7, "not measurable"),
    ],
)
def test_a_promise_is_kept_only_where_the_whole_interval_is_above_the_target(
    value: float | None, interval: tuple[float, float] | None, target: float | None, word: str
) -> None:
    known = Interval(low=interval[0], high=interval[1]) if interval else None
    assert promise_word(value, known, target) == word


@pytest.mark.parametrize(
    ("metric", "low", "high", "text"),
    [
        ("answer_rate", 0.031, 0.12, "+3 to +12 points"),
        ("answer_rate", -0.08, 0.02, "−8 to +2 points"),
        ("wait", -1.5, 60.0, "−1.5 h to +2.5 days"),
        ("questions", 1.1, 1.46, "+10 % to +46 %"),
    ],
)
def test_the_size_of_a_change_is_written_in_its_own_unit(
    metric: str, low: float, high: float, text: str
) -> None:
    change = Change(
        metric=METRICS[metric],
        by=None,
        group="",
        before=1,
        now=2,
        difference=Interval(low=low, high=high),
        p=0.01,
        beyond_noise=True,
    )
    assert difference_text(change) == text


def test_a_source_that_ends_more_than_a_day_early_lags(tmp_path: Path) -> None:
    story = Community()
    story.ask("ann", "2026-03-01 10:00")
    cursor = story.build(tmp_path, until="2026-03-10 12:00")
    assert read_catalogue(cursor)["craft"].lagging == {}
    cursor.execute("create temp table sources as from sources")
    cursor.execute(
        "insert into temp.sources select community, 'chat', platform, observed_from, "
        "timestamp '2026-03-09 11:00', first_day, until_second from temp.sources"
    )
    assert read_catalogue(cursor)["craft"].lagging == {"chat": datetime(2026, 3, 9, 11)}


def test_typing_days_starts_from_what_there_is_data_for(tmp_path: Path) -> None:
    story = Community()
    story.ask("ann", "2026-03-01 10:00")
    choices = read_catalogue(story.build(tmp_path, until="2026-03-10 12:00"))["craft"]
    year = Period(first_day=to_day(date(2025, 6, 1)), end_day=to_day(date(2027, 1, 1)), words="")
    assert days_to_type(choices, year) == (date(2026, 3, 1), date(2026, 3, 10))


def test_a_promise_without_data_is_not_called_not_measurable() -> None:
    assert (
        kept(Figure(value=None, sample_size=0, reason=nothing("no data in this period")), 0.7)
        == "nothing to judge"
    )
    assert (
        kept(
            Figure(value=None, sample_size=0, reason=Reason(Why.NOT_MEASURABLE, "not measurable")),
            0.7,
        )
        == "not measurable"
    )
    assert (
        kept(Figure(value=0.8, sample_size=9, interval=Interval(low=0.75, high=0.85)), 0.7)
        == "kept"
    )


def compared(
    id_: str, before: float, now: float, low: float, high: float, **more: object
) -> Change:
    change = Change(
        metric=METRICS[id_],
        by=None,
        group="",
        before=before,
        now=now,
        difference=Interval(low=low, high=high),
        p=0.5,
        beyond_noise=False,
    )
    return replace(change, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "word", "text"),
    [
        (
            compared("answer_rate", 0.42, 0.95, 0.3, 0.7, beyond_noise=True),
            "clearly up (better)",
            "clearly up (better): +53 points",
        ),
        (
            compared("wait", 4.0, 8.0, 2.0, 6.0, beyond_noise=True),
            "clearly up (worse)",
            "clearly up (worse): +100 %",
        ),
        (
            compared("questions", 40.0, 80.0, 1.5, 2.6, beyond_noise=True),
            "clearly up",
            "clearly up: +100 %",
        ),
        (
            compared("answer_rate", 0.70, 0.71, -0.03, 0.05),
            "about the same",
            "about the same (−3 to +5 points)",
        ),
        (
            compared("answer_rate", 0.70, 0.72, -0.03, 0.07),
            "cannot tell yet",
            "cannot tell yet: no clear change (−3 to +7 points)",
        ),
        (
            compared("questions", 0.45, 0.47, 0.9, 1.2, per_member=True, counted=(751.0, 945.0)),
            "about the same a member",
            "about the same a member (−10 % to +20 %)",
        ),
        (
            compared(
                "questions",
                0.45,
                0.55,
                1.1,
                1.4,
                per_member=True,
                counted=(751.0, 945.0),
                beyond_noise=True,
            ),
            "clearly up a member",
            "clearly up a member: +22 %",
        ),
    ],
)
def test_a_change_is_said_in_one_of_three_words_with_its_size(
    change: Change, word: str, text: str
) -> None:
    assert (change_word(change), change_text(change)) == (word, text)


@pytest.mark.parametrize("id_", SCANNED)
def test_about_the_same_is_never_said_of_what_itself_lies_beyond_the_margin(id_: str) -> None:
    """An interval that lies within the margin beside two numbers that do not: "about the same (+65 %)" stood there once."""
    inside = METRICS[id_].measure.scale.margin(1.0)
    assert change_word(compared(id_, 1.0, 1.65, inside.low, inside.high)) == "cannot tell yet"
    assert change_word(compared(id_, 1.0, 1.0, inside.low, inside.high)) == "about the same"


def test_a_number_is_stated_in_a_sentence_and_by_its_title_where_there_is_none() -> None:
    assert stated(METRICS["answer_rate"], 0.775) == "78 % of questions were answered within 7 days"
    assert stated(METRICS["points"], 1234) == "Points: 1,234"


def test_every_number_with_a_sentence_is_a_number() -> None:
    assert set(STATED) <= set(METRICS)
