"""The command line: a module for what commands do, and `main` for all of them."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
"""The folder of the whole project: the package, the pages and the samples."""
