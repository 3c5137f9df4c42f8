"""Discourse: a small forum told here, every oddity that its exports are known for, and a real one of known figures."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import py7zr
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
    in_json,
    packed,
    refusal,
    same_tables,
    shared,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.cli.main import main
from cop_metrics.errors import CopError
from cop_metrics.sources import json_files
from cop_metrics.sources.discourse import SOURCE
from cop_metrics.sources.export import Export
from cop_metrics.tabular import email_hash

Json = dict[str, Any]
SUPPORT, LOUNGE = 5, 6
PEOPLE = {"ana": 11, "bo": 12, "cy": 13, "system": -1, "discobot": -2}


def at(day: int, hour: int = 9, minute: int = 0) -> str:
    return f"2026-03-{day:02d}T{hour:02d}:{minute:02d}:00.250Z"


def when(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, 0, 250_000)


def post(
    key: int,
    topic: int,
    number: int,
    who: str,
    created_at: str,
    cooked: str = "<p>Fine.</p>",
    **more: Any,
) -> Json:
    """Return a post as a topic's JSON holds it."""
    told: Json = {
        "id": key,
        "topic_id": topic,
        "post_number": number,
        "user_id": PEOPLE[who],
        "username": who,
        "name": who.title(),
        "created_at": created_at,
        "updated_at": created_at,
        "cooked": cooked,
        "post_type": 1,
        "topic_slug": f"topic-{topic}",
        "reads": 7,
        "actions_summary": [{"id": 2, "count": more.pop("likes", 0)}, {"id": 4, "count": 3}],
        "accepted_answer": False,
    }
    return told | more


def topic(key: int, posts: list[Json], **more: Any) -> Json:
    """Return a topic as /t/ID.json answers."""
    told: Json = {
        "post_stream": {"posts": posts, "stream": [each["id"] for each in posts]},
        "id": key,
        "title": f"Topic {key}",
        "slug": f"topic-{key}",
        "created_at": posts[0]["created_at"] if posts else at(1),
        "last_posted_at": posts[-1]["created_at"] if posts else at(1),
        "views": 40,
        "closed": False,
        "archetype": "regular",
        "category_id": SUPPORT,
    }
    return told | more


def solved() -> Json:
    """Ana asks, bo answers an hour later and is accepted, two people like that, and ana says thanks."""
    posts = [
        post(101, 1, 1, "ana", at(1), "<p>How do I weld aluminium?</p>", reads=9),
        post(102, 1, 2, "bo", at(1, 10), "<p>With argon.</p>", likes=2, accepted_answer=True),
        post(103, 1, 3, "ana", at(1, 11), "<p>Thanks, that worked!</p>"),
    ]
    answer = {"post_number": 2, "username": "bo", "accepter_username": "Ana"}
    return topic(1, posts, accepted_answer=answer, tags=["welding", "argon"])


def waiting() -> Json:
    """Cy asks nothing in words, in the same category; ana adds something, and a moderator moves it."""
    posts = [
        post(201, 2, 1, "cy", at(2), "<p>The torch sparks at the tip</p>"),
        post(202, 2, 2, "cy", at(2, 12), "<p>Anyone?</p>"),
        post(203, 2, 3, "system", at(2, 13), "", post_type=3, action_code="split_topic"),
    ]
    return topic(2, posts, tags=[{"id": 4, "name": "torches"}])


def chat() -> Json:
    """The lounge has no accepted answers: one of its two topics asks by its words."""
    return topic(
        3, [post(301, 3, 1, "bo", at(3), "<p>Good morning all</p>")], category_id=LOUNGE, tags=[]
    )


def asking_chat() -> Json:
    posts = [
        post(401, 4, 1, "bo", at(3), "<p>Does anyone know a good lamp?</p>"),
        post(402, 4, 2, "cy", at(3, 10), "<p>I do.</p>"),
    ]
    return topic(4, posts, category_id=LOUNGE, tags=[])


SITE = {
    "categories": [
        {"id": SUPPORT, "name": "Support", "slug": "support"},
        {"id": LOUNGE, "name": "Lounge", "slug": "lounge"},
    ]
}
USERS = """id,name,username,email,title,created_at,last_seen_at,active,staged
11,Ana Alder,ana,ana@example.org,,2025-01-01 08:00:00 UTC,2026-03-09 08:00:00 UTC,true,false
14,Dee,dee,Dee@Example.org,,2026-02-01 08:00:00 UTC,2026-03-01 08:00:00 UTC,true,false
15,Eve,eve,eve@example.org,,2026-02-02 08:00:00 UTC,,false,false
16,Fay,fay,fay@example.org,,2026-02-03 08:00:00 UTC,,false,true
"""


