"""Stack Exchange dumps: the figures of two real sites, and every oddity that dumps are known for."""

import importlib.util
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import exports
import polars as pl
import py7zr
import pytest
from exports import MARK, Makers, asked, held, imported, written

from cop_metrics.errors import CopError
from cop_metrics.sources import stack_exchange
from cop_metrics.sources.export import open_export
from cop_metrics.sources.stack_exchange import SOURCE
from cop_metrics.tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
SAMPLE = ROOT / "data" / "samples" / "ai-first-months"

QUESTION = (
    '<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2024-01-01T09:00:00.000" ViewCount="70" '
    'OwnerUserId="10" Title="Which &lt;b&gt; is it?" Tags="&lt;bread&gt;&lt;c++&gt;" Body="no &amp;amp; yes" />'
)
ANSWER = '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2024-01-01T11:30:00.500" OwnerUserId="11" Body="b" />'
SMALL = {
    "Posts.xml": [QUESTION, ANSWER],
    "Users.xml": [
        '<row Id="-1" CreationDate="2023-01-01T00:00:00.000" DisplayName="Community" />',
        '<row Id="10" CreationDate="2023-05-01T10:00:00.000" DisplayName="Ada" AboutMe="text" />',
        '<row Id="11" CreationDate="2023-06-01T10:00:00.000" DisplayName="Bo" />',
    ],
    "Votes.xml": [
        '<row Id="1" PostId="2" VoteTypeId="1" CreationDate="2024-01-03T00:00:00.000" />',
        '<row Id="2" PostId="2" VoteTypeId="2" CreationDate="2024-01-02T00:00:00.000" />',
        '<row Id="3" PostId="1" VoteTypeId="5" UserId="11" CreationDate="2024-01-02T00:00:00.000" />',
    ],
    "Comments.xml": [
        '<row Id="5" PostId="2" CreationDate="2024-01-01T12:00:00.000" UserId="10" Text="thanks" />'
    ],
}


def xml(
    file: str, rows: Iterable[str], start: str = '<?xml version="1.0" encoding="utf-8"?>\n'
) -> str:
    root = Path(file).stem.lower()
    return start + "\n".join([f"<{root}>", *rows, f"</{root}>"])


def dump(folder: Path, files: dict[str, list[str]]) -> Path:
    """Write a dump of these rows and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in files.items():
        (folder / file).write_text(xml(file, rows), encoding="utf-8")
    return folder


class Read(exports.Read):
    """A dump that was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(SOURCE, path)


def refusal(path: Path) -> str:
    with pytest.raises(CopError) as caught:
        Read(path)
    return str(caught.value)


def figures(read: Read) -> dict[str, float]:
    """Recompute the sites' reference figures from the rows; answerers are accounts and names of deleted ones.

    What the site's own account, user -1, wrote is in none.
    """
    posts = read.tables["post"].filter(pl.col("author").ne_missing("-1"))
    questions, answers = (
        posts.filter(pl.col("kind") == "question"),
        posts.filter(pl.col("kind") == "answer"),
    )
    asked = questions.select("thread", asker="author", asked_at="created_at")
    by_other = answers.join(asked, on="thread").filter(pl.col("author").ne_missing(pl.col("asker")))
    hours = by_other.group_by("thread").agg(
        (
            (pl.col("created_at").min() - pl.col("asked_at").first()).dt.total_milliseconds()
            / 3_600_000
        ).alias("hours")
    )
    answerers = answers["author"].value_counts(sort=True)
    return {
        "questions": len(questions),
        "answers": len(answers),
        "answered": answers["thread"].n_unique(),
        "answered by another": len(hours),
        "accepted": answers["accepted"].sum(),
        "accepted with a day": answers["accepted_at"].count(),
        "median hours": round(hours["hours"].median(), 4),
        "answering accounts": len(answerers.filter(~pl.col("author").str.starts_with("name:"))),
        "answerers": len(answerers),
        "top ten": answerers["count"].head(10).sum(),
    }


AI_FIGURES = {
    "questions": 604,
    "answers": 1004,
    "answered": 514,
    "answered by another": 501,
    "accepted": 285,
    "accepted with a day": 285,
    "median hours": 5.2757,
    "answering accounts": 273,
    "answerers": 275,
    "top ten": 400,
}


