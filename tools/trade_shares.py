"""Shares of import by supplier from bilateral trade statistics, laid into a world's `trade.csv`.

    python tools/trade_shares.py sim/supplyrisk/worlds/ndfeb [more folders]

Inputs, beside this file in `data/`:

trade_by_code.csv   bilateral trade by HS code and year, tonnes and thousand USD (CEPII BACI, from UN Comtrade; flows under
                    100,000 USD a year left out, 99.6 % of the value kept)
trade_codes.csv     which code stands for which product, by value or by tonnes, over which years
trade_points.csv    single flows that a better source has than the codes (customs by eight digits), tonnes a year

For every buyer of a product with a code, the part of its purchases that is not home supply is shared out over foreign makers as
the statistics have it:

    share(partner) = (1 - home) * flow(partner) / sum over makers of flow

flow is the mean over the years named. Home supply stays as the table has it (it follows from output and use). Only countries
that make the product in the world count as suppliers: what others sell on is left out, or counted for the maker it comes from where
`through` says so (TH>ROW). The rest of the EU and of the world are summed over their members.

What a hub sells is counted for the makers it buys from, in the mix of its purchases (column `hubs`): the Philippines finish
magnets for Japanese owners, so that part of what Japan buys there is Japan's own and drops out. Purchases of a hub that is no
country of the world of its own are left out; a hub that is one (Vietnam) keeps them.

A flow of trade_points.csv takes its place before the codes: its share is tonnes over all foreign purchases of the buyer, over the
products of the same codes; the other makers share what is left as the codes have it.

A share of 5 % or more gets a range: the lowest and highest of its share by value and by tonnes and by single year, where the
source has them. Buyers for whom the statistics hold less than 0.5 million USD a year keep their rows.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from transit_days import countries_of

DATA = Path(__file__).parent / "data"
EU_OTHERS = (
    *("AT", "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
LEAST_THOUSAND_USD = 500.0
LEAST_SHARE = 0.002  # smaller lanes are left out
RANGED_FROM = 0.05
MOST_HOME = 0.995
SOURCE = "CEPII BACI V202601 (UN Comtrade), HS {codes}, {years}, by {measure}; computed by tools/trade_shares.py"

Flow = tuple[str, str, str, str, float, float]  # code, year, exporter, importer, tonnes, thousand USD
Points = dict[tuple[str, str], dict[str, str]]  # (buyer, seller): row of trade_points.csv with its share of imports


def table(name: str) -> list[dict[str, str]]:
    """Rows of a file in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def flows() -> list[Flow]:
    """All flows; tonnes are 0 where the source has none. Of two sources for one year the one with tonnes counts."""
    best: dict[tuple[str, str], bool] = {}
    rows = table("trade_by_code.csv")
    for row in rows:
        key = (row["hs"], row["year"])
        best[key] = best.get(key, False) or not row["source"].endswith("usd")
    return [
        (r["hs"], r["year"], r["exporter"], r["importer"], float(r["tonnes"] or 0), float(r["thousand_usd"]))
        for r in rows
        if not (best[r["hs"], r["year"]] and r["source"].endswith("usd"))
    ]


def place(country: str, members: Iterable[str]) -> str:
    """The country of a world that stands for a country: itself, the rest of the EU or of the world."""
    if country in members:
        return country
    return "REU" if country in EU_OTHERS and "REU" in members else "ROW"


