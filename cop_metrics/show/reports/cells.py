"""Cells, tables and sheets of a workbook: every text is written as text, so that none can be run as
a formula.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any

import polars as pl
import xlsxwriter

from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts.look import LIGHT
from cop_metrics.units import Unit

LONGEST_TEXT, LONGEST_LINK, LONGEST_HEADER, LONGEST_SHEET_NAME = 32_767, 2_000, 250, 31
WIDEST, LINE = 60, 15
LONGEST_MOMENT, LONGEST_NUMBER = 19, 8
NUMBER_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.PERCENT: "0 %",
    Unit.HOURS: '[<1]0.00" h";[<48]0.0" h";#,##0" h"',
    Unit.POINTS: "#,##0",
    Unit.HOURS_OF_WORK: '[<1]0.00" h";#,##0.0" h"',
    Unit.RATIO: "0.00",
}
POINTS_OF_SHARE, RELATIVE = '+0 %"-points";"−"0 %"-points";"±"0 %"-points"', '+0 %;"−"0 %;"±"0 %'
DAY, MONTH, MOMENT, DECIMAL = "d mmm yyyy", "mmm yyyy", "d mmm yyyy hh:mm", "#,##0.0"
UNBOUNDED = "no upper bound"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table to be written: `frame`'s columns are named in words; `formats` holds a number format
    for some of them.
    """

    frame: pl.DataFrame
    formats: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where a table stands: its first row and column of values, and the last row, counted from 0."""

    sheet: str
    columns: tuple[str, ...]
    first: int
    last: int

    def of(self, title: str, start: int = 0, height: int | None = None) -> list[object]:
        """Return the cells of a column, or of a stretch of its rows, as a reference for a chart."""
        column = self.columns.index(title)
        last = self.last if height is None else self.first + start + height - 1
        return [self.sheet, self.first + start, column, last, column]

    def cell(self, title: str, row: int) -> list[object]:
        """Return one cell as a reference; row -1 is the header."""
        return [self.sheet, self.first + row, self.columns.index(title)]


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook under construction, with the cell formats made so far and the names taken by
    sheets.
    """

    workbook: Any
    formats: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def sheet(self, name: str) -> Any:
        """Add a sheet ready for printing, under a name that Excel accepts and no other sheet has."""
        sheet = self.workbook.add_worksheet(self._free(name))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def _free(self, name: str) -> str:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip(" '") or "Sheet"
        found, number = plain[:LONGEST_SHEET_NAME].rstrip(" '"), 2
        while found.lower() in self.taken | {"history"}:
            end = f" ({number})"
            found, number = plain[: LONGEST_SHEET_NAME - len(end)].rstrip(" '") + end, number + 1
        self.taken.add(found.lower())
        return found

    def look(self, **properties: object) -> Any:
        """Return the cell format with these properties, made once."""
        properties = {"valign": "top", "font_color": LIGHT.ink, **properties}
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(properties)
        return self.formats[key]

    def write(self, sheet: Any, row: int, column: int, value: object, **properties: object) -> None:
        """Write one value as what it is; a text stays a text whatever it starts with."""
        look = self.look(**properties)
        match value:
            case None:
                sheet.write_blank(row, column, None, look)
            case bool():
                sheet.write_string(row, column, "yes" if value else "no", look)
            case int() | float() if isfinite(value):
                sheet.write_number(row, column, value, look)
            case float():
                sheet.write_string(row, column, UNBOUNDED, look)
            case datetime() | date():
                sheet.write_datetime(row, column, value, look)
            case _:
                sheet.write_string(row, column, str(value)[:LONGEST_TEXT], look)

    def link(self, sheet: Any, row: int, column: int, address: str) -> None:
        """Write a web address as a link, and anything else as the text that it is."""
        if re.match(r"https?://[^\s]+$", address) and len(address) <= LONGEST_LINK:
            look = self.look(font_color=LIGHT.promises[Promise.HELP], underline=1)
            sheet.write_url(row, column, address, look, string=address)
        else:
            self.write(sheet, row, column, address)

    def table(
        self,
        sheet: Any,
        row: int,
        table: Table,
        wide: Sequence[int],
        *,
        links: Sequence[str] = (),
        wrap: bool = False,
    ) -> Placed:
        """Write a table with its header in `row` as an Excel table that filters and sorts; it has
        one row at least.

        `wide` holds the widths of the sheet's columns in characters, `links` names the columns whose
        texts are addresses.
        """
        frame, last = table.frame, row + table.frame.height
        options = {"columns": self._heads(frame), "style": "Table Style Light 1"}
        sheet.add_table(row, 0, last, frame.width - 1, options)
        sheet.set_row(row, LINE * _lines(frame.columns, wide))
        for column, name in enumerate(frame.columns):
            style = _style(table.formats.get(name), wrap=wrap)
            properties = {**_side(frame[name], column), **style}
            for number, value in enumerate(frame[name].to_list(), start=row + 1):
                if name in links and value is not None:
                    self.link(sheet, number, column, value)
                else:
                    self.write(sheet, number, column, value, **properties)
        if wrap:
            _make_room(sheet, row + 1, frame, wide)
        name = sheet.get_name()
        return Placed(sheet=name, columns=tuple(frame.columns), first=row + 1, last=last)

    def _heads(self, frame: pl.DataFrame) -> list[dict[str, object]]:
        """Return the headers of a table, each aligned as its column."""
        looks = [
            self.look(bold=True, text_wrap=True, bottom=1, **_side(frame[name], column))
            for column, name in enumerate(frame.columns)
        ]
        titles = distinct(frame.columns)
        return [
            {"header": title, "header_format": look}
            for title, look in zip(titles, looks, strict=True)
        ]


