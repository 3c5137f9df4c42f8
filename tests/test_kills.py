"""A writer may be killed at any moment: readers never meet half a store, nor half an import, and the next import works.

Some kills strike a child process at a random moment while other processes read; others strike before each single step
that touches the disk's names, so that no step is left to chance.
"""

import json
import os
import random
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest
from processes import child

from cop_metrics.lake.lake import Lake, Written
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.store import Store, publish, writer_lock
from cop_metrics.tables import TABLES

BEGIN = datetime(2024, 1, 1)
ROWS_IN_THE_STORE = 200_000  # a few MB, so that a build takes long enough to be struck
WHOLE = """
    select meta.version, meta.rows, meta.total, facts.rows, facts.total
    from meta, (select count(*) as rows, sum(value) as total from facts) as facts
"""


def write_import(data: Path, number: int) -> Written:
    """Import an export of 300 posts, made `number` hours after the first."""

    def read(_: Any, reading: Reading) -> Iterator[Batch]:
        reading.exported_at = BEGIN + timedelta(hours=number)
        for start in (0, 100, 200):
            keys = [str(key) for key in range(start, start + 100)]
            yield Batch(
                "post", pl.DataFrame({"post": keys, "author": keys, "created_at": [BEGIN] * 100})
            )

    source = Source(
        id="made_up",
        title="Made up",
        how_to_export="",
        personal_fields=(),
        records=Records(always=(), sometimes=tuple(TABLES)),
        cannot_measure=(),
        never_opens=("what is private",),
        private_before=0,
        version=1,
        recognises=lambda _: True,
        read=read,
    )
    export: Any = SimpleNamespace(path=Path("dump.zip"))
    now = BEGIN + timedelta(days=1000)
    return Lake(data).write(
        community="Makers", source_name="forum", source=source, export=export, now=now
    )


def build(path: Path, rows: int = ROWS_IN_THE_STORE) -> None:
    """Write `meta` first and its facts afterwards, so that a store read too early shows it."""
    version = int(path.name.split(".")[0][1:])
    with duckdb.connect(path, config={"threads": 1}) as connection:
        connection.execute(
            "create table meta as select $version as version, $rows as rows, "
            "sum(hash(range + $version) % 1000000)::bigint as total from range($rows)",
            {"version": version, "rows": rows},
        )
        connection.execute("create table facts (value bigint)")
        for half in (0, 1):
            connection.execute(
                "insert into facts select hash(range + $version) % 1000000 from range($rows) where range % 2 = $half",
                {"version": version, "rows": rows, "half": half},
            )


def import_number(data: Path, number: int, rows: int = ROWS_IN_THE_STORE) -> int:
    """Do what the command line does for one import, and return the store's new version."""
    with writer_lock(data):
        Lake(data).clean()
        write_import(data, number)
        return publish(data, lambda path: build(path, rows))


def version_read_whole(store: Store) -> int:
    shown = store.snapshot()
    [(version, rows, total, counted, summed)] = shown.cursor.execute(WHOLE).fetchall()
    assert (version, rows, total) == (shown.version, counted, summed)
    return shown.version


def assert_lake_is_whole(data: Path) -> None:
    lake = Lake(data)
    for imported in lake.imports():
        assert (
            pl.read_parquet(lake.path(imported) / "post.parquet").height
            == imported.tables["post"]
            == 300
        )


def write_until_killed(data: Path) -> None:
    first = len(Lake(data).imports())
    print("ready", flush=True)
    for number in range(first, first + 10**6):
        import_number(data, number)


def read_until_told_to_stop(data: Path) -> None:
    """Read as often as possible; print how often, and how many versions, once standard input ends."""
    os.nice(15)  # the writers start sooner
    store, reads, versions = Store(data), 0, [version_read_whole(Store(data))]
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        version = version_read_whole(store if reads % 2 else Store(data))
        assert version >= versions[-1]
        versions.append(version)
        reads += 1
    print(json.dumps({"reads": reads, "versions": len(set(versions))}))


def kill_at_a_random_moment(data: Path, moment: random.Random) -> bool:
    """Kill a writer after up to 0.4 s of its work; return whether it was in the middle of something."""
    with child(__file__, "write", data) as writer:
        assert writer.stdout
        ended, _, _ = select.select([writer.stdout], [], [], moment.uniform(0, 0.4))
        assert not ended, writer.communicate()[1]
        writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
    return any(data.glob("store/*.tmp*")) or any(data.glob("lake/.*"))


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_writer_leaves_a_whole_store_to_readers_in_other_processes(
    tmp_path: Path, kills: int
) -> None:
    moment = random.Random(kills)
    struck = 0
    import_number(tmp_path, 0)
    with child(__file__, "read", tmp_path) as one, child(__file__, "read", tmp_path) as other:
        for _ in range(kills):
            before = version_read_whole(Store(tmp_path))
            struck += kill_at_a_random_moment(tmp_path, moment)
            assert version_read_whole(Store(tmp_path)) >= before
            assert_lake_is_whole(tmp_path)
            version = import_number(tmp_path, len(Lake(tmp_path).imports()))
            assert version_read_whole(Store(tmp_path)) == version > before
            assert not [*tmp_path.glob("store/*.tmp*"), *tmp_path.glob("lake/.*")]
        for reader in (one, other):
            told, problem = reader.communicate("stop\n")
            assert reader.returncode == 0, problem
            assert json.loads(told)["reads"] > kills
            assert json.loads(told)["versions"] > 1
    assert struck > kills // 5


class Killed(BaseException):
    """Stands for SIGKILL inside one process: from then on no step reaches the disk, not even in clean-up."""


STEPS = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir")


@contextmanager
def killed_before_step(fatal: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the first `fatal` steps happen and no others; yield the names of those that were attempted."""
    steps: list[str] = []

    def counted(name: str, step: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            steps.append(name)
            if len(steps) > fatal:
                raise Killed(name)
            return step(*args, **kwargs)

        return run

    with monkeypatch.context() as patched:
        for name in STEPS:
            patched.setattr(os, name, counted(name, getattr(os, name)))
        with suppress(Killed):
            yield steps


def test_no_single_step_of_an_import_is_fatal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_number(tmp_path, 0, rows=100)
    for fatal in count():
        number = fatal + 1
        before = version_read_whole(Store(tmp_path))
        with killed_before_step(fatal, monkeypatch) as steps:
            import_number(tmp_path, number, rows=100)
        assert version_read_whole(Store(tmp_path)) in (before, before + 1)
        assert_lake_is_whole(tmp_path)
        assert import_number(tmp_path, number, rows=100) > before
        assert len(Lake(tmp_path).imports()) == number + 1
        if len(steps) <= fatal:
            break
    assert {"fsync", "rename", "replace", "mkdir", "unlink"} <= set(steps)


def test_no_single_step_of_an_undo_is_fatal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fatal in count():
        undone = write_import(tmp_path, 1).imported
        kept = write_import(tmp_path, 2).imported
        with killed_before_step(fatal, monkeypatch) as steps:
            Lake(tmp_path).undo(undone.id)
        assert Lake(tmp_path).imports() in ((undone, kept), (kept,))
        assert_lake_is_whole(tmp_path)
        Lake(tmp_path).clean()
        if undone in Lake(tmp_path).imports():
            Lake(tmp_path).undo(undone.id)
        assert Lake(tmp_path).imports() == (kept,)
        if len(steps) <= fatal:
            break
    assert {"rename", "rmdir"} <= set(steps)


if __name__ == "__main__":
    {"write": write_until_killed, "read": read_until_told_to_stop}[sys.argv[1]](Path(sys.argv[2]))
