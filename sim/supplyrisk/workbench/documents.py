"""The files that are being edited: one `Document` each, whoever looks at it.

What is typed goes into the document at once and into a draft on disk; the file itself is written after a pause, whole or
not at all, and only if nobody else has changed it meanwhile. Before the first change of a session the file as it was is
kept as a version. All of this is ordinary files below the folder: `.workbench/drafts` and `.workbench/versions`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

from ..bounded import confined
from ..errors import SupplyriskError
from ..shipped import PACKAGE, scenarios_folder
from .loading import Loadings

MAX_BYTES = 500_000  # of a document
STATE = ".workbench"
HEAD = re.compile(r"\A# draft of .*, laid on ([0-9a-f]{64}|nothing)\n")
SCENARIO = re.compile(rb"^[\"']?(title|world|extends|horizon|study)[\"']?[ ]*:", re.MULTILINE)
SUFFIXES = (".yaml", ".yml")
MAX_FILES = 500  # that are listed
MAX_FOLDERS = 5_000  # that are looked into for them
SAVE_AFTER_S = 1.0  # pause after which a document is saved
TEND_EVERY_S = 0.5
MAX_VERSIONS = 50  # kept of a file
BETWEEN_VERSIONS = dt.timedelta(minutes=10)
Listener = Callable[["Document", str], None]


class NotAllowed(SupplyriskError):
    """A path outside the folder, a document that is too large, an edit by a tab that doesn't hold the pen."""


def below(folder: Path, name: str) -> Path:
    """The file of a name below a folder, links followed.

    Raises
    ------
    NotAllowed
        If it lies elsewhere, or is no name at all.
    """
    refused = NotAllowed(f"{name!r} is not a file below the folder of this workbench")
    if not name or "\0" in name or "\\" in name or len(name) > 1000:
        raise refused
    try:
        real = (folder / name).resolve()
    except (OSError, RuntimeError):
        raise refused from None
    if not real.is_relative_to(folder.resolve()) or real == folder.resolve():
        raise refused
    return real


def digest(text: str) -> str:
    """What tells one text from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all; what stood there stays if there is no room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        else:
            temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def read_text(path: Path) -> str | None:
    """The text of a file as it is on disk; nothing if there is none.

    Raises
    ------
    NotAllowed
        If it is too large or no text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    if len(raw) > MAX_BYTES:
        raise NotAllowed(f"{path.name} is larger than {MAX_BYTES // 1000} kB, the most the workbench edits")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise NotAllowed(f"{path.name} is not text in UTF-8") from None


