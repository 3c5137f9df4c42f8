"""The numbers of the third promise: I answer, and become known. To add one: an entry in `METRICS` or `EXHIBITS`."""

import polars as pl

from cop_metrics.metrics.metric import (
    Better,
    Counts,
    Exhibit,
    Metric,
    PeopleShare,
    Promise,
    Share,
    Total,
    Unit,
    Whose,
)

HELPER_SPLITS = ("team", "seniority", "topic")
MEMBER_SPLITS = ("team", "seniority")
ENOUGH_GIVERS = 3
FLOWS = ("joined", "transferred in", "moved in", "moved out", "transferred out", "left")


def _without(act: str) -> str:
    """Return the count of members of whose rows, one for each group held, none meets `act`."""
    return f"count(distinct member_id) - count(distinct case when {act} then member_id end)"


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
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Share(hit="recognised_in_30_days", person="helper_id"),
        splits=HELPER_SPLITS,
        act_on="not recognised_in_30_days",
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
        description="Distinct people whose questions somebody else answered in the period.",
        formula="distinct askers of helps",
        source="our own",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(
            of="count(distinct asker_id)",
            listed="asker",
            titles=(
                ("asker_name", "Person helped"),
                ("asker_team", "Their team"),
                ("asker_seniority", "Their seniority"),
            ),
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
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(
            of="count(distinct asker_team)",
            listed="asker_team",
            where="asker_team <> 'Unknown'",
            titles=(("asker_team", "Team helped"),),
        ),
        splits=HELPER_SPLITS,
    ),
    Metric(
        id="thankers",
        promise=Promise.STATUS,
        title="People who thanked",
        question="From how many people does recognition come?",
        description="Distinct people who upvoted or thanked somebody else's post in the period. Only where the source says who.",
        formula="distinct givers of upvotes and thanks",
        source="our own",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="recognitions",
        measure=Total(
            of="nullif(count(distinct giver_id), 0)",
            listed="giver_id",
            titles=(
                ("giver_name", "Person who thanked"),
                ("giver_team", "Their team"),
                ("giver_seniority", "Their seniority"),
            ),
        ),
        splits=MEMBER_SPLITS,
        needs="reaction",
    ),
    Metric(
        id="first_helps",
        promise=Promise.STATUS,
        title="First answers",
        question="How many people helped for the first time?",
        description="People whose first help ever lies in the period. People who were there in the first 90 days of the data "
        "are left out: their first help may be older than the data.",
        formula="helpers whose first help lies in the period",
        source="CHAOSS new contributors",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Total(of="count(*)", where="is_first"),
        splits=("team", "seniority"),
        edge_days=90,
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
        peers="Savannah overwrites levels, so growth is lost; ours are dated and can be recomputed for any day.",
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
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="levels",
        measure=Total(of="count(*)", listed="member", where="level >= 2"),
        splits=MEMBER_SPLITS,
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
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(distinct member)", listed="member", where="to_level > from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        edge_days=180,
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
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="level_moves",
        measure=Total(of="count(distinct member)", listed="member", where="to_level < from_level"),
        splits=MEMBER_SPLITS,
        individual=True,
        edge_days=180,
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
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="seniors",
        measure=PeopleShare(did="helps > 0"),
        splits=("team",),
        act_on="helps = 0",
        about="senior",
    ),
    Metric(
        id="seniors_silent",
        promise=Promise.STATUS,
        title="Seniors who never helped",
        question="How many seniors gave no help?",
        description="Seniors who gave no help in the period, while they were seniors for any part of it.",
        formula="seniors without a help",
        source="our own",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="seniors",
        measure=Total(of=_without("helps > 0"), listed="member", without="helps > 0"),
        splits=("team",),
        about="senior",
    ),
    Metric(
        id="juniors_silent",
        promise=Promise.STATUS,
        title="Juniors who never asked",
        question="How many juniors asked nothing?",
        description="Juniors who asked no question in the period, while they were juniors for any part of it.",
        formula="juniors without a question",
        source="our own",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="juniors",
        measure=Total(of=_without("questions > 0"), listed="member", without="questions > 0"),
        splits=("team",),
        about="junior",
    ),
    Metric(
        id="juniors_helped_by_seniors",
        promise=Promise.STATUS,
        title="Juniors' questions first answered by a senior",
        question="Do seniors answer juniors?",
        description="Of the questions of juniors that were answered, the share whose first answer came from a senior. Without a "
        "roster, newcomers and established members stand in.",
        formula="juniors' questions first answered by a senior / juniors' answered questions",
        source="our own",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(
            hit="case when helped and asker_seniority = $junior then coalesce(first_helper_seniority = $senior, false) end",
            person="asker_id",
        ),
        splits=("team", "topic"),
        about="junior",
    ),
)


