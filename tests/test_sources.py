"""Walks the sources: each takes its own sample wherever it lies, refuses those of the others, and says what it is."""

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from exports import Makers, Read, asked, imported, in_a_tar, packed, same_tables, written
from test_equal_stores import built

from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.lake.lake import Lake
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.metrics.metric import needed
from cop_metrics.sources import SOURCES, source_of, what_each_records
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Records, Source
from cop_metrics.tables import FACTS, TABLES

DOCS = (Path(__file__).resolve().parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
IN_ITS_OWN_DOCS = "spreadsheet"
BY_ROSTER = {"team"}
"""What no source need tell, as the roster does."""


MODULES = {source: import_module(f"test_{source}") for source in SOURCES}
"""The tests of each source, which hold its samples, its quiet exports and what is private in one."""
SAMPLES: dict[str, Makers] = {source: tests.SAMPLES for source, tests in MODULES.items()}
QUIET: dict[str, Makers] = {source: tests.QUIET for source, tests in MODULES.items()}
EACH = [(source, number) for source, makers in SAMPLES.items() for number in range(len(makers))]
each_sample = pytest.mark.parametrize(
    ("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH]
)


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


def test_every_source_has_a_sample() -> None:
    assert all(SAMPLES.values())


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


@each_sample
def test_what_is_measurable_is_what_the_source_declares(
    source: str, number: int, tmp_path: Path
) -> None:
    """In a store of one sample nothing can be measured that the source says it never records."""
    of = SOURCES[source]
    store = imported(of, [SAMPLES[source][number](tmp_path / "export")], tmp_path / "data")
    with duckdb.connect(str(store), read_only=True) as connection:
        measured = read_catalogue(connection.cursor())["craft"].measured
    facts = (measured & FACTS.keys()) | ({"reader"} if "read" in measured else set())
    assert facts <= set(of.records.facts)


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_lists_accounts_where_it_declares_that(source: str, tmp_path: Path) -> None:
    listing = set()
    for number, make in enumerate(SAMPLES[source]):
        told = Read(SOURCES[source], make(tmp_path / str(number) / "export"))
        listing.add(told.reading.lists_accounts)
    assert (True in listing) == ("account" in SOURCES[source].records.facts)


@pytest.mark.parametrize("source", SOURCES)
def test_who_records_no_readers_says_so(source: str) -> None:
    """What a source never records is among what it says that it cannot measure."""
    cannot = " ".join(SOURCES[source].cannot_measure)
    assert ("who read" in cannot) == ("reader" not in SOURCES[source].records.facts)


def test_the_docs_tell_what_each_source_records() -> None:
    assert what_each_records() in DOCS


def test_what_is_not_measurable_is_said_as_it_is_declared(tmp_path: Path) -> None:
    """Of a mailing list, which records the least."""
    of = SOURCES["mailbox"]
    store = imported(of, [SAMPLES["mailbox"][0](tmp_path / "export")], tmp_path / "data")
    with duckdb.connect(str(store), read_only=True) as connection:
        choices = read_catalogue(connection.cursor())["craft"]
    for name in FACTS.keys() - of.records.facts:
        reason = choices.unrecorded(name)
        assert reason is not None
        assert reason.text == f"not measurable: the sources {FACTS[name].lacking}"


def test_whatever_a_number_needs_some_source_records() -> None:
    recorded = {
        name for of in SOURCES.values() for name in (*of.records.always, *of.records.sometimes)
    }
    assert recorded == TABLES.keys() | FACTS.keys()
    wanted = {need for of in (*METRICS.values(), *EXHIBITS.values()) for need in needed(of.needs)}
    assert wanted - BY_ROSTER <= recorded


def test_a_table_that_a_source_does_not_declare_is_refused(tmp_path: Path) -> None:
    blind = replace(SOURCES["spreadsheet"], records=Records(always=("member", "post")))
    with pytest.raises(ValueError, match=r"does not declare the table 'thread'"):
        Read(blind, SAMPLES["spreadsheet"][0](tmp_path / "export"))


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
