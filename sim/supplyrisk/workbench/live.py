"""The live answer: the newest text becomes a picture of few runs at once, and of all of them a little later."""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ..bounded import confined
from ..engines.compiled.jit import compiled_balance
from ..errors import SupplyriskError
from ..experiment.batch import machine_code_at_hand
from ..model.opened import balance_by
from ..shipped import PACKAGE, scenarios_folder
from .liverun import LiveRun
from .loading import Loadings
from .picture import Mistake, Picture, View, draw, mistakes_of
from .reading import is_exercise_text
from .trial import PREVIEW, Memory, NotWanted, Trial, read_trial

THREADS = 2
MOST_DOCUMENTS = 8  # whose last answer is kept
WARM = """title: warm
world: gallium
horizon: {start: 2026-01-01, years: 1}
events: [{type: export_ban, origins: CN, start: 2026-03-01, duration: 1 month}]
monte_carlo: {runs: 8}
"""
MOST_POLICIES = 8  # that are computed while somebody types; of more a batch tells
NOTHING_CHOSEN = View()
COMPILING = "The engine is being compiled, once for this version; this takes under a minute."
log = logging.getLogger(__name__)
Listener = Callable[[Picture], None]


def compiles() -> bool:
    """Whether the engine has to be compiled before the first answer."""
    return importlib.util.find_spec("numba") is not None and not machine_code_at_hand()


@dataclass(frozen=True)
class Asked:
    """One text that wants an answer."""

    name: str
    text: str
    pins: Mapping[str, object]
    generation: int


@dataclass(frozen=True)
class Answer:
    """The last picture of a document, and the runs it was drawn from (`whole`: those with the policies)."""

    picture: Picture
    run: LiveRun | None = None
    whole: LiveRun | None = None


@dataclass(frozen=True, eq=False)
class Look:
    """How a document is looked at: what the charts show, and the version that was pinned."""

    view: View = NOTHING_CHOSEN
    pinned: LiveRun | None = None


