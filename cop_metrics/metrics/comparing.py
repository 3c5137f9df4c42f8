"""How two values of a number are compared, each kind by its own test (metrics, 2.9)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from cop_metrics.statistics.comparing import Comparison
from cop_metrics.statistics.medians import Waits, bootstrap_median_difference
from cop_metrics.statistics.people import Pairs, People
from cop_metrics.statistics.shares import newcombe
from cop_metrics.statistics.waits import survival

ENOUGH = 20
"""Nothing is compared of which either side has fewer."""
MOST_DRAWN = 5_000
"""Waits of groups with more questions are left to the 24-hour rate: a group of so many takes a few
hundredths of a second to draw.
"""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two values compared: `now` with `before`, or a group's with that of all others."""

    before: float
    now: float
    comparison: Comparison


def compare_shares(
    now: People, before: People, compare: Callable[[People, People], Comparison | None]
) -> Compared | None:
    """Compare two shares by person; None where there is too little of either."""
    comparison = compare(now, before) if min(now.n, before.n) >= ENOUGH else None
    if comparison is None:
        return None
    return Compared(before=before.hits / before.n, now=now.hits / now.n, comparison=comparison)


def compare_pairs(pairs: Pairs, compare: Callable[[Pairs], Comparison | None]) -> Compared | None:
    """Compare a share in two periods, person by person; None where there is too little of either."""
    return compare_shares(pairs.now, pairs.before, lambda _now, _before: compare(pairs))


def compare_people(now: pl.DataFrame, before: pl.DataFrame) -> Compared | None:
    """Compare two shares of which each row is one person, from `hits` of `n`."""
    hits_before, n_before, hits, n = (
        float(part[name][0]) for part in (before, now) for name in ("hits", "n")
    )
    comparison = newcombe(hits, n, hits_before, n_before) if min(n, n_before) >= ENOUGH else None
    if comparison is None:
        return None
    return Compared(before=hits_before / n_before, now=hits / n, comparison=comparison)


def compare_waits(now: pl.DataFrame, before: pl.DataFrame) -> Compared | None:
    """Compare two medians of waits, in hours, by drawing askers; None where either is not reached."""
    if min(now.height, before.height) < ENOUGH or max(now.height, before.height) > MOST_DRAWN:
        return None
    waits, waits_before = _waits(now), _waits(before)
    comparison = bootstrap_median_difference(waits, waits_before)
    medians = [survival(each.durations, each.observed).median for each in (waits_before, waits)]
    if comparison is None or medians[0] is None or medians[1] is None:
        return None
    return Compared(before=medians[0], now=medians[1], comparison=comparison)


def _waits(rows: pl.DataFrame) -> Waits:
    askers = np.unique(rows["person"].to_numpy(), return_inverse=True)[1]
    return Waits(
        durations=rows["waited_seconds"].to_numpy() / 3600.0,
        observed=rows["wait_ended"].to_numpy(),
        askers=askers,
    )
