"""DuckDB as an engine, on one machine: marts are temporary tables until the store's own are written in order."""

from pathlib import Path

from cop_metrics.build.inputs import Inputs
from cop_metrics.build.writer import Progress, keep, new_store, silent
from cop_metrics.marts import MARTS, mart_sql


class DuckDB:
    """The engine of one machine."""

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
