"""Makes the sample company, a maker of harbour cranes that does not exist, with stories that the
pages must reveal.

To plant one more story: an entry in `STORIES`, the rule that makes it true, and its test. Only
whole-number arithmetic on raw draws of PCG64 is used, so that every machine makes the same files.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.samples.words import (
    CONTROLS,
    DRIVES,
    FIRST_NAMES,
    LAST_NAMES,
    MODELS,
    PATTERNS,
    SALES,
    SERVICE,
    SOFTWARE,
    STRUCTURES,
    TEAMS,
    TOPICS,
    WHENS,
)

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

COMPANY = "Tall Heron Harbour Cranes (made up)"
TIME_ZONE = "Europe/Amsterdam"
FIRST_DAY, LAST_DAY = date(2024, 10, 1), date(2026, 9, 30)
FILES = (
    "posts.csv",
    "threads.csv",
    "members.csv",
    "reactions.csv",
    "reads.csv",
    "roster.csv",
    "export.csv",
)

SENIORITIES = ("junior", "mid", "senior")
JUNIOR, MID, SENIOR = range(3)

MONTHS = 24
MONTH_STARTS = tuple(
    date(2024 + (9 + month) // 12, (9 + month) % 12 + 1, 1) for month in range(MONTHS + 1)
)
EXPERT_LEAVES, SUCCESSOR_RISES, BUDDY_SCHEME = 14, 18, 11  # months counted from 0
DAYS, DAY = (LAST_DAY - FIRST_DAY).days + 1, 86_400
END = DAYS * DAY

EXPERT, SUCCESSOR, RISER, SILENT_SENIORS = 0, 1, 2, tuple(range(3, 9))
FEW = (9, 10, 11)  # the seniors of Controls: too few to be shown without names
WITHOUT_OTHER_SENIORS = (SALES, CONTROLS)
UNLISTED, UNLISTED_FROM = (
    3,
    18,
)  # members whom the roster forgets, and the month from which they joined
STARTS_SOON = "starts.soon@harbour.example"  # in the roster, but without an account
ANSWER_BOT, NOTICE_BOT = "bot-dockhand", "bot-tidewatch"


def _id_of(person: int) -> str:
    return f"m{person + 1}"


_TOPIC_NUMBER = {topic.name: number for number, topic in enumerate(TOPICS)}
HYDRAULICS, SENSOR_DRIFT, BOLT_TORQUE = (
    _TOPIC_NUMBER[name] for name in ("hydraulics", "sensor-drift", "bolt-torque")
)
_HOME: Ints = np.array([topic.home for topic in TOPICS])
_CHANNEL_NAMES = tuple(dict.fromkeys(topic.channel for topic in TOPICS))
_CHANNEL: Ints = np.array([_CHANNEL_NAMES.index(topic.channel) for topic in TOPICS])
_ORDINARY_TOPIC: Flags = ~np.isin(np.arange(len(TOPICS)), (HYDRAULICS, SENSOR_DRIFT, BOLT_TORQUE))

# --- the stories
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Story:
    """A planted story: what a page must reveal, and the facts by which a test finds it.

    `members`: member ids by role. `days`: dates by what happens on them, local days of the company.
    """

    id: str
    sentence: str
    topics: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    seniority: str | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)


STORIES = (
    Story(
        id="hangs-on-one-expert",
        sentence="Hydraulics hangs on one expert; she leaves in month 15, its answer rate falls and its wait at "
        "least triples for four months, then a successor rises.",
        topics=("hydraulics",),
        teams=("Drives",),
        members={"expert": (_id_of(EXPERT),), "successor": (_id_of(SUCCESSOR),)},
        days={
            "expert leaves": MONTH_STARTS[EXPERT_LEAVES],
            "successor rises": MONTH_STARTS[SUCCESSOR_RISES],
        },
    ),
    Story(
        id="reads-and-never-asks",
        sentence="Juniors in Service read much and never ask.",
        teams=("Service",),
        seniority="junior",
    ),
    Story(
        id="asks-and-never-answers",
        sentence="Sales asks, and nobody from Sales answers.",
        teams=("Sales",),
    ),
    Story(
        id="within-the-hour-or-overnight",
        sentence="Software's questions are answered within the hour in office time, those of Controls overnight only.",
        teams=("Software", "Controls"),
    ),
    Story(
        id="buddy-scheme",
        sentence="Since the onboarding buddy scheme of month 12, newcomers' first questions are answered more often "
        "and more of them come back.",
        days={"buddy scheme starts": MONTH_STARTS[BUDDY_SCHEME]},
    ),
    Story(
        id="silent-seniors-and-a-rising-junior",
        sentence="The six seniors of Sales never answer, while one junior in Structures rises to Expert.",
        teams=("Sales", "Structures"),
        seniority="senior",
        members={
            "silent seniors": tuple(map(_id_of, SILENT_SENIORS)),
            "rising junior": (_id_of(RISER),),
        },
    ),
    Story(
        id="quadrants",
        sentence="Sensor drift gets many questions and few answers, bolt torque few questions and many answers.",
        topics=("sensor-drift", "bolt-torque"),
    ),
    Story(
        id="bot-replies-at-once",
        sentence="A bot replies to every question within a second, and must not count.",
        members={"bot": (ANSWER_BOT,)},
    ),
)

# --- draws and the clock
# ----------------------------------------------------------------------------------------------

# Sixteen equal shares of a log-normal wait in seconds, median three hours, with linear steps
# between them.
_WAIT = (
    367,
    1470,
    2422,
    3409,
    4496,
    5720,
    7134,
    8806,
    10800,
    13245,
    16350,
    20393,
    25940,
    34218,
    48160,
    79340,
    317300,
)
_FAST_WAIT = (
    120,
    300,
    420,
    520,
    600,
    690,
    780,
    870,
    960,
    1060,
    1180,
    1320,
    1480,
    1700,
    2000,
    2500,
    3480,
)
_READ_AFTER_DAYS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 8, 14, 30, 60, 120, 400)
_READERS = (1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 17, 19, 22, 28, 60)
_HOUR_WEIGHTS = (0, 0, 0, 0, 0, 1, 2, 4, 20, 50, 60, 55, 30, 45, 55, 50, 35, 15, 5, 4, 4, 3, 2, 1)


class Draws:
    """Whole-number draws; numpy promises PCG64's raw stream to be the same in every version and on
    every machine.
    """

    def __init__(self, seed: int, part: int) -> None:
        """Start the stream of one part of the company, so that a change in one part leaves the
        others as they are.
        """
        self._bits = np.random.PCG64(np.random.SeedSequence((seed, part)))

    def below(self, bound: Ints | int, count: int) -> Ints:
        """Return `count` draws from 0 to `bound` - 1; a bound is at most 2**31."""
        raw: Ints = (self._bits.random_raw(count) >> np.uint64(33)).astype(np.int64)
        drawn: Ints = (raw * bound) >> 31
        return drawn

    def chance(self, per_10_000: Ints | int, count: int) -> Flags:
        """Return `count` flags, each set in `per_10_000` of ten thousand cases."""
        drawn: Flags = self.below(10_000, count) < per_10_000
        return drawn

    def spread(self, table: tuple[int, ...], count: int) -> Ints:
        """Return `count` draws from a distribution given by seventeen quantiles, straight between
        them.
        """
        quantiles = np.array(table, dtype=np.int64)
        at = self.below(16 << 16, count)
        low, rest = at >> 16, at & 0xFFFF
        drawn: Ints = quantiles[low] + (((quantiles[low + 1] - quantiles[low]) * rest) >> 16)
        return drawn

    def weighted(self, weights: Ints, count: int) -> Ints:
        """Return `count` positions, each drawn in proportion to its weight (not all are 0)."""
        sums = np.cumsum(weights, dtype=np.int64)
        return np.searchsorted(sums, self.below(int(sums[-1]), count), side="right").astype(
            np.int64
        )

    def in_cells(self, cells: Ints, weights_of: Callable[[int], Ints]) -> Ints:
        """Return one position per entry of `cells`, drawn with the weights of that cell."""
        picked = np.zeros(len(cells), dtype=np.int64)
        order = np.argsort(cells, kind="stable")
        values, starts = np.unique(cells[order], return_index=True)
        ends = np.searchsorted(cells[order], values, side="right")
        for value, start, end in zip(values, starts, ends, strict=True):
            picked[order[start:end]] = self.weighted(weights_of(int(value)), end - start)
        return picked

    def share_of_each(self, cells: Ints, per_10_000: Ints) -> Flags:
        """Return flags set in that share of each cell, as near as whole numbers allow: less luck
        than `chance`.
        """
        order = np.lexsort((self.below(1 << 31, len(cells)), cells))
        _, starts, sizes = np.unique(cells[order], return_index=True, return_counts=True)
        rank, size = np.empty_like(cells), np.empty_like(cells)
        rank[order] = np.arange(len(cells)) - np.repeat(starts, sizes)
        size[order] = np.repeat(sizes, sizes)
        flags: Flags = (2 * rank + 1) * 10_000 <= 2 * size * per_10_000
        return flags

    def some_of(self, candidates: Ints, count: int) -> Ints:
        """Return `count` different ones of `candidates` (all of them, if there are fewer)."""
        order = np.argsort(self.below(1 << 31, len(candidates)), kind="stable")
        return candidates[order[:count]]


_MONTH_OF_DAY: Ints = (
    np.searchsorted(
        [(start - FIRST_DAY).days for start in MONTH_STARTS], np.arange(DAYS), side="right"
    ).astype(np.int64)
    - 1
)
_MONTH_DAYS: Ints = np.array([(start - FIRST_DAY).days for start in MONTH_STARTS], dtype=np.int64)
_OFFICE_OPENS, _OFFICE_DAY = 8 * 3600 + 1800, 9 * 3600 + 1800
_DAYS_SINCE_MONDAY = FIRST_DAY.weekday()


def _month(at: Ints) -> Ints:
    """Return the month, 0 to 23, of local seconds since the first day."""
    return _MONTH_OF_DAY[at // DAY]


def _after_office_time(start: Ints, wait: Ints) -> Ints:
    """Return when `wait` seconds of office time (Mon-Fri 8:30-18:00) have passed since `start`."""
    day, second = (start // DAY) + _DAYS_SINCE_MONDAY, start % DAY
    workdays = day // 7 * 5 + np.minimum(day % 7, 5)
    in_day = np.where(day % 7 < 5, np.clip(second - _OFFICE_OPENS, 0, _OFFICE_DAY), 0)
    office = workdays * _OFFICE_DAY + in_day + wait
    workday = office // _OFFICE_DAY
    day = workday // 5 * 7 + workday % 5 - _DAYS_SINCE_MONDAY
    return day * DAY + _OFFICE_OPENS + office % _OFFICE_DAY


def _overnight(draws: Draws, start: Ints) -> Ints:
    """Return times between 20:00 and 6:00, most in the first night after `start`."""
    nights = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 2], dtype=np.int64)[draws.below(10, len(start))]
    evening = np.where(start % DAY >= 20 * 3600, start // DAY + 1, start // DAY)
    return (evening + nights) * DAY + 20 * 3600 + draws.below(10 * 3600, len(start))


# --- people
# -----------------------------------------------------------------------------------------------------------

_START_SIZES = ((12, 10, 8), (10, 8, 8), (11, 15, 3), (9, 8, 8), (16, 10, 8), (14, 12, 6))
_PLANTED = (
    (DRIVES, SENIOR),
    (DRIVES, MID),
    (STRUCTURES, JUNIOR),
    *((SALES, SENIOR),) * 6,
    *((CONTROLS, SENIOR),) * 3,
)
_JOINING_SENIORITY = (JUNIOR, JUNIOR, JUNIOR, JUNIOR, JUNIOR, JUNIOR, MID, MID, MID, SENIOR)
_JOINERS_A_MONTH, _LEAVERS_A_MONTH, _MOVES_A_QUARTER = 7, 3, 4
_ABSENT = -1


@dataclass(frozen=True, kw_only=True)
class People:
    """Who is where in each month: `team` and `seniority` are (person, month), -1 while the person
    is not employed.

    `first_question`, `second_question`: planned local seconds of newcomers, -1 for none. `settled`:
    (person, month), free to post in any thread; newcomers are not until their first question and
    their coming back are told.
    """

    team: Ints
    seniority: Ints
    joined_month: Ints
    left_month: Ints
    first_question: Ints
    second_question: Ints
    settled: Flags

    @property
    def present(self) -> Flags:
        """Who is employed, (person, month)."""
        here: Flags = self.team != _ABSENT
        return here


def _starting_groups(scale: float) -> tuple[list[int], list[int]]:
    """Return team and seniority of the first people: those who are planted, then the rest up to
    each team's size.
    """
    groups = list(_PLANTED)
    for team, sizes in enumerate(_START_SIZES):
        for seniority, size in enumerate(sizes):
            if seniority != SENIOR or team not in WITHOUT_OTHER_SENIORS:
                groups += [(team, seniority)] * max(
                    round(size * scale) - _PLANTED.count((team, seniority)), 0
                )
    return [team for team, _ in groups], [seniority for _, seniority in groups]


def _joiners(draws: Draws, scale: float) -> tuple[Ints, Ints, Ints]:
    """Return month, team and seniority of those who join later; no senior joins a team with none
    but the planted.
    """
    months = np.repeat(np.arange(1, MONTHS), round(_JOINERS_A_MONTH * scale))
    team = draws.weighted(
        np.array([sum(sizes) for sizes in _START_SIZES], dtype=np.int64), len(months)
    )
    seniority = np.array(_JOINING_SENIORITY, dtype=np.int64)[draws.below(10, len(months))]
    return months, team, np.where(_closed_to_seniors(team) & (seniority == SENIOR), MID, seniority)


def _closed_to_seniors(team: Ints) -> Flags:
    closed: Flags = np.isin(team, WITHOUT_OTHER_SENIORS)
    return closed


def _employ(draws: Draws, scale: float) -> tuple[Ints, Ints, Ints, Ints]:
    """Return team and seniority by person and month, and each person's first and first absent month
    (24: stays).
    """
    first_teams, first_seniorities = _starting_groups(scale)
    later_month, later_team, later_seniority = _joiners(draws, scale)
    joined = np.concatenate([np.zeros(len(first_teams), dtype=np.int64), later_month])
    now_team = np.concatenate([np.array(first_teams, dtype=np.int64), later_team])
    now_seniority = np.concatenate([np.array(first_seniorities, dtype=np.int64), later_seniority])
    left = np.full(len(joined), MONTHS, dtype=np.int64)
    left[EXPERT] = EXPERT_LEAVES
    team = np.full((len(joined), MONTHS), _ABSENT, dtype=np.int64)
    seniority = team.copy()
    for month in range(MONTHS):
        if month:
            _one_month_of_changes(draws, scale, month, joined, left, now_team, now_seniority)
        here = (joined <= month) & (month < left)
        team[here, month], seniority[here, month] = now_team[here], now_seniority[here]
    return team, seniority, joined, left


def _one_month_of_changes(
    draws: Draws, scale: float, month: int, joined: Ints, left: Ints, team: Ints, seniority: Ints
) -> None:
    """Let people leave, be promoted and, once a quarter, move, in place; the people of the stories
    stay as they are.
    """
    free = ((joined == 0) | (joined <= month - 6)) & (month < left)
    free[: len(_PLANTED)] = False
    left[draws.some_of(np.flatnonzero(free), round(_LEAVERS_A_MONTH * scale))] = month
    free &= month < left
    chance = np.where(seniority == JUNIOR, 110, 70)
    chance[(seniority == SENIOR) | ((seniority == MID) & _closed_to_seniors(team))] = 0
    seniority += free & draws.chance(chance, len(free))
    if month == SUCCESSOR_RISES + 2:
        seniority[SUCCESSOR] = SENIOR
    if month % 3 == 1:
        movers = draws.some_of(np.flatnonzero(free), round(_MOVES_A_QUARTER * scale))
        target = (team[movers] + 1 + draws.below(len(TEAMS) - 1, len(movers))) % len(TEAMS)
        closed = _closed_to_seniors(target) & (seniority[movers] == SENIOR)
        target[closed] = np.where(team[movers[closed]] == SERVICE, DRIVES, SERVICE)
        team[movers] = target


def _make_people(draws: Draws, scale: float) -> People:
    team, seniority, joined, left = _employ(draws, scale)
    count = len(joined)
    start = _MONTH_DAYS[joined]
    first_group = team[np.arange(count), joined], seniority[np.arange(count), joined]
    asks = (
        (joined > 0)
        & ~((first_group[0] == SERVICE) & (first_group[1] == JUNIOR))
        & draws.chance(8_500, count)
    )
    first = np.where(
        asks, (start + 4 + draws.below(21, count)) * DAY + _time_of_day(draws, count), -1
    )
    comes_back_chance = np.where(joined >= BUDDY_SCHEME, 7_400, 2_600)
    comes_back = asks & draws.share_of_each(comes_back_chance * 2 + asks, comes_back_chance)
    second_day = np.maximum(first, 0) // DAY + 9 + draws.below(45, count)
    second = np.where(comes_back, second_day * DAY + _time_of_day(draws, count), -1)
    second[second >= END] = -1
    free_day = np.where(asks, np.where(comes_back, second_day + 1, first // DAY + 101), start + 101)
    settled = (team != _ABSENT) & (
        (joined == 0)[:, None] | (_MONTH_DAYS[None, :-1] >= free_day[:, None])
    )
    return People(
        team=team,
        seniority=seniority,
        joined_month=joined,
        left_month=left,
        first_question=first,
        second_question=second,
        settled=settled,
    )


def _time_of_day(draws: Draws, count: int) -> Ints:
    """Return seconds of the day at which people write."""
    return draws.weighted(np.array(_HOUR_WEIGHTS, dtype=np.int64), count) * 3600 + draws.below(
        3600, count
    )


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How much each person asks, helps and reads a month: weights, (person, month); `favourite` is
    (person, topic).
    """

    ask: Ints
    help: Ints
    read: Ints
    favourite: Flags


