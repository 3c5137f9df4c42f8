"""The store: one DuckDB file a version, swapped by a pointer, so that nobody ever meets half a
file.
"""

import errno
import fcntl
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import duckdb

from cop_metrics.disk import replace_text, sync
from cop_metrics.errors import CopError, NothingYet

_CURRENT, _LOCK = "CURRENT", "LOCK"
_VERSION = re.compile(r"v(\d+)\.duckdb")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One version of the store, and a cursor that reads it for as long as somebody holds it; never
    close it by hand.
    """

    version: int
    cursor: duckdb.DuckDBPyConnection


class Store:
    """The reader's side: hands out snapshots of the current version, to any number of threads."""

    def __init__(self, data: Path) -> None:
        """Look at `data`/store, which need not exist yet."""
        self._folder = data / "store"
        self._lock = threading.Lock()
        self._opened: Snapshot | None = None

    def version(self) -> int | None:
        """Return the number of the current version, None before the first; `CopError` if the
        pointer is damaged.
        """
        return _current(self._folder)

    def is_there(self) -> bool:
        """Say whether there has been a store, be it damaged."""
        return (self._folder / _CURRENT).exists()

    def path(self) -> Path:
        """Return the file of the current version; raises `CopError` if there is none."""
        version = self.version()
        if version is None:
            raise NothingYet(f"There is no store in '{self._folder}' yet.")
        return _path(self._folder, version)

    def snapshot(self) -> Snapshot:
        """Return the current version with a cursor of its own; raises `CopError` if there is no
        store to open.
        """
        with self._lock:
            version = self.version()
            while self._opened is None or self._opened.version != version:
                self._opened = self._open(version)
                version = self.version()
            return Snapshot(version=self._opened.version, cursor=self._opened.cursor.cursor())

    def _open(self, version: int | None) -> Snapshot | None:
        """Open a version read-only; None if it has been replaced meanwhile."""
        if version is None:
            raise NothingYet(
                f"There is no store in '{self._folder}' yet: make one with 'python -m cop_metrics demo' from "
                "the samples, or from an export with 'python -m cop_metrics import PATH'."
            )
        path = _path(self._folder, version)
        try:
            # Pages ask several queries at a time, each too small for two threads to share.
            connection = duckdb.connect(path, read_only=True, config={"threads": 1})
        except duckdb.Error as problem:
            if self.version() != version:
                return None
            wrong = "cannot be opened" if path.exists() else "is missing"
            raise CopError(
                f"The store's file '{path}' {wrong}: close whatever else has it open, or make it anew from the lake "
                "with 'python -m cop_metrics build'."
            ) from problem
        return Snapshot(version=version, cursor=connection)


def publish(data: Path, build: Callable[[Path], None]) -> int:
    """Let `build` make a new DuckDB file at the path it is given, make it the current version, and
    return its number.

    Call it under `writer_lock`. Whatever `build` raises is passed on; then, as after a crash at any
    moment, the store is as it was. Raises `CopError` when the file lacks the table `meta` or is not
    a finished DuckDB file.
    """
    folder = data / "store"
    folder.mkdir(parents=True, exist_ok=True)
    before = _current_or_none(folder)
    version = max([before or 0, *_versions(folder)]) + 1
    _remove(folder.glob("*.tmp*"))
    unfinished = folder / f"v{version}.duckdb.tmp"
    try:
        build(unfinished)
        _verify(unfinished)
        sync(unfinished)
        unfinished.rename(_path(folder, version))
        sync(folder)
        replace_text(folder / _CURRENT, f"{_path(folder, version).name}\n")
    finally:
        _remove(folder.glob("*.tmp*"))
    _remove(_path(folder, old) for old in _versions(folder) if old not in (version, before))
    return version


