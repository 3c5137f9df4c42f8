"""Mailing lists: mbox files, and the monthly or quarterly text that Pipermail (Mailman 2) publishes, packed or not.

Mails are read line by line. Their own words wait in a temporary folder until it is known which mail opens which thread.
"""

import email
import email.header
import email.message
import email.utils
import gzip
import hashlib
import re
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, cast

import polars as pl

from cop_metrics.errors import CopError
from cop_metrics.sources.conversations import Conversations, from_html
from cop_metrics.sources.export import GIGABYTE, LARGEST_RATIO, Export
from cop_metrics.sources.source import Batch, Reading, Source
from cop_metrics.tables import MESSAGE, TABLES, TIME, typed
from cop_metrics.tabular import email_hash

ENDINGS = ("", ".mbox", ".mbx", ".txt", ".mail")
MAILS_A_BATCH = 5_000
LONGEST_LINE = 1 << 16
LARGEST_HEADER = 1 << 18
LARGEST_BODY = 1 << 18  # bytes that are looked at; what follows are attachments
LONGEST_TEXT = 20_000
MOST_REFERENCES = 50
LONGEST_SENDER = 500
LONGEST_WORDS = 10_000
SAME_SUBJECT = timedelta(days=180)
CLOCKS_DIFFER = timedelta(days=1)
EARLIEST = datetime(1990, 1, 1)
LIST_TAG_FROM = 0.2
QUOTE_SIGNS = ">|:}#%"

_SEPARATOR = re.compile(rb"From .*\b\d{1,2}:\d\d(?::\d\d)?\b.*\b\d{4}\s*$")
_HEADER = re.compile(rb"[!-9;-~]{1,70}:|>From ")
_ID = re.compile(r"<([^<>]+)>")
_PREFIX = r"(?:re|aw|antw|sv|odp|rif|ris|回复|答复)(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]"
_REPLIES = re.compile(rf"\s*{_PREFIX}", re.IGNORECASE)
_BEFORE_SUBJECT = re.compile(rf"\s*(?:{_PREFIX}|(?:fwd?|wg|转发)\s*[:：])\s*", re.IGNORECASE)
_TAG = re.compile(r"\s*\[([^\[\]]{1,60})\]\s*")
_TAGGED_REPLY = re.compile(rf"\s*\[[^\[\]]{{1,60}}\]\s*(?={_PREFIX})", re.IGNORECASE)
_AUTOMATIC = re.compile(
    r"(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?reply|automatische antwort)\b", re.I
)
_NOBODY = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|notifications?|bounces?)(?:[+@-]|$)", re.I)


def recognises(export: Export) -> bool:
    """Return whether a file of the export begins as a mailbox does: a `From ` line with a time, then a header."""
    return any(_is_mailbox(export, name) for name in _candidates(export)[:200])


def read(export: Export, reading: Reading) -> Iterator[Batch]:
    """Yield threads, posts and members; memory grows by some 300 bytes a mail.

    Raises `CopError` when there is no mailbox, or a packed one is damaged.
    """
    names = [name for name in _candidates(export) if _is_mailbox(export, name)]
    if not names:
        raise CopError(
            f"'{export.path.name}' holds no mailbox. Give .mbox files, or the monthly text files of the list's archive "
            "(.txt or .txt.gz), one or a folder of them."
        )
    left = [name for name in _candidates(export) if name not in set(names)]
    if left:
        reading.notes.append(f"Files that are no mailboxes and were not read, such as {left[0]}: {len(left):,}.")
    export.unpack(names)
    for table in ("member", "thread", "post"):
        yield Batch(table, pl.DataFrame(schema=dict(TABLES[table].columns)))
    with tempfile.TemporaryDirectory(prefix="cop-metrics-") as folder:
        archive = Archive(reading=reading, folder=Path(folder))
        for name in names:
            _read_file(export, name, archive, several=len({PurePosixPath(each).parent for each in names}) > 1)
        yield from tables(archive)


