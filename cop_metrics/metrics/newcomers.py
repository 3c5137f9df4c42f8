"""A newcomer's first question: whether it was answered, and whether the newcomer came back
(metrics, 4).
"""

import polars as pl

from cop_metrics import words
from cop_metrics.limits import BACK_WITHIN_DAYS, EDGE_DAYS
from cop_metrics.metrics.aggregates import Share
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
)
from cop_metrics.statistics.shares import Standardised, newcombe, standardised, wilson
from cop_metrics.units import Unit

SPLITS = ("team", "seniority", "topic")
SOURCE = "Joyce and Kraut 2006"
PEERS = (
    "Of 2,777 newcomers to newsgroups 61 % got a reply; a reply went with posting again in 56 % instead of 44 %. "
    "Discourse counts first posts, answered or not; 8Knot sets apart who made 4 contributions or more."
)
FIRST = (
    "A newcomer's first question is the first post of a member who joined 90 days or more after the data begins, asked "
    "within 90 days of joining."
)
BACK = (
    "Came back means posted in another thread from day 7 to day 97 after asking. Left out are those whose question is "
    "younger than 97 days, and those who posted elsewhere before day 7: what happens to the question cannot bring them back."
)
SURELY = 0.05


def _back(id_: str, title: str, question: str, whose: str, hit: str) -> Metric:
    return Metric(
        id=id_,
        promise=Promise.HELP,
        title=title,
        question=question,
        description=f"The share of {whose} who came back. {FIRST} {BACK}",
        formula=f"{whose} who posted in another thread on days 7 to 97 / all of them",
        source=SOURCE,
        peers=PEERS,
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="first_questions",
        measure=Share(hit=hit, person=None),
        splits=SPLITS,
        about=NEWCOMER,
        edge_days=EDGE_DAYS,
        ripens_in=BACK_WITHIN_DAYS,
    )


METRICS = (
    Metric(
        id="newcomers_first_answered",
        promise=Promise.HELP,
        title="Newcomers answered",
        question="When newcomers ask for the first time, does anyone answer within 7 days?",
        description=f"The share of newcomers' first questions that another member answered within 7 days. {FIRST} Questions "
        "younger than 7 days, or withdrawn before that age without an answer, are left out.",
        formula="newcomers' first questions helped within 7 days / those asked at least 7 days ago",
        source=SOURCE,
        peers=PEERS,
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="first_questions",
        measure=Share(hit="helped_in_7_days", person=None),
        splits=SPLITS,
        about=NEWCOMER,
        edge_days=EDGE_DAYS,
        ripens_in=7,
    ),
    _back(
        "newcomers_came_back",
        "Newcomers who came back",
        "Do newcomers come back after their first question?",
        "newcomers who began with a question",
        "came_back",
    ),
    _back(
        "newcomers_answered_came_back",
        "Newcomers who came back, answered",
        "Do newcomers come back whose first question was answered?",
        "newcomers whose first question was answered within 7 days",
        "case when helped_in_7_days then came_back end",
    ),
    _back(
        "newcomers_unanswered_came_back",
        "Newcomers who came back, not answered",
        "Do newcomers come back whose first question was not answered?",
        "newcomers whose first question was not answered within 7 days",
        "case when not helped_in_7_days then came_back end",
    ),
)

ANSWERED, UNANSWERED = "answered within 7 days", "not answered"


def _shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with share, low and high of `hits` among `newcomers`."""
    counts = list(rows.select("hits", "newcomers").iter_rows())
    intervals = [wilson(hits, newcomers) for hits, newcomers in counts]
    return rows.with_columns(
        pl.Series("share", [hits / newcomers for hits, newcomers in counts], pl.Float64),
        pl.Series("low", [each.low for each in intervals], pl.Float64),
        pl.Series("high", [each.high for each in intervals], pl.Float64),
    )


def standardised_shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Return both groups with the shares that came back as they would be with the same mix of
    quarters of joining.

    `rows`: first_question, quarter, hits, newcomers. Counts are of the quarters that have both;
    empty where none has.
    """
    alike = _alike(rows)
    if alike is None:
        return pl.DataFrame(schema=BACK_SCHEMA)
    both = (
        rows.group_by("quarter")
        .agg(pl.col("first_question").n_unique() == 2)
        .filter("first_question")
    )
    counts = (
        rows.join(both, on="quarter", how="semi")
        .group_by("first_question")
        .agg(pl.col("hits", "newcomers").sum())
    )
    shares = [
        (group, hits / n, interval.low, interval.high)
        for group, hits, n in (
            (ANSWERED, alike.hits_a, alike.n_a),
            (UNANSWERED, alike.hits_b, alike.n_b),
        )
        for interval in (wilson(hits, n),)
    ]
    told = pl.DataFrame(shares, schema=list(BACK_SCHEMA)[:4], orient="row")
    counted = told.join(counts, on="first_question", how="left", maintain_order="left")
    return counted.cast(BACK_SCHEMA)  # type: ignore[arg-type]


