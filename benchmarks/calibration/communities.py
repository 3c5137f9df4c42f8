"""Null communities as tables that a person would import: no period, team, seniority or topic
differs from another but by luck.

To add a kind: its entry in `KINDS`. What happens follows from the seed alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit, logit, ndtr, ndtri

Floats = npt.NDArray[np.float64]
FIRST = date(2024, 1, 1)
DAYS = 821
"""Two years to compare, and the 90 days before them in which it is not known who is new."""
UNTIL = datetime.combine(FIRST + timedelta(days=DAYS), datetime.min.time())
DAY = 86_400
SENIORITIES = ("junior", "mid", "senior")
TOPICS = 10
HELPED, HALF_AFTER, SPREAD = 0.8, 8.0, 1.5
"""The share of questions that are ever helped; the median of those waits in hours; the spread of
their logarithm.
"""
OF_ONE_WORLD = 5
THANKED, ACCEPTED, MORE_HELPERS = 0.5, 0.45, 0.35
ASKED_A_YEAR, READ_A_YEAR, NEVER_READ, LEAVE_A_YEAR = 6.0, 14.0, 0.3, 0.15


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of null community: the sizes of its teams, and of what its luck is made.

    `likeness`: intraclass correlation of what happens to one person's posts. `months`,
    `months_answered`: spread of the good and bad months, of the logarithm of counts and of the
    log-odds of being helped. `seasons`: summers and weekends are quiet.
    """

    id: str
    title: str
    teams: tuple[int, ...] = (34, 26, 20, 12, 8)
    likeness: float = 0.0
    months: float = 0.0
    months_answered: float = 0.0
    seasons: bool = False

    @property
    def stationary(self) -> bool:
        """Say whether each day's numbers have the same expectation."""
        return not (self.seasons or self.months or self.months_answered)

    def world(self, number: int) -> int:
        """Say in which world a community lives: those of one world share their good and bad months."""
        return number // OF_ONE_WORLD if self.months or self.months_answered else 0


KINDS = {
    each.id: each
    for each in (
        Kind(id="independent", title="Independent askers"),
        Kind(id="alike", title="Alike askers", likeness=0.22),
        Kind(id="months", title="Ordinary months", months=0.25, months_answered=0.15),
        Kind(id="small_teams", title="20 small teams", teams=(7,) * 20),
        Kind(id="seasons", title="Seasons", seasons=True),
    )
}


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One member from `first_day` to before `end_day`, and what is theirs: how often they act, and
    how others treat them.
    """

    member: str
    team: str
    seniority: str
    first_day: int
    end_day: int
    asks: float
    helps: float
    reads: float
    helped: float
    patience: float
    thanked: float


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of an export, and the roster."""

    tables: dict[str, pl.DataFrame]
    roster: pl.DataFrame

    def write(self, folder: Path) -> Path:
        """Write the tables as CSV into a folder, the roster beside it, and return the roster's
        path.
        """
        folder.mkdir(parents=True)
        for name, table in self.tables.items():
            table.write_csv(folder / f"{name}.csv")
        roster = folder.with_name(f"{folder.name}-roster.csv")
        self.roster.write_csv(roster)
        return roster


def truths(kind: Kind) -> dict[str, float]:
    """Return what follows from the parameters: by metric, its value over all that the community
    might live.
    """
    if not kind.stationary:
        return {}
    shares = {
        "answer_rate_1h": 1.0,
        "answer_rate_24h": 24.0,
        "answer_rate": 168.0,
        "answer_rate_30d": 720.0,
    }
    known = {
        id_: HELPED * float(ndtr(np.log(hours / HALF_AFTER) / SPREAD))
        for id_, hours in shares.items()
    }
    return known | {"wait": HALF_AFTER * float(np.exp(SPREAD * ndtri(0.5 / HELPED)))}


def community(kind: Kind, seed: int, number: int) -> Tables:
    """Return one community of a kind; equal arguments give equal tables."""
    named = crc32(kind.id.encode())
    months = np.random.default_rng([seed, named, 0, kind.world(number)])
    told = _Telling(kind=kind, months=months, luck=np.random.default_rng([seed, named, 1, number]))
    told.tell()
    return told.written()