def forum(folder: Path, *topics: Json, **files: Any) -> Path:
    """Write topics, one a file, and other JSON or CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for told in topics or (solved(), waiting(), chat(), asking_chat()):
        (folder / f"{told['slug']}.{told['id']}.json").write_text(
            json.dumps(told), encoding="utf-8"
        )
    for name, content in files.items():
        if isinstance(content, str):
            (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        else:
            (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def read(folder: Path, *topics: Json, **files: Any) -> Read:
    return Read(SOURCE, forum(folder, *topics, **files))


def kinds(told: Read) -> dict[str, str]:
    return dict(told.rows("post", "post", "kind"))


def test_a_small_forum_in_full(tmp_path: Path) -> None:
    told = read(tmp_path, site=SITE, users=USERS)
    assert told.recognised
    assert has_exact_columns(told)
    assert told.reading.notes == []
    assert sorted(
        told.rows("thread", "thread", "kind", "title", "channel", "created_at", "views")
    ) == [
        ("1", "question", "Topic 1", "Support", when(1), 40),
        ("2", "question", "Topic 2", "Support", when(2), 40),
        ("3", "message", "Topic 3", "Lounge", when(3), 40),
        ("4", "message", "Topic 4", "Lounge", when(3), 40),
    ]
    assert told.rows(
        "post", "post", "thread", "author", "kind", "created_at", "accepted", "solved_by"
    ) == [
        ("101", "1", "11", "question", when(1), None, None),
        ("102", "1", "12", "message", when(1, 10), True, "11"),
        ("103", "1", "11", "message", when(1, 11), False, None),
        ("201", "2", "13", "question", when(2), None, None),
        ("202", "2", "13", "message", when(2, 12), False, None),
        ("203", "2", "-1", "notice", when(2, 13), None, None),
        ("301", "3", "12", "message", when(3), None, None),
        ("401", "4", "12", "message", when(3), None, None),
        ("402", "4", "13", "message", when(3, 10), None, None),
    ]
    assert sorted(told.rows("topic", "thread", "topic")) == [
        ("1", "argon"),
        ("1", "welding"),
        ("2", "torches"),
    ]
    assert (
        told.rows("reaction", "post", "giver", "kind", "given_at")
        == [("102", None, "like", None)] * 2
    )
    assert told.rows("read", "thread", "reader", "day", "reads")[0] == ("1", None, None, 9 + 7 + 7)
    rules = told.rules()
    assert "question_mark" in rules["401"]
    assert rules["103"] == ["thanks", "reply"]
    assert rules["203"] == []


def test_members_come_from_posts_and_from_the_list_of_users(tmp_path: Path) -> None:
    """Dee never wrote; eve's account was never activated; fay writes by mail and has none; ana is on the list."""
    told = read(tmp_path, users=USERS)
    assert sorted(
        told.rows("member", "member", "name", "username", "joined_at", "is_bot", "is_deleted")
    ) == [
        ("-1", "System", "system", None, True, False),
        ("11", "Ana Alder", "ana", datetime(2025, 1, 1, 8), False, False),
        ("12", "Bo", "bo", None, False, False),
        ("13", "Cy", "cy", None, False, False),
        ("14", "Dee", "dee", datetime(2026, 2, 1, 8), False, False),
        ("16", "Fay", "fay", datetime(2026, 2, 3, 8), False, False),
    ]
    assert dict(told.rows("member", "member", "email_hash"))["14"] == email_hash("dee@example.org")
    assert told.skipped == {"list of users: an account that was never activated": 1}
    assert told.reading.exported_at is not None
    assert told.reading.exported_at.replace(microsecond=0) == datetime(2026, 3, 9, 8)


