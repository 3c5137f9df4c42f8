"""What one viewer may see: the one place that says which numbers, tables, lists, columns and groups
are kept from whom (metrics, 2.11).

Measuring asks it before it tells: `number` and `group` of figures and what changed in them, `list`
of the rows behind them, `exhibit` of tables. To change a rule: see CONTRIBUTING.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.metrics.columns import AMOUNTS, Rows
from cop_metrics.metrics.metric import EVERY_SENIORITY, NEWCOMER, Declared, Exhibit, Metric
from cop_metrics.metrics.relation import Relation, list_of, lists_people
from cop_metrics.people import UNKNOWN
from cop_metrics.period import FEWEST_WEEKS
from cop_metrics.reasons import Reason, too_small, withheld

SHORTEST_DAYS = 7 * FEWEST_WEEKS
TOO_SMALL = too_small("too small a group to be shown")
TOO_SHORT = too_small("too short a time to be shown without names")
INDIVIDUAL = withheld(
    "Points and levels of single people are shown only where whoever runs the dashboard has allowed it in its settings."
)
TELLS_SENIORITY = withheld(
    "Without names this is not listed: it would tell the seniority of those who wrote, thread by thread."
)
_PEOPLE_LISTED = withheld("Lists of people are for viewers who may see names.")
_PEOPLE_SHOWN = withheld("Tables of people are for viewers who may see names.")
_RECORD = withheld("The record of a member is for viewers who may see names.")
_LISTS_FEW = too_small("Without names this is not listed: it would tell of too small a group.")
_SHOWS_FEW = too_small(
    "With these filters the table would show groups that are too small to be shown without names."
)
BY_OWN_TEAMS = ("reads_from_other_teams", "teams")
"""The numbers and columns that are counted by teams as they are, without Unknown: they would tell
of few such people.
"""
BY_ALL_TEAMS = ("own_team_odds",)
"""The numbers that weigh each team by its size, also within a seniority: they would tell of cells
that are hidden or merged.
"""
_OTHER_SIDE = frozenset({"helps", "recognitions", "reads"})
"""The relations whose rows tell of people on another side too, which no filter cuts."""


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """Whether something is shown, `reason` saying why not, and which of its columns are hidden."""

    reason: Reason | None = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What the viewer of a scope may see; with names and individual scores allowed, everything."""

    scope: Scope
    choices: CommunityChoices

    def groups(self, by: str) -> tuple[str, ...]:
        """Return the teams or seniorities that this viewer may be shown, small ones merged."""
        names = self.scope.names
        return (
            self.choices.team_choices(names)
            if by == "team"
            else self.choices.seniority_choices(names)
        )

    @property
    def merged(self) -> dict[str, Mapping[str, str]]:
        """Return, for team and seniority, what this viewer is shown instead of which."""
        small = self.choices.small_groups
        if self.scope.names:
            return {"team": {}, "seniority": {}}
        return {"team": small.shown_as, "seniority": small.counted_as}

    def leaves_out(self, relation: Relation) -> str | None:
        """Return the condition of a relation's rows that would tell this viewer of few people of no
        known team, None where none would.
        """
        few_unknown = not self.scope.names and UNKNOWN in self.choices.small_groups.shown_as
        return relation.of_own_teams if few_unknown else None

    def number(self, metric: Metric) -> Reason | None:
        """Return why this viewer is not shown a number, None where they are."""
        few = self._about_too_few(metric) or self.tells_of_few(metric.id)
        return TOO_SMALL if few else None

    def group(self, group: str, by: str) -> Reason | None:
        """Return why nothing is shown of a group, None where there is no reason."""
        return TOO_SMALL if self._too_small(group, by) else None

    def hides(self, metric: Metric, group: str, by: str) -> bool:
        """Say whether this viewer is not shown a number of a group."""
        one = replace(self, scope=self.scope.only(by, group))
        return bool(self.group(group, by) or one.number(metric))

    def too_short(self, days: int) -> Reason | None:
        """Return why so few days of a month are not shown, None where they are."""
        return TOO_SHORT if not self.scope.names and days < SHORTEST_DAYS else None

    def exhibit(self, exhibit: Exhibit) -> Clearance:
        """Return whether this viewer is shown an exhibit, and without which columns."""
        hidden = {
            each.name
            for each in exhibit.columns
            if (each.personal and not self.scope.names) or self.tells_of_few(each.name)
        }
        amounts = {each.name for each in exhibit.columns if each.role in AMOUNTS}
        # A picture of what is hidden would be none, or tell of it by its gaps.
        untold = _SHOWS_FEW if exhibit.drawn and hidden & amounts else None
        return Clearance(reason=self._withheld(exhibit) or untold, hidden=frozenset(hidden))

    def _withheld(self, exhibit: Exhibit) -> Reason | None:
        names = self.scope.names
        if exhibit.rows is Rows.PEOPLE and not names:
            return _PEOPLE_SHOWN
        if not names and self.scope.seniorities and exhibit.rows is not Rows.GROUPS:
            return TELLS_SENIORITY
        if not names and (self._shows_too_small(exhibit) or self._about_too_few(exhibit)):
            return _SHOWS_FEW
        return None if self.choices.individual_scores or not exhibit.individual else INDIVIDUAL

    def _shows_too_small(self, exhibit: Exhibit) -> bool:
        """Say whether a table shows groups that are too small; no filter cuts the other side of a
        help, a thanks or a read.
        """
        everybody = replace(self, scope=replace(self.scope, teams=(), seniorities=()))
        cuts = [self, everybody] if _OTHER_SIDE & {*exhibit.relations} else [self]
        return any(
            cut.group(group, by)
            for cut in cuts
            for by in exhibit.shows
            for group in self.groups(by)
        )

    def list(self, metric: Metric) -> Clearance:
        """Return whether this viewer is shown the rows behind a number, and without which columns."""
        columns = () if self.scope.names else list_of(metric).columns
        hidden = frozenset(each.name for each in columns if each.personal)
        return Clearance(reason=self._unlisted(metric), hidden=hidden)

    def _unlisted(self, metric: Metric) -> Reason | None:
        names = self.scope.names
        if metric.never_listed:
            return withheld(metric.never_listed)
        if not names and lists_people(metric):
            return _PEOPLE_LISTED
        about = (*self.seniorities(metric.about), *self.seniorities(metric.about_others))
        if not names and (self.scope.seniorities or about):
            return TELLS_SENIORITY
        if self.number(metric):
            return _LISTS_FEW
        allowed = names and self.choices.individual_scores
        return None if allowed or not metric.individual else INDIVIDUAL

    def record(self) -> Reason | None:
        """Return why this viewer is shown no member's record, None where they are."""
        if not self.scope.names:
            return _RECORD
        return None if self.choices.individual_scores else INDIVIDUAL

    def refuses(self, teams: tuple[str, ...], seniorities: tuple[str, ...]) -> bool:
        """Say whether these teams and seniorities (none: all) together may not be shown."""
        small = self.choices.small_groups
        return not self.scope.names and small.refuses(teams, seniorities, self.choices.teams)

    def tells_of_few(self, name: str) -> bool:
        """Say whether a number or a column would tell this viewer of few people of no known team,
        or of other small groups.
        """
        small = self.choices.small_groups
        if name in BY_ALL_TEAMS and (small.shown_as or small.hidden):
            return not self.scope.names
        return not self.scope.names and name in BY_OWN_TEAMS and UNKNOWN in small.shown_as

    def seniorities(self, about: str | None) -> tuple[str, ...]:
        """Return the seniorities that a number is about; who is new is of one only where there is
        no roster.
        """
        named: dict[str | None, tuple[str, ...]] = {
            "junior": (self.choices.junior,),
            "senior": (self.choices.senior,),
            NEWCOMER: () if self.choices.has_roster else (self.choices.junior,),
            EVERY_SENIORITY: self.choices.seniority_choices(names=False),
        }
        return named.get(about, ())

    def _about_too_few(self, declared: Declared) -> bool:
        """Say whether what is about some seniority tells of too small a group for this viewer."""
        return any(
            self.refuses(cut, (seniority,))
            for about, cut in ((declared.about, self.scope.teams), (declared.about_others, ()))
            for seniority in self.seniorities(about)
        )

    def _too_small(self, group: str, by: str) -> bool:
        teams = (group,) if by == "team" else self.scope.teams
        seniorities = (group,) if by == "seniority" else self.scope.seniorities
        return by in ("team", "seniority") and self.refuses(teams, seniorities)
