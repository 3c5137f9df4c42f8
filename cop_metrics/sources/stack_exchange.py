"""Stack Exchange: the public data dump of a site, an XML file a table.

Posts.xml is enough; Users.xml, Votes.xml and Comments.xml add names, recognition and comments.
"""

import re
from array import array
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, NoReturn
from xml.parsers import expat

import numpy as np
import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export
from cop_metrics.sources.gathering import Spool, Waiting, without
from cop_metrics.sources.plain_rows import PlainRows, plain_rows
from cop_metrics.sources.source import Batch, Reading, Records, Source, measured
from cop_metrics.tables import ANSWER, COMMENT, QUESTION

BATCH_ROWS = 50_000
CHUNK = 2 << 20
READERS = 2  # threads that read plain rows; more would wait for each other
AHEAD = 12  # chunks they may be ahead, so that they read on while a batch is taken
USUAL_TIME = "%Y-%m-%dT%H:%M:%S.%3f"  # read four times as fast as what allows other fractions
LONGEST_ROW = 16 << 20  # bytes; a post of a public site is at most 30,000 characters

POSTS, USERS, VOTES, COMMENTS = "Posts.xml", "Users.xml", "Votes.xml", "Comments.xml"
ATTRIBUTES = {
    POSTS: (
        "Id",
        "PostTypeId",
        "ParentId",
        "AcceptedAnswerId",
        "CreationDate",
        "ClosedDate",
        "ViewCount",
        "OwnerUserId",
        "OwnerDisplayName",
        "Title",
        "Tags",
    ),
    USERS: ("Id", "DisplayName", "CreationDate"),
    VOTES: ("Id", "PostId", "VoteTypeId", "UserId", "CreationDate"),
    COMMENTS: ("Id", "PostId", "UserId", "UserDisplayName", "CreationDate"),
}
POST_TYPES = {
    3: "orphaned tag wiki",
    4: "tag wiki excerpt",
    5: "tag wiki",
    6: "moderator nomination",
    7: "wiki placeholder",
    8: "privilege wiki",
}
ACCEPTED_VOTE = 1
REACTIONS = {2: "upvote", 3: "downvote", 5: "bookmark", 8: "bounty"}
SYSTEM_USER = -1
SEVERAL = 3  # questions that accepted an answer: of one or two it may be gone

_START = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-8")? ?\?>)?\s*<(\w+)>'
)


