"""The numbers of the second promise: I watch, and learn. To add one: an entry in `METRICS` or
`EXHIBITS`.

A read is one thread on one day by one reader. Shares of reads leave out reads of threads that the
reader began: nobody learns from others there.
"""

from functools import partial

import numpy as np
import polars as pl

from cop_metrics.limits import EDGE_DAYS, MATURE_DAYS, MOST_THREADS
from cop_metrics.metrics.aggregates import Computed, Figure, PeopleShare, Share, Total
from cop_metrics.metrics.columns import Column, Role, Rows
from cop_metrics.metrics.metric import (
    NEWCOMER,
    WHO_IS_NEW,
    Better,
    Counts,
    Exhibit,
    Metric,
    Promise,
    Whose,
    exhibit_sql,
)
from cop_metrics.reasons import nobody
from cop_metrics.statistics.comparing import Interval
from cop_metrics.statistics.shares import wilson
from cop_metrics.statistics.waits import survival
from cop_metrics.units import Unit

SPLITS = ("team", "seniority")
FIRST_DAYS, LATER_DAYS, LAST_DAY = 30, 90, 180
KNOWER = "coalesce(knower_id, -1 - member_id)"
"""Whose knowledge is read: who helped first, else asked; of threads of which that is not known,
each reader's apart.
"""
FOLLOWED = (
    "Only members who joined 90 days or more after the data begins are followed, from their first day of reading on, if they "
    "had not posted up to its end. "
)


def share_by(days: int, rows: pl.DataFrame) -> Figure:
    """Return the share of readers who had taken the step by that day, from columns `days` and
    `happened`.

    One minus the Kaplan-Meier share, so that who left or has been followed for a shorter time
    counts for as long as they were followed; None where nobody has been followed for so long.
    """
    if rows.is_empty():
        return Figure(
            value=None, sample_size=0, reason=nobody("nobody began to read in this period")
        )
    curve = survival(rows["days"].to_numpy(), rows["happened"].to_numpy())
    if curve.times[-1] < days and curve.survival[-1] > 0:
        return Figure(
            value=None,
            sample_size=rows.height,
            reason=nobody(f"nobody has been followed for {days} days yet"),
        )
    last = int(np.searchsorted(curve.times, days, side="right")) - 1
    if last < 0:
        return Figure(value=0.0, sample_size=rows.height, interval=wilson(0, rows.height))
    interval = Interval(low=1 - float(curve.high[last]), high=1 - float(curve.low[last]))
    return Figure(value=1 - float(curve.survival[last]), sample_size=rows.height, interval=interval)


def _step_rate(
    step: str, days: int, columns: tuple[str, str], title: str, beside: str | None = None
) -> Metric:
    """Declare the share of readers who take a step (ask, answer) within days of their first
    reading.
    """
    return Metric(
        id=f"read_to_{step}_{days}d",
        promise=Promise.INSPIRATION,
        title=title,
        question=f"Do readers come to {step} within {days} days?",
        description=f"The share of members who began by reading and had come to {step} {days} days later; the step counts on "
        f"a later day than the first read. {FOLLOWED}Those who left, or began less than {days} days ago, count for as long "
        "as they were followed; group and period are those of the first read.",
        formula=f"1 - Kaplan-Meier share without a first {'question' if step == 'ask' else 'answer to another'} "
        f"{days} days after the first read, censored at leaving and at the end of the data",
        source="our own, after Kaplan and Meier 1958",
        peers="CHAOSS's conversion rate begins with the first contribution and asks who goes on; reading is not in it.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="first_reads",
        measure=Computed(
            columns=(f"{columns[0]} as days", f"{columns[1]} as happened"),
            compute=partial(share_by, days),
            person="member_id",
        ),
        splits=SPLITS,
        needs="read",
        beside=beside,
        about=NEWCOMER,
        edge_days=EDGE_DAYS,
    )


def _share_of_reads(
    id_: str,
    title: str,
    question: str,
    description: str,
    formula: str,
    peers: str,
    better: Better,
    measure: Share,
    splits: tuple[str, ...] = SPLITS,
    about: str | None = None,
    about_others: str | None = None,
    needs: str | tuple[str, ...] = "read",
    follows_size: bool = False,
) -> Metric:
    """Declare a share of the reads of other people's threads."""
    return Metric(
        id=id_,
        promise=Promise.INSPIRATION,
        title=title,
        question=question,
        description=f"{description} A read is one thread on one day by one reader; reads of threads that the reader began are "
        "left out.",
        formula=formula,
        source="our own",
        peers=peers,
        unit=Unit.PERCENT,
        better=better,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="reads",
        measure=measure,
        splits=splits,
        needs=needs,
        follows_size=follows_size,
        no_rows=nobody("nobody read a thread that somebody else began"),
        about=about,
        about_others=about_others,
    )