def shared(name: str) -> Path:
    if not (SHARED / name).is_dir():
        pytest.skip(f"shared/data/{name} is not here")
    return SHARED / name


def test_artificial_intelligence_stack_exchange() -> None:
    read = Read(shared("stackexchange-ai"))
    assert read.recognised
    assert figures(read) == AI_FIGURES
    assert read.tables["thread"]["views"].sum() == 93_370
    assert read.tables["thread"]["closed_at"].count() == 57
    assert len(read.tables["post"].filter(pl.col("kind") == "comment")) == 1_700
    assert read.tables["member"]["member"].n_unique() == len(read.tables["member"]) == 4_931 + 2
    assert (
        read.tables["post"].drop_nulls("author")["author"].n_unique() == 598 + 2
    )  # a 599th wrote wiki pages only
    votes_skipped = sum(n for reason, n in read.skipped.items() if "vote" in reason)
    assert len(read.tables["reaction"]) + votes_skipped + 285 == 7_056


def test_constructed_languages_meta() -> None:
    """The catalogue counts 54 questions: the announcement of an election by user -1, which nobody answered, among them."""
    assert figures(Read(shared("stackexchange-conlang-meta"))) == {
        "questions": 53,
        "answers": 115,
        "answered": 49,
        "answered by another": 48,
        "accepted": 11,
        "accepted with a day": 11,
        "median hours": 2.7156,
        "answering accounts": 31,
        "answerers": 35,
        "top ten": 81,
    }


def test_the_sample_has_the_figures_of_the_site_it_was_cut_from() -> None:
    read = Read(SAMPLE)
    assert read.recognised
    assert figures(read) == AI_FIGURES
    assert read.tables["thread"]["views"].sum() == 93_370
    assert len(read.tables["reaction"]) == 5_785
    assert read.tables["thread"]["title"].count() == 0
    assert read.tables["member"]["name"].drop_nulls().sort().to_list() == ["deleted-1", "deleted-2"]


def test_the_sample_holds_facts_only() -> None:
    texts = [file.read_text(encoding="utf-8") for file in sorted(SAMPLE.glob("*.xml"))]
    assert len(texts) == 4
    written = set(re.findall(r' (\w+)="', "".join(texts))) - {"version", "encoding"}
    assert written == set().union(*(map(set, cutter().KEPT.values()))) - {"UserDisplayName"}
    assert not written & {"Title", "Body", "Text", "DisplayName", "AboutMe"}
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 1_500_000


def cutter() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "cut_stack_exchange", SAMPLE.parent / "cut_stack_exchange.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_is_what_its_script_cuts(tmp_path: Path) -> None:
    cutter().cut(shared("stackexchange-ai"), tmp_path)
    for file in sorted(tmp_path.iterdir()):
        assert file.read_bytes() == (SAMPLE / file.name).read_bytes()


def test_cutting_hides_names_and_keeps_them_apart(tmp_path: Path) -> None:
    rows = [
        QUESTION.replace('OwnerUserId="10"', 'OwnerDisplayName="Ada Lovelace"'),
        ANSWER.replace('OwnerUserId="11"', 'OwnerDisplayName="Bo"'),
    ]
    comments = [
        '<row Id="5" PostId="2" CreationDate="2024-01-01T12:00:00.000" UserDisplayName="Bo" Text="t" />'
    ]
    cutter().cut(
        dump(tmp_path / "dump", SMALL | {"Posts.xml": rows, "Comments.xml": comments}),
        tmp_path / "cut",
    )
    authors = dict(Read(tmp_path / "cut").rows("post", "post", "author"))
    assert authors == {"1": "name:deleted-1", "2": "name:deleted-2", "c5": "name:deleted-2"}
    assert not re.search(
        "Ada|Bo|which|thanks|yes",
        "".join(f.read_text() for f in (tmp_path / "cut").iterdir()),
        re.I,
    )


