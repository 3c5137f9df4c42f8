"""Curves of steps with their bands: the share of people or questions by the time that passed, a
curve for each group.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, shades

Parts = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Along:
    """The time along which curves are drawn: its column, its words, and its axis up to the last."""

    column: str
    written: Callable[[float], str]
    ticks: Callable[[float], labels.Ticks]
    at: Callable[[Any], Any] = np.asarray


def _days_axis(places: Sequence[int], shortest: float) -> Callable[[float], labels.Ticks]:
    def ticks(last: float) -> labels.Ticks:
        end = max(shortest, last)
        shown = [day for day in places if day <= end]
        texts = tuple(f"{day} d" if day else "0" for day in shown)
        return labels.Ticks(at=tuple(shown), texts=texts, end=end)

    return ticks


def _days(ticks: Sequence[int]) -> Along:
    return Along(
        column="days",
        written=lambda days: words.counted(int(days), "day"),
        ticks=_days_axis(ticks, shortest=30),
    )


HOURS = Along(
    column="hours",
    written=lambda hours: words.duration(hours) if hours else "0 h",
    ticks=labels.wait_ticks,
    at=lambda hours: np.log2(1 + np.asarray(hours)),
)
"""Hours along log2(1 + hours): that starts at zero, as a logarithm cannot, and gives the first day
half the width.
"""
HALF_A_YEAR = _days((0, 30, 60, 90, 120, 150, 180))
A_YEAR = _days((0, 90, 180, 365))


@dataclass(frozen=True, kw_only=True)
class Curves:
    """How a table is drawn as curves.

    `by` names the column of groups, `share` that of heights, `followed` that of how many are behind
    them. `did` and `when` are what pointing shows after a share, and of the time; `sentence` says what a
    curve shows. `steps`: the groups follow one another, darkest first; else they
    have their own colours. `fewest`: of how many at least a curve is drawn, as less would be a line
    through noise. `counted`: how many are behind all curves, where these are the same. `nothing`:
    what stands where none is drawn. `half`: a line marks the half.
    """

    by: str
    along: Along
    share: str
    did: str
    when: str
    sentence: "Sentence"
    subtitle: str
    followed: str = "at_risk"
    steps: bool = False
    fewest: int = 0
    nothing: str = ""
    counted: str = ""
    half: bool = False
    band: float = marks.BAND
    height: int = 280
    top: int = 20
    bottom: int = 44

    def __call__(self, table: pl.DataFrame, look: Look) -> go.Figure:
        """Draw the table."""
        every = self._parts(table, look)
        few = [name for name, part in every.items() if self.number(part) < self.fewest]
        parts = {name: part for name, part in every.items() if name not in few}
        last = float(table[self.along.column].max() or 0.0)  # type: ignore[arg-type]
        if not parts or (self.half and not last):
            return canvas.nothing(self.nothing, look)
        colours = self._colours(list(parts), look)
        many = len(parts) > canvas.MANY_LINES
        notes, right = self._names(parts, colours, look)
        traces = [self._band(part, colours[name], many) for name, part in parts.items()]
        traces += [self._curve(name, part, colours[name]) for name, part in parts.items()]
        return canvas.sheet(
            traces,
            look,
            height=self.height + (canvas.more_legend(len(parts)) if many else 0),
            description=" ".join(self.sentence(self, name, part) for name, part in parts.items()),
            subtitle=self._subtitle(parts, few),
            right=right,
            top=self.top,
            bottom=self.bottom,
            xaxis=canvas.ticked_axis(look, self.along.ticks(last)),
            yaxis=canvas.share_axis(look),
            annotations=notes,
            legend=canvas.legend(look) if many else None,
            shapes=[marks.level_line(0.5, look)] if self.half else [],
        )

    def _names(
        self, parts: Parts, colours: Mapping[str, str], look: Look
    ) -> tuple[canvas.Marks, int]:
        """Return the names of few curves at their ends, and the margin that they need."""
        ends: list[canvas.End] = [
            (name, part[self.share][-1] / labels.TOP_SHARE, colours[name])
            for name, part in parts.items()
        ]
        few = ends if len(ends) <= canvas.MANY_LINES else []
        notes, right = canvas.end_labels(few, look, self.height - self.bottom - self.top)
        return [*notes, canvas.level_name("half", 0.5, look)] if self.half else notes, right

    def number(self, part: pl.DataFrame) -> int:
        """Return how many are behind a curve where it begins."""
        return int(part[self.followed][0])

    def _parts(self, table: pl.DataFrame, look: Look) -> dict[str, pl.DataFrame]:
        names = table[self.by].unique(maintain_order=True).to_list()
        ordered = names if self.steps else look.in_order(names)
        sorted_ = table.sort(self.along.column, maintain_order=True)
        return {name: sorted_.filter(pl.col(self.by) == name) for name in ordered}

    def _colours(self, names: Sequence[str], look: Look) -> dict[str, str]:
        if self.steps:
            hues = shades(look, look.promises[Promise.STATUS], len(names))[::-1]
            return dict(zip(names, hues, strict=True))
        hues = shades(look, look.seniority, len(names))
        return {name: look.colour(name) or hue for name, hue in zip(names, hues, strict=True)}

    def _band(self, part: pl.DataFrame, colour: str, many: bool) -> marks.Mark:
        xs = self.along.at(part[self.along.column].to_numpy())
        lows, highs = part["low"].to_numpy(), part["high"].to_numpy()
        opacity = marks.BAND_OF_MANY if many else self.band
        return marks.step_band(xs, lows, highs, colour, opacity)

    def _curve(self, name: str, part: pl.DataFrame, colour: str) -> marks.Mark:
        texts = (self._hover(name, row) for row in part.iter_rows(named=True))
        xs = self.along.at(part[self.along.column].to_numpy())
        ys = part[self.share].to_numpy()
        drawn = marks.line(xs, ys, colour, 2.2, name=labels.safe(name))
        drawn |= marks.pointed(texts)
        drawn["line"]["shape"] = "hv"
        if self.fewest:
            drawn |= {"cliponaxis": False, "mode": "lines+markers" if len(xs) == 1 else "lines"}
        return drawn

    def _hover(self, name: str, row: Mapping[str, Any]) -> str:
        head = f"{labels.safe(name)}: {labels.percent(row[self.share])}{self.did}"
        time = self.when.format(self.along.written(row[self.along.column]))
        followed = f"n {row[self.followed]:,} still followed"
        return marks.hover(head, time, labels.share_interval(row), followed)

    def _subtitle(self, parts: Parts, few: Sequence[str]) -> str:
        numbers = {name: self.number(part) for name, part in parts.items()}
        each = ", ".join(f"{name} n {number:,}" for name, number in numbers.items())
        first = next(iter(numbers.values()))
        counted = self.counted.format(first) if self.counted else each
        left_out = f"not drawn, fewer than {self.fewest}: {', '.join(few)}" if few else ""
        return "; ".join(part for part in (self.subtitle, counted, left_out) if part)


Sentence = Callable[[Curves, str, pl.DataFrame], str]
"""Says in a sentence what the curve of a name and its rows shows."""


def shares_in_words(wording: str, at: Sequence[int], *, members: bool = False) -> Sentence:
    """Return what tells the shares after so many days, each worded with {share} and {days};
    `members`: and of how many.
    """

    def sentence(curves: Curves, name: str, part: pl.DataFrame) -> str:
        last = int(part["days"][-1])
        shares = [
            wording.format(
                share=labels.percent(_reached(curves, part, day)), days=words.counted(day, "day")
            )
            for day in [day for day in at if day <= last] or [last]
        ]
        behind = f" ({words.counted(curves.number(part), 'member')})" if members else ""
        return f"{name}: {', '.join(shares)}{behind}."

    return sentence


def _reached(curves: Curves, part: pl.DataFrame, time: float) -> float:
    until = part.filter(pl.col(curves.along.column) <= time)
    return float(until[curves.share][-1])


def waits_in_words(curves: Curves, name: str, part: pl.DataFrame) -> str:
    """Tell when half had an answer, and how many still waited after a day and a week."""
    reached = part.filter(pl.col(curves.share) <= 0.5 + 1e-9)["hours"].to_list()
    half = (
        f"half had an answer after {words.duration(reached[0])}"
        if reached
        else "half is not reached"
    )
    last = float(part["hours"][-1])
    week = [(24.0, "1 day"), (168.0, "7 days")]
    ends = week if last >= 168 else [(last, words.duration(last))]
    still = [
        f"{labels.percent(_reached(curves, part, hours))} still waited after {text}"
        for hours, text in ends
        if last
    ]
    sentence = f"{half}; {'; '.join(still)}" if still else half
    return f"{name}: {sentence} ({curves.number(part):,} questions)."