def _make_habits(draws: Draws, people: People) -> Habits:
    count = len(people.joined_month)
    liveliness = np.array([0, 1, 1, 2, 2, 2, 3, 3, 4, 6], dtype=np.int64)
    service_junior = (people.team == SERVICE) & (people.seniority == JUNIOR)
    asking, helping, reading = (liveliness[draws.below(10, count)][:, None] for _ in range(3))
    ask = people.settled * asking * np.array([5, 3, 1, 0])[people.seniority] * ~service_junior
    help_ = (
        people.settled
        * (helping + 1)
        * np.array([1, 3, 6, 0])[people.seniority]
        * (people.team != SALES)
    )
    read = people.present * reading * np.array([3, 2, 2, 0])[people.seniority]
    read = np.where(service_junior, (reading + 2) * 12, read)
    ask[[EXPERT, SUCCESSOR]] = 0
    ask[RISER] = people.present[RISER]
    help_[RISER] = 0
    help_[SUCCESSOR, :EXPERT_LEAVES] //= 2
    favourite = draws.chance(1_500, count * len(TOPICS)).reshape(count, len(TOPICS))
    return Habits(ask=ask, help=help_, read=read, favourite=favourite)


# --- questions
# --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The questions in order of time: who asked, when (local seconds), about what, and how each one
    ends.

    `closed_at`, `deleted_at`: -1 for never. `until`: no human post comes later. `first_of`: 0 no
    newcomer's first question, 1 before the buddy scheme, 2 since.
    """

    asker: Ints
    at: Ints
    topic: Ints
    second_topic: Ints
    first_of: Ints
    team: Ints
    closed_at: Ints
    deleted_at: Ints
    until: Ints


def _days_asked(draws: Draws, people: People, count: int) -> Ints:
    """Return the days of `count` questions: working days, fewer around the new year, more as the
    company grows.
    """
    day = np.arange(DAYS)
    weights = (
        np.where((day + _DAYS_SINCE_MONDAY) % 7 < 5, 16, 1)
        * people.present.sum(axis=0)[_MONTH_OF_DAY]
    )
    holidays = [date(year, 12, 24) for year in (2024, 2025)]
    for start in ((holiday - FIRST_DAY).days for holiday in holidays):
        weights[start : start + 9] //= 4
    return draws.weighted(weights, count)


def _topic_weights() -> Ints:
    """Return how often each team asks about each topic, (team, topic)."""
    team = np.arange(len(TEAMS))[:, None]
    channel_of_team = np.array([_CHANNEL[home == _HOME][0] for home in range(len(TEAMS))])[:, None]
    popularity = 2 + np.arange(len(TOPICS)) * 7 % 5
    weights: Ints = popularity * np.where(
        team == _HOME, 6, np.where(channel_of_team == _CHANNEL, 2, 1)
    )
    weights[:, HYDRAULICS] = np.array([70, 80, 0, 0, 70, 60])
    weights[:, SENSOR_DRIFT] = np.array([45, 45, 50, 50, 50, 45])
    weights[:, BOLT_TORQUE] = 3
    return weights


def _topics_asked(draws: Draws, team: Ints, newcomer: Flags) -> tuple[Ints, Ints]:
    """Return each question's topic and second topic (-1: none); the topics of the stories stand
    alone.
    """
    weights = _topic_weights()
    ordinary = weights * _ORDINARY_TOPIC
    cells = team * 2 + newcomer
    topic = draws.in_cells(
        cells, lambda cell: ordinary[cell // 2] if cell % 2 else weights[cell // 2]
    )
    second = draws.in_cells(team, lambda cell: ordinary[cell])
    kept = (
        draws.chance(4_000, len(topic)) & (second != topic) & (_CHANNEL[second] == _CHANNEL[topic])
    )
    return topic, np.where(kept & _ORDINARY_TOPIC[topic], second, -1)


def _make_questions(draws: Draws, people: People, habits: Habits, scale: float) -> Questions:
    newcomers, again = (
        np.flatnonzero(people.first_question >= 0),
        np.flatnonzero(people.second_question >= 0),
    )
    count = round(3_000 * scale) - len(newcomers) - len(again)
    at = _days_asked(draws, people, count) * DAY + _time_of_day(draws, count)
    asker = draws.in_cells(_month(at), lambda month: habits.ask[:, month])
    asker = np.concatenate([asker, newcomers, again])
    at = np.concatenate([at, people.first_question[newcomers], people.second_question[again]])
    first_of = np.concatenate(
        [
            np.zeros(count, dtype=np.int64),
            np.where(people.joined_month[newcomers] >= BUDDY_SCHEME, 2, 1),
            np.zeros(len(again), dtype=np.int64),
        ]
    )
    order = np.argsort(at, kind="stable")
    asker, at, first_of = asker[order], at[order], first_of[order]
    team = people.team[asker, _month(at)]
    topic, second_topic = _topics_asked(draws, team, first_of > 0)
    ordinary = (first_of == 0) & _ORDINARY_TOPIC[topic]
    closed = _sometimes(draws, at, ordinary, 300)
    deleted = _sometimes(draws, at, ordinary, 120)
    until = np.minimum(np.where(closed < 0, END, closed), np.where(deleted < 0, END, deleted))
    return Questions(
        asker=asker,
        at=at,
        topic=topic,
        second_topic=second_topic,
        first_of=first_of,
        team=team,
        closed_at=closed,
        deleted_at=deleted,
        until=until,
    )


def _sometimes(draws: Draws, at: Ints, where: Flags, per_10_000: int) -> Ints:
    """Return a later time for a share of the entries where `where` holds, -1 for all others."""
    later = at + 600 + draws.spread(_WAIT, len(at)) * 2
    happens = draws.chance(per_10_000, len(at)) & where & (later < END)
    return np.where(happens, later, -1)


# --- answers and comments
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Posts:
    """Posts to questions: the question's position, the author, when (local seconds)."""

    question: Ints
    author: Ints
    at: Ints

    def where(self, kept: Flags) -> "Posts":
        """Return only the kept ones."""
        return Posts(question=self.question[kept], author=self.author[kept], at=self.at[kept])

    def __add__(self, other: "Posts") -> "Posts":
        """Return both, one after the other."""
        return Posts(
            question=np.concatenate([self.question, other.question]),
            author=np.concatenate([self.author, other.author]),
            at=np.concatenate([self.at, other.at]),
        )


