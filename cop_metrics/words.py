"""Numbers, changes, days and periods in words, the same on every page, in every report and on the
command line.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import floor, isfinite, isinf, log10
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from cop_metrics.period import Period
from cop_metrics.reasons import Reason, nobody, nothing
from cop_metrics.statistics.comparing import Interval
from cop_metrics.units import Unit

NOTHING = "–"
NO_BREAK = "\u00a0"
UNBROKEN = re.compile(r"(?<=\d) %(?! \d)")
DAYS_FROM = 48.0
WINDOWS = {
    "waiting_questions": "of the last 30 days of the data, whatever the period",
    "given_up": "of questions 30 to 365 days old as of the data, whatever the period",
    "no_benefit": "of the 90 days before the data ends, whatever the period",
    "topics_on_one_person": "of the 365 days before the data ends, whatever the period",
}
"""By metric: of which days it is, for those that hold as of the data."""
NO_ROWS = "Nothing is behind this number with these filters."
NO_TOPICS = "No question has a topic: it fills from the topics or tags of the platform."
NO_EARLIER = "Growth is told over the period before, which begins before the data does: choose a shorter or a later period."
MEASURABLE = "The page Data says what each source can measure."
OUTSIDE = "the data does not reach into this period"
NOTHING_COUNTED = "nothing was counted in this period"
DID: Mapping[str, str | None] = {
    "active": "posted, reacted or read",
    "stickiness": "posted, reacted or read in a whole month",
    "contributors": "wrote",
    "answers": "answered",
    "answerers": "answered",
    "answered_questions": "asked what was answered",
    "accepted_questions": "asked what an answer was accepted for",
    "questions": "asked",
    "first_questions": "joined and began with a question",
    "helps": "helped",
    "seniors_unrecognised": None,
    "first_helps": "helped for the first time in view of the data",
    "help_pairs": "helped",
    "mixed_helps": "helped",
    "readers": "read",
    "readers_not_posting": "read without writing",
    "reading_juniors": "read",
    "reads_from_other_teams": "read a thread that somebody else of a known team began",
    "learning_from_seniors": "read a thread that somebody else began",
    "leavers_knowledge": "read a thread that somebody else began",
    "first_reads": "joined and began by reading",
    "echoes": "reacted to a conversation without being in it",
    "recognitions": "was upvoted, thanked or accepted",
    "points": "gained points",
    "arrivals": "joined",
    "helpers_and_up": "is a helper, expert or mentor",
    "helpers_and_up_rate": "is a helper, expert or mentor",
    "moved_up": "rose",
    "moves_up": "rose",
    "moved_down": "fell",
    "moves_down": "fell",
    "too_young": None,
    "waiting_questions": None,
    "given_up": None,
    "withdrawn": None,
}
"""By number, else by what its rows are: what none of a group did where it is 0; None where 0 is no
lack of an act.
"""
DIVIDED = {
    **dict.fromkeys(
        ("answer_rate_1h", "answer_rate_24h", "answer_rate", "answer_rate_30d", "ever_answered"),
        "answer",
    ),
    **dict.fromkeys(
        ("wait", "wait_naive", "wait_in_hours_of_work", "newcomers_first_answered"), "answer"
    ),
    **dict.fromkeys(
        ("helps_per_question", "helpers_per_question", "juniors_helped_by_seniors"), "answer"
    ),
    "solved_rate": "solve",
    "recognition_rate": "recognise",
}
"""By number: what there is nothing to do with where nothing was done."""
UNCOUNTED = {
    **dict.fromkeys(
        ("answer_rate_1h", "answer_rate_24h", "answer_rate", "answer_rate_30d"),
        nothing("every question of this period was withdrawn or is too young to tell"),
    ),
    "ever_answered": nothing("every question of this period was withdrawn"),
    "wait_naive": nothing("no question of this period has an answer yet"),
    "solved_rate": nothing(
        "every question of this period was withdrawn or is younger than 30 days"
    ),
    "helps_per_question": nothing(
        "no question of this period is 30 days old yet, or all were withdrawn"
    ),
    "helpers_per_question": nothing(
        "no question of this period that is 30 days old was answered within 30 days"
    ),
    "recognition_rate": nothing(
        "every help of this period is younger than 30 days: too soon to tell"
    ),
    "help_across_teams": nothing("no help of this period was between two people of known teams"),
    "own_team_odds": nothing("no help of this period was between two people of known teams"),
    "help_across_seniority": nothing(
        "no help of this period was between two people of known seniority"
    ),
    "reads_from_other_teams": nobody(
        "nobody read a thread that somebody else of a known team began"
    ),
    "learning_from_seniors": nobody("nobody of them read a thread that somebody else began"),
    "leavers_knowledge": nobody("nobody read a thread that somebody else began"),
    "juniors_helped_by_seniors": nothing(
        "no question of the least experienced counts yet: none was asked, or all were withdrawn or are "
        "too young to tell"
    ),
    "newcomers_first_answered": nothing(
        "every first question of a newcomer was withdrawn or is younger than 7 days"
    ),
    "newcomers_came_back": nobody(
        "nobody who began with a question has been followed for 97 days, or all wrote again within a week"
    ),
    "newcomers_answered_came_back": nothing(
        "of those whose first question was answered within 7 days nobody has been followed for "
        "97 days, or all wrote again within a week"
    ),
    "newcomers_unanswered_came_back": nothing(
        "of those whose first question was not answered within 7 days nobody has been followed for "
        "97 days, or all wrote again within a week"
    ),
    **dict.fromkeys(
        ("answer_concentration", "core_helpers", "regular_helpers"),
        nobody("nobody whose account is known helped in this period"),
    ),
    "stickiness": nothing("no complete month in this period"),
    "top_three_share": nobody("nobody of a known team helped in this period"),
}
"""By number: why there is none where there are rows and none of them counts."""
SINGULAR = {
    "mid": "mid-level member",
    "established": "established member",
    "Unknown": "member of unknown seniority",
}
PLURALS = {
    "junior": "Juniors",
    "mid": "Mid-level members",
    "senior": "Seniors",
    "newcomer": "Newcomers",
    "established": "Established members",
}


def why_empty(missing: str, *, filtered: bool, earlier: bool, ever: bool) -> str:
    """Say why there is nothing to show; what would show something is told where it is known to.

    `filtered`: without the filters there is something, `earlier`: with them there is in all data;
    `ever`: a state of now.
    """
    text, found = f"{missing[:1].upper()}{missing[1:]}", "there is something to show"
    if filtered:
        return f"{text} within these filters; without them {found}: choose fewer filters."
    if earlier:
        return f"{text} in this period; in all of the data {found}: choose a longer period."
    return f"{text}." if ever or "the data" in text else f"{text} in all of the data."


def people_word(number: int, seniorities: Sequence[str]) -> str:
    """Write a number of people of one seniority, or of several or all: '30 juniors', '1 member'."""
    if len(seniorities) != 1:
        return counted(number, "member")
    (one,) = seniorities
    return f"{number:,d} {_singular(one) if number == 1 else plural(one)}"


def _singular(seniority: str) -> str:
    return SINGULAR.get(seniority) or (
        seniority if seniority in PLURALS else f"member of seniority {seniority}"
    )


def plural(seniority: str) -> str:
    """Return what people of a seniority are called within a sentence: 'juniors', 'members of
    seniority 3'.
    """
    noun = _singular(seniority)
    return noun.replace("member", "members", 1) if "member" in noun else f"{noun}s"


def none_of(number: int, seniorities: Sequence[str], did: str) -> str:
    """Say that none of so many people did something: 'none of the 30 juniors asked'."""
    if number < 2:
        return f"nobody {did} ({people_word(number, seniorities)})"
    return f"none of the {people_word(number, seniorities)} {did}"


def value(unit: Unit, number: float | None) -> str:
    """Write a value: whole per cent, hours under 48 h else days in two significant figures,
    thousands separated.
    """
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
    """Write hours: minutes under 1 h, hours under 48 h (or without end, where a day has fewer than
    24), else days.
    """
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
    return (
        f"{number:.{digits}f}"
        if number < 99.5
        else f"{round(number, -floor(log10(number)) + 1):,.0f}"
    )


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


def change(unit: Unit, now: float | None, before: float | None) -> float | None:
    """Return the change from before: in points (of a share) for rates, relative otherwise; None
    from nothing or zero.
    """
    if now is None or before is None:
        return None
    if unit is Unit.PERCENT:
        return now - before
    return None if before == 0 else now / before - 1


def change_text(unit: Unit, changed: float | None) -> str:
    """Write a change with its sign: '+3 points', '-12 %'; empty where there is none."""
    if changed is None:
        return ""
    amount = floor(abs(changed) * 100 + 0.5)
    sign = "±" if amount == 0 else ("+" if changed > 0 else "−")
    noun = ("point" if amount == 1 else "points") if unit is Unit.PERCENT else "%"
    return f"{sign}{amount:,d} {noun}"


def day(when: date, locale: str | None = None) -> str:
    """Write a day in the reader's own format, the year in full."""
    told = str(format_date(when, format="medium", locale=_locale(locale)))
    return told.replace("Sept ", "Sep ") if _locale(locale).language == "en" else told


