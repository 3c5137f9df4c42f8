"""Every source recognises its own sample, however it is nested or packed, and no other's; each is documented.

A new source puts its sample into `SAMPLES`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import test_discord
import test_mailbox
import test_stack_exchange
import test_viva_engage
from exports import packed

from cop_metrics.sources import SOURCES, source_of
from cop_metrics.sources.export import open_export

PROJECT = Path(__file__).resolve().parents[1]


def _table(folder: Path) -> Path:
    folder.mkdir()
    (folder / "posts.csv").write_text("post_id,thread_id,kind,created_at\n1,1,question,2026-03-02 10:00\n")
    return folder


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "stack_exchange": lambda folder: test_stack_exchange.dump(folder, test_stack_exchange.SMALL),
    "discord": test_discord.sample,
    "mailbox": test_mailbox.sample,
    "viva_engage": test_viva_engage.sample,
    "spreadsheet": _table,
}


def test_every_source_has_a_sample() -> None:
    assert set(SAMPLES) == set(SOURCES)


@pytest.mark.parametrize("id_", SOURCES)
def test_a_source_takes_its_own_sample_and_no_other(id_: str, tmp_path: Path) -> None:
    folder = SAMPLES[id_](tmp_path / "sample")
    for path in (folder, folder.parent, packed(folder), packed(folder, within="a/b")):
        with open_export(path) as export:
            assert [source.id for source in SOURCES.values() if source.recognises(export)] == [id_], path
            assert source_of(export).id == id_


@pytest.mark.parametrize("id_", SOURCES)
def test_a_source_says_what_it_is(id_: str) -> None:
    source = SOURCES[id_]
    assert source.id == id_
    assert source.personal_fields
    assert source.cannot_measure
    for sentence in (source.title, source.how_to_export, *source.cannot_measure):
        assert sentence == sentence.strip()
    assert source.how_to_export.endswith(".")
