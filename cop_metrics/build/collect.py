"""Fetches from a service with the tool Perceval, as a process of its own: items go line by line
into a folder.

What a folder holds is imported like any export; which backends there are is declared in
`sources/perceval.py`.
"""

import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote

import orjson

from cop_metrics.disk import replace_text
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.sources.json_values import second
from cop_metrics.sources.perceval.items import BACKENDS, Backend
from cop_metrics.store import writer_lock

TOOL = "perceval"
TOKENS = ("COP_TOKEN", "COP_API_TOKEN")
FROM_DATE = "--from-date"
KEPT, STATE = ".collect", "state.json"
EARLIEST = datetime(1970, 1, 1)
BEGINNING = EARLIEST.isoformat()

_SECRETS = re.compile(
    r"-[tp].*|--(?:api-t|backend-p|access|bw-client-s|bw-m|vault-t).*|.*://[^/@\s]+:[^/@\s]+@.*"
)
_REFUSED = re.compile(r"-o.*|--(?:output|json-line|fetch-archive|archive-path)(?:=.*)?")
_LOGGED_ERROR = re.compile(r"\[[^\]]*\] - Error!: (.*)")
_WITH_TOKEN = (
    "import os, runpy, sys; del sys.argv[0]; sys.path[0] = os.path.dirname(sys.argv[0]); "
    f"sys.argv.append('--api-token=' + os.environ.pop('{TOKENS[0]}')); "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)
"""Runs the script that is named with the token appended: a command line is everybody's to read, an
environment is not.
"""


class Collected(NamedTuple):
    """What a run brought: how many items, into which file, and from which day on it asked."""

    items: int
    file: Path
    since: str


@dataclass(frozen=True, kw_only=True)
class _State:
    """What a folder knows of its runs.

    `since`: from when on the next run asks. `running`: the file, and `size` its bytes before, of a
    run that has not ended.
    """

    backend: str
    args: tuple[str, ...]
    since: str = BEGINNING
    running: str | None = None
    size: int = 0


def collect(
    backend: str,
    args: Sequence[str],
    folder: Path,
    *,
    on_item: Callable[[int], None],
    say: Callable[[str], None],
) -> Collected:
    """Fetch what is new since the last run into `folder`; `on_item` is told of the number of items
    so far.

    `say` is told of what the caller should know, in a sentence. Raises `CopError` if Perceval is
    not there or fails, if the folder is of other arguments, or if they hold a token. What was
    fetched before a failure stays, and is gone on with.
    """
    if backend not in BACKENDS:
        raise UnknownName("backend that can be read", backend, BACKENDS)
    _refuse(args)
    script = _script()
    with writer_lock(folder / KEPT, what="collect"):
        state = _resumed(folder, _state(folder, backend, _without_date(args)), BACKENDS[backend])
        since = _date_in(args) or state.since
        flags = _flags(script, backend)
        command = [
            *_without_date(args),
            "--json-line",
            *(["--no-archive"] if "--no-archive" in flags else []),
        ]
        command += [f"{FROM_DATE}={since}"] if FROM_DATE in flags and since != BEGINNING else []
        file = folder / f"{backend}-{since[:10]}.jsonl"
        before = file.stat().st_size if file.exists() else 0
        started = datetime.now(UTC).replace(tzinfo=None)
        _keep(folder, state, since=since, running=file.name, size=before)
        items, newest = _run(_process(script, [backend, *command], flags, say), file, on_item)
        asked_from = since if state.since == BEGINNING else state.since
        _keep(folder, state, since=_next(asked_from, newest, started, BACKENDS[backend]))
        return Collected(items=items, file=file, since=since)


# What is asked


def _refuse(args: Sequence[str]) -> None:
    for arg in args:
        name = (
            arg.split("=")[0]
            if arg.startswith("--")
            else arg[:2]
            if arg.startswith("-")
            else "An address with a password"
        )
        if _SECRETS.fullmatch(arg):
            raise CopError(
                f"'{name}' would put a secret into the command line, where others can read it. "
                f"Set the environment variable {TOKENS[0]} to the token instead."
            )
        if _REFUSED.fullmatch(arg):
            raise CopError(f"'{name}' is set by collect itself. Leave it out.")


