"""Processes of their own that the tests start, talk to and kill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
