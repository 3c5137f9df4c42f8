"""What changes the store: imports and all that takes them back, and a build without a change."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cop_metrics import words
from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.build.engines import ENGINES, USUAL
from cop_metrics.build.intake import (
    PREVIEW,
    Request,
    accept,
    discard,
    preview,
    previewed,
    rebuild,
    take_in,
    undo,
)
from cop_metrics.cli import PROJECT
from cop_metrics.cli.command import Command, argument, non_empty
from cop_metrics.cli.output import Output
from cop_metrics.cli.showing import counts
from cop_metrics.disk import replace_text
from cop_metrics.lake.lake import ROSTER, Import, Lake, Written
from cop_metrics.lake.private_rows import to_take_out
from cop_metrics.people.identity import suggestions
from cop_metrics.people.roster import read_roster
from cop_metrics.samples.company import COMPANY, TIME_ZONE, write_company
from cop_metrics.settings import SETTINGS, read_settings
from cop_metrics.show.shown import aligned
from cop_metrics.show.summary import found_questions, moved_answers, roster_fit, settings_in_vain
from cop_metrics.sources import SOURCES
from cop_metrics.store import Snapshot, Store
from cop_metrics.tabular import listed

SAMPLE = PROJECT / "data" / "samples" / "ai-first-months"
SAMPLE_COMMUNITY = "AI first months"
DEMO_SETTINGS = f"""# Settings of the demo; docs/settings.md lists all there are.
[communities."{COMPANY}"]
time_zone = "{TIME_ZONE}"
individual_scores = true
"""


def _demo(asked: argparse.Namespace, out: Output) -> None:
    demo_settings(asked.data)
    with tempfile.TemporaryDirectory() as folder:
        company = Path(folder) / "made-up-company"
        company.mkdir()
        write_company(company)
        made = Request(path=company, community=COMPANY, roster=company / "roster.csv")
        _take_in(asked.data, made, out)
    _take_in(asked.data, Request(path=SAMPLE, community=SAMPLE_COMMUNITY), out)


DEMO = Command(
    name="demo", summary="make the samples into a store", arguments=(), run=_demo, builds=True
)


def demo_settings(data: Path) -> None:
    """Write the made-up company's settings unless there are settings: these are the user's."""
    settings = data / SETTINGS
    if not settings.exists():
        data.mkdir(parents=True, exist_ok=True)
        replace_text(settings, DEMO_SETTINGS)


def _import(asked: argparse.Namespace, out: Output) -> None:
    request = Request(
        path=asked.path,
        community=asked.community,
        source=asked.source,
        platform=asked.platform,
        roster=asked.roster,
    )
    _take_in(asked.data, request, out, is_preview=asked.preview)
    if request.roster:
        for note in read_roster(request.roster).notes:
            out.tell(f"  note       {note}")
    if asked.preview:
        out.tell(_waiting(asked.data, out))


def _waiting(data: Path, out: Output) -> str:
    if not previewed(data):
        return "This was a preview, and there is nothing in it that is not imported already."
    how = "'python -m cop_metrics accept' imports it as it was read, 'python -m cop_metrics discard' forgets it."
    return f"This was a preview: nothing is imported yet.{'' if out.is_followed else f' {how}'}"


def _import_needs(asked: argparse.Namespace) -> str | None:
    if asked.path is None and asked.roster is None:
        return "import needs the PATH of an export, a --roster, or both"
    if asked.path is None and (asked.source or asked.platform):
        return "--source and --platform describe an export: name its PATH"
    return None


IMPORT = Command(
    name="import",
    summary="bring in an export, a roster or both",
    arguments=(
        argument(
            "path",
            "the export: a file, a folder or an archive",
            nargs="?",
            type=Path,
            metavar="PATH",
        ),
        argument(
            "--community", "its community; else the export's name", type=non_empty, metavar="NAME"
        ),
        argument(
            "--source", "its source, where a community has several", type=non_empty, metavar="NAME"
        ),
        argument(
            "--platform", "its platform, where it is not recognised", type=non_empty, metavar="ID"
        ),
        argument("--roster", "who was in which team when: CSV or XLSX", type=Path, metavar="FILE"),
        argument("--preview", "tell what it would bring, and import nothing", action="store_true"),
    ),
    run=_import,
    builds=True,
    check=_import_needs,
)


def _take_in(data: Path, request: Request, out: Output, *, is_preview: bool = False) -> None:
    bring_in = preview if is_preview else take_in
    with out.building() as steps:
        written = bring_in(data, request, on_bytes=steps.on_bytes, on_build=steps.on_build)
    snapshot = Store(data / PREVIEW if is_preview else data).snapshot()
    for each in written:
        out.tell("\n".join(_import_lines(each, is_preview=is_preview)))
    out.tell(
        "\n".join(_community_lines(snapshot, written[0].imported.community, is_preview=is_preview))
    )
    _tell_what_is_wrong(data, snapshot, out)


def _tell_what_is_wrong(data: Path, snapshot: Snapshot, out: Output) -> None:
    """Say what the settings name in vain, and which imports hold what is private."""
    for sentence in settings_in_vain(snapshot.cursor, read_settings(data)):
        out.tell(f"  settings   {sentence}")
    _tell_what_is_private(data, out)


def _tell_what_is_private(data: Path, out: Output) -> None:
    for sentence in to_take_out(Lake(data).imports()):
        out.tell(f"  private    {sentence}")


def _import_lines(written: Written, *, is_preview: bool) -> Iterator[str]:
    imported = written.imported
    is_roster = imported.platform == ROSTER
    what = "the roster" if is_roster else f"source '{imported.source}'"
    done = "Would import" if is_preview else "Imported"
    done = done if written.is_new else "Was there already, nothing changed:"
    yield f"{done} {imported.file_name} into '{imported.community}', {what}"
    yield f"  import     {imported.id}"
    if not is_roster:
        yield f"  read as    {SOURCES[imported.platform].title}"
        yield f"  covers     {_covers(imported)}"
    yield f"  rows       {', '.join(f'{table} {rows:,}' for table, rows in imported.tables.items())}"
    for reason, skipped in imported.skipped.items():
        examples = f", such as {listed(skipped['examples'], 3)}" if skipped["examples"] else ""
        yield f"  left out   {skipped['rows']:,} x {reason}{examples}"
    for note in imported.notes:
        yield f"  note       {note}"


def _covers(imported: Import) -> str:
    return f"{imported.observed_from:%Y-%m-%d} to {imported.observed_until:%Y-%m-%d}"


def _community_lines(snapshot: Snapshot, community: str, *, is_preview: bool) -> Iterator[str]:
    catalogue = read_catalogue(snapshot.cursor)
    if community not in catalogue:
        yield f"There is no export of '{community}' yet: the roster counts from the first one on."
        return
    figures = counts(snapshot, catalogue[community])
    found = found_questions(snapshot.cursor, community)
    questions, members = (
        words.counted(figures[f"{noun}s"], noun) for noun in ("question", "member")
    )
    yield f"'{community}' {'would then have' if is_preview else 'now has'} {questions} and {members}."
    if found:
        yield f"  questions  {found:,} of them found by what messages say: docs/questions.md tells how"
    moved = moved_answers(snapshot.cursor, community)
    if moved:
        yield f"  moved      answers dated before their question, whose wait counts as 0: {moved:,}"
    pairs = suggestions(snapshot.cursor, community)
    if pairs:
        likely = words.counted(len(pairs), "pair")
        yield f"  accounts   {likely} of accounts that may be one person's: confirm them on the page Data, or with 'alias'"
    yield from _roster_lines(snapshot, community)


def _roster_lines(snapshot: Snapshot, community: str) -> Iterator[str]:
    fit = roster_fit(snapshot.cursor, community)
    if fit is None:
        return
    yield f"  roster     {fit.rows:,} rows, {fit.members:,} members found"
    if fit.unmatched:
        rows = [f"{row} ({name})" if name else str(row) for row, name in fit.unmatched]
        yield f"  not found  {len(rows):,} of them, which mean no account: row {listed(rows)}"
    if fit.refused:
        yield f"  refused    all rows of members whose periods overlap: {listed(fit.refused)}"


def _accept(asked: argparse.Namespace, out: Output) -> None:
    with out.building() as steps:
        accepted = accept(asked.data, asked.import_ids, on_build=steps.on_build)
    for each in accepted:
        out.tell(f"Imported {each.file_name} into '{each.community}' ({each.id}).")


ACCEPT = Command(
    name="accept",
    summary="import what the last preview read",
    arguments=(
        argument(
            "import_ids",
            "the ids that it must have read, as it told them",
            nargs="*",
            metavar="IMPORT",
        ),
    ),
    run=_accept,
    builds=True,
)


def _discard(asked: argparse.Namespace, out: Output) -> None:
    with out.building() as steps:
        discard(asked.data, on_build=steps.on_build)
    out.tell("Nothing waits to be imported.")


DISCARD = Command(
    name="discard",
    summary="forget what the last preview read",
    arguments=(),
    run=_discard,
    builds=True,
)


def _imports(asked: argparse.Namespace, out: Output) -> None:
    rows = [
        {
            "import": each.id,
            "community": each.community,
            "source": each.source,
            "file": each.file_name,
            "covers": "" if each.platform == ROSTER else _covers(each),
            "imported (UTC)": f"{each.imported_at:%Y-%m-%d %H:%M}",
            "rows": f"{sum(each.tables.values()):,}",
            "left out": f"{sum(skipped['rows'] for skipped in each.skipped.values()):,}",
        }
        for each in Lake(asked.data).imports()
    ]
    out.tell(aligned(rows) if rows else "There are no imports yet.")
    _tell_what_is_private(asked.data, out)


IMPORTS = Command(name="imports", summary="list what was imported", arguments=(), run=_imports)


def _undo(asked: argparse.Namespace, out: Output) -> None:
    with out.building() as steps:
        undone = undo(asked.data, asked.import_id, on_build=steps.on_build)
    out.tell(f"Took {undone.file_name} out of '{undone.community}' ({undone.id}).")


UNDO = Command(
    name="undo",
    summary="take an import out again",
    arguments=(argument("import_id", "its id, as 'imports' lists it", metavar="IMPORT"),),
    run=_undo,
    builds=True,
)


def _build(asked: argparse.Namespace, out: Output) -> None:
    with out.building() as steps:
        version = rebuild(asked.data, engine=ENGINES[asked.engine](), on_build=steps.on_build)
    out.tell(f"Built version {version} of the store.")
    _tell_what_is_wrong(asked.data, Store(asked.data).snapshot(), out)


BUILD = Command(
    name="build",
    summary="build the store anew from the lake",
    arguments=(argument("--engine", "what builds it", choices=tuple(ENGINES), default=USUAL),),
    run=_build,
    builds=True,
)