def _make_room(sheet: Any, first: int, frame: pl.DataFrame, wide: Sequence[int]) -> None:
    """Make rows as high as their longest text needs."""
    for number, values in enumerate(frame.iter_rows(), start=first):
        texts = [each if isinstance(each, str) else "" for each in values]
        sheet.set_row(number, LINE * _lines(texts, wide))


def _side(values: pl.Series, column: int) -> dict[str, object]:
    """Return how a column is aligned: numbers right, the rest left and off the numbers before it."""
    return (
        {"align": "right"}
        if values.dtype.is_numeric()
        else {"align": "left", "indent": int(column > 0)}
    )


def _style(number_format: str | None, *, wrap: bool) -> dict[str, object]:
    return {
        **({"num_format": number_format} if number_format else {}),
        **({"text_wrap": True} if wrap else {}),
    }


def _lines(texts: Sequence[str], wide: Sequence[int]) -> int:
    """Return how many lines the longest text takes in its column: spreadsheets other than Excel do
    not find out.
    """
    return max(
        1, *(-(-len(text) * 11 // (width * 10)) for text, width in zip(texts, wide, strict=False))
    )


def new_book(target: Any, *, title: str, subject: str, made: datetime) -> Book:
    """Start a workbook in a buffer; `made` is the time it bears, so that equal reports are equal
    files.
    """
    workbook = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"title": title, "subject": subject, "created": made})
    workbook.set_size(2400, 1500)
    return Book(workbook=workbook)


def distinct(titles: Iterable[str]) -> list[str]:
    """Return the titles as Excel wants the headers of a table: short enough, and different whatever
    their case.
    """
    found: list[str] = []
    for title in titles:
        name, number = title[:LONGEST_HEADER] or " ", 2
        while name.lower() in {each.lower() for each in found}:
            name, number = f"{title[:LONGEST_HEADER]} ({number})", number + 1
        found.append(name)
    return found


def widths(frame: pl.DataFrame) -> list[int]:
    """Return column widths in characters that fit the titles, every day and time, and most texts."""
    return [min(WIDEST, max(len(name) + 4, _longest(frame[name]) + 2)) for name in frame.columns]


def _longest(values: pl.Series) -> int:
    if values.dtype == pl.String:
        return max((len(text) for text in values.drop_nulls()), default=0)
    return LONGEST_MOMENT if values.dtype.is_temporal() else LONGEST_NUMBER
