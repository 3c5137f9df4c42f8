"""`collect`: with the real Perceval where it is installed.

A stand-in for the missing tool shows how the process is handled, and nothing else.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_perceval import item, second

from cop_metrics.build import collect
from cop_metrics.cli import events
from cop_metrics.cli import main as cli
from cop_metrics.cli.events import Progress
from cop_metrics.sources.perceval.items import BACKENDS

PROJECT = Path(__file__).resolve().parents[1]
MAILS = """From ada@example.org Thu Mar  5 09:00:00 2026
From: Ada <ada@example.org>
Date: Thu, 5 Mar 2026 09:00:00 +0000
Subject: Aluminium
Message-ID: <a@x>

How do I weld it?

From bo@example.org Thu Mar  5 10:00:00 2026
From: bo at example.org (Bo)
Date: Thu, 5 Mar 2026 10:00:00 +0000
Subject: Re: Aluminium
Message-ID: <b@x>
In-Reply-To: <a@x>

With argon.
"""
LATER = """
From cy@example.org Fri Apr  3 09:00:00 2026
From: Cy <cy@example.org>
Date: Fri, 3 Apr 2026 09:00:00 +0000
Subject: L=F6ten
Message-ID: <c@x>
Content-Type: text/plain

Which solder is best, M\xfcller?
"""
Run = Callable[..., int]

STAND_IN = '''
"""Stands in for Perceval, which is not installed here: prints the lines it was told to, and writes down how it was called."""
import json, os, sys
from pathlib import Path
here = Path(__file__).parent
plan = json.loads((here / "plan.json").read_text())
if "--help" in sys.argv:
    print(plan["options"])
    sys.exit(0)
seen = {"argv": sys.argv[1:], "cmdline": Path("/proc/self/cmdline").read_text() if Path("/proc/self/cmdline").exists() else ""}
seen["environment"], seen["pid"] = sorted(os.environ), os.getpid()
(here / "seen.json").write_text(json.dumps(seen))
sys.stdout.write(plan["stdout"])
sys.stdout.flush()
sys.stderr.write(plan["stderr"])
if plan["waits"]:
    import time
    time.sleep(60)
sys.exit(plan["exit"])
'''


class StandIn:
    """An executable called perceval that does as told; it shows how the process is handled, not what Perceval does."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        script = self.folder / "perceval"
        script.write_text(f"#!{sys.executable}\n{STAND_IN}", encoding="utf-8")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{self.folder}{os.pathsep}{os.environ['PATH']}")
        self.does()

    def does(
        self,
        *items: Any,
        behind: str = "",
        stderr: str = "",
        exit_: int = 0,
        waits: bool = False,
        options: str = "--from-date FROM_DATE, --no-archive, --api-token API_TOKEN",
    ) -> None:
        stdout = "".join(f"{json.dumps(each)}\n" for each in items) + behind
        plan = {
            "stdout": stdout,
            "stderr": stderr,
            "exit": exit_,
            "waits": waits,
            "options": options,
        }
        (self.folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")

    def seen(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "seen.json").read_text(encoding="utf-8"))
        return told


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    for name in collect.TOKENS:
        monkeypatch.delenv(name, raising=False)
    return StandIn(tmp_path, monkeypatch)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_(*words: object) -> int:
        return cli.main(["collect", *map(str, words), "--into", str(tmp_path / "kept")])

    return run_


def issue(key: int, day: int) -> dict[str, Any]:
    return item("github", str(key), {"id": key, "created_at": "2026-03-01T09:00:00Z"}) | {
        "updated_on": second(day)
    }


def message(key: int, day: int) -> dict[str, Any]:
    return item("slack", str(key), {"ts": f"{second(day)}.000000"}) | {"updated_on": second(day)}


def lines(folder: Path) -> dict[str, list[str]]:
    return {
        file.name: [
            json.loads(line)["uuid"] for line in file.read_text(encoding="utf-8").splitlines()
        ]
        for file in sorted((folder / "kept").glob("*.jsonl"))
    }


