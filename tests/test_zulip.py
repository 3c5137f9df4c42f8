"""Zulip: both forms of export told in small, their oddities, and a real archive of known figures."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from exports import (
    MARK,
    Makers,
    Read,
    asked,
    converges,
    has_exact_columns,
    held,
    imported,
    packed,
    refusal,
    same_tables,
    shared,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources import json_files
from cop_metrics.sources.zulip import SOURCE
from cop_metrics.tabular import email_hash

Json = dict[str, Any]
ANA, BO, CY, ROBOT, NOTIFIER = 11, 12, 13, 14, 2
WELDING, SECRET, DIRECT = 31, 32, 33


def when(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def seconds(at: datetime) -> float:
    return at.replace(tzinfo=UTC).timestamp()


# The official export


def person(key: int, name: str, **more: Any) -> Json:
    told = {
        "id": key,
        "full_name": name,
        "email": f"user{key}@org.example",
        "date_joined": seconds(when(1, 8)),
    }
    return told | {"is_bot": False, "is_active": True} | more


def message(
    key: int, sender: int, at: datetime, subject: str, content: str, recipient: int = WELDING
) -> Json:
    told = {
        "id": key,
        "sender": sender,
        "recipient": recipient,
        "subject": subject,
        "content": content,
    }
    return told | {"rendered_content": f"<p>{content}</p>", "date_sent": seconds(at)}


def realm() -> Json:
    return {
        "zerver_realm": [{"id": 1, "string_id": "org"}],
        "zerver_userprofile": [
            person(ANA, "Ana", delivery_email="Ana@Example.org"),
            person(BO, "Bo"),
            person(CY, "Cy", is_active=False),
            person(ROBOT, "Builds", is_bot=True),
        ],
        "zerver_userprofile_crossrealm": [{"id": NOTIFIER, "email": "notification-bot@zulip.com"}],
        "zerver_stream": [
            {"id": 1, "name": "welding", "invite_only": False},
            {"id": 2, "name": "secret", "invite_only": True},
        ],
        "zerver_recipient": [
            {"id": WELDING, "type": 2, "type_id": 1},
            {"id": SECRET, "type": 2, "type_id": 2},
            {"id": DIRECT, "type": 1, "type_id": ANA},
        ],
        "zerver_subscription": [
            {"recipient": WELDING, "user_profile": ANA, "active": True},
            {"recipient": WELDING, "user_profile": CY, "active": False},
            {"recipient": SECRET, "user_profile": BO, "active": True},
        ],
        "zerver_reaction": [
            {"id": 1, "message": 102, "user_profile": ANA, "emoji_name": "+1"},
            {"id": 2, "message": 301, "user_profile": ANA, "emoji_name": "+1"},
        ],
    }


def messages() -> list[Json]:
    """Ana asks in a topic that a program began, bo helps, and ana marks it as resolved; the rest is private."""
    mark = message(
        104, NOTIFIER, when(2, 12), "✔ Torch", f"@_**Ana|{ANA}** has marked this topic as resolved."
    )
    return [
        message(100, ROBOT, when(2, 8), "✔ Torch", "Build 7 failed"),
        message(101, ANA, when(2), "✔ Torch", "How do I clean the torch?"),
        message(102, BO, when(2, 10), "✔ Torch", "With a brush."),
        mark | {"rendered_content": None},
        message(201, BO, when(3), "Lunch", "Lunch is at noon"),
        message(301, BO, when(3), "Plans", "Who knows?", SECRET),
        message(302, BO, when(3), "", "Just you and me", DIRECT),
        message(401, ROBOT, when(4), "Builds", "Build 8 failed"),
    ]


def export(folder: Path, *, of: Json | None = None, files: list[list[Json]] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "realm.json").write_text(json.dumps(realm() if of is None else of), encoding="utf-8")
    for number, content in enumerate(files or [messages()], start=1):
        told = {
            "zerver_message": content,
            "zerver_usermessage": [{"message": 101, "flags_mask": 1}],
        }
        (folder / f"messages-{number:06d}.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_an_organization_s_export_in_full(tmp_path: Path) -> None:
    told = Read(SOURCE, export(tmp_path))
    assert told.recognised
    assert has_exact_columns(told)
    assert told.rows(
        "thread", "thread", "kind", "title", "channel", "created_at", "closed_at", "closed_as"
    ) == [
        ("101", "message", "Torch", "welding", when(2), when(2, 12), "resolved"),
        ("201", "message", "Lunch", "welding", when(3), None, None),
    ]
    assert told.rows("post", "post", "thread", "author", "kind", "created_at") == [
        ("100", "101", "14", "message", when(2, 8)),
        ("101", "101", "11", "message", when(2)),
        ("102", "101", "12", "message", when(2, 10)),
        ("104", "101", "2", "notice", when(2, 12)),
        ("201", "201", "12", "message", when(3)),
    ]
    assert told.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("101", "11", "solved", when(2, 12)),
        ("102", "11", "+1", None),
    ]
    assert told.rows("channel_member", "channel", "member") == [("welding", "11")]
    assert told.rows("member", "member", "name", "joined_at", "is_bot", "is_deleted") == [
        ("11", "Ana", when(1, 8), False, False),
        ("12", "Bo", when(1, 8), False, False),
        ("13", "Cy", when(1, 8), False, True),
        ("14", "Builds", when(1, 8), True, False),
        ("2", "Notification Bot", None, True, False),
    ]
    assert told.rows("member", "email_hash")[0] == (email_hash("ana@example.org"),)
    assert told.skipped == {
        "a message of a private channel or conversation": 2,
        "a message of a topic in which no person wrote": 1,
        "a reaction to no message that was read": 1,
    }
    assert told.rules()["101"] == ["opening", "question_mark"]
    assert told.rules()["102"] == ["reply"]


def test_the_asker_s_mark_solves_a_topic(tmp_path: Path) -> None:
    store = imported(SOURCE, [export(tmp_path / "export")], tmp_path / "data")
    found = "select outcome, solved, wait_seconds, channel from questions"
    assert asked(store, found) == [("resolved", True, 3600, "welding")]


def test_a_topic_marked_as_unresolved_again_is_open(tmp_path: Path) -> None:
    told = messages()
    told.append(
        message(
            105,
            NOTIFIER,
            when(2, 13),
            "✔ Torch",
            "@_**Ana|11** has marked this topic as unresolved.",
        )
    )
    assert Read(SOURCE, export(tmp_path, files=[told])).rows("thread", "closed_at")[0] == (None,)


@pytest.mark.parametrize(
    ("newest", "closed_at"),
    [("resolved", when(2, 14)), ("unresolved", None)],
)
def test_of_several_marks_the_newest_counts_in_whatever_order_they_lie(
    tmp_path: Path, newest: str, closed_at: datetime | None
) -> None:
    """Ana resolves it at twelve, somebody opens it at one; the newest mark, of two o'clock, lies before both."""
    marks = [(14, newest, BO), (13, "unresolved", CY), (12, "resolved", ANA)]
    told = [
        message(
            200 + hour,
            NOTIFIER,
            when(2, hour),
            "✔ Torch",
            f"@_**X|{who}** has marked this topic as {mark}.",
        )
        | {"rendered_content": None}
        for hour, mark, who in marks
    ]
    read = Read(SOURCE, export(tmp_path, files=[[*messages()[:3], *told]]))
    assert read.rows("thread", "closed_at") == [(closed_at,)]
    solved = [giver for giver, kind in read.rows("reaction", "giver", "kind") if kind == "solved"]
    assert solved == ([str(BO)] if closed_at else [])


