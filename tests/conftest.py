"""What several tests share: the demo's store, made once a process and only read, and how drawn input is drawn."""

from pathlib import Path

import pytest
from hypothesis import settings

# `make test` must say the same twice, on a busy machine too; `make test-all` draws anew each time.
settings.register_profile("same-draws", deadline=None, derandomize=True)
settings.register_profile("new-draws", deadline=None)
settings.load_profile("same-draws")


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder as `demo` makes it; nobody may write to it."""
    from cop_metrics.cli import main as cli

    data = tmp_path_factory.mktemp("demo") / "data"
    assert cli.main(["--data", str(data), "demo"]) == 0
    return data
