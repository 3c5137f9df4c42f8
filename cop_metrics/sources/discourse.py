"""Discourse: topics as `/t/ID.json` answers, posts as `/posts/ID.json` does, one a file or many,
and the list of users.

Only the topics or posts are needed; categories name the channels, the users' list tells of those
who never posted.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations, from_html
from cop_metrics.sources.export import Export
from cop_metrics.sources.json_files import NoJsonError, heads, values
from cop_metrics.sources.json_values import count, mapping, number, sequence, text, time
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.tables import MESSAGE, NOTICE, QUESTION, TABLES, TIME, typed
from cop_metrics.tabular import Place, columns_by_name, email_hash, header_of, plain_name, texts_of

BATCH_ROWS = 20_000
PRINTED = 1_000
PRIVATE_MESSAGE, SEARCHED = "private_message", 1 << 20
REGULAR, WHISPER = 1, 4
CATEGORY_FILES = ("site.json", "categories.json")
"""Read first, as they say which categories only some may see."""
RESTRICTED = "a post of a topic that only some may see"
OF_A_MESSAGE, WHISPERED = "a post of a private message", "a whisper among staff"
NEVER_OPENED = {RESTRICTED, OF_A_MESSAGE, WHISPERED}
NOTICES = (2, 3)
LIKE = 2
MOST_VIEWS, MOST_LIKES = 10**9, 10**5
CLOSED, REOPENED, CLOSED_BY_TIMER = "closed.enabled", "closed.disabled", "autoclosed.enabled"
JSON = (".json", ".jsonl", ".ndjson")
ANONYMOUS = r"(?i)^anon\d{5,}$"

_ADDRESS = re.compile(r"(https?://[^?#\s]+?)/(?:t|u|c|p)/")
_OTHERS = (b'"perceval_version"', b'"backend_name"')
_OURS = (
    (b'"post_stream"',),
    (b'"topic_id"', b'"post_number"'),
    (b'"topic_slug"',),
    (b'"avatar_template"', b'"cooked"'),
)
_REFUSAL = re.compile(rb"(?i)too many requests|slow down")
_LISTS = re.compile(
    rb'\A\s*\{(?:\s*"users"\s*:.*)?(?:\s*"primary_groups"\s*:.*)?\s*"(?:topic_list|latest_posts)"\s*:',
    re.DOTALL,
)
_RESULT = re.compile(rb'\A\s*\{\s*"success"\s*:.*"columns"\s*:', re.DOTALL)
"""The result of a query of Data Explorer, which has the columns' names of posts."""
_POSTS: dict[str, Any] = {
    "place": pl.Int64,
    "post": pl.Int64,
    "topic": pl.Int64,
    "user": pl.Int64,
    "number": pl.Int64,
    "type": pl.Int64,
    "created_at": TIME,
    "updated_at": TIME,
    "deleted_at": TIME,
    "accepted": pl.Boolean,
    "reads": pl.Int64,
    "text": pl.String,
}
_TOPICS: dict[str, Any] = {
    "place": pl.Int64,
    "topic": pl.Int64,
    "whole": pl.Boolean,
    "newest_at": TIME,
    "title": pl.String,
    "slug": pl.String,
    "category": pl.Int64,
    "tags": pl.List(pl.String),
    "views": pl.Int64,
    "closed": pl.Boolean,
    "created_at": TIME,
    "deleted_at": TIME,
    "answer": pl.Int64,
    "accepter": pl.String,
    "posts": pl.Int64,
}
_REACTIONS: dict[str, Any] = {
    "place": pl.Int64,
    "post": pl.Int64,
    "kind": pl.String,
    "username": pl.String,
    "given_at": TIME,
    "times": pl.Int64,
}
_USERS: dict[str, Any] = {
    "user": pl.Int64,
    "username": pl.String,
    "name": pl.String,
    "seen_at": TIME,
}
_CLOSINGS: dict[str, Any] = {"topic": pl.Int64, "at": TIME, "what": pl.String}
_LISTED: dict[str, Any] = {
    "user": pl.Int64,
    "username": pl.String,
    "name": pl.String,
    "email_hash": pl.String,
    "joined_at": TIME,
    "activated": pl.Boolean,
}