def import_shares(
    chosen: list[Flow], members: list[str], makers: set[str], through: dict[str, str], by: str
) -> dict[str, dict[str, float]]:
    """Shares of each buyer's imports by maker; trade inside a group is left out."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for _, _, exporter, importer, tonnes, thousand_usd in chosen:
        seller, buyer = place(exporter, members), place(importer, members)
        seller = through.get(seller, seller)
        if seller in makers and seller != buyer:
            sums[buyer][seller] += tonnes if by == "tonnes" else thousand_usd
    return {
        buyer: {seller: flow / sum(row.values()) for seller, flow in row.items()}
        for buyer, row in sums.items()
        if sum(row.values()) > 0
    }


def without_hubs(
    chosen: list[Flow], members: list[str], makers: set[str], through: dict[str, str], hubs: list[str]
) -> list[Flow]:
    """Flows with what hubs sell counted for the makers they buy from, in the mix of their purchases."""

    def hub_of(country: str) -> str | None:
        here = place(country, members)
        return country if country in hubs else here if here in hubs else None

    mix = {hub: (defaultdict[str, float](float), defaultdict[str, float](float)) for hub in hubs}
    for _, _, exporter, importer, tonnes, thousand_usd in chosen:
        hub, seller = hub_of(importer), place(exporter, members)
        seller = through.get(seller, seller)
        if hub is not None and hub_of(exporter) is None and seller in makers:
            mix[hub][0][seller] += tonnes
            mix[hub][1][seller] += thousand_usd
    made: list[Flow] = []
    for code, year, exporter, importer, tonnes, thousand_usd in chosen:
        hub, into = hub_of(exporter), hub_of(importer)
        if (into is not None and into not in members) or (hub is not None and hub == into):
            continue
        if hub is None:
            made.append((code, year, exporter, importer, tonnes, thousand_usd))
            continue
        by_tonnes, by_value = mix[hub]
        for seller, value in by_value.items():
            part = by_tonnes[seller] / (sum(by_tonnes.values()) or 1.0)
            made.append((code, year, seller, importer, tonnes * part, thousand_usd * value / sum(by_value.values())))
    return made


def ranges(
    chosen: list[Flow], members: list[str], makers: set[str], through: dict[str, str]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Lowest and highest share of each lane over measures and single years."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for year in sorted({flow[1] for flow in chosen}):
        part = [flow for flow in chosen if flow[1] == year]
        for by in ("value", "tonnes"):
            shares = import_shares(part, members, makers, through, by)
            for buyer, row in shares.items():
                for seller in makers - {buyer}:
                    found[buyer, seller].append(row.get(seller, 0.0))
    return {lane: (min(seen), max(seen)) for lane, seen in found.items()}


def new_rows(
    code: dict[str, str],
    rows: list[dict[str, str]],
    members: list[str],
    makers: set[str],
    all_flows: list[Flow],
    points: Points | None = None,
) -> list[dict[str, str]]:
    """Rows of one product: the statistics' where they say enough, else the ones that stood there."""
    codes, years, by = code["codes"].split(), code["years"].split(), code["measure"]
    through = dict(part.split(">") for part in code["through"].split())
    chosen = [flow for flow in all_flows if flow[0] in codes and flow[1] in years]
    chosen = without_hubs(chosen, members, makers, through, code["hubs"].split())
    shares = import_shares(chosen, members, makers, through, by)
    spread = ranges(chosen, members, makers, through)
    worth: dict[str, float] = defaultdict(float)
    for _, _, exporter, importer, _, thousand_usd in chosen:
        if place(exporter, members) != place(importer, members):
            worth[place(importer, members)] += thousand_usd / len(years)
    made: list[dict[str, str]] = []
    for buyer in dict.fromkeys(row["country"] for row in rows):
        mine = [row for row in rows if row["country"] == buyer]
        if buyer in code["skip_buyers"].split() or worth[buyer] < LEAST_THOUSAND_USD or buyer not in shares:
            made += mine
            continue
        known = {seller: point for (to, seller), point in (points or {}).items() if to == buyer}
        made += _buyer_rows(code, mine, buyer, shares[buyer], spread, worth[buyer], known)
    return made


def _buyer_rows(
    code: dict[str, str],
    mine: list[dict[str, str]],
    buyer: str,
    shares: dict[str, float],
    spread: dict[tuple[str, str], tuple[float, float]],
    worth: float,
    known: dict[str, dict[str, str]],
) -> list[dict[str, str]]:
    shares, scale = _with_points(shares, known)
    home_rows = [row for row in mine if row["partner"] == buyer]
    home = min(sum(float(row["value"]) for row in home_rows), MOST_HOME)
    kept = {seller: share for seller, share in shares.items() if share >= LEAST_SHARE}
    total = sum(kept.values())
    made = [row | {"value": f"{home:.4f}"} for row in home_rows]
    left = round(1.0 - home, 4) if home_rows else 1.0
    ordered = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    values = [round(left * share / total, 4) for _, share in ordered]
    values[0] = round(left - sum(values[1:]), 4)
    first, last = code["years"].split()[0], code["years"].split()[-1]
    years = first if first == last else f"{first}-{last[-2:]}"
    source = SOURCE.format(codes=code["codes"], years=years, measure=code["measure"])
    for (seller, share), value in zip(ordered, values, strict=True):
        if value <= 0.0:
            continue
        low, high = (left * scale * bound for bound in spread[buyer, seller])
        point = known.get(seller)
        if point is not None:
            low, high = left * float(point["low"]), min(left * float(point["high"]), left)
        ranged = value >= RANGED_FROM and low < value < high
        made.append(
            dict.fromkeys(mine[0], "")
            | {
                "parameter": "trade_share",
                "product": code["product"],
                "country": buyer,
                "partner": seller,
                "value": f"{value:.4f}",
                "unit": "share",
                "low": f"{max(low, 0.0001):.4f}" if ranged else "",
                "high": f"{min(high, 1.0):.4f}" if ranged else "",
                "shape": "pert" if ranged else "",
                "year": code["years"].split()[-1],
                "source": source if point is None else point["source"],
                "confidence": "medium" if point is None else point["confidence"],
                "note": _note(code, share, worth, point),
            }
        )
    return made


