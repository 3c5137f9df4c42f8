"""The command line: real figures, one sentence for whatever is wrong, and a store that only good input changes."""

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cop_metrics.build.duckdb_engine import DuckDB
from cop_metrics.cli import events, importing
from cop_metrics.cli import main as cli
from cop_metrics.cli.events import Event, Progress, Said
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Lake
from cop_metrics.measure.measurer import BY
from cop_metrics.metrics import EXHIBITS, METRICS, declared
from cop_metrics.samples.company import COMPANY
from cop_metrics.store import Store
from cop_metrics.tabular import listed

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared" / "data"
SAMPLE = PROJECT / "data" / "samples" / "ai-first-months"

REFERENCE = {
    "stackexchange-ai": {
        "questions": 604,
        "answers": 1004,
        "answerers": 273,
        "answered_questions": 501,
        "accepted_questions": 285,
        "wait_naive": 5.2757,
    },
    "stackexchange-conlang-meta": {
        "questions": 53,  # the catalogue counts 54: the site's own account announced an election
        "answers": 115,
        "answered_questions": 48,
        "accepted_questions": 11,
        "answerers": 31,
        "wait_naive": 2.7156,
    },
}

WORKSHOP = """post_id,thread_id,kind,author_name,created_at,title,topics
1,1,question,Ada,2024-03-01 09:00,How do I weld thin sheet?,welding
2,1,answer,Grace,2024-03-01 10:00,,
3,3,question,Ada,2024-03-02 09:00,Which glue holds felt?,glue
4,3,answer,Edsger,2024-03-02 12:00,,
5,5,question,Barbara,2024-03-20 09:00,Where is the torque table?,
"""
LATER = """post_id,thread_id,kind,author_name,created_at,title,topics
5,5,question,Barbara,2024-03-20 09:00,Where is the torque table?,
6,5,answer,Ada,2024-03-21 09:00,,
7,7,question,Grace,2024-04-01 09:00,How long does paint dry?,paint
"""
ROSTER = (
    "who,team,seniority,from,to\nAda,Frames,junior,,\nGrace,Tools,senior,,\nEdsger,Tools,mid,,\n"
)

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line on a data folder of the test's own."""
    return lambda *argv: cli.main(["--data", str(tmp_path / "data"), *map(str, argv)])


