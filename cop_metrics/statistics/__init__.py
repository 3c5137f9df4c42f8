"""How sure a number is, what it is compared with, and how unevenly help is spread: pure functions
on arrays, a module each for what they serve.

Every definition is that of the documentation of metrics. To add one: a pure function, its worked
case in `tests/test_statistics.py`, and its laws in `tests/test_statistics_properties.py`.
"""
