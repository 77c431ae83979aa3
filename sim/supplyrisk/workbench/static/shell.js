// What every page of the workbench does itself: the look, messages, questions to the server.
"use strict";
window.wb = window.wb || {};

wb.isDark = () => document.body.classList.contains("body--dark");
wb.setDark = (dark) => {
  Quasar.Dark.set(dark);
  document.dispatchEvent(new CustomEvent("wb-dark", { detail: dark }));
};
wb.toggleDark = () => {
  const dark = !wb.isDark();
  localStorage.setItem("wb-dark", dark ? "1" : "0");
  wb.setDark(dark);
};
document.addEventListener("DOMContentLoaded", () => {
  const chosen = localStorage.getItem("wb-dark");
  if (chosen !== null) wb.setDark(chosen === "1");
});

// An element with attributes and children; texts are only ever put in as text.
wb.el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
};
wb.svg = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

// What a part waits for: `wb.when("editor")` is a promise of what `wb.offer("editor", it)` gives.
const waiting = {};
wb.when = (name) => {
  if (!waiting[name]) {
    const entry = {};
    entry.promise = new Promise((resolve) => (entry.resolve = resolve));
    waiting[name] = entry;
  }
  return waiting[name].promise;
};
wb.offer = (name, value) => {
  wb.when(name);
  waiting[name].resolve(value);
};

// A question to the server; undefined if it gives none (the connection is lost, the server has ended).
wb.ask = async (what, body) => {
  try {
    const answer = await fetch(`/api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.status === 403) {
      wb.tell("This workbench has ended or was started anew: open the address that it printed. What you typed is kept.");
      return undefined;
    }
    const found = await answer.json();
    if (!answer.ok) {
      if (answer.status !== 400) wb.tell(found.error);
      return undefined;
    }
    return found;
  } catch (error) {
    return undefined;
  }
};

// A message at the foot of the page, read out as well.
let hide;
wb.tell = (text) => {
  let place = document.getElementById("wb-message");
  if (!place) {
    place = wb.el("div", { id: "wb-message", class: "wb-message", role: "status", "aria-live": "polite" });
    document.body.append(place);
  }
  place.textContent = text;
  place.classList.add("wb-shown");
  clearTimeout(hide);
  hide = setTimeout(() => place.classList.remove("wb-shown"), 8000);
};

// A lost connection that does not come back: after a while the notice says what to do instead of "trying".
wb.lostAfter = 15000;
const ANEW = ["This workbench was started anew.", "Its new address stands in the terminal: open it there. What you typed here is kept in this browser."];
const ENDED = ["This workbench does not answer: it may have ended.", "Start it again and open the address in the terminal. What you typed here is kept in this browser."];
document.addEventListener("DOMContentLoaded", () => {
  const notice = document.getElementById("popup");
  if (!notice) return;
  const lines = [...notice.children];
  const usual = lines.map((line) => line.textContent);
  const say = (texts) => lines.forEach((line, number) => (line.textContent = texts[number]));
  const isLost = () => notice.getAttribute("aria-hidden") === "false";
  let timer = 0;
  const look = async () => {
    const status = await fetch("/static/favicon.svg", { method: "HEAD", cache: "no-store" }).then((answer) => answer.status, () => 0);
    if (!isLost()) return;
    say(status === 403 ? ANEW : status ? usual : ENDED);
    timer = setTimeout(look, wb.lostAfter);
  };
  notice.setAttribute("role", "status");
  new MutationObserver(() => {
    clearTimeout(timer);
    say(usual);
    if (isLost()) timer = setTimeout(look, wb.lostAfter);
  }).observe(notice, { attributeFilter: ["aria-hidden"] });
});
