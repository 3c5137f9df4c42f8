"""Posts of people summed up as far as intervals need it: people repeat themselves, so that posts
are fewer than they seem.
"""

from dataclasses import dataclass, fields
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from cop_metrics.errors import CopError
from cop_metrics.statistics.arrays import Floats

ENOUGH_OTHERS = 5
MOST_ALIKE = 0.9


@dataclass(frozen=True, kw_only=True)
class People:
    """Posts of people summed up as far as intervals need it: `n` posts, `hits` among them, and
    powers of each one's.

    `n_n`, `n_3` and `n_4` are the sums of each one's n to the second, third and fourth power,
    `hits_n` of hits x n. `likeness`: how alike one person's posts are in the whole community, as
    `likeness` finds it; 0 where that is not known.
    """

    people: float
    n: float
    hits: float
    hits_hits: float
    hits_n: float
    n_n: float
    n_3: float
    n_4: float
    likeness: float = 0.0

    @classmethod
    def of(
        cls, hits_per_person: ArrayLike, n_per_person: ArrayLike, likeness: float = 0.0
    ) -> "People":
        """Sum up two arrays, one place a person; people without a post are nobody. Raise `CopError`
        unless 0 <= hits <= n.
        """
        hits, n = _people(hits_per_person, n_per_person)
        squares = n * n
        return cls(
            people=len(n),
            n=float(n.sum()),
            hits=float(hits.sum()),
            hits_hits=float(hits @ hits),
            hits_n=float(hits @ n),
            n_n=float(n @ n),
            n_3=float(squares @ n),
            n_4=float(squares @ squares),
            likeness=likeness,
        )

    def __add__(self, other: "People") -> "People":
        sums = {name: getattr(self, name) + getattr(other, name) for name in SUMMED_UP}
        return People(**sums, likeness=max(self.likeness, other.likeness))

    @property
    def design_effect(self) -> float:
        """Return the variance of hits / n over that of independent posts, as people repeat
        themselves.

        The larger of what these people's own posts say and of what the likeness in the whole
        community lets expect of people who post as unequally: few people's own posts say too
        little. 1 if each has one post.
        """
        return max(self.own_design_effect, pooled_design_effect(self.n, self.n_n, self.likeness))

    @property
    def own_design_effect(self) -> float:
        """Return the cluster-robust variance of the ratio, with the usual factor for few people,
        over p (1 - p) / (n - 1).

        Never below 1. It is 1 where nothing can be learned: one person, none, or a share of 0 or 1.
        """
        if self.people < 2 or not 0 < self.hits < self.n:
            return 1.0
        share = self.hits / self.n
        robust = self.residuals(share) / self.n**2 * self.people / (self.people - 1)
        independent = share * (1 - share) / (self.n - 1) if self.n > 1 else inf
        return max(1.0, robust / independent)

    def residuals(self, share: float) -> float:
        """Return the sum of squares of each one's hits beyond that share of their posts."""
        return self.hits_hits - 2 * share * self.hits_n + share**2 * self.n_n

    @property
    def effective(self) -> tuple[float, float]:
        """Return (hits, n), both divided by the design effect: what `wilson` and `newcombe` take
        for rates over posts.
        """
        n = self.n / self.design_effect
        return min(self.hits / self.design_effect, n), n

    @property
    def freedom(self) -> float:
        """Return the effective number of people less one; each weighs by the variance that comes
        with the likeness found.
        """
        return self.freedom_at(self.design_effect)

    def freedom_at(self, design_effect: float) -> float:
        """Return the effective number of people less one at a design effect."""
        repeats = self.n_n / self.n - 1
        likeness = min(1.0, max(0.0, design_effect - 1) / repeats) if repeats > 0 else 0.0
        once = 1 - likeness
        variances = once * self.n + likeness * self.n_n
        squares = once**2 * self.n_n + 2 * once * likeness * self.n_3 + likeness**2 * self.n_4
        return max(1.0, variances**2 / squares - 1)


SUMMED_UP = tuple(each.name for each in fields(People) if each.name != "likeness")
"""The sums that make `People`, by name."""


def pooled_design_effect(n: float, n_n: float, likeness: float) -> float:
    """Return the design effect of `n` posts by people of whom the squares of numbers of posts add
    up to `n_n`; 1 or more.
    """
    return 1 + (n_n / n - 1) * likeness if n > 0 else 1.0


