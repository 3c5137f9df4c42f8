"""Small groups: what viewers who may not see names are shown, and that nothing hidden follows from it."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cop_metrics.access.small_groups import (
    EVERY,
    SMALL_TEAMS,
    Cell,
    Holdings,
    Pattern,
    SmallGroups,
    find_small_groups,
    following,
    pattern,
    read_small_groups,
)
from cop_metrics.settings import CommunitySettings
from tests.communities import Community

K = 5


def alone(populations: dict[Cell, int]) -> dict[frozenset[Cell], int]:
    """Return holdings in which nobody moved: each member held one cell."""
    return {frozenset({cell}): people for cell, people in populations.items()}


COMPANY = {
    ("Pumps", "junior"): 9,
    ("Pumps", "mid"): 7,
    ("Pumps", "senior"): 3,
    ("Tools", "junior"): 12,
    ("Tools", "mid"): 10,
    ("Tools", "senior"): 8,
    ("Valves", "junior"): 20,
    ("Valves", "mid"): 15,
    ("Valves", "senior"): 11,
}


def test_three_seniors_of_a_team_are_hidden_with_three_neighbours() -> None:
    found = pattern(alone(COMPANY), K)
    # Pumps less its juniors and mids would tell of the seniors, and so would all seniors less those of the other teams;
    # so the next smallest of the team is hidden, and in another team the same two seniorities, with the fewest people.
    assert found.hidden == {
        ("Pumps", "senior"),
        ("Pumps", "mid"),
        ("Tools", "senior"),
        ("Tools", "mid"),
    }
    assert set(found.shown_as.values()) == {"Pumps", "Tools", "Valves"}


def test_where_every_group_is_large_enough_nothing_is_hidden() -> None:
    found = pattern(alone({**COMPANY, ("Pumps", "senior"): 5}), K)
    assert found.hidden == frozenset()
    assert all(team == shown for team, shown in found.shown_as.items())


def test_two_small_teams_are_shown_as_one() -> None:
    found = pattern(alone({("A", "mid"): 3, ("B", "mid"): 4, ("C", "mid"): 20}), K)
    assert found.shown_as == {"A": SMALL_TEAMS, "B": SMALL_TEAMS, "C": "C"}
    assert found.populations[SMALL_TEAMS, "mid"] == 7
    assert found.hidden == frozenset()


def test_a_team_of_two_merges_with_the_next_smallest() -> None:
    found = pattern(alone({("A", "mid"): 2, ("B", "mid"): 8, ("C", "mid"): 6, ("D", "mid"): 30}), K)
    assert found.shown_as == {"A": SMALL_TEAMS, "B": "B", "C": SMALL_TEAMS, "D": "D"}


def test_people_who_moved_between_small_teams_are_counted_once() -> None:
    both = frozenset({("A", "mid"), ("B", "mid")})
    found = pattern({both: 3, frozenset({("B", "mid")}): 1, frozenset({("C", "mid")}): 9}, K)
    # A has 3 people and B 4, but together they are 4, not 7.
    assert set(found.shown_as.values()) == {SMALL_TEAMS}
    assert found.populations == {(EVERY, "mid"): 13, (SMALL_TEAMS, "mid"): 13}


def test_a_team_that_calls_itself_small_teams_or_every_is_merged() -> None:
    found = pattern(alone({(SMALL_TEAMS, "mid"): 9, (EVERY, "mid"): 9, ("C", "mid"): 9}), K)
    assert found.shown_as == {SMALL_TEAMS: SMALL_TEAMS, EVERY: SMALL_TEAMS, "C": "C"}


def test_unknown_is_a_team_and_a_seniority_like_any_other() -> None:
    found = pattern(alone({("Unknown", "Unknown"): 2, ("A", "Unknown"): 6, ("B", "mid"): 9}), K)
    assert found.shown_as == {"Unknown": SMALL_TEAMS, "A": SMALL_TEAMS, "B": "B"}


def test_a_seniority_of_few_people_hides_its_total_and_another() -> None:
    teams = {
        ("A", "junior"): 20,
        ("A", "mid"): 9,
        ("A", "senior"): 2,
        ("B", "junior"): 20,
        ("B", "mid"): 8,
    }
    found = pattern(alone(teams), K)
    # The totals of juniors and of mids would tell that of the seniors, so that of the mids is hidden too.
    assert found.hidden == {("A", "senior"), ("A", "mid"), (EVERY, "senior"), (EVERY, "mid")}


def test_without_a_roster_few_newcomers_hide_the_split_by_experience() -> None:
    found = pattern(alone({("Unknown", "newcomer"): 3, ("Unknown", "established"): 40}), K)
    split = ("newcomer", "established")
    assert found.hidden == {(team, name) for team in ("Unknown", EVERY) for name in split}


def test_a_cell_nobody_ever_held_is_shown_and_hides_no_other() -> None:
    populations = {
        ("A", "junior"): 9,
        ("A", "mid"): 9,
        ("A", "senior"): 3,
        ("B", "junior"): 9,
        ("B", "senior"): 9,
    }
    found = pattern(alone(populations), K)
    assert found.hidden == {("A", "senior"), ("A", "junior"), ("B", "senior"), ("B", "junior")}
    assert ("B", "mid") not in found.populations


def test_a_cell_held_only_long_ago_is_hidden_and_does_not_stand_in_for_people() -> None:
    found = pattern(alone({**COMPANY, ("Pumps", "mid"): 0}), K)
    # Whoever knows that Pumps has no mids now must not get at its three seniors: its nine juniors are hidden with them.
    assert found.hidden == {cell for cell in COMPANY if cell[0] in ("Pumps", "Tools")}


def test_a_community_smaller_than_a_group_shows_its_total_alone() -> None:
    found = pattern(alone({("A", "junior"): 1, ("B", "senior"): 2}), K)
    assert set(found.shown_as.values()) == {SMALL_TEAMS}
    assert found.hidden == set(found.populations)
    assert pattern(alone({("A", "junior"): 2}), K).hidden == {
        (SMALL_TEAMS, "junior"),
        (EVERY, "junior"),
    }
    assert pattern({}, K) == Pattern(shown_as={}, populations={}, hidden=frozenset())


def test_the_rank_test_finds_what_follows() -> None:
    lonely = {("Pumps", "senior")}
    assert following(lonely, lonely, COMPANY) == [("Pumps", "senior")]
    row = {("Pumps", "senior"), ("Pumps", "mid")}
    assert following(row, row, COMPANY) == [("Pumps", "mid"), ("Pumps", "senior")]
    square = row | {("Tools", "senior"), ("Tools", "mid")}
    assert following(square, square, COMPANY) == []
    totals = {(EVERY, "senior")}
    assert following(totals, totals, COMPANY) == [(EVERY, "senior")]


def test_if_the_search_for_neighbours_failed_every_split_would_be_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cop_metrics.access.small_groups._ring", lambda *_: ())
    found = pattern(alone(COMPANY), K)
    assert found.hidden == {*COMPANY, *((EVERY, name) for name in ("junior", "mid", "senior"))}


def test_each_hidden_cell_of_the_company_could_be_larger_or_smaller() -> None:
    """A second method: given all that is shown, the least and the most that a hidden cell can be differ."""
    found = pattern(alone(COMPANY), K)
    cells = sorted(COMPANY)
    shown = [
        query for query in queries(found) if not groups_of(found).refuses(*query, teams_of(found))
    ]
    sums = [indicator(found, cells, *query) for query in shown]
    values = [
        sum(COMPANY[cell] for cell, share in zip(cells, row, strict=True) if share) for row in sums
    ]
    for cell in found.hidden:
        unit = [float(other == cell) for other in cells]
        least = linprog(unit, A_eq=sums, b_eq=values, bounds=(0, None)).fun
        most = -linprog([-each for each in unit], A_eq=sums, b_eq=values, bounds=(0, None)).fun
        assert least < COMPANY[cell] < most


def teams_of(found: Pattern) -> list[str]:
    return sorted({team for team, _ in found.populations if team != EVERY})


def seniorities_of(found: Pattern) -> list[str]:
    return sorted({name for _, name in found.populations})


def groups_of(found: Pattern) -> SmallGroups:
    return SmallGroups(
        size=K,
        shown_as={team: shown for team, shown in found.shown_as.items() if team != shown},
        hidden=found.hidden,
        seniorities=frozenset(seniorities_of(found)),
    )


def queries(found: Pattern) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield every filter there is: any teams and any seniorities, none meaning all."""
    for teams in subsets(teams_of(found)):
        for seniorities in subsets(seniorities_of(found)):
            yield teams, seniorities


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


