"""The engines, which run the marts' SQL over the inputs. To add one: a class with `build`, and its entry in `ENGINES`."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import Inputs
from cop_metrics.build.writer import Progress
from cop_metrics.errors import CopError


class Engine(Protocol):
    """Runs the marts over the inputs and leaves those with an order as tables of the store at
    `path`.
    """

    def build(self, inputs: Inputs, path: Path, progress: Progress) -> None:
        """Write the store; raises nothing that the inputs can cause."""


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
USUAL = "duckdb"
"""The engine of every build for which none is asked."""
