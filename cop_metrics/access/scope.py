"""The scope: which community, days, teams, seniorities and topics a viewer looks at, parsed once
and trusted afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cop_metrics import words
from cop_metrics.access.catalogue import Catalogue, CommunityChoices, newest_first, opened_with
from cop_metrics.errors import CopError, UnknownName
from cop_metrics.period import (
    ALL,
    FEWEST_WEEKS,
    Compare,
    Period,
    earlier,
    read_period,
    to_date,
    weeks_a_year_earlier,
    whole_weeks,
)

EXPLICIT = "explicit"
ASKED = ("found", EXPLICIT)
"""Which questions count: those found in messages by their words too, or only those that are marked
as such.
"""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One viewer's cut of the data; empty tuples mean all. `compare` is None where there is nothing
    to compare with.

    `explicit_only`: only questions that the platform, a channel or a reaction marks as such, none
    found by their words. `member`: only what one member, by `member_id`, is counted for, as in their
    record. `moved`: how the period differs from that asked for, in a sentence; None
    where it is that. `locale`: the reader's own, in which its sentences write days.
    """

    community: str
    period: Period
    moved: str | None = None
    compare: Period | None = None
    compare_note: str | None = None
    teams: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    explicit_only: bool = False
    member: int | None = None
    names: bool = True
    locale: str | None = None

    def earlier(self) -> "Scope | None":
        """Return the same cut over the period compared with."""
        return replace(self, period=self.compare, compare=None) if self.compare else None

    def outside(self, choices: CommunityChoices) -> bool:
        """Say whether the whole period lies outside the data."""
        return self.period.end_day <= choices.first_day or self.period.first_day > choices.as_of_day

    def only(self, by: str, group: str) -> "Scope":
        """Return the scope cut down to one group of a dimension."""
        match by:
            case "team":
                return replace(self, teams=(group,))
            case "seniority":
                return replace(self, seniorities=(group,))
            case _:
                return replace(self, topics=(group,))

    def all_of(self, by: str) -> "Scope":
        """Return the scope without its filter of a dimension."""
        match by:
            case "team":
                return replace(self, teams=())
            case "seniority":
                return replace(self, seniorities=())
            case _:
                return replace(self, topics=())


def parse_scope(
    params: Mapping[str, Sequence[str]],
    catalogue: Catalogue,
    *,
    names: bool = True,
    default_period: str = ALL,
    locale: str | None = None,
) -> Scope:
    """Read a scope from named choices as they stand in a URL or on the command line.

    Keys: community, period, compare, asked, and repeated team, seniority, topic. Raises `CopError`
    for a value that is unknown.
    """
    if not catalogue:
        raise CopError("There is no community yet: import an export first.")
    community = _one(params, "community") or newest_first(catalogue)[0]
    if community not in catalogue:
        raise UnknownName("community", community, catalogue)
    choices = catalogue[community]
    text = _one(params, "period") or opened_with(default_period, choices)
    days = {"first_day": choices.first_day, "as_of_day": choices.as_of_day}
    asked = period = read_period(text, **days)
    if not names:
        text, period = "typed", whole_weeks(asked, **days)
    compare, note = _compare(params, text, period, choices, names, locale)
    teams = _known(params, "team", choices.team_choices(names))
    seniorities = _known(params, "seniority", choices.seniority_choices(names))
    if not names:
        _refuse_small(teams, seniorities, choices)
    return Scope(
        community=community,
        period=period,
        moved=None if names else _moved(asked, period, locale),
        compare=compare,
        compare_note=note,
        teams=teams,
        seniorities=seniorities,
        topics=_known(params, "topic", choices.topics),
        explicit_only=_explicit_only(params),
        names=names,
        locale=locale,
    )


def _refuse_small(
    teams: tuple[str, ...], seniorities: tuple[str, ...], choices: CommunityChoices
) -> None:
    """Raise `CopError` for a filter by which a viewer without names would see too small a group."""
    if choices.small_groups.refuses(teams, seniorities, choices.teams):
        raise CopError(
            f"{', '.join(seniorities)} in {', '.join(teams) or 'all teams'} is too small a group to be shown without names "
            f"(fewer than {choices.small_groups.size} people, or a neighbour of such a group): choose a wider filter."
        )


def _moved(asked: Period, shown: Period, locale: str | None) -> str | None:
    """Say that a viewer without names sees other days than those asked for, None where they are the
    same.
    """
    if (asked.first_day, asked.end_day) == (shown.first_day, shown.end_day):
        return None
    return (
        f"Without names only whole weeks are shown, {FEWEST_WEEKS} at least: these are {words.period(shown, locale)}, not the "
        f"{words.period(asked, locale)} that was asked for."
    )


def _compare(
    params: Mapping[str, Sequence[str]],
    text: str,
    period: Period,
    choices: CommunityChoices,
    names: bool,
    locale: str | None,
) -> tuple[Period | None, str | None]:
    wanted = _one(params, "compare") or Compare.BEFORE
    if wanted not in list(Compare):
        raise UnknownName("comparison", wanted, list(Compare))
    if wanted == Compare.YEAR_EARLIER and not names:
        before: Period | None = weeks_a_year_earlier(period)
    else:
        before = earlier(text, period, Compare(wanted), as_of_day=choices.as_of_day)
    if before is None:
        return None, None
    if before.first_day < choices.first_whole_day:
        whole = "" if choices.first_day == choices.first_whole_day else "whole days of "
        return None, f"no {whole}data before {words.day(to_date(choices.first_whole_day), locale)}"
    if before.first_day < choices.all_sources_day:
        return (
            None,
            f"not all sources have data before {words.day(to_date(choices.all_sources_day), locale)}",
        )
    return before, None


def _explicit_only(params: Mapping[str, Sequence[str]]) -> bool:
    wanted = _one(params, "asked") or ASKED[0]
    if wanted not in ASKED:
        raise UnknownName("choice of questions", wanted, ASKED)
    return wanted == EXPLICIT


def _one(params: Mapping[str, Sequence[str]], key: str) -> str | None:
    values = [value for value in params.get(key, ()) if value]
    return values[-1] if values else None


def _known(params: Mapping[str, Sequence[str]], key: str, known: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(value for value in params.get(key, ()) if value))
    for value in chosen:
        if value not in known:
            raise UnknownName(key, value, known)
    return chosen
