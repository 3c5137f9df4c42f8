"""The topics by questions and by helps per question, split at the medians: what each of them needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.metrics.topics import ACTIONS, FEWEST_RIPE, NO_OTHER
from cop_metrics.show.charts import canvas, labels, marks, placing
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

HEIGHT = 400
ROOM_ACROSS, ROOM_UP = 300, 320
"""The pixels that labels are laid out for: a phone's, so that they do not meet on any wider screen
either.
"""
MOST_LABELS, NAME_WIDTH = 12, 18
STRIP = 0.1
"""The share of the heights kept free under zero, where the actions of the lower quadrants stand
below every topic.
"""
LOG_FROM = 12
SHORT_OF_HELP = ACTIONS[True, False]
AWAY = (28, 46, 64, 82, 100)
Row = Mapping[str, Any]
Spot = tuple[list[placing.Box], Mapping[str, Any]]
"""A place for a name: what it covers there, and where its annotation stands."""
SHEET: placing.Box = (0, 0, ROOM_ACROSS, ROOM_UP)
CORNERS: list[placing.Box] = [
    (0, 0, 60, 16),
    (ROOM_ACROSS - 180, 0, ROOM_ACROSS, 16),
    (0, ROOM_UP - 16, 150, ROOM_UP),
    (ROOM_ACROSS - 130, ROOM_UP - 16, ROOM_ACROSS, ROOM_UP),
]
"""Where the actions of the quadrants stand."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Where the lines between few and many lie; strictly above is many."""

    questions: float
    helps: float


