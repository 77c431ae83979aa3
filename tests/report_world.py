"""The world of the made-up run folders: products, users, prices, dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

PRODUCTS: list[dict[str, Any]] = [
    {"id": "light_concentrate", "name": "Light concentrate", "stage": "mining", "mass_basis": "t oxide", "inputs": []},
    {"id": "heavy_concentrate", "name": "Heavy concentrate", "stage": "mining", "mass_basis": "t oxide", "inputs": []},
    {
        "id": "ndpr_oxide",
        "name": "NdPr oxide",
        "stage": "refining",
        "mass_basis": "t oxide",
        "inputs": ["light_concentrate"],
    },
    {
        "id": "dytb_oxide",
        "name": "Dy/Tb oxide",
        "stage": "refining",
        "mass_basis": "t oxide",
        "inputs": ["heavy_concentrate"],
    },
    {
        "id": "standard_magnet",
        "name": "Standard magnets",
        "stage": "magnets",
        "mass_basis": "t finished",
        "inputs": ["ndpr_oxide"],
    },
    {
        "id": "ht_magnet",
        "name": "High-temperature magnets",
        "stage": "magnets",
        "mass_basis": "t finished",
        "inputs": ["ndpr_oxide", "dytb_oxide"],
    },
]
END_USES = {
    "ev_traction": ("Electric-vehicle traction", 0.30, 1.0),
    "wind": ("Wind turbines", 0.10, 0.5),
    "automotive_other": ("Cars, other", 0.18, 1.3),
    "consumer_electronics": ("Consumer electronics", 0.12, 0.3),
    "industrial_motors": ("Industrial motors and robots", 0.17, 0.6),
    "appliances": ("Appliances", 0.08, 0.2),
    "ebikes_other": ("E-bikes and other", 0.04, 0.3),
    "defence": ("Defence", 0.01, 1.1),
}
COUNTRIES = {
    "CN": ("China", 0.60),
    "JP": ("Japan", 0.11),
    "US": ("United States", 0.07),
    "DE": ("Germany", 0.07),
    "REU": ("Rest of the EU", 0.06),
    "KR": ("South Korea", 0.03),
    "VN": ("Vietnam", 0.02),
    "IN": ("India", 0.01),
    "ROW": ("Rest of the world", 0.03),
}
USE_T = {"standard_magnet": 150000.0, "ht_magnet": 60000.0}
MAKERS = {
    "light_concentrate": {"CN": 0.68, "US": 0.14, "ROW": 0.18},
    "heavy_concentrate": {"CN": 0.45, "ROW": 0.55},
    "ndpr_oxide": {"CN": 0.9, "ROW": 0.1},
    "dytb_oxide": {"CN": 0.99, "ROW": 0.01},
    "standard_magnet": {"CN": 0.92, "JP": 0.06, "DE": 0.02},
    "ht_magnet": {"CN": 0.90, "JP": 0.09, "DE": 0.01},
}
TONNES = {
    "light_concentrate": 90000.0,
    "heavy_concentrate": 3000.0,
    "ndpr_oxide": 80000.0,
    "dytb_oxide": 2500.0,
    "standard_magnet": 150000.0,
    "ht_magnet": 60000.0,
}
PRICES = {
    "light_concentrate": 15.0,
    "heavy_concentrate": 120.0,
    "ndpr_oxide": 60.0,
    "dytb_oxide": 300.0,
    "standard_magnet": 45.0,
    "ht_magnet": 75.0,
}
START = dt.date(2025, 1, 1)
EVENT_DAY = (dt.date(2025, 4, 4) - START).days
UNITS = {
    "production_t": "t/week",
    "wanted_t": "t/week",
    "shortage_t": "t/week",
    "shortage_unserved_t": "t/week",
    "shortage_priced_out_t": "t/week",
    "licence_granted_t": "t/week",
    "licence_refused_t": "t/week",
    "export_t": "t/month",
}
USERS = ("wanted_t", "shortage_t", "shortage_unserved_t", "shortage_priced_out_t")
SERIES = ("arm", "variable", "product", "place", "end_use", "date", "quantile", "run", "value", "unit")
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
