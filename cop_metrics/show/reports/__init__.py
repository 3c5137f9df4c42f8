"""Reports: the same contents in several file formats.

To add a format: an entry in `FORMATS` whose `render` makes the file's bytes of the contents.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cop_metrics.disk import sync
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.show.reports import tidy, workbook
from cop_metrics.show.reports.contents import Contents, contents
from cop_metrics.show.view import PageView

MOST_ROWS = 50_000
"""How many rows of a list a report holds."""

__all__ = ["FORMATS", "Contents", "Format", "contents", "write_report"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format: its file ending with the dot, its media type, and what makes a file's bytes of
    the contents of a report.
    """

    id: str
    title: str
    suffix: str
    mime: str
    render: Callable[[Contents], bytes]

    def write(self, views: Sequence[PageView]) -> bytes:
        """Return the file's bytes; raises `CopError` for pages that are not of one report."""
        return self.render(contents(views))


FORMATS: dict[str, Format] = {
    each.id: each
    for each in (
        Format(
            id="csv",
            title="CSV: all numbers, a row each",
            suffix=".csv",
            mime="text/csv",
            render=tidy.csv,
        ),
        Format(
            id="xlsx",
            title="Excel: numbers, charts, tables and lists",
            suffix=".xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            render=workbook.xlsx,
        ),
        Format(
            id="parquet",
            title="Parquet: all numbers, a row each, for analysts",
            suffix=".parquet",
            mime="application/vnd.apache.parquet",
            render=tidy.parquet,
        ),
    )
}


def format_of(path: Path) -> Format:
    """Return the format that a file's ending asks for; raises `UnknownName` when there is none."""
    by_suffix = {each.suffix: each for each in FORMATS.values()}
    if path.suffix.lower() not in by_suffix:
        raise UnknownName("report format", path.suffix or path.name, by_suffix)
    return by_suffix[path.suffix.lower()]


def write_report(path: Path, views: Sequence[PageView]) -> None:
    """Write a report in the format of the file's ending, at once: no reader ever finds half of it.

    Raises `UnknownName` for another ending, and `CopError` when there are no pages, or the file
    cannot be written.
    """
    report = format_of(path).write(views)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(report)
        sync(beside)
        beside.replace(path)
    except OSError as problem:
        raise CopError(
            f"The report '{path}' cannot be written ({problem.strerror}): choose a folder that exists and that you may write to."
        ) from problem
    finally:
        beside.unlink(missing_ok=True)
