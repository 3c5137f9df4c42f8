"""The lake keeps what people handed over: whole imports or none, the same one once, in an order that can be told."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from processes import Disk

from cop_metrics.errors import CopError, UnknownName
from cop_metrics.lake import lake as lake_module
from cop_metrics.lake.lake import Import, Lake, Written, folder_name
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.tables import TABLES

NOW = datetime(2024, 6, 1, 12)


def rows(table: str, *of: dict[str, Any]) -> Batch:
    return Batch(table, pl.DataFrame(list(of)))


def post(
    key: str, time: datetime | None, author: str | None = "ann", kind: str = "question"
) -> dict[str, Any]:
    return {"post": key, "thread": f"t{key}", "author": author, "kind": kind, "created_at": time}


TWO_POSTS = (
    rows("post", post("1", datetime(2024, 1, 2, 9)), post("2", datetime(2024, 5, 30, 18), "bob")),
)


def source_of(*batches: Batch, version: int = 1, **states: Any) -> Source:
    def read(_: Any, reading: Reading) -> Iterator[Batch]:
        for name, time in states.items():
            setattr(reading, name, time)
        yield from batches

    return Source(
        id="made_up",
        title="Made up",
        how_to_export="",
        personal_fields=(),
        records=Records(always=(), sometimes=tuple(TABLES)),
        cannot_measure=(),
        never_opens=("what is private",),
        private_before=0,
        version=version,
        recognises=lambda _: True,
        read=read,
    )


def export(name: str = "dump.zip") -> Any:
    return SimpleNamespace(path=Path(name))


def write(
    lake: Lake,
    *batches: Batch,
    community: str = "Makers",
    name: str = "forum",
    now: datetime = NOW,
    **states: Any,
) -> Written:
    return lake.write(
        community=community,
        source_name=name,
        source=source_of(*batches, **states),
        export=export(),
        now=now,
    )


def table(lake: Lake, imported: Import, name: str) -> pl.DataFrame:
    return pl.read_parquet(lake.path(imported) / f"{name}.parquet")


def left_in(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_import_is_one_folder_of_its_tables_and_what_is_known_of_it(
    lake: Lake, tmp_path: Path
) -> None:
    written = write(lake, *TWO_POSTS, rows("topic", {"thread": "t1", "topic": "sql"}))
    imported = written.imported
    assert written.is_new
    folder = f"lake/Makers/forum/{imported.id}"
    assert left_in(tmp_path) == [
        f"{folder}/{name}" for name in ("import.json", "post.parquet", "topic.parquet")
    ]
    assert imported.tables == {"post": 2, "topic": 1}
    assert (imported.community, imported.source, imported.platform) == (
        "Makers",
        "forum",
        "made_up",
    )
    assert (imported.file_name, imported.reader_version, imported.imported_at) == (
        "dump.zip",
        1,
        NOW,
    )
    assert (
        json.loads((tmp_path / folder / "import.json").read_text())["exported_at"]
        == "2024-05-30T18:00:00"
    )
    assert lake.imports() == (imported,)


def test_keys_carry_the_name_of_their_connection_and_missing_ones_stay_missing(lake: Lake) -> None:
    imported = write(lake, rows("post", post("1", datetime(2024, 1, 2), author=None))).imported
    [only] = table(lake, imported, "post").to_dicts()
    assert (only["post"], only["thread"], only["author"]) == ("forum:1", "forum:t1", None)


def test_same_export_twice_changes_nothing_whatever_its_file_is_called(
    lake: Lake, tmp_path: Path
) -> None:
    first = write(lake, *TWO_POSTS)
    before = {path: (tmp_path / path).read_bytes() for path in left_in(tmp_path)}
    again = lake.write(
        community="Makers",
        source_name="forum",
        source=source_of(*TWO_POSTS),
        export=export("renamed.7z"),
        now=datetime(2025, 1, 1),
    )
    assert again == Written(imported=first.imported, is_new=False)
    assert {path: (tmp_path / path).read_bytes() for path in left_in(tmp_path)} == before


def test_id_does_not_depend_on_how_the_rows_were_cut_into_batches(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_module, "ROWS_IN_A_GROUP", 10)
    posts = pl.DataFrame(
        [post(str(n), datetime(2024, 1, 1, n % 24), "ann" if n % 3 else None) for n in range(95)]
    )
    ids = {
        write(lake, *(Batch("post", part) for part in posts.iter_slices(size))).imported.id
        for size in (1, 7, 10, 95)
    }
    assert len(ids) == 1
    [imported] = lake.imports()
    assert table(lake, imported, "post")["post"].to_list() == [f"forum:{n}" for n in range(95)]


def test_other_content_time_reader_connection_or_community_is_another_import(lake: Lake) -> None:
    ids = [
        write(lake, *TWO_POSTS).imported.id,
        write(
            lake,
            rows("post", post("1", datetime(2024, 1, 2, 9)), post("3", datetime(2024, 5, 30, 18))),
        ).imported.id,
        write(lake, *TWO_POSTS, rows("topic", {"thread": "t1", "topic": "sql"})).imported.id,
        write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31)).imported.id,
        write(lake, *TWO_POSTS, version=2).imported.id,
        write(lake, *TWO_POSTS, name="chat").imported.id,
        write(lake, *TWO_POSTS, community="Readers").imported.id,
    ]
    assert len(set(ids)) == len(ids)


def test_table_yielded_without_rows_counts_as_measured(lake: Lake) -> None:
    imported = write(lake, *TWO_POSTS, Batch("reaction", pl.DataFrame())).imported
    assert imported.tables == {"post": 2, "reaction": 0}
    assert table(lake, imported, "reaction").is_empty()


def test_rows_off_the_calendar_are_left_out_and_counted(lake: Lake) -> None:
    tomorrow, later = datetime(2024, 6, 2, 12), datetime(2024, 6, 2, 12, 0, 1)
    imported = write(
        lake,
        rows("post", post("ok", tomorrow), post("new", later), post("newer", datetime(2199, 1, 1))),
        rows("post", post("old", datetime(1989, 12, 31)), post("undated", None)),
        rows(
            "visit",
            {"member": "ann", "day": date(2024, 6, 2)},
            {"member": "bob", "day": date(2024, 6, 3)},
        ),
        rows("read", {"thread": "t1", "reads": 7}, {"thread": "t2", "reads": 9}),
    ).imported
    assert table(lake, imported, "post")["post"].to_list() == ["forum:ok", "forum:undated"]
    assert imported.tables == {"post": 2, "read": 2, "visit": 1}
    assert imported.skipped == {
        "post dated before 1990": {"rows": 1, "examples": ["old, dated 1989-12-31 00:00:00"]},
        "post dated more than a day after the import": {
            "rows": 2,
            "examples": ["new, dated 2024-06-02 12:00:01"],
        },
        "visit dated more than a day after the import": {
            "rows": 1,
            "examples": ["bob, dated 2024-06-03"],
        },
    }


def test_span_runs_from_the_first_to_the_last_thing_that_a_person_did(lake: Lake) -> None:
    imported = write(
        lake,
        rows(
            "member",
            {"member": "robot", "is_bot": True},
            {"member": "ann", "is_bot": False},
            {"member": "bob"},
        ),
        rows("post", post("1", datetime(2024, 2, 1)), post("2", datetime(2024, 1, 1), "robot")),
        rows("post", post("3", datetime(2024, 5, 1), kind="notice")),
        rows(
            "reaction",
            {"post": "1", "giver": None, "kind": "like", "given_at": datetime(2024, 3, 1, 8)},
        ),
        rows(
            "reaction",
            {"post": "1", "giver": "robot", "kind": "like", "given_at": datetime(2024, 4, 1)},
        ),
        rows("visit", {"member": "bob", "day": date(2024, 1, 20)}),
    ).imported
    assert (imported.observed_from, imported.observed_until) == (
        datetime(2024, 1, 20),
        datetime(2024, 3, 1, 8),
    )
    assert imported.exported_at == datetime(2024, 3, 1, 8)


def test_times_that_the_export_states_are_taken(lake: Lake) -> None:
    stated: dict[str, Any] = {
        "exported_at": datetime(2024, 5, 31, 4),
        "observed_from": datetime(2023, 1, 1),
        "observed_until": datetime(2024, 5, 31),
    }
    imported = write(lake, *TWO_POSTS, **stated).imported
    assert {name: getattr(imported, name) for name in stated} == stated
    assert imported.id.startswith("20240531T040000-v1-")


def test_export_that_claims_to_come_from_the_future_does_not_outdo_all_later_ones(
    lake: Lake,
) -> None:
    imported = write(lake, *TWO_POSTS, exported_at=datetime(2031, 1, 1)).imported
    assert imported.exported_at == datetime(2024, 5, 30, 18)
    [note] = imported.notes
    assert "2031-01-01" in note


def test_export_in_which_nobody_does_anything_is_refused(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(
        CopError, match=r"Nobody posts.*'dump.zip'.*1 x post dated more than a day after the import"
    ):
        write(
            lake, rows("member", {"member": "ann"}), rows("post", post("1", datetime(2199, 1, 1)))
        )
    with pytest.raises(CopError, match="Nobody posts"):
        write(lake)
    assert left_in(tmp_path) == []


def test_source_that_fails_midway_leaves_nothing(lake: Lake, tmp_path: Path) -> None:
    def read(_: Any, reading: Reading) -> Iterator[Batch]:
        yield from TWO_POSTS
        raise CopError("'Posts.xml' is cut off in row 3: copy it again.")

    broken = Source(**{**vars(source_of()), "read": read})
    with pytest.raises(CopError, match="cut off in row 3"):
        lake.write(community="Makers", source_name="forum", source=broken, export=export(), now=NOW)
    assert list((tmp_path / "lake").iterdir()) == []


@pytest.mark.parametrize("versions", [(9, 10), (10, 9)])
def test_of_one_export_that_was_read_twice_the_newer_word_lists_win(
    lake: Lake, versions: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in versions:
        monkeypatch.setattr(
            "cop_metrics.sources.questions.version", lambda version=version: version
        )
        told = {**post("1", datetime(2024, 1, 2, 9)), "rules": f" by_lists_{version} "}
        assert write(lake, rows("post", told)).is_new
    assert [each.words_version for each in lake.imports()] == [9, 10]
    assert lake.imports()[-1].id.startswith("20240102T090000-v1.10-")
    write(lake, rows("post", post("1", datetime(2024, 1, 2, 9))))
    assert lake.imports()[0].words_version == 0  # no text was read


def test_imports_come_in_the_order_of_their_exports_not_of_their_importing(lake: Lake) -> None:
    newer = write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31)).imported
    older = write(
        lake, *TWO_POSTS, exported_at=datetime(2024, 5, 1), now=datetime(2024, 6, 2)
    ).imported
    same = [
        write(
            lake, rows("post", post(key, datetime(2024, 1, 1))), exported_at=datetime(2024, 5, 15)
        ).imported
        for key in "abcd"
    ]
    assert lake.imports() == (older, *sorted(same, key=lambda each: each.id), newer)


def test_undo_takes_one_import_out_for_good(lake: Lake, tmp_path: Path) -> None:
    kept = write(lake, *TWO_POSTS).imported
    undone = write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31)).imported
    assert lake.undo(undone.id) == undone
    assert lake.imports() == (kept,)
    assert not any(undone.id in path for path in left_in(tmp_path))
    with pytest.raises(UnknownName, match=f"no import called '{undone.id}'"):
        lake.undo(undone.id)
    assert write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31)) == Written(
        imported=undone, is_new=True
    )


def test_clean_removes_what_killed_writers_left_and_no_more(lake: Lake, tmp_path: Path) -> None:
    imported = write(lake, *TWO_POSTS).imported
    before = left_in(tmp_path)
    for stray in (".staging-1/post.parquet", ".undone/2/import.json"):
        (tmp_path / "lake" / stray).parent.mkdir(parents=True)
        (tmp_path / "lake" / stray).write_text("{}")
    assert lake.imports() == (imported,)
    lake.clean()
    assert left_in(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "a/b",
        "a\\b",
        ".hidden",
        "..",
        "",
        "  ",
        "a:b",
        "a\nb",
        "a\0b",
        "a*",
        "[x]",
        "k=v",
        "é" * 101,
    ],
)
def test_name_that_is_not_safe_as_a_folder_is_refused(
    lake: Lake, tmp_path: Path, name: str
) -> None:
    with pytest.raises(CopError, match="community"):
        write(lake, *TWO_POSTS, community=name)
    with pytest.raises(CopError, match="source"):
        write(lake, *TWO_POSTS, name=name)
    assert left_in(tmp_path) == []


def test_readable_names_stay_as_they_are_in_one_spelling() -> None:
    for name in ("Data Science", "Köln & Umgebung", "C# (core)", "データ", "O'Brien's"):
        assert folder_name("community", name) == name
    assert folder_name("community", " Cafe\u0301 ") == "Caf\u00e9"


def test_source_cannot_take_the_name_of_the_roster(lake: Lake) -> None:
    with pytest.raises(CopError, match="cannot be called 'roster'"):
        write(lake, *TWO_POSTS, name="roster")


def test_damaged_import_is_named(lake: Lake) -> None:
    about = lake.path(write(lake, *TWO_POSTS).imported) / "import.json"
    for damage in (
        "",
        "[]",
        "{}",
        about.read_text().replace("2024-05-30", "spring"),
        '{"id": "x"}',
    ):
        about.write_text(damage)
        with pytest.raises(CopError, match=r"import\.json' is damaged"):
            lake.imports()


def roster(lake: Lake, *teams: str, now: datetime = NOW, community: str = "Makers") -> Written:
    people = pl.DataFrame(
        {
            "row": range(2, 2 + len(teams)),
            "team": teams,
            "from_day": [date(2024, 1, 1)] * len(teams),
        }
    )
    skipped: dict[str, lake_module.Skipped] = {"no team": {"rows": 1, "examples": ["row 9"]}}
    return lake.write_roster(
        community=community, rows=people, file_name="hr.xlsx", now=now, skipped=skipped
    )


def test_roster_is_kept_like_an_import(lake: Lake) -> None:
    written = roster(lake, "Data", "Platform")
    imported = written.imported
    assert written.is_new
    assert (imported.source, imported.platform, imported.tables) == (
        "roster",
        "roster",
        {"roster": 2},
    )
    assert imported.skipped == {"no team": {"rows": 1, "examples": ["row 9"]}}
    assert imported.id.startswith("20240601T120000-v1-")
    assert table(lake, imported, "roster")["team"].to_list() == ["Data", "Platform"]
    assert lake.imports() == (imported,)


def test_roster_equal_to_the_newest_is_not_new_but_one_that_returns_is(lake: Lake) -> None:
    first = roster(lake, "Data")
    assert roster(lake, "Data", now=datetime(2025, 1, 1)) == Written(
        imported=first.imported, is_new=False
    )
    assert roster(lake, "Data", community="Readers").is_new
    second, back = roster(lake, "Platform"), roster(lake, "Data")
    assert second.is_new
    assert back.is_new
    assert [each.id for each in lake.imports() if each.community == "Makers"] == [
        first.imported.id,
        second.imported.id,
        back.imported.id,
    ]


def test_roster_that_names_nobody_is_refused(lake: Lake) -> None:
    with pytest.raises(CopError, match=r"'hr\.xlsx' names nobody"):
        roster(lake)


def conversations(first: datetime, keys: range) -> tuple[Batch, ...]:
    begun = [(str(key), first + timedelta(days=key)) for key in keys]
    return (
        rows("thread", *({"thread": key, "created_at": time} for key, time in begun)),
        rows("post", *({**post(key, time), "thread": key} for key, time in begun)),
    )


def test_another_site_that_numbers_alike_is_refused_as_the_same_source_and_taken_as_one_of_its_own(
    lake: Lake,
) -> None:
    write(lake, *conversations(datetime(2024, 1, 1), range(1, 21)))
    another = conversations(datetime(2023, 1, 1), range(1, 31))
    with pytest.raises(CopError, match=r"20 of the 20 conversations .* with --source and a name"):
        write(lake, *another)
    assert len(lake.imports()) == 1
    assert write(lake, *another, name="other").is_new
    assert write(lake, *another, community="Others").is_new


def test_a_newer_export_of_the_same_site_is_taken_even_if_its_times_were_an_hour_wrong(
    lake: Lake,
) -> None:
    write(lake, *conversations(datetime(2024, 1, 1), range(1, 21)))
    assert write(lake, *conversations(datetime(2024, 1, 1, 1), range(10, 40))).is_new


# What holds an import, and in which order


@pytest.mark.parametrize("versions", [(9, 10), (10, 9)])
def test_of_one_export_that_was_read_twice_the_newer_reader_wins(
    lake: Lake, versions: tuple[int, int]
) -> None:
    """By number, not by letter, and whatever the import is called or when it was made."""
    for day, version in enumerate(versions, 1):
        source = source_of(*TWO_POSTS, version=version)
        now = datetime(2024, 6, day)
        assert lake.write(
            community="Makers", source_name="forum", source=source, export=export(), now=now
        ).is_new
    assert [each.reader_version for each in lake.imports()] == [9, 10]


def test_an_older_export_read_by_a_newer_reader_does_not_win_over_a_newer_export(
    lake: Lake,
) -> None:
    newer = write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31)).imported
    source = source_of(*TWO_POSTS, version=2, exported_at=datetime(2024, 5, 30))
    older = lake.write(
        community="Makers", source_name="forum", source=source, export=export(), now=NOW
    ).imported
    assert lake.imports() == (older, newer)


def test_the_first_moment_of_1990_is_no_mistake(lake: Lake) -> None:
    imported = write(
        lake, rows("post", post("1", datetime(1990, 1, 1)), post("2", datetime(2024, 1, 2)))
    ).imported
    assert (imported.tables["post"], imported.skipped) == (2, {})


def test_an_export_without_posts_that_says_when_it_was_made_is_of_that_time(lake: Lake) -> None:
    """One that does not say is as old as the newest before it."""
    write(lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31))
    silent = write(lake, rows("post", post("1", None)), is_quiet=True).imported
    told = write(
        lake, rows("post", post("2", None)), is_quiet=True, exported_at=datetime(2024, 6, 1)
    ).imported
    assert [silent.exported_at, told.exported_at] == [datetime(2024, 5, 31), datetime(2024, 6, 1)]


def test_an_import_is_on_the_disk_before_the_rename_that_makes_it_one(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave an import of empty files. Files, their folder, the rename, the folders above."""
    disk = Disk(monkeypatch)
    imported = write(lake, *TWO_POSTS, rows("topic", {"thread": "t1", "topic": "sql"})).imported
    [commit] = [number for number, step in enumerate(disk.steps) if step == ("rename", imported.id)]
    before, after = disk.steps[:commit], disk.steps[commit + 1 :]
    files = {("sync", name) for name in ("post.parquet", "topic.parquet", "import.json.tmp")}
    assert files <= {*before}
    assert before[-1][0] == "sync"
    assert before[-1][1].startswith(".staging-")
    assert after == [("sync", name) for name in ("forum", "Makers", "lake", tmp_path.name)]


