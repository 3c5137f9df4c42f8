"""Mailing lists: a small list in full, the oddities that archives are known for, and the figures of a real one."""

import gzip
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from exports import (
    MARK,
    Makers,
    Read,
    asked,
    converges,
    has_exact_columns,
    imported,
    packed,
    refusal,
    same_tables,
    shared,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from cop_metrics.errors import CopError
from cop_metrics.sources import mail_files, mailbox
from cop_metrics.sources.mailbox import SOURCE, own_text
from cop_metrics.tabular import email_hash

ADA, BO = "ada at example.org (Ada)", "bo at example.org (Bo)"


def mail(
    key: str,
    who: str = ADA,
    *,
    date: str = "Mon, 2 Mar 2026 10:00:00 +0100",
    subject: str = "[weld] Which gas for aluminium",
    to: Sequence[str] = (),
    body: str = "Hello all,\n\nI weld aluminium now.",
    more: str = "",
) -> str:
    """Return a mail as Pipermail writes it; `to` are the mails that it replies to, the first of a thread first."""
    replies = (
        f"In-Reply-To: <{to[-1]}>\nReferences: {' '.join(f'<{each}>' for each in to)}\n"
        if to
        else ""
    )
    return (
        f"From {who.split(' (')[0]}  Mon Mar  2 10:00:00 2026\nFrom: {who}\nDate: {date}\nSubject: {subject}\n"
        f"{replies}Message-ID: <{key}>\n{more}\n{body}\n\n\n"
    )


LIST = (
    mail("q1@x", body="Which gas should I use?\n\n-- \nAda, phone 12?"),
    mail(
        "a1@x",
        BO,
        date="Mon, 2 Mar 2026 11:30:00 +0000",
        subject="Re: [weld] Which gas for aluminium",
        to=("q1@x",),
        body="On Mon, 2 Mar 2026, Ada wrote:\n> Which gas should I use?\n\nArgon.",
    ),
    mail("n1@x", BO, subject="[weld] New torches", body="They are in the shop."),
)


def undated(told: str) -> str:
    """Return a mail below a dividing line that tells no time."""
    return "From -\n" + told.partition("\n")[2]


def sample(folder: Path, mails: Sequence[str] = LIST, name: str = "2026-March.txt") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(mails), encoding="utf-8")
    return folder


def test_a_small_list_in_full(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path))
    assert read.recognised
    assert (read.skipped, read.reading.notes) == ({}, [])
    assert has_exact_columns(read)
    members = {
        name: (key, hashed)
        for key, name, hashed in read.rows("member", "member", "name", "email_hash")
    }
    assert {name: hashed for name, (_, hashed) in members.items()} == {
        "Ada": email_hash("ada@example.org"),
        "Bo": email_hash("bo@example.org"),
    }
    ada, bo = members["Ada"][0], members["Bo"][0]
    assert "@" not in ada
    assert read.rows("thread", "thread", "title", "kind") == [
        ("q1@x", "Which gas for aluminium", "message"),
        ("n1@x", "New torches", "message"),
    ]
    assert read.rows("post", "post", "thread", "author", "created_at") == [
        ("q1@x", "q1@x", ada, datetime(2026, 3, 2, 9)),
        ("a1@x", "q1@x", bo, datetime(2026, 3, 2, 11, 30)),
        ("n1@x", "n1@x", bo, datetime(2026, 3, 2, 9)),
    ]
    assert "question_mark" in read.rules()["q1@x"]
    assert read.rules()["a1@x"] == ["reply"]
    assert read.rules()["n1@x"] == []


def test_a_question_of_the_list_is_answered_after_two_and_a_half_hours(tmp_path: Path) -> None:
    store = imported(SOURCE, [sample(tmp_path / "list")], tmp_path / "data")
    assert asked(store, "select question, outcome from questions") == [("src:q1@x", "answered")]


@pytest.mark.parametrize(
    "name", ["Weld.mbox", "2026-March.txt", "2026q1.txt.gz", "Inbox", "2026-March.TXT"]
)
def test_the_names_of_mailboxes(tmp_path: Path, name: str) -> None:
    plain = Read(SOURCE, sample(tmp_path / "plain"))
    content = "".join(LIST).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    read = Read(SOURCE, tmp_path / name)
    assert read.recognised
    assert same_tables(read, plain)


def test_a_folder_packed_and_nested_reads_the_same(tmp_path: Path) -> None:
    folder = sample(tmp_path / "list", LIST[:1], "2026-February.txt")
    (folder / "2026-March.txt.gz").write_bytes(gzip.compress("".join(LIST[1:]).encode()))
    (folder / "index.html").write_text("<html></html>")
    plain = Read(SOURCE, folder)
    assert plain.threads() == {"q1@x": "q1@x", "a1@x": "q1@x", "n1@x": "n1@x"}
    for path in (packed(folder), packed(folder, within="a/b"), tmp_path):
        read = Read(SOURCE, path)
        assert read.recognised
        assert same_tables(read, plain)


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_line_ends_and_a_mark_of_the_encoding(tmp_path: Path, line_end: str) -> None:
    (tmp_path / "list.mbox").write_bytes(
        b"\xef\xbb\xbf" + "".join(LIST).replace("\n", line_end).encode()
    )
    assert same_tables(Read(SOURCE, tmp_path), Read(SOURCE, sample(tmp_path / "plain")))


