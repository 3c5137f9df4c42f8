"""The worked cases of the statistics, and what published or independent implementations say of the same data."""

from math import inf, sqrt

import lifelines
import numpy as np
import pytest
import scipy.stats
from lifelines.statistics import logrank_test, multivariate_logrank_test

from cop_metrics import statistics
from cop_metrics.errors import CopError
from cop_metrics.statistics import Interval, People, SurvivalCurve, Waits

# Freireich et al. 1963: weeks in remission; "+" is still in remission when last seen.
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def waits(written: str) -> tuple[list[float], list[bool]]:
    words = written.split()
    return [float(word.rstrip("+")) for word in words], [not word.endswith("+") for word in words]


def curve(written: str) -> SurvivalCurve:
    return statistics.survival(*waits(written))


# Rates


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(1, 3, 0.0615, 0.7923), (33, 100, 0.2456, 0.4269), (0, 5, 0, 0.4345), (5, 5, 0.5655, 1)],
)
def test_wilson_gives_the_documented_intervals(hits: int, n: int, low: float, high: float) -> None:
    interval = statistics.wilson(hits, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 20, 463])
def test_wilson_agrees_with_scipy_at_every_share(n: int) -> None:
    for hits in range(n + 1):
        referee = scipy.stats.binomtest(hits, n).proportion_ci(method="wilson")
        ours = statistics.wilson(hits, n)
        assert (ours.low, ours.high) == pytest.approx((referee.low, referee.high), abs=1e-12)


def test_a_rate_of_nobody_can_be_anything() -> None:
    assert statistics.wilson(0, 0) == Interval(low=0, high=1)


def test_nothing_and_everything_touch_their_ends_exactly() -> None:
    assert statistics.wilson(0, 12.3).low == 0
    assert statistics.wilson(12.3, 12.3).high == 1


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 5), (0, -1), (float("nan"), 5), (1, inf)])
def test_impossible_rates_are_refused_in_a_sentence(hits: float, n: float) -> None:
    with pytest.raises(CopError, match="hits among"):
        statistics.wilson(hits, n)


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
    clustered, plain = statistics.clustered_wilson(People.of(answered, [1] * 100)), statistics.wilson(33, 100)
    assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high))


def test_askers_more_alike_than_chance_never_narrow_the_interval() -> None:
    assert People.of([5, 5, 5, 5], [10, 10, 10, 10]).design_effect == 1


@pytest.mark.parametrize(
    ("hits", "sizes"), [([], []), ([3], [9]), ([0, 0], [4, 5]), ([4, 5], [4, 5]), ([2, 0], [4, 0])]
)
def test_where_people_cannot_be_told_apart_the_design_effect_is_one(hits: list[int], sizes: list[int]) -> None:
    assert People.of(hits, sizes).design_effect == 1


def test_people_who_asked_nothing_change_nothing() -> None:
    with_idle = statistics.clustered_wilson(People.of([3, 0, 1, 0], [4, 0, 9, 0]))
    assert with_idle == statistics.clustered_wilson(People.of([3, 1], [4, 9]))


@pytest.mark.parametrize(("hits", "sizes"), [([3], [2]), ([-1], [2]), ([1, 2], [3]), ([float("nan")], [3])])
def test_impossible_people_are_refused(hits: list[float], sizes: list[float]) -> None:
    with pytest.raises(CopError, match=r"person|people"):
        People.of(hits, sizes)