def test_a_small_dump_in_full(tmp_path: Path) -> None:
    read = Read(dump(tmp_path, SMALL))
    asked, answered = datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 11, 30, 0, 500_000)
    assert read.recognised
    assert read.skipped == {}
    assert read.reading.notes == []
    assert read.rows("member", "member", "name", "joined_at", "is_bot") == [
        ("-1", "Community", datetime(2023, 1, 1), True),
        ("10", "Ada", datetime(2023, 5, 1, 10), False),
        ("11", "Bo", datetime(2023, 6, 1, 10), False),
    ]
    assert read.rows(
        "thread", "thread", "kind", "title", "url", "created_at", "closed_at", "closed_as", "views"
    ) == [("1", "question", "Which <b> is it?", None, asked, None, None, 70)]
    assert read.rows(
        "post", "post", "thread", "author", "kind", "created_at", "accepted", "accepted_at"
    ) == [
        ("1", "1", "10", "question", asked, None, None),
        ("2", "1", "11", "answer", answered, True, datetime(2024, 1, 3)),
        ("c5", "1", "10", "comment", datetime(2024, 1, 1, 12), None, None),
    ]
    assert read.rows("topic", "thread", "topic") == [("1", "bread"), ("1", "c++")]
    assert read.rows("reaction", "post", "giver", "kind", "given_at") == [
        ("2", None, "upvote", datetime(2024, 1, 2)),
        ("1", "11", "bookmark", datetime(2024, 1, 2)),
    ]
    for table, rows in read.tables.items():
        assert dict(rows.schema) == dict(TABLES[table].columns), table


def test_batches_hold_the_same_rows_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Read(SAMPLE)
    monkeypatch.setattr(stack_exchange, "BATCH_ROWS", 100)
    monkeypatch.setattr(stack_exchange, "CHUNK", 10_000)
    pieces = Read(SAMPLE)
    assert pieces.skipped == whole.skipped
    for table, rows in whole.tables.items():
        assert pieces.tables[table].sort(pl.all()).equals(rows.sort(pl.all())), table


def pack_zip(folder: Path) -> Path:
    path = folder.parent / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"site/{file.name}")
    return path


def pack_seven_zip(folder: Path) -> Path:
    path = folder.parent / "dump.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writeall(folder, "site")
    return path


def pack_seven_zips(folder: Path) -> Path:
    """One archive a file, the form of the largest sites."""
    packed = folder.parent / "packed"
    packed.mkdir()
    for file in folder.iterdir():
        with py7zr.SevenZipFile(packed / f"stackoverflow.com-{file.stem}.7z", "w") as archive:
            archive.write(file, file.name)
    return packed


@pytest.mark.parametrize(
    "pack", [pack_zip, pack_seven_zip, pack_seven_zips, lambda folder: folder.parent]
)
def test_packed_and_nested_dumps_read_the_same(tmp_path: Path, pack: Any) -> None:
    folder = dump(tmp_path / "site", SMALL)
    plain, packed = Read(folder), Read(pack(folder))
    assert packed.recognised
    assert packed.reading.notes == []
    for table, rows in plain.tables.items():
        assert (
            packed.tables[table].drop("url", strict=False).equals(rows.drop("url", strict=False))
        ), table


@pytest.mark.parametrize(
    ("folder", "url"),
    [
        ("ai.stackexchange.com", "https://ai.stackexchange.com/q/1"),
        ("stackoverflow.com-Posts", "https://stackoverflow.com/q/1"),
        ("my dump", None),
        ("2024.01.31", None),
    ],
)
def test_the_folder_s_name_gives_the_address(tmp_path: Path, folder: str, url: str | None) -> None:
    assert Read(dump(tmp_path / folder, SMALL)).rows("thread", "url") == [(url,)]


@pytest.mark.parametrize(
    "start",
    [
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n',
        '<?xml version="1.0" encoding="utf-8"?>\r\n',
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<!DOCTYPE posts>\r\n',
        '<?xml version="1.0"?>\n<!DOCTYPE posts SYSTEM "posts.dtd">\n',
        "",
    ],
    ids=["BOM", "CRLF", "BOM, CRLF and DOCTYPE", "DOCTYPE with a file", "no declaration"],
)
def test_ways_to_start_a_file(tmp_path: Path, start: str) -> None:
    text = xml("Posts.xml", SMALL["Posts.xml"], start)
    (tmp_path / "Posts.xml").write_bytes(
        (text.replace("\n", "\r\n") if "\r" in start else text).encode()
    )
    read = Read(tmp_path)
    assert read.recognised
    assert read.rows("post", "post", "author") == [("1", "10"), ("2", "11")]


