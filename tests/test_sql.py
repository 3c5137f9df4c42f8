"""SQL in files: what is put in its places, and that each file says what one row is."""

import ast
import re
from pathlib import Path

import pytest

import cop_metrics
from cop_metrics import limits
from cop_metrics.metrics import EXHIBITS, relation
from cop_metrics.metrics.metric import EXHIBITS_SQL
from cop_metrics.metrics.relation import RELATIONS
from cop_metrics.sql import read_sql

PACKAGE = Path(cop_metrics.__file__).parent
FILES = sorted(PACKAGE.rglob("*.sql"))
MODULES = sorted((PACKAGE / "metrics").glob("*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def written(folder: Path, sql: str) -> Path:
    path = folder / "of.sql"
    path.write_text(sql, encoding="utf-8")
    return path


def test_limits_and_conditions_are_put_in_and_other_places_left(tmp_path: Path) -> None:
    sql = "-- One row a day,\n-- or two.\nselect {date_of(least(a, b))} from {people}\nwhere a < {AWAY_DAYS}"
    assert read_sql(written(tmp_path, sql)) == (
        "select date '1970-01-01' + cast(least(a, b) as int) from {people}\n"
        f"where a < {limits.AWAY_DAYS}"
    )


def test_another_file_beside_it_is_put_in(tmp_path: Path) -> None:
    (tmp_path / "days.sql").write_text("-- One row a day.\nselect {AWAY_DAYS} as day\n")
    sql = read_sql(written(tmp_path, "select * from ({days.sql})"))
    assert sql == f"select * from (select {limits.AWAY_DAYS} as day)"


def test_a_group_is_held_from_its_first_day_to_the_day_before_the_next(tmp_path: Path) -> None:
    sql = read_sql(written(tmp_path, "on {held_at(askers, questions.asker, questions.day)}"))
    assert sql == (
        "on askers.community = questions.community and askers.member = questions.asker "
        "and questions.day >= askers.from_day and questions.day < askers.to_day"
    )


@each_file
def test_a_file_of_sql_says_first_what_one_row_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- One row per ")


@each_file
def test_a_file_of_sql_has_short_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 100] == []


def test_every_file_of_a_relation_and_of_an_exhibit_is_read() -> None:
    parts = {"people_of_days", "people_of_months"}
    assert {path.stem for path in relation.FOLDER.glob("*.sql")} - parts <= set(RELATIONS)
    assert {path.stem for path in EXHIBITS_SQL.glob("*.sql")} <= {*EXHIBITS, "balance"}


@pytest.mark.parametrize("module", MODULES, ids=[path.stem for path in MODULES])
def test_long_sql_of_exhibits_stands_in_files(module: Path) -> None:
    long = [
        node.lineno
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        and node.end_lineno - node.lineno > 15
        and re.search(r"select\s", ast.unparse(node))
    ]
    assert long == []


@pytest.mark.parametrize("name", [name for name in vars(limits) if name.isupper()])
def test_every_limit_is_read(name: str) -> None:
    readers = {*PACKAGE.rglob("*.py"), *FILES} - {PACKAGE / "limits.py"}
    assert any(re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")) for path in readers)
