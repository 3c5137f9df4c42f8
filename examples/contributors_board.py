"""Turns a contributors' board (`members.csv`, `events.csv`) into tables for the spreadsheet source, and a roster.

Run it as `python examples/contributors_board.py BOARD_FOLDER TARGET_FOLDER`. `docs/roles.md` says what it decides and why.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Row = Mapping[str, str]

POSTS = ("post_id", "thread_id", "kind", "author_id", "created_at", "title", "topics")
MEMBERS = ("member_id", "name", "username", "is_bot")
EXPORT = ("observed_from", "observed_until")
ROSTER = ("member_id", "job_title")

KINDS = {
    "issue_opened": "question",
    "comment_created": "comment",
    "pr_opened": "message",
    "pr_reviewed": "comment",
}
RANKED = ("intern", "contributor", "core")


def convert(board: Path, target: Path) -> None:
    """Write `posts.csv`, `members.csv`, `export.csv` and `roster.csv` of the board in folder `board` to `target`."""
    events, people = (
        _without_repeats(_read(board / "events.csv")),
        list(_read(board / "members.csv")),
    )
    times = [event["occured_at"] for event in events]  # the board spells it so
    target.mkdir(parents=True, exist_ok=True)
    _write(target / "posts.csv", POSTS, _posts(events))
    _write(target / "members.csv", MEMBERS, map(_member, people))
    _write(target / "export.csv", EXPORT, [(min(times), max(times))])
    _write(target / "roster.csv", ROSTER, _roster(people))


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _without_repeats(events: Iterable[Row]) -> list[Row]:
    """Return the events without those that say, value by value, the same as an earlier one."""
    return list({tuple(event.values()): event for event in events}.values())


def _posts(events: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """Yield issues as questions and comments on them as answers; what else people wrote answers no question."""
    issues = {event["item"] for event in events if event["activity"] == "issue_opened"}
    for event in events:
        author, activity, time, item = (
            event[name] for name in ("contributor", "activity", "occured_at", "item")
        )
        if activity in KINDS:
            kind = "answer" if activity == "comment_created" and item in issues else KINDS[activity]
            yield (
                f"{item}/{activity}/{author}/{time}",
                item,
                kind,
                author,
                time,
                item,
                item.partition("#")[0],
            )


def _member(person: Row) -> tuple[str, ...]:
    return (
        person["slug"],
        person["name"],
        person["slug"],
        "yes" if person["role"] == "bot" else "no",
    )


def _roster(people: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """Yield those whose role is a rank, for all time: the board has no day on which a role began that one could trust."""
    return ((person["slug"], person["role"]) for person in people if person["role"] in RANKED)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Run it as: python examples/contributors_board.py BOARD_FOLDER TARGET_FOLDER")
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
