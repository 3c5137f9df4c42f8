"""What an attacker wrote, and another site, in a real browser: no script runs, nothing is fetched, no page is framed."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from test_hostile_texts import COMMUNITY, HOSTILE, hostile_data

from cop_metrics.show.pagebook import PAGES
from tests.browser.conftest import Visit, serve

__all__ = ["hostile_data"]  # a fixture
pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api")
OTHERS = ("record", "data", "glossary")


def test_no_text_acts_on_any_page(chromium: Any, hostile_data: Path) -> None:
    serving = serve(hostile_data)
    context = chromium.new_context()
    visit = Visit(page=context.new_page(), address=next(serving))
    dialogs: list[str] = []
    visit.page.on("request", visit.note)
    visit.page.on("console", visit.note_refusal)
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name in (*PAGES, *OTHERS):
        page = visit.open(
            "" if name == "overview" else name, community=COMMUNITY, period="2026-01-01..2026-12-31"
        )
        assert page.evaluate("window.hit") is None, name
        links = page.evaluate(
            "[...document.querySelectorAll('a')].map(a => a.href || a.getAttribute('xlink:href') || '')"
        )
        assert not [
            link for link in links if "evil" in link or link.startswith(("javascript:", "data:"))
        ], name
        assert page.evaluate("document.querySelectorAll('img[src*=evil], iframe').length") == 0, (
            name
        )
    visit.open("answers", community=COMMUNITY, team=HOSTILE[0])
    assert visit.page.evaluate("window.hit") is None
    assert (dialogs, visit.outside, visit.refused) == ([], [], [])
    context.close()
    serving.close()


@pytest.fixture
def another_site() -> Iterator[Callable[[str], str]]:
    """Return what serves a page of another port of this machine, and gives its address."""
    pages: dict[str, str] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()

        def shown(html: str) -> str:
            pages["/page"] = html
            return f"http://127.0.0.1:{site.server_address[1]}/page"

        yield shown
        site.shutdown()


def test_another_site_can_neither_frame_nor_connect(
    chromium: Any, address: str, another_site: Callable[[str], str]
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    socket = address.replace("http", "ws") + "/_stcore/stream"
    page.goto(
        another_site(
            f"<title>waiting</title><iframe src='{address}/'></iframe><script>"
            f"const s = new WebSocket('{socket}', ['streamlit']);"
            "s.onopen = () => document.title = 'opened'; s.onerror = () => document.title = 'refused';</script>"
        )
    )
    sync_api.expect(page).to_have_title("refused", timeout=60_000)
    assert any("frame" in each and "refuse" in each.lower() for each in said) or any(
        "frame-ancestors" in each for each in said
    )
    framed = [each for each in page.frames if each is not page.main_frame]
    assert not [each for each in framed if each.query_selector("#root")]
    context.close()
