"""Marks, tags, automatic replies and labels: by language, and what is none though it looks so."""

import tomllib
from pathlib import Path

import pytest
from exports import Read
from test_mailbox import BO, LIST, mail, sample

from cop_metrics.sources import mail_words
from cop_metrics.sources.mail_words import (
    is_automatic,
    is_digest,
    is_notice,
    label_among,
    subject_of,
)
from cop_metrics.sources.mailbox import AUTOMATIC, BY_LIST, BY_PROGRAM, SOURCE

WORDS = tomllib.loads(mail_words.WORDS.read_text(encoding="utf-8"))
MARKS = sorted({word for words in WORDS["replies"].values() for word in words})
TAGS = frozenset({"weld"})


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_of_a_reply_is_left_out_of_the_title(mark: str) -> None:
    for written in (
        mark,
        mark.upper(),
        mark.capitalize(),
        f"{mark}[2]",
        f"{mark} (3)",
        f"{mark}^2",
        f"{mark}2",
        f"{mark}.",
    ):
        for colon in (":", " :", "："):
            assert subject_of(f"{written}{colon} Which gas?", TAGS) == (
                "Which gas?",
                True,
                False,
            ), written


@pytest.mark.parametrize(
    "before",
    [
        "[EXTERNAL] Re: ",
        "Re: [EXTERNAL] ",
        "Re: [EXT] [weld] Re: ",
        "[weld] Re: [EXTERN] AW: [weld] ",
        "RE: [External Email] RE: [EXTERNAL] ",
        "EXTERNAL: Re: [weld] ",
        "*EXTERNAL* Re: ",
        "(External) [weld] SV: ",
        "[Externe] Rép. : ",
        "?Re: [weld] ",
        "[any tag] [another] Re: ",
        "[SEC=OFFICIAL] Re: ",
        "[weld:00123] Re: ",
        "Re: [weld 123] ",
        "External email: Re: ",
        "EXTERNAL - Re: ",
        "Re: " * 30,
    ],
)
def test_tags_on_either_side_of_the_mark(before: str) -> None:
    assert subject_of(f"{before}Which gas?", TAGS) == ("Which gas?", True, False)


@pytest.mark.parametrize(
    "subject",
    [
        "[urgent] Which gas?",
        "[External packages] Which gas?",
        "External gas: which?",
        "Extension: which?",
        "Failed: which gas?",
        "RFC: gas",
        "Reply-To: what is it?",
        "Rene: which gas?",
    ],
)
def test_what_is_part_of_the_subject(subject: str) -> None:
    assert subject_of(subject, TAGS) == (subject, False, False)


@pytest.mark.parametrize("tag", ["[EXTERNAL]", "(External)", "[SEC=OFFICIAL]"])
def test_a_tag_behind_the_subject_goes_too(tag: str) -> None:
    assert subject_of(f"Which gas? {tag}", TAGS).title == "Which gas?"


@pytest.mark.parametrize("label", ["weld:", "(weld)", "Onderwerp:", "My old list :"])
def test_a_label_without_square_brackets_before_a_mark(label: str) -> None:
    """It may be a person's who writes of something: it replies only where a thread of the subject began before."""
    assert subject_of(f"{label} Re: Which gas?", TAGS) == ("Which gas?", False, True)
    assert subject_of(f"{label} Which gas?", TAGS) == (f"{label} Which gas?", False, False)


def test_lists_that_number_their_mails_have_one_tag(tmp_path: Path) -> None:
    mails = [mail(f"q{n}@x", subject=f"[shop:{n:05}] Torch {n}") for n in range(1, 5)]
    titles = Read(SOURCE, sample(tmp_path, mails)).rows("thread", "title")
    assert sorted(titles) == [(f"Torch {n}",) for n in range(1, 5)]


@pytest.mark.parametrize("mark", ["R", "VS", "HA", "Réf. ", "Fwd", "TR", "ENC", "I", "WG"])
def test_marks_with_two_meanings_reply_only_where_a_thread_began_before(
    tmp_path: Path, mark: str
) -> None:
    opens = mail("o1@x", subject=f"{mark}: Which gas for steel", body="Which gas?")
    joins = mail(
        "j1@x",
        BO,
        date="Mon, 2 Mar 2026 12:00:00 +0100",
        subject=f"{mark}: Which gas for aluminium",
    )
    threads = Read(SOURCE, sample(tmp_path, [LIST[0], opens, joins])).threads()
    assert threads == {"q1@x": "q1@x", "o1@x": "o1@x", "j1@x": "q1@x"}


