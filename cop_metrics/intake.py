"""Brings exports and rosters into the lake, takes them out again, and builds the store anew after each."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cop_metrics.build import DuckDB, Engine, Progress, silent
from cop_metrics.errors import CopError
from cop_metrics.identity import ALIASES, Alias, write_aliases
from cop_metrics.inputs import Inputs, gather
from cop_metrics.lake import Import, Lake, Skipped, Written
from cop_metrics.roster import read_roster
from cop_metrics.settings import SETTINGS, Settings, read_settings
from cop_metrics.sources import source_of
from cop_metrics.sources.export import open_export
from cop_metrics.store import Store, publish, writer_lock

Bytes = Callable[[int, int], None]
PREVIEW = "preview"
"""The folder in the data folder that holds what a preview read, until it is accepted, discarded or outdated."""


def nobody(_done: int, _of: int) -> None:
    """Report bytes read to nobody."""


def now() -> datetime:
    """Return the time of an import, naive UTC: the one reading of the clock, kept with the import."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to import: an export, a roster or both; names left out are taken from the export's file name and platform."""

    path: Path | None = None
    community: str | None = None
    source: str | None = None
    platform: str | None = None
    roster: Path | None = None


def take_in(
    data: Path, request: Request, *, on_bytes: Bytes = nobody, on_build: Progress = silent, wait_seconds: float = 0
) -> tuple[Written, ...]:
    """Import what is asked and build the store anew; returns what now stands in the lake, export first.

    Raises `CopError`; then the store shows what it showed before. A roster that cannot be read stops the export too.
    """
    roster = read_roster(request.roster) if request.roster else None
    with writer_lock(data, wait_seconds=wait_seconds):
        lake = Lake(data)
        lake.clean()
        _forget_preview(data)
        settings = read_settings(data)
        written = []
        if request.path is not None:
            written.append(_export(lake, request, request.path, on_bytes, settings))
        if roster is not None and request.roster is not None:
            community = written[0].imported.community if written else _community(lake, request.community)
            file_name = request.roster.name
            written.append(
                lake.write_roster(
                    community=community,
                    rows=roster.rows,
                    file_name=file_name,
                    now=now(),
                    skipped=_lines(roster.skipped),
                )
            )
        rebuild_locked(data, lake, on_build=on_build, force=any(each.is_new for each in written))
        return tuple(written)


def preview(
    data: Path, request: Request, *, on_bytes: Bytes = nobody, on_build: Progress = silent
) -> tuple[Written, ...]:
    """Import what is asked into a copy of the data folder, `data`/preview, as `take_in` would into the folder itself.

    What is shown stays as it is. `accept` then imports what was read without reading it again. Raises what `take_in` does.
    """
    with writer_lock(data, what="preview"):
        _forget_preview(data)
        copy = data / PREVIEW
        Lake(data).lend(copy)
        for name in (SETTINGS, ALIASES):
            if (data / name).exists():
                shutil.copy(data / name, copy)
        try:
            return take_in(copy, request, on_bytes=on_bytes, on_build=on_build)
        except BaseException:
            _forget_preview(data)
            raise


def previewed(data: Path) -> tuple[Import, ...]:
    """Return what the last preview read that is not in the lake, and that `accept` would import."""
    return Lake(data / PREVIEW).own_imports()


def accept(data: Path, import_ids: Sequence[str] = (), *, on_build: Progress = silent) -> tuple[Import, ...]:
    """Import what the last preview read, as it read it; `import_ids` are those that it must have read, if any are given.

    Raises `CopError` where there is no such preview any more.
    """
    with writer_lock(data):
        waiting, lake = previewed(data), Lake(data)
        if not waiting or not {*import_ids} <= {each.id for each in waiting}:
            raise CopError("What was looked at is no longer there, or was imported already: look at the export again.")
        for each in waiting:
            lake.adopt(Lake(data / PREVIEW).path(each), each)
        rebuild_locked(data, lake, engine=_OfPreview(data / PREVIEW), on_build=on_build, force=True)
        _forget_preview(data)
        return waiting


