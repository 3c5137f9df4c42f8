"""The command line: results on stdout, all else on stderr; exit 0 done, 1 a problem told in a
sentence, 2 wrong usage.

To add a command: a function, and its entry in `COMMANDS`.
"""

import argparse
import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from tqdm import tqdm

from cop_metrics import words
from cop_metrics.access.scope import (
    EXPLICIT,
    Catalogue,
    CommunityChoices,
    Scope,
    newest_first,
    parse_scope,
    read_catalogue,
)
from cop_metrics.build.collect import BEGINNING, collect
from cop_metrics.build.engines import ENGINES, USUAL
from cop_metrics.build.intake import (
    PREVIEW,
    Request,
    accept,
    catch_up,
    change_aliases,
    discard,
    is_behind,
    preview,
    previewed,
    rebuild,
    take_in,
    undo,
)
from cop_metrics.disk import replace_text
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.lake.lake import ROSTER, Import, Lake, Written
from cop_metrics.lake.private_rows import to_take_out
from cop_metrics.measure.changes import scan
from cop_metrics.measure.measurer import BY, Measurer
from cop_metrics.metrics import EXHIBITS, METRICS, declared
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.people import UNKNOWN
from cop_metrics.people.identity import (
    Alias,
    known_accounts,
    names_of,
    read_aliases,
    suggestions,
    without_alias,
)
from cop_metrics.people.roster import read_roster
from cop_metrics.period import to_date
from cop_metrics.samples.company import COMPANY, TIME_ZONE, write_company
from cop_metrics.settings import SETTINGS, read_settings
from cop_metrics.show.pagebook import PAGES, page
from cop_metrics.show.shown import FORMATS, aligned, json_text, measured, still
from cop_metrics.show.summary import found_questions, moved_answers, roster_fit, settings_in_vain
from cop_metrics.show.view import Viewer, with_lists
from cop_metrics.sources import SOURCES
from cop_metrics.store import Snapshot, Store
from cop_metrics.tabular import listed

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "samples" / "ai-first-months"
SAMPLE_COMMUNITY = "AI first months"
PROBLEMS = (CopError, OSError, duckdb.Error, pl.exceptions.PolarsError, MemoryError)
"""What may go wrong with the input or the machine, and is told in a sentence."""
FULL = os.strerror(errno.ENOSPC)
BEHIND = "what was imported and set"
DEMO_SETTINGS = f"""# Settings of the demo; docs/settings.md lists all there are.
[communities."{COMPANY}"]
time_zone = "{TIME_ZONE}"
individual_scores = true
"""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One argument of a command: its name or flag, and what argparse needs to know of it."""

    name: str
    help: str
    settings: Mapping[str, Any]


def argument(name: str, help_: str, **settings: Any) -> Argument:
    """Declare an argument with what argparse calls its settings."""
    return Argument(name=name, help=help_, settings=settings)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, as the parser, the help text and the README list it; `check` returns what is wrong
    with its usage.

    `builds`: it builds the store itself at its end, so that a store that is behind need not be
    built before.
    """

    name: str
    summary: str
    arguments: tuple[Argument, ...]
    run: Callable[[argparse.Namespace], None]
    builds: bool = False
    check: Callable[[argparse.Namespace], str | None] = lambda _asked: None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what goes wrong with the input is told in a
    sentence on stderr.
    """
    try:
        asked = _asked(argv)
    except SystemExit as usage:
        return int(usage.code or 0)
    unbuilt = False
    try:
        unbuilt = not _catch_up(asked.data, builds=asked.builds)
        asked.run(asked)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        return 0
    except (*PROBLEMS, KeyboardInterrupt) as problem:
        _say(_sentence(problem))
        if unbuilt and isinstance(
            problem, CopError
        ):  # it refused before it came to the build that it should end with
            with suppress(*PROBLEMS):
                catch_up(asked.data)
        _flush_or_drop()
        return 1
    return 0


def _asked(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    asked = parser.parse_args(argv)
    wrong = asked.check(asked)
    if wrong:
        parser.error(wrong)
    return asked


def _parser() -> argparse.ArgumentParser:
    data: dict[str, Any] = {
        "type": Path,
        "metavar": "DIR",
        "help": "the data folder (COP_DATA, else 'data')",
    }
    parser = argparse.ArgumentParser(
        prog="python -m cop_metrics",
        description="Shows whether a community keeps its promises.",
        allow_abbrev=False,
    )
    parser.add_argument("--data", default=Path(os.environ.get("COP_DATA") or "data"), **data)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        below = commands.add_parser(
            command.name, help=command.summary, description=command.summary, allow_abbrev=False
        )
        below.add_argument("--data", default=argparse.SUPPRESS, **data)
        for argument in command.arguments:
            below.add_argument(argument.name, help=argument.help, **argument.settings)
        below.set_defaults(run=command.run, check=command.check, builds=command.builds)
    return parser


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a name must not be empty")
    return text


def _catch_up(data: Path, *, builds: bool) -> bool:
    """Build the store first where it is behind; where that cannot be, say so and go on with what is
    there.

    Returns whether nothing is left to build: a command that builds at its end is left to do so.
    """
    try:
        if not is_behind(data):
            return True
        _say(f"The store is behind {BEHIND}: building.")
        if not builds:
            with _progress() as (_, on_build):
                catch_up(data, on_build=on_build)
    except PROBLEMS as problem:
        if not builds:
            _say(f"{_sentence(problem)} Until then the store shows what it showed before.")
    return not builds


def _sentence(problem: BaseException) -> str:
    match problem:
        case CopError():
            return str(problem)
        case KeyboardInterrupt():
            return "Stopped. The store shows what it showed before."
        case OSError(strerror=str(reason)):
            where = f" at '{problem.filename}'" if problem.filename else ""
            return f"{reason}{where}: make room or give the right to use it, then try again. The store is unharmed."
        case OSError() | duckdb.Error() | pl.exceptions.PolarsError() if FULL in str(problem):
            return (
                f"{FULL}: make room, then try again. The store is unharmed, and no import is lost."
            )
        case MemoryError():
            return "There is not enough memory: close other programs or use a larger machine. The store is unharmed."
    reason = (
        str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
    )
    return (
        f"It failed ({reason}): try again, and 'python -m cop_metrics build' if that does not help."
    )


def _flush_or_drop() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _drop_stdout()


def _drop_stdout() -> None:
    """Point stdout nowhere, so that Python does not fail again when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _progress() -> Iterator[tuple[Callable[[int, int], None], Callable[[str, float], None]]]:
    """Yield who is told of bytes read and of steps built: bars on a terminal, lines where
    COP_PROGRESS asks for them.
    """
    if _is_followed():
        yield _lines()
        return
    with _bars() as told:
        yield told