def remove_leftovers(data: Path) -> None:
    """Remove what a killed build left: its unfinished files, and versions that are neither current
    nor the one before.

    Call it under `writer_lock`.
    """
    folder = data / "store"
    if not folder.is_dir():
        return
    _remove(folder.glob("*.tmp*"))
    current = _current_or_none(folder)
    if current is not None and _path(folder, current).exists():
        before = max((each for each in _versions(folder) if each < current), default=None)
        _remove(_path(folder, old) for old in _versions(folder) if old not in (current, before))


class StoreHeld(CopError):  # noqa: N818 - it is what one meets, in the words of the reader
    """Another process holds the right to write."""


def is_being_written(data: Path) -> bool:
    """Say, without asking for the lock, whether a process that lives has said that it writes."""
    try:
        told = json.loads((data / _LOCK).read_text(encoding="utf-8"))
        os.kill(told["pid"], 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


@contextmanager
def writer_lock(data: Path, *, what: str = "import", wait_seconds: float = 0) -> Iterator[None]:
    """Hold the data folder's one right to write, until the block or the process ends, however it
    ends.

    `what` is the noun that a second writer is told. Raises `CopError`, after `wait_seconds`, while
    another holds it.
    """
    with _lock_file(data) as lock:
        _take(lock, time.monotonic() + wait_seconds)
        lock.truncate(0)
        json.dump(
            {"pid": os.getpid(), "what": what, "since": datetime.now().astimezone().isoformat()},
            lock,
        )
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def _lock_file(data: Path) -> TextIO:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / _LOCK).open("a+", encoding="utf-8")
    except OSError as problem:
        raise CopError(
            f"The data folder '{data}' cannot be written ({problem.strerror}): name another one with --data, "
            "or ask for the right to write there."
        ) from problem


def _take(lock: TextIO, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as held:
            if time.monotonic() >= deadline:
                raise StoreHeld(
                    f"{_holder(lock)}: wait until it has ended, then try again."
                ) from held
            time.sleep(0.05)


def _holder(lock: TextIO) -> str:
    """Word who holds the lock, as far as the holder has come to write it down."""
    lock.seek(0)
    try:
        told = json.loads(lock.read())
        since = datetime.fromisoformat(told["since"])
        return f"Another {told['what']} is running (process {told['pid']} since {since:%H:%M})"
    except (ValueError, KeyError, TypeError):
        return "Another import is running"


def _path(folder: Path, version: int) -> Path:
    return folder / f"v{version}.duckdb"


def _versions(folder: Path) -> list[int]:
    return [int(match[1]) for path in folder.iterdir() if (match := _VERSION.fullmatch(path.name))]


def _current(folder: Path) -> int | None:
    try:
        name = (folder / _CURRENT).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except NotADirectoryError as problem:
        raise CopError(
            f"The data folder '{folder.parent}' is a file: name a folder with --data or COP_DATA."
        ) from problem
    match = _VERSION.fullmatch(name)
    if match is None:
        raise CopError(
            f"The file '{folder / _CURRENT}' does not name a version of the store: make the store anew from the lake "
            "with 'python -m cop_metrics build'."
        )
    return int(match[1])


def _current_or_none(folder: Path) -> int | None:
    """Return the current version, None also where the pointer is damaged: the next build mends it."""
    try:
        return _current(folder)
    except CopError:
        return None


def _verify(unfinished: Path) -> None:
    """Make sure that the built file is whole in itself: all written into it, and its table `meta`
    there.
    """
    try:
        with duckdb.connect(unfinished) as connection:
            connection.execute("checkpoint")
            connection.execute("from meta limit 1").fetchall()
    except duckdb.Error as problem:
        if os.strerror(errno.ENOSPC) in str(problem):
            raise
        raise CopError(
            f"The new store is not complete, so the one before stays: {problem}"
        ) from problem
    if unfinished.with_name(unfinished.name + ".wal").exists():
        raise CopError(
            "The new store is still being written to, so the one before stays: build again."
        )


def _remove(paths: Iterator[Path]) -> None:
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
