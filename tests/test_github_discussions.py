"""GitHub Discussions: a small repository told here, its pages as people get them, and their oddities."""

import json
import re
from collections.abc import Callable
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
    held,
    imported,
    packed,
    refusal,
    same_tables,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources import json_files
from cop_metrics.sources.github_discussions import QUERY, SOURCE

Json = dict[str, Any]
DOCS = Path(__file__).resolve().parents[1] / "docs" / "sources.md"
HELP = {"name": "Q&A", "isAnswerable": True}
IDEAS = {"name": "Ideas", "isAnswerable": False}


def at(day: int, hour: int = 9) -> str:
    return f"2026-03-{day:02d}T{hour:02d}:00:00Z"


def when(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour)


def user(login: str, *, name: str | None = None, kind: str = "User") -> Json:
    return {"__typename": kind, "login": login, "name": name}


def said(key: str, login: str | None, created_at: str, body: str = "Fine.", **more: Any) -> Json:
    told = {
        "id": key,
        "body": body,
        "createdAt": created_at,
        "updatedAt": created_at,
        "upvoteCount": 1,
    }
    return told | {"author": user(login) if login else None} | more


def nodes(*each: Json, total: int | None = None) -> Json:
    return {"nodes": list(each), "totalCount": len(each) if total is None else total}


def solved() -> Json:
    """Ana asks; bo comments and ana replies to that with thanks; cy's comment is the answer, chosen by bo a day later."""
    reply = said("r1", "ana", at(1, 11), "Thanks, that worked!", reactionGroups=[])
    return said(
        "d1",
        "ana",
        at(1),
        "How do I weld aluminium?",
        number=1,
        title="Aluminium",
        url="https://github.com/craft/welding/discussions/1",
        category=HELP,
        labels=nodes({"name": "argon"}, {"name": "metal"}),
        answer={"id": "c2"},
        answerChosenAt=at(2),
        answerChosenBy={"login": "bo"},
        upvoteCount=3,
        comments=nodes(
            said("c1", "bo", at(1, 10), "With argon.", replies=nodes(reply)),
            said("c2", "cy", at(1, 12), "With patience.", isAnswer=True, replies=nodes()),
        ),
        reactions={"nodes": [{"content": "EYES", "createdAt": at(3), "user": {"login": "bo"}}]},
        reactionGroups=[
            {"content": "EYES", "reactors": {"totalCount": 2}},
            {"content": "HEART", "reactors": {"totalCount": 1}},
        ],
    )


def waiting() -> Json:
    """A ghost asks, and a program comments."""
    bot = said("c3", None, at(4, 10), "Stale", author=user("stale", kind="Bot"))
    return said(
        "d2", None, at(4), "It sparks", number=2, title="Sparks", category=HELP, comments=nodes(bot)
    )


def idea() -> Json:
    """Not a category of questions: the words ask."""
    comment = said("c4", "ana", at(5, 10), "I do.")
    return said(
        "d3",
        "bo",
        at(5),
        "Does anyone want a club?",
        number=3,
        title="Club",
        category=IDEAS,
        comments=nodes(comment),
    )


def page(*discussions: Json) -> Json:
    return {
        "data": {
            "repository": {
                "discussions": {"pageInfo": {"hasNextPage": False}, "nodes": list(discussions)}
            }
        }
    }


