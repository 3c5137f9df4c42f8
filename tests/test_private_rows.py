"""A lake into which an older version let private conversations says which imports to take out, until they are gone."""

import dataclasses
import json
from pathlib import Path

import pytest
from exports import imported
from test_slack import WORKSPACE, said, written
from test_sources import SAMPLES

from cop_metrics.cli import main as cli
from cop_metrics.lake.lake import Lake
from cop_metrics.lake.private_rows import may_hold_private, to_take_out
from cop_metrics.sources import SOURCES
from cop_metrics.sources.slack import SOURCE

OLDER = dataclasses.replace(SOURCE, version=SOURCE.private_before - 1)


def told(data: Path, capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    assert cli.main(["--data", str(data), *asked]) == 0
    return capsys.readouterr().out


def test_every_command_says_which_imports_to_take_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, data = written(tmp_path / "export", WORKSPACE), tmp_path / "data"
    imported(OLDER, [folder], data)
    (old,) = Lake(data).imports()
    for asked in (
        ("build",),
        ("imports",),
        ("import", str(folder), "--community", "craft", "--source", "src"),
    ):
        assert f"undo {old.id}'" in told(data, capsys, *asked), asked
    told(data, capsys, "undo", old.id)
    for asked in (("build",), ("imports",)):
        assert "undo" not in told(data, capsys, *asked), asked


def test_imports_of_today_s_readers_hold_nothing_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    imported(SOURCE, [written(tmp_path / "export", WORKSPACE)], data)
    assert may_hold_private(Lake(data).imports()) == ()


@pytest.mark.parametrize("source", SAMPLES)
def test_no_reader_is_older_than_the_one_that_leaves_private_rows_out(source: str) -> None:
    assert SOURCES[source].version >= SOURCES[source].private_before
    assert SOURCES[source].never_opens


def test_a_lake_of_a_platform_that_there_is_no_more_is_no_trouble(tmp_path: Path) -> None:
    gone = dataclasses.replace(OLDER, id="gone")
    imported(
        gone,
        [written(tmp_path / "export", {**WORKSPACE, "help/2024-03-09.json": [said(1, "U1", "x")]})],
        tmp_path,
    )
    assert list(to_take_out(Lake(tmp_path).imports())) == []
    assert (
        json.loads(next((tmp_path / "lake").rglob("import.json")).read_text())["platform"] == "gone"
    )
