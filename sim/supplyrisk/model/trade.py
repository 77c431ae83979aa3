"""Who sells how much to whom before anything happens: the stated trade, changed as little as it must be.

Uses are given; outputs follow from them upstream, split over countries as stated. The stated trade shares hardly ever
fit both to the last tonne, and after a change of outputs or uses often cannot fit at all. The flows taken are those
that make every buyer whole and every maker sell its output at the smallest distance from what is stated, with new lanes
at a price; they exist for any outputs and uses above zero.
"""

from __future__ import annotations

import math

from ..powers import exp, log
from .arrays import Floats, Ints
from .economics import WEEKS_PER_YEAR
from .layout_types import Layout

# A lane that nobody states opens where a stated one would have to carry more than this many times what is stated
# (assumption: trade statistics miss small flows, so a new lane is unlikely, not impossible).
STRETCH = 10.0
# The same for a lane that is stated to carry nothing: it opens only where nothing else can.
STRETCH_OF_NOTHING = 1e4

ROUNDS = 200
TOLERANCE = 1e-13  # largest relative gap of an output or a purchase
NEAR = 1e-6  # below such a gap each round squares it
NOISE = 1e-10  # a gap below this that does not shrink any more is rounding
LONGEST_STEP = 2.0  # of a logarithm: a factor of 7.4
HALVINGS = 40
# Part of its sum that is added to each diagonal entry: one pull can be traded for another without any flow changing.
RIDGE = 1e-11


def balance(L: Layout, F: Floats, I: Ints) -> float:
    """Outputs, purchases and flows in t/week, from final use upstream through the recipes.

    Makers buy inputs for what they sell, not for what they are stated to make: whatever the flows are, the start is a
    fixed point.

    Returns
    -------
    float
        Largest difference of an output from the stated one, relative to it; infinite where somebody needs what nobody
        makes.
    """
    for n in range(L.n_nodes):
        F[L.node_need + n] = 0.0
    for u in range(L.n_users):
        use = F[L.use_t_per_year + u] / WEEKS_PER_YEAR
        F[L.user_use + u] = use
        F[L.node_need + I[L.user_node + u]] += use
    worst = 0.0
    for back in range(L.n_products):
        misfit = balance_product(L, F, I, L.n_products - 1 - back)
        if misfit > worst:
            worst = misfit
    return worst


def balance_product(L: Layout, F: Floats, I: Ints, k: int) -> float:
    """Flows and outputs of one product, and what its makers need of their inputs."""
    sites = range(I[L.product_site_first + k], I[L.product_site_first + k] + I[L.product_site_count + k])
    nodes = range(I[L.product_node_first + k], I[L.product_node_first + k] + I[L.product_node_count + k])
    need = 0.0
    for n in nodes:
        need += F[L.node_need + n]
    made = 0.0
    for s in sites:
        made += F[L.output_t_per_year + s]
    F[L.product_scale + k] = need * WEEKS_PER_YEAR / made if made > 0.0 else 0.0
    for s in sites:
        F[L.site_wanted + s] = need * F[L.output_t_per_year + s] / made if made > 0.0 else 0.0
    fit_flows(L, F, I, k)
    misfit = settle_flows(L, F, I, k, need)
    for s in sites:
        F[L.site_capacity + s] = F[L.site_output + s] / F[L.utilisation + s]
        for q in range(I[L.site_input_first + s], I[L.site_input_first + s] + I[L.site_input_count + s]):
            F[L.node_need + I[L.input_node + q]] += F[L.site_output + s] * F[L.recipe + q]
    return misfit


def fit_flows(L: Layout, F: Floats, I: Ints, k: int) -> None:
    """Flows of one product that meet its outputs r_i and needs c_j, by Newton's method on the pulls.

    Of all flows f_ij >= 0 with row sums r_i and column sums c_j those are taken that make

        sum over stated lanes of f log(f / s) - f  +  sum over others of (f + g) log((f + g) / g) - f + f log(STRETCH)

    smallest, with s_ij = (stated share) c_j and g_ij = r_i c_j / (all needs), which is what i would sell to j if origin
    and destination had nothing to do with each other. With a pull a_i for each site and b_j for each buyer (the
    constraints' multipliers) that is

        f = s exp(a + b)  on a stated lane,      f = g max(0, exp(a + b) / STRETCH - 1)  on another,

    so stated lanes keep their proportions as in iterative proportional fitting (Deming and Stephan 1940), and a new one
    carries exactly nothing until a stated one in its place would have to be stretched by STRETCH. Every pair may open,
    so a solution exists for all outputs and needs above zero; the sum above is strictly convex, so there is one. The
    pulls make the dual (see `try_step`) smallest, which Newton's method with a step kept short finds in a few rounds.
    """
    for s in range(I[L.product_site_first + k], I[L.product_site_first + k] + I[L.product_site_count + k]):
        F[L.site_pull + s] = 0.0
        F[L.site_step + s] = 0.0
    for n in range(I[L.product_node_first + k], I[L.product_node_first + k] + I[L.product_node_count + k]):
        F[L.node_pull + n] = 0.0
        F[L.node_step + n] = 0.0
    dual = try_step(L, F, I, k, 0.0)
    before = math.inf
    for _ in range(ROUNDS):
        gap = largest_gap(L, F, I, k)
        if gap < TOLERANCE or (gap < NOISE and gap >= before):
            break
        before = gap
        step = find_step(L, F, I, k)
        for _ in range(HALVINGS):
            found = try_step(L, F, I, k, step)
            # Next to the bottom the whole step is right, and the dual's own rounding hides the way down.
            if gap < NEAR or found <= dual + 1e-14 * abs(dual):
                break
            step = step * 0.5
        dual = found
        for s in range(I[L.product_site_first + k], I[L.product_site_first + k] + I[L.product_site_count + k]):
            F[L.site_pull + s] += step * F[L.site_step + s]
        for n in range(I[L.product_node_first + k], I[L.product_node_first + k] + I[L.product_node_count + k]):
            F[L.node_pull + n] += step * F[L.node_step + n]


