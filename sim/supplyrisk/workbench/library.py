"""The run folders and studies below a folder, whoever started them, and what may be taken out of one."""

from __future__ import annotations

import os
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bounded import confined
from ..errors import SupplyriskError
from ..results.folder import is_ours
from ..results.lock import at_work
from ..results.store import Store, StoreError
from ..shipped import PACKAGE
from ..sums import add_up
from .documents import STATE, below
from .job import planned, runs_done

MOST_FOLDERS = 20_000  # that are looked into
COMPARISON = "compare/compare.html"
MOST_RUNS = 500  # that are listed, the newest
MOST_DEPTH = 6
SHOWN = {".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png"}  # in the browser itself
HOW = """This is everything that is needed to repeat these results elsewhere, and to check that they are the same.

Title    {title}
Program  supplyrisk {version}, Python {python} (versions of everything else: manifest.json)
Model    source {code}
Results  {results}
Zip      {zip}, which unpacks into the folder {folder}

Install that version of the program (`pip install .` in its checkout). Unpack the zip, and in the folder that then holds
{folder}:

    {command}

It prints the new folder. `results_hash` in the manifest.json there is then the one above: the same numbers, bit by bit.
With other versions of NumPy or Numba last digits may differ. `hashes: code` in the two manifests tells whether the model's
source is the same.
"""


def zip_name(name: str) -> str:
    """What the zip of a run folder is called when it is taken away; its words on how to repeat it name it so."""
    return f"{name.strip('/').replace('/', '_')}.zip"


@dataclass(frozen=True)
class Entry:
    """One run folder or study in the list."""

    name: str
    kind: str  # run, study, worlds
    title: str
    state: str
    created: str
    runs: int
    done: int
    who: str  # the process that works on it, if one does
    compared: bool = False  # whether a page lies in it on which it stands beside another run

    @property
    def resumable(self) -> bool:
        return self.state not in ("finished", "running") and self.kind != "worlds"