def recognises(export: Export) -> bool:
    """Return whether the export holds a Posts.xml of Stack Exchange, at any depth."""
    name = _posts_name(export)
    if name is None:
        return False
    try:
        return b"<posts" in export.head(name)
    except CopError:
        return PurePosixPath(name).name.lower() == POSTS.lower()


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield the dump's rows in batches; memory grows by some 20 bytes a post and a member.

    Raises `CopError` when a file is cut short, is not XML of a dump, or declares entities.
    """
    files = _files(export, reading)
    reading.lists_accounts = USERS in files
    export.unpack(files.values())
    with Spool() as spool:
        dump = _Dump(export=export, files=files, reading=reading, spool=spool)
        yield from measured(*["reaction"] * (VOTES in files))
        yield from _members(dump)
        yield from _questions(dump)
        _refuse_without_answers(dump)
        threads = dump.threads.lookup().rooted()
        yield from _reactions(dump, threads)
        yield from _answers(dump, threads)
        yield from _comments(dump, threads)
        yield from _other_authors(dump)
        reading.is_quiet = not dump.posts and not reading.skipped
        if dump.of_the_site.total():
            told = " and ".join(
                f"{posts:,} {kind}" for kind, posts in dump.of_the_site.items() if posts
            )
            reading.notes.append(
                f"{told} are of the site's own account (user -1), a program: they are in no number."
            )


SOURCE = Source(
    id="stack_exchange",
    title="Stack Exchange or Stack Overflow data dump",
    how_to_export=(
        "A public site: sign in there and open 'Data dump access' in the settings of your profile; older dumps are on "
        "archive.org/details/stackexchange, one .7z a site. Give the .7z as it is, or the folder that holds Posts.xml."
    ),
    personal_fields=(
        "Users.xml: Id, DisplayName",
        "Posts.xml: OwnerUserId, OwnerDisplayName",
        "Comments.xml: UserId, UserDisplayName",
        "Votes.xml: UserId",
    ),
    records=Records(
        always=("member", "thread", "post", "topic"),
        sometimes=("reaction", "account", "reach", "giver", "acceptance"),
    ),
    cannot_measure=(
        "who read what: the dump holds one undated total of views a question",
        "who voted: only bookmarks and bounties name their giver",
        "the hour of a vote or of an acceptance: they are dated by the day",
    ),
    never_opens=(
        "addresses, places and texts about people in Users.xml",
        "PostHistory.xml and all files but Posts, Users, Votes and Comments",
    ),
    version=2,
    private_before=0,
    recognises=recognises,
    read=read,
)


# Which files


def _posts_name(export: Export) -> str | None:
    found = export.find(POSTS)
    if found is None and len(export.names) == 1 and export.names[0].lower().endswith(".xml"):
        return export.names[0]
    return found


def _files(export: Export, reading: Reading) -> dict[str, str]:
    """Return the names of the dump's files that are there; they lie beside the posts, so that sites
    never mix.
    """
    posts = _posts_name(export)
    if posts is None:
        raise CopError(
            f"'{export.path.name}' holds no Posts.xml. Give the dump of one site, as .7z or unpacked."
        )
    _refuse_several(export)
    folder = PurePosixPath(posts).parent
    by_lower_case = {name.lower(): name for name in export.names}
    split = folder.name.lower().endswith("-posts")  # large sites: one archive a file, site-Posts.7z
    files = {POSTS: posts}
    for file in (USERS, VOTES, COMMENTS):
        beside = (
            folder.with_name(folder.name[: -len("posts")] + Path(file).stem) if split else folder
        )
        name = by_lower_case.get((beside / file).as_posix().lower())
        if name is None:
            reading.notes.append(f"There is no {file} beside {posts}: {_WITHOUT[file]}.")
        else:
            files[file] = name
    return files


_WITHOUT = {
    USERS: "members have no names and no day of joining",
    VOTES: "no votes, and accepted answers without a day",
    COMMENTS: "no comments",
}


def _refuse_several(export: Export) -> None:
    same = [name for name in export.names if PurePosixPath(name).name.lower() == POSTS.lower()]
    if len(same) > 1:
        raise CopError(
            f"'{export.path.name}' holds {len(same)} dumps ({', '.join(same[:3])}). "
            "Import each site by itself, since each numbers its posts and people anew."
        )


def _host(export: Export, posts: str) -> str | None:
    """Return the site's host if a folder's or archive's name tells it: `ai.stackexchange.com`."""
    for name in (
        PurePosixPath(posts).parent.name,
        export.path.name,
        export.path.resolve().parent.name,
    ):
        bare = re.sub(r"(\.7z|\.zip)$|-posts(\.7z)?$", "", name.lower())
        if re.fullmatch(r"([a-z0-9-]+\.)+(com|net|org)", bare):
            return bare
    return None


# What is known so far


