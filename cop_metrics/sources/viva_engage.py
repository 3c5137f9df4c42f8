"""Viva Engage (Yammer): the network export of an administrator, a .zip of CSV files such as
Messages.csv and Users.csv.

Microsoft does not fix the names of columns: `SPELLINGS` lists those that are known, to which one
more can be added.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import TITLE_LENGTH, Conversations, from_html
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import batch_of, hash_of, hashes_of, without
from cop_metrics.sources.source import Batch, Reading, Records, Source, measured
from cop_metrics.sources.spreadsheet import times_of
from cop_metrics.tables import ANSWER, NOTICE, QUESTION
from cop_metrics.tabular import (
    Place,
    Texts,
    columns_by_name,
    header_of,
    listed,
    nothing_as_null,
    plain_name,
    refuse_rounded_keys,
    texts_of,
    whole_keys,
)

MOST_REACTIONS = 10_000

MESSAGES, USERS, GROUPS, TOPICS, TAGS, REACTIONS = (
    "messages",
    "users",
    "groups",
    "topics",
    "messagetags",
    "reactions",
)
FILES: Mapping[str, tuple[str, ...]] = {
    MESSAGES: ("messages", "message"),
    USERS: ("users", "user", "members"),
    GROUPS: ("groups", "communities", "group"),
    TOPICS: ("topics",),
    TAGS: ("messagetags", "messagetopics", "taggings", "tags"),
    REACTIONS: (
        "reactions",
        "messagereactions",
        "reactedto",
        "messagereactedto",
        "likes",
        "messagelikes",
        "messageslikes",
    ),
}
SPELLINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    MESSAGES: {
        "id": ("id", "message_id"),
        "thread": ("thread_id", "conversation_id", "thread_starter_id"),
        "replied_to": (
            "replied_to_id",
            "reply_to_id",
            "in_reply_to_id",
            "replied_to_message_id",
            "parent_id",
        ),
        "sender": ("sender_id", "user_id", "author_id", "creator_id", "posted_by_id"),
        "sender_name": ("sender_name", "user_name", "author_name", "full_name", "posted_by"),
        "sender_email": ("sender_email", "user_email", "author_email", "email"),
        "sender_type": ("sender_type", "author_type"),
        "created_at": (
            "created_at",
            "created",
            "created_date",
            "creation_date",
            "posted_at",
            "sent_at",
            "timestamp",
        ),
        "deleted_at": ("deleted_at", "deleted_date", "deletion_date"),
        "body": ("body", "body_plain", "message_body", "content", "text", "message"),
        "html": ("html_body", "body_html", "body_rich", "rich_body"),
        "type": ("message_type", "post_type", "type"),
        "group": ("group_id", "community_id"),
        "group_name": ("group_name", "community_name", "group", "community"),
        "title": ("title", "subject", "headline"),
        "url": ("web_url", "message_url", "permalink", "url"),
        "likes": (
            "likes_count",
            "like_count",
            "likes",
            "liked_by_count",
            "reaction_count",
            "reactions_count",
            "reactions",
        ),
        "is_question": ("is_question", "question"),
        "best_answer": ("best_answer_id", "best_reply_id", "best_answer_message_id"),
        "is_best": ("is_best_answer", "best_answer", "is_best_reply", "marked_best_answer"),
        "is_private": (
            "in_private_conversation",
            "private_conversation",
            "is_direct_message",
            "direct_message",
            "is_direct",
            "is_private",
            "private",
            "is_private_message",
            "private_message",
        ),
        "in_private_group": (
            "in_private_group",
            "is_private_group",
            "private_group",
            "in_private_community",
            "private_community",
        ),
        "tags": ("topics", "tags", "topic_names"),
        "is_draft": ("is_draft", "draft", "draft_state", "message_state"),
    },
    USERS: {
        "id": ("id", "user_id"),
        "name": ("name", "full_name", "display_name"),
        "email": ("email", "email_address", "primary_email", "user_principal_name", "upn"),
        "joined_at": ("joined_at", "joined", "created_at", "activated_at"),
        "deleted_at": ("deleted_at", "removed_at"),
        "state": ("state", "status", "user_state"),
    },
    GROUPS: {
        "id": ("id", "group_id", "community_id"),
        "name": ("name", "full_name", "group_name", "community_name"),
        "is_private": ("private", "is_private", "privacy", "visibility", "access"),
    },
    TOPICS: {"id": ("id", "topic_id"), "name": ("name", "topic_name", "topic")},
    TAGS: {
        "message": ("message_id", "thread_id", "taggable_id"),
        "topic": ("topic_id", "tag_id", "topic", "tag", "name"),
    },
    REACTIONS: {
        "message": ("message_id", "post_id", "reacted_to_id"),
        "giver": ("user_id", "sender_id", "giver_id", "reacted_by_id"),
        "kind": ("reaction", "reaction_type", "type", "kind"),
        "given_at": ("created_at", "reacted_at", "given_at", "activated_at"),
    },
}
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    MESSAGES: (
        ("id",),
        ("thread", "replied_to"),
        ("sender", "sender_email", "sender_name"),
        ("created_at",),
    ),
    USERS: (("id",),),
    GROUPS: (("id",), ("name",)),
    TOPICS: (("id",), ("name",)),
    TAGS: (("message",), ("topic",)),
    REACTIONS: (("message",),),
}
"""What a file cannot be read without: of each group of columns, one."""

TELLING = (
    "thread_id",
    "replied_to_id",
    "sender_id",
    "group_id",
    "in_private_conversation",
    "gdpr_delete_url",
)
YES = (
    *("true", "yes", "1", "1.0", "t", "y", "on"),
    *(
        "wahr",
        "ja",
        "vrai",
        "oui",
        "verdadero",
        "sí",
        "vero",
        "sì",
        "waar",
        "verdadeiro",
        "prawda",
        "sant",
        "tosi",
        "истина",
    ),
)
NO = (
    *("false", "no", "0", "0.0", "f", "n", "off"),
    *(
        "falsch",
        "nein",
        "faux",
        "non",
        "falso",
        "onwaar",
        "nee",
        "fałsz",
        "falskt",
        "falsk",
        "epätosi",
        "ложь",
    ),
)
"""Yes and no, also as spreadsheets write them in other languages."""
PRIVATE = "a private message, which is nobody else's"
PRIVATE_GROUP = "a message of a private community"
PUBLIC = (
    *NO,
    "public",
    "open",
    "öffentlich",
    "offen",
    "público",
    "pubblico",
    "publiek",
    "openbaar",
)
OUTSIDE = "a message outside of groups, where the export does not tell private ones"
STORYLINE = "a post outside of groups: a person's storyline, or All Company"
DRAFT = "a draft, which was not posted"
PRIVATE_TYPES = r"private|direct|^chat$"
NOTICE_TYPES = ("system", "notification", "notice")
RULE_OF_TYPE = {"poll": "poll", "announcement": "announcement", "praise": "announcement"}
PROGRAMS = ("bot", "guide", "application", "app", "system")


def recognises(export: Export) -> bool:
    """Return whether the export holds a Messages.csv of a network: by its neighbours, or by the
    names of its columns.
    """
    files = _files(export)
    if MESSAGES not in files:
        return False
    try:
        header = {plain_name(name) for name in header_of(export, Place(files[MESSAGES][0], None))}
    except (CopError, ValueError):
        return False
    told = sum(plain_name(name) in header for name in TELLING)
    return told >= 2 or (told == 1 and (USERS in files or GROUPS in files))


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield members, threads, posts, topics and reactions; memory grows by some 200 bytes a
    message.

    Raises `CopError` when there is no Messages.csv, or a file lacks a column that it cannot be read
    without.
    """
    files = _files(export)
    if MESSAGES not in files:
        raise CopError(
            f"'{export.path.name}' holds no Messages.csv. Found: {listed(export.names)}. Give the .zip that "
            "'Export Network Data' made, or the folder it was unpacked to."
        )
    network = _Network(export=export, files=files, reading=reading)
    columns = network.columns
    network.note_what_is_missing()
    has_topics = TOPICS in files or TAGS in files or "tags" in columns
    has_reactions = REACTIONS in files or "likes" in columns
    yield from measured(*["topic"] * has_topics, *["reaction"] * has_reactions)
    network.look_at_threads()
    yield from _members(network)
    yield from _messages(
        network, with_likes=has_reactions and REACTIONS not in files, with_topics=has_topics
    )
    yield from _reactions(network)
    yield from _other_senders(network)
    network.refuse_one_person()
    reading.is_quiet = not network.last and reading.skipped.keys() <= {
        PRIVATE,
        PRIVATE_GROUP,
        OUTSIDE,
        STORYLINE,
        DRAFT,
    }


