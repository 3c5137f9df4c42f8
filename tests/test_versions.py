"""What a store is made from besides the exports: the program's version and the settings."""

from pathlib import Path
from unittest.mock import patch

import pytest

from cop_metrics.access import catalogue
from cop_metrics.access.catalogue import read_catalogue
from cop_metrics.errors import CopError
from cop_metrics.settings import CommunitySettings
from tests.communities import Community


def test_a_store_of_other_marts_is_refused_with_what_to_do(tmp_path: Path) -> None:
    craft = Community()
    craft.ask("ana", "2026-03-01 10:00")
    cursor = craft.build(tmp_path, until="2026-04-01")
    assert list(read_catalogue(cursor)) == ["craft"]
    with (
        patch.object(catalogue, "marts_digest", lambda: "of a later version"),
        pytest.raises(CopError, match="python -m cop_metrics build"),
    ):
        read_catalogue(cursor)


def test_titles_that_are_not_to_be_kept_are_in_no_store_even_if_an_older_import_has_them(
    tmp_path: Path,
) -> None:
    for keep_titles, shown in ((True, "Question q1"), (False, None)):
        craft = Community(settings=CommunitySettings(keep_titles=keep_titles))
        craft.ask("ana", "2026-03-01 10:00")
        cursor = craft.build(tmp_path / str(keep_titles), until="2026-04-01")
        assert cursor.sql("select title from questions").fetchall() == [(shown,)]
