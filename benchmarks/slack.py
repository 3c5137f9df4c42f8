"""Times reading a made-up Slack export against reading its files with orjson alone: `python -m
benchmarks.slack`.

20,000 day files with 500,000 messages: half of them people's, the rest an integration's and notices
of joining, as long and as many as in a real workspace. Goals: at most twice as long, and less than
1 GB of memory.
"""

import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from cop_metrics.sources import conversations, questions, slack
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Reading

CHANNELS, DAYS, MESSAGES_A_DAY, PEOPLE = 20, 1_000, 25, 2_000
FIRST_SECOND, DAY_SECONDS = 1_600_000_000, 86_400
GOAL_TIMES, GOAL_MEMORY = 2, 1_000_000_000
ROUNDS = 3
_FOUR_SPACES = re.compile(rb"(?m)^( +)")  # as Slack indents; orjson knows two only
SENTENCE = "the pump valve drawing bearing weld seam torque housing supplier batch sample test report seems fine again today"
WORDS = SENTENCE.split()
SHARE_OF_BOTS, SHARE_OF_JOINS = 0.38, 0.12
SHARE_OF_REPLIES, SHARE_WITH_REACTIONS, SHARE_WITH_LINKS = 0.5, 0.15, 0.4
ENDS = (".", ".", ".", "?", "?", "!", ", thanks!", "…")
OPENINGS = (
    "How do I set",
    "Does anyone know",
    "I am having trouble with",
    "We measured",
    "Here is",
    "Has somebody seen",
)


def write_export(folder: Path) -> int:
    """Write a made-up workspace and return the number of its messages."""
    draw = random.Random(8)
    people = [f"U{number:08d}" for number in range(PEOPLE)]
    profiles = {key: _profile(key) for key in people}
    users = [
        {"id": key, "name": key.lower(), "is_bot": n < 20, "profile": profiles[key]}
        for n, key in enumerate(people)
    ]
    channels = [
        {"id": f"C{n:08d}", "name": f"channel-{n}", "members": people} for n in range(CHANNELS)
    ]
    (folder / "users.json").write_bytes(orjson.dumps(users))
    (folder / "channels.json").write_bytes(orjson.dumps(channels))
    for channel in channels:
        place = folder / str(channel["name"])
        place.mkdir()
        for day in range(DAYS):
            name = date(2020, 9, 13) + timedelta(days=day)
            start = FIRST_SECOND + day * DAY_SECONDS
            content = orjson.dumps(
                _messages(draw, start, people, profiles), option=orjson.OPT_INDENT_2
            )
            (place / f"{name}.json").write_bytes(_FOUR_SPACES.sub(rb"\1\1", content))
    return CHANNELS * DAYS * MESSAGES_A_DAY


def _profile(key: str) -> dict[str, object]:
    names = {
        name: f"{key.title()} of the works"
        for name in ("first_name", "real_name", "display_name", "name")
    }
    picture = f"https://avatars.example/2020-09-13/{key * 4}_72.png"
    flags = {"is_restricted": False, "is_ultra_restricted": False}
    return {"avatar_hash": key, "image_72": picture, **names, "team": "T00000001", **flags}


