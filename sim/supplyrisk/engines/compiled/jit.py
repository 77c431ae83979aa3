"""Compile the model's plain functions with numba, without the model knowing of it.

The functions of `supplyrisk.model`, `supplyrisk.streams` and `kernel` call each other as globals of their modules. For the
compiler each gets a twin with the same code whose globals are the twins of the functions (and modules) it
calls. The plain functions stay what the reference engine runs.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from ...measures import loops
from ...model import trade
from ...model.layout import Layout
from ...operations.table import OPS
from .cachefolder import private_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...model.layout_types import Layout as LayoutNumbers
    from ...model.opened import Balance
    from .workspace import Kernel, Workspace

OPERATION_FILES = tuple(f"supplyrisk.operations.ops.{op.name}" for op in OPS)
MODULES = (
    "supplyrisk.powers",
    "supplyrisk.streams",
    "supplyrisk.model.economics",
    "supplyrisk.model.weights",
    "supplyrisk.model.offices",
    "supplyrisk.model.states",
    "supplyrisk.operations.rows",
    *OPERATION_FILES,
    "supplyrisk.operations.dispatch",
    "supplyrisk.model.recurrence",
    "supplyrisk.model.triggers",
    "supplyrisk.model.controls",
    "supplyrisk.model.memory",
    "supplyrisk.model.substitutes",
    "supplyrisk.model.beliefs",
    "supplyrisk.model.parting",
    "supplyrisk.model.prices",
    "supplyrisk.model.supply",
    "supplyrisk.model.traders",
    "supplyrisk.model.production",
    "supplyrisk.model.cells",
    "supplyrisk.model.blocks",
    "supplyrisk.model.targets",
    "supplyrisk.model.trade",
    "supplyrisk.model.start",
    "supplyrisk.model.receive",
    "supplyrisk.model.general_licences",
    "supplyrisk.model.orders",
    "supplyrisk.model.leaks",
    "supplyrisk.model.movement",
    "supplyrisk.model.exports",
    "supplyrisk.model.record",
    "supplyrisk.model.draws",
    "supplyrisk.model.applications",
    "supplyrisk.model.market",
    "supplyrisk.engines.compiled.calendar",
    "supplyrisk.engines.compiled.kernel",
)
LAYOUT_FILES = (
    "arrays",
    "arrays_market",
    "arrays_rules",
    "arrays_users",
    "arrays_zones",
    "arrays_run",
    "arrays_supply",
    "layout",
    "layout_types",
)
# Small functions that are called thousands of times a week. The compiler, left to itself, calls rather than copies
# most of them, at about 5 ns a call.
INLINE = {
    *("landed_ratio", "move_log_price", "near_balance", "thrifted", "put_rule_on_lane"),
    *("restart", "run_project", "answer", "plan_site", "ready_at_rest", "demand_ratio", "capacity_left", "ask_calmly"),
    *("note", "is_unruled", "fill_slot", "empty_slot"),
    *("depart", "transit_days", "arrive", "complete"),
    *("open_share", "leak_cost", "cheapness", "sum_holders", "wanted_order"),
    *("offered_price", "margin_ratio", "input_cost_rise", "running_share", "start_batch"),
    *("use_by_firms", "thrift_step", "used_at_price", "paid_price", "power", "power_by_log", "clip", "smooth"),
    *("exp", "log"),
}
PYTHON_ONLY = {"hash64", "run_key"}
# What `run_at` and `balance_at` call: their compiled twins get it when there is a compiler.
layout_at: Any = None
floats_at: Any = None
ints_at: Any = None
run_one: Any = None
balance: Any = None
_CACHE_SETTING = Lock()


@lru_cache(maxsize=1)
def compiled_kernel() -> Kernel:
    """`kernel.run_one`, compiled (at the first call, or read from disk), or plain with NUMBA_DISABLE_JIT=1.

    The machine code is cached on disk under a hash of all sources, numba and Python: numba's own check
    sees changes of the outermost function's file only.
    """
    import numba

    config: Any = numba.config
    if config.DISABLE_JIT:
        from .workspace import plain_kernel

        return plain_kernel
    entry = _entry(numba, run_at, {"run_one": vars(load_modules()[-1])["run_one"]})

    def kernel(work: Workspace, arm_events: NDArray[np.int64], key: int, out: NDArray[np.float64]) -> None:
        entry(*work.addresses, arm_events.ctypes.data, key, out.ctypes.data)

    return kernel


@lru_cache(maxsize=1)
def compiled_loops() -> loops.Loops | None:
    """The loops over a run's record, compiled and cached like the kernel; None with NUMBA_DISABLE_JIT=1."""
    import numba

    config: Any = numba.config
    if config.DISABLE_JIT:
        return None
    folder = cache_folder(numba.__version__)
    names = loops.Loops._fields
    with _cached_in(folder):
        found = [numba.njit(_at_home(getattr(loops, name), folder), cache=True, nogil=True) for name in names]
    return loops.Loops(*found)


@contextmanager
def _cached_in(folder: Path) -> Iterator[None]:
    """What is decorated here is cached in the folder.

    The setting is one for the whole process. Two threads that set and restored it at once left it empty, and machine code was
    written to wherever the program had been started.
    """
    from numba import config

    with _CACHE_SETTING:
        settings: Any = config
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(folder)
        try:
            yield
        finally:
            settings.CACHE_DIR = before


