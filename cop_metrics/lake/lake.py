"""The lake: each import is one folder of Parquet tables, committed by one rename; the truth that
stores are built from.

A table is added in `tables.py`, never here. Only the holder of `store.writer_lock` writes, undoes
or cleans.
"""

import hashlib
import json
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict
from uuid import uuid4

import polars as pl
import pyarrow.parquet as pq

from cop_metrics.disk import replace_text, sync
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.sources import questions
from cop_metrics.sources.export import Export
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.tables import NOTICE, TABLES, TIME

ROSTER = "roster"
ROWS_IN_A_GROUP = 200_000
EARLIEST = datetime(1990, 1, 1)
AHEAD_OF_THE_CLOCK = timedelta(days=1)
FEWEST_SHARED, MOST_COMPARED = 5, 100_000
ANOTHER_TIME = timedelta(days=7)  # more than any mended clock or time zone moves a conversation
ACTS = {
    "post": ("author", "created_at"),
    "reaction": ("giver", "given_at"),
    "read": ("reader", "day"),
    "visit": ("member", "day"),
}

_STAGING, _UNDONE, _ABOUT = ".staging-", ".undone", "import.json"
_TIMES = ("exported_at", "observed_from", "observed_until", "imported_at")
_IN_NO_FOLDER_NAME = '/\\:|"<>*?[]{}='  # they divide paths or keys, or an engine reads them as a pattern or partition


