"""One person with several accounts is one member: by e-mail, roster or a file of aliases, never by
a guess (metrics, 2.7).

`suggestions` names accounts that look like one person, for somebody to confirm; a confirmed alias
can be taken back.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import rustworkx

from cop_metrics.disk import replace_text
from cop_metrics.errors import CopError, UnknownName

ALIASES = "aliases.csv"
COLUMNS = ("community", "account", "same_as")
MOST_OF_ONE_NAME = 4
SHORTEST_USERNAME = 4
IDENTITIES: dict[str, type[pl.DataType]] = dict.fromkeys(
    ("community", "account", "member"), pl.String
)
_PAIRS: dict[str, type[pl.DataType]] = {
    "community": pl.String,
    "one": pl.String,
    "other": pl.String,
}


class Alias(NamedTuple):
    """Two accounts, `<source>:<key>`, that somebody said are one person's."""

    community: str
    account: str
    same_as: str


class Suggestion(NamedTuple):
    """Two members who may be one person, the name of one of them, and why they look so."""

    one: str
    other: str
    name: str
    why: str


def read_aliases(data: Path) -> tuple[Alias, ...]:
    """Read `aliases.csv` of the data folder, none where there is none; raises `CopError` for a file
    of other columns.
    """
    path = data / ALIASES
    if not path.exists():
        return ()
    try:
        rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise CopError(
            f"{ALIASES} cannot be read ({problem}): it must be a CSV with {', '.join(COLUMNS)}."
        ) from problem
    if not rows or tuple(rows[0]) != COLUMNS:
        raise CopError(f"{ALIASES} must begin with the line {','.join(COLUMNS)}.")
    wrong = [number for number, row in enumerate(rows[1:], 2) if row and len(row) != len(COLUMNS)]
    if wrong:
        raise CopError(
            f"Line {wrong[0]} of {ALIASES} must have {len(COLUMNS)} values: {', '.join(COLUMNS)}."
        )
    return tuple(Alias(*(value.strip() for value in row)) for row in rows[1:] if row)


def write_aliases(data: Path, aliases: Iterable[Alias]) -> None:
    """Write the file of aliases anew, whole or not at all."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *sorted(set(aliases))])
    replace_text(data / ALIASES, text.getvalue())


def without_alias(
    aliases: Sequence[Alias], community: str, account: str, same_as: str | None = None
) -> tuple[Alias, ...]:
    """Return the aliases without those of an account, or without the one with `same_as`; raises
    `UnknownName` for none.
    """
    said = {account, same_as} - {None}
    kept = tuple(
        each
        for each in aliases
        if each.community != community or not said <= {each.account, each.same_as}
    )
    if len(kept) == len(aliases):
        own = [each for each in aliases if each.community == community]
        of_it = [each for each in own if account in (each.account, each.same_as)]
        others = {name for each in of_it or own for name in (each.account, each.same_as)} - said
        raise UnknownName("alias", same_as if of_it and same_as else account, others)
    return kept


def identities(
    accounts: pl.DataFrame, roster: pl.DataFrame, aliases: Sequence[Alias]
) -> pl.DataFrame:
    """Return the member of each account that is not its own: the first key of all accounts that are
    one person's.

    `accounts`: community, source, account, name, username, email_hash of people. `roster`: that of
    the build's inputs.
    """
    told = pl.DataFrame(
        aliases, schema=dict(zip(COLUMNS, _PAIRS.values(), strict=True)), orient="row"
    )
    pairs = pl.concat(
        [
            _by_email(accounts),
            _by_roster(accounts, roster),
            told.select(_pair("account", "same_as")),
        ]
    )
    pairs = pairs.filter(pl.col("one") != pl.col("other")).unique().sort(pl.all())
    return _components(pairs) if pairs.height else pl.DataFrame(schema=IDENTITIES)


def _pair(one: str, other: str) -> list[pl.Expr]:
    return [pl.col("community"), pl.col(one).alias("one"), pl.col(other).alias("other")]


def _by_email(accounts: pl.DataFrame) -> pl.DataFrame:
    known = accounts.filter(pl.col("email_hash").is_not_null())
    return known.select(
        "community",
        pl.col("account").min().over("community", "email_hash").alias("one"),
        other="account",
    )


def _by_roster(accounts: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of accounts that one row of the roster means."""
    first = pl.col("account").min().over("community", "row_number").alias("one")
    return meant(accounts, roster).select("community", first, other="account")


