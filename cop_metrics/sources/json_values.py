"""Values of JSON as what they should be, or nothing: an export may hold anything anywhere.

A kind of value is added as one more function that never raises, whatever it is given.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1)
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]*)?")


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return a JSON list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the elements of a JSON list as objects, those empty that are none; no list is an empty
    one.
    """
    return [mapping(each) for each in sequence(value)]


def text(value: object) -> str | None:
    """Return a text without spaces around it, None where there is none; half characters become '?'."""
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return (
        stripped if stripped.isprintable() else stripped.encode("utf-8", "replace").decode()
    ) or None


def texts(value: object) -> list[str]:
    """Return the different texts of a JSON list, in their order; what is no text is left out."""
    return list(dict.fromkeys(found for each in sequence(value) if (found := text(each))))


def number(value: object) -> int | None:
    """Return a whole number that fits 64 bits, given as a number or a text of digits."""
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if abs(value) < 1 << 63 else None


def count(value: object, most: int) -> int:
    """Return a number of things: 0 where there is none, and never more than `most`, as one wrong
    digit fills a disk.
    """
    return min(max(number(value) or 0, 0), most)


def time(value: object) -> datetime | None:
    """Return an ISO time as naive UTC; one without a zone is UTC, and so is one that says so."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
    except (ValueError, OverflowError):
        return None


def second(value: object) -> datetime | None:
    """Return seconds since 1970, given as a number or in digits, as naive UTC; 0 means never."""
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = float(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
        return None
    try:
        return _EPOCH + timedelta(seconds=value)
    except (ValueError, OverflowError):
        return None


def millisecond(value: object) -> datetime | None:
    """Return milliseconds since 1970 as naive UTC; 0 means never."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return second(value / 1000) if is_number else None  # type: ignore[operator]
    except OverflowError:
        return None
