"""Records every number and exhibit of the sample communities in several scopes: `make record` writes them anew.

What the tests compare with is `recorded_figures.csv`, a line each, so that a change shows which figures moved. Exhibits
are recorded by the size of their table and a digest of its cells. A figure that moves on purpose is recorded anew in the
same commit, with a line in CHANGELOG.md.
"""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope, parse_scope
from cop_metrics.cli import main as cli
from cop_metrics.cli.importing import SAMPLE_COMMUNITY
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import Counts, Metric
from cop_metrics.period import DEFAULT
from cop_metrics.samples.company import COMPANY
from cop_metrics.store import Store

FILE = Path(__file__).with_name("recorded_figures.csv")
COLUMNS = ("scope", "of", "group", "value", "n", "low", "high")
DIGITS = 7
"""So many digits of a number are compared: the last ones differ between processors."""

YEAR = {"community": [COMPANY], "period": [DEFAULT]}
SCOPES: dict[str, tuple[Mapping[str, list[str]], bool]] = {
    "company": ({"community": [COMPANY]}, True),
    "year": (YEAR, True),
    "year, without names": (YEAR, False),
    "year, team Service": (YEAR | {"team": ["Service"]}, True),
    "year, two teams, without names": (YEAR | {"team": ["Controls", "Service"]}, False),
    "year, juniors": (YEAR | {"seniority": ["junior"]}, True),
    "year, seniors, without names": (YEAR | {"seniority": ["senior"]}, False),
    "year, hydraulics": (YEAR | {"topic": ["hydraulics"]}, True),
    "quarter": ({"community": [COMPANY], "period": ["2026-01-01..2026-03-31"]}, True),
    "explicit": (YEAR | {"asked": ["explicit"]}, True),
    "site": ({"community": [SAMPLE_COMMUNITY]}, True),
    "site, without names": ({"community": [SAMPLE_COMMUNITY]}, False),
}
SPLIT = ("company", "year, without names", "site")
"""The scopes in which numbers are recorded by team and seniority, too, and all their months and topics as one digest."""


def recorded(data: Path, name: str) -> list[tuple[str, ...]]:
    """Measure everything in the store of `data` in one of `SCOPES`: rows of `COLUMNS`, numbers cut to `DIGITS` digits."""
    cursor = Store(data).snapshot().cursor
    catalogue = read_catalogue(cursor)
    params, names = SCOPES[name]
    scope = parse_scope(params, catalogue, names=names)
    measurer = Measurer(cursor=cursor, choices=catalogue[scope.community])
    rows = []
    for metric in METRICS.values():
        rows += [(name, *row) for row in _figures(measurer, metric, scope, split=name in SPLIT)]
    for id_ in EXHIBITS:
        table = measurer.measure(EXHIBITS[id_], scope).table
        rows.append((name, id_, "", str(table.height), "", _digest(table), ""))
    return rows


def read_recorded() -> list[tuple[str, ...]]:
    """Return the rows that were recorded, without their header."""
    header, *rows = (
        tuple(row) for row in csv.reader(io.StringIO(FILE.read_text(encoding="utf-8")))
    )
    assert header == COLUMNS
    return rows


def text_of(rows: list[tuple[str, ...]]) -> str:
    """Write rows as CSV, with their header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    return text.getvalue()


def _figures(
    measurer: Measurer, metric: Metric, scope: Scope, *, split: bool
) -> Iterator[tuple[str, ...]]:
    figure = measurer.figure(metric, scope)
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (None, None)
    yield metric.id, "", _number(figure.value), str(figure.sample_size), _number(low), _number(high)
    for by in metric.splits if split else ():
        rows = measurer.measure(metric, scope, by).table
        if by == "topic":
            yield metric.id, by, str(rows.height), "", _digest(rows), ""
            continue
        for row in rows.iter_rows(named=True):
            numbers = (
                _number(row["value"]),
                str(row["sample_size"]),
                _number(row["low"]),
                _number(row["high"]),
            )
            yield metric.id, f"{by} {row['group']}", *numbers
    if split and metric.counts is not Counts.STATE:
        months = measurer.measure(metric, scope, "month").table
        yield metric.id, "month", str(months.height), "", _digest(months), ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}g}"


def _digest(table: pl.DataFrame) -> str:
    cells = [
        [_number(cell) if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.rows()
    ]
    return hashlib.sha256(repr((table.columns, cells)).encode()).hexdigest()[:12]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        cli.main(["--data", folder, "demo"])
        everything = [row for name in SCOPES for row in recorded(Path(folder), name)]
    FILE.write_text(text_of(everything), encoding="utf-8")