@pytest.mark.parametrize(
    ("sender", "name", "whole"),
    [
        ("ada at example.org (Ada)", "Ada", "ada@example.org"),
        ("Ada@Example.org (Ada)", "Ada", "ada@example.org"),
        ("ada(a)example.org (Ada)", "Ada", "ada@example.org"),
        ("ada [at] example [dot] org (Ada)", "Ada", "ada@example.org"),
        ('"Ada (of the shop)" <ada@example.org>', "Ada (of the shop)", "ada@example.org"),
        ("=?utf-8?q?=C3=81da?= <ada@example.org>", "Áda", "ada@example.org"),
        ("ada at example.org", None, "ada@example.org"),
        ("@d@ @end|ng |rom ex@mp|e@org (Ada)", "Ada", None),
        ("@d@ m@iii@g oii ex@mp|e@org (@d@ m@iii@g oii ex@mp|e@org)", None, None),
        ("Ada <ad...@example.org>", "Ada", None),
        ("Ada via weld <weld@example.org>", "Ada", None),
        ("Ada <ada AT example DOT org>", "Ada", "ada@example.org"),
        ("Ada <ada@example.org.INVALID>", "Ada", "ada@example.org"),
        ("Ada", "Ada", None),
    ],
)
def test_senders(tmp_path: Path, sender: str, name: str | None, whole: str | None) -> None:
    """An address that is scrambled beyond repair still tells people apart, but no hash of it would match a roster."""
    read = Read(
        SOURCE,
        sample(tmp_path, [mail("q1@x", sender), mail("q2@x", sender.replace("Ada", "ADA", 1))]),
    )
    [(key, told, hashed)] = read.rows("member", "member", "name", "email_hash")
    assert (told or "").casefold() == (name or "").casefold()
    assert hashed == (email_hash(whole) if whole else None)
    assert [author for (author,) in read.rows("post", "author")] == [key, key]


def test_the_author_behind_a_list_that_sends_in_their_place(tmp_path: Path) -> None:
    sender = "Ada via weld <weld@example.org>"
    read = Read(
        SOURCE, sample(tmp_path, [mail("q1@x", sender, more="Reply-To: Ada <ada@example.org>\n")])
    )
    assert read.rows("member", "name", "email_hash") == [("Ada", email_hash("ada@example.org"))]


def test_two_cut_addresses_are_two_people_where_names_differ(tmp_path: Path) -> None:
    mails = [mail("q1@x", "Ada <a...@example.org>"), mail("q2@x", "Al <a...@example.org>")]
    assert len(Read(SOURCE, sample(tmp_path, mails)).tables["member"]) == 2


def test_one_name_with_several_addresses_is_told(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x"), mail("q2@x", "ada at example.com (Ada)")]))
    assert len(read.tables["member"]) == 2
    assert read.reading.notes == [
        "Display names with several addresses, each of which is a member of its own unless an alias says otherwise: 1."
    ]


@pytest.mark.parametrize(
    "address",
    [
        *(
            "noreply",
            "no.reply",
            "no_reply",
            "do.not.reply",
            "weld+noreply",
            "groups-noreply",
            "no-reply-weld",
            "notify",
            "notifications",
        ),
        *(
            "calendar-notification",
            "notifications+a1b2",
            "alerts",
            "auto-reply",
            "autoresponder",
            "postmaster",
            "bot",
            "ci-bot",
        ),
        *(
            "bugzilla-daemon",
            "jira",
            "jira+weld",
            "jenkins-ci",
            "travis-ci",
            "svn-commits",
            "git",
            "cron",
            "redmine",
        ),
    ],
)
def test_programs_that_send_mail_are_bots(tmp_path: Path, address: str) -> None:
    mails = [
        mail("q1@x", f"{address} at example.org (Tickets)"),
        mail("q3@x"),
    ]
    assert sorted(Read(SOURCE, sample(tmp_path, mails)).rows("member", "name", "is_bot")) == [
        ("Ada", False),
        ("Tickets", True),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "jan.bot",
        "talbot",
        "notifyann",
        "jirasek",
        "gitte",
        "cronin",
        "alert.jansen",
        "abbot",
        "travis",
        "hudson",
        "jenkins",
    ],
)
def test_people_whose_addresses_look_like_those_of_programs(tmp_path: Path, address: str) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", f"{address} at example.org (Jan)")]))
    assert read.rows("member", "name", "is_bot") == [("Jan", False)]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("[weld] Which gas", "Which gas"),
        ("Re: [weld] RE: AW: Which gas", "Which gas"),
        ("[weld] [urgent] Which gas", "[urgent] Which gas"),
        ("[EXT] Re: Which gas", "Which gas"),
        ("Fwd: Which\n gas", "Which gas"),
        ("[weld]\n Which gas", "Which gas"),
        ("=?iso-8859-1?Q?Welches_Gas_f=FCr_Alu?=", "Welches Gas für Alu"),
        ("=?utf-8?B?V2VsY2hl?=\n =?utf-8?B?cyBHYXM=?=", "Welches Gas"),
        ("=?nonsense?q?Which_gas?=", "Which gas"),
        ("=?utf-8?b?!!!?= gas", "=?utf-8?b?!!!?= gas"),
    ],
)
def test_titles_are_subjects_without_tags_of_the_list_and_marks_of_a_reply(
    tmp_path: Path, subject: str, title: str
) -> None:
    others = [mail(f"o{number}@x") for number in range(3)]
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", subject=subject), *others]))
    titles = read.tables["thread"]["title"].to_list()
    assert title in titles or ("gas" in title and any("gas" in each for each in titles))


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", datetime(2026, 3, 2, 9)),
        ("Mon, 2 Mar 2026 10:00:00 -0530 (IST)", datetime(2026, 3, 2, 15, 30)),
        ("2 Mar 2026 10:00 EST", datetime(2026, 3, 2, 15)),
        ("Mon, 2 Mar 2026 10:00:00", datetime(2026, 3, 2, 10)),
        ("Mon, 02 Mar 26 10:00:00 GMT", datetime(2026, 3, 2, 10)),
    ],
)
def test_dates_in_their_zone(tmp_path: Path, date: str, at: datetime) -> None:
    assert Read(SOURCE, sample(tmp_path, [mail("q1@x", date=date)])).rows("post", "created_at") == [
        (at,)
    ]