METRICS = (
    Metric(
        id="readers",
        promise=Promise.INSPIRATION,
        title="Readers",
        question="How many read?",
        description="People who read at least one thread in the period.",
        formula="distinct people with a read",
        source="our own",
        peers="SWOOP shows for each post how many had it in their feed, and says itself that this is not reading.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Total(
            of="count(distinct member_id)",
            listed="member",
            where="threads_read > 0 and not is_deleted",
        ),
        splits=SPLITS,
        needs="read",
    ),
    Metric(
        id="reading_rate",
        promise=Promise.INSPIRATION,
        title="Reading rate",
        question="Do members watch and learn?",
        description="The share of members who read a thread in which they had not posted, while in a group that they held for "
        "at least 30 days of the period.",
        formula="members who read a thread they had not posted in / members",
        source="our own",
        peers="SWOOP's reach is told post by post: how many saw it, over everybody in the enterprise or community.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="people",
        measure=PeopleShare(did="threads_watched > 0"),
        splits=SPLITS,
        needs=("read", "account"),
    ),
    Metric(
        id="readers_not_posting",
        promise=Promise.INSPIRATION,
        title="Readers who did not post",
        question="How many only watch?",
        description="People who read at least one thread in the period and posted nothing in all of it, in whatever group. "
        "Deleted accounts are left out.",
        formula="distinct people with a read and without a post",
        source="our own",
        peers="SWOOP gives the share of observers, who mostly consume. Usually views are counted, which do not tell "
        "who read.",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="reading_only",
        measure=Total(of="count(distinct member_id)", listed="member"),
        splits=SPLITS,
        needs="read",
    ),
    _share_of_reads(
        "reads_from_other_teams",
        "Reads from other teams",
        "Does what one team writes reach the others?",
        "Of reads, the share by members of another team than that of whoever began the thread, at the time of writing and of "
        "reading. Where one of the two teams is not known, the read is left out. A small team has few colleagues to read, so "
        "that more of its reads are of other teams whatever it prefers: teams are not compared by this.",
        "reads by members of another team than the asker's / reads where both teams are known",
        "Viva Insights measures the time that groups give each other in meetings, mail and chat, not what they read.",
        Better.HIGHER,
        Share(
            hit="from_other_team", person="member_id", other="asker_id", listed_from="reads_told"
        ),
        needs=("read", "team"),
        follows_size=True,
    ),
    _share_of_reads(
        "learning_from_seniors",
        "Juniors' reads of seniors' help",
        "Do juniors learn from seniors?",
        "Of what juniors read, the share in which a senior had helped by the day of the read.",
        "juniors' reads of threads where a senior had helped / juniors' reads",
        "GrimoireLab keeps the reads of a Discourse post as a total, which does not tell whether juniors read it.",
        Better.HIGHER,
        Share(
            hit="case when member_seniority = $junior then senior_helped end",
            person="member_id",
            other=KNOWER,
            listed_from="reads_told",
        ),
        splits=("team",),
        about="junior",
        about_others="senior",
    ),
    _share_of_reads(
        "leavers_knowledge",
        "Reads of help by people who left",
        "How much do we live on the knowledge of people who left?",
        "Of reads, the share in which someone had helped who had left by the day of the read: so a past period does not change "
        "when somebody leaves later. Left means a deleted account, or a roster that ended.",
        "reads of threads where someone had helped who had left / reads",
        "GrimoireLab shows when people contributed last, not how much of what they left behind is still read.",
        Better.NEITHER,
        Share(hit="leaver_helped", person="member_id", other=KNOWER, listed_from="reads_told"),
    ),
    _step_rate(
        "ask", FIRST_DAYS, ("days_to_ask", "asked"), "Asked within 30 days of first reading"
    ),
    _step_rate(
        "ask",
        LATER_DAYS,
        ("days_to_ask", "asked"),
        "Asked within 90 days of first reading",
        beside="read_to_ask_30d",
    ),
    _step_rate(
        "answer", FIRST_DAYS, ("days_to_help", "helped"), "Answered within 30 days of first reading"
    ),
    _step_rate(
        "answer",
        LATER_DAYS,
        ("days_to_help", "helped"),
        "Answered within 90 days of first reading",
        beside="read_to_answer_30d",
    ),
    Metric(
        id="reading_juniors_asking",
        promise=Promise.INSPIRATION,
        title="Reading juniors who ask",
        question="Do juniors who read also ask?",
        description="Of juniors who in the period read threads in which they had not posted, the share who asked a question in "
        "it, while in a team that they held for at least 30 days of the period.",
        formula="juniors who read and asked / juniors who read",
        source="our own",
        peers="SWOOP's curiosity index is the share of messages that are questions, not of readers who ask.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.STOCK,
        relation="reading_juniors",
        measure=PeopleShare(did="questions > 0"),
        splits=("team",),
        needs="read",
        about="junior",
    ),
    Metric(
        id="evergreen_threads",
        promise=Promise.INSPIRATION,
        title="Evergreen threads",
        question="What is still read after months?",
        description="Threads that turned 180 days old in the period and had as many readers between day 90 and day 180 as a "
        "group must have to be shown (5 unless set otherwise), or more. Younger threads cannot be known yet.",
        formula="threads turning 180 days old with k or more distinct readers from day 90 to 180",
        source="our own",
        peers="Discourse lists topics by their views in a period: not by people, nor by the age of the topic.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="mature_threads",
        measure=Total(of="count(*)", where="evergreen"),
        splits=(*SPLITS, "topic"),
        needs="read",
        edge_days=MATURE_DAYS,
    ),
    Metric(
        id="echo",
        promise=Promise.INSPIRATION,
        title="Echo",
        question="Does what is written move people outside the conversation?",
        description="Reactions and bookmarks in the period by members who had not posted in the thread by then. Downvotes are "
        "left out, and so are reactions of which the source does not say who gave them.",
        formula="count of reactions by people not in the conversation",
        source="our own",
        peers="SWOOP's engagement of a post counts replies and reactions together, those of people in the "
        "conversation too.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="echoes",
        measure=Total(of="count(*)"),
        splits=SPLITS,
        needs="giver",
    ),
)