def test_what_may_reply_opens_a_thread_that_others_join(tmp_path: Path) -> None:
    mails = [
        mail("f1@x", subject="Fwd: Which torch"),
        mail("f2@x", BO, date="Tue, 3 Mar 2026 10:00:00 +0100", subject="TR: Which torch"),
        mail("f3@x", date="Wed, 4 Mar 2026 10:00:00 +0100", subject="Re: Which torch"),
    ]
    read = Read(SOURCE, sample(tmp_path, mails))
    assert set(read.threads().values()) == {"f1@x"}
    assert [read.rules()[key][-1] for key in ("f2@x", "f3@x")] == ["inferred_reply"] * 2


@pytest.mark.parametrize("language", sorted(WORDS["automatic"]))
def test_automatic_replies_of_every_language(language: str) -> None:
    """The first phrase of each is plain; some of the others are patterns."""
    phrases = [phrase for phrase in WORDS["automatic"][language] if not set(phrase) & set("(?[.\\")]
    assert phrases or language in ("en", "de", "fr", "ko", "th")
    for phrase in phrases:
        for subject in (
            f"{phrase}: Which gas",
            f"[EXTERNAL] {phrase.upper()} : [weld] Which gas",
            f"Re: [weld] {phrase}: x",
            phrase,
        ):
            assert is_automatic(subject), subject
        assert not is_automatic(f"{phrase} how does one turn it off?")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Automatic reply: Which gas", True),
        ("Out of Office AutoReply: Which gas", True),
        ("[EXT] Réponse automatique : Which gas", True),
        ("Reponse automatique: Which gas", True),
        ("Automatische Antwort: Which gas", True),
        ("Abwesenheitsnotiz", True),
        ("자동 회신: Which gas", True),
        ("ตอบกลับอัตโนมัติ: Which gas", True),
        ("AUTO: Ada Byron is out of the office (returning 03/09/2026)", True),
        ("Auto-Reply - Which gas", True),
        ("[Auto-Reply] Re: Which gas", True),
        ("External: Automatic reply: Which gas", True),
        ("{Spam?} [!EXTERNAL!] Automatic reply: Which gas", True),
        ("【自動返信】お問い合わせ", True),
        ("I am out of the office until Monday", True),
        ("Ada Byron is out of the office returning 9 March", True),
        ("Re: Which gas (Out of Office)", True),
        ("Re: Which gas [Automatic reply]", True),
        ("*** Automatic reply *** Re: Which gas", True),
        ("(Auto-reply) Which gas", True),
        ("<Automatic reply> Which gas", True),
        ('"Automatic reply: Which gas"', True),
        ("Ada Byron is out of the office.", True),
        ("I am out of the office from 3 to 10 March", True),
        ("I'm away from my mail", True),
        ("AUTO: Ada is out until Monday", True),
        ("Annual leave Re: Which gas", True),
        ("On vacation - Re: [weld] Which gas", True),
        ("Urlaub: AW: Welches Gas", True),
        ("Im Urlaub Re: Welches Gas", True),
        ("En congé : Re: Quel gaz", True),
        ("Ferie R: Quale gas", False),
        ("Annual leave: which planner?", False),
        ("On leave from May", False),
        ("Re: Which gas (for the office)", False),
        ("Who is out of the office next week", False),
        ("Re: Friday (OOO)", False),
        ("Is Ada out of the office until Monday?", False),
        ("Automatic replies to the list?", False),
        ("Out of office next week, who covers?", False),
        ("How to set an automatic reply: which program", False),
        ("Automatic reply rules", False),
    ],
)
def test_subjects_of_programs_and_of_people_who_write_about_them(
    subject: str, expected: bool
) -> None:
    assert is_automatic(subject) == expected


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("Auto-Submitted: auto-replied\n", AUTOMATIC),
        ("Auto-Submitted: auto-replied (vacation)\n", AUTOMATIC),
        ("X-Autoreply: yes\n", AUTOMATIC),
        ("X-Autorespond: Which gas\n", AUTOMATIC),
        ("Precedence: auto_reply\n", AUTOMATIC),
        ("Precedence: junk\n", AUTOMATIC),
        ("X-Precedence: auto_reply\n", AUTOMATIC),
        ("Preference: auto_reply\n", AUTOMATIC),
        ("X-FC-MachineGenerated: true\n", AUTOMATIC),
        ("X-POST-MessageClass: 9; Autoresponder\n", AUTOMATIC),
        ("X-Vacation: yes\n", AUTOMATIC),
        ("Delivered-To: Autoresponder\n", AUTOMATIC),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n", AUTOMATIC),
        ("Content-Type: message/disposition-notification\n", BY_LIST),
        ("Content-Type: text/calendar; charset=utf-8; method=REPLY\n", BY_PROGRAM),
        ("X-Cron-Env: <SHELL=/bin/sh>\n", BY_PROGRAM),
        ("Content-Type: text/calendar; method=REQUEST\n", None),
        ("Delivered-To: bo@example.org\n", None),
        ("Auto-Submitted: auto-generated\n", BY_PROGRAM),
        ("Return-Path: <>\n", BY_PROGRAM),
        ("X-List-Administrivia: yes\n", BY_LIST),
        ("Content-Type: multipart/digest; boundary=x\n", BY_LIST),
        ("Content-Type: multipart/report; report-type=delivery-status\n", BY_LIST),
        ("Auto-Submitted: no\n", None),
        ("X-Autoreply: no\n", None),
        ("Precedence: list\n", None),
        ("Precedence: bulk\n", None),
        ("Precedence: junk\nList-Id: <weld.example.org>\n", None),
        ("X-Auto-Response-Suppress: All\n", None),
        ("Return-Path: <weld-bounces@example.org>\n", None),
        ("List-Id: <weld.example.org>\n", None),
        ("X-List-Administrivia: no\n", None),
    ],
)
def test_headers_of_programs(tmp_path: Path, headers: str, reason: str | None) -> None:
    read = Read(SOURCE, sample(tmp_path, [LIST[0], mail("r1@x", BO, to=("q1@x",), more=headers)]))
    assert read.skipped == ({reason: 1} if reason else {})
    assert {name for (name,) in read.rows("member", "name")} == (
        {"Ada"} if reason else {"Ada", "Bo"}
    )


