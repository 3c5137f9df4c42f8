"""Spark builds, cell by cell, the store that DuckDB builds; and says in a sentence what it lacks."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from communities import Community, at, days_later

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.engines import ENGINES
from cop_metrics.build.inputs import Inputs, gather
from cop_metrics.build.writer import KEPT_INPUTS, silent
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.marts import MARTS, Mart
from cop_metrics.settings import CommunitySettings, Settings

KEPT_MARTS = tuple(mart.name for mart in MARTS if mart.order is not None)
DERIVED = ("small_groups", "expertise", "likeness", "weekly_counts", "meta")
AMSTERDAM = CommunitySettings(
    time_zone="Europe/Amsterdam", seniorities=("junior", "senior"), noise_channels=("nowhere",)
)

FOR_A_HANDFUL_OF_ROWS = {
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}


def needs_spark() -> None:
    """Skip where the engine cannot run, by the name of what it lacks."""
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    pytest.importorskip("sqlglot", reason="the extra 'spark' is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")


def tell_of_a_company(data: Path) -> None:
    """Bo rises by helping three people; teams move, clocks change, a bot chatters; a second export corrects the first."""
    craft = Community(settings=AMSTERDAM)
    craft.member("bo", joined="2025-06-01 08:00")
    craft.member("O'Hara", joined="2026-02-28 23:30")
    craft.member("gone", joined="2025-01-01 08:00", deleted="2026-05-01 22:30")
    craft.member("robot", bot=True)
    employ(craft)
    accepted = help_on_three_days(craft)
    turn_the_clocks(craft)
    chatter(craft)
    watch(craft)
    converse(craft)
    craft.build(data, until="2026-06-01").close()
    correct(craft, accepted)
    craft.build(data, until="2026-12-31").close()


def employ(craft: Community) -> None:
    """Bo moves from one team to another and is promoted; two rows of 'twice' overlap, so both are refused."""
    craft.works("bo", "Pumps", "junior", until="2026-03-02")
    craft.works("bo", "Valves", "senior", since="2026-03-02")
    craft.works("ana", "Pumps", "senior", since="2026-01-01", until="2026-09-01")
    craft.works("twice", "Pumps", "junior", until="2026-05-01")
    craft.works("twice", "Valves", "junior", since="2026-04-01")
    craft.works("O'Hara", "Valves", "chief")


def help_on_three_days(craft: Community) -> str:
    """Return an answer that is accepted; each is thanked for, once by nobody knows whom and nobody knows when."""
    for number, asker in enumerate(("ana", "ben", "twice")):
        day = days_later("2026-03-01", number)
        question = craft.ask(
            asker,
            f"{day} 09:00",
            topics=("steel", "bolts", f"day {number}"),
            channel="help",
            views=number,
        )
        answer = craft.answer(question, "bo", f"{day} 10:00:00.250")
        craft.answer(question, "O'Hara", f"{day} 10:00:00.250", kind="message")
        craft.answer(question, asker, f"{day} 08:00", kind="comment")
        craft.react(answer, asker, f"{day} 11:00")
        craft.react(answer, "O'Hara", f"{day} 11:00", "upvote")
        craft.react(answer, None, None, "LIKE")
        craft.react(question, "bo", f"{day} 12:00", "downvote")
        craft.react(question, "bo", None, "shrug")
        craft.read(question, "reader", day, 3)
        craft.read(question, None, None, 40)
        craft.read(question, "bo", days_later(day, -1))
    return answer


def turn_the_clocks(craft: Community) -> None:
    """On March 29 two o'clock is missing in Amsterdam; on October 25 it comes twice."""
    for when in (
        "2026-03-28 22:59:59.999",
        "2026-03-28 23:00",
        "2026-03-29 00:59:59",
        "2026-03-29 01:00",
        "2026-10-25 01:00",
    ):
        question = craft.ask("ana", when, topics=("clocks",))
        craft.answer(question, "ben", when)
        craft.answer(question, "bo", when)