GENERAL = [
    (1, ANA, when(2, 9), "How do I set the torque?"),
    (2, BO, when(2, 9, 40), "Twelve turns."),
    (3, CY, when(9, 9), "Where is the nozzle?"),
    (4, BO, when(9, 12), f"@**Cy|{CY}** second drawer."),
    (5, BO, when(16, 9), "Which gas do you use?"),
    (6, ANA, when(18, 9), "Lunch is at noon."),
]


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "(no topic)",
        "General chat",
        "general chat",
        "imported from Slack",
        "stream events",
        "✔ (no topic)",
    ],
)
def test_a_topic_without_a_name_is_no_conversation(tmp_path: Path, topic: str) -> None:
    """Three ask, a week apart: one is answered within the hour, one by name after three, one by nobody."""
    said = [message(key, who, at, topic, words) for key, who, at, words in GENERAL]
    read = Read(SOURCE, export(tmp_path / "export", files=[said]))
    assert read.threads() == {"1": "1", "2": "1", "3": "3", "4": "3", "5": "5", "6": "6"}
    assert {rules[-1] for post, rules in read.rules().items() if post in "24"} == {"inferred_reply"}
    assert read.rows("thread", "title", "closed_at")[0] == ("How do I set the torque?", None)
    assert "6 messages stand in topics that are no conversation" in read.reading.notes[-1]
    assert "2 that seem to reply" in read.reading.notes[-1]
    store = imported(SOURCE, [tmp_path / "export"], tmp_path / "data")
    assert asked(store, "select helpers from questions order by second") == [(1,), (1,), (0,)]


