"""The numbers of the third promise: I answer, and become known. To add one: an entry in `METRICS`
or `EXHIBITS`.
"""

from dataclasses import replace

import numpy as np
import polars as pl
from scipy import special

from cop_metrics import words
from cop_metrics.limits import EDGE_DAYS, LEVEL_DAYS, MOST_KNOWN
from cop_metrics.metrics.aggregates import (
    Computed,
    Figure,
    PeopleShare,
    PeopleWithout,
    Share,
    Total,
)
from cop_metrics.metrics.columns import Column, ListOf, Role, Rows, person
from cop_metrics.metrics.metric import (
    NEWCOMER,
    NO_HELP,
    NOT_JOINED,
    WHO_IS_NEW,
    Better,
    Counts,
    Exhibit,
    Metric,
    Promise,
    Whose,
    exhibit_sql,
)
from cop_metrics.people.levels import LEVELS
from cop_metrics.reasons import nobody
from cop_metrics.sql import measured
from cop_metrics.statistics.concentration import z_score
from cop_metrics.statistics.means import mean_interval
from cop_metrics.statistics.waits import SurvivalCurve, survival
from cop_metrics.units import Unit

HELPER_SPLITS = ("team", "seniority", "topic")
MEMBER_SPLITS = ("team", "seniority")
ENOUGH_GIVERS = 3
NO_LEVELS = "nobody has a level, as nobody did anything yet"
MOVES = (180, "Moves between levels are known")
"""From which day of the data on moves between levels are known, and how that is said."""
CAME, WENT = "Came", "Went"
FLOWS = ("joined", "transferred in", "moved in", "moved out", "transferred out", "left")


def helps_each(people: pl.DataFrame) -> Figure:
    """Return the mean of helps over active people, a row each; the interval is that of the mean."""
    if people.is_empty():
        return Figure(value=None, sample_size=0, reason=nobody("nobody was active"))
    given = people["helps"].to_numpy()
    return Figure(value=float(given.mean()), sample_size=len(given), interval=mean_interval(given))


def given_by_three(helpers: pl.DataFrame) -> Figure:
    """Return the share of all helps that the three who gave the most gave."""
    if helpers.is_empty():
        return Figure(value=None, sample_size=0, reason=nobody("nobody helped"))
    total = int(helpers["helps"].sum())
    return Figure(value=int(helpers["helps"].top_k(BUSIEST).sum()) / total, sample_size=total)


def _others(of: str, title: str) -> ListOf:
    """Return the columns of a list of those on the other side, of whatever team."""
    name, team, seniority = person(of, title)
    own = (replace(team, title="Their team"), replace(seniority, title="Their seniority"))
    return ListOf(Rows.PEOPLE, (name, *own))


BUSIEST = 3

