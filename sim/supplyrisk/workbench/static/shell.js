// What every page of the workbench does itself: the look, and drafts that survive a lost connection.
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
