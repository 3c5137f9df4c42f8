"""The worked cases of the statistics, and what published or independent implementations say of the same data."""

from dataclasses import replace
from math import inf, sqrt

import lifelines
import numpy as np
import pytest
import scipy.stats
from lifelines.statistics import logrank_test, multivariate_logrank_test
from numpy.typing import ArrayLike, NDArray

from cop_metrics.errors import CopError
from cop_metrics.statistics import medians
from cop_metrics.statistics.comparing import Z95, Interval, benjamini_hochberg
from cop_metrics.statistics.concentration import absence_factor, gini, lorenz, z_score
from cop_metrics.statistics.counts import Unsteadiness, dispersion, rate_ratio, unsteadiness
from cop_metrics.statistics.means import against_the_rest, clustered_mean, mean_interval
from cop_metrics.statistics.medians import (
    Waits,
    _drawn_medians,
    _times_drawn,
    bootstrap_median_difference,
)
from cop_metrics.statistics.odds import Odds, compared_odds, odds_over_expected
from cop_metrics.statistics.people import Pairs, People, TwoSided, likeness, pooled_design_effect
from cop_metrics.statistics.shares import (
    clustered_newcombe,
    clustered_wilson,
    newcombe,
    paired_newcombe,
    paired_people,
    standardised,
    two_sided_wilson,
    wilson,
    wilson_at,
)
from cop_metrics.statistics.waits import SurvivalCurve, log_rank, survival

# Freireich et al. 1963: weeks in remission; "+" is still in remission when last seen.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def waits(written: str) -> tuple[list[float], list[bool]]:
    words = written.split()
    return [float(word.rstrip("+")) for word in words], [not word.endswith("+") for word in words]


def curve(written: str) -> SurvivalCurve:
    return survival(*waits(written))


# Rates


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(1, 3, 0.0615, 0.7923), (33, 100, 0.2456, 0.4269), (0, 5, 0, 0.4345), (5, 5, 0.5655, 1)],
)
def test_wilson_gives_the_documented_intervals(hits: int, n: int, low: float, high: float) -> None:
    interval = wilson(hits, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 20, 463])
def test_wilson_agrees_with_scipy_at_every_share(n: int) -> None:
    for hits in range(n + 1):
        referee = scipy.stats.binomtest(hits, n).proportion_ci(method="wilson")
        ours = wilson(hits, n)
        assert (ours.low, ours.high) == pytest.approx((referee.low, referee.high), abs=1e-12)


def test_a_rate_of_nobody_can_be_anything() -> None:
    assert wilson(0, 0) == Interval(low=0, high=1)


def test_nothing_and_everything_touch_their_ends_exactly() -> None:
    assert wilson(0, 12.3).low == 0
    assert wilson(12.3, 12.3).high == 1


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 5), (0, -1), (float("nan"), 5), (1, inf)])
def test_impossible_rates_are_refused_in_a_sentence(hits: float, n: float) -> None:
    with pytest.raises(CopError, match="hits among"):
        wilson(hits, n)


def test_an_interval_holds_its_ends_and_tells_a_target_beyond_it() -> None:
    interval = Interval(low=0.6, high=0.8)
    assert 0.6 in interval
    assert 0.8 in interval
    assert 0.59 not in interval


def test_two_askers_whose_questions_share_one_fate_are_as_good_as_two_questions() -> None:
    # Ana's ten are all answered, Ben's ten never. Residuals 5 and -5: 50 / 400 x 2/1 over .25 / 19 = 19.
    assert People.of([10, 0], [10, 10]).design_effect == pytest.approx(19)


def test_one_question_each_needs_no_correction() -> None:
    answered = [1] * 33 + [0] * 67
    assert People.of(answered, [1] * 100).design_effect == pytest.approx(1)
    clustered, plain = (
        clustered_wilson(People.of(answered, [1] * 100)),
        wilson(33, 100),
    )
    assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high))


def test_askers_more_alike_than_chance_never_narrow_the_interval() -> None:
    assert People.of([5, 5, 5, 5], [10, 10, 10, 10]).design_effect == 1


@pytest.mark.parametrize(
    ("hits", "sizes"), [([], []), ([3], [9]), ([0, 0], [4, 5]), ([4, 5], [4, 5]), ([2, 0], [4, 0])]
)
def test_where_people_cannot_be_told_apart_the_design_effect_is_one(
    hits: list[int], sizes: list[int]
) -> None:
    assert People.of(hits, sizes).design_effect == 1


def test_people_who_asked_nothing_change_nothing() -> None:
    with_idle = clustered_wilson(People.of([3, 0, 1, 0], [4, 0, 9, 0]))
    assert with_idle == clustered_wilson(People.of([3, 1], [4, 9]))


@pytest.mark.parametrize(
    ("hits", "sizes"), [([3], [2]), ([-1], [2]), ([1, 2], [3]), ([float("nan")], [3])]
)
def test_impossible_people_are_refused(hits: list[float], sizes: list[float]) -> None:
    with pytest.raises(CopError, match=r"person|people"):
        People.of(hits, sizes)


