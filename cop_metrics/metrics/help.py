"""The numbers of the first promise: I ask, others solve. To add one: an entry in `METRICS` or `EXHIBITS`."""

import numpy as np
import polars as pl

from cop_metrics.metrics.metric import (
    Better,
    Computed,
    Counts,
    Exhibit,
    Figure,
    Metric,
    Promise,
    Share,
    Total,
    Unit,
    Whose,
)
from cop_metrics.statistics import Interval, SurvivalCurve, survival

HOUR = 3600.0
ASKER_SPLITS = ("team", "seniority", "topic")


def median_wait(rows: pl.DataFrame) -> Figure:
    """Return the Kaplan-Meier median of the wait in hours with the interval of its band, over all questions."""
    if rows.is_empty():
        return Figure(value=None, sample_size=0, note="no questions in this period")
    curve = survival(rows["waited_seconds"].to_numpy() / HOUR, rows["wait_ended"].to_numpy())
    median = curve.median
    if median is None:
        return Figure(value=None, sample_size=rows.height, note=not_reached(curve))
    return Figure(value=median, sample_size=rows.height, interval=_median_interval(curve))


def not_reached(curve: SurvivalCurve) -> str:
    """Word a median that the data does not reach: how many still wait at the end of the curve."""
    days = float(curve.times[-1]) / 24
    return f"not reached ({float(curve.survival[-1]):.0%} unanswered after {days:.0f} days)"


def _median_interval(curve: SurvivalCurve) -> Interval:
    """Return the times at which the curve's band crosses one half; infinite where its upper edge never does."""
    low = curve.times[np.flatnonzero(curve.low <= 0.5 + 1e-9)]
    high = curve.times[np.flatnonzero(curve.high <= 0.5 + 1e-9)]
    return Interval(low=float(low[0]) if len(low) else 0.0, high=float(high[0]) if len(high) else float("inf"))


def naive_median(rows: pl.DataFrame) -> Figure:
    """Return the plain median wait in hours of those questions that were answered."""
    if rows.is_empty():
        return Figure(value=None, sample_size=0, note="no question was answered")
    return Figure(value=float(np.median(rows["wait_seconds"].to_numpy())) / HOUR, sample_size=rows.height)


def _answer_rate(id_: str, within: str, column: str, title: str, beside: str | None = None) -> Metric:
    return Metric(
        id=id_,
        promise=Promise.HELP,
        title=title,
        question=f"When someone asks, does anyone answer within {within}?",
        description=f"The share of questions that another member answered within {within}. Questions younger than {within} "
        "are left out: too soon to tell. Questions withdrawn before that age without an answer are left out too.",
        formula=f"questions helped within {within} / questions asked at least {within} ago",
        source="Discourse support section, corrected for maturity",
        peers="Discourse compares unripe questions with ripe ones, so that a steady community looks as if it gets worse.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(hit=column, person="asker_id"),
        splits=ASKER_SPLITS,
        act_on=f"not {column}",
        beside=beside,
    )


ANSWER_RATE = _answer_rate("answer_rate", "7 days", "helped_in_7_days", "Answered within 7 days", beside="too_young")

