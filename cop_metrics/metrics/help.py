"""The numbers of the first promise: I ask, others solve. To add one: an entry in `METRICS` or
`EXHIBITS`.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from cop_metrics import words
from cop_metrics.metrics.aggregates import Alike, Computed, Figure, Share, Total
from cop_metrics.metrics.columns import Column, Role, Rows
from cop_metrics.metrics.metric import (
    NOT_ASKED,
    Better,
    Counts,
    Exhibit,
    Metric,
    Promise,
    Whose,
    likeness_of,
)
from cop_metrics.reasons import Reason, Why, nobody, nothing
from cop_metrics.statistics.comparing import Interval
from cop_metrics.statistics.means import clustered_mean
from cop_metrics.statistics.people import pooled_design_effect
from cop_metrics.statistics.waits import SurvivalCurve, log_rank, survival
from cop_metrics.units import Unit

HOUR = 3600.0
MONTH = 30 * 86_400
ASKER_SPLITS = ("team", "seniority", "topic")


def median_wait(rows: pl.DataFrame) -> Figure:
    """Return the Kaplan-Meier median of the wait in hours with the interval of its band, over all
    questions.
    """
    return _median(rows, "waited_seconds", lambda hours: f"{hours / 24:.0f} days")


def median_wait_at_work(rows: pl.DataFrame) -> Figure:
    """Return the Kaplan-Meier median of the wait in hours of work with the interval of its band,
    over all questions.
    """
    return _median(rows, "office_seconds", lambda hours: f"{hours:.0f} hours of work")


def _median(rows: pl.DataFrame, column: str, written: Callable[[float], str]) -> Figure:
    if rows.is_empty():
        return Figure(value=None, sample_size=0, reason=nobody("nobody asked in this period"))
    curve = survival(
        rows[column].to_numpy() / HOUR,
        rows["wait_ended"].to_numpy(),
        design_effect=_design_effect(rows),
    )
    median = curve.median
    if median is None:
        unanswered = words.value(Unit.PERCENT, float(curve.survival[-1]))
        note = f"not reached ({unanswered} unanswered after {written(float(curve.times[-1]))})"
        return Figure(value=None, sample_size=rows.height, reason=Reason(Why.NOT_REACHED, note))
    return Figure(value=median, sample_size=rows.height, interval=_median_interval(curve))


def _design_effect(rows: pl.DataFrame) -> float:
    """Return the design effect of the waits of questions, each with its asker, at the likeness that
    stands beside them.
    """
    asked = rows["asker_id"].value_counts()["count"].to_numpy().astype(float)
    return pooled_design_effect(
        float(asked.sum()), float(asked @ asked), float(rows["likeness"][0])
    )


def _median_interval(curve: SurvivalCurve) -> Interval:
    """Return the times at which the curve's band crosses one half; infinite where its upper edge
    never does.
    """
    low = curve.times[np.flatnonzero(curve.low <= 0.5 + 1e-9)]
    high = curve.times[np.flatnonzero(curve.high <= 0.5 + 1e-9)]
    return Interval(
        low=float(low[0]) if len(low) else 0.0, high=float(high[0]) if len(high) else float("inf")
    )


def naive_median(rows: pl.DataFrame) -> Figure:
    """Return the plain median wait in hours of those questions that were answered."""
    if rows.is_empty():
        return Figure(value=None, sample_size=0, reason=nothing("no question was answered"))
    return Figure(
        value=float(np.median(rows["wait_seconds"].to_numpy())) / HOUR, sample_size=rows.height
    )


def _alike_in(column: str) -> Alike:
    """Return in what one asker's waits are alike: their logarithms, cut at 30 days; of those
    followed for less nothing is known.

    In thousandths, so that sums of whole numbers are the same in whatever order they are made.
    """
    value = f"cast(round(1000 * ln(1 + least({column}, {MONTH:d}))) as bigint)"
    return Alike(
        value=f"case when wait_ended or waited_seconds >= {MONTH:d} then {value} end",
        person="asker_id",
    )


HELPS_AND_QUESTIONS = (
    "cast(sum(helps_in_30_days) as bigint) as helps",
    "cast(sum(helps_in_30_days * helps_in_30_days) as bigint) as squares",
    "count(*) as questions",
)


def mean_helps(rows: pl.DataFrame) -> Figure:
    """Return the mean number of helps per question, from both sums of each asker."""
    if rows.is_empty():
        return Figure(
            value=None,
            sample_size=0,
            reason=nothing("no questions at least 30 days old in this period"),
        )
    helps, questions, squares = (
        rows[name].to_numpy() for name in ("helps", "questions", "squares")
    )
    mean, interval = clustered_mean(helps, questions, squares, float(rows["likeness"][0]))
    return Figure(value=mean, sample_size=int(rows["questions"].sum()), interval=interval)


def _answer_rate(
    id_: str, within: str, column: str, title: str, *, ripens_in: int, beside: str | None = None
) -> Metric:
    return Metric(
        id=id_,
        promise=Promise.HELP,
        title=title,
        question=f"When someone asks, does anyone answer within {within}?",
        description=f"The share of questions that another member answered within {within}. Questions younger than {within} "
        "are left out: too soon to tell. Questions withdrawn before that age without an answer are left out too.",
        formula=f"questions helped within {within} / questions asked at least {within} ago",
        source="Discourse support section, corrected for maturity",
        peers="Discourse's support section takes topics of any age and compares unripe ones with ripe ones, so that a "
        "steady community looks as if it gets worse. Its shares by waiting time are of the answered topics only.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(hit=column, person="asker_id"),
        splits=ASKER_SPLITS,
        beside=beside,
        ripens_in=ripens_in,
    )


ANSWER_RATE = _answer_rate(
    "answer_rate",
    "7 days",
    "helped_in_7_days",
    "Answered within 7 days",
    ripens_in=7,
    beside="too_young",
)

METRICS = (
    Metric(
        id="questions",
        promise=Promise.HELP,
        title="Questions",
        question="How much is asked?",
        description="Questions asked in the period by people, those withdrawn later included.",
        formula="count of questions",
        source="Stack Exchange site statistics",
        peers="Stack Overflow for Teams counts deleted and closed questions in, as here. GrimoireLab takes every "
        "topic of Discourse for a question.",
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
        description="Answers and replies to questions written in the period, the asker's own included; deleted ones and those "
        "of bots are not.",
        formula="count of answers and replies to questions",
        source="Stack Exchange site statistics",
        peers="GrimoireLab takes every post of a Discourse topic for an answer, the first one included.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="posts",
        measure=Total(of="count(*)", where="is_answer"),
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
        peers="Discourse's support section tells whose replies they are, by staff and trust level, and not how many "
        "people reply.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.MEMBER,
        counts=Counts.FLOW,
        relation="member_days",
        measure=Total(
            of="count(distinct member)", listed="member", where="answers > 0 and not is_deleted"
        ),
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
        peers="Discourse counts the opposite, topics without a reply by another member, and also as of now.",
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
        peers="Discourse tallies the solutions marked on each day, whenever the question was asked.",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="accepted"),
        splits=ASKER_SPLITS,
        comparable=False,
    ),
    _answer_rate(
        "answer_rate_1h", "1 hour", "helped_in_1_hour", "Answered within 1 hour", ripens_in=1
    ),
    _answer_rate(
        "answer_rate_24h", "24 hours", "helped_in_24_hours", "Answered within 24 hours", ripens_in=1
    ),
    ANSWER_RATE,
    _answer_rate(
        "answer_rate_30d", "30 days", "helped_in_30_days", "Answered within 30 days", ripens_in=30
    ),
    Metric(
        id="too_young",
        promise=Promise.HELP,
        title="Too young to tell",
        question="How many questions are younger than 7 days?",
        description="Questions asked in the last 7 days of the data and not withdrawn: not yet in the answer rate.",
        formula="count of questions younger than 7 days",
        source="our own",
        peers="Discourse's support section does not tell it: its shares are of topics of any age.",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="age_seconds < 604800 and not withdrawn"),
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
        peers="Stack Exchange's percentage of answered questions also counts those that were closed without an answer.",
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Share(hit="case when withdrawn then null else helped end", person="asker_id"),
        splits=ASKER_SPLITS,
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
        peers="Discourse takes the mean over topics that got a reply, which leaves out exactly those who wait "
        "longest. Common Room gives a median.",
        unit=Unit.HOURS,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(
            columns=("waited_seconds", "wait_ended", "asker_id"),
            person="asker_id",
            compute=median_wait,
            alike=_alike_in("waited_seconds"),
        ),
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
        peers="Discourse gives the mean instead. GrimoireLab's time to the first reply of a Discourse topic runs to "
        "the second post, even the asker's.",
        unit=Unit.HOURS,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(columns=("wait_seconds",), compute=naive_median, where="helped"),
        splits=ASKER_SPLITS,
    ),
    Metric(
        id="wait_in_hours_of_work",
        promise=Promise.HELP,
        title="Median wait in hours of work (Mon-Fri 9-17)",
        question="How long until someone helps, nights and weekends left out?",
        description="The time after which half of the questions had an answer by another member, on a clock that runs Monday to "
        "Friday from 9 to 17 in the community's time zone and stands still on its holidays. A question asked outside these "
        "hours starts at the next opening; an answer given outside them ends at the last closing.",
        formula="Kaplan-Meier median of the hours of work to the first answer by another, censored as the median wait is",
        source="Kaplan and Meier 1958; business hours of help desks",
        peers="Discourse and GrimoireLab count nights and weekends as waiting.",
        unit=Unit.HOURS_OF_WORK,
        better=Better.LOWER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(
            columns=("office_seconds", "wait_ended", "asker_id"),
            compute=median_wait_at_work,
            alike=_alike_in("office_seconds"),
        ),
        splits=ASKER_SPLITS,
        beside="wait",
    ),
    Metric(
        id="waiting_questions",
        promise=Promise.HELP,
        title="Waiting now",
        question="Who is waiting for help now?",
        description="Questions asked in the last 30 days of the data, older than 24 hours, that nobody has answered.",
        formula="count of unanswered questions from 24 hours to 30 days old",
        source="Discourse support section",
        peers="Discourse's support section counts the topics of the chosen period that have no reply, those of a "
        "minute ago too.",
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
        question="How many questions of the last year were never answered and are older than 30 days?",
        description="Questions from 30 to 365 days old that nobody has answered and that were not withdrawn.",
        formula="count of unanswered questions from 30 to 365 days old",
        source="our own",
        peers="Discourse counts all topics without a reply together, new ones and old ones.",
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
        peers="Discourse's resolution rate is of topics of any age, and any accepted post resolves a topic, whoever "
        "wrote it.",
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
        needs="acceptance",
        beside="withdrawn",
        ripens_in=30,
    ),
    Metric(
        id="withdrawn",
        promise=Promise.HELP,
        title="Withdrawn",
        question="How many questions were withdrawn before anyone helped?",
        description="Questions of the period that were deleted, or closed for any reason, within 30 days and before another "
        "member helped. They are left out of the shares; questions younger than 30 days are not counted yet.",
        formula="count of questions withdrawn within 30 days before a help",
        source="our own",
        peers="Discourse's support section leaves deleted topics out without a count, and keeps closed ones in.",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Total(of="count(*)", where="outcome_in_30_days = 'withdrawn'"),
        splits=ASKER_SPLITS,
        ripens_in=30,
    ),
    Metric(
        id="helps_per_question",
        promise=Promise.HELP,
        title="Helps per question",
        question="How much help does a question get?",
        description="The mean number of members who helped a question within 30 days, unanswered questions included. Several "
        "answers by one member are one help. Questions younger than 30 days and withdrawn ones are left out.",
        formula="helps within 30 days / questions asked at least 30 days ago, withdrawn left out",
        source="Stack Exchange answers per question, counted by helper",
        peers="Stack Exchange's answer ratio counts every answer, also several by one person, over the questions "
        "that were answered or closed.",
        unit=Unit.RATIO,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(
            columns=HELPS_AND_QUESTIONS,
            per=("asker_id",),
            where="helps_in_30_days is not null",
            compute=mean_helps,
            alike=Alike(value="helps_in_30_days", person="asker_id"),
        ),
        splits=ASKER_SPLITS,
        ripens_in=30,
    ),
    Metric(
        id="helpers_per_question",
        promise=Promise.HELP,
        title="Helpers per answered question",
        question="Where someone answers, how many different people do?",
        description="The mean number of different members who helped within 30 days, over the questions that anyone helped by "
        "then. Questions younger than 30 days and withdrawn ones are left out.",
        formula="helps within 30 days / questions helped within 30 days",
        source="our own",
        peers="Stack Overflow for Teams has an interaction rate: answers, votes and comments per question, in one "
        "number.",
        unit=Unit.RATIO,
        better=Better.HIGHER,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relation="questions",
        measure=Computed(
            columns=HELPS_AND_QUESTIONS,
            per=("asker_id",),
            where="helps_in_30_days > 0",
            compute=mean_helps,
            alike=Alike(value="helps_in_30_days", person="asker_id"),
        ),
        splits=ASKER_SPLITS,
        ripens_in=30,
    ),
)

CURVE_POINTS = 160
CURVE_HOURS = 24.0 * 30
MOST_TEAMS = 8
CURVE_SCHEMA: dict[str, type[pl.DataType]] = {
    "hours": pl.Float64,
    "waiting": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "at_risk": pl.Int64,
}


def _curves(rows: pl.DataFrame, by: str) -> dict[str, SurvivalCurve]:
    """Return the curve of each group in hours, by name; of teams those with the most questions."""
    groups = [(str(name[0]), part) for name, part in rows.group_by(by)]
    largest = sorted(groups, key=lambda group: (-group[1]["questions"].sum(), group[0]))
    shown = sorted(largest[:MOST_TEAMS] if by == "team" else largest, key=lambda group: group[0])
    return {name: _curve(part) for name, part in shown}


def _curve(part: pl.DataFrame) -> SurvivalCurve:
    """Return the curve of one group in hours; beside each row stand the group's askers' squares and
    the likeness of waits.
    """
    waited, ended, questions = (
        part[name].to_numpy() for name in ("minutes", "wait_ended", "questions")
    )
    effect = pooled_design_effect(
        float(questions.sum()), float(part["squares"][0]), float(part["likeness"][0])
    )
    return survival(waited / 60, ended, questions, design_effect=effect)


def waiting_curves(rows: pl.DataFrame, *, by: str) -> pl.DataFrame:
    """Return, for each group, the share still waiting by hours since asking, with band and number
    at risk.
    """
    tables = [_curve_table(by, name, curve) for name, curve in _curves(rows, by).items()]
    return pl.concat(tables) if tables else pl.DataFrame(schema={by: pl.String, **CURVE_SCHEMA})


def waits_differ(rows: pl.DataFrame, *, by: str) -> float | None:
    """Return the p-value of the log-rank test of the curves; None where a group has fewer than five
    answered questions.
    """
    tested = log_rank(*_curves(rows, by).values())
    return None if tested is None else tested.p


def quartiles_told(rows: pl.DataFrame) -> str | None:
    """Say after how long a quarter, half and three quarters of the questions had help, as far as
    that is reached.
    """
    curve = survival(
        rows["minutes"].to_numpy() / 60, rows["wait_ended"].to_numpy(), rows["questions"].to_numpy()
    )
    found = {
        "a quarter": curve.quantile(0.25),
        "half": curve.quantile(0.5),
        "three quarters": curve.quantile(0.75),
    }
    told = [
        f"{part} after {words.duration(hours)}"
        for part, hours in found.items()
        if hours is not None
    ]
    if not curve.answered.any():
        return "Not one of these questions has had help so far."
    return f"Of all questions {words.listing(told)} had help." if told else None


def _curve_table(by: str, name: str, curve: SurvivalCurve) -> pl.DataFrame:
    """Return a curve until 30 days after asking; it ends there where questions are followed for
    longer.
    """
    kept = np.flatnonzero(curve.times <= CURVE_HOURS)
    followed_on = len(kept) < len(curve.times)
    if len(kept) > CURVE_POINTS:
        kept = np.unique(kept[np.linspace(0, len(kept) - 1, CURVE_POINTS).astype(int)])
    first = {
        "hours": 0.0,
        "waiting": 1.0,
        "low": curve.low_at_first,
        "high": 1.0,
        "at_risk": int(curve.at_risk[0]),
    }
    steps = pl.DataFrame(
        {
            "hours": curve.times[kept],
            "waiting": curve.survival[kept],
            "low": curve.low[kept],
            "high": curve.high[kept],
            "at_risk": curve.at_risk[kept],
        },
        schema=CURVE_SCHEMA,
    )
    table = pl.concat([pl.DataFrame([first], schema=CURVE_SCHEMA), steps])
    if followed_on and table["hours"][-1] < CURVE_HOURS:
        at_risk = int(curve.at_risk_at(CURVE_HOURS))
        table = pl.concat(
            [
                table,
                table.tail(1).with_columns(hours=CURVE_HOURS, at_risk=pl.lit(at_risk, pl.Int64)),
            ]
        )
    return table.insert_column(0, pl.lit(name).alias(by))


def _waiting_curve(id_: str, by: str, title: str, whose: str) -> Exhibit:
    return Exhibit(
        id=id_,
        promise=Promise.HELP,
        title=title,
        description=f"The share of questions still waiting against the time since asking, to the minute, by {whose}, with a "
        "95 % band. Questions still unanswered count as waiting so far.",
        source="Kaplan and Meier 1958",
        empty=NOT_ASKED,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql=f"""
            with asked as (select asker_{by}, count(*) as n from questions group by asker_{by}, asker_id),
            unequal as (select asker_{by}, cast(sum(n * n) as double) as squares from asked group by all)
            select asker_{by} as {by}, cast(round(waited_seconds / 60) as int) as minutes, wait_ended,
                count(*) as questions, squares, {likeness_of("wait")} as likeness
            from questions join unequal using (asker_{by}) group by all""",
        rows=Rows.GROUPS,
        columns=(
            Column(by, by.capitalize(), Role(by)),
            Column("hours", "Hours since asking", Role.ELAPSED, Unit.HOURS),
            Column("waiting", "Still waiting", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("at_risk", "Questions still followed", Role.VALUE, Unit.COUNT),
        ),
        splits=ASKER_SPLITS,
        shape=partial(waiting_curves, by=by),
        finding=quartiles_told,
        tested=partial(waits_differ, by=by),
    )


def gaps(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return, for each seniority that asked, the shares answered within a day and within 7 days,
    and the median wait.
    """
    found = {(row["number"], row["group"]): row for row in numbers.iter_rows(named=True)}
    rows = [
        (
            seniority,
            *(found["answer_rate_24h", seniority][name] for name in ("value", "low", "high")),
            *(found["answer_rate", seniority][name] for name in ("value", "low", "high")),
            found["wait", seniority]["value"],
            row["n"],
        )
        for (number, seniority), row in found.items()
        if number == "asked"
    ]
    return pl.DataFrame(rows, schema=GAP_SCHEMA, orient="row")


