"""Items of Perceval: a small community told by each backend, the forms in which items lie in files, and what is refused."""

import copy
import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import test_discourse
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
from cop_metrics.sources import discourse, json_files
from cop_metrics.sources.perceval.items import BACKENDS, SOURCE
from cop_metrics.tabular import email_hash

Json = dict[str, Any]
WELDING = {"id": "C01", "name": "welding"}
ADA = {
    "id": "U1",
    "name": "ada",
    "is_bot": False,
    "profile": {"display_name": "Ada", "email": "Ada@example.org"},
}
BO = {
    "id": "U2",
    "name": "bo",
    "is_bot": False,
    "profile": {"display_name": "", "real_name": "Bo Birch"},
}


def when(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def second(day: int, hour: int = 9, minute: int = 0) -> int:
    return int(when(day, hour, minute).replace(tzinfo=UTC).timestamp())


def iso(day: int, hour: int = 9) -> str:
    return f"2026-03-{day:02d}T{hour:02d}:00:00Z"


def item(
    backend: str, key: str, data: Json, *, fetched: int = 20, origin: str | None = None
) -> Json:
    """Return an item as Perceval prints it, fetched on a day of March."""
    return {
        "backend_name": BACKENDS[backend].name if backend in BACKENDS else backend,
        "backend_version": "1.0.0",
        "category": BACKENDS[backend].category if backend in BACKENDS else "message",
        "data": data,
        "origin": origin or f"https://{backend}.example.org/craft/welding",
        "perceval_version": "1.6.1",
        "tag": "",
        "timestamp": float(second(fetched)),
        "updated_on": float(second(1)),
        "uuid": f"{backend}-{key}",
    }


def kept(folder: Path, *items: Json, name: str = "items.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(
        "".join(f"{json.dumps(each, sort_keys=True)}\n" for each in items), encoding="utf-8"
    )
    return folder


def read(folder: Path, *items: Json) -> Read:
    return Read(SOURCE, kept(folder, *items))


# A question, its answer and a reaction, as each service tells them


def slack(ts: str, user: Json | None, text: str, **more: Any) -> Json:
    told: Json = {"ts": ts, "type": "message", "text": text, "channel_info": WELDING}
    return told | ({"user": user["id"], "user_data": user} if user else {}) | more


def slack_items() -> list[Json]:
    """Newest first, as Slack gives them: ada asks in two messages, bo replies to the channel too, a bot talks, cy joins."""
    root, reply = f"{second(1)}.000100", f"{second(1, 10)}.000200"
    told = [
        slack(f"{second(2)}.000000", BO, "has joined", subtype="channel_join"),
        slack(
            f"{second(1, 11)}.000000",
            None,
            "Build 7 failed?",
            subtype="bot_message",
            bot_id="B7",
            username="builds",
        ),
        slack(reply, BO, "With argon.", subtype="thread_broadcast", thread_ts=root),
        slack(f"{second(1, 9, 1)}.000000", ADA, "Any hints, <@U2>?"),
        slack(
            root,
            ADA,
            "How do I weld aluminium, <@U2>?",
            thread_ts=root,
            reply_count=3,
            reactions=[{"name": "+1::skin-tone-2", "count": 3, "users": ["U2", "U9"]}],
        ),
    ]
    return [item("slack", each["ts"], each) for each in told]


def post(key: str, user: str, day: int, hour: int, message: str, **more: Any) -> Json:
    at = second(day, hour) * 1000
    data = {
        "id": user,
        "username": user,
        "first_name": user.title(),
        "email": f"{user}@example.org",
        "create_at": second(1, 1) * 1000,
        "delete_at": 0,
    }
    channel = {"id": "c1", "name": "welding", "display_name": "Welding", "type": "O"}
    told = {
        "id": key,
        "user_id": user,
        "user_data": data,
        "channel_data": channel,
        "message": message,
        "type": "",
    }
    return (
        told
        | {
            "create_at": at,
            "update_at": at,
            "delete_at": 0,
            "root_id": "",
            "props": {},
            "metadata": {},
        }
        | more
    )


def mattermost_items() -> list[Json]:
    thanks = {"user_id": "ada", "emoji_name": "tada", "create_at": second(1, 11) * 1000}
    told = [
        post(
            "p4",
            "ada",
            2,
            9,
            "Deployed",
            props={"from_webhook": "true", "override_username": "deploy"},
        ),
        post("p3", "bo", 1, 12, "bo joined", type="system_join_channel"),
        post("p2", "bo", 1, 10, "With argon.", root_id="p1", metadata={"reactions": [thanks]}),
        post("p1", "ada", 1, 9, "How do I weld aluminium?"),
    ]
    return [item("mattermost", each["id"], each) for each in told]


def rocketchat(key: str, user: str, day: int, hour: int, msg: str, **more: Any) -> Json:
    by = {"_id": f"id-{user}", "username": user, "name": user.title()}
    told = {
        "_id": key,
        "rid": "r1",
        "msg": msg,
        "ts": iso(day, hour),
        "_updatedAt": iso(day, hour),
        "u": by,
    }
    return told | {"channel_info": {"_id": "r1", "name": "welding", "t": "c"}} | more


def rocketchat_items() -> list[Json]:
    told = [
        rocketchat("m1", "ada", 1, 9, "How do I weld aluminium?"),
        rocketchat(
            "m2",
            "bo",
            1,
            10,
            "With argon.",
            tmid="m1",
            reactions={":clap:": {"usernames": ["ada", "stranger"]}},
        ),
        rocketchat("m3", "bo", 2, 9, "bo", t="uj"),
        rocketchat("m4", "bo", 3, 9, "", t="rm", editedAt=iso(4)),
    ]
    return [item("rocketchat", each["_id"], each) for each in told]


def github_user(login: str, kind: str = "User") -> Json:
    return {
        "user": {"login": login, "type": kind},
        "user_data": {"login": login, "name": login.title(), "email": None},
    }


def github_items() -> list[Json]:
    """Ana asks, bo and a bot comment, ana thanks; a second issue is closed, and a pull request stands among them."""
    reaction = {"content": "heart", "created_at": iso(3), **github_user("ana")}
    comments = [
        {
            "id": 7,
            "body": "With argon.",
            "created_at": iso(1, 10),
            "reactions": {"heart": 2},
            "reactions_data": [reaction],
            **github_user("bo"),
        },
        {"id": 8, "body": "Stale", "created_at": iso(1, 11), **github_user("stale[bot]", "Bot")},
        {"id": 9, "body": "Thanks, that worked!", "created_at": iso(1, 12), **github_user("ana")},
    ]
    first = {
        "id": 7,
        "number": 1,
        "title": "Aluminium",
        "body": "How do I weld it?",
        "html_url": "https://github.example.org/craft/welding/issues/1",
        "created_at": iso(1),
        "updated_at": iso(3),
        "closed_at": None,
        "labels": [{"name": "argon"}],
        "comments_data": comments,
        **github_user("ana"),
    }
    closed = {
        "id": 12,
        "title": "Sparks",
        "body": None,
        "created_at": iso(4),
        "closed_at": iso(5),
        "state_reason": "not_planned",
        "user": None,
    }
    pull = {"id": 13, "title": "Fix", "created_at": iso(4), "pull_request": {}, **github_user("bo")}
    return [item("github", str(each["id"]), each) for each in (first, closed, pull)]


def gitlab_user(id_: int, username: str) -> Json:
    return {"id": id_, "username": username, "name": username.title()}


def gitlab_items() -> list[Json]:
    ana, bo = gitlab_user(1, "ana"), gitlab_user(2, "bo")
    notes = [
        {
            "id": 5,
            "author": bo,
            "body": "With argon.",
            "created_at": iso(1, 10),
            "system": False,
            "award_emoji_data": [{"name": "thumbsup", "user": ana, "created_at": iso(2)}],
        },
        {
            "id": 6,
            "author": bo,
            "body": "changed the title",
            "created_at": iso(1, 11),
            "system": True,
        },
        {"id": 7, "author": bo, "body": "Between us", "created_at": iso(1, 12), "internal": True},
        {
            "id": 8,
            "author": gitlab_user(9, "project_4_bot"),
            "body": "Triage",
            "created_at": iso(1, 13),
        },
    ]
    issue = {
        "id": 5,
        "iid": 1,
        "title": "Aluminium",
        "description": "How do I weld it?",
        "author": ana,
        "created_at": iso(1),
        "closed_at": iso(6),
        "labels": ["argon"],
        "web_url": "https://gitlab.example.org/craft/welding/-/issues/1",
        "notes_data": notes,
        "award_emoji_data": [],
    }
    secret = {**issue, "id": 6, "confidential": True}
    return [item("gitlab", str(each["id"]), each) for each in (issue, secret)]


def owner(id_: int | None, name: str) -> Json:
    told = {"user_id": id_} if id_ is not None else {"user_type": "does_not_exist"}
    return {"owner": {**told, "display_name": name}}


def stack_exchange_items() -> list[Json]:
    remark = {"comment_id": 11, "creation_date": second(1, 12), **owner(1, "Ana")}
    answers = [
        {
            "answer_id": 2,
            "creation_date": second(1, 10),
            "is_accepted": True,
            "up_vote_count": 2,
            "comments": [remark],
            **owner(2, "Bo"),
        },
        {
            "answer_id": 3,
            "creation_date": second(1, 11),
            "is_accepted": False,
            "score": -1,
            **owner(None, "gone"),
        },
    ]
    question = {
        "question_id": 1,
        "title": "Aluminium",
        "link": "https://craft.example.org/q/1",
        "creation_date": second(1),
        "last_activity_date": second(2),
        "view_count": 40,
        "tags": ["argon", "metal"],
        "score": 1,
        "up_vote_count": 2,
        "down_vote_count": 1,
        "answers": answers,
        **owner(1, "Ana"),
    }
    return [item("stackexchange", "1", question, origin="craft")]


def mail(key: str, sender: str, day: int, hour: int, subject: str, plain: str, **more: Any) -> Json:
    told = {
        "From": sender,
        "Date": f"{day} Mar 2026 {hour:02d}:00:00 +0000",
        "Subject": subject,
        "Message-ID": key,
    }
    return told | {"body": {"plain": plain}, "unixfrom": "x"} | more


def mbox_items() -> list[Json]:
    told = [
        mail(
            "<m1@x>", "Ada <ada@example.org>", 1, 9, "Aluminium", "How do I weld it?\n\n-- \nAda\n"
        ),
        mail(
            "<m2@x>",
            "bo at example.org (Bo Birch)",
            1,
            10,
            "Re: Aluminium",
            "> How do I weld it?\nWith argon.",
            **{"In-Reply-To": "<m1@x>", "Content-Transfer-Encoding": "base64"},
        ),
    ]
    return [item("mbox", each["Message-ID"], each) for each in told]


def discourse_items() -> list[Json]:
    folder = Path(TemporaryDirectory().name)
    files = sorted(test_discourse.forum(folder).rglob("*.json"))
    topics = [json.loads(file.read_bytes()) for file in files]
    return [item("discourse", str(each["id"]), each) for each in topics if "post_stream" in each]


SMALL: dict[str, Callable[[], list[Json]]] = {
    "discourse": discourse_items,
    "slack": slack_items,
    "stackexchange": stack_exchange_items,
    "mbox": mbox_items,
    "mattermost": mattermost_items,
    "rocketchat": rocketchat_items,
    "github": github_items,
    "gitlab": gitlab_items,
}
each_backend = pytest.mark.parametrize("backend", SMALL)


def sample(folder: Path) -> Path:
    return kept(folder, *github_items())


# Each backend in full


@each_backend
def test_items_are_taken_with_the_columns_of_the_lake(backend: str, tmp_path: Path) -> None:
    told = read(tmp_path, *SMALL[backend]())
    assert told.recognised
    assert has_exact_columns(told)
    assert told.tables["post"].height >= 2
    assert told.reading.exported_at == when(20)


@pytest.mark.parametrize("backend", [each for each in SMALL if each != "discourse"])
def test_the_question_is_answered_after_an_hour(backend: str, tmp_path: Path) -> None:
    """Every backend tells the same: one question, whose first answer came an hour later from somebody else."""
    store = imported(SOURCE, [kept(tmp_path / "items", *SMALL[backend]())], tmp_path / "data")
    first = asked(
        store, "select is_explicit, helpers, wait_seconds from questions order by second limit 1"
    )
    explicit = BACKENDS[backend].category in ("issue", "question")
    assert first[0][:2] == (explicit, 2 if backend == "stackexchange" else 1)
    assert first[0][2] == pytest.approx(3600, abs=0.001)


def test_slack_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *slack_items())
    root = f"C01:{second(1)}.000100"
    more, reply = f"C01:{second(1, 9, 1)}.000000", f"C01:{second(1, 10)}.000200"
    bot, join = f"C01:{second(1, 11)}.000000", f"C01:{second(2)}.000000"
    assert sorted(told.rows("post", "post", "thread", "author", "kind")) == [
        (root, root, "U1", "message"),
        (more, root, "U1", "message"),
        (reply, root, "U2", "message"),
        (bot, bot, "B7", "message"),
        (join, join, "U2", "notice"),
    ]
    assert sorted(told.rows("thread", "thread", "title", "channel"))[0] == (
        root,
        "How do I weld aluminium, @someone?",
        "welding",
    )
    assert "continues" in told.rules()[more]
    assert told.rows("reaction", "post", "giver", "kind") == [
        (root, "U2", "+1"),
        (root, "U9", "+1"),
        (root, None, "+1"),
    ]
    assert told.rows("member", "member", "name", "email_hash", "is_bot") == [
        ("B7", "builds", None, True),
        ("U1", "Ada", email_hash("ada@example.org"), False),
        ("U2", "Bo Birch", None, False),
        ("U9", None, None, False),
    ]
    assert told.reading.notes[0].startswith(
        "2 replies in threads are counted in the items and not in them"
    )


