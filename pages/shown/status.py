"""The page of status; what it holds is declared in `cop_metrics/show/pagebook.py`."""

import streamlit as st

from pages.parts.frame import Frame
from pages.parts.layout import show_page


def show(frame: Frame) -> None:
    """Show the page."""
    show_page(frame, "status")
    st.page_link(frame.links["record"], label="One member's record, to print and take along")
