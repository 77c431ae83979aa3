"""One reading of a text for all who ask: the check, the sentences and the live answer all begin with it.

Reading takes as long as all else before the first run. Two that read the same text side by side make each other late, as
Python lets only one of them go on at a time.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ..spec.load import Loaded, text_scenario

AGE_S = 2.0  # how long a reading is kept: files that a text extends may change
MOST = 4  # readings


@dataclass
class Loading:
    """A reading that has begun, and when it ended."""

    result: Future[Loaded] = field(default_factory=Future)
    ended: float = float("inf")


class Loadings:
    """The last readings of scenarios, any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[Path, str], Loading] = {}

    def scenario(self, text: str, path: Path) -> Loaded:
        """A scenario given as text, as if it stood at `path`.

        Who asks for a text that somebody else is reading waits for that; what was read within the last seconds is not
        read again. Files are read within the bounds of whoever comes first, so all who ask must set the same (`bounded`).

        Raises
        ------
        Problems
            All that is wrong with it.
        """
        key = (path, text)
        with self._lock:
            found = self._kept.get(key)
            mine = found is None or time.monotonic() - found.ended > AGE_S
            if found is None or mine:
                found = self._kept[key] = Loading()
                while len(self._kept) > MOST:
                    self._kept.pop(next(iter(self._kept)))
        if mine:
            try:
                found.result.set_result(text_scenario(text, path))
            except BaseException as error:
                found.result.set_exception(error)
            found.ended = time.monotonic()
        return found.result.result()