def indicator(
    found: Pattern, cells: list[Cell], teams: tuple[str, ...], seniorities: tuple[str, ...]
) -> list[int]:
    """Return 1 for each cell that a filter takes in."""
    wide, long = teams or tuple(teams_of(found)), seniorities or tuple(seniorities_of(found))
    return [int(team in wide and name in long) for team, name in cells]


class Sums:
    """The sums that a viewer knows, reduced step by step; exact."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[Fraction]]] = []

    def left(self, row: list[int]) -> list[Fraction]:
        rest = [Fraction(each) for each in row]
        for place, known in self.rows:
            if rest[place]:
                factor = rest[place] / known[place]
                rest = [a - factor * b for a, b in zip(rest, known, strict=True)]
        return rest

    def learn(self, row: list[int]) -> None:
        rest = self.left(row)
        place = next((number for number, each in enumerate(rest) if each), None)
        if place is not None:
            self.rows.append((place, rest))

    def tell(self, row: list[int]) -> bool:
        return not any(self.left(row))


def learnt(found: Pattern, cells: list[Cell]) -> Sums:
    """Return what a viewer learns who asks for everything that is not refused."""
    groups, teams, sums = groups_of(found), teams_of(found), Sums()
    for query in queries(found):
        if not groups.refuses(*query, teams):
            sums.learn(indicator(found, cells, *query))
    return sums


CELLS = st.tuples(st.sampled_from("ABCDE"), st.sampled_from(("junior", "mid", "senior", "Unknown")))
HOLDINGS = st.dictionaries(
    st.frozensets(CELLS, min_size=1, max_size=2), st.integers(0, 14), max_size=18
)


def community_is_small(holdings: Holdings) -> bool:
    return sum(holdings.values()) < K


@given(HOLDINGS)
@settings(max_examples=150, deadline=None)
def test_nothing_hidden_follows_from_all_that_is_not_refused(holdings: Holdings) -> None:
    found = pattern(holdings, K)
    if community_is_small(holdings):
        return
    cells = sorted(cell for cell in found.populations if cell[0] != EVERY)
    sums = learnt(found, cells)
    for team, name in found.hidden:
        wanted = [int(cell[1] == name and team in (cell[0], EVERY)) for cell in cells]
        assert not sums.tell(wanted), f"{team}, {name} follows"


@given(HOLDINGS)
@settings(max_examples=150, deadline=None)
def test_nothing_small_follows_for_one_who_knows_which_cells_are_empty_now(
    holdings: Holdings,
) -> None:
    found = pattern(holdings, K)
    if community_is_small(holdings):
        return
    filled = sorted(
        cell for cell, people in found.populations.items() if cell[0] != EVERY and people
    )
    sums = learnt(found, filled)
    for (team, name), people in found.populations.items():
        if 0 < people < K:
            assert not sums.tell(
                [int(cell[1] == name and team in (cell[0], EVERY)) for cell in filled]
            )


@given(HOLDINGS)
@settings(deadline=None)
def test_every_team_shown_is_large_enough_and_no_small_cell_is_shown(holdings: Holdings) -> None:
    found = pattern(holdings, K)
    assert all(cell in found.hidden for cell, people in found.populations.items() if people < K)
    assert set(found.shown_as) == {team for cells in holdings for team, _ in cells}
    for shown in teams_of(found):
        people = sum(
            n
            for cells, n in holdings.items()
            if any(found.shown_as[team] == shown for team, _ in cells)
        )
        assert people >= K or teams_of(found) == [SMALL_TEAMS]


@given(HOLDINGS, st.randoms())
@settings(deadline=None)
def test_the_order_of_the_input_does_not_matter(holdings: Holdings, random: object) -> None:
    entries = list(holdings.items())
    random.shuffle(entries)  # type: ignore[attr-defined]
    again, once = pattern(dict(entries), K), pattern(holdings, K)
    assert again == once
    assert list(again.populations) == list(once.populations)


@given(HOLDINGS)
@settings(max_examples=50, deadline=None)
def test_exactly_the_three_kinds_of_filters_are_let_through(holdings: Holdings) -> None:
    found = pattern(holdings, K)
    groups, everyone, scale = groups_of(found), teams_of(found), seniorities_of(found)
    for teams, names in queries(found):
        all_names = names in ((), tuple(scale))
        totals = teams in ((), tuple(everyone)) and not any(
            (EVERY, name) in found.hidden for name in names
        )
        cells = not any(
            (team, name) in found.hidden for team in teams or everyone for name in names
        )
        assert groups.refuses(teams, names, list(found.shown_as)) == (
            not (all_names or totals or cells)
        )


def test_a_team_that_is_merged_cannot_be_asked_for_by_its_own_name() -> None:
    groups = groups_of(pattern(alone({("A", "mid"): 3, ("B", "mid"): 4, ("C", "mid"): 20}), K))
    assert groups.refuses(("A",), (), ("A", "B", "C"))
    assert not groups.refuses((SMALL_TEAMS,), (), ("A", "B", "C"))
    assert not groups.refuses((SMALL_TEAMS, "C"), ("mid",), ("A", "B", "C"))


AS_OF = 20_000


@pytest.fixture
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table communities (community varchar, first_day int, as_of_day int, settings varchar);"
            "create table members (community varchar, member varchar, since_day int, left_day int);"
            "create table memberships "
            "(community varchar, member varchar, team varchar, seniority varchar, from_day int, to_day int);"
            "create table points "
            "(community varchar, member varchar, member_team varchar, member_seniority varchar, day int);"
        )
        connection.execute(
            "insert into communities values ('craft', 18000, ?, '{\"small_group\": 5}')", [AS_OF]
        )
        yield connection


def hire(
    store: duckdb.DuckDBPyConnection,
    people: int,
    team: str,
    seniority: str,
    *,
    since: int | None = None,
    left: int = 99999,
) -> None:
    """Let people join who hold one cell; after they left, nobody knows their team, as in the mart."""
    for number in range(people):
        name = f"{team} {seniority} {since} {left} {number}"
        store.execute("insert into members values ('craft', ?, ?, ?)", [name, since, left])
        store.execute(
            "insert into memberships values ('craft', ?, ?, ?, 0, ?)", [name, team, seniority, left]
        )
        if left < 99999:
            store.execute(
                "insert into memberships values ('craft', ?, 'Unknown', 'Unknown', ?, 99999)",
                [name, left],
            )


def populations(store: duckdb.DuckDBPyConnection) -> dict[Cell, int]:
    return {
        (row["team"], row["seniority"]): row["population"]
        for row in find_small_groups(store).to_dicts()
    }


def test_a_population_is_who_held_the_cell_in_the_last_twelve_months(
    store: duckdb.DuckDBPyConnection,
) -> None:
    hire(store, 6, "A", "mid")
    hire(store, 2, "A", "mid", since=AS_OF)
    hire(store, 4, "A", "mid", since=AS_OF + 1)
    hire(store, 1, "A", "mid", left=AS_OF - 364)
    hire(store, 3, "A", "mid", left=AS_OF - 365)
    hire(store, 3, "A", "mid", left=18000)
    assert populations(store) == {("A", "mid"): 9}


def test_a_cell_held_before_is_told_from_one_that_nobody_held_in_the_data(
    store: duckdb.DuckDBPyConnection,
) -> None:
    hire(store, 9, "A", "mid")
    hire(store, 9, "A", "junior")
    hire(store, 2, "A", "senior", left=AS_OF - 500)
    hire(store, 2, "A", "trainee", left=18000)
    assert populations(store)["A", "senior"] == 0
    assert ("A", "trainee") not in populations(store)


def test_members_thanked_after_they_left_are_a_group_of_their_own(
    store: duckdb.DuckDBPyConnection,
) -> None:
    hire(store, 9, "A", "mid")
    hire(store, 9, "B", "mid")
    hire(store, 2, "B", "mid", left=AS_OF - 100)
    assert ("Unknown", "Unknown") not in populations(store)
    store.execute(
        "insert into points select community, member, 'Unknown', 'Unknown', ? from members where left_day < 99999",
        [AS_OF],
    )
    rows = find_small_groups(store).filter(team="Unknown").to_dicts()
    # Two people of an unknown team now have points, so they are shown with the nine of the smallest team and seniority.
    shown = [(row["shown_as"], row["counted_as"], row["population"], row["hidden"]) for row in rows]
    assert shown == [(SMALL_TEAMS, "mid", 11, False)]


def test_one_row_a_team_and_seniority_and_one_a_hidden_total(
    store: duckdb.DuckDBPyConnection,
) -> None:
    for (team, seniority), people in {
        ("A", "mid"): 3,
        ("B", "mid"): 4,
        ("C", "mid"): 9,
        ("C", "senior"): 2,
    }.items():
        hire(store, people, team, seniority)
    assert find_small_groups(store).rows() == [
        ("craft", "*", "*", "mid", "mid", 16, True),
        ("craft", "*", "*", "senior", "senior", 2, True),
        ("craft", "A", SMALL_TEAMS, "mid", "mid", 7, False),
        ("craft", "B", SMALL_TEAMS, "mid", "mid", 7, False),
        ("craft", "C", "C", "mid", "mid", 9, True),
        ("craft", "C", "C", "senior", "senior", 2, True),
    ]


def test_a_store_without_members_has_no_groups(store: duckdb.DuckDBPyConnection) -> None:
    assert find_small_groups(store).is_empty()


def test_each_community_has_its_own_size(store: duckdb.DuckDBPyConnection) -> None:
    hire(store, 4, "A", "mid")
    hire(store, 9, "B", "mid")
    store.execute(
        "insert into communities values ('guild', 18000, ?, '{\"small_group\": 3}')", [AS_OF]
    )
    for table in ("members", "memberships"):
        store.execute(f"insert into {table} select * replace ('guild' as community) from {table}")
    shown = {
        (row["community"], row["team"]): row["shown_as"]
        for row in find_small_groups(store).to_dicts()
    }
    assert shown["craft", "A"] == SMALL_TEAMS
    assert shown["guild", "A"] == "A"


def test_a_build_keeps_the_pattern_in_the_store(tmp_path: Path) -> None:
    craft = Community(settings=CommunitySettings(small_group=3))
    for team, seniority, people in (
        ("A", "junior", 4),
        ("A", "senior", 2),
        ("B", "junior", 5),
        ("B", "senior", 6),
    ):
        for number in range(people):
            craft.works(
                craft.member(f"{team}-{seniority}-{number}", joined="2026-01-01"), team, seniority
            )
    craft.ask("A-junior-0", "2026-01-05 10:00")
    with craft.build(tmp_path, since="2026-01-01 00:00", until="2026-03-01 00:00") as store:
        groups = read_small_groups(store, "craft", 3)
    assert groups.shown_as == {}
    assert groups.hidden == {(team, name) for team in ("A", "B") for name in ("junior", "senior")}
    assert groups.refuses(("A",), ("senior",), ("A", "B"))
    assert not groups.refuses((), ("senior",), ("A", "B"))
    assert not groups.refuses(("A",), ("junior", "senior"), ("A", "B"))


# Boundaries


@pytest.mark.parametrize(("smallest", "shown"), [(3, "C"), (2, SMALL_TEAMS)])
def test_merging_stops_once_the_small_teams_are_as_many_as_a_group_must_be(
    smallest: int, shown: str
) -> None:
    """Two and three people are five together, which is enough; two and two are four, so that the next smallest joins."""
    found = pattern(
        alone({("A", "mid"): 2, ("B", "mid"): smallest, ("C", "mid"): 6, ("D", "mid"): 30}), K
    )
    assert found.shown_as == {"A": SMALL_TEAMS, "B": SMALL_TEAMS, "C": shown, "D": "D"}


@pytest.mark.parametrize(("people", "shown"), [(5, "A"), (4, SMALL_TEAMS)])
def test_a_team_of_exactly_as_many_as_a_group_must_be_stands_alone(people: int, shown: str) -> None:
    assert (
        pattern(alone({("A", "mid"): people, ("B", "mid"): 9, ("C", "mid"): 9}), K).shown_as["A"]
        == shown
    )


@pytest.mark.parametrize(("people", "hidden"), [(5, False), (4, True)])
def test_a_cell_of_exactly_as_many_as_a_group_must_be_is_shown(people: int, hidden: bool) -> None:
    found = pattern(alone({**COMPANY, ("Pumps", "senior"): people}), K)
    assert (("Pumps", "senior") in found.hidden) == hidden


def test_a_ring_goes_by_what_is_hidden_already_before_it_hides_more_people() -> None:
    """Two small cells in one team: the ring that hides the one hides the other; other teams' smaller cells stay shown."""
    found = pattern(
        alone(
            {
                ("A", "junior"): 3,
                ("A", "mid"): 4,
                ("A", "senior"): 30,
                ("B", "junior"): 9,
                ("B", "mid"): 9,
                ("B", "senior"): 6,
                ("C", "junior"): 20,
                ("C", "mid"): 20,
                ("C", "senior"): 20,
            }
        ),
        K,
    )
    # To hide A's juniors takes A's mids, small too, and B's 9 and 9; by way of the seniors it would be 30 and 6 and more.
    assert found.hidden == {("A", "junior"), ("A", "mid"), ("B", "junior"), ("B", "mid")}