class Skipped(TypedDict):
    """Rows left out for one reason, with up to three examples."""

    rows: int
    examples: list[str]


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import as its `import.json` tells it; times are naive UTC, `tables` counts kept rows.

    A table with no rows was measured; one that is not named was not. `words_version` is that of the
    word lists by which texts were read for questions, 0 where none was. `lists_accounts`: the
    export held a list of accounts, None in imports made before that was told.
    """

    id: str
    community: str
    source: str
    platform: str
    reader_version: int
    file_name: str
    exported_at: datetime
    observed_from: datetime
    observed_until: datetime
    imported_at: datetime
    tables: dict[str, int] = field(hash=False)
    skipped: dict[str, Skipped] = field(hash=False)
    notes: list[str] = field(hash=False)
    words_version: int = 0
    lists_accounts: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """The import that now stands in the lake; `is_new` is False when equal content was there
    before.
    """

    imported: Import
    is_new: bool


class Lake:
    """The imports of all communities in one data folder."""

    def __init__(self, data: Path) -> None:
        """Look at `data`/lake, which need not exist yet."""
        self.root = data / "lake"

    def write(
        self,
        *,
        community: str,
        source_name: str,
        source: Source,
        export: Export,
        now: datetime,
        keep_titles: bool = True,
    ) -> Written:
        """Read `export` and commit it as one import; `now` is naive UTC. Without `keep_titles` no
        title is written down.

        Raises `CopError` for unusable names, for an export in which no person does anything, and
        whatever the source raises; the lake is then as it was before.
        """
        community, source_name = (
            folder_name("community", community),
            folder_name("source", source_name),
        )
        if source_name == ROSTER:
            raise CopError(
                f"A source cannot be called '{ROSTER}', the roster's own name: choose another name for it."
            )
        file_name, reading = Path(export.path).resolve().name, Reading()
        with self._staging() as staged:
            with _StagedTables(
                staged, prefix=f"{source_name}:", latest=now + AHEAD_OF_THE_CLOCK
            ) as tables:
                for batch in source.batches(export, reading):
                    tables.add(batch if keep_titles else _untitled(batch), reading)
            words_version = questions.version() if tables.hold_rules else 0
            span = _human_span(staged, tables.rows)
            if span is None and reading.is_quiet:
                self._note_that_nothing_is_new(community, source_name, reading)
            exported_at, since, until = _times(span, reading, file_name, now)
            self._refuse_another_site(staged, community, source_name, file_name)
            self._note_a_clock_that_ran_back(reading, now)
            digest = _digest(staged, community, source_name)
            imported = Import(
                id=f"{exported_at:%Y%m%dT%H%M%S}-v{source.version}{f'.{words_version}' * bool(words_version)}-{digest}",
                community=community,
                source=source_name,
                platform=source.id,
                reader_version=source.version,
                file_name=file_name,
                exported_at=exported_at,
                observed_from=since,
                observed_until=until,
                imported_at=now,
                tables=tables.rows,
                skipped={reason: _skipped(reading, reason) for reason in sorted(reading.skipped)},
                notes=list(reading.notes),
                words_version=words_version,
                lists_accounts=reading.lists_accounts,
            )
            return self._commit(staged, imported)

    def _note_that_nothing_is_new(self, community: str, source_name: str, reading: Reading) -> None:
        """Say that an export holds no post; where it does not say when it was made, it is as old as
        the newest before it.
        """
        but = ", but for what was left out" if reading.skipped else ""
        reading.notes.append(
            f"There is no post in this export: nobody wrote in it{but}, and what was imported before stays."
        )
        earlier = [
            each
            for each in self.imports()
            if (each.community, each.source) == (community, source_name)
        ]
        if earlier and reading.exported_at is None and reading.observed_until is None:
            reading.exported_at, reading.observed_until = (
                earlier[-1].exported_at,
                earlier[-1].observed_until,
            )

    def write_roster(
        self,
        *,
        community: str,
        rows: pl.DataFrame,
        file_name: str,
        now: datetime,
        skipped: Mapping[str, Skipped],
    ) -> Written:
        """Commit the rows of a roster as given; it is not new if it equals the newest roster of the
        community.

        The roster written last is the newest, even where the clock `now` (naive UTC) was set back
        in between.
        """
        community = folder_name("community", community)
        if rows.is_empty():
            raise CopError(
                f"The roster '{file_name}' names nobody: check that it is the right file and sheet."
            )
        newest = self._newest_roster(community)
        with self._staging() as staged:
            with _TableFile(staged / f"{ROSTER}.parquet", rows.schema) as table:
                table.add(rows)
            digest = _digest(staged, community, ROSTER)
            if newest and newest.id.endswith(f"-{digest}"):
                return Written(imported=newest, is_new=False)
            when = max(now, newest.imported_at + timedelta(seconds=1)) if newest else now
            imported = Import(
                id=f"{when:%Y%m%dT%H%M%S}-v1-{digest}",
                community=community,
                source=ROSTER,
                platform=ROSTER,
                reader_version=1,
                file_name=file_name,
                exported_at=when,
                observed_from=when,
                observed_until=when,
                imported_at=when,
                tables={ROSTER: rows.height},
                skipped=dict(skipped),
                notes=[],
            )
            return self._commit(staged, imported)

    def imports(self) -> tuple[Import, ...]:
        """Return every import in the order in which a later one wins: the oldest export first,
        equal ones by their reader.
        """
        found = []
        for about in self.root.glob(f"*/*/*/{_ABOUT}"):
            try:
                found.append(_import_at(about))
            except FileNotFoundError:  # undone by another process since it was listed
                continue
        return tuple(sorted(found, key=_order))

    def digest(self) -> str:
        """Return what tells these imports from any others, by what each says of itself: no table is
        read.
        """
        told = hashlib.sha256()
        for about in sorted(self.root.glob(f"*/*/*/{_ABOUT}")):
            with suppress(FileNotFoundError):  # undone by another process since it was listed
                said = about.read_bytes()
                told.update(f"{about.relative_to(self.root)} {len(said)} ".encode() + said)
        return told.hexdigest()

    def refuse_damaged(self, problem: Exception) -> None:
        """Raise `CopError` for the first table that is not what was imported: missing, cut short,
        or with other bytes.

        Reads every table, so call it only once something went wrong: `problem`.
        """
        for each in self.imports():
            folder = self.path(each)
            for table in each.tables:
                path = folder / f"{table}.parquet"
                if not path.exists():
                    raise CopError(self._damaged(each, path, "is missing")) from problem
            if not each.id.endswith(_digest(folder, each.community, each.source)):
                raise CopError(
                    self._damaged(each, folder, "is not what was written there")
                ) from problem

    def _damaged(self, imported: Import, path: Path, what: str) -> str:
        return (
            f"'{path}' {what}: a copy of the data folder may have it. Else take that import out with "
            f"'python -m cop_metrics undo {imported.id}', and import '{imported.file_name}' again."
        )

    def path(self, imported: Import) -> Path:
        """Return the folder that holds the import's tables, `<table>.parquet` each."""
        return self.root / imported.community / imported.source / imported.id

    def lend(self, data: Path) -> None:
        """Let a new lake in `data` show this one's imports, as links; what is written there is its
        own.
        """
        for each in self.imports():
            place = Lake(data).path(each)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(self.path(each).resolve(), target_is_directory=True)

    def own_imports(self) -> tuple[Import, ...]:
        """Return every import but those that are lent."""
        return tuple(each for each in self.imports() if not self.path(each).is_symlink())

    def adopt(self, folder: Path, imported: Import) -> None:
        """Make the folder of an import of another lake on the same disk this one's, by one rename."""
        target = self.path(imported)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        self._sync_above(target)

    def undo(self, import_id: str) -> Import:
        """Take an import out of the lake, at once and for good; raises `UnknownName` when there is
        none of that id.
        """
        imports = {imported.id: imported for imported in self.imports()}
        if import_id not in imports:
            raise UnknownName("import", import_id, imports)
        folder, undone = self.path(imports[import_id]), self.root / _UNDONE
        undone.mkdir(exist_ok=True)
        folder.rename(undone / f"{import_id}-{uuid4().hex}")
        sync(folder.parent)
        shutil.rmtree(undone)
        return imports[import_id]

    def clean(self) -> None:
        """Remove what a killed writer left behind; only the holder of the writer's lock may call
        it.
        """
        for left in (*self.root.glob(f"{_STAGING}*"), *self.root.glob(_UNDONE)):
            shutil.rmtree(left)

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        staged = self.root / f"{_STAGING}{uuid4().hex}"
        staged.mkdir(parents=True)
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _refuse_another_site(
        self, staged: Path, community: str, source_name: str, file_name: str
    ) -> None:
        """Raise `CopError` where what the source calls conversation 1, 2, 3 ... are others than
        those that are here.

        Sites number their posts and people alike: taken for one source, people of two would become
        one.
        """
        earlier = [
            each
            for each in self.imports()
            if (each.community, each.source) == (community, source_name)
        ]
        largest = max(earlier, key=lambda each: each.tables.get("thread", 0), default=None)
        if (
            largest is None
            or not largest.tables.get("thread")
            or not (staged / "thread.parquet").exists()
        ):
            return
        here, there = (
            pl.scan_parquet(folder / "thread.parquet", glob=False)
            .select("thread", time="created_at")
            .drop_nulls()
            for folder in (self.path(largest), staged)
        )
        apart = (pl.col("time") - pl.col("time_right")).abs() > ANOTHER_TIME
        both = here.join(there.head(MOST_COMPARED), on="thread").select(
            shared=pl.len(), others=apart.sum()
        )
        shared, others = both.collect(engine="streaming").row(0)
        if shared >= FEWEST_SHARED and others > shared / 2:
            raise CopError(
                f"'{file_name}' is of another site than '{largest.file_name}', which '{community}' has as source "
                f"'{source_name}': {others:,} of the {shared:,} conversations that both have by the same key began on other "
                "days. Import it as a source of its own, with --source and a name, or into a community of its own."
            )

    def _note_a_clock_that_ran_back(self, reading: Reading, now: datetime) -> None:
        latest = max(self.imports(), key=lambda each: each.imported_at, default=None)
        if latest is not None and latest.imported_at > now + AHEAD_OF_THE_CLOCK:
            reading.notes.append(
                f"The clock of this machine says {now:%Y-%m-%d %H:%M}, before the import of '{latest.file_name}' on "
                f"{latest.imported_at:%Y-%m-%d %H:%M}: set it right, then import the export again, as what it dates "
                "later than the clock is left out."
            )

    def _commit(self, staged: Path, imported: Import) -> Written:
        """Make the staged folder an import, by one rename, once all of it is on the disk."""
        target = self.path(imported)
        if target.exists():
            return Written(imported=_import_at(target / _ABOUT), is_new=False)
        replace_text(staged / _ABOUT, _json(imported))
        for table in imported.tables:
            sync(staged / f"{table}.parquet")
        sync(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(target)
        self._sync_above(target)
        return Written(imported=imported, is_new=True)

    def _sync_above(self, target: Path) -> None:
        for folder in (target.parent, target.parent.parent, self.root, self.root.parent):
            sync(folder)

    def _newest_roster(self, community: str) -> Import | None:
        rosters = [
            each for each in self.imports() if (each.community, each.source) == (community, ROSTER)
        ]
        return rosters[-1] if rosters else None


def folder_name(kind: str, name: str) -> str:
    """Return the name of a community or source in the one spelling that may name its folder.

    `kind` is the noun for the sentence. Raises `CopError` for a name that could leave the folder or
    clash with keys.
    """
    spelled = unicodedata.normalize("NFC", name).strip()
    wrong = [sign for sign in spelled if sign in _IN_NO_FOLDER_NAME or not sign.isprintable()]
    if not spelled:
        raise CopError(f"The {kind} needs a name: letters, digits, spaces and hyphens are fine.")
    if spelled.startswith("."):
        raise CopError(f"The {kind} name '{spelled}' starts with a dot: leave the dot away.")
    if wrong:
        raise CopError(
            f"The {kind} name {spelled!r} holds {wrong[0]!r}, which cannot be in a folder's name: leave it away."
        )
    if len(spelled.encode()) > 200:
        raise CopError(f"The {kind} name '{spelled[:40]}…' is too long: keep it below 200 bytes.")
    return spelled


class _TableFile:
    """One Parquet file, filled batch by batch; equal rows give equal bytes however they are cut
    into batches.
    """

    def __init__(self, path: Path, schema: Mapping[str, Any]) -> None:
        self.rows = 0
        self._waiting = [pl.DataFrame(schema=schema)]
        self._writer = pq.ParquetWriter(path, _arrow(self._waiting[0]).schema, compression="zstd")

    def add(self, rows: pl.DataFrame) -> None:
        self.rows += rows.height
        self._waiting.append(rows)
        if sum(each.height for each in self._waiting) >= ROWS_IN_A_GROUP:
            self._write_groups(ROWS_IN_A_GROUP)

    def _write_groups(self, least: int) -> None:
        """Write whole row groups while `least` rows or more are waiting."""
        rows = pl.concat(self._waiting)
        while rows.height >= least:
            self._writer.write_table(_arrow(rows.head(ROWS_IN_A_GROUP)))
            rows = rows.slice(ROWS_IN_A_GROUP)
        self._waiting = [rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._write_groups(1)
        finally:
            self._writer.close()


class _StagedTables:
    """The tables that one export has yielded so far, each in its file."""

    def __init__(self, folder: Path, *, prefix: str, latest: datetime) -> None:
        self._folder, self._prefix, self._latest = folder, prefix, latest
        self._files: dict[str, _TableFile] = {}
        self._open = ExitStack()
        self.hold_rules = False

    @property
    def rows(self) -> dict[str, int]:
        return {table: self._files[table].rows for table in TABLES if table in self._files}

    def add(self, batch: Batch, reading: Reading) -> None:
        table, rows = batch
        keys = (pl.lit(self._prefix) + pl.col(key) for key in TABLES[table].keys)
        rows = _on_the_calendar(table, rows, self._latest, reading).with_columns(
            key.alias(name) for key, name in zip(keys, TABLES[table].keys, strict=True)
        )
        if table not in self._files:
            file = _TableFile(self._folder / f"{table}.parquet", TABLES[table].columns)
            self._files[table] = self._open.enter_context(file)
        self._files[table].add(rows)
        self.hold_rules |= "rules" in rows.columns and rows["rules"].count() > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, problem, trace)


def _arrow(rows: pl.DataFrame) -> Any:
    return rows.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())