def test_an_undo_and_an_import_taken_over_are_on_the_disk_once_they_are_done(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Lake(tmp_path / "other")
    imported = write(other, *TWO_POSTS).imported
    disk = Disk(monkeypatch)
    lake.adopt(other.path(imported), imported)
    assert disk.steps == [
        ("rename", imported.id),
        *(("sync", name) for name in ("forum", "Makers", "lake", tmp_path.name)),
    ]
    disk.steps.clear()
    lake.undo(imported.id)
    assert [step for step, _ in disk.steps] == ["rename", "sync"]
    assert disk.steps[1] == ("sync", "forum")


# What is damaged, and clocks


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "post.parquet").unlink(), r"post\.parquet' is missing"),
        (
            lambda folder: (folder / "post.parquet").write_bytes(b"PAR1"),
            "is not what was written there",
        ),
        (
            lambda folder: (folder / "post.parquet").write_bytes(
                (folder / "post.parquet").read_bytes()[:-9]
            ),
            "is not what",
        ),
    ],
    ids=["missing", "no Parquet", "cut short"],
)
def test_a_damaged_table_is_named_with_what_to_do(lake: Lake, damage: Any, says: str) -> None:
    write(lake, *TWO_POSTS, name="chat")
    imported = write(lake, *TWO_POSTS).imported
    lake.refuse_damaged(ValueError("nothing is damaged yet"))
    damage(lake.path(imported))
    with pytest.raises(
        CopError, match=rf"{says}.*undo {imported.id}', and import 'dump\.zip' again"
    ):
        lake.refuse_damaged(ValueError("cannot be read"))


def test_a_clock_that_ran_back_is_told_with_the_rows_that_it_cost(lake: Lake) -> None:
    write(lake, *TWO_POSTS)
    late = rows("post", post("1", datetime(2024, 1, 2, 9)), post("3", datetime(2024, 5, 30)))
    imported = write(lake, late, now=datetime(2024, 1, 5)).imported
    assert imported.skipped["post dated more than a day after the import"]["rows"] == 1
    [note] = imported.notes
    assert (
        "clock of this machine says 2024-01-05 00:00, before the import of 'dump.zip' on 2024-06-01 12:00"
        in note
    )
    assert "import the export again" in note


def test_a_clock_that_goes_on_is_not_told_of(lake: Lake) -> None:
    write(lake, *TWO_POSTS)
    assert (
        write(
            lake, *TWO_POSTS, exported_at=datetime(2024, 5, 31), now=NOW + timedelta(days=1)
        ).imported.notes
        == []
    )
    assert write(lake, *TWO_POSTS, community="Readers", now=NOW).imported.notes == []
