"""Levels as data: the bars of each. What an act is worth stands in `limits.py`.

To add or change a level: its `Level` in `LEVELS`, with no bar below that of the level before it.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level and its bars: points, distinct people helped and days with a post, in the last
    `LEVEL_DAYS` local days.

    Level 0 is the floor and has no bars (None): it is everyone's from the first event on.
    """

    number: int
    name: str
    points: int | None
    people: int | None
    days: int | None


LEVELS = (
    Level(number=0, name="Member", points=None, people=None, days=None),
    Level(number=1, name="Participant", points=0, people=0, days=1),
    Level(number=2, name="Helper", points=20, people=3, days=3),
    Level(number=3, name="Expert", points=150, people=10, days=15),
    Level(number=4, name="Mentor", points=500, people=25, days=40),
)


def kept_at(bar: int) -> int:
    """Return the figure at which a level with this bar is still kept: 90 % of it, rounded up."""
    return (9 * bar + 9) // 10


def level_bars(levels: tuple[Level, ...] = LEVELS) -> pl.DataFrame:
    """Return one row per level with its name, its bars, and what keeps it: the marts' input
    `level_bars`.
    """
    bars = ("points", "people", "days")
    rows = [
        {
            "level": level.number,
            "name": level.name,
            **{bar: getattr(level, bar) for bar in bars},
            **{
                f"kept_{bar}": None if getattr(level, bar) is None else kept_at(getattr(level, bar))
                for bar in bars
            },
        }
        for level in levels
    ]
    counts = dict.fromkeys((*bars, *(f"kept_{bar}" for bar in bars)), pl.Int32)
    return pl.DataFrame(rows, schema={"level": pl.Int32, "name": pl.String, **counts})