@pytest.mark.parametrize(
    "sender",
    [
        "weld-request at lists.example.org",
        "weld-bounces at lists.example.org (Weld)",
        "weld-bounces+bo=example.org at lists.example.org",
        "weld-owner at lists.example.org",
        "weld+owner at lists.example.org",
        "bounce-123-4567 at lists.example.org",
        "weld-return-45-bo=example.org at lists.example.org",
        "owner-weld at lists.example.org",
        "mailman-owner at lists.example.org",
        "mailman at lists.example.org",
        "listmaster at lists.example.org",
        "SYMPA <sympa@lists.example.org>",
        "majordomo at lists.example.org",
        "LISTSERV at lists.example.org (L-Soft list server)",
        "MAILER-DAEMON at example.org (Mail Delivery System)",
    ],
)
def test_list_programs_are_nobody(tmp_path: Path, sender: str) -> None:
    read = Read(
        SOURCE, sample(tmp_path, [LIST[0], mail("r1@x", sender, body="Will you approve it?")])
    )
    assert read.skipped == {BY_LIST: 1}
    assert read.rows("member", "name") == [("Ada",)]


@pytest.mark.parametrize(
    "sender",
    [
        "requests at example.org (Bo)",
        "bowner at example.org (Bo)",
        "bo at bounces.example.org (Bo)",
    ],
)
def test_people_whose_address_only_looks_like_a_program(tmp_path: Path, sender: str) -> None:
    assert Read(SOURCE, sample(tmp_path, [mail("r1@x", sender)])).rows(
        "member", "name", "is_bot"
    ) == [("Bo", False)]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("weld Digest, Vol 12, Issue 3", True),
        ("[weld] Weld Digest, Vol 12, Issue 3", True),
        ("WELDING Digest - 1 Mar 2026 to 2 Mar 2026 (#2026-31)", True),
        ("weld Digest 4 Mar 2026 09:00:00 -0000 Issue 123", True),
        ("weld Digest V2 #33", True),
        ("weld まとめ読み, 12 巻, 3 号", True),
        ("Paczka weld, Tom 12, Numer 3", True),
        ("Meeting, March 3, room 5", False),
        ("Digest for weld@example.org - 5 updates in 2 topics", True),
        ("Weld Nachrichtensammlung, Band 12, Eintrag 3", True),
        ("Re: weld Digest, Vol 12, Issue 3", False),
        ("Which digest, and how many volumes?", False),
    ],
)
def test_digests(subject: str, expected: bool) -> None:
    assert is_digest(subject) == expected


def test_a_person_who_answers_a_digest_writes_a_post(tmp_path: Path) -> None:
    """Some mail programs drop the `Re:`: the header of a reply tells."""
    answer = mail("a1@x", BO, to=("lost@x",), subject="weld Digest, Vol 12, Issue 3")
    read = Read(
        SOURCE, sample(tmp_path, [answer, mail("d1@x", subject="weld Digest, Vol 12, Issue 3")])
    )
    assert read.rows("post", "post") == [("a1@x",)]
    assert read.skipped == {BY_LIST: 1}


def test_notices_of_mail_servers() -> None:
    assert is_notice("Undeliverable: Which gas")
    assert is_notice("Unzustellbar: Which gas")
    assert is_notice("Delivery Status Notification (Failure)")
    assert not is_notice("Undeliverable gas bottles: who takes them back?")


