"""What an export from the field must come to: the terms in which `field_chat`, `field_mail` and `field_forum` say it.

`../shared/field` holds small inputs built from public bug reports, a folder each, with `expected.txt` in words. To cover
one: give it an `Expected` in the module of its kind. A folder without one stands in `NOT_YET` there, with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What comes of one folder, imported as the community 'craft'.

    `paths`: what is imported of it, in this order, as the same source. `refused`: parts of the sentence that refuses it,
    upper or lower case alike; then nothing else may be said. `figures`: by metric, over all data. `people`: the names of
    all members. `told`, `not_told`: parts of what the last import prints. `skipped`: rows left out of the last import,
    by reason. `nowhere`: what may be in no row and no word that is kept. `check`: whatever else, given the data folder.
    """

    paths: tuple[str, ...] = ("in",)
    roster: str | None = None
    refused: tuple[str, ...] = ()
    figures: Mapping[str, float | None] = field(default_factory=dict)
    people: frozenset[str] | None = None
    told: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()
    skipped: Mapping[str, int] | None = None
    nowhere: tuple[str, ...] = ()
    check: Callable[[Path], None] | None = None


NEW_PLATFORM = "a platform that has no reader yet"
BY_HAND = "tables made by hand and rosters come later"
