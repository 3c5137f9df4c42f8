"""GitHub Discussions: pages of GraphQL as `gh api graphql --paginate` prints them, in one file or
several.

`QUERY` is what is asked; a page that holds less is read as far as it goes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import BATCH_ROWS, MOST_REACTIONS, Gathering, Person
from cop_metrics.sources.json_files import HEAD, heads, values
from cop_metrics.sources.json_values import (
    count,
    mapping,
    mappings,
    number,
    sequence,
    text,
    texts,
    time,
)
from cop_metrics.sources.source import Batch, Reading, Records, Source
from cop_metrics.tables import ANSWER, COMMENT, MESSAGE, QUESTION

UPVOTE = "upvote"
OWN_UPVOTE = 1
"""GitHub counts an upvote of the author from the start, which nobody gave."""
ENDS = (".json", ".jsonl", ".ndjson")
PARTS = (
    "data",
    "repository",
    "organization",
    "node",
    "discussion",
    "discussions",
    "nodes",
    "edges",
    "search",
)

QUERY = """
query($owner: String!, $name: String!, $endCursor: String) {
  repository(owner: $owner, name: $name) {
    discussions(first: 20, after: $endCursor) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title url body createdAt updatedAt closedAt stateReason upvoteCount
        author { __typename login ... on User { name } }
        category { name isAnswerable }
        labels(first: 20) { nodes { name } }
        answer { id }
        answerChosenAt
        answerChosenBy { login }
        reactions(first: 50) { nodes { content createdAt user { login } } }
        reactionGroups { content reactors { totalCount } }
        comments(first: 100) {
          totalCount
          nodes {
            id body createdAt updatedAt deletedAt isAnswer upvoteCount
            author { __typename login ... on User { name } }
            reactions(first: 20) { nodes { content createdAt user { login } } }
            reactionGroups { content reactors { totalCount } }
            replies(first: 50) {
              totalCount
              nodes {
                id body createdAt updatedAt deletedAt isAnswer upvoteCount
                author { __typename login ... on User { name } }
                reactionGroups { content reactors { totalCount } }
              }
            }
          }
        }
      }
    }
  }
}
"""
"""Asks for some 20 x 100 x 50 things a page, within what GitHub allows."""

_MARKS = (b'"isAnswerable"', b'"answerChosenAt"', b'"upvoteCount"')
GHOST = "ghost"
"""The account that stands for all deleted ones, where it is told at all."""
_EMPTY = re.compile(
    rb'"discussions"\s*:\s*\{[^{}\[\]]*(?:"pageInfo"\s*:\s*\{[^{}]*\}[^{}\[\]]*)?"nodes"\s*:\s*\[\s*\]'
)


def recognises(export: Export) -> bool:
    """Return whether one of the export's JSON files begins as a page of discussions does."""
    return any(
        (
            b'"discussions"' in head
            and b'"nodes"' in head
            and any(mark in head for mark in (*_MARKS, b'"category"'))
        )
        or sum(mark in head for mark in _MARKS) > 1
        or _EMPTY.search(head) is not None
        for head in heads(export, 20, ends=ENDS)
    )


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the discussions in batches, read twice: first for which state of each is the newest.

    Memory grows by some 100 bytes a comment. Raises `CopError` when a file is cut short or none
    holds a discussion.
    """
    names = [name for name in export.names if name.lower().endswith(ENDS)]
    if len(names) < len(export.names):
        reading.notes.append(
            f"{len(export.names) - len(names):,} files are no JSON, and were left alone."
        )
    export.unpack(names)
    newest = _newest(export, names, reading)
    told = _Discussions(reading=reading)
    for place, discussion in _discussions(export, names):
        if place in newest:
            told.take(discussion)
            yield from told.batches(least=BATCH_ROWS)
    yield from told.batches()
    yield told.people.members("name", "username", "is_bot")
    told.note()


SOURCE = Source(
    id="github_discussions",
    title="GitHub Discussions (pages of GraphQL)",
    how_to_export=(
        "With GitHub's command line: gh api graphql --paginate -F owner=OWNER -F name=REPOSITORY -F query=@discussions.graphql "
        "> discussions.json; docs/sources.md has the query. Give that file, or several of them in a folder."
    ),
    personal_fields=(
        "discussions, comments and replies: author (login, name), body (read for its rules, not kept), title",
        "answerChosenBy and reactions: login",
    ),
    records=Records(
        always=("member", "thread", "post", "topic", "reaction"),
        sometimes=("giver", "thanker", "acceptance"),
    ),
    cannot_measure=(
        "who read what: GitHub tells neither readers nor views",
        "who upvoted, and when: upvotes are a count, dated as the post",
        "people who never wrote or reacted, and when anybody joined",
    ),
    never_opens=(
        "discussions of a repository that the account which fetches them may not see: they are not in the pages",
    ),
    version=2,
    private_before=0,
    recognises=recognises,
    read=read,
)


# The pages


def _discussions(
    export: Export, names: list[str], reading: Reading | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each discussion of the pages with its place among all; raises `NoJsonError` for a file
    cut short.

    `reading` is told of pages in which GitHub says that it failed.
    """
    place = 0
    for name in names:
        for page in values(export, name):
            if reading is not None and mapping(page).get("errors"):
                reading.skip("a page in which GitHub tells of an error", name)
            for discussion in _found(page, 8):
                yield place, discussion
                place += 1


