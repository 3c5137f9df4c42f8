"""The kinds of chart that a page may hold: each answers for itself what it shows, what it asks for,
how its table is read, and how it is drawn.

To add one: a class that answers what these do, and its place in `Chart`. Drawing imports its library
where it draws: the command line and the reports need the kinds, and not the library.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.measure.measurer import SERIES, Measured, Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.columns import Column, Role
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.people import UNKNOWN
from cop_metrics.show.tables import as_called
from cop_metrics.units import Unit

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cop_metrics.show.charts.look import Look

Row = Mapping[str, Any]
Asked = tuple[Metric, str, str | None]
"""A metric, what it is split by, and what splits those months by group; None without."""

SEEN = 0.005
"""From which difference on two shares look different in whole per cent."""
EACH_MONTH = "each month by itself"
BEYOND = (
    "all together is not between the groups: who changed group counts in each of them, "
    "by what they did there, and once in all"
)
MONTH = Column("group", "Month", Role.MONTH)


def group_word(by: str, choices: CommunityChoices) -> str:
    """Return the word for a dimension in this community: seniority is experience where there is no
    roster.
    """
    return {"team": "Team", "seniority": choices.seniority_word, "topic": "Topic"}[by]


def figure_columns(value: str, unit: Unit) -> tuple[Column, ...]:
    """Return the columns of figures, after what they are split by; `value` titles the value."""
    return (
        Column("value", value, Role.VALUE, unit),
        Column("sample_size", "n", Role.VALUE, Unit.COUNT),
        Column("low", "Low", Role.LOW, unit),
        Column("high", "High", Role.HIGH, unit),
        Column("note", "Note", Role.TEXT),
        Column("complete", "Complete", Role.COMPLETE),
    )


@dataclass(frozen=True, kw_only=True)
class ShowExhibit:
    """The chart of an exhibit."""

    id: str

    description: ClassVar[str] = ""
    compared: ClassVar[None] = None
    """The number of which each group is compared with all others, and by what."""

    @property
    def exhibit(self) -> Exhibit:
        """Return the exhibit whose table it shows, None for one that shows numbers."""
        return EXHIBITS[self.id]

    @property
    def shows(self) -> tuple[Metric | Exhibit, ...]:
        """Return what it shows."""
        return (self.exhibit,)

    @property
    def first(self) -> Metric | Exhibit:
        """Return what it is about: its unit, promise and filters are those of the chart."""
        return self.exhibit

    @property
    def title(self) -> str:
        return self.exhibit.title

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the dimensions that it splits by."""
        return self.exhibit.shows

    @property
    def drawn(self) -> bool:
        """Say whether it is a chart; else it is a list to act on."""
        return self.exhibit.drawn

    def asks(self) -> Iterator[Asked]:
        """Yield the numbers that it asks for, so that a page asks them together."""
        for id_ in self.exhibit.panel:
            yield METRICS[id_], self.exhibit.shows[0], None

    def measure(self, measurer: Measurer, scope: Scope) -> Measured:
        """Measure what it shows."""
        return measurer.measure(self.exhibit, scope)

    def remarks(self, measured: Measured, scope: Scope) -> tuple[str, ...]:
        """Return what is to be said beside it, after what is said of any chart."""
        return ()

    def columns(self, choices: CommunityChoices) -> tuple[Column, ...]:
        """Return the columns of its table, under the titles that they have in a community."""
        return as_called(self.exhibit.columns, choices)

    def draw(
        self, table: pl.DataFrame, look: "Look", average: float | None, targets: Mapping[str, float]
    ) -> "go.Figure":
        """Draw its table; `average` is the number of all, `targets` what the community aims at."""
        from cop_metrics.show.charts import draw

        return draw(self.exhibit, table, look)


