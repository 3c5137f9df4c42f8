"""Writes what a study found as the tables of docs/statistics.md: false claims a page, and how often
intervals hold the truth.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.calibration.communities import KINDS
from benchmarks.calibration.study import LEAST_COVERED, MOST_COVERED, MOST_FALSE, Coverage, Study
from cop_metrics.metrics import EXHIBITS, METRICS
from cop_metrics.period import PRESETS
from cop_metrics.show.pagebook import PAGES

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = PROJECT / "docs" / "statistics.md"
BEGIN, END = "<!-- calibration: begin, written by `make calibrate` -->", "<!-- calibration: end -->"
COMPARED = {"change": "Change since the period before", "difference": "Difference from all others"}
PARTS = {"answer_rate": "Answered within 7 days", "answer_rate_24h": "Answered within 24 hours"}


def report(found: Study, seed: int) -> str:
    """Return the tables in Markdown; equal studies give equal text."""
    sizes = ", ".join(f"{len(found.of(kind)):,d}" for kind in found.kinds)
    parts = (
        f"Measured on {sizes} communities ({', '.join(KINDS[kind].title.lower() for kind in found.kinds)}) from seed {seed}, "
        f"by version {_version()}.",
        f"**False claims**: on how many of a hundred pages something is claimed, though nothing differs and nothing changes "
        f"(goal: at most {MOST_FALSE * 100:.0f}; bold where it is more by more than luck).",
        _table("Page", found.kinds, _false_of_pages(found)),
        "**Where they stand**, on how many of a hundred pages, and how many claims a page there. What is not listed never "
        "claimed anything.",
        _table("Page and place", found.kinds, _false_of_places(found)),
        f"**Intervals**: how many of a hundred 95 % intervals held the truth (goal: {LEAST_COVERED * 100:.0f} to "
        f"{MOST_COVERED * 100:.0f}; bold where it lies outside by more than luck), and in brackets how many were looked at.",
        _table("Number", found.kinds, _covered(found)),
    )
    return "\n\n".join(parts) + "\n"


def write(text: str, document: Path = DOCUMENT) -> None:
    """Put the tables between their marks in the document; raises `ValueError` where these are
    missing.
    """
    told = document.read_text(encoding="utf-8")
    before, begin, rest = told.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(
            f"'{document.name}' lacks the lines '{BEGIN}' and '{END}', between which the tables stand."
        )
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _version() -> str:
    return str(
        tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
            "version"
        ]
    )


def _table(first: str, kinds: Iterable[str], rows: Iterable[tuple[str, list[str]]]) -> str:
    head = [first, *(KINDS[kind].title for kind in kinds)]
    lines = [head, ["---", *("--:" for _ in head[1:])], *([name, *cells] for name, cells in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _false_of_pages(found: Study) -> Iterator[tuple[str, list[str]]]:
    seen = {kind: found.seen(kind) for kind in found.kinds}
    for page, period in dict.fromkeys(each for kind in found.kinds for each in seen[kind]):
        name = f"{PAGES[page].title}, {PRESETS[period].title.lower()}"
        pages = [seen[kind].get((page, period), []) for kind in found.kinds]
        yield name, [_share(sum(bool(each.false) for each in of), len(of)) for of in pages]
    whole = [[page for each in found.of(kind) for page in each.pages] for kind in found.kinds]
    yield "All pages", [_share(sum(bool(each.false) for each in of), len(of)) for of in whole]


def _share(pages: int, of: int) -> str:
    if not of:
        return "–"
    luck = (MOST_FALSE * (1 - MOST_FALSE) / of) ** 0.5
    told = f"{100 * pages / of:.1f}"
    return f"**{told}**" if pages / of > MOST_FALSE + 2 * luck else told


def _false_of_places(found: Study) -> Iterator[tuple[str, list[str]]]:
    places = {kind: found.places(kind) for kind in found.kinds}
    every = Counter({place: 0 for kind in found.kinds for place in places[kind]})
    for kind in found.kinds:
        every.update({place: pages for place, (pages, _) in places[kind].items()})
    for place, _ in sorted(every.items(), key=lambda each: (-each[1], each[0])):
        page, period, where = place
        cells = []
        for kind in found.kinds:
            pages, claims = places[kind].get(place, (0, 0))
            each = f", {claims / pages:.1f} each" if pages and claims > pages else ""
            cells.append(f"{100 * pages / len(found.of(kind)):.1f}{each}")
        yield f"{PAGES[page].title}, {PRESETS[period].title.lower()}: {where}", cells


def _covered(found: Study) -> Iterator[tuple[str, list[str]]]:
    coverage = {kind: found.coverage(kind) for kind in found.kinds}
    figures = sorted({figure for kind in found.kinds for figure in coverage[kind]})
    cell: Callable[[Coverage | None], str] = lambda each: _coverage(each) if each else "–"  # noqa: E731
    for figure in figures:
        yield _title(figure), [cell(coverage[kind].get(figure)) for kind in found.kinds]


def _coverage(found: Coverage) -> str:
    told = f"{100 * found.share:.1f}"
    return f"{told if found.holds else f'**{told}**'} ({found.shown:,d})"


def _title(figure: str) -> str:
    name, _, rest = figure.partition(" ")
    if name in COMPARED:
        id_, _, by = rest.removeprefix("of ").partition(" by ")
        return f"{COMPARED[name]}: {METRICS[id_].title}{'' if by == 'nothing' else f' by {by}'}"
    if name in METRICS:
        return f"{METRICS[name].title}{f' {rest}' if rest else ''}"
    return f"{EXHIBITS[name].title}{f' ({PARTS.get(rest, rest)})' if rest else ''}"
