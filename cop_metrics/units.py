"""What a value counts, which decides how it is written."""

from enum import Enum


class Unit(Enum):
    """What a value counts; it decides how the value and its change are written."""

    COUNT = "count"
    PERCENT = "percent"
    HOURS = "hours"
    HOURS_OF_WORK = "hours of work"
    POINTS = "points"
    RATIO = "ratio"
