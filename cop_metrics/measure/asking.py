"""Asks the store, nothing twice and from whichever thread, and several numbers at a time where their
queries read the same rows.
"""

import logging
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock

import duckdb
import polars as pl

from cop_metrics.access.scope import Scope
from cop_metrics.measure.cut import Cut
from cop_metrics.measure.queries import Query, Together, together

LOG = logging.getLogger("cop_metrics.measure")
# DuckDB advises against what `fetch` does, as it copies the rows; `sql` binds each statement twice,
# which takes longer.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
AT_ONCE = 3
"""How many queries are asked at a time: each waits for its plan and its rows as long as it
computes.
"""


class Answers:
    """What was asked and its answer, so that nothing is asked twice, from whichever thread."""

    def __init__(self) -> None:
        self._answers: dict[str, Future[pl.DataFrame]] = {}
        self._lock = Lock()

    def knows(self, question: str) -> bool:
        """Say whether it was asked or promised."""
        return question in self._answers

    def promise(self, question: str) -> bool:
        """Say that an answer will be kept, for which all who ask wait; False where there is one or
        somebody is at it.
        """
        with self._lock:
            if question in self._answers:
                return False
            self._answers[question] = Future()
            return True

    def keep(self, question: str, ask: Callable[[], pl.DataFrame]) -> None:
        """Keep the promised answer, or what went wrong."""
        answer = self._answers[question]
        try:
            answer.set_result(ask())
        except BaseException as problem:  # noqa: BLE001 - whoever waits for the answer gets it too
            answer.set_exception(problem)

    def answer(self, question: str, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the answer to a question, asking it only where nobody has."""
        if self.promise(question):
            self.keep(question, ask)
        return self._answers[question].result()


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Asks one snapshot of one store; it keeps every answer, so have one for a page, not for ever."""

    cursor: duckdb.DuckDBPyConnection
    answers: Answers = field(default_factory=Answers, compare=False)

    def ask(self, sql: str, cut: Cut) -> pl.DataFrame:
        """Return the rows of a statement over relations cut to a scope."""
        values = cut.values(sql)
        return self.answers.answer(_key(sql, values), lambda: self.fetch(sql, values))

    def knows(self, query: Query, cut: Cut) -> bool:
        """Say whether a query was asked or promised."""
        return self.answers.knows(_key(query.sql, cut.values(query.sql)))

    def expect(self, wanted: Iterable[tuple[Query, Cut]]) -> list[Callable[[], None]]:
        """Return the work that answers those queries which can be answered together; whoever asks
        one waits till it is done.
        """
        by_scope: dict[Scope, tuple[Cut, list[Query]]] = {}
        for query, cut in wanted:
            if not self.knows(query, cut):
                by_scope.setdefault(cut.scope, (cut, []))[1].append(query)
        work: list[Callable[[], None]] = []
        for cut, queries in by_scope.values():
            for each in together(queries):
                promised = tuple(
                    query
                    for query in each.queries
                    if self.answers.promise(_key(query.sql, cut.values(query.sql)))
                )
                work.append(partial(self._ask_together, replace(each, queries=promised), cut))
        return work

    def _ask_together(self, asked: Together, cut: Cut) -> None:
        try:
            answer = self.fetch(asked.sql, cut.values(asked.sql))
        except duckdb.Error:
            LOG.exception(
                "several numbers could not be asked together, so that each is asked alone"
            )
            answer = None
        except BaseException as problem:  # whoever waits for an answer gets it too
            self._keep(asked, cut, partial(_fail, problem))
            raise
        self._keep(asked, cut, lambda query: self._part(asked, answer, query, cut))

    def _keep(self, asked: Together, cut: Cut, answer: Callable[[Query], pl.DataFrame]) -> None:
        for query in asked.queries:
            self.answers.keep(_key(query.sql, cut.values(query.sql)), partial(answer, query))

    def _part(
        self, asked: Together, answer: pl.DataFrame | None, query: Query, cut: Cut
    ) -> pl.DataFrame:
        if answer is None:
            return self.fetch(query.sql, cut.values(query.sql))
        return asked.part(answer, query)

    def fetch(self, sql: str, values: Mapping[str, object]) -> pl.DataFrame:
        """Ask the store, whether it was asked before or not."""
        rows = self.cursor.cursor().execute(sql, dict(values)).to_arrow_table()
        frame: pl.DataFrame = pl.from_arrow(rows)  # type: ignore[assignment]
        return frame


def _key(sql: str, values: Mapping[str, object]) -> str:
    return f"{values} {sql}"


def _fail(problem: BaseException, _query: Query) -> pl.DataFrame:
    raise problem
