"""The store's readers see one whole version at a time, and a build that fails changes nothing."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from processes import Disk

from cop_metrics.errors import CopError
from cop_metrics.store import Store, publish, writer_lock


def build_of(number: int) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        with duckdb.connect(path) as connection:
            connection.execute("create table meta as select ? as number", [number])

    return build


def number(store: Store) -> int:
    [told] = store.snapshot().cursor.sql("select number from meta").fetchall()
    return int(told[0])


def files(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "store").iterdir())


def test_a_version_is_on_the_disk_before_it_is_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave readers a version of which nothing was written."""
    disk = Disk(monkeypatch)
    publish(tmp_path, build_of(1))
    assert disk.steps[:3] == [("sync", "v1.duckdb.tmp"), ("rename", "v1.duckdb"), ("sync", "store")]
    assert disk.steps[3:] == [("sync", "CURRENT.tmp"), ("rename", "CURRENT"), ("sync", "store")]


def test_published_version_is_what_readers_see_and_two_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.version() is None
    for version in (1, 2, 3):
        assert publish(tmp_path, build_of(version * 10)) == version
        assert (store.version(), number(store)) == (version, version * 10)
    assert files(tmp_path) == ["CURRENT", "v2.duckdb", "v3.duckdb"]
    assert (tmp_path / "store" / "CURRENT").read_text() == "v3.duckdb\n"


def test_snapshot_stays_what_it_was_while_newer_versions_come_and_its_file_goes(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    publish(tmp_path, build_of(10))
    shown = store.snapshot()
    for version in (2, 3, 4):
        publish(tmp_path, build_of(version * 10))
        assert store.snapshot().version == version
    assert not (tmp_path / "store" / "v1.duckdb").exists()
    assert shown.version == 1
    assert shown.cursor.sql("select number from meta").fetchall() == [(10,)]


def test_old_file_is_let_go_with_its_last_snapshot(tmp_path: Path) -> None:
    def is_open(name: str) -> bool:
        path = (tmp_path / "store" / name).resolve()
        return any(
            os.path.realpath(handle) == str(path) for handle in Path("/proc/self/fd").iterdir()
        )

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to see which files are open")
    store = Store(tmp_path)
    publish(tmp_path, build_of(10))
    shown = store.snapshot()
    publish(tmp_path, build_of(20))
    store.snapshot()
    assert is_open("v1.duckdb")
    del shown
    assert not is_open("v1.duckdb")


def test_snapshot_cannot_write(tmp_path: Path) -> None:
    publish(tmp_path, build_of(10))
    with pytest.raises(duckdb.Error, match="read-only"):
        Store(tmp_path).snapshot().cursor.execute("delete from meta")


def test_threads_read_whole_versions_while_new_ones_are_published(tmp_path: Path) -> None:
    store, done, seen = Store(tmp_path), threading.Event(), []
    publish(tmp_path, build_of(10))

    def read() -> None:
        while not done.is_set():
            shown = store.snapshot()
            seen.append(
                (shown.version, shown.cursor.sql("select number from meta").fetchall()[0][0])
            )

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for version in range(2, 8):
        publish(tmp_path, build_of(version * 10))
    done.set()
    for reader in readers:
        reader.join()
    assert seen
    assert all(told == version * 10 for version, told in seen)


def test_version_that_goes_while_it_is_being_opened_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    publish(tmp_path, build_of(10))
    current = store.version

    def told_too_late() -> int | None:
        monkeypatch.undo()
        version = current()
        publish(tmp_path, build_of(20))
        publish(tmp_path, build_of(30))
        return version

    monkeypatch.setattr(store, "version", told_too_late)
    assert number(store) == 30


def test_build_that_fails_changes_nothing(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        build_of(99)(path)
        raise CopError("The roster has no column for the team.")

    publish(tmp_path, build_of(10))
    with pytest.raises(CopError, match="no column for the team"):
        publish(tmp_path, fails)
    assert files(tmp_path) == ["CURRENT", "v1.duckdb"]
    assert number(Store(tmp_path)) == 10


def test_file_without_meta_or_that_is_no_database_is_thrown_away(tmp_path: Path) -> None:
    def without_meta(path: Path) -> None:
        duckdb.connect(path).close()

    publish(tmp_path, build_of(10))
    for build in (
        without_meta,
        lambda path: path.write_text("no database " * 1000),
        lambda path: None,
    ):
        with pytest.raises(CopError, match="new store is not complete"):
            publish(tmp_path, build)
    assert files(tmp_path) == ["CURRENT", "v1.duckdb"]


def test_leftovers_of_a_killed_build_are_removed_and_its_number_is_not_used_again(
    tmp_path: Path,
) -> None:
    publish(tmp_path, build_of(10))
    folder = tmp_path / "store"
    for name in ("v2.duckdb.tmp", "v2.duckdb.tmp.wal", "CURRENT.tmp", "v2.duckdb"):
        (folder / name).write_text("half")
    (folder / "v2.duckdb.tmp.tmp").mkdir()
    assert number(Store(tmp_path)) == 10
    assert publish(tmp_path, build_of(30)) == 3
    assert files(tmp_path) == ["CURRENT", "v1.duckdb", "v3.duckdb"]


def test_without_a_store_one_is_told_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(CopError, match=r"no store in .* yet: .*cop_metrics demo"):
        Store(tmp_path).snapshot()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "v1.duckdb").unlink(), "'python -m cop_metrics build'"),
        (lambda folder: (folder / "v1.duckdb").write_text("no database"), "cannot be opened"),
        (
            lambda folder: (folder / "CURRENT").write_text("../../etc/passwd"),
            "does not name a version",
        ),
    ],
    ids=["file gone", "file damaged", "pointer damaged"],
)
def test_damaged_store_is_told_and_mended_by_the_next_build(
    tmp_path: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    publish(tmp_path, build_of(10))
    damage(tmp_path / "store")
    store = Store(tmp_path)
    with pytest.raises(CopError, match=sentence):
        store.snapshot()
    publish(tmp_path, build_of(20))
    assert number(store) == 20


def test_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path, what="build"),
        pytest.raises(
            CopError,
            match=rf"^Another build is running \(process {os.getpid()} since \d\d:\d\d\): wait until it has ended",
        ),
        writer_lock(tmp_path),
    ):
        pytest.fail("two writers at once")
    with writer_lock(tmp_path):
        assert json.loads((tmp_path / "LOCK").read_text())["what"] == "import"


def test_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(CopError, match="bad export"), writer_lock(tmp_path):
        raise CopError("bad export")
    with writer_lock(tmp_path):
        pass


def test_writer_can_wait_for_its_turn(tmp_path: Path) -> None:
    holder = (
        "import sys, pathlib, cop_metrics.store as store\n"
        "with store.writer_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert child.stdin
    assert child.stdout
    child.stdout.readline()
    with (
        pytest.raises(CopError, match=f"process {child.pid} since"),
        writer_lock(tmp_path, wait_seconds=0.1),
    ):
        pytest.fail("two writers at once")
    child.stdin.write("\n")
    child.stdin.flush()
    with writer_lock(tmp_path, wait_seconds=60):
        pass
    child.communicate()
    assert child.returncode == 0


def test_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the folder's place")
    with pytest.raises(CopError, match="cannot be written"), writer_lock(tmp_path / "data"):
        pytest.fail("held a lock in no folder")


def test_a_data_folder_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder", encoding="utf-8")
    with pytest.raises(CopError, match="is a file: name a folder"):
        Store(tmp_path / "data").version()