def _untitled(batch: Batch) -> Batch:
    return Batch(batch.table, batch.rows.drop("title")) if "title" in batch.rows.columns else batch


def _on_the_calendar(
    table: str, rows: pl.DataFrame, latest: datetime, reading: Reading
) -> pl.DataFrame:
    """Leave out, and count, the acts whose date no clock can have shown; undated rows stay."""
    event = TABLES[table].event
    if event is None:
        return rows
    when, key = pl.col(event).cast(TIME), TABLES[table].key or TABLES[table].keys[0]
    wrongs = {
        f"{table} dated more than a day after the import": when > latest,
        f"{table} dated before 1990": when < EARLIEST,
    }
    for reason, wrong in wrongs.items():
        left_out = rows.filter(wrong)
        if left_out.height:
            reading.skip(
                reason, f"{left_out[key][0]}, dated {left_out[event][0]}", rows=left_out.height
            )
            rows = rows.remove(wrong)
    return rows


def _human_span(folder: Path, tables: Mapping[str, int]) -> tuple[datetime, datetime] | None:
    """Return the times of the oldest and the newest act of a person in the staged tables, None if
    there is none.
    """
    acts = []
    for table in (each for each in ACTS if each in tables):
        member, time = ACTS[table]
        rows = pl.scan_parquet(folder / f"{table}.parquet", glob=False)
        if table == "post":
            rows = rows.filter(pl.col("kind").ne_missing(NOTICE))
        acts.append(rows.select(member=member, time=pl.col(time).cast(TIME)))
    if not acts:
        return None
    people = pl.concat(acts)
    if "member" in tables:
        bots = (
            pl.scan_parquet(folder / "member.parquet", glob=False).filter("is_bot").select("member")
        )
        people = people.join(bots, on="member", how="anti")
    span = people.select(first=pl.col("time").min(), last=pl.col("time").max())
    first, last = span.collect(engine="streaming").row(0)
    return None if first is None else (first, last)


