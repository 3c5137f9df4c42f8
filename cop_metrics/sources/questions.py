"""Finds questions in chat and mail: which rules a message fires, from word lists that are data
(`question_words.toml`).

Text is read here and never kept. The marts decide from the rules and the settings what counts as a
question (metrics, 8). To add a rule or a language: an entry in the word lists, and a new `version`
there.
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
"""What a source says of a message itself: a reply, the second half of the one before, or taken for
a reply.
"""


class Effect(Enum):
    """What it means that a rule fired."""

    ASKS = "asks"
    LEAVES_OUT = "leaves out"
    TELLS = "tells"
    SAYS_NOTHING = "says nothing"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, by its id: it fires where `pattern` (a regular expression on lower-case text) is
    found.

    `parts` are the same pattern in pieces that are searched faster: one with all plain phrases, one
    a phrase with a gap. Each comes with a pattern that must be found, too, if it is to be; without
    one, None.
    """

    id: str
    effect: Effect
    pattern: str
    parts: tuple[tuple[str | None, str], ...]


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
_GAP = re.compile(r"\.\{0,\d+\}")
_PLAIN = {
    r"[\d&&[^\x00-\x7F]]": "0",
    r"[\w&&[^\x00-\x7F]]": "X",
    r"[\s&&[^\x00-\x7F]]": " ",
    r"[^\x00-\x7F]": "\x01",
}
"""Signs beyond ASCII, each with one of its sort that no rule names: with them gone, a search takes
a tenth of the time.
"""


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
    """Return, for each text, the ids of the rules that fire, each with a space before and behind
    it; texts may be null.

    Code, links, quotations and mentions are taken out first: what they hold is nobody's question.
    `opens` says which texts open a conversation: no others are asked whether they are a question,
    only what they tell. Without it, all are asked.
    """
    told = _prepared(texts, opens)
    conditions = _nothing_said() | {rule.id: _fires(rule) for rule in rules()}
    found = [
        pl.when(is_so).then(pl.lit(f"{id_} ")).otherwise(pl.lit(""))
        for id_, is_so in conditions.items()
    ]
    fires = (pl.lit(" ") + pl.concat_str(found)).alias("rules")
    return told.lazy().select(fires).collect()["rules"]


def _prepared(texts: pl.Series, opens: pl.Series | None) -> pl.DataFrame:
    """Return each text as it is (`text`), without code and quotations (`said`), without all that is
    nobody's (`bare`), with plain signs (`plain`), and the last two where the text is asked.
    """
    said = pl.col("text").str.replace_all(_CODE, " ").str.replace_all(_QUOTE, " ")
    bare = (
        pl.col("said")
        .str.replace_all(_LINK, " ")
        .str.replace_all(_MENTION, " ")
        .str.replace_all("&lt;", "<")
        .str.replace_all("&gt;", ">")
        .str.replace_all("&amp;", "&")
        .str.replace_all("’", "'")
        .str.to_lowercase()
        .str.strip_chars()
    )
    told = pl.DataFrame({"text": texts.cast(pl.String).fill_null("")})
    told = told.with_columns(said.alias("said")).with_columns(bare.alias("bare"))
    told = told.with_columns(_plain(told["bare"]).alias("plain"))
    asked = pl.lit(True) if opens is None else pl.lit(opens)
    return told.with_columns(
        pl.when(asked).then(name).otherwise(pl.lit("")).alias(f"{name}, opening")
        for name in ("bare", "plain")
    )


def _plain(texts: pl.Series) -> pl.Series:
    """Return texts as long as they were in which letters, digits, spaces and other signs beyond
    ASCII stand for their sort.
    """
    beyond = texts.str.len_bytes() != texts.str.len_chars()
    if not beyond.any():
        return texts
    signs = texts.filter(beyond).str.extract_all(r"[^\x00-\x7F]").explode().unique()
    instead = signs
    for pattern, sign in _PLAIN.items():
        instead = instead.str.replace_all(pattern, sign)
    known = dict(zip(signs, instead, strict=True))
    return texts.scatter(beyond.arg_true(), texts.filter(beyond).str.replace_many(known))


def _fires(rule: Rule) -> pl.Expr:
    """Return where a rule is found. What need not be searched is made empty: searches do not skip
    nulls.
    """
    as_plain = rule.pattern.isascii() and r"\p{" not in rule.pattern
    text = pl.col(
        ("plain" if as_plain else "bare") + ("" if rule.effect is Effect.TELLS else ", opening")
    )
    found = [
        text.str.contains(pattern)
        if needed is None
        else pl.when(text.str.contains(needed))
        .then(text)
        .otherwise(pl.lit(""))
        .str.contains(pattern)
        for needed, pattern in rule.parts
    ]
    return pl.any_horizontal(found)


def _nothing_said() -> dict[str, pl.Expr]:
    """Return when a message says nothing itself: it is empty, or nothing but code, links or a
    quotation.
    """
    silent = ~pl.col("bare").str.contains(r"[\p{L}\p{N}]")
    text, said = (pl.when(silent).then(name).otherwise(pl.lit("")) for name in ("text", "said"))
    code, link = text.str.contains(_CODE), said.str.contains(_LINK)
    quote = text.str.contains(_QUOTE)
    return {
        EMPTY: pl.col("text").str.strip_chars() == "",
        LINK: link,
        CODE: ~link & code,
        QUOTE: ~link & ~code & quote,
    }


@cache
def _lists() -> dict[str, object]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _rule(id_: str, told: dict[str, object]) -> Rule:
    phrases = [phrase for value in told.values() if isinstance(value, list) for phrase in value]
    start = _STARTS[str(told["where"])]
    plain = [phrase for phrase in phrases if not _GAP.search(phrase)]
    parts: list[tuple[str | None, str]] = [(None, _pattern(start, plain))] if plain else []
    for phrase in phrases:
        if _GAP.search(phrase):
            needed = _pattern("", [_GAP.sub("", phrase, count=1)]) if _GAP.match(phrase) else None
            parts.append((needed, _pattern(start, [phrase])))
    return Rule(
        id=id_, effect=Effect(told["effect"]), pattern=_pattern(start, phrases), parts=tuple(parts)
    )


def _pattern(start: str, phrases: list[str]) -> str:
    pattern = f"{start}(?:{'|'.join(phrases)})"
    re.compile(pattern.replace(r"\p{L}", "a-z").replace(r"\p{N}", "0-9"))
    return pattern
