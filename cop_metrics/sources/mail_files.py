"""Files of mails: which they are, and where in them one mail ends and the next begins.

To add a kind of file: a `Kind`, what its first lines look like in `kind_of`, and what divides its
mails in `_Divided`.
"""

import gzip
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, cast

from cop_metrics.errors import CopError
from cop_metrics.sources import mail_words
from cop_metrics.sources.export import GIGABYTE, LARGEST_RATIO, MAY_BE_EMPTY, Export
from cop_metrics.sources.mail_dates import time_of_divider, time_of_header

ENDINGS = ("", ".mbox", ".mbx", ".txt", ".mail")
LONGEST_LINE = 1 << 16
LARGEST_HEADER = 1 << 18
LARGEST_BODY = 1 << 18  # bytes that are looked at; what follows are attachments
MOST_HEADERS = 500
LOOKED_AT = 1 << 14

PASTED = "a mail pasted into another one with its headers, which is part of that one's text"
UNDIVIDED = "headers of a mail below a line that begins with 'From', taken for text as nothing shows that a mail begins there"

_TIME_ENDS = (
    rb"\d{1,2}:\d\d(?::\d\d)?(?: +[A-Z(+-][\w:+()-]{0,8}){0,2}(?: +\d{4})?(?: +[+-]\d{4})?\s*$"
)
_FULL = re.compile(
    rb"From (?:.*\s)?(?:[A-Z][a-z]{2},? +)?(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}),? +(?:\d{4},? +)?"
    + _TIME_ENDS
)
_HEADER = re.compile(rb"[!-9;-~]{1,70}:|>From ")
_RULE = re.compile(rb"={60,}\s*$")
_FORWARDED = re.compile(
    rb"-+ ?(?:original|forwarded|weitergeleitet|urspr|message|mensaje|messaggio)", re.IGNORECASE
)
_LISTSERV = re.compile(r".*[. ]log\d{2,4}[a-e]?$", re.IGNORECASE)
_DATE = re.compile(rb"date:.*\d{1,2}[:.]\d\d|date: *\d{4}[-/]\d\d[-/]\d\d", re.IGNORECASE)
_OF_PROGRAMS = {
    "from",
    "date",
    "to",
    "cc",
    "subject",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "status",
}
_BY_TOOLS = {
    "received",
    "return-path",
    "delivered-to",
    "status",
    "x-status",
    "x-gm-thrid",
    "x-mozilla-status",
}


class Kind(Enum):
    """What divides the mails of a file: `From ` lines, rules of equals signs (LISTSERV), or
    nothing: it is one mail.
    """

    FROM = "From lines"
    RULES = "rules"
    ONE = "one mail"


class Raw(NamedTuple):
    """A mail as it stands in a file: the line at which it begins, its header, the first of its
    body, what divides it.
    """

    line: int
    header: bytes
    body: bytes
    divider: str = ""


