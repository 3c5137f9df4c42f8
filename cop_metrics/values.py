"""Values handed to SQL: a text as a literal, and a frame as a table."""

import duckdb
import polars as pl

_ROWS = "rows_of_the_frame"


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def create_table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame, *, temporary: bool = False
) -> None:
    """Create a table of a frame's rows in their order, in the place of one of that name."""
    connection.register(_ROWS, rows.to_arrow())
    kind = "temp table" if temporary else "table"
    connection.execute(f"create or replace {kind} {name} as select * from {_ROWS}")
    connection.unregister(_ROWS)
