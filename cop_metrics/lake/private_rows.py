"""Imports whose reader let private conversations in: which of a lake's imports may hold some, and
what to do about them.

From which version on a source's reader leaves them out is declared with the source
(`Source.private_before`).
"""

from collections.abc import Iterable, Iterator

from cop_metrics.lake.lake import Import
from cop_metrics.sources import SOURCES


def may_hold_private(imports: Iterable[Import]) -> tuple[Import, ...]:
    """Return the imports by readers older than the one that leaves out all that is private."""
    return tuple(
        each
        for each in imports
        if each.platform in SOURCES and each.reader_version < SOURCES[each.platform].private_before
    )


def to_take_out(imports: Iterable[Import]) -> Iterator[str]:
    """Yield a sentence for each import that may hold private rows: which it is, and how to be rid
    of them.
    """
    for each in may_hold_private(imports):
        yield (
            f"'{each.file_name}' of '{each.community}' was imported by an older version, which let in some private "
            f"conversations of {SOURCES[each.platform].title}: take it out with 'python -m cop_metrics undo {each.id}', and "
            "import the export again."
        )
