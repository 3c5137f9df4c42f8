"""Which groups are too small to be shown without names: one pattern of hidden cells a community
(metrics, 2.11).

A cell is (team as shown, seniority as counted); `EVERY` in place of the team stands for the total
of a seniority over all teams. Small teams are merged; people of no known seniority, where they are
too few, count with the largest seniority.
"""

import heapq
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cop_metrics.people import UNKNOWN
from cop_metrics.values import create_table

SMALL_TEAMS = "small teams"
EVERY = "*"
LATELY_DAYS = 365

Cell = tuple[str, str]
Holdings = Mapping[frozenset[Cell], int]
Node = tuple[str, str]

SCHEMA: dict[str, type[pl.DataType]] = {
    "community": pl.String,
    "team": pl.String,
    "shown_as": pl.String,
    "seniority": pl.String,
    "counted_as": pl.String,
    "population": pl.Int64,
    "hidden": pl.Boolean,
}


@dataclass(frozen=True, kw_only=True)
class SmallGroups:
    """What viewers who may not see names are shown instead of small teams, and which cells are
    hidden from them.

    `shown_as` holds the merged teams only, `counted_as` the seniority that counts as another;
    `seniorities` all that are shown, so that naming each means all.
    """

    size: int
    shown_as: Mapping[str, str]
    hidden: frozenset[Cell]
    counted_as: Mapping[str, str] = field(default_factory=dict)
    seniorities: frozenset[str] = frozenset()

    def refuses(
        self, teams: Sequence[str], seniorities: Sequence[str], all_teams: Iterable[str]
    ) -> bool:
        """Say whether a filter asks for what is not shown; `teams` and `seniorities` empty mean
        all.

        Shown are: all seniorities of any teams; all teams of seniorities whose totals are shown;
        cells that are shown.
        """
        if any(team in self.shown_as for team in teams) or any(
            name in self.counted_as for name in seniorities
        ):
            return True
        if not seniorities or (self.seniorities and self.seniorities <= set(seniorities)):
            return False
        shown = {self.shown_as.get(team, team) for team in all_teams}
        totals = {(EVERY, seniority) for seniority in seniorities}
        if shown <= set(teams or shown) and not totals & self.hidden:
            return False
        return any(
            (team, seniority) in self.hidden for team in teams or shown for seniority in seniorities
        )


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What each team is shown as, the populations of the cells and totals as shown, and those that
    are hidden.

    `counted_as`: the seniority with which people of no known one count, where they are too few;
    empty where they are not.
    """

    shown_as: Mapping[str, str]
    populations: Mapping[Cell, int]
    hidden: frozenset[Cell]
    counted_as: Mapping[str, str] = field(default_factory=dict)

    def cell(self, team: str, seniority: str) -> Cell:
        """Return the cell as which a team and a seniority are shown."""
        return self.shown_as[team], self.counted_as.get(seniority, seniority)


def pattern(holdings: Holdings, size: int) -> Pattern:
    """Return what to merge and to hide so that no group of fewer than `size` members can be singled
    out.

    `holdings`: how many members held exactly these (team, seniority) in the last 12 months; people
    who moved held several, so populations cannot be added up. A cell held only before then comes
    with 0 members: it is hidden too, since older periods show it. A cell that nobody ever held is
    left out: known to be empty, it cannot hide another. Nothing helps where the whole community is
    one such cell: its total is shown to all.
    """
    shown_as, counted_as = _merged(holdings, size), _counted_as(holdings, size)
    populations = _populations(holdings, shown_as, counted_as)
    hidden = _hidden(populations, size)
    if _given_away(hidden, populations, size):
        hidden = frozenset(populations)
    return Pattern(shown_as=shown_as, populations=populations, hidden=hidden, counted_as=counted_as)


def following(
    wanted: Collection[Cell], hidden: Collection[Cell], cells: Collection[Cell]
) -> list[Cell]:
    """Return those of the `wanted` cells and totals whose values follow from what is shown (the
    rank test).

    `cells`: all cells not known to be empty. Shown are the totals of the teams, and those totals of
    the seniorities and those cells that are not hidden. A value follows if it adds nothing to the
    rank of these sums.
    """
    unknown = sorted(cell for cell in cells if cell[0] != EVERY and cell in hidden)
    shown = [(team, EVERY) for team in sorted({team for team, _ in unknown})]
    shown += [
        (EVERY, name)
        for name in sorted({name for _, name in unknown})
        if (EVERY, name) not in hidden
    ]
    basis = _row_space(_vectors(shown, unknown))
    asked = sorted(wanted)
    vectors = _vectors(asked, unknown)
    beyond = (vectors**2).sum(axis=1) - ((vectors @ basis.T) ** 2).sum(axis=1)
    return [cell for cell, rest in zip(asked, beyond, strict=True) if rest < 1e-7]


def find_small_groups(cursor: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return one row per team and seniority ever held in the data, from the marts of the store that
    is being built.

    Columns: community, team, shown_as, seniority, counted_as, population (members who held the cell
    as it is shown in the last 12 months), hidden. Totals that are hidden have rows too, of the team
    `EVERY`.
    """
    sizes = cursor.sql("select community, settings from communities order by community").fetchall()
    held, holdings = _held(cursor)
    rows: list[tuple[str, str, str, str, str, int, bool]] = []
    for community, settings in sizes:
        found = pattern(holdings.get(community, {}), json.loads(settings)["small_group"])
        for team, seniority in held.get(community, ()):
            cell = found.cell(team, seniority)
            rows.append(
                (
                    community,
                    team,
                    cell[0],
                    seniority,
                    cell[1],
                    found.populations[cell],
                    cell in found.hidden,
                )
            )
        totals = [cell for cell in found.hidden if cell[0] == EVERY]
        rows += [
            (community, EVERY, *cell, cell[1], found.populations[cell], True) for cell in totals
        ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "community", "team", "shown_as", "seniority"
    )


