"""How a number is made of a relation's rows: each kind says its SQL, its figure, its list and how
it is compared.

To add one: a subclass of `Aggregate`; nothing else asks of which kind a number is.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import polars as pl

from cop_metrics.limits import HELD_DAYS
from cop_metrics.metrics.columns import ListOf
from cop_metrics.metrics.comparing import (
    Compared,
    compare_pairs,
    compare_people,
    compare_shares,
    compare_waits,
)
from cop_metrics.reasons import Reason, nothing
from cop_metrics.statistics.comparing import Comparison, Interval
from cop_metrics.statistics.people import SUMMED_UP, Pairs, People, TwoSided
from cop_metrics.statistics.shares import (
    clustered_newcombe,
    clustered_wilson,
    paired_newcombe,
    paired_people,
    two_sided_wilson,
    wilson,
)

KEYS = ("group_value", "series_value")
HELD_LONG_ENOUGH = f"having sum(days_held) >= least({HELD_DAYS}, max(days))"
SUMS = {
    "people": "count(*)",
    "n": "sum(m)",
    "hits": "sum(h)",
    "hits_hits": "sum(h * h)",
    "hits_n": "sum(h * m)",
    "n_n": "sum(m * m)",
    "n_3": "sum(m * m * m)",
    "n_4": "sum(m * m * m * m)",
}
"""Each person's hits h and rows m, summed up as `statistics.People` takes them."""
PERIODS = {"_now": "is_now", "_before": "not is_now"}
SUMS_OF_PAIRS = {
    **{
        f"{name}{period}": re.sub(r"\b([hm])\b", rf"\g<1>{period}", sql)
        for period in PERIODS
        for name, sql in SUMS.items()
    },
    "people_now": "count(*) filter (where m_now > 0)",
    "people_before": "count(*) filter (where m_before > 0)",
    "both": "count(*) filter (where m_now > 0 and m_before > 0)",
    "pairs_hits_hits": "sum(h_now * h_before)",
    "pairs_hits_n": "sum(h_now * m_before)",
    "pairs_n_hits": "sum(m_now * h_before)",
    "pairs_n_n": "sum(m_now * m_before)",
}
"""The same of two periods, and what joins them, as `statistics.Pairs` takes it."""
_SIDES = {"": "is_person", "_others": "is_other", "_pairs": "not is_person and not is_other"}
"""The same rows by person, by who is on the other side, and by pairs of both, as
`statistics.TwoSided` takes them.
"""
_ONE_CALL = re.compile(r"(count|sum)\([^()]*\)")
_DISTINCT = re.compile(r"count\(distinct (\w+)\)")
POINTS_ALIKE, PART_ALIKE = 0.05, 0.25
"""Differences of shares, and parts of a wait or a count, that are too small to matter (metrics,
10.1).
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value: hours, shares 0 to 1, or counts; None where there is none, for `reason`."""

    value: float | None
    sample_size: int
    interval: Interval | None = None
    reason: Reason | None = None

    @property
    def note(self) -> str | None:
        """Return the reason in words."""
        return self.reason.text if self.reason else None

    @property
    def unmeasurable(self) -> bool:
        """Say whether no source records what it takes."""
        return self.reason is not None and self.reason.unmeasurable


class Scale(Enum):
    """On what two values of a number are compared."""

    POINTS = "points"
    """The difference of two shares."""
    TIME = "time"
    """The difference of two waits, in hours."""
    RATIO = "ratio"
    """The ratio of two counts or odds."""

    def margin(self, base: float) -> Interval:
        """Return which comparisons with `base` are too small to matter."""
        match self:
            case Scale.POINTS:
                return Interval(low=-POINTS_ALIKE, high=POINTS_ALIKE)
            case Scale.TIME:
                return Interval(low=-PART_ALIKE * base, high=PART_ALIKE * base)
            case Scale.RATIO:
                return Interval(low=1 - PART_ALIKE, high=1 + PART_ALIKE)


@dataclass(frozen=True, kw_only=True)
class ListSql:
    """What the list behind a number is read from: `columns` by name, in `order`, the newest by
    `day`.
    """

    columns: Sequence[str]
    order: str
    day: str | None
    outcome: str
    """The title of the column that tells which rows hit."""

    @property
    def names(self) -> str:
        return ", ".join(self.columns)

    def each(self, first: str) -> str:
        """Return the columns of a group of rows, each from its first row in that order."""
        return ", ".join(
            f"any_value({name} order by {first or name}) as {name}" for name in self.columns
        )