def draw_askers(
    random: np.random.Generator, people: int, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw askers who ask about eight questions each and differ much in how often they are answered (likeness 0.2)."""
    sizes = 1 + random.geometric(1 / 7, people)
    return random.binomial(sizes, random.beta(share * 4, (1 - share) * 4, people)), sizes


def test_the_clustered_interval_covers_where_the_plain_one_promises_too_much() -> None:
    random, runs = np.random.default_rng(20), 1500
    clustered = plain = 0
    for _ in range(runs):
        hits, sizes = draw_askers(random, 60, 0.7)
        clustered += 0.7 in clustered_wilson(People.of(hits, sizes))
        plain += 0.7 in wilson(hits.sum(), sizes.sum())
    assert clustered / runs >= 0.93
    assert plain / runs < 0.75


def about_one_in_twenty(scans: int) -> float:
    """How many of these scans may find something where there is nothing: 5 %, and what chance adds to so few scans."""
    return 0.05 * scans + 2 * sqrt(0.05 * 0.95 * scans)


# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
NEWCOMBE_1998 = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("hits_a", "n_a", "hits_b", "n_b", "low", "high"), NEWCOMBE_1998)
def test_newcombe_gives_the_published_intervals(
    hits_a: int, n_a: int, hits_b: int, n_b: int, low: float, high: float
) -> None:
    change = newcombe(hits_a, n_a, hits_b, n_b)
    assert change is not None
    assert (change.interval.low, change.interval.high) == pytest.approx((low, high), abs=6e-5)


def test_swapping_the_periods_turns_the_change_around() -> None:
    there, back = newcombe(9, 10, 3, 10), newcombe(3, 10, 9, 10)
    assert there is not None
    assert back is not None
    assert (back.estimate, back.interval.low, back.p) == (
        -there.estimate,
        -there.interval.high,
        there.p,
    )


def test_no_difference_has_a_p_value_of_one() -> None:
    change = newcombe(7, 10, 14, 20)
    assert change is not None
    assert (change.estimate, change.p) == (0, 1)


def test_the_p_value_of_a_large_difference_is_near_that_of_the_usual_z_test() -> None:
    change = newcombe(600, 1000, 540, 1000)
    z = 0.06 / sqrt(2 * 0.57 * 0.43 / 1000)
    assert change is not None
    assert change.p == pytest.approx(2 * scipy.stats.norm.sf(z), rel=0.05)


def test_nothing_can_be_compared_with_nothing() -> None:
    assert newcombe(0, 0, 3, 10) is None
    assert clustered_newcombe(People.of([], []), People.of([3, 4], [5, 6])) is None


def test_one_asker_alone_is_never_a_change_of_the_community() -> None:
    assert clustered_newcombe(People.of([40], [40]), People.of([2, 3, 1], [20, 20, 20])) is None


def test_the_same_rates_say_less_if_they_come_from_few_askers() -> None:
    from_many = clustered_newcombe(
        People.of([1] * 80 + [0] * 20, [1] * 100), People.of([1] * 60 + [0] * 40, [1] * 100)
    )
    from_few = clustered_newcombe(
        People.of([20, 20, 20, 20, 0], [20] * 5), People.of([20, 20, 20, 0, 0], [20] * 5)
    )
    assert from_many is not None
    assert from_few is not None
    assert from_many.estimate == pytest.approx(from_few.estimate) == pytest.approx(0.2)
    assert 0 not in from_many.interval
    assert 0 in from_few.interval


@pytest.mark.parametrize("people", [5, 40])
def test_scans_of_groups_that_do_not_differ_find_something_in_one_of_twenty_at_most(
    people: int,
) -> None:
    random, scans, found = np.random.default_rng(8), 150, 0
    for _ in range(scans):
        changes = [
            clustered_newcombe(
                People.of(*draw_askers(random, people, 0.7)),
                People.of(*draw_askers(random, people, 0.7)),
            )
            for _ in range(20)
        ]
        found += benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


def test_a_scan_finds_the_one_team_that_does_differ() -> None:
    random = np.random.default_rng(9)
    changes = [
        clustered_newcombe(
            People.of(*draw_askers(random, 60, 0.7)), People.of(*draw_askers(random, 60, share))
        )
        for share in [0.7] * 19 + [0.25]
    ]
    found = benjamini_hochberg([change.p for change in changes if change is not None])
    assert found[-1]


# How alike one person's posts are


def test_likeness_of_three_askers_by_hand() -> None:
    """Two of two, none of two and two of four answered: between .5, within .2, typical size 2.5, so .3 / (.5 + 1.5 x .2)."""
    assert likeness([2, 2, 4], [2, 0, 2], [2, 0, 2]) == pytest.approx(0.375)


@pytest.mark.parametrize(
    ("sizes", "hits", "alike"),
    [
        ([2, 2], [2, 0], 1),
        ([2, 2], [1, 1], 0),
        ([1, 1, 1], [1, 0, 1], 0),
        ([5], [3], 0),
        ([], [], 0),
        ([3, 3], [3, 3], 0),
    ],
)
def test_likeness_lies_between_strangers_and_one_fate_for_each(
    sizes: list[int], hits: list[int], alike: float
) -> None:
    assert likeness(sizes, hits, hits) == alike


def test_likeness_of_values_is_that_of_their_variance() -> None:
    """Ana waits 1 and 3, Ben 5 and 7: between 16, within 2, so 14 / 18."""
    assert likeness([2, 2], [4, 12], [10, 74]) == pytest.approx(14 / 18)


@pytest.mark.parametrize("likeness", [0.0, 0.25, 1.0])
def test_the_effective_number_of_people_weighs_each_by_the_variance_that_likeness_gives_them(
    likeness: float,
) -> None:
    """Of m posts at a likeness: m (1 - likeness) + m^2 likeness. Five people each of 1, 2, 3 and 9 posts."""
    sizes = np.array([1, 2, 3, 9] * 5)
    effect = 1 + likeness * (float(sizes @ sizes) / sizes.sum() - 1)
    weights = (1 - likeness) * sizes + likeness * sizes**2
    freedom = weights.sum() ** 2 / float(weights @ weights) - 1
    assert People.of([1] * 20, sizes).freedom_at(effect) == pytest.approx(freedom)


def test_the_design_effect_is_the_larger_of_ones_own_and_that_of_the_community() -> None:
    """Two askers of five each: 1 + (50 / 10 - 1) x .25 = 2 where their own posts say 1; where those say more, theirs stays."""
    assert People.of([3, 3], [5, 5], 0.25).design_effect == pytest.approx(2)
    assert clustered_wilson(People.of([3, 3], [5, 5], 0.25)) == wilson(3, 5)
    assert People.of([10, 0], [10, 10], 0.25).design_effect == pytest.approx(19)
    assert People.of([30], [30], 0.2).design_effect == pytest.approx(6.8)
    assert People.of([1, 0, 1], [1, 1, 1], 0.5).design_effect == pytest.approx(1)


def test_two_groups_together_are_as_alike_as_either() -> None:
    together = People.of([3], [5], 0.2) + People.of([3], [5], 0.2)
    assert together == People.of([3, 3], [5, 5], 0.2)


@pytest.mark.parametrize(("people", "share"), [(8, 0.8), (20, 0.5), (60, 0.8)])
def test_few_and_unequal_askers_have_intervals_that_hold_a_new_draw_of_them(
    people: int, share: float
) -> None:
    """Likeness .3, found anew in each draw from eight times as many askers; each one's own posts alone cover .84 to .9."""
    random, runs, pooled, own = np.random.default_rng(31), 500, 0, 0
    for _ in range(runs):
        sizes = np.maximum(1, np.round(np.exp(random.normal(0.8, 1.1, people * 8)))).astype(int)
        hits = random.binomial(sizes, random.beta(share * 7 / 3, (1 - share) * 7 / 3, people * 8))
        alike = likeness(sizes, hits, hits)
        asked = hits[:people], sizes[:people]
        pooled += share in clustered_wilson(People.of(*asked, alike))
        own += share in clustered_wilson(People.of(*asked))
    assert 0.93 <= pooled / runs <= 0.985
    assert own / runs < 0.93


# People on both sides


def two_sided(people: ArrayLike, others: ArrayLike, hits: ArrayLike) -> TwoSided:
    """Sum up rows, each with a number for the person on either side and whether it is a hit."""
    one, other, hit = np.asarray(people), np.asarray(others), np.asarray(hits, dtype=float)
    sides = (one, other, one * (other.max() + 1) + other)
    return TwoSided(
        **dict(
            zip(("people", "others", "pairs"), (summed(each, hit) for each in sides), strict=True)
        )
    )


def summed(who: NDArray[np.int64], hit: NDArray[np.float64]) -> People:
    return People.of(np.bincount(who, hit), np.bincount(who))


def each_reads_each(readers: int, helpers: int, seniors: int) -> TwoSided:
    """Let every reader read the help of every helper once; a hit is the help of a senior."""
    reader, helper = np.divmod(np.arange(readers * helpers), helpers)
    return two_sided(reader, helper, helper < seniors)


def test_reads_of_ten_helpers_are_worth_the_helpers_however_many_read_them() -> None:
    """Ten readers read five seniors and five others: each reader has 5 of 10, so that readers seem to differ in nothing.

    Each helper's ten reads have one fate: residuals of 5, 10 x 25 / 100^2 x 10 / 9 over .25 / 99, which is 11. Pairs add nothing.
    """
    reads = each_reads_each(10, 10, 5)
    assert reads.people.design_effect == 1
    assert reads.design_effect == pytest.approx(11)
    assert two_sided_wilson(reads) == wilson(50 / reads.design_effect, 100 / reads.design_effect)


def test_both_sides_add_up_less_what_both_count() -> None:
    """Ten readers read ten helpers once each; a hit is what five of the readers read of five of the helpers, 25 of 100.

    On either side five have 5 of 10 and five none: residuals of 2.5, 62.5 / 100^2 x 10 / 9 over 3/16 / 99, which is 3 2/3. The
    hundred pairs are worth a hundred rows: 3 2/3 + 3 2/3 - 1.
    """
    reader, helper = np.divmod(np.arange(100), 10)
    reads = two_sided(reader, helper, (reader < 5) & (helper < 5))
    assert reads.people.design_effect == reads.others.design_effect == pytest.approx(11 / 3)
    assert reads.pairs.design_effect == pytest.approx(1)
    assert reads.design_effect == pytest.approx(19 / 3)


def test_a_share_that_rests_on_fewer_than_five_of_the_other_side_counts_each_of_them_once() -> None:
    """Of ten helpers four are seniors: what a fifth would be like is hardly known. All or none of ten seniors tell as little."""
    assert each_reads_each(10, 40, 4).design_effect == pytest.approx(
        each_reads_each(10, 40, 4).others.design_effect
    )
    assert each_reads_each(10, 10, 0).design_effect == 10
    assert two_sided_wilson(each_reads_each(10, 10, 0)) == wilson(0, 10)
    assert two_sided_wilson(each_reads_each(10, 10, 10)) == wilson(10, 10)


def test_of_fewer_than_five_on_the_other_side_there_is_no_interval() -> None:
    assert two_sided_wilson(each_reads_each(100, 4, 2)) is None
    assert two_sided_wilson(each_reads_each(100, 5, 2)) is not None


def test_intervals_hold_a_new_draw_of_readers_and_of_helpers() -> None:
    """Some 30 juniors read 300 times what 40 helpers of unequal diligence wrote, of whom three in ten are seniors."""
    random, runs, both, one = np.random.default_rng(41), 400, 0, 0
    for _ in range(runs):
        helped, read = random.gamma(0.8, size=40), random.gamma(1.5, size=30)
        senior = random.random(40) < 0.3
        helper, reader = (random.choice(len(of), 300, p=of / of.sum()) for of in (helped, read))
        reads = two_sided(reader, helper, senior[helper])
        held = two_sided_wilson(reads)
        both += held is not None and 0.3 in held
        one += 0.3 in clustered_wilson(reads.people)
    assert 0.92 <= both / runs <= 0.99
    assert one / runs < 0.6


# The same people twice


def pairs(
    now: tuple[list[int], list[int]], before: tuple[list[int], list[int]], likeness: float = 0.0
) -> Pairs:
    """Pair hits and numbers of posts of the same people, in order, in two periods."""
    (hits, sizes), (hits_before, sizes_before) = (
        np.array(now, dtype=float),
        np.array(before, dtype=float),
    )
    return Pairs(
        now=People.of(hits, sizes, likeness),
        before=People.of(hits_before, sizes_before, likeness),
        both=float(((sizes > 0) & (sizes_before > 0)).sum()),
        hits_hits=float(hits @ hits_before),
        hits_n=float(hits @ sizes_before),
        n_hits=float(sizes @ hits_before),
        n_n=float(sizes @ sizes_before),
    )


def test_what_is_the_same_about_people_in_both_periods_cancels_out() -> None:
    """Ana has 3 of 4 after 2 of 4, Ben 1 of 4 after none: each gained one, so that nothing but chance is left.

    Their own residuals (1 and -1 in both periods) cancel; likeness .5 leaves half the variance of eight and eight posts.
    """
    both = pairs(([3, 1], [4, 4]), ([2, 0], [4, 4]), 0.5)
    assert both.design_effect == pytest.approx(0.5)
    compared = paired_newcombe(both)
    assert compared is not None
    assert compared.estimate == pytest.approx(0.25)
    # Eight posts over .5 are sixteen. One degree of freedom for the two people of each period, joined after Welch.
    variances = 9 / 18 * 9 / 18 / 16, 5 / 18 * 13 / 18 / 16
    by_hand = newcombe(8, 16, 4, 16, sum(variances) ** 2 / (variances[0] ** 2 + variances[1] ** 2))
    assert by_hand is not None
    assert (compared.p, compared.interval.low) == pytest.approx((by_hand.p, by_hand.interval.low))


def test_where_every_post_is_a_hit_in_both_periods_only_the_likeness_of_the_community_tells() -> (
    None
):
    """Ana and Ben had all of four and four helped, twice: a likeness of .5 leaves half of the variance, as above."""
    assert pairs(([4, 4], [4, 4]), ([4, 4], [4, 4]), 0.5).design_effect == pytest.approx(0.5)


def test_what_turned_round_for_each_is_less_sure_than_for_strangers() -> None:
    """Ana falls from all of four to none, Ben rises from none to all: the difference of 0 hangs on who asked more."""
    turned = pairs(([0, 4], [4, 4]), ([4, 0], [4, 4]))
    # Residuals -2 and 2 now, 2 and -2 before: each person adds 4 / 8, squared and summed .5, x 2 over 2 x .25 / 7.
    assert turned.design_effect == pytest.approx(0.5 * 2 / (2 * 0.25 / 7))


def test_people_of_one_period_only_pair_with_nobody() -> None:
    """Two ask now, two others asked before: the design effect is that of each, 10 of 10 and none of 10."""
    apart = pairs(([10, 0, 0, 0], [10, 10, 0, 0]), ([0, 0, 10, 0], [0, 0, 10, 10]))
    # 50 / 400 in each period, x 4 / 3 over .25 / 19.
    assert apart.design_effect == pytest.approx(50 / 400 * 2 * (4 / 3) / (2 * 0.25 / 19))
    expected = 1 + (200 / 400 * 2 / 0.1 - 1) * 0.3
    assert pairs(
        ([5, 5, 0, 0], [10, 10, 0, 0]), ([0, 0, 5, 5], [0, 0, 10, 10]), 0.3
    ).design_effect == pytest.approx(expected)


def test_nobody_is_so_much_alike_that_nothing_is_left_to_chance() -> None:
    assert pairs(([4, 0], [4, 4]), ([4, 0], [4, 4]), 1.0).design_effect == pytest.approx(0.1)
    assert paired_newcombe(pairs(([4, 0], [4, 4]), ([4, 0], [4, 4]), 1.0)) is not None


def test_one_person_in_either_period_is_no_change_of_the_community() -> None:
    assert paired_newcombe(pairs(([3, 0], [9, 0]), ([3, 3], [9, 9]))) is None


def read_twice(kinds: tuple[int, int, int, int], only_now: tuple[int, int] = (0, 0)) -> Pairs:
    """Pair people who read in both periods, now only, before only, and in neither; and those who came: readers and others."""
    now = np.repeat([1, 1, 0, 0, 1, 0], (*kinds, *only_now)).tolist()
    before = np.repeat([1, 0, 1, 0, 0, 0], (*kinds, *only_now)).tolist()
    there = [1] * sum(kinds) + [0] * sum(only_now)
    return pairs((now, [1] * len(now)), (before, there))


def test_shares_of_people_are_compared_by_those_who_changed() -> None:
    """Fifteen read in both periods, eight now only, four before only, 13 in neither.

    With one more of each kind they are alike by (16 x 14 - 9 x 5) / sqrt(25 x 19 x 21 x 23) = .37: .63 of the variance is left.
    """
    twice = read_twice((15, 8, 4, 13))
    alike = (16 * 14 - 9 * 5) / sqrt(25 * 19 * 21 * 23)
    compared, strangers = paired_people(twice), newcombe(23, 40, 19, 40)
    assert compared is not None
    assert strangers is not None
    known = replace(
        twice, now=replace(twice.now, likeness=alike), before=replace(twice.before, likeness=alike)
    )
    assert known.design_effect == pytest.approx(1 - alike)
    assert compared == paired_newcombe(known)
    assert (compared.estimate, strangers.estimate) == pytest.approx((0.1, 0.1))
    assert compared.interval.low > strangers.interval.low
    assert compared.interval.high < strangers.interval.high


def test_people_who_never_change_are_nearly_certain_and_those_who_come_are_not() -> None:
    same, came = (
        paired_people(read_twice((10, 0, 0, 10))),
        paired_people(read_twice((10, 0, 0, 10), (10, 10))),
    )
    assert same is not None
    assert came is not None
    assert same.estimate == came.estimate == 0
    assert 0.05 < same.interval.high < came.interval.high
    newcomers_only = paired_people(
        pairs(
            ([1, 0] * 10 + [0] * 20, [1] * 20 + [0] * 20),
            ([0] * 20 + [1, 0] * 10, [0] * 20 + [1] * 20),
        )
    )
    assert newcomers_only is not None
    assert newcomers_only.interval.high == pytest.approx(
        newcombe(10, 20, 10, 20, 38).interval.high, abs=0.03
    )


@pytest.mark.parametrize("people", [25, 120])
def test_pairing_people_tells_more_and_no_more_that_is_false(people: int) -> None:
    """Each reads with a chance of their own, seldom or nearly always, three quarters of them there in both periods."""
    random, runs, false, false_apart, found, found_apart = (
        np.random.default_rng(43),
        500,
        0,
        0,
        0,
        0,
    )
    gain = 1.0 / sqrt(people)
    for _ in range(runs):
        chance = random.beta(0.4, 0.4, people)
        there = random.random((2, people)) < 0.87
        before = (random.random(people) < chance) & there[1]
        for better in (0.0, gain):
            now = (random.random(people) < chance + better * (1 - chance)) & there[0]
            twice = pairs(
                (now.astype(int).tolist(), there[0].astype(int).tolist()),
                (before.astype(int).tolist(), there[1].astype(int).tolist()),
            )
            told, apart = (
                paired_people(twice),
                newcombe(twice.now.hits, twice.now.n, twice.before.hits, twice.before.n),
            )
            assert told is not None
            assert apart is not None
            if better:
                found, found_apart = found + (told.p < 0.05), found_apart + (apart.p < 0.05)
            else:
                false, false_apart = false + (told.p < 0.05), false_apart + (apart.p < 0.05)
    assert 0.02 <= false / runs <= 0.065
    assert false_apart / runs < 0.02
    assert found > 1.2 * found_apart


def asked_twice(random: np.random.Generator, gain: float) -> tuple[Pairs, People, People]:
    """Draw 40 askers with a likeness of .3, in two periods; the likeness is found from six times as many."""
    often = np.exp(random.normal(0.8, 0.8, 240))
    share = random.beta(0.6 * 7 / 3, 0.4 * 7 / 3, 240)
    sizes, before = random.poisson(often), random.poisson(often)
    hits, hits_before = (
        random.binomial(sizes, np.minimum(share + gain, 1)),
        random.binomial(before, share),
    )
    some = sizes + before > 0
    all_hits = (hits + hits_before)[some]
    alike = likeness((sizes + before)[some], all_hits, all_hits)
    of = slice(0, 40)
    found = pairs((hits[of], sizes[of]), (hits_before[of], before[of]), alike)
    return found, found.now, found.before


def test_pairing_finds_more_of_the_real_changes_and_no_more_of_the_others() -> None:
    random, runs = np.random.default_rng(12), 250
    false = sum(
        compared.p < 0.05
        for _ in range(runs)
        if (compared := paired_newcombe(asked_twice(random, 0)[0]))
    )
    assert false <= about_one_in_twenty(runs)
    paired = unpaired = 0
    for _ in range(runs):
        both, now, before = asked_twice(random, 0.15)
        together, apart = (
            paired_newcombe(both),
            clustered_newcombe(now, before),
        )
        assert together
        assert apart
        paired += together.p < 0.05
        unpaired += apart.p < 0.05
    assert paired > 2 * unpaired
    assert paired / runs > 0.5


def test_the_degrees_of_freedom_are_those_of_welch_from_smoothed_variances() -> None:
    """Of 8 of 10 single posts the smoothed variance is 9/12 x 3/12 / 10, of 3 of 6 it is 1/2 x 1/2 / 6; 9 and 5 degrees."""
    variances = 9 / 12 * 3 / 12 / 10, 1 / 4 / 6
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / 9 + variances[1] ** 2 / 5)
    a, b = People.of([1] * 8 + [0] * 2, [1] * 10), People.of([1] * 3 + [0] * 3, [1] * 6)
    ours, by_hand = clustered_newcombe(a, b), newcombe(8, 10, 3, 6, freedom)
    assert ours is not None
    assert by_hand is not None
    assert (ours.p, ours.interval.low) == pytest.approx((by_hand.p, by_hand.interval.low))