def _date_in(args: Sequence[str]) -> str | None:
    """Return the day that the arguments ask from, as an ISO time."""
    for place, arg in enumerate(args):
        said = arg.removeprefix(f"{FROM_DATE}=") if arg.startswith(f"{FROM_DATE}=") else None
        if arg == FROM_DATE:
            said = args[place + 1] if place + 1 < len(args) else ""
        if said is not None:
            try:
                day = datetime.fromisoformat(said)
                return _second(day.astimezone(UTC).replace(tzinfo=None) if day.tzinfo else day)
            except (ValueError, OverflowError):
                raise CopError(f"'{said}' is not a day. Write {FROM_DATE} as 2026-01-31.") from None
    return None


def _without_date(args: Sequence[str]) -> list[str]:
    kept = [arg for arg in args if not arg.startswith(f"{FROM_DATE}=")]
    if FROM_DATE in kept:
        place = kept.index(FROM_DATE)
        del kept[place : place + 2]
    return kept


# What a folder knows


def _state(folder: Path, backend: str, args: Sequence[str]) -> _State:
    """Return what the folder knows of its runs; raises `CopError` if these had other arguments."""
    path = folder / KEPT / STATE
    asked = _State(backend=backend, args=tuple(args))
    if not path.exists():
        return asked
    try:
        told = orjson.loads(path.read_bytes())
        state = _State(**{**told, "args": tuple(told["args"])})
        datetime.fromisoformat(state.since)
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError) as problem:
        raise CopError(
            f"'{path}' cannot be read: it is damaged. Remove it, and the next run fetches everything anew."
        ) from problem
    if (state.backend, state.args) != (asked.backend, asked.args):
        raise CopError(
            f"'{folder}' is of '{' '.join((state.backend, *state.args))}'. Collect the same again, or name another folder "
            "with --into."
        )
    return state


def _keep(
    folder: Path, state: _State, *, since: str, running: str | None = None, size: int = 0
) -> None:
    told = {
        "backend": state.backend,
        "args": state.args,
        "since": since,
        "running": running,
        "size": size,
    }
    replace_text(folder / KEPT / STATE, orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


def _resumed(folder: Path, state: _State, backend: Backend) -> _State:
    """Return from when on to ask after a run that did not end, and cut the line that it left half
    written.

    It goes on after the newest item only where items came oldest first, as told and as they did;
    else that run begins anew.
    """
    if state.running is None or not (folder / state.running).is_file():
        return state
    file = folder / state.running
    _cut(file)
    times = list(_times(file, state.size))
    is_rising = len(times) > 1 and times[0] < times[-1] and times == sorted(times)
    newest = second(times[-1]) if times else None
    if backend.newest_first or not is_rising or newest is None:
        return state
    now = datetime.now(UTC).replace(tzinfo=None)
    return _State(backend=state.backend, args=state.args, since=_second(min(newest, now)))


def _cut(file: Path) -> None:
    """Take off what stands behind the last whole line."""
    with file.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        while end:
            begin = max(end - (1 << 16), 0)
            stream.seek(begin)
            place = stream.read(end - begin).rfind(b"\n")
            if place >= 0:
                stream.truncate(begin + place + 1)
                return
            end = begin
        stream.truncate(0)


def _times(file: Path, begin: int) -> Iterator[float]:
    with file.open("rb") as stream:
        stream.seek(begin)
        for line in stream:
            updated = _updated(line)
            if updated is not None:
                yield updated


def _next(since: str, newest: float | None, started: datetime, backend: Backend) -> str:
    """Return from when on to ask next: after the newest item so far, less what is looked at again.

    Never later than this run began, as one mail may be dated in the future, and never before
    `since`.
    """
    moment = second(newest) if newest is not None else None
    if moment is None or moment < EARLIEST + backend.look_back:
        return since
    return max(since, _second(min(moment, started) - backend.look_back))


def _second(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


# The process


class _Process(NamedTuple):
    """How to run Perceval: its command, its environment, and the secret that nothing may tell."""

    command: list[str]
    environment: Mapping[str, str]
    token: str | None


def _script() -> Path:
    """Return where the tool is: on the PATH, else beside this Python."""
    beside = Path(sys.executable).parent / TOOL
    found = shutil.which(TOOL) or (str(beside) if beside.is_file() else None)
    if found is None:
        raise CopError(
            "Perceval is not installed: 'pip install perceval' brings it; docs/sources.md tells more."
        )
    return Path(found).absolute()


def _flags(script: Path, backend: str) -> set[str]:
    """Return the options that this backend of the installed version has."""
    asked = [str(script), backend, "--help"]
    told = subprocess.run(
        asked, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, env=_without()
    )
    if told.returncode:
        raise CopError(f"Perceval failed: {_last_line(told.stderr)}")
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told.stdout))


