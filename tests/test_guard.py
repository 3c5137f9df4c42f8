"""Who may connect to the pages, what a browser is told with each answer, and that a server asks nobody outside."""

import base64
import http.client
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

pytest.importorskip("streamlit")
from pages.parts.guard import HEADERS, POLICY, is_own_name, may_pass

PROJECT = Path(__file__).resolve().parents[1]
SECONDS = 90
DIRECTLY = build_opener(ProxyHandler({}))


@dataclass
class Server:
    """A server of the pages, its port, and what it asked of the proxy that refuses everything."""

    port: int
    asked: list[str]

    def status(self, path: str, **headers: str) -> tuple[int, dict[str, str]]:
        """Return the status and the headers of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request("GET", path, headers={"Host": f"localhost:{self.port}", **headers})
        answer = connection.getresponse()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    def websocket(self, **headers: str) -> tuple[int, dict[str, str]]:
        """Return the status and the headers with which a websocket is answered: 101 where it is opened."""
        own = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
            "Sec-WebSocket-Protocol": "streamlit",
        }
        return self.status("/_stcore/stream", **own, **headers)


@contextmanager
def proxy_that_refuses_everything() -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a proxy, and the requests that were made of it."""
    asked: list[str] = []

    class Refuse(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline().decode("latin-1").strip())
            self.wfile.write(
                b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy.server_address[1], asked
        proxy.shutdown()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(data: Path, *command: str) -> Iterator[Server]:
    """Run a command that serves the pages at PORT, until it answers; all that it asks outside is refused."""
    port = free_port()
    with proxy_that_refuses_everything() as (proxy, asked):
        by_proxy = dict.fromkeys(
            ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
            f"http://127.0.0.1:{proxy}",
        )
        server = subprocess.Popen(
            [sys.executable, "-m", *(each.replace("PORT", str(port)) for each in command)],
            cwd=PROJECT,
            env={**os.environ, **by_proxy, "no_proxy": "", "NO_PROXY": "", "COP_DATA": str(data)},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port, server)
            yield Server(port=port, asked=asked)
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    never = threading.Event()
    for _ in range(SECONDS * 5):
        assert server.poll() is None, "the server ended by itself"
        try:
            with DIRECTLY.open(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                if answer.status == 200:
                    return
        except URLError:
            never.wait(0.2)
    pytest.fail(f"No server at port {port} within {SECONDS} seconds")


WAYS = {
    "serve": (
        "cop_metrics",
        "serve",
        "--port",
        "PORT",
        "--address",
        "0.0.0.0",
        "--host",
        "pages.example.org",
    ),
    "streamlit run": (
        "streamlit",
        "run",
        "dashboard.py",
        "--server.port",
        "PORT",
        "--server.address",
        "0.0.0.0",
    ),
}


@pytest.fixture(scope="module", params=WAYS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Return a server on every address of this machine, in each of the ways in which one may be started."""
    with serving(tmp_path_factory.mktemp("served"), *WAYS[request.param]) as started:
        yield started


@pytest.mark.parametrize(
    "path",
    ["/", "/answers", "/_stcore/health", "/_stcore/host-config", "/media/none", "/static/none"],
)
def test_every_answer_carries_the_headers(server: Server, path: str) -> None:
    _, headers = server.status(path)
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_a_websocket_is_opened_and_refused_with_the_headers(server: Server) -> None:
    for origin, expected in (
        (f"http://localhost:{server.port}", 101),
        ("https://evil.example", 403),
        ("http://[::1", 403),
    ):
        status, headers = server.websocket(Origin=origin)
        assert (status, {name: headers.get(name) for name in HEADERS}) == (expected, HEADERS), (
            origin
        )


def test_the_policy_lets_no_other_site_in_and_no_text_become_a_script() -> None:
    told = dict(each.split(" ", 1) for each in POLICY.split("; "))
    assert (
        told["default-src"]
        == told["frame-ancestors"]
        == told["base-uri"]
        == told["form-action"]
        == "'none'"
    )
    assert "unsafe-inline" not in told["script-src"]
    assert "'unsafe-eval'" not in told["script-src"]
    assert not any(scheme in POLICY for scheme in ("http:", "https:", "ws:", "*"))
    assert told["connect-src"] == "'self'"


def test_a_page_of_this_server_connects_and_pages_of_others_do_not(server: Server) -> None:
    own = f"localhost:{server.port}"
    opened, refused = 101, 403
    expected = {
        (own, f"http://{own}"): opened,
        (f"127.0.0.1:{server.port}", f"http://127.0.0.1:{server.port}"): opened,
        (own, "http://localhost:1"): refused,
        (own, "http://localhost"): refused,
        (own, f"http://127.0.0.1:{server.port}"): refused,
        (own, "https://evil.example"): refused,
        (own, "null"): refused,
        (f"evil.example:{server.port}", f"http://evil.example:{server.port}"): refused,
        (
            f"localhost.evil.example:{server.port}",
            f"http://localhost.evil.example:{server.port}",
        ): refused,
    }
    assert {
        case: server.websocket(Host=case[0], Origin=case[1])[0] for case in expected
    } == expected


def test_under_a_strangers_name_nothing_is_told_and_of_another_site_nothing_is_fetched(
    server: Server,
) -> None:
    status, headers = server.status("/_stcore/host-config", Host="evil.example")
    assert (status, headers["x-frame-options"]) == (403, "DENY")
    assert server.status("/_stcore/health", Origin="https://evil.example")[0] == 403
    assert server.status("/_stcore/health")[0] == 200


def test_a_server_on_every_address_asks_nobody_outside(server: Server) -> None:
    """Not when it starts, nor when another site wants to connect: both made Streamlit ask for the machine's own address."""
    server.websocket(Origin="https://evil.example")
    assert server.asked == []


def test_the_proxy_would_have_told(tmp_path: Path) -> None:
    """So that the test above can fail: one request through it is seen."""
    with proxy_that_refuses_everything() as (port, asked):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "http://outside.example/")
        assert connection.getresponse().status == 403
        connection.close()
    assert asked == ["GET http://outside.example/ HTTP/1.1"]


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost:8501", True),
        ("LOCALHOST", True),
        ("127.0.0.1:8501", True),
        ("192.168.1.7", True),
        ("[::1]:8501", True),
        (socket.gethostname(), True),
        ("evil.example", False),
        (f"{socket.gethostname()}.evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[::1", False),
        ("localhost@evil.example", False),
    ],
)
def test_names_of_this_server(host: str, own: bool) -> None:
    assert is_own_name(host) is own


def test_a_name_that_was_told_is_this_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit import config

    assert not is_own_name("pages.example.org")
    monkeypatch.setattr(
        config,
        "get_option",
        lambda name: ["pages.example.org"] if name == "server.allowedHosts" else None,
    )
    assert is_own_name("pages.example.org")
    assert may_pass([(b"Host", b"Pages.example.org"), (b"Origin", b"https://pages.example.org")])


def test_a_request_without_origin_passes_as_no_page_sends_it_from_elsewhere() -> None:
    assert may_pass([(b"host", b"localhost:8501")])
    assert not may_pass([(b"origin", b"http://localhost:8501")])
    assert not may_pass([])


@pytest.mark.parametrize(
    "origin", ["http://[::1", "null", "", "localhost:8501", "file://", "http://\u0000"]
)
def test_an_origin_that_cannot_be_read_is_refused(origin: str) -> None:
    assert not may_pass([(b"host", b"localhost:8501"), (b"origin", origin.encode("latin-1"))])
