"""Equal inputs give equal stores, cell by cell: same imports twice, in any order, undone, or with other settings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from communities import Community, at, days_later, plus
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import gather
from cop_metrics.build.intake import rebuild_locked, undo
from cop_metrics.build.writer import silent
from cop_metrics.lake.lake import Lake
from cop_metrics.settings import Settings
from cop_metrics.store import Store

BEGIN, FIRST_EXPORT, SECOND_EXPORT = "2026-01-01 00:00", "2026-03-01 12:00", "2026-06-01 12:00"
OF_THE_IMPORTS = ("imports", "measured", "meta")
"""Tables that tell of the imports themselves; all others tell of the community."""

PEOPLE, QUESTIONS = 4, 5
people = st.integers(0, PEOPLE - 1)
questions = st.integers(0, QUESTIONS - 1)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), questions, people, st.booleans()),
        st.tuples(st.just("topic"), questions, st.sampled_from(("pumps", "welding"))),
        st.tuples(
            st.just("react"), questions, people, st.sampled_from(("thanks", "upvote", "downvote"))
        ),
        st.tuples(st.just("read"), questions, people),
    ),
    max_size=10,
)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("accept"), questions),
        st.tuples(st.just("answer"), questions, people, st.booleans()),
        st.tuples(st.just("delete"), questions),
        st.tuples(st.just("close"), questions),
        st.tuples(st.just("rename"), people),
        st.tuples(st.just("topic"), questions, st.sampled_from(("gears", "welding"))),
        st.tuples(st.just("no topics"), questions),
        st.tuples(st.just("react"), questions, people, st.sampled_from(("thanks", "upvote"))),
        st.tuples(st.just("no reactions"), questions),
    ),
    max_size=8,
)
Steps = Sequence[tuple[object, ...]]


def told(steps: Steps) -> Community:
    """Tell of a community in which everyone belongs, five things are asked, and these steps follow, a day each."""
    craft = Community()
    for number in range(PEOPLE):
        craft.member(f"person {number}", joined="2026-01-01 08:00")
    for number in range(QUESTIONS):
        craft.ask(f"person {number % PEOPLE}", f"{days_later('2026-01-02', number)} 10:00")
    craft.rows |= {"reaction": [], "read": []}
    follow(craft, steps, "2026-01-10")
    return craft


def follow(craft: Community, steps: Steps, first: str) -> None:
    for number, (kind, *details) in enumerate(steps):
        TELL[str(kind)](craft, f"{days_later(first, number)} 11:00", *details)


def _answer(craft: Community, when: str, question: int, who: int, accepted: bool) -> None:
    craft.answer(f"q{question + 1}", f"person {who}", when, accepted=accepted)


def _react(craft: Community, when: str, question: int, who: int, kind: str) -> None:
    craft.react(f"q{question + 1}", f"person {who}", when, kind)


def _read(craft: Community, when: str, question: int, who: int) -> None:
    craft.read(f"q{question + 1}", f"person {who}", when[:10])


def _topic(craft: Community, _when: str, question: int, topic: str) -> None:
    craft.rows["topic"].append({"thread": f"q{question + 1}", "topic": topic})


def _accept(craft: Community, when: str, question: int) -> None:
    for post in craft.rows["post"]:
        if post["thread"] == f"q{question + 1}" and post["kind"] == "answer":
            post |= {"accepted": True, "accepted_at": at(when)}


def _delete(craft: Community, when: str, question: int) -> None:
    for post in craft.rows["post"]:
        if post["thread"] == f"q{question + 1}" and post["kind"] == "answer":
            post["deleted_at"] = at(when)


def _close(craft: Community, when: str, question: int) -> None:
    craft.rows["thread"][question]["closed_at"] = at(when)


def _rename(craft: Community, when: str, who: int) -> None:
    craft.rows["member"][who]["name"] = f"person {who}, since {when}"


def _without(table: str, column: str) -> Callable[[Community, str, int], None]:
    def remove(craft: Community, _when: str, question: int) -> None:
        craft.rows[table] = [row for row in craft.rows[table] if row[column] != f"q{question + 1}"]

    return remove


TELL: dict[str, Callable[..., None]] = {
    "answer": _answer,
    "react": _react,
    "read": _read,
    "topic": _topic,
    "accept": _accept,
    "delete": _delete,
    "close": _close,
    "rename": _rename,
    "no topics": _without("topic", "thread"),
    "no reactions": _without("reaction", "post"),
}


def built(lake: Lake, path: Path) -> Path:
    DuckDB().build(gather(lake, Settings()), path, silent)
    return path


def differing(one: Path, other: Path, *, but_for: Sequence[str] = ()) -> list[str]:
    """Return the tables in which two stores differ: by name, columns and types, or any row, or how often it stands there."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        described = "select table_name, column_name, data_type from information_schema.columns where table_catalog = "
        columns = [
            set(connection.sql(f"{described} '{name}'").fetchall()) for name in ("one", "other")
        ]
        tables = {table for table, *_ in columns[0] | columns[1]}
        found = {table for table, *_ in columns[0] ^ columns[1]}
        for table in tables - found - set(but_for):
            for a, b in (("one", "other"), ("other", "one")):
                if connection.sql(f"(from {a}.{table}) except all (from {b}.{table})").fetchall():
                    found.add(table)
        assert len(tables) > 20
        return sorted(found - set(but_for))