class LiveAnswer:
    """Answers texts on threads of its own, the newest first; a first picture is always finished, the rest is dropped
    as soon as something newer comes.

    Parameters
    ----------
    folder : Path
        Names of documents are paths below it; nothing outside it is read but what the program itself brings along.
    loadings : Loadings, optional
        Readings that are shared with others who ask of the same text.
    begun : bool
        Whether to work at once; else from `begin` on.
    """

    def __init__(
        self, folder: Path, threads: int = THREADS, loadings: Loadings | None = None, begun: bool = True
    ) -> None:
        self.folder = folder
        self._loadings = loadings or Loadings()
        self._memory = Memory()
        self._lock = threading.Condition()
        self._waiting: dict[str, Asked] = {}  # the newest last
        self._busy = True  # until the engine is warm
        self._generation = 0
        self._answers: dict[str, Answer] = {}
        self._looks: dict[str, Look] = {}
        self._asked: dict[str, Asked] = {}  # the last text of a document
        self._listeners: list[Listener] = []
        self._closed = False
        self._notice = COMPILING if compiles() else ""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="live-run")
        self._reader = threading.Thread(target=self._work, name="live-answer", daemon=True)
        if begun:
            self.begin()

    def begin(self) -> None:
        """Begin to work, with warming the engine."""
        self._reader.start()

    # --- from outside, any thread -----------------------------------------------------------------

    def submit(self, name: str, text: str, pins: Mapping[str, object] | None = None) -> int:
        """Ask for the answer to a text; returns its number. Earlier texts of the document are dropped."""
        with self._lock:
            number = self._ask(name, text, dict(pins or {}))
            told = self._notice and not self._answers.get(name)
        if told:
            self._tell(Picture(name, number, headline=self._notice))
        return number

    def _ask(self, name: str, text: str, pins: Mapping[str, object]) -> int:
        """Put a text into the place of what waits of its document; the lock is held by who asks."""
        self._generation += 1
        self._waiting.pop(name, None)
        self._waiting[name] = self._asked[name] = Asked(name, text, pins, self._generation)
        self._lock.notify_all()
        return self._generation

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Have a function called with every picture, in a thread of this object; returns what ends that."""
        with self._lock:
            self._listeners.append(callback)

        def end() -> None:
            with self._lock:
                if callback in self._listeners:
                    self._listeners.remove(callback)

        return end

    def picture(self, name: str) -> Picture | None:
        """The last picture of a document."""
        found = self._answers.get(name)
        return found.picture if found else None

    def look(self, name: str, product: str = "", place: str = "", world: str = "") -> None:
        """Choose what the charts of a document show; they are drawn again from the same runs, of another world from its own."""
        with self._lock:
            other = world != self._looks.get(name, Look()).view.world
        self._look(name, lambda look: replace(look, view=View(product, place, world)))
        with self._lock:
            asked = self._asked.get(name)
            if other and asked is not None:  # under one lock: what is typed meanwhile is the newer text
                self._ask(name, asked.text, asked.pins)

    def pin(self, name: str) -> None:
        """Keep the present answer of a document, to draw later ones against it."""
        answer = self._answers.get(name)
        self._look(name, lambda look: replace(look, pinned=answer.run if answer else None))

    def unpin(self, name: str) -> None:
        """Forget the version that was pinned."""
        self._look(name, lambda look: replace(look, pinned=None))

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until nothing is left to do; whether it came to that."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def close(self) -> None:
        """End the threads; what is not finished is dropped."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._lock.notify_all()
        if self._reader.is_alive():
            self._reader.join(10.0)
        self._threads.shutdown(wait=True, cancel_futures=True)

    # --- the thread -------------------------------------------------------------------------------

    def _look(self, name: str, change: Callable[[Look], Look]) -> None:
        """Look at a document in another way, and draw it anew from the same runs."""
        with self._lock:
            self._looks[name] = change(self._looks.get(name, Look()))
            answer = self._answers.get(name)
        if answer is not None and answer.run is not None:
            self._draw(name, answer, only_if=answer)

    def _work(self) -> None:
        try:
            warm = read_trial(WARM, self.folder / "warm.yaml", {}, Memory())
            draw(warm.run(warm.main_arms, warm.runs, self._threads, lambda: True), Picture("", 0), View())
            if warm.ready.engine_name == "batch":
                balance_by(compiled_balance())
        except Exception:  # the first text will tell what is wrong
            log.exception("the engine could not be warmed")
        self._notice = ""
        while True:
            with self._lock:
                self._busy = False
                self._lock.notify_all()
                self._lock.wait_for(lambda: bool(self._waiting) or self._closed)
                if self._closed:
                    return
                self._busy = True
                asked = self._waiting.pop(next(reversed(self._waiting)))
            try:
                self._answer(asked)
            except NotWanted:
                self._put_back(asked)
            except Exception as error:  # whatever happens, the next text is answered
                if not isinstance(error, SupplyriskError):
                    log.exception("no answer to %s", asked.name)
                self._mistaken(asked, error)

    def _put_back(self, asked: Asked) -> None:
        """The answer to a document gave way to another document: it is finished afterwards."""
        with self._lock:
            if asked.name not in self._waiting and not self._closed:
                self._waiting = {asked.name: asked, **self._waiting}

    def _answer(self, asked: Asked) -> None:
        if is_exercise_text(asked.text):
            raise SupplyriskError("this is an exercise: begin it on the page Exercise")
        world = (self._looks.get(asked.name) or Look()).view.world
        with confined(self.folder, PACKAGE, scenarios_folder()):
            trial = read_trial(asked.text, self.folder / asked.name, asked.pins, self._memory, self._loadings, world)
        few, still = min(PREVIEW, trial.runs), self._still(asked)
        policies = 0 < len(trial.all_arms) - len(trial.main_arms) <= MOST_POLICIES
        run = trial.run(trial.main_arms, few, self._threads, lambda: not self._closed)
        self._show(asked, trial, run, None, settled=few == trial.runs and not policies)
        if few < trial.runs:
            run = trial.run(trial.main_arms, trial.runs, self._threads, still)
            self._show(asked, trial, run, None, settled=not policies)
        for runs in dict.fromkeys((few, trial.runs)) if policies else ():
            whole = trial.run(trial.all_arms, runs, self._threads, still)
            self._show(asked, trial, run, whole, settled=runs == trial.runs)

    def _still(self, asked: Asked) -> Callable[[], bool]:
        """Whether an answer need not give way yet: to newer texts only, or two documents would give way to each other
        for ever."""
        return lambda: not self._closed and all(w.generation < asked.generation for w in list(self._waiting.values()))

    def _show(self, asked: Asked, trial: Trial, run: LiveRun, whole: LiveRun | None, settled: bool) -> None:
        count = len(trial.all_arms) - len(trial.main_arms)
        note = (
            f"{count} policies are too many to be compared while you type: start a batch."
            if count > MOST_POLICIES
            else ""
        )
        base = Picture(asked.name, asked.generation, of=trial.runs, settled=settled, note=note)
        if len(trial.loaded.scenarios) > 1:
            base = replace(base, worlds=tuple(each.world.name for each in trial.loaded.scenarios))
        self._draw(asked.name, Answer(base, run, whole))

    def _draw(self, name: str, answer: Answer, only_if: Answer | None = None) -> None:
        """Draw an answer as its document is looked at, even if that changes while it is drawn."""
        assert answer.run is not None
        while True:
            look = self._looks.get(name) or Look()
            picture = draw(answer.run, answer.picture, look.view, look.pinned, answer.whole)
            with self._lock:
                if only_if is not None and self._answers.get(name) is not only_if:
                    return  # a newer answer was drawn meanwhile, with the new look
                if self._looks.setdefault(name, look) is look:
                    self._keep(name, replace(answer, picture=picture))
                    break
        self._tell(picture)

    def _mistaken(self, asked: Asked, error: Exception) -> None:
        """The last picture stays, greyed, with what is wrong."""
        own = str(self.folder / asked.name)
        found = mistakes_of(error)
        if not isinstance(error, SupplyriskError):
            found = [Mistake(0, 0, "", f"the engine stopped with {type(error).__name__}: {error}")]
        found = [replace(m, file="" if m.file == own else m.file.removeprefix(f"{self.folder}/")) for m in found]
        with self._lock:
            old = self._answers.get(asked.name) or Answer(Picture(asked.name, asked.generation))
            picture = old.picture.with_mistakes(asked.generation, found)
            self._keep(asked.name, replace(old, picture=picture))
        self._tell(picture)

    def _keep(self, name: str, answer: Answer) -> None:
        """The last answer of a document; of documents that were not looked at for long none."""
        self._answers.pop(name, None)
        self._answers[name] = answer
        while len(self._answers) > MOST_DOCUMENTS:
            oldest = next(iter(self._answers))
            self._answers.pop(oldest)
            self._looks.pop(oldest, None)
            self._asked.pop(oldest, None)

    def _tell(self, picture: Picture) -> None:
        for listener in list(self._listeners):
            try:
                listener(picture)
            except Exception:  # a page that has gone must not end the answers of the others
                log.exception("a listener failed")
