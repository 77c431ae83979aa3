"""Prices: the ratio of wanted cover and believed loss to stock, the split of a market by rules and full links, what is paid."""

from __future__ import annotations

import numpy as np
from beliefs import Beliefs
from state import Believed, Rows, State, Week

LOWEST, HIGHEST = np.log(0.2), np.log(60.0)  # of a ln price
FASTEST = 0.6  # most that a ln price moves in a week
SEEN = 0.5  # part of a passing deviation of demand that the short balance counts
LONGEST_DEFICIT, LONGEST_SURPLUS = 0.5, -0.6  # bounds of the short balance, of wanted cover
NOTHING = 1e-12


def saturate(loss: Rows, spread: Rows, most: Rows) -> Rows:
    """N (1 - exp(-wx y/N)): nobody aims at more than N; unequal stocks raise a small loss y by wx = 1 + cv^2."""
    return most * (1 - np.exp(-loss * spread / most))


def log_ratio(wanted: Rows, stock: Rows, cost: Rows) -> Rows:
    """ln(wanted/stock + cost), kept between 0.2 and 60 times the baseline."""
    return np.log(np.clip(wanted / stock + cost, np.exp(LOWEST), np.exp(HIGHEST)))


class Cells:
    """Sums of one product over its zones, at last week's prices; arrays (zone, row).

    maker_need, user_need (D_m, D_u): need at spot. passing (X_u): the same of the deviation of demand from normal. wanted
    (K): cover wanted. stock (S): of makers, traders, users, and goods afloat. plan, capacity (Q, Qc). cut: output that cuts
    are believed to take; cut_weeks how long. cost: rise of input cost at prices paid, weighted by normal output.
    """

    def __init__(self, state: State, week: Week, beliefs: Beliefs, k: int) -> None:
        shape = (state.world.number_of_zones, state.rows)
        self.maker_need, self.user_need, self.passing = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.wanted, self.plan, self.capacity = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.cut, self.cut_weeks, self.cost = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._users(state, beliefs, k)
        weight = self._sites(state, beliefs, k)
        self.wanted += state.afloat0[k]
        self.cost = self.cost / np.maximum(weight, NOTHING)
        afloat = np.zeros(shape)
        for (product, _, d), goods in state.afloat.items():
            if product == k and goods:
                afloat[d] += sum(goods)
        self.stock = state.stock[k] + afloat
        for i, user in enumerate(state.world.users):
            if user.k == k:
                self.stock[user.z] = self.stock[user.z] + state.firms[i].sum(0)
        for (product, z), (_, to_come) in week.buy.items():
            if product == k:
                self.wanted[z] = self.wanted[z] + to_come
        for (product, z), (_, to_come) in week.give.items():
            if product == k:
                self.wanted[z] = np.maximum(self.wanted[z] - to_come, 0.05 * self.wanted[z])
        self.need = self.maker_need + self.user_need

    def _users(self, state: State, beliefs: Beliefs, k: int) -> None:
        """D_u = use n exp(-eps l - eps2 max(l, 0)^2)(1 - thrift); X_u the same with d - n."""
        w, p = state.world, state.p
        for i, user in enumerate(w.users):
            if user.k != k:
                continue
            price = state.spot[k, user.z]
            curve = np.exp(-user.eps * state.scale_eps * price - p.steepening * np.maximum(price, 0) ** 2)
            use = user.use * curve * (1 - state.thrift[i])
            self.user_need[user.z] += use * state.normal_demand[i]
            self.passing[user.z] += use * (beliefs.demand[i] - state.normal_demand[i])
            cover = state.user_stock0[i] + w.cover[k, user.z] * user.use * state.scale_cover
            self.wanted[user.z] += cover * beliefs.coming_demand[i] * (1 - state.thrift[i])

    def _sites(self, state: State, beliefs: Beliefs, k: int) -> np.ndarray:
        """Need of makers at the plan that they follow (slow) and not at the week's margin, which would feed on itself."""
        w = state.world
        weight = np.zeros_like(self.plan)
        for i, site in enumerate(w.sites):
            plan = state.plan[i]
            for j, _, per in site.needs:
                if j == k:
                    self.maker_need[site.z] += per * plan * np.exp(-w.eps_in[k] * state.spot[k, site.z])
                    cover = w.cover[k, site.z] * state.scale_cover * per
                    self.wanted[site.z] += cover * (0.5 * site.q0 + 0.5 * plan)
            if site.k != k:
                continue
            z, left, weeks = site.z, beliefs.left[i], beliefs.cut_weeks[i]
            capacity = np.maximum(site.cap * state.grown[i] * site.q0, plan)
            self.wanted[z] += w.out_weeks * site.q0
            self.plan[z] += plan
            self.capacity[z] += capacity
            self.cut[z] += capacity * (1 - left) * weeks
            self.cut_weeks[z] = np.maximum(self.cut_weeks[z], np.where(left < 1, weeks, 0))
            for j, alpha, _ in site.needs:
                self.cost[z] += site.q0 * alpha * (state.paid[j, z] - 1)
            weight[z] += site.q0
        return weight