class OfNumbers:
    """What charts of numbers have in common: their rows are those of `Measurer.figures_by`, with
    the line that a row belongs to as `series`, where there are lines.
    """

    drawn: ClassVar[bool] = True
    exhibit: ClassVar[None] = None

    @property
    def shows(self) -> tuple[Metric, ...]:
        raise NotImplementedError

    @property
    def first(self) -> Metric:
        return self.shows[0]

    @property
    def groups(self) -> tuple[str, ...]:
        return ()

    @property
    def compared(self) -> tuple[Metric, str] | None:
        return None

    def remarks(self, measured: Measured, scope: Scope) -> tuple[str, ...]:
        return (EACH_MONTH,)

    def place(self, row: Row) -> tuple[Metric, dict[str, Any]]:
        """Return of which number a row of its table is, and of which group and month."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class OverTime(OfNumbers):
    """Metrics of one unit, a line each, by month; `description` says what they count, where one
    definition does not.
    """

    ids: tuple[str, ...]
    title: str
    description: str = ""

    @property
    def id(self) -> str:
        return f"{'-'.join(self.ids)}-by-month"

    @property
    def shows(self) -> tuple[Metric, ...]:
        return tuple(METRICS[id_] for id_ in self.ids)

    def asks(self) -> Iterator[Asked]:
        yield from ((metric, "month", None) for metric in self.shows)

    def measure(self, measurer: Measurer, scope: Scope) -> Measured:
        known = [each for each in self.shows if not measurer.unmeasurable(each)] or [self.first]
        found = [measurer.measure(each, scope, "month") for each in known]
        lines = [
            each.table.insert_column(0, pl.lit(metric.title).alias("series"))
            for metric, each in zip(known, found, strict=True)
        ]
        nothing = all(each.reason for each in found)
        return replace(
            found[0],
            table=pl.concat([pl.DataFrame(schema=SERIES), *lines]),
            reason=found[0].reason if nothing else None,
            finding=_unreached(sum(each.unreached for each in found)),
        )

    def remarks(self, measured: Measured, scope: Scope) -> tuple[str, ...]:
        return () if self.description else super().remarks(measured, scope)

    def columns(self, choices: CommunityChoices) -> tuple[Column, ...]:
        value = self.first.title if len(self.ids) == 1 else "Value"
        line = Column("series", "Number", Role.GROUP)
        return (line, MONTH, *figure_columns(value, self.first.unit))

    def place(self, row: Row) -> tuple[Metric, dict[str, Any]]:
        metric = next(each for each in self.shows if each.title == row["series"])
        return metric, {"month": row["group"]}

    def draw(
        self, table: pl.DataFrame, look: "Look", average: float | None, targets: Mapping[str, float]
    ) -> "go.Figure":
        from cop_metrics.show.charts import over_time

        aimed = next((metric for metric in self.shows if metric.id in targets), self.first)
        return over_time(
            _series(table),
            self.first.unit,
            look,
            target=targets.get(aimed.id),
            aim=aimed.title,
            promise=self.first.promise,
        )


@dataclass(frozen=True, kw_only=True)
class ByGroup(OfNumbers):
    """What charts of one metric by team, seniority or topic have in common."""

    id_: str
    by: str
    title: str

    description: ClassVar[str] = ""

    @property
    def shows(self) -> tuple[Metric, ...]:
        return (METRICS[self.id_],)

    @property
    def groups(self) -> tuple[str, ...]:
        return (self.by,)


@dataclass(frozen=True, kw_only=True)
class GroupsOverTime(ByGroup):
    """One metric by month, a small chart for each group."""

    @property
    def id(self) -> str:
        return f"{self.id_}-by-{self.by}-by-month"

    def asks(self) -> Iterator[Asked]:
        yield self.first, self.by, None
        yield self.first, "month", self.by

    def measure(self, measurer: Measurer, scope: Scope) -> Measured:
        return measurer.measure(self.first, scope, "month", each=self.by)

    def columns(self, choices: CommunityChoices) -> tuple[Column, ...]:
        line = Column("series", group_word(self.by, choices), Role(self.by))
        return (line, MONTH, *figure_columns(self.first.title, self.first.unit))

    def place(self, row: Row) -> tuple[Metric, dict[str, Any]]:
        return self.first, {self.by: row["series"], "month": row["group"]}

    def draw(
        self, table: pl.DataFrame, look: "Look", average: float | None, targets: Mapping[str, float]
    ) -> "go.Figure":
        from cop_metrics.show.charts import small_multiples

        return small_multiples(_series(table), self.first.unit, look)


@dataclass(frozen=True, kw_only=True)
class Groups(ByGroup):
    """One metric by team, seniority or topic, as dots with whiskers."""

    @property
    def id(self) -> str:
        return f"{self.id_}-by-{self.by}"

    @property
    def compared(self) -> tuple[Metric, str]:
        return self.first, self.by

    def asks(self) -> Iterator[Asked]:
        yield self.first, self.by, None

    def measure(self, measurer: Measurer, scope: Scope) -> Measured:
        return measurer.measure(self.first, scope, self.by)

    def remarks(self, measured: Measured, scope: Scope) -> tuple[str, ...]:
        filtered = {"team": scope.teams, "seniority": scope.seniorities}.get(self.by)
        beyond = self.first.measure.of_people and not filtered and _beyond(measured)
        return (BEYOND,) if beyond else ()

    def columns(self, choices: CommunityChoices) -> tuple[Column, ...]:
        group = Column("group", group_word(self.by, choices), Role(self.by))
        return (group, *figure_columns(self.first.title, self.first.unit))

    def place(self, row: Row) -> tuple[Metric, dict[str, Any]]:
        return self.first, {self.by: row["group"]}

    def draw(
        self, table: pl.DataFrame, look: "Look", average: float | None, targets: Mapping[str, float]
    ) -> "go.Figure":
        from cop_metrics.show.charts import groups

        target, promise = targets.get(self.id_), self.first.promise
        return groups(table, self.first.unit, look, average, target=target, promise=promise)


def _beyond(measured: Measured) -> bool:
    """Say whether one sees that the share of all lies beyond those of its groups."""
    counted = measured.table.filter(pl.col("value").is_not_null() & (pl.col("sample_size") > 0))
    known = counted.filter(pl.col("group") != UNKNOWN)["value"].to_list()
    if measured.average is None or not known:
        return False
    people = int(counted["sample_size"].sum())
    together = float((counted["value"] * counted["sample_size"]).sum()) / people
    between = min(known) - SEEN <= measured.average <= max(known) + SEEN
    return not between and abs(measured.average - together) >= SEEN


def _unreached(months: int) -> str | None:
    """Say in how many months a median was not reached, as a line has nothing to show for them."""
    if not months:
        return None
    return f"In {words.counted(months, 'month')} most questions still waited when the data ended: no median to draw."


Chart = ShowExhibit | OverTime | GroupsOverTime | Groups


def _series(table: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return the lines of a table, each a name and its rows."""
    return [(str(name), rows) for (name,), rows in table.group_by("series", maintain_order=True)]
