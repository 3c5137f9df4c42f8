"""The repository keeps its own rules: boundaries between the parts, and documents that say what is true."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from slowest import SLOWEST

from cop_metrics.cli import main as cli
from cop_metrics.settings import CommunitySettings, read_settings

PROJECT = Path(__file__).resolve().parents[1]
SQL = re.compile(r"\bselect\s.+\sfrom\s|\bcreate (temp )?(table|view)\b", re.DOTALL)
PUTS_SQL_TOGETHER = (
    "cop_metrics/metrics/",
    "cop_metrics/measure/",
    "cop_metrics/build/",
    "cop_metrics/sql.py",
    "cop_metrics/values.py",
    "cop_metrics/access/small_groups.py",
)
LAYERS = {
    "what everybody needs, and needs nobody": "disk errors limits reasons sql statistics tables units values",
    "words, days and rows know nothing of a community": "period tabular words",
    "exports, people and the SQL of marts know nothing of one another": "marts people sources",
    "numbers are declared before there is any store": "metrics",
    "what a leader decides is decided about numbers": "settings",
    "the lake keeps what sources read": "lake",
    "a store is versions of one file, whatever is in it": "store",
    "what may be seen is known before anything is measured": "access",
    "what is measured does not know how the store was made": "measure",
    "a build never runs what pages show": "build",
    "what is shown was measured, on whatever page or in whatever file": "show",
    "samples are made, not measured": "samples",
    "the command line knows all, and nobody knows it": "cli",
}
"""The parts of the package, lowest first: a part needs those above it here, never one beside or below it."""
MAY_NEED_EACH_OTHER = (
    "what everybody needs, and needs nobody",
    "words, days and rows know nothing of a community",
)
SHOWS_ONLY = (
    "pages/",
    "dashboard.py",
    "cop_metrics/show/charts/",
    "cop_metrics/show/reports/",
    "cop_metrics/cli/",
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(" + "|".join(("work", "home", "root", "Users")) + r")/\w")


@cache
def tracked(*ends: str) -> list[Path]:
    """Return the files that belong to the repository, by how their names end; skip where git cannot tell."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this copy is no git repository")
    found = [
        PROJECT / name
        for name in listed.stdout.split("\0")
        if name.endswith(ends or ("",)) and name
    ]
    return [path for path in found if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules(*places: str) -> list[tuple[str, ast.Module]]:
    return [
        (name_of(path), parsed(path)) for path in tracked(".py") if name_of(path).startswith(places)
    ]


def test_nothing_stands_by_itself_in_the_script_that_streamlit_runs() -> None:
    """Streamlit shows a text or a value that stands by itself, as if it were part of every page."""
    ((_, script),) = modules("dashboard.py")
    first, *rest = script.body
    assert ast.get_docstring(script)
    assert isinstance(first, ast.Expr)
    assert not [each.lineno for each in rest if _is_shown(each)]


def _is_shown(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call)


def imported(tree: ast.Module) -> set[str]:
    """Return the top names of all packages that a module imports, wherever in it."""
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    return {name.split(".")[0] for name in names}


def needed_at_import(name: str, tree: ast.Module, known: frozenset[str]) -> set[str]:
    """Return which of our own modules a module needs while it is imported: not those that a function imports later."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                each if (each := f"{node.module}.{alias.name}") in known else node.module
                for alias in node.names
            }
    found |= {str(above) for each in found for above in packages_of(each)} - {*packages_of(name)}
    return (found & known) - {name}


def packages_of(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def docstrings(tree: ast.Module) -> set[int]:
    """Return which constants are docstrings: words about SQL are no SQL."""
    bodies = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    firsts = [body[0] for body in bodies if body and isinstance(body[0], ast.Expr)]
    return {id(first.value) for first in firsts}


def sql_strings(tree: ast.Module) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield strings that are SQL; of a string put together, the whole with `?` where values go."""
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        ):
            text = node.value
        else:
            continue
        if SQL.search(text):
            yield node