def likeness(
    n_per_person: ArrayLike, sums_per_person: ArrayLike, squares_per_person: ArrayLike
) -> float:
    """Return how alike the values of one person are, from 0 (as those of strangers) to 1: the
    intraclass correlation.

    By analysis of variance (Donner 1986), from the number of values of each person, their sum, and
    the sum of their squares; of hits, both sums are the hits. 0 where nothing can be learned: one
    person, or nobody with two values.
    """
    n, sums, squares = (
        np.asarray(each, dtype=float)
        for each in (n_per_person, sums_per_person, squares_per_person)
    )
    people, total = len(n), float(n.sum())
    if people < 2 or total <= people:
        return 0.0
    own = float((sums**2 / n).sum())
    between = (own - float(sums.sum()) ** 2 / total) / (people - 1)
    within = (float(squares.sum()) - own) / (total - people)
    size = (total - float(n @ n) / total) / (people - 1)
    spread = between + (size - 1) * within
    return min(1.0, max(0.0, (between - within) / spread)) if spread > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class TwoSided:
    """The same rows summed up by the `people` on one side, by the `others` on the other side, and
    by `pairs` of both.

    A read has a reader and the one whose knowledge is read: each of both repeats themselves, and
    each may be few. `hits_at_once`: how many hits come together at least. What comes in twos varies
    twice as much as what comes alone, which rows with few hits, or none, do not show.
    """

    people: People
    others: People
    pairs: People
    hits_at_once: int = 1

    @property
    def enough_others(self) -> bool:
        """Say whether rows come from effectively five others or more: of fewer nobody can tell what
        others would be like.
        """
        return effective_number(self.others.n, self.others.n_n) >= ENOUGH_OTHERS

    @property
    def design_effect(self) -> float:
        """Return the variance of hits / n over that of independent rows, as people on both sides
        repeat themselves.

        The variance over one side and that over the other, less that over pairs, which both count
        (Cameron, Gelbach and Miller 2011); never below that over either side. Where hits or misses
        come from effectively fewer than five others, rows say too little of how alike those of one
        other are: each other then counts as one row.
        """
        people, others, pairs = self.people, self.others, self.pairs
        effect = max(
            float(self.hits_at_once),
            people.design_effect,
            others.design_effect,
            people.own_design_effect + others.own_design_effect - pairs.own_design_effect,
        )
        return max(effect, others.n_n / others.n) if self._few_tell else effect

    @property
    def _few_tell(self) -> bool:
        others = self.others
        misses_misses = others.n_n - 2 * others.hits_n + others.hits_hits
        behind_hits = effective_number(others.hits, others.hits_hits)
        return (
            min(behind_hits, effective_number(others.n - others.hits, misses_misses))
            < ENOUGH_OTHERS
        )


def effective_number(total: float, squares: float) -> float:
    """Return of how many equal parts as unequal ones of this total and sum of squares are worth."""
    return total**2 / squares if squares > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The same people's posts in two periods, `now` and `before`, and what joins them.

    `both`: people with posts in both. `hits_hits`, `hits_n`, `n_hits`, `n_n`: the sums over people
    of the product of their hits or number of posts now (named first) with that before.
    """

    now: People
    before: People
    both: float
    hits_hits: float
    hits_n: float
    n_hits: float
    n_n: float

    @property
    def design_effect(self) -> float:
        """Return the variance of the difference of both rates over that of independent posts.

        Each person adds to the difference what both their residuals come to, so that what is the
        same in both periods cancels out: it can be below 1, though never below a tenth. As in one
        period, it is the larger of their own (cluster-robust, over all people of either period) and
        of the one expected by the likeness in the whole community.
        """
        now, before = self.now, self.before
        alike = min(MOST_ALIKE, max(now.likeness, before.likeness))
        once = 1 / now.n + 1 / before.n
        squares = now.n_n / now.n**2 + before.n_n / before.n**2 - 2 * self.n_n / (now.n * before.n)
        return max(self._own_design_effect, 1 - alike + alike * max(0.0, squares) / once)

    @property
    def _own_design_effect(self) -> float:
        now, before = self.now, self.before
        shares = share, share_before = now.hits / now.n, before.hits / before.n
        independent = sum(
            p * (1 - p) / (n - 1) if n > 1 else inf
            for p, n in zip(shares, (now.n, before.n), strict=True)
        )
        people = now.people + before.people - self.both
        if people < 2 or independent == 0:
            return 0.0
        product = (
            self.hits_hits
            - share_before * self.hits_n
            - share * self.n_hits
            + share * share_before * self.n_n
        )
        residuals = (
            now.residuals(share) / now.n**2
            + before.residuals(share_before) / before.n**2
            - 2 * product / (now.n * before.n)
        )
        return max(0.0, residuals) * people / (people - 1) / independent


def _people(hits_per_person: ArrayLike, n_per_person: ArrayLike) -> tuple[Floats, Floats]:
    """Give both arrays without the people who have no post; raise `CopError` unless 0 <= hits <= n
    for each.
    """
    hits, sizes = np.asarray(hits_per_person, dtype=float), np.asarray(n_per_person, dtype=float)
    if hits.shape != sizes.shape or hits.ndim != 1:
        raise CopError(
            "Hits and sizes must be two lists of the same people. Give one number of each a person."
        )
    if not bool(np.all((hits >= 0) & (hits <= sizes) & np.isfinite(sizes))):
        raise CopError(
            "Someone has more hits than posts, or fewer than none. Give 0 <= hits <= n for each person."
        )
    present = sizes > 0
    return hits[present], sizes[present]
