"""What exports of Slack and Discord from the field must come to."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from field import BY_HAND, Expected

from cop_metrics.sources import discord, slack


def kept(data: Path, table: str) -> pl.DataFrame:
    """Return the rows of a lake table of all imports."""
    files = sorted((data / "lake").rglob(f"{table}.parquet"))
    return pl.concat([pl.read_parquet(file, glob=False) for file in files])


def asked_at(*times: str) -> Callable[[Path], None]:
    """Return a check of when conversations began."""

    def check(data: Path) -> None:
        assert sorted(map(str, kept(data, "thread")["created_at"])) == [
            f"{time}000" for time in times
        ]

    return check


def channels(*names: str) -> Callable[[Path], None]:
    """Return a check of the channels that the lake knows, by what was said and by their members."""

    def check(data: Path) -> None:
        assert (
            set(kept(data, "thread")["channel"])
            == set(kept(data, "channel_member")["channel"])
            == set(names)
        )

    return check


FOLDERS: dict[str, Expected] = {
    "chat/slack-rezipped-on-a-mac": Expected(
        paths=("export.zip",),
        figures={"members": 4, "questions": 2, "answered_questions": 2},
        people=frozenset({"Ada", "Bea", "Cai", "Dot"}),
    ),
    "chat/discord-forum-two-posts-in-two-minutes": Expected(
        paths=("export",), figures={"questions": 2, "answered_questions": 2}
    ),
    "chat/discord-local-time-with-offset": Expected(
        paths=("export",),
        figures={"questions": 2, "answered_questions": 2},
        check=asked_at("2026-03-02 09:00:00.123", "2026-03-30 09:00:00.123"),
    ),
    "chat/discord-one-file-cut-short": Expected(paths=("export",), refused=("shop", "cut short")),
    "chat/discord-private-thread": Expected(
        paths=("export",),
        figures={"questions": 2},
        skipped={discord.PRIVATE: 1},
        nowhere=("salaries", "bonus"),
    ),
    "chat/discord-two-servers-in-one-folder": Expected(
        paths=("export",), refused=("2 servers", "Gamers", "Welders")
    ),
    "chat/discord-without-its-threads": Expected(
        paths=("export",), told=("are not in the export: 2", "--include-threads All")
    ),
    "chat/slack-canvas-folder": Expected(
        paths=("export",),
        figures={"questions": 2},
        skipped={"a canvas": 1, "a file that holds no messages": 1},
        nowhere=("Pay round", "FC:", "bonus"),
    ),
    "chat/slack-connect-people-of-another-company": Expected(
        paths=("export",), figures={"questions": 3, "answered_questions": 3}
    ),
    "chat/slack-grid-org-users": Expected(
        paths=("export",),
        figures={"members": 4, "questions": 2, "answered_questions": 2},
        people=frozenset({"Ada", "Bea", "Cai", "Dot"}),
    ),
    "chat/slack-kinds-of-records-of-2026": Expected(
        paths=("export",), figures={"questions": 3, "answered_questions": 3}
    ),
    "chat/slack-records-without-a-time": Expected(
        paths=("export",),
        figures={"questions": 3, "answered_questions": 3},
        skipped={"a record without a readable time (ts)": 3, "a file that holds no messages": 1},
    ),
    "chat/slack-zip-names-without-utf8-flag": Expected(
        paths=("export.zip",),
        figures={"questions": 4, "answered_questions": 4},
        skipped={slack.NEVER_OPENED[slack.Kind.PRIVATE]: 1, "a file that holds no messages": 1},
        nowhere=("führungskreis", "April"),
        check=channels("help", "schweißtechnik", "技術相談"),
    ),
    "chat/slackdump-windows-zip-backslashes": Expected(
        paths=("export.zip",), figures={"members": 4, "questions": 2, "answered_questions": 2}
    ),
    "chat/slack-questions-by-a-workflow-form": Expected(
        paths=("export",), told=("opened by an app in which people replied: 5", "no questions")
    ),
    "chat/slack-threads-without-their-replies": Expected(
        paths=("export",),
        figures={"questions": 11, "answered_questions": 11},
        told=("without their replies: 9",),
    ),
    "chat/slack-channel-renamed-between-exports": Expected(
        paths=("export/1-before", "export/2-after"),
        figures={"questions": 2, "answered_questions": 2, "members": 4},
    ),
    "chat/discord-as-csv": Expected(paths=("export",), refused=("JSON", "DiscordChatExporter")),
    "chat/discord-as-html": Expected(paths=("export",), refused=("JSON", "DiscordChatExporter")),
    "chat/discord-own-data-package": Expected(paths=("export",), refused=("one person",)),
    "chat/google-chat-takeout": Expected(
        paths=("export",), refused=("Google Chat", "docs/spreadsheet.md")
    ),
    "chat/matrix-element-json": Expected(
        paths=("export",), refused=("Matrix", "docs/spreadsheet.md")
    ),
    "chat/mattermost-bulk-export": Expected(
        paths=("abc123_export.zip",), refused=("Mattermost", "collect mattermost")
    ),
    "chat/rocketchat-room-export-json": Expected(
        paths=("export",), refused=("Rocket.Chat", "collect rocketchat")
    ),
    "chat/slack-single-user-txt": Expected(
        paths=("export",), refused=("Slack's export as text", "JSON")
    ),
    "chat/slackdump-dump-format": Expected(
        paths=("export",), refused=("slackdump convert -f export",)
    ),
    "chat/teams-data-export-tool": Expected(
        paths=("export",), refused=("Teams", "docs/spreadsheet.md")
    ),
    "chat/teams-graph-channel-messages": Expected(
        paths=("export",), refused=("Teams", "docs/spreadsheet.md")
    ),
    "chat/telegram-result-json": Expected(
        paths=("export",), refused=("Telegram", "docs/spreadsheet.md")
    ),
    "chat/whatsapp-android-german": Expected(
        paths=("export",), refused=("WhatsApp", "docs/spreadsheet.md")
    ),
}

NOT_YET: dict[str, str] = {
    "chat/table-of-a-chat-with-texts": BY_HAND,
}