@pytest.fixture
def show(run: Run, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run `show` and return its JSON object."""

    def shown(*argv: object) -> dict[str, Any]:
        capsys.readouterr()
        assert run("show", *argv, "--format", "json") == 0
        return dict(json.loads(capsys.readouterr().out))

    return shown


@pytest.fixture(scope="session")
def workshop_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import three questions, two of them answered, into a data folder that nobody writes to."""
    folder = tmp_path_factory.mktemp("workshop")
    export = written(folder, "workshop.csv", WORKSHOP)
    assert (
        cli.main(["--data", str(folder / "data"), "import", str(export), "--community", "workshop"])
        == 0
    )
    return folder


@pytest.fixture
def workshop(tmp_path: Path, workshop_once: Path) -> Path:
    """Return a data folder of the test's own with the workshop in it, its export beside."""
    shutil.copytree(workshop_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def tables(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the store's tables, but for those that tell when and from what it was built."""
    cursor = Store(data).snapshot().cursor
    names = [
        name
        for (name,) in cursor.sql(
            "select table_name from information_schema.tables order by 1"
        ).fetchall()
    ]
    return {
        name: cursor.sql(f"from {name}").fetchall()
        for name in names
        if name not in ("imports", "meta")
    }


def lake_of(data: Path) -> list[str]:
    return sorted(
        str(path.relative_to(data)) for path in (data / "lake").rglob("*") if path.is_file()
    )


# What it says


@pytest.mark.parametrize("dump", REFERENCE)
def test_real_dump_gives_the_figures_that_were_counted_independently(
    dump: str, run: Run, show: Callable[..., dict[str, Any]]
) -> None:
    if not (SHARED / dump).exists():
        pytest.skip(f"the real export {dump} is not on this machine")
    assert run("import", SHARED / dump) == 0
    shown = {id_: show(id_)["value"] for id_ in REFERENCE[dump]}
    shown["wait_naive"] = round(shown["wait_naive"], 4)
    assert shown == REFERENCE[dump]


def test_json_is_one_object_that_says_what_was_measured_when_and_where(
    workshop: Path, show: Callable[..., dict[str, Any]]
) -> None:
    assert show(
        "answered_questions", "--topic", "welding", "--topic", "glue", "--from", "2024-03-02"
    ) == {
        "metric": "answered_questions",
        "value": 1,
        "unit": "count",
        "sample_size": 1,
        "interval": None,
        "note": None,
        "as_of": "2024-03-20T09:00:00+00:00",
        "period": {"from": "2024-03-02", "to": "2024-03-20"},
        "filters": {
            "community": "workshop",
            "team": [],
            "seniority": [],
            "topic": ["welding", "glue"],
            "explicit_only": False,
            "names": True,
        },
    }


def test_rate_comes_as_a_share_with_its_interval(
    workshop: Path, show: Callable[..., dict[str, Any]]
) -> None:
    shown = show("answer_rate")
    low, high = shown["interval"]
    assert (shown["value"], shown["unit"], shown["sample_size"]) == (1.0, "percent", 2)
    assert 0 < low < high == 1


def test_a_state_says_of_which_days_it_is(
    workshop: Path, show: Callable[..., dict[str, Any]]
) -> None:
    assert show("given_up", "--from", "2024-03-10")["note"].endswith(
        "of questions 30 to 365 days old as of the data, whatever the period"
    )


def test_split_adds_rows_shaped_as_the_whole(
    workshop: Path, show: Callable[..., dict[str, Any]]
) -> None:
    shown = show("questions", "--by", "week")
    assert [(row["group"], row["value"]) for row in shown["rows"]] == [
        ("2024-02-26", 2),
        ("2024-03-04", 0),
        ("2024-03-11", 0),
        ("2024-03-18", 1),
    ]
    assert set(shown["rows"][0]) == {
        "group",
        "value",
        "sample_size",
        "interval",
        "note",
        "complete",
    }
    assert [row["complete"] for row in shown["rows"]] == [False, True, True, False]


def test_exhibit_has_rows_and_no_value(workshop: Path, show: Callable[..., dict[str, Any]]) -> None:
    shown = show("outcomes")
    assert (shown["value"], shown["sample_size"], shown["interval"]) == (None, None, None)
    assert [set(row) for row in shown["rows"]] == [set(EXHIBITS["outcomes"].titles)] * len(
        shown["rows"]
    )


def test_last_day_is_included(workshop: Path, show: Callable[..., dict[str, Any]]) -> None:
    assert show("questions", "--to", "2024-03-02")["value"] == 2
    assert show("questions", "--to", "2024-03-01")["value"] == 1


def test_endless_interval_is_null_in_json(
    workshop: Path, show: Callable[..., dict[str, Any]]
) -> None:
    shown = show("wait", "--from", "2024-03-02", "--to", "2024-03-20")
    assert shown["interval"] is not None
    assert shown["interval"][1] is None


@pytest.mark.parametrize("id_", [*METRICS, *EXHIBITS])
def test_everything_declared_can_be_shown(
    id_: str, demo_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    period = ["--from", "2026-04-01", "--to", "2026-09-30"]
    capsys.readouterr()
    assert cli.main(["--data", str(demo_data), "show", id_, "--community", COMPANY, *period]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{declared(id_).title}: {COMPANY}, 1 Apr 2026 – 30 Sep 2026")
    assert not shown.err


A_GROUP = {
    "month": "2025-01-01",
    "week": "2024-12-30",
    "team": "Sales",
    "seniority": "junior",
    "topic": "bolt-torque",
}


@pytest.mark.parametrize("by", BY)
def test_every_split_names_its_groups(
    by: str, demo_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        cli.main(
            ["--data", str(demo_data), "show", "questions", "--community", COMPANY, "--by", by]
        )
        == 0
    )
    assert A_GROUP[by] in capsys.readouterr().out


def test_filter_that_does_not_act_is_said(
    demo_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [
        "--data",
        str(demo_data),
        "show",
        "members",
        "--community",
        COMPANY,
        "--topic",
        "hydraulics",
    ]
    assert cli.main([*argv, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["note"] == "not filtered by topic"


def test_table_is_readable_at_a_glance(
    workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "questions", "--by", "topic") == 0
    assert capsys.readouterr().out == (
        "Questions: workshop, 1 Mar 2024 – 20 Mar 2024\n"
        "3  (n = 3)\n"
        "\n"
        "group    value  95 %  n  note\n"
        "glue         1        1\n"
        "welding      1        1\n"
    )


def test_csv_has_one_row_a_group(
    workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "questions", "--by", "topic", "--format", "csv") == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header == "group,value,sample_size,low,high,note,complete"
    assert [row.split(",")[:2] for row in rows] == [["glue", "1.0"], ["welding", "1.0"]]


def test_report_is_written_in_the_format_of_its_ending(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.csv"
    assert run("report", "-o", report, "--page", "answers", "--from", "2024-03-02") == 0
    assert capsys.readouterr().out == f"Wrote {report} (answers).\n"
    header, *rows = report.read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("page,table,id,")
    assert {row.split(",")[0] for row in rows} == {"Answers"}


# What it hides without names


@pytest.fixture(scope="session")
def guild_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import twelve weeks of Frames and Paint, six people each, and of Tools, two, each of whom asks once a week."""
    folder = tmp_path_factory.mktemp("guild")
    people = [
        f"{team}{n}"
        for team, size in (("Frames", 6), ("Paint", 6), ("Tools", 2))
        for n in range(size)
    ]
    posts = [
        f"{week}{who},{week}{who},question,{who},2024-{1 + week // 4:02d}-{1 + 7 * (week % 4):02d} 09:00,A question,"
        for week in range(12)
        for who in people
    ]
    roster = ["who,team,seniority,from,to", *(f"{who},{who[:-1]},junior,," for who in people)]
    export = written(folder, "guild.csv", "\n".join([WORKSHOP.splitlines()[0], *posts]))
    argv = [
        "--community",
        "guild",
        "--roster",
        str(written(folder, "roster.csv", "\n".join(roster))),
    ]
    assert cli.main(["--data", str(folder / "data"), "import", str(export), *argv]) == 0
    return folder / "data"


@pytest.mark.parametrize(
    ("no_names", "teams"),
    [([], ["Frames", "Paint", "Tools"]), (["--no-names"], ["Paint", "small teams"])],
)
def test_show_without_names_shows_no_small_team(
    no_names: list[str], teams: list[str], guild_once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    argv = [
        "--data",
        str(guild_once),
        "show",
        "questions",
        "--by",
        "team",
        *no_names,
        "--format",
        "json",
    ]
    assert cli.main(argv) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [row["group"] for row in shown["rows"]] == teams
    assert shown["filters"]["names"] is not bool(no_names)


def test_show_without_names_refuses_lists_of_people_weeks_and_small_teams(
    guild_once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv, says in {
        ("questions", "--by", "week"): "A single week is shown only to viewers who may see names",
        ("questions", "--team", "Tools"): "There is no team called 'Tools'",
    }.items():
        capsys.readouterr()
        assert cli.main(["--data", str(guild_once), "show", *argv]) == 0
        capsys.readouterr()
        assert cli.main(["--data", str(guild_once), "show", *argv, "--no-names"]) == 1
        assert says in assert_one_sentence(capsys)


def test_show_without_names_of_one_day_shows_the_four_whole_weeks_before(
    demo_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample ends on Monday 13 March 2017."""
    capsys.readouterr()
    day = [
        "--from",
        "2017-03-13",
        "--to",
        "2017-03-13",
        "--community",
        importing.SAMPLE_COMMUNITY,
        "--format",
        "json",
    ]
    assert cli.main(["--data", str(demo_data), "show", "questions", *day, "--no-names"]) == 0
    assert json.loads(capsys.readouterr().out)["period"] == {
        "from": "2017-02-13",
        "to": "2017-03-12",
    }


def test_show_without_names_refuses_data_of_less_than_four_whole_weeks(
    workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "questions", "--no-names") == 1
    assert "Without names at least 4 whole weeks are shown" in assert_one_sentence(capsys)


@pytest.mark.parametrize(("no_names", "told"), [([], {"Tools"}), (["--no-names"], {"small teams"})])
def test_report_without_names_tells_of_no_small_team(
    no_names: list[str], told: set[str], tmp_path: Path, guild_once: Path
) -> None:
    report = tmp_path / "report.csv"
    argv = ["--data", str(guild_once), "report", "-o", str(report), "--page", "answers", *no_names]
    assert cli.main(argv) == 0
    rows = csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines())
    assert {row["group"] for row in rows} & {"Tools", "small teams"} == told


# What an import tells


def test_import_tells_what_came_and_what_was_left_out(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = WORKSHOP + "8,5,answer,Ada,on Tuesday,,\n"
    assert run("import", written(tmp_path, "workshop.csv", damaged)) == 0
    told = capsys.readouterr()
    assert "Imported workshop.csv into 'workshop', source 'spreadsheet'" in told.out
    assert "covers     2024-03-01 to 2024-03-20" in told.out
    assert "post 5" in told.out
    assert "left out   1 x" in told.out
    assert "row 7" in told.out
    assert "'workshop' now has 3 questions and 4 members." in told.out
    assert told.err == ""


def test_answers_that_were_moved_are_counted(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = LATER + "9,7,answer,Ada,2024-03-30 09:00,,\n"
    assert run("import", written(tmp_path, "moved.csv", moved), "--community", "workshop") == 0
    assert (
        "moved      answers dated before their question, whose wait counts as 0: 1"
        in capsys.readouterr().out
    )


def test_roster_alone_comes_to_the_only_community(
    tmp_path: Path, workshop: Path, run: Run, show: Callable[..., dict[str, Any]]
) -> None:
    assert run("import", "--roster", written(tmp_path, "roster.csv", ROSTER)) == 0
    assert [(row["group"], row["value"]) for row in show("questions", "--by", "team")["rows"]] == [
        ("Frames", 2),
        ("Tools", 0),
        ("Unknown", 1),
    ]


def test_roster_rows_that_mean_nobody_and_members_refused_are_named(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = ROSTER + "Zoe,Tools,mid,,\n" + "name:Ada,Tools,mid,,\n"
    assert run("import", "--roster", written(tmp_path, "roster.csv", roster)) == 0
    told = capsys.readouterr().out
    assert "not found  1 of them, which mean no account: row 5 (Zoe)" in told
    assert "refused    all rows of members whose periods overlap: Ada" in told


def test_roster_row_that_names_nobody_is_left_out_and_counted(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run("import", "--roster", written(tmp_path, "roster.csv", ROSTER + ",Tools,mid,,\n")) == 0
    )
    assert "left out   1 x names nobody" in capsys.readouterr().out


def test_roster_whose_last_days_look_wrong_is_remarked_upon(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = "who,team,from,to\nAda,Frames,,2024-03-31\nAda,Tools,2024-04-01,\n"
    assert run("import", "--roster", written(tmp_path, "roster.csv", roster)) == 0
    assert (
        "note       1 periods begin one day after the one before ends (row 3)"
        in capsys.readouterr().out
    )


def test_roster_before_any_export_waits_for_it(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(
            "import", "--community", "workshop", "--roster", written(tmp_path, "roster.csv", ROSTER)
        )
        == 0
    )
    assert "There is no export of 'workshop' yet" in capsys.readouterr().out
    assert run("import", written(tmp_path, "workshop.csv", WORKSHOP)) == 0
    capsys.readouterr()
    assert run("communities") == 0
    assert capsys.readouterr().out.split()[-7:] == [
        "workshop",
        "2024-03-01",
        "2024-03-20",
        "UTC",
        "3",
        "4",
        "2",
    ]


# What changes, and what does not


def test_same_import_twice_changes_nothing(
    tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before, version, lake = tables(workshop), Store(workshop).version(), lake_of(workshop)
    assert run("import", tmp_path / "workshop.csv", "--community", "workshop") == 0
    assert "Was there already, nothing changed" in capsys.readouterr().out
    assert (tables(workshop), Store(workshop).version(), lake_of(workshop)) == (
        before,
        version,
        lake,
    )


def test_undo_gives_back_exactly_what_was(
    tmp_path: Path,
    workshop: Path,
    run: Run,
    show: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, lake = tables(workshop), lake_of(workshop)
    assert run("import", written(tmp_path, "later.csv", LATER), "--community", "workshop") == 0
    assert (show("questions")["value"], show("answered_questions")["value"]) == (4, 3)
    capsys.readouterr()
    assert run("imports") == 0
    _, _, newest = capsys.readouterr().out.splitlines()
    assert run("undo", newest.split()[0]) == 0
    assert "Took later.csv out of 'workshop'" in capsys.readouterr().out
    assert (tables(workshop), lake_of(workshop)) == (before, lake)


def test_a_header_alone_is_an_export_in_which_nobody_wrote(
    workshop: Path,
    run: Run,
    tmp_path: Path,
    show: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    export = tmp_path / "quiet.csv"
    export.write_text(WORKSHOP.splitlines()[0] + "\n", encoding="utf-8")
    before, as_of = show("questions")["value"], Lake(workshop).imports()[0].observed_until
    assert run("import", export, "--community", "workshop") == 0
    assert "There is no post in this export" in capsys.readouterr().out
    assert show("questions")["value"] == before
    assert {each.observed_until for each in Lake(workshop).imports()} == {as_of}


def test_build_makes_the_same_store_again(
    workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tables(workshop)
    assert run("build") == 0
    assert capsys.readouterr().out == "Built version 2 of the store.\n"
    assert tables(workshop) == before


BAD_EXPORTS: dict[str, tuple[str, bytes]] = {
    "empty file": ("posts.csv", b""),
    "wrong columns": ("posts.csv", b"name,age\nAda,36\n"),
    "binary file": ("posts.csv", bytes(range(256)) * 20),
    "truncated XML": ("Posts.xml", (SAMPLE / "Posts.xml").read_bytes()[:50_000]),
    "no zip inside": ("export.zip", b"PK\x03\x04" + bytes(200)),
    "no export at all": ("letter.docx", b"Dear Sir or Madam,\n"),
}


def bad_export(folder: Path, kind: str) -> Path:
    if kind == "truncated zip":
        whole = folder / "whole.zip"
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(SAMPLE / "Posts.xml", "Posts.xml")
        return written(folder, "cut.zip", whole.read_bytes()[: whole.stat().st_size // 2])
    if kind == "nothing there":
        return folder / "no-such-export.zip"
    name, content = BAD_EXPORTS[kind]
    return written(folder, name, content)


@pytest.mark.parametrize("kind", [*BAD_EXPORTS, "truncated zip", "nothing there"])
def test_bad_export_is_told_in_a_sentence_and_changes_nothing(
    kind: str, tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before, lake = tables(workshop), lake_of(workshop)
    assert run("import", bad_export(tmp_path, kind), "--community", "workshop") == 1
    assert_one_sentence(capsys)
    assert (tables(workshop), lake_of(workshop)) == (before, lake)


BAD_ROSTERS = {
    "people in two rows at the same time": "who,team,from,to\nAda,Frames,2024-01-01,\nAda,Tools,2024-02-01,\n",
    "is empty": "",
    "no column that says who": "colour,team\nred,Frames\n",
    "is no date": "who,team,from\nAda,Frames,Tuesday\n",
}


@pytest.mark.parametrize("wrong", BAD_ROSTERS)
def test_bad_roster_stops_the_export_with_it(
    wrong: str, tmp_path: Path, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before, lake = tables(workshop), lake_of(workshop)
    later, roster = (
        written(tmp_path, "later.csv", LATER),
        written(tmp_path, "roster.csv", BAD_ROSTERS[wrong]),
    )
    assert run("import", later, "--community", "workshop", "--roster", roster) == 1
    assert wrong in assert_one_sentence(capsys)
    assert (tables(workshop), lake_of(workshop)) == (before, lake)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (
            ["show", "anser_rate"],
            "There is no metric called 'anser_rate'. Did you mean 'answer_rate'?",
        ),
        (["show", "questions", "--community", "workship"], "Did you mean 'workshop'?"),
        (["show", "questions", "--team", "Freams"], "There is no team called 'Freams'"),
        (["show", "questions", "--seniority", "boss"], "There is no seniority called 'boss'"),
        (["show", "questions", "--topic", "weldin"], "Did you mean 'welding'?"),
        (["show", "questions", "--from", "2024-02-30"], "'2024-02-30' is not a day"),
        (["show", "questions", "--to", "March"], "'March' is not a day"),
        (["show", "questions", "--from", "2024-03-02", "--to", "2024-03-01"], "before it starts"),
        (["show", "members", "--by", "topic"], "cannot be split by topic"),
        (["show", "outcomes", "--by", "team"], "cannot be split"),
        (["report", "-o", "report.odt"], "There is no report format called '.odt'"),
        (["report", "-o", "report.csv", "--page", "answer"], "Did you mean 'answers'?"),
        (["undo", "20240101T000000-v1-000000000000"], "There is no import called"),
        (["import", ".", "--platform", "telex"], "There is no platform called 'telex'"),
        (["import", ".", "--community", "a/b"], "a/b"),
    ],
)
def test_wrong_value_is_told_in_a_sentence(
    argv: list[str], says: str, workshop: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv) == 1
    assert says in assert_one_sentence(capsys)


def assert_one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """Check that stderr holds one line, which is a sentence, and stdout nothing; return it."""
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1, told.err
    assert told.err.rstrip()[-1] in ".?…", told.err
    assert "Traceback" not in told.err
    return told.err


def test_nothing_imported_yet_says_how_to_begin(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "questions") == 1
    assert "python -m cop_metrics demo" in assert_one_sentence(capsys)
    assert run("imports") == 0
    assert capsys.readouterr().out == "There are no imports yet.\n"


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["shew"],
        ["show"],
        ["show", "questions", "--by", "year"],
        ["show", "questions", "--format", "pdf"],
        ["show", "questions", "--team", ""],
        ["show", "questions", "--te", "Frames"],
        ["report"],
        ["import"],
        ["import", "--platform", "spreadsheet", "--roster", "roster.csv"],
        ["build", "--engine", "abacus"],
        ["serve", "--port", "http"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(
    argv: list[str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("usage: ")


def test_help_lists_every_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    for command in cli.COMMANDS:
        assert f" {command.name} {command.summary}" in told


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (KeyboardInterrupt(), "Stopped."),
        (
            OSError(28, "No space left on device", "data/lake"),
            "No space left on device at 'data/lake'",
        ),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (duckdb.IOException("the disk is gone\nand more"), "the disk is gone"),
        (CopError("The moon is full: wait."), "The moon is full: wait."),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_failure_of_the_machine_is_told_in_a_sentence(
    problem: BaseException,
    says: str,
    workshop: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(importing, "take_in", fail)
    assert run("import", "whatever.zip") == 1
    assert says in assert_one_sentence(capsys)


def test_data_folder_comes_from_the_environment_unless_named(
    workshop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COP_DATA", str(workshop))
    assert cli.main(["communities"]) == 0
    assert "workshop" in capsys.readouterr().out
    assert cli.main(["communities", "--data", str(tmp_path / "elsewhere")]) == 1


def test_no_time_of_a_store_has_a_zone_so_that_no_other_package_is_needed_to_read_it(
    demo_data: Path,
) -> None:
    kinds = (
        Store(demo_data)
        .snapshot()
        .cursor.sql("select distinct data_type from information_schema.columns")
    )
    found = {kind for (kind,) in kinds.fetchall()}
    assert "TIMESTAMP" in found
    assert not [kind for kind in found if "TIME ZONE" in kind]


def test_demo_brings_two_communities_and_leaves_settings_alone_that_are_there(
    demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--data", str(demo_data), "communities"]) == 0
    told = capsys.readouterr().out
    assert COMPANY in told
    assert importing.SAMPLE_COMMUNITY in told
    assert "Europe/Amsterdam" in told
    (tmp_path / "settings.toml").write_text("small_group = 7\n")
    importing.demo_settings(tmp_path)
    assert (tmp_path / "settings.toml").read_text() == "small_group = 7\n"


def test_metrics_lists_everything_declared(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("metrics", "--format", "json") == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == [*METRICS, *EXHIBITS]
    assert run("metrics") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(METRICS) + len(EXHIBITS)


def test_as_a_program_it_survives_a_reader_who_leaves_and_a_full_disk(workshop: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "cop_metrics",
        "--data",
        str(workshop),
        "metrics",
        "--format",
        "json",
    ]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as gone:
        assert gone.stdout is not None
        assert gone.stderr is not None
        gone.stdout.close()
        assert gone.stderr.read() == b""
    assert gone.returncode == 0
    if Path("/dev/full").exists():
        with Path("/dev/full").open("w") as full:
            ended = subprocess.run(
                command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, check=False, text=True
            )
        assert ended.returncode == 1
        assert ended.stderr.startswith("No space left on device")
        assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "event",
    [
        Progress(share=0.42, what="reading"),
        Progress(share=None, what="12 items"),
        Said(text="Ünïcode,\nin two lines"),
    ],
)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert "\n" not in events.written(event)
    assert events.read(f"{events.written(event)}\n") == event


@pytest.mark.parametrize(
    "line",
    ["Traceback (most recent call last):", "[1]", "3", '{"event": "other"}', '{"event": "said"}'],
)
def test_a_line_that_is_no_event_is_said_as_it_stands(line: str) -> None:
    assert events.read(f"{line}\n") == Said(text=line)


def test_a_program_can_follow_an_import_event_by_event(tmp_path: Path) -> None:
    heard: list[Event] = []
    export = written(tmp_path, "workshop.csv", WORKSHOP)
    assert events.follow(tmp_path / "data", "import", [str(export)], heard.append)
    shares = [each.share for each in heard if isinstance(each, Progress)]
    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1.0
    told = [each.text for each in heard if isinstance(each, Said)]
    assert told[0].startswith("Imported workshop.csv into 'workshop'")


def test_a_program_that_follows_hears_what_is_wrong_and_that_it_failed(tmp_path: Path) -> None:
    heard: list[Event] = []
    assert not events.follow(tmp_path / "data", "undo", ["none"], heard.append)
    assert heard == [Said(text="There is no import called 'none'. There is no import yet.")]


def test_what_is_said_to_programs_is_no_part_of_the_help(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--help") == 0
    assert "--progress" not in capsys.readouterr().out


def test_a_preview_tells_what_an_import_would_bring_and_changes_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "posts.csv"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    told = capsys.readouterr().out
    assert "Would import posts.csv into 'Workshop', source 'spreadsheet'" in told
    assert "'Workshop' would then have 3 questions and 4 members." in told
    assert "This was a preview: nothing is imported yet." in told
    assert run("imports") == 0
    assert "There are no imports yet." in capsys.readouterr().out
    assert run("show", "questions") == 1


def test_a_preview_is_imported_as_it_was_read(
    run: Run,
    tmp_path: Path,
    show: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export = tmp_path / "posts.csv"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    export.unlink()
    assert run("accept", "another") == 1
    assert "look at the export again" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(DuckDB, "build", None)  # the store that the preview built is taken over
        assert run("accept") == 0
    assert "Imported posts.csv into 'Workshop'" in capsys.readouterr().out
    assert show("questions")["value"] == 3
    assert run("accept") == 1
    assert run("build") == 0
    assert show("questions")["value"] == 3


def test_a_preview_counts_on_what_is_there_and_says_whom_the_roster_misses(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, roster = tmp_path / "posts.csv", tmp_path / "roster.csv"
    export.write_text(WORKSHOP, encoding="utf-8")
    roster.write_text("display_name,team\nAda,Design\nNobody,Design\n", encoding="utf-8")
    assert run("import", export, "--community", "Workshop", "--roster", roster) == 0
    export.write_text(WORKSHOP.replace("Grace", "Nobody"), encoding="utf-8")
    capsys.readouterr()
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    assert "roster     2 rows, 2 members found" in capsys.readouterr().out
    assert run("discard") == 0
    assert run("accept") == 1
    export.write_text(WORKSHOP, encoding="utf-8")
    capsys.readouterr()
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    told = capsys.readouterr().out
    assert "Was there already" in told
    assert "row 2 (Nobody)" in told or "row 3 (Nobody)" in told
    assert "nothing in it that is not imported already" in told


def test_a_build_says_what_the_settings_name_in_vain(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, data = tmp_path / "posts.csv", tmp_path / "data"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop") == 0
    assert "settings" not in capsys.readouterr().out
    (data / "settings.toml").write_text(
        '[communities.Workshop]\nnoise_channels = ["feed"]\n', encoding="utf-8"
    )
    assert run("build") == 0
    assert (
        "settings   The settings of 'Workshop' name the channel 'feed' (noise)"
        in capsys.readouterr().out
    )


def test_a_preview_that_is_outdated_is_built_anew_or_gone(
    run: Run, tmp_path: Path, show: Callable[..., dict[str, Any]]
) -> None:
    export, data = tmp_path / "posts.csv", tmp_path / "data"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    (data / "settings.toml").write_text(
        '[communities.Workshop]\ntime_zone = "Asia/Tokyo"\n', encoding="utf-8"
    )
    assert run("accept") == 0
    assert Store(data).snapshot().cursor.sql("select time_zone from communities").fetchall() == [
        ("Asia/Tokyo",)
    ]
    export.write_text(WORKSHOP.replace("Grace", "Nobody"), encoding="utf-8")
    assert run("import", export, "--community", "Workshop", "--preview") == 0
    assert run("import", export, "--community", "Other") == 0
    assert run("accept") == 1


def test_two_accounts_become_one_person_and_two_again(
    run: Run,
    tmp_path: Path,
    show: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    export = tmp_path / "posts.csv"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop") == 0
    ada, grace = "spreadsheet:name:Ada", "spreadsheet:name:Grace"
    assert show("members")["value"] == 4
    assert run("alias", grace, "--same-as", ada) == 0
    assert show("members")["value"] == 3
    assert show("helps")["value"] == 1
    capsys.readouterr()
    assert run("aliases") == 0
    assert "confirmed" in capsys.readouterr().out
    assert run("alias", grace, "--undo") == 0
    assert show("members")["value"] == 4
    assert run("alias", "spreadsheet:name:Adda", "--same-as", ada) == 1
    assert (
        "There is no account called 'spreadsheet:name:Adda'. Did you mean 'spreadsheet:name:Ada'?"
        in capsys.readouterr().err
    )
    assert run("alias", ada) == 2
    assert run("alias", ada, "--same-as", ada) == 2


def test_a_long_name_in_a_list_ends_in_an_ellipsis_and_a_usual_one_is_whole() -> None:
    usual = "bugzilla-inbox/canvas_in_the_conversation.json"
    assert listed([usual, "x" * 90]) == f"{usual}, {'x' * 59}…"


def test_an_account_of_two_aliases_keeps_the_other_and_both_show_its_name(
    run: Run,
    tmp_path: Path,
    show: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    export = tmp_path / "posts.csv"
    export.write_text(WORKSHOP, encoding="utf-8")
    assert run("import", export, "--community", "Workshop") == 0
    ada, grace, edsger = (f"spreadsheet:name:{name}" for name in ("Ada", "Grace", "Edsger"))
    assert run("alias", ada, "--same-as", grace) == run("alias", ada, "--same-as", edsger) == 0
    assert show("members")["value"] == 2
    capsys.readouterr()
    assert run("aliases") == 0
    assert [line.split()[-2:] for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["Ada", "confirmed"]
    ] * 2
    assert run("alias", ada, "--same-as", grace, "--undo") == 0
    assert "are no longer said to be one person" in capsys.readouterr().out
    assert show("members")["value"] == 3