class Market:
    """One product's market in one week: its joint price, its blocks, what is left."""

    def __init__(self, state: State, week: Week, beliefs: Beliefs, k: int) -> None:
        self.state, self.k, self.p = state, k, state.p
        self.cells = Cells(state, week, beliefs, k)
        self.rules = [rule for rule in beliefs.rules if rule.product == k]
        output0 = state.world.out0[k]
        self.joint_cost = (self.cells.cost * output0[:, None]).sum(0) / np.maximum(output0.sum(), NOTHING)
        self.whole_loss = self._whole_loss()

    def _whole_loss(self) -> np.ndarray:
        """X_w: what cuts and excess demand are believed to take, less what everybody's spare capacity makes in that time.

        sat(max(0, cut + X_u/(r + kappa) - [(Qc - D) Cm - (Qc - Q)/(1/Cm + 1/up)])), Cm the longest C of a cut, or
        1/(r + kappa) for demand alone; spare capacity comes at 1/up. Nothing without a cut or a deviation of demand.
        """
        c, state = self.cells, self.state
        passes = state.discount + self.p.demand_return
        cut, passing = c.cut.sum(0), c.passing.sum(0)
        weeks = np.where(cut > 0, c.cut_weeks.max(0), 1 / passes)
        spare = (c.capacity.sum(0) - c.need.sum(0)) * weeks
        spare = spare - (c.capacity - c.plan).sum(0) / (1 / np.maximum(weeks, 1e-9) + 1 / state.up)
        loss = np.where((cut > 0) | (abs(passing) > 0), np.maximum(cut + passing / passes - spare, 0), 0.0)
        return saturate(loss, self.p.cover_spread, state.world.need0[self.k].sum() * self.p.longest_cover_weeks)

    def pooled(self, inside: np.ndarray, loss: Rows, costs_of: np.ndarray | None = None) -> np.ndarray:
        """ln price of zones that trade freely with each other (mask), from all their cover, stock, loss and short balance.

        ln[(K + X_w share + loss + near)/S + cost]; near = clip(n (h or h_n), -0.6 K, 0.5 K), n = need + half of the passing
        deviation - output + outflow - inflow a week, of last week: h weeks of a deficit, h_n of a surplus are under way.
        """
        c, p = self.cells, self.p
        wanted = (c.wanted * inside).sum(0)
        stock = np.maximum((c.stock * inside).sum(0), p.least_stock * wanted)
        costs_of = inside if costs_of is None else costs_of
        plan = (c.plan * costs_of).sum(0)
        cost = (c.cost * c.plan * costs_of).sum(0) / np.maximum(plan, NOTHING)
        share = wanted / np.maximum(c.wanted.sum(0), NOTHING)
        crossing = sum(
            (
                flow * (inside[o] * (1 - inside[d]) - (1 - inside[o]) * inside[d])
                for (k, o, d), flow in self.state.last_flow.items()
                if k == self.k
            ),
            self.state.zero,
        )
        near = ((c.need + SEEN * c.passing - self.state.output[self.k]) * inside).sum(0) + crossing
        near = near * np.where(near > 0, p.deficit_weeks, p.surplus_weeks)
        near = np.where(
            near > 0, np.minimum(near, LONGEST_DEFICIT * wanted), np.maximum(near, LONGEST_SURPLUS * wanted)
        )
        claim = (wanted + self.whole_loss * share + loss + near) / np.maximum(stock, NOTHING)
        return log_ratio(np.maximum(claim, 1e-9), 1.0, cost)

    def block(self, rule: Believed) -> None:
        """ln price of a rule's destinations by themselves, and the rush before its start; both set in the rule.

            y = (D + X_u r/(r + kappa) + outflow0 - Qc - m free inflow0 - a E0) C + (Qc - Q)/(1/C + 1/up) + cut
            X = sat(max(y, 0)) + min(h_n n, 0) once in force
            need = max(K + X - S, 0), to be built before the start

        The rush is active only from w = min(need/((m - 1) E0) - 1, rush_w) weeks before: nobody pays to carry a stock for
        longer than it takes to build it. Until then notice moves nothing.
        """
        c, state, p, k, inside = self.cells, self.state, self.p, self.k, rule.destinations
        rule.multiple = state.multiple(k)
        rule.normal = sum(state.world.trade[k, rule.origin, d] for d in inside)
        wanted, stock = sum(c.wanted[d] for d in inside), sum(c.stock[d] for d in inside)
        loss = self._block_loss(rule)
        carried = (rule.multiple - 1) * rule.normal
        rule_ahead = rule.wait > 0
        need = np.maximum(wanted + loss - stock, 0)
        start = np.minimum(need / np.maximum(carried, NOTHING) - 1, p.rush_weeks)
        active = rule.on & (~rule_ahead | (rule.wait <= start))
        gap = np.where(rule_ahead, active * np.maximum(loss - carried * rule.wait, 0), loss)
        rule.rush = np.where(rule_ahead & active, need, 0.0)
        spare = np.maximum(c.capacity.sum(0) - c.need.sum(0), 0) * rule.wait
        rule.rush_loss = np.where(rule_ahead & active, np.maximum(loss - spare, 0), 0.0)
        output0 = state.world.out0[k]
        made = sum(output0[d] for d in inside)
        cost = self.joint_cost
        if made > 1e-9:
            cost = sum(c.cost[d] * output0[d] for d in inside) / np.maximum(made, NOTHING)
        least = np.maximum(stock, p.least_stock * wanted)
        rule.alone = log_ratio(np.maximum(wanted + gap, 0.05 * wanted), least, cost)

    def _block_loss(self, rule: Believed) -> np.ndarray:
        """X of a rule's destinations; see `block`."""
        c, state, p, k, inside = self.cells, self.state, self.p, self.k, rule.destinations
        trade, zones = state.world.trade[k], range(state.world.number_of_zones)
        ruled = {d for other in self.rules if other.origin == rule.origin for d in other.destinations}
        free, outflow = np.zeros(state.rows), 0.0
        for z in zones:
            for d in inside:
                if z != rule.origin and z not in inside and trade[z, d] > 0:
                    free = free + trade[z, d] * (rule.multiple if z not in ruled else 1.0)
                if z not in inside and trade[d, z] > 0:
                    outflow += trade[d, z]
        need, plan = sum(c.need[d] for d in inside), sum(c.plan[d] for d in inside)
        capacity, passing = sum(c.capacity[d] for d in inside), sum(c.passing[d] for d in inside)
        weeks, r = rule.weeks, state.discount
        loss = need + passing * r / (r + p.demand_return) + outflow - capacity - free - rule.pace * rule.normal
        slow = (capacity - plan) / (1 / np.maximum(weeks, 1e-9) + 1 / state.up)
        loss = loss * weeks + slow + sum(c.cut[d] for d in inside)
        most = sum(state.world.need0[k, d] for d in inside) * p.longest_cover_weeks
        outside = [z for z in zones if z not in inside]
        inflow = sum(
            (
                np.minimum(
                    state.last_flow[k, z, d],
                    np.where(rule.on & (z == rule.origin), rule.passes * trade[z, d], np.inf),
                )
                for z in zones
                for d in inside
                if z in outside and (k, z, d) in state.last_flow
            ),
            state.zero,
        )
        away = sum(
            (state.last_flow[k, d, z] for z in zones for d in inside if z in outside and (k, d, z) in state.last_flow),
            state.zero,
        )
        near = p.surplus_weeks * (need + SEEN * passing - sum(state.output[k, d] for d in inside) - inflow + away)
        near = np.where(rule.wait > 0, 0.0, np.minimum(near, 0))
        return np.where(rule.on, saturate(np.maximum(loss, 0), p.cover_spread, most) + near, 0.0)

    def targets(self) -> np.ndarray:
        """ln prices aimed at, by zone: one where trade is free, two where a rule or a full link stops it.

        A block has its own price where that is above the joint one, and so has a zone whose free links were full last week;
        the rest is pooled once more. The zone that controls a rule in force gets a floor: goods are held against reopening,
        at the price that all stocks together would have at the input cost of the zones that are left, less the carrying cost
        c (w + C) of the wait.
        """
        shape = (self.state.world.number_of_zones, self.state.rows)
        zero = self.state.zero
        for rule in self.rules:
            self.block(rule)
        everywhere = np.ones(shape)
        rush = np.zeros(self.state.rows)
        for rule in self.rules:
            rush = rush + rule.rush_loss
        joint = self.pooled(everywhere, rush)
        split = np.zeros(shape, bool)
        for rule in self.rules:
            rule.apart = rule.on & (rule.alone > joint + 1e-9)
            for d in rule.destinations:
                split[d] |= rule.apart
        full_alone = self._full_zones(split, joint)
        rest = joint
        if split.any():
            left_over = sum((rule.rush_loss * ~rule.apart for rule in self.rules), zero)
            rest = np.where(split.any(0), self.pooled(1.0 - split, left_over), joint)
        target = np.repeat(rest[None], shape[0], 0)
        for z, alone in full_alone.items():
            target[z] = np.where(np.isnan(alone), target[z], np.maximum(alone, rest))
        for rule in self.rules:
            rule.binds = rule.apart & (rule.wait <= 0)
            for d in rule.destinations:
                target[d] = np.where(rule.apart, np.maximum(rule.alone, rest), target[d])
            floor = np.where(rule.binds, self.pooled(everywhere, zero, 1.0 - split), joint)
            floor = floor - self.p.carrying_cost * (rule.wait + rule.weeks)
            target[rule.origin] = np.where(rule.binds, np.maximum(target[rule.origin], floor), target[rule.origin])
        return target

    def _full_zones(self, split: np.ndarray, joint: np.ndarray) -> dict[int, np.ndarray]:
        """Own ln price of zones whose free links were full last week (nan in other rows); marks them in `split`."""
        c, k, found = self.cells, self.k, {}
        for z in range(self.state.world.number_of_zones):
            if self.state.world.trade[k][:, z].sum() <= 0:
                continue
            cost = c.cost[z] if self.state.world.out0[k, z] > 1e-9 else self.joint_cost
            least = np.maximum(c.stock[z], self.p.least_stock * c.wanted[z])
            alone = log_ratio(np.maximum(c.wanted[z], 1e-9), least, cost)
            apart = (self.state.link_full[k, z] > 0) & ~split[z] & (alone > joint + 1e-9)
            found[z] = np.where(apart, alone, np.nan)
            split[z] |= apart
        return found