SOURCE = Source(
    id="mailbox",
    title="Mailing list (mbox or Pipermail text)",
    how_to_export=(
        "Mailman 2: save the 'Downloadable version' files of the list's archive page (.txt or .txt.gz). Mailman 3: "
        "'Download mbox' on the list's page. Google Groups and others: an mbox, as Google Takeout or your mail program "
        "saves one. Give all files of the list in one folder, since replies may stand in a later one."
    ),
    personal_fields=("From: address (kept as a hash), name", "Subject", "Message-ID"),
    cannot_measure=(
        "who reads the list, and who is on it without writing",
        "reactions and accepted answers: only thanks in words tell that something worked",
        "mails that were answered in private",
    ),
    never_opens=(
        "files that are no mailboxes",
        "attachments of mails, and what is not text in them",
    ),
    version=1,
    private_before=0,
    recognises=recognises,
    read=read,
)


# Which files


def _candidates(export: Export) -> list[str]:
    return [name for name in export.names if PurePosixPath(name.lower().removesuffix(".gz")).suffix in ENDINGS]


def _is_mailbox(export: Export, name: str) -> bool:
    try:
        head = export.head(name)
        if name.lower().endswith(".gz"):
            head = zlib.decompressobj(31).decompress(head, 4096)
    except (CopError, zlib.error):
        return False
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").split(b"\n", 2)
    return len(lines) > 1 and bool(_SEPARATOR.match(lines[0]) and _HEADER.match(lines[1]))


# One mail


class Raw(NamedTuple):
    """A mail as it stands in a file: the line at which it begins, its header and the first of its body."""

    line: int
    header: bytes
    body: bytes


class _Mail(NamedTuple):
    """A mail as it is kept until threads are known; `parents` are the mails that it may reply to, nearest first."""

    key: str
    parents: list[str]
    subject: str
    author: str | None
    at: datetime
    text: str
    channel: str | None


SPOOLED: dict[str, pl.DataType | type[pl.DataType]] = {
    "key": pl.String,
    "parents": pl.List(pl.String),
    "subject": pl.String,
    "author": pl.String,
    "at": TIME,
    "text": pl.String,
    "channel": pl.String,
}


class _Person(NamedTuple):
    """An author: the key, which is a hash; the hash of the address unless it was scrambled beyond repair; the name."""

    key: str
    hash: str | None
    name: str | None
    is_program: bool


class Measured:
    """A packed stream that counts what was read of it."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self.taken = inner, 0

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.taken += len(data)
        return data


def _lines(export: Export, name: str) -> Iterator[bytes]:
    """Yield the lines of a file, packed or not; a line that is too long comes in pieces."""
    with export.open(name) as stream:
        if not name.lower().endswith(".gz"):
            while line := stream.readline(LONGEST_LINE):
                yield line
            return
        packed, done = Measured(stream), 0
        try:
            with gzip.GzipFile(fileobj=cast(BinaryIO, packed), mode="rb") as unpacked:
                while line := unpacked.readline(LONGEST_LINE):
                    yield line
                    done += len(line)
                    if done > GIGABYTE and done > LARGEST_RATIO * packed.taken:
                        raise CopError(
                            f"'{name}' unpacks to far more than mail does. Unpack it yourself if it is right."
                        )
        except (OSError, EOFError, zlib.error) as problem:
            raise CopError(f"'{name}' is damaged or cut short. Copy or download it again.") from problem


def _raw_mails(lines: Iterator[bytes]) -> Iterator[Raw]:
    """Yield the mails of a file; a line that begins with `From ` divides them only where a header follows."""
    begun = number = 0
    in_header = at_start = True
    header, body = bytearray(), bytearray()
    line = next(lines, b"").removeprefix(b"\xef\xbb\xbf")
    while line:
        number += 1
        following: bytes | None = None
        if at_start and line.startswith(b"From ") and _SEPARATOR.match(line):
            following = next(lines, b"")
            if _HEADER.match(following):
                if begun:
                    yield Raw(begun, bytes(header), bytes(body))
                begun, in_header, header, body = number, True, bytearray(), bytearray()
                line, following = following, None
                number += 1
        if begun:
            if in_header and at_start and not line.strip(b"\r\n"):
                in_header = False
            elif in_header:
                header += line[: LARGEST_HEADER - len(header)]
            else:
                body += line[: LARGEST_BODY - len(body)]
        at_start = line.endswith(b"\n")
        line = next(lines, b"") if following is None else following
    if begun:
        yield Raw(begun, bytes(header), bytes(body))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _in_charset(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset) if charset else _decoded(raw)
    except (LookupError, ValueError):
        return _decoded(raw)


def _headers(raw: bytes) -> dict[str, str]:
    """Return the headers by lower-case name, unfolded and as they are encoded; the first of equal ones."""
    found: dict[str, str] = {}
    name = ""
    for line in _decoded(raw).splitlines():
        if line[:1] in " \t":
            if name:
                found[name] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name in found:
            name = ""
            continue
        found[name] = value.strip()
    return found


def _words(value: str) -> str:
    """Return a header's value with encoded words (`=?utf-8?q?...?=`) decoded, and single spaces."""
    value = value[:LONGEST_WORDS]
    if "=?" in value:
        try:
            parts = email.header.decode_header(value)
        except (ValueError, email.errors.MessageError):
            parts = [(value, None)]
        value = "".join(part if isinstance(part, str) else _in_charset(part, charset) for part, charset in parts)
    return " ".join(value.split())