def pages(folder: Path, *told: Json, name: str = "discussions.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    each = told or (page(solved(), waiting()), page(idea()))
    (folder / name).write_text("".join(json.dumps(one) for one in each), encoding="utf-8")
    return folder


def read(folder: Path, *discussions: Json) -> Read:
    return Read(SOURCE, pages(folder, page(*discussions)))


def test_a_small_repository_in_full(tmp_path: Path) -> None:
    told = Read(SOURCE, pages(tmp_path))
    assert told.recognised
    assert has_exact_columns(told)
    assert told.skipped == {}
    assert told.reading.notes == []
    assert told.rows("thread", "thread", "kind", "title", "url", "channel", "created_at") == [
        (
            "d1",
            "question",
            "Aluminium",
            "https://github.com/craft/welding/discussions/1",
            "Q&A",
            when(1),
        ),
        ("d2", "question", "Sparks", None, "Q&A", when(4)),
        ("d3", "message", "Club", None, "Ideas", when(5)),
    ]
    assert told.rows(
        "post",
        "post",
        "thread",
        "author",
        "kind",
        "created_at",
        "accepted",
        "accepted_at",
        "solved_by",
    ) == [
        ("d1", "d1", "ana", "question", when(1), None, None, None),
        ("c1", "d1", "bo", "answer", when(1, 10), False, None, None),
        ("r1", "d1", "ana", "comment", when(1, 11), None, None, None),
        ("c2", "d1", "cy", "answer", when(1, 12), True, when(2), "bo"),
        ("d2", "d2", None, "question", when(4), None, None, None),
        ("c3", "d2", "stale", "answer", when(4, 10), False, None, None),
        ("d3", "d3", "bo", "message", when(5), None, None, None),
        ("c4", "d3", "ana", "message", when(5, 10), None, None, None),
    ]
    assert told.rows("topic", "thread", "topic") == [("d1", "argon"), ("d1", "metal")]
    assert told.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("d1", "bo", "eyes", when(3)),
        ("d1", None, "eyes", None),
        ("d1", None, "heart", None),
        ("d1", None, "upvote", None),
        ("d1", None, "upvote", None),
    ]
    assert sorted(told.rows("member", "member", "username", "is_bot")) == [
        ("ana", "ana", False),
        ("bo", "bo", False),
        ("cy", "cy", False),
        ("stale", "stale", True),
    ]
    assert told.rules()["d3"][:2] == ["opening", "question_mark"]
    assert told.rules()["r1"] == ["thanks", "reply"]


def test_the_repository_as_measured(tmp_path: Path) -> None:
    """Of three questions one is found by its words; the program's comment is no answer, and a comment is no help."""
    store = imported(SOURCE, [pages(tmp_path / "pages")], tmp_path / "data")
    assert asked(
        store, "select is_explicit, outcome, helpers, wait_seconds from questions order by second"
    ) == [
        (True, "resolved", 2, 3600),
        (True, "unanswered", 0, None),
        (False, "answered", 1, 3600),
    ]
    assert asked(store, "select question_id, topic from question_topics order by topic") == [
        (1, "argon"),
        (1, "metal"),
    ]


def test_a_reply_to_a_comment_can_be_the_answer(tmp_path: Path) -> None:
    told = solved()
    told["answer"] = {"id": "r1"}
    told["comments"]["nodes"][1]["isAnswer"] = False
    rows = read(tmp_path, told).rows("post", "post", "kind", "accepted")
    assert rows == [
        ("d1", "question", None),
        ("c1", "answer", False),
        ("r1", "answer", True),
        ("c2", "answer", False),
    ]


@pytest.mark.parametrize(
    ("reason", "closed_as"), [("RESOLVED", "resolved"), ("OUTDATED", "outdated"), (None, "closed")]
)
def test_a_closed_discussion(tmp_path: Path, reason: str | None, closed_as: str) -> None:
    told = waiting() | {"closedAt": at(9), "stateReason": reason}
    assert read(tmp_path, told).rows("thread", "closed_at", "closed_as") == [(when(9), closed_as)]


def test_a_comment_that_was_deleted_keeps_its_replies(tmp_path: Path) -> None:
    told = solved()
    told["comments"]["nodes"][0] |= {"author": None, "body": "", "deletedAt": at(6)}
    rows = read(tmp_path, told).rows("post", "post", "author", "deleted_at")
    assert rows[1:3] == [("c1", None, when(6)), ("r1", "ana", None)]


def test_bots_by_their_type_or_their_login(tmp_path: Path) -> None:
    told = waiting()
    told["comments"] = nodes(
        said("c8", "helper[bot]", at(4, 11)), said("c9", "robert-bot", at(4, 12))
    )
    assert sorted(read(tmp_path, told).rows("member", "member", "is_bot")) == [
        ("helper[bot]", True),
        ("robert-bot", False),
    ]


def test_a_ghost_is_nobody_where_it_is_told_as_an_account(tmp_path: Path) -> None:
    told = waiting()
    told["comments"] = nodes(said("c8", "ghost", at(4, 11)), said("c9", None, at(4, 12)))
    seen = read(tmp_path, told)
    assert [
        author for post, author in seen.rows("post", "post", "author") if post in ("c8", "c9")
    ] == [None, None]
    assert seen.tables["member"].is_empty()


def test_people_have_their_names_where_they_are_told(tmp_path: Path) -> None:
    told = idea() | {"author": user("bo", name="Bo Birch")}
    assert sorted(read(tmp_path, told).rows("member", "member", "name")) == [
        ("ana", "ana"),
        ("bo", "Bo Birch"),
    ]


