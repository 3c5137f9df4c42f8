"""The frame of the dashboard: navigation, filters, and the one snapshot of the store that a run
looks at.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cop_metrics.errors import CopError, NothingYet
from cop_metrics.show.pagebook import PAGES
from pages import data, glossary, record, reports
from pages.parts import filters, frame, layout
from pages.parts.guard import Guard

OTHERS = {
    "record": ("Member record", record.show),
    "reports": ("Reports", reports.show),
    "data": ("Data", data.show),
    "glossary": ("Glossary", glossary.show),
}


def main() -> None:
    """Show the page that is asked for."""
    st.set_page_config(page_title="CoP Metrics", page_icon="📊", layout="wide")
    layout.style()
    frame.warm_up()
    now: list[frame.Frame] = []

    def shown(show: Callable[[frame.Frame], None]) -> Callable[[], None]:
        return lambda: show(now[0])

    measured = {
        each.id: (each.title, import_module(f"pages.{each.id}").show) for each in PAGES.values()
    }
    links = {
        id_: st.Page(shown(show), title=title, url_path=id_, default=id_ == "overview")
        for id_, (title, show) in {**measured, **OTHERS}.items()
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
    # Streamlit finds `app` in this file and serves that, which runs the file anew for each page.
    app = st.App(__file__, middleware=[Middleware(Guard)])
