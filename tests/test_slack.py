"""Slack exports: a small made-up workspace told in full, every oddity that exports are known for, and a real one's figures."""

import dataclasses
import functools
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import exports
import msgspec
import polars as pl
import py7zr
import pytest
from communities import NOW, Told
from exports import MARK, Makers
from hypothesis import given, settings
from hypothesis import strategies as st
from test_equal_stores import OF_THE_IMPORTS, built, differing

from cop_metrics.build.intake import Request, take_in
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.sources import SOURCES, slack
from cop_metrics.sources.export import Export, open_export
from cop_metrics.sources.slack import ELSEWHERE, SOURCE
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.store import Store
from cop_metrics.tables import TABLES, typed
from cop_metrics.tabular import email_hash

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data" / "slack-r-contributors"
Json = Any
Files = Mapping[str, Json]

NINE = 1_709_542_800  # 4 March 2024, 9:00 UTC


def at(minutes: float) -> str:
    """Return the `ts` of so many minutes after nine."""
    return f"{NINE + minutes * 60:.6f}"


def time(minutes: float) -> datetime:
    return datetime(2024, 3, 4, 9) + timedelta(minutes=minutes)


def said(minutes: float, user: str | None, text: str, **more: Json) -> dict[str, Json]:
    who = {} if user is None else {"user": user}
    return {"type": "message", "ts": at(minutes), "text": text, **who, **more}


def reply(minutes: float, user: str, text: str, to: float, **more: Json) -> dict[str, Json]:
    return said(minutes, user, text, thread_ts=at(to), **more)


USERS = [
    {
        "id": "U1",
        "name": "ana",
        "deleted": False,
        "is_bot": False,
        "updated": NINE - 5,
        "profile": {
            "display_name": "Ana P",
            "real_name": "Ana Perez",
            "email": "Ana@works.example",
        },
    },
    {"id": "U2", "name": "bo", "real_name": "Bo Li", "profile": {"display_name": ""}},
    {
        "id": "U3",
        "name": "left",
        "deleted": True,
        "updated": NINE - 86_400,
        "profile": {"real_name": "Cy Left"},
    },
    {"id": "U4", "name": "silent", "profile": {}},
    {"id": "U5", "name": "builds", "is_bot": True, "profile": {"real_name": "Builds"}},
]
CHANNELS = [
    {"id": "C1", "name": "help", "members": ["U1", "U2", "U4"]},
    {"id": "C2", "name": "general", "members": ["U1"]},
]
IDS = {"help": "C1", "general": "C2"}
ASKED = said(
    0,
    "U1",
    "Hi <@U2|bo>, how do I set the &lt;big&gt; torque?\nSee <https://wiki.example/t|the page>",
    thread_ts=at(0),
    reply_count=3,
    reactions=[{"name": "eyes", "users": ["U2"], "count": 1}],
)
WORKSPACE: Files = {
    "users.json": USERS,
    "channels.json": CHANNELS,
    "help/2024-03-04.json": [
        said(-10, "U1", "<@U1> has joined the channel", subtype="channel_join"),
        ASKED,
        reply(
            30,
            "U2",
            "Twelve turns",
            0,
            reactions=[{"name": "+1::skin-tone-2", "users": ["U1", "U4"], "count": 3}],
        ),
        reply(40, "U1", "That worked, thanks", 0, subtype="thread_broadcast", root={"ts": at(0)}),
        said(50, None, "Build 7 failed, why?", subtype="bot_message", bot_id="B1", username="ci"),
    ],
    "help/2024-03-05.json": [
        reply(1500, "U3", "Or eleven", 0, edited={"user": "U3", "ts": at(1501)}),
        said(1510, "U5", "Build 8 passed"),
        said(1520, "U9", "Good morning", user_profile={"display_name": "Guest"}),
        said(
            1530,
            "USLACKBOT",
            "This message was deleted.",
            subtype="tombstone",
            thread_ts=at(1530),
            hidden=True,
        ),
        reply(1540, "U2", "Sorry for that", 1530),
    ],
    "general/2024-03-04.json": [said(0, "U2", "waves", subtype="me_message")],
}