def _hydraulics_gap(questions: Questions) -> Flags:
    month = _month(questions.at)
    in_gap: Flags = (
        (questions.topic == HYDRAULICS) & (month >= EXPERT_LEAVES) & (month < SUCCESSOR_RISES)
    )
    return in_gap


def _answer_chance(questions: Questions) -> Ints:
    """Return how many of ten thousand questions like each one get an answer."""
    chance = np.full(len(questions.at), 8_400, dtype=np.int64)
    chance[questions.topic == HYDRAULICS] = 9_300
    chance[_hydraulics_gap(questions)] = 6_600
    chance[questions.topic == SENSOR_DRIFT] = 3_200
    chance[questions.topic == BOLT_TORQUE] = 9_900
    chance[questions.first_of == 1] = 4_300
    chance[questions.first_of == 2] = 9_500
    return chance


def _answer_times(draws: Draws, questions: Questions) -> Ints:
    """Return when each question would get its first answer."""
    count = len(questions.at)
    wait = draws.spread(_WAIT, count)
    share = np.where(questions.topic == HYDRAULICS, np.where(_hydraulics_gap(questions), 8, 3), 4)
    wait = wait * share // 4
    fast = draws.spread(_FAST_WAIT, count)
    evening_people = draws.chance(2_500, count)
    at = np.where(evening_people, questions.at + wait, _after_office_time(questions.at, wait))
    at = np.where(questions.team == SOFTWARE, _after_office_time(questions.at, fast), at)
    return np.where(questions.team == CONTROLS, _overnight(draws, questions.at), at)