def test_mails_that_are_left_out_are_counted_with_their_place(tmp_path: Path) -> None:
    mails = [
        mail("q1@x"),
        mail("q1@x", BO),
        undated(mail("q2@x", date="yesterday")),
        undated(mail("q3@x", date="Thu, 31 Dec 9999 99:99:99 +0000")),
        undated(mail("q4@x", date="Thu, 1 Jan 1970 00:00:00 +0000")),
        mail("q5@x", more="Auto-Submitted: auto-replied\n"),
        mail("q6@x", subject="Out of office: Which gas"),
        "From nobody Mon Mar  2 10:00:00 2026\nX-Piece: 1\n\nwords\n\n",
    ]
    read = Read(SOURCE, sample(tmp_path, mails))
    assert read.rows("post", "post") == [("q1@x",)]
    assert read.skipped == {
        "a second copy of a mail: its Message-ID was there before": 1,
        "a mail whose date cannot be read or lies before 1990": 3,
        "an automatic reply, such as 'out of office'": 2,
        "a piece of a mailbox without the headers of a mail": 1,
    }
    assert read.reading.examples["a mail whose date cannot be read or lies before 1990"] == [
        "q2@x",
        "q3@x",
        "q4@x",
    ]
    assert read.reading.examples["a second copy of a mail: its Message-ID was there before"] == [
        "2026-March.txt line 12"
    ]
    assert len(read.tables["post"]) + sum(read.skipped.values()) == len(mails)


def test_lines_that_begin_with_from_divide_mails_only_before_a_header(tmp_path: Path) -> None:
    body = (
        "From my experience at 10:00 in 2026\nit is argon.\n\nFrom the shop\nNote: closed\n\n"
        "From ada at example.org  Mon Mar  2 10:00:00 2026\nis how a mailbox begins\n>From here on"
    )
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", body=body), LIST[1]]))
    assert read.rows("post", "post") == [("q1@x",), ("a1@x",)]


@pytest.mark.parametrize(
    "separator",
    [
        "From ada at example.org  Mon Mar  2 10:00:00 2026",
        "From @d@ @end|ng |rom ex@mp|e@org  Mon Mar  2 10:00:00 2026",
        "From - Mon Mar 02 10:00:00 2026",
        "From 1234567890@xxx Mon Mar 02 10:00:00 +0000 2026",
        "From ada@example.org Mon Mar  2 10:00 CET 2026",
    ],
)
def test_ways_to_divide_mails(tmp_path: Path, separator: str) -> None:
    mails = [separator + "\n" + each.partition("\n")[2] for each in LIST]
    assert Read(SOURCE, sample(tmp_path, mails)).rows("post", "post") == [
        ("q1@x",),
        ("a1@x",),
        ("n1@x",),
    ]


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    text = "".join(
        [mail("q1@x", "ada at example.org (Änne)", subject="Für Alu", body="Schweißen?"), LIST[1]]
    )
    (tmp_path / "list.txt").write_bytes(text.encode("latin-1"))
    read = Read(SOURCE, tmp_path)
    assert ("Für Alu",) in read.rows("thread", "title")
    assert ("Änne",) in read.rows("member", "name")
    assert "question_mark" in read.rules()["q1@x"]


MULTIPART = """--cut
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Wei=DF jemand, welches Gas?
--cut
Content-Type: text/html

<p>Other words</p>
--cut
Content-Type: application/pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=a.pdf

AAAA
--cut--
"""