def written(folder: Path, files: Files) -> Path:
    """Write an export and return its folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def day(*messages: Json, **lists: Json) -> Files:
    """Return a workspace in which that was said in one channel, with a thread elsewhere so that nothing is inferred."""
    elsewhere = [
        said(-5000, "U1", "Hello", thread_ts=at(-5000)),
        reply(-4990, "U2", "Hello", -5000),
    ]
    return {
        "users.json": USERS,
        "channels.json": CHANNELS,
        "general/2024-03-01.json": elsewhere,
        "help/2024-03-04.json": list(messages),
        **lists,
    }


class Read(exports.Read):
    """An export that was read; rows may be asked for by their values."""

    def __init__(self, path: Path) -> None:
        super().__init__(SOURCE, path)

    def rows(self, table: str, *columns: str, **only: Json) -> list[tuple[Any, ...]]:
        return self.tables[table].filter(**only).select(columns).rows()

    def said_in(self, channel: str, *columns: str) -> list[tuple[Any, ...]]:
        posts = (
            self.tables["post"]
            .filter(pl.col("post").str.starts_with(f"{IDS.get(channel, channel)}/"))
            .sort("created_at")
        )
        return posts.select(columns).rows()


def refusal(path: Path) -> str:
    with pytest.raises(CopError) as caught:
        Read(path)
    return str(caught.value)


def key(minutes: float, channel: str = "help") -> str:
    return f"{IDS.get(channel, channel)}/{at(minutes)}"


# A workspace in full


def test_a_small_workspace_in_full(tmp_path: Path) -> None:
    read = Read(written(tmp_path, WORKSPACE))
    assert read.recognised
    assert read.skipped == {}
    assert read.reading.notes == []
    assert read.rows(
        "member", "member", "name", "username", "is_bot", "is_deleted", "deleted_at"
    ) == [
        ("U1", "Ana P", "ana", False, False, None),
        ("U2", "Bo Li", "bo", False, False, None),
        ("U3", "Cy Left", "left", False, True, time(-1440)),
        ("U4", "silent", "silent", False, False, None),
        ("U5", "Builds", "builds", True, False, None),
        ("B1", "ci", None, True, None, None),
        ("U9", "Guest", None, False, None, None),
        ("USLACKBOT", "Slackbot", None, True, None, None),
    ]
    assert read.rows("member", "email_hash", member="U1") == [(email_hash("ana@works.example"),)]
    assert read.rows("channel_member", "channel", "member") == [
        ("help", "U1"),
        ("help", "U2"),
        ("help", "U4"),
        ("general", "U1"),
    ]
    assert read.said_in("help", "post", "thread", "author", "kind", "created_at", "deleted_at") == [
        (key(-10), key(-10), "U1", "notice", time(-10), None),
        (key(0), key(0), "U1", "message", time(0), None),
        (key(30), key(0), "U2", "message", time(30), None),
        (key(40), key(0), "U1", "message", time(40), None),
        (key(50), key(50), "B1", "message", time(50), None),
        (key(1500), key(0), "U3", "message", time(1500), None),
        (key(1510), key(1510), "U5", "message", time(1510), None),
        (key(1520), key(1520), "U9", "message", time(1520), None),
        (key(1530), key(1530), "USLACKBOT", "message", time(1530), time(1530)),
        (key(1540), key(1530), "U2", "message", time(1540), None),
    ]
    assert read.rows("thread", "kind", "title", "url", "channel", thread=key(0)) == [
        ("message", "Hi @someone, how do I set the <big> torque? See the page", None, "help")
    ]
    assert read.rows("reaction", "post", "giver", "kind", "given_at") == [
        (key(0), "U2", "eyes", None),
        (key(30), "U1", "+1", None),
        (key(30), "U4", "+1", None),
        (key(30), None, "+1", None),
    ]
    for table, rows in read.tables.items():
        assert dict(rows.schema) == dict(TABLES[table].columns), table


def test_rules_tell_questions_replies_and_that_it_worked(tmp_path: Path) -> None:
    rules = dict(Read(written(tmp_path, WORKSPACE)).said_in("help", "post", "rules"))
    assert rules[key(-10)] is None
    assert {"opening", "question_mark"} <= set(rules[key(0)].split())
    assert rules[key(30)].split() == ["reply"]
    assert rules[key(40)].split() == ["thanks", "reply"]
    assert rules[key(50)].split() == ["empty"]  # what a bot asks is nobody's question


def test_a_workspace_as_a_leader_sees_it(tmp_path: Path) -> None:
    """Ana's question is answered half an hour later, and she says that it worked; bots and Slack itself are in no number."""
    take_in(
        tmp_path / "data", Request(path=written(tmp_path / "works", WORKSPACE), community="works")
    )
    told = Told(cursor=Store(tmp_path / "data").snapshot().cursor, community="works")
    assert (
        told.value("questions"),
        told.value("answered_questions"),
        told.value("wait_naive"),
    ) == (1, 1, 0.5)
    assert told.cursor.sql("select outcome from questions").fetchall() == [("resolved",)]
    assert (told.value("members"), told.value("contributors")) == (
        4,
        3,
    )  # Ana, Bo and the guest write; Cy has left
    assert told.split("questions", "topic") == {"help": 1}


def test_no_text_is_kept_but_titles(tmp_path: Path) -> None:
    read = Read(written(tmp_path, WORKSPACE))
    kept = "".join(rows.write_csv() for rows in read.tables.values())
    assert "Twelve" not in kept
    assert "works.example" not in kept


# Where it lies, and what else lies there


def zipped(folder: Path, prefix: str = "") -> Path:
    path = folder.parent / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.json")):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


def seven_zipped(folder: Path) -> Path:
    path = folder.parent / "export.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writeall(folder, "deep/er")
    return path


@pytest.mark.parametrize(
    "pack",
    [
        zipped,
        lambda folder: zipped(folder, "My export/of March/"),
        seven_zipped,
        lambda folder: folder.parent.parent,
    ],
    ids=["zip", "folder in a zip", "7z", "folder in folders"],
)
def test_packed_and_nested_exports_read_the_same(
    tmp_path: Path, pack: Callable[[Path], Path]
) -> None:
    folder = written(tmp_path / "a" / "export", WORKSPACE)
    plain, packed = Read(folder), Read(pack(folder))
    assert packed.recognised
    for table, rows in plain.tables.items():
        assert packed.tables[table].equals(rows), table


def test_only_the_slack_source_takes_a_slack_export(tmp_path: Path) -> None:
    with open_export(written(tmp_path, WORKSPACE)) as export:
        assert [source.id for source in SOURCES.values() if source.recognises(export)] == ["slack"]


@pytest.mark.parametrize(
    "files",
    [
        {"Posts.xml": b"<posts></posts>"},
        {"posts.csv": b"post_id,thread_id,kind,author_id,created_at\n1,1,question,a,2024-01-01\n"},
        {
            "general/2024-01-31.json": [
                {"id": 1, "sender_full_name": "Ana", "content": "Hello", "timestamp": 1}
            ]
        },
        {"topic/2024-01-31.json": {"id": 5, "title": "How?", "post_stream": {"posts": []}}},
        {"messages/2024-01-31.json": b"\x00\x01\x02 no JSON"},
        {"users.json": USERS},
        {"users.json": [{"id": 7, "name": "ada"}], "channels.json": [{"id": 5, "name": "help"}]},
        {"2024-01-31.json": [said(0, "U1", "Hello")]},
    ],
    ids=[
        "Stack Exchange",
        "table",
        "Zulip",
        "Discourse",
        "binary",
        "no channels",
        "other lists",
        "no channel",
    ],
)
def test_other_exports_are_refused(tmp_path: Path, files: Files) -> None:
    with open_export(written(tmp_path, files)) as export:
        assert not SOURCE.recognises(export)


def test_days_alone_are_recognised_and_read(tmp_path: Path) -> None:
    """Without the lists, bots are known by their messages, and nobody is silent."""
    read = Read(written(tmp_path, {name: rows for name, rows in WORKSPACE.items() if "/" in name}))
    assert read.recognised
    assert len(read.reading.notes) == 2
    assert ("B1", "ci", True) in read.rows("member", "member", "name", "is_bot")
    assert "U4" in [member for (member,) in read.rows("member", "member")]  # gave a reaction
    assert read.tables["channel_member"].is_empty()


def test_what_is_no_day_of_a_public_channel_is_counted(tmp_path: Path) -> None:
    others = {
        "help/canvas_in_the_conversation.json": [{"id": "F1"}],
        "canvases.json": [],
        "integration_logs.json": [],
        "README.md": b"read me",
        "groups.json": [{"id": "G1", "name": "secret"}],
        "dms.json": [{"id": "D0A", "members": ["U1", "U2"]}],
        "secret/2024-03-04.json": [said(1, "U1", "Nobody reads this")],
        "D0A/2024-03-04.json": [said(1, "U1", "Nobody reads this")],
        "D0123456789/2024-03-04.json": [said(1, "U1", "Nobody reads this")],
        "mpdm-ana--bo-1/2024-03-04.json": b"not even JSON",
        "unlisted/2024-03-04.json": [said(1, "U1", "A channel that channels.json does not have")],
    }
    read = Read(written(tmp_path, {**WORKSPACE, **others}))
    assert read.skipped == {
        "a canvas": 1,
        "a file that holds no messages": 2,
        "a day of a private channel or of direct messages (never opened)": 4,
        slack.NEVER_OPENED[slack.Kind.CLOSED]: 1,
    }
    channels = read.tables["thread"]["channel"].unique().sort().to_list()
    assert channels == ["general", "help"]