def _time(value: str) -> datetime | None:
    """Return the UTC time of a Date header, None where it cannot be read."""
    try:
        told = email.utils.parsedate_tz(value)
        return None if told is None else datetime(*told[:6]) - timedelta(seconds=told[9] or 0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


# Who wrote it


def _person(headers: dict[str, str]) -> _Person | None:
    """Return the author, None where the mail names nobody."""
    address, name = _address_and_name(_words(headers.get("from", "")))
    by_list = re.match(r"(.+?) via .+$", name, re.IGNORECASE)
    if by_list:  # the list put its own address there; the author's is where replies go, if anywhere
        name = by_list[1].strip("'\" ")
        answer_to, _ = _address_and_name(_words(headers.get("reply-to", "")))
        address = "" if "," in answer_to or answer_to == address else answer_to
    if not address and not name:
        return None
    shown = name if name and "@" not in name and name.casefold() != address else None
    whole = bool(re.fullmatch(r"[^\s@|<>()]+@[^\s@|<>()]+\.[^\s@|<>().]+", address)) and "..." not in address
    hashed = email_hash(address) if whole else None
    told = address if whole or _is_scrambled(address) else f"{address} {name.casefold()}"
    return _Person(
        key=(hashed or hashlib.sha256(told.encode("utf-8", "replace")).hexdigest())[:20],
        hash=hashed,
        name=shown,
        is_program=bool(_NOBODY.match(address)),
    )


def _address_and_name(value: str) -> tuple[str, str]:
    """Return the address in lower case with its @, and the display name; either may be empty.

    Archives hide addresses from harvesters: `ada at example.org`, `ada(a)example.org`, `@d@ @end|ng |rom ex@mp|e@org`.
    The first two are put right; the last cannot be, since one sign stands for several letters.
    """
    value = value[:LONGEST_SENDER]
    within = re.match(r"(.*?)\s*<([^<>]*)>", value)
    behind = re.match(r"([^\"]*?\S)\s+\((.*)\)\s*$", value)
    if within and within[2].strip():
        address, name = within[2], within[1]
    elif behind:
        address, name = behind[1], behind[2]
    else:
        address, name = value, ""
    address = " ".join(address.removeprefix("mailto:").lower().split())
    address = re.sub(r"\s*(?:\((?:a|at)\)|\[at\]|<at>|\{at\}|_at_)\s*| at (?=\S+$)", "@", address)
    address = re.sub(r"\s*[\[({]dot[\])}]\s*| dot ", ".", address)
    if "@" not in address and not name:
        address, name = "", value
    return address, name.strip().strip("\"'").replace('\\"', '"').strip()


def _is_scrambled(address: str) -> bool:
    """Tell whether an address is one person's though its letters are hidden, unlike one that is cut (`ad...@host`)."""
    return "@" in address and "..." not in address and " " in address


# What they wrote themselves


_CUTS = re.compile(
    r"(?m)^(?:"
    r"-- ?$"
    r"|-{8,} next part -{8,}"
    r"|-+ ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine) ?-+"
    r"|-+BEGIN PGP SIGNATURE-+"
    r"|_{20,}\s*\n[^\n]*(?:mailing list|mailman|@| at |listinfo)"
    r"|_{20,}\s*\n\s*(?:from|von|de):"
    r"|\*?(?:from|von):\*? [^\n]+\n\*?(?:sent|date|gesendet|datum):"
    r"|you received this message because you are subscribed"
    r"|to unsubscribe (?:from|send|visit)"
    r")",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"(?m)^[ \t]*(?:on|am|le|el|il|op|em|den|w dniu|at)\b[^\n]{0,200}(?:\n(?![ \t]*>)[^\n]{0,200}){0,2}?"
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisał)\b[^\n]{0,100}:[ \t]*$",
    re.IGNORECASE,
)
_WROTE = re.compile(r"(?m)^[^\n>]{1,120}\b(?:wrote|writes|schrieb|a écrit)\b[^\n]{0,100}:[ \t]*\n(?=\s*>)")
_QUOTED = re.compile(r"(?m)^[ \t]*(?:>|\|>)[^\n]*\n?")
_LEFT_BY_SOFTWARE = re.compile(
    r"(?m)^[ \t]*(?:\[\[alternative HTML version deleted\]\]|-+BEGIN PGP SIGNED MESSAGE-+|Hash: SHA\d+"
    r"|\[(?:EXTERNAL|CAUTION)[^\]\n]*\][^\n]*|(?:sent|get|gesendet) (?:from|outlook|von)[^\n]{0,60})[ \t]*$",
    re.IGNORECASE,
)


