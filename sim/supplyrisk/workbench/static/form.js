// The form: the same text as fields, section by section.
"use strict";
(() => {
  let shown = "";
  const closed = new Set();
  const opened = new Set(); // of those that come from another file

  // What tells one shape of the form from another: values may change without it.
  const shape = (outline) =>
    JSON.stringify(outline, (key, value) => (["text", "value", "line", "curve", "bar", "items"].includes(key) ? undefined : value));

  const row = (label, doc, value, ...more) =>
    wb.el("div", { class: "wb-row" }, wb.el("span", { class: "wb-label", title: doc || "" }, label), value, ...more);

  const remove = (path, label) =>
    wb.el("button", { type: "button", class: "wb-mini", title: "Take it out", "aria-label": `Take out ${label}`, onclick: () => wb.editor.edit("remove", path) }, "×");

  function head(outline, vocabulary, names) {
    const section = wb.el("section", { class: "wb-card" }, wb.el("h2", {}, "Scenario"));
    const world = Object.fromEntries(vocabulary.worlds.map((name) => [name, ""]));
    for (const field of outline.head) {
      const top = field.path[0];
      const info = (field.path.length > 1 ? vocabulary[top] : vocabulary.scenario)[field.key] || {};
      const worlds = field.kind === "list" ? { kind: "names", of: "world" } : { kind: "choice", words: vocabulary.worlds };
      const form = field.key === "world" ? worlds : info;
      if (field.kind === "missing") {
        if (["horizon", "world"].includes(top)) continue;
        const add = wb.el("button", { type: "button", class: "wb-plain", onclick: () => wb.editor.edit("put", field.path, info.example || (field.key === "runs" ? "200" : field.key === "seed" ? "1" : `${field.label} …`)) }, "add");
        section.append(row(field.label, info.doc, wb.el("span", { class: "wb-value" }, add)));
      } else {
        section.append(row(field.label, info.doc, wb.field(field, form, { ...names, world }, field.label)));
      }
    }
    return section;
  }

  function numbers(outline, vocabulary, names) {
    const section = wb.el("section", { class: "wb-card" }, wb.el("h2", {}, "Numbers that differ from the world"));
    if (!outline.numbers.length) section.append(wb.el("p", { class: "wb-hint" }, "None. The World tab shows them all; change one there, with its source."));
    for (const field of outline.numbers) {
      const info = vocabulary.parameters[field.parameter] || {};
      const form = field.scaled ? { kind: "number", units: { times: 1, "%": 0.01 }, low: 0, high: 1000 } : info;
      const label = field.label + (field.scaled ? " (times the world's)" : "");
      section.append(
        row(label, info.doc, wb.field(field, form, names, label), !field.from && remove(field.item, label), field.source && wb.el("small", { class: "wb-source" }, `source: ${field.source}`)),
      );
    }
    return section;
  }

  function event(each, vocabulary, names) {
    const type = vocabulary.types[each.type];
    const key = JSON.stringify(each.lay);
    const card = wb.el("details", { class: each.from ? "wb-event wb-inherited" : "wb-event", open: each.from ? opened.has(key) : !closed.has(key) });
    card.addEventListener("toggle", () => {
      if (each.from) card.open ? opened.add(key) : opened.delete(key);
      else card.open ? closed.delete(key) : closed.add(key);
    });
    const until = each.bar.end && !each.bar.open ? ` to ${each.bar.end}` : "";
    card.append(
      wb.el("summary", {}, wb.el("strong", {}, each.label), wb.el("span", { class: "wb-kind" }, each.type.replaceAll("_", " ")), wb.el("span", { class: "wb-dates" }, each.bar.start ? each.bar.start + until : each.bar.waits ? `waits for ${each.bar.waits}` : "from the first day"), each.from && wb.from(each.from)),
    );
    if (type) card.append(wb.el("p", { class: "wb-hint" }, type.doc));
    for (const field of each.fields) {
      const info = type && type.keys[field.key];
      const label = `${field.label} of ${each.label}`;
      card.append(row(field.label, info && info.doc, wb.field(each.from ? { ...field, from: field.from || each.from } : field, info, names, label), !field.from && remove(field.path, label)));
    }
    const used = new Set(each.fields.map((field) => field.key));
    const foot = wb.el("div", { class: "wb-foot" });
    if (type) {
      const more = wb.el("select", { "aria-label": `Add to ${each.label}`, "data-path": JSON.stringify([...each.lay, "+"]) });
      more.append(wb.el("option", { value: "" }, "add a key…"));
      for (const [name, info] of Object.entries(type.keys)) {
        if (used.has(name) || info.kind === "mapping") continue;
        more.append(wb.el("option", { value: name, title: info.doc }, name.replaceAll("_", " ")));
      }
      more.addEventListener("change", () => {
        if (!more.value) return;
        const value = first(type.keys[more.value], names);
        if (each.from) wb.editor.edit("lay", each.lay, { [more.value]: value });
        else wb.editor.edit("put", [...each.path, more.value], value);
      });
      foot.append(more);
    }
    if (!each.from) foot.append(
      wb.el("button", { type: "button", class: "wb-plain", onclick: () => wb.showLine(each.line) }, "show in the text"),
      wb.el("button", { type: "button", class: "wb-plain", onclick: () => wb.editor.edit("remove", each.path) }, "delete this event"),
    );
    card.append(foot);
    return card;
  }

  // A value to begin with, of the right form.
  function first(info, names) {
    if (info.default && info.kind !== "mapping") return info.default;
    if (info.kind === "choice") return info.words[0];
    if (info.kind === "names") return Object.keys(names[info.of] || {})[0] || "all";
    if (info.kind === "date") return wb.day(wb.time(wb.horizon.start || "2026-01-01") + 182 * 86400000);
    return info.example || "…";
  }

  function group(each, vocabulary, names, outline) {
    const section = wb.el("section", { class: "wb-card" }, wb.el("h2", {}, each.title));
    for (const item of each.events) section.append(event(item, vocabulary, names));
    if (!each.events.length) section.append(wb.el("p", { class: "wb-hint" }, "Nothing yet."));
    const add = wb.el("select", { class: "wb-add", "aria-label": `Add an event: ${each.title}`, "data-path": JSON.stringify([...each.path, "+"]) });
    add.append(wb.el("option", { value: "" }, "+ add an event…"));
    const groups = {};
    for (const [name, type] of Object.entries(vocabulary.types)) {
      if (!groups[type.group]) add.append((groups[type.group] = wb.el("optgroup", { label: type.group })));
      groups[type.group].append(wb.el("option", { value: name, title: type.doc }, name.replaceAll("_", " ")));
    }
    add.addEventListener("change", () => add.value && wb.editor.edit("add", each.path, { type: add.value, ...fitted(vocabulary.types[add.value], outline, names) }));
    section.append(wb.el("div", { class: "wb-foot" }, add));
    return section;
  }

  // An example as it fits this scenario: dates moved into its horizon, names of another world taken for some of this one.
  function fitted(type, outline, names) {
    const shift = wb.time(wb.horizon.start || "2026-01-01") - wb.time("2026-01-01") + 181 * 86400000;
    const made = JSON.parse(JSON.stringify(type.example), (key, value) =>
      typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? wb.day(wb.time(value) + shift) : value,
    );
    const near = (of) => {
      // What the scenario speaks of already is the likeliest to be meant.
      for (const group of outline.groups) {
        for (const each of group.events) {
          const field = each.fields.find((one) => of === "product" && /^products?$/.test(one.key));
          const said = field && (field.text || (field.items || [])[0]);
          if (said && said in names[of]) return said;
        }
      }
      return Object.keys(names[of])[0];
    };
    for (const [key, value] of Object.entries(made)) {
      const of = type.keys[key] && type.keys[key].of;
      const known = of && names[of];
      if (!known || !Object.keys(known).length) continue;
      const list = (Array.isArray(value) ? value : [value]).filter((one) => one in known);
      if (!list.length) made[key] = near(of);
      else if (Array.isArray(value)) made[key] = list;
    }
    return made;
  }

  // A new policy: a name is all it needs, its first measure is an example to change.
  function policy(outline, vocabulary, names) {
    const box = wb.el("input", { type: "text", class: "wb-wide", maxlength: "60", placeholder: "a policy to compare: its name", "aria-label": "Name of a new policy", "data-path": '["policies","+"]' });
    const add = () => {
      const name = box.value.trim().replace(/[^\w-]+/g, "_").replace(/^_+|_+$/g, "");
      if (!name) return wb.tell("Give the policy a name of letters and digits.");
      const example = fitted(vocabulary.types.strategic_stockpile, outline, names);
      box.value = "";
      return wb.editor.edit("put", ["policies", name], { title: name.replaceAll("_", " "), events: [{ type: "strategic_stockpile", ...example }] });
    };
    box.addEventListener("keydown", (event) => event.key === "Enter" && add());
    return wb.el("section", { class: "wb-card" }, wb.el("div", { class: "wb-foot" }, box, wb.el("button", { type: "button", class: "wb-plain", onclick: add }, "+ add a policy")));
  }

  function draw(outline, vocabulary, names) {
    if (!vocabulary) return;
    wb.horizon = outline.horizon;
    const root = document.getElementById("wb-form");
    const focus = root.contains(document.activeElement) ? document.activeElement : null;
    const next = shape(outline) + JSON.stringify(Object.keys(names.country || {}));
    const path = focus && focus.dataset.path;
    if (focus && focus.tagName === "INPUT" && next !== shown && focus.value !== focus.defaultValue) {
      // Somebody types here, and the boxes would be others: they come when that is done.
      focus.addEventListener("focusout", () => setTimeout(() => draw(outline, vocabulary, names)), { once: true });
      return;
    }
    const typing = focus && focus.tagName === "INPUT" && next === shown ? focus : null;
    const made = [head(outline, vocabulary, names), ...outline.groups.map((each) => group(each, vocabulary, names, outline)), policy(outline, vocabulary, names), numbers(outline, vocabulary, names)];
    if (typing) {
      // Somebody types here: the values of the others are renewed, the boxes stay.
      const fresh = new Map();
      for (const part of made) for (const box of part.querySelectorAll("[data-path]")) fresh.set(box.dataset.path, box);
      for (const box of root.querySelectorAll("input[data-path], select[data-path]")) {
        const other = fresh.get(box.dataset.path);
        if (!other) continue;
        const mid = box === typing && box.value !== box.defaultValue; // what is being typed is left alone
        if (box.tagName === "INPUT") box.defaultValue = other.defaultValue;
        if (!mid && box.value !== other.value) box.value = other.value;
      }
      return;
    }
    shown = next;
    root.replaceChildren(...made);
    if (path) {
      const same = [...root.querySelectorAll("[data-path]")].find((box) => box.dataset.path === path);
      if (same) same.focus({ preventScroll: true });
    }
  }

  wb.form = { draw };
})();
