"""Who may ask the workbench's server: asked of the guard itself, and of a server that runs."""

import asyncio
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from supplyrisk.workbench.guard import MAX_BODY_BYTES, Guard
from supplyrisk.workbench.launch import CannotStart, listening

PORT = 8123
TOKEN = "the-token-of-this-start"
OWN = (b"host", b"127.0.0.1:8123")
COOKIE = (b"cookie", b"other=1; wb_8123=" + TOKEN.encode())
ORIGIN = (b"origin", b"http://127.0.0.1:8123")
NASTY = 'x" :onload="alert(1)" y="<script>.yaml'  # a file's name that would be an attribute, and a script
PAGE = b'<html><script>var a = "&lt;script"</script><script src="/x.js"></script></html>'


async def inner(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    assert not [name for name, _ in scope["headers"] if name.startswith(b"x-forwarded")]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
    await send({"type": "http.response.body", "body": PAGE[20:]})


def ask(*headers, kind="http", path="/", query=b"", method="GET"):
    """What the guard sends."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    scope = {"type": kind, "path": path, "query_string": query, "method": method, "headers": list(headers)}
    asyncio.run(Guard(inner, PORT, TOKEN)(scope, receive, send))
    return sent


def let_in(sent):
    return sent[0]["type"] == "websocket.accept" or sent[0].get("status") == 200


def test_the_own_page_is_let_in():
    assert let_in(ask(OWN, COOKIE))
    assert let_in(ask((b"host", b"localhost:8123"), COOKIE))
    assert let_in(ask(OWN, COOKIE, ORIGIN, (b"sec-fetch-site", b"same-origin"), kind="websocket"))


REFUSED = {
    "no host": [COOKIE],
    "another host": [(b"host", b"evil.example:8123"), COOKIE],
    "another port": [(b"host", b"127.0.0.1:8124"), COOKIE],
    "no port": [(b"host", b"127.0.0.1"), COOKIE],
    "two hosts": [OWN, (b"Host", b"evil.example"), COOKIE],
    "a host that only begins like ours": [(b"host", b"127.0.0.1:8123.evil.example"), COOKIE],
    "another origin": [OWN, COOKIE, (b"origin", b"https://evil.example")],
    "the origin of a file": [OWN, COOKIE, (b"origin", b"null")],
    "another local port": [OWN, COOKIE, (b"origin", b"http://127.0.0.1:9000")],
    "our origin over TLS": [OWN, COOKIE, (b"origin", b"https://127.0.0.1:8123")],
    "two origins": [OWN, COOKIE, ORIGIN, (b"origin", b"https://evil.example")],
    "from another site": [OWN, COOKIE, ORIGIN, (b"sec-fetch-site", b"cross-site")],
    "from another local port": [OWN, COOKIE, ORIGIN, (b"sec-fetch-site", b"same-site")],
    "no cookie": [OWN, ORIGIN],
    "a wrong cookie": [OWN, ORIGIN, (b"cookie", b"wb_8123=wrong")],
    "the cookie of another port": [OWN, ORIGIN, (b"cookie", b"wb_9000=" + TOKEN.encode())],
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused(headers):
    sent = ask(*headers)
    assert sent[0]["status"] == 403
    assert b"set-cookie" not in dict(sent[0]["headers"])
    assert TOKEN.encode() not in sent[1]["body"]
    closed = ask(*headers, *([] if any(name == b"origin" for name, _ in headers) else [ORIGIN]), kind="websocket")
    assert closed == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_without_an_origin_is_refused():
    assert not let_in(ask(OWN, COOKIE, kind="websocket"))


def test_the_token_gives_the_cookie_and_leaves_the_address():
    sent = ask(OWN, path="/enter", query=b"token=" + TOKEN.encode())
    headers = dict(sent[0]["headers"])
    assert sent[0]["status"] == 303
    assert headers[b"location"] == b"/"
    assert headers[b"set-cookie"] == b"wb_8123=the-token-of-this-start; Path=/; HttpOnly; SameSite=Strict"
    for query in (b"", b"token=", b"token=wrong", b"token=" + TOKEN.encode() + b"x", b"token=%ff%fe"):
        assert ask(OWN, path="/enter", query=query)[0]["status"] == 403
    assert ask((b"host", b"evil.example"), path="/enter", query=b"token=" + TOKEN.encode())[0]["status"] == 403


def test_a_page_may_run_its_own_scripts_alone():
    sent = ask(OWN, COOKIE)
    headers = dict(sent[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]
    body = sent[1]["body"].decode()
    assert body.count(f'<script nonce="{nonce}"') == body.count("<script") == 2
    assert int(headers[b"content-length"]) == len(sent[1]["body"])
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "default-src 'self'" in policy
    assert headers[b"cache-control"] == b"no-store"
    assert nonce not in str(ask(OWN, COOKIE)[0]["headers"])


def test_a_result_is_shown_without_an_origin_and_without_the_nonce():
    sent = ask(OWN, COOKIE, path="/result/outputs/x/report.html")
    policy = dict(sent[0]["headers"])[b"content-security-policy"]
    assert policy.startswith(b"sandbox ")
    assert b"allow-same-origin" not in policy
    assert b"default-src 'none'" in policy
    assert b"".join(message.get("body", b"") for message in sent) == PAGE


def test_bodies_have_an_end():
    assert ask(OWN, COOKIE, (b"content-length", str(MAX_BODY_BYTES + 1).encode()))[0]["status"] == 413
    assert ask(OWN, COOKIE, (b"content-length", b"-1"))[0]["status"] == 413
    assert ask(OWN, COOKIE, (b"transfer-encoding", b"chunked"))[0]["status"] == 413
    assert let_in(ask(OWN, COOKIE, (b"content-length", b"100"), (b"X-Forwarded-Prefix", b"/evil")))


# --- a server that runs ---------------------------------------------------------------------------
@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A workbench on an empty folder: process, port, token."""
    folder = tmp_path_factory.mktemp("folder")
    (folder.parent / "secret.yaml").write_text("title: secret\n")
    (folder / NASTY).write_text("title: x\n")
    command = [sys.executable, "-m", "supplyrisk.cli", "workbench", str(folder), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/enter\?token=([\w-]{40,})\n", line)
    assert found, line + (process.stderr.read() if process.poll() is not None else "")
    yield process, int(found[1]), found[2]
    process.kill()
    process.communicate()


def get(server, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server[1], timeout=60)
    cookie = {"Cookie": f"wb_{server[1]}={server[2]}"}
    try:
        connection.request("GET", path, headers=cookie | headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def test_it_answers_its_own_page_and_no_other(server):
    status, headers, body = get(server, "/")
    assert status == 200
    nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])[1]
    assert body.count("<script") == body.count(f'<script nonce="{nonce}"') > 3
    assert "server" not in headers
    assert get(server, "/", Cookie="")[0] == 403
    assert get(server, "/", Host="evil.example")[0] == 403
    assert get(server, "/static/style.css", Cookie="")[0] == 403
    assert get(server, "/docs")[0] == get(server, "/openapi.json")[0] == 404


@pytest.mark.parametrize("path", ["/", "/runs", "/exercise", "/world", "/gallery"])
def test_every_page_comes_without_a_browser(server, path):
    status, _, body = get(server, path)
    assert status == 200
    assert "wb-header" in body


def post(server, path, asked, **headers):
    """What a question of the page's scripts is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server[1], timeout=60)
    own = {"Cookie": f"wb_{server[1]}={server[2]}", "Origin": f"http://127.0.0.1:{server[1]}"}
    try:
        connection.request("POST", path, body=json.dumps(asked), headers=own | headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_an_address_that_leads_nowhere_shows_the_way_back(server):
    for path, said in (
        ("/nowhere", "Nothing stands at /nowhere"),
        ("/?file=none.yaml", "no file"),
        ("/?file=../a.yaml", "below"),
    ):
        _, _, body = get(server, path)
        assert "wb-header" in body
        assert said in body
        assert '"href":"/gallery"' in body
    assert get(server, "/nowhere")[0] == 404
    assert "wb-header" not in post(server, "/nowhere", {})[1]


def test_who_has_no_token_is_told_what_to_do(server):
    for headers in (
        {"Cookie": ""},
        {"Cookie": "", "Accept": "text/html,*/*"},
        {"Cookie": "wb=1", "Accept": "image/png"},
    ):
        for path in ("/", "/enter?token=old", "/api/read", "/static/style.css"):
            status, _, body = get(server, path, **headers)
            assert status == 403
            assert "Open the address that it printed" in body
            assert ("<h1>" in body) == ("html" in headers.get("Accept", ""))


def test_questions_are_answered_of_texts_and_of_no_file_outside(server):
    text = "title: x\nworld: gallium\nextends: ../secret.yaml\n"
    status, said = post(server, "/api/read", {"name": "x.yaml", "text": text})
    assert status == 200
    assert "outside" in said
    assert post(server, "/api/read", {"name": "../secret.yaml", "text": text})[0] == 422
    assert post(server, "/api/read", {"name": "x.yaml", "text": "x" * 600_000})[0] == 413
    assert post(server, "/api/read", {"name": "x.yaml"})[0] == 400
    assert post(server, "/api/edit", {"op": "drop", "text": text, "path": []})[0] == 400
    assert post(server, "/api/read", {"name": "x.yaml", "text": text}, Origin="https://evil.example")[0] == 403
    assert post(server, "/api/complete", {"name": "x.yaml", "text": "𝒳: 1\nwor", "offset": 9})[0] == 200


ASKED = {"name": "x.yaml", "text": "title: x\n", "offset": 3, "op": "put", "path": ["title"], "value": "y"}
ABSURD = [  # for every key of a question, whatever it is; raw JSON
    "null", "true", "[]", "{}", "-1", "1e400", "-1e400", "NaN", "0.5", "9" * 30, "9" * 5000, '"\\ud800"',
    "[" * 100_000, '{"a":' * 100_000, "[" * 30 + "]" * 30, '{"a": 1}', '[1e400]', '"' + "x" * 600_000 + '"',
    '"' + "[" * 3000 + '"', '"' + "- " * 3000 + '"', '"' + "\\u0000" * 50 + '"',
]  # fmt: skip
BODIES = [b"", b"{", b"nonsense", b"\xff\xfe\x00", b'{"text": "\xff"}', b"[" * 200_000, b"1" * 6000, b"x" * 3_000_000]


def refused(server, path, body):
    """The sentence with which a body is refused; nothing if it is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server[1], timeout=120)
    try:
        connection.request("POST", path, body=body, headers={"Cookie": f"wb_{server[1]}={server[2]}"})
        answer = connection.getresponse()
        said = answer.read().decode()
        assert answer.status in (200, 400, 413, 422), (path, body[:80], said[:200])
        if answer.status == 200:
            json.loads(said)
            return ""
        said = json.loads(said)["error"]
        assert "Error" not in said, said
        assert len(said) < 600
        return said
    finally:
        connection.close()