@given(first=acts, later=edits)
@settings(max_examples=8, deadline=None)
def test_overlapping_exports_give_the_same_store_in_either_order(
    first: Steps, later: Steps
) -> None:
    """And it is the store of the newer export alone, as that holds all that is still there."""
    with TemporaryDirectory() as folder:
        forth, back, alone = (Lake(Path(folder) / name) for name in ("forth", "back", "alone"))
        older, newer = told(first), told(first)
        follow(newer, later, "2026-03-05")
        for lake, exports in ((forth, "older newer"), (back, "newer older"), (alone, "newer")):
            for which in exports.split():
                craft, until = (older, FIRST_EXPORT) if which == "older" else (newer, SECOND_EXPORT)
                craft.export(lake, since=BEGIN, until=until)
        stores = [
            built(lake, Path(folder) / f"{n}.duckdb") for n, lake in enumerate((forth, back, alone))
        ]
        assert differing(stores[0], stores[1]) == []
        assert differing(stores[0], stores[2], but_for=OF_THE_IMPORTS) == []


def test_a_comparison_of_stores_sees_every_kind_of_edit(tmp_path: Path) -> None:
    """So that the property above can fail: each edit changes some table."""
    base = told(
        [("answer", 0, 1, False), ("react", 0, 2, "thanks"), ("topic", 0, "pumps"), ("read", 0, 3)]
    )
    base.export(Lake(tmp_path / "base"), since=BEGIN, until=SECOND_EXPORT)
    before = built(Lake(tmp_path / "base"), tmp_path / "base.duckdb")
    steps = [
        ("accept", 0),
        ("delete", 0),
        ("close", 1),
        ("rename", 0),
        ("no topics", 0),
        ("no reactions", 0),
    ]
    for number, step in enumerate(steps):
        edited = told(
            [
                ("answer", 0, 1, False),
                ("react", 0, 2, "thanks"),
                ("topic", 0, "pumps"),
                ("read", 0, 3),
            ]
        )
        follow(edited, [step], "2026-03-05")
        lake = Lake(tmp_path / f"edited {number}")
        edited.export(lake, since=BEGIN, until=SECOND_EXPORT)
        after = built(lake, tmp_path / f"edited {number}.duckdb")
        assert differing(before, after, but_for=OF_THE_IMPORTS), step


