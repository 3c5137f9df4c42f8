"""What exports of forums, tables and rosters from the field must come to, and Zulip's."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from field import BY_HAND, Expected

from cop_metrics.store import Store

FIVE_POSTS = {"questions": 3, "answered_questions": 2, "accepted_questions": 1}
TABLE = frozenset({"Ada Byron", "Bo Diaz", "Cy Ek"})
SHOP = frozenset({"Anna Müller", "José García", "Zoë Núñez", "Pat O'Neill"})
NO_READER = ("which is not read here", "docs/spreadsheet.md")


def threads_of_forum(data: Path) -> None:
    """Both answers were accepted, by the asker."""
    rows = pl.concat(
        [pl.read_parquet(path) for path in sorted((data / "lake").rglob("post.parquet"))]
    )
    accepted = rows.filter("accepted").select("post", "solved_by").sort("post").rows()
    assert accepted == [("discourse:52", "discourse:1"), ("discourse:53", "discourse:1")]


def teams(data: Path) -> None:
    """Nobody left, and each is in the hall that the roster says."""
    rows = (
        Store(data)
        .snapshot()
        .cursor.sql(
            "select name, team, min(held_to) from memberships where team <> 'Unknown' group by all order by all"
        )
    )
    assert [row[:2] for row in rows.fetchall()] == [
        ("Anna Müller", "Hall 1"),
        ("José García", "Hall 2"),
        ("Pat O'Neill", "Hall 1"),
        ("Zoë Núñez", "Hall 2"),
    ]
    left = (
        Store(data)
        .snapshot()
        .cursor.sql("select count(*) from members where left_day < 99999")
        .fetchall()
    )
    assert left == [(0,)]


def keys_in_full(data: Path) -> None:
    rows = pl.concat(
        [pl.read_parquet(path) for path in sorted((data / "lake").rglob("post.parquet"))]
    )
    assert "spreadsheet:1489760410123451" in rows["post"].to_list()


def times(first: str, last: str) -> Callable[[Path], None]:
    def check(data: Path) -> None:
        rows = pl.concat(
            [pl.read_parquet(path) for path in sorted((data / "lake").rglob("post.parquet"))]
        )
        assert [str(rows["created_at"].min())[:10], str(rows["created_at"].max())[:10]] == [
            first,
            last,
        ]

    return check


FOLDERS: dict[str, Expected] = {
    "chat/zulip-archive-channel-without-ascii-letters": Expected(
        paths=("export",), figures={"questions": 2, "answered_questions": 2}
    ),
    "chat/zulip-archived-channel-of-older-servers": Expected(
        paths=("export",),
        figures={"questions": 1, "answered_questions": 1},
        skipped={"a message of a private channel or conversation": 3},
        told=("1 archived channels are among the private ones",),
        nowhere=("welding", "secret"),
    ),
    "chat/zulip-general-chat": Expected(
        paths=("export",),
        figures={"questions": 3, "answered_questions": 2},
        told=("5 messages stand in topics that are no conversation",),
    ),
    "forum/d01-discourse-several-solutions": Expected(
        figures={"questions": 2, "accepted_questions": 1}, check=threads_of_forum
    ),
    "forum/d01c-discourse-one-solution-old": Expected(
        figures={"questions": 2, "accepted_questions": 1}
    ),
    "forum/d02-discourse-user-archive": Expected(
        refused=("one member's own posts", "Save the topics")
    ),
    "forum/d03-discourse-data-explorer-csv": Expected(
        refused=("id to post_id", "topic_id to thread_id")
    ),
    "forum/d03b-discourse-data-explorer-json": Expected(
        refused=("Save it as CSV", "docs/spreadsheet.md")
    ),
    "forum/d04-discourse-print-is-limited": Expected(
        figures={"answers": 1}, told=("The forum refused 3 topics", "ask an admin", "page=2")
    ),
    "forum/g01-gh-issue-list-json": Expected(refused=("a list of issues", "collect github")),
    "forum/g03-gh-discussion-list-json": Expected(refused=("none of their comments",)),
    "forum/r02-open-end-9999": Expected(
        roster="roster.csv", people=SHOP, told=("4 rows, 4 members",), check=teams
    ),
    "forum/r04c-names-without-marks": Expected(
        roster="roster.csv",
        told=("Anna Mueller", "Jose Garcia", "Zoe Nunez", "which mean no account"),
    ),
    "forum/r11-american-days": Expected(roster="roster.csv", refused=("row 2", "3/31/2024")),
    "forum/r13-row-of-no-day": Expected(roster="roster.csv", refused=("row 6", "holds no day")),
    "forum/r17-employee-column-is-a-number": Expected(
        roster="roster.csv", told=("4 rows, 4 members",)
    ),
    "forum/r18-two-of-one-name": Expected(
        roster="roster.csv",
        told=("4 rows, 3 members", "which mean no account: row 5 (Pat O'Neill)"),
    ),
    "forum/s01-xml-control-reference-in-body": Expected(
        figures={"questions": 2, "answered_questions": 1, "accepted_questions": 1},
        people=frozenset({"Ada", "Bo"}),
    ),
    "forum/s01c-xml-raw-control-byte": Expected(refused=("Posts.xml", "near line 3")),
    # Five questions stand in the file: the fifth is the site's own, which is nobody's question (decision 18).
    "forum/s02-anonymous-and-migrated": Expected(
        figures={"questions": 4, "answers": 2},
        people=frozenset({"Bo", "Cy", "deleted account"}),
        told=("1 questions are of the site's own account",),
    ),
    "forum/s05-stack-internal-so4t-export": Expected(refused=("Stack Internal", *NO_READER)),
    "forum/s06-stack-overflow-for-teams-export": Expected(refused=("Stack Internal", *NO_READER)),
    "forum/t04-na-of-r": Expected(figures=FIVE_POSTS, people=TABLE),
    "forum/t04b-null-of-databases": Expected(figures=FIVE_POSTS, people=TABLE),
    "forum/t04c-null-as-author": Expected(
        figures={"questions": 3, "answered_questions": 2, "members": 1},
        people=frozenset({"Bo Diaz", "deleted account"}),
        told=("6 cells that should name somebody hold 'NULL'",),
    ),
    "forum/t05-keys-that-excel-rounded": Expected(
        refused=("5 keys look as if a spreadsheet had rounded them", "1.21457E+18", "Export again")
    ),
    "forum/t08-unicode-text": Expected(
        figures=FIVE_POSTS, people=frozenset({"Zoë Byron", "Bo Diaz", "Cy Ek"})
    ),
    "forum/t12b-trailing-separators-after-header-too": Expected(figures=FIVE_POSTS, people=TABLE),
    "forum/t13-hours-of-one-digit": Expected(figures=FIVE_POSTS, people=TABLE),
    "forum/t21b-names-with-odd-spaces": Expected(
        told=("pairs of accounts that may be one person's",)
    ),
    "forum/t23-dates-since-1904": Expected(
        figures=FIVE_POSTS, people=TABLE, check=times("2026-03-02", "2026-03-30")
    ),
    "forum/t24-every-minute-of-a-day": Expected(figures={"questions": 1440}),
    "forum/t25-numbers-as-keys-in-xlsx": Expected(
        figures=FIVE_POSTS, people=TABLE, check=keys_in_full
    ),
    "forum/u01-reddit-arctic-shift": Expected(refused=("Reddit", *NO_READER)),
    "forum/u02-teams-like-csv-of-forum": Expected(
        refused=("Post ID, Topic ID, Type", "post_id, thread_id, kind")
    ),
    "forum/u03-confluence-questions": Expected(refused=("Confluence", *NO_READER)),
    # Also a question by its words: what somebody asks on their own storyline, outside of all groups.
    "forum/v01-viva-engage-columns-of-2026": Expected(
        figures={"questions": 1, "answered_questions": 1},
        skipped={
            "a draft, which was not posted": 1,
            "a private message, which is nobody else's": 1,
            "a post outside of groups: a person's storyline, or All Company": 1,
        },
        nowhere=("spare tor", "storyline: does"),
    ),
    "forum/v03-viva-after-excel": Expected(
        refused=("look as if a spreadsheet had rounded them", "1.48976E+15")
    ),
    "forum/v03b-viva-as-exported": Expected(
        figures={"questions": 2, "answered_questions": 1}, people=frozenset({"Ada", "Bo", "Cy"})
    ),
}

NOT_YET: dict[str, str] = {
    "forum/r01-german-headers": BY_HAND,
    "forum/r01b-french-headers": BY_HAND,
    "forum/r03-last-name-first": BY_HAND,
    "forum/r03b-first-and-last-name-apart": BY_HAND,
    "forum/r04-names-from-a-mac": BY_HAND,
    "forum/r05-the-same-row-twice": BY_HAND,
    "forum/r05b-two-rows-same-team-no-days": BY_HAND,
    "forum/r06-addresses-with-litter": BY_HAND,
    "forum/r08-title-above": BY_HAND,
    "forum/r12-days-as-numbers": BY_HAND,
    "forum/r14-last-days-in-to": BY_HAND,
    "forum/r15-roster-as-old-xls": BY_HAND,
    "forum/r15b-roster-as-ods": BY_HAND,
    "forum/r16-seniorities-in-german": BY_HAND,
    "forum/t01-german-excel-csv": BY_HAND,
    "forum/t01b-german-excel-booleans": BY_HAND,
    "forum/t02-title-row-above-header": BY_HAND,
    "forum/t03-header-of-two-rows": BY_HAND,
    "forum/t06-keys-as-fractions": BY_HAND,
    "forum/t07-header-twice": BY_HAND,
    "forum/t09-hidden-old-sheet": BY_HAND,
    "forum/t10-serial-dates": BY_HAND,
    "forum/t10b-day-and-time-apart": BY_HAND,
    "forum/t11-old-xls": BY_HAND,
    "forum/t11c-html-called-xls": BY_HAND,
    "forum/t12-trailing-separators": BY_HAND,
    "forum/t13b-two-digit-years": BY_HAND,
    "forum/t18-zones-by-name": BY_HAND,
    "forum/t19-epoch-seconds": BY_HAND,
    "forum/t20-kinds-as-platforms-call-them": BY_HAND,
    "forum/t21-nfc-and-nfd": BY_HAND,
    "forum/t22-quotes-of-hand": BY_HAND,
    "forum/t26-cells-merged-downwards": BY_HAND,
    "forum/t27-cover-sheet-first": BY_HAND,
}