class Aggregate(ABC):
    """What all kinds of numbers answer; SQL is over the rows of `source`, the cut relation."""

    counts: ClassVar[bool] = False
    """Whether it is 0 where there is nothing, and is compared by how much there is a member."""
    of_people: ClassVar[bool] = False
    """Whether it is a share of people who held a group, who may have held several."""
    shows: ListOf | None = None
    """What its list shows, where not what the relation's does."""
    listed_from: str | None = None
    """The relation that its list is read from, where it is not the number's own."""

    @property
    def scale(self) -> Scale:
        """Return on what two values are compared."""
        return Scale.RATIO

    @property
    def tells_hits(self) -> bool:
        """Say whether its list has a column that says of each row whether it counts."""
        return self.scale is Scale.POINTS

    @abstractmethod
    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        """Return the SELECT of the number by up to two groups, named as in `KEYS`."""

    @abstractmethod
    def figure(self, part: pl.DataFrame, likeness: float) -> Figure:
        """Return the number of one group from what `select` found of it."""

    @abstractmethod
    def listing(self, rows: ListSql) -> str:
        """Return the SELECT of the rows behind the number, those to act on first."""

    def listed_rows(self, figure: Figure) -> int:
        """Return how many rows `listing` has, given the number."""
        return figure.sample_size

    @property
    def batch(self) -> tuple[object, ...] | None:
        """Return what numbers that one query can answer have in common, None for one asked alone."""
        return None

    @property
    def paired(self) -> bool:
        """Say whether two periods are compared person by person."""
        return False

    @property
    def between_groups(self) -> bool:
        """Say whether a group can be compared with all others."""
        return True

    @property
    def drawn_by(self) -> str | None:
        """Return the column of the persons by whom a comparison draws its rows, if it does."""
        return None

    def compare(self, own: pl.DataFrame, others: pl.DataFrame, likeness: float) -> Compared | None:
        """Compare the rows of two periods, or of a group and all others; None where either is too
        small or they cannot be compared.
        """
        return None

    def compare_pairs(self, pairs: Pairs) -> Compared | None:
        """Compare two periods of a share person by person."""
        raise TypeError(f"{self} is no share of people or by person")

    def together(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """Return the rows of several groups as those of one."""
        return pl.concat(parts).select(pl.selectors.numeric().sum())

    def select_pairs(self, groups: Sequence[str], source: str = "cut") -> str:
        """Return the SELECT of a share of two periods, person by person, named as in `KEYS` and
        `SUMS_OF_PAIRS`; the column `is_now` of `source` tells in which period a row lies.
        """
        raise TypeError(f"{self} is no share of people or by person")

    def persons(self, source: str = "cut") -> str | None:
        """Return the SELECT of each person's number of rows `n` that count, `sums` and `squares` of
        their values; None where no interval rests on how alike one person's rows are.
        """
        return None


def _keys(groups: Sequence[str]) -> tuple[str, str, str]:
    """Return the groups as they are named, their places, and their names."""
    names = KEYS[: len(groups)]
    keys = ", ".join(f"{group} as {name}" for group, name in zip(groups, names, strict=True))
    return keys, ", ".join(str(place) for place in range(1, len(groups) + 1)), ", ".join(names)


def _each_person(did: str, keys: str, by: str, source: str, more: str = "") -> str:
    """Return the SELECT of those who held a group for long enough, and whether they did it
    meanwhile.
    """
    return (
        f"select {keys}, {more}member_id, max(cast({did} as int)) as hit from {source} "
        f"group by {by}, member_id {HELD_LONG_ENOUGH}"
    )


def _sums(sums: Mapping[str, str], suffix: str = "", where: str = "") -> str:
    kept = f" filter (where {where})" if where else ""
    return ", ".join(f"{sql}{kept} as {name}{suffix}" for name, sql in sums.items())


@dataclass(frozen=True, kw_only=True)
class Total(Aggregate):
    """An SQL aggregate over the relation's rows; `listed` names the column of which each value is
    one listed row.

    `without`: what no row of a listed value may meet, where `of` leaves such values out. `shows`:
    what that list shows, where not what the relation's does. `unknown`: why there is no number
    where `of` is null.
    """

    of: str
    listed: str | None = None
    where: str = "true"
    without: str | None = None
    shows: ListOf | None = None
    unknown: str = "not recorded by the source"

    counts: ClassVar[bool] = True

    @property
    def between_groups(self) -> bool:
        return False

    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, _ = _keys(groups)
        return (
            f"select {keys}, cast({self.of} as double) as value, {self.counted} as n "
            f"from {source} where {self.where} group by {by} order by {by}"
        )

    @property
    def counted(self) -> str:
        """Return SQL for the size of the sample: the listed values, else the rows."""
        return self.of if self.listed else "count(*)"

    @property
    def distinct(self) -> str | None:
        """Return the column of which it counts each value once, None where it counts otherwise."""
        found = _DISTINCT.fullmatch(self.of) if self.listed else None
        return found[1] if found else None

    @property
    def batch(self) -> tuple[object, ...] | None:
        if self.distinct:
            return "distinct", self.distinct
        return ("total",) if _ONE_CALL.fullmatch(self.of) else None

    def figure(self, part: pl.DataFrame, likeness: float) -> Figure:
        value = part["value"][0]
        return Figure(
            value=value,
            sample_size=int(part["n"][0] or 0),
            reason=nothing(self.unknown) if value is None else None,
        )

    def listing(self, rows: ListSql) -> str:
        return _listed(rows, self.where, self.listed, self.without)

    def listed_rows(self, figure: Figure) -> int:
        return int(figure.value or 0) if self.listed else figure.sample_size


def _listed(rows: ListSql, where: str, key: str | None, without: str | None = None) -> str:
    """Return the SELECT of each row that counts, or of each value of `key` once."""
    if key is None:
        return f"select {rows.names} from cut where {where} order by {rows.order}"
    shown = ", ".join(
        f"any_value({name} order by {f'{rows.day} desc, ' if rows.day else ''}{name}) as {name}"
        for name in rows.columns
    )
    kept = f"having not bool_or({without})" if without else ""
    return (
        f"select {shown} from cut where ({where}) and {key} is not null "
        f"group by {key} {kept} order by {rows.names}, {key}"
    )


@dataclass(frozen=True, kw_only=True)
class Share(Aggregate):
    """The share of rows for which `hit` holds; rows where it is null are not in the sample.

    `person`: the column whose values are the clusters of the interval (metrics, 2.9); None where
    each row is one person. `other`: SQL of who is on the other side of a row, where they too are
    few and repeat themselves; never null. `hits_at_once`: how many hits come together at least, as
    one that goes both ways is two. `listed_from`: the relation of the same rows by name and title,
    where the metric's own has none.
    """

    hit: str
    person: str | None
    other: str | None = None
    hits_at_once: int = 1
    listed_from: str | None = None

    @property
    def scale(self) -> Scale:
        return Scale.POINTS

    @property
    def hits_and_rows(self) -> tuple[str, str]:
        """Return SQL for the hits of a row, and for how many it counts."""
        return f"cast({self.hit} as int)", f"cast(({self.hit}) is not null as int)"

    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, kept = _keys(groups)
        hits, n = f"cast(sum(cast({self.hit} as int)) as double)", f"count({self.hit})"
        counted = f"from {source} where ({self.hit}) is not null"
        if self.person is None:
            return f"select {keys}, {hits} as hits, {n} as n {counted} group by {by} order by {by}"
        if self.other is None:
            return (
                f"select {kept}, {_sums(SUMS)} from ("
                f"select {keys}, {self.person}, {hits} as h, cast({n} as double) as m "
                f"{counted} group by {by}, {self.person}) group by {by} order by {by}"
            )
        sums = ", ".join(_sums(SUMS, side, which) for side, which in _SIDES.items())
        sets = ", ".join(f"({kept}, {of})" for of in ("person, other", "person", "other"))
        rows = (
            f"select {keys}, {self.person} as person, {self.other} as other, "
            f"{hits} as h, cast({n} as double) as m {counted} group by all"
        )
        return (
            f"select {kept}, {sums} from ("
            f"select {kept}, grouping(other) = 1 as is_person, grouping(person) = 1 as is_other, "
            f"sum(h) as h, sum(m) as m from ({rows}) group by grouping sets ({sets})) "
            f"group by {kept} order by {kept}"
        )

    @property
    def batch(self) -> tuple[object, ...] | None:
        return ("share", self.person) if self.person and self.other is None else None

    @property
    def paired(self) -> bool:
        return self.person is not None

    def select_pairs(self, groups: Sequence[str], source: str = "cut") -> str:
        if self.person is None:
            return super().select_pairs(groups, source)
        keys, _, _ = _keys(groups)
        return _pairs(groups, keys, self.person, self.hits_and_rows, source)

    def persons(self, source: str = "cut") -> str | None:
        if self.person is None:
            return None
        value = f"cast({self.hit} as int)"
        rows = f"{source} where ({self.hit}) is not null"
        return _each_persons_sums(self.person, value, value, rows)

    def figure(self, part: pl.DataFrame, likeness: float) -> Figure:
        return _figure_of_share(part, self._interval(part, likeness))

    def _interval(self, part: pl.DataFrame, likeness: float) -> Interval | None:
        if self.person is None:
            return _plain_interval(part)
        if self.other is None:
            return clustered_wilson(people_of(part, likeness))
        sides = TwoSided(
            people=people_of(part, likeness),
            others=people_of(part, 0.0, "_others"),
            pairs=people_of(part, 0.0, "_pairs"),
            hits_at_once=self.hits_at_once,
        )
        return two_sided_wilson(sides)

    def compare(self, own: pl.DataFrame, others: pl.DataFrame, likeness: float) -> Compared | None:
        if self.person is None:
            return compare_people(own, others)
        now, before = people_of(own, likeness), people_of(others, likeness)
        return compare_shares(now, before, clustered_newcombe)

    def compare_pairs(self, pairs: Pairs) -> Compared | None:
        return compare_pairs(pairs, paired_newcombe)

    def listing(self, rows: ListSql) -> str:
        return (
            f'select {rows.names}, {self.hit} as "{rows.outcome}" from cut '
            f"where ({self.hit}) is not null order by {self.hit}, {rows.order}"
        )


def _pairs(
    groups: Sequence[str], keys: str, person: str, hits_and_rows: tuple[str, str], source: str
) -> str:
    _, by, kept = _keys(groups)
    each = ", ".join(
        f"coalesce(cast(sum({read}) filter ({which}) as double), 0) as {of}{period}"
        for period, which in PERIODS.items()
        for of, read in zip("hm", hits_and_rows, strict=True)
    )
    return (
        f"select {kept}, {_sums(SUMS_OF_PAIRS)} from (select {keys}, {person}, {each} from {source} "
        f"group by {by}, {person}) group by {by} order by {by}"
    )


def _each_persons_sums(person: str, value: str, square: str, rows: str) -> str:
    sums = f"cast(sum({value}) as double) as sums, cast(sum({square}) as double) as squares"
    return (
        f"select {person}, cast(count(*) as double) as n, {sums} from {rows} "
        f"group by {person} order by {person}"
    )


def _figure_of_share(part: pl.DataFrame, interval: Interval | None) -> Figure:
    hits, n = float(part["hits"][0]), int(part["n"][0])
    return Figure(value=hits / n, sample_size=n, interval=interval)


def _plain_interval(part: pl.DataFrame) -> Interval | None:
    return wilson(float(part["hits"][0]), int(part["n"][0]))


@dataclass(frozen=True, kw_only=True)
class PeopleShare(Aggregate):
    """The share of people who did something while in a group that they held for at least 30 days
    (metrics, 2.8).
    """

    did: str

    of_people: ClassVar[bool] = True

    @property
    def scale(self) -> Scale:
        return Scale.POINTS

    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, kept = _keys(groups)
        return (
            f"select {kept}, cast(sum(hit) as double) as hits, count(*) as n from ("
            f"{_each_person(self.did, keys, by, source)}) group by {kept} order by {kept}"
        )

    @property
    def batch(self) -> tuple[object, ...] | None:
        return ("people",)

    @property
    def paired(self) -> bool:
        return True

    def select_pairs(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, kept = _keys(groups)
        each = _each_person(self.did, keys, f"{by}, is_now", source, "is_now, ")
        return _pairs(groups, kept, "member_id", ("hit", "1"), f"({each})")

    def figure(self, part: pl.DataFrame, likeness: float) -> Figure:
        return _figure_of_share(part, _plain_interval(part))

    def compare(self, own: pl.DataFrame, others: pl.DataFrame, likeness: float) -> Compared | None:
        return compare_people(own, others)

    def compare_pairs(self, pairs: Pairs) -> Compared | None:
        return compare_pairs(pairs, paired_people)

    def listing(self, rows: ListSql) -> str:
        return (
            f'select {rows.each("days_held desc")}, bool_or({self.did}) as "{rows.outcome}" from cut '
            f"group by member_id {HELD_LONG_ENOUGH} "
            f"order by bool_or({self.did}), {rows.names}, member_id"
        )


@dataclass(frozen=True, kw_only=True)
class PeopleWithout(Total):
    """The count of those of whom a `PeopleShare` of the same `did` says that they did not."""

    did: str
    of: str = "count(*) - sum(hit)"
    listed: str | None = "member"

    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, kept = _keys(groups)
        return (
            f"select {kept}, cast({self.of} as double) as value, {self.of} as n from ("
            f"{_each_person(self.did, keys, by, source)}) group by {kept} order by {kept}"
        )

    def listing(self, rows: ListSql) -> str:
        return (
            f"select {rows.each('days_held desc')} from cut group by member_id {HELD_LONG_ENOUGH} "
            f"and not bool_or({self.did}) order by {rows.names}, member_id"
        )


@dataclass(frozen=True, kw_only=True)
class Alike:
    """What one person's rows are alike in: SQL of a row's `value`, null where it does not count,
    and the `person` column.
    """

    value: str
    person: str


@dataclass(frozen=True, kw_only=True)
class Computed(Aggregate):
    """A figure that Python computes from columns of the relation's rows, or of their sums per
    `per`.

    `person`: the column that a comparison draws by. `listed`: SQL of which each value is one listed
    row, else each row is. `compared`: what becomes of the rows of two periods or groups, None where
    it cannot be told: (the second's value, the first's, their ratio). `alike`: where its interval
    rests on how alike one person's rows are; its rows then have the column `likeness` too.
    """

    columns: tuple[str, ...]
    compute: Callable[[pl.DataFrame], Figure]
    where: str = "true"
    per: tuple[str, ...] = ()
    person: str | None = None
    listed: str | None = None
    compared: (
        Callable[[pl.DataFrame, pl.DataFrame], tuple[float, float, Comparison] | None] | None
    ) = None
    alike: Alike | None = None

    @property
    def scale(self) -> Scale:
        return Scale.TIME if self.person else Scale.RATIO

    @property
    def drawn_by(self) -> str | None:
        return self.person

    @property
    def between_groups(self) -> bool:
        return self.person is not None or self.compared is not None

    def compare(self, own: pl.DataFrame, others: pl.DataFrame, likeness: float) -> Compared | None:
        if self.compared is None:
            return compare_waits(own, others) if self.person else None
        found = self.compared(own, others)
        return found and Compared(before=found[0], now=found[1], comparison=found[2])

    def together(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat(parts)

    def select(self, groups: Sequence[str], source: str = "cut") -> str:
        keys, by, _ = _keys(groups)
        of = ", ".join((by, *self.per))
        grouped = f"group by {of} order by {of}" if self.per else ""
        return (
            f"select {keys}, {', '.join(self.columns)} from {source} where {self.where} {grouped}"
        )

    @property
    def batch(self) -> tuple[object, ...] | None:
        return None if self.per else ("rows", self.columns, self.where)

    def persons(self, source: str = "cut") -> str | None:
        if self.alike is None:
            return None
        value = self.alike.value
        rows = f"{source} where ({self.where}) and ({value}) is not null"
        return _each_persons_sums(self.alike.person, value, f"({value}) * ({value})", rows)

    def figure(self, part: pl.DataFrame, likeness: float) -> Figure:
        known = part.with_columns(pl.lit(likeness).alias("likeness")) if self.alike else part
        return self.compute(known)

    def listing(self, rows: ListSql) -> str:
        return _listed(rows, self.where, self.listed)


def people_of(part: pl.DataFrame, likeness: float, of: str = "") -> People:
    """Return the people of the one row of a share by person; `of` follows the names of its columns
    where it tells of several.
    """
    row = part.row(0, named=True)
    return People(**{name: row[f"{name}{of}"] for name in SUMMED_UP}, likeness=likeness)


def pairs_of(part: pl.DataFrame, likeness: float) -> Pairs:
    """Return the pairs of the one row of a share by person in two periods."""
    row = part.row(0, named=True)
    return Pairs(
        now=people_of(part, likeness, "_now"),
        before=people_of(part, likeness, "_before"),
        both=row["both"],
        hits_hits=row["pairs_hits_hits"],
        hits_n=row["pairs_hits_n"],
        n_hits=row["pairs_n_hits"],
        n_n=row["pairs_n_n"],
    )