def test_people_who_post_unequally_count_for_fewer_the_more_alike_their_posts_are() -> None:
    """Sizes 1, 1 and 4: with a likeness of 1 each weighs by n squared, 18 squared over 258; with none by n, 6 squared over 18."""
    people = People.of([1, 0, 2], [1, 1, 4])
    assert people.freedom_at(1 + (18 / 6 - 1) * 1) == pytest.approx(max(1, 18**2 / 258 - 1))
    assert people.freedom_at(1) == pytest.approx(36 / 18 - 1)
    half = (0.5 * 6 + 0.5 * 18) ** 2 / (0.25 * 18 + 0.5 * 66 + 0.25 * 258) - 1
    assert people.freedom_at(1 + (18 / 6 - 1) * 0.5) == pytest.approx(max(1, half))
    equal = People.of([1] * 9, [2] * 9)
    assert equal.freedom_at(1.5) == pytest.approx(8)


# Counts


def test_twice_the_answers_in_as_many_days_is_a_ratio_of_two() -> None:
    change = rate_ratio(200, 70, 100, 70, [20] * 10, [10] * 10)
    assert change is not None
    assert change.estimate == pytest.approx(2)
    assert change.interval.low > 1.5
    assert change.p < 0.001


def test_days_count_and_not_counts_alone() -> None:
    change = rate_ratio(100, 50, 100, 100, [14] * 7, [7] * 14)
    assert change is not None
    assert change.estimate == pytest.approx(2)


