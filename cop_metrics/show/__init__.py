"""What pages, files and the command line show of what was measured, without any page."""