def meant(accounts: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Return community, row_number and account of each account that a row of the roster means, in
    each source by the surest of its columns.

    The mart `roster_matches` knows the same ways, surest first, for all sources together: a name
    that several accounts of one person have is unique there. A test holds the two equal.
    """
    unique_name = pl.len().over("community", "source", _lower("name")) == 1
    ways = (
        (accounts, pl.col("email_hash"), pl.col("email_hash")),
        (accounts, _lower("username"), _lower("username")),
        (accounts, pl.col("account").str.replace(r"^[^:]*:", ""), pl.col("platform_id")),
        (accounts.filter(unique_name), _lower("name"), _lower("display_name")),
    )
    found = [
        roster.select("community", "row_number", key=theirs)
        .drop_nulls("key")
        .join(
            people.select("community", "source", "account", key=ours),
            on=["community", "key"],
        )
        .with_columns(pl.lit(certainty).alias("certainty"))
        for certainty, (people, ours, theirs) in enumerate(ways)
    ]
    surest = pl.col("certainty").min().over("community", "row_number", "source")
    return (
        pl.concat(found)
        .filter(pl.col("certainty") == surest)
        .select("community", "row_number", "account")
    )


def _lower(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase()


def _components(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return (community, account, member) of every account that pairs connect to one with a smaller
    key.
    """
    ends = sorted({(community, end) for community, *both in pairs.iter_rows() for end in both})
    place = {end: node for node, end in enumerate(ends)}
    graph: rustworkx.PyGraph[tuple[str, str], None] = rustworkx.PyGraph()
    graph.add_nodes_from(ends)
    graph.add_edges_from_no_data(
        [
            (place[community, one], place[community, other])
            for community, one, other in pairs.iter_rows()
        ]
    )
    rows = []
    for component in rustworkx.connected_components(graph):
        (community, first), *others = sorted(graph[node] for node in component)
        rows += [(community, account, first) for _, account in others]
    return pl.DataFrame(sorted(rows), schema=IDENTITIES, orient="row")


def known_accounts(cursor: duckdb.DuckDBPyConnection, community: str) -> tuple[str, ...]:
    """Return the accounts of a community's members, those that are another's too."""
    rows = cursor.sql(
        "select member from members where community = $community union "
        "select account from identities where community = $community order by 1",
        params={"community": community},
    ).fetchall()
    return tuple(account for (account,) in rows)


def names_of(
    cursor: duckdb.DuckDBPyConnection, community: str, accounts: Iterable[str]
) -> dict[str, str]:
    """Return the name of the member that each account is; accounts that are nobody's, or whose have
    none, are left out.
    """
    rows = cursor.sql(
        "select asked.account, members.name from (select unnest($accounts) as account) as asked "
        "left join identities on identities.community = $community and identities.account = asked.account "
        "join members on members.community = $community and members.member = coalesce(identities.member, asked.account) "
        "where members.name is not null",
        params={"community": community, "accounts": sorted(set(accounts))},
    ).fetchall()
    return dict(rows)


def suggestions(cursor: duckdb.DuckDBPyConnection, community: str) -> tuple[Suggestion, ...]:
    """Return members who may be one person: those of one name, else of one username in several
    sources.

    Accents, case and what stands in brackets are left out. A first name alone is many people's, and
    so is what more than a few have; on one platform a username is one person's.
    """
    rows = cursor.sql(
        """
        with people as (
            select member, source, name, lower(username) as username,
                trim(regexp_replace(lower(strip_accents(regexp_replace(name, '[(\\[].*$', ''))), '[\\s.,]+', ' ', 'g')) as plain
            from members where community = $community and not is_deleted and left_day > 0
        ),
        alike as (
            select 1 as rank, 'the same name' as why, plain as alike, * from people where contains(plain, ' ')
            union all
            select 2, 'the same username', username, * from people where length(username) >= $shortest
        )
        select any_value(name order by member), why, list(member order by member)
        from alike group by rank, why, alike
        having count(*) between 2 and $most and (rank = 1 or count(distinct source) = count(*))
        order by rank, alike""",
        params={"community": community, "most": MOST_OF_ONE_NAME, "shortest": SHORTEST_USERNAME},
    ).fetchall()
    found: dict[tuple[str, str], Suggestion] = {}
    for name, why, members in rows:
        for one, other in combinations(members, 2):
            found.setdefault((one, other), Suggestion(one=one, other=other, name=name, why=why))
    return tuple(found.values())


def posts_of(
    cursor: duckdb.DuckDBPyConnection, community: str, members: Iterable[str]
) -> dict[str, int]:
    """Return how many posts each of these members wrote, 0 for those who wrote none."""
    asked = sorted(set(members))
    rows = cursor.sql(
        "select member, sum(posts) from member_days "
        "where community = $community and member in (select unnest($members)) group by member",
        params={"community": community, "members": asked},
    ).fetchall()
    return dict.fromkeys(asked, 0) | {member: int(posts) for member, posts in rows}
