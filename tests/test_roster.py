"""The roster: whom each row is about, in which group, from when to when; and what is refused."""

import hashlib
import io
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.people.roster import (
    ROSTER_COLUMNS,
    ROSTER_ROWS,
    Roster,
    RosterColumn,
    described,
    read_roster,
)
from cop_metrics.tabular import email_hash

DOCS = Path(__file__).resolve().parents[1] / "docs" / "roster.md"


def roster_of(folder: Path, text: str | bytes, name: str = "roster.csv") -> Roster:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(CopError) as problem:
        roster_of(folder, text)
    return str(problem.value)


def test_a_promotion_gives_two_periods(tmp_path: Path) -> None:
    roster = roster_of(
        tmp_path,
        "who,team,seniority,from,to\n"
        "Ada@Example.org ,Hydraulics,junior,2022-04-01,2024-01-01\n"
        "ada@example.org,Hydraulics,mid,2024-01-01,\n",
    )
    ada = hashlib.sha256(b"ada@example.org").hexdigest()
    assert roster.rows.schema == pl.Schema(ROSTER_ROWS)
    assert roster.rows.rows() == [
        (
            2,
            ada,
            None,
            None,
            None,
            "Hydraulics",
            "junior",
            None,
            date(2022, 4, 1),
            date(2024, 1, 1),
        ),
        (3, ada, None, None, None, "Hydraulics", "mid", None, date(2024, 1, 1), None),
    ]
    assert (roster.skipped, roster.notes) == ({}, ())


def test_an_address_is_kept_as_a_hash_only(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "email,name,phone,team\nada@example.org,Ada,0123,A\n")
    assert "example" not in str(roster.rows.rows())
    assert "0123" not in str(roster.rows.rows())
    assert roster.rows["email_hash"].to_list() == [email_hash(" ADA@example.org\n")]


@pytest.mark.parametrize(
    ("who", "identity"),
    [
        ("ada@example.org", (email_hash("ada@example.org"), None, None, None)),
        ("ada", (None, "ada", "ada", "ada")),
        ("@ada", (None, "ada", "ada", "ada")),
        ("Ada Lovelace", (None, "Ada Lovelace", "Ada Lovelace", "Ada Lovelace")),
    ],
)
def test_who_is_an_address_or_tried_as_each_name(
    tmp_path: Path, who: str, identity: tuple[str | None, ...]
) -> None:
    rows = roster_of(tmp_path, f"who,team\n{who},A\n").rows
    assert rows.select("email_hash", "username", "platform_id", "display_name").row(0) == identity


def test_own_columns_go_before_who(tmp_path: Path) -> None:
    rows = roster_of(tmp_path, "who,username,member_id,name,team\nada,al,U1,Ada L.,A\n").rows
    assert rows.select("username", "platform_id", "display_name").row(0) == ("al", "U1", "Ada L.")


@pytest.mark.parametrize("column", ROSTER_COLUMNS, ids=lambda column: column.name)
def test_columns_are_found_under_their_other_names(tmp_path: Path, column: RosterColumn) -> None:
    value = {"from": "2024-01-01", "to": "2024-02-01", "email": "a@b.c"}.get(column.name, "ada")
    expected = None
    for name in (column.name, *column.also):
        fixed = {"who": "x", "team": "y"}
        fixed.pop(column.name, None)
        shouted = name.upper().replace(" ", "-")
        rows = roster_of(
            tmp_path, f"{','.join([shouted, *fixed])}\n{','.join([value, *fixed.values()])}\n"
        ).rows
        expected = rows if expected is None else expected
        assert rows.equals(expected), name
    assert expected is not None
    told = roster_of(tmp_path, "who,team\nx,y\n").rows
    assert not expected.equals(told)