def test_addresses_come_from_canvases(tmp_path: Path) -> None:
    canvas = [{"id": "F1", "permalink": "https://the-works.slack.com/docs/T1/F1"}]
    read = Read(written(tmp_path, {**WORKSPACE, "canvases.json": canvas}))
    address = f"https://the-works.slack.com/archives/C1/p{at(0).replace('.', '')}"
    assert read.rows("thread", "url", thread=key(0)) == [(address,)]


def test_several_exports_in_one_folder_are_refused(tmp_path: Path) -> None:
    for month in ("march", "april"):
        written(tmp_path / month, WORKSPACE)
    assert "holds 2 exports (april, march)" in refusal(tmp_path)


def test_two_workspaces_of_an_organisation_are_refused(tmp_path: Path) -> None:
    """They share the accounts; one of them was read and the other left out."""
    rest = {name: each for name, each in WORKSPACE.items() if name != "users.json"}
    written(
        tmp_path,
        {
            "org_users.json": USERS,
            **{f"teams/{team}/{name}": rest[name] for team in "ab" for name in rest},
        },
    )
    assert "holds 2 exports (teams/a, teams/b)" in refusal(tmp_path)


def renamed(**more: Json) -> Files:
    """Return an export, put together of two, in which a thread goes on after its channel was renamed."""
    channels = [
        CHANNELS[1],
        {"id": "C1", "name": "help", "previous_names": ["ask", "general"], **more},
    ]
    asked, answered = said(0, "U1", "How do I?", thread_ts=at(0)), reply(1500, "U2", "So", 0)
    days = {"ask/2024-03-04.json": [asked], "help/2024-03-05.json": [answered]}
    return {
        "users.json": USERS,
        "channels.json": channels,
        **days,
        "general/2024-03-04.json": [said(0, "U4", "Hello")],
    }


def test_a_folder_of_a_channel_s_previous_name_is_that_channel(tmp_path: Path) -> None:
    read = Read(written(tmp_path, renamed()))
    assert read.said_in("help", "post", "thread") == [(key(0), key(0)), (key(1500), key(0))]
    assert read.said_in("general", "post") == [(key(0, "general"),)]


def test_a_previous_name_opens_no_folder_where_private_channels_are_listed(tmp_path: Path) -> None:
    read = Read(written(tmp_path, {**renamed(), "groups.json": []}))
    assert {post for (post,) in read.rows("post", "post")} == {key(0, "general"), key(1500)}
    assert sum(read.skipped.values()) == 1


@pytest.mark.parametrize("name", ["users.json", "channels.json", "groups.json"])
def test_a_damaged_list_is_refused_by_name(tmp_path: Path, name: str) -> None:
    assert f"'{name}' is damaged" in refusal(
        written(tmp_path, {**WORKSPACE, name: b'[{"id": "U1", '})
    )


def test_a_damaged_day_and_rows_without_sense_are_counted(tmp_path: Path) -> None:
    files = {
        **day(
            said(0, "U1", "Hello"),
            "no object",
            None,
            {"type": "message", "ts": "yesterday"},
            {"text": "no time"},
        ),
        "help/2024-03-05.json": b'[{"type": "message", "ts": "170',
        "help/2024-03-06.json": {"not": "a list"},
        "help/2024-03-07.json": None,
    }
    read = Read(written(tmp_path, files))
    assert read.skipped == {
        "a record that is no message": 2,
        "a record without a readable time (ts)": 2,
        "a day file that is damaged: no list of messages in JSON, or cut short": 2,
    }
    assert len(read.said_in("help", "post")) == 1


def test_one_odd_record_changes_nothing_of_the_others(tmp_path: Path) -> None:
    odd = {
        name: [*content, 5] if name[-7:-5].isdigit() else content
        for name, content in WORKSPACE.items()
    }
    whole, with_odd = (
        Read(written(tmp_path / "whole", WORKSPACE)),
        Read(written(tmp_path / "odd", odd)),
    )
    for table, rows in whole.tables.items():
        assert with_odd.tables[table].equals(rows), table


def test_an_author_that_is_a_number_of_many_digits_is_nobody(tmp_path: Path) -> None:
    read = Read(
        written(tmp_path, day(said(0, "U1", "Hello"), {**said(9, "U2", "Hm"), "user": -(10**400)}))
    )
    assert read.said_in("help", "author") == [("U1",), (None,)]


@pytest.mark.filterwarnings("error")
def test_records_without_a_readable_time_may_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "BATCH_ROWS", 1)
    files = {
        "general/2024-02-01.json": [{**said(0, "U1", "Hello"), "ts": "yesterday"}],
        **WORKSPACE,
    }
    assert Read(written(tmp_path, files)).skipped["a record without a readable time (ts)"] == 1


def test_large_files_are_parsed_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Read(written(tmp_path, WORKSPACE))
    monkeypatch.setattr(slack, "LARGEST_WHOLE", 10)
    monkeypatch.setattr(slack, "PIECE_ROWS", 2)
    pieces = Read(tmp_path)
    for table, rows in whole.tables.items():
        assert pieces.tables[table].equals(rows), table


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["ts", "name", "users"]), inner)
    ),
    max_leaves=4,
)
PROFILES = st.dictionaries(st.sampled_from([*slack._PROFILE_FIELDS, "image_72"]), VALUES) | VALUES
RECORDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys((*slack._RECORD_FIELDS, "blocks", "é"), VALUES)
    | {"user_profile": PROFILES},
)


@settings(max_examples=200)
@given(items=st.lists(RECORDS, max_size=4))
def test_records_are_read_alike_with_and_without_what_is_odd_in_them(
    items: list[dict[str, Json]],
) -> None:
    try:
        records = slack._DECODER.decode(json.dumps(items).encode())
    except msgspec.ValidationError:
        assert not all(
            isinstance(item.get(name), dict | None)
            for item in items
            for name in ("user_profile", "bot_profile")
        )
    else:
        assert records == [slack._record(item) for item in items]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_batches_hold_the_same_rows_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = Read(written(tmp_path, WORKSPACE))
    monkeypatch.setattr(slack, "BATCH_ROWS", size)
    pieces = Read(tmp_path)
    assert pieces.reading == whole.reading
    for table, rows in whole.tables.items():
        assert pieces.tables[table].sort(pl.all()).equals(rows.sort(pl.all())), table