@lru_cache(maxsize=1)
def compiled_balance() -> Balance:
    """`trade.balance`, compiled and cached like the kernel, or plain with NUMBA_DISABLE_JIT=1."""
    import numba
    import numpy as np

    config: Any = numba.config
    if config.DISABLE_JIT:
        return trade.balance
    entry = _entry(numba, balance_at, {"balance": trade.balance})

    def balanced(layout: LayoutNumbers, floats: list[float], ints: list[int]) -> None:
        numbers, places = np.array(layout, dtype=np.int64), np.array(ints, dtype=np.int64)
        cells = np.array(floats)
        entry(numbers.ctypes.data, cells.ctypes.data, places.ctypes.data)
        floats[:] = cells.tolist()

    return balanced


def _entry(numba: Any, function: Any, called: dict[str, Any]) -> Any:
    """A function that Python calls with addresses, compiled together with all that it calls."""
    from .pointers import Arena, LayoutPointer, pointer

    twins = _twins()
    folder = cache_folder(numba.__version__)
    with _cached_in(folder):
        entry = _twin(numba, _at_home(function, folder), cache=True, nogil=True)
    entry.py_func.__globals__.update({name: twins[plain] for name, plain in called.items()})
    entry.py_func.__globals__.update(
        layout_at=pointer(LayoutPointer(Layout._fields)),
        floats_at=pointer(Arena("float")),
        ints_at=pointer(Arena("int")),
    )
    return entry


@lru_cache(maxsize=1)
def _twins() -> dict[Any, Any]:
    """The compiled twin of each function of the model."""
    import numba

    from .bits import BODIES
    from .parts import PartCompiler

    config: Any = numba.config
    config.SLP_VECTORIZE = 1  # joins neighbouring operations; the results are the same, 5 % sooner
    modules = load_modules()
    inner = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": PartCompiler}
    twins: dict[Any, Any] = dict(BODIES)
    for module in modules:
        for name, function in vars(module).items():
            own = isinstance(function, FunctionType) and function.__module__ == module.__name__
            if own and name not in PYTHON_ONLY and function not in twins:
                twins[function] = _twin(numba, function, forceinline=name in INLINE, **inner)
    for module in modules:
        _link(module, modules, twins)
    return twins


def balance_at(layout: Any, floats: Any, ints: Any) -> None:
    """`trade.balance` on memory given by address."""
    balance(layout_at(layout), floats_at(floats), ints_at(ints))


def run_at(layout: Any, floats: Any, ints: Any, arm_events: Any, key: Any, out: Any) -> None:
    """`kernel.run_one` on memory given by address."""
    run_one(layout_at(layout), floats_at(floats), ints_at(ints), ints_at(arm_events), key, floats_at(out))


def _at_home(function: Any, folder: Path) -> Any:
    """The function as if written in an empty file of the cache folder.

    numba keeps machine code apart by path and date of the source file. The folder's name says already what it was made
    from; so another copy of the same sources finds it too, and nobody takes it for there when it is not.
    """
    source = folder / "source.py"
    source.touch()
    os.utime(source, (0, 0))
    return FunctionType(function.__code__.replace(co_filename=str(source)), function.__globals__, function.__name__)


def load_modules() -> list[ModuleType]:
    """Modules whose functions are compiled."""
    package = __package__.removesuffix(".engines.compiled")
    return [importlib.import_module(package + name.removeprefix("supplyrisk")) for name in MODULES]


def _twin(numba: Any, function: Any, **options: Any) -> Any:
    """A compiled copy of a function with globals of its own, still empty."""
    space: dict[str, Any] = {"__builtins__": __builtins__, "__name__": function.__module__}
    copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__)
    copy.__qualname__ = function.__qualname__
    copy.__module__ = function.__module__
    return numba.njit(copy, error_model="numpy", **options)


def _link(module: ModuleType, modules: list[ModuleType], twins: dict[Any, Any]) -> None:
    """Point the twins of a module's functions at the twins of what they call."""
    names = {m.__name__: m for m in modules}
    space: dict[str, Any] = {}
    for name, thing in vars(module).items():
        if isinstance(thing, FunctionType) and thing in twins:
            space[name] = twins[thing]
        elif isinstance(thing, ModuleType) and thing.__name__ in names:
            inner = {k: twins.get(v, v) if isinstance(v, FunctionType) else v for k, v in vars(thing).items()}
            twin_module = ModuleType(thing.__name__)
            twin_module.__dict__.update(inner)
            space[name] = twin_module
        elif not name.startswith("__"):
            space[name] = thing
    for function, twin in twins.items():
        if function.__module__ == module.__name__ and hasattr(twin, "py_func"):
            twin.py_func.__globals__.update(space)


def cache_folder(numba_version: str) -> Path:
    """Folder for the machine code of these sources, numba, Python and machine; nobody else can write into it."""
    digest = hashlib.blake2b(digest_size=8)
    root = Path(__file__).parents[2]
    for name in (
        *MODULES,
        "supplyrisk.measures.loops",
        "supplyrisk.operations.declare",
        "supplyrisk.operations.table",
        *(f"supplyrisk.model.{name}" for name in LAYOUT_FILES),
        "supplyrisk.engines.compiled.bits",
        "supplyrisk.engines.compiled.jit",
        "supplyrisk.engines.compiled.parts",
        "supplyrisk.engines.compiled.pointers",
    ):
        digest.update((root / Path(*name.split(".")[1:])).with_suffix(".py").read_bytes())
    digest.update(f"{numba_version} {platform.python_version()} {platform.machine()}".encode())
    return private_folder(f"kernel-{digest.hexdigest()}")