METRICS = (
    Metric(
        id="recognition_rate",
        promise=Promise.STATUS,
        title="Recognition rate",
        question="Is help thanked?",
        description="The share of helps that were thanked, upvoted or accepted within 30 days. Helps younger than 30 days are "
        "left out: too soon to tell. Thanks from oneself do not count.",
        formula="helps recognised within 30 days / helps given at least 30 days ago",
        source="our own, after Discourse",
        peers="Discourse ranks members by the likes that they received. Of posts that received none such a ranking "
        "tells nothing.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Share(hit="recognised_in_30_days", person="helper_id"),
        splits=HELPER_SPLITS,
        needs="reaction",
    ),
    Metric(
        id="helps",
        promise=Promise.STATUS,
        title="Helps",
        question="How much help is given?",
        description="Pairs of a question and a member who answered it, the asker left out: three messages of one helper to "
        "one question are one help. It counts in the period in which the helper first answered.",
        formula="count of (question, helper)",
        source="our own",
        peers="Discourse's support section counts replies: three by one person in one topic are three.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(of="count(*)"),
        splits=HELPER_SPLITS,
    ),
    Metric(
        id="people_helped",
        promise=Promise.STATUS,
        title="People helped",
        question="How far does help reach?",
        description="Distinct people whose questions somebody else answered in the period; deleted accounts are left out.",
        formula="distinct askers of helps",
        source="our own",
        peers="SWOOP ranks people by how many others they engaged, whether or not these had asked for help.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(
            of="count(distinct asker_id)",
            listed="asker",
            where="not asker_deleted",
            shows=_others("asker", "Person helped"),
        ),
        splits=HELPER_SPLITS,
    ),
    Metric(
        id="teams_helped",
        promise=Promise.STATUS,
        title="Teams helped",
        question="How many teams does help reach?",
        description="Distinct teams whose members were helped in the period; people in no known team are not counted.",
        formula="distinct teams of the askers of helps",
        source="our own",
        peers="SWOOP's diversity index tells in how many groups somebody is active, and not from which teams those "
        "came whom they helped.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(
            of="count(distinct asker_team)",
            listed="asker_team",
            where="asker_team <> 'Unknown'",
            shows=ListOf(
                Rows.GROUPS, (Column("asker_team", "Team helped", Role.TEAM, personal=True),)
            ),
        ),
        splits=HELPER_SPLITS,
        needs="team",
    ),
    Metric(
        id="thankers",
        promise=Promise.STATUS,
        title="People who thanked",
        question="From how many people does recognition come?",
        description="Distinct people who upvoted or thanked somebody else's post in the period; deleted accounts are left out. "
        "Only where the source says who.",
        formula="distinct givers of upvotes and thanks",
        source="our own",
        peers="Discourse counts the givers of likes for each of the ten members whom most people liked, not over all.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="recognitions",
        measure=Total(
            of="count(distinct giver_id)",
            listed="giver_id",
            where="not giver_deleted and reason <> 'accepted'",
            shows=_others("giver", "Person who thanked"),
        ),
        splits=MEMBER_SPLITS,
        needs="thanker",
    ),
    Metric(
        id="recognised_by_juniors",
        promise=Promise.STATUS,
        title="Recognised by juniors",
        question="Do juniors recognise those who help them?",
        description="Of the upvotes, thanks and acceptances that members received in the period, the share given by juniors; an "
        "answer is accepted by the asker. Only where the source says who gave them. Without a roster, newcomers stand in.",
        formula="upvotes, thanks and acceptances given by juniors / those of known givers",
        source="our own",
        peers="Discourse ranks members by likes from people of a lower trust level, both as they are today and not "
        "as they were then.",
        unit=Unit.PERCENT,
        better=Better.NEITHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="recognitions",
        measure=Share(hit="giver_seniority = $junior", person="member_id", other="giver_id"),
        splits=MEMBER_SPLITS,
        needs="thanker",
        about="junior",
        about_others="junior",
    ),
    Metric(
        id="first_helps",
        promise=Promise.STATUS,
        title="First answers",
        question="How many people helped for the first time?",
        description="People whose first help ever lies in the period. People who were there in the first 90 days of the data "
        "are left out: their first help may be older than the data. So are deleted accounts.",
        formula="helpers whose first help lies in the period",
        source="CHAOSS new contributors",
        peers="Discourse's new contributors are people with a first post, whether they asked or answered.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(of="count(*)", where="is_first and not helper_deleted"),
        splits=("team", "seniority"),
        about=NEWCOMER,
        edge_days=EDGE_DAYS,
    ),
    Metric(
        id="points",
        promise=Promise.STATUS,
        title="Points",
        question="How much recognition is earned?",
        description="Points that members gained in the period: help 2, accepted 15, upvote or thanks on a help 10, on a "
        "question 5, on another post 2, downvote -2; none from oneself, at most 5 thanks a month from one person to "
        "another, at most 50 points a thread.",
        formula="sum of dated points",
        source="our own, after Stack Exchange",
        peers="Stack Exchange caps the points of a day, and an answer that nobody votes for or accepts earns none.",
        unit=Unit.POINTS,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="points",
        measure=Total(of="coalesce(sum(points), 0)"),
        splits=MEMBER_SPLITS,
        individual=True,
    ),
    Metric(
        id="helpers_and_up",
        promise=Promise.STATUS,
        title="Helpers, experts and mentors",
        question="Is the community growing its own experts?",
        description="Members at the level Helper or above at the last moment of the period.",
        formula="members whose level is Helper, Expert or Mentor",
        source="Discourse's pipeline of trust levels",
        peers="Discourse tells how many are at each trust level today, whatever the period. Savannah overwrites "
        "levels, so growth is lost.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="levels",
        measure=Total(of="count(*)", listed="member", where="level >= 2"),
        splits=MEMBER_SPLITS,
        individual=True,
        beside="helpers_and_up_rate",
    ),
    Metric(
        id="helpers_and_up_rate",
        promise=Promise.STATUS,
        title="Members who are helpers, experts or mentors",
        question="Does the community grow experts faster than it grows?",
        description="The share of members at the level Helper or above at the last moment of the period. Members who never did "
        "anything are members too.",
        formula="members whose level is Helper, Expert or Mentor / members, at the end of the period",
        source="our own, after Discourse's pipeline of trust levels",
        peers="Discourse tells how many are at each trust level today, and not of how many.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="levels_of_members",
        measure=Share(hit="level >= 2", person=None),
        splits=MEMBER_SPLITS,
        needs="account",
        individual=True,
    ),
    Metric(
        id="moved_up",
        promise=Promise.STATUS,
        title="Moved up",
        question="How many rose to a higher level?",
        description="People who rose to a higher level at least once in the period; joining is no rise. The first 180 days of "
        "the data are left out, since levels look back as far.",
        formula="distinct members with a rise",
        source="our own, after Discourse",
        peers="Discourse counts moves, so that somebody who rises twice is two. Savannah overwrites levels, so a "
        "rise leaves no trace.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(distinct member)", listed="member", where="to_level > from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        beside="moves_up",
        edge_days=LEVEL_DAYS,
    ),
    Metric(
        id="moves_up",
        promise=Promise.STATUS,
        title="Moves up",
        question="How often did somebody rise?",
        description="Moves to a higher level in the period, each counted: who moves twice counts twice, and who moves up and "
        "down again is one of each. The first 180 days of the data are left out.",
        formula="count of moves to a higher level",
        source="our own, after Discourse",
        peers="Discourse counts moves alone, of its own trust levels; Savannah keeps no history of levels to count them in.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(*)", where="to_level > from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        edge_days=LEVEL_DAYS,
    ),
    Metric(
        id="moved_down",
        promise=Promise.STATUS,
        title="Moved down",
        question="How many fell to a lower level?",
        description="People who fell to a lower level at least once in the period, because they helped less in the last 180 "
        "days. The first 180 days of the data are left out.",
        formula="distinct members with a fall",
        source="our own, after Discourse",
        peers="Discourse takes only its trust level 3 back by itself. Savannah deletes a level that is not kept, so "
        "a fall leaves no trace.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(distinct member)", listed="member", where="to_level < from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        beside="moves_down",
        edge_days=LEVEL_DAYS,
    ),
    Metric(
        id="moves_down",
        promise=Promise.STATUS,
        title="Moves down",
        question="How often did somebody fall?",
        description="Moves to a lower level in the period, each counted: who moves twice counts twice, and who moves up and "
        "down again is one of each. The first 180 days of the data are left out.",
        formula="count of moves to a lower level",
        source="our own, after Discourse",
        peers="Discourse counts moves alone, of its own trust levels; Savannah keeps no history of levels to count them in.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(*)", where="to_level < from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        edge_days=LEVEL_DAYS,
    ),
    Metric(
        id="seniors_helping",
        promise=Promise.STATUS,
        title="Seniors who help",
        question="Are seniors doing their part?",
        description="The share of seniors who helped while they were seniors for at least 30 days of the period (all of it, if "
        "it is shorter). Without a roster, established members stand in.",
        formula="seniors with a help / seniors",
        source="our own",
        peers="Discourse tells which share of replies is by staff or a trust level, not which share of these people "
        "reply.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="seniors",
        measure=PeopleShare(did="helps > 0"),
        splits=("team",),
        needs="account",
        about="senior",
    ),
    Metric(
        id="seniors_silent",
        promise=Promise.STATUS,
        title="Seniors who never helped",
        question="How many seniors gave no help?",
        description="Seniors who gave no help while they were seniors for at least 30 days of the period (all of it, if it is "
        "shorter): those who are left of the share of seniors who help.",
        formula="seniors without a help",
        source="our own",
        peers="SWOOP's and Discourse's rankings name who is on top; who gave nothing is in none.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="seniors",
        measure=PeopleWithout(did="helps > 0"),
        splits=("team",),
        needs="account",
        about="senior",
    ),
    Metric(
        id="seniors_unrecognised",
        promise=Promise.STATUS,
        title="Seniors who helped and got nothing",
        question="Which seniors help without being recognised?",
        description="Seniors who helped in the period, and none of whose helps of the period was thanked, upvoted or accepted "
        "within 90 days. Helps younger than 90 days are left out: too soon to tell. Without a roster, established members "
        "stand in.",
        formula="seniors with helps at least 90 days old, none of them recognised within 90 days",
        source="our own",
        peers="Discourse lists who received most likes; who helped and received none is not in it.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(
            of="case when count(recognised_in_90_days) > 0 then "
            "count(distinct case when recognised_in_90_days is not null then helper_id end) - "
            "count(distinct case when recognised_in_90_days then helper_id end) end",
            listed="helper_id",
            where="helper_seniority = $senior",
            without="recognised_in_90_days",
            shows=ListOf(Rows.PEOPLE, person("helper", "Senior")[:2]),
            unknown="too soon to tell: none of these helps is 90 days old",
        ),
        splits=("team", "topic"),
        needs="reaction",
        comparable=False,
        about="senior",
    ),
    Metric(
        id="helpers_rate",
        promise=Promise.STATUS,
        title="Share who helped",
        question="How many take on the part of a helper?",
        description="The share of members who answered somebody else's question, while in a group that they held for at least "
        "30 days of the period.",
        formula="members with a help / members",
        source="our own",
        peers="SWOOP gives the share of responders, people who rather respond than post, with reactions as well as "
        "replies.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="people",
        measure=PeopleShare(did="helps > 0"),
        splits=MEMBER_SPLITS,
        needs="account",
    ),
    Metric(
        id="asked_or_read_rate",
        promise=Promise.STATUS,
        title="Share who asked or read",
        question="How many use the community as a tool?",
        description="The share of members who asked a question or read a thread in which they had not posted, while in a group "
        "that they held for at least 30 days of the period. Where reads are not recorded it is not measurable: asking alone "
        "would not be the same number.",
        formula="members who asked, or read a thread they had not posted in / members",
        source="our own",
        peers="Viva Engage calls active whoever viewed, wrote or reacted, so asking and reading are in one with "
        "everything else.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="people",
        measure=PeopleShare(did="questions > 0 or threads_watched > 0"),
        splits=MEMBER_SPLITS,
        needs=("read", "account"),
    ),
    Metric(
        id="helps_per_active",
        promise=Promise.STATUS,
        title="Helps per active member",
        question="What load does helping put on them?",
        description="Helps given in the period for each member who posted, reacted or read in it; deleted accounts are left out. "
        "The interval is that of the mean over people.",
        formula="helps / members who posted, reacted or read",
        source="our own",
        peers="SWOOP's activity per active user adds up posts, replies and likes.",
        unit=Unit.RATIO,
        better=Better.NEITHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Computed(
            columns=("cast(sum(helps) as bigint) as helps",),
            per=("member_id",),
            compute=helps_each,
            where="not is_deleted",
            listed="member_id",
        ),
        splits=MEMBER_SPLITS,
    ),
    Metric(
        id="top_three_share",
        promise=Promise.STATUS,
        title="Help given by the top three",
        question="How much of the help rests on three people?",
        description="The share of helps in the period that the three who helped the most gave: of a team's help, its own three; "
        "of everybody's, three of all. It has no interval: who the three are is chosen by the same numbers.",
        formula="helps of the three who helped the most / helps",
        source="our own",
        peers="8Knot shows the shares of the first ten, or of as many as one chooses, for one kind of act such as "
        "commits.",
        unit=Unit.PERCENT,
        better=Better.LOWER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Computed(
            columns=("count(*) as helps",),
            per=("helper_id",),
            where="helper_known",
            compute=given_by_three,
        ),
        splits=HELPER_SPLITS,
        needs="team",
    ),
    Metric(
        id="juniors_silent",
        promise=Promise.STATUS,
        title="Juniors who never asked",
        question="How many juniors asked nothing?",
        description="Juniors who asked no question while they were juniors for at least 30 days of the period (all of it, if it "
        "is shorter).",
        formula="juniors without a question",
        source="our own",
        peers="SWOOP's curiosity index is a share of messages: those who never ask are not in it.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="juniors",
        measure=PeopleWithout(did="questions > 0"),
        splits=("team",),
        needs="account",
        about="junior",
    ),
    Metric(
        id="juniors_helped_by_seniors",
        promise=Promise.STATUS,
        title="Juniors' questions first answered by a senior",
        question="Do seniors answer juniors?",
        description="Of the questions of juniors, the share whose first answer by another came within 7 days, from a senior. "
        "Questions younger than 7 days are left out: too soon to tell; so are those withdrawn before that age without an answer. "
        "Without a roster, newcomers and established members stand in.",
        formula="juniors' questions first answered within 7 days, by a senior / juniors' questions asked at least 7 days ago",
        source="our own",
        peers="Discourse gives the share of all topics whose first reply is by staff; topics without a reply count "
        "as not.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(
            hit="case when helped_in_7_days is not null and asker_seniority = $junior "
            "then helped_in_7_days and coalesce(first_helper_seniority = $senior, false) end",
            person="asker_id",
        ),
        splits=("team", "topic"),
        about="junior",
        about_others="senior",
    ),
)


