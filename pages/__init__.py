"""The pages: layout only. What is a page of its own is in `shown`, what all share in `parts`."""
