// The studio: reads the text as it is typed, lists mistakes, tells it in sentences, and hands it to form and timeline.
"use strict";
(() => {
  const PAUSE_MS = 60;
  const OUTLINE_MS = 600; // at most: form and timeline come behind the next picture
  const SENTENCES_MS = 900; // after the first pictures: telling a scenario takes as long as one of them
  let vocabulary;
  let outline = null;
  let names = {};
  let running = false;
  let again = false;
  let explaining;
  let hurry = () => {};

  const byId = (id) => document.getElementById(id);

  // At most one reading at a time, and the newest text next.
  async function read() {
    if (running) {
      again = true;
      hurry();
      return;
    }
    running = true;
    again = false;
    const text = wb.editor.text;
    let found;
    try {
      found = await reading(text);
    } finally {
      running = false; // whatever goes wrong with one text, the next is read
    }
    if (again || wb.editor.text !== text) {
      read();
      return;
    }
    clearTimeout(explaining);
    explaining = setTimeout(() => explain(found), SENTENCES_MS);
  }

  async function reading(text) {
    const editor = wb.editor;
    const asked = { name: editor.name, text };
    const found = await wb.ask("read", asked);
    if (found) {
      const notes = found.notes.map((each) => ({ ...each, note: true }));
      editor.setMarks(text, [...found.mistakes, ...notes]);
      list(found.mistakes, notes);
    }
    if (outline && !found?.mistakes.length) await picture();
    if (again) return found;
    const seen = await wb.ask("outline", asked);
    if (seen && seen.outline && editor.setPlaces(text, seen.places)) {
      outline = seen.outline;
      names = seen.names;
      wb.form.draw(outline, vocabulary, names);
      wb.timeline.draw(outline);
      wb.pins.draw(outline, vocabulary);
    }
    byId("wb-form").classList.toggle("wb-old", !!(seen && !seen.outline));
    byId("wb-timeline").classList.toggle("wb-old", !!(seen && !seen.outline));
    return found;
  }

  // The next picture, or that it takes long, or that a newer text waits.
  function picture() {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(limit);
        document.removeEventListener("wb-drawn", end);
        done();
      };
      const limit = setTimeout(end, OUTLINE_MS);
      document.addEventListener("wb-drawn", end);
      hurry = end;
    });
  }

  async function explain(found) {
    const place = byId("wb-sentences");
    const text = wb.editor.text;
    if (found && found.mistakes.length) {
      place.classList.add("wb-old");
      return;
    }
    const lines = await wb.ask("explain", { name: wb.editor.name, text });
    if (!lines || !lines.length || text !== wb.editor.text) return;
    place.classList.remove("wb-old");
    const made = [];
    let open;
    for (const line of lines) {
      if (!line.trim()) {
        open = undefined;
      } else if (line.startsWith("    ") && open && open.lastElementChild) {
        const above = open.lastElementChild;
        if (!above.querySelector("ul")) above.append(wb.el("ul", {}));
        above.querySelector("ul").append(wb.el("li", {}, line.trim()));
      } else if (line.startsWith("  ") && open) {
        open.append(wb.el("li", {}, line.trim()));
      } else if (line.startsWith("=== ")) {
        open = undefined;
        made.push(wb.el("h3", {}, line.replace(/^=+ | =+$/g, "")));
      } else if (line.endsWith(":")) {
        open = wb.el("ul", {});
        made.push(wb.el("h3", {}, line.slice(0, -1)), open);
      } else {
        made.push(wb.el("p", {}, line));
      }
    }
    place.replaceChildren(...made);
  }

  function list(mistakes, notes) {
    const place = byId("wb-mistakes");
    const item = (each) =>
      wb.el(
        "li",
        { class: each.note ? "wb-remark wb-remark-note" : "wb-remark" },
        wb.el(
          "button",
          { type: "button", onclick: () => show(each) },
          wb.el("span", { class: "wb-remark-line" }, each.line ? `line ${each.line}` : each.file),
          wb.el("span", {}, each.said),
        ),
      );
    place.replaceChildren(...mistakes.map(item), ...notes.map(item));
    const say = byId("wb-mistakes-count");
    const count = mistakes.length;
    say.textContent = count ? `${count} mistake${count === 1 ? "" : "s"}` : notes.length ? "no mistakes, a remark" : "no mistakes";
    say.classList.toggle("wb-bad", count > 0);
  }

  function show(remark) {
    if (!remark.line) return;
    view("text");
    wb.editor.show(remark.line, remark.to > remark.from ? remark.from : undefined, remark.to);
  }

  // Which of text and form is seen; on a wide page both may be.
  function view(name) {
    const root = byId("wb-left");
    root.dataset.view = name;
    for (const button of document.querySelectorAll("[data-view-button]")) {
      button.setAttribute("aria-pressed", String(button.dataset.viewButton === name));
    }
    localStorage.setItem("wb-view", name);
    const address = new URL(location.href);
    if (name === "text") address.searchParams.delete("view");
    else address.searchParams.set("view", name);
    history.replaceState(null, "", address);
    if (wb.editor) wb.editor.view.requestMeasure();
  }

  function restoring(editor) {
    const kept = editor.left();
    const place = byId("wb-restore");
    if (!kept || editor.element.disable) return;
    const when = new Date(kept.time).toLocaleString();
    const close = () => place.replaceChildren();
    place.replaceChildren(
      wb.el(
        "div",
        { class: "wb-banner" },
        wb.el("span", {}, `This browser holds a text of ${when} that did not reach the workbench.`),
        wb.el("button", { type: "button", onclick: () => (editor.restore(kept.text), close()) }, "Take it"),
        wb.el(
          "button",
          { type: "button", onclick: () => (localStorage.removeItem(editor.store), close()) },
          "Leave it",
        ),
      ),
    );
  }

  wb.studio = async (id, name) => {
    await wb.when("editor-script");
    const editor = await wb.attach(id, name);
    vocabulary = await wb.ask("vocabulary", {});
    let pause;
    editor.listen(() => {
      clearTimeout(pause);
      pause = setTimeout(read, PAUSE_MS);
    });
    for (const button of document.querySelectorAll("[data-view-button]")) {
      button.addEventListener("click", () => {
        view(button.dataset.viewButton);
        if (matchMedia("(max-width: 900px)").matches) byId("wb-left").scrollIntoView(); // it stands below the answer
      });
    }
    const given = new URLSearchParams(location.search).get("view") || localStorage.getItem("wb-view");
    view(["text", "form", "both"].includes(given) ? given : "text");
    wb.showLine = (line) => (view("text"), editor.show(line));
    restoring(editor);
    const lost = (yes) => {
      document.body.classList.toggle("wb-is-lost", yes);
      byId("wb-lost").textContent = yes ? "Connection lost: what you type is kept in this browser." : "";
    };
    window.socket.on("disconnect", () => lost(true));
    window.socket.on("connect", () => (lost(false), read()));
    read();
  };
})();
