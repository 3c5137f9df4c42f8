"""Every number and exhibit of the sample communities is what was recorded: no figure moves without being seen."""

from pathlib import Path

import pytest
from recorded_figures import SCOPES, read_recorded, recorded

THE_LIKELIEST_FIRST = ("year", *(name for name in SCOPES if name != "year"))


@pytest.mark.parametrize("scope", THE_LIKELIEST_FIRST)
def test_no_figure_moved_since_it_was_recorded(scope: str, demo_data: Path) -> None:
    before, now = {row for row in read_recorded() if row[0] == scope}, {*recorded(demo_data, scope)}
    gone, come = sorted(before - now), sorted(now - before)
    told = "If these should move, run 'make record' and tell of them in CHANGELOG.md."
    assert not gone, f"{len(gone)} figures moved. {told} Before: {gone[:8]} Now: {come[:8]}"
    assert not come, f"{len(come)} figures are new. {told} {come[:8]}"


def test_every_scope_is_recorded_and_has_numbers() -> None:
    for scope in SCOPES:
        assert sum(row[0] == scope and row[-1] != "" for row in read_recorded()) > 20, scope