def discard(data: Path) -> None:
    """Forget what the last preview read."""
    with writer_lock(data, what="preview"):
        _forget_preview(data)


def _forget_preview(data: Path) -> None:
    if (data / PREVIEW).exists():
        shutil.rmtree(data / PREVIEW)


@dataclass(frozen=True)
class _OfPreview:
    """Takes over the store that a preview built, if it was built from the same, and builds anew if not."""

    data: Path

    def build(self, inputs: Inputs, path: Path, progress: Progress) -> None:
        if _built_from(self.data) == inputs.digest:
            Store(self.data).path().rename(path)
        else:
            DuckDB().build(inputs, path, progress)


def undo(data: Path, import_id: str, *, on_build: Progress = silent) -> Import:
    """Take an import out of the lake and build the store anew; raises `UnknownName` for an id that there is not."""
    with writer_lock(data, what="undo"):
        lake = Lake(data)
        undone = lake.undo(import_id)
        rebuild_locked(data, lake, on_build=on_build, force=True)
        return undone


def set_aliases(data: Path, aliases: Sequence[Alias], *, on_build: Progress = silent) -> None:
    """Keep which accounts are one person's, and build the store anew."""
    with writer_lock(data, what="alias"):
        write_aliases(data, aliases)
        rebuild_locked(data, Lake(data), on_build=on_build, force=True)


def rebuild(data: Path, *, engine: Engine | None = None, on_build: Progress = silent) -> int:
    """Build the store anew from the lake as it is, and return its version."""
    with writer_lock(data, what="build"):
        return rebuild_locked(data, Lake(data), engine=engine, on_build=on_build, force=True)


def rebuild_locked(
    data: Path, lake: Lake, *, engine: Engine | None = None, on_build: Progress = silent, force: bool
) -> int:
    """Build the store unless it already shows the lake and the settings as they are; call it under the writer's lock."""
    inputs = gather(lake, read_settings(data))
    if not force and _built_from(data) == inputs.digest:
        return Store(data).version() or 0
    builder = engine or DuckDB()
    return publish(data, lambda path: builder.build(inputs, path, on_build))


def _export(lake: Lake, request: Request, path: Path, on_bytes: Bytes, settings: Settings) -> Written:
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        on_bytes(done, max(total, done))

    total = 0
    with open_export(path, count) as export:
        total = export.size
        source = source_of(export, request.platform)
        community = request.community or path.resolve().stem
        return lake.write(
            community=community,
            source_name=request.source or _source_name(lake, community, source.id),
            source=source,
            export=export,
            now=now(),
            keep_titles=settings.of(community).keep_titles,
        )


def _lines(skipped: Mapping[str, Sequence[int]]) -> dict[str, Skipped]:
    return {
        reason: {"rows": len(lines), "examples": [f"row {line}" for line in lines[:3]]}
        for reason, lines in skipped.items()
    }


def _source_name(lake: Lake, community: str, platform: str) -> str:
    """Return the name of the community's one source of that platform, else the platform's id."""
    names = {each.source for each in lake.imports() if (each.community, each.platform) == (community, platform)}
    if len(names) > 1:
        raise CopError(
            f"'{community}' has several sources of this platform ({', '.join(sorted(names))}): say which with --source."
        )
    return names.pop() if names else platform


def _community(lake: Lake, named: str | None) -> str:
    communities = sorted({each.community for each in lake.imports()})
    if named:
        return named
    if len(communities) == 1:
        return communities[0]
    raise CopError(f"Say whose roster it is with --community: there is {', '.join(communities) or 'no community yet'}.")


def _built_from(data: Path) -> str | None:
    """Return the digest of the inputs that the current store was built from, None where there is no store."""
    store = Store(data)
    try:
        row = store.snapshot().cursor.sql("select inputs_digest from meta").fetchall()
    except CopError:
        return None
    return str(row[0][0])