@pytest.mark.parametrize("kind", mail_words.LABELS)
def test_every_word_of_a_label_tells_it_alone(kind: str) -> None:
    for word in WORDS[kind]["all"]:
        told = label_among(["Inbox", word])
        assert told is not None, word
        assert label_among([f"{word} and more"]) is None, word
    assert label_among(["Inbox", "Welding", ""]) is None


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("Drafts", "a draft, by its label"),
        ("=?UTF-8?Q?Entw=C3=BCrfe?=", "a draft, by its label"),
        ("Wichtig,Papierkorb", "a mail in the trash, by its label"),
        ('"Ge=F6ffnet",Spam', "spam, by its label"),
        ("=?UTF-8?B?44K044Of566x?=", "a mail in the trash, by its label"),
        ("Opened, Chat", "a chat, by its label"),
    ],
)
def test_what_labels_tell_is_never_opened(tmp_path: Path, labels: str, reason: str) -> None:
    private = mail(
        "secret@x",
        "dee at example.org (Dee)",
        subject="A secret",
        more=f"X-Gmail-Labels: {labels}\n",
    )
    read = Read(
        SOURCE,
        sample(
            tmp_path, [private, LIST[0].replace("\nDate", "\nX-Gmail-Labels: Inbox,Welding\nDate")]
        ),
    )
    assert read.skipped == {reason: 1}
    assert read.rows("member", "name") == [("Ada",)]
    assert "secret" not in str([rows.rows() for rows in read.tables.values()])


@pytest.mark.parametrize(
    "mark", ["X-Mozilla-Status: 0009", "X-Status: D", "Status: ROD", "X-Status: T"]
)
def test_mails_that_programs_mark_as_deleted_or_as_drafts(tmp_path: Path, mark: str) -> None:
    read = Read(SOURCE, sample(tmp_path, [LIST[0], mail("secret@x", BO, more=f"{mark}\n")]))
    assert read.rows("post", "post") == [("q1@x",)]
    assert sum(read.skipped.values()) == 1


@pytest.mark.parametrize(
    "mark", ["X-Mozilla-Status: 0001", "Status: RO", "X-Status: A", "X-Mozilla-Status: none"]
)
def test_marks_that_say_nothing_of_the_kind(tmp_path: Path, mark: str) -> None:
    assert Read(SOURCE, sample(tmp_path, [mail("q1@x", more=f"{mark}\n")])).skipped == {}


@pytest.mark.parametrize(
    "subject",
    ["Re: [weld] Fwd: Which gas?", "【weld】Re: Which gas?", "Fwd: [weld] AW: Which gas?"],
)
def test_marks_behind_a_tag_that_few_subjects_have(subject: str) -> None:
    assert subject_of(subject, frozenset()) == ("Which gas?", True, "Fwd" in subject)


def test_a_mailbox_of_automatic_replies_alone_is_an_export(tmp_path: Path) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("a1@x", BO, subject="Automatic reply: Which gas")]))
    assert read.reading.is_quiet


@pytest.mark.parametrize("mark", ["Re-2:", "Re\u200b:", "RE\u00a0:", "Re[2]:", "Re：", "AW: Re:"])
def test_marks_with_numbers_and_signs_that_nobody_sees(mark: str) -> None:
    assert subject_of(f"{mark} Which gas?", frozenset()) == ("Which gas?", True, False)


def test_titles_that_differ_in_spaces_are_alike() -> None:
    assert mail_words.compared("[weld] Which  gas ?") == mail_words.compared("which gas?")


@pytest.mark.parametrize(
    "label", ["[Gmail]/Drafts", "[Imap]/Entwürfe", "INBOX.Drafts", "inbox/Drafts"]
)
def test_labels_that_programs_make_of_folders(label: str) -> None:
    assert label_among([label, "Important"]) == "drafts"
    assert label_among(["Shop/Drafts and plans"]) is None


@pytest.mark.parametrize(
    "subject",
    ["Read: Which gas?", "Gelesen: Which gas?", "Lu : Which gas?", "Accepted: Which gas?"],
)
def test_receipts_and_what_calendars_answer_are_no_posts(tmp_path: Path, subject: str) -> None:
    """Only of mails that reply: people write so, too."""
    replies = mail("r1@x", BO, subject=subject, to=("q1@x",))
    assert Read(SOURCE, sample(tmp_path, [LIST[0], replies])).skipped == {BY_PROGRAM: 1}
    assert (
        Read(SOURCE, sample(tmp_path, [LIST[0], mail("r1@x", BO, subject=subject)])).skipped == {}
    )
    assert not mail_words.is_receipt("Re: Read: Which gas?")
