"""Numbers, changes, days and periods in words, the same on every page, in every report and on the command line."""

import re
from datetime import date, datetime
from math import floor, isfinite, isinf, log10
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from cop_metrics.metrics.metric import Figure, Metric, Unit
from cop_metrics.period import Period
from cop_metrics.statistics import Interval

NOTHING = "–"
NO_BREAK = "\u00a0"
UNBROKEN = re.compile(r"(?<=\d) %(?! \d)")
DAYS_FROM = 48.0
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
NO_ROWS = "Nothing was counted with these filters: choose a longer period or fewer filters."
NOBODY_ACTIVE = "Nobody posted, reacted or read in this period: choose a longer one."
NO_QUESTIONS = "Nobody asked anything in this period: choose a longer one, or fewer filters."
NO_HELP = "Nobody helped another member in this period: it fills when a member answers another's question."
NO_TOPICS = "No question of this period has a topic: it fills from the topics or tags of the platform."
NO_NEWCOMERS = (
    "No newcomer asked first in this period: it fills when those who join ask, from 90 days after the data begins on."
)
NO_FIRST_READS = (
    "Nobody is known to have begun by reading in this period: it fills with members who join and read first."
)
NO_LEVELS = "Nobody has a level yet in this period: the first comes with the first post."
NO_JOINING = "Nobody joined in view of the data in this period: joining is known from 90 days after the data begins."
EMPTY = {
    "people_by_act": NOBODY_ACTIVE,
    "cohorts": "Nobody joined in this period: choose a longer one.",
    "lorenz": NO_HELP,
    "giving": NO_HELP,
    "balance_by_team": "Nobody has been here for 30 days yet.",
    "balance_by_seniority": "Nobody has been here for 30 days yet.",
    "awake": NO_QUESTIONS,
    "waiting_curve": NO_QUESTIONS,
    "waiting_curve_by_team": NO_QUESTIONS,
    "outcomes": "No question of this period is 30 days old yet: choose a longer one.",
    "gaps": NO_QUESTIONS,
    "newcomers_back": "There is nothing to compare: in no quarter did newcomers join of whom some were answered and some were "
    "not.",
    "newcomers_by_quarter": NO_NEWCOMERS,
    "topics": NO_TOPICS,
    "topics_to_act_on": "No topic needs anything now: it fills when topics have 5 or more questions that are 30 days old.",
    "worth_reading": "No thread of this period that is 30 days old was read: choose a longer one.",
    "read_to_ask": NO_FIRST_READS,
    "read_to_answer": NO_FIRST_READS,
    "whose_knowledge": "Nobody read a thread that somebody else began in this period: choose a longer one.",
    "leavers_threads": "Nothing that was read in this period rests on people who have left.",
    "echoed_threads": "Nobody outside a conversation reacted to it in this period.",
    "levels": NO_LEVELS,
    "levels_over_time": NO_LEVELS,
    "level_flows": "Moves between levels are known from 180 days after the data begins: choose a longer period.",
    "level_paths": "Moves between levels are known from 180 days after the data begins: choose a longer period.",
    "recognition_by_seniority": "Nobody upvoted, thanked or accepted another in this period.",
    "asking_and_helping": NO_HELP,
    "members_known": "Nobody gained points in this period: they come from helping, and from thanks and acceptances for it.",
    "milestones": NO_JOINING,
    "milestone_cohorts": NO_JOINING,
    "claims": "There is no member in this period: choose a longer one.",
    "rising": "Nobody has yet gained from three people what shows as growth over their own earlier period.",
    "to_thank": "Nobody had a first accepted answer, rose or helped three of the least experienced in the last 7 days.",
    "waiting_list": "Nobody is waiting: no question of the last 30 days that is older than a day is without an answer.",
    "help_by_team": NO_HELP,
    "help_by_seniority": NO_HELP,
    "network": NO_HELP,
    "best_connected": NO_HELP,
    "hanging_topics": "No topic hangs on one person: of none did one person give half of 10 or more helps.",
    "likely_to_know": "Nobody can be named: it fills when members help on questions that have topics.",
}
"""By exhibit: why there is nothing to show, and what would fill it."""


def value(unit: Unit, number: float | None) -> str:
    """Write a value: whole per cent, hours under 48 h else days in two significant figures, thousands separated."""
    if number is None:
        return NOTHING
    match unit:
        case Unit.PERCENT:
            return f"{floor(number * 100 + 0.5):d} %"
        case Unit.HOURS:
            return duration(number)
        case Unit.HOURS_OF_WORK:
            return duration(number, days=False)
        case Unit.RATIO:
            return f"{number:.2f}"
        case Unit.COUNT | Unit.POINTS:
            return f"{floor(number + 0.5):,d}"


def duration(hours: float, *, days: bool = True) -> str:
    """Write hours: minutes under 1 h, hours under 48 h (or without end, where a day has fewer than 24), else days."""
    if isinf(hours):
        return "more than is known"
    minutes = floor(hours * 60 + 0.5)
    if minutes < 60:
        return f"{minutes:d} min"
    if hours < DAYS_FROM or not days:
        return f"{_two_figures(max(hours, 1))} h"
    return f"{_two_figures(hours / 24)} days"