SOURCE = Source(
    id="viva_engage",
    title="Viva Engage or Yammer network export",
    how_to_export=(
        "As a verified administrator: Viva Engage admin center, 'Export network data' (in Yammer: Network Admin, 'Export "
        "Data'), a range of dates, without files. Give the .zip as it is. Daily or weekly exports may lie in one folder."
    ),
    personal_fields=(
        "Users.csv: id, name, email (kept as a hash)",
        "Messages.csv: sender_id, sender_name, sender_email (kept as a hash), title, body (first words)",
    ),
    records=Records(
        always=("member", "thread", "post"),
        sometimes=("topic", "reaction", "account", "giver", "thanker", "acceptance"),
    ),
    cannot_measure=(
        "who reads: the export holds neither views nor visits",
        "who belongs to which community",
        "when a message was liked, and often by whom: many exports hold counts at most",
    ),
    never_opens=(
        "private messages, and messages of private communities; and what stands outside of groups, where the export does not "
        "tell which messages are private",
        "uploaded files, pages and notes",
    ),
    version=3,
    private_before=3,
    recognises=recognises,
    read=read,
)


# Which files and columns


def _files(export: Export) -> dict[str, list[str]]:
    """Return the files of each kind, in the order of their names; an export cut by dates has
    several.
    """
    found: dict[str, list[str]] = {}
    for name in export.names:
        path = PurePosixPath(name)
        stem = plain_name(re.sub(r"[\s_\-(]*\d*\)?$", "", path.stem))
        if path.suffix.lower() == ".csv":
            for kind, stems in FILES.items():
                if stem in stems:
                    found.setdefault(kind, []).append(name)
    return found