@pytest.mark.parametrize(
    "written_as",
    [
        lambda each: "".join(json.dumps(one) for one in each),
        lambda each: "\n".join(json.dumps(one) for one in each),
        lambda each: "\n".join(json.dumps(one, indent=2) for one in each),
        lambda each: json.dumps(list(each)),
        lambda each: json.dumps(
            [one["data"]["repository"]["discussions"]["nodes"] for one in each]
        ),
        lambda each: "\n".join(
            json.dumps(node)
            for one in each
            for node in one["data"]["repository"]["discussions"]["nodes"]
        ),
    ],
    ids=["one after the other", "lines", "indented", "slurped", "lists of nodes", "a node a line"],
)
def test_pages_in_every_form_that_people_get_them(
    tmp_path: Path, written_as: Callable[[Any], str]
) -> None:
    each = (page(solved(), waiting()), page(idea()))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pages.json").write_text(written_as(each), encoding="utf-8")
    told = Read(SOURCE, tmp_path / "other")
    assert told.recognised
    assert same_tables(told, Read(SOURCE, pages(tmp_path / "one", *each)))


def test_further_pages_of_the_comments_of_a_long_discussion(tmp_path: Path) -> None:
    long = solved()
    long["comments"]["totalCount"] = 4
    folder = pages(tmp_path, page(long))
    assert (
        Read(SOURCE, folder)
        .reading.notes[0]
        .startswith("2 comments and replies are named in the pages and not in them")
    )
    more = [
        said("c5", "bo", at(2), "More"),
        said("c2", "cy", at(1, 12), "With patience."),
        said("c6", "bo", at(3), "Most"),
    ]
    rest = {
        "data": {
            "node": {"id": "d1", "category": HELP, "comments": nodes(*more[:1], more[2], total=4)}
        }
    }
    pages(tmp_path, rest, name="rest.json")
    told = Read(SOURCE, folder)
    assert told.reading.notes == []
    assert [(post, kind) for post, kind in told.rows("post", "post", "kind")][4:] == [
        ("c5", "answer"),
        ("c6", "answer"),
    ]
    assert told.tables["thread"].height == 1


def test_of_a_discussion_on_two_pages_the_newest_state_counts(tmp_path: Path) -> None:
    """Discussions move between pages while they are fetched."""
    newer = solved() | {"updatedAt": at(8), "title": "Aluminium sheets"}
    newer["comments"]["nodes"][1]["upvoteCount"] = 4
    for number, both in enumerate([(page(solved()), page(newer)), (page(newer), page(solved()))]):
        told = Read(SOURCE, pages(tmp_path / str(number), *both))
        assert told.rows("thread", "title") == [("Aluminium sheets",)]
        assert told.rows("reaction", "post").count(("c2",)) == 3
        assert told.reading.notes == [
            "1 discussions are there once more; the newest state of each counts."
        ]


def test_overlapping_exports_converge(tmp_path: Path) -> None:
    """The newer has another answer, a deleted comment, other labels, one reaction less and a discussion more."""
    newer = solved() | {
        "updatedAt": at(9),
        "answer": {"id": "c1"},
        "labels": nodes({"name": "metal"}),
        "upvoteCount": 2,
    }
    newer["comments"]["nodes"][1] |= {"isAnswer": False, "deletedAt": at(8)}
    newer["reactions"], newer["reactionGroups"] = {"nodes": []}, []
    converges(
        SOURCE,
        pages(tmp_path / "older", page(solved())),
        pages(tmp_path / "newer", page(newer, idea())),
        tmp_path,
    )


def test_exports_that_differ_in_upvotes_alone_converge(tmp_path: Path) -> None:
    newer = solved() | {"upvoteCount": 9}
    converges(
        SOURCE,
        pages(tmp_path / "older", page(solved())),
        pages(tmp_path / "newer", page(newer)),
        tmp_path,
    )


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    told = solved()
    told["comments"]["nodes"] += [
        said("c7", "bo", "yesterday"),
        said("c8", "bo", at(3)) | {"id": None},
        "nothing",
    ]
    broken = [idea() | {"createdAt": "once"}, idea() | {"id": None}]
    pages(tmp_path, page(told, *broken), {"errors": [{"message": "timeout"}], "data": None})
    (tmp_path / "readme.md").write_text("pages", encoding="utf-8")
    seen = Read(SOURCE, tmp_path)
    assert seen.skipped == {
        "a comment without an id or a readable date": 3,
        "a discussion without a readable date": 1,
        "a discussion without an id": 1,
        "a page in which GitHub tells of an error": 1,
    }
    assert seen.reading.notes[0] == "1 files are no JSON, and were left alone."
    assert seen.rows("thread", "thread") == [("d1",)]


