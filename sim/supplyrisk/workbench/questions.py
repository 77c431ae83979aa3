"""What the page's own scripts may ask, and what is said to anything else.

A question comes from a script of ours or from whoever speaks for it: of the wrong form it is refused in a sentence before
anything is done with it. Sizes are those that a document can have.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..language.text import FORBIDDEN
from .documents import MAX_BYTES

MAX_BODY_BYTES = 2 * MAX_BYTES
MOST_STEPS = 40  # of a path, as deep as a file may be
DEEPEST = 12  # mappings and lists in a value that is put
TOO_LARGE = f"a document has at most {MAX_BYTES // 1000} kB"


def _word(text: str) -> str:
    if not _is_text(text):
        raise ValueError("has letters that no file holds")
    return text


Word = Annotated[str, Field(max_length=1000), AfterValidator(_word)]


class NotUnderstood(ValueError):
    """A question that no page asks; `status` is what HTTP calls it."""

    def __init__(self, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.status = status


class Question(BaseModel):
    """Nothing is asked but the answer."""

    model_config = ConfigDict(strict=True, extra="forbid")


class OfText(Question):
    """Of a text."""

    text: str


class OfDocument(OfText):
    """Of a text that stands in the file of that name."""

    name: Word


class OfPlace(OfDocument):
    """Of a place in a text, as the browser counts letters."""

    offset: Annotated[int, Field(ge=0, le=2 * MAX_BYTES)]


class OfChange(OfText):
    """How a change of form or timeline is written."""

    op: Literal["put", "add", "remove", "lay"]
    path: Annotated[
        list[Annotated[int, Field(ge=0, le=MAX_BYTES)] | Word],
        Field(min_length=1, max_length=MOST_STEPS),
    ]
    value: Any = None

    @field_validator("value")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if not _is_plain(value, DEEPEST):
            raise ValueError(
                f"has to be text without odd letters, or lists and mappings of such, at most {DEEPEST} deep"
            )
        return value


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_text(key) and _is_plain(item, depth - 1) for key, item in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(item, depth - 1) for item in value)
    return value is None or (isinstance(value, str) and _is_text(value))


def _is_text(text: str) -> bool:
    """Whether a file can hold it: halves of letters and control signs are none."""
    return not FORBIDDEN.search(text)


def understood(kind: type[Question], body: bytes) -> Question:
    """The question in a body.

    Raises
    ------
    NotUnderstood
        With what is wrong, in a sentence.
    """
    if len(body) > MAX_BODY_BYTES:
        raise NotUnderstood(TOO_LARGE, 413)
    try:
        asked = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise NotUnderstood("the question is not text in UTF-8") from None
    except RecursionError:
        raise NotUnderstood("the question is nested too deep") from None
    except ValueError as error:
        raise NotUnderstood(f"the question is not JSON: {error}") from None
    if not isinstance(asked, dict):
        raise NotUnderstood("the question has to be a mapping")
    try:
        found = kind.model_validate(asked)
    except ValidationError as error:
        raise NotUnderstood("; ".join(_sentence(each) for each in error.errors()[:5])) from None
    if isinstance(found, OfText) and len(found.text) > MAX_BYTES:
        raise NotUnderstood(TOO_LARGE, 413)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _sentence(error: Any) -> str:
    """One fault: where, what, and what was given."""
    where = ".".join(str(step) for step in error["loc"])
    if error["type"] == "missing":
        return f"{where} is missing"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {said[:1].lower()}{said[1:]} (got {repr(error['input'])[:60]})"
