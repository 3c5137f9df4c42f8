"""Which files hold mails, and where in them one mail ends and the next begins."""

import gzip
from pathlib import Path

import pytest
from exports import Read, asked, imported, refusal, same_tables
from test_mailbox import ADA, BO, LIST, mail, sample

from cop_metrics.sources.mailbox import SOURCE


def divided(told: str, line: str) -> str:
    """Return a mail below another dividing line."""
    return line + "\n" + told.partition("\n")[2]


def posts(folder: Path) -> list[str]:
    return [post for (post,) in Read(SOURCE, folder).rows("post", "post")]


@pytest.mark.parametrize(
    "line",
    [
        "From ",
        "From - ",
        "From -",
        "From - Sat Apr 12 2025 15:59:28",
        "From - Sat Apr 12 2025 15:59:28 GMT+0200 (CEST)",
        "From who 2025-06-15",
        "From who@example.org 2025-06-15T10:00:00Z",
        "From - 12.04.2025 15:59",
        'From "Byron, Ada" Mon Mar  2 10:00:00 2026',
        'From "MAILER-DAEMON" Mon Mar  2 10:00:00 2026',
        "From MAILER-DAEMON Mon Mar  2 10:00:00 2026",
        "From ada@example.org",
        "From Ada Byron Mon, 2 Mar 2026 10:00:00 +0100",
    ],
)
def test_lines_of_all_tools_divide_mails(tmp_path: Path, line: str) -> None:
    everywhere = sample(tmp_path / "everywhere", [divided(each, line) for each in LIST])
    later = sample(
        tmp_path / "later", [LIST[0], *(divided(each, line) for each in LIST[1:])], "Inbox"
    )
    assert posts(everywhere) == posts(later) == ["q1@x", "a1@x", "n1@x"]
    assert Read(SOURCE, later).skipped == {}


@pytest.mark.parametrize(
    "body",
    [
        "From 09:30 to 11:00 on Tuesday 3 March 2026\nPlace: Hall 4\n\nWho opens it?",
        "Hello,\n\nFrom the shop\nNote: closed",
        "Hello,\n\nFrom Ada I have this:\nSubject: gas\nTo: all\n\nit says",
        "Hello,\n\nFrom: Ada\nDate: today\n\nit says",
        "Hello,\n\nFrom Monday 2 March 2026 10:00\nPlace: Hall 4",
        "Hello,\n\nFrom Mon Mar 2 10:00 2026\nPlace: Hall 4\n\nWho opens it?",
        "From 09:30 to 11:00 on Tuesday 3 March 2026\nDate: Tuesday\nFrom: the shop\n\nWho opens it?",
    ],
)
def test_words_that_begin_with_from_are_text(tmp_path: Path, body: str) -> None:
    read = Read(SOURCE, sample(tmp_path, [mail("q1@x", body=body), LIST[1]]))
    assert [post for (post,) in read.rows("post", "post")] == ["q1@x", "a1@x"]
    assert read.skipped == {}


OLD = mail(
    "old@x", "dee at example.org (Dee)", date="Sun, 1 Mar 2026 08:00:00 +0100", body="Which gas?"
)
PASTED = "a mail pasted into another one with its headers, which is part of that one's text"


@pytest.mark.parametrize(
    ("announced", "line"),
    [
        ("I paste it here:", "From dee@example.org Sun Mar  1 08:00:00 2026"),
        ("I paste it here:", "From "),
        ("Voilà :", "From - Sun Mar  1 08:00:00 2026"),
        ("-----Original Message-----", "From dee@example.org Sun Mar  1 08:00:00 2026"),
        ("See below.", "From dee@example.org Sun Mar  1 08:00:00 2026"),
    ],
)
def test_a_mail_pasted_with_its_headers_is_nobodys_post(
    tmp_path: Path, announced: str, line: str
) -> None:
    """It is older than the mail around it, and announced, or unlike the lines that divide the file; it is told."""
    around = divided(
        mail("q1@x", body=f"{announced}\n\n{divided(OLD, line)}"), "From - Mon Mar  2 10:00:00 2026"
    )
    after = divided(LIST[1], "From - Mon Mar  2 10:00:00 2026")
    read = Read(SOURCE, sample(tmp_path, [around, after]))
    assert [post for (post,) in read.rows("post", "post")] == ["q1@x", "a1@x"]
    assert {name for (name,) in read.rows("member", "name")} == {"Ada", "Bo"}
    assert read.skipped == {PASTED: 1}
    assert read.reading.examples[PASTED] == ["2026-March.txt line 9"]


def test_mails_out_of_order_are_not_taken_for_pasted_ones(tmp_path: Path) -> None:
    """Neither an older mail below a line like the others, nor a newer one after a colon, nor more than one unlike the others."""
    older = divided(OLD, "From dee@example.org Sun Mar  1 08:00:00 2026")
    assert posts(sample(tmp_path / "older", [LIST[0], older])) == ["q1@x", "old@x"]
    assert posts(sample(tmp_path / "colon", [mail("q1@x", body="More soon:"), LIST[1]])) == [
        "q1@x",
        "a1@x",
    ]
    first = divided(LIST[0], "From - Mon Mar  2 10:00:00 2026")
    joined = sample(
        tmp_path / "joined",
        [first, older, older.replace("old@x", "old2@x"), older.replace("old@x", "old3@x")],
    )
    assert posts(joined) == ["q1@x", "old2@x", "old3@x"]