METRICS = (
    Metric(
        id="questions",
        promise=Promise.HELP,
        title="Questions",
        question="How much is asked?",
        description="Questions asked in the period by people, those withdrawn later included.",
        formula="count of questions",
        source="Stack Exchange site statistics",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)"),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="answers",
        promise=Promise.HELP,
        title="Answers",
        question="How much is answered?",
        description="Answer posts written in the period, the asker's own included; deleted ones and those of bots are not.",
        formula="count of answer posts",
        source="Stack Exchange site statistics",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="posts",
        measure=Total(of="count(*)", where="kind = 'answer'"),
        splits=("team", "seniority"),
    ),
    Metric(
        id="answerers",
        promise=Promise.HELP,
        title="Answerers",
        question="How many people answer?",
        description="People who wrote at least one answer in the period, to their own question too. Deleted accounts "
        "are nobody any more: their answers count, they do not.",
        formula="distinct authors of answer posts",
        source="Stack Exchange site statistics",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Total(of="count(distinct member)", listed="member", where="answers > 0 and not is_deleted"),
        splits=("team", "seniority"),
    ),
    Metric(
        id="answered_questions",
        promise=Promise.HELP,
        title="Questions answered",
        question="How many questions did another member answer, at any time?",
        description="Questions of the period that a member other than the asker answered, however late.",
        formula="count of questions with an answer by another member",
        source="Stack Exchange site statistics, without self-answers",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="helped"),
        splits=ASKER_SPLITS,
        comparable=False,
    ),
    Metric(
        id="accepted_questions",
        promise=Promise.HELP,
        title="Questions with an accepted answer",
        question="How many askers marked an answer as the solution?",
        description="Questions of the period with an accepted answer, the asker's own included.",
        formula="count of questions with an accepted answer",
        source="Stack Exchange site statistics",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="accepted"),
        splits=ASKER_SPLITS,
        comparable=False,
    ),
    _answer_rate("answer_rate_1h", "1 hour", "helped_in_1_hour", "Answered within 1 hour"),
    _answer_rate("answer_rate_24h", "24 hours", "helped_in_24_hours", "Answered within 24 hours"),
    ANSWER_RATE,
    _answer_rate("answer_rate_30d", "30 days", "helped_in_30_days", "Answered within 30 days"),
    Metric(
        id="too_young",
        promise=Promise.HELP,
        title="Too young to tell",
        question="How many questions are younger than 7 days?",
        description="Questions asked in the last 7 days of the data: not yet in the answer rate.",
        formula="count of questions younger than 7 days",
        source="our own",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="age_seconds < 604800"),
        splits=ASKER_SPLITS,
        comparable=False,
    ),
    Metric(
        id="ever_answered",
        promise=Promise.HELP,
        title="Ever answered",
        question="What share of questions was answered at all, so far?",
        description="The share of questions that another member answered, however late; withdrawn ones are left out. "
        "It still grows for young questions, so it must not be compared between periods.",
        formula="questions with an answer by another / questions not withdrawn",
        source="Stack Exchange site statistics",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(hit="case when withdrawn then null else helped end", person="asker_id"),
        splits=ASKER_SPLITS,
        act_on="not helped",
        comparable=False,
    ),
    Metric(
        id="wait",
        promise=Promise.HELP,
        title="Median wait",
        question="How long until someone helps?",
        description="The time after which half of the questions had an answer by another member. Questions still unanswered "
        "count as waiting so far, so the number does not flatter.",
        formula="Kaplan-Meier median of the time to the first answer by another, censored at the end of the data, at "
        "withdrawal and at the asker's own solution",
        source="Kaplan and Meier 1958; CHAOSS time to first response",
        peers="Most tools take the median of answered questions only, which leaves out exactly those who wait longest.",
        unit=Unit.HOURS,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(columns=("waited_seconds", "wait_ended"), person="asker_id", figure=median_wait),
        splits=ASKER_SPLITS,
        beside="wait_naive",
    ),
    Metric(
        id="wait_naive",
        promise=Promise.HELP,
        title="Median wait of answered questions",
        question="How long did those wait who were answered?",
        description="The plain median over questions that were answered; those still waiting are left out, so it flatters.",
        formula="median of the time to the first answer by another, answered questions only",
        source="CHAOSS time to first response",
        unit=Unit.HOURS,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(columns=("wait_seconds",), figure=naive_median, where="helped"),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="waiting_questions",
        promise=Promise.HELP,
        title="Waiting now",
        question="Who is waiting for help now?",
        description="Questions asked in the last 30 days of the data, older than 24 hours, that nobody has answered.",
        formula="count of unanswered questions from 24 hours to 30 days old",
        source="Discourse support section",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.STATE,
        relation="questions",
        measure=Total(of="count(*)", where="waiting"),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="given_up",
        promise=Promise.HELP,
        title="Given up",
        question="How many questions were never answered and are older than 30 days?",
        description="Questions older than 30 days that nobody has answered and that were not withdrawn.",
        formula="count of unanswered questions older than 30 days",
        source="our own",
        unit=Unit.COUNT,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.STATE,
        relation="questions",
        measure=Total(of="count(*)", where="given_up"),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="solved_rate",
        promise=Promise.HELP,
        title="Resolved",
        question="Do answers solve the problem?",
        description="The share of questions for which another's answer was accepted within 30 days; questions younger than "
        "30 days and withdrawn ones are left out.",
        formula="questions resolved by another within 30 days / questions asked at least 30 days ago, withdrawn left out",
        source="Discourse solved plugin",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(
            hit="case when outcome_in_30_days = 'withdrawn' then null else outcome_in_30_days = 'resolved' end",
            person="asker_id",
        ),
        splits=ASKER_SPLITS,
    ),
)

