"""The report as a workbook: About with filters and definitions, Numbers, a sheet a page with charts
and tables, the lists.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cop_metrics.metrics.columns import Role, titled
from cop_metrics.metrics.metric import Promise
from cop_metrics.show.charts.look import LIGHT
from cop_metrics.show.parts import ChartTable, Listing
from cop_metrics.show.reports.cells import (
    DAY,
    DECIMAL,
    MOMENT,
    NUMBER_FORMATS,
    POINTS_OF_SHARE,
    RELATIVE,
    Book,
    Placed,
    Table,
    new_book,
    widths,
)
from cop_metrics.show.reports.contents import Contents
from cop_metrics.show.reports.layouts import Layout, layouts
from cop_metrics.show.reports.native_charts import WIDTH, Pen, height, left_out
from cop_metrics.show.view import PageView
from cop_metrics.units import Unit

TITLE = "Does the community keep its promises?"
ROW_PIXELS, GAP = 20, 20
NUMBER_TITLES = {
    "page": "Page",
    "title": "Number",
    "value": "Value",
    "low": "Low (95 %)",
    "high": "High (95 %)",
    "n": "n",
    "before": "Before",
    "change": "Change",
    "beyond_noise": "Change in words",
    "unit": "Unit",
    "note": "Note",
    "id": "Id",
}
NUMBER_WIDTHS = (16, 34, 12, 12, 12, 10, 12, 14, 18, 10, 60, 22)
DEFINITION_TITLES = {
    "title": "Number",
    "description": "What it counts",
    "formula": "Formula",
    "source": "Source",
    "id": "Id",
}
ABOUT_WIDTHS, PAGE_WIDTHS = (34, 78, 48, 34, 24), (34, *(14 for _ in range(12)))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a chart stands on its sheet: its first row, and how far from the left and how high in
    pixels.
    """

    row: int
    left: int
    height: int


def xlsx(report: Contents) -> bytes:
    """Return the report as a workbook whose charts are the spreadsheet's own."""
    buffer = io.BytesIO()
    book = new_book(
        buffer, title=TITLE, subject=report.choices.community, made=report.choices.as_of
    )
    about, numbers = book.sheet("About"), book.sheet("Numbers")
    sheets = [("All numbers", numbers.get_name())]
    _write_numbers(book, numbers, report)
    for view in report.views:
        sheets.append((view.page.question, _write_page(book, view)))
    for each in report.lists:
        sheets.append((f"List: {each.metric.title}", _write_list(book, each)))
    _write_about(book, about, report, sheets)
    book.workbook.close()
    return buffer.getvalue()


def _write_about(book: Book, sheet: Any, report: Contents, sheets: list[tuple[str, str]]) -> None:
    _set_widths(sheet, ABOUT_WIDTHS)
    _title(book, sheet, TITLE)
    row = 2
    for word, text in report.about:
        book.write(sheet, row, 0, word, bold=True)
        book.write(sheet, row, 1, text, text_wrap=True)
        row += 1
    row = _heading(book, sheet, row + 1, "In this workbook")
    for title, name in sheets:
        sheet.write_url(
            row, 0, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", _link(book), string=name
        )
        book.write(sheet, row, 1, title)
        row += 1
    row = _heading(book, sheet, row + 1, "Definitions")
    definitions = report.definitions.select(
        pl.col(old).alias(new) for old, new in DEFINITION_TITLES.items()
    )
    book.table(sheet, row, Table(frame=definitions, formats={}), ABOUT_WIDTHS, wrap=True)


def _write_numbers(book: Book, sheet: Any, report: Contents) -> None:
    _set_widths(sheet, NUMBER_WIDTHS)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    frame = report.numbers.select(pl.col(old).alias(new) for old, new in NUMBER_TITLES.items())
    if not frame.height:
        book.write(sheet, 0, 0, "These pages show no single numbers.")
        return
    book.table(
        sheet,
        0,
        Table(frame=frame, formats={"n": NUMBER_FORMATS[Unit.COUNT]}),
        NUMBER_WIDTHS,
        wrap=True,
    )
    for row, number in enumerate(report.numbers.to_dicts(), start=1):
        unit = Unit(number["unit"])
        change = POINTS_OF_SHARE if unit is Unit.PERCENT else RELATIVE
        for column, name in enumerate(NUMBER_TITLES):
            if name in ("value", "low", "high", "before", "change"):
                book.write(
                    sheet,
                    row,
                    column,
                    number[name],
                    num_format=change if name == "change" else NUMBER_FORMATS[unit],
                )


