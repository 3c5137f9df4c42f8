"""The numbers of participation, the base of all three promises. To add one: an entry in `METRICS` or `EXHIBITS`."""

import polars as pl

from cop_metrics.metrics.metric import (
    Better,
    Computed,
    Counts,
    Exhibit,
    Figure,
    Metric,
    PeopleShare,
    Promise,
    Total,
    Unit,
    Whose,
)

SPLITS = ("team", "seniority")


def _people(id_: str, title: str, question: str, description: str, formula: str, where: str) -> Metric:
    """Declare a count of distinct people who did something on at least one day of the period."""
    return Metric(
        id=id_,
        promise=Promise.PARTICIPATION,
        title=title,
        question=question,
        description=description,
        formula=formula,
        source="CHAOSS; SWOOP",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Total(of="count(distinct member_id)", listed="member", where=f"({where}) and not is_deleted"),
        splits=SPLITS,
    )


def _present(id_: str, title: str, question: str, description: str, formula: str, where: str, better: Better) -> Metric:
    """Declare a count of members present at the last moment of the period."""
    return Metric(
        id=id_,
        promise=Promise.PARTICIPATION,
        title=title,
        question=question,
        description=description,
        formula=formula,
        source="Discourse; CHAOSS",
        unit=Unit.COUNT,
        better=better,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="present",
        measure=Total(of="count(*)", listed="member", where=where),
        splits=SPLITS,
    )


def mean_stickiness(months: pl.DataFrame) -> Figure:
    """Return the mean over complete months of (mean of daily active over all days) / (active in the month).

    The sample is the members of each month, counted anew when they change their group.
    """
    if months.is_empty():
        return Figure(value=None, sample_size=0, note="no complete month in this period")
    days = pl.col("first_of_month").dt.month_end().dt.day()
    shares = months.select(pl.col("member_days") / days / pl.col("active"))
    mean = float(shares.to_series().mean())  # type: ignore[arg-type]
    return Figure(value=mean, sample_size=int(months["rows"].sum()))


ACTIVE = "posts > 0 or reactions > 0 or threads_read > 0"

METRICS = (
    _present(
        "members",
        "Members",
        "How many people belong to the community?",
        "People with an account at the last moment of the period who had not left. Bots and system accounts are not people.",
        "accounts of people, joined before the end of the period and not left",
        "true",
        Better.NEITHER,
    ),
    _people(
        "active",
        "Active members",
        "How many take part in any way?",
        "People who posted, reacted or read in the period.",
        "distinct people with a post, reaction or read",
        ACTIVE,
    ),
    _people(
        "contributors",
        "Contributors",
        "How many write?",
        "People who posted a question, an answer, a comment or a message in the period.",
        "distinct people with a post",
        "posts > 0",
    ),
    Metric(
        id="new",
        promise=Promise.PARTICIPATION,
        title="New members",
        question="How many joined?",
        description="People who joined in the period, else were first seen in it. The first 90 days of the data are left out: "
        "there, everyone would look new.",
        formula="people whose joining (else first act) lies in the period",
        source="CHAOSS new contributors",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="arrivals",
        measure=Total(of="count(*)", listed="member"),
        splits=SPLITS,
        edge_days=90,
    ),
    _present(
        "returning",
        "Returning",
        "Who came back after a silence?",
        "People active in the period, not in the 90 days before it, and active earlier.",
        "active now, last active more than 90 days before the period",
        "returning_now",
        Better.HIGHER,
    ),
    _present(
        "away",
        "Away",
        "Who was active once and has gone quiet?",
        "Members who were active once but not in the last 90 days of the period.",
        "last active more than 90 days before the end of the period",
        "away",
        Better.LOWER,
    ),
    Metric(
        id="silent",
        promise=Promise.PARTICIPATION,
        title="Silent",
        question="Who has neither read nor written?",
        description="Members who neither posted nor read up to the end of the period. Only where reads are recorded.",
        formula="members without a post or a read",
        source="Viva Engage",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="present",
        measure=Total(of="count(*)", listed="member", where="silent"),
        splits=SPLITS,
        needs="read",
    ),
    Metric(
        id="contributor_rate",
        promise=Promise.PARTICIPATION,
        title="Share of members who write",
        question="Is each team taking part?",
        description="The share of people who posted while in a team and seniority that they held for at least 30 days of the "
        "period (all of it, if it is shorter).",
        formula="members who posted / members",
        source="our own, after Viva Insights",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="people",
        measure=PeopleShare(did="posts > 0"),
        splits=SPLITS,
    ),
    Metric(
        id="stickiness",
        promise=Promise.PARTICIPATION,
        title="Stickiness",
        question="How often do active members come?",
        description="The mean share of a month's active members who are active on a day of it, days without anybody included; "
        "the mean over the complete calendar months of the period.",
        formula="mean of daily active / active in the month",
        source="SWOOP; Discourse DAU/MAU",
        peers="Discourse leaves out the days on which nobody came.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Computed(
            columns=(
                "month as first_of_month",
                "cast(sum(days) as bigint) as member_days",
                "count(distinct member_id) as active",
                "count(*) as rows",
            ),
            per=("month",),
            figure=mean_stickiness,
            where="month_complete and not is_deleted",
        ),
        splits=SPLITS,
    ),
)

EXHIBITS = (
    Exhibit(
        id="people_by_act",
        promise=Promise.PARTICIPATION,
        title="Who takes part, and how?",
        description="People a month by the most that they did: answered, asked, only commented, only read or reacted.",
        source="our own",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("member_days",),
        sql=""", acts as (
                select month, member_id, case when sum(answers) > 0 then 'answered' when sum(questions) > 0 then 'asked'
                    when sum(posts) > 0 then 'only commented' else 'only read or reacted' end as did
                from member_days where not is_deleted group by month, member_id
            )
            select month, did, count(*) as people from acts group by all order by all""",
        columns={"month": "Month", "did": "What they did", "people": "People"},
        splits=SPLITS,
    ),
    Exhibit(
        id="awake",
        promise=Promise.PARTICIPATION,
        title="When is the community awake?",
        description="Questions and answers by weekday and hour, in the community's local time.",
        source="our own",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("posts",),
        sql="""
            select (day + 3) % 7 as weekday, hour, cast(sum(cast(kind = 'question' as int)) as bigint) as questions,
                cast(sum(cast(kind = 'answer' as int)) as bigint) as answers
            from posts group by all order by all""",
        columns={"weekday": "Weekday (0 is Monday)", "hour": "Hour", "questions": "Questions", "answers": "Answers"},
        splits=SPLITS,
    ),
)
