"""Phase 7 of a market week: write the weekly columns."""

from __future__ import annotations

from .arrays import Floats, Ints
from .exports import record_export_money
from .layout_types import Layout
from .prices import office_age_weeks


def record(L: Layout, F: Floats, I: Ints, week: int, day: int) -> None:
    """Fill row `week` of the weekly record (users' columns are written as they use)."""
    row = L.weekly_record + week * L.n_weekly
    for c in range(L.n_cells):
        F[row + I[L.weekly_first_spot] + c] = F[L.spot + c]
        lead = I[L.cell_lead + c]
        F[row + I[L.weekly_first_cover] + c] = F[L.cover_now + lead]
        F[row + I[L.weekly_first_firms] + c] = F[L.stock_sum + c]
        F[row + I[L.weekly_first_reason] + c] = float(I[L.price_reason + lead])
    for n in range(L.n_nodes):
        F[row + I[L.weekly_first_paid_node] + n] = F[L.node_paid + n]
    if I[L.weekly_first_stockpile] >= 0:
        for n in range(L.n_nodes):
            F[row + I[L.weekly_first_stockpile] + n] = F[L.stockpile + n]
            F[row + I[L.weekly_first_bought] + n] = F[L.stockpile_bought + n]
            F[row + I[L.weekly_first_sold] + n] = F[L.stockpile_sold + n]
            F[L.stockpile_bought + n] = 0.0
            F[L.stockpile_sold + n] = 0.0
    record_paid_by_zone(L, F, I, row)
    if I[L.weekly_first_fob] >= 0:
        record_fob(L, F, I, row)
    for s in range(L.n_sites):
        F[row + I[L.weekly_first_made] + s] = F[L.site_made + s]
        F[L.site_made + s] = 0.0
    record_support(L, F, I, row)
    if I[L.rules] == 1:
        record_export_money(L, F, I, row)
    fed = 0
    for s in range(L.n_sites):
        if I[L.site_input_count + s] > 0:
            F[row + I[L.weekly_first_called] + fed] = F[L.site_called + s]
            F[row + I[L.weekly_first_lacking] + fed] = F[L.site_lacking + s]
            fed += 1
    for o in range(L.n_offices):
        column = row + I[L.office_column + o]
        F[column] = F[L.office_backlog + o]
        F[column + 1] = 7.0 * office_age_weeks(L, F, I, o, day)
        F[column + 2] = F[L.office_granted + o]
        F[column + 3] = F[L.office_refused + o]
        F[L.office_granted + o] = 0.0
        F[L.office_refused + o] = 0.0
    if I[L.tracked] == 1:
        record_exposure(L, F, I, row)


def record_support(L: Layout, F: Floats, I: Ints, row: int) -> None:
    """What makers are promised in the week, by site; only the columns that some event fills."""
    if I[L.weekly_first_subsidy] >= 0:
        for s in range(L.n_sites):
            F[row + I[L.weekly_first_subsidy] + s] = F[L.site_subsidy + s]
    if I[L.weekly_first_floor] >= 0:
        for s in range(L.n_sites):
            F[row + I[L.weekly_first_floor] + s] = F[L.site_floor + s]
    if I[L.weekly_first_offtake] >= 0:
        for s in range(L.n_sites):
            F[row + I[L.weekly_first_offtake] + s] = F[L.site_offtake + s]


def record_paid_by_zone(L: Layout, F: Floats, I: Ints, row: int) -> None:
    """Paid and contract prices by product and zone: means over the zone's nodes, weighted by normal purchases."""
    first = row + I[L.weekly_first_paid]
    contract = row + I[L.weekly_first_contract]
    for c in range(L.n_cells):
        F[first + c] = 0.0
        F[contract + c] = 0.0
        F[L.use_sum + c] = 0.0
    for n in range(L.n_nodes):
        cell = I[L.node_cell + n]
        F[first + cell] += F[L.node_paid + n] * F[L.node_need + n]
        F[contract + cell] += F[L.node_contract + n] * F[L.node_need + n]
        F[L.use_sum + cell] += F[L.node_need + n]
    for c in range(L.n_cells):
        if F[L.use_sum + c] > 0.0:
            F[first + c] = F[first + c] / F[L.use_sum + c]
            F[contract + c] = F[contract + c] / F[L.use_sum + c]
        else:
            F[first + c] = F[L.spot + c]
            F[contract + c] = F[L.contract + c]
        F[L.cell_paid + c] = F[first + c]
    for c in range(L.n_cells):
        lead = I[L.cell_lead + c]
        if lead != c:
            F[first + c] = F[first + lead]
            F[contract + c] = F[contract + lead]
            F[L.cell_paid + c] = F[L.cell_paid + lead]


def record_fob(L: Layout, F: Floats, I: Ints, row: int) -> None:
    """Free-on-board prices by product and zone, of the products that have one."""
    for c in range(L.n_cells):
        place = I[L.product_fob + I[L.cell_product + c]]
        if place >= 0:
            F[row + I[L.weekly_first_fob] + place + c % L.n_zones] = F[L.fob + I[L.cell_lead + c]]


def record_exposure(L: Layout, F: Floats, I: Ints, row: int) -> None:
    """Content of the tracked origin in the stocks of every node's holders."""
    first = row + I[L.weekly_first_exposure]
    for n in range(L.n_nodes):
        total = 0.0
        carried = 0.0
        for d in range(L.n_desks):
            if I[L.desk_node + d] == n:
                total += F[L.desk_need + d]
                carried += F[L.desk_need + d] * F[L.desk_content + d]
        F[first + n] = carried / total if total > 0.0 else 0.0
