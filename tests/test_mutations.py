"""What is changed to see whether tests notice, and what is not: signs of Python and SQL, but no word and no comment."""

import mutations
import pytest

PYTHON = '''"""Says 1 < 2."""


def of(rows, most):
    """Count rows where 1 < 2."""
    sync(rows)
    return 1 if rows <= most else ask("select a from b where c < 3 and d = 'x < 1'")
'''
SQL = """-- One row a < b.
select community, min(day) as day from acts
where day between 3 and 4 and kind = '1 < 2' and name is not null
qualify row_number() over (partition by community, post order by day desc) = 1
"""


def changes(path: str, text: str) -> set[tuple[str, str]]:
    found = [each for each in mutations.mutations(path, text) if mutations.is_one(each, text)]
    return {(text[each.start : each.end], each.by) for each in found}


def test_python_is_changed_by_signs_numbers_calls_and_the_sql_in_it() -> None:
    assert changes("cop_metrics/of.py", PYTHON) == {
        ("sync(rows)", "pass"),
        ("1", "(1 + 1)"),
        ("<=", "<"),
        ("<", "<="),
        ("3", "4"),
        ("and", "or"),
        ("=", "<>"),
    }


def test_sql_is_changed_but_for_comments_quoted_words_and_the_and_of_between() -> None:
    found = list(mutations.mutations("cop_metrics/marts/of.sql", SQL))
    assert {(SQL[each.start : each.end], each.by) for each in found} == {
        ("min(", "max("),
        ("3", "4"),
        ("4", "5"),
        ("and", "or"),
        ("=", "<>"),
        ("is not null", "is null"),
        ("community, post", "community"),
        (" desc", ""),
        ("1", "2"),
    }
    assert sum(each.by == "or" for each in found) == 2


def test_a_change_says_where_it_is_and_what_it_makes_of_the_line() -> None:
    text = "a = 1\nb = a < 2\n"
    [found] = [each for each in mutations.mutations("cop_metrics/of.py", text) if each.by == "<="]
    assert (found.line, found.before, found.after) == (2, "b = a < 2", "b = a <= 2")
    assert mutations.changed(text, found) == "a = 1\nb = a <= 2\n"


def test_the_same_seed_draws_the_same_changes_and_another_others() -> None:
    drawn = mutations.drawn(20, 1)
    assert drawn == mutations.drawn(20, 1) != mutations.drawn(20, 2)
    assert len(set(drawn)) == 20


@pytest.mark.parametrize("named", mutations.TESTS)
def test_each_module_has_changes_and_the_tests_that_must_notice_are_there(named: str) -> None:
    files = [mutations.PROJECT / "tests" / f"{test}.py" for test in mutations.TESTS[named]]
    assert all(file.is_file() for file in files)
    assert mutations.drawn(1, 1, named)


def test_what_is_said_to_be_equal_is_a_change_that_there_is() -> None:
    for (file, before, after), why in mutations.known_equal().items():
        text = (mutations.PROJECT / file).read_text(encoding="utf-8")
        assert (before, after) in {
            (each.before, each.after) for each in mutations.mutations(file, text)
        }, (
            file,
            before,
        )
        assert why.strip()