def _found(value: object, deep: int) -> Iterator[dict[str, Any]]:
    """Yield the discussions in a page: wherever it holds something with comments or a category of
    discussions.
    """
    if isinstance(value, list):
        for each in value:
            yield from _found(each, deep)
        return
    told = mapping(value)
    if "comments" in told or "isAnswerable" in mapping(told.get("category")):
        yield told
    elif deep:
        for part in PARTS:
            if part in told:
                yield from _found(told[part], deep - 1)


def _newest(export: Export, names: list[str], reading: Reading) -> set[int]:
    """Return the places of the newest state of each discussion; further pages of its comments are
    kept beside it.
    """
    newest: dict[tuple[str, str], tuple[datetime, int]] = {}
    pages = repeated = lacking = 0
    for place, discussion in _discussions(export, names, reading):
        pages += 1
        named, key = f"number {number(discussion.get('number'))}", text(discussion.get("id"))
        if not _tells_comments(discussion):
            lacking += 1
            reading.skip("a discussion without its comments", named)
        elif key is None:
            reading.skip("a discussion without an id", named)
        else:
            page = key, _further(discussion)
            state = (time(discussion.get("updatedAt")) or datetime.min, place)
            repeated += page in newest
            newest[page] = max(state, newest.get(page, state))
    reading.is_quiet = (
        not pages and not reading.skipped and any(_is_a_page(export, name) for name in names)
    )
    if not reading.is_quiet:
        _refuse_without_comments(pages, lacking)
    if repeated:
        reading.notes.append(
            f"{repeated:,} discussions are there once more; the newest state of each counts."
        )
    return {place for _, place in newest.values()}


def _further(discussion: dict[str, Any]) -> str:
    """Return what tells further pages of a discussion's comments apart: the first comment of each."""
    if "createdAt" in discussion:
        return ""
    comments = mappings(mapping(discussion.get("comments")).get("nodes"))
    return str(text(comments[0].get("id")) if comments else None)


def _refuse_without_comments(pages: int, lacking: int) -> None:
    if not pages:
        raise CopError(
            "There is no discussion in these files. Give what 'gh api graphql --paginate' printed; see docs/sources.md."
        )
    if lacking == pages:
        raise CopError(
            f"There are {lacking:,} discussions in these files and none of their comments, as 'gh discussion list' leaves them "
            "out: every one would seem to be without an answer. Fetch them with 'gh api graphql' and the query in "
            "docs/sources.md, which has the comments too."
        )


def _tells_comments(discussion: dict[str, Any]) -> bool:
    """Return whether a discussion has comments beside it, as far as it does not say that there are
    none.
    """
    comments = mapping(discussion.get("comments"))
    total = comments.get("totalCount")
    return (
        bool(sequence(comments.get("nodes")))
        or total == 0
        or ("nodes" in comments and total is None)
    )


def _is_a_page(export: Export, name: str) -> bool:
    """Return whether a file is a page of discussions that holds none."""
    return _EMPTY.search(export.head(name, HEAD)) is not None


# Rows


class _Answer(NamedTuple):
    """Which comment of a discussion was chosen as its answer, when and by whom."""

    id: str | None
    at: datetime | None
    by: str | None