def _with_points(shares: dict[str, float], known: dict[str, dict[str, str]]) -> tuple[dict[str, float], float]:
    """Shares of imports with known flows in their place, and the factor on the others."""
    if not known:
        return shares, 1.0
    given = {seller: float(point["share"]) for seller, point in known.items()}
    others = {seller: share for seller, share in shares.items() if seller not in given}
    scale = (1.0 - sum(given.values())) / (sum(others.values()) or 1.0)
    return given | {seller: share * scale for seller, share in others.items()}, scale


def _note(code: dict[str, str], share: float, worth: float, point: dict[str, str] | None) -> str:
    of_imports = f"{share * 100:.1f} % of imports"
    if point is not None:
        return f"{of_imports}: {float(point['tonnes']):,.0f} t; {point['note']}"
    return f"{of_imports} worth {worth / 1000:,.1f} m USD a year; {code['reason']}"


def points_of(world: str, codes: str, bought_abroad: dict[str, float]) -> Points:
    """Known flows as shares of what each buyer buys abroad, with the range as shares.

    Parameters
    ----------
    world, codes
        Name of the world; codes of `trade_codes.csv`.
    bought_abroad
        Tonnes a year that each buyer buys from other countries, over all products of these codes.
    """
    found: Points = {}
    for row in table("trade_points.csv"):
        if row["world"] == world and row["codes"] == codes and row["buyer"] in bought_abroad:
            abroad = bought_abroad[row["buyer"]]
            shares = {k: str(min(float(row[k]) / abroad, 0.99)) for k in ("low", "high")}
            share = str(min(float(row["tonnes"]) / abroad, 0.98))
            found[row["buyer"], row["seller"]] = row | shares | {"share": share}
    return found


def bought_abroad(folder: Path, trade: list[dict[str, str]], products: set[str]) -> dict[str, float]:
    """Tonnes a year that each country buys abroad of products of final use, from use and home supply."""
    with (folder / "demand.csv").open(encoding="utf-8", newline="") as file:
        uses = [r for r in csv.DictReader(file) if r["parameter"] == "use_t_per_year" and r["product"] in products]
    home = {
        (row["product"], row["country"]): float(row["value"])
        for row in trade
        if row["parameter"] == "trade_share" and row["country"] == row["partner"]
    }
    sums: dict[str, float] = defaultdict(float)
    for row in uses:
        key = (row["product"], row["country"])
        sums[row["country"]] += float(row["value"]) * (1.0 - min(home.get(key, 0.0), MOST_HOME))
    return sums


def rewrite(folder: Path, all_flows: list[Flow]) -> str:
    """Lay the statistics into a world's `trade.csv`; returns what was done."""
    members = countries_of(folder)
    path = folder / "trade.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "production.csv").open(encoding="utf-8", newline="") as file:
        outputs = [row for row in csv.DictReader(file) if row["parameter"] == "output_t_per_year"]
    changed = 0
    for code in [row for row in table("trade_codes.csv") if row["world"] == folder.name]:
        mine = [r for r in rows if r["parameter"] == "trade_share" and r["product"] == code["product"]]
        makers = {row["country"] for row in outputs if row["product"] == code["product"]}
        same = {
            c["product"] for c in table("trade_codes.csv") if (c["world"], c["codes"]) == (folder.name, code["codes"])
        }
        points = points_of(folder.name, code["codes"], bought_abroad(folder, rows, same))
        fresh = new_rows(code, mine, members, makers, all_flows, points)
        at = rows.index(mine[0])
        rest = [row for row in rows if row not in mine]
        rows = rest[:at] + fresh + rest[at:]
        changed += len(fresh) - sum(row in mine for row in fresh)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return f"{path}: {changed} shares from statistics"


def main(folders: list[str]) -> None:
    """Rewrite the tables of every folder named."""
    all_flows = flows()
    for name in folders:
        print(rewrite(Path(name), all_flows))


if __name__ == "__main__":
    main(sys.argv[1:])
