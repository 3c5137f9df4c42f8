"""The numbers of participation, the base of all three promises. To add one: an entry in `METRICS`
or `EXHIBITS`.
"""

from itertools import pairwise

import numpy as np
import polars as pl

from cop_metrics import words
from cop_metrics.limits import BENEFIT_DAYS, CORE, EDGE_DAYS, HELD_DAYS, REGULAR
from cop_metrics.metrics.aggregates import Computed, Figure, PeopleShare, Share, Total
from cop_metrics.metrics.columns import Column, Role, Rows
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
from cop_metrics.reasons import nothing
from cop_metrics.statistics.concentration import absence_factor, gini, lorenz
from cop_metrics.units import Unit

SPLITS = ("team", "seniority")


def _people(
    id_: str, title: str, question: str, description: str, formula: str, peers: str, where: str
) -> Metric:
    """Declare a count of distinct people who did something on at least one day of the period."""
    return Metric(
        id=id_,
        promise=Promise.PARTICIPATION,
        title=title,
        question=question,
        description=description,
        formula=formula,
        source="CHAOSS; SWOOP",
        peers=peers,
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Total(
            of="count(distinct member_id)", listed="member", where=f"({where}) and not is_deleted"
        ),
        splits=SPLITS,
    )


def _present(
    id_: str,
    title: str,
    question: str,
    description: str,
    formula: str,
    peers: str,
    where: str,
    better: Better,
) -> Metric:
    """Declare a count of members present at the last moment of the period."""
    return Metric(
        id=id_,
        promise=Promise.PARTICIPATION,
        title=title,
        question=question,
        description=description,
        formula=formula,
        source="Discourse; CHAOSS",
        peers=peers,
        unit=Unit.COUNT,
        better=better,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="present",
        measure=Total(of="count(*)", listed="member", where=where),
        splits=SPLITS,
    )


def mean_stickiness(months: pl.DataFrame) -> Figure:
    """Return the mean over complete months of (mean of daily active over all days) / (active in the
    month).

    The sample is the members of each month.
    """
    if months.is_empty():
        return Figure(value=None, sample_size=0, reason=nothing("no complete month in this period"))
    days = pl.col("first_of_month").dt.month_end().dt.day()
    shares = months.select(pl.col("member_days") / days / pl.col("active"))
    mean = float(shares.to_series().mean())  # type: ignore[arg-type]
    return Figure(value=mean, sample_size=int(months["active"].sum()))