@pytest.mark.parametrize(
    ("tags", "topics"),
    [
        ("&lt;bread&gt;&lt;c++&gt;", ["bread", "c++"]),
        ("|bread|c++|", ["bread", "c++"]),
        ("|bread|bread|", ["bread"]),
        ("", []),
    ],
)
def test_tags_in_both_spellings(tmp_path: Path, tags: str, topics: list[str]) -> None:
    question = re.sub('Tags="[^"]*"', f'Tags="{tags}"', QUESTION)
    assert [
        topic for (topic,) in Read(dump(tmp_path, {"Posts.xml": [question]})).rows("topic", "topic")
    ] == topics


def test_a_dump_without_its_answers_is_refused(tmp_path: Path) -> None:
    """Questions say that they accepted an answer, and there is none: all would wait for ever."""
    asked = [QUESTION.replace('Id="1"', f'Id="{n}"', 1) for n in (1, 101, 102)]
    assert "and no answer" in refusal(dump(tmp_path / "none", {"Posts.xml": asked}))
    assert len(Read(dump(tmp_path / "few", {"Posts.xml": asked[:2]})).rows("thread", "thread")) == 2


@pytest.mark.parametrize("as_file", [True, False])
def test_posts_alone(tmp_path: Path, as_file: bool) -> None:
    path = dump(tmp_path, {"Posts.xml": SMALL["Posts.xml"]})
    read = Read(path / "Posts.xml" if as_file else path)
    assert read.recognised
    assert set(read.tables) == {"member", "thread", "post", "topic"}
    assert read.rows("member", "member", "name", "joined_at", "is_bot") == [
        ("10", None, None, False),
        ("11", None, None, False),
    ]
    assert read.rows("post", "post", "accepted", "accepted_at") == [
        ("1", None, None),
        ("2", True, None),
    ]
    assert [note.split(" beside")[0] for note in read.reading.notes] == [
        "There is no Users.xml",
        "There is no Votes.xml",
        "There is no Comments.xml",
    ]


def test_votes_that_are_there_but_empty_are_measured(tmp_path: Path) -> None:
    assert Read(dump(tmp_path, SMALL | {"Votes.xml": []})).rows("reaction", "post") == []


def test_an_answer_accepted_before_its_question_comes_in_the_file(tmp_path: Path) -> None:
    read = Read(dump(tmp_path, SMALL | {"Posts.xml": [ANSWER, QUESTION]}))
    assert dict(read.rows("post", "post", "accepted")) == {"1": None, "2": True, "c5": None}


def test_an_answer_that_was_not_accepted(tmp_path: Path) -> None:
    other = ANSWER.replace('Id="2"', 'Id="3"', 1)
    read = Read(dump(tmp_path, SMALL | {"Posts.xml": [QUESTION, ANSWER, other]}))
    assert dict(read.rows("post", "post", "accepted"))["3"] is False


@pytest.mark.parametrize(
    "parent", ["5", "0", "77", "2", ""], ids=["next", "first", "last", "an answer", "none"]
)
def test_an_answer_whose_question_is_not_there(tmp_path: Path, parent: str) -> None:
    lost = ANSWER.replace('Id="2"', 'Id="6"', 1).replace('ParentId="1"', f'ParentId="{parent}"')
    read = Read(dump(tmp_path, SMALL | {"Posts.xml": [QUESTION, ANSWER, lost]}))
    assert [post for (post,) in read.rows("post", "post")] == ["1", "2", "c5"]
    assert read.skipped == {"an answer to a question that is not in the export": 1}


def test_only_its_own_question_accepts_an_answer(tmp_path: Path) -> None:
    other = QUESTION.replace('Id="1"', 'Id="4"', 1)
    moved = ANSWER.replace('ParentId="1"', 'ParentId="5"')
    owner = QUESTION.replace('Id="1"', 'Id="5"', 1).replace('AcceptedAnswerId="2" ', "")
    read = Read(dump(tmp_path, {"Posts.xml": [other, owner, moved]}))
    assert read.rows("post", "post", "thread", "accepted")[2] == ("2", "5", False)


