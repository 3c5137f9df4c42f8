"""Discourse: topics as `/t/ID.json` answers, posts as `/posts/ID.json` does, one a file or many,
and the list of users.

Only the topics or posts are needed; categories name the channels, the users' list tells of those
who never posted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations, from_html
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import (
    MOST_REACTIONS,
    Rows,
    Schema,
    Spool,
    Waiting,
    hash_of,
    one_each,
    without,
)
from cop_metrics.sources.json_files import NoJsonError, heads, values
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
from cop_metrics.tables import MESSAGE, NOTICE, QUESTION, TIME
from cop_metrics.tabular import Place, columns_by_name, header_of, plain_name, texts_of

BATCH_ROWS = 20_000
PRINTED = 1_000
PRIVATE_MESSAGE = "private_message"
REGULAR, WHISPER = 1, 4
CATEGORY_FILES = ("site.json", "categories.json")
"""Read first, as they mostly say which categories only some may see."""
RESTRICTED = "a post of a topic that only some may see"
OF_A_MESSAGE, WHISPERED = "a post of a private message", "a whisper among staff"
NEVER_ACTIVATED = "list of users: an account that was never activated"
NEVER_OPENED = {RESTRICTED, OF_A_MESSAGE, WHISPERED}
NOTICES = (2, 3)
LIKE = 2
MOST_VIEWS = 10**9
CLOSED = "closed.enabled"
CLOSINGS = (CLOSED, "closed.disabled", "autoclosed.enabled")
"""What notices say of closing a topic: by hand, undone, by a timer."""
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
_POSTS: Schema = {
    "place": pl.Int64,
    "post": pl.Int64,
    "topic": pl.Int64,
    "user": pl.Int64,
    "username": pl.String,
    "name": pl.String,
    "number": pl.Int64,
    "type": pl.Int64,
    "created_at": TIME,
    "updated_at": TIME,
    "deleted_at": TIME,
    "accepted": pl.Boolean,
    "reads": pl.Int64,
    "replies": pl.Int64,
    "text": pl.String,
}
"""One row a state of a post; `place` is its place among all, `replies` what it says that it has."""
_PLACED = ("place", "post", "topic", "number", "created_at", "updated_at", "reads", "replies")
_USERS = ("user", "username", "name", "created_at")
_TOPICS: Schema = {
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
_REACTIONS: Schema = {
    "place": pl.Int64,
    "post": pl.Int64,
    "kind": pl.String,
    "username": pl.String,
    "given_at": TIME,
    "times": pl.UInt32,
}
_CLOSINGS: Schema = {"topic": pl.Int64, "at": TIME, "what": pl.String}
_LISTED: Schema = {
    "user": pl.Int64,
    "username": pl.String,
    "name": pl.String,
    "email_hash": pl.String,
    "joined_at": TIME,
    "activated": pl.Boolean,
}


def recognises(export: Export) -> bool:
    """Return whether one of the export's JSON files begins as a topic or a post of Discourse does."""
    return any(_is_ours(head) for head in heads(export, 20))


