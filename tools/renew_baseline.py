"""Store what three shipped scenarios give, so that a test can say when results move.

    python tools/renew_baseline.py       # runs them (half a minute), writes tests/baseline.yaml, says what moved

Whatever moves them is named in the changelog with its reason, in the same commit. Runs give the same bits on every
machine; only the quantiles' last digits may differ, hence TOLERANCE.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sim"))
BASELINE = ROOT / "tests" / "baseline.yaml"
RUNS, SEED = 20, 1
TOLERANCE = 1e-6  # relative
DIGITS = 9
STATISTICS = ("p10", "p50", "p90")
HEADER = """\
# What shipped scenarios give: 10 %, 50 % and 90 % quantiles of {runs} runs with seed {seed}, null where a metric does not
# exist in these runs. Written by tools/renew_baseline.py; tests/test_baseline.py compares. Say in CHANGELOG.md why it moved.
"""

# Scenario -> outcomes: arm or difference, metric, product, place.
SCENARIOS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "china_heavy_ree_licences_2025": (
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN"),
        ("scenario", "price_spot_peak_index", "ht_magnet", "exCN"),
        ("scenario", "price_paid_index", "ht_magnet", "JP"),
        ("scenario", "shortage_percent", "ht_magnet", "world"),
        ("scenario", "shortage_unserved_t", "ht_magnet", "DE"),
        ("scenario", "first_week_short", "ht_magnet", "DE"),
        ("scenario", "licence_backlog_peak_t", "ht_magnet", "CN"),
        ("policy:reserve_60_days-scenario", "shortage_percent", "ht_magnet", "world"),
    ),
    "china_export_ban_refined": (
        ("scenario", "price_spot_peak_index", "ndpr_oxide", "exCN"),
        ("scenario", "price_spot_index", "ndpr_oxide", "CN"),
        ("scenario", "price_spot_recovery_week", "ndpr_oxide", "exCN"),
        ("scenario", "shortage_percent", "standard_magnet", "world"),
        ("scenario", "maker_short_percent", "standard_magnet", "JP"),
        ("scenario", "production_t", "ndpr_oxide", "world"),
        ("scenario", "extra_spend_usd", "ht_magnet", "world"),
        ("policy:reserve_180_days-scenario", "shortage_percent", "ht_magnet", "world"),
    ),
    "cobalt_export_stop_and_quotas": (
        ("scenario", "price_spot_peak_index", "cobalt_intermediate", "exCN"),
        ("scenario", "price_spot_index", "cobalt_metal", "CN"),
        ("scenario", "price_paid_peak_index", "cobalt_chemical", "KR"),
        ("scenario", "shortage_percent", "cobalt_chemical", "world"),
        ("scenario", "maker_short_percent", "cobalt_chemical", "CN"),
        ("scenario", "production_t", "cobalt_intermediate", "CD"),
        ("scenario", "output_at_risk_usd", "cobalt_metal", "world"),
        ("policy:recycling-scenario", "shortage_percent", "cobalt_chemical", "world"),
    ),
}

Stored = dict[str, dict[str, dict[str, float | None]]]


def plain(value: float) -> float | None:
    """A number as it is stored."""
    return None if math.isnan(value) else float(f"{value:.{DIGITS}g}")


def measure(scenario: str) -> dict[str, dict[str, float | None]]:
    """Quantiles of a scenario's outcomes, by outcome."""
    import supplyrisk

    path = ROOT / "scenarios" / f"{scenario}.yaml"
    results = supplyrisk.run(path, runs=RUNS, seed=SEED, workers=1, keep_series="none")
    found = {}
    for arm, metric, product, place in SCENARIOS[scenario]:
        rows = results.summary(metric, arm, product=product, place=place, end_use="all")
        if len(rows) != 1:
            raise SystemExit(f"{scenario}: {len(rows)} rows of {metric} {product} {place} in {arm}")
        found[f"{arm} {metric} {product} {place}"] = {name: plain(float(rows[name].iloc[0])) for name in STATISTICS}
    return found


def stored() -> Stored:
    """What is stored."""
    found: Stored = YAML(typ="safe").load(BASELINE) if BASELINE.exists() else {}
    return found


def same(one: float | None, other: float | None) -> bool:
    """Whether two numbers are the same to the tolerance."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-9)


def moved(before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Outcomes that are no longer what they were."""
    for name in sorted({*before, *now}):
        old, new = before.get(name, {}), now.get(name, {})
        changed = [one for one in STATISTICS if not same(old.get(one), new.get(one))]
        if changed or set(old) != set(new):
            yield f"{name}: " + ", ".join(f"{one} {old.get(one)} -> {new.get(one)}" for one in changed)


def written(found: Stored) -> str:
    """The numbers as YAML, one outcome a line."""
    lines = []
    for scenario, outcomes in found.items():
        lines.append(f"{scenario}:")
        for name, numbers in outcomes.items():
            shown = ", ".join(f"{one}: {'null' if value is None else repr(value)}" for one, value in numbers.items())
            lines.append(f'  "{name}": {{{shown}}}')
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run, say what moved, store."""
    before = stored()
    now = {scenario: measure(scenario) for scenario in SCENARIOS}
    lines = [f"{scenario}: {line}" for scenario in now for line in moved(before.get(scenario, {}), now[scenario])]
    BASELINE.write_text(HEADER.format(runs=RUNS, seed=SEED) + written(now), encoding="utf-8")
    print("\n".join(lines) if lines else "nothing moved")


if __name__ == "__main__":
    main()