def test_the_forum_as_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two questions of the support category, one of the lounge by its words; cy still waits, whatever cy adds."""
    data = ["--data", str(tmp_path / "data")]
    assert (
        main([*data, "import", str(forum(tmp_path / "forum", site=SITE)), "--community", "craft"])
        == 0
    )

    def shown(metric: str, *more: str) -> Any:
        capsys.readouterr()
        assert main([*data, "show", metric, "--format", "json", *more]) == 0
        return json.loads(capsys.readouterr().out)

    assert [shown(each)["value"] for each in ("questions", "answers", "answered_questions")] == [
        3,
        4,
        2,
    ]
    assert shown("questions", "--explicit")["value"] == 2
    assert shown("accepted_questions")["value"] == 1
    assert shown("wait_naive")["value"] == 1
    assert shown("readers")["note"] == "not measurable: the sources count views, not who reads"


@pytest.mark.parametrize(
    "by", ["the post", "the topic", "may be accepted", "the category's setting", "a list of topics"]
)
def test_a_category_has_accepted_answers_where_anything_says_so(tmp_path: Path, by: str) -> None:
    first, second, site = waiting(), waiting() | {"id": 9, "slug": "other"}, SITE
    second["post_stream"] = {
        "posts": [post(901, 9, 1, "ana", at(4)), post(902, 9, 2, "bo", at(4, 12))]
    }
    files: Json = {}
    if by == "the post":
        second["post_stream"]["posts"][1]["accepted_answer"] = True
    elif by == "the topic":
        second["accepted_answer"] = {"post_number": 2, "username": "bo"}
    elif by == "may be accepted":
        second["post_stream"]["posts"][1]["can_accept_answer"] = True
    elif by == "the category's setting":
        support = {
            "id": SUPPORT,
            "name": "Support",
            "custom_fields": {"enable_accepted_answers": "true"},
        }
        site = {"category_list": {"categories": [support]}}  # type: ignore[dict-item]
    else:
        files["latest"] = {
            "topic_list": {"topics": [{"id": 9, "title": "Topic 9", "can_have_answer": True}]}
        }
    told = read(tmp_path, first, second, site=site, **files)
    assert [kinds(told)[each] for each in ("201", "901")] == ["question", "question"]
    assert dict(told.rows("post", "post", "accepted"))["902"] is (by in ("the post", "the topic"))


def test_without_accepted_answers_topics_are_questions_by_their_words_alone(tmp_path: Path) -> None:
    told = read(tmp_path, waiting(), asking_chat())
    assert set(kinds(told).values()) == {"message", "notice"}
    assert told.tables["post"]["accepted"].count() == 0


def test_the_topic_says_which_answer_is_accepted_now(tmp_path: Path) -> None:
    """The mark on a post is older than the topic's own word."""
    told = solved()
    told["accepted_answer"] = {"post_number": 3, "username": "ana"}
    assert dict(read(tmp_path, told).rows("post", "post", "accepted")) == {
        "101": None,
        "102": False,
        "103": True,
    }


def test_posts_one_a_file_are_the_same_forum(tmp_path: Path) -> None:
    """Archives know neither views nor closing; the readers of the opening post stand in for views."""
    posts = [
        each | {"topic_title": told["title"], "category_id": told["category_id"]}
        for told in (solved(), waiting(), chat(), asking_chat())
        for each in told["post_stream"]["posts"]
    ]
    folder = tmp_path / "archive" / "posts" / "2026-03-March"
    folder.mkdir(parents=True)
    for each in posts:
        (folder / f"{each['id']}-{each['username']}.json").write_text(
            json.dumps(each, indent=2), encoding="utf-8"
        )
    archive, topics = Read(SOURCE, tmp_path / "archive"), read(tmp_path / "topics")
    assert archive.recognised
    columns = ("post", "thread", "author", "kind", "created_at", "accepted", "rules")
    assert sorted(archive.rows("post", *columns)) == sorted(topics.rows("post", *columns))
    assert sorted(archive.rows("thread", "thread", "kind", "title", "channel", "views"))[0] == (
        ("1", "question", "Topic 1", "category 5", 9)
    )
    assert "topic" not in archive.tables


def test_posts_without_title_and_category(tmp_path: Path) -> None:
    """As /posts/ID.json answers: the slug is the title, and only a topic with an accepted answer is a question."""
    (tmp_path / "1.json").write_text(json.dumps(solved()["post_stream"]["posts"]), encoding="utf-8")
    (tmp_path / "2.json").write_text(
        json.dumps({"latest_posts": waiting()["post_stream"]["posts"]}), encoding="utf-8"
    )
    told = Read(SOURCE, tmp_path)
    assert sorted(told.rows("thread", "thread", "kind", "title", "channel")) == [
        ("1", "question", "topic 1", None),
        ("2", "message", "topic 2", None),
    ]


def test_json_lines_hold_topics_too(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(each) for each in (solved(), waiting()))
    (tmp_path / "forum.jsonl").write_text(lines, encoding="utf-8")
    assert same_tables(
        Read(SOURCE, tmp_path / "forum.jsonl"), read(tmp_path / "topics", solved(), waiting())
    )


