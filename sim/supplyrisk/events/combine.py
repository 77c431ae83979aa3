"""How two rules of one kind combine where both are in force on the same lane, site, user or buyer.

The engines do it in `supplyrisk.model.lane_rules` and `supplyrisk.model.controls`; a test lays two rows of every operation
on one another and compares what comes out with this table, from which the reference page is made.
"""

from __future__ import annotations

from dataclasses import dataclass

# How two levels a and b become one.
WAYS = {
    "larger": "the larger holds",
    "stricter": "the stricter holds",
    "add": "they add up",
    "multiply": "they multiply",
    "compound": "each takes its share of what the others leave",
    "all": "all hold",
}


@dataclass(frozen=True)
class Combination:
    """One row: operation, what analysts call its rules, the way levels combine (a key of `WAYS`), and the rest."""

    op: str
    rules: str
    way: str
    more: str = ""


COMBINATIONS: tuple[Combination, ...] = (
    Combination("close", "bans, refusals of users or firms, closed transit", "larger", "the larger share is stopped"),
    Combination(
        "quota",
        "quotas",
        "all",
        "what leaves counts against every quota that its lane is under; the quota on fewest lanes is shared out first",
    ),
    Combination("tariff", "duties, export taxes, the cost of a detour", "add", "to the duty of the baseline too"),
    Combination("delay", "slow customs, the time of a detour", "add"),
    Combination("hold", "shipments set aside by customs", "larger", "with its own time"),
    Combination(
        "licence",
        "licence regimes, content rules",
        "stricter",
        "the office that grants the smaller part of its normal exports (capacity x grant rate) decides about the lane, "
        "of equals the one with fewer exports; a content rule only while its threshold is met. The other office keeps "
        "its capacity as a share of the lanes left to it",
    ),
    Combination("general_licence", "general licences", "larger"),
    Combination("leak", "transshipment", "larger", "the larger cap, with its own growth, time, cost and risk"),
    Combination("enforcement", "enforcement", "compound", "of additional chances of seizure the larger holds"),
    Combination("sourcing", "preferences for suppliers", "multiply"),
    Combination("capacity_loss", "outages", "compound"),
    Combination("new_capacity", "new plants and recycling at one site", "add", "cost and need of inputs are averaged"),
    Combination("price_floor", "price floors", "larger"),
    Combination("subsidy", "subsidies", "add"),
    Combination("offtake", "offtake contracts", "larger", "the buyers of all of them are served first"),
    Combination("project_delay", "delays of a project", "add"),
    Combination("demand", "changes of demand", "add", "20 % and 30 % more are 50 % more"),
    Combination("new_demand", "new demand", "add"),
    Combination("thrift", "programmes that save or substitute", "larger"),
    Combination("cover_obligation", "obligations to hold stock", "larger"),
    Combination(
        "stockpile",
        "public reserves",
        "larger",
        "of targets, filling and release; of the thresholds of release the lower; initial stocks add up",
    ),
    Combination("joint_purchase", "joint purchasing", "all", "all members buy as one"),
    Combination("suspend", "suspensions", "all", "an event stands still while any of them is in force"),
)