def own_text(text: str) -> str:
    """Return what a mail's author wrote: no quotations and the lines that announce them, no signature, no list footer."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cut = _CUTS.search(text)
    text = text[: cut.start()] if cut else text
    announced = _ATTRIBUTION.search(text)
    while announced:
        before, after = text[: announced.start()], text[announced.end() :]
        sign = after.lstrip()[:1]
        quoted = sign != "" and sign in QUOTE_SIGNS
        if quoted:
            after = re.sub(rf"(?m)^[ \t]*{re.escape(sign)}[^\n]*\n?", "", after)
        dated = re.search(r"\d", announced[0]) is not None
        text = before + (after if quoted or not dated else "")
        announced = _ATTRIBUTION.search(text, len(before)) if quoted else None
    text = _QUOTED.sub("", _WROTE.sub("", text))
    return _LEFT_BY_SOFTWARE.sub("", text)[:LONGEST_TEXT].strip()


def _text(headers: dict[str, str], raw: bytes) -> str:
    """Return the text of a mail, decoded; of several forms the plain one, of attachments none."""
    kind, coding = headers.get("content-type", "").lower(), headers.get("content-transfer-encoding", "").lower()
    if not kind.startswith(("multipart/", "text/html")) and coding not in ("base64", "quoted-printable"):
        charset = re.search(r"charset=\"?([\w.:-]+)", kind)
        return _in_charset(raw, charset[1] if charset else None)
    told = "".join(
        f"{name}: {headers[name]}\n" for name in ("content-type", "content-transfer-encoding") if name in headers
    )
    plain: list[str] = []
    html: list[str] = []
    for part in email.message_from_bytes(told.encode("utf-8", "replace") + b"\n" + raw).walk():
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
            (html if part.get_content_subtype() == "html" else plain).append(_text_of_part(part))
    if plain or not html:
        return "\n".join(plain)
    return str(pl.select(from_html(pl.lit(html[0][:LARGEST_BODY]))).item())


def _text_of_part(part: email.message.Message) -> str:
    raw = part.get_payload(decode=True)
    return _in_charset(raw, part.get_content_charset()) if isinstance(raw, bytes) else ""


# All mails


@dataclass
class _Known:
    """What is known of an author: the newest name, and whether programs wrote all of it."""

    hash: str | None
    name: str | None
    named_at: datetime
    is_program: bool


@dataclass(kw_only=True)
class Archive:
    """The mails that were read: their keys in order, who wrote them, and where the rest of them waits."""

    reading: Reading
    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    people: dict[str, _Known] = field(default_factory=dict)
    tags: Counter[str] = field(default_factory=Counter)
    waiting: list[_Mail] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, mail: _Mail) -> None:
        self.rows[mail.key] = len(self.rows)
        tag = _TAG.match(_REPLIES.sub("", mail.subject, count=1))
        if tag:
            self.tags[tag[1].casefold()] += 1
        self.waiting.append(mail)
        if len(self.waiting) >= MAILS_A_BATCH:
            self.spool()

    def meet(self, person: _Person, at: datetime, *, automatic: bool) -> None:
        is_program = person.is_program or automatic
        known = self.people.get(person.key)
        if known is None:
            self.people[person.key] = _Known(person.hash, person.name, at, is_program)
            return
        known.is_program = known.is_program and is_program
        if person.name and (known.name is None or at > known.named_at):
            known.name, known.named_at = person.name, at

    def spool(self) -> None:
        """Write what waits into a file; memory holds one batch."""
        if self.waiting:
            file = self.folder / f"{len(self.files)}.arrow"
            pl.DataFrame(self.waiting, schema=SPOOLED, orient="row").write_ipc(file)
            self.files.append(file)
            self.waiting = []

    def list_tags(self) -> frozenset[str]:
        """Return the tags that the lists put before subjects: those that many subjects have."""
        least = max(2, LIST_TAG_FROM * len(self.rows))
        return frozenset(tag for tag, mails in self.tags.items() if mails >= least)


def _read_file(export: Export, name: str, archive: Archive, *, several: bool) -> None:
    """Read the mails of a file into the archive; those that are left out are counted."""
    folder = PurePosixPath(name).parent.name if several else ""
    for raw in _raw_mails(_lines(export, name)):
        place = f"{name} line {raw.line}"
        headers = _headers(raw.header)
        if not headers.keys() & {"from", "date", "message-id"}:
            archive.reading.skip("a piece of a mailbox without the headers of a mail", place)
            continue
        take(archive, headers, raw, place, folder)


def take(archive: Archive, headers: dict[str, str], raw: Raw, place: str, folder: str) -> None:
    """Take a mail, whose headers are given by lower-case name, or count why it is left out; `folder` names its list."""
    at, subject = _time(headers.get("date", "")), _words(headers.get("subject", ""))
    key = _key(headers, raw)
    if key in archive.rows:
        archive.reading.skip("a second copy of a mail: its Message-ID was there before", place)
    elif at is None:
        archive.reading.skip("a mail whose date cannot be read", place)
    elif at < EARLIEST:
        archive.reading.skip("a mail dated before 1990", place)
    elif _answers_by_itself(headers, subject):
        archive.reading.skip("an automatic reply, such as 'out of office'", place)
    else:
        person = _person(headers)
        if person:
            archive.meet(person, at, automatic="auto-submitted" in headers and headers["auto-submitted"] != "no")
        archive.add(
            _Mail(
                key=key,
                parents=_parents(headers, key),
                subject=subject[:1000],
                author=person.key if person else None,
                at=at,
                text=own_text(_text(headers, raw.body)),
                channel=_channel(headers, folder),
            )
        )


def _key(headers: dict[str, str], raw: Raw) -> str:
    """Return the Message-ID without its brackets; a hash stands in where there is none."""
    told = headers.get("message-id", "")
    found = _ID.search(told)
    key = (found[1] if found else told.strip("<> ")).strip()
    return key[:500] or "no-id:" + hashlib.sha256(raw.header + raw.body).hexdigest()[:20]


def _parents(headers: dict[str, str], key: str) -> list[str]:
    """Return the mails that this one may reply to, nearest first, and last the one that opened the thread."""
    said = _ID.findall(headers.get("in-reply-to", ""))[:1]
    others = _ID.findall(headers.get("references", ""))[::-1]
    kept = others[: MOST_REFERENCES - 1] + others[-1:] if len(others) > MOST_REFERENCES else others
    return [each.strip()[:500] for each in dict.fromkeys([*said, *kept]) if each.strip() not in ("", key)]


def _channel(headers: dict[str, str], folder: str) -> str | None:
    """Return the list's name: of its List-Id, else of the file's folder where there are several."""
    told = headers.get("list-id", "")
    found = _ID.search(told)
    name = (found[1] if found else told).strip().split(".")[0]
    return name or folder or None


def _answers_by_itself(headers: dict[str, str], subject: str) -> bool:
    return (
        "auto-replied" in headers.get("auto-submitted", "").lower()
        or "x-autoreply" in headers
        or headers.get("precedence", "").lower() == "auto_reply"
        or bool(_AUTOMATIC.match(subject))
    )


def _title(subject: str, tags: frozenset[str]) -> tuple[str, bool]:
    """Return a subject without tags of lists and without `Re:` and the like, and whether it had one that means a reply."""
    is_reply = False
    for _ in range(20):
        tag, prefix = _TAG.match(subject), _BEFORE_SUBJECT.match(subject)
        if tag and (tag[1].casefold() in tags or _TAGGED_REPLY.match(subject)):
            subject = subject[tag.end() :]
        elif prefix:
            is_reply = is_reply or bool(_REPLIES.match(subject))
            subject = subject[prefix.end() :]
        else:
            break
    return subject.strip(), is_reply


# Threads


OPENS, LOST, RE_ONLY = -1, -2, -3
"""What stands instead of a mail's parent: it opens a thread; its parent is not there; its subject alone says `Re:`."""


