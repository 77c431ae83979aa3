// The timeline: events as bars that are moved and stretched with the pointer or with keys.
"use strict";
(() => {
  const DAY = 86400000;
  let dragging = false;
  let last = null;
  let shown = "";
  let read = ""; // the text that was drawn last, or waits for the end of a drag
  let unfolded = false;

  wb.time = (iso) => Date.parse(`${iso}T00:00:00Z`);
  wb.day = (time) => new Date(Math.round(time / DAY) * DAY).toISOString().slice(0, 10);
  const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const said = (iso) => (iso ? long.format(new Date(wb.time(iso))) : "");

  function text(each) {
    const { bar } = each;
    const until = bar.open ? "to the end" : `to ${said(bar.end)}`;
    return `${said(bar.start)} ${until}${bar.again ? `, again every ${bar.again}` : ""}`;
  }

  const DATE = /^\d{4}-\d\d-\d\d$/;
  const UNITS = { days: 1, day: 1, "working days": 1.4, weeks: 7, week: 7, months: 30.4375, month: 30.4375, years: 365.25, year: 365.25 };
  const LONGEST = 60 * 365; // days that an event may last

  // An event as the text has it when it is taken hold of: its dates (of drawn ones all) and how long it lasts.
  function grip(each) {
    const of = (key) => {
      const here = wb.editor.within([...each.path, key]);
      if (here.length) return here;
      const field = each.fields.find((one) => one.key === key && one.from && one.kind === "scalar");
      return field ? [[field.path, field.text]] : [];
    };
    const dates = (key) => of(key).filter(([, at]) => DATE.test(at)).map(([path, at]) => [path, wb.time(at) / DAY]);
    const lasts = of("duration").map(([path, at]) => [path, /^(\d[\d.]*) ([a-z ]+)$/.exec(at)]);
    const lasting = lasts.length === 1 && lasts[0][0].length === each.path.length + 1 && lasts[0][1];
    const found = { start: dates("start"), announced: dates("announced"), end: dates("end"), open: each.bar.open };
    if (lasting && UNITS[lasting[2]]) found.lasting = { path: lasts[0][0], value: Number(lasting[1]), unit: lasting[2] };
    found.first = wb.time(each.first) / DAY;
    found.last = wb.time(last.horizon.end) / DAY;
    return found;
  }

  const ends = (dates) => [Math.min(...dates.map(([, day]) => day)), Math.max(...dates.map(([, day]) => day))];
  const kept = (value, low, high) => Math.min(Math.max(value, Math.min(low, 0)), Math.max(high, 0));

  // By how many days an event can be moved: it begins within the horizon.
  function moved(held, by) {
    const [low, high] = ends(held.start);
    const days = kept(by, held.first - low, held.last - high);
    const why = `An event begins between the first day, ${said(wb.day(held.first * DAY))}, and the last, ${said(wb.day(held.last * DAY))}.`;
    return [days, days === by ? "" : why];
  }

  // By how many days it can be lengthened: it lasts a day at least, and what comes after the horizon is not simulated.
  function stretched(held, longer) {
    const [, begin] = held.start.length ? ends(held.start) : [held.first, held.first];
    let now = held.end.length ? ends(held.end)[0] : begin + held.lasting.value * UNITS[held.lasting.unit];
    now = Math.round(now - begin);
    const days = kept(longer, 1 - now, Math.min(held.last + 1 - begin - now, LONGEST - now));
    if (days === longer) return [days, ""];
    return [days, longer < 0 ? "An event lasts a day at least." : `It lasts to the end of the horizon, ${said(wb.day(held.last * DAY))}; what comes after is not simulated.`];
  }

  function lengthened({ path, value, unit }, longer, fine) {
    const days = value * UNITS[unit] + longer;
    const other = fine ? "days" : unit.startsWith("year") ? "months" : unit;
    const many = Math.max(1, Math.round(days / UNITS[other]));
    return [path, `${many} ${many === 1 ? other.replace(/s$/, "") : other.replace(/s?$/, "s")}`];
  }

  // What to put for an event that is moved or lengthened by days: [[path, text], ...], by how much, and why not by more.
  function changes(held, by, longer, fine) {
    const pairs = [];
    let why = "";
    const shift = (dates, days) => dates.forEach(([path, day]) => pairs.push([path, wb.day((day + days) * DAY)]));
    if (longer === null && held.start.length) {
      [by, why] = moved(held, by);
      for (const key of ["start", "announced", "end"]) shift(held[key], by);
      return [pairs, by, why];
    }
    if (longer !== null && (held.end.length || held.lasting)) {
      [longer, why] = stretched(held, longer);
      if (held.end.length) shift(held.end, longer);
      else pairs.push(longer ? lengthened(held.lasting, longer, fine) : [held.lasting.path, `${held.lasting.value} ${held.lasting.unit}`]);
      return [pairs, longer, why];
    }
    if (longer === null) return [pairs, 0, "This event waits for something: change when it begins in the text or the form."];
    return [pairs, 0, held.open ? "This event has no end: give it a duration or an end in the form." : "How long this lasts is drawn: change it in the text or the form."];
  }

  // What comes from another file can't follow the pointer: it is written into this one at the end of the way.
  const foreign = (pairs) => pairs.some(([path]) => wb.editor.at(path) === undefined);
  const lay = (each, pairs) => wb.editor.edit("lay", each.lay, Object.fromEntries(pairs.map(([path, text]) => [path[path.length - 1], text])));

  function handle(event, each, bar, track, first, span, stretch) {
    if (event.button) return;
    event.preventDefault();
    event.stopPropagation();
    bar.focus();
    const width = track.getBoundingClientRect().width;
    const from = event.clientX;
    const held = grip(each);
    const steps = wb.editor.gesture("move.timeline");
    const tag = wb.el("span", { class: "wb-bar-tag", "aria-hidden": "true" });
    let done = 0;
    let frame = 0;
    let warned = "";
    dragging = true;
    bar.setPointerCapture(event.pointerId);
    let later = null;
    let next = null; // where the pointer is by now
    const put = () => {
      frame = 0;
      if (!next) return;
      const [wanted, fine] = next;
      next = null;
      // The event as it stood when the drag began, moved by all of it: no step is lost in rounding.
      const [pairs, days, why] = changes(held, wanted, stretch ? wanted : null, fine);
      if (why && why !== warned) wb.tell((warned = why));
      if (!pairs.length) return;
      if (foreign(pairs)) later = pairs;
      else if (!steps.put(pairs)) return;
      done = days;
      const start = wb.time(each.bar.start) + (stretch ? 0 : done) * DAY;
      const end = wb.time(each.bar.end) + (each.bar.open ? 0 : done) * DAY;
      place(bar, start, end, first, span);
      // What is written, beside the bar: the day it begins, the day it ends, or how long it lasts.
      tag.textContent = !stretch ? `from ${said(wb.day(start))}` : held.end.length ? `to ${said(wb.day(end))}` : pairs[0][1];
      tag.style.left = bar.style.left;
      tag.classList.toggle("wb-bar-tag-left", parseFloat(bar.style.left) > 70);
      track.append(tag);
    };
    const follow = (at) => {
      const grid = at.shiftKey ? 1 : 7;
      const days = Math.round((((at.clientX - from) / width) * span) / grid) * grid;
      if (days === done && !next) return;
      next = [days, at.shiftKey];
      if (!frame) frame = requestAnimationFrame(put);
    };
    const stop = (cancelled) => {
      if (!dragging) return;
      bar.removeEventListener("pointermove", follow);
      document.removeEventListener("keydown", escape, true);
      if (cancelled) next = null;
      put();
      tag.remove();
      dragging = false;
      if (cancelled) steps.cancel();
      else steps.end();
      if (later && done && !cancelled) return void lay(each, later).then((put) => put || again());
      // A reading of the text as it is now will come, and draw it; until then the bar stays where it was let go.
      if (cancelled || wb.editor.text === read) again();
    };
    const escape = (key) => {
      if (key.key !== "Escape") return;
      key.stopPropagation();
      stop(true);
    };
    bar.addEventListener("pointermove", follow);
    bar.addEventListener("pointerup", () => stop(false), { once: true });
    bar.addEventListener("pointercancel", () => stop(true), { once: true });
    document.addEventListener("keydown", escape, true);
  }

  // The same by keys; a key that is held down is one step.
  function press(event, each, by, longer) {
    const [pairs, , why] = changes(grip(each), by, longer, false);
    if (why) wb.tell(why);
    if (foreign(pairs)) lay(each, pairs);
    else if (pairs.length) wb.editor.held(event, "move.timeline").put(pairs);
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
        class: `wb-bar${each.bar.open ? " wb-bar-open" : ""}${each.from ? " wb-bar-inherited" : ""}`,
        tabindex: "0",
        role: "slider",
        "aria-label": `${each.label}: when it is in force. Arrow keys move it by a week, with Shift by a day; plus and minus change how long it lasts; Enter shows it in the text.`,
        "aria-valuemin": "0",
        "aria-valuemax": String(span),
        "aria-valuenow": String(Math.round((wb.time(each.bar.start) - first) / DAY)),
        "aria-valuetext": text(each) + (each.from ? `, from ${each.from}` : ""),
        "data-path": JSON.stringify(each.lay),
        title: `${each.label}: ${text(each)}${each.from ? `; from ${each.from}` : ""}`,
      },
      wb.el("span", { class: "wb-bar-label" }, wb.el("span", {}, each.label), wb.el("span", { class: "wb-bar-dates", "aria-hidden": "true" }, text(each))),
      !each.bar.open && wb.el("span", { class: "wb-bar-end", "aria-hidden": "true" }),
    );
    place(made, wb.time(each.bar.start), wb.time(each.bar.end || each.bar.start), first, span);
    made.addEventListener("pointerdown", (event) => handle(event, each, made, track, first, span, event.target.classList.contains("wb-bar-end")));
    made.addEventListener("keydown", (event) => {
      const days = event.shiftKey ? 1 : 7;
      const by = { ArrowLeft: -days, ArrowRight: days }[event.key];
      const longer = { "+": 30.4375, "-": -30.4375 }[event.key];
      if (by) press(event, each, by, null);
      else if (longer) press(event, each, 0, Math.round(longer));
      else if (event.key === "Enter") line(each);
      else return;
      event.preventDefault();
    });
    return made;
  }

  const line = (each) => (each.from ? wb.tell(`${each.label} stands in another place: it comes from ${each.from}.`) : wb.showLine(each.line));

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

  // What is under way in the world of itself is one line until somebody wants to see it.
  function fold(group, dated, own) {
    const from = dated.filter((each) => each.from);
    if (group.id !== "outlook" || from.length < 2) return own;
    const made = wb.el("details", { class: "wb-lane-more", open: unfolded }, wb.el("summary", {}, `${from.length} from ${from[0].from}`));
    made.addEventListener("toggle", () => (unfolded = made.open));
    own.append(made);
    return made;
  }

  // When the scenario's own events are in force, for the charts.
  function inForce(outline) {
    const before = JSON.stringify(wb.events);
    const own = outline.groups.filter((group) => group.id === "scenario").flatMap((group) => group.events.map((each) => each.bar));
    wb.events = own.filter((each) => each.start && each.end).map((each) => ({ from: wb.time(each.start), to: wb.time(each.end) }));
    if (JSON.stringify(wb.events) !== before) document.dispatchEvent(new CustomEvent("wb-events"));
  }

  function again() {
    shown = "";
    if (last) draw(last);
  }

  function draw(outline) {
    if (outline !== last) read = wb.editor.text;
    last = outline;
    const root = document.getElementById("wb-timeline");
    const { start, end } = outline.horizon;
    if (dragging || !root) return;
    const next = JSON.stringify([outline.horizon, outline.groups.map((group) => group.events.map((each) => [each.label, each.bar, each.line, each.from]))]);
    if (next === shown) return;
    shown = next;
    inForce(outline);
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
        chips.push(wb.el("button", { type: "button", class: "wb-chip", onclick: () => line(each) }, `${each.label}: ${each.bar.waits ? `waits for ${each.bar.waits}` : each.bar.always ? "from the first day" : "no date yet"}`));
      }
      if (!dated.length) continue;
      const title = group.id === "scenario" ? "Scenario" : group.title;
      const own = wb.el("div", { class: `wb-lane wb-lane-${group.id.split(":")[0]}` }, wb.el("div", { class: "wb-lane-title" }, title));
      const others = fold(group, dated, own);
      for (const each of dated) {
        const track = wb.el("div", { class: "wb-track" });
        if (each.bar.start_drawn.length) track.append(whisker(each.bar.start_drawn, first, span));
        if (each.bar.end_drawn.length) track.append(whisker(each.bar.end_drawn, first, span));
        if (each.bar.announced && each.bar.announced !== each.bar.start) {
          const mark = wb.el("span", { class: "wb-announced", title: `announced ${said(each.bar.announced)}` });
          mark.style.left = `${Math.max(0, ((wb.time(each.bar.announced) - first) / DAY / span) * 100)}%`;
          track.append(mark);
        }
        track.append(bar({ ...each, first: group.first || start }, track, first, span));
        (each.from ? others : own).append(track);
      }
      rows.push(own);
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