def _write_page(book: Book, view: PageView) -> str:
    """Write a page: what it says in words, its charts two a row, then the table of each chart."""
    sheet, page = book.sheet(view.page.title), view.page
    _set_widths(sheet, PAGE_WIDTHS)
    sheet.freeze_panes(1, 0)
    _title(book, sheet, f"{page.title}: {page.question}")
    row = 1
    for sentence in (*view.headline, *view.small_print):
        book.write(sheet, row, 0, sentence)
        row += 1
    laid = [(chart, layouts(chart, view.choices)) for chart in view.charts]
    places, row = _places(laid, row + 1)
    pen = Pen(workbook=book.workbook, choices=view.choices)
    for chart, parts in laid:
        row = _write_chart(book, sheet, row, chart, parts)
        for part in parts:
            placed, row = _write_part(book, sheet, row, part)
            if chart.chart.id in places:
                _insert(sheet, pen.draw(chart, part, placed), chart, places[chart.chart.id])
    return str(sheet.get_name())


def _places(
    laid: Sequence[tuple[ChartTable, list[Layout]]], row: int
) -> tuple[dict[str, Place], int]:
    """Return where each chart goes, two a row from `row` on, and the first row under all of them."""
    heights = {chart.chart.id: height(chart, parts[0]) for chart, parts in laid if parts}
    drawn = [(id_, pixels) for id_, pixels in heights.items() if pixels]
    places = {}
    for pair in (drawn[start : start + 2] for start in range(0, len(drawn), 2)):
        for column, (id_, pixels) in enumerate(pair):
            places[id_] = Place(row=row, left=column * (WIDTH + GAP), height=pixels)
        row += -(-max(pixels for _, pixels in pair) // ROW_PIXELS) + 1
    return places, row


def _insert(sheet: Any, chart: Any, shown: ChartTable, place: Place) -> None:
    chart.set_size({"width": WIDTH, "height": place.height})
    described = {"description": f"{shown.title} {shown.subtitle}".strip(), "object_position": 2}
    sheet.insert_chart(place.row, 0, chart, {"x_offset": place.left, **described})


def _write_chart(
    book: Book, sheet: Any, row: int, chart: ChartTable, parts: Sequence[Layout]
) -> int:
    """Write what stands over a chart's table; return the row that follows."""
    book.write(sheet, row, 0, chart.title, bold=True, font_size=12)
    for remark in (
        chart.finding,
        chart.subtitle,
        chart.note,
        left_out(chart, parts[0]) if parts else None,
    ):
        if remark:
            row += 1
            book.write(sheet, row, 0, remark, font_color=LIGHT.faint)
    return row + (1 if parts else 2)


def _write_part(book: Book, sheet: Any, row: int, part: Layout) -> tuple[Placed, int]:
    if part.caption:
        book.write(sheet, row, 0, part.caption, italic=True)
        row += 1
    placed = book.table(sheet, row, part.table, PAGE_WIDTHS)
    if part.matrix and part.table.frame.dtypes[0] != pl.Date:
        shading = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#9dbde3"}
        sheet.conditional_format(row + 1, 1, placed.last, part.table.frame.width - 1, shading)
    return placed, placed.last + 2


def _write_list(book: Book, listing: Listing) -> str:
    """Write the rows behind a number, with links, under a sentence that says what they are."""
    sheet, rows = book.sheet(f"List {listing.metric.title}"), listing.rows
    _title(book, sheet, f"{listing.metric.title}: the rows behind the number")
    if listing.note or not rows.height:
        book.write(sheet, 1, 0, listing.note or "Nothing to list.")
        return str(sheet.get_name())
    cut = (
        f" Only the first {rows.height:,d} are here: choose narrower filters for the rest."
        if rows.height < listing.total
        else ""
    )
    book.write(
        sheet, 1, 0, f"{listing.total:,d} rows. {listing.about}{cut}", font_color=LIGHT.faint
    )
    _set_widths(sheet, widths(rows))
    sheet.freeze_panes(3, 1)
    sheet.repeat_rows(2)
    formats = {name: found for name, kind in rows.schema.items() if (found := _format_of(kind))}
    links = titled(listing.columns, Role.LINK)
    book.table(sheet, 2, Table(frame=rows, formats=formats), widths(rows), links=links)
    return str(sheet.get_name())


def _format_of(kind: pl.DataType) -> str | None:
    if kind == pl.Datetime:
        return MOMENT
    if kind == pl.Date:
        return DAY
    return DECIMAL if kind.is_float() else None


def _title(book: Book, sheet: Any, text: str) -> None:
    sheet.set_row(0, 24)
    book.write(sheet, 0, 0, text, bold=True, font_size=16)


def _heading(book: Book, sheet: Any, row: int, text: str) -> int:
    book.write(sheet, row, 0, text, bold=True, font_size=12)
    return row + 1


def _link(book: Book) -> Any:
    return book.look(font_color=LIGHT.promises[Promise.HELP], underline=1)


def _set_widths(sheet: Any, characters: Sequence[int]) -> None:
    for column, width in enumerate(characters):
        sheet.set_column(column, column, width)