def lorenz_curves(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the share of all help by share of people, over those who helped and over all members,
    and Gini's coefficient.

    `rows`: how many members gave how many helps, and whether all accounts are known. Empty where
    nobody helped.
    """
    tables = []
    for series, counts in _given(rows).items():
        curve = lorenz(counts)
        if curve is None:
            continue
        people, help_ = curve
        kept = np.unique(
            np.linspace(0, len(people) - 1, min(len(people), CURVE_POINTS)).astype(int)
        )
        tables.append(
            pl.DataFrame(
                {
                    "series": [series] * len(kept),
                    "share_of_people": people[kept].tolist(),
                    "help": help_[kept].tolist(),
                    "gini": [gini(counts)] * len(kept),
                },
                schema=LORENZ_SCHEMA,
            )
        )
    return pl.concat(tables) if tables else pl.DataFrame(schema=LORENZ_SCHEMA)


def _given(rows: pl.DataFrame) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    everyone = np.repeat(rows["helps"].to_numpy(), rows["people"].to_numpy())
    given = {AMONG_HELPERS: everyone[everyone > 0]}
    return given | {AMONG_ALL: everyone} if rows["accounts_known"].all() else given


def unevenness(rows: pl.DataFrame) -> str | None:
    """Say Gini's coefficient over those who helped and over all members, None where nobody helped."""
    found = {series: gini(counts) for series, counts in _given(rows).items()}
    if found[AMONG_HELPERS] is None:
        return None
    told = [f"{words.value(Unit.RATIO, value)} {series}" for series, value in found.items()]
    return f"From 0 (all give alike) to 1 (one gives all): {words.listing(told)}."


def giving_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the core (80 % of all help), the regulars (up to 95 %), all others who helped, and
    those who did not.

    Of each: people, their share of all members, and of all help. Empty where nobody helped.
    """
    given = np.sort(_given(rows)[AMONG_ALL])[::-1]
    core, regular = absence_factor(given, CORE), absence_factor(given, REGULAR)
    if core is None or regular is None:
        return pl.DataFrame(schema=GIVING_SCHEMA)
    ends = [0, core, regular, int((given > 0).sum()), len(given)]
    parts = [given[start:end] for start, end in pairwise(ends)]
    return pl.DataFrame(
        {
            "who": list(GIVING),
            "people": [len(part) for part in parts],
            "of_members": [len(part) / len(given) for part in parts],
            "of_help": [int(part.sum()) / int(given.sum()) for part in parts],
        },
        schema=GIVING_SCHEMA,
    )


def own_90_9_1(rows: pl.DataFrame) -> str | None:
    """Say how much of all help the 1 % who help most give, the next 9 %, and the other 90 %; None
    where nobody helped.
    """
    curve = lorenz(_given(rows)[AMONG_ALL])
    if curve is None:
        return None
    most_of_all, tenth = (float(np.interp(share, *curve)) for share in (0.99, 0.9))
    one, nine, ninety = (
        words.value(Unit.PERCENT, part) for part in (1 - most_of_all, most_of_all - tenth, tenth)
    )
    return f"The 1 % of members who help most give {one} of all help, the next 9 % give {nine}, the other 90 % give {ninety}."


CURVE_POINTS = 120
AMONG_HELPERS, AMONG_ALL = "among those who helped", "among all members"
LORENZ_SCHEMA: dict[str, type[pl.DataType]] = {
    "series": pl.String,
    "share_of_people": pl.Float64,
    "help": pl.Float64,
    "gini": pl.Float64,
}
GIVING = ("core, 80 % of all help", "regulars, up to 95 %", "others who helped", "did not help")
GIVING_SCHEMA: dict[str, type[pl.DataType]] = {
    "who": pl.String,
    "people": pl.Int64,
    "of_members": pl.Float64,
    "of_help": pl.Float64,
}
HELPS_OF_MEMBERS = """with known as (select accounts_known from communities where community = $community),
            given as (select member_id, sum(helps) as helps from member_days
                where helps > 0 and member_id in (select member_id from main.members where left_day > 0)
                group by member_id)
            select cast(coalesce(helps, 0) as bigint) as helps, count(*) as people, any_value(accounts_known) as accounts_known
            from (select distinct member_id from belonged) full join given using (member_id), known
            group by 1 order by 1"""

ACTIVE = "posts > 0 or reactions > 0 or threads_read > 0"

METRICS = (
    _present(
        "members",
        "Members",
        "How many people belong to the community?",
        "People with an account at the last moment of the period who had not left. Bots and system accounts are not people. "
        "Where a source does not list its accounts, only those of its people count who took part: no share is taken of them.",
        "accounts of people, joined before the end of the period and not left",
        "Discourse's pipeline of trust levels counts the accounts that there are today, whatever the period.",
        "true",
        Better.NEITHER,
    ),
    _people(
        "active",
        "Active members",
        "How many take part in any way?",
        "People who posted, reacted or read in the period.",
        "distinct people with a post, reaction or read",
        "SWOOP leaves reading out: interactive is who posts, replies, reacts or mentions. Viva Engage counts viewing "
        "in, as here.",
        ACTIVE,
    ),
    _people(
        "contributors",
        "Contributors",
        "How many write?",
        "People who posted a question, an answer, a comment or a message in the period.",
        "distinct people with a post",
        "Discourse's engaged users also include people who only liked something, and are counted for each day by "
        "itself.",
        "posts > 0",
    ),
    Metric(
        id="new",
        promise=Promise.PARTICIPATION,
        title="New members",
        question="How many joined?",
        description="People who joined in the period, else were first seen in it, whether or not they have left since. The first "
        "90 days of the data are left out: there, everyone would look new.",
        formula="people whose joining (else first act) lies in the period",
        source="CHAOSS new contributors",
        peers="Discourse counts sign-ups; 8Knot takes the first act in its data for the arrival, so that where the "
        "data begins everyone is new.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="arrivals",
        measure=Total(of="count(*)", listed="member"),
        splits=SPLITS,
        about=NEWCOMER,
        edge_days=EDGE_DAYS,
    ),
    _present(
        "returning",
        "Returning",
        "Who came back after a silence?",
        "People active in the period, not in the 90 days before it, and active earlier.",
        "active now, last active more than 90 days before the period",
        "Discourse calls members returning who joined before the period, whether they had been away or not.",
        "returning_now",
        Better.HIGHER,
    ),
    _present(
        "away",
        "Away",
        "Who was active once and has gone quiet?",
        "Members who were active once but not in the last 90 days of the period.",
        "last active more than 90 days before the end of the period",
        "8Knot tells drifting, after 6 months without a contribution, from away, after 12. People who only read are "
        "in neither.",
        "away",
        Better.LOWER,
    ),
    Metric(
        id="silent",
        promise=Promise.PARTICIPATION,
        title="Silent",
        question="Who has neither read nor written?",
        description="Members at the last moment of the period who neither posted nor read in it. Only where reads are recorded.",
        formula="members without a post or a read in the period",
        source="Viva Engage",
        peers="SWOOP's observers are people who mostly consume, and Common Room lists who fell silent only among "
        "those who had been most active.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="silent",
        measure=Total(of="count(*)", listed="member"),
        splits=SPLITS,
        needs=("read", "account"),
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
        peers="SWOOP's share of interactive users counts reactions and mentions as well as posts. Such shares "
        "usually come without an interval.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="people",
        measure=PeopleShare(did="posts > 0"),
        splits=SPLITS,
        needs="account",
    ),
    Metric(
        id="stickiness",
        promise=Promise.PARTICIPATION,
        title="Stickiness",
        question="How often do active members come?",
        description="The mean share of a month's active members who are active on a day of it, days without anybody included; "
        "the mean over the complete calendar months of the period. Deleted accounts are left out.",
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
            ),
            per=("month",),
            compute=mean_stickiness,
            where="month_complete and not is_deleted",
            listed="(member_id, month)",
        ),
        splits=SPLITS,
    ),
    Metric(
        id="retention",
        promise=Promise.PARTICIPATION,
        title="Retention",
        question="Do those who were here come again?",
        description="Of the people active in as many days before the period, the share who were active in the period too, "
        "with the group at their last act before it. Deleted accounts are left out. Not known where those days reach back "
        "before the data.",
        formula="people active before and now / people active before",
        source="CHAOSS; Discourse",
        peers="Viva Engage's retention is another thing: who still uses Microsoft 365 28 days later, those active on "
        "Engage against the others.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="retained",
        measure=Share(hit="retained", person=None),
        splits=SPLITS,
        no_rows=nothing(
            "not known: nobody was there in the days before, or the data does not reach back to them"
        ),
    ),
    Metric(
        id="health_index",
        promise=Promise.PARTICIPATION,
        title="Health index",
        question="How much of a year's community came in its last month?",
        description="Of the people active in the twelve months that end with the last complete month of the period, the share "
        "active in that month, with the group at the last act. Deleted accounts are left out. Not known before there are "
        "twelve months of data.",
        formula="active in the month / active in the twelve months that end with it",
        source="SWOOP health index",
        peers="SWOOP gives the same share for each community, and marks it green, yellow or red.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="twelve_months",
        measure=Share(hit="active_now", person=None),
        splits=SPLITS,
        no_rows=nothing("needs a complete month with eleven more before it in the data"),
    ),
    Metric(
        id="no_benefit",
        promise=Promise.PARTICIPATION,
        title="No benefit in 90 days",
        question="Who gets nothing out of it?",
        description="Members who joined 90 or more days ago and in the last 90 days of the data neither got help, nor read a "
        "thread they had not posted in, nor were thanked, upvoted or accepted. An early warning: counted, never named. "
        "Only where reads are recorded.",
        formula="members here for 90 days or more with none of the three benefits in the last 90 days",
        source="our own",
        peers="Common Room lists contacts who stopped being active. What people got out of a community is usually "
        "not asked.",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.MEMBER,
        counts=Counts.STATE,
        relation="benefits",
        measure=Total(
            of="count(*)",
            where=f"is_now and days_here >= {BENEFIT_DAYS} and not (got_help or watched or recognised)",
        ),
        splits=SPLITS,
        needs=("read", "account"),
        never_listed="Members without benefit are counted by group and never listed, whoever asks.",
    ),
)


def _balance(id_: str, by: str, title: str) -> Exhibit:
    """Declare the table of who got what of the promises, by team or seniority."""
    return Exhibit(
        id=id_,
        promise=Promise.PARTICIPATION,
        title=title,
        description=f"By {by}, the share of members who in the last 90 days of the data got help, read a thread they had not "
        f"posted in, or were thanked, upvoted or accepted, while in a {by} that they held for at least {HELD_DAYS} of them.",
        source="our own",
        empty="nobody has been here for 30 days",
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.STATE,
        relations=("benefits",),
        sql=exhibit_sql("balance").replace("{by}", by),
        rows=Rows.GROUPS,
        columns=(
            Column(f"member_{by}", by.capitalize(), Role(by)),
            Column("members", "Members", Role.VALUE, Unit.COUNT),
            Column("got_help", "Got help", Role.VALUE, Unit.PERCENT),
            Column("watched", "Read", Role.VALUE, Unit.PERCENT),
            Column("recognised", "Were recognised", Role.VALUE, Unit.PERCENT),
        ),
        splits=SPLITS,
        needs="account",
    )


EXHIBITS = (
    Exhibit(
        id="people_by_act",
        promise=Promise.PARTICIPATION,
        title="Who takes part, and how?",
        description="People a month by the most that they did: answered another, asked, only commented, only read or reacted.",
        source="our own",
        empty="nobody posted, reacted or read",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("member_days",),
        sql="""with acts as (
                select month, member_id,
                    case when max(helps) > 0 then 'answered'
                    when max(questions) > 0 then 'asked'
                    when max(answers) > 0 then 'answered'
                    when max(posts) > 0 then 'only commented'
                    else 'only read or reacted' end as did,
                    bool_and(month_complete) as complete
                from member_days where not is_deleted group by month, member_id
            )
            select month, did, count(*) as people, complete from acts group by all order by all""",
        rows=Rows.GROUPS,
        columns=(
            Column("month", "Month", Role.MONTH),
            Column("did", "What they did", Role.GROUP),
            Column("people", "People", Role.VALUE, Unit.COUNT),
            Column("complete", "Whole month", Role.COMPLETE),
        ),
        splits=SPLITS,
    ),
    Exhibit(
        id="cohorts",
        promise=Promise.PARTICIPATION,
        title="Do people stay?",
        description="Of those who joined (else were first seen) in a month of the period, the share who posted, reacted or "
        "read in that calendar month and in each month after it, those who left since among them; months that are not over "
        "are left blank. The first 90 days of the data are left out: there, everyone would look new. A "
        "filter by team means the team on joining.",
        source="Discourse; CHAOSS",
        empty=NOT_JOINED,
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("arrivals",),
        sql="""with sizes as (select month, count(*) as members from arrivals group by month),
            ends as (select date '1970-01-01' + cast(as_of_day as int) as as_of from communities where community = $community),
            steps as (select month, members, unnest(range(datediff('month', month, as_of))) as months from sizes, ends),
            came as (
                select month, datediff('month', month, date '1970-01-01' + cast(there.day as int)) as months,
                    count(distinct member_id) as active
                from arrivals join main.member_months as there using (member_id) group by all
            )
            select month, members, months, coalesce(active, 0) as active, coalesce(active, 0) / members as share
            from steps left join came using (month, months) order by month, months""",
        rows=Rows.GROUPS,
        columns=(
            Column("month", "Joined in", Role.START),
            Column("members", "Joined", Role.VALUE, Unit.COUNT),
            Column("months", "Months since", Role.GROUP),
            Column("active", "Active then", Role.VALUE, Unit.COUNT),
            Column("share", "Share active", Role.VALUE, Unit.PERCENT),
        ),
        splits=SPLITS,
        about=NEWCOMER,
    ),
    Exhibit(
        id="lorenz",
        promise=Promise.PARTICIPATION,
        title="How evenly is help given?",
        description="The share of all help given by the share of people who gave the least, over those who helped and over all "
        "members of the period, those who left since among them; the further below the straight line, the more rests on few. "
        "Gini's coefficient says how far.",
        source="Lorenz 1905; Gini 1912",
        empty=NO_HELP,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("member_days", "belonged"),
        sql=HELPS_OF_MEMBERS,
        rows=Rows.GROUPS,
        columns=(
            Column("series", "Over whom", Role.GROUP),
            Column("share_of_people", "Share of people", Role.GROUP, Unit.PERCENT),
            Column("help", "Share of help", Role.VALUE, Unit.PERCENT),
            Column("gini", "Gini", Role.VALUE, Unit.PERCENT),
        ),
        splits=SPLITS,
        shape=lorenz_curves,
        finding=unevenness,
    ),
    Exhibit(
        id="giving",
        promise=Promise.PARTICIPATION,
        title="How much rests on how few?",
        description="The members of the period by how much they helped: the core are the fewest who together gave 80 % of all "
        "help, the regulars those it takes beyond them to reach 95 %. Who left since is among them.",
        source="CHAOSS contributor absence factor; our own, after the 90-9-1 rule",
        empty=NO_HELP,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("member_days", "belonged"),
        sql=HELPS_OF_MEMBERS,
        rows=Rows.GROUPS,
        columns=(
            Column("who", "Who", Role.GROUP),
            Column("people", "People", Role.VALUE, Unit.COUNT),
            Column("of_members", "Share of members", Role.VALUE, Unit.PERCENT),
            Column("of_help", "Share of help", Role.VALUE, Unit.PERCENT),
        ),
        splits=SPLITS,
        needs="account",
        shape=giving_groups,
        finding=own_90_9_1,
    ),
    _balance("balance_by_team", "team", "Does every team get something out of it?"),
    _balance("balance_by_seniority", "seniority", "Who gets what out of it?"),
    Exhibit(
        id="awake",
        promise=Promise.PARTICIPATION,
        title="When is the community awake?",
        description="Questions and helps by weekday and hour, in the community's local time; several answers of one member to a "
        "question are one help. A filter by team means those who asked, and those who helped.",
        source="our own",
        empty="nobody asked and nobody helped",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("posts", "given"),
        sql="""
            select (day + 3) % 7 as weekday, hour, count(*) filter (where not is_help) as questions,
                count(*) filter (where is_help) as helps
            from (
                select day, hour, false as is_help from posts where kind = 'question'
                union all select day, hour, true from given
            )
            group by all order by all""",
        rows=Rows.GROUPS,
        columns=(
            Column("weekday", "Weekday (0 is Monday)", Role.WEEKDAY),
            Column("hour", "Hour", Role.GROUP),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
    ),
)