def recognises(export: Export) -> bool:
    """Return whether one of the export's JSON files begins as a topic or a post of Discourse does."""
    return any(
        (
            any(all(mark in head for mark in marks) for marks in _OURS)
            or _LISTS.match(head) is not None
        )
        and not any(mark in head for mark in _OTHERS)
        and _RESULT.match(head) is None
        for head in heads(export, 20)
    )


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the export's rows in batches; memory grows by some 100 bytes a post and 300 a topic.

    Raises `CopError` when no file holds a topic or a post.
    """
    with tempfile.TemporaryDirectory(prefix="cop-metrics-") as folder:
        forum = Forum(reading=reading, folder=Path(folder))
        names = [name for name in export.names if name.lower().endswith(JSON)]
        lists = [name for name in export.names if _is_list_of_users(export, name)]
        others = len(export.names) - len(names) - len(lists)
        if others:
            reading.notes.append(
                f"{others:,} files are neither JSON nor a list of users, and were left alone."
            )
        export.unpack([*names, *lists])
        for name in sorted(names, key=lambda each: _when_to_read(export, each)):
            forum.take_file(export, name)
        forum.flush()
        forum.note_refusals()
        is_quiet = bool(forum.lists) or bool(reading.skipped)
        if (
            not forum.frames
            and is_quiet
            and not forum.refused
            and reading.skipped.keys() <= NEVER_OPENED
        ):
            reading.is_quiet = True
            if forum.topics_named:
                reading.notes.append(
                    f"{forum.topics_named:,} topics are named, and no post of them is there: /t/ID.json?print=true holds them."
                )
            yield from no_tables()
            return
        if not forum.frames:
            raise CopError(
                f"'{export.path.name}' holds no topic and no post of Discourse. "
                "Give the folder of the JSON files, each as /t/ID.json or /posts/ID.json answers."
            )
        listed = [rows for name in lists for rows in _listed(export, name, forum)]
        reading.lists_accounts = bool(listed)
        yield from tables(forum, listed)


SOURCE = Source(
    id="discourse",
    title="Discourse topics or posts (JSON)",
    how_to_export=(
        "Save each topic as https://your-forum/t/ID.json?print=true answers, one file a topic, or each post as "
        "https://your-forum/posts/ID.json does, as archive scripts write them; beside them site.json for the names of "
        "categories, and the list of users (Admin, Users, Export). Give the folder or a .zip of it."
    ),
    personal_fields=(
        "posts: user_id, username, name, cooked (read for its rules, not kept)",
        "topics: title, accepted_answer",
        "reactions: usernames, where they are given",
        "list of users: id, username, name, email (kept as a hash), created_at, last_seen_at (not kept)",
    ),
    cannot_measure=(
        "who read what: posts count their readers and topics their views, without names and days",
        "who liked, and when: likes are a count, dated as the post; names come only where reactions name users",
        "when an answer was accepted: it is dated as the answer",
        "who came without writing: of visits the list of users holds the last one only",
    ),
    never_opens=(
        "private messages: their topics are passed over",
        "whispers of staff, and topics of categories that site.json calls restricted",
    ),
    version=2,
    private_before=2,
    recognises=recognises,
    read=read,
)


# What the files hold


@dataclass(kw_only=True)
class Forum:
    """What was read so far: posts wait on disk until it is known which of them are the newest and
    in which category.
    """

    reading: Reading
    folder: Path
    frames: list[Path] = field(default_factory=list)
    placed: list[pl.DataFrame] = field(default_factory=list)
    topics: list[pl.DataFrame] = field(default_factory=list)
    users: list[pl.DataFrame] = field(default_factory=list)
    closings: list[tuple[Any, ...]] = field(default_factory=list)
    categories: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    solving_topics: set[int] = field(default_factory=set)
    solving_categories: set[int] = field(default_factory=set)
    restricted: set[int] = field(default_factory=set)
    """Categories that only some may see."""
    closed: set[int] = field(default_factory=set)
    """Topics that only some may see."""
    addresses: Counter[str] = field(default_factory=Counter)
    newest_at: datetime | None = None
    place: int = 0
    lists: int = 0
    topics_named: int = 0
    refused: int = 0
    replies_counted: int = 0
    """How many replies the posts that were taken say that they have."""
    _posts: list[tuple[Any, ...]] = field(default_factory=list)
    _topics: list[tuple[Any, ...]] = field(default_factory=list)
    _reactions: list[tuple[Any, ...]] = field(default_factory=list)
    _users: list[tuple[Any, ...]] = field(default_factory=list)
    _conversations: Conversations = field(
        default_factory=lambda: Conversations(joins_messages=False)
    )

    def take_file(self, export: Export, name: str) -> None:
        """Take every topic, post and category of a file; what it holds besides is counted."""
        try:
            for value in values(export, name):
                if not self._take(value):
                    self.reading.skip("a JSON value that is no topic, post or category", name)
                self.flush_when_full()
        except NoJsonError:
            if _REFUSAL.search(export.head(name)):
                self.refused += 1
            else:
                self.reading.skip("a file that is no readable JSON or is cut short", name)

    def note_refusals(self) -> None:
        """Say how often the forum answered with a refusal instead of a topic."""
        if self.refused:
            self.reading.notes.append(
                f"The forum refused {self.refused:,} topics: it answered 'slow down' or that something is not allowed. Who is no "
                "admin may have five topics an hour with print=true: wait and save these again, or ask an admin."
            )

    def seen(self, at: datetime | None) -> None:
        """Remember the newest time that the export tells of."""
        if at is not None and (self.newest_at is None or at > self.newest_at):
            self.newest_at = at

    def _take(self, value: object) -> bool:
        told = mapping(value)
        categories = told.get("categories") or mapping(told.get("category_list")).get("categories")
        topics = mapping(told.get("topic_list")).get("topics")
        if isinstance(told.get("post_stream"), dict):
            self.take_topic(told)
        elif isinstance(told.get("latest_posts"), list):
            self.lists += 1
            for post in told["latest_posts"]:
                self._take_post(mapping(post), None)
        elif "topic_id" in told and "post_number" in told:
            self._take_post(told, None)
        elif isinstance(topics, list):
            self.lists += 1
            self.topics_named += len(topics)
            for topic in topics:
                self._note_topic(mapping(topic), whole=True)
        elif isinstance(categories, list):
            for category in categories:
                self._take_category(mapping(category))
        elif "error_type" in told or "errors" in told:
            self.refused += 1
        else:
            return False
        return True

    def _take_category(self, category: Mapping[str, Any]) -> None:
        key, name = number(category.get("id")), text(category.get("name"))
        parent = number(category.get("parent_category_id"))
        if key is not None and (
            category.get("read_restricted") is True or parent in self.restricted
        ):
            self.restricted.add(key)
        if key is None or name is None:
            return
        self.categories[key] = (name, number(category.get("parent_category_id")))
        if mapping(category.get("custom_fields")).get("enable_accepted_answers") in (True, "true"):
            self.solving_categories.add(key)
        for part in sequence(category.get("subcategory_list")):
            self._take_category(mapping(part))

    def take_topic(self, topic: Mapping[str, Any]) -> None:
        """Take a topic and its posts, as `/t/ID.json` answers; `topic` has a mapping as its
        `post_stream`.
        """
        posts = sequence(topic["post_stream"].get("posts"))
        self.lists += not posts
        self.topics_named += not posts
        key = number(topic.get("id"))
        if self._is_closed(topic):  # remembered, as its posts may have files of their own
            is_private = topic.get("archetype") == PRIVATE_MESSAGE
            why = OF_A_MESSAGE if is_private else RESTRICTED
            self.reading.skip(why, f"topic {key}", max(len(posts), 1))
            return
        if key is not None and "title" in topic:
            self._note_topic(topic, whole=True)
        for post in posts:
            self._take_post(mapping(post), key)

    def _is_closed(self, topic: Mapping[str, Any]) -> bool:
        """Return whether only some may see a topic, and remember it."""
        key = number(topic.get("id"))
        is_private = topic.get("archetype") == PRIVATE_MESSAGE
        is_closed = is_private or number(topic.get("category_id")) in self.restricted
        if key is not None and is_closed:
            self.closed.add(key)
        return is_closed or key in self.closed

    def _note_topic(self, topic: Mapping[str, Any], *, whole: bool) -> None:
        key = number(topic.get("id"))
        if self._is_closed(topic):
            return
        if key is None:
            self.reading.skip("a topic without a readable id", str(text(topic.get("slug"))))
            return
        answer = mapping(topic.get("accepted_answer"))
        answers = [mapping(each) for each in sequence(topic.get("accepted_answers"))]
        accepters = {text(each.get("accepter_username")) for each in (answer, *answers) if each}
        if (
            answer
            or answers
            or topic.get("has_accepted_answer") is True
            or topic.get("can_have_answer") is True
        ):
            self.solving_topics.add(key)
        newest_at = time(topic.get("last_posted_at")) or time(topic.get("created_at"))
        stream = sequence(mapping(topic.get("post_stream")).get("stream"))
        self.seen(newest_at)
        self._topics.append(
            (
                self.place,
                key,
                whole,
                newest_at,
                text(topic.get("title")),
                text(topic.get("slug")),
                number(topic.get("category_id")),
                _tags(topic.get("tags")),
                None if topic.get("views") is None else count(topic["views"], MOST_VIEWS),
                topic.get("closed") if isinstance(topic.get("closed"), bool) else None,
                time(topic.get("created_at")),
                time(topic.get("deleted_at")),
                number(answer.get("post_number")),
                accepters.pop() if len(accepters) == 1 else None,
                len(stream) or None,
            )
        )
        self.place += 1

    def _take_post(self, post: Mapping[str, Any], topic: int | None) -> None:
        key, in_topic = number(post.get("id")), topic is not None
        topic = number(post.get("topic_id")) if topic is None else topic
        at, kind = time(post.get("created_at")), number(post.get("post_type", REGULAR))
        if key is None or topic is None:
            self.reading.skip(
                "a post without a readable id or topic", f"post {key} of topic {topic}"
            )
        elif at is None:
            self.reading.skip("a post without a readable date", f"post {key}")
        elif topic in self.closed or number(post.get("category_id")) in self.restricted:
            self.reading.skip(RESTRICTED, f"post {key}")
        elif kind == WHISPER:
            self.reading.skip(WHISPERED, f"post {key}")
        elif kind not in (REGULAR, *NOTICES):
            self.reading.skip("a post of a type that is not known", f"post {key}")
        else:
            self._add_post(post, key, topic, at, kind, in_topic)

    def _add_post(
        self, post: Mapping[str, Any], key: int, topic: int, at: datetime, kind: int, in_topic: bool
    ) -> None:
        updated_at = time(post.get("updated_at"))
        self.seen(at)
        self.seen(updated_at)
        self.replies_counted += count(post.get("reply_count"), MOST_LIKES)
        accepted = post.get("accepted_answer") is True
        if (
            accepted
            or post.get("can_accept_answer") is True
            or post.get("topic_accepted_answer") is True
        ):
            self.solving_topics.add(topic)
        gone = (updated_at or at) if post.get("user_deleted") is True else None
        self._posts.append(
            (
                self.place,
                key,
                topic,
                number(post.get("user_id")),
                number(post.get("post_number")),
                kind,
                at,
                updated_at,
                time(post.get("deleted_at")) or gone,
                accepted,
                None if post.get("reads") is None else count(post["reads"], MOST_VIEWS),
                text(post.get("cooked")) if "cooked" in post else text(post.get("raw")),
            )
        )
        self._note_people_and_links(post, at)
        self._note_reactions(post, key)
        if kind in NOTICES and post.get("action_code") in (CLOSED, REOPENED, CLOSED_BY_TIMER):
            self.closings.append((topic, at, post["action_code"]))
        if not in_topic:
            told = {"id": topic, "title": post.get("topic_title"), "slug": post.get("topic_slug")}
            self._note_topic(
                {
                    **told,
                    "category_id": post.get("category_id"),
                    "last_posted_at": post["created_at"],
                },
                whole=False,
            )
        self.place += 1

    def _note_people_and_links(self, post: Mapping[str, Any], at: datetime) -> None:
        user, username = number(post.get("user_id")), text(post.get("username"))
        if user is not None:
            self._users.append((user, username, text(post.get("name")) or username, at))
        for link in sequence(post.get("link_counts")):
            url = mapping(link).get("url")
            if (
                mapping(link).get("internal") is True
                and isinstance(url, str)
                and (found := _ADDRESS.match(url))
            ):
                self.addresses[found.group(1)] += 1

    def _note_reactions(self, post: Mapping[str, Any], key: int) -> None:
        """Take the reactions that the plugin of that name lists, which has the likes too, else the
        likes.
        """
        listed = [mapping(each) for each in sequence(post.get("reactions"))]
        given = [(text(each.get("id")), each) for each in listed]
        if not any(kind for kind, _ in given):
            actions = [mapping(each) for each in sequence(post.get("actions_summary"))]
            given = [("like", each) for each in actions if number(each.get("id")) == LIKE]
        for kind, each in given:
            if kind is None:
                continue
            users = [mapping(user) for user in sequence(each.get("users"))]
            known = [
                (name, time(user.get("created_at")))
                for user in users
                if (name := text(user.get("username")))
            ]
            self._reactions += [
                (self.place, key, kind, name, given_at, 1) for name, given_at in known
            ]
            unknown = count(each.get("count"), MOST_LIKES) - len(known)
            if unknown > 0:
                self._reactions.append((self.place, key, kind, None, None, unknown))

    def flush_when_full(self) -> None:
        """Flush if a batch of posts has been taken."""
        if len(self._posts) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Put the posts taken so far on the disk, their texts read for the rules and dropped."""
        if self._topics:
            self.topics.append(_frame(self._topics, _TOPICS))
        if self._users:
            newest = (
                _frame(self._users, _USERS)
                .sort("seen_at")
                .unique("user", keep="last", maintain_order=True)
            )
            self.users.append(newest)
        if self._posts:
            posts = self._ruled(_frame(self._posts, _POSTS))
            file = self.folder / f"{len(self.frames)}.arrow"
            posts.write_ipc(file)
            _frame(self._reactions, _REACTIONS).write_ipc(file.with_suffix(".reactions"))
            self.frames.append(file)
            self.placed.append(
                posts.select("place", "post", "topic", "number", "updated_at", "reads")
            )
        self._topics, self._users, self._posts, self._reactions = [], [], [], []

    def _ruled(self, posts: pl.DataFrame) -> pl.DataFrame:
        """Return the posts with the rules that their texts fire instead of these, and whether they
        open their topic.
        """
        opens = ((pl.col("number") == 1) & (pl.col("type") == REGULAR)).fill_null(False)
        thread = pl.lit("t") + pl.col("topic").cast(pl.String)
        messages = posts.select(
            pl.when(opens)
            .then(thread)
            .otherwise(pl.lit("p") + pl.col("post").cast(pl.String))
            .alias("key"),
            thread.alias("thread"),
            pl.col("created_at").alias("at"),
            from_html(pl.col("text")).alias("text"),
        )
        rules = [
            batch.rows["rules"]
            for batch in self._conversations.batches(messages)
            if batch.table == "post"
        ]
        return posts.drop("text").with_columns(opens.alias("opens"), rules[0])


