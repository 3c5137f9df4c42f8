"""Why there is no value, table or list to show: a kind, by which pages decide, and its words."""

from dataclasses import dataclass
from enum import Enum


class Why(Enum):
    """The kinds of reasons; what is said of each stands in its text."""

    NOT_MEASURABLE = "not measurable"
    """No source records what it takes."""
    TOO_SMALL = "too small"
    """It would tell this viewer of too small a group, or of too short a time."""
    WITHHELD = "withheld"
    """It is not for this viewer, or for anybody."""
    TOO_YOUNG = "too young"
    """What it counts has not had the time that it takes, or the data does not reach back so far."""
    NOT_REACHED = "not reached"
    """Most of those followed were still waiting at the end."""
    NOBODY = "nobody"
    """Nobody did what it counts; the text says so in a sentence of its own."""
    NOTHING = "nothing"
    """There is nothing there to count from."""
    FAILED = "failed"
    """Measuring it went wrong."""


@dataclass(frozen=True)
class Reason:
    """Why something has no value: `text` is part of a sentence, without its capital letter."""

    why: Why
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def unmeasurable(self) -> bool:
        """Say whether no source records what it takes."""
        return self.why is Why.NOT_MEASURABLE

    @property
    def refuses(self) -> bool:
        """Say whether it is not shown whatever there is, rather than empty."""
        return self.why in (Why.NOT_MEASURABLE, Why.TOO_SMALL, Why.WITHHELD)


def nobody(text: str) -> Reason:
    """Return the reason that nobody did what is counted, said in a sentence."""
    return Reason(Why.NOBODY, text)


def nothing(text: str) -> Reason:
    """Return the reason that there is nothing to count from."""
    return Reason(Why.NOTHING, text)


def too_small(text: str) -> Reason:
    """Return the reason that it would tell of too small a group."""
    return Reason(Why.TOO_SMALL, text)


def withheld(text: str) -> Reason:
    """Return the reason that it is not for this viewer."""
    return Reason(Why.WITHHELD, text)


def too_young(text: str) -> Reason:
    """Return the reason that it is too soon to tell."""
    return Reason(Why.TOO_YOUNG, text)
