"""All sources, in the order in which they are asked whether an export is theirs."""
