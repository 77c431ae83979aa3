"""The readable engine, on SimPy: shipments, licence offices, outages and markets as events of one clock.

It is the specification of what happens when. The weekly economics are the functions of `supplyrisk.model`, which
the compiled engine uses too; what differs is who keeps the calendar. Every event carries the key
(class, entity, counter) in SimPy's priority slot: integer days tie all the time, and ties must not be
decided by who was scheduled first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.core import SimTime
from simpy.events import NORMAL, Event
from simpy.resources.resource import Request

from ..errors import RunFailed
from ..model import applications, draws, general_licences, market, movement, production
from ..model.compile import CompiledModel
from ..model.controls import close_new_offices, set_rules
from ..model.start import mass_now, start_run
from ..streams import run_key
from .prepare import BALANCE_LIMIT, check_finite, fill_floats, take_records
from .protocol import RunSeries, Trace

Key = tuple[int, int, int]


class Clock(simpy.Environment):
    """SimPy's environment with (class, entity, counter) as priority.

    SimPy's own internal events (a process starts, a resource is granted) come first on their day.
    """

    def schedule(self, event: Event, priority: Any = NORMAL, delay: SimTime = 0) -> None:
        """Put an event on the clock, `delay` days from now."""
        key = priority if isinstance(priority, tuple) else (-1, int(priority), 0)
        super().schedule(event, priority=key, delay=delay)  # type: ignore[arg-type]

    def at(self, day: int, key: Key) -> Event:
        """An event that happens on `day` in its place of the day's order."""
        event = Event(self)
        event._ok = True
        event._value = None
        self.schedule(event, priority=key, delay=day - int(self.now))
        return event


class LicenceOffice(simpy.Resource):
    """Officers who review applications first come, first served; their number may rise and fall.

    With fewer officers than reviews under way nobody is interrupted: the next file waits until the number
    at work has fallen below the new one.

    Parameters
    ----------
    clock : Clock
    waits : function of lane and filing day
        Whether a file may not be opened today: it is passed over, and keeps its place.
    """

    def __init__(self, clock: Clock, waits: Callable[[int, int], bool]) -> None:
        super().__init__(clock, capacity=1)
        self.waits = waits

    def set_officers(self, officers: int) -> None:
        """Officers from now on (0 stops the opening of files)."""
        self._capacity = officers
        # One file is opened per call, which is right when one officer comes free.
        busy = -1
        while busy < len(self.users) < officers:
            busy = len(self.users)
            self._trigger_put(None)

    def _trigger_put(self, get_event: Any) -> None:
        """Open the oldest file that may be opened, if an officer is free."""
        if len(self.users) >= self._capacity:
            return
        for at, file in enumerate(self.put_queue):
            if not self.waits(file.lane, file.filed):
                self._do_put(file)
                if file.triggered:
                    self.put_queue.pop(at)
                return


class File(Request):
    """An application in an office's queue."""

    def __init__(self, office: LicenceOffice, lane: int, filed: int) -> None:
        self.lane = lane
        self.filed = filed
        super().__init__(office)