def test_a_ring_hides_the_fewest_people_though_a_shorter_one_hides_more() -> None:
    """Four links through C and D hide 5 people each; the ring of three others through B would hide 40 each."""
    found = pattern(
        alone(
            {
                ("A", "junior"): 2,
                ("A", "mid"): 5,
                ("B", "junior"): 40,
                ("B", "mid"): 40,
                ("C", "junior"): 6,
                ("C", "senior"): 6,
                ("D", "senior"): 6,
                ("D", "mid"): 6,
            }
        ),
        K,
    )
    assert found.hidden == {
        ("A", "junior"),
        ("A", "mid"),
        ("C", "junior"),
        ("C", "senior"),
        ("D", "senior"),
        ("D", "mid"),
    }


def test_a_ring_goes_by_what_is_hidden_already_however_many_that_are() -> None:
    """A's seniors hide its 50 mids, C's mids and C's 20 seniors; C's mids then need no ring of 8 and 8 and 8 others."""
    found = pattern(
        alone(
            {
                ("A", "senior"): 2,
                ("A", "mid"): 50,
                ("B", "senior"): 60,
                ("B", "mid"): 70,
                ("C", "mid"): 3,
                ("C", "senior"): 20,
                ("C", "junior"): 8,
                ("D", "mid"): 8,
                ("D", "junior"): 8,
            }
        ),
        K,
    )
    assert found.hidden == {("A", "senior"), ("A", "mid"), ("C", "mid"), ("C", "senior")}