@pytest.mark.parametrize(
    ("headers", "body", "asks"),
    [
        ('Content-Type: multipart/mixed; boundary="cut"\n', MULTIPART, True),
        ('Content-Type: multipart/mixed; boundary="cut"\n', MULTIPART[:150], True),
        ("Content-Type: text/html\n", "<p>Which gas?</p><blockquote>Why?</blockquote>", True),
        ("Content-Type: text/html\n", "<p>Argon.</p><blockquote>Why?</blockquote>", False),
        ("Content-Transfer-Encoding: base64\n", "V2hpY2ggZ2FzPw==", True),
        (
            "Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n",
            "V2hpY2ggZ2FzPw==",
            True,
        ),
        ("Content-Type: multipart/mixed\n", "Which gas?", False),
    ],
    ids=[
        "parts",
        "cut short",
        "HTML",
        "HTML with a quotation",
        "base64",
        "no such charset",
        "no boundary",
    ],
)
def test_forms_of_text(tmp_path: Path, headers: str, body: str, asks: bool) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", subject="Gas", more=headers, body=body)]))
    assert ("question_mark" in read.rules()["q1@x"]) == asks


@pytest.mark.parametrize(
    "left_out",
    [
        "> Which gas?",
        "On Mon, 2 Mar 2026 at 10:00, Ada <ada@example.org>\nwrote:\n> Which gas?\n>> Why?",
        "On 2 March 2026 at 10:00, Ada wrote:\n| Which gas?\n| Why?",
        "Am 02.03.26 um 10:00 schrieb Ada:\n> Welches Gas?",
        "On Mon, Mar 2, 2026 at 10:00 AM Ada <\nada@example.org> wrote:\n> Which gas?",
        "Ada wrote:\n> Which gas?",
        "-- \nAda\nAny questions?",
        "-----Original Message-----\nWhich gas?",
        "________________________________\nFrom: Ada\nWhich gas?",
        "From: Ada <ada@example.org>\nSent: Monday\nWhich gas?",
        "De : Ada\nEnvoyé : lundi\nQuel gaz ?",
        "De: Ada\nEnviado el: lunes\nWhich gas?",
        "Da: Ada\nInviato: lunedì\nWhich gas?",
        "Van: Ada\nVerzonden: maandag\nWhich gas?",
        "Od: Ada\nWysłano: poniedziałek\nWhich gas?",
        "发件人： Ada\n发送时间： 2026\nWhich gas?",
        "_______________________________________________\nweld at example.org mailing list\nAny questions?",
        "-------------- next part --------------\nWhich gas?",
        "\t[[alternative HTML version deleted]]",
    ],
)
def test_what_the_author_did_not_write_is_cut(left_out: str) -> None:
    assert own_text(f"Argon.\n\n{left_out}\n") == "Argon."


def test_words_below_a_quotation_are_the_author_s(tmp_path: Path) -> None:
    text = "On Monday at 10, Ada wrote:\n> Which gas?\n\nArgon.\n\n> Why?\n\nIt is noble."
    assert own_text(text).split() == ["Argon.", "It", "is", "noble."]


def test_replies_that_come_before_what_they_reply_to(tmp_path: Path) -> None:
    mails = [mail("a2@x", BO, to=("q1@x", "a1@x")), LIST[1], LIST[0]]
    assert set(Read(SOURCE, sample(tmp_path, mails)).threads().values()) == {"q1@x"}


def test_a_reply_belongs_to_the_nearest_mail_that_is_there(tmp_path: Path) -> None:
    read = Read(
        SOURCE, sample(tmp_path, [*LIST, mail("a2@x", BO, to=("q1@x", "lost@x", "gone@x"))])
    )
    assert read.threads()["a2@x"] == "q1@x"
    assert read.reading.notes == []


def test_a_reply_whose_parent_is_missing_joins_the_thread_of_its_subject(tmp_path: Path) -> None:
    """Not one of half a year earlier, nor one that begins later."""
    old = mail("q0@x", date="Mon, 3 Mar 2025 10:00:00 +0100")
    new = mail("q9@x", date="Mon, 9 Mar 2026 10:00:00 +0100")
    lost = mail(
        "a2@x",
        BO,
        date="Tue, 3 Mar 2026 10:00:00 +0100",
        to=("lost@x",),
        subject="Re: Which gas for ALUMINIUM",
    )
    bare = mail(
        "a3@x",
        BO,
        date="Tue, 3 Mar 2026 10:00:00 +0100",
        subject="AW: [weld] Which gas for aluminium",
    )
    read = Read(SOURCE, sample(tmp_path, [old, *LIST, new, lost, bare]))
    assert [read.threads()[key] for key in ("a2@x", "a3@x")] == ["q1@x", "q1@x"]
    assert [read.rules()[key][-1] for key in ("a2@x", "a3@x")] == [
        "inferred_reply",
        "inferred_reply",
    ]


