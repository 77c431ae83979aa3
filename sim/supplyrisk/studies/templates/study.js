"use strict";
(async () => {
  const D = JSON.parse(document.getElementById("data").textContent);
  await load();
  const INK = "#222222", QUIET = "#6b6b6b", RULE = "#d9d9d9";
  const FONT = { family: '"Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif', size: 12, color: INK };
  const HEAT = [[0, "#fbf3ea"], [0.25, "#f2c79b"], [0.5, "#dd8545"], [0.75, "#b2480f"], [1, "#6e2706"]];
  const box = document.getElementById("controls"), plot = document.getElementById("explorer");
  const told = document.getElementById("told");
  const S = {};

  // plotly.js lies in the page compressed; it is unpacked once.
  async function load() {
    const packed = Uint8Array.from(atob(document.getElementById("library").textContent), c => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const url = URL.createObjectURL(new Blob([await new Response(stream).text()], { type: "text/javascript" }));
    await new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = url; script.onload = done; script.onerror = failed;
      document.head.appendChild(script);
    });
  }

  const rows = D.stats.map(cell => cell.map(arm => arm && new Map(arm.map(row => [row[0], row]))));
  const unique = list => [...new Set(list)];
  const named = (kind, id) => (D.names[kind] || {})[id] || id;
  const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

  function menu(name, label, options, chosen) {
    let select = document.getElementById("m-" + name);
    if (!select) {
      const outer = document.createElement("label");
      outer.textContent = label;
      select = document.createElement("select");
      select.id = "m-" + name;
      select.addEventListener("change", () => { S[name] = select.value; draw(); });
      outer.appendChild(select);
      box.appendChild(outer);
    }
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    const values = options.map(o => o[0]);
    S[name] = values.includes(S[name]) ? S[name] : values.includes(chosen) ? chosen : values[0];
    select.value = S[name];
    select.parentElement.style.display = options.length > 1 ? "" : "none";
  }

  function slider(name, label, texts, start) {
    let input = document.getElementById("s-" + name);
    if (!input) {
      const outer = document.createElement("label");
      const head = document.createElement("span");
      const out = document.createElement("output");
      out.id = "o-" + name;
      head.append(label + ": ", out);
      input = document.createElement("input");
      input.type = "range"; input.id = "s-" + name; input.min = 0; input.step = 1;
      input.addEventListener("input", () => { S[name] = +input.value; draw(); });
      outer.append(head, input);
      box.appendChild(outer);
    }
    input.max = texts.length - 1;
    if (S[name] === undefined || S[name] >= texts.length) S[name] = start;
    input.value = S[name];
    document.getElementById("o-" + name).textContent = texts[S[name]];
    input.parentElement.style.display = texts.length > 1 ? "" : "none";
    return S[name];
  }

  // --- numbers ---------------------------------------------------------------------------------
  function column(outcome, product, place) {
    return D.columns.findIndex(c => c[0] === outcome && c[1] === product && c[2] === place);
  }
  // [value, low, high] of a cell, an arm and a column, as the chosen measure has it
  function get(cell, arm, at) {
    const row = (rows[cell][arm] || new Map()).get(at);
    if (!row) return [null, null, null];
    const [, median, low, high, mean, half, chance] = row;
    if (S.measure === "mean") return [mean, mean === null ? null : mean - half, mean === null ? null : mean + half];
    if (S.measure === "bad") return [high, high, high];
    if (S.measure === "chance") return [chance, chance, chance];
    return [median, low, high];
  }
  const unitOf = at => S.measure === "chance" ? "share" : at < 0 ? "" : D.columns[at][3];
  function axisOf(unit) {
    if (unit === "share") return { tickformat: ",.0%" };
    if (unit === "USD") return { tickprefix: "USD ", tickformat: "~s" };
    if (unit === "index") return { ticksuffix: "×" };
    return { ticksuffix: unit ? " " + unit : "" };
  }
  function say(value, unit) {
    if (value === null || value === undefined) return "–";
    const p = x => Number(x.toPrecision(3)).toLocaleString("en");
    if (unit === "share") return p(100 * value) + " %";
    if (unit === "USD") {
      const size = Math.abs(value);
      for (const [limit, word] of [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]])
        if (size >= 0.9995 * limit) return "USD " + p(value / limit) + word;
      return "USD " + p(value);
    }
    return p(value) + (unit === "index" ? "×" : unit ? " " + unit : "");
  }

  // A number in few letters, for the fields of a map.
  function brief(value, unit) {
    if (value === null || value === undefined) return "–";
    const p = x => Number(x.toPrecision(2)).toLocaleString("en");
    if (unit === "USD") {
      for (const [limit, word] of [[1e12, " tn"], [1e9, " bn"], [1e6, " m"], [1e3, " k"]])
        if (Math.abs(value) >= 0.995 * limit) return p(value / limit) + word;
      return p(value);
    }
    return unit === "share" ? p(100 * value) + " %" : p(value) + ({ index: "×", "%": " %" }[unit] || "");
  }
  // A text on lines of at most so many letters.
  function wrap(text, most) {
    const lines = [""];
    for (const word of text.split(" ")) {
      const last = lines.length - 1;
      if ((lines[last] + " " + word).length > most && lines[last]) lines.push(word);
      else lines[last] = (lines[last] + " " + word).trim();
    }
    return lines.join("<br>");
  }

  // --- menus -----------------------------------------------------------------------------------
  function menus(withPlace) {
    const outcomes = unique(D.columns.map(c => c[0]));
    menu("outcome", "Outcome", outcomes.map(o => [o, capital(named("outcome", o))]), best().outcome);
    const fit = D.columns.filter(c => c[0] === S.outcome && (!S.fits || S.fits.has(c[1])));
    const products = unique(fit.map(c => c[1]));
    menu("product", "Product", products.map(p => [p, named("product", p)]), best().product);
    if (withPlace) {
      const places = unique(fit.filter(c => c[1] === S.product).map(c => c[2]));
      menu("place", "Place", places.map(p => [p, capital(named("place", p))]), best().place);
    }
    menu("measure", "Measure", D.measures, D.kind === "matrix" ? "mean" : "median");
  }
  // What moves most: shown first.
  let first = D.start.length ? { outcome: D.start[0], product: D.start[1], place: D.start[2] } : null;
  function best() {
    if (first) return first;
    const arm = armNumber("scenario");
    const outcome = D.columns[0][0];
    let top = -1;
    D.columns.forEach(([o, p, place], at) => {
      if (o !== outcome) return;
      const values = D.cells.map((_, n) => ((rows[n][arm] || new Map()).get(at) || [])[1]).filter(v => v !== null && v !== undefined);
      const moved = values.length ? Math.max(...values) - Math.min(...values) : 0;
      if (moved > top) { top = moved; first = { outcome: o, product: p, place: place }; }
    });
    return first || (first = { outcome: outcome });
  }
  const armNumber = name => Math.max(0, D.arms.findIndex(a => a[0] === name));

  // --- axes ------------------------------------------------------------------------------------
  const keyAt = name => D.keys.indexOf(name);
  const valuesOf = (name, cells) => unique((cells || D.cells).map(c => c.k[keyAt(name)]));
  function numberAt(name) { return D.numbers.findIndex(n => n.startsWith(name + " (")); }
  function isScale(name) {
    const at = numberAt(name);
    return at >= 0 && !D.numbers[at].endsWith("(date)") && D.cells.every(c => c.n[at] !== null);
  }
  function xOf(name, cell) {
    const at = numberAt(name);
    return isScale(name) ? D.cells[cell].n[at] : D.cells[cell].k[keyAt(name)];
  }
  function xTitle(name) { return isScale(name) ? D.numbers[numberAt(name)] : name; }
  // Cells in which every other axis has the value its slider shows.
  function chosen(others) {
    return D.cells.map((_, n) => n).filter(n => others.every(([name, value]) => D.cells[n].k[keyAt(name)] === value));
  }
  function others(used) {
    return D.keys.filter(name => !used.includes(name)).map(name => {
      const texts = valuesOf(name);
      return [name, texts[slider("k" + keyAt(name), capital(name), texts, 0)]];
    });
  }

  function layout(extra) {
    const narrow = plot.clientWidth < 600;
    return Object.assign({
      font: Object.assign({}, FONT, { size: narrow ? 11 : 12 }), paper_bgcolor: "#fff", plot_bgcolor: "#fff", autosize: true,
      margin: { l: narrow ? 58 : 76, r: 14, t: 12, b: 56 }, hovermode: "closest", dragmode: false,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 }, height: narrow ? 380 : 460,
    }, extra);
  }
  const axis = more => Object.assign({ gridcolor: RULE, zeroline: false, linecolor: "#9a9a9a", automargin: true }, more);
  const CONFIG = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
  const show = (traces, lay) => Plotly.react(plot, traces, layout(lay), CONFIG);
  const alpha = (colour, a) => colour + Math.round(255 * a).toString(16).padStart(2, "0");

  // --- kinds -----------------------------------------------------------------------------------
  function curve() {
    menus(true);
    const axes = D.axes;
    const name = (menu("x", "Along", axes.map(a => [a, a]), axes[0]), S.x);
    const cells = chosen(others([name]));
    const at = column(S.outcome, S.product, S.place), unit = unitOf(at);
    const effects = D.arms.filter(a => !/-/.test(a[0].replace("policy:", "")));
    menu("arms", "Arms", [["each", "each arm"], ["effect", "difference to the baseline or scenario"]], "each");
    const wanted = S.arms === "effect" ? D.arms.filter(a => /-/.test(a[0].replace("policy:", ""))) : effects;
    const traces = [];
    for (const [id, label, colour] of wanted.length ? wanted : effects) {
      const arm = armNumber(id);
      const points = cells.map(n => [xOf(name, n), ...get(n, arm, at)]);
      if (isScale(name)) points.sort((a, b) => a[0] - b[0]);
      const x = points.map(p => p[0]);
      if (S.measure === "median" || S.measure === "mean") {
        traces.push({ x: [...x, ...x.slice().reverse()], y: [...points.map(p => p[3]), ...points.map(p => p[2]).reverse()],
          fill: "toself", fillcolor: alpha(colour, 0.15), line: { width: 0 }, mode: "lines", hoverinfo: "skip", showlegend: false });
      }
      traces.push({ x, y: points.map(p => p[1]), mode: "lines+markers", name: label, line: { color: colour, width: 2.2,
        dash: id === "baseline" ? "dash" : "solid" }, marker: { size: 6 }, text: points.map(p => say(p[1], unit) +
        (p[2] !== p[3] ? " (" + say(p[2], unit) + " to " + say(p[3], unit) + ")" : "")),
        hovertemplate: label + "<br>" + xTitle(name) + ": %{x}<br>%{text}<extra></extra>" });
    }
    const shapes = [], notes = [];
    if (name === axes[0]) for (const [where, text] of D.marks) {
      shapes.push({ type: "line", x0: where, x1: where, yref: "paper", y0: 0, y1: 1, line: { color: INK, width: 1, dash: "dot" } });
      notes.push({ x: where, y: 1, yref: "paper", text: text, showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11 } });
    }
    show(traces, { xaxis: axis({ title: { text: xTitle(name) } }), yaxis: axis(Object.assign({ rangemode: "tozero" }, axisOf(unit))), shapes, annotations: notes });
    caption();
  }

  function heat() {
    menus(true);
    menu("arm", "Arm", D.arms.map(a => [a[0], a[1]]), "scenario");
    const [a, b] = D.axes;
    const cells = chosen(others([a, b]));
    const at = column(S.outcome, S.product, S.place), unit = unitOf(at), arm = armNumber(S.arm);
    const xs = valuesOf(a), ys = valuesOf(b);
    const z = ys.map(() => xs.map(() => null));
    for (const n of cells) z[ys.indexOf(D.cells[n].k[keyAt(b)])][xs.indexOf(D.cells[n].k[keyAt(a)])] = get(n, arm, at)[0];
    heatmap(xs, ys, z, unit, a, b);
    caption();
  }
  function heatmap(xs, ys, z, unit, xTitle_, yTitle_, height) {
    const narrow = plot.clientWidth < 600;
    const text = z.map(row => row.map(v => brief(v, unit)));
    const whole = z.map(row => row.map(v => say(v, unit)));
    const few = xs.length <= (narrow ? 6 : 12) && ys.length <= 60;
    show([{ type: "heatmap", x: xs, y: ys.map((y, n) => wrap(y, narrow ? 20 : 60) + "\u200b".repeat(n)), z, text, customdata: whole, texttemplate: few ? "%{text}" : "", hovertemplate: "%{y}<br>%{x}<br>%{customdata}<extra></extra>",
      colorscale: HEAT, xgap: 1, ygap: 1, showscale: !few, colorbar: Object.assign({ thickness: 12 }, axisOf(unit)), textfont: { size: plot.clientWidth < 600 ? 9 : 11 } }],
      { xaxis: axis({ type: "category", title: { text: xTitle_ }, side: height ? "top" : "bottom" }),
        yaxis: axis({ type: "category", title: { text: yTitle_ }, autorange: height ? "reversed" : true }), height: height ? height * (narrow ? 1.5 : 1) : undefined,
        margin: { l: 20, r: 10, t: height ? 64 : 36, b: height ? 12 : 40 } });
  }

  function scatter() {
    menus(true);
    menu("x", "Along", D.axes.map(a => [a, a]), D.axes[0]);
    menu("arm", "Arm", D.arms.map(a => [a[0], a[1]]), "scenario");
    const at = column(S.outcome, S.product, S.place), unit = unitOf(at), arm = armNumber(S.arm);
    const colour = D.axes.find(a => a !== S.x);
    const points = D.cells.map((_, n) => [xOf(S.x, n), get(n, arm, at), colour ? xOf(colour, n) : null, D.cells[n].k]);
    const marker = { size: 8, color: D.arms[arm][2], opacity: 0.85 };
    if (colour && isScale(colour)) Object.assign(marker, { color: points.map(p => p[2]), colorscale: HEAT, showscale: true,
      colorbar: { title: { text: xTitle(colour), side: "right" }, thickness: 12 }, line: { color: "#777", width: 0.5 } });
    show([{ type: "scatter", mode: "markers", x: points.map(p => p[0]), y: points.map(p => p[1][0]), marker,
      text: points.map(p => D.keys.map((k, i) => k + ": " + p[3][i]).join("<br>") + "<br>" + say(p[1][0], unit)), hovertemplate: "%{text}<extra></extra>" }],
      { xaxis: axis({ title: { text: xTitle(S.x) } }), yaxis: axis(axisOf(unit)) });
    caption();
  }

  // Rows: cells (suppliers that stop); columns: places.
  function matrix() {
    if (D.group) menu("group", capital(D.group), [["", "all " + D.group + "s"], ...valuesOf(D.group).map(g => [g, capital(g)])], "");
    const mine = D.cells.map((_, n) => n).filter(n => !S.group || D.cells[n].k[keyAt(D.group)] === S.group);
    S.fits = S.group ? new Set(D.columns.filter((_, at) => mine.some(n => rows[n].some(arm => arm && arm.has(at)))).map(c => c[1])) : null;
    if (!first) first = { outcome: D.columns[0][0], product: "all" };
    menus(false);
    menu("arm", "Arm", D.arms.map(a => [a[0], a[1]]), D.arms.some(a => a[0] === "scenario-baseline") ? "scenario-baseline" : "scenario");
    const arm = armNumber(S.arm);
    const places = unique(D.columns.filter(c => c[0] === S.outcome && c[1] === S.product).map(c => c[2]));
    const lines = mine.map(n => [D.cells[n].k[keyAt(D.rows)], places.map(p => get(n, arm, column(S.outcome, S.product, p))[0])]);
    const size = row => Math.max(...row[1].map(v => v === null ? -Infinity : v));
    lines.sort((a, b) => size(b) - size(a));
    const steps = unique([5, 10, 15, 20, 30, 50, lines.length].filter(n => n <= lines.length));
    const top = steps[slider("top", "Rows shown", steps.map(n => "the " + n + " worst"), Math.min(2, steps.length - 1))];
    const few = lines.slice(0, top);
    const unit = unitOf(column(S.outcome, S.product, places[0]));
    heatmap(places.map(p => plot.clientWidth < 600 ? p : capital(named("place", p))), few.map(r => r[0]), few.map(r => r[1]), unit, "", "", 110 + 26 * few.length);
    caption();
  }

  function caption() {
    const measure = D.measures.find(m => m[0] === S.measure)[1];
    const where = S.place ? ", " + named("place", S.place) : "";
    const product = S.product === "all" ? "" : ", " + named("product", S.product);
    told.textContent = capital(named("outcome", S.outcome)) + product + where + unitSaid() + ": " + measure + ". All cells are computed on the same draws.";
  }

  function unitSaid() {
    const column = D.columns.find(c => c[0] === S.outcome);
    return S.measure === "chance" || !column || ["index", "share"].includes(column[3]) ? "" : " (" + column[3] + ")";
  }

  const KINDS = { curve, heat, scatter, matrix };
  function draw() { KINDS[D.kind](); }
  draw();
  window.addEventListener("resize", () => draw());
  document.documentElement.dataset.ready = "yes";
})();