PATTERN = re.compile(r"'([^']*)'|(y+|M+|d+|H+|h+|m+|a+)|\s")
"""The parts of a pattern of dates by Unicode: quoted text, fields, and spaces of any kind."""


def patterns(locale: str | None = None) -> tuple[str, str]:
    """Return how the reader writes a day, and a day with its time, as patterns of Moment.js, in
    which tables take them.
    """
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
    return pattern.format(
        format_time(local, format="short", tzinfo=zone, locale=known), day(local, locale)
    )


def period(period: Period, locale: str | None = None) -> str:
    """Write a period as its first and last day."""
    return f"{day(period.first, locale)} – {day(period.last, locale)}"


def during(period_: Period, locale: str | None = None) -> str:
    """Write a period as a number names its own: 'last 12 months', 'all data', else its days."""
    return (
        period(period_, locale)
        if period_.words[:1].isdigit()
        else period_.words[:1].lower() + period_.words[1:]
    )


def before(compared: Period, locale: str | None = None) -> str:
    """Write the earlier period as a sentence names it: 'the 12 months before', else its days."""
    if compared.words[:1].isdigit():
        return period(compared, locale)
    return (
        "the 12 months before"
        if compared.words in ("the 365 days before", "the 366 days before")
        else compared.words
    )


def sentence(reason: Reason) -> str:
    """Write a note with a capital letter, as it stands alone; what cannot be measured says where to
    read what would.
    """
    text = reason.text[:1].upper() + reason.text[1:]
    return f"{text}. {MEASURABLE}" if reason.unmeasurable else text


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