@dataclass(kw_only=True)
class _Network:
    """The export that is read, and what is known of its messages before they are yielded.

    `last` is the number of the last row of each message: of copies, that one counts.
    """

    export: Export
    files: dict[str, list[str]]
    reading: Reading
    last: dict[str, int] = field(default_factory=dict)
    thread_of: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    senders: dict[str, tuple[str | None, str | None, bool]] = field(default_factory=dict)
    topics: set[tuple[str, str]] = field(default_factory=set)
    counts_rows: bool = False

    @cached_property
    def columns(self) -> set[str]:
        """Return which columns of messages are there, in any file."""
        places = [Place(name, None) for name in self.files[MESSAGES]]
        return {
            column
            for place in places
            for column in _found(MESSAGES, place, header_of(self.export, place))
        }

    def note_what_is_missing(self) -> None:
        missing = {
            "is_private": "tells private messages: what stands outside of groups is left out",
            "type": "tells questions, such as message_type: they are found by their words",
        }
        for column, what in missing.items():
            if column not in self.columns and not (
                column == "type" and "is_question" in self.columns
            ):
                self.reading.notes.append(f"Messages.csv has no column that {what}.")
        self.reading.lists_accounts = USERS in self.files
        if USERS not in self.files:
            self.reading.notes.append(
                "There is no Users.csv: members are known by what they wrote, without a day of joining."
            )

    def tables(self, kind: str, only: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
        """Yield the rows of all files of a kind as stripped text, null where empty, and `place`,
        where each stands.
        """
        for name in self.files.get(kind, []):
            place = Place(name, None)

            def columns(header: Sequence[str], place: Place = place) -> dict[str, int]:
                found = _found(kind, place, header)
                return {column: at for column, at in found.items() if not only or column in only}

            for texts in texts_of(self.export, place, columns, self._uneven):
                yield _with_places(texts, name, SPELLINGS[kind])

    def _uneven(self, place: str) -> None:
        if self.counts_rows:  # messages are read twice
            self.reading.skip("a row with more or fewer columns than the header", place)

    def without(self, rows: pl.DataFrame, wrong: pl.Expr, reason: str) -> pl.DataFrame:
        """Return the rows that are not wrong, and count the others by reason."""
        return without(rows, wrong, reason, self.reading, pl.col("place"))

    def reasons(self) -> dict[str, pl.Expr]:
        """Return why a message is left out, in the order in which that is asked."""
        private_type = (
            pl.col("type").str.to_lowercase().str.contains(PRIVATE_TYPES).fill_null(False)
        )
        in_private_group = pl.col("group").is_in(self.private_groups).fill_null(False)
        untold = "is_private" not in self.columns
        outside = pl.col("group").is_null() & pl.col("group_name").is_null()
        return {
            PRIVATE: _says_private("is_private") | private_type,
            PRIVATE_GROUP: _says_private("in_private_group") | in_private_group,
            OUTSIDE: pl.lit(untold) & outside,
            STORYLINE: pl.lit(GROUPS in self.files) & outside,
            DRAFT: _is_yes("is_draft") | (pl.col("is_draft").str.to_lowercase() == "draft"),
            "a message without an id": pl.col("id").is_null(),
            "a message whose time cannot be read": pl.col("at").is_null(),
        }

    @cached_property
    def private_groups(self) -> list[str]:
        """Return the ids of the groups that not everybody may read, as far as the list of groups
        tells.
        """
        told = [rows.filter(_says_private("is_private"))["id"] for rows in self.tables(GROUPS)]
        return pl.concat(told).drop_nulls().to_list() if told else []

    def refuse_one_person(self) -> None:
        """Raise `CopError` where all is one person's and answers what is not here: that is an
        export of their account.
        """
        people = {key for key, (_, _, is_program) in self.senders.items() if not is_program}
        missing = {thread for thread in self.thread_of.values() if thread not in self.thread_of}
        if len(people) == 1 and missing:
            raise CopError(
                f"All {len(self.last):,} messages are one person's, and {len(missing):,} conversations that they answer are not "
                "here: this is what one account may export of its own, in which nobody else's answers are. An administrator of "
                "the network exports all of it: Viva Engage admin center, Export Network Data."
            )

    def look_at_threads(self) -> None:
        """Find which message opens each thread, which threads are questions, and which replies
        solved them.
        """
        parent: dict[str, str] = {}
        first: dict[str, _Order] = {}
        for number, told in enumerate(self._kept_messages()):
            key, named, replied_to, at, asks, best_answer, best = told
            self.last[key] = number
            replies = bool(replied_to) and replied_to != key
            self.thread_of.pop(key, None)
            if named:
                self.thread_of[key] = named
                order = _Order(key != named, replies, str(at), key)
                first[named] = min(first.get(named, order), order)
            elif replies:
                parent[key] = replied_to
            if asks:
                self.asked.add(key)
            self.accepted |= {each for each in (best_answer, _accepted(key, best)) if each}
        self._name_threads(parent, first)
        self.counts_rows = True

    def _kept_messages(self) -> Iterator[tuple[Any, ...]]:
        """Yield what `look_at_threads` needs of each message that is not left out."""
        wanted = ("id", "thread", "replied_to", "at", _asks(), "best_answer")
        for rows in self.tables(MESSAGES, BEFORE):
            told = rows.with_columns(_times(rows["created_at"]).alias("at"))
            for wrong in self.reasons().values():
                told = told.filter(~wrong.fill_null(False))
            best = pl.col("is_best").str.to_lowercase()
            yield from told.select(*wanted, best).iter_rows()

    def _name_threads(self, parent: Mapping[str, str], first: Mapping[str, "_Order"]) -> None:
        """Call each thread by the message that opens it: the one that names it, else the first."""
        # A starter outside of the export's dates keeps its key: an earlier export may tell of it.
        opens = {
            named: order.key
            for named, order in first.items()
            if not (order.is_other and order.replies)
        }
        for key in self.last:
            named = self.thread_of.get(key)
            self.thread_of[key] = opens.get(named, named) if named else _top(key, parent)
        answering = {key for key in self.accepted if self.thread_of.get(key, key) != key}
        self.asked |= {self.thread_of[key] for key in answering}


class _Order(NamedTuple):
    """What sorts the messages of a thread: the one that the thread is called by comes first, then
    what replies to nothing, then the oldest.
    """

    is_other: bool
    replies: bool
    at: str
    key: str


KEYS = {"id", "thread", "replied_to", "sender", "group", "best_answer", "message", "topic", "giver"}
BEFORE = (
    "id",
    "thread",
    "replied_to",
    "created_at",
    "type",
    "is_question",
    "best_answer",
    "is_best",
    "is_private",
    "in_private_group",
    "is_draft",
    "group",
    "group_name",
    "sender",
    "sender_name",
    "sender_email",
)


def _accepted(key: str, best: str | None) -> str | None:
    """Return the message that a column of best answers means: this one if it says yes, else the one
    it names.
    """
    if best is None or best in NO:
        return None
    return key if best in YES else best


def _top(key: str, parent: Mapping[str, str]) -> str:
    """Return the message at the top of a chain of replies, there or not; a ring ends where it
    began.
    """
    seen = {key}
    while key in parent and parent[key] not in seen:
        key = parent[key]
        seen.add(key)
    return key


def _found(kind: str, place: Place, header: Sequence[str]) -> dict[str, int]:
    """Return where the known columns of a file stand; raises `CopError` if one is missing that it
    cannot be read without.
    """
    at = columns_by_name(place, header, [names[0] for names in SPELLINGS[kind].values()])
    found: dict[str, int] = {}
    for column, spellings in SPELLINGS[kind].items():
        standing = next(
            (at[plain_name(each)] for each in spellings if plain_name(each) in at), None
        )
        if standing is not None and standing not in found.values():
            found[column] = standing
    for group in NEEDED[kind]:
        if not found.keys() & set(group):
            names = [spelling for column in group for spelling in SPELLINGS[kind][column][:3]]
            raise CopError(
                f"{place} has no column {' or '.join(names)}. Found: {listed(header)}. "
                f"Rename the column that holds it to {names[0]}."
            )
    return found


def _with_places(texts: Texts, name: str, columns: Mapping[str, object]) -> pl.DataFrame:
    """Return stripped texts, null where empty, all columns of the kind, and where each row stands."""
    stripped = texts.rows.select(
        pl.col(each).cast(pl.String).str.strip_chars() for each in texts.rows.columns
    )
    filled = stripped.select(
        nothing_as_null(
            rows.set((rows == "").fill_null(False), None), is_name=rows.name not in KEYS
        )
        for rows in stripped.iter_columns()
    )
    filled = filled.with_columns(
        whole_keys(filled[key]) for key in sorted(KEYS & set(filled.columns))
    )
    for key in sorted(KEYS & set(filled.columns)):
        refuse_rounded_keys(name, key, filled[key])
    missing = [
        pl.lit(None, pl.String).alias(each) for each in columns if each not in filled.columns
    ]
    first, last = (
        (texts.row_number(0), texts.row_number(len(filled) - 1)) if len(filled) else (0, 0)
    )
    where = (
        "row" if last - first == len(filled) - 1 else "near row"
    )  # rows with other columns were left out between
    return filled.with_columns(
        *missing,
        pl.format("{} {} {}", pl.lit(name), pl.lit(where), pl.int_range(pl.len()) + first).alias(
            "place"
        ),
    )


def _is_yes(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().is_in(YES).fill_null(False)


def _asks() -> pl.Expr:
    return (pl.col("type").str.to_lowercase() == "question").fill_null(False) | _is_yes(
        "is_question"
    )


def _times(texts: pl.Series) -> pl.Series:
    return times_of(texts.cast(pl.String).str.replace(r"^(\d{4})/(\d\d)/(\d\d)", "$1-$2-$3"))


# Members


def _members(network: _Network) -> Iterator[Batch]:
    for rows in network.tables(USERS):
        users = network.without(rows, pl.col("id").is_null(), "a user without an id")
        state = pl.col("state").str.to_lowercase()
        members = users.select(
            pl.col("id").alias("member"),
            "name",
            hashes_of(users["email"]),
            _times(users["joined_at"]).alias("joined_at"),
            _times(users["deleted_at"]).alias("deleted_at"),
            pl.lit(False).alias("is_bot"),
            (
                pl.col("deleted_at").is_not_null()
                | state.is_in(["deleted", "soft_delete", "removed"]).fill_null(False)
            ).alias("is_deleted"),
        )
        network.known |= set(members["member"])
        yield Batch("member", members)


def _other_senders(network: _Network) -> Iterator[Batch]:
    """Yield those who wrote and are not in Users.csv, which holds the users of its range of dates
    only; and programs.
    """
    others = [
        (key, name, hash_of(email), is_program)
        for key, (name, email, is_program) in sorted(network.senders.items())
        if key not in network.known or is_program
    ]
    yield batch_of("member", others, "member", "name", "email_hash", "is_bot")


# Messages


def _messages(network: _Network, *, with_likes: bool, with_topics: bool) -> Iterator[Batch]:
    groups, topics = _names(network, GROUPS), _names(network, TOPICS)
    conversations = Conversations(joins_messages=False)
    number = 0
    for rows in network.tables(MESSAGES):
        rows = rows.with_columns(_times(rows["created_at"]).alias("at"))
        for reason, wrong in network.reasons().items():
            rows = network.without(rows, wrong, reason)
        counts = [network.last.get(key) == number + nth for nth, key in enumerate(rows["id"])]
        number += len(rows)
        messages = _told(network, rows.filter(pl.Series(counts, dtype=pl.Boolean)), groups, topics)
        yield from _posts(conversations, messages)
        if with_topics:
            yield _new_topics(network, _topics(messages, topics))
        if with_likes:
            yield Batch("reaction", _likes(network, messages))
    if with_topics:
        yield from _tagged(network, topics)


def _says_private(column: str) -> pl.Expr:
    """Return whether a cell says anything else than that all may read."""
    return ~pl.col(column).str.to_lowercase().is_in(PUBLIC).fill_null(True)


def _names(network: _Network, kind: str) -> dict[str, str]:
    return {
        key: name
        for rows in network.tables(kind)
        for key, name in rows.select("id", "name").iter_rows()
        if key and name
    }


def _told(
    network: _Network, rows: pl.DataFrame, groups: dict[str, str], topics: dict[str, str]
) -> pl.DataFrame:
    """Return the messages as `Conversations` takes them, and what only this platform tells of them."""
    threads = [network.thread_of[key] for key in rows["id"]]
    channel = [
        name or groups.get(key or "", key)
        for key, name in rows.select("group", "group_name").iter_rows()
    ]
    return rows.select(
        pl.col("id").alias("key"),
        pl.Series("thread", threads, pl.String),
        _authors(network, rows),
        "at",
        _times(rows["deleted_at"]).alias("deleted_at"),
        _texts(rows, topics),
        pl.Series("channel", channel, pl.String),
        "title",
        "url",
        "likes",
        "tags",
        "body",
        pl.col("type").str.to_lowercase().fill_null("").alias("type"),
        pl.Series("in_question", [thread in network.asked for thread in threads], pl.Boolean),
        pl.Series("accepted", [key in network.accepted for key in rows["id"]], pl.Boolean),
    )


def _authors(network: _Network, rows: pl.DataFrame) -> pl.Series:
    """Return who wrote each message, and remember them: the account, else the address, else the
    name.
    """
    by_address = hashes_of(rows["sender_email"]).str.slice(0, 20)
    by_name = pl.col("sender_name")
    author = rows.select(pl.coalesce("sender", by_address, pl.lit("name:") + by_name))["sender"]
    is_program = rows.select(_is_program=pl.col("sender_type").str.to_lowercase().is_in(PROGRAMS))
    columns = (author, rows["sender_name"], rows["sender_email"], is_program["_is_program"])
    for key, name, email, program in zip(*columns, strict=True):
        if key is not None and (key not in network.senders or name):
            network.senders[key] = (name, email, program is True)
    return author.alias("author")


def _texts(rows: pl.DataFrame, topics: dict[str, str]) -> pl.Series:
    """Return what was written, behind its title."""
    said = rows.select(pl.coalesce("body", from_html(pl.col("html"))).fill_null(""))["body"]
    texts = [
        f"{title}.\n{body}" if title else body
        for title, body in zip(rows["title"], _readable(said, topics), strict=True)
    ]
    return pl.Series("text", texts, pl.String)


def _readable(bodies: pl.Series, topics: dict[str, str]) -> pl.Series:
    """Return bodies in which people and topics are named as a reader sees them, not `[[user:7]]`."""
    plain = bodies.str.replace_all(r"\[\[user:[^\]]*\]\]", "@somebody").str.replace_all(
        r"\\n", "\n"
    )
    if not plain.str.contains("[[", literal=True).any():
        return plain
    tag = re.compile(r"\[\[tag:([^\]]*)\]\]")
    return pl.Series(
        plain.name,
        [tag.sub(lambda found: f"#{topics.get(found[1], 'topic')}", each) for each in plain],
        pl.String,
    )


def _posts(conversations: Conversations, messages: pl.DataFrame) -> Iterator[Batch]:
    """Yield typed questions with their answers, notices, and all else as messages."""
    is_notice = pl.col("type").is_in(NOTICE_TYPES)
    opens = pl.col("key") == pl.col("thread")
    asked = messages.filter(~is_notice & pl.col("in_question"))
    kind = pl.when(opens).then(pl.lit(QUESTION)).otherwise(pl.lit(ANSWER))
    yield Batch("thread", _question_threads(asked.filter(opens)))
    yield Batch("post", _as_posts(asked, kind, pl.when(~opens).then("accepted")))
    yield Batch("post", _as_posts(messages.filter(is_notice), pl.lit(NOTICE), pl.lit(None)))
    yield from _by_rules(conversations, messages.filter(~is_notice & ~pl.col("in_question")))


def _as_posts(messages: pl.DataFrame, kind: pl.Expr, accepted: pl.Expr) -> pl.DataFrame:
    return messages.select(
        pl.col("key").alias("post"),
        "thread",
        "author",
        kind.alias("kind"),
        pl.col("at").alias("created_at"),
        "deleted_at",
        accepted.alias("accepted"),
    )


def _question_threads(asked: pl.DataFrame) -> pl.DataFrame:
    said = pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars().str.slice(0, TITLE_LENGTH)
    return asked.select(
        "thread",
        pl.lit(QUESTION).alias("kind"),
        pl.coalesce("title", pl.when(said != "").then(said)).alias("title"),
        "url",
        "channel",
        pl.col("at").alias("created_at"),
    )


def _by_rules(conversations: Conversations, said: pl.DataFrame) -> Iterator[Batch]:
    """Yield messages whose rules tell whether they ask; what the platform calls a poll or an
    announcement fires that rule.
    """
    of_type = said.select(
        pl.col("key").alias("post"),
        pl.col("type")
        .replace_strict(RULE_OF_TYPE, default=None, return_dtype=pl.String)
        .alias("rule"),
    )
    for table, rows in conversations.batches(
        said.select(pl.exclude("type", "likes", "tags", "body", "in_question", "accepted"))
    ):
        if table == "post":
            marked = rows.join(of_type, on="post", how="left", maintain_order="left")
            more = (
                pl.when(pl.col("rule").is_not_null())
                .then(pl.col("rule") + " ")
                .otherwise(pl.lit(""))
            )
            rows = marked.with_columns(pl.concat_str("rules", more).alias("rules")).drop("rule")
        yield Batch(table, rows)


# Topics and reactions


def _topics(messages: pl.DataFrame, topics: dict[str, str]) -> pl.DataFrame:
    """Return the topics that the messages name themselves: in a column, or as `[[tag:7]]` in the
    body.
    """
    stated = messages.select("thread", pl.col("tags").str.split(";").alias("topic")).explode(
        "topic"
    )
    within = messages.select(
        "thread", pl.col("body").str.extract_all(r"\[\[tag:[^\]]*\]\]").alias("topic")
    ).explode("topic")
    named = [topics.get(tag[6:-2]) if tag else None for tag in within["topic"]]
    within = within.with_columns(pl.Series("topic", named, pl.String))
    return (
        pl.concat([stated, within])
        .with_columns(pl.col("topic").str.strip_chars())
        .filter(pl.col("topic") != "")
    )


def _new_topics(network: _Network, rows: pl.DataFrame) -> Batch:
    """Return those topics of threads that were not told of before."""
    new = [
        each
        for each in dict.fromkeys(rows.select("thread", "topic").iter_rows())
        if each not in network.topics
    ]
    network.topics |= set(new)
    return batch_of("topic", new)


def _tagged(network: _Network, topics: dict[str, str]) -> Iterator[Batch]:
    for rows in network.tables(TAGS):
        placed = rows.with_columns(
            pl.Series(
                "thread", [network.thread_of.get(each or "") for each in rows["message"]], pl.String
            ),
            pl.Series("topic", [topics.get(each or "", each) for each in rows["topic"]], pl.String),
        )
        placed = network.without(
            placed, pl.col("thread").is_null(), "a topic of a message that is not in the export"
        )
        yield _new_topics(network, placed.filter(pl.col("topic").is_not_null()))


def _likes(network: _Network, messages: pl.DataFrame) -> pl.DataFrame:
    """Return as many undated likes of unknown givers as each message counts."""
    counted = messages.select(
        pl.col("key").alias("post"),
        pl.col("likes").str.replace(r"\.0+$", "").cast(pl.Int64, strict=False),
    )
    few = pl.col("likes").is_between(1, MOST_REACTIONS)
    for post, likes in counted.filter(~few & (pl.col("likes") > 0)).iter_rows():
        network.reading.skip(
            f"likes of a message that counts more than {MOST_REACTIONS:,}", post, rows=likes
        )
    kept = counted.filter(few).with_columns(pl.col("likes").cast(pl.UInt32))
    rows = kept.select(pl.col("post").repeat_by("likes").explode())
    return rows.with_columns(pl.lit("like").alias("kind"))


def _reactions(network: _Network) -> Iterator[Batch]:
    """Yield the reactions that have a file of their own; the same one in two files counts once."""
    seen: set[tuple[str, str, str]] = set()
    for rows in network.tables(REACTIONS):
        told = rows.with_columns(
            pl.col("kind").str.to_lowercase().fill_null("like"),
            _times(rows["given_at"]).alias("given_at"),
        )
        there = pl.Series([each in network.thread_of for each in told["message"]], dtype=pl.Boolean)
        told = network.without(
            told.with_columns(there.alias("there")),
            ~pl.col("there"),
            "a reaction to a message not in the export",
        )
        fresh = []
        for message, giver, kind in told.select("message", "giver", "kind").iter_rows():
            key = (message, giver or "", kind)
            fresh.append(giver is None or key not in seen)
            seen.add(key)
        kept = told.filter(pl.Series(fresh, dtype=pl.Boolean))
        yield Batch(
            "reaction",
            kept.select(pl.col("message").alias("post"), "giver", "kind", "given_at"),
        )