def test_of_the_same_post_twice_the_newest_state_counts(tmp_path: Path) -> None:
    """Whatever the order of the files: edited later, else read by more."""
    older, newer = solved(), solved()
    newer["post_stream"]["posts"][1] |= {"reads": 20, "actions_summary": [{"id": 2, "count": 5}]}
    newer["post_stream"]["posts"][2] |= {"cooked": "<p>No.</p>", "updated_at": at(8), "reads": 1}
    newer["views"] = 90
    for number, (first, second) in enumerate([(older, newer), (newer, older)]):
        folder = tmp_path / str(number)
        forum(folder / "a", first)
        forum(folder / "b", second)
        told = Read(SOURCE, folder)
        assert len(told.tables["post"]) == 3
        assert told.tables["reaction"].height == 5
        assert told.rules()["103"] == ["reply"]
        assert told.rows("thread", "views") == [(90,)]
        assert told.reading.notes == [
            "3 posts are there once more; the newest state of each counts."
        ]


def test_overlapping_exports_converge(tmp_path: Path) -> None:
    """The newer has another accepted answer, a new post, more likes, an edited post, other tags and a new name."""
    older, newer = (
        forum(tmp_path / "older", site=SITE),
        [solved(), waiting(), chat(), asking_chat()],
    )
    newer[0]["accepted_answer"] = {"post_number": 3, "username": "ana"}
    newer[0]["tags"] = ["welding"]
    newer[0]["post_stream"]["posts"][1] |= {
        "actions_summary": [{"id": 2, "count": 4}],
        "accepted_answer": False,
    }
    newer[1]["post_stream"]["posts"].append(
        post(204, 2, 4, "bo", at(6), "<p>Clean it.</p>", name="Bo Birch")
    )
    newer[1]["post_stream"]["posts"][1] |= {"user_deleted": True, "updated_at": at(5)}
    converges(SOURCE, older, forum(tmp_path / "newer", *newer, site=SITE), tmp_path)


def test_exports_that_differ_in_counts_alone_converge(tmp_path: Path) -> None:
    """No new post, but more readers and one like more: what counts more was exported later."""
    newer = solved()
    newer["post_stream"]["posts"][1] |= {"reads": 8, "actions_summary": [{"id": 2, "count": 3}]}
    converges(
        SOURCE, forum(tmp_path / "older", solved()), forum(tmp_path / "newer", newer), tmp_path
    )
    store = tmp_path / "forth" / "store.duckdb"
    assert asked(store, "select sum(thanks) from helps") == [(3,)]


def test_an_answer_older_than_the_opening_post_waits_for_nothing(tmp_path: Path) -> None:
    """Moved posts keep their dates: the answer is taken as given at once."""
    moved = solved()
    moved["post_stream"]["posts"][1]["created_at"] = "2026-02-20T09:00:00.000Z"
    store = imported(SOURCE, [forum(tmp_path / "forum", moved)], tmp_path / "data")
    assert asked(store, "select wait_seconds, clamped from helps") == [(0, True)]


def test_deleted_posts_and_topics(tmp_path: Path) -> None:
    """By staff, with a date; by the author, dated by the change; and all posts of a deleted topic."""
    first, second = solved(), waiting()
    first["post_stream"]["posts"][1]["deleted_at"] = at(4)
    first["post_stream"]["posts"][2] |= {"user_deleted": True, "updated_at": at(5)}
    second["deleted_at"] = at(6)
    told = read(tmp_path, first, second)
    assert dict(told.rows("post", "post", "deleted_at")) == {
        "101": None,
        "102": when(4),
        "103": when(5),
        **dict.fromkeys(("201", "202", "203"), when(6)),
    }


@pytest.mark.parametrize(
    ("codes", "closed", "closed_at"),
    [
        (["closed.enabled"], True, when(10)),
        (["closed.enabled", "closed.disabled"], False, None),
        (["closed.enabled", "closed.disabled", "closed.enabled"], True, when(12)),
        (["autoclosed.enabled"], True, None),
        ([], True, None),
    ],
)
def test_a_topic_is_closed_by_people_and_not_by_a_timer(
    tmp_path: Path, codes: list[str], closed: bool, closed_at: datetime | None
) -> None:
    told = waiting() | {"closed": closed}
    for number, code in enumerate(codes):
        notice = post(
            210 + number, 2, 4 + number, "bo", at(10 + number), post_type=3, action_code=code
        )
        told["post_stream"]["posts"].append(notice)
    assert read(tmp_path, told).rows("thread", "closed_at") == [(closed_at,)]


