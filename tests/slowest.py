"""Which files of tests take longest, so that they begin first."""

SLOWEST = (
    *("two_worlds", "spark", "pages", "metrics_help", "metrics_status", "cli", "field"),
    *("bad_machine", "behind", "killed_commands", "registries"),
)
"""The files that take half a minute and more, the slowest first."""