@dataclass(kw_only=True)
class _Discussions(Gathering):
    """Gathers discussions with their comments and replies; people are known by their login."""

    keys: set[str] = field(default_factory=set)
    newest_at: datetime | None = None
    lacking: dict[str, int] = field(default_factory=dict)

    def take(self, told: dict[str, Any]) -> None:
        """Take a discussion, or a further page of its comments, with all that is said in it."""
        key, asks = str(text(told.get("id"))), _asks(told)
        if time(told.get("createdAt")) is not None:
            self._take_opening(told, key, QUESTION if asks else MESSAGE)
        elif "createdAt" in told:
            self.reading.skip("a discussion without a readable date", key)
            return
        self._seen(time(told.get("updatedAt")))
        self._take_comments(told, key, ANSWER if asks else MESSAGE)

    def _take_opening(self, told: dict[str, Any], key: str, kind: str) -> None:
        closed_at = self._seen(time(told.get("closedAt")))
        labels = mappings(mapping(told.get("labels")).get("nodes"))
        self.open(
            texts([label.get("name") for label in labels]),
            thread=key,
            kind=kind,
            title=text(told.get("title")),
            url=text(told.get("url")),
            channel=text(mapping(told.get("category")).get("name")),
            created_at=time(told.get("createdAt")),
            closed_at=closed_at,
            closed_as=(text(told.get("stateReason")) or "closed").lower() if closed_at else None,
        )
        self._take_post(told, key, kind, None)

    def _take_comments(self, told: dict[str, Any], thread: str, kind: str) -> None:
        answer = _Answer(
            id=text(mapping(told.get("answer")).get("id")),
            at=self._seen(time(told.get("answerChosenAt"))),
            by=self._login(told.get("answerChosenBy")),
        )
        for comment in self._nodes(told.get("comments"), thread):
            self._take_post(comment, thread, kind, answer)
            for reply in self._nodes(comment.get("replies"), str(text(comment.get("id")))):
                self._take_post(reply, thread, COMMENT, answer)

    def _nodes(self, connection: object, of: str) -> list[dict[str, Any]]:
        """Return what a connection holds, and note how much more there is than its pages so far
        hold.
        """
        nodes = mappings(mapping(connection).get("nodes"))
        told = count(mapping(connection).get("totalCount"), 10**6)
        lacking = self.lacking.get(of, told) - len(nodes)
        if told and (lacking > 0 or of in self.lacking):
            self.lacking[of] = lacking
        return nodes

    def _take_post(
        self, told: dict[str, Any], thread: str, kind: str, answer: _Answer | None
    ) -> None:
        key = text(told.get("id"))
        at = time(told.get("createdAt"))
        if key is None or at is None:
            self.reading.skip("a comment without an id or a readable date", key or f"in {thread}")
            return
        if key in self.keys:
            return
        self.keys.add(key)
        self._seen(at)
        self._seen(time(told.get("updatedAt")))
        chosen = answer if answer and (told.get("isAnswer") is True or key == answer.id) else None
        self.add(
            key=key,
            thread=thread,
            author=self._login(told.get("author")),
            at=at,
            text=text(told.get("body")) or "",
            deleted_at=self._seen(time(told.get("deletedAt"))),
            kind=ANSWER if chosen else kind,
            accepted=chosen is not None if chosen or kind == ANSWER else None,
            accepted_at=chosen.at if chosen else None,
            solved_by=chosen.by if chosen else None,
        )
        self._take_reactions(told, key)

    def _take_reactions(self, told: dict[str, Any], key: str) -> None:
        """Take reactions with their givers, and what is only counted as given by nobody known."""
        named: Counter[str] = Counter()
        for node in mappings(mapping(told.get("reactions")).get("nodes")):
            kind = text(node.get("content"))
            at = self._seen(time(node.get("createdAt")))
            if kind is not None:
                named[kind] += 1
                self.react(key, kind.lower(), self._login(node.get("user")), at)
        for group in mappings(told.get("reactionGroups")):
            kind = text(group.get("content")) or ""
            givers = mapping(group.get("reactors", group.get("users")))
            unnamed = count(givers.get("totalCount"), MOST_REACTIONS) - named[kind]
            self.react(key, kind.lower(), None, times=unnamed)
        upvotes = count(told.get("upvoteCount"), MOST_REACTIONS) - OWN_UPVOTE
        self.react(key, UPVOTE, None, times=upvotes)

    def _login(self, author: object) -> str | None:
        """Return who that is, and remember them; None for a ghost, whose account was deleted."""
        told = mapping(author)
        login = text(told.get("login"))
        if login is None or login == GHOST:
            return None
        is_bot = told.get("__typename") == "Bot" or login.lower().endswith("[bot]")
        person = Person(name=text(told.get("name")), username=login, is_bot=is_bot)
        return self.people.meet(login, person)

    def _seen(self, at: datetime | None) -> datetime | None:
        if at is not None:
            self.newest_at = max(at, self.newest_at or at)
        return at

    def note(self) -> None:
        """Say when the export was made, as nearly as it tells, and what its pages lack."""
        self.reading.date_by(self.newest_at, counted=self.reacted)
        missing = sum(max(lacking, 0) for lacking in self.lacking.values())
        if missing:
            self.reading.notes.append(
                f"{missing:,} comments and replies are named in the pages and not in them: "
                "docs/sources.md tells how to ask for the rest of long discussions."
            )


def _asks(told: dict[str, Any]) -> bool:
    """Return whether a discussion is of a category in which an answer may be chosen."""
    return mapping(told.get("category")).get("isAnswerable") is True
