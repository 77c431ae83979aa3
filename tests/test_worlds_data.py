"""Every shipped world: each number has a source, the chain closes, the balance can be found.

These tests read the files as a reader would (pandas), without the project's own loader, so that a fault
in the loader cannot hide a fault in the data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from supplyrisk.model.stated import traded
from supplyrisk.spec.load import read_world
from supplyrisk.spec.parameters import PARAMETER_BY_NAME
from supplyrisk.spec.worldfile import tables_of

from .small_worlds import scenario

WORLDS = Path(__file__).parent.parent / "sim" / "supplyrisk" / "worlds"
NAMES = sorted(p.parent.name for p in WORLDS.glob("*/world.yaml"))
DIMS = ["product", "input", "country", "partner", "end_use"]
COLUMNS = ["parameter", *DIMS, "value", "unit", "low", "high", "shape", "group", "year", "source", "confidence", "note"]

# China's share of a stage's output: lowest and highest that the sources allow
CHINA_SHARES = {
    "ndfeb": [
        (("light_concentrate", "heavy_concentrate"), 0.61, 0.70),
        (("ndpr_oxide",), 0.89, 0.925),
        (("dytb_oxide",), 0.985, 0.995),
        (("standard_magnet", "ht_magnet"), 0.90, 0.94),
    ],
    "gallium": [(("crude_gallium",), 0.985, 0.993), (("pure_gallium",), 0.45, 0.70)],
    "antimony": [(("antimony_ore",), 0.30, 0.45), (("antimony_metal",), 0.55, 0.65)],
    "tungsten": [(("tungsten_ore",), 0.77, 0.83), (("apt",), 0.80, 0.87)],
    "germanium": [(("crude_germanium",), 0.60, 0.75), (("germanium",), 0.66, 0.70)],
    "graphite": [(("flake_graphite",), 0.75, 0.87), (("natural_anode", "synthetic_anode"), 0.94, 0.97)],
    "bismuth": [(("bismuth_metal",), 0.80, 0.90)],
    "magnesium": [(("magnesium",), 0.84, 0.93)],
    "cobalt": [(("cobalt_intermediate",), 0.003, 0.02), (("cobalt_chemical", "cobalt_metal"), 0.76, 0.82)],
}


class Data:
    """One world folder: `meta` (world.yaml) and `rows` (all CSV files together)."""

    def __init__(self, name: str) -> None:
        self.name = name
        folder = WORLDS / name
        self.meta = YAML(typ="safe").load((folder / "world.yaml").read_text(encoding="utf-8"))
        frames = []
        for path in tables_of(folder):
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            assert list(frame.columns) == COLUMNS, path
            frames.append(frame)
        self.rows = pd.concat(frames, ignore_index=True)
        self.rows["number"] = self.rows["value"].astype(float)
        self.tables = dict(iter(self.rows.groupby("parameter")))
        self.records = {name: table.to_dict("records") for name, table in self.tables.items()}
        self.products = [p["id"] for p in self.meta["products"]]
        self.inputs = {p["id"]: list(p.get("inputs") or []) for p in self.meta["products"]}
        self.countries = list(self.meta["countries"])

    def table(self, parameter: str) -> pd.DataFrame:
        empty = self.rows.iloc[:0]  # a world of one stage has no recipes
        return self.tables.get(parameter, empty)

    def cells(self, parameter: str, *dims: str, column: str = "number") -> dict[tuple[str, ...], float]:
        table = self.table(parameter)
        keys = zip(*(table[d] for d in dims))
        return dict(zip(keys, table[column]))

    def draw(self, rng: np.random.Generator) -> None:
        """Column `drawn`: every uncertain number somewhere in its range, groups at the same quantile."""
        given = self.rows["low"] != ""
        low = pd.to_numeric(self.rows["low"].where(given, self.rows["value"]))
        high = pd.to_numeric(self.rows["high"].where(given, self.rows["value"]))
        groups = self.rows["group"].where(self.rows["group"] != "", self.rows.index.astype(str))
        quantile = dict.fromkeys(groups, 0.0)
        # corners half of the time: that is where a balance breaks
        for group in quantile:
            quantile[group] = rng.choice([0.0, 1.0]) if rng.random() < 0.5 else rng.random()
        self.rows["drawn"] = low + groups.map(quantile) * (high - low)
        self.tables = dict(iter(self.rows.groupby("parameter")))

    def lookup(self, parameter: str, **where: str) -> float | None:
        """Value of the row with most dimensions that fits `where`."""
        best, rank, ties = None, -1, 0
        for row in self.records.get(parameter, []):
            given = [d for d in DIMS if row[d]]
            if all(row[d] == where.get(d) for d in given):
                if len(given) > rank:
                    best, rank, ties = row["number"], len(given), 0
                elif len(given) == rank:
                    ties += 1
        assert ties == 0, f"{parameter} {where}: two rows with equally many dimensions"
        return PARAMETER_BY_NAME[parameter].default if best is None else best

    def balance(self, column: str = "number") -> dict[str, dict[str, dict[str, float]]]:
        """Per product: output scaled to need by country, need by buying country, scale factor."""
        output = self.cells("output_t_per_year", "product", "country", column=column)
        use = self.cells("use_t_per_year", "product", "country", "end_use", column=column)
        recipe = self.cells("recipe_t_per_t", "product", "input", column=column)
        result: dict[str, dict[str, dict[str, float]]] = {}
        for product in reversed(self.products):
            need = dict.fromkeys(self.countries, 0.0)
            for (used, country, _), tonnes in use.items():
                if used == product:
                    need[country] += tonnes
            for maker, inputs in self.inputs.items():
                if product in inputs:
                    for country, tonnes in result[maker]["output"].items():
                        need[country] += recipe[maker, product] * tonnes
            observed = {c: t for (p, c), t in output.items() if p == product}
            factor = sum(need.values()) / sum(observed.values())
            result[product] = {
                "output": {c: t * factor for c, t in observed.items()},
                "need": {c: t for c, t in need.items() if t > 0},
                "factor": {"factor": factor},
            }
        return result


@pytest.fixture(scope="module", params=NAMES)
def world(request: pytest.FixtureRequest) -> Data:
    return Data(request.param)


def test_worlds_are_shipped() -> None:
    assert "ndfeb" in NAMES


def test_worlds_every_number_has_unit_year_source_and_confidence(world: Data) -> None:
    for row in world.rows.to_dict("records"):
        where = tuple(row[c] for c in COLUMNS[:6])
        assert row["parameter"] in PARAMETER_BY_NAME, where
        parameter = PARAMETER_BY_NAME[row["parameter"]]
        assert row["unit"] == parameter.unit, where
        assert parameter.low <= row["number"] <= parameter.high, where
        assert row["source"].strip(), where
        assert int(row["year"]) in range(1990, 2027), where
        assert row["confidence"] in {"high", "medium", "low", "assumption"}, where
        if row["confidence"] == "assumption":
            assert row["note"].strip(), where
            assert "would" in row["note"], f"{where}: an assumption says what would replace it"
        assert "general knowledge" not in (row["source"] + row["note"]).lower(), where
        assert all(not row[d] or d in parameter.dims for d in DIMS), where


def test_worlds_uncertainty_is_well_formed(world: Data) -> None:
    for row in world.rows.to_dict("records"):
        where = tuple(row[c] for c in COLUMNS[:6])
        given = [bool(row[c]) for c in ("low", "high", "shape")]
        assert all(given) or not any(given), where
        if not any(given):
            assert not row["group"], where
            continue
        assert row["shape"] in {"uniform", "triangular", "pert", "lognormal", "normal"}, where
        low, high = float(row["low"]), float(row["high"])
        assert low <= row["number"] <= high, where
        assert low < high, where
        parameter = PARAMETER_BY_NAME[row["parameter"]]
        assert parameter.low <= low, where
        assert high <= parameter.high, where


def test_worlds_names_exist_and_rows_are_unique(world: Data) -> None:
    end_uses = {e["id"] for e in world.meta["end_uses"]}
    known = {
        "product": set(world.products),
        "input": set(world.products),
        "country": set(world.countries),
        "partner": set(world.countries),
        "end_use": end_uses,
    }
    for dim, names in known.items():
        assert set(world.rows[dim]) - {""} <= names, dim
    assert not world.rows.duplicated(COLUMNS[:6]).any()
    assert {u for (_, _, u) in world.cells("use_t_per_year", "product", "country", "end_use")} == end_uses
    rest = [zone for zone, codes in world.meta["zones"].items() if "rest" in codes]
    assert len(rest) == 1


def test_worlds_no_output_or_use_is_zero(world: Data) -> None:
    assert (world.table("output_t_per_year")["number"] > 0).all()
    assert (world.table("use_t_per_year")["number"] > 0).all()
    assert (world.table("trade_share")["number"] > 0).all()


def test_worlds_recipes_cover_the_inputs_and_nothing_else(world: Data) -> None:
    wanted = {(p, i) for p, inputs in world.inputs.items() for i in inputs}
    assert set(world.cells("recipe_t_per_t", "product", "input")) == wanted
    order = {p: n for n, p in enumerate(world.products)}
    assert all(order[i] < order[p] for p, i in wanted)


def test_worlds_trade_shares_sum_to_one(world: Data) -> None:
    sums = world.table("trade_share").groupby(["product", "country"])["number"].sum()
    assert np.allclose(sums.to_numpy(), 1.0, atol=1e-9)


def test_worlds_output_meets_need_within_a_quarter(world: Data) -> None:
    for product, part in world.balance().items():
        assert 0.8 <= part["factor"]["factor"] <= 1.25, product


def test_worlds_lanes_join_sites_to_all_who_need_them(world: Data) -> None:
    lanes = set(world.cells("trade_share", "product", "partner", "country"))
    for product, part in world.balance().items():
        sellers = {o for (p, o, _) in lanes if p == product}
        buyers = {d for (p, _, d) in lanes if p == product}
        assert sellers == set(part["output"]), product  # every site sells, every seller has a site
        assert buyers == set(part["need"]), product


def test_worlds_lanes_have_a_transit_time(world: Data) -> None:
    for _, origin, destination in world.cells("trade_share", "product", "partner", "country"):
        days = world.lookup("transit_days", partner=origin, country=destination)
        assert days is not None
        assert days >= 1


def test_worlds_required_parameters_are_given_once(world: Data) -> None:
    """Everything without a default has a value for every cell that exists, and no two rows compete."""
    users = world.cells("use_t_per_year", "product", "country", "end_use")
    for product, country, end_use in users:
        for name in ("cover_weeks", "cover_cv", "value_added_usd_per_t", "dependent_share", "elasticity_short"):
            dims = {"product": product, "country": country, "end_use": end_use}
            dims = {d: v for d, v in dims.items() if d in PARAMETER_BY_NAME[name].dims}
            value = world.lookup(name, **dims)
            assert value is not None
            if name == "value_added_usd_per_t":
                assert value > 0, dims
    for product in world.products:
        for name in ("price_usd_per_kg", "processing_time_days", "contract_share"):
            assert world.lookup(name, product=product) is not None
    for product, country in world.cells("output_t_per_year", "product", "country"):
        for name in ("utilisation", "output_cover_weeks"):
            assert world.lookup(name, product=product, country=country) is not None


def test_worlds_money_margin_is_clearly_positive(world: Data) -> None:
    price = world.cells("price_usd_per_kg", "product")
    recipe = world.cells("recipe_t_per_t", "product", "input")
    for product, inputs in world.inputs.items():
        cost = sum(recipe[product, i] * price[(i,)] for i in inputs)
        assert price[(product,)] - cost >= 0.1 * price[(product,)], product


def test_worlds_china_share_is_what_the_sources_say(world: Data) -> None:
    output = world.cells("output_t_per_year", "product", "country")
    for products, low, high in CHINA_SHARES[world.name]:
        total = sum(t for (p, _), t in output.items() if p in products)
        china = sum(t for (p, c), t in output.items() if p in products and c == "CN")
        assert low <= china / total <= high, products


def test_worlds_trade_is_as_stated(world: Data) -> None:
    """Balancing must not turn the recorded trade inside out: few purchases come from other sellers than stated."""
    loaded = read_world(world.name)
    columns = tuple(loaded.columns[column] for column in sorted(loaded.columns))
    for item in traded(scenario(loaded.world, sampled=columns)):
        assert item.moved_share < 0.10, item.product
        assert item.opened_share < 0.02, item.product
        for lane in item.lanes:
            if lane.is_stated and lane.t_per_year > 0.05 * item.need_t_per_year:
                assert 1 / 1.4 < lane.share / lane.stated_share < 1.4, (item.product, lane)


def test_worlds_money_margin_stays_positive_over_the_default_uncertainty(world: Data) -> None:
    rng = np.random.default_rng(20230801)
    for _ in range(40):
        world.draw(rng)
        price = world.cells("price_usd_per_kg", "product", column="drawn")
        recipe = world.cells("recipe_t_per_t", "product", "input", column="drawn")
        for product, inputs in world.inputs.items():
            assert price[(product,)] > sum(recipe[product, i] * price[(i,)] for i in inputs), product
