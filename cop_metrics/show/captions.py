"""What pages say beside their numbers: whether a promise is kept, and how large a change is."""

from collections.abc import Sequence
from datetime import date
from math import inf, isfinite

import duckdb

from cop_metrics import words
from cop_metrics.access.catalogue import CommunityChoices
from cop_metrics.measure.changes import Change
from cop_metrics.metrics.aggregates import Figure, Scale
from cop_metrics.metrics.metric import Metric
from cop_metrics.period import Period, to_date
from cop_metrics.statistics.comparing import Interval, Verdict
from cop_metrics.units import Unit

KEPT, NOT_KEPT, CANNOT_TELL, NO_TARGET, NOT_MEASURABLE = (
    "kept",
    "not kept",
    "cannot tell yet",
    "no target set",
    "not measurable",
)
NOTHING_TO_JUDGE = "nothing to judge"
CLEARLY, ALIKE = "clearly", "about the same"
NO_CLEAR_CHANGE = "no clear change"
A_MEMBER = " a member"
STATED = {
    "answer_rate": "{} of questions were answered within 7 days",
    "answer_rate_24h": "{} of questions were answered within a day",
    "wait": "half of the questions had an answer after {}",
    "recognition_rate": "{} of helps were thanked, upvoted or accepted",
    "reading_rate": "{} of members read what others discussed",
    "contributor_rate": "{} of members wrote something",
    "questions": "{} questions were asked",
    "help_across_teams": "{} of helps crossed teams",
    "helps": "{} times somebody helped",
    "echo": "{} times somebody reacted to a conversation without being in it",
    "helpers_and_up": "the number of helpers, experts and mentors is {}",
    "help_across_seniority": "{} of helps were between people of different seniority",
}
"""By metric: its number in a sentence, for those that headlines and changes name."""


def stated(metric: Metric, number: float) -> str:
    """Write a number as a sentence states it, without its full stop; 'Title: value' for one that
    has no sentence.
    """
    return STATED.get(metric.id, f"{metric.title}: {{}}").format(words.value(metric.unit, number))


def promise_word(value: float | None, interval: Interval | None, target: float | None) -> str:
    """Say whether a promise is kept: only where the whole 95 % interval lies on one side of the
    target (metrics, 1).
    """
    if value is None:
        return NOT_MEASURABLE
    if target is None:
        return NO_TARGET
    if interval is None:
        return CANNOT_TELL
    if interval.low >= target:
        return KEPT
    return NOT_KEPT if interval.high < target else CANNOT_TELL


def kept(figure: Figure, target: float | None) -> str:
    """Say whether a number keeps its promise, or why that cannot be said: 'nothing to judge', 'not
    measurable'.
    """
    if figure.value is None and not (figure.reason and figure.reason.unmeasurable):
        return NOTHING_TO_JUDGE
    return promise_word(figure.value, figure.interval, target)


def change_word(change: Change) -> str:
    """Say what may be said of a change, in one of three words (metrics, 10.1): 'clearly up
    (better)', 'about the same', 'cannot tell yet'.

    About the same is only what lies within the margin with all of its interval, the change itself
    too.
    """
    each = A_MEMBER if change.per_member else ""
    if change.verdict is Verdict.CLEAR:
        better = f" ({change.word})" if change.word in ("better", "worse") else ""
        return f"{CLEARLY} {'up' if change.rises else 'down'}{each}{better}"
    alike = change.verdict is Verdict.SAME and _changed(change) in change.margin
    return f"{ALIKE}{each}" if alike else CANNOT_TELL


def _changed(change: Change) -> float:
    """Return a change on the scale on which it is compared."""
    if change.metric.measure.scale is Scale.RATIO:
        return change.now / change.before if change.before else inf
    return change.now - change.before


def change_text(change: Change) -> str:
    """Write a change in words with its size: how much where it is clear, else between what it lies."""
    word = change_word(change)
    if word.startswith(CLEARLY):
        return f"{word}: {words.change_text(change.metric.unit, change_size(change))}"
    between, each = difference_text(change), A_MEMBER if change.per_member else ""
    return (
        f"{word} ({between})"
        if word.startswith(ALIKE)
        else f"{word}: {NO_CLEAR_CHANGE} ({between}{each})"
    )


def compared_title(change: Change) -> str:
    """Return the title of what was compared: of a count by the members who were there, so many a
    member and month.
    """
    return f"{change.metric.title} a member and month" if change.per_member else change.metric.title


def change_size(change: Change) -> float | None:
    """Return how large a change is on the scale on which it was compared: points of a share, else
    relative.
    """
    if change.metric.unit is Unit.PERCENT:
        return change.now - change.before
    return None if change.before == 0 else change.now / change.before - 1


def difference_text(change: Change) -> str:
    """Write the 95 % interval of a change: points for shares, hours or days for waits, per cent for
    counts.
    """
    low, high = change.difference.low, change.difference.high
    match change.metric.measure.scale:
        case Scale.POINTS:
            return f"{_signed(low * 100)} to {_signed(high * 100)} points"
        case Scale.TIME:
            return f"{_signed_duration(low)} to {_signed_duration(high)}"
        case Scale.RATIO:
            return f"{_signed((low - 1) * 100)} % to {_signed((high - 1) * 100)} %"


def _signed(number: float) -> str:
    return f"{'−' if number < 0 else '+'}{abs(number):,.0f}"


def _signed_duration(hours: float) -> str:
    amount = words.duration(abs(hours)) if isfinite(hours) else "more than is known"
    return f"{'−' if hours < 0 else '+'}{amount}"


def days_to_type(choices: CommunityChoices, period: Period) -> tuple[date, date]:
    """Return the first and last day of a period as far as there is data, to start typing other days
    from.
    """
    first, last = (
        max(choices.first_day, min(day, choices.as_of_day))
        for day in (period.first_day, period.end_day - 1)
    )
    return to_date(first), to_date(last)


def titles_off_scale(
    cursor: duckdb.DuckDBPyConnection, choices: CommunityChoices
) -> Sequence[tuple[str, int]]:
    """Return job titles and seniorities of the roster that no step of the scale answers to, with
    their rows.
    """
    rows = cursor.sql(
        "select coalesce(roster.seniority, roster.job_title) as title, count(distinct roster.row_number) as rows "
        "from roster join roster_matches as matched using (community, row_number) "
        "where roster.community = $community and coalesce(roster.seniority, roster.job_title) is not null "
        "and (matched.seniority is null or not list_contains($scale, matched.seniority)) "
        "group by title order by rows desc, title",
        params={
            "community": choices.community,
            "scale": [each for each in choices.seniorities if each != "Unknown"],
        },
    ).fetchall()
    return tuple((str(title), int(count)) for title, count in rows)
