"""What exports of Slack and Discord from the field must come to."""

from field import BY_HAND, NEW_PLATFORM, Expected

FOLDERS: dict[str, Expected] = {
    "chat/slack-rezipped-on-a-mac": Expected(
        paths=("export.zip",),
        figures={"members": 4, "questions": 2, "answered_questions": 2},
        people=frozenset({"Ada", "Bea", "Cai", "Dot"}),
    ),
}

NOT_YET: dict[str, str] = {
    "chat/discord-forum-two-posts-in-two-minutes": NEW_PLATFORM,
    "chat/discord-as-csv": NEW_PLATFORM,
    "chat/discord-as-html": NEW_PLATFORM,
    "chat/discord-local-time-with-offset": NEW_PLATFORM,
    "chat/discord-one-file-cut-short": NEW_PLATFORM,
    "chat/discord-own-data-package": NEW_PLATFORM,
    "chat/discord-private-thread": NEW_PLATFORM,
    "chat/discord-two-servers-in-one-folder": NEW_PLATFORM,
    "chat/discord-without-its-threads": NEW_PLATFORM,
    "chat/google-chat-takeout": NEW_PLATFORM,
    "chat/matrix-element-json": NEW_PLATFORM,
    "chat/mattermost-bulk-export": NEW_PLATFORM,
    "chat/rocketchat-room-export-json": NEW_PLATFORM,
    "chat/slack-canvas-folder": NEW_PLATFORM,
    "chat/slack-channel-renamed-between-exports": NEW_PLATFORM,
    "chat/slack-connect-people-of-another-company": NEW_PLATFORM,
    "chat/slack-grid-org-users": NEW_PLATFORM,
    "chat/slack-kinds-of-records-of-2026": NEW_PLATFORM,
    "chat/slack-questions-by-a-workflow-form": NEW_PLATFORM,
    "chat/slack-records-without-a-time": NEW_PLATFORM,
    "chat/slack-single-user-txt": NEW_PLATFORM,
    "chat/slack-threads-without-their-replies": NEW_PLATFORM,
    "chat/slack-zip-names-without-utf8-flag": NEW_PLATFORM,
    "chat/slackdump-dump-format": NEW_PLATFORM,
    "chat/slackdump-windows-zip-backslashes": NEW_PLATFORM,
    "chat/table-of-a-chat-with-texts": BY_HAND,
    "chat/teams-data-export-tool": NEW_PLATFORM,
    "chat/teams-graph-channel-messages": NEW_PLATFORM,
    "chat/telegram-result-json": NEW_PLATFORM,
    "chat/whatsapp-android-german": NEW_PLATFORM,
}
