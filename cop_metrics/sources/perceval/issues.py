"""Questions that are marked as such, as Perceval fetches them: issues of GitHub and GitLab,
questions of Stack Exchange.

To read one more: a function `take_...` that hands its questions, answers and reactions to `Issues`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cop_metrics.errors import CopError
from cop_metrics.sources.gathering import MOST_REACTIONS, Gathering, Person, hash_of
from cop_metrics.sources.json_values import (
    count,
    mapping,
    mappings,
    number,
    second,
    sequence,
    text,
    texts,
    time,
)
from cop_metrics.tables import ANSWER, COMMENT, QUESTION

MOST_VIEWS = 10**9
MOST_ANSWERS = 10**6
SEVERAL = 3  # answers; one or two may have been deleted since they were counted
COMMUNITY = -1
"""The account with which a site of Stack Exchange writes itself."""
NO_ISSUE = "an issue without an id or a readable date"
NO_QUESTION = "a question without an id or a readable date"
NO_ANSWER = "an answer without an id or a readable date"
NO_COMMENT = "a comment without an id or a readable date"

_GITLAB_BOT = re.compile(
    r"(?:project|group)_\d+_bot(?:_\w+)?|(?:support|alert|migration|security|ghost)-bot\d*"
)


class Author(NamedTuple):
    """An account as an item names it."""

    key: str
    person: Person


@dataclass(kw_only=True)
class Issues(Gathering):
    """Gathers questions with their answers and comments."""

    asked: int = 0
    answers: int = 0
    lacking: int = 0
    """How many answers and comments are counted in items and not there."""

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
        key: str,
        author: Author | None,
        at: datetime,
        words: str | None,
        topics: Iterable[str],
        **thread: Any,
    ) -> None:
        """Take a question: its key, author, time, text and topics, and the row of its thread."""
        closed = {"closed_as": "closed"} if thread.get("closed_at") else {}
        row = closed | thread | {"thread": key, "created_at": at}
        self.open(topics, kind=QUESTION, **row)
        self.say(key, key, author, at, words, kind=QUESTION)

    def say(
        self,
        key: str,
        thread: str,
        author: Author | None,
        at: datetime,
        words: str | None,
        *,
        kind: str,
        accepted: bool | None = None,
    ) -> None:
        """Take a post of a thread; without `words` no rule is looked for."""
        writer = self.people.meet(*author) if author else None
        self.add(
            key=key, thread=thread, author=writer, at=at, text=words, kind=kind, accepted=accepted
        )

    def reacts(
        self, post: str, kind: str | None, giver: Author | None, at: datetime | None = None
    ) -> None:
        """Take a reaction of somebody; what else is known of them counts more than what it says."""
        if giver is not None:
            self.people.setdefault(*giver)
        self.react(post, kind, giver.key if giver else None, at)


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
    id_ = number(told.get("id"))
    at = time(told.get("created_at"))
    if "pull_request" in told:
        issues.reading.skip("a pull request, which GitHub lists among the issues", place)
        return
    if id_ is None or at is None:
        issues.reading.skip(NO_ISSUE, place)
        return
    key, closed_at = str(id_), time(told.get("closed_at"))
    issues.ask(
        key,
        _github_user(told),
        at,
        text(told.get("body")) or "",
        texts([label.get("name") for label in mappings(told.get("labels"))]),
        title=text(told.get("title")),
        url=text(told.get("html_url")),
        channel=_repository(origin),
        closed_at=closed_at,
        closed_as=(text(told.get("state_reason")) or "closed").lower() if closed_at else None,
    )
    _take_github_reactions(issues, told, key)
    issues.expect(told.get("comments"), told.get("comments_data"))
    for comment in mappings(told.get("comments_data")):
        _take_github_comment(issues, comment, key, place)


def _take_github_comment(issues: Issues, told: dict[str, Any], thread: str, place: str) -> None:
    id_ = number(told.get("id"))
    at = time(told.get("created_at"))
    if id_ is None or at is None:
        issues.reading.skip(NO_COMMENT, place)
        return
    key = f"c{id_}"
    issues.say(key, thread, _github_user(told), at, text(told.get("body")) or "", kind=ANSWER)
    _take_github_reactions(issues, told, key)


def _take_github_reactions(issues: Issues, told: dict[str, Any], post: str) -> None:
    named: Counter[str] = Counter()
    for reaction in mappings(told.get("reactions_data")):
        kind = text(reaction.get("content"))
        if kind is not None:
            named[kind] += 1
            issues.reacts(post, kind, _github_user(reaction), time(reaction.get("created_at")))
    for kind, counted in mapping(told.get("reactions")).items():
        if kind not in ("total_count", "url"):
            unnamed = count(counted, MOST_REACTIONS) - named[kind]
            issues.react(post, text(kind), None, times=unnamed)


def _github_user(told: dict[str, Any]) -> Author | None:
    """Return who that is, by login; None for a ghost, whose account was deleted."""
    user = mapping(told.get("user"))
    data = mapping(told.get("user_data"))
    login = text(user.get("login")) or text(data.get("login"))
    if login is None or login == "ghost":
        return None
    email = text(data.get("email"))
    person = Person(
        name=text(data.get("name")),
        username=login,
        email_hash=hash_of(email),
        is_bot="Bot" in (user.get("type"), data.get("type")) or login.lower().endswith("[bot]"),
    )
    return Author(login, person)


# GitLab


def take_gitlab(issues: Issues, told: dict[str, Any], origin: str, place: str) -> None:
    """Take an issue with the notes that people wrote; confidential ones are left out."""
    id_ = number(told.get("id"))
    at = time(told.get("created_at"))
    if told.get("confidential") is True:
        issues.reading.skip("a confidential issue", place)
        return
    if id_ is None or at is None:
        issues.reading.skip(NO_ISSUE, place)
        return
    key = str(id_)
    issues.ask(
        key,
        _gitlab_user(told.get("author")),
        at,
        text(told.get("description")) or "",
        texts([mapping(each).get("name", each) for each in sequence(told.get("labels"))]),
        title=text(told.get("title")),
        url=text(told.get("web_url")),
        channel=_repository(origin),
        closed_at=time(told.get("closed_at")),
    )
    _take_awards(issues, told, key)
    issues.expect(told.get("user_notes_count"), told.get("notes_data"))
    for note in mappings(told.get("notes_data")):
        _take_note(issues, note, key, place)


def _take_note(issues: Issues, told: dict[str, Any], thread: str, place: str) -> None:
    id_ = number(told.get("id"))
    at = time(told.get("created_at"))
    if told.get("system") is True:
        issues.reading.skip("a note that GitLab wrote itself", place)
    elif told.get("internal") is True or told.get("confidential") is True:
        issues.reading.skip("a confidential comment", place)
    elif id_ is None or at is None:
        issues.reading.skip(NO_COMMENT, place)
    else:
        key, author = f"c{id_}", _gitlab_user(told.get("author"))
        issues.say(key, thread, author, at, text(told.get("body")) or "", kind=ANSWER)
        _take_awards(issues, told, key)


def _take_awards(issues: Issues, told: dict[str, Any], post: str) -> None:
    for award in mappings(told.get("award_emoji_data")):
        giver = _gitlab_user(award.get("user"))
        at = time(award.get("created_at"))
        issues.reacts(post, text(award.get("name")), giver, at)


def _gitlab_user(value: object) -> Author | None:
    told = mapping(value)
    id_ = number(told.get("id"))
    username = text(told.get("username"))
    if id_ is None or username == "ghost":
        return None
    person = Person(
        name=text(told.get("name")),
        username=username,
        is_bot=told.get("bot") is True or bool(_GITLAB_BOT.fullmatch(username or "")),
    )
    return Author(str(id_), person)


# Stack Exchange


def take_stack_exchange(issues: Issues, told: dict[str, Any], _origin: str, place: str) -> None:
    """Take a question with its answers and comments; their keys are those of the site's data dump."""
    id_ = number(told.get("question_id"))
    at = second(told.get("creation_date"))
    if id_ is None or at is None:
        issues.reading.skip(NO_QUESTION, place)
        return
    key, views = str(id_), told.get("view_count")
    issues.ask(
        key,
        _owner(told),
        at,
        None,
        texts(told.get("tags")),
        title=text(told.get("title")),
        url=text(told.get("link")),
        closed_at=second(told.get("closed_date")),
        views=None if views is None else count(views, MOST_VIEWS),
    )
    _take_votes(issues, told, key)
    _take_remarks(issues, told, key, place)
    issues.expect(told.get("answer_count"), told.get("answers"))
    chosen = number(told.get("accepted_answer_id"))
    for answer in mappings(told.get("answers")):
        _take_answer(issues, answer, key, chosen, place)