def test_two_channels_topics_without_a_name_are_two(tmp_path: Path) -> None:
    two = realm()
    two["zerver_stream"].append({"id": 3, "name": "casting", "invite_only": False})
    two["zerver_recipient"].append({"id": 34, "type": 2, "type_id": 3})
    said = [
        message(1, ANA, when(2, 9), "", "How do I set the torque?"),
        message(2, BO, when(2, 9, 5), "", "Sand is here.", 34),
    ]
    read = Read(SOURCE, export(tmp_path, of=two, files=[said]))
    assert read.threads() == {"1": "1", "2": "2"}


def test_what_one_writes_on_within_two_minutes_is_one_message_there_too(tmp_path: Path) -> None:
    said = [
        message(1, ANA, when(2, 9), "", "How do I set the torque?"),
        message(2, ANA, when(2, 9, 1), "", "The left one."),
        message(3, ROBOT, when(2, 9, 2), "", "Build 7 failed"),
        message(4, BO, when(2, 9, 5), "", "Twelve turns."),
    ]
    read = Read(SOURCE, export(tmp_path, files=[said]))
    assert read.threads() == {"1": "1", "2": "1", "3": "3", "4": "1"}


def test_people_write_on_beside_a_resolved_topic(tmp_path: Path) -> None:
    """The name without the mark is the same topic, in upper or lower case."""
    told = [*messages(), message(106, CY, when(5), "torch", "A cloth is enough.")]
    assert Read(SOURCE, export(tmp_path, files=[told])).threads()["106"] == "101"


def test_files_need_not_be_in_the_order_of_time(tmp_path: Path) -> None:
    """And a message that two files hold counts once."""
    told = messages()
    ordered = Read(SOURCE, export(tmp_path / "one", files=[told]))
    turned = Read(SOURCE, export(tmp_path / "other", files=[told[2:], [*told[:3], told[4]]]))
    for table in ("member", "thread", "post", "reaction"):
        assert turned.tables[table].sort(pl.all()).equals(ordered.tables[table].sort(pl.all())), (
            table
        )


def test_older_exports_date_messages_by_another_name_and_have_no_html(tmp_path: Path) -> None:
    told = messages()
    for each in told:
        each["pub_date"] = each.pop("date_sent")
        del each["rendered_content"]
    assert (
        Read(SOURCE, export(tmp_path / "older", files=[told])).rules()
        == Read(SOURCE, export(tmp_path / "newer")).rules()
    )


def test_the_log_says_when_the_export_was_made(tmp_path: Path) -> None:
    logged = realm() | {
        "zerver_realmauditlog": [{"event_time": seconds(when(9)), "event_type": 205}]
    }
    assert Read(SOURCE, export(tmp_path / "a", of=logged)).reading.exported_at == when(9)
    assert Read(SOURCE, export(tmp_path / "b")).reading.exported_at is None