def _is_followed() -> bool:
    """Return whether a program follows what is said, such as the data page."""
    return os.environ.get("COP_PROGRESS") == "lines"


def _lines() -> tuple[Callable[[int, int], None], Callable[[str, float], None]]:
    """Return who writes 'progress 0.42 reading' to stderr, once for each hundredth; reading is the
    first half.
    """
    last = -1

    def write(share: float, what: str) -> None:
        nonlocal last
        if round(share * 100) != last:
            last = round(share * 100)
            print(f"progress {last / 100:.2f} {what}", file=sys.stderr, flush=True)

    return (
        lambda done, of: write(done / of / 2 if of else 0.0, "reading"),
        lambda step, share: write(0.5 + share / 2, f"building {step}"),
    )


@contextmanager
def _bars() -> Iterator[tuple[Callable[[int, int], None], Callable[[str, float], None]]]:
    """Yield who draws bytes read and steps built as bars; shown on a terminal only."""
    silent = not sys.stderr.isatty()
    shares = "{desc}: {percentage:3.0f} %"
    with (
        tqdm(disable=silent, desc="Reading", unit="B", unit_scale=True, leave=False) as reading,
        tqdm(disable=silent, desc="Building", total=100, leave=False, bar_format=shares) as steps,
    ):

        def on_bytes(done: int, of: int) -> None:
            reading.total = of
            reading.update(done - reading.n)

        def on_build(step: str, share: float) -> None:
            steps.set_description(f"Building {step}", refresh=False)
            steps.update(round(share * 100) - steps.n)

        yield on_bytes, on_build


def _demo(asked: argparse.Namespace) -> None:
    demo_settings(asked.data)
    with tempfile.TemporaryDirectory() as folder:
        company = Path(folder) / "made-up-company"
        company.mkdir()
        write_company(company)
        _take_in(
            asked.data, Request(path=company, community=COMPANY, roster=company / "roster.csv")
        )
    _take_in(asked.data, Request(path=SAMPLE, community=SAMPLE_COMMUNITY))