def _is_ours(head: bytes) -> bool:
    if any(mark in head for mark in _OTHERS) or _RESULT.match(head):
        return False
    is_told = any(all(mark in head for mark in marks) for marks in _OURS)
    return is_told or _LISTS.match(head) is not None


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the export's rows in batches; memory grows by some 100 bytes a post and 300 a topic.

    Raises `CopError` when no file holds a topic or a post.
    """
    names = [name for name in export.names if name.lower().endswith(JSON)]
    lists = [name for name in export.names if _is_list_of_users(export, name)]
    others = len(export.names) - len(names) - len(lists)
    if others:
        reading.notes.append(
            f"{others:,} files are neither JSON nor a list of users, and were left alone."
        )
    export.unpack([*names, *lists])
    with Spool() as spool:
        forum = Forum(reading=reading, spool=spool)
        for name in sorted(names, key=lambda each: not _tells_categories(each)):
            forum.take_file(export, name)
        forum.finish()
        forum.note_refusals()
        if forum.has_posts:
            listed = [rows for name in lists for rows in _listed(export, name, forum)]
            reading.lists_accounts = bool(listed)
            yield from tables(forum, listed)
        elif forum.is_quiet:
            _note_quiet(forum)
        else:
            raise CopError(
                f"'{export.path.name}' holds no topic and no post of Discourse. "
                "Give the folder of the JSON files, each as /t/ID.json or /posts/ID.json answers."
            )


def _tells_categories(name: str) -> bool:
    return name.rpartition("/")[2].lower() in CATEGORY_FILES


def _note_quiet(forum: "Forum") -> None:
    forum.reading.is_quiet = True
    if forum.topics_named:
        forum.reading.notes.append(
            f"{forum.topics_named:,} topics are named, and no post of them is there: /t/ID.json?print=true holds them."
        )


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
    records=Records(
        always=("member", "thread", "post", "reaction", "read"),
        sometimes=("topic", "account", "reach", "giver", "thanker", "acceptance"),
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
    """What was read so far: posts wait on disk until it is known which of them are the newest, in
    which category, and of a topic that everybody may see.

    So files are read once, in any order: what says that a topic is private may come after its
    posts, which are left out then.
    """

    reading: Reading
    spool: Spool
    posts: list[Waiting] = field(default_factory=list)
    reactions: list[Waiting] = field(default_factory=list)
    placed: list[pl.DataFrame] = field(default_factory=list)
    topics: list[pl.DataFrame] = field(default_factory=list)
    closings: Rows = field(default_factory=lambda: Rows(_CLOSINGS))
    categories: dict[int, tuple[str | None, int | None]] = field(default_factory=dict)
    """Names of categories, and the categories that they are part of."""
    solving_topics: set[int] = field(default_factory=set)
    solving_categories: set[int] = field(default_factory=set)
    restricted: set[int] = field(default_factory=set)
    """Categories that only some may see."""
    closed: set[int] = field(default_factory=set)
    """Topics that only some may see."""
    addresses: Counter[tuple[int, str]] = field(default_factory=Counter)
    """How often a post of a topic links to the forum by an address."""
    seen_at: datetime | None = None
    """When somebody was last there, by the list of users."""
    place: int = 0
    lists: int = 0
    topics_named: int = 0
    refused: int = 0
    _posts: Rows = field(default_factory=lambda: Rows(_POSTS))
    _topics: Rows = field(default_factory=lambda: Rows(_TOPICS))
    _reactions: Rows = field(default_factory=lambda: Rows(_REACTIONS))
    _conversations: Conversations = field(
        default_factory=lambda: Conversations(joins_messages=False)
    )

    @property
    def has_posts(self) -> bool:
        """Return whether there is a post that everybody may see; to be asked once all is finished."""
        return any(map(len, self.placed))

    @property
    def is_quiet(self) -> bool:
        """Return whether the files are a forum's, though nobody wrote what everybody may see."""
        left_out = self.reading.skipped.keys()
        return not self.refused and left_out <= NEVER_OPENED and bool(self.lists or left_out)

    def take_file(self, export: Export, name: str) -> None:
        """Take every topic, post and category of a file; what it holds besides is counted."""
        try:
            for value in values(export, name):
                if not self._take(mapping(value)):
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

    def _take(self, told: dict[str, Any]) -> bool:
        categories = told.get("categories") or mapping(told.get("category_list")).get("categories")
        topics = mapping(told.get("topic_list")).get("topics")
        if isinstance(told.get("post_stream"), dict):
            self.take_topic(told)
        elif isinstance(told.get("latest_posts"), list):
            self.lists += 1
            for post in mappings(told["latest_posts"]):
                self._take_post(post, None)
        elif "topic_id" in told and "post_number" in told:
            self._take_post(told, None)
        elif isinstance(topics, list):
            self.lists += 1
            self.topics_named += len(topics)
            for topic in mappings(topics):
                self._note_topic(topic, whole=True)
        elif isinstance(categories, list):
            for category in mappings(categories):
                self._take_category(category)
        elif "error_type" in told or "errors" in told:
            self.refused += 1
        else:
            return False
        return True

    def _take_category(self, category: Mapping[str, Any]) -> None:
        key = number(category.get("id"))
        name = text(category.get("name"))
        if key is None:
            return
        self.categories[key] = (name, number(category.get("parent_category_id")))
        if category.get("read_restricted") is True:
            self.restricted.add(key)
        if mapping(category.get("custom_fields")).get("enable_accepted_answers") in (True, "true"):
            self.solving_categories.add(key)
        for part in mappings(category.get("subcategory_list")):
            self._take_category(part)

    def take_topic(self, topic: Mapping[str, Any]) -> None:
        """Take a topic and its posts, as `/t/ID.json` answers; `topic` has a mapping as its
        `post_stream`.
        """
        posts = mappings(topic["post_stream"].get("posts"))
        self.lists += not posts
        self.topics_named += not posts
        key = number(topic.get("id"))
        if self._is_closed(topic):  # remembered, as its posts may have files of their own
            is_private = topic.get("archetype") == PRIVATE_MESSAGE
            why = OF_A_MESSAGE if is_private else RESTRICTED
            self.reading.skip(why, f"topic {key}", rows=max(len(posts), 1))
            return
        if key is not None and "title" in topic:
            self._note_topic(topic, whole=True)
        for post in posts:
            self._take_post(post, key)

    def _is_closed(self, topic: Mapping[str, Any]) -> bool:
        """Return whether only some may see a topic, as far as is known, and remember it."""
        key = number(topic.get("id"))
        is_private = topic.get("archetype") == PRIVATE_MESSAGE
        is_closed = is_private or self._is_restricted(number(topic.get("category_id")))
        if key is not None and is_closed:
            self.closed.add(key)
        return is_closed or key in self.closed

    def _is_restricted(self, category: int | None) -> bool:
        """Return whether only some may see a category, as far as is known: it or one that it is
        part of.
        """
        met = set()
        while category is not None and category not in met:
            if category in self.restricted:
                return True
            met.add(category)
            category = self.categories.get(category, (None, None))[1]
        return False

    def _note_topic(self, topic: Mapping[str, Any], *, whole: bool) -> None:
        key = number(topic.get("id"))
        if self._is_closed(topic):
            return
        if key is None:
            self.reading.skip("a topic without a readable id", str(text(topic.get("slug"))))
            return
        answer = mapping(topic.get("accepted_answer"))
        answers = mappings(topic.get("accepted_answers"))
        accepters = {text(each.get("accepter_username")) for each in (answer, *answers) if each}
        says = (topic.get("has_accepted_answer"), topic.get("can_have_answer"))
        if answer or answers or any(each is True for each in says):
            self.solving_topics.add(key)
        views, closed = topic.get("views"), topic.get("closed")
        stream = sequence(mapping(topic.get("post_stream")).get("stream"))
        self._topics.add(
            place=self.place,
            topic=key,
            whole=whole,
            newest_at=time(topic.get("last_posted_at")) or time(topic.get("created_at")),
            title=text(topic.get("title")),
            slug=text(topic.get("slug")),
            category=number(topic.get("category_id")),
            tags=_tags(topic.get("tags")),
            views=None if views is None else count(views, MOST_VIEWS),
            closed=closed if isinstance(closed, bool) else None,
            created_at=time(topic.get("created_at")),
            deleted_at=time(topic.get("deleted_at")),
            answer=number(answer.get("post_number")),
            accepter=accepters.pop() if len(accepters) == 1 else None,
            posts=len(stream) or None,
        )
        self.place += 1

    def _take_post(self, post: Mapping[str, Any], of: int | None) -> None:
        """Take a post of a topic that is read, or one that names its topic itself."""
        key = number(post.get("id"))
        topic = number(post.get("topic_id")) if of is None else of
        at = time(post.get("created_at"))
        kind = number(post.get("post_type", REGULAR))
        if key is None or topic is None:
            self.reading.skip(
                "a post without a readable id or topic", f"post {key} of topic {topic}"
            )
        elif at is None:
            self.reading.skip("a post without a readable date", f"post {key}")
        elif topic in self.closed or self._is_restricted(number(post.get("category_id"))):
            self.reading.skip(RESTRICTED, f"post {key}")
        elif kind == WHISPER:
            self.reading.skip(WHISPERED, f"post {key}")
        elif kind not in (REGULAR, *NOTICES):
            self.reading.skip("a post of a type that is not known", f"post {key}")
        else:
            self._add_post(post, key, topic, at, kind)
            self._note_what_it_tells(post, key, topic)
            if kind in NOTICES and post.get("action_code") in CLOSINGS:
                self.closings.add(topic=topic, at=at, what=post["action_code"])
            if of is None:
                self._note_topic(_topic_of(post, topic), whole=False)
            self.place += 1

    def _add_post(
        self, post: Mapping[str, Any], key: int, topic: int, at: datetime, kind: int
    ) -> None:
        updated_at, reads = time(post.get("updated_at")), post.get("reads")
        gone_at = (updated_at or at) if post.get("user_deleted") is True else None
        username = text(post.get("username"))
        self._posts.add(
            place=self.place,
            post=key,
            topic=topic,
            user=number(post.get("user_id")),
            username=username,
            name=text(post.get("name")) or username,
            number=number(post.get("post_number")),
            type=kind,
            created_at=at,
            updated_at=updated_at,
            deleted_at=time(post.get("deleted_at")) or gone_at,
            accepted=post.get("accepted_answer") is True,
            reads=None if reads is None else count(reads, MOST_VIEWS),
            replies=count(post.get("reply_count"), MOST_REACTIONS),
            text=text(post.get("cooked")) if "cooked" in post else text(post.get("raw")),
        )

    def _note_what_it_tells(self, post: Mapping[str, Any], key: int, topic: int) -> None:
        """Take from a post whether its topic may be solved, what the forum's address is, and who
        reacted.
        """
        may_solve = ("accepted_answer", "can_accept_answer", "topic_accepted_answer")
        if any(post.get(name) is True for name in may_solve):
            self.solving_topics.add(topic)
        for link in mappings(post.get("link_counts")):
            url = link.get("url")
            found = _ADDRESS.match(url) if isinstance(url, str) else None
            if found and link.get("internal") is True:
                self.addresses[topic, found.group(1)] += 1
        for kind, each in _reactions_of(post):
            self._note_reactions(key, kind, each)

    def _note_reactions(self, post: int, kind: str, told: Mapping[str, Any]) -> None:
        """Take reactions of one kind: a row for each giver who is named, one for all others."""
        row = {"place": self.place, "post": post, "kind": kind}
        known = [user for user in mappings(told.get("users")) if text(user.get("username"))]
        for user in known:
            username = text(user.get("username"))
            at = time(user.get("created_at"))
            self._reactions.add(**row, username=username, given_at=at, times=1)
        unknown = count(told.get("count"), MOST_REACTIONS) - len(known)
        if unknown > 0:
            self._reactions.add(**row, times=unknown)

    def flush_when_full(self) -> None:
        """Flush if a batch of posts has been taken."""
        if len(self._posts) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Put the posts taken so far on the disk, their texts read for the rules and dropped."""
        if self._topics:
            self.topics.append(self._topics.taken())
        if self._posts:
            posts = self._ruled(self._posts.taken())
            self.placed.append(posts.select(_PLACED))
            self.posts.append(self.spool.put(posts))
            self.reactions.append(self.spool.put(self._reactions.taken()))

    def finish(self) -> None:
        """Flush, and leave out what everybody may not see: of some posts it comes out last."""
        self.flush()
        for topics in self.topics:
            told = topics.select("topic", "category").drop_nulls().unique()
            self.closed |= {topic for topic, of in told.iter_rows() if self._is_restricted(of)}
        is_closed = pl.col("topic").is_in(self.closed)
        example = pl.lit("post ") + _key("post")
        for place, posts in enumerate(self.placed):
            self.placed[place] = without(posts, is_closed, RESTRICTED, self.reading, example)
        self.topics = [topics.filter(~is_closed) for topics in self.topics]

    def _ruled(self, posts: pl.DataFrame) -> pl.DataFrame:
        """Return the posts with the rules that their texts fire instead of these, and whether they
        open their topic.
        """
        opens = ((pl.col("number") == 1) & (pl.col("type") == REGULAR)).fill_null(False)
        thread = pl.lit("t") + _key("topic")
        post = pl.lit("p") + _key("post")
        messages = posts.select(
            pl.when(opens).then(thread).otherwise(post).alias("key"),
            thread.alias("thread"),
            pl.col("created_at").alias("at"),
            from_html(pl.col("text")).alias("text"),
        )
        by_table = dict(self._conversations.batches(messages))
        return posts.drop("text").with_columns(opens.alias("opens"), by_table["post"]["rules"])


def _topic_of(post: Mapping[str, Any], topic: int) -> dict[str, Any]:
    """Return what a post that has a file of its own tells of its topic."""
    return {
        "id": topic,
        "title": post.get("topic_title"),
        "slug": post.get("topic_slug"),
        "category_id": post.get("category_id"),
        "last_posted_at": post["created_at"],
    }


def _reactions_of(post: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the reactions that the plugin of that name lists, which has the likes too, else the
    likes.
    """
    listed = mappings(post.get("reactions"))
    given = [(kind, each) for each in listed if (kind := text(each.get("id")))]
    if given:
        return given
    actions = mappings(post.get("actions_summary"))
    return [("like", each) for each in actions if number(each.get("id")) == LIKE]