def test_weeks_that_swing_make_the_same_change_less_sure() -> None:
    steady = rate_ratio(300, 70, 240, 70, [30] * 10, [24] * 10)
    swinging = rate_ratio(300, 70, 240, 70, [5, 55] * 5, [4, 44] * 5)
    assert steady is not None
    assert swinging is not None
    assert steady.p < 0.05 < swinging.p
    assert swinging.interval.low < steady.interval.low


def test_dispersion_is_that_of_pearson_and_never_below_that_of_chance() -> None:
    # Means 10 and 20, squares 8 and 2: (8 / 10 + 2 / 20) / 4 is below 1; four times the swing gives 16 times it.
    assert dispersion([8, 10, 12], [19, 20, 21]) == (1.0, 4)
    assert dispersion([2, 10, 18], [16, 20, 24]) == (
        pytest.approx((128 / 10 + 32 / 20) / 4),
        4,
    )
    assert dispersion([7], []) == (1.0, 0)
    assert dispersion([0, 0, 0], [2, 10, 18]) == (pytest.approx(6.4), 2)


def test_without_weeks_counts_compare_as_poisson_counts_do() -> None:
    change = rate_ratio(60, 30, 30, 30, [], [])
    assert change is not None
    assert change.p == pytest.approx(2 * scipy.stats.norm.sf(30 / sqrt(90)))


def test_counts_from_or_to_zero_have_an_end_that_is_known() -> None:
    stopped, started = (
        rate_ratio(0, 30, 25, 30, [0] * 4, [6] * 4),
        rate_ratio(25, 30, 0, 30, [6] * 4, [0] * 4),
    )
    assert stopped is not None
    assert started is not None
    assert (stopped.estimate, stopped.interval.low) == (0, 0)
    assert stopped.interval.high < 1
    assert (started.estimate, started.interval.high) == (inf, inf)
    assert rate_ratio(0, 30, 0, 30, [0] * 4, [0] * 4) is None


@pytest.mark.parametrize(("count", "days"), [(-1, 30), (5, 0), (5, float("nan"))])
def test_impossible_counts_are_refused(count: int, days: float) -> None:
    with pytest.raises(CopError, match="period"):
        rate_ratio(count, days, 10, 30, [], [])


def test_scans_of_counts_that_do_not_change_find_something_in_one_of_twenty_at_most() -> None:
    random, scans, found = np.random.default_rng(3), 300, 0
    for _ in range(scans):
        weeks = random.negative_binomial(5, 1 / 3, (20, 2, 8))
        changes = [rate_ratio(int(a.sum()), 56, int(b.sum()), 56, a, b) for a, b in weeks]
        found += benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


def test_a_community_of_good_and_bad_months_is_as_unsteady_as_they_are() -> None:
    """Blocks of 40, 80, 40, 80 around 60: 1,600 x 4/3 less the 240 of chance, over 4 x 3,600."""
    weekly = [10] * 4 + [20] * 4 + [10] * 4 + [20] * 4
    found = unsteadiness(weekly, [7] * 16)
    assert found == Unsteadiness(
        variance=pytest.approx((1600 * 4 / 3 - 240) / 14_400), weeks=4, freedom=3
    )


def test_more_members_are_no_better_month() -> None:
    weekly = [10] * 4 + [20] * 4 + [10] * 4 + [20] * 4
    found = unsteadiness(weekly, weekly)
    assert found == Unsteadiness(variance=0.0, weeks=4, freedom=3)


