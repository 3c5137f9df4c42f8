"""Walks the sources: what is private in an export of each reaches neither lake nor store nor any word that is kept or said."""

from importlib import import_module
from pathlib import Path

import pytest
import test_discord
import test_slack
from exports import MARK, Makers, Read, everything_kept, same_tables

from cop_metrics.cli import main as cli
from cop_metrics.sources import SOURCES
from cop_metrics.store import Store

PRIVATE: dict[str, Makers] = {
    source: import_module(f"test_{source}").WITH_PRIVATE for source in SOURCES
}
EACH = [(source, number) for source, makers in PRIVATE.items() for number in range(len(makers))]


def everything_stored(data: Path) -> str:
    cursor = Store(data).snapshot().cursor
    tables = [name for (name,) in cursor.sql("select table_name from duckdb_tables()").fetchall()]
    return "\n".join(str(cursor.sql(f'select * from "{table}"').fetchall()) for table in tables)


def test_every_source_has_something_private_in_its_sample() -> None:
    assert all(PRIVATE.values())


@pytest.mark.parametrize(
    ("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH]
)
def test_what_is_private_is_nowhere(
    source: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, data = PRIVATE[source][number](tmp_path / "export"), tmp_path / "data"
    assert holds_marks(path)
    assert cli.main(["--data", str(data), "import", str(path), "--community", "craft"]) == 0
    said = capsys.readouterr()
    for kept in (everything_kept(data), everything_stored(data), said.out + said.err):
        assert MARK.lower() not in kept.lower()


def holds_marks(path: Path) -> bool:
    return any(
        MARK.lower() in f"{file} {file.read_text(encoding='utf-8', errors='replace')}".lower()
        for file in files(path)
    )


def files(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()]


@pytest.mark.parametrize("source", ["slack", "discord"])
def test_private_things_change_no_row(source: str, tmp_path: Path) -> None:
    samples = {
        "slack": lambda folder: test_slack.written(folder, test_slack.WORKSPACE),
        "discord": test_discord.sample,
    }
    plain = Read(SOURCES[source], samples[source](tmp_path / "plain"))
    for name in ("url",) if source == "slack" else ():
        plain.tables["thread"] = plain.tables["thread"].drop(name)
    with_private = Read(SOURCES[source], PRIVATE[source][0](tmp_path / "private"))
    for name in ("url",) if source == "slack" else ():
        with_private.tables["thread"] = with_private.tables["thread"].drop(name)
    assert same_tables(plain, with_private)
