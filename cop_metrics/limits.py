"""The limits that numbers and their SQL share: SQL reads each by its name, as `{AWAY_DAYS}`.

To add one: a constant here, as soon as the same limit stands in a second place.
"""

AWAY_DAYS = 90
"""After so many days without anything done, a member is away."""
LEVEL_DAYS = 180
"""A level is judged over so many local days."""
MATURE_DAYS = 180
"""At so many days a thread is old enough to say whether it is still read."""