def demo_settings(data: Path) -> None:
    """Write the made-up company's settings unless there are settings: these are the user's."""
    settings = data / SETTINGS
    if not settings.exists():
        data.mkdir(parents=True, exist_ok=True)
        replace_text(settings, DEMO_SETTINGS)


def _import(asked: argparse.Namespace) -> None:
    request = Request(
        path=asked.path,
        community=asked.community,
        source=asked.source,
        platform=asked.platform,
        roster=asked.roster,
    )
    _take_in(asked.data, request, is_preview=asked.preview)
    if request.roster:
        for note in read_roster(request.roster).notes:
            _tell(f"  note       {note}")
    if asked.preview:
        _tell(_waiting(asked.data))


def _waiting(data: Path) -> str:
    if not previewed(data):
        return "This was a preview, and there is nothing in it that is not imported already."
    how = "'python -m cop_metrics accept' imports it as it was read, 'python -m cop_metrics discard' forgets it."
    return f"This was a preview: nothing is imported yet.{'' if _is_followed() else f' {how}'}"


def _accept(asked: argparse.Namespace) -> None:
    with _progress() as (_, on_build):
        accepted = accept(asked.data, asked.import_ids, on_build=on_build)
    for each in accepted:
        _tell(f"Imported {each.file_name} into '{each.community}' ({each.id}).")


def _discard(asked: argparse.Namespace) -> None:
    with _progress() as (_, on_build):
        discard(asked.data, on_build=on_build)
    _tell("Nothing waits to be imported.")


def _import_needs(asked: argparse.Namespace) -> str | None:
    if asked.path is None and asked.roster is None:
        return "import needs the PATH of an export, a --roster, or both"
    if asked.path is None and (asked.source or asked.platform):
        return "--source and --platform describe an export: name its PATH"
    return None


def _take_in(data: Path, request: Request, *, is_preview: bool = False) -> None:
    with _progress() as (on_bytes, on_build):
        written = (preview if is_preview else take_in)(
            data, request, on_bytes=on_bytes, on_build=on_build
        )
    snapshot = Store(data / PREVIEW if is_preview else data).snapshot()
    for each in written:
        _tell("\n".join(_import_lines(each, is_preview=is_preview)))
    _tell(
        "\n".join(_community_lines(snapshot, written[0].imported.community, is_preview=is_preview))
    )
    for sentence in settings_in_vain(snapshot.cursor, read_settings(data)):
        _tell(f"  settings   {sentence}")
    _say_what_is_private(data)


def _say_what_is_private(data: Path) -> None:
    for sentence in to_take_out(Lake(data).imports()):
        _tell(f"  private    {sentence}")


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
    figures = _counts(snapshot, catalogue[community])
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


def _counts(snapshot: Snapshot, choices: CommunityChoices) -> dict[str, int]:
    scope = parse_scope({"community": [choices.community]}, {choices.community: choices})
    measurer = Measurer(cursor=snapshot.cursor, choices=choices)
    return {
        id_: int(measurer.figure(METRICS[id_], scope).value or 0)
        for id_ in ("questions", "members")
    }


def _collect(asked: argparse.Namespace) -> None:
    args, into = _collect_words(asked)
    with _counter() as on_item:
        found = collect(asked.backend, args, Path(into or ""), on_item=on_item, say=_say)
    since = "from the beginning" if found.since == BEGINNING else f"changed since {found.since}"
    _tell(f"Collected {words.counted(found.items, 'item')} {since} into {found.file}.")


def _collect_needs(asked: argparse.Namespace) -> str | None:
    return None if _collect_words(asked)[1] else "collect needs --into FOLDER"


def _collect_words(asked: argparse.Namespace) -> tuple[list[str], str | None]:
    """Return Perceval's own arguments and the folder, which may be named before or behind them."""
    own = argparse.ArgumentParser(
        prog="python -m cop_metrics collect", add_help=False, allow_abbrev=False
    )
    own.add_argument("--into", default=asked.into)
    named, args = own.parse_known_args(asked.args)
    return args, named.into


def _tell(text: str, *, flush: bool = False) -> None:
    print(still(text), flush=flush)


def _say(sentence: str) -> None:
    print(still(sentence), file=sys.stderr, flush=True)


@contextmanager
def _counter() -> Iterator[Callable[[int], None]]:
    """Yield who is told of the number of items so far: a bar on a terminal, lines where
    COP_PROGRESS asks for them.
    """
    as_lines = _is_followed()
    with tqdm(
        disable=as_lines or not sys.stderr.isatty(), desc="Collecting", unit=" items", leave=False
    ) as bar:
        last = 0.0

        def on_item(items: int) -> None:
            nonlocal last
            bar.update(items - bar.n)
            if as_lines and (items == 1 or time.monotonic() - last >= 1):
                last = time.monotonic()
                _say(f"progress {items} items")

        yield on_item