def _more_answers(draws: Draws, questions: Questions, first: Posts) -> Posts:
    """Return later answers to answered questions, without authors (-1)."""
    extra = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2], dtype=np.int64)[draws.below(10, len(first.at))]
    topic = questions.topic[first.question]
    extra = np.where(topic == BOLT_TORQUE, 3 + extra, np.where(_ORDINARY_TOPIC[topic], extra, 0))
    question, at = np.repeat(first.question, extra), np.repeat(first.at, extra)
    later = _after_office_time(at, draws.spread(_WAIT, len(at)))
    later = np.where(questions.team[question] == CONTROLS, _overnight(draws, at), later)
    return Posts(question=question, author=np.full(len(at), -1, dtype=np.int64), at=later)


def _helper_weights(people: People, habits: Habits, cell: int) -> Ints:
    """Return each person's weight as a helper in the cell topic * 24 + month: home team and
    favourites more.
    """
    topic, month = divmod(cell, MONTHS)
    at_home = people.team[:, month] == _HOME[topic]
    weights: Ints = habits.help[:, month] * (1 + 3 * at_home) * (1 + 2 * habits.favourite[:, topic])
    return weights


def _choose_helpers(
    draws: Draws, people: People, habits: Habits, questions: Questions, answers: Posts
) -> Posts:
    """Return the answers with authors: never the asker, the expert and her successor in hydraulics
    first.
    """
    topic, month = questions.topic[answers.question], _month(answers.at)
    cells, asker = topic * MONTHS + month, questions.asker[answers.question]
    author = draws.in_cells(cells, lambda cell: _helper_weights(people, habits, cell))
    for _ in range(4):
        own = np.flatnonzero(author == asker)
        author[own] = draws.in_cells(cells[own], lambda cell: _helper_weights(people, habits, cell))
    in_gap = (month >= EXPERT_LEAVES) & (month < SUCCESSOR_RISES)
    hydraulics = (topic == HYDRAULICS) & draws.chance(np.where(in_gap, 3_000, 9_000), len(author))
    author[hydraulics] = np.where(month < EXPERT_LEAVES, EXPERT, SUCCESSOR)[hydraulics]
    return Posts(question=answers.question, author=author, at=answers.at).where(author != asker)


