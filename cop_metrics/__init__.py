"""Shows whether a community of practice keeps its promises: help, inspiration, status.

Reading order is import order: sources -> lake -> build -> store -> metrics -> measure -> charts,
reports -> pages.
"""