def _take_answer(
    issues: Issues, told: dict[str, Any], thread: str, chosen: int | None, place: str
) -> None:
    id_ = number(told.get("answer_id"))
    at = second(told.get("creation_date"))
    if id_ is None or at is None:
        issues.reading.skip(NO_ANSWER, place)
        return
    accepted = told.get("is_accepted") is True or id_ == chosen
    issues.say(str(id_), thread, _owner(told), at, None, kind=ANSWER, accepted=accepted)
    _take_votes(issues, told, str(id_))
    _take_remarks(issues, told, thread, place)


def _take_remarks(issues: Issues, told: dict[str, Any], thread: str, place: str) -> None:
    for comment in mappings(told.get("comments")):
        id_ = number(comment.get("comment_id"))
        at = second(comment.get("creation_date"))
        if id_ is None or at is None:
            issues.reading.skip(NO_COMMENT, place)
        else:
            issues.say(f"c{id_}", thread, _owner(comment), at, None, kind=COMMENT)


def _take_votes(issues: Issues, told: dict[str, Any], post: str) -> None:
    """Take the counts of votes; where only the score is told, what it is above or below zero."""
    score = number(told.get("score")) or 0
    up = told.get("up_vote_count", max(score, 0))
    down = told.get("down_vote_count", max(-score, 0))
    issues.react(post, "upvote", None, times=count(up, MOST_REACTIONS))
    issues.react(post, "downvote", None, times=count(down, MOST_REACTIONS))


def _owner(told: dict[str, Any]) -> Author | None:
    """Return the author: the account, else the name that a deleted one left."""
    owner = mapping(told.get("owner"))
    id_ = number(owner.get("user_id"))
    name = text(owner.get("display_name"))
    if id_ is None and name is None:
        return None
    key = f"name:{name}" if id_ is None else str(id_)
    return Author(key, Person(name=name, is_bot=id_ == COMMUNITY, is_deleted=id_ is None))
