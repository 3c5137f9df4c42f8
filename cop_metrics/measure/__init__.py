"""Measures numbers and exhibits within a scope, and what changed in them: the only place that asks
the store for them.
"""