def test_overlapping_organizations_exports_converge(tmp_path: Path) -> None:
    """The newer has another reaction, more messages, another name of a topic and one person less that is active."""
    older, newer = realm(), realm()
    older["zerver_realmauditlog"] = [{"event_time": seconds(when(10))}]
    newer["zerver_realmauditlog"] = [{"event_time": seconds(when(20))}]
    newer["zerver_reaction"].append(
        {"id": 3, "message": 201, "user_profile": CY, "emoji_name": "tada"}
    )
    newer["zerver_userprofile"][1]["is_active"] = False
    told = [each | {"subject": each["subject"].replace("Lunch", "Dinner")} for each in messages()]
    told.append(message(202, CY, when(12), "Dinner", "Thanks"))
    first = export(tmp_path / "older", of=older, files=[messages()[:-1]])
    converges(SOURCE, first, export(tmp_path / "newer", of=newer, files=[told]), tmp_path)


# The archive


def archived(key: int, sender: str, at: datetime, content: str) -> Json:
    return {
        "content": content,
        "id": key,
        "sender_full_name": sender,
        "timestamp": int(seconds(at)),
    }


def archive(folder: Path, **topics: list[Json]) -> Path:
    """Write an archive with an index; the one channel is 'hot/work 1.5'."""
    stream = folder / "zulip_json" / "7-hot.2Fwork-1.2E5"
    stream.mkdir(parents=True, exist_ok=True)
    index = {
        "streams": {"hot/work 1.5": {"id": 7, "latest_id": 3, "topic_data": {}}},
        "time": seconds(when(9)),
    }
    (folder / "zulip_json" / "stream_index.json").write_text(json.dumps(index), encoding="utf-8")
    told = topics or {"Which.20rod.3F": asking(), "hello": greeting()}
    for name, content in told.items():
        (stream / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def asking() -> list[Json]:
    """A greeting and the question a minute later are one; bo answers after an hour."""
    return [
        archived(1, "Ana Alder", when(2), "<p>Hello all</p>"),
        archived(
            2, "Ana Alder", when(2, 9, 1), "<p>Which rod do I need?</p><pre><code>why?</code></pre>"
        ),
        archived(3, "Bo Birch", when(2, 10), "<p>The thin one.</p>"),
        archived(4, "Ana Alder", when(2, 10, 1), "<p>Thanks, that worked!</p>"),
    ]


def greeting() -> list[Json]:
    return [
        archived(8, "Welcome Bot", when(1), "<p>Hi! How are you?</p>"),
        archived(9, "rss-bot", when(1, 10), "<p>News</p>"),
    ]


def test_an_archive_in_full(tmp_path: Path) -> None:
    told = Read(SOURCE, archive(tmp_path))
    assert told.recognised
    assert has_exact_columns(told)
    assert told.rows("thread", "thread", "title", "channel", "created_at") == [
        ("1", "Which rod?", "hot/work 1.5", when(2))
    ]
    assert told.threads() == {"1": "1", "2": "1", "3": "1", "4": "1"}
    rules = told.rules()
    assert rules["2"][-1] == "continues"
    assert "question_mark" in rules["2"]
    assert rules["4"] == ["thanks", "reply"]
    assert sorted(told.rows("member", "member", "name", "is_bot")) == [
        ("Ana Alder", "Ana Alder", False),
        ("Bo Birch", "Bo Birch", False),
        ("Welcome Bot", "Welcome Bot", True),
        ("rss-bot", "rss-bot", True),
    ]
    assert told.skipped == {"a message of a topic in which no person wrote": 2}
    assert told.reading.notes == []
    assert told.reading.exported_at == when(9)
    assert "reaction" not in told.tables


def test_an_archive_as_measured(tmp_path: Path) -> None:
    store = imported(SOURCE, [archive(tmp_path / "archive")], tmp_path / "data")
    assert asked(store, "select found_by, wait_seconds, helpers from questions") == [
        ("what follows within two minutes", 3600, 1)
    ]


@pytest.mark.parametrize("minutes", [1, 2, 3])
@pytest.mark.parametrize("between", [False, True])
def test_what_the_asker_adds_belongs_to_the_question_for_two_minutes(
    tmp_path: Path, minutes: int, between: bool
) -> None:
    """Unless somebody else has spoken; then it is a reply like others."""
    told = [
        archived(1, "Ana", when(2), "Hello"),
        archived(3, "Ana", when(2, 9, minutes), "Which rod?"),
    ]
    if between:
        told.append(archived(2, "Bo", when(2), "Hi"))
    last = Read(SOURCE, archive(tmp_path, topic=told)).rules()["3"][-1]
    assert last == ("continues" if minutes < 3 and not between else "reply")


def test_a_resolved_topic_of_an_archive_is_closed(tmp_path: Path) -> None:
    mark = '<p><span class="user-mention silent" data-user-id="1">Ana Alder</span> has marked this topic as resolved.</p>'
    told = [*asking(), archived(5, "Notification Bot", when(3), mark)]
    seen = Read(SOURCE, archive(tmp_path, **{".E2.9C.94.20Which.20rod.3F": told}))
    assert seen.rows("thread", "title", "closed_at", "closed_as") == [
        ("Which rod?", when(3), "resolved")
    ]
    assert dict(seen.rows("post", "post", "kind"))["5"] == "notice"


def test_a_channel_without_a_plain_letter_is_named_by_its_number(tmp_path: Path) -> None:
    """zulip-archive leaves of '技術' nothing but its number: the index knows the name, else the folder is one."""
    for folder, key in (("123-", 1), ("124-", 5)):
        (tmp_path / folder).mkdir()
        told = [archived(key, "Ana Alder", when(2), "<p>Which rod do I need?</p>")]
        (tmp_path / folder / "rods.json").write_text(json.dumps(told), encoding="utf-8")
    index = {"time": seconds(when(9)), "streams": {"技術": {"id": 123, "topic_data": {"rods": {}}}}}
    (tmp_path / "stream_index.json").write_text(json.dumps(index), encoding="utf-8")
    assert Read(SOURCE, tmp_path).rows("thread", "thread", "channel") == [
        ("1", "技術"),
        ("5", "124-"),
    ]


def test_archived_channels_among_the_private_ones_are_told_and_not_named(tmp_path: Path) -> None:
    old = realm()
    old["zerver_stream"][1] |= {"name": "1a2b3c4!DEACTIVATED:foundry", "deactivated": True}
    read = Read(SOURCE, export(tmp_path, of=old))
    assert "1 archived channels are among the private ones" in " ".join(read.reading.notes)
    assert "foundry" not in " ".join(read.reading.notes)


def test_a_channel_that_the_index_does_not_name_is_called_as_its_folder(tmp_path: Path) -> None:
    (archive(tmp_path) / "zulip_json" / "stream_index.json").unlink()
    assert Read(SOURCE, tmp_path).rows("thread", "channel") == [("hot/work-1.5",)]


def test_topics_that_the_index_names_and_no_file_holds_are_told(tmp_path: Path) -> None:
    """A topic that begins with an unusual sign lies in a file that is hidden, and easily left behind."""
    folder = archive(tmp_path)
    index = folder / "zulip_json" / "stream_index.json"
    topics = {name: {"size": 1} for name in ("Which rod?", "hello", "/dev")}
    index.write_text(
        index.read_text().replace('"topic_data": {}', f'"topic_data": {json.dumps(topics)}'),
        encoding="utf-8",
    )
    [note] = Read(SOURCE, folder).reading.notes
    assert note.startswith("1 of the 3 topics that the archive's index names have no file.")
    stream = next((folder / "zulip_json").glob("7-*"))
    (stream / ".2Fdev.json").write_text(
        json.dumps([archived(30, "Cy", when(3), "Hi")]), encoding="utf-8"
    )
    seen = Read(SOURCE, packed(folder))
    assert seen.reading.notes == []
    assert ("/dev",) in seen.rows("thread", "title")


def test_overlapping_archives_converge(tmp_path: Path) -> None:
    """The newer has an edited message, one more, and a topic that was renamed and resolved."""
    older, newer = archive(tmp_path / "older"), tmp_path / "newer"
    told = asking()
    told[1]["content"] = "<p>I found it.</p>"
    mark = archived(
        6, "Notification Bot", when(4), "<p>Ana Alder has marked this topic as resolved.</p>"
    )
    archive(
        newer,
        **{
            ".E2.9C.94.20Rods": [*told, archived(5, "Cy", when(3), "<p>Fine</p>"), mark],
            "hello": greeting(),
        },
    )
    index = newer / "zulip_json" / "stream_index.json"
    index.write_text(
        index.read_text().replace(str(seconds(when(9))), str(seconds(when(10)))), encoding="utf-8"
    )
    converges(SOURCE, older, newer, tmp_path)


# Both


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    told = asking()
    told[3]["timestamp"] = "yesterday"
    folder = archive(tmp_path, topic=told, other=[archived(20, "Cy", when(3), "Hi")])
    stream = next((folder / "zulip_json").glob("7-*"))
    (stream / "cut.json").write_text(json.dumps(asking())[:-20], encoding="utf-8")
    seen = Read(SOURCE, folder)
    assert seen.skipped == {
        "a message without a readable id or date": 1,
        "a file that is no readable JSON or is cut short": 1,
    }
    assert len(seen.tables["thread"]) == 2


def test_a_realm_that_is_cut_short_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = export(tmp_path)
    (folder / "realm.json").write_bytes((folder / "realm.json").read_bytes()[:200])
    assert (
        refusal(SOURCE, folder)
        == "realm.json is no JSON or is cut short. Export, copy or download it again."
    )


@pytest.mark.parametrize("of", ["private", "programs"])
def test_an_export_in_which_nobody_wrote_to_all_has_no_post(tmp_path: Path, of: str) -> None:
    private = [each for each in messages() if each["recipient"] != WELDING]
    programs = [each for each in messages() if each["subject"] == "Builds"]
    told = Read(SOURCE, export(tmp_path, files=[private if of == "private" else programs]))
    assert told.reading.is_quiet
    assert told.tables["post"].is_empty()
    assert told.skipped


def test_an_export_of_which_no_message_can_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = [each | {"date_sent": None} for each in messages()]
    assert "holds no message of a person in a public channel" in refusal(
        SOURCE, export(tmp_path, files=[broken])
    )


@pytest.mark.parametrize("make", [export, archive], ids=["export", "archive"])
@pytest.mark.parametrize(
    "pack", [packed, lambda folder: packed(folder, within="a/b"), lambda folder: folder.parent]
)
def test_packed_and_nested_exports_read_the_same(
    tmp_path: Path, make: Callable[[Path], Path], pack: Callable[[Path], Path]
) -> None:
    folder = make(tmp_path / "outer" / "zulip")
    plain, other = Read(SOURCE, folder), Read(SOURCE, pack(folder))
    assert other.recognised
    assert same_tables(plain, other)


@pytest.mark.parametrize("make", [export, archive], ids=["export", "archive"])
def test_batches_and_long_files_hold_the_same_rows(
    tmp_path: Path, make: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path)
    whole = Read(SOURCE, folder)
    monkeypatch.setattr("cop_metrics.sources.zulip.BATCH_ROWS", 1)
    monkeypatch.setattr(json_files, "WHOLE", 10)
    assert same_tables(whole, Read(SOURCE, folder))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("realm.json", b'{"zerver_realm": []}'),
        ("2026-03-01.json", b'[{"ts": "1.0", "user": "U1", "text": "timestamp content"}]'),
        ("topic.json", b'{"post_stream": {"posts": []}}'),
        ("empty.json", b""),
    ],
)
def test_others_exports_are_not_taken(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CopError):
        assert not Read(SOURCE, tmp_path).recognised


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    st.lists(st.tuples(st.integers(0, 60), WILD), min_size=1, max_size=6),
    st.integers(0, 6000),
    st.booleans(),
)
@settings(max_examples=60)
def test_wild_exports_are_read_or_refused_in_a_sentence(
    changes: list[tuple[int, Any]], cut: int, official: bool
) -> None:
    """Any value may stand anywhere, and a file may end anywhere."""
    of, told, topic = realm(), messages(), asking()
    rows = [row for table in of.values() for row in table] + told if official else topic
    for which, value in changes:
        row = rows[which % len(rows)]
        row[sorted(row)[which % len(row)]] = value
    with TemporaryDirectory() as folder:
        path = (
            export(Path(folder), of=of, files=[told])
            if official
            else archive(Path(folder), topic=topic, more=asking())
        )
        file = sorted(path.rglob("*.json"))[cut % 2]
        file.write_bytes(file.read_bytes()[: cut if cut % 3 == 0 else None])
        try:
            seen = Read(SOURCE, path)
            written(SOURCE, path, path / "data")
        except CopError:
            return
        assert has_exact_columns(seen)