def test_mattermost_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *mattermost_items())
    assert sorted(told.rows("post", "post", "thread", "author", "kind", "created_at")) == [
        ("p1", "p1", "ada", "message", when(1)),
        ("p2", "p1", "bo", "message", when(1, 10)),
        ("p3", "p3", "bo", "notice", when(1, 12)),
        ("p4", "p4", "ada:app", "message", when(2)),
    ]
    assert told.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("p2", "ada", "tada", when(1, 11))
    ]
    assert told.rows("member", "member", "name", "joined_at", "is_bot") == [
        ("ada", "Ada", when(1, 1), False),
        ("ada:app", "deploy", None, True),
        ("bo", "Bo", when(1, 1), False),
    ]
    assert set(told.rows("thread", "channel")) == {("Welding",)}


def test_rocketchat_in_full(tmp_path: Path) -> None:
    older = rocketchat("m9", "bo", 1, 10, "With helium.", _hidden=True, parent="m2")
    told = read(tmp_path, *rocketchat_items(), item("rocketchat", "m9", older))
    assert sorted(told.rows("post", "post", "thread", "author", "kind", "deleted_at")) == [
        ("m1", "m1", "id-ada", "message", None),
        ("m2", "m1", "id-bo", "message", None),
        ("m3", "m3", "id-bo", "notice", None),
        ("m4", "m4", "id-bo", "message", when(4)),
    ]
    assert told.rows("reaction", "post", "giver", "kind") == [
        ("m2", "id-ada", "clap"),
        ("m2", None, "clap"),
    ]
    assert told.skipped == {"an older version of a message that was edited": 1}


