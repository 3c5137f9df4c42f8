"""What several tests share: the demo's store, made once a process and only read, and how drawn input is drawn."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings
from slowest import SLOWEST

# `make test` must say the same twice, on a busy machine too; `make test-all` draws anew each time.
settings.register_profile("same-draws", deadline=None, derandomize=True)
settings.register_profile("new-draws", deadline=None)
settings.load_profile("same-draws")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest files, so that none is left at the end for one core while the other has
    nothing to do.
    """
    places = {f"test_{name}": place for place, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """Take what is imported out of the collector's rounds, which otherwise cost a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder as `demo` makes it; nobody may write to it."""
    from cop_metrics.cli import main as cli

    data = tmp_path_factory.mktemp("demo") / "data"
    assert cli.main(["--data", str(data), "demo"]) == 0
    return data
