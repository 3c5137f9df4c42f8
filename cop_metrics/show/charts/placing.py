"""Where names stand on a sheet so that they cover neither marks nor one another, in pixels."""

from collections.abc import Iterable

Box = tuple[float, float, float, float]
"""What something covers: from left and below to right and above."""
Place = tuple[float, float]


def around(middle: Place, across: float, up: float) -> Box:
    """Return the box that reaches so far from its middle, across and up."""
    x, y = middle
    return x - across, y - up, x + across, y + up


def meets(box: Box, others: Iterable[Box]) -> int:
    """Return how many of the others a box covers a part of."""
    left, below, right, above = box
    return sum(
        left < other_right and other_left < right and below < other_above and other_below < above
        for other_left, other_below, other_right, other_above in others
    )


def lies_within(box: Box, sheet: Box) -> bool:
    """Say whether no part of a box lies beyond the sheet."""
    begins_within = box[0] >= sheet[0] and box[1] >= sheet[1]
    ends_within = box[2] <= sheet[2] and box[3] <= sheet[3]
    return begins_within and ends_within
