"""Tables as people keep them, CSV, XLSX or Parquet, read as columns of text whose names are
compared loosely.

To read another kind of file: one `_Form` in `FORMS`.
"""

import codecs
import csv
import functools
import hashlib
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple, Protocol

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from cop_metrics.errors import CopError

DELIMITERS = ",;\t"
MOST_COLUMNS = 1_000
LONGEST_NAME = 60
BLOCK = 8 << 20
HEAD = 1 << 20
ROWS_A_BATCH = 100_000
LARGEST_WORKBOOK = 2 << 30
MOST_CELLS = 30_000_000  # of a sheet, the empty ones before its last row and column among them
ZIP = b"PK\x03\x04"
_CALENDAR = (
    -719_162,
    2_932_897,
)  # days since 1970: the first of the year 1, the first of the year 10000

_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
_FAR = re.compile(rb"r\s*=\s*[\"'](?:[A-Za-z]{2}|[A-Za-z]*\d{7})")
"""Finds names of cells or rows beyond column Z or row 999,999; where there are none, a sheet is
small enough.
"""
_CELL = re.compile(
    rb"<(?:\w+:)?(?:c|row)\s(?:[^<]*?\s)?r\s*=\s*[\"']([A-Za-z]*)(\d+)(?![^<]*/>\s*<)"
)
"""Finds the column and row of each cell that is not empty, and the row of each row."""


class Files(Protocol):
    """Files by name, such as those of an export."""

    def open(self, name: str) -> IO[bytes]:
        """Return a forward-only stream of the file."""
        ...

    def head(self, name: str, n: int) -> bytes:
        """Return the first `n` bytes of the file, fewer if it is shorter."""
        ...


class Place(NamedTuple):
    """Where a table was found: a file, and the sheet in it if it is a workbook."""

    file: str
    sheet: str | None

    def __str__(self) -> str:
        return f"{self.file}, sheet '{self.sheet}'" if self.sheet is not None else self.file


class Texts(NamedTuple):
    """Rows of a table under the names asked for, and the number that each has in its file, counted
    from 0 here.
    """

    rows: pl.DataFrame
    row_number: Callable[[int], int]


NOTHING = (
    "NULL",
    "null",
    "(null)",
    "\\N",
    "NA",
    "<NA>",
    "N/A",
    "n/a",
    "#N/A",
    *("#NV", "#N/D", "#N/B", "#I/T", "#SAKNAS!", "#PUUTTUU!", "#HIÁNYZIK", "#Н/Д", "#YOK"),
    *("#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!"),
    *(
        "#N/A N/A",
        "#NA",
        "#N/D!",
        "#NOM?",
        "#NOMBRE?",
        "#NOME?",
        "#NAMN?",
        "#NAAM?",
        "#NAZWA?",
        "#NIMI?",
        "#ИМЯ?",
    ),
    *(
        "#REF",
        "#¡REF!",
        "#RIF!",
        "#VERW!",
        "#REFERENS!",
        "#ADR!",
        "#VIITTAUS!",
        "#ССЫЛКА!",
        "#CALC!",
        "#SPILL!",
        "#NUM!",
        "#ZAHL!",
    ),
    *(
        "#VALEUR!",
        "#¡VALOR!",
        "#VALOR!",
        "#VALORE!",
        "#WAARDE!",
        "#VÄRDEFEL!",
        "#ARG!",
        "#ARVO!",
        "#ЗНАЧ!",
        "#¡DIV/0!",
        "#ДЕЛ/0!",
    ),
    *("nil", "(nil)", "[null]", "<null>", "undefined", "#WERT!", "#BEZUG!"),
    *(
        "(blank)",
        "(empty)",
        "(none)",
        "[none]",
        "(leer)",
        "(vide)",
        "n.a.",
        "N.A.",
        "k.A.",
        "k. A.",
        "--",
        "---",
        "1.#QNAN",
        "-1.#IND",
    ),
    "None",
    "nan",
    "NaN",
    "NaT",
    "-",
    "–",
    "—",
)
"""What databases, R, Python and spreadsheets write where there is nothing."""
_EITHER_CASE = tuple(dict.fromkeys(word.lower() for word in NOTHING if word != "NA"))
ROUNDED = r"^['\"=]*(?:\d{1,3}(?:[.,]\d*[eE]\+?|[eE]\+)0*(?:1[1-9]|[2-9]\d)|\d(?:[.,]\d+)?[eE]\+\d{1,3})\"*$"
"""A long key as a spreadsheet shows it: 1.21457E+18, 1,21457E+18; in a narrow column a shorter one,
too: 1.77E+09.
"""
LONG, EXACT, DOUBLE = (
    16,
    (14, 15),
    17,
)  # digits: of keys that may have been rounded, and those that remain of them

