"""Writes a new store: the inputs before an engine has run the marts, and what follows from the marts after it.

The store is a DuckDB file whatever the engine is.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from cop_metrics.access.small_groups import keep_small_groups
from cop_metrics.build.expertise import keep_expertise
from cop_metrics.build.inputs import Inputs
from cop_metrics.build.noise import keep_noise
from cop_metrics.build.places import Spellings, spelled_sql
from cop_metrics.marts import Mart, marts_digest
from cop_metrics.tables import TABLES, TIME
from cop_metrics.values import create_table, literal

Progress = Callable[[str, float], None]
KEPT_INPUTS = (
    "communities",
    "sources",
    "imports",
    "measured",
    "roster",
    "identities",
    "channels",
    "reaction_meanings",
    "level_bars",
)


def silent(_step: str, _share: float) -> None:
    """Report progress to nobody."""


@contextmanager
def new_store(path: Path, inputs: Inputs) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new store at `path` with the inputs loaded; what follows from the marts is kept after
    the block made them.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set TimeZone = 'UTC'")
        # Nobody opens a store before it is whole, and each commit waits for the disk: one is enough.
        connection.begin()
        load_inputs(connection, inputs)
        yield connection
        keep_small_groups(connection)
        keep_expertise(connection)
        connection.execute(
            "create table meta as select ? as inputs_digest, ? as marts_digest",
            [inputs.digest, marts_digest()],
        )
        connection.commit()
        keep_noise(connection)


def load_inputs(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Create the input tables and one view a lake table (`lake_post` ...) with import rank,
    community and source.
    """
    for name, frame in inputs.frames.items():
        create_table(connection, name, frame, temporary=name not in KEPT_INPUTS)
    for table in TABLES:
        connection.execute(f"create temp view lake_{table} as {_lake_sql(table, inputs)}")


def _lake_sql(table: str, inputs: Inputs) -> str:
    columns = TABLES[table].columns
    milliseconds = "".join(f", epoch_ms({name}) as {name}_ms" for name in _times(table))
    files = inputs.files[table]
    if not files:
        empty = ", ".join(
            f"cast(null as {_sql_type(kind)}) as {name}" for name, kind in columns.items()
        )
        empty += "".join(f", cast(null as bigint) as {name}_ms" for name in _times(table))
        return f"select 0 as import_rank, '' as community, '' as source, 0 as row_number, {empty} where false"
    return " union all ".join(
        f"select {rank} as import_rank, {literal(community)} as community, {literal(source)} as source, "
        f"file_row_number as row_number, {_spelled(columns, inputs.places.get(rank))}{milliseconds} "
        f"from read_parquet({literal(str(path))}, file_row_number = true)"
        for rank, community, source, path in files
    )


def _spelled(columns: Iterable[str], places: Spellings | None) -> str:
    each = ((name, spelled_sql(name, places)) for name in columns)
    return ", ".join(name if name == told else f"{told} as {name}" for name, told in each)


def _times(table: str) -> list[str]:
    """Return the columns of a lake table that hold a time; each comes with a twin `<name>_ms`,
    milliseconds since 1970.
    """
    return [name for name, kind in TABLES[table].columns.items() if kind == TIME]


def keep(connection: duckdb.DuckDBPyConnection, mart: Mart, select: str) -> None:
    """Make a mart of a SELECT: in the store and sorted if it has an order, for this build only if
    not.
    """
    kind, order = ("table", f"order by {mart.order}") if mart.order else ("temp table", "")
    connection.execute(f"create {kind} {mart.name} as select * from (\n{select}\n) {order}")


def _sql_type(kind: pl.DataType | type[pl.DataType]) -> str:
    if kind == pl.String:
        return "varchar"
    return {pl.Boolean: "boolean", pl.Int64: "bigint", pl.Date: "date"}.get(kind, "timestamp")  # type: ignore[arg-type]
