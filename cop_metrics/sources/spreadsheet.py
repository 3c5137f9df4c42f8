"""The way in for any platform: tables in CSV, XLSX or Parquet, with names and columns as declared
in `SHEETS`.

To add a column: one `Column` in its sheet, and the lake's column that it fills; the docs' tables
come from `described`.
"""

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, NoReturn

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export
from cop_metrics.sources.source import Batch, Reading, Records, Source, measured
from cop_metrics.tables import ANSWER, COMMENT, MESSAGE, QUESTION, TABLES, TIME
from cop_metrics.tabular import (
    Place,
    Texts,
    columns_by_name,
    email_hash,
    header_of,
    is_table,
    is_workbook,
    listed,
    nothing_as_null,
    plain_name,
    refuse_rounded_keys,
    sheet_names,
    texts_of,
    whole_keys,
)

DOCS = "docs/spreadsheet.md"
KINDS = (QUESTION, ANSWER, COMMENT, MESSAGE)
YES = ("yes", "true", "1", "y")
NO = ("no", "false", "0", "n")


class Kind(Enum):
    """What a column's values are, in the words of the docs and of the summary of skipped rows."""

    KEY = "a key"
    TEXT = "a text"
    TIME = "a time"
    DAY = "a day"
    YES_NO = "yes or no"
    COUNT = "a whole number"
    POST_KIND = "question, answer, comment or message"
    EMAIL = "an e-mail address"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet; `fills` is the lake table's column that takes its values as they are."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    fills: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table that people hand over, and the lake table that its rows go to, None if they tell
    about the export.
    """

    name: str
    one_row: str
    lake_table: str | None
    columns: tuple[Column, ...]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)


POSTS = Sheet(
    name="posts",
    one_row="a post",
    lake_table="post",
    columns=(
        Column(
            name="post_id", kind=Kind.KEY, required=True, fills="post", meaning="the post's own key"
        ),
        Column(
            name="thread_id",
            kind=Kind.KEY,
            required=True,
            fills="thread",
            meaning="the conversation it is in: the same for a question and its answers",
        ),
        Column(
            name="kind",
            kind=Kind.POST_KIND,
            required=True,
            fills="kind",
            meaning="what sort of post it is",
        ),
        Column(name="author_id", kind=Kind.KEY, meaning="the author's key; empty if unknown"),
        Column(
            name="author_name",
            kind=Kind.TEXT,
            meaning="the author's name; where there is no key, the member becomes `name:` and this name",
        ),
        Column(
            name="created_at",
            kind=Kind.TIME,
            required=True,
            fills="created_at",
            meaning="when it was written",
        ),
        Column(
            name="deleted_at",
            kind=Kind.TIME,
            fills="deleted_at",
            meaning="when it was deleted; empty if it stands",
        ),
        Column(
            name="accepted",
            kind=Kind.YES_NO,
            fills="accepted",
            meaning="whether this answer was accepted; empty is no",
        ),
        Column(
            name="accepted_at", kind=Kind.TIME, fills="accepted_at", meaning="when it was accepted"
        ),
        Column(
            name="solved_by",
            kind=Kind.KEY,
            fills="solved_by",
            meaning="the key of the member who marked it accepted",
        ),
        Column(
            name="title", kind=Kind.TEXT, meaning="the thread's title, on the row of its question"
        ),
        Column(
            name="url", kind=Kind.TEXT, meaning="the thread's address, on the row of its question"
        ),
        Column(
            name="topics",
            kind=Kind.TEXT,
            meaning="the thread's topics, separated by ;, on the row of its question",
        ),
        Column(
            name="channel",
            kind=Kind.TEXT,
            meaning="where the thread is, on the row of its question",
        ),
    ),
)
THREADS = Sheet(
    name="threads",
    one_row="a conversation",
    lake_table="thread",
    columns=(
        Column(
            name="thread_id",
            kind=Kind.KEY,
            required=True,
            fills="thread",
            meaning="the thread's key",
        ),
        Column(name="title", kind=Kind.TEXT, fills="title", meaning="its title"),
        Column(name="url", kind=Kind.TEXT, fills="url", meaning="its address, for links in lists"),
        Column(
            name="channel",
            kind=Kind.TEXT,
            fills="channel",
            meaning="the forum, group or room that it is in",
        ),
        Column(name="topics", kind=Kind.TEXT, meaning="its topics, separated by ;"),
        Column(name="created_at", kind=Kind.TIME, fills="created_at", meaning="when it was opened"),
        Column(
            name="closed_at",
            kind=Kind.TIME,
            fills="closed_at",
            meaning="when it was closed; empty if it is open",
        ),
        Column(
            name="closed_as",
            kind=Kind.TEXT,
            fills="closed_as",
            meaning="the reason for which it was closed",
        ),
        Column(
            name="views", kind=Kind.COUNT, fills="views", meaning="how often it was viewed, ever"
        ),
    ),
)
MEMBERS = Sheet(
    name="members",
    one_row="an account",
    lake_table="member",
    columns=(
        Column(
            name="member_id",
            kind=Kind.KEY,
            required=True,
            fills="member",
            meaning="the key used as author_id",
        ),
        Column(
            name="name", kind=Kind.TEXT, fills="name", meaning="the name as the platform shows it"
        ),
        Column(
            name="username", kind=Kind.TEXT, fills="username", meaning="the name used to sign in"
        ),
        Column(
            name="email",
            kind=Kind.EMAIL,
            fills="email_hash",
            meaning="the address, to find the member in the roster; only its hash is kept",
        ),
        Column(
            name="joined_at", kind=Kind.TIME, fills="joined_at", meaning="when the account was made"
        ),
        Column(
            name="deleted_at",
            kind=Kind.TIME,
            fills="deleted_at",
            meaning="when the account was deleted",
        ),
        Column(
            name="is_bot",
            kind=Kind.YES_NO,
            fills="is_bot",
            meaning="whether it is a program; empty is no",
        ),
    ),
)
REACTIONS = Sheet(
    name="reactions",
    one_row="a vote, like or reaction to a post",
    lake_table="reaction",
    columns=(
        Column(
            name="post_id",
            kind=Kind.KEY,
            required=True,
            fills="post",
            meaning="the post that it is about",
        ),
        Column(
            name="giver_id",
            kind=Kind.KEY,
            fills="giver",
            meaning="the member who gave it; empty if unknown",
        ),
        Column(
            name="kind",
            kind=Kind.TEXT,
            required=True,
            fills="kind",
            meaning="its name: like, upvote, tada",
        ),
        Column(name="given_at", kind=Kind.TIME, fills="given_at", meaning="when it was given"),
    ),
)
READS = Sheet(
    name="reads",
    one_row="a reader's reads of a thread on a day",
    lake_table="read",
    columns=(
        Column(
            name="thread_id",
            kind=Kind.KEY,
            required=True,
            fills="thread",
            meaning="the thread that was read",
        ),
        Column(
            name="reader_id",
            kind=Kind.KEY,
            fills="reader",
            meaning="the member who read it; empty if unknown",
        ),
        Column(
            name="day", kind=Kind.DAY, fills="day", meaning="the day; empty for an undated total"
        ),
        Column(name="reads", kind=Kind.COUNT, fills="reads", meaning="how many times; empty is 1"),
    ),
)
VISITS = Sheet(
    name="visits",
    one_row="a member's day on the platform",
    lake_table="visit",
    columns=(
        Column(
            name="member_id", kind=Kind.KEY, required=True, fills="member", meaning="the member"
        ),
        Column(
            name="day", kind=Kind.DAY, required=True, fills="day", meaning="the day of the visit"
        ),
    ),
)
EXPORT = Sheet(
    name="export",
    one_row="the export itself; there is only one",
    lake_table=None,
    columns=(
        Column(
            name="exported_at",
            kind=Kind.TIME,
            meaning="when it was made: of two exports the newer one counts",
        ),
        Column(
            name="observed_from",
            kind=Kind.TIME,
            meaning="since when it holds everything that happened",
        ),
        Column(
            name="observed_until",
            kind=Kind.TIME,
            meaning="until when: the age of questions is counted to then",
        ),
    ),
)
SHEETS: dict[str, Sheet] = {
    sheet.name: sheet for sheet in (POSTS, THREADS, MEMBERS, REACTIONS, READS, VISITS, EXPORT)
}
KEYED = (POSTS, THREADS, MEMBERS)
"""The sheets whose first column is the key of a row: of rows with the same key, one counts."""
NOBODY_IN = ("author_id", "author_name", "solved_by", "giver_id", "reader_id")
"""The columns in which a cell that says NULL is told of: it may have been somebody's name."""
TELLING = ("post_id", "thread_id", "created_at")
NEVER = datetime(2200, 1, 1)
UNREADABLE = (
    *(CopError, OSError, ValueError, EOFError, RuntimeError, IndexError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What opening a table raises that is none, or is damaged."""
IF_EMPTY: Mapping[str, object] = {"accepted": False, "is_bot": False, "reads": 1}


def described() -> str:
    """Return all sheets and their columns as Markdown tables, for the docs."""
    parts = []
    for sheet in SHEETS.values():
        rows = [f"### {sheet.name}", "", f"One row is {sheet.one_row}.", ""]
        rows += ["| column | needed | is | meaning |", "|---|---|---|---|"]
        rows += [
            f"| `{column.name}` | {'yes' if column.required else ''} | {column.kind.value} | {column.meaning} |"
            for column in sheet.columns
        ]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def recognises(export: Export) -> bool:
    """Tell whether the export holds a table of posts by its header; whatever cannot be opened is
    not ours.
    """
    try:
        place = places_of_tables(export).get(POSTS.name)
        if place is None:
            return False
        header = {plain_name(name) for name in header_of(export, place)}
    except UNREADABLE:
        return False
    return {plain_name(name) for name in TELLING} <= header


def what_tables_lack(export: Export) -> str:
    """Return a sentence on the columns of the first table of an export that is not ours, empty
    where there is none.
    """
    for name in export.names:
        if not is_table(name):
            continue
        try:
            sheet = sheet_names(export, name)[0] if is_workbook(name) else None
            header = header_of(export, Place(name, sheet))
        except UNREADABLE:
            continue
        if len(header) > 1:
            return (
                f" {name} is a table with the columns {listed(header)}; a table of posts needs "
                f"{', '.join(POSTS.required)} and author_id or author_name: rename them."
            )
    return ""


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the rows of all tables of the export, threads and members first, after its own times
    are noted.

    Raises `CopError` if there is no table of posts, a table lacks a required column or cannot be
    read, no post is left, or the export states its times twice or against their order.
    """
    places = places_of_tables(export)
    if POSTS.name not in places:
        raise CopError(
            f"There is no table of posts in {export.path.name}. Found: {listed(export.names)}. "
            f"Needed: a file or sheet called posts, with {', '.join(POSTS.required)}; see {DOCS}."
        )
    if EXPORT.name in places:
        _note_times(export, places[EXPORT.name], reading)
    reading.lists_accounts = MEMBERS.name in places
    implied = _Implied(has_threads=THREADS.name in places)
    for table in (THREADS, MEMBERS, POSTS, REACTIONS, READS, VISITS):
        if table.name in places:
            yield from _read_place(export, table, places[table.name], implied, reading)
    yield from implied.rest(reading)


def _note_times(export: Export, place: Place, reading: Reading) -> None:
    """Put the times that the export states of itself into `reading`."""
    stated = [row for rows in _values(export, EXPORT, place, reading) for row in rows.to_dicts()]
    if len(stated) > 1:
        raise CopError(
            f"{place} has {len(stated):,} rows; the table export has one, for the export as a whole. "
            f"Keep the row that is right; see {DOCS}."
        )
    for times in stated:
        reading.exported_at, reading.observed_from, reading.observed_until = (
            times.get(column.name) for column in EXPORT.columns
        )
    since, until = reading.observed_from, reading.observed_until
    if since and until and since >= until:
        raise CopError(
            f"{place} says that the export begins at {since}, but reaches only to {until}. "
            "Correct observed_from or observed_until, or leave them empty."
        )


def _read_place(
    export: Export, sheet: Sheet, place: Place, implied: "_Implied", reading: Reading
) -> Iterator[Batch]:
    rows = 0
    hashes: list[pl.Series] = []
    for values in _values(export, sheet, place, reading):
        rows += len(values)
        if sheet in KEYED:
            hashes.append(values[sheet.columns[0].name].hash())
        yield from _read_table(sheet, values, implied)
    if hashes:
        _note_repeats(sheet, place, repeated=rows - pl.concat(hashes).n_unique(), reading=reading)
    if sheet is not POSTS:
        yield from measured(str(sheet.lake_table))
    elif not rows and not reading.skipped:
        reading.is_quiet = True
    elif not rows:
        _refuse_without_posts(place, reading)


def _refuse_without_posts(place: Place, reading: Reading) -> NoReturn:
    why = [
        f"{reason} ({reading.examples[reason][0]})"
        for reason in reading.skipped
        if reason.startswith("posts:")
    ]
    raise CopError(
        f"{place} has no post that can be read{': ' + '; '.join(why) if why else ''}. "
        f"Write times as 2024-03-31 14:05 and kinds as {', '.join(KINDS)}; see {DOCS}."
    )


def _note_repeats(sheet: Sheet, place: Place, *, repeated: int, reading: Reading) -> None:
    if repeated:
        key = sheet.columns[0].name
        what = "row has" if repeated == 1 else "rows have"
        reading.notes.append(
            f"{place}: {repeated:,} {what} a {key} that another row has; the last row of each counts."
        )


def places_of_tables(export: Export) -> dict[str, Place]:
    """Return where each table of the export is, by the names of files and of the sheets of a
    workbook.

    Raises `CopError` if a table is there twice or a workbook cannot be opened.
    """
    names = [name for name in export.names if is_table(name)]
    workbooks = [name for name in names if is_workbook(name)]
    found: dict[str, list[Place]] = {}
    for name in names:
        table = plain_name(PurePosixPath(name).stem)
        if name in workbooks and (table in SHEETS or len(workbooks) == 1):
            for sheet_table, place in _places_in_workbook(export, name, alone=len(names) == 1):
                found.setdefault(sheet_table, []).append(place)
        elif table in SHEETS or len(names) == 1:
            found.setdefault(table if table in SHEETS else POSTS.name, []).append(Place(name, None))
    if POSTS.name not in found and EXPORT.name in found:
        found[POSTS.name] = found.pop(
            EXPORT.name
        )  # people call a file or sheet of posts "export" too
    for table, places in found.items():
        if len(places) > 1:
            raise CopError(
                f"The table {table} is there more than once: {listed([str(place) for place in places])}. "
                "Keep the one that counts, or put their rows into one file."
            )
    return {table: places[0] for table, places in found.items()}


def _places_in_workbook(export: Export, name: str, *, alone: bool) -> list[tuple[str, Place]]:
    sheets = sheet_names(export, name)
    named = [
        (plain_name(sheet), Place(name, sheet)) for sheet in sheets if plain_name(sheet) in SHEETS
    ]
    table = plain_name(PurePosixPath(name).stem)
    if named or not sheets:
        return named
    if table in SHEETS or alone:
        return [(table if table in SHEETS else POSTS.name, Place(name, sheets[0]))]
    return []


def _values(export: Export, sheet: Sheet, place: Place, reading: Reading) -> Iterator[pl.DataFrame]:
    """Yield the typed rows of a table in batches; what cannot be read is counted in `reading`."""

    def columns(header: Sequence[str]) -> dict[str, int]:
        return _columns_of(sheet, place, header, reading)

    def uneven(row: str) -> None:
        reading.skip(f"{sheet.name}: more or fewer columns than the header", row)

    nobody: Counter[str] = Counter()
    for texts in texts_of(export, place, columns, uneven):
        for column in set(NOBODY_IN) & set(texts.rows.columns):
            nobody.update(_says_nothing(texts.rows[column]))
        yield values_of(sheet, texts, place, reading)
    if nobody:
        words = ", ".join(f"'{word}'" for word, _ in nobody.most_common(3))
        reading.notes.append(
            f"{place}: {nobody.total():,} cells that should name somebody hold {words}: that is taken for nobody."
        )


def _says_nothing(names: pl.Series) -> list[str]:
    """Return what stands for nobody in a column of people."""
    said = names.cast(pl.String).str.strip_chars().drop_nulls()
    return said.filter(nothing_as_null(said, is_name=True).is_null()).to_list()


def _columns_of(
    sheet: Sheet, place: Place, header: Sequence[str], reading: Reading
) -> dict[str, int]:
    """Return where each declared column stands in the header; raise `CopError` if one that is
    needed is not there.
    """
    found = columns_by_name(place, header, sheet.required)
    known = {plain_name(column.name): column.name for column in sheet.columns}
    missing = [name for name in sheet.required if plain_name(name) not in found]
    if missing or not known.keys() & found.keys():
        needed = ", ".join(sheet.required) or f"one of {', '.join(known.values())}"
        raise CopError(
            f"{place} is not the table {sheet.name}: it has no column {', '.join(missing) or 'of it'}. "
            f"Found: {listed(header)}. Needed: {needed}. Rename the columns; see {DOCS}."
        )
    unused = [name for name in header if name.strip() and plain_name(name) not in known]
    if unused:
        reading.notes.append(f"{place}: columns that are not used: {listed(unused)}.")
    return {column: found[name] for name, column in known.items() if name in found}


_FORMS_OF_TIME = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y%m%dT%H%M%S%.f%#z",
    "%Y%m%dT%H%M%S%.f",
)


def times_of(texts: pl.Series) -> pl.Series:
    """Return texts as naive UTC times in microseconds, null where they are none."""
    if texts.dtype.is_temporal():
        return _times_of_temporal(texts)
    times, left = _parsed(texts, texts.is_not_null())
    if left.any():
        tidied = (
            texts.str.to_uppercase()
            .str.replace(r" ?(UTC|GMT)$", "Z")
            .str.replace(r" ([+-]\d\d:?\d\d)$", "$1")
        )
        again, _ = _parsed(tidied.str.replace(",", ".", literal=True), left)
        times = times.fill_null(again)
    return times.set(~times.is_between(datetime.min, datetime.max).fill_null(True), None)


def _times_of_temporal(times: pl.Series) -> pl.Series:
    if isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone:
        times = times.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return (
        times.cast(TIME, strict=False)
        if times.dtype in (pl.Date, pl.Datetime)
        else _nothing(times, TIME)
    )


def _nothing(like: pl.Series, kind: Any) -> pl.Series:
    return pl.Series(like.name, [None], dtype=kind).new_from_index(0, len(like))


def _parsed(texts: pl.Series, left: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return times, trying each form on what the ones before could not read, and which rows of
    `left` are unread.
    """
    times = _nothing(texts, TIME)
    for form in _FORMS_OF_TIME:
        if not left.any():
            break
        some = texts if left.all() else texts.set(~left, None)
        read = some.str.to_datetime(
            form, strict=False, time_unit="us", time_zone="UTC" if "z" in form else None
        )
        times = times.fill_null(read.dt.replace_time_zone(None))
        left = left & times.is_null()
    return times, left


def days_of(texts: pl.Series) -> pl.Series:
    """Return texts as days: the UTC day of a time, null where they are neither day nor time."""
    if texts.dtype.is_temporal():
        return _times_of_temporal(texts).cast(pl.Date)
    days = texts.str.to_date("%Y-%m-%d", strict=False)
    return days if days.null_count() == texts.null_count() else times_of(texts).cast(pl.Date)


def _yes_or_no(texts: pl.Series) -> pl.Series:
    words = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _whole_numbers(texts: pl.Series) -> pl.Series:
    numbers = texts.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    return numbers.set((numbers < 0).fill_null(False), None)


def _kinds_of_post(texts: pl.Series) -> pl.Series:
    kinds = texts.str.to_lowercase()
    return kinds.set(~kinds.is_in(KINDS).fill_null(True), None)


def _hashes(texts: pl.Series) -> pl.Series:
    hashes = {address: email_hash(address) for address in texts.drop_nulls().unique()}
    return texts.replace_strict(hashes, default=None, return_dtype=pl.String)


def _as_they_stand(texts: pl.Series) -> pl.Series:
    return texts


_VALUES: Mapping[Kind, Callable[[pl.Series], pl.Series]] = {
    Kind.KEY: _as_they_stand,
    Kind.TEXT: _as_they_stand,
    Kind.TIME: times_of,
    Kind.DAY: days_of,
    Kind.YES_NO: _yes_or_no,
    Kind.COUNT: _whole_numbers,
    Kind.POST_KIND: _kinds_of_post,
    Kind.EMAIL: _hashes,
}
_TEMPORAL = (Kind.TIME, Kind.DAY)


def values_of(sheet: Sheet, texts: Texts, place: Place, reading: Reading) -> pl.DataFrame:
    """Return the rows that can be read, typed, under the sheet's column names; the others are
    counted by reason.
    """
    columns = [column for column in sheet.columns if column.name in texts.rows.columns]
    stripped = texts.rows.select(
        _stripped(texts.rows[column.name], column.kind) for column in columns
    )
    for column in columns:
        if column.kind is Kind.KEY:
            refuse_rounded_keys(place, column.name, stripped[column.name])
    values = stripped.select(_VALUES[column.kind](stripped[column.name]) for column in columns)
    reasons = pl.DataFrame([_reasons(sheet, column, stripped, values) for column in columns])
    reason = reasons.select(pl.coalesce(pl.all())).to_series()
    empty = stripped.select(pl.all_horizontal(pl.all().is_null())).to_series()
    bad = reason.is_not_null() & ~empty
    _count_skipped(reason.set(~bad, None), texts, place, reading)
    defaults = [
        pl.col(name).fill_null(value) for name, value in IF_EMPTY.items() if name in values.columns
    ]
    ends = [
        pl.when(pl.col(name) < NEVER).then(name).alias(name)
        for name in _ends(sheet)
        if name in values.columns
    ]
    return values.filter(~bad & ~empty).with_columns(defaults).with_columns(ends)


def _ends(sheet: Sheet) -> list[str]:
    """Return the columns whose far time, such as 9999-12-31, means that it has not come: all but
    that of an act itself.
    """
    event = TABLES[sheet.lake_table].event if sheet.lake_table else None
    times = [column for column in sheet.columns if column.kind is Kind.TIME and sheet.lake_table]
    return [column.name for column in times if column.fills != event]


def _stripped(texts: pl.Series, kind: Kind) -> pl.Series:
    if texts.dtype.is_temporal():
        return texts if kind in _TEMPORAL else texts.cast(pl.String)
    stripped = texts.cast(pl.String).str.strip_chars()
    stripped = nothing_as_null(stripped, is_name=kind is Kind.TEXT)
    stripped = whole_keys(stripped) if kind is Kind.KEY else stripped
    return stripped.set((stripped == "").fill_null(False), None)


def _reasons(sheet: Sheet, column: Column, texts: pl.DataFrame, values: pl.DataFrame) -> pl.Series:
    """Return for each row why the column makes it unreadable, null where it does not."""
    text, value = texts[column.name], values[column.name]
    why = _nothing(text, pl.String)
    unread = text.is_not_null() & value.is_null()
    if unread.any():
        why = why.set(unread, f"{sheet.name}: {column.name} is not {column.kind.value}")
    if column.required and text.null_count():
        why = why.set(text.is_null(), f"{sheet.name}: {column.name} is empty")
    return why


def _count_skipped(reason: pl.Series, texts: Texts, place: Place, reading: Reading) -> None:
    if reason.null_count() == len(reason):
        return
    rows = pl.DataFrame(
        {"reason": reason, "at": pl.int_range(len(reason), eager=True)}
    ).drop_nulls()
    counted = rows.group_by("reason", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("at").head(3)
    )
    for why, number, places in counted.iter_rows():
        named = (f"{place.file} row {texts.row_number(at)}" for at in places)
        reading.skip(why, *named, rows=number)


_THREAD = ("thread_id", "created_at", "title", "url", "channel", "topics")
_THREAD_ROWS = {name: TIME if name == "created_at" else pl.String() for name in _THREAD}
_PERSON_ROWS = {"member": pl.String(), "name": pl.String()}


@dataclass
class _Gathered:
    """Rows gathered over batches, folded into one a key whenever they have doubled."""

    fold: Callable[[pl.DataFrame], pl.DataFrame]
    rows: pl.DataFrame
    pending: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        self.pending.append(rows)
        if sum(map(len, self.pending)) > max(len(self.rows), 500_000):
            self.all()

    def all(self) -> pl.DataFrame:
        if self.pending:
            self.rows = self.fold(pl.concat([self.rows, *self.pending]))
            self.pending = []
        return self.rows


def _one_a_person(people: pl.DataFrame) -> pl.DataFrame:
    return people.group_by("member", maintain_order=True).agg(pl.col("name").drop_nulls().first())


def _one_a_thread(posts: pl.DataFrame) -> pl.DataFrame:
    first = [pl.col(name).drop_nulls().first() for name in _THREAD[2:]]
    return posts.group_by("thread_id", maintain_order=True).agg(pl.col("created_at").min(), *first)


@dataclass
class _Implied:
    """Threads and members that only posts tell about, gathered while the posts are read."""

    has_threads: bool
    has_topics: bool = False
    threads: _Gathered = field(
        default_factory=lambda: _Gathered(_one_a_thread, pl.DataFrame(schema=_THREAD_ROWS))
    )
    opened: list[pl.Series] = field(default_factory=list)
    people: _Gathered = field(
        default_factory=lambda: _Gathered(_one_a_person, pl.DataFrame(schema=_PERSON_ROWS))
    )
    members: list[pl.Series] = field(default_factory=list)

    def posts(self, posts: pl.DataFrame, *, has_topics: bool) -> Iterator[Batch]:
        """Yield the threads that questions of the batch open; keep the rest until all posts are
        read.
        """
        self.has_topics = has_topics
        authors = posts.select(
            pl.col("author").alias("member"), pl.col("author_name").alias("name")
        )
        self.people.add(_one_a_person(authors.filter(pl.col("member").is_not_null())))
        rows = posts.select(*_THREAD, "kind")
        if self.has_threads:
            self.threads.add(_one_a_thread(rows))
            return
        questions = rows.filter(pl.col("kind") == QUESTION).unique(
            "thread_id", keep="first", maintain_order=True
        )
        self.opened.append(questions["thread_id"])
        self.threads.add(_one_a_thread(rows.join(questions, on="thread_id", how="anti")))
        yield from _threads(questions, has_topics=has_topics)

    def rest(self, reading: Reading) -> Iterator[Batch]:
        """Yield the threads that no question and no table `threads` told about, and the members
        known by name.
        """
        threads = _without(self.threads.all(), "thread_id", self.opened)
        if self.has_threads and len(threads):
            reading.notes.append(
                f"{len(threads):,} threads of posts are not in the table threads; they are kept."
            )
        yield from _threads(threads, has_topics=self.has_topics)
        people = _without(self.people.all(), "member", self.members)
        if self.members and len(people):
            reading.notes.append(
                f"{len(people):,} authors of posts are not in the table members; they are kept."
            )
        named = people.filter(pl.col("name").is_not_null())
        yield Batch("member", named.with_columns(pl.lit(False).alias("is_bot")))


def _without(rows: pl.DataFrame, key: str, known: Sequence[pl.Series]) -> pl.DataFrame:
    if not known:
        return rows
    return rows.join(
        pl.DataFrame({key: pl.concat(known)}), on=key, how="anti", maintain_order="left"
    )


def _threads(threads: pl.DataFrame, *, has_topics: bool) -> Iterator[Batch]:
    """Yield threads under the sheet's column names, and their topics."""
    kept = [name for name in threads.columns if name in TABLES["thread"].columns]
    yield Batch("thread", threads.select(pl.col("thread_id").alias("thread"), *kept))
    if has_topics:
        topics = threads.select(
            pl.col("thread_id").alias("thread"), pl.col("topics").str.split(";").alias("topic")
        )
        one_each = (
            topics.explode("topic").with_columns(pl.col("topic").str.strip_chars()).drop_nulls()
        )
        yield Batch("topic", one_each.filter(pl.col("topic") != "").unique(maintain_order=True))


def _lake_rows(sheet: Sheet, values: pl.DataFrame) -> Batch:
    table = str(sheet.lake_table)
    filled = [column for column in sheet.columns if column.fills and column.name in values.columns]
    rows = values.select(pl.col(column.name).alias(str(column.fills)) for column in filled)
    return Batch(table, rows)


def _with_author(posts: pl.DataFrame) -> pl.DataFrame:
    """Add `author`, the key or else `name:<name>`, and the optional columns that are not there."""
    missing = [
        pl.lit(None, pl.String).alias(c.name) for c in POSTS.columns if c.name not in posts.columns
    ]
    named = pl.concat_str(pl.lit("name:"), pl.col("author_name"))
    return posts.with_columns(missing).with_columns(pl.coalesce("author_id", named).alias("author"))


def _read_posts(values: pl.DataFrame, implied: _Implied) -> Iterator[Batch]:
    posts = _with_author(values)
    rows = _lake_rows(POSTS, values).rows.with_columns(posts["author"])
    yield Batch("post", rows)
    yield from implied.posts(posts, has_topics="topics" in values.columns)


def _read_threads(values: pl.DataFrame, implied: _Implied) -> Iterator[Batch]:
    implied.opened.append(values["thread_id"])
    yield from _threads(values, has_topics="topics" in values.columns)


def _read_members(values: pl.DataFrame, implied: _Implied) -> Iterator[Batch]:
    implied.members.append(values["member_id"])
    yield _lake_rows(MEMBERS, values)


def _read_table(sheet: Sheet, values: pl.DataFrame, implied: _Implied) -> Iterator[Batch]:
    if sheet is POSTS:
        return _read_posts(values, implied)
    if sheet is THREADS:
        return _read_threads(values, implied)
    if sheet is MEMBERS:
        return _read_members(values, implied)
    return iter([_lake_rows(sheet, values)])


SOURCE = Source(
    id="spreadsheet",
    title="Spreadsheet or tables (CSV, XLSX, Parquet)",
    how_to_export=(
        "Write one table of posts with the columns post_id, thread_id, kind, created_at and author_id: as a CSV, as an "
        "XLSX workbook, or as a folder or .zip with one file for each table (posts, threads, members, reactions, "
        f"reads, visits; export for its own times). {DOCS} lists every column."
    ),
    personal_fields=(
        "posts.author_name",
        "posts.title",
        "threads.title",
        "members.name",
        "members.username",
        "members.email",
    ),
    records=Records(
        always=("member", "thread", "post"),
        sometimes=(
            *("topic", "reaction", "read", "visit"),
            *("account", "reach", "reader", "giver", "thanker", "acceptance"),
        ),
    ),
    cannot_measure=("channel members", "withdrawn reactions"),
    never_opens=("columns that docs/spreadsheet.md does not name, such as texts of messages",),
    version=3,
    private_before=0,
    recognises=recognises,
    read=read,
)