STEP_SCHEMA: dict[str, type[pl.DataType]] = {
    "seniority": pl.String,
    "days": pl.Float64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "at_risk": pl.Int64,
}


def step_curves(rows: pl.DataFrame) -> pl.DataFrame:
    """Return, by seniority, the share who had taken the step by days since the first read, with
    band and number followed.
    """
    tables = [
        _step_table(str(name[0]), part)
        for name, part in rows.group_by("seniority", maintain_order=True)
    ]
    return pl.concat(tables) if tables else pl.DataFrame(schema=STEP_SCHEMA)


def _step_table(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    curve = survival(rows["days"].to_numpy(), rows["happened"].to_numpy())
    kept = np.flatnonzero((curve.times <= LAST_DAY) & (curve.times > 0))
    days = np.append(0.0, curve.times[kept])
    low, high = curve.band_at(days)
    return pl.DataFrame(
        {
            "seniority": [name] * len(days),
            "days": days,
            "share": 1 - curve.at(days),
            "low": 1 - high,
            "high": 1 - low,
            "at_risk": [rows.height, *curve.at_risk[kept].tolist()],
        },
        schema=STEP_SCHEMA,
    )


def _steps_told(did: str, rows: pl.DataFrame) -> str | None:
    """Say which share of all who began by reading had taken the step by 30 and by 90 days."""
    figures = {days: share_by(days, rows).value for days in (FIRST_DAYS, LATER_DAYS)}
    told = [
        f"{100 * value:.0f} % had {did} within {days} days"
        for days, value in figures.items()
        if value is not None
    ]
    return (
        f"Of {rows.height:,} members who began by reading, {' and '.join(told)}." if told else None
    )


def _curve(step: str, did: str, title: str, columns: tuple[str, str]) -> Exhibit:
    return Exhibit(
        id=f"read_to_{step}",
        promise=Promise.INSPIRATION,
        title=title,
        description=f"The share of members who had come to {step}, by days since their first day of reading and by seniority "
        f"then, with a 95 % band. {FOLLOWED}Those who left are followed until then.",
        source="Kaplan and Meier 1958",
        empty="nobody who joined in view of the data is known to have begun by reading",
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("first_reads",),
        sql=f"select member_seniority as seniority, {columns[0]} as days, {columns[1]} as happened "
        "from first_reads order by 1, 2, 3",
        rows=Rows.GROUPS,
        columns=(
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("days", "Days since first reading", Role.ELAPSED, Unit.COUNT),
            Column("share", f"Had {did}", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("at_risk", "Members still followed", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
        shape=step_curves,
        needs="read",
        about=NEWCOMER,
        finding=partial(_steps_told, did),
    )


EXHIBITS = (
    Exhibit(
        id="worth_reading",
        promise=Promise.INSPIRATION,
        title="What is worth reading?",
        description="Threads begun in the period and at least 30 days old, by how many people of how many teams read them in "
        "their first 30 days; where the source counts views only, by views so far. Older threads have more of these. Evergreen: "
        "still read by a group of people between day 90 and day 180, known once a thread is 180 days old.",
        source="our own",
        empty="no thread that is 30 days old was read",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("reach",),
        sql=f"""
            select coalesce(title, thread) as title, url, begun_on, readers,
                case when exists (select 1 from main.memberships where community = $community and team <> 'Unknown')
                    then teams end as teams,
                case when evergreen then 'yes' when not evergreen then 'no' when readers is not null then 'not known yet' end
                    as evergreen, views
            from reach
            where readers > 0 or (views > 0 and not is_recorded)
            order by readers desc nulls last, views desc nulls last, day desc, thread_id
            limit {MOST_THREADS}""",
        rows=Rows.THREADS,
        columns=(
            Column("title", "Thread", Role.THREAD),
            Column("url", "Link", Role.LINK),
            Column("begun_on", "Begun on", Role.TIME),
            Column("readers", "Readers in 30 days", Role.VALUE, Unit.COUNT),
            Column("teams", "Teams in 30 days", Role.VALUE, Unit.COUNT),
            Column("evergreen", "Evergreen", Role.GROUP),
            Column("views", "Views so far", Role.VALUE, Unit.COUNT),
        ),
        splits=(*SPLITS, "topic"),
        needs="reach",
        drawn=False,
    ),
    _curve("ask", "asked", "Does watching lead to asking?", ("days_to_ask", "asked")),
    _curve("answer", "answered", "Does watching lead to answering?", ("days_to_help", "helped")),
    Exhibit(
        id="whose_knowledge",
        promise=Promise.INSPIRATION,
        title="Whose knowledge is read?",
        description="Reads by the seniority of whoever first helped in the thread, or of its author where nobody helped, and by "
        "whether they had left by the day of the read. Reads of threads that the reader began are left out.",
        source="our own",
        empty="nobody read a thread that somebody else began",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("reads",),
        sql="""
            select knower_seniority as seniority, case when knower_left then 'has left' else 'still here' end as standing,
                cast(sum(reads) as bigint) as reads
            from (
                select knower_seniority, knower_left, count(*) as reads
                from reads where knower_seniority is not null group by all
            )
            group by all order by seniority, standing desc""",
        rows=Rows.GROUPS,
        columns=(
            Column("seniority", "Seniority of the author or first helper", Role.SENIORITY),
            Column("standing", "Who", Role.GROUP),
            Column("reads", "Reads", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
        every_group=True,
        group_of="knower",
        needs="read",
    ),
    Exhibit(
        id="leavers_threads",
        promise=Promise.INSPIRATION,
        title="Which threads hold the knowledge of people who left?",
        description="Threads read in the period in which someone had helped who had left by the day of the read, by reads. What "
        "is read much is worth writing down or giving to someone who is here.",
        source="our own",
        empty="nothing that was read rests on people who have left",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("reads",),
        sql=exhibit_sql("leavers_threads"),
        rows=Rows.THREADS,
        columns=(
            Column("title", "Thread", Role.THREAD),
            Column("url", "Link", Role.LINK),
            Column("reads", "Reads", Role.VALUE, Unit.COUNT),
            Column("readers", "Readers", Role.VALUE, Unit.COUNT),
            Column("helped_by", "Helped by (left since)", Role.PERSON, personal=True),
        ),
        splits=SPLITS,
        needs="read",
        drawn=False,
    ),
    Exhibit(
        id="echoed_threads",
        promise=Promise.INSPIRATION,
        title="What finds an echo?",
        description="Threads by the reactions and bookmarks that they got in the period from members who had not posted in them "
        "by then. Downvotes and reactions of unknown givers are left out.",
        source="our own",
        empty="nobody outside a conversation reacted to it",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relations=("echoes",),
        sql=f"""
            with most as (
                select thread_id, count(*) as reactions, count(distinct member_id) as people
                from echoes
                semi join (
                    select thread_id from echoes group by thread_id
                    qualify rank() over (order by count(*) desc) <= {MOST_THREADS}
                ) using (thread_id)
                group by thread_id order by reactions desc, people desc, thread_id limit {MOST_THREADS}
            )
            select coalesce(reach.title, reach.thread) as title, reach.url, most.reactions, most.people
            from most join main.reach using (thread_id)
            order by reactions desc, people desc, thread_id""",
        rows=Rows.THREADS,
        columns=(
            Column("title", "Thread", Role.THREAD),
            Column("url", "Link", Role.LINK),
            Column("reactions", "Reactions", Role.VALUE, Unit.COUNT),
            Column("people", "People", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
        needs="giver",
        drawn=False,
    ),
)