def test_bots_notices_and_whispers(tmp_path: Path) -> None:
    told = topic(
        5,
        [
            post(501, 5, 1, "discobot", at(1), "<p>How are you?</p>"),
            post(502, 5, 2, "bo", at(1, 10), post_type=2),
            post(503, 5, 3, "bo", at(1, 11), post_type=4),
            post(504, 5, 4, "bo", at(1, 12), post_type=9),
        ],
    )
    seen = read(tmp_path, told)
    assert kinds(seen) == {"501": "message", "502": "notice"}
    assert dict(seen.rows("member", "member", "is_bot")) == {"-2": True, "12": False}
    assert seen.skipped == {"a post of a type that is not known": 1, "a whisper among staff": 1}


def test_people_who_left(tmp_path: Path) -> None:
    """Anonymised accounts are marked as deleted; where the account itself is gone nobody is known to have written."""
    told = solved()
    told["post_stream"]["posts"][1] |= {"username": "anon51234567", "name": None}
    told["post_stream"]["posts"][2] |= {"user_id": None, "username": None, "name": None}
    seen = read(tmp_path, told)
    assert seen.rows("member", "member", "name", "is_deleted") == [
        ("11", "Ana", False),
        ("12", "anon51234567", True),
    ]
    assert dict(seen.rows("post", "post", "author"))["103"] is None


def test_reactions_name_who_gave_them_where_the_export_does(tmp_path: Path) -> None:
    """The plugin's reactions hold the likes too, so that those are not counted again."""
    told = solved()
    given = [{"username": "Ana", "created_at": at(2)}, {"username": "somebody unknown"}]
    told["post_stream"]["posts"][1]["reactions"] = [
        {"id": "heart", "type": "emoji", "count": 3, "users": given},
        {"id": "clap", "count": 1},
    ]
    assert sorted(read(tmp_path, told).rows("reaction", "giver", "kind", "given_at"), key=str) == [
        ("11", "heart", when(2)),
        (None, "clap", None),
        (None, "heart", None),
        (None, "heart", None),
    ]


def test_private_messages_are_left_out_and_counted(tmp_path: Path) -> None:
    told = read(tmp_path, solved(), waiting() | {"archetype": "private_message"})
    assert told.skipped == {"a post of a private message": 3}
    assert told.rows("thread", "thread") == [("1",)]


def test_topics_without_their_answers_are_refused(tmp_path: Path) -> None:
    """Each first post by itself, of topics that have more: every question would seem to wait for ever."""
    topics = (solved(), waiting())
    opening = [each["post_stream"]["posts"][0] | {"slug": "first"} for each in topics]
    told = [each | {"reply_count": 2} for each in opening]
    assert "none that answers one" in refusal(SOURCE, forum(tmp_path / "posts", *told))
    streams = [{"posts": [first], "stream": [first["id"], 901, 902]} for first in opening]
    named = [each | {"post_stream": stream} for each, stream in zip(topics, streams, strict=True)]
    assert "none that answers one" in refusal(SOURCE, forum(tmp_path / "topics", *named))
    assert len(read(tmp_path / "alone", *opening).rows("post", "post")) == 2


@pytest.mark.parametrize("file", ["aa_before_its_topic", "zz_after_its_topic"])
def test_a_post_with_a_file_of_its_own_is_left_out_where_its_topic_is_private(
    tmp_path: Path, file: str
) -> None:
    post = {**waiting()["post_stream"]["posts"][0], "id": 900, "topic_id": 2, "post_number": 9}
    told = read(tmp_path, solved(), waiting() | {"archetype": "private_message"}, **{file: post})
    assert told.rows("thread", "thread") == [("1",)]
    assert "900" not in {key for (key,) in told.rows("post", "post")}