class _Lookup:
    """Whole numbers by whole number, as two sorted arrays."""

    def __init__(self, keys: np.ndarray, values: np.ndarray) -> None:
        order = np.argsort(keys, kind="stable")
        self._keys, self._values = keys[order], values[order]

    def find(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return the value of each key, and whether it has one; values without one mean nothing."""
        asked = keys.fill_null(np.iinfo(np.int64).min).to_numpy()
        if not len(self._keys):
            return pl.Series(asked), pl.Series(np.zeros(len(asked), dtype=bool))
        at = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        return pl.Series(self._values[at]), pl.Series(self._keys[at] == asked)

    def rooted(self) -> "_Lookup":
        """Return those pairs whose value is a key that has itself as value: posts whose thread is
        there.
        """
        there = np.isin(self._values, self._keys[self._keys == self._values])
        return _Lookup(self._keys[there], self._values[there])


class _Pairs:
    """Pairs of whole numbers, collected compactly."""

    def __init__(self) -> None:
        self._keys, self._values = array("q"), array("q")

    def add(self, keys: pl.Series, values: pl.Series) -> None:
        self._keys.frombytes(keys.cast(pl.Int64).to_numpy().tobytes())
        self._values.frombytes(values.cast(pl.Int64).to_numpy().tobytes())

    def __len__(self) -> int:
        return len(self._keys)

    def lookup(self) -> _Lookup:
        return _Lookup(
            np.frombuffer(self._keys, dtype=np.int64), np.frombuffer(self._values, dtype=np.int64)
        )


class _Distinct:
    """Distinct keys of people, from many batches."""

    def __init__(self) -> None:
        self._distinct = pl.Series(dtype=pl.String)
        self._new: list[pl.Series] = []
        self._waiting = 0

    def add(self, keys: pl.Series) -> None:
        self._new.append(keys.drop_nulls().unique())
        self._waiting += len(self._new[-1])
        if self._waiting > len(self._distinct) + 1_000_000:
            self.keys()

    def keys(self) -> pl.Series:
        self._distinct = pl.concat([self._distinct, *self._new]).unique()
        self._new, self._waiting = [], 0
        return self._distinct


@dataclass(frozen=True, kw_only=True)
class _Dump:
    """The dump that is being read, and what the later files need of the earlier ones."""

    export: Export
    files: dict[str, str]
    reading: Reading
    spool: Spool
    accounts: _Distinct = field(default_factory=_Distinct)
    authors: _Distinct = field(default_factory=_Distinct)
    threads: _Pairs = field(default_factory=_Pairs)
    accepted: _Pairs = field(default_factory=_Pairs)
    accepted_days: _Pairs = field(default_factory=_Pairs)
    answers: list[Waiting] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    """How many posts of a kind were read."""
    of_the_site: Counter[str] = field(default_factory=Counter)

    @property
    def posts(self) -> int:
        """Return how many questions and answers were seen."""
        return len(self.threads)

    def rows(self, file: str) -> Iterator[pl.DataFrame]:
        """Yield the file's rows that have an `Id` (Int64) and a `CreationDate` (a time); the rest
        is counted.
        """
        if file not in self.files:
            return
        with self.export.open(self.files[file]) as stream:
            for rows in _parsed(stream, file):
                dated = _timed(rows, "CreationDate").with_columns(_number("Id"))
                dated = self.without(
                    dated, pl.col("Id").is_null(), f"{file}: a row without a readable Id"
                )
                dated = self.without(
                    dated, pl.col("CreationDate").is_null(), f"{file}: unreadable date"
                )
                self._note_newest(dated["CreationDate"].max())
                yield dated

    def _note_newest(self, newest: object) -> None:
        """Date the dump by its newest row, whoever's it is, as it does not say when it was made."""
        if isinstance(newest, datetime):
            self.reading.exported_at = max(newest, self.reading.exported_at or newest)

    def without(self, rows: pl.DataFrame, wrong: pl.Expr, reason: str) -> pl.DataFrame:
        """Return the rows that are not wrong, and count the others by reason."""
        of_row = pl.lit("row ") + _key("row")
        of_id = pl.lit("Id ") + _key("Id")
        return without(rows, wrong, reason, self.reading, pl.coalesce(of_id, of_row))


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int64, strict=False)