def test_a_columns_own_name_goes_before_its_other_names(tmp_path: Path) -> None:
    rows = roster_of(tmp_path, "department,who,team\nEngineering,ada,Hydraulics\n").rows
    assert rows["team"].to_list() == ["Hydraulics"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_spreadsheets_in_the_wild(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "name;team;from\r\nJosé Müller;Prüfung;01.04.2024\r\n".replace(";", delimiter)
    rows = roster_of(tmp_path, text.encode(encoding)).rows
    assert rows.select("display_name", "team", "from_day").row(0) == (
        "José Müller",
        "Prüfung",
        date(2024, 4, 1),
    )


def test_the_line_that_names_the_separator_is_not_the_header(tmp_path: Path) -> None:
    rows = roster_of(tmp_path, "sep=;\nwho;team\nada;A\n").rows
    assert rows.select("row", "username", "team").row(0) == (3, "ada", "A")


def test_xlsx_with_native_dates_reads_as_the_csv_does(tmp_path: Path) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.add_worksheet("Notes").write(0, 0, "nothing here")
        sheet = workbook.add_worksheet("Roster")
        sheet.write_row(0, 0, ["Who", "Team", "Grade", "Valid From", "Valid Until"])
        sheet.write_row(1, 0, ["ada", "A", 3])
        as_date = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, 3, date(2024, 1, 1), as_date)
        sheet.write_datetime(1, 4, date(2024, 6, 1), as_date)
    rows = roster_of(tmp_path, content.getvalue(), "roster.xlsx").rows
    assert rows.equals(
        roster_of(tmp_path, "who,team,level,from,to\nada,A,3,2024-01-01,2024-06-01\n").rows
    )


def test_rows_that_say_nothing_are_left_out_and_named(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "who,email,team\nada,,A\n\n,no address,A\n,,B\ngrace,,\n")
    assert roster.rows["row"].to_list() == [2]
    assert roster.skipped == {"names nobody": (4, 5), "has no team, seniority or job title": (6,)}


@pytest.mark.parametrize("column", ["from", "to"])
@pytest.mark.parametrize("value", ["soon", "31/12/2024", "2024-02-30", "2024", "45000"])
def test_a_date_that_is_none_is_refused_with_its_row(
    tmp_path: Path, column: str, value: str
) -> None:
    said = refusal(tmp_path, f"who,team,{column}\nada,A,2024-01-01\ngrace,A,{value}\n")
    assert f"row 3: '{value}' in column '{column}' is no date" in said
    assert "2024-03-31" in said


@pytest.mark.parametrize("end", ["2024-01-01", "2023-12-31"])
def test_a_period_without_a_day_is_refused(tmp_path: Path, end: str) -> None:
    said = refusal(tmp_path, f"who,team,from,to\nada,A,2024-01-01,{end}\n")
    assert f"row 2: the period from 2024-01-01 to {end} holds no day" in said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2023-01-01,", "2024-01-01,"),
        ("2023-01-01,2024-01-02", "2024-01-01,"),
        (",", "2024-01-01,"),
        (",2020-01-01", ",2021-01-01"),
        ("2023-01-01,2025-01-01", "2023-06-01,2023-07-01"),
    ],
)
def test_overlapping_periods_are_refused_by_name(tmp_path: Path, first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        said = refusal(
            tmp_path, f"who,team,from,to\nada@example.org,A,{one}\nADA@example.org,B,{other}\n"
        )
        assert "ada@example.org" in said.lower()
        assert "row 2" in said
        assert "row 3" in said
        assert "2023-01-01" in said or "ever" in said
        assert "`to`" in said


def test_up_to_five_people_who_overlap_are_named(tmp_path: Path) -> None:
    rows = "".join(f"p{n},A\np{n},B\n" for n in range(7))
    said = refusal(tmp_path, "who,team\n" + rows)
    assert [name for name in (f"p{n}" for n in range(7)) if name in said] == [
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
    ]
    assert "and 2 more" in said


def test_keys_of_the_platform_that_differ_in_case_only_are_two_people(tmp_path: Path) -> None:
    assert len(roster_of(tmp_path, "member_id,team\nu1aB,A\nu1Ab,B\n").rows) == 2
    assert "u1aB" in refusal(tmp_path, "member_id,team\nu1aB,A\nu1aB,B\n")
    assert "u1Ab" in refusal(tmp_path, "username,team\nu1aB,A\nu1Ab,B\n")


def test_people_of_one_name_with_different_addresses_are_two(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "email,name,team\na@x.org,Ada,A\nb@x.org,Ada,B\n")
    assert len(roster.rows) == 2
    assert "Ada" in refusal(tmp_path, "name,team\nAda,A\nAda,B\n")


def test_a_last_day_in_to_is_noticed(tmp_path: Path) -> None:
    text = "who,team,from,to\nada,A,2023-01-01,{}\nada,B,2024-01-01,\n"
    assert roster_of(tmp_path, text.format("2024-01-01")).notes == ()
    (note,) = roster_of(tmp_path, text.format("2023-12-31")).notes
    assert "row 3" in note
    assert "first day that no longer counts" in note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", ["empty"]),
        (b"\n\n", ["empty"]),
        (b"who,team\n", ["no rows"]),
        (b"who,team\n,\n", ["no rows"]),
        (b"who,team\n,A\n", ["names nobody", "row 2"]),
        (b"shoe,team\n42,A\n", ["says who", "shoe, team", "email"]),
        (b"who,shoe\nada,42\n", ["gives a group", "who, shoe", "seniority"]),
        (b"\x00\x01\x02\x03" * 100, ["binary"]),
        (b"PK\x03\x04 not a workbook", ["XLSX"]),
        (b'who,team\nada,"' + b"x" * 200_000, ["quotation mark"]),
    ],
)
def test_what_is_no_roster_is_refused_in_a_sentence(
    tmp_path: Path, text: bytes, words: list[str]
) -> None:
    said = refusal(tmp_path, text)
    assert "roster.csv" in said
    for word in words:
        assert word in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CopError, match=r"nobody\.csv cannot be read"):
        read_roster(tmp_path / "nobody.csv")
    with pytest.raises(CopError, match="cannot be read"):
        read_roster(tmp_path)