def test_a_closed_question(tmp_path: Path) -> None:
    closed = QUESTION.replace("ViewCount", 'ClosedDate="2024-01-05T10:00:00.000" ViewCount')
    read = Read(dump(tmp_path, {"Posts.xml": [closed]}))
    assert read.rows("thread", "closed_at", "closed_as") == [(datetime(2024, 1, 5, 10), "closed")]


def test_authors_who_left_their_name_only(tmp_path: Path) -> None:
    posts = [
        QUESTION.replace('OwnerUserId="10"', 'OwnerDisplayName="user77"'),
        ANSWER.replace('OwnerUserId="11"', ""),
    ]
    comment = (
        '<row Id="5" PostId="1" CreationDate="2024-01-01T12:00:00.000" UserDisplayName="user77" />'
    )
    read = Read(dump(tmp_path, SMALL | {"Posts.xml": posts, "Comments.xml": [comment]}))
    assert dict(read.rows("post", "post", "author")) == {
        "1": "name:user77",
        "2": None,
        "c5": "name:user77",
    }
    assert read.rows("member", "member", "name", "deleted_at", "is_bot")[3:] == [
        ("name:user77", "user77", None, False)
    ]


OWNED_BY_THE_SITE = [
    QUESTION,
    ANSWER,
    '<row Id="3" PostTypeId="1" CreationDate="2024-01-02T09:00:00.000" OwnerUserId="-1" Title="Election" />',
    '<row Id="4" PostTypeId="2" ParentId="3" CreationDate="2024-01-02T10:00:00.000" OwnerUserId="-1" />',
    '<row Id="5" PostTypeId="1" CreationDate="2024-01-03T09:00:00.000" OwnerDisplayName="user77" Title="Q" />',
    '<row Id="6" PostTypeId="2" ParentId="5" CreationDate="2024-01-03T09:30:00.000" OwnerUserId="-1" />',
    '<row Id="7" PostTypeId="2" ParentId="5" CreationDate="2024-01-03T11:00:00.000" OwnerDisplayName="user78" />',
    '<row Id="8" PostTypeId="1" CreationDate="2024-01-04T09:00:00.000" OwnerUserId="10" Title="R" />',
    '<row Id="9" PostTypeId="2" ParentId="8" CreationDate="2024-01-04T09:30:00.000" OwnerUserId="-1" />',
]


@pytest.mark.parametrize("files", [SMALL, {}], ids=["with its users", "posts alone"])
def test_what_the_site_s_own_account_wrote_is_in_no_number(
    tmp_path: Path, files: dict[str, list[str]]
) -> None:
    """Of four questions the site asked one; it answered three, one of them alone: two of three are answered by people."""
    folder = dump(tmp_path / "dump", files | {"Posts.xml": OWNED_BY_THE_SITE})
    store = imported(SOURCE, [folder], tmp_path / "data")
    assert asked(store, "select question, asker, helpers from questions order by question") == [
        ("src:1", "src:10", 1),
        ("src:5", "src:name:user77", 1),
        ("src:8", "src:10", 0),
    ]
    assert asked(store, "select count(*) from posts where kind = 'answer'") == [(2,)]
    assert asked(store, "select wait_seconds / 3600 from questions where question = 'src:5'") == [
        (2.0,)
    ]
    assert asked(store, "select member from members where member like '%-1'") == []
    assert asked(store, "select member from members where is_deleted order by 1") == [
        ("src:name:user77",),
        ("src:name:user78",),
    ]
    assert Read(folder).reading.notes[-1] == (
        "1 questions and 3 answers are of the site's own account (user -1), a program: they are in no number."
    )


