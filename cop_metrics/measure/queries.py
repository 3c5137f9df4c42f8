"""The SQL of numbers over a cut relation: each alone, or those over the same rows in one query.

Measuring asks a `Query` alone; a page first asks `together` for what it will need, so that rows are
read once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from cop_metrics.metrics.aggregates import (
    HELD_LONG_ENOUGH,
    KEYS,
    PERIODS,
    SUMS,
    SUMS_OF_PAIRS,
    Aggregate,
    Computed,
    PeopleShare,
    Share,
    Total,
)

NOT_SPLIT = "''"
_PEOPLE = "count(*) filter (where m > 0)"


@dataclass(frozen=True, kw_only=True)
class Query:
    """One number by two groups (`NOT_SPLIT` for none): `head` makes the relation `cut`, `source` is
    it or its topics.

    `paired`: a share in two periods, person by person; the column `is_now` tells in which period a
    row lies.
    """

    head: str
    source: str
    measure: Aggregate
    groups: tuple[str, str]
    paired: bool = False

    @cached_property
    def sql(self) -> str:
        """Return the statement, put together once: whoever asks and whoever waits names it."""
        read = self.measure.select_pairs if self.paired else self.measure.select
        return f"{self.head} {read(self.groups, self.source)}"

    def parts(self, answer: pl.DataFrame) -> Iterator[tuple[object, object, pl.DataFrame]]:
        """Yield each group and series of its answer with their rows."""
        keys = [name for group, name in zip(self.groups, KEYS, strict=True) if group != NOT_SPLIT]
        if not keys and answer.height:
            yield "", "", answer
        if keys:
            for names, part in answer.partition_by(keys, maintain_order=True, as_dict=True).items():
                told = dict(zip(keys, names, strict=True))
                yield *(told.get(name, "") for name in KEYS), part


@dataclass(frozen=True, kw_only=True)
class Together:
    """Queries over the same rows, answered by one: `sql`, and `part` of its answer for each of
    them.
    """

    queries: tuple[Query, ...]
    sql: str
    part: Callable[[pl.DataFrame, Query], pl.DataFrame]


def together(queries: Iterable[Query]) -> list[Together]:
    """Return how to answer those queries together that read the same rows in the same way; others
    are left out.
    """
    alike: dict[tuple[object, ...], list[Query]] = {}
    for query in dict.fromkeys(queries):
        batch = _batch(query)
        if batch:
            # By person and month there are about as many groups as rows: nobody else would gain
            # from their sums.
            apart = "month" in query.groups and batch[0] not in ("total", "rows")
            of_batch = (query.head, query.source, query.paired, apart, *batch)
            alike.setdefault(of_batch, []).append(query)
    return [_combined(tuple(each)) for each in alike.values() if len(each) > 1]


def _batch(query: Query) -> tuple[object, ...] | None:
    """Return what two queries must have in common to be asked together, None for what is asked
    alone.
    """
    if not query.paired:
        return query.measure.batch
    match query.measure:
        case Share(person=str(person)):
            return "share", person
    return None


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """The groups that queries split by, a column each, and their measures, some columns each."""

    splits: Mapping[str, str]
    measures: Mapping[Aggregate, int]

    @property
    def read(self) -> str:
        return ", ".join(f"{sql} as {name}" for sql, name in self.splits.items())

    def sets(self, queries: Iterable[Query], *more: str) -> str:
        wanted = dict.fromkeys(self._names(query) for query in queries)
        return ", ".join(f"({', '.join((*names, *more))})" for names in wanted)

    def grouped(
        self, queries: Sequence[Query], rows: str, by: str, once: Mapping[str, str], again: str
    ) -> str:
        """Return the SELECT of `again` by each query's groups and `by`, from `once`: sums and the
        like, by all of these together.

        Several sets of groups over all rows cost as many times as much as one; over what is summed
        up already, little.
        """
        names, sets = _listed(*self.splits.values()), self.sets(queries, by)
        if once and len(dict.fromkeys(self._names(query) for query in queries)) > 1:
            summed = ", ".join(f"{sql} as {name}" for name, sql in once.items())
            rows = f"(select {_listed(names, by, summed)} from {rows} group by all)"
        return f"select {_listed(f'{self.which} as which', names, again)} from {rows} group by grouping sets ({sets})"

    @property
    def which(self) -> str:
        """Return the SQL of the bits that say which splits a row is not split by."""
        return f"grouping({', '.join(self.splits.values())})" if self.splits else "0"

    def rows(self, answer: pl.DataFrame, query: Query) -> pl.LazyFrame:
        """Return the rows of a query's groups, its keys named as in `KEYS`."""
        own, places = self._names(query), list(self.splits.values())
        bits = sum(
            1 << (len(places) - 1 - place) for place, name in enumerate(places) if name not in own
        )
        return (
            answer.lazy().filter(pl.col("which") == bits).with_columns(self.keys(query)).sort(KEYS)
        )

    def keys(self, query: Query) -> list[pl.Expr]:
        """Return the keys of a query's rows, named as in `KEYS`."""
        return [
            (pl.lit("") if group == NOT_SPLIT else pl.col(self.splits[group])).alias(name)
            for group, name in zip(query.groups, KEYS, strict=True)
        ]

    def _names(self, query: Query) -> tuple[str, ...]:
        return tuple(name for sql, name in self.splits.items() if sql in query.groups)


