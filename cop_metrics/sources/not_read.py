"""Exports that are known and have no reader here: what each is called, what tells it, and what its
owner can do instead.

To add one: one more entry of `NOT_READ`. They are asked only for what no source takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cop_metrics.errors import CopError
from cop_metrics.sources.export import Export

HEAD = 1 << 16
MOST_FILES = 50
AS_A_TABLE = "Its messages can come as a table: docs/spreadsheet.md says which columns it needs."
TEXTS, JSON, TABLES, PAGES = (
    (".txt",),
    (".json", ".jsonl", ".ndjson"),
    (".csv", ".tsv", ".txt"),
    (".html", ".htm"),
)


@dataclass(frozen=True, kw_only=True)
class NotRead:
    """A kind of export that has no reader.

    `what` completes "'file' is ...", `instead` is a sentence or two. It is told by a file whose
    whole path matches `named` (regular expression, upper or lower case alike), or by one of the
    files ending in `ends` that begins as `begins` says, which is searched in the first 64 KB.
    """

    what: str
    instead: str
    named: str | None = None
    ends: tuple[str, ...] = ()
    begins: bytes | None = None

    def is_it(self, export: Export) -> bool:
        """Return whether the export is of this kind."""
        if self.named and any(
            re.fullmatch(self.named, name, re.IGNORECASE | re.DOTALL) for name in export.names
        ):
            return True
        begins = self.begins
        return begins is not None and any(
            re.search(begins, head, re.DOTALL) for head in self._heads(export)
        )

    def _heads(self, export: Export) -> Iterator[bytes]:
        names = [name for name in export.names if name.lower().endswith(self.ends)]
        for name in names[:: max(len(names) // MOST_FILES, 1)][:MOST_FILES]:
            try:
                yield _in_utf8(export.head(name, HEAD))
            except CopError:
                continue


def _in_utf8(head: bytes) -> bytes:
    """Return the beginning of a file without the mark of its encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