def test_the_same_import_twice_changes_nothing(tmp_path: Path) -> None:
    craft, lake = told([("answer", 0, 1, True)]), Lake(tmp_path)
    assert craft.export(lake, since=BEGIN, until=FIRST_EXPORT).is_new
    once = built(lake, tmp_path / "once.duckdb")
    assert not craft.export(lake, since=BEGIN, until=FIRST_EXPORT).is_new
    assert differing(once, built(lake, tmp_path / "twice.duckdb")) == []


def test_a_newer_export_changes_what_it_should(tmp_path: Path) -> None:
    """Accepted later, another topic, no thanks any more; the question that the newer export no longer has is kept."""
    lake, older = (
        Lake(tmp_path),
        told([("answer", 0, 1, False), ("topic", 0, "pumps"), ("react", 0, 2, "thanks")]),
    )
    older.export(lake, since=BEGIN, until=FIRST_EXPORT)
    newer = told([("answer", 0, 1, False), ("topic", 0, "gears")])
    follow(newer, [("accept", 0)], "2026-03-05")
    for table in ("thread", "post"):
        newer.rows[table] = [row for row in newer.rows[table] if row["thread"] != "q5"]
    newer.export(lake, since=BEGIN, until=SECOND_EXPORT)
    with duckdb.connect(str(built(lake, tmp_path / "store.duckdb")), read_only=True) as store:
        seen = store.sql("select question, outcome from questions order by question").fetchall()
        assert seen == [
            ("src:q1", "resolved"),
            *((f"src:q{number}", "unanswered") for number in range(2, 6)),
        ]
        assert store.sql("select question, topic from question_topics").fetchall() == [
            ("src:q1", "gears")
        ]
        assert store.sql("select reason from points order by reason").fetchall() == [
            ("accepted",),
            ("help",),
        ]


def test_undo_restores_the_former_store(tmp_path: Path) -> None:
    craft, lake = told([("answer", 0, 1, False), ("react", 0, 2, "thanks")]), Lake(tmp_path)
    craft.export(lake, since=BEGIN, until=FIRST_EXPORT)
    former = built(lake, tmp_path / "former.duckdb")
    follow(craft, [("accept", 0), ("no reactions", 0), ("rename", 1)], "2026-03-05")
    second = craft.export(lake, since=BEGIN, until=SECOND_EXPORT)
    assert "questions" in differing(former, built(lake, tmp_path / "changed.duckdb"))
    undo(tmp_path, second.imported.id)
    assert differing(former, tmp_path / "store" / "v1.duckdb") == []


@pytest.mark.parametrize(
    ("written", "rebuilt"),
    [("", False), ('time_zone = "Europe/Berlin"\n', True), ("small_group = 6\n", True)],
)
def test_a_changed_setting_builds_the_store_anew_and_nothing_else_does(
    tmp_path: Path, written: str, rebuilt: bool
) -> None:
    lake = Lake(tmp_path)
    told([]).export(lake, since=BEGIN, until=FIRST_EXPORT)
    before = rebuild_locked(tmp_path, lake, force=False)
    (tmp_path / "settings.toml").write_text(written, encoding="utf-8")
    after = rebuild_locked(tmp_path, lake, force=False)
    assert (after > before) == rebuilt
    assert Store(tmp_path).version() == after


def test_a_late_evening_is_another_day_in_another_zone(tmp_path: Path) -> None:
    lake, craft = Lake(tmp_path), Community()
    craft.ask("ana", "2026-01-02 23:30")
    craft.ask("ana", plus("2026-01-02 23:30", days=1))
    craft.export(lake, since=BEGIN, until=FIRST_EXPORT)
    days = []
    for zone in ("UTC", "Europe/Berlin"):
        (tmp_path / "settings.toml").write_text(f'time_zone = "{zone}"\n', encoding="utf-8")
        rebuild_locked(tmp_path, lake, force=False)
        rows = (
            Store(tmp_path)
            .snapshot()
            .cursor.sql("select day from questions order by second")
            .fetchall()
        )
        days.append([day for (day,) in rows])
    assert days[1] == [day + 1 for day in days[0]]