CURVE_POINTS = 160


def survival_curves(rows: pl.DataFrame) -> pl.DataFrame:
    """Return, by seniority, the share still waiting by hours since asking, with band and number at risk."""
    tables = [_curve_table(str(name[0]), part) for name, part in rows.group_by("seniority", maintain_order=True)]
    return pl.concat(tables) if tables else pl.DataFrame(schema=CURVE_SCHEMA)


CURVE_SCHEMA: dict[str, type[pl.DataType]] = {
    "seniority": pl.String,
    "hours": pl.Float64,
    "waiting": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "at_risk": pl.Int64,
}


def _curve_table(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    curve = survival(rows["waited_seconds"].to_numpy() / HOUR, rows["wait_ended"].to_numpy())
    kept = np.flatnonzero(curve.times <= 24.0 * 30)
    if len(kept) > CURVE_POINTS:
        kept = np.unique(kept[np.linspace(0, len(kept) - 1, CURVE_POINTS).astype(int)])
    count = len(kept) + 1
    return pl.DataFrame(
        {
            "seniority": [name] * count,
            "hours": [0.0, *curve.times[kept].tolist()],
            "waiting": [1.0, *curve.survival[kept].tolist()],
            "low": [1.0, *curve.low[kept].tolist()],
            "high": [1.0, *curve.high[kept].tolist()],
            "at_risk": [rows.height, *curve.at_risk[kept].tolist()],
        },
        schema=CURVE_SCHEMA,
    )


EXHIBITS = (
    Exhibit(
        id="waiting_curve",
        promise=Promise.HELP,
        title="How long until someone helps?",
        description="The share of questions still waiting against the time since asking, by the asker's seniority, with a "
        "95 % band.",
        source="Kaplan and Meier 1958",
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql="select asker_seniority as seniority, waited_seconds, wait_ended from questions order by 1",
        columns={
            "seniority": "Seniority",
            "hours": "Hours since asking",
            "waiting": "Still waiting",
            "low": "Low",
            "high": "High",
            "at_risk": "Questions still followed",
        },
        splits=ASKER_SPLITS,
        shape=survival_curves,
        shows=("seniority",),
    ),
    Exhibit(
        id="outcomes",
        promise=Promise.HELP,
        title="What becomes of questions?",
        description="Questions by month and by what had become of them within 30 days; younger ones are left out.",
        source="our own, after Discourse",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql="select month, outcome_in_30_days as outcome, count(*) as questions from questions "
        "where outcome_in_30_days is not null group by all order by all",
        columns={"month": "Month", "outcome": "Outcome", "questions": "Questions"},
        splits=ASKER_SPLITS,
    ),
    Exhibit(
        id="topics",
        promise=Promise.HELP,
        title="Which topics need what?",
        description="Each topic with its questions, the share answered within 7 days and the people who helped. A question "
        "counts in each of its topics, so topics do not add up.",
        source="our own, after Nick Milton",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql="""
            select topic, count(*) as questions, count(helped_in_7_days) as ripe,
                avg(cast(helped_in_7_days as int)) as answer_rate, sum(helpers) / count(*) as helps_per_question
            from questions
            join question_topics as bridge on bridge.question_id = questions.question_id
            group by topic order by questions desc, topic""",
        columns={
            "topic": "Topic",
            "questions": "Questions",
            "ripe": "Of these at least 7 days old",
            "answer_rate": "Answered within 7 days",
            "helps_per_question": "Helpers per question",
        },
        splits=ASKER_SPLITS,
    ),
)