def test_github_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *github_items())
    assert told.rows("thread", "thread", "kind", "title", "channel", "closed_at", "closed_as") == [
        ("7", "question", "Aluminium", "craft/welding", None, None),
        ("12", "question", "Sparks", "craft/welding", when(5), "not_planned"),
    ]
    assert told.rows("post", "post", "thread", "author", "kind", "created_at") == [
        ("7", "7", "ana", "question", when(1)),
        ("c7", "7", "bo", "answer", when(1, 10)),
        ("c8", "7", "stale[bot]", "answer", when(1, 11)),
        ("c9", "7", "ana", "answer", when(1, 12)),
        ("12", "12", None, "question", when(4)),
    ]
    assert "thanks" in told.rules()["c9"]
    assert told.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("c7", "ana", "heart", when(3)),
        ("c7", None, "heart", None),
    ]
    assert told.rows("topic", "thread", "topic") == [("7", "argon")]
    assert ("stale[bot]", True) in told.rows("member", "member", "is_bot")
    assert told.skipped == {"a pull request, which GitHub lists among the issues": 1}


def test_gitlab_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *gitlab_items())
    assert told.rows("post", "post", "thread", "author", "kind") == [
        ("5", "5", "1", "question"),
        ("c5", "5", "2", "answer"),
        ("c8", "5", "9", "answer"),
    ]
    assert told.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("c5", "1", "thumbsup", when(2))
    ]
    assert told.rows("thread", "closed_at", "closed_as") == [(when(6), "closed")]
    assert told.rows("member", "member", "username", "is_bot") == [
        ("1", "ana", False),
        ("2", "bo", False),
        ("9", "project_4_bot", True),
    ]
    assert told.skipped == {
        "a confidential issue": 1,
        "a note that GitLab wrote itself": 1,
        "a confidential comment": 1,
    }


