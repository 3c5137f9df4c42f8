"""What `show` prints: a metric or exhibit, measured in one scope, as a table for the eye, as CSV or
as one JSON object.

To add a format: a function from `Shown` to text, and its entry in `FORMATS`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics.aggregates import Figure
from cop_metrics.metrics.columns import to_read
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.show.tables import as_called, in_words, separated
from cop_metrics.units import Unit


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A metric or exhibit as measured: `figure` is None for an exhibit, `rows` for a metric that is
    not split.
    """

    of: Metric | Exhibit
    choices: CommunityChoices
    scope: Scope
    figure: Figure | None
    note: str | None
    rows: pl.DataFrame | None


def measured(of: Metric | Exhibit, scope: Scope, measurer: Measurer, by: str | None) -> Shown:
    """Measure it, split by `by` if that is given; raises `CopError` for a split that it does not
    have.
    """
    found = measurer.measure(of, scope, None if isinstance(of, Metric) else by)
    reason, window = found.reason, None
    if isinstance(of, Metric):
        rows = measurer.measure(of, scope, by).table if by else None
        reason = found.figure.reason if found.figure else None
        window = words.WINDOWS.get(of.id)
    else:
        rows = found.table.select(each.name for each in to_read(of.columns))
        reason = reason if reason and reason.refuses else None
    said = (reason and reason.text, window, found.ignored, scope.moved)
    note = "; ".join(part for part in said if part) or None
    return Shown(
        of=of, choices=measurer.choices, scope=scope, figure=found.figure, note=note, rows=rows
    )


def as_json(shown: Shown) -> str:
    """Write one object; shares are from 0 to 1, times in UTC, `period` names its first and its last
    day.
    """
    figure, scope = shown.figure, shown.scope
    between = figure.interval if figure else None
    answer: dict[str, Any] = {
        "metric": shown.of.id,
        "value": _number(shown.of.unit, figure.value) if figure else None,
        "unit": shown.of.unit.value,
        "sample_size": figure.sample_size if figure else None,
        "interval": _ends(shown.of.unit, between.low, between.high) if between else None,
        "note": shown.note,
        "as_of": shown.choices.as_of.replace(tzinfo=UTC).isoformat(),
        "period": {"from": str(scope.period.first), "to": str(scope.period.last)},
        "filters": {
            "community": scope.community,
            "team": list(scope.teams),
            "seniority": list(scope.seniorities),
            "topic": list(scope.topics),
            "explicit_only": scope.explicit_only,
            "names": scope.names,
        },
    }
    if shown.rows is not None:
        answer["rows"] = [_json_row(shown.of, row) for row in shown.rows.iter_rows(named=True)]
    return json_text(answer)


def json_text(answer: object) -> str:
    """Return valid JSON, indented; raises `ValueError` for an infinite number."""
    return json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False)


def as_csv(shown: Shown) -> str:
    """Write the rows of a split or an exhibit, else one row with the value."""
    if shown.rows is not None:
        return separated(shown.rows).rstrip("\n")
    figure = shown.figure or Figure(value=None, sample_size=0)
    row = {
        "metric": shown.of.id,
        "value": figure.value,
        "unit": shown.of.unit.value,
        "sample_size": figure.sample_size,
        "low": figure.interval.low if figure.interval else None,
        "high": figure.interval.high if figure.interval else None,
        "note": shown.note,
    }
    return separated(pl.DataFrame([row])).rstrip("\n")


def as_table(shown: Shown) -> str:
    """Write it for the eye: what and where in the first line, then the value, then the rows."""
    scope = shown.scope
    where = (
        scope.community,
        words.period(scope.period),
        *scope.teams,
        *scope.seniorities,
        *scope.topics,
    )
    lines = [f"{shown.of.title}: {', '.join(where)}", _value_line(shown)]
    if shown.rows is not None and shown.rows.height:
        lines += [
            "",
            aligned([*_words_rows(shown, shown.rows)]),
        ]
    return "\n".join(line for place, line in enumerate(lines) if line or place == 2)


FORMATS: dict[str, Callable[[Shown], str]] = {"table": as_table, "csv": as_csv, "json": as_json}

_NUMBER = re.compile(rf"[\d.,]+( (%|h|min|days))?|{words.NOTHING}")


_MOVES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def still(text: str) -> str:
    """Return a text in which nothing moves a terminal's cursor, colours it or turns a line around:
    others wrote the names.
    """
    return _MOVES.sub("\ufffd", text)


def aligned(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows, of which there must be one, as columns of text under their names; numbers stand
    to the right.
    """
    names = list(rows[0])
    columns = [[name, *(still(row[name]) for row in rows)] for name in names]
    padded = [
        [cell.rjust(width) if right else cell.ljust(width) for cell in column]
        for column, width, right in (
            (each, max(map(len, each)), _is_numeric(each[1:])) for each in columns
        )
    ]
    return "\n".join("  ".join(line).rstrip() for line in zip(*padded, strict=True))


def _is_numeric(cells: Sequence[str]) -> bool:
    return all(_NUMBER.fullmatch(cell) for cell in cells)


def _value_line(shown: Shown) -> str:
    if shown.figure is None:
        return f"({shown.note})" if shown.note else ""
    between = words.interval(shown.of.unit, shown.figure.interval)
    parts = (
        f"95 %: {between}" if between else "",
        f"n = {shown.figure.sample_size:,}",
        shown.note or "",
    )
    return f"{words.value(shown.of.unit, shown.figure.value)}  ({'; '.join(part for part in parts if part)})"


def _words_rows(shown: Shown, rows: pl.DataFrame) -> Iterator[dict[str, str]]:
    if isinstance(shown.of, Metric):
        yield from (_words_row(shown.of, row) for row in rows.iter_rows(named=True))
        return
    table = in_words(rows, as_called(shown.of.columns, shown.choices))
    for row in table.iter_rows(named=True):
        yield {title: _cell(cell) for title, cell in row.items()}


def _words_row(of: Metric, row: Mapping[str, Any]) -> dict[str, str]:
    ends = [words.value(of.unit, row[end]) for end in ("low", "high")]
    return {
        "group": row["group"],
        "value": words.value(of.unit, row["value"]),
        "95 %": "" if row["low"] is None else " to ".join(ends),
        "n": f"{row['sample_size']:,}",
        "note": row["note"] or ("" if row["complete"] else "not complete"),
    }


def _cell(cell: object) -> str:
    if cell is None:
        return words.NOTHING
    if isinstance(cell, float):
        return f"{cell:,.4g}" if abs(cell) < 1_000 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _json_row(of: Metric | Exhibit, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: a split's value and interval as those of the whole, a table's
    cells as they are.
    """
    if isinstance(of, Exhibit):
        return {name: _json_cell(cell) for name, cell in row.items()}
    return {
        "group": row["group"],
        "value": _number(of.unit, row["value"]),
        "sample_size": row["sample_size"],
        "interval": None if row["low"] is None else _ends(of.unit, row["low"], row["high"]),
        "note": row["note"],
        "complete": row["complete"],
    }


def _ends(unit: Unit, low: float, high: float) -> list[float | int | None]:
    return [_number(unit, low), _number(unit, high)]


def _number(unit: Unit, number: float | None) -> float | int | None:
    """Return a number that JSON can hold: an infinite one is null, a count is whole."""
    if number is None or not isfinite(number):
        return None
    return int(number) if unit in (Unit.COUNT, Unit.POINTS) and number == int(number) else number


def _json_cell(cell: Any) -> Any:
    if isinstance(cell, float) and not isfinite(cell):
        return None
    return cell.isoformat() if isinstance(cell, date | datetime) else cell
