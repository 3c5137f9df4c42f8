"""Means over posts that come from people, and a part of all posts against the rest."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.errors import CopError
from cop_metrics.statistics.comparing import Interval, critical, two_sided_p
from cop_metrics.statistics.people import pooled_design_effect


def clustered_mean(
    sums_per_person: ArrayLike,
    n_per_person: ArrayLike,
    squares_per_person: ArrayLike | None = None,
    likeness: float = 0.0,
) -> tuple[float, Interval | None]:
    """Give sum(sums) / sum(n), a mean over posts that come from people, and its 95 % interval.

    Its variance is the larger of the cluster-robust one and, where each one's sum of squares is
    given, of that with the design effect that the likeness in the whole community lets expect. With
    one post each it is `mean_interval`. Sums are 0 or more, so it is cut at 0; None where one
    person says nothing about others.
    """
    sums, sizes = np.asarray(sums_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    people, n = len(sizes), float(sizes.sum())
    if n <= 0:
        raise CopError("There is no mean of nothing. Choose a period with questions in it.")
    mean = float(sums.sum()) / n
    if people < 2:
        return mean, None
    variance = float(((sums - mean * sizes) ** 2).sum()) * people / (people - 1) / n**2
    if squares_per_person is not None:
        spread = max(0.0, float(np.asarray(squares_per_person, dtype=float).sum()) / n - mean**2)
        variance = max(
            variance, spread / (n - 1) * pooled_design_effect(n, float(sizes @ sizes), likeness)
        )
    arm = critical(people - 1) * sqrt(variance)
    return mean, Interval(low=max(0.0, mean - arm), high=mean + arm)


def against_the_rest(
    sums_per_person: ArrayLike, n_per_person: ArrayLike, other_sums: ArrayLike, other_n: ArrayLike
) -> tuple[float, float] | None:
    """Give (difference, p) of the mean of a part of all posts, less that of the rest; arrays with
    one place a person.

    Each may have posts in both. The variance is cluster-robust by person, and at least that which
    all posts together have around their mean, so that a part in which nothing varies is not taken
    for certain. With Student's t, its degrees of freedom from how many people weigh in the part.
    None where either is of nothing, or the part is one person's.
    """
    sums, n, others, m = (
        np.asarray(each, dtype=float)
        for each in (sums_per_person, n_per_person, other_sums, other_n)
    )
    size, rest = float(n.sum()), float(m.sum())
    people = int((n > 0).sum())
    if rest <= 0 or people < 2:
        return None
    own, mean = float(sums.sum()) / size, float(others.sum()) / rest
    difference, overall = own - mean, float((sums + others).sum()) / (size + rest)
    parts = (sums - own * n) / size - (others - mean * m) / rest
    pooled = (
        float(((sums + others - overall * (n + m)) ** 2).sum())
        / (size + rest)
        * (1 / size + 1 / rest)
    )
    error = sqrt(max(float((parts**2).sum()) * people / (people - 1), pooled))
    freedom = max(1.0, size**2 / float(n @ n) - 1)
    if error == 0:
        return difference, 1.0
    return difference, two_sided_p(difference / error, freedom)


def mean_interval(values: ArrayLike) -> Interval | None:
    """Give Student's 95 % interval of the mean of one number a person, of 0 or more each; None of
    fewer than two people.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.size < 2:
        return None
    arm = critical(numbers.size - 1) * float(numbers.std(ddof=1)) / sqrt(numbers.size)
    mean = float(numbers.mean())
    return Interval(low=max(0.0, mean - arm), high=mean + arm)