def _imports(asked: argparse.Namespace) -> None:
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
    _tell(aligned(rows) if rows else "There are no imports yet.")
    _say_what_is_private(asked.data)


def _undo(asked: argparse.Namespace) -> None:
    with _progress() as (_, on_build):
        undone = undo(asked.data, asked.import_id, on_build=on_build)
    _tell(f"Took {undone.file_name} out of '{undone.community}' ({undone.id}).")


def _alias(asked: argparse.Namespace) -> None:
    snapshot = Store(asked.data).snapshot()
    community = asked.community or newest_first(read_catalogue(snapshot.cursor))[0]
    known = known_accounts(snapshot.cursor, community)
    for account in () if asked.undo else (asked.account, asked.same_as):
        if account not in known:
            raise UnknownName("account", account, known)

    def changed(aliases: Sequence[Alias]) -> Sequence[Alias]:
        if asked.undo:
            return without_alias(aliases, community, asked.account, asked.same_as)
        return (*aliases, Alias(community, asked.account, asked.same_as))

    with _progress() as (_, on_build):
        change_aliases(asked.data, changed, on_build=on_build)
    if asked.undo and asked.same_as:
        _tell(
            f"'{asked.account}' and '{asked.same_as}' are no longer said to be one person in '{community}'."
        )
    else:
        done = (
            "is again a person of its own"
            if asked.undo
            else f"and '{asked.same_as}' are one person"
        )
        _tell(f"'{asked.account}' {done} in '{community}'.")


def _alias_needs(asked: argparse.Namespace) -> str | None:
    if asked.same_as == asked.account:
        return "alias needs two accounts: ACCOUNT and --same-as are the same one"
    return None if asked.undo or asked.same_as else "alias needs --same-as ACCOUNT, or --undo"


def _aliases(asked: argparse.Namespace) -> None:
    snapshot, aliases = Store(asked.data).snapshot(), read_aliases(asked.data)
    names = {
        community: names_of(snapshot.cursor, community, [each.account for each in aliases])
        for community in {each.community for each in aliases}
    }
    rows = [
        {
            **each._asdict(),
            "name": names[each.community].get(each.account, ""),
            "state": "confirmed",
        }
        for each in aliases
    ]
    for community in read_catalogue(snapshot.cursor):
        rows += [
            {
                "community": community,
                "account": each.one,
                "same_as": each.other,
                "name": each.name,
                "state": f"likely: {each.why}",
            }
            for each in suggestions(snapshot.cursor, community)
        ]
    _tell(aligned(rows) if rows else "No account is another's, and none looks like it.")


def _communities(asked: argparse.Namespace) -> None:
    snapshot = Store(asked.data).snapshot()
    rows = []
    for community, choices in read_catalogue(snapshot.cursor).items():
        counts = _counts(snapshot, choices)
        rows.append(
            {
                "community": community,
                "from": str(to_date(choices.first_day)),
                "as of": str(to_date(choices.as_of_day)),
                "time zone": choices.time_zone,
                "questions": f"{counts['questions']:,}",
                "members": f"{counts['members']:,}",
                "teams": str(len({*choices.teams} - {UNKNOWN}))
                if choices.has_roster
                else "no roster",
            }
        )
    _tell(aligned(rows) if rows else "There are no communities yet: import an export first.")


def _metrics(asked: argparse.Namespace) -> None:
    known: list[Metric | Exhibit] = [*METRICS.values(), *EXHIBITS.values()]
    rows: list[dict[str, Any]] = [
        {
            "id": each.id,
            "promise": each.promise.value,
            "unit": each.unit.value,
            "title": each.title,
            "splits": list(each.splits),
            "kind": "metric" if isinstance(each, Metric) else "exhibit",
            "description": each.description,
        }
        for each in known
    ]
    if asked.format == "json":
        print(json_text(rows))
    else:
        _tell(
            aligned(
                [
                    {name: row[name] for name in ("id", "promise", "unit", "kind", "title")}
                    for row in rows
                ]
            )
        )


