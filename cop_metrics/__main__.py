"""Runs the command line: `python -m cop_metrics`."""

import sys

from cop_metrics.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
