// The editor: completion, hover, a limit of size, the places of values, and all changes by form and timeline.
import * as CM from "nicegui-codemirror";

const MAX_BYTES = 500000;
const SETTLED_MS = 400;
// What the editor's history adds to the step before, however far apart the letters lie (as it does for letters that are
// composed of several keys).
const JOINED = "input.type.compose";

// A fingerprint that the server works out in the same way.
async function digest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const bytes = (text) => new TextEncoder().encode(text).length;

// Mistakes and notes as underlined letters, carried along with the text.
const setMarks = CM.StateEffect.define();
const marks = CM.StateField.define({
  create: () => CM.Decoration.none,
  update(set, transaction) {
    set = set.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setMarks)) set = effect.value;
    return set;
  },
  provide: (field) => CM.EditorView.decorations.from(field),
});

// Enter behind a key that ends its line: what belongs to the key stands two columns further in. All else is the editor's.
const KEY = /^( *(?:- +)*)[^\s#].*:\s*(?:\s#.*)?$/;
function enterBelowKey({ state, dispatch }) {
  const { main, ranges } = state.selection;
  const line = state.doc.lineAt(main.head);
  const key = KEY.exec(state.sliceDoc(line.from, main.head));
  if (state.readOnly || ranges.length > 1 || !main.empty || !key || state.sliceDoc(main.head, line.to).trim()) return false;
  const put = state.lineBreak + " ".repeat(key[1].length + 2);
  const changes = { from: main.head, to: line.to, insert: put };
  dispatch(state.update({ changes, selection: { anchor: main.head + put.length }, scrollIntoView: true, userEvent: "input" }));
  return true;
}

class Editor {
  constructor(id, name, port) {
    this.element = getElement(id);
    this.view = this.element.editor;
    this.name = name;
    this.store = `wb-draft:${name}`;
    this.places = new Map(); // path -> [from, to], carried through changes
    this.listeners = [];
    this.remarks = [];
    this.extend();
    this.look();
    document.addEventListener("wb-dark", () => this.look());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get text() {
    return this.view.state.doc.toString();
  }

  look() {
    this.element.setTheme(wb.isDark() ? "githubDark" : "githubLight");
  }

  extend() {
    const self = this;
    const watch = CM.EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      for (const [path, [from, to]] of this.places) {
        this.places.set(path, [update.changes.mapPos(from, -1), update.changes.mapPos(to, 1)]);
      }
      this.changed();
    });
    const limit = CM.EditorState.changeFilter.of((transaction) => {
      const doc = transaction.newDoc;
      if (doc.length <= MAX_BYTES && (doc.length * 3 <= MAX_BYTES || bytes(doc.toString()) <= MAX_BYTES)) return true;
      wb.tell("A document has at most 500 kB: that was not put in.");
      return false;
    });
    const propose = async (context) => {
      if (!this.view.hasFocus) return null; // a slider or a bar changes the text
      const word = context.matchBefore(/[\w./-]+$/);
      const after = context.matchBefore(/:\s+$|^\s*- $|^\s*$|[{[,]\s*$|\d\s$/);
      if (!context.explicit && !word && !after) return null;
      if (!context.explicit && !word && context.matchBefore(/^\s*$/)) return null;
      const text = context.state.doc.toString();
      const found = await wb.ask("complete", { name: this.name, text, offset: context.pos });
      if (!found || !found.options.length) return null;
      return {
        from: context.pos - found.back,
        validFor: /^[\w./%-]*$/,
        options: found.options.map((option) => ({
          label: option.label,
          apply: option.put,
          detail: option.detail,
          info: option.info || undefined,
          type: option.put.endsWith(": ") ? "property" : "enum",
        })),
      };
    };
    const explain = CM.hoverTooltip(async (view, pos) => {
      const here = this.marked(pos);
      if (here.length) return this.tooltip(here[0].from, here[0].to, "wb-hover wb-hover-mistake", here.map((each) => each.said));
      const found = await wb.ask("hover", { name: this.name, text: view.state.doc.toString(), offset: pos });
      if (!found || !found.text) return null;
      const word = view.state.wordAt(pos);
      return this.tooltip(word ? word.from : pos, word ? word.to : pos, "wb-hover", [found.text]);
    });
    this.view.dispatch({
      effects: CM.StateEffect.appendConfig.of([
        watch,
        limit,
        marks,
        explain,
        CM.EditorState.languageData.of(() => [{ autocomplete: propose }]),
        CM.EditorView.contentAttributes.of({ "aria-label": `Text of ${this.name}. Escape, then Tab leaves the editor.` }),
        CM.Prec.high(CM.keymap.of([{ key: "Enter", run: enterBelowKey }])), // a completion's own Enter comes before
        CM.keymap.of([{ key: "Mod-s", preventDefault: true, run: () => (emitEvent("wb-save"), true) }]),
      ]),
    });
    self.changed(true);
  }

  // Something has changed: those who listen are told, the text is kept here until the server has it.
  changed(first = false) {
    for (const listener of this.listeners) listener();
    if (first) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLED_MS);
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), 250);
  }

  keep() {
    try {
      localStorage.setItem(this.store, JSON.stringify({ text: this.text, time: Date.now() }));
    } catch (error) {
      // No room in the browser: the server's draft is there.
    }
  }

  async settle() {
    const text = this.text;
    const sum = await digest(text);
    if (text === this.text) emitEvent("wb-settled", { digest: sum });
  }

  // The server has this text: nothing has to be kept here.
  async settled(sum) {
    if ((await digest(this.text)) === sum) localStorage.removeItem(this.store);
  }

  // The server's text is another one: it takes this whole.
  whole() {
    emitEvent("wb-whole", { text: this.text });
  }

  // What was typed while no server listened.
  left() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.store) || "null");
      return kept && kept.text !== this.text ? kept : null;
    } catch (error) {
      return null;
    }
  }

  tooltip(pos, end, look, texts) {
    const lines = texts.map((text) => wb.el("div", {}, text));
    return { pos, end, above: true, create: () => ({ dom: wb.el("div", { class: look }, lines) }) };
  }

  // Underline what is wrong in `text`; nothing if that is not the text any more.
  setMarks(text, remarks) {
    if (text !== this.text) return false;
    this.remarks = remarks.filter((each) => each.to > each.from);
    const ranges = this.remarks.map((each) =>
      CM.Decoration.mark({ class: each.note ? "wb-note-mark" : "wb-mistake-mark" }).range(each.from, each.to),
    );
    this.view.dispatch({ effects: setMarks.of(CM.Decoration.set(ranges, true)) });
    return true;
  }

  marked(pos) {
    const found = [];
    let n = 0;
    const all = this.remarks;
    const set = this.view.state.field(marks);
    set.between(pos, pos, (from, to, value) => {
      const said = all.find((each) => each.from === from && each.to === to) || all[n];
      if (said) found.push({ from, to, said: said.said });
      n++;
    });
    return found;
  }

  listen(listener) {
    this.listeners.push(listener);
  }

  setPlaces(text, places) {
    if (text !== this.text) return false;
    this.places = new Map(places.map(([path, from, to]) => [JSON.stringify(path), [from, to]]));
    return true;
  }

  at(path) {
    const place = this.places.get(JSON.stringify(path));
    return place ? this.view.state.sliceDoc(place[0], place[1]) : undefined;
  }

  // Single values at a path and below it, as they stand at this moment: [[path, text], ...], quotes left out.
  within(path) {
    const lead = JSON.stringify(path).slice(0, -1);
    const found = [];
    for (const [key, [from, to]] of this.places) {
      if (!key.startsWith(lead) || !"],".includes(key[lead.length])) continue;
      found.push([JSON.parse(key), this.view.state.sliceDoc(from, to).replace(/^(["'])(.*)\1$/, "$2")]);
    }
    return found;
  }

  // Whether this tab may change the text; if not, it is told.
  mayEdit() {
    if (!this.view.state.readOnly && !this.element.disable) return true;
    wb.tell("This document is edited in another tab: press “Edit here” above to edit it in this one.");
    return false;
  }

  // Put texts in the place of values: [[path, text], ...] as one step that can be undone.
  put(pairs, event = "input.form") {
    if (!this.mayEdit()) return false;
    const changes = [];
    for (const [path, text] of pairs) {
      const place = this.places.get(JSON.stringify(path));
      if (!place) return false;
      const old = this.view.state.sliceDoc(place[0], place[1]);
      const quote = /^["']/.test(old) ? old[0] : "";
      const insert = quote && !text.includes(quote) && !text.includes("\\") ? quote + text + quote : text;
      if (insert !== old) changes.push({ from: place[0], to: place[1], insert });
    }
    if (!changes.length) return true;
    this.view.dispatch({ changes, userEvent: event });
    return true;
  }

  // Values that follow a pointer: however often they are put, undo takes them back in one step.
  gesture(event) {
    const state = () => this.view.state;
    const before = state().doc;
    let depth = -1; // of the history after the last put: somebody else's change in between begins a new step
    const begun = () => depth >= 0 && CM.undoDepth(state()) === depth;
    return {
      put: (pairs) => {
        const was = state().doc;
        const done = this.put(pairs, begun() ? JOINED : event);
        if (state().doc !== was) depth = CM.undoDepth(state());
        return done;
      },
      // Back where it began there is nothing to undo.
      end: () => {
        if (begun() && state().doc.eq(before)) this.take();
        depth = -1;
      },
      cancel: () => {
        if (begun()) this.take();
        depth = -1;
      },
    };
  }

  take() {
    CM.undo(this.view);
  }

  // A key that is held down is one gesture.
  held(key, event) {
    if (!key.repeat || !this.holding) this.holding = this.gesture(event);
    return this.holding;
  }

  // A change that the server worked out from `text`: refused if the text is another one by now.
  apply(text, change) {
    if (!change) return false;
    const here = this.view.state.sliceDoc(change.from, change.to);
    if (text !== this.text || here !== change.old) {
      wb.tell("The text has changed meanwhile: try again.");
      return false;
    }
    this.view.dispatch({ changes: { from: change.from, to: change.to, insert: change.insert }, userEvent: "input.form" });
    return true;
  }

  async edit(op, path, value) {
    if (!this.mayEdit()) return false;
    const text = this.text;
    return this.apply(text, await wb.ask("edit", { text, op, path, value }));
  }

  // The focus stays where it is: on a bar, in the form, on the button.
  undo() {
    if (this.mayEdit() && !CM.undo(this.view)) wb.tell("There is nothing left to undo.");
  }

  redo() {
    if (this.mayEdit() && !CM.redo(this.view)) wb.tell("There is nothing to do again.");
  }

  // Undo and redo by keys wherever the focus is; what is being typed into a box is the browser's to take back.
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || this.view.dom.contains(event.target)) return;
    const letter = event.key.toLowerCase();
    const act = letter === "z" ? (event.shiftKey ? "redo" : "undo") : letter === "y" && !event.shiftKey ? "redo" : "";
    const box = event.target;
    const typed = box.matches("input:not([type=range]), textarea") && box.value !== box.defaultValue;
    if (!act || typed) return;
    event.preventDefault();
    this[act]();
  }

  // To a line, where it is a mistake to its letters.
  show(line, from, to) {
    const doc = this.view.state.doc;
    const start = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = from === undefined ? start.from : Math.min(from, doc.length);
    const head = to === undefined ? anchor : Math.min(to, doc.length);
    this.view.dispatch({
      selection: { anchor, head },
      effects: CM.EditorView.scrollIntoView(anchor, { y: "center" }),
    });
    this.view.focus();
  }

  restore(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, userEvent: "input.restore" });
  }
}

wb.attach = async (id, name) => {
  const element = getElement(id);
  if (element && !element.editor) await element.editorPromise;
  const editor = new Editor(id, name);
  wb.editor = editor;
  wb.offer("editor", editor);
  return editor;
};
wb.offer("editor-script", true);
