"""What an import brought, as the store tells it: the gaps of a roster and of the settings, and
answers moved in time.
"""

from dataclasses import dataclass

import duckdb

from cop_metrics.errors import UnknownName
from cop_metrics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RosterFit:
    """How the newest roster of a community fits its accounts.

    `unmatched`: the rows that mean no account, as (row in the file, its name of the person where it
    gives one). `refused`: names of the members whose periods overlap, of whom no row is used.
    """

    rows: int
    members: int
    unmatched: tuple[tuple[int, str | None], ...]
    refused: tuple[str, ...]


def roster_fit(cursor: duckdb.DuckDBPyConnection, community: str) -> RosterFit | None:
    """Return how the roster of a community fits, None where it has none."""
    chosen = {"community": community}
    [(rows,)] = cursor.sql(
        "select count(*) from roster where community = $community", params=chosen
    ).fetchall()
    if not rows:
        return None
    [(members,)] = cursor.sql(
        "select count(distinct member) from roster_matches where community = $community",
        params=chosen,
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
    return RosterFit(
        rows=rows,
        members=members,
        unmatched=tuple(unmatched),
        refused=tuple(name for (name,) in refused),
    )


def unlisted_reactions(
    cursor: duckdb.DuckDBPyConnection, community: str
) -> tuple[tuple[str, int], ...]:
    """Return the kinds of reaction that count as nothing since no meaning is listed for them, with
    how many, most first.
    """
    rows = cursor.sql(
        "select kind, reactions from unlisted_reactions where community = $community order by reactions desc, kind",
        params={"community": community},
    ).fetchall()
    return tuple(rows)


def channels_of(
    cursor: duckdb.DuckDBPyConnection, community: str, what_for: str
) -> tuple[str, ...]:
    """Return the channels that the settings name ("questions", "noise") and that the data has."""
    rows = cursor.sql(
        "select channel from channels where community = $community and what_for = $what_for and is_there order by channel",
        params={"community": community, "what_for": what_for},
    ).fetchall()
    return tuple(channel for (channel,) in rows)


def settings_in_vain(cursor: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each community and each channel that the settings name and that the
    data does not have.
    """
    communities = {name for (name,) in cursor.sql("select community from communities").fetchall()}
    strangers = [
        str(UnknownName("community", name, communities))
        for name in settings.communities.keys() - communities
    ]
    missing = cursor.sql(
        "select community, channel, what_for, nearest from channels where not is_there order by all"
    ).fetchall()
    return (
        *(
            f"The settings have a section that is nobody's. {sentence}"
            for sentence in sorted(strangers)
        ),
        *(
            f"The settings of '{community}' name the channel '{channel}' ({what_for}), which its data does not have."
            + (f" Did you mean '{nearest}'?" if nearest else "")
            for community, channel, what_for, nearest in missing
        ),
    )


def found_questions(cursor: duckdb.DuckDBPyConnection, community: str) -> int:
    """Return how many questions were found by what a message says, as nothing marks it as one."""
    [(found,)] = cursor.sql(
        "select count(*) from questions where community = $community and not is_explicit",
        params={"community": community},
    ).fetchall()
    return int(found)


def moved_answers(cursor: duckdb.DuckDBPyConnection, community: str) -> int:
    """Return how many helps are dated before their question, so that their wait counts as zero
    (metrics, 3).
    """
    [(moved,)] = cursor.sql(
        "select count(*) from helps where community = $community and clamped",
        params={"community": community},
    ).fetchall()
    return int(moved)