# Oddities


def test_the_same_time_in_two_channels_is_two_messages(tmp_path: Path) -> None:
    read = Read(written(tmp_path, WORKSPACE))
    assert {key(0), key(0, "general")} <= set(read.tables["post"]["post"])


def test_a_message_that_two_files_of_a_channel_hold_counts_once(tmp_path: Path) -> None:
    files = {
        **day(ASKED, said(5, "U2", "Later")),
        "help/2024-03-05.json": [ASKED, said(6, "U2", "Later still")],
    }
    read = Read(written(tmp_path, files))
    assert read.skipped == {"a message that is there twice": 1}
    assert [post for (post,) in read.said_in("help", "post")] == [key(0), key(5), key(6)]
    assert len(read.rows("reaction", "post", post=key(0))) == 1


@pytest.mark.parametrize("size", [1, 50_000])
def test_twice_is_seen_across_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(slack, "BATCH_ROWS", size)
    files = {**day(ASKED), "help/2024-03-05.json": [ASKED], "help/2024-03-06.json": [ASKED]}
    assert Read(written(tmp_path, files)).skipped == {"a message that is there twice": 2}


def test_a_broadcast_without_its_thread_s_time_is_a_reply_to_its_root(tmp_path: Path) -> None:
    broadcast = said(
        5, "U2", "Also here", subtype="thread_broadcast", root={"ts": at(0), "thread_ts": at(0)}
    )
    assert Read(written(tmp_path, day(ASKED, broadcast))).said_in("help", "thread") == [
        (key(0),),
        (key(0),),
    ]


def test_what_an_app_says_in_somebodys_name_is_the_app_s(tmp_path: Path) -> None:
    read = Read(
        written(
            tmp_path, day(said(0, "U1", "Shuffled!", bot_id="B7", bot_profile={"name": "Games"}))
        )
    )
    assert read.said_in("help", "author") == [("B7",)]
    assert read.rows("member", "name", "is_bot", member="B7") == [("Games", True)]


def test_files_shared_in_old_exports_are_messages_and_unknown_kinds_are_notices(
    tmp_path: Path,
) -> None:
    messages = (
        said(
            0,
            "U1",
            "<@U1|ana> uploaded a file: <https://f|x.png> and commented: How do I read it?",
            subtype="file_share",
        ),
        said(
            1,
            None,
            "<@U2> commented",
            subtype="file_comment",
            comment={"user": "U2", "comment": "So"},
        ),
        said(2, "U1", "?", subtype="something_new"),
    )
    read = Read(written(tmp_path, day(*messages)))
    assert read.said_in("help", "author", "kind") == [
        ("U1", "message"),
        ("U2", "message"),
        ("U1", "notice"),
    ]
    assert "question_mark" in read.said_in("help", "rules")[0][0]
    assert read.reading.notes == [
        "Kinds of records that are not known, taken for notices: something_new (1)."
    ]


def test_accounts_of_older_exports(tmp_path: Path) -> None:
    """No `is_bot`, no `updated`: an account that is an app's tells by its profile."""
    users = [
        {"id": "U1", "name": "ana", "deleted": True},
        {"id": "U5", "name": "app", "profile": {"bot_id": "B5"}},
    ]
    read = Read(written(tmp_path, day(said(0, "U1", "Hello"), **{"users.json": users})))
    assert read.rows("member", "name", "is_bot", "is_deleted", "deleted_at")[:2] == [
        ("ana", False, True, None),
        ("app", True, False, None),
    ]


def test_threads_that_lack_replies_are_told(tmp_path: Path) -> None:
    asked = said(0, "U1", "How?", thread_ts=at(0), reply_count=2)
    read = Read(
        written(
            tmp_path,
            day(asked, reply(5, "U2", "So", 0), reply(9, "U2", "Its opening is elsewhere", -99)),
        )
    )
    assert read.reading.notes == [
        "Threads with more or fewer replies than Slack counts, as some are deleted or not there: 1."
    ]
    assert read.said_in("help", "thread") == [(key(0),), (key(0),), (key(-99),)]


def listing(
    minutes: float, user: str, text: str, *replies: tuple[float, str], **more: Json
) -> dict[str, Json]:
    """Return a message that lists its replies, as Slack's exports do."""
    listed = [{"user": who, "ts": at(when)} for when, who in replies]
    return said(
        minutes, user, text, thread_ts=at(minutes), reply_count=len(replies), replies=listed, **more
    )


def test_replies_that_are_listed_and_not_there_count_and_are_told(tmp_path: Path) -> None:
    """Ana's question has two replies, of which the export holds none; Bo's has its one."""
    files = day(
        listing(0, "U1", "How do I set the torque?", (20, "U2"), (30, "U1")),
        listing(60, "U2", "Where is the key?", (70, "U1")),
        reply(70, "U1", "In the drawer", 60),
    )
    read = Read(written(tmp_path, files))
    assert read.said_in("help", "post", "thread", "author", "created_at")[:3] == [
        (key(0), key(0), "U1", time(0)),
        (key(20), key(0), "U2", time(20)),
        (key(30), key(0), "U1", time(30)),
    ]
    assert len(read.said_in("help", "post")) == 5
    (note,) = read.reading.notes
    assert note.startswith("THREADS WITHOUT THEIR REPLIES: 1. The export lists 2 replies")


@pytest.mark.parametrize("size", [1, 2, 50])
def test_listed_replies_of_a_later_day_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(slack, "BATCH_ROWS", size)
    files = {
        **day(listing(0, "U1", "How do I set the torque?", (2000, "U2"), (2001, "U4"))),
        "help/2024-03-05.json": [reply(2000, "U2", "So", 0), reply(2001, "U4", "Or so", 0)],
    }
    read = Read(written(tmp_path, files))
    assert [post for (post,) in read.said_in("help", "post")] == [key(0), key(2000), key(2001)]
    assert read.reading.notes == []


@pytest.mark.parametrize(
    ("users", "author"),
    [(["U2"], "U2"), (["U1", "U2"], "U2"), (["U2", "U4"], None), (["U1"], "U1"), (None, None)],
)
def test_where_replies_are_not_listed_the_latest_is_known(
    users: Json, author: str | None, tmp_path: Path
) -> None:
    asked = said(
        0, "U1", "How do I?", thread_ts=at(0), reply_count=2, latest_reply=at(20), reply_users=users
    )
    read = Read(written(tmp_path, day(asked)))
    assert read.said_in("help", "post", "author") == [(key(0), "U1"), (key(20), author)]


