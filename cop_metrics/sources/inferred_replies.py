"""Guesses what answers what in a chat without threads: who is mentioned first, and what follows
soon after a question.

A guess is kept as one: the rule `inferred_reply` stands with the message, and the import's notes
count them.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from cop_metrics.sources import questions
from cop_metrics.sources.questions import Effect

NEXT_MESSAGES = timedelta(minutes=15)
MENTIONED_WITHIN = timedelta(hours=24)
_MENTION = r"(?i)^[\s*_~]*(?:(?:hi|hey|hello|thanks|thank you|yes|no)\b[\s,!:.]*)?<@(\w+)"


class _Said(NamedTuple):
    """The last message of somebody in a channel, or the last that asks; `thread` is the key of what
    it belongs to.
    """

    author: str
    at: datetime
    thread: str


class InferredReplies:
    """Follows the conversations of one export, channel after channel, however its messages are cut
    into frames.
    """

    def __init__(self, within: timedelta = NEXT_MESSAGES) -> None:
        """Begin; nothing has been said yet. What follows a question `within` that time belongs to
        it.
        """
        self._within = within
        self._channel: str | None = None
        self._question: _Said | None = None
        self._asked: dict[str, _Said] = {}
        self._said: dict[str, _Said] = {}

    def threads(self, messages: pl.DataFrame) -> pl.Series:
        """Return for each message of a person the key of the message that it seems to reply to,
        null for none.

        `messages` has channel, key, author, at and text, in the order of time within each channel,
        channels one by one.
        """
        told = messages.select(
            "channel",
            "key",
            "author",
            "at",
            _asks(messages["text"]).alias("asks"),
            pl.col("text").str.extract(_MENTION).alias("mentioned"),
        )
        return pl.Series("thread", [self._thread(*row) for row in told.iter_rows()], pl.String)

    def _thread(
        self,
        channel: str,
        key: str,
        author: str | None,
        at: datetime,
        asks: bool,
        mentioned: str | None,
    ) -> str | None:
        if channel != self._channel:
            self._channel = channel
            self._question = None
            self._asked = {}
            self._said = {}
        if author is None:
            return None
        thread = self._of_mentioned(author, at, mentioned) or self._of_question(author, at, asks)
        said = _Said(author=author, at=at, thread=thread or key)
        self._said[author] = said
        if asks and thread is None:
            self._question = self._asked[author] = said
        return thread

    def _of_mentioned(self, author: str, at: datetime, mentioned: str | None) -> str | None:
        """Return what somebody asked, else what they spoke in last, if a message begins with their
        name a day later at most.
        """
        if mentioned is None or mentioned == author:
            return None
        for told in (self._asked, self._said):
            said = told.get(mentioned)
            if said and at - said.at <= MENTIONED_WITHIN:
                return said.thread
        return None

    def _of_question(self, author: str, at: datetime, asks: bool) -> str | None:
        """Return the question that others, and then its asker, follow within a short time."""
        question = self._question
        if question is None or at - question.at > self._within:
            return None
        if author != question.author:
            return question.thread
        answered = any(
            said.thread == question.thread for other, said in self._said.items() if other != author
        )
        return question.thread if answered and not asks else None


def _asks(texts: pl.Series) -> pl.Series:
    """Return which texts a rule takes for a question and none leaves out."""
    fired = questions.fired(texts)
    meant = {
        effect: [f" {id_} " for id_, each in questions.effects().items() if each is effect]
        for effect in Effect
    }
    return fired.str.contains_any(meant[Effect.ASKS]) & ~fired.str.contains_any(
        meant[Effect.LEAVES_OUT]
    )
