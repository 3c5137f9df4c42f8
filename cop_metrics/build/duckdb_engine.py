"""DuckDB as an engine, on one machine: it runs the marts' SQL as it stands, in the store itself."""

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
                keep(connection, mart, mart_sql(mart.name))
        progress("done", 1.0)