def try_step(L: Layout, F: Floats, I: Ints, k: int, step: float) -> float:
    """Flows, their slopes and the gaps that are left with `step` of the planned change of pulls.

    Returns
    -------
    float
        The dual, t/week: sum of stated flows + sum over opened lanes of g (x / STRETCH - 1 - log(x / STRETCH)) - sum
        of r_i a_i - sum of c_j b_j, with x = exp(a_i + b_j). Its slopes in the pulls are the gaps.
    """
    first_site, n_sites = I[L.product_site_first + k], I[L.product_site_count + k]
    first_node, n_nodes = I[L.product_node_first + k], I[L.product_node_count + k]
    link = I[L.product_link_first + k]
    dual = 0.0
    total = 0.0
    for n in range(first_node, first_node + n_nodes):
        pull = F[L.node_pull + n] + step * F[L.node_step + n]
        F[L.node_factor + n] = exp(pull)
        F[L.node_gap + n] = -F[L.node_need + n]
        F[L.node_slope + n] = 0.0
        total += F[L.node_need + n]
        dual -= F[L.node_need + n] * pull
    for s in range(first_site, first_site + n_sites):
        pull = F[L.site_pull + s] + step * F[L.site_step + s]
        factor = exp(pull)
        wanted = F[L.site_wanted + s]
        F[L.site_slope + s] = 0.0
        F[L.site_gap + s] = -wanted
        dual -= wanted * pull
        for n in range(first_node, first_node + n_nodes):
            flow = 0.0
            slope = 0.0
            need = F[L.node_need + n]
            if wanted > 0.0 and need > 0.0:
                stretched = factor * F[L.node_factor + n]
                if F[L.trade_share + link] > 0.0:
                    flow = F[L.trade_share + link] * need * stretched
                    slope = flow
                    dual += flow
                elif stretched > F[L.link_stretch + link]:
                    ratio = stretched / F[L.link_stretch + link]
                    usual = wanted * need / total
                    slope = usual * ratio
                    flow = slope - usual
                    dual += flow - usual * log(ratio)
            F[L.link_flow + link] = flow
            F[L.link_slope + link] = slope
            F[L.site_gap + s] += flow
            F[L.site_slope + s] += slope
            F[L.node_gap + n] += flow
            F[L.node_slope + n] += slope
            link += 1
    return dual


def largest_gap(L: Layout, F: Floats, I: Ints, k: int) -> float:
    """Largest difference between an output or a purchase and what it should be, relative to it."""
    worst = 0.0
    for s in range(I[L.product_site_first + k], I[L.product_site_first + k] + I[L.product_site_count + k]):
        if F[L.site_wanted + s] > 0.0:
            worst = max(worst, abs(F[L.site_gap + s]) / F[L.site_wanted + s])
    for n in range(I[L.product_node_first + k], I[L.product_node_first + k] + I[L.product_node_count + k]):
        if F[L.node_need + n] > 0.0:
            worst = max(worst, abs(F[L.node_gap + n]) / F[L.node_need + n])
    return worst


