"""Laws that the statistics keep for whatever input, searched for counterexamples."""

from math import inf, isclose

import lifelines
import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.statistics.comparing import benjamini_hochberg
from cop_metrics.statistics.concentration import absence_factor, gini, lorenz
from cop_metrics.statistics.counts import rate_ratio
from cop_metrics.statistics.medians import Waits, bootstrap_median_difference
from cop_metrics.statistics.people import People
from cop_metrics.statistics.shares import clustered_newcombe, clustered_wilson, newcombe, wilson
from cop_metrics.statistics.waits import survival

shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
people = st.lists(shares, min_size=1, max_size=30)
questions = st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=60)
counts = st.lists(st.integers(0, 500), max_size=40)


def columns(rows: list[tuple[int, bool]]) -> tuple[list[int], list[bool]]:
    return [row[0] for row in rows], [row[1] for row in rows]


@given(people)
def test_intervals_hold_their_estimate_and_stay_between_0_and_1(
    rows: list[tuple[int, int]],
) -> None:
    hits, sizes = [row[0] for row in rows], [row[1] for row in rows]
    interval = clustered_wilson(People.of(hits, sizes))
    assert 0 <= interval.low <= sum(hits) / sum(sizes) + 1e-12
    assert sum(hits) / sum(sizes) - 1e-12 <= interval.high <= 1


@given(people)
def test_repeating_people_never_narrow_the_interval(rows: list[tuple[int, int]]) -> None:
    hits, sizes = [row[0] for row in rows], [row[1] for row in rows]
    clustered, plain = (
        clustered_wilson(People.of(hits, sizes)),
        wilson(sum(hits), sum(sizes)),
    )
    assert clustered.high - clustered.low >= plain.high - plain.low - 1e-12


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(rows: list[tuple[int, int]], random: object) -> None:
    again = list(rows)
    random.shuffle(again)  # type: ignore[attr-defined]
    effects = [
        People.of([h for h, _ in some], [n for _, n in some]).design_effect
        for some in (rows, again)
    ]
    assert isclose(*effects)


@given(shares, shares)
def test_a_p_value_of_rates_is_below_5_percent_just_when_the_interval_leaves_out_zero(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    change = newcombe(*a, *b)
    assert change is not None
    assert change.interval.low <= change.estimate <= change.interval.high
    assert change.interval.low >= -1 - 1e-12
    assert change.interval.high <= 1 + 1e-12
    assert (change.p < 0.05) == (0 not in change.interval) or isclose(change.p, 0.05)


@given(people, people)
def test_the_same_holds_for_rates_of_people(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    change = clustered_newcombe(
        *(People.of([h for h, _ in rows], [n for _, n in rows]) for rows in (a, b))
    )
    if min(len(a), len(b)) < 2:
        assert change is None
        return
    assert change is not None
    assert (change.p < 0.05) == (0 not in change.interval) or isclose(change.p, 0.05)


weeks = st.lists(st.integers(0, 60), max_size=12)


@given(weeks, weeks)
def test_a_p_value_of_counts_is_below_5_percent_just_when_the_interval_leaves_out_one(
    a: list[int], b: list[int]
) -> None:
    days_a, days_b = 7 * max(len(a), 1), 7 * max(len(b), 1)
    change = rate_ratio(sum(a), days_a, sum(b), days_b, a, b)
    if change is None:
        assert sum(a) + sum(b) == 0
        return
    assert change.interval.low <= change.estimate <= change.interval.high
    assert (change.p < 0.05) == (1 not in change.interval) or isclose(change.p, 0.05)


@given(weeks, weeks)
def test_swapping_periods_turns_the_ratio_upside_down(a: list[int], b: list[int]) -> None:
    there, back = (rate_ratio(sum(x), 70, sum(y), 70, x, y) for x, y in ((a, b), (b, a)))
    if there is None or back is None:
        assert there is back
        return
    assert isclose(there.p, back.p)
    assert isclose(
        there.interval.low, 1 / back.interval.high if back.interval.high else inf, abs_tol=1e-12
    )


@given(questions)
def test_the_share_still_waiting_only_falls_and_lies_in_its_band(
    rows: list[tuple[int, bool]],
) -> None:
    shown = survival(*columns(rows))
    assert (np.diff(np.concatenate(([1.0], shown.survival))) <= 0).all()
    assert (shown.survival >= 0).all()
    assert ((shown.low <= shown.survival + 1e-12) & (shown.survival <= shown.high + 1e-12)).all()
    assert ((shown.low >= 0) & (shown.high <= 1)).all()
    assert shown.answered.sum() == sum(answered for _, answered in rows)


@given(questions)
def test_without_open_questions_it_is_the_empirical_share_and_the_plain_quantile(
    rows: list[tuple[int, bool]],
) -> None:
    durations = np.array(columns(rows)[0])
    shown = survival(durations, np.ones(len(durations), dtype=bool))
    assert shown.survival == pytest.approx([(durations > t).mean() for t in shown.times])
    for q in (0.25, 0.5, 0.75):
        assert shown.quantile(q) == np.quantile(durations, q, method="inverted_cdf")


@settings(max_examples=40)
@given(questions)
def test_the_curve_is_that_of_lifelines_and_of_scipy(rows: list[tuple[int, bool]]) -> None:
    durations, observed = (np.array(column) for column in columns(rows))
    shown = survival(durations, observed)
    referee = lifelines.KaplanMeierFitter().fit(durations, observed)
    assert shown.survival == pytest.approx(np.atleast_1d(referee.predict(shown.times)), abs=1e-9)
    censored = scipy.stats.CensoredData(uncensored=durations[observed], right=durations[~observed])
    assert shown.survival == pytest.approx(
        scipy.stats.ecdf(censored).sf.evaluate(shown.times), abs=1e-9
    )


@given(questions, st.randoms(use_true_random=False))
def test_the_order_of_questions_changes_nothing(
    rows: list[tuple[int, bool]], random: object
) -> None:
    again = list(rows)
    random.shuffle(again)  # type: ignore[attr-defined]
    one, other = survival(*columns(rows)), survival(*columns(again))
    assert (one.times == other.times).all()
    assert (one.survival == other.survival).all()
    assert (one.high == other.high).all()


asked = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.integers(0, 12)), min_size=5, max_size=40
)