def test_a_reply_without_any_thread_is_never_a_question(tmp_path: Path) -> None:
    """Two replies to the same missing mail stand together, and another that only its subject tells is one too."""
    mails = [
        LIST[0],
        mail("a2@x", BO, to=("lost@x",), subject="Torches", body="Why do they spark?"),
        mail("a3@x", to=("lost@x", "a2@x"), subject="Re: Torches", body="Do they?"),
        mail("a4@x", subject="Re: Masks", body="Which masks?"),
    ]
    read = Read(SOURCE, sample(tmp_path / "list", mails))
    assert [read.threads()[key] for key in ("a2@x", "a3@x", "a4@x")] == [
        "lost@x",
        "lost@x",
        "re:a4@x",
    ]
    assert [read.rules()[key][-1] for key in ("a2@x", "a3@x", "a4@x")] == [
        "reply",
        "reply",
        "inferred_reply",
    ]
    assert sorted(read.rows("thread", "thread", "title"))[0] == ("lost@x", "Torches")
    store = imported(SOURCE, [tmp_path / "list"], tmp_path / "data")
    assert asked(store, "select question from questions") == [("src:q1@x",)]


def test_mails_that_name_each_other_in_a_ring_have_one_thread(tmp_path: Path) -> None:
    mails = [
        mail("b@x", to=("a@x",), date="Tue, 3 Mar 2026 10:00:00 +0100"),
        mail("a@x", to=("b@x",)),
        mail("c@x", to=("c@x",)),
    ]
    assert Read(SOURCE, sample(tmp_path, mails)).threads() == {
        "b@x": "a@x",
        "a@x": "a@x",
        "c@x": "c@x",
    }


def test_a_long_thread_is_no_trouble(tmp_path: Path) -> None:
    mails = [
        mail("m0@x"),
        *(mail(f"m{number}@x", to=(f"m{number - 1}@x",)) for number in range(3_000, 0, -1)),
    ]
    assert set(Read(SOURCE, sample(tmp_path, mails)).threads().values()) == {"m0@x"}


def test_lists_in_several_folders_are_channels(tmp_path: Path) -> None:
    sample(tmp_path / "weld")
    sample(
        tmp_path / "paint",
        [mail("p1@x", more="List-Id: Colours <colours.example.org>\n"), mail("p2@x")],
    )
    channels = dict(Read(SOURCE, tmp_path).rows("thread", "thread", "channel"))
    assert channels == {"q1@x": "weld", "n1@x": "weld", "p1@x": "colours", "p2@x": "paint"}


def test_a_mail_without_a_message_id_has_a_key_of_its_content(tmp_path: Path) -> None:
    bare = [
        LIST[0].replace("Message-ID: <q1@x>\n", ""),
        LIST[2].replace("Message-ID: <n1@x>\n", ""),
    ]
    read = Read(SOURCE, sample(tmp_path, [*bare, bare[0]]))
    assert len(set(read.threads())) == 2
    assert sum(read.skipped.values()) == 1


def test_batches_give_the_same_whatever_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [
        mail(f"l{number}@x", BO, to=(f"gone{number % 2}@x",), subject="Masks")
        for number in range(5)
    ]
    whole = Read(SOURCE, sample(tmp_path, [*LIST, *lost]))
    monkeypatch.setattr(mailbox, "MAILS_A_BATCH", 2)
    assert same_tables(Read(SOURCE, tmp_path), whole)


def test_overlapping_archives_converge(tmp_path: Path) -> None:
    older = sample(tmp_path / "older", LIST[:2])
    newer = sample(
        tmp_path / "newer",
        [*LIST, mail("a2@x", BO, date="Tue, 3 Mar 2026 10:00:00 +0000", to=("q1@x", "a1@x"))],
    )
    converges(SOURCE, older, newer, tmp_path)


def test_months_that_come_one_by_one_make_whole_threads(tmp_path: Path) -> None:
    """A reply names the mail that opened its thread, so that they meet though each month is an import of its own."""
    march = sample(tmp_path / "march")
    april = sample(
        tmp_path / "april",
        [mail("a2@x", ADA, date="Wed, 1 Apr 2026 10:00:00 +0000", to=("q1@x", "a1@x"))],
        "2026-April.txt",
    )
    converges(SOURCE, march, april, tmp_path, newer_holds_all=False)
    store = tmp_path / "forth" / "store.duckdb"
    assert asked(
        store, "select count(*), count(distinct thread) from posts where thread = 'src:q1@x'"
    ) == [(3, 1)]


@pytest.mark.parametrize(
    "content", [b"no mail\n", b"From here on\nto there", b"\x00" * 100, b"id,name\n1,Ada\n", b"{}"]
)
def test_other_files_are_not_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.mbox").write_bytes(content)
    (tmp_path / "other.txt.gz").write_bytes(content)
    assert "holds no mailbox" in refusal(SOURCE, tmp_path)


