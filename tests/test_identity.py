"""One person with several accounts is one member, by e-mail, roster or an alias that can be taken back; never by a guess."""

from itertools import product
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest
from communities import Community, Told

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.build.inputs import accounts_of_people, gather
from cop_metrics.build.writer import silent
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.people.identity import (
    Alias,
    meant,
    posts_of,
    read_aliases,
    suggestions,
    without_alias,
    write_aliases,
)
from cop_metrics.settings import Settings

UNTIL = "2026-06-01 12:00"


class Two:
    """A forum in which ana asks and bo answers, and a chat in which ana writes as ana.w and bo as bo.b."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.forum, self.chat = Community(), Community()
        self.forum.answer(self.forum.ask("ana", "2026-03-01 10:00"), "bo", "2026-03-01 11:00")
        self.chat.answer(self.chat.ask("ana.w", "2026-03-02 10:00"), "bo.b", "2026-03-02 11:00")

    def told(self) -> Told:
        lake = Lake(self.data)
        for source, community in (("forum", self.forum), ("chat", self.chat)):
            community.export(lake, since="2026-01-01 00:00", until=UNTIL, source=source)
        self.forum.hand_over_roster(lake)
        path = self.data / f"{len(list(self.data.glob('*.duckdb')))}.duckdb"
        DuckDB().build(gather(lake, Settings()), path, silent)
        return Told(cursor=duckdb.connect(str(path), read_only=True), community="craft")


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


def test_accounts_are_different_people_unless_something_says_otherwise(two: Two) -> None:
    assert two.told().value("contributors") == 4


def test_accounts_of_one_e_mail_are_one_person(two: Two) -> None:
    for community, name in ((two.forum, "ana"), (two.chat, "ana.w")):
        next(row for row in community.rows["member"] if row["member"] == name)["email_hash"] = (
            "same"
        )
    told = two.told()
    assert told.value("contributors") == 3
    assert told.value("questions") == 2


def test_accounts_that_a_row_of_the_roster_means_in_two_sources_are_one_person(two: Two) -> None:
    """The roster knows bo by a user name, which he has in both."""
    for community, name in ((two.forum, "bo"), (two.chat, "bo.b")):
        next(row for row in community.rows["member"] if row["member"] == name)["username"] = (
            "b.olsen"
        )
    two.forum.works("b.olsen", "Red", "senior")
    told = two.told()
    assert told.value("contributors") == 3
    assert told.split("contributors", "team") == {"Red": 1, "Unknown": 2}


def test_an_alias_makes_two_accounts_one_and_can_be_taken_back(two: Two) -> None:
    """Ana answers her own question of the forum from the chat's account: with the alias that is no help."""
    two.forum.answer("q1", "ana elsewhere", "2026-03-01 10:30")
    assert two.told().value("answer_concentration") is not None
    before = two.told()
    alias = Alias("craft", "forum:ana elsewhere", "forum:ana")
    write_aliases(two.data, [alias])
    after = two.told()
    assert (before.value("helps"), after.value("helps")) == (3, 2)
    assert (before.value("members"), after.value("members")) == (5, 4)
    write_aliases(two.data, without_alias(read_aliases(two.data), "craft", "forum:ana"))
    assert two.told().value("members") == 5


def test_aliases_and_e_mails_chain(two: Two) -> None:
    """a is b by alias, b is c by e-mail: one person, whatever the order."""
    for name in ("a", "b", "c"):
        two.chat.member(name)
    for row in two.chat.rows["member"]:
        row["email_hash"] = "bc" if row["member"] in ("b", "c") else None
    write_aliases(two.data, [Alias("craft", "chat:b", "chat:a")])
    told = two.told()
    names = {name for (name,) in told.cursor.sql("select member from members").fetchall()}
    assert {"chat:a", "chat:b", "chat:c"} & names == {"chat:a"}


def test_likely_pairs_are_suggested_and_never_merged(two: Two) -> None:
    for community, name, called in (
        (two.forum, "ana", "Ána Weber"),
        (two.chat, "ana.w", "ana weber (she/her)"),
    ):
        next(row for row in community.rows["member"] if row["member"] == name)["name"] = called
    told = two.told()
    assert told.value("contributors") == 4
    (found,) = suggestions(told.cursor, "craft")
    assert {found.one, found.other} == {"forum:ana", "chat:ana.w"}


@pytest.mark.parametrize("also", ["bo", "nobody else"])
def test_one_username_in_two_sources_is_suggested_but_not_in_one(two: Two, also: str) -> None:
    """Where two accounts of one forum have it, it is not one person's."""
    for community, names in ((two.forum, ("ana", also)), (two.chat, ("ana.w",))):
        for row in community.rows["member"]:
            if row["member"] in names:
                row["username"] = "AWeber" if community is two.chat else "aweber"
                row["name"] = row["member"].title()
    found = [({each.one, each.other}, each.why) for each in suggestions(two.told().cursor, "craft")]
    assert found == ([] if also == "bo" else [({"forum:ana", "chat:ana.w"}, "the same username")])


