"""What the page's own scripts ask the server: each answer is of the text that is sent along, and of nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from nicegui import app
from starlette.requests import ClientDisconnect

from ...errors import SupplyriskError
from ..bench import Workbench
from ..complete import meaning, proposals
from ..documents import Documents
from ..edit import add, lay, put, remove
from ..outline import outline, places
from ..pieces import Change
from ..questions import (
    MAX_BODY_BYTES,
    TOO_LARGE,
    NotUnderstood,
    OfChange,
    OfDocument,
    OfPlace,
    Question,
    understood,
)
from ..reading import check_text, explain_text
from ..vocabulary import for_the_page, names_of

Answer = Callable[[Documents, Any], Any]


def read(documents: Documents, asked: OfDocument) -> Any:
    """Mistakes and notes with their places."""
    text = asked.text
    found = check_text(documents, asked.name, text).as_payload()
    for remark in (*found["mistakes"], *found["notes"]):
        remark |= {"from": units(text[: remark["start"]]), "to": units(text[: remark["end"]])}
    return found


def outlined(documents: Documents, asked: OfDocument) -> Any:
    """What form and timeline show."""
    with documents.confined():
        found = outline(asked.text, documents.open(asked.name).path)
    if found is None:
        return {"outline": None, "places": []}
    where = [[list(path), *at] for path, at in places(asked.text).items()]
    return {"outline": found, "places": where, "names": names_of(*found["worlds"])}


def explained(documents: Documents, asked: OfDocument) -> Any:
    """The text in plain sentences."""
    return explain_text(documents, asked.name, asked.text)


def completed(_: Documents, asked: OfPlace) -> Any:
    """What may stand at a place."""
    return proposals(asked.text, letters(asked.text, asked.offset))


def hovered(_: Documents, asked: OfPlace) -> Any:
    """What the word at a place means."""
    return {"text": meaning(asked.text, letters(asked.text, asked.offset))}


def edited(_: Documents, asked: OfChange) -> Any:
    """A change of form or timeline, as what to put where in the text; offsets as the browser counts them."""
    text, path = asked.text, tuple(asked.path)
    if asked.op == "remove":
        change = remove(text, path)
    elif asked.op == "put":
        change = put(text, path, asked.value)
    elif isinstance(asked.value, dict):
        change = add(text, path, asked.value) if asked.op == "add" else lay(text, path, asked.value)
    else:
        raise NotUnderstood(f"value: has to be a mapping for {asked.op}")
    return sent(text, change)


def words(_: Documents, __: Question) -> Any:
    """What may be written, for the form."""
    return for_the_page()


ANSWERS: dict[str, tuple[type[Question], Answer]] = {
    "read": (OfDocument, read),
    "outline": (OfDocument, outlined),
    "explain": (OfDocument, explained),
    "complete": (OfPlace, completed),
    "hover": (OfPlace, hovered),
    "edit": (OfChange, edited),
    "vocabulary": (Question, words),
}


def build(bench: Workbench) -> None:
    """Register what can be asked."""
    # One reader: two texts that are read at once would only make each other late.
    reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
    bench.at_end.append(lambda: reader.shutdown(wait=False, cancel_futures=True))
    for path, (kind, answer) in ANSWERS.items():
        _register(reader, path, kind, partial(answer, bench.documents))


def _register(reader: ThreadPoolExecutor, path: str, kind: type[Question], answer: Callable[[Any], Any]) -> None:
    @app.post(f"/api/{path}")
    async def asked(request: Request) -> Response:
        try:
            body = await _body(request)
            found = await asyncio.get_running_loop().run_in_executor(reader, _answered, kind, answer, body)
        except ClientDisconnect:  # the page was closed while it asked
            return Response(status_code=400)
        except NotUnderstood as error:
            return _said({"error": str(error)}, error.status)
        except SupplyriskError as error:
            return _said({"error": str(error)}, 422)
        return Response(found, media_type="application/json")


def _answered(kind: type[Question], answer: Callable[[Any], Any], body: bytes) -> str:
    """In the reader's thread: the answer to a body, as JSON."""
    asked = understood(kind, body)
    try:
        return json.dumps(answer(asked), allow_nan=False)
    except RecursionError:
        raise NotUnderstood("the text is nested too deep", 422) from None


async def _body(request: Request) -> bytes:
    """The body of a question; what is larger than a question can be is not kept."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_BODY_BYTES:
            parts.append(part)
    if size > MAX_BODY_BYTES:
        raise NotUnderstood(TOO_LARGE, 413)
    return b"".join(parts)


def _said(said: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(said), status, media_type="application/json")


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
