"""The marts: one file, one relation; its first line says what one row is.

DuckDB runs the SQL as it stands, Spark through sqlglot.
To add one: a .sql file here and its entry in `MARTS`, after those that it reads.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cop_metrics.sql import read_sql

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A relation made by `<name>.sql`; `order` sorts its rows in the store, and None keeps it out
    of the store.
    """

    name: str
    order: str | None


MARTS = (
    Mart(name="accounts", order=None),
    Mart(name="threads", order=None),
    Mart(name="asked_posts", order=None),
    Mart(name="human_posts", order=None),
    Mart(name="current_reactions", order=None),
    Mart(name="current_reads", order=None),
    Mart(name="activity", order=None),
    Mart(name="roster_matches", order="community, row_number, member"),
    Mart(name="roster_refusals", order="community, member"),
    Mart(name="roster_ends", order=None),
    Mart(name="members", order="community, member"),
    Mart(name="memberships", order="community, member, from_day"),
    Mart(name="posts", order="day, second, community, post"),
    Mart(name="replies", order=None),
    Mart(name="questions", order="day, second, community, question"),
    Mart(name="first_questions", order="day, second, community, question"),
    Mart(name="question_topics", order="day, community, question, topic"),
    Mart(name="helps", order="day, second, community, question, helper"),
    Mart(name="starts", order=None),
    Mart(name="reads", order="day, community, member_id, thread_id"),
    Mart(name="reach", order="day, community, thread"),
    Mart(name="first_reads", order="day, community, member"),
    Mart(name="echoes", order="day, second, community, post, member, kind, row_number"),
    Mart(name="help_pairs", order="community, asker_id, helper_id"),
    Mart(name="member_days", order="day, community, member"),
    Mart(name="silences", order="day, community, member_id"),
    Mart(name="member_months", order="day, community, member, stretch_id"),
    Mart(name="people_months", order="day, community, member, stretch_id"),
    Mart(name="thanks", order=None),
    Mart(name="acceptances", order=None),
    Mart(name="recognitions", order="day, second, community, post, giver, reason"),
    Mart(name="milestones", order="community, member"),
    Mart(
        name="points", order="day, second, community, member, thread, reason, post, giver, points"
    ),
    Mart(name="level_spells", order=None),
    Mart(name="level_changes", order="day, community, member"),
    Mart(name="level_stretches", order="from_day, community, member"),
    Mart(name="level_ledger", order="day, community, member, reason, level"),
    Mart(name="likely_to_know", order="community, topic, place"),
    Mart(name="hanging_topics", order="community, topic"),
    Mart(name="unlisted_reactions", order="community, kind"),
    Mart(name="benefits", order="community, member, stretch_id"),
)

KEPT_BESIDE = ("small_groups", "expertise", "likeness", "weekly_counts")
"""The tables of a store that Python makes from the marts."""


def mart_sql(name: str) -> str:
    """Return the SELECT statement of a mart."""
    return read_sql(FOLDER / f"{name}.sql")


@cache
def marts_digest() -> str:
    """Return what tells the marts of this program from those of another version of it."""
    told = hashlib.sha256(" ".join(KEPT_BESIDE).encode())
    for mart in MARTS:
        told.update(f"{mart.name} {mart.order} {mart_sql(mart.name)}".encode())
    return told.hexdigest()[:16]
