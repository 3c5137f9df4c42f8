"""What is fetched from services, to be imported."""

import argparse
from pathlib import Path

from cop_metrics import words
from cop_metrics.build.collect import BEGINNING, collect
from cop_metrics.cli.command import Command, argument, non_empty
from cop_metrics.cli.output import Output


def _collect(asked: argparse.Namespace, out: Output) -> None:
    args, into = _collect_words(asked)
    with out.counting() as on_item:
        found = collect(asked.backend, args, Path(into or ""), on_item=on_item, say=out.say)
    since = "from the beginning" if found.since == BEGINNING else f"changed since {found.since}"
    out.tell(f"Collected {words.counted(found.items, 'item')} {since} into {found.file}.")


def _collect_needs(asked: argparse.Namespace) -> str | None:
    return None if _collect_words(asked)[1] else "collect needs --into FOLDER"


COLLECT = Command(
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
            type=non_empty,
        ),
    ),
    run=_collect,
    check=_collect_needs,
)


def _collect_words(asked: argparse.Namespace) -> tuple[list[str], str | None]:
    """Return Perceval's own arguments and the folder, which may be named before or behind them."""
    own = argparse.ArgumentParser(
        prog="python -m cop_metrics collect", add_help=False, allow_abbrev=False
    )
    own.add_argument("--into", default=asked.into)
    named, args = own.parse_known_args(asked.args)
    return args, named.into
