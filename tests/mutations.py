"""Changes one sign of the code at a time and says which changes no test notices: `make mutations`.

Python is changed token by token, SQL (in the marts, and in strings) by patterns. What is changed is drawn with a fixed
seed; each change is tried in a copy of the project, with the tests of its module. To add an operator: an entry of
`TOKENS` or `PATTERNS`. A change that cannot be noticed is named in `mutations_equal.toml`, with the reason.
"""

import argparse
import ast
import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

PROJECT = Path(__file__).resolve().parents[1]
EQUAL = Path(__file__).with_name("mutations_equal.toml")
SEED = 1
TIMES_AS_LONG = 6
"""How many times as long as unchanged the tests may take; an endless loop is noticed, too."""
MEMORY = 8 * 2**30
"""How much memory, in bytes, the tests of a change may ask for: a join without its condition takes all there is."""

QUICK = ("-m", "not slow and not browser and not spark", "-k", "not any_history")
"""Which tests are asked; those of any history take as long as all others of their files together."""

METRICS = (
    "test_metrics_help",
    "test_metrics_participation",
    "test_metrics_status",
    "test_metrics_inspiration",
    "test_metrics_newcomers",
    "test_metrics_connections",
)
TESTS: dict[str, tuple[str, ...]] = {
    "cop_metrics/measure/": (
        "test_measure",
        "test_recorded_figures",
        "test_silences",
        "test_changes",
        "test_view",
        "test_found_questions",
        "test_scope",
        "test_small_groups",
        "test_noise",
        *METRICS,
        "test_registries",
    ),
    "cop_metrics/metrics/aggregates.py": (
        "test_recorded_figures",
        "test_measure",
        "test_changes",
        "test_noise",
        *METRICS,
        "test_registries",
    ),
    "cop_metrics/metrics/comparing.py": ("test_changes", "test_view"),
    "cop_metrics/access/sight.py": (
        "test_measure",
        "test_record",
        "test_silences",
        "test_recorded_figures",
        "test_metrics_status",
        "test_metrics_inspiration",
        "test_view",
        "test_two_worlds",
        "test_registries",
    ),
    "cop_metrics/access/small_groups.py": ("test_small_groups", "test_two_worlds"),
    "cop_metrics/statistics/": (
        "test_statistics",
        "test_statistics_properties",
        "test_changes",
        "test_noise",
    ),
    "cop_metrics/lake/lake.py": (
        "test_lake",
        "test_equal_stores",
        "test_kills",
        "test_behind",
        "test_bad_machine",
    ),
    "cop_metrics/metrics/relations/": (
        "test_recorded_figures",
        *METRICS,
        "test_record",
        "test_small_groups",
        "test_measure",
        "test_registries",
    ),
    "cop_metrics/metrics/exhibits/": ("test_recorded_figures", *METRICS, "test_registries"),
    "cop_metrics/limits.py": ("test_recorded_figures", *METRICS, "test_levels", "test_silences"),
    "cop_metrics/sql.py": ("test_sql", "test_recorded_figures"),
    "cop_metrics/marts/": (
        "test_recorded_figures",
        "test_points",
        "test_found_questions",
        "test_identity",
        *METRICS,
        "test_levels",
        "test_silences",
        "test_noise",
        "test_two_sources",
        "test_equal_stores",
    ),
}
"""By module, or folder of modules: the files of tests that must notice, the likeliest first."""

