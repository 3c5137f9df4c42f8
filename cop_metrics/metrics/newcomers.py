"""A newcomer's first question: whether it was answered, and whether the newcomer came back (metrics, 4)."""

import polars as pl

from cop_metrics.metrics.metric import NEWCOMER, Better, Counts, Exhibit, Metric, Promise, Share, Unit, Whose
from cop_metrics.statistics import newcombe, wilson

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
        edge_days=90,
        ripens_in=97,
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
        act_on="not helped_in_7_days",
        about=NEWCOMER,
        edge_days=90,
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


def more_often(rows: pl.DataFrame) -> str | None:
    """Say in which of two groups newcomers came back more often; None within noise, and never why."""
    counts = {
        group: (hits, newcomers) for group, hits, newcomers in rows.select("first_question", "hits", "newcomers").rows()
    }
    if set(counts) != {ANSWERED, UNANSWERED}:
        return None
    compared = newcombe(*counts[ANSWERED], *counts[UNANSWERED])
    if compared is None or compared.p >= SURELY:
        return None
    one, other = (
        f"{hits / newcomers:.0%}".replace("%", " %") for hits, newcomers in (counts[ANSWERED], counts[UNANSWERED])
    )
    more = "more" if compared.estimate > 0 else "less"
    return f"Newcomers whose first question was answered came back {more} often: {one} against {other}."


EXHIBITS = (
    Exhibit(
        id="newcomers_back",
        promise=Promise.HELP,
        title="Do newcomers come back when they are answered?",
        description=f"The share of newcomers who came back, by whether their first question was answered within 7 days; "
        f"questions withdrawn before that without an answer are left out. {FIRST} {BACK}",
        source=SOURCE,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("first_questions",),
        sql=f"""
            select case when helped_in_7_days then '{ANSWERED}' else '{UNANSWERED}' end as first_question,
                cast(sum(cast(came_back as int)) as bigint) as hits, count(*) as newcomers
            from first_questions
            where came_back is not null and helped_in_7_days is not null
            group by 1 order by 1""",
        columns={
            "first_question": "First question",
            "share": "Came back",
            "low": "Low",
            "high": "High",
            "hits": "Newcomers who came back",
            "newcomers": "Newcomers",
        },
        splits=SPLITS,
        about=NEWCOMER,
        shape=_shares,
        finding=more_often,
    ),
    Exhibit(
        id="newcomers_by_quarter",
        promise=Promise.HELP,
        title="Are newcomers welcomed?",
        description="By the quarter in which they asked first: the share of newcomers whose question was answered within 7 "
        f"days, and the share who came back. {FIRST} {BACK}",
        source=SOURCE,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("first_questions",),
        sql="""
            select min(month) as month, number, cast(sum(cast(hit as int)) as bigint) as hits, count(*) as newcomers
            from (
                select month, 'answered within 7 days' as number, helped_in_7_days as hit from first_questions
                union all
                select month, 'came back' as number, came_back as hit from first_questions
            )
            where hit is not null
            group by date_trunc('quarter', month), number order by month, number""",
        columns={
            "month": "Quarter from",
            "number": "Number",
            "share": "Share",
            "low": "Low",
            "high": "High",
            "newcomers": "Newcomers",
        },
        splits=SPLITS,
        about=NEWCOMER,
        shape=_shares,
    ),
)
