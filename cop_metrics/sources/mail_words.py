"""What stands in headers of mails besides the words of people: marks of replies, tags, automatic replies, labels.

The words are data (`mail_words.toml`). To add a language: one more line in its tables.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORDS = Path(__file__).parents[1] / "mail_words.toml"
MOST_MARKS = 60
LABELS = ("drafts", "spam", "trash", "chats")

_COUNT = r"(?:\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})|-?\d{1,2})?"
_COLON = r"[:：﹕︰]"
_UNSEEN = r"[\s?\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_UNSEEN_FEW = _UNSEEN.replace("?", "").replace("]*", "]{0,3}")
_TAIL = (
    r"(?:[\s:_-]+(?:e-?mails?|mail|sender|message|msg|source|origin|from outside|absender|nachricht|expéditeur))?"
    r"[\s!:.?]*"
)
_TAG = re.compile(r"\s*[\[【]([^\[\]【】]{1,60})[\]】]\s*")
_TAGS = re.compile(rf"^(?:{_TAG.pattern}){{1,4}}(?=\S)")
_SERVER = re.compile(r"\s*(?:\[(?:imap|gmail|google mail)\]|inbox)[./]", re.IGNORECASE)
_FOLLOWS = re.compile(r"\s*(?:[:|(]|[-–—]\s|re\s*:|$)")


class Subject(NamedTuple):
    """A subject without tags and marks, and whether a mark says that it replies, or that it may."""

    title: str
    is_reply: bool
    may_reply: bool


def plain(words: str) -> str:
    """Return words in small letters without accents, with plain apostrophes and single spaces."""
    apart = unicodedata.normalize("NFKD", words.casefold().replace("’", "'").replace("ı", "i"))
    return " ".join("".join(sign for sign in apart if unicodedata.category(sign) != "Mn").casefold().split())


def subject_of(words: str, tags: frozenset[str]) -> Subject:
    """Return what a subject says; `tags` are those of lists, in small letters."""
    rest, is_reply, may_reply = words, False, False
    for _ in range(MOST_MARKS):
        if (found := _outside().match(rest)) or (
            (found := _TAG.match(rest)) and (_is_no_subject(found[1], rest, tags))
        ):
            pass
        elif found := _mark("replies").match(rest):
            is_reply = True
        elif found := _mark("may_reply", "forwards").match(rest):
            may_reply = True
        else:
            break
        rest = rest[found.end() :]
    return Subject(_outside_behind().sub("", rest).strip(), is_reply, may_reply)


def compared(title: str) -> str:
    """Return what must be alike in titles of one conversation: tags before them and spaces are not."""
    return "".join(_TAGS.sub("", title).casefold().split())


def first_tag(words: str) -> str | None:
    """Return the tag before a subject in small letters, behind any mark and any tag of a gateway; None without one."""
    for _ in range(MOST_MARKS):
        found = _outside().match(words) or _mark("replies", "may_reply", "forwards").match(words)
        if not found:
            break
        words = words[found.end() :]
    tag = _TAG.match(words)
    return tag[1].casefold() if tag else None


def is_automatic(words: str) -> bool:
    """Say whether a subject, behind any tags and marks or in one, is that of a program which answers while somebody is away."""
    tag = first_tag(words)
    return _begins("automatic", _bare(words)) or (tag is not None and bool(_phrases("automatic").fullmatch(plain(tag))))


def is_notice(words: str) -> bool:
    """Say whether a subject is that of a mail server's notice, such as of a mail that could not be delivered."""
    return _begins("notices", _bare(words))


def is_digest(words: str) -> bool:
    """Say whether a subject without any mark of a reply is that of a digest, which holds the mails of others."""
    return not subject_of(words, frozenset()).is_reply and bool(_phrases("digests").fullmatch(_bare(words)))


def label_among(labels: Iterable[str]) -> str | None:
    """Return which of `LABELS` the labels tell, None for none of them."""
    told = {plain(_SERVER.sub("", label)) for label in labels}
    return next((kind for kind in LABELS if told & _plain_words(kind)), None)


def _bare(words: str) -> str:
    """Return a subject as `plain` does, without all that stands before it."""
    for _ in range(MOST_MARKS):
        found = _outside().match(words) or _TAG.match(words) or _mark("replies", "forwards").match(words)
        if not found:
            break
        words = words[found.end() :]
    return plain(words)


def _is_no_subject(tag: str, rest: str, tags: frozenset[str]) -> bool:
    return tag.casefold() in tags or _tags_and_mark().match(rest) is not None


def _begins(table: str, bare: str) -> bool:
    found = _phrases(table).match(bare)
    return found is not None and _FOLLOWS.match(bare, found.end()) is not None


@cache
def _lists() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _of(*tables: str) -> list[str]:
    """Return the words of tables, the longest first, with and without accents."""
    words = {word for table in tables for language in _lists()[table].values() for word in language}
    return sorted(words | {plain(word) for word in words}, key=lambda word: (-len(word), word))


@cache
def _plain_words(table: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _of(table))


@cache
def _phrases(table: str) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(f"(?:{plain(phrase)})" for phrase in _of(table)) + ")")


@cache
def _mark(*tables: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, _of(*tables)))
    return re.compile(rf"{_UNSEEN}(?:{words})\.?{_COUNT}{_UNSEEN_FEW}{_COLON}\s*", re.IGNORECASE)


@cache
def _outside() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _of("outside"))) + r"|sec=[a-z0-9:,= -]{1,40}"
    bracketed = rf"[\[({{<][\s!*]*(?:{words}){_TAIL}[\])}}>]|\*{{1,5}}\s*(?:{words}){_TAIL}\*{{1,5}}"
    return re.compile(rf"{_UNSEEN}(?:{bracketed}|(?:extern|external|ext|(?-i:SPAM))\s?{_COLON})[\s:-]*", re.IGNORECASE)


@cache
def _outside_behind() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _of("outside")))
    return re.compile(rf"\s*[\[({{]\s*(?:{words}){_TAIL}[\])}}]\s*$", re.IGNORECASE)


@cache
def _tags_and_mark() -> re.Pattern[str]:
    """Return a pattern of tags that a mark follows: whatever they say, they are not the subject."""
    return re.compile(rf"(?:{_TAG.pattern}){{1,4}}{_mark('replies', 'forwards').pattern}", re.IGNORECASE)
