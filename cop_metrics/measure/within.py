"""One scope of one snapshot, in which numbers and tables are measured: what may be seen, what is
cut, and who is asked; and who held a group there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.access.scope import Scope
from cop_metrics.access.sight import Sight
from cop_metrics.limits import HELD_DAYS
from cop_metrics.measure.asking import Asking
from cop_metrics.measure.cut import Cut
from cop_metrics.measure.queries import NOT_SPLIT
from cop_metrics.metrics.metric import Counts, Exhibit, Metric, Whose
from cop_metrics.metrics.relation import RELATIONS

LONG_ENOUGH = f"sum(days_held) >= least({HELD_DAYS}, max(days))"
DID = {"asked": "questions", "helped": "helps", "wrote": "posts", "read": "threads_watched"}
"""By act: the column of `people` that counts it."""


@dataclass(frozen=True, kw_only=True)
class Holders:
    """Who held a group, cut by the filters that act on a number."""

    splits: tuple[str, ...]
    whose: Whose = Whose.MEMBER
    counts: Counts = Counts.STOCK
    needs: None = None
    about: None = None
    about_others: None = None


@dataclass(frozen=True)
class Within:
    """What is measured, asked and seen within one scope."""

    asking: Asking
    scope: Scope
    choices: CommunityChoices

    @cached_property
    def sight(self) -> Sight:
        return Sight(scope=self.scope, choices=self.choices)

    @cached_property
    def cut(self) -> Cut:
        return Cut(sight=self.sight)

    def other(self, scope: Scope) -> "Within":
        """Return the same snapshot within another scope."""
        return replace(self, scope=scope)

    def ask(self, sql: str) -> pl.DataFrame:
        """Return the rows of a statement over relations cut to this scope."""
        return self.asking.ask(sql, self.cut)

    def only_of(self, metric: Metric) -> tuple[str, ...]:
        """Return the one seniority of which a number is, whatever the filter; empty where it is of
        all.
        """
        filtered = "seniority" in metric.splits
        return self.sight.seniorities(metric.about) if metric.about and not filtered else ()

    def members(self, metric: Metric, by: str | None) -> dict[str, int]:
        """Return by group how many members a number could be about: who held it for long enough
        (2.8), else at all.

        Of what holds at the last moment of a period: who was there then.
        """
        about = self.only_of(metric)
        splits = (*metric.splits, "seniority") if about else metric.splits
        at_the_end = metric.measure.counts and metric.counts is Counts.STOCK
        scope = replace(self.scope, seniorities=about) if about else self.scope
        return self.other(scope).held(splits, by, at_the_end=at_the_end)

    def held(
        self, splits: tuple[str, ...], by: str | None, *, at_the_end: bool = False
    ) -> dict[str, int]:
        """Return by group how many members held it for long enough (2.8), else at all;
        `at_the_end`: at the last moment.
        """
        relation = RELATIONS["present" if at_the_end else "people"]
        people = self.cut.rows(relation, Holders(splits=splits), by)
        group = f"member_{by}" if by in ("team", "seniority") else "start" if by else NOT_SPLIT
        held = "true" if at_the_end else LONG_ENOUGH
        found = self.ask(
            f"with {self.cut.periods(by)}, cut as ({people}) select name, "
            "coalesce(nullif(count(*) filter (where long_enough), 0), count(*)) as people from ("
            f"select {group} as name, {held} as long_enough from cut group by 1, member_id) group by 1"
        )
        return {label(name): people for name, people in found.iter_rows()}

    def acts(self) -> pl.DataFrame:
        """Return how many people held each group for long enough (2.8), and how many of them did
        what.

        Columns: team and seniority, each null for all of them; people; of these asked, helped,
        wrote and read; and any_asked to any_read, what all who held the group did, however short.
        Cut by the days of the scope alone.
        """
        scope = replace(self.scope, teams=(), seniorities=(), topics=(), explicit_only=False)
        everybody = self.other(scope)
        cut = everybody.cut.rows(RELATIONS["people"], Holders(splits=()))
        groups = "member_team", "member_seniority"
        sets = _sets(("", *groups, ", ".join(groups)), "member_id")
        did = ", ".join(f"sum({of}) as {act}" for act, of in DID.items())
        each = f"select {', '.join(groups)}, {LONG_ENOUGH} as long_enough, {did} from cut group by {sets}"
        counted = ", ".join(
            f"count(*) filter (where long_enough and {act} > 0) as {act}, "
            f"cast(sum({act}) as bigint) as any_{act}"
            for act in DID
        )
        return everybody.ask(
            f"with {everybody.cut.periods(None)}, cut as ({cut}) "
            f"select member_team as team, member_seniority as seniority, "
            f"count(*) filter (where long_enough) as people, {counted} "
            f"from ({each}) group by 1, 2 order by 1, 2"
        )

    def groups_of(self, exhibit: Exhibit, by: str) -> set[str]:
        """Return the groups that the rows are of which an exhibit is made."""
        cut = self.cut.rows(RELATIONS[exhibit.relations[0]], exhibit)
        group = f"{exhibit.group_of or exhibit.whose}_{by}"
        found = self.ask(
            f"with {self.cut.periods(None)}, cut as ({cut}) select distinct {group} from cut"
        )
        return {label(group) for (group,) in found.iter_rows()}


def _sets(groups: Sequence[str], each: str) -> str:
    sets = ", ".join(f"({of}, {each})" if of else f"({each})" for of in groups)
    return f"grouping sets ({sets})"


def label(value: object) -> str:
    """Return a group as it is named, "" where nothing splits."""
    return "" if value is None else str(value)