def test_a_packed_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(
        "".join(mail(f"m{number}@x", body=f"{number}\n" * 50) for number in range(500)).encode()
    )
    (tmp_path / "2026.txt.gz").write_bytes(whole[: len(whole) // 2])
    assert (
        refusal(SOURCE, tmp_path)
        == "'2026.txt.gz' is damaged or cut short. Copy or download it again."
    )


def test_a_line_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_files, "GIGABYTE", 1_000_000)
    (tmp_path / "2026.txt.gz").write_bytes(gzip.compress(mail("q1@x").encode() + b"x" * 20_000_000))
    assert "unpacks to far more than mail does" in refusal(SOURCE, tmp_path)


@pytest.mark.parametrize(
    "odd",
    [
        "(",
        " ",
        "a (",
        "< ",
        "a at ",
        "=?a?q?b?= ",
        "re: ",
        "[x] ",
        "<a@b> ",
        "a@b ",
        "[EXT] ",
        "from <",
    ],
)
def test_headers_of_many_kilobytes_take_no_time(tmp_path: Path, odd: str) -> None:
    """Patterns that look ahead would take minutes over them."""
    long = odd * (200_000 // len(odd))
    folder = sample(
        tmp_path,
        [
            mail("q1@x", "ada (x) " + long, subject=long, to=(long,)),
            LIST[0].replace("q1@x", "q2@x"),
        ],
    )
    started = time.process_time()
    assert ("q2@x",) in Read(SOURCE, folder).rows("post", "post")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "odd", ["On 1 wrote:\n> a\n", "On 1 x", "From: a\n", "_" * 30 + "\n", "a wrote\n", " \n", "["]
)
def test_odd_bodies_of_many_kilobytes_take_no_time(odd: str) -> None:
    started = time.process_time()
    own_text(odd * (200_000 // len(odd)))
    assert time.process_time() - started < 5


def test_a_body_of_many_megabytes_is_read_over(tmp_path: Path) -> None:
    read = Read(
        SOURCE, sample(tmp_path, [mail("q1@x", body="Which gas?\n" + "eA==\n" * 500_000), LIST[1]])
    )
    assert read.threads() == {"q1@x": "q1@x", "a1@x": "q1@x"}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=20)),
            st.tuples(
                st.integers(0, 2_000),
                st.integers(0, 10),
                st.sampled_from(
                    [
                        b"\nFrom ",
                        b"=?utf-8?b?",
                        b"\n\n",
                        b"Content-Type: multipart/mixed; boundary=x\n",
                        b"<",
                        b"\r",
                    ]
                ),
            ),
        ),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_mutated_mailboxes_are_read_or_refused_in_a_sentence(
    edits: list[tuple[int, int, bytes]],
) -> None:
    content = bytearray(
        "".join(LIST).encode()
        + mail("h@x", more="Content-Type: text/html\n", body=MULTIPART).encode()
    )
    for start, length, instead in edits:
        content[start : start + length] = instead
    with TemporaryDirectory() as folder:
        (Path(folder) / "list.mbox").write_bytes(bytes(content))
        try:
            read = Read(SOURCE, Path(folder))
        except CopError:
            return
        assert read.tables["post"]["post"].is_unique().all()
        assert set(read.tables["post"]["thread"]) <= set(read.tables["thread"]["thread"])


# What lists and converters change