def keep_small_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the table `small_groups` into the store that is being built, after its marts."""
    create_table(connection, "small_groups", find_small_groups(connection))


def read_small_groups(cursor: duckdb.DuckDBPyConnection, community: str, size: int) -> SmallGroups:
    """Read a community's pattern from a store."""
    rows = cursor.sql(
        "select team, shown_as, seniority, counted_as, hidden from small_groups where community = $community",
        params={"community": community},
    ).fetchall()
    return SmallGroups(
        size=size,
        shown_as={team: shown_as for team, shown_as, *_ in rows if team != shown_as},
        counted_as={name: counted_as for _, _, name, counted_as, _ in rows if name != counted_as},
        hidden=frozenset(
            (shown_as, counted_as) for _, shown_as, _, counted_as, hidden in rows if hidden
        ),
        seniorities=frozenset(counted_as for _, _, _, counted_as, _ in rows),
    )


def _merged(holdings: Holdings, size: int) -> dict[str, str]:
    """Return each team's name as shown; a team called like a group of ours joins the small ones."""
    people: dict[str, int] = {}
    for cells, members in holdings.items():
        for team in {team for team, _ in cells}:
            people[team] = people.get(team, 0) + members
    merged = {team for team in people if people[team] < size or team in (SMALL_TEAMS, EVERY)}
    for team in sorted(set(people) - merged, key=lambda team: (people[team], team)):
        if not merged or _population(holdings, merged) >= size:
            break
        merged.add(team)
    return {team: SMALL_TEAMS if team in merged else team for team in sorted(people)}


def _counted_as(holdings: Holdings, size: int) -> dict[str, str]:
    """Return with whom people of no known seniority count where they are too few: with the largest
    one, which they change least.

    Hidden instead, they would take another seniority's total with them, from which their own would
    follow.
    """
    people: dict[str, int] = {}
    for cells, members in holdings.items():
        for name in {name for _, name in cells}:
            people[name] = people.get(name, 0) + members
    known = sorted((-people[name], name) for name in people if name != UNKNOWN)
    return {UNKNOWN: known[0][1]} if people.get(UNKNOWN, size) < size and known else {}


def _population(holdings: Holdings, teams: Collection[str]) -> int:
    return sum(
        members for cells, members in holdings.items() if any(team in teams for team, _ in cells)
    )


def _populations(
    holdings: Holdings, shown_as: Mapping[str, str], counted_as: Mapping[str, str]
) -> dict[Cell, int]:
    """Return the members of each cell as shown and of each seniority's total, every member once in
    each.
    """
    counted: dict[Cell, int] = {}
    for cells, members in holdings.items():
        shown = {
            (shown_as[team], counted_as.get(seniority, seniority)) for team, seniority in cells
        }
        for cell in shown | {(EVERY, seniority) for _, seniority in shown}:
            counted[cell] = counted.get(cell, 0) + members
    return dict(sorted(counted.items()))


def _hidden(populations: Mapping[Cell, int], size: int) -> frozenset[Cell]:
    """Return the small cells and totals, and others with them until each closes a ring of hidden
    ones.

    Teams and seniorities are the ends, cells and totals the links of a net: along a ring of hidden
    links, what one loses the next can gain, and no sum shown tells. A group that is not empty now
    needs a ring without empty ones.
    """
    small = [cell for cell, people in populations.items() if people < size]
    hidden = set(small)
    everything = _net(populations)
    filled = _net([cell for cell, people in populations.items() if people])
    for cell in sorted(small, key=lambda cell: (populations[cell] == 0, populations[cell], cell)):
        hidden.update(_ring(cell, filled if populations[cell] else everything, populations, hidden))
    return frozenset(hidden)


def _net(cells: Iterable[Cell]) -> dict[Node, list[tuple[Node, Cell]]]:
    net: dict[Node, list[tuple[Node, Cell]]] = {}
    for cell in cells:
        team, seniority = ("team", cell[0]), ("seniority", cell[1])
        net.setdefault(team, []).append((seniority, cell))
        net.setdefault(seniority, []).append((team, cell))
    return net


