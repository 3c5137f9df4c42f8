"""Whatever was killed between its change and the build: every command and `serve` builds what is missing, and says so."""

import ast
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from test_equal_stores import differing

from cop_metrics.build import inputs, intake
from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.engines import ENGINES
from cop_metrics.build.inputs import DRAWN_LATER, gather, program_digest
from cop_metrics.build.intake import is_behind
from cop_metrics.build.writer import silent
from cop_metrics.cli import main as cli
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.settings import read_settings
from cop_metrics.store import Store, is_being_written, publish, writer_lock

HEAD = "post_id,thread_id,kind,created_at,author_id\n"
FIRST = f"{HEAD}q1,t1,question,2026-01-01T10:00:00,ann\na1,t1,answer,2026-01-01T12:00:00,bob\na2,t1,answer,2026-01-02,cy\n"
SECOND = f"{HEAD}q1,t1,question,2026-01-01T10:00:00,ann\nq2,t2,question,2026-02-01T10:00:00,bob\n"
ROSTER = "who,team,seniority,from,to\nann,Frames,junior,,\nbob,Tools,senior,,\n"
ANN, BOB, CY = (f"spreadsheet:{name}" for name in ("ann", "bob", "cy"))
BEHIND = "The store is behind what was imported and set"


class Killed(BaseException):
    """Stands for SIGKILL where the build would begin."""


