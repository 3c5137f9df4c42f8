"""A store that another version of the program made is told from one's own."""

from pathlib import Path
from unittest.mock import patch

import pytest

from cop_metrics import scope
from cop_metrics.errors import CopError
from cop_metrics.scope import read_catalogue
from tests.communities import Community


def test_a_store_of_other_marts_is_refused_with_what_to_do(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-03-01 10:00")
    cursor = craft.build(tmp_path, until="2026-04-01")
    assert list(read_catalogue(cursor)) == ["craft"]
    with (
        patch.object(scope, "marts_digest", lambda: "of a later version"),
        pytest.raises(CopError, match="python -m cop_metrics build"),
    ):
        read_catalogue(cursor)