def test_good_and_bad_months_are_known_from_four_months_on_and_by_two_months_from_48_weeks_on() -> (
    None
):
    assert unsteadiness([5] * 15, [7] * 15) is None
    assert unsteadiness([0] * 16, [7] * 16) is None
    assert unsteadiness([5] * 16, [0] * 16) is None
    of_weeks = {n: unsteadiness([5] * n, [7] * n) for n in (16, 47, 48, 60)}
    assert {n: (found.weeks, found.freedom) for n, found in of_weeks.items() if found} == {
        16: (4, 3),
        47: (4, 10),
        48: (8, 5),
        60: (8, 6),
    }


def test_the_oldest_weeks_that_fill_no_block_are_left_out() -> None:
    weekly = [10] * 4 + [20] * 4 + [10] * 4 + [20] * 4
    assert unsteadiness([900, 900, *weekly], [7] * 18) == unsteadiness(weekly, [7] * 16)


def test_what_months_add_to_the_dispersion_of_weeks() -> None:
    """A variance of .1 of four weeks at 15 a week: 1 + .1 x 4 x 15 = 7, with 49 / (1 / 4 + 36 / 3) = 4 degrees of freedom."""
    months = Unsteadiness(variance=0.1, weeks=4, freedom=3)
    assert dispersion([10] * 3, [20] * 3, months, 15) == (
        pytest.approx(7),
        pytest.approx(4),
    )
    assert dispersion([10], [20], months, 15) == (
        pytest.approx(7),
        pytest.approx(49 / 12),
    )
    steady = Unsteadiness(variance=0.0, weeks=8, freedom=5)
    assert dispersion([10] * 3, [20] * 3, steady, 15) == (1, pytest.approx(4))
    assert dispersion([10], [20], steady, 15) == (1, 0)


def test_blocks_of_four_weeks_speak_where_both_periods_have_three() -> None:
    """Blocks of 20, 60, 40 in each: 20 + 20 over 4 degrees, where weeks alone say 40 / 22; the oldest week is in no block."""
    weekly = [5] * 4 + [15] * 4 + [10] * 4
    assert dispersion(weekly, weekly) == (pytest.approx(10), 4)
    assert dispersion(weekly[1:], weekly)[1] == 21
    assert dispersion([10, *weekly], [10, *weekly]) == (pytest.approx(10), 4)


def test_counts_a_member_are_compared_by_the_days_of_members_and_spread_by_those_of_the_calendar() -> (
    None
):
    """Twice the count of twice the members is a ratio of 1; a week has (200 + 100) / 140 days x 7 = 15."""
    months = Unsteadiness(variance=0.1, weeks=4, freedom=3)
    change = rate_ratio(200, 14_000, 100, 7_000, [], [], months=months, days=140)
    assert change is not None
    assert (change.estimate, change.p) == (pytest.approx(1), pytest.approx(1))
    in_days = rate_ratio(150, 70, 150, 70, [], [], months=months)
    assert in_days is not None
    share = wilson_at(150 / 7, 300 / 7, float(scipy.stats.t.ppf(0.975, 49 / 12)))
    assert in_days.interval.high == pytest.approx(share.high / (1 - share.high))