def test_absurd_questions_are_refused_in_a_sentence(server):
    from supplyrisk.workbench.pages.api import ANSWERS

    for path, (kind, _) in ANSWERS.items():
        asked = {key: ASKED[key] for key in kind.model_fields}
        assert refused(server, f"/api/{path}", json.dumps(asked).encode()) == ""
        for body in BODIES:
            assert refused(server, f"/api/{path}", body), (path, body[:50])
        for key in asked:
            for absurd in ABSURD:
                rest = {name: value for name, value in asked.items() if name != key}
                body = json.dumps(rest).removesuffix("}") + (", " if rest else "") + f'"{key}": {absurd}}}'
                said = refused(server, f"/api/{path}", body.encode())
                assert said or absurd[0] in '"[{n', (path, key, absurd[:50])
    assert "offset: " in refused(server, "/api/hover", json.dumps(ASKED | {"offset": 0.5}).encode())
    assert "1e400" not in refused(server, "/api/hover", b'{"name": "x.yaml", "text": "", "offset": 1e400}')


ODD = (
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "x" * 4000,
    "%F0%9F%98%80",
    "%3Cscript%3E",
    "-1",
    "1e999",
    "a/" * 300,
    "%ED%A0%80",
)


def test_no_address_makes_the_server_fail(server):
    """All pages and files that the sources register, with odd words in the place of everything that may be given."""
    room = Path(sys.modules[Guard.__module__].__file__).parent / "pages"
    found = [
        each
        for path in sorted(room.glob("*.py"))
        for each in re.findall(r'@ui\.page\("([^"]+)"|@app\.get\((\w+)', path.read_text())
    ]
    pages = [page for page, _ in found if page]
    assert len(pages) > 8
    assert {files for _, files in found if files} == {"RESULTS", "PACKED"}
    for odd in ODD:
        for page in pages:
            query = "&".join(
                f"{name}={odd}" for name in ("file", "name", "world", "place", "product", "pins", "branch", "role")
            )
            assert get(server, f"{page}?{query}")[0] < 500, (page, odd)
        for files in ("/result/", "/packed/", "/static/", "/_nicegui/", "/", "/nowhere/"):
            assert 400 <= get(server, files + odd)[0] < 500, (files, odd)