def _messages(
    draw: random.Random, start: int, people: list[str], profiles: dict[str, dict[str, object]]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    openers: list[dict[str, Any]] = []
    for number in range(MESSAGES_A_DAY):
        ts = f"{start + number * 3_400}.{draw.randrange(10**6):06d}"
        what = draw.random()
        if what < SHARE_OF_BOTS + SHARE_OF_JOINS:
            rows.append(
                _by_bot(draw, ts) if what < SHARE_OF_BOTS else _join(draw.choice(people), ts)
            )
            continue
        row = _message(draw, ts, draw.choice(people), profiles)
        if openers and draw.random() < SHARE_OF_REPLIES:
            opener = draw.choice(openers)
            row |= {"thread_ts": opener["ts"], "parent_user_id": opener["user"]}
            opener["thread_ts"], opener["reply_count"] = (
                opener["ts"],
                opener.get("reply_count", 0) + 1,
            )
            opener.setdefault("replies", []).append({"user": row["user"], "ts": row["ts"]})
        else:
            openers.append(row)
        rows.append(row)
    return rows


def _message(
    draw: random.Random, ts: str, user: str, profiles: dict[str, dict[str, object]]
) -> dict[str, Any]:
    """Return a message with all that Slack keeps of one, about as long as those of a real workspace
    (2.8 kB, indented).
    """
    first, rest = draw.choice(OPENINGS), " ".join(draw.choices(WORDS, k=draw.randrange(2, 70)))
    text = f"{first} {rest}{draw.choice(ENDS)}"
    if draw.random() < SHARE_WITH_LINKS:
        text += f" <@{user}> see <https://wiki.example/{draw.getrandbits(40)}|the page>"
    said = [
        {"type": "text", "text": f"{first} {rest}", "style": {"bold": False}},
        {"type": "user", "user_id": user},
        {"type": "emoji", "name": "wave", "unicode": "1f44b"},
        {"type": "link", "url": f"https://wiki.example/{draw.getrandbits(40)}", "text": "the page"},
    ]
    blocks = [
        {
            "type": "rich_text",
            "block_id": "b1",
            "elements": [{"type": "rich_text_section", "elements": said}],
        }
    ]
    row = {
        "user": user,
        "type": "message",
        "ts": ts,
        "client_msg_id": f"{draw.getrandbits(128):032x}",
        "text": text,
        "team": "T00000001",
        "user_team": "T00000001",
        "source_team": "T00000001",
        "user_profile": profiles[user],
        "blocks": blocks,
    }
    if draw.random() < SHARE_WITH_REACTIONS:
        row["reactions"] = [
            {"name": "+1::skin-tone-2", "users": draw.sample(list(profiles), 2), "count": 2}
        ]
    return row


def _by_bot(draw: random.Random, ts: str) -> dict[str, Any]:
    """Return a message of an integration, with an attachment (4.2 kB)."""
    text = " ".join(draw.choices(WORDS, k=140))
    shown = {
        "type": "section",
        "block_id": "b1",
        "text": {"type": "mrkdwn", "text": text, "verbatim": False},
    }
    attachment = {
        "id": 1,
        "color": "e8e8e8",
        "fallback": text,
        "blocks": [shown],
        "bot_id": "B00000001",
        "app_unfurl": True,
    }
    return {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B00000001",
        "username": "builds",
        "ts": ts,
        "text": text,
        "icons": {"emoji": ":gear:", "image_64": "https://avatars.example/gear_64.png"},
        "attachments": [attachment],
        "blocks": [shown],
    }


def _join(user: str, ts: str) -> dict[str, Any]:
    text = f"<@{user}> has joined the channel"
    return {"subtype": "channel_join", "user": user, "text": text, "type": "message", "ts": ts}


def plainly(folder: Path) -> None:
    """Read every file with orjson, one by one, and keep nothing."""
    for path in sorted(folder.rglob("*.json")):
        orjson.loads(path.read_bytes())


def as_source(folder: Path) -> None:
    """Read the export as an import does, and drop its batches."""
    with open_export(folder) as export:
        for _ in slack.SOURCE.batches(export, Reading()):
            pass


def rules_alone(folder: Path) -> None:
    """Read the export, and print which share of the time the rules take that find questions."""
    spent, fired = 0.0, questions.fired

    def timed(*texts: Any) -> Any:
        nonlocal spent
        start = time.perf_counter()
        told = fired(*texts)
        spent += time.perf_counter() - start
        return told

    conversations.questions.fired = timed
    start = time.perf_counter()
    as_source(folder)
    print(
        f"rules that find questions: {spent / (time.perf_counter() - start):.0%} of reading the export"
    )


class Cost(NamedTuple):
    """What reading took: seconds on the clock, seconds of all processors, and the most memory, in
    bytes.
    """

    seconds: float
    processor: float
    memory: int


def _in_a_child(act: Callable[[Path], None], folder: Path) -> Cost:
    """Return what `act` takes in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (act, folder))


def _measured(act: Callable[[Path], None], folder: Path) -> Cost:
    start, worked = time.perf_counter(), time.process_time()
    act(folder)
    seconds, processor = time.perf_counter() - start, time.process_time() - worked
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def main() -> None:
    """Print both times, the best of some rounds that take turns, and the memory."""
    with tempfile.TemporaryDirectory(prefix="cop-metrics-") as name:
        folder = Path(name)
        messages = write_export(folder)
        size = sum(path.stat().st_size for path in folder.rglob("*.json"))
        rounds = [
            (_in_a_child(plainly, folder), _in_a_child(as_source, folder)) for _ in range(ROUNDS)
        ]
        _in_a_child(rules_alone, folder)
    plain, read = (Cost(*map(min, zip(*costs, strict=True))) for costs in zip(*rounds, strict=True))
    print(
        f"{messages:,} messages in {CHANNELS * DAYS:,} files, {size / 1e6:,.0f} MB; best of {ROUNDS} rounds in turns"
    )
    for unit, alone, source in (
        ("", plain.seconds, read.seconds),
        (" of processors", plain.processor, read.processor),
    ):
        print(
            f"seconds{unit}: orjson alone {alone:.2f}, the source {source:.2f}: {source / alone:.2f} times as long"
        )
    memory = max(each.memory for _, each in rounds)
    print(
        f"goals: {GOAL_TIMES} times as long on two idle processors; {GOAL_MEMORY / 1e6:,.0f} MB, were {memory / 1e6:,.0f}"
    )


if __name__ == "__main__":
    main()