def aim(state: State, week: Week, beliefs: Beliefs) -> np.ndarray:
    """ln prices aimed at, by cell. No root is solved: each is a ratio of sums at last week's prices."""
    products = state.world.number_of_products
    target = np.zeros((products, state.world.number_of_zones, state.rows))
    for k in reversed(range(products)):
        target[k] = Market(state, week, beliefs, k).targets()
    return target


def move(state: State, target: np.ndarray, error: np.ndarray | None) -> None:
    """Move spot, quoted, contract and paid prices.

    l <- l + clip(s (target - l), -0.6, 0.6); quoted l_q = l + error min(1, 20 max over zones of |target|), so that the error
    is nought at rest; contract c <- c + (l_q - c)/lag; paid = kappa A exp(c) + (1 - kappa A) exp(l_q), kappa the share under
    contract, A what arrives of it: tonnes that don't arrive under contract are bid for at spot.
    """
    w, p = state.world, state.p
    products, zones = w.number_of_products, w.number_of_zones
    state.spot = state.spot + np.clip(p.quote_speed * (target - state.spot), -FASTEST, FASTEST)
    state.quoted = state.spot
    if error is not None:
        touched = np.array([np.minimum(20 * abs(target[k]).max(0), 1) for k in range(products)])
        state.quoted = state.spot + error * touched[:, None, :]
    quoted = state.quoted
    source = np.array([np.repeat(quoted[k][:1], zones, 0) if w.origin[k] else quoted[k] for k in range(products)])
    state.contract = state.contract + (source - state.contract) / p.contract_weeks
    part = w.contract[:, :, None] * np.minimum(state.arrival, 1.0)
    state.paid = part * np.exp(state.contract) + (1 - part) * np.exp(quoted)
