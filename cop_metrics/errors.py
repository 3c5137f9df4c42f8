"""The one base class of every problem that a user is told about in a sentence."""

from collections.abc import Iterable
from difflib import get_close_matches


class CopError(Exception):
    """A problem with the input, worded for the person who made it: what is wrong, by name, and what
    to do.

    The command line prints it and exits with 1; a page shows it and leaves the rest standing.
    """


class NothingYet(CopError):  # noqa: N818 - it is what one sees, in the words of the reader
    """Nothing has been imported yet."""


class UnknownName(CopError):  # noqa: N818 - it is what went wrong, in the words of the reader
    """A name that nothing answers to, with the nearest names that exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Word the sentence: `kind` is a noun ("metric"), `known` all names that would have been
        right.
        """
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        if near:
            advice = f"Did you mean '{near[0]}'?"
        elif names:
            advice = f"There is: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}."
        else:
            advice = f"There is no {kind} yet."
        super().__init__(f"There is no {kind} called '{name}'. {advice}")