Columns = Callable[[Sequence[str]], Mapping[str, int]]
"""Says which columns of a header are wanted: their names for the reader, and where they stand."""


def email_hash(address: str) -> str:
    """Return the SHA-256 of the lower-cased address without surrounding spaces, as 64 hex digits."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()


def plain_name(name: str) -> str:
    """Return a column's or table's name as names are compared: no case, spaces, underscores or
    hyphens.
    """
    return re.sub(r"[\s_\-\ufeff]+", "", name).casefold()


def nothing_as_null(texts: pl.Series, *, is_name: bool) -> pl.Series:
    """Return texts with null for what stands for nothing.

    Of names only the spellings of `NOTHING`, in which no person is written: somebody may be called
    Null, Na or Nan.
    """
    says = texts.is_in(NOTHING) | (texts.str.to_lowercase().is_in(_EITHER_CASE) & (not is_name))
    return texts.set(says.fill_null(False), None)


def whole_keys(keys: pl.Series) -> pl.Series:
    """Return keys with 100 for 100.0, which programs write of a column of numbers that has empty
    cells, too.
    """
    return keys.str.replace(r"^(\d+)\.0$", "$1")


def refuse_rounded_keys(called: object, column: str, keys: pl.Series) -> None:
    """Raise `CopError` where keys were rounded, as spreadsheets do with numbers of 16 digits and
    more.

    Either they are written as 1.21457E+18, or all long ones end in zeros behind the digits that a
    spreadsheet keeps (15, or 17 in a file that a program wrote), or behind six. Times in
    microseconds end in zeros too, but behind ten or thirteen.
    """
    shown = keys.filter(keys.str.contains(ROUNDED).fill_null(False))
    if shown.is_empty():
        long = keys.filter(
            (keys.str.contains(r"^\d+$") & (keys.str.len_chars() >= LONG)).fill_null(False)
        ).unique()
        digits = long.str.strip_chars_end("0").str.len_chars()
        zeros = long.str.len_chars() - digits
        most = digits.max()
        looks = isinstance(most, int) and (most < 8 or most in EXACT or most == DOUBLE)
        if not looks or zeros.min() == 0 or int(zeros.sum()) < 4:
            return
        shown = keys.filter(keys.is_in(long.implode()))
    raise CopError(
        f"{called}: {len(shown):,} keys look as if a spreadsheet had rounded them ({shown[0]}, in column {column}), so that "
        "those of different posts or people became one. Export again, and import what was exported without opening and "
        "saving it in a spreadsheet, or let it read this column as text."
    )


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return up to `most` names in one phrase, long ones cut, with the number of those left out."""
    printable = [
        "".join(sign if sign.isprintable() else "?" for sign in _cut(name.strip()))
        for name in names[:most]
    ]
    shown = ", ".join(name or "(no name)" for name in printable) or "none"
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def _cut(name: str) -> str:
    """Return a name of 60 signs at most; of a longer one, its beginning."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def columns_by_name(called: object, header: Sequence[str], needed: Iterable[str]) -> dict[str, int]:
    """Return where each column stands by its plain name, the first of equal ones.

    Raises `CopError` if there are more than `MOST_COLUMNS`; `called` and `needed` word the
    sentence.
    """
    if len(header) > MOST_COLUMNS:
        raise CopError(
            f"{called} has {len(header):,} columns ({listed(header, 3)}); a table has at most {MOST_COLUMNS:,}. "
            f"This one needs: {', '.join(needed)}."
        )
    return {plain_name(name): at for at, name in reversed(list(enumerate(header)))}


def is_table(name: str) -> bool:
    """Tell whether a file may hold a table, by its name; what Excel keeps beside an open workbook
    does not.
    """
    return _suffix(name) in FORMS and not PurePosixPath(name).name.startswith("~$")


def is_workbook(name: str) -> bool:
    """Tell whether a file is a workbook, which holds a table on each of its sheets."""
    return _suffix(name) == ".xlsx"


def sheet_names(files: Files, name: str) -> list[str]:
    """Return the names of a workbook's sheets; raises `CopError` if it cannot be opened."""
    with _seekable(files, name) as stream:
        names: list[str] = _workbook(name, stream).sheet_names
        return names


