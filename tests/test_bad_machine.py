"""A full disk, a folder that cannot be written, damaged files: a sentence with what to do, and nothing is lost."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_behind import (
    BEHIND,
    FIRST,
    IMPORT,
    SECOND,
    assert_as_from_scratch,
    craft,
    craft_once,
    run,
    strike,
)

from cop_metrics.lake.lake import Lake
from cop_metrics.store import Store

__all__ = ["craft", "craft_once"]  # fixtures
FULL = "No space left on device: make room, then try again."
UNHARMED = "The store is unharmed"


def one_sentence(told: Any) -> str:
    """Return what was said on stderr, which must hold no traceback."""
    assert "Traceback" not in told.err
    return str(told.err).replace(f"{BEHIND}: building.\n", "")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is a disk of 64 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(disk)],
            capture_output=True,
            check=False,
        ).returncode
    ):
        pytest.skip("no disk may be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk but for so many bytes, and return the file that does it."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(b"\0" * max(room.f_bavail * room.f_frsize - leave, 0))
    return filler


@pytest.mark.parametrize("leave", [0, 20_000, 300_000, 3_000_000])
def test_a_full_disk_is_told_and_costs_nothing(
    small_disk: Path, leave: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Full before the import, in its tables, before the build and in the middle of it."""
    for name, text in (("first.csv", FIRST), ("second.csv", SECOND)):
        (small_disk / name).write_text(text, encoding="utf-8")
    assert run(small_disk, "import", "FOLDER/first.csv", "--community=craft") == 0
    version = Store(small_disk / "data").version()
    filler = fill(small_disk, leave)
    capsys.readouterr()
    assert run(small_disk, *IMPORT) == 1
    assert "No space left on device" in (said := one_sentence(capsys.readouterr()))
    assert "make room" in said
    assert Store(small_disk / "data").version() == version
    assert run(small_disk, "show", "questions") == 0
    filler.unlink()
    assert run(small_disk, *IMPORT) == 0
    assert len(Lake(small_disk / "data").imports()) == 2
    assert_as_from_scratch(small_disk)


def test_a_disk_that_can_only_be_read_still_shows_what_is_there(
    small_disk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("first.csv", FIRST), ("second.csv", SECOND)):
        (small_disk / name).write_text(text, encoding="utf-8")
    assert run(small_disk, "import", "FOLDER/first.csv", "--community=craft") == 0
    (small_disk / "data" / "settings.toml").write_text("small_group = 6\n", encoding="utf-8")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    capsys.readouterr()
    assert run(small_disk, *IMPORT) == 1
    assert "cannot be written (Read-only file system)" in one_sentence(capsys.readouterr())
    assert run(small_disk, "show", "questions") == 0
    told = one_sentence(capsys.readouterr())
    assert (
        "ask for the right to write there. Until then the store shows what it showed before."
        in told
    )
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run(small_disk, "show", "questions") == 0
    assert_as_from_scratch(small_disk)


def test_a_folder_without_the_right_to_write_still_shows_what_is_there(
    craft: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, where nothing may be mounted: the lock cannot be opened."""
    strike(craft, "import", monkeypatch)
    opened = Path.open

    def refused(path: Path, *args: Any, **more: Any) -> Any:
        if path.name == "LOCK":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refused)
        capsys.readouterr()
        assert run(craft, "show", "questions") == 0
        told = one_sentence(capsys.readouterr())
    assert "cannot be written (Permission denied): name another one with --data" in told
    assert run(craft, "show", "questions") == 0
    assert_as_from_scratch(craft)


STEPS = ("fsync", "rename", "replace", "mkdir")


@pytest.mark.parametrize("part", [0, 3])
def test_a_disk_that_is_full_at_any_step_costs_nothing(
    craft: Path, part: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no disk can be mounted, too: every sixth step of an import fails, and all steps after it."""
    for fatal in range(part, 60, 6):
        steps = 0

        def counted(step: Callable[..., Any], fatal: int = fatal) -> Callable[..., Any]:
            def taken(*args: Any, **more: Any) -> Any:
                nonlocal steps
                steps += 1
                if steps > fatal:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return step(*args, **more)

            return taken

        with monkeypatch.context() as patched:
            for name in STEPS:
                patched.setattr(os, name, counted(getattr(os, name)))
            capsys.readouterr()
            code = run(craft, *IMPORT)
        if code == 0:
            break
        assert "No space left on device" in one_sentence(capsys.readouterr())
        assert len(Lake(craft / "data").imports()) in (1, 2)
        assert Store(craft / "data").snapshot().cursor.sql(
            "select count(*) from questions"
        ).fetchall() == [(1,)]
    assert fatal > part
    run(craft, *IMPORT)
    assert_as_from_scratch(craft)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "CURRENT empty": lambda data: (data / "store" / "CURRENT").write_text(""),
    "CURRENT of something else": lambda data: (data / "store" / "CURRENT").write_text(
        "../../etc/passwd"
    ),
    "CURRENT no text": lambda data: (data / "store" / "CURRENT").write_bytes(b"\xff\xfe\x00v1"),
    "CURRENT of a version that is gone": lambda data: (data / "store" / "CURRENT").write_text(
        "v99.duckdb\n"
    ),
    "CURRENT gone": lambda data: (data / "store" / "CURRENT").unlink(),
    "store cut short": lambda data: _cut(Store(data).path()),
    "store no database": lambda data: Store(data).path().write_text("no database" * 999),
    "store empty": lambda data: Store(data).path().write_text(""),
    "store gone": lambda data: Store(data).path().unlink(),
    "folder of the store gone": lambda data: shutil.rmtree(data / "store"),
}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_built_anew_by_the_next_command(
    damage: str, craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGES[damage](craft / "data")
    capsys.readouterr()
    assert run(craft, "show", "questions") == 0
    assert one_sentence(told := capsys.readouterr()) == ""
    assert f"{BEHIND}: building." in told.err
    assert_as_from_scratch(craft)


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("post", lambda path: path.unlink()),
        ("thread", lambda path: path.write_bytes(b"PAR1" * 99)),
        ("member", _cut),
    ],
    ids=["gone", "no Parquet", "cut short"],
)
def test_a_damaged_table_of_the_lake_is_named_and_can_be_taken_out_and_imported_again(
    damage: Callable[[Path], object], table: str, craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = craft / "data"
    [imported] = Lake(data).imports()
    damage(Lake(data).path(imported) / f"{table}.parquet")
    capsys.readouterr()
    assert run(craft, "build") == 1
    told = one_sentence(capsys.readouterr())
    assert f"python -m cop_metrics undo {imported.id}', and import 'first.csv' again" in told
    assert run(craft, "show", "questions") == 0, "what was built before is still shown"
    assert run(craft, "undo", imported.id) == 0
    assert run(craft, "import", "FOLDER/first.csv", "--community=craft") == 0
    assert_as_from_scratch(craft)


def test_a_damaged_import_json_is_named_and_leaves_what_is_shown(
    craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [about] = (craft / "data" / "lake").glob("*/*/*/import.json")
    about.write_text("{", encoding="utf-8")
    capsys.readouterr()
    assert run(craft, "build") == 1
    assert "import.json' is damaged" in one_sentence(capsys.readouterr())
    assert run(craft, "show", "questions") == 0
    shutil.rmtree(about.parent)
    assert run(craft, "import", "FOLDER/first.csv", "--community=craft") == 0
    assert_as_from_scratch(craft)