def calls(tree: ast.Module) -> list[str]:
    """Return the names of the methods that a module calls."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [each.attr for each in called if isinstance(each, ast.Attribute)]


def test_core_never_imports_streamlit() -> None:
    assert [name for name, tree in modules("cop_metrics/") if "streamlit" in imported(tree)] == []


def test_no_module_needs_itself_so_that_each_can_be_imported_first() -> None:
    trees = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): tree
        for name, tree in modules("cop_metrics/")
    }
    needs = {name: needed_at_import(name, tree, frozenset(trees)) for name, tree in trees.items()}
    TopologicalSorter(needs).prepare()


@cache
def parts_needed() -> dict[str, set[str]]:
    """Return by part of the package, a folder or a module of its own, the others that it needs, now or later."""
    needed: dict[str, set[str]] = {}
    for name, tree in modules("cop_metrics/"):
        part = name.split("/")[1].removesuffix(".py")
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "cop_metrics":
                needed.setdefault(part, set()).update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "cop_metrics."
            ):
                needed.setdefault(part, set()).add(str(node.module).split(".")[1])
    return {part: others - {part} for part, others in needed.items() if not part.startswith("__")}


@pytest.mark.parametrize("rule", LAYERS)
def test_a_part_needs_only_parts_above_it(rule: str) -> None:
    rules = list(LAYERS)
    known = {part for each in rules[: rules.index(rule)] for part in LAYERS[each].split()}
    beside = {*LAYERS[rule].split()} if rule in MAY_NEED_EACH_OTHER else set()
    needed = parts_needed()
    assert {part: needed.get(part, set()) - known - beside for part in LAYERS[rule].split()} == {
        part: set() for part in LAYERS[rule].split()
    }


def test_every_part_has_its_layer() -> None:
    packaged = {
        path.relative_to(PROJECT / "cop_metrics").parts[0]
        for path in tracked(".py")
        if "cop_metrics/" in name_of(path)
    }
    layered = [part for parts in LAYERS.values() for part in parts.split()]
    assert sorted(layered) == sorted(
        {part.removesuffix(".py") for part in packaged} - {"__init__", "__main__"}
    )


ARCHITECTURE = PROJECT / "docs" / "architecture.md"


def test_the_architecture_names_the_parts_in_their_layers() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    told = [(rule, " ".join(re.findall(r"`(\w+)`", parts))) for parts, rule in rows]
    assert told == list(LAYERS.items())


def test_each_step_of_a_way_is_joined_to_one_before_it() -> None:
    """A module that a step names needs one of an earlier step, or is needed by it, whatever lies between them."""
    ways = ARCHITECTURE.read_text(encoding="utf-8").split("## The way of ")[1:]
    assert len(ways) == 3
    needs = reached(imports_of(*modules("cop_metrics/", "pages/", "dashboard.py")))
    for way in ways:
        steps = [
            re.findall(r"`([\w/]+\.py)`", line)
            for line in re.findall(r"^\d+\. .*", way, re.MULTILINE)
        ]
        for place, step in enumerate(steps[1:], 1):
            before = {name for earlier in steps[:place] for name in earlier}
            for name in step:
                assert (PROJECT / name).is_file(), name
                assert before & needs[name] or any(name in needs[each] for each in before), name


def imports_of(*trees: tuple[str, ast.Module]) -> dict[str, set[str]]:
    """Return by file the files that it imports, now or later."""
    names = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name
        for name, _ in trees
    }
    needs: dict[str, set[str]] = {}
    for name, tree in trees:
        froms = [
            node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
        ]
        found = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
        found |= {str(node.module) for node in froms}
        needs[name] = {names[each] for each in found if each in names}
    return needs


def reached(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return by file all that it needs, itself or through others."""
    found: dict[str, set[str]] = {}
    for name in needs:
        waiting, seen = [name], set[str]()
        while waiting:
            for each in needs.get(waiting.pop(), set()) - seen:
                seen.add(each)
                waiting.append(each)
        found[name] = seen
    return found


def test_what_only_shows_holds_no_sql_and_opens_no_store() -> None:
    for name, tree in modules(*SHOWS_ONLY):
        assert list(sql_strings(tree)) == [], name
        assert [call for call in calls(tree) if call in ("connect", "execute")] == [], name


