"""What exports of Slack and Discord from the field must come to."""

from field import BY_HAND, NEW_PLATFORM, Expected

FOLDERS: dict[str, Expected] = {
    "chat/slack-rezipped-on-a-mac": Expected(
        paths=("export.zip",),
        figures={"members": 4, "questions": 2, "answered_questions": 2},
        people=frozenset({"Ada", "Bea", "Cai", "Dot"}),
    ),
    "chat/discord-as-csv": Expected(paths=("export",), refused=("JSON", "DiscordChatExporter")),
    "chat/discord-as-html": Expected(paths=("export",), refused=("JSON", "DiscordChatExporter")),
    "chat/discord-own-data-package": Expected(paths=("export",), refused=("one person",)),
    "chat/google-chat-takeout": Expected(paths=("export",), refused=("Google Chat", "docs/spreadsheet.md")),
    "chat/matrix-element-json": Expected(paths=("export",), refused=("Matrix", "docs/spreadsheet.md")),
    "chat/mattermost-bulk-export": Expected(paths=("abc123_export.zip",), refused=("Mattermost", "collect mattermost")),
    "chat/rocketchat-room-export-json": Expected(paths=("export",), refused=("Rocket.Chat", "collect rocketchat")),
    "chat/slack-single-user-txt": Expected(paths=("export",), refused=("Slack's export as text", "JSON")),
    "chat/slackdump-dump-format": Expected(paths=("export",), refused=("slackdump convert -f export",)),
    "chat/teams-data-export-tool": Expected(paths=("export",), refused=("Teams", "docs/spreadsheet.md")),
    "chat/teams-graph-channel-messages": Expected(paths=("export",), refused=("Teams", "docs/spreadsheet.md")),
    "chat/telegram-result-json": Expected(paths=("export",), refused=("Telegram", "docs/spreadsheet.md")),
    "chat/whatsapp-android-german": Expected(paths=("export",), refused=("WhatsApp", "docs/spreadsheet.md")),
}

NOT_YET: dict[str, str] = {
    "chat/discord-forum-two-posts-in-two-minutes": NEW_PLATFORM,
    "chat/discord-local-time-with-offset": NEW_PLATFORM,
    "chat/discord-one-file-cut-short": NEW_PLATFORM,
    "chat/discord-private-thread": NEW_PLATFORM,
    "chat/discord-two-servers-in-one-folder": NEW_PLATFORM,
    "chat/discord-without-its-threads": NEW_PLATFORM,
    "chat/slack-canvas-folder": NEW_PLATFORM,
    "chat/slack-channel-renamed-between-exports": NEW_PLATFORM,
    "chat/slack-connect-people-of-another-company": NEW_PLATFORM,
    "chat/slack-grid-org-users": NEW_PLATFORM,
    "chat/slack-kinds-of-records-of-2026": NEW_PLATFORM,
    "chat/slack-questions-by-a-workflow-form": NEW_PLATFORM,
    "chat/slack-records-without-a-time": NEW_PLATFORM,
    "chat/slack-threads-without-their-replies": NEW_PLATFORM,
    "chat/slack-zip-names-without-utf8-flag": NEW_PLATFORM,
    "chat/slackdump-windows-zip-backslashes": NEW_PLATFORM,
    "chat/table-of-a-chat-with-texts": BY_HAND,
}