def figures(told: Read) -> tuple[int, int, float]:
    """Return the topics in which a person wrote, those with a reply of another, and the naive median wait in hours."""
    bots = told.tables["member"].filter("is_bot")["member"].to_list()
    people = told.tables["post"].filter(~pl.col("author").is_in(bots))
    openers = people.filter(pl.col("post") == pl.col("thread")).select(
        "thread", asker="author", asked_at="created_at"
    )
    by_other = people.join(openers, on="thread").filter(pl.col("author") != pl.col("asker"))
    first = by_other.group_by("thread").agg(pl.col("created_at").min() - pl.col("asked_at").first())
    hours = first["created_at"].dt.total_seconds() / 3_600
    return openers.height, hours.len(), round(float(hours.median()), 4)  # type: ignore[arg-type]


def test_a_real_archive_has_its_topics_and_replies() -> None:
    """Of all topics that its index names; 22 of their files have names that begin with a dot.

    Of 802 topics with a person 552 have a reply; the 21 messages among Zulip's own "stream events" are 18 conversations
    instead of 5, and of these 3 have a reply instead of 5.
    """
    told = Read(SOURCE, shared("zulip-ncar"))
    assert told.recognised
    assert [note.split(" stand")[0] for note in told.reading.notes] == ["21 messages"]
    assert (
        len(told.tables["post"]) + told.skipped.pop("a message of a topic in which no person wrote")
        == 6_707
    )
    assert told.skipped == {}
    assert told.tables["thread"].filter(pl.col("closed_as") == "resolved").height == 19
    assert sorted(told.tables["member"].filter("is_bot")["name"]) == [
        "Notification Bot",
        "Welcome Bot",
    ]
    assert told.tables["thread"].filter(pl.col("channel") == "0.1° JRA BGC Run").height > 0
    assert figures(told) == (815, 550, 0.9924)