class Library:
    """What has been computed below a folder. Manifests are read once; those that changed, again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[tuple[int, int], dict[str, Any]]] = {}

    def entries(self) -> list[Entry]:
        """The newest first."""
        found = []
        for path in self._folders():
            told = self._told(path)
            if told is not None:
                found.append(self._entry(path, told))
        return sorted(found, key=lambda entry: entry.created, reverse=True)[:MOST_RUNS]

    def entry(self, name: str) -> Entry:
        """One of them.

        Raises
        ------
        SupplyriskError
            If there is none of that name.
        """
        path = below(self.folder, name)
        told = self._told(path)
        if told is None:
            raise SupplyriskError(f"{name} is no run folder")
        return self._entry(path, told)

    def files(self, name: str) -> list[str]:
        """Finished files of a run folder: what the program writes, no links, no chunks."""
        path = below(self.folder, name)
        found = []
        for at, folders, files in os.walk(path):
            folders[:] = sorted(each for each in folders if each not in ("chunks", STATE))
            for file in sorted(files):
                inner = (Path(at) / file).relative_to(path).as_posix()
                if is_ours(inner) and not file.startswith(".") and not (Path(at) / file).is_symlink():
                    found.append(inner)
        return found

    def file(self, name: str) -> Path:
        """A file of a run folder that may be shown or taken away.

        Raises
        ------
        SupplyriskError
            If it is none: anything else below the folder, and everything outside.
        """
        path = below(self.folder, name)
        for above in path.parents:
            if not above.is_relative_to(self.folder.resolve()):
                break
            if (above / "manifest.json").is_file() and self._told(above) is not None:
                inner = path.relative_to(above).as_posix()
                if is_ours(inner) and path.is_file() and not inner.startswith("chunks/"):
                    return path
        raise SupplyriskError(f"{name} is no file of a run folder")

    def source(self, name: str) -> str:
        """The file below the folder that a run folder was computed from, by what its manifest says; nothing if there is none."""
        told = Store(below(self.folder, name)).manifest()
        words = [str(told["file"])] if "study" in told else [str(word) for word in told.get("command", ())[1:]]
        for word in words:
            path = Path(word) if Path(word).is_absolute() else self.folder / word
            if (
                path.suffix in (".yaml", ".yml")
                and path.is_file()
                and path.resolve().is_relative_to(self.folder.resolve())
            ):
                return path.resolve().relative_to(self.folder.resolve()).as_posix()
        return ""

    def pack(self, name: str, target: Path) -> Path:
        """One zip of a run folder, with the words that repeat it elsewhere."""
        path = below(self.folder, name)
        told = Store(path).manifest()
        versions = told.get("versions", {})
        inputs: dict[str, Path] = {}
        command = f"supplyrisk run {shlex.quote(path.name)}"
        if "study" in told:
            inputs = self._inputs(told)
            study = next(iter(inputs), "study.yaml, beside the scenarios that it names (they lie outside this folder)")
            sets = [word for each in told.get("sets", ()) for word in ("--set", str(each))]
            command = f"supplyrisk study {shlex.quote(f'{path.name}/{study}')} {shlex.join(sets)}".strip()
        how = HOW.format(
            title=told.get("title", ""),
            version=versions.get("supplyrisk", ""),
            python=versions.get("python", ""),
            results=told.get("results_hash", "") or "not finished",
            code=(told.get("hashes") or {}).get("code", ""),
            command=command,
            zip=zip_name(name),
            folder=path.name,
        )
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            out.writestr(f"{path.name}/HOW-TO-REPEAT.txt", how)
            for file in self.files(name):
                out.write(path / file, f"{path.name}/{file}")
            for inner, source in inputs.items():
                out.write(source, f"{path.name}/{inner}")
        return target

    def _inputs(self, told: Mapping[str, Any]) -> dict[str, Path]:
        """The study's own file, first, and every file it was made from, by where they go; nothing if one lies outside."""
        from ..studies.load import read_study

        try:
            with confined(self.folder, PACKAGE):
                study = read_study(Path(str(told.get("file", ""))), [str(each) for each in told.get("sets", ())])
        except SupplyriskError:
            return {}
        files = [study.path, *(file for loaded in study.resolved.values() for file in loaded.files)]
        real = list(dict.fromkeys(file.resolve() for file in files))
        own = [file for file in real if not file.is_relative_to(PACKAGE)]
        if not all(file.is_relative_to(self.folder.resolve()) for file in own):
            return {}
        above = Path(os.path.commonpath([file.parent for file in own]))
        return {f"inputs/{file.relative_to(above).as_posix()}": file for file in own}

    def _folders(self) -> Iterator[Path]:
        """Folders with a manifest; what lies in one is its own affair."""
        waiting = [(self.folder, 0)]
        looked = 0
        while waiting and looked < MOST_FOLDERS:
            path, depth = waiting.pop()
            looked += 1
            if (path / "manifest.json").is_file() and path != self.folder:
                yield path
                continue
            try:
                inside = [Path(each.path) for each in os.scandir(path) if each.is_dir(follow_symlinks=False)]
            except OSError:
                continue
            if depth < MOST_DEPTH:
                waiting += [(each, depth + 1) for each in inside if not each.name.startswith(".")]

    def _told(self, path: Path) -> dict[str, Any] | None:
        """What the list needs of a manifest; None if it is none of this program's."""
        file = path / "manifest.json"
        try:
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if path not in self._known or self._known[path][0] != stamp:
                manifest = Store(path).manifest()
                if "created" not in manifest and "worlds" not in manifest:
                    return None
                few = ("title", "status", "created", "runs", "counts", "study", "worlds")
                self._known[path] = (stamp, {key: manifest[key] for key in few if key in manifest})
        except (OSError, StoreError):
            return None
        return self._known[path][1]

    def _entry(self, path: Path, told: dict[str, Any]) -> Entry:
        kind = "study" if "study" in told else "worlds" if "worlds" in told else "run"
        who = at_work(path)
        state = "running" if who else str(told.get("status", ""))
        if state == "running" and not who:
            state = "interrupted"  # its process has ended without a word
        runs, done = planned(told), runs_done(path)
        if kind == "worlds":
            below_it = [path / str(world) for world in told["worlds"]]
            inner = [(each, self._told(each)) for each in below_it]
            runs = int(add_up(planned(found) for _, found in inner if found))
            done = int(add_up(runs_done(each) for each, _ in inner))
        name = path.relative_to(self.folder).as_posix()
        title = str(told.get("title") or path.name)
        return Entry(
            name, kind, title, state, str(told.get("created", "")), runs, done, who, (path / COMPARISON).is_file()
        )
