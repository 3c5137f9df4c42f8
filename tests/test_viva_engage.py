"""Viva Engage and Yammer network exports: a small network in full, the spellings of columns, and what is private."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

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
    without_rows,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources.viva_engage import PRIVATE, SOURCE, SPELLINGS
from cop_metrics.tabular import email_hash

Row = Mapping[str, object]

USERS: list[Row] = [
    {
        "id": 1,
        "name": "Ada",
        "email": "Ada@example.org",
        "joined_at": "2025-01-01T08:00:00+00:00",
        "state": "active",
    },
    {
        "id": 2,
        "name": "Bo",
        "email": "bo@example.org",
        "joined_at": "2025-02-01T08:00:00+00:00",
        "state": "active",
    },
    {
        "id": 3,
        "name": "Cy",
        "email": "",
        "joined_at": "2025-02-01T08:00:00+00:00",
        "deleted_at": "2026-01-01T08:00:00+00:00",
        "state": "deleted",
    },
]


def message(
    id_: int,
    sender: int = 1,
    at: str = "2026-03-02T10:00:00+00:00",
    thread: int = 0,
    **more: object,
) -> Row:
    """Return a message of the group Welding; it replies to the first of its thread unless it is that one."""
    thread = thread or id_
    return {
        "id": id_,
        "replied_to_id": thread if thread != id_ else "",
        "thread_id": thread,
        "group_id": 7,
        "group_name": "Welding",
        "in_private_conversation": "false",
        "sender_id": sender,
        "sender_name": f"Person {sender}",
        "body": "Hello all",
        "message_type": "update",
        "created_at": at,
        "deleted_at": "",
        "likes_count": 0,
        **more,
    }


MESSAGES: list[Row] = [
    message(
        100,
        1,
        message_type="question",
        title="Which gas",
        body="For aluminium, [[user:2]]",
        best_answer_id=102,
    ),
    message(101, 2, "2026-03-02T11:00:00+00:00", 100, body="Steel or aluminium?"),
    message(102, 2, "2026-03-02T12:30:00+00:00", 100, body="Argon [[tag:9]]", likes_count=2),
    message(110, 2, "2026-03-03T10:00:00+00:00", body="How do I clean the torch?"),
    message(111, 3, "2026-03-03T10:30:00+00:00", 110, body="With a brush"),
    message(
        120, 1, "2026-03-04T10:00:00+00:00", body="Which mask do you like?", message_type="poll"
    ),
    message(130, 1, "2026-03-05T10:00:00+00:00", body="Person 1 has joined", message_type="system"),
    message(140, 1, "2026-03-05T11:00:00+00:00", in_private_conversation="true", body="Lunch?"),
]
GROUPS: list[Row] = [{"id": 7, "name": "Welding"}]
TOPICS: list[Row] = [{"id": 9, "name": "gases"}]
SMALL = {"Messages": MESSAGES, "Users": USERS, "Groups": GROUPS, "Topics": TOPICS}


def write(path: Path, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names or ["id"], restval="")
        writer.writeheader()
        writer.writerows(rows)


def sample(folder: Path, files: Mapping[str, Sequence[Row]] = SMALL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        write(folder / f"{name}.csv", rows)
    (folder / "request.txt").write_text("since: 2026-03-01\n")
    return folder


def test_a_small_network_in_full(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path))
    assert read.recognised
    assert has_exact_columns(read)
    assert read.skipped == {"a private message, which is nobody else's": 1}
    assert read.reading.examples["a private message, which is nobody else's"] == [
        "Messages.csv row 9"
    ]
    assert read.reading.notes == []
    assert read.rows(
        "member", "member", "name", "email_hash", "joined_at", "deleted_at", "is_deleted"
    ) == [
        ("1", "Ada", email_hash("ada@example.org"), datetime(2025, 1, 1, 8), None, False),
        ("2", "Bo", email_hash("bo@example.org"), datetime(2025, 2, 1, 8), None, False),
        ("3", "Cy", None, datetime(2025, 2, 1, 8), datetime(2026, 1, 1, 8), True),
    ]
    assert read.rows("thread", "thread", "kind", "title", "channel") == [
        ("100", "question", "Which gas", "Welding"),
        ("110", "message", "How do I clean the torch?", "Welding"),
        ("120", "message", "Which mask do you like?", "Welding"),
    ]
    assert sorted(read.rows("post", "post", "thread", "author", "kind", "accepted")) == [
        ("100", "100", "1", "question", None),
        ("101", "100", "2", "answer", False),
        ("102", "100", "2", "answer", True),
        ("110", "110", "2", "message", None),
        ("111", "110", "3", "message", None),
        ("120", "120", "1", "message", None),
        ("130", "130", "1", "notice", None),
    ]
    assert "question_mark" in read.rules()["110"]
    assert read.rules()["111"] == ["reply"]
    assert read.rules()["120"][-1] == "poll"
    assert read.rows("topic", "thread", "topic") == [("100", "gases")]
    assert (
        read.rows("reaction", "post", "giver", "kind", "given_at")
        == [("102", None, "like", None)] * 2
    )


def test_a_question_of_the_network_is_explicit_and_resolved(tmp_path: Path) -> None:
    store = imported(SOURCE, [sample(tmp_path / "export")], tmp_path / "data")
    assert asked(
        store, "select question, outcome, is_explicit from questions order by question"
    ) == [
        ("src:100", "resolved", True),
        ("src:110", "answered", False),
    ]


def test_packed_nested_and_renamed_exports_read_the_same(tmp_path: Path) -> None:
    folder = sample(tmp_path / "export")
    plain = Read(SOURCE, folder)
    for path in (packed(folder), packed(folder, within="export-1/csv"), tmp_path):
        read = Read(SOURCE, path)
        assert read.recognised
        assert same_tables(read, plain)


@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("form", ["{}", "{} ", "TITLE", "spaces"])
def test_columns_by_any_of_their_names(tmp_path: Path, nth: int, form: str) -> None:
    """Case, spaces and underscores do not matter, nor which of the known names a column has."""

    def renamed(name: str, spellings: Mapping[str, tuple[str, ...]]) -> str:
        for known in spellings.values():
            if name in known:
                name = known[min(nth, len(known) - 1)]
        forms = {"TITLE": name.replace("_", "").title(), "spaces": name.replace("_", " ").upper()}
        return forms.get(form, form.format(name))

    files = {
        kind: [
            {renamed(name, SPELLINGS[kind.lower()]): value for name, value in row.items()}
            for row in rows
        ]
        for kind, rows in SMALL.items()
    }
    assert same_tables(
        Read(SOURCE, sample(tmp_path / "other", files)), Read(SOURCE, sample(tmp_path / "plain"))
    )


def without(*names: str, rows: Sequence[Row] = MESSAGES) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (
            ("id",),
            "Messages.csv has no column id or message_id. Found: replied_to_id, thread_id, group_id",
        ),
        (
            ("created_at",),
            "Messages.csv has no column created_at or created or created_date. Found: id,",
        ),
        (
            ("thread_id", "replied_to_id"),
            "has no column thread_id or conversation_id or thread_starter_id or replied_to_id",
        ),
        (
            ("sender_id", "sender_name"),
            "has no column sender_id or user_id or author_id or sender_email",
        ),
    ],
)
def test_a_missing_column_is_named_with_what_was_found(
    tmp_path: Path, missing: tuple[str, ...], sentence: str
) -> None:
    said = refusal(SOURCE, sample(tmp_path, {**SMALL, "Messages": without(*missing)}))
    assert sentence in said
    assert "Rename the column" in said


def test_columns_that_may_be_missing(tmp_path: Path) -> None:
    """Without a thread a reply leads to it; without types questions are found by words; without likes none are counted."""
    gone = (
        "thread_id",
        "message_type",
        "likes_count",
        "title",
        "best_answer_id",
        "deleted_at",
        "sender_name",
    )
    read = Read(SOURCE, sample(tmp_path, {"Messages": without(*gone)}))
    assert read.threads() == {
        **dict.fromkeys(("100", "101", "102"), "100"),
        "110": "110",
        "111": "110",
        "120": "120",
        "130": "130",
    }
    assert set(read.tables) == {"member", "thread", "post"}
    assert read.reading.notes == [
        "Messages.csv has no column that tells questions, such as message_type: they are found by their words.",
        "There is no Users.csv: members are known by what they wrote, without a day of joining.",
    ]


@pytest.mark.parametrize("yes", ["TRUE", "Yes", "1", "1.0", "WAHR", "VRAI", "oui", "x", "private"])
def test_a_message_is_private_unless_it_says_no(yes: str, tmp_path: Path) -> None:
    rows = [
        *MESSAGES[:5],
        message(150, in_private_conversation=yes),
        message(160, in_private_conversation="FALSCH"),
    ]
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows}))
    assert read.skipped == {PRIVATE: 1}
    assert {"150", "160"} & set(read.threads()) == {"160"}


@pytest.mark.parametrize("yes", ["true", "WAHR", "1", "private"])
@pytest.mark.parametrize("column", ["in_private_group", "private_community"])
def test_messages_of_private_communities_are_left_out(
    yes: str, column: str, tmp_path: Path
) -> None:
    rows = [
        *MESSAGES[:7],
        message(150, **{column: yes, "group_id": 8}),
        message(160, **{column: "false"}),
    ]
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows}))
    assert read.skipped == {"a message of a private community": 1}
    assert {"150", "160"} & set(read.threads()) == {"160"}


@pytest.mark.parametrize(
    ("column", "yes", "no"), [("private", "true", "false"), ("privacy", "Private", "Public")]
)
def test_the_list_of_groups_tells_which_are_private(
    column: str, yes: str, no: str, tmp_path: Path
) -> None:
    groups = [{"id": 7, "name": "Welding", column: no}, {"id": 8, "name": "Board", column: yes}]
    secret = message(150, group_id=8, group_name="Board", body="Who is let go?")
    read = Read(
        SOURCE, sample(tmp_path, {**SMALL, "Groups": groups, "Messages": [*MESSAGES[:7], secret]})
    )
    assert read.skipped == {"a message of a private community": 1}
    assert "150" not in read.threads()
    assert "Board" not in str(read.reading)


@pytest.mark.parametrize("column", ["is_private", "private", "private_message"])
def test_a_column_that_tells_private_messages_goes_by_several_names(
    column: str, tmp_path: Path
) -> None:
    rows = [
        {name: each for name, each in row.items() if name != "in_private_conversation"}
        for row in MESSAGES[:7]
    ]
    told = [row | {column: "false"} for row in rows] + [
        message(150, in_private_conversation="", **{column: "true"})
    ]
    told[-1].pop("in_private_conversation")
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": told}))
    assert read.skipped == {PRIVATE: 1}
    assert "150" not in read.threads()


@pytest.mark.parametrize("kind", ["private_message", "Direct Message", "chat"])
def test_kinds_of_messages_that_are_private(kind: str, tmp_path: Path) -> None:
    rows = [*MESSAGES[:7], message(150, message_type=kind)]
    assert Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows})).skipped == {PRIVATE: 1}


def test_keys_that_a_program_wrote_as_fractions_are_the_same(tmp_path: Path) -> None:
    rows = [
        {name: each for name, each in row.items() if name != "thread_id"}
        for row in (message(100), message(101, 2, thread=100, replied_to_id="100.0"))
    ]
    assert Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows})).threads() == {
        "100": "100",
        "101": "100",
    }


def test_a_week_of_private_messages_alone_is_an_export(tmp_path: Path) -> None:
    rows = [message(150, in_private_conversation="true")]
    assert Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows})).reading.is_quiet


def test_where_private_messages_are_not_told_those_outside_of_groups_are_left_out(
    tmp_path: Path,
) -> None:
    rows = [*without("in_private_conversation"), message(150, group_id="", group_name="")]
    read = Read(
        SOURCE,
        sample(tmp_path, {**SMALL, "Messages": without("in_private_conversation", rows=rows)}),
    )
    assert "150" not in read.threads()
    assert read.skipped == {
        "a message outside of groups, where the export does not tell private ones": 1
    }
    assert read.reading.notes == [
        "Messages.csv has no column that tells private messages: what stands outside of groups is left out."
    ]


def test_people_of_whom_only_messages_tell_and_programs(tmp_path: Path) -> None:
    rows = [
        message(100, 8, sender_email="Dee@example.com", sender_name="Dee", sender_type="User"),
        message(101, 9, sender_name="Helper", sender_type="Bot"),
        message(102, 0, sender_id="", sender_email="ed@example.com", sender_name="Ed"),
        message(103, 0, sender_id="", sender_name="Flo"),
    ]
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows, "Users": USERS}))
    others = [
        row
        for row in read.rows("member", "member", "name", "email_hash", "is_bot")
        if row[0] not in "123"
    ]
    assert sorted(others, key=lambda row: row[1]) == [
        ("8", "Dee", email_hash("dee@example.com"), False),
        (email_hash("ed@example.com")[:20], "Ed", email_hash("ed@example.com"), False),
        ("name:Flo", "Flo", None, False),
        ("9", "Helper", None, True),
    ]


@pytest.mark.parametrize(
    "best",
    [
        {100: {"best_answer_id": 102}},
        {102: {"is_best_answer": "TRUE"}},
        {100: {"best_answer": 102}, 101: {"best_answer": "false"}},
    ],
    ids=["named by the question", "marked on the answer", "named in a column of marks"],
)
@pytest.mark.parametrize("typed", [True, False])
def test_best_answers(tmp_path: Path, best: Mapping[int, Row], typed: bool) -> None:
    """What has a best answer is a question, whether or not it has the type of one."""
    rows = [
        message(100, 1, message_type="question" if typed else "update", **best.get(100, {})),
        message(101, 2, thread=100, **best.get(101, {})),
        message(102, 2, thread=100, **best.get(102, {})),
    ]
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows}))
    assert read.rows("post", "post", "kind", "accepted") == [
        ("100", "question", None),
        ("101", "answer", False),
        ("102", "answer", True),
    ]


def test_likes_with_their_givers_count_once_and_instead_of_totals(tmp_path: Path) -> None:
    reacted: list[Row] = [
        {"message_id": 102, "user_id": 1, "reaction": "Love", "created_at": "2026-03-03T08:00:00Z"},
        {"message_id": 102, "user_id": 1, "reaction": "Love", "created_at": "2026-03-03T08:00:00Z"},
        {"message_id": 140, "user_id": 1, "reaction": "like", "created_at": "2026-03-03T08:00:00Z"},
    ]
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "ReactedTo": reacted}))
    assert read.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("102", "1", "love", datetime(2026, 3, 3, 8))
    ]
    assert read.skipped["a reaction to a message not in the export"] == 1


def test_topics_of_their_own_file_and_of_a_column(tmp_path: Path) -> None:
    rows = [message(100, topics="steel; gases"), message(101, thread=100), message(110)]
    tags: list[Row] = [
        {"message_id": 101, "topic_id": 9},
        {"message_id": 110, "topic_id": 9},
        {"message_id": 999, "topic_id": 9},
    ]
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows, "Topics": TOPICS, "MessageTags": tags}))
    assert read.rows("topic", "thread", "topic") == [
        ("100", "steel"),
        ("100", "gases"),
        ("110", "gases"),
    ]
    assert read.skipped == {"a topic of a message that is not in the export": 1}


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    rows = [
        *MESSAGES,
        message(150, at="yesterday"),
        {**message(160), "id": ""},
        message(170, message_type="chat"),
    ]
    folder = sample(tmp_path, {**SMALL, "Messages": rows, "Users": [*USERS, {"name": "Nobody"}]})
    with (folder / "Messages.csv").open("a") as file:
        file.write("1,2,3\n")
    read = Read(SOURCE, folder)
    assert read.skipped == {
        "a private message, which is nobody else's": 2,
        "a message whose time cannot be read": 1,
        "a message without an id": 1,
        "a row with more or fewer columns than the header": 1,
        "a user without an id": 1,
    }
    assert read.reading.examples["a message whose time cannot be read"] == ["Messages.csv row 10"]


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-02T10:00:00+00:00",
        "2026-03-02T11:00:00+01:00",
        "2026/03/02 10:00:00 +0000",
        "2026-03-02 10:00:00 UTC",
    ],
)
def test_forms_of_time(tmp_path: Path, at: str) -> None:
    read = Read(SOURCE, sample(tmp_path, {"Messages": [message(100, at=at)]}))
    assert read.rows("post", "created_at") == [(datetime(2026, 3, 2, 10),)]


def test_a_message_that_comes_twice_counts_as_it_stands_last(tmp_path: Path) -> None:
    rows = [message(100, likes_count=1), message(100, likes_count=3, body="Which gas?")]
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows}))
    assert len(read.tables["post"]) == 1
    assert len(read.tables["reaction"]) == 3
    assert "question_mark" in read.rules()["100"]


def test_weekly_exports_in_one_folder_are_one(tmp_path: Path) -> None:
    sample(tmp_path / "week 1", {"Messages": MESSAGES[:2], "Users": USERS[:1]})
    sample(tmp_path / "week 2", {"Messages": MESSAGES[2:], "Users": USERS[1:], "Topics": TOPICS})
    read = Read(SOURCE, tmp_path)
    assert same_tables(read, Read(SOURCE, sample(tmp_path.parent / "whole")))


def test_weekly_exports_imported_one_by_one_meet(tmp_path: Path) -> None:
    """A reply whose thread began a week before is a message there, and yet an answer to the question of that week."""
    week_1 = sample(tmp_path / "week 1", {"Messages": MESSAGES[:2], "Users": USERS})
    week_2 = sample(
        tmp_path / "week 2",
        {"Messages": without("best_answer_id", rows=MESSAGES[2:]), "Users": USERS},
    )
    converges(SOURCE, week_1, week_2, tmp_path, newer_holds_all=False)
    store = tmp_path / "forth" / "store.duckdb"
    assert asked(store, "select question, outcome from questions order by 1")[0] == (
        "src:100",
        "answered",
    )
    assert asked(store, "select title from questions where question = 'src:100'") == [
        ("Which gas",)
    ]


def test_overlapping_exports_converge_on_the_newest(tmp_path: Path) -> None:
    """In the newer one a message is deleted, another edited, and one more liked."""
    edited = [
        {**MESSAGES[0], "title": "Which gas now"},
        MESSAGES[1],
        {**MESSAGES[2], "likes_count": 5},
        {**MESSAGES[3], "deleted_at": "2026-03-06T10:00:00+00:00"},
        *MESSAGES[4:],
        message(160, 2, "2026-03-07T10:00:00+00:00"),
    ]
    newer = sample(tmp_path / "newer", {**SMALL, "Messages": edited})
    converges(SOURCE, sample(tmp_path / "older"), newer, tmp_path)


def test_a_count_of_likes_that_nobody_can_believe_is_left_out(tmp_path: Path) -> None:
    rows = [
        message(100, likes_count=10**12),
        message(110, likes_count="many"),
        message(120, likes_count=-3),
    ]
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows}))
    assert len(read.tables["reaction"]) == 0
    assert read.skipped == {"likes of a message that counts more than 10,000": 10**12}


def test_replies_in_a_ring_end(tmp_path: Path) -> None:
    rows = without(
        "thread_id",
        rows=[
            message(1, replied_to_id=2),
            message(2, replied_to_id=1),
            message(3, replied_to_id=3),
        ],
    )
    read = Read(SOURCE, sample(tmp_path, {"Messages": rows}))
    assert read.threads()["3"] == "3"
    assert len(read.tables["post"]) == 3


def test_other_tables_are_not_ours(tmp_path: Path) -> None:
    write(tmp_path / "Messages.csv", [{"id": 1, "text": "Hello"}])
    assert "has no column" in refusal(SOURCE, tmp_path)
    (tmp_path / "Messages.csv").rename(tmp_path / "Mail.csv")
    assert "holds no Messages.csv. Found: Mail.csv" in refusal(SOURCE, tmp_path)


def test_a_table_of_no_messages_is_read(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": MESSAGES[-1:]}))
    assert read.tables["post"].is_empty()


CONTENT = "Messages.csv"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(0, 1_500), st.integers(0, 30), st.binary(max_size=12)),
            st.tuples(
                st.integers(0, 1_500),
                st.integers(0, 5),
                st.sampled_from(
                    [b'"', b"\n", b",", b"[[tag:", b"true", b"question", b"9" * 30, b"\x00"]
                ),
            ),
        ),
        max_size=5,
    )
)
@settings(max_examples=100, deadline=None)
def test_mutated_networks_are_read_or_refused_in_a_sentence(
    edits: list[tuple[int, int, bytes]],
) -> None:
    with TemporaryDirectory() as name:
        folder = sample(Path(name))
        content = bytearray((folder / CONTENT).read_bytes())
        for start, length, instead in edits:
            content[start : start + length] = instead
        (folder / CONTENT).write_bytes(bytes(content))
        try:
            read = Read(SOURCE, folder)
        except CopError:
            return
        assert read.tables["post"]["post"].is_unique().all()


def test_batches_give_the_same_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cop_metrics import tabular

    rows = [
        message(100 + number, number % 5, thread=100 + number % 50, likes_count=number % 3)
        for number in range(1_000)
    ]
    whole = Read(SOURCE, sample(tmp_path, {**SMALL, "Messages": rows}))
    monkeypatch.setattr(tabular, "BLOCK", 4_096)
    assert same_tables(Read(SOURCE, tmp_path), whole)


def test_drafts_are_no_posts(tmp_path: Path) -> None:
    told = Read(SOURCE, sample(tmp_path, {"Messages": [message(1), message(2, is_draft="true")]}))
    assert told.rows("post", "post") == [("1",)]
    assert told.skipped == {"a draft, which was not posted": 1}


def test_what_one_person_exports_of_their_own_is_refused(tmp_path: Path) -> None:
    """All is one person's, and replies to what is not there; a network in which one person wrote first is another thing."""
    own = [message(11, sender=2, thread=1), message(12, sender=2, thread=5), message(13, sender=2)]
    assert "one person's" in refusal(SOURCE, sample(tmp_path / "own", {"Messages": own}))
    alone = Read(
        SOURCE,
        sample(tmp_path / "alone", {"Messages": [message(13, sender=2), message(14, sender=2)]}),
    )
    assert len(alone.rows("post", "post")) == 2


def test_keys_that_a_spreadsheet_rounded_are_refused_here_too(tmp_path: Path) -> None:
    rows = [message(1) | {"id": "1.48976E+15", "thread_id": "1.48976E+15"} for _ in range(2)]
    assert "look as if a spreadsheet had rounded them" in refusal(
        SOURCE, sample(tmp_path, {"Messages": rows})
    )


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    secret = [
        message(
            900 + number,
            f"9{MARK}",
            title=MARK,
            body=f"{MARK}?",
            sender_name=MARK,
            group_name=MARK,
            thread=900,
            **more,
        )
        for number, more in enumerate(
            (
                {"in_private_conversation": "true"},
                {"message_type": "private"},
                {"in_private_group": "true"},
                {"group_id": 8, "in_private_group": ""},
            )
        )
    ]
    groups = [*GROUPS, {"id": 8, "name": MARK, "private": "true"}]
    messages = [*MESSAGES, *secret]
    return sample(folder, {**SMALL, "Messages": messages, "Groups": groups})


SAMPLES: Makers = (sample,)


QUIET: Makers = (lambda folder: without_rows(sample(folder)),)


WITH_PRIVATE: Makers = (with_private,)