def test_ten_thousand_columns_are_refused_at_once(tmp_path: Path) -> None:
    began = time.perf_counter()
    assert "10,000 columns" in refusal(tmp_path, ",".join(f"c{n}" for n in range(10_000)) + "\n")
    assert time.perf_counter() - began < 2


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    head=st.sampled_from(
        [b"", b"who,team\n", b"who;team;from;to\n", b"\xff\xfew\0h\0o\0,\0", b"PK\x03\x04"]
    ),
    rest=st.binary(max_size=300),
)
def test_wild_bytes_are_read_or_refused(tmp_path: Path, head: bytes, rest: bytes) -> None:
    try:
        rows = len(roster_of(tmp_path, head + rest).rows)
    except CopError:
        rows = 1
    assert rows > 0


def test_the_docs_hold_every_column() -> None:
    assert described() in DOCS.read_text(encoding="utf-8")
    assert all(f"`{column.name}`" in described() for column in ROSTER_COLUMNS)


@pytest.mark.parametrize(
    "end",
    [
        *(
            "9999-12-31",
            "31.12.9999",
            "31/12/9999",
            "12/31/9999",
            "2999-12-31",
            "9999-12-31 00:00:00",
        ),
        *("9999/12/31", "31-DEC-9999", "31. 12. 9999", "NULL", "NA", ""),
        *(
            "9999年12月31日",
            '"Dec 31, 9999"',
            "2958465",
            "'31.12.9999",
            "0000-00-00",
            "00.00.0000",
            "open",
            "Heute",
            "∞",
        ),
    ],
)
def test_an_end_that_never_comes_is_an_open_one(tmp_path: Path, end: str) -> None:
    roster = roster_of(tmp_path, f"who,team,from,to\nada,Hall 1,2024-01-01,{end}\n")
    assert roster.rows.select("from_day", "to_day").rows() == [(date(2024, 1, 1), None)]


@pytest.mark.parametrize("start", ["today", "heute", "open"])
def test_words_for_an_open_end_are_no_beginning(tmp_path: Path, start: str) -> None:
    with pytest.raises(CopError, match="is no date"):
        roster_of(tmp_path, f"who,team,from,to\nada,Hall 1,{start},\n")


def test_who_begins_in_a_far_year_is_left_out_and_counted(tmp_path: Path) -> None:
    roster = roster_of(tmp_path, "who,team,from,to\nada,Hall 1,,\nbo,Hall 2,9999-12-31,\n")
    assert roster.rows["username"].to_list() == ["ada"]
    assert roster.skipped == {"begins in 2200 or later": (3,)}


def test_null_names_nobody_and_a_team_may_be_called_na(tmp_path: Path) -> None:
    roster = roster_of(
        tmp_path, "who,team,seniority\nNULL,Hall 1,senior\nada,NA,#N/A\nbo,NULL,senior\n"
    )
    assert roster.rows.select("username", "team", "seniority").rows() == [
        ("ada", "NA", None),
        ("bo", None, "senior"),
    ]
    assert roster.skipped == {"names nobody": (2,)}
