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

from cop_metrics.sql import read_sql

FOLDER = Path(__file__).parent / "relations"


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A named set of rows. `listing`: the columns of a list of its rows, in order, with their
    titles.

    `order`: the columns by which a list of its rows is sorted. `roles`: whose teams and seniorities
    its rows tell, `seniority_of`: whose seniority only. `personal`: columns that name a person.
    `topic`: the column of the question by which topics filter, None where there are no topics.
    `of_own_teams`: the condition of rows that were found by teams as they are, without Unknown,
    which would tell of few such people.
    """

    name: str
    day: str | None
    topic: str | None
    personal: tuple[str, ...]
    listing: dict[str, str]
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

QUESTION_LISTING = {
    "title": "Question",
    "url": "Link",
    "asked_at": "Asked (UTC)",
    "asker_name": "Asked by",
    "asker_team": "Team",
    "asker_seniority": "Seniority",
    "wait_hours": "Hours to first answer",
    "outcome": "Outcome",
    "found_by": "Counts because of",
}

QUESTIONS = Relation(
    name="questions",
    day="day",
    topic="question_id",
    personal=("asker_name", "asker", "first_helper"),
    listing=QUESTION_LISTING,
    order="second, question",
    roles=("asker", "first_helper"),
)

OPEN_QUESTIONS = Relation(
    name="open_questions",
    day=None,
    topic="question_id",
    personal=("asker_name", "asker", "first_helper"),
    listing=QUESTION_LISTING,
    order="second, question",
    roles=("asker", "first_helper"),
)

FIRST_QUESTIONS = Relation(
    name="first_questions",
    day="day",
    topic="question_id",
    personal=("asker_name", "asker"),
    listing={
        "title": "Question",
        "url": "Link",
        "asked_at": "Asked (UTC)",
        "asker_name": "Asked by",
        "asker_team": "Team",
        "asker_seniority": "Seniority",
    },
    order="second, question",
    roles=("asker",),
)

HELPS = Relation(
    name="helps",
    day="day",
    topic="question_id",
    personal=("helper", "helper_name", "asker", "asker_name"),
    listing={
        "title": "Question",
        "url": "Link",
        "helped_at": "Helped (UTC)",
        "helper_name": "Helper",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "thanks": "Thanks",
        "accepted": "Accepted",
    },
    order="second, question, helper",
    roles=("helper", "asker"),
)

POSTS = Relation(
    name="posts",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "kind": "Kind",
        "posted_at": "Posted (UTC)",
        "name": "By",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="second, post",
)

MEMBER_LISTING = {"name": "Member", "member_team": "Team", "member_seniority": "Seniority"}

MEMBER_DAYS = Relation(
    name="member_days",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

POINTS = Relation(
    name="points",
    day="day",
    topic=None,
    personal=("member", "name", "giver"),
    listing={
        "title": "Thread",
        "url": "Link",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
        "reason": "For",
        "points": "Points",
    },
    order="second, post, member, reason",
    roles=("member", "giver"),
)

RECOGNITIONS = Relation(
    name="recognitions",
    day="day",
    topic=None,
    personal=("member", "name", "giver", "giver_name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
        "reason": "For",
    },
    order="second, post, giver, reason",
    roles=("member", "giver"),
)

LEVEL_MOVES = Relation(
    name="level_moves",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "from_level": "From level", "to_level": "To level"},
)

ARRIVALS = Relation(
    name="arrivals",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

PEOPLE = Relation(
    name="people",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

PRESENT = Relation(
    name="present",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

SILENT = Relation(
    name="silent",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READING_ONLY = Relation(
    name="reading_only",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

LEVELS = Relation(
    name="levels",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

LEVELS_OF_MEMBERS = Relation(
    name="levels_of_members",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

LEVEL_LEDGER = Relation(
    name="level_ledger",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

LEVEL_SIDES = Relation(
    name="level_sides",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "level_name": "Level"},
)

TEAM_LOADS = Relation(
    name="team_loads",
    day=None,
    topic=None,
    personal=("member_id",),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    of_own_teams="true",
)

MILESTONES = Relation(
    name="milestones",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

MIXED_HELPS = Relation(
    name="mixed_helps",
    day=None,
    topic=None,
    personal=("helper", "helper_name", "asker", "asker_name"),
    listing={
        **HELPS.listing,
        "asker_team": "Team helped",
        "expected": "Expected share of own team",
    },
    order="second, question, helper",
    roles=("helper", "asker"),
)

GIVEN = Relation(
    name="given",
    day="day",
    topic=None,
    personal=("member_id", "other_id"),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    roles=("member", "other"),
)

RECEIVED = Relation(
    name="received",
    day="day",
    topic=None,
    personal=("member_id", "other_id"),
    listing={"member_team": "Team", "member_seniority": "Seniority"},
    roles=("member", "other"),
)

GAINS = Relation(
    name="gains",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

BELONGED = Relation(
    name="belonged",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

RETAINED = Relation(
    name="retained",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

TWELVE_MONTHS = Relation(
    name="twelve_months",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

HELP_PAIRS = Relation(
    name="help_pairs",
    day=None,
    topic=None,
    personal=("asker_name", "helper_name", "asker_id", "helper_id"),
    listing={
        "helper_name": "Helper",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "asker_name": "Helped",
        "helps": "Helps",
    },
    order="helps desc, helper_id, asker_id",
    roles=("helper", "asker"),
)

BENEFITS = Relation(
    name="benefits",
    topic=None,
    day=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
    order="name, member",
)

HANGING_TOPICS = Relation(
    name="hanging_topics",
    topic=None,
    day=None,
    personal=("helper", "helper_name", "last_helped"),
    listing={
        "title": "Topic",
        "questions": "Questions",
        "helps": "Helps",
        "own_share": "Share of help by one person",
        "helper_name": "Person",
        "helper_team": "Team",
        "helper_seniority": "Seniority",
        "last_helped": "Last helped",
        "has_left": "Has left",
    },
    order="helps desc, title",
    roles=("helper",),
)

LIKELY_TO_KNOW = Relation(
    name="likely_to_know",
    topic=None,
    day=None,
    personal=("member", "name"),
    listing={
        "topic": "Topic",
        **MEMBER_LISTING,
        "helps": "Helps on it",
        "last_helped": "Last helped",
    },
    order="topic, place",
)

SENIORS = Relation(
    name="seniors",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

JUNIORS = Relation(
    name="juniors",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READING_JUNIORS = Relation(
    name="reading_juniors",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing=MEMBER_LISTING,
)

READS = Relation(
    name="reads",
    day="day",
    topic=None,
    personal=("member_id", "asker_id", "knower_id"),
    seniority_of=("knower",),
    listing={},
    order="day, thread_id, member_id",
)

READS_TOLD = Relation(
    name="reads_told",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "read_on": "Read on",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="day desc, thread_id, member_id",
)

_REACH_LISTING = {
    "title": "Thread",
    "url": "Link",
    "begun_on": "Begun on",
    "asker_team": "Team",
    "asker_seniority": "Seniority",
    "readers": "Readers in 30 days",
    "late_readers": "Readers from day 90 to 180",
}

REACH = Relation(
    name="reach",
    day="day",
    topic="question_id",
    personal=("asker", "asker_name"),
    listing=_REACH_LISTING,
    order="day, thread_id",
    roles=("asker",),
)

MATURE_THREADS = Relation(
    name="mature_threads",
    day="day",
    topic="question_id",
    personal=("asker", "asker_name"),
    listing=_REACH_LISTING,
    order="late_readers desc, day, thread_id",
    roles=("asker",),
)

FIRST_READS = Relation(
    name="first_reads",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        **MEMBER_LISTING,
        "read_on": "First read on",
        "asked_after": "Days to first question",
        "helped_after": "Days to first answer",
    },
    order="day, member",
)

ECHOES = Relation(
    name="echoes",
    day="day",
    topic=None,
    personal=("member", "name"),
    listing={
        "title": "Thread",
        "url": "Link",
        "kind": "Reaction",
        "name": "Member",
        "member_team": "Team",
        "member_seniority": "Seniority",
    },
    order="second, post, member, kind, row_number",
)

TO_THANK = Relation(
    name="to_thank",
    day=None,
    topic=None,
    personal=("member", "name"),
    listing={**MEMBER_LISTING, "reason": "Why"},
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