GAP_SCHEMA: dict[str, type[pl.DataType]] = {
    "seniority": pl.String,
    "answer_rate_24h": pl.Float64,
    "low_24h": pl.Float64,
    "high_24h": pl.Float64,
    "answer_rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "wait": pl.Float64,
    "questions": pl.Int64,
}


EXHIBITS = (
    _waiting_curve(
        "waiting_curve", "seniority", "How long until someone helps?", "the asker's seniority"
    ),
    _waiting_curve(
        "waiting_curve_by_team",
        "team",
        "Which teams wait longest?",
        f"the asker's team (the {MOST_TEAMS} teams with the most questions)",
    ),
    Exhibit(
        id="outcomes",
        promise=Promise.HELP,
        title="What becomes of questions?",
        description="Questions by month and by what had become of them within 30 days; younger ones are left out. Withdrawn "
        "ones (deleted or closed before anyone helped) are counted beside, and left out of the shares.",
        source="our own, after Discourse",
        empty="no question is 30 days old yet",
        unit=Unit.COUNT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        relations=("questions",),
        sql="""
            select month, outcome_in_30_days as outcome, count(*) as questions,
                bool_and(month_complete and month + interval 1 month + interval 30 day
                    <= (select date '1970-01-01' + cast(as_of_day as int) from communities where community = $community)
                ) as complete
            from questions where outcome_in_30_days is not null group by all order by all""",
        rows=Rows.GROUPS,
        columns=(
            Column("month", "Month", Role.MONTH),
            Column("outcome", "Outcome", Role.OUTCOME),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
            Column("complete", "Whole month", Role.COMPLETE),
        ),
        splits=ASKER_SPLITS,
    ),
    Exhibit(
        id="gaps",
        promise=Promise.HELP,
        title="Does every seniority get help alike?",
        description="The shares of questions answered within 24 hours and within 7 days by the asker's seniority, with 95 % "
        "intervals, and the median wait beside. Questions younger than that are left out of a share.",
        source="our own",
        empty=NOT_ASKED,
        unit=Unit.PERCENT,
        whose=Whose.ASKER,
        counts=Counts.FLOW,
        every_group=True,
        relations=("questions",),
        panel=("answer_rate_24h", "answer_rate", "wait"),
        sql="select 'asked' as number, asker_seniority as \"group\", count(*) as n from questions "
        "group by all order by all",
        rows=Rows.GROUPS,
        columns=(
            Column("seniority", "Seniority", Role.SENIORITY),
            Column("answer_rate_24h", "Answered within 24 hours", Role.VALUE, Unit.PERCENT),
            Column("low_24h", "Low within 24 hours", Role.LOW, Unit.PERCENT),
            Column("high_24h", "High within 24 hours", Role.HIGH, Unit.PERCENT),
            Column("answer_rate", "Answered within 7 days", Role.VALUE, Unit.PERCENT),
            Column("low", "Low", Role.LOW, Unit.PERCENT),
            Column("high", "High", Role.HIGH, Unit.PERCENT),
            Column("wait", "Median wait", Role.VALUE, Unit.HOURS),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
        ),
        splits=ASKER_SPLITS,
        shape=gaps,
    ),
)