def test_stack_exchange_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *stack_exchange_items())
    assert sorted(told.rows("post", "post", "thread", "author", "kind", "accepted", "rules")) == [
        ("1", "1", "1", "question", None, None),
        ("2", "1", "2", "answer", True, None),
        ("3", "1", "name:gone", "answer", False, None),
        ("c11", "1", "1", "comment", None, None),
    ]
    assert sorted(told.rows("reaction", "post", "kind")) == [
        ("1", "downvote"),
        ("1", "upvote"),
        ("1", "upvote"),
        ("2", "upvote"),
        ("2", "upvote"),
        ("3", "downvote"),
    ]
    assert told.rows("thread", "url", "views") == [("https://craft.example.org/q/1", 40)]
    assert told.rows("member", "member", "name", "is_deleted") == [
        ("1", "Ana", False),
        ("2", "Bo", False),
        ("name:gone", "gone", True),
    ]


@pytest.mark.parametrize(
    ("items", "counted", "held"),
    [
        (github_items, "comments", "comments_data"),
        (gitlab_items, "user_notes_count", "notes_data"),
        (stack_exchange_items, "answer_count", "answers"),
    ],
)
def test_items_without_their_answers_are_refused(
    tmp_path: Path, items: Callable[[], list[Json]], counted: str, held: str
) -> None:
    whole = items()[0]
    bare = whole | {
        "data": {name: each for name, each in whole["data"].items() if name != held} | {counted: 4}
    }
    assert "none of their 4 answers" in refusal(SOURCE, kept(tmp_path / "none", bare))
    some = whole | {"data": whole["data"] | {counted: len(whole["data"][held]) + 2}}
    assert (
        "Answers and comments that items count and do not hold: 2."
        in read(tmp_path / "some", some).reading.notes
    )