class Measured:
    """A packed stream that counts what was read of it."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self.taken = inner, 0

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size)
        self.taken += len(data)
        return data


def candidates(export: Export) -> list[str]:
    """Return the files that may hold mails, by their names."""
    return [name for name in export.names if _may_hold_mails(_unpacked_name(name))]


def private_folder(name: str) -> str | None:
    """Return which of the folders that nobody meant to hand over a file is (drafts, spam, trash,
    chats), else None.
    """
    path = PurePosixPath(_unpacked_name(name))
    says_nothing = path.name.lower() == "mbox" or _may_be_one(path.name)
    folders = [
        each
        for each in path.parents
        if says_nothing or each.suffix.lower() in (*ENDINGS[1:], ".sbd")
    ]
    stems = [
        each.stem for each in (path, *folders) if each.suffix.lower() in (*ENDINGS[1:], ".sbd")
    ]
    return mail_words.label_among([path.name, *(each.name for each in folders), *stems])


def kind_of(export: Export, name: str) -> Kind | None:
    """Return the kind of a file by its first lines, None where it holds no mails."""
    head = _head(export, name).removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    lines = head.split(b"\n")
    header = _header_lines(lines[1:])
    if lines[0].startswith(b"From ") and (
        _is_of_mail(header) or (_FULL.match(lines[0]) and _is_of_a_piece(header))
    ):
        return Kind.FROM
    if _RULE.match(lines[0]) and _is_of_mail(header):
        return Kind.RULES
    return Kind.ONE if _may_be_one(name) and _is_of_mail(_header_lines(lines)) else None


def is_empty(export: Export, name: str) -> bool:
    """Say whether a file is a mailbox without a mail, which only its name can tell."""
    is_mailbox = PurePosixPath(_unpacked_name(name).lower()).suffix in MAY_BE_EMPTY
    return is_mailbox and not _head(export, name).removeprefix(b"\xef\xbb\xbf").strip()


def lines_of(export: Export, name: str) -> Iterator[bytes]:
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
            raise CopError(
                f"'{name}' is damaged or cut short. Copy or download it again."
            ) from problem


def raw_mails(
    lines: Iterator[bytes], kind: Kind, leave_out: Callable[[str, int], None]
) -> Iterator[Raw]:
    """Yield the mails of a file; `leave_out` is told why headers of a mail begin none, and their
    line.
    """
    return _Divided(lines, kind, leave_out).mails()


class _Mail:
    """The mail that is being read."""

    def __init__(self, line: int, divider: bytes, header: list[bytes]) -> None:
        self.line, self.divider = line, divider
        self.header, self.body = bytearray(), bytearray()
        self.in_header = True
        self.last_words = b""
        self.holds_pasted = False
        self.times = _times(divider, header)

    def add(self, line: bytes, *, at_start: bool) -> None:
        if self.in_header and at_start and not line.strip(b"\r\n"):
            self.in_header = False
        elif self.in_header:
            self.header += line[: LARGEST_HEADER - len(self.header)]
        else:
            self.body += line[: LARGEST_BODY - len(self.body)]
            if not line.isspace():
                self.last_words = line

    def raw(self) -> Raw:
        divider = self.divider.decode("utf-8", "replace").strip()
        return Raw(self.line, bytes(self.header), bytes(self.body), divider.removeprefix("From "))


class _Divided:
    """A file of mails, divided as it is read; memory holds one mail and the header of the next."""

    def __init__(
        self, lines: Iterator[bytes], kind: Kind, leave_out: Callable[[str, int], None]
    ) -> None:
        self._lines, self._kind, self._leave_out = lines, kind, leave_out
        self._ahead: deque[bytes] = deque()
        self._style: str | None = None
        self._mail: _Mail | None = None
        self._number = 0

    def mails(self) -> Iterator[Raw]:
        at_start, before = True, b"\n"
        line = self._next().removeprefix(b"\xef\xbb\xbf")
        if self._kind is Kind.ONE:
            self._mail = _Mail(1, b"", [])
        while line:
            self._number += 1
            if (
                at_start
                and self._may_divide(line)
                and (begun := self._begun(line, before.isspace()))
            ):
                if self._mail:
                    yield self._mail.raw()
                self._mail = begun
            elif self._mail:
                self._mail.add(line, at_start=at_start)
            before = line if at_start else b"a line in pieces"
            at_start = line.endswith(b"\n")
            line = self._next()
        if self._mail:
            yield self._mail.raw()

    def _next(self) -> bytes:
        return self._ahead.popleft() if self._ahead else next(self._lines, b"")

    def _may_divide(self, line: bytes) -> bool:
        if self._kind is Kind.FROM:
            return line.startswith(b"From") and line[4:5].isspace()
        return self._kind is Kind.RULES and _RULE.match(line) is not None

    def _begun(self, line: bytes, behind_empty: bool) -> _Mail | None:
        """Return the mail that a line begins, None where it is part of the text of the one before."""
        header = self._look_ahead()
        if not header or not self._divides(line, header, behind_empty):
            return None
        begun = _Mail(self._number, line, header)
        if self._mail and self._is_pasted(self._mail, begun, line):
            self._leave_out(PASTED, self._number)
            self._mail.holds_pasted = True
            return None
        self._style = self._style or _style(line)
        return begun

    def _divides(self, line: bytes, header: list[bytes], behind_empty: bool) -> bool:
        is_full = self._kind is Kind.FROM and _FULL.match(line) is not None
        is_of_mail = _is_of_mail(header)
        if (
            behind_empty
            or self._mail is None
            or (is_full and is_of_mail and _names(header).keys() & _BY_TOOLS)
        ):
            return is_of_mail or (is_full and _is_of_a_piece(header))
        if is_full and is_of_mail and self._is_no_older(line, header):
            return True  # mails that were put together without an empty line between them
        if is_of_mail:
            self._leave_out(UNDIVIDED, self._number)
        return False

    def _is_no_older(self, line: bytes, header: list[bytes]) -> bool:
        """Say whether headers stand below a mail that was written before them, so that it cannot
        quote them.
        """
        times = _times(line, header)
        return (
            self._mail is not None
            and bool(self._mail.times and times)
            and min(times) >= max(self._mail.times)
        )

    def _is_pasted(self, around: _Mail, begun: _Mail, line: bytes) -> bool:
        """Say whether headers stand in the text of a mail: they are older, and announced or unlike
        what divides the file.
        """
        if around.in_header or not (
            around.times and begun.times and max(begun.times) < min(around.times)
        ):
            return False
        announced = around.last_words.strip().endswith(
            (b":", "：".encode())
        ) or line.rstrip().endswith(b":")
        is_forwarded = _FORWARDED.match(around.last_words) is not None
        is_unlike = not around.holds_pasted and _style(line) not in (self._style, "")
        return announced or is_forwarded or is_unlike

    def _look_ahead(self) -> list[bytes]:
        """Return the header below a line, which is read again afterwards."""
        header = _header_lines(self._ahead)
        while len(header) == len(self._ahead) < MOST_HEADERS and (line := next(self._lines, b"")):
            self._ahead.append(line)
            if not _goes_on(header, line):
                break
            header.append(line)
        return header


def _may_hold_mails(name: str) -> bool:
    return (
        PurePosixPath(name.lower()).suffix in ENDINGS
        or _LISTSERV.match(name) is not None
        or _may_be_one(name)
    )


def _may_be_one(name: str) -> bool:
    """Say whether a file's name is that of one mail: `x.eml`, or a number, as in archives of Sympa."""
    path = PurePosixPath(name.lower())
    return path.suffix == ".eml" or path.name.isdecimal()


