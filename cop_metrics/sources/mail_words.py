"""What stands in headers of mails besides the words of people: marks of replies, tags, automatic
replies, labels.

The words are data (`mail_words.toml`). To add a language: one more line in its tables.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORDS = Path(__file__).with_name("mail_words.toml")
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
_CLASSIFIED = r"sec=[a-z0-9:,= -]{1,40}"
_SERVER = re.compile(r"\s*(?:\[(?:imap|gmail|google mail)\]|inbox)[./]", re.IGNORECASE)
_FOLLOWS = re.compile(r"[\s.!]*(?:[:|(]|[-–—]\s|re\s*:|$)")
_NUMBER = re.compile(r"(?<=\w)[\s:#.-]+\d+$")
_OPENS, _CLOSES = r"(?:\*{1,5}|[(<{\[\"“„«])", r"(?:\*{1,5}|[)>}\]\"”“»])"
_SET_APART = re.compile(rf"{_OPENS}\s*([^()<>\[\]{{}}\"]{{1,80}}?)\s*{_CLOSES}")
_APART_BEHIND = re.compile(r"[(\[{]\s*([^()\[\]{}]{1,80}?)[\s.!]*[)\]}]$")
_LABEL = re.compile(
    r"\s*(?:\([^()]{1,40}\)|[^\s:：\[\](){}?!.,;]{1,20}(?: [^\s:：\[\](){}?!.,;]{1,20}){0,2}\s?[:：])\s*"
)
"""What a gateway or an old list puts before a mark without square brackets: `weld: Re:`, `(weld)
Re:`.
"""


class Subject(NamedTuple):
    """A subject without tags and marks, and whether a mark says that it replies, or that it may."""

    title: str
    is_reply: bool
    may_reply: bool


def plain(words: str) -> str:
    """Return words in small letters without accents, with plain apostrophes and single spaces."""
    apart = unicodedata.normalize("NFKD", words.casefold().replace("’", "'").replace("ı", "i"))
    return " ".join(
        "".join(sign for sign in apart if unicodedata.category(sign) != "Mn").casefold().split()
    )


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
        elif (found := _mark("may_reply", "forwards").match(rest)) or (
            found := _label_and_mark().match(rest)
        ):
            may_reply = True
        else:
            break
        rest = rest[found.end() :]
    return Subject(_outside_behind().sub("", rest).strip(), is_reply, may_reply)


def compared(title: str) -> str:
    """Return what must be alike in titles of one conversation: tags before them and spaces are not."""
    return "".join(_TAGS.sub("", title).casefold().split())


def first_tag(words: str) -> str | None:
    """Return the tag before a subject in small letters, behind any mark and any tag of a gateway;
    None without one.
    """
    for _ in range(MOST_MARKS):
        found = _outside().match(words) or _mark("replies", "may_reply", "forwards").match(words)
        if not found:
            break
        words = words[found.end() :]
    tag = _TAG.match(words)
    return _without_number(tag[1]) if tag else None


def is_automatic(words: str) -> bool:
    """Say whether a subject is that of a program which answers while somebody is away.

    It says so behind any tags and marks, or in one, or in brackets at its end; words that people
    use as well count where a mark of a reply follows them.
    """
    tag, bare, phrases = first_tag(words), _bare(words), _phrases("automatic")
    if _begins("automatic", bare.lstrip("\"'“„«")) or (
        tag is not None and phrases.fullmatch(plain(tag))
    ):
        return True
    if (apart := _SET_APART.match(bare)) and phrases.fullmatch(apart[1]):
        return True
    if (
        (behind := _APART_BEHIND.search(bare))
        and len(behind[1].split()) > 1
        and phrases.fullmatch(behind[1])
    ):
        return True
    return _absent_and_mark().match(bare) is not None


def is_receipt(words: str) -> bool:
    """Say whether a subject is that of a receipt or of a calendar's answer, if the mail replies:
    `Read: `, `Accepted: `.
    """
    found = _phrases("receipts").match(plain(words))
    return found is not None and plain(words)[found.end() :].lstrip().startswith(":")


def is_notice(words: str) -> bool:
    """Say whether a subject is that of a mail server's notice, such as of a mail that could not be
    delivered.
    """
    return _begins("notices", _bare(words))


def is_digest(words: str) -> bool:
    """Say whether a subject without any mark of a reply is that of a digest, which holds the mails
    of others.
    """
    return not subject_of(words, frozenset()).is_reply and bool(
        _phrases("digests").fullmatch(_bare(words))
    )


def label_among(labels: Iterable[str]) -> str | None:
    """Return which of `LABELS` the labels tell, None for none of them."""
    told = {plain(_SERVER.sub("", label)) for label in labels}
    return next((kind for kind in LABELS if told & _plain_words(kind)), None)


def _bare(words: str) -> str:
    """Return a subject as `plain` does, without all that stands before it."""
    for _ in range(MOST_MARKS):
        found = (
            _outside().match(words)
            or _TAG.match(words)
            or _mark("replies", "forwards").match(words)
        )
        if not found:
            break
        words = words[found.end() :]
    return plain(words)


def _is_no_subject(tag: str, rest: str, tags: frozenset[str]) -> bool:
    return (
        bool({tag.casefold(), _without_number(tag)} & tags)
        or _tags_and_mark().match(rest) is not None
    )


def _without_number(tag: str) -> str:
    """Return a tag in small letters, without the number that some lists give each mail:
    `[weld:00123]`.
    """
    return _NUMBER.sub("", tag.strip()).casefold()


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
    words = "|".join(map(re.escape, _of("outside"))) + "|" + _CLASSIFIED
    bracketed = (
        rf"[\[({{<][\s!*]*(?:{words}){_TAIL}[\])}}>]|\*{{1,5}}\s*(?:{words}){_TAIL}\*{{1,5}}"
    )
    before = r"(?:external|extern|ext)(?:[ -](?:e-?mail|mail|sender|message))?|(?-i:SPAM)"
    dashed = rf"(?:{before})\s[-–—]\s(?={_mark('replies', 'forwards').pattern})"
    return re.compile(
        rf"{_UNSEEN}(?:{bracketed}|(?:{before})\s?{_COLON}|{dashed})[\s:-]*", re.IGNORECASE
    )


@cache
def _outside_behind() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _of("outside"))) + "|" + _CLASSIFIED
    return re.compile(rf"\s*[\[({{]\s*(?:{words}){_TAIL}[\])}}]\s*$", re.IGNORECASE)


@cache
def _tags_and_mark() -> re.Pattern[str]:
    """Return a pattern of tags that a mark follows: whatever they say, they are not the subject."""
    return re.compile(
        rf"(?:{_TAG.pattern}){{1,4}}{_mark('replies', 'forwards').pattern}", re.IGNORECASE
    )


@cache
def _label_and_mark() -> re.Pattern[str]:
    """Return a pattern of a label that a mark follows, which people write too: `Question: re: gas`."""
    return re.compile(rf"{_LABEL.pattern}{_mark('replies').pattern}", re.IGNORECASE)


@cache
def _absent_and_mark() -> re.Pattern[str]:
    """Return a pattern of words for being away that a mark of a reply follows, in a bare subject."""
    return re.compile(
        rf"(?:{_phrases('absent').pattern})[\s:,.!*–—-]*(?:{_TAG.pattern}){{0,3}}{_mark('replies').pattern}"
    )
