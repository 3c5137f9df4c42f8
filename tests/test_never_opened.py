"""Walks the sources: what is private in an export of each reaches neither lake nor store nor any word that is kept or said."""

import copy
import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import test_discord
import test_discourse
import test_github_discussions
import test_mailbox
import test_perceval
import test_slack
import test_spreadsheet
import test_stack_exchange
import test_viva_engage
import test_zulip
from exports import Read, everything_kept, same_tables

from cop_metrics.cli import main as cli
from cop_metrics.sources import SOURCES
from cop_metrics.store import Store

MARK = "Zzprivate"
"""Stands in every text, title, name, key and file name that is private."""
Json = dict[str, Any]


def in_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def slack(folder: Path) -> Path:
    secret = [
        test_slack.said(1, f"U{MARK}", f"{MARK}?"),
        test_slack.said(2, "U1", MARK, username=MARK),
    ]
    channel = {
        "id": "C0BOARD00",
        "name": f"{MARK}-3".lower(),
        "is_private": True,
        "members": [f"U{MARK}"],
    }
    private: Json = {
        "groups.json": [{"id": "G0BOARD00", "name": MARK.lower(), "members": [f"U{MARK}"]}],
        "dms.json": [{"id": "D0PRIVATE", "members": ["U1", f"U{MARK}"]}],
        "mpims.json": [{"id": "G0MPIM000", "name": f"mpdm-ana--{MARK.lower()}-1"}],
        "channels.json": [*test_slack.CHANNELS, channel],
        "canvases.json": [
            {
                "id": "F0PAY0000",
                "title": MARK,
                "permalink": "https://works.slack.com/docs/T1/F0PAY0000",
            }
        ],
        f"FC:F0PAY0000:{MARK}/2024-03-04.json": secret,
        f"help/canvas_{MARK}.json": [{"id": "F1", "title": MARK}],
        f"__uploads/F2/{MARK}.pdf": b"x",
    }
    folders = (
        MARK.lower(),
        f"{MARK}-3".lower(),
        "G0BOARD00",
        "D0PRIVATE",
        f"mpdm-ana--{MARK.lower()}-1",
        f"{MARK} (1)",
    )
    private |= {f"{each}/2024-03-04.json": secret for each in folders}
    return test_slack.written(folder, {**test_slack.WORKSPACE, **private})


def discord(folder: Path) -> Path:
    author = {**test_discord.author(77), "name": MARK, "nickname": MARK}
    secret = [test_discord.message(500, 77, "10:00", f"{MARK}?", author=author)]
    kinds = ("GuildPrivateThread", "DirectTextChat", "DirectGroupTextChat", "GuildOfSecrets")
    files = {
        f"{kind} - {MARK} [{number}]": test_discord.channel(
            number, MARK, secret, kind=kind, within=MARK
        )
        for number, kind in enumerate(kinds, 900)
    }
    return test_discord.sample(folder, {**test_discord.SMALL, **files})


def zulip(folder: Path) -> Path:
    realm = test_zulip.realm()
    realm["zerver_stream"][1] |= {"name": MARK, "description": MARK}
    secret = [
        test_zulip.message(key, test_zulip.BO, test_zulip.when(3), MARK, f"{MARK}?", recipient)
        for key, recipient in ((301, test_zulip.SECRET), (302, test_zulip.DIRECT))
    ]
    realm["zerver_reaction"][1]["emoji_name"] = MARK
    public = [each for each in test_zulip.messages() if each["id"] not in (301, 302)]
    return test_zulip.export(folder, of=realm, files=[[*public, *secret]])