# The real tool


def real_tool() -> None:
    beside = Path(sys.executable).parent / "perceval"
    if shutil.which("perceval") is None and not beside.exists():
        pytest.skip("perceval is not installed: pip install perceval")


def test_real_perceval_collects_mails_that_import_as_questions(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run brings what came since, and a mail in bytes that are no UTF-8."""
    real_tool()
    box = tmp_path / "mails" / "welding.mbox"
    box.parent.mkdir()
    box.write_text(MAILS, encoding="utf-8")
    asked = ("mbox", "https://lists.example.org/welding", box.parent)
    assert run(*asked) == 0
    assert "Collected 2 items from the beginning" in capsys.readouterr().out
    box.write_bytes(MAILS.encode() + LATER.encode("latin-1"))
    assert run(*asked) == 0
    assert "Collected 3 items changed since 2026-02-26T10:00:00" in capsys.readouterr().out
    assert run(*asked) == 0
    assert "Collected 1 item changed since 2026-03-27T09:00:00" in capsys.readouterr().out
    data = ["--data", str(tmp_path / "data")]
    assert cli.main([*data, "import", str(tmp_path / "kept"), "--community", "Welding"]) == 0
    assert "'Welding' now has 2 questions and 3 members." in capsys.readouterr().out
    assert cli.main([*data, "show", "answered_questions", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == 1


def test_real_perceval_that_fails_is_told_in_a_sentence(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """It logs the error and ends with 0 all the same."""
    real_tool()
    assert run("discourse", "http://127.0.0.1:9", "--max-retries", "0", "--sleep-time", "0") == 1
    told = capsys.readouterr().err
    assert told.startswith("Perceval failed: ")
    assert "127.0.0.1" in told
    assert len(told.splitlines()) == 1


def test_real_perceval_has_every_backend_that_is_read_and_the_options_that_are_set() -> None:
    real_tool()
    script = collect._script()
    for backend in BACKENDS:
        assert collect.FROM_DATE in collect._flags(script, backend), backend


# How the process is handled, with the stand-in


def test_a_first_run_asks_for_everything_and_the_next_for_what_changed(
    tmp_path: Path, tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    tool.does(issue(1, 2), issue(2, 3))
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"] == ["github", "craft", "welding", "--json-line", "--no-archive"]
    tool.does(issue(2, 4))
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-03T09:00:00"
    assert lines(tmp_path) == {
        "github-1970-01-01.jsonl": ["github-1", "github-2"],
        "github-2026-03-03.jsonl": ["github-2"],
    }
    tool.does()
    assert run("github", "craft", "welding") == 0
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-04T09:00:00"
    told = capsys.readouterr()
    assert told.out.splitlines()[2].startswith(
        "Collected 0 items changed since 2026-03-04T09:00:00 into "
    )
    assert told.err == ""


def test_a_day_that_is_given_is_asked_from_and_does_not_set_the_next_run_back(
    tool: StandIn, run: Run
) -> None:
    tool.does(issue(1, 2))
    assert run("github", "craft", "welding", "--from-date", "2026-01-31") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-01-31T00:00:00"
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-02T09:00:00"
    tool.does()
    assert run("github", "craft", "welding", "--from-date=2026-02-01") == 0
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-02T09:00:00"


def test_an_item_dated_in_the_future_does_not_stop_the_next_run(tool: StandIn, run: Run) -> None:
    tool.does(issue(1, 2) | {"updated_on": second(2) + 10**9})
    assert run("github", "craft", "welding") == 0
    assert run("github", "craft", "welding") == 0
    asked = tool.seen()["argv"][-1].removeprefix("--from-date=")
    assert asked <= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())


def test_an_interrupted_run_is_gone_on_with_after_its_newest_item(
    tmp_path: Path, tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    tool.does(
        issue(1, 2),
        issue(2, 3),
        behind='{"backend_name": "Git',
        stderr="Traceback\nthe line broke\n",
        exit_=1,
    )
    assert run("github", "craft", "welding") == 1
    assert capsys.readouterr().err == (
        "Perceval failed: the line broke. What was fetched is kept: the same command goes on with it.\n"
    )
    with (tmp_path / "kept" / "github-1970-01-01.jsonl").open("a") as file:
        file.write(
            '{"backend_name": "GitHub", "uu'
        )  # as when this process is killed while it writes
    tool.does(issue(3, 4))
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-03T09:00:00"
    assert lines(tmp_path) == {
        "github-1970-01-01.jsonl": ["github-1", "github-2"],
        "github-2026-03-03.jsonl": ["github-3"],
    }


@pytest.mark.parametrize(
    ("backend", "items"),
    [
        ("slack", [message(1, 9), message(2, 8)]),
        ("slack", [message(1, 8), message(2, 9)]),
        ("github", [issue(1, 9), issue(2, 8)]),
        ("github", [issue(1, 9)]),
    ],
    ids=[
        "newest first",
        "newest first, as the backend is known to be",
        "out of order",
        "one item tells no order",
    ],
)
def test_an_interrupted_run_whose_older_items_may_be_missing_begins_anew(
    backend: str, items: list[Any], tmp_path: Path, tool: StandIn, run: Run
) -> None:
    tool.does(*items, exit_=1)
    assert run(backend, "craft", "welding") == 1
    assert run(backend, "craft", "welding") == 1
    assert not any(word.startswith("--from-date") for word in tool.seen()["argv"])
    assert list(lines(tmp_path)) == [f"{backend}-1970-01-01.jsonl"]


def test_chats_are_looked_at_again_for_a_week(tool: StandIn, run: Run) -> None:
    tool.does(message(1, 9), message(2, 8))
    assert run("slack", "C01") == 0
    assert run("slack", "C01") == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-02T09:00:00"


def test_what_perceval_logs_as_an_error_is_one_though_it_ends_with_0(
    tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    tool.does(
        issue(1, 2),
        stderr="[2026-03-01 10:00:00,1] - Error!: 401 for key=hush%2Fhush\nSir Perceval completed\n",
    )
    assert run("github", "craft", "welding") == 1
    assert "401 for key=hush%2Fhush." in capsys.readouterr().err


@pytest.mark.parametrize("name", collect.TOKENS)
def test_the_token_is_in_no_command_line_file_or_sentence(
    name: str,
    tmp_path: Path,
    tool: StandIn,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, "hush/hush")
    tool.does(issue(1, 2), stderr="failed at ?key=hush/hush&more=hush%2Fhush\n", exit_=1)
    assert run("github", "craft", "welding") == 1
    seen = tool.seen()
    assert seen["argv"][-1] == "--api-token=hush/hush"
    assert "hush" not in seen["cmdline"]
    assert not set(collect.TOKENS) & set(seen["environment"])
    assert "failed at ?key=***&more=***." in capsys.readouterr().err
    assert not [
        file
        for file in (tmp_path / "kept").rglob("*")
        if file.is_file() and b"hush" in file.read_bytes()
    ]


def test_a_token_for_a_tool_that_is_no_script_is_said_to_be_seen(
    tmp_path: Path,
    tool: StandIn,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(tool.folder / "perceval", tool.folder / "perceval.py")
    wrapper = f'#!/bin/sh\nexec "{sys.executable}" "{tool.folder}/perceval.py" "$@"\n'
    (tool.folder / "perceval").write_text(wrapper, encoding="utf-8")
    monkeypatch.setenv("COP_TOKEN", "hush")
    assert run("github", "craft", "welding") == 0
    assert tool.seen()["argv"][-1] == "--api-token=hush"
    assert "can see the token with 'ps'" in capsys.readouterr().err


def test_options_that_the_backend_does_not_have_are_not_given(
    tool: StandIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COP_TOKEN", "hush")
    tool.does(options="--from-date FROM_DATE")
    assert run("mbox", "uri", "folder") == 0
    assert tool.seen()["argv"] == ["mbox", "uri", "folder", "--json-line"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["github", "-t", "hush"], "'-t' would put a secret into the command line"),
        (["github", "-thush"], "'-t' would put a secret into the command line"),
        (["github", "--api-token=hush"], "'--api-token' would put a secret into the command line"),
        (
            ["stackexchange", "--access-token", "hush"],
            "'--access-token' would put a secret into the command line",
        ),
        (
            ["discourse", "https://me:hush@example.org"],
            "An address with a password' would put a secret",
        ),
        (["github", "-o", "file"], "'-o' is set by collect itself. Leave it out."),
        (
            ["github", "--from-date", "yesterday"],
            "'yesterday' is not a day. Write --from-date as 2026-01-31.",
        ),
        (
            ["gitub", "craft"],
            "There is no backend that can be read called 'gitub'. Did you mean 'github'?",
        ),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence_without_the_secret(
    words: list[str], says: str, tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "hush" not in told
    assert not (tool.folder / "seen.json").exists()


def test_a_folder_is_of_one_call(
    tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("github", "craft", "welding") == 0
    assert run("github", "craft", "forging") == 1
    assert (
        "is of 'github craft welding'. Collect the same again, or name another folder"
        in capsys.readouterr().err
    )


def test_a_damaged_state_is_told_in_a_sentence(
    tmp_path: Path, tool: StandIn, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("github", "craft", "welding") == 0
    (tmp_path / "kept" / ".collect" / "state.json").write_text('{"backend": 1}', encoding="utf-8")
    assert run("github", "craft", "welding") == 1
    assert (
        "is damaged. Remove it, and the next run fetches everything anew."
        in capsys.readouterr().err
    )


def test_without_perceval_the_way_to_get_it_is_told(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert run("github", "craft", "welding") == 1
    assert "Perceval is not installed: 'pip install perceval' brings it" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["github", "a", "b"], ["github", "a", "b", "--into"], ["--into", "x"]], ids=" ".join
)
def test_wrong_usage_exits_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["collect", *words]) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_the_folder_may_be_named_first(tmp_path: Path, tool: StandIn) -> None:
    assert (
        cli.main(
            ["collect", "--into", str(tmp_path / "kept"), "github", "a", "b", "--sleep-for-rate"]
        )
        == 0
    )
    assert tool.seen()["argv"][:4] == ["github", "a", "b", "--sleep-for-rate"]


def test_a_program_that_follows_hears_how_many_items_there_are(
    tool: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool.does(issue(1, 2), issue(2, 3))
    asked = ["github", "craft", "welding", "--into", str(tmp_path / "kept")]
    assert cli.main(["--progress", "json", "collect", *asked]) == 0
    heard = [events.read(line) for line in capsys.readouterr().out.splitlines()]
    assert heard[0] == Progress(share=None, what="1 items")


def is_gone(pid: int) -> bool:
    """Say whether a process ends within seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_run_that_is_stopped_keeps_its_items_and_leaves_no_process(
    tmp_path: Path, tool: StandIn
) -> None:
    tool.does(issue(1, 2), issue(2, 3), waits=True)
    command = [
        sys.executable,
        "-m",
        "cop_metrics",
        "collect",
        "github",
        "a",
        "b",
        "--into",
        str(tmp_path / "kept"),
    ]
    with subprocess.Popen(
        command, cwd=PROJECT, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        file = tmp_path / "kept" / "github-1970-01-01.jsonl"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (
            file.exists() and file.read_bytes().count(b"\n") == 2
        ):
            time.sleep(0.05)
        stopped = time.monotonic()
        running.send_signal(2)
        assert running.stderr is not None
        assert running.stderr.read().startswith(b"Stopped.")
    assert time.monotonic() - stopped < 30  # and not when the stand-in has waited to its end
    assert running.returncode == 1
    assert is_gone(tool.seen()["pid"])
    assert lines(tmp_path) == {file.name: ["github-1", "github-2"]}
    tool.does()
    assert cli.main([*command[3:]]) == 0
    assert tool.seen()["argv"][-1] == "--from-date=2026-03-03T09:00:00"
