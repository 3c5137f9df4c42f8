"""People as exports and rosters name them: who is who, who belongs where, which level a seniority
has.
"""

UNKNOWN = "Unknown"
"""The team and the seniority of whoever is in no roster that day."""