@pytest.mark.parametrize("file", ["aa_categories", "zz_categories"])
def test_a_category_that_only_some_may_see_is_left_out_whenever_that_is_said(
    tmp_path: Path, file: str
) -> None:
    """Also where its part of a category says nothing: no name, time or address of it stays."""
    link = {"url": "https://board.example/t/9/1", "internal": True, "clicks": 9}
    who = {"username": "mallory", "user_id": 77, "link_counts": [link]}
    secret = topic(9, [post(900, 9, 1, "bo", at(28), **who)], category_id=71, title="Secret")
    categories = [
        {"id": 71, "name": "Wages", "parent_category_id": 70},
        {"id": 70, "name": "Board", "read_restricted": True},
    ]
    told = read(tmp_path / "all", solved(), secret, **{file: {"categories": categories}})
    without = read(tmp_path / "public", solved())
    assert same_tables(told, without)
    assert told.reading.exported_at == without.reading.exported_at
    assert told.skipped == {"a post of a topic that only some may see": 1}


def test_a_forum_of_which_all_may_only_be_seen_by_some_is_quiet(tmp_path: Path) -> None:
    categories = {"categories": [{"id": SUPPORT, "name": "Board", "read_restricted": True}]}
    told = read(tmp_path, solved(), zz_categories=categories)
    assert told.reading.is_quiet
    assert not len(told.tables["post"])


def test_each_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: Counter[str] = Counter()
    of_export = Export.open

    def counting(export: Export, name: str) -> Any:
        opened[name] += 1
        return of_export(export, name)

    monkeypatch.setattr(Export, "open", counting)
    read(tmp_path, solved(), waiting() | {"archetype": "private_message"}, site=SITE)
    assert set(opened.values()) == {1}
    assert len(opened) == 3


def test_posts_that_are_named_and_not_there_are_told(tmp_path: Path) -> None:
    told = solved()
    told["post_stream"]["stream"] += [104, 105]
    assert read(tmp_path, told).reading.notes == [
        "2 posts of 1 topics are named in the export and not in it: "
        "/t/ID.json holds the first 20 posts only, /t/ID.json?print=true holds them all."
    ]


def test_the_address_comes_from_links_within_the_forum(tmp_path: Path) -> None:
    links = [
        {"url": "https://cdn.example.org/uploads/a.png", "internal": True},
        {"url": "https://forum.example.org/t/topic-2/2", "internal": True},
        {"url": "https://elsewhere.example.org/t/1", "internal": False},
    ]
    told = solved()
    told["post_stream"]["posts"][0]["link_counts"] = links
    assert read(tmp_path, told).rows("thread", "url") == [("https://forum.example.org/t/1",)]


def test_categories_of_one_name_are_told_apart_by_their_parents(tmp_path: Path) -> None:
    both = [{"id": SUPPORT, "name": "General", "parent_category_id": 1}, {"id": 1, "name": "Metal"}]
    site = {
        "categories": [
            *both,
            {"id": 2, "name": "Wood", "subcategory_list": [{"id": LOUNGE, "name": "General"}]},
        ]
    }
    site["categories"][2]["subcategory_list"][0]["parent_category_id"] = 2
    told = read(tmp_path, solved(), chat(), site=site)
    assert dict(told.rows("thread", "thread", "channel")) == {
        "1": "Metal / General",
        "3": "Wood / General",
    }


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    told = solved()
    told["post_stream"]["posts"] += [
        post(104, 1, 4, "bo", "yesterday"),
        post(105, 1, 5, "bo", at(1)) | {"id": "x"},
        "no post",
    ]
    folder = forum(tmp_path, told, latest={"nothing": 1})
    (tmp_path / "cut.json").write_text(json.dumps(waiting())[:-9], encoding="utf-8")
    (tmp_path / "readme.txt").write_text("a forum", encoding="utf-8")
    (tmp_path / "users.csv").write_text(
        "id,username,email\nx,y,z\n12,bo,bo@example.org,more\n", encoding="utf-8"
    )
    seen = Read(SOURCE, folder)
    assert seen.skipped == {
        "a post without a readable date": 1,
        "a post without a readable id or topic": 2,
        "a JSON value that is no topic, post or category": 1,
        "a file that is no readable JSON or is cut short": 1,
        "list of users: no readable id": 1,
        "list of users: more or fewer columns than the header": 1,
    }
    assert seen.reading.examples["a post without a readable date"] == ["post 104"]
    assert seen.reading.notes == [
        "1 files are neither JSON nor a list of users, and were left alone."
    ]


def test_a_folder_without_topics_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text(json.dumps(SITE), encoding="utf-8")
    assert "holds no topic and no post of Discourse" in refusal(SOURCE, tmp_path)


def pack_seven_zip(folder: Path) -> Path:
    path = folder.parent / "forum.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writeall(folder, "deep/forum")
    return path


