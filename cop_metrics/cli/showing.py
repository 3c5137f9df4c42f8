"""What is in the store, printed, written into a report or served as pages."""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cop_metrics.access.catalogue import Catalogue, CommunityChoices, read_catalogue
from cop_metrics.access.scope import EXPLICIT, Scope, parse_scope
from cop_metrics.cli import PROJECT
from cop_metrics.cli.command import Command, argument, non_empty
from cop_metrics.cli.output import Output
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import scan
from cop_metrics.measure.measurer import BY, Measurer
from cop_metrics.metrics import EXHIBITS, METRICS, declared
from cop_metrics.metrics.metric import Exhibit, Metric
from cop_metrics.people import UNKNOWN
from cop_metrics.period import to_date
from cop_metrics.show.pagebook import PAGES, page
from cop_metrics.show.shown import FORMATS, aligned, json_text, measured
from cop_metrics.show.view import Viewer, with_lists
from cop_metrics.store import Snapshot, Store

FILTERS = (
    argument(
        "--community",
        "which community; the one with the newest data unless said",
        type=non_empty,
        metavar="NAME",
    ),
    argument(
        "--team", "only this team; may be repeated", type=non_empty, action="append", default=[]
    ),
    argument(
        "--seniority",
        "only this seniority; may be repeated",
        type=non_empty,
        action="append",
        default=[],
    ),
    argument(
        "--topic", "only this topic; may be repeated", type=non_empty, action="append", default=[]
    ),
    argument(
        "--from",
        "first day (2026-01-01); else the first of the data",
        dest="since",
        metavar="DAY",
        type=non_empty,
    ),
    argument(
        "--to",
        "last day, included; else the last of the data",
        dest="until",
        metavar="DAY",
        type=non_empty,
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


def _communities(asked: argparse.Namespace, out: Output) -> None:
    snapshot = Store(asked.data).snapshot()
    rows = []
    for community, choices in read_catalogue(snapshot.cursor).items():
        counted = counts(snapshot, choices)
        rows.append(
            {
                "community": community,
                "from": str(to_date(choices.first_day)),
                "as of": str(to_date(choices.as_of_day)),
                "time zone": choices.time_zone,
                "questions": f"{counted['questions']:,}",
                "members": f"{counted['members']:,}",
                "teams": str(len({*choices.teams} - {UNKNOWN}))
                if choices.has_roster
                else "no roster",
            }
        )
    out.tell(aligned(rows) if rows else "There are no communities yet: import an export first.")


COMMUNITIES = Command(
    name="communities", summary="list the communities", arguments=(), run=_communities
)


def counts(snapshot: Snapshot, choices: CommunityChoices) -> dict[str, int]:
    scope = parse_scope({"community": [choices.community]}, {choices.community: choices})
    measurer = Measurer(cursor=snapshot.cursor, choices=choices)
    return {
        id_: int(measurer.figure(METRICS[id_], scope).value or 0)
        for id_ in ("questions", "members")
    }


def _metrics(asked: argparse.Namespace, out: Output) -> None:
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
        out.data(json_text(rows))
    else:
        out.tell(
            aligned(
                [
                    {name: row[name] for name in ("id", "promise", "unit", "kind", "title")}
                    for row in rows
                ]
            )
        )


LIST_METRICS = Command(
    name="metrics",
    summary="list the metrics and exhibits that 'show' knows",
    arguments=(
        argument("--format", "how to print them", choices=("table", "json"), default="table"),
    ),
    run=_metrics,
)


def _show(asked: argparse.Namespace, out: Output) -> None:
    of = declared(asked.id)
    snapshot = Store(asked.data).snapshot()
    catalogue = read_catalogue(snapshot.cursor)
    scope = _scope(asked, catalogue)
    measurer = Measurer(cursor=snapshot.cursor, choices=catalogue[scope.community])
    text = FORMATS[asked.format](measured(of, scope, measurer, asked.by))
    (out.tell if asked.format == "table" else out.data)(text)


SHOW = Command(
    name="show",
    summary="measure one metric or exhibit",
    arguments=(
        argument("id", "its id, as 'metrics' lists it", metavar="ID"),
        *FILTERS,
        argument("--by", "split by", choices=BY),
        argument("--format", "how to print it", choices=tuple(FORMATS), default="table"),
    ),
    run=_show,
)


def _report(asked: argparse.Namespace, out: Output) -> None:
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
    out.tell(f"Wrote {asked.output} ({', '.join(each.id for each in pages)}).")


REPORT = Command(
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
            type=non_empty,
            action="append",
            default=[],
            metavar="ID",
        ),
    ),
    run=_report,
)


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


def _serve(asked: argparse.Namespace, out: Output) -> None:
    dashboard = PROJECT / "dashboard.py"
    if not dashboard.exists():
        raise CopError(f"'{dashboard}' is not there: run this from a copy of the whole project.")
    if find_spec("streamlit") is None:
        raise CopError("Streamlit is not installed: 'pip install -r requirements.txt' brings it.")
    out.tell(f"CoP Metrics is at http://{asked.address}:{asked.port} (Ctrl+C ends it).")
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


SERVE = Command(
    name="serve",
    summary="serve the pages",
    arguments=(
        argument("--port", "8501 unless said", type=int, default=8501),
        argument("--address", "localhost unless said", default="localhost"),
        argument(
            "--host",
            "a name under which the pages are reached, besides localhost; may be repeated",
            type=non_empty,
            action="append",
            default=[],
            metavar="NAME",
        ),
    ),
    run=_serve,
)
