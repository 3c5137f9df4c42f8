"""Groups of which nobody did what others did: that none of 30 juniors asked is a finding, not
missing data (metrics, 10.2).

To look for another act: a column of `Measurer.acts`, and its entry in `ACTS`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cop_metrics import words
from cop_metrics.access.scope import Scope
from cop_metrics.measure.measurer import Measurer
from cop_metrics.metrics import METRICS
from cop_metrics.metrics.metric import Metric
from cop_metrics.people import UNKNOWN

ACTS = {"wrote": "contributors", "asked": "questions", "helped": "helps", "read": "readers"}
"""By act: the number that counts it."""
IMPLIED = {"wrote": ("asked", "helped")}
"""By act: what nobody did either who did not do it."""


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A group of `people` of whom nobody did what the metric counts; `others` is the share of all
    others who did.

    `listed`: whether who never did anything is known, so that the share of the others is one of all
    of them. `team` and `seniority` are None where the group is of all teams or of every seniority.
    """

    metric: Metric
    act: str
    team: str | None
    seniority: str | None
    people: int
    others: float
    listed: bool

    @property
    def missing(self) -> float:
        """Return how many would have done it, had they done it as often as the others."""
        return self.people * self.others


def silences(measurer: Measurer, scope: Scope) -> tuple[Silence, ...]:
    """Return the groups within the scope of which nobody did what others did, those with the most
    people missing first.

    Of a team that is silent as a whole its seniorities are not named too. Acts are those of all
    topics, so that a scope of some has none; groups of fewer people than a small group has, those
    hidden from the viewer, and Unknown are left out.
    """
    if scope.topics or scope.explicit_only:
        return ()
    found: list[Silence] = []
    rows = measurer.within(scope).acts().to_dicts()
    rows.sort(key=lambda row: (row["team"] is not None) + (row["seniority"] is not None))
    for act in ACTS:
        if not measurer.unmeasurable(METRICS[ACTS[act]]):
            for silence in _of_act(act, rows, measurer, scope):
                if not any(each.act == act and _covers(each, silence) for each in found):
                    found.append(silence)
    within = (each for each in found if _within(each, scope))
    return tuple(
        sorted(
            within,
            key=lambda each: (-each.missing, each.team or "", each.seniority or "", each.act),
        )
    )


def _of_act(
    act: str, rows: list[dict[str, Any]], measurer: Measurer, scope: Scope
) -> Iterator[Silence]:
    whole = next((row for row in rows if row["team"] is None and row["seniority"] is None), None)
    if whole is None:
        return
    size, did = measurer.choices.small_groups.size, int(whole[act])
    for row in rows:
        team, seniority = (
            None if row[name] is None else str(row[name]) for name in ("team", "seniority")
        )
        people = int(row["people"])
        others = int(whole["people"]) - people
        if (
            row is whole
            or row[f"any_{act}"]
            or not did
            or min(people, others) < size
            or UNKNOWN in (team, seniority)
        ):
            continue
        if not measurer.sight(scope).refuses(_chosen(team), _chosen(seniority)):
            yield Silence(
                metric=METRICS[ACTS[act]],
                act=act,
                team=team,
                seniority=seniority,
                people=people,
                others=did / others,
                listed="account" in measurer.choices.measured,
            )


def _chosen(group: str | None) -> tuple[str, ...]:
    return () if group is None else (group,)


def distinct(found: Sequence[Silence]) -> tuple[Silence, ...]:
    """Return the silences without those that follow from another of them: who did not write did not
    ask either.
    """
    return tuple(
        each
        for each in found
        if not any(
            _covers(other, each) and each.act in IMPLIED.get(other.act, ()) for other in found
        )
    )


def _covers(wider: Silence, silence: Silence) -> bool:
    """Say whether all people of a silence are of another's group too."""
    return all(
        group is None or group == its
        for group, its in ((wider.team, silence.team), (wider.seniority, silence.seniority))
    )


def _within(silence: Silence, scope: Scope) -> bool:
    in_teams = silence.team is None or not scope.teams or silence.team in scope.teams
    return in_teams and (
        silence.seniority is None or not scope.seniorities or silence.seniority in scope.seniorities
    )


def silence_sentence(silence: Silence) -> str:
    """Return a silence as a sentence: "None of Service's 30 juniors asked, while 72 % of all others
    did.".
    """
    people = words.people_word(silence.people, (silence.seniority,) if silence.seniority else ())
    mark = "'" if silence.team and silence.team.endswith("s") else "'s"
    whose = f"{silence.team}{mark} {people}" if silence.team else f"the {people}"
    share = words.value(METRICS["contributor_rate"].unit, silence.others)
    others = f"{share} of all others" if silence.listed else "others"
    return f"None of {whose} {silence.act}, while {others} did."