def test_a_dump_that_was_read_before_the_site_s_account_was_a_program_converges(
    tmp_path: Path,
) -> None:
    folder = dump(tmp_path / "dump", SMALL | {"Posts.xml": OWNED_BY_THE_SITE})
    before = dump(
        tmp_path / "before",
        SMALL | {"Posts.xml": [row.replace(' OwnerUserId="-1"', "") for row in OWNED_BY_THE_SITE]},
    )
    assert asked(
        imported(SOURCE, [before], tmp_path / "alone"), "select count(*) from questions"
    ) == [(4,)]
    written(replace(SOURCE, version=1), before, tmp_path / "data")
    assert asked(
        imported(SOURCE, [folder], tmp_path / "data"), "select count(*) from questions"
    ) == [(3,)]


def test_votes_that_are_no_reaction_or_point_nowhere_are_counted(tmp_path: Path) -> None:
    votes = [
        f'<row Id="{n}" PostId="{post}" VoteTypeId="{kind}" CreationDate="2024-01-02T00:00:00.000" />'
        for n, (post, kind) in enumerate(
            [(1, 2), (1, 3), (99, 2), (99, 2), (1, 10), (1, 16), (99, 1), (2, 8), (1, "x")]
        )
    ]
    read = Read(dump(tmp_path, SMALL | {"Votes.xml": votes}))
    assert read.rows("reaction", "post", "kind") == [
        ("1", "upvote"),
        ("1", "downvote"),
        ("2", "bounty"),
    ]
    assert read.skipped == {
        "a vote on no question or answer of the export": 3,
        "vote type 10 is no reaction": 1,
        "vote type 16 is no reaction": 1,
        "Votes.xml: no readable vote type": 1,
    }
    assert read.reading.examples["a vote on no question or answer of the export"] == [
        "Id 2",
        "Id 3",
        "Id 6",
    ]


def test_rows_that_cannot_be_placed_are_counted(tmp_path: Path) -> None:
    posts = [
        QUESTION,
        ANSWER,
        '<row Id="3" PostTypeId="5" CreationDate="2024-01-01T09:00:00.000" />',
        '<row PostTypeId="1" CreationDate="2024-01-01T09:00:00.000" />',
        '<row Id="x7" PostTypeId="1" CreationDate="2024-01-01T09:00:00.000" />',
        '<row Id="4" PostTypeId="1" CreationDate="yesterday" />',
        '<row Id="5" PostTypeId="1" CreationDate="2024-01-01T09:00:00.000" ClosedDate="2024-13-01T00:00:00" />',
        '<row Id="6" PostTypeId="2" ParentId="77" CreationDate="2024-01-01T09:00:00.000" />',
        '<row Id="7" PostTypeId="2" CreationDate="2024-01-01T09:00:00.000" />',
        '<row Id="8" CreationDate="2024-01-01T09:00:00.000" />',
    ]
    comments = ['<row Id="9" PostId="6" CreationDate="2024-01-01T12:00:00.000" UserId="10" />']
    read = Read(dump(tmp_path, SMALL | {"Posts.xml": posts, "Comments.xml": comments}))
    assert [post for (post,) in read.rows("post", "post")] == ["1", "2"]
    assert read.skipped == {
        "post type 5 (tag wiki) is neither question nor answer": 1,
        "Posts.xml: a row without a readable Id": 2,
        "Posts.xml: unreadable date": 2,
        "an answer to a question that is not in the export": 2,
        "Posts.xml: no readable post type": 1,
        "a comment on no question or answer of the export": 1,
    }
    assert read.reading.examples["Posts.xml: a row without a readable Id"] == ["row 4", "row 5"]


@pytest.mark.parametrize("file", ["Posts.xml", "Users.xml", "Votes.xml", "Comments.xml"])
def test_a_file_that_ends_in_the_middle_is_named(tmp_path: Path, file: str) -> None:
    folder = dump(tmp_path, SMALL)
    text = (folder / file).read_text()
    (folder / file).write_text(text[:-30])
    assert re.match(
        rf"{file} is cut short: it ends near line \d\. Copy or download", refusal(folder)
    )


def test_a_file_that_ends_between_two_rows_is_cut_short_too(tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_text(xml("Posts.xml", [QUESTION]).removesuffix("</posts>"))
    assert "Posts.xml is cut short: it ends near line 4" in refusal(tmp_path)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;',
        '<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;&y;&y;">',
    ],
    ids=["external", "parameter", "billion laughs"],
)
def test_entities_are_refused(tmp_path: Path, declaration: str) -> None:
    start = f'<?xml version="1.0"?>\n<!DOCTYPE posts [{declaration}]>\n'
    (tmp_path / "Posts.xml").write_text(xml("Posts.xml", [QUESTION.replace("Which", "&x;")], start))
    assert "Posts.xml declares an XML entity ('x')" in refusal(tmp_path)