def _timed(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the rows with a column's texts as times; null where one cannot be read."""
    text = pl.col(column).str.strip_suffix("Z")
    usual = rows.with_columns(text.str.to_datetime(USUAL_TIME, time_unit="us", strict=False))
    if usual[column].null_count() == rows[column].null_count():
        return usual
    second = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    day = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    return rows.with_columns(pl.coalesce(second, day).alias(column))


def _person(account: str, name: str) -> pl.Expr:
    """Return the key of an author: the account, else the display name that a removed one left.

    User -1 is an account like any other here, and a program (decision 18).
    """
    left = pl.col(name).str.strip_chars()
    named = pl.when(left != "").then(pl.lit("name:") + left)
    return pl.coalesce(_number(account).cast(pl.String), named).alias("author")


def _key(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


# The XML


def _parsed(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """Yield the file's rows as text columns of `ATTRIBUTES`, and `row`, their number; all else is
    dropped at once.

    Rows in plain form are taken by `plain_rows`, and the parser sees no more of them than their
    line ends. So it is right about the rest, and where a piece is not made of whole rows, it reads
    on alone. Damage in a value that nobody asked for is thus refused only where the parser reads.
    Raises `CopError` when the XML is cut short, broken, of another kind, or declares entities.
    """
    waiting, done = list[pl.DataFrame](), 0
    for rows in _rows_of_chunks(stream, file):
        waiting.append(rows)
        if (read := sum(map(len, waiting))) >= BATCH_ROWS:
            yield pl.concat(waiting).with_row_index("row", done + 1)
            done += read
            waiting.clear()
    if waiting:
        yield pl.concat(waiting).with_row_index("row", done + 1)


def _rows_of_chunks(stream: BinaryIO, file: str) -> Iterator[pl.DataFrame]:
    """Yield the rows of each chunk of a file, and at last those that its end completes."""
    first = stream.read(CHUNK)
    if not first:
        raise CopError(f"{file} is empty (0 bytes). Copy or download the dump again.")
    parser, start = _Parser(file), _start_of_rows(first, file)
    parser.feed(first[:start])
    is_plain, rest = start > 0, b""
    for chunk in _chunks(first[start:], stream, ATTRIBUTES[file], is_plain=is_plain):
        unread = chunk.content
        if is_plain:
            unread = rest = chunk.rest
            if chunk.rows:
                found = chunk.rows.result() or _of_a_piece(chunk.whole, file)
                if found:
                    yield found.rows
                    parser.feed(b"\n" * found.lines)
                else:
                    is_plain, unread = False, chunk.whole + rest
            is_plain = is_plain and len(rest) <= LONGEST_ROW
        if not is_plain:
            parser.feed(unread)
            rest = b""
            yield parser.taken()
    parser.feed(rest)
    parser.end()
    yield parser.taken()


class _Chunk(NamedTuple):
    """What was read at once; with the rest of the one before it makes whole rows, being read, and a
    rest.
    """

    content: bytes
    whole: bytes = b""
    rest: bytes = b""
    rows: Future[PlainRows | None] | None = None


def _chunks(
    first: bytes, stream: BinaryIO, wanted: tuple[str, ...], *, is_plain: bool
) -> Iterator[_Chunk]:
    """Yield what the file holds, and have the rows of the next few pieces read meanwhile if they
    may be plain.
    """
    ahead, rest, problem = deque[_Chunk](), b"", None
    with ThreadPoolExecutor(READERS) as readers:
        content = first
        while content and not problem:
            chunk = _Chunk(content)
            if is_plain:
                end = content.rfind(b"/>") + 2
                whole, rest = (
                    (rest + content[:end], content[end:]) if end > 1 else (b"", rest + content)
                )
                chunk = _Chunk(
                    content,
                    whole,
                    rest,
                    readers.submit(plain_rows, whole, wanted) if whole else None,
                )
            ahead.append(chunk)
            if len(ahead) > AHEAD:
                yield ahead.popleft()
            try:
                content = stream.read(CHUNK)
            except CopError as unreadable:
                problem = unreadable
        yield from ahead
    if problem:
        raise problem


def _start_of_rows(chunk: bytes, file: str) -> int:
    """Return where the rows begin in the file's first bytes; 0 where it does not begin as dumps do."""
    match = _START.match(chunk)
    return match.end() if match and match[1].decode() == Path(file).stem.lower() else 0


def _of_a_piece(piece: bytes, file: str) -> PlainRows | None:
    """Return the rows of a piece of XML that a parser finds to be whole; None if it is anything
    else.
    """
    parser = _Parser(file)
    root = Path(file).stem.lower().encode()
    try:
        parser.feed(b"<%b>%b</%b>" % (root, piece, root))
        parser.end()
    except CopError:
        return None
    return PlainRows(parser.taken(), parser.line - 1)


class _Parser:
    """The strict reader of a file: takes all XML, piece by piece, and refuses what is none."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows = list[tuple[str | None, ...]]()
        self._fed = 0
        self._parser = _parser(file, self._rows)

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, piece: bytes) -> None:
        """Parse one more piece."""
        if not piece:
            return
        _feed(self._parser, piece, self._file)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_ROW:
            raise CopError(
                f"{self._file} holds a row of more than {LONGEST_ROW >> 20} MB near line {self.line}."
            )

    def end(self) -> None:
        """Say that there is no more."""
        _feed(self._parser, b"", self._file)

    def taken(self) -> pl.DataFrame:
        """Return the rows since the last time, as text columns."""
        wanted = ATTRIBUTES[self._file]
        columns = list(zip(*self._rows, strict=True)) or [()] * len(wanted)
        texts = [
            pl.Series(name, values, dtype=pl.String)
            for name, values in zip(wanted, columns, strict=True)
        ]
        self._rows.clear()
        return pl.DataFrame(texts)


def _parser(file: str, rows: list[tuple[str | None, ...]]) -> expat.XMLParserType:
    """Return a parser that appends the wanted attributes of each row to `rows`."""
    parser = expat.ParserCreate()
    wanted = ATTRIBUTES[file]
    root = Path(file).stem.lower()

    def take(tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            rows.append(tuple(map(attributes.get, wanted)))

    def check_root(tag: str, _: dict[str, str]) -> None:
        if tag != root:
            raise CopError(
                f"{file} is not of a Stack Exchange dump: it starts with <{tag[:50]}>, not with <{root}>."
            )
        parser.StartElementHandler = take

    def refuse_entity(name: str, *_: object) -> NoReturn:
        raise CopError(
            f"{file} declares an XML entity ('{name[:50]}'), which no dump does and which can do harm. "
            "It was not read; get the dump from Stack Exchange itself."
        )

    parser.specified_attributes = True
    parser.StartElementHandler = check_root
    parser.EntityDeclHandler = refuse_entity
    return parser


def _feed(parser: expat.XMLParserType, chunk: bytes, file: str) -> None:
    """Parse one more piece, or the end, which is the empty one."""
    try:
        parser.Parse(chunk, not chunk)
    except expat.ExpatError as problem:
        where = f"near line {problem.lineno:,}"
        if not chunk:
            raise CopError(
                f"{file} is cut short: it ends {where}. Copy or download the dump again."
            ) from problem
        raise CopError(
            f"{file} is not readable as XML {where} ({expat.ErrorString(problem.code)}). "
            "Copy or download the dump again."
        ) from problem
    except (
        LookupError,
        ValueError,
    ) as problem:  # an encoding that Python has not, or of several bytes a sign
        raise CopError(
            f"{file} declares an encoding that cannot be read ({problem}); dumps are UTF-8. "
            "Copy or download the dump again."
        ) from problem


# The tables


def _members(dump: _Dump) -> Iterator[Batch]:
    for rows in dump.rows(USERS):
        members = rows.select(
            _key("Id").alias("member"),
            pl.col("DisplayName").alias("name"),
            pl.col("CreationDate").alias("joined_at"),
            (pl.col("Id") == SYSTEM_USER).alias("is_bot"),
        )
        dump.accounts.add(members["member"])
        yield Batch("member", members)


def _other_authors(dump: _Dump) -> Iterator[Batch]:
    """Yield those who posted or bookmarked without being in Users.xml: deleted, or the file is
    missing.
    """
    authors = pl.DataFrame({"member": dump.authors.keys()})
    others = authors.join(
        pl.DataFrame({"member": dump.accounts.keys()}), on="member", how="anti"
    ).sort("member")
    named = pl.col("member").str.starts_with("name:")
    members = others.with_columns(
        pl.when(named).then(pl.col("member").str.strip_prefix("name:")).alias("name"),
        (pl.col("member") == str(SYSTEM_USER)).alias("is_bot"),
        named.alias("is_deleted"),
    )
    yield Batch("member", members)


def _questions(dump: _Dump) -> Iterator[Batch]:
    """Yield threads, topics and question posts; answers wait on disk until it is known which were
    accepted.
    """
    host = _host(dump.export, dump.files[POSTS])
    for rows in dump.rows(POSTS):
        posts = _posts(dump, rows)
        questions = posts.filter(pl.col("kind") == 1)
        answers = posts.filter(pl.col("kind") == 2)
        _remember(dump, questions, answers)
        yield Batch("thread", _threads(questions, host))
        yield Batch("topic", _topics(questions))
        asked = questions.select(
            _key("Id").alias("post"),
            _key("Id").alias("thread"),
            "author",
            pl.lit(QUESTION).alias("kind"),
            pl.col("CreationDate").alias("created_at"),
        )
        yield Batch("post", asked)


def _refuse_without_answers(dump: _Dump) -> None:
    """Raise `CopError` where questions have accepted answers and the dump holds no answer: none
    would seem answered.
    """
    if len(dump.accepted) >= SEVERAL and not dump.read["answers"]:
        raise CopError(
            f"'{dump.export.path.name}' holds {dump.read['questions']:,} questions, {len(dump.accepted):,} of which accepted an "
            f"answer, and no answer: every question would seem to be without. Give the whole {POSTS} of the dump."
        )


def _posts(dump: _Dump, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the questions and answers among the rows, with `kind` (the type's number), `parent`
    and `author`.
    """
    posts = _timed(
        rows.with_columns(pl.col("ClosedDate").alias("closed_at")), "closed_at"
    ).with_columns(
        _number("PostTypeId").alias("kind"),
        _number("ParentId").alias("parent"),
        _person("OwnerUserId", "OwnerDisplayName"),
    )
    for kind in posts["kind"].unique().drop_nulls().sort().to_list():
        if kind not in (1, 2):
            name = f"post type {kind} ({POST_TYPES.get(kind, 'unknown')}) is neither question nor answer"
            posts = dump.without(posts, pl.col("kind") == kind, name)
    posts = dump.without(posts, pl.col("kind").is_null(), f"{POSTS}: no readable post type")
    bad_date = pl.col("ClosedDate").is_not_null() & pl.col("closed_at").is_null()
    return dump.without(posts, bad_date, f"{POSTS}: unreadable date")


def _remember(dump: _Dump, questions: pl.DataFrame, answers: pl.DataFrame) -> None:
    for kind, posts in (("questions", questions), ("answers", answers)):
        dump.read[kind] += len(posts)
        dump.authors.add(posts["author"])
        dump.of_the_site[kind] += int((posts["author"] == str(SYSTEM_USER)).sum())
    dump.threads.add(questions["Id"], questions["Id"])
    placed = answers.drop_nulls("parent")
    dump.threads.add(placed["Id"], placed["parent"])
    accepting = questions.select("Id", _number("AcceptedAnswerId").alias("answer")).drop_nulls()
    dump.accepted.add(accepting["answer"], accepting["Id"])
    waiting = answers.select("row", "Id", "parent", "author", "CreationDate")
    dump.answers.append(dump.spool.put(waiting))


def _threads(questions: pl.DataFrame, host: str | None) -> pl.DataFrame:
    url = pl.lit(None) if host is None else pl.lit(f"https://{host}/q/") + _key("Id")
    return questions.select(
        _key("Id").alias("thread"),
        pl.lit(QUESTION).alias("kind"),
        pl.col("Title").alias("title"),
        url.alias("url"),
        pl.col("CreationDate").alias("created_at"),
        "closed_at",
        pl.when(pl.col("closed_at").is_not_null()).then(pl.lit("closed")).alias("closed_as"),
        _number("ViewCount").alias("views"),
    )


def _topics(questions: pl.DataFrame) -> pl.DataFrame:
    """Return the tags, spelt `<a><b>` in older dumps and `|a|b|` in newer ones."""
    tags = questions.select(
        _key("Id").alias("thread"),
        pl.col("Tags").str.extract_all(r"[^<>|\s]+").list.unique(maintain_order=True),
    )
    return tags.explode("Tags").drop_nulls().rename({"Tags": "topic"})


def _reactions(dump: _Dump, threads: _Lookup) -> Iterator[Batch]:
    """Yield votes that mean a reaction, and remember the days of acceptance."""
    for rows in dump.rows(VOTES):
        votes = rows.with_columns(
            _number("VoteTypeId").alias("type"),
            _number("PostId").alias("post"),
            _key("UserId").alias("giver"),
        )
        votes = _of_known_type(dump, votes)
        _, found = threads.find(votes["post"])
        votes = dump.without(
            votes.with_columns(found.alias("found")),
            ~pl.col("found"),
            "a vote on no question or answer of the export",
        )
        accepted = votes.filter(pl.col("type") == ACCEPTED_VOTE)
        given = votes.filter(pl.col("type") != ACCEPTED_VOTE)
        dump.accepted_days.add(accepted["post"], accepted["CreationDate"].dt.epoch("us"))
        dump.authors.add(given["giver"])
        reactions = given.select(
            _key("post"),
            "giver",
            pl.col("type").replace_strict(REACTIONS, return_dtype=pl.String).alias("kind"),
            pl.col("CreationDate").alias("given_at"),
        )
        yield Batch("reaction", reactions)


def _of_known_type(dump: _Dump, votes: pl.DataFrame) -> pl.DataFrame:
    for kind in votes["type"].unique().drop_nulls().sort().to_list():
        if kind not in (ACCEPTED_VOTE, *REACTIONS):
            votes = dump.without(votes, pl.col("type") == kind, f"vote type {kind} is no reaction")
    return dump.without(votes, pl.col("type").is_null(), f"{VOTES}: no readable vote type")


def _answers(dump: _Dump, threads: _Lookup) -> Iterator[Batch]:
    accepted, days = dump.accepted.lookup(), dump.accepted_days.lookup()
    for waiting in dump.answers:
        answers = waiting.take()
        question, is_accepted = accepted.find(answers["Id"])
        day, has_day = days.find(answers["Id"])
        _, asked = threads.find(answers["Id"])
        answers = answers.with_columns(
            (is_accepted & (question == answers["parent"]).fill_null(False)).alias("accepted"),
            day.cast(pl.Datetime("us")).alias("day"),
            has_day.alias("has_day"),
            asked.alias("asked"),
        )
        answers = dump.without(
            answers, ~pl.col("asked"), "an answer to a question that is not in the export"
        )
        yield Batch("post", _answer_posts(answers))


def _answer_posts(answers: pl.DataFrame) -> pl.DataFrame:
    return answers.select(
        _key("Id").alias("post"),
        _key("parent").alias("thread"),
        "author",
        pl.lit(ANSWER).alias("kind"),
        pl.col("CreationDate").alias("created_at"),
        "accepted",
        pl.when(pl.col("accepted") & pl.col("has_day")).then("day").alias("accepted_at"),
    )


def _comments(dump: _Dump, threads: _Lookup) -> Iterator[Batch]:
    for rows in dump.rows(COMMENTS):
        thread, found = threads.find(rows.select(_number("PostId"))["PostId"])
        placed = rows.with_columns(thread.alias("thread"), found.alias("found"))
        comments = dump.without(
            placed, ~pl.col("found"), "a comment on no question or answer of the export"
        ).select(
            (pl.lit("c") + _key("Id")).alias("post"),
            _key("thread"),
            _person("UserId", "UserDisplayName"),
            pl.lit(COMMENT).alias("kind"),
            pl.col("CreationDate").alias("created_at"),
        )
        dump.authors.add(comments["author"])
        yield Batch("post", comments)