def test_the_account_of_a_site_of_stack_exchange_is_a_program(tmp_path: Path) -> None:
    of_the_site = deepcopy(stack_exchange_items()[0])
    of_the_site["data"]["owner"] = {"user_id": -1, "display_name": "Community"}
    store = imported(SOURCE, [kept(tmp_path / "items", of_the_site)], tmp_path / "data")
    assert asked(store, "select count(*) from questions") == [(0,)]
    assert asked(store, "select count(*) from members where name = 'Community'") == [(0,)]


def test_mails_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, *mbox_items())
    assert told.rows("post", "post", "thread", "created_at") == [
        ("m1@x", "m1@x", when(1)),
        ("m2@x", "m1@x", when(1, 10)),
    ]
    assert told.rows("thread", "title", "channel") == [("Aluminium", "welding")]
    assert sorted(told.rows("member", "name", "email_hash")) == [
        ("Ada", email_hash("ada@example.org")),
        ("Bo Birch", email_hash("bo@example.org")),
    ]
    assert told.rules()["m2@x"] == ["reply"]


def test_mail_in_bytes_that_are_no_utf8_is_read(tmp_path: Path) -> None:
    """Perceval writes such bytes as half characters, which most readers of JSON refuse."""
    told = mail("<m1@x>", "J\udcf6rg <j@example.org>", 1, 9, "L\udcf6ten", "Wie l\udcf6tet man?")
    seen = read(tmp_path, item("mbox", "m1", told))
    assert seen.skipped == {}
    assert seen.rows("post", "post") == [("m1@x",)]


