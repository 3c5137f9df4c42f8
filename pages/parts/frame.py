"""What every page is handed: one snapshot of the store, the scope, the look; and what is kept
between runs.

Kept objects are never changed, so they are shared as they are instead of being copied at each run.
"""

import gc
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects as go
import streamlit as st

from cop_metrics.access.catalogue import Catalogue, CommunityChoices, read_catalogue
from cop_metrics.access.scope import Scope
from cop_metrics.build.intake import is_behind
from cop_metrics.errors import CopError
from cop_metrics.measure.changes import Scan, scan
from cop_metrics.measure.measurer import Measurer
from cop_metrics.show.charts import DARK, LIGHT
from cop_metrics.show.charts.look import Look
from cop_metrics.show.pagebook import PAGES
from cop_metrics.show.parts import ChartTable
from cop_metrics.show.view import PageView, Viewer
from cop_metrics.store import Snapshot, Store, is_being_written

PROJECT = Path(__file__).resolve().parents[2]
LOG = logging.getLogger("cop_metrics.pages")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One script run: who looks at what. `links` holds the pages of the navigation by id."""

    data: Path
    snapshot: Snapshot
    catalogue: Catalogue
    scope: Scope
    look: Look
    locale: str | None
    links: Mapping[str, Any]

    @property
    def choices(self) -> CommunityChoices:
        return self.catalogue[self.scope.community]

    @property
    def measurer(self) -> Measurer:
        return Measurer(cursor=self.snapshot.cursor, choices=self.choices)


def data_folder() -> Path:
    """Return the data folder: what COP_DATA names, else `data` beside the dashboard."""
    return Path(os.environ.get("COP_DATA") or PROJECT / "data").resolve()


def locale() -> str | None:
    """Return the reader's locale, None where the browser does not say."""
    return st.context.locale or None


def look_of(choices: CommunityChoices) -> Look:
    """Return the colours of the reader's theme, in which each of the community's groups has its
    own.
    """
    look = DARK if st.context.theme.type == "dark" else LIGHT
    return look.for_groups(
        teams=choices.teams, seniorities=choices.seniorities, members=choices.members
    )


@st.cache_resource(show_spinner=False)
def warm_up() -> bool:
    """Take all that is imported out of the collector's rounds, which otherwise cost each run a
    tenth of a second.
    """
    gc.collect()
    gc.freeze()
    return True


@st.cache_resource(show_spinner=False, max_entries=8)
def store_of(data: Path) -> Store:
    """Return the one reader of a data folder's store."""
    return Store(data)


def behind(data: Path, shown: Snapshot | None) -> str | None:
    """Return what to say where the store, or the version of it that is shown, is behind what was
    imported; else None.
    """
    before = (
        "Until then the pages show what they showed before."
        if shown
        else "There is nothing to show until then."
    )
    try:
        if (shown and store_of(data).version() != shown.version) or not is_behind(data, shown):
            return None
    except CopError as problem:
        return f"{problem} {before}"
    if is_being_written(data):
        return f"The store is behind what was imported and set: it is being built. {before}"
    return f"The store is behind what was imported and set: 'python -m cop_metrics build' builds it. {before}"


@st.cache_resource(show_spinner=False, max_entries=8)
def catalogue_of(data: Path, version: int, _cursor: duckdb.DuckDBPyConnection) -> Catalogue:
    """Return what there is to choose from in one version of the store."""
    return read_catalogue(_cursor)


@st.cache_resource(show_spinner=False, max_entries=200, hash_funcs={Scope: repr})
def _scan(data: Path, version: int, scope: Scope, _measurer: Measurer) -> Scan:
    return scan(_measurer, scope)


@st.cache_resource(show_spinner="Counting …", max_entries=100, hash_funcs={Scope: repr})
def _view(data: Path, version: int, page: str, scope: Scope, _frame: Frame) -> PageView:
    snapshot = _frame.snapshot
    viewer = Viewer(version=version, cursor=snapshot.cursor, catalogue=_frame.catalogue)
    return viewer.page(
        PAGES[page], scope, lambda measurer, each: _scan(data, version, each, measurer)
    )


def view_of(frame: Frame, page: str) -> PageView:
    """Return a page as measured in the frame's scope."""
    return _view(frame.data, frame.snapshot.version, page, frame.scope, frame)


@st.cache_resource(show_spinner=False, max_entries=600, hash_funcs={Scope: repr})
def _figure(
    data: Path,
    version: int,
    page: str,
    scope: Scope,
    place: int,
    dark: bool,
    _frame: Frame,
    _chart: ChartTable,
) -> go.Figure:
    return _chart.draw(_frame.look, _frame.choices.targets)


def figure_of(frame: Frame, view: PageView, place: int) -> go.Figure:
    """Return the chart at that place of the page in the reader's colours."""
    key = (frame.data, view.version, view.page.id, view.scope, place, frame.look.dark)
    return _figure(*key, frame, view.charts[place])


def plain(told: object) -> str:
    """Return a sentence in which nothing acts as a link, an image or a colour: names in it may come
    from anywhere.
    """
    return str(told).replace("[", "\\[")


@contextmanager
def standing(what: str) -> Iterator[None]:
    """Show what fails within as a sentence in its place, and leave the rest of the page standing."""
    try:
        yield
    except CopError as problem:
        st.warning(plain(problem))
    except Exception:
        LOG.exception("%s could not be shown", what)
        st.warning(
            f"{what} could not be shown. The log of the server says why; the rest of the page is not affected."
        )
