"""The settings: what a leader may decide, read from `settings.toml` in the data folder, each with
its default.

To add one: a field of `CommunitySettings` or `Settings` with its comment; `docs/settings.md` lists
them and a test checks that.
"""

import tomllib
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from cop_metrics.errors import CopError, UnknownName
from cop_metrics.metrics import METRICS
from cop_metrics.sources.questions import effects
from cop_metrics.units import Unit

SETTINGS = "settings.toml"
SMALLEST_GROUP = 3
TOPICS_FROM = ("auto", "tags", "channels", "both")
KINDS: dict[str, tuple[type, str]] = {
    "time_zone": (str, "the name of a zone, such as 'Europe/Berlin'"),
    "seniorities": (list, "a list of names, lowest first, such as ['junior', 'mid', 'senior']"),
    "job_titles": (dict, "a table of job titles, each with the seniority that it means"),
    "targets": (dict, "a table of metrics, each with a share from 0 to 1"),
    "individual_scores": (bool, "true or false"),
    "keep_titles": (bool, "true or false"),
    "question_channels": (list, "a list of channels, such as ['help']"),
    "noise_channels": (list, "a list of channels, such as ['builds']"),
    "rules_off": (list, "a list of rules by which questions are found, such as ['statement']"),
    "topics_from": (str, "'tags', 'channels', 'both' or 'auto'"),
    "holidays": (list, "a list of days, such as [2026-12-25]"),
    "communities": (dict, "a table with the settings of each community"),
}
"""By setting: the TOML type that it is written as, and how a sentence names it."""


@dataclass(frozen=True, kw_only=True)
class CommunitySettings:
    """What can be decided for one community."""

    time_zone: str = "UTC"
    """The zone of its local days and hours (an IANA name)."""
    seniorities: tuple[str, ...] = ("junior", "mid", "senior")
    """The scale of seniority, lowest first."""
    job_titles: dict[str, str] = field(default_factory=dict)
    """Job titles of the roster, each with the seniority that it means."""
    targets: dict[str, float] = field(default_factory=lambda: {"answer_rate": 0.7})
    """By metric id: the value from which a promise counts as kept."""
    small_group: int = 5
    """Groups of fewer people are not shown to viewers who may not see names; never below 3."""
    individual_scores: bool = False
    """Whether points and levels of single people are shown to those who may see names."""
    keep_titles: bool = True
    """Whether threads keep their titles; takes effect at the next import."""
    holidays: tuple[date, ...] = ()
    """Days on which the office clock stands still."""
    question_channels: tuple[str, ...] = ()
    """Channels of a chat in which every message that opens a conversation is a question."""
    noise_channels: tuple[str, ...] = ()
    """Channels that nobody's numbers come from, such as the feed of a build server."""
    rules_off: tuple[str, ...] = ()
    """Rules by which questions are found in chat and mail that are switched off."""
    topics_from: str = "auto"
    """What a question's topics are: its 'tags', its 'channels' (or category), 'both', or 'auto':
    tags where there are any.
    """


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The defaults for all communities, and what single communities have of their own."""

    default: CommunitySettings = field(default_factory=CommunitySettings)
    communities: dict[str, CommunitySettings] = field(default_factory=dict)

    def of(self, community: str) -> CommunitySettings:
        """Return what holds for one community."""
        return self.communities.get(community, self.default)


def read_settings(data: Path) -> Settings:
    """Read `settings.toml` of the data folder; without it, all defaults.

    Raises `CopError` for a file that is no TOML, an unknown setting or a value that does not fit.
    """
    path = data / SETTINGS
    if not path.exists():
        return Settings()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CopError(
            f"{path.name} is not a valid settings file: {error}. Mend that line and try again."
        ) from error
    communities = written.pop("communities", {})
    _check_kind("communities", communities)
    for name, own in communities.items():
        if not isinstance(own, dict):
            raise CopError(
                f"The settings of '{name}' must be a table: write [communities.{name}] above them."
            )
    default = _community_settings(written)
    return Settings(
        default=default,
        communities={
            name: _community_settings({**written, **own}) for name, own in communities.items()
        },
    )


def _community_settings(written: dict[str, Any]) -> CommunitySettings:
    known = {each.name for each in fields(CommunitySettings)}
    for name in written:
        if name not in known:
            raise UnknownName("setting", name, known)
        _check_kind(name, written[name])
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in written.items()
    }
    read = CommunitySettings(**values)
    _check(read)
    return read


def _check_kind(name: str, value: object) -> None:
    kind, wanted = KINDS.get(name, (object, ""))
    if not isinstance(value, kind):
        raise CopError(f"{name} is {value!r}; it must be {wanted}.")


def _check(read: CommunitySettings) -> None:
    if read.time_zone not in available_timezones():
        raise UnknownName("time zone", read.time_zone, available_timezones())
    if not isinstance(read.small_group, int) or read.small_group < SMALLEST_GROUP:
        raise CopError(
            f"small_group is {read.small_group}; it must be a whole number from {SMALLEST_GROUP} up."
        )
    if not read.seniorities or not all(isinstance(name, str) for name in read.seniorities):
        raise CopError(
            "seniorities must be a list of names, lowest first, such as ['junior', 'mid', 'senior']."
        )
    if not all(type(each) is date for each in read.holidays):
        raise CopError(f"holidays must be {KINDS['holidays'][1]}, without quotation marks.")
    if read.topics_from not in TOPICS_FROM:
        raise UnknownName("source of topics", read.topics_from, TOPICS_FROM)
    for rule in read.rules_off:
        if rule not in effects():
            raise UnknownName("rule", str(rule), effects())
    if both := {*read.question_channels} & {*read.noise_channels}:
        raise CopError(
            f"The channel '{min(both)}' cannot be both a question channel and noise: choose one."
        )
    for title, seniority in read.job_titles.items():
        if seniority not in read.seniorities:
            raise CopError(
                f"The job title '{title}' means '{seniority}', which is not on the scale of seniorities."
            )
    for metric, target in read.targets.items():
        if metric not in METRICS:
            raise UnknownName("metric", metric, METRICS)
        if METRICS[metric].unit is not Unit.PERCENT:
            raise CopError(
                f"'{metric}' is no share, so that it cannot have a target: choose a number in per cent."
            )
        if not isinstance(target, int | float) or not 0 <= target <= 1:
            raise CopError(f"The target of '{metric}' is {target}; it must be a share from 0 to 1.")
