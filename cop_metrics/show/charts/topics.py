"""The topics by questions and by helps per question, split at the medians: what each of them needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.metrics.topics import ACTIONS, FEWEST_RIPE, NO_OTHER
from cop_metrics.show.charts import canvas, labels
from cop_metrics.show.charts.look import Look
from cop_metrics.units import Unit

HEIGHT = 400
ROOM_ACROSS, ROOM_UP = 300, 320
"""The pixels that labels are laid out for: a phone's, so that they do not meet on any wider screen
either.
"""
MOST_LABELS = 12
STRIP = 0.1
"""The share of the heights kept free under zero, where the actions of the lower quadrants stand
below every topic.
"""
LOG_FROM = 12
SHORT_OF_HELP = ACTIONS[True, False]
AWAY = (28, 46, 64, 82, 100)
Box = tuple[float, float, float, float]


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
    rows = table.filter(pl.col("ripe") >= FEWEST_RIPE).to_dicts()
    if not rows:
        return canvas.nothing(
            f"No topic has {FEWEST_RIPE} or more questions that are at least 30 days old.", look
        )
    frame = pl.DataFrame(rows)
    split = Split(questions=_median(frame, "questions"), helps=_median(frame, "helps_per_question"))
    across = _Across.over(frame["questions"].to_list())
    top = max(row["helps_per_question"] for row in rows) * 1.22 or 1.0
    ticks = labels.value_ticks(Unit.RATIO, top / 1.22)
    left_out = table.height - len(rows)
    return canvas.sheet(
        [_points(rows, across, look)],
        look,
        height=HEIGHT,
        description=_told(rows, split, left_out),
        subtitle=f"{words.counted(len(rows), 'topic')} with {FEWEST_RIPE} or more questions at least 30 days old"
        + (f"; {left_out} smaller left out" if left_out else ""),
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        xaxis=_titled_axis(
            "questions",
            [across.at(tick) for tick in across.ticks],
            [f"{tick:,}" for tick in across.ticks],
            1,
            look,
        ),
        yaxis=_titled_axis("helps per question", ticks.at, ticks.texts, top, look)
        | {"range": [-STRIP * top, top], "zeroline": True, "zerolinecolor": look.grid},
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


def _titled_axis(
    title: str, at: Sequence[float], texts: Sequence[str], end: float, look: Look
) -> dict[str, Any]:
    return canvas.axis(
        look,
        range=[0, end],
        tickmode="array",
        tickvals=list(at),
        ticktext=list(texts),
        title={
            "text": title,
            "font": {"size": canvas.SMALL_SIZE, "color": look.faint},
            "standoff": 6,
        },
    )


def _median(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].median() or 0.0)  # type: ignore[arg-type]


def _points(rows: list[dict[str, Any]], across: _Across, look: Look) -> dict[str, Any]:
    colours = [
        look.alert if row["action"] == SHORT_OF_HELP else look.promises[Promise.HELP]
        for row in rows
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [across.at(row["questions"]) for row in rows],
        "y": [row["helps_per_question"] for row in rows],
        "marker": {
            "size": 9,
            "color": colours,
            "opacity": 0.85,
            "line": {"width": 0.8, "color": look.surface},
        },
        "hovertext": [_hover(row) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover(row: dict[str, Any]) -> str:
    return (
        f"<b>{labels.safe(row['topic'])}</b>: {row['action']}<br>n {row['questions']:,} questions<br>"
        f"{words.value(Unit.RATIO, row['helps_per_question'])} helps per question (n {row['ripe']:,})<br>"
        f"{words.value(Unit.PERCENT, row['answer_rate'])} answered within 7 days"
    )


def _split_lines(split: Split, across: _Across, look: Look) -> canvas.Marks:
    stroke = {"color": look.faint, "width": 1.2, "dash": "dot"}
    at = across.at(split.questions)
    return [
        {
            "type": "line",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": at,
            "x1": at,
            "line": stroke,
            "layer": "below",
        },
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": split.helps,
            "y1": split.helps,
            "line": stroke,
            "layer": "below",
        },
    ]


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
            font={"size": canvas.SMALL_SIZE, "color": look.faint},
        )
        for (many_questions, many_helpers), action in ACTIONS.items()
    ]


def _names(rows: list[dict[str, Any]], across: _Across, top: float, look: Look) -> canvas.Marks:
    """Return the names of topics, the foremost first, each where it meets no other name, point or
    corner.
    """
    points = {
        row["topic"]: (
            across.at(row["questions"]) * ROOM_ACROSS,
            (row["helps_per_question"] / top + STRIP) / (1 + STRIP) * ROOM_UP,
        )
        for row in rows
    }
    taken: list[Box] = [(0, 0, 60, 16), (ROOM_ACROSS - 180, 0, ROOM_ACROSS, 16)]
    taken += [
        (0, ROOM_UP - 16, 150, ROOM_UP),
        (ROOM_ACROSS - 130, ROOM_UP - 16, ROOM_ACROSS, ROOM_UP),
    ]
    dots = {name: (x - 4, y - 4, x + 4, y + 4) for name, (x, y) in points.items()}
    marks = []
    for row in _to_name(rows):
        name = labels.short(row["topic"], 18)
        x, y = points[row["topic"]]
        others = [box for topic, box in dots.items() if topic != row["topic"]]
        for boxes, anchors in _places(x, y, 6.4 * min(len(row["topic"]), 18)):
            if _inside(boxes[0]) and not any(
                _meet(box, other) for box in boxes for other in (*taken, *others)
            ):
                taken += boxes
                marks.append(_name(name, row, across, look, anchors))
                break
    return marks


def _to_name(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
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


def _name(
    name: str, row: dict[str, Any], across: _Across, look: Look, anchors: dict[str, Any]
) -> dict[str, Any]:
    font = {"size": canvas.SMALL_SIZE, "color": look.ink}
    at = {"xref": "x", "yref": "y", "arrowcolor": look.faint, "font": font}
    return canvas.note(
        name, across.at(row["questions"]), row["helps_per_question"], look, **at, **anchors
    )


def _places(x: float, y: float, width: float) -> list[tuple[list[Box], dict[str, Any]]]:
    """Return the places for a name around a point, the best first: what it covers, and where its
    annotation stands.
    """
    near: list[tuple[list[Box], dict[str, Any]]] = [
        (
            [(x - width / 2, y + 6, x + width / 2, y + 20)],
            {"xanchor": "center", "yanchor": "bottom", "yshift": 5},
        ),
        (
            [(x - width / 2, y - 20, x + width / 2, y - 6)],
            {"xanchor": "center", "yanchor": "top", "yshift": -5},
        ),
        (
            [(x + 8, y - 7, x + 8 + width, y + 7)],
            {"xanchor": "left", "yanchor": "middle", "xshift": 7},
        ),
        (
            [(x - 8 - width, y - 7, x - 8, y + 7)],
            {"xanchor": "right", "yanchor": "middle", "xshift": -7},
        ),
    ]
    return near + [
        _led(x, y, width, aside, up * away)
        for away in AWAY
        for aside in (0, -40, 40)
        for up in (1, -1)
    ]


def _led(
    x: float, y: float, width: float, aside: float, up: float
) -> tuple[list[Box], dict[str, Any]]:
    """Return a place away from a point, from which a thin line leads to it; the line must not cross
    a name either.
    """
    box = (x + aside - width / 2, y + up - 9, x + aside + width / 2, y + up + 9)
    steps = [step / 10 for step in range(3, 9)]
    line = [
        (x + aside * step - 1, y + up * step - 1, x + aside * step + 1, y + up * step + 1)
        for step in steps
    ]
    arrow = {
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 0.8,
        "standoff": 5,
        "ax": aside,
        "ay": -up,
    }
    return [box, *line], arrow


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= ROOM_ACROSS and box[3] <= ROOM_UP


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _told(rows: list[dict[str, Any]], split: Split, left_out: int) -> str:
    by_action: dict[str, list[str]] = {action: [] for action in (*ACTIONS.values(), NO_OTHER)}
    for row in sorted(rows, key=lambda row: -row["questions"]):
        by_action[row["action"]].append(row["topic"])
    told = "; ".join(f"{action}: {_first(names)}" for action, names in by_action.items() if names)
    rest = (
        f" {words.counted(left_out, 'topic')} with fewer than {FEWEST_RIPE} left out."
        if left_out
        else ""
    )
    return (
        f"{words.counted(len(rows), 'topic')}, split at {split.questions:,.0f} questions and "
        f"{words.value(Unit.RATIO, split.helps)} helps per question. {told}.{rest}"
    )


def _first(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
