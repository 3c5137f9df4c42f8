"""Commands are killed with SIGKILL at any moment of theirs, while two others read; said again, the store is as from scratch.

A nursery, a process that has imported the command line, forks one child a command, which kills itself before a step that
it was told, or is killed after a time. So even the moments between a change and its build are struck, by number.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from processes import child

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import gather
from cop_metrics.build.intake import is_behind
from cop_metrics.build.writer import silent
from cop_metrics.errors import NothingYet
from cop_metrics.lake.lake import Lake
from cop_metrics.people.identity import read_aliases
from cop_metrics.settings import read_settings
from cop_metrics.store import Store

STEPS = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "symlink")
READ = (
    "meta",
    "imports",
    "members",
    "posts",
    "questions",
    "helps",
    "points",
    "roster",
    "identities",
)
PEOPLE = ("ann", "bob", "cy", "dan", "eve")
MENDS = ("the same", "show", "imports", "serve", "discard", "undo", "build")


def run_child(data: str, argv: list[str], fatal: int | None) -> int:
    """Run one command in this process, which dies by SIGKILL before the step of that number; return how it ended."""
    steps = 0

    def counted(step: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1
            return step(*args, **kwargs)

        return run

    from cop_metrics.cli import main as cli

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    os.execv = lambda *_: None  # type: ignore[assignment] # what `serve` ends with
    code = cli.main(["--data", data, *argv])
    print(f"steps {steps}", file=sys.stderr, flush=True)
    return code


def nursery(data: str) -> None:
    """Run a command for each line on standard input, in a child of its own; tell how it ended, and what it said."""

    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        out, into = os.pipe()
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.close(out)
            os.dup2(into, 1)
            os.dup2(into, 2)
            code = 70
            try:
                code = run_child(data, asked["argv"], asked["step"])
                sys.stdout.flush()
            finally:
                os._exit(code)
        os.close(into)
        timer = (
            threading.Timer(asked["seconds"], os.kill, (child, signal.SIGKILL))
            if asked["seconds"]
            else None
        )
        if timer:
            timer.start()
        with os.fdopen(out, "rb") as said:
            text = said.read().decode()
        _, status = os.waitpid(child, 0)
        if timer:
            timer.cancel()
        ended = {
            "code": os.waitstatus_to_exitcode(status),
            "said": text,
            "seconds": time.monotonic() - began,
        }
        print(json.dumps(ended), flush=True)


def read_until_told_to_stop(data: str) -> None:
    """Read whole tables as often as possible; versions never run back, and what one holds never changes."""
    os.nice(10)
    seen: dict[int, Any] = {}
    store, reads = Store(Path(data)), 0
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        shown = (store if reads % 2 else Store(Path(data))).snapshot()
        held = [
            shown.cursor.sql(f"select count(*), sum(hash(t)::hugeint) from {table} t").fetchall()
            for table in READ
        ]
        assert shown.version >= max(seen, default=0), "a version ran back"
        assert seen.setdefault(shown.version, held) == held, "a version changed"
        reads += 1
    print(json.dumps({"reads": reads, "versions": len(seen)}))


class Bench:
    """A data folder, the exports that go into it, and the nursery that runs commands on it."""

    def __init__(self, folder: Path, nurse: "subprocess.Popen[str]", seed: int) -> None:
        self.folder, self.data, self._nurse = folder, folder / "data", nurse
        self.draw, self._files = random.Random(seed), 0
        self._steps: dict[str, int] = {}
        self._seconds: dict[str, float] = {}

    def run(self, *argv: str, step: int | None = None, seconds: float = 0) -> dict[str, Any]:
        assert self._nurse.stdin
        assert self._nurse.stdout
        print(
            json.dumps({"argv": argv, "step": step, "seconds": seconds}),
            file=self._nurse.stdin,
            flush=True,
        )
        return dict(json.loads(self._nurse.stdout.readline()))

    def export(self) -> str:
        """Write an export that no other is equal to: a question and its answer more."""
        self._files += 1
        lines = ["post_id,thread_id,kind,created_at,author_id"]
        for number in range(self._files + 1):
            day = f"2026-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"
            lines.append(f"q{number},t{number},question,{day}T10:00:00,{PEOPLE[number % 5]}")
            lines.append(
                f"a{number},t{number},answer,{day}T1{1 + self._files % 8}:00:00,{PEOPLE[(number + 1) % 5]}"
            )
        path = self.folder / f"export {self._files}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    def roster(self) -> str:
        self._files += 1
        rows = [f"{who},Team {self.draw.randrange(1000)},junior,," for who in PEOPLE]
        path = self.folder / f"roster {self._files}.csv"
        path.write_text("\n".join(["who,team,seniority,from,to", *rows]) + "\n", encoding="utf-8")
        return str(path)

    def prepared(self, kind: str) -> tuple[str, ...]:
        """Return a command of that kind that changes something as things stand; what it needs before is done."""
        lake = Lake(self.data)
        match kind:
            case "import":
                return ("import", self.export(), "--community=craft")
            case "both":
                return ("import", self.export(), "--community=craft", f"--roster={self.roster()}")
            case "roster":
                return ("import", f"--roster={self.roster()}", "--community=craft")
            case "undo":
                if len(lake.imports()) < 3:
                    assert self.run("import", self.export(), "--community=craft")["code"] == 0
                exports = [each for each in lake.imports() if each.platform != "roster"]
                return (
                    "undo",
                    self.draw.choice(exports if len(exports) > 1 else lake.imports()[-1:]).id,
                )
            case "alias":
                said = read_aliases(self.data)
                if said:
                    return ("alias", said[0].account, "--same-as", said[0].same_as, "--undo")
                return (
                    "alias",
                    "spreadsheet:ann",
                    "--same-as",
                    f"spreadsheet:{self.draw.choice(PEOPLE[1:])}",
                )
            case "preview":
                return ("import", self.export(), "--community=craft", "--preview")
            case "accept" | "discard":
                assert (
                    self.run("import", self.export(), "--community=craft", "--preview")["code"] == 0
                )
                return (kind,)
        return ("build",)

    def strike(self, kind: str, argv: tuple[str, ...], by_time: bool) -> dict[str, Any]:
        """Kill a command at a moment drawn from its life: before a step of it, or after a part of its time."""
        if by_time:
            return self.run(*argv, seconds=self.draw.uniform(0.02, self._seconds[kind]))
        return self.run(*argv, step=self.draw.randrange(self._steps[kind]))

    def let_live(self, kind: str) -> None:
        """Run a command of that kind to its end, and remember how many steps and seconds its life has."""
        self.remember(kind, self.run(*self.prepared(kind)))

    def remember(self, kind: str, ended: dict[str, Any]) -> None:
        assert ended["code"] == 0, ended["said"]
        self._steps[kind], self._seconds[kind] = (
            int(ended["said"].rsplit("steps ", 1)[1]),
            ended["seconds"],
        )

    def mend(self, how: str, argv: tuple[str, ...]) -> dict[str, Any]:
        others = {"show": ("show", "questions"), "undo": ("undo", "nothing"), "the same": argv}
        return self.run(*others.get(how, (how,)))

    def assert_whole(self) -> None:
        lake = Lake(self.data)
        for imported in lake.imports():
            for table, rows in imported.tables.items():
                assert pl.read_parquet(lake.path(imported) / f"{table}.parquet").height == rows

    def assert_as_from_scratch(self) -> None:
        from test_equal_stores import differing

        scratch = self.folder / "scratch.duckdb"
        scratch.unlink(missing_ok=True)
        DuckDB().build(gather(Lake(self.data), read_settings(self.data)), scratch, silent)
        assert differing(Store(self.data).path(), scratch) == []
        assert not is_behind(self.data)

    def left_over(self) -> list[str]:
        found = [
            *self.data.glob("*.tmp"),
            *self.data.glob("store/*.tmp*"),
            *self.data.glob("lake/.*"),
        ]
        return [str(path.relative_to(self.data)) for path in found]


KINDS = ("import", "roster", "both", "alias", "accept", "undo", "build", "discard", "preview")


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_command_killed_at_any_moment_loses_nothing_and_any_command_mends_the_store(
    tmp_path: Path, kills: int, record_property: Any
) -> None:
    with ExitStack() as processes:
        bench = Bench(
            tmp_path,
            processes.enter_context(child(__file__, "nursery", tmp_path / "data")),
            seed=kills,
        )
        for kind in KINDS:
            bench.let_live(kind)
        readers = [processes.enter_context(child(__file__, "read", bench.data)) for _ in range(2)]
        struck = behind = lost = 0
        for number in range(kills):
            kind, how = (
                KINDS[number % len(KINDS)],
                MENDS[(number + number // len(MENDS)) % len(MENDS)],
            )
            argv = bench.prepared(kind)
            before, said = (
                {each.id for each in Lake(bench.data).imports()},
                read_aliases(bench.data),
            )
            ended = bench.strike(kind, argv, by_time=number % 4 == 3)
            if ended["code"] == -signal.SIGKILL:
                struck += 1
            else:
                bench.remember(kind, ended)
            bench.assert_whole()
            lost += len(
                before
                - {each.id for each in Lake(bench.data).imports()}
                - ({argv[1]} if kind == "undo" else set())
            )
            assert kind == "alias" or read_aliases(bench.data) == said
            Store(bench.data).snapshot().cursor.sql("from questions").fetchall()
            behind += is_behind(bench.data)
            mended = bench.mend(how, argv)
            assert mended["code"] in (0, 1), mended["said"]
            bench.assert_as_from_scratch()
            if how in ("discard", "undo", "build"):
                assert bench.left_over() == []
        reads = 0
        for reader in readers:
            told, problem = reader.communicate("stop\n")
            assert reader.returncode == 0, problem
            reads += json.loads(told)["reads"]
    figures = f"{kills} strikes, {struck} killed, {behind} left the store behind, all mended, {lost} lost, {reads} reads"
    record_property("kills", figures)
    print(figures)
    assert lost == 0
    assert struck > kills * 2 // 3
    assert behind >= kills // 12
    assert reads > kills


def test_readers_before_the_first_import_are_told_so(tmp_path: Path) -> None:
    with pytest.raises(NothingYet):
        Store(tmp_path).snapshot()


if __name__ == "__main__":
    {"nursery": nursery, "read": read_until_told_to_stop}[sys.argv[1]](sys.argv[2])
