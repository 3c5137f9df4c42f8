"""GitHub Discussions: pages of GraphQL as `gh api graphql --paginate` prints them, in one file or
several.

`QUERY` is what is asked; a page that holds less is read as far as it goes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations
from cop_metrics.sources.export import Export
from cop_metrics.sources.json_files import HEAD, heads, values
from cop_metrics.sources.json_values import count, mapping, number, sequence, text, time
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.tables import ANSWER, COMMENT, MESSAGE, QUESTION, TABLES, TIME, typed

BATCH_ROWS = 20_000
MOST_VOTES = 10**5
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
_POSTS: dict[str, Any] = {
    "key": pl.String,
    "thread": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "deleted_at": TIME,
    "kind": pl.String,
    "accepted": pl.Boolean,
    "accepted_at": TIME,
    "solved_by": pl.String,
}


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
    for table in ("member", "thread", "post", "topic", "reaction"):
        yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))
    newest = _newest(export, names, reading)
    told = _Discussions(reading=reading)
    for place, discussion in _discussions(export, names):
        if place in newest:
            told.take(discussion)
            yield from told.batches(least=BATCH_ROWS)
    yield from told.batches(least=1)
    yield Batch("member", told.members())
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
        if not _tells_comments(discussion):
            lacking += 1
            reading.skip(
                "a discussion without its comments", f"number {number(discussion.get('number'))}"
            )
            continue
        key = text(discussion.get("id"))
        if key is None:
            reading.skip("a discussion without an id", f"number {number(discussion.get('number'))}")
            continue
        comments = sequence(mapping(discussion.get("comments")).get("nodes"))
        further = (
            ""
            if "createdAt" in discussion
            else str(text(mapping(comments[0] if comments else None).get("id")))
        )
        state = (time(discussion.get("updatedAt")) or datetime.min, place)
        repeated += (key, further) in newest
        newest[key, further] = max(state, newest.get((key, further), state))
    reading.is_quiet = (
        not pages and not reading.skipped and any(_is_a_page(export, name) for name in names)
    )
    if not pages and not reading.is_quiet:
        raise CopError(
            "There is no discussion in these files. Give what 'gh api graphql --paginate' printed; see docs/sources.md."
        )
    if lacking and lacking == pages:
        raise CopError(
            f"There are {lacking:,} discussions in these files and none of their comments, as 'gh discussion list' leaves them "
            "out: every one would seem to be without an answer. Fetch them with 'gh api graphql' and the query in "
            "docs/sources.md, which has the comments too."
        )
    if repeated:
        reading.notes.append(
            f"{repeated:,} discussions are there once more; the newest state of each counts."
        )
    return {place for _, place in newest.values()}


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


@dataclass(kw_only=True)
class _Discussions:
    """Gathers rows of discussions; people are known by their login."""

    reading: Reading
    people: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    newest_at: datetime | None = None
    votes: int = 0
    lacking: dict[str, int] = field(default_factory=dict)
    _posts: list[tuple[Any, ...]] = field(default_factory=list)
    _threads: list[dict[str, Any]] = field(default_factory=list)
    _topics: list[tuple[str, str]] = field(default_factory=list)
    _reactions: list[tuple[Any, ...]] = field(default_factory=list)
    _conversations: Conversations = field(
        default_factory=lambda: Conversations(joins_messages=False)
    )

    def take(self, told: dict[str, Any]) -> None:
        """Take a discussion, or a further page of its comments, with all that is said in it."""
        key, category = str(text(told.get("id"))), mapping(told.get("category"))
        asks, at = category.get("isAnswerable") is True, time(told.get("createdAt"))
        if at is not None:
            thread = {
                "thread": key,
                "kind": QUESTION if asks else MESSAGE,
                "title": text(told.get("title")),
                "url": text(told.get("url")),
                "channel": text(category.get("name")),
                "created_at": at,
                "closed_at": self._seen(time(told.get("closedAt"))),
                "closed_as": (text(told.get("stateReason")) or "closed").lower()
                if time(told.get("closedAt"))
                else None,
            }
            self._threads.append(thread)
            labels = sequence(mapping(told.get("labels")).get("nodes"))
            names = dict.fromkeys(text(mapping(label).get("name")) for label in labels)
            self._topics += [(key, name) for name in names if name]
            self._add(told, key, QUESTION if asks else MESSAGE, {})
        elif "createdAt" in told:
            self.reading.skip("a discussion without a readable date", key)
            return
        self._seen(time(told.get("updatedAt")))
        self._take_comments(told, key, asks)

    def _take_comments(self, told: dict[str, Any], thread: str, asks: bool) -> None:
        answer = {
            "id": text(mapping(told.get("answer")).get("id")),
            "at": self._seen(time(told.get("answerChosenAt"))),
            "by": self._login(told.get("answerChosenBy")),
        }
        for comment in self._nodes(told.get("comments"), thread):
            self._add(comment, thread, ANSWER if asks else MESSAGE, answer)
            for reply in self._nodes(comment.get("replies"), str(text(comment.get("id")))):
                self._add(reply, thread, COMMENT, answer)

    def _nodes(self, connection: object, of: str) -> list[dict[str, Any]]:
        """Return what a connection holds, and note how much more there is than its pages so far
        hold.
        """
        nodes = [mapping(node) for node in sequence(mapping(connection).get("nodes"))]
        told = count(mapping(connection).get("totalCount"), 10**6)
        lacking = self.lacking.get(of, told) - len(nodes)
        if told and (lacking > 0 or of in self.lacking):
            self.lacking[of] = lacking
        return nodes

    def _add(self, told: dict[str, Any], thread: str, kind: str, answer: dict[str, Any]) -> None:
        key, at = text(told.get("id")), time(told.get("createdAt"))
        if key is None or at is None:
            self.reading.skip("a comment without an id or a readable date", key or f"in {thread}")
            return
        if key in self.keys:
            return
        self.keys.add(key)
        self._seen(at)
        self._seen(time(told.get("updatedAt")))
        accepted = key != thread and (told.get("isAnswer") is True or key == answer.get("id"))
        marked = kind == ANSWER or accepted
        self._posts.append(
            (
                key,
                thread,
                self._login(told.get("author")),
                at,
                text(told.get("body")),
                self._seen(time(told.get("deletedAt"))),
                ANSWER if accepted else kind,
                accepted if marked else None,
                answer.get("at") if accepted else None,
                answer.get("by") if accepted else None,
            )
        )
        self._take_reactions(told, key)

    def _take_reactions(self, told: dict[str, Any], key: str) -> None:
        """Take reactions with their givers, and what is only counted as given by nobody known."""
        named: dict[str, int] = {}
        for node in sequence(mapping(told.get("reactions")).get("nodes")):
            kind, at = text(mapping(node).get("content")), time(mapping(node).get("createdAt"))
            if kind is not None:
                named[kind] = named.get(kind, 0) + 1
                self._reactions.append(
                    (key, self._login(mapping(node).get("user")), kind.lower(), self._seen(at), 1)
                )
        for group in sequence(told.get("reactionGroups")):
            kind, givers = (
                text(mapping(group).get("content")),
                mapping(group).get("reactors", mapping(group).get("users")),
            )
            unnamed = count(mapping(givers).get("totalCount"), MOST_VOTES) - named.get(
                kind or "", 0
            )
            if kind is not None and unnamed > 0:
                self._reactions.append((key, None, kind.lower(), None, unnamed))
        upvotes = count(told.get("upvoteCount"), MOST_VOTES) - OWN_UPVOTE
        if upvotes > 0:
            self._reactions.append((key, None, UPVOTE, None, upvotes))

    def _login(self, author: object) -> str | None:
        """Return who that is, and remember them; None for a ghost, whose account was deleted."""
        told = mapping(author)
        login = text(told.get("login"))
        if login is None or login == GHOST:
            return None
        name, was_bot = self.people.get(login, (None, False))
        is_bot = told.get("__typename") == "Bot" or login.lower().endswith("[bot]")
        self.people[login] = (text(told.get("name")) or name, was_bot or is_bot)
        return login

    def _seen(self, at: datetime | None) -> datetime | None:
        if at is not None:
            self.newest_at = max(at, self.newest_at or at)
        return at

    def batches(self, *, least: int) -> Iterator[Batch]:
        """Yield what was gathered if there are `least` posts or more; their texts are read for the
        rules and dropped.
        """
        if len(self._posts) < max(least, 1):
            return
        posts = pl.DataFrame(self._posts, schema=_POSTS, orient="row")
        reactions = pl.DataFrame(
            self._reactions,
            schema={**TABLES["reaction"].columns, "times": pl.Int64},
            orient="row",
        )
        self.votes += int(reactions["times"].sum())
        yield Batch("thread", pl.DataFrame(self._threads, schema=dict(TABLES["thread"].columns)))
        yield Batch(
            "topic", pl.DataFrame(self._topics, schema=dict(TABLES["topic"].columns), orient="row")
        )
        for batch in self._conversations.batches(
            posts.select("key", "thread", "author", "at", "text", "deleted_at")
        ):
            if batch.table == "post":
                own = posts.select("kind", "accepted", "accepted_at", "solved_by")
                yield Batch("post", typed("post", batch.rows.with_columns(own)))
        each = (
            reactions.with_columns(pl.int_ranges("times").alias("times"))
            .explode("times")
            .drop("times")
        )
        yield Batch("reaction", typed("reaction", each))
        self._posts, self._threads, self._topics, self._reactions = [], [], [], []

    def members(self) -> pl.DataFrame:
        """Return everybody who wrote, reacted or chose an answer."""
        rows = [
            (login, name or login, login, is_bot) for login, (name, is_bot) in self.people.items()
        ]
        schema = {
            name: TABLES["member"].columns[name]
            for name in ("member", "name", "username", "is_bot")
        }
        return typed("member", pl.DataFrame(rows, schema=schema, orient="row"))

    def note(self) -> None:
        """Say when the export was made, as nearly as it tells, and what its pages lack.

        Of two exports with the same newest event, the one with more reactions is taken for the
        newer.
        """
        if self.newest_at is not None and self.newest_at.year < 9999:
            self.reading.exported_at = self.newest_at + timedelta(microseconds=self.votes)
        missing = sum(max(lacking, 0) for lacking in self.lacking.values())
        if missing:
            self.reading.notes.append(
                f"{missing:,} comments and replies are named in the pages and not in them: "
                "docs/sources.md tells how to ask for the rest of long discussions."
            )