def _process(
    script: Path, arguments: list[str], flags: set[str], say: Callable[[str], None]
) -> _Process:
    """Return how to run it, with the token of the environment where the backend takes one."""
    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)
    environment = {**_without(), "PYTHONUNBUFFERED": "1"}
    if token is None or "--api-token" not in flags:
        return _Process([str(script), *arguments], environment, None)
    python = _interpreter(script)
    if python is None:
        say(
            f"'{script}' is no Python script: while it runs, other users of this machine can see the token with 'ps'."
        )
        return _Process([str(script), *arguments, f"--api-token={token}"], environment, token)
    environment[TOKENS[0]] = token
    return _Process([python, "-c", _WITH_TOKEN, str(script), *arguments], environment, token)


def _without() -> dict[str, str]:
    """Return the environment without tokens."""
    return {name: value for name, value in os.environ.items() if name not in TOKENS}


def _interpreter(script: Path) -> str | None:
    """Return the Python that the script's first line names."""
    with script.open("rb") as stream:
        line = stream.readline(1000).decode("utf-8", "replace").strip()
    words = line.removeprefix("#!").split()
    if not line.startswith("#!") or not words:
        return None
    python = (
        shutil.which(words[1]) if Path(words[0]).name == "env" and len(words) == 2 else words[0]
    )
    return python if python and "python" in Path(python).name and Path(python).is_file() else None


def _run(process: _Process, file: Path, on_item: Callable[[int], None]) -> tuple[int, float | None]:
    """Append the items that the process prints to the file; returns their number and the newest
    change among them.
    """
    items, newest = 0, None
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told,
        file.open("ab") as kept,
    ):
        with _started(process, told) as running:
            for line in _lines(running.stdout):
                updated = _updated(line)
                if updated is not None:
                    kept.write(line)
                    kept.flush()
                    items += 1
                    newest = max(updated, newest or updated)
                    on_item(items)
            running.wait()
        os.fsync(kept.fileno())
        told.seek(0)
        failure = _failure(running.returncode, told.read())
    if failure:
        for secret in (process.token, quote(process.token or "", safe="")):
            failure = failure.replace(secret, "***") if secret else failure
        missing = f" Set {TOKENS[0]} to the token." if "required: -t/--api-token" in failure else ""
        raise CopError(
            f"Perceval failed: {failure}{missing} What was fetched is kept: the same command goes on with it."
        )
    return items, newest


def _lines(output: IO[bytes] | None) -> Iterator[bytes]:
    """Yield the whole lines of a pipe as they come; a last one that is cut short is dropped.

    Waits in `select`, which a Ctrl+C ends at once: Polars has reads begun again after a signal.
    """
    begun: list[bytes] = []
    while output is not None:
        select.select([output], [], [])
        piece = os.read(output.fileno(), 1 << 16)
        if not piece:
            return
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield b"".join([*begun, line, b"\n"])
            begun = []
        begun.append(rest)


@contextmanager
def _started(process: _Process, told: IO[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the process, with what it says going to `told`; it ends with the block."""
    with subprocess.Popen(
        process.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=told,
        env=process.environment,
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()


def _failure(returned: int, said: str) -> str | None:
    """Return what went wrong, None where all went well; Perceval ends with 0 after an error that it
    has logged.
    """
    logged = _LOGGED_ERROR.findall(said)
    if logged:
        return _sentence(logged[-1])
    return _last_line(said) if returned else None


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return _sentence(lines[-1] if lines else "it ended without a word")


def _sentence(words: str) -> str:
    words = words.strip()[:500]
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _updated(line: bytes) -> float | None:
    """Return when the item of a line was changed last, None where the line is no item."""
    try:
        told: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            told = json.loads(line)  # half characters, of mails that are no UTF-8
        except (ValueError, RecursionError):
            return None
    updated = told.get("updated_on") if isinstance(told, dict) and "backend_name" in told else None
    return (
        float(updated) if isinstance(updated, int | float) and second(updated) is not None else None
    )
