// One value of a scenario as what can be filled in: numbers with units, dates, choices, names, drawn numbers with a picture.
"use strict";
(() => {
  const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([^\d\s].*)?$/i;
  const KINDS = { uniform: "anywhere between", triangular: "triangular", pert: "most likely near", normal: "normal", lognormal: "lognormal", discrete: "one of" };

  // What a field says, as the file would write it, with another value at a path in it.
  const value_of = (field, path, value) => {
    if (path && String(field.path) === String(path)) return value;
    if (field.kind === "over") return Object.fromEntries(field.steps.map((step) => [step.key, value_of(step, path, value)]));
    if (field.kind !== "distribution") return field.kind === "list" ? field.items : field.text;
    const parts = field.parts.map((part) => [part.path[part.path.length - 1], value_of(part, path, value)]);
    return { [field.distribution]: typeof parts[0][0] === "number" ? parts.map(([, each]) => each) : Object.fromEntries(parts) };
  };

  // A value that comes from another file is written into this one, whole; one that stands here is replaced.
  const set = (field, value) => {
    if (!field.from) return wb.editor.edit("put", field.path, value);
    if (field.owner) return set(field.owner, value_of(field.owner, field.path, value));
    return wb.editor.edit("lay", field.path.slice(0, -1), { [field.path[field.path.length - 1]]: value });
  };

  const put = async (field, text) => {
    if (!wb.editor.mayEdit()) return;
    if (field.from) await set(field, text);
    else if (!wb.editor.put([[field.path, text]])) await wb.editor.edit("put", field.path, text);
  };

  // The same value, but said by this file.
  wb.own = (field) => set(field, value_of(field));

  // What tells a field from all others, whichever file says it.
  wb.key = (field, ...more) => JSON.stringify([...(field.lay || field.path), ...more]);

  // Digits enough for a quantity, and no more.
  wb.short = (value, digits = 4) => String(Number(value.toPrecision(digits)));

  wb.picture = (curve, label) => {
    const width = 120;
    const height = 30;
    const low = Math.min(...curve.x);
    const span = Math.max(...curve.x) - low || 1;
    const x = (value) => (2 + ((value - low) / span) * (width - 4)).toFixed(1);
    const y = (value) => (height - 2 - value * (height - 5)).toFixed(1);
    const root = wb.svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "wb-curve", role: "img", "aria-label": label });
    if (curve.bars) {
      curve.x.forEach((value, n) => root.append(wb.svg("line", { x1: x(value), x2: x(value), y1: y(0), y2: y(curve.y[n]) })));
    } else {
      const points = curve.x.map((value, n) => `${x(value)},${y(curve.y[n])}`).join(" ");
      root.append(wb.svg("polygon", { points: `${x(low)},${y(0)} ${points} ${x(low + span)},${y(0)}` }));
    }
    return root;
  };

  const number = (field, info, label) => {
    const units = Object.keys((info && info.units) || {});
    if (field.unit !== undefined && !units.includes(field.unit)) units.unshift(field.unit);
    const box = wb.el("input", {
      type: "text",
      inputmode: "decimal",
      class: "wb-number",
      value: field.value === undefined ? field.text : String(field.value),
      "data-path": wb.key(field),
      "aria-label": label,
    });
    const unit = () => (chosen ? chosen.value : field.unit || "");
    const written = (value) => `${value} ${unit()}`.trim();
    const write = (value) => put(field, written(value));
    box.addEventListener("change", () => {
      const typed = box.value.trim();
      if (!typed) return void (box.value = box.defaultValue);
      const found = NUMBER.exec(typed);
      if (!found) return void put(field, typed);
      const of = found[2] || unit();
      box.value = wb.bounded(Number(found[1]), of, info, label, found[1]);
      put(field, `${box.value} ${of}`.trim());
    });
    wb.keys(box, field, { ...info, unit }, async (value, key) => {
      if (!wb.editor.held(key, "input.form").put([[field.path, written(value)]])) await put(field, written(value));
    });
    let chosen;
    if (units.length > 1) {
      chosen = wb.el("select", { class: "wb-unit", "aria-label": `unit of ${label}`, "data-path": wb.key(field, "unit") });
      for (const each of units) chosen.append(wb.el("option", { value: each, selected: each === (field.unit || "") }, each || info.bare || "–"));
      chosen.addEventListener("change", () => {
        const [from, to] = [info.units[field.unit], info.units[chosen.value]];
        const value = Number(box.value);
        if (from && to && box.value.trim() && Number.isFinite(value)) box.value = wb.short((value * from) / to);
        write(box.value);
      });
    }
    return [box, chosen || (field.unit ? wb.el("span", { class: "wb-unit-text" }, field.unit) : null)];
  };

  // A bound in four digits, none of which lies beyond it.
  const inward = (bound, low) => {
    const near = Number(bound.toPrecision(4));
    if (low ? near >= bound : near <= bound) return wb.short(near);
    return wb.short(near + (low ? 1 : -1) * 10 ** (Math.floor(Math.log10(Math.abs(bound))) - 3));
  };

  // A number within the bounds of what it is, as `check` has them; where it was beyond, why it is not any more.
  wb.bounded = (value, unit, info, label, typed) => {
    const factor = (info && info.units && info.units[unit || ""]) || 0;
    if (!factor || !Number.isFinite(value)) return typed ?? wb.short(value, 8);
    const [low, high] = [info.low ?? -Infinity, info.high ?? Infinity].map((each) => Number((each / factor).toPrecision(12)));
    if (value >= low && value <= high) {
      if (!info.whole || Number.isInteger(value)) return typed ?? wb.short(value, 8);
      wb.tell(`${label[0].toUpperCase()}${label.slice(1)} is a whole number.`);
      return wb.short(Math.round(value), 12);
    }
    const end = inward(value < low ? low : high, value < low);
    wb.tell(`${label[0].toUpperCase()}${label.slice(1)} is at ${value < low ? "least" : "most"} ${`${end} ${unit || ""}`.trim()} (not ${typed ?? wb.short(value, 8)}).`);
    return end;
  };

  // Arrow keys change a number by a step within its bounds; a key that is held down is one step of undo.
  wb.keys = (box, field, info, write) => {
    box.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      const value = Number(box.value);
      if (!box.value.trim() || !Number.isFinite(value)) return;
      event.preventDefault();
      const step = Math.max(wb.step(Math.abs(value) || 1), info.whole ? 1 : 0) * (event.key === "ArrowUp" ? 1 : -1);
      const unit = typeof info.unit === "function" ? info.unit() : field.unit;
      box.value = wb.bounded(Number(wb.short(value + step, 8)), unit, info, box.getAttribute("aria-label"));
      box.defaultValue = box.value;
      write(box.value, event);
    });
  };

  // A step that people count in: 1, 2 or 5 times a power of ten, about a fiftieth of the size.
  wb.step = (size) => {
    const raw = size / 50;
    const power = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw * 0.999);
  };

  const names = (field, info, known, label) => {
    const items = field.kind === "list" ? field.items : field.text ? [field.text] : [];
    const put_all = (list) => {
      if (!list.length) return wb.editor.edit("remove", field.path);
      if (list.length === 1 && field.kind === "scalar") return put(field, list[0]);
      return set(field, list.length === 1 ? list[0] : list);
    };
    const row = wb.el("span", { class: "wb-chips" });
    for (const item of items) {
      row.append(
        wb.el(
          "span",
          { class: "wb-chip", title: known[item] || "" },
          item,
          items.length > 1 &&
            wb.el("button", { type: "button", "aria-label": `take ${item} out of ${label}`, onclick: () => put_all(items.filter((each) => each !== item)) }, "×"),
        ),
      );
    }
    const left = Object.keys(known).filter((each) => !items.includes(each));
    const more = wb.el("select", { class: "wb-more", "aria-label": info.single ? `${label}: another` : `${label}: one more`, "data-path": wb.key(field) });
    more.append(wb.el("option", { value: "" }, info.single ? "change…" : "add…"));
    for (const each of left) more.append(wb.el("option", { value: each }, known[each] && known[each] !== each ? `${each} – ${known[each]}` : each));
    more.addEventListener("change", () => more.value && put_all(info.single || more.value === "all" ? [more.value] : [...items.filter((each) => each !== "all"), more.value]));
    if (left.length) row.append(more);
    return [row];
  };

  // A part of a distribution, as it was typed: within the bounds, the lowest below the highest; else what it was.
  const ordered = (box, part, parts, info, label) => {
    const found = NUMBER.exec(box.value.trim());
    const refuse = (why) => {
      if (why) wb.tell(why);
      box.value = box.defaultValue;
      return "";
    };
    if (!box.value.trim()) return refuse("");
    if (!found || part.value === undefined) return box.value.trim();
    const unit = found[2] || part.unit;
    const value = wb.bounded(Number(found[1]), unit, info, label, found[1]);
    const size = (number, of) => number * ((info.units && info.units[of || ""]) || 1);
    const at = parts.findIndex((each) => String(each.path) === String(part.path));
    const rising = ["lowest", "most likely", "highest", "5 % lie below", "95 % lie below"];
    for (const [n, other] of parts.entries()) {
      if (n === at || other.value === undefined || ![part, other].every((each) => rising.includes(each.label))) continue;
      const over = size(Number(value), unit) - size(other.value, other.unit);
      if (n < at ? over < 0 : over > 0) return refuse(`“${part.label}” has to lie ${n < at ? "above" : "below"} “${other.label}”, ${other.text}.`);
    }
    return (box.value = `${value} ${unit}`.trim());
  };

  const drawn = (field, info, label) => {
    const parts = field.parts.map((each) => {
      const part = { ...each, from: field.from, owner: field };
      const box = wb.el("input", { type: "text", class: "wb-part", value: part.text, "aria-label": `${label}, ${part.label}`, title: part.label, "data-path": wb.key(part) });
      box.addEventListener("change", () => {
        const typed = ordered(box, part, field.parts, info, `${label}, ${part.label}`);
        if (typed) put(part, typed);
      });
      return wb.el("label", { class: "wb-part-label" }, box, wb.el("small", {}, part.label));
    });
    const said = `${label}: drawn, ${KINDS[field.distribution] || field.distribution}`;
    return [
      wb.el(
        "span",
        { class: "wb-drawn" },
        field.curve && wb.picture(field.curve, said),
        wb.el("span", { class: "wb-drawn-kind" }, field.distribution),
        wb.el("span", { class: "wb-parts" }, parts),
      ),
    ];
  };

  // A date: a browser tells each digit of it, so only what can be meant is put, and leaving the box ends the step.
  const dated = (box, field) => {
    const [low, high, why] = days(field);
    let steps = null;
    if (low) box.min = low;
    if (high) box.max = high;
    const within = (value) => value >= low && (!high || value <= high);
    box.addEventListener("change", () => {
      if (field.from) return;
      steps = steps || wb.editor.gesture("input.form");
      if (box.value && within(box.value)) steps.put([[field.path, box.value]]);
    });
    box.addEventListener("blur", () => {
      if (!box.value) box.value = box.defaultValue;
      else if (!within(box.value)) {
        wb.tell(why);
        box.value = box.value < low ? low : high;
        if (!field.from) (steps || wb.editor.gesture("input.form")).put([[field.path, box.value]]);
      }
      if (field.from && box.value !== box.defaultValue) put(field, box.value);
      if (steps) steps.end();
      steps = null;
    });
  };

  // Between which days a date can lie, and why.
  const days = (field) => {
    const { start, end } = wb.horizon;
    const event = field.path.includes("events");
    if (event && field.key === "start" && field.path[0] !== "outlook" && start && end) return [start, end, `An event begins within the horizon, ${start} to ${end}.`];
    const begin = wb.editor.at([...field.path.slice(0, -1), "start"]) || "";
    if (field.key === "end" && /^\d{4}-\d\d-\d\d$/.test(begin)) return [wb.day(wb.time(begin) + 86400000), "2300-12-31", `The end lies after the start, ${begin}.`];
    return ["1900-01-01", "2300-12-31", "A date lies between 1900 and 2300."];
  };

  // From one number to a range about it, to be set by hand.
  const range = (field) => {
    const text = (factor) => `${wb.short(field.value * factor, 3)} ${field.unit}`.trim();
    return set(field, { uniform: [text(0.75), text(field.unit === "%" && field.value * 1.25 > 100 ? 1 : 1.25)] });
  };

  // Where something comes from that this file does not say itself; a file of this folder can be opened.
  wb.from = (where) => {
    const said = `from ${where}`;
    const why = "Comes from there. What you change here is written into this file, and holds instead.";
    if (!/\.ya?ml$/.test(where)) return wb.el("small", { class: "wb-from", title: why }, said);
    const folder = wb.editor.name.replace(/[^/]*$/, "");
    return wb.el("small", { class: "wb-from", title: why }, "from ", wb.el("a", { href: `/?file=${encodeURIComponent(folder + where)}` }, where));
  };

  // What stands at the right of a label: the value, and what else can be done with it.
  wb.field = (field, info, known, label) => {
    info = info || {};
    const of = info.of ? known[info.of] || {} : {};
    let made;
    if (field.kind === "distribution") made = drawn(field, info, label);
    else if (field.kind === "over") {
      made = [wb.el("span", { class: "wb-steps" }, field.steps.map((step) => wb.el("span", { class: "wb-step" }, wb.el("span", { class: "wb-when" }, `from ${step.label}`), wb.field({ ...step, owner: field }, { ...info, over: false }, known, `${label} from ${step.label}`))))];
    } else if (info.kind === "names" && (field.kind === "scalar" || field.kind === "list")) made = names(field, info, of, label);
    else if (field.kind === "mapping" || field.kind === "list") {
      made = field.from ? ["…"] : [wb.el("button", { type: "button", class: "wb-plain", onclick: () => wb.showLine(field.line) }, `in the text, line ${field.line}`)];
    } else if (info.kind === "date" && /^\d{4}-\d\d-\d\d$/.test(field.text)) {
      const box = wb.el("input", { type: "date", value: field.text, "aria-label": label, "data-path": wb.key(field) });
      dated(box, field);
      made = [box];
    } else if (info.kind === "choice") {
      const box = wb.el("select", { "aria-label": label, "data-path": wb.key(field) });
      for (const word of new Set([...info.words, field.text])) box.append(wb.el("option", { value: word, selected: word === field.text }, word));
      box.addEventListener("change", () => put(field, box.value));
      made = [box];
    } else if (info.kind === "number" || field.parameter) {
      made = number(field, info, label);
      if (field.value !== undefined) {
        made.push(wb.el("button", { type: "button", class: "wb-mini", title: "Pin as a slider", "aria-label": `Pin ${label} as a slider`, onclick: () => wb.pins.add(field, label, info) }, "⇿"));
        if (!info.certain) made.push(wb.el("button", { type: "button", class: "wb-mini", title: "Make it uncertain: a range instead of one number", "aria-label": `Make ${label} uncertain`, onclick: () => range(field) }, "≈"));
      }
    } else {
      const box = wb.el("input", { type: "text", class: "wb-wide", value: field.text || "", "aria-label": label, "data-path": wb.key(field) });
      box.addEventListener("change", () => put(field, box.value));
      made = [box];
    }
    const foreign = field.from && !field.owner;
    if (foreign) made.push(wb.from(field.from));
    return wb.el("span", { class: foreign ? "wb-value wb-inherited" : "wb-value" }, made);
  };
})();
