"""Brings exports and rosters into the lake, takes them out again, and builds the store anew after
each.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from cop_metrics.build.engines import ENGINES, USUAL, Engine
from cop_metrics.build.inputs import Inputs, gather, inputs_digest
from cop_metrics.build.writer import Progress, silent
from cop_metrics.errors import CopError
from cop_metrics.lake.lake import Import, Lake, Skipped, Written
from cop_metrics.people.identity import ALIASES, Alias, read_aliases, write_aliases
from cop_metrics.people.roster import read_roster
from cop_metrics.settings import SETTINGS, Settings, read_settings
from cop_metrics.sources import source_of
from cop_metrics.sources.export import open_export
from cop_metrics.store import Snapshot, Store, publish, remove_leftovers, writer_lock

Bytes = Callable[[int, int], None]
PREVIEW = "preview"
"""The folder in the data folder that holds what a preview read, until it is accepted, discarded or
outdated.
"""
_UNFINISHED_PREVIEW = f"{PREVIEW}.tmp"


def nobody(_done: int, _of: int) -> None:
    """Report bytes read to nobody."""


def now() -> datetime:
    """Return the time of an import, naive UTC: the one reading of the clock, kept with the import."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to import: an export, a roster or both; names left out are taken from the export's file
    name and platform.
    """

    path: Path | None = None
    community: str | None = None
    source: str | None = None
    platform: str | None = None
    roster: Path | None = None


def take_in(
    data: Path,
    request: Request,
    *,
    on_bytes: Bytes = nobody,
    on_build: Progress = silent,
    wait_seconds: float = 0,
) -> tuple[Written, ...]:
    """Import what is asked and build the store anew; returns what now stands in the lake, export
    first.

    Raises `CopError`; then the store shows what it showed before. A roster that cannot be read
    stops the export too.
    """
    roster = read_roster(request.roster) if request.roster else None
    with _writing(data, "import", on_build=on_build, wait_seconds=wait_seconds) as lake:
        _forget_preview(data)
        settings = read_settings(data)
        written = []
        if request.path is not None:
            written.append(_export(lake, request, request.path, on_bytes, settings))
        if roster is not None and request.roster is not None:
            community = (
                written[0].imported.community if written else _community(lake, request.community)
            )
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
    return tuple(written)


def preview(
    data: Path, request: Request, *, on_bytes: Bytes = nobody, on_build: Progress = silent
) -> tuple[Written, ...]:
    """Import what is asked into a copy of the data folder, `data`/preview, as `take_in` would into
    the folder itself.

    What is shown stays as it is. `accept` then imports what was read without reading it again.
    Raises what `take_in` does.
    """
    with _writing(data, "preview", on_build=on_build):
        _forget_preview(data)
        copy = data / _UNFINISHED_PREVIEW
        Lake(data).lend(copy)
        for name in (SETTINGS, ALIASES):
            if (data / name).exists():
                shutil.copy(data / name, copy)
        try:
            written = take_in(copy, request, on_bytes=on_bytes, on_build=on_build)
            copy.rename(data / PREVIEW)
        except BaseException:
            _forget_preview(data)
            raise
    return written


def previewed(data: Path) -> tuple[Import, ...]:
    """Return what the last preview read that is not in the lake, and that `accept` would import."""
    return Lake(data / PREVIEW).own_imports()


def accept(
    data: Path, import_ids: Sequence[str] = (), *, on_build: Progress = silent
) -> tuple[Import, ...]:
    """Import what the last preview read, as it read it; `import_ids` are those that it must have
    read, if any are given.

    Raises `CopError` where there is no such preview any more.
    """
    with _writing(data, "import", engine=_OfPreview(data / PREVIEW), on_build=on_build) as lake:
        waiting = previewed(data)
        # Killed half-way, it has imported some of them already: said again, it imports the others.
        known = {each.id for each in (*waiting, *lake.imports())}
        if not waiting or not {*import_ids} <= known:
            raise CopError(
                "What was looked at is no longer there, or was imported already: look at the export again."
            )
        for each in waiting:
            lake.adopt(Lake(data / PREVIEW).path(each), each)
    with suppress(CopError), writer_lock(data, what="preview"):
        _forget_imported_preview(data)
    return waiting


def discard(data: Path, *, on_build: Progress = silent) -> None:
    """Forget what the last preview read."""
    with _writing(data, "preview", on_build=on_build):
        _forget_preview(data)


def _forget_preview(data: Path) -> None:
    for name in (PREVIEW, _UNFINISHED_PREVIEW):
        if (data / name).exists():
            shutil.rmtree(data / name)


def _forget_imported_preview(data: Path) -> None:
    """Remove the preview if all that it read is imported."""
    if not previewed(data):
        _forget_preview(data)


@dataclass(frozen=True)
class _OfPreview:
    """Takes over the store that a preview built, if it was built from the same, and builds anew if
    not.
    """

    data: Path

    def build(self, inputs: Inputs, path: Path, progress: Progress) -> None:
        if _built_from(self.data) == inputs.digest:
            Store(self.data).path().rename(path)
        else:
            ENGINES[USUAL]().build(inputs, path, progress)


def undo(data: Path, import_id: str, *, on_build: Progress = silent) -> Import:
    """Take an import out of the lake and build the store anew; raises `UnknownName` for an id that
    there is not.
    """
    with _writing(data, "undo", on_build=on_build) as lake:
        return lake.undo(import_id)


Aliases = Sequence[Alias]


def change_aliases(
    data: Path, change: Callable[[Aliases], Aliases], *, on_build: Progress = silent
) -> None:
    """Keep what `change` makes of the accounts that are one person's so far, and build the store
    anew; raises what it does.
    """
    with _writing(data, "alias", on_build=on_build):
        write_aliases(data, change(read_aliases(data)))


def rebuild(data: Path, *, engine: Engine | None = None, on_build: Progress = silent) -> int:
    """Build the store anew from the lake as it is, and return its version."""
    with writer_lock(data, what="build"):
        lake = _tidied(data)
        return rebuild_locked(data, lake, engine=engine, on_build=on_build, force=True)


def is_behind(data: Path, shown: Snapshot | None = None) -> bool:
    """Say whether the store, or the version of it that is `shown`, was built from other than what
    is there now.

    So it is after a kill, after a changed setting, under another version of the program, and where
    it cannot be read. Reads no table of the lake; raises `CopError` for settings, aliases or an
    import that cannot be read.
    """
    return _is_behind(data, Lake(data), read_settings(data), shown)


def catch_up(data: Path, *, on_build: Progress = silent) -> None:
    """Build the store if it is behind; raises `CopError`, `StoreHeld` of them while another writes."""
    with writer_lock(data, what="build"):
        rebuild_locked(data, _tidied(data), on_build=on_build, force=False)


@contextmanager
def _writing(
    data: Path,
    what: str,
    *,
    engine: Engine | None = None,
    on_build: Progress = silent,
    wait_seconds: float = 0,
) -> Iterator[Lake]:
    """Let the block change what a store is built from, then build the store unless it shows that
    already.

    It is built where the block refuses, too: what was asked may have been done before, by a writer
    that was killed.
    """
    with writer_lock(data, what=what, wait_seconds=wait_seconds):
        lake = _tidied(data)
        try:
            yield lake
        except CopError:
            with suppress(
                CopError, OSError, duckdb.Error, pl.exceptions.PolarsError
            ):  # the refusal is what is told
                rebuild_locked(data, lake, on_build=on_build, force=False)
            raise
        rebuild_locked(data, lake, engine=engine, on_build=on_build, force=False)


def _tidied(data: Path) -> Lake:
    """Return the lake, without what killed writers left in the data folder; call it under the
    writer's lock.
    """
    lake = Lake(data)
    lake.clean()
    remove_leftovers(data)
    if (data / _UNFINISHED_PREVIEW).exists():
        shutil.rmtree(data / _UNFINISHED_PREVIEW)
    _forget_imported_preview(data)
    for name in (SETTINGS, ALIASES):
        (data / f"{name}.tmp").unlink(missing_ok=True)
    return lake


def rebuild_locked(
    data: Path,
    lake: Lake,
    *,
    engine: Engine | None = None,
    on_build: Progress = silent,
    force: bool,
) -> int:
    """Build the store unless it already shows the lake and the settings as they are; call it under
    the writer's lock.

    Raises `CopError` where a table of the lake is damaged or missing.
    """
    settings = read_settings(data)
    if not force and not _is_behind(data, lake, settings):
        return Store(data).version() or 0
    builder = engine or ENGINES[USUAL]()
    try:
        inputs = gather(lake, settings)
        return publish(data, lambda path: builder.build(inputs, path, on_build))
    except (duckdb.Error, pl.exceptions.PolarsError, FileNotFoundError) as problem:
        lake.refuse_damaged(problem)
        raise


def _is_behind(data: Path, lake: Lake, settings: Settings, shown: Snapshot | None = None) -> bool:
    if shown is None and not Store(data).is_there() and not lake.imports():
        return False
    return (_digest_of(shown) if shown else _built_from(data)) != inputs_digest(lake, settings)


def _export(
    lake: Lake, request: Request, path: Path, on_bytes: Bytes, settings: Settings
) -> Written:
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
    names = {
        each.source
        for each in lake.imports()
        if (each.community, each.platform) == (community, platform)
    }
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
    raise CopError(
        f"Say whose roster it is with --community: there is {', '.join(communities) or 'no community yet'}."
    )


def _built_from(data: Path) -> str | None:
    """Return the digest of the inputs that the current store was built from, None where there is no
    store to read.
    """
    try:
        return _digest_of(Store(data).snapshot())
    except CopError:
        return None


def _digest_of(snapshot: Snapshot) -> str | None:
    """Return the digest of the inputs of a store, None for one of a program that kept none or that
    is damaged.
    """
    try:
        [(digest,)] = snapshot.cursor.sql("select inputs_digest from meta").fetchall()
    except (duckdb.Error, ValueError):
        return None
    return str(digest)