def header_of(files: Files, place: Place) -> list[str]:
    """Return the names of a table's columns as they stand; raises `CopError` if it cannot be read."""
    return FORMS[_suffix(place.file)].header(files, place)


def texts_of(
    files: Files, place: Place, columns: Columns, uneven: Callable[[str], None]
) -> Iterator[Texts]:
    """Yield the rows of a table in batches, of those columns that `columns` chooses from its
    header.

    Values are text, or times and days where the file is Parquet. `uneven` is told of each row that
    has more or fewer columns than the header and is left out. Raises `CopError` if the table cannot
    be read.
    """
    return FORMS[_suffix(place.file)].texts(files, place, columns, uneven)


def lines_of(called: str, content: bytes, sheet: str) -> list[tuple[int, list[str]]]:
    """Return the lines of a small CSV or XLSX file that hold anything, each with its number; the
    first is the header.

    Cells are stripped text. Of a workbook the sheet called `sheet`, or else the first, is read.
    Raises `CopError`, in whose sentence the file is `called` so, if it cannot be read or holds
    nothing.
    """
    lines = (
        _sheet_lines(called, content, sheet)
        if content.startswith(ZIP)
        else _text_lines(called, content)
    )
    cleaned = [(number, [(cell or "").strip() for cell in cells]) for number, cells in lines]
    filled = [(number, cells) for number, cells in cleaned if any(cells)]
    if not filled:
        raise _empty(called)
    return filled


def _sheet_lines(
    called: str, content: bytes, sheet: str
) -> Iterator[tuple[int, Sequence[str | None]]]:
    stream = io.BytesIO(content)
    workbook = _workbook(called, stream)
    names = {plain_name(name): name for name in reversed(workbook.sheet_names)}
    if not names:
        raise _empty(called)
    _refuse_far_cells(called, stream)
    cells = _cells(called, workbook, names.get(sheet, workbook.sheet_names[0]))
    return enumerate(cells.iter_rows(), start=1)


