"""Value added of end uses per tonne of material, held to the value added of the industry in each country.

Writes the rows `value_added_usd_per_t` of a world's `demand.csv` anew, from its own rows of use:

    python tools/value_added.py sim/supplyrisk/worlds/ndfeb [more folders]

Inputs, beside this file in `data/`:

value_added_by_industry.csv   value added by industry (ISIC 4) and economy, newest year (NSF Science and Engineering
                              Indicators 2024, table SKTI-2, and 2022, 2020; million current USD)
end_use_industries.csv        which share of which industry's value added stands behind an end use (assumption, reason in the row)

Equation, for end use e and country c (V value added, million USD a year; u use, t a year; s share of industry i):

    v(e, c) = sum over i of s(e, i) V(i, world) / u(e, world) * clip(r(e, c), 0.1, 2)
    r(e, c) = [sum over i of s(e, i) V(i, c) / sum over i of s(e, i) V(i, world)] / [u(e, c) / u(e, world)]

Unclipped, use times value is just s(e, i) V(i, c): what stops when all use stops is that part of the country's own industry,
and never more than the industry. The clip keeps small users whose tonnage is a guess from tonnes of gold or of nothing. Where
the table lacks a country, r = 1 and the row is an assumption that says so. The rest of the EU is EU27 less Germany, the rest of
the world what remains.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).parent / "data"
CLIP = (0.1, 2.0)
PARAMETER = "value_added_usd_per_t"
SOURCE = (
    "value added by industry and economy: NSF Science and Engineering Indicators 2024 (table SKTI-2), 2022, 2020; share of the "
    "industry that stands behind this use: assumption in tools/data/end_use_industries.csv"
)
UNKNOWN = "; taken at the world's mean per tonne: the table lacks the country's industry, its national accounts would replace it"
Industry = dict[str, dict[str, float]]


def table(name: str) -> list[dict[str, str]]:
    """Rows of a file in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def industries() -> Industry:
    """Value added in million USD by industry and economy (`WLD` the world, `EU27` the EU)."""
    found: Industry = defaultdict(dict)
    for row in table("value_added_by_industry.csv"):
        found[row["isic4"]][row["iso2"]] = float(row["value_added_musd"])
    return found


def of_country(by_economy: dict[str, float], country: str, others: list[str]) -> float | None:
    """Value added of one industry in a country of a world, million USD; None where the table lacks it."""
    if country == "REU":
        return by_economy["EU27"] - by_economy["DE"]
    if country == "ROW":
        named = [of_country(by_economy, other, others) for other in others if other != "ROW"]
        return max(by_economy["WLD"] - sum(v for v in named if v is not None), 0.0)
    return by_economy.get(country)


def shares_of(world: str) -> dict[str, dict[str, str]]:
    """Rows of the shares of a world, by end use."""
    return {row["end_use"]: row for row in table("end_use_industries.csv") if row["world"] == world}


def parse(text: str) -> dict[str, float]:
    """Industries and shares of `C29:0.24 C28:0.1`."""
    return {part.split(":")[0]: float(part.split(":")[1]) for part in text.split()}


def value_per_tonne(
    shares: dict[str, float], use: dict[str, float], country: str, data: Industry
) -> tuple[float, float, bool]:
    """Value added in USD per tonne in a country, what all its use carries in million USD, and whether r was clipped."""
    world_musd = sum(s * data[i]["WLD"] for i, s in shares.items())
    world_use = sum(use.values())
    here = [of_country(data[i], country, sorted(use)) for i in shares]
    ratio = 1.0
    if all(v is not None for v in here):
        musd = sum(s * (v or 0.0) for s, v in zip(shares.values(), here, strict=True))
        ratio = (musd / world_musd) / (use[country] / world_use)
    clipped = min(max(ratio, CLIP[0]), CLIP[1])
    value = world_musd * 1e6 / world_use * clipped
    return value, value * use[country] / 1e6, clipped != ratio


def rounded(value: float) -> str:
    """Three significant digits, written plainly."""
    return f"{float(f'{value:.3g}'):.0f}"


def rows_of(world: str, rows: list[dict[str, str]], data: Industry) -> list[dict[str, str]]:
    """New rows of value added for every end use and country with use, in the order of the rows of use."""
    use: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row["parameter"] == "use_t_per_year":
            use[row["end_use"]][row["country"]] += float(row["value"])
    shares, made = shares_of(world), []
    for end_use, by_country in use.items():
        chosen = shares[end_use]
        parts = parse(chosen["industries"])
        for country in by_country:
            value, musd, clipped = value_per_tonne(parts, dict(by_country), country, data)
            names = " + ".join(f"{share:g} of {industry}" for industry, share in parts.items())
            known = all(of_country(data[industry], country, sorted(by_country)) is not None for industry in parts)
            tail = "; held within a tenth and twice the world's mean per tonne" if clipped else "" if known else UNKNOWN
            made.append(
                dict.fromkeys(rows[0], "")
                | {
                    "parameter": PARAMETER,
                    "country": country,
                    "end_use": end_use,
                    "value": rounded(value),
                    "unit": "USD/t",
                    "low": rounded(value * float(chosen["low_factor"])),
                    "high": rounded(value * float(chosen["high_factor"])),
                    "shape": "pert",
                    "group": f"value_added_{end_use}",
                    "year": "2022",
                    "source": SOURCE,
                    "confidence": "low" if known else "assumption",
                    "note": f"{names}; all use here carries {musd:,.0f} m USD a year{tail}; {chosen['reason']}",
                }
            )
    return made


def rewrite(folder: Path, data: Industry) -> int:
    """Put the new rows where the old ones stood; returns their number."""
    path = folder / "demand.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = rows_of(folder.name, rows, data)
    at = next((n for n, row in enumerate(rows) if row["parameter"] == PARAMETER), len(rows))
    kept = [row for row in rows if row["parameter"] != PARAMETER]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept[:at] + made + kept[at:])
    path.write_text(text.getvalue(), encoding="utf-8")
    return len(made)


def main(folders: list[str]) -> None:
    """Write the rows of every folder named."""
    data = industries()
    for name in folders:
        print(f"{name}/demand.csv: {rewrite(Path(name), data)} rows of {PARAMETER}")


if __name__ == "__main__":
    main(sys.argv[1:])