def _let_the_junior_rise(draws: Draws, questions: Questions, answers: Posts) -> Posts:
    """Return the answers with more of them from month to month by the rising junior, about topics
    of Structures.
    """
    topic, month = questions.topic[answers.question], _month(answers.at)
    fitting = (
        (_HOME[topic] == STRUCTURES)
        & _ORDINARY_TOPIC[topic]
        & (questions.asker[answers.question] != RISER)
    )
    fitting &= questions.first_of[answers.question] == 0
    author = answers.author.copy()
    for number in range(8, MONTHS):
        candidates = np.flatnonzero(fitting & (month == number))
        author[draws.some_of(candidates, (number - 5) // 3)] = RISER
    return Posts(question=answers.question, author=author, at=answers.at)


def _own_answers(draws: Draws, people: People, questions: Questions, answers: Posts) -> Posts:
    """Return answers that askers give themselves, to some of the questions nobody else answered;
    none in Sales.
    """
    waiting = np.ones(len(questions.at), dtype=np.bool_)
    waiting[answers.question] = False
    waiting &= (
        (questions.team != SALES) & (questions.first_of == 0) & draws.chance(1_000, len(waiting))
    )
    question = np.flatnonzero(waiting)
    at = _after_office_time(questions.at[question], draws.spread(_WAIT, len(question)) * 2)
    return _possible(
        people, questions, Posts(question=question, author=questions.asker[question], at=at)
    )


def _possible(people: People, questions: Questions, posts: Posts) -> Posts:
    """Return the posts that happen: before the thread closes or the data end, by somebody who is
    still there.
    """
    in_time = posts.where(posts.at < questions.until[posts.question])
    return in_time.where(people.present[in_time.author, _month(in_time.at)])


def _make_answers(draws: Draws, people: People, habits: Habits, questions: Questions) -> Posts:
    """Return all human answers, the askers' own included."""
    chance = _answer_chance(questions)
    answered = np.flatnonzero(draws.share_of_each(chance * len(TEAMS) + questions.team, chance))
    times = np.maximum(_answer_times(draws, questions), questions.at + 60)
    first = Posts(
        question=answered, author=np.full(len(answered), -1, dtype=np.int64), at=times[answered]
    )
    answers = first + _more_answers(draws, questions, first)
    answers = answers.where(answers.at < questions.until[answers.question])
    answers = _choose_helpers(draws, people, habits, questions, answers)
    answers = _let_the_junior_rise(draws, questions, answers)
    return answers + _own_answers(draws, people, questions, answers)


def _make_comments(draws: Draws, people: People, questions: Questions) -> Posts:
    """Return comments, half of them the asker's own."""
    number = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2], dtype=np.int64)[
        draws.below(10, len(questions.at))
    ]
    question = np.repeat(np.arange(len(questions.at)), number)
    at = questions.at[question] + 90 + draws.spread(_WAIT, len(question))
    kept = at < questions.until[question]
    question, at = question[kept], at[kept]
    commenters = people.settled.astype(np.int64)
    commenters[[RISER, *SILENT_SENIORS]] = 0
    others = draws.in_cells(_month(at), lambda month: commenters[:, month])
    author = np.where(draws.chance(5_500, len(at)), questions.asker[question], others)
    return _possible(people, questions, Posts(question=question, author=author, at=at))


# --- acceptances, deletions, reactions, reads
# -------------------------------------------------------------------------


