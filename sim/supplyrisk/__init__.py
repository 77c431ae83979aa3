"""supplyrisk: who goes short, when, and at what price, when a critical mineral is squeezed.

The whole of what programs and notebooks use, by example:

>>> import supplyrisk
>>> results = supplyrisk.run("scenarios/china_export_ban_refined.yaml", runs=50)  # doctest: +SKIP
>>> results.difference("shortage_percent", product="ht_magnet", place="JP")  # doctest: +SKIP

Names are loaded when they are first used, so that `import supplyrisk` itself takes no time.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api.questions import discovery, portfolio, sensitivity
    from .api.results import Results, open_run
    from .api.running import run
    from .api.scenario import LoadedScenario, load_scenario, load_world
    from .api.studies import StudyResults, n_minus_1, run_study, sweep, threshold
    from .errors import Problems, SupplyriskError
    from .events.registry import EVENT_TYPES
    from .results.difference import Difference

_HOMES = {
    "Difference": "results.difference",
    "EVENT_TYPES": "events.registry",
    "LoadedScenario": "api.scenario",
    "Problems": "errors",
    "Results": "api.results",
    "StudyResults": "api.studies",
    "SupplyriskError": "errors",
    "discovery": "api.questions",
    "load_scenario": "api.scenario",
    "load_world": "api.scenario",
    "n_minus_1": "api.studies",
    "open_run": "api.results",
    "portfolio": "api.questions",
    "run": "api.running",
    "run_study": "api.studies",
    "sensitivity": "api.questions",
    "sweep": "api.studies",
    "threshold": "api.studies",
}
__all__ = [
    "EVENT_TYPES",
    "Difference",
    "LoadedScenario",
    "Problems",
    "Results",
    "StudyResults",
    "SupplyriskError",
    "discovery",
    "load_scenario",
    "load_world",
    "n_minus_1",
    "open_run",
    "portfolio",
    "run",
    "run_study",
    "sensitivity",
    "sweep",
    "threshold",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
