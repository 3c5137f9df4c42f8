"""Builds a store from the lake, a roster and settings: a pure function, so equal inputs give equal
stores.

An engine runs the marts' SQL; DuckDB writes the store whatever the engine.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from cop_metrics.access.small_groups import keep_small_groups
from cop_metrics.build.expertise import keep_expertise
from cop_metrics.build.inputs import Inputs
from cop_metrics.build.noise import keep_noise
from cop_metrics.build.places import Spellings, spelled_sql
from cop_metrics.errors import CopError
from cop_metrics.marts import MARTS, Mart, literal, mart_sql, marts_digest
from cop_metrics.tables import TABLES, TIME

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


class Engine(Protocol):
    """Runs the marts over the inputs and leaves those with an order as tables of the store at
    `path`.
    """

    def build(self, inputs: Inputs, path: Path, progress: Progress) -> None:
        """Write the store; raises nothing that the inputs can cause."""


def silent(_step: str, _share: float) -> None:
    """Report progress to nobody."""


class DuckDB:
    """The engine of one machine: marts are temporary tables until the store's own are written in
    order.
    """

    def build(self, inputs: Inputs, path: Path, progress: Progress = silent) -> None:
        """Write the store at `path`, which must not exist yet."""
        with new_store(path, inputs) as connection:
            for number, mart in enumerate(MARTS):
                progress(mart.name, number / len(MARTS))
                connection.execute(
                    f"create temp table {mart.name}_unsorted as {mart_sql(mart.name)}"
                )
                keep(connection, mart)
        progress("done", 1.0)


def _spark() -> Engine:
    """Return the engine of many machines; raises `CopError` where its extra is not installed."""
    try:
        from cop_metrics.build.spark_engine import Spark
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.split(".")[0] in ("pyspark", "py4j", "sqlglot"):
            raise CopError(
                f"The Spark engine needs the package '{missing.name}': run "
                "'pip install pyspark sqlglot' in the project's environment, or build with --engine duckdb."
            ) from missing
        raise
    return Spark()


ENGINES: dict[str, Callable[[], Engine]] = {"duckdb": DuckDB, "spark": _spark}


@contextmanager
def new_store(path: Path, inputs: Inputs) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new store at `path` with the inputs loaded; what follows from the marts is kept after
    the block made them.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set TimeZone = 'UTC'")
        load_inputs(connection, inputs)
        yield connection
        keep_small_groups(connection)
        keep_expertise(connection)
        connection.execute(
            "create table meta as select ? as inputs_digest, ? as marts_digest",
            [inputs.digest, marts_digest()],
        )
        keep_noise(connection)


def load_inputs(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Create the input tables and one view a lake table (`lake_post` ...) with import rank,
    community and source.
    """
    for name, frame in inputs.frames.items():
        connection.register("frame", frame.to_arrow())
        connection.execute(
            f"create {'' if name in KEPT_INPUTS else 'temp'} table {name} as select * from frame"
        )
        connection.unregister("frame")
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


def keep(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Give `<mart>_unsorted` its name: sorted in the store if it is kept, as it is and for this
    build only if not.
    """
    if mart.order is None:
        connection.execute(f"alter table {mart.name}_unsorted rename to {mart.name}")
    else:
        connection.execute(
            f"create table {mart.name} as select * from {mart.name}_unsorted order by {mart.order}"
        )
        connection.execute(f"drop table {mart.name}_unsorted")


def _sql_type(kind: pl.DataType | type[pl.DataType]) -> str:
    if kind == pl.String:
        return "varchar"
    return {pl.Boolean: "boolean", pl.Int64: "bigint", pl.Date: "date"}.get(kind, "timestamp")  # type: ignore[arg-type]
