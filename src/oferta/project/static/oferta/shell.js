// Comfort only: every page works without it.
"use strict";
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});
// What was just added to a list is where the reader goes on.
document.addEventListener("htmx:afterSettle", () => {
  const added = [...document.querySelectorAll("[data-focus]")].pop();
  if (added) {
    added.removeAttribute("data-focus");
    added.focus();
  }
});
