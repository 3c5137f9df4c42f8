"""When a mail was written, where its clock and those of others do not agree."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from exports import Read
from test_mail_files import divided
from test_mailbox import mail, sample

from cop_metrics.sources.mail_dates import FEW, How, dated, settled, time_of_divider, time_of_header
from cop_metrics.sources.mailbox import DATED_APART, NO_DATE, SOURCE
from cop_metrics.tables import TIME

MARCH = datetime(2026, 3, 5, 9)
IN_MARCH = "from mx by lists.example.org; Thu, 5 Mar 2026 10:00:00 +0100"


def settle(
    *mails: tuple[datetime | None, datetime | None, bool | None],
) -> list[tuple[datetime | None, str]]:
    told = pl.DataFrame(
        mails, schema={"dated": TIME, "received": TIME, "is_far": pl.Boolean}, orient="row"
    )
    return settled(told).rows()


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("ada@example.org Thu Mar  5 10:00:00 2026", datetime(2026, 3, 5, 10)),
        ("- Thu Mar 05 2026 10:00:00", datetime(2026, 3, 5, 10)),
        ("123@xxx Thu Mar 05 10:00:00 +0100 2026", MARCH),
        ("123@xxx Thu Mar 05 10:00:00 -0130 2026", datetime(2026, 3, 5, 11, 30)),
        ("ada@example.org Thu Mar  5 10:00 CET 2026", datetime(2026, 3, 5, 10)),
        ("who 2026-03-05", datetime(2026, 3, 5, 12)),
        ("who 2026-03-05T10:00:00Z", datetime(2026, 3, 5, 10)),
        ("who Thu Mar 35 10:00:00 2026", None),
        ("who Thu Mär  5 10:00:00 2026", None),
        ("-", None),
        ("", None),
    ],
)
def test_times_of_dividing_lines(line: str, at: datetime | None) -> None:
    assert time_of_divider(line) == at


def test_times_of_headers() -> None:
    assert time_of_header("Thu, 5 Mar 2026 10:00:00 +01:00") == MARCH
    assert time_of_header("2026-03-05T10:00:00+01:00") == MARCH
    assert time_of_header("yesterday") is None


@pytest.mark.parametrize(
    ("date", "is_far"),
    [
        ("Fri, 5 Dec 2025 09:00:00 +0000", False),  # 90 days before
        ("Fri, 5 Dec 2025 08:59:59 +0000", True),
        ("Fri, 6 Mar 2026 09:00:00 +0000", False),  # a day after
        ("Fri, 6 Mar 2026 09:00:01 +0000", True),
    ],
)
def test_how_far_a_date_may_be_from_what_servers_say(date: str, is_far: bool) -> None:
    assert dated(date, [IN_MARCH], "") == (time_of_header(date), MARCH, is_far)


@pytest.mark.parametrize(
    ("date", "is_far"),
    [
        ("Tue, 5 Mar 2024 09:00:00 +0000", False),  # 730 days before
        ("Tue, 5 Mar 2024 08:59:59 +0000", True),
        ("Sat, 4 Mar 2028 09:00:00 +0000", False),
        ("Sat, 4 Mar 2028 09:00:01 +0000", True),
    ],
)
def test_how_far_a_date_may_be_from_the_dividing_line(date: str, is_far: bool) -> None:
    assert dated(date, [""], "ada@example.org Thu Mar  5 09:00:00 2026").is_far == is_far


def test_a_date_near_any_server_on_the_way_is_right() -> None:
    """A server that the mailbox was moved to adds its own day; where none is near, the first on the way tells."""
    moved = "from old by new.example.org; Thu, 5 Mar 2026 10:00:00 +0000"
    first = "from phone by mx.example.org; Thu, 5 Mar 2015 10:00:00 +0000"
    assert dated("Thu, 5 Mar 2015 09:59:00 +0000", [moved, first], "").is_far is False
    assert dated("Sat, 1 Jan 2000 00:03:11 +0100", [moved, first], "") == (
        datetime(1999, 12, 31, 23, 3, 11),
        datetime(2015, 3, 5, 10),
        True,
    )


def test_servers_count_rather_than_the_dividing_line() -> None:
    """Many programs copy the line from the Date."""
    told = dated(
        "Sat, 1 Jan 2000 00:03:11 +0000", [IN_MARCH], "bo@example.org Sat Jan  1 00:03:11 2000"
    )
    assert (told.received, told.is_far) == (MARCH, True)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Thu, 13 Dec 101 15:30 WET", "Sun, 31 Dec 1989 23:59:59 +0000"]
)
def test_no_date_that_can_be_right(date: str) -> None:
    assert dated(date, [IN_MARCH], "") == (None, MARCH, None)


def test_one_wrong_clock_is_put_right_and_a_mailbox_that_was_moved_is_not() -> None:
    """The line or server is believed where it agrees with most of the Dates around."""
    years_ago, day = datetime(2000, 1, 1), timedelta(days=1)
    right = [(MARCH + number * day, MARCH + number * day, False) for number in range(10)]
    one = settle(*right, (years_ago, MARCH, True))
    assert one[-1] == (MARCH, How.RECEIVED.value)
    assert [at for at, _ in one[:-1]] == [at for at, _, _ in right]
    moved = [(datetime(2015, 1, 1) + number * day, MARCH, True) for number in range(30)]
    assert settle(*moved) == [(at, How.DATE.value) for at, _, _ in moved]
    behind = [(MARCH + number * day, MARCH + number * day, False) for number in range(20, 50)]
    assert settle(*moved, *behind)[:20] == [(at, How.DATE.value) for at, _, _ in moved[:20]]


def test_half_of_the_dates_around_are_enough_to_believe() -> None:
    years_ago = datetime(2000, 1, 1)
    assert settle((MARCH, MARCH, False), (years_ago, MARCH, True))[1] == (MARCH, How.RECEIVED.value)
    both = settle((MARCH, MARCH, False), (years_ago, MARCH, True), (years_ago, MARCH, True))
    assert both[1:] == [(years_ago, How.DATE.value)] * 2


def test_an_unreadable_date_is_never_that_of_an_export() -> None:
    moved = [(datetime(2015, 1, 1), MARCH, True)] * 3
    assert settle(*moved, (None, MARCH, None))[-1] == (None, How.UNREADABLE.value)
    assert settle((None, None, None)) == [(None, How.UNREADABLE.value)]
    assert settle((None, MARCH, None)) == [(MARCH, How.RECEIVED.value)]


@pytest.mark.parametrize(("days", "is_apart"), [(729, False), (730, True)])
def test_a_mail_years_before_all_others_is_left_out(days: int, is_apart: bool) -> None:
    """One, or one in a hundred: more are the beginning of the list."""
    first = (MARCH - timedelta(days=days), None, None)
    others = [(MARCH + timedelta(hours=number), None, None) for number in range(2 * FEW - 2)]
    assert (settle(first, *others)[0] == (None, How.APART.value)) == is_apart
    assert settle(first, first, *others)[:2] == [(None, How.APART.value)] * 2 if is_apart else True
    assert settle(first, first, first, *others)[0][1] == How.DATE.value
    assert settle(first, first, *others[:-2])[0][1] == How.DATE.value
    assert settle(first, others[0])[0][1] == How.DATE.value


@pytest.mark.parametrize(("days", "is_apart"), [(729, False), (730, True)])
def test_a_mail_years_after_all_others_is_left_out(days: int, is_apart: bool) -> None:
    """Of a clock that was set ahead, whose dividing line was copied from it; more are the list, which went on."""
    last = (MARCH + timedelta(days=days), None, None)
    others = [(MARCH - timedelta(hours=number), None, None) for number in range(2 * FEW - 2)]
    assert (settle(last, *others)[0] == (None, How.APART.value)) == is_apart
    assert settle(last, last, last, *others)[0][1] == How.DATE.value
    both = settle(last, (datetime(2001, 1, 1), None, None), *others)
    assert [how for _, how in both[:2]] == (
        [How.APART.value] * 2 if is_apart else [How.DATE.value, How.APART.value]
    )


NAMED = "From ada@example.org Thu Mar  5 10:00:00 2026"
WRONG = "Sat, 01 Jan 2000 00:03:11 +0100"


@pytest.mark.parametrize(
    ("line", "more", "note"),
    [
        (NAMED, "", True),
        ("From ", f"Received: {IN_MARCH}\n", True),
        ("From bo@example.org Sat Jan  1 00:03:11 2000", f"Received: {IN_MARCH}\n", True),
        ("From bo@example.org Sat Jan  1 00:03:11 2000", "", False),
        ("From ", "", False),
    ],
)
def test_one_clock_of_2000_does_not_stretch_the_list(
    tmp_path: Path, line: str, more: str, note: bool
) -> None:
    """Dated by what else is known; else left out and counted."""
    good = [
        divided(mail(f"q{number}@x", date="Wed, 4 Mar 2026 10:00:00 +0000"), NAMED)
        for number in range(3)
    ]
    wrong = divided(mail("w@x", date=WRONG, more=more), line)
    read = Read(SOURCE, sample(tmp_path, [*good, wrong]))
    assert {at.year for (at,) in read.rows("post", "created_at")} == {2026}
    assert read.skipped == ({} if note else {DATED_APART: 1})
    assert [each for each in read.reading.notes if "cannot be right" in each] == (
        [
            "Mails whose Date cannot be read or cannot be right, dated by when they were received or by the line that divides "
            "them: 1."
        ]
        if note
        else []
    )


def test_dates_of_a_mailbox_that_was_exported_in_one_go(tmp_path: Path) -> None:
    """Its lines tell the day of the export: no mail moves there, and one without a date is left out."""
    mails = [
        divided(mail(f"q{year}@x", date=f"Mon, 2 Mar {year} 10:00:00 +0000"), NAMED)
        for year in range(2014, 2024)
    ]
    read = Read(SOURCE, sample(tmp_path, [*mails, divided(mail("none@x", date="?"), NAMED)]))
    assert [at.year for (at,) in read.rows("post", "created_at")] == list(range(2014, 2024))
    assert read.skipped == {NO_DATE: 1}


def test_who_wrote_only_what_is_left_out_is_no_member(tmp_path: Path) -> None:
    mails = [
        mail("q1@x"),
        mail("q2@x"),
        divided(mail("w@x", "dee at example.org (Dee)", date="?"), "From "),
    ]
    read = Read(SOURCE, sample(tmp_path, mails))
    assert read.rows("member", "name") == [("Ada",)]