def viva_engage(folder: Path) -> Path:
    secret = [
        test_viva_engage.message(
            900 + number,
            f"9{MARK}",
            title=MARK,
            body=f"{MARK}?",
            sender_name=MARK,
            group_name=MARK,
            thread=900,
            **more,
        )
        for number, more in enumerate(
            (
                {"in_private_conversation": "true"},
                {"message_type": "private"},
                {"in_private_group": "true"},
                {"group_id": 8, "in_private_group": ""},
            )
        )
    ]
    groups = [*test_viva_engage.GROUPS, {"id": 8, "name": MARK, "private": "true"}]
    messages = [*test_viva_engage.MESSAGES, *secret]
    return test_viva_engage.sample(
        folder, {**test_viva_engage.SMALL, "Messages": messages, "Groups": groups}
    )


def private_topics() -> list[Json]:
    """Return a private message, and a topic of a category that only some may see."""
    who = {"username": MARK.lower(), "name": MARK, "user_id": 99}
    each = [
        test_discourse.topic(
            key, [test_discourse.post(key * 100, key, 1, "bo", test_discourse.at(4), MARK, **who)]
        )
        | {"title": MARK, "slug": MARK, "tags": [MARK]}
        for key in (8, 9)
    ]
    return [each[0] | {"archetype": "private_message"}, each[1] | {"category_id": 77}]


def discourse(folder: Path) -> Path:
    site = copy.deepcopy(test_discourse.SITE)
    site["categories"].append({"id": 77, "name": MARK, "read_restricted": True})
    site["categories"].append({"id": 78, "name": MARK, "parent_category_id": 77})
    path = test_discourse.forum(folder, site=site, users=test_discourse.USERS)
    for number, topic in enumerate(private_topics()):
        in_json(path / f"{number}.json", topic)
    whisper = test_discourse.post(
        105, 1, 9, "bo", test_discourse.at(1, 12), MARK, post_type=4, username=MARK, user_id=98
    )
    in_json(path / "whisper.json", whisper | {"name": MARK})
    return path


def stack_exchange(folder: Path) -> Path:
    users = [
        re.sub(
            r" />$",
            f' AboutMe="{MARK}" Location="{MARK}" WebsiteUrl="{MARK}" EmailHash="{MARK}" />',
            row.replace(' AboutMe="text"', ""),
        )
        for row in test_stack_exchange.SMALL["Users.xml"]
    ]
    history = [f'<row Id="1" PostId="1" UserId="10" Text="{MARK}" Comment="{MARK}" />']
    return test_stack_exchange.dump(
        folder, {**test_stack_exchange.SMALL, "Users.xml": users, "PostHistory.xml": history}
    )


def github_discussions(folder: Path) -> Path:
    told = test_github_discussions.solved()
    told["author"] |= {"email": MARK, "bio": MARK}
    return test_github_discussions.pages(
        folder, test_github_discussions.page(told, test_github_discussions.waiting())
    )