def _when_to_read(export: Export, name: str) -> int:
    """Return the turn of a file: what says that others are private comes first, as posts may have
    files of their own.
    """
    if name.rpartition("/")[2].lower() in CATEGORY_FILES:
        return 0
    end = b""
    with export.open(name) as stream:
        while chunk := stream.read(SEARCHED):
            if PRIVATE_MESSAGE.encode() in end + chunk:
                return 1
            end = chunk[-len(PRIVATE_MESSAGE) :]
    return 2


def _frame(rows: Sequence[tuple[Any, ...]], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def _tags(value: object) -> list[str] | None:
    """Return a topic's tags, spelt as names or as objects with one; None where the export does not
    tell.
    """
    if not isinstance(value, list):
        return None
    names = [
        text(mapping(tag).get("name")) if isinstance(tag, dict) else text(tag) for tag in value
    ]
    return list(dict.fromkeys(name for name in names if name))


# The list of users


def _is_list_of_users(export: Export, name: str) -> bool:
    if not name.lower().endswith(".csv"):
        return False
    try:
        header = {plain_name(column) for column in header_of(export, Place(name, None))}
    except CopError:
        return False
    return {"id", "username"} <= header and bool({"email", "trustlevel", "lastseenat"} & header)


def _listed(export: Export, name: str, forum: Forum) -> Iterator[tuple[Any, ...]]:
    wanted = ("id", "username", "name", "email", "created_at", "last_seen_at", "active", "staged")

    def columns(header: Sequence[str]) -> dict[str, int]:
        places = columns_by_name(name, header, ("id", "username"))
        return {
            column: places[plain_name(column)] for column in wanted if plain_name(column) in places
        }

    def uneven(row: str) -> None:
        forum.reading.skip("list of users: more or fewer columns than the header", row)

    for rows, row_number in texts_of(export, Place(name, None), columns, uneven):
        for at, row in enumerate(rows.iter_rows(named=True)):
            user, email = number(row["id"]), text(row.get("email"))
            if user is None:
                forum.reading.skip("list of users: no readable id", f"{name} row {row_number(at)}")
                continue
            forum.seen(time(row.get("last_seen_at")))
            yield (
                user,
                text(row["username"]),
                text(row.get("name")) or text(row["username"]),
                email_hash(email) if email else None,
                time(row.get("created_at")),
                not _says(row, "active", "false") or _says(row, "staged", "true"),
            )


def _says(row: Mapping[str, Any], column: str, what: str) -> bool:
    return (text(row.get(column)) or "").lower() == what


# The tables


def no_tables() -> Iterator[Batch]:
    """Yield the tables of a forum in which nobody wrote, so that they count as measured."""
    for table in ("member", "thread", "post", "reaction", "read"):
        yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))


