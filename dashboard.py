"""The frame of the dashboard: navigation, filters, and the one snapshot of the store that a run
looks at.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from cop_metrics.errors import CopError, NothingYet
from cop_metrics.show.pagebook import PAGES
from pages.parts import filters, frame, layout
from pages.parts.guard import Guard
from pages.shown import connections, data, glossary, overview, record, reports, status

# No strings stand below these: Streamlit shows what stands by itself in the script that it runs.
Show = Callable[[frame.Frame], None]
# What shows a page of the pagebook that is more than its entry there.
OWN: dict[str, Show] = {
    "overview": overview.show,
    "connections": connections.show,
    "status": status.show,
}
OTHERS: dict[str, tuple[str, Show]] = {
    "record": ("Member record", record.show),
    "reports": ("Reports", reports.show),
    "data": ("Data", data.show),
    "glossary": ("Glossary", glossary.show),
}
# Every page in the order of the navigation: its title, and what shows it.
SHOWN = {
    each.id: (each.title, OWN.get(each.id, partial(layout.show_page, page=each.id)))
    for each in PAGES.values()
} | OTHERS


def main() -> None:
    """Show the page that is asked for."""
    st.set_page_config(page_title="CoP Metrics", page_icon="📊", layout="wide")
    layout.style()
    frame.warm_up()
    now: list[frame.Frame] = []

    def shown(show: Show) -> Callable[[], None]:
        return lambda: show(now[0])

    links = {
        id_: st.Page(shown(show), title=title, url_path=id_, default=id_ == "overview")
        for id_, (title, show) in SHOWN.items()
    }
    chosen = st.navigation(list(links.values()))
    opened = _opened(next(id_ for id_, each in links.items() if each is chosen), links)
    if opened:
        now.append(opened)
        layout.header(opened)
        layout.behind(frame.behind(opened.data, opened.snapshot))
        chosen.run()


def _opened(page: str, links: dict[str, Any]) -> frame.Frame | None:
    """Return what this run looks at; None, with a sentence on the page, where there is nothing to
    look at.
    """
    folder = frame.data_folder()
    query = filters.read_query(page)
    try:
        snapshot = frame.store_of(folder).snapshot()
        catalogue = frame.catalogue_of(folder, snapshot.version, snapshot.cursor)
        if not catalogue:
            raise NothingYet("The store holds no community yet: import an export first.")
    except CopError as problem:
        layout.no_store(problem, None if page == "data" else links["data"])
        layout.behind(frame.behind(folder, None))
        if page == "data":
            data.show_import(folder)
        return None
    try:
        scope = filters.read_scope(query, catalogue)
    except CopError as problem:
        layout.refused(problem)
        return None
    filters.sidebar(scope, query, catalogue)
    return frame.Frame(
        data=folder,
        snapshot=snapshot,
        catalogue=catalogue,
        scope=scope,
        look=frame.look_of(catalogue[scope.community]),
        locale=frame.locale(),
        links=links,
    )


if __name__ == "__main__":
    main()
else:
    # Until `st.navigation` has been called once, Streamlit takes a folder `pages` for all the pages
    # there are, and the first visitor of a fresh server may come by a link to any of ours.
    PagesManager.uses_pages_directory = False
    # Streamlit finds `app` in this file and serves that, which runs the file anew for each page.
    app = st.App(__file__, middleware=[Middleware(Guard)])
