"""Measures how well questions are found in chat and mail, on messages labelled by reading: `make
questions`.

Run `python -m benchmarks.question_finder [ARCHIVES]`: the folder that holds the labels, the Slack
export and the mail archive.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cop_metrics.sources import mailbox, slack
from cop_metrics.sources.export import open_export
from cop_metrics.sources.questions import Effect, effects
from cop_metrics.sources.source import Reading
from cop_metrics.statistics.shares import wilson

PROJECT = Path(__file__).resolve().parents[1]
ARCHIVES = PROJECT.parent / "shared" / "data"
MORE = PROJECT / "tests" / "labels" / "questions.csv"
READERS = {"slack-r-contributors": slack.SOURCE, "mbox-r-package-devel": mailbox.SOURCE}
WITH_MARK, WITHOUT, MAIL = "chat with ?", "chat without ?", "mail"
STANDS_FOR = {
    1: {WITH_MARK: 794 / 120, WITHOUT: 1601 / 120, MAIL: 1.0},
    2: {WITH_MARK: 674 / 75, WITHOUT: 1481 / 75, MAIL: 1.0},
    3: {WITH_MARK: 599 / 70, WITHOUT: 1406 / 110, MAIL: 1.0},
}
"""By draw and stratum: how many messages of the archive each labelled one stands for."""
DRAWS = {
    1: "draw 1 (the word lists were written with it)",
    2: "draw 2 (and mended with it)",
    3: "draw 3 (never looked at)",
}


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A labelled message: its draw and stratum, whether it is a question, and whether the rules say
    so, and a mark does.
    """

    draw: int
    stratum: str
    is_question: bool
    is_found: bool
    has_mark: bool


def rules_of(archives: Path) -> dict[tuple[str, str], str]:
    """Return the rules that each message of the archives fires, as an import keeps them."""
    found = {}
    for dataset, source in READERS.items():
        with open_export(archives / dataset) as export:
            for batch in source.batches(export, Reading()):
                if batch.table == "post":
                    found.update(
                        ((dataset, key), rules)
                        for key, rules in batch.rows.select("post", "rules").iter_rows()
                    )
    return found


def asks(rules: str) -> bool:
    """Say whether a message counts as a question by its words."""
    meant = {effects().get(rule) for rule in rules.split()}
    return Effect.ASKS in meant and Effect.LEAVES_OUT not in meant


def labels(archives: Path) -> Iterator[tuple[int, str, str, str | None, str]]:
    """Yield draw, dataset, key, stratum (None where the labels do not say) and label."""
    with (archives / "labels" / "questions.csv").open(encoding="utf-8") as file:
        yield from (
            (1, row["dataset"], row["source_key"], None, row["label"])
            for row in csv.DictReader(file)
        )
    with MORE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield int(row["draw"]), row["dataset"], row["source_key"], row["stratum"], row["label"]


def labelled(archives: Path) -> list[Labelled]:
    """Return all labelled messages but the unsure, with what the rules say of them."""
    rules, marks, ids = rules_of(archives), marked(archives), channel_ids(archives)
    told = []
    for draw, dataset, key, stratum, label in labels(archives):
        if label == "unsure":
            continue
        chat = WITH_MARK if (dataset, key) in marks else WITHOUT
        told.append(
            Labelled(
                draw=draw,
                stratum=stratum or (MAIL if dataset.startswith("mbox") else chat),
                is_question=label == "question",
                is_found=asks(rules[dataset, with_id(key.strip("<>"), ids)]),
                has_mark=(dataset, key) in marks,
            )
        )
    return told


def channel_ids(archives: Path) -> dict[str, str]:
    """Return the ids of Slack's channels by their names, by which the labels name them."""
    import orjson

    channels = orjson.loads((archives / "slack-r-contributors" / "channels.json").read_bytes())
    return {each["name"]: each["id"] for each in channels}


def with_id(key: str, ids: Mapping[str, str]) -> str:
    """Return the key of a message with its channel's id for its name; that of a mail, or of an
    unlisted channel, as it is.
    """
    channel, slash, rest = key.partition("/")
    return f"{ids.get(channel, channel)}{slash}{rest}"


def marked(archives: Path) -> set[tuple[str, str]]:
    """Return the chat messages that hold a question mark anywhere, links and code too: the naive
    way of finding questions.
    """
    import orjson

    dataset = "slack-r-contributors"
    found = set()
    for path in (archives / dataset).glob("*/*.json"):
        messages = orjson.loads(path.read_bytes())
        for each in messages if isinstance(messages, list) else []:
            if "?" in str(each.get("text") or ""):
                found.add((dataset, f"{path.parent.name}/{each.get('ts')}"))
    return found


def figures(
    told: list[Labelled], is_found: Callable[[Labelled], bool]
) -> tuple[float | None, float | None]:
    """Return precision and recall, each message weighted with how many it stands for."""

    def weight(which: Callable[[Labelled], bool]) -> float:
        return sum(STANDS_FOR[each.draw][each.stratum] for each in told if which(each))

    right = weight(lambda each: each.is_question and is_found(each))
    found, questions = weight(is_found), weight(lambda each: each.is_question)
    return (right / found if found else None, right / questions if questions else None)


def interval(
    told: list[Labelled], of: Callable[[Labelled], bool], hit: Callable[[Labelled], bool]
) -> str:
    """Write the share of messages that are a hit with its 95 % interval, unweighted: within one
    stratum only.
    """
    counted = [each for each in told if of(each)]
    if not counted:
        return "none"
    hits = sum(map(hit, counted))
    between = wilson(hits, len(counted))
    return (
        f"{hits / len(counted):.2f} [{between.low:.2f}, {between.high:.2f}] ({hits}/{len(counted)})"
    )


def main(archives: Path) -> None:
    """Print precision and recall by draw: of chat weighted back to the whole, by stratum with
    intervals, and of mail.
    """
    if not (archives / "labels" / "questions.csv").exists():
        print(f"The labelled archives are not at {archives}: name their folder.", file=sys.stderr)
        return
    told = labelled(archives)
    for draw, title in DRAWS.items():
        own = [each for each in told if each.draw == draw]
        chat = [each for each in own if each.stratum != MAIL]
        print(f"{title}: {len(own)} messages")
        for name, is_found in (
            ("the rules", lambda each: each.is_found),
            ("contains ?", lambda each: each.has_mark),
        ):
            precision, recall = figures(chat, is_found)
            print(
                f"  chat, weighted, {name:<11} precision {precision or 0:.2f}, recall {recall or 0:.2f}"
            )
        for stratum in (WITH_MARK, WITHOUT, MAIL):
            part = [each for each in own if each.stratum == stratum]
            precise = interval(part, lambda each: each.is_found, lambda each: each.is_question)
            recalled = interval(part, lambda each: each.is_question, lambda each: each.is_found)
            print(f"  {stratum:<15} precision {precise}, recall {recalled}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ARCHIVES)
