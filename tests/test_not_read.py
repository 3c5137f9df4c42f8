"""Exports that are known and have no reader: each is named, wherever it lies, and its owner is told what to do."""

import json
from pathlib import Path

import pytest
from exports import packed
from test_sources import SAMPLES

from cop_metrics.errors import CopError
from cop_metrics.sources import source_of
from cop_metrics.sources.export import open_export
from cop_metrics.sources.not_read import NOT_READ, not_read

TEAMS = {
    "messageType": "message",
    "createdDateTime": "2026-03-02T09:00:00Z",
    "chatId": None,
    "channelIdentity": None,
}
EVENT = {
    "type": "m.room.message",
    "sender": "@ada:works.example",
    "origin_server_ts": 1772442000000,
}
ROCKET = {"msg": "How?", "username": "ada", "ts": "2026-03-02T09:00:00.395Z", "name": "Ada"}

SAMPLES_NOT_READ: dict[str, list[dict[str, object]]] = {
    "Slack's export as text": [
        {"channels/help/2026-03-02.txt": "x"},
        {"My export/dms/bea/2026-03-02.txt": ""},
        {"help/2026-03-02.txt": "[2026-03-02 09:00:00 UTC] <ada> How?\n"},
    ],
    "slackdump": [
        {"C0HELP0000.json": {"channel_id": "C0HELP0000", "name": "help", "messages": []}},
        {"a.json": {"name": "help", "messages": [], "channel_id": "C1"}},
        {"C0HELP0000.json.gz": "x", "workspace.json.gz": "x"},
        {"slackdump.sqlite": "x"},
    ],
    "Discord that": [
        {
            "help.csv": '\ufeff"AuthorID","Author","Date","Content","Attachments","Reactions"\n1,ada,,,,\n'
        },
        {"help.csv": "AuthorID;Author;Date;Content;Attachments;Reactions;\n"},
        {"help.html": "<!DOCTYPE html><html><style>.chatlog__message-group { }</style></html>"},
        {"help.txt": f"{'=' * 62}\nGuild: Welders\nChannel: Craft / help\n{'=' * 62}\n"},
    ],
    "one person of their own account": [
        {"messages/c800000000000000001/channel.json": {}, "account/user.json": {}},
        {
            "package/Messages/c800000000000000001/messages.csv": "ID,Timestamp,Contents,Attachments\n"
        },
    ],
    "Mattermost": [
        {"import.jsonl": '{"type": "version", "version": 1}\n{"type": "team", "team": {}}\n'},
        {"export.csv": "Post Creation Time,User Id,User Email,User Type,User Name\n"},
    ],
    "Microsoft Teams": [
        {"TeamsDataExport/teams/teamsList.json": []},
        {
            "m.json": {
                "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#teams('1')/channels('2')/messages"
            }
        },
        {"m.json": [TEAMS]},
        {"messages.json": {"userId": "8:ada", "exportDate": "2026-03-02", "conversations": []}},
    ],
    "Google Chat": [
        {"Takeout/Google Chat/Groups/Space AAQA/messages.json": {}},
        {
            "m.json": {
                "messages": [
                    {"creator": {"name": "Ada"}, "created_date": "Montag", "topic_id": "aa"}
                ]
            }
        },
    ],
    "Telegram": [
        {
            "result.json": {
                "name": "Welders",
                "messages": [{"id": 1, "date_unixtime": "1772441400"}],
            }
        },
        {"result.json": {"messages": [{"id": 1, "from": "Ada", "from_id": "user11"}]}},
        {"messages.html": '<div class="page_wrap"><div class="page_header"><div class="content">'},
    ],
    "WhatsApp": [
        {"WhatsApp Chat mit Welders.txt": "x"},
        {"_chat.txt": "x"},
        {"chat.txt": "02.03.26, 10:00 - Ada Ohm: How?\n"},
        {"chat.txt": "\u200e[3/2/26, 9:00:00\u202fAM] Ada Ohm: How?\n"},
        {"chat.txt": "2026/3/2 9:00 - Ada: How?\n"},
        {"chat.txt": "[12.3.2022 klo 14.08.18] Ada: How?\n"},
    ],
    "Matrix": [
        {"export.json": {"room_name": "Welders", "exported_by": "Ada", "messages": []}},
        {"export.json": {"messages": [EVENT]}},
    ],
    "archive of one member's own posts": [
        {"user_archive.csv": "x"},
        {"export/user_archive-ada-260601.csv": "x"},
        {
            "posts.csv": "topic_title,categories,is_pm,post_raw,post_cooked,like_count,reply_count,url,created_at\n"
        },
    ],
    "Data Explorer": [
        {
            "q.json": {
                "success": True,
                "errors": [],
                "columns": ["id", "topic_id", "post_number"],
                "rows": [],
            }
        },
        {"q.csv": "id,topic_id,post_number,user_id,username,created_at\n1,1,1,1,ada,2026-03-02\n"},
    ],
    "list of issues": [
        {
            "issues.json": [
                {"number": 5, "title": "How?", "state": "OPEN", "createdAt": "2026-03-02T09:00:00Z"}
            ]
        }
    ],
    "Stack Internal": [
        {"posts2votes.json": [], "posts.json": [], "users.json": []},
        {"a/questions_answers_comments.json": [], "users.json": []},
    ],
    "Reddit": [
        {"welding_comments.zst": "x"},
        {
            "r.jsonl": json.dumps(
                {"id": "d1", "link_id": "t3_a", "body": "How?", "created_utc": 1772445200}
            )
        },
    ],
    "Confluence": [
        {"exportDescriptor.properties": "x", "entities.xml": "x"},
        {
            "entities.xml": '<?xml version="1.0"?>\n<hibernate-generic datetime="2026-03-02 09:00:00">'
        },
    ],
    "hosted community": [
        {"posts.csv": "Message UID,Board,Author,Date\n"},
        {"p.csv": "DiscussionKey;Subject\n"},
    ],
    "Rocket.Chat": [
        {"help.json": json.dumps(ROCKET) + "\n" + json.dumps(ROCKET)},
        {"rocketchat_message.bson": "x"},
    ],
}
EACH = [(kind, files) for kind, samples in SAMPLES_NOT_READ.items() for files in samples]


def files_in(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )
    return folder


def refusal(path: Path) -> str:
    with open_export(path) as export, pytest.raises(CopError) as caught:
        source_of(export)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "files"), EACH, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(EACH)]
)
def test_what_is_known_and_not_read_is_named(
    kind: str, files: dict[str, object], tmp_path: Path
) -> None:
    folder = files_in(tmp_path / "export", files)
    (told,) = (each for each in NOT_READ if kind in each.what)
    for path in (folder, packed(folder, within="a/b")):
        said = refusal(path)
        assert told.what in said
        assert told.instead in said


def test_every_kind_that_is_not_read_has_a_sample() -> None:
    assert all(sum(kind in each.what for kind in SAMPLES_NOT_READ) == 1 for each in NOT_READ)


@pytest.mark.parametrize("source", SAMPLES)
def test_what_has_a_reader_is_of_no_other_kind(source: str, tmp_path: Path) -> None:
    for number, maker in enumerate(SAMPLES[source]):
        with open_export(maker(tmp_path / str(number))) as export:
            assert not_read(export) is None


def test_what_nobody_knows_is_still_told_what_is_known(tmp_path: Path) -> None:
    assert "no export that is known here" in refusal(
        files_in(tmp_path / "export", {"a.json": {"a": 1}})
    )