def test_posts_of_likely_pairs_are_counted(two: Two) -> None:
    cursor = two.told().cursor
    posts = dict(
        cursor.sql(
            "select member, cast(sum(posts) as int) from member_days group by member"
        ).fetchall()
    )
    silent = "forum:nobody"
    assert posts_of(cursor, "craft", [*posts, silent]) == {**posts, silent: 0}


def test_a_damaged_file_of_aliases_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").write_text("who,is\n", encoding="utf-8")
    with pytest.raises(CopError, match="must begin with the line community,account,same_as"):
        read_aliases(tmp_path)
    (tmp_path / "aliases.csv").write_text("community,account,same_as\na,b\n", encoding="utf-8")
    with pytest.raises(CopError, match="Line 2"):
        read_aliases(tmp_path)


def test_an_alias_that_there_is_not_cannot_be_taken_back() -> None:
    with pytest.raises(CopError, match="There is no alias called 'forum:bo'"):
        without_alias([Alias("craft", "forum:a", "forum:b")], "craft", "forum:bo")


def test_one_of_two_aliases_of_an_account_is_taken_back_alone() -> None:
    both = [Alias("craft", "forum:a", "chat:a"), Alias("craft", "forum:a", "mail:a")]
    assert without_alias(both, "craft", "forum:a", "chat:a") == (both[1],)
    assert without_alias(both, "craft", "mail:a", "forum:a") == (both[0],)
    assert without_alias(both, "craft", "forum:a") == ()
    with pytest.raises(CopError, match="There is no alias called 'chat:b'"):
        without_alias(both, "craft", "forum:a", "chat:b")


def test_every_pair_of_one_name_is_suggested_however_many_there_are(two: Two) -> None:
    for n in range(60):
        two.forum.ask(f"a{n}", "2026-03-01 10:00")
        two.chat.ask(f"b{n}", "2026-03-01 11:00")
    for row in (*two.forum.rows["member"], *two.chat.rows["member"]):
        row["name"] = f"Ana W{row['member'][1:]}"
    assert (
        len({each for each in suggestions(two.told().cursor, "craft") if each.name[5:].isdigit()})
        == 60
    )


def test_a_roster_that_knows_accounts_by_the_platforms_own_ids_means_just_these(two: Two) -> None:
    two.forum.roster = [
        {"platform_id": who, "team": team, "seniority": "mid"}
        for who, team in (("ana", "Red"), ("bo", "Blue"))
    ]
    store = two.told().cursor
    assert store.sql("select member, team from roster_matches order by all").fetchall() == [
        ("forum:ana", "Red"),
        ("forum:bo", "Blue"),
    ]


def test_the_roster_means_for_who_is_who_whom_it_means_for_who_belongs_where(
    tmp_path: Path,
) -> None:
    """Of all combinations of what accounts and rows may say; a name that several accounts of one person have is for the
    marts that person's."""
    craft, draw = Community(), Random(7)
    known = [*product(("e1", "e2", None), ("Ann", "bo", None), ("Ann Lee", "BO BERG", None))]
    for number, (email, username, name) in enumerate(known):
        told = {"email_hash": email, "username": username, "name": name}
        own = {
            kind: said and f"{said}-{draw.choice((number, number % 8))}"
            for kind, said in told.items()
        }
        craft.ask(f"k{number}", "2026-03-01 10:00")
        craft.rows["member"][-1].update(own)
    accounts = craft.rows["member"]
    for _ in range(90):
        one, two, three, four = (draw.choice(accounts) for _ in range(4))
        row = {
            "email_hash": one["email_hash"],
            "username": str(two["username"] or "").swapcase() or None,
            "platform_id": three["member"],
            "display_name": str(four["name"] or "").upper() or None,
        }
        kept = {kind: said for kind, said in row.items() if draw.random() < 0.4}
        craft.roster.append({**kept, "team": "Red", "seniority": "mid"})
    store = craft.build(tmp_path, since="2026-01-01 00:00", until=UNTIL)
    inputs = gather(Lake(tmp_path), Settings())
    found = meant(accounts_of_people(inputs.files["member"]), inputs.frames["roster"])
    person = dict(inputs.frames["identities"].select("account", "member").iter_rows())
    for_who_is_who = {
        (row, person.get(account, account))
        for row, account in found.select("row_number", "account").iter_rows()
    }
    in_the_marts = {*store.sql("select row_number, member from roster_matches").fetchall()}
    assert len(for_who_is_who) > 30
    assert for_who_is_who <= in_the_marts
    named = inputs.frames["roster"].filter(pl.col("display_name").is_not_null())
    assert {row for row, _ in in_the_marts - for_who_is_who} <= {*named["row_number"]}