def balanced(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of each level: start + joined + transferred in + moved in - moved out - ...
    = end.
    """
    before = pl.col("day") < pl.col("flows_from")
    within = ~before & (pl.col("day") < pl.col("flows_until"))
    flows = [
        pl.col("amount")
        .filter(within & (pl.col("reason") == reason))
        .abs()
        .sum()
        .alias(reason.replace(" ", "_"))
        for reason in FLOWS
    ]
    return (
        ledger.group_by("level", "level_name")
        .agg(
            pl.col("amount").filter(before).sum().alias("start"),
            *flows,
            pl.col("amount").sum().alias("end"),
        )
        .cast(
            {
                "start": pl.Int64,
                "end": pl.Int64,
                **{reason.replace(" ", "_"): pl.Int64 for reason in FLOWS},
            }
        )
        .sort("level")
    )


CLAIMED = {
    "asked_or_read_rate": ("A tool to perform", "Asked or read"),
    "solved_rate": ("A tool to perform", "Their questions resolved"),
    "helpers_rate": ("A responsibility and a profile", "Helped"),
    "recognition_rate": ("A responsibility and a profile", "Their help recognised"),
    "team's top three": ("A responsibility and a profile", "Given by their team's top three"),
}
"""By number of the two claims: of which claim it is, and as what it stands there."""
CLAIM_SCHEMA: dict[str, type[pl.DataType]] = {
    "claim": pl.String,
    "number": pl.String,
    "seniority": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "helps_per_active": pl.Float64,
    "note": pl.String,
}
NO_TEAM_LOAD = "nobody of a known team helped, or it would tell of too small a group"


def both_claims(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers of the two claims by seniority, with the helps of an active member beside
    the share who helped.

    What the top three gave has no interval: who they are is chosen by the same numbers.
    """
    found = {(row["number"], row["group"]): row for row in numbers.iter_rows(named=True)}
    none = {"value": None, "low": None, "high": None, "n": 0, "note": NO_TEAM_LOAD}
    rows: list[tuple[object, ...]] = []
    for number, (claim, title) in CLAIMED.items():
        for group in numbers["group"].unique(maintain_order=True):
            row = found.get((number, group), none)
            load = found["helps_per_active", group]["value"] if number == "helpers_rate" else None
            rows.append(
                (
                    claim,
                    title,
                    group,
                    *(row[name] for name in ("value", "low", "high", "n")),
                    load,
                    row["note"],
                )
            )
    return pl.DataFrame(rows, schema=CLAIM_SCHEMA, orient="row")


def level_paths_finding(paths: pl.DataFrame) -> str | None:
    """Say how many of those there at the start and at the end are higher, lower and at the same
    level.
    """
    step = {level.name: level.number for level in LEVELS}
    known = paths.filter(pl.col("before").is_in(list(step)) & pl.col("after").is_in(list(step)))
    if known.is_empty():
        return None
    moved = (
        (pl.col("after").replace_strict(step) - pl.col("before").replace_strict(step))
        .sign()
        .alias("moved")
    )
    people = dict(known.group_by(moved).agg(pl.col("people").sum()).iter_rows())
    told = [
        f"{people.get(way, 0):,d} {word}"
        for way, word in ((1, "rose"), (-1, "fell"), (0, "are where they were"))
    ]
    return f"Of those here at both ends, {words.listing(told)}."


TENDENCIES = ("mostly asks", "both alike", "mostly helps")
CLEARLY = 1.0


def tendency(helped: int, helped_by: int) -> str | None:
    """Return the z-score of both counts of distinct people in words; None at 0 and 0.

    Clearly apart is a z-score of 1 or more: about as far as luck alone would lead one who asks and
    helps alike.
    """
    score = z_score(helped, helped_by)
    if score is None:
        return None
    asks, alike, helps = TENDENCIES
    return helps if score >= CLEARLY else asks if score <= -CLEARLY else alike


def with_tendency(counted: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the counts `helped` and `helped_by` with what each mostly does in words."""
    told = [tendency(*counts) for counts in counted.select("helped", "helped_by").iter_rows()]
    return counted.with_columns(pl.Series("tendency", told, dtype=pl.String))


def tendencies(counted: pl.DataFrame) -> pl.DataFrame:
    """Return how many people of each seniority mostly ask, mostly help, or do both alike, from
    counts of equal people.

    `counted`: rows by seniority, and once more, without one, of everybody over all that they did.
    """
    return (
        with_tendency(counted.filter(pl.col("seniority").is_not_null()))
        .group_by("seniority", "tendency")
        .agg(pl.col("people").sum())
        .sort("seniority", pl.col("tendency").cast(pl.Enum(TENDENCIES)))
    )


def tendencies_finding(counted: pl.DataFrame) -> str | None:
    """Say of how many who took part which tendency is the most frequent."""
    everybody = with_tendency(counted.filter(pl.col("seniority").is_null()))
    people = dict(everybody.group_by("tendency").agg(pl.col("people").sum()).iter_rows())
    most = max(TENDENCIES, key=lambda each: (people.get(each, 0), each))
    does = {
        "mostly asks": "mostly ask",
        "both alike": "ask and help alike",
        "mostly helps": "mostly help",
    }
    return f"Of {sum(people.values()):,d} who helped or were helped, {people.get(most, 0):,d} {does[most]}."


MILESTONES = {
    "First post": "days_to_post",
    "First help": "days_to_help",
    "First thanks": "days_to_thanks",
    "First accepted help": "days_to_accepted",
}
RECORDED = {
    "days_to_thanks": measured("reaction"),
    "days_to_accepted": "exists (select 1 from main.questions where community = $community and accepted)",
}
"""By step: where it is recorded at all."""
MILESTONE_DAYS = 365
WITHIN = (30, 90, 365)
CURVE_SCHEMA: dict[str, type[pl.DataType]] = {
    "milestone": pl.String,
    "days": pl.Int64,
    "reached": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "followed": pl.Int64,
}
COHORT_SCHEMA: dict[str, type[pl.DataType]] = {
    "cohort": pl.String,
    "milestone": pl.String,
    "people": pl.Int64,
    **{f"within_{days}": pl.Float64 for days in WITHIN},
}


def _milestones_sql(by: str) -> str:
    """Return the SQL that counts people by step, days until it (else followed), and whether it was
    reached.

    A step that the sources cannot tell of is not among them: nobody would ever seem to take it.
    """
    parts = [
        f"select {by}{number} as step, least(coalesce({column}, followed_days), followed_days) as days, "
        f"coalesce({column} <= followed_days, false) as reached, count(*) as people, min(days_since) as youngest "
        f"from milestones where {RECORDED.get(column, 'true')} group by all"
        for number, column in enumerate(MILESTONES.values())
    ]
    return f"select * from ({' union all '.join(parts)}) order by all"


def _curve(part: pl.DataFrame) -> SurvivalCurve:
    people = part["people"].to_numpy()
    return survival(
        np.repeat(part["days"].to_numpy(), people), np.repeat(part["reached"].to_numpy(), people)
    )


def milestone_curves(counted: pl.DataFrame) -> pl.DataFrame:
    """Return the share who had taken each step by days since joining, with its band, until a year
    after.
    """
    frames = [pl.DataFrame(schema=CURVE_SCHEMA)]
    for number, step in enumerate(MILESTONES):
        part = counted.filter(pl.col("step") == number)
        if part.is_empty():
            continue
        curve = _curve(part)
        days = np.unique(np.append(0, curve.times[curve.times <= MILESTONE_DAYS])).astype(int)
        low, high = curve.band_at(days)
        columns = (1 - curve.at(days), 1 - high, 1 - low, curve.at_risk_at(days))
        frames.append(
            pl.DataFrame(dict(zip(list(CURVE_SCHEMA)[1:], (days, *columns), strict=True)))
            .insert_column(0, pl.lit(step).alias("milestone"))
            .cast(CURVE_SCHEMA)  # type: ignore[arg-type]
        )
    return pl.concat(frames)


def milestone_cohorts(counted: pl.DataFrame) -> pl.DataFrame:
    """Return the shares within 30, 90 and 365 days by half-year of joining; null where some have
    not been here so long.
    """
    rows: list[tuple[object, ...]] = []
    names = list(MILESTONES)
    for start, step in counted.select("cohort", "step").unique().sort("cohort", "step").iter_rows():
        part = counted.filter(pl.col("cohort") == start, pl.col("step") == step)
        curve, youngest = _curve(part), min(part["youngest"].to_list())
        shares = [float(1 - curve.at(days)) if youngest >= days else None for days in WITHIN]
        half = "January to June" if start.month == 1 else "July to December"
        rows.append((f"{half} {start.year}", names[step], sum(part["people"].to_list()), *shares))
    return pl.DataFrame(rows, schema=COHORT_SCHEMA, orient="row")


HALF_YEAR = (
    "make_date(cast(extract(year from date '1970-01-01' + cast(since_day as int)) as int), "
    "case when extract(month from date '1970-01-01' + cast(since_day as int)) <= 6 then 1 else 7 end, 1) as cohort, "
)


def growth_bound(compared: int, blocks: int) -> float:
    """Return how many standard errors a gain must have, for one of twenty chances that any of so
    many has them by luck.
    """
    return float(special.stdtrit(2 * blocks - 2, 1 - FALSELY / max(1, compared)))


def rising_members(gains: pl.DataFrame) -> pl.DataFrame:
    """Return members whose points grew over their own earlier period beyond luck, by what the gain
    is at least (metrics, 10.10).

    Both periods are cut into as many stretches, whose points differ by luck from one another as the
    periods do. The bound is corrected for all members who gained or lost points, so that in a
    community in which nobody changes it is above 0 for anybody in one of twenty periods. Members
    with at least three givers; those not present through the whole earlier period are "new faces",
    whatever their bound.
    """
    if gains.is_empty() or gains["blocks"][0] < 2:
        return pl.DataFrame(schema=RISING_SCHEMA)
    now, before = (pl.col(f"points_{side}").cast(pl.Float64) for side in ("now", "before"))
    within = (pl.col("squares") - (now**2 + before**2) / pl.col("blocks")).clip(lower_bound=0)
    error = (within / (pl.col("blocks") - 1) * pl.col("blocks")).sqrt()
    surely = growth_bound(*gains.select("compared", "blocks").row(0))
    return (
        gains.with_columns(
            (now - before).alias("gain"),
            (now - before - surely * error).alias("at_least"),
            pl.when("was_present")
            .then(pl.lit("rising"))
            .otherwise(pl.lit("new face"))
            .alias("kind"),
        )
        .filter((pl.col("givers") >= ENOUGH_GIVERS) & (pl.col("gain") > 0))
        .filter((pl.col("at_least") > 0) | (pl.col("kind") == "new face"))
        .sort("kind", "at_least", "member", descending=[True, True, False])
        .rename({"member_team": "team", "member_seniority": "seniority"})
        .select(list(RISING_SCHEMA))
        .cast(RISING_SCHEMA)  # type: ignore[arg-type]
        .head(MOST_RISING)
    )


MOST_RISING = 200
FALSELY = 0.05
RISING_SCHEMA: dict[str, type[pl.DataType]] = {
    "name": pl.String,
    "team": pl.String,
    "seniority": pl.String,
    "points_before": pl.Int64,
    "points_now": pl.Int64,
    "gain": pl.Float64,
    "at_least": pl.Float64,
    "givers": pl.Int64,
    "kind": pl.String,
}

EXHIBITS = (
    Exhibit(
        id="levels",
        promise=Promise.STATUS,
        title="How many are at each level?",
        description="Members at each level at the end of the period, judged by what they did in the 180 days before.",
        source="Discourse's trust levels",
        empty=NO_LEVELS,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("levels",),
        sql="select level, level_name, count(*) as people from levels "
        "where start = (select max(start) from periods) group by all order by level",
        rows=Rows.GROUPS,
        columns=(
            Column("level", "Step", Role.ORDER),
            Column("level_name", "Level", Role.LEVEL),
            Column("people", "People", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
    ),
    Exhibit(
        id="levels_over_time",
        promise=Promise.STATUS,
        title="Is the community growing its own experts?",
        description="Members at each level at the end of each month; what they did in the 180 days before decides.",
        source="Discourse's pipeline",
        empty=NO_LEVELS,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("levels",),
        sql="select start as month, level, level_name, count(*) as people from levels "
        "group by all order by month, level",
        rows=Rows.GROUPS,
        columns=(
            Column("month", "Month", Role.MONTH),
            Column("level", "Step", Role.ORDER),
            Column("level_name", "Level", Role.LEVEL),
            Column("people", "People", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
    ),
    Exhibit(
        id="level_flows",
        promise=Promise.STATUS,
        title="How do people move between levels?",
        description="For each level: who was there at the start, who came and who went, and who is there at the end. Moved is "
        "a rise or a fall, each counted; transferred is a change of team or seniority into or out of what the filters let in. "
        "It starts 180 days after the data.",
        source="our own, after Savannah's and Discourse's faults",
        empty=NO_LEVELS,
        known_from=MOVES,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("level_ledger",),
        sql="""with one_sided as (
                select member, day from level_ledger where reason in ('transferred in', 'transferred out')
                group by all having count(*) = 1
            )
            select level, level_name, day, reason, flows_from, flows_until, sum(amount) as amount
            from level_ledger left join one_sided using (member, day)
            where reason not in ('transferred in', 'transferred out') or one_sided.day is not null
            group by all order by all""",
        rows=Rows.GROUPS,
        columns=(
            Column("level_name", "Level", Role.LEVEL),
            Column("start", "At the start", Role.VALUE, Unit.COUNT),
            Column("joined", "Joined", Role.VALUE, Unit.COUNT),
            Column("transferred_in", "Transferred in", Role.VALUE, Unit.COUNT),
            Column("moved_in", "Moved in", Role.VALUE, Unit.COUNT),
            Column("moved_out", "Moved out", Role.VALUE, Unit.COUNT),
            Column("transferred_out", "Transferred out", Role.VALUE, Unit.COUNT),
            Column("left", "Left", Role.VALUE, Unit.COUNT),
            Column("end", "At the end", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        shape=balanced,
        drawn=False,
    ),
    Exhibit(
        id="level_paths",
        promise=Promise.STATUS,
        title="Where do the members of each level end up?",
        description="Members by their level where the flows start and where they end: the end of the period, and its start, but "
        "180 days after the data's at the earliest. Came: joined, or came from another group; went: left, or changed group.",
        source="our own, after Savannah's and Discourse's faults",
        empty=NO_LEVELS,
        known_from=MOVES,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("level_sides",),
        sql=f"""
            select coalesce(first.level_name, '{CAME}') as before, coalesce(last.level_name, '{WENT}') as after,
                count(*) as people
            from (select * from level_sides where side = 'start' and flows_known) as first
            full join (select * from level_sides where side = 'end' and flows_known) as last using (member)
            group by all order by before, after""",
        rows=Rows.GROUPS,
        columns=(
            Column("before", "Level before", Role.LEVEL),
            Column("after", "Level after", Role.LEVEL),
            Column("people", "People", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        finding=level_paths_finding,
    ),
    Exhibit(
        id="recognition_by_seniority",
        promise=Promise.STATUS,
        title="Who recognises whom?",
        description="Upvotes, thanks and acceptances in the period by the seniority of who gave them and of who received them, "
        "each at that time; an answer is accepted by the asker. Only where the source says who gave them.",
        source="our own",
        empty="nobody is known to have upvoted, thanked or accepted another",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("recognitions",),
        sql="select giver_seniority, member_seniority, count(*) as thanks from recognitions "
        "where giver_seniority is not null group by all order by all",
        rows=Rows.GROUPS,
        columns=(
            Column("giver_seniority", "Given by", Role.SENIORITY),
            Column("member_seniority", "Received by", Role.SENIORITY),
            Column("thanks", "Recognitions", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        every_group=True,
        needs="thanker",
    ),
    Exhibit(
        id="asking_and_helping",
        promise=Promise.STATUS,
        title="Who mostly helps, and who mostly asks?",
        description="Members who helped or were helped in the period, by seniority: those whom they helped against those who "
        "helped them, both as distinct people. Mostly: apart by at least the square root of both together. Who changed "
        "seniority meanwhile is in each, for what they did there. Deleted accounts are left out.",
        source="z-score of Zhang, Ackerman and Adamic 2007, over distinct people",
        empty=NO_HELP,
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("given", "received"),
        sql=exhibit_sql("asking_and_helping"),
        rows=Rows.GROUPS,
        columns=(
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("tendency", "On balance", Role.GROUP),
            Column("people", "People", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        shape=tendencies,
        every_group=True,
        finding=tendencies_finding,
    ),
    Exhibit(
        id="members_known",
        promise=Promise.STATUS,
        title="Who is known for what they give?",
        description=f"The {MOST_KNOWN} members who gained the most points in the period: level at its end, points "
        "gained, people and teams helped, upvotes and thanks received, and whether they mostly help or mostly ask. Rank: "
        "ExpertiseRank over the last 12 months of the data, in which help for those who help others counts for more; 1 is the "
        "highest.",
        source="our own; ExpertiseRank of Zhang, Ackerman and Adamic 2007",
        empty="nobody gained points",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("points", "given", "received", "recognitions", "level_sides"),
        sql=exhibit_sql("members_known"),
        rows=Rows.PEOPLE,
        columns=(
            Column("name", "Member", Role.PERSON),
            Column("team", "Team", Role.TEAM),
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("level_name", "Level", Role.LEVEL),
            Column("points", "Points gained", Role.VALUE, Unit.POINTS),
            Column("helped", "People helped", Role.VALUE, Unit.COUNT),
            Column("teams_helped", "Teams helped", Role.VALUE, Unit.COUNT),
            Column("thanks", "Upvotes and thanks", Role.VALUE, Unit.COUNT),
            Column("tendency", "On balance", Role.GROUP),
            Column("rank", "Rank", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        shape=with_tendency,
        individual=True,
        drawn=False,
    ),
    Exhibit(
        id="milestones",
        promise=Promise.STATUS,
        title="How long is the way from joining to being known?",
        description="The share of members who had posted, helped, been thanked or upvoted, and had a help accepted for the first "
        "time, by the days since they joined (else were first seen), with a 95 % band. Members who joined 90 days or more "
        "after the data begins and until the end of the period; who left, or is not here so long yet, is followed until then. "
        "Steps of which the source does not tell, such as thanks, are left out.",
        source="our own, after Kaplan and Meier 1958",
        empty=NOT_JOINED,
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("milestones",),
        sql=_milestones_sql(""),
        rows=Rows.GROUPS,
        columns=(
            Column("milestone", "Step", Role.GROUP),
            Column("days", "Days since joining", Role.ELAPSED, Unit.COUNT),
            Column("reached", "Reached", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("followed", "Members still followed", Role.VALUE, Unit.COUNT),
        ),
        splits=MEMBER_SPLITS,
        needs="account",
        shape=milestone_curves,
        about=NEWCOMER,
    ),
    Exhibit(
        id="milestone_cohorts",
        promise=Promise.STATUS,
        title="Does the way get shorter for those who join later?",
        description="The share of those who joined in a half-year who had taken each first step within 30, 90 and 365 days. A "
        "field is empty where some of them have not been here so long yet. Who left is followed until then. Members who "
        "joined 90 days or more after the data begins and until the end of the period. Steps of which the source does not "
        "tell are left out.",
        source="our own, after Kaplan and Meier 1958",
        empty=NOT_JOINED,
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("milestones",),
        sql=_milestones_sql(HALF_YEAR),
        rows=Rows.GROUPS,
        columns=(
            Column("cohort", "Joined", Role.GROUP),
            Column("milestone", "Step", Role.GROUP),
            Column("people", "Members", Role.VALUE, Unit.COUNT),
            Column("within_30", "Within 30 days", Role.VALUE, Unit.PERCENT),
            Column("within_90", "Within 90 days", Role.VALUE, Unit.PERCENT),
            Column("within_365", "Within 365 days", Role.VALUE, Unit.PERCENT),
        ),
        splits=MEMBER_SPLITS,
        needs="account",
        shape=milestone_cohorts,
        about=NEWCOMER,
        drawn=False,
    ),
    Exhibit(
        id="claims",
        promise=Promise.STATUS,
        title="A tool for juniors, a responsibility for seniors?",
        description="The two claims in numbers, juniors beside mid beside seniors. A tool to perform: who asked or read, and "
        "whose questions were resolved within 30 days. A responsibility and a profile: who helped, with helps per active "
        "member; whose help was recognised within 30 days; and how much of it came from the three of their team who "
        "helped the most, which has no interval: who they are is chosen by the same numbers.",
        source="our own",
        empty="no member was there",
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("team_loads",),
        panel=(
            "asked_or_read_rate",
            "solved_rate",
            "helpers_rate",
            "helps_per_active",
            "recognition_rate",
        ),
        sql="""
            select 'team''s top three' as number, member_seniority as "group",
                sum(helps) filter (where is_busiest) / sum(helps) as value, cast(sum(helps) as bigint) as n
            from team_loads group by all order by all""",
        rows=Rows.GROUPS,
        columns=(
            Column("claim", "Claim", Role.GROUP),
            Column("number", "Number", Role.GROUP),
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("value", "Share", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("n", "n", Role.VALUE, Unit.COUNT),
            Column("helps_per_active", "Helps per active member", Role.VALUE, Unit.RATIO),
            Column("note", "Note", Role.TEXT),
        ),
        splits=MEMBER_SPLITS,
        shape=both_claims,
    ),
    Exhibit(
        id="rising",
        promise=Promise.STATUS,
        title="Who is growing?",
        description="Members whose points grew over their own earlier period beyond luck, surest first, of the 500 who gained "
        "the most: at least three people recognised them, and 'at least' is the lower bound of the gain. It takes the twelve "
        "parts of each period as luck would mix them, and all members whose points are compared: where nobody changes, "
        "somebody is named here in at most one of twenty periods. New faces were not there through the whole earlier "
        "period, so that their gain may be luck. Not known where that reaches back before the data.",
        source="our own; Bonferroni's correction",
        empty="nobody gained from three people what shows as growth over their own earlier period",
        over_earlier=True,
        unit=Unit.POINTS,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("gains",),
        sql="select * from gains order by member",
        rows=Rows.PEOPLE,
        columns=(
            Column("name", "Member", Role.PERSON),
            Column("team", "Team", Role.TEAM),
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("points_before", "Points before", Role.VALUE, Unit.POINTS),
            Column("points_now", "Points now", Role.VALUE, Unit.POINTS),
            Column("gain", "Gain", Role.VALUE, Unit.POINTS),
            Column("at_least", "At least", Role.VALUE, Unit.POINTS),
            Column("givers", "Recognised by", Role.VALUE, Unit.COUNT),
            Column("kind", "Kind", Role.GROUP),
        ),
        splits=MEMBER_SPLITS,
        shape=rising_members,
        individual=True,
    ),
    Exhibit(
        id="to_thank",
        promise=Promise.STATUS,
        title="Whom to thank this week?",
        description="Members who in the 7 days before the data ends had their first accepted answer, reached a higher level or "
        "helped three or more of the least experienced members. Levels only where the settings allow those of single people.",
        source="our own",
        empty="nobody had a first accepted answer, rose or helped three of the least experienced in the last 7 days",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STATE,
        relations=("to_thank",),
        sql="select name, member_team as team, member_seniority as seniority, reason, title, url from to_thank "
        "order by place, name, member",
        rows=Rows.PEOPLE,
        columns=(
            Column("name", "Member", Role.PERSON),
            Column("team", "Team", Role.TEAM),
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("reason", "Why", Role.TEXT),
            Column("title", "Thread", Role.THREAD),
            Column("url", "Link", Role.LINK),
        ),
        splits=MEMBER_SPLITS,
        drawn=False,
    ),
)