@dataclass(frozen=True, kw_only=True)
class _Threads:
    """The thread of each mail, by the mail's number: its key, whether that was inferred, and those that nobody opens."""

    keys: list[str]
    inferred: frozenset[int]
    unopened: frozenset[str]


def _threads(archive: Archive) -> _Threads:
    """Find the conversation of each mail.

    A reply belongs to the conversation of the nearest mail that it names. Where none is there it joins the thread of the
    same subject, else it stands in the thread of the mail that is missing; it never opens one.
    """
    parent, at, subjects = array("q"), array("q"), []
    lost: dict[int, str] = {}
    tags = archive.list_tags()
    for file in archive.files:
        told = pl.read_ipc(file.read_bytes(), columns=["key", "parents", "subject", "at"])
        for key, named, subject, when in told.iter_rows():
            row = len(parent)
            title, is_reply = _title(subject, tags)
            subjects.append(hash(title.casefold()) if title else 0)
            at.append(int((when - EARLIEST).total_seconds()))
            found = next((archive.rows[each] for each in named if each in archive.rows), None)
            if found is not None:
                parent.append(found)
            else:
                parent.append(LOST if named else RE_ONLY if is_reply else OPENS)
                if named or is_reply:
                    lost[row] = named[-1] if named else f"re:{key}"
    roots = _roots(parent, at)
    return _named(archive, roots, parent, at, subjects, lost)


