"""Tables as they are read, the same on pages and in files: titles for names, words for codes.

To add a kind of column, see `Role`; what it means to a reader stands here.
"""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.metrics.columns import Column, Role
from cop_metrics.people import UNKNOWN
from cop_metrics.units import Unit

RUNS = r"^[=+\-@\t\r\n]"
"""How a text begins that a spreadsheet takes for a formula and runs."""
WEB_ADDRESS = r"^https?://\S+$"


def as_called(columns: Iterable[Column], choices: CommunityChoices) -> tuple[Column, ...]:
    """Return columns under the titles that they have in a community: see `called`."""
    return tuple(replace(each, title=choices.called(each.title)) for each in columns)


def in_words(table: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    """Return a table with these columns, those of them that it has, as one reads it."""
    known = [each for each in columns if each.name in table.columns]
    return table.select(_in_words(each, table[each.name].dtype) for each in known)


def _in_words(column: Column, kind: pl.DataType) -> pl.Expr:
    cells = pl.col(column.name)
    match column.role:
        case Role.OUTCOME if kind == pl.String:
            cells = cells.replace(words.OUTCOMES)
        case Role.MONTH if kind == pl.String:
            cells = cells.str.to_date()
    return cells.alias(column.title)


def says(column: Column, cells: pl.Series) -> bool:
    """Say whether a column of figures tells anything beside them: bounds and notes where there are
    any, whether a month is whole where one is not.
    """
    match column.role:
        case Role.LOW | Role.HIGH | Role.TEXT:
            return not cells.is_null().all()
        case Role.COMPLETE:
            return not cells.all()
    return True


def to_look_at(table: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    """Return a table in words as a page shows it: without empty columns and teams that nobody has,
    shares as whole per cent, and of links only web addresses, as any other would be a script, or a
    file of the reader's own machine. Files keep all of it as it is.
    """
    filled = [each for each in columns if not _is_empty(each, table[each.title])]
    return table.select(_to_look_at(each, table[each.title].dtype) for each in filled)


def _is_empty(column: Column, cells: pl.Series) -> bool:
    of_nobody = column.role is Role.TEAM and (cells == UNKNOWN).all()
    return bool(cells.is_null().all() or of_nobody)


def _to_look_at(column: Column, kind: pl.DataType) -> pl.Expr:
    cells = pl.col(column.title)
    if column.role is Role.LINK:
        return pl.when(cells.str.contains(WEB_ADDRESS)).then(cells)
    return (cells * 100).round(0) if column.unit is Unit.PERCENT and kind.is_float() else cells


def separated(table: pl.DataFrame, separator: str = ",") -> str:
    """Write a table as separated text; a text that a spreadsheet would run as a formula gets an
    apostrophe before it. A workbook needs none: its cells say that they are texts.
    """
    texts = pl.col(pl.String)
    safe = pl.when(texts.str.contains(RUNS)).then("'" + texts).otherwise(texts)
    return table.with_columns(safe.name.keep()).write_csv(separator=separator)


def csv_bytes(table: pl.DataFrame, separator: str = ",") -> bytes:
    """Write a table as a file in UTF-8, with the mark without which Excel takes another code page."""
    return b"\xef\xbb\xbf" + separated(table, separator).encode()
