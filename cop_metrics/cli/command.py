"""What a command is, as the parser, the help text and the README list it."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cop_metrics.cli.output import Output


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a command: its name or flag, and what argparse needs to know of it."""

    name: str
    help: str
    settings: Mapping[str, Any]


def argument(name: str, help_: str, **settings: Any) -> Argument:
    """Declare an argument with what argparse calls its settings."""
    return Argument(name=name, help=help_, settings=settings)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command; `check` returns what is wrong with its usage.

    `builds`: it builds the store itself at its end, so that a store that is behind need not be
    built before.
    """

    name: str
    summary: str
    arguments: tuple[Argument, ...]
    run: Callable[[argparse.Namespace, Output], None]
    builds: bool = False
    check: Callable[[argparse.Namespace], str | None] = lambda _asked: None


def non_empty(text: str) -> str:
    """Return a name as it is written; raises what argparse expects for an empty one."""
    if not text.strip():
        raise argparse.ArgumentTypeError("a name must not be empty")
    return text
