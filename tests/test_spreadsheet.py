"""Tables in CSV, XLSX and Parquet: every form gives the same rows, and what cannot be read is told in a sentence."""

import csv
import gc
import io
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import exports
import polars as pl
import pytest
import xlsxwriter
from exports import MARK, Makers, without_rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop_metrics import tabular
from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export, open_export
from cop_metrics.sources.source import Reading
from cop_metrics.sources.spreadsheet import POSTS, SHEETS, SOURCE, days_of, described, times_of
from cop_metrics.tables import TABLES
from cop_metrics.tabular import email_hash

DOCS = Path(__file__).resolve().parents[1] / "docs" / "spreadsheet.md"

# Ada asks on Friday; Grace answers, is thanked and accepted; Joan comments. Nobody helps Grace's own question.
POST_ROWS: list[dict[str, object]] = [
    {
        "post_id": "1",
        "thread_id": "t1",
        "kind": "question",
        "author_id": "ada",
        "created_at": datetime(2024, 3, 1, 9),
    },
    {
        "post_id": "2",
        "thread_id": "t1",
        "kind": "answer",
        "author_id": "grace",
        "created_at": datetime(2024, 3, 1, 10, 30),
        "accepted": True,
        "accepted_at": datetime(2024, 3, 2, 8, 0, 5),
        "solved_by": "ada",
    },
    {
        "post_id": "3",
        "thread_id": "t1",
        "kind": "comment",
        "author_name": "Joan",
        "created_at": datetime(2024, 3, 4),
    },
    {
        "post_id": "4",
        "thread_id": "t2",
        "kind": "question",
        "author_id": "grace",
        "created_at": datetime(2024, 3, 5, 23, 59, 59),
        "deleted_at": datetime(2024, 3, 6),
    },
]
COMMUNITY: dict[str, list[dict[str, object]]] = {
    "posts": POST_ROWS,
    "threads": [
        {"thread_id": "t1", "title": "Thin sheet", "topics": "welding; steel;;", "views": 12},
        {"thread_id": "t2"},
    ],
    "members": [
        {
            "member_id": "ada",
            "name": "Ada",
            "email": "Ada@example.org",
            "joined_at": datetime(2024, 1, 1),
        },
        {"member_id": "grace", "username": "gh"},
        {"member_id": "feed", "is_bot": True},
    ],
    "reactions": [
        {"post_id": "2", "giver_id": "ada", "kind": "like", "given_at": datetime(2024, 3, 1, 11)}
    ],
    "reads": [
        {"thread_id": "t1", "reader_id": "grace", "day": date(2024, 3, 1), "reads": 3},
        {"thread_id": "t1", "reader_id": "ada", "day": date(2024, 3, 2)},
        {"thread_id": "t2", "reads": 40},
    ],
    "visits": [{"member_id": "ada", "day": date(2024, 3, 1)}],
}