@dataclass(kw_only=True)
class _Telling:
    """What happens in one community, as it is drawn."""

    kind: Kind
    months: np.random.Generator
    luck: np.random.Generator
    stays: list[Stay] = field(default_factory=list)
    posts: list[dict[str, object]] = field(default_factory=list)
    reactions: list[dict[str, object]] = field(default_factory=list)
    reads: list[dict[str, object]] = field(default_factory=list)

    def tell(self) -> None:
        self.liveliness, self.luck_of_answers = self._days()
        for place, (team, seniority) in enumerate(self._places()):
            self.stays += self._of_one_place(place, team, seniority)
        self.first = np.array([each.first_day for each in self.stays])
        self.end = np.array([each.end_day for each in self.stays])
        self.weights = np.array([each.helps for each in self.stays])
        for number, (second, asker) in enumerate(self._asked()):
            self._question(f"q{number}", second, asker)
        self._read()

    def _days(self) -> tuple[Floats, Floats]:
        """Return, by day, how lively the community is, and how much better than usual the log-odds
        of being helped are.
        """
        days = [FIRST + timedelta(days=day) for day in range(DAYS)]
        months = np.array([(day.year - FIRST.year) * 12 + day.month - 1 for day in days])
        of_months = self.months.normal(size=(2, months[-1] + 1))
        lively = np.exp(self.kind.months * of_months[0] - self.kind.months**2 / 2)[months]
        answered = (self.kind.months_answered * of_months[1])[months]
        if self.kind.seasons:
            turn = np.cos(
                2 * np.pi * np.array([day.timetuple().tm_yday - 15 for day in days]) / 365.25
            )
            weekend = np.array([day.weekday() >= 5 for day in days])
            lively = lively * (1 + 0.35 * turn) * np.where(weekend, 0.2, 1.32)
            answered = answered + 0.4 * turn
        return lively, answered

    def _places(self) -> list[tuple[str, str]]:
        return [
            (f"Team {number:02d}", SENIORITIES[place % 3])
            for number, size in enumerate(self.kind.teams, 1)
            for place in range(size)
        ]

    def _of_one_place(self, place: int, team: str, seniority: str) -> list[Stay]:
        """Return who holds a place one after the other, nobody like who was there before; the
        community stays as large.
        """
        stays: list[Stay] = []
        day = -int(self.luck.integers(1, 1_000))
        while day < DAYS:
            end = max(day, 0) + int(self.luck.exponential(365 / LEAVE_A_YEAR)) + 1
            stays.append(
                Stay(
                    member=f"m{place}-{len(stays)}",
                    team=team,
                    seniority=seniority,
                    first_day=day,
                    end_day=min(end, DAYS),
                    asks=self.luck.gamma(1.2, ASKED_A_YEAR / 1.2),
                    helps=self.luck.gamma(0.8),
                    reads=0.0
                    if self.luck.random() < NEVER_READ
                    else self.luck.gamma(1.5, READ_A_YEAR / 1.5),
                    helped=self._alike(HELPED),
                    patience=self.luck.normal(0, SPREAD * np.sqrt(self.kind.likeness)),
                    thanked=self._alike(THANKED),
                )
            )
            day = end
        return stays

    def _alike(self, share: float) -> float:
        """Draw one person's own share, so that two of their posts are as alike as the kind says."""
        if not self.kind.likeness:
            return share
        size = 1 / self.kind.likeness - 1
        return float(self.luck.beta(share * size, (1 - share) * size))

    def _acts(self, stay: Stay, a_year: float) -> Iterable[int]:
        """Draw the days on which a member acts."""
        first, end = max(stay.first_day, 0), stay.end_day
        lively = self.liveliness[first:end]
        total = lively.sum()
        number = self.luck.poisson(a_year * total / 365) if total else 0
        return (
            first + self.luck.choice(end - first, size=number, p=lively / total) if number else ()
        )

    def _asked(self) -> list[tuple[int, int]]:
        """Return second and asker of each question, in order of time."""
        asked = [
            (int(day) * DAY + int(self.luck.integers(7 * 3600, 19 * 3600)), place)
            for place, stay in enumerate(self.stays)
            for day in self._acts(stay, stay.asks)
        ]
        return sorted(asked)

    def _question(self, key: str, second: int, asker: int) -> None:
        stay, day = self.stays[asker], second // DAY
        self._post(
            key,
            key,
            "question",
            stay.member,
            second,
            topics=self._topics(),
            title=f"Question {key[1:]}",
        )
        helped = float(expit(logit(stay.helped) + self.luck_of_answers[day]))
        spread = SPREAD * np.sqrt(1 - self.kind.likeness)
        hours = HALF_AFTER * float(np.exp(stay.patience + self.luck.normal(0, spread)))
        if self.kind.seasons and (FIRST + timedelta(days=day)).weekday() >= 5:
            hours *= 3
        waited = second + int(hours * 3600)
        if self.luck.random() >= helped or waited >= DAYS * DAY:
            return
        for number, helper in enumerate(self._helpers(asker, waited // DAY)):
            self._help(
                f"{key}-{number}",
                key,
                asker,
                self.stays[helper],
                waited + number * 3_000,
                first=not number,
            )

    def _helpers(self, asker: int, day: int) -> Sequence[int]:
        there = (self.first <= day) & (self.end > day)
        there[asker] = False
        weights = self.weights * there
        number = min(1 + self.luck.poisson(MORE_HELPERS), int(there.sum()))
        found: Sequence[int] = self.luck.choice(
            len(weights), size=number, replace=False, p=weights / weights.sum()
        ).tolist()
        return found

    def _help(
        self, key: str, thread: str, asker: int, helper: Stay, second: int, *, first: bool
    ) -> None:
        if second >= DAYS * DAY:
            return
        accepted = second + DAY if first and self.luck.random() < ACCEPTED else None
        known = accepted is not None and accepted < DAYS * DAY
        self._post(
            key,
            thread,
            "answer",
            helper.member,
            second,
            accepted="yes" if known else "no",
            accepted_at=_time(accepted) if accepted is not None and known else None,
        )
        thanked = second + int(self.luck.exponential(2 * DAY))
        if self.luck.random() < helper.thanked and thanked < DAYS * DAY:
            giver = self.stays[asker].member
            self.reactions.append(
                {"post_id": key, "giver_id": giver, "kind": "thanks", "given_at": _time(thanked)}
            )

    def _topics(self) -> str:
        weights = 1 / (np.arange(TOPICS) + 4)
        number = 1 + int(self.luck.random() < 0.15)
        return "; ".join(
            f"topic {topic}"
            for topic in self.luck.choice(
                TOPICS, size=number, replace=False, p=weights / weights.sum()
            )
        )

    def _post(
        self, key: str, thread: str, kind: str, author: str, second: int, **more: object
    ) -> None:
        told = {
            "post_id": key,
            "thread_id": thread,
            "kind": kind,
            "author_id": author,
            "created_at": _time(second),
        }
        self.posts.append({**told, **more})

    def _read(self) -> None:
        threads = [
            (str(post["thread_id"]), str(post["created_at"]))
            for post in self.posts
            if post["kind"] == "question"
        ]
        asked = np.array([(date.fromisoformat(when[:10]) - FIRST).days for _, when in threads])
        for stay in self.stays:
            for day in self._acts(stay, stay.reads):
                since, until = np.searchsorted(asked, (day - 30, day))
                if since < until:
                    thread = threads[int(self.luck.integers(since, until))][0]
                    read = str(FIRST + timedelta(days=int(day)))
                    self.reads.append(
                        {"thread_id": thread, "reader_id": stay.member, "day": read, "reads": 1}
                    )

    def written(self) -> Tables:
        there = [each for each in self.stays if each.end_day > 0]
        members = [
            {
                "member_id": each.member,
                "name": f"Member {each.member}",
                "joined_at": _time(each.first_day * DAY),
            }
            for each in there
        ]
        roster = [
            {
                "member_id": each.member,
                "team": each.team,
                "seniority": each.seniority,
                "from": str(FIRST + timedelta(days=each.first_day)),
                "to": str(FIRST + timedelta(days=each.end_day)) if each.end_day < DAYS else None,
            }
            for each in there
        ]
        span = {
            "exported_at": UNTIL,
            "observed_from": datetime.combine(FIRST, datetime.min.time()),
            "observed_until": UNTIL,
        }
        return Tables(
            tables={
                "posts": _frame(self.posts),
                "members": _frame(members),
                "reactions": _frame(self.reactions),
                "reads": _frame(self.reads),
                "export": _frame([{name: str(when) for name, when in span.items()}]),
            },
            roster=_frame(roster),
        )


def _frame(
    rows: list[dict[str, object]] | list[dict[str, str]] | list[dict[str, str | None]],
) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def _time(second: int) -> str:
    return str(datetime.combine(FIRST, datetime.min.time()) + timedelta(seconds=second))