def test_pages_that_are_cut_short_or_empty_are_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = pages(tmp_path)
    file = folder / "discussions.json"
    file.write_bytes(file.read_bytes()[:-30])
    assert (
        refusal(SOURCE, folder)
        == "discussions.json is no JSON or is cut short. Export, copy or download it again."
    )
    file.write_text(json.dumps({"data": {"repository": {"discussions": None}}}), encoding="utf-8")
    assert refusal(SOURCE, folder).startswith("There is no discussion in these files.")


@pytest.mark.parametrize(
    "pack",
    [
        packed,
        lambda folder: packed(folder, within="a/b"),
        lambda folder: folder.parent,
        lambda folder: folder / "discussions.json",
    ],
)
def test_packed_and_nested_pages_read_the_same(
    tmp_path: Path, pack: Callable[[Path], Path]
) -> None:
    folder = pages(tmp_path / "outer" / "pages")
    plain, other = Read(SOURCE, folder), Read(SOURCE, pack(folder))
    assert other.recognised
    assert same_tables(plain, other)


def test_batches_and_long_files_hold_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pages(tmp_path)
    whole = Read(SOURCE, folder)
    monkeypatch.setattr("cop_metrics.sources.github_discussions.BATCH_ROWS", 1)
    monkeypatch.setattr(json_files, "WHOLE", 10)
    assert same_tables(whole, Read(SOURCE, folder))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "issues.json",
            b'{"data": {"repository": {"issues": {"nodes": [{"id": 1, "comments": {}}]}}}}',
        ),
        ("2026-03-01.json", b'[{"ts": "1.0", "user": "U1", "text": "discussions nodes category"}]'),
        ("topic.json", b'{"post_stream": {"posts": []}}'),
        ("empty.json", b""),
    ],
)
def test_others_exports_are_not_taken(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CopError):
        assert not Read(SOURCE, tmp_path).recognised


def test_the_docs_have_the_query() -> None:
    """And what it asks for is what the small repository above is made of."""
    blocks = re.findall(r"```graphql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks[0].strip() == QUERY.strip()
    for name in {
        *solved(),
        *said("c", "bo", at(1)),
        "replies",
        "isAnswer",
        "deletedAt",
        "closedAt",
        "stateReason",
    }:
        assert re.search(rf"\b{name}\b", QUERY), name


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(st.integers(0, 60), WILD), min_size=1, max_size=6), st.integers(0, 6000))
@settings(max_examples=60)
def test_wild_pages_are_read_or_refused_in_a_sentence(
    changes: list[tuple[int, Any]], cut: int
) -> None:
    """Any value may stand anywhere, and a file may end anywhere."""
    told = [solved(), waiting(), idea()]
    rows = [*told, *(comment for each in told for comment in each["comments"]["nodes"])]
    for which, value in changes:
        row = rows[which % len(rows)]
        row[sorted(row)[which % len(row)]] = value
    with TemporaryDirectory() as folder:
        path = pages(Path(folder), page(*told[:2]), page(*told[2:]))
        file = path / "discussions.json"
        file.write_bytes(file.read_bytes()[: cut if cut % 3 == 0 else None])
        try:
            seen = Read(SOURCE, path)
            written(SOURCE, path, path / "data")
        except CopError:
            return
        assert has_exact_columns(seen)


def test_discussions_without_their_comments_are_refused(tmp_path: Path) -> None:
    """A list of discussions says that they were answered, and has no answer: all would wait for ever."""
    listed = [
        {name: value for name, value in each.items() if name != "comments"}
        for each in (solved(), waiting())
    ]
    told = {"discussions": listed, "totalCount": 2, "next": ""}
    assert "none of their comments" in refusal(SOURCE, pages(tmp_path / "list", told))
    counted = [each | {"comments": nodes(total=4)} for each in (solved(), waiting())]
    assert "none of their comments" in refusal(SOURCE, pages(tmp_path / "counted", page(*counted)))
    some = read(tmp_path / "some", solved(), listed[1])
    assert some.skipped == {"a discussion without its comments": 1}
    assert some.tables["thread"].height == 1


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    told = solved()
    told["author"] |= {"email": MARK, "bio": MARK}
    return pages(folder, page(told, waiting()))


SAMPLES: Makers = (pages,)


QUIET: Makers = (
    lambda folder: held(
        folder,
        {
            "d.json": '{"data": {"repository": {"discussions": {"pageInfo": {"hasNextPage": false}, "nodes": []}}}}'
        },
    ),
)


WITH_PRIVATE: Makers = (with_private,)
