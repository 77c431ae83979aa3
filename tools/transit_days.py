"""Days from door to door between the countries of a world, computed from published distances and lead times.

Writes `transit.csv` of a world folder: one row per ordered pair of countries. Run from a checkout:

    python tools/transit_days.py sim/supplyrisk/worlds/ndfeb [more folders]

Inputs, beside this file in `data/`:

sea_distance.csv        shortest sea routes between ports (searoute 1.6.0, Eurostat marine network), nautical miles
lead_times_lpi2018.csv  median days from factory to port and from port to consignee (World Bank LPI survey 2018)
land_lanes.csv          rail and road lanes with approximate kilometres; where `days` is given, that many (published) count
                        instead of the formula
gateways.csv            the ports that stand for a country

Equations (days; nm nautical miles, v speed in knots, km kilometres):

sea     export lead + wait + nm / (24 v) + import lead      v = 14, wait = half a week for a weekly sailing
rail    export lead + km / 700 + 2 per change of gauge + import lead
road    export lead + km / 450 + 1 at the border + import lead
inside a country     export lead + 1: the haul from factory to port stands for a haul at home

Of the ports of a country the one reached first counts, for the rest of the world the mean over five. Countries whose
plants lie far inland (Russia, Kazakhstan, Tajikistan) reach theirs by rail. 14 knots is slow steaming;
700 km a day comes from published runs: Chongqing to Duisburg, 11,179 km in 16 days (China Daily, 2013-09-13), eastern
China to Germany in 18 to 20 days from terminal to terminal (ERAI index1520, January 2024).

Ranges: low at 18 knots without a wait, high at 12 knots with a week's wait and a week for a transshipment; land
lanes 0.75 to 1.5 times. Between Asia and Europe the central value goes round the Cape, as carriers did from the end of
2023 through 2025 (ERAI index1520: "routed via Cape of Good Hope"), and the low one through Suez.

Check: against 298 lanes of the first worlds, which had been written down by hand from carriers' schedules, a line of the
hand-written days on the sea days at 14 knots has 7.8 days at zero and slope 1.03 (R2 0.80): the formula's 3.5 days of waiting
and 4 to 9 days on land are that intercept. Single lanes are off by 5 days (standard deviation).
"""

from __future__ import annotations

import csv
import statistics
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data"
COLUMNS = (
    *("parameter", "product", "input", "country", "partner", "end_use", "value", "unit", "low", "high", "shape"),
    *("group", "year", "source", "confidence", "note"),
)
KNOTS = (18.0, 14.0, 12.0)  # fast, slow steaming, bad weather and detours
WAIT_DAYS = (0.0, 3.5, 14.0)  # none; half a week; a week and a week's transshipment
RAIL_KM_A_DAY = 700.0
ROAD_KM_A_DAY = 450.0
GAUGE_CHANGE_DAYS = 2.0
BORDER_DAYS = 1.0
# Two countries that ship through the same port of the table lie about 300 nm apart (Mersin for Turkey and for Israel).
SAME_PORT = {
    "sea_nm": "300",
    "sea_nm_without_suez": "",
    "from_port": "neighbouring ports",
    "to_port": "neighbouring ports",
    "from_code": "",
    "to_code": "",
}
LAND_RANGE = (0.75, 1.0, 1.5)
YEAR = 2025

SEA_SOURCE = (
    "sea distance by searoute 1.6.0 (Eurostat marine network) at 14 knots; median lead times on land: World Bank LPI "
    "survey 2018; formula in tools/transit_days.py"
)
LAND_SOURCE = (
    "rail 700 km a day by published runs (China Daily 2013-09-13; ERAI index1520 January 2024), road 450 km a day; median "
    "lead times: World Bank LPI survey 2018; formula in tools/transit_days.py"
)
HOME_SOURCE = "World Bank LPI survey 2018, median days from factory to port, and a day to unload"


@dataclass(frozen=True)
class Lane:
    """Low, central and high days of a lane, and how they were found."""

    days: tuple[float, float, float]
    kind: str  # sea, suez, land, home
    note: str


