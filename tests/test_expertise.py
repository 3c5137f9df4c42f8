"""ExpertiseRank against the cases of its definition, and against networkx for any network of help."""

from pathlib import Path

import networkx
import pytest
from communities import Community
from hypothesis import given
from hypothesis import strategies as st

from cop_metrics.build.expertise import expertise, ranks

A, B, C, D = range(4)


def test_helping_those_who_help_counts_for_more() -> None:
    """A and D ask B, who asks C."""
    scores = expertise([(A, B, 1), (D, B, 1), (B, C, 1)])
    assert scores == pytest.approx({A: 0.125078, B: 0.337711, C: 0.412133, D: 0.125078}, abs=1e-6)
    assert ranks(scores, [B, C]) == {C: 1, B: 2}


def test_each_help_weighs_one() -> None:
    """A asks ten times: B helps nine times, C once."""
    scores = expertise([(A, B, 9), (A, C, 1)])
    assert (scores[B], scores[C]) == (
        pytest.approx(0.458, abs=5e-4),
        pytest.approx(0.282, abs=5e-4),
    )


def test_equal_scores_have_the_same_rank_and_nobody_has_none() -> None:
    scores = expertise([(A, B, 1), (A, C, 1), (A, D, 2)])
    assert ranks(scores, [B, C, D]) == {D: 1, B: 2, C: 2}
    assert expertise([]) == {}
    assert ranks({}, []) == {}


pairs = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 9),
    min_size=1,
)


@given(pairs)
def test_scores_are_those_of_networkx(helps: dict[tuple[int, int], int]) -> None:
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(
        (asker, helper, count) for (asker, helper), count in helps.items()
    )
    expected = networkx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=10_000)
    assert expertise((*pair, count) for pair, count in helps.items()) == pytest.approx(
        expected, abs=1e-6
    )


def test_the_store_ranks_those_who_helped_in_the_last_12_months_of_the_data(tmp_path: Path) -> None:
    """bo helps ana, cy helps bo: cy is first; first helped on the first of 365 days.

    gone is deleted, old helped too long ago, and today on the day on which the data ends: none of them has a rank.
    """
    craft = Community()
    craft.member("gone", deleted="2026-05-01 10:00")
    for asker, helper, when in (
        ("ana", "bo", "2026-03-01"),
        ("bo", "cy", "2026-03-02"),
        ("ana", "gone", "2026-03-03"),
        ("ana", "old", "2025-05-31"),
        ("ana", "first", "2025-06-01"),
        ("ana", "today", "2026-06-01"),
    ):
        craft.answer(craft.ask(asker, f"{when} 10:00"), helper, f"{when} 11:00")
    cursor = craft.build(tmp_path, until="2026-06-01 12:00")
    ranked = cursor.sql(
        "select name, rank from expertise join members using (member_id) order by rank, name"
    ).fetchall()
    assert ranked == [("cy", 1), ("bo", 2), ("first", 2)]
