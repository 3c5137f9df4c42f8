"""Discord as DiscordChatExporter saves it: a small server in full, threads, parts, copies and what the tool lets happen."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from exports import (
    MARK,
    Makers,
    Read,
    asked,
    converges,
    has_exact_columns,
    imported,
    packed,
    refusal,
    same_tables,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources import discord
from cop_metrics.sources.discord import SOURCE

PEOPLE = {1: "ada", 2: "bo", 3: "cy", 9: "helper"}
EXPORTED = "2026-03-10T12:00:00.1234567+00:00"


def author(id_: int) -> dict[str, Any]:
    name = PEOPLE.get(id_, f"person{id_}")
    return {
        "id": str(id_),
        "name": name,
        "discriminator": "0000",
        "nickname": name.title(),
        "isBot": id_ == 9,
        "roles": [{"id": "5", "name": "welder"}],
    }


def message(
    id_: int, who: int, at: str, content: str = "Hello all", *, to: int = 0, **more: object
) -> dict[str, Any]:
    """Return a message, `at` of the 2nd of March; it replies to the message `to`."""
    return {
        "id": str(id_),
        "type": "Reply" if to else "Default",
        "timestamp": f"2026-03-02T{at}:00+00:00",
        "timestampEdited": None,
        "isPinned": False,
        "content": content,
        "author": author(who),
        "attachments": [],
        "embeds": [],
        "reactions": [],
        "mentions": [],
        **({"reference": {"messageId": str(to), "channelId": None, "guildId": None}} if to else {}),
        **more,
    }


def reaction(name: str, count: int, *givers: int, code: str | None = None) -> dict[str, Any]:
    return {
        "emoji": {"id": "", "name": name, "code": code},
        "count": count,
        "users": [author(each) for each in givers],
    }


def channel(
    id_: int,
    name: str,
    messages: Sequence[Any],
    *,
    kind: str = "GuildTextChat",
    within: str = "Workshop",
    exported: str | None = EXPORTED,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    told = {
        "guild": {"id": "77", "name": "Craft", "iconUrl": "https://link"},
        "channel": {
            "id": str(id_),
            "type": kind,
            "categoryId": "5",
            "category": within,
            "name": name,
            "topic": None,
        },
        "dateRange": {"after": after, "before": before},
        "exportedAt": exported,
        "messages": list(messages),
        "messageCount": len(messages),
    }
    return {name: value for name, value in told.items() if value is not None}


def thread(id_: int, name: str, messages: Sequence[Any], **more: Any) -> dict[str, Any]:
    return channel(
        id_, name, messages, **{"kind": "GuildPublicThread", "within": "welding", **more}
    )


WELDING = channel(
    10,
    "welding",
    [
        message(90, 3, "08:00", "", type="GuildMemberJoin"),
        message(
            100,
            1,
            "10:00",
            "Which gas do I need for aluminium?",
            reactions=[reaction("👍", 3, 2, code="thumbsup")],
        ),
        message(
            101,
            2,
            "12:30",
            "Argon",
            to=100,
            reactions=[reaction("✅", 1, 1, code="white_check_mark")],
        ),
        message(102, 1, "12:40", "Pure argon?", to=101),
        message(103, 9, "12:41", "Read the rules"),
        message(
            104,
            2,
            "12:45",
            "",
            type="ChannelPinnedMessage",
            reference={"messageId": "101", "channelId": "10"},
        ),
        message(110, 2, "13:00", "The torch sparks"),
    ],
)
TORCH = thread(
    110,
    "Sparks at the tip",
    [
        message(
            111,
            2,
            "13:00",
            "",
            type="ThreadStarterMessage",
            reference={"messageId": "110", "channelId": "10"},
        ),
        message(112, 1, "13:05", "Is it clean?"),
        message(113, 2, "13:09", "No", to=112),
    ],
)
FORUM = thread(
    200,
    "Mask fogs up",
    [message(200, 3, "14:00", "How can I stop that?"), message(201, 1, "15:00", "Soap")],
    within="help",
)
SMALL = {
    "Craft - Workshop - welding [10]": WELDING,
    "Craft - welding - Sparks at the tip [110]": TORCH,
    "Craft - help - Mask fogs up [200]": FORUM,
}


def sample(folder: Path, files: Mapping[str, object] = SMALL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(
            json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8"
        )
    return folder


def one(folder: Path, *messages: Any, **more: Any) -> Read:
    return Read(SOURCE, sample(folder, {"one": channel(10, "welding", messages, **more)}))


def test_a_small_server_in_full(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path))
    assert read.recognised
    assert (read.skipped, read.reading.notes) == ({}, [])
    assert has_exact_columns(read)
    assert (
        read.reading.exported_at
        == read.reading.observed_until
        == datetime(2026, 3, 10, 12, 0, 0, 123456)
    )
    assert read.rows("member", "member", "name", "username", "is_bot", "joined_at") == [
        ("1", "Ada", "ada", False, None),
        ("2", "Bo", "bo", False, None),
        ("3", "Cy", "cy", False, datetime(2026, 3, 2, 8)),
        ("9", "Helper", "helper", True, None),
    ]
    assert sorted(read.rows("thread", "thread", "title", "channel", "url")) == [
        (
            "100",
            "Which gas do I need for aluminium?",
            "welding",
            "https://discord.com/channels/77/10/100",
        ),
        ("103", "Read the rules", "welding", "https://discord.com/channels/77/10/103"),
        ("110", "Sparks at the tip", "welding", "https://discord.com/channels/77/10/110"),
        ("200", "Mask fogs up", "help", "https://discord.com/channels/77/200/200"),
    ]
    assert read.threads() == {
        "90": "90",
        "100": "100",
        "101": "100",
        "102": "100",
        "103": "103",
        "104": "104",
        "110": "110",
        "111": "111",
        "112": "110",
        "113": "110",
        "200": "200",
        "201": "200",
    }
    kinds = dict(read.rows("post", "post", "kind"))
    assert [post for post, kind in kinds.items() if kind == "notice"] == ["90", "104", "111"]
    assert "question_mark" in read.rules()["100"]
    assert read.rules()["101"] == read.rules()["201"] == ["reply"]
    assert sorted(read.rows("reaction", "post", "giver", "kind"), key=str) == [
        ("100", "2", "thumbsup"),
        ("100", None, "thumbsup"),
        ("100", None, "thumbsup"),
        ("101", "1", "white_check_mark"),
    ]


def test_questions_of_the_server_are_answered_and_one_is_solved(tmp_path: Path) -> None:
    store = imported(SOURCE, [sample(tmp_path / "export")], tmp_path / "data")
    assert asked(store, "select question, outcome from questions order by question") == [
        ("src:100", "resolved"),
        ("src:200", "answered"),
    ]


def test_packed_and_nested_exports_read_the_same(tmp_path: Path) -> None:
    folder = sample(tmp_path / "export")
    (folder / "Craft - welding [10].json_Files").mkdir()
    (folder / "Craft - welding [10].json_Files" / "a.json").write_text("[]")
    plain = Read(SOURCE, folder)
    for path in (packed(folder), packed(folder, within="a/b"), tmp_path):
        read = Read(SOURCE, path)
        assert read.recognised
        assert same_tables(read, plain)


def test_batches_give_the_same_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Read(SOURCE, sample(tmp_path))
    monkeypatch.setattr(discord, "MESSAGES_A_BATCH", 2)
    assert same_tables(Read(SOURCE, tmp_path), whole)


def test_a_mark_of_the_encoding_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "welding.json").write_text(json.dumps(WELDING), encoding="utf-8-sig")
    read = Read(SOURCE, tmp_path)
    assert read.recognised
    assert read.threads()["101"] == "100"


def test_parts_of_a_channel_follow_each_other(tmp_path: Path) -> None:
    """A channel in eleven parts: the tenth comes after the second; a message and its end, a minute later, are one."""
    messages = [message(100 + number, 1, f"10:{number:02d}", "Hello") for number in range(11)]
    files = {
        "welding [10]" if number == 1 else f"welding [10] [part {number}]": channel(
            10, "welding", [told]
        )
        for number, told in enumerate(messages, 1)
    }
    read = Read(SOURCE, sample(tmp_path, files))
    assert set(read.threads().values()) == {"100"}
    assert [read.rules()[str(100 + number)][-1:] for number in (0, 1, 10)] == [
        [],
        ["continues"],
        ["continues"],
    ]


def test_a_channel_that_is_saved_newest_first_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [
        message(100 + number, 1 + number // 3, f"10:{number:02d}", "Hello") for number in range(9)
    ]
    forth = one(tmp_path / "forth", *messages)
    assert set(forth.threads().values()) == {"100", "103", "106"}
    monkeypatch.setattr(discord, "MESSAGES_A_BATCH", 2)
    assert same_tables(one(tmp_path / "back", *reversed(messages)), forth)


def test_chains_of_replies_end_at_the_first_message(tmp_path: Path) -> None:
    replies = [
        message(100 + number, 1 + number % 2, "11:00", to=99 + number) for number in range(1, 200)
    ]
    read = one(tmp_path, message(100, 1, "10:00", "Which gas?"), *replies)
    assert set(read.threads().values()) == {"100"}


def test_a_reply_to_what_is_gone_opens_nothing(tmp_path: Path) -> None:
    read = one(
        tmp_path,
        message(100, 1, "10:00", "Which gas?", to=50),
        message(101, 2, "10:30", "Argon", to=100),
    )
    assert read.threads() == {"100": "50", "101": "50"}
    assert read.rules()["100"][-1] == "reply"


@pytest.mark.parametrize(
    "reference",
    [
        {"messageId": "100", "channelId": "11"},
        {"messageId": "100", "channelId": "10", "type": "Forward"},
        {"messageId": "500", "channelId": "10"},
        {"messageId": None},
        {"messageId": "x"},
        "100",
        None,
    ],
    ids=[
        "another channel",
        "forwarded",
        "of the future",
        "nothing",
        "no id",
        "no reference",
        "null",
    ],
)
def test_references_that_are_no_replies(tmp_path: Path, reference: object) -> None:
    read = one(tmp_path, message(100, 1, "10:00"), message(101, 2, "11:00", reference=reference))
    assert read.threads() == {"100": "100", "101": "101"}


def test_a_thread_that_began_with_no_message_of_a_channel_is_opened_by_its_first(
    tmp_path: Path,
) -> None:
    told = thread(
        150,
        "Masks",
        [
            message(149, 3, "09:00"),
            message(151, 1, "10:00", "Which mask?"),
            message(152, 2, "10:01"),
        ],
    )
    told["messages"][0] |= {"id": "150", "type": "ThreadCreated"}
    told["messages"][0]["id"] = "155"
    read = Read(SOURCE, sample(tmp_path, {"masks": told}))
    assert read.threads() == {"155": "155", "151": "151", "152": "151"}
    assert ("151", "Masks", "welding") in read.rows("thread", "thread", "title", "channel")


def test_that_a_thread_was_started_does_not_open_it_though_it_bears_its_id(tmp_path: Path) -> None:
    started = message(
        150,
        1,
        "09:00",
        "Masks",
        type="ThreadCreated",
        reference={"channelId": "150", "messageId": None},
    )
    told = thread(150, "Masks", [message(151, 1, "10:00", "Which mask?"), message(152, 2, "10:01")])
    read = Read(
        SOURCE, sample(tmp_path, {"welding": channel(10, "welding", [started]), "masks": told})
    )
    assert read.threads() == {"150": "150", "151": "151", "152": "151"}
    assert ("151", "Masks", "welding") in read.rows("thread", "thread", "title", "channel")


@pytest.mark.parametrize("why", ["begun by a message elsewhere", "only its later messages"])
def test_a_thread_without_its_beginning_has_no_question(tmp_path: Path, why: str) -> None:
    """It meets the message that began it when the channel, or an older export, comes in."""
    later = [message(112, 1, "13:05", "Is it clean?")]
    told = (
        TORCH
        if why.startswith("begun")
        else thread(110, "Sparks at the tip", later, after="2026-03-02T13:00:00+00:00")
    )
    read = Read(SOURCE, sample(tmp_path, {"torch": told}))
    assert read.threads()["112"] == "110"
    assert read.rules()["112"][-1] == "reply"
    assert ("110", "Sparks at the tip", "welding") in read.rows(
        "thread", "thread", "title", "channel"
    )
    assert read.reading.notes == [
        "Threads whose first message is not in the export, and so are never questions: 1."
    ]


def test_a_thread_on_a_reply_belongs_to_what_was_replied_to(tmp_path: Path) -> None:
    files = {
        "a thread": thread(101, "More", [message(102, 1, "12:00")]),
        "the channel": channel(
            10, "welding", [message(100, 1, "10:00"), message(101, 2, "11:00", to=100)]
        ),
    }
    assert set(Read(SOURCE, sample(tmp_path, files)).threads().values()) == {"100"}


def test_a_thread_on_the_second_half_of_a_message_belongs_to_its_first(tmp_path: Path) -> None:
    files = {
        "a thread": thread(
            101, "More", [message(102, 2, "12:00")], exported="2026-03-10T11:00:00+00:00"
        ),
        "the channel": channel(10, "welding", [message(100, 1, "10:00"), message(101, 1, "10:01")]),
    }
    assert set(Read(SOURCE, sample(tmp_path, files)).threads().values()) == {"100"}


def test_two_copies_of_a_channel_count_as_the_newer_tells(tmp_path: Path) -> None:
    newer = channel(
        10, "welding", [message(100, 1, "10:00", "Which gas?", reactions=[reaction("👍", 2)])]
    )
    older = channel(
        10,
        "welding",
        [message(99, 1, "09:00"), message(100, 1, "10:00", "Hello", reactions=[reaction("👍", 1)])],
        exported="2026-03-09T12:00:00+00:00",
    )
    read = Read(SOURCE, sample(tmp_path, {"a newer": newer, "b older": older}))
    assert read.rows("post", "post") == [("99",), ("100",)]
    assert "question_mark" in read.rules()["100"]
    assert len(read.tables["reaction"]) == 2


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("GuildPrivateThread", discord.PRIVATE),
        ("12", discord.PRIVATE),
        ("DirectTextChat", discord.PRIVATE),
        ("DirectGroupTextChat", discord.PRIVATE),
        ("3", discord.PRIVATE),
        ("GuildSecretRoom", discord.UNKNOWN_KIND),
    ],
)
def test_what_is_private_is_not_opened_and_not_named(
    kind: str, reason: str, tmp_path: Path
) -> None:
    begins = channel(
        11, "wages", [message(500, 4, "10:00", "Who gets less?")], kind=kind, within="welding"
    )
    cut_short = json.dumps(begins)[:-30]
    (sample(tmp_path) / "Craft - welding - wages [11].json").write_text(cut_short, encoding="utf-8")
    read = Read(SOURCE, tmp_path)
    assert read.skipped == {reason: 1}
    everything = str(read.reading) + str([rows.rows() for rows in read.tables.values()])
    for secret in ("wages", "500", "person4", "Who gets less"):
        assert secret not in everything, secret


def test_direct_messages_are_known_by_their_server_too(tmp_path: Path) -> None:
    direct = {
        **channel(11, "Zed", [message(500, 4, "10:00")]),
        "guild": {"id": "0", "name": "Direct Messages"},
    }
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "Direct Messages - Zed [11]": direct}))
    assert read.skipped == {discord.PRIVATE: 1}
    assert "Zed" not in str(read.reading)


def test_an_export_of_private_conversations_alone_is_refused(tmp_path: Path) -> None:
    said = refusal(SOURCE, sample(tmp_path, {"one": channel(11, "ada", [], kind="DirectTextChat")}))
    assert "holds private threads and conversations only" in said


def test_that_kinds_of_channels_are_not_known_is_said_as_that(tmp_path: Path) -> None:
    said = refusal(SOURCE, sample(tmp_path, {"one": channel(11, "ada", [], kind="GUILD_TEXT")}))
    assert "holds channels of kinds that are not known" in said
    assert "private threads" not in said


def test_two_servers_in_one_folder_are_refused_by_name(tmp_path: Path) -> None:
    other = {
        **channel(12, "play", [message(500, 4, "10:00")]),
        "guild": {"id": "78", "name": "Gamers"},
    }
    assert "2 servers ('Craft', 'Gamers')" in refusal(
        SOURCE, sample(tmp_path, {**SMALL, "Gamers - play [12]": other})
    )
    renamed = {**other, "guild": {"id": "77", "name": "Craft of today"}}
    assert (
        Read(SOURCE, sample(tmp_path, {"Gamers - play [12]": renamed})).tables["post"].height == 13
    )


def test_threads_that_are_not_in_the_export_are_told(tmp_path: Path) -> None:
    begins = [
        message(
            300 + each,
            2,
            "15:00",
            "Started a thread.",
            type="ThreadCreated",
            reference={"channelId": str(each)},
        )
        for each in (110, 120, 121, 120)
    ]
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "rest": channel(10, "welding", begins)}))
    (note,) = read.reading.notes
    assert note.startswith("Threads that begin here and are not in the export: 2.")
    assert "--include-threads All" in note


def test_files_that_are_no_channels_are_counted(tmp_path: Path) -> None:
    (sample(tmp_path) / "Craft - old [21].json").write_bytes(b"")
    (tmp_path / "Direct Messages - Zed [22].json").write_bytes(b"")
    read = Read(SOURCE, tmp_path)
    assert read.skipped == {discord.NO_CHANNEL: 2}
    assert read.reading.examples == {discord.NO_CHANNEL: ["Craft - old [21].json"]}


def test_an_export_in_which_nobody_said_anything_is_one(tmp_path: Path) -> None:
    older = channel(
        10, "welding", [message(100, 1, "10:00", "How?")], exported="2026-03-09T12:00:00+00:00"
    )
    newer = sample(tmp_path / "newer", {"a": channel(10, "welding", [])})
    store = imported(SOURCE, [sample(tmp_path / "older", {"a": older}), newer], tmp_path / "data")
    assert asked(store, "select count(*) from questions") == [(1,)]


@pytest.mark.parametrize("who", [9, 1])
def test_a_server_in_which_only_programs_or_private_threads_spoke_is_quiet(
    who: int, tmp_path: Path
) -> None:
    kind = "GuildTextChat" if who == 9 else "GuildPrivateThread"
    files = {
        "a": channel(10, "welding", []),
        "b": channel(11, "other", [message(100, who, "10:00")], kind=kind),
    }
    imported(SOURCE, [sample(tmp_path / "export", files)], tmp_path / "data")
    assert Read(SOURCE, tmp_path / "export").reading.is_quiet


@pytest.mark.parametrize("kind", [None, ""])
def test_a_file_that_does_not_say_what_it_is_is_never_opened(
    kind: str | None, tmp_path: Path
) -> None:
    untold = channel(10, "secret", [message(100, 1, "10:00", "How?")])
    untold["channel"]["type"] = kind
    last = dict(
        sorted(
            thread(11, "secret", [], kind="GuildPrivateThread").items(),
            key=lambda told: told[0] == "channel",
        )
    )
    last = {"guild": last.pop("guild"), "messages": untold["messages"], **last}
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "x": untold, "y": last}))
    assert read.skipped == {discord.UNKNOWN_KIND: 2}
    assert "secret" not in str(read.reading)


def test_posts_of_a_forum_within_two_minutes_are_two(tmp_path: Path) -> None:
    posts = {
        str(id_): thread(
            id_,
            f"Post {id_}",
            [message(id_, 1, at, "How do I?"), message(id_ + 1, 2, "15:00")],
            within="ask",
        )
        for id_, at in ((300, "14:00"), (400, "14:01"))
    }
    read = Read(SOURCE, sample(tmp_path, posts))
    assert read.threads() == {"300": "300", "301": "300", "400": "400", "401": "400"}


def test_two_channels_of_one_name_are_two_places(tmp_path: Path) -> None:
    files = {
        str(id_): channel(id_, "help", [message(id_ * 10, 1, "14:00", "How do I?")])
        for id_ in (10, 11)
    }
    assert len(set(Read(SOURCE, sample(tmp_path, files)).threads().values())) == 2


@pytest.mark.parametrize("older", ["reaction", "message"])
def test_a_reaction_never_changes_a_name(older: str, tmp_path: Path) -> None:
    """Who reacts is named as their account is; who writes, as the server knows them."""
    reacting = {"id": "1", "name": "ada", "nickname": "ada of elsewhere", "isBot": False}
    liked = message(
        100, 2, "10:00", reactions=[{"emoji": {"name": "x"}, "count": 1, "users": [reacting]}]
    )
    wrote = channel(10, "welding", [message(99, 1, "09:00")], exported="2026-03-09T12:00:00+00:00")
    read = channel(
        11,
        "tools",
        [liked],
        exported=f"2026-03-{'08' if older == 'reaction' else '10'}T12:00:00+00:00",
    )
    rows = Read(SOURCE, sample(tmp_path, {"a": wrote, "b": read})).rows("member", "member", "name")
    assert ("1", "Ada") in rows


def test_an_author_is_called_as_the_newest_file_says(tmp_path: Path) -> None:
    renamed = {**author(1), "nickname": "Ada Ohm"}
    newer = channel(10, "welding", [message(100, 1, "10:00", author=renamed)])
    older = thread(90, "Old", [message(90, 1, "09:00")], exported="2026-03-09T12:00:00+00:00")
    assert Read(SOURCE, sample(tmp_path, {"a": newer, "b": older})).rows("member", "name") == [
        ("Ada Ohm",)
    ]


def test_deleted_accounts_and_those_who_only_reacted_are_members(tmp_path: Path) -> None:
    gone = {**author(4), "name": "Deleted User", "nickname": "Deleted User"}
    liked = message(100, 1, "10:00", author=gone, reactions=[reaction("👍", 1, 3)])
    read = one(tmp_path, liked, message(101, 1, "10:00", author=None))
    assert read.rows("member", "member", "name", "is_deleted") == [
        ("3", "Cy", False),
        ("4", "Deleted User", True),
    ]
    assert read.rows("post", "post", "author") == [("100", "4"), ("101", None)]


@pytest.mark.parametrize(
    ("emoji", "kind"),
    [
        ({"name": "👍", "code": "thumbsup"}, "thumbsup"),
        ({"name": "👍🏽", "code": "thumbsup_tone3"}, "thumbsup"),
        ({"name": "👍🏽"}, "👍"),
        ({"id": "5", "name": "argon", "code": ""}, "argon"),
    ],
)
def test_names_of_reactions(tmp_path: Path, emoji: dict[str, str], kind: str) -> None:
    read = one(tmp_path, message(100, 1, "10:00", reactions=[{"emoji": emoji, "count": 1}]))
    assert read.rows("reaction", "giver", "kind") == [(None, kind)]


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    odd = [
        {"emoji": None, "count": 1},
        reaction("👍", 10**9),
        "👍",
        {"emoji": {"name": "👎"}, "count": "3", "users": 7},
    ]
    read = one(
        tmp_path,
        message(100, 1, "10:00", reactions=odd),
        message(101, 1, "99:00"),
        {**message(0, 1, "10:00"), "id": "many"},
        {**message(0, 1, "10:00"), "id": "9" * 30},
        "a message",
        None,
    )
    assert read.rows("post", "post") == [("100",)]
    assert read.skipped == {
        "a reaction without a name": 2,
        "reactions to a message that counts more than 10,000": 10**9,
        "a message whose time cannot be read": 1,
        "a message without a readable id": 4,
    }
    assert read.reading.examples["a message whose time cannot be read"] == ["one.json message 101"]


@pytest.mark.parametrize(
    ("exported", "before", "until"),
    [
        (EXPORTED, None, datetime(2026, 3, 10, 12, 0, 0, 123456)),
        (EXPORTED, "2026-03-05T00:00:00+00:00", None),
        (None, None, None),
    ],
)
def test_until_when_an_export_reaches(
    tmp_path: Path, exported: str | None, before: str | None, until: object
) -> None:
    assert (
        one(
            tmp_path, message(100, 1, "10:00"), exported=exported, before=before
        ).reading.observed_until
        == until
    )


def test_overlapping_exports_converge_on_the_newest(tmp_path: Path) -> None:
    """In the newer one a message is edited and got a reaction, and there are more."""
    first = WELDING["messages"]
    later = [
        first[0],
        {**first[1], "content": "Argon it is.", "reactions": [reaction("👍", 5, 2, 3)]},
        *first[2:],
        message(120, 3, "16:00", "Who has a mask?"),
    ]
    again = {
        name: {**told, "exportedAt": "2026-03-12T12:00:00+00:00"} for name, told in SMALL.items()
    }
    again["Craft - Workshop - welding [10]"]["messages"] = later
    converges(SOURCE, sample(tmp_path / "older"), sample(tmp_path / "newer", again), tmp_path)


def test_a_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    path = sample(tmp_path) / "Craft - Workshop - welding [10].json"
    path.write_bytes(path.read_bytes()[:-200])
    assert refusal(SOURCE, tmp_path) == (
        "'Craft - Workshop - welding [10].json' is cut short or not readable as JSON. "
        "Export that channel again, and let the export finish."
    )


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"guild": 1}', '{"guild": {"id": "1"}}', '{"channel": {"id": "1"}}'],
)
def test_other_json_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    (tmp_path / "b.txt").write_text(json.dumps(WELDING))
    assert "holds no channel of Discord" in refusal(SOURCE, tmp_path)


@pytest.mark.parametrize("messages", ["[]", "{}", "null", '"x"', "[[], 1]"])
def test_a_channel_without_messages(tmp_path: Path, messages: str) -> None:
    written = '{"guild": {}, "channel": {"type": "0"}, "messages": ' + messages + "}"
    (tmp_path / "a.json").write_text(written)
    assert Read(SOURCE, tmp_path).tables["post"].is_empty()


CONTENT = json.dumps(TORCH, ensure_ascii=False).encode()


ODD = [b"null", b"{}", b"[", b'"', b"-1", b"9" * 25, b"\\ud800", b"1e999", b"true"]
places = st.integers(0, len(CONTENT))
edit = st.tuples(places, st.integers(0, 20), st.one_of(st.binary(max_size=8), st.sampled_from(ODD)))


@given(st.lists(edit, max_size=4))
@settings(max_examples=200, deadline=None)
def test_mutated_channels_are_read_or_refused_in_a_sentence(
    edits: list[tuple[int, int, bytes]],
) -> None:
    content = bytearray(CONTENT)
    for start, length, instead in edits:
        content[start : start + length] = instead
    with TemporaryDirectory() as folder:
        sample(Path(folder), {"welding": WELDING})
        (Path(folder) / "torch.json").write_bytes(bytes(content))
        try:
            read = Read(SOURCE, Path(folder))
        except CopError:
            return
        assert read.tables["post"]["post"].is_unique().all()


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    hidden = {**author(77), "name": MARK, "nickname": MARK}
    secret = [message(500, 77, "10:00", f"{MARK}?", author=hidden)]
    kinds = ("GuildPrivateThread", "DirectTextChat", "DirectGroupTextChat", "GuildOfSecrets")
    files = {
        f"{kind} - {MARK} [{number}]": channel(number, MARK, secret, kind=kind, within=MARK)
        for number, kind in enumerate(kinds, 900)
    }
    return sample(folder, {**SMALL, **files})


SAMPLES: Makers = (sample,)


QUIET: Makers = ()
"""Tests above tell of its quiet exports."""


WITH_PRIVATE: Makers = (with_private,)
