"""Small inputs built from public bug reports, each imported by the command line as a person would do it."""

import json
from pathlib import Path

import field_chat
import field_forum
import field_mail
import pytest
from exports import everything_kept
from field import Expected

from cop_metrics.cli import main as cli
from cop_metrics.lake.lake import ROSTER, Lake
from cop_metrics.store import Store

FIELD = Path(__file__).resolve().parents[2] / "shared" / "field"
FOLDERS = field_chat.FOLDERS | field_mail.FOLDERS | field_forum.FOLDERS
NOT_YET = field_chat.NOT_YET | field_mail.NOT_YET | field_forum.NOT_YET

if not FIELD.is_dir():
    pytest.skip("shared/field is not here", allow_module_level=True)


def test_every_folder_is_expected_or_named_as_not_yet() -> None:
    there = {
        f"{folder.parent.name}/{folder.name}" for folder in FIELD.glob("*/*") if folder.is_dir()
    }
    assert FOLDERS.keys() | NOT_YET.keys() == there
    assert not FOLDERS.keys() & NOT_YET.keys()


@pytest.mark.parametrize("folder", sorted(NOT_YET))
def test_not_yet(folder: str) -> None:
    pytest.skip(f"{folder}: {NOT_YET[folder]}")


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_an_export_from_the_field(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = FOLDERS[folder]
    done, said = imported(FIELD / folder, expected, tmp_path, capsys)
    for part in expected.refused or expected.told:
        assert part.lower() in said.lower(), said
    for part in expected.not_told:
        assert part.lower() not in said.lower(), said
    assert done == (not expected.refused), said
    if not done:
        return
    assert {name: shown(tmp_path, name, capsys) for name in expected.figures} == pytest.approx(
        expected.figures
    )
    if expected.people is not None:
        rows = Store(tmp_path).snapshot().cursor.sql("select coalesce(name, member) from members")
        assert {name for (name,) in rows.fetchall()} == expected.people
    if expected.skipped is not None:
        export = [each for each in Lake(tmp_path).imports() if each.platform != ROSTER][-1]
        assert {reason: each["rows"] for reason, each in export.skipped.items()} == expected.skipped
    kept = everything_kept(tmp_path)
    for word in expected.nowhere:
        assert word not in kept, word
        assert word not in said, word
    if expected.check:
        expected.check(tmp_path)


def imported(
    folder: Path, expected: Expected, data: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[bool, str]:
    """Import what is expected one after the other; returns whether all went well, and what the last one said."""
    done, said = True, ""
    for path in expected.paths:
        asked = ["--data", str(data), "import", str(folder / path), "--community", "craft"]
        asked += ["--roster", str(folder / expected.roster)] if expected.roster else []
        done = done and cli.main(asked) == 0
        printed = capsys.readouterr()
        said = printed.out + printed.err
    return done, said


def shown(data: Path, metric: str, capsys: pytest.CaptureFixture[str]) -> float | None:
    assert cli.main(["--data", str(data), "show", metric, "--format", "json"]) == 0
    value: float | None = json.loads(capsys.readouterr().out)["value"]
    return value
