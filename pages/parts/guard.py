"""What stands between the network and the pages: who may connect, and what a browser is told about
each answer.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urlsplit

import streamlit
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config


def _own_scripts() -> str:
    """Return the hashes by which a browser knows the scripts that stand in Streamlit's own page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*>(.+?)</script>", page, re.DOTALL)
    return " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts
    )


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' 'wasm-unsafe-eval' {_own_scripts()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The content policy: as tight as Streamlit and Plotly run under, measured in a browser on every
page.
"""
ANSWERS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
"""The messages with which an answer begins."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """An ASGI middleware: refuses who comes from another site or under a strange name, and adds
    `HEADERS` to each answer.

    It comes before Streamlit, which lets pages of every port of this machine connect, and asks an
    outside host for the machine's public address before it refuses others.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif may_pass(scope["headers"]):
            await self._app(scope, receive, _with_headers(send))
        else:
            await _refuse(scope, _with_headers(send))


def may_pass(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Say whether a request came under a name of this server's and, if a page sent it, from a page
    of this server.
    """
    said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    host, origin = said.get("host", ""), said.get("origin")
    return is_own_name(host) and (origin is None or _host_of(origin) == host.lower())


def _host_of(origin: str) -> str:
    """Return host and port of an Origin header, empty where it cannot be read."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def is_own_name(host: str) -> bool:
    """Say whether a Host header names this server: no name of a stranger's, which he may let point
    to this machine.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in ("localhost", gethostname().lower()) or name in _named():
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _named() -> set[str]:
    """Return the names under which this server was said to be reached."""
    named = [config.get_option("server.address"), config.get_option("browser.serverAddress")]
    return {
        str(each).lower() for each in (*named, *config.get_option("server.allowedHosts")) if each
    }


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] in ANSWERS:
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            kept = [
                (name, value)
                for name, value in message.get("headers", ())
                if name.decode().lower() not in HEADERS
            ]
            message = {**message, "headers": [*kept, *own]}
        await send(message)

    return answer


async def _refuse(scope: Scope, send: Send) -> None:
    is_websocket = scope["type"] == "websocket"
    if is_websocket and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    kind = "websocket.http" if is_websocket else "http"
    told = (
        b"Refused: another site asked, or this server does not know the name by which it was asked. "
        b"'python -m cop_metrics serve --host NAME' (or '--server.allowedHosts NAME') tells it one.\n"
    )
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(told)).encode()),
    ]
    await send({"type": f"{kind}.response.start", "status": 403, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": told})
