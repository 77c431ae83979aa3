"""What the page's own scripts ask the server: each answer is of the text that is sent along, and of nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from nicegui import app
from starlette.requests import ClientDisconnect

from ...errors import SupplyriskError
from ..bench import Workbench
from ..complete import meaning, proposals
from ..documents import MAX_BYTES
from ..edit import add, put, remove
from ..outline import outline, places
from ..pieces import Change
from ..reading import check_text, explain_text
from ..vocabulary import for_the_page, names_of

Answer = Callable[[dict[str, Any]], Any]


def build(bench: Workbench) -> None:
    """Register what can be asked."""
    # One reader: two texts that are read at once would only make each other late.
    reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
    bench.at_end.append(lambda: reader.shutdown(wait=False, cancel_futures=True))
    documents = bench.documents

    def read(asked: dict[str, Any]) -> Any:
        text = asked["text"]
        found = check_text(documents, asked["name"], text).as_payload()
        for remark in (*found["mistakes"], *found["notes"]):
            remark |= {"from": units(text[: remark["start"]]), "to": units(text[: remark["end"]])}
        return found

    def outlined(asked: dict[str, Any]) -> Any:
        text = asked["text"]
        found = outline(text)
        if found is None:
            return {"outline": None, "places": []}
        where = [[list(path), *at] for path, at in places(text).items()]
        return {"outline": found, "places": where, "names": names_of(found["world"])}

    def explained(asked: dict[str, Any]) -> Any:
        return explain_text(documents, asked["name"], asked["text"])

    def completed(asked: dict[str, Any]) -> Any:
        return proposals(asked["text"], letters(asked["text"], int(asked["offset"])))

    def hovered(asked: dict[str, Any]) -> Any:
        return {"text": meaning(asked["text"], letters(asked["text"], int(asked["offset"])))}

    for path, answer in {
        "read": read,
        "outline": outlined,
        "explain": explained,
        "complete": completed,
        "hover": hovered,
        "edit": edited,
        "vocabulary": lambda _: for_the_page(),
    }.items():
        _register(reader, path, answer)


def _register(reader: ThreadPoolExecutor, path: str, answer: Answer) -> None:
    @app.post(f"/api/{path}")
    async def asked(request: Request) -> JSONResponse:
        try:
            body = await request.body()
        except ClientDisconnect:  # the page was closed while it asked
            return JSONResponse({"error": "nobody listens"}, 400)
        if len(body) > 2 * MAX_BYTES:
            return JSONResponse({"error": f"a document has at most {MAX_BYTES // 1000} kB"}, 413)
        try:
            given = json.loads(body)
            if len(given.get("text", "")) > MAX_BYTES:
                return JSONResponse({"error": f"a document has at most {MAX_BYTES // 1000} kB"}, 413)
            found = await asyncio.get_running_loop().run_in_executor(reader, answer, given)
        except SupplyriskError as error:
            return JSONResponse({"error": str(error)}, 422)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return JSONResponse({"error": f"not understood: {error}"}, 400)
        return JSONResponse(found)


def edited(asked: dict[str, Any]) -> Any:
    """A change of form or timeline, as what to put where in the text; offsets as the browser counts them."""
    text = asked["text"]
    path = tuple(step if isinstance(step, int) else str(step) for step in asked["path"])
    if asked["op"] == "put":
        change = put(text, path, asked["value"])
    elif asked["op"] == "add":
        change = add(text, path, asked["value"])
    elif asked["op"] == "remove":
        change = remove(text, path)
    else:
        raise ValueError("no such change")
    return sent(text, change)


def sent(text: str, change: Change) -> dict[str, Any]:
    """A change with offsets as the browser counts them."""
    start = units(text[: change.start])
    return {"from": start, "to": start + units(change.old), "old": change.old, "insert": change.new}


def units(text: str) -> int:
    """Length as the browser counts it (UTF-16)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def letters(text: str, offset: int) -> int:
    """From the browser's count of a place to that of Python."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * offset].decode("utf-16-le", "ignore"))
