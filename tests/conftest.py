"""Fixtures that several tests share: the demo's store, made once a process and only read."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder as `demo` makes it; nobody may write to it."""
    from cop_metrics import cli

    data = tmp_path_factory.mktemp("demo") / "data"
    assert cli.main(["--data", str(data), "demo"]) == 0
    return data
