"""Processes of their own that the tests start, talk to and kill, and what a process has put on the disk."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def child(script: str, task: str, data: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a task of a script in a process of its own, from the moment when it says that it is ready."""
    process = subprocess.Popen(
        [sys.executable, script, task, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"},
    )
    try:
        assert process.stdout
        started = process.stdout.readline()
        assert started == "ready\n", process.communicate()[1]
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


class Disk:
    """The order of what was synced and renamed, by the names of files and folders; skips where that cannot be seen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if not Path("/proc/self/fd").exists():
            pytest.skip("needs /proc to see what is synced")
        self.steps: list[tuple[str, str]] = []
        fsync, rename, replace = os.fsync, os.rename, os.replace

        def synced(handle: int) -> None:
            self.steps.append(("sync", Path(f"/proc/self/fd/{handle}").resolve().name))
            fsync(handle)

        def renamed(one: Any, other: Any, **more: Any) -> None:
            self.steps.append(("rename", Path(other).name))
            rename(one, other, **more)

        def replaced(one: Any, other: Any, **more: Any) -> None:
            self.steps.append(("rename", Path(other).name))
            replace(one, other, **more)

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "rename", renamed)
        monkeypatch.setattr(os, "replace", replaced)
