// Draws a live answer: charts, tables and words, all as text, never as markup.
"use strict";
window.wb = window.wb || {};
(() => {
  const COLOURS = { light: ["#0072b2", "#d55e00", "#009e73", "#aa4499"], dark: ["#56b4e9", "#e69f00", "#2fbf93", "#e39cc5"] };
  const shown = {}; // root id -> what was drawn last
  const dark = () => document.body.classList.contains("body--dark");
  const clean = (text) => String(text).replace(/[{}|]/g, " ");

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

  const points = (chart, numbers) => {
    const first = Date.parse(chart.start + "T00:00:00Z");
    return numbers.map((y, i) => [first + i * chart.step_days * 86400000, y]);
  };
  const gap = (upper, lower) => upper.map((y, i) => (y === null || lower[i] === null ? null : y - lower[i]));

  const series = (chart) => {
    const palette = COLOURS[dark() ? "dark" : "light"];
    const made = [];
    const plain = { type: "line", symbol: "none", animation: false, silent: true, emphasis: { disabled: true } };
    let rank = -1;
    for (const line of chart.lines) {
      if (line.kind === "fan" || rank < 0) rank += 1;
      const colour = palette[rank % palette.length];
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
        if (levels.p25 && levels.p75) band("p25", "p75", 0.22);
      }
      const style = { fan: { width: chart.today ? 1 : 2, type: chart.today ? "dashed" : "solid" }, seen: { width: 2.5 }, before: { width: 2, type: "dashed" }, without: { width: 1, type: "dotted" } }[line.kind];
      made.push({
        ...plain, id: line.id, name: clean(line.label), data: points(chart, levels.p50), z: line.kind === "fan" ? 5 : 4,
        lineStyle: { ...style, color: colour }, itemStyle: { color: colour },
      });
    }
    // What a series had marked stays with its name: where it is the last no more, the mark has to be taken away.
    for (const each of made) each.markLine = { data: [] };
    if (chart.today) {
      made[made.length - 1].markLine = {
        symbol: "none", silent: true, animation: false, label: { formatter: "today", color: dark() ? "#ddd" : "#333" },
        lineStyle: { color: dark() ? "#ddd" : "#333", type: "solid", width: 1 }, data: [{ xAxis: Date.parse(chart.today + "T00:00:00Z") }],
      };
    }
    return made;
  };

  const number = (y) => (y === null || y === undefined ? "–" : String(Number(y.toPrecision(3))));
  const tip = (chart) => (params) => {
    const at = params[0].dataIndex;
    const first = Date.parse(chart.start + "T00:00:00Z");
    const lines = [new Date(first + at * chart.step_days * 86400000).toISOString().slice(0, 10)];
    for (const line of chart.lines) {
      const { p10, p50, p90 } = line.levels;
      if (p50[at] === null || p50[at] === undefined) continue;
      const band = p10 && p90 && p10[at] !== null ? ` (${number(p10[at])} to ${number(p90[at])})` : "";
      lines.push(`${clean(line.label)}: ${number(p50[at])}${band}`);
    }
    return lines.join("\n");
  };

  const option = (chart) => {
    const ink = dark() ? "#d8dde3" : "#333f48";
    const faint = dark() ? "#3a444d" : "#e3e7ea";
    const axis = { axisLabel: { color: ink, hideOverlap: true }, axisLine: { lineStyle: { color: ink } }, splitLine: { lineStyle: { color: faint } } };
    return {
      animation: false,
      textStyle: { color: ink, fontFamily: "inherit" },
      grid: { left: 8, right: 14, top: 30, bottom: 52, containLabel: true },
      legend: { bottom: 0, type: "scroll", textStyle: { color: ink }, data: chart.lines.map((line) => clean(line.label)) },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, formatter: tip(chart),
        backgroundColor: dark() ? "#20272d" : "#fff", textStyle: { color: ink },
      },
      xAxis: { type: "time", ...axis, splitLine: { show: false } },
      yAxis: { type: "value", name: chart.unit, nameTextStyle: { color: ink, align: "left" }, scale: false, ...axis },
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

  document.addEventListener("wb-dark", () => {
    for (const [rootId, last] of Object.entries(shown)) {
      const root = document.getElementById(rootId);
      if (root) figures(root, last.charts || last.picture.charts, last.ids);
    }
  });
})();