def balanced(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the flows of each level: start + joined + transferred in + moved in - moved out - ... = end."""
    before = pl.col("day") < pl.col("flows_from")
    within = ~before & (pl.col("day") < pl.col("flows_until"))
    flows = [
        pl.col("amount").filter(within & (pl.col("reason") == reason)).abs().sum().alias(reason.replace(" ", "_"))
        for reason in FLOWS
    ]
    return (
        ledger.group_by("level", "level_name")
        .agg(pl.col("amount").filter(before).sum().alias("start"), *flows, pl.col("amount").sum().alias("end"))
        .sort("level")
    )


def rising_members(gains: pl.DataFrame) -> pl.DataFrame:
    """Return members by the lower bound of their gain of points over their own earlier period (metrics, section 6).

    Members with at least three givers; those not present through the whole earlier period are "new faces".
    """
    if gains.is_empty():
        return pl.DataFrame(schema=RISING_SCHEMA)
    gain = (pl.col("points_now") - pl.col("points_before")).cast(pl.Float64)
    return (
        gains.with_columns(
            gain.alias("gain"),
            (gain - 1.96 * pl.col("squares").sqrt()).alias("at_least"),
            pl.when("was_present").then(pl.lit("rising")).otherwise(pl.lit("new face")).alias("kind"),
        )
        .filter((pl.col("givers") >= ENOUGH_GIVERS) & (pl.col("gain") > 0))
        .sort("kind", "at_least", "member", descending=[True, True, False])
        .rename({"member_team": "team", "member_seniority": "seniority"})
        .select(list(RISING_SCHEMA))
        .cast(RISING_SCHEMA)  # type: ignore[arg-type]
        .head(MOST_RISING)
    )


MOST_RISING = 200
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
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("levels",),
        sql="select level, level_name, count(*) as people from levels "
        "where start = (select max(start) from periods) group by all order by level",
        columns={"level": "Step", "level_name": "Level", "people": "People"},
        splits=MEMBER_SPLITS,
    ),
    Exhibit(
        id="levels_over_time",
        promise=Promise.STATUS,
        title="Is the community growing its own experts?",
        description="Members at each level at the end of each month; what they did in the 180 days before decides.",
        source="Discourse's pipeline",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("levels",),
        sql="select start as month, level, level_name, count(*) as people from levels "
        "group by all order by month, level",
        columns={"month": "Month", "level": "Step", "level_name": "Level", "people": "People"},
        splits=MEMBER_SPLITS,
    ),
    Exhibit(
        id="level_flows",
        promise=Promise.STATUS,
        title="How do people move between levels?",
        description="For each level: who was there at the start, who came and who went, and who is there at the end. Moved is "
        "a rise or a fall; transferred is a change of team or seniority. It starts 180 days after the data.",
        source="our own, after Savannah's and Discourse's faults",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relations=("level_ledger",),
        sql="select level, level_name, day, reason, flows_from, flows_until, sum(amount) as amount from level_ledger "
        "group by all order by all",
        columns={
            "level_name": "Level",
            "start": "At the start",
            "joined": "Joined",
            "transferred_in": "Transferred in",
            "moved_in": "Moved in",
            "moved_out": "Moved out",
            "transferred_out": "Transferred out",
            "left": "Left",
            "end": "At the end",
        },
        splits=MEMBER_SPLITS,
        shape=balanced,
    ),
    Exhibit(
        id="rising",
        promise=Promise.STATUS,
        title="Who is growing?",
        description="Members whose points grew over their own earlier period, surest first, of the 500 who gained the "
        "most: at least three people recognised them, and 'at least' is the lower bound of the gain. "
        "New faces were not there through the whole earlier period.",
        source="our own",
        unit=Unit.POINTS,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("gains",),
        sql="select * from gains order by member",
        columns={
            "name": "Member",
            "team": "Team",
            "seniority": "Seniority",
            "points_before": "Points before",
            "points_now": "Points now",
            "gain": "Gain",
            "at_least": "At least",
            "givers": "Recognised by",
            "kind": "Kind",
        },
        splits=MEMBER_SPLITS,
        shape=rising_members,
        people=True,
        individual=True,
    ),
)
