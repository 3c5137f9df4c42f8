"""What a command says to a program that follows it, one JSON object a line, written here and read here.

To add an event: a class with its fields, and its name in `EVENTS`.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cop_metrics.cli import PROJECT


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a command does now, and which share of all is done, from 0 to 1; None where nobody
    knows.
    """

    share: float | None
    what: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """A result or a problem in words, of one line or several."""

    text: str


Event = Progress | Said
EVENTS: dict[str, type[Event]] = {"progress": Progress, "said": Said}


def written(event: Event) -> str:
    """Return an event as the line that says it."""
    [name] = (name for name, kind in EVENTS.items() if isinstance(event, kind))
    return json.dumps({"event": name, **asdict(event)})


def read(line: str) -> Event:
    """Return the event of a line; a line that is none, such as one of Python's own, is `Said` as it
    stands.
    """
    try:
        fields = json.loads(line)
        return EVENTS[fields.pop("event")](**fields)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Said(text=line.rstrip())


def follow(
    data: Path, command: str, arguments: Sequence[str], heard: Callable[[Event], None]
) -> bool:
    """Run a command in a process of its own, hand over each event as it comes, and return whether
    all went well.
    """
    asked = ["--data", str(data), "--progress", "json", command, *arguments]
    child = subprocess.Popen(
        [sys.executable, "-m", "cop_metrics", *asked],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    for line in child.stdout or ():
        heard(read(line))
    return child.wait() == 0
