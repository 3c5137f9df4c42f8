"""The page of inspiration; what it holds is declared in `cop_metrics/show/pagebook.py`."""

from pages.parts.frame import Frame
from pages.parts.layout import show_page


def show(frame: Frame) -> None:
    """Show the page."""
    show_page(frame, "inspiration")


if __name__ == "__main__":
    from dashboard import main

    main()