@pytest.mark.parametrize(
    "pack",
    [
        packed,
        lambda folder: packed(folder, within="a/b"),
        pack_seven_zip,
        lambda folder: folder.parent,
    ],
)
def test_packed_and_nested_forums_read_the_same(
    tmp_path: Path, pack: Callable[[Path], Path]
) -> None:
    folder = forum(tmp_path / "outer" / "forum", site=SITE, users=USERS)
    plain, other = Read(SOURCE, folder), Read(SOURCE, pack(folder))
    assert other.recognised
    assert same_tables(plain, other)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("channels.json", b'[{"id": "C1", "name": "general"}]'),
        ("2026-03-01.json", b'[{"ts": "1.0", "user": "U1", "text": "post_number"}]'),
        ("items.json", b'{"backend_name": "Discourse", "data": {"post_stream": {"posts": []}}}'),
        ("posts.csv", b"post_id,thread_id,created_at\n"),
        ("empty.json", b""),
        ("noise.json", bytes(range(256))),
    ],
)
def test_others_exports_are_not_taken(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "readme.md").write_text("hello", encoding="utf-8")
    with pytest.raises(CopError):
        assert not Read(SOURCE, tmp_path).recognised


def test_batches_and_long_files_hold_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = forum(tmp_path / "forum", site=SITE, users=USERS)
    whole = Read(SOURCE, folder)
    monkeypatch.setattr("cop_metrics.sources.discourse.BATCH_ROWS", 2)
    monkeypatch.setattr(json_files, "WHOLE", 10)
    assert same_tables(whole, Read(SOURCE, folder))


def test_a_value_that_never_ends_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "WHOLE", 10)
    monkeypatch.setattr(json_files, "LARGEST_VALUE", 200_000)
    folder = forum(tmp_path / "forum")
    (folder / "endless.json").write_bytes(b'{"post_stream": {"posts": [' + b'{"id": 1},' * 100_000)
    told = Read(SOURCE, folder)
    assert told.skipped == {"a file that is no readable JSON or is cut short": 1}
    assert len(told.tables["post"]) == 9


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PLACES = ["topic", "post", "category"]


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 40), WILD), min_size=1, max_size=6),
    st.integers(0, 3000),
)
@settings(max_examples=60)
def test_wild_forums_are_read_or_refused_in_a_sentence(
    changes: list[tuple[str, int, Any]], cut: int
) -> None:
    """Any value may stand anywhere, and a file may end anywhere."""
    told, site = [solved(), waiting(), asking_chat()], json.loads(json.dumps(SITE))
    for where, which, value in changes:
        target = {
            "topic": told[which % 3],
            "post": told[which % 3]["post_stream"]["posts"][which % 2],
            "category": site["categories"][which % 2],
        }[where]
        keys = sorted(key for key in target if key != "post_stream")
        target[keys[which % len(keys)]] = value
    with TemporaryDirectory() as folder:
        for number, each in enumerate([*told, site]):
            content = json.dumps(each).encode()
            (Path(folder) / f"{number}.json").write_bytes(
                content[: cut if number == 1 else len(content)]
            )
        try:
            seen = Read(SOURCE, Path(folder))
            written(SOURCE, Path(folder), Path(folder) / "data")
        except CopError:
            return
        assert has_exact_columns(seen)


# The real forum: figures computed independently


@pytest.fixture(scope="module")
def urho() -> Read:
    return Read(SOURCE, shared("discourse-urho3d-support"))


def test_a_real_support_forum_has_its_posts_topics_and_people(urho: Read) -> None:
    posts = urho.tables["post"]
    assert urho.recognised
    assert urho.skipped == {}
    assert urho.reading.notes == []
    assert (
        urho.tables["thread"].filter(pl.col("kind") == "question").height
        == urho.tables["thread"].height
        == 673
    )
    assert posts.filter(pl.col("kind") != "notice").height == 4_802
    assert posts.filter(pl.col("kind") == "notice").height == 20
    assert posts["post"].n_unique() == posts.height
    assert posts.filter(pl.col("kind") != "notice")["author"].n_unique() == 243
    assert urho.tables["thread"]["closed_at"].count() == 12


def test_a_real_support_forum_has_its_likes_views_and_reads(urho: Read) -> None:
    assert urho.tables["reaction"].height == 1_638
    assert urho.tables["thread"]["views"].sum() == 241_500
    assert urho.tables["read"]["reads"].sum() == 129_187