def test_headers_without_an_empty_line_before_are_text_and_told(tmp_path: Path) -> None:
    """A program that passes mails on leaves its headers; those show that a mail begins there, and that it is no older."""
    close = LIST[0].rstrip("\n") + "\n"
    assert posts(sample(tmp_path / "younger", [close, LIST[1]])) == ["q1@x", "a1@x"]
    older = (
        LIST[1]
        .replace("Mar 2026 11:30:00", "Feb 2026 11:30:00")
        .replace("Mon Mar  2", "Mon Feb  2")
    )
    read = Read(SOURCE, sample(tmp_path / "text", [close, older]))
    assert [post for (post,) in read.rows("post", "post")] == ["q1@x"]
    assert sum(read.skipped.values()) == 1
    passed_on = LIST[1].replace(
        "From: ", "Received: from x by y; Mon, 2 Mar 2026 12:30:00 +0000\nFrom: ", 1
    )
    assert posts(sample(tmp_path / "mail", [close, passed_on])) == ["q1@x", "a1@x"]


@pytest.mark.parametrize("empty", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_mailbox_without_a_mail_is_an_export(tmp_path: Path, empty: bytes) -> None:
    (tmp_path / "Weld.mbox").write_bytes(empty)
    read = Read(SOURCE, tmp_path)
    assert read.recognised
    assert {table: len(rows) for table, rows in read.tables.items()} == {
        "member": 0,
        "thread": 0,
        "post": 0,
    }
    assert read.reading.notes == ["Mailboxes without a mail, such as Weld.mbox: 1."]


def test_the_file_itself_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "Weld.mbox").write_bytes(b"")
    store = imported(SOURCE, [sample(tmp_path / "list"), tmp_path / "Weld.mbox"], tmp_path / "data")
    assert asked(store, "select count(*) from posts") == [(3,)]


def test_an_empty_text_is_no_mailbox(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"")
    assert "holds no mailbox" in refusal(SOURCE, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "Drafts.mbox",
        "Entwürfe",
        "Spam.mbox",
        "Papierkorb.mbox/mbox",
        "ゴミ箱.mbox",
        "Chat.mbox.gz",
        "Deleted Items/mbox",
        "Drafts/1.eml",
        "Junk",
    ],
)
def test_folders_of_drafts_spam_trash_and_chats_are_not_opened(tmp_path: Path, name: str) -> None:
    sample(tmp_path, LIST)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    content = mail("secret@x", "dee at example.org (Dee)").encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    read = Read(SOURCE, tmp_path)
    assert [post for (post,) in read.rows("post", "post")] == ["q1@x", "a1@x", "n1@x"]
    assert {name for (name,) in read.rows("member", "name")} == {"Ada", "Bo"}
    assert read.reading.notes == [
        f"Folders of drafts, spam, trash or chats that were not opened, such as {name}: 1."
    ]
    (tmp_path / "2026-March.txt").unlink()
    assert "which are never opened" in refusal(SOURCE, tmp_path)


def test_one_mail_a_file(tmp_path: Path) -> None:
    """As .eml, or as numbers, which archives of Sympa are."""
    plain = Read(SOURCE, sample(tmp_path / "plain"))
    for folder, name in (("eml", "mail {}.eml"), ("weld/2026-03/arctxt", "{}")):
        (tmp_path / folder).mkdir(parents=True)
        for number, each in enumerate(LIST):
            (tmp_path / folder / name.format(number)).write_text(each.partition("\n")[2])
        read = Read(SOURCE, tmp_path / folder.split("/")[0])
        assert read.recognised
        assert same_tables(read, plain)


def test_lists_and_months_of_sympa_are_channels_by_the_list(tmp_path: Path) -> None:
    for place, each in (
        ("weld/2026-03", LIST[0]),
        ("weld/2026-04", LIST[1]),
        ("paint/2026-03", LIST[2]),
    ):
        (tmp_path / place / "arctxt").mkdir(parents=True)
        (tmp_path / place / "arctxt" / "1").write_text(each.partition("\n")[2])
    channels = dict(Read(SOURCE, tmp_path).rows("thread", "thread", "channel"))
    assert channels == {"q1@x": "weld", "n1@x": "paint"}


@pytest.mark.parametrize("name", ["WELD.LOG2603", "weld.log2603a", "WELD LOG2603"])
def test_notebooks_of_listserv(tmp_path: Path, name: str) -> None:
    rule = "=" * 73
    sample(
        tmp_path / "log",
        [divided(each, rule).replace("From: ", "From:         ") for each in LIST],
        name,
    )
    assert same_tables(Read(SOURCE, tmp_path / "log"), Read(SOURCE, sample(tmp_path / "plain")))


def test_the_real_style_of_a_list_is_never_taken_for_pasted(tmp_path: Path) -> None:
    """Pipermail names the sender in one word or several, as its mails do."""
    mails = [
        mail("q1@x", ADA, date="Mon, 2 Mar 2026 10:00:00 +0000"),
        divided(
            mail("q2@x", BO, date="Sun, 1 Mar 2026 10:00:00 +0000"),
            "From b@ @end|ng |rom ex@mp|e@org  Sun Mar  1 10:00:00 2026",
        ),
    ]
    assert posts(sample(tmp_path, mails)) == ["q1@x", "q2@x"]