def topics(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw each topic with enough questions to tell: questions across, helps per question upwards.

    Questions lie along a logarithm when the largest topic has twelve times the questions of the
    smallest.
    """
    known = table.filter(pl.col("ripe") >= FEWEST_RIPE)
    if known.is_empty():
        return canvas.nothing(
            f"No topic has {FEWEST_RIPE} or more questions that are at least 30 days old.", look
        )
    rows = known.to_dicts()
    split = Split(questions=_median(known, "questions"), helps=_median(known, "helps_per_question"))
    across = _Across.over(known["questions"].to_list())
    most = max(row["helps_per_question"] for row in rows)
    top = most * 1.22 or 1.0
    left_out = table.height - known.height
    smaller = f"; {left_out} smaller left out" if left_out else ""
    counted = words.counted(known.height, "topic")
    return canvas.sheet(
        [_points(rows, across, look)],
        look,
        height=HEIGHT,
        description=_in_words(rows, split, left_out),
        subtitle=f"{counted} with {FEWEST_RIPE} or more questions at least 30 days old{smaller}",
        xaxis=_questions_axis(across, look),
        yaxis=_helps_axis(most, top, look),
        shapes=_split_lines(split, across, look),
        annotations=[*_corners(look), *_names(rows, across, top, look)],
    )


@dataclass(frozen=True, kw_only=True)
class _Across:
    """The axis of questions: from 0 to 1, by a logarithm where the topics differ widely."""

    low: float
    high: float
    by_log: bool
    ticks: tuple[int, ...]

    @classmethod
    def over(cls, questions: list[int]) -> "_Across":
        low, high = min(questions), max(questions)
        by_log = high >= LOG_FROM * low
        if not by_log:
            ticks = labels.value_ticks(Unit.COUNT, high)
            return cls(
                low=0,
                high=high * 1.1,
                by_log=False,
                ticks=tuple(int(at) for at in ticks.at if at <= high * 1.1),
            )
        powers = range(int(log10(low)), ceil(log10(high * 1.3)) + 1)
        rounds = (factor * 10**power for power in powers for factor in (1, 2, 5))
        ends = (low / 1.25, high * 1.35)
        return cls(
            low=ends[0],
            high=ends[1],
            by_log=True,
            ticks=tuple(tick for tick in rounds if ends[0] <= tick <= ends[1]),
        )

    def at(self, questions: float) -> float:
        if self.by_log:
            return log10(questions / self.low) / log10(self.high / self.low)
        return (questions - self.low) / (self.high - self.low)


def _questions_axis(across: _Across, look: Look) -> marks.Mark:
    at = [across.at(tick) for tick in across.ticks]
    texts = [f"{tick:,}" for tick in across.ticks]
    ticks = labels.Ticks(at=tuple(at), texts=tuple(texts), end=1)
    return canvas.ticked_axis(look, ticks, title=_title("questions", look))


def _helps_axis(most: float, top: float, look: Look) -> marks.Mark:
    """Return the axis upwards, below whose zero a strip is kept free."""
    ticks = labels.value_ticks(Unit.RATIO, most)
    return canvas.ticked_axis(
        look,
        ticks,
        title=_title("helps per question", look),
        range=[-STRIP * top, top],
        zeroline=True,
        zerolinecolor=look.grid,
    )


def _title(text: str, look: Look) -> marks.Mark:
    font = canvas.font(look.faint)
    return {"text": text, "font": font, "standoff": 6}


def _median(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].median() or 0.0)  # type: ignore[arg-type]


def _points(rows: Sequence[Row], across: _Across, look: Look) -> marks.Mark:
    colours = [
        look.alert if row["action"] == SHORT_OF_HELP else look.promises[Promise.HELP]
        for row in rows
    ]
    questions = [across.at(row["questions"]) for row in rows]
    helps = [row["helps_per_question"] for row in rows]
    points = marks.dots(questions, helps, colours, map(_hover, rows))
    edge = {"width": 0.8, "color": look.surface}
    points["marker"] |= {"size": 9, "opacity": 0.85, "line": edge}
    return points


def _hover(row: Row) -> str:
    helps = words.value(Unit.RATIO, row["helps_per_question"])
    return (
        f"<b>{labels.safe(row['topic'])}</b>: {row['action']}<br>n {row['questions']:,} questions<br>"
        f"{helps} helps per question (n {row['ripe']:,})<br>"
        f"{labels.percent(row['answer_rate'])} answered within 7 days"
    )


def _split_lines(split: Split, across: _Across, look: Look) -> canvas.Marks:
    at = across.at(split.questions)
    upright = {"yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at}
    level = {"xref": "paper", "x0": 0, "x1": 1, "y0": split.helps, "y1": split.helps}
    stroke = {"color": look.faint, "width": 1.2, "dash": "dot"}
    common = {"type": "line", "line": stroke, "layer": "below"}
    return [upright | common, level | common]


def _corners(look: Look) -> canvas.Marks:
    """Return the action of each quadrant in its corner."""
    return [
        canvas.note(
            f"<i>{action}</i>",
            float(many_questions),
            float(many_helpers),
            look,
            xanchor="right" if many_questions else "left",
            yanchor="top" if many_helpers else "bottom",
            font=canvas.font(look.faint),
        )
        for (many_questions, many_helpers), action in ACTIONS.items()
    ]


def _names(rows: Sequence[Row], across: _Across, top: float, look: Look) -> canvas.Marks:
    """Return the names of topics, the foremost first, each where it meets no other name, point or
    corner.
    """
    points = {row["topic"]: _place(row, across, top) for row in rows}
    dots = {topic: placing.around(point, 4, 4) for topic, point in points.items()}
    taken = [*CORNERS]
    names = []
    for row in _to_name(rows):
        topic = row["topic"]
        others = [*taken, *(dot for name, dot in dots.items() if name != topic)]
        spot = _free_spot(points[topic], 6.4 * min(len(topic), NAME_WIDTH), others)
        if spot:
            boxes, anchors = spot
            taken += boxes
            names.append(_name(row, across, look, anchors))
    return names


def _place(row: Row, across: _Across, top: float) -> placing.Place:
    """Return where a topic stands, in pixels."""
    up = (row["helps_per_question"] / top + STRIP) / (1 + STRIP)
    return across.at(row["questions"]) * ROOM_ACROSS, up * ROOM_UP


def _free_spot(point: placing.Place, width: float, others: Sequence[placing.Box]) -> Spot | None:
    """Return the best place for a name of that width where it covers nothing, None without one."""
    for boxes, anchors in _spots(point, width):
        on_the_sheet = placing.lies_within(boxes[0], SHEET)
        if on_the_sheet and not any(placing.meets(box, others) for box in boxes):
            return boxes, anchors
    return None


def _to_name(rows: Sequence[Row]) -> list[Row]:
    """Return the topics to name: the largest that are short of help, the two furthest out of each
    quadrant, the largest.
    """
    largest = sorted(rows, key=lambda row: (-row["questions"], row["topic"]))
    foremost = [row for row in largest if row["action"] == SHORT_OF_HELP][:3]
    for (many_questions, many_helps), action in ACTIONS.items():
        up = 1 if many_helps else -1
        own = [row for row in largest if row["action"] == action]
        by_help = sorted(own, key=lambda row: (-up * row["helps_per_question"], row["topic"]))
        by_questions = own if many_questions else own[::-1]
        foremost += [*by_help[:1], *by_questions[:1]]
    named = {row["topic"]: row for row in (*foremost, *largest)}
    return list(named.values())[:MOST_LABELS]


def _name(row: Row, across: _Across, look: Look, anchors: Mapping[str, Any]) -> marks.Mark:
    return canvas.note(
        labels.short(row["topic"], NAME_WIDTH),
        across.at(row["questions"]),
        row["helps_per_question"],
        look,
        xref="x",
        yref="y",
        arrowcolor=look.faint,
        **anchors,
    )


def _spots(point: placing.Place, width: float) -> Iterator[Spot]:
    """Yield the places for a name around a point, the best first."""
    x, y = point
    half, beside = width / 2, 8 + width / 2
    above = {"xanchor": "center", "yanchor": "bottom", "yshift": 5}
    below = {"xanchor": "center", "yanchor": "top", "yshift": -5}
    right = {"xanchor": "left", "yanchor": "middle", "xshift": 7}
    left = {"xanchor": "right", "yanchor": "middle", "xshift": -7}
    yield [placing.around((x, y + 13), half, 7)], above
    yield [placing.around((x, y - 13), half, 7)], below
    yield [placing.around((x + beside, y), half, 7)], right
    yield [placing.around((x - beside, y), half, 7)], left
    for away in AWAY:
        for aside in (0, -40, 40):
            yield _led(point, width, aside, away)
            yield _led(point, width, aside, -away)


def _led(point: placing.Place, width: float, aside: float, up: float) -> Spot:
    """Return a place away from a point, from which a thin line leads to it; the line must not cross
    a name either.
    """
    x, y = point
    box = placing.around((x + aside, y + up), width / 2, 9)
    steps = [step / 10 for step in range(3, 9)]
    line = [placing.around((x + aside * step, y + up * step), 1, 1) for step in steps]
    arrow = {"showarrow": True, "arrowhead": 0, "arrowwidth": 0.8, "standoff": 5}
    return [box, *line], {**arrow, "ax": aside, "ay": -up}


def _in_words(rows: Sequence[Row], split: Split, left_out: int) -> str:
    by_action: dict[str, list[str]] = {action: [] for action in (*ACTIONS.values(), NO_OTHER)}
    for row in sorted(rows, key=lambda row: -row["questions"]):
        by_action[row["action"]].append(row["topic"])
    actions = "; ".join(
        f"{action}: {_first(names)}" for action, names in by_action.items() if names
    )
    counted, rest = words.counted(len(rows), "topic"), ""
    if left_out:
        rest = f" {words.counted(left_out, 'topic')} with fewer than {FEWEST_RIPE} left out."
    helps = words.value(Unit.RATIO, split.helps)
    at = f"split at {split.questions:,.0f} questions and {helps} helps per question"
    return f"{counted}, {at}. {actions}.{rest}"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
