"""What each topic needs, by its questions and the help that they get (Nick Milton 2013; metrics, 4)."""

import polars as pl

from cop_metrics.metrics.metric import Counts, Exhibit, Metric, Promise, Unit, Whose

SPLITS = ("team", "seniority", "topic")
FEWEST_RIPE = 5
TOO_FEW = "too few questions to tell"
ACTIONS = {
    (True, False): "find an expert or research it",
    (True, True): "exchange knowledge",
    (False, True): "write guidance or an FAQ",
    (False, False): "watch",
}
"""By whether a topic has many questions and much help a question: what to do, the most urgent first."""
QUADRANTS = {
    "find an expert or research it": "many questions, little help",
    "exchange knowledge": "many questions, much help",
    "write guidance or an FAQ": "few questions, much help",
    "watch": "few questions, little help",
}
COUNTED = """
    select topic, count(*) as questions, count(helps_in_30_days) as ripe, avg(helps_in_30_days) as helps_per_question,
        avg(cast(helped_in_7_days as int)) as answer_rate
    from questions
    join question_topics as bridge on bridge.question_id = questions.question_id
    group by topic"""
ABOUT = (
    f"Topics with {FEWEST_RIPE} or more questions at least 30 days old, not withdrawn, are split at the medians of their "
    "questions and of their helps per question within 30 days; strictly above is many. A question counts in each of its "
    "topics, so topics do not add up."
)


def with_action(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the topics with what to do about each; one with fewer than five ripe questions says that they are too few."""
    told = rows.filter(pl.col("ripe") >= FEWEST_RIPE)
    middle = told.select(pl.col("questions", "helps_per_question").median()).row(0)
    action = pl.lit(TOO_FEW)
    if told.height:
        many, much = pl.col("questions") > middle[0], pl.col("helps_per_question") > middle[1]
        for (is_many, is_much), text in ACTIONS.items():
            fits = (many == is_many) & (much == is_much) & (pl.col("ripe") >= FEWEST_RIPE)
            action = pl.when(fits).then(pl.lit(text)).otherwise(action)
    return rows.with_columns(action.alias("action"))


def to_act_on(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the topics for which there is something to do, the most urgent action first, then by questions."""
    urgency = {action: place for place, action in enumerate(ACTIONS.values())}
    acted = with_action(rows).filter(~pl.col("action").is_in([TOO_FEW, "watch"]))
    place = pl.col("action").replace_strict(urgency, default=len(urgency), return_dtype=pl.Int64)
    return acted.with_columns(
        pl.col("action").replace_strict(QUADRANTS, default="", return_dtype=pl.String).alias("quadrant"),
        place.alias("place"),
    ).sort("place", "questions", "topic", descending=[False, True, False])


METRICS: tuple[Metric, ...] = ()
EXHIBITS = (
    Exhibit(
        id="topics",
        promise=Promise.HELP,
        title="Which topics need what?",
        description=f"Each topic with its questions of the period, and the help that they got. {ABOUT}",
        source="Nick Milton 2013",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql=f"{COUNTED} order by questions desc, topic",
        columns={
            "topic": "Topic",
            "action": "What to do",
            "questions": "Questions",
            "ripe": "Of these at least 30 days old",
            "helps_per_question": "Helps per question within 30 days",
            "answer_rate": "Answered within 7 days",
        },
        splits=SPLITS,
        shape=with_action,
    ),
    Exhibit(
        id="topics_to_act_on",
        promise=Promise.HELP,
        title="Topics to act on",
        description="The topics that need something done, the most urgent first, each with its question that waits longest. "
        f"{ABOUT} Waiting are questions as of the data, whatever the period.",
        source="Nick Milton 2013",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=(
            "open_questions",
            "questions",
        ),  # in this order: the second name hides the table that the first reads
        sql=f""", counted as ({COUNTED}),
            open as (
                select topic, title, url,
                    row_number() over (partition by topic order by second, open_questions.question_id) as place,
                    count(*) over (partition by topic) as waiting_now
                from open_questions
                join question_topics as bridge on bridge.question_id = open_questions.question_id
            )
            select counted.*, coalesce(waiting_now, 0) as waiting_now, title, url
            from counted
            left join open on open.topic = counted.topic and open.place = 1
            order by questions desc, topic""",
        columns={
            "topic": "Topic",
            "quadrant": "It has",
            "action": "What to do",
            "questions": "Questions",
            "helps_per_question": "Helps per question",
            "answer_rate": "Answered in 7 days",
            "waiting_now": "Waiting",
            "title": "Question",
            "url": "Link",
        },
        splits=SPLITS,
        shape=to_act_on,
        drawn=False,
    ),
)