def test_mail_in_html_only(tmp_path: Path) -> None:
    told = mail("<m1@x>", "j@example.org", 1, 9, "Weld", "") | {
        "body": {"html": "<p>How do I weld <b>it</b>?</p>"}
    }
    assert "question_mark" in read(tmp_path, item("mbox", "m1", told)).rules()["m1@x"]


def test_discourse_topics_are_read_as_its_own_source_reads_them(tmp_path: Path) -> None:
    own = test_discourse.forum(tmp_path / "own")
    topics = [json.loads(file.read_bytes()) for file in sorted(own.rglob("*.json"))]
    items = [item("discourse", str(each["id"]), each) for each in topics if "post_stream" in each]
    assert same_tables(read(tmp_path / "items", *items), Read(discourse.SOURCE, own))


def test_a_real_forum_as_items_gives_the_tables_of_its_topics(tmp_path: Path) -> None:
    own = shared("discourse-urho3d-support")
    told = Read(discourse.SOURCE, own)
    topics = (json.loads(file.read_bytes()) for file in sorted(own.rglob("*.json")))
    items = [item("discourse", str(each["id"]), each) for each in topics if "post_stream" in each]
    seen = read(tmp_path, *items)
    for table in ("post", "reaction", "member"):
        assert seen.tables[table].sort("*").equals(told.tables[table].sort("*"))
    assert seen.tables["thread"].height == 673


# Forms, copies and what is left out


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("items.json", lambda items: json.dumps(items).encode()),
        (
            "items.json",
            lambda items: "\n".join(json.dumps(each, indent=4) for each in items).encode(),
        ),
        ("items.jsonl.gz", lambda items: gzip.compress("\n".join(map(json.dumps, items)).encode())),
        (
            "items.ndjson",
            lambda items: b"\xef\xbb\xbf" + "\r\n".join(map(json.dumps, items)).encode(),
        ),
    ],
    ids=["a list", "indented, as printed without --json-line", "packed", "a BOM and CRLF"],
)
@pytest.mark.parametrize("is_long", [False, True])
def test_items_in_every_form(
    name: str,
    write: Callable[[Any], bytes],
    is_long: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = read(tmp_path / "lines", *github_items())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / name).write_bytes(write(github_items()))
    if is_long:
        monkeypatch.setattr(json_files, "WHOLE", 10)
    told = Read(SOURCE, tmp_path / "other")
    assert told.recognised
    assert same_tables(told, lines)


