"""Times each page: measured anew, and run again as a reader meets it who changes nothing but the
page (goal: under 150 ms).

Run `python -m benchmarks.pages [DATA]`; without a folder it makes the demo's store in a temporary
one.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from cop_metrics.cli import main as cli
from cop_metrics.samples.company import COMPANY
from cop_metrics.show.pagebook import PAGES

DASHBOARD = Path(__file__).resolve().parents[1] / "dashboard.py"
PAGES_TIMED = (*PAGES, "record", "reports", "data", "glossary")
GOAL_MS = 150
ROUNDS = 5


def seconds(app: AppTest) -> float:
    """Run the page once and return how long that took."""
    start = time.perf_counter()
    app.run()
    assert not app.exception
    assert not app.warning, "the page failed: is the store older than the code?"
    return time.perf_counter() - start


def visit(page: str, period: str) -> AppTest:
    """Return a page before its first run."""
    app = AppTest.from_file(str(DASHBOARD), default_timeout=300)
    app.query_params["community"], app.query_params["period"] = COMPANY, period
    app._page_hash = "" if page == "overview" else calc_hash(page)
    return app


def main() -> None:
    """Print, page by page, the milliseconds of a run measured anew and the median of runs from what
    is kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        if len(sys.argv) == 1:
            cli.main(["--data", str(data), "demo"])
        os.environ["COP_DATA"] = str(data)
        print(f"start of the process: {seconds(visit('glossary', 'last-12-months')) * 1000:.0f} ms")
        print(f"{'page':<15}{'anew ms':>9}{'again ms':>10}")
        for page in PAGES_TIMED:
            app = visit(page, "last-12-months")
            anew = seconds(app)
            again = sorted(seconds(app) for _ in range(ROUNDS))[ROUNDS // 2]
            slow = "" if again * 1000 <= GOAL_MS else "  slower than the goal"
            print(f"{page:<15}{anew * 1000:>9.0f}{again * 1000:>10.0f}{slow}")


if __name__ == "__main__":
    main()