def form(minutes: float, text: str, **more: Json) -> dict[str, Json]:
    return (
        said(
            minutes,
            None,
            text,
            subtype="bot_message",
            bot_id="B7",
            thread_ts=at(minutes),
            reply_count=1,
        )
        | more
    )


def test_conversations_that_an_app_opened_are_told(tmp_path: Path) -> None:
    """Two forms got a reply of a person, one that of a bot; a person replied to a person."""
    files = day(
        form(0, "Question from <@U1>: how do I?"),
        reply(5, "U2", "So", 0),
        form(10, "Question from <@U4>: how do I?"),
        reply(15, "U2", "So", 10),
        form(20, "Deployed"),
        reply(25, "U5", "Seen", 20),
        said(30, "U1", "How do I?", thread_ts=at(30)),
        reply(35, "U2", "So", 30),
    )
    read = Read(written(tmp_path, files))
    (note,) = read.reading.notes
    assert note.startswith("Conversations opened by an app in which people replied: 2.")
    assert {
        author for post, author in read.said_in("help", "post", "author") if post == key(0)
    } == {"B7"}


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"event_type": "asked", "event_payload": {"submitter": "U4", "text": "How?"}}},
        {"metadata": {"event_payload": {"user_id": "U4"}}},
        {"metadata": {"event_payload": {"userId": "U4"}}},
        {"metadata": {"event_payload": {"requestedBy": {"id": "U4", "name": "silent"}}}},
        {"user": "U4", "bot_profile": {"name": "Ask", "is_workflow_bot": True}},
    ],
)
def test_a_form_that_says_who_asked_is_that_person_s_question(more: Json, tmp_path: Path) -> None:
    read = Read(
        written(tmp_path, day(form(0, "How do I set the torque?", **more), reply(5, "U2", "So", 0)))
    )
    assert read.said_in("help", "post", "author") == [(key(0), "U4"), (key(5), "U2")]
    assert "question_mark" in dict(read.said_in("help", "post", "rules"))[key(0)]
    assert read.reading.notes == [
        "Conversations that people opened through an app, and that count as theirs: 1."
    ]


@pytest.mark.parametrize("who", ["U5", "ada", 7, None])
def test_a_form_that_names_no_person_is_the_app_s(who: Json, tmp_path: Path) -> None:
    read = Read(
        written(
            tmp_path,
            day(
                form(0, "How?", metadata={"event_payload": {"user": who}}), reply(5, "U2", "So", 0)
            ),
        )
    )
    assert read.said_in("help", "post", "author") == [(key(0), "B7"), (key(5), "U2")]


def test_an_export_in_which_nobody_said_anything_is_one(tmp_path: Path) -> None:
    quiet = written(
        tmp_path / "quiet",
        {"users.json": USERS, "channels.json": CHANNELS, "integration_logs.json": []},
    )
    whole = written(tmp_path / "whole", WORKSPACE)
    assert Read(quiet).recognised
    for path in (whole, quiet):
        take_in(tmp_path / "data", Request(path=path, community="craft"))
    questions = (
        Store(tmp_path / "data").snapshot().cursor.sql("select count(*) from questions").fetchall()
    )
    assert questions == [(1,)]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [said(0, "U1", "<@U1> has joined the channel", subtype="channel_join")],
        [said(0, None, "Build 7 failed", subtype="bot_message", bot_id="B7")],
    ],
)
def test_a_day_on_which_no_person_wrote_is_quiet(messages: list[Json], tmp_path: Path) -> None:
    lists = {"users.json": USERS, "channels.json": CHANNELS}
    path = written(tmp_path / "export", {**lists, "help/2024-03-04.json": messages})
    take_in(tmp_path / "data", Request(path=path, community="craft"))
    damaged = written(tmp_path / "damaged", {**lists, "help/2024-03-04.json": {"not": "a list"}})
    with pytest.raises(CopError, match="Nobody posts"):
        take_in(tmp_path / "data", Request(path=damaged, community="craft"))


def test_a_listed_reply_of_an_app_is_the_app_s(tmp_path: Path) -> None:
    read = Read(written(tmp_path, day(listing(0, "U1", "How do I?", (20, "B0FORM000")))))
    assert ("B0FORM000", True) in read.rows("member", "member", "is_bot")


def test_threads_of_which_only_the_number_of_replies_is_known_are_told(tmp_path: Path) -> None:
    """Two replies are counted and none is there; of another thread one of two is."""
    files = day(
        said(
            0, "U1", "How do I?", thread_ts=at(0), reply_count=2, latest_reply="0000000000.000000"
        ),
        said(60, "U1", "And that?", thread_ts=at(60), reply_count=2),
        reply(70, "U2", "So", 60),
    )
    told = Read(written(tmp_path, files)).reading.notes
    assert [note.partition(".")[0] for note in told] == [
        "THREADS WITHOUT THEIR REPLIES: 1 of which the export says only how many there are",
        "Threads with more or fewer replies than Slack counts, as some are deleted or not there: 1",
    ]


def test_days_in_another_folder_are_told_as_such(tmp_path: Path) -> None:
    files = {**WORKSPACE, "older/help/2023-03-04.json": [said(0, "U1", "How?")]}
    assert Read(written(tmp_path, files)).skipped[ELSEWHERE] == 1


def test_a_form_that_names_an_account_which_is_not_listed_is_the_app_s(tmp_path: Path) -> None:
    asked = form(0, "How?", user="U0FORMBOT", bot_profile={"is_workflow_bot": True})
    read = Read(written(tmp_path, day(asked, reply(5, "U2", "So", 0))))
    assert read.said_in("help", "post", "author")[0] == (key(0), "B7")


def test_the_accounts_of_an_organisation_are_members(tmp_path: Path) -> None:
    users, rest = (
        USERS[:2],
        {name: each for name, each in WORKSPACE.items() if name != "users.json"},
    )
    both = {**rest, "users.json": users, "org_users.json": USERS}
    known = {"U1", "U2", "U3", "U4", "U5"}
    for number, files in enumerate((both, {**rest, "org_users.json": USERS})):
        read = Read(written(tmp_path / str(number), files))
        assert read.recognised
        assert known <= {member for (member,) in read.rows("member", "member")}
        assert read.tables["member"]["member"].is_duplicated().sum() == 0