def _roots(parent: "array[int]", at: "array[int]") -> "array[int]":
    """Return the number of the mail at the top of each; where mails name each other in a ring, the oldest is made one."""
    roots = array("q", [-1]) * len(parent)
    for start in range(len(parent)):
        path, row = [], start
        on_path: set[int] = set()
        while roots[row] < 0 and parent[row] >= 0 and row not in on_path:
            path.append(row)
            on_path.add(row)
            row = parent[row]
        if row in on_path:
            ring = path[path.index(row) :]
            row = min(ring, key=lambda each: (at[each], each))
            parent[row] = OPENS
        root = roots[row] if roots[row] >= 0 else row
        roots[row] = root
        for each in path:
            roots[each] = root
    return roots


def _named(
    archive: Archive,
    roots: "array[int]",
    parent: "array[int]",
    at: "array[int]",
    subjects: list[int],
    lost: dict[int, str],
) -> _Threads:
    openers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = {subjects[row] for row in lost} - {0}
    for row, above in enumerate(parent):
        if above == OPENS and subjects[row] in wanted:
            openers[subjects[row]].append((at[row], row))
    for same in openers.values():
        same.sort()
    named = list(archive.rows)
    thread_of = {row: named[row] for row in set(roots) if row not in lost}
    inferred, unopened = set(), set()
    for row, missing in lost.items():
        opener = _opener(openers.get(subjects[row], []), at[row])
        if opener is None:
            thread_of[row] = missing
            unopened.add(missing)
        else:
            thread_of[row] = named[opener]
        if opener is not None or parent[row] == RE_ONLY:
            inferred.add(row)
    return _Threads(
        keys=[thread_of[root] for root in roots], inferred=frozenset(inferred), unopened=frozenset(unopened)
    )