def _text_lines(called: str, content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    opened = _opened_csv(called, io.BytesIO(content))
    yield opened.lines, opened.header
    reader = csv.reader(io.StringIO("".join(opened.body), newline=""), delimiter=opened.delimiter)
    try:
        for cells in reader:
            yield opened.lines + reader.line_num, cells
    except csv.Error as problem:
        raise CopError(
            f"{called} cannot be read as a table at line {opened.lines + reader.line_num}: {problem}. "
            "Look for a quotation mark that is never closed."
        ) from problem


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _empty(called: object) -> CopError:
    return CopError(
        f"{called} is empty. It needs a line with the names of the columns, then the rows."
    )


def _seekable(files: Files, name: str) -> IO[bytes]:
    """Copy a file to a nameless one on disk, since workbooks and Parquet are read from their end."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    try:
        with files.open(name) as stream:
            shutil.copyfileobj(stream, copy, 1 << 20)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def _text_encoding(head: bytes) -> str:
    """Tell from a file's first bytes how its text is encoded; UTF-8 unless a mark or zero bytes say
    UTF-16.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[: len(head) // 2 * 2]
    most = len(sample) * 0.4 / 2
    if sample and sample[1::2].count(0) > most and not sample[::2].count(0):
        return "utf-16-le"
    if sample and sample[::2].count(0) > most and not sample[1::2].count(0):
        return "utf-16-be"
    return "utf-8-sig"


def _as_windows_1252(problem: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as what spreadsheets on Windows save, which holds Latin-1."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    return problem.object[problem.start : problem.end].decode("cp1252", "replace"), problem.end


codecs.register_error("cop_metrics_windows_1252", _as_windows_1252)


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    """Yield a file's text in chunks; the first holds the whole header unless that is longer than
    `HEAD`.
    """
    head = b""
    while len(head) < HEAD and (chunk := stream.read(HEAD - len(head))):
        head += chunk
    encoding = _text_encoding(head[:4096])
    errors = "cop_metrics_windows_1252" if encoding.startswith("utf-8") else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    yield decoder.decode(head)
    while chunk := stream.read(1 << 20):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _is_binary(text: str) -> bool:
    """Tell from a decoded file whether it was no text: its first line holds control characters."""
    first_line = re.split(r"[\r\n]", text[:4096].lstrip("\r\n"), maxsplit=1)[0]
    return re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", first_line) is not None


def _from_header(text: str) -> str:
    """Return the text from its header on: without blank lines above it and the line `sep=;` that
    spreadsheets write.
    """
    text = text.lstrip("\r\n")
    return text.partition("\n")[2] if text[:4].lower() == "sep=" else text


def _delimiter_of(table: str) -> str:
    """Return the one of `DELIMITERS` that splits the first line of a table into the most columns."""
    return max(DELIMITERS, key=re.split(r"[\r\n]", table, maxsplit=1)[0].count)


class _Csv(NamedTuple):
    """A CSV file: its header, what separates columns, the text after the header, and the lines up
    to there.
    """

    header: list[str]
    delimiter: str
    body: Iterator[str]
    lines: int


def _opened_csv(called: object, stream: IO[bytes]) -> _Csv:
    chunks = _decoded(stream)
    head = next(chunks)
    if _is_binary(head):
        raise CopError(
            f"{called} is not a table but a binary file. Hand over a table as CSV or XLSX."
        )
    table = _from_header(head)
    if not table.strip():
        raise _empty(called)
    delimiter = _delimiter_of(table)
    lines = io.StringIO(table, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header = next(reader)
    except csv.Error as problem:
        raise CopError(
            f"The first line of {called} cannot be read as names of columns: {problem}."
        ) from problem
    above = head[: len(head) - len(table)].count("\n")
    return _Csv(header, delimiter, chain([lines.read()], chunks), above + reader.line_num)


def _csv_header(files: Files, place: Place) -> list[str]:
    return _opened_csv(place, io.BytesIO(files.head(place.file, HEAD))).header


def _csv_texts(
    files: Files, place: Place, columns: Columns, uneven: Callable[[str], None]
) -> Iterator[Texts]:
    with files.open(place.file) as stream:
        opened = _opened_csv(place, stream)
        wanted = columns(opened.header)
        left_out: list[int] = []
        start = 0
        try:
            for batch in _csv_batches(opened, wanted.values(), left_out):
                rows = pl.DataFrame(batch).rename({str(at): name for name, at in wanted.items()})
                yield Texts(rows, _numbering(start, opened.lines, left_out))
                start += len(rows)
        except pa.ArrowInvalid as problem:
            raise CopError(
                f"{place} cannot be read as a table after about {start + opened.lines:,} rows. "
                "Look there for a quotation mark that is never closed."
            ) from problem
        for number in left_out:
            uneven(f"{place.file} row {number - 1 + opened.lines}")


def _csv_batches(opened: _Csv, columns: Iterable[int], left_out: list[int]) -> Iterator[Any]:
    """Yield Arrow batches of strings, the columns named by their number; uneven rows are numbered
    in `left_out`.
    """

    def leave_out(row: Any) -> str:
        left_out.append(row.number)
        return "skip"

    names = opened.delimiter.join(str(at) for at in range(len(opened.header))) + "\n"
    body = (text.encode("utf-8", "replace") for text in chain([names], opened.body))
    wanted = [str(at) for at in columns]
    yield from pa.csv.open_csv(
        pa.PythonFile(io.BufferedReader(_Utf8(body), 1 << 20), mode="r"),
        read_options=pa.csv.ReadOptions(block_size=BLOCK, use_threads=False),
        parse_options=pa.csv.ParseOptions(
            delimiter=opened.delimiter, newlines_in_values=True, invalid_row_handler=leave_out
        ),
        convert_options=pa.csv.ConvertOptions(
            include_columns=wanted,
            column_types={name: pa.large_string() for name in wanted},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


class _Utf8(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _numbering(start: int, header_lines: int, left_out: Sequence[int]) -> Callable[[int], int]:
    """Return how a row of a batch is numbered in its file, in which the rows that are left out
    count too.
    """

    def number(at: int) -> int:
        row = start + at + 2
        for other in left_out:
            if other > row:
                break
            row += 1
        return row - 1 + header_lines

    return number


def _workbook(called: str, stream: IO[bytes]) -> Any:
    try:
        with zipfile.ZipFile(stream) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_WORKBOOK:
            raise CopError(
                f"{called} unpacks to {unpacked >> 20:,} MB. Save tables of that size as CSV or Parquet."
            )
        stream.seek(0)
        return fastexcel.read_excel(stream.read())
    except (fastexcel.FastExcelError, *_DAMAGED_ZIP) as problem:
        raise _no_workbook(called) from problem


def _no_workbook(called: object) -> CopError:
    return CopError(
        f"{called} is no readable XLSX workbook. Open it and save it again as XLSX or CSV."
    )


def _refuse_far_cells(called: object, stream: IO[bytes]) -> None:
    """Raise `CopError` if a sheet has more than `MOST_CELLS`, which the library would make room for
    at once.
    """
    try:
        with zipfile.ZipFile(stream) as parts:
            for name in parts.namelist():
                if any(map(_FAR.search, _markup(parts, name))):
                    _refuse_far_cells_of(called, _markup(parts, name))
    except _DAMAGED_ZIP as problem:
        raise _no_workbook(called) from problem


def _refuse_far_cells_of(called: object, markup: Iterator[bytes]) -> None:
    column, row = b"", 0
    for found in map(_CELL.findall, markup):
        column = max(
            [column, *{letters.upper() for letters, _ in found}],
            key=lambda letters: (len(letters), letters),
        )
        row = max([row, *{int(digits[:20]) for _, digits in found}])
    columns = functools.reduce(
        lambda so_far, letter: so_far * 26 + letter - ord("A") + 1, column[:20], 0
    )
    if columns * row > MOST_CELLS:
        raise CopError(
            f"{called} reaches to column {column[:20].decode()} and row {row:,}. "
            "Delete what stands far from the table, or save it as CSV."
        )


def _markup(parts: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a part of a workbook in pieces that begin with a tag, but for tags and texts beyond 1
    MB.
    """
    rest = b""
    with parts.open(name) as part:
        while chunk := part.read(1 << 20):
            whole, tag, end = (rest + chunk).rpartition(b"<")
            yield whole if tag else end
            rest = tag + end if tag else b""
    yield rest


def _cells(called: object, workbook: Any, sheet: str | None) -> pl.DataFrame:
    """Return all cells of a sheet as text, its first row included."""
    try:
        cells: pl.DataFrame = workbook.load_sheet(
            sheet, header_row=None, skip_rows=0, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError as problem:
        raise CopError(
            f"{called} cannot be read. Open the workbook and save it again."
        ) from problem
    if cells.is_empty():
        raise _empty(called)
    return cells


def _xlsx_cells(files: Files, place: Place) -> pl.DataFrame:
    with _seekable(files, place.file) as stream:
        workbook = _workbook(place.file, stream)
        _refuse_far_cells(place, stream)
        return _cells(place, workbook, place.sheet)


def _xlsx_header(files: Files, place: Place) -> list[str]:
    return _header_row(_xlsx_cells(files, place))[1]


def _header_row(cells: pl.DataFrame) -> tuple[int, list[str]]:
    """Return the place and cells of the first row that holds anything."""
    rows = enumerate(cells.head(1_000).iter_rows())
    at, row = next(((at, row) for at, row in rows if any(row)), (0, ()))
    return at, [cell or "" for cell in row]


def _xlsx_texts(
    files: Files, place: Place, columns: Columns, _: Callable[[str], None]
) -> Iterator[Texts]:
    cells = _xlsx_cells(files, place)
    top, header = _header_row(cells)
    rows = cells.select(pl.nth(at).alias(name) for name, at in columns(header).items())
    for start in range(top + 1, max(len(rows), top + 2), ROWS_A_BATCH):
        yield Texts(rows.slice(start, ROWS_A_BATCH), _numbering(start - 1, 1, ()))


def _parquet_header(files: Files, place: Place) -> list[str]:
    with _seekable(files, place.file) as stream:
        return _parquet_file(place, stream)[1]


def _parquet_file(place: Place, stream: IO[bytes]) -> tuple[Any, list[str]]:
    """Return an open Parquet file and the names of its columns."""
    try:
        file = pa.parquet.ParquetFile(stream)
        return file, list(file.schema_arrow.names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        raise CopError(
            f"{place} is no readable Parquet file. Write it again, or hand over CSV."
        ) from problem


def _parquet_texts(
    files: Files, place: Place, columns: Columns, _: Callable[[str], None]
) -> Iterator[Texts]:
    with _seekable(files, place.file) as stream:
        file, header = _parquet_file(place, stream)
        wanted = columns(header)
        start = 0
        try:
            for batch in file.iter_batches(
                ROWS_A_BATCH, columns=[header[at] for at in wanted.values()]
            ):
                batch.validate(full=True)  # text or names that are no UTF-8 make Polars panic
                places = {name: batch.schema.names.index(header[at]) for name, at in wanted.items()}
                rows = pl.DataFrame(
                    pa.table({name: batch.column(at) for name, at in places.items()})
                )
                yield Texts(
                    rows.select(_plain(column) for column in rows), _numbering(start, 1, ())
                )
                start += len(rows)
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as problem:
            raise CopError(
                f"{place} cannot be read after {start:,} rows. Write its columns as text or times."
            ) from problem


def _plain(column: pl.Series) -> pl.Series:
    """Return a typed column as text; times and days stay what they are, unless no calendar has one
    of them.
    """
    if column.dtype in (pl.Date, pl.Datetime):
        return _on_the_calendar(column)
    if column.dtype == pl.Time:
        return column
    if isinstance(column.dtype, pl.Duration):
        return column.to_physical().cast(pl.String)
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join(";")
    if column.dtype.is_float() and bool((column.fill_nan(None).drop_nulls() % 1 == 0).all()):
        return column.fill_nan(None).cast(pl.Int64).cast(pl.String)
    return column.cast(pl.String)


def _on_the_calendar(column: pl.Series) -> pl.Series:
    """Return days or times as they are; all as text where one lies outside the years 1 to 9999,
    that one as its number.
    """
    numbers = column.to_physical()
    a_day = {"ms": 86_400_000, "us": 86_400_000_000}.get(getattr(column.dtype, "time_unit", ""), 1)
    if column.dtype == pl.Datetime(
        "ns", getattr(column.dtype, "time_zone", None)
    ):  # reach from 1677 to 2262
        return column
    first, last = (day * a_day for day in _CALENDAR)
    outside = (numbers < first) | (numbers >= last)
    if not outside.any():
        return column
    inside = column.set(outside, None)
    if isinstance(column.dtype, pl.Datetime):
        inside = inside.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    told = pl.when(outside).then(numbers.cast(pl.String)).otherwise(inside.cast(pl.String))
    return pl.select(told.alias(column.name)).to_series()


class _Form(NamedTuple):
    """A kind of file: how its header and its rows are read."""

    header: Callable[[Files, Place], list[str]]
    texts: Callable[[Files, Place, Columns, Callable[[str], None]], Iterator[Texts]]


_CSV = _Form(_csv_header, _csv_texts)
FORMS: dict[str, _Form] = {
    ".csv": _CSV,
    ".tsv": _CSV,
    ".txt": _CSV,
    ".xlsx": _Form(_xlsx_header, _xlsx_texts),
    ".parquet": _Form(_parquet_header, _parquet_texts),
}