TOKENS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "//": "/",
    "and": "or",
    "or": "and",
    "not": "",
    "is": "is not",
    "in": "not in",
    "True": "False",
    "False": "True",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
}
PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        (r"<=", "<"),
        (r"(?<![<>])<(?![=>])", "<="),
        (r">=", ">"),
        (r"(?<![<>=-])>(?!=)", ">="),
        (r"(?<![<>=!:])=(?![=>])", "<>"),
        (r"<>", "="),
        (r"(?<!\w)\+(?!\w*\()", "-"),
        (r"(?<= )-(?= )", "+"),
        (r"\bor\b", "and"),
        (r"\bmin\(", "max("),
        (r"\bmax\(", "min("),
        (r"\bleast\(", "greatest("),
        (r"\bgreatest\(", "least("),
        (r"\bleft join\b", "join"),
        (r"\bis null\b", "is not null"),
        (r"\bis not null\b", "is null"),
        (r"\bdistinct ", ""),
        (r" desc\b", ""),
        (r"(?<!is )\bnot (?!null)", ""),
        (r"\banti join\b", "semi join"),
        (r"\bsemi join\b", "anti join"),
        (r"\btrue\b", "false"),
        (r"\bfalse\b", "true"),
        (r"(?<=partition by )(\w[\w.]*(?:, \w[\w.]*)*), \w[\w.]*", r"\1"),
    )
)
CONJUNCTION = re.compile(r"\band\b", re.IGNORECASE)
BETWEEN = re.compile(r"\bbetween\b(?:(?!\band\b).)*$", re.IGNORECASE | re.DOTALL)
NUMBER = re.compile(r"(?<![\w.$'])\d+(?![\w.'])")
IS_SQL = re.compile(
    r"\b(select|where|filter|case when|group by|order by|partition by|coalesce|count|sum)\b[ (]"
)
NOT_SQL = re.compile(r"--[^\n]*|'[^']*'|\{[^{}]*\}")
BEGINNINGS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
"""What comes before a docstring, which is no SQL."""


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One change: of the signs from `start` to `end` of a file to `by`."""

    path: str
    start: int
    end: int
    by: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n    - {self.before}\n    + {self.after}"


def mutations(path: str, text: str) -> Iterator[Mutation]:
    """Yield every change of a file, also those that `is_one` refuses."""
    for start, end, by in in_sql(text, 0) if path.endswith(".sql") else in_python(text):
        yield _mutation(path, text, start, end, by)


def is_one(mutation: Mutation, text: str) -> bool:
    """Say whether what comes of it is Python of another meaning, or SQL."""
    if mutation.path.endswith(".sql"):
        return True
    if mutation.before.startswith("@dataclass"):
        return False
    try:
        return ast.dump(ast.parse(changed(text, mutation))) != ast.dump(ast.parse(text))
    except SyntaxError:
        return False


def changed(text: str, mutation: Mutation) -> str:
    """Return the text of a file with the change made."""
    return text[: mutation.start] + mutation.by + text[mutation.end :]


def in_sql(text: str, offset: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, by) of each change of SQL; comments, quoted words and places to be filled stay as they are."""
    plain = NOT_SQL.sub(lambda found: "¤" * len(found[0]), text)
    for pattern, by in PATTERNS:
        for found in pattern.finditer(plain):
            if "¤" not in found[0]:
                yield offset + found.start(), offset + found.end(), found.expand(by)
    for found in CONJUNCTION.finditer(plain):
        if not BETWEEN.search(plain[: found.start()]):
            yield offset + found.start(), offset + found.end(), "or"
    for found in NUMBER.finditer(plain):
        yield offset + found.start(), offset + found.end(), str(int(found[0]) + 1)


def in_python(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, by) of each change of a token, of SQL in a string, and of a call made for its effect."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.string in TOKENS:
            yield start, end, TOKENS[token.string]
        elif token.type == tokenize.NUMBER:
            yield start, end, f"({token.string} + 1)"
        elif (
            token.type == tokenize.STRING
            and before not in BEGINNINGS
            and IS_SQL.search(token.string)
        ):
            yield from in_sql(token.string, start)
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and node.end_lineno
            and node.end_col_offset
        ):
            yield (
                starts[node.lineno - 1] + node.col_offset,
                starts[node.end_lineno - 1] + node.end_col_offset,
                "pass",
            )


def _mutation(path: str, text: str, start: int, end: int, by: str) -> Mutation:
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    after = text[first:start] + by + text[end:last]
    return Mutation(
        path=path,
        start=start,
        end=end,
        by=by,
        line=text.count("\n", 0, start) + 1,
        before=text[first:last].strip(),
        after=after.strip(),
    )


def drawn(number: int, seed: int, only: str = "") -> list[Mutation]:
    """Draw changes of all modules named in `TESTS`, without those that are known to be equal."""
    equal = known_equal()
    texts = {
        path: (PROJECT / path).read_text(encoding="utf-8")
        for named in TESTS
        if only in named
        for path in _files(named)
    }
    found = [each for path, text in texts.items() for each in mutations(path, text)]
    random.Random(seed).shuffle(found)
    told = (each for each in found if (each.path, each.before, each.after) not in equal)
    return list(islice((each for each in told if is_one(each, texts[each.path])), number))


def known_equal() -> dict[tuple[str, str, str], str]:
    """Return the changes that nothing could notice, as (file, line before, line after), each with the reason."""
    if not EQUAL.exists():
        return {}
    listed = tomllib.loads(EQUAL.read_text(encoding="utf-8")).get("equal", [])
    return {(each["file"], each["before"], each["after"]): each["why"] for each in listed}