def draw_askers(random: np.random.Generator, people: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw askers who ask about eight questions each and differ much in how often they are answered (likeness 0.2)."""
    sizes = 1 + random.geometric(1 / 7, people)
    return random.binomial(sizes, random.beta(share * 4, (1 - share) * 4, people)), sizes


def test_the_clustered_interval_covers_where_the_plain_one_promises_too_much() -> None:
    random, runs = np.random.default_rng(20), 1500
    clustered = plain = 0
    for _ in range(runs):
        hits, sizes = draw_askers(random, 60, 0.7)
        clustered += 0.7 in statistics.clustered_wilson(People.of(hits, sizes))
        plain += 0.7 in statistics.wilson(hits.sum(), sizes.sum())
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
    change = statistics.newcombe(hits_a, n_a, hits_b, n_b)
    assert change is not None
    assert (change.interval.low, change.interval.high) == pytest.approx((low, high), abs=6e-5)


def test_swapping_the_periods_turns_the_change_around() -> None:
    there, back = statistics.newcombe(9, 10, 3, 10), statistics.newcombe(3, 10, 9, 10)
    assert there is not None
    assert back is not None
    assert (back.estimate, back.interval.low, back.p) == (-there.estimate, -there.interval.high, there.p)


def test_no_difference_has_a_p_value_of_one() -> None:
    change = statistics.newcombe(7, 10, 14, 20)
    assert change is not None
    assert (change.estimate, change.p) == (0, 1)


def test_the_p_value_of_a_large_difference_is_near_that_of_the_usual_z_test() -> None:
    change = statistics.newcombe(600, 1000, 540, 1000)
    z = 0.06 / sqrt(2 * 0.57 * 0.43 / 1000)
    assert change is not None
    assert change.p == pytest.approx(2 * scipy.stats.norm.sf(z), rel=0.05)


def test_nothing_can_be_compared_with_nothing() -> None:
    assert statistics.newcombe(0, 0, 3, 10) is None
    assert statistics.clustered_newcombe(People.of([], []), People.of([3, 4], [5, 6])) is None


def test_one_asker_alone_is_never_a_change_of_the_community() -> None:
    assert statistics.clustered_newcombe(People.of([40], [40]), People.of([2, 3, 1], [20, 20, 20])) is None


def test_the_same_rates_say_less_if_they_come_from_few_askers() -> None:
    from_many = statistics.clustered_newcombe(
        People.of([1] * 80 + [0] * 20, [1] * 100), People.of([1] * 60 + [0] * 40, [1] * 100)
    )
    from_few = statistics.clustered_newcombe(
        People.of([20, 20, 20, 20, 0], [20] * 5), People.of([20, 20, 20, 0, 0], [20] * 5)
    )
    assert from_many is not None
    assert from_few is not None
    assert from_many.estimate == pytest.approx(from_few.estimate) == pytest.approx(0.2)
    assert 0 not in from_many.interval
    assert 0 in from_few.interval


@pytest.mark.parametrize("people", [5, 40])
def test_scans_of_groups_that_do_not_differ_find_something_in_one_of_twenty_at_most(people: int) -> None:
    random, scans, found = np.random.default_rng(8), 150, 0
    for _ in range(scans):
        changes = [
            statistics.clustered_newcombe(
                People.of(*draw_askers(random, people, 0.7)), People.of(*draw_askers(random, people, 0.7))
            )
            for _ in range(20)
        ]
        found += statistics.benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


def test_a_scan_finds_the_one_team_that_does_differ() -> None:
    random = np.random.default_rng(9)
    changes = [
        statistics.clustered_newcombe(
            People.of(*draw_askers(random, 60, 0.7)), People.of(*draw_askers(random, 60, share))
        )
        for share in [0.7] * 19 + [0.25]
    ]
    found = statistics.benjamini_hochberg([change.p for change in changes if change is not None])
    assert found[-1]


# Counts


def test_twice_the_answers_in_as_many_days_is_a_ratio_of_two() -> None:
    change = statistics.rate_ratio(200, 70, 100, 70, [20] * 10, [10] * 10)
    assert change is not None
    assert change.estimate == pytest.approx(2)
    assert change.interval.low > 1.5
    assert change.p < 0.001


def test_days_count_and_not_counts_alone() -> None:
    change = statistics.rate_ratio(100, 50, 100, 100, [14] * 7, [7] * 14)
    assert change is not None
    assert change.estimate == pytest.approx(2)


def test_weeks_that_swing_make_the_same_change_less_sure() -> None:
    steady = statistics.rate_ratio(300, 70, 240, 70, [30] * 10, [24] * 10)
    swinging = statistics.rate_ratio(300, 70, 240, 70, [5, 55] * 5, [4, 44] * 5)
    assert steady is not None
    assert swinging is not None
    assert steady.p < 0.05 < swinging.p
    assert swinging.interval.low < steady.interval.low


def test_dispersion_is_that_of_pearson_and_never_below_that_of_chance() -> None:
    # Means 10 and 20, squares 8 and 2: (8 / 10 + 2 / 20) / 4 is below 1; four times the swing gives 16 times it.
    assert statistics.dispersion([8, 10, 12], [19, 20, 21]) == (1.0, 4)
    assert statistics.dispersion([2, 10, 18], [16, 20, 24]) == (pytest.approx((128 / 10 + 32 / 20) / 4), 4)
    assert statistics.dispersion([7], []) == (1.0, 0)
    assert statistics.dispersion([0, 0, 0], [2, 10, 18]) == (pytest.approx(6.4), 2)


def test_without_weeks_counts_compare_as_poisson_counts_do() -> None:
    change = statistics.rate_ratio(60, 30, 30, 30, [], [])
    assert change is not None
    assert change.p == pytest.approx(2 * scipy.stats.norm.sf(30 / sqrt(90)))


def test_counts_from_or_to_zero_have_an_end_that_is_known() -> None:
    stopped, started = (
        statistics.rate_ratio(0, 30, 25, 30, [0] * 4, [6] * 4),
        statistics.rate_ratio(25, 30, 0, 30, [6] * 4, [0] * 4),
    )
    assert stopped is not None
    assert started is not None
    assert (stopped.estimate, stopped.interval.low) == (0, 0)
    assert stopped.interval.high < 1
    assert (started.estimate, started.interval.high) == (inf, inf)
    assert statistics.rate_ratio(0, 30, 0, 30, [0] * 4, [0] * 4) is None


@pytest.mark.parametrize(("count", "days"), [(-1, 30), (5, 0), (5, float("nan"))])
def test_impossible_counts_are_refused(count: int, days: float) -> None:
    with pytest.raises(CopError, match="period"):
        statistics.rate_ratio(count, days, 10, 30, [], [])


def test_scans_of_counts_that_do_not_change_find_something_in_one_of_twenty_at_most() -> None:
    random, scans, found = np.random.default_rng(3), 300, 0
    for _ in range(scans):
        weeks = random.negative_binomial(5, 1 / 3, (20, 2, 8))
        changes = [statistics.rate_ratio(int(a.sum()), 56, int(b.sum()), 56, a, b) for a, b in weeks]
        found += statistics.benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


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
    differ = statistics.log_rank(curve(SIX_MP), curve(PLACEBO))
    assert differ is not None
    assert differ.chi2 == pytest.approx(16.79, abs=0.005)
    referee = logrank_test(waits(SIX_MP)[0], waits(PLACEBO)[0], waits(SIX_MP)[1], waits(PLACEBO)[1])
    assert (differ.chi2, differ.p) == pytest.approx((referee.test_statistic, referee.p_value))


def test_three_curves_compare_as_lifelines_compares_them() -> None:
    random = np.random.default_rng(5)
    durations, observed = random.integers(0, 40, 240), random.random(240) < 0.7
    seniority = np.repeat([0, 1, 2], 80)
    durations[seniority == 2] //= 2
    curves = [statistics.survival(durations[seniority == s], observed[seniority == s]) for s in range(3)]
    differ, referee = statistics.log_rank(*curves), multivariate_logrank_test(durations, seniority, observed)
    assert differ is not None
    assert (differ.chi2, differ.p) == pytest.approx((referee.test_statistic, referee.p_value))


def test_the_log_rank_is_silent_below_five_answers_in_a_group() -> None:
    assert statistics.log_rank(curve("1 2 3 4 9+ 9+"), curve(PLACEBO)) is None
    assert statistics.log_rank(curve("1 2 3 4 5 9+"), curve(PLACEBO)) is not None
    assert statistics.log_rank(curve(PLACEBO)) is None


@pytest.mark.parametrize("written", [SIX_MP, PLACEBO, "1 2 3+ 4 5+ 6", "0 0 3 3+ 8 9+", "2+ 3 3 3 7+"])
def test_curve_and_band_are_those_of_lifelines(written: str) -> None:
    durations, observed = waits(written)
    ours, referee = curve(written), lifelines.KaplanMeierFitter().fit(durations, observed)
    band = referee.confidence_interval_survival_function_.loc[ours.times].to_numpy()
    assert ours.survival == pytest.approx(referee.predict(ours.times).to_numpy())
    between = (ours.survival > 0) & (ours.survival < 1)
    assert ours.low[between] == pytest.approx(band[between, 0])
    assert ours.high[between] == pytest.approx(band[between, 1])


def test_rows_that_stand_for_several_questions_give_the_curve_of_those_questions() -> None:
    waited, answered, counts = [3.0, 1.0, 3.0, 7.0, 2.0], [True, True, False, False, True], [2, 1, 3, 4, 0]
    one_by_one = statistics.survival(np.repeat(waited, counts), np.repeat(answered, counts))
    counted = statistics.survival(waited[:-1], answered[:-1], counts[:-1])
    for column in ("times", "at_risk", "answered", "survival", "low", "high"):
        assert getattr(counted, column).tolist() == getattr(one_by_one, column).tolist()


def test_each_duration_has_its_count() -> None:
    with pytest.raises(CopError, match="one count a duration"):
        statistics.survival([1, 2], [True, False], [1])


def test_a_mean_over_posts_is_as_sure_as_the_people_behind_them() -> None:
    """Ten askers with a question each, half of them helped twice; then two, of whom one had ten helps on five questions."""
    mean, interval = statistics.clustered_mean([2, 0] * 5, [1] * 10)
    assert mean == 1
    plain = statistics.mean_interval([2, 0] * 5)
    assert interval
    assert plain
    assert (interval.low, interval.high) == pytest.approx((plain.low, plain.high))
    mean_of_two, wider = statistics.clustered_mean([10, 0], [5, 5])
    assert (mean_of_two, statistics.clustered_mean([3], [2])) == (1, (1.5, None))
    assert wider
    assert wider.high > 5
    with pytest.raises(CopError, match="no mean of nothing"):
        statistics.clustered_mean([], [])


def test_the_band_ends_where_nobody_waits_any_more() -> None:
    shown = curve("1 2")
    assert (shown.low[1], shown.high[1]) == (0, shown.high[0])
    at_once = curve("5 5 5")
    assert (at_once.low[0], at_once.high[0]) == (0, 1)


def test_no_question_at_all_gives_an_empty_curve() -> None:
    shown = statistics.survival([], [])
    assert shown.times.size == 0
    assert shown.median is None
    assert shown.at([5]).tolist() == [1]
    assert shown.at_risk_at([0]).tolist() == [0]


def test_an_answer_in_the_same_second_waited_for_nothing_whatever_its_sign() -> None:
    shown = statistics.survival([0.0, -0.0, 1.0], [True, True, True])
    assert shown.times.tolist() == [0, 1]
    assert shown.survival == pytest.approx([1 / 3, 0])


def test_questions_all_still_open_have_no_median() -> None:
    shown = curve("3+ 5+ 9+")
    assert shown.survival.tolist() == shown.low.tolist() == shown.high.tolist() == [1, 1, 1]
    assert shown.median is None


@pytest.mark.parametrize("q", [0, 1, -0.5, float("nan")])
def test_a_quantile_outside_its_range_is_refused(q: float) -> None:
    with pytest.raises(CopError, match="quantile"):
        curve(PLACEBO).quantile(q)


@pytest.mark.parametrize(
    ("durations", "observed"), [([-1.0], [True]), ([float("nan")], [True]), ([inf], [False]), ([1.0, 2.0], [True])]
)
def test_impossible_durations_are_refused(durations: list[float], observed: list[bool]) -> None:
    with pytest.raises(CopError, match="uration"):
        statistics.survival(durations, observed)


def asked_by(written: str, askers: int, first: int = 0) -> Waits:
    durations, observed = waits(written)
    return Waits(durations=durations, observed=observed, askers=[first + i % askers for i in range(len(durations))])


def test_a_team_that_waits_much_longer_differs_in_its_median() -> None:
    slower = statistics.bootstrap_median_difference(asked_by(SIX_MP, 21), asked_by(PLACEBO, 21, first=21))
    assert slower is not None
    assert slower.estimate == 23 - 8
    assert 0 not in slower.interval
    assert slower.interval.high == inf
    assert slower.p < 0.05


def test_the_same_waits_differ_by_nothing() -> None:
    same = statistics.bootstrap_median_difference(asked_by(PLACEBO, 21), asked_by(PLACEBO, 21, first=21))
    assert same is not None
    assert same.estimate == 0
    assert 0 in same.interval
    assert same.p > 0.5


def test_medians_that_are_not_reached_are_not_compared() -> None:
    open_mostly = asked_by("1 2 3 4 720+ 720+ 720+ 720+ 720+ 720+", 10)
    assert statistics.bootstrap_median_difference(open_mostly, asked_by(PLACEBO, 21)) is None
    assert statistics.bootstrap_median_difference(asked_by(PLACEBO, 21), open_mostly) is None


def test_medians_of_fewer_than_five_askers_are_not_compared() -> None:
    assert statistics.bootstrap_median_difference(asked_by(SIX_MP, 4), asked_by(PLACEBO, 21, first=21)) is None


def test_a_clear_difference_passes_a_scan_of_a_thousand() -> None:
    random = np.random.default_rng(1)
    fast, slow = (
        Waits(
            durations=random.normal(middle, 1, 200), observed=[True] * 200, askers=[f"{middle}-{i}" for i in range(200)]
        )
        for middle in (10, 20)
    )
    change = statistics.bootstrap_median_difference(slow, fast)
    assert change is not None
    assert change.p < 0.05 / 1000


@pytest.mark.parametrize("answered_of_all", [0.2, 0.4, 0.7])
def test_a_draw_of_the_bootstrap_is_the_curve_of_the_questions_drawn(answered_of_all: float) -> None:
    random = np.random.default_rng(2)
    waited, answered = random.integers(0, 12, 40).astype(float), random.random(40) < answered_of_all
    waited[0], answered[0] = 99, True
    askers = random.integers(0, 15, 40)
    order = np.lexsort((~answered, waited))
    times_drawn = statistics._times_drawn(random, 200, 15)
    medians = statistics._drawn_medians(times_drawn, waited[order], answered[order], askers[order])
    assert (times_drawn.sum(axis=1) == 15).all()
    for drawn, median in zip(times_drawn, medians, strict=True):
        again = np.repeat(np.arange(40), drawn[askers])
        expected = statistics.survival(waited[again], answered[again]).median
        assert median == (inf if expected is None else expected)


def test_scans_of_medians_that_do_not_differ_find_something_in_one_of_twenty_at_most() -> None:
    random, scans, found = np.random.default_rng(4), 40, 0
    askers = np.repeat(np.arange(30), 3)
    for _ in range(scans):
        pairs = np.exp(random.normal(2, 1.5, (10, 2, 90)) + np.repeat(random.normal(0, 0.7, (10, 2, 30)), 3, axis=2))
        changes = [
            statistics.bootstrap_median_difference(
                Waits(durations=np.minimum(a, 99), observed=a < 99, askers=askers),
                Waits(durations=np.minimum(b, 99), observed=b < 99, askers=askers + 30),
                draws=400,
            )
            for a, b in pairs
        ]
        found += statistics.benjamini_hochberg([change.p for change in changes if change is not None]).any()
    assert found <= about_one_in_twenty(scans)


# Scans


def test_benjamini_and_hochbergs_own_example_rejects_four_of_fifteen() -> None:
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    assert statistics.benjamini_hochberg(p_values).tolist() == [True] * 4 + [False] * 11
    assert statistics.benjamini_hochberg(p_values[::-1]).tolist() == [False] * 11 + [True] * 4


def test_an_empty_scan_finds_nothing_and_a_missing_p_value_is_refused() -> None:
    assert statistics.benjamini_hochberg([]).tolist() == []
    with pytest.raises(CopError, match="p-value"):
        statistics.benjamini_hochberg([0.01, float("nan")])


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
def test_how_many_people_would_have_to_leave_before_half_the_help_is_gone(counts: list[int], factor: int) -> None:
    assert statistics.absence_factor(counts) == factor


def test_core_and_regulars_are_counted_in_whole_numbers() -> None:
    assert statistics.absence_factor([1] * 100, (4, 5)) == 80
    assert statistics.absence_factor([1] * 100, (19, 20)) == 95
    assert statistics.absence_factor([1] * 101, (19, 20)) == 96


def test_help_that_nobody_gave_hangs_on_nobody() -> None:
    assert statistics.absence_factor([]) is None
    assert statistics.absence_factor([0, 0]) is None


@pytest.mark.parametrize(
    ("counts", "coefficient"),
    [([0, 0, 0, 8], 0.75), ([1, 2, 3, 4], 0.25), ([0] * 90 + [1] * 9 + [91], 0.981), ([4, 4, 4], 0), ([9], 0)],
)
def test_gini_of_the_documented_communities(counts: list[int], coefficient: float) -> None:
    assert statistics.gini(counts) == pytest.approx(coefficient, abs=5e-4)


def test_gini_of_no_help_is_not_zero_but_unknown() -> None:
    assert statistics.gini([]) is None
    assert statistics.gini([0, 0]) is None
    assert statistics.lorenz([0, 0]) is None


def test_the_lorenz_curve_starts_with_those_who_give_least() -> None:
    curve_of_help = statistics.lorenz([4, 1, 3, 2])
    assert curve_of_help is not None
    people, given = curve_of_help
    assert people == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert given == pytest.approx([0, 0.1, 0.3, 0.6, 1])


@pytest.mark.parametrize("counts", [[-1, 2], [0.5, 1], [[1, 2], [3, 4]]])
def test_counts_that_count_nothing_are_refused(counts: list[float]) -> None:
    with pytest.raises(CopError, match="whole numbers"):
        statistics.gini(counts)


@pytest.mark.parametrize(
    ("answered", "asked", "score"), [(10, 0, 3.1623), (0, 10, -3.1623), (5, 5, 0), (9, 1, 2.5298), (100, 44, 4.6667)]
)
def test_z_score_says_who_mostly_helps_and_who_mostly_asks(answered: int, asked: int, score: float) -> None:
    assert statistics.z_score(answered, asked) == pytest.approx(score, abs=5e-5)


def test_who_neither_asked_nor_helped_has_no_z_score() -> None:
    assert statistics.z_score(0, 0) is None
    with pytest.raises(CopError, match="fewer than none"):
        statistics.z_score(-1, 3)


def test_the_interval_of_a_mean_is_students() -> None:
    """1, 2, 3: 2 plus or minus 4.3027 / sqrt(3); of one person there is none, and it never reaches below 0."""
    interval = statistics.mean_interval([1, 2, 3])
    assert interval is not None
    assert (interval.low, interval.high) == (0, pytest.approx(2 + 4.302653 / 3**0.5))
    reference = scipy.stats.t.interval(0.95, 3, loc=25, scale=scipy.stats.sem([24, 25, 26, 25]))
    interval = statistics.mean_interval([24, 25, 26, 25])
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(reference)
    assert statistics.mean_interval([5]) is None


# Rates within strata, odds over those expected, a part against the rest


def test_rates_within_strata_differ_as_mantel_and_haenszel_say() -> None:
    """Pooled 17 of 25 against 10 of 25; the two strata weigh 4 each: .2 and .8 against .25 and 1, 12.5 points less.

    The effective sizes are 1 / (1 / 4 / 5 + 1 / 4 / 20) = 16 of both; a stratum with one side only changes nothing.
    """
    found = statistics.standardised([1, 16, 3], [5, 20, 3], [5, 5, 0], [20, 5, 0])
    assert found is not None
    assert (found.n_a, found.n_b) == (pytest.approx(16), pytest.approx(16))
    assert (found.hits_a / found.n_a, found.hits_b / found.n_b) == (pytest.approx(0.5), pytest.approx(0.625))
    hits, n, other_hits, other_n = np.array([[7, 3, 9], [12, 8, 10], [4, 6, 2], [9, 11, 5]])
    several = statistics.standardised(hits, n, other_hits, other_n)
    assert several is not None
    weights = n * other_n / (n + other_n)
    difference = ((hits / n - other_hits / other_n) * weights).sum() / weights.sum()
    assert several.hits_a / several.n_a - several.hits_b / several.n_b == pytest.approx(difference)


def test_rates_of_one_stratum_are_the_rates_and_without_a_common_stratum_there_are_none() -> None:
    found = statistics.standardised([3], [10], [4], [5])
    assert found is not None
    assert (found.hits_a, found.n_a, found.hits_b, found.n_b) == pytest.approx((3, 10, 4, 5))
    assert statistics.standardised([3, 0], [10, 0], [0, 4], [0, 5]) is None


def test_odds_over_expected_are_one_where_as_many_hits_came_as_were_expected() -> None:
    odds = statistics.odds_over_expected([5, 5, 5, 5], [10, 10, 10, 10], [5, 5, 5, 5])
    assert odds is not None
    assert odds.ratio == pytest.approx(1)
    assert odds.interval.low < 1 < odds.interval.high


def test_odds_over_expected_have_the_error_of_independent_hits_or_more() -> None:
    """Ten people with one hit or miss each, 7 hits, 4 expected: odds of 7.5 / 3.5 over 4 / 6; all of one person are wider."""
    alone = statistics.odds_over_expected([1] * 7 + [0] * 3, [1] * 10, [0.4] * 10)
    assert alone is not None
    assert alone.ratio == pytest.approx(7.5 / 3.5 / (4 / 6))
    assert alone.error == pytest.approx(sqrt(11 / (7.5 * 3.5) * 11 / 10), rel=0.1)
    alike = statistics.odds_over_expected([7, 0], [7, 3], [2.8, 1.2])
    assert alike is not None
    assert alike.ratio == pytest.approx(alone.ratio)
    assert alike.error > alone.error
    assert alike.freedom < alone.freedom


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [([3], [5], [2.0]), ([0, 0], [5, 5], [0.0, 0.0]), ([5, 5], [5, 5], [5.0, 5.0])],
    ids=["one person", "no hit can be expected", "nothing but hits can be expected"],
)
def test_odds_over_expected_are_not_known(hits: list[int], n: list[int], expected: list[float]) -> None:
    assert statistics.odds_over_expected(hits, n, expected) is None


def test_compared_odds_are_those_of_welch_on_the_logarithm() -> None:
    a, b = statistics.Odds(log=1.0, error=0.3, freedom=9), statistics.Odds(log=0.2, error=0.4, freedom=20)
    found = statistics.compared_odds(a, b)
    freedom = 0.25**2 / (0.09**2 / 9 + 0.16**2 / 20)
    assert found.estimate == pytest.approx(np.exp(0.8))
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(0.8 / 0.5, freedom))
    assert found.interval.low == pytest.approx(np.exp(0.8 - scipy.stats.t.isf(0.025, freedom) * 0.5))
    assert (found.p < 0.05) == (1 not in found.interval)


def test_a_part_differs_from_the_rest_by_its_mean_and_is_never_certain_for_not_varying() -> None:
    """Four posts without help, of four people, against four with two each: all vary around 1 by 1, so by sqrt(1 / 2)."""
    found = statistics.against_the_rest([0] * 4 + [0] * 4, [1] * 4 + [0] * 4, [0] * 4 + [2] * 4, [0] * 4 + [1] * 4)
    assert found is not None
    difference, p = found
    assert difference == -2
    assert p == pytest.approx(2 * scipy.stats.t.sf(2 / sqrt(0.5), 3))


def test_a_part_is_not_told_from_the_rest_where_one_person_asked_it_all_or_there_is_no_rest() -> None:
    assert statistics.against_the_rest([3, 0], [5, 0], [1, 4], [2, 4]) is None
    assert statistics.against_the_rest([3, 1], [5, 2], [0, 0], [0, 0]) is None
    assert statistics.against_the_rest([1, 1], [1, 1], [1, 1], [1, 1]) == (0, 1)
