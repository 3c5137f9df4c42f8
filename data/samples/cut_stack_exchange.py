"""Cuts a Stack Exchange dump down to facts: ids, times, tags, scores, views; no title, text or name stays.

Run it as `python data/samples/cut_stack_exchange.py DUMP_FOLDER [TARGET_FOLDER]`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

KEPT = {
    "Posts.xml": (
        "Id",
        "PostTypeId",
        "ParentId",
        "AcceptedAnswerId",
        "CreationDate",
        "ClosedDate",
        "Score",
        "ViewCount",
        "OwnerUserId",
        "OwnerDisplayName",
        "Tags",
    ),
    "Users.xml": ("Id", "CreationDate"),
    "Votes.xml": ("Id", "PostId", "VoteTypeId", "UserId", "CreationDate"),
    "Comments.xml": ("Id", "PostId", "CreationDate", "UserId", "UserDisplayName"),
}
NAMES = ("OwnerDisplayName", "UserDisplayName")


def cut(dump: Path, target: Path) -> None:
    """Write the facts of the dump in folder `dump` to the folder `target`, one row a line."""
    pseudonyms: dict[str, str] = {}
    target.mkdir(parents=True, exist_ok=True)
    for file, kept in KEPT.items():
        root = Path(file).stem.lower()
        lines = (f"<row{facts} />" for facts in _facts(dump / file, kept, pseudonyms))
        text = "\n".join(
            ['<?xml version="1.0" encoding="utf-8"?>', f"<{root}>", *lines, f"</{root}>", ""]
        )
        (target / file).write_bytes(text.encode())


def _facts(file: Path, kept: tuple[str, ...], pseudonyms: dict[str, str]) -> Iterator[str]:
    """Yield the kept attributes of each row as they stand in XML."""
    for _, row in ElementTree.iterparse(file):
        if row.tag == "row":
            for name in NAMES:
                _hide(row, name, pseudonyms)
            yield "".join(
                f" {name}={quoteattr(row.get(name, ''))}" for name in kept if name in row.attrib
            )
            row.clear()


def _hide(row: ElementTree.Element, name: str, pseudonyms: dict[str, str]) -> None:
    """Put a stable pseudonym in the place of a deleted author's name; beside an account's id the name just goes."""
    text = row.attrib.pop(name, None)
    if text is not None and not {"OwnerUserId", "UserId"} & set(row.attrib):
        row.set(name, pseudonyms.setdefault(text, f"deleted-{len(pseudonyms) + 1}"))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    cut(
        Path(sys.argv[1]),
        Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent / "ai-first-months",
    )