@pytest.mark.parametrize(
    ("sender", "more", "name", "whole"),
    [
        (
            "'Bo Diaz' via weld <weld@example.org>",
            "X-Original-Sender: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            "'Bo Diaz' via weld <weld@example.org>",
            "X-Original-From: Bo Diaz <bo@example.org>\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            "Bo Diaz via weld <weld@example.org>",
            "X-MailFrom: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            "Bo Diaz (via weld) <weld@example.org>",
            "Reply-To: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            '"Bo Diaz (bo@example.org via weld List)" <weld@example.org>',
            "",
            "Bo Diaz",
            "bo@example.org",
        ),
        ("Bo Diaz via groups <bo=example.org@groups.example>", "", "Bo Diaz", "bo@example.org"),
        ("'bo@example.org' via weld <weld@example.org>", "", None, "bo@example.org"),
        (
            "Bo Diaz über weld <weld-bounces@example.org>",
            "Reply-To: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            "Bo Diaz <weld@example.org>",
            "X-BeenThere: weld@example.org\nX-Original-Sender: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        ("Bo Diaz <weld@example.org>", "List-Post: <mailto:weld@example.org>\n", "Bo Diaz", None),
        (
            "Bo via weld <weld@example.org>",
            "Reply-To: weld@example.org, bo@example.org\n",
            "Bo",
            None,
        ),
        (
            "Bo via weld <weld@example.org>",
            "X-Original-Sender: weld-bounces@example.org\n",
            "Bo",
            None,
        ),
        (
            "Bo Diaz <000001-dmarc-request@listserv.example>",
            "",
            "Bo Diaz",
            "000001-dmarc-request@listserv.example",
        ),
        (
            "Bo Diaz <bo@example.org>",
            "X-Original-Sender: other@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        ('"Diaz, Bo" </O=LABS/OU=GROUP/CN=RECIPIENTS/CN=BO>', "", "Diaz, Bo", None),
        ("Bo Diaz <MAILER-DAEMON>", "", "Bo Diaz", None),
        (
            "Bo Diaz <weld@googlegroups.com>",
            "X-Original-Sender: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        ("Bo Diaz <bo=example.org@dmarc.example.org>", "", "Bo Diaz", "bo@example.org"),
        ("Bo Diaz <bo=40example.org@dmarc.example.org>", "", "Bo Diaz", "bo@example.org"),
        (
            "Bo Diaz <dmarc-noreply@lists.example>",
            "Reply-To: bo@example.org\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            'Bo Diaz (Redacted sender "bo" for DMARC) <dmarc-noreply@lists.example>',
            "",
            "Bo Diaz",
            None,
        ),
        (
            '"Bo Diaz (bo@example.org)" <weld@example.org>',
            "List-Post: <mailto:weld@example.org>\n",
            "Bo Diaz",
            "bo@example.org",
        ),
        (
            "Bo Diaz <feature-request@example.org>",
            "List-Post: <mailto:feature-request@example.org>\n",
            "Bo Diaz",
            None,
        ),
    ],
)
def test_who_wrote_behind_what_a_list_or_converter_made_of_it(
    tmp_path: Path, sender: str, more: str, name: str | None, whole: str | None
) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", sender, more=more)]))
    assert read.skipped == {}
    assert read.rows("member", "name", "email_hash", "is_bot") == [
        (name, email_hash(whole) if whole else None, False)
    ]


def test_people_without_an_address_are_told_apart(tmp_path: Path) -> None:
    """By name, as readpst leaves nothing else; by what Exchange calls them, where it stands there, whatever the name."""
    forensic = "X-libpst-forensic-sender: /O=LABS/OU=GROUP/CN=RECIPIENTS/CN=BO\n"
    mails = [
        mail("q1@x", "Bo Diaz <MAILER-DAEMON>"),
        mail("q2@x", "Cy Ek <MAILER-DAEMON>"),
        mail("q3@x", "bo diaz <MAILER-DAEMON>"),
        mail("q4@x", "Dee <MAILER-DAEMON>", more=forensic),
        mail("q5@x", "Dee Fox <MAILER-DAEMON>", more=forensic),
        mail("q6@x", '"Fox, Dee" </o=labs/ou=group/cn=recipients/cn=bo>'),
        mail("q7@x", "MAILER-DAEMON"),
    ]
    read = Read(SOURCE, sample(tmp_path, mails))
    authors = dict(read.rows("post", "post", "author"))
    assert authors["q1@x"] == authors["q3@x"] != authors["q2@x"]
    assert authors["q4@x"] == authors["q5@x"] == authors["q6@x"]
    assert authors["q7@x"] is None
    assert len(read.tables["member"]) == 3
    assert read.reading.notes == [
        "People whose mails hold no address of theirs, and who are told apart by name: 2."
    ]


def test_what_gmail_keeps_together_is_one_thread(tmp_path: Path) -> None:
    """Where no header names a mail that is there, whatever the subject; the first of them opens it, wherever it stands."""
    together = "X-GM-THRID: 18580\n"
    mails = [
        mail("a1@x", BO, date="Mon, 2 Mar 2026 12:00:00 +0100", subject="Gas", more=together),
        mail("q1@x", more=together),
        mail(
            "a2@x",
            BO,
            date="Tue, 3 Mar 2026 10:00:00 +0100",
            to=("lost@x",),
            subject="Gas",
            more=together,
        ),
        mail("a3@x", date="Tue, 3 Mar 2026 11:00:00 +0100", to=("n1@x",), more=together),
        mail("n1@x", BO, subject="New torches", more="X-GM-THRID: 18581\n"),
        mail("n2@x", subject="Masks"),
    ]
    read = Read(SOURCE, sample(tmp_path, mails))
    assert read.threads() == {
        "a1@x": "q1@x",
        "q1@x": "q1@x",
        "a2@x": "q1@x",
        "a3@x": "n1@x",
        "n1@x": "n1@x",
        "n2@x": "n2@x",
    }
    assert [read.rules()[key] for key in ("a1@x", "a2@x")] == [["reply"], ["reply"]]


@pytest.mark.parametrize(
    "header",
    [
        "In-Reply-To: q1@x",
        "In-Reply-To: <other@x> <q1@x>",
        'In-Reply-To: Your message of "Mon, 2 Mar 2026" <q1@x>',
        "In-Reply-To: Message from Ada <ada@example.org> of Monday <q1@x>",
        "In-Reply-To: < q1@x >",
        "In-Reply-To: <q1\n @x>",
        "In-Reply-To: =?utf-8?q?=3Cq1=40x=3E?=",
        "References: q1@x other@x",
        "References: <q1@x>,<other@x>",
        "References: <q1@x>\n\t<other@x>",
        "In-Reply-To: q1",
    ],
)
def test_ways_to_name_the_mail_that_one_replies_to(tmp_path: Path, header: str) -> None:
    key = "q1" if header == "In-Reply-To: q1" else "q1@x"
    asks = LIST[0].replace("<q1@x>", f"<{key}>")
    read = Read(
        SOURCE, sample(tmp_path, [asks, mail("a1@x", BO, subject="Gas", more=f"{header}\n")])
    )
    assert read.threads()["a1@x"] == key


@pytest.mark.parametrize("written", ["q1@x", "<q1@x> (added by postmaster)", "< q1@x >", "<q1@x"])
def test_ways_to_write_the_id_of_a_mail(tmp_path: Path, written: str) -> None:
    mails = [LIST[0].replace("Message-ID: <q1@x>", f"Message-ID: {written}"), LIST[1]]
    assert Read(SOURCE, sample(tmp_path, mails)).threads() == {"q1@x": "q1@x", "a1@x": "q1@x"}


@pytest.mark.parametrize(
    "subject",
    [
        "Which gas?",
        "[weld] Welches Gas?",
        "Which gas ?",
        "哪种气体？",
        "أي غاز؟",
        "Which gas? [EXTERNAL]",
        "Gas?!",
    ],
)
def test_a_question_mark_that_ends_the_subject_is_one(tmp_path: Path, subject: str) -> None:
    others = [mail(f"o{number}@x", body="It is here.") for number in range(2)]
    rules = Read(
        SOURCE, sample(tmp_path, [mail("q1@x", subject=subject, body="It is thin."), *others])
    ).rules()
    assert "question_mark" in rules["q1@x"]
    assert "question_mark" not in rules["o0@x"]


def day(number: int, hour: int = 10, second: int = 0) -> str:
    """Return the Date of so many days after 2 March 2026."""
    at = datetime(2026, 3, 2, hour, 0, second) + timedelta(days=number)
    return at.strftime("%a, %d %b %Y %H:%M:%S +0000")


@pytest.mark.parametrize(
    ("date", "joins"),
    [
        (day(0, 9, 59), False),  # before the thread began
        (day(0), True),
        (day(180), True),
        (day(180, 10, 1), False),
    ],
)
def test_a_subject_joins_only_threads_that_began_before_and_within_180_days(
    tmp_path: Path, date: str, joins: bool
) -> None:
    mails = [
        mail("q1@x", date=day(0)),
        mail("a1@x", BO, date=date, subject="Re: [weld] Which gas for aluminium"),
    ]
    assert (Read(SOURCE, sample(tmp_path, mails)).threads()["a1@x"] == "q1@x") == joins


# The real archive


@pytest.fixture(scope="module")
def archive() -> Read:
    return Read(SOURCE, shared("mbox-r-package-devel"))


def test_every_message_of_the_archive_is_accounted_for(archive: Read) -> None:
    assert archive.recognised
    assert archive.skipped == {"a second copy of a mail: its Message-ID was there before": 1}
    assert len(archive.tables["post"]) + 1 == 1_928


def test_threads_and_helps_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    """358 mails have no header of a reply; one of them is one by its subject. Figures are of the headers alone."""
    monkeypatch.setattr(mailbox, "SAME_SUBJECT", timedelta(days=-1))
    posts = Read(SOURCE, shared("mbox-r-package-devel")).tables["post"]
    opening = posts.filter(pl.col("post") == pl.col("thread"))
    assert len(opening) == 357
    replies = posts.filter(pl.col("rules").str.contains(" reply "))
    first = opening.select("thread", asker="author", asked_at="created_at")
    by_other = replies.join(first, on="thread").filter(pl.col("author") != pl.col("asker"))
    hours = by_other.group_by("thread").agg(
        (
            (pl.col("created_at").min() - pl.col("asked_at").first()).dt.total_milliseconds()
            / 3_600_000
        ).alias("hours")
    )
    helpers = by_other["author"].value_counts(sort=True)
    assert len(hours) == 328
    assert round(hours["hours"].median(), 4) == 1.8585  # type: ignore[arg-type]
    assert len(helpers) == 116
    assert round(helpers["count"].head(10).sum() / helpers["count"].sum(), 3) == 0.655


def test_replies_whose_parent_is_missing_from_the_archive(archive: Read) -> None:
    """Three join the thread of their subject: one as `Re:` alone says so, one since a gateway's tag before it is left out."""
    assert [note.split(": ")[-1] for note in archive.reading.notes] == ["31.", "3.", "1."]
    assert (
        sum(" inferred_reply " in (rules or "") for (rules,) in archive.rows("post", "rules")) == 3
    )
    assert archive.tables["member"]["email_hash"].count() == 0
    assert len(archive.tables["member"]) == 287


# What the tests of all sources ask of each


def with_private(folder: Path) -> Path:
    letter = f"--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Disposition: attachment; filename={MARK}.txt\n\n{MARK}\n--b--"
    open_to_all = mail(
        "m1@x", body=letter, more="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
    )
    hidden = [
        mail(
            f"h{number}@x",
            f"{MARK} at example.org ({MARK})",
            subject=MARK,
            body=f"{MARK}?",
            more=more,
        )
        for number, more in enumerate(
            f"X-Gmail-Labels: {label}\n" for label in ("Drafts", "Spam", "Trash", "Inbox,Chat")
        )
    ]
    path = sample(folder, [*LIST, open_to_all, *hidden])
    (path / "notes.txt").write_text(MARK, encoding="utf-8")
    return path


SAMPLES: Makers = (sample,)


QUIET: Makers = ()
"""Tests above tell of its quiet exports."""


WITH_PRIVATE: Makers = (with_private,)
