"""What an import brought, as the store tells it: the gaps of a roster, and answers that were moved in time."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, kw_only=True)
class RosterFit:
    """How the newest roster of a community fits its accounts.

    `unmatched`: the rows that mean no account, as (row in the file, its name of the person where it gives one).
    `refused`: names of the members whose periods overlap, of whom no row is used.
    """

    rows: int
    members: int
    unmatched: tuple[tuple[int, str | None], ...]
    refused: tuple[str, ...]


def roster_fit(cursor: duckdb.DuckDBPyConnection, community: str) -> RosterFit | None:
    """Return how the roster of a community fits, None where it has none."""
    chosen = {"community": community}
    [(rows,)] = cursor.sql("select count(*) from roster where community = $community", params=chosen).fetchall()
    if not rows:
        return None
    [(members,)] = cursor.sql(
        "select count(distinct member) from roster_matches where community = $community", params=chosen
    ).fetchall()
    unmatched = cursor.sql(
        "select roster.row_number, coalesce(roster.display_name, roster.username, roster.platform_id) "
        "from roster anti join roster_matches using (community, row_number) "
        "where roster.community = $community order by roster.row_number",
        params=chosen,
    ).fetchall()
    refused = cursor.sql(
        "select coalesce(members.name, roster_refusals.member) as name from roster_refusals "
        "left join members using (community, member) where community = $community order by name",
        params=chosen,
    ).fetchall()
    return RosterFit(rows=rows, members=members, unmatched=tuple(unmatched), refused=tuple(name for (name,) in refused))


def unlisted_reactions(cursor: duckdb.DuckDBPyConnection, community: str) -> tuple[tuple[str, int], ...]:
    """Return the kinds of reaction that count as nothing since no meaning is listed for them, with how many, most first."""
    rows = cursor.sql(
        "select kind, reactions from unlisted_reactions where community = $community order by reactions desc, kind",
        params={"community": community},
    ).fetchall()
    return tuple(rows)


def found_questions(cursor: duckdb.DuckDBPyConnection, community: str) -> int:
    """Return how many questions were found by what a message says, as nothing marks it as one."""
    [(found,)] = cursor.sql(
        "select count(*) from questions where community = $community and not is_explicit",
        params={"community": community},
    ).fetchall()
    return int(found)


def moved_answers(cursor: duckdb.DuckDBPyConnection, community: str) -> int:
    """Return how many helps are dated before their question, so that their wait counts as zero (metrics, 3)."""
    [(moved,)] = cursor.sql(
        "select count(*) from helps where community = $community and clamped", params={"community": community}
    ).fetchall()
    return int(moved)
