"""Spark as an engine: the marts' SQL in Spark's dialect, over the same lake; DuckDB then writes
what it made into the store.

Every mart becomes Parquet in a temporary folder that the next ones read, so that no plan grows with
their number.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, reduce
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
import sqlglot
from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
)

from cop_metrics.build.inputs import Inputs
from cop_metrics.build.places import LakeFile, Spellings, spelled_sql
from cop_metrics.build.writer import Progress, keep, new_store, silent
from cop_metrics.errors import CopError
from cop_metrics.marts import MARTS, Mart, mart_sql
from cop_metrics.tables import TABLES, TIME

SPARK_SHARE = 0.9
"""How much of the progress is Spark's; the rest is DuckDB writing the store."""


class Spark:
    """The engine of many machines; the machines of `master` must see the lake and the temporary
    folder under one path.
    """

    def __init__(
        self, *, master: str = "local[2]", settings: Mapping[str, str] | None = None
    ) -> None:
        """Take Spark's master, and settings of Spark's own that suit the size of the data."""
        self.master = master
        self.settings = dict(settings or {})

    def build(self, inputs: Inputs, path: Path, progress: Progress = silent) -> None:
        """Write the store at `path`, which must not exist yet; raises `CopError` where Java is
        missing or Spark fails.
        """
        with TemporaryDirectory(prefix="cop-metrics-spark-") as temporary:
            folder = Path(temporary)
            progress("starting Spark", 0.0)
            with _told_in_a_sentence(), self._session(folder) as session:
                register_inputs(session, inputs)
                for number, mart in enumerate(MARTS):
                    progress(mart.name, SPARK_SHARE * number / len(MARTS))
                    _make(session, mart, folder)
            progress("writing the store", SPARK_SHARE)
            with new_store(path, inputs) as connection:
                for mart in MARTS:
                    _load(connection, mart, folder)
        progress("done", 1.0)

    @contextmanager
    def _session(self, folder: Path) -> Iterator[SparkSession]:
        _need_java()
        builder = SparkSession.builder.master(self.master).appName("cop-metrics")
        for name, value in self._settings(folder).items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()

    def _settings(self, folder: Path) -> dict[str, str]:
        settings = {
            "spark.log.level": "ERROR",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.local.dir": str(folder / "spill"),
            "spark.sql.ansi.enabled": "true",
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "8",
            "spark.sql.timestampType": "TIMESTAMP_NTZ",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        if self.master.startswith("local"):  # then nothing is looked up or offered on a network
            settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        return settings | self.settings


@cache
def spark_sql(mart: str) -> str:
    """Return the SELECT statement of a mart in Spark's dialect."""
    return sqlglot.transpile(mart_sql(mart), read="duckdb", write="spark")[0]


def register_inputs(session: SparkSession, inputs: Inputs) -> None:
    """Create the views that the marts read, with the names, columns and types that DuckDB is given
    too.
    """
    for name, frame in inputs.frames.items():
        session.createDataFrame(frame.to_arrow()).createOrReplaceTempView(name)
    for table in TABLES:
        _lake_table(session, table, inputs).createOrReplaceTempView(f"lake_{table}")


def _lake_table(session: SparkSession, table: str, inputs: Inputs) -> DataFrame:
    files = inputs.files[table]
    schema = StructType(
        [StructField(name, _spark_type(kind)) for name, kind in TABLES[table].columns.items()]
    )
    if not files:
        return _with_origin(
            session.createDataFrame([], schema), table, LakeFile(0, "", "", Path()), sql.lit(0)
        )
    parts = [
        _with_origin(
            session.read.schema(schema).parquet(str(file.path)),
            table,
            file,
            sql.col("_metadata.row_index"),
            inputs.places.get(file.rank),
        )
        for file in files
    ]
    return reduce(DataFrame.unionAll, parts)


def _with_origin(
    rows: DataFrame, table: str, file: LakeFile, row_number: Column, places: Spellings | None = None
) -> DataFrame:
    """Return a lake file's rows with where they come from, and the milliseconds since 1970 of each
    time.
    """
    rank, community, source, _ = file
    columns = TABLES[table].columns
    return rows.select(
        sql.lit(rank).alias("import_rank"),
        sql.lit(community).alias("community"),
        sql.lit(source).alias("source"),
        row_number.alias("row_number"),
        *(sql.expr(spelled_sql(name, places)).alias(name) for name in columns),
        *(
            sql.unix_millis(sql.col(name).cast("timestamp_ltz")).alias(f"{name}_ms")
            for name, kind in columns.items()
            if kind == TIME
        ),
    )


def _spark_type(kind: pl.DataType | type[pl.DataType]) -> DataType:
    if kind == pl.String:
        return StringType()
    if kind == pl.Boolean:
        return BooleanType()
    if kind == pl.Int64:
        return LongType()
    return DateType() if kind == pl.Date else TimestampNTZType()


def _make(session: SparkSession, mart: Mart, folder: Path) -> None:
    rows = session.sql(spark_sql(mart.name))
    rows.write.parquet(str(folder / mart.name))
    session.read.schema(rows.schema).parquet(str(folder / mart.name)).createOrReplaceTempView(
        mart.name
    )


def _load(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> None:
    """Load a mart into the store with the types that DuckDB's own SQL gives it; one that is not
    kept stays empty.
    """
    keep(connection, mart, f"select * from (\n{mart_sql(mart.name)}\n) limit 0")
    if mart.order is not None:
        made = [str(file) for file in sorted((folder / mart.name).glob("*.parquet"))]
        connection.execute(
            f"insert into {mart.name} by name select * from read_parquet($made) order by {mart.order}",
            {"made": made},
        )


def _need_java() -> None:
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise CopError(
            "The Spark engine needs Java, and there is none: install Java 17 or newer, or build with --engine duckdb."
        )


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JError) as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise CopError(
            f"Spark failed ({reason}): check that Java is 17 or newer and that there is room for temporary files, "
            "or build with --engine duckdb."
        ) from problem
