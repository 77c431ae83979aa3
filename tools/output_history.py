"""Output by product and country of the last years, as published, beside a world's tables: `history.csv`.

    python tools/output_history.py sim/supplyrisk/worlds/antimony [more folders]

Inputs, beside this file in `data/`:

output_statistics.csv   output by country and year, tonnes, of three publications: USGS Mineral Commodity Summaries 2026 (2024, 2025),
                        World Mining Data 2026 (2021-2024), BGS World Mineral Statistics (2021-2023)
history_products.csv    which commodity of the statistics stands for which product, and whose figures count: of each year those of the
                        first publication that has the year. So the last two years are those of USGS, on which the worlds rest, and
                        a step between 2023 and 2024 may be one of sources; the rows name theirs.
                        Cobalt ends in 2024: what followed the export stop of February 2025 is kept out of its world.

oxide_contents.csv      where a product is a part of what the statistics count (Nd and Pr, Dy and Tb in rare earth oxides): the share
                        of a country's tonnes that it is, typical of its deposits, with which the world's own outputs are made

Countries that a world does not name are summed into the rest of the EU or of the world. Rows made with a content are of low
confidence: the mix of a country's deposits is held constant.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from trade_shares import EU_OTHERS, table
from transit_days import countries_of

COLUMNS = ("year", "product", "country", "value", "unit", "source", "confidence")
FIRST, LAST = 2021, 2025
LEAST_SURE = ("high", "medium", "low")
BY_BASIS = {"reported": "high", "estimated": "medium"}

Made = dict[tuple[int, str], tuple[float, str, str]]  # year, country: tonnes, source, confidence


def statistics(commodity: str, publications: list[str], countries: set[str], content: dict[str, float]) -> Made:
    """What was made by year and country of a world, of each year by the first publication that has it."""
    by_source: dict[str, dict[int, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in table("output_statistics.csv"):
        if row["commodity"] == commodity and FIRST <= int(row["year"]) <= LAST:
            by_source[row["publication"]][int(row["year"])].append(row)
    found: Made = {}
    for year in range(FIRST, LAST + 1):
        chosen = next(
            (name for start in publications for name in by_source if name.startswith(start) and by_source[name][year]),
            None,
        )
        for row in by_source[chosen][year] if chosen else []:
            key = year, place(row["country"], countries)
            before, _, sure = found.get(key, (0.0, "", "high"))
            tonnes, confidence, source = float(row["tonnes"]), BY_BASIS[row["basis"]], row["publication"]
            if content:
                tonnes *= content.get(row["country"], content[""])
                confidence, source = "low", f"{source}: {commodity} x content of the country's deposits"
            found[key] = before + tonnes, source, max(confidence, sure, key=LEAST_SURE.index)
    return {key: made for key, made in found.items() if made[0] > 0.0}


def place(country: str, countries: set[str]) -> str:
    """Code under which a world counts a country."""
    if country in countries:
        return country
    return "REU" if country in (*EU_OTHERS, "DE") and "REU" in countries else "ROW"


def contents(product: str, name: str) -> dict[str, float]:
    """Share of a country's tonnes that is the product, "" for other countries; nothing where it is all of it."""
    return (
        {}
        if name == "1"
        else {r["country"]: float(r["share"]) for r in table(f"{name}.csv") if r["product"] == product}
    )


def history(folder: Path) -> list[tuple[str, ...]]:
    """Rows of a world's history."""
    rows = []
    countries = set(countries_of(folder))
    for line in table("history_products.csv"):
        if line["world"] != folder.name:
            continue
        content = contents(line["product"], line["content"])
        made = statistics(line["commodity"], line["publications"].split(";"), countries, content)
        for (year, country), (tonnes, source, confidence) in sorted(made.items()):
            rows.append((str(year), line["product"], country, f"{tonnes:.5g}", "t/yr", source, confidence))
    return rows


def main(folders: list[str]) -> None:
    for name in folders:
        rows = history(Path(name))
        with (Path(name) / "history.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)
        print(f"{name}/history.csv: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