def _combined(queries: tuple[Query, ...]) -> Together:
    splits = dict.fromkeys(
        group for query in queries for group in query.groups if group != NOT_SPLIT
    )
    columns = _Columns(
        splits={sql: f"k{place}" for place, sql in enumerate(splits)},
        measures={
            measure: place
            for place, measure in enumerate(dict.fromkeys(query.measure for query in queries))
        },
    )
    match queries[0].measure:
        case Share(person=str(person)):
            return _shares(queries, columns, person)
        case PeopleShare():
            return _people(queries, columns)
        case Total() as total if total.distinct:
            return _distinct(queries, columns, total.distinct)
        case Computed() as rows:
            return _rows(queries, columns, rows)
    return _totals(queries, columns)


def _shares(queries: tuple[Query, ...], columns: _Columns, person: str) -> Together:
    periods, wanted = (
        (PERIODS, SUMS_OF_PAIRS)
        if queries[0].paired
        else ({"": "true"}, SUMS | {"people": _PEOPLE})
    )
    places = [f"{period}{place}" for place in columns.measures.values() for period in periods]
    counted = [
        f"case when {which} then {value} end as {of}{period}{place}"
        for measure, place in columns.measures.items()
        if isinstance(measure, Share)
        for period, which in periods.items()
        for of, value in zip("xc", measure.hits_and_rows, strict=True)
    ]
    read = _listed(columns.read, f"{person} as person", *counted)
    once = {f"{of}{place}": f"cast(sum({of}{place}) as double)" for place in places for of in "xc"}
    each = ", ".join(
        f"coalesce(cast(sum({of}{place}) as double), 0) as {to}{place}"
        for place in places
        for of, to in (("x", "h"), ("c", "m"))
    )
    sums = ", ".join(
        f"{_placed(sql, place)} as {name}{place}"
        for place in columns.measures.values()
        for name, sql in wanted.items()
    )
    of_each = columns.grouped(
        queries, f"(select {read} from {queries[0].source})", "person", once, each
    )
    split = _listed("which", *columns.splits.values())
    sql = f"{queries[0].head} select {_listed(split, sums)} from ({of_each}) group by {split}"

    def part(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
        place = columns.measures[query.measure]
        sums = [pl.col(f"{name}{place}").alias(name) for name in wanted]
        some = pl.any_horizontal(pl.col(f"people{period}") > 0 for period in periods)
        return columns.rows(answer, query).select(*KEYS, *sums).filter(some).collect()

    return Together(queries=queries, sql=sql, part=part)


def _people(queries: tuple[Query, ...], columns: _Columns) -> Together:
    did = {
        place: measure.did
        for measure, place in columns.measures.items()
        if isinstance(measure, PeopleShare)
    }
    read = _listed(
        columns.read,
        "member_id",
        "days_held",
        "days",
        *(f"cast({x} as int) as x{n}" for n, x in did.items()),
    )
    once = {"days_held": "cast(sum(days_held) as int)", "days": "max(days)"}
    once |= {f"x{place}": f"max(x{place})" for place in did}
    if "start" in columns.splits:
        once = {}  # There is one row a month already.
    each = ", ".join(f"max(x{place}) as h{place}" for place in did)
    of_each = columns.grouped(
        queries, f"(select {read} from {queries[0].source})", "member_id", once, each
    )
    split = _listed("which", *columns.splits.values())
    hits = ", ".join(f"cast(sum(h{place}) as double) as hits{place}" for place in did)
    sql = f"{queries[0].head} select {split}, count(*) as n, {hits} from ({of_each} {HELD_LONG_ENOUGH}) group by {split}"

    def part(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
        hits = pl.col(f"hits{columns.measures[query.measure]}").alias("hits")
        return columns.rows(answer, query).select(*KEYS, hits, "n").collect()

    return Together(queries=queries, sql=sql, part=part)


def _distinct(queries: tuple[Query, ...], columns: _Columns, counted: str) -> Together:
    """Count each once by grouping the rows by it first, which is faster than one set of values a
    number.
    """
    wheres = {
        place: measure.where
        for measure, place in columns.measures.items()
        if isinstance(measure, Total)
    }
    read = _listed(
        columns.read,
        f"{counted} as counted",
        *(f"cast(({x}) as int) as x{n}" for n, x in wheres.items()),
    )
    once = {f"x{place}": f"max(x{place})" for place in wheres}
    each = ", ".join(f"max(x{place}) as h{place}" for place in wheres)
    rows = f"(select {read} from {queries[0].source} where {counted} is not null)"
    of_each = columns.grouped(queries, rows, "counted", once, each)
    split = _listed("which", *columns.splits.values())
    sums = ", ".join(f"sum(h{place}) as n{place}" for place in wheres)
    sql = f"{queries[0].head} select {_listed(split, sums)} from ({of_each}) group by {split}"

    def part(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
        n = pl.col(f"n{columns.measures[query.measure]}")
        rows = columns.rows(answer, query).filter(n > 0)
        return rows.select(
            *KEYS, n.cast(pl.Float64).alias("value"), n.cast(pl.Int64).alias("n")
        ).collect()

    return Together(queries=queries, sql=sql, part=part)


def _totals(queries: tuple[Query, ...], columns: _Columns) -> Together:
    totals = {
        place: measure for measure, place in columns.measures.items() if isinstance(measure, Total)
    }
    counted = _listed(
        *(
            f"cast({each.of} filter (where {each.where}) as double) as value{place}, "
            f"{each.counted} filter (where {each.where}) as n{place}"
            for place, each in totals.items()
        )
    )
    names = _listed(*columns.splits.values())
    read = f"(select {_listed('*', columns.read)} from {queries[0].source})"
    sql = (
        f"{queries[0].head} select {_listed(f'{columns.which} as which', names, counted)} from {read} "
        f"group by grouping sets ({columns.sets(queries)})"
    )

    def part(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
        place = columns.measures[query.measure]
        rows = columns.rows(answer, query).filter(pl.col(f"n{place}") > 0)
        return rows.select(
            *KEYS, pl.col(f"value{place}").alias("value"), pl.col(f"n{place}").alias("n")
        ).collect()

    return Together(queries=queries, sql=sql, part=part)


def _rows(queries: tuple[Query, ...], columns: _Columns, of: Computed) -> Together:
    read = _listed(columns.read, *of.columns)
    sql = f"{queries[0].head} select {read} from {queries[0].source} where {of.where}"

    def part(answer: pl.DataFrame, query: Query) -> pl.DataFrame:
        return answer.select(*columns.keys(query), pl.exclude(list(columns.splits.values())))

    return Together(queries=queries, sql=sql, part=part)


def _placed(sql: str, place: int) -> str:
    return re.sub(r"\b([hm](?:_now|_before)?)\b", rf"\g<1>{place}", sql)


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