def as_waits(rows: list[tuple[int, bool, int]]) -> Waits:
    durations, observed, askers = zip(*rows, strict=True)
    return Waits(durations=durations, observed=observed, askers=askers)


@settings(max_examples=60, deadline=None)
@given(asked, asked, st.randoms(use_true_random=False))
def test_compared_medians_agree_with_their_p_value_and_do_not_depend_on_order(
    a: list[tuple[int, bool, int]], b: list[tuple[int, bool, int]], random: object
) -> None:
    change = bootstrap_median_difference(as_waits(a), as_waits(b))
    again = list(a)
    random.shuffle(again)  # type: ignore[attr-defined]
    assert change == bootstrap_median_difference(as_waits(again), as_waits(b))
    if change is not None:
        assert change.interval.low <= change.estimate <= change.interval.high
        assert (change.p < 0.05) == (0 not in change.interval)


@given(st.lists(st.floats(0, 1), max_size=60))
def test_a_scan_finds_what_scipy_finds(p_values: list[float]) -> None:
    ours = benjamini_hochberg(p_values)
    adjusted = scipy.stats.false_discovery_control(p_values) if p_values else np.array([])
    clear = abs(adjusted - 0.05) > 1e-9
    assert (ours == (adjusted <= 0.05))[clear].all()


@given(counts, st.sampled_from([(1, 2), (4, 5), (19, 20)]))
def test_the_absence_factor_is_just_enough(given_by: list[int], share: tuple[int, int]) -> None:
    factor = absence_factor(given_by, share)
    if factor is None:
        assert sum(given_by) == 0
        return
    largest = sorted(given_by, reverse=True)
    assert (
        sum(largest[:factor]) * share[1]
        >= sum(given_by) * share[0]
        > sum(largest[: factor - 1]) * share[1]
    )


@given(counts)
def test_gini_is_twice_the_area_between_the_lorenz_curve_and_equality(given_by: list[int]) -> None:
    curve, coefficient = lorenz(given_by), gini(given_by)
    if curve is None or coefficient is None:
        assert curve is None
        assert coefficient is None
        return
    people_share, given_share = curve
    assert coefficient == pytest.approx(1 - 2 * np.trapezoid(given_share, people_share), abs=1e-9)
    assert (given_share <= people_share + 1e-12).all()
