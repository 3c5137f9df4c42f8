"""What each topic needs, by its questions and the help that they get (Nick Milton 2013; metrics,
4).
"""

import numpy as np
import polars as pl

from cop_metrics.metrics.columns import Column, Role, Rows
from cop_metrics.metrics.metric import Counts, Exhibit, Metric, Promise, Whose, exhibit_sql
from cop_metrics.statistics.comparing import benjamini_hochberg
from cop_metrics.statistics.means import against_the_rest
from cop_metrics.units import Unit

SPLITS = ("team", "seniority", "topic")
FEWEST_RIPE = 5
TOO_FEW = "too few questions to tell"
ACTIONS = {
    (True, False): "find an expert or research it",
    (True, True): "exchange knowledge",
    (False, True): "write guidance or an FAQ",
    (False, False): "watch",
}
"""By whether a topic has many questions and much help a question: what to do, the most urgent
first.
"""
QUADRANTS = {
    "find an expert or research it": "many questions, little help",
    "exchange knowledge": "many questions, much help",
    "write guidance or an FAQ": "few questions, much help",
    "watch": "few questions, little help",
}
WATCH, NO_OTHER = ACTIONS[False, False], "no other than the rest"
"""What there is to do about a topic that has few of both, and about one that differs from the rest
by no more than luck.
"""
ABOUT = (
    f"Topics with {FEWEST_RIPE} or more questions at least 30 days old, not withdrawn, are split at the medians of their "
    "questions and of their helps per question within 30 days; strictly above is many. A question counts in each of its "
    "topics, so topics do not add up. Something is to be done only about a topic whose helps per question differ beyond "
    "noise from those of all other questions; an expert is to be found only where fewer of its questions are answered "
    "within 7 days too. Where all topics are alike, something is advised in at most one of twenty periods."
)
SURELY = 0.05


def of_topics(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a topic: questions, those that are ripe, helps per question and answer rate,
    the largest first.
    """
    return (
        rows.filter(pl.col("topic").is_not_null())
        .group_by("topic")
        .agg(pl.col("questions", "ripe", "helps", "old", "answered").sum())
        .with_columns(
            pl.when(pl.col("ripe") > 0)
            .then(pl.col("helps") / pl.col("ripe"))
            .alias("helps_per_question"),
            pl.when(pl.col("old") > 0)
            .then(pl.col("answered") / pl.col("old"))
            .alias("answer_rate"),
        )
        .sort("questions", "topic", descending=[True, False])
    )


def beyond_noise(rows: pl.DataFrame, topics: list[str]) -> dict[str, tuple[int, int]]:
    """Return of each topic whether its helps per question, and its answer rate, differ from those
    of all other questions.

    1 is more, -1 less, 0 no more than luck, corrected for all that are compared (metrics, 2.9).
    """
    everybody = rows.filter(pl.col("topic").is_null()).sort("asker_id")
    found: list[tuple[float, float]] = []
    for topic in topics:
        own = everybody.select("asker_id").join(
            rows.filter(topic=topic), on="asker_id", how="left", maintain_order="left"
        )
        for hits, size in (("helps", "ripe"), ("answered", "old")):
            part = own.select(pl.col(hits, size).fill_null(0))
            rest = everybody.select(pl.col(hits, size).fill_null(0)) - part
            found.append(
                against_the_rest(
                    *(side[name].to_numpy() for side in (part, rest) for name in (hits, size))
                )
                or (0.0, 1.0)
            )
    sure = benjamini_hochberg([p for _, p in found])
    signs = [
        int(np.sign(difference)) * bool(beyond)
        for (difference, _), beyond in zip(found, sure, strict=True)
    ]
    return dict(zip(topics, zip(signs[::2], signs[1::2], strict=True), strict=True))


def with_action(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the topics with what to do about each; one with fewer than five ripe questions says
    that they are too few.
    """
    topics = of_topics(rows)
    told = topics.filter(pl.col("ripe") >= FEWEST_RIPE)
    many_questions, much_help = told.select(pl.col("questions", "helps_per_question").median()).row(
        0
    )
    differs = beyond_noise(rows, told["topic"].to_list())
    actions = {
        topic: _action(questions > many_questions, helps > much_help, *differs[topic])
        for topic, questions, helps in told.select(
            "topic", "questions", "helps_per_question"
        ).rows()
    }
    return topics.with_columns(
        pl.col("topic")
        .replace_strict(actions, default=TOO_FEW, return_dtype=pl.String)
        .alias("action")
    )


def _action(many: bool, much: bool, helped: int, answered: int) -> str:
    """Return what to do about a topic, by whether it has many questions and much help, and how it
    differs from the rest.
    """
    differs = helped > 0 if much else helped < 0
    if (many, much) == (True, False):
        differs = differs and answered < 0
    return ACTIONS[many, much] if differs else NO_OTHER


def to_act_on(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the topics for which there is something to do, the most urgent action first, then by
    questions.

    `rows`: those of `with_action`, and among them, without an `asker_id`, what waits of each topic.
    """
    counted, waiting = (
        rows.filter(pl.col("asker_id").is_null() == waits) for waits in (False, True)
    )
    urgency = {action: place for place, action in enumerate(ACTIONS.values())}
    acted = with_action(counted).filter(~pl.col("action").is_in([TOO_FEW, WATCH, NO_OTHER]))
    place = pl.col("action").replace_strict(urgency, default=len(urgency), return_dtype=pl.Int64)
    return (
        acted.join(waiting.select("topic", "waiting_now", "title", "url"), on="topic", how="left")
        .with_columns(
            pl.col("waiting_now").fill_null(0),
            pl.col("action")
            .replace_strict(QUADRANTS, default="", return_dtype=pl.String)
            .alias("quadrant"),
            place.alias("place"),
        )
        .sort("place", "questions", "topic", descending=[False, True, False])
    )


METRICS: tuple[Metric, ...] = ()
EXHIBITS = (
    Exhibit(
        id="topics",
        promise=Promise.HELP,
        title="Which topics need what?",
        description=f"Each topic with its questions of the period, and the help that they got. {ABOUT}",
        source="Nick Milton 2013",
        empty="no question has a topic",
        of_topics=True,
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql=exhibit_sql("topics"),
        rows=Rows.GROUPS,
        columns=(
            Column("topic", "Topic", Role.TOPIC),
            Column("action", "What to do", Role.GROUP),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
            Column("ripe", "Of these at least 30 days old", Role.VALUE, Unit.COUNT),
            Column(
                "helps_per_question", "Helps per question within 30 days", Role.VALUE, Unit.RATIO
            ),
            Column("answer_rate", "Answered within 7 days", Role.VALUE, Unit.PERCENT),
        ),
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
        empty="no topic with 5 or more questions that are 30 days old asks for anything to be done",
        of_topics=True,
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=(
            "open_questions",
            "questions",
        ),  # in this order: the second name hides the table that the first reads
        sql=exhibit_sql("topics_to_act_on"),
        rows=Rows.TOPICS,
        columns=(
            Column("topic", "Topic", Role.TOPIC),
            Column("quadrant", "It has", Role.GROUP),
            Column("action", "What to do", Role.GROUP),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
            Column("helps_per_question", "Helps per question", Role.VALUE, Unit.RATIO),
            Column("answer_rate", "Answered in 7 days", Role.VALUE, Unit.PERCENT),
            Column("waiting_now", "Waiting", Role.VALUE, Unit.COUNT),
            Column("title", "Question", Role.THREAD),
            Column("url", "Link", Role.LINK),
        ),
        splits=SPLITS,
        shape=to_act_on,
        drawn=False,
    ),
)