NOT_READ: tuple[NotRead, ...] = (
    NotRead(
        what="Slack's export as text",
        instead=(
            "Texts have neither ids nor threads. Have an owner or admin export the public channels as JSON, from Tools & "
            "settings > Workspace settings > Import/Export Data, and give that .zip."
        ),
        named=r"(?:.*/)?(?:channels|private_channels|groups|dms|mpims|group_dms)/[^/]+/\d{4}-\d\d-\d\d\.txt",
        ends=TEXTS,
        begins=rb"\A\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]{2,5}\] <[^>\n]+> ",
    ),
    NotRead(
        what="a dump of slackdump, whose channels are not laid out as in an export",
        instead="Run 'slackdump convert -f export' on it, or 'slackdump export' anew, and give what that writes.",
        named=r"(?:.*/)?(?:slackdump\.sqlite|(?:workspace|[CDG][0-9A-Z]{8,}(?:-\d+\.\d+)?)\.json\.gz)",
        ends=JSON,
        begins=rb'\A\s*\{\s*"(?:channel_id"\s*:.*"messages"|name"\s*:.*"channel_id"|messages"\s*:.*"slackdump_thread_repl)',
    ),
    NotRead(
        what="a channel of Discord that was exported as a table, as text or as a page",
        instead=(
            "These have neither the ids of messages nor what replies to what. Export with DiscordChatExporter in the format "
            "JSON, with threads, on its command line: exportguild --format Json --include-threads All."
        ),
        ends=(*TABLES, *PAGES),
        begins=(
            rb"\A\W*AuthorID\W+Author\W+Date\W+Content\W+Attachments\W+Reactions\W"
            rb"|\A=+\s+Guild: [^\n]*\n\s*Channel: |chatlog__message|DiscordChatExporter"
        ),
    ),
    NotRead(
        what="what Discord gives to one person of their own account",
        instead=(
            "It holds what that person wrote and nothing that others did. Whoever may see the server's channels exports "
            "them with DiscordChatExporter, in the format JSON."
        ),
        named=r"(?:.*/)?c?\d{15,20}/(?:channel\.json|messages\.(?:json|csv))",
    ),
    NotRead(
        what="an export of Mattermost",
        instead=(
            "Fetch its channels with 'python -m cop_metrics collect mattermost' (docs/sources.md, Perceval). "
            + AS_A_TABLE
        ),
        ends=(*JSON, *TABLES),
        begins=(
            rb'\A\s*\{\s*"type"\s*:\s*"version"\s*,\s*"version"\s*:\s*\d'
            rb"|\A\W*Post Creation Time\W+User Id\W+User Email\W"
        ),
    ),
    NotRead(
        what="an export of Microsoft Teams",
        instead="It has no reader yet. " + AS_A_TABLE,
        named=r"(?:.*/)?(?:teamsList\.json|teamMembers_[0-9a-f-]{36}\.json)",
        ends=JSON,
        begins=(
            rb"graph\.microsoft\.com/[^\s]*(?:/channels|chatMessage|chats)"
            rb'|"(?:messageType|MessageType)"\s*:.*"(?:channelIdentity|ChannelIdentity|chatId|ChatId)"\s*:'
            rb'|"(?:channelIdentity|ChannelIdentity|chatId|ChatId)"\s*:.*"(?:messageType|MessageType)"\s*:'
            rb'|\A\s*\{\s*"userId"\s*:\s*"8:[^"]*"\s*,\s*"exportDate"'
        ),
    ),
    NotRead(
        what="an export of Google Chat",
        instead="It has no reader yet. " + AS_A_TABLE,
        named=r"(?:.*/)?Google Chat/(?:Groups|Users)/.+",
        ends=JSON,
        begins=rb'\A\s*\{\s*"messages"\s*:.*"creator"\s*:.*"created_date"\s*:.*"(?:topic_id|message_id)"\s*:',
    ),
    NotRead(
        what="an export of Telegram",
        instead="It has no reader yet. " + AS_A_TABLE,
        ends=(*JSON, *PAGES),
        begins=rb'"date_unixtime"\s*:|"from_id"\s*:\s*"(?:user|channel)\d|class="page_wrap".*class="page_header',
    ),
    NotRead(
        what="an export of WhatsApp",
        instead="It tells neither replies nor reactions, and has no reader. " + AS_A_TABLE,
        named=r"(?:.*/)?(?:WhatsApp[ _-].*|_chat)\.txt",
        ends=TEXTS,
        begins=(
            rb"\A(?:\xe2\x80[\x8e\x8f])?(?:\[\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\D{1,8}\d{1,2}[:.]\d\d[^\]\n]{0,12}\] "
            rb"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\D{1,8}\d{1,2}[:.]\d\d[^\n-]{0,12} - )"
        ),
    ),
    NotRead(
        what="an export of Matrix (Element)",
        instead="It has no reader yet. " + AS_A_TABLE,
        ends=JSON,
        begins=rb'"room_name"\s*:.*"exported_by"\s*:|"type"\s*:\s*"m\.room\.|"origin_server_ts"\s*:',
    ),
    NotRead(
        what="an export of Rocket.Chat",
        instead=(
            "Fetch its channels with 'python -m cop_metrics collect rocketchat' (docs/sources.md, Perceval). "
            + AS_A_TABLE
        ),
        named=r"(?:.*/)?rocketchat_[a-z_]+\.(?:bson|json)",
        ends=JSON,
        begins=rb'\A\s*\[?\s*\{\s*"(?:msg|_id|rid)"\s*:(?:.*"(?:msg|username|ts|u)"\s*:){3}',
    ),
    NotRead(
        what="the archive of one member's own posts in a forum of Discourse",
        instead=(
            "Nobody else's posts are in it, so that no question would have an answer. Save the topics of the forum as "
            "docs/sources.md says under Discourse."
        ),
        named=r"(?:.*/)?user_archive(?:-[^/]*)?\.csv",
        ends=TABLES,
        begins=rb"\A\W*topic_title\W+categor(?:y|ies)\W.*\bpost_(?:raw|cooked)\b",
    ),
    NotRead(
        what="the result of a query of Discourse's Data Explorer",
        instead=(
            "Save it as CSV and rename its columns: id to post_id, topic_id to thread_id, user_id to author_id, username to "
            "author_name; post_number becomes kind, 'question' where it is 1 and 'answer' elsewhere. "
            + AS_A_TABLE
        ),
        ends=(*JSON, *TABLES),
        begins=rb'\A\s*\{\s*"success"\s*:.*"columns"\s*:|\A(?=[^\n]*\btopic_id\b)(?=[^\n]*\bpost_number\b)[\w",;\t ]+\r?\n',
    ),
    NotRead(
        what="a list of issues of GitHub's command line",
        instead=(
            "Fetch the issues with their comments with 'python -m cop_metrics collect github' (docs/sources.md, Perceval): a "
            "list has no keys of accounts and often no comments."
        ),
        ends=JSON,
        begins=rb'\A\s*\[\s*\{(?=.*"number"\s*:)(?=.*"createdAt"\s*:)(?=.*"(?:labels|state|closedAt)"\s*:)',
    ),
    NotRead(
        what="an export of Stack Internal (Stack Overflow for Teams)",
        instead="It has no reader yet: only the data dumps of public sites have one. " + AS_A_TABLE,
        named=r"(?:.*/)?(?:questions_answers_comments|posts2votes|users2badges)\.json",
    ),
    NotRead(
        what="a dump of a subreddit of Reddit",
        instead="It has no reader yet. " + AS_A_TABLE,
        named=r"(?:.*/)?[^/]+_(?:comments|submissions)\.(?:jsonl|ndjson|zst|json)",
        ends=JSON,
        begins=rb'\A\s*\{(?=.*"created_utc"\s*:)(?=.*"(?:subreddit|link_id|selftext)"\s*:)',
    ),
    NotRead(
        what="an export of Confluence",
        instead="It has no reader yet. " + AS_A_TABLE,
        named=r"(?:.*/)?exportDescriptor\.properties",
        ends=(".xml",),
        begins=rb"<hibernate-generic",
    ),
    NotRead(
        what="a table of a hosted community (Khoros, Higher Logic, Circle and the like)",
        instead="Its columns have other names than those needed. " + AS_A_TABLE,
        ends=TABLES,
        begins=rb"(?i)\A\W*(?:message uid|messageuid|discussion ?key|community ?key|space_?slug)\W",
    ),
)


def not_read(export: Export) -> NotRead | None:
    """Return which known kind without a reader the export is, None for none of them."""
    return next((each for each in NOT_READ if each.is_it(export)), None)