def _alike(rows: pl.DataFrame) -> Standardised | None:
    """Return the shares that came back, answered and not, weighed as Mantel and Haenszel do over
    quarters of joining.
    """
    quarters = rows.select("quarter").unique().sort("quarter")
    sides = [
        quarters.join(
            rows.filter(first_question=group), on="quarter", how="left", maintain_order="left"
        ).fill_null(0)
        for group in (ANSWERED, UNANSWERED)
    ]
    return standardised(
        *(side[name].to_numpy() for side in sides for name in ("hits", "newcomers"))
    )


def more_often(rows: pl.DataFrame) -> str | None:
    """Say in which of two groups newcomers of the same quarters came back more often; None within
    noise, and never why.
    """
    alike = _alike(rows)
    compared = newcombe(alike.hits_a, alike.n_a, alike.hits_b, alike.n_b) if alike else None
    if alike is None or compared is None or compared.p >= SURELY:
        return None
    one, other = (
        words.value(Unit.PERCENT, hits / n)
        for hits, n in ((alike.hits_a, alike.n_a), (alike.hits_b, alike.n_b))
    )
    more = "more" if compared.estimate > 0 else "less"
    return (
        f"Of newcomers who joined in the same quarters, those whose first question was answered came back {more} often: "
        f"{one} against {other}."
    )


BACK_SCHEMA: dict[str, type[pl.DataType]] = {
    "first_question": pl.String,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "hits": pl.Int64,
    "newcomers": pl.Int64,
}

EXHIBITS = (
    Exhibit(
        id="newcomers_back",
        promise=Promise.HELP,
        title="Do newcomers come back when they are answered?",
        description="The share of newcomers who came back, by whether their first question was answered within 7 days, each "
        "as it would be had both joined in the same quarters: who joined in one in which nearly all are answered, and few "
        "come back, is compared with those of that quarter. Quarters in which all were answered, or nobody, are left out. "
        f"Questions withdrawn before that without an answer are left out. {FIRST} {BACK}",
        source="Joyce and Kraut 2006; Mantel and Haenszel 1959",
        empty="in no quarter did newcomers join of whom some were answered and some were not",
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("first_questions",),
        sql=f"""
            select case when helped_in_7_days then '{ANSWERED}' else '{UNANSWERED}' end as first_question,
                date_trunc('quarter', date '1970-01-01' + cast(since_day as int)) as quarter,
                cast(sum(cast(came_back as int)) as bigint) as hits, count(*) as newcomers
            from first_questions
            where came_back is not null and helped_in_7_days is not null
            group by 1, 2 order by 1, 2""",
        rows=Rows.GROUPS,
        columns=(
            Column("first_question", "First question", Role.GROUP),
            Column("share", "Came back, same quarters", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("hits", "Newcomers who came back", Role.VALUE, Unit.COUNT),
            Column("newcomers", "Newcomers", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
        about=NEWCOMER,
        shape=standardised_shares,
        finding=more_often,
    ),
    Exhibit(
        id="newcomers_by_quarter",
        promise=Promise.HELP,
        title="Are newcomers welcomed?",
        description="By the quarter in which they asked first: the share of newcomers whose question was answered within 7 "
        f"days, and the share who came back. {FIRST} {BACK}",
        source=SOURCE,
        empty="nobody who joined in view of the data began with a question that can be judged yet",
        known_from=WHO_IS_NEW,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("first_questions",),
        sql="""
            select cast(date_trunc('quarter', month) as date) as month, number, cast(sum(cast(hit as int)) as bigint) as hits,
                count(*) as newcomers
            from (
                select month, 'answered within 7 days' as number, helped_in_7_days as hit from first_questions
                union all
                select month, 'came back' as number, came_back as hit from first_questions
            )
            where hit is not null
            group by 1, number order by 1, number""",
        rows=Rows.GROUPS,
        columns=(
            Column("month", "Quarter from", Role.START),
            Column("number", "Number", Role.GROUP),
            Column("share", "Share", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("newcomers", "Newcomers", Role.VALUE, Unit.COUNT),
        ),
        splits=SPLITS,
        about=NEWCOMER,
        shape=_shares,
    ),
)
