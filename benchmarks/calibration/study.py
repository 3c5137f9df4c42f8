"""Makes null communities, builds their store as an import does, reads every page of each, and sums
up what was read.

`read_communities` is one process's work, `study` all of it, `Study` what came of it.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.calibration.communities import KINDS, UNTIL, Kind, Tables, community, truths
from benchmarks.calibration.reading import Sentence, Shown, advice, intervals, sentences
from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.access.scope import Scope, parse_scope
from cop_metrics.build.intake import rebuild
from cop_metrics.lake.lake import Lake
from cop_metrics.measure.changes import Scan, scan
from cop_metrics.measure.measurer import Measurer
from cop_metrics.people.roster import read_roster
from cop_metrics.period import DEFAULT
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.view import Viewer
from cop_metrics.sources import source_of
from cop_metrics.sources.export import open_export
from cop_metrics.store import Store, writer_lock

SEED = 20_240_101
IN_ONE_STORE = 10
PROCESSES = 2
QUARTER = "last-90-days"
SETTINGS = "individual_scores = true\n"
MOST_FALSE = 0.05
LEAST_COVERED, MOST_COVERED = 0.93, 0.97


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One page of one community: every sentence and piece of advice on it."""

    page: str
    period: str
    sentences: tuple[Sentence, ...]

    @property
    def false(self) -> tuple[Sentence, ...]:
        """Return what claims something: in a null community nothing that does is true."""
        return tuple(each for each in self.sentences if each.claims)


@dataclass(frozen=True, kw_only=True)
class Read:
    """All pages of one community, and every interval on them, each once."""

    kind: str
    number: int
    pages: tuple[Seen, ...]
    shown: tuple[Shown, ...]