def test_sql_is_found_where_it_is() -> None:
    found = {name for name, tree in modules("cop_metrics/") if any(sql_strings(tree))}
    assert {
        "cop_metrics/measure/measurer.py",
        "cop_metrics/show/summary.py",
        "cop_metrics/metrics/help.py",
    } <= found


def test_sql_is_put_together_in_few_places() -> None:
    elsewhere = [
        f"{name}:{node.lineno}"
        for name, tree in modules("cop_metrics/")
        if not name.startswith(PUTS_SQL_TOGETHER)
        for node in sql_strings(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    assert elsewhere == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    text_files = tracked(
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".sql",
        ".css",
        ".js",
        ".html",
        "Makefile",
        "run",
        ".gitignore",
    )
    for path in text_files:
        found = MACHINE_PATHS.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{name_of(path)}: {found}"


def test_what_the_program_imports_is_named_as_needed() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["spark"]]
    named = {re.match(r"[\w-]+", each)[0].replace("-", "_") for each in wanted}
    used = set().union(
        *(imported(tree) for _, tree in modules("cop_metrics/", "pages/", "dashboard.py"))
    )
    used -= sys.stdlib_module_names | {"cop_metrics", "pages", "dashboard", "steps"}
    assert used <= named | {"py4j"}, "py4j is a part of pyspark"
    assert named <= used | {"tzdata"}, "it is found by name, when a zone is wanted"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_address(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    packages = re.findall(r"^([a-z0-9][\w.\[\]-]*)(.*?)$", text, re.MULTILINE)
    assert packages
    assert [package for package, rest in packages if not re.match(r"==[\w.!+]+ .*\\$", rest)] == []


def test_generated_data_is_not_in_the_repository() -> None:
    names = [name_of(path) for path in tracked()]
    assert [
        name
        for name in names
        if re.search(r"\.duckdb|^data/(?!samples/)|\.parquet$|__pycache__", name)
    ] == []


def targets() -> set[str]:
    return set(
        re.findall(
            r"^([a-z][a-z-]*):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
    )


def test_every_make_target_is_phony_and_explained() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    assert targets() == set(phony.split()) == explained


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_documents_name_make_targets_that_exist(name: str) -> None:
    named = re.findall(
        r"(?m)(?:^|`|=1 )make ([a-z-]+)", (PROJECT / name).read_text(encoding="utf-8")
    )
    assert named
    assert set(named) <= targets()


def test_the_slowest_tests_are_files_that_there_are() -> None:
    assert not {f"test_{name}.py" for name in SLOWEST} - {path.name for path in tracked(".py")}


def test_readme_sets_up_in_two_commands() -> None:
    first_block = (PROJECT / "README.md").read_text(encoding="utf-8").split("```")[1]
    assert first_block.split("\n") == ["", "make run", "make test", ""]


def test_readme_tells_of_each_command_and_option() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z]+)", readme, re.MULTILINE) == [
        command.name for command in cli.COMMANDS
    ]
    for command in cli.COMMANDS:
        for argument in command.arguments:
            assert (
                not argument.name.startswith("--")
                or f"`{argument.name}" in readme
                or f"[{argument.name}" in readme
            )


def test_settings_are_documented_with_their_defaults(tmp_path: Path) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `(.*?)` \| \S",
        (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert [name for name, _ in rows] == [each.name for each in fields(CommunitySettings)]
    written = "\n".join(f"{name} = {default}" for name, default in rows)
    (tmp_path / "settings.toml").write_text(written, encoding="utf-8")
    assert read_settings(tmp_path).default == CommunitySettings()


def test_links_between_documents_lead_somewhere() -> None:
    for path in tracked(".md"):
        for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            assert "://" in link or (path.parent / link).exists(), f"{name_of(path)}: {link}"


def test_decisions_are_numbered_without_gaps() -> None:
    records = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [
        f"{number:04d}" for number in range(1, len(records) + 1)
    ]
    for record in records:
        assert record.read_text(encoding="utf-8").startswith(f"# {int(record.name[:4])}. ")