class ReferenceRun:
    """One run of one arm.

    Parameters
    ----------
    model : CompiledModel
    arm, run, seed : int
    values : ndarray of float64, shape (n_sampled,)
    trace : bool
        Keep every event.
    """

    def __init__(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool
    ) -> None:
        self.model = model
        self.L = model.layout
        self.F: list[float] = fill_floats(model, values).tolist()
        self.I: list[int] = model.ints.tolist()
        self.key = run_key(seed, run)
        self.run_number = run
        self.arm_events = model.arm_events[arm].tolist()
        self.clock = Clock()
        self.offices: list[LicenceOffice] = []
        self.rows: list[tuple[int, int, int, int, float]] | None = [] if trace else None
        self.events = 0

    # --- the calendar ----------------------------------------------------------------------------
    def plan(self, day: int, kind: int, entity: int, counter: int, act: Callable[[Event], None]) -> None:
        """Let `act` happen on `day`; what falls after the horizon is not planned."""
        if day < self.L.n_days:
            callbacks = self.clock.at(day, (kind, entity, counter)).callbacks
            assert callbacks is not None
            callbacks.append(act)

    def note(self, kind: int, entity: int, counter: int, amount: float) -> None:
        """Count an event and, if asked, trace it."""
        self.events += 1
        if self.rows is not None:
            self.rows.append((int(self.clock.now), kind, entity, counter, amount))

    def finish(self) -> RunSeries:
        """Run from the start to the end of the horizon and package what was recorded."""
        L, F, I = self.L, self.F, self.I
        misfit = start_run(L, F, I, self.key, self.arm_events)
        self.offices = [LicenceOffice(self.clock, partial(self.must_wait, number)) for number in range(L.n_offices)]
        for office in self.offices:
            office.set_officers(0)
        self.fill_pipelines()
        self.clock.process(self.markets())
        self.clock.run(until=L.n_days)
        weekly, monthly = take_records(self.model, np.array(self.F[L.weekly_record :]))
        check_finite(self.model, self.F, self.run_number, misfit, float(weekly.sum()))
        return RunSeries(
            weekly,
            monthly,
            {"events": float(self.events), "balance_error": self.balance_error(), "misfit": misfit},
            self.packed_trace(),
        )

    def must_wait(self, office: int, lane: int, filed: int) -> bool:
        """Whether no officer may open a file today."""
        today = int(self.clock.now)
        return applications.must_wait(self.L, self.F, self.I, office, lane, filed, today) == 1

    def fill_pipelines(self) -> None:
        """Shipments and batches under way on the first day, and the first random outages."""
        L, F, I = self.L, self.F, self.I
        for lane in range(L.n_lanes):
            amount = F[L.lane_flow + lane]
            if amount > 0.0:
                for week in range(I[L.lane_pipe_weeks + lane], 0, -1):
                    self.ship(lane, amount, I[L.lane_days + lane] - 7 * week, F[L.site_content + I[L.lane_site + lane]])
                    I[L.lane_sent + lane] += 1
        for site in range(L.n_sites):
            if F[L.site_output + site] > 0.0:
                for week in range(I[L.site_pipe_weeks + site], 0, -1):
                    self.batch(site, F[L.site_output + site], I[L.site_days + site] - 7 * week)
            if F[L.outage_mtbf_days + site] > 0.0:
                day = draws.days_to_outage(L, F, I, self.key, site, 0)
                self.plan(day, market.BREAKDOWN, site, 0, partial(self.break_down, site))

    def markets(self) -> Generator[Event, None, None]:
        """The market of every week."""
        L = self.L
        for week in range(self.model.n_weeks):
            yield self.clock.at(7 * week, (market.MARKET, 0, week))
            day = 7 * week
            self.note(market.MARKET, 0, week, 0.0)
            market.market_week(L, self.F, self.I, self.key, day, week)
            self.after_market(day)

    def after_market(self, day: int) -> None:
        """Open the offices, send the week's goods and start the week's batches."""
        L, F, I = self.L, self.F, self.I
        for number, office in enumerate(self.offices):
            office.set_officers(I[L.office_officers + number])
        for offset in range(1, 7):
            if I[L.cuts_ahead] >> offset & 1:
                self.plan(day + offset, market.SWITCH, 0, 0, self.switch)
        for lane in range(L.n_lanes):
            late = F[L.lane_late + lane]
            cut = I[L.lane_cut_day + lane]
            if F[L.lane_out + lane] > 0.0 or F[L.lane_unfiled + lane] > 0.0:
                self.dispatch(lane, F[L.lane_out + lane], day, cut if late > 0.0 else day + 7)
            if late > 0.0:
                self.plan(cut, market.PIECE, lane, 0, partial(self.late_piece, lane, late, day + 7))
        for site in range(L.n_sites):
            if F[L.site_start + site] > 0.0:
                self.batch(site, F[L.site_start + site], day + I[L.site_days + site])

    def switch(self, _: Event) -> None:
        """Rules change inside the week."""
        self.note(market.SWITCH, 0, 0, 0.0)
        set_rules(self.L, self.F, self.I, self.key, int(self.clock.now))
        close_new_offices(self.L, self.F, self.I)
        for number, office in enumerate(self.offices):
            office.set_officers(self.I[self.L.office_officers + number])

    def late_piece(self, lane: int, amount: float, until: int, _: Event) -> None:
        """The rest of the week's goods leave under the changed rules."""
        self.note(market.PIECE, lane, 0, amount)
        self.dispatch(lane, amount, int(self.clock.now), until)

    # --- goods -----------------------------------------------------------------------------------
    def dispatch(self, lane: int, amount: float, day: int, until: int) -> None:
        """Send goods that leave from `day` to `until`: freely, through a hub, or into a queue."""
        L, F, I = self.L, self.F, self.I
        part = (until - day) / 7.0
        back = movement.part_returned(L, F, I, lane, amount, part)
        if back > 0.0:
            movement.return_goods(L, F, I, lane, back)
        exempt = general_licences.take_exempt(L, F, I, lane, amount - back)
        leaking = movement.part_leaking(L, F, I, lane, amount - back - exempt, part)
        rest = amount - back - exempt - leaking
        licensed = movement.part_licensed(L, F, I, lane, rest)
        free = exempt + (rest - licensed)
        held = free * F[L.lane_hold + lane]
        free -= held
        content = F[L.site_content + I[L.lane_site + lane]]
        if F[L.lane_unfiled + lane] > 0.0:
            free += applications.settle_unfiled(L, F, I, lane)
        if free > 0.0:
            self.leave(lane, free, day, until, content)
        if leaking > 0.0:
            self.leak(lane, leaking, day, until, content)
        if held > 0.0:
            self.set_aside(lane, held, day, content)
        if licensed > 0.0 or applications.is_due(L, F, I, lane):
            self.prepare_files(lane, licensed, day, content)

    def leave(self, lane: int, amount: float, day: int, until: int, content: float) -> None:
        """Goods leave freely."""
        L, F, I = self.L, self.F, self.I
        movement.depart(L, F, I, lane, amount, day, until)
        self.ship(lane, amount, day + movement.transit_days(L, F, I, lane, 0), content)

    def ship(self, lane: int, amount: float, day: int, content: float) -> None:
        """Plan an arrival."""
        number = self.I[self.L.lane_sent + lane]
        self.plan(day, market.ARRIVAL, lane, number, partial(self.arrive, lane, number, amount, content))

    def arrive(self, lane: int, number: int, amount: float, content: float, _: Event) -> None:
        self.note(market.ARRIVAL, lane, number, amount)
        movement.arrive(self.L, self.F, self.I, lane, amount, content)

    def leak(self, lane: int, amount: float, day: int, until: int, content: float) -> None:
        """Goods leave through a hub; they may be seized."""
        L, F, I = self.L, self.F, self.I
        seized = draws.is_seized(L, F, I, self.key, lane, I[L.lane_leaked + lane])
        movement.record_leak(L, F, I, lane, amount, int(self.clock.now) // 7)
        movement.depart(L, F, I, lane, amount, day, until)
        there = day + movement.transit_days(L, F, I, lane, 1)
        if seized:
            number = I[L.lane_sent + lane]
            self.plan(there, market.SEIZURE, lane, number, partial(self.seize, lane, number, amount))
        else:
            self.ship(lane, amount, there, content)

    def seize(self, lane: int, number: int, amount: float, _: Event) -> None:
        self.note(market.SEIZURE, lane, number, amount)
        movement.seize(self.L, self.F, self.I, lane, amount)

    def set_aside(self, lane: int, amount: float, day: int, content: float) -> None:
        """Customs set goods aside for a while."""
        L, F, I = self.L, self.F, self.I
        number = I[L.lane_holds + lane]
        I[L.lane_holds + lane] += 1
        movement.hold_goods(L, F, I, lane, amount)
        days = draws.hold_days(L, F, I, self.key, lane, number)
        self.plan(day + days, market.CUSTOMS, lane, number, partial(self.let_go, lane, number, amount, content))

    def let_go(self, lane: int, number: int, amount: float, content: float, _: Event) -> None:
        self.note(market.CUSTOMS, lane, number, amount)
        if applications.keep_back_ordinary(self.L, self.F, self.I, lane, amount):
            return
        movement.free_goods(self.L, self.F, self.I, lane, amount)
        day = int(self.clock.now)
        self.leave(lane, amount, day, day + 1, content)

    # --- licences --------------------------------------------------------------------------------
    def prepare_files(self, lane: int, amount: float, day: int, content: float) -> None:
        """Goods wait for a licence; every full lot is an application."""
        L, F, I = self.L, self.F, self.I
        office = I[L.lane_office + lane]
        movement.hold_goods(L, F, I, lane, amount)
        F[L.lane_unfiled + lane] += amount
        lot = F[L.office_lot + office]
        while F[L.lane_unfiled + lane] >= lot:
            F[L.lane_unfiled + lane] -= lot
            number = I[L.lane_filed + lane]
            I[L.lane_filed + lane] += 1
            movement.file_application(L, F, I, office, lot, day)
            self.clock.process(self.application(office, lane, number, lot, content, day))

    def application(
        self, office: int, lane: int, number: int, lot: float, content: float, filed: int
    ) -> Generator[Event, None, None]:
        """Life of one application: queue, review, decision, departure or refusal."""
        L, F, I = self.L, self.F, self.I
        with File(self.offices[office], lane, filed) as turn:
            yield turn
            today = int(self.clock.now)
            if applications.struck_out(L, F, I, office, lane, filed, lot, today):
                return
            done = today + draws.review_days(L, F, I, self.key, office, lane, number)
            yield self.clock.at(done, (market.REVIEW, lane, number))
            self.note(market.REVIEW, lane, number, lot)
            movement.close_application(L, F, I, office, lot, filed)
            decided = applications.verdict(L, F, I, self.key, office, lane, number)
            if decided == applications.VOID:
                applications.give_back(L, F, I, lane, lot)
            elif decided == applications.ANEW:
                F[L.lane_unfiled + lane] += lot
            elif decided == applications.GRANTED:
                movement.grant(L, F, office, lot)
                day = done + draws.processing_days(L, F, I, office)
                act = partial(self.release, lane, number, lot, content)
                self.plan(day, market.RELEASE, lane, number, act)
            else:
                movement.free_goods(L, F, I, lane, lot)
                share = movement.refuse(L, F, I, office, lane, lot)
                day = done + draws.reapply_days(L, F, I, office)
                number = I[L.lane_barred + lane]
                I[L.lane_barred + lane] += 1
                self.plan(day, market.READMIT, lane, number, partial(self.readmit, lane, number, share))

    def release(self, lane: int, number: int, lot: float, content: float, _: Event) -> None:
        self.note(market.RELEASE, lane, number, lot)
        if applications.keep_back(self.L, self.F, self.I, lane, lot):
            return
        movement.free_goods(self.L, self.F, self.I, lane, lot)
        day = int(self.clock.now)
        self.leave(lane, lot, day, day + 1, content)

    def readmit(self, lane: int, number: int, share: float, _: Event) -> None:
        self.note(market.READMIT, lane, number, share)
        left = self.F[self.L.lane_blocked + lane] - share
        self.F[self.L.lane_blocked + lane] = left if left > 0.0 else 0.0

    # --- sites -----------------------------------------------------------------------------------
    def batch(self, site: int, amount: float, day: int) -> None:
        """Plan the end of a batch."""
        L, I = self.L, self.I
        number = I[L.site_batches + site]
        I[L.site_batches + site] += 1
        content = 0.0
        if I[L.tracked] == 1:
            content = production.batch_content(L, self.F, I, site)
        self.plan(day, market.COMPLETION, site, number, partial(self.complete, site, number, amount, content))

    def complete(self, site: int, number: int, amount: float, content: float, _: Event) -> None:
        self.note(market.COMPLETION, site, number, amount)
        movement.complete(self.L, self.F, self.I, site, amount, content)

    def break_down(self, site: int, _: Event) -> None:
        L, F, I = self.L, self.F, self.I
        number = I[L.site_outages + site]
        self.note(market.BREAKDOWN, site, number, F[L.site_random_loss + site])
        I[L.site_down + site] = 1
        day = int(self.clock.now) + draws.outage_days(L, F, I, self.key, site, number)
        self.plan(day, market.REPAIR, site, number, partial(self.repair, site))

    def repair(self, site: int, _: Event) -> None:
        L, F, I = self.L, self.F, self.I
        self.note(market.REPAIR, site, I[L.site_outages + site], 0.0)
        I[L.site_down + site] = 0
        I[L.site_outages + site] += 1
        number = I[L.site_outages + site]
        day = int(self.clock.now) + draws.days_to_outage(L, F, I, self.key, site, number)
        self.plan(day, market.BREAKDOWN, site, number, partial(self.break_down, site))

    # --- the end ---------------------------------------------------------------------------------
    def balance_error(self) -> float:
        """Largest imbalance of masses over products, relative to throughput."""
        L, F = self.L, self.F
        worst = 0.0
        for k in range(L.n_products):
            start, made = F[L.balance_start_t + k], F[L.balance_made_t + k]
            used, lost = F[L.balance_used_t + k], F[L.balance_lost_t + k]
            error = abs(start + made - used - lost - mass_now(L, F, self.I, k))
            through = start + made
            worst = max(worst, error / through if through > 0.0 else error)
        if not worst <= BALANCE_LIMIT:
            raise RunFailed(f"run {self.run_number}: masses do not balance (relative error {worst:.1e})")
        return worst

    def packed_trace(self) -> Trace | None:
        """The trace as arrays."""
        if self.rows is None:
            return None
        columns = list(zip(*self.rows, strict=True)) if self.rows else [(), (), (), (), ()]
        day, kind, entity, counter = (np.array(c, dtype=np.int64) for c in columns[:4])
        return Trace(day, kind, entity, counter, np.array(columns[4], dtype=np.float64))


class ReferenceEngine:
    """The SimPy engine behind the protocol of `supplyrisk.engines.Engine`."""

    name = "reference"
    loops = None

    def run(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool = False
    ) -> RunSeries:
        """Run one arm of one run."""
        return ReferenceRun(model, arm, run, seed, values, trace).finish()

    def run_many(
        self, model: CompiledModel, arms: Sequence[int], runs: Sequence[int], seed: int, values: NDArray[np.float64]
    ) -> Iterator[tuple[int, int, RunSeries | RunFailed]]:
        """Run every arm of every run, one after the other."""
        for i, run in enumerate(runs):
            for arm in arms:
                try:
                    yield run, arm, self.run(model, arm, run, seed, values[i])
                except RunFailed as failure:
                    yield run, arm, failure


__all__ = ["Clock", "LicenceOffice", "ReferenceEngine", "ReferenceRun"]