def _tags(value: object) -> list[str] | None:
    """Return a topic's tags, spelt as names or as objects with one; None where the export does not
    tell.
    """
    if not isinstance(value, list):
        return None
    return texts([tag.get("name") if isinstance(tag, dict) else tag for tag in value])


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
            seen_at = time(row.get("last_seen_at"))
            if seen_at is not None:
                forum.seen_at = max(seen_at, forum.seen_at or seen_at)
            yield (
                user,
                text(row["username"]),
                text(row.get("name")) or text(row["username"]),
                hash_of(email),
                time(row.get("created_at")),
                not _says(row, "active", "false") or _says(row, "staged", "true"),
            )


def _says(row: Mapping[str, Any], column: str, what: str) -> bool:
    return (text(row.get(column)) or "").lower() == what


# The tables


def tables(forum: Forum, users_listed: Sequence[tuple[Any, ...]] = ()) -> Iterator[Batch]:
    """Yield the tables of all that was taken, once it is finished; `users_listed` are rows of `_LISTED`."""
    listed = pl.DataFrame(users_listed, schema=dict(_LISTED), orient="row")
    placed = pl.concat([Rows(_POSTS).taken().select(_PLACED), *forum.placed])
    newest = _newest_posts(forum, placed)
    users, topics = _users(forum, placed), _topics(forum, newest)
    _note_times(forum, placed, newest, topics)
    _refuse_without_replies(forum, placed, newest, topics)
    yield Batch("member", _members(forum, users, listed))
    yield Batch("thread", _threads(forum, topics, newest))
    if topics["tags"].count():
        tagged = topics.select(_key("topic").alias("thread"), pl.col("tags").alias("topic"))
        yield Batch("topic", tagged.explode("topic").drop_nulls())
    yield Batch("read", _reads(newest))
    ids = users.drop_nulls("username").select(
        pl.col("username").str.to_lowercase(), _key("user").alias("giver")
    )
    ids = ids.unique("username", keep="last", maintain_order=True)
    for posts, reactions in zip(forum.posts, forum.reactions, strict=True):
        yield Batch("post", _posts(_kept(posts.take(), newest), topics, ids))
        yield one_each(_reactions(_kept(reactions.take(), newest), ids))


