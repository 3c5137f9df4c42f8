"""Questions that are marked as such, as Perceval fetches them: issues of GitHub and GitLab,
questions of Stack Exchange.

To read one more: a function `take_...` that hands its questions, answers and reactions to `Issues`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations
from cop_metrics.sources.json_values import count, mapping, number, second, sequence, text, time
from cop_metrics.sources.source import Batch, Reading
from cop_metrics.tables import ANSWER, COMMENT, QUESTION, TABLES, TIME, typed
from cop_metrics.tabular import email_hash

BATCH_ROWS = 20_000
MOST_VOTES = 10**5
MOST_VIEWS = 10**9
MOST_ANSWERS = 10**6
SEVERAL = 3  # answers; one or two may have been deleted since they were counted
COMMUNITY = -1
"""The account with which a site of Stack Exchange writes itself."""

_POSTS: dict[str, Any] = {
    "key": pl.String,
    "thread": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "kind": pl.String,
    "accepted": pl.Boolean,
}
_REACTIONS: dict[str, Any] = {
    "post": pl.String,
    "giver": pl.String,
    "kind": pl.String,
    "given_at": TIME,
    "times": pl.UInt32,
}
_GITLAB_BOT = re.compile(
    r"(?:project|group)_\d+_bot(?:_\w+)?|(?:support|alert|migration|security|ghost)-bot\d*"
)


class Author(NamedTuple):
    """An account as an item names it."""

    key: str
    name: str | None
    username: str | None
    email_hash: str | None
    is_bot: bool
    is_deleted: bool


@dataclass(kw_only=True)
class Issues:
    """Gathers questions with their answers and comments; texts are read for their rules and
    dropped.
    """

    reading: Reading
    people: dict[str, Author] = field(default_factory=dict)
    asked: int = 0
    answers: int = 0
    lacking: int = 0
    """How many answers and comments are counted in items and not there."""
    _threads: list[dict[str, Any]] = field(default_factory=list)
    _topics: list[tuple[str, str]] = field(default_factory=list)
    _posts: list[tuple[Any, ...]] = field(default_factory=list)
    _reactions: list[tuple[Any, ...]] = field(default_factory=list)
    _conversations: Conversations = field(
        default_factory=lambda: Conversations(joins_messages=False)
    )

    def measured(self) -> Iterator[Batch]:
        """Yield the tables that are told of, with no rows."""
        for table in ("member", "thread", "post", "topic", "reaction"):
            yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))

    def expect(self, counted: object, there: object) -> None:
        """Compare how many answers an item says that it has with the list of those it holds."""
        answers = len(sequence(there))
        self.asked += 1
        self.answers += answers
        self.lacking += max(count(counted, MOST_ANSWERS) - answers, 0)

    def tell_what_is_lacking(self) -> None:
        """Say how many answers are not there; raises `CopError` where none is, since all would seem
        to wait for ever.
        """
        if self.lacking >= SEVERAL and not self.answers:
            raise CopError(
                f"There are {self.asked:,} questions or issues in these items and none of their {self.lacking:,} answers or "
                "comments: every one would seem to be without an answer. Fetch them anew, with an account that may read them."
            )
        if self.lacking:
            self.reading.notes.append(
                f"Answers and comments that items count and do not hold: {self.lacking:,}."
            )

    def ask(
        self,
        thread: dict[str, Any],
        author: Author | None,
        words: str | None,
        topics: list[str | None],
    ) -> None:
        """Take a question: the row of its thread, whose key is that of the question, its author,
        text and topics.
        """
        self._threads.append({**thread, "kind": QUESTION})
        self._topics += [(thread["thread"], topic) for topic in dict.fromkeys(topics) if topic]
        self.add(thread["thread"], thread["thread"], author, thread["created_at"], words, QUESTION)

    def add(
        self,
        key: str,
        thread: str,
        author: Author | None,
        at: datetime,
        words: str | None,
        kind: str,
        accepted: bool | None = None,
    ) -> None:
        """Take a post of a thread; without `words` no rule is looked for."""
        if author is not None:
            self.people[author.key] = author
        self._posts.append((key, thread, author.key if author else None, at, words, kind, accepted))

    def react(
        self,
        post: str,
        kind: str | None,
        giver: Author | None,
        at: datetime | None = None,
        times: int = 1,
    ) -> None:
        """Take a reaction, or several of givers who are not known."""
        if giver is not None:
            self.people.setdefault(giver.key, giver)
        if kind and times > 0:
            self._reactions.append((post, giver.key if giver else None, kind[:100], at, times))

    def batches(self, *, least: int) -> Iterator[Batch]:
        """Yield what was gathered if there are `least` posts or more."""
        if len(self._posts) < least:
            return
        posts = pl.DataFrame(self._posts, schema=_POSTS, orient="row")
        yield Batch(
            "thread",
            typed("thread", pl.DataFrame(self._threads, schema=dict(TABLES["thread"].columns))),
        )
        yield Batch(
            "topic", pl.DataFrame(self._topics, schema=dict(TABLES["topic"].columns), orient="row")
        )
        for batch in self._conversations.batches(
            posts.select("key", "thread", "author", "at", "text")
        ):
            if batch.table == "post":
                has_words = pl.Series(posts["text"].is_not_null())
                own = posts.select("kind", "accepted")
                rules = pl.when(has_words).then(pl.col("rules")).alias("rules")
                yield Batch("post", typed("post", batch.rows.with_columns(own).with_columns(rules)))
        given = pl.DataFrame(self._reactions, schema=_REACTIONS, orient="row")
        each = (
            given.with_columns(pl.int_ranges("times").alias("times")).explode("times").drop("times")
        )
        yield Batch("reaction", typed("reaction", each))
        self._threads, self._topics, self._posts, self._reactions = [], [], [], []

    def members(self) -> pl.DataFrame:
        """Return everybody who wrote or reacted."""
        schema = {
            name: TABLES["member"].columns[name]
            for name in ("member", "name", "username", "email_hash", "is_bot", "is_deleted")
        }
        return typed(
            "member", pl.DataFrame(sorted(self.people.values()), schema=schema, orient="row")
        )


def _repository(origin: str) -> str | None:
    """Return the repository's name with its owner's, of the address that the items come from."""
    try:
        return urlsplit(origin).path.strip("/").replace("%2F", "/") or None
    except ValueError:
        return None


# GitHub


def take_github(issues: Issues, told: dict[str, Any], origin: str, place: str) -> None:
    """Take an issue with its comments; GitHub lists pull requests among the issues, and these are
    left out.
    """
    id_, at, closed_at = (
        number(told.get("id")),
        time(told.get("created_at")),
        time(told.get("closed_at")),
    )
    if "pull_request" in told:
        issues.reading.skip("a pull request, which GitHub lists among the issues", place)
        return
    if id_ is None or at is None:
        issues.reading.skip("an issue without an id or a readable date", place)
        return
    key = str(id_)
    thread = {
        "thread": key,
        "title": text(told.get("title")),
        "url": text(told.get("html_url")),
        "channel": _repository(origin),
        "created_at": at,
        "closed_at": closed_at,
        "closed_as": (text(told.get("state_reason")) or "closed").lower() if closed_at else None,
    }
    labels = [text(mapping(label).get("name")) for label in sequence(told.get("labels"))]
    issues.ask(thread, _github_user(told), text(told.get("body")) or "", labels)
    _take_github_reactions(issues, told, key)
    issues.expect(told.get("comments"), told.get("comments_data"))
    for each in sequence(told.get("comments_data")):
        comment = mapping(each)
        comment_id, said_at = number(comment.get("id")), time(comment.get("created_at"))
        if comment_id is None or said_at is None:
            issues.reading.skip("a comment without an id or a readable date", place)
            continue
        post = f"c{comment_id}"
        issues.add(
            post, key, _github_user(comment), said_at, text(comment.get("body")) or "", ANSWER
        )
        _take_github_reactions(issues, comment, post)


def _take_github_reactions(issues: Issues, told: dict[str, Any], post: str) -> None:
    named: Counter[str] = Counter()
    for each in sequence(told.get("reactions_data")):
        reaction = mapping(each)
        kind = text(reaction.get("content"))
        if kind is not None:
            named[kind] += 1
            issues.react(post, kind, _github_user(reaction), time(reaction.get("created_at")))
    for kind, times in mapping(told.get("reactions")).items():
        if kind not in ("total_count", "url"):
            issues.react(post, text(kind), None, times=count(times, MOST_VOTES) - named[kind])


def _github_user(told: dict[str, Any]) -> Author | None:
    """Return who that is, by login; None for a ghost, whose account was deleted."""
    user, data = mapping(told.get("user")), mapping(told.get("user_data"))
    login = text(user.get("login")) or text(data.get("login"))
    if login is None or login == "ghost":
        return None
    email = text(data.get("email"))
    return Author(
        key=login,
        name=text(data.get("name")) or login,
        username=login,
        email_hash=email_hash(email) if email else None,
        is_bot="Bot" in (user.get("type"), data.get("type")) or login.lower().endswith("[bot]"),
        is_deleted=False,
    )


# GitLab


def take_gitlab(issues: Issues, told: dict[str, Any], origin: str, place: str) -> None:
    """Take an issue with the notes that people wrote; confidential ones are left out."""
    id_, at, closed_at = (
        number(told.get("id")),
        time(told.get("created_at")),
        time(told.get("closed_at")),
    )
    if told.get("confidential") is True:
        issues.reading.skip("a confidential issue", place)
        return
    if id_ is None or at is None:
        issues.reading.skip("an issue without an id or a readable date", place)
        return
    key = str(id_)
    thread = {
        "thread": key,
        "title": text(told.get("title")),
        "url": text(told.get("web_url")),
        "channel": _repository(origin),
        "created_at": at,
        "closed_at": closed_at,
        "closed_as": "closed" if closed_at else None,
    }
    labels = [
        text(mapping(each).get("name")) if isinstance(each, dict) else text(each)
        for each in sequence(told.get("labels"))
    ]
    issues.ask(
        thread, _gitlab_user(told.get("author")), text(told.get("description")) or "", labels
    )
    _take_awards(issues, told, key)
    issues.expect(told.get("user_notes_count"), told.get("notes_data"))
    for each in sequence(told.get("notes_data")):
        note = mapping(each)
        note_id, said_at = number(note.get("id")), time(note.get("created_at"))
        if note.get("system") is True:
            issues.reading.skip("a note that GitLab wrote itself", place)
            continue
        if note.get("internal") is True or note.get("confidential") is True:
            issues.reading.skip("a confidential comment", place)
            continue
        if note_id is None or said_at is None:
            issues.reading.skip("a comment without an id or a readable date", place)
            continue
        post = f"c{note_id}"
        issues.add(
            post,
            key,
            _gitlab_user(note.get("author")),
            said_at,
            text(note.get("body")) or "",
            ANSWER,
        )
        _take_awards(issues, note, post)


def _take_awards(issues: Issues, told: dict[str, Any], post: str) -> None:
    for each in sequence(told.get("award_emoji_data")):
        award = mapping(each)
        issues.react(
            post,
            text(award.get("name")),
            _gitlab_user(award.get("user")),
            time(award.get("created_at")),
        )


def _gitlab_user(value: object) -> Author | None:
    told = mapping(value)
    id_, username = number(told.get("id")), text(told.get("username"))
    if id_ is None or username == "ghost":
        return None
    return Author(
        key=str(id_),
        name=text(told.get("name")) or username,
        username=username,
        email_hash=None,
        is_bot=told.get("bot") is True or bool(_GITLAB_BOT.fullmatch(username or "")),
        is_deleted=False,
    )


# Stack Exchange


def take_stack_exchange(issues: Issues, told: dict[str, Any], _origin: str, place: str) -> None:
    """Take a question with its answers and comments; their keys are those of the site's data dump."""
    id_, at = number(told.get("question_id")), second(told.get("creation_date"))
    if id_ is None or at is None:
        issues.reading.skip("a question without an id or a readable date", place)
        return
    key, closed_at = str(id_), second(told.get("closed_date"))
    thread = {
        "thread": key,
        "title": text(told.get("title")),
        "url": text(told.get("link")),
        "created_at": at,
        "closed_at": closed_at,
        "closed_as": "closed" if closed_at else None,
        "views": None if told.get("view_count") is None else count(told["view_count"], MOST_VIEWS),
    }
    issues.ask(thread, _owner(told), None, [text(tag) for tag in sequence(told.get("tags"))])
    _take_votes(issues, told, key)
    _take_remarks(issues, told, key, place)
    issues.expect(told.get("answer_count"), told.get("answers"))
    chosen = number(told.get("accepted_answer_id"))
    for each in sequence(told.get("answers")):
        answer = mapping(each)
        answer_id, answered_at = (
            number(answer.get("answer_id")),
            second(answer.get("creation_date")),
        )
        if answer_id is None or answered_at is None:
            issues.reading.skip("an answer without an id or a readable date", place)
            continue
        accepted = answer.get("is_accepted") is True or answer_id == chosen
        issues.add(str(answer_id), key, _owner(answer), answered_at, None, ANSWER, accepted)
        _take_votes(issues, answer, str(answer_id))
        _take_remarks(issues, answer, key, place)