def months_of(random: np.random.Generator, days: int) -> np.ndarray:
    """Draw daily questions of a community, four a day, whose months differ by about 30 %."""
    month = np.exp(random.normal(-0.045, 0.3, days // 30 + 2))
    return random.poisson(4 * month[(np.arange(days) + random.integers(30)) // 30])


def test_ordinary_good_and_bad_months_are_a_change_in_one_of_twenty_at_most() -> None:
    """Two years of which the last quarter is compared with the one before; by weeks alone one in five is called a change."""
    random, runs, by_months, by_weeks = np.random.default_rng(17), 250, 0, 0
    for _ in range(runs):
        days = months_of(random, 728)
        weeks = days.reshape(-1, 7).sum(axis=1)
        months = unsteadiness(weeks[:-13], [7] * (len(weeks) - 13))
        now, before = weeks[-13:], weeks[-26:-13]
        sums = int(now.sum()), 91, int(before.sum()), 91, now[1:-1], before[1:-1]
        with_months, with_weeks = (
            rate_ratio(*sums, months=months),
            rate_ratio(*sums),
        )
        assert with_months
        assert with_weeks
        by_months += with_months.p < 0.05
        by_weeks += with_weeks.p < 0.05
    assert by_months <= about_one_in_twenty(runs)
    assert by_weeks / runs > 0.15


# Times


def test_six_questions_two_of_them_still_open() -> None:
    shown = curve("1 2 3+ 4 5+ 6")
    assert shown.at([1, 2, 4, 6]) == pytest.approx([5 / 6, 2 / 3, 4 / 9, 0])
    assert shown.at([0, 3.9, 99]) == pytest.approx([1, 2 / 3, 0])
    assert shown.at_risk.tolist() == [6, 5, 4, 3, 2, 1]
    assert shown.at_risk_at([0, 3, 3.5, 7]).tolist() == [6, 4, 3, 0]
    assert shown.median == 4


def test_a_median_that_most_questions_never_reach_is_not_reached() -> None:
    shown = curve("1 2 3 4 720+ 720+ 720+ 720+ 720+ 720+")
    assert shown.survival[:4] == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert shown.median is None
    assert shown.quantile(0.25) == 3
    assert shown.survival[-1] == pytest.approx(0.6)


def test_the_median_of_one_to_six_is_three_in_spite_of_rounding() -> None:
    assert curve("1 2 3 4 5 6").median == 3


def test_freireichs_remissions_last_23_weeks_with_6_mp_and_8_without() -> None:
    assert curve(SIX_MP).median == 23
    assert curve(PLACEBO).median == 8


def test_freireichs_remissions_differ_by_the_published_log_rank() -> None:
    differ = log_rank(curve(SIX_MP), curve(PLACEBO))
    assert differ is not None
    assert differ.chi2 == pytest.approx(16.79, abs=0.005)
    referee = logrank_test(waits(SIX_MP)[0], waits(PLACEBO)[0], waits(SIX_MP)[1], waits(PLACEBO)[1])
    assert (differ.chi2, differ.p) == pytest.approx((referee.test_statistic, referee.p_value))


def test_three_curves_compare_as_lifelines_compares_them() -> None:
    random = np.random.default_rng(5)
    durations, observed = random.integers(0, 40, 240), random.random(240) < 0.7
    seniority = np.repeat([0, 1, 2], 80)
    durations[seniority == 2] //= 2
    curves = [survival(durations[seniority == s], observed[seniority == s]) for s in range(3)]
    differ, referee = (
        log_rank(*curves),
        multivariate_logrank_test(durations, seniority, observed),
    )
    assert differ is not None
    assert (differ.chi2, differ.p) == pytest.approx((referee.test_statistic, referee.p_value))


def test_the_log_rank_is_silent_below_five_answers_in_a_group() -> None:
    assert log_rank(curve("1 2 3 4 9+ 9+"), curve(PLACEBO)) is None
    assert log_rank(curve("1 2 3 4 5 9+"), curve(PLACEBO)) is not None
    assert log_rank(curve(PLACEBO)) is None


@pytest.mark.parametrize(
    "written", [SIX_MP, PLACEBO, "1 2 3+ 4 5+ 6", "0 0 3 3+ 8 9+", "2+ 3 3 3 7+"]
)
def test_curve_and_band_are_those_of_lifelines(written: str) -> None:
    durations, observed = waits(written)
    ours, referee = curve(written), lifelines.KaplanMeierFitter().fit(durations, observed)
    band = referee.confidence_interval_survival_function_.loc[ours.times].to_numpy()
    assert ours.survival == pytest.approx(referee.predict(ours.times).to_numpy())
    between = (ours.survival > 0) & (ours.survival < 1)
    assert ours.low[between] == pytest.approx(band[between, 0])
    assert ours.high[between] == pytest.approx(band[between, 1])


def test_rows_that_stand_for_several_questions_give_the_curve_of_those_questions() -> None:
    waited, answered, counts = (
        [3.0, 1.0, 3.0, 7.0, 2.0],
        [True, True, False, False, True],
        [2, 1, 3, 4, 0],
    )
    one_by_one = survival(np.repeat(waited, counts), np.repeat(answered, counts))
    counted = survival(waited[:-1], answered[:-1], counts[:-1])
    for column in ("times", "at_risk", "answered", "survival", "low", "high"):
        assert getattr(counted, column).tolist() == getattr(one_by_one, column).tolist()


def test_each_duration_has_its_count() -> None:
    with pytest.raises(CopError, match="one count a duration"):
        survival([1, 2], [True, False], [1])


def test_a_mean_over_posts_is_as_sure_as_the_people_behind_them() -> None:
    """Ten askers with a question each, half of them helped twice; then two, of whom one had ten helps on five questions."""
    mean, interval = clustered_mean([2, 0] * 5, [1] * 10)
    assert mean == 1
    plain = mean_interval([2, 0] * 5)
    assert interval
    assert plain
    assert (interval.low, interval.high) == pytest.approx((plain.low, plain.high))
    mean_of_two, wider = clustered_mean([10, 0], [5, 5])
    assert (mean_of_two, clustered_mean([3], [2])) == (1, (1.5, None))
    assert wider
    assert wider.high > 5
    with pytest.raises(CopError, match="no mean of nothing"):
        clustered_mean([], [])


def test_the_band_ends_where_nobody_waits_any_more() -> None:
    shown = curve("1 2")
    assert (shown.low[1], shown.high[1]) == (0, shown.high[0])
    at_once = curve("5 5 5")
    assert (at_once.low[0], at_once.high[0]) == (0, 1)


def test_no_question_at_all_gives_an_empty_curve() -> None:
    shown = survival([], [])
    assert shown.times.size == 0
    assert shown.median is None
    assert shown.at([5]).tolist() == [1]
    assert shown.at_risk_at([0]).tolist() == [0]


def test_an_answer_in_the_same_second_waited_for_nothing_whatever_its_sign() -> None:
    shown = survival([0.0, -0.0, 1.0], [True, True, True])
    assert shown.times.tolist() == [0, 1]
    assert shown.survival == pytest.approx([1 / 3, 0])


def test_questions_all_still_open_have_no_median() -> None:
    shown = curve("3+ 5+ 9+")
    assert shown.survival.tolist() == shown.high.tolist() == [1, 1, 1]
    assert shown.median is None


def test_as_long_as_nobody_is_answered_the_band_is_that_of_none_among_those_still_followed() -> (
    None
):
    """Of three, of two, of one: Wilson's 0 of 3 reaches up to 3.8415 / (3 + 3.8415), and so on."""
    shown = curve("3+ 5+ 9+ 11")
    assert shown.low[:3] == pytest.approx([1 - wilson(0, n).high for n in (4, 3, 2)])
    low, high = shown.band_at([0, 2, 4, 11])
    assert low == pytest.approx([4 / (4 + Z95**2), 4 / (4 + Z95**2), 4 / (4 + Z95**2), 0])
    assert high.tolist() == [1, 1, 1, 1]
    alike = survival([3, 5], [False, False], design_effect=2)
    assert alike.low[0] == pytest.approx(1 - wilson(0, 2 / 2).high)


@pytest.mark.parametrize("q", [0, 1, -0.5, float("nan")])
def test_a_quantile_outside_its_range_is_refused(q: float) -> None:
    with pytest.raises(CopError, match="quantile"):
        curve(PLACEBO).quantile(q)


@pytest.mark.parametrize(
    ("durations", "observed"),
    [([-1.0], [True]), ([float("nan")], [True]), ([inf], [False]), ([1.0, 2.0], [True])],
)
def test_impossible_durations_are_refused(durations: list[float], observed: list[bool]) -> None:
    with pytest.raises(CopError, match="uration"):
        survival(durations, observed)


def asked_by(written: str, askers: int, first: int = 0) -> Waits:
    durations, observed = waits(written)
    return Waits(
        durations=durations,
        observed=observed,
        askers=[first + i % askers for i in range(len(durations))],
    )


def test_a_team_that_waits_much_longer_differs_in_its_median() -> None:
    slower = bootstrap_median_difference(asked_by(SIX_MP, 21), asked_by(PLACEBO, 21, first=21))
    assert slower is not None
    assert slower.estimate == 23 - 8
    assert 0 not in slower.interval
    assert slower.interval.high == inf
    assert slower.p < 0.05


def test_the_same_waits_differ_by_nothing() -> None:
    same = bootstrap_median_difference(asked_by(PLACEBO, 21), asked_by(PLACEBO, 21, first=21))
    assert same is not None
    assert same.estimate == 0
    assert 0 in same.interval
    assert same.p > 0.5


def test_medians_that_are_not_reached_are_not_compared() -> None:
    open_mostly = asked_by("1 2 3 4 720+ 720+ 720+ 720+ 720+ 720+", 10)
    assert bootstrap_median_difference(open_mostly, asked_by(PLACEBO, 21)) is None
    assert bootstrap_median_difference(asked_by(PLACEBO, 21), open_mostly) is None


def test_medians_of_fewer_than_five_askers_are_not_compared() -> None:
    assert bootstrap_median_difference(asked_by(SIX_MP, 4), asked_by(PLACEBO, 21, first=21)) is None
    four_each = asked_by(" ".join(PLACEBO.split()[:20]), 5)
    assert bootstrap_median_difference(four_each, asked_by(PLACEBO, 21, first=21)) is not None


def test_a_clear_difference_passes_a_scan_of_a_thousand() -> None:
    random = np.random.default_rng(1)
    fast, slow = (
        Waits(
            durations=random.normal(middle, 1, 200),
            observed=[True] * 200,
            askers=[f"{middle}-{i}" for i in range(200)],
        )
        for middle in (10, 20)
    )
    change = bootstrap_median_difference(slow, fast)
    assert change is not None
    assert change.p < 0.05 / 1000


@pytest.mark.parametrize("answered_of_all", [0.2, 0.4, 0.7])
def test_a_draw_of_the_bootstrap_is_the_curve_of_the_questions_drawn(
    answered_of_all: float,
) -> None:
    random = np.random.default_rng(2)
    waited, answered = random.integers(0, 12, 40).astype(float), random.random(40) < answered_of_all
    waited[0], answered[0] = 99, True
    askers = random.integers(0, 15, 40)
    order = np.lexsort((~answered, waited))
    times_drawn = _times_drawn(random, 200, 15)
    medians = _drawn_medians(times_drawn, waited[order], answered[order], askers[order])
    assert (times_drawn.sum(axis=1) == 15).all()
    for drawn, median in zip(times_drawn, medians, strict=True):
        again = np.repeat(np.arange(40), drawn[askers])
        expected = survival(waited[again], answered[again]).median
        assert median == (inf if expected is None else expected)


def test_scans_of_medians_that_do_not_differ_find_something_in_one_of_twenty_at_most() -> None:
    random, scans, found = np.random.default_rng(4), 40, 0
    askers = np.repeat(np.arange(30), 3)
    for _ in range(scans):
        pairs = np.exp(
            random.normal(2, 1.5, (10, 2, 90))
            + np.repeat(random.normal(0, 0.7, (10, 2, 30)), 3, axis=2)
        )
        changes = [
            bootstrap_median_difference(
                Waits(durations=np.minimum(a, 99), observed=a < 99, askers=askers),
                Waits(durations=np.minimum(b, 99), observed=b < 99, askers=askers + 30),
                draws=400,
            )
            for a, b in pairs
        ]
        found += benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


def test_the_band_is_as_wide_as_the_design_effect_of_the_waits_makes_it() -> None:
    """On the log-log scale a design effect of 4 makes each arm twice as long; the curve itself stays."""
    plain, alike = (survival([1, 2, 3, 4], [True] * 4, design_effect=effect) for effect in (1, 4))
    assert alike.survival.tolist() == plain.survival.tolist()
    inner = slice(0, 3)
    for ends, wider in ((plain.low, alike.low), (plain.high, alike.high)):
        arm, wide_arm = (
            np.log(np.log(each[inner]) / np.log(plain.survival[inner])) for each in (ends, wider)
        )
        assert wide_arm == pytest.approx(2 * arm)


def test_the_log_rank_is_divided_by_the_mean_design_effect_of_what_it_contrasts() -> None:
    """Freireich's 21 and 21 at design effects 3 and 1 come to 2; of 21 and 7 the smaller group's weighs three times as much."""
    (drug, placebo), alike = (curve(each) for each in (SIX_MP, PLACEBO)), waits(SIX_MP)
    published = log_rank(drug, placebo)
    halved = log_rank(survival(*alike, design_effect=3), placebo)
    assert published is not None
    assert halved is not None
    assert halved.chi2 == pytest.approx(published.chi2 / 2)
    assert halved.p == pytest.approx(scipy.stats.chi2.sf(published.chi2 / 2, 1))
    few = [
        survival(*(each[:7] for each in waits(PLACEBO)), design_effect=effect) for effect in (1, 5)
    ]
    plain, divided = (log_rank(drug, each) for each in few)
    assert plain is not None
    assert divided is not None
    assert plain.chi2 / divided.chi2 == pytest.approx(0.25 * 1 + 0.75 * 5)


def alike_waits(
    random: np.random.Generator, askers: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw who asked, and log-normal waits in hours with median e squared and a likeness of .28, followed for 10 days."""
    sizes = np.maximum(1, np.round(np.exp(random.normal(0.8, 1.1, askers)))).astype(int)
    person = np.repeat(np.arange(askers), sizes)
    own = random.normal(0, sqrt(0.28), askers)[person]
    hours = np.exp(2 + 2 * (own + random.normal(0, sqrt(0.72), len(person))))
    return person, np.minimum(hours, 240), hours < 240


def test_bands_hold_and_curves_do_not_differ_where_one_askers_waits_are_alike() -> None:
    random, runs = np.random.default_rng(23), 200
    held, differ, plainly_held, plainly_differ = 0, 0, 0, 0
    for _ in range(runs):
        person, hours, ended = alike_waits(random, 160)
        logs = np.log(1 + hours * 3600)
        sizes = np.bincount(person)
        alike = likeness(sizes, np.bincount(person, logs), np.bincount(person, logs**2))
        groups = [(person >= first) & (person < first + 20) for first in (0, 20)]
        effects = [
            pooled_design_effect(n.sum(), float(n @ n), alike) for n in (sizes[:20], sizes[20:40])
        ]
        curves = [
            survival(hours[of], ended[of], design_effect=e)
            for of, e in zip(groups, effects, strict=True)
        ]
        plain = [survival(hours[of], ended[of]) for of in groups]
        held += holds_half(curves[0], np.exp(2))
        plainly_held += holds_half(plain[0], np.exp(2))
        tests = [log_rank(*each) for each in (curves, plain)]
        differ += tests[0] is not None and tests[0].p < 0.05
        plainly_differ += tests[1] is not None and tests[1].p < 0.05
    assert held / runs >= 0.93
    assert differ <= about_one_in_twenty(runs)
    assert plainly_held / runs < 0.88
    assert plainly_differ / runs > 0.15


def holds_half(shown: SurvivalCurve, time: float) -> bool:
    """Say whether the band holds one half at the true median."""
    step = int(np.searchsorted(shown.times, time, side="right")) - 1
    return step < 0 or bool(shown.low[step] <= 0.5 <= shown.high[step])


def test_the_p_value_of_draws_counts_those_on_the_other_side_and_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 1,000 draws 11 are zero or less: the tail of 12 in 1,001, with the nine degrees of freedom of ten askers."""
    monkeypatch.setattr(medians, "_drawn_differences", lambda *_asked: np.arange(1000) - 10.0)
    ten = Waits(durations=range(1, 11), observed=[True] * 10, askers=range(10))
    change = bootstrap_median_difference(ten, ten)
    assert change is not None
    assert change.p == pytest.approx(2 * scipy.stats.t.sf(scipy.stats.norm.isf(12 / 1001), 9))


def test_the_p_value_beyond_all_draws_is_that_of_how_far_the_interval_is_from_zero(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All draws are above zero, from 501 on, and 10 of 1,000 are left out at each end: 511 to 1,490, around 1,000."""
    monkeypatch.setattr(medians, "_drawn_differences", lambda *_asked: np.arange(1000) + 501.0)
    late, early = (
        Waits(durations=np.arange(10) + first, observed=[True] * 10, askers=range(10))
        for first in (1001, 1)
    )
    change = bootstrap_median_difference(late, early)
    assert change is not None
    assert (change.estimate, change.interval.low, change.interval.high) == (1000, 511, 1490)
    t = scipy.stats.t.isf(0.025, 9) * 1000 / ((1490 - 511) / 2)
    assert change.p == pytest.approx(2 * scipy.stats.t.sf(t, 9))


def test_with_few_draws_the_interval_is_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medians, "_drawn_differences", lambda *_asked: np.arange(100) - 50.0)
    ten = Waits(durations=range(1, 11), observed=[True] * 10, askers=range(10))
    change = bootstrap_median_difference(ten, ten, draws=100)
    assert change is not None
    assert (change.interval.low, change.interval.high) == (-50, 49)


def test_the_percentile_interval_leaves_out_as_many_draws_as_students_t_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten askers of one question each: t(9) = 2.262, of which 1.185 % lie beyond, so 12 - 2 = 10 of 1,000 draws at each end."""
    drawn = np.arange(1000) - 500.0
    monkeypatch.setattr(medians, "_drawn_differences", lambda *_asked: drawn)
    ten = Waits(durations=range(1, 11), observed=[True] * 10, askers=range(10))
    change = bootstrap_median_difference(ten, ten)
    assert change is not None
    assert (change.interval.low, change.interval.high) == (-490, 489)


# Scans


def test_benjamini_and_hochbergs_own_example_rejects_four_of_fifteen() -> None:
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    assert benjamini_hochberg(p_values).tolist() == [True] * 4 + [False] * 11
    assert benjamini_hochberg(p_values[::-1]).tolist() == [False] * 11 + [True] * 4


def test_an_empty_scan_finds_nothing_and_a_missing_p_value_is_refused() -> None:
    assert benjamini_hochberg([]).tolist() == []
    with pytest.raises(CopError, match="p-value"):
        benjamini_hochberg([0.01, float("nan")])


# Concentration


@pytest.mark.parametrize(
    ("counts", "factor"),
    [
        ([1000, 202, 90, 33, 332, 343, 42, 433], 2),
        ([5, 5], 1),
        ([3] * 10, 5),
        ([1] * 100, 50),
        ([7], 1),
        ([0, 4, 0], 1),
    ],
)
def test_how_many_people_would_have_to_leave_before_half_the_help_is_gone(
    counts: list[int], factor: int
) -> None:
    assert absence_factor(counts) == factor


def test_core_and_regulars_are_counted_in_whole_numbers() -> None:
    assert absence_factor([1] * 100, (4, 5)) == 80
    assert absence_factor([1] * 100, (19, 20)) == 95
    assert absence_factor([1] * 101, (19, 20)) == 96


def test_help_that_nobody_gave_hangs_on_nobody() -> None:
    assert absence_factor([]) is None
    assert absence_factor([0, 0]) is None


@pytest.mark.parametrize(
    ("counts", "coefficient"),
    [
        ([0, 0, 0, 8], 0.75),
        ([1, 2, 3, 4], 0.25),
        ([0] * 90 + [1] * 9 + [91], 0.981),
        ([4, 4, 4], 0),
        ([9], 0),
    ],
)
def test_gini_of_the_documented_communities(counts: list[int], coefficient: float) -> None:
    assert gini(counts) == pytest.approx(coefficient, abs=5e-4)


def test_gini_of_no_help_is_not_zero_but_unknown() -> None:
    assert gini([]) is None
    assert gini([0, 0]) is None
    assert lorenz([0, 0]) is None


def test_the_lorenz_curve_starts_with_those_who_give_least() -> None:
    curve_of_help = lorenz([4, 1, 3, 2])
    assert curve_of_help is not None
    people, given = curve_of_help
    assert people == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert given == pytest.approx([0, 0.1, 0.3, 0.6, 1])


@pytest.mark.parametrize("counts", [[-1, 2], [0.5, 1], [[1, 2], [3, 4]]])
def test_counts_that_count_nothing_are_refused(counts: list[float]) -> None:
    with pytest.raises(CopError, match="whole numbers"):
        gini(counts)


@pytest.mark.parametrize(
    ("answered", "asked", "score"),
    [(10, 0, 3.1623), (0, 10, -3.1623), (5, 5, 0), (9, 1, 2.5298), (100, 44, 4.6667)],
)
def test_z_score_says_who_mostly_helps_and_who_mostly_asks(
    answered: int, asked: int, score: float
) -> None:
    assert z_score(answered, asked) == pytest.approx(score, abs=5e-5)


def test_who_neither_asked_nor_helped_has_no_z_score() -> None:
    assert z_score(0, 0) is None
    with pytest.raises(CopError, match="fewer than none"):
        z_score(-1, 3)


def test_the_interval_of_a_mean_is_students() -> None:
    """1, 2, 3: 2 plus or minus 4.3027 / sqrt(3); of one person there is none, and it never reaches below 0."""
    interval = mean_interval([1, 2, 3])
    assert interval is not None
    assert (interval.low, interval.high) == (0, pytest.approx(2 + 4.302653 / 3**0.5))
    reference = scipy.stats.t.interval(0.95, 3, loc=25, scale=scipy.stats.sem([24, 25, 26, 25]))
    interval = mean_interval([24, 25, 26, 25])
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(reference)
    assert mean_interval([5]) is None


def test_a_mean_is_as_unsure_as_the_community_lets_expect_where_few_people_say_too_little() -> None:
    """Two askers of five questions with a help each: their own residuals are 0, those of the questions .8 / 9 x 2 / 10."""
    helps = [5, 5], [5, 5], [9, 9]
    mean, own = clustered_mean(*helps[:2])
    assert (mean, own) == (1, Interval(low=1, high=1))
    _, pooled = clustered_mean(*helps, 0.25)
    variance = (18 / 10 - 1) / 9 * 2
    assert pooled is not None
    assert pooled.high == pytest.approx(1 + float(scipy.stats.t.ppf(0.975, 1)) * sqrt(variance))
    assert clustered_mean([10, 0], [5, 5], [20, 0], 0.0) == clustered_mean([10, 0], [5, 5])


# Rates within strata, odds over those expected, a part against the rest


def test_rates_within_strata_differ_as_mantel_and_haenszel_say() -> None:
    """Pooled 17 of 25 against 10 of 25; the two strata weigh 4 each: .2 and .8 against .25 and 1, 12.5 points less.

    The effective sizes are 1 / (1 / 4 / 5 + 1 / 4 / 20) = 16 of both; a stratum with one side only changes nothing.
    """
    found = standardised([1, 16, 3], [5, 20, 3], [5, 5, 0], [20, 5, 0])
    assert found is not None
    assert (found.n_a, found.n_b) == (pytest.approx(16), pytest.approx(16))
    assert (found.hits_a / found.n_a, found.hits_b / found.n_b) == (
        pytest.approx(0.5),
        pytest.approx(0.625),
    )
    hits, n, other_hits, other_n = np.array([[7, 3, 9], [12, 8, 10], [4, 6, 2], [9, 11, 5]])
    several = standardised(hits, n, other_hits, other_n)
    assert several is not None
    weights = n * other_n / (n + other_n)
    difference = ((hits / n - other_hits / other_n) * weights).sum() / weights.sum()
    assert several.hits_a / several.n_a - several.hits_b / several.n_b == pytest.approx(difference)


def test_rates_of_one_stratum_are_the_rates_and_without_a_common_stratum_there_are_none() -> None:
    found = standardised([3], [10], [4], [5])
    assert found is not None
    assert (found.hits_a, found.n_a, found.hits_b, found.n_b) == pytest.approx((3, 10, 4, 5))
    assert standardised([3, 0], [10, 0], [0, 4], [0, 5]) is None


def test_odds_over_expected_are_one_where_as_many_hits_came_as_were_expected() -> None:
    odds = odds_over_expected([5, 5, 5, 5], [10, 10, 10, 10], [5, 5, 5, 5])
    assert odds is not None
    assert odds.ratio == pytest.approx(1)
    assert odds.interval.low < 1 < odds.interval.high


def test_odds_over_expected_have_the_error_of_independent_hits_or_more() -> None:
    """Ten people with one hit or miss each, 7 hits, 4 expected: odds of 7.5 / 3.5 over 4 / 6; all of one person are wider."""
    alone = odds_over_expected([1] * 7 + [0] * 3, [1] * 10, [0.4] * 10)
    assert alone is not None
    assert alone.ratio == pytest.approx(7.5 / 3.5 / (4 / 6))
    assert alone.error == pytest.approx(sqrt(11 / (7.5 * 3.5) * 11 / 10), rel=0.1)
    alike = odds_over_expected([7, 0], [7, 3], [2.8, 1.2])
    assert alike is not None
    assert alike.ratio == pytest.approx(alone.ratio)
    assert alike.error > alone.error
    assert alike.freedom < alone.freedom


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        ([3], [5], [2.0]),
        ([0, 0], [5, 5], [0.0, 0.0]),
        ([5, 5], [5, 5], [5.0, 5.0]),
        ([3, 0, 0], [3, 1, 2], [3.0, 0.0, 0.0]),
    ],
    ids=[
        "one person",
        "no hit can be expected",
        "nothing but hits can be expected",
        "no person had a choice",
    ],
)
def test_odds_over_expected_are_not_known(
    hits: list[int], n: list[int], expected: list[float]
) -> None:
    assert odds_over_expected(hits, n, expected) is None


def test_compared_odds_are_those_of_welch_on_the_logarithm() -> None:
    a, b = (
        Odds(log=1.0, error=0.3, freedom=9),
        Odds(log=0.2, error=0.4, freedom=20),
    )
    found = compared_odds(a, b)
    freedom = 0.25**2 / (0.09**2 / 9 + 0.16**2 / 20)
    assert found.estimate == pytest.approx(np.exp(0.8))
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(0.8 / 0.5, freedom))
    assert found.interval.low == pytest.approx(
        np.exp(0.8 - scipy.stats.t.isf(0.025, freedom) * 0.5)
    )
    assert (found.p < 0.05) == (1 not in found.interval)


def test_a_part_differs_from_the_rest_by_its_mean_and_is_never_certain_for_not_varying() -> None:
    """Four posts without help, of four people, against four with two each: all vary around 1 by 1, so by sqrt(1 / 2)."""
    found = against_the_rest(
        [0] * 4 + [0] * 4, [1] * 4 + [0] * 4, [0] * 4 + [2] * 4, [0] * 4 + [1] * 4
    )
    assert found is not None
    difference, p = found
    assert difference == -2
    assert p == pytest.approx(2 * scipy.stats.t.sf(2 / sqrt(0.5), 3))


def test_a_part_of_unequal_people_differs_from_the_rest_by_how_far_each_is_from_the_mean() -> None:
    """Of 12 posts of three people 3 of 4, 6 of 6 and 0 of 2 were helped, and all 400 of the rest, of a hundred others."""
    sums, n = [3, 6, 0] + [0] * 100, [4, 6, 2] + [0] * 100
    others = m = [0] * 3 + [4] * 100
    found = against_the_rest(sums, n, others, m)
    assert found is not None
    mean = 9 / 12
    error = sqrt(
        sum(((h - mean * size) / 12) ** 2 for h, size in zip(sums[:3], n[:3], strict=True)) * 3 / 2
    )
    assert found[0] == mean - 1
    assert found[1] == pytest.approx(2 * scipy.stats.t.sf(0.25 / error, 144 / 56 - 1))


def test_a_part_is_not_told_from_the_rest_where_one_person_asked_it_all_or_there_is_no_rest() -> (
    None
):
    assert against_the_rest([3, 0], [5, 0], [1, 4], [2, 4]) is None
    assert against_the_rest([3, 1], [5, 2], [0, 0], [0, 0]) is None
    assert against_the_rest([1, 1], [1, 1], [1, 1], [1, 1]) == (0, 1)