def _accept(draws: Draws, people: People, questions: Questions, answers: Posts) -> Ints:
    """Return when each answer was accepted, -1 for never: one answer in half of the answered
    questions.
    """
    order = np.lexsort((draws.below(1 << 31, len(answers.at)), answers.question))
    _, firsts = np.unique(answers.question[order], return_index=True)
    chosen = order[firsts]
    chosen = chosen[draws.chance(5_200, len(chosen))]
    question = answers.question[chosen]
    at = answers.at[chosen] + 120 + draws.spread(_WAIT, len(chosen))
    asker = questions.asker[question]
    happens = at < questions.until[question]
    happens[happens] = people.present[asker[happens], _month(at[happens])]
    accepted_at = np.full(len(answers.at), -1, dtype=np.int64)
    accepted_at[chosen[happens]] = at[happens]
    return accepted_at


@dataclass(frozen=True, kw_only=True)
class Reactions:
    """Reactions: the position of the post they are for, the giver, the kind (a position in
    `REACTION_KINDS`), when.
    """

    post: Ints
    giver: Ints
    kind: Ints
    at: Ints


REACTION_KINDS = ("upvote", "thanks", "bookmark")
UPVOTE, THANKS, BOOKMARK = range(3)


def _reactions_by(
    draws: Draws, post: Ints, kind: int, post_at: Ints, giver: Ints | None, givers: Ints
) -> Reactions:
    """Return one reaction to each of `post`, by `giver` or by somebody who is there at that time."""
    at = post_at[post] + 60 + draws.spread(_WAIT, len(post))
    kept = at < END
    post, at = post[kept], at[kept]
    somebody = draws.in_cells(_month(at), lambda month: givers[:, month])
    who = somebody if giver is None else giver[kept]
    return Reactions(post=post, giver=who, kind=np.full(len(post), kind, dtype=np.int64), at=at)


def _make_reactions(
    draws: Draws, people: People, questions: Questions, answers: Posts
) -> Reactions:
    """Return reactions to questions (positions first) and answers (positions after), at most one of
    a kind a giver.
    """
    count, number = len(questions.at), np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 3], dtype=np.int64)
    author, at = (
        np.concatenate([questions.asker, answers.author]),
        np.concatenate([questions.at, answers.at]),
    )
    asker = np.concatenate([questions.asker, questions.asker[answers.question]])
    posts, replies = np.arange(len(at)), np.arange(count, len(at))
    givers = people.present.astype(np.int64)
    givers[:, 1:] *= people.present[:, :-1]  # an account is some hours younger than its first month
    parts = []
    for gesture, share in ((UPVOTE, 4_500), (THANKS, 2_200)):
        chosen = replies[draws.chance(share, len(replies))]
        parts.append(_reactions_by(draws, chosen, gesture, at, asker[chosen], givers))
    votes = np.repeat(posts, number[draws.below(10, len(posts))])
    parts.append(_reactions_by(draws, votes, UPVOTE, at, None, givers))
    kept = posts[draws.chance(1_500, len(posts))]
    parts.append(_reactions_by(draws, kept, BOOKMARK, at, None, givers))
    post, giver, kind, given = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("post", "giver", "kind", "at")
    )
    _, unique = np.unique(
        (post * len(givers) + giver) * len(REACTION_KINDS) + kind, return_index=True
    )
    real = unique[
        (giver[unique] != author[post[unique]])
        & people.present[giver[unique], _month(given[unique])]
    ]
    order = real[np.argsort(given[real], kind="stable")]
    return Reactions(post=post[order], giver=giver[order], kind=kind[order], at=given[order])