def _times(
    span: tuple[datetime, datetime] | None, reading: Reading, file_name: str, now: datetime
) -> tuple[datetime, datetime, datetime]:
    """Return (exported_at, observed_from, observed_until): what the export states, else its human
    events.
    """
    if span is None and reading.is_quiet:
        made = _believed("says it was made on", reading.exported_at, reading, now) or now
        until = _believed("says it reaches to", reading.observed_until, reading, now) or made
        return made, reading.observed_from or until, until
    if span is None:
        left_out = "; ".join(
            f"{rows} x {reason}" for reason, rows in reading.skipped.most_common(3)
        )
        raise CopError(
            f"Nobody posts, reacts, reads or visits in '{file_name}', so there is nothing to measure: "
            f"check that it is the whole export.{f' Rows left out: {left_out}.' if left_out else ''}"
        )
    until = _believed("says it reaches to", reading.observed_until, reading, now) or span[1]
    exported_at = _believed("says it was made on", reading.exported_at, reading, now) or until
    return exported_at, reading.observed_from or span[0], until


def _believed(
    says: str, stated: datetime | None, reading: Reading, now: datetime
) -> datetime | None:
    """Return the stated time unless it lies ahead of the clock, where it would outdo every later
    export.
    """
    if stated is None or stated <= now + AHEAD_OF_THE_CLOCK:
        return stated
    reading.notes.append(
        f"The export {says} {stated:%Y-%m-%d}, after its own import: its newest event counts instead."
    )
    return None


def _skipped(reading: Reading, reason: str) -> Skipped:
    return {"rows": reading.skipped[reason], "examples": list(reading.examples.get(reason, []))}


def _digest(folder: Path, community: str, source_name: str) -> str:
    """Return 12 hex digits that tell the staged tables' content, and whose it is, from any other."""
    told = hashlib.sha256(f"{community}/{source_name}".encode())
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            told.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()[:12]


def _json(imported: Import) -> str:
    return (
        json.dumps(
            asdict(imported), default=lambda time: time.isoformat(), indent=2, ensure_ascii=False
        )
        + "\n"
    )


def _import_at(about: Path) -> Import:
    text = about.read_text(encoding="utf-8")
    try:
        stated = json.loads(text)
        return Import(
            **{**stated, **{name: datetime.fromisoformat(stated[name]) for name in _TIMES}}
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise CopError(
            f"'{about}' is damaged ({problem}): delete the folder that it is in, then import that export again."
        ) from problem


def _order(imported: Import) -> tuple[datetime, int, int, str]:
    return imported.exported_at, imported.reader_version, imported.words_version, imported.id