def _two_figures(number: float) -> str:
    digits = 1 if number < 9.95 else 0
    return f"{number:.{digits}f}" if number < 99.5 else f"{round(number, -floor(log10(number)) + 1):,.0f}"


def interval(unit: Unit, found: Interval | None) -> str:
    """Write a 95 % interval, empty where there is none."""
    if found is None:
        return ""
    if unit is Unit.PERCENT:
        return f"{value(unit, found.low)[:-2]}–{value(unit, found.high)}"
    if not isfinite(found.high):
        return f"{value(unit, found.low)} or more"
    low, high = value(unit, found.low), value(unit, found.high)
    same = low.rpartition(" ")[2] == high.rpartition(" ")[2]
    return f"{low.rpartition(' ')[0] if same and ' ' in low else low}–{high}"


def change(metric: Metric, now: Figure, before: Figure | None) -> float | None:
    """Return the change from before: in points (of a share) for rates, relative otherwise; None from nothing or zero."""
    if before is None or now.value is None or before.value is None:
        return None
    if metric.unit is Unit.PERCENT:
        return now.value - before.value
    return None if before.value == 0 else now.value / before.value - 1


def change_text(metric: Metric, changed: float | None) -> str:
    """Write a change with its sign: '+3 points', '-12 %'; empty where there is none."""
    if changed is None:
        return ""
    amount = floor(abs(changed) * 100 + 0.5)
    sign = "±" if amount == 0 else ("+" if changed > 0 else "−")
    unit = ("point" if amount == 1 else "points") if metric.unit is Unit.PERCENT else "%"
    return f"{sign}{amount:,d} {unit}"


def day(when: date, locale: str | None = None) -> str:
    """Write a day in the reader's own format, the year in full."""
    told = str(format_date(when, format="medium", locale=_locale(locale)))
    return told.replace("Sept ", "Sep ") if _locale(locale).language == "en" else told


PATTERN = re.compile(r"'([^']*)'|(y+|M+|d+|H+|h+|m+|a+)|\s")
"""The parts of a pattern of dates by Unicode: quoted text, fields, and spaces of any kind."""


def patterns(locale: str | None = None) -> tuple[str, str]:
    """Return how the reader writes a day, and a day with its time, as patterns of Moment.js, in which tables take them."""
    known = _locale(locale)
    day_of, time_of = (
        PATTERN.sub(_moment_js, str(each.pattern))
        for each in (known.date_formats["medium"], known.time_formats["short"])
    )
    return day_of, str(known.datetime_formats["medium"]).format(time_of, day_of)


def _moment_js(part: re.Match[str]) -> str:
    quoted, field = part.groups()
    if quoted is not None:
        return f"[{quoted}]"
    if field is None:
        return " "
    return "YYYY" if field[0] == "y" else field.upper() if field[0] in "da" else field


def moment(when: datetime, time_zone: str, locale: str | None = None) -> str:
    """Write a naive UTC time as the community's local day and time, in the reader's own format."""
    local = when.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(time_zone))
    known = _locale(locale)
    zone = ZoneInfo(time_zone)
    pattern = str(known.datetime_formats["medium"])
    return pattern.format(format_time(local, format="short", tzinfo=zone, locale=known), day(local, locale))


def period(period: Period, locale: str | None = None) -> str:
    """Write a period as its first and last day."""
    return f"{day(period.first, locale)} – {day(period.last, locale)}"


def before(compared: Period, locale: str | None = None) -> str:
    """Write the earlier period as a sentence names it: 'the 12 months before', else its days."""
    if compared.words[:1].isdigit():
        return period(compared, locale)
    return (
        "the 12 months before" if compared.words in ("the 365 days before", "the 366 days before") else compared.words
    )


def stated(metric: Metric, number: float) -> str:
    """Write a number as a sentence states it, without its full stop; 'Title: value' for one that has no sentence."""
    return STATED.get(metric.id, f"{metric.title}: {{}}").format(value(metric.unit, number))


def sentence(text: str) -> str:
    """Write a note with a capital letter, as it stands alone; what cannot be measured says where to read what would."""
    more = ". The page Data says what each source can measure." if text.startswith("not measurable") else ""
    return text[:1].upper() + text[1:] + more


def listing(names: list[str]) -> str:
    """Join names as a sentence does: 'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def unbroken(text: str) -> str:
    """Return a text in which no line ends between a number and its per cent sign."""
    return UNBROKEN.sub(f"{NO_BREAK}%", text)


OUTCOMES = {"resolved_by_self": "self-solved", "self_answered": "self-answered"}
"""What becomes of questions, where the word in a list is another than its key in the tables."""


def _locale(name: str | None) -> Locale:
    try:
        return Locale.parse((name or "en_GB").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def counted(number: int, noun: str) -> str:
    """Write a number of things: '1 month', '2 months'."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