def _files(named: str) -> list[str]:
    if not named.endswith("/"):
        return [named]
    found = [path for end in ("py", "sql") for path in (PROJECT / named).glob(f"*.{end}")]
    return sorted(str(path.relative_to(PROJECT)) for path in found if path.stem != "__init__")


def tests_of(path: str) -> tuple[str, ...]:
    """Return the files of tests that must notice a change of a file."""
    return next(tests for named, tests in TESTS.items() if path.startswith(named))


def copy_of_the_project(folder: Path) -> Path:
    """Copy what git knows of the project into a new folder, beside a link to the real exports where they are here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    project = folder / "project"
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, project / name)
    if (PROJECT.parent / "shared").is_dir():
        (folder / "shared").symlink_to(PROJECT.parent / "shared")
    return project


def passes(project: Path, tests: tuple[str, ...], seconds: float | None = None) -> bool:
    """Say whether the tests pass, in time; those that need a browser, Java or much time are left out."""
    asked = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *QUICK]
    asked += [f"tests/{name}.py" for name in tests]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        asked, cwd=project, start_new_session=True, preexec_fn=_in_bounds, **quiet
    )
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


def _in_bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def is_noticed(project: Path, mutation: Mutation, seconds: float) -> bool:
    """Make a change in a copy of the project, run its tests, and take the change back."""
    file = project / mutation.path
    text = file.read_text(encoding="utf-8")
    shutil.rmtree(file.parent / "__pycache__", ignore_errors=True)
    try:
        file.write_text(changed(text, mutation), encoding="utf-8")
        return not passes(project, tests_of(mutation.path), seconds)
    finally:
        file.write_text(text, encoding="utf-8")


def main() -> int:
    """Try the changes that are asked for; returns 1 where fewer than nine of ten are noticed."""
    parser = argparse.ArgumentParser(
        description="Change the code, one sign at a time, and see which tests notice."
    )
    parser.add_argument("--number", type=int, default=200, help="how many changes are drawn (200)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="only modules whose name holds this")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--seconds",
        type=float,
        help="how long the tests of a change may take; measured if not given",
    )
    parser.add_argument("--list", action="store_true", help="only name what would be tried")
    asked = parser.parse_args()
    tried = drawn(asked.number, asked.seed, asked.only)
    if asked.list:
        print(*tried, sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(asked.workers):
            copies.put(copy_of_the_project(Path(folder) / str(number)))
        limits = {} if asked.seconds else _limits(copies, tried)
        with ThreadPoolExecutor(asked.workers) as pool:
            longest = [asked.seconds or limits[tests_of(each.path)] for each in tried]
            noticed = list(
                pool.map(lambda each, seconds: _tried(copies, each, seconds), tried, longest)
            )
    return _told(tried, noticed)


def _limits(copies: "SimpleQueue[Path]", tried: list[Mutation]) -> dict[tuple[str, ...], float]:
    """Return for how long each group of tests may run, from how long it takes unchanged; they must pass then."""
    project, limits = copies.get(), {}
    for tests in dict.fromkeys(tests_of(each.path) for each in tried):
        began = time.monotonic()
        if not passes(project, tests):
            raise SystemExit(f"The tests fail as they are: {', '.join(tests)}. Mend them first.")
        limits[tests] = TIMES_AS_LONG * (time.monotonic() - began)
        print(
            f"{time.monotonic() - began:.0f} s unchanged: {', '.join(tests)}",
            file=sys.stderr,
            flush=True,
        )
    copies.put(project)
    return limits


def _tried(copies: "SimpleQueue[Path]", mutation: Mutation, seconds: float) -> bool:
    project = copies.get()
    try:
        noticed = is_noticed(project, mutation, seconds)
    finally:
        copies.put(project)
    print(f"{'noticed' if noticed else 'LIVES'}  {mutation}", file=sys.stderr, flush=True)
    return noticed


def _told(tried: list[Mutation], noticed: list[bool]) -> int:
    of = {
        each.path: next(named for named in TESTS if each.path.startswith(named)) for each in tried
    }
    all_, seen = Counter(of[each.path] for each in tried), Counter()
    seen.update(of[each.path] for each, was in zip(tried, noticed, strict=True) if was)
    for named, number in sorted(all_.items()):
        print(f"{named:32} {seen[named]:4} of {number:4} noticed")
    print(
        f"{'all':32} {sum(noticed):4} of {len(tried):4} noticed, {sum(noticed) / max(len(tried), 1):.0%}"
    )
    for each, was in zip(tried, noticed, strict=True):
        if not was:
            print(each)
    return int(sum(noticed) < 0.9 * len(tried))


if __name__ == "__main__":
    sys.exit(main())