@each_backend
def test_batches_and_packed_items_hold_the_same_rows(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(tmp_path / "a" / "items", *SMALL[backend]())
    for module in ("perceval.chats", "perceval.items", "discourse"):
        monkeypatch.setattr(f"cop_metrics.sources.{module}.BATCH_ROWS", 1)
    assert same_tables(whole, Read(SOURCE, packed(tmp_path / "a" / "items", within="x/y")))


def test_of_an_item_that_was_fetched_twice_the_newest_state_counts(tmp_path: Path) -> None:
    older = github_items()[0]
    newer = deepcopy(older) | {"timestamp": older["timestamp"] + 60}
    newer["data"] |= {"title": "Aluminium sheets", "closed_at": iso(9)}
    for number, both in enumerate([(older, newer), (newer, older)]):
        told = read(tmp_path / str(number), *both)
        assert told.rows("thread", "title", "closed_at") == [("Aluminium sheets", when(9))]
        assert told.reading.notes == [
            "1 items were fetched once more; the newest state of each counts."
        ]


@each_backend
def test_overlapping_exports_converge(backend: str, tmp_path: Path) -> None:
    """The later one has all items anew, one of them without its reactions."""
    older = SMALL[backend]()
    newer = [each | {"timestamp": each["timestamp"] + 3600} for each in deepcopy(older)]
    for each in newer:
        each["data"].pop("reactions", None)
        each["data"]["award_emoji_data"] = []
    converges(
        SOURCE,
        kept(tmp_path / "older", *(older[:-1] or older)),
        kept(tmp_path / "newer", *newer),
        tmp_path,
    )


def test_several_backends_in_one_folder_are_refused(tmp_path: Path) -> None:
    kept(tmp_path, *github_items())
    kept(tmp_path, *slack_items(), name="slack.jsonl")
    assert refusal(SOURCE, tmp_path).endswith(
        "holds items of several backends (GitHub, Slack). Each is a source of its own: "
        "give them one by one, each with its --source."
    )


def test_a_backend_that_is_not_read_is_named_beside_those_that_are(tmp_path: Path) -> None:
    kept(tmp_path, item("Gitter", "1", {"id": "1"}), name="gitter.jsonl")
    told = refusal(SOURCE, tmp_path)
    assert told.startswith(
        "'gitter.jsonl' holds items of Perceval's backend Gitter, which is not read here. Known are: "
    )
    assert all(each.name in told for each in BACKENDS.values())


def test_servers_that_number_alike_are_refused_and_lists_of_mail_are_not(tmp_path: Path) -> None:
    one, other = (
        stack_exchange_items()[0],
        stack_exchange_items()[0] | {"origin": "cooking", "uuid": "other"},
    )
    assert "items of several servers (cooking, craft)" in refusal(
        SOURCE, kept(tmp_path / "sites", one, other)
    )
    first, second_ = mbox_items()
    lists = read(tmp_path / "lists", first, second_ | {"origin": "https://elsewhere.org/b"})
    assert lists.tables["post"].height == 2


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    pull = github_items()[2] | {"category": "pull_request", "uuid": "p"}
    nameless = github_items()[1] | {"uuid": None}
    odd = item("github", "odd", {"id": None, "created_at": "yesterday"})
    folder = kept(tmp_path, github_items()[0], pull, nameless, odd, {"hello": 1})
    with (folder / "items.jsonl").open("a") as file:
        file.write('{"backend_name": "GitHub", "da')
    (folder / "readme.md").write_text("items")
    (folder / "cut.json").write_text('[{"backend_name": "Git')
    told = Read(SOURCE, folder)
    assert told.skipped == {
        "an item of the category 'pull_request', which is not read": 1,
        "an item without a uuid": 1,
        "an issue without an id or a readable date": 1,
        "a JSON value that is no item of Perceval": 1,
        "a line that is no JSON or is cut short": 1,
        "a file that is no readable JSON or is cut short": 1,
    }
    assert told.rows("thread", "thread") == [("7",)]
    assert told.reading.notes[0] == "1 files are no JSON, and were left alone."


def test_files_without_items_and_damaged_archives_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a.json").write_text("[1, 2]")
    assert "holds no item of Perceval" in refusal(SOURCE, tmp_path / "none")
    (tmp_path / "cut").mkdir()
    whole = gzip.compress(json.dumps(github_items()[0]).encode())
    (tmp_path / "cut" / "a.jsonl.gz").write_bytes(whole[:-20])
    assert (
        refusal(SOURCE, tmp_path / "cut")
        == "'a.jsonl.gz' is damaged or cut short. Copy or download it again."
    )


def test_private_conversations_are_left_out_and_counted(tmp_path: Path) -> None:
    told = slack(f"{second(1)}.000100", ADA, "A secret?", channel_info={"id": "D1", "is_im": True})
    seen = read(tmp_path, *slack_items(), item("slack", "im", told))
    assert seen.skipped == {
        "a message of a private channel or conversation, which is nobody else's": 1
    }


def test_replies_whose_beginning_is_missing_are_never_questions(tmp_path: Path) -> None:
    told = read(tmp_path, *mattermost_items()[:3])
    assert ("p1", "message", "Welding") in told.rows("thread", "thread", "kind", "channel")
    assert (
        "Conversations whose first message is not in the items, and so are never questions: 1."
        in told.reading.notes
    )
    store = imported(SOURCE, [kept(tmp_path / "again", *mattermost_items()[:3])], tmp_path / "data")
    assert asked(store, "select count(*) from questions") == [(0,)]


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place within a value, as what holds it and its key."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [place for key, each in inner for place in ((value, key), *places(each))]


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.integers(0, 999), WILD), max_size=6),
    st.integers(0, 9000),
)
def test_wild_items_are_read_or_refused_in_a_sentence(
    backend: str, changes: list[tuple[int, Any]], cut: int
) -> None:
    """Any value may stand anywhere, and a file may end anywhere."""
    items = deepcopy(SMALL[backend]())
    for which, value in changes:
        every = places(items)
        holder, key = every[which % len(every)]
        holder[key] = value
    with TemporaryDirectory() as folder:
        path = kept(Path(folder) / "items", *[each for each in items if isinstance(each, dict)])
        file = path / "items.jsonl"
        file.write_bytes(file.read_bytes()[: cut if cut % 3 == 0 else None])
        try:
            seen = Read(SOURCE, path)
            written(SOURCE, path, Path(folder) / "data")
        except CopError:
            return
        assert has_exact_columns(seen)


