"""Bars in rows, each cut into parts: how many people are at each level, who asks and who helps, what
help is made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.metric import Promise
from cop_metrics.metrics.status import TENDENCIES
from cop_metrics.people.levels import LEVELS
from cop_metrics.show.charts import canvas, labels, marks
from cop_metrics.show.charts.look import Look, level_colours, shades
from cop_metrics.units import Unit

NAME_WIDTH = 18
HERE, GONE = "still here", "has left"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of each bar, from the lowest row upwards: its lengths and what each shows; `name` is
    empty where the bars have one part only.
    """

    values: Sequence[float]
    colour: Any
    hovers: Sequence[str]
    name: str = ""


def _rows(
    parts: Sequence[Part],
    names: Sequence[str],
    beside: Sequence[str],
    look: Look,
    *,
    xaxis: Mapping[str, Any],
    height: int,
    legend: bool = False,
    right: int = 84,
    apart: int = 8,
    description: str,
    subtitle: str = "",
) -> go.Figure:
    """Return bars with their names before and a text beside each, from the lowest row upwards."""
    drawn = [
        marks.row_bars(part.values, part.colour, part.hovers, name=part.name) for part in parts
    ]
    texts = [canvas.beside(text, row, look, xshift=apart) for row, text in enumerate(beside)]
    return canvas.sheet(
        drawn,
        look,
        height=height,
        description=description,
        subtitle=subtitle,
        right=right,
        bottom=34,
        xaxis=xaxis,
        yaxis=canvas.rows_axis(look, [labels.short(name, NAME_WIDTH) for name in names]),
        annotations=texts,
        legend=canvas.legend(look) if legend else None,
        barmode="stack",
    )