def table(name: str) -> list[dict[str, str]]:
    """Rows of a file in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Transit:
    """Distances and lead times, asked lane by lane."""

    def __init__(self) -> None:
        self.ports = {row["country"]: row["ports"].split() for row in table("gateways.csv")}
        self.sea: dict[tuple[str, str], dict[str, str]] = {}
        for row in table("sea_distance.csv"):
            self.sea[row["from_code"], row["to_code"]] = self.sea[row["to_code"], row["from_code"]] = row
        leads = table("lead_times_lpi2018.csv")
        self.export = {r["iso2"]: float(r["export_lead_days_median"]) for r in leads if r["export_lead_days_median"]}
        self.import_ = {r["iso2"]: float(r["import_lead_days_median"]) for r in leads if r["import_lead_days_median"]}
        self.land: dict[tuple[str, str], dict[str, str]] = {}
        for row in table("land_lanes.csv"):
            self.land[row["from"], row["to"]] = self.land[row["to"], row["from"]] = row

    def export_lead(self, country: str) -> float:
        """Median days from factory to port; the median of all surveyed countries where one is missing."""
        return self.export.get(country, statistics.median(self.export.values()))

    def import_lead(self, country: str) -> float:
        """Median days from port to consignee; the median of all surveyed countries where one is missing."""
        return self.import_.get(country, statistics.median(self.import_.values()))

    def lane(self, origin: str, destination: str) -> Lane:
        """Days from a door in one country to a door in the other."""
        if origin == destination:
            return self._home(origin)
        if (origin, destination) in self.land:
            return self._overland(origin, destination)
        return self._by_sea(origin, destination)

    def _home(self, country: str) -> Lane:
        days = self.export_lead(country) + 1.0
        return Lane((0.5 * days, days, 2.0 * days), "home", "inside the country")

    def _overland(self, origin: str, destination: str) -> Lane:
        row = self.land[origin, destination]
        days = self.export_lead(origin) + self._haul(row) + self.import_lead(destination)
        low, mid, high = (days * factor for factor in LAND_RANGE)
        return Lane((low, mid, high), "land", f"{row['mode']} about {int(row['km']):,} km: {row['note']}")

    @staticmethod
    def _haul(row: dict[str, str]) -> float:
        if row["days"]:
            return float(row["days"])
        km = float(row["km"])
        if row["mode"] == "rail":
            return km / RAIL_KM_A_DAY + GAUGE_CHANGE_DAYS * int(row["gauge_changes"])
        return km / ROAD_KM_A_DAY + BORDER_DAYS

    def _access(self, country: str) -> list[tuple[str, float, str]]:
        """Ports a country ships through, the days overland to each, and a note."""
        inland = [row for (start, _), row in self.land.items() if start == country and row["via"]]
        if inland:
            return [
                (
                    row["via"].split(":")[1],
                    self._haul(row),
                    f"{row['mode']} about {int(row['km']):,} km {row['note']}; ",
                )
                for row in inland
            ]
        if country not in self.ports:
            raise KeyError(f"no port and no lane to one: {country}")
        return [(port, 0.0, "") for port in self.ports[country]]

    def _by_sea(self, origin: str, destination: str) -> Lane:
        lead = self.export_lead(origin) + self.import_lead(destination)
        ways = [
            (self.sea[a, b] if a != b else SAME_PORT, lead + before + after, first + last)
            for (a, before, first), (b, after, last) in product(self._access(origin), self._access(destination))
            if a == b or (a, b) in self.sea
        ]
        if not ways:
            raise KeyError(f"no sea distance between {origin} and {destination}")
        if "ROW" in (origin, destination):
            return self._mean_lane(ways)
        row, fixed, note = min(ways, key=lambda way: _sea_days(way[0], way[1])[1])
        kind = "suez" if row["sea_nm_without_suez"] else "sea"
        via = " round the Cape, in the low value through Suez" if kind == "suez" else ""
        ports = f"{row['from_port']}-{row['to_port']} {_central_miles(row):,.0f} nm{via}"
        return Lane(_sea_days(row, fixed), kind, note + ports)

    @staticmethod
    def _mean_lane(ways: list[tuple[dict[str, str], float, str]]) -> Lane:
        """The mean over the ports that stand for the rest of the world; the range is half as wide as they lie apart."""
        ports = {row["to_code"] for row, _, _ in ways} | {row["from_code"] for row, _, _ in ways}
        lows, mids, highs = zip(*(_sea_days(row, fixed) for row, fixed, _ in ways), strict=True)
        mid = statistics.mean(mids)
        days = ((min(lows) + statistics.mean(lows)) / 2, mid, (max(highs) + statistics.mean(highs)) / 2)
        note = f"mean over {len(ways)} routes between {len(ports)} ports: five stand for the rest of the world"
        return Lane(days, "sea", note)


def _central_miles(row: dict[str, str]) -> float:
    """Nautical miles as ships went in 2024 and 2025: without Suez where there is such a route."""
    return float(row["sea_nm_without_suez"] or row["sea_nm"])


def _sea_days(row: dict[str, str], fixed: float) -> tuple[float, float, float]:
    """Low, central, high days by sea, waiting and `fixed` days on land included."""
    miles = (float(row["sea_nm"]), _central_miles(row), _central_miles(row))
    low, mid, high = (fixed + w + nm / (24.0 * v) for nm, v, w in zip(miles, KNOTS, WAIT_DAYS, strict=True))
    return low, mid, high


SOURCES = {
    "sea": (SEA_SOURCE, "medium", "sea_days"),
    "suez": (SEA_SOURCE, "medium", "suez"),
    "land": (LAND_SOURCE, "low", ""),
    "home": (HOME_SOURCE, "low", ""),
}


def rows_of(countries: list[str], transit: Transit) -> list[dict[str, str]]:
    """Rows of `transit.csv` for every ordered pair of the countries, in the order given."""
    rows = []
    for origin, destination in product(countries, countries):
        lane = transit.lane(origin, destination)
        source, confidence, group = SOURCES[lane.kind]
        low, mid, high = (f"{max(1.0, days):.1f}".removesuffix(".0") for days in lane.days)
        ranged = lane.kind in ("sea", "suez")
        values = {
            "parameter": "transit_days",
            "country": destination,
            "partner": origin,
            "value": mid,
            "unit": "days",
            "low": low if ranged else "",
            "high": high if ranged else "",
            "shape": "pert" if ranged else "",
            "group": group,
            "year": str(YEAR),
            "source": source,
            "confidence": confidence,
            "note": lane.note if ranged or lane.kind == "home" else f"{lane.note}; {low} to {high} days",
        }
        rows.append({column: values.get(column, "") for column in COLUMNS})
    return rows


def countries_of(folder: Path) -> list[str]:
    """Codes of a world's countries, in the file's order."""
    from ruamel.yaml import YAML

    return list(YAML(typ="safe").load((folder / "world.yaml").read_text(encoding="utf-8"))["countries"])


def main(folders: list[str]) -> None:
    """Write `transit.csv` of every folder named."""
    transit = Transit()
    for name in folders:
        folder = Path(name)
        rows = rows_of(countries_of(folder), transit)
        with (folder / "transit.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{folder / 'transit.csv'}: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