def test_a_real_archive_without_its_hidden_files_has_the_figures_that_were_counted_without_them(
    tmp_path: Path,
) -> None:
    ignored = shutil.ignore_patterns(".*")
    """The catalogue counts 780 topics, 536 of them with a reply, the messages among "stream events" as they lie."""
    told = Read(
        SOURCE, Path(shutil.copytree(shared("zulip-ncar"), tmp_path / "copy", ignore=ignored))
    )
    assert next(note.split(" that")[0] for note in told.reading.notes) == "22 of the 831 topics"
    assert (
        len(told.tables["post"]) + told.skipped["a message of a topic in which no person wrote"]
        == 6_555
    )
    assert told.tables["member"].height == 168
    assert figures(told) == (793, 534, 0.9772)


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    of = realm()
    of["zerver_stream"][1] |= {"name": MARK, "description": MARK}
    secret = [
        message(key, BO, when(3), MARK, f"{MARK}?", recipient)
        for key, recipient in ((301, SECRET), (302, DIRECT))
    ]
    of["zerver_reaction"][1]["emoji_name"] = MARK
    public = [each for each in messages() if each["id"] not in (301, 302)]
    return export(folder, of=of, files=[[*public, *secret]])


def quiet_realm(folder: Path) -> Path:
    return export(folder, files=[[]], of=realm() | {"zerver_reaction": []})


SAMPLES: Makers = (export, archive)


QUIET: Makers = (
    quiet_realm,
    lambda folder: held(folder, {"stream_index.json": '{"time": 1772982000.0, "streams": {}}'}),
)


WITH_PRIVATE: Makers = (with_private,)
