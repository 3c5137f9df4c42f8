"""Who helps whom, on how few people help rests, and who is likely to know. To add one: an entry in `METRICS` or `EXHIBITS`."""

from collections import Counter

import polars as pl

from cop_metrics.metrics.metric import (
    Better,
    Computed,
    Counts,
    Exhibit,
    Figure,
    Metric,
    Promise,
    Total,
    Unit,
    Whose,
)
from cop_metrics.statistics import absence_factor

ASKER_SPLITS = ("team", "seniority", "topic")
HELPER_SPLITS = ("team", "seniority")
MOST_ASKED = 3
"""How many people are suggested for a question, and for how many questions of one list a person is suggested."""

WAITING_SCHEMA: dict[str, type[pl.DataType]] = {
    "title": pl.String,
    "url": pl.String,
    "topics": pl.String,
    "asker_seniority": pl.String,
    "days": pl.Float64,
    "may_know": pl.String,
}


def fewest_for_half(rows: pl.DataFrame) -> Figure:
    """Return the absence factor: the fewest people who together give at least half of all helps."""
    if rows.is_empty():
        return Figure(value=None, sample_size=0, note="nobody helped")
    factor = absence_factor(rows["helps"].to_numpy())
    return Figure(value=None if factor is None else float(factor), sample_size=int(rows["helps"].sum()))


def suggest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per waiting question with up to three members likely to know, nobody named more than three times.

    `rows`: one per question and candidate, in the order of the list, the likeliest first; questions without candidates
    have one row whose candidate is null. Goes down the list once: what a question takes, later ones cannot have.
    """
    if rows.is_empty():
        return pl.DataFrame(schema=WAITING_SCHEMA)
    chosen: dict[int, dict[int, str]] = {}
    asked: Counter[int] = Counter()
    for question, member, name in zip(rows["question_id"], rows["member_id"], rows["name"], strict=True):
        already = chosen.setdefault(question, {})
        if member is None or member in already or len(already) == MOST_ASKED or asked[member] == MOST_ASKED:
            continue
        already[member] = name
        asked[member] += 1
    named = [", ".join(people.values()) or None for people in chosen.values()]
    questions = rows.unique("question_id", keep="first", maintain_order=True)
    return questions.with_columns(pl.Series("may_know", named, dtype=pl.String)).select(*WAITING_SCHEMA)


def with_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with `reason`: in words, what makes each member likely to know the topic."""
    own = pl.format(
        "{} answered, {} accepted, {} thanks",
        pl.when(pl.col("helps") == 1).then(pl.lit("1 question")).otherwise(pl.format("{} questions", "helps")),
        "accepted",
        "thanks",
    )
    related = pl.format("{} on topics close to it", "related_helps")
    parts = [
        pl.when(pl.col("helps") > 0).then(own),
        pl.when(pl.col("related_helps") > 0).then(related),
        pl.format("last on {}", pl.col("last_helped").cast(pl.String)),
    ]
    return rows.with_columns(reason=pl.concat_str(parts, separator="; ", ignore_nulls=True))


def topics_at_risk(rows: pl.DataFrame) -> str | None:
    """Say how many topics hang on one person, and of how many that person has left."""
    gone = int(rows["has_left"].sum())
    hang = "1 topic hangs on one person" if rows.height == 1 else f"{rows.height} topics hang on one person each"
    left = f"; of {gone} of them this person has left" if gone else ""
    return f"{hang}{left}."


METRICS = (
    Metric(
        id="answer_concentration",
        promise=Promise.HELP,
        title="People who give half of all help",
        question="On how few people does help rest?",
        description="The absence factor: the fewest people who together gave at least half of all helps in the period.",
        formula="fewest helpers whose helps add up to 50 % or more",
        source="CHAOSS contributor absence factor",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.HELPER,
        counts=Counts.FLOW,
        relation="helps",
        measure=Computed(columns=("count(*) as helps",), per=("helper_id",), figure=fewest_for_half),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="topics_on_one_person",
        promise=Promise.HELP,
        title="Topics that hang on one person",
        question="What would nobody know if one person left?",
        description="Topics of which one person gave half or more of all helps in the last 365 days of the data, of those "
        "with 10 or more helps on 5 or more questions. A filter by team means the team of that person.",
        formula="count of topics with an absence factor of 1",
        source="CHAOSS contributor absence factor, by topic",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.HELPER,
        counts=Counts.STATE,
        relation="hanging_topics",
        measure=Total(of="count(*)"),
        splits=HELPER_SPLITS,
    ),
)