def test_a_ring_counts_the_people_of_all_its_links() -> None:
    """The ring of three others hides 40 and 5 and 40; that of five hides 6 five times."""
    found = pattern(
        alone(
            {
                ("A", "junior"): 2,
                ("A", "mid"): 40,
                ("B", "mid"): 5,
                ("B", "junior"): 40,
                ("A", "senior"): 6,
                ("C", "senior"): 6,
                ("C", "lead"): 6,
                ("D", "lead"): 6,
                ("D", "junior"): 6,
            }
        ),
        K,
    )
    assert found.hidden == {
        ("A", "junior"),
        ("A", "senior"),
        ("C", "senior"),
        ("C", "lead"),
        ("D", "lead"),
        ("D", "junior"),
    }


# People of no known team


def test_three_people_of_no_known_team_are_a_small_group_however_many_left(
    store: duckdb.DuckDBPyConnection,
) -> None:
    """Nine who left were thanked afterwards, as Unknown: they do not hide the three who are there."""
    hire(store, 20, "A", "mid")
    hire(store, 12, "B", "mid")
    hire(store, 9, "B", "mid", left=AS_OF - 100)
    hire(store, 3, "Unknown", "Unknown")
    store.execute(
        "insert into points select community, member, 'Unknown', 'Unknown', ? from members where left_day < 99999",
        [AS_OF],
    )
    rows = find_small_groups(store).filter(team="Unknown").to_dicts()
    shown = [(row["shown_as"], row["counted_as"], row["population"], row["hidden"]) for row in rows]
    assert shown == [(SMALL_TEAMS, "mid", 23, False)]
    groups = read_from(store)
    assert groups.refuses(("Unknown",), (), ("A", "B", "Unknown"))
    assert groups.refuses((), ("Unknown",), ("A", "B", "Unknown"))
    assert not groups.refuses((), ("mid",), ("A", "B", "Unknown"))  # the three among them


