"""Runs the study and writes its tables: `python -m benchmarks.calibration [COMMUNITIES] [--seed N]
[--kinds ID ...]`.
"""

import argparse

from tqdm import tqdm

from benchmarks.calibration.communities import KINDS
from benchmarks.calibration.report import DOCUMENT, report, write
from benchmarks.calibration.study import SEED, Study, study


def main() -> None:
    """Study so many null communities of each kind; the tables go into the document, or are printed."""
    asked = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration", description=main.__doc__
    )
    asked.add_argument(
        "communities", nargs="?", type=int, default=100, help="how many of each kind"
    )
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    asked.add_argument(
        "--print",
        action="store_true",
        help="print the tables instead of writing them into the document",
    )
    chosen = asked.parse_args()
    read = []
    with tqdm(total=chosen.communities * len(chosen.kinds), unit="community") as progress:
        for part in study(chosen.communities, seed=chosen.seed, kinds=chosen.kinds):
            read += part
            progress.update(len(part))
    text = report(
        Study(tuple(sorted(read, key=lambda each: (each.kind, each.number)))), chosen.seed
    )
    if chosen.print:
        print(text)
    else:
        write(text)
        print(f"Written into docs/{DOCUMENT.name}.")


if __name__ == "__main__":
    main()
