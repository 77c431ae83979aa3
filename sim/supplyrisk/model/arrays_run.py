"""Records and scalars of a run, and the places of the compiled engine's calendar."""

from __future__ import annotations

from .arrays import Array

# The records come last: they are long, and start as zeros.
RECORDS: tuple[Array, ...] = (
    Array("weekly_record", "weekly_record", "float", "as declared", "row per week, column per weekly column"),
    Array("monthly_record", "monthly_record", "float", "as declared", "row per month, column per monthly column"),
)

# The compiled engine's calendar, placed by `batch` behind everything else (see `supplyrisk.engines.compiled.kernel`).
CALENDAR = (
    "calendar",
    "node_ints",
    "node_floats",
    "pool_size",
    "day_nodes",
    "carrier_first",
    "carrier_next",
    "carrier_end",
    "slot_counter",
    "slot_amount",
    "slot_content",
    "weekday_first",
    "weekday_carriers",
    "trace_ints",
    "trace_floats",
    "trace_room",
)

# Scalars: single numbers, as arrays of length one on dimension "one".
SCALARS: tuple[Array, ...] = (
    Array("capacity_growth", "one", "float", "1/yr", "outlook growth of capacity"),
    Array("lead_days", "one", "int", "days", "lead-in: days simulated before what is reported"),
    Array("rules", "one", "int", "0/1", "the arm has events that may happen"),
    Array("cuts_ahead", "one", "int", "bits", "days of the coming week on which rules change"),
    Array("supply_answers", "one", "int", "0/1", "capacity is decided, laid up or unrecorded beyond entry at once"),
    Array("state_trades", "one", "int", "0/1", "a state buys or sells tonnes now"),
    Array("traders", "one", "int", "0/1", "traders hold stock in this run"),
    Array("in_force", "one", "int", "0/1", "an effect is in force now"),
    Array("frozen", "one", "int", "0/1", "a freeze of licences is in force"),
    Array("remembers", "one", "int", "0/1", "rules that are over leave something behind"),
    Array("leaking", "one", "int", "0/1", "goods leak on some lane now"),
    Array("known", "one", "int", "0/1", "somebody knows of a rule or a cut, in force or to come"),
    Array("singled_out", "one", "int", "0/1", "rules in force single out buyers"),
    Array("known_before", "one", "int", "0/1", "the same last week"),
    Array("obliged", "one", "int", "0/1", "some users must hold more than they want"),
    Array("run_error", "one", "float", "ln", "b: the model's own error that a run keeps, in units of tau"),
    Array("tracked", "one", "int", "0/1", "the content share of an origin is tracked"),
    Array("tracked_country", "one", "int", "index", "that origin"),
    Array("weekly_first_spot", "one", "int", "index", "first weekly column of spot prices"),
    Array("weekly_first_paid", "one", "int", "index", "of paid prices by zone"),
    Array("weekly_first_contract", "one", "int", "index", "of contract prices by zone"),
    Array("weekly_first_fob", "one", "int", "index", "of free-on-board prices, -1 where no product has one"),
    Array("weekly_first_paid_node", "one", "int", "index", "of paid prices by country"),
    Array("weekly_first_cover", "one", "int", "index", "of cover"),
    Array("weekly_first_firms", "one", "int", "index", "of stocks that firms hold or that are afloat to them"),
    Array("weekly_first_reason", "one", "int", "index", "of the reasons of price gaps"),
    Array("weekly_first_made", "one", "int", "index", "of production"),
    Array("weekly_first_called", "one", "int", "index", "of the batches called for, of sites with inputs"),
    Array("weekly_first_lacking", "one", "int", "index", "of what inputs do not suffice for, of sites with inputs"),
    Array("weekly_first_leak", "one", "int", "index", "of leakage by node, -1 where nothing can leak"),
    Array("weekly_first_stockpile", "one", "int", "index", "of public stocks by node, -1 where no event changes any"),
    Array("weekly_first_bought", "one", "int", "index", "of what is put into them, likewise"),
    Array("weekly_first_sold", "one", "int", "index", "of what is taken out of them, likewise"),
    Array("weekly_first_tax", "one", "int", "index", "of export taxes by site, -1 where no event levies any"),
    Array("weekly_first_rent", "one", "int", "index", "of export rents by site, -1 where no rule can make any"),
    Array("weekly_first_rent_paid", "one", "int", "index", "of the same by node"),
    Array("weekly_first_subsidy", "one", "int", "index", "of subsidies by site, -1 where no event pays any"),
    Array("weekly_first_floor", "one", "int", "index", "of guaranteed prices by site, -1 where there are none"),
    Array("weekly_first_offtake", "one", "int", "index", "of offtake prices by site, -1 where there are none"),
    Array("weekly_first_exposure", "one", "int", "index", "of origin exposure by node"),
    Array("season_first", "one", "int", "index", "first of n_end_uses x 12 seasonal factors in F, -1 none"),
)