def tables(forum: Forum, users_listed: Sequence[tuple[Any, ...]] = ()) -> Iterator[Batch]:
    """Yield the tables of all that was taken and flushed, which holds a post; `users_listed` are
    rows of `_LISTED`.
    """
    listed = _frame(users_listed, _LISTED)
    newest = _newest_posts(forum)
    users = pl.concat([_frame([], _USERS), *forum.users]).sort("seen_at")
    users = users.unique("user", keep="last", maintain_order=True)
    topics = _topics(forum, newest)
    _note_times(forum, newest, topics)
    yield Batch("member", _members(forum, users, listed))
    yield Batch("thread", _threads(forum, topics, newest))
    if topics["tags"].count():
        tagged = topics.select(_key("topic").alias("thread"), pl.col("tags").alias("topic"))
        yield Batch("topic", typed("topic", tagged.explode("topic").drop_nulls()))
    totals = newest.group_by("topic", maintain_order=True).agg(
        pl.col("reads").sum(), told=pl.col("reads").count()
    )
    reads = totals.filter(pl.col("told") > 0).select(_key("topic").alias("thread"), "reads")
    yield Batch("read", typed("read", reads))
    ids = users.drop_nulls("username").select(
        pl.col("username").str.to_lowercase(), _key("user").alias("giver")
    )
    ids = ids.unique("username", keep="last", maintain_order=True)
    for table in ("post", "reaction"):
        yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))
    for file in forum.frames:
        yield Batch("post", _posts(_kept(file, newest), topics, ids))
        yield Batch("reaction", _reactions(_kept(file.with_suffix(".reactions"), newest), ids))