def _build(asked: argparse.Namespace) -> None:
    with _progress() as (_, on_build):
        version = rebuild(asked.data, engine=ENGINES[asked.engine](), on_build=on_build)
    _tell(f"Built version {version} of the store.")
    for sentence in settings_in_vain(
        Store(asked.data).snapshot().cursor, read_settings(asked.data)
    ):
        _tell(f"  settings   {sentence}")
    _say_what_is_private(asked.data)


def _show(asked: argparse.Namespace) -> None:
    of = declared(asked.id)
    snapshot = Store(asked.data).snapshot()
    catalogue = read_catalogue(snapshot.cursor)
    scope = _scope(asked, catalogue)
    measurer = Measurer(cursor=snapshot.cursor, choices=catalogue[scope.community])
    text = FORMATS[asked.format](measured(of, scope, measurer, asked.by))
    print(still(text) if asked.format == "table" else text)


def _report(asked: argparse.Namespace) -> None:
    from cop_metrics.show.reports import MOST_ROWS, format_of, write_report

    pages = [page(id_) for id_ in asked.page] if asked.page else list(PAGES.values())
    format_of(asked.output)
    snapshot = Store(asked.data).snapshot()
    catalogue = read_catalogue(snapshot.cursor)
    scope = _scope(asked, catalogue)
    measurer = Measurer(cursor=snapshot.cursor, choices=catalogue[scope.community])
    scanned = scan(measurer, scope)
    viewer = Viewer(version=snapshot.version, cursor=snapshot.cursor, catalogue=catalogue)
    shown = tqdm(pages, disable=not sys.stderr.isatty(), desc="Measuring", unit="page", leave=False)
    views = [
        with_lists(viewer.page(each, scope, lambda *_: scanned, measurer), measurer, most=MOST_ROWS)
        for each in shown
    ]
    write_report(asked.output, views)
    _tell(f"Wrote {asked.output} ({', '.join(each.id for each in pages)}).")


def _scope(asked: argparse.Namespace, catalogue: Catalogue) -> Scope:
    """Return the scope asked for; a day that is left out is the first or last of the community's
    data.
    """
    community = {"community": [asked.community] if asked.community else []}
    choices = catalogue[parse_scope(community, catalogue).community]
    since, until = (
        asked.since or to_date(choices.first_day),
        asked.until or to_date(choices.as_of_day),
    )
    params = {
        **community,
        "period": [f"{since}..{until}"] if asked.since or asked.until else [],
        "team": asked.team,
        "seniority": asked.seniority,
        "topic": asked.topic,
        "asked": [EXPLICIT] if asked.explicit else [],
    }
    return parse_scope(params, catalogue, names=not asked.no_names)


def _serve(asked: argparse.Namespace) -> None:
    dashboard = PROJECT / "dashboard.py"
    if not dashboard.exists():
        raise CopError(f"'{dashboard}' is not there: run this from a copy of the whole project.")
    if find_spec("streamlit") is None:
        raise CopError("Streamlit is not installed: 'pip install -r requirements.txt' brings it.")
    _tell(f"CoP Metrics is at http://{asked.address}:{asked.port} (Ctrl+C ends it).", flush=True)
    flags = {
        "server.headless": "true",
        "server.port": str(asked.port),
        "server.address": asked.address,
        "browser.gatherUsageStats": "false",
        # Unless it is told, Streamlit asks an outside host for it.
        "browser.serverAddress": asked.host[0] if asked.host else "localhost",
    }
    # Where Streamlit is told any host, it refuses all others.
    hosts = [*asked.host, "localhost", "127.0.0.1", "::1"] if asked.host else []
    told = [*flags.items(), *(("server.allowedHosts", name) for name in hosts)]
    settings = [word for name, value in told for word in (f"--{name}", value)]
    os.environ["COP_DATA"] = str(asked.data.resolve())
    os.chdir(PROJECT)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(dashboard), *settings])


FILTERS = (
    argument(
        "--community",
        "which community; the one with the newest data unless said",
        type=_name,
        metavar="NAME",
    ),
    argument("--team", "only this team; may be repeated", type=_name, action="append", default=[]),
    argument(
        "--seniority",
        "only this seniority; may be repeated",
        type=_name,
        action="append",
        default=[],
    ),
    argument(
        "--topic", "only this topic; may be repeated", type=_name, action="append", default=[]
    ),
    argument(
        "--from",
        "first day (2026-01-01); else the first of the data",
        dest="since",
        metavar="DAY",
        type=_name,
    ),
    argument(
        "--to",
        "last day, included; else the last of the data",
        dest="until",
        metavar="DAY",
        type=_name,
    ),
    argument(
        "--explicit",
        "only questions that are marked as such, none found by their words",
        action="store_true",
    ),
    argument(
        "--no-names",
        "as for viewers who may not see names: small groups are hidden",
        action="store_true",
    ),
)