def mailbox(folder: Path) -> Path:
    letter = f"--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Disposition: attachment; filename={MARK}.txt\n\n{MARK}\n--b--"
    mail = test_mailbox.mail(
        "m1@x", body=letter, more="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
    )
    hidden = [
        test_mailbox.mail(
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
    path = test_mailbox.sample(folder, [*test_mailbox.LIST, mail, *hidden])
    (path / "notes.txt").write_text(MARK, encoding="utf-8")
    return path


def of_backend(backend: str, **changes: Json) -> Callable[[Path], Path]:
    """Return a maker of a backend's items with the newest of them once more, in a private place and full of marks."""

    def made(folder: Path) -> Path:
        items = test_perceval.SMALL[backend]()
        secret = copy.deepcopy(items[-1])
        for name, change in changes.items():
            told = secret["data"].get(name)
            secret["data"][name] = told | change if isinstance(told, dict) else change
        return test_perceval.kept(folder, *items, secret | {"uuid": "of-a-private-place"})

    return made


SLACK_SECRET: Json = {
    "user": f"U{MARK}",
    "user_data": {"id": f"U{MARK}", "name": MARK},
    "text": f"{MARK}?",
    "ts": "1772442001.5",
}
MATTERMOST_SECRET: Json = {
    "id": MARK,
    "user_id": MARK,
    "user_data": {"username": MARK},
    "message": f"{MARK}?",
}
ROCKET_SECRET: Json = {
    "_id": MARK,
    "u": {"_id": MARK, "username": MARK, "name": MARK},
    "msg": f"{MARK}?",
}


def spreadsheet(folder: Path) -> Path:
    path = test_spreadsheet.csv_folder(folder)
    for file in path.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as told:
            header, *rows = csv.reader(told)
        with file.open("w", encoding="utf-8", newline="") as told:
            csv.writer(told).writerows(
                [[*header, "text", "private note"], *([*row, MARK, MARK] for row in rows)]
            )
    return path


PRIVATE: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "slack": (slack,),
    "discord": (discord,),
    "zulip": (zulip,),
    "viva_engage": (viva_engage,),
    "discourse": (discourse,),
    "stack_exchange": (stack_exchange,),
    "github_discussions": (github_discussions,),
    "mailbox": (mailbox,),
    "perceval": (
        of_backend(
            "slack", channel_info={"id": "C9", "name": MARK, "is_private": True}, **SLACK_SECRET
        ),
        of_backend("slack", channel_info={"id": "D9", "name": MARK}, **SLACK_SECRET),
        of_backend(
            "mattermost",
            channel_data={"name": MARK, "display_name": MARK, "type": "P"},
            **MATTERMOST_SECRET,
        ),
        of_backend(
            "mattermost",
            channel_data={"name": MARK, "display_name": MARK, "type": "D"},
            **MATTERMOST_SECRET,
        ),
        of_backend(
            "rocketchat", channel_info={"name": MARK, "fname": MARK, "t": "p"}, **ROCKET_SECRET
        ),
        of_backend("discourse", **private_topics()[0]),
        of_backend(
            "gitlab",
            confidential=True,
            title=MARK,
            description=f"{MARK}?",
            iid=77,
            author={"username": MARK},
        ),
    ),
    "spreadsheet": (spreadsheet,),
}
EACH = [(source, number) for source, makers in PRIVATE.items() for number in range(len(makers))]


def everything_stored(data: Path) -> str:
    cursor = Store(data).snapshot().cursor
    tables = [name for (name,) in cursor.sql("select table_name from duckdb_tables()").fetchall()]
    return "\n".join(str(cursor.sql(f'select * from "{table}"').fetchall()) for table in tables)


def test_every_source_has_something_private_in_its_sample() -> None:
    assert PRIVATE.keys() == SOURCES.keys()


@pytest.mark.parametrize(
    ("source", "number"), EACH, ids=[f"{source}-{number}" for source, number in EACH]
)
def test_what_is_private_is_nowhere(
    source: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, data = PRIVATE[source][number](tmp_path / "export"), tmp_path / "data"
    assert holds_marks(path)
    assert cli.main(["--data", str(data), "import", str(path), "--community", "craft"]) == 0
    said = capsys.readouterr()
    for kept in (everything_kept(data), everything_stored(data), said.out + said.err):
        assert MARK.lower() not in kept.lower()


def holds_marks(path: Path) -> bool:
    return any(
        MARK.lower() in f"{file} {file.read_text(encoding='utf-8', errors='replace')}".lower()
        for file in files(path)
    )


def files(path: Path) -> list[Path]:
    return [each for each in path.rglob("*") if each.is_file()]


@pytest.mark.parametrize("source", ["slack", "discord"])
def test_private_things_change_no_row(source: str, tmp_path: Path) -> None:
    samples = {
        "slack": lambda folder: test_slack.written(folder, test_slack.WORKSPACE),
        "discord": test_discord.sample,
    }
    plain = Read(SOURCES[source], samples[source](tmp_path / "plain"))
    for name in ("url",) if source == "slack" else ():
        plain.tables["thread"] = plain.tables["thread"].drop(name)
    with_private = Read(SOURCES[source], PRIVATE[source][0](tmp_path / "private"))
    for name in ("url",) if source == "slack" else ():
        with_private.tables["thread"] = with_private.tables["thread"].drop(name)
    assert same_tables(plain, with_private)
