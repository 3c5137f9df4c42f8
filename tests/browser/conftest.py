"""A server of the dashboard over the demo's store, and a Chromium that notes every request that leaves the machine."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 90
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """One browser page on the dashboard, and the addresses outside this machine that it asked for."""

    page: "sync_api.Page"
    address: str
    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What the browser says that the content policy did not let happen."""

    def open(self, path: str = "", **query: str | list[str]) -> "sync_api.Page":
        """Open a page of the dashboard and wait until it stands."""
        self.page.goto(f"{self.address}/{path}?{urlencode(query, doseq=True)}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until a page stands: its headline or a message is there, and no run or chart is under way."""
        standing = self.page.locator(".cop-headline, [data-testid=stAlert]").first
        sync_api.expect(standing).to_be_visible(timeout=SECONDS * 1000)
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(
            timeout=SECONDS * 1000
        )
        sync_api.expect(self.page.locator("[data-testid=stSkeleton]")).to_have_count(
            0, timeout=SECONDS * 1000
        )

    def note_refusal(self, said: "sync_api.ConsoleMessage") -> None:
        if "Content Security Policy" in said.text or "Content-Security-Policy" in said.text:
            self.refused.append(said.text)

    def note(self, request: "sync_api.Request") -> None:
        host = urlsplit(request.url)
        if host.scheme in ("http", "https", "ws", "wss") and host.hostname not in (
            "localhost",
            "127.0.0.1",
        ):
            self.outside.append(request.url)


def serve(data: Path) -> Iterator[str]:
    """Yield the address of a fresh server over a data folder, ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = [
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.fileWatcherType",
        "none",
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", *flags],
        cwd=PROJECT,
        env={**os.environ, "COP_DATA": str(data)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Return as soon as the server answers; fails when it ends or does not within the time."""
    never = Event()
    for _ in range(SECONDS * 5):
        assert server.poll() is None, "the server ended by itself"
        try:
            with urlopen(address) as answer:
                if answer.status == 200:
                    return
        except URLError:
            never.wait(0.2)
    pytest.fail(f"No server at {address} within {SECONDS} seconds")


@pytest.fixture(scope="session")
def chromium() -> Iterator["sync_api.Browser"]:
    """Return a Chromium: the one that CHROMIUM names, else one that is installed."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not path:
        missing = "There is no Chromium: install one, or name it in CHROMIUM."
        (pytest.fail if os.environ.get("COP_REQUIRE_BROWSER") else pytest.skip)(missing)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(chromium: "sync_api.Browser", demo_data: Path) -> Iterator[str]:
    """Return the address of the dashboard over the demo's store."""
    yield from serve(demo_data)


@pytest.fixture(scope="session")
def visits(chromium: "sync_api.Browser", address: str) -> Iterator[Callable[..., Visit]]:
    """Return what opens the one browser page of a look: width in pixels and 'light' or 'dark'."""
    known: dict[tuple[int, str], Visit] = {}

    def visit(width: int = 1440, scheme: str = "light") -> Visit:
        if (width, scheme) not in known:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            seen = Visit(page=context.new_page(), address=address)
            seen.page.on("request", seen.note)
            seen.page.on("console", seen.note_refusal)
            known[width, scheme] = seen
        return known[width, scheme]

    yield visit
    for each in known.values():
        each.page.context.close()


@pytest.fixture
def fresh_visit(chromium: "sync_api.Browser", demo_data: Path) -> Iterator[Visit]:
    """Return the first visit to a server that has just started."""
    serving = serve(demo_data)
    context = chromium.new_context()
    yield Visit(page=context.new_page(), address=next(serving))
    context.close()
    serving.close()
