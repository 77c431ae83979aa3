// Draws a live answer: charts, tables and words, all as text, never as markup.
"use strict";
window.wb = window.wb || {};
(() => {
  const SERIES = 6; // colours of places and branches
  const DAY = 86400000;
  const shown = {}; // root id -> what was drawn last
  const clean = (text) => String(text).replace(/[{}|]/g, " ");
  const digits = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });
  const number = (y) => (y === null || y === undefined ? "–" : digits.format(y));
  const months = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

  // The tokens of the style sheet, for what is drawn on a canvas; read again when dark and light change.
  let tokens = {};
  const token = (name) => (tokens[name] ??= getComputedStyle(document.body).getPropertyValue(`--${name}`).trim());

  // One place or branch, one colour, in all charts of a page; what is lost, what waits and the calm world have their own.
  const known = new Map([["shortage", "loss"], ["queue", "queue"], ["none", "calm"]]);
  const hue = (line) => {
    if (line.kind === "without") return "calm";
    const key = line.id.split(":")[0];
    if (!known.has(key)) known.set(key, `series-${((known.size - 3) % SERIES) + 1}`);
    return known.get(key);
  };

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const table = (header, rows, caption) => {
    const made = element("table", "wb-table");
    if (caption) made.append(element("caption", "", caption));
    const head = made.createTHead().insertRow();
    for (const text of header) {
      const cell = element("th", "", text);
      cell.scope = "col";
      head.append(cell);
    }
    const body = made.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((cell, column) => {
        const [text, note] = Array.isArray(cell) ? cell : [cell, ""];
        const made = element(column ? "td" : "th", "", text);
        if (!column) made.scope = "row";
        if (note) made.append(element("small", "", note));
        line.append(made);
      });
    }
    const scrolled = element("div", "wb-table-box");
    scrolled.tabIndex = 0;
    scrolled.setAttribute("role", "region");
    scrolled.setAttribute("aria-label", caption || "Table");
    scrolled.append(made);
    return scrolled;
  };

  const begin = (chart) => Date.parse(chart.start + "T00:00:00Z");
  const day = (chart, at) => begin(chart) + at * chart.step_days * DAY;
  const points = (chart, numbers) => numbers.map((y, i) => [day(chart, i), y]);
  const gap = (upper, lower) => upper.map((y, i) => (y === null || lower[i] === null ? null : y - lower[i]));
  const has = (y) => y !== null && y !== undefined;

  // Where the median of a line is highest.
  const peak = (line) => line.levels.p50.reduce((best, y, i, all) => (has(y) && (best < 0 || y > all[best]) ? i : best), -1);
  const top = (line) => line.levels.p50[peak(line)] ?? -Infinity;

  // A dot with its number where the median is highest, for what stands out of the others.
  const mark = (chart, line, colour, highest) => {
    const at = peak(line);
    const [y, first] = [line.levels.p50[at], line.levels.p50.find(has)];
    if (at < 0 || y < 0.5 * highest || y < 1.1 * first) return { data: [] };
    const share = at / line.levels.p50.length;
    return {
      symbol: "circle", symbolSize: 7, silent: true, animation: false, data: [{ coord: [day(chart, at), y] }], itemStyle: { color: colour },
      label: {
        formatter: number(y), color: colour, fontSize: 14, fontWeight: 700, textBorderColor: token("card"), textBorderWidth: 3,
        position: share > 0.95 ? "left" : "top",
      },
    };
  };

  // When the scenario's events are in force: a band behind the lines, where the page knows of any.
  const areas = (chart) => {
    const last = day(chart, chart.lines[0].levels.p50.length - 1);
    const found = (chart.today ? [] : wb.events || []).map(({ from, to }) => [Math.max(from, begin(chart)), Math.min(to, last)]);
    return found.filter(([from, to]) => to > from);
  };

  const inForce = (chart) => ({
    silent: true, animation: false, itemStyle: { color: token("event"), opacity: 0.08 },
    data: areas(chart).map(([from, to]) => [{ xAxis: from }, { xAxis: to }]),
  });

  const series = (chart) => {
    const made = [];
    const plain = { type: "line", symbol: "none", animation: false, silent: true, emphasis: { disabled: true } };
    const highest = Math.max(...chart.lines.filter((line) => line.kind === "fan").map(top));
    for (const line of chart.lines) {
      const colour = token(hue(line));
      const levels = line.levels;
      const band = (low, high, opacity) => {
        const stack = `${line.id}:${low}`;
        const hidden = { ...plain, lineStyle: { opacity: 0 }, stack, tooltip: { show: false } };
        made.push({ ...hidden, id: `${stack}:from`, data: points(chart, levels[low]), areaStyle: { opacity: 0 } });
        made.push({
          ...hidden, id: `${stack}:to`, data: points(chart, gap(levels[high], levels[low])),
          areaStyle: { color: colour, opacity },
        });
      };
      if (line.kind === "fan") {
        if (levels.p10 && levels.p90) band("p10", "p90", 0.16);
        if (levels.p25 && levels.p75) band("p25", "p75", 0.24);
      }
      const style = { fan: { width: 2.5, type: chart.today ? [5, 3] : "solid" }, seen: { width: 3 }, before: { width: 2, type: [6, 4] }, without: { width: 1.5, type: [2, 3] } }[line.kind];
      made.push({
        ...plain, id: line.id, name: clean(line.label), data: points(chart, levels.p50), z: line.kind === "fan" ? 5 : 4,
        lineStyle: { ...style, color: colour }, itemStyle: { color: colour }, markPoint: line.kind === "fan" && levels.p10 ? mark(chart, line, colour, highest) : { data: [] },
      });
    }
    // What a series had marked stays with its name: where it is the last no more, the mark has to be taken away.
    for (const each of made) [each.markLine, each.markArea] = [{ data: [] }, { data: [] }];
    if (chart.today) {
      made[made.length - 1].markLine = {
        symbol: "none", silent: true, animation: false, label: { formatter: "today", color: token("ink"), fontSize: 12, fontWeight: 600 },
        lineStyle: { color: token("ink"), type: "solid", width: 1 }, data: [{ xAxis: Date.parse(chart.today + "T00:00:00Z") }],
      };
    }
    if (made.length) made[0].markArea = inForce(chart);
    return made;
  };

  // What the colours and strokes stand for, above the chart, where it can't lie over a line.
  const legend = (chart) => {
    const key = (look, name, text) => {
      const made = element("span", `wb-key ${look}`);
      const sample = element("i");
      sample.style.setProperty("--colour", `var(--${name})`);
      made.append(sample, text);
      return made;
    };
    const banded = chart.lines.some((line) => line.levels.p10);
    const said = element("span", "", banded ? `${chart.unit}; median, half of the runs (dark), 80 % (light)` : chart.unit);
    const keys = chart.lines.map((line) => {
      const dashed = line.kind === "without" || line.kind === "before" || (chart.today && line.kind === "fan");
      const look = `${line.levels.p10 ? "wb-key-fan" : ""} ${dashed ? "wb-key-dashed" : ""}`;
      return line.kind === "before" ? key(look, "ink-2", "pinned version") : key(look, hue(line), line.label);
    });
    if (areas(chart).length) keys.push(key("wb-key-block", "event", "events in force"));
    const seen = new Set();
    return [said, ...keys.filter((each) => !seen.has(each.textContent) && seen.add(each.textContent))];
  };

  // The answer in a few numbers, as the report tells them.
  const facts = (tiles) =>
    tiles.map((tile) => {
      const box = element("div", "wb-fact");
      const big = element("strong", "", tile.value);
      if (tile.unit) big.append(" ", element("small", "", tile.unit));
      box.append(element("span", "wb-fact-name", tile.label), big);
      if (tile.between) box.append(element("span", "", `80 % of runs: ${tile.between}`));
      if (tile.note) box.append(element("span", "", tile.note));
      if (tile.before) box.append(element("span", "wb-fact-name", `pinned version: ${tile.before}`));
      return box;
    });

  const tip = (chart) => (params) => {
    const at = params[0].dataIndex;
    const lines = [days.format(new Date(day(chart, at)))];
    for (const line of chart.lines) {
      const { p10, p50, p90 } = line.levels;
      if (!has(p50[at])) continue;
      const band = p10 && p90 && p10[at] !== null ? ` (80 %: ${number(p10[at])} to ${number(p90[at])})` : "";
      lines.push(`${clean(line.label)}: ${number(p50[at])}${band}`);
    }
    return lines.join("\n");
  };

  const option = (chart) => {
    const [ink, faint, quiet] = [token("ink"), token("line-2"), token("ink-2")];
    const font = { fontFamily: token("font"), fontSize: 12 };
    const axis = { axisLine: { lineStyle: { color: token("line") } }, axisTick: { lineStyle: { color: token("line") } }, splitLine: { lineStyle: { color: faint } } };
    const time = { year: "{year|{yyyy}}", month: "{MMM}", day: "{d} {MMM}" };
    return {
      animation: false,
      textStyle: { color: ink, ...font },
      grid: { left: 4, right: 16, top: chart.today ? 24 : 18, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, formatter: tip(chart),
        backgroundColor: token("card"), borderColor: token("line"), textStyle: { color: ink, ...font },
      },
      xAxis: { type: "time", ...axis, splitLine: { show: false }, axisLabel: { color: quiet, hideOverlap: true, ...font, formatter: time, rich: { year: { color: ink, fontWeight: 600 } } } },
      yAxis: { type: "value", scale: false, ...axis, axisLine: { show: false }, splitNumber: 4, axisLabel: { color: quiet, ...font } },
      series: series(chart),
    };
  };

  // The chart of a NiceGUI element, once it is there.
  const instance = (id, then) => {
    const found = getElement(id)?.chart;
    if (found) then(found);
    else setTimeout(() => instance(id, then), 20);
  };

  wb.drawChart = (id, chart) => instance(id, (made) => made.setOption(option(chart), { replaceMerge: ["series"] }));

  const words = (root, picture) => {
    const at = (name) => root.querySelector(`[data-wb=${name}]`);
    at("headline").textContent = picture.headline || "No answer yet.";
    at("before").textContent = picture.before ? `Pinned version: ${picture.before}` : "";
    const parts = [];
    if (picture.stale) parts.push(picture.headline ? "The last answer, before the mistakes below." : "It comes when the mistakes below are mended.");
    if (picture.runs) parts.push(`${picture.runs} of ${picture.of} runs${picture.settled || picture.stale ? "" : ", refining"}.`);
    if (picture.failed) parts.push(`${picture.failed} runs could not be finished: ${picture.reasons.join("; ")}.`);
    if (picture.worlds.length > 1) parts.push(`This file names ${picture.worlds.length} worlds: this is the answer for ${picture.world}; choose another below.`);
    if (picture.note) parts.push(picture.note);
    at("status").textContent = parts.join(" ");
    if (picture.settled) at("aloud").textContent = picture.mistakes.length ? `${picture.mistakes.length} ${picture.mistakes.length === 1 ? "mistake" : "mistakes"}` : picture.headline;
    const list = at("mistakes");
    list.replaceChildren(
      ...picture.mistakes.map((mistake) => {
        const item = element("li");
        const place = mistake.file ? `${mistake.file}:${mistake.line}: ` : mistake.line ? `Line ${mistake.line}: ` : "";
        if (mistake.line && !mistake.file) {
          const go = element("button", "wb-link", place + mistake.text);
          go.type = "button";
          go.addEventListener("click", () => emitEvent("wb_line", { line: mistake.line, col: mistake.col }));
          item.append(go);
        } else item.textContent = place + mistake.text;
        return item;
      }),
    );
    root.classList.toggle("wb-stale", picture.stale);
    root.classList.toggle("wb-pinned", !!picture.before);
    at("trust").textContent = picture.trust ? `How far to trust it: ${picture.trust}` : "";
    at("facts").replaceChildren(...facts(picture.tiles));
  };

  const choice = (root, name, label, values, chosen) => {
    const box = root.querySelector(`[data-wb=${name}]`);
    const key = JSON.stringify([values, chosen]);
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    if (!values.length) return box.replaceChildren();
    const select = element("select");
    for (const [value, text] of values) {
      const item = element("option", "", text);
      item.value = value;
      item.selected = value === chosen;
      select.append(item);
    }
    select.addEventListener("change", () => {
      const look = { product: root.querySelector("[data-wb=product] select")?.value || "" };
      look.place = root.querySelector("[data-wb=place] select")?.value || "";
      look.world = root.querySelector("[data-wb=world] select")?.value || "";
      const address = new URL(location.href); // the address restores what is looked at
      for (const [key, value] of Object.entries(look)) {
        if (value) address.searchParams.set(key, value);
        else address.searchParams.delete(key);
      }
      history.replaceState(null, "", address);
      emitEvent("wb_look", look);
    });
    const named = element("label", "", label + " ");
    named.append(select);
    box.replaceChildren(named);
  };

  const figures = (root, charts, ids) => {
    for (const [name, id] of Object.entries(ids)) {
      const chart = charts.find((each) => each.name === name);
      const figure = root.querySelector(`[data-wb-figure=${name}]`);
      figure.hidden = !chart;
      if (!chart) continue;
      figure.querySelector("[data-wb=title]").textContent = chart.title;
      figure.querySelector("[data-wb=legend]").replaceChildren(...legend(chart));
      const box = figure.querySelector("[data-wb=chart]");
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", `${chart.title}. ${chart.table.rows.map((row) => row.join(", ")).join(". ")}`);
      wb.drawChart(id, chart);
      figure.querySelector("[data-wb=numbers]").replaceChildren(table(chart.table.header, chart.table.rows, chart.title));
    }
  };

  wb.answer = (rootId, ids, picture) => {
    const root = document.getElementById(rootId);
    if (!root) return;
    const last = shown[rootId]?.picture;
    if (last && last.document === picture.document && last.generation > picture.generation) return;
    shown[rootId] = { ids, picture };
    picture.charts.forEach((chart) => chart.lines.forEach(hue)); // colours are given in the order of the lines
    words(root, picture);
    choice(root, "world", "World", picture.worlds.map((name) => [name, name]), picture.world);
    choice(root, "product", "Product", picture.products, picture.product);
    choice(root, "place", "Place", picture.places, picture.place);
    figures(root, picture.charts, ids);
    root.querySelector("[data-wb=tables]").replaceChildren(
      ...picture.tables.map((each) => {
        const box = element("section");
        box.append(table(each.header, each.rows, each.title), element("p", "wb-note", each.note));
        return box;
      }),
    );
    // For the clock: a task behind the frame in which the charts were drawn.
    requestAnimationFrame(() =>
      setTimeout(() => {
        wb.drawn = { generation: picture.generation, runs: picture.runs, stale: picture.stale, settled: picture.settled, at: performance.now() };
        document.dispatchEvent(new CustomEvent("wb-drawn", { detail: wb.drawn }));
      }),
    );
  };

  wb.figures = (rootId, ids, charts) => {
    const root = document.getElementById(rootId);
    if (!root) return;
    shown[rootId] = { ids, charts };
    figures(root, charts, ids);
  };
  wb.table = (boxId, header, rows, caption) => document.getElementById(boxId)?.replaceChildren(table(header, rows, caption));

  const again = () => {
    tokens = {};
    for (const [rootId, last] of Object.entries(shown)) {
      const root = document.getElementById(rootId);
      if (root) figures(root, last.charts || last.picture.charts, last.ids);
    }
  };
  document.addEventListener("wb-dark", again);
  // The reading of a text comes after its first picture: the bands of its events are then moved, and nothing else.
  document.addEventListener("wb-events", () => {
    for (const [rootId, { ids, picture }] of Object.entries(shown)) {
      const root = document.getElementById(rootId);
      for (const chart of (root && picture?.charts) || []) {
        instance(ids[chart.name], (made) => made.setOption({ series: [{ id: series(chart)[0].id, markArea: inForce(chart) }] }));
        root.querySelector(`[data-wb-figure=${chart.name}] [data-wb=legend]`).replaceChildren(...legend(chart));
      }
    }
  });
})();