def _kept(file: Path, newest: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the posts' newest states."""
    rows = pl.read_ipc(file.read_bytes())
    return rows.join(newest.select("place"), on="place", how="semi", maintain_order="left")


def _newest_posts(forum: Forum) -> pl.DataFrame:
    """Return where the newest state of each post is: edited last, else read by most, else last in
    the export.
    """
    placed = pl.concat(forum.placed)
    newest = placed.sort("updated_at", "reads", "place", nulls_last=False)
    newest = newest.unique("post", keep="last", maintain_order=True)
    repeated = len(placed) - len(newest)
    if repeated:
        forum.reading.notes.append(
            f"{repeated:,} posts are there once more; the newest state of each counts."
        )
    return newest.sort("place")


def _topics(forum: Forum, newest: pl.DataFrame) -> pl.DataFrame:
    """Return one row a topic that has posts, as its newest state tells it, with `is_question` and
    `channel`.
    """
    told = pl.concat([_frame([], _TOPICS), *forum.topics])
    told = told.sort("whole", "newest_at", "views", "place", nulls_last=False)
    # Of the accepted answer the newest state counts, even where it is that there is none.

    of_newest = ("whole", "answer", "accepter")
    known = [name for name in _TOPICS if name not in ("topic", "place", *of_newest)]
    told = told.group_by("topic", maintain_order=True).agg(
        pl.col(known).drop_nulls().last(), pl.col(of_newest).last()
    )
    topics = (
        newest.select("topic")
        .unique(maintain_order=True)
        .join(told, on="topic", how="left", maintain_order="left")
    )
    solving = topics.filter(pl.col("topic").is_in(list(forum.solving_topics)))[
        "category"
    ].drop_nulls()
    categories = {*solving.to_list(), *forum.solving_categories}
    names = _channel_names(forum.categories)
    return topics.with_columns(
        pl.when(pl.col("category").is_null())
        .then(pl.col("topic").is_in(list(forum.solving_topics)))
        .otherwise(pl.col("category").is_in(list(categories)))
        .alias("is_question"),
        pl.coalesce(
            pl.col("category").replace_strict(names, default=None, return_dtype=pl.String),
            pl.lit("category ") + pl.col("category").cast(pl.String),
        ).alias("channel"),
    )


def _channel_names(categories: Mapping[int, tuple[str, int | None]]) -> dict[int, str]:
    """Return each category's name, with its parent's before it where two have the same."""
    used = Counter(name for name, _ in categories.values())
    return {
        key: f"{categories[parent][0]} / {name}"
        if parent is not None and used[name] > 1 and parent in categories
        else name
        for key, (name, parent) in categories.items()
    }


def _note_times(forum: Forum, newest: pl.DataFrame, topics: pl.DataFrame) -> None:
    """Say when the export was made, as nearly as it tells, and how much of the topics is missing.

    Views and reads only grow: of two exports with the same newest event, the one that counts more
    was made later.
    """
    grown = int(newest["reads"].sum() or 0) + int(topics["views"].sum() or 0)
    if forum.newest_at is not None and forum.newest_at.year < 9999:
        forum.reading.exported_at = forum.newest_at + timedelta(
            microseconds=min(max(grown, 0), 3_600_000_000)
        )
    have = newest.group_by("topic").agg(pl.len().alias("have"))
    missing = topics.join(have, on="topic").select(
        "posts", (pl.col("posts") - pl.col("have")).alias("missing")
    )
    missing = missing.filter(pl.col("missing") > 0)
    if (newest["number"] == 1).all() and (len(missing) or forum.replies_counted):
        raise CopError(
            f"There are {len(newest):,} posts that open a topic in this export and none that answers one, though there are such: "
            "every question would seem to be without an answer. Save the topics whole, as /t/ID.json?print=true answers."
        )
    if len(missing):
        how = "/t/ID.json holds the first 20 posts only, /t/ID.json?print=true holds them all"
        if (missing["posts"] > PRINTED).any():
            how += f", {PRINTED:,} at a time: of longer topics save /t/ID.json?print=true&page=2 and on beside it"
        forum.reading.notes.append(
            f"{int(missing['missing'].sum()):,} posts of {len(missing):,} topics are named in the export and not in it: {how}."
        )


def _key(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _members(forum: Forum, users: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Return those who posted and those on the list of users, whose row wins."""
    listed = listed.unique("user", keep="last", maintain_order=True)
    writes = pl.col("user").is_in(users["user"].to_list())
    never = listed.filter(~pl.col("activated") & ~writes)
    for user in never["user"].head(3).to_list():
        forum.reading.skip("list of users: an account that was never activated", f"user {user}")
    if len(never) > 3:
        forum.reading.skip("list of users: an account that was never activated", "", len(never) - 3)
    listed = listed.filter(pl.col("activated") | writes)
    others = users.join(listed, on="user", how="anti", maintain_order="left")
    people = pl.concat([others.drop("seen_at"), listed.drop("activated")], how="diagonal")
    members = people.select(
        _key("user").alias("member"),
        "name",
        "username",
        "email_hash",
        "joined_at",
        (pl.col("user") < 0).alias("is_bot"),
        pl.col("username").str.contains(ANONYMOUS).fill_null(False).alias("is_deleted"),
    )
    return typed("member", members)


def _threads(forum: Forum, topics: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    opening = (
        newest.filter(pl.col("number") == 1)
        .unique("topic", keep="last")
        .select("topic", opened="reads")
    )
    closings = (
        _frame(forum.closings, _CLOSINGS)
        .sort("at")
        .unique("topic", keep="last", maintain_order=True)
    )
    by_hand = closings.filter(pl.col("what") == CLOSED).select("topic", closed_at="at")
    threads = topics.join(opening, on="topic", how="left", maintain_order="left")
    threads = threads.join(by_hand, on="topic", how="left", maintain_order="left")
    closed_at = pl.when(pl.col("closed").fill_null(True)).then(pl.col("closed_at"))
    address = next((address for address, _ in forum.addresses.most_common(1)), None)
    url = (
        pl.lit(None, dtype=pl.String)
        if address is None
        else pl.lit(f"{address}/t/") + _key("topic")
    )
    rows = threads.select(
        _key("topic").alias("thread"),
        pl.when("is_question").then(pl.lit(QUESTION)).otherwise(pl.lit(MESSAGE)).alias("kind"),
        pl.coalesce("title", pl.col("slug").str.replace_all("-", " ")).alias("title"),
        url.alias("url"),
        "channel",
        "created_at",
        closed_at.alias("closed_at"),
        pl.when(closed_at.is_not_null()).then(pl.lit("closed")).alias("closed_as"),
        pl.coalesce("views", "opened").alias("views"),
    )
    return typed("thread", rows)


def _posts(posts: pl.DataFrame, topics: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    topics = topics.select(
        "topic",
        "is_question",
        "answer",
        pl.col("deleted_at").alias("topic_deleted_at"),
        pl.col("accepter").str.to_lowercase(),
    )
    told = posts.join(topics, on="topic", how="left", maintain_order="left")
    told = told.join(
        ids, left_on="accepter", right_on="username", how="left", maintain_order="left"
    )
    accepted = pl.coalesce(pl.col("number") == pl.col("answer"), pl.col("accepted"))
    speaks = pl.col("type") == REGULAR
    rows = told.select(
        _key("post"),
        _key("topic").alias("thread"),
        _key("user").alias("author"),
        pl.when(pl.col("type").is_in(NOTICES))
        .then(pl.lit(NOTICE))
        .when(pl.col("opens") & pl.col("is_question"))
        .then(pl.lit(QUESTION))
        .otherwise(pl.lit(MESSAGE))
        .alias("kind"),
        "created_at",
        pl.coalesce("deleted_at", "topic_deleted_at").alias("deleted_at"),
        pl.when(pl.col("is_question") & speaks & ~pl.col("opens")).then(accepted).alias("accepted"),
        pl.when(pl.col("is_question") & speaks & accepted).then(pl.col("giver")).alias("solved_by"),
        pl.when(speaks).then(pl.col("rules")).alias("rules"),
    )
    return typed("post", rows)


def _reactions(given: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    named = given.with_columns(pl.col("username").str.to_lowercase())
    named = named.join(ids, on="username", how="left", maintain_order="left")
    rows = named.select(
        _key("post"), "giver", "kind", "given_at", pl.int_ranges("times").alias("each")
    )
    return typed("reaction", rows.explode("each").drop("each"))
