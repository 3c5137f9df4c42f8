"""Stacked bars by month, whose parts have a fixed order and fixed colours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, level_colours, mixed, shades
from cop_metrics.units import Unit

HEIGHT = 300
WITHDRAWN = "withdrawn"
BAR_MILLISECONDS = 25 * 86_400_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """One colour of a stack: the value in the table, its name in words, and its colour."""

    key: str
    name: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class Months:
    """The counts of a table by month and part; `bases` is what the shares of a month are of, and
    `cut` the months that are not whole.
    """

    days: Sequence[date]
    counts: Mapping[tuple[date, str], int]
    bases: Mapping[date, int]
    cut: frozenset[date]

    def at(self, day: date, part: Part) -> int:
        return self.counts.get((day, part.key), 0)

    def total(self, day: date) -> int:
        """Return what a stack is in all."""
        return sum(count for (month, _), count in self.counts.items() if month == day)


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """How a table is drawn as stacks by its column `month`: `part` and `count` name its columns,
    `noun` what is counted, `parts` a stack from its foot upwards.

    The part `apart` has no share, is in no total that shares are taken of, and is counted below instead.
    """

    part: str
    count: str
    noun: str
    parts: Callable[[Look], Sequence[Part]]
    apart: str = ""

    def __call__(self, table: pl.DataFrame, look: Look) -> go.Figure:
        """Draw the table; months that the period or the data cuts are hatched."""
        left_out = table.filter(pl.col(self.part) == self.apart)
        count = int(left_out[self.count].sum())
        return self.draw(table, look, f"{count:,} {self.apart}, not in the shares" if count else "")

    def draw(self, table: pl.DataFrame, look: Look, subtitle: str) -> go.Figure:
        """Draw the table; `subtitle` stands below the title where no month is cut."""
        months = self._months(table)
        known = [*self.parts(look), *self._unforeseen(table, look)]
        shown = [part for part in known if any(months.at(day, part) for day in months.days)]
        highest = float(max(months.total(day) for day in months.days))
        room = timedelta(days=20 if len(months.days) > 1 else 60)
        return canvas.sheet(
            [self._bars(part, months, look) for part in shown],
            look,
            height=HEIGHT + canvas.more_legend(len(shown)),
            description=self._in_words(shown, months),
            subtitle="Hatched: months that are not complete" if months.cut else subtitle,
            barmode="stack",
            legend=canvas.legend(look),
            bottom=40,
            xaxis=canvas.time_axis(look, months.days, room),
            yaxis=canvas.value_axis(look, labels.value_ticks(Unit.COUNT, highest)),
        )

    def _months(self, table: pl.DataFrame) -> Months:
        counts: dict[tuple[date, str], int] = {}
        bases: dict[date, int] = {}
        for month, part, count in table.select("month", self.part, self.count).iter_rows():
            counts[month, part] = counts.get((month, part), 0) + count
            bases[month] = bases.get(month, 0) + (count if part != self.apart else 0)
        cut = table.remove("complete")["month"] if "complete" in table.columns else ()
        return Months(days=sorted(bases), counts=counts, bases=bases, cut=frozenset(cut))

    def _unforeseen(self, table: pl.DataFrame, look: Look) -> list[Part]:
        """Return parts for values that the fixed order does not hold, so that nothing is left out
        of a stack.
        """
        keys = sorted(set(table[self.part]) - {part.key for part in self.parts(look)})
        return [
            Part(key=key, name=key, colour=mixed(look.other, look.ink, 0.3 * (at % 2)))
            for at, key in enumerate(keys)
        ]

    def _bars(self, part: Part, months: Months, look: Look) -> marks.Mark:
        pattern = {
            "shape": ["/" if day in months.cut else "" for day in months.days],
            "fillmode": "overlay",
            "fgcolor": look.surface,
            "size": 6,
        }
        edge = {"color": look.surface, "width": 0.8}
        return {
            "type": "bar",
            "name": labels.safe(part.name),
            "x": [day.isoformat() for day in months.days],
            "y": [months.at(day, part) for day in months.days],
            "width": BAR_MILLISECONDS,
            "marker": {"color": part.colour, "line": edge, "pattern": pattern},
            **marks.pointed(self._hover(part, months, day) for day in months.days),
        }

    def _hover(self, part: Part, months: Months, day: date) -> str:
        number, base = months.at(day, part), months.bases[day]
        share = f"{labels.percent(number / (base or 1))} of n {base:,} {self.noun}"
        when = f"{labels.month(day)}{' (not complete)' if day in months.cut else ''}"
        head = f"{labels.safe(part.name)}: {number:,}"
        return marks.hover(head, "" if part.key == self.apart else share, when)

    def _in_words(self, parts: Sequence[Part], months: Months) -> str:
        def month_in_words(day: date) -> str:
            inside = ", ".join(
                f"{months.at(day, part):,} {part.name}" for part in parts if months.at(day, part)
            )
            return f"{labels.month(day)} {months.total(day):,} {self.noun} ({inside})"

        first, *_, last = (*months.days, months.days[-1])
        if first == last:
            return f"{month_in_words(first)}."
        highest, lowest = (choose(months.days, key=months.total) for choose in (max, min))
        return (
            f"First month: {month_in_words(first)}. Last month: {month_in_words(last)}. "
            f"Most in {labels.month(highest)} ({months.total(highest):,}), "
            f"fewest in {labels.month(lowest)} ({months.total(lowest):,})."
        )


def acts(look: Look) -> list[Part]:
    """Return what people did, each act in the colour of its promise."""
    colours = look.promises
    return [
        Part(key="answered", name="answered", colour=colours[Promise.STATUS]),
        Part(key="asked", name="asked", colour=colours[Promise.HELP]),
        Part(key="only commented", name="commented", colour=colours[Promise.PARTICIPATION]),
        Part(
            key="only read or reacted", name="read or reacted", colour=colours[Promise.INSPIRATION]
        ),
    ]


def outcomes(look: Look) -> list[Part]:
    """Return what became of questions: another's help first, then the asker's own, then none, then
    withdrawn.
    """
    help_, own = (
        shades(look, look.promises[promise], 3) for promise in (Promise.HELP, Promise.STATUS)
    )
    colours = {
        "resolved": help_[2],
        "answered": help_[0],
        "resolved_by_self": own[2],
        "self_answered": own[0],
        "unanswered": look.alert,
        WITHDRAWN: look.unknown,
    }
    return [
        Part(key=key, name=words.OUTCOMES.get(key, key), colour=colour)
        for key, colour in colours.items()
    ]


def _levels(look: Look) -> list[Part]:
    colours = [*level_colours(look).items()]
    return [Part(key=name, name=name, colour=colour) for name, colour in reversed(colours)]


LEVEL_STACKS = Stacks(part="level_name", count="people", noun="people", parts=_levels)


def levels_over_time(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw people above the first level by month, the highest at the foot; the first would dwarf
    them and is counted below.
    """
    lowest, month = LEVELS[0], table["month"].max()
    last = table.filter((pl.col("month") == month) & (pl.col("level") == lowest.number))
    members = words.counted(int(last["people"].sum()), "member")
    above = table.filter(pl.col("level") != lowest.number)
    if not above["people"].sum():
        return canvas.nothing(
            f"Nobody has risen above level {lowest.name} yet: {members} there.", look
        )
    sentence = f"Not drawn: {members} at level {lowest.name} at the end"
    return LEVEL_STACKS.draw(above, look, sentence)
