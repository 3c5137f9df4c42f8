"""The command line: results on stdout, all else on stderr; exit 0 done, 1 a problem told in a
sentence, 2 wrong usage.

To add a command: a function and its `Command` in the module of what it does, and its place in
`COMMANDS`.
"""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cop_metrics.build.intake import catch_up, is_behind
from cop_metrics.cli.collecting import COLLECT
from cop_metrics.cli.command import Command
from cop_metrics.cli.importing import ACCEPT, BUILD, DEMO, DISCARD, IMPORT, IMPORTS, UNDO
from cop_metrics.cli.output import OUTPUTS, Output
from cop_metrics.cli.people import ALIAS, ALIASES
from cop_metrics.cli.showing import COMMUNITIES, LIST_METRICS, REPORT, SERVE, SHOW
from cop_metrics.errors import CopError

COMMANDS: tuple[Command, ...] = (
    *(DEMO, IMPORT, COLLECT, ACCEPT, DISCARD, IMPORTS, UNDO, ALIAS, ALIASES),
    *(COMMUNITIES, LIST_METRICS, BUILD, SHOW, REPORT, SERVE),
)
"""In the order in which the help lists them."""
PROBLEMS = (CopError, OSError, duckdb.Error, pl.exceptions.PolarsError, MemoryError)
"""What may go wrong with the input or the machine, and is told in a sentence."""
FULL = os.strerror(errno.ENOSPC)
BEHIND = "what was imported and set"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what goes wrong with the input is told in a
    sentence on stderr.
    """
    try:
        asked = _asked(argv)
    except SystemExit as usage:
        return int(usage.code or 0)
    out = OUTPUTS[asked.progress]()
    unbuilt = False
    try:
        unbuilt = not _catch_up(asked.data, out, builds=asked.builds)
        asked.run(asked, out)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        return 0
    except (*PROBLEMS, KeyboardInterrupt) as problem:
        out.say(_sentence(problem))
        # It refused before it came to the build that it should end with.
        if unbuilt and isinstance(problem, CopError):
            with suppress(*PROBLEMS):
                catch_up(asked.data)
        _flush_or_drop()
        return 1
    return 0


def _asked(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    asked = parser.parse_args(argv)
    wrong = asked.check(asked)
    if wrong:
        parser.error(wrong)
    return asked


def _parser() -> argparse.ArgumentParser:
    data: dict[str, Any] = {
        "type": Path,
        "metavar": "DIR",
        "help": "the data folder (COP_DATA, else 'data')",
    }
    parser = argparse.ArgumentParser(
        prog="python -m cop_metrics",
        description="Shows whether a community keeps its promises.",
        allow_abbrev=False,
    )
    parser.add_argument("--data", default=Path(os.environ.get("COP_DATA") or "data"), **data)
    parser.add_argument(
        "--progress", choices=OUTPUTS, default=next(iter(OUTPUTS)), help=argparse.SUPPRESS
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        below = commands.add_parser(
            command.name, help=command.summary, description=command.summary, allow_abbrev=False
        )
        below.add_argument("--data", default=argparse.SUPPRESS, **data)
        for argument in command.arguments:
            below.add_argument(argument.name, help=argument.help, **argument.settings)
        below.set_defaults(run=command.run, check=command.check, builds=command.builds)
    return parser


def _catch_up(data: Path, out: Output, *, builds: bool) -> bool:
    """Build the store first where it is behind; where that cannot be, say so and go on with what is
    there.

    Returns whether nothing is left to build: a command that builds at its end is left to do so.
    """
    try:
        if not is_behind(data):
            return True
        out.say(f"The store is behind {BEHIND}: building.")
        if not builds:
            with out.building() as steps:
                catch_up(data, on_build=steps.on_build)
    except PROBLEMS as problem:
        if not builds:
            out.say(f"{_sentence(problem)} Until then the store shows what it showed before.")
    return not builds


def _sentence(problem: BaseException) -> str:
    match problem:
        case CopError():
            return str(problem)
        case KeyboardInterrupt():
            return "Stopped. The store shows what it showed before."
        case OSError(strerror=str(reason)):
            where = f" at '{problem.filename}'" if problem.filename else ""
            return f"{reason}{where}: make room or give the right to use it, then try again. The store is unharmed."
        case OSError() | duckdb.Error() | pl.exceptions.PolarsError() if FULL in str(problem):
            return (
                f"{FULL}: make room, then try again. The store is unharmed, and no import is lost."
            )
        case MemoryError():
            return "There is not enough memory: close other programs or use a larger machine. The store is unharmed."
    reason = (
        str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
    )
    return (
        f"It failed ({reason}): try again, and 'python -m cop_metrics build' if that does not help."
    )


def _flush_or_drop() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _drop_stdout()


def _drop_stdout() -> None:
    """Point stdout nowhere, so that Python does not fail again when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