def test_every_backend_that_is_read_is_told_of() -> None:
    docs = (Path(__file__).resolve().parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
    for backend in BACKENDS:
        assert f"`{backend}`" in docs, backend


# What the tests of all sources ask of each


SLACK_SECRET: Json = {
    "user": f"U{MARK}",
    "user_data": {"id": f"U{MARK}", "name": MARK},
    "text": f"{MARK}?",
    "ts": "1772442001.5",
}


MATTERMOST_SECRET: Json = {
    "id": MARK,
    "user_id": MARK,
    "user_data": {"username": MARK},
    "message": f"{MARK}?",
}


ROCKET_SECRET: Json = {
    "_id": MARK,
    "u": {"_id": MARK, "username": MARK, "name": MARK},
    "msg": f"{MARK}?",
}


def of_backend(backend: str, **changes: Json) -> Callable[[Path], Path]:
    """Return a maker of a backend's items with the newest of them once more, in a private place and full of marks."""

    def made(folder: Path) -> Path:
        items = SMALL[backend]()
        secret = copy.deepcopy(items[-1])
        for name, change in changes.items():
            told = secret["data"].get(name)
            secret["data"][name] = told | change if isinstance(told, dict) else change
        return kept(folder, *items, secret | {"uuid": "of-a-private-place"})

    return made


SAMPLES: Makers = tuple(
    lambda folder, items=items: kept(folder, *items()) for items in SMALL.values()
)


QUIET: Makers = (
    lambda folder: held(folder, {"github-2026-03-01.jsonl": "", "github-2026-03-02.jsonl": ""}),
)


WITH_PRIVATE: Makers = (
    of_backend(
        "slack", channel_info={"id": "C9", "name": MARK, "is_private": True}, **SLACK_SECRET
    ),
    of_backend("slack", channel_info={"id": "D9", "name": MARK}, **SLACK_SECRET),
    of_backend(
        "mattermost",
        channel_data={"name": MARK, "display_name": MARK, "type": "P"},
        **MATTERMOST_SECRET,
    ),
    of_backend(
        "mattermost",
        channel_data={"name": MARK, "display_name": MARK, "type": "D"},
        **MATTERMOST_SECRET,
    ),
    of_backend("rocketchat", channel_info={"name": MARK, "fname": MARK, "t": "p"}, **ROCKET_SECRET),
    of_backend("discourse", **test_discourse.private_topics()[0]),
    of_backend(
        "gitlab",
        confidential=True,
        title=MARK,
        description=f"{MARK}?",
        iid=77,
        author={"username": MARK},
    ),
)