def columns_in(rows: Sequence[dict[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(rows: Sequence[dict[str, object]]) -> bytes:
    texts = {True: "yes", False: "no", None: ""}
    columns = columns_in(rows)
    lines = [[str(texts.get(row.get(name), row.get(name))) for name in columns] for row in rows]  # type: ignore[arg-type]
    return "\n".join(",".join(line) for line in [columns, *lines]).encode()


def as_xlsx(sheets: dict[str, list[dict[str, object]]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "default_date_format": "d mmm yyyy hh:mm"}
    ) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name.capitalize())
            columns = columns_in(rows)
            sheet.write_row(0, 0, columns)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [row.get(column, "") for column in columns])
    return content.getvalue()


def as_parquet(rows: Sequence[dict[str, object]]) -> bytes:
    content = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(content)
    return content.getvalue()


def folder_of(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def csv_folder(path: Path) -> Path:
    return folder_of(
        path / "csv", {f"{name}.csv": as_csv(rows) for name, rows in COMMUNITY.items()}
    )


def parquet_folder(path: Path) -> Path:
    return folder_of(
        path / "parquet", {f"{name}.parquet": as_parquet(rows) for name, rows in COMMUNITY.items()}
    )


def xlsx_folder(path: Path) -> Path:
    return folder_of(
        path / "books",
        {f"{name}.xlsx": as_xlsx({"Sheet1": rows}) for name, rows in COMMUNITY.items()},
    )


def workbook_folder(path: Path) -> Path:
    return folder_of(path / "book", {"community.xlsx": as_xlsx(COMMUNITY)})


def one_workbook(path: Path) -> Path:
    (path / "community.xlsx").write_bytes(as_xlsx(COMMUNITY))
    return path / "community.xlsx"


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path / "community.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in COMMUNITY.items():
            archive.writestr(f"export/{name.upper()}.CSV", as_csv(rows))
    return path / "community.zip"


def zipped_workbooks(path: Path) -> Path:
    with zipfile.ZipFile(path / "books.zip", "w") as archive:
        archive.writestr("community.xlsx", as_xlsx(COMMUNITY))
    return path / "books.zip"


def one_csv(path: Path) -> Path:
    (path / "last night.csv").write_bytes(as_csv(POST_ROWS))
    return path / "last night.csv"


ALL_TABLES = [csv_folder, parquet_folder, xlsx_folder, one_workbook, zipped, zipped_workbooks]


class Read(exports.Read):
    """Tables that were read; rows are in the order of their first column."""

    def __init__(self, path: Path) -> None:
        super().__init__(SOURCE, path)

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        return self.tables[table].select(columns).sort(columns[0], maintain_order=True).rows()


def read_text(folder: Path, text: str | bytes, name: str = "posts.csv") -> Read:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Read(path)


def refusal(path: Path) -> str:
    with pytest.raises(CopError) as problem:
        Read(path)
    return str(problem.value)


def refusal_of(folder: Path, text: str | bytes, name: str = "posts.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return refusal(path)


@contextmanager
def exported(path: Path) -> Iterator[Export]:
    with open_export(path) as export:
        yield export


HEADER = "post_id,thread_id,kind,author_id,created_at\n"


@pytest.mark.parametrize("form", [*ALL_TABLES, one_csv])
def test_every_form_gives_the_same_posts(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    columns = (
        "post",
        "thread",
        "author",
        "kind",
        "created_at",
        "deleted_at",
        "accepted",
        "accepted_at",
        "solved_by",
    )
    read = Read(form(tmp_path))
    assert read.rows("post", *columns) == [
        ("1", "t1", "ada", "question", datetime(2024, 3, 1, 9), None, False, None, None),
        (
            "2",
            "t1",
            "grace",
            "answer",
            datetime(2024, 3, 1, 10, 30),
            None,
            True,
            datetime(2024, 3, 2, 8, 0, 5),
            "ada",
        ),
        ("3", "t1", "name:Joan", "comment", datetime(2024, 3, 4), None, False, None, None),
        (
            "4",
            "t2",
            "grace",
            "question",
            datetime(2024, 3, 5, 23, 59, 59),
            datetime(2024, 3, 6),
            False,
            None,
            None,
        ),
    ]
    assert read.tables["post"].schema == pl.Schema(TABLES["post"].columns)
    assert not read.reading.skipped


@pytest.mark.parametrize("form", ALL_TABLES)
def test_every_form_gives_the_same_other_tables(
    tmp_path: Path, form: Callable[[Path], Path]
) -> None:
    read = Read(form(tmp_path))
    assert read.rows("thread", "thread", "title", "views") == [
        ("t1", "Thin sheet", 12),
        ("t2", None, None),
    ]
    assert read.rows("topic", "topic", "thread") == [("steel", "t1"), ("welding", "t1")]
    assert read.rows(
        "member", "member", "name", "username", "email_hash", "joined_at", "is_bot"
    ) == [
        ("ada", "Ada", None, email_hash("ada@example.org"), datetime(2024, 1, 1), False),
        ("feed", None, None, None, None, True),
        ("grace", None, "gh", None, None, False),
        ("name:Joan", "Joan", None, None, None, False),
    ]
    assert read.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("2", "ada", "like", datetime(2024, 3, 1, 11))
    ]
    assert sorted(read.rows("read", "thread", "reader", "day", "reads"), key=str) == [
        ("t1", "ada", date(2024, 3, 2), 1),
        ("t1", "grace", date(2024, 3, 1), 3),
        ("t2", None, None, 40),
    ]
    assert read.rows("visit", "member", "day") == [("ada", date(2024, 3, 1))]


@pytest.mark.parametrize("form", [*ALL_TABLES, one_csv])
def test_every_form_is_recognised(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    with exported(form(tmp_path)) as export:
        assert SOURCE.recognises(export)


def test_addresses_are_in_no_table(tmp_path: Path) -> None:
    assert not [
        name
        for name, rows in Read(csv_folder(tmp_path)).tables.items()
        if "xample.org" in str(rows.rows())
    ]


def test_a_table_is_measured_only_if_it_is_there(tmp_path: Path) -> None:
    files = {"posts.csv": as_csv(POST_ROWS), "reads.csv": b"thread_id,reader_id,day\n"}
    read = Read(folder_of(tmp_path / "some", files))
    assert set(read.tables) == {"post", "thread", "member", "read"}
    assert read.tables["read"].is_empty()


def test_a_single_file_makes_threads_topics_and_members(tmp_path: Path) -> None:
    read = read_text(
        tmp_path,
        "post_id,thread_id,kind,author_name,author_id,created_at,title,url,topics,channel\n"
        "1,a,answer,Grace,,2024-03-02,Re,,,\n"
        '2,a,question,Ada,7,2024-03-01,"Thin sheet, thick seam",https://example.org/a,steel ;Welding;steel,Metal\n'
        "3,b,message,Ada,7,2024-03-04,,,,\n"
        "4,b,message,,,2024-03-03,,,,Chat\n",
    )
    assert read.rows("thread", "thread", "title", "url", "channel", "created_at") == [
        ("a", "Thin sheet, thick seam", "https://example.org/a", "Metal", datetime(2024, 3, 1)),
        ("b", None, None, "Chat", datetime(2024, 3, 3)),
    ]
    assert read.rows("topic", "topic", "thread") == [("Welding", "a"), ("steel", "a")]
    assert read.rows("member", "member", "name") == [("7", "Ada"), ("name:Grace", "Grace")]
    assert read.rows("post", "post", "author") == [
        ("1", "name:Grace"),
        ("2", "7"),
        ("3", "7"),
        ("4", None),
    ]
    assert read.tables["post"]["accepted"].to_list() == [None] * 4


def test_threads_that_the_table_lacks_come_from_posts(tmp_path: Path) -> None:
    posts = "post_id,thread_id,kind,created_at,title\n1,a,question,2024-03-01,from post\n2,b,question,2024-03-02,Two\n"
    files = {"posts.csv": posts.encode(), "threads.csv": b"thread_id,title\na,from table\n"}
    read = Read(folder_of(tmp_path / "two", files))
    assert read.rows("thread", "thread", "title") == [("a", "from table"), ("b", "Two")]
    assert [
        note for note in read.reading.notes if "1 threads of posts are not in the table" in note
    ]


def test_authors_that_the_table_of_members_lacks_are_kept_and_counted(tmp_path: Path) -> None:
    posts = (
        "post_id,thread_id,kind,created_at,author_id,author_name\n1,a,question,2024-03-01,ada,\n"
    )
    posts += "2,a,answer,2024-03-02,,Ada\n3,a,answer,2024-03-02,grace,\n4,a,comment,2024-03-03,,\n"
    files = {"posts.csv": posts.encode(), "members.csv": b"member_id,name\nada,Ada\n"}
    read = Read(folder_of(tmp_path / "two", files))
    assert read.reading.notes == ["2 authors of posts are not in the table members; they are kept."]
    assert read.rows("member", "member", "name") == [("ada", "Ada"), ("name:Ada", "Ada")]


def test_name_of_an_author_comes_from_the_first_post_that_tells_it(tmp_path: Path) -> None:
    rows = "1,a,question,2024-03-01,7,\n2,a,comment,2024-03-02,7,Ada\n3,a,comment,2024-03-03,7,Ada L.\n"
    read = read_text(tmp_path, "post_id,thread_id,kind,created_at,author_id,author_name\n" + rows)
    assert read.rows("member", "member", "name") == [("7", "Ada")]
    assert read.reading.notes == []


def test_rows_with_the_same_key_are_told(tmp_path: Path) -> None:
    posts = (
        HEADER
        + "1,a,question,ada,2024-03-01\n1,a,answer,grace,2024-03-02\n2,b,question,ada,2024-03-03\n"
    )
    told = read_text(tmp_path, posts).reading.notes
    assert told == [
        "posts.csv: 1 row has a post_id that another row has; the last row of each counts."
    ]
    reads = (
        b"thread_id,reader_id\na,ada\na,ada\n"  # a reader's second read of a thread is no repeat
    )
    folder = folder_of(tmp_path / "two", {"posts.csv": as_csv(POST_ROWS), "reads.csv": reads})
    assert Read(folder).reading.notes == []


def export_with(folder: Path, text: str) -> Path:
    return folder_of(
        folder / "dated", {"posts.csv": as_csv(POST_ROWS), "export.csv": text.encode()}
    )


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (
            "exported_at,observed_from,observed_until\n2024-04-02,2024-01-01T00:00+01:00,2024-04-01 12:00\n",
            (datetime(2024, 4, 2), datetime(2023, 12, 31, 23), datetime(2024, 4, 1, 12)),
        ),
        ("Observed Until\n2024-04-01\n", (None, None, datetime(2024, 4, 1))),
        (
            "exported_at,observed_from,observed_until\n2024-04-02,,\n,,\n",
            (datetime(2024, 4, 2), None, None),
        ),
        ("exported_at,observed_from\n", (None, None, None)),
    ],
)
def test_an_export_states_its_own_times(
    tmp_path: Path, text: str, times: tuple[datetime | None, ...]
) -> None:
    read = Read(export_with(tmp_path, text))
    assert (
        read.reading.exported_at,
        read.reading.observed_from,
        read.reading.observed_until,
    ) == times
    assert set(read.tables) == {"post", "thread", "member"}
    assert not read.reading.skipped


def test_every_form_can_state_the_times_of_the_export(tmp_path: Path) -> None:
    dated = {**COMMUNITY, "export": [{"observed_until": datetime(2024, 4, 1, 12)}]}
    forms = {"parquet": as_parquet(dated["export"]), "csv": as_csv(dated["export"])}
    books = {
        name: {"posts.csv": as_csv(POST_ROWS), f"export.{name}": form}
        for name, form in forms.items()
    }
    folders = [folder_of(tmp_path / name, files) for name, files in books.items()]
    (tmp_path / "community.xlsx").write_bytes(as_xlsx(dated))
    for path in (*folders, tmp_path / "community.xlsx"):
        assert Read(path).reading.observed_until == datetime(2024, 4, 1, 12), path


def test_a_time_of_the_export_that_is_none_is_counted_and_named(tmp_path: Path) -> None:
    reading = Read(
        export_with(tmp_path, "exported_at,observed_until\n2024-04-02,last week\n")
    ).reading
    assert reading.examples == {"export: observed_until is not a time": ["export.csv row 2"]}
    assert (reading.exported_at, reading.observed_until) == (None, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exported_at\n2024-04-01\n2024-04-02\n", ["export.csv has 2 rows", "has one"]),
        (
            "sku,price\n1,2\n",
            ["export.csv is not the table export", "sku, price", "observed_until"],
        ),
        (
            "observed_from,observed_until\n2024-04-01,2024-03-01\n",
            [
                "export.csv says that the export begins at 2024-04-01",
                "only to 2024-03-01",
                "observed_until",
            ],
        ),
    ],
)
def test_an_export_that_contradicts_itself_is_refused(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    said = refusal(export_with(tmp_path, text))
    for word in words:
        assert word in said


@pytest.mark.parametrize("name", ["export.csv", "Export.xlsx", "community.xlsx"])
def test_posts_in_a_file_or_sheet_called_export_are_still_posts(tmp_path: Path, name: str) -> None:
    content = as_xlsx({"export": POST_ROWS}) if name.endswith("xlsx") else as_csv(POST_ROWS)
    (tmp_path / name).write_bytes(content)
    with exported(tmp_path / name) as export:
        assert SOURCE.recognises(export)
    assert len(Read(tmp_path / name).tables["post"]) == 4


def test_large_files_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question of thread 0 comes last, 2,000 rows after its answers; an uneven and a bad row keep their numbers."""
    monkeypatch.setattr(tabular, "BLOCK", 4096)
    rows = [f"a{n},{n % 7},answer,ada,2024-03-01 10:00" for n in range(2000)]
    rows[499], rows[1499], rows[1799] = (
        "only,three,columns",
        "x,0,answer,ada,never",
        "y,0,answer,ada,never",
    )
    read = read_text(tmp_path, HEADER + "\n".join([*rows, "q,0,question,ada,2024-02-01 10:00"]))
    assert len(read.tables["post"]) == 1998
    assert read.rows("thread", "thread", "created_at")[:2] == [
        ("0", datetime(2024, 2, 1, 10)),
        ("1", datetime(2024, 3, 1, 10)),
    ]
    assert len(read.tables["thread"]) == 7
    assert read.reading.examples == {
        "posts: created_at is not a time": ["posts.csv row 1501", "posts.csv row 1801"],
        "posts: more or fewer columns than the header": ["posts.csv row 501"],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",t,question,ada,2024-03-01", "posts: post_id is empty"),
        ("1, ,question,ada,2024-03-01", "posts: thread_id is empty"),
        ("1,t,,ada,2024-03-01", "posts: kind is empty"),
        ("1,t,poll,ada,2024-03-01", "posts: kind is not question, answer, comment or message"),
        ("1,t,question,ada,", "posts: created_at is empty"),
        ("1,t,question,ada,03/04/2024", "posts: created_at is not a time"),
        ("1,t,question,ada,2024-02-30 10:00", "posts: created_at is not a time"),
        ("1,t,question,ada", "posts: more or fewer columns than the header"),
        ("1,t,question,ada,2024-03-01,7", "posts: more or fewer columns than the header"),
    ],
)
def test_a_bad_row_is_left_out_and_named(tmp_path: Path, row: str, reason: str) -> None:
    good = "2,t,question,ada,2024-03-01\n"
    read = read_text(tmp_path, HEADER + good + f"{row}\n" * 5 + ",,,,\n\n")
    assert read.rows("post", "post") == [("2",)]
    assert read.reading.skipped == {reason: 5}
    assert read.reading.examples == {
        reason: ["posts.csv row 3", "posts.csv row 4", "posts.csv row 5"]
    }


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("accepted", "perhaps", "posts: accepted is not yes or no"),
        ("deleted_at", "gone", "posts: deleted_at is not a time"),
        ("accepted_at", "12:30", "posts: accepted_at is not a time"),
    ],
)
def test_a_value_that_is_not_needed_must_be_readable_too(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    text = (
        HEADER.replace("\n", f",{column}\n")
        + f"1,t,question,ada,2024-03-01,{value}\n2,t,answer,joan,2024-03-01,\n"
    )
    read = read_text(tmp_path, text)
    assert read.rows("post", "post") == [("2",)]
    assert read.reading.skipped == {reason: 1}


@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        ("threads", "thread_id,views\nt,-3\n", "threads: views is not a whole number"),
        ("threads", "thread_id,views\nt,3.5\n", "threads: views is not a whole number"),
        ("members", "member_id,is_bot\nada,robot\n", "members: is_bot is not yes or no"),
        ("reactions", "post_id,kind\n,like\n", "reactions: post_id is empty"),
        ("reads", "thread_id,day\nt,Monday\n", "reads: day is not a day"),
        ("visits", "member_id,day\nada,\n", "visits: day is empty"),
    ],
)
def test_bad_rows_of_other_tables(tmp_path: Path, table: str, text: str, reason: str) -> None:
    folder = folder_of(
        tmp_path / "x", {"posts.csv": as_csv(POST_ROWS), f"{table}.csv": text.encode()}
    )
    reading = Read(folder).reading
    assert reading.skipped == {reason: 1}
    assert reading.examples == {reason: [f"{table}.csv row 2"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", True),
        ("TRUE", True),
        ("1", True),
        ("no", False),
        ("False", False),
        ("0", False),
        ("", False),
    ],
)
def test_yes_and_no(tmp_path: Path, text: str, expected: bool) -> None:
    read = read_text(
        tmp_path, HEADER.replace("\n", ",accepted\n") + f"1,t,Question ,ada,2024-03-01,{text}\n"
    )
    assert read.rows("post", "kind", "accepted") == [("question", expected)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-31T14:05:06Z", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31T14:05:06.123456Z", datetime(2024, 3, 31, 14, 5, 6, 123456)),
        ("2024-03-31t14:05:06z", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31T16:05:06+02:00", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31T09:05:06.5-0500", datetime(2024, 3, 31, 14, 5, 6, 500000)),
        ("2024-03-31 16:05:06+02", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31 16:05:06 +0200", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31 14:05:06 UTC", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31T16:05+02:00", datetime(2024, 3, 31, 14, 5)),
        ("2024-03-31 14:05Z", datetime(2024, 3, 31, 14, 5)),
        ("2024-03-31T14:05:06", datetime(2024, 3, 31, 14, 5, 6)),
        ("2024-03-31 14:05:06,5", datetime(2024, 3, 31, 14, 5, 6, 500000)),
        ("2024-03-31 14:05", datetime(2024, 3, 31, 14, 5)),
        ("2024-03-31", datetime(2024, 3, 31)),
        ("20240331T140506Z", datetime(2024, 3, 31, 14, 5, 6)),
        ("31/03/2024", None),
        ("2024-13-01", None),
        ("2024-03-31 25:00", None),
        ("2024-03-31 14:05:06 Europe/Oslo", None),
        ("99999-01-01", None),
        ("1711893906", None),
        ("yesterday", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    for around in ([], ["2024-01-01 00:00", None], ["never"]):
        times = times_of(pl.Series([text, *around], dtype=pl.String))
        assert times[0] == expected
        assert times.dtype == pl.Datetime("us")


def test_days_are_utc_days() -> None:
    texts = pl.Series(["2024-03-31", "2024-03-31 23:30", "2024-03-31T23:30:00-02:00", "soon", None])
    assert days_of(texts).to_list() == [
        date(2024, 3, 31),
        date(2024, 3, 31),
        date(2024, 4, 1),
        None,
        None,
    ]


def test_times_of_parquet_with_a_zone_become_utc(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        {
            "post_id": [1.0, 2.0],
            "thread_id": [7, 7],
            "kind": pl.Series(["question", "answer"], dtype=pl.Categorical),
            "author_id": [None, 3.0],
            "created_at": pl.Series([datetime(2024, 3, 1, 12)] * 2)
            .dt.replace_time_zone("Asia/Tokyo")
            .dt.cast_time_unit("ns"),
            "topics": [["steel", "welding"], None],
            "accepted": [None, True],
        }
    )
    rows.write_parquet(tmp_path / "posts.parquet")
    read = Read(tmp_path / "posts.parquet")
    assert read.rows("post", "post", "thread", "author", "created_at", "accepted") == [
        ("1", "7", None, datetime(2024, 3, 1, 3), False),
        ("2", "7", "3", datetime(2024, 3, 1, 3), True),
    ]
    assert read.rows("topic", "topic") == [("steel",), ("welding",)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_of_all_kinds(tmp_path: Path, encoding: str, delimiter: str, line_end: str) -> None:
    lines = ["post_id,thread_id,kind,author_name,created_at", "1,t,question,José Núñez,2024-03-01"]
    text = line_end.join(lines).replace(",", delimiter) + line_end
    assert read_text(tmp_path, text.encode(encoding)).rows("post", "author") == [
        ("name:José Núñez",)
    ]


def test_one_byte_that_is_no_utf8_does_not_spoil_the_rest(tmp_path: Path) -> None:
    text = (
        HEADER.encode()
        + "1,t,question,Zoë,2024-03-01\n".encode()
        + b"2,t,answer,Andr\xe9,2024-03-01\n"
    )
    assert read_text(tmp_path, text).rows("post", "post", "author") == [
        ("1", "Zoë"),
        ("2", "André"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "POST_ID,Thread Id,Kind,author-id,Created At",
        '"post id", thread_id ,kind,authorid,created-at',
        "\n\npost_id,thread_id,kind,author_id,created_at",
        "sep=,\npost_id,thread_id,kind,author_id,created_at",
    ],
)
def test_column_names_are_compared_loosely(tmp_path: Path, header: str) -> None:
    assert read_text(tmp_path, header + "\n1,t,question,ada,2024-03-01\n").rows(
        "post", "author"
    ) == [("ada",)]


def test_columns_in_any_order_and_unknown_ones_are_named(tmp_path: Path) -> None:
    text = 'body,created_at,mood,kind,thread_id,post_id\n"He said ""no"",\ntwice",2024-03-01,good,question,t,1\n'
    read = read_text(tmp_path, text)
    assert read.rows("post", "post", "thread") == [("1", "t")]
    assert read.reading.notes == ["posts.csv: columns that are not used: body, mood."]
    assert "twice" not in str([rows.rows() for rows in read.tables.values()])


@pytest.mark.parametrize("missing", POSTS.required)
def test_a_missing_column_is_named_with_what_is_there_and_needed(
    tmp_path: Path, missing: str
) -> None:
    names = [name for name in POSTS.required if name != missing]
    said = refusal_of(tmp_path, ",".join([*names, "mood"]) + "\n1,1,1,1\n")
    assert f"no column {missing}" in said
    assert f"Found: {', '.join(names)}, mood" in said
    assert f"Needed: {', '.join(POSTS.required)}" in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "orders.csv",
            b"sku,price\n1,2\n",
            ["orders.csv is not the table posts", "sku, price", "post_id"],
        ),
        (
            "reads.csv",
            b"thread_id,day\n1,2024-03-01\n",
            ["no table of posts", "reads.csv", "post_id"],
        ),
        ("posts.csv", b"\n\n", ["posts.csv is empty"]),
        (
            "posts.csv",
            HEADER.encode() + b"1,t,question,a,1/2/24\n",
            ["created_at is not a time (posts.csv row 2)"],
        ),
        ("posts.csv", bytes(range(256)) * 40, ["posts.csv is not a table but a binary file"]),
        ("posts.csv", as_xlsx(COMMUNITY), ["posts.csv is not a table but a binary file"]),
        ("posts.csv", HEADER.encode() + b'1,t,"question,a\n' * 3, ["more or fewer columns"]),
        ("posts.csv", b'{"posts": []}', ["posts.csv is not the table posts"]),
        ("posts.xlsx", b"PK\x03\x04 broken", ["posts.xlsx is no readable XLSX"]),
        ("posts.xlsx", HEADER.encode(), ["posts.xlsx is no readable XLSX"]),
        ("posts.xlsx", as_xlsx({"posts": []}), ["posts.xlsx, sheet 'Posts' is empty"]),
        (
            "posts.xlsx",
            as_xlsx({"Plan": [{"sku": "1"}]}),
            ["sheet 'Plan' is not the table posts", "sku"],
        ),
        ("posts.parquet", b"PAR1 broken PAR1", ["posts.parquet is no readable Parquet"]),
        (
            "posts.parquet",
            as_parquet([{"sku": "1"}]),
            ["posts.parquet is not the table posts", "sku"],
        ),
        ("notes.docx", b"PK\x03\x04", ["no table of posts", "notes.docx"]),
    ],
)
def test_what_is_no_posts_table_is_refused_and_not_recognised(
    tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    said = refusal_of(tmp_path, content, name)
    for word in words:
        assert word in said
    with exported(tmp_path / name) as export:
        assert SOURCE.recognises(export) == content.startswith(HEADER.encode()) * name.endswith(
            ".csv"
        )


def test_a_quotation_mark_that_is_never_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular, "BLOCK", 4096)
    text = (
        HEADER
        + "1,t,question,ada,2024-03-01\n" * 500
        + '2,t,"answer,ada,2024-03-01\n'
        + "3,t,x,x,x\n" * 5000
    )
    said = refusal_of(tmp_path, text)
    assert "posts.csv cannot be read as a table" in said
    assert "quotation mark" in said


def test_ten_thousand_columns_are_refused_at_once(tmp_path: Path) -> None:
    for header in (",".join(f"column_{n}" for n in range(10_000)), HEADER.strip() + ",x" * 9_995):
        began = time.perf_counter()
        said = refusal_of(tmp_path, header + "\n" + "1," * 9_999 + "1\n")
        assert "posts.csv has 10,000 columns" in said
        assert "post_id, thread_id, kind, created_at" in said
        assert time.perf_counter() - began < 2


def test_a_table_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    files = {"posts.csv": as_csv(POST_ROWS), "posts.xlsx": as_xlsx({"Sheet1": POST_ROWS})}
    said = refusal(folder_of(tmp_path / "twice", files))
    assert "posts is there more than once" in said
    assert "posts.csv" in said
    assert "posts.xlsx" in said


@pytest.mark.parametrize(
    ("name", "form", "step"),
    [
        ("posts.parquet", as_parquet(POST_ROWS), 19),
        ("posts.xlsx", as_xlsx({"posts": POST_ROWS}), 61),
    ],
)
def test_files_with_a_wrong_byte_are_read_or_refused(
    tmp_path: Path, name: str, form: bytes, step: int
) -> None:
    """One byte after the other is made one that no UTF-8 holds, and that is no version of zip."""
    path = tmp_path / name
    refused = 0
    for at in range(0, len(form), step):
        path.write_bytes(form[:at] + b"\xf6" + form[at + 1 :])
        try:
            Read(path)
        except CopError:
            refused += 1
    assert refused > 20


def test_a_workbook_of_an_unknown_version_of_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(as_xlsx({"posts": POST_ROWS}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 6] = 0xF6
    assert "no readable XLSX" in refusal_of(tmp_path, bytes(content), "posts.xlsx")


def with_sheet(workbook: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook in whose sheets something is replaced."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts, zipfile.ZipFile(content, "w") as changed:
        for name in parts.namelist():
            part = parts.read(name)
            changed.writestr(
                name, part.replace(old, new) if name.startswith("xl/worksheets/") else part
            )
    return content.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="A5"', b'<c r="XFD1048576"'),
        (b'<c r="A5"', b"<c s = '0' r = 'xfd20000'"),
        (b'<c r="A5"', b'<c r="A99999999999999999999999"'),
        (b'<c r="A5"', b'<c r="ZZZZZZZZZZZZZZZZZZZZZZZZ5"'),
        (b'<row r="5" spans="1:10"><c r="A5"', b'<row r="4294967295"><c'),
    ],
)
def test_a_workbook_with_a_cell_far_from_the_others_is_refused(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    book = with_sheet(as_xlsx({"posts": POST_ROWS}), old, new)
    assert "posts.xlsx, sheet 'Posts' reaches to column" in refusal_of(tmp_path, book, "posts.xlsx")


@pytest.mark.parametrize(
    "new", [b'<c r="XFD1048576"/><c r="A5"', b'<c r="XFD1"><v>1</v></c><c r="A5"']
)
def test_a_workbook_with_empty_cells_far_from_the_others_is_read(
    tmp_path: Path, new: bytes
) -> None:
    book = with_sheet(as_xlsx({"posts": POST_ROWS}), b'<c r="A5"', new)
    (tmp_path / "posts.xlsx").write_bytes(book)
    with exported(tmp_path / "posts.xlsx") as export:
        assert SOURCE.recognises(export)


@pytest.mark.parametrize(
    "kind",
    [
        pl.Date,
        pl.Datetime("ms"),
        pl.Datetime("us", "Europe/Berlin"),
        pl.Datetime("ns", "Europe/Berlin"),
    ],
    ids=str,
)
def test_a_day_or_time_that_no_calendar_has_is_one_unreadable_row(
    tmp_path: Path, kind: pl.DataType
) -> None:
    """As a title it is text, as a time it is none; those in nanoseconds cannot leave the calendar."""
    good, bad = (
        pl.Series([0]).cast(kind),
        pl.Series([2**31 - 1 if kind == pl.Date else 2**62]).cast(kind),
    )
    rows = pl.DataFrame(
        {
            "post_id": ["1", "2"],
            "thread_id": ["1", "2"],
            "kind": ["question"] * 2,
            "author_id": ["a"] * 2,
        }
    )
    rows = rows.with_columns(
        pl.concat([good, bad]).alias("created_at"), pl.concat([bad, good]).alias("title")
    )
    rows.write_parquet(tmp_path / "posts.parquet")
    reading = Reading()
    with exported(tmp_path / "posts.parquet") as export:
        read = [
            len(batch.rows) for batch in SOURCE.batches(export, reading) if batch.table == "post"
        ]
    assert (sum(read), reading.skipped.total()) == (
        (2, 0) if kind == pl.Datetime("ns", "Europe/Berlin") else (1, 1)
    )


def test_parquet_with_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    rows = pl.DataFrame({**{name: ["x"] for name in POSTS.required}, "title": ["marked"]})
    rows.write_parquet(tmp_path / "posts.parquet", compression="uncompressed", statistics=False)
    content = (tmp_path / "posts.parquet").read_bytes().replace(b"marked", b"\xf6arked")
    assert "posts.parquet cannot be read" in refusal_of(tmp_path, content, "posts.parquet")


@pytest.mark.parametrize(
    ("odd", "author"),
    [
        (pl.Series([date(2024, 3, 1)]), "2024-03-01"),
        (pl.Series([2**31 - 1], dtype=pl.Date), "2147483647"),
        (pl.Series([-(2**31)], dtype=pl.Date), "-2147483648"),
        (pl.Series([2**62], dtype=pl.Datetime("ms")), "4611686018427387904"),
        (pl.Series([-(2**63)], dtype=pl.Datetime("us", "UTC")), "-9223372036854775808"),
        (pl.Series([90], dtype=pl.Duration("ms")), "90"),
        (pl.Series([None], dtype=pl.Date), None),
    ],
    ids=[
        "day",
        "far day",
        "day before the year 1",
        "far time",
        "time before the year 1",
        "duration",
        "none",
    ],
)
def test_keys_that_parquet_holds_as_times_are_texts(
    tmp_path: Path, odd: pl.Series, author: str | None
) -> None:
    rows = pl.DataFrame(
        {"post_id": "1", "thread_id": "1", "kind": "question", "created_at": "2024-03-01 09:00"}
    )
    rows.with_columns(odd.alias("author_id")).write_parquet(tmp_path / "posts.parquet")
    assert Read(tmp_path / "posts.parquet").rows("post", "author") == [(author,)]


def test_a_damaged_archive_is_told_in_a_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("posts.csv", as_csv(POST_ROWS))
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(b"comment", b"kommand"))
    assert "damaged" in refusal(tmp_path / "a.zip")


@pytest.mark.filterwarnings("error")
def test_the_copy_of_a_workbook_in_a_damaged_archive_is_closed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("posts.xlsx", as_xlsx(COMMUNITY))
    content = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(b"workbook.xml", b"workbook.XML"))
    assert "damaged" in refusal(tmp_path / "a.zip")
    gc.collect()


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    name=st.sampled_from(["posts.csv", "posts.csv", "posts.csv", "posts.xlsx", "posts.parquet"]),
    head=st.sampled_from(
        [b"", HEADER.encode(), HEADER.replace(",", ";").encode(), HEADER.encode("utf-16"), b"PAR1"]
    ),
    rest=st.binary(max_size=300),
)
def test_wild_bytes_are_read_or_refused(
    tmp_path: Path, name: str, head: bytes, rest: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(head + rest or b"\n")
    with exported(path) as export:
        assert SOURCE.recognises(export) in (True, False)
    try:
        read = Read(path)
    except CopError:
        return
    assert len(read.tables["post"]) > 0 or read.reading.is_quiet


SPACES_OF_PYTHON_ALONE = "\x1c\x1d\x1e\x1f"
WILD = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=SPACES_OF_PYTHON_ALONE),
    max_size=12,
)
CELLS = st.lists(
    st.one_of(WILD, st.sampled_from(["1", "2024-03-01", "question"])), min_size=5, max_size=5
)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(CELLS, max_size=5))
def test_wild_cells_are_read_or_counted(tmp_path: Path, rows: list[list[str]]) -> None:
    good = ["good", "t", "question", "ada", "2024-03-01"]
    names = HEADER.strip().split(",")
    frame = pl.DataFrame([good, *rows], schema=names, orient="row")
    path = tmp_path / "posts.csv"
    path.write_bytes(frame.write_csv(quote_style="always").encode())
    read = Read(path)
    told = read.tables["post"].height + sum(read.reading.skipped.values())
    blank = sum(all(not cell.strip() for cell in row) for row in rows)
    assert told + blank == len(rows) + 1


def test_the_docs_hold_every_column() -> None:
    docs = DOCS.read_text(encoding="utf-8")
    assert described() in docs
    for sheet in SHEETS.values():
        section = docs.split(f"### {sheet.name}\n")[1].split("\n### ")[0]
        assert [column.name for column in sheet.columns if f"| `{column.name}` |" in section] == [
            column.name for column in sheet.columns
        ]


def test_the_example_of_the_docs_can_be_read(tmp_path: Path) -> None:
    example = DOCS.read_text(encoding="utf-8").split("```\n")[3].split("```")[0]
    assert read_text(tmp_path, example).rows("post", "post", "author") == [
        ("1", "name:Ada"),
        ("2", "name:Grace"),
    ]


def test_every_column_fills_a_column_of_its_lake_table() -> None:
    for sheet in SHEETS.values():
        filled = {column.fills for column in sheet.columns if column.fills}
        assert filled <= set(TABLES[sheet.lake_table].columns if sheet.lake_table else ()), (
            sheet.name
        )


@pytest.mark.parametrize(
    "key",
    [
        *(
            "1.21457E+18",
            "1,21457E+18",
            "1.21457e18",
            "1E+15",
            "1214571234567890000",
            "1214570000000000000",
        ),
        *("1,21457E+0018", "121.457E+16", "'1.21457E+18", "1.77E+09", "1,2E+05", "2E+10"),
    ],
)
@pytest.mark.parametrize("column", ["post_id", "author_id"])
def test_keys_that_a_spreadsheet_rounded_are_refused(tmp_path: Path, key: str, column: str) -> None:
    """Each is one key for what were several; of the last two, a spreadsheet keeps 15 digits, or 6 where it shows them so."""
    rows = [
        {"post_id": n, "thread_id": 1, "kind": "answer", "created_at": "2024-03-01", "author_id": n}
        for n in "12"
    ]
    told = [row | {column: key} for row in rows]
    said = refusal_of(
        tmp_path,
        ";".join(told[0]) + "\n" + "\n".join(";".join(map(str, row.values())) for row in told),
    )
    assert f"2 keys look as if a spreadsheet had rounded them ({key}, in column {column})" in said
    assert "Export again" in said


@pytest.mark.parametrize(
    "keys",
    [
        ("1214571234567891234", "1214571234567890000"),  # by chance one ends so
        (
            "1772442000000000",
            "1772442060000000",
            "1772442120000000",
            "1772442180000000",
        ),  # microseconds
        ("1489760410123450", "1489760410123451"),
        ("12E5", "3e4567", "1e15"),  # part of a hash
        ("100000", "200000"),
        ("1.5", "2.5"),
    ],
)
def test_keys_that_only_look_a_little_so_are_read(tmp_path: Path, keys: tuple[str, ...]) -> None:
    text = HEADER + "".join(f"{key},{key},question,ada,2024-03-01\n" for key in keys)
    assert {post for (post,) in read_text(tmp_path, text).rows("post", "post")} == set(keys)


@pytest.mark.parametrize(
    "nothing",
    [
        *("NULL", "null", "NA", "N/A", "#N/A", "#NV", "None", "nan", "NaN", "<NA>", "\\N", "-"),
        *("#N/D", "#SAKNAS!", "#REF!", "nil", "(null)"),
        *("#N/A N/A", "#NOM?", "#¡REF!", "#CALC!", "n.a.", "k. A.", "(blank)", "--"),
    ],
)
def test_what_stands_for_nothing_is_nothing(tmp_path: Path, nothing: str) -> None:
    text = (
        "post_id,thread_id,kind,created_at,author_id,author_name,accepted,deleted_at,title,topics\n"
        f"1,1,question,2024-03-01,{nothing},{nothing},{nothing},{nothing},{nothing},{nothing}\n"
        f"2,1,answer,2024-03-02,b,Bo,yes,{nothing},{nothing},{nothing}\n"
    )
    read = read_text(tmp_path, text)
    assert read.rows("post", "post", "author", "accepted", "deleted_at") == [
        ("1", None, False, None),
        ("2", "b", True, None),
    ]
    assert read.rows("thread", "title") == [(None,)]
    assert read.rows("topic", "topic") == []
    assert read.rows("member", "member") == [("b",)]
    assert read.reading.notes == [
        f"posts.csv: 2 cells that should name somebody hold '{nothing}': that is taken for nobody."
    ]


@pytest.mark.parametrize("name", ["Null", "Na", "Nan", "NULL"])
def test_somebody_who_is_called_so_is_somebody(tmp_path: Path, name: str) -> None:
    """As a word that machines write it is no name, but the member stays by its key."""
    read = read_text(
        tmp_path,
        f"post_id,thread_id,kind,created_at,author_id,author_name\n1,1,question,2024-03-01,m7,{name}\n",
    )
    assert read.rows("post", "author") == [("m7",)]
    assert read.rows("member", "name") == ([] if name == "NULL" else [(name,)])


def test_a_time_far_ahead_is_an_end_that_has_not_come(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text(
        "post_id,thread_id,kind,created_at,author_id,deleted_at\n1,1,question,2024-03-01,a,9999-12-31 23:59:59\n"
    )
    (tmp_path / "members.csv").write_text(
        "member_id,joined_at,deleted_at\na,2024-01-01,9999-12-31\nb,,2999-12-31\n"
    )
    read = Read(tmp_path)
    assert read.rows("post", "deleted_at") == [(None,)]
    assert read.rows("member", "member", "deleted_at") == [("a", None), ("b", None)]


def test_keys_that_a_program_wrote_as_fractions_are_the_same(tmp_path: Path) -> None:
    rows = "1,1,question,5.0,2024-03-01 10:00\n2,1.0,answer,6.0,2024-03-01 11:00\n3,1,comment,5,2024-03-01 12:00"
    read = read_text(tmp_path, f"post_id,thread_id,kind,author_id,created_at\n{rows}")
    assert read.rows("post", "thread", "author") == [("1", "5"), ("1", "6"), ("1", "5")]


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    path = csv_folder(folder)
    for file in path.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as told:
            header, *rows = csv.reader(told)
        with file.open("w", encoding="utf-8", newline="") as told:
            csv.writer(told).writerows(
                [[*header, "text", "private note"], *([*row, MARK, MARK] for row in rows)]
            )
    return path


def table(folder: Path) -> Path:
    folder.mkdir(parents=True)
    rows = "post_id,thread_id,kind,author_name,created_at\n1,1,question,Ada,2024-03-01 09:00\n"
    (folder / "posts.csv").write_text(rows, encoding="utf-8")
    return folder


SAMPLES: Makers = (
    table,
    csv_folder,
    xlsx_folder,
    workbook_folder,
    parquet_folder,
)


QUIET: Makers = (lambda folder: without_rows(table(folder)),)


WITH_PRIVATE: Makers = (with_private,)
