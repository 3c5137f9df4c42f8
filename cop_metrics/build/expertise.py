"""Who is the first among those who help, by whom they helped: ExpertiseRank, found once for each
store.

PageRank on asker -> helper, weight one per help (Zhang, Ackerman and Adamic 2007): to help those
who themselves help others counts for more than to help those who only ask.
"""

from collections.abc import Iterable, Mapping

import duckdb
import polars as pl
import rustworkx

from cop_metrics.values import create_table

DAMPING = 0.85
TOLERANCE = 1e-9
MOST_ROUNDS = 1_000
DIGITS = 12
SCHEMA = {"community": pl.String, "member_id": pl.Int32, "rank": pl.Int32}

Helps = Iterable[tuple[int, int, int]]


def expertise(helps: Helps) -> dict[int, float]:
    """Return the score of everybody who asked or helped, from rows of asker, helper and number of
    helps; they sum to 1.
    """
    rows = list(helps)
    people = sorted({person for asker, helper, _ in rows for person in (asker, helper)})
    if not people:
        return {}
    place = {person: number for number, person in enumerate(people)}
    graph: rustworkx.PyDiGraph[int, float] = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(people)
    graph.add_edges_from(
        [(place[asker], place[helper], float(count)) for asker, helper, count in rows]
    )
    scores = rustworkx.pagerank(
        graph, alpha=DAMPING, weight_fn=float, tol=TOLERANCE, max_iter=MOST_ROUNDS
    )
    return {person: scores[place[person]] for person in people}


def ranks(scores: Mapping[int, float], helpers: Iterable[int]) -> dict[int, int]:
    """Return the rank of each helper, 1 for the highest score; equal scores have the same rank."""
    rounded = {helper: round(scores[helper], DIGITS) for helper in helpers}
    ordered = sorted(rounded.values(), reverse=True)
    first: dict[float, int] = {}
    for number, score in enumerate(ordered, 1):
        first.setdefault(score, number)
    return {helper: first[score] for helper, score in rounded.items()}


def find_expertise(cursor: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the rank of each helper of the last 12 months by community; deleted accounts count,
    but have no rank.
    """
    rows: list[tuple[str, int, int]] = []
    for (community,) in cursor.sql(
        "select distinct community from help_pairs order by 1"
    ).fetchall():
        chosen = {"community": community}
        pairs = cursor.sql(
            "select asker_id, helper_id, helps from help_pairs where community = $community order by 1, 2",
            params=chosen,
        ).fetchall()
        helpers = cursor.sql(
            "select distinct helper_id from help_pairs join members on members.member_id = helper_id "
            "where help_pairs.community = $community and not is_deleted order by 1",
            params=chosen,
        ).fetchall()
        found = ranks(expertise(pairs), [helper for (helper,) in helpers])
        rows += [(community, member, rank) for member, rank in found.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("community", "member_id")


def keep_expertise(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the ranks into the store that is being built, as its table `expertise`."""
    create_table(connection, "expertise", find_expertise(connection))
