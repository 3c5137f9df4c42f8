"""What mail from the field must come to."""

from pathlib import Path

import polars as pl
from field import Expected


class Holds:
    """Checks the titles of all threads, and on which days the first and the last post were written."""

    def __init__(self, *titles: str, days: tuple[str, str] | None = None) -> None:
        self.titles, self.days = sorted(titles), days

    def __call__(self, data: Path) -> None:
        threads, posts = (
            pl.read_parquet(next((data / "lake").rglob(f"{table}.parquet")))
            for table in ("thread", "post")
        )
        if self.titles:
            assert sorted(threads["title"]) == self.titles
        if self.days:
            written = posts["created_at"].dt.strftime("%Y-%m-%d")
            assert (written.min(), written.max()) == self.days


ADA, BO, CY = "Ada Byron", "Bo Diaz", "Cy Ek"
TWO_THREADS = Holds(
    "Which gas for thin sheet?", "Where are the torches?", days=("2025-04-12", "2025-04-13")
)
THREE_MAILS = Expected(
    figures={"questions": 2, "answered_questions": 1, "wait_naive": 1.0},
    people=frozenset({ADA, BO, CY}),
    check=TWO_THREADS,
)

FOLDERS: dict[str, Expected] = {
    "forum/m01-mbox-year-before-time": THREE_MAILS,
    "forum/m02-mbox-mixed-dividers": THREE_MAILS,
    "forum/m03-sympa-archive-zip": THREE_MAILS,
    "forum/m04-takeout-google-groups": Expected(
        figures={"questions": 2, "answered_questions": 2},
        people=frozenset({ADA, BO}),
        check=Holds("Preheating cast iron", "Rods"),
    ),
    "forum/m05-auto-replies-of-other-languages": Expected(
        figures={"questions": 1, "answered_questions": 0},
        people=frozenset({ADA, CY}),
        skipped={"an automatic reply, such as 'out of office'": 17},
    ),
    "forum/m06-reply-marks-of-other-languages": Expected(
        figures={"questions": 1, "answered_questions": 1, "wait_naive": 1.0},
        check=Holds("Which gas for thin sheet?", "Minutes of March"),
        told=("by their subject alone, as what they reply to is not in the archive: 25",),
    ),
    "forum/m07-external-tag": Expected(
        figures={"questions": 2, "answered_questions": 2},
        people=frozenset({ADA, BO, CY}),
        check=Holds("Which gas for thin sheet?", "Where are the torches?", "Minutes of March"),
    ),
    "forum/m08-dates-of-mails": Expected(
        figures={"questions": 1},
        skipped={},
        told=("cannot be right, dated by when they were received",),
        check=Holds(days=("2026-03-02", "2026-03-05")),
    ),
    "forum/m08b-one-clock-of-2000": Expected(
        figures={"questions": 1},
        skipped={},
        told=(
            "cannot be right, dated by when they were received or by the line that divides them: 1",
        ),
        check=Holds(days=("2026-03-02", "2026-03-30")),
    ),
    "forum/m09-charsets": Expected(
        figures={"questions": 8},
        people=frozenset(f"P{number}" for number in range(1, 9)),
        check=Holds("איזה גז?", "Gas für Alu", *["Gas"] * 3, *["Welches Gas für Alu?"] * 3),
    ),
    "forum/m10-from-lines-in-bodies": Expected(
        figures={"questions": 1},
        people=frozenset({ADA, BO}),
        skipped={
            "a mail pasted into another one with its headers, which is part of that one's text": 1
        },
        check=Holds("Weld shop opening", "A mail that got lost"),
        nowhere=("old@x",),
    ),
    "forum/m11-digests-and-list-programs": Expected(
        figures={"questions": 1, "answered_questions": 1},
        people=frozenset({ADA, BO}),
        skipped={"a notice or digest of a list program, or of a mail server": 7},
    ),
    "forum/m14-folder-of-eml": THREE_MAILS,
    "forum/m16-apple-mail-mbox-folder": THREE_MAILS,
    "forum/m19-listserv-log": Expected(
        figures={"questions": 1, "answered_questions": 1, "wait_naive": 1.0},
        people=frozenset({ADA, BO}),
    ),
    "forum/m20-gmail-takeout-labels": Expected(
        figures={"questions": 1, "answered_questions": 1},
        people=frozenset({ADA, BO}),
        skipped={
            "a draft, by its label": 2,
            "spam, by its label": 1,
            "a mail in the trash, by its label": 1,
        },
        nowhere=("Rich", "Lunch", "money", "g3@x", "Noch eine"),
    ),
    "forum/m21b-x500-senders": Expected(
        figures={"questions": 2, "answered_questions": 1, "wait_naive": 1.0},
        people=frozenset({"Byron, Ada", "Diaz, Bo", "Ek, Cy"}),
    ),
    "forum/m21c-pst-people-inside-and-outside": Expected(
        figures={"questions": 1, "answered_questions": 1, "wait_naive": 1.0},
        people=frozenset({ADA, BO, CY}),
    ),
}

NOT_YET: dict[str, str] = {}
