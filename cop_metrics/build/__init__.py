"""Brings exports in and builds the store from the lake: a pure function of what was imported and
decided.
"""