def test_what_a_file_is_called_adds_no_attribute_and_no_script(server):
    _, _, body = get(server, "/")
    elements = re.search(r"String\.raw`(.*?)`", body, re.DOTALL)[1]
    assert "<" not in elements
    for sign, meant in (("&#36;", "$"), ("&#96;", "`"), ("&gt;", ">"), ("&lt;", "<"), ("&amp;", "&")):
        elements = elements.replace(sign, meant)
    props = [element.get("props", {}) for element in json.loads(elements).values()]
    assert NASTY in [each.get("label") for each in props]
    assert not [name for each in props for name in each if "onload" in name]


def test_what_is_used_of_the_inside_of_the_libraries_is_there():
    from nicegui import Client, core

    assert isinstance(Client.instances, dict)
    assert hasattr(core.sio.eio, "cors_allowed_origins")
    assert hasattr(core.sio.eio, "max_http_buffer_size")


@pytest.mark.parametrize(
    "path", ["/static/../documents.py", "/static/%2e%2e/documents.py", "/static/..%2fdocuments.py"]
)
def test_no_path_leads_out_of_the_static_files(server, path):
    status, _, body = get(server, path)
    assert status == 404
    assert "class Document" not in body


def upgraded(server, *headers):
    """The status line of the wish for a websocket."""
    lines = [
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    with socket.create_connection(("127.0.0.1", server[1]), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = connection.recv(2000)
        while b" 403 " in answer and b"draft.\n" not in answer:
            more = connection.recv(2000)
            assert more, answer
            answer += more
        return answer.split(b"\r\n")[0].decode()


def test_its_websocket_answers_its_own_page_and_no_other(server):
    host, origin = f"Host: 127.0.0.1:{server[1]}", f"Origin: http://127.0.0.1:{server[1]}"
    cookie = f"Cookie: wb_{server[1]}={server[2]}"
    assert "101" in upgraded(server, host, origin, cookie)
    for headers in (
        (host, origin),
        (host, cookie),
        (host, "Origin: null", cookie),
        (host, "Origin: https://evil.example", cookie),
        ("Host: evil.example", origin, cookie),
        (host, origin, cookie, "Sec-Fetch-Site: same-site"),
    ):
        assert "403" in upgraded(server, *headers), headers


def test_it_listens_on_the_loopback_address_alone(server):
    name = socket.gethostbyname(socket.gethostname())
    if name.startswith("127."):
        name = "127.0.0.2"  # still another address than the one it listens on
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((name, server[1]), timeout=2)


def test_a_port_that_is_taken_is_said(server, tmp_path):
    command = [sys.executable, "-m", "supplyrisk.cli", "workbench", str(tmp_path), "--port", str(server[1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert f"port {server[1]}" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_its_packages_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['nicegui'] = None; "
        "from supplyrisk.cli import main; main(['workbench', '--no-browser', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert "pip install 'supplyrisk[workbench]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_that_start_at_once_have_ports_of_their_own():
    """Whoever asks second is refused, or given another, before the first one has answered anybody."""
    first = listening(0)
    port = first.getsockname()[1]
    with pytest.raises(CannotStart):
        listening(port)
    second = listening(None)
    third = listening(None)
    assert len({port, second.getsockname()[1], third.getsockname()[1]}) == 3
    for one in (first, second, third):
        one.close()


def test_ctrl_c_ends_it(tmp_path):
    command = [sys.executable, "-m", "supplyrisk.cli", "workbench", str(tmp_path), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    assert "ended" in err
    assert not list(Path(tmp_path).iterdir())
