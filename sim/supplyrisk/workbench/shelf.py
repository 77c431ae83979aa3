"""What is shipped, as cards; copies of it in the folder; and an own scenario from nothing."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import SupplyriskError
from ..language.text import Node, parse_text
from ..shipped import scenario_names, scenarios_folder, shipped_scenario, study_names
from ..spec.load import text_scenario
from .documents import NotAllowed, below, write_whole
from .outline import outline
from .ownscenario import Wish

TEMPLATE = "template"  # every key explained; the first to be shown


@dataclass(frozen=True)
class Card:
    """A shipped scenario or study.

    Attributes
    ----------
    bars : tuple
        Its events: label, and where it begins and ends as shares of the horizon.
    """

    name: str
    kind: str  # scenario | study
    title: str
    question: str
    world: str
    years: str
    bars: tuple[tuple[str, float, float], ...] = ()

    def fits(self, words: str) -> bool:
        """Whether every word that was typed is found in it."""
        said = " ".join((self.name, self.title, self.question, self.world, self.kind)).lower()
        return all(word in said for word in words.lower().split())


@lru_cache(maxsize=1)
def cards() -> tuple[Card, ...]:
    """All that is shipped, scenarios first."""
    names = sorted(scenario_names(), key=lambda name: (name != TEMPLATE, name))
    found = [_card(shipped_scenario(name), "scenario") for name in names]
    return (*found, *(_card(shipped_scenario(name), "study") for name in study_names()))


def _card(path: Path, kind: str) -> Card:
    layers = _layers(path)
    said = {key: _said(layers, key) for key in ("title", "question", "world")}
    seen = [outline(text) or {} for _, text in layers]
    ends: dict[str, str] = next((each["horizon"] for each in seen if each.get("horizon", {}).get("start")), {})
    years = "–".join(dict.fromkeys(date[:4] for date in (ends.get("start"), ends.get("end")) if date))
    bars = next((found for found in (_bars(each, ends) for each in seen) if found), [])
    return Card(path.stem, kind, said["title"], said["question"], said["world"], years, tuple(bars))


def _layers(path: Path) -> list[tuple[Node, str]]:
    """A file and those it extends or varies, as trees and as texts; the file first."""
    found: list[tuple[Node, str]] = []
    while path.is_file() and len(found) < 10:
        text = path.read_text(encoding="utf-8")
        root = parse_text(text, path.name)
        found.append((root, text))
        below_it = root.get("extends") or root.get("scenario")
        if below_it is not None and below_it.get("extends") is not None:
            below_it = below_it.get("extends")
        if below_it is None or not isinstance(below_it.value, str):
            break
        path = path.parent / below_it.value
    return found


def _said(layers: list[tuple[Node, str]], key: str) -> str:
    for root, _ in layers:
        node = root.get(key)
        if node is not None and isinstance(node.value, str):
            return " ".join(node.value.split())
        if node is not None and isinstance(node.value, tuple):
            return ", ".join(str(item.value) for item in node.value)
    return ""


def _bars(seen: dict[str, Any], ends: dict[str, str]) -> list[tuple[str, float, float]]:
    """Events with dates, as shares of the horizon."""
    if not ends or not seen:
        return []
    first, last = (dt.date.fromisoformat(ends[key]).toordinal() for key in ("start", "end"))
    found = []
    for event in seen["groups"][0]["events"]:
        bar = event["bar"]
        if bar.get("start") and bar.get("end"):
            at = [dt.date.fromisoformat(bar[key]).toordinal() for key in ("start", "end")]
            begin, end = (min(1.0, max(0.0, (day - first) / (last - first))) for day in at)
            found.append((event["label"], begin, end))
    return found[:6]


# --- into the folder ------------------------------------------------------------------------------
def copy(folder: Path, name: str) -> str:
    """A shipped scenario or study as a file of one's own, with all files it names; returns its name in the folder.

    A file that stands there already stays: the copy gets a number. Files that it shares with another copy and that are the
    same are left as they are.

    Raises
    ------
    SupplyriskError
        If a file that it names stands there and is another.
    """
    from ..spec.copied import copies
    from ..studies.copied import study_copies
    from ..studies.kind import is_study

    source = shipped_scenario(name)
    made = study_copies if is_study(source) else copies
    file = below(folder, free_name(folder, name))
    planned = made(source, scenarios_folder(), file)
    others = [to for to, data in planned.items() if to != file and to.exists() and to.read_bytes() != data]
    if others:
        names = ", ".join(to.relative_to(folder.resolve()).as_posix() for to in others)
        raise SupplyriskError(f"{names}: stands there already and is another; rename it, then copy again")
    for to, data in planned.items():
        place = below(folder, to.relative_to(folder.resolve()).as_posix())
        if not place.exists():
            write_whole(place, data.decode("utf-8"))
    return file.name


def twin(folder: Path, name: str, text: str) -> str:
    """A copy of a document beside it, under a name of its own; returns that."""
    place = Path(name)
    beside = place.parent.as_posix()
    stem = re.sub(r"_\d+$", "", place.stem)
    file = free_name(below(folder, beside) if beside != "." else folder, stem)
    path = below(folder, f"{beside}/{file}" if beside != "." else file)
    write_whole(path, text)
    return path.relative_to(folder.resolve()).as_posix()


def free_name(folder: Path, name: str) -> str:
    """A file name that is free: `NAME.yaml`, or with a number."""
    word = re.sub(r"[^\w-]+", "_", name.strip().lower(), flags=re.ASCII).strip("_")[:60]
    if not word:
        raise NotAllowed("name it with at least one letter")
    number = 1
    while below(folder, file := f"{word}.yaml" if number == 1 else f"{word}_{number}.yaml").exists():
        number += 1
    return file


def fresh(folder: Path, title: str, world: str, **said: str) -> str:
    """A small scenario of one's own, written as it was wished (see `Wish`); returns its file name.

    Raises
    ------
    Refused
        If an answer can't be written.
    Problems
        If the scenario has another mistake; nothing is written then.
    """
    wish = Wish(title, world, **said)
    text = wish.text()
    file = free_name(folder, title.strip() or wish.usual_title())
    path = below(folder, file)
    text_scenario(text, path)
    write_whole(path, text)
    return file