def chatter(craft: Community) -> None:
    """Answers by a bot, by nobody known, too early, deleted or by the asker; questions closed, deleted, never answered."""
    quiet = craft.ask("ben", "2026-04-10 10:00")
    craft.answer(quiet, "robot", "2026-04-10 10:01")
    craft.answer(quiet, "ben", "2026-04-11 10:00", accepted=True)
    odd = craft.ask(
        "gone", "2026-04-12 23:15", url="https://example.org/odd", closed_at=at("2026-04-20 09:00")
    )
    craft.answer(odd, "ana", "2026-04-12 23:00")
    craft.answer(odd, "ben", "2026-04-13 10:00", deleted_at=at("2026-04-13 11:00"))
    craft.rows["post"] += [
        {
            "post": "lost",
            "thread": odd,
            "author": None,
            "kind": "answer",
            "created_at": at("2026-04-14 10:00"),
        },
        {
            "post": "pin",
            "thread": odd,
            "author": "ana",
            "kind": "notice",
            "created_at": at("2026-04-15 10:00"),
        },
    ]
    craft.ask("O'Hara", "2026-05-20 10:00", topics=("steel",), title=None)
    craft.ask("ana", "2026-05-21 10:00")
    craft.rows["post"][-1]["deleted_at"] = at("2026-05-22 10:00")


def watch(craft: Community) -> None:
    """Three begin by reading, after the first 90 days: one comes to ask and to help, one leaves, one reads on for months."""
    question = craft.ask("ana", "2026-06-10 10:00", views=7)
    craft.answer(question, "bo", "2026-06-11 22:30")
    craft.react(
        question,
        craft.member("asks later", joined="2026-06-15 08:00"),
        "2026-06-20 10:00",
        "bookmark",
    )
    craft.member("leaves", joined="2026-06-15 08:00", deleted="2026-08-01 22:30")
    craft.member("reads on", joined="2026-06-15 22:30")
    for who in ("asks later", "leaves", "reads on", "ana", "bo"):
        craft.read(question, who, "2026-06-20")
    for day in (30, 90, 179, 180):
        craft.read(question, "reads on", days_later("2026-06-10", day))
    craft.ask("asks later", "2026-07-20 10:00")
    craft.answer(question, "asks later", "2026-08-20 10:00")


def converse(craft: Community) -> None:
    """A chat: a question in two halves that is solved, one marked by a reaction, a poll; ana writes from a second account."""
    for row in craft.rows["member"]:
        row["email_hash"] = "ana's" if row["member"] == "ana" else None
    craft.member("ana at home")
    craft.rows["member"][-1]["email_hash"] = "ana's"
    said = (
        ("m1", "m1", "ben", "2026-05-10 10:00", " "),
        ("m2", "m1", "ben", "2026-05-10 10:01", " opening question_mark continues "),
        ("m3", "m1", "bo", "2026-05-10 10:05", " reply "),
        ("m4", "m1", "ben", "2026-05-10 10:09", " thanks reply "),
        ("m5", "m5", "ana at home", "2026-05-11 10:00", " "),
        ("m6", "m5", "bo", "2026-05-11 11:00", " inferred_reply "),
        ("m7", "m7", "ben", "2026-05-12 10:00", " question_mark poll "),
        ("m8", "m8", "ana", "2026-05-13 10:00", " statement "),
    )
    for post, thread, author, when, rules in said:
        if post == thread:
            craft.rows["thread"].append(
                {
                    "thread": thread,
                    "kind": "message",
                    "channel": "chat",
                    "created_at": at(when),
                    "title": None,
                }
            )
        craft.rows["post"].append(
            {
                "post": post,
                "thread": thread,
                "author": author,
                "kind": "message",
                "created_at": at(when),
                "rules": rules,
            }
        )
    craft.react("m5", "ben", "2026-05-11 10:30", "question")
    craft.react("m6", "ana at home", None, "white_check_mark")


def correct(craft: Community, accepted: str) -> None:
    """In the second export an answer is accepted, a topic is gone, a like has become two, and bo is there to the end."""
    craft.ask("bo", "2026-12-20 10:00", topics=("steel",))
    for post in craft.rows["post"]:
        if post["post"] == accepted:
            post |= {"accepted": True, "accepted_at": at("2026-03-31 22:15")}
    craft.rows["topic"].pop(0)
    craft.react(accepted, "gone", "2026-03-05 10:00", "heart")
    craft.answer(craft.ask("reader", "2026-11-02 10:00"), "ana", "2026-11-02 11:00")


def tell_of_a_guild(data: Path) -> None:
    """A second community, without roster, reads or reactions, in UTC: seniority is how long one has been there."""
    guild = Community("guild")
    guild.answer(guild.ask("ana", "2026-01-01 00:00"), "dee", "2026-01-01 00:30")
    guild.answer(guild.ask("eve", "2026-06-01 10:00"), "ana", "2026-09-01 10:00")
    guild.build(data, until="2026-12-01").close()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    data = tmp_path_factory.mktemp("two engines")
    tell_of_a_company(data)
    tell_of_a_guild(data)
    return gather(Lake(data), Settings(communities={"craft": AMSTERDAM}))


