"""Every number and exhibit of the sample communities is what was recorded: no figure moves without being seen."""

from pathlib import Path

import recorded_figures
from recorded_figures import COLUMNS, FILE, SCOPES


def test_no_figure_moved_since_it_was_recorded(demo_data: Path) -> None:
    before = FILE.read_text(encoding="utf-8").splitlines()
    now = recorded_figures.text_of(recorded_figures.recorded(demo_data)).splitlines()
    gone, come = sorted(set(before) - set(now)), sorted(set(now) - set(before))
    told = "If these should move, run 'make record' and tell of them in CHANGELOG.md."
    assert not gone, f"{len(gone)} figures moved. {told} Before: {gone[:8]} Now: {come[:8]}"
    assert not come, f"{len(come)} figures are new. {told} {come[:8]}"


def test_every_scope_is_recorded_and_has_numbers() -> None:
    rows = [line.split(",") for line in FILE.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == list(COLUMNS)
    for scope in SCOPES:
        assert sum(scope in ",".join(row) and row[-1] != "" for row in rows) > 20, scope
