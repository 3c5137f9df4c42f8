"""All sources, in the order in which they are asked whether an export is theirs.

What is known and has no reader is declared in `not_read.py`.
"""

from cop_metrics.errors import CopError, UnknownName
from cop_metrics.sources import (
    discord,
    discourse,
    github_discussions,
    mailbox,
    slack,
    spreadsheet,
    stack_exchange,
    viva_engage,
    zulip,
)
from cop_metrics.sources.export import Export
from cop_metrics.sources.not_read import not_read
from cop_metrics.sources.perceval.items import SOURCE as PERCEVAL
from cop_metrics.sources.source import Source
from cop_metrics.tables import FACTS

SOURCES: dict[str, Source] = {
    each.id: each
    for each in (
        stack_exchange.SOURCE,
        PERCEVAL,
        slack.SOURCE,
        discourse.SOURCE,
        zulip.SOURCE,
        github_discussions.SOURCE,
        discord.SOURCE,
        viva_engage.SOURCE,
        mailbox.SOURCE,
        spreadsheet.SOURCE,
    )
}


ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".rar")


def what_each_records() -> str:
    """Return what the exports of each source record as a Markdown table, for the docs."""
    rows = ["| export | always | some exports only |", "|---|---|---|"]
    for source in SOURCES.values():
        always, sometimes = (
            ", ".join(FACTS[name].tells if name in FACTS else f"{name}s" for name in names)
            for names in (source.records.always, source.records.sometimes)
        )
        rows.append(f"| {source.title} | {always} | {sometimes} |".replace("_", " "))
    return "\n".join(rows) + "\n"


def source_of(export: Export, platform: str | None = None) -> Source:
    """Return the source whose export it is: the one named, else the first that recognises it.

    Raises `UnknownName` for a platform that there is not, `CopError` when nothing recognises the
    export.
    """
    if platform is not None:
        if platform not in SOURCES:
            raise UnknownName("platform", platform, SOURCES)
        return SOURCES[platform]
    for source in SOURCES.values():
        if source.recognises(export):
            return source
    raise _refusal(export)


def _refusal(export: Export) -> CopError:
    """Say what an export is that nothing takes, as far as that can be told, and what to do."""
    found = not_read(export)
    if found:
        return CopError(
            f"'{export.path.name}' is {found.what}, which is not read here. {found.instead}"
        )
    known = "; ".join(source.title for source in SOURCES.values())
    packed = [name for name in export.names if name.lower().endswith(ARCHIVES)]
    part = ""
    if packed:
        part = f" It is or holds archives, such as {packed[0]}: unpack each, and import them one by one."
    elif len(export.names) == 1:
        part = " If it is one file of an export, give the whole folder or archive."
    return CopError(
        f"'{export.path.name}' is no export that is known here.{part}{spreadsheet.what_tables_lack(export)} Known are: {known}. "
        "Any other platform's data can come as a table: see docs/spreadsheet.md for its columns."
    )
