"""Whether run i of one batch met the same draws as run i of another, so that differences are effects and not chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def why_unpaired(
    one: Mapping[str, Any], other: Mapping[str, Any], draws: tuple[pd.DataFrame, pd.DataFrame] | None = None
) -> list[str]:
    """Why runs of the same number in two run folders are not the same draws; nothing if they are.

    Every draw has its own name, so that numbers which differ between the scenarios (a baseline number, an
    event, the range of something uncertain) leave all other draws as they are.

    Parameters
    ----------
    one, other : mapping
        Manifests.
    draws : pair of tables, optional
        `runs` of each, finished runs only. Numbers that are described alike in both must have been drawn alike.
    """
    reasons = []
    if one.get("seed") != other.get("seed"):
        reasons.append(f"the seeds differ ({one.get('seed')} and {other.get('seed')})")
    if one.get("sampler") != other.get("sampler"):
        reasons.append("the samplers differ")
    elif one.get("sampler") == "lhs" and one.get("design_block") != other.get("design_block"):
        reasons.append("Latin hypercubes of different size share no draws")
    if _version(one) != _version(other):
        reasons.append("they were computed by different versions of the model")
    if not _products(one) & _products(other):
        reasons.append("the worlds have no product in common")
    if draws is not None and not reasons:
        reasons += _unlike(one, other, *draws)
    return reasons


def _version(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """What decides the results: the hash of the source, and the version where an old folder holds none."""
    code = str((manifest.get("hashes") or {}).get("code", ""))
    return code, "" if code else str((manifest.get("versions") or {}).get("supplyrisk", ""))


def _products(manifest: Mapping[str, Any]) -> set[str]:
    return {str(p["id"]) for p in manifest.get("resolved", {}).get("world", {}).get("products", ())}


def _sampled(manifest: Mapping[str, Any]) -> dict[str, Any]:
    columns = manifest.get("resolved", {}).get("sampled", ())
    return {str(c["name"]): {k: v for k, v in c.items() if k != "central"} for c in columns}


def shared_numbers(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Uncertain numbers that are described alike in both, in the order of the first."""
    a, b = _sampled(one), _sampled(other)
    return [name for name in a if name in b and a[name] == b[name]]


def other_numbers(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Uncertain numbers that exist in one of the two only, or have another distribution there."""
    a, b = _sampled(one), _sampled(other)
    return sorted(name for name in {*a, *b} if a.get(name) != b.get(name))


def _unlike(one: Mapping[str, Any], other: Mapping[str, Any], a: pd.DataFrame, b: pd.DataFrame) -> list[str]:
    """Whether numbers that are described alike were drawn alike."""
    import numpy as np

    common = sorted(set(a["run"]) & set(b["run"]))
    if not common:
        return ["no run has the same number"]
    names = [name for name in shared_numbers(one, other) if name in a and name in b]
    x = a.set_index("run").loc[common, names].to_numpy(dtype=float)
    y = b.set_index("run").loc[common, names].to_numpy(dtype=float)
    alike = np.isclose(x, y, rtol=1e-12, atol=0.0).all(axis=0)
    if alike.all():
        return []
    return [f"{int((~alike).sum())} of {len(names)} drawn numbers differ between runs of the same number"]