@pytest.fixture(scope="module")
def stores(
    inputs: Inputs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both stores, attached as `duckdb` and `spark`."""
    needs_spark()
    from cop_metrics.build.spark_engine import Spark

    folder = tmp_path_factory.mktemp("stores")
    DuckDB().build(inputs, folder / "duckdb.duckdb", silent)
    Spark(settings=FOR_A_HANDFUL_OF_ROWS).build(inputs, folder / "spark.duckdb", silent)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'duckdb.duckdb'}' as by_duckdb (read_only)")
        connection.execute(f"attach '{folder / 'spark.duckdb'}' as by_spark (read_only)")
        yield connection


def schema(stores: duckdb.DuckDBPyConnection, engine: str) -> list[tuple[str, ...]]:
    return stores.sql(
        "select table_name, column_name, data_type, is_nullable from information_schema.columns "
        f"where table_catalog = 'by_{engine}' order by table_name, ordinal_position"
    ).fetchall()


@pytest.mark.spark
def test_both_engines_make_the_same_tables_with_the_same_columns_and_types(
    stores: duckdb.DuckDBPyConnection,
) -> None:
    told = schema(stores, "duckdb")
    assert {table for table, *_ in told} == {*KEPT_MARTS, *KEPT_INPUTS, *DERIVED}
    assert schema(stores, "spark") == told


@pytest.mark.spark
@pytest.mark.parametrize("table", [*KEPT_MARTS, *KEPT_INPUTS, *DERIVED])
def test_both_engines_fill_a_table_with_the_same_cells(
    stores: duckdb.DuckDBPyConnection, table: str
) -> None:
    ours, theirs = f"select * from by_duckdb.{table}", f"select * from by_spark.{table}"
    assert stores.sql(ours).limit(1).fetchall(), (
        f"the story leaves '{table}' empty, so it compares nothing"
    )
    assert stores.sql(f"{ours} except all {theirs}").fetchall() == []
    assert stores.sql(f"{theirs} except all {ours}").fetchall() == []


@pytest.mark.spark
@pytest.mark.parametrize(
    "mart", [mart for mart in MARTS if mart.order is not None], ids=lambda mart: mart.name
)
def test_both_engines_leave_the_rows_in_the_same_order(
    stores: duckdb.DuckDBPyConnection, mart: Mart
) -> None:
    rows = [
        stores.sql(f"select * from by_{engine}.{mart.name}").fetchall()
        for engine in ("duckdb", "spark")
    ]
    assert rows[0] == rows[1]


def test_the_story_has_what_engines_could_see_differently(inputs: Inputs, tmp_path: Path) -> None:
    """Someone rises and falls, someone moves, someone is refused, and acts are dated by the clock of Amsterdam."""
    DuckDB().build(inputs, tmp_path / "store.duckdb", silent)
    store = duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True)

    def count(rows: str) -> int:
        return int(store.sql(f"select count(*) from {rows}").fetchall()[0][0])

    assert count("level_changes where from_level < to_level") > 0
    assert count("level_changes where from_level > to_level") > 0
    assert count("helps where helper_team = 'Pumps'") > 0
    assert count("helps where helper_team = 'Valves' and helper_seniority = 'senior'") > 0
    assert count("roster_refusals") == 1
    assert (
        count(
            "points where reason = 'accepted' and date '1970-01-01' + day::int = date '2026-04-01'"
        )
        == 1
    )
    assert (
        count(
            "questions where date '1970-01-01' + day::int = date '2026-03-29' and hour in (0, 1, 3)"
        )
        == 3
    )
    assert {outcome for (outcome,) in store.sql("select outcome from questions").fetchall()} == {
        "withdrawn", "resolved", "resolved_by_self", "answered", "unanswered",
    }  # fmt: skip


def test_without_its_extra_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cop_metrics.build.spark_engine", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "py4j", None)
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    with pytest.raises(CopError, match="pip install pyspark sqlglot"):
        ENGINES["spark"]()


def test_without_java_the_engine_says_so_and_leaves_no_store(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    pytest.importorskip("sqlglot", reason="the extra 'spark' is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(CopError, match="Java"):
        ENGINES["spark"]().build(inputs, tmp_path / "store.duckdb", silent)
    assert not (tmp_path / "store.duckdb").exists()