def _unpacked_name(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name


def _head(export: Export, name: str) -> bytes:
    """Return the first bytes of a file, unpacked; a sign that begins no mail where they cannot be
    read.
    """
    try:
        head = export.head(name, LOOKED_AT)
        return (
            zlib.decompressobj(31).decompress(head, LOOKED_AT)
            if name.lower().endswith(".gz")
            else head
        )
    except (CopError, zlib.error):
        return b"?"


def _header_lines(lines: Iterable[bytes]) -> list[bytes]:
    """Return the lines that are headers of a mail, up to the first that is none."""
    header: list[bytes] = []
    for line in lines:
        if not _goes_on(header, line):
            break
        header.append(line)
    return header


def _goes_on(header: list[bytes], line: bytes) -> bool:
    return _HEADER.match(line) is not None or (
        header != [] and line[:1] in (b" ", b"\t") and line.strip() != b""
    )


def _names(header: list[bytes]) -> Counter[str]:
    return Counter(
        line.partition(b":")[0].decode("ascii", "replace").lower()
        for line in header
        if _HEADER.match(line)
    )


def _is_of_mail(header: list[bytes]) -> bool:
    """Say whether headers are those of a mail: who wrote it, and at which hour or under which
    number.
    """
    names = _names(header)
    told = any(_DATE.match(line) for line in header) or names.keys() & {"message-id", "received"}
    return "from" in names and bool(told)


def _is_of_a_piece(header: list[bytes]) -> bool:
    """Say whether headers are such as programs write, though they do not make a mail."""
    return any(
        name in _OF_PROGRAMS or name.startswith(("x-", "content-", "list-"))
        for name in _names(header)
    )


def _times(divider: bytes, header: list[bytes]) -> list[datetime]:
    """Return the times that a mail says of itself: of the line that divides it, of its Date, of
    servers that received it.
    """
    unfolded = (
        b"".join(header)
        .decode("utf-8", "replace")
        .replace("\n ", " ")
        .replace("\n\t", " ")
        .splitlines()
    )
    told = [time_of_divider(divider.decode("utf-8", "replace"))]
    for name, _, value in (line.partition(":") for line in unfolded):
        if name.lower() in ("date", "received"):
            told.append(time_of_header(value.rpartition(";")[2]))
    return [each for each in told if each]


def _style(line: bytes) -> str:
    """Return how a dividing line names the sender; nothing where the line is not one that programs
    write whole.
    """
    if _RULE.match(line):
        return "rule"
    words = line.split()
    if not _FULL.match(line):
        is_prose = (
            len(words) > 3 and b"@" not in line and not re.search(rb"\d", line) and b'"' not in line
        )
        return "prose" if is_prose else ""
    return "-" if words[1] == b"-" else "sender"
