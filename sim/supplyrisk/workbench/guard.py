"""What stands between the workbench and everything else on this machine: an ASGI guard round the whole server.

A server on the loopback address is open to every program of this machine and, through the browser, to every page on
the web. So every request, HTTP or websocket, has to name this server as its host (else a name that points here would
do: DNS rebinding), must not come from a page of another origin (other local ports included), and has to carry the
cookie that only the address with the token gives. Answers say what a page may load: nothing from elsewhere, and no
script that this server did not write itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

ENTER = "/enter"
MAX_BODY_BYTES = 20_000_000  # an upload; pages take less
# `unsafe-eval`: the page's templates are compiled in the browser; without it the page stays blank. Styles are set
# inline by the same. Neither lets in a script from elsewhere or one written into the page.
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
RESULTS = "/result/"  # files of run folders, which may come from anyone: shown, but as pages of nobody's
# A report is one page with its own styles and scripts. Sandboxed, it has no origin: it reads no cookie, reaches neither
# this server nor any other, and can't be told from a page on another machine.
SANDBOXED = (
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline' blob:; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
FIXED: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
REFUSED = (
    "This is a supplyrisk workbench, and it answers only to the page that it opened itself. Open the address that it "
    "printed when it started; after a restart that is a new one. What you typed is kept in the scenario's draft.\n"
)
# No file of the workbench is given away without the cookie, so the page brings what it looks like.
REFUSED_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>supplyrisk workbench: not let in</title><style>:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1rem; }}</style></head>
<body><h1>Open the printed address</h1><p>{REFUSED.strip()}</p></body></html>
"""


class Guard:
    """An ASGI application round another, which lets through only what comes from the workbench's own page.

    Parameters
    ----------
    app : callable
        The application inside.
    port : int
        Where the server listens.
    token : str
        The secret of this start; by default a new one.
    """

    def __init__(self, app: App, port: int, token: str = "") -> None:
        self.app = app
        self.token = token or secrets.token_urlsafe(32)
        self.cookie = f"wb_{port}"
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.origins = {f"http://{host}" for host in self.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            if self.allows(scope) and self.knows(scope):
                await self.app(without_forwarding(scope), receive, send)
            else:
                await receive()  # the wish to connect, which has to be taken before it is refused
                await refuse(scope, send)
        elif scope["type"] == "http":
            await self.http(scope, receive, send)

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, give the cookie for the token, or refuse with 403."""
        if not self.allows(scope):
            await turn_away(scope, send)
        elif scope["path"] == ENTER:
            await self.enter(scope, send)
        elif not self.knows(scope):
            await turn_away(scope, send)
        elif body_bytes(scope) > MAX_BODY_BYTES:
            await answer(send, 413, f"at most {MAX_BODY_BYTES // 1_000_000} MB\n")
        else:
            await self.app(without_forwarding(scope), receive, Dressed(send, scope["path"].startswith(RESULTS)))

    async def enter(self, scope: Scope, send: Send) -> None:
        """The token for the cookie, and on to the page without the token in its address."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])
        if scope["method"] != "GET" or not same(given[0], self.token):
            await turn_away(scope, send)
            return
        cookie = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        await answer(send, 303, "", [(b"location", b"/"), (b"set-cookie", cookie.encode())])

    def allows(self, scope: Scope) -> bool:
        """Whether a request names this server and comes from its own page, or from no page at all."""
        hosts = values(scope, b"host")
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return False
        origins = values(scope, b"origin")
        if origins and (len(origins) != 1 or origins[0] not in self.origins):
            return False
        if scope["type"] == "websocket" and not origins:
            return False
        return all(site in ("same-origin", "none") for site in values(scope, b"sec-fetch-site"))

    def knows(self, scope: Scope) -> bool:
        """Whether a request carries the cookie of this start."""
        for line in values(scope, b"cookie"):
            try:
                found = SimpleCookie(line).get(self.cookie)
            except CookieError:
                continue
            if found is not None and same(found.value, self.token):
                return True
        return False


class Dressed:
    """Sends an answer on with the headers that bind the page; HTML is held until the nonce is in each of its scripts.

    Parameters
    ----------
    result : bool
        Whether it is a file of a run folder: its scripts get no nonce, and its page no origin.
    """

    def __init__(self, send: Send, result: bool = False) -> None:
        self.send = send
        self.result = result
        self.nonce = secrets.token_urlsafe(18)
        self.start: Message | None = None  # of a page that is held
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": self.dressed(message.get("headers", []))}
            if not self.result and b"text/html" in dict(message["headers"]).get(b"content-type", b""):
                self.start = message
            else:
                await self.send(message)
        elif message["type"] == "http.response.body" and self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self.page(self.start)
        else:
            await self.send(message)

    def dressed(self, headers: Headers) -> Headers:
        policy = SANDBOXED if self.result else POLICY.format(nonce=self.nonce)
        ours = [(b"content-security-policy", policy.encode()), *FIXED]
        names = {name for name, _ in ours}
        return [(name.lower(), value) for name, value in headers if name.lower() not in names] + ours

    async def page(self, start: Message) -> None:
        body = self.body.replace(b"<script", b'<script nonce="' + self.nonce.encode() + b'"')
        headers = [pair for pair in start["headers"] if pair[0] not in (b"content-length", b"cache-control")]
        headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
        await self.send({**start, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


def values(scope: Scope, name: bytes) -> list[str]:
    """All values of a header; one that stands there twice is no error in HTTP, but here."""
    return [value.decode("latin-1") for key, value in scope.get("headers", []) if key.lower() == name]


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, told in a time that says nothing about them."""
    return secrets.compare_digest(given.encode(), wanted.encode())


def body_bytes(scope: Scope) -> int:
    """The length of a body as announced; without an announcement that can be read, none is taken (pages send no chunks)."""
    lengths = values(scope, b"content-length")
    if not lengths:
        return MAX_BODY_BYTES + 1 if values(scope, b"transfer-encoding") else 0
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdecimal() else MAX_BODY_BYTES + 1


def without_forwarding(scope: Scope) -> Scope:
    """The request without what a proxy would add: there is none, and the page would write the prefix into itself."""
    headers = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(b"x-forwarded")]
    return {**scope, "headers": headers}


async def turn_away(scope: Scope, send: Send) -> None:
    """Say what to do: to a person as a page, to a program as text."""
    if any("text/html" in value for value in values(scope, b"accept")):
        await answer(send, 403, REFUSED_PAGE, kind="text/html")
    else:
        await answer(send, 403, REFUSED)


async def refuse(scope: Scope, send: Send) -> None:
    """Refuse a websocket, in words where the server can send them."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(REFUSED)).encode())]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": REFUSED.encode()})


async def answer(send: Send, status: int, text: str, headers: Headers | None = None, kind: str = "text/plain") -> None:
    """A plain answer of the guard itself."""
    body = text.encode()
    dressed = Dressed(send).dressed([(b"content-type", f"{kind}; charset=utf-8".encode()), *(headers or [])])
    dressed += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": dressed})
    await send({"type": "http.response.body", "body": body})
