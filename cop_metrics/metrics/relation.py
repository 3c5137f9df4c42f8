"""The relations that numbers are counted over: marts, and what is made of them for a period.

To add one: an entry in `RELATIONS`, and its SQL in `relations/<name>.sql`, whose first line says
what one row is; a mart as it stands needs none. `day` is the local day number that the period cuts;
without it the SQL reads the table `periods(start, first_day, end_day)` itself, one row a period
asked for, and yields its column `start`. `{start_of_day}` in it stands for the `start` of the
period that the column `day` lies in, `{member_days}` for the rows of `member_days`, those of whole
months summed up, and `{people}` for who held which group how long and did what meanwhile.
"""

from dataclasses import dataclass
from pathlib import Path

from cop_metrics.metrics.columns import Column, ListOf, Role, Rows, person
from cop_metrics.metrics.metric import Metric
from cop_metrics.sql import read_sql
from cop_metrics.units import Unit

FOLDER = Path(__file__).parent / "relations"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A named set of rows. `listing`: what a list of its rows shows.

    `order`: the columns by which a list of its rows is sorted. `roles`: whose teams and seniorities
    its rows tell, `seniority_of`: whose seniority only. `topic`: the column of the question by
    which topics filter, None where there are no topics.
    `of_own_teams`: the condition of rows that were found by teams as they are, without Unknown,
    which would tell of few such people.
    """

    name: str
    day: str | None
    topic: str | None
    listing: ListOf
    order: str = "name, member"
    roles: tuple[str, ...] = ("member",)
    seniority_of: tuple[str, ...] = ()
    of_own_teams: str | None = None

    @property
    def sql(self) -> str:
        """Its SELECT: that of its file, else the mart of its name."""
        path = FOLDER / f"{self.name}.sql"
        if path.is_file():
            return read_sql(path)
        return f"select * from {self.name} where community = $community"


PEOPLE_OF_DAYS = read_sql(FOLDER / "people_of_days.sql")
PEOPLE_OF_MONTHS = read_sql(FOLDER / "people_of_months.sql")
"""What `{people}` is made of: single days where a period begins and ends, whole months between."""

QUESTION = (Column("title", "Question", Role.THREAD), Column("url", "Link", Role.LINK))
THREAD = (Column("title", "Thread", Role.THREAD), Column("url", "Link", Role.LINK))
MEMBER = person("member", "Member", name="name")
MEMBERS = ListOf(Rows.PEOPLE, MEMBER)
MEMBERS_LEVEL = ListOf(Rows.PEOPLE, (*MEMBER, Column("level_name", "Level", Role.LEVEL)))
GROUPS_OF_MEMBERS = ListOf(Rows.PEOPLE, MEMBER[1:])
ASKED = (
    *QUESTION,
    Column("asked_at", "Asked (UTC)", Role.TIME),
    *person("asker", "Asked by"),
)
QUESTIONS_ASKED = ListOf(
    Rows.THREADS,
    (
        *ASKED,
        Column("wait_hours", "Hours to first answer", Role.VALUE, Unit.HOURS),
        Column("outcome", "Outcome", Role.OUTCOME),
        Column("found_by", "Counts because of", Role.GROUP),
    ),
)

QUESTIONS = Relation(
    name="questions",
    day="day",
    topic="question_id",
    listing=QUESTIONS_ASKED,
    order="second, question",
    roles=("asker", "first_helper"),
)

OPEN_QUESTIONS = Relation(
    name="open_questions",
    day=None,
    topic="question_id",
    listing=QUESTIONS_ASKED,
    order="second, question",
    roles=("asker", "first_helper"),
)

FIRST_QUESTIONS = Relation(
    name="first_questions",
    day="day",
    topic="question_id",
    listing=ListOf(Rows.THREADS, ASKED),
    order="second, question",
    roles=("asker",),
)

HELPED = (
    *QUESTION,
    Column("helped_at", "Helped (UTC)", Role.TIME),
    *person("helper", "Helper"),
    Column("thanks", "Thanks", Role.VALUE, Unit.COUNT),
    Column("accepted", "Accepted", Role.GROUP),
)

HELPS = Relation(
    name="helps",
    day="day",
    topic="question_id",
    listing=ListOf(Rows.THREADS, HELPED),
    order="second, question, helper",
    roles=("helper", "asker"),
)

POSTS = Relation(
    name="posts",
    day="day",
    topic=None,
    listing=ListOf(
        Rows.THREADS,
        (
            *THREAD,
            Column("kind", "Kind", Role.GROUP),
            Column("posted_at", "Posted (UTC)", Role.TIME),
            *person("member", "By", name="name"),
        ),
    ),
    order="second, post",
)

MEMBER_DAYS = Relation(
    name="member_days",
    day="day",
    topic=None,
    listing=MEMBERS,
)

POINTS = Relation(
    name="points",
    day="day",
    topic=None,
    listing=ListOf(
        Rows.THREADS,
        (
            *THREAD,
            *MEMBER,
            Column("reason", "For", Role.GROUP),
            Column("points", "Points", Role.VALUE, Unit.POINTS),
        ),
    ),
    order="second, post, member, reason",
    roles=("member", "giver"),
)

RECOGNITIONS = Relation(
    name="recognitions",
    day="day",
    topic=None,
    listing=ListOf(Rows.THREADS, (*THREAD, *MEMBER, Column("reason", "For", Role.GROUP))),
    order="second, post, giver, reason",
    roles=("member", "giver"),
)

LEVEL_MOVES = Relation(
    name="level_moves",
    day="day",
    topic=None,
    listing=ListOf(
        Rows.PEOPLE,
        (
            *MEMBER,
            Column("from_level", "From level", Role.LEVEL),
            Column("to_level", "To level", Role.LEVEL),
        ),
    ),
)

ARRIVALS = Relation(
    name="arrivals",
    day="day",
    topic=None,
    listing=MEMBERS,
)

PEOPLE = Relation(
    name="people",
    day=None,
    topic=None,
    listing=MEMBERS,
)

PRESENT = Relation(
    name="present",
    day=None,
    topic=None,
    listing=MEMBERS,
)

SILENT = Relation(
    name="silent",
    day=None,
    topic=None,
    listing=MEMBERS,
)

READING_ONLY = Relation(
    name="reading_only",
    day=None,
    topic=None,
    listing=MEMBERS,
)

LEVELS = Relation(
    name="levels",
    day=None,
    topic=None,
    listing=MEMBERS_LEVEL,
)

LEVELS_OF_MEMBERS = Relation(
    name="levels_of_members",
    day=None,
    topic=None,
    listing=MEMBERS_LEVEL,
)

LEVEL_LEDGER = Relation(
    name="level_ledger",
    day=None,
    topic=None,
    listing=MEMBERS,
)

LEVEL_SIDES = Relation(
    name="level_sides",
    day=None,
    topic=None,
    listing=MEMBERS_LEVEL,
)

TEAM_LOADS = Relation(
    name="team_loads",
    day=None,
    topic=None,
    listing=GROUPS_OF_MEMBERS,
    of_own_teams="true",
)

MILESTONES = Relation(
    name="milestones",
    day=None,
    topic=None,
    listing=MEMBERS,
)

MIXED_HELPS = Relation(
    name="mixed_helps",
    day=None,
    topic=None,
    listing=ListOf(
        Rows.THREADS,
        (
            *HELPED,
            Column("asker_team", "Team helped", Role.TEAM, personal=True),
            Column("expected", "Expected share of own team", Role.VALUE, Unit.PERCENT),
        ),
    ),
    order="second, question, helper",
    roles=("helper", "asker"),
)

GIVEN = Relation(
    name="given",
    day="day",
    topic=None,
    listing=GROUPS_OF_MEMBERS,
    roles=("member", "other"),
)

RECEIVED = Relation(
    name="received",
    day="day",
    topic=None,
    listing=GROUPS_OF_MEMBERS,
    roles=("member", "other"),
)

GAINS = Relation(
    name="gains",
    day=None,
    topic=None,
    listing=MEMBERS,
)

BELONGED = Relation(
    name="belonged",
    day=None,
    topic=None,
    listing=MEMBERS,
)

RETAINED = Relation(
    name="retained",
    day=None,
    topic=None,
    listing=MEMBERS,
)

TWELVE_MONTHS = Relation(
    name="twelve_months",
    day=None,
    topic=None,
    listing=MEMBERS,
)

HELP_PAIRS = Relation(
    name="help_pairs",
    day=None,
    topic=None,
    listing=ListOf(
        Rows.PEOPLE,
        (
            *person("helper", "Helper"),
            Column("asker_name", "Helped", Role.PERSON, personal=True),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
        ),
    ),
    order="helps desc, helper_id, asker_id",
    roles=("helper", "asker"),
)

BENEFITS = Relation(
    name="benefits",
    topic=None,
    day=None,
    listing=MEMBERS,
    order="name, member",
)

HANGING_TOPICS = Relation(
    name="hanging_topics",
    topic=None,
    day=None,
    listing=ListOf(
        Rows.TOPICS,
        (
            Column("title", "Topic", Role.TOPIC),
            Column("questions", "Questions", Role.VALUE, Unit.COUNT),
            Column("helps", "Helps", Role.VALUE, Unit.COUNT),
            Column("own_share", "Share of help by one person", Role.VALUE, Unit.PERCENT),
            *person("helper", "Person"),
            Column("last_helped", "Last helped", Role.TIME, personal=True),
            Column("has_left", "Has left", Role.GROUP),
        ),
    ),
    order="helps desc, title",
    roles=("helper",),
)

LIKELY_TO_KNOW = Relation(
    name="likely_to_know",
    topic=None,
    day=None,
    listing=ListOf(
        Rows.PEOPLE,
        (
            Column("topic", "Topic", Role.TOPIC),
            *MEMBER,
            Column("helps", "Helps on it", Role.VALUE, Unit.COUNT),
            Column("last_helped", "Last helped", Role.TIME),
        ),
    ),
    order="topic, place",
)

SENIORS = Relation(
    name="seniors",
    day=None,
    topic=None,
    listing=MEMBERS,
)

JUNIORS = Relation(
    name="juniors",
    day=None,
    topic=None,
    listing=MEMBERS,
)

READING_JUNIORS = Relation(
    name="reading_juniors",
    day=None,
    topic=None,
    listing=MEMBERS,
)

READS = Relation(
    name="reads",
    day="day",
    topic=None,
    seniority_of=("knower",),
    listing=ListOf(Rows.PEOPLE, ()),
    order="day, thread_id, member_id",
)

READS_TOLD = Relation(
    name="reads_told",
    day="day",
    topic=None,
    listing=ListOf(Rows.THREADS, (*THREAD, Column("read_on", "Read on", Role.TIME), *MEMBER)),
    order="day desc, thread_id, member_id",
)

THREADS_READ = ListOf(
    Rows.THREADS,
    (
        *THREAD,
        Column("begun_on", "Begun on", Role.TIME),
        *person("asker", "Asked by")[1:],
        Column("readers", "Readers in 30 days", Role.VALUE, Unit.COUNT),
        Column("late_readers", "Readers from day 90 to 180", Role.VALUE, Unit.COUNT),
    ),
)

REACH = Relation(
    name="reach",
    day="day",
    topic="question_id",
    listing=THREADS_READ,
    order="day, thread_id",
    roles=("asker",),
)

MATURE_THREADS = Relation(
    name="mature_threads",
    day="day",
    topic="question_id",
    listing=THREADS_READ,
    order="late_readers desc, day, thread_id",
    roles=("asker",),
)

FIRST_READS = Relation(
    name="first_reads",
    day="day",
    topic=None,
    listing=ListOf(
        Rows.PEOPLE,
        (
            *MEMBER,
            Column("read_on", "First read on", Role.TIME),
            Column("asked_after", "Days to first question", Role.VALUE, Unit.COUNT),
            Column("helped_after", "Days to first answer", Role.VALUE, Unit.COUNT),
        ),
    ),
    order="day, member",
)

ECHOES = Relation(
    name="echoes",
    day="day",
    topic=None,
    listing=ListOf(Rows.THREADS, (*THREAD, Column("kind", "Reaction", Role.GROUP), *MEMBER)),
    order="second, post, member, kind, row_number",
)

TO_THANK = Relation(
    name="to_thank",
    day=None,
    topic=None,
    listing=ListOf(Rows.PEOPLE, (*MEMBER, Column("reason", "Why", Role.TEXT))),
)

RELATIONS = {
    each.name: each
    for each in (
        QUESTIONS,
        OPEN_QUESTIONS,
        FIRST_QUESTIONS,
        HELPS,
        POSTS,
        MEMBER_DAYS,
        POINTS,
        RECOGNITIONS,
        LEVEL_MOVES,
        ARRIVALS,
        PEOPLE,
        READING_ONLY,
        PRESENT,
        SILENT,
        LEVELS,
        LEVELS_OF_MEMBERS,
        LEVEL_LEDGER,
        LEVEL_SIDES,
        TEAM_LOADS,
        MILESTONES,
        MIXED_HELPS,
        GIVEN,
        RECEIVED,
        GAINS,
        BELONGED,
        RETAINED,
        TWELVE_MONTHS,
        HELP_PAIRS,
        BENEFITS,
        HANGING_TOPICS,
        LIKELY_TO_KNOW,
        SENIORS,
        JUNIORS,
        TO_THANK,
        READING_JUNIORS,
        READS,
        READS_TOLD,
        REACH,
        MATURE_THREADS,
        FIRST_READS,
        ECHOES,
    )
}


def relation_of_list(metric: Metric) -> Relation:
    """Return the relation whose rows are the list behind a number: its own, unless another has them
    by name and title.
    """
    return RELATIONS[metric.measure.listed_from or metric.relation]


def list_of(metric: Metric) -> ListOf:
    """Return what the list behind a number shows."""
    return metric.measure.shows or relation_of_list(metric).listing


def lists_people(metric: Metric) -> bool:
    """Say whether the rows behind a number are people or groups of them, not threads or topics."""
    return list_of(metric).rows not in (Rows.THREADS, Rows.TOPICS)