class Document:
    """One file that is edited.

    Attributes
    ----------
    name : str
        Path below the folder, with `/`.
    text : str
        As it stands in the editor.
    revision : int
        Counts the changes.
    pen : str
        The tab that may edit; empty if none has taken it.
    theirs : str or None
        What somebody else has written into the file since it was last read, while there was something unsaved here.
    trouble : str
        Why the last saving failed.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.path = below(folder, name)
        self.name = self.path.relative_to(folder.resolve()).as_posix()
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._kept: dt.datetime | None = None  # when a version was last kept
        self._changed = 0.0  # by the clock of `tend`
        self.revision = 0
        self.pen = ""
        self.theirs: str | None = None
        self.trouble = ""
        disk = read_text(self.path)
        self._disk = disk if disk is not None else ""
        self._exists = disk is not None
        self.text = self._disk
        self._take_draft()

    # --- state ----------------------------------------------------------------------------------
    @property
    def draft(self) -> Path:
        """Where what is typed stands until it is saved."""
        return below(self.folder, f"{STATE}/drafts/{self.name}")

    @property
    def kept(self) -> Path:
        """Folder of the earlier texts."""
        return below(self.folder, f"{STATE}/versions/{self.name}")

    @property
    def saved(self) -> bool:
        """Whether the file holds the text."""
        return self._exists and self.text == self._disk

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(document, origin)` after each change; returns what ends that."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget

    def _tell(self, origin: str) -> None:
        for listener in tuple(self._listeners):
            listener(self, origin)

    def _take_draft(self) -> None:
        """Go on with what an earlier session left unsaved."""
        draft = self.draft  # refused if it leads elsewhere
        try:
            left = read_text(draft)
        except (NotAllowed, OSError):
            return
        head = HEAD.match(left or "")
        if left is None or head is None:
            return
        text = left[head.end() :]
        if text == self._disk:
            return
        if head[1] != (digest(self._disk) if self._exists else "nothing"):
            self.theirs = self._disk  # changed on disk while the draft was lying there
        self.text = text
        self.revision = 1

    # --- changes --------------------------------------------------------------------------------
    def take_pen(self, tab: str) -> None:
        """From now on this tab edits, and no other."""
        with self._lock:
            self.pen = tab
        self._tell("pen")

    def drop_pen(self, tab: str) -> None:
        """The tab is closed."""
        with self._lock:
            if self.pen != tab:
                return
            self.pen = ""
        self._tell("pen")

    def change(self, text: str, tab: str = "") -> int:
        """Take a new text and keep it as a draft; the revision it has.

        Raises
        ------
        NotAllowed
            If another tab edits this document, or the text is too large; nothing is changed.
        """
        with self._lock:
            if tab and self.pen and self.pen != tab:
                raise NotAllowed(f"{self.name} is edited in another tab")
            if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
                raise NotAllowed(f"a document has at most {MAX_BYTES // 1000} kB")
            if text == self.text:
                return self.revision
            self.text = text
            self.revision += 1
            self._changed = time.monotonic()
            self._keep_draft()
            revision = self.revision
        self._tell(tab)
        return revision

    def _keep_draft(self) -> None:
        base = digest(self._disk) if self._exists else "nothing"
        try:
            draft = self.draft
            draft.parent.mkdir(parents=True, exist_ok=True)
            beside = draft.with_name(f"{draft.name}~")  # ended in the midst of it, the draft before is still whole
            beside.write_text(f"# draft of {self.name}, laid on {base}\n{self.text}", encoding="utf-8")
            beside.replace(draft)
            self.trouble = ""
        except (OSError, UnicodeEncodeError) as error:
            self.trouble = f"the draft can't be kept: {getattr(error, 'strerror', None) or 'letters that are no text'}"

    # --- the file -------------------------------------------------------------------------------
    def look(self) -> bool:
        """See whether somebody else has changed the file; whether anything is new here.

        Without anything unsaved here the text follows the file; with it `theirs` holds the file's, and nothing is written
        until somebody decides (`keep_mine`, `take_theirs`).
        """
        with self._lock:
            try:
                disk = read_text(self.path)
            except (OSError, NotAllowed) as error:
                new = f"the file can't be read: {error}"
                changed, self.trouble = new != self.trouble, new
                return changed
            if disk is None or (self._exists and disk == self._disk):
                return False
            if self.theirs is not None and disk == self.theirs:
                return False
            if self.text == disk:
                self._disk, self._exists, self.theirs = disk, True, None
                self.draft.unlink(missing_ok=True)
            elif self.saved:
                self._disk, self.text = disk, disk
                self.revision += 1
            else:
                self.theirs = disk
        self._tell("disk")
        return True

    def save(self) -> bool:
        """Write the text into the file, unless somebody else has changed that; whether the file holds it now."""
        with self._lock:
            self.look()
            if self.theirs is not None:
                return False
            if self.saved:
                return True
            try:
                self._keep_version()
                write_whole(self.path, self.text)
            except (OSError, UnicodeEncodeError) as error:
                self.trouble = f"not saved: {getattr(error, 'strerror', None) or 'letters that are no text'}"
                return False
            self._disk, self._exists, self.trouble = self.text, True, ""
            self.draft.unlink(missing_ok=True)
        self._tell("saved")
        return True

    def tend(self, pause_s: float = SAVE_AFTER_S) -> None:
        """Save it if nothing was typed for a while; else see whether the file has changed."""
        if not self.saved and self.theirs is None and self.revision and time.monotonic() - self._changed >= pause_s:
            self.save()
        else:
            self.look()

    def keep_mine(self) -> bool:
        """Of two texts write the one here; the other is kept as a version."""
        with self._lock:
            if self.theirs is not None:
                self._disk, self._exists, self.theirs = self.theirs, True, None
                self._kept = None
            return self.save()

    def take_theirs(self) -> None:
        """Of two texts go on with the one on disk; the one here is kept as a version."""
        with self._lock:
            if self.theirs is None:
                return
            self._put_version(self.text)
            self._disk, self._exists, self.text, self.theirs = self.theirs, True, self.theirs, None
            self.revision += 1
            self.draft.unlink(missing_ok=True)
        self._tell("disk")

    # --- versions -------------------------------------------------------------------------------
    def versions(self) -> list[Path]:
        """Earlier texts, the newest first."""
        return sorted(self.kept.glob("*.yaml"), reverse=True) if self.kept.is_dir() else []

    def _keep_version(self) -> None:
        """Keep what the file holds, if that is long ago."""
        now = dt.datetime.now()
        if self._exists and self._disk and (self._kept is None or now - self._kept >= BETWEEN_VERSIONS):
            self._put_version(self._disk)
            self._kept = now

    def _put_version(self, text: str) -> None:
        now = dt.datetime.now()
        write_whole(self.kept / f"{now:%Y-%m-%d %H.%M.%S.%f}.yaml", text)
        for old in self.versions()[MAX_VERSIONS:]:
            old.unlink(missing_ok=True)


class Documents:
    """All documents of a workbench.

    Parameters
    ----------
    folder : Path
        Files are opened from here and below alone.

    Attributes
    ----------
    loadings : Loadings
        What was read of their texts, for all who ask of them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._open: dict[Path, Document] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._listeners: list[Listener] = []
        self.loadings = Loadings()

    def listen(self, listener: Listener) -> None:
        """Call `listener(document, origin)` after each change of any document."""
        with self._lock:
            self._listeners.append(listener)
            for document in self._open.values():
                document.listen(listener)

    def open(self, name: str) -> Document:
        """The document of a file, the same for whoever asks.

        Raises
        ------
        NotAllowed
            If it lies outside the folder, or is no scenario's file.
        """
        path = below(self.folder, name)
        if path.suffix not in SUFFIXES:
            raise NotAllowed(f"{name!r} is no scenario: its name has to end with .yaml")
        if path.relative_to(self.folder).parts[0] == STATE:
            raise NotAllowed(f"{name!r} belongs to the workbench itself")
        with self._lock:
            if path not in self._open:
                self._open[path] = Document(self.folder, path.relative_to(self.folder).as_posix())
                for listener in self._listeners:
                    self._open[path].listen(listener)
            return self._open[path]

    def is_there(self, name: str) -> bool:
        """Whether a name is that of a file below the folder, or of what is being written.

        Raises
        ------
        NotAllowed
            If it lies outside the folder.
        """
        path = below(self.folder, name)
        try:
            return path.is_file() or any(one.path == path for one in self.opened())
        except OSError:
            return False

    def keep(self) -> Callable[[], None]:
        """Save what is typed from now on, in a thread of its own; returns what ends that, after a last saving."""

        def work() -> None:
            while not self._end.wait(TEND_EVERY_S):
                for document in self.opened():
                    document.tend()

        thread = threading.Thread(target=work, name="keeper", daemon=True)
        thread.start()

        def end() -> None:
            self._end.set()
            thread.join(5.0)
            for document in self.opened():
                if document.revision:
                    document.save()

        return end

    def opened(self) -> list[Document]:
        """Those that were opened."""
        with self._lock:
            return list(self._open.values())

    def names(self) -> list[str]:
        """Scenario and study files below the folder, at most 500: not those of hidden folders, run folders and links."""
        found: list[str] = []
        for path in _walk(self.folder):
            try:
                stamp = path.stat()
            except OSError:
                continue
            if stamp.st_size > MAX_BYTES or not _is_scenario(path, stamp.st_mtime_ns, stamp.st_size):
                continue
            found.append(path.relative_to(self.folder).as_posix())
            if len(found) >= MAX_FILES:
                break
        return sorted(found)

    def confined(self) -> AbstractContextManager[None]:
        """In this context files are read from the folder, the shipped worlds and scenarios alone (see `bounded`)."""
        return confined(self.folder, PACKAGE, scenarios_folder())


@lru_cache(maxsize=5_000)
def _is_scenario(path: Path, _changed: int, size: int) -> bool:
    """Whether a file has a key that only scenarios and studies have, or nothing yet."""
    try:
        return size == 0 or SCENARIO.search(path.read_bytes()) is not None
    except OSError:
        return False


def _walk(folder: Path) -> Iterator[Path]:
    waiting, seen = [folder], 0
    while waiting and seen < MAX_FOLDERS:
        here = waiting.pop(0)
        seen += 1
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue
        names = {entry.name for entry in entries}
        if "manifest.json" in names and here != folder:
            continue  # a run folder: its scenario is a record
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                waiting.append(Path(entry.path))
            elif entry.name.endswith(SUFFIXES):
                yield Path(entry.path)
