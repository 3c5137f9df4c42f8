"""What a build is made from besides the lake's tables: small frames of communities, sources,
rosters and meanings.

Everything here is a function of the lake's imports and the settings, so equal inputs give equal
stores.
"""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cop_metrics.build.places import LakeFile, Spellings, lasting_places
from cop_metrics.lake.lake import Import, Lake
from cop_metrics.limits import NO_END
from cop_metrics.people.identity import identities, read_aliases
from cop_metrics.people.levels import level_bars
from cop_metrics.people.roster import ROSTER_ROWS
from cop_metrics.period import to_date, to_day
from cop_metrics.settings import Settings
from cop_metrics.sources.questions import Effect, effects
from cop_metrics.tables import TABLES

ROSTER = "roster"
KNOWN_BY = ("name", "username", "email_hash")
PolarsType = pl.DataType | type[pl.DataType]
EPOCH = datetime(1970, 1, 1)
SATURDAY = 5
PACKAGE = Path(__file__).parents[1]
REACTIONS = Path(__file__).with_name("reactions.toml")
DRAWN_LATER = ("cli", "samples", "show")
"""The folders of the package that no build runs; of another version of all else it may be another
store.
"""

ROSTER_COLUMNS = {
    "community": pl.String,
    "row_number": pl.Int64,
    **{name: kind for name, kind in ROSTER_ROWS.items() if name != "row"},
}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that `build` reads. `files`: by lake table, those of each import.

    `places`: by import rank, which beginnings of keys stand for which lasting ones.
    """

    imports: tuple[Import, ...]
    files: dict[str, list[LakeFile]]
    places: dict[int, Spellings]
    frames: dict[str, pl.DataFrame]
    digest: str
    """What tells these inputs from any others: see `inputs_digest`."""


def inputs_digest(lake: Lake, settings: Settings) -> str:
    """Return what tells what a store is built from from anything else: program, settings, aliases
    and imports.

    Cheap, so that every command and page can ask: the name of an import tells its content, so that
    no table is read.
    """
    told = hashlib.sha256(program_digest().encode())
    told.update(json.dumps(asdict(settings), default=str, sort_keys=True).encode())
    told.update(json.dumps(sorted({*read_aliases(lake.root.parent)})).encode())
    told.update(lake.digest().encode())
    return told.hexdigest()[:16]


@cache
def program_digest() -> str:
    """Return what tells this program, as far as it builds stores, from another version of it."""
    told = hashlib.sha256()
    for path in sorted(
        path for ending in ("py", "sql", "toml") for path in PACKAGE.rglob(f"*.{ending}")
    ):
        name = path.relative_to(PACKAGE)
        if name.parts[0] not in DRAWN_LATER:
            told.update(f"{name} ".encode() + path.read_bytes())
    return told.hexdigest()


def gather(lake: Lake, settings: Settings) -> Inputs:
    """Return the inputs of a build from the lake as it is now."""
    everything = lake.imports()
    exports = tuple(each for each in everything if each.platform != ROSTER)
    rosters = {each.community: each for each in everything if each.platform == ROSTER}
    ranks = {each.id: rank for rank, each in enumerate(exports)}
    files: dict[str, list[LakeFile]] = {table: [] for table in TABLES}
    for each in exports:
        for table in each.tables:
            path = lake.path(each) / f"{table}.parquet"
            files[table].append(LakeFile(ranks[each.id], each.community, each.source, path))
    roster = _roster(lake, rosters, settings)
    frames = {
        "imports": _imports(everything),
        "measured": _measured(exports, ranks),
        "sources": _sources(exports, settings),
        "communities": _communities(lake, exports, rosters, settings),
        "office_days": _office_days(exports, settings),
        "months": _months(exports, settings),
        "roster": roster,
        "identities": identities(
            accounts_of_people(files["member"]), roster, read_aliases(lake.root.parent)
        ),
        "question_rules": _question_rules(exports, settings),
        "channels": _channels(exports, settings, files["thread"]),
        "reaction_meanings": _meanings(),
        "level_bars": level_bars(),
    }
    places = lasting_places(files["post"], {ranks[each.id]: each.platform for each in exports})
    return Inputs(
        imports=everything,
        files=files,
        places=places,
        frames=frames,
        digest=inputs_digest(lake, settings),
    )


def accounts_of_people(files: Sequence[LakeFile]) -> pl.DataFrame:
    """Return the accounts of people as their newest export tells them, by what they may be known by
    elsewhere.
    """
    empty = pl.DataFrame(
        schema=dict.fromkeys(("community", "source", "account", *KNOWN_BY), pl.String)
    )
    told = [
        pl.read_parquet(path, columns=["member", *KNOWN_BY, "is_bot"], glob=False).select(
            pl.lit(rank).alias("rank"),
            pl.lit(community).alias("community"),
            pl.lit(source).alias("source"),
            pl.col("member").alias("account"),
            *KNOWN_BY,
            "is_bot",
        )
        for rank, community, source, path in files
    ]
    if not told:
        return empty
    newest = (
        pl.concat(told)
        .sort("rank", maintain_order=True)
        .unique(["community", "account"], keep="last")
    )
    return newest.remove(pl.col("is_bot").fill_null(False)).select(empty.columns)


def seconds(time: datetime) -> float:
    """Return the seconds since 1970 of a naive UTC time, to the millisecond."""
    return (time - EPOCH) // timedelta(milliseconds=1) / 1000


def local_day(time: datetime, time_zone: str) -> int:
    """Return the local day number (days since 1970-01-01) of a naive UTC time."""
    local = time.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(time_zone))
    return (local.date() - EPOCH.date()).days


def first_whole_day(time: datetime, time_zone: str) -> int:
    """Return the first local day that lies wholly after a naive UTC time; a day that begins then
    does.
    """
    return local_day(time - timedelta(microseconds=1), time_zone) + 1


def _imports(imports: Sequence[Import]) -> pl.DataFrame:
    schema: dict[str, PolarsType] = {
        "import_id": pl.String,
        "community": pl.String,
        "source": pl.String,
        "platform": pl.String,
        "file_name": pl.String,
        "exported_at": pl.Datetime("us"),
        "observed_from": pl.Datetime("us"),
        "observed_until": pl.Datetime("us"),
        "imported_at": pl.Datetime("us"),
        "rows": pl.Int64,
        "skipped": pl.Int64,
    }
    rows = [
        (
            each.id,
            each.community,
            each.source,
            each.platform,
            each.file_name,
            each.exported_at,
            each.observed_from,
            each.observed_until,
            each.imported_at,
            sum(each.tables.values()),
            sum(int(reason["rows"]) for reason in each.skipped.values()),
        )
        for each in imports
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _measured(exports: Sequence[Import], ranks: dict[str, int]) -> pl.DataFrame:
    rows = [
        (ranks[each.id], each.community, each.source, table)
        for each in exports
        for table in sorted(each.tables)
    ]
    texts = dict.fromkeys(("community", "source", "table_name"), pl.String)
    schema: dict[str, PolarsType] = {"import_rank": pl.Int32, **texts}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _sources(exports: Sequence[Import], settings: Settings) -> pl.DataFrame:
    seen: dict[tuple[str, str], list[Import]] = {}
    for each in exports:
        seen.setdefault((each.community, each.source), []).append(each)
    rows = []
    for (community, source), imports in sorted(seen.items()):
        first = min(each.observed_from for each in imports)
        last = max(each.observed_until for each in imports)
        first_day = local_day(first, settings.of(community).time_zone)
        rows.append(
            (community, source, imports[-1].platform, first, last, first_day, seconds(last))
        )
    schema: dict[str, PolarsType] = {
        "community": pl.String,
        "source": pl.String,
        "platform": pl.String,
        "observed_from": pl.Datetime("us"),
        "observed_until": pl.Datetime("us"),
        "first_day": pl.Int32,
        "until_second": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _communities(
    lake: Lake, exports: Sequence[Import], rosters: dict[str, Import], settings: Settings
) -> pl.DataFrame:
    rows = []
    for community in sorted({each.community for each in exports}):
        own = [each for each in exports if each.community == community]
        zone = settings.of(community).time_zone
        first = min(each.observed_from for each in own)
        as_of = max(each.observed_until for each in own)
        begun = {
            each.source: min(other.observed_from for other in own if other.source == each.source)
            for each in own
        }
        rows.append(
            (
                community,
                zone,
                first,
                as_of,
                seconds(as_of),
                local_day(first, zone),
                local_day(as_of, zone),
                community in rosters,
                first_whole_day(first, zone),
                first_whole_day(max(begun.values()), zone),
                settings.of(community).keep_titles,
                settings.of(community).topics_from,
                settings.of(community).small_group,
                settings.of(community).seniorities[-1],
                _all_accounts_known(lake, own),
                json.dumps(asdict(settings.of(community)), default=str, sort_keys=True),
            )
        )
    schema: dict[str, PolarsType] = {
        "community": pl.String,
        "time_zone": pl.String,
        "observed_from": pl.Datetime("us"),
        "as_of": pl.Datetime("us"),
        "as_of_second": pl.Float64,
        "first_day": pl.Int32,
        "as_of_day": pl.Int32,
        "has_roster": pl.Boolean,
        "first_whole_day": pl.Int32,
        "all_sources_day": pl.Int32,
        "keep_titles": pl.Boolean,
        "topics_from": pl.String,
        "small_group": pl.Int32,
        "senior": pl.String,
        "accounts_known": pl.Boolean,
        "settings": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _all_accounts_known(lake: Lake, exports: Sequence[Import]) -> bool:
    """Return whether each source of a community gave a list of accounts: else its silent members
    are not known.
    """
    listing = {each.source for each in exports if _lists_accounts(lake, each)}
    return {each.source for each in exports} == listing


def _lists_accounts(lake: Lake, imported: Import) -> bool:
    """Return whether an export listed accounts; of imports that do not say, those did that hold a
    silent one.
    """
    if imported.lists_accounts is not None or "member" not in imported.tables:
        return imported.lists_accounts is True
    folder = lake.path(imported)
    seen = [
        pl.scan_parquet(folder / f"{table}.parquet", glob=False).select(member=person)
        for table, person in (("post", "author"), ("reaction", "giver"), ("read", "reader"))
        if table in imported.tables
    ]
    accounts = pl.scan_parquet(folder / "member.parquet", glob=False).remove(
        pl.any_horizontal(pl.col("is_bot", "is_deleted").fill_null(False))
        | pl.col("deleted_at").is_not_null()
    )
    silent = accounts.join(pl.concat(seen), on="member", how="anti") if seen else accounts
    return not silent.head(1).collect().is_empty()


def _office_days(exports: Sequence[Import], settings: Settings) -> pl.DataFrame:
    """Return stretches of days that cover all days of each community: whether a holiday, and how
    many came before.

    Holidays on a Saturday or Sunday close nothing that is open.
    """
    rows: list[tuple[str, int, int, int, bool]] = []
    for community in sorted({each.community for each in exports}):
        closed = sorted(
            {each for each in settings.of(community).holidays if each.weekday() < SATURDAY}
        )
        days = [(each - EPOCH.date()).days for each in closed]
        starts = [0, *(day + 1 for day in days)]
        rows += [
            (community, start, end, before, False)
            for before, (start, end) in enumerate(zip(starts, [*days, NO_END], strict=True))
            if start < end
        ]
        rows += [(community, day, day + 1, before, True) for before, day in enumerate(days)]
    schema: dict[str, PolarsType] = {
        "community": pl.String,
        "from_day": pl.Int32,
        "to_day": pl.Int32,
        "holidays_before": pl.Int32,
        "is_holiday": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _months(exports: Sequence[Import], settings: Settings) -> pl.DataFrame:
    """Return the calendar months of each community's data, by their first day and the first day of
    the next.
    """
    rows = []
    for community in sorted({each.community for each in exports}):
        own = [each for each in exports if each.community == community]
        zone = settings.of(community).time_zone
        first = min(local_day(each.observed_from, zone) for each in own)
        last = max(local_day(each.observed_until, zone) for each in own)
        start = to_date(first).replace(day=1)
        while to_day(start) <= last:
            end = (start + timedelta(days=32)).replace(day=1)
            rows.append((community, to_day(start), to_day(end)))
            start = end
    schema: dict[str, PolarsType] = {"community": pl.String, "day": pl.Int32, "end_day": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _roster(lake: Lake, rosters: dict[str, Import], settings: Settings) -> pl.DataFrame:
    read = [_roster_of(lake, each, settings) for _, each in sorted(rosters.items())]
    return pl.concat(read) if read else pl.DataFrame(schema=ROSTER_COLUMNS)


def _roster_of(lake: Lake, imported: Import, settings: Settings) -> pl.DataFrame:
    """Return the roster with seniorities on the community's scale; a team or seniority that is not
    known is 'Unknown'.
    """
    own = settings.of(imported.community)
    meanings = {name.lower(): name for name in own.seniorities}
    meanings |= {title.lower(): seniority for title, seniority in own.job_titles.items()}
    rows = pl.read_parquet(lake.path(imported) / "roster.parquet")
    scaled = pl.coalesce(
        pl.col(column)
        .str.strip_chars()
        .str.to_lowercase()
        .replace_strict(meanings, default=None, return_dtype=pl.String)
        for column in ("seniority", "job_title")
    )
    return rows.select(
        pl.lit(imported.community).alias("community"),
        pl.col("row").cast(pl.Int64).alias("row_number"),
        "email_hash",
        "username",
        "platform_id",
        "display_name",
        pl.col("team").fill_null("Unknown"),
        scaled.fill_null("Unknown").alias("seniority"),
        "job_title",
        "from_day",
        "to_day",
    ).cast(ROSTER_COLUMNS)  # type: ignore[arg-type]


def _question_rules(exports: Sequence[Import], settings: Settings) -> pl.DataFrame:
    """Return the rules that make a message a question or leave it out, by community, without those
    switched off.
    """
    rows = [
        (community, rule, effect.value)
        for community in sorted({each.community for each in exports})
        for rule, effect in effects().items()
        if effect is not Effect.TELLS and rule not in settings.of(community).rules_off
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("community", "rule", "effect"), pl.String), orient="row"
    )


def _channels(
    exports: Sequence[Import], settings: Settings, files: Sequence[LakeFile]
) -> pl.DataFrame:
    """Return the channels in which all ask, and those that are noise, by community; of one that is
    not there, the nearest.
    """
    rows = []
    for community in sorted({each.community for each in exports}):
        own = settings.of(community)
        named = [(channel, "questions") for channel in sorted({*own.question_channels})]
        named += [(channel, "noise") for channel in sorted({*own.noise_channels})]
        known = (
            _known_channels([path for _, of, _, path in files if of == community])
            if named
            else set()
        )
        for channel, what_for in named:
            near = [] if channel in known else get_close_matches(channel, sorted(known), n=1)
            rows.append((community, channel, what_for, channel in known, near[0] if near else None))
    texts = dict.fromkeys(("community", "channel", "what_for"), pl.String)
    schema: dict[str, PolarsType] = {**texts, "is_there": pl.Boolean, "nearest": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _known_channels(files: Sequence[Path]) -> set[str]:
    return {
        channel
        for path in files
        for channel in pl.read_parquet(path, columns=["channel"], glob=False)["channel"]
        .drop_nulls()
        .unique()
    }


def _meanings() -> pl.DataFrame:
    meanings = tomllib.loads(REACTIONS.read_text(encoding="utf-8"))
    schema: dict[str, PolarsType] = {"kind": pl.String, "meaning": pl.String}
    return pl.DataFrame(sorted(meanings.items()), schema=schema, orient="row")
