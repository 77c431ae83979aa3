// Numbers that are pinned: each a slider with a box, beside the answer. Which they are stands in the page's address.
"use strict";
(() => {
  let pinned = [];
  let last = null;
  let words = null;
  let shown = "";
  let held = false; // a slider, by the pointer
  let missed = false; // what came meanwhile
  let moved = false; // whether it has changed the text
  let awaited = "";

  const key = (path) => JSON.stringify(path);

  function load() {
    const given = new URLSearchParams(location.search).get("pins");
    try {
      const found = JSON.parse(given || localStorage.getItem(`wb-pins:${wb.editor.name}`) || "[]");
      pinned = Array.isArray(found) ? found.filter((path) => Array.isArray(path)).slice(0, 12) : [];
    } catch (error) {
      pinned = [];
    }
  }

  function keep() {
    localStorage.setItem(`wb-pins:${wb.editor.name}`, JSON.stringify(pinned));
    const address = new URL(location.href);
    if (pinned.length) address.searchParams.set("pins", JSON.stringify(pinned));
    else address.searchParams.delete("pins");
    history.replaceState(null, "", address);
  }

  // Every number of the text with what is known of it.
  function* all(outline, vocabulary) {
    for (const field of outline.head) {
      const info = (vocabulary[field.path[0]] || {})[field.key] || {};
      if (field.value !== undefined && info.units) yield [field, info, field.label];
    }
    for (const field of outline.numbers) {
      const info = field.scaled ? { units: { times: 1, "%": 0.01 }, low: 0, high: 1000 } : vocabulary.parameters[field.parameter] || {};
      yield* inside(field, info, field.label);
    }
    for (const group of outline.groups) {
      for (const each of group.events) {
        const type = vocabulary.types[each.type];
        for (const field of each.fields) yield* inside(field, (type && type.keys[field.key]) || {}, `${each.label}: ${field.label}`);
      }
    }
  }

  function* inside(field, info, label) {
    if (field.value !== undefined && info.units) yield [field, info, label];
    const own = { from: field.from, owner: field };
    for (const part of field.parts || []) if (part.value !== undefined && info.units) yield [{ ...part, ...own }, info, `${label}, ${part.label}`];
    for (const step of field.steps || []) yield* inside({ ...step, ...own }, info, `${label} from ${step.label}`);
  }

  // Ends of a slider in the unit of the text: the bounds of the number, or what is worth trying about it.
  function ends(field, info) {
    const factor = info.units[field.unit || ""] || 1;
    let low = (info.low ?? 0) / factor;
    let high = (info.high ?? 0) / factor;
    const size = Math.max(Math.abs(field.value), wb.step(Math.abs(field.value) || 1) * 5);
    if (!(high <= size * 8)) high = nice(size * 2.5);
    if (!(low >= -size * 8)) low = -nice(size * 2.5);
    if (low > field.value) low = field.value;
    return [low, Math.max(high, field.value)];
  }

  const nice = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= value * 0.999);
  };

  // The number as it stands in the text at this moment: the last reading may be a moment old.
  function now(field) {
    const found = /^["']?(-?[\d.]+)/.exec(wb.editor.at(field.path) || "");
    return found ? { ...field, value: Number(found[1]) } : field;
  }

  function slider([before, info, label]) {
    const field = now(before);
    const [least, high] = ends(field, info);
    const whole = info.whole || (Number.isInteger(field.value) && high - least >= 10);
    const step = Math.max(wb.step((high - least) / 2), whole ? 1 : 0);
    const low = Math.ceil(least / step - 1e-9) * step; // a slider counts its steps from its low end
    const change = (value) => [[field.path, `${wb.short(Number(value), 8)} ${field.unit || ""}`.trim()]];
    const bar = wb.el("input", { type: "range", min: String(low), max: String(high), step: String(step), "aria-label": label, "data-path": key(field.path) });
    bar.value = String(field.value);
    const box = wb.el("input", { type: "number", min: String(low), max: String(high), step: "any", "aria-label": `${label}, as a number`, "data-path": key([...field.path, "box"]) });
    box.defaultValue = String(field.value);
    let frame = 0;
    let grip = null; // one way of the pointer, or of a key that is held down: undo takes it back in one step
    let pressed = false;
    let dragged = false; // by the pointer
    let left = false; // by Escape, until the pointer lets go
    const write = () => {
      frame = 0;
      grip = grip || wb.editor.gesture("input.slider");
      grip.put(change(bar.value));
    };
    const back = () => {
      bar.value = String(now(before).value);
      box.value = bar.value;
    };
    bar.addEventListener("pointerdown", () => {
      grip = null;
      dragged = held = true;
      left = false;
    });
    // Its change comes in between. A slider that is held is not drawn anew; if it has moved, the next reading comes anyway.
    const letGo = () => {
      dragged = left = held = false;
      if (missed && !moved) draw(last, words);
      missed = moved = false;
    };
    for (const end of ["pointerup", "pointercancel"]) bar.addEventListener(end, () => setTimeout(letGo));
    bar.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && grip) {
        cancelAnimationFrame(frame);
        frame = 0;
        grip.cancel();
        left = dragged;
        back();
      }
      if (!event.repeat) grip = null;
      pressed = true;
    });
    bar.addEventListener("keyup", () => {
      pressed = false;
      grip = null;
    });
    bar.addEventListener("input", () => {
      if (left) return back();
      held = moved = true;
      box.value = wb.short(Number(bar.value), 8);
      if (!frame) frame = requestAnimationFrame(write);
    });
    bar.addEventListener("change", () => {
      held = false;
      if (left) return back();
      cancelAnimationFrame(frame);
      write();
      grip.end();
      if (!pressed) grip = null;
    });
    wb.keys(box, field, info, (value, key) => wb.editor.held(key, "input.slider").put(change(value)));
    box.addEventListener("change", () => {
      if (box.value === "") return void (box.value = String(now(before).value));
      box.value = wb.bounded(Number(box.value), field.unit, info, label);
      wb.editor.put(change(box.value), "input.slider");
    });
    return wb.el(
      "div",
      { class: "wb-pin" },
      wb.el("span", { class: "wb-pin-label" }, label),
      bar,
      box,
      wb.el("span", { class: "wb-unit-text" }, field.unit || ""),
      wb.el("button", { type: "button", class: "wb-mini", "aria-label": `Take away the slider of ${label}`, onclick: () => drop(field.path) }, "×"),
    );
  }

  function drop(path) {
    pinned = pinned.filter((each) => key(each) !== key(path));
    keep();
    shown = "";
    draw(last, words);
  }

  // A number that comes from another file is written into this one first: a slider moves what stands here.
  async function add(field) {
    if (field.from) {
      awaited = wb.key(field.owner || field);
      if (!(await wb.own(field.owner || field))) awaited = "";
      else wb.tell(`Written into this file, for the slider: until now it came from ${field.from}.`);
      return;
    }
    if (!pinned.some((each) => key(each) === key(field.path))) pinned.push(field.path);
    keep();
    shown = "";
    draw(last, words);
    const bar = [...document.querySelectorAll("#wb-pins input[type=range]")].pop();
    if (bar) bar.focus();
  }

  function draw(outline, vocabulary) {
    if (!vocabulary) return;
    if (!words) load();
    [last, words] = [outline, vocabulary];
    const root = document.getElementById("wb-pins");
    if (!root) return; // a study has no answer beside it
    const known = new Map();
    for (const found of all(outline, vocabulary)) known.set(key(found[0].path), found);
    for (const [field] of known.values()) {
      if (!awaited || field.from || wb.key(field.owner || field) !== awaited) continue;
      pinned.push(field.path);
      awaited = "";
      keep();
    }
    const there = pinned.map((path) => known.get(key(path))).filter((found) => found && !found[0].from);
    const next = JSON.stringify(there.map(([field, , label]) => [field.path, field.unit, label]));
    if (held) return void (missed = true);
    if (next === shown) {
      for (const [field] of there) {
        for (const [path, box] of [[field.path, "range"], [[...field.path, "box"], "number"]]) {
          const input = [...root.querySelectorAll(`input[type=${box}]`)].find((each) => each.dataset.path === key(path));
          if (!input) continue;
          const typing = document.activeElement === input && input.type === "number" && input.value !== input.defaultValue;
          input.defaultValue = String(field.value);
          if (Number(input.value) === field.value || typing) continue;
          if (field.value > Number(input.max)) input.max = String(field.value);
          if (field.value < Number(input.min)) input.min = String(field.value);
          input.value = String(field.value);
        }
      }
      return;
    }
    shown = next;
    const more = wb.el("select", { "aria-label": "Pin a number as a slider" }, wb.el("option", { value: "" }, "+ slider for…"));
    for (const [path, [, , label]] of known) if (!pinned.some((each) => key(each) === path)) more.append(wb.el("option", { value: path }, label));
    more.addEventListener("change", () => more.value && add(known.get(more.value)[0]));
    root.replaceChildren(...there.map(slider), wb.el("div", { class: "wb-pin-add" }, more));
  }

  wb.pins = { draw, add, list: () => pinned };
})();