def test_a_row_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_exchange, "LONGEST_ROW", 2_000_000)
    monkeypatch.setattr(stack_exchange, "CHUNK", 100_000)
    (tmp_path / "Posts.xml").write_text(
        xml("Posts.xml", [f'<row Id="1" Body="{"x" * 5_000_000}" />'])
    )
    assert "Posts.xml holds a row of more than" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Posts.xml is empty"),
        (bytes(range(256)), "Posts.xml is not readable as XML near line 1"),
        (
            b"<html><body/></html>",
            "Posts.xml is not of a Stack Exchange dump: it starts with <html>",
        ),
        (
            b'<posts><row Id="1"></posts>',
            "Posts.xml is not readable as XML near line 1 (mismatched tag)",
        ),
    ],
    ids=["empty", "binary", "web page", "broken"],
)
def test_a_posts_xml_that_is_none(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "Posts.xml").write_bytes(content)
    (tmp_path / "Users.xml").write_text("<users/>")
    with open_export(tmp_path) as export:
        assert SOURCE.recognises(export) == (b"<posts" in content)
    assert sentence in refusal(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-x", "shift_jis", "base64"])
def test_an_encoding_that_cannot_be_read(tmp_path: Path, encoding: str) -> None:
    start = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    (tmp_path / "Posts.xml").write_text(xml("Posts.xml", SMALL["Posts.xml"], start))
    assert "Posts.xml declares an encoding that cannot be read" in refusal(tmp_path)


def test_a_damaged_archive_is_recognised_by_its_names_and_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    path = pack_zip(dump(tmp_path / "site", SMALL))
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b"<posts>") + 20] ^= 1
    path.write_bytes(damaged)
    with open_export(path) as export:
        assert SOURCE.recognises(export)
    assert "Posts.xml' is damaged or cut short" in refusal(path)


def test_other_exports_are_not_ours(tmp_path: Path) -> None:
    (tmp_path / "channels.json").write_text("[]")
    (tmp_path / "users.xml").write_text("<users/>")
    with open_export(tmp_path) as export:
        assert not SOURCE.recognises(export)
    assert "holds no Posts.xml" in refusal(tmp_path)


def test_two_sites_are_two_imports(tmp_path: Path) -> None:
    dump(tmp_path / "ai", SMALL)
    dump(tmp_path / "ai.meta", SMALL)
    assert "holds 2 dumps (ai.meta/Posts.xml, ai/Posts.xml)" in refusal(tmp_path)


def test_users_of_another_folder_are_not_mixed_in(tmp_path: Path) -> None:
    dump(tmp_path / "a", {"Posts.xml": SMALL["Posts.xml"]})
    dump(tmp_path / "b", {"Users.xml": SMALL["Users.xml"]})
    assert Read(tmp_path).rows("member", "member", "name") == [("10", None), ("11", None)]


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    users = [
        re.sub(
            r" />$",
            f' AboutMe="{MARK}" Location="{MARK}" WebsiteUrl="{MARK}" EmailHash="{MARK}" />',
            row.replace(' AboutMe="text"', ""),
        )
        for row in SMALL["Users.xml"]
    ]
    history = [f'<row Id="1" PostId="1" UserId="10" Text="{MARK}" Comment="{MARK}" />']
    return dump(folder, {**SMALL, "Users.xml": users, "PostHistory.xml": history})


EMPTY_DUMP: dict[str, list[str]] = {"Posts.xml": [], "Votes.xml": [], "Comments.xml": []}


SAMPLES: Makers = (lambda folder: dump(folder, SMALL),)


QUIET: Makers = (
    lambda folder: dump(folder, SMALL | EMPTY_DUMP),
    lambda folder: held(folder, {"Posts.xml": "<?xml version='1.0'?><posts />"}),
)


WITH_PRIVATE: Makers = (with_private,)
