"""The limits that several numbers share, and the SQL of both reads by name, as `{AWAY_DAYS}`.

To add one: a constant here, as soon as the same limit stands in a second place.
"""

NO_END = 99_999
"""The day number of what has no end: after all days of anybody."""
YEAR_DAYS = 365
"""What holds now is told of the last so many days of the data."""
EDGE_DAYS = 90
"""Who is first seen within so many days of where the data begins may have been there long before."""
NEWCOMER_DAYS = 90
"""So many days from joining, one is a newcomer."""
AWAY_DAYS = 90
"""After more than so many days without anything done, a member is away."""
BENEFIT_DAYS = 90
"""Over so many days of the data it is judged whether anybody got something out of it."""
HELD_DAYS = 30
"""Who held a group for fewer days of a period is not asked what they did in it."""
CORE, REGULAR = (4, 5), (19, 20)
"""The fewest people who give that share of all help are the core; with the regulars, this one."""
FRESH_DAYS = 30
"""Over so many days from its beginning a thread's first readers are counted."""
MATURE_DAYS = 180
"""At so many days a thread is old enough to say whether it is still read."""
BACK_AFTER_DAYS, BACK_WITHIN_DAYS = 7, 97
"""Between these days after the first question it is judged whether a newcomer came back."""

MOST_THREADS, MOST_KNOWN, MOST_DRAWN = 100, 300, 80
"""So many threads, members known for what they give, and members in the picture of help are told of
at most.
"""

LEVEL_DAYS = 180
"""A level is judged over so many local days."""
THANKS_A_MONTH = 5
"""So many thanks, and so many downvotes, of one giver to one member count in a calendar month."""
POINTS_A_THREAD = 50
"""More points than these nobody has from one thread."""
POINTS = {
    "help": 2,
    "accepted": 15,
    "upvote on a help": 10,
    "thanks on a help": 10,
    "on a question": 5,
    "on another post": 2,
    "downvote": -2,
}
"""By reason: the points of one act, before the caps of `THANKS_A_MONTH` and `POINTS_A_THREAD`."""