@pytest.mark.parametrize(("people", "counted_as"), [(0, "mid"), (K - 1, "mid"), (K, None)])
def test_few_people_of_no_known_seniority_count_with_the_largest_and_hide_no_other(
    people: int, counted_as: str | None
) -> None:
    held = {("A", "junior"): 7, ("A", "mid"): 9, ("A", "senior"): 6, ("A", "Unknown"): people}
    found = pattern(alone(held), K)
    assert found.counted_as == ({"Unknown": counted_as} if counted_as else {})
    assert found.hidden == frozenset()
    assert found.populations["A", "mid"] == 9 + (people if counted_as else 0)
    assert (EVERY, "Unknown") not in found.populations or people == K


def test_people_of_no_known_seniority_count_with_nobody_where_there_is_no_other() -> None:
    assert pattern(alone({("A", "Unknown"): 3, ("B", "Unknown"): 1}), K).counted_as == {}


def test_enough_people_of_no_known_team_are_shown(store: duckdb.DuckDBPyConnection) -> None:
    hire(store, 20, "A", "mid")
    hire(store, 5, "Unknown", "Unknown")
    assert read_from(store).shown_as == {}
    assert not read_from(store).refuses((), ("Unknown",), ("A", "Unknown"))


def read_from(store: duckdb.DuckDBPyConnection) -> SmallGroups:
    """Keep the pattern found in a store, as a build does, and read it."""
    store.register("found_now", find_small_groups(store).to_arrow())
    store.execute("create or replace table small_groups as select * from found_now")
    store.unregister("found_now")
    return read_small_groups(store, "craft", K)