def test_the_export_is_as_old_as_the_newest_that_it_tells(tmp_path: Path) -> None:
    assert Read(written(tmp_path, WORKSPACE)).reading.exported_at == time(1540)
    edited = said(0, "U1", "Hello", edited={"user": "U1", "ts": at(9000)})
    assert Read(written(tmp_path, day(edited))).reading.exported_at == time(9000)


def test_messages_of_one_author_within_two_minutes_are_one(tmp_path: Path) -> None:
    read = Read(
        written(
            tmp_path,
            day(said(0, "U1", "Hello"), said(1, "U1", "How do I?"), reply(5, "U2", "So", 1)),
        )
    )
    assert read.said_in("help", "thread") == [(key(0),)] * 3


# Exports without threads


def old(*messages: Json) -> Files:
    return {"users.json": USERS, "channels.json": CHANNELS, "help/2024-03-04.json": list(messages)}


def guessed(folder: Path, *messages: Json) -> list[int]:
    """Return, for each message, the number of the one that opens its conversation."""
    read = Read(written(folder, old(*messages)))
    keys = [f"C1/{each['ts']}" for each in messages]
    return [keys.index(thread) for (thread,) in read.said_in("help", "thread")]


def test_without_threads_replies_are_inferred_and_said_to_be(tmp_path: Path) -> None:
    """Bo follows Ana's question; a day's talk later, Cy begins with her name; Ana tells Bo that it worked."""
    messages = (
        said(0, "U1", "How do I set the torque?"),
        said(5, "U2", "Twelve turns"),
        said(60, "U2", "Lunch"),
        said(90, "U3", "<@U1|ana> or eleven"),
        said(95, "U1", "<@U3> that worked, thanks"),
    )
    read = Read(written(tmp_path, old(*messages)))
    assert read.said_in("help", "thread") == [
        (key(0),),
        (key(0),),
        (key(60),),
        (key(0),),
        (key(0),),
    ]
    rules = [set(rules.split()) for (rules,) in read.said_in("help", "rules")]
    assert ["inferred_reply" in each for each in rules] == [False, True, False, True, True]
    assert not any("reply" in each for each in rules)
    assert read.reading.notes[0].startswith(
        "Replies that are inferred, since there were no threads: 3."
    )


def test_what_is_inferred(tmp_path: Path) -> None:
    question, other = said(0, "U1", "How do I set the torque?"), said(3, "U2", "Lunch")
    later = said(16, "U2", "Lunch")
    cases = {
        "others within a quarter of an hour": ((question, other), [0, 0]),
        "not after it": ((question, later), [0, 1]),
        "not the asker alone": ((question, said(5, "U1", "Hello?!")), [0, 1]),
        "the asker after an answer": ((question, other, said(5, "U1", "I see")), [0, 0, 0]),
        "no bot": ((question, said(3, "U5", "Build 9")), [0, 1]),
        "a mention within a day": ((said(0, "U1", "Hello"), said(600, "U2", "Hi <@U1>")), [0, 0]),
        "not later": ((said(0, "U1", "Hello"), said(1500, "U2", "Hi <@U1>")), [0, 1]),
        "nobody answers themselves": (
            (said(0, "U1", "Hello"), said(9, "U1", "<@U1> again")),
            [0, 1],
        ),
    }
    for number, (name, (messages, threads)) in enumerate(cases.items()):
        assert guessed(tmp_path / str(number), *messages) == threads, name


def test_with_threads_nothing_is_inferred_but_what_is_older_than_threads(tmp_path: Path) -> None:
    year = 366 * 24 * 60
    new = (said(0, "U1", "How do I set the torque?"), said(5, "U2", "Twelve turns"))
    before = tuple(
        said(minutes - 8 * year, user, "How do I?") for minutes, user in ((0, "U1"), (5, "U2"))
    )
    read = Read(written(tmp_path, day(*before, *new)))
    assert [thread for (thread,) in read.said_in("help", "thread")] == [
        key(-8 * year),
        key(-8 * year),
        key(0),
        key(5),
    ]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_inferred_replies_are_the_same_however_an_export_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    files = {
        "channels.json": CHANNELS,
        "help/2024-03-04.json": [said(0, "U1", "How do I set it?"), said(5, "U2", "So")],
        "help/2024-03-05.json": [said(14, "U3", "Or so"), said(15, "U1", "Ah")],
    }
    whole = Read(written(tmp_path, files)).said_in("help", "thread")
    monkeypatch.setattr(slack, "BATCH_ROWS", size)
    assert Read(tmp_path).said_in("help", "thread") == whole == [(key(0),)] * 4


# Overlapping exports


def changed(files: Files) -> dict[str, Json]:
    """Return the workspace a week later: a text edited, an answer thanked by more, a thread's opening deleted, a new one."""
    later: dict[str, Json] = json.loads(json.dumps(files))
    first = later["help/2024-03-04.json"]
    first[1] |= {"text": "Which torque is right?", "edited": {"user": "U1", "ts": at(5000)}}
    first[2]["reactions"][0] |= {"users": ["U1", "U4", "U3"], "count": 3}
    waves = later["general/2024-03-04.json"][0]
    waves |= {
        "user": "USLACKBOT",
        "subtype": "tombstone",
        "text": "This message was deleted.",
        "thread_ts": waves["ts"],
    }
    later["users.json"][1]["profile"]["display_name"] = "Bo, on leave"
    later["help/2024-03-11.json"] = [said(10_080, "U4", "Does anyone know where the key is?")]
    return later


def test_overlapping_exports_converge_in_either_order(tmp_path: Path) -> None:
    exports = {
        "older": zipped(written(tmp_path / "older" / "export", WORKSPACE)),
        "newer": written(tmp_path / "newer", changed(WORKSPACE)),
    }
    stores = []
    for order in (("older", "newer"), ("newer", "older"), ("newer",)):
        lake = Lake(tmp_path / "-".join(order))
        for name in order:
            with open_export(exports[name]) as export:
                lake.write(
                    community="works", source_name="slack", source=SOURCE, export=export, now=NOW
                )
        stores.append(built(lake, tmp_path / f"{'-'.join(order)}.duckdb"))
    assert differing(stores[0], stores[1]) == []
    assert differing(stores[0], stores[2], but_for=OF_THE_IMPORTS) == []


def test_the_same_export_as_folder_and_zip_is_one_import(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "data"), written(tmp_path / "a" / "export", WORKSPACE)
    new = []
    for path in (folder, zipped(folder)):
        with open_export(path) as export:
            imported = lake.write(
                community="works", source_name="slack", source=SOURCE, export=export, now=NOW
            )
            new.append(imported.is_new)
    assert new == [True, False]


# Whatever is handed over

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        [
            "U1",
            "USLACKBOT",
            "bot_message",
            "tombstone",
            "thread_broadcast",
            at(0),
            at(30),
            "1709542800",
            "-1",
        ]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
)


