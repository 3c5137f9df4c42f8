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
    """A rule, by its id: it fires where `pattern` (a regular expression on lower-case text) is found."""

    id: str
    effect: Effect
    pattern: str


_BARE = dict.fromkeys((EMPTY, LINK, CODE, QUOTE), Effect.SAYS_NOTHING)
_STARTS = {
    "anywhere": "",
    "start": r"(?:^|[.!?:;\n,]\s*|\b(?:hi|hello|hey|so|and|but|also|or|then|now|ok|okay|well|btw|folks|all|everyone|please)"
    r"[\s,!:-]+)[\"'(*_\s]*",
    "sentence": r"(?:^|[.!?\n]\s*|\b(?:hi|hello|hey|so|and|but|also|now|ok|okay|well|btw|folks|all|everyone)[,!:-]\s*)"
    r"[\"'(*_\s]*",
    "message": r"^[\s*_>]*(?:(?:hi|hello|hey)\b[^.!\n]{0,30}[,!.:]?\s*)?",
}
_CODE = r"(?s)```.*?(?:```|$)|`[^`\n]*`"
_QUOTE = r"(?m)^\s*(?:>|&gt;).*$"
_LINK = r"<(?:https?|mailto|ftp):[^>]*>|\b(?:https?|ftp)://\S+|\bwww\.\S+"
_MENTION = r"<[@#!][^>]*>"


@cache
def version() -> int:
    """Return the version of the word lists, which an import keeps."""
    return int(str(_lists()["version"]))


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of the word lists in their order, all languages together."""
    return tuple(
        Rule(id=id_, effect=Effect(told["effect"]), pattern=_pattern(told))
        for id_, told in _lists().items()
        if isinstance(told, dict)
    )


def effects() -> dict[str, Effect]:
    """Return the effect of each rule, by id."""
    return {**_BARE, **{rule.id: rule.effect for rule in rules()}}


def fired(texts: pl.Series) -> pl.Series:
    """Return, for each text, the ids of the rules that fire, each with a space before and behind it; texts may be null.

    Code, links, quotations and mentions are taken out first: what they hold is nobody's question.
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
    found = [
        *(pl.when(is_so).then(pl.lit(f"{id_} ")).otherwise(pl.lit("")) for id_, is_so in _nothing_said().items()),
        *(
            pl.when(pl.col("bare").str.contains(rule.pattern)).then(pl.lit(f"{rule.id} ")).otherwise(pl.lit(""))
            for rule in rules()
        ),
    ]
    return told.select((pl.lit(" ") + pl.concat_str(found)).alias("rules")).collect()["rules"]


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


def _pattern(told: dict[str, object]) -> str:
    phrases = [phrase for value in told.values() if isinstance(value, list) for phrase in value]
    pattern = f"{_STARTS[str(told['where'])]}(?:{'|'.join(phrases)})"
    re.compile(pattern.replace(r"\p{L}", "a-z").replace(r"\p{N}", "0-9"))
    return pattern
