"""Writes that survive a crash: what is synced here is on the disk before the next step begins."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until the file's bytes, or the folder's list of names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the place of the file at once: whoever reads sees all of the old text or all of
    the new.
    """
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text, encoding="utf-8")
    sync(beside)
    beside.replace(path)
    sync(path.parent)