COMMANDS = (
    Command(
        name="demo", summary="make the samples into a store", arguments=(), run=_demo, builds=True
    ),
    Command(
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
                "--community", "its community; else the export's name", type=_name, metavar="NAME"
            ),
            argument(
                "--source", "its source, where a community has several", type=_name, metavar="NAME"
            ),
            argument(
                "--platform", "its platform, where it is not recognised", type=_name, metavar="ID"
            ),
            argument(
                "--roster", "who was in which team when: CSV or XLSX", type=Path, metavar="FILE"
            ),
            argument(
                "--preview", "tell what it would bring, and import nothing", action="store_true"
            ),
        ),
        run=_import,
        builds=True,
        check=_import_needs,
    ),
    Command(
        name="collect",
        summary="fetch what is new from a service with the tool Perceval, to import it",
        arguments=(
            argument(
                "backend",
                "the service, as Perceval calls it: github, discourse, ...",
                metavar="BACKEND",
            ),
            argument(
                "args",
                "its arguments, as 'perceval BACKEND --help' lists them",
                nargs=argparse.REMAINDER,
            ),
            argument(
                "--into",
                "the folder in which items gather, one for each call",
                metavar="FOLDER",
                type=_name,
            ),
        ),
        run=_collect,
        check=_collect_needs,
    ),
    Command(
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
    ),
    Command(
        name="discard",
        summary="forget what the last preview read",
        arguments=(),
        run=_discard,
        builds=True,
    ),
    Command(name="imports", summary="list what was imported", arguments=(), run=_imports),
    Command(
        name="undo",
        summary="take an import out again",
        arguments=(argument("import_id", "its id, as 'imports' lists it", metavar="IMPORT"),),
        run=_undo,
        builds=True,
    ),
    Command(
        name="alias",
        summary="say that two accounts are one person's, or take that back",
        arguments=(
            argument(
                "account",
                "an account, as 'aliases' and lists of the store name it",
                metavar="ACCOUNT",
            ),
            argument(
                "--same-as",
                "the account that is the same person's",
                dest="same_as",
                metavar="ACCOUNT",
            ),
            argument(
                "--undo",
                "take back what was said of the account, or of the two",
                action="store_true",
            ),
            argument(
                "--community",
                "its community; that with the newest data unless said",
                type=_name,
                metavar="NAME",
            ),
        ),
        run=_alias,
        check=_alias_needs,
    ),
    Command(
        name="aliases",
        summary="list accounts that are one person's, and those that look like it",
        arguments=(),
        run=_aliases,
    ),
    Command(name="communities", summary="list the communities", arguments=(), run=_communities),
    Command(
        name="metrics",
        summary="list the metrics and exhibits that 'show' knows",
        arguments=(
            argument("--format", "how to print them", choices=("table", "json"), default="table"),
        ),
        run=_metrics,
    ),
    Command(
        name="build",
        summary="build the store anew from the lake",
        arguments=(argument("--engine", "what builds it", choices=tuple(ENGINES), default=USUAL),),
        run=_build,
        builds=True,
    ),
    Command(
        name="show",
        summary="measure one metric or exhibit",
        arguments=(
            argument("id", "its id, as 'metrics' lists it", metavar="ID"),
            *FILTERS,
            argument("--by", "split by", choices=BY),
            argument("--format", "how to print it", choices=tuple(FORMATS), default="table"),
        ),
        run=_show,
    ),
    Command(
        name="report",
        summary="write the pages into a file, in the format of its ending",
        arguments=(
            argument(
                "-o", "the file to write", dest="output", type=Path, metavar="FILE", required=True
            ),
            *FILTERS,
            argument(
                "--page",
                "only this page; may be repeated",
                type=_name,
                action="append",
                default=[],
                metavar="ID",
            ),
        ),
        run=_report,
    ),
    Command(
        name="serve",
        summary="serve the pages",
        arguments=(
            argument("--port", "8501 unless said", type=int, default=8501),
            argument("--address", "localhost unless said", default="localhost"),
            argument(
                "--host",
                "a name under which the pages are reached, besides localhost; may be repeated",
                type=_name,
                action="append",
                default=[],
                metavar="NAME",
            ),
        ),
        run=_serve,
    ),
)