def _opener(same_subject: list[tuple[int, int]], at: int) -> int | None:
    """Return the newest mail that opened a thread of the subject before a reply, and not too long before."""
    place = bisect_right(same_subject, (at + int(CLOCKS_DIFFER.total_seconds()), 1 << 62))
    if not place:
        return None
    opened, row = same_subject[place - 1]
    return row if at - opened <= SAME_SUBJECT.total_seconds() else None


# The tables


def tables(archive: Archive) -> Iterator[Batch]:
    """Yield the threads, posts and members of all mails that were taken."""
    archive.spool()
    yield from _conversations(archive)
    yield Batch("member", _members(archive))


def _conversations(archive: Archive) -> Iterator[Batch]:
    threads, tags = _threads(archive), archive.list_tags()
    conversations = Conversations(joins_messages=False)
    told: set[str] = set()
    done = 0
    for file in archive.files:
        mails = pl.read_ipc(file.read_bytes())
        file.unlink()
        rows = range(done, done + len(mails))
        done += len(mails)
        titles = [_title(subject, tags)[0] for subject in mails["subject"]]
        texts = [f"{title}.\n{text}" if title else text for title, text in zip(titles, mails["text"], strict=True)]
        messages = mails.select("key", "author", "at", "channel").with_columns(
            pl.Series("thread", [threads.keys[row] for row in rows], pl.String),
            pl.Series("text", texts, pl.String),
            pl.Series("title", [title or None for title in titles], pl.String),
            pl.Series("is_inferred", [row in threads.inferred for row in rows], pl.Boolean),
        )
        unopened = messages.filter(pl.col("thread").is_in(threads.unopened)).unique("thread", keep="first")
        new = unopened.filter(~pl.col("thread").is_in(told)).sort("thread")
        told |= set(new["thread"])
        named = new.select("thread", "title", "channel").with_columns(pl.lit(MESSAGE).alias("kind"))
        yield Batch("thread", typed("thread", named))
        yield from conversations.batches(messages)
    _note(archive, threads)


def _note(archive: Archive, threads: _Threads) -> None:
    names = Counter(known.name.casefold() for known in archive.people.values() if known.name)
    told = {
        "Conversations that begin with a reply to a mail that is not in the archive, and so are never questions": len(
            threads.unopened
        ),
        "Replies put into a thread by their subject alone, as what they reply to is not in the archive": len(
            threads.inferred
        ),
        "Display names with several addresses, each of which is a member of its own unless an alias says otherwise": sum(
            1 for addresses in names.values() if addresses > 1
        ),
    }
    archive.reading.notes += [f"{what}: {number:,}." for what, number in told.items() if number]


def _members(archive: Archive) -> pl.DataFrame:
    people = sorted(archive.people.items())
    return typed(
        "member",
        pl.DataFrame(
            {
                "member": [key for key, _ in people],
                "name": [known.name for _, known in people],
                "email_hash": [known.hash for _, known in people],
                "is_bot": [known.is_program for _, known in people],
            },
            schema_overrides={"member": pl.String, "name": pl.String, "email_hash": pl.String, "is_bot": pl.Boolean},
        ),
    )