def places(content: Json) -> Iterator[tuple[Json, Json]]:
    """Yield each list or object in a JSON value with each of its keys."""
    keys = (
        content.keys()
        if isinstance(content, dict)
        else range(len(content))
        if isinstance(content, list)
        else ()
    )
    for name in list(keys):
        yield content, name
        yield from places(content[name])


@given(data=st.data())
@settings(max_examples=150)
def test_mutated_exports_are_read_or_refused_in_a_sentence(data: st.DataObject) -> None:
    files: dict[str, Json] = json.loads(json.dumps(dict(WORKSPACE)))
    for _ in range(data.draw(st.integers(1, 4))):
        holder, name = data.draw(st.sampled_from(list(places(files))))
        if data.draw(st.booleans()):
            holder[name] = data.draw(values)
        elif isinstance(holder, dict):
            holder.pop(name, None)
    if data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(files)))
        content = json.dumps(files[name]).encode()
        cut, instead = data.draw(st.integers(0, len(content))), data.draw(st.binary(max_size=3))
        files[name] = content[:cut] + instead + content[cut + 1 :]
    with TemporaryDirectory() as folder, open_export(written(Path(folder), files)) as export:
        SOURCE.recognises(export)
        reading = Reading()
        try:
            for table, rows in SOURCE.batches(export, reading):
                typed(table, rows)
        except CopError:
            return
        assert all(len(examples) <= 3 for examples in reading.examples.values())


# A real workspace: the figures of the catalogue, first from the files alone, then from the lake's tables and the store


@pytest.fixture(scope="module")
def real() -> Read:
    if not SHARED.is_dir():
        pytest.skip("shared/data/slack-r-contributors is not here")
    return Read(SHARED)


def median_hours(waits: pl.Series) -> float:
    return round(waits.dt.total_microseconds().median() / 3_600_000_000, 4)  # type: ignore[operator, arg-type]


def figures(posts: pl.DataFrame, members: pl.DataFrame) -> dict[str, float]:
    """Return the catalogue's figures of posts (post, thread, author, created_at, is_human) and members (member, is_bot)."""
    human = posts.filter("is_human")
    opening, replies = (
        human.filter(pl.col("post") == pl.col("thread")),
        human.filter(pl.col("post") != pl.col("thread")),
    )
    answered = replies.join(
        opening.select("thread", asker="author", asked_at="created_at"), on="thread"
    )
    by_other = answered.filter(pl.col("author") != pl.col("asker"))
    first = by_other.group_by("thread").agg(pl.col("created_at").min(), pl.col("asked_at").first())
    helped = by_other["author"].value_counts(sort=True)["count"]
    people = members.filter(~pl.col("is_bot"))
    return {
        "records": posts.height,
        "human messages": human.height,
        "posters": human["author"].n_unique(),
        "top-level": opening.height,
        "replies": replies.height,
        "threads": answered["thread"].n_unique(),
        "threads with one by another": first.height,
        "median hours": median_hours(first["created_at"] - first["asked_at"]),
        "answerers": len(helped),
        "top ten": round(helped.head(10).sum() / helped.sum() * 100, 2),
        "people": people.height,
        "never posted": people.join(human, left_on="member", right_on="author", how="anti").height,
    }


CATALOGUE = {
    "records": 12_564,
    "human messages": 5_813,
    "posters": 377,
    "top-level": 2_404,
    "replies": 3_409,
    "threads": 760,
    "threads with one by another": 716,
    "median hours": 3.1206,
    "answerers": 145,
    "top ten": 61.65,
    "people": 1_135,
    "never posted": 758,
}


def test_the_catalogue_s_figures_from_the_files_alone(real: Read) -> None:
    """So that the definitions are known: nothing of the source is used here."""
    users = json.loads((SHARED / "users.json").read_bytes())
    bots = {user["id"] for user in users if user["is_bot"]} | {"USLACKBOT"}
    rows = []
    for path in sorted(SHARED.glob("*/[0-9]*.json")):
        for each in json.loads(path.read_bytes()):
            is_said = each.get("subtype") in (None, "thread_broadcast", "me_message")
            is_human = is_said and each.get("user") not in bots
            moment = datetime(1970, 1, 1) + timedelta(microseconds=int(each["ts"].replace(".", "")))
            keys = (
                f"{path.parent.name}/{each[name]}"
                for name in ("ts", "thread_ts" if "thread_ts" in each else "ts")
            )
            rows.append((*keys, each.get("user"), moment, is_human))
    posts = pl.DataFrame(
        rows, schema=["post", "thread", "author", "created_at", "is_human"], orient="row"
    )
    members = pl.DataFrame(
        [(user["id"], user["is_bot"]) for user in users], schema=["member", "is_bot"], orient="row"
    )
    assert figures(posts, members) == CATALOGUE


def test_the_catalogue_s_figures_from_the_lake_s_tables(real: Read) -> None:
    """Messages that go on within two minutes are in another's thread, and open one of their own here, as in the catalogue."""
    bots = real.tables["member"].filter("is_bot")["member"].implode()
    goes_on = pl.col("rules").str.contains(" continues ")
    posts = real.tables["post"].with_columns(
        ((pl.col("kind") == "message") & ~pl.col("author").is_in(bots)).alias("is_human"),
        pl.when(goes_on).then("post").otherwise("thread").alias("thread"),
    )
    parted = posts.filter(goes_on.fill_null(False))["post"]
    told = figures(posts, real.tables["member"])
    joined = {"threads", "threads with one by another", "median hours", "answerers", "top ten"}
    assert len(parted) > 0
    assert {name: told[name] for name in told if name not in joined} == {
        name: CATALOGUE[name] for name in CATALOGUE if name not in joined
    }


def test_without_joining_messages_every_figure_is_the_catalogue_s(
    monkeypatch: pytest.MonkeyPatch, real: Read
) -> None:
    monkeypatch.setattr("cop_metrics.sources.conversations.ONE_MESSAGE", timedelta(microseconds=-1))
    apart = Read(SHARED)
    bots = apart.tables["member"].filter("is_bot")["member"].implode()
    is_human = (pl.col("kind") == "message") & ~pl.col("author").is_in(bots)
    assert (
        figures(
            apart.tables["post"].with_columns(is_human.alias("is_human")), apart.tables["member"]
        )
        == CATALOGUE
    )