EXHIBITS = (
    Exhibit(
        id="waiting_list",
        promise=Promise.HELP,
        title="Who is waiting, and who may know?",
        description="Questions asked in the last 30 days of the data, older than 24 hours, that nobody has answered, the "
        "oldest first, each with up to three members who are likely to know its topics. Nobody is named more than three times.",
        source="our own, after Discourse",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.STATE,
        relations=("questions",),
        sql=""", waiting as (select * from questions where waiting),
            told as (
                select question_id, string_agg(topic, ', ' order by topic) as topics
                from waiting join question_topics as bridge using (question_id) group by question_id
            ),
            candidates as (
                select waiting.question_id, known.member_id, known.name, known.strength
                from waiting join question_topics as bridge using (question_id)
                join likely_to_know as known on known.community = bridge.community and known.topic = bridge.topic
                    and known.member_id <> waiting.asker_id
            )
            select waiting.question_id, coalesce(title, 'a question without a title') as title, url, topics, asker_seniority,
                round(age_days, 1) as days, candidates.member_id, candidates.name
            from waiting left join told using (question_id) left join candidates using (question_id)
            order by second, question, strength desc, member_id""",
        columns={
            "title": "Question",
            "url": "Link",
            "topics": "Topics",
            "asker_seniority": "Seniority",
            "days": "Days waiting",
            "may_know": "May know",
        },
        splits=ASKER_SPLITS,
        shape=suggest,
        personal=("asker_seniority", "may_know"),
        drawn=False,
    ),
    Exhibit(
        id="help_by_team",
        promise=Promise.HELP,
        title="Does help cross teams?",
        description="Helps by the asker's team and the helper's team, both on the day of the help.",
        source="our own",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("helps",),
        sql="select asker_team, helper_team, count(*) as helps from helps group by all order by all",
        columns={"asker_team": "Asker's team", "helper_team": "Helper's team", "helps": "Helps"},
        splits=ASKER_SPLITS,
        shows=("team",),
    ),
    Exhibit(
        id="help_by_seniority",
        promise=Promise.HELP,
        title="Does help cross seniority?",
        description="Helps by the asker's seniority and the helper's seniority, both on the day of the help.",
        source="our own",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("helps",),
        sql="select asker_seniority, helper_seniority, count(*) as helps from helps group by all order by all",
        columns={"asker_seniority": "Asker's seniority", "helper_seniority": "Helper's seniority", "helps": "Helps"},
        splits=ASKER_SPLITS,
        shows=("seniority",),
    ),
    Exhibit(
        id="hanging_topics",
        promise=Promise.HELP,
        title="What hangs on one person?",
        description="Topics of which one person gave half or more of all helps in the last 365 days of the data, of those "
        "with 10 or more helps on 5 or more questions. A filter by team means the team of that person.",
        source="CHAOSS contributor absence factor, by topic",
        unit=Unit.COUNT,
        whose=Whose.HELPER,
        counts=Counts.STATE,
        relations=("hanging_topics",),
        sql="select topic, questions, helps, round(100 * own_share, 0) as own_percent, helper_name, last_helped, "
        "case when has_left then 'left' else 'here' end as whereabouts, has_left "
        "from hanging_topics order by own_share desc, helps desc, topic",
        columns={
            "topic": "Topic",
            "questions": "Questions helped",
            "helps": "Helps",
            "own_percent": "Given by one person (%)",
            "helper_name": "Who",
            "last_helped": "Last helped",
            "whereabouts": "Still here?",
        },
        splits=HELPER_SPLITS,
        personal=("helper_name", "last_helped"),
        finding=topics_at_risk,
        drawn=False,
    ),
    Exhibit(
        id="likely_to_know",
        promise=Promise.HELP,
        title="Who may know?",
        description="Members who are likely to know a topic, the likeliest first: their helps on it in the last 365 days of "
        "the data, more for accepted and thanked ones, less for older ones; topics that share 3 or more questions "
        "count half. Only members active in the last 30 days. Without a topic chosen, the first three of each.",
        source="our own",
        unit=Unit.COUNT,
        whose=Whose.MEMBER,
        counts=Counts.STATE,
        relations=("likely_to_know",),
        sql="""
            select topic, name, member_team, member_seniority, helps, accepted, thanks, related_helps, last_helped
            from likely_to_know
            where topic in (select unnest($topics)) or (len($topics) = 0 and place <= 3)
            order by topic, place""",
        columns={
            "topic": "Topic",
            "name": "Member",
            "member_team": "Team",
            "member_seniority": "Seniority",
            "reason": "Why",
        },
        splits=("team", "seniority", "topic"),
        shape=with_reasons,
        people=True,
        drawn=False,
    ),
)