@contextmanager
def killed_before_the_build(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a command change the lake or the inputs, and end before the first step of its build."""

    def strike(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(intake, "publish", strike)
        with pytest.raises(Killed):
            yield


@pytest.fixture(scope="module")
def craft_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import an export twice as long ago as the next, a roster, and say that two accounts are one person's."""
    folder = tmp_path_factory.mktemp("craft")
    for name, text in (("first.csv", FIRST), ("second.csv", SECOND), ("roster.csv", ROSTER)):
        (folder / name).write_text(text, encoding="utf-8")
    assert (
        cli.main(
            [
                "--data",
                str(folder / "data"),
                "import",
                str(folder / "first.csv"),
                "--community=craft",
            ]
        )
        == 0
    )
    assert cli.main(["--data", str(folder / "data"), "alias", ANN, "--same-as", BOB]) == 0
    return folder


@pytest.fixture
def craft(tmp_path: Path, craft_once: Path) -> Path:
    """Return a folder of the test's own with the exports, and `data` with the first of them."""
    shutil.copytree(craft_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run(folder: Path, *argv: str) -> int:
    return cli.main(
        ["--data", str(folder / "data"), *(each.replace("FOLDER", str(folder)) for each in argv)]
    )


def assert_as_from_scratch(folder: Path) -> None:
    """Check that the store equals one built from the lake, the settings and the aliases as they are, cell by cell."""
    data, scratch = folder / "data", folder / "scratch.duckdb"
    scratch.unlink(missing_ok=True)
    DuckDB().build(gather(Lake(data), read_settings(data)), scratch, silent)
    assert differing(Store(data).path(), scratch) == []
    assert not is_behind(data)


IMPORT = ("import", "FOLDER/second.csv", "--community=craft")
CHANGES: dict[str, tuple[str, ...]] = {
    "import": IMPORT,
    "roster": ("import", "--roster=FOLDER/roster.csv"),
    "undo": ("undo", "FIRST"),
    "confirm": ("alias", ANN, "--same-as", CY),
    "take back": ("alias", ANN, "--undo"),
    "accept": ("accept",),
}
AGAIN = {
    "import": "Was there already",
    "roster": "Was there already",
    "undo": "There is no import called",
    "confirm": "are one person",
    "take back": "There is no alias called",
    "accept": "no longer there, or was imported already",
}
MENDS: dict[str, tuple[str, ...]] = {
    "another import": ("import", "--roster=FOLDER/roster.csv"),
    "show": ("show", "questions"),
    "imports": ("imports",),
    "metrics": ("metrics",),
    "report": ("report", "-o", "FOLDER/report.csv"),
    "discard": ("discard",),
    "preview": (*IMPORT, "--preview"),
    "build": ("build",),
    "an undo that there is not": ("undo", "nothing"),
    "a roster that there is not": ("import", "--roster=FOLDER/nothing.csv"),
    "an export that there is not": ("import", "FOLDER/nothing.csv"),
    "an alias that there is not": ("alias", "nobody", "--undo"),
    "a number that there is not": ("show", "nothing"),
    "a build without its engine": ("build", "--engine=spark"),
    "serve": ("serve",),
}


def strike(folder: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Let a command be killed before its build; return it as it is said again."""
    argv = tuple(
        each.replace("FIRST", Lake(folder / "data").imports()[0].id) for each in CHANGES[change]
    )
    if change == "accept":
        assert run(folder, *IMPORT, "--preview") == 0
    with killed_before_the_build(monkeypatch):
        run(folder, *argv)
    assert is_behind(folder / "data")
    return argv


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_killed_before_its_build_is_built_when_it_is_said_again(
    change: str, craft: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = strike(craft, change, monkeypatch)
    capsys.readouterr()
    run(craft, *argv)
    told = capsys.readouterr()
    assert f"{BEHIND}: building." in told.err
    assert AGAIN[change] in told.out + told.err
    assert_as_from_scratch(craft)


@pytest.mark.parametrize("mend", MENDS)
def test_any_other_command_builds_what_a_killed_one_left(
    mend: str, craft: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "execv", lambda *_: None)
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setenv("COP_DATA", "")
    strike(craft, "import", monkeypatch)
    monkeypatch.setitem(ENGINES, "spark", lambda: (_ for _ in ()).throw(CopError("not installed")))
    capsys.readouterr()
    run(craft, *MENDS[mend])
    assert f"{BEHIND}: building." in capsys.readouterr().err
    assert_as_from_scratch(craft)


def test_the_first_import_of_all_is_built_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "second.csv").write_text(SECOND, encoding="utf-8")
    with killed_before_the_build(monkeypatch):
        run(tmp_path, *IMPORT)
    assert Store(tmp_path / "data").version() is None
    assert run(tmp_path, "show", "questions", "--format", "csv") == 0
    assert_as_from_scratch(tmp_path)


def test_of_a_preview_of_two_that_was_accepted_half_the_rest_is_imported_when_it_is_said_again(
    craft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(craft, *IMPORT, "--roster=FOLDER/roster.csv", "--preview") == 0
    waiting = [each.id for each in intake.previewed(craft / "data")]
    adopt, adopted = Lake.adopt, []

    def once(*args: object) -> None:
        if adopted:
            raise Killed
        adopted.append(args)
        adopt(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "adopt", once)
        with pytest.raises(Killed):
            run(craft, "accept", *waiting)
    assert run(craft, "accept", *waiting) == 0
    assert {*waiting} <= {each.id for each in Lake(craft / "data").imports()}
    assert_as_from_scratch(craft)


def test_nothing_is_said_or_built_where_the_store_is_not_behind(
    craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = Store(craft / "data").version()
    for argv in (("show", "questions"), ("imports",), ("discard",), ("undo", "nothing")):
        capsys.readouterr()
        run(craft, *argv)
        assert BEHIND not in capsys.readouterr().err
    assert Store(craft / "data").version() == version


def test_a_data_folder_without_anything_stays_without_a_store(tmp_path: Path) -> None:
    assert run(tmp_path, "imports") == 0
    assert not (tmp_path / "data").exists()
    assert run(tmp_path, "undo", "nothing") == 1
    assert not (tmp_path / "data" / "store").exists()


def test_a_changed_setting_is_built_by_the_next_command(
    craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (craft / "data" / "settings.toml").write_text("# nothing\n", encoding="utf-8")
    assert not is_behind(craft / "data")
    (craft / "data" / "settings.toml").write_text("small_group = 6\n", encoding="utf-8")
    assert run(craft, "show", "questions") == 0
    assert BEHIND in capsys.readouterr().err
    assert_as_from_scratch(craft)


def test_readers_go_on_with_what_is_there_while_another_writes(
    craft: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strike(craft, "import", monkeypatch)
    capsys.readouterr()
    with writer_lock(craft / "data", what="import"):
        assert run(craft, "show", "questions", "--format", "json") == 0
    told = capsys.readouterr()
    assert f"{BEHIND}: building." in told.err
    assert f"Another import is running (process {os.getpid()}" in told.err
    assert "Until then the store shows what it showed before." in told.err
    assert json.loads(told.out)["value"] == 1
    assert is_behind(craft / "data")


def test_readers_go_on_with_what_is_there_where_the_settings_cannot_be_read(
    craft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (craft / "data" / "settings.toml").write_text("smal_group = 6\n", encoding="utf-8")
    capsys.readouterr()
    assert run(craft, "show", "questions") == 0
    assert (
        "Did you mean 'small_group'? Until then the store shows what it showed before."
        in capsys.readouterr().err
    )


# What makes it another store


def older(craft: Path, change: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
    """Publish a version of the store to which something is done that an older program had done."""
    path = Store(craft / "data").path()

    def build(to: Path) -> None:
        shutil.copy(path, to)
        with duckdb.connect(to) as connection:
            change(connection)

    publish(craft / "data", build)


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.execute("alter table meta drop inputs_digest"),
        lambda store: store.execute(
            "update meta set marts_digest = 'older', inputs_digest = 'older'"
        ),
        lambda store: store.execute("delete from meta"),
        lambda store: store.execute("drop table questions; update meta set inputs_digest = null"),
    ],
    ids=["without a digest", "of other marts", "without a row", "without a table"],
)
def test_a_store_of_an_older_program_is_built_anew(
    change: Callable[[duckdb.DuckDBPyConnection], object],
    craft: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    older(craft, change)
    assert is_behind(craft / "data")
    assert run(craft, "show", "questions", "--format", "csv") == 0
    assert BEHIND in capsys.readouterr().err
    assert_as_from_scratch(craft)


def test_a_new_version_of_what_builds_is_another_store(
    craft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = program_digest()
    monkeypatch.setattr(inputs, "DRAWN_LATER", (*DRAWN_LATER, "build"))
    program_digest.cache_clear()
    assert program_digest() != before
    assert is_behind(craft / "data")
    program_digest.cache_clear()


def test_what_is_drawn_later_is_nothing_that_a_build_runs() -> None:
    folder, seen, waiting = Path(inputs.__file__).parents[1], set(), ["build"]
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for path in (folder / f"{module}.py", *(folder / module).glob("*.py")):
            if path.exists():
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if (
                        isinstance(node, ast.ImportFrom)
                        and (node.module or "").split(".")[0] == "cop_metrics"
                    ):
                        parts = (node.module or "").split(".")[1:]
                        waiting += parts[:1] or [each.name for each in node.names]
    assert {"lake", "access", "marts", "settings"} < seen
    assert not seen & {*DRAWN_LATER}


# What is left over


def test_the_next_writing_command_removes_what_killed_ones_left(craft: Path) -> None:
    data = craft / "data"
    for name in (
        "store/v9.duckdb",
        "store/v9.duckdb.tmp",
        "store/v9.duckdb.tmp.wal",
        "store/v9.duckdb.tmp.tmp/spilled",
        "store/CURRENT.tmp",
        "lake/.staging-1/post.parquet",
        "lake/.undone/2/import.json",
        "preview.tmp/lake/.staging-3/post.parquet",
        "aliases.csv.tmp",
        "settings.toml.tmp",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("half", encoding="utf-8")
    assert run(craft, "discard") == 0
    left = sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())
    [imported] = Lake(data).imports()
    files = [
        f"lake/craft/spreadsheet/{imported.id}/{each}"
        for each in ("import.json", "member.parquet", "post.parquet")
    ]
    assert [name for name in left if not name.startswith("lake/craft/")] == [
        "LOCK",
        "aliases.csv",
        "store/CURRENT",
        "store/v1.duckdb",
        "store/v2.duckdb",
    ]
    assert {*files} <= {*left}


def test_a_preview_that_was_killed_half_way_does_not_wait_to_be_imported(
    craft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_before_the_build(monkeypatch):
        run(craft, *IMPORT, "--preview")
    assert intake.previewed(craft / "data") == ()
    assert run(craft, "accept") == 1
    assert len(Lake(craft / "data").imports()) == 1


def test_who_writes_is_known_without_asking_for_the_lock(tmp_path: Path) -> None:
    assert not is_being_written(tmp_path)
    with writer_lock(tmp_path):
        assert is_being_written(tmp_path)
    assert not is_being_written(tmp_path)
    (tmp_path / "LOCK").write_text('{"pid": 99999999, "what": "import", "since": "2026-01-01"}')
    assert not is_being_written(tmp_path)


def test_two_who_say_aliases_at_once_lose_neither(craft: Path) -> None:
    """What the second changes is what stands there once it has its turn."""
    from cop_metrics.people.identity import Alias, read_aliases

    data = craft / "data"
    intake.change_aliases(data, lambda aliases: (*aliases, Alias("craft", BOB, CY)))
    assert read_aliases(data) == (Alias("craft", ANN, BOB), Alias("craft", BOB, CY))
    with pytest.raises(CopError):
        intake.change_aliases(data, lambda _: (_ for _ in ()).throw(CopError("no")))
    assert len(read_aliases(data)) == 2
