"""Finds questions in chat and mail: which rules a message fires, from word lists that are data (`question_words.toml`).

Text is read here and never kept. The marts decide from the rules and the settings what counts as a question (metrics, 8).
To add a rule or a language: an entry in the word lists, and a new `version` there.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import polars as pl

WORDS = Path(__file__).with_name("question_words.toml")

CODE, LINK, QUOTE, EMPTY = "code_only", "link_only", "quote_only", "empty"
REPLY, CONTINUES, INFERRED = "reply", "continues", "inferred_reply"
"""What a source says of a message itself: a reply, the second half of the one before, or taken for a reply."""


class Effect(Enum):
    """What it means that a rule fired."""

    ASKS = "asks"
    LEAVES_OUT = "leaves out"
    TELLS = "tells"
    SAYS_NOTHING = "says nothing"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, by its id: it fires where `pattern` (a regular expression on lower-case text) is found.

    `strict` and `loose` are the same in two parts, for speed: `loose` holds the phrases that may begin with anything, and is
    slow; `needed` is found wherever it is. A part without phrases is None.
    """

    id: str
    effect: Effect
    pattern: str
    strict: str | None
    loose: str | None
    needed: str | None


_BARE = dict.fromkeys((EMPTY, LINK, CODE, QUOTE), Effect.SAYS_NOTHING)
_STARTS = {
    "anywhere": "",
    "start": r"(?:^|[.!?:;\n,]\s*|\b(?:hi|hello|hey|so|and|but|also|or|then|now|ok|okay|well|btw|folks|all|everyone|please)"
    r"[\s,!:-]+)[\"'(*_\s]*",
    "message": r"^[\s*_>]*(?:(?:hi|hello|hey)\b[^.!\n]{0,30}[,!.:]?\s*)?",
}
_CODE = r"(?s)```.*?(?:```|$)|`[^`\n]*`"
_QUOTE = r"(?m)^\s*(?:>|&gt;).*$"
_LINK = r"<(?:https?|mailto|ftp):[^>]*>|\b(?:https?|ftp)://\S+|\bwww\.\S+"
_MENTION = r"<[@#!][^>]*>"
_BEGINS_WITH_ANYTHING = re.compile(r"\.\{0,\d+\}")
_PLAIN = {
    r"[\d&&[^\x00-\x7F]]": "0",
    r"[\w&&[^\x00-\x7F]]": "X",
    r"[\s&&[^\x00-\x7F]]": " ",
    r"[^\x00-\x7F]": "\x01",
}
"""Signs beyond ASCII, each with one of its sort that no rule names: with them gone, a search takes a tenth of the time."""


@cache
def version() -> int:
    """Return the version of the word lists, which an import keeps."""
    return int(str(_lists()["version"]))


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of the word lists in their order, all languages together."""
    return tuple(_rule(id_, told) for id_, told in _lists().items() if isinstance(told, dict))


def effects() -> dict[str, Effect]:
    """Return the effect of each rule, by id."""
    return {**_BARE, **{rule.id: rule.effect for rule in rules()}}


def fired(texts: pl.Series, opens: pl.Series | None = None) -> pl.Series:
    """Return, for each text, the ids of the rules that fire, each with a space before and behind it; texts may be null.

    Code, links, quotations and mentions are taken out first: what they hold is nobody's question. `opens` says which texts
    open a conversation: no others are asked whether they are a question, only what they tell. Without it, all are asked.
    """
    told = pl.DataFrame({"text": texts.cast(pl.String).fill_null("")}).lazy()
    said = pl.col("text").str.replace_all(_CODE, " ").str.replace_all(_QUOTE, " ")
    bare = (
        said.str.replace_all(_LINK, " ")
        .str.replace_all(_MENTION, " ")
        .str.replace_all("&lt;", "<")
        .str.replace_all("&gt;", ">")
        .str.replace_all("&amp;", "&")
        .str.replace_all("’", "'")
        .str.to_lowercase()
        .str.strip_chars()
    )
    told = told.with_columns(bare.alias("bare"), said.str.strip_chars().alias("said"))
    told = told.with_columns(_plain(pl.col("bare")).alias("plain"))
    asked = pl.lit(True) if opens is None else pl.lit(opens)
    told = told.with_columns(
        pl.when(asked).then(name).otherwise(pl.lit("")).alias(f"{name}, opening") for name in ("bare", "plain")
    )
    found = [
        *(pl.when(is_so).then(pl.lit(f"{id_} ")).otherwise(pl.lit("")) for id_, is_so in _nothing_said().items()),
        *(pl.when(_fires(rule)).then(pl.lit(f"{rule.id} ")).otherwise(pl.lit("")) for rule in rules()),
    ]
    return told.select((pl.lit(" ") + pl.concat_str(found)).alias("rules")).collect()["rules"]


def _plain(text: pl.Expr) -> pl.Expr:
    """Return text as long as it was in which letters, digits, spaces and other signs beyond ASCII stand for their sort."""
    is_plain = text.str.len_bytes() == text.str.len_chars()
    plain: pl.Expr = pl.when(is_plain).then(pl.lit("")).otherwise(text)
    for pattern, instead in _PLAIN.items():
        plain = plain.str.replace_all(pattern, instead)
    return pl.when(is_plain).then(text).otherwise(plain)


def _fires(rule: Rule) -> pl.Expr:
    """Return where a rule is found. What need not be searched is made empty: searches do not skip nulls."""
    text = pl.col(
        ("plain" if rule.pattern.isascii() else "bare") + ("" if rule.effect is Effect.TELLS else ", opening")
    )
    found = pl.lit(False) if rule.strict is None else text.str.contains(rule.strict)
    if rule.loose is None or rule.needed is None:
        return found
    return found | pl.when(text.str.contains(rule.needed)).then(text).otherwise(pl.lit("")).str.contains(rule.loose)


def _nothing_said() -> dict[str, pl.Expr]:
    """Return when a message says nothing itself: it is empty, or nothing but code, links or a quotation."""
    words = pl.col("bare").str.contains(r"[\p{L}\p{N}]")
    text = pl.col("text")
    empty = text.str.strip_chars() == ""
    code, link = text.str.contains(_CODE), pl.col("said").str.contains(_LINK)
    return {
        EMPTY: empty,
        LINK: ~words & ~empty & link,
        CODE: ~words & ~empty & ~link & code,
        QUOTE: ~words & ~empty & ~link & ~code & text.str.contains(_QUOTE),
    }


@cache
def _lists() -> dict[str, object]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _rule(id_: str, told: dict[str, object]) -> Rule:
    phrases = [phrase for value in told.values() if isinstance(value, list) for phrase in value]
    strict = [phrase for phrase in phrases if not _BEGINS_WITH_ANYTHING.match(phrase)]
    loose = [phrase for phrase in phrases if _BEGINS_WITH_ANYTHING.match(phrase)]
    start = _STARTS[str(told["where"])]
    return Rule(
        id=id_,
        effect=Effect(told["effect"]),
        pattern=_pattern(start, phrases),
        strict=_pattern(start, strict) if strict else None,
        loose=_pattern(start, loose) if loose else None,
        needed=_pattern("", [_BEGINS_WITH_ANYTHING.sub("", phrase, count=1) for phrase in loose]) if loose else None,
    )


def _pattern(start: str, phrases: list[str]) -> str:
    pattern = f"{start}(?:{'|'.join(phrases)})"
    re.compile(pattern.replace(r"\p{L}", "a-z").replace(r"\p{N}", "0-9"))
    return pattern