def _take_remarks(issues: Issues, told: dict[str, Any], thread: str, place: str) -> None:
    for each in sequence(told.get("comments")):
        comment = mapping(each)
        id_, at = number(comment.get("comment_id")), second(comment.get("creation_date"))
        if id_ is None or at is None:
            issues.reading.skip("a comment without an id or a readable date", place)
            continue
        issues.add(f"c{id_}", thread, _owner(comment), at, None, COMMENT)


def _take_votes(issues: Issues, told: dict[str, Any], post: str) -> None:
    """Take the counts of votes; where only the score is told, what it is above or below zero."""
    score = number(told.get("score")) or 0
    up = told.get("up_vote_count", max(score, 0))
    down = told.get("down_vote_count", max(-score, 0))
    issues.react(post, "upvote", None, times=count(up, MOST_VOTES))
    issues.react(post, "downvote", None, times=count(down, MOST_VOTES))


def _owner(told: dict[str, Any]) -> Author | None:
    """Return the author: the account, else the name that a deleted one left."""
    owner = mapping(told.get("owner"))
    id_, name = number(owner.get("user_id")), text(owner.get("display_name"))
    if id_ is None and name is None:
        return None
    return Author(
        key=f"name:{name}" if id_ is None else str(id_),
        name=name,
        username=None,
        email_hash=None,
        is_bot=id_ == COMMUNITY,
        is_deleted=id_ is None,
    )
