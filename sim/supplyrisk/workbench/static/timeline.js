// The timeline: events as bars that are moved and stretched with the pointer or with keys.
"use strict";
(() => {
  const DAY = 86400000;
  let dragging = false;
  let last = null;
  let shown = "";

  wb.time = (iso) => Date.parse(`${iso}T00:00:00Z`);
  wb.day = (time) => new Date(Math.round(time / DAY) * DAY).toISOString().slice(0, 10);
  const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const said = (iso) => (iso ? long.format(new Date(wb.time(iso))) : "");

  function text(each) {
    const { bar } = each;
    const until = bar.open ? "to the end" : `to ${said(bar.end)}`;
    return `${said(bar.start)} ${until}${bar.again ? `, again every ${bar.again}` : ""}`;
  }

  // Texts for a bar moved by days and lengthened by days; nothing where a date is drawn or waits.
  function changes(each, by, longer) {
    const { bar, path } = each;
    const found = [];
    const date = (key, days) => {
      const at = wb.editor.at([...path, key]);
      if (days && at && /^\d{4}-\d\d-\d\d$/.test(at)) found.push([[...path, key], wb.day(wb.time(at) + days * DAY)]);
    };
    date("start", by);
    date("announced", by);
    date("end", by + longer);
    if (longer && bar.duration) {
      const units = { days: 1, day: 1, weeks: 7, week: 7, months: 30.4375, month: 30.4375, years: 365.25, year: 365.25, "working days": 1.4 };
      const factor = units[bar.duration.unit];
      if (factor) {
        let unit = bar.duration.unit;
        let value = Math.round((bar.duration.value * factor + longer) / factor);
        if (unit.startsWith("year")) {
          unit = "months";
          value = Math.round((bar.duration.value * factor + longer) / units.months);
        }
        found.push([[...path, "duration"], `${Math.max(1, value)} ${unit}`]);
      }
    }
    return found;
  }

  function move(each, by, longer) {
    const pairs = changes(each, by, longer);
    if (!pairs.length) {
      wb.tell("This event's dates are drawn or wait for something: change them in the text or the form.");
      return false;
    }
    return wb.editor.put(pairs, "move.timeline");
  }

  function handle(event, each, bar, track, first, span, stretch) {
    if (event.button) return;
    event.preventDefault();
    event.stopPropagation();
    bar.focus();
    const width = track.getBoundingClientRect().width;
    const from = event.clientX;
    let done = 0;
    let frame = 0;
    dragging = true;
    bar.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const raw = ((moved.clientX - from) / width) * span;
      const grid = moved.shiftKey ? 1 : 7;
      const days = Math.round(raw / grid) * grid;
      if (days === done || frame) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        // The event as it stood when the drag began, moved by all of it: no step is lost in rounding.
        if (stretch ? put(each, 0, days) : put(each, days, 0)) done = days;
        const start = wb.time(each.bar.start) + (stretch ? 0 : done) * DAY;
        const end = wb.time(each.bar.end) + done * DAY;
        place(bar, start, each.bar.open && !stretch ? wb.time(each.bar.end) : end, first, span);
      });
    };
    // Dates are read from the bar, not from the text that the drag has changed already.
    const put = (item, by, longer) => {
      const { path } = item;
      const pairs = [];
      for (const key of ["start", "announced", "end"]) {
        const days = key === "end" ? by + longer : by;
        const old = key === "announced" ? item.bar.announced : item.bar[key];
        const now = wb.editor.at([...path, key]);
        if (old && now && /^\d{4}-\d\d-\d\d$/.test(now)) pairs.push([[...path, key], wb.day(wb.time(old) + days * DAY)]);
      }
      pairs.push(...changes(item, 0, longer).filter(([where]) => where[where.length - 1] === "duration"));
      return pairs.length > 0 && wb.editor.put(pairs, "move.timeline");
    };
    const stop = () => {
      bar.removeEventListener("pointermove", follow);
      dragging = false;
      if (last) draw(last);
    };
    bar.addEventListener("pointermove", follow);
    bar.addEventListener("pointerup", stop, { once: true });
    bar.addEventListener("pointercancel", stop, { once: true });
  }

  function place(bar, start, end, first, span) {
    const left = Math.max(0, ((start - first) / DAY / span) * 100);
    const right = Math.min(100, ((end - first) / DAY / span) * 100);
    bar.style.left = `${Math.min(left, 99)}%`;
    bar.style.width = `${Math.max(right - left, 0.8)}%`;
  }

  function bar(each, track, first, span) {
    const made = wb.el(
      "div",
      {
        class: `wb-bar${each.bar.open ? " wb-bar-open" : ""}`,
        tabindex: "0",
        role: "slider",
        "aria-label": `${each.label}: when it is in force. Arrow keys move it by a week, with Shift by a day; plus and minus change how long it lasts; Enter shows it in the text.`,
        "aria-valuemin": "0",
        "aria-valuemax": String(span),
        "aria-valuenow": String(Math.round((wb.time(each.bar.start) - first) / DAY)),
        "aria-valuetext": text(each),
        "data-path": JSON.stringify(each.path),
        title: `${each.label}: ${text(each)}`,
      },
      wb.el("span", { class: "wb-bar-label" }, each.label),
      !each.bar.open && wb.el("span", { class: "wb-bar-end", "aria-hidden": "true" }),
    );
    place(made, wb.time(each.bar.start), wb.time(each.bar.end || each.bar.start), first, span);
    made.addEventListener("pointerdown", (event) => handle(event, each, made, track, first, span, event.target.classList.contains("wb-bar-end")));
    made.addEventListener("keydown", (event) => {
      const days = event.shiftKey ? 1 : 7;
      const by = { ArrowLeft: -days, ArrowRight: days }[event.key];
      const longer = { "+": 30.4375, "-": -30.4375 }[event.key];
      if (by) move(current(each), by, 0);
      else if (longer) move(current(each), 0, Math.round(longer));
      else if (event.key === "Enter") wb.showLine(each.line);
      else return;
      event.preventDefault();
    });
    return made;
  }

  // The event as the last reading has it: keys may come faster than readings.
  const current = (each) => {
    const path = JSON.stringify(each.path);
    for (const group of last.groups) for (const item of group.events) if (JSON.stringify(item.path) === path) return item;
    return each;
  };

  function whisker(range, first, span) {
    const made = wb.el("span", { class: "wb-whisker", title: `between ${said(range[0])} and ${said(range[1])}`, "aria-hidden": "true" });
    place(made, wb.time(range[0]), wb.time(range[1]), first, span);
    return made;
  }

  function axis(first, span) {
    const made = wb.el("div", { class: "wb-axis", "aria-hidden": "true" });
    const begin = new Date(first);
    const months = span > 365 * 6 ? 12 : span > 365 * 2.5 ? 6 : 3;
    for (let year = begin.getUTCFullYear(); ; ) {
      for (let month = 0; month < 12; month += months) {
        const at = Date.UTC(year, month, 1);
        if (at > first + span * DAY) return made;
        if (at < first) continue;
        const tick = wb.el("span", { class: month ? "wb-tick wb-tick-small" : "wb-tick" }, month ? "" : String(year));
        tick.style.left = `${((at - first) / DAY / span) * 100}%`;
        made.append(tick);
      }
      year++;
    }
  }

  function draw(outline) {
    last = outline;
    const root = document.getElementById("wb-timeline");
    const { start, end } = outline.horizon;
    if (dragging || !root) return;
    const next = JSON.stringify([outline.horizon, outline.groups.map((group) => group.events.map((each) => [each.label, each.bar, each.line]))]);
    if (next === shown) return;
    shown = next;
    if (!start || !end) {
      root.replaceChildren(wb.el("p", { class: "wb-hint" }, "The timeline needs a horizon with a start and a length."));
      return;
    }
    const focus = root.contains(document.activeElement) && document.activeElement.dataset.path;
    const first = wb.time(start);
    const span = Math.max(1, (wb.time(end) - first) / DAY);
    const rows = [axis(first, span)];
    const chips = [];
    for (const group of outline.groups) {
      const dated = group.events.filter((each) => each.bar.start && each.bar.end);
      for (const each of group.events) {
        if (each.bar.start) continue;
        chips.push(wb.el("button", { type: "button", class: "wb-chip", onclick: () => wb.showLine(each.line) }, `${each.label}: ${each.bar.waits ? `waits for ${each.bar.waits}` : each.bar.always ? "from the first day" : "no date yet"}`));
      }
      if (!dated.length) continue;
      const title = group.id === "scenario" ? "Scenario" : group.title;
      const lane = wb.el("div", { class: `wb-lane wb-lane-${group.id.split(":")[0]}` }, wb.el("div", { class: "wb-lane-title" }, title));
      for (const each of dated) {
        const track = wb.el("div", { class: "wb-track" });
        if (each.bar.start_drawn.length) track.append(whisker(each.bar.start_drawn, first, span));
        if (each.bar.end_drawn.length) track.append(whisker(each.bar.end_drawn, first, span));
        if (each.bar.announced && each.bar.announced !== each.bar.start) {
          const mark = wb.el("span", { class: "wb-announced", title: `announced ${said(each.bar.announced)}` });
          mark.style.left = `${Math.max(0, ((wb.time(each.bar.announced) - first) / DAY / span) * 100)}%`;
          track.append(mark);
        }
        track.append(bar(each, track, first, span));
        lane.append(track);
      }
      rows.push(lane);
    }
    if (chips.length) rows.push(wb.el("div", { class: "wb-chips wb-undated" }, chips));
    if (rows.length === 1) rows.push(wb.el("p", { class: "wb-hint" }, "No event yet: add one in the form."));
    root.replaceChildren(...rows);
    if (focus) {
      const same = [...root.querySelectorAll("[data-path]")].find((each) => each.dataset.path === focus);
      if (same) same.focus({ preventScroll: true });
    }
  }

  wb.timeline = { draw };
})();
