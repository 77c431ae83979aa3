"""Engines: how a compiled scenario is run. Both give the same bits; see `reference` and `batch`."""

from __future__ import annotations

from .protocol import Engine, RunSeries, Trace

__all__ = ["ENGINES", "Engine", "RunSeries", "Trace", "get_engine"]

ENGINES = ("reference", "batch")


def get_engine(name: str) -> Engine:
    """The engine of that name: `reference` (SimPy) or `batch` (compiled)."""
    if name == "reference":
        from .simpy_engine import ReferenceEngine

        return ReferenceEngine()
    if name == "batch":
        from .compiled.engine import BatchEngine

        return BatchEngine()
    raise ValueError(f"no engine {name!r}; known are {', '.join(ENGINES)}")
