"""Where a command says what it does and found: to people at a terminal, or to a program that follows it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, Protocol

from tqdm import tqdm

from cop_metrics.cli.events import Event, Progress, Said, written
from cop_metrics.show.shown import still


class Steps(NamedTuple):
    """Who is told of bytes read, of how many, and of steps built, with the share that is done."""

    on_bytes: Callable[[int, int], None]
    on_build: Callable[[str, float], None]


class Output(Protocol):
    """What a command is handed to speak through."""

    is_followed: bool
    """Whether a program follows what is said, such as the data page."""

    def tell(self, text: str) -> None:
        """Say a result."""

    def data(self, text: str) -> None:
        """Say a result that programs read, such as CSV, sign by sign as it stands."""

    def say(self, sentence: str) -> None:
        """Say what is no result: a problem, or what is done meanwhile."""

    def building(self) -> AbstractContextManager[Steps]:
        """Show within the block what is read and built."""

    def counting(self) -> AbstractContextManager[Callable[[int], None]]:
        """Show within the block how many items there are so far."""


class Terminal:
    """Results on stdout, all else on stderr; bars where that is a terminal."""

    is_followed = False

    def tell(self, text: str) -> None:
        """Say a result at once."""
        print(still(text), flush=True)

    def data(self, text: str) -> None:
        """Say a result as it stands."""
        print(text)

    def say(self, sentence: str) -> None:
        """Say what is no result."""
        print(still(sentence), file=sys.stderr, flush=True)

    @contextmanager
    def building(self) -> Iterator[Steps]:
        """Draw bytes read and steps built as bars."""
        silent = not sys.stderr.isatty()
        shares = "{desc}: {percentage:3.0f} %"
        with (
            tqdm(disable=silent, desc="Reading", unit="B", unit_scale=True, leave=False) as reading,
            tqdm(
                disable=silent, desc="Building", total=100, leave=False, bar_format=shares
            ) as steps,
        ):

            def on_bytes(done: int, of: int) -> None:
                reading.total = of
                reading.update(done - reading.n)

            def on_build(step: str, share: float) -> None:
                steps.set_description(f"Building {step}", refresh=False)
                steps.update(round(share * 100) - steps.n)

            yield Steps(on_bytes, on_build)

    @contextmanager
    def counting(self) -> Iterator[Callable[[int], None]]:
        """Draw the number of items as a bar."""
        silent = not sys.stderr.isatty()
        with tqdm(disable=silent, desc="Collecting", unit=" items", leave=False) as bar:

            def on_item(items: int) -> None:
                bar.update(items - bar.n)

            yield on_item


class JsonLines:
    """All of it as events on stdout."""

    is_followed = True

    def tell(self, text: str) -> None:
        """Say a result."""
        self._write(Said(text=still(text)))

    def data(self, text: str) -> None:
        """Say a result as it stands."""
        self._write(Said(text=text))

    def say(self, sentence: str) -> None:
        """Say what is no result; the exit code tells whether it was a problem."""
        self._write(Said(text=still(sentence)))

    @contextmanager
    def building(self) -> Iterator[Steps]:
        """Tell each hundredth once; reading is the first half."""
        last = -1

        def write(share: float, what: str) -> None:
            nonlocal last
            if round(share * 100) != last:
                last = round(share * 100)
                self._write(Progress(share=last / 100, what=what))

        yield Steps(
            on_bytes=lambda done, of: write(done / of / 2 if of else 0.0, "reading"),
            on_build=lambda step, share: write(0.5 + share / 2, f"building {step}"),
        )

    @contextmanager
    def counting(self) -> Iterator[Callable[[int], None]]:
        """Tell the first item, then how many there are once a second."""
        last = 0.0

        def on_item(items: int) -> None:
            nonlocal last
            if items == 1 or time.monotonic() - last >= 1:
                last = time.monotonic()
                self._write(Progress(share=None, what=f"{items} items"))

        yield on_item

    def _write(self, event: Event) -> None:
        print(written(event), flush=True)


OUTPUTS: dict[str, Callable[[], Output]] = {"bars": Terminal, "json": JsonLines}
"""What `--progress` chooses from, the usual one first."""