def test_a_real_workspace_is_read_in_full(real: Read) -> None:
    assert real.recognised
    assert real.skipped == {"a canvas": 10, "a file that holds no messages": 5}
    by_app, missing = real.reading.notes
    assert by_app.startswith("Conversations opened by an app in which people replied: 11.")
    assert (
        missing
        == "Threads with more or fewer replies than Slack counts, as some are deleted or not there: 6."
    )
    posts, members = real.tables["post"], real.tables["member"]
    assert posts["post"].n_unique() == posts.height
    assert (
        posts["post"].str.extract("/(.*)").is_duplicated().sum() == 99
    )  # 74 more than there are different ones
    in_file = members.filter(pl.col("username").is_not_null())
    assert (in_file.height, in_file["is_bot"].sum(), in_file["is_deleted"].sum()) == (1_150, 15, 19)
    assert posts["deleted_at"].count() == 2
    assert posts.filter(kind="notice").height == 1_487 + 62
    assert real.tables["thread"]["channel"].n_unique() == 33
    assert real.tables["channel_member"]["channel"].n_unique() == 20
    assert not posts["rules"].str.contains("inferred_reply").any()


def test_the_store_of_a_real_workspace_has_its_people_and_messages(
    tmp_path: Path, real: Read
) -> None:
    take_in(tmp_path, Request(path=SHARED, community="r"))
    cursor = Store(tmp_path).snapshot().cursor
    assert cursor.sql("select count(*), count(distinct member) from posts").fetchall() == [
        (5_813, 377)
    ]
    assert cursor.sql("select count(*) from members").fetchall() == [(1_135,)]
    silent = "select count(*) from members where member not in (select member from posts)"
    assert cursor.sql(silent).fetchall() == [(758,)]


# Names of channels that change


RENAMED = {
    **{name.replace("help/", "help-welding/"): each for name, each in WORKSPACE.items()},
    "channels.json": [CHANNELS[0] | {"name": "help-welding"}, CHANNELS[1]],
}


def in_a_lake(data: Path, *exports: tuple[Source, Path]) -> Path:
    lake = Lake(data)
    for source, path in exports:
        with open_export(path) as export:
            lake.write(
                community="craft", source_name="slack", source=source, export=export, now=NOW
            )
    return built(lake, data / "store.duckdb")


def posts_of(store: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.sql("select post, thread, title from posts order by 1").fetchall()


def by_name(export: Export, reading: Reading) -> Iterator[Batch]:
    """Read as version 1 did, whose keys began with the name of the channel."""
    names = {
        "C1": "help" if any(name.startswith("help/") for name in export.names) else "help-welding",
        "C2": "general",
    }
    for table, rows in slack.read(export, reading):
        keys = [pl.col(name) for name in ("post", "thread") if name in rows.columns]
        told = [
            functools.reduce(
                lambda key, of: key.str.replace(f"^{of[0]}/", f"{of[1]}/"), names.items(), key
            )
            for key in keys
        ]
        yield Batch(table, rows.with_columns(told))


AS_BEFORE = dataclasses.replace(SOURCE, version=1, read=by_name)
LATER = {"help-welding/2024-03-20.json": [said(20_000, "U4", "Does anyone know where the key is?")]}


@pytest.mark.parametrize("older", [SOURCE, AS_BEFORE], ids=["today's keys", "keys of version 1"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_channel_that_was_renamed_stays_one(older: Source, order: int, tmp_path: Path) -> None:
    before = written(
        tmp_path / "before",
        WORKSPACE | {"help/2024-02-01.json": [said(-50_000, "U2", "Anyone here?")]},
    )
    after = written(tmp_path / "after", {**RENAMED, **LATER})
    exports = [(older, before), (SOURCE, after)][::order]
    found = posts_of(in_a_lake(tmp_path / "both", *exports))
    alone = posts_of(in_a_lake(tmp_path / "alone", (SOURCE, after)))
    gone = key(-50_000)
    assert [row for row in found if row[0] != f"slack:{gone}"] == alone


def test_days_without_lists_are_of_the_channels_that_lists_name(tmp_path: Path) -> None:
    days = written(
        tmp_path / "days", {name: each for name, each in WORKSPACE.items() if "/" in name}
    )
    whole = written(tmp_path / "whole", WORKSPACE)
    alone = posts_of(in_a_lake(tmp_path / "alone", (SOURCE, whole)))
    assert posts_of(in_a_lake(tmp_path / "both", (SOURCE, days), (SOURCE, whole))) == alone


def test_channels_that_share_a_time_by_chance_stay_two(tmp_path: Path) -> None:
    """Two people write at the same microsecond in two channels, of which one export knows only the name."""
    older = written(
        tmp_path / "older",
        {"tools/2024-03-04.json": [said(0, "U2", "Hello"), said(3, "U2", "Hello again")]},
    )
    store = in_a_lake(
        tmp_path / "data", (SOURCE, older), (SOURCE, written(tmp_path / "newer", day(ASKED)))
    )
    assert len({post for post, _, _ in posts_of(store) if post.endswith(f"/{at(0)}")}) == 2


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    secret = [
        said(1, f"U{MARK}", f"{MARK}?"),
        said(2, "U1", MARK, username=MARK),
    ]
    channel = {
        "id": "C0BOARD00",
        "name": f"{MARK}-3".lower(),
        "is_private": True,
        "members": [f"U{MARK}"],
    }
    private: Json = {
        "groups.json": [{"id": "G0BOARD00", "name": MARK.lower(), "members": [f"U{MARK}"]}],
        "dms.json": [{"id": "D0PRIVATE", "members": ["U1", f"U{MARK}"]}],
        "mpims.json": [{"id": "G0MPIM000", "name": f"mpdm-ana--{MARK.lower()}-1"}],
        "channels.json": [*CHANNELS, channel],
        "canvases.json": [
            {
                "id": "F0PAY0000",
                "title": MARK,
                "permalink": "https://works.slack.com/docs/T1/F0PAY0000",
            }
        ],
        f"FC:F0PAY0000:{MARK}/2024-03-04.json": secret,
        f"help/canvas_{MARK}.json": [{"id": "F1", "title": MARK}],
        f"__uploads/F2/{MARK}.pdf": b"x",
    }
    folders = (
        MARK.lower(),
        f"{MARK}-3".lower(),
        "G0BOARD00",
        "D0PRIVATE",
        f"mpdm-ana--{MARK.lower()}-1",
        f"{MARK} (1)",
    )
    private |= {f"{each}/2024-03-04.json": secret for each in folders}
    return written(folder, {**WORKSPACE, **private})


SAMPLES: Makers = (lambda folder: written(folder, WORKSPACE),)


QUIET: Makers = ()
"""Tests above tell of its quiet exports."""


WITH_PRIVATE: Makers = (with_private,)