def _ring(
    cell: Cell,
    net: Mapping[Node, list[tuple[Node, Cell]]],
    populations: Mapping[Cell, int],
    hidden: Collection[Cell],
) -> tuple[Cell, ...]:
    """Return the other links of the ring through `cell` that hides the fewest people more; none if
    there is no ring.
    """
    start, end = ("team", cell[0]), ("seniority", cell[1])
    waiting: list[tuple[int, int, tuple[Cell, ...], Node]] = [(0, 0, (), start)]
    reached: set[Node] = set()
    while waiting:
        people, links, way, node = heapq.heappop(waiting)
        if node == end:
            return way
        if node in reached:
            continue
        reached.add(node)
        for neighbour, link in net[node]:
            if link != cell and neighbour not in reached:
                more = 0 if link in hidden else populations[link]
                heapq.heappush(waiting, (people + more, links + 1, (*way, link), neighbour))
    return ()


def _given_away(hidden: Collection[Cell], populations: Mapping[Cell, int], size: int) -> bool:
    """Say whether a hidden value follows, or that of a small group for one who knows which cells
    are empty now.
    """
    filled = [cell for cell, people in populations.items() if people]
    small = [cell for cell in filled if populations[cell] < size]
    return bool(following(hidden, hidden, populations) or following(small, hidden, filled))


def _vectors(sums: Sequence[Cell], unknown: Sequence[Cell]) -> NDArray[np.float64]:
    """Return one row per cell or total, with 1 for each unknown cell in it."""
    matrix = [
        [float(team in (cell[0], EVERY) and name in (cell[1], EVERY)) for cell in unknown]
        for team, name in sums
    ]
    return np.array(matrix, dtype=np.float64).reshape(len(sums), len(unknown))


def _row_space(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return orthonormal rows that span the rows of `matrix`."""
    if not matrix.size:
        return matrix
    _, lengths, directions = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(directions[lengths > 1e-7], dtype=np.float64)


def _held(
    cursor: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, list[Cell]], dict[str, dict[frozenset[Cell], int]]]:
    """Return by community the cells ever held in the data, and how many members held which of them
    lately.

    Of a cell that anybody held while there, those count who did: of three people of no known team
    the many who had left, and who were thanked as Unknown afterwards, would make a large group.
    """
    cursor.execute(f"create or replace temp table held_cells as {_held_sql(cursor)}")
    cells: dict[str, list[Cell]] = {}
    holdings: dict[str, dict[frozenset[Cell], int]] = {}
    ever = cursor.sql(
        "select distinct community, team, seniority from held_cells order by all"
    ).fetchall()
    for community, team, seniority in ever:
        cells.setdefault(community, []).append((team, seniority))
        holdings.setdefault(community, {})[frozenset({(team, seniority)})] = 0
    for community, held, members in cursor.sql(_HOLDINGS).fetchall():
        holdings[community][frozenset((team, seniority) for team, seniority in held)] = members
    cursor.execute("drop table held_cells")
    return cells, holdings


_HOLDINGS = """
    select community, held, count(*) as members
    from (
        select community, member, list([team, seniority] order by team, seniority) as held
        from (
            select *, bool_or(was_there) over (partition by community, team, seniority) as anybody_there from held_cells
        )
        where lately and (was_there or not anybody_there)
        group by community, member
    )
    group by community, held
"""


def _held_sql(cursor: duckdb.DuckDBPyConnection) -> str:
    """Return the SELECT of community, member, team, seniority, whether held while there, and
    whether in the last 12 months.
    """
    present = """
        select community, member, team, seniority, true as was_there, least(to_day, left_day, as_of_day + 1) as end_day, as_of_day
        from memberships
        join members using (community, member)
        join communities using (community)
        where end_day > greatest(from_day, coalesce(since_day, 0), communities.first_day)"""
    stretches = " union all ".join([present, *_absent_sql(cursor)])
    return f"""
        select
            community, member, team, seniority, was_there, max(end_day) > any_value(as_of_day) - {LATELY_DAYS} as lately
        from ({stretches})
        group by community, member, team, seniority, was_there"""


def _absent_sql(cursor: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield SELECTs of rows about members not there that day: one who left can still be thanked, as
    'Unknown'.
    """
    columns: dict[str, set[str]] = {}
    for table, column in cursor.sql(
        "select table_name, column_name from information_schema.columns "
        "where table_catalog = current_database() order by all"
    ).fetchall():
        columns.setdefault(table, set()).add(column)
    for table, names in columns.items():
        for person in sorted(
            name.removesuffix("_team") for name in names if name.endswith("_team")
        ):
            if {person, f"{person}_seniority", "community", "day"} <= names:
                yield f"""
                    select about.community, members.member, {person}_team, {person}_seniority, false, day + 1, as_of_day
                    from {table} as about
                    join members on members.community = about.community and members.member = about.{person}
                    join communities on communities.community = about.community
                    where {person}_team is not null
                        and (about.day >= members.left_day or about.day < coalesce(members.since_day, 0))"""