def built(data: Path, communities: Mapping[str, Tables]) -> Viewer:
    """Import each community as a folder of CSV with its roster, build one store of all, and return
    what reads its pages.
    """
    data.mkdir(parents=True)
    (data / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    lake = Lake(data)
    for name, tables in communities.items():
        folder = data.parent / f"{data.name}-tables" / name
        roster = tables.write(folder)
        with writer_lock(data), open_export(folder) as export:
            source = source_of(export, "spreadsheet")
            lake.write(
                community=name, source_name=source.id, source=source, export=export, now=UNTIL
            )
            rows = read_roster(roster).rows
            lake.write_roster(
                community=name, rows=rows, file_name=roster.name, now=UNTIL, skipped={}
            )
    rebuild(data)
    snapshot = Store(data).snapshot()
    return Viewer(
        version=snapshot.version, cursor=snapshot.cursor, catalogue=read_catalogue(snapshot.cursor)
    )


def read_communities(kind: Kind, seed: int, numbers: Sequence[int]) -> list[Read]:
    """Make these communities of a kind, build one store of them, and read all their pages."""
    names = {number: f"{kind.id} {number}" for number in numbers}
    with tempfile.TemporaryDirectory() as folder:
        told = {name: community(kind, seed, number) for number, name in names.items()}
        viewer = built(Path(folder) / "data", told)
        return [read(viewer, name, kind, number) for number, name in names.items()]


def read(viewer: Viewer, name: str, kind: Kind, number: int) -> Read:
    """Read every page as it opens, and the overview of the last 90 days; a season is compared with
    the year before.
    """
    quarter = {"period": (QUARTER,), **({"compare": ("year",)} if kind.seasons else {})}
    pages: list[Seen] = []
    shown: dict[tuple[str, str], Shown] = {}
    for chosen, ids in (({"period": (DEFAULT,)}, tuple(PAGES)), (quarter, ("overview",))):
        scope = parse_scope({"community": (name,), **chosen}, viewer.catalogue)
        measurer = Measurer(cursor=viewer.cursor, choices=viewer.catalogue[name])
        scans: list[Scan] = []
        for id_ in ids:
            view = viewer.page(PAGES[id_], scope, lambda *asked: _once(scans, *asked), measurer)  # noqa: B023
            pages.append(
                Seen(
                    page=id_,
                    period=chosen["period"][0],
                    sentences=(*sentences(view), *advice(view)),
                )
            )
            if chosen["period"][0] == DEFAULT:
                shown |= {(each.figure, each.key): each for each in intervals(view)}
    return Read(kind=kind.id, number=number, pages=tuple(pages), shown=tuple(shown.values()))


def _once(scans: list[Scan], measurer: Measurer, scope: Scope) -> Scan:
    """Return what all pages share, found once."""
    if not scans:
        scans.append(scan(measurer, scope))
    return scans[0]


def study(
    communities: int, *, seed: int = SEED, kinds: Sequence[str] = tuple(KINDS)
) -> Iterator[list[Read]]:
    """Yield what was read of so many communities of each kind, store by store, as they are done."""
    parts = [
        (KINDS[kind], seed, range(first, min(first + IN_ONE_STORE, communities)))
        for first in range(0, communities, IN_ONE_STORE)
        for kind in kinds
    ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from (
            done.result()
            for done in as_completed([pool.submit(read_communities, *part) for part in parts])
        )


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often the intervals of one figure held the truth: `share` of `shown`, and how far luck
    moves that.
    """

    share: float
    shown: int
    luck: float

    @property
    def holds(self) -> bool:
        """Say whether the share may lie within the goal: twice the luck is allowed for."""
        return LEAST_COVERED - 2 * self.luck <= self.share <= MOST_COVERED + 2 * self.luck


@dataclass(frozen=True)
class Study:
    """What was read of all communities."""

    communities: tuple[Read, ...]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if any(each.kind == kind for each in self.communities))

    def of(self, kind: str) -> tuple[Read, ...]:
        """Return the communities of one kind."""
        return tuple(each for each in self.communities if each.kind == kind)

    def seen(self, kind: str) -> dict[tuple[str, str], list[Seen]]:
        """Return what was seen of each page and period of the communities of a kind."""
        found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        for each in self.of(kind):
            for page in each.pages:
                found[page.page, page.period].append(page)
        return found

    def places(self, kind: str) -> dict[tuple[str, str, str], tuple[int, int]]:
        """Return, by page, period and place, on how many pages something false stands, and how many
        false claims in all.
        """
        pages: Counter[tuple[str, str, str]] = Counter()
        claims: Counter[tuple[str, str, str]] = Counter()
        for each in self.of(kind):
            for page in each.pages:
                told = Counter((page.page, page.period, one.place) for one in page.false)
                claims += told
                pages += Counter(told.keys())
        return {place: (pages[place], claims[place]) for place in claims}

    def coverage(self, kind: str) -> dict[str, Coverage]:
        """Return, by figure, how often its intervals held the truth; what a single community shows
        has none to hold.
        """
        hits: dict[str, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
        for each in self._cells(kind):
            for (number, one), truth in zip(
                each, truths_of(KINDS[kind], [one for _, one in each]), strict=True
            ):
                if truth is not None:
                    hits[one.figure][number].append(one.low <= truth <= one.high)
        return {figure: _covered(list(of.values())) for figure, of in sorted(hits.items())}

    def _cells(self, kind: str) -> Iterator[list[tuple[int, Shown]]]:
        """Yield what communities of the same luck show of the same number, each with the
        community's own number.
        """
        cells: dict[tuple[int, str, str], list[tuple[int, Shown]]] = defaultdict(list)
        for each in self.of(kind):
            world = KINDS[kind].world(each.number)
            for one in each.shown:
                cells[world, one.figure, one.key].append((each.number, one))
        yield from cells.values()


def truths_of(kind: Kind, shown: Sequence[Shown]) -> list[float | None]:
    """Return the truth that each of these intervals of one number should hold, None where it is not
    known.

    Where neither the interval nor the parameters tell it, it is the number of all communities
    together. That moves by luck too, so each community's own number gets just the weight with which
    its distance from that is as wide as from the truth: of n communities of one size 1 - sqrt(1 - 1
    / n).
    """
    known = truths(kind).get(shown[0].figure.removeprefix("gaps ").split(" ")[0], shown[0].truth)
    if known is not None:
        return [known] * len(shown)
    values = np.array([each.value for each in shown])
    weights = np.array([1.0 if each.weight is None else float(each.weight) for each in shown])
    if len(shown) < 2 or min(weights) == 0:
        return [None] * len(shown)
    if not np.isfinite(values).all():
        return [float(np.median(values))] * len(shown)
    others = weights.sum() - weights
    together = ((weights * values).sum() - weights * values) / others
    own = 1 - np.sqrt(others / weights.sum())
    return [float(each) for each in own * values + (1 - own) * together]


def _covered(hits: Sequence[Sequence[bool]]) -> Coverage:
    """Sum up the hits of each community: those of one community are alike, so that luck is reckoned
    from communities.
    """
    shown = np.array([len(each) for each in hits], float)
    held = np.array([sum(each) for each in hits], float)
    share = float(held.sum() / shown.sum())
    left = held - share * shown
    luck = sqrt(float((left**2).sum())) / float(shown.sum())
    fair = sqrt(0.95 * 0.05 / float(shown.sum()))
    return Coverage(share=share, shown=int(shown.sum()), luck=max(luck, fair))
