"""What all pages share: the frame of a run, the filters, the layout."""