def test_a_real_support_forum_is_answered_as_counted_independently(tmp_path: Path) -> None:
    store = imported(SOURCE, [shared("discourse-urho3d-support")], tmp_path)
    answered = "select count(*), round(median(wait_seconds) / 3600, 4) from questions where helped"
    assert asked(store, answered) == [(617, 2.7513)]
    assert asked(store, "select count(*) from questions where accepted") == [(307,)]
    assert asked(store, "select count(*) from helps where accepted") == [(226,)]
    assert asked(store, "select sum(views) from questions") == [(241_500,)]
    by_helper = """
        select posts.member_id, count(*) as answers
        from posts
        join questions on questions.thread = posts.thread
        where posts.is_answer and posts.member <> questions.asker
        group by 1
    """
    shares = f"""
        select count(*), round(100.0 * sum(case when place <= 10 then answers end) / sum(answers), 2)
        from (select answers, row_number() over (order by answers desc) as place from ({by_helper}))
    """
    assert asked(store, shares) == [(97, 69.92)]


def test_several_accepted_answers_are_credited_to_who_accepted_them(tmp_path: Path) -> None:
    posts = [
        post(101, 1, 1, "ana", at(1)),
        post(102, 1, 2, "bo", at(1, 10), accepted_answer=True),
        post(103, 1, 3, "bo", at(1, 11), accepted_answer=True),
    ]
    answers = [{"post_number": number, "accepter_username": "Ana"} for number in (2, 3)]
    told = read(tmp_path, topic(1, posts, accepted_answers=answers))
    by = str(PEOPLE["ana"])
    assert told.rows("post", "post", "kind", "accepted", "solved_by") == [
        ("101", "question", None, None),
        ("102", "message", True, by),
        ("103", "message", True, by),
    ]


def test_topics_that_the_forum_refused_are_told_as_such(tmp_path: Path) -> None:
    refused = {"errors": ["slow"], "error_type": "rate_limit"}
    folder = forum(tmp_path, solved(), refused=refused)
    (folder / "9.json").write_text(
        "<html><body>429 Too Many Requests</body></html>", encoding="utf-8"
    )
    told = Read(SOURCE, folder)
    assert "The forum refused 2 topics" in told.reading.notes[0]
    assert told.skipped == {}


def test_a_long_topic_says_which_page_is_missing(tmp_path: Path) -> None:
    long = solved()
    long["post_stream"]["stream"] = list(range(101, 1310))
    assert "page=2" in read(tmp_path / "long", long).reading.notes[0]
    short = solved()
    short["post_stream"]["stream"] = list(range(101, 150))
    assert "page=2" not in read(tmp_path / "short", short).reading.notes[0]


# What the tests of all sources ask of each


def private_topics() -> list[Json]:
    """Return a private message, and a topic of a category that only some may see."""
    who = {"username": MARK.lower(), "name": MARK, "user_id": 99}
    each = [
        topic(key, [post(key * 100, key, 1, "bo", at(4), MARK, **who)])
        | {"title": MARK, "slug": MARK, "tags": [MARK]}
        for key in (8, 9)
    ]
    return [each[0] | {"archetype": "private_message"}, each[1] | {"category_id": 77}]


def with_private(folder: Path) -> Path:
    site = copy.deepcopy(SITE)
    site["categories"].append({"id": 77, "name": MARK, "read_restricted": True})
    site["categories"].append({"id": 78, "name": MARK, "parent_category_id": 77})
    path = forum(folder, site=site, users=USERS)
    for number, topic in enumerate(private_topics()):
        in_json(path / f"{number}.json", topic)
    whisper = post(105, 1, 9, "bo", at(1, 12), MARK, post_type=4, username=MARK, user_id=98)
    in_json(path / "whisper.json", whisper | {"name": MARK})
    return path


SAMPLES: Makers = (lambda folder: forum(folder, site=SITE, users=USERS),)


QUIET: Makers = (
    lambda folder: held(folder, {"latest.json": '{"users": [], "topic_list": {"topics": []}}'}),
    lambda folder: held(folder, {"posts.json": '{"latest_posts": []}'}),
    lambda folder: held(
        folder,
        {"topic.json": '{"post_stream": {"posts": [], "stream": []}, "id": 5, "title": "x"}'},
    ),
    lambda folder: held(
        folder, {"latest.json": '{"topic_list": {"topics": [{"id": 5, "title": "How?"}]}}'}
    ),
    lambda folder: forum(folder, waiting() | {"archetype": "private_message"}),
)


WITH_PRIVATE: Makers = (with_private,)
