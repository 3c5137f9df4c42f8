"""Counts what pages claim of communities in which nothing differs and nothing changes, and how
often intervals hold the truth.

`communities.py` makes such communities, `reading.py` reads pages as a leader does, `study.py` runs
both and tells the result.
"""
