"""A contributors' board comes in by the script of `docs/roles.md`: a few rows told here, and a real one of known figures."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cop_metrics.cli import main as cli
from cop_metrics.store import Store

PROJECT = Path(__file__).resolve().parents[1]
SCRIPT = PROJECT / "examples" / "contributors_board.py"
DOCS = PROJECT / "docs" / "roles.md"
BOARD = PROJECT.parent / "shared" / "data" / "roles-ohcnetwork"

# Counted independently: questions, answered by another, naive median wait in hours, by the asker's seniority.
REFERENCE = {
    "all": (7856, 2769, 3.276),
    "junior": (1194, 459, 2.578),
    "mid": (2957, 1122, 4.404),
    "senior": (3518, 1062, 2.607),
}
METRICS = ("questions", "answered_questions", "wait_naive")

PEOPLE = """slug,name,title,role,joining_date,github,slack
ivy,Ivy,Intern,intern,'2031-01-01',ivy,
Ivy,Ivy,Contributor,contributor,,Ivy,
cora,Cora,Software Engineer,core,,cora,
noel,,,,,noel,
robot,,,bot,,robot,
"""
EVENTS = """contributor,activity,occured_at,item
robot,commit_created,2024-01-01T09:00:00.000Z,
ivy,issue_opened,2024-03-01T09:00:00.000Z,forge#1
ivy,issue_opened,2024-03-01T09:00:00.000Z,forge#1
robot,comment_created,2024-03-01T09:00:01.000Z,forge#1
ivy,comment_created,2024-03-01T10:00:00.000Z,forge#1
cora,comment_created,2024-03-01T11:00:00.000Z,forge#1
cora,comment_created,2024-03-01T11:00:00.000Z,forge#1
cora,issue_closed,2024-03-01T11:00:00.000Z,forge#1
Ivy,issue_opened,2024-03-02T09:00:00.000Z,forge#2
cora,issue_closed,2024-03-02T10:00:00.000Z,forge#2
robot,issue_opened,2024-03-03T09:00:00.000Z,forge#3
cora,comment_created,2024-03-03T10:00:00.000Z,forge#3
noel,issue_opened,2024-03-04T09:00:00.000Z,anvil#1
noel,pr_opened,2024-03-05T09:00:00.000Z,anvil#2
cora,pr_reviewed,2024-03-05T10:00:00.000Z,anvil#2
cora,comment_created,2024-03-05T10:00:00.000Z,anvil#2
noel,comment_created,2024-03-06T09:00:00.000Z,anvil#3
robot,commit_created,2024-06-01T09:00:00.000Z,
"""

Show = Callable[..., dict[str, Any]]


def import_board(board: Path, folder: Path) -> Path:
    """Follow `docs/roles.md`: its script, its settings, its import; return the data folder."""
    tables, data = folder / "tables", folder / "data"
    subprocess.run([sys.executable, SCRIPT, board, tables], check=True)
    data.mkdir()
    [settings] = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (data / "settings.toml").write_text(settings, encoding="utf-8")
    imported = [
        "import",
        str(tables),
        "--community",
        "board",
        "--roster",
        str(tables / "roster.csv"),
    ]
    assert cli.main(["--data", str(data), *imported]) == 0
    return data


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the board told above."""
    board = tmp_path_factory.mktemp("board")
    (board / "members.csv").write_text(PEOPLE, encoding="utf-8")
    (board / "events.csv").write_text(EVENTS, encoding="utf-8")
    return import_board(board, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the real board."""
    if not BOARD.exists():
        pytest.skip(f"the real export {BOARD.name} is not on this machine")
    return import_board(BOARD, tmp_path_factory.mktemp("real"))


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Run `show` on a data folder and return its JSON object."""

    def shown(data: Path, *argv: str) -> dict[str, Any]:
        capsys.readouterr()
        assert cli.main(["--data", str(data), "show", *argv, "--format", "json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    return shown


def filtered(seniority: str) -> tuple[str, ...]:
    return () if seniority == "all" else ("--seniority", seniority)


# A few rows


def test_issues_of_people_are_questions_and_comments_of_others_answer_them(
    small: Path, show: Show
) -> None:
    assert {id_: show(small, id_)["value"] for id_ in METRICS} == {
        "questions": 3,
        "answered_questions": 1,
        "wait_naive": 2.0,
    }


def test_pull_requests_and_what_is_about_an_issue_not_in_the_data_answer_nothing(
    small: Path, show: Show
) -> None:
    kinds = (
        Store(small)
        .snapshot()
        .cursor.sql("select kind, count(*) from posts group by all order by all")
        .fetchall()
    )
    assert kinds == [("answer", 3), ("comment", 3), ("message", 1), ("question", 3)]


def test_roles_are_seniorities_and_no_role_is_unknown(small: Path, show: Show) -> None:
    assert [
        (row["group"], row["value"])
        for row in show(small, "questions", "--by", "seniority")["rows"]
    ] == [
        ("junior", 1),
        ("mid", 1),
        ("senior", 0),
        ("Unknown", 1),
    ]


def test_closed_issue_is_not_withdrawn(small: Path, show: Show) -> None:
    assert show(small, "ever_answered")["sample_size"] == 3


def test_repository_is_the_topic(small: Path, show: Show) -> None:
    rows = show(small, "questions", "--by", "topic")["rows"]
    assert [(row["group"], row["value"]) for row in rows] == [("forge", 2), ("anvil", 1)]


def test_board_reaches_from_its_first_event_to_its_last_of_any_sort(
    small: Path, show: Show
) -> None:
    shown = show(small, "given_up")
    assert (shown["value"], shown["as_of"]) == (2, "2024-06-01T09:00:00+00:00")
    assert shown["period"]["from"] == "2024-01-01"


def test_script_without_folders_says_how_to_run_it() -> None:
    told = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "BOARD_FOLDER TARGET_FOLDER" in told.stderr


# The real board


@pytest.mark.parametrize("seniority", REFERENCE)
def test_real_board_gives_the_figures_that_were_counted_independently(
    seniority: str, real: Path, show: Show
) -> None:
    questions, answered, wait = (show(real, id_, *filtered(seniority))["value"] for id_ in METRICS)
    assert (questions, answered, round(wait, 3)) == REFERENCE[seniority]
    assert show(real, "ever_answered", *filtered(seniority))["value"] == pytest.approx(
        answered / questions
    )


def test_split_by_seniority_says_the_same_and_leaves_the_rest_unknown(
    real: Path, show: Show
) -> None:
    split = {
        row["group"]: row["value"] for row in show(real, "questions", "--by", "seniority")["rows"]
    }
    asked = {seniority: figures[0] for seniority, figures in REFERENCE.items()}
    assert split == {**{name: asked[name] for name in ("junior", "mid", "senior")}, "Unknown": 187}
    assert sum(split.values()) == asked["all"]


def test_those_who_reply_to_others_on_the_real_board_are_as_many_as_were_counted(
    real: Path,
) -> None:
    replies = (
        "select member, count(*) as replies from posts join questions using (community, thread) "
        "where posts.kind = 'answer' and member <> asker group by all order by replies desc"
    )
    most_first = [count for _, count in Store(real).snapshot().cursor.sql(replies).fetchall()]
    assert len(most_first) == 735
    assert round(100 * sum(most_first[:10]) / sum(most_first), 2) == 35.28


# The page


@pytest.mark.parametrize("seniority", REFERENCE)
def test_page_tells_the_reference_figures(seniority: str) -> None:
    questions, answered, wait = REFERENCE[seniority]
    row = f"| {seniority} | {questions:,} | {answered:,} | {answered / questions:.2%} | {wait:.3f} h |"
    assert row.replace("%", " %") in DOCS.read_text(encoding="utf-8")
