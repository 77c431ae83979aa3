"""The tables behind the answer: who loses what, what policies avert, where they act, which makers lack inputs."""

from __future__ import annotations

from .case import METRIC, stopped_makers, the_case
from .cells import Cell, ReportTable, arm_note, cell_of, date_cell, intervals_are
from .ladders import Ladder, ladders
from .pick import short_products, spread, total_spread
from .policy_rank import Averted, acting_places, criterion, ranking
from .run import Run
from .words import small

MOST_MAKERS = 15
MOST_SIZES = 12  # of a ladder that are told one by one


def losses(run: Run) -> ReportTable:
    """Who loses what: places asked about, groups, then countries, for the product the answer is about."""
    case = the_case(run)
    if not case.product or not short_products(run):
        return ReportTable("losses", "", "", (), ())
    use, product = case.end_use, case.product
    header = (
        "",
        "physically missing, weeks of normal use",
        "given up because of the price, weeks of normal use",
        "first short",
        "weeks short",
        "output at risk",
    )
    found = []
    for place in dict.fromkeys((*run.asked_places, *run.groups, *run.countries)):
        missing = spread(run, METRIC["missing"], run.main_arm, product, place, use)
        gone = spread(run, METRIC["given up"], run.main_arm, product, place, use)
        if missing is None or gone is None:
            continue
        cells = (
            Cell(run.label(place), "asked about" if place in run.asked_places else ""),
            cell_of(missing),
            cell_of(gone),
            date_cell(run, spread(run, "first_week_short", run.main_arm, product, place, use)),
            cell_of(spread(run, "weeks_short", run.main_arm, product, place, use)),
            cell_of(spread(run, "output_at_risk_usd", run.main_arm, "", place, use)),
        )
        rank = 0 if place in run.asked_places else 1 if place in run.groups else 2
        found.append((rank, -missing.p50, -gone.p50, cells))
    found.sort(key=lambda f: f[:3])
    name = small(run.label(product)) + (f" for {small(run.label(use))}" if use else "")
    note = (
        f"{arm_note(run)} A week of normal use is what is used in an average week at the prices before the events. Missing: "
        "wanted at the price paid and not to be had. Given up: no longer wanted because of the price. Output at risk is that "
        "of all products. First short: of the runs in which it happens at all."
    )
    return ReportTable("losses", f"Who loses {name}", note, header, tuple(cells for *_, cells in found))


def policies(run: Run) -> ReportTable:
    """Policies by the criterion of the answer, the best first, with what they do to prices and output."""
    from .quantities import headline_quantities

    found = ranking(run)
    others = [
        q for q in headline_quantities(run) if q.metric != METRIC.get(found.case.loss) or found.case.kind == "price"
    ]
    header = ("", "averts", "against the best", *(q.title for q in others))
    rows = []
    for each in found.order:
        title, name = run.policy_title(each.policy), run.policy_name(each.policy)
        cells = [
            Cell(title[:1].upper() + title[1:], name if name != title else ""),
            cell_of(each.by),
            _verdict(run, each),
        ]
        for q in others:
            s = spread(run, q.metric, f"policy:{each.policy}-scenario", q.product, q.place, q.end_use)
            cells.append(cell_of(s, "points" if q.unit == "%" else q.unit))
        rows.append(tuple(cells))
    note = (
        f"Policies are ranked by {criterion(run)}, the median over runs of the difference from the scenario on the same draws. "
        "Not distinguishable: the 80 % bands overlap. Columns to the right: change against the scenario, below zero is "
        f"relief. {_ladder_note(run)}{intervals_are(run)}"
    )
    return ReportTable("policies", "What the policies change", note, header, tuple(rows))


def _verdict(run: Run, each: Averted) -> Cell:
    found = ranking(run)
    if found.best is each:
        return Cell("best")
    if each in found.tied:
        return Cell("not distinguishable")
    if each in found.harmful:
        return Cell("makes it worse")
    return Cell("averts less" if found.best else "not plainly any relief")


def _ladder_note(run: Run) -> str:
    return "".join(f"One measure at several sizes, see the figure: {_sizes(ladder)}. " for ladder in ladders(run))


def _sizes(ladder: Ladder) -> str:
    """The sizes of a ladder; of a long one the ends."""
    count = len(ladder.sizes)
    if count > MOST_SIZES:
        return f"{ladder.said(0)} to {ladder.said(count - 1)}, {count} sizes"
    return ", ".join(ladder.said(number) for number in range(count))


def policies_by_place(run: Run) -> ReportTable:
    """What each policy changes for the places that act in it or pay for it."""
    case = the_case(run)
    header = (
        "",
        "place",
        "physically missing, weeks of normal use",
        "given up because of the price, weeks of normal use",
        "output at risk",
        "extra spending of users",
    )
    rows = []
    for policy in run.policies:
        arm = f"policy:{policy}-scenario"
        for place in acting_places(run, policy):
            cells = [
                cell_of(spread(run, METRIC["missing"], arm, case.product, place)),
                cell_of(spread(run, METRIC["given up"], arm, case.product, place)),
                cell_of(spread(run, "output_at_risk_usd", arm, "", place)),
                cell_of(total_spread(run, "extra_spend_usd", arm, place)),
            ]
            if any(cell.text != "–" for cell in cells):
                rows.append((Cell(run.policy_name(policy)), Cell(run.label(place)), *cells))
    name = small(run.label(case.product)) if case.product else ""
    note = (
        f"Change against the scenario on the same draws, below zero is relief; use of {name}, money of all products. Places: "
        "those that the policy's events name, whole groups by their name. What the policy itself costs a budget is not in it. "
        f"{intervals_are(run)}"
    )
    return ReportTable("policies_by_place", "What the policies change where they act", note, header, tuple(rows))


def makers_short(run: Run) -> ReportTable:
    """Makers that slow down or stand still because inputs are lacking."""
    header = ("", "", "output lost for lack of inputs", "first lacking", "weeks lacking")
    rows = [
        (
            Cell(run.label(m.product)),
            Cell(run.label(m.country)),
            cell_of(m.lost),
            date_cell(run, m.first),
            cell_of(m.weeks),
        )
        for m in stopped_makers(run)[:MOST_MAKERS]
    ]
    note = (
        f"{arm_note(run)} Makers that lack inputs in at least half of the runs: they start over 1 % less than orders, capacity "
        f"and prices call for. The {MOST_MAKERS} with the largest losses at most; all are in the table of outcomes."
    )
    return ReportTable("makers_short", "Makers that lack inputs", note, header, tuple(rows))
