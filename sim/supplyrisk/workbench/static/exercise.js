// The team's page: while something is computed, nothing on it can be asked a second time.
"use strict";
window.wb = window.wb || {};

let focused = null;
// Switch all that takes a step off or on; who had the focus has it again.
wb.busy = (rootId, on) => {
  const root = document.getElementById(rootId);
  if (!root) return;
  if (on && root.contains(document.activeElement)) focused = document.activeElement;
  root.setAttribute("aria-busy", on ? "true" : "false");
  for (const part of root.querySelectorAll("[data-wb-steps]")) part.inert = on;
  if (!on && focused?.isConnected) focused.focus();
  if (!on) focused = null;
};
// What a click on a step does at once, before the server has heard of it.
wb.step = (event) => {
  const root = event.currentTarget.closest("[data-wb-exercise]");
  if (root) wb.busy(root.id, true);
};
