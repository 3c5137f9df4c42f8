"""The lake: every export that was ever imported, as Parquet, and what no import may hold."""