def levels(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw people at each level above the first, the highest on top; the first would dwarf them and
    is counted below.
    """
    rows = table.iter_rows(named=True)
    people = {row["level_name"]: int(row["people"]) for row in rows}
    lowest, colours = LEVELS[0].name, level_colours(look)
    members = words.counted(people.get(lowest, 0), "member")
    names = [name for name in colours if people.get(name)]
    if not names:
        return canvas.nothing(f"Nobody has risen above level {lowest} yet: {members} there.", look)
    total = sum(people.values())
    bars = Part(
        values=[people[name] for name in names],
        colour=[colours[name] for name in names],
        hovers=[
            marks.hover(
                f"{name}: {people[name]:,} people",
                f"{labels.percent(people[name] / total)} of n {total:,}",
            )
            for name in names
        ],
    )
    listed = "; ".join(f"{name} {people[name]:,}" for name in reversed(names))
    ticks = labels.value_ticks(Unit.COUNT, max(bars.values))
    return _rows(
        [bars],
        names,
        [f"{people[name]:,}" for name in names],
        look,
        xaxis=canvas.value_axis(look, ticks),
        height=50 + 38 * len(names),
        description=f"{listed}; {lowest} {people.get(lowest, 0):,}.",
        subtitle=f"Not drawn: {members} at level {lowest}",
    )


def asking_and_helping(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw for each seniority the shares of those who mostly ask, do both alike, and mostly help,
    side by side.
    """
    counts = Counts.of(table, look)
    colours = (look.promises[Promise.HELP], look.unknown, look.promises[Promise.STATUS])
    return _rows(
        [
            Part(
                name=tendency,
                colour=colour,
                values=[
                    counts.at(group, tendency) / max(1, counts.of_group(group))
                    for group in counts.upwards
                ],
                hovers=[
                    marks.hover(
                        f"{labels.safe(group)}: {counts.at(group, tendency):,} {tendency}",
                        f"n {counts.of_group(group):,}",
                    )
                    for group in counts.upwards
                ],
            )
            for tendency, colour in zip(TENDENCIES, colours, strict=True)
        ],
        counts.upwards,
        [f"n {counts.of_group(group):,}" for group in counts.upwards],
        look,
        legend=True,
        xaxis=canvas.share_axis(look, across=True),
        height=90 + 38 * len(counts.upwards),
        description=" ".join(_tendencies_in_words(group, counts) for group in counts.groups),
    )


def _tendencies_in_words(group: str, counts: "Counts") -> str:
    listed = ", ".join(f"{counts.at(group, each):,} {each}" for each in TENDENCIES)
    return f"{group}: {listed}."


def whose_knowledge(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw reads by the seniority of whose knowledge it is, those of people who have left in a
    colour of their own.
    """
    counts = Counts.of(table, look)
    every = sum(counts.of_group(group) for group in counts.groups)
    colours = {HERE: look.promises[Promise.INSPIRATION], GONE: look.other}
    highest = float(max(counts.of_group(group) for group in counts.groups))
    ticks = labels.fewer(labels.value_ticks(Unit.COUNT, highest))
    shares = {group: labels.percent(counts.of_group(group) / every) for group in counts.groups}
    return _rows(
        [
            Part(
                name=standing,
                colour=colour,
                values=[counts.at(group, standing) for group in counts.upwards],
                hovers=[_reads_hover(group, standing, counts) for group in counts.upwards],
            )
            for standing, colour in colours.items()
            if any(counts.at(group, standing) for group in counts.groups)
        ],
        counts.upwards,
        [shares[group] for group in counts.upwards],
        look,
        legend=any(counts.at(group, GONE) for group in counts.groups),
        xaxis=canvas.value_axis(look, ticks),
        height=84 + 44 * len(counts.groups),
        right=56,
        apart=0,
        description=" ".join(
            _reads_in_words(group, shares[group], counts) for group in counts.groups
        ),
        subtitle=f"Reads, n {every:,}",
    )


def _reads_hover(group: str, standing: str, counts: "Counts") -> str:
    number, total = counts.at(group, standing), counts.of_group(group)
    head = f"{labels.safe(group)}, {standing}: {number:,} reads"
    return marks.hover(head, f"{labels.percent(number / max(1, total))} of n {total:,}")


def _reads_in_words(group: str, share: str, counts: "Counts") -> str:
    gone = counts.at(group, GONE)
    left = f", {gone:,} of them of people who have left" if gone else ""
    return f"{group}: {counts.of_group(group):,} reads ({share}){left}."


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts by group and part, from a table of both and the count; groups stand in their order,
    the first on top.
    """

    groups: Sequence[str]
    counts: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, table: pl.DataFrame, look: Look) -> "Counts":
        counts = {(group, part): int(count) for group, part, count in table.iter_rows()}
        return cls(groups=look.in_order(group for group, _ in counts), counts=counts)

    @property
    def upwards(self) -> list[str]:
        """Return the groups from the lowest row on."""
        return [*reversed(self.groups)]

    def at(self, group: str, part: str) -> int:
        return self.counts.get((group, part), 0)

    def of_group(self, group: str) -> int:
        return sum(count for (name, _), count in self.counts.items() if name == group)


def giving(table: pl.DataFrame, look: Look) -> go.Figure:
    """Draw two bars, all members and all help, each cut into the core, the regulars, the others and
    those who did not.
    """
    rows = table.to_dicts()
    # The last row is who did not help, in no shade of help; alone it is of all who are known.
    kinds = max(1, len(rows) - 1)
    helped = shades(look, look.promises[Promise.HELP], kinds)[::-1]
    colours = [*helped, look.unknown] if len(rows) > 1 else helped
    font = canvas.font(look.ink, canvas.LABEL_SIZE)
    return canvas.sheet(
        [_part_of_all(row, colour, look) for row, colour in zip(rows, colours, strict=True)],
        look,
        height=224,
        description=" ".join(_giving_in_words(row) for row in rows),
        barmode="stack",
        legend=canvas.legend(look) | {"itemwidth": 30},
        xaxis=canvas.quarters_axis(look),
        yaxis=canvas.named_axis(look, ["help", "members"], tickfont=font),
        top=8,
    )


def _part_of_all(row: Mapping[str, Any], colour: str, look: Look) -> marks.Mark:
    who, people = labels.safe(row["who"]), words.counted(row["people"], "member")
    shares = {"members": row["of_members"], "help": row["of_help"]}
    hovers = [
        marks.hover(f"{labels.percent(share)} of {name}", who, people)
        for name, share in shares.items()
    ]
    marker = {"color": colour, "line": {"color": look.surface, "width": 0.8}}
    bars = marks.row_bars([*shares.values()], colour, hovers, name=who, width=0.6, marker=marker)
    return bars | {"y": [1, 0]}


def _giving_in_words(row: Mapping[str, Any]) -> str:
    return (
        f"{row['who'].capitalize()}: {words.counted(row['people'], 'member')}, "
        f"{labels.percent(row['of_members'])} of members, {labels.percent(row['of_help'])} of help."
    )