def find_step(L: Layout, F: Floats, I: Ints, k: int) -> float:
    """Newton's change of all pulls; returns which part of it to try first.

    With slopes w_ij = df_ij / d(a_i + b_j), row sums u, column sums v and gaps p, q it solves

        [diag(u)  w      ] [da]     [p]
        [w'       diag(v)] [db] = - [q],

    by eliminating the buyers, whose block is diagonal, and factoring the rest (symmetric, positive definite) into L D L'.
    """
    first_site, n_sites = I[L.product_site_first + k], I[L.product_site_count + k]
    first_node, n_nodes = I[L.product_node_first + k], I[L.product_node_count + k]
    first_link = I[L.product_link_first + k]
    for n in range(first_node, first_node + n_nodes):
        F[L.node_slope + n] += RIDGE * F[L.node_need + n]
    for i in range(n_sites):
        s = first_site + i
        diagonal = F[L.site_slope + s] + RIDGE * F[L.site_wanted + s]
        gap = -F[L.site_gap + s]
        for j in range(i + 1):
            F[L.square + i * n_sites + j] = 0.0
        for n in range(n_nodes):
            slope = F[L.link_slope + first_link + i * n_nodes + n]
            if slope > 0.0:
                part = slope / F[L.node_slope + first_node + n]
                gap += part * F[L.node_gap + first_node + n]
                for j in range(i + 1):
                    F[L.square + i * n_sites + j] -= part * F[L.link_slope + first_link + j * n_nodes + n]
        F[L.square + i * n_sites + i] += diagonal
        F[L.site_step + s] = gap
        # A site that makes nothing, and one whose sum rounding has eaten, are left alone.
        F[L.site_slope + s] = diagonal
    solve_square(L, F, first_site, n_sites)
    longest = 0.0
    for s in range(first_site, first_site + n_sites):
        longest = max(longest, abs(F[L.site_step + s]))
    for n in range(n_nodes):
        left = -F[L.node_gap + first_node + n]
        for i in range(n_sites):
            left -= F[L.link_slope + first_link + i * n_nodes + n] * F[L.site_step + first_site + i]
        slope = F[L.node_slope + first_node + n]
        F[L.node_step + first_node + n] = left / slope if slope > 0.0 else 0.0
        longest = max(longest, abs(F[L.node_step + first_node + n]))
    return LONGEST_STEP / longest if longest > LONGEST_STEP else 1.0


def solve_square(L: Layout, F: Floats, first: int, size: int) -> None:
    """Solve the square system for `site_step` in place, by L D L' without square roots."""
    for i in range(size):
        for j in range(i + 1):
            entry = F[L.square + i * size + j]
            for m in range(j):
                entry -= F[L.square + i * size + m] * F[L.square + j * size + m] * F[L.square + m * size + m]
            if j < i:
                F[L.square + i * size + j] = entry / F[L.square + j * size + j]
            else:
                least = 0.1 * RIDGE * F[L.site_slope + first + i]
                F[L.square + i * size + i] = entry if entry > least else (least if least > 0.0 else 1.0)
    for i in range(size):
        for m in range(i):
            F[L.site_step + first + i] -= F[L.square + i * size + m] * F[L.site_step + first + m]
    for i in range(size):
        F[L.site_step + first + i] /= F[L.square + i * size + i]
    for back in range(size):
        i = size - 1 - back
        for m in range(i + 1, size):
            F[L.site_step + first + i] -= F[L.square + m * size + i] * F[L.site_step + first + m]


def settle_flows(L: Layout, F: Floats, I: Ints, k: int, need: float) -> float:
    """Make every buyer whole to the last bit, let every maker make what it sells, and measure what was moved.

    A pair that may open but has no lane in this scenario (only where a run's draw lies outside all that were tried when
    lanes were opened) carries nothing, and its buyer takes as much more from the others: then outputs differ from the stated
    ones, and the difference is what this returns.

    `product_moved` is the share of all purchases that comes from other sellers than stated, sum of max(0, f - s) / need;
    `product_opened` the part of it on lanes that are not stated.
    """
    first_site, n_sites = I[L.product_site_first + k], I[L.product_site_count + k]
    first_node, n_nodes = I[L.product_node_first + k], I[L.product_node_count + k]
    first_link = I[L.product_link_first + k]
    F[L.product_moved + k] = 0.0
    F[L.product_opened + k] = 0.0
    worst = 0.0
    for s in range(first_site, first_site + n_sites):
        F[L.site_output + s] = 0.0
    for j in range(n_nodes):
        n = first_node + j
        bought = 0.0
        stated = 0.0
        for i in range(n_sites):
            m = first_link + i * n_nodes + j
            if I[L.link_open + m] == 0:
                F[L.link_flow + m] = 0.0
            bought += F[L.link_flow + m]
            stated += F[L.trade_share + m]
        if bought <= 0.0 and F[L.node_need + n] > 0.0:
            worst = math.inf
        for i in range(n_sites):
            m = first_link + i * n_nodes + j
            flow = F[L.link_flow + m] * (F[L.node_need + n] / bought) if bought > 0.0 else 0.0
            F[L.link_flow + m] = flow
            F[L.site_output + first_site + i] += flow
            usual = F[L.trade_share + m] / stated * F[L.node_need + n] if stated > 0.0 else 0.0
            if flow > usual:
                F[L.product_moved + k] += (flow - usual) / need
            if F[L.trade_share + m] <= 0.0:
                F[L.product_opened + k] += flow / need if need > 0.0 else 0.0
    for s in range(first_site, first_site + n_sites):
        if F[L.site_wanted + s] > 0.0:
            misfit = abs(F[L.site_output + s] - F[L.site_wanted + s]) / F[L.site_wanted + s]
            worst = max(worst, misfit)
    return worst