def _make_reads(
    draws: Draws, people: People, habits: Habits, questions: Questions, written: Posts
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return question, reader, day and reads: those who came to read, and everybody on the day of
    an own post.
    """
    thread = np.repeat(np.arange(len(questions.at)), draws.spread(_READERS, len(questions.at)))
    day = questions.at[thread] // DAY + draws.spread(_READ_AFTER_DAYS, len(thread))
    thread, day = thread[day < DAYS], day[day < DAYS]
    cells = _HOME[questions.topic[thread]] * MONTHS + _MONTH_OF_DAY[day]

    def weights(cell: int) -> Ints:
        home, month = divmod(cell, MONTHS)
        interested: Ints = habits.read[:, month] * (1 + 2 * (people.team[:, month] == home))
        return interested

    reader = draws.in_cells(cells, weights)
    thread = np.concatenate([thread, written.question])
    reader = np.concatenate([reader, written.author])
    day = np.concatenate([day, written.at // DAY])
    keys, reads = np.unique((thread * len(habits.read) + reader) * DAYS + day, return_counts=True)
    pair, day = np.divmod(keys, DAYS)
    thread, reader = np.divmod(pair, len(habits.read))
    return thread, reader, day, reads.astype(np.int64)


# --- files
# ------------------------------------------------------------------------------------------------------------

_MIDNIGHT = int(
    (
        datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day) - datetime(1970, 1, 1)
    ).total_seconds()
)
_CLOCK_CHANGES = (  # local time of the change, hours ahead of UTC before it and after it
    (datetime(2024, 10, 27, 3), 2, 1),
    (datetime(2025, 3, 30, 2), 1, 2),
    (datetime(2025, 10, 26, 3), 2, 1),
    (datetime(2026, 3, 29, 2), 1, 2),
)


def _utc(at: Ints) -> Ints:
    """Return seconds of UTC since 1970; the hour that spring skips becomes its first moment, so
    that order stays.
    """
    local = at + _MIDNIGHT
    utc = local - 2 * 3600
    for change, before, after in _CLOCK_CHANGES:
        moment = int((change - datetime(1970, 1, 1)).total_seconds())
        later = np.maximum(local - after * 3600, moment - before * 3600)
        utc = np.where(local >= moment, later, utc)
    return utc


def _time(at: Ints) -> pl.Series:
    """Return local seconds as UTC times, null where they are -1."""
    times = pl.Series(_utc(at) * 1_000_000).cast(pl.Datetime("us"))
    return times.zip_with(
        pl.Series(at >= 0), pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(at))
    )


def _day(day: Ints) -> pl.Series:
    """Return days since the first one as dates."""
    return pl.Series(day + _MIDNIGHT // DAY).cast(pl.Date)


def _yes_no(flags: Flags) -> pl.Series:
    return pl.Series(np.where(flags, "yes", "no"))


def _member_ids(people: Ints) -> pl.Series:
    return pl.select(pl.format("m{}", pl.Series(people + 1))).to_series()


def _bot_replies(draws: Draws, questions: Questions) -> tuple[Ints, Ints]:
    """Return the questions the bot replied to, all of them, and when: at once or a second later."""
    return np.arange(len(questions.at)), np.minimum(
        questions.at + draws.below(2, len(questions.at)), END - 1
    )


def _bot_notices(draws: Draws, questions: Questions) -> tuple[Ints, Ints]:
    """Return the threads in which the other bot comments four weeks later, and when."""
    chosen = np.flatnonzero(
        draws.chance(200, len(questions.at)) & (questions.at + 28 * DAY < questions.until)
    )
    return chosen, questions.at[chosen] + 28 * DAY


def _posts_frame(
    draws: Draws, questions: Questions, answers: Posts, accepted_at: Ints, comments: Posts
) -> pl.DataFrame:
    """Return all posts: questions, human answers (in these positions), comments, bots."""
    replied, replied_at = _bot_replies(draws, questions)
    noticed, noticed_at = _bot_notices(draws, questions)
    sizes = (len(questions.at), len(answers.at), len(comments.at), len(replied), len(noticed))
    never = [np.full(size, -1, dtype=np.int64) for size in sizes]
    kept_safe = (accepted_at >= 0) | (questions.first_of[answers.question] > 0)
    answer_deleted, comment_deleted = (
        _sometimes(draws, answers.at, ~kept_safe, 150),
        _sometimes(draws, comments.at, np.ones(sizes[2], dtype=np.bool_), 100),
    )
    accepted = np.concatenate([never[0], accepted_at, *never[2:]])
    thread = np.concatenate(
        [np.arange(sizes[0]), answers.question, comments.question, replied, noticed]
    )
    kinds = ("question", "answer", "comment", "answer", "comment")
    humans = _member_ids(np.concatenate([questions.asker, answers.author, comments.author]))
    bots = pl.Series([ANSWER_BOT, NOTICE_BOT]).gather(np.repeat((0, 1), sizes[3:]))
    at = np.concatenate([questions.at, answers.at, comments.at, replied_at, noticed_at])
    deleted = np.concatenate([questions.deleted_at, answer_deleted, comment_deleted, *never[3:]])
    return pl.DataFrame(
        {
            "thread_id": thread + 1,
            "kind": pl.Series(kinds).gather(np.repeat(np.arange(5), sizes)),
            "author_id": pl.concat([humans, bots]),
            "created_at": _time(at),
            "deleted_at": _time(deleted),
            "accepted": _yes_no(accepted >= 0),
            "accepted_at": _time(accepted),
        }
    )


def _numbered(posts: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """Return the posts in order of time, numbered from 1, and the number of each one in its old
    position.
    """
    order = np.argsort(posts["created_at"].to_physical().to_numpy(), kind="stable")
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.arange(1, len(order) + 1)
    return posts.select(pl.Series("post_id", numbers), pl.all())[order], numbers


_CLOSED_AS = ("duplicate", "off topic", "unclear")


def _titles(draws: Draws, topic: Ints) -> list[str]:
    """Return a title for each question's topic."""
    choices = (draws.below(bound, len(topic)).tolist() for bound in (6, 5, len(MODELS), len(WHENS)))
    titles = []
    for number, pattern, thing, model, when in zip(topic.tolist(), *choices, strict=True):
        about = TOPICS[number]
        words = {"thing": about.things[thing], "model": MODELS[model], "when": WHENS[when]}
        titles.append(PATTERNS[about.home][pattern].format_map(words))
    return titles


def _threads_frame(draws: Draws, questions: Questions, reads: pl.DataFrame) -> pl.DataFrame:
    number = np.arange(1, len(questions.at) + 1)
    names = pl.Series([topic.name for topic in TOPICS])
    second = names.gather(np.maximum(questions.second_topic, 0)).zip_with(
        pl.Series(questions.second_topic >= 0),
        pl.Series([None], dtype=pl.String).new_from_index(0, len(number)),
    )
    reason = pl.Series(_CLOSED_AS).gather(draws.below(len(_CLOSED_AS), len(number)))
    views = np.bincount(
        reads["thread_id"].to_numpy(), weights=reads["reads"].to_numpy(), minlength=len(number) + 1
    )
    return pl.DataFrame(
        {
            "thread_id": number,
            "title": _titles(draws, questions.topic),
            "url": pl.select(
                pl.format("https://harbour.example/t/{}", pl.Series(number))
            ).to_series(),
            "channel": pl.Series([topic.channel for topic in TOPICS]).gather(questions.topic),
            "topics": pl.select(
                pl.concat_str(
                    names.gather(questions.topic), second, separator=";", ignore_nulls=True
                )
            ).to_series(),
            "created_at": _time(questions.at),
            "closed_at": _time(questions.closed_at),
            "closed_as": reason.zip_with(
                pl.Series(questions.closed_at >= 0),
                pl.Series([None], dtype=pl.String).new_from_index(0, len(number)),
            ),
            "views": views[1:].astype(np.int64) + draws.below(20, len(number)),
        }
    )


def _plain(name: str) -> str:
    """Return a name in the letters of an address."""
    spelled = name.lower().translate(str.maketrans("łøđ", "lod")).replace(" ", "")
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _names(count: int) -> tuple[list[str], list[str]]:
    """Return a name and a username for each person; names repeat after 4,096, usernames never."""
    names, usernames = [], []
    firsts, lasts = len(FIRST_NAMES), len(LAST_NAMES)
    for person in range(count):
        pair = person * 2_477 % (firsts * lasts)
        first, last = FIRST_NAMES[pair % firsts], LAST_NAMES[pair // firsts]
        repeat = person // (firsts * lasts)
        names.append(f"{first} {last}")
        usernames.append(f"{_plain(first)}.{_plain(last)}{repeat + 1 if repeat else ''}")
    return names, usernames


def _members_frame(draws: Draws, people: People) -> pl.DataFrame:
    """Return all accounts: those of people and of the two bots; some of those who left are deleted
    days later.
    """
    count = len(people.joined_month)
    names, usernames = _names(count)
    long_ago = -(60 + draws.below(1_500, count)) * DAY
    morning = 7 * 3600 + draws.below(3 * 3600, count)
    joined = (
        np.where(people.joined_month == 0, long_ago, _MONTH_DAYS[people.joined_month] * DAY)
        + morning
    )
    goes = (people.left_month < MONTHS) & draws.chance(4_000, count)
    goes[EXPERT] = False
    deleted = np.where(
        goes, _MONTH_DAYS[people.left_month] * DAY + (3 + draws.below(20, count)) * DAY, -1
    )
    humans = pl.DataFrame(
        {
            "member_id": _member_ids(np.arange(count)),
            "name": names,
            "username": usernames,
            "email": [f"{username}@harbour.example" for username in usernames],
            "joined_at": pl.Series((joined + _MIDNIGHT - 7200) * 1_000_000).cast(pl.Datetime("us")),
            "deleted_at": _time(deleted),
            "is_bot": "no",
        }
    )
    return pl.concat([humans, _bots_frame().cast(humans.schema)])


def _bots_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "member_id": [ANSWER_BOT, NOTICE_BOT],
            "name": ["Dockhand", "Tidewatch"],
            "username": ["dockhand", "tidewatch"],
            "email": [None, None],
            "joined_at": [datetime(2023, 1, 9, 8), datetime(2023, 1, 9, 8, 5)],
            "deleted_at": [None, None],
            "is_bot": ["yes", "yes"],
        }
    )