def _kept(rows: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the posts' newest states."""
    return rows.join(newest.select("place"), on="place", how="semi", maintain_order="left")


def _newest_posts(forum: Forum, placed: pl.DataFrame) -> pl.DataFrame:
    """Return where the newest state of each post is: edited last, else read by most, else last in
    the export.
    """
    newest = placed.sort("updated_at", "reads", "place", nulls_last=False)
    newest = newest.unique("post", keep="last", maintain_order=True)
    repeated = len(placed) - len(newest)
    if repeated:
        forum.reading.notes.append(
            f"{repeated:,} posts are there once more; the newest state of each counts."
        )
    return newest.sort("place")


def _users(forum: Forum, placed: pl.DataFrame) -> pl.DataFrame:
    """Return everybody who wrote, as their newest post names them."""
    found = [Rows({name: _POSTS[name] for name in _USERS}).taken()]
    for posts in forum.posts:
        writers = _kept(posts.look("place", *_USERS), placed).select(_USERS).drop_nulls("user")
        newest = writers.sort("created_at").unique("user", keep="last", maintain_order=True)
        found.append(newest)
    users = pl.concat(found).sort("created_at")
    return users.unique("user", keep="last", maintain_order=True).drop("created_at")


def _reads(newest: pl.DataFrame) -> pl.DataFrame:
    """Return how many read the posts of each topic that tells it."""
    totals = newest.group_by("topic", maintain_order=True).agg(
        pl.col("reads").sum(), told=pl.col("reads").count()
    )
    return totals.filter(pl.col("told") > 0).select(_key("topic").alias("thread"), "reads")


def _topics(forum: Forum, newest: pl.DataFrame) -> pl.DataFrame:
    """Return one row a topic that has posts, as its newest state tells it, with `is_question` and
    `channel`.
    """
    told = pl.concat([Rows(_TOPICS).taken(), *forum.topics])
    told = told.sort("whole", "newest_at", "views", "place", nulls_last=False)
    # Of the accepted answer the newest state counts, even where it is that there is none.
    of_newest = ("whole", "answer", "accepter")
    known = [name for name in _TOPICS if name not in ("topic", "place", *of_newest)]
    told = told.group_by("topic", maintain_order=True).agg(
        pl.col(known).drop_nulls().last(), pl.col(of_newest).last()
    )
    there = newest.select("topic").unique(maintain_order=True)
    topics = there.join(told, on="topic", how="left", maintain_order="left")
    may_solve = pl.col("topic").is_in(list(forum.solving_topics))
    categories = {
        *topics.filter(may_solve)["category"].drop_nulls(),
        *forum.solving_categories,
    }
    category, names = pl.col("category"), _channel_names(forum.categories)
    named = category.replace_strict(names, default=None, return_dtype=pl.String)
    is_question = pl.when(category.is_null()).then(may_solve)
    return topics.with_columns(
        is_question.otherwise(category.is_in(list(categories))).alias("is_question"),
        pl.coalesce(named, pl.lit("category ") + _key("category")).alias("channel"),
    )


def _channel_names(categories: Mapping[int, tuple[str | None, int | None]]) -> dict[int, str]:
    """Return each category's name, with its parent's before it where two have the same."""
    names = {key: name for key, (name, _) in categories.items() if name is not None}
    used = Counter(names.values())
    return {
        key: f"{names[parent]} / {name}" if used[name] > 1 and parent in names else name
        for key, name in names.items()
        for parent in (categories[key][1],)
    }


def _note_times(
    forum: Forum, placed: pl.DataFrame, newest: pl.DataFrame, topics: pl.DataFrame
) -> None:
    """Say when the export was made, as nearly as it tells."""
    grown = int(newest["reads"].sum() or 0) + int(topics["views"].sum() or 0)
    told: list[Any] = [forum.seen_at, placed["created_at"].max(), placed["updated_at"].max()]
    told += [topics["newest_at"].max() for topics in forum.topics]
    forum.reading.date_by(max(filter(None, told), default=None), counted=grown)


def _refuse_without_replies(
    forum: Forum, placed: pl.DataFrame, newest: pl.DataFrame, topics: pl.DataFrame
) -> None:
    """Say how many posts of the topics are missing; raises `CopError` where all that answer are."""
    have = newest.group_by("topic").agg(pl.len().alias("have"))
    missing = topics.join(have, on="topic").select(
        "posts", (pl.col("posts") - pl.col("have")).alias("missing")
    )
    missing = missing.filter(pl.col("missing") > 0)
    has_replies = len(missing) > 0 or placed["replies"].sum() > 0
    if len(newest) and (newest["number"] == 1).all() and has_replies:
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
    never = ~pl.col("activated") & ~writes
    listed = without(listed, never, NEVER_ACTIVATED, forum.reading, pl.lit("user ") + _key("user"))
    others = users.join(listed, on="user", how="anti", maintain_order="left")
    people = pl.concat([others, listed.drop("activated")], how="diagonal")
    return people.select(
        _key("user").alias("member"),
        "name",
        "username",
        "email_hash",
        "joined_at",
        (pl.col("user") < 0).alias("is_bot"),
        pl.col("username").str.contains(ANONYMOUS).fill_null(False).alias("is_deleted"),
    )


def _threads(forum: Forum, topics: pl.DataFrame, newest: pl.DataFrame) -> pl.DataFrame:
    """Return the topics; where its views are not told, the readers of the first post stand in."""
    opening = newest.filter(pl.col("number") == 1).unique("topic", keep="last")
    closings = forum.closings.taken().sort("at").unique("topic", keep="last", maintain_order=True)
    by_hand = closings.filter(pl.col("what") == CLOSED).select("topic", closed_at="at")
    threads = topics
    for beside in (opening.select("topic", opened="reads"), by_hand):
        threads = threads.join(beside, on="topic", how="left", maintain_order="left")
    closed_at = pl.when(pl.col("closed").fill_null(True)).then(pl.col("closed_at"))
    return threads.select(
        _key("topic").alias("thread"),
        pl.when("is_question").then(pl.lit(QUESTION)).otherwise(pl.lit(MESSAGE)).alias("kind"),
        pl.coalesce("title", pl.col("slug").str.replace_all("-", " ")).alias("title"),
        (pl.lit(_address(forum), dtype=pl.String) + "/t/" + _key("topic")).alias("url"),
        "channel",
        "created_at",
        closed_at.alias("closed_at"),
        pl.when(closed_at.is_not_null()).then(pl.lit("closed")).alias("closed_as"),
        pl.coalesce("views", "opened").alias("views"),
    )


def _address(forum: Forum) -> str | None:
    """Return the forum's address, as most links within it have it."""
    times: Counter[str] = Counter()
    for (topic, address), links in forum.addresses.items():
        if topic not in forum.closed:
            times[address] += links
    return next((address for address, _ in times.most_common(1)), None)


def _posts(posts: pl.DataFrame, topics: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    of_topic = topics.select(
        "topic",
        "is_question",
        "answer",
        pl.col("deleted_at").alias("topic_deleted_at"),
        pl.col("accepter").str.to_lowercase().alias("username"),
    )
    accepters = of_topic.join(ids, on="username", how="left").drop("username")
    told = posts.join(accepters, on="topic", how="left", maintain_order="left")
    speaks, is_question = pl.col("type") == REGULAR, pl.col("is_question")
    accepted = pl.coalesce(pl.col("number") == pl.col("answer"), pl.col("accepted"))
    asks = pl.when(pl.col("opens") & is_question).then(pl.lit(QUESTION))
    kind = pl.when(pl.col("type").is_in(NOTICES)).then(pl.lit(NOTICE))
    return told.select(
        _key("post"),
        _key("topic").alias("thread"),
        _key("user").alias("author"),
        kind.otherwise(asks.otherwise(pl.lit(MESSAGE))).alias("kind"),
        "created_at",
        pl.coalesce("deleted_at", "topic_deleted_at").alias("deleted_at"),
        pl.when(is_question & speaks & ~pl.col("opens")).then(accepted).alias("accepted"),
        pl.when(is_question & speaks & accepted).then(pl.col("giver")).alias("solved_by"),
        pl.when(speaks).then(pl.col("rules")).alias("rules"),
    )


def _reactions(given: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    named = given.with_columns(pl.col("username").str.to_lowercase())
    named = named.join(ids, on="username", how="left", maintain_order="left")
    return named.select(_key("post"), "giver", "kind", "given_at", "times")
