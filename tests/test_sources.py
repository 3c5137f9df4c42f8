"""Walks the sources: each takes its own sample wherever it lies, refuses those of the others, and says what it is."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import test_discord
import test_discourse
import test_github_discussions
import test_mailbox
import test_perceval
import test_slack
import test_spreadsheet
import test_stack_exchange
import test_viva_engage
import test_zulip
from exports import Read, asked, in_a_tar, packed, same_tables, written
from test_equal_stores import built

from cop_metrics.lake.lake import Lake
from cop_metrics.sources import SOURCES, source_of
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Records, Source
from cop_metrics.tables import TABLES

DOCS = (Path(__file__).resolve().parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
IN_ITS_OWN_DOCS = "spreadsheet"


def table(folder: Path) -> Path:
    folder.mkdir(parents=True)
    rows = "post_id,thread_id,kind,author_name,created_at\n1,1,question,Ada,2024-03-01 09:00\n"
    (folder / "posts.csv").write_text(rows, encoding="utf-8")
    return folder


SAMPLES: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "stack_exchange": (lambda folder: test_stack_exchange.dump(folder, test_stack_exchange.SMALL),),
    "slack": (lambda folder: test_slack.written(folder, test_slack.WORKSPACE),),
    "discourse": (
        lambda folder: test_discourse.forum(
            folder, site=test_discourse.SITE, users=test_discourse.USERS
        ),
    ),
    "zulip": (test_zulip.export, test_zulip.archive),
    "github_discussions": (test_github_discussions.pages,),
    "discord": (test_discord.sample,),
    "viva_engage": (test_viva_engage.sample,),
    "mailbox": (test_mailbox.sample,),
    "perceval": tuple(
        lambda folder, items=items: test_perceval.kept(folder, *items())
        for items in test_perceval.SMALL.values()
    ),
    "spreadsheet": (
        table,
        test_spreadsheet.csv_folder,
        test_spreadsheet.xlsx_folder,
        test_spreadsheet.workbook_folder,
        test_spreadsheet.parquet_folder,
    ),
}
EACH = [(source, number) for source, makers in SAMPLES.items() for number in range(len(makers))]
each_sample = pytest.mark.parametrize(
    ("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH]
)


def without_rows(folder: Path) -> Path:
    for path in folder.rglob("*.csv"):
        path.write_text(
            path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8"
        )
    return folder


def held(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def quiet_realm(folder: Path) -> Path:
    return test_zulip.export(folder, files=[[]], of=test_zulip.realm() | {"zerver_reaction": []})


QUIET: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "stack_exchange": (
        lambda folder: test_stack_exchange.dump(folder, test_stack_exchange.SMALL | EMPTY_DUMP),
        lambda folder: held(folder, {"Posts.xml": "<?xml version='1.0'?><posts />"}),
    ),
    "discourse": (
        lambda folder: held(folder, {"latest.json": '{"users": [], "topic_list": {"topics": []}}'}),
        lambda folder: held(folder, {"posts.json": '{"latest_posts": []}'}),
        lambda folder: held(
            folder,
            {"topic.json": '{"post_stream": {"posts": [], "stream": []}, "id": 5, "title": "x"}'},
        ),
        lambda folder: held(
            folder, {"latest.json": '{"topic_list": {"topics": [{"id": 5, "title": "How?"}]}}'}
        ),
        lambda folder: test_discourse.forum(
            folder, test_discourse.waiting() | {"archetype": "private_message"}
        ),
    ),
    "zulip": (
        quiet_realm,
        lambda folder: held(folder, {"stream_index.json": '{"time": 1772982000.0, "streams": {}}'}),
    ),
    "github_discussions": (
        lambda folder: held(
            folder,
            {
                "d.json": '{"data": {"repository": {"discussions": {"pageInfo": {"hasNextPage": false}, "nodes": []}}}}'
            },
        ),
    ),
    "viva_engage": (lambda folder: without_rows(test_viva_engage.sample(folder)),),
    "perceval": (
        lambda folder: held(folder, {"github-2026-03-01.jsonl": "", "github-2026-03-02.jsonl": ""}),
    ),
    "spreadsheet": (lambda folder: without_rows(table(folder)),),
}
EMPTY_DUMP: dict[str, list[str]] = {"Posts.xml": [], "Votes.xml": [], "Comments.xml": []}
ELSEWHERE = {"slack", "discord", "mailbox"}
"""Whose quiet exports their own tests tell of."""
EACH_QUIET = [(source, number) for source, makers in QUIET.items() for number in range(len(makers))]


@pytest.mark.parametrize(
    ("source", "number"), EACH_QUIET, ids=[f"{each}-{number}" for each, number in EACH_QUIET]
)
def test_an_export_in_which_nobody_wrote_is_one_and_takes_nothing_away(
    source: str, number: int, tmp_path: Path
) -> None:
    """Imported after the sample it leaves all as it was, and says that there is no post in it."""
    quiet = QUIET[source][number](tmp_path / "quiet")
    with open_export(quiet) as export:
        assert source_of(export).id == source
    of = SOURCES[source]
    data = tmp_path / "data"
    written(of, SAMPLES[source][0](tmp_path / "sample"), data)
    lake = Lake(data)
    (before,) = lake.imports()
    written(of, quiet, data)
    (told,) = (each for each in lake.imports() if each.id != before.id)
    assert told.tables["post"] == 0
    assert "There is no post in this export" in told.notes[-1]
    assert told.observed_until <= max(before.observed_until, told.exported_at)
    written(of, tmp_path / "sample", tmp_path / "alone")
    with_quiet = built(lake, tmp_path / "both.duckdb")
    alone = built(Lake(tmp_path / "alone"), tmp_path / "alone.duckdb")
    for mart in ("questions", "posts"):
        assert asked(with_quiet, f"select count(*) from {mart}") == asked(
            alone, f"select count(*) from {mart}"
        ), mart


def test_every_source_has_a_quiet_export() -> None:
    assert QUIET.keys() | ELSEWHERE == SOURCES.keys()


def test_every_source_has_a_sample() -> None:
    assert set(SAMPLES) == set(SOURCES)


@each_sample
@pytest.mark.parametrize("place", ["folder", "nested", "zipped", "nested and zipped", "in a tar"])
def test_a_sample_is_taken_by_its_source_and_by_no_other(
    source: str, number: int, place: str, tmp_path: Path
) -> None:
    folder = SAMPLES[source][number](tmp_path / "outer" / "inner" / "export")
    path = {
        "folder": lambda: folder,
        "nested": lambda: tmp_path / "outer",
        "zipped": lambda: packed(folder),
        "nested and zipped": lambda: packed(folder, within="a/b c/d"),
        "in a tar": lambda: in_a_tar(folder),
    }[place]()
    with open_export(path) as export:
        assert [each.id for each in SOURCES.values() if each.recognises(export)] == [source]
        assert source_of(export).id == source


@each_sample
def test_a_sample_is_read_the_same_wherever_it_lies(
    source: str, number: int, tmp_path: Path
) -> None:
    folder = SAMPLES[source][number](tmp_path / "outer" / "export")
    plain = Read(SOURCES[source], folder)
    assert set(plain.tables) <= set(TABLES)
    assert same_tables(plain, Read(SOURCES[source], packed(folder, within="a/b")))


@each_sample
def test_a_sample_fills_what_its_source_declares(source: str, number: int, tmp_path: Path) -> None:
    of = SOURCES[source]
    told = Read(of, SAMPLES[source][number](tmp_path / "export"))
    always, sometimes = set(of.records.always), set(of.records.sometimes)
    assert always <= told.tables.keys() <= always | sometimes
    assert not always & sometimes


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_a_source_declares_a_sample_fills(source: str, tmp_path: Path) -> None:
    """Else the pages would promise what no export of it can give."""
    of, filled = SOURCES[source], set[str]()
    for number, make in enumerate(SAMPLES[source]):
        told = Read(of, make(tmp_path / str(number) / "export"))
        filled |= {table for table, rows in told.tables.items() if len(rows)}
    assert filled == {*of.records.always, *of.records.sometimes} & TABLES.keys()


def test_a_table_that_a_source_does_not_declare_is_refused(tmp_path: Path) -> None:
    blind = replace(SOURCES["spreadsheet"], records=Records(always=("member", "post")))
    with pytest.raises(ValueError, match=r"does not declare the table 'thread'"):
        Read(blind, table(tmp_path / "export"))


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_a_source_says_what_it_is(source: Source) -> None:
    for said in (source.title, source.how_to_export):
        assert said.strip()
    assert source.cannot_measure
    assert source.personal_fields
    assert source.never_opens
    told = " ".join(DOCS.split())
    assert f"* **{source.title}:** {'; '.join(source.never_opens)}." in told
    if source.id != IN_ITS_OWN_DOCS:
        name = source.id.replace("_", " ")
        assert re.search(rf"(?mi)^## {name}$", DOCS), name