def _unlisted(people: People) -> Ints:
    """Return the members whom the roster forgets: juniors who joined late, stay and ask, none in
    the stories' teams.
    """
    first = np.arange(len(people.joined_month)), people.joined_month
    forgotten = (
        (people.joined_month >= UNLISTED_FROM)
        & (people.left_month == MONTHS)
        & (people.first_question >= 0)
    )
    forgotten &= (people.seniority[first] == JUNIOR) & ~np.isin(
        people.team[first], (SERVICE, SALES)
    )
    return np.flatnonzero(forgotten)[:UNLISTED]


def _roster_frame(draws: Draws, people: People, emails: pl.Series) -> pl.DataFrame:
    """Return one row per person and period of one team and seniority; `to` is the first day after
    it.
    """
    group = np.where(people.present, people.team * len(SENIORITIES) + people.seniority, -1)
    group[_unlisted(people)] = -1
    before = np.concatenate([np.full((len(group), 1), -1), group[:, :-1]], axis=1)
    person, month = np.nonzero((group != before) & (group >= 0))
    last = np.append(person[1:] != person[:-1], True)
    until = np.where(last, people.left_month[person], np.append(month[1:], MONTHS))
    first_days = [(start - date(1970, 1, 1)).days for start in MONTH_STARTS]
    hired = np.array(
        [(date(2012 + n // 12, n % 12 + 1, 1) - date(1970, 1, 1)).days for n in range(150)]
    )
    start = np.where(month == 0, hired[draws.below(150, len(month))], np.array(first_days)[month])
    ends = pl.Series(np.array(first_days)[until]).cast(pl.Date)
    stays = pl.Series([None], dtype=pl.Date).new_from_index(0, len(until))
    rows = pl.DataFrame(
        {
            "email": emails.gather(person),
            "team": pl.Series(TEAMS).gather(people.team[person, month]),
            "seniority": pl.Series(SENIORITIES).gather(people.seniority[person, month]),
            "from": pl.Series(start).cast(pl.Date),
            "to": ends.zip_with(pl.Series(until < MONTHS), stays),
        }
    )
    starts_soon = [(STARTS_SOON, TEAMS[STRUCTURES], SENIORITIES[JUNIOR], MONTH_STARTS[-2], None)]
    return pl.concat([rows, pl.DataFrame(starts_soon, schema=rows.schema, orient="row")])


def _export_frame() -> pl.DataFrame:
    """Return the times of the export: all of the two years, and made as they ended."""
    begins, ends = _time(np.array([0], dtype=np.int64)), _time(np.array([END], dtype=np.int64))
    return pl.DataFrame({"exported_at": ends, "observed_from": begins, "observed_until": ends})


def _make_files(scale: float, seed: int) -> dict[str, pl.DataFrame]:
    """Return the frame of each file; each part has its own stream of draws."""
    part = {number: Draws(seed, number) for number in range(10)}
    people = _make_people(part[0], scale)
    habits = _make_habits(part[1], people)
    questions = _make_questions(part[2], people, habits, scale)
    answers = _make_answers(part[3], people, habits, questions)
    comments = _make_comments(part[4], people, questions)
    accepted_at = _accept(part[5], people, questions, answers)
    posts, numbers = _numbered(_posts_frame(part[6], questions, answers, accepted_at, comments))
    reactions = _make_reactions(part[7], people, questions, answers)
    thread, reader, day, times = _make_reads(part[8], people, habits, questions, answers + comments)
    reads = pl.DataFrame(
        {
            "thread_id": thread + 1,
            "reader_id": _member_ids(reader),
            "day": _day(day),
            "reads": times,
        }
    )
    members = _members_frame(part[9], people)
    return {
        "posts.csv": posts,
        "threads.csv": _threads_frame(part[9], questions, reads),
        "members.csv": members,
        "reactions.csv": pl.DataFrame(
            {
                "post_id": numbers[reactions.post],
                "giver_id": _member_ids(reactions.giver),
                "kind": pl.Series(REACTION_KINDS).gather(reactions.kind),
                "given_at": _time(reactions.at),
            }
        ),
        "reads.csv": reads,
        "roster.csv": _roster_frame(part[9], people, members["email"]),
        "export.csv": _export_frame(),
    }


def write_company(folder: Path, *, scale: float = 1.0, seed: int = 7) -> None:
    """Write the made-up company's files (`FILES`) into `folder`, which is made if need be.

    `scale` multiplies people and posts (100: about a million posts); `seed` chooses another company
    with the same stories. Times in the files are UTC, days are local. Raises `CopError` for a scale
    outside 0.5 to 300, or when the folder cannot be written.
    """
    if not 0.5 <= scale <= 300:
        raise CopError(
            f"The made-up company cannot have scale {scale}. Choose a number from 0.5 to 300."
        )
    if seed < 0:
        raise CopError(
            f"The made-up company cannot have seed {seed}. Choose 0 or a positive whole number."
        )
    files = _make_files(scale, seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in files.items():
            rows.write_csv(folder / name, datetime_format="%Y-%m-%d %H:%M:%S")
    except OSError as problem:
        reason = problem.strerror or problem
        raise CopError(
            f"The folder '{folder}' cannot be written: {reason}. Choose another folder."
        ) from problem
